/* Patterns in logs of every form: the same few stories told as each program would write them, and what is told of them;
 * and stories without a pattern, in which none may be found. */
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
#include "src/log/outcome.h"

#define NOW 1795400000.0      /* 2026-11-23 */
#define BEGIN 1794873600.0    /* 2026-11-17 00:00 UTC */

/* One connection: when, whose, for which name; how it ends. */
enum ends { WORKS, FAILS, LEAVES };
struct visit { double when; int n; const char *client, *name; enum ends ends; };

struct parts { int year, month, day, hour, minute, second, ms; };

static struct parts parts_of(double when)
{
    struct parts p = { .ms = (int)((when - floor(when)) * 1000) };
    char text[WHEN_LEN];
    when_format((int64_t)floor(when), text);
    assert_int_equal(sscanf(text, "%d-%d-%dT%d:%d:%d", &p.year, &p.month, &p.day, &p.hour, &p.minute, &p.second), 6);
    return p;
}

static const char *month_of(struct parts p)
{
    static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    return names[p.month - 1];
}

static const char *day_of(double when)
{
    static const char *const names[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    return names[(int64_t)floor(when / 86400) % 7];
}

/* --- as each writes it -------------------------------------------------------------------------- */

#define YMD(p) (p).year, (p).month, (p).day
#define HMS(p) (p).hour, (p).minute, (p).second
#define OLD "error:0A000102:SSL routines::unsupported protocol"

static void nginx(struct text *t, const struct visit *v)
{
    static const char *const ends[] = {
        "client %s closed keepalive connection\n",
        "SSL_do_handshake() failed (SSL: " OLD ") while SSL handshaking, client: %s, server: 0.0.0.0:443\n",
        "peer closed connection in SSL handshake while SSL handshaking, client: %s, server: 0.0.0.0:443\n",
    };
    struct parts p = parts_of(v->when);
    text_addf(t, "%04d/%02d/%02d %02d:%02d:%02d [info] 9#9: *%d ", YMD(p), HMS(p), v->n);
    text_addf(t, ends[v->ends], v->client);
}

static void apache(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    char head[120];
    snprintf(head, sizeof head, "[%s %s %02d %02d:%02d:%02d.%03d000 %d] [ssl:info] [pid 7:tid %d]", day_of(v->when),
             month_of(p), p.day, HMS(p), p.ms, p.year, 1000 + v->n);
    text_addf(t, "%s [client %s:%d] AH01964: Connection to child 3 established (server %s:443)\n", head, v->client,
              20000 + v->n % 40000, v->name);
    if (v->ends == FAILS)
        text_addf(t, "%s [client %s:%d] AH02008: SSL library error 1 in handshake (server %s:443)\n"
                  "%s SSL Library Error: " OLD "\n", head, v->client, 20000 + v->n % 40000, v->name, head);
    if (v->ends == LEAVES)
        text_addf(t, "%s (70014)End of file found: [client %s:%d] AH02007: SSL handshake interrupted by system [Hint: "
                  "Stop button pressed in browser?!]\n", head, v->client, 20000 + v->n % 40000);
}

static void haproxy(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "%s %2d %02d:%02d:%02d lb haproxy[77]: %s:%d [%02d/%s/%d:%02d:%02d:%02d.%03d] ", month_of(p), p.day,
              HMS(p), v->client, 20000 + v->n % 40000, p.day, month_of(p), p.year, HMS(p), p.ms);
    text_add(t, v->ends == WORKS ? "fe~ be/s1 0/0/1/2/3 200 312 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"\n"
                : v->ends == FAILS ? "fe/1: SSL handshake failure (" OLD ")\n"
                                   : "fe/1: Connection closed during SSL handshake\n");
}

static void envoy(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "{\"start_time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\",\"response_code\":%d,"
              "\"downstream_remote_address\":\"%s:%d\",\"requested_server_name\":\"%s\","
              "\"downstream_transport_failure_reason\":%s}\n", YMD(p), HMS(p), p.ms, v->ends == WORKS ? 200 : 0,
                  v->client,
              20000 + v->n % 40000, v->name,
              v->ends == WORKS ? "null" : "\"TLS_error:|268435696:SSL "
                                          "routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL\"");
}

/* A client's: it names the servers it goes to. */
static void jsse(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "%04d-%02d-%02d %02d:%02d:%02d.%03d UTC ", YMD(p), HMS(p), p.ms);
    if (v->ends == WORKS)
        text_addf(t, "INFO  Poller - GET https://%s/ 200 OK\n", v->name);
    else
        text_addf(t, "ERROR Poller - GET https://%s/\njavax.net.ssl.SSLHandshakeException: PKIX path building failed: "
                  "unable to find valid certification path to requested target\n\tat a.b.C(D.java:7)\n", v->name);
}

