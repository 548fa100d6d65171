/* when - see when.h. The calendar is the proleptic Gregorian one, counted in 400-year eras. */
#include "src/base/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400

static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_from_days(int64_t z, int *y, int *m, int *d)
{
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *y = (int)(yoe + era * 400 + (*m <= 2));
}

int64_t when_from_civil(int year, int month, int day, int hour, int minute, int second)
{
    return days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
}

struct civil { int year, month, day, hour, minute, second; };

/* False outside the years 1 to 9999. */
static bool civil_of(int64_t t, struct civil *c)
{
    if (t < when_from_civil(1, 1, 1, 0, 0, 0) || t > when_from_civil(9999, 12, 31, 23, 59, 59))
        return false;
    int64_t days = t >= 0 ? t / DAY : -((-t + DAY - 1) / DAY);
    int rest = (int)(t - days * DAY);
    civil_from_days(days, &c->year, &c->month, &c->day);
    c->hour = rest / 3600;
    c->minute = rest / 60 % 60;
    c->second = rest % 60;
    return true;
}

char *when_format(int64_t t, char out[WHEN_LEN])
{
    struct civil c;
    if (!civil_of(t, &c))
        snprintf(out, WHEN_LEN, "unknown");
    else
        snprintf(out, WHEN_LEN, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)c.year % 10000u,
                 (unsigned)c.month % 100u, (unsigned)c.day % 100u, (unsigned)c.hour % 100u,
                 (unsigned)c.minute % 100u, (unsigned)c.second % 100u);
    return out;
}

char *when_format_ms(double t, char out[WHEN_LEN])
{
    if (!isfinite(t) || fabs(t) > 4e11) {
        snprintf(out, WHEN_LEN, "unknown");
        return out;
    }
    double whole = floor(t), ms = floor((t - whole) * 1000 + 0.5); /* rounded: read again, it is the same */
    when_format((int64_t)whole + (ms >= 1000), out);
    size_t n = strlen(out);
    if (n == 20)
        snprintf(out + 19, WHEN_LEN - 19, ".%03uZ", (unsigned)ms % 1000u);
    return out;
}

char *when_day(int64_t t, char out[WHEN_LEN])
{
    when_format(t, out);
    if (strlen(out) == 20)
        out[10] = '\0';
    return out;
}

static bool two_digits(const char *s, int *v)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return false;
    *v = (s[0] - '0') * 10 + (s[1] - '0');
    return true;
}

static int days_of_month(int year, int month)
{
    return (int)(days_from_civil(year + month / 12, month % 12 + 1, 1) - days_from_civil(year, month, 1));
}

/* A 61st second is a leap second. */
static bool civil_fits(const struct civil *c)
{
    return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= days_of_month(c->year, c->month) &&
           c->hour < 24 && c->minute < 60 && c->second <= 60;
}

bool when_parse(const char *s, int64_t *t)
{
    struct civil c;
    int high, low;
    if (strlen(s) < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':')
        return false;
    if (!two_digits(s, &high) || !two_digits(s + 2, &low) || !two_digits(s + 5, &c.month) ||
        !two_digits(s + 8, &c.day) || !two_digits(s + 11, &c.hour) ||
        !two_digits(s + 14, &c.minute) || !two_digits(s + 17, &c.second))
        return false;
    c.year = high * 100 + low;
    const char *rest = s + 19;
    if (*rest == '.' && rest[1] != 'Z')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") != 0 || c.year < 1 || !civil_fits(&c))
        return false;
    *t = when_from_civil(c.year, c.month, c.day, c.hour, c.minute, c.second);
    return true;
}

bool when_parse_http(const char *s, int64_t *t)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil c;
    int high, low;
    /* "Sun, 06 Nov 1994 08:49:37 GMT" */
    if (strlen(s) != 29 || s[3] != ',' || s[4] != ' ' || s[7] != ' ' || s[11] != ' ' ||
        s[16] != ' ' || s[19] != ':' || s[22] != ':' || strcmp(s + 25, " GMT") != 0)
        return false;
    if (!two_digits(s + 5, &c.day) || !two_digits(s + 12, &high) || !two_digits(s + 14, &low) ||
        !two_digits(s + 17, &c.hour) || !two_digits(s + 20, &c.minute) ||
        !two_digits(s + 23, &c.second))
        return false;
    c.year = high * 100 + low;
    for (c.month = 1; c.month <= 12; c.month++)
        if (memcmp(months + 3 * (c.month - 1), s + 8, 3) == 0)
            break;
    if (c.year < 1 || !civil_fits(&c))
        return false;
    *t = when_from_civil(c.year, c.month, c.day, c.hour, c.minute, c.second);
    return true;
}

char *when_span(double seconds, char out[WHEN_LEN])
{
    double s = fabs(seconds);
    if (!isfinite(s) || s > 1e15)
        snprintf(out, WHEN_LEN, "unknown");
    else if (s < 9.95)
        snprintf(out, WHEN_LEN, "%.1f s", s);
    else if (s < 120)
        snprintf(out, WHEN_LEN, "%.0f s", s);
    else if (s < 2 * 3600)
        snprintf(out, WHEN_LEN, "%.0f min", floor(s / 60));
    else if (s < DAY)
        snprintf(out, WHEN_LEN, "%.0f h", floor(s / 3600));
    else if (s < 2 * DAY)
        snprintf(out, WHEN_LEN, "1 day %.0f h", floor(fmod(s, DAY) / 3600));
    else if (s < 731.0 * DAY)
        snprintf(out, WHEN_LEN, "%.0f days", floor(s / DAY));
    else
        snprintf(out, WHEN_LEN, "%.0f years", floor(s / (365.2425 * DAY)));
    return out;
}
