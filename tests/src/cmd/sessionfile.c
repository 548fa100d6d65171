/* Tests of session files: how they grow and get their names, what is never replaced, what is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/sessionfile.h"

static char folder[] = "/tmp/tlswhy-session.XXXXXX"; /* a folder of its own, named by the group's setup */

static char *in_folder(const char *name)
{
    return mem_format("%s/%s", folder, name);
}

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "re");
    char *s = mem_new(65536);
    if (!f) {
        free(s);
        return NULL;
    }
    s[fread(s, 1, 65535, f)] = '\0';
    fclose(f);
    return s;
}

static void write_all(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int next_id(void *arg)
{
    return ++*(int *)arg;
}

static bool load(const char *path, struct session *s, struct text *said, struct err *e)
{
    int id = 0, ask = 1;
    double started;
    return sessionfile_load(path, s, (struct ids_from){ next_id, &id }, &ask, &started, said, e);
}

static void put_column(struct sessionfile *f, const char *endpoint)
{
    struct event ev = { .kind = EVENT_COLUMN, .column = 1, .ask = 1, .endpoint = mem_string(endpoint) };
    sessionfile_put(f, &ev);
    event_clear(&ev);
}

/* While it grows it is FILE.part, and can be opened; then it is FILE. */
static void test_grows(void **state)
{
    (void)state;
    char *path = in_folder("a.session"), *part = in_folder("a.session.part");
    struct err e = { "" };
    struct sessionfile *f = sessionfile_new(path, 1795222800, &e);
    if (!f)
        fail_msg("%s", e.text);
    assert_true(access(path, F_OK) < 0);
    assert_true(sessionfile_is(part)); /* its header is there at once */
    put_column(f, "https://a.test");
    sessionfile_flush(f);
    struct session *s = session_new(0);
    struct text said = { 0 };
    assert_true(load(part, s, &said, &e));
    assert_int_equal(s->count, 1);
    assert_null(said.s);
    session_free(s);
    struct sessionfile *other = sessionfile_new(path, 1, &e); /* another run of the same name */
    assert_null(other);
    assert_non_null(strstr(e.text, "another run is writing"));
    e.text[0] = '\0';
    assert_true(sessionfile_end(f, &e));
    assert_true(sessionfile_is(path));
    assert_true(access(part, F_OK) < 0);
    f = sessionfile_new(path, 2, &e); /* a session may be replaced by the next */
    assert_non_null(f);
    assert_true(sessionfile_end(f, &e));
    char *text = read_all(path);
    assert_null(strstr(text, "a.test"));
    free(text);
    free(path);
    free(part);
}

/* Nothing that is no session of ours is replaced, and nothing that a killed run left. */
static void test_refuses(void **state)
{
    (void)state;
    char *note = in_folder("note.txt"), *b = in_folder("b"), *part = in_folder("b.part"), *nowhere = in_folder("x/y");
    char *empty = in_folder("empty"), *link_to = in_folder("c.part"), *c = in_folder("c");
    write_all(note, "mine\n");
    write_all(part, "{\"tlswhy\":\"0\",\"session\":1}\n");
    write_all(empty, "");
    assert_int_equal(symlink(note, link_to), 0);
    const struct { const char *path, *says; } rows[] = {
        { note, "is no saved session" }, { b, "did not come to its end" }, { nowhere, "No such file" },
        { folder, "is no saved session" }, { "/dev/null", "is no saved session" }, { c, "can't be saved in" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = { "" };
        assert_null(sessionfile_new(rows[i].path, 1, &e));
        if (!strstr(e.text, rows[i].says))
            fail_msg("%s: %s", rows[i].path, e.text);
    }
    char *text = read_all(note);
    assert_string_equal(text, "mine\n");
    struct err e = { "" };
    struct sessionfile *f = sessionfile_new(empty, 1, &e);
    assert_non_null(f);
    assert_true(sessionfile_end(f, &e));
    free(text);
    free(note);
    free(b);
    free(part);
    free(nowhere);
    free(empty);
    free(link_to);
    free(c);
}

/* A full disk is said, and what there is stays. */
static void test_full(void **state)
{
    (void)state;
    char *path = in_folder("full"), *part = in_folder("full.part");
    struct err e = { "" };
    struct sessionfile *f = sessionfile_new(path, 1, &e);
    assert_non_null(f);
    assert_int_equal(unlink(part), 0); /* then it can't be renamed */
    assert_false(sessionfile_end(f, &e));
    assert_non_null(strstr(e.text, "the session could not be saved"));
    assert_true(access(path, F_OK) < 0);
    free(path);
    free(part);
}

static void test_opens(void **state)
{
    (void)state;
    static const struct { const char *text, *says; bool good;
    } rows[] = {
        { "{\"tlswhy\":\"0.1.0\",\"session\":1,\"started\":\"2026-11-21T01:00:00Z\"}\n", "has no column", true },
        { "{\"tlswhy\":\"0.1.0\",\"session\":1}\n{\"t\":\"wonder\"}\n{\"t\"", "1 line was passed over", true },
        { "{\"tlswhy\":\"0.1.0\",\"session\":1}\n{\"t\"", "ends in the middle of a line", true },
        { "{\"tlswhy\":\"0.1.0\",\"session\":1}\n{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0,\"endpoint\":\"gopher:/"
          "/x\"}\n",
          "1 column was kept out", true },
        { "{\"tlswhy\":\"7\",\"session\":7}\n", "a newer tlswhy opens it", false },
        { "hello\n", "does not begin as a saved session", false },
    };
    char *path = in_folder("open");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_new(0);
        struct text said = { 0 };
        struct err e = { "" };
        write_all(path, rows[i].text);
        bool good = load(path, s, &said, &e);
        if (good != rows[i].good || !strstr(good ? said.s ? said.s : "" : e.text, rows[i].says))
            fail_msg("row %zu: %s", i, good ? said.s : e.text);
        assert_non_null(strstr(good ? said.s : e.text, path)); /* which file it is */
        text_free(&said);
        session_free(s);
    }
    free(path);
}

/* A pipe is not waited for, and a directory is no session. */
static void test_no_file(void **state)
{
    (void)state;
    char *pipe = in_folder("pipe");
    struct session *s = session_new(0);
    struct err e = { "" };
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_false(sessionfile_is(pipe));
    assert_false(sessionfile_is(folder));
    assert_false(sessionfile_is("/nonexistent"));
    assert_false(load(pipe, s, NULL, &e));
    assert_non_null(strstr(e.text, "can't be opened"));
    session_free(s);
    free(pipe);
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_drop(void **state)
{
    (void)state;
    static const char *const names[] = { "a.session", "note.txt", "b.part", "empty", "c.part", "open", "pipe" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = in_folder(names[i]);
        unlink(path);
        free(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_grows), cmocka_unit_test(test_refuses),
                                        cmocka_unit_test(test_full), cmocka_unit_test(test_opens),
                                        cmocka_unit_test(test_no_file) };
    return cmocka_run_group_tests_name("cmd/sessionfile", tests, folder_make, folder_drop);
}
