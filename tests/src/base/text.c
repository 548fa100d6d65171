/* text - tests of building, cleaning, measuring and wrapping text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

#define CJK "\xe4\xb8\xad\xe6\x96\x87"    /* two characters, four columns */
#define E_ACUTE "e\xcc\x81"               /* e and a combining acute: one column */
#define GRIN "\xf0\x9f\x98\x80"           /* beyond the basic plane, two columns */

/* --- printable --- */

static void becomes(const char *bytes, size_t n, size_t max, const char *want)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees any look beyond */
    assert_non_null(exact);
    memcpy(exact, bytes, n);
    char *got = text_printable(exact, n, max);
    assert_string_equal(got, want);
    char *again = text_printable(got, strlen(got), strlen(got));
    assert_string_equal(again, got); /* what is printable stays as it is */
    free(again);
    free(got);
    free(exact);
}
#define BECOMES(bytes, want) becomes(bytes, sizeof bytes - 1, 1000, want)

static void controls_are_shown(void **state)
{
    (void)state;
    BECOMES("", "");
    BECOMES("plain ASCII ~!", "plain ASCII ~!");
    BECOMES("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m");
    BECOMES("a\nb\tc\rd\x7f", "a\\x0ab\\x09c\\x0dd\\x7f");
    BECOMES("nul\0in", "nul\\x00in");
    BECOMES("\xc2\x9b" "31m", "\\u{009b}31m");                     /* C1: a CSI of one character */
    for (int c = 0; c < 256; c++) {
        char byte = (char)c, *s = text_printable(&byte, 1, 1);
        assert_true(c >= 0x20 && c < 0x7f ? s[0] == byte && !s[1] : s[0] == '\\' && s[1] == 'x');
        free(s);
    }
}

static void format_characters_are_shown(void **state)
{
    (void)state;
    BECOMES("\xe2\x80\xae" "evil", "\\u{202e}evil");               /* right-to-left override */
    BECOMES("\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}");   /* isolates */
    BECOMES("\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf", "\\u{200b}\\u{200d}\\u{feff}");
    BECOMES("\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}");     /* line and paragraph separators */
    BECOMES("\xee\x80\x80", "\\u{e000}");                          /* private use */
    BECOMES("\xf3\xa0\x80\xa0", "\\u{e0020}");                     /* a tag character */
    BECOMES("\xf4\x8f\xbf\xbf", "\\u{10ffff}");                    /* never assigned */
    BECOMES("J\xc3\xbcrgen " CJK " " GRIN " " E_ACUTE, "J\xc3\xbcrgen " CJK " " GRIN " " E_ACUTE);
}

static void invalid_utf8_is_shown(void **state)
{
    (void)state;
    BECOMES("\x80", "\\x80");
    BECOMES("a\xff" "b", "a\\xffb");
    BECOMES("\xc0\x80", "\\xc0\\x80");                             /* overlong NUL */
    BECOMES("\xe0\x80\x9b", "\\xe0\\x80\\x9b");                    /* overlong C1 */
    BECOMES("\xed\xa0\x80", "\\xed\\xa0\\x80");                    /* surrogate */
    BECOMES("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");           /* beyond Unicode */
    BECOMES("x\xe4\xb8", "x\\xe4\\xb8");                           /* ends within a character */
    BECOMES("\xe4\x1b\xb8", "\\xe4\\x1b\\xb8");
}

static void long_text_is_cut(void **state)
{
    (void)state;
    becomes("abcdef", 6, 6, "abcdef");
    becomes("abcdef", 6, 3, "abc...");
    becomes("abcdef", 6, 0, "...");
    becomes("", 0, 0, "");
    becomes("a" CJK, 7, 3, "a..."); /* within the first character: it goes whole */
    becomes("a" CJK, 7, 4, "a\xe4\xb8\xad...");
    becomes("a" GRIN, 5, 4, "a...");
    becomes("a\xff\xff", 3, 2, "a\\xff...");
}

/* --- building --- */

