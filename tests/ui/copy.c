/* What is copied: the bytes for the terminal, and the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "ui/copy.h"

static void osc_forms(void **state)
{
    (void)state;
    static const struct { const char *text; bool tmux, screen; const char *want; } rows[] = {
        { "", false, false, "\033]52;c;\a" },
        { "a", false, false, "\033]52;c;YQ==\a" },
        { "ab", false, false, "\033]52;c;YWI=\a" },
        { "abc", false, false, "\033]52;c;YWJj\a" },
        { "\xc3\xa9\xff", false, false, "\033]52;c;w6n/\a" },
        { "abc", true, false, "\033Ptmux;\033\033]52;c;YWJj\a\033\\" },
        { "abc", true, true, "\033Ptmux;\033\033]52;c;YWJj\a\033\\" },
        { "abc", false, true, "\033P\033]52;c;YWJj\a\033\\" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *osc = copy_osc(rows[i].text, rows[i].tmux, rows[i].screen);
        assert_string_equal(osc, rows[i].want);
        free(osc);
    }
}

static void too_long_for_a_terminal(void **state)
{
    (void)state;
    char *text = mem_array(NULL, COPY_OSC_MAX, 1);
    memset(text, 'x', COPY_OSC_MAX - 1);
    text[COPY_OSC_MAX - 1] = '\0';
    assert_null(copy_osc(text, false, false));
    text[COPY_OSC_MAX / 4 * 3 - 3] = '\0';
    char *osc = copy_osc(text, false, false);
    assert_non_null(osc);
    free(osc);
    free(text);
}

static void assert_holds(const char *path, const char *want)
{
    char got[64] = "";
    struct stat st;
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size_t n = fread(got, 1, sizeof got - 1, in);
    fclose(in);
    got[n] = '\0';
    assert_string_equal(got, want);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0077, 0);
}

static void file_in_the_state_folder_else_in_tmp(void **state)
{
    (void)state;
    struct err e = { "" };
    char folder[] = "/tmp/tlswhy-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *deep = mem_format("%s/a/b", folder);
    setenv("XDG_STATE_HOME", deep, 1);
    for (int i = 0; i < 2; i++) {
        char *path = copy_file("copied", i ? "second" : "first", &e);
        assert_non_null(path);
        assert_int_equal(strncmp(path, deep, strlen(deep)), 0);
        assert_holds(path, i ? "second\n" : "first\n");
        if (i)
            unlink(path);
        free(path);
    }
    /* a state folder that is no folder: the file goes to $TMPDIR, under a name nobody could guess */
    setenv("XDG_STATE_HOME", "/dev/null", 1);
    setenv("TMPDIR", folder, 1);
    char *path = copy_file("copied", "third", &e);
    assert_non_null(path);
    assert_int_equal(strncmp(path, folder, strlen(folder)), 0);
    assert_holds(path, "third\n");
    unlink(path);
    free(path);
    setenv("TMPDIR", "/dev/null", 1);
    assert_null(copy_file("copied", "fourth", &e));
    assert_non_null(strstr(e.text, "could not be written"));
    char *made = mem_format("%s/tlswhy", deep);
    rmdir(made);
    rmdir(deep);
    deep[strlen(deep) - 2] = '\0';
    rmdir(deep);
    assert_int_equal(rmdir(folder), 0);
    free(made);
    free(deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(osc_forms),
        cmocka_unit_test(too_long_for_a_terminal),
        cmocka_unit_test(file_in_the_state_folder_else_in_tmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
