/* What is said of logs: the answers they give and those they don't, the document, what a session keeps, and the report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/session.h"
#include "src/out/explained.h"
#include "src/out/logs.h"

#define NOW 1795000000.       /* 2026-11-18 */
#define BEGIN 1794700000

static struct explained x;

static void forget(void)
{
    join_free((struct join *)x.join);
    outcome_free((struct outcome *)x.outcome);
    habit_free((struct habit *)x.habit);
    journal_free((struct journal *)x.journal);
    x = (struct explained){ 0 };
}

/* Takes the log over. */
static void tell(char *log)
{
    struct journal *j = journal_new(NOW);
    assert_true(journal_begin(j, "error.log", LINE_SIDE_UNKNOWN));
    journal_feed(j, log, strlen(log));
    journal_flush(j, true);
    free(log);
    struct habit *h = habit_of(j);
    x = (struct explained){ .journal = j, .habit = h, .outcome = outcome_of(j, h), .join = join_of(j), .started = NOW,
                            .width = 80 };
}

/* `zoned`: its times say their zone. */
static void line(struct text *t, int second, int n, const char *client, bool fails, bool zoned)
{
    char at[WHEN_LEN];
    when_format(BEGIN + second, at);
    if (zoned)
        text_addf(t, "%s nginx: ", at);
    else
        text_addf(t, "%.4s/%.2s/%.2s %.8s [info] 9#9: ", at, at + 5, at + 8, at + 11);
    if (fails)
        text_addf(t, "*%d SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL "
                  "handshaking, client: %s, server: 10.1.1.1:443\n", n, client);
    else
        text_addf(t, "*%d client %s closed keepalive connection\n", n, client);
}

/* Two clients of five fail, all through it. */
static char *some_clients(void)
{
    static const char *const clients[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.21", "10.0.0.22" };
    struct text t = { 0 };
    for (int i = 0; i < 100; i++)
        line(&t, i * 7 + i % 3, i, clients[i % 5], i % 5 > 2, false);
    return text_take(&t);
}

/* All fail from the middle on. */
static char *since(bool zoned)
{
    struct text t = { 0 };
    for (int i = 0; i < 200; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.0.0.%d", 1 + i % 7);
        line(&t, i * 30, i, client, i >= 100, zoned);
    }
    return text_take(&t);
}

static void assert_answer(enum question q, const char *want)
{
    char *says = explained_answer(x.habit, q);
    if (want)
        assert_string_equal(says ? says : "none", want);
    else
        assert_null(says);
    free(says);
}

/* That it fails as long as the log goes back does not say that it never worked. */
static void answers(void **state)
{
    (void)state;
    tell(some_clients());
    assert_answer(QUESTION_FAILS, "yes");
    assert_answer(QUESTION_CLIENTS, "some");
    assert_answer(QUESTION_TIMES, "always");
    assert_answer(QUESTION_SINCE, NULL);
    assert_answer(QUESTION_SOFTWARE, NULL);
    assert_answer(QUESTION_CHANGED, NULL);
    forget();
    struct text alone = { 0 };
    for (int i = 0; i < 20; i++)
        line(&alone, i * 7, i, "10.0.0.1", true, false);
    tell(text_take(&alone));
    assert_answer(QUESTION_FAILS, "yes");
    assert_answer(QUESTION_CLIENTS, NULL); /* no other is in it */
    assert_answer(QUESTION_ENDPOINTS, NULL);
    forget();
    tell(mem_string("2026/11/15 10:00:00 [notice] 9#9: signal process started\n"));
    for (enum question q = 0; q < QUESTION_COUNT; q++)
        assert_answer(q, NULL);
    forget();
}

/* A time without its zone is told as a day. */
static void since_when(void **state)
{
    (void)state;
    char at[WHEN_LEN];
    struct err e = { "" };
    when_format(BEGIN + 3000, at);
    for (int zoned = 0; zoned < 2; zoned++) {
        tell(since(zoned));
        assert_int_equal(x.habit->kind, TIME_SINCE);
        assert_int_equal(x.habit->zoned, zoned);
        at[zoned ? 20 : 10] = '\0';
        assert_answer(QUESTION_SINCE, at);
        char *says = explained_answer(x.habit, QUESTION_SINCE), *kept = answer_check(QUESTION_SINCE, says, &e);
        assert_non_null(kept); /* an answer of the checklist */
        free(says);
        free(kept);
        forget();
        when_format(BEGIN + 3000, at);
    }
}

/* Every member of the contract, in its order. */
static void document(void **state)
{
    (void)state;
    static const char *const members[] = { "tlswhy", "schema", "started", "verdict", "columns", "diagnosis", "candidates",
                                           "warnings", "evidence", "checklist", "differences", "addresses", "lines",
                                           "lines_left_out", "pattern", "joined" };
    static const char *const of_line[] = { "file", "line", "time", "client", "server", "sni", "stack", "cause", "noise",
                                           "also", "why" };
    static const char *const of_pattern[] = { "clients", "servers", "names", "time", "text" };
    char *text = NULL;
    size_t n = 0, i = 0;
    tell(some_clients());
    FILE *out = open_memstream(&text, &n);
    explained_json(out, &x);
    fclose(out);
    json_t *d = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL), *v;
    const char *key;
    assert_non_null(d);
    json_object_foreach(d, key, v)
        assert_string_equal(key, members[i++]);
    assert_int_equal(i, sizeof members / sizeof *members);
    const json_t *first = json_array_get(json_object_get(d, "lines"), 0), *pattern = json_object_get(d, "pattern");
    i = 0;
    json_object_foreach((json_t *)first, key, v)
        if (i < sizeof of_line / sizeof *of_line)
            assert_string_equal(key, of_line[i++]);
    i = 0;
    json_object_foreach((json_t *)pattern, key, v)
        if (i < sizeof of_pattern / sizeof *of_pattern)
            assert_string_equal(key, of_pattern[i++]);
    assert_int_equal(json_array_size(json_object_get(d, "lines")), 40);
    assert_string_equal(json_string_value(logged_at(pattern, "clients.scope")), "some");
    assert_int_equal(json_array_size(logged_at(pattern, "clients.failing")), 2);
    assert_string_equal(json_string_value(logged_at(pattern, "time.kind")), "always");
    assert_true(json_is_null(logged_at(pattern, "time.at")));
    assert_true(json_is_null(logged_at(pattern, "time.zone")));
    json_decref(d);
    free(text);
    forget();
}

