/* opening - tests of the first words of clients that do not speak TLS: the answer for a few bytes is that for all that
 * begin with them, or that more are needed; stricter rows win; what nobody says is known as that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/wire/opening.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

/* From a copy of exactly that size, so that a sanitizer sees any look beyond. */
static struct opening look(const char *p, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, p, n);
    struct opening o = opening_look(copy, n);
    free(copy);
    return o;
}

/* `settled`: so many bytes are needed. */
static void opens(const char *p, size_t n, const char *protocol, size_t settled)
{
    for (size_t k = 0; k <= n; k++) {
        struct opening o = look(p, k);
        assert_int_equal(o.kind, k < settled ? OPENING_SHORT : protocol ? OPENING_KNOWN : OPENING_UNKNOWN);
        if (o.kind == OPENING_KNOWN)
            assert_string_equal(o.protocol, protocol);
        else
            assert_null(o.protocol);
    }
}

#define OPENS(bytes, protocol, settled) opens(bytes, sizeof bytes - 1, protocol, settled)

static void settled_and_stays(void **state)
{
    (void)state;
    OPENS("GET / HTTP/1.1\r\n", "HTTP", 5); /* it could have been a proxy's "GET http:" */
    OPENS("GET http://a.org/ HTTP/1.1\r\n", "HTTP, as if to a proxy", 9);
    OPENS("HEAD / HTTP/1.1\r\n", "HTTP", 5);
    OPENS("OPTIONS sip:a.org SIP/2.0\r\n", "SIP", 11);
    OPENS("OPTIONS * HTTP/1.1\r\n", "HTTP", 9);
    OPENS("connect a.org:443", NULL, 3); /* methods are written in capitals */
    OPENS("ehlo a.org\r\n", "SMTP", 4);
    OPENS("SSH-2.0-x\r\n", "SSH", 4);
    OPENS("PROXY TCP4 ", "a PROXY line", 6);
    OPENS("\r\n\r\n\0\r\nQUIT\n!", "a PROXY header (version 2)", 12);
    OPENS("\0\0\0\x08\4\xd2\x16\x2f", "PostgreSQL", 8);
    OPENS("\3\0\0\x13\x0e\xe0\0\0", "RDP", 6);
    OPENS("<134>1 2026", "syslog", 2);
    OPENS("<x>", NULL, 3);
    OPENS("0033git-upload-pack", "Git", 8);
    OPENS("00g3git-upload-pack", NULL, 3);
    OPENS("\x30\x0c\2\1\1\x60\7", "LDAP", 6);
    OPENS("\x30\x0c\2\1\1\x30\7", NULL, 6);
    OPENS("\xee\xee\xee", NULL, 3);
}

/* Any bytes at all: no answer is taken back. */
static void random_bytes(void **state)
{
    (void)state;
    uint32_t x = 99;
    for (int i = 0; i < 20000; i++) {
        char p[24];
        for (size_t k = 0; k < sizeof p; k++) {
            x = x * 1664525 + 1013904223;
            p[k] = x >> 28 < 6 ? '\0' : (char)(x >> 16); /* zeroes are what most binary rows look for */
        }
        struct opening all = look(p, sizeof p);
        assert_int_not_equal(all.kind, OPENING_SHORT);
        for (size_t k = 0; k < sizeof p; k++) {
            struct opening o = look(p, k);
            assert_true(o.kind == OPENING_SHORT || (o.kind == all.kind && o.protocol == all.protocol));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(settled_and_stays), cmocka_unit_test(random_bytes) };
    return cmocka_run_group_tests_name("wire/opening", tests, NULL, NULL);
}
