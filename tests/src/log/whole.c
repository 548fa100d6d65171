/* Whole logs in the forms that servers write, shortened from real ones: one failure is one, who fails is told of where
 * and when it fails, and every cause has its own pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/when.h"
#include "src/log/join.h"
#include "src/log/outcome.h"

#define NOW 1795400000.0  /* 2026-11-23 */
#define BEGIN 1794873600  /* 2026-11-17 00:00 UTC */

struct told { struct journal *j; struct habit *h; struct outcome *o; struct join *x; };

/* Takes both texts; b may be empty. */
static struct told tell(struct text *a, struct text *b)
{
    struct told t = { .j = journal_new(NOW) };
    struct text *both[] = { a, b };
    for (int i = 0; i < 2 && both[i]; i++) {
        assert_true(journal_begin(t.j, i ? "server.log" : "client.log", LINE_SIDE_UNKNOWN));
        journal_feed(t.j, both[i]->s, both[i]->len);
        journal_flush(t.j, true);
        text_free(both[i]);
    }
    t.x = join_of(t.j);
    t.h = habit_of(t.j);
    t.o = outcome_of(t.j, t.h);
    return t;
}

static void forget(struct told *t)
{
    join_free(t->x);
    outcome_free(t->o);
    habit_free(t->h);
    journal_free(t->j);
}

static void holds(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, text);
}

/* YYYY?MM?DD?hh:mm:ss with these three. */
static const char *at(int64_t t, const char *marks)
{
    static char out[WHEN_LEN]; /* one at a time */
    when_format(t, out);
    out[4] = out[7] = marks[0];
    out[10] = marks[1];
    out[19] = '\0';
    return out;
}

static void nginx(struct text *t, int64_t when, int n, const char *client, const char *failure)
{
    text_addf(t, "%s [info] 9#9: *%d ", at(when, "/ "), n);
    if (failure)
        text_addf(t, "%s while SSL handshaking, client: %s, server: 10.9.0.1:443\n", failure, client);
    else
        text_addf(t, "client %s closed keepalive connection\n", client);
}

#define OLD "SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol)"
#define EXPIRED "SSL_do_handshake() failed (SSL: error:0A000415:SSL routines::sslv3 alert certificate expired:SSL alert " \
    "number 45)"

/* Those who came only while it still worked are not spared by it. */
static void since_then_all_fail(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 300; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.0.%d.%d", i % 3, i % 150 < 140 ? i % 60 : 60 + i);
        nginx(&t, BEGIN + i * 60, i, client, i < 200 ? NULL : EXPIRED);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->kind, TIME_SINCE);
    assert_int_equal(x.h->clients.scope, SCOPE_ALL);
    assert_true(x.h->clients.count > x.h->clients.seen);
    holds(x.h->text, " All clients fail");
    forget(&x);
}

/* Of a network all fail since a moment; the others go on. */
static void a_network_since_a_moment(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 400; i++) {
        char client[32];
        bool in = i % 4 == 0;
        snprintf(client, sizeof client, "10.6.%d.%d", in ? 6 : 1 + i % 3, 10 + i / 4 % 7);
        nginx(&t, BEGIN + i * 60, i, client, in && i > 150 ? OLD : NULL);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->kind, TIME_SINCE);
    assert_int_equal(x.h->clients.scope, SCOPE_SOME);
    assert_string_equal(x.h->clients.net, "10.6.6.0/24");
    holds(x.h->text, "all those of 10.6.6.0/24: ");
    holds(x.h->text, ", since then every time; the others never do.");
    forget(&x);
}

/* Neighbours of those that fail work: it is not the network's. */
static void no_network(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 400; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.6.%d.%d", i % 2, 10 + i % 20);
        nginx(&t, BEGIN + i * 60, i, client, i % 20 == 1 || i % 20 == 3 || i % 20 == 5 ? OLD : NULL);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->clients.scope, SCOPE_SOME);
    assert_string_equal(x.h->clients.net, "");
    forget(&x);
}

/* Two causes, each with its own clients and times. */
static void every_cause_its_own_pattern(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 600; i++) {
        char client[32];
        int kind = i % 6 == 0 ? 1 : i % 6 == 1 ? 2 : 4;
        snprintf(client, sizeof client, "10.8.%d.%d", kind, 10 + i / 6 % 8);
        nginx(&t, BEGIN + i * 60, i, client, kind == 1 ? OLD : kind == 2 && i > 240 ? EXPIRED : NULL);
    }
    struct told x = tell(&t, NULL);
    assert_true(x.o->count >= 2);
    for (size_t i = 0; i < 2; i++) {
        const struct habit *h = x.o->cause[i].habit;
        bool old = x.o->cause[i].cause == CAUSE_VERSION_MISMATCH;
        assert_non_null(h);
        assert_string_equal(h->clients.net, old ? "10.8.1.0/24" : "10.8.2.0/24");
        assert_int_equal(h->kind, old ? TIME_ALWAYS : TIME_SINCE);
        assert_int_equal(h->failed, x.o->cause[i].events);
    }
    forget(&x);
}