static int number_of(void *arg, uint16_t file, uint64_t at)
{
    (void)arg;
    assert_int_equal(file, 0);
    return at < 100000 ? (int)at + 1000 : 0;
}

/* What a session keeps says the same, and the report can tell it. */
static void session_kept(void **state)
{
    (void)state;
    struct session *s = session_new(0);
    struct text t = { 0 };
    logs_add(&t, s, 80);
    assert_int_equal(t.len, 0);
    assert_null(logs_lines(s));
    tell(some_clients());
    session_log_line(s, 7, explained_logged(&x, 3, "its own text"));
    session_log(s, explained_summary(&x, number_of, NULL));
    const json_t *cause = json_array_get(json_object_get(s->log.summary, "causes"), 0);
    assert_string_equal(logged_text(cause, "cause"), "version-mismatch");
    assert_int_equal(logged_count(cause, "events"), 40);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(cause, "lines"), 0)), 1004); /* the first that fails */
    assert_string_equal(session_says(s, QUESTION_CLIENTS), "some");
    const json_t *table = logged_at(s->log.summary, "pattern.clients.table");
    assert_int_equal(json_array_size(table), 5);
    assert_int_equal(json_integer_value(json_array_get(json_array_get(table, 0), 1)), 20);
    long long fails = 0, works = 0;
    for (size_t i = 0; i < HABIT_BINS; i++) {
        fails += json_integer_value(json_array_get(logged_at(s->log.summary, "pattern.time.fails"), i));
        works += json_integer_value(json_array_get(logged_at(s->log.summary, "pattern.time.works"), i));
    }
    assert_int_equal(fails, 40);
    assert_int_equal(works, 60);
    logs_add(&t, s, 60);
    assert_non_null(strstr(t.s, "error.log (100 lines): 40 failures"));
    assert_non_null(strstr(t.s, "10.0.0.21"));
    for (char *at = t.s, *end; (end = strchr(at, '\n')); at = end + 1)
        assert_true(end - at <= 60);
    json_t *lines = logs_lines(s);
    assert_string_equal(logged_text(json_array_get(lines, 0), "text"), "its own text");
    assert_int_equal(logged_count(json_array_get(lines, 0), "percent"), 90);
    json_decref(lines);
    text_free(&t);
    session_free(s);
    forget();
}

/* A log without a handshake: which switch makes the program write them. */
static void silence(void **state)
{
    (void)state;
    struct session *s = session_new(0);
    struct text t = { 0 };
    tell(mem_string("2026/11/15 10:00:00 [notice] 9#9: signal process started\n2026/11/15 10:00:01 [warn] 9#9: x\n"));
    session_log(s, explained_summary(&x, number_of, NULL));
    assert_int_equal(json_array_size(json_object_get(s->log.summary, "silence")), 1);
    logs_add(&t, s, 200);
    assert_non_null(strstr(t.s, "nginx: `error_log FILE info;`"));
    text_free(&t);
    session_free(s);
    forget();
}

static int times_in(const char *text, const char *word)
{
    int n = 0;
    for (const char *s = text; (s = strstr(s, word)); s++)
        n++;
    return n;
}

/* What one line leaves open is told once, and the other causes by their names; a server that is a name has one table. */
static void told_once(void **state)
{
    (void)state;
    struct text log = { 0 };
    char *out = NULL;
    size_t n = 0;
    for (int i = 0; i < 3; i++)
        text_addf(&log, "2026/11/15 10:00:0%d ERROR javax.net.ssl.SSLHandshakeException: PKIX path building failed: "
                  "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to "
                  "requested target\n", i);
    tell(text_take(&log));
    FILE *f = open_memstream(&out, &n);
    assert_non_null(f);
    explained_text(f, &x);
    fclose(f);
    assert_int_equal(times_in(out, "Lines:"), 1);
    assert_int_equal(times_in(out, "Settle:"), 1);
    assert_true(times_in(out, "by the same line") >= 1);
    free(out);
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers), cmocka_unit_test(since_when), cmocka_unit_test(document), cmocka_unit_test(session_kept),
        cmocka_unit_test(silence), cmocka_unit_test(told_once),
    };
    return cmocka_run_group_tests_name("out/explained", tests, NULL, NULL);
}
