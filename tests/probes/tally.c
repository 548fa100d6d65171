/* tally - one step of a ramp, counted. */
#include "probes/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static double number(const json_t *j, const char *stage, const char *key)
{
    return json_number_value(json_object_get(stage ? json_object_get(j, stage) : j, key));
}

static void counts_and_times(void **state)
{
    struct tally t = { 0 };
    (void)state;
    tally_set(&t, 4, 4);
    for (int i = 4; i > 0; i--) {
        t.made++;
        tally_time(&t, TIMED_HELLO, i / 1000.);
        tally_good(&t);
    }
    tally_time(&t, TIMED_HELLO, 9); /* more than were wanted */
    t.busy = 0.5;
    t.cpu = 0.25;
    json_t *j = tally_json(&t);
    assert_true(number(j, "hello", "p50") == 3 && number(j, "hello", "max") == 4);
    assert_true(json_is_null(json_object_get(j, "handshake")));
    assert_true(number(j, NULL, "rate") == 8 && number(j, NULL, "own_cpu") == 0.5);
    assert_true(json_is_false(json_object_get(j, "none_after")));
    assert_true(tally_part(&t, TIMED_HELLO, 0) == 1 && tally_part(&t, TIMED_CONNECT, .5) == 0);
    json_decref(j);
    tally_clear(&t);
}

static void failures_by_kind(void **state)
{
    struct tally t = { 0 };
    static const char *const how[] = { NULL, "reset", "closed", "reset" };
    (void)state;
    tally_set(&t, 1, 4);
    for (int i = 0; i < 4; i++) {
        t.made++;
        if (how[i])
            tally_failed(&t, how[i]);
        else
            tally_good(&t);
    }
    json_t *j = tally_json(&t);
    assert_true(number(j, "kinds", "reset") == 2 && number(j, "kinds", "closed") == 1);
    assert_true(json_is_true(json_object_get(j, "none_after")));
    tally_failed(&t, "reset"); /* what was told before stays as it was */
    assert_true(number(j, "kinds", "reset") == 2);
    json_decref(j);
    t.made += 2;
    tally_good(&t);
    j = tally_json(&t);
    assert_true(json_is_false(json_object_get(j, "none_after")));
    json_decref(j);
    tally_clear(&t);
    tally_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts_and_times), cmocka_unit_test(failures_by_kind) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
