/* Tests of the reasoning. The cases are data: tests/cases/NAME.json, each a list of sessions and
 * what must, and what must not, be said about them.
 *
 * A case: "answers" (of the person, by question), "columns": endpoint, ask, address, vantage, busy, "base" (facts of base.json to begin with),
 * "facts" (a value alone means yes, true and false the bare states), and what is expected of the
 * column: "verdict", "text" (part of it), "wanted" (exactly these) or "wants" (at least these), "pending". "diagnosis" must come out exactly
 * so, in this order, with the parts named of its summary ("says"), "fix" and "line" (reproduce);
 * "candidates" must be there; "warnings" are all of them; "never" must be
 * nowhere; a diagnosis can also say how sure it "is", and "says_next" is part of what would settle a
 * candidate, "first" the first of these; "all", "exit" and "reproduce" (part of the first finding's line) are looked at where
 * given. "truth" is what is really wrong, for the table of reliability.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/why/sign.h"
#include "src/why/verdict.h"
#include "tests/src/why/cases.h"

static const char *const case_files[] = { "network", "path", "before", "proxy", "not-tls", "version", "refused", "trust", "attempts",
                                          "chains",  "dates",   "clock", "names",   "machine", "healthy",
                                          "mismatch", "sni", "alpn", "tapped", "answers", "expected", "products", "replay", "starttls", "revoked", "client-cert", "field",
                                          "server-config", "load", "kin" };
static const struct why_options defaults = { .min_days = -1 };

/* --- building sessions --------------------------------------------------------------------------
 */

static const char *string_of(const json_t *object, const char *key, const char *otherwise)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : otherwise;
}

static struct session *session_build(const json_t *one, const json_t *base)
{
    struct session *s = session_new(JUDGED - 5);
    const json_t *form;
    const char *word;
    json_t *value;
    size_t i;
    json_object_foreach(json_object_get(one, "answers"), word, value) {
        struct err e = { "" };
        char *answer = answer_check(question_find(word), json_string_value(value), &e);
        if (!answer)
            fail_msg("%s", e.text);
        session_answer(s, question_find(word), answer);
        free(answer);
    }
    json_array_foreach(json_object_get(one, "columns"), i, form) {
        int id = (int)i + 1;
        json_t *ask = json_object_get(form, "ask");
        const char *kind = string_of(form, "base", "named");
        column_build(
            s, id, string_of(form, "endpoint", ""), ask ? (int)json_integer_value(ask) : id,
            string_of(form, "address", strcmp(kind, "named") == 0 ? NULL : "192.0.2.1:443"));
        const char *vantage = string_of(form, "vantage", NULL);
        if (vantage) {
            free(s->column[s->count - 1]->vantage);
            s->column[s->count - 1]->vantage = mem_string(vantage);
        }
        if (!json_object_get(base, kind))
            fail_msg("there is no base %s", kind);
        facts_see(s, id, json_object_get(base, kind));
        facts_see(s, id, json_object_get(form, "facts"));
        session_busy(s, id, json_is_true(json_object_get(form, "busy")));
    }
    return s;
}

/* --- what every finding must be -----------------------------------------------------------------
 */

static void sentence_check(const char *name, const char *s)
{
    char *clean = text_printable(s, strlen(s), strlen(s));
    if (!*s || strchr(s, '{') || strchr(s, '}') || strcmp(clean, s) != 0 || strstr(s, "(null)"))
        fail_msg("%s: a text that can't be shown like this: \"%s\"", name, s);
    free(clean);
}

static void finding_check(const char *name, const struct finding *f, bool candidate)
{
    bool known = false;
    for (int i = 0; i < STEP_COUNT; i++)
        known |= f->confidence == step_table[i];
    assert_true(known);
    sentence_check(name, f->summary);
    assert_non_null(strchr(f->summary, '.'));
    assert_true(json_is_object(f->detail));
    assert_true(f->column_count > 0 && f->for_count > 0);
    if (*f->fix)
        sentence_check(name, f->fix);
    if (!candidate && !*f->fix)
        fail_msg("%s: %s without a fix", name, cause_table[f->cause].id);
    if (candidate && !f->missing_count)
        fail_msg("%s: candidate %s, and nothing would settle it", name, cause_table[f->cause].id);
    for (size_t i = 0; i < f->missing_count; i++)
        sentence_check(name, f->missing[i]);
    if (f->reproduce && shell_status("-nc", f->reproduce) != 0)
        fail_msg("%s: no shell takes %s", name, f->reproduce);
}

