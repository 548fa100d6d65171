/* Every view at every size, in UTF-8 and in ASCII, against golden files.
 *
 * GENERATE=1 rewrites the files; the change is then read in the diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "tests/ui/fixture.h"
#include "ui/keys.h"
#include "ui/render.h"

static const struct {
    int w, h;
} sizes[] = { { 80, 24 }, { 120, 40 }, { 160, 48 }, { 40, 10 }, { 20, 5 }, { 1, 1 } };

/* name of the golden file, columns of the session, keys that lead there */
static const struct { const char *name; int columns; const char *keys; bool filled, answered, clocks, fetched, paths, loads, logs; } views[] = {
    { "compare-2", 2, "2" },
    { "compare-6", 6, "2 l j j" },
    { "compare-6-right", 6, "2 l l l l l G" },
    { "compare-6-diff", 6, "2 D r l Space" },
    { "why-2", 2, "1" },
    { "why-6", 6, "1 j j j" },
    { "chain-2", 2, "3 l" },
    { "chain-6", 6, "3 l l l G" },
    { "chain-fetched", 4, "3 l", false, false, false, true },
    { "detail-evidence", 2, "1 j j j j j Enter" },
    { "detail-cell", 2, "2 l j j Enter" },
    { "detail-cert", 2, "3 l Enter" },
    { "detail-finding", 2, "1 j Enter" },
    { "help", 2, "?" },
    { "help-found", 2, "? / text:copy Enter" },
    { "prompt-add", 2, "2 a text:nope://x Enter" },
    { "prompt-command", 2, "2 : text:compar" },
    { "log-2", 2, "0", .logs = true },
    { "log-lines", 2, "0 G", .logs = true },
    { "log-find", 2, "0 / text:frob Enter", .logs = true },
    { "log-line", 2, "0 G k k k Enter", .logs = true },
    { "log-prompt", 2, "0 o text:/var/log/", .logs = true },
    { "log-answers", 2, "4 j", .logs = true },
    { "clock-1", 1, "7", false, false, true },
    { "clock-2", 2, "7 j j", false, false, true },
    { "clock-6", 6, "7 G", false, false, true },
    { "clock-60", 60, "7", false, false, true },
    { "clock-detail", 2, "7 j Enter", false, false, true },
    { "clock-empty", 0, "7" },
    { "path-1", 1, "8", .paths = true },
    { "path-2", 2, "8 l j j", .paths = true },
    { "path-6", 6, "8 l l G", .paths = true },
    { "path-detail", 2, "8 Enter", .paths = true },
    { "path-unasked", 2, "8" },
    { "path-empty", 0, "8" },
    { "load-1", 1, "9", .loads = true },
    { "load-2", 2, "9 l j j", .loads = true },
    { "load-detail", 2, "9 j Enter", .loads = true },
    { "load-unasked", 2, "9" },
    { "load-prompt", 2, "9 B" },
    { "load-refused", 2, "9 B text:0 Enter" },
    { "load-empty", 0, "9" },
    { "matrix-1", 1, "5", false },
    { "matrix-2", 2, "5 l j j", true },
    { "matrix-6", 6, "5 l PgDn", true },
    { "matrix-6-diff", 6, "5 D j j l l r Space h", true },
    { "matrix-20", 20, "5 l l l / text:TLS_RSA_WITH_3DES Enter", true },
    { "matrix-60-right", 60, "5 G / text:srv-40 Enter", true },
    { "matrix-detail", 2, "5 l Enter", true },
    { "matrix-empty", 0, "5" },
    { "clients-1", 1, "6 j j" },
    { "clients-2", 2, "6 l j j j", true },
    { "clients-6-diff", 6, "6 D G l l r Space h", true },
    { "clients-60", 60, "6 G / text:srv-40 Enter", true },
    { "clients-detail", 2, "6 l / text:windows-7 Enter Enter", true },
    { "checklist-0", 0, "4" },
    { "checklist-2", 2, "4 j Enter", false },
    { "checklist-6", 6, "4 j j j", true, true },
    { "checklist-since", 2, "4 j j j j Enter x", true, true },
    { "checklist-prompt", 2, "4 Enter j j j j Enter text:yesterday Enter", false, true },
    { "empty", 0, "2" },
    { "one-column", 1, "1" },
};

/* Each row exactly as wide as the picture, no byte that could move a cursor, ASCII where promised.
 */
