/* Client, server, name and connection of lines of many programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/log/fields.h"

#define C LINE_SIDE_CLIENT
#define S LINE_SIDE_SERVER
static const struct { enum line_side side; const char *client, *port, *server, *name, *link, *line; } rows[] = {
    { S, "10.0.0.21", "", "10.9.0.1:443", "", ": *2",
      "2026/11/20 23:26:53 [info] 9#9: *2 SSL_do_handshake() failed while SSL handshaking, client: 10.0.0.21, server: "
      "10.9.0.1:443" },
    { C, "", "", "10.8.0.1:8443", "", ": *3",
      "2026/11/20 23:26:53 [error] 9#9: *3 SSL_do_handshake() failed while SSL handshaking to upstream, client: "
      "10.0.0.21, server: a.test, request: \"GET / HTTP/1.1\", upstream: \"https://10.8.0.1:8443/\"" },
    { S, "10.0.0.42", "33196", "api.example.test:443", "api.example.test", ":tid 28367",
      "[Fri Nov 20 23:27:54 2026] [ssl:info] [pid 28344:tid 28367] [client 10.0.0.42:33196] AH02008: SSL library error 1 "
      "in handshake (server api.example.test:443)" },
    { S, "10.0.0.7", "58396", "", "", "",
      "2026/11/20 23:31:39 http: TLS handshake error from 10.0.0.7:58396: remote error: tls: unknown certificate" },
    { S, "2001:db8::7", "583", "", "", "", "http: TLS handshake error from [2001:db8::7]:583: EOF" },
    { S, "10.0.0.7", "40000", "", "", "",
      "Nov 20 23:31:33 lb haproxy[7]: 10.0.0.7:40000 [20/Nov/2026:23:31:33.809] fe/1: SSL handshake failure" },
    { S, "10.0.0.7", "", "", "", "smtpd[7", "postfix/smtpd[7]: SSL_accept error from mx.example.test[10.0.0.7]: -1" },
    { C, "", "", "10.0.0.9", "", "smtp[7", "postfix/smtp[7]: SSL_connect error to mx.example.test[10.0.0.9]:25: -1" },
    { S, "10.0.0.7", "", "10.9.0.1", "", "", "dovecot: imap-login: Disconnected: rip=10.0.0.7, lip=10.9.0.1, TLS handshaking" },
    { S, "10.0.0.7", "50022", "", "", "", "10.0.0.7:50022 TLS Error: TLS handshake failed" },
    { S, "10.0.0.7", "6", "", "", " conn=100", "5784dace conn=100 fd=12 ACCEPT from IP=10.0.0.7:6 (IP=0.0.0.0:636)" },
    { C, "", "", "mail.a.test:993", "b.test", "", "$ openssl s_client -connect mail.a.test:993 -servername b.test" },
    { C, "", "", "shop.example.test", "shop.example.test", "", "ERROR poller - GET https://shop.example.test/ failed" },
    { S, "10.0.0.5", "12345", "", "a.test", "",
      "{\"downstream_remote_address\":\"10.0.0.5:12345\",\"requested_server_name\":\"a.test\"}" },
    { S, "", "", "", "", "", "SSL Library Error: error:0A000086:SSL routines::certificate verify failed" },
    { S, "", "", "", "", "", "worker 1.2.3 started, 999.1.1.1 and 10:20:30 are no addresses" },
};

static void same(const char *line, const char *what, struct slice have, const char *want)
{
    if (have.n != strlen(want) || (have.n && memcmp(have.p, want, have.n) != 0))
        fail_msg("%s\n%s is \"%.*s\", not \"%s\"", line, what, (int)have.n, have.n ? have.p : "", want);
}

static void every_program_is_read(void **state)
{
    struct fields_book *b = fields_book_new();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fields f;
        fields_read(b, rows[i].line, strlen(rows[i].line), rows[i].side, &f);
        same(rows[i].line, "client", f.client, rows[i].client);
        same(rows[i].line, "port", f.port, rows[i].port);
        same(rows[i].line, "server", f.server, rows[i].server);
        same(rows[i].line, "name", f.name, rows[i].name);
        same(rows[i].line, "link", f.link, rows[i].link);
    }
    fields_book_free(b);
}

static void private_networks_are_known(void **state)
{
    (void)state;
    assert_true(fields_private("10.1.2.3"));
    assert_true(fields_private("172.16.0.1"));
    assert_true(fields_private("100.64.0.1"));
    assert_true(fields_private("fd00::1"));
    assert_false(fields_private("172.32.0.1"));
    assert_false(fields_private("100.128.0.1"));
    assert_false(fields_private("8.8.8.8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_program_is_read),
                                        cmocka_unit_test(private_networks_are_known) };
    return cmocka_run_group_tests_name("log/fields", tests, NULL, NULL);
}
