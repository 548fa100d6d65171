/* fetch - tests against HTTP servers of our own on the same loop, good and bad ones: what each is found to be,
 * the deadlines, the shared answers, and where a certificate may not send us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probes/fetch.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define PATIENCE 30.0
#define PEERS_MAX 64
#define CAP 1000

/* --- a server that does what the path says ------------------------------------------------------- */

struct peer {
    struct server *server;
    int fd;
    char in[4096];
    size_t len;
    const char *again; /* sent until it is closed */
    bool whole;
    struct ev_io io;
    struct ev_timer timer;
};

struct server {
    struct ev_loop *loop;
    int fd, port;
    struct ev_io io;
    struct peer peer[PEERS_MAX];
    int peers, requests, open;
    char last[4096]; /* the last request */
};

#define OK "HTTP/1.1 200 OK\r\n"
static const struct way { const char *path, *answer, *again; double every; bool stays; } ways[] = {
    { "/length", OK "Content-Type: application/pkix-cert\r\nContent-Length: 5\r\n\r\nhello", NULL, 0, true },
    { "/close", OK "\r\nhello", NULL, 0, false },
    { "/404", "HTTP/1.1 404 Not Found\r\n\r\n", NULL, 0, false },
    { "/407", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", NULL, 0, false },
    { "/moved", "HTTP/1.1 301 Moved\r\nLocation: /length\r\n\r\n", NULL, 0, false },
    { "/liar", OK "Content-Length: 50\r\n\r\nhello", NULL, 0, false },
    { "/big", OK "Content-Length: 1001\r\n\r\n", NULL, 0, true },
    { "/endless", OK "\r\n", "0123456789012345678901234567890123456789", 0.0001, true },
    { "/header", OK, "X-Pad: 0123456789012345678901234567890123456789\r\n", 0.0001, true },
    { "/drip", OK "Content-Length: 500\r\n\r\n", "x", 0.05, true },
    { "/silent", "", NULL, 0, true },
    { "/hangup", "", NULL, 0, false },
    { "/ssh", "SSH-2.0-OpenSSH\r\n", NULL, 0, true },
};

static void peer_close(struct peer *p)
{
    if (p->fd < 0)
        return;
    ev_io_stop(p->server->loop, &p->io);
    ev_timer_stop(p->server->loop, &p->timer);
    close(p->fd);
    p->fd = -1;
    p->server->open--;
}

static void on_again(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct peer *p = w->data;
    (void)loop, (void)events;
    for (int i = 0; i < 20; i++)
        if (send(p->fd, p->again, strlen(p->again), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN) {
            peer_close(p);
            return;
        } else if (strlen(p->again) == 1) {
            return;
        }
}

static void peer_answer(struct peer *p)
{
    struct server *v = p->server;
    v->requests++;
    snprintf(v->last, sizeof v->last, "%s", p->in);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct way *w = &ways[i];
        size_t n = strlen(w->path);
        const char *path = strchr(p->in, ' ');
        if (path && text_starts(path + 1, "http://")) /* as a proxy is asked */
            path = strchr(path + 1 + strlen("http://"), '/') - 1;
        if (!path || strncmp(path + 1, w->path, n) != 0)
            continue;
        assert_int_equal(send(p->fd, w->answer, strlen(w->answer), MSG_NOSIGNAL), strlen(w->answer));
        p->again = w->again;
        if (w->again) {
            ev_timer_set(&p->timer, w->every, w->every);
            ev_timer_start(v->loop, &p->timer);
        } else if (!w->stays) {
            peer_close(p);
        }
        return;
    }
    fail_msg("nobody asked for that: %s", p->in);
}

static void on_peer(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct peer *p = w->data;
    (void)loop, (void)events;
    ssize_t n = recv(p->fd, p->in + p->len, sizeof p->in - 1 - p->len, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        peer_close(p);
        return;
    }
    p->len += (size_t)n;
    const char *end = strstr(p->in, "\r\n\r\n"), *length = strstr(p->in, "Content-Length: ");
    size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
    if (end && !p->whole && p->len - (size_t)(end + 4 - p->in) >= body) {
        p->whole = true;
        peer_answer(p);
    }
}

static void on_accept(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct server *v = w->data;
    (void)events;
    int fd = accept(v->fd, NULL, NULL);
    if (fd < 0)
        return;
    assert_true(v->peers < PEERS_MAX);
    struct peer *p = &v->peer[v->peers++];
    *p = (struct peer){ .server = v, .fd = fd };
    v->open++;
    ev_io_init(&p->io, on_peer, fd, EV_READ);
    ev_init(&p->timer, on_again);
    p->io.data = p->timer.data = p;
    ev_io_start(loop, &p->io);
}

static void server_begin(struct server *v, struct ev_loop *loop)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    *v = (struct server){ .loop = loop, .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) };
    assert_int_equal(bind(v->fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(v->fd, 64), 0);
    assert_int_equal(getsockname(v->fd, (struct sockaddr *)&a, &n), 0);
    v->port = ntohs(a.sin_port);
    ev_io_init(&v->io, on_accept, v->fd, EV_READ);
    v->io.data = v;
    ev_io_start(loop, &v->io);
}

