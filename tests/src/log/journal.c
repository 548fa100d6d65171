/* Whole logs, made up here: what is one event, which pattern they have, which cause comes of it, how two logs join. */
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

#define NOW 1795000000.0      /* 2026-11-18 */
#define BEGIN 1794700000

struct told { struct journal *j; struct habit *h; struct outcome *o; struct join *x; };

static struct told tell(char *a, char *b, size_t piece)
{
    struct told t = { .j = journal_new(NOW) };
    char *both[] = { a, b };
    for (int i = 0; i < 2 && both[i]; i++) {
        size_t n = strlen(both[i]);
        assert_true(journal_begin(t.j, i ? "server.log" : "client.log", LINE_SIDE_UNKNOWN));
        for (size_t at = 0; at < n; at += piece)
            journal_feed(t.j, both[i] + at, n - at < piece ? n - at : piece);
        journal_flush(t.j, true);
        free(both[i]);
    }
    t.h = habit_of(t.j);
    t.o = outcome_of(t.j, t.h);
    t.x = join_of(t.j);
    return t;
}

static void forget(struct told *t)
{
    join_free(t->x);
    outcome_free(t->o);
    habit_free(t->h);
    journal_free(t->j);
}

static const char *at(double t)
{
    static char out[WHEN_LEN]; /* one at a time */
    when_format((int64_t)t, out);
    out[4] = out[7] = '/';
    out[10] = ' ';
    out[19] = '\0';
    return out;
}

static void works(struct text *t, double when, int n, const char *client)
{
    text_addf(t, "%s [info] 9#9: *%d client %s closed keepalive connection\n", at(when), n, client);
}

static void fails(struct text *t, double when, int n, const char *client, const char *what)
{
    text_addf(t, "%s [info] 9#9: *%d %s while SSL handshaking, client: %s, server: 10.9.0.1:443\n", at(when), n, what,
              client);
}

#define OLD "SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol)"
#define LEFT "peer closed connection in SSL handshake"

static void one_client_of_many(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.0.0.%d", i % 6);
        if (i % 6 == 3)
            fails(&t, BEGIN + i * 7 + i % 5, i, client, OLD);
        else
            works(&t, BEGIN + i * 7 + i % 5, i, client);
    }
    struct told x = tell(text_take(&t), NULL, 100);
    assert_int_equal(x.h->failed, 10);
    assert_int_equal(x.h->worked, 50);
    assert_int_equal(x.h->clients.scope, SCOPE_ONE);
    assert_string_equal(journal_word(x.j, x.h->clients.who[0].word), "10.0.0.3");
    assert_int_equal(x.o->cause[0].cause, CAUSE_VERSION_MISMATCH);
    assert_int_equal(x.h->noise, 0);
    forget(&x);
}

/* Failures that chance deals out are no pattern of clients. */
static void all_clients_now_and_then(void **state)
{
    struct text t = { 0 };
    unsigned random = 7;
    (void)state;
    for (int i = 0; i < 200; i++) {
        char client[32];
        random = random * 1103515245u + 12345u;
        snprintf(client, sizeof client, "10.0.0.%u", (random >> 16) % 5);
        random = random * 1103515245u + 12345u;
        if ((random >> 16) % 3 == 0)
            fails(&t, BEGIN + i * 7, i, client, OLD);
        else
            works(&t, BEGIN + i * 7, i, client);
    }
    works(&t, BEGIN + 1401, 999, "10.0.0.99"); /* once is no proof that this one never fails */
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    assert_int_equal(x.h->clients.scope, SCOPE_ALL);
    assert_int_equal(x.h->kind, TIME_ALWAYS);
    forget(&x);
}

static void since_a_moment(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 40; i++)
        works(&t, BEGIN + i * 10 + i % 3, i, "10.0.0.1");
    for (int i = 40; i < 60; i++)
        fails(&t, BEGIN + i * 10 + i % 3, i, "10.0.0.1", OLD);
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    assert_int_equal(x.h->kind, TIME_SINCE);
    assert_int_equal((int64_t)x.h->at, BEGIN + 40 * 10 + 40 % 3);
    forget(&x);
}

