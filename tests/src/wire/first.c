/* first - tests of what the first bytes are: greetings as real servers send them, every beginning
 * of them, and bytes that mean nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/first.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

struct sample { const char *bytes; size_t n; const char *protocol; };
#define SAMPLE(protocol, bytes) { bytes, sizeof bytes - 1, protocol }

static const struct sample plain[] = {
    SAMPLE("HTTP", "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n"),
    SAMPLE("HTTP", "HTTP/1.0 400 Bad request\r\n"),
    SAMPLE("HTTP", "<html>\r\n<head><title>400 The plain HTTP request was sent"),
    SAMPLE("HTTP", "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">"),
    SAMPLE("HTTP", "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML"),
    SAMPLE("Redis", "+PONG\r\n"),
    SAMPLE("echo", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"),
    SAMPLE("HTTP/2", "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"),
    SAMPLE("HTTP/2", "\0\0\0\x04\0\0\0\0\0"),
    SAMPLE("HTTP/2", "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01"),
    SAMPLE("SMTP", "220 mx.example.org ESMTP Postfix (Debian/GNU)\r\n"),
    SAMPLE("SMTP", "220-host.example.org ESMTP Exim 4.96 #2\r\n220-We do not\r\n"),
    SAMPLE("SMTP", "220 ftp.example.org Simple Mail Transfer Service ESMTP Ready\r\n"),
    SAMPLE("SMTP", "220 EXCH01.corp.example Microsoft ESMTP MAIL Service ready\r\n"),
    SAMPLE("SMTP", "220 smtp.example.org\r\n"),
    SAMPLE("SMTP", "554 mx.example.org ESMTP not accepting connections\r\n"),
    SAMPLE("SMTP", "421 4.3.2 Service not available, mail server busy\r\n"),
    SAMPLE("SMTP", "500 5.5.1 Command unrecognized\r\n"),
    SAMPLE("SMTP", "502 5.5.2 Error: command not recognized\r\n"),
    SAMPLE("SMTP", "530 5.7.0 Must issue a STARTTLS command first\r\n"),
    SAMPLE("LMTP", "220 host.example.org LMTP ready\r\n"),
    SAMPLE("FTP", "220 (vsFTPd 3.0.3)\r\n"),
    SAMPLE("FTP", "220 mail.example.org FTP server ready.\r\n"),
    SAMPLE("FTP", "220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n"),
    SAMPLE("FTP", "220 ProFTPD Server (Debian) [::ffff:192.0.2.1]\r\n"),
    SAMPLE("FTP or SMTP", "220 Welcome\r\n"),
    SAMPLE("FTP", "530 Please login with USER and PASS.\r\n"),
    SAMPLE("IMAP", "* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot (Debian) ready.\r\n"),
    SAMPLE("IMAP", "* BYE Too many connections\r\n"),
    SAMPLE("POP3", "+OK Dovecot (Debian) ready.\r\n"),
    SAMPLE("POP3", "-ERR POP3 server busy\r\n"),
    SAMPLE("SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
    SAMPLE("SSH", "Invalid SSH identification string.\r\n"),
    SAMPLE("MySQL", "J\0\0\0\x0a" "8.0.36\0\x0b\0\0\0 secret!\0"),
    SAMPLE("MySQL", "Z\0\0\0\x0a" "5.5.5-10.11.6-MariaDB-0+deb12u1\0"),
    SAMPLE("MySQL", "E\0\0\0\xff\x6a\x04Host '192.0.2.7' is not allowed to connect"),
    SAMPLE("PostgreSQL", "E\0\0\0\x8aSFATAL\0VFATAL\0C0A000\0Munsupported frontend protocol"),
    SAMPLE("PostgreSQL", "EFATAL:  unsupported frontend protocol 5635.769\n"),
    SAMPLE("LDAP", "0$\x02\x01\0x\x1f\x0a\x01\x02\x04\0\x04\0\x8a\x16" "1.3.6.1.4.1.1466.20036"),
    SAMPLE("LDAP", "\x30\x84\0\0\0\x10\x02\x01\x01\x61\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0"),
    SAMPLE("RDP", "\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\0\x08\0\x01\0\0\0"),
    SAMPLE("XMPP", "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"),
    SAMPLE("XMPP", "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'"),
    SAMPLE("NNTP", "200 news.example.org InterNetNews NNRP server INN 2.7.0 ready\r\n"),
    SAMPLE("NNTP", "201 news.example.org ready (no posting)\r\n"),
    SAMPLE("Redis", "-ERR unknown command '\x16\x03\x01'\r\n"),
    SAMPLE("Redis", "-NOAUTH Authentication required.\r\n"),
    SAMPLE("memcached", "ERROR\r\n"),
    SAMPLE("MQTT", "\x20\x02\0\x01"),
    SAMPLE("AMQP", "AMQP\0\0\x09\x01"),
    SAMPLE("VNC", "RFB 003.008\n"),
    SAMPLE("Telnet", "\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23"),
    SAMPLE("ManageSieve", "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n\"STARTTLS\"\r\n"),
    SAMPLE("rsync", "@RSYNCD: 31.0 sha512 sha256\n"),
    SAMPLE("Git", "0032ERR access denied or repository not exported"),
    SAMPLE("IRC", ":irc.example.org NOTICE * :*** Looking up your hostname...\r\n"),
    SAMPLE("IRC", "ERROR :Closing Link: 192.0.2.1 (Z-Lined)\r\n"),
    SAMPLE("NATS", "INFO {\"server_id\":\"NA\",\"tls_required\":true}\r\n"),
    SAMPLE("SIP", "SIP/2.0 400 Bad Request\r\n"),
    SAMPLE("RTSP", "RTSP/1.0 400 Bad Request\r\n"),
    SAMPLE("MS-SQL", "\x04\x01\0\x2b\0\0\x01\0\0\0\x1a\0\x06\x01"),
    SAMPLE("Oracle Net", "\0\x20\0\0\x04\0\0\0\x22\0\0\x14(DESCRIPTION="),
};

static const struct sample tls[] = {
    SAMPLE("", "\x16\x03\x01\0\0"), /* empty: forbidden, but TLS all the same */
    SAMPLE("alert 2 40", "\x15\x03\x01\0\x02\x02\x28"),
    SAMPLE("alert 1 112", "\x15\x03\x03\0\x02\x01\x70\x16\x03\x03\0\x5a\x02\0\0\x56"),
    SAMPLE("alert 2 70", "\x15\x03\0\0\x02\x02\x46"),
    SAMPLE("", "\x16\x03\x03\0\x7a\x02\0\0\x76\x03\x03"),
    SAMPLE("", "\x16\x03\x04\x48\0\x02"),
    SAMPLE("", "\x14\x03\x03\0\x01\x01"),
    SAMPLE("", "\x17\x03\x03\0\x15" "abcdefghijklmnopqrstu"),
    SAMPLE("", "\x17\x03\x03\0\0"),
    SAMPLE("", "\x18\x03\x02\0\x03\x01\x40\0"),
    SAMPLE("", "\x15\x03\x03\0\x1a\x02\x28" "encrypted"),
    SAMPLE("", "\x15\x03\x03\0\x02\x07\x28"),
};