static void server_end(struct server *v)
{
    for (int i = 0; i < v->peers; i++)
        peer_close(&v->peer[i]);
    ev_io_stop(v->loop, &v->io);
    close(v->fd);
}

/* --- asking ------------------------------------------------------------------------------------------ */

struct answer { int count; enum fetch_end end; int status; char text[600], address[100], type[100], body[CAP + 1]; };

struct bench {
    struct ev_loop *loop;
    struct server server;
    struct fetcher *fetcher;
    struct address endpoint;
    const char *names[8];  /* address text, or NULL, of the names that are asked for */
    void *waiting;         /* asked for "never.test", and never told */
    int dropped;
    int awaited;
    struct ev_timer patience;
    bool lost;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void names_ask(void *arg, const char *host, int port, resolved_fn *done, void *who)
{
    struct bench *b = arg;
    struct resolved *r = mem_new(sizeof *r);
    if (strcmp(host, "never.test") == 0) {
        b->waiting = who;
        free(r);
        return;
    }
    for (size_t i = 0; i < 8 && b->names[i]; i++)
        assert_true(address_parse(b->names[i], port, &r->address[r->count++]));
    if (!r->count) {
        r->failed = "no-such-name";
        snprintf(r->why, sizeof r->why, "it does not exist");
    }
    done(who, r);
    free(r);
}

static void names_drop(void *arg, void *who)
{
    struct bench *b = arg;
    assert_ptr_equal(who, b->waiting);
    b->waiting = NULL;
    b->dropped++;
}

static void on_patience(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct bench *b = w->data;
    (void)events;
    b->lost = true;
    ev_break(loop, EVBREAK_ALL);
}

static int setup(void **state)
{
    struct bench *b = mem_new(sizeof *b);
    b->loop = ev_loop_new(EVFLAG_AUTO);
    server_begin(&b->server, b->loop);
    b->fetcher = fetcher_new(b->loop, (struct fetch_names){ names_ask, names_drop, b });
    assert_true(address_parse("127.0.0.1", 443, &b->endpoint));
    ev_timer_init(&b->patience, on_patience, PATIENCE, 0);
    b->patience.data = b;
    ev_timer_start(b->loop, &b->patience);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    fetcher_free(b->fetcher);
    server_end(&b->server);
    ev_timer_stop(b->loop, &b->patience);
    ev_loop_destroy(b->loop);
    free(b);
    return 0;
}

static struct bench *bench_of_answers; /* for on_answer, which gets the answer alone */

static void on_answer(void *arg, const struct fetched *f)
{
    struct answer *a = arg;
    a->count++;
    a->end = f->end;
    a->status = f->status;
    snprintf(a->text, sizeof a->text, "%s", f->text);
    snprintf(a->address, sizeof a->address, "%s", f->address ? f->address : "");
    snprintf(a->type, sizeof a->type, "%s", f->type ? f->type : "");
    assert_true(f->len <= CAP);
    if (f->len)
        memcpy(a->body, f->body, f->len);
    a->body[f->len] = '\0';
    assert_true(text_starts(f->text, f->url));
    assert_true(f->end == FETCH_OK || !f->body);
    if (--bench_of_answers->awaited == 0)
        ev_break(bench_of_answers->loop, EVBREAK_ALL);
}

static void ask_url(struct bench *b, const char *url, double seconds, struct answer *a)
{
    struct fetch_ask ask = { .url = url, .cap = CAP, .seconds = seconds, .endpoint = &b->endpoint.sa.sa };
    *a = (struct answer){ .count = 0 };
    bench_of_answers = b;
    b->awaited++;
    fetcher_ask(b->fetcher, &ask, on_answer, a);
    assert_int_equal(a->count, 0); /* never before it returns */
}

static void ask(struct bench *b, const char *path, double seconds, struct answer *a)
{
    char *url = mem_format("http://127.0.0.1:%d%s", b->server.port, path);
    ask_url(b, url, seconds, a);
    free(url);
}

static void run(struct bench *b)
{
    if (b->awaited)
        ev_run(b->loop, 0);
    assert_false(b->lost);
    assert_int_equal(b->awaited, 0);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static void each_way_is_told(void **state)
{
    struct bench *b = *state;
    static const struct { const char *path; enum fetch_end end; int status; const char *body, *says; } rows[] = {
        { "/length", FETCH_OK, 200, "hello", "5 bytes" },
        { "/close", FETCH_OK, 200, "hello", "5 bytes" },
        { "/404", FETCH_STATUS, 404, "", "status 404" },
        { "/moved", FETCH_REDIRECT, 301, "", "not followed" },
        { "/liar", FETCH_BROKEN, 200, "", "cut off" },
        { "/big", FETCH_TOO_BIG, 200, "", "1000 bytes" },
        { "/endless", FETCH_TOO_BIG, 200, "", "1000 bytes" },
        { "/header", FETCH_BROKEN, 200, "", "without end" },
        { "/drip", FETCH_SLOW, 200, "", "in 0.5 s" },
        { "/silent", FETCH_SLOW, 0, "", "0 bytes came" },
        { "/hangup", FETCH_BROKEN, 0, "", "closed" },
        { "/ssh", FETCH_BROKEN, 0, "", "no answer of HTTP" },
    };
    char want[64];
    snprintf(want, sizeof want, "127.0.0.1:%d", b->server.port);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answer a;
        double began = now();
        ask(b, rows[i].path, 0.5, &a);
        run(b);
        if (a.end != rows[i].end || a.status != rows[i].status || !strstr(a.text, rows[i].says))
            fail_msg("%s: %s (%d, %d)", rows[i].path, a.text, a.end, a.status);
        assert_string_equal(a.body, rows[i].body);
        assert_string_equal(a.address, want);
        assert_int_equal(a.count, 1);
        if (rows[i].end == FETCH_SLOW)
            assert_true(now() - began > 0.45);
    }
}

static void types_and_requests(void **state)
{
    struct bench *b = *state;
    struct answer a;
    ask(b, "/length", 5, &a);
    run(b);
    assert_string_equal(a.type, "application/pkix-cert");
    assert_true(text_starts(b->server.last, "GET /length HTTP/1.1\r\nHost: 127.0.0.1:"));
    char *url = mem_format("http://127.0.0.1:%d/close", b->server.port);
    struct fetch_ask post = { .url = url, .cap = CAP, .seconds = 5, .type = "application/ocsp-request",
                              .body = "question", .body_len = 8, .endpoint = &b->endpoint.sa.sa };
    a = (struct answer){ .count = 0 };
    b->awaited++;
    fetcher_ask(b->fetcher, &post, on_answer, &a);
    free(url);
    run(b);
    assert_true(text_starts(b->server.last, "POST /close HTTP/1.1\r\n"));
    assert_non_null(strstr(b->server.last, "\r\nContent-Length: 8\r\n\r\nquestion"));
    assert_string_equal(a.body, "hello");
}

static void one_fetch_for_all(void **state)
{
    struct bench *b = *state;
    struct answer a[40];
    for (int i = 0; i < 20; i++)
        ask(b, "/length", 5, &a[i]);
    run(b);
    for (int i = 20; i < 40; i++)
        ask(b, "/length", 5, &a[i]);
    run(b);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(a[i].count, 1);
        assert_string_equal(a[i].body, "hello");
    }
    assert_int_equal(b->server.requests, 1);
    ask(b, "/length?other", 5, &a[0]);
    run(b);
    assert_int_equal(b->server.requests, 2);
}

