/* Tests of what the probes say to each question, of how answers move causes, and of dates that line up. What answers
 * do to whole sessions stands in tests/cases/answers.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/why/guess.h"
#include "src/why/pull.h"
#include "src/why/question.h"
#include "src/why/since.h"

#define JUDGED 1795176000 /* 2026-11-20T12:00:00Z */

static void add(struct session *s, int id, int ask, const char *endpoint, const char *vantage)
{
    struct endpoint *ep = endpoint_parse(endpoint, NULL, NULL);
    session_add(s, id, ask, id, ep, "192.0.2.1:443", vantage);
    endpoint_free(ep);
}

static void see(struct session *s, int id, enum fact f, enum state state, const char *json)
{
    struct observation o = { .column = id, .fact = f, .state = state, .probe = "case", .time = JUDGED, .ms = -1,
                             .value = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL };
    session_see(s, &o);
}

static void works(struct session *s, int id)
{
    see(s, id, FACT_CONNECT, STATE_YES, "\"connected\"");
    see(s, id, FACT_HANDSHAKE, STATE_YES, "\"ok\"");
    see(s, id, FACT_VERSION, STATE_YES, "\"tls1.3\"");
    see(s, id, FACT_TRUST, STATE_YES, "\"Root\"");
    see(s, id, FACT_REASONS, STATE_NO, NULL);
}

#define EXPIRED "[{\"reason\":\"expired\",\"cert\":0,\"link\":0,\"subject\":\"CN=a.example\",\"text\":\"\"," \
                "\"when\":\"2026-11-10T12:00:00Z\",\"bits\":null}]"

static void fails(struct session *s, int id)
{
    works(s, id);
    see(s, id, FACT_REASONS, STATE_YES, EXPIRED);
}

static void says(const struct session *s, enum question q, enum state state, const char *word, const char *text)
{
    struct probes_say p[QUESTION_COUNT];
    struct verdict *v = verdict_of(s, NULL);
    checklist_of(p, s, v, NULL);
    assert_int_equal(p[q].state, state);
    if (word)
        assert_string_equal(p[q].word, word);
    else
        assert_null(p[q].word);
    if (!strstr(p[q].text, text))
        fail_msg("%s: \"%s\" does not say \"%s\"", question_table[q].word, p[q].text, text);
    checklist_clear(p);
    verdict_free(v);
}

static void of_nothing(void **state)
{
    (void)state;
    struct session *s = session_new(JUDGED);
    says(s, QUESTION_FAILS, NOT_ASKED, NULL, "nothing was probed");
    says(s, QUESTION_CLIENTS, NOT_ASKED, NULL, "--depth full");
    says(s, QUESTION_NETWORKS, NOT_ASKED, NULL, "from here only");
    says(s, QUESTION_ENDPOINTS, NOT_ASKED, NULL, "nothing was probed");
    says(s, QUESTION_SINCE, COULD_NOT_ASK, NULL, "the present");
    says(s, QUESTION_TIMES, COULD_NOT_ASK, NULL, "the present");
    says(s, QUESTION_CHANGED, COULD_NOT_ASK, NULL, "saved before");
    session_free(s);
}

static void of_endpoints_and_places(void **state)
{
    (void)state;
    struct session *s = session_new(JUDGED);
    add(s, 1, 1, "https://a.example", "local");
    works(s, 1);
    says(s, QUESTION_FAILS, STATE_YES, "no", "one try from here works");
    says(s, QUESTION_ENDPOINTS, NOT_ASKED, NULL, "one endpoint was asked");
    add(s, 2, 2, "https://b.example", "local");
    fails(s, 2);
    says(s, QUESTION_FAILS, STATE_YES, "yes", "1 of 2 fails");
    says(s, QUESTION_ENDPOINTS, STATE_YES, "one", "1 of 2");
    says(s, QUESTION_SINCE, STATE_YES, "2026-11-10T12:00:00Z", "CN=a.example ended then");
    add(s, 3, 3, "https://c.example", "office");
    fails(s, 3);
    says(s, QUESTION_ENDPOINTS, STATE_YES, "some", "2 of 3");
    says(s, QUESTION_NETWORKS, STATE_YES, "all", "2 of 2 places");
    works(s, 2);
    says(s, QUESTION_NETWORKS, STATE_YES, "one", "1 of 2 places");
    works(s, 3);
    says(s, QUESTION_ENDPOINTS, STATE_YES, "none", "0 of 3");
    session_free(s);
}