static const struct sample neither[] = {
    SAMPLE("", "\x16\x02\x01\0\x05"), SAMPLE("", "\x16\x03\x05\0\x05"),
    SAMPLE("", "\x16\x03\x01\x48\x01"),
    SAMPLE("", "\x19\x03\x01\0\x05"), SAMPLE("", "\x13\x03\x01\0\x05"),
    SAMPLE("", "\x16\xff"), SAMPLE("", "\x15\x03\x03\x49"), SAMPLE("", "\0\0\0\0\0\0\0\0\0"),
    SAMPLE("", "hello world\n"), SAMPLE("", "220"), SAMPLE("", "2204 mail"),
    SAMPLE("", "\x80\x03\0\0\x09"), SAMPLE("", "\x04"), SAMPLE("", "\xff\xff\xff"),
    SAMPLE("", "\x80\x2b\x04\0\x01\0\x03\0\x10\0\x03\0\x10"),
    SAMPLE("", "\x80\x2b\x04\x02\x01\0\x02\0\x10\0\x03\0\x10"),
};

/* A copy of exactly n bytes, so that a sanitizer sees any look beyond them. */
static struct first look(const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    struct first f = first_look(copy, n);
    free(copy);
    return f;
}

static void plain_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        struct first f = look(plain[i].bytes, plain[i].n);
        if (f.kind != FIRST_PLAIN || strcmp(f.protocol, plain[i].protocol) != 0)
            fail_msg("sample %zu, %s: kind %d, %s", i, plain[i].protocol, (int)f.kind,
                     f.protocol ? f.protocol : "nobody");
        assert_true(f.hint && strlen(f.hint) > 20 && f.hint[strlen(f.hint) - 1] != '.');
        assert_int_equal(f.alert_level, 0);
    }
}