static void postfix(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    char head[80];
    snprintf(head, sizeof head, "%s %2d %02d:%02d:%02d mx postfix/smtpd[%d]:", month_of(p), p.day, HMS(p), 1000 + v->n);
    if (v->ends == WORKS)
        text_addf(t, "%s Anonymous TLS connection established from unknown[%s]: TLSv1.3 with cipher "
                  "TLS_AES_256_GCM_SHA384 (256/256 bits)\n", head, v->client);
    else
        text_addf(t, "%s SSL_accept error from unknown[%s]: -1\n%s warning: TLS library problem: " OLD ":s.c:9:\n"
                  "%s lost connection after STARTTLS from unknown[%s]\n", head, v->client, head, head, v->client);
}

static void stunnel(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    char head[64];
    snprintf(head, sizeof head, "%04d.%02d.%02d %02d:%02d:%02d", YMD(p), HMS(p));
    text_addf(t, "%s LOG5[%d]: Service [imaps] accepted connection from %s:%d\n", head, v->n, v->client,
              20000 + v->n % 40000);
    text_addf(t, v->ends == WORKS ? "%s LOG6[%d]: TLS accepted: new session negotiated\n"
                 : v->ends == FAILS ? "%s LOG3[%d]: SSL_accept: ssl/statem/statem_srvr.c:1: " OLD "\n"
                                    : "%s LOG3[%d]: SSL_accept: Peer suddenly disconnected\n", head, v->n);
}

/* The words of Go's server, which tells of no success, and an ordinary line for what works. */
static void go_words(struct text *t, const struct visit *v)
{
    if (v->ends == WORKS)
        text_addf(t, "worker: job %d done", v->n);
    else
        text_addf(t, "http: TLS handshake error from %s:%d: %s", v->client, 20000 + v->n % 40000,
                  v->ends == FAILS ? "tls: client offered only unsupported versions: [301]" : "EOF");
}

static void go(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "%04d/%02d/%02d %02d:%02d:%02d ", YMD(p), HMS(p));
    go_words(t, v);
    text_add(t, "\n");
}

static void klog(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "%c%02d%02d %02d:%02d:%02d.%03d000       1 "
                 "server.go:3] ", v->ends == WORKS ? 'I' : 'E', p.month, p.day,
              HMS(p), p.ms);
    go_words(t, v);
    text_add(t, "\n");
}

static void docker(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_add(t, "{\"log\":\"");
    go_words(t, v);
    text_addf(t, "\\n\",\"stream\":\"stderr\",\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03d123456Z\"}\n", YMD(p),
        HMS(p),
              p.ms);
}

static void journald(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "%04d-%02d-%02dT%02d:%02d:%02d+0000 host app[12]: ", YMD(p), HMS(p));
    go_words(t, v);
    text_add(t, "\n");
}

static void rfc3164(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "<30>%s %2d %02d:%02d:%02d host app[12]: ", month_of(p), p.day, HMS(p));
    go_words(t, v);
    text_add(t, "\n");
}

static void rfc5424(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "<30>1 %04d-%02d-%02dT%02d:%02d:%02d.%03dZ host app 12 - - ", YMD(p), HMS(p), p.ms);
    go_words(t, v);
    text_add(t, "\n");
}

static void schannel(struct text *t, const struct visit *v)
{
    struct parts p = parts_of(v->when);
    text_addf(t, "%s,%d/%d/%d %d:%02d:%02d %s,", v->ends == WORKS ? "Information" : "Error", p.month, p.day, p.year,
              p.hour % 12 ? p.hour % 12 : 12, p.minute, p.second, p.hour < 12 ? "AM" : "PM");
    text_add(t, v->ends == WORKS
             ? "Service Control Manager,7036,None,The Print Spooler service entered the running state.\n"
             : "Schannel,36874,None,\"An TLS 1.2 connection request was received from a remote client application, "
               "but none "
               "of the cipher suites supported by the client application are supported by the server. The TLS "
               "connection "
               "request has failed.\"\n");
}

enum { CLIENTS = 1, NAMES = 2, SUCCESS = 4, LEAVING = 8 }; /* what this form tells of */
static const struct form { const char *name; void (*write)(struct text *t,
    const struct visit *v); int tells; } forms[] = {
    { "nginx", nginx, CLIENTS | SUCCESS | LEAVING },
    { "apache", apache, CLIENTS | SUCCESS | LEAVING },
    { "haproxy", haproxy, CLIENTS | SUCCESS | LEAVING },
    { "envoy", envoy, CLIENTS | NAMES | SUCCESS },
    { "jsse", jsse, NAMES | SUCCESS },
    { "postfix", postfix, CLIENTS | SUCCESS },
    { "stunnel", stunnel, CLIENTS | SUCCESS | LEAVING },
    { "go", go, CLIENTS | LEAVING },
    { "klog", klog, CLIENTS | LEAVING },
    { "docker", docker, CLIENTS | LEAVING },
    { "journald", journald, CLIENTS | LEAVING },
    { "rfc3164", rfc3164, CLIENTS | LEAVING },
    { "rfc5424", rfc5424, CLIENTS | LEAVING },
    { "schannel", schannel, 0 },
};
#define FORMS (sizeof forms / sizeof *forms)