/* Apache writes its own name until the hello's is known, and the reason on a line without a client. */
static void the_name_that_comes_later(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++) {
        char head[120], who[40];
        snprintf(head, sizeof head, "[Tue Nov 17 00:%02d:02.172707 2026] [ssl:info] [pid 4:tid %d]", i, 70 + i % 5);
        snprintf(who, sizeof who, "[client 10.22.0.%d:%d]", 2 + i % 7, 30000 + i);
        text_addf(&t, "%s %s AH01964: Connection to child 9 established (server www.test:443)\n", head, who);
        if (i % 3)
            continue;
        text_addf(&t, "%s %s AH02008: SSL library error 1 in handshake (server www.test:443)\n"
                  "%s SSL Library Error: error:0A0000C1:SSL routines::no shared cipher -- Too restrictive "
                  "SSLCipherSuite or using DSA server certificate?\n"
                  "%s %s AH01998: Connection closed to child 9 with abortive shutdown (server old.test:443)\n",
                  head, who, head, head, who);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 20);
    assert_int_equal(x.o->cause[0].cause, CAUSE_CIPHER_MISMATCH);
    assert_int_equal(x.h->names.scope, SCOPE_ONE);
    assert_string_equal(journal_word(x.j, x.h->names.who[0].word), "old.test");
    holds(x.h->text, "All clients that use it fail.");
    forget(&x);
}

/* What ends a connection that had been let in is no failed handshake; what follows is told of whom it is about. */
static void leaving_after_a_login(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++) {
        long when = BEGIN + i * 40;
        text_addf(&t, "%ld: New connection from 10.14.0.%d:%d on port 8883.\n", when, i % 5, 40000 + i);
        if (i % 5 == 3)
            text_addf(&t, "%ld: OpenSSL Error[0]: error:0A0000C7:SSL routines::peer did not return a certificate\n"
                      "%ld: Client <unknown> disconnected: Protocol error.\n", when, when);
        else
            text_addf(&t, "%ld: New client connected from 10.14.0.%d:%d as d%d (p2, c1, k60).\n"
                      "%ld: OpenSSL Error[0]: error:0A000126:SSL routines::unexpected eof while reading\n"
                      "%ld: Client d%d closed its connection.\n", when, i % 5, 40000 + i, i, when, when, i);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 12);
    assert_int_equal(x.h->clients.scope, SCOPE_ONE);
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.14.0.3");
    forget(&x);
}

static void dovecot_by_night(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 24 * 4 * 4; i++) {
        int day = 10 + i / 96, hour = i / 4 % 24;
        text_addf(&t, "Nov %d %02d:%02d:00 imap-login: Info: Disconnected: Aborted login by logging out (no auth attempts "
                  "in 0 secs): user=<>, rip=10.12.1.%d, lip=10.0.0.1, %s, session=<a%d>\n", day, hour, i % 4 * 15,
                  i % 30, i % 9 ? "TLS" : "TLS: Connection closed", i);
        if (hour == 2)
            text_addf(&t, "Nov %d %02d:%02d:07 imap-login: Info: Disconnected: Connection closed: SSL_accept() failed: "
                      "error:0A000102:SSL routines::unsupported protocol (no auth attempts in 0 secs): user=<>, "
                      "rip=10.12.0.%d, lip=10.0.0.1, TLS handshaking: SSL_accept() failed: error:0A000102:SSL "
                      "routines::unsupported protocol, session=<b%d>\n", day, hour, i % 4 * 15, 31 + i % 3, i);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 16);
    assert_int_equal(x.h->worked, 24 * 4 * 4);
    assert_int_equal(x.h->kind, TIME_DAILY);
    assert_int_equal(x.h->from, 120);
    assert_int_equal(x.h->clients.failing, 3);
    forget(&x);
}

/* One process serves one after the other: what it says without an address is of the one it has now. */
static void postfix_one_after_the_other(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 40; i++) {
        char head[60];
        snprintf(head, sizeof head, "Nov 17 00:%02d:%02d mx postfix/smtpd[77]:", i / 2, i % 2 * 20);
        if (i % 4 == 3)
            text_addf(&t, "%s SSL_accept error from unknown[10.5.5.9]: -1\n%s warning: TLS library problem: error:0A000418:"
                      "SSL routines::tlsv1 alert unknown ca:../ssl/record/rec_layer_s3.c:1601:SSL alert number 48:\n"
                      "%s lost connection after STARTTLS from unknown[10.5.5.9]\n", head, head, head);
        else
            text_addf(&t, "%s Anonymous TLS connection established from unknown[10.25.4.%d]: TLSv1.3 with cipher X\n"
                      "%s improper command pipelining after EHLO from unknown[10.25.4.%d]: QUIT\n", head, i, head, i);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 10);
    assert_int_equal(x.o->count, 1);
    assert_int_equal(x.h->clients.scope, SCOPE_ONE);
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.5.5.9");
    forget(&x);
}

