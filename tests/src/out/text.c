/* Tests of src/out/text.c: golden pages, and what must hold on every page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "tests/src/out/scene.h"

typedef struct scene *scene_make(void);

static const struct page_row {
    const char *name;
    scene_make *make;
    struct report how;
} pages[] = {
    {"ok.txt", scene_ok, {0}},
    {"ok-quiet.txt", scene_ok, {.quiet = true}},
    {"expired.txt", scene_expired, {0}},
    {"expired-color.txt", scene_expired, {.color = true}},
    {"expired-verbose.txt", scene_expired, {.verbose = true}},
    {"unsure.txt", scene_unsure, {0}},
    {"many.txt", scene_many, {0}},
    {"many-quiet.txt", scene_many, {.quiet = true}},
    {"full.txt", scene_full, {0}},
    {"full-quiet.txt", scene_full, {.quiet = true}},
    {"nasty-40.txt", scene_nasty, {.width = 40}},
};
#define PAGES (sizeof pages / sizeof *pages)

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAGES; i++) {
        struct scene *sc = pages[i].make();
        char *text = scene_report(sc, "text", &pages[i].how);
        scene_golden(pages[i].name, text);
        free(text);
        scene_free(sc);
    }
}

static char *without_color(const char *s)
{
    struct text t = {0};
    while (*s) {
        if (text_starts(s, "\x1b[")) {
            s += strcspn(s, "m") + 1;
            continue;
        }
        text_add_n(&t, s++, 1);
    }
    return text_take(&t);
}

/* Colour adds nothing but colour, and without it no escape leaves. */
static void test_color(void **state)
{
    (void)state;
    scene_make *const makes[] = {scene_ok, scene_expired, scene_unsure, scene_many, scene_full, scene_nasty};
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct scene *sc = makes[i]();
        char *plain = scene_report(sc, "text", &(struct report){0});
        char *color = scene_report(sc, "text", &(struct report){.color = true});
        assert_null(strchr(plain, '\x1b'));
        assert_non_null(strchr(color, '\x1b'));
        char *stripped = without_color(color);
        assert_string_equal(stripped, plain);
        free(stripped);
        free(color);
        free(plain);
        scene_free(sc);
    }
}

/* Only commands, and words that can't be broken, may pass the width. */
static void test_width(void **state)
{
    (void)state;
    scene_make *const makes[] = {scene_ok, scene_expired, scene_unsure, scene_many, scene_full};
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct scene *sc = makes[i]();
        char *text = scene_report(sc, "text", &(struct report){.verbose = true});
        for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
            *end = '\0';
            if (!strstr(line, "openssl "))
                assert_true(text_width(line) <= 80);
        }
        free(text);
        scene_free(sc);
    }
}

static void test_empty(void **state)
{
    (void)state;
    struct scene sc = {.session = session_new(0)};
    char *text = scene_report(&sc, "text", &(struct report){0});
    assert_string_equal(text, "Nothing was probed.\n");
    free(text);
    session_free(sc.session);
}

static void test_formats(void **state)
{
    (void)state;
    assert_string_equal(format_find("text")->name, "text");
    assert_string_equal(format_find("json")->name, "json");
    assert_null(format_find("xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages), cmocka_unit_test(test_color), cmocka_unit_test(test_width),
        cmocka_unit_test(test_empty), cmocka_unit_test(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