static void of_addresses(void **state)
{
    (void)state;
    struct session *s = session_new(JUDGED);
    add(s, 1, 1, "https://a.example", "local");
    add(s, 2, 1, "https://a.example", "local");
    works(s, 1);
    fails(s, 2);
    says(s, QUESTION_FAILS, STATE_YES, "now-and-then", "another works");
    session_free(s);
}

static void of_clients(void **state)
{
    (void)state;
    struct session *s = session_new(JUDGED);
    add(s, 1, 1, "https://a.example", "local");
    works(s, 1);
    see(s, 1, FACT_VERSIONS, STATE_YES, "{\"tls1.0\":\"alert 70 protocol_version\","
        "\"tls1.1\":\"alert 70 protocol_version\","
        "\"tls1.2\":\"alert 70 protocol_version\",\"tls1.3\":\"accepted\"}");
    see(s, 1, FACT_CIPHERS, STATE_YES, "{\"tls1.3\":{\"accepted\":[\"TLS_AES_128_GCM_SHA256\"],\"unsettled\":[]}}");
    see(s, 1, FACT_GROUPS, STATE_YES, "{\"tls1.3\":{\"accepted\":[\"x25519\"],\"unsettled\":[]}}");
    see(s, 1, FACT_SIGALGS, STATE_YES, "{\"tls1.3\":{\"accepted\":[\"rsa_pss_rsae_sha256\"],\"unsettled\":[]}}");
    says(s, QUESTION_CLIENTS, STATE_YES, "some", "known clients fail");
    struct client_tally t;
    client_tally_of(&t, s);
    assert_true(t.fails > 8 && t.known > t.fails);
    int commas = 0;
    for (const char *p = t.names; *p; p++)
        commas += *p == ',';
    assert_int_equal(commas, TALLY_NAMES - 1);
    says(s, QUESTION_SOFTWARE, STATE_YES, t.names, "more");
    free(t.names);
    session_free(s);
}

static void contradictions(void **state)
{
    (void)state;
    static const struct { enum question q; const char *answer; bool differs; } rows[] = {
        { QUESTION_FAILS, "yes", false }, { QUESTION_FAILS, "no", true }, { QUESTION_FAILS, "now-and-then", false },
        { QUESTION_ENDPOINTS, "one", false },
        { QUESTION_ENDPOINTS, "all", true }, { QUESTION_ENDPOINTS, ANSWER_UNKNOWN, false },
        { QUESTION_CLIENTS, "all", false },
        { QUESTION_SINCE, "2026-11-10", false }, { QUESTION_SINCE, "2026-11-10T12:10Z", false },
        { QUESTION_SINCE, "2026-11-09", true }, { QUESTION_SINCE, "always", true }, { QUESTION_CHANGED, "x", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_new(JUDGED);
        struct probes_say p[QUESTION_COUNT];
        add(s, 1, 1, "https://a.example", "local");
        add(s, 2, 2, "https://b.example", "local");
        works(s, 1);
        fails(s, 2);
        session_answer(s, rows[i].q, rows[i].answer);
        struct verdict *v = verdict_of(s, NULL);
        checklist_of(p, s, v, NULL);
        if (p[rows[i].q].differs != rows[i].differs)
            fail_msg("%s=%s, the probes: %s", question_table[rows[i].q].word, rows[i].answer, p[rows[i].q].word);
        checklist_clear(p);
        verdict_free(v);
        session_free(s);
    }
}

/* An answer lifts a cause over the line only where it is the one it lifts most. */
static void singles_out(void **state)
{
    (void)state;
    struct pull pull[CAUSE_COUNT] = { 0 };
    int from[CAUSE_COUNT], to[CAUSE_COUNT];
    for (int i = 0; i < CAUSE_COUNT; i++)
        from[i] = -1;
    from[CAUSE_MIDDLEBOX] = from[CAUSE_NETWORK] = from[CAUSE_SERVER_OVERLOAD] = STEP_25;
    from[CAUSE_CERT_EXPIRED] = STEP_97;
    from[CAUSE_CLOCK_SKEW] = STEP_25;
    pull[CAUSE_MIDDLEBOX].by[QUESTION_NETWORKS] = pull[CAUSE_NETWORK].by[QUESTION_NETWORKS] = 1;
    pull[CAUSE_CERT_EXPIRED].by[QUESTION_SINCE] = 2;
    pull[CAUSE_CLOCK_SKEW].by[QUESTION_CLIENTS] = -1;
    pull[CAUSE_ALPN].by[QUESTION_CLIENTS] = 2; /* without evidence it is nowhere */
    pull_steps(pull, from, to, STEP_50);
    assert_int_equal(to[CAUSE_MIDDLEBOX], STEP_25);
    assert_int_equal(to[CAUSE_NETWORK], STEP_25);
    assert_int_equal(to[CAUSE_SERVER_OVERLOAD], STEP_25);
    assert_int_equal(to[CAUSE_CERT_EXPIRED], STEP_97);
    assert_int_equal(to[CAUSE_CLOCK_SKEW], STEP_25);
    assert_int_equal(to[CAUSE_ALPN], -1);
    pull[CAUSE_MIDDLEBOX].by[QUESTION_ENDPOINTS] = 1;
    pull[CAUSE_MIDDLEBOX].by[QUESTION_TIMES] = 1; /* no more than two steps in all */
    pull[CAUSE_CERT_EXPIRED].by[QUESTION_SINCE] = -1;
    pull_steps(pull, from, to, STEP_50);
    assert_int_equal(to[CAUSE_MIDDLEBOX], STEP_75);
    assert_int_equal(to[CAUSE_NETWORK], STEP_25);
    assert_int_equal(to[CAUSE_CERT_EXPIRED], STEP_90);
}

static void tables_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < guess_count; i++) {
        const struct guess *g = &guess_table[i];
        assert_true(g->sign.step == STEP_25 && g->sign.summary && g->sign.missing[0] && g->sign.reproduce);
        assert_non_null(g->when[0].is);
        struct pull p = guess_pull(g);
        assert_true(pull_any(&p));
    }
    char *moves = question_moves(QUESTION_NETWORKS, "one");
    assert_non_null(strstr(moves, "for network, middlebox, interception; against "));
    free(moves);
    moves = question_moves(QUESTION_CHANGED, "nothing");
    assert_string_equal(moves, "");
    free(moves);
}