static void bursts_mean_overload(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 100; i++) {
        char client[32];
        snprintf(client, sizeof client, "10.0.0.%d", i % 7);
        works(&t, BEGIN + i * 10, i, client);
        for (int k = 0; (i == 30 || i == 70) && k < 20; k++) {
            snprintf(client, sizeof client, "10.0.0.%d", k % 7);
            fails(&t, BEGIN + i * 10 + k / 8, 1000 + i * 20 + k, client, "client timed out (110: Connection timed "
                                                                         "out)");
        }
    }
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    assert_int_equal(x.h->kind, TIME_BURSTS);
    assert_int_equal(x.h->burst_count, 2);
    assert_int_equal(x.h->clients.scope, SCOPE_ALL);
    assert_int_equal(x.o->cause[0].cause, CAUSE_SERVER_OVERLOAD);
    forget(&x);
}

static void nights_are_daily(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int hour = 0; hour < 24 * 5; hour++)
        for (int k = 0; k < 4; k++) {
            double when = BEGIN / 86400 * 86400.0 + hour * 3600 + k * 800;
            if (hour % 24 == 2 || hour % 24 == 3)
                fails(&t, when, hour * 4 + k, "10.0.0.1", OLD);
            else
                works(&t, when, hour * 4 + k, "10.0.0.1");
        }
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    assert_int_equal(x.h->kind, TIME_DAILY);
    assert_int_equal(x.h->from, 120);
    assert_int_equal(x.h->to, 240);
    forget(&x);
}

static void health_checks_are_noise(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 40; i++) {
        works(&t, BEGIN + i * 10 + i % 4, 2 * i, "10.0.0.1");
        fails(&t, BEGIN + i * 10 + 5, 2 * i + 1, "10.0.0.250", LEFT);
    }
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    assert_int_equal(x.h->failed, 0);
    assert_int_equal(x.h->noise, 40);
    assert_string_equal(journal_word(x.j, x.h->check_client), "10.0.0.250");
    forget(&x);
}

/* The same lines without the rhythm may be somebody's trouble. */
static void leaving_without_rhythm_is_no_noise(void **state)
{
    struct text t = { 0 };
    unsigned random = 3;
    (void)state;
    for (int i = 0; i < 40; i++) {
        random = random * 1103515245u + 12345u;
        fails(&t, BEGIN + i * 30 + (random >> 16) % 29, i, "10.0.0.250", LEFT);
    }
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    assert_int_equal(x.h->noise, 0);
    assert_int_equal(x.h->failed, 40);
    forget(&x);
}

/* Five lines of one connection are one failure; a stack trace with the line before it is one, too. */
static void a_connection_is_one_event(void **state)
{
    struct text t = { 0 };
    (void)state;
    const char *tid = "[Wed Nov 18 10:00:00.5 2026] [ssl:info] [pid 7:tid 8]";
    text_addf(&t, "%s [client 10.0.0.2:999] AH01964: Connection to child 0 established (server a.test:443)\n", tid);
    text_addf(&t, "%s [client 10.0.0.2:999] AH02008: SSL library error 1 in handshake (server a.test:443)\n", tid);
    text_addf(&t, "%s SSL Library Error: error:0A0000C7:SSL routines::peer did not return a certificate\n", tid);
    text_addf(&t, "%s [client 10.0.0.2:999] AH01998: Connection closed to child 0 with abortive shutdown\n", tid);
    text_add(&t, "2026-11-18T10:00:09Z ERROR job - GET https://b.test/ failed\n"
                 "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification "
                 "path "
                 "to requested target\n\tat a.b.C(D.java:1)\n"
                 "Caused by: sun.security.validator.ValidatorException: PKIX path building failed\n\t... 3 more\n");
    struct told x = tell(text_take(&t), NULL, 7);
    assert_int_equal(x.h->failed, 2);
    assert_int_equal(x.h->worked, 0);
    struct journal_view v = journal_view(x.j);
    assert_string_equal(journal_word(x.j, v.event[0].client), "10.0.0.2");
    assert_int_equal(v.reading[v.event[0].reading].says.cause[0].cause, CAUSE_CLIENT_CERT);
    assert_string_equal(journal_word(x.j, v.event[1].name), "b.test");
    forget(&x);
}

