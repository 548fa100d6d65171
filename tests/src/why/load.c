/* Tests of load: Fisher's exact test against known values, what a ramp is called, and what a hostile session can't make
 * of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/why/load.h"
#include "src/why/ramp.h"

static void near(double got, double want)
{
    double off = got - want;
    if (off < -1e-6 * want || off > 1e-6 * want)
        fail_msg("%.9g where %.9g is right", got, want);
}

/* Fisher's tea: 4 of 8 cups, all right by chance in 1 of 70, three or more in 17 of 70. The others from R's fisher.test,
 * alternative = "greater". */
static void test_chance(void **state)
{
    (void)state;
    near(load_chance(4, 4, 0, 4), 1.0 / 70);
    near(load_chance(3, 4, 1, 4), 17.0 / 70);
    near(load_chance(0, 4, 4, 4), 1);
    near(load_chance(10, 20, 0, 20), 184756.0 / 847660528); /* C(20,10) of C(40,10) */
    near(load_chance(1, 1, 0, 9), 0.1);
    near(load_chance(0, 12, 0, 12), 1);
    near(load_chance(12, 12, 12, 12), 1);
    near(load_chance(5, 5, 3, 4), 4.0 / 9); /* the one that went well is in the other heap */
    near(load_chance(0, 0, 0, 0), 1);
    /* Among thousands, where a single number is less likely than a double can say: counted with whole numbers. */
    near(load_chance(2500, 10000, 2500, 10000), 0.5065143472886728);
    near(load_chance(2600, 10000, 2400, 10000), 0.0005771090523223458);
    near(load_chance(1500, 3000, 1500, 3000), 0.5102993578871119);
    near(load_chance(5, 3, 0, 2), 1); /* more than were made */
    near(load_chance(-1, 3, 0, 2), 1);
    assert_true(load_chance(500000, 1000000, 0, 1000000) >= 0);
    assert_true(load_chance(50, 100, 0, 100) < 1e-15);
}

/* All of them, by counting what the sum of all numbers of failures comes to. */
static void test_chance_sums(void **state)
{
    (void)state;
    for (int bad = 1; bad < 12; bad++)
        for (int made = 1; made < 12; made++) {
            double last = 1.0000001;
            int most = bad < made ? bad : made, least = bad > 12 ? bad - 12 : 0;
            for (int k = least; k <= most; k++) {
                double p = load_chance(k, made, bad - k, 12);
                assert_true(p <= last && p > 0);
                last = p;
            }
            near(load_chance(least, made, bad - least, 12), 1);
        }
}

static json_t *step(int at_once, int made, int failed, const char *kind)
{
    return json_pack("{s:i, s:i, s:i, s:b, s:{s:i}, s:i, s:{s:f, s:f, s:f}, s:{s:f, s:f, s:f}, s:{s:f, s:f, s:f}, s:f, s:f}", "at_once",
                     at_once, "made", made, "failed", failed, "none_after", at_once == 1, "kinds", kind, failed, "resent", 0, "connect", "p50", .2, "p90", .3,
                     "max", .4, "hello", "p50", 1., "p90", 1.5, "max", 2., "handshake", "p50", 2., "p90", 3., "max", 4., "rate",
                     500., "own_cpu", .3);
}

static json_t *value_of(json_t *baseline, json_t *steps, json_t *after, double waited)
{
    return json_pack("{s:o, s:o, s:o?, s:f, s:[{s:i, s:i}], s:s, s:i}", "baseline", baseline, "steps", steps, "after", after,
                     "waited", waited, "times", "below", 5, "count", 40, "stopped", "failures", "cap", 64);
}

static const struct row {
    const char *kind;
    int failed[2];     /* of 12 with 2 at once, of 32 with 16 */
    int before, after; /* of 12, and 6 */
    double waited;
    unsigned is;
    enum limit limit;
} rows[] = {
    { "reset", { 0, 0 }, 0, 0, 0, LOAD_IS(FINE), LIMIT_NONE },
    { "reset", { 0, 20 }, 0, 0, 0, LOAD_IS(SURELY), LIMIT_CONNECTIONS },
    { "silent", { 0, 20 }, 0, 0, 0, LOAD_IS(SURELY), LIMIT_PROGRAM },
    { "silent, connect", { 0, 20 }, 0, 0, 0, LOAD_IS(SURELY), LIMIT_QUEUE },
    { "starttls, starttls", { 0, 20 }, 0, 0, 0, LOAD_IS(SURELY), LIMIT_BUSY },
    { "reset", { 0, 20 }, 0, 0, 3, LOAD_IS(SURELY), LIMIT_RATE },
    { "closed", { 0, 0 }, 7, 0, 3, 0, LIMIT_RATE },
    { "closed", { 0, 1 }, 0, 0, 0, LOAD_IS(PERHAPS), LIMIT_CONNECTIONS },
    { "closed", { 3, 8 }, 3, 2, 0, LOAD_IS(ALIKE), LIMIT_NONE },
    { "closed", { 0, 20 }, 1, 0, 0, 0, LIMIT_NONE },  /* not without load only */
    { "closed", { 12, 32 }, 12, 6, 0, 0, LIMIT_NONE },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        json_t *v = value_of(step(1, 12, r->before, r->kind), json_pack("[o, o]", step(2, 12, r->failed[0], r->kind),
                                                                        step(16, 32, r->failed[1], r->kind)),
                             step(1, 6, r->after, r->kind), r->waited);
        struct load l = load_read(STATE_NO, v);
        if (l.is != r->is || l.limit != r->limit)
            fail_msg("row %zu: is %x, limit %s", i, l.is, limit_words[l.limit]);
        json_decref(v);
    }
}