/* Thirty silent ones: a few at a time, and each has its own deadline from when it is begun. */
static void few_at_a_time(void **state)
{
    struct bench *b = *state;
    struct answer a[30];
    char path[40];
    double began = now();
    for (int i = 0; i < 30; i++) {
        snprintf(path, sizeof path, "/silent%d", i);
        ask(b, path, 0.2, &a[i]);
    }
    assert_true(b->server.open <= 8);
    run(b);
    for (int i = 0; i < 30; i++)
        assert_int_equal(a[i].end, FETCH_SLOW);
    assert_int_equal(b->server.requests, 30);
    assert_true(now() - began > 0.75);
}

static void who_is_dropped_is_not_told(void **state)
{
    struct bench *b = *state;
    struct answer one, two, three;
    ask(b, "/silent", 10, &one);
    ask(b, "/silent", 10, &two);
    ask_url(b, "http://never.test/", 10, &three);
    fetcher_drop(b->fetcher, &one);
    fetcher_drop(b->fetcher, &three); /* while its name is asked for */
    assert_int_equal(b->dropped, 1);
    b->awaited = 0;
    ask(b, "/length", 5, &one);
    run(b);
    assert_int_equal(one.count, 1);
    fetcher_drop(b->fetcher, &two); /* the last who wanted it: it ends */
    fetcher_drop(b->fetcher, &two);
    ask(b, "/length", 5, &one); /* is kept, and ready: dropped before it is told */
    fetcher_drop(b->fetcher, &one);
    b->awaited = 0;
    ask(b, "/close", 5, &two);
    run(b);
    assert_int_equal(one.count, 0);
    assert_int_equal(two.end, FETCH_OK);
    ask(b, "/silent", 10, &three); /* and ends in the middle of it */
    fetcher_drop(NULL, &three);
    fetcher_free(NULL);
}

