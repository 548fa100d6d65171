/* What a session keeps of logs: the newest lines, each once, with evidence; answers; nothing of it trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/saved.h"

#define HEAD "{\"tlswhy\":\"0.1.0\",\"session\":1,\"started\":\"2026-11-21T01:00:00Z\"}\n"
#define LINE(n, cause) "{\"t\":\"line\",\"number\":" #n ",\"value\":{\"file\":\"/etc/shadow\",\"line\":" #n \
    ",\"time\":\"2026-11-20T10:00:00.000Z\",\"cause\":\"" cause "\",\"text\":\"said " #n "\"}}\n"
#define LOG(lines) "{\"t\":\"log\",\"value\":{\"answers\":{\"clients\":\"some\",\"times\":\"rm -rf\",\"since\":7}," \
    "\"causes\":[{\"cause\":\"sni\",\"percent\":90,\"events\":2,\"lines\":[" lines "]}]}}\n"

static int next_id(void *arg) { return ++*(int *)arg; }

static struct session *load(struct session *into, const char *text)
{
    struct session *s = into ? into : session_new(0);
    struct err e = { "" };
    struct saved_notes notes;
    int id = 0;
    struct saved *load = saved_new(s, next_id, &id, 1);
    assert_true(saved_feed(load, text, strlen(text), &e));
    assert_true(saved_end(load, &notes, &e));
    saved_notes_clear(&notes);
    saved_free(load);
    return s;
}

static void put(struct session *s, int number, const char *text)
{
    session_log_line(s, number, json_pack("{s:s,s:i,s:s}", "file", "a.log", "line", number, "text", text));
}

static void told_once(void **state)
{
    (void)state;
    struct session *s = session_new(0);
    put(s, 5, "five");
    put(s, 2, "two");
    unsigned evidence = logged_find(&s->log, 5)->evidence;
    put(s, 5, "five, read better");
    assert_int_equal(s->log.count, 2);
    assert_int_equal(s->log.line[0].number, 2);
    assert_int_equal(logged_find(&s->log, 5)->evidence, evidence);
    assert_string_equal(logged_text(logged_find(&s->log, 5)->value, "text"), "five, read better");
    assert_string_equal(s->evidence[evidence].text, "a.log:5: five");
    assert_string_equal(s->evidence[evidence].probe, "log");
    assert_int_equal(s->evidence[evidence].column, 0);
    assert_true(isnan(s->evidence[evidence].time));
    assert_null(logged_find(&s->log, 3));
    session_free(s);
}

/* The oldest goes, and its evidence with it; one that is older than all comes too late. */
static void bounded(void **state)
{
    (void)state;
    struct session *s = session_new(0);
    put(s, 10, "first");
    unsigned first = logged_find(&s->log, 10)->evidence;
    for (int i = 11; i <= 10 + LOGGED_LINES_MAX; i++)
        put(s, i, "more");
    assert_int_equal(s->log.count, LOGGED_LINES_MAX);
    assert_null(logged_find(&s->log, 10));
    assert_int_equal(logged_find(&s->log, 10 + LOGGED_LINES_MAX)->evidence, first); /* what went makes room */
    assert_string_not_equal(s->evidence[first].text, "a.log:10: first");
    assert_int_equal(s->evidence_count, LOGGED_LINES_MAX + 1);
    assert_non_null(logged_find(&s->log, 11));
    json_object_set_new(s->log.line[0].value, "kept", json_true());
    put(s, 11 + LOGGED_LINES_MAX, "more");
    assert_non_null(logged_find(&s->log, 11));
    assert_null(logged_find(&s->log, 12));
    put(s, 3, "late");
    assert_null(logged_find(&s->log, 3));
    assert_int_equal(s->log.count, LOGGED_LINES_MAX);
    assert_int_equal(logged_last(&s->log), 11 + LOGGED_LINES_MAX);
    session_free(s);
}

/* One that comes late finds its place, also when another must go for it. */
static void in_order(void **state)
{
    (void)state;
    struct session *s = session_new(0);
    for (int i = 1; i <= LOGGED_LINES_MAX; i++)
        put(s, 2 * i, "even");
    put(s, 101, "late");
    assert_int_equal(s->log.count, LOGGED_LINES_MAX);
    for (size_t i = 1; i < s->log.count; i++)
        assert_true(s->log.line[i - 1].number < s->log.line[i].number);
    assert_non_null(logged_find(&s->log, 101));
    assert_null(logged_find(&s->log, 2));
    session_free(s);
}

/* An answer the question does not take is none; the person's own outweighs the rest. */
static void answers(void **state)
{
    (void)state;
    struct session *s = load(NULL, HEAD LOG("1"));
    assert_string_equal(session_says(s, QUESTION_CLIENTS), "some");
    assert_null(session_says(s, QUESTION_TIMES));
    assert_null(session_says(s, QUESTION_SINCE));
    assert_null(s->answer[QUESTION_CLIENTS]);
    session_answer(s, QUESTION_CLIENTS, "one");
    assert_string_equal(session_says(s, QUESTION_CLIENTS), "one");
    assert_string_equal(s->log.answer[QUESTION_CLIENTS], "some");
    session_answer(s, QUESTION_CLIENTS, NULL);
    assert_string_equal(session_says(s, QUESTION_CLIENTS), "some");
    session_free(s);
}

