/* Bytes into keys, whole or in pieces; names of keys there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "ui/keys.h"
#include "ui/line.h"

static int one(const char *bytes, bool waited)
{
    struct keys k = { 0 };
    int key = K_NONE;
    keys_feed(&k, bytes, strlen(bytes));
    if (!keys_next(&k, waited, &key))
        return K_NONE;
    assert_false(keys_partial(&k));
    return key;
}

static const struct { const char *bytes; int key; } known[] = {
    { "j", 'j' },
    { "\r", K_ENTER },
    { "\n", K_ENTER },
    { "\t", K_TAB },
    { "\177", K_BACKSPACE },
    { "\010", K_BACKSPACE },
    { "\003", 3 },
    { "\033[A", K_UP },
    { "\033OA", K_UP },
    { "\033[B", K_DOWN },
    { "\033[C", K_RIGHT },
    { "\033[D", K_LEFT },
    { "\033[1;5C", K_RIGHT },
    { "\033[H", K_HOME },
    { "\033[F", K_END },
    { "\033[1~", K_HOME },
    { "\033[4~", K_END },
    { "\033[5~", K_PGUP },
    { "\033[6~", K_PGDN },
    { "\033[3~", K_DELETE },
    { "\033[Z", K_BACKTAB },
    { "\033OP", K_F1 },
    { "\033[11~", K_F1 },
    { "\033[[A", K_F1 },
    { "\033[24~", K_F12 },
    { "\u00e9", 0xe9 },
    { "\u4f60", 0x4f60 },
    { "\U0001f600", 0x1f600 },
    { "\033[?1;2c", K_UNKNOWN },
    { "\033[99~", K_UNKNOWN },
};

static void decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(one(known[i].bytes, false), known[i].key);
}

static void in_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct keys k = { 0 };
        int key = K_NONE;
        size_t n = strlen(known[i].bytes);
        for (size_t j = 0; j < n; j++) {
            assert_int_equal(keys_feed(&k, known[i].bytes + j, 1), 1);
            assert_int_equal(keys_next(&k, false, &key), j == n - 1);
        }
        assert_int_equal(key, known[i].key);
    }
}

static void lone_escape_waits(void **state)
{
    (void)state;
    assert_int_equal(one("\033", false), K_NONE);
    assert_int_equal(one("\033", true), K_ESC);
}

static void escape_then_text(void **state)
{
    (void)state;
    struct keys k = { 0 };
    int key;
    keys_feed(&k, "\033j\033[", 4);
    assert_true(keys_next(&k, false, &key) && key == K_ESC);
    assert_true(keys_next(&k, false, &key) && key == 'j');
    assert_false(keys_next(&k, false, &key));
    assert_true(keys_next(&k, true, &key) && key == K_ESC);
    assert_true(keys_next(&k, true, &key) && key == '[');
    assert_false(keys_next(&k, true, &key));
}

static void garbage_ends(void **state)
{
    (void)state;
    struct keys k = { 0 };
    char bytes[512];
    int key, n = 0;
    unsigned seed = 7;
    for (size_t i = 0; i < sizeof bytes; i++) {
        seed = seed * 1103515245u + 12345u;
        bytes[i] = (char)(seed >> 16);
    }
    assert_int_equal(keys_feed(&k, bytes, sizeof bytes), sizeof k.in);
    assert_int_equal(keys_feed(&k, "x", 1), 0);
    while (keys_next(&k, true, &key)) {
        assert_int_not_equal(key, K_NONE);
        assert_true(++n <= 512);
    }
    assert_false(keys_partial(&k));
}

static void taught_sequences(void **state)
{
    (void)state;
    struct keys k = { 0 };
    int key;
    keys_teach(&k, "\033xy", K_HOME);
    keys_teach(&k, "", K_END);
    keys_teach(&k, NULL, K_END);
    assert_int_equal(k.taught_count, 1);
    keys_feed(&k, "\033x", 2);
    assert_false(keys_next(&k, false, &key));
    keys_feed(&k, "y", 1);
    assert_true(keys_next(&k, false, &key) && key == K_HOME);
}

static void names_there_and_back(void **state)
{
    (void)state;
    static const int keys[] = { 'a',       'Z',      '?',         ' ',  K_ENTER, K_ESC,  K_TAB,
                                K_BACKTAB, 3,        12,          26,   K_UP,    K_PGDN, K_F1,
                                K_F12,     K_DELETE, K_BACKSPACE, 0xe9, 0x4f60 };
    char name[KEY_NAME_LEN];
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(keys_find(keys_name(keys[i], name)), keys[i]);
    assert_int_equal(keys_find("Nonsense"), K_NONE);
    assert_int_equal(keys_find(""), K_NONE);
    assert_int_equal(keys_find("jj"), K_NONE);
}

static void line_edits_characters(void **state)
{
    (void)state;
    struct line l = { .text = "" };
    line_insert(&l, 'a');
    line_insert(&l, 0x4f60);
    line_insert(&l, ' ');
    line_insert(&l, 'b');
    line_insert(&l, 7);
    line_insert(&l, 0x9b);
    assert_string_equal(l.text, "a\u4f60 b");
    line_move(&l, LINE_LEFT);
    line_move(&l, LINE_LEFT);
    assert_true(line_back(&l));
    assert_string_equal(l.text, "a b");
    line_delete(&l);
    assert_string_equal(l.text, "ab");
    line_move(&l, LINE_END);
    line_clear(&l);
    assert_string_equal(l.text, "");
    assert_false(line_back(&l));
    for (int i = 0; i < 2 * LINE_MAX_BYTES; i++)
        line_insert(&l, 0xe9);
    assert_int_equal(l.len, LINE_MAX_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(in_pieces),
        cmocka_unit_test(lone_escape_waits),
        cmocka_unit_test(escape_then_text),
        cmocka_unit_test(garbage_ends),
        cmocka_unit_test(taught_sequences),
        cmocka_unit_test(names_there_and_back),
        cmocka_unit_test(line_edits_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
