/* err - tests of the one sentence: first cause wins, circumstances are added, nothing overflows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/text.h"

static void first_cause_wins(void **state)
{
    (void)state;
    struct err e = { "" };
    assert_false(err_set(&e, "the file %s is missing", "ca.pem"));
    assert_false(err_set(&e, "another"));
    assert_string_equal(e.text, "the file ca.pem is missing");
    err_while(&e, "reading line %d", 12);
    err_while(&e, "loading the session");
    assert_string_equal(e.text, "the file ca.pem is missing, while reading line 12, while loading the session");
}

static void without_an_err(void **state)
{
    (void)state;
    struct err e = { "" };
    assert_false(err_set(NULL, "nobody listens"));
    err_while(NULL, "nobody listens");
    err_while(&e, "nothing is wrong"); /* no cause, so no circumstances */
    assert_string_equal(e.text, "");
}

/* Whatever the lengths, the text ends inside its array and between two characters. */
static void cut_between_characters(void **state)
{
    (void)state;
    for (size_t n = 0; n < 530; n++) {
        struct err e = { "" };
        struct text t = { 0 };
        for (size_t i = 0; i < n; i++)
            text_add_n(&t, "x", 1);
        text_add(&t, "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\xe4\xb8\xad");
        err_set(&e, "%s", t.s);
        err_while(&e, "reading \xe4\xb8\xad\xe6\x96\x87 number %d", 1);
        err_while(&e, "at it");
        assert_true(memchr(e.text, '\0', sizeof e.text) != NULL);
        char *clean = text_printable(e.text, strlen(e.text), sizeof e.text);
        bool same = strcmp(clean, e.text) == 0;
        free(clean);
        if (!same)
            fail_msg("after %zu bytes a character is cut", n);
        const char *joint = strrchr(e.text, ',');
        if (joint && !text_starts(joint, ", while "))
            fail_msg("after %zu bytes it ends in half of \", while \": %s", n, joint);
        text_free(&t);
    }
}

/* A path from outside may hold anything. */
static void a_file(void **state)
{
    (void)state;
    struct err e = { "" };
    assert_false(err_file(&e, "nothing can be read from", "a\033[2Jb", ENOENT));
    assert_string_equal(e.text, "nothing can be read from a\\x1b[2Jb: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_cause_wins),
        cmocka_unit_test(without_an_err),
        cmocka_unit_test(cut_between_characters),
        cmocka_unit_test(a_file),
    };
    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
