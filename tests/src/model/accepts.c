/* accepts - tests of how the facts of the sweeps are read: well-formed values, and values of any shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/model/accepts.h"
#include "src/wire/names.h"

static struct session *session_with(enum fact f, const char *state, const char *json)
{
    struct session *s = session_new(1);
    struct endpoint *ep = endpoint_parse("www.example.org", NULL, NULL);
    struct observation o = { .column = 1, .fact = f, .probe = "other", .ms = -1 };
    assert_true(state_find(state, &o.state));
    o.value = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL;
    assert_true(!json || o.value);
    session_add(s, 1, 1, 0, ep, NULL, NULL);
    session_see(s, &o);
    endpoint_free(ep);
    return s;
}

static void versions_rise_and_are_the_tables(void **state)
{
    (void)state;
    assert_string_equal(accepts_word(0), "ssl2");
    assert_int_equal(version_count, ACCEPTS_VERSIONS - 1);
    for (int v = 1; v < ACCEPTS_VERSIONS; v++) {
        assert_string_equal(accepts_word(v), version_table[v - 1].word);
        assert_string_equal(accepts_title(v), version_table[v - 1].title);
    }
    for (int v = 0; v < ACCEPTS_VERSIONS; v++)
        assert_int_equal(accepts_version(accepts_word(v)), v);
    assert_int_equal(accepts_version("tls1.4"), -1);
    assert_int_equal(accepts_version(NULL), -1);
}

#define GROUPS "{\"tls1.0\":{\"accepted\":[\"secp256r1\",\"secp521r1\"],\"unsettled\":[]}," \
               "\"tls1.3\":{\"accepted\":[\"x25519\",\"secp256r1\"]," \
               "\"unsettled\":[{\"name\":\"x448\",\"answer\":\"silent\"}]}}"

/* More names than there are come from a file that means harm: each is looked for among all. */
static void long_lists_are_none(void **state)
{
    (void)state;
    for (int n = 1000; n <= 1001; n++) {
        json_t *names = json_array(), *value = json_pack("{s:{s:O, s:[]}}", "tls1.3", "accepted", names, "unsettled");
        for (int i = 0; i < n; i++)
            json_array_append_new(names, json_sprintf("%d", i));
        char *text = json_dumps(value, 0);
        struct session *s = session_with(FACT_GROUPS, "yes", text);
        json_t *all = accepts_union(s->column[0], FACT_GROUPS);
        assert_int_equal(json_array_size(accepts_taken(s->column[0], FACT_GROUPS, 5)), n == 1000 ? 1000 : 0);
        assert_int_equal(json_array_size(all), n == 1000 ? 1000 : 0);
        json_decref(all);
        session_free(s);
        free(text);
        json_decref(value);
        json_decref(names);
    }
}

static void newest_version_first(void **state)
{
    (void)state;
    struct session *s = session_with(FACT_GROUPS, "yes", GROUPS);
    json_t *all = accepts_union(s->column[0], FACT_GROUPS);
    char *text = json_dumps(all, JSON_COMPACT);
    assert_string_equal(text, "[\"x25519\",\"secp256r1\",\"secp521r1\"]");
    const json_t *open = accepts_unsettled(s->column[0], FACT_GROUPS, 5);
    assert_string_equal(accepts_name(json_array_get(open, 0)), "x448");
    assert_string_equal(accepts_how(json_array_get(open, 0)), "silent");
    assert_null(accepts_unsettled(s->column[0], FACT_GROUPS, 2)); /* empty is none */
    assert_null(accepts_taken(s->column[0], FACT_GROUPS, 4));
    assert_true(accepts_known(s->column[0]));
    char *cell = column_cell(s->column[0], FACT_GROUPS);
    assert_string_equal(cell, "x25519, secp256r1, secp521r1");
    free(cell);
    free(text);
    json_decref(all);
    session_free(s);
}