/* --- one case ------------------------------------------------------------------------------------
 */

static const char *finding_id(const struct finding *f) { return cause_table[f->cause].id; }

static const struct finding *finding_of(const struct finding *list, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(finding_id(&list[i]), id) == 0)
            return &list[i];
    return NULL;
}

static void columns_check(const char *name, const json_t *expected, const struct finding *f)
{
    const json_t *id;
    size_t i;
    if (!expected)
        return;
    assert_int_equal(json_array_size(expected), f->column_count);
    json_array_foreach(expected, i, id) {
        if (f->column[i] != (int)json_integer_value(id))
            fail_msg("%s: %s is about column %d", name, finding_id(f), f->column[i]);
    }
}

static void diagnosis_check(const char *name, const json_t *expected, const struct finding *f)
{
    const char *says = string_of(expected, "says", "");
    const char *key;
    json_t *value;
    size_t i;
    if (strcmp(finding_id(f), string_of(expected, "cause", "")) != 0)
        fail_msg("%s: diagnosis %s, not %s: %s", name, finding_id(f),
                 string_of(expected, "cause", ""), f->summary);
    if (f->confidence < json_number_value(json_object_get(expected, "min")))
        fail_msg("%s: %s at %.2f only", name, finding_id(f), f->confidence);
    const json_t *sure = json_object_get(expected, "is");
    if (sure && f->confidence != json_number_value(sure))
        fail_msg("%s: %s at %.2f", name, finding_id(f), f->confidence);
    if (!strstr(f->summary, says))
        fail_msg("%s: \"%s\" does not say \"%s\"", name, f->summary, says);
    columns_check(name, json_object_get(expected, "columns"), f);
    json_array_foreach(json_object_get(expected, "fix"), i, value) {
        if (!strstr(f->fix, json_string_value(value)))
            fail_msg("%s: \"%s\" is not in: %s", name, json_string_value(value), f->fix);
    }
    if (!strstr(f->reproduce ? f->reproduce : "", string_of(expected, "line", "")))
        fail_msg("%s: reproduce is %s", name, f->reproduce);
    json_object_foreach(json_object_get(expected, "detail"), key, value) {
        if (!json_equal(value, json_object_get(f->detail, key))) {
            char *is = json_dumps(f->detail, 0);
            fail_msg("%s: detail %s of %s", name, key, is);
        }
    }
}

static void wants_check(const char *name, const struct session *s, int id, const json_t *expected)
{
    bool wanted[FACT_COUNT];
    const json_t *one;
    size_t i;
    why_wanted(s, id, wanted);
    json_array_foreach(expected, i, one) {
        if (!wanted[fact_find(json_string_value(one))])
            fail_msg("%s: %s is not asked for", name, json_string_value(one));
    }
}

static void wanted_check(const char *name, const struct session *s, int id, const json_t *expected)
{
    bool wanted[FACT_COUNT];
    const json_t *one;
    size_t i, count = 0;
    if (!expected)
        return;
    bool any = why_wanted(s, id, wanted);
    for (int f = 0; f < FACT_COUNT; f++)
        count += wanted[f];
    assert_int_equal(any, count > 0);
    json_array_foreach(expected, i, one) {
        if (!wanted[fact_find(json_string_value(one))])
            fail_msg("%s: %s is not asked for", name, json_string_value(one));
    }
    if (count != json_array_size(expected))
        fail_msg("%s: %zu facts are asked for, not %zu", name, count, json_array_size(expected));
}

