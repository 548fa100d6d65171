/* Tests of weighing clocks: who decides against whom, and what is said of it. The cases of verdict.c show what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/why/clock.h"

#define AT 1795176000 /* 2026-11-20T12:00:00Z */
#define DAY 86400.0

static struct session *s;

static int setup(void **state)
{
    (void)state;
    s = session_new(AT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_free(s);
    return 0;
}

static void see(int column, enum fact f, enum state state, json_t *value)
{
    struct observation o = { .column = column, .fact = f, .state = state, .value = value, .probe = "other", .time = AT,
                             .ms = -1 };
    session_see(s, &o);
}

/* A column at an address, perhaps with a Date so far from our clock. */
static struct column *column(const char *address, double date)
{
    struct endpoint *ep = endpoint_parse("https://a.example", NULL, NULL);
    int id = (int)s->count + 1;
    struct column *c = session_add(s, id, id, 0, ep, address, "local");
    endpoint_free(ep);
    if (!isnan(date))
        see(id, FACT_CLOCK, STATE_YES, json_pack("{s:f, s:f}", "seconds", date, "uncertainty", 0.5));
    see(id, FACT_DATES, STATE_NO, json_string("expired"));
    return c;
}

static void assert_weighed(const struct column *c, enum clock_by by, bool ours_off, bool server_off)
{
    struct clock k = clock_weigh(s, c, AT);
    assert_int_equal(k.by, by);
    assert_int_equal(clock_ours_off(&k), ours_off);
    assert_int_equal(clock_server_off(&k), server_off);
    assert_true(k.by == CLOCK_BY_NOTHING || k.low <= k.high);
}

static void test_nothing(void **state)
{
    (void)state;
    assert_weighed(column("192.0.2.1:443", NAN), CLOCK_BY_NOTHING, false, false);
    struct column *c = column("192.0.2.2:443", 2 * DAY);
    assert_weighed(c, CLOCK_BY_DATE, false, false);
    see(c->id, FACT_NTP, STATE_NO, NULL);
    assert_weighed(c, CLOCK_BY_DATE, false, false);
    see(c->id, FACT_NTP, STATE_YES, NULL);
    assert_weighed(c, CLOCK_BY_KERNEL, false, true);
}

static void test_votes(void **state)
{
    (void)state;
    struct column *a = column("192.0.2.1:443", 2 * DAY), *b = column("192.0.2.1:8443", 2 * DAY + 1);
    assert_weighed(a, CLOCK_BY_DATE, false, false); /* one machine */
    struct column *c = column("[2001:db8::1]:443", 2 * DAY - 3);
    assert_weighed(a, CLOCK_BY_DATES, true, false);
    assert_weighed(b, CLOCK_BY_DATES, true, false);
    column("192.0.2.3:443", 0.2);
    assert_weighed(c, CLOCK_BY_DATES, true, false); /* two against one */
    column("192.0.2.4:443", 0.2);
    assert_weighed(c, CLOCK_BY_DATES, false, true); /* two and ours against two */
}

static void test_signed(void **state)
{
    (void)state;
    struct column *c = column("192.0.2.1:443", NAN);
    see(c->id, FACT_BOUNDS, STATE_YES, json_pack("{s:[{s:s,s:s,s:s}]}", "bounds", "what", "sct", "from", "extension",
                                                 "when", "2026-11-22T12:00:00Z"));
    char says[CLOCK_SAYS_LEN];
    struct clock k = clock_weigh(s, c, AT);
    assert_weighed(c, CLOCK_BY_SIGNED, true, false);
    assert_true(isinf(k.high) && k.low == 2 * DAY);
    assert_string_equal(clock_span(&k, says), "at least 2 days");
    assert_string_equal(clock_source(&k, says), "a certificate timestamp (SCT) that was signed at 2026-11-22T12:00:00Z");
    see(c->id, FACT_SNTP, STATE_YES, json_pack("{s:f,s:f,s:s}", "seconds", 0.1, "uncertainty", 0.1, "server", "t.example"));
    assert_weighed(c, CLOCK_BY_SNTP, false, false);
    see(c->id, FACT_BOUNDS, STATE_YES, json_pack("{s:[{s:s,s:s,s:s}]}", "bounds", "what", "not-before", "from",
                                                 "certificate", "when", "2026-11-22T12:00:00Z"));
    see(c->id, FACT_SNTP, COULD_NOT_ASK, NULL);
    assert_weighed(c, CLOCK_BY_NOTHING, false, false); /* anybody can write a notBefore */
}

/* Values that nobody promised: a file may hold anything. */
static void test_nonsense(void **state)
{
    (void)state;
    struct column *c = column(NULL, NAN);
    json_t *odd[] = { json_null(), json_string("x"), json_pack("{s:s}", "seconds", "x"), json_pack("[n]"),
                      json_pack("{s:{s:n}}", "bounds", "when"), json_pack("{s:[n,s,{s:s}]}", "bounds", "x", "when", "x") };
    static const enum fact facts[] = { FACT_CLOCK, FACT_SNTP, FACT_BOUNDS, FACT_REASONS, FACT_CHAIN, FACT_STAPLE };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        for (size_t f = 0; f < sizeof facts / sizeof *facts; f++)
            see(c->id, facts[f], STATE_YES, json_incref(odd[i]));
        assert_weighed(c, CLOCK_BY_NOTHING, false, false);
        json_decref(odd[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_votes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