static void unknown_is_not_none(void **state)
{
    (void)state;
    static const char *const states[] = { "not-asked", "could-not-ask", "unsure", "no" };
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct session *s = session_with(FACT_GROUPS, states[i], GROUPS);
        assert_null(accepts_union(s->column[0], FACT_GROUPS));
        assert_null(accepts_taken(s->column[0], FACT_GROUPS, 5));
        assert_false(accepts_known(s->column[0]));
        session_free(s);
    }
}

/* A file may hold any JSON there. */
static void any_shape_is_survived(void **state)
{
    (void)state;
    static const char *const values[] = {
        "null", "5", "\"tls1.3\"", "[]", "[[\"tls1.3\"]]", "{\"tls1.3\":5}", "{\"tls1.3\":[]}",
        "{\"tls1.3\":{\"accepted\":{},\"unsettled\":\"x\"}}", "{\"tls1.3\":{\"accepted\":[1,null,[],\"x25519\"]}}",
        "{\"tls1.3\":{\"unsettled\":[1,{},{\"name\":7},{\"name\":\"a\",\"answer\":[]}]}}", "{\"\":{}}",
    };
    static const enum fact facts[] = { FACT_VERSIONS, FACT_CIPHERS, FACT_GROUPS, FACT_SIGALGS, FACT_TOLERATES,
                                       FACT_RELAXED, FACT_CERT_KEYS, FACT_ORDER, FACT_DH };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t f = 0; f < sizeof facts / sizeof *facts; f++) {
            struct session *s = session_with(facts[f], "yes", values[i]);
            const struct column *c = s->column[0];
            for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
                json_t *one;
                size_t n;
                accepts_answer(c, v);
                json_array_foreach((json_t *)accepts_unsettled(c, facts[f], v), n, one)
                    assert_non_null(accepts_how(one));
            }
            json_decref(accepts_union(c, facts[f]));
            accepts_alike(facts[f], c->fact[facts[f]].value, c->fact[facts[f]].value);
            char *cell = column_cell(c, facts[f]);
            assert_true(cell && *cell);
            free(cell);
            session_free(s);
        }
}

static const struct { enum fact fact; enum accepts_alike alike; const char *a, *b; } pairs[] = {
    { FACT_CIPHERS, ACCEPTS_SAME_ORDERED, "{\"tls1.2\":{\"accepted\":[\"A\",\"B\"]}}", "{\"tls1.2\":{\"accepted\":[\"A\",\"B\"]}}" },
    { FACT_CIPHERS, ACCEPTS_SAME, "{\"tls1.2\":{\"accepted\":[\"A\",\"B\"]}}", "{\"tls1.2\":{\"accepted\":[\"B\",\"A\"]}}" },
    { FACT_CIPHERS, ACCEPTS_DIFFERENT, "{\"tls1.2\":{\"accepted\":[\"A\"]}}", "{\"tls1.2\":{\"accepted\":[\"A\",\"B\"]}}" },
    { FACT_CIPHERS, ACCEPTS_DIFFERENT, "{\"tls1.2\":{\"accepted\":[\"A\"]}}", "{\"tls1.3\":{\"accepted\":[\"A\"]}}" },
    { FACT_CIPHERS, ACCEPTS_SAME, "{\"tls1.2\":{\"accepted\":[\"A\"],\"unsettled\":[{\"name\":\"B\",\"answer\":\"silent\"}]}}",
      "{\"tls1.2\":{\"accepted\":[\"A\",\"B\"]}}" },
    { FACT_VERSIONS, ACCEPTS_SAME_ORDERED, "{\"tls1.2\":\"accepted\"}", "{\"tls1.2\":\"accepted\"}" },
    { FACT_VERSIONS, ACCEPTS_SAME, "{\"tls1.0\":\"closed\"}", "{\"tls1.0\":\"alert 70 protocol_version\"}" },
    { FACT_VERSIONS, ACCEPTS_DIFFERENT, "{\"tls1.0\":\"accepted\"}", "{\"tls1.0\":\"alert 70 protocol_version\"}" },
    { FACT_VERSIONS, ACCEPTS_SAME_ORDERED, "{\"tls1.0\":\"accepted\"}", "{\"tls1.0\":\"could-not-ask\"}" },
};