static void strings_grow(void **state)
{
    (void)state;
    struct text t = { 0 };
    char *s = text_take(&t);
    assert_string_equal(s, "");
    free(s);
    text_add(&t, NULL);
    assert_null(t.s);
    for (int i = 0; i < 1000; i++)
        text_addf(&t, "%d,", i);
    assert_int_equal(t.len, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(t.s), t.len);
    char *wide = text_take(&t);
    assert_null(t.s);
    for (size_t n = 250; n < 260; n++) { /* around the size of the small buffer within */
        text_add(&t, "<");
        text_addf(&t, "%*s|", (int)n, "x");
        assert_int_equal(t.len, n + 2);
        assert_string_equal(t.s + n, "x|");
        text_free(&t);
    }
    text_addf(&t, "%s", wide);
    assert_string_equal(t.s, wide);
    text_add_n(&t, "a\0b", 3);
    assert_int_equal(t.len, strlen(wide) + 3);
    text_free(&t);
    assert_null(t.s);
    free(wide);
}

static void pads_the_current_line(void **state)
{
    (void)state;
    struct text t = { 0 };
    text_pad(&t, 2);
    text_add(&t, "|\n" CJK);
    text_pad(&t, 6);
    text_add(&t, "|");
    text_pad(&t, 3); /* already wider */
    assert_string_equal(t.s, "  |\n" CJK "  |");
    text_free(&t);
}

/* --- measuring --- */

static void widths(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width(CJK), 4);
    assert_int_equal(text_width(E_ACUTE), 1);
    assert_int_equal(text_width(GRIN), 2);
    assert_int_equal(text_width("a" CJK E_ACUTE), 6);
}

static void fits(const char *s, int cols, size_t bytes, int used)
{
    int u = -1;
    assert_int_equal(text_fit(s, cols, &u), bytes);
    assert_int_equal(u, used);
    assert_int_equal(text_fit(s, cols, NULL), bytes);
}

static void fits_whole_characters(void **state)
{
    (void)state;
    fits("abc", 0, 0, 0);
    fits("abc", 2, 2, 2);
    fits("abc", 9, 3, 3);
    fits(CJK, 1, 0, 0);
    fits(CJK, 2, 3, 2);
    fits(CJK, 3, 3, 2); /* no half characters */
    fits(CJK, 4, 6, 4);
    fits(E_ACUTE "x", 1, 3, 1); /* the mark stays with its base */
    fits("a" GRIN, 2, 1, 1);
    const char *all = "a" CJK E_ACUTE GRIN "z";
    for (int cols = 0; cols <= text_width(all) + 1; cols++) {
        int used = -1;
        size_t n = text_fit(all, cols, &used);
        char *head = mem_copy(all, n), *clean = text_printable(head, n, n);
        assert_true(used <= cols);
        assert_int_equal(text_width(head), used);
        assert_string_equal(clean, head); /* no character was torn */
        free(clean);
        free(head);
    }
}

static void wraps(const char *s, int indent, int width, const char *want)
{
    struct text t = { 0 };
    text_wrap(&t, s, indent, width);
    char *got = text_take(&t);
    assert_string_equal(got, want);
    free(got);
}

static void wraps_at_words(void **state)
{
    (void)state;
    wraps("", 0, 20, "");
    wraps("one two three four", 0, 13, "one two three\nfour");
    wraps("one two three four", 0, 12, "one two\nthree four");
    wraps("one two three four", 2, 15, "one two three\n  four");
    wraps("  one    two", 0, 40, "one two");
    wraps("one\ntwo three", 1, 40, "one\n two three");
    wraps("openssl s_client -connect verylonghostname.example.org:443", 0, 12,
          "openssl\ns_client\n-connect\nverylonghostname.example.org:443");
    wraps(CJK " " CJK " " CJK, 0, 10, CJK " " CJK "\n" CJK);
    wraps(E_ACUTE E_ACUTE " bcdefgh " E_ACUTE, 0, 12, E_ACUTE E_ACUTE " bcdefgh " E_ACUTE);
    wraps("a b", 50, 20, "a b"); /* no room at all: ten columns are taken */
}