static void column_check(const char *name, const struct session *s, const struct verdict *v,
                         size_t i, const json_t *form)
{
    const struct column_verdict *cv = verdict_column(v, (int)i + 1);
    assert_non_null(cv);
    if (strcmp(judgement_words[cv->verdict], string_of(form, "verdict", "")) != 0)
        fail_msg("%s: column %zu is %s (%s)", name, i + 1, judgement_words[cv->verdict], cv->text);
    if (!strstr(cv->text, string_of(form, "text", "")))
        fail_msg("%s: column %zu says \"%s\"", name, i + 1, cv->text);
    sentence_check(name, cv->text);
    if (text_width(cv->text) > 100)
        fail_msg("%s: too long for a line: %s", name, cv->text);
    assert_int_equal(cv->pending, json_is_true(json_object_get(form, "busy")));
    wanted_check(name, s, (int)i + 1, json_object_get(form, "wanted"));
    wants_check(name, s, (int)i + 1, json_object_get(form, "wants"));
}

struct shelf { const struct finding *list; size_t n; bool candidate; };

static void never_check(const char *name, const json_t *never, const struct shelf *shelf)
{
    const json_t *id;
    size_t i;
    json_array_foreach(never, i, id) {
        const struct finding *f = finding_of(shelf->list, shelf->n, json_string_value(id));
        if (f)
            fail_msg("%s: says %s: %s", name, finding_id(f), f->summary);
    }
    for (i = 0; i < shelf->n; i++)
        finding_check(name, &shelf->list[i], shelf->candidate);
}

static void lists_check(const char *name, const json_t *one, const struct verdict *v)
{
    const json_t *expected = json_object_get(one, "diagnosis"), *row;
    size_t i;
    json_array_foreach(expected, i, row) {
        if (i >= v->diagnosis_count)
            fail_msg("%s: %s is not named", name, string_of(row, "cause", ""));
        diagnosis_check(name, row, &v->diagnosis[i]);
    }
    if (v->diagnosis_count > i)
        fail_msg("%s: says %s: %s", name, finding_id(&v->diagnosis[i]), v->diagnosis[i].summary);
    json_array_foreach(json_object_get(one, "candidates"), i, row) {
        if (!finding_of(v->candidate, v->candidate_count, json_string_value(row)))
            fail_msg("%s: no candidate %s", name, json_string_value(row));
    }
    json_array_foreach(json_object_get(one, "warnings"), i, row) {
        if (!finding_of(v->warning, v->warning_count, json_string_value(row)))
            fail_msg("%s: no warning %s", name, json_string_value(row));
    }
    if (v->warning_count != i)
        fail_msg("%s: %zu warnings, not %zu: %s", name, v->warning_count, i, v->warning[0].summary);
    const char *first = string_of(one, "first", NULL), *next = string_of(one, "says_next", NULL);
    if (first && (!v->candidate_count || strcmp(finding_id(v->candidate), first) != 0))
        fail_msg("%s: the first candidate is %s", name, v->candidate_count ? finding_id(v->candidate) : "missing");
    bool named = !next;
    for (i = 0; i < v->candidate_count; i++)
        for (size_t k = 0; k < v->candidate[i].missing_count; k++)
            named |= next && strstr(v->candidate[i].missing[k], next);
    if (!named)
        fail_msg("%s: nobody says \"%s\"", name, next);
    if (v->candidate_count && !json_array_size(json_object_get(one, "candidates")))
        fail_msg("%s: an unexpected candidate: %s", name, v->candidate[0].summary);
}

static void verdict_check(const char *name, const json_t *one, const struct session *s,
                          const struct verdict *v)
{
    const struct shelf shelves[] = { { v->diagnosis, v->diagnosis_count, false },
                                     { v->candidate, v->candidate_count, true },
                                     { v->warning, v->warning_count, false } };
    const json_t *form, *status = json_object_get(one, "exit");
    const char *all = string_of(one, "all", judgement_words[v->all]);
    const char *line = string_of(one, "reproduce", NULL);
    size_t i;
    lists_check(name, one, v);
    json_array_foreach(json_object_get(one, "columns"), i, form) {
        column_check(name, s, v, i, form);
    }
    for (i = 0; i < 3; i++)
        never_check(name, json_object_get(one, "never"), &shelves[i]);
    if (strcmp(all, judgement_words[v->all]) != 0)
        fail_msg("%s: all are %s", name, judgement_words[v->all]);
    if (status && verdict_exit(v, &defaults) != (int)json_integer_value(status))
        fail_msg("%s: exit %d", name, verdict_exit(v, &defaults));
    const struct finding *first = v->diagnosis_count   ? v->diagnosis
                                  : v->candidate_count ? v->candidate
                                                       : NULL;
    if (line && (!first || !first->reproduce || !strstr(first->reproduce, line)))
        fail_msg("%s: reproduce is %s", name,
                 first && first->reproduce ? first->reproduce : "missing");
}

