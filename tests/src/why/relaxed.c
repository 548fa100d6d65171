/* Tests of relaxed: servers whose rules are known answer every try, and what is read out of the
 * answers must be those rules; servers whose answers are thrown must hardly ever be believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/why/relaxed.h"

enum { S = 1, G = 2, A = 4, ALL = 7, TRIES = 8 };
static const char *const names[TRIES] = { "as-is", "suites", "groups", "suites+groups", "sigalgs",
                                          "suites+sigalgs", "groups+sigalgs", "all" };

static json_t *answers_json(const char *const answers[TRIES])
{
    json_t *tries = json_object();
    for (int i = 0; i < TRIES; i++)
        json_object_set_new(tries, names[i], answers[i] ? json_pack("{s:s}", "answer", answers[i]) : json_null());
    return json_pack("{s:o}", "tries", tries);
}

static struct relaxed read_answers(const char *const answers[TRIES], const char *how)
{
    json_t *value = answers_json(answers);
    struct relaxed r = relaxed_read(STATE_YES, value, how);
    json_decref(value);
    return r;
}

/* What a probe asks of a server that wants all of `rules` extended, any one of these. */
static void ask(const char *const refusal, const int *rules, const char *answers[TRIES])
{
    for (int i = 0; i < TRIES; i++) {
        answers[i] = refusal;
        for (const int *r = rules; *r; r++)
            if ((i & *r) == *r)
                answers[i] = "accepted";
    }
}

static void test_rules_are_found(void **state)
{
    static const struct { int rules[4]; const char *words, *level; } rows[] = {
        { { S }, "suites", "sure" },           { { G }, "groups", "sure" },
        { { A }, "sigalgs", "sure" },          { { S, G }, "groups", "sure" },
        { { S, A }, "sigalgs", "sure" },       { { G, A }, "groups", "sure" },
        { { S | G }, "suites+groups", "likely" }, { { S | A }, "suites+sigalgs", "likely" },
        { { G | A }, "groups+sigalgs", "likely" }, { { S | G | A }, "suites+groups+sigalgs", "perhaps" },
        { { S, G | A }, "suites", "sure" },    { { S | G, S | A }, "suites+groups+sigalgs", "likely" },
    };
    static const char *const lists[] = { "suites", "groups", "sigalgs" };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *answers[TRIES];
        ask("alert 40 handshake_failure", rows[i].rules, answers);
        struct relaxed r = read_answers(answers, "alert");
        assert_true(relaxed_holds(&r, "flips"));
        if (!relaxed_holds(&r, rows[i].level))
            fail_msg("row %zu is not %s", i, rows[i].level);
        for (int k = 0; k < 3; k++)
            if (relaxed_holds(&r, lists[k]) != (strstr(rows[i].words, lists[k]) != NULL))
                fail_msg("row %zu: %s", i, lists[k]);
        assert_true(r.any && !r.quiet);
        ask("reset", rows[i].rules, answers); /* never more than "perhaps" */
        r = read_answers(answers, "reset");
        assert_false(relaxed_holds(&r, "sure|likely"));
    }
}

/* Exactly one of the six holds, whatever the answers; and a list only where it flips. */
static void test_every_picture(void **state)
{
    static const char *const words[] = { NULL, "accepted", "alert 40 handshake_failure", "closed", "silent" };
    static const char *const says[] = { "open", "varies", "accepted", "refused", "flips", "chokes" };
    enum { WORDS = sizeof words / sizeof *words };
    (void)state;
    for (long n = 0; n < 390625; n += 7) { /* of 5^8 */
        const char *answers[TRIES];
        long rest = n;
        for (int i = 0; i < TRIES; i++, rest /= WORDS)
            answers[i] = words[rest % WORDS];
        struct relaxed r = read_answers(answers, "alert");
        int hold = 0;
        for (size_t k = 0; k < sizeof says / sizeof *says; k++)
            hold += relaxed_holds(&r, says[k]);
        assert_int_equal(hold, 1);
        assert_true(relaxed_holds(&r, "flips") == relaxed_holds(&r, "suites|groups|sigalgs"));
        assert_true(relaxed_holds(&r, "flips") == relaxed_holds(&r, "sure|likely|perhaps"));
        if (relaxed_holds(&r, "flips")) /* as-is refused aloud, and nothing contradicts it */
            for (int i = 0; i < TRIES; i++)
                assert_true(!answers[i] || strcmp(answers[i], answers[0]) == 0 || strcmp(answers[i], "accepted") == 0);
    }
}

/* A server that closes or resets at random, whatever it is offered. */
static void test_chance_is_not_believed(void **state)
{
    uint32_t seed = 1;
    int sure = 0, named = 0;
    (void)state;
    for (int n = 0; n < 20000; n++) {
        const char *answers[TRIES];
        for (int i = 0; i < TRIES; i++) {
            seed = seed * 1664525u + 1013904223u;
            unsigned dice = seed >> 24;
            answers[i] = dice < 128 ? "accepted" : dice < 176 ? "closed" : dice < 224 ? "reset" : "silent";
        }
        struct relaxed r = read_answers(answers, "closed");
        sure += relaxed_holds(&r, "sure|likely");
        named += relaxed_holds(&r, "flips");
    }
    if (sure > 40 || named > 80) /* of 20000; and each would have been asked again */
        fail_msg("%d are sure, %d named", sure, named);
}

