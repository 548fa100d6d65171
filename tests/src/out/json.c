/* Tests of src/out/json.c: golden documents, the promised keys in their order, and no number that
 * follows a locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "tests/src/out/scene.h"

static json_t *document(const struct scene *sc)
{
    char *text = scene_report(sc, "json", &(struct report){0});
    json_error_t e;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &e);
    if (!j)
        fail_msg("line %d: %s", e.line, e.text);
    free(text);
    return j;
}

static void test_golden(void **state)
{
    (void)state;
    static const struct { const char *name; struct scene *(*make)(void); } rows[] = {
        {"ok.json", scene_ok}, {"expired.json", scene_expired}, {"unsure.json", scene_unsure},
        {"many.json", scene_many}, {"full.json", scene_full}, {"nasty.json", scene_nasty},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene *sc = rows[i].make();
        char *text = scene_report(sc, "json", &(struct report){0});
        scene_golden(rows[i].name, text);
        json_decref(document(sc));
        free(text);
        scene_free(sc);
    }
}

static void keys_are(json_t *object, const char *wanted)
{
    struct text t = {0};
    const char *key;
    json_t *value;
    assert_true(json_is_object(object));
    json_object_foreach(object, key, value)
        text_addf(&t, "%s%s", t.len ? " " : "", key);
    assert_string_equal(t.s ? t.s : "", wanted);
    text_free(&t);
}

/* As the contract writes them. */
static void test_keys(void **state)
{
    (void)state;
    struct scene *sc = scene_many();
    json_t *j = document(sc);
    keys_are(j, "tlswhy schema started verdict columns diagnosis candidates warnings evidence "
                "checklist differences addresses");
    json_t *column = json_array_get(json_object_get(j, "columns"), 0);
    keys_are(column, "id endpoint label vantage address verdict facts attempts chain accepts "
                     "clients");
    keys_are(json_object_get(column, "attempts"), "made failed groups");
    keys_are(json_object_get(column, "chain"), "sent built");
    keys_are(json_object_get(column, "accepts"), "versions ciphers server_order groups sigalgs unsettled");
    json_t *facts = json_object_get(column, "facts");
    assert_int_equal(json_object_size(facts), FACT_COUNT);
    keys_are(json_object_get(facts, "version"), "state value evidence ms");
    keys_are(json_array_get(json_object_get(j, "diagnosis"), 0),
             "cause confidence columns summary detail for against missing fix reproduce");
    keys_are(json_object_get(json_object_get(j, "evidence"), "e1"), "column probe time text bytes");
    keys_are(json_array_get(json_object_get(j, "differences"), 0), "fact values matters");
    json_decref(j);
    scene_free(sc);
}

static json_t *difference(json_t *j, const char *fact)
{
    size_t i;
    json_t *d;
    json_array_foreach(json_object_get(j, "differences"), i, d)
        if (strcmp(json_string_value(json_object_get(d, "fact")), fact) == 0)
            return d;
    return NULL;
}

static void test_values(void **state)
{
    (void)state;
    struct scene *sc = scene_many();
    json_t *j = document(sc), *columns = json_object_get(j, "columns");
    assert_string_equal(json_string_value(json_object_get(j, "verdict")), "failing");
    assert_string_equal(json_string_value(json_object_get(j, "started")),
                        "2026-11-21T01:00:00.000Z");
    json_t *versions = json_object_get(json_object_get(json_array_get(columns, 4), "accepts"),
                                       "versions");
    assert_int_equal(json_array_size(versions), 2);
    assert_string_equal(json_string_value(json_array_get(versions, 1)), "tls1.2");
    json_t *last = json_array_get(columns, 5);
    assert_true(json_is_null(json_object_get(last, "address")));
    assert_true(json_is_null(json_object_get(last, "chain")));
    json_t *attempts = json_object_get(last, "attempts");
    assert_int_equal(json_integer_value(json_object_get(attempts, "failed")), 1);
    assert_true(json_is_null(json_object_get(json_object_get(last, "accepts"), "versions")));
    json_t *trust = difference(j, "trusted");
    assert_int_equal(json_array_size(json_object_get(trust, "values")), 6);
    assert_true(json_is_true(json_object_get(trust, "matters")));
    assert_null(difference(j, "cipher"));
    assert_true(json_is_false(json_object_get(difference(j, "not_after"), "matters")));
    json_decref(j);
    scene_free(sc);
}