/* --- reliability --------------------------------------------------------------------------------
 */

struct tally { int cases[STEP_COUNT], right[STEP_COUNT]; };

static bool truth_has(const json_t *one, const char *id, size_t diagnosis)
{
    const json_t *row, *truth = json_object_get(one, "truth");
    size_t i;
    json_array_foreach(truth, i, row) {
        if (strcmp(json_string_value(row), id) == 0)
            return true;
    }
    row = json_array_get(json_object_get(one, "diagnosis"), diagnosis);
    return row && !truth && strcmp(string_of(row, "cause", ""), id) == 0;
}

static void tally_add(struct tally *t, const json_t *one, const struct finding *f, size_t nth)
{
    int step = 0;
    while (step < STEP_97 && f->confidence > step_table[step])
        step++;
    t->cases[step]++;
    t->right[step] += truth_has(one, finding_id(f), nth);
}

/* How many causes wait for it, counted one by one. */
static size_t waiting(const struct verdict *v, const char *what)
{
    bool waits[CAUSE_COUNT] = { false };
    size_t n = 0;
    for (size_t i = 0; i < v->candidate_count; i++)
        for (size_t k = 0; k < v->candidate[i].missing_count; k++)
            waits[v->candidate[i].cause] |= strcmp(v->candidate[i].missing[k], what) == 0;
    for (int i = 0; i < CAUSE_COUNT; i++)
        n += waits[i];
    return n;
}

/* The first of those that most causes wait for, and two at least. */
static void first_check(const char *name, const struct verdict *v)
{
    const char *best = NULL, *first = verdict_first(v);
    for (size_t i = 0; i < v->candidate_count && !v->diagnosis_count; i++)
        for (size_t k = 0; k < v->candidate[i].missing_count; k++) {
            const char *one = v->candidate[i].missing[k];
            if (waiting(v, one) > (best ? waiting(v, best) : 1))
                best = one;
        }
    if (best ? !first || strcmp(first, best) != 0 : first != NULL)
        fail_msg("%s: first \"%s\", not \"%s\"", name, first ? first : "nothing", best ? best : "nothing");
}

static void case_run(const json_t *one, const json_t *base, struct tally *t)
{
    struct session *s = session_build(one, base);
    struct verdict *v = verdict_of(s, &defaults);
    verdict_check(string_of(one, "case", "?"), one, s, v);
    first_check(string_of(one, "case", "?"), v);
    for (size_t i = 0; i < v->diagnosis_count; i++)
        tally_add(t, one, &v->diagnosis[i], i);
    for (size_t i = 0; json_object_get(one, "truth") && i < v->candidate_count; i++)
        tally_add(t, one, &v->candidate[i], SIZE_MAX);
    verdict_free(v);
    session_free(s);
}

static void test_cases(void **state)
{
    (void)state;
    json_t *base = cases_load("base");
    struct tally t = { { 0 }, { 0 } };
    size_t count = 0;
    for (size_t i = 0; i < sizeof case_files / sizeof *case_files; i++) {
        json_t *cases = cases_load(case_files[i]), *one;
        size_t k;
        json_array_foreach(cases, k, one) {
            case_run(one, base, &t);
            count++;
        }
        json_decref(cases);
    }
    json_decref(base);
    assert_true(count >= 180);
    print_message("# %zu cases\n# confidence  named  right\n", count);
    for (int i = 0; i < STEP_COUNT; i++) {
        print_message("#       %.2f  %5d  %5d\n", step_table[i], t.cases[i], t.right[i]);
        if (i >= STEP_50) /* a named cause is never a wrong one here */
            assert_int_equal(t.cases[i], t.right[i]);
        else if (t.cases[i])
            assert_true(t.right[i] < t.cases[i]);
    }
}

/* --- tables -------------------------------------------------------------------------------------
 */

/* The order in which faults are named, as the manual gives it; the handshake's causes have none
 * among themselves. Those not in it: "cert-unexpected". */