static void slapd_tells_it_on_two_lines(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 20; i++) {
        unsigned when = BEGIN + (unsigned)i * 50;
        text_addf(&t, "%08x.26b99e5e 0x7f3 conn=%d fd=7 ACCEPT from IP=10.13.0.%d:%d (IP=10.0.0.1:636)\n", when, 1000 + i,
                  i % 4, 30000 + i);
        if (i % 4 == 2)
            text_addf(&t, "%08x.26b99e5e 0x7f3 TLS: can't accept: Certificate is required..\n"
                      "%08x.26b99e5e 0x7f3 conn=%d fd=7 closed (TLS negotiation failure)\n", when, when, 1000 + i);
        else
            text_addf(&t, "%08x.26b99e5e 0x7f3 conn=%d fd=7 TLS established tls_ssf=256 ssf=256\n", when, 1000 + i);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 5);
    assert_int_equal(x.o->cause[0].cause, CAUSE_CLIENT_CERT);
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.13.0.2");
    assert_int_equal(x.h->clients.scope, SCOPE_ONE);
    forget(&x);
}

/* journald, a container's runtime and Docker put a time before every line of a stack trace: it is one text. */
static void a_trace_with_a_stamp_on_every_line(void **state)
{
    static const char *const heads[] = { "%sZ edge uploader[6]: ", "%s.123456789Z stderr F ", "{\"log\":\"" };
    static const char *const tails[] = { "\n", "\n", "\\n\",\"stream\":\"stderr\",\"time\":\"%sZ\"}\n" };
    static const char *const lines[] = {
        "WARN upload to https://a.test:8448/v1 failed, will retry",
        "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: validity check failed",
        "\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)",
        "Caused by: java.security.cert.CertPathValidatorException: validity check failed",
        "\tat java.base/sun.security.ssl.TransportContext.fatal(TransportContext.java:383)",
        "Caused by: java.security.cert.CertificateNotYetValidException: NotBefore: Mon Nov 16 16:29:12 UTC 2026",
        "\t... 17 more",
    };
    (void)state;
    for (int form = 0; form < 3; form++) {
        struct text t = { 0 };
        for (int i = 0; i < 40; i++)
            for (size_t k = 0; k < (i < 16 ? 1 : sizeof lines / sizeof *lines); k++) {
                const char *when = at(BEGIN + i * 170, "-T");
                const char *line = i < 16 ? "INFO posted to https://a.test:8448/v1 (TLSv1.3)" : lines[k];
                text_addf(&t, heads[form], when);
                text_addf(&t, "%s%s", form == 2 && *line == '\t' ? "\\t" : "", form == 2 && *line == '\t' ? line + 1 : line);
                text_addf(&t, tails[form], when);
            }
        struct told x = tell(&t, NULL);
        assert_int_equal(x.h->failed, 24);
        assert_int_equal(x.h->worked, 16);
        assert_int_equal(x.o->cause[0].cause, CAUSE_CLOCK_SKEW);
        assert_int_equal(x.h->kind, TIME_SINCE);
        assert_int_equal((int64_t)x.h->at, BEGIN + 16 * 170);
        forget(&x);
    }
}

/* What a traceback shows of the code is nothing that happened, and its last line belongs to it, however near the next is. */
static void a_traceback_is_one(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 20; i++) {
        text_addf(&t, "%s,013 ERROR web handshake with 10.52.0.1 failed\nTraceback (most recent call last):\n"
                  "  File \"/srv/web.py\", line 11, in get_request\n    k.settimeout(3); return c.wrap_socket(k)\n"
                  "           ^^^^^^^^^^^^^^^\nssl.SSLError: [SSL: HTTP_REQUEST] http request (_ssl.c:1006)\n",
                  at(BEGIN + i * 15, "- "));
        text_addf(&t, "%s,500 INFO web 10.52.0.%d \"GET / HTTP/1.0\" 200\n", at(BEGIN + i * 15, "- "), 20 + i % 5);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 20);
    assert_int_equal(x.o->cause[0].cause, CAUSE_NOT_TLS);
    assert_int_equal(x.h->clients.scope, SCOPE_ONE);
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.52.0.1");
    forget(&x);
}