/* One name fails while others work for the same client: that server's chain; with all it would be something else. */
static void names_decide_what_distrust_means(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        struct text t = { 0 };
        for (int i = 0; i < 12; i++) {
            char *when = text_printable(at(BEGIN + i * 60), 19, 19);
            bool bad = all ? i >= 6 : i % 3 == 0;
            text_addf(&t, "%s %s GET https://n%d.test/ %s\n", when, bad ? "ERROR" : "INFO", i % 3,
                      bad ? "javax.net.ssl.SSLHandshakeException: PKIX path building failed" : "handshake ok");
            free(when);
        }
        struct told x = tell(text_take(&t), NULL, 1 << 20);
        assert_int_equal(x.o->cause[0].cause, all ? CAUSE_INTERCEPTION : CAUSE_CERT_INCOMPLETE);
        assert_int_equal(x.h->names.scope, all ? SCOPE_ALL : SCOPE_ONE);
        forget(&x);
    }
}

static void two_logs_join_over_a_zone(void **state)
{
    struct text client = { 0 }, server = { 0 };
    (void)state;
    for (int i = 0; i < 12; i++) {
        double when = BEGIN + i * i * 13 + i * 5;
        text_addf(&client, "%s ERROR GET https://a.test/ javax.net.ssl.SSLHandshakeException: Received fatal alert: "
                           "protocol_version\n", at(when));
        fails(&server, when - 3600 + i % 2, i, "10.0.0.1", OLD);
    }
    struct told x = tell(text_take(&client), text_take(&server), 1 << 20);
    assert_int_equal(x.x->client_file, 0);
    assert_int_equal(x.x->server_file, 1);
    assert_true(x.x->clocks);
    assert_true(fabs(x.x->offset - 3600) < 2);
    assert_int_equal(x.x->pairs, 12);
    if (!strstr(x.x->text, " 60 min behind "))
        fail_msg("%s", x.x->text);
    forget(&x);
}

/* Zones of half hours, clocks off by minutes or days: what is found is what was put in. */
static void two_logs_join_over_any_offset(void **state)
{
    static const double offsets[] = { 0, 1.5, -97, 3600, -7200, 19800, 43200, 86400, -3 * 86400.0 + 17,
        40 * 86400.0 + 300,
                                      -365 * 86400.0 };
    (void)state;
    for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++) {
        struct text client = { 0 }, server = { 0 };
        for (int i = 0; i < 14; i++) {
            double when = BEGIN + i * i * 13 + i * 5;
            text_addf(&client, "%s ERROR GET https://a.test/ javax.net.ssl.SSLHandshakeException: Received fatal "
                               "alert: "
                               "protocol_version\n", at(when));
            fails(&server, when - offsets[k], i, "10.0.0.1", OLD);
        }
        struct told x = tell(text_take(&client), text_take(&server), 1 << 20);
        if (!x.x->clocks || fabs(x.x->offset - offsets[k]) > 2 || x.x->pairs < 13)
            fail_msg("%.0f: %s", offsets[k], x.x->text);
        forget(&x);
    }
}

/* Two logs that have nothing to do with each other are not forced together over days. */
static void strange_logs_do_not_join(void **state)
{
    struct text client = { 0 }, server = { 0 };
    unsigned random = 11;
    (void)state;
    for (int i = 0; i < 12; i++) {
        random = random * 1103515245u + 12345u;
        text_addf(&client, "%s ERROR GET https://a.test/ javax.net.ssl.SSLHandshakeException: Received fatal alert: "
                           "protocol_version\n", at(BEGIN + i * 900 + (random >> 16) % 800));
        random = random * 1103515245u + 12345u;
        fails(&server, BEGIN + 9 * 86400.0 + i * 900 + (random >> 16) % 800, i, "10.0.0.1", OLD);
    }
    struct told x = tell(text_take(&client), text_take(&server), 1 << 20);
    assert_false(x.x->clocks);
    assert_int_equal(x.x->pairs, 0);
    forget(&x);
}