/* Every line fits, but for words that never could; and the words are the same. */
static void wraps_at_every_width(void **state)
{
    (void)state;
    const char *s = "the server " CJK " sent " E_ACUTE "n alert 40 handshake_failure before the ServerHello";
    for (int width = 20; width < 100; width++) {
        struct text t = { 0 };
        text_wrap(&t, s, 3, width);
        char *got = text_take(&t), *save = NULL, *all = mem_string(s), *words = NULL;
        char *mine = mem_string(got), *inner = NULL, *theirs = strtok_r(all, " ", &words);
        for (char *w = strtok_r(mine, " \n", &inner); w; w = strtok_r(NULL, " \n", &inner)) {
            assert_non_null(theirs);
            assert_string_equal(w, theirs);
            theirs = strtok_r(NULL, " ", &words);
        }
        assert_null(theirs);
        int number = 0;
        for (char *line = strtok_r(got, "\n", &save); line; line = strtok_r(NULL, "\n", &save), number++) {
            assert_true(text_width(line) + (number ? 0 : 3) <= width);
            assert_true(number == 0 || (strncmp(line, "   ", 3) == 0 && line[3] != ' '));
        }
        free(mine);
        free(all);
        free(got);
    }
}

/* --- comparing --- */

static void compares(void **state)
{
    (void)state;
    assert_true(text_is("TLS_Aes", "tls_aES"));
    assert_true(text_is("", ""));
    assert_false(text_is("a", "ab"));
    assert_false(text_is("ab", "a"));
    assert_false(text_is("[", "{")); /* 0x20 apart, but no letters */
    assert_false(text_is("\xc3\x89", "\xc3\xa9"));
    assert_false(text_is(NULL, "a"));
    assert_false(text_is("a", NULL));
    assert_false(text_is(NULL, NULL));
    assert_true(text_starts("https://x", "https"));
    assert_true(text_starts("x", ""));
    assert_false(text_starts("http", "https"));
    assert_false(text_starts("HTTPS", "https"));
    assert_false(text_starts(NULL, "a"));
    assert_true(text_begins("EHLO there", 10, "ehlo", 4));
    assert_true(text_begins("EHL", 3, "ehlo", 3));
    assert_false(text_begins("EHLO", 3, "ehlo", 4)); /* there is more behind it, but not of it */
    assert_true(text_begins("\0A", 2, "\0a", 2));
    assert_false(text_begins("@", 1, "`", 1));
    assert_true(text_begins(NULL, 0, "", 0));
}

static void nearest(void **state)
{
    (void)state;
    static const char *const words[] = { "check", "compare", "explain", "report", "load", "lab", "ca" };
    const size_t n = sizeof words / sizeof *words;
    assert_string_equal(text_nearest("check", words, n), "check");
    assert_string_equal(text_nearest("chek", words, n), "check");
    assert_string_equal(text_nearest("cehck", words, n), "check");
    assert_string_equal(text_nearest("ccompaare", words, n), "compare");
    assert_string_equal(text_nearest("exlpain", words, n), "explain");
    assert_string_equal(text_nearest("laod", words, n), "load");
    assert_string_equal(text_nearest("la", words, n), "lab"); /* the first of equals */
    assert_null(text_nearest("frobnicate", words, n));
    assert_null(text_nearest("xy", words, n)); /* as far from "ca" as any two letters */
    assert_null(text_nearest("check", words, 0));
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(text_nearest(longest, words, n));
    longest[32] = '\0';
    const char *const same[] = { longest };
    assert_ptr_equal(text_nearest(longest, same, 1), longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_are_shown),
        cmocka_unit_test(format_characters_are_shown),
        cmocka_unit_test(invalid_utf8_is_shown),
        cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(strings_grow),
        cmocka_unit_test(pads_the_current_line),
        cmocka_unit_test(widths),
        cmocka_unit_test(fits_whole_characters),
        cmocka_unit_test(wraps_at_words),
        cmocka_unit_test(wraps_at_every_width),
        cmocka_unit_test(compares),
        cmocka_unit_test(nearest),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
