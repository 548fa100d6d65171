/* Tests of comparing two sides, and of the odd address among several. The pairs are data: tests/cases/pairs.json.
 *
 * A pair: "working" and "failing", each with endpoint, address, "base" and "facts" as in the other cases, and what is
 * expected: "diagnosis" comes out exactly so, in this order (cause, "confidence", and part of its sentence in "says");
 * "candidates" too where they are given; "never" are words that may stand nowhere; "text" is part of what came of it,
 * "matters" how many differences matter, "exit" the status, "exchanged" that the sides were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/compare.h"
#include "src/why/odd.h"
#include "tests/src/why/cases.h"

static const struct why_options defaults = { .min_days = -1 };

static void side_build(struct session *s, int id, const json_t *form, const json_t *base)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(json_string_value(json_object_get(form, "endpoint")), NULL, &e);
    if (!ep)
        fail_msg("%s", e.text);
    session_add(s, id, id, 0, ep, json_string_value(json_object_get(form, "address")), NULL);
    endpoint_free(ep);
    const char *kind = json_string_value(json_object_get(form, "base"));
    facts_see(s, id, json_object_get(base, kind));
    facts_see(s, id, json_object_get(form, "facts"));
}

static void sentence_check(const char *name, const char *s)
{
    if (!s || !*s || strchr(s, '{') || strchr(s, '}') || strstr(s, "(null)"))
        fail_msg("%s: a text that can't be shown like this: \"%s\"", name, s ? s : "");
}

static void findings_check(const char *name, const json_t *want, const struct finding *f, size_t n)
{
    if (!want)
        return;
    if (json_array_size(want) != n)
        fail_msg("%s: %zu findings, not %zu; the first says: %s", name, n, json_array_size(want), n ? f->summary : "-");
    for (size_t i = 0; i < n; i++) {
        const json_t *w = json_array_get(want, i), *sure = json_object_get(w, "confidence");
        const char *cause = json_string_value(json_object_get(w, "cause")),
                   *says = json_string_value(json_object_get(w, "says"));
        if (strcmp(cause_table[f[i].cause].id, cause) != 0)
            fail_msg("%s: %s, not %s", name, cause_table[f[i].cause].id, cause);
        if (sure &&
            (f[i].confidence < json_number_value(sure) - 0.001 || f[i].confidence > json_number_value(sure) + 0.001))
            fail_msg("%s: %s is %g sure", name, cause, f[i].confidence);
        if (says && !strstr(f[i].summary, says))
            fail_msg("%s: %s says \"%s\"", name, cause, f[i].summary);
    }
}

/* Whatever is said can be shown, is about the failing side, and rests on evidence. */
static void finding_check(const char *name, const struct finding *f, const struct comparison *c, const char *never)
{
    sentence_check(name, f->summary);
    sentence_check(name, f->fix ? f->fix : "none");
    assert_true(f->column_count == 1 && f->column[0] == c->sides.failing[0]);
    assert_true(f->for_count > 0);
    assert_true(f->confidence >= .25 && f->confidence <= .97);
    if (never && strstr(f->summary, never))
        fail_msg("%s: says \"%s\"", name, f->summary);
}

static void pair_check(const json_t *one, const json_t *base)
{
    static const int a = 1, b = 2;
    const char *name = json_string_value(json_object_get(one, "case")),
               *text = json_string_value(json_object_get(one, "text"));
    const char *never = json_string_value(json_array_get(json_object_get(one, "never"), 0));
    const json_t *matters = json_object_get(one, "matters");
    struct session *s = session_new(JUDGED - 5);
    side_build(s, a, json_object_get(one, "working"), base);
    side_build(s, b, json_object_get(one, "failing"), base);
    struct verdict *v = verdict_of(s, &defaults);
    struct comparison *c = compare_sides(s, v, &(struct sides){ &a, &b, 1, 1 });
    findings_check(name, json_object_get(one, "diagnosis"), v->diagnosis, v->diagnosis_count);
    findings_check(name, json_object_get(one, "candidates"), v->candidate, v->candidate_count);
    for (size_t i = 0; i < v->diagnosis_count; i++)
        finding_check(name, &v->diagnosis[i], c, never);
    for (size_t i = 0; i < v->candidate_count; i++)
        finding_check(name, &v->candidate[i], c, never);
    if (text && (*text ? !strstr(c->text, text) : *c->text))
        fail_msg("%s: it is said: \"%s\"", name, c->text);
    if (matters && c->matters != (size_t)json_integer_value(matters))
        fail_msg("%s: %zu differences matter, the first is %s", name, c->matters,
                 fact_table[c->difference[0].fact].json);
    if (c->exchanged != json_is_true(json_object_get(one, "exchanged")))
        fail_msg("%s: the sides were %sexchanged", name, c->exchanged ? "" : "not ");
    if (comparison_exit(c, v) != json_integer_value(json_object_get(one, "exit")))
        fail_msg("%s: exit %d", name, comparison_exit(c, v));
    comparison_free(c);
    verdict_free(v);
    session_free(s);
}

static void test_pairs(void **state)
{
    (void)state;
    json_t *cases = cases_load("pairs"), *base = cases_load("base"), *one;
    size_t i;
    json_array_foreach(cases, i, one)
        pair_check(one, base);
    json_decref(cases);
    json_decref(base);
}