/* mosquitto writes the address a line before; where two came at once, whose it was is not known. */
static void the_address_of_the_line_before(void **state)
{
    struct text t = { 0 };
    (void)state;
    text_add(&t, "1794700000: New connection from 10.0.0.1:4001 on port 8883.\n"
                 "1794700000: OpenSSL Error[0]: error:0A000416:SSL routines::sslv3 alert certificate unknown\n"
                 "1794700000: Client <unknown> disconnected: Protocol error.\n"
                 "1794700060: New connection from 10.0.0.2:4002 on port 8883.\n"
                 "1794700060: New connection from 10.0.0.3:4003 on port 8883.\n"
                 "1794700060: OpenSSL Error[0]: error:0A000416:SSL routines::sslv3 alert certificate unknown\n"
                 "1794700060: Client <unknown> disconnected: Protocol error.\n"
                 "1794700120: OpenSSL Error[0]: error:0A000416:SSL routines::sslv3 alert certificate unknown\n"
                 "1794700180: New connection from 10.0.0.2:4002 on port 8883.\n"
                 "1794700180: New connection from 10.0.0.3:4003 on port 8883.\n"
                 "1794700180: New connection from 10.0.0.3:4004 on port 8883.\n"
                 "1794700180: OpenSSL Error[0]: error:0A000416:SSL routines::sslv3 alert certificate unknown\n");
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    struct journal_view v = journal_view(x.j);
    assert_int_equal(v.count, 4);
    assert_null(journal_word(x.j, v.event[3].client));
    assert_string_equal(journal_word(x.j, v.event[0].client), "10.0.0.1");
    assert_int_equal(v.event[0].port, 4001);
    assert_null(journal_word(x.j, v.event[1].client));
    assert_null(journal_word(x.j, v.event[2].client));
    forget(&x);
}

/* JSSE writes the name into the dump of the ClientHello alone; the thread tells whose failure it is. The dump itself,
 * and remarks of an earlier connection of that thread, are none. */
static void the_name_of_an_earlier_dump(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *when = i ? "2026-11-18 10:00:20.5 UTC" : "2026-11-18 10:00:00.5 "
                                                             "UTC", *name = i ? "bad.test" : "good.test";
        text_addf(&t, "javax.net.ssl|INFO|2F|main|%s|AlpnExtension.java:182|No available application "
                      "protocols\n", when);
        text_addf(&t, "javax.net.ssl|DEBUG|2F|main|%s|ClientHello.java:639|Produced ClientHello handshake message (\n"
                      "\"ClientHello\": {\n  \"extensions\": [\n    \"server_name (0)\": {\n      type=host_name (0), "
                      "value=%s\n    },\n  ]\n}\n)\n", when, name);
        text_addf(&t, "javax.net.ssl|DEBUG|2F|main|%s|CertificateMessage.java:1166|Consuming server Certificate "
                      "handshake "
                      "message (\n\"Certificate\": {\n  0000: BA D0 BA D0 unknown bad invalid\n}\n)\n", when);
    }
    text_add(&t, "javax.net.ssl|DEBUG|30|pool|2026-11-18 10:00:20.5 UTC|ClientHello.java:639|Produced ClientHello "
                 "handshake message (\n\"ClientHello\": {\n  \"extensions\": [\n    \"server_name (0)\": {\n      "
                 "type=host_name (0), value=other.test\n    },\n  ]\n}\n)\n");
    text_add(&t, "javax.net.ssl|ERROR|2F|main|2026-11-18 10:00:20.6 UTC|TransportContext.java:375|Fatal "
                 "(CERTIFICATE_UNKNOWN): PKIX path building failed: unable to find valid certification path to "
                 "requested "
                 "target (\n\"throwable\" : {\n  x\n}\n)\n"
                 "2026-11-18T10:00:20.7Z ERROR app - the request "
                 "failed\njavax.net.ssl.SSLHandshakeException: PKIX "
                 "path building failed\n\tat a.b.C(D.java:1)\n");
    struct told x = tell(text_take(&t), NULL, 1 << 20);
    struct journal_view v = journal_view(x.j);
    assert_int_equal(x.h->failed, 1);
    for (size_t i = 0; i < v.count; i++)
        if (v.event[i].is == INCIDENT_FAILS) {
            assert_true(v.event[i].name);
            assert_string_equal(journal_word(x.j, v.event[i].name), "bad.test");
        }
    forget(&x);
}

/* A long log is read in part, and its counts stay about right; nothing grows without end. */
static void long_logs_are_selected_from(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 200000; i++)
        fails(&t, BEGIN + i / 50, i, i % 3 ? "10.0.0.1" : "10.0.0.2", OLD);
    struct told x = tell(text_take(&t), NULL, 1 << 16);
    struct journal_view v = journal_view(x.j);
    assert_true(v.estimated);
    assert_in_range(v.failing, 180000, 220000);
    assert_in_range(v.count, 30000, 60000);
    assert_int_equal(v.file[0].lines, 200000);
    forget(&x);
}