static void effects_in_words(void **state)
{
    (void)state;
    struct finding f = { .cause = CAUSE_INTERCEPTION, .confidence = .75, .before = .25 };
    assert_null(question_effect(&f));
    f.pull.by[QUESTION_NETWORKS] = f.pull.by[QUESTION_ENDPOINTS] = 1;
    char *says = question_effect(&f);
    assert_string_equal(says, "interception 25% -> 75%: networks, endpoints speak for it");
    free(says);
    f.pull.by[QUESTION_ENDPOINTS] = -1;
    f.confidence = .25;
    says = question_effect(&f);
    assert_string_equal(says, "interception stays at 25%: networks speaks for it; endpoints speaks against it");
    free(says);
}

/* A certificate that ended hours before may be it: then another that ended long ago does not speak against it, whichever
 * stands first. */
static void dates_that_leave_it_open(void **state)
{
    (void)state;
    static const char *const ends[] = { "2026-11-10T12:00:00Z", "2020-01-01T00:00:00Z" };
    for (int first = 0; first < 2; first++) {
        struct session *s = session_new(JUDGED);
        json_t *faults = json_pack("[{s:s,s:i,s:i,s:s},{s:s,s:i,s:i,s:s}]", "reason", "expired", "cert", 0, "link", 0, "when",
                                   ends[first], "reason", "expired", "cert", 1, "link", 1, "when", ends[!first]);
        char *text = json_dumps(faults, 0);
        add(s, 1, 1, "https://a.example", "local");
        see(s, 1, FACT_REASONS, STATE_YES, text);
        session_answer(s, QUESTION_SINCE, "2026-11-10T18:00Z");
        struct look l = look_at(s, s->column[0], FAMILY_ALONE, -1);
        assert_int_equal(pull_of(&l, CAUSE_CERT_EXPIRED).by[QUESTION_SINCE], 0);
        session_answer(s, QUESTION_SINCE, "2026-11-18T18:00Z");
        assert_int_equal(pull_of(&l, CAUSE_CERT_EXPIRED).by[QUESTION_SINCE], -1);
        free(text);
        json_decref(faults);
        session_free(s);
    }
}

