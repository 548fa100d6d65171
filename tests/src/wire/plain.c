/* plain - tests of what is said in plain text where TLS was expected: what belongs to which scheme and port, and that only
 * an answer in the same protocol counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/wire/plain.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

static const struct { const char *scheme; uint16_t port; const char *protocol; bool guess; } asked[] = {
    { "ldaps", 636, "LDAP", false },       { "ldaps", 6379, "LDAP", false },  { "xmpps", 5223, "XMPP", false },
    { "rediss", 6380, "Redis", false },    { "mqtts", 8883, "MQTT", false },  { "tls", 389, "LDAP", false },
    { "tls", 3268, "LDAP", false },        { "tls", 5222, "XMPP", false },    { "https", 5432, "PostgreSQL", false },
    { "tls", 1433, "MS-SQL", false },      { "tls", 3389, "RDP", false },     { "tls", 6379, "PostgreSQL", true },
    { "tls", 1883, "PostgreSQL", true }, { "tls", 9999, "PostgreSQL", true }, { "tls", 0, "PostgreSQL", true },
    { "https", 443, NULL, false },         { "https", 0, NULL, false },       { "smtps", 465, NULL, false },
};

static void each_port_has_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(asked); i++) {
        bool guess = !asked[i].guess;
        const struct plain *p = plain_find(asked[i].scheme, asked[i].port, &guess);
        if (!p != !asked[i].protocol || (p && strcmp(plain_protocol(p), asked[i].protocol) != 0) || guess != asked[i].guess)
            fail_msg("%s %u: %s", asked[i].scheme, asked[i].port, p ? plain_protocol(p) : "nothing");
    }
}

#define BYTES(s) s, sizeof s - 1
static const struct { const char *scheme; uint16_t port; const char *words; size_t n; } said[] = {
    { "ldaps", 0, BYTES("\x30\x1d\x02\x01\x01\x77\x18\x80\x16" "1.3.6.1.4.1.1466.20037") },
    { "rediss", 0, BYTES("PING\r\n") },
    { "mqtts", 0, BYTES("\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0") },
    { "tls", 0, BYTES("\0\0\0\x08\x04\xd2\x16\x2f") },
    { "xmpps", 0, BYTES("<?xml version='1.0'?><stream:stream to='chat.test' xmlns='jabber:client' "
                        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>") },
};

static void first_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(said); i++) {
        struct buf out;
        bool guess;
        buf_init(&out, PLAIN_MAX);
        assert_true(plain_write(plain_find(said[i].scheme, said[i].port, &guess), "chat.test", &out));
        assert_int_equal(out.len, said[i].n);
        assert_memory_equal(out.data, said[i].words, said[i].n);
        buf_free(&out);
    }
}

static void no_room(void **state)
{
    struct buf out;
    bool guess;
    (void)state;
    buf_init(&out, 4);
    assert_false(plain_write(plain_find("rediss", 0, &guess), "", &out));
    assert_false(plain_write(plain_find("ldaps", 0, &guess), "", &out));
    buf_free(&out);
}

static const struct { const char *scheme; const char *in; size_t n; bool counts; } answers[] = {
    { "rediss", BYTES("+PONG\r\n"), true },
    { "rediss", BYTES("-NOAUTH Authentication required.\r\n"), true },
    { "rediss", BYTES("-DENIED Redis is running in protected mode"), true },
    { "rediss", BYTES("+OK\r\n"), false }, /* as POP3 says */
    { "mqtts", BYTES("\x20\x02\0\0"), true },
    { "mqtts", BYTES("\x20\x02\0\x05"), true }, /* not authorised */
    { "mqtts", BYTES("HTTP/1.1 400 Bad Request\r\n"), false },
    { "ldaps", BYTES("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\0\x04\0"), true },
    { "ldaps", BYTES("HTTP/1.1 400 Bad Request\r\n"), false }, /* nginx says so on ports for TLS as well */
    { "ldaps", BYTES("\x15\x03\x01\0\x02\x02\x46"), false },
    { "tls", BYTES("S"), true },
    { "tls", BYTES("N"), true },
    { "tls", BYTES("SSH"), false },
    { "tls", BYTES("E\0\0\0\x20SFATAL"), true },
    { "tls", BYTES("X"), false },
    { "tls", BYTES("\0\0\0\x08\x04\xd2\x16\x2f"), false }, /* its own words */
    { "ldaps", BYTES("S"), false },
    { "ldaps", BYTES(""), false },
};

static void only_its_own_answer_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        bool guess;
        const struct plain *p = plain_find(answers[i].scheme, 0, &guess);
        struct first f = plain_look(p, answers[i].in, answers[i].n);
        if ((f.kind == FIRST_PLAIN) != answers[i].counts)
            fail_msg("answer %zu to %s: kind %d", i, answers[i].scheme, f.kind);
        if (f.kind == FIRST_PLAIN) {
            assert_string_equal(f.protocol, plain_protocol(p));
            assert_non_null(f.hint);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_port_has_its_own), cmocka_unit_test(first_words), cmocka_unit_test(no_room),
        cmocka_unit_test(only_its_own_answer_counts),
    };
    return cmocka_run_group_tests_name("wire/plain", tests, NULL, NULL);
}