static void alike_is_what_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        json_t *a = json_loads(pairs[i].a, 0, NULL), *b = json_loads(pairs[i].b, 0, NULL);
        assert_true(a && b);
        if (accepts_alike(pairs[i].fact, a, b) != pairs[i].alike)
            fail_msg("pair %zu: %d", i, accepts_alike(pairs[i].fact, a, b));
        assert_int_equal(accepts_alike(pairs[i].fact, b, a), pairs[i].alike);
        json_decref(a);
        json_decref(b);
    }
}

static void cells_say_the_gist(void **state)
{
    (void)state;
    static const struct { enum fact fact; const char *state, *value, *cell; } rows[] = {
        { FACT_CIPHERS, "yes", "{\"ssl3\":{\"accepted\":[\"A\"]},\"tls1.3\":{\"accepted\":[\"A\",\"B\"]}}", "1.3: 2, SSL 3.0: 1" },
        { FACT_CIPHERS, "yes", "{}", "none" },
        { FACT_GROUPS, "yes", "{\"tls1.2\":{\"accepted\":[]}}", "none" },
        { FACT_TOLERATES, "yes", "{\"large\":\"accepted\",\"grease\":\"accepted\"}", "all" },
        { FACT_TOLERATES, "yes", "{\"large\":\"silent\",\"grease\":\"accepted\"}", "not: large" },
        { FACT_CERT_KEYS, "yes", "[\"RSA 2048\",\"ECDSA\"]", "RSA 2048, ECDSA" },
        { FACT_ORDER, "yes", "{\"tls1.2\":true}", "yes" },
        { FACT_ORDER, "no", "{\"tls1.2\":false}", "no" },
        { FACT_DH, "yes", "\"2048 ffdhe2048\"", "2048 ffdhe2048" },
        { FACT_RELAXED, "yes", "{\"tries\":{\"as-is\":{\"answer\":\"alert 40 handshake_failure\"},\"suites\":{\"answer\":\"accepted\"}}}",
          "suites taken" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_with(rows[i].fact, rows[i].state, rows[i].value);
        char *cell = column_cell(s->column[0], rows[i].fact);
        assert_string_equal(cell, rows[i].cell);
        free(cell);
        session_free(s);
    }
}

static void suites_are_judged_by_name(void **state)
{
    (void)state;
    static const struct { const char *name, *openssl, *blemish; } rows[] = {
        { "TLS_AES_128_GCM_SHA256", NULL, "" },
        { "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "" },
        { "TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA", "no PFS" },
        { "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "DES-CBC3-SHA", "weak" },
        { "TLS_RSA_WITH_NULL_SHA256", "NULL-SHA256", "not encrypted" },
        { "TLS_DH_anon_WITH_AES_128_CBC_SHA", "ADH-AES128-SHA", "anonymous" },
        { "0xfefe", NULL, "" }, { "", NULL, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *openssl = accepts_openssl(rows[i].name);
        assert_string_equal(openssl ? openssl : "", rows[i].openssl ? rows[i].openssl : "");
        assert_string_equal(accepts_blemish(rows[i].name), rows[i].blemish);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_rise_and_are_the_tables), cmocka_unit_test(long_lists_are_none), cmocka_unit_test(newest_version_first),
        cmocka_unit_test(unknown_is_not_none), cmocka_unit_test(any_shape_is_survived),
        cmocka_unit_test(alike_is_what_is_taken), cmocka_unit_test(cells_say_the_gist),
        cmocka_unit_test(suites_are_judged_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
