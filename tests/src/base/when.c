/* when - tests of the calendar against timegm, of the written forms both ways, and of spans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/base/when.h"

#define FIRST INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Every day of 9999 years, counted one by one, and the C library's opinion at the ends of months. */
static void calendar_of_all_years(void **state)
{
    (void)state;
    int64_t t = FIRST;
    for (int y = 1; y <= 9999; y++)
        for (int m = 1; m <= 12; m++) {
            int last = month_days(y, m);
            if (when_from_civil(y, m, 1, 0, 0, 0) != t || when_from_civil(y, m, last, 0, 0, 0) != t + 86400 * (last - 1))
                fail_msg("%04d-%02d is off", y, m);
            struct tm tm = { .tm_year = y - 1900, .tm_mon = m - 1, .tm_mday = last, .tm_hour = 23, .tm_min = 58, .tm_sec = 57 };
            if (when_from_civil(y, m, last, 23, 58, 57) != (int64_t)timegm(&tm))
                fail_msg("%04d-%02d-%02d differs from timegm", y, m, last);
            t += 86400 * last;
        }
    assert_true(t == LAST + 1);
}

static void written_and_read_again(void **state)
{
    (void)state;
    char out[WHEN_LEN], want[64];
    int64_t back;
    for (int64_t t = FIRST; t <= LAST; t += 86400 * 29 + 12347) {
        time_t c = (time_t)t;
        struct tm tm;
        assert_non_null(gmtime_r(&c, &tm));
        snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                 tm.tm_hour, tm.tm_min, tm.tm_sec);
        if (strcmp(when_format(t, out), want) != 0 || !when_parse(out, &back) || back != t)
            fail_msg("%s became %s", want, out);
        want[10] = '\0';
        assert_string_equal(when_day(t, out), want);
    }
    assert_string_equal(when_format(FIRST, out), "0001-01-01T00:00:00Z");
    assert_string_equal(when_format(LAST, out), "9999-12-31T23:59:59Z");
    assert_string_equal(when_format(-1, out), "1969-12-31T23:59:59Z");
    assert_string_equal(when_format(INT64_C(4102444800), out), "2100-01-01T00:00:00Z");
}

static void outside_the_years(void **state)
{
    (void)state;
    static const int64_t bad[] = { WHEN_UNKNOWN, INT64_MAX, FIRST - 1, LAST + 1 };
    char out[WHEN_LEN];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_equal(when_format(bad[i], out), "unknown");
        assert_string_equal(when_day(bad[i], out), "unknown");
    }
    static const double none[] = { NAN, INFINITY, -INFINITY, 1e300, -1e300, 4e11, -4e11, (double)WHEN_UNKNOWN };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_string_equal(when_format_ms(none[i], out), "unknown");
}

/* A time that was read is written as it was: what is saved twice must not wander. */
static void milliseconds_both_ways(void **state)
{
    (void)state;
    static const int64_t base[] = { 0, -1, 1800000000, 1792545230, LAST, FIRST };
    char out[WHEN_LEN], want[40], second[WHEN_LEN];
    for (size_t i = 0; i < sizeof base / sizeof *base; i++)
        for (int ms = 0; ms < 1000; ms++) {
            int64_t t;
            snprintf(want, sizeof want, "%.19s.%03dZ", when_format(base[i], second), ms);
            assert_string_equal(when_format_ms((double)base[i] + ms / 1000.0, out), want);
            assert_true(when_parse(out, &t));
            assert_true(t == base[i]);
        }
    assert_string_equal(when_format_ms(1.9999, out), "1970-01-01T00:00:02.000Z"); /* rounded, seconds too */
    assert_string_equal(when_format_ms(0.0004, out), "1970-01-01T00:00:00.000Z");
    assert_string_equal(when_format_ms(-0.25, out), "1969-12-31T23:59:59.750Z");
}