static void see(struct session *s, enum fact fact, enum state state, json_t *value)
{
    struct observation o = {.column = 1, .fact = fact, .state = state, .value = value,
                            .probe = "handshake", .ms = -1};
    session_see(s, &o);
}

static json_t *failure(const char *kind, const char *stage)
{
    return json_pack("{s:s, s:s}", "kind", kind, "stage", stage);
}

/* How one try is counted: what was seen of it, and what came of it. */
static void test_attempts(void **state)
{
    (void)state;
    static const struct {
        const char *handshake, *connect, *kind, *stage, *late, *leaf; /* NULL: not asked */
        bool asked;
        int made;
        const char *looks, *outcome; /* NULL: it did not fail */
    } rows[] = {
        {"ok", "connected", NULL, NULL, NULL, "3f9a", false, 1, NULL, NULL},
        {"alert", "connected", "alert", "nothing", NULL, NULL, false, 1, "no ServerHello", "alert"},
        {"reset", "connected", "reset", "server-hello", NULL, NULL, false, 1,
         "ServerHello, no certificate", "reset"},
        {"closed", "connected", "closed", "certificate", NULL, "3f9a", false, 1, "certificate 3f9a",
         "closed"},
        {NULL, "refused", "refused", "connect", NULL, NULL, false, 1, "no connection", "refused"},
        {NULL, "silent", NULL, NULL, NULL, NULL, false, 1, "no connection", "silent"},
        {NULL, NULL, "no-such-name", "resolve", NULL, NULL, false, 1, "no address", "no-such-name"},
        {NULL, NULL, NULL, NULL, NULL, NULL, false, 0, NULL, NULL},
        /* refused after our Finished, and just closed then */
        {"ok", "connected", "alert", "finished", "certificate_required", "3f9a", true, 1,
         "certificate 3f9a", "certificate_required"},
        {"ok", "connected", NULL, NULL, "handshake_failure", NULL, false, 1,
         "certificate not known", "handshake_failure"},
        {"ok", "connected", "reset", "finished", "reset", "3f9a", false, 1, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene *sc = scene_nasty();
        struct session *s = sc->session;
        session_remove(s, 7);
        session_add(s, 1, 0, 0, s->column[0]->endpoint, NULL, NULL);
        bool ok = rows[i].handshake && strcmp(rows[i].handshake, "ok") == 0;
        bool connected = rows[i].connect && strcmp(rows[i].connect, "connected") == 0;
        if (rows[i].handshake)
            see(s, FACT_HANDSHAKE, ok ? STATE_YES : STATE_NO, json_string(rows[i].handshake));
        if (rows[i].connect)
            see(s, FACT_CONNECT, connected ? STATE_YES : STATE_NO, json_string(rows[i].connect));
        if (rows[i].kind)
            see(s, FACT_FAILURE, STATE_YES, failure(rows[i].kind, rows[i].stage));
        if (rows[i].late)
            see(s, FACT_LATE, STATE_YES, json_string(rows[i].late));
        if (rows[i].leaf)
            see(s, FACT_LEAF, STATE_YES, json_string(rows[i].leaf));
        if (rows[i].asked)
            see(s, FACT_CLIENT_CERT, STATE_YES, NULL);
        json_t *j = document(sc), *column = json_array_get(json_object_get(j, "columns"), 0);
        char *got = json_dumps(json_object_get(column, "attempts"), JSON_COMPACT);
        char *group = rows[i].looks ? mem_format("{\"count\":1,\"looks\":\"%s\",\"outcome\":\"%s\"}",
                                                 rows[i].looks, rows[i].outcome) : mem_string("");
        char *want = mem_format("{\"made\":%d,\"failed\":%d,\"groups\":[%s]}", rows[i].made,
                                rows[i].looks != NULL, group);
        assert_string_equal(got, want);
        free(got);
        free(want);
        free(group);
        json_decref(j);
        scene_free(sc);
    }
}

/* Evidence of columns that are gone, and of what was observed again, is not told. */
static void test_gone_evidence(void **state)
{
    (void)state;
    struct scene *sc = scene_many();
    struct session *s = sc->session;
    session_remove(s, 1);
    session_forget(s, 2);
    see(s, FACT_ALPN, STATE_NO, NULL); /* of nobody */
    json_t *j = document(sc), *evidence = json_object_get(j, "evidence"), *piece;
    const char *name;
    size_t told = 0, known = 0;
    json_object_foreach(evidence, name, piece) {
        json_int_t id = json_integer_value(json_object_get(piece, "column"));
        assert_true(id > 2);
        assert_false(s->evidence[atoi(name + 1)].gone);
        told++;
    }
    for (size_t i = 0; i < s->count; i++)
        for (int f = 0; f < FACT_COUNT; f++)
            known += s->column[i]->fact[f].evidence != 0;
    assert_true(told > 0);
    assert_int_equal(told, known);
    json_decref(j);
    scene_free(sc);
}

/* Bytes become hex, whole. */
static void test_bytes(void **state)
{
    (void)state;
    struct scene *sc = scene_ok();
    struct observation o = {.column = 1, .fact = FACT_LATE, .state = STATE_YES, .ms = -1,
                            .value = json_string("closed"), .probe = "handshake",
                            .bytes = mem_new(OBSERVATION_BYTES_MAX),
                            .bytes_len = OBSERVATION_BYTES_MAX};
    session_see(sc->session, &o);
    json_t *j = document(sc), *evidence = json_object_get(j, "evidence");
    char *name = mem_format("e%zu", sc->session->evidence_count - 1);
    json_t *piece = json_object_get(evidence, name);
    assert_int_equal(json_string_length(json_object_get(piece, "bytes")),
                     2 * OBSERVATION_BYTES_MAX);
    json_t *column = json_array_get(json_object_get(j, "columns"), 0);
    json_t *late = json_object_get(json_object_get(column, "facts"), "late_alert");
    assert_true(json_is_null(json_object_get(late, "ms")));
    assert_string_equal(json_string_value(json_object_get(late, "evidence")), name);
    free(name);
    json_decref(j);
    scene_free(sc);
}

static void test_thousand(void **state)
{
    (void)state;
    struct scene *sc = scene_wide(1000);
    json_t *j = document(sc);
    assert_int_equal(json_array_size(json_object_get(j, "columns")), 1000);
    assert_int_equal(json_object_size(json_object_get(j, "evidence")), 9000);
    json_decref(j);
    scene_free(sc);
}

static void list_is(json_t *list, size_t n, const char *(*nth)(size_t))
{
    assert_int_equal(json_array_size(list), n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(json_string_value(json_array_get(list, i)), nth(i));
}

static const char *fact_nth(size_t i)
{
    return fact_table[i].json;
}

static const char *cause_nth(size_t i)
{
    return cause_table[i].id;
}

/* The schema that is shipped knows every fact and every cause. */
static void test_schema(void **state)
{
    (void)state;
    const char *top = getenv("abs_top_srcdir");
    char *path = mem_format("%s/man/tlswhy.schema.json", top ? top : ".");
    json_error_t e;
    json_t *schema = json_load_file(path, 0, &e);
    if (!schema)
        fail_msg("%s: %s", path, e.text);
    json_t *defs = json_object_get(schema, "$defs"), *facts = NULL;
    assert_int_equal(json_unpack(defs, "{s:{s:{s:o}}}", "column", "properties", "facts", &facts),
                     0);
    list_is(json_object_get(facts, "required"), FACT_COUNT, fact_nth);
    assert_int_equal(json_object_size(json_object_get(facts, "properties")), FACT_COUNT);
    list_is(json_object_get(json_object_get(defs, "cause"), "enum"), CAUSE_COUNT, cause_nth);
    json_decref(schema);
    free(path);
}

static void test_finding(void **state)
{
    (void)state;
    struct finding f = {.cause = CAUSE_SNI, .confidence = 0.9};
    json_t *j = finding_json(&f);
    char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15));
    assert_string_equal(text, "{\"cause\":\"sni\",\"confidence\":0.9,\"columns\":[],"
                              "\"summary\":null,\"detail\":{},\"for\":[],\"against\":[],"
                              "\"missing\":[],\"fix\":null,\"reproduce\":null}");
    free(text);
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden), cmocka_unit_test(test_keys), cmocka_unit_test(test_values),
        cmocka_unit_test(test_attempts), cmocka_unit_test(test_gone_evidence),
        cmocka_unit_test(test_bytes), cmocka_unit_test(test_thousand),
        cmocka_unit_test(test_finding), cmocka_unit_test(test_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