/* The limit was met before load was made, and is met again after a pause. */
static void test_cut_to_the_end(void **state)
{
    static const struct { int before, after; bool rate; } tries[] = { { 4, 2, true }, { 2, 2, false }, { 12, 6, false } };
    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        json_t *v = value_of(step(1, 12, tries[i].before, "refused, connect"), json_array(),
                             step(1, 6, tries[i].after, "refused, connect"), 0);
        struct load l = load_read(STATE_NO, v);
        assert_int_equal(l.limit == LIMIT_RATE, tries[i].rate);
        if (tries[i].rate)
            assert_false(l.is & LOAD_IS(ALIKE));
        json_decref(v);
    }
}

static void test_too_little(void **state)
{
    (void)state;
    json_t *v = value_of(step(1, 12, 0, "reset"), json_pack("[o]", step(16, 32, 30, "reset")), json_null(), 0);
    assert_int_equal(load_read(STATE_NO, v).is, 0); /* whether it went away is not known */
    assert_int_equal(load_read(NOT_ASKED, v).is, 0);
    assert_int_equal(load_read(COULD_NOT_ASK, v).most, 0);
    json_decref(v);
}

static void test_hostile(void **state)
{
    static const char *const texts[] = {
        "null", "3", "[]", "{}", "{\"baseline\": {}}", "{\"baseline\": {\"made\": -5, \"failed\": 1e99}}",
        "{\"baseline\": {\"made\": 12, \"failed\": 99999999999}, \"steps\": [null, 3, {\"at_once\": -1, \"made\": \"x\", "
        "\"failed\": 7, \"kinds\": {\"a\": -5, \"b\": 99999999999, \"c\": []}}], \"after\": 7, \"waited\": \"x\"}",
        "{\"baseline\": {\"made\": 1}, \"steps\": {\"made\": 3}, \"times\": [{\"below\": -1, \"count\": 1e300}, 4], "
        "\"stopped\": []}",
        "{\"baseline\": {\"made\": 12, \"rate\": 1e308}, \"steps\": [{\"at_once\": 2147483648, \"made\": 12, \"failed\": 12, "
        "\"rate\": -1e308, \"connect\": {\"p90\": 1e308}, \"hello\": {\"p50\": -7}}], \"after\": {\"made\": 6}}",
        /* parts that are no whole number of steps, however large an int is */
        "{\"baseline\": {\"made\": 12, \"rate\": -1e308}, \"steps\": [{\"at_once\": 2, \"made\": 12, \"failed\": 3, "
        "\"rate\": 1e-300}], \"times\": [{\"below\": 5, \"count\": -1e300}, {\"below\": 6, \"count\": 1}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *v = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        assert_non_null(v);
        struct load l = load_read(STATE_NO, v);
        assert_true(l.p >= 0 && l.p <= 1 && l.made >= 0 && l.failed >= 0);
        char *kinds = load_kinds(v);
        assert_non_null(kinds);
        free(kinds);
        struct column c = { .id = 1 };
        c.fact[FACT_LOAD] = (struct seen){ .state = STATE_NO, .value = v };
        for (int width = 10; width < 200; width += 30) {
            struct text t = { 0 };
            ramp_add(&t, &c, width);
            text_free(&t);
        }
        json_decref(v);
    }
}

/* Every line within the width, the same as it was read. */
static void test_ramp(void **state)
{
    (void)state;
    json_t *steps = json_array();
    for (int n = 2; n <= 1024; n *= 2)
        json_array_append_new(steps, step(n, 2 * n, n > 100 ? n / 2 : 0, "reset"));
    json_t *v = value_of(step(1, 12, 0, "reset"), steps, step(1, 6, 0, "reset"), 0);
    struct column c = { .id = 1 };
    c.fact[FACT_LOAD] = (struct seen){ .state = STATE_NO, .value = v };
    for (int width = 40; width <= 160; width += 20) {
        struct text t = { 0 };
        ramp_add(&t, &c, width);
        for (const char *line = t.s, *end; *line; line = end + 1) {
            assert_non_null(end = strchr(line, '\n'));
            if (end - line > width)
                fail_msg("at %d: %.*s", width, (int)(end - line), line);
        }
        assert_non_null(strstr(t.s, "25%!"));
        assert_non_null(strstr(t.s, "a limit on connections"));
        assert_true(width < 100 || strstr(t.s, "1024 again"));
        text_free(&t);
    }
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chance), cmocka_unit_test(test_chance_sums), cmocka_unit_test(test_rows), cmocka_unit_test(test_cut_to_the_end),
        cmocka_unit_test(test_too_little), cmocka_unit_test(test_hostile), cmocka_unit_test(test_ramp),
    };
    return cmocka_run_group_tests_name("why/load", tests, NULL, NULL);
}