/* With fewer bytes the answer may be that nobody is known, or a relative, but never TLS. */
static void plain_beginnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++)
        for (size_t n = 1; n < plain[i].n; n++) {
            struct first f = look(plain[i].bytes, n);
            assert_true(f.kind == FIRST_PLAIN || f.kind == FIRST_UNKNOWN || plain[i].bytes[0] == 0x16); /* a record, so far */
            assert_int_equal(f.kind == FIRST_PLAIN, f.protocol != NULL);
            assert_true(f.hint || plain[i].bytes[0] == 0x16);
        }
}

static void tls_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tls); i++) {
        unsigned level = 0, number = 0;
        if (tls[i].protocol[0]) {
            level = (unsigned)(tls[i].protocol[6] - '0');
            number = (unsigned)atoi(tls[i].protocol + 8);
        }
        for (size_t n = 1; n <= tls[i].n; n++) {
            struct first f = look(tls[i].bytes, n);
            assert_int_equal(f.kind, n < 5 ? FIRST_SHORT : FIRST_TLS);
            assert_null(f.protocol);
            assert_int_equal(f.alert_level, n < 7 ? 0 : level);
            assert_int_equal(f.alert_number, n < 7 ? 0 : number);
        }
    }
}

static void ssl2(void **state)
{
    static const struct sample list[] = {
        SAMPLE("", "\x80\x2b\x04\0\x01\0\x02\0\x10\0\x03\0\x10" "certificate"),
        SAMPLE("", "\x80\x03\0\0\x01"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(list); i++) {
        struct first f = look(list[i].bytes, list[i].n);
        assert_int_equal(f.kind, FIRST_SSL2);
        assert_non_null(f.hint);
    }
}

static void nothing_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(neither); i++) {
        struct first f = look(neither[i].bytes, neither[i].n);
        if (f.kind != FIRST_UNKNOWN)
            fail_msg("sample %zu was taken for kind %d", i, (int)f.kind);
        assert_null(f.protocol);
        assert_non_null(f.hint);
    }
    assert_int_equal(first_look(NULL, 0).kind, FIRST_NOTHING);
    assert_int_equal(look("x", 0).kind, FIRST_NOTHING);
}

/* What a first byte rules out stays ruled out, whatever follows. */
static void random_bytes(void **state)
{
    (void)state;
    uint32_t seed = 20261121;
    for (int round = 0; round < 200000; round++) {
        char bytes[40];
        size_t n = seed % sizeof bytes + 1;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
        }
        struct first f = look(bytes, n);
        bool record = bytes[0] >= 20 && bytes[0] <= 24;
        assert_int_not_equal(f.kind, FIRST_NOTHING);
        if (f.kind == FIRST_TLS || f.kind == FIRST_SHORT)
            assert_true(record && (n < 2 || bytes[1] == 3) && (f.kind == FIRST_TLS) == (n >= 5));
        assert_int_equal(f.kind == FIRST_PLAIN, f.protocol != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text), cmocka_unit_test(plain_beginnings),
        cmocka_unit_test(tls_records), cmocka_unit_test(ssl2),
        cmocka_unit_test(nothing_known), cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests_name("wire/first", tests, NULL, NULL);
}