static void names(void **state)
{
    struct bench *b = *state;
    struct answer a;
    char url[100];
    b->names[0] = "224.0.0.1"; /* passed over: nobody is there */
    b->names[1] = "127.0.0.9"; /* nothing listens */
    b->names[2] = "127.0.0.1";
    snprintf(url, sizeof url, "http://ca.test:%d/length", b->server.port);
    ask_url(b, url, 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_OK);
    assert_non_null(strstr(b->server.last, "Host: ca.test:"));
    b->names[0] = NULL;
    ask_url(b, "http://gone.test/", 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_NO_NAME);
    assert_non_null(strstr(a.text, "does not exist"));
    assert_string_equal(a.address, "");
    ask_url(b, "http://never.test/", 0.1, &a);
    run(b);
    assert_int_equal(a.end, FETCH_NO_NAME);
    assert_int_equal(b->dropped, 1);
    ask_url(b, "http://127.0.0.9:9999/", 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_UNREACHABLE);
    assert_non_null(strstr(a.text, "refused"));
    ask_url(b, "ldap://ca.test/", 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_URL);
    assert_non_null(strstr(a.text, "ldap"));
}

/* Where it lies, and from where it may be asked. */
static void reaches(void **state)
{
    (void)state;
    static const struct { const char *address; enum reach reach; } rows[] = {
        { "8.8.8.8", REACH_PUBLIC }, { "172.15.0.1", REACH_PUBLIC }, { "172.32.0.1", REACH_PUBLIC },
        { "100.63.255.255", REACH_PUBLIC }, { "100.128.0.0", REACH_PUBLIC }, { "2001:4860::8888", REACH_PUBLIC },
        { "64:ff9b::8.8.8.8", REACH_PUBLIC }, { "::ffff:8.8.8.8", REACH_PUBLIC },
        { "10.1.2.3", REACH_PRIVATE }, { "172.16.0.1", REACH_PRIVATE }, { "172.31.255.255", REACH_PRIVATE },
        { "192.168.0.1", REACH_PRIVATE }, { "100.64.0.1", REACH_PRIVATE }, { "fd00::1", REACH_PRIVATE },
        { "::ffff:10.0.0.1", REACH_PRIVATE }, { "64:ff9b::192.168.1.1", REACH_PRIVATE },
        { "2002:a00:1::", REACH_PRIVATE }, { "64:ff9b:1::8.8.8.8", REACH_PRIVATE }, { "64:ff9b:1:a:b::1", REACH_PRIVATE },
        { "64:ff9b:2::1", REACH_PUBLIC },
        { "fec0::1", REACH_PRIVATE }, { "198.18.0.1", REACH_PRIVATE },
        { "169.254.169.254", REACH_LINK }, { "fe80::1", REACH_LINK }, { "::ffff:169.254.169.254", REACH_LINK },
        { "127.0.0.1", REACH_LOOPBACK }, { "127.255.0.1", REACH_LOOPBACK }, { "::1", REACH_LOOPBACK },
        { "::ffff:127.0.0.1", REACH_LOOPBACK }, { "2002:7f00:1::", REACH_LOOPBACK },
        { "0.0.0.0", REACH_NOWHERE }, { "224.0.0.1", REACH_NOWHERE }, { "255.255.255.255", REACH_NOWHERE },
        { "::", REACH_NOWHERE }, { "ff02::1", REACH_NOWHERE }, { "::7f00:1", REACH_NOWHERE },
        { "::ffff:0.0.0.0", REACH_NOWHERE },
    };
    static const char allowed[5][6] = { /* [endpoint][address]: public, private, link, loopback, nowhere */
        "y----", "yy---", "yyy--", "yy-y-", "y----" };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address to, from;
        assert_true(address_parse(rows[i].address, 80, &to));
        if (reach_of(&to.sa.sa) != rows[i].reach)
            fail_msg("%s is taken for %d", rows[i].address, reach_of(&to.sa.sa));
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            assert_true(address_parse(rows[k].address, 443, &from));
            assert_int_equal(reach_allowed(&to.sa.sa, &from.sa.sa), allowed[rows[k].reach][rows[i].reach] == 'y');
        }
    }
}