static void dates_line_up(void **state)
{
    (void)state;
    static const struct { const char *since, *says; bool renewed; } rows[] = {
        { "2026-11-10T12:02Z", "the certificate \"a.example\" ended 2 min before", false },
        { "2026-11-10", "that is when the certificate \"a.example\" ended", false },
        { "2026-10-01T00:30Z", "the certificate \"b.example\" began 30 min before", true },
        { "2026-09-30T23:50Z", "the certificate \"b.example\" began", true },
        { "2026-10-03T00:00Z", NULL, false }, { "2026-11-10T13:00Z", NULL, false }, { "always", NULL, false },
    };
    struct session *s = session_new(JUDGED);
    add(s, 1, 1, "https://a.example", "local");
    see(s, 1, FACT_CHAIN, STATE_YES, "{\"sent\":[{\"cn\":\"b.example\",\"not_before\":\"2026-10-01T00:00:00Z\","
        "\"not_after\":\"2027-01-01T00:00:00Z\"},{\"cn\":7,\"not_before\":[],\"not_after\":\"x\"}],\"built\":["
        "{\"cn\":\"a.example\",\"not_before\":\"2020-01-01T00:00:00Z\",\"not_after\":\"2026-11-10T12:00:00Z\"}]}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t date;
        char *near = since_near(s->column[0], rows[i].since, &date);
        if (!near != !rows[i].says || (near && !strstr(near, rows[i].says)))
            fail_msg("%s: %s", rows[i].since, near);
        assert_int_equal(since_renewed(s->column[0], rows[i].since), rows[i].renewed);
        free(near);
    }
    session_free(s);
}

#define SEEN "\"verified\":true,\"this_update\":\"2026-11-01T00:00:00Z\",\"next_update\":\"2026-11-08T00:00:00Z\""