static void test_order_of_causes(void **state)
{
    static const char *const manual = "network, not-tls, <handshake>, interception, clock-skew, "
        "cert-self-signed, cert-untrusted-ca, cert-incomplete-chain, cert-revoked, cert-expired, "
        "cert-not-yet-valid, cert-name-mismatch, cert-weak, ocsp";
    static const char *const handshake = "version-mismatch cipher-mismatch group-mismatch "
        "extension-mismatch sni middlebox server-overload client-cert server-config alpn";
    (void)state;
    char *list = mem_string(manual), *save = NULL;
    int at = 0, seen = 0;
    for (char *word = strtok_r(list, ", ", &save); word; word = strtok_r(NULL, ", ", &save)) {
        if (strcmp(word, "<handshake>") == 0) {
            for (; strstr(handshake, cause_table[at].id); at++)
                seen++;
            continue;
        }
        at += strcmp(cause_table[at].id, "cert-unexpected") == 0;
        assert_string_equal(cause_table[at++].id, word);
    }
    assert_int_equal(at, CAUSE_COUNT);
    assert_int_equal(seen, 10);
    free(list);
}

static void test_signs_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sign_count; i++) {
        const struct sign *s = &sign_table[i];
        assert_true(s->cause < CAUSE_COUNT && s->when[0].test != TEST_NONE);
        if (s->kind == SIGN_AGAINST)
            continue;
        assert_non_null(s->summary);
        if (s->kind == SIGN_FOR && s->step >= STEP_50)
            assert_non_null(s->text);
        if (s->kind == SIGN_FOR && s->step < STEP_50)
            assert_non_null(s->missing[0]);
        for (int k = 0; k < CONDITIONS_MAX; k++) /* a misspelt fault would never hold */
            if (s->when[k].test == TEST_FAULT)
                assert_true(fault_mask(s->when[k].word + (s->when[k].word[0] == '!')) != 0);
    }
    assert_true(outcome_table[outcome_count - 1].when[0].test == TEST_NONE);
}

/* Whatever the fault, a chain that a strict client refuses is never called fine, and others are. */
static void test_every_fatal_reason_counts(void **state)
{
    (void)state;
    json_t *base = cases_load("base");
    for (int r = 0; r < REASON_COUNT; r++) {
        struct session *s = session_new(JUDGED);
        column_build(s, 1, "https://www.example.org", 1, "192.0.2.1:443");
        facts_see(s, 1, json_object_get(base, "good"));
        json_t *faults = json_pack("[{s:s,s:i,s:i,s:s,s:s,s:n}]", "reason", reason_table[r].word,
                                   "cert", 0, "link", 0, "subject", "CN=x", "text", "", "when");
        fact_see(s, 1, "cert_reasons", faults);
        fact_see(s, 1, "trusted", json_object_get(json_object_get(base, "late"), "connect"));
        s->column[0]->fact[FACT_TRUST].state = STATE_NO;
        json_decref(faults);
        struct verdict *v = verdict_of(s, &defaults);
        bool fine = v->all == VERDICT_OK;
        if (fine == (reason_table[r].fatal || r == REASON_NO_STORE))
            fail_msg("%s is %s", reason_table[r].word, judgement_words[v->all]);
        verdict_free(v);
        session_free(s);
    }
    json_decref(base);
}

/* --- exit status, options
 * -------------------------------------------------------------------------- */

static void test_exit_with_warnings(void **state)
{
    (void)state;
    json_t *base = cases_load("base");
    struct session *s = session_new(JUDGED);
    column_build(s, 1, "https://www.example.org", 1, "192.0.2.1:443");
    facts_see(s, 1, json_object_get(base, "good"));
    struct why_options strict = { .min_days = 365, .fail_on_warning = true };
    struct verdict *v = verdict_of(s, &strict);
    assert_int_equal(v->all, VERDICT_OK);
    assert_int_equal(v->warning_count, 1);
    assert_int_equal(v->warning[0].cause, CAUSE_CERT_EXPIRED);
    assert_int_equal(json_integer_value(json_object_get(v->warning[0].detail, "days")), 192);
    assert_int_equal(verdict_exit(v, &strict), 1);
    assert_int_equal(verdict_exit(v, &defaults), 0);
    verdict_free(v);
    v = verdict_of(s, &(struct why_options){ .min_days = 100 });
    assert_int_equal(v->warning_count, 0);
    assert_null(verdict_column(v, 2));
    verdict_free(v);
    session_free(s);
    json_decref(base);
}