/* --- stories ------------------------------------------------------------------------------------ */

static const char *const clients[] = { "192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14", "192.0.2.15",
    "192.0.2.16" };
static const char *const names[] = { "a.example.test", "b.example.test", "c.example.test" };

struct dice { uint32_t state; };

static unsigned roll(struct dice *d, unsigned sides)
{
    d->state = d->state * 1103515245u + 12345u;
    return (d->state >> 16) % sides;
}

static struct visit visit_at(double when, int n, struct dice *d)
{
    return (struct visit){ when, n, clients[roll(d, 6)], names[roll(d, 3)], WORKS };
}

static void one_client(const struct form *f, struct text *t, struct dice *d)
{
    double when = BEGIN;
    for (int i = 0; i < 120; i++) {
        struct visit v = visit_at(when += 5 + roll(d, 60), i, d);
        v.ends = v.client == clients[2] ? FAILS : WORKS;
        f->write(t, &v);
    }
}

static void some_clients(const struct form *f, struct text *t, struct dice *d)
{
    double when = BEGIN;
    for (int i = 0; i < 160; i++) {
        struct visit v = visit_at(when += 5 + roll(d, 60), i, d);
        v.ends = v.client == clients[1] || v.client == clients[4] ? FAILS : WORKS;
        f->write(t, &v);
    }
}

static void one_name(const struct form *f, struct text *t, struct dice *d)
{
    double when = BEGIN;
    for (int i = 0; i < 120; i++) {
        struct visit v = visit_at(when += 5 + roll(d, 60), i, d);
        v.ends = v.name == names[1] ? FAILS : WORKS;
        f->write(t, &v);
    }
}

static void since(const struct form *f, struct text *t, struct dice *d)
{
    double when = BEGIN;
    for (int i = 0; i < 160; i++) {
        struct visit v = visit_at(when += 5 + roll(d, 60), i, d);
        v.ends = i >= 90 ? FAILS : WORKS;
        f->write(t, &v);
    }
}

static void bursts(const struct form *f, struct text *t, struct dice *d)
{
    double when = BEGIN;
    int n = 0;
    for (int i = 0; i < 150; i++) {
        struct visit v = visit_at(when += 20 + roll(d, 40), n++, d);
        f->write(t, &v);
        for (int k = 0; (i == 30 || i == 70 || i == 115) && k < 15; k++) {
            struct visit w = visit_at(v.when + k * 0.3, n++, d);
            w.ends = FAILS;
            f->write(t, &w);
        }
    }
}

static void daily(const struct form *f, struct text *t, struct dice *d)
{
    for (int i = 0; i < 5 * 24 * 3; i++) {
        double when = BEGIN + i * 1200 + roll(d, 1100);
        struct visit v = visit_at(when, i, d);
        int hour = (int)((when - BEGIN) / 3600) % 24;
        v.ends = hour == 2 || hour == 3 ? FAILS : WORKS;
        f->write(t, &v);
    }
}

static void check(const struct form *f, struct text *t, struct dice *d)
{
    for (int i = 0; i < 60; i++) {
        struct visit v = visit_at(BEGIN + i * 10 + roll(d, 4), 2 * i, d);
        f->write(t, &v);
        struct visit w = { BEGIN + i * 10 + 5, 2 * i + 1, "192.0.2.250", names[0], LEAVES };
        f->write(t, &w);
    }
}

/* A program that tries again every half minute, beside people. */
static void steady(const struct form *f, struct text *t, struct dice *d)
{
    for (int i = 0; i < 50; i++) {
        struct visit v = visit_at(BEGIN + i * 30 + roll(d, 25), 2 * i, d);
        f->write(t, &v);
        struct visit w = { BEGIN + i * 30 + 27, 2 * i + 1, "192.0.2.99", names[2], FAILS };
        f->write(t, &w);
    }
}

/* Every third visit fails, whoever's it is and whenever. */
static void chance(const struct form *f, struct text *t, struct dice *d)
{
    double when = BEGIN;
    for (int i = 0; i < 200; i++) {
        struct visit v = visit_at(when += 1 + roll(d, 90), i, d);
        v.ends = roll(d, 3) == 0 ? FAILS : WORKS;
        f->write(t, &v);
    }
}

