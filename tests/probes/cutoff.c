/* cutoff - limits that our own connections run into, beside servers that fail by chance. */
#include "probes/cutoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One letter each: '+' answered, 'x' cut off, 'X' that with no other beside it, 'w' a wait of two seconds; each is begun
 * a tenth of a second after the one before. */
static struct cutoff of(const char *what)
{
    struct cutoff c = { 0 };
    double now = 100;
    for (; *what; what++, now += 0.1) {
        if (*what == '+')
            cutoff_good(&c, now);
        else if (*what == 'w')
            cutoff_wait(&c, 2);
        else
            cutoff_cut(&c, "refused", *what == 'X', now);
        now += *what == 'w' ? 2 : 0;
    }
    return c;
}

static void a_limit_is_met_time_and_again(void **state)
{
    (void)state;
    struct cutoff c = of("++++++++xxXw+++++Xxw+++++xxw++++++++++++++");
    cutoff_again(&c, 7);
    assert_int_equal(cutoff_judge(&c), STATE_YES);
    json_t *j = cutoff_json(&c);
    assert_int_equal(json_integer_value(json_object_get(j, "cut")), 7);
    assert_int_equal(json_integer_value(json_object_get(j, "soon_cut")), 4);
    assert_int_equal(json_integer_value(json_object_get(j, "soon")), 4);
    assert_true(json_number_value(json_object_get(j, "waited")) == 6);
    char *text = cutoff_text(&c);
    assert_non_null(strstr(text, "7 of our 39"));
    assert_non_null(strstr(text, "per time"));
    free(text);
    json_decref(j);
    cutoff_clear(&c);
}

static void what_is_none(void **state)
{
    static const char *const none[] = {
        "", "++++++++++", "xxxxxxxx", /* nothing was ever let in: another matter */
        "+++x++++++++++++x+++++++++x+++", /* packets that were lost */
        "++++++xxxxxxxxxx++++++++++++++", /* it was restarted */
        "+x+x+x+x+x+x+x+x+x+x", "x++x++x++x++x++x++x++", /* one of several servers, in turn */
        "+++xwx+++xwx+++xwx+++", /* those that follow a time of quiet tell nothing */
    };
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct cutoff c = of(none[i]);
        cutoff_again(&c, 10);
        if (cutoff_judge(&c) != NOT_ASKED)
            fail_msg("%s is called a limit", none[i]);
        cutoff_clear(&c);
    }
}

static void shut_out_for_good(void **state)
{
    (void)state;
    struct cutoff c = of("+++xxwxwxwxwx");
    assert_int_equal(cutoff_judge(&c), UNSURE);
    char *text = cutoff_text(&c);
    assert_non_null(strstr(text, "the last 6"));
    free(text);
    cutoff_good(&c, 200);
    assert_int_equal(cutoff_judge(&c), NOT_ASKED);
    cutoff_clear(&c);
}

/* Whatever part of them fails by chance: that it is called a limit stays the accident it is said to be. */
static void chance_is_no_limit(void **state)
{
    static const double parts[] = { 0.05, 0.1, 0.33, 0.5, 0.8 };
    uint64_t random = 88172645463325252u;
    (void)state;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        int called = 0;
        for (int round = 0; round < 1000; round++) {
            struct cutoff c = { 0 };
            for (int i = 0; i < 100; i++) {
                random ^= random << 13, random ^= random >> 7, random ^= random << 17;
                if ((double)(random % 1000003) / 1000003 < parts[p])
                    cutoff_cut(&c, "closed", true, 100 + i / 10.);
                else
                    cutoff_good(&c, 100 + i / 10.);
            }
            cutoff_again(&c, 10);
            called += cutoff_judge(&c) == STATE_YES;
            cutoff_clear(&c);
        }
        if (called > 20)
            fail_msg("of 1000 servers that fail %g by chance %d are called limited", parts[p], called);
    }
}

static void more_than_it_keeps(void **state)
{
    (void)state;
    struct cutoff c = { 0 };
    for (int i = 0; i < 5 * CUTOFF_MAX; i++)
        cutoff_good(&c, i);
    assert_int_equal(c.good, 5 * CUTOFF_MAX);
    assert_int_equal(cutoff_judge(&c), NOT_ASKED);
    cutoff_clear(&c);
    assert_null(c.one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_is_met_time_and_again), cmocka_unit_test(what_is_none),
        cmocka_unit_test(shut_out_for_good), cmocka_unit_test(chance_is_no_limit), cmocka_unit_test(more_than_it_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
