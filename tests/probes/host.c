/* host - how many connections at once an address gets, as it cuts them off and answers well again. */
#include "probes/host.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static union sock four(const char *text, int port)
{
    union sock s;
    memset(&s, 0, sizeof s);
    s.in.sin_family = AF_INET;
    s.in.sin_port = htons((uint16_t)port);
    assert_int_equal(inet_pton(AF_INET, text, &s.in.sin_addr), 1);
    return s;
}

static union sock six(const char *text)
{
    union sock s;
    memset(&s, 0, sizeof s);
    s.in6.sin6_family = AF_INET6;
    assert_int_equal(inet_pton(AF_INET6, text, &s.in6.sin6_addr), 1);
    return s;
}

static void found_again_whatever_the_port(void **state)
{
    struct hosts all = { { NULL } };
    union sock a = four("192.0.2.1", 443), b = four("192.0.2.1", 25), c = four("192.0.2.2", 443);
    union sock d = six("2001:db8::1"), e = six("2001:db8::2");
    (void)state;
    struct host *h = hosts_find(&all, &a, false, 10);
    assert_ptr_equal(hosts_find(&all, &b, false, 10), h);
    assert_ptr_not_equal(hosts_find(&all, &c, false, 10), h);
    assert_ptr_not_equal(hosts_find(&all, &d, false, 10), hosts_find(&all, &e, false, 10));
    assert_int_equal(h->limit, 10);
    struct host *gentle = hosts_find(&all, &a, true, 10);
    assert_ptr_not_equal(gentle, h);
    assert_int_equal(gentle->limit, 2);
    assert_int_equal(hosts_find(&all, &c, true, 1)->limit, 1);
    hosts_free(&all);
}

static void room_is_what_is_left_of_the_limit(void **state)
{
    struct hosts all = { { NULL } };
    union sock a = four("192.0.2.1", 443);
    (void)state;
    struct host *h = hosts_find(&all, &a, false, 2);
    h->in_flight = 1;
    assert_true(host_has_room(h));
    h->in_flight = 2;
    assert_false(host_has_room(h));
    hosts_free(&all);
}

/* One cut is about what was asked; three at about the same time are too many at once. */
static void halves_when_it_is_cut_off_often(void **state)
{
    struct hosts all = { { NULL } };
    union sock a = four("192.0.2.1", 443);
    (void)state;
    struct host *h = hosts_find(&all, &a, false, 10);
    assert_false(host_push_back(h, 1, 1));
    assert_false(host_push_back(h, 1, 1));
    assert_true(host_push_back(h, 1, 2));
    assert_int_equal(h->limit, 5);
    assert_true(host_push_back(h, 1.5, 3)); /* begun before the halving: not halved for it again */
    assert_int_equal(h->limit, 5);
    assert_true(host_push_back(h, 2.5, 3));
    assert_int_equal(h->limit, 2);
    hosts_free(&all);
}

static void pauses_where_one_at_a_time_is_too_many(void **state)
{
    struct hosts all = { { NULL } };
    union sock a = four("192.0.2.1", 443);
    (void)state;
    struct host *h = hosts_find(&all, &a, false, 1);
    for (int i = 0; i < 3; i++)
        assert_false(host_push_back(h, i, i));
    assert_int_equal(h->limit, 1);
    assert_true(h->pause > 0);
    double before = h->pause;
    for (int i = 3; i < 20; i++)
        host_push_back(h, i, i);
    assert_true(h->pause > before && h->pause <= 1);
    for (int i = 0; i < 100; i++)
        assert_false(host_goes_well(h));
    assert_true(h->pause <= 0);
    hosts_free(&all);
}

static void grows_back_slowly_and_no_further(void **state)
{
    struct hosts all = { { NULL } };
    union sock a = four("192.0.2.1", 443);
    int grown = 0;
    (void)state;
    struct host *h = hosts_find(&all, &a, false, 4);
    for (int i = 0; i < 3; i++)
        host_push_back(h, i, i);
    assert_int_equal(h->limit, 2);
    for (int i = 0; i < 3; i++)
        assert_false(host_goes_well(h));
    assert_true(host_goes_well(h));
    assert_int_equal(h->limit, 3);
    for (int i = 0; i < 100; i++)
        grown += host_goes_well(h);
    assert_int_equal(grown, 1);
    assert_int_equal(h->limit, 4);
    hosts_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_again_whatever_the_port),
        cmocka_unit_test(room_is_what_is_left_of_the_limit),
        cmocka_unit_test(halves_when_it_is_cut_off_often),
        cmocka_unit_test(pauses_where_one_at_a_time_is_too_many),
        cmocka_unit_test(grows_back_slowly_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