static void lines_of_any_length_and_bytes(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 300000; i++)
        text_add(&t, "certificate ");
    text_add(&t, "\n");
    fails(&t, BEGIN, 1, "10.0.0.1", "\x1b]0;evil\x07" OLD);
    struct told x = tell(text_take(&t), NULL, 1 << 16);
    struct journal_view v = journal_view(x.j);
    assert_int_equal(v.file[0].lines, 2);
    bool found = false;
    for (size_t i = 0; i < v.count; i++)
        if (v.event[i].is == INCIDENT_FAILS && v.event[i].line == 2) {
            found = true;
            assert_null(strchr(v.reading[v.event[i].reading].sample, '\x1b'));
        }
    assert_true(found);
    forget(&x);
}

/* A failure behind more lines of one transcript than a text may have; its line is the one that is shown. */
static void the_end_of_a_long_transcript(void **state)
{
    static const int lengths[] = { 3, 100, 300, 900, 5000 };
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct text t = { 0 };
        text_add(&t, "*   Trying 192.0.2.1:443...\n* Connected to a.example (192.0.2.1) port 443 (#0)\n");
        for (int k = 0; k < lengths[i]; k++)
            text_add(&t, "{ [16375 bytes data]\n");
        text_add(&t, "* OpenSSL SSL_read: error:0A000119:SSL routines::decryption failed or bad record mac, errno 0\n"
                     "* Closing connection 0\n");
        struct told x = tell(text_take(&t), NULL, i % 2 ? 4096 : 1 << 20);
        struct journal_view v = journal_view(x.j);
        assert_int_equal(v.failing, 1);
        assert_int_equal(v.event[0].line, lengths[i] + 3);
        assert_non_null(strstr(v.reading[v.event[0].reading].sample, "decryption failed"));
        forget(&x);
    }
}

/* The line that is shown, and its number, are of one and the same line of a text. */
static void the_line_that_says_it(void **state)
{
    struct text t = { 0 };
    (void)state;
    text_add(&t, "nothing here\n2026/11/14 10:00:00 an ordinary line\n"
                 "* ALPN: offers h2,http/1.1\n* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n"
                 "* TLS connect error: error:0A000086:SSL routines::certificate verify failed\n* Closing connection 0\n");
    struct told x = tell(text_take(&t), NULL, 1 << 16);
    struct journal_view v = journal_view(x.j);
    assert_int_equal(v.failing, 1);
    assert_int_equal(v.event[0].line, 5);
    assert_int_equal(v.reading[v.event[0].reading].line, 5);
    assert_non_null(strstr(v.reading[v.event[0].reading].sample, "certificate verify failed"));
    forget(&x);
}

/* A machine without a clock, east of Greenwich: its first hours are of 1969. */
static void times_before_all_times(void **state)
{
    struct text t = { 0 };
    (void)state;
    for (int i = 0; i < 60; i++)
        text_addf(&t, "1970-01-%02dT00:%02d:00+14:00 SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::"
                      "unsupported protocol), client: 10.0.0.1\n", 1 + i / 20, i % 20);
    struct told x = tell(text_take(&t), NULL, 1 << 16);
    assert_int_equal(x.h->failed, 60);
    assert_int_equal(x.h->kind, TIME_DAILY);
    assert_int_equal(x.h->from, 10 * 60); /* of the day before, in UTC */
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_long_transcript),
        cmocka_unit_test(the_line_that_says_it),
        cmocka_unit_test(times_before_all_times),
        cmocka_unit_test(one_client_of_many),
        cmocka_unit_test(all_clients_now_and_then),
        cmocka_unit_test(since_a_moment),
        cmocka_unit_test(bursts_mean_overload),
        cmocka_unit_test(nights_are_daily),
        cmocka_unit_test(health_checks_are_noise),
        cmocka_unit_test(leaving_without_rhythm_is_no_noise),
        cmocka_unit_test(a_connection_is_one_event),
        cmocka_unit_test(names_decide_what_distrust_means),
        cmocka_unit_test(two_logs_join_over_a_zone),
        cmocka_unit_test(two_logs_join_over_any_offset),
        cmocka_unit_test(strange_logs_do_not_join),
        cmocka_unit_test(the_address_of_the_line_before),
        cmocka_unit_test(the_name_of_an_earlier_dump),
        cmocka_unit_test(long_logs_are_selected_from),
        cmocka_unit_test(lines_of_any_length_and_bytes),
    };
    return cmocka_run_group_tests_name("log/journal", tests, NULL, NULL);
}
