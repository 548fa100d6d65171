/* bytes - tests of the bounded reader at every cut, of the buffer's cap, and of hex both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

/* One of everything: 1 + 2 + 3 + 4 bytes, vectors with prefixes of 1, 2 and 3, and two plain bytes. */
static const uint8_t whole[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xf7, 0x08, 0x09, 0x0a,
                                 1, 'a', 0, 2, 'b', 'c', 0, 0, 3, 'd', 'e', 'f', 'g', 'h' };

struct read_all {
    uint8_t u8;
    uint16_t u16;
    uint32_t u24, u32;
    struct reader v[3];
    const uint8_t *rest;
};

static struct read_all read_all(struct reader *r)
{
    struct read_all a = { 0 };
    a.u8 = reader_u8(r);
    a.u16 = reader_u16(r);
    a.u24 = reader_u24(r);
    a.u32 = reader_u32(r);
    for (int i = 0; i < 3; i++)
        a.v[i] = reader_vector(r, i + 1);
    a.rest = reader_take(r, 2);
    return a;
}

static void reads_what_is_there(void **state)
{
    (void)state;
    struct reader r = reader_of(whole, sizeof whole);
    struct read_all a = read_all(&r);
    assert_true(reader_done(&r));
    assert_int_equal(a.u8, 0x01);
    assert_int_equal(a.u16, 0x0203);
    assert_int_equal(a.u24, 0x040506);
    assert_int_equal(a.u32, 0xf708090a);
    for (size_t i = 0; i < 3; i++) {
        assert_false(a.v[i].failed);
        assert_int_equal(a.v[i].left, i + 1);
    }
    assert_memory_equal(a.v[2].p, "def", 3);
    assert_memory_equal(a.rest, "gh", 2);
}

/* A copy of exactly that length, so that a sanitizer sees any look beyond it. */
static void fails_at_every_cut(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof whole; n++) {
        uint8_t *cut = malloc(n ? n : 1);
        assert_non_null(cut);
        memcpy(cut, whole, n);
        struct reader r = reader_of(cut, n);
        struct read_all a = read_all(&r);
        assert_true(r.failed);
        assert_false(reader_done(&r));
        assert_null(a.rest);
        for (size_t i = 0; i < 3; i++)
            assert_true(a.v[i].failed ? a.v[i].left == 0 : a.v[i].left == i + 1);
        free(cut);
    }
}

static void stays_failed(void **state)
{
    (void)state;
    struct reader r = reader_of(whole, 3);
    assert_int_equal(reader_u32(&r), 0);
    assert_true(r.failed);
    assert_int_equal(reader_u8(&r), 0); /* though a byte is there */
    assert_int_equal(reader_u16(&r), 0);
    assert_int_equal(reader_u24(&r), 0);
    assert_null(reader_take(&r, 0));
    struct reader v = reader_vector(&r, 1);
    assert_true(v.failed);
    assert_int_equal(v.left, 0);
    assert_null(reader_take(&v, 0));
}

static void huge_lengths(void **state)
{
    (void)state;
    static const uint8_t vector[] = { 0xff, 0xff, 0xff, 1, 2 };
    struct reader r = reader_of(vector, sizeof vector), v = reader_vector(&r, 3);
    assert_true(r.failed && v.failed);
    r = reader_of(vector, sizeof vector);
    assert_null(reader_take(&r, SIZE_MAX));
    assert_true(r.failed);
    r = reader_of(vector, sizeof vector);
    assert_ptr_equal(reader_take(&r, sizeof vector), vector);
    assert_true(reader_done(&r));
    assert_null(reader_take(&r, 1));
}

static void nothing_to_read(void **state)
{
    (void)state;
    struct reader r = reader_of(NULL, 12);
    assert_true(reader_done(&r));
    (void)reader_take(&r, 0);
    assert_false(r.failed);
    assert_int_equal(reader_u8(&r), 0);
    assert_true(r.failed);
    static const uint8_t empty[] = { 0 };
    r = reader_of(empty, 1);
    struct reader v = reader_vector(&r, 1);
    assert_true(reader_done(&v) && reader_done(&r));
}

