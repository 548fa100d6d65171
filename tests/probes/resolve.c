/* resolve - tests of addresses as text, and of names where no network need be: what the hosts file
 * knows, what nobody knows, and questions that are dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/resolve.h"
#include "src/base/mem.h"

#define TIMEOUT 1.0
#define PATIENCE 30.0 /* of a test, where only a broken program takes so long */
#define UNKNOWN "no-such-host.invalid" /* RFC 6761: it never exists */

/* --- addresses --- */

static void written_as(const char *text, int port, const char *want)
{
    struct address a;
    if (!address_parse(text, port, &a))
        fail_msg("%s is not taken", text);
    char *got = address_text((struct sockaddr *)&a.sa);
    assert_string_equal(got, want);
    free(got);
}

static void addresses_both_ways(void **state)
{
    (void)state;
    written_as("192.0.2.1", 443, "192.0.2.1:443");
    written_as("255.255.255.255", 65535, "255.255.255.255:65535");
    written_as("2001:db8::1", 443, "[2001:db8::1]:443");
    written_as("2001:DB8:0:0::0001", 1, "[2001:db8::1]:1");
    written_as("::", 8443, "[::]:8443");
    written_as("::ffff:192.0.2.1", 443, "[::ffff:192.0.2.1]:443");
}

static void zones(void **state)
{
    (void)state;
    char name[IF_NAMESIZE], text[64], want[64];
    struct address a;
    assert_non_null(if_indextoname(1, name)); /* the loopback, on any Linux */
    snprintf(text, sizeof text, "fe80::1%%%s", name);
    written_as(text, 443, "[fe80::1%1]:443");
    snprintf(want, sizeof want, "fe80::1%%1");
    assert_true(address_parse(want, 443, &a));
    assert_int_equal(((struct sockaddr_in6 *)&a.sa)->sin6_scope_id, 1);
    assert_false(address_parse("fe80::1%no-such-link", 443, &a));
}

static void no_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "localhost", "www.example.org", "256.1.1.1", "1.2.3.4.5", "[::1]", "::1]", ":::1",
                                       "1:2:3:4:5:6:7:8:9", "2001:db8::g", "192.0.2.1:443", "*" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct address a;
        if (address_parse(bad[i], 443, &a))
            fail_msg("taken: %s", bad[i]);
    }
}

static void same_whatever_the_port(void **state)
{
    (void)state;
    static const char *const all[] = { "192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2" };
    struct address a, b;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            assert_true(address_parse(all[i], 443, &a) && address_parse(all[k], 25, &b));
            assert_int_equal(address_same(&a.sa.sa, &b.sa.sa), i == k);
        }
}

static void rules(void **state)
{
    (void)state;
    char *one[] = { (char *)"192.0.2.1", (char *)"none", (char *)"192.0.2.1" };
    char *two[] = { (char *)"2001:db8::1", (char *)"192.0.2.1" }, *third[] = { (char *)"192.0.2.3" };
    const struct resolve_rule rule[] = {
        { .host = (char *)"A.example", .port = 443, .address = one, .count = 3 },
        { .host = (char *)"a.example", .address = two, .count = 2 },
        { .host = (char *)"*", .port = 25, .address = third, .count = 1 },
    };
    static const struct { const char *host; int port; size_t n, first; } rows[] = {
        { "a.example", 443, 2, 0 }, { "a.example", 25, 3, 1 }, { "b.example", 25, 1, 2 }, { "b.example", 443, 0, 0 } };
    static const char *const firsts[] = { "192.0.2.1:443", "[2001:db8::1]:25", "192.0.2.3:25" };
    struct resolved r;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(resolve_by_rule(rule, 3, rows[i].host, rows[i].port, &r), rows[i].n > 0);
        assert_int_equal(r.count, rows[i].n);
        assert_int_equal(r.total, rows[i].n);
        assert_string_equal(r.from, "option");
        char *text = r.count ? address_text(&r.address[0].sa.sa) : mem_string(firsts[rows[i].first]);
        assert_string_equal(text, firsts[rows[i].first]);
        free(text);
    }
    assert_false(resolve_by_rule(NULL, 0, "a.example", 443, &r));
}

/* More than are looked at are counted all the same. */
static void more_addresses_than_room(void **state)
{
    (void)state;
    char text[RESOLVE_MAX + 3][24], *list[RESOLVE_MAX + 3];
    const struct resolve_rule rule = { .host = (char *)"*", .address = list, .count = RESOLVE_MAX + 3 };
    struct resolved r;
    for (int i = 0; i < RESOLVE_MAX + 3; i++) {
        snprintf(text[i], sizeof text[i], "192.0.2.%d", i);
        list[i] = text[i];
    }
    assert_true(resolve_by_rule(&rule, 1, "a.example", 443, &r));
    assert_int_equal(r.count, RESOLVE_MAX);
    assert_int_equal(r.total, RESOLVE_MAX + 3);
}

/* --- names --- */

struct asked { int answers; struct resolved last; struct ev_loop *loop; int *open; };

static void on_answer(void *arg, const struct resolved *r)
{
    struct asked *a = arg;
    a->answers++;
    a->last = *r;
    if (a->open && --*a->open == 0)
        ev_break(a->loop, EVBREAK_ALL);
}

static void on_patience(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)events;
    *(bool *)w->data = true;
    ev_break(loop, EVBREAK_ALL);
}