static void test_empty_session(void **state)
{
    (void)state;
    struct session *s = session_new(JUDGED);
    struct verdict *v = verdict_of(s, NULL);
    bool wanted[FACT_COUNT];
    assert_int_equal(v->all, VERDICT_UNSURE);
    assert_int_equal(verdict_exit(v, NULL), 4);
    assert_false(why_wanted(s, 7, wanted));
    verdict_free(v);
    verdict_free(NULL);
    session_free(s);
}

/* What is said of a client that came: no more than was seen of it. */
static void test_client_outcomes(void **state)
{
    (void)state;
    static const struct { const char *stage, *by, *how, *says; } row[] = {
        { "nothing", "client", "not-tls", "the client does not speak TLS on this port" },
        { "nothing", "client", "closed", "the client closed the connection before a whole hello had come" },
        { "hello", "client", "closed", "the client closed the connection after the client's hello" },
        { "hello", "server", "not-tls", "the server does not speak TLS on this port" },
    };
    struct err e = { "" };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct session *s = session_new(JUDGED);
        struct endpoint *ep = endpoint_parse("tls://127.0.0.1:8443", NULL, &e);
        session_add(s, 1, 1, 0, ep, "192.0.2.9:40000", VANTAGE_CLIENT);
        json_t *end = json_pack("{s:s, s:s, s:s}", "stage", row[i].stage, "by", row[i].by, "how", row[i].how);
        fact_see(s, 1, "client_end", end);
        struct verdict *v = verdict_of(s, NULL);
        assert_string_equal(v->column[0].text, row[i].says);
        verdict_free(v);
        json_decref(end);
        endpoint_free(ep);
        session_free(s);
    }
}

/* Ids and places differ when addresses become known late, or columns were removed. */
static void test_column_by_id(void **state)
{
    static const int ids[] = { 900, 4, 17, 2 };
    (void)state;
    struct session *s = session_new(JUDGED);
    for (int i = 0; i < 4; i++)
        column_build(s, ids[i], "https://a.example", i, NULL);
    struct verdict *v = verdict_of(s, &defaults);
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(verdict_column(v, ids[i]), &v->column[i]);
    for (int id = -1; id <= 901; id++)
        if (!session_column(s, id))
            assert_null(verdict_column(v, id));
    verdict_free(v);
    session_free(s);
}

/* --- hostile and many
 * ------------------------------------------------------------------------------ */

