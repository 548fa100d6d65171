/* What logs do to a verdict: evidence, candidates, and when one is named; and what they must not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/testimony.h"

static struct session *s;
static struct verdict *v;

static struct finding finding(enum cause cause, double confidence)
{
    struct finding f = { .cause = cause, .confidence = confidence, .before = confidence, .summary = mem_string("seen") };
    f.column = mem_new(sizeof *f.column);
    f.column[f.column_count++] = 1;
    return f;
}

static void add(struct finding **list, size_t *n, enum cause cause, double confidence)
{
    *list = mem_array(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = finding(cause, confidence);
}

static int begin(void **state)
{
    (void)state;
    struct endpoint *ep = endpoint_parse("tls://a.test:443", NULL, NULL);
    s = session_new(0);
    session_add(s, 1, 1, 0, ep, "192.0.2.1:443", "local");
    endpoint_free(ep);
    v = mem_new(sizeof *v);
    v->column = mem_new(sizeof *v->column);
    v->column_count = 1;
    v->column[0] = (struct column_verdict){ .column = 1, .verdict = VERDICT_FAILING, .text = mem_string("fails") };
    v->all = VERDICT_FAILING;
    return 0;
}

static int end(void **state)
{
    (void)state;
    verdict_free(v);
    session_free(s);
    return 0;
}

/* The log speaks for one cause: so sure, in so many events, in line 1. */
static void log_says(const char *cause, int percent)
{
    session_log_line(s, 1, json_pack("{s:s,s:i,s:s,s:s}", "file", "a.log", "line", 12, "text", "no shared cipher", "why",
                                     "They share no suite."));
    session_log(s, json_pack("{s:[{s:s,s:i,s:i,s:[i,i]}]}", "causes", "cause", cause, "percent", percent, "events", 40,
                             "lines", 1, 99));
}

static void no_log_changes_nothing(void **state)
{
    (void)state;
    add(&v->candidate, &v->candidate_count, CAUSE_SNI, .25);
    testimony_add(v, s);
    assert_int_equal(v->diagnosis_count, 0);
    assert_int_equal(v->candidate_count, 1);
    assert_int_equal(v->candidate[0].for_count, 0);
}

/* What is proven stands as it is, with the line beside it; another cause of the log is a candidate. */
static void proven_stands(void **state)
{
    (void)state;
    add(&v->diagnosis, &v->diagnosis_count, CAUSE_CIPHER_MISMATCH, .97);
    log_says("cipher-mismatch", 90);
    testimony_add(v, s);
    assert_int_equal(v->diagnosis_count, 1);
    assert_true(v->diagnosis[0].confidence == .97);
    assert_int_equal(v->diagnosis[0].for_count, 1);
    assert_string_equal(s->evidence[v->diagnosis[0].for_[0]].text, "a.log:12: no shared cipher");
    assert_int_equal(v->candidate_count, 0);
}

static void unseen_is_a_candidate(void **state)
{
    (void)state;
    add(&v->diagnosis, &v->diagnosis_count, CAUSE_NETWORK, .9);
    log_says("cipher-mismatch", 97);
    testimony_add(v, s);
    assert_int_equal(v->diagnosis_count, 1);
    assert_int_equal(v->diagnosis[0].for_count, 0);
    assert_int_equal(v->candidate_count, 1);
    const struct finding *f = &v->candidate[0];
    assert_int_equal(f->cause, CAUSE_CIPHER_MISMATCH);
    assert_true(f->confidence == .25);
    assert_int_equal(f->for_count, 1);
    assert_non_null(strstr(f->summary, "40 lines of the log speak for it"));
    assert_non_null(strstr(f->summary, "They share no suite."));
    assert_int_equal(f->missing_count, 1);
    assert_true(strlen(f->fix) > 20);
    assert_int_equal(json_integer_value(json_object_get(f->detail, "log_lines")), 40);
}

/* It fails here, too, the probes can't tell which of several it is, and the log can. */
static void both_name_it(void **state)
{
    (void)state;
    add(&v->candidate, &v->candidate_count, CAUSE_SNI, .25);
    add(&v->candidate, &v->candidate_count, CAUSE_CIPHER_MISMATCH, .25);
    log_says("cipher-mismatch", 90);
    testimony_add(v, s);
    assert_int_equal(v->diagnosis_count, 1);
    assert_int_equal(v->diagnosis[0].cause, CAUSE_CIPHER_MISMATCH);
    assert_true(v->diagnosis[0].confidence == .5);
    assert_int_equal(v->candidate_count, 1);
    assert_int_equal(v->candidate[0].cause, CAUSE_SNI);
}

/* The same, but: it works here; or the log is not certain. Then it comes first, and is named no more than before. */
static void not_named(void **state)
{
    bool certain = *state == NULL;
    add(&v->candidate, &v->candidate_count, CAUSE_SNI, .25);
    add(&v->candidate, &v->candidate_count, CAUSE_CIPHER_MISMATCH, .25);
    if (certain)
        v->all = v->column[0].verdict = VERDICT_UNSURE;
    log_says("cipher-mismatch", certain ? 97 : 75);
    testimony_add(v, s);
    assert_int_equal(v->diagnosis_count, 0);
    assert_int_equal(v->candidate_count, 2);
    assert_int_equal(v->candidate[0].cause, CAUSE_CIPHER_MISMATCH);
    assert_true(v->candidate[0].confidence == .25);
}

static void uncertain_is_not_named(void **state)
{
    static int uncertain;
    *state = &uncertain;
    not_named(state);
}

/* From somebody's file: words that are no cause, percents that are none, lines that never were. */
static void nonsense(void **state)
{
    (void)state;
    static const char *const causes[] = { "reboot", "", "sni" };
    static const int percents[] = { 90, 90, 100000 };
    for (size_t i = 0; i < 3; i++) {
        log_says(causes[i], percents[i]);
        testimony_add(v, s);
        assert_int_equal(v->candidate_count, 0);
    }
    log_says("sni", 30); /* less sure than a coin */
    testimony_add(v, s);
    assert_int_equal(v->candidate_count, 0);
    session_log(s, json_pack("[]"));
    testimony_add(v, s);
    session_log(s, json_pack("{s:[{s:s,s:i,s:i},{s:s,s:i,s:i}]}", "causes", "cause", "sni", "percent", 90, "events", 3,
                             "cause", "sni", "percent", 90, "events", 3));
    testimony_add(v, s);
    assert_int_equal(v->candidate_count, 1); /* twice the same is once, without a line as well */
    assert_int_equal(v->candidate[0].for_count, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(no_log_changes_nothing), T(proven_stands), T(unseen_is_a_candidate), T(both_name_it), T(not_named),
        T(uncertain_is_not_named), T(nonsense),
    };
    return cmocka_run_group_tests_name("log/testimony", tests, NULL, NULL);
}
