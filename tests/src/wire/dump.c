/* dump - tests of reading hex digits: the same bytes in every form they are pasted in, and what is none of these. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/wire/dump.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

/* Reads a copy of just that size, so that a sanitizer sees any look beyond; hex, or NULL. Owned by the caller. */
static char *reads(const char *text, size_t n)
{
    struct buf out;
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, text, n);
    buf_init(&out, 100);
    char *hex = dump_read(copy, n, &out) ? bytes_hex(out.data, out.len, out.len) : NULL;
    assert_int_equal(out.len > 0, hex != NULL);
    buf_free(&out);
    free(copy);
    return hex;
}

static void test_forms(void **state)
{
    static const struct { const char *text, *hex; } rows[] = {
        { "16", "16" }, { "160301\n", "160301" }, { "16 03 01", "160301" }, { "16:03:FF", "1603ff" },
        { " 16,\t03,\r\n 01 ", "160301" }, { "0x16, 0x3, 0X01", "160301" }, { "{ 0x16, 0x03 };", "1603" },
        { "\"\\x16\\x03\"\n\"\\x01\"", "160301" }, { "16-03-01", "160301" }, { "1603 0101 3601", "160301013601" },
        { "# a comment\n1603\n\n# more\n01\n", "160301" },
        /* xxd */
        { "00000000: 1603 0101 3601 0001 3203 0369 116a 09c9  ....6...2..i.j..\n"
          "00000010: d5fd 71                                  ..q\n", "16030101360100013203036911" "6a09c9d5fd71" },
        { "00000000: 1603 0101 3601 0001  ab cd ef\n00000008: 41                   A\n", "160301013601000141" },
        { "00000020: 1603  ..\n00000022: 01    .\n", "160301" }, /* from the middle of a file */
        /* hexdump -C, whose sixteen bytes have a gap, and which ends with an offset */
        { "00000000  16 03 01 01 36 01 00 01  32 03 03 69 11 6a 09 c9  |....6...2..i.j..|\n"
          "00000010  d5                                                |.|\n00000011\n",
          "16030101360100013203036911" "6a09c9d5" },
        { "00000000  16 03                                             |16 03|\n", "1603" },
        /* od -A x -t x1z */
        { "000000 16 03 01 01 36 01 00 01 32 03 03 69 11 6a 09 c9  >ab cd<\n000010 d5  >.<\n000011\n",
          "16030101360100013203036911" "6a09c9d5" },
        /* Wireshark, as it prints today and as it did */
        { "0000   16 03 01 01 36 01 00 01 32 03 03 69 11 6a 09 c9   ab cd ef\n0010   d5 fd   ..\n",
          "16030101360100013203036911" "6a09c9d5fd" },
        { "0000  16 03 01 01 36 01 00 01  32 03 03 69 11 6a 09 c9   ....6...\n",
          "16030101360100013203036911" "6a09c9" },
        /* openssl s_client -msg */
        { ">>> TLS 1.0, RecordHeader [length 0005]\n    16 03 01 00 02\n>>> TLS 1.3, Handshake [length 0002]\n"
          "    01 00\n<<< TLS 1.3, Handshake [length 0002], ServerHello\n    02 zz\n", "16030100020100" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *hex = reads(rows[i].text, strlen(rows[i].text));
        if (!hex || strcmp(hex, rows[i].hex) != 0)
            fail_msg("row %zu: %s, not %s", i, hex ? hex : "nothing", rows[i].hex);
        free(hex);
    }
}

static void test_others(void **state)
{
    static const char *const rows[] = {
        "", "\n\n", "# nothing\n", "1", "16 3", "160301 is a record", "xyz", "0x", "0xg", "1603\n<html>",
        "00000000: 1603 0101\n00000009: 36\n",          /* an offset that does not fit */
        "00000000: 1603 010\n", "00000000  16 0g\n", "00000000\n", "<<< TLS 1.3\n16 03\n", "GET / HTTP/1.1\r\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *hex = reads(rows[i], strlen(rows[i]));
        if (hex)
            fail_msg("\"%s\" was read as %s", rows[i], hex);
    }
    assert_null(reads("16\0003", 5));
}

static void test_full(void **state)
{
    char text[202];
    (void)state;
    memset(text, 'a', sizeof text);
    char *hex = reads(text, 200);
    assert_int_equal(strlen(hex), 200);
    free(hex);
    assert_null(reads(text, 202));
}

/* A million digits in one line take no longer than a million in many: a second would be far too long. */
static void test_long_line(void **state)
{
    enum { DIGITS = 1 << 20 };
    (void)state;
    char *text = malloc(DIGITS);
    struct buf out;
    assert_non_null(text);
    memset(text, 'a', DIGITS);
    buf_init(&out, DIGITS);
    clock_t begun = clock();
    assert_true(dump_read(text, DIGITS, &out));
    assert_int_equal(out.len, DIGITS / 2);
    assert_true(clock() - begun < 5 * CLOCKS_PER_SEC);
    buf_free(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms), cmocka_unit_test(test_others), cmocka_unit_test(test_full),
        cmocka_unit_test(test_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