static void assert_sound(const struct grid *g)
{
    assert_in_range(g->cursor_x, 0, g->w - 1);
    assert_in_range(g->cursor_y, 0, g->h - 1);
    for (int y = 0; y < g->h; y++) {
        int cols = 0;
        for (int x = 0; x < g->w; x++) {
            const struct cell *c = grid_at(g, x, y);
            cols += c->width;
            assert_int_equal(c->width == 0, c->ch[0] == '\0');
            if (c->width)
                assert_int_equal(text_width(c->ch), c->width);
            for (const char *p = c->ch; *p; p++) {
                assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
                assert_true(g->utf8 || (unsigned char)*p < 0x80);
            }
        }
        assert_int_equal(cols, g->w);
    }
}

static void fixture_of(struct fixture *f, size_t view)
{
    fixture_init(f, views[view].columns);
    if (views[view].filled)
        fixture_fill(f);
    if (views[view].answered)
        fixture_answer(f);
    if (views[view].clocks)
        fixture_clocks(f);
    if (views[view].fetched)
        fixture_fetch(f);
    if (views[view].paths)
        fixture_paths(f);
    if (views[view].loads)
        fixture_loads(f);
    if (views[view].logs)
        fixture_logs(f);
}

static char *picture(size_t view, int w, int h, bool utf8)
{
    struct fixture f;
    fixture_of(&f, view);
    struct view *v = view_new(PANE_COMPARE, NULL);
    fixture_press(&f, v, w, h, views[view].keys);
    struct frame *frame = render(&f.scene, v, w, h, utf8);
    assert_sound(frame->grid);
    char *dump = grid_dump(frame->grid, w == 80 && utf8);
    frame_free(frame);
    view_free(v);
    fixture_free(&f);
    return dump;
}

static char *file_read(const char *path)
{
    struct text t = { 0 };
    char chunk[4096];
    size_t n;
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    while ((n = fread(chunk, 1, sizeof chunk, in)) > 0)
        text_add_n(&t, chunk, n);
    fclose(in);
    return text_take(&t);
}

static void golden_check(const char *name, const char *pictures)
{
    const char *top = getenv("abs_top_srcdir"), *generate = getenv("GENERATE");
    char *path = mem_format("%s/tests/ui/golden/%s.txt", top ? top : ".", name);
    if (generate && *generate == '1') {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        assert_true(fputs(pictures, out) >= 0);
        assert_int_equal(fclose(out), 0);
    }
    char *want = file_read(path);
    if (!want)
        fail_msg("%s is missing: %s", path, strerror(errno));
    if (strcmp(want, pictures) != 0)
        fail_msg("%s differs; what is drawn now:\n%s", path, pictures);
    free(want);
    free(path);
}

static void as_in_golden_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct text t = { 0 };
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            for (int utf8 = 1; utf8 >= 0; utf8--) {
                char *p = picture(i, sizes[j].w, sizes[j].h, utf8);
                text_addf(&t, "=== %dx%d %s\n", sizes[j].w, sizes[j].h, utf8 ? "UTF-8" : "ASCII");
                text_add(&t, p);
                free(p);
            }
        char *all = text_take(&t);
        golden_check(views[i].name, all);
        free(all);
    }
}

/* The same keys at the same size give the same columns in both character sets. */
static void ascii_moves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct fixture f;
        fixture_of(&f, i);
        struct view *v = view_new(PANE_COMPARE, NULL);
        fixture_press(&f, v, 80, 24, views[i].keys);
        struct frame *a = render(&f.scene, v, 80, 24, true),
                     *b = render(&f.scene, v, 80, 24, false);
        for (int n = 0; n < 80 * 24; n++) {
            const struct cell *x = &a->grid->cell[n], *y = &b->grid->cell[n];
            assert_int_equal(x->attr, y->attr);
            if ((unsigned char)x->ch[0] < 0x80 && x->width == 1 && x->ch[1] == '\0')
                assert_string_equal(x->ch, y->ch);
        }
        frame_free(a);
        frame_free(b);
        view_free(v);
        fixture_free(&f);
    }
}