/* Runs the loop until *open questions are answered; how long that took. */
static double run_loop(struct ev_loop *loop, const int *open)
{
    struct ev_timer patience;
    bool lost = false;
    double began = ev_time();
    ev_now_update(loop);
    ev_timer_init(&patience, on_patience, PATIENCE, 0);
    patience.data = &lost;
    ev_timer_start(loop, &patience);
    if (*open)
        ev_run(loop, 0);
    ev_timer_stop(loop, &patience);
    assert_false(lost);
    return ev_time() - began;
}

struct fixture { struct ev_loop *loop; struct resolver *resolver; };

static int setup(void **state)
{
    struct fixture *f = mem_new(sizeof *f);
    struct err e = { "" };
    f->loop = ev_loop_new(EVFLAG_AUTO);
    f->resolver = resolver_new(f->loop, TIMEOUT, &e);
    *state = f;
    return f->resolver ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    resolver_free(f->resolver);
    resolver_free(NULL);
    ev_loop_destroy(f->loop);
    free(f);
    return 0;
}

static void localhost(void **state)
{
    struct fixture *f = *state;
    int open = 1;
    struct asked a = { .loop = f->loop, .open = &open };
    resolver_ask(f->resolver, "localhost", 4433, on_answer, &a);
    run_loop(f->loop, &open);
    assert_int_equal(a.answers, 1);
    assert_null(a.last.failed);
    assert_string_equal(a.last.from, "hosts");
    assert_true(a.last.count > 0 && a.last.total >= a.last.count);
    for (size_t i = 0; i < a.last.count; i++) {
        char *text = address_text((struct sockaddr *)&a.last.address[i].sa);
        assert_true(strcmp(text, "[::1]:4433") == 0 || strncmp(text, "127.", 4) == 0);
        assert_non_null(strstr(text, ":4433"));
        free(text);
    }
}

static bool is_kind(const char *word)
{
    static const char *const kinds[] = { "no-such-name", "no-address", "dns-silent", "dns-failed" };
    for (size_t i = 0; word && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(word, kinds[i]) == 0)
            return true;
    return false;
}

/* The timeout is for all DNS servers together, and once more for the system's own resolver where that
 * is asked. */
static void unknown_name(void **state)
{
    struct fixture *f = *state;
    int open = 1;
    struct asked a = { .loop = f->loop, .open = &open };
    resolver_ask(f->resolver, UNKNOWN, 443, on_answer, &a);
    double took = run_loop(f->loop, &open);
    assert_int_equal(a.answers, 1);
    assert_int_equal(a.last.count, 0);
    assert_true(is_kind(a.last.failed));
    assert_true(strlen(a.last.why) > 10);
    double limit = strstr(a.last.why, "answered in time") ? TIMEOUT : 2 * TIMEOUT;
    if (took > limit + 0.3)
        fail_msg("it took %.1f s (%s)", took, a.last.failed);
}

static void names_that_are_none(void **state)
{
    struct fixture *f = *state;
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = { "", ".", "..", "a..b", longest, "exa mple.invalid", "\xff\xfe" };
    int open = sizeof bad / sizeof *bad;
    struct asked a[sizeof bad / sizeof *bad];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        a[i] = (struct asked){ .loop = f->loop, .open = &open };
        resolver_ask(f->resolver, bad[i], 443, on_answer, &a[i]);
    }
    run_loop(f->loop, &open);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(a[i].answers, 1);
        if (a[i].last.count || !is_kind(a[i].last.failed))
            fail_msg("name %zu has %zu addresses, failed is %s", i, a[i].last.count, a[i].last.failed);
    }
}

static void dropped_are_not_answered(void **state)
{
    struct fixture *f = *state;
    enum { N = 20 };
    struct asked a[N];
    int open = N / 2;
    for (int i = 0; i < N; i++) {
        a[i] = (struct asked){ .loop = f->loop, .open = &open };
        resolver_ask(f->resolver, UNKNOWN, 443, on_answer, &a[i]);
    }
    for (int i = 0; i < N; i += 2) {
        if (a[i].answers) /* there is nobody to ask: it was answered before we could drop it */
            open++;
        resolver_drop(f->resolver, &a[i]);
        a[i].open = NULL;
    }
    run_loop(f->loop, &open);
    for (int i = 0; i < N; i++)
        assert_true(i % 2 ? a[i].answers == 1 : a[i].answers <= 1);
    resolver_drop(f->resolver, f); /* nobody's */
}

/* Freed in the middle: nobody is called any more, and nothing is left behind (teardown frees). */
static void freed_while_open(void **state)
{
    struct fixture *f = *state;
    static struct asked a; /* must outlive the resolver */
    a = (struct asked){ .loop = f->loop };
    for (int i = 0; i < 10; i++)
        resolver_ask(f->resolver, UNKNOWN, 443, on_answer, &a);
    ev_run(f->loop, EVRUN_NOWAIT);
    int before = a.answers;
    resolver_free(f->resolver);
    f->resolver = NULL;
    assert_int_equal(a.answers, before);
    ev_run(f->loop, EVRUN_NOWAIT);
    assert_int_equal(a.answers, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_both_ways),
        cmocka_unit_test(zones),
        cmocka_unit_test(no_addresses),
        cmocka_unit_test(same_whatever_the_port),
        cmocka_unit_test(rules),
        cmocka_unit_test(more_addresses_than_room),
        cmocka_unit_test_setup_teardown(localhost, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_name, setup, teardown),
        cmocka_unit_test_setup_teardown(names_that_are_none, setup, teardown),
        cmocka_unit_test_setup_teardown(dropped_are_not_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(freed_while_open, setup, teardown),
    };
    return cmocka_run_group_tests_name("probes/resolve", tests, NULL, NULL);
}