/* journald's records: whose a success was stands in what the program wrote. */
static void records_with_a_message(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++) {
        text_addf(&t, "{\"__CURSOR\": \"s=1;i=%x\", \"__REALTIME_TIMESTAMP\": \"%ld000000\", \"_HOSTNAME\": \"web1\", "
                  "\"SYSLOG_IDENTIFIER\": \"nginx\", \"_PID\": \"77\", \"PRIORITY\": \"6\", \"MESSAGE\": \"", i,
                  (long)BEGIN + i * 60);
        if (i % 6 == 2)
            text_addf(&t, "%s [info] 7#7: *%d " OLD " while SSL handshaking, client: 10.50.0.9, server: 0.0.0.0:443\"}\n",
                      at(BEGIN + i * 60, "/ "), i);
        else
            text_addf(&t, "10.50.0.%d - - [17/Nov/2026:00:%02d:00 +0000] \\\"GET / HTTP/1.1\\\" 200 2 \\\"-\\\" "
                      "\\\"x\\\"\"}\n", 20 + i % 6, i);
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 10);
    assert_int_equal(x.h->clients.scope, SCOPE_ONE);
    assert_int_equal(x.h->clients.count, 6);
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.50.0.9");
    forget(&x);
}

/* date(1) says when, a line of the script says where, curl says what. */
static void a_script_that_writes_down_curl(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++)
        text_addf(&t, "Tue Nov 17 %02d:%02d:00 UTC 2026 check\nchecking https://a.test/\n200 0.02s\nchecking https://b.test/"
                  "\n%s\n", i / 6, i % 6 * 10, i < 30 ? "200 0.03s" : "curl: (60) SSL certificate problem: unable to get "
                  "local issuer certificate");
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 30);
    assert_int_equal(x.h->kind, TIME_SINCE);
    assert_int_equal((int64_t)x.h->at, BEGIN + 5 * 3600);
    assert_true(x.h->zoned);
    assert_string_equal(journal_word(x.j, x.h->names.who[0].word), "b.test");
    forget(&x);
}

/* A program's own words for a request that was answered. */
static void requests_that_were_answered(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++) {
        text_addf(&t, "%s,%03d ", at(BEGIN + i * 60, "- "), i);
        if (i % 3 == 1)
            text_add(&t, "[ERROR] pay: POST https://b.test/v2 failed: SSLError(SSLCertVerificationError(1, '[SSL: "
                     "CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:992)'))\n");
        else
            text_addf(&t, "[INFO] pay: POST https://%c.test/v2 -> 200\n", i % 3 ? 'a' : 'c');
    }
    struct told x = tell(&t, NULL);
    assert_int_equal(x.h->failed, 20);
    assert_int_equal(x.h->worked, 40);
    assert_int_equal(x.h->names.scope, SCOPE_ONE);
    forget(&x);
}

/* Both ends tell of the same failures: each counts once, for what the one who refused says. */
static void both_ends_of_one_failure(void **state)
{
    struct text client = { 0 }, server = { 0 };
    (void)state;
    for (int i = 0; i < 30; i++) {
        int64_t when = BEGIN + i * i * 13 + i * 7;
        text_addf(&client, "%s,120 ERROR sync GET https://api.test/v1 failed: SSLError(SSLCertVerificationError(1, '[SSL: "
                  "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:992)'))\n",
                  at(when, "- "));
        nginx(&server, when - 3617, i, "10.28.0.4",
              "SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48)");
    }
    struct told x = tell(&client, &server);
    assert_int_equal(x.x->pairs, 30);
    holds(x.x->text, " 1 h 00 min 17 s behind ");
    assert_int_equal(x.h->failed, 30);
    assert_int_equal(x.o->cause[0].cause, CAUSE_CERT_SELF_SIGNED);
    assert_int_equal(x.o->cause[0].events, 30);
    assert_true(x.o->count < 2 || x.o->cause[1].percent < 50);
    assert_true(x.o->cause[0].samples >= 2); /* what the server heard of it as well */
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.28.0.4");
    assert_string_equal(journal_word(x.j, x.h->names.who[0].word), "api.test");
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(since_then_all_fail),
        cmocka_unit_test(a_network_since_a_moment),
        cmocka_unit_test(no_network),
        cmocka_unit_test(every_cause_its_own_pattern),
        cmocka_unit_test(the_name_that_comes_later),
        cmocka_unit_test(leaving_after_a_login),
        cmocka_unit_test(dovecot_by_night),
        cmocka_unit_test(postfix_one_after_the_other),
        cmocka_unit_test(slapd_tells_it_on_two_lines),
        cmocka_unit_test(a_trace_with_a_stamp_on_every_line),
        cmocka_unit_test(a_traceback_is_one),
        cmocka_unit_test(records_with_a_message),
        cmocka_unit_test(a_script_that_writes_down_curl),
        cmocka_unit_test(requests_that_were_answered),
        cmocka_unit_test(both_ends_of_one_failure),
    };
    return cmocka_run_group_tests_name("log/whole", tests, NULL, NULL);
}
