/* Tests of NTP packets: the request, every check of an answer, the turn of the era. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "src/wire/ntp.h"

#define COOKIE UINT64_C(0x0123456789abcdef)
#define SENT 1795176000.0 /* 2026-11-20T12:00:00Z */

static void put32(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put_stamp(uint8_t *p, double t)
{
    double ntp = t + 2208988800.0;
    put32(p, (uint64_t)ntp);
    put32(p + 4, (uint64_t)((ntp - floor(ntp)) * 4294967296.0));
}

/* A good answer whose clock is `off` seconds ahead of ours and that was half of `way` seconds on its way back. */
static void answer(uint8_t p[NTP_PACKET], double off, double way)
{
    ntp_request(COOKIE, p);
    memcpy(p + 24, p + 40, 8);
    p[0] = 0x24;
    p[1] = 2;
    put32(p + 4, 0x8000);  /* root delay 0.5 s */
    put32(p + 8, 0x4000);  /* dispersion 0.25 s */
    put_stamp(p + 32, SENT + off + way / 2);
    put_stamp(p + 40, SENT + off + way / 2 + 0.125);
}

static struct ntp_answer taken(const uint8_t p[NTP_PACKET], double way)
{
    return ntp_read(p, NTP_PACKET, COOKIE, SENT, SENT + way + 0.125);
}

static void test_request(void **state)
{
    (void)state;
    uint8_t p[NTP_PACKET];
    ntp_request(COOKIE, p);
    assert_int_equal(p[0], 0x23); /* version 4, client */
    for (int i = 1; i < 40; i++)
        assert_int_equal(p[i], 0);
    static const uint8_t cookie[] = { 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };
    assert_memory_equal(p + 40, cookie, 8);
}

static void test_time(void **state)
{
    (void)state;
    static const double offs[] = { 0, 3.5, -172800, 34560000, -1700000000 };
    uint8_t p[NTP_PACKET];
    for (size_t i = 0; i < sizeof offs / sizeof *offs; i++) {
        answer(p, offs[i], 0.5);
        struct ntp_answer a = taken(p, 0.5);
        assert_int_equal(a.says, NTP_TIME);
        assert_int_equal(a.stratum, 2);
        assert_true(fabs(a.offset - offs[i]) < 0.001);
        assert_true(fabs(a.uncertainty - (0.25 + 0.25 + 0.25)) < 0.001);
    }
}

/* In 2036 the seconds begin again. */
static void test_era(void **state)
{
    (void)state;
    uint8_t p[NTP_PACKET];
    double in_2040 = 2208988800.0 + 60.0;
    answer(p, 0, 0);
    put_stamp(p + 32, in_2040);
    put_stamp(p + 40, in_2040);
    struct ntp_answer a = ntp_read(p, NTP_PACKET, COOKIE, in_2040, in_2040);
    assert_int_equal(a.says, NTP_TIME);
    assert_true(fabs(a.offset) < 0.001);
}

static void test_refused(void **state)
{
    (void)state;
    uint8_t p[NTP_PACKET];
    static const struct { size_t at; uint8_t value; enum ntp_says says; } rows[] = {
        { 0, 0x23, NTP_FOREIGN },  /* a client's */
        { 0, 0x04, NTP_FOREIGN },  /* version 0 */
        { 0, 0x3c, NTP_FOREIGN },  /* version 7 */
        { 31, 0, NTP_FOREIGN },    /* an answer to something else */
        { 0, 0xe4, NTP_UNSYNCED }, /* its clock was never set */
        { 1, 16, NTP_UNSYNCED },
        { 1, 0, NTP_KISS },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer(p, 0, 0);
        p[rows[i].at] = rows[i].value;
        assert_int_equal(taken(p, 0).says, rows[i].says);
    }
    answer(p, 0, 0);
    memset(p + 40, 0, 8);
    assert_int_equal(taken(p, 0).says, NTP_UNSYNCED);
    answer(p, 0, 0);
    p[1] = 0;
    memcpy(p + 12, "RA\x1b\xff", 4);
    assert_string_equal(taken(p, 0).kiss, "RA??");
    answer(p, 0, 0);
    for (size_t n = 0; n < NTP_PACKET; n++)
        assert_int_equal(ntp_read(p, n, COOKIE, SENT, SENT).says, NTP_FOREIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request), cmocka_unit_test(test_time), cmocka_unit_test(test_era),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