static void buf_keeps_its_cap(void **state)
{
    (void)state;
    static const size_t caps[] = { 0, 1, 255, 256, 257, 1000, 5000 };
    for (size_t c = 0; c < sizeof caps / sizeof *caps; c++) {
        struct buf b;
        buf_init(&b, caps[c]);
        assert_null(b.data);
        for (size_t i = 0; i < caps[c]; i++) {
            uint8_t byte = (uint8_t)(i * 7);
            assert_true(buf_add(&b, &byte, 1));
            assert_true(b.room <= b.cap && b.len == i + 1);
        }
        assert_false(buf_add(&b, "x", 1));
        assert_true(buf_add(&b, NULL, 0));
        assert_int_equal(b.len, caps[c]);
        for (size_t i = 0; i < caps[c]; i++)
            assert_int_equal(b.data[i], (uint8_t)(i * 7));
        buf_free(&b);
        assert_null(b.data);
        assert_int_equal(b.cap, caps[c]); /* it can be used again */
        assert_true(!caps[c] || buf_add(&b, "y", 1));
        buf_free(&b);
    }
}

static void buf_refuses_whole_pieces(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    assert_true(buf_add(&b, "abcdef", 6));
    assert_false(buf_add(&b, "ghijk", 5));
    assert_false(buf_add(&b, "g", SIZE_MAX));
    assert_int_equal(b.len, 6);
    assert_memory_equal(b.data, "abcdef", 6);
    assert_true(buf_add(&b, "ghij", 4));
    buf_drop(&b, 3);
    assert_int_equal(b.len, 7);
    assert_memory_equal(b.data, "defghij", 7);
    buf_drop(&b, 100);
    assert_int_equal(b.len, 0);
    buf_drop(&b, 1);
    assert_true(buf_add(&b, "0123456789", 10));
    buf_free(&b);
}

static void hex_both_ways(void **state)
{
    (void)state;
    uint8_t all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    for (size_t n = 0; n <= sizeof all; n += n < 4 ? 1 : 36) {
        char *hex = bytes_hex(all, n, sizeof all);
        assert_int_equal(strlen(hex), 2 * n);
        size_t back = 99;
        uint8_t *bytes = bytes_unhex(hex, &back);
        assert_non_null(bytes);
        assert_int_equal(back, n);
        assert_memory_equal(bytes, all, n);
        free(bytes);
        free(hex);
    }
    size_t n = 0;
    uint8_t *upper = bytes_unhex("00DEADbeef", &n);
    assert_non_null(upper);
    assert_int_equal(n, 5);
    assert_memory_equal(upper, "\x00\xde\xad\xbe\xef", 5);
    free(upper);
}

static void hex_is_cut_and_checked(void **state)
{
    (void)state;
    static const char *const bad[] = { "0", "abc", "0g", "g0", " 0", "0x", "--", "0/", "0:", "0@", "0G", "0`" };
    char *hex = bytes_hex("\xde\xad\xbe\xef", 4, 2);
    assert_string_equal(hex, "dead...");
    free(hex);
    hex = bytes_hex("\xde", 1, 0);
    assert_string_equal(hex, "...");
    free(hex);
    hex = bytes_hex(NULL, 0, 5);
    assert_string_equal(hex, "");
    free(hex);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t n = 77;
        assert_null(bytes_unhex(bad[i], &n));
        assert_int_equal(n, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(fails_at_every_cut),
        cmocka_unit_test(stays_failed),
        cmocka_unit_test(huge_lengths),
        cmocka_unit_test(nothing_to_read),
        cmocka_unit_test(buf_keeps_its_cap),
        cmocka_unit_test(buf_refuses_whole_pieces),
        cmocka_unit_test(hex_both_ways),
        cmocka_unit_test(hex_is_cut_and_checked),
    };
    return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