static void tell(void *arg, const struct event *ev)
{
    char *line = event_format(ev);
    text_add(arg, line);
    free(line);
}

/* What is saved and loaded is the same; of two sessions the lines are kept apart. */
static void saved_and_loaded(void **state)
{
    (void)state;
    struct text a = { 0 }, b = { 0 };
    struct session *s = load(NULL, HEAD LINE(1, "sni") LINE(4, "sni") LOG("4, \"x\", -3"));
    session_tell(s, tell, &a);
    char *whole = mem_format(HEAD "%s", a.s);
    struct session *again = load(NULL, whole);
    session_tell(again, tell, &b);
    assert_string_equal(a.s, b.s);
    load(again, HEAD LINE(1, "alpn") LOG("1"));
    assert_int_equal(again->log.count, 3);
    assert_string_equal(logged_text(logged_find(&again->log, 5)->value, "cause"), "alpn");
    const json_t *lines = json_object_get(json_array_get(json_object_get(again->log.summary, "causes"), 0), "lines");
    assert_int_equal(json_integer_value(json_array_get(lines, 0)), 5);
    text_free(&a);
    text_free(&b);
    free(whole);
    session_free(s);
    session_free(again);
}

/* Members of any type are as if they were not there. */
static void foreign(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "{\"t\":\"log\",\"value\":{\"answers\":[1],\"causes\":{\"a\":1},\"pattern\":7,\"files\":\"x\"}}\n",
        "{\"t\":\"log\",\"value\":{\"causes\":[7,{\"lines\":[1e300,null,[]]},null]}}\n",
        "{\"t\":\"line\",\"number\":0,\"value\":{}}\n",
        "{\"t\":\"line\",\"number\":100000000,\"value\":{\"file\":[],\"line\":-4,\"text\":{},\"time\":\"2026\"}}\n",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char *whole = mem_format(HEAD LINE(1, "sni") "%s", odd[i]);
        struct session *s = load(load(NULL, whole), whole);
        assert_true(s->log.count >= 1);
        for (size_t k = 0; k < s->log.count; k++) { /* a line is what a line is to be */
            const json_t *v = s->log.line[k].value, *text = json_object_get(v, "text");
            assert_int_equal(json_object_size(v), 17);
            assert_true(json_is_string(text) || json_is_null(text));
            assert_true(json_is_array(json_object_get(v, "also")) && json_is_integer(json_object_get(v, "line")));
        }
        session_free(s);
        free(whole);
    }
    static const char *const bad[] = { "{\"t\":\"log\",\"value\":[]}", "{\"t\":\"log\"}", "{\"t\":\"line\",\"value\":{}}",
                                       "{\"t\":\"line\",\"number\":-1,\"value\":{}}",
                                       "{\"t\":\"line\",\"number\":1,\"value\":{\"text\":\"\\u001b[2J\"}}" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct event ev;
        struct err e = { "" };
        assert_false(event_parse(bad[i], strlen(bad[i]), &ev, &e));
        assert_true(strlen(e.text) > 10);
        event_clear(&ev);
    }
}

/* Sessions that somebody gave the highest numbers there are, one behind the other: what is made of them can be read. */
static void highest(void **state)
{
    (void)state;
    const char *whole = HEAD LINE(100000000, "sni") "{\"t\":\"log\",\"value\":{\"causes\":[{\"lines\":[100000000]}]}}\n";
    struct session *s = NULL;
    for (int i = 0; i < 30; i++)
        s = load(s, whole);
    assert_int_equal(logged_last(&s->log), LOGGED_NUMBER_MAX);
    assert_int_equal(s->log.count, 1);
    const json_t *cause = json_array_get(json_object_get(s->log.summary, "causes"), 0);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(cause, "lines"), 0)), LOGGED_NUMBER_MAX);
    session_free(s);
}

static void too_long(void **state)
{
    (void)state;
    struct event ev;
    struct err e = { "" };
    struct text t = { 0 };
    text_add(&t, "{\"t\":\"line\",\"number\":1,\"value\":{\"text\":\"");
    while (t.len < LOGGED_EVENT_MAX)
        text_add(&t, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    text_add(&t, "\"}}");
    assert_false(event_parse(t.s, t.len, &ev, &e));
    assert_non_null(strstr(e.text, "too long"));
    event_clear(&ev);
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_once), cmocka_unit_test(bounded), cmocka_unit_test(in_order), cmocka_unit_test(answers),
        cmocka_unit_test(saved_and_loaded), cmocka_unit_test(foreign), cmocka_unit_test(highest),
        cmocka_unit_test(too_long),
    };
    return cmocka_run_group_tests_name("model/logged", tests, NULL, NULL);
}
