/* Cells: nothing outside, no control bytes, and every character in as many columns as it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ui/grid.h"

static void assert_dump(const struct grid *g, const char *want)
{
    char *dump = grid_dump(g, false);
    assert_string_equal(dump, want);
    free(dump);
}

static void cuts_with_dots(void **state)
{
    (void)state;
    struct grid *g = grid_new(8, 2, true);
    assert_int_equal(grid_put(g, 0, 0, 8, "exactly8", 0), 8);
    assert_int_equal(grid_put(g, 0, 1, 6, "too long", 0), 6);
    assert_dump(g, "exactly8\ntoo ..\n");
    grid_free(g);
}

static void stays_inside(void **state)
{
    (void)state;
    struct grid *g = grid_new(3, 1, true);
    assert_int_equal(grid_put(g, -1, 0, 3, "abc", 0), 0);
    assert_int_equal(grid_put(g, 3, 0, 3, "abc", 0), 0);
    assert_int_equal(grid_put(g, 0, 1, 3, "abc", 0), 0);
    assert_int_equal(grid_put(g, 1, 0, 100, "abcdef", 0), 2);
    assert_null(grid_at(g, 3, 0));
    grid_cursor(g, 99, -4);
    assert_int_equal(g->cursor_x, 2);
    assert_int_equal(g->cursor_y, 0);
    assert_dump(g, " ab\n");
    grid_free(g);
}

static void wide_and_combining(void **state)
{
    (void)state;
    struct grid *g = grid_new(6, 1, true);
    assert_int_equal(grid_put(g, 0, 0, 6, "\u4f60e\u0301x", 0), 4);
    assert_int_equal(grid_at(g, 0, 0)->width, 2);
    assert_int_equal(grid_at(g, 1, 0)->width, 0);
    assert_string_equal(grid_at(g, 2, 0)->ch, "e\u0301");
    assert_string_equal(grid_at(g, 3, 0)->ch, "x");
    /* a half that is written over takes the other half with it */
    grid_put(g, 1, 0, 1, "|", 0);
    assert_string_equal(grid_at(g, 0, 0)->ch, " ");
    assert_int_equal(grid_at(g, 0, 0)->width, 1);
    grid_free(g);
}

static void mark_without_base_is_dropped(void **state)
{
    (void)state;
    struct grid *g = grid_new(4, 1, true);
    assert_int_equal(grid_put(g, 0, 0, 4, "\u0301a", 0), 1);
    assert_dump(g, "a\n");
    grid_free(g);
}

static void wide_does_not_fit_the_last_cell(void **state)
{
    (void)state;
    struct grid *g = grid_new(3, 1, true);
    grid_put(g, 2, 0, 1, "\u4f60", 0);
    assert_int_equal(grid_at(g, 2, 0)->width, 1);
    assert_string_equal(grid_at(g, 2, 0)->ch, " ");
    grid_free(g);
}

static void ascii_keeps_columns(void **state)
{
    (void)state;
    struct grid *g = grid_new(12, 1, false);
    assert_int_equal(grid_put(g, 0, 0, 12, "a\u4f60e\u0301\u00fcz", 0), 6);
    assert_dump(g, "a????z\n");
    for (int x = 0; x < g->w; x++)
        for (const char *c = grid_at(g, x, 0)->ch; *c; c++)
            assert_true((unsigned char)*c < 0x80);
    grid_free(g);
}

static void no_controls(void **state)
{
    (void)state;
    struct grid *g = grid_new(60, 1, true);
    grid_put(g, 0, 0, 60, "\033[2J\007\t\xc2\x9b" "31m\u202e\xff!", 0);
    for (int x = 0; x < g->w; x++)
        for (const char *c = grid_at(g, x, 0)->ch; *c; c++)
            assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
    char *dump = grid_dump(g, false);
    assert_null(strstr(dump, "\xc2\x9b"));
    assert_null(strstr(dump, "\u202e"));
    assert_non_null(strstr(dump, "\\x1b[2J"));
    free(dump);
    grid_free(g);
}

static void many_marks_fit_a_cell(void **state)
{
    (void)state;
    struct grid *g = grid_new(4, 1, true);
    char zalgo[203] = "a";
    for (int i = 0; i < 100; i++)
        memcpy(zalgo + 1 + 2 * i, "\u0301", 2);
    zalgo[201] = 'b';
    assert_int_equal(grid_put(g, 0, 0, 4, zalgo, 0), 2);
    assert_true(strlen(grid_at(g, 0, 0)->ch) < CELL_BYTES);
    assert_int_equal(strlen(grid_at(g, 0, 0)->ch) % 2, 1);
    assert_string_equal(grid_at(g, 1, 0)->ch, "b");
    grid_free(g);
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    struct grid *g = grid_new(0, 99999, true);
    assert_int_equal(g->w, 1);
    assert_int_equal(g->h, GRID_MAX);
    grid_free(g);
}

static void glyphs_take_one_column(void **state)
{
    (void)state;
    for (enum glyph i = 0; i < GLYPH_COUNT; i++)
        for (int utf8 = 0; utf8 < 2; utf8++) {
            struct grid *g = grid_new(2, 1, utf8);
            assert_int_equal(grid_put(g, 0, 0, 2, glyph_text(i, utf8), 0), 1);
            grid_free(g);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_with_dots),
        cmocka_unit_test(stays_inside),
        cmocka_unit_test(wide_and_combining),
        cmocka_unit_test(mark_without_base_is_dropped),
        cmocka_unit_test(wide_does_not_fit_the_last_cell),
        cmocka_unit_test(ascii_keeps_columns),
        cmocka_unit_test(no_controls),
        cmocka_unit_test(many_marks_fit_a_cell),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(glyphs_take_one_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
