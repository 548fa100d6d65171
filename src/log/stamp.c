/* stamp - see stamp.h. */
#include "src/log/stamp.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "src/base/when.h"

#define LOOK_BYTES 400       /* of a line; JSON may have the time far behind */
#define TAIL_BYTES 64        /* of a longer record in JSON */
#define YEAR_LAST 9998       /* a zone must not move it beyond what can be written */
#define BARE_BYTES 72        /* where a time may begin that no key announces */

/* Y year, M month in digits, b in letters, a day of the week, D day, h i s, f fraction if any, z zone if any,
 * p AM or PM, T a blank or T, Z the letters of a zone; all else is itself. */
enum { NO_YEAR = 1, BETTER = 2 };
static const struct form { const char *shape; int flags; const char *writes; } forms[] = {
    { "Y-M-DTh:i:sfz", 0,             "ISO 8601, RFC 3339; PostgreSQL, JSSE, OpenVPN 2.5, Python" },
    { "Y/M/D h:i:sf",  0,             "nginx, Go" },
    { "D/b/Y:h:i:sfz", BETTER,        "access logs, HAProxy" },
    { "a b D h:i:sf Y", 0,            "Apache, OpenVPN 2.4" },
    { "a b D h:i:sZY", 0,             "date(1)" },
    { "b D Y h:i:sfz", 0,             "network equipment" },
    { "b D h:i:sf Y",  0,             "openssl, date without a weekday" },
    { "a, D b Y h:i:sz", 0,           "RFC 5322" },
    { "D-b-Y h:i:sf",  0,             "PHP, Tomcat" },
    { "Y.M.D h:i:s",   0,             "stunnel" },
    { "M/D/Y h:i:sp",  0,             "Windows events" },
    { "D.M.Y h:i:s",   0,             "Windows events, elsewhere" },
    { "b D h:i:sf",    NO_YEAR,       "RFC 3164 syslog" },
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char days[] = "MonTueWedThuFriSatSun";

struct scan_at { const char *p, *end; };

static bool digits_take(struct scan_at *s, int least, int most, int *out)
{
    int n = 0, value = 0;
    while (n < most && s->p < s->end && isdigit((unsigned char)*s->p))
        value = value * 10 + (*s->p++ - '0'), n++;
    *out = value;
    return n >= least && !(s->p < s->end && isdigit((unsigned char)*s->p));
}

static bool name_take(struct scan_at *s, const char *names, int *out)
{
    if (s->end - s->p < 3)
        return false;
    for (int i = 0; names[3 * i]; i++)
        if (memcmp(s->p, names + 3 * i, 3) == 0) {
            *out = i + 1;
            s->p += 3;
            return true;
        }
    return false;
}

static double fraction_take(struct scan_at *s)
{
    double value = 0, scale = 1;
    if (s->end - s->p < 2 || (*s->p != '.' && *s->p != ',') || !isdigit((unsigned char)s->p[1]))
        return 0;
    for (s->p++; s->p < s->end && isdigit((unsigned char)*s->p); s->p++)
        value += (*s->p - '0') * (scale /= 10);
    return value;
}

/* Z, UTC, GMT, +0100, +01:00, -03, with a blank before it or not; minutes east of UTC. */
static bool zone_take(struct scan_at *s, int *minutes)
{
    struct scan_at t = *s;
    int h = 0, m = 0;
    t.p += t.p < t.end && *t.p == ' ';
    size_t left = (size_t)(t.end - t.p);
    bool named = left >= 3 && (memcmp(t.p, "UTC", 3) == 0 || memcmp(t.p, "GMT", 3) == 0);
    *minutes = 0;
    if (named || (left && *t.p == 'Z')) {
        s->p = t.p + (named ? 3 : 1);
        return true;
    }
    if (left < 3 || (*t.p != '+' && *t.p != '-') || !isdigit((unsigned char)t.p[1]) || !isdigit((unsigned char)t.p[2]))
        return false;
    int sign = *t.p++ == '-' ? -1 : 1;
    h = (t.p[0] - '0') * 10 + (t.p[1] - '0');
    t.p += 2;
    t.p += t.p < t.end && *t.p == ':';
    if (t.end - t.p >= 2 && isdigit((unsigned char)t.p[0]) && isdigit((unsigned char)t.p[1])) {
        m = (t.p[0] - '0') * 10 + (t.p[1] - '0');
        t.p += 2;
    }
    *minutes = sign * (h * 60 + m);
    s->p = t.p;
    return h < 15 && m < 60;
}

struct parts { int year, month, day, hour, minute, second, east, pm; double fraction; bool zoned; };

static bool half_take(struct scan_at *s, int *pm)
{
    s->p += s->p < s->end && *s->p == ' ';
    if (s->end - s->p < 2 || s->p[1] != 'M' || (*s->p != 'A' && *s->p != 'P'))
        return false;
    *pm = *s->p == 'P' ? 2 : 1;
    s->p += 2;
    return true;
}

/* " CET ": of the letters only those of UTC are known to mean one zone everywhere. */
static bool letters_take(struct scan_at *s, bool *zoned)
{
    const char *from = s->p + 1;
    size_t n = 0;
    while (s->end - from > (ptrdiff_t)n && from[n] >= 'A' && from[n] <= 'Z')
        n++;
    if (s->p == s->end || *s->p != ' ' || n < 3 || n > 5 || s->end - from <= (ptrdiff_t)n || from[n] != ' ')
        return false;
    *zoned = n == 3 && (memcmp(from, "UTC", 3) == 0 || memcmp(from, "GMT", 3) == 0);
    s->p = from + n + 1;
    return true;
}

static bool part_take(struct scan_at *s, char what, struct parts *t)
{
    int unused;
    switch (what) {
    case 'Y': return digits_take(s, 4, 4, &t->year);
    case 'M': return digits_take(s, 1, 2, &t->month);
    case 'b': return name_take(s, months, &t->month);
    case 'a': return name_take(s, days, &unused);
    case 'D': s->p += s->p < s->end && *s->p == ' '; return digits_take(s, 1, 2, &t->day);
    case 'h': return digits_take(s, 1, 2, &t->hour);
    case 'i': return digits_take(s, 2, 2, &t->minute);
    case 's': return digits_take(s, 2, 2, &t->second);
    case 'f': t->fraction = fraction_take(s); return true;
    case 'z': t->zoned = zone_take(s, &t->east); return true;
    case 'Z': return letters_take(s, &t->zoned);
    case 'p': return half_take(s, &t->pm);
    case 'T': return s->p < s->end && (*s->p == 'T' || *s->p == ' ') && s->p++;
    default:  return s->p < s->end && *s->p == what && s->p++;
    }
}

static bool parts_good(struct parts *t)
{
    if (t->pm && t->hour >= 1 && t->hour <= 12)
        t->hour = t->hour % 12 + (t->pm == 2 ? 12 : 0);
    return t->year >= 1970 && t->year <= YEAR_LAST && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= 31 && t->hour < 24 && t->minute < 60 && t->second <= 60;
}

static void parts_settle(const struct parts *t, bool yearless, struct stamp *out)
{
    int64_t at = when_from_civil(t->year, t->month, t->day, t->hour, t->minute, t->second > 59 ? 59 : t->second);
    out->time = (double)at - t->east * 60.0 + t->fraction;
    out->zoned = t->zoned;
    out->yearless = yearless;
}

static bool form_match(const struct form *f, struct scan_at s, int year, struct stamp *out)
{
    struct parts t = { .year = f->flags & NO_YEAR ? year : 0 };
    for (const char *c = f->shape; *c; c++)
        if (!part_take(&s, *c, &t))
            return false;
    if (!parts_good(&t))
        return false;
    parts_settle(&t, f->flags & NO_YEAR, out);
    return true;
}

/* klog: a letter for the level, month and day in four digits. */
static bool klog_match(const char *p, size_t n, int year, struct stamp *out)
{
    struct scan_at s = { p + 1, p + n };
    struct parts t = { .year = year };
    int both;
    if (n < 14 || !year || !strchr("IWEF", *p) || !digits_take(&s, 4, 4, &both) || !part_take(&s, ' ', &t))
        return false;
    t.month = both / 100;
    t.day = both % 100;
    for (const char *c = "h:i:sf"; *c; c++)
        if (!part_take(&s, *c, &t))
            return false;
    if (!parts_good(&t))
        return false;
    parts_settle(&t, true, out);
    return true;
}

/* Seconds since 1970 in decimal, milliseconds, or journald's microseconds; slapd's in hex, before " conn=". */
static bool epoch_match(const char *p, size_t n, bool begins, bool keyed, struct stamp *out)
{
    double value = 0;
    size_t d = 0, x = 0;
    while (d < n && d < 17 && isdigit((unsigned char)p[d]))
        value = value * 10 + (p[d++] - '0');
    bool alone = keyed || (begins && d < n && strchr(":. ,[", p[d]));
    if ((d == 10 || d == 13 || (d == 16 && keyed)) && *p == '1' && alone) {
        struct scan_at s = { p + d, p + n };
        double seconds = d == 16 ? value / 1e6 : d == 13 ? value / 1000 : value + fraction_take(&s);
        *out = (struct stamp){ seconds, true, false };
        return true;
    }
    value = 0;
    while (x < n && x < 9 && isxdigit((unsigned char)p[x])) {
        value = value * 16 + (isdigit((unsigned char)p[x]) ? p[x] - '0' : (p[x] | 32) - 'a' + 10);
        x++;
    }
    if (!begins || x != 8 || n < 16 || value < 1e9 || !(p[8] == ' ' || p[8] == '.') || !memmem(p, n, "conn=", 5))
        return false;
    *out = (struct stamp){ value, true, false };
    return true;
}

/* What stands right before says that a time follows; or that it is one of a certificate. */
static bool keyed(const char *line, size_t at)
{
    static const char *const keys[] = { "time", "ts", "timestamp", "SystemTime", "date", "asctime", "datetime", "t",
                                        "__REALTIME_TIMESTAMP" };
    size_t end = at;
    while (end && strchr("\"'=: ", line[end - 1]))
        end--;
    if (end == at)
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t k = strlen(keys[i]);
        if (end >= k && memcmp(line + end - k, keys[i], k) == 0 &&
            (end == k || !isalnum((unsigned char)line[end - k - 1])))
            return true;
    }
    return false;
}