/* --- what is told of them ----------------------------------------------------------------------- */

struct told { struct journal *j; struct habit *h; };

static struct told tell(const struct form *f, void (*story)(const struct form *f, struct text *t, struct dice *d),
                        uint32_t seed)
{
    struct text t = { 0 };
    struct dice d = { seed };
    struct told x = { .j = journal_new(NOW) };
    story(f, &t, &d);
    size_t n = t.len;
    char *all = text_take(&t);
    assert_true(journal_begin(x.j, f->name, LINE_SIDE_UNKNOWN));
    journal_feed(x.j, all, n);
    journal_flush(x.j, true);
    free(all);
    x.h = habit_of(x.j);
    return x;
}

static void forget(struct told *x)
{
    habit_free(x->h);
    journal_free(x->j);
}

static int wrong;

#define EXPECT(f, story, condition) \
    do { \
        if (!(condition)) { \
            print_message("# %s, %s: %s\n", (f)->name, story, x.h->text); \
            wrong++; \
        } \
    } while (0)

static void test_who(void **state)
{
    (void)state;
    wrong = 0;
    for (const struct form *f = forms; f < forms + FORMS; f++) {
        bool both = (f->tells & (CLIENTS | SUCCESS)) == (CLIENTS | SUCCESS);
        struct told x = tell(f, one_client, 5);
        if (both)
            EXPECT(f, "one client", x.h->clients.scope == SCOPE_ONE && x.h->clients.count == 6);
        if (f->tells & CLIENTS)
            EXPECT(f, "that client", x.h->clients.failing == 1 &&
                   strcmp(journal_word(x.j, x.h->clients.who[0].word), clients[2]) == 0);
        EXPECT(f, "all the time", x.h->kind == TIME_ALWAYS);
        forget(&x);
        x = tell(f, some_clients, 6);
        if (both)
            EXPECT(f, "two clients", x.h->clients.scope == SCOPE_SOME && x.h->clients.failing == 2);
        forget(&x);
        x = tell(f, one_name, 7);
        if (f->tells & NAMES)
            EXPECT(f, "one name", x.h->names.scope == SCOPE_ONE &&
                   strcmp(journal_word(x.j, x.h->names.who[0].word), names[1]) == 0);
        if (both)
            EXPECT(f, "of all clients", x.h->clients.scope == SCOPE_ALL);
        forget(&x);
    }
    assert_int_equal(wrong, 0);
}

static void test_when(void **state)
{
    (void)state;
    wrong = 0;
    for (const struct form *f = forms; f < forms + FORMS; f++) {
        struct told x = tell(f, since, 8);
        EXPECT(f, "since", x.h->kind == TIME_SINCE && x.h->failed == 70);
        forget(&x);
        x = tell(f, bursts, 9);
        EXPECT(f, "bursts", x.h->kind == TIME_BURSTS && x.h->burst_count == 3);
        forget(&x);
        x = tell(f, daily, 10);
        EXPECT(f, "daily", x.h->kind == TIME_DAILY && x.h->from == 120 && x.h->to == 240);
        forget(&x);
        x = tell(f, steady, 12);
        EXPECT(f, "steady", x.h->kind == TIME_STEADY && fabs(x.h->period - 30) < 1.1 && x.h->failed == 50);
        forget(&x);
        x = tell(f, check, 11);
        if (f->tells & LEAVING)
            EXPECT(f, "check", x.h->failed == 0 && x.h->check_client &&
                   strcmp(journal_word(x.j, x.h->check_client), "192.0.2.250") == 0 && fabs(x.h->check.from - 10) < 1);
        forget(&x);
    }
    assert_int_equal(wrong, 0);
}

/* Where chance deals out the failures there is no pattern, neither of clients nor of times: over many deals, one in a
 * hundred may look like one. */
static void test_chance(void **state)
{
    (void)state;
    int deals = 0;
    wrong = 0;
    for (const struct form *f = forms; f < forms + FORMS; f++)
        for (uint32_t seed = 100; seed < 140; seed++, deals++) {
            struct told x = tell(f, chance, seed);
            bool some = x.h->clients.scope == SCOPE_ONE || x.h->clients.scope == SCOPE_SOME ||
                        x.h->names.scope == SCOPE_ONE || x.h->names.scope == SCOPE_SOME;
            EXPECT(f, "chance", !some && (x.h->kind == TIME_ALWAYS || x.h->kind == TIME_UNKNOWN));
            forget(&x);
        }
    assert_in_range(wrong, 0, deals / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_who), cmocka_unit_test(test_when),
                                        cmocka_unit_test(test_chance) };
    return cmocka_run_group_tests_name("log/habit", tests, NULL, NULL);
}
