/* Names and addresses that are everybody's, beside those that are somebody's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/model/reach.h"

static void test_names(void **state)
{
    (void)state;
    static const struct { const char *name; bool public; } rows[] = {
        { "www.example.org", true }, { "a.b.c.de", true }, { "internal.example.org", true }, { "local.org", true },
        { "wiki", false }, { "wiki.corp", false }, { "printer.local", false }, { "PRINTER.LOCAL", false },
        { "a.internal", false }, { "good.test", false }, { "a.example", false }, { "box.home.arpa", false },
        { "localhost.localdomain", false }, { "x.onion", false }, { "", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (reach_public_name(rows[i].name) != rows[i].public)
            fail_msg("%s", rows[i].name);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct { const char *address; bool public; } rows[] = {
        { "192.0.2.1:443", true }, { "172.15.255.255:1", true }, { "172.32.0.1:443", true }, { "8.8.8.8:53", true },
        { "100.63.255.255:1", true }, { "100.128.0.1:1", true }, { "223.255.255.255:1", true },
        { "10.1.2.3:443", false }, { "172.16.0.1:443", false }, { "172.31.255.255:443", false },
        { "192.168.0.1:443", false }, { "100.64.0.1:443", false }, { "169.254.1.1:443", false },
        { "127.0.0.1:443", false }, { "0.0.0.0:443", false }, { "224.0.0.1:443", false },
        { "255.255.255.255:1", false },
        { "[2001:db8::1]:443", true }, { "[2a00::1]:443", true }, { "[::1]:443", false }, { "[::]:443", false },
        { "[fe80::1%eth0]:443", false }, { "[fd00::1]:443", false }, { "[ff02::1]:443", false },
        { "[::ffff:10.0.0.1]:443", false }, { "[::ffff:192.0.2.1]:443", true },
        { NULL, false }, { "", false }, { ":", false }, { "example.org:443", false }, { "[", false }, { "[]:1", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (reach_public_address(rows[i].address) != rows[i].public)
            fail_msg("%s", rows[i].address ? rows[i].address : "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_names), cmocka_unit_test(test_addresses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
