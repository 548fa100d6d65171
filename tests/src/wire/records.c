/* records - tests of following records by their headers: as a whole, byte by byte, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/wire/records.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define BYTES(s) (const uint8_t *)(s), sizeof (s) - 1

/* ChangeCipherSpec, a handshake record without content, a clear alert, five bytes of data. */
static const char stream[] = "\x14\x03\x03\x00\x01\x01" "\x16\x03\x01\x00\x00" "\x15\x03\x03\x00\x02\x02\x30"
                             "\x17\x03\x03\x00\x05hello";
static const struct record expected[] = {
    { .type = RECORDS_CHANGE, .size = 1, .first = { 1, 0 } }, { .type = RECORDS_HANDSHAKE },
    { .type = RECORDS_ALERT, .size = 2, .first = { 2, 48 } },
    { .type = RECORDS_DATA, .size = 5, .first = { 'h', 'e' } },
};

/* Feeds so many bytes at a time and counts what comes; every record must be the expected one. */
static size_t follow(struct records *r, const uint8_t *p, size_t n, size_t step)
{
    size_t found = 0;
    for (size_t at = 0; at < n; at += step) {
        const uint8_t *piece = p + at;
        size_t left = n - at < step ? n - at : step;
        struct record out;
        while (records_next(r, &piece, &left, &out)) {
            assert_true(found < COUNT(expected));
            assert_int_equal(out.type, expected[found].type);
            assert_int_equal(out.size, expected[found].size);
            assert_memory_equal(out.first, expected[found].first, sizeof out.first);
            found++;
        }
        assert_int_equal(left, 0);
    }
    return found;
}

static void test_pieces(void **state)
{
    (void)state;
    for (size_t step = 1; step <= sizeof stream; step++) {
        struct records r = { 0 };
        assert_int_equal(follow(&r, BYTES(stream), step), COUNT(expected));
        assert_int_equal(r.count, COUNT(expected));
        assert_false(r.lost);
    }
}

static void test_cut(void **state)
{
    (void)state;
    struct records r = { 0 };
    assert_int_equal(follow(&r, (const uint8_t *)stream, sizeof stream - 2, 3), COUNT(expected) - 1);
    assert_false(r.lost);
}

static void test_lost(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; } bad[] = {
        { "G", 1 }, { "\x13\x03\x03", 3 }, { "\x19\x03\x03", 3 }, { "\x16\x02", 2 }, { "\x16\x03\x05", 3 },
        { "\x17\x03\x03\x48\x01", 5 }, { "\x16\x03\x03\x00\x00" "GET", 8 },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct records r = { 0 };
        struct record out;
        const uint8_t *p = (const uint8_t *)bad[i].bytes;
        size_t n = bad[i].n;
        while (records_next(&r, &p, &n, &out))
            assert_int_equal(out.size, 0);
        assert_true(r.lost);
        assert_int_equal(n, 0);
        p = (const uint8_t *)stream; /* and it stays so */
        n = sizeof stream - 1;
        assert_false(records_next(&r, &p, &n, &out));
        assert_int_equal(n, 0);
    }
}

static void test_alert(void **state)
{
    (void)state;
    static const struct { struct record r; bool alert; } rows[] = {
        { { RECORDS_ALERT, 2, { 2, 40 } }, true }, { { RECORDS_ALERT, 2, { 1, 0 } }, true },
        { { RECORDS_ALERT, 2, { 3, 40 } }, false }, { { RECORDS_ALERT, 26, { 2, 40 } }, false },
        { { RECORDS_DATA, 2, { 2, 40 } }, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(record_is_alert(&rows[i].r), rows[i].alert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces), cmocka_unit_test(test_cut), cmocka_unit_test(test_lost),
        cmocka_unit_test(test_alert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
