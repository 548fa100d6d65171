/* The time of a line, in every form programs write it; and dates that are no time of a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "src/base/when.h"
#include "src/log/stamp.h"

static const struct { const char *line, *time; bool zoned; } rows[] = {
    { "2026/11/20 23:26:53 [info] 7#7: *2 x", "2026-11-20T23:26:53.000Z", false },
    { "10.0.0.1 - - [24/Jan/2022:15:39:15 +0100] \"GET / HTTP/1.1\" 200", "2022-01-24T14:39:15.000Z", true },
    { "[Fri Nov 20 23:27:54.167377 2026] [ssl:info] x", "2026-11-20T23:27:54.167Z", false },
    { "Nov 20 23:31:33 lb haproxy[7]: 10.0.0.1:999 [20/Nov/2025:23:31:34.809] fe/1: SSL handshake failure",
      "2025-11-20T23:31:34.809Z", false },
    { "Nov  2 03:01:33 mail postfix/smtpd[7]: x", "2026-11-02T03:01:33.000Z", false },
    { "[2025-01-06 15:58:02.792][14][debug][connection] x", "2025-01-06T15:58:02.792Z", false },
    { "{\"start_time\":\"2025-01-06T15:58:02.792Z\",\"x\":1}", "2025-01-06T15:58:02.792Z", true },
    { "javax.net.ssl|ERROR|10|main|2026-11-20 23:29:16.321 UTC|A.java:1|x", "2026-11-20T23:29:16.321Z", true },
    { "E1202 08:40:59.669246       1 f.go:74] x", "2026-12-02T08:40:59.669Z", false },
    { "time=\"2024-05-01T10:00:00+02:00\" level=error msg=x", "2024-05-01T08:00:00.000Z", true },
    { "{\"level\":\"error\",\"logger\":\"tls.handshake\",\"ts\":1714557600.25,\"msg\":\"x\"}",
        "2024-05-01T10:00:00.250Z", true },
    { "2025-02-10T14:32:17.244221+00:00 mail dovecot: x", "2025-02-10T14:32:17.244Z", true },
    { "2022-01-10 01:34:19.615 GMT [77] LOG:  x", "2022-01-10T01:34:19.615Z", true },
    { "Tue Jan 16 10:12:41 2018 TLS Error: x", "2018-01-16T10:12:41.000Z", false },
    { "2021.01.13 17:30:32 LOG3[5]: x", "2021-01-13T17:30:32.000Z", false },
    { "1521017807: New connection from 10.0.0.1", "2018-03-14T08:56:47.000Z", true },
    { "5784dace conn=1005 fd=12 ACCEPT from IP=10.0.0.1:5", "2016-07-12T11:55:58.000Z", true },
    { "8/5/2020 5:16:37 PM Schannel 36874", "2020-08-05T17:16:37.000Z", false },
    { "<TimeCreated SystemTime='2020-08-05T05:16:37.123456789Z'/>", "2020-08-05T05:16:37.123Z", true },
    { "{\"MESSAGE\":\"x\",\"__REALTIME_TIMESTAMP\":\"1714557600250000\"}", "2024-05-01T10:00:00.250Z", true },
    { "{\"log\":\"........10........20........30........40........50........60........70........80........90.......100"
      "........10........20........30........40........50........60........70........80........90.......200........10"
      "........20........30........40........50........60........70........80........90.......300........10........20"
      "........30........40........50........60........70........80........90.......400........10........20\\n\","
      "\"stream\":\"stderr\",\"time\":\"2024-05-01T10:00:00.250000000Z\"}", "2024-05-01T10:00:00.250Z", true },
    { "2021-01-02 16:06:26,003 ERROR x", "2021-01-02T16:06:26.003Z", false },
    { "*  expire date: Feb 18 23:25:56 2027 GMT", NULL, false },
    { "        Not After : Feb 18 23:25:56 2027 GMT", NULL, false },
    { "curl: (35) OpenSSL SSL_connect: error", NULL, false },
    { "2026/13/20 23:26:53 x", NULL, false },
    { "[31/Dec/9999:23:59:59 -0100] x", NULL, false },
    { "1234567890123456 x", NULL, false },
    { "", NULL, false },
};

static void every_form_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stamp s = { NAN, false, false };
        char text[WHEN_LEN];
        bool found = stamp_read(rows[i].line, strlen(rows[i].line), 2026, &s);
        if (found != (rows[i].time != NULL))
            fail_msg("%s: %s", rows[i].line, found ? when_format_ms(s.time, text) : "no time");
        if (!found)
            continue;
        assert_string_equal(when_format_ms(s.time, text), rows[i].time);
        if (s.zoned != rows[i].zoned)
            fail_msg("%s: zoned is %d", rows[i].line, s.zoned);
    }
}

/* Without a year to take, forms that have none are no times; and no read goes past the end. */
static void bounds_are_kept(void **state)
{
    struct stamp s;
    const char *line = "2026/11/20 23:26:53 x";
    (void)state;
    assert_false(stamp_read("Nov  2 03:01:33 mail x", 22, 0, &s));
    for (size_t n = 0; n < 19; n++)
        assert_false(stamp_read(line, n, 2026, &s));
    assert_true(stamp_read(line, 20, 2026, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_form_is_read), cmocka_unit_test(bounds_are_kept) };
    return cmocka_run_group_tests_name("log/stamp", tests, NULL, NULL);
}