/* Several columns to a side: each failing one is held against the working one it is most like. */
static void test_who_against_whom(void **state)
{
    (void)state;
    static const char *const endpoints[] = { "https://a.test", "https://b.test", "https://b.test", "https://a.test" };
    static const char *const addresses[] = { "192.0.2.1:443", "192.0.2.2:443", "192.0.2.3:443", "192.0.2.1:443" };
    static const int working[] = { 1, 2 }, failing[] = { 3, 4 };
    struct session *s = session_new(1);
    for (int i = 0; i < 4; i++) {
        struct endpoint *ep = endpoint_parse(endpoints[i], NULL, NULL);
        session_add(s, i + 1, i + 1, 0, ep, addresses[i], NULL);
        endpoint_free(ep);
    }
    struct sides sides = { working, failing, 2, 2 };
    assert_int_equal(compare_other(s, &sides, session_column(s, 3))->id, 2);
    assert_int_equal(compare_other(s, &sides, session_column(s, 4))->id, 1);
    sides.working_count = 0;
    assert_null(compare_other(s, &sides, session_column(s, 4)));
    struct verdict *v = verdict_of(s, &defaults);
    struct comparison *c = compare_sides(s, v, &sides); /* nothing known, and nobody to compare with */
    assert_int_equal(comparison_exit(c, v), EXIT_UNSURE);
    comparison_free(c);
    verdict_free(v);
    session_free(s);
    comparison_free(NULL);
}

/* --- the odd one -------------------------------------------------------------------------------- */

/* One letter a column: w works, x is expired with another leaf, X the same in another way, 2 speaks TLS 1.2 only, p is
 * still probed, u could not be asked, r refuses. */
static struct session *crowd(const char *letters)
{
    json_t *base = cases_load("base");
    struct session *s = session_new(JUDGED - 5);
    for (int i = 0; letters[i]; i++) {
        char *address = mem_format("192.0.2.%d:443", i + 1);
        struct endpoint *ep = endpoint_parse("https://www.example.org", NULL, NULL);
        session_add(s, i + 1, 1, i, ep, address, NULL);
        endpoint_free(ep);
        free(address);
        facts_see(s, i + 1, json_object_get(base, letters[i] == 'r' || letters[i] == 'u' ? "tcp" : "good"));
        const char *more = letters[i] == 'x' || letters[i] == 'X' ? "{\"leaf\":\"dd\",\"dates\":{\"state\":\"no\","
                                                                    "\"value\":\"expired\"},\"cert_reasons\":[{"
                                                                    "\"reason\":\"expired\","
                                                                    "\"cert\":0,\"link\":0,\"subject\":\"CN=a\","
                                                                    "\"text\":\"t\",\"when\":\"2026-11-01T00:00:00Z\"}]"
                                                                    "}"
                           : letters[i] == '2'                    ? "{\"version\":\"tls1.2\",\"leaf\":\"aa\"}"
                           : letters[i] == 'r' ? "{\"connect\":{\"state\":\"no\",\"value\":\"refused\"}}"
                           : letters[i] == 'u' ? "{\"connect\":{\"state\":\"could-not-ask\",\"value\":\"no-route\"}}"
                                               : "{\"leaf\":\"aa\"}";
        json_t *facts = json_loads(more, 0, NULL);
        facts_see(s, i + 1, facts);
        json_decref(facts);
        session_busy(s, i + 1, letters[i] == 'p');
    }
    json_decref(base);
    return s;
}

static const struct { const char *letters; const char *text; const char *odd;
} crowds[] = {
    { "w", NULL, "" },
    { "ww", NULL, "" },
    { "xx", NULL, "" },
    { "wu", NULL, "" },
    { "wp", NULL, "" },
    { "wwx",
      "2 of 3 addresses work; 192.0.2.3 is the odd one: it serves another certificate, which expired 19 days ago.",
      "3" },
    { "wx", "1 of 2 addresses works; 192.0.2.2 does not: it serves another certificate, which expired 19 days ago.",
      "2" },
    { "wxwx",
      "2 of 4 addresses work; 192.0.2.2 and 192.0.2.4 are the odd ones: they serve another certificate, which expired "
      "19 days ago.",
      "24" },
    { "wwr", "2 of 3 addresses work; 192.0.2.3 is the odd one: connection refused by 192.0.2.3:443.", "3" },
    { "wrx",
      "1 of 3 addresses works, 192.0.2.1; 192.0.2.2 and 192.0.2.3 do not: each in its own way, see below.",
      "23" },
    { "ww2", "All 3 addresses work, but 192.0.2.3 is the odd one: Version is TLS 1.2 there, TLS 1.3 elsewhere.", "3" },
    { "w2", NULL, "" }, /* none of two is odd */
    { "wxu", "1 of 2 addresses works; 192.0.2.2 does not: it serves another certificate, which expired 19 days ago.",
      "2" },
};

static void test_crowds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++) {
        struct session *s = crowd(crowds[i].letters);
        struct verdict *v = verdict_of(s, &defaults);
        size_t n;
        struct odd *list = odds_of(s, v, &n);
        if (n != (crowds[i].text != NULL))
            fail_msg("%s: %s", crowds[i].letters, n ? list->text : "nothing is odd");
        if (n) {
            assert_string_equal(list->text, crowds[i].text);
            assert_int_equal(list->count, strlen(crowds[i].odd));
            for (size_t k = 0; k < list->count; k++)
                assert_int_equal(list->column[k], crowds[i].odd[k] - '0');
            assert_int_equal(list->begin, 0);
            assert_int_equal(list->end, s->count);
        }
        odds_free(list, n);
        verdict_free(v);
        session_free(s);
    }
    odds_free(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_pairs), cmocka_unit_test(test_who_against_whom),
                                        cmocka_unit_test(test_crowds) };
    return cmocka_run_group_tests_name("why/compare", tests, NULL, NULL);
}