static void nobody_is_sent_home(void **state)
{
    struct bench *b = *state;
    struct answer a;
    char url[100];
    assert_true(address_parse("192.0.2.1", 443, &b->endpoint));
    snprintf(url, sizeof url, "http://127.0.0.1:%d/length", b->server.port);
    ask_url(b, url, 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_FORBIDDEN);
    assert_non_null(strstr(a.text, "this machine itself"));
    b->names[0] = "127.0.0.1";
    b->names[1] = "10.0.0.1";
    snprintf(url, sizeof url, "http://ca.test:%d/length", b->server.port);
    ask_url(b, url, 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_FORBIDDEN);
    assert_string_equal(a.address, "");
    assert_true(address_parse("127.0.0.1", 443, &b->endpoint)); /* that was not its answer for all */
    ask_url(b, url, 5, &a);
    run(b);
    assert_int_equal(a.end, FETCH_OK);
    assert_int_equal(b->server.requests, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* --- through a proxy ------------------------------------------------------------------------------ */

/* The server of the bench is the proxy. */
static void ask_through(struct bench *b, enum via_kind kind, const char *login, const char *url, struct answer *a)
{
    static const struct sockaddr elsewhere = { .sa_family = AF_UNSPEC };
    struct address proxy;
    struct via via = { .kind = kind, .shown = (char *)"http://proxy.test:3128" };
    assert_true(address_parse("127.0.0.1", b->server.port, &proxy));
    struct fetch_ask ask = { .url = url, .cap = CAP, .seconds = 5, .endpoint = &elsewhere, .via = &via, .login = login,
                             .proxy = &proxy.sa.sa, .proxy_len = proxy.n };
    *a = (struct answer){ .count = 0 };
    bench_of_answers = b;
    b->awaited++;
    fetcher_ask(b->fetcher, &ask, on_answer, a);
    run(b);
}

static void through_a_proxy(void **state)
{
    struct bench *b = *state;
    struct answer a;
    ask_through(b, VIA_HTTP, NULL, "http://ocsp.example.com/length", &a);
    assert_int_equal(a.end, FETCH_OK);
    assert_string_equal(a.body, "hello");
    assert_string_equal(a.address, "through http://proxy.test:3128");
    assert_true(text_starts(b->server.last, "GET http://ocsp.example.com/length HTTP/1.1\r\nHost: ocsp.example.com\r\n"));
    assert_null(strstr(b->server.last, "Proxy-Authorization"));
    ask_through(b, VIA_HTTP, "user:pa:ss", "http://192.0.2.1:81/length", &a); /* another login, another answer */
    assert_int_equal(a.end, FETCH_OK);
    assert_non_null(strstr(b->server.last, "Host: 192.0.2.1:81\r\nProxy-Authorization: Basic dXNlcjpwYTpzcw==\r\n"));
    ask_through(b, VIA_HTTP, NULL, "http://ocsp.example.com/407", &a);
    assert_int_equal(a.end, FETCH_UNREACHABLE);
    assert_non_null(strstr(a.text, "the proxy wants a login"));
}

static void through_a_proxy_is_not_directly(void **state)
{
    struct bench *b = *state;
    struct answer a;
    ask_through(b, VIA_HTTP, NULL, "http://192.0.2.1/length", &a);
    ask_through(b, VIA_HTTP, "user:pass", "http://192.0.2.1/length", &a);
    assert_int_equal(b->server.requests, 2);
    ask_through(b, VIA_HTTP, NULL, "http://192.0.2.1/length", &a);
    assert_int_equal(b->server.requests, 2); /* was asked before */
    assert_string_equal(a.body, "hello");
}

static void nowhere_through_a_proxy(void **state)
{
    static const char *const table[] = { "http://127.0.0.1/length", "http://[::1]/length", "http://10.0.0.1/length",
                                         "http://localhost/length", "http://ca.corp/length", "http://intranet/length",
                                         "http://169.254.169.254/length", "http://[::ffff:127.0.0.1]/length" };
    struct bench *b = *state;
    struct answer a;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ask_through(b, VIA_HTTP, NULL, table[i], &a);
        assert_int_equal(a.end, FETCH_FORBIDDEN);
        assert_string_equal(a.address, "");
    }
    ask_through(b, VIA_EXEC, NULL, "http://ocsp.example.com/length", &a);
    assert_int_equal(a.end, FETCH_FORBIDDEN);
    assert_non_null(strstr(a.text, "the command of via= leads to the endpoint alone"));
    assert_int_equal(b->server.requests, 0);
}

/* The server of the bench speaks no SOCKS. */
static void no_socks(void **state)
{
    struct bench *b = *state;
    struct answer a;
    ask_through(b, VIA_SOCKS5, NULL, "http://ocsp.example.com/length", &a);
    assert_int_equal(a.end, FETCH_UNREACHABLE);
    assert_int_equal(b->server.requests, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(through_a_proxy, setup, teardown),
        cmocka_unit_test_setup_teardown(through_a_proxy_is_not_directly, setup, teardown),
        cmocka_unit_test_setup_teardown(nowhere_through_a_proxy, setup, teardown),
        cmocka_unit_test_setup_teardown(no_socks, setup, teardown),
        TEST(each_way_is_told), TEST(types_and_requests), TEST(one_fetch_for_all), TEST(few_at_a_time),
        TEST(who_is_dropped_is_not_told), TEST(names), cmocka_unit_test(reaches), TEST(nobody_is_sent_home),
    };
    return cmocka_run_group_tests_name("probes/fetch", tests, NULL, NULL);
}