/* What a CA said counts once it is not simply good. */
static void staples_line_up(void **state)
{
    (void)state;
    static const struct { const char *staple, *revocation, *since, *says; bool revoked, stale; } rows[] = {
        { "{\"status\":\"good\",\"stale\":false," SEEN "}", NULL, "2026-11-08T00:05Z", NULL, false, false },
        { "{\"status\":\"good\",\"stale\":true," SEEN "}", NULL, "2026-11-08T00:05Z",
          "the stapled OCSP answer for \"CN=a\" ended 5 min before", false, true },
        { "{\"status\":\"foreign\",\"stale\":false," SEEN "}", NULL, "2026-11-01", "that is when the stapled OCSP "
          "answer for \"CN=a\" began", false, false },
        { "{\"status\":\"foreign\",\"stale\":false," SEEN "}", NULL, "2026-10-30T06:00Z", NULL, false, false },
        { "{\"status\":\"foreign\",\"stale\":false," SEEN "}", NULL, "2026-10-31T22:00Z",
          "the stapled OCSP answer for \"CN=a\" was made", false, false },
        { NULL, "{\"status\":\"revoked\",\"stale\":false,\"subject\":\"a\",\"revoked_at\":\"2026-11-05T10:00:00Z\"," SEEN
          "}", "2026-11-05T18:00Z", "the certificate \"a\" was revoked 8 h before", true, false },
        { NULL, "{\"status\":\"revoked\",\"revoked_at\":7," SEEN "}", "2026-11-05T18:00Z", NULL, false, false },
        { NULL, "[]", "2026-11-05T18:00Z", NULL, false, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_new(JUDGED);
        int64_t date;
        add(s, 1, 1, "https://a.example", "local");
        see(s, 1, FACT_SUBJECT, STATE_YES, "\"CN=a\"");
        see(s, 1, FACT_BOUNDS, STATE_YES, "{\"bounds\":[{\"what\":\"ocsp\",\"from\":\"staple\","
            "\"when\":\"2026-10-31T21:59:00Z\",\"by\":null},7]}");
        see(s, 1, FACT_STAPLE, rows[i].staple ? STATE_YES : STATE_NO, rows[i].staple);
        see(s, 1, FACT_REVOCATION, rows[i].revocation ? STATE_YES : NOT_ASKED, rows[i].revocation);
        char *near = since_near(s->column[0], rows[i].since, &date);
        if (!near != !rows[i].says || (near && !strstr(near, rows[i].says)))
            fail_msg("%zu, %s: %s", i, rows[i].since, near ? near : "nothing");
        assert_int_equal(since_revoked(s->column[0], rows[i].since), rows[i].revoked);
        assert_int_equal(since_stale(s->column[0], rows[i].since), rows[i].stale);
        free(near);
        session_free(s);
    }
}

static void saw(struct session *s, int id, enum fact f, const char *json, const char *when)
{
    struct observation o = { .column = id, .fact = f, .state = STATE_YES, .probe = "case", .ms = -1,
                             .value = json_loads(json, JSON_DECODE_ANY, NULL) };
    int64_t t;
    assert_true(when_parse(when, &t));
    o.time = (double)t;
    session_see(s, &o);
}

/* The same place in a session that was saved before. */
static void saved_sessions_line_up(void **state)
{
    (void)state;
    struct session *s = session_new(JUDGED);
    add(s, 1, 1, "https://a.example", VANTAGE_SAVED);
    works(s, 1);
    saw(s, 1, FACT_LEAF, "\"aa\"", "2026-11-10T00:00:00Z");
    saw(s, 1, FACT_HANDSHAKE, "\"ok\"", "2026-11-10T00:00:00Z");
    add(s, 2, 2, "https://a.example", "local");
    fails(s, 2);
    saw(s, 2, FACT_LEAF, "\"bb\"", "2026-11-20T12:00:00Z");
    see(s, 2, FACT_DATES, STATE_NO, "\"expired\"");
    see(s, 1, FACT_DATES, STATE_YES, "\"ok\"");
    says(s, QUESTION_CHANGED, STATE_YES, "Leaf SHA-256, Dates, Cert. faults", "between 2026-11-10T00:00:00Z, when it worked");
    see(s, 2, FACT_REASONS, STATE_NO, NULL);
    see(s, 2, FACT_DATES, STATE_YES, "\"ok\"");
    session_answer(s, QUESTION_SINCE, "2026-11-15");
    says(s, QUESTION_CHANGED, STATE_YES, "Leaf SHA-256", "2026-11-20T12:00:00Z");
    says(s, QUESTION_SINCE, UNSURE, NULL, "changed between 2026-11-10T00:00:00Z, when it worked (saved), and "
                                          "2026-11-20T12:00:00Z: Leaf SHA-256");
    session_answer(s, QUESTION_SINCE, "2026-11-08");
    says(s, QUESTION_SINCE, UNSURE, NULL, "it still worked at 2026-11-10T00:00:00Z");
    saw(s, 2, FACT_LEAF, "\"aa\"", "2026-11-20T12:00:00Z");
    says(s, QUESTION_CHANGED, STATE_YES, "nothing", "that matters between");
    add(s, 3, 3, "https://b.example", "local");
    session_remove(s, 2);
    works(s, 3); /* another place is none of its affair */
    says(s, QUESTION_CHANGED, COULD_NOT_ASK, NULL, "saved before");
    session_free(s);
}

static void hours_of_the_day(void **state)
{
    (void)state;
    static const struct { const char *times, *says; } rows[] = { /* it is 12:00 */
        { "02:00-04:00", "it is said to fail at 02:00-04:00 UTC, and this is 12:00: probe again then" },
        { "11:00-12:00", "probe again then" }, { "12:00-12:01", "12:00 UTC, within these hours" },
        { "22:00-12:01", "within" }, { "22:00-06:30", "probe again then" }, { "bursts", "the present only" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_new(JUDGED - 90);
        add(s, 1, 1, "https://a.example", "local");
        works(s, 1);
        session_answer(s, QUESTION_TIMES, rows[i].times);
        says(s, QUESTION_TIMES, COULD_NOT_ASK, NULL, rows[i].says);
        fails(s, 1);
        says(s, QUESTION_TIMES, COULD_NOT_ASK, NULL, "the present only");
        session_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_nothing), cmocka_unit_test(of_endpoints_and_places), cmocka_unit_test(of_addresses),
        cmocka_unit_test(of_clients), cmocka_unit_test(contradictions), cmocka_unit_test(singles_out),
        cmocka_unit_test(tables_are_sound), cmocka_unit_test(effects_in_words), cmocka_unit_test(dates_that_leave_it_open), cmocka_unit_test(dates_line_up),
        cmocka_unit_test(staples_line_up), cmocka_unit_test(saved_sessions_line_up), cmocka_unit_test(hours_of_the_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