static bool of_certificate(const char *line, size_t at)
{
    static const char *const words[] = {
        "date: ", "fore: ", "fter: ", "fore=", "fter=", "fore:", "fter:", "fore : ", "fter : ", "is after ",
        "is before ", "until ", "since ", "rom ", "expires ", "expired ", "v:", "on ",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t k = strlen(words[i]);
        if (at >= k && memcmp(line + at - k, words[i], k) == 0)
            return true;
    }
    return false;
}

static bool any_match(const char *line, size_t at, size_t n, int year, struct stamp *out, bool *better)
{
    bool key = keyed(line, at), begins = at == 0;
    struct scan_at s = { line + at, line + n };
    *better = false;
    if (of_certificate(line, at))
        return false;
    if (at <= BARE_BYTES || key)
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
            if ((year || !(forms[i].flags & NO_YEAR)) && form_match(&forms[i], s, year, out)) {
                *better = forms[i].flags & BETTER;
                return true;
            }
    return (at <= BARE_BYTES && klog_match(line + at, n - at, year, out)) ||
           epoch_match(line + at, n - at, begins, key, out);
}

/* Most words begin no time: a digit does, the name of a month or a day, klog's letter, and at the start a hex digit. */
static bool may_begin(const char *p, size_t left, bool start)
{
    int unused;
    struct scan_at s = { p, p + left };
    if (start || isdigit((unsigned char)*p))
        return true;
    if (!isupper((unsigned char)*p))
        return false;
    return isdigit((unsigned char)p[1]) || name_take(&s, months, &unused) || name_take(&s, days, &unused);
}

static bool stamp_find(const char *p, size_t n, int year, struct stamp *out)
{
    struct stamp found;
    bool any = false, better;
    for (size_t i = 0; i + 8 < n; i++) {
        bool word = i == 0 || !isalnum((unsigned char)p[i - 1]);
        if (!word || !isalnum((unsigned char)p[i]) || !may_begin(p + i, n - i, i == 0) ||
            !any_match(p, i, n, year, &found, &better))
            continue;
        if (!any || better)
            *out = found;
        any = true;
        if (better || !found.yearless) /* syslog's has no year; HAProxy's own comes behind it */
            return true;
        i += 14;
    }
    return any;
}

bool stamp_read(const char *p, size_t n, int year, struct stamp *out)
{
    if (stamp_find(p, n < LOOK_BYTES ? n : LOOK_BYTES, year, out))
        return true;
    const char *nl = n > LOOK_BYTES && *p == '{' ? memchr(p + LOOK_BYTES, '\n', n - LOOK_BYTES) : NULL;
    size_t end = nl ? (size_t)(nl - p) : n;
    /* Docker's records have it last. */
    return n > LOOK_BYTES && *p == '{' && stamp_find(p + end - TAIL_BYTES, TAIL_BYTES, year, out);
}