static void malformed_rfc3339(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "2026", "2026-11-21", "2026-11-21T01:13:50", "2026-11-21 01:13:50Z", "2026-11-21T01:13:50z",
        "2026-11-21T01:13:50+00:00", "2026-11-21T01:13:50Zx", "2026-11-21T01:13:50.5", "2026-11-21T01:13:50.5x",
        "2026-11-21T01:13:50,5Z", "2026-00-21T01:13:50Z", "2026-13-21T01:13:50Z", "2026-11-00T01:13:50Z",
        "2026-11-32T01:13:50Z", "2026-11-31T01:13:50Z", "2026-02-31T01:13:50Z", "2026-02-29T01:13:50Z",
        "2100-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T01:60:50Z", "2026-11-21T01:13:61Z",
        "0000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "+026-11-21T01:13:50Z", "2026-1a-21T01:13:50Z",
        "2026-11-21T01:1 :50Z", "20261-1-21T01:13:50Z", "12026-11-21T01:13:50Z", "2026-11-21T01:13:50.Z",
        "unknown", "\xff\xff\xff\xff-11-21T01:13:50Z",
    };
    static const char *const good[] = { "2024-02-29T00:00:00Z", "2000-02-29T23:59:59Z", "2016-12-31T23:59:60Z",
                                        "9999-12-31T23:59:59.999Z", "2026-11-21T01:13:50.123456789Z" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t t = 4711;
        if (when_parse(bad[i], &t))
            fail_msg("taken: %s", bad[i]);
        assert_true(t == 4711);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t t;
        if (!when_parse(good[i], &t))
            fail_msg("not taken: %s", good[i]);
    }
}

static void http_dates(void **state)
{
    (void)state;
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    int64_t t;
    assert_true(when_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &t)); /* the example of RFC 9110 */
    assert_true(t == 784111777);
    for (int64_t at = FIRST; at <= LAST; at += 86400 * 97 + 3671) {
        time_t c = (time_t)at;
        struct tm tm;
        char s[64];
        gmtime_r(&c, &tm);
        snprintf(s, sizeof s, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
                 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
        if (!when_parse_http(s, &t) || t != at)
            fail_msg("%s is read wrongly", s);
    }
}

static void malformed_http_dates(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMTx",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 30 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nix 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 199x 08:49:37 GMT", "Sun; 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08-49:37 GMT", "Sun, 06-Nov 1994 08:49:37 GMT",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t t = 4711;
        if (when_parse_http(bad[i], &t))
            fail_msg("taken: %s", bad[i]);
        assert_true(t == 4711);
    }
}

static void spans(void **state)
{
    (void)state;
    static const struct { double s; const char *want; } rows[] = {
        { 0, "0.0 s" }, { 0.3, "0.3 s" }, { -0.3, "0.3 s" }, { 9.94, "9.9 s" }, { 9.96, "10 s" }, { 45, "45 s" },
        { 119.4, "119 s" }, { 120, "2 min" }, { 3599, "59 min" }, { 7199, "119 min" }, { 7200, "2 h" },
        { 86399, "23 h" }, { 86400, "1 day 0 h" }, { 86400 + 7200, "1 day 2 h" }, { 2 * 86400 - 1, "1 day 23 h" },
        { 2 * 86400, "2 days" }, { -10 * 86400, "10 days" }, { 364.9 * 86400, "364 days" }, { 730 * 86400, "730 days" },
        { 731 * 86400, "2 years" }, { 10 * 365.2425 * 86400, "10 years" },
        { 1e16, "unknown" }, { NAN, "unknown" }, { INFINITY, "unknown" }, { -INFINITY, "unknown" },
    };
    char out[WHEN_LEN];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(when_span(rows[i].s, out), rows[i].want);
    for (double s = 1e-3; s < 1e15; s *= 1.37)
        assert_true(strlen(when_span(s, out)) < WHEN_LEN && out[0] != '-');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_of_all_years),
        cmocka_unit_test(written_and_read_again),
        cmocka_unit_test(outside_the_years),
        cmocka_unit_test(milliseconds_both_ways),
        cmocka_unit_test(malformed_rfc3339),
        cmocka_unit_test(http_dates),
        cmocka_unit_test(malformed_http_dates),
        cmocka_unit_test(spans),
    };
    return cmocka_run_group_tests_name("base/when", tests, NULL, NULL);
}