static void any_size(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 6);
    fixture_fill(&f);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct view *v = view_new(PANE_COMPARE, NULL);
        fixture_press(&f, v, 80, 24, views[i].keys);
        static const int ws[] = { 1, 2, 3, 7, 19, 20, 39, 40, 41, 57, 79, 80, 139, 140, 200, 500 };
        static const int hs[] = { 1, 2, 3, 5, 9, 10, 11, 12, 23, 24, 39, 40, 60, 200 };
        for (size_t a = 0; a < sizeof ws / sizeof *ws; a++)
            for (size_t b = 0; b < sizeof hs / sizeof *hs; b++) {
                struct frame *frame = render(&f.scene, v, ws[a], hs[b], (a + b) & 1);
                assert_sound(frame->grid);
                frame_free(frame);
            }
        view_free(v);
    }
    fixture_free(&f);
}

/* A window made small and large again shows what it showed, also with a prompt half typed. */
static void resize_keeps_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct fixture f;
        fixture_of(&f, i);
        struct view *v = view_new(PANE_COMPARE, NULL);
        fixture_press(&f, v, 80, 24, views[i].keys);
        struct frame *before = render(&f.scene, v, 80, 24, true);
        char *want = grid_dump(before->grid, true);
        unsigned seed = 42;
        for (int n = 0; n < 200; n++) {
            seed = seed * 1103515245u + 12345u;
            struct frame *frame =
                render(&f.scene, v, 1 + (int)(seed >> 8) % 200, 1 + (int)(seed >> 20) % 60, true);
            view_settle(v, frame, false);
            frame_free(frame);
        }
        struct frame *after = render(&f.scene, v, 80, 24, true);
        char *got = grid_dump(after->grid, true);
        assert_string_equal(got, want);
        free(got);
        free(want);
        frame_free(before);
        frame_free(after);
        view_free(v);
        fixture_free(&f);
    }
}

static void help_is_always_named(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 6);
    struct view *v = view_new(PANE_COMPARE, NULL);
    for (int w = 20; w < 200; w += 3) {
        struct frame *frame = render(&f.scene, v, w, 24, true);
        char *dump = grid_dump(frame->grid, false);
        assert_non_null(strstr(dump, "?:help"));
        free(dump);
        frame_free(frame);
    }
    view_free(v);
    fixture_free(&f);
}

/* What fails can be seen at the start, and why within two keys, at the smallest full size. */
static void newcomer_finds_why(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 2);
    struct view *v = view_new(PANE_COMPARE, NULL);
    struct frame *frame = render(&f.scene, v, 80, 24, true);
    char *dump = grid_dump(frame->grid, false);
    assert_non_null(strstr(dump, "1 of 2 fail - press 1 for why"));
    assert_non_null(strstr(dump, "FAIL certificate expired"));
    free(dump);
    frame_free(frame);
    fixture_press(&f, v, 80, 24, "1");
    frame = render(&f.scene, v, 80, 24, true);
    dump = grid_dump(frame->grid, false);
    assert_non_null(strstr(dump, "1 Untrusted CA (B office)"));
    assert_non_null(strstr(dump, "2 Expired certificate (B office)"));
    assert_non_null(strstr(dump, "fix: Renew the certificate"));
    free(dump);
    frame_free(frame);
    view_free(v);
    fixture_free(&f);
}

/* A value of a megabyte in one word: all of it is there, line by line, and kept once for y to copy. */
static void a_long_word_is_kept_once(void **state)
{
    size_t n = 1 << 20, seen = 0;
    struct sheet s = { 0 };
    struct look l = { .width = 79 };
    char *word = mem_array(NULL, n + 1, 1);
    (void)state;
    memset(word, 'x', n);
    word[n] = '\0';
    sheet_wrap(&s, &l, (struct item){ 1 }, ATTR_PLAIN, "raw: ", word);
    for (size_t i = 0; i < s.count; i++) {
        assert_true(strlen(s.row[i].text) <= 79);
        assert_ptr_equal(s.row[i].full, s.row[0].full);
        assert_int_equal(s.row[i].item.line, i);
        seen += strspn(s.row[i].text + 5, "x"); /* after the head, or indented like it */
    }
    assert_int_equal(seen, n);
    assert_string_equal(s.row[0].full, word);
    sheet_free(&s);
    free(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_in_golden_files),
        cmocka_unit_test(ascii_moves_nothing),
        cmocka_unit_test(any_size),
        cmocka_unit_test(resize_keeps_all),
        cmocka_unit_test(help_is_always_named),
        cmocka_unit_test(newcomer_finds_why),
        cmocka_unit_test(a_long_word_is_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