static void test_hostile_values(void **state)
{
    static const char *const values[] = { "null",
                                          "7",
                                          "[]",
                                          "{}",
                                          "\"\\u001b[31m\\u202e\"",
                                          "[1, null, {\"reason\": 5}, {\"reason\": \"expired\", "
                                          "\"when\": 12, \"subject\": [], \"link\": \"x\"}]",
                                          "[{\"reason\": \"name-mismatch\", \"subject\": "
                                          "\"CN=\\u001b]0;x\\u0007{who}\", \"text\": \"\\u009b\"}]",
                                          "{\"kind\": 3, \"stage\": {}, \"alert\": 40, \"tls1.2\": "
                                          "[], \"sent\": 1, \"built\": [1], \"seconds\": \"x\"}",
                                          "{\"kind\": \"alert\", \"stage\": \"nothing\", "
                                          "\"alert\": {\"number\": 99999999999, \"name\": null}}",
                                          "{\"kind\": \"alert\", \"stage\": \"nothing\", \"tries\": "
                                          "{\"as-is\": {\"answer\": \"alert \\u001b\", \"cipher\": 7}, \"suites\": "
                                          "{\"answer\": \"accepted\", \"cipher\": \"\\u001b{offered}\"}, \"groups\": "
                                          "{\"answer\": []}, \"sigalgs\": \"x\"}, \"takes\": {\"suites\": "
                                          "[null, 3, \"\\u001b\", \"0x002f\", {}], \"groups\": {}}, "
                                          "\"tls1.2\": {\"accepted\": [[], \"\\u0007\"], \"unsettled\": 1}}",
                                          "{\"kind\": \"local\", \"stage\": \"nothing\", \"tries\": {\"as-is\": "
                                          "{\"answer\": \"accepted\", \"version\": \"\\u001b\", \"cipher\": "
                                          "\"\\u001b]0;x\\u0007\"}}}" };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (int st = STATE_YES; st <= COULD_NOT_ASK; st++) {
            struct session *s = session_new(JUDGED);
            column_build(s, 1, "https://a.example", 1, NULL);
            json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
            for (int f = 0; f < FACT_COUNT; f++) {
                struct observation o = { .column = 1,
                                         .fact = (enum fact)f,
                                         .state = (enum state)st,
                                         .value = json_incref(value),
                                         .probe = "x",
                                         .time = 1e300,
                                         .ms = -1 };
                session_see(s, &o);
            }
            struct verdict *v = verdict_of(s, &(struct why_options){ .min_days = 10 });
            for (size_t k = 0; k < v->diagnosis_count; k++) {
                const char *p = v->diagnosis[k].summary;
                assert_true(!strchr(p, '\033') && !strchr(p, '\007'));
            }
            assert_null(strchr(v->column[0].text, '\033'));
            verdict_free(v);
            session_free(s);
            json_decref(value);
        }
    }
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* `faults` for every column; `same`: the same certificate everywhere. */
static struct session *session_many(const json_t *good, int n, bool failing, bool same)
{
    struct session *s = session_new(JUDGED);
    for (int i = 1; i <= n; i++) {
        char *text = mem_format("https://h%d.example", i),
             *address = mem_format("192.0.2.%d:443", i % 250);
        column_build(s, i, text, i, address);
        facts_see(s, i, good);
        if (failing) {
            char *subject = mem_format("CN=h%d.example", same ? 0 : i);
            json_t *faults = json_pack(
                "[{s:s,s:i,s:i,s:s,s:s,s:s},{s:s,s:i,s:i,s:s,s:s}]", "reason", "expired", "cert", 0,
                "link", 0, "subject", subject, "text", "gone", "when", "2026-11-01T00:00:00Z",
                "reason", "self-signed", "cert", 0, "link", 0, "subject", subject, "text", "");
            fact_see(s, i, "cert_reasons", faults);
            json_decref(faults);
            free(subject);
        }
        free(text);
        free(address);
    }
    return s;
}

static double many_ms(const json_t *good, int n, bool failing, bool same, size_t expected)
{
    struct session *s = session_many(good, n, failing, same);
    double best = 1e9;
    for (int round = 0; round < 3; round++) {
        double before = now_ms();
        struct verdict *v = verdict_of(s, &defaults);
        double took = now_ms() - before;
        best = took < best ? took : best;
        assert_int_equal(v->diagnosis_count, expected);
        if (same)
            assert_int_equal(v->diagnosis[0].column_count, n);
        verdict_free(v);
    }
    session_free(s);
    return best;
}

static void test_a_thousand_columns(void **state)
{
    (void)state;
    json_t *base = cases_load("base"), *good = json_object_get(base, "good");
    double fine = many_ms(good, 1000, false, false, 0);
    double same = many_ms(good, 1000, true, true, 2);
    double each = many_ms(good, 1000, true, false, 2000);
    print_message(
        "# 1000 columns: %.1f ms when fine, %.1f ms with one fault, %.1f ms with one each\n", fine,
        same, each);
    /* Ten times the columns must not take a hundred times as long. */
    double more = many_ms(good, 10000, true, false, 20000);
    assert_true(more < 60 * (each + 1));
    json_decref(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_order_of_causes),
        cmocka_unit_test(test_signs_are_sound),
        cmocka_unit_test(test_every_fatal_reason_counts),
        cmocka_unit_test(test_exit_with_warnings),
        cmocka_unit_test(test_empty_session), cmocka_unit_test(test_client_outcomes),
        cmocka_unit_test(test_column_by_id),
        cmocka_unit_test(test_hostile_values),
        cmocka_unit_test(test_a_thousand_columns),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
