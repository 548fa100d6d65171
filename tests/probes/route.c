/* Tests of the question whether a route leads through a router: what the kernel says, whole and cut short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "probes/route.h"

struct answer { struct nlmsghdr head; struct rtmsg route; struct rtattr out; uint32_t device; struct rtattr gateway; uint32_t ip; };

static struct answer answer_make(unsigned char type, unsigned short attribute)
{
    return (struct answer){
        .head = { .nlmsg_len = sizeof(struct answer), .nlmsg_type = RTM_NEWROUTE },
        .route = { .rtm_family = AF_INET, .rtm_type = type },
        .out = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_OIF }, .device = 2,
        .gateway = { .rta_len = RTA_LENGTH(4), .rta_type = attribute },
    };
}

static void reads_gateways(void **state)
{
    (void)state;
    struct answer a = answer_make(RTN_UNICAST, RTA_GATEWAY);
    assert_int_equal(route_read(&a, sizeof a), STATE_YES);
    a = answer_make(RTN_UNICAST, RTA_VIA);
    assert_int_equal(route_read(&a, sizeof a), STATE_YES);
    a = answer_make(RTN_UNICAST, RTA_PREFSRC);
    assert_int_equal(route_read(&a, sizeof a), STATE_NO);
    a = answer_make(RTN_LOCAL, RTA_GATEWAY);
    assert_int_equal(route_read(&a, sizeof a), STATE_NO);
    a.head.nlmsg_type = NLMSG_ERROR;
    assert_int_equal(route_read(&a, sizeof a), UNSURE);
}

static void reads_no_further(void **state)
{
    (void)state;
    struct answer a = answer_make(RTN_UNICAST, RTA_GATEWAY);
    size_t least = sizeof a.head + sizeof a.route, gateway = offsetof(struct answer, ip);
    for (size_t n = 0; n < sizeof a; n++)
        assert_int_equal(route_read(&a, n), n < least ? UNSURE : n < gateway ? STATE_NO : STATE_YES);
    a.out.rta_len = 0;
    assert_int_equal(route_read(&a, sizeof a), UNSURE);
    a.out.rta_len = 0xffff;
    assert_int_equal(route_read(&a, sizeof a), STATE_NO);
}

/* The loopback is nobody's to route. */
static void asks_the_kernel(void **state)
{
    (void)state;
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct sockaddr other = { .sa_family = AF_UNIX };
    assert_int_equal(route_is_far((struct sockaddr *)&four), STATE_NO);
    assert_int_equal(route_is_far(&other), UNSURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_gateways), cmocka_unit_test(reads_no_further), cmocka_unit_test(asks_the_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