static void test_what_decides_nothing(void **state)
{
    static const char *const none[TRIES] = { NULL };
    static const char *const all_refused[TRIES] = { "closed", "closed", "closed", NULL,
                                                    "closed", NULL, NULL, "closed" };
    static const char *const cut[TRIES] = { "closed", "could-not-ask", "closed", NULL, "closed" };
    (void)state;
    struct relaxed r = read_answers(none, "");
    assert_true(relaxed_holds(&r, "open"));
    r = read_answers(all_refused, "closed");
    assert_true(relaxed_holds(&r, "refused") && !r.any && r.quiet && !r.reset);
    r = read_answers(cut, "closed");
    assert_true(relaxed_holds(&r, "open"));
    r = relaxed_read(COULD_NOT_ASK, NULL, "alert");
    assert_true(relaxed_holds(&r, "open") && !relaxed_holds(&r, "varies|refused|flips|accepted"));
    assert_false(relaxed_holds(&r, "ope|opened|"));
}

/* Other suites alone are taken; what that means hangs on the client's own and one of them together. */
static void test_added(void **state)
{
    static const struct { const char *added, *holds; } rows[] = {
        { "accepted", "suites" }, { "alert 50 decode_error", "chokes" }, { "closed", "chokes" },
        { "could-not-ask", "suites" }, { NULL, "suites" },
    };
    const char *answers[TRIES];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask("alert 50 decode_error", (int[]){ S, 0 }, answers);
        json_t *value = answers_json(answers);
        if (rows[i].added)
            json_object_set_new(json_object_get(value, "tries"), "suites-added", json_pack("{s:s}", "answer", rows[i].added));
        struct relaxed r = relaxed_read(STATE_YES, value, "alert");
        if (!relaxed_holds(&r, rows[i].holds) || relaxed_holds(&r, "flips") == relaxed_holds(&r, "chokes"))
            fail_msg("%s is not %s", rows[i].added, rows[i].holds);
        json_decref(value);
    }
    ask("alert 40 handshake_failure", (int[]){ S, G, 0 }, answers); /* the groups explain it */
    json_t *value = answers_json(answers);
    json_object_set_new(json_object_get(value, "tries"), "suites-added", json_pack("{s:s}", "answer", answers[0]));
    struct relaxed r = relaxed_read(STATE_YES, value, "alert");
    assert_true(relaxed_holds(&r, "groups") && !relaxed_holds(&r, "chokes"));
    json_decref(value);
}

/* The client's own hello is taken, and not with what our library adds to it. */
static void test_limit(void **state)
{
    static const struct { const char *groups, *limit; bool minds; } rows[] = {
        { "accepted", "alert 50 decode_error", true }, { "accepted", "closed", true }, { "accepted", "reset", true },
        { "accepted", "accepted", false }, { "accepted", "could-not-ask", false }, { "accepted", "silent", false },
        { "alert 50 decode_error", "alert 50 decode_error", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *answers[TRIES] = { [0] = "accepted", [G] = rows[i].groups, [A] = "accepted" };
        json_t *value = answers_json(answers);
        json_object_set_new(json_object_get(value, "tries"), "record-size-limit", json_pack("{s:s}", "answer", rows[i].limit));
        struct relaxed r = relaxed_read(STATE_YES, value, "alert");
        if (relaxed_holds(&r, "minds-limit") != rows[i].minds || !relaxed_holds(&r, "accepted"))
            fail_msg("row %zu: %s", i, rows[i].limit);
        json_decref(value);
    }
}

static void test_step_back(void **state)
{
    static const char *const refused[TRIES] = { "alert 40 x", "alert 40 x", "alert 40 x", NULL, "alert 40 x", NULL, NULL,
                                                "alert 40 x" };
    (void)state;
    for (int objects = 0; objects < 2; objects++) {
        json_t *value = answers_json(refused);
        json_object_set_new(json_object_get(value, "tries"), "fallback",
                            json_pack("{s:s}", "answer", objects ? "alert 86 inappropriate_fallback" : "alert 40 x"));
        struct relaxed r = relaxed_read(STATE_YES, value, "alert");
        assert_true(relaxed_holds(&r, "refused") && relaxed_holds(&r, "newer") == (objects == 1));
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_are_found), cmocka_unit_test(test_every_picture),
        cmocka_unit_test(test_chance_is_not_believed), cmocka_unit_test(test_what_decides_nothing),
        cmocka_unit_test(test_added), cmocka_unit_test(test_limit), cmocka_unit_test(test_step_back),
    };
    return cmocka_run_group_tests_name("relaxed", tests, NULL, NULL);
}
