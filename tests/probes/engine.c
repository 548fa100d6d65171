/* engine - tests of the engine against listeners of our own on loopback, served by the same loop: what
 * each kind of server is found to be, the caps, the deadlines, and ending it in the middle of anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/engine.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "tests/lib/mint.h"

#define PATIENCE 120.0 /* of a test, where only a broken program takes so long */
#define SLACK 1.5      /* seconds a deadline may be late on a busy machine */
#define COLUMNS_MAX 512
#define SERVERS_MAX 16
#define LATE 0.9
#define CONNS_MAX 1024

/* --- servers ------------------------------------------------------------------------------------ */

enum way {
    SILENT, DRIP, GARBAGE, CLOSE, CLOSE_AT_ONCE, RESET, ALERT, TLS, TLS_SPEAKS_HTTP,
    TLS_CHOKES, /* closes on status_request */
    TLS_STRICT, /* knows a.example alone */
    TLS_THIRD,  /* every third connection is closed */
    TLS_ONE,    /* all beside another one are */
    TLS_FIVE,   /* all after the fifth are */
    TLS_LATE,   /* begins after LATE seconds */
    NAME_RESET  /* resets on the name a.example, and answers others by an alert; what it sends may pass 255 hops */
};

struct bench;

struct peer { /* one accepted connection */
    struct server *server;
    int fd;
    struct ev_io io;
    struct ev_timer timer;
    gnutls_session_t tls;
    bool heard, shaken; /* a byte came; the handshake is over */
    size_t dripped;
    struct peer *next, **link;
};

struct server {
    struct bench *bench;
    enum way way;
    struct in_addr address;
    int fd, port;
    struct ev_io io;
};

struct bench { /* everything a test has */
    struct ev_loop *loop;
    struct engine *engine;
    struct engine_options options;
    struct session *session;
    struct server server[SERVERS_MAX];
    int servers;
    struct peer *peers;
    int open, open_max, heard, heard_max; /* connections now and at most; those that said something */
    unsigned long accepted;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    struct minted *cert;
    char *ca;
    /* what the sink saw */
    bool known[COLUMNS_MAX], gone[COLUMNS_MAX], busy[COLUMNS_MAX];
    int done[COLUMNS_MAX], facts[COLUMNS_MAX], forgets, troubles;
    double done_at[COLUMNS_MAX];
    char *wrong; /* the first event that came out of order */
    struct ev_prepare prepare;
    struct ev_timer patience;
    bool lost;
    double began;
    int asks;
};

static void peer_free(struct peer *p)
{
    struct bench *b = p->server->bench;
    b->open--;
    b->heard -= p->heard;
    ev_io_stop(b->loop, &p->io);
    ev_timer_stop(b->loop, &p->timer);
    if (p->tls)
        gnutls_deinit(p->tls);
    close(p->fd);
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    free(p);
}

/* A client that closes does so before it connects again, so those that are gone can be told at once:
 * the counts of silent servers are exact. */
static void peers_sweep(struct bench *b)
{
    for (struct peer *p = b->peers, *next; p; p = next) {
        char byte[2048];
        ssize_t n;
        next = p->next;
        struct pollfd end = { .fd = p->fd, .events = POLLRDHUP };
        if (p->server->way != SILENT) /* what these say is theirs */
            n = poll(&end, 1, 0) > 0 ? 0 : 1;
        else
            while ((n = recv(p->fd, byte, sizeof byte, MSG_DONTWAIT)) > 0)
                if (!p->heard) {
                    p->heard = true;
                    b->heard++;
                }
        if (n == 0 || (n < 0 && errno != EAGAIN))
            peer_free(p);
    }
    if (b->open > b->open_max)
        b->open_max = b->open;
    if (b->heard > b->heard_max)
        b->heard_max = b->heard;
}

static void peer_reset(struct peer *p)
{
    const struct linger now = { .l_onoff = 1 };
    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    peer_free(p);
}

static void peer_tls(struct peer *p)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nDate: Fri, 15 Jan 2027 08:00:03 GMT\r\nServer: test\r\n\r\n";
    char in[4096];
    if (!p->shaken) {
        int r = gnutls_handshake(p->tls);
        if (r < 0 && gnutls_error_is_fatal(r)) {
            gnutls_alert_send_appropriate(p->tls, r);
            peer_free(p);
        }
        if (r < 0)
            return;
        p->shaken = true;
    }
    ssize_t n;
    while ((n = gnutls_record_recv(p->tls, in, sizeof in)) > 0)
        if (p->server->way == TLS_SPEAKS_HTTP)
            gnutls_record_send(p->tls, answer, sizeof answer - 1);
    if (n == 0 || gnutls_error_is_fatal((int)n))
        peer_free(p);
}

static void on_peer(struct ev_loop *loop, struct ev_io *w, int events)
{
    static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
    struct peer *p = w->data;
    struct bench *b = p->server->bench;
    char in[8192];
    (void)loop;
    (void)events;
    if (p->tls) {
        peer_tls(p);
        return;
    }
    if (p->server->way == SILENT) {
        peers_sweep(b); /* p may be gone */
        return;
    }
    ssize_t n = recv(p->fd, in, sizeof in, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        peer_free(p);
        return;
    }
    if (p->server->way == CLOSE) {
        peer_free(p);
    } else if (p->server->way == RESET || (p->server->way == NAME_RESET && memmem(in, (size_t)n, "a.example", 9))) {
        peer_reset(p);
    } else if (p->server->way == ALERT || p->server->way == NAME_RESET) {
        send(p->fd, alert, sizeof alert, MSG_NOSIGNAL);
        peer_free(p);
    }
}

/* A ServerHello that comes a byte at a time and never gets anywhere. */
static void on_drip(struct ev_loop *loop, struct ev_timer *w, int events)
{
    static const uint8_t begin[] = { 22, 3, 3, 0x3f, 0xff, 2, 0, 0x3f, 0xfb, 3, 3 };
    struct peer *p = w->data;
    uint8_t byte = p->dripped < sizeof begin ? begin[p->dripped] : 0x55;
    (void)loop;
    (void)events;
    if (send(p->fd, &byte, 1, MSG_NOSIGNAL) == 1)
        p->dripped++;
}

/* Closes on a hello with status_request (5). */
static int on_extension(void *arg, unsigned type, const unsigned char *p, unsigned n)
{
    (void)p;
    (void)n;
    *(bool *)arg |= type == 5;
    return 0;
}

static int choke(gnutls_session_t s, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *m)
{
    bool chokes = false;
    (void)s;
    (void)when;
    if (incoming && type == GNUTLS_HANDSHAKE_CLIENT_HELLO)
        gnutls_ext_raw_parse(&chokes, on_extension, m, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
    return chokes ? GNUTLS_E_INTERNAL_ERROR : 0;
}

/* Knows a.example alone. */
static int mind_name(gnutls_session_t s)
{
    char name[64];
    size_t n = sizeof name;
    unsigned type;
    bool known = gnutls_server_name_get(s, name, &n, &type, 0) == 0 && text_is(name, "a.example");
    return known ? 0 : GNUTLS_E_UNRECOGNIZED_NAME;
}

static void on_peer(struct ev_loop *loop, struct ev_io *w, int events);
static void peer_begin(struct peer *p, enum way way);

static void on_late(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct peer *p = w->data;
    (void)events;
    peer_begin(p, TLS);
    ev_io_start(loop, &p->io);
}

static void peer_begin(struct peer *p, enum way way)
{
    struct server *v = p->server;
    struct bench *b = v->bench;
    switch (way) {
    case TLS_LATE:
        ev_io_stop(b->loop, &p->io);
        ev_set_cb(&p->timer, on_late);
        ev_timer_set(&p->timer, LATE, 0);
        ev_timer_start(b->loop, &p->timer);
        break;
    case GARBAGE: send(p->fd, "SSH-2.0-OpenSSH_9.2p1\r\n", 23, MSG_NOSIGNAL); break;
    case CLOSE_AT_ONCE: shutdown(p->fd, SHUT_WR); break;
    case DRIP: ev_timer_start(b->loop, &p->timer); break;
    case TLS_THIRD:
    case TLS_ONE:
    case TLS_FIVE:
        peers_sweep(b);
        if (v->way == TLS_ONE ? b->open > 1 : v->way == TLS_FIVE ? b->accepted > 5 : b->accepted % 3 == 0) {
            shutdown(p->fd, SHUT_WR);
            break;
        } /* fall through */
    case TLS:
    case TLS_CHOKES:
    case TLS_STRICT:
    case TLS_SPEAKS_HTTP:
        gnutls_init(&p->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
        gnutls_priority_set(p->tls, b->priority);
        gnutls_credentials_set(p->tls, GNUTLS_CRD_CERTIFICATE, b->credentials);
        gnutls_transport_set_int(p->tls, p->fd);
        if (v->way == TLS_CHOKES)
            gnutls_handshake_set_hook_function(p->tls, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, choke);
        if (v->way == TLS_STRICT)
            gnutls_handshake_set_post_client_hello_function(p->tls, mind_name);
        break;
    default: break;
    }
}

static void on_accept(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct server *v = w->data;
    struct bench *b = v->bench;
    (void)events;
    for (int fd; (fd = accept4(v->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct peer *p = mem_new(sizeof *p);
        *p = (struct peer){ .server = v, .fd = fd, .next = b->peers, .link = &b->peers };
        if (b->peers)
            b->peers->link = &p->next;
        b->peers = p;
        b->open++;
        b->accepted++;
        ev_io_init(&p->io, on_peer, fd, EV_READ);
        ev_timer_init(&p->timer, on_drip, 0.01, 0.02);
        p->io.data = p->timer.data = p;
        ev_io_start(loop, &p->io);
        peer_begin(p, v->way);
    }
    peers_sweep(b);
}

static struct server *serve_at(struct bench *b, enum way way, const char *address)
{
    struct server *v = &b->server[b->servers++];
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t n = sizeof a;
    assert_true(b->servers <= SERVERS_MAX);
    *v = (struct server){ .bench = b, .way = way };
    assert_int_equal(inet_pton(AF_INET, address, &a.sin_addr), 1);
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(v->fd >= 0);
    if (way == NAME_RESET)
        assert_int_equal(setsockopt(v->fd, IPPROTO_IP, IP_TTL, &(int){ 255 }, sizeof(int)), 0);
    assert_int_equal(bind(v->fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(v->fd, (struct sockaddr *)&a, &n), 0);
    assert_int_equal(listen(v->fd, 512), 0);
    v->port = ntohs(a.sin_port);
    ev_io_init(&v->io, on_accept, v->fd, EV_READ);
    v->io.data = v;
    ev_io_start(b->loop, &v->io);
    return v;
}

static struct server *serve(struct bench *b, enum way way)
{
    return serve_at(b, way, "127.0.0.1");
}

/* --- the sink ----------------------------------------------------------------------------------- */

static void event_wrong(struct bench *b, const struct event *ev, const char *why)
{
    if (!b->wrong)
        b->wrong = mem_format("kind %d, column %d, fact %s: %s", ev->kind, ev->column,
                              ev->kind == EVENT_FACT ? fact_table[ev->seen.fact].json : "-", why);
}

static void event_check(struct bench *b, const struct event *ev)
{
    int c = ev->column;
    if (ev->kind == EVENT_TROUBLE) {
        b->troubles++;
        return;
    }
    if (c < 1 || c >= COLUMNS_MAX) {
        event_wrong(b, ev, "no such column");
        return;
    }
    if (ev->kind != EVENT_COLUMN && !b->known[c])
        event_wrong(b, ev, "before the column is known");
    if (b->gone[c])
        event_wrong(b, ev, "after the column is gone");
    switch (ev->kind) {
    case EVENT_COLUMN: b->known[c] = true; break;
    case EVENT_BUSY: b->busy[c] = true; break;
    case EVENT_DONE:
        if (!b->busy[c])
            event_wrong(b, ev, "done without being busy");
        b->busy[c] = false;
        b->done[c]++;
        b->done_at[c] = ev_time();
        break;
    case EVENT_FACT:
        b->facts[c]++;
        if (b->done[c] && !b->busy[c])
            event_wrong(b, ev, "a fact after done");
        if (!ev->seen.probe || strcmp(probe_name(ev->seen.probe), ev->seen.probe) != 0)
            event_wrong(b, ev, "of a probe nobody knows");
        if (ev->seen.state == NOT_ASKED)
            event_wrong(b, ev, "not asked, but said");
        break;
    case EVENT_FORGET:
        b->forgets++;
        if (b->busy[c])
            event_wrong(b, ev, "forgotten while busy");
        break;
    case EVENT_GONE: b->gone[c] = true; break;
    default: event_wrong(b, ev, "no event of an engine"); break;
    }
}

/* As on a pipe: what can't travel as a line must not come out of an engine. */
static void on_event(void *arg, struct event *ev)
{
    struct bench *b = arg;
    struct err e = { "" };
    struct event read;
    event_check(b, ev);
    char *line = event_format(ev);
    if (event_parse(line, strlen(line), &read, &e)) {
        session_apply(b->session, &read);
        event_clear(&read);
    } else {
        event_wrong(b, ev, e.text);
    }
    free(line);
}

/* --- a bench ------------------------------------------------------------------------------------ */

static double frozen_wall(void) { return (double)MINT_NOW; }

static void bench_engine(struct bench *b)
{
    struct err e = { "" };
    b->engine = engine_new(b->loop, &b->options, (struct sink){ on_event, b }, &e);
    if (!b->engine)
        fail_msg("%s", e.text);
}

static int setup(void **state)
{
    struct bench *b = mem_new(sizeof *b);
    b->loop = ev_loop_new(EVFLAG_AUTO);
    b->session = session_new(0);
    engine_options_default(&b->options);
    b->options.timeout = 0.4;
    b->options.wall = frozen_wall;
    b->cert = mint(&(struct mint){ .cn = "a.example", .san = "dns:a.example" });
    char *pem = minted_pem(b->cert);
    b->ca = mint_file(pem, strlen(pem));
    free(pem);
    gnutls_certificate_allocate_credentials(&b->credentials);
    gnutls_certificate_set_x509_key(b->credentials, &b->cert->crt, 1, b->cert->key);
    gnutls_priority_init(&b->priority, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    engine_free(b->engine);
    while (b->peers)
        peer_free(b->peers);
    for (int i = 0; i < b->servers; i++) {
        ev_io_stop(b->loop, &b->server[i].io);
        close(b->server[i].fd);
    }
    gnutls_certificate_free_credentials(b->credentials);
    gnutls_priority_deinit(b->priority);
    minted_free(b->cert);
    unlink(b->ca);
    free(b->ca);
    free(b->wrong);
    session_free(b->session);
    ev_loop_destroy(b->loop);
    free(b);
    return 0;
}

static void ask(struct bench *b, const char *text)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    if (!ep)
        fail_msg("%s", e.text);
    if (!b->engine)
        bench_engine(b);
    engine_ask(b->engine, ++b->asks, ep);
    endpoint_free(ep);
}

static void ask_at(struct bench *b, const char *scheme, const char *address, const struct server *v)
{
    char *text = mem_format("%s://a.example:%d,at=%s,ca=%s", scheme, v->port, address, b->ca);
    ask(b, text);
    free(text);
}

static void ask_server(struct bench *b, const struct server *v)
{
    ask_at(b, "tls", "127.0.0.1", v);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct bench *b = w->data;
    (void)events;
    if (engine_idle(b->engine))
        ev_break(loop, EVBREAK_ALL);
}

static void on_patience(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)events;
    ((struct bench *)w->data)->lost = true;
    ev_break(loop, EVBREAK_ALL);
}

/* Runs the loop until the engine has nothing to do; how long that took. Every column is done then. */
static double run(struct bench *b)
{
    b->began = ev_time();
    ev_prepare_init(&b->prepare, on_prepare);
    b->prepare.data = b->patience.data = b;
    ev_now_update(b->loop);
    ev_timer_init(&b->patience, on_patience, PATIENCE, 0);
    b->patience.data = b;
    ev_prepare_start(b->loop, &b->prepare);
    ev_timer_start(b->loop, &b->patience);
    if (!engine_idle(b->engine))
        ev_run(b->loop, 0);
    ev_prepare_stop(b->loop, &b->prepare);
    ev_timer_stop(b->loop, &b->patience);
    assert_false(b->lost);
    assert_true(engine_idle(b->engine));
    if (b->wrong)
        fail_msg("%s", b->wrong);
    for (size_t i = 0; i < b->session->count; i++)
        assert_false(b->session->column[i]->busy);
    return ev_time() - b->began;
}

static const struct column *column(const struct bench *b, int id)
{
    const struct column *c = session_column(b->session, id);
    if (!c)
        fail_msg("there is no column %d", id);
    return c;
}

static void fact_is(const struct bench *b, int id, enum fact f, enum state state, const char *word)
{
    const struct column *c = column(b, id);
    const char *got = column_word(c, f);
    if (c->fact[f].state != state || (word && (!got || strcmp(got, word) != 0)))
        fail_msg("column %d: %s is %s \"%s\"", id, fact_table[f].json, state_words[c->fact[f].state], got ? got : "-");
}

static const char *failure_member(const struct bench *b, int id, const char *key)
{
    const char *s = json_string_value(json_object_get(column(b, id)->fact[FACT_FAILURE].value, key));
    return s ? s : "";
}

/* --- what servers are found to be --------------------------------------------------------------- */

static const struct {
    enum way way;
    const char *handshake, *stage;
    double least, most; /* how long it takes, in timeouts */
} ways[] = {
    { SILENT, "silent", "nothing", 0.9, 1 },
    { DRIP, "slow", "nothing", 0.9, 1 },
    { GARBAGE, "not-tls", "nothing", 0, 0.9 },
    { CLOSE, "closed", "nothing", 0, 0.9 },
    { CLOSE_AT_ONCE, "closed", "nothing", 0, 0.9 },
    { RESET, "reset", "nothing", 0, 0.9 },
    { ALERT, "alert", "nothing", 0, 0.9 },
};

/* Found out by surveys that nobody wanted here. */
static bool is_swept(enum fact f)
{
    static const enum fact swept[] = {
        FACT_VERSIONS, FACT_RELAXED, FACT_CIPHERS, FACT_ORDER, FACT_GROUPS, FACT_SIGALGS, FACT_DH, FACT_CERT_KEYS,
        FACT_ETM, FACT_COMPRESSION, FACT_FALLBACK, FACT_TOLERATES, FACT_CLIENTS, FACT_REPLAY, FACT_CLIENT_HELLO,
        FACT_CLIENT_END, FACT_EXPECTED, FACT_AIA, FACT_REVOCATION, FACT_ATTEMPTS, FACT_LOAD, FACT_SERVER_NAMES, FACT_VARIATIONS, FACT_PATH, FACT_LIMIT,
        FACT_CLIENT_GIVEN, FACT_HTTP_CERT, FACT_VIA, FACT_IDLE, FACT_OTHER_WAY, FACT_STARTTLS, FACT_SNTP
    };
    for (size_t i = 0; i < sizeof swept / sizeof *swept; i++)
        if (swept[i] == f)
            return true;
    return false;
}

static void each_way_is_told(void **state)
{
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int id = (int)i + 1;
        ask_server(b, serve(b, ways[i].way));
        double took = run(b);
        fact_is(b, id, FACT_CONNECT, STATE_YES, "connected");
        fact_is(b, id, FACT_HANDSHAKE, STATE_NO, ways[i].handshake);
        assert_int_equal(column(b, id)->fact[FACT_FAILURE].state, STATE_YES);
        assert_string_equal(failure_member(b, id, "kind"), ways[i].handshake);
        assert_string_equal(failure_member(b, id, "stage"), ways[i].stage);
        assert_int_equal(b->done[id], 1);
        if (took < ways[i].least * b->options.timeout || took > ways[i].most * b->options.timeout + SLACK)
            fail_msg("%s took %.2f s", ways[i].handshake, took);
        for (int f = 0; f < FACT_COUNT; f++) /* nothing stays open but what was not asked */
            assert_int_equal(column(b, id)->fact[f].state == NOT_ASKED, f == FACT_RESOLVE || is_swept((enum fact)f));
    }
    assert_string_equal(failure_member(b, 3, "protocol"), "SSH");
}

static void a_port_where_nobody_listens(void **state)
{
    struct bench *b = *state;
    struct server *v = serve(b, SILENT);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, so that nobody else gets it */
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    struct server none = { .port = ntohs(a.sin_port) };
    ask_server(b, &none);
    assert_true(run(b) < SLACK);
    fact_is(b, 1, FACT_CONNECT, STATE_NO, "refused");
    fact_is(b, 1, FACT_HANDSHAKE, COULD_NOT_ASK, NULL);
    assert_string_equal(failure_member(b, 1, "kind"), "refused");
    assert_string_equal(failure_member(b, 1, "stage"), "connect");
    assert_int_equal(b->done[1], 1);
    assert_int_equal(v->bench->accepted, 0);
    close(fd);
}

static void a_healthy_server(void **state)
{
    struct bench *b = *state;
    ask_server(b, serve(b, TLS));
    ask_at(b, "https", "127.0.0.1", serve(b, TLS_SPEAKS_HTTP));
    run(b);
    for (int id = 1; id <= 2; id++) {
        fact_is(b, id, FACT_CONNECT, STATE_YES, "connected");
        fact_is(b, id, FACT_ADDRESS_FROM, STATE_YES, "option");
        fact_is(b, id, FACT_HANDSHAKE, STATE_YES, "ok");
        fact_is(b, id, FACT_FAILURE, STATE_NO, NULL);
        fact_is(b, id, FACT_VERSION, STATE_YES, "tls1.3");
        fact_is(b, id, FACT_SNI, STATE_YES, "a.example");
        fact_is(b, id, FACT_SUBJECT, STATE_YES, "a.example");
        fact_is(b, id, FACT_NAME, STATE_YES, "a.example");
        fact_is(b, id, FACT_DATES, STATE_YES, "ok");
        fact_is(b, id, FACT_LATE, STATE_NO, NULL);
        fact_is(b, id, FACT_TICKET, STATE_NO, NULL);
        assert_int_equal(b->done[id], 1);
    }
    fact_is(b, 1, FACT_HTTP, NOT_ASKED, NULL); /* no HTTP bytes for tls:// */
    fact_is(b, 2, FACT_HTTP, STATE_YES, "200");
    const json_t *clock = column(b, 2)->fact[FACT_CLOCK].value;
    assert_true(json_number_value(json_object_get(clock, "seconds")) == 3.5); /* both clocks stand still */
    assert_true(json_number_value(json_object_get(clock, "uncertainty")) == 0.5);
    fact_is(b, 1, FACT_POST_QUANTUM, STATE_YES, "x25519");
    assert_int_equal(engine_connections(b->engine), 4); /* beside the handshake one hello of post-quantum size */
}

/* --- caps --------------------------------------------------------------------------------------- */

static void per_host_is_never_exceeded(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 0.3;
    b->options.per_host = 4;
    struct server *one = serve(b, SILENT), *two = serve(b, SILENT); /* ports of one machine share its cap */
    for (int i = 0; i < 24; i++)
        ask_server(b, i % 2 ? one : two);
    double took = run(b);
    assert_in_range(b->accepted, 24, 28); /* nothing more is sent to one that was silent already */
    assert_int_equal(b->open_max, 4);
    assert_true(took >= 0.9 * 24 / 4 * b->options.timeout);
    for (int id = 1; id <= 24; id++)
        fact_is(b, id, FACT_HANDSHAKE, STATE_NO, "silent");
}

static void other_hosts_have_their_own_cap(void **state)
{
    struct bench *b = *state;
    b->options.per_host = 1;
    struct server *v = serve_at(b, SILENT, "0.0.0.0");
    for (int i = 1; i <= 20; i++) {
        char address[32];
        snprintf(address, sizeof address, "127.0.3.%d", i);
        ask_at(b, "tls", address, v);
    }
    assert_true(run(b) < b->options.timeout + SLACK);
    assert_int_equal(b->open_max, 20);
}

static void jobs_are_never_exceeded(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 0.3;
    b->options.jobs = 3;
    struct server *v = serve_at(b, SILENT, "0.0.0.0");
    for (int i = 1; i <= 15; i++) {
        char address[32];
        snprintf(address, sizeof address, "127.0.4.%d", i);
        ask_at(b, "tls", address, v);
    }
    run(b);
    assert_int_equal(b->heard_max, 3); /* ClientHellos under way */
    for (int id = 1; id <= 15; id++)
        fact_is(b, id, FACT_HANDSHAKE, STATE_NO, "silent");
}

/* The versions survey makes six connections: they, too, keep to the cap. */
static void wants_keep_to_the_cap(void **state)
{
    struct bench *b = *state;
    static const bool all[FACT_COUNT] = { [FACT_VERSIONS] = true, [FACT_VERSION] = true };
    b->options.per_host = 2;
    struct server *v = serve(b, TLS);
    for (int i = 0; i < 5; i++) {
        ask_server(b, v);
        engine_want(b->engine, i + 1, all);
    }
    run(b);
    assert_int_equal(b->open_max, 2);
    assert_int_equal(b->accepted, 5 * (1 + 1 + 6));
    assert_int_equal(engine_connections(b->engine), 40);
}

/* As long as there are jobs enough: one that waits for an answer in vain has a place of its own. */
static void dead_columns_do_not_delay(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 2;
    b->options.jobs = 450;
    struct server *dead = serve_at(b, SILENT, "0.0.0.0"), *live = serve(b, TLS);
    for (int i = 1; i <= 200; i++) {
        char address[32];
        snprintf(address, sizeof address, "127.0.5.%d", i);
        ask_at(b, "tls", address, dead);
    }
    ask_server(b, live);
    run(b);
    fact_is(b, 201, FACT_HANDSHAKE, STATE_YES, "ok");
    for (int id = 1; id <= 200; id++) {
        fact_is(b, id, FACT_HANDSHAKE, STATE_NO, "silent");
        assert_true(b->done_at[201] < b->done_at[id]);
    }
    print_message("# the live one was done after %.3f s\n", b->done_at[201] - b->began);
}

/* What would tell why is found out while the handshake waits, by connections of its own. */
static void silence_is_paid_for_once(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 1.2;
    ask_server(b, serve(b, SILENT));
    double took = run(b);
    fact_is(b, 1, FACT_HANDSHAKE, STATE_NO, "silent");
    fact_is(b, 1, FACT_PATH, STATE_NO, NULL);
    assert_in_range(b->accepted, 2 + 5, 24);
    assert_true(took < b->options.timeout + SLACK);
    assert_int_equal(b->done[1], 1);
}

/* As long as the handshake is answered in time nothing else was asked, whatever came of it. */
static void late_is_not_silent(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 6;
    ask_server(b, serve(b, TLS_LATE));
    double took = run(b);
    fact_is(b, 1, FACT_HANDSHAKE, STATE_YES, "ok");
    fact_is(b, 1, FACT_PATH, NOT_ASKED, NULL);
    assert_true(b->accepted > 2); /* it was begun */
    assert_true(took < 2 * LATE + SLACK);
    static const bool path[FACT_COUNT] = { [FACT_PATH] = true };
    engine_want(b->engine, 1, path); /* and may be asked for itself */
    run(b);
    assert_int_not_equal(column(b, 1)->fact[FACT_PATH].state, NOT_ASKED);
}

/* Who has said anything is not silent: what a silent one is asked is not begun. */
static void slow_is_not_silent(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 1.2;
    ask_server(b, serve(b, DRIP));
    run(b);
    fact_is(b, 1, FACT_HANDSHAKE, STATE_NO, "slow");
    fact_is(b, 1, FACT_PATH, NOT_ASKED, NULL);
    assert_int_equal(b->accepted, 2); /* the handshake, and the hello of post-quantum size */
}

static void on_moment(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)w;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/* The loop for a moment; the engine is still at work after it. */
static void run_a_moment(struct bench *b, double seconds)
{
    struct ev_timer moment;
    ev_now_update(b->loop);
    ev_timer_init(&moment, on_moment, seconds, 0);
    ev_timer_start(b->loop, &moment);
    ev_run(b->loop, 0);
    ev_timer_stop(b->loop, &moment);
    assert_false(engine_idle(b->engine));
}

static void ended_beside_a_silent_handshake(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 30;
    b->options.per_host = 40;
    struct server *v = serve(b, SILENT);
    for (int i = 0; i < 3; i++)
        ask_server(b, v);
    run_a_moment(b, 0.7);
    engine_drop(b->engine, 1);
    run_a_moment(b, 1.5); /* by now what was found waits for the handshakes' end */
    engine_drop(b->engine, 2);
    engine_stop(b->engine);
    run(b);
    fact_is(b, 3, FACT_HANDSHAKE, COULD_NOT_ASK, NULL);
    assert_int_equal(b->done[3], 1);
}

static void max_time_ends_a_column(void **state)
{
    struct bench *b = *state;
    static const bool versions[FACT_COUNT] = { [FACT_VERSIONS] = true };
    b->options.timeout = 60;
    b->options.max_time = 0.3;
    ask_server(b, serve(b, SILENT));
    engine_want(b->engine, 1, versions);
    assert_true(run(b) < 0.3 + SLACK);
    /* It was not given its time, so its silence says nothing. */
    assert_int_equal(column(b, 1)->fact[FACT_HANDSHAKE].state, COULD_NOT_ASK);
    assert_int_equal(column(b, 1)->fact[FACT_FAILURE].state, NOT_ASKED);
    assert_int_equal(column(b, 1)->fact[FACT_VERSIONS].state, STATE_YES);
}

/* --- asking for more ---------------------------------------------------------------------------- */

#define SIX(word) word "," word "," word "," word "," word "," word
#define NO_VERSION "alert 70 protocol_version"
#define GNUTLS_VERSIONS NO_VERSION "," NO_VERSION "," NO_VERSION "," NO_VERSION ",accepted,accepted"

static void versions_are(const struct bench *b, int id, const char *want)
{
    static const char *const words[] = { "ssl2", "ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3" };
    struct text t = { 0 };
    const json_t *v = column(b, id)->fact[FACT_VERSIONS].value;
    assert_int_equal(json_object_size(v), 6);
    for (size_t i = 0; i < 6; i++) {
        const char *word = json_string_value(json_object_get(v, words[i]));
        text_addf(&t, "%s%s", i ? "," : "", word ? word : "-");
    }
    char *got = text_take(&t);
    assert_string_equal(got, want);
    free(got);
}

static void all_versions(void **state)
{
    struct bench *b = *state;
    static const bool versions[FACT_COUNT] = { [FACT_VERSIONS] = true };
    ask_server(b, serve(b, TLS));
    ask_server(b, serve(b, SILENT));
    ask_server(b, serve(b, RESET));
    ask_server(b, serve(b, CLOSE));
    ask_server(b, serve(b, ALERT));
    run(b);
    for (int id = 1; id <= 5; id++)
        engine_want(b->engine, id, versions);
    run(b);
    versions_are(b, 1, GNUTLS_VERSIONS);
    versions_are(b, 2, SIX("could-not-ask")); /* its silence was paid for already */
    versions_are(b, 3, SIX("reset"));
    versions_are(b, 4, SIX("closed"));
    versions_are(b, 5, SIX("alert 40 handshake_failure"));
    for (int id = 1; id <= 5; id++)
        assert_int_equal(b->done[id], 2);
    unsigned long made = engine_connections(b->engine);
    engine_want(b->engine, 1, versions); /* known already */
    run(b);
    assert_int_equal(engine_connections(b->engine), made);
    assert_int_equal(b->done[1], 3);
}

static void facts_without_a_probe(void **state)
{
    struct bench *b = *state;
    bool all[FACT_COUNT];
    memset(all, true, sizeof all);
    ask_at(b, "https", "127.0.0.1", serve(b, TLS_SPEAKS_HTTP));
    engine_want(b->engine, 1, all);
    engine_want(b->engine, 0, all); /* nobody's */
    engine_want(b->engine, -1, all);
    engine_want(b->engine, 99, all);
    run(b);
    for (int f = 0; f < FACT_COUNT; f++)
        assert_int_not_equal(column(b, 1)->fact[f].state, NOT_ASKED);
    fact_is(b, 1, FACT_RESOLVE, COULD_NOT_ASK, NULL);
    assert_int_equal(b->done[1], 1);
}

static void again_is_fresh(void **state)
{
    struct bench *b = *state;
    static const bool versions[FACT_COUNT] = { [FACT_VERSIONS] = true };
    struct server *v = serve(b, CLOSE);
    ask_server(b, v);
    engine_again(b->engine, 1); /* at work already: nothing */
    run(b);
    assert_int_equal(b->forgets, 0);
    fact_is(b, 1, FACT_HANDSHAKE, STATE_NO, "closed");
    engine_want(b->engine, 1, versions);
    run(b);
    v->way = TLS;
    engine_again(b->engine, 1);
    engine_again(b->engine, 1);
    engine_again(b->engine, 7);
    run(b);
    assert_int_equal(b->forgets, 1);
    assert_int_equal(b->done[1], 3);
    fact_is(b, 1, FACT_CONNECT, STATE_YES, "connected");
    fact_is(b, 1, FACT_HANDSHAKE, STATE_YES, "ok");
    fact_is(b, 1, FACT_FAILURE, STATE_NO, NULL);
    fact_is(b, 1, FACT_VERSIONS, NOT_ASKED, NULL);
    engine_want(b->engine, 1, versions);
    run(b);
    versions_are(b, 1, GNUTLS_VERSIONS);
}

static void one_column_per_address(void **state)
{
    struct bench *b = *state;
    struct server *v = serve_at(b, TLS, "0.0.0.0");
    char *addresses[] = { (char *)"127.0.6.1", (char *)"127.0.6.2", (char *)"not-one", (char *)"127.0.6.3",
                          (char *)"127.0.6.1" };
    struct resolve_rule rule = { .host = (char *)"A.example", .port = v->port, .address = addresses, .count = 5 };
    b->options.resolve = &rule;
    b->options.resolve_count = 1;
    char *text = mem_format("tls://a.example:%d,ca=%s", v->port, b->ca);
    ask(b, text);
    run(b);
    assert_int_equal(b->session->count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct column *c = b->session->column[i];
        assert_int_equal(c->ask, 1);
        assert_int_equal(c->nth, i);
        char *want = mem_format("127.0.6.%d:%d", (int)i + 1, v->port);
        assert_string_equal(c->address, want);
        free(want);
        fact_is(b, c->id, FACT_HANDSHAKE, STATE_YES, "ok");
        fact_is(b, c->id, FACT_ADDRESS_FROM, STATE_YES, "option");
        assert_int_equal(json_array_size(c->fact[FACT_RESOLVE].value), 3);
        assert_string_equal(b->session->evidence[c->fact[FACT_RESOLVE].evidence].text,
                            "a.example has 3 addresses, from option");
        assert_int_equal(b->done[c->id], 1);
    }
    engine_free(b->engine);
    b->options.first_address = true;
    memset(b->known, 0, sizeof b->known);
    memset(b->done, 0, sizeof b->done);
    session_free(b->session);
    b->session = session_new(0);
    bench_engine(b);
    ask(b, text);
    run(b);
    assert_int_equal(b->session->count, 1);
    free(text);
}

static void a_name_nobody_knows(void **state)
{
    struct bench *b = *state;
    static const bool versions[FACT_COUNT] = { [FACT_VERSIONS] = true };
    ask(b, "tls://no-such-host.invalid:443");
    engine_want(b->engine, 1, versions); /* while its name is being asked for */
    assert_true(run(b) < 2 * b->options.timeout + SLACK);
    fact_is(b, 1, FACT_RESOLVE, STATE_NO, NULL);
    fact_is(b, 1, FACT_CONNECT, COULD_NOT_ASK, NULL);
    fact_is(b, 1, FACT_HANDSHAKE, COULD_NOT_ASK, NULL);
    fact_is(b, 1, FACT_VERSIONS, COULD_NOT_ASK, NULL);
    assert_string_equal(failure_member(b, 1, "stage"), "resolve");
    assert_int_equal(b->done[1], 1);
    engine_again(b->engine, 1);
    run(b);
    fact_is(b, 1, FACT_RESOLVE, STATE_NO, NULL);
    assert_int_equal(b->done[1], 2);
}

static void a_ca_file_that_is_not_there(void **state)
{
    struct bench *b = *state;
    ask(b, "tls://a.example:1,at=127.0.0.1,ca=/nonexistent/ca.pem");
    run(b);
    assert_int_equal(b->troubles, 1);
    assert_int_equal(b->session->count, 0);
}

/* --- ending it ---------------------------------------------------------------------------------- */

static void stop_answers_everything(void **state)
{
    struct bench *b = *state;
    bool time[FACT_COUNT] = { [FACT_SNTP] = true }; /* which needs no address: it waits for one all the same */
    b->options.timeout = 60;
    b->options.per_host = 3;
    struct server *v = serve(b, SILENT);
    b->options.sntp = "127.0.0.1";
    b->options.sntp_port = v->port;
    for (int i = 0; i < 10; i++)
        ask_server(b, v);
    while (b->heard < 3)
        ev_run(b->loop, EVRUN_ONCE);
    ask(b, "tls://no-such-host.invalid:443");
    engine_want(b->engine, 11, time);
    engine_stop(b->engine);
    assert_true(engine_idle(b->engine));
    assert_true(run(b) < SLACK);
    for (int id = 1; id <= 11; id++) {
        assert_int_equal(b->done[id], 1);
        assert_int_not_equal(column(b, id)->fact[FACT_HANDSHAKE].state, NOT_ASKED);
    }
    fact_is(b, 1, FACT_HANDSHAKE, COULD_NOT_ASK, NULL);
    fact_is(b, 11, FACT_SNTP, COULD_NOT_ASK, NULL);
    v->way = CLOSE; /* it is of use still */
    engine_again(b->engine, 1);
    run(b);
    fact_is(b, 1, FACT_HANDSHAKE, STATE_NO, "closed");
}

static void drop_frees_its_place(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 60;
    b->options.per_host = 1;
    struct server *dead = serve(b, SILENT), *live = serve(b, TLS);
    ask_server(b, dead);
    ask_server(b, live); /* waits for the place of the first */
    ask_server(b, dead);
    while (b->heard < 1)
        ev_run(b->loop, EVRUN_ONCE);
    engine_drop(b->engine, 3);
    engine_drop(b->engine, 1);
    engine_drop(b->engine, 1);
    engine_drop(b->engine, 55);
    assert_true(run(b) < SLACK);
    assert_true(b->gone[1] && b->gone[3]);
    assert_int_equal(b->done[1] + b->done[3], 0);
    assert_int_equal(b->session->count, 1);
    fact_is(b, 2, FACT_HANDSHAKE, STATE_YES, "ok");
}

struct dice { unsigned seed; };

static unsigned throw(struct dice *d, unsigned sides)
{
    d->seed = d->seed * 1103515245u + 12345u;
    return (d->seed >> 16) % sides;
}

static void do_anything(struct bench *b, struct dice *d)
{
    bool wanted[FACT_COUNT];
    int id = 1 + (int)throw(d, (unsigned)b->asks + 2);
    for (int f = 0; f < FACT_COUNT; f++)
        wanted[f] = throw(d, 3) == 0;
    switch (throw(d, 10)) {
    case 0:
    case 1: engine_drop(b->engine, id); break;
    case 2: engine_again(b->engine, id); break;
    case 3: engine_stop(b->engine); break;
    case 4: ask_server(b, &b->server[throw(d, (unsigned)b->servers)]); break;
    case 5: engine_load(b->engine, id, (int)throw(d, 20)); break;
    case 6: engine_enumerate(b->engine, id); break;
    default: engine_want(b->engine, id, wanted); break;
    }
}

/* A column that goes leaves its turn at an address to the others. */
static void dropped_beside_another(void **state)
{
    struct bench *b = *state;
    b->options.per_host = 1;
    b->options.depth_full = true;
    struct server *v = serve(b, ALERT);
    for (int steps = 1; steps <= 40; steps++) {
        b->asks = 0;
        bench_engine(b);
        ask_server(b, v);
        ask_server(b, v);
        for (int i = 0; i < steps; i++)
            ev_run(b->loop, EVRUN_ONCE);
        engine_drop(b->engine, 1);
        run(b);
        engine_free(b->engine);
        b->engine = NULL;
        session_free(b->session);
        b->session = session_new(0);
        memset(b->known, 0, sizeof b->known);
        memset(b->gone, 0, sizeof b->gone);
        memset(b->busy, 0, sizeof b->busy);
        memset(b->done, 0, sizeof b->done);
    }
}

/* What goes through layers of all kinds: each may be dropped while it is being opened. */
static void ask_around(struct bench *b, struct dice *d)
{
    static const char *const forms[] = { "tls://a.test:443,via=exec:cat", "tls://a.test:443,via=exec:sleep 60",
        "tls://a.test:443,via=exec:false", "https://a.test,via=http://127.0.0.1:%d", "tls://a.test:1,via=socks5://127.0.0.1:%d",
        "smtp://127.0.0.1:%d", "mssql://127.0.0.1:%d", "rdp://127.0.0.1:%d", "smtp://a.test,via=exec:cat",
        "mx://no-such-host.invalid" };
    const char *form = forms[throw(d, sizeof forms / sizeof *forms)], *at = strstr(form, "%d");
    int port = b->server[throw(d, (unsigned)b->servers)].port;
    char *text = at ? mem_format("%.*s%d", (int)(at - form), form, port) : mem_string(form);
    ask(b, text);
    free(text);
}

/* Everything at once, ended at any moment: what leaks or is used after its end, a sanitizer tells. */
static void ended_in_the_middle(void **state)
{
    struct bench *b = *state;
    static const enum way all[] = { SILENT, DRIP, GARBAGE, CLOSE, CLOSE_AT_ONCE, RESET, ALERT, TLS, TLS_SPEAKS_HTTP };
    b->options.timeout = 0.05;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        serve(b, all[i]);
    for (unsigned round = 0; round < 150; round++) {
        struct dice d = { round * 2654435761u };
        b->options.per_host = 1 + (int)throw(&d, 6);
        b->options.jobs = 1 + (int)throw(&d, 6);
        b->options.depth_full = throw(&d, 3) == 0;
        b->options.max_time = throw(&d, 3) == 0 ? 0.05 : 2;
        b->options.sntp = throw(&d, 3) == 0 ? throw(&d, 2) ? "127.0.0.1" : "no-such-host.invalid" : NULL;
        b->options.sntp_port = b->server[0].port; /* nobody answers UDP there */
        bench_engine(b);
        b->asks = 0;
        for (unsigned i = throw(&d, 14); i > 0; i--)
            ask_at(b, throw(&d, 2) ? "https" : "tls", "127.0.0.1", &b->server[throw(&d, (unsigned)b->servers)]);
        if (throw(&d, 4) == 0)
            ask(b, "tls://no-such-host.invalid:443");
        for (unsigned i = throw(&d, 5); i > 0; i--)
            ask_around(b, &d);
        for (unsigned steps = throw(&d, 40); steps > 0; steps--) {
            if (throw(&d, 5) == 0)
                do_anything(b, &d);
            ev_run(b->loop, EVRUN_NOWAIT);
        }
        if (throw(&d, 3) == 0)
            run(b);
        engine_free(b->engine);
        b->engine = NULL;
        ev_run(b->loop, EVRUN_NOWAIT);
        if (b->wrong)
            fail_msg("round %u: %s", round, b->wrong);
        session_free(b->session);
        b->session = session_new(0);
        memset(b->known, 0, sizeof b->known);
        memset(b->gone, 0, sizeof b->gone);
        memset(b->busy, 0, sizeof b->busy);
        memset(b->done, 0, sizeof b->done);
    }
    engine_free(NULL);
}

/* A TLS server says in TLS that it does not know a PROXY header: that is no answer to the hello behind it. */
static void no_header_is_wanted(void **state)
{
    struct bench *b = *state;
    bool idle[FACT_COUNT] = { [FACT_IDLE] = true };
    ask_server(b, serve(b, TLS));
    run(b);
    engine_want(b->engine, 1, idle);
    run(b);
    const struct seen *seen = &column(b, 1)->fact[FACT_IDLE];
    assert_int_equal(seen->state, STATE_YES);
    assert_string_equal(json_string_value(json_object_get(seen->value, "went")), "waits");
    assert_true(json_is_false(json_object_get(seen->value, "header")));
}

/* The certificate was renewed, its key was not put in place with it. */
static void a_key_of_another_certificate(void **state)
{
    struct bench *b = *state;
    struct minted *other = mint(&(struct mint){ .san = "dns:a.example" });
    gnutls_certificate_free_credentials(b->credentials);
    gnutls_certificate_allocate_credentials(&b->credentials);
    gnutls_certificate_set_flags(b->credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
    gnutls_certificate_set_x509_key(b->credentials, &b->cert->crt, 1, other->key);
    ask_server(b, serve(b, TLS));
    run(b);
    fact_is(b, 1, FACT_HANDSHAKE, STATE_NO, "bad-signature");
    assert_string_equal(json_string_value(json_object_get(column(b, 1)->fact[FACT_FAILURE].value, "kind")), "bad-signature");
    minted_free(other);
}

/* A server whose certificate names an issuer at `from`, who is no HTTP server or says nothing. */
static struct server *serve_lacking(struct bench *b, const struct server *from)
{
    char *aia = mem_format("http://127.0.0.1:%d/issuer.cer", from->port);
    struct minted *ca = mint(&(struct mint){ .cn = "An issuer", .ca = true });
    minted_free(b->cert);
    b->cert = mint(&(struct mint){ .san = "dns:a.example", .issuer = ca, .aia = aia });
    gnutls_certificate_free_credentials(b->credentials);
    gnutls_certificate_allocate_credentials(&b->credentials);
    gnutls_certificate_set_x509_key(b->credentials, &b->cert->crt, 1, b->cert->key);
    minted_free(ca);
    free(aia);
    return serve(b, TLS);
}

static void want_issuers(struct bench *b, int id)
{
    bool wanted[FACT_COUNT] = { [FACT_AIA] = true };
    engine_want(b->engine, id, wanted);
}

/* One answer serves all columns, and no column waits longer than it has to. */
static void issuers_are_fetched_once(void **state)
{
    struct bench *b = *state;
    struct server *from = serve(b, CLOSE), *v = serve_lacking(b, from);
    for (int i = 0; i < 10; i++)
        ask_server(b, v);
    run(b);
    unsigned long before = b->accepted;
    for (int id = 1; id <= 10; id++)
        want_issuers(b, id);
    assert_true(run(b) < SLACK);
    for (int id = 1; id <= 10; id++) {
        const struct seen *seen = &column(b, id)->fact[FACT_AIA];
        const json_t *hop = json_array_get(json_object_get(seen->value, "hops"), 0);
        fact_is(b, id, FACT_TRUST, STATE_NO, "issuer-unknown");
        assert_int_equal(seen->state, STATE_NO);
        assert_string_equal(json_string_value(json_object_get(hop, "answer")), "broken");
    }
    assert_int_equal(b->accepted - before, 1);
}

static void issuers_are_not_waited_for(void **state)
{
    struct bench *b = *state;
    struct server *from = serve(b, SILENT), *v = serve_lacking(b, from);
    ask_server(b, v);
    run(b);
    want_issuers(b, 1);
    assert_true(run(b) < b->options.timeout + SLACK);
    assert_int_equal(column(b, 1)->fact[FACT_AIA].state, COULD_NOT_ASK);
    assert_int_equal(b->open, 0); /* no connection stays */
}

static void offline_fetches_nothing(void **state)
{
    struct bench *b = *state;
    struct server *from = serve(b, SILENT), *v = serve_lacking(b, from);
    b->options.offline = true;
    ask_server(b, v);
    run(b);
    unsigned long before = b->accepted;
    want_issuers(b, 1);
    run(b);
    assert_int_equal(column(b, 1)->fact[FACT_AIA].state, COULD_NOT_ASK);
    assert_int_equal(b->accepted, before);
}

/* Dropped, stopped, and ended with its engine, each while an issuer is being fetched. */
static void ended_while_fetching(void **state)
{
    struct bench *b = *state;
    struct server *from = serve(b, SILENT), *v = serve_lacking(b, from);
    b->options.timeout = 60;
    for (int i = 0; i < 3; i++)
        ask_server(b, v);
    run(b);
    for (int id = 1; id <= 3; id++)
        want_issuers(b, id);
    for (int i = 0; i < 1000 && !b->heard; i++)
        ev_run(b->loop, EVRUN_ONCE);
    assert_int_equal(b->heard, 1);
    engine_drop(b->engine, 1);
    assert_true(b->gone[1]);
    assert_false(engine_idle(b->engine));
    engine_stop(b->engine);
    assert_true(engine_idle(b->engine));
    for (int id = 2; id <= 3; id++)
        assert_int_equal(column(b, id)->fact[FACT_AIA].state, COULD_NOT_ASK);
    while (b->peers) /* an answer that nobody waits for any more */
        peer_free(b->peers);
    for (int i = 0; i < 20; i++)
        ev_run(b->loop, EVRUN_NOWAIT);
    engine_again(b->engine, 2);
    run(b);
    want_issuers(b, 2);
    for (int i = 0; i < 20; i++)
        ev_run(b->loop, EVRUN_NOWAIT);
} /* the rest is teardown's */

/* --- the handshake once more -------------------------------------------------------------------- */

static const json_t *member_of(const struct bench *b, int id, enum fact f, const char *key)
{
    return json_object_get(column(b, id)->fact[f].value, key);
}

static const char *went_of(const struct bench *b, int id, enum fact f, const char *key)
{
    const char *s = json_string_value(json_object_get(member_of(b, id, f, key), "went"));
    return s ? s : "";
}

static void want(struct bench *b, int id, enum fact f)
{
    bool wanted[FACT_COUNT] = { false };
    wanted[f] = true;
    engine_want(b->engine, id, wanted);
    run(b);
}

static void counts_are(const struct bench *b, int id, int made, int failed)
{
    assert_int_equal(json_integer_value(member_of(b, id, FACT_ATTEMPTS, "made")), made);
    assert_int_equal(json_integer_value(member_of(b, id, FACT_ATTEMPTS, "failed")), failed);
}

static void tries_are_counted(void **state)
{
    struct bench *b = *state;
    b->options.tries = 9;
    b->options.per_host = 3;
    ask_server(b, serve(b, TLS));
    run(b);
    fact_is(b, 1, FACT_ATTEMPTS, STATE_YES, NULL);
    counts_are(b, 1, 9, 0);
    const json_t *alone = member_of(b, 1, FACT_ATTEMPTS, "alone"), *beside = member_of(b, 1, FACT_ATTEMPTS, "beside");
    assert_int_equal(json_integer_value(json_object_get(alone, "made")), 5);
    assert_int_equal(json_integer_value(json_object_get(beside, "made")), 4);
    assert_int_equal(json_array_size(member_of(b, 1, FACT_ATTEMPTS, "groups")), 1);
    assert_in_range(b->open_max, 1, 3);
}

static void a_third_fails(void **state)
{
    struct bench *b = *state;
    b->options.tries = 30;
    ask_server(b, serve(b, TLS_THIRD));
    run(b);
    fact_is(b, 1, FACT_ATTEMPTS, STATE_NO, NULL);
    const json_t *groups = member_of(b, 1, FACT_ATTEMPTS, "groups"), *good = json_array_get(groups, 0);
    int failed = (int)json_integer_value(member_of(b, 1, FACT_ATTEMPTS, "failed"));
    assert_in_range(failed, 9, 11); /* other questions take their turn as well */
    counts_are(b, 1, 30, failed);
    assert_int_equal(json_array_size(groups), 2);
    assert_string_equal(json_string_value(json_object_get(good, "outcome")), "ok");
    assert_int_equal(json_integer_value(json_object_get(good, "count")), 30 - failed);
    assert_string_equal(json_string_value(json_object_get(json_array_get(groups, 1), "outcome")), "closed");
    assert_true(json_is_null(member_of(b, 1, FACT_ATTEMPTS, "limit")));
}

static void tries_that_nobody_answers(void **state)
{
    struct bench *b = *state;
    b->options.tries = 12;
    b->options.timeout = 0.2;
    ask_server(b, serve(b, SILENT));
    double took = run(b);
    counts_are(b, 1, 12, 12);
    assert_true(took < 6 * b->options.timeout + SLACK); /* not one after the other */
}

static void a_dozen_where_nothing_is_said(void **state)
{
    struct bench *b = *state;
    ask_server(b, serve(b, TLS));
    run(b);
    fact_is(b, 1, FACT_ATTEMPTS, NOT_ASKED, NULL);
    want(b, 1, FACT_ATTEMPTS);
    counts_are(b, 1, 12, 0);
}

static void names_are_tried(void **state)
{
    struct bench *b = *state;
    ask_server(b, serve(b, TLS_STRICT));
    char *text = mem_format("tls://a.example:%d,at=127.0.0.1,sni=b.example,name=a.example,ca=%s", b->server[0].port,
                            b->ca);
    ask(b, text);
    free(text);
    run(b);
    for (int id = 1; id <= 2; id++) {
        want(b, id, FACT_SERVER_NAMES);
        fact_is(b, id, FACT_SERVER_NAMES, STATE_YES, NULL);
        assert_string_equal(went_of(b, id, FACT_SERVER_NAMES, "none"), "alert 112 unrecognized_name");
        assert_string_equal(went_of(b, id, FACT_SERVER_NAMES, "other"), "alert 112 unrecognized_name");
        assert_true(json_is_null(member_of(b, id, FACT_SERVER_NAMES, "address")));
    }
    assert_string_equal(went_of(b, 1, FACT_SERVER_NAMES, "sent"), "ok");
    assert_true(json_is_null(member_of(b, 1, FACT_SERVER_NAMES, "right"))); /* it was sent */
    assert_string_equal(went_of(b, 2, FACT_SERVER_NAMES, "sent"), "alert 112 unrecognized_name");
    assert_string_equal(went_of(b, 2, FACT_SERVER_NAMES, "right"), "ok");
    assert_true(json_is_true(json_object_get(member_of(b, 2, FACT_SERVER_NAMES, "right"), "fits")));
}

static void status_request_chokes(void **state)
{
    struct bench *b = *state;
    ask_server(b, serve(b, TLS_CHOKES));
    ask_server(b, serve(b, TLS));
    run(b);
    for (int id = 1; id <= 2; id++) {
        want(b, id, FACT_VARIATIONS);
        fact_is(b, id, FACT_VARIATIONS, STATE_YES, NULL);
        assert_string_equal(went_of(b, id, FACT_VARIATIONS, "no-status-request"), "ok");
        assert_true(json_is_null(member_of(b, id, FACT_VARIATIONS, "no-alpn"))); /* none is offered */
    }
    assert_string_not_equal(went_of(b, 1, FACT_VARIATIONS, "as-is"), "ok");
    assert_string_equal(went_of(b, 2, FACT_VARIATIONS, "as-is"), "ok");
}

/* A server that takes one connection at a time, and one that takes so many and no more: our own doing. */
static void limits_are_told(void **state)
{
    static const struct { enum way way; const char *limit; } rows[] = { { TLS_ONE, "at-once" }, { TLS_FIVE, "rate" } };
    struct bench *b = *state;
    b->options.tries = 16;
    assert_true(engine_options_only(&b->options, "tries"));
    for (int i = 0; i < 2; i++) {
        b->accepted = 0;
        ask_server(b, serve(b, rows[i].way));
        run(b);
        fact_is(b, i + 1, FACT_ATTEMPTS, STATE_NO, NULL);
        const char *limit = json_string_value(member_of(b, i + 1, FACT_ATTEMPTS, "limit"));
        if (!limit || strcmp(limit, rows[i].limit) != 0)
            fail_msg("%s, not %s", limit ? limit : "none", rows[i].limit);
    }
    counts_are(b, 2, 16, 11);
}

/* Whatever is found, one that answers now so, now so is not settled. */
static void differences_by_chance(void **state)
{
    struct bench *b = *state;
    int unsure = 0;
    ask_server(b, serve(b, TLS_THIRD));
    run(b);
    for (int i = 0; i < 6; i++) {
        want(b, 1, FACT_VARIATIONS);
        enum state is = column(b, 1)->fact[FACT_VARIATIONS].state;
        bool fails = strcmp(went_of(b, 1, FACT_VARIATIONS, "as-is"), "ok") != 0;
        bool helps = fails && strcmp(went_of(b, 1, FACT_VARIATIONS, "no-status-request"), "ok") == 0;
        assert_false(helps && is == STATE_YES);
        unsure += is == UNSURE;
        b->accepted++; /* so that it is another one's turn */
        engine_again(b->engine, 1);
        run(b);
    }
    assert_in_range(unsure, 1, 6);
}

static void nobody_is_there_again(void **state)
{
    struct bench *b = *state;
    struct server *v = serve(b, CLOSE_AT_ONCE);
    ev_io_stop(b->loop, &v->io);
    shutdown(v->fd, SHUT_RDWR); /* from now on connections are refused */
    ask_server(b, v);
    run(b);
    want(b, 1, FACT_ATTEMPTS);
    want(b, 1, FACT_SERVER_NAMES);
    fact_is(b, 1, FACT_ATTEMPTS, COULD_NOT_ASK, NULL);
    fact_is(b, 1, FACT_SERVER_NAMES, COULD_NOT_ASK, NULL);
}

/* --- load, path --------------------------------------------------------------------------------- */

/* However few jobs there were before: what the fact says of a step was so. */
static void load_is_at_once(void **state)
{
    struct bench *b = *state;
    b->options.jobs = 3;
    b->options.timeout = 10;
    ask_server(b, serve(b, TLS));
    run(b);
    b->open_max = 0;
    engine_load(b->engine, 1, 16);
    run(b);
    fact_is(b, 1, FACT_LOAD, STATE_YES, NULL);
    const json_t *steps = member_of(b, 1, FACT_LOAD, "steps");
    const json_t *last = json_array_get(steps, json_array_size(steps) - 1);
    assert_int_equal(json_integer_value(json_object_get(last, "at_once")), 16);
    assert_int_equal(b->open_max, 16);
}

static int path_connections(const struct bench *b)
{
    return (int)json_integer_value(member_of(b, 1, FACT_PATH, "connections"));
}

/* Answers and resets of a server whose packets have the largest time to live of all. */
static void path_of_the_longest_reach(void **state)
{
    struct bench *b = *state;
    ask_server(b, serve(b, NAME_RESET));
    run(b);
    engine_enumerate(b->engine, 1); /* more connections than --depth quick has */
    run(b);
    want(b, 1, FACT_PATH);
    for (int i = 0; i < 3 && path_connections(b) > 9; i++) { /* a busy machine may well miss an answer */
        engine_again(b->engine, 1);
        run(b);
        want(b, 1, FACT_PATH);
    }
    fact_is(b, 1, FACT_PATH, STATE_YES, NULL);
    assert_string_equal(json_string_value(member_of(b, 1, FACT_PATH, "trigger")), "name");
    const json_t *ttl = member_of(b, 1, FACT_PATH, "ttl");
    assert_int_equal(json_integer_value(json_object_get(ttl, "answers")), 255);
    assert_int_equal(json_integer_value(json_object_get(ttl, "ended_by")), 255);
    assert_true(json_is_false(json_object_get(ttl, "differs")));
    assert_in_range(path_connections(b), 1, 9); /* the same number is the first that is looked for */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_way_is_told),
        TEST(a_port_where_nobody_listens),
        TEST(a_healthy_server),
        TEST(per_host_is_never_exceeded),
        TEST(other_hosts_have_their_own_cap),
        TEST(jobs_are_never_exceeded),
        TEST(wants_keep_to_the_cap),
        TEST(dead_columns_do_not_delay),
        TEST(silence_is_paid_for_once),
        TEST(late_is_not_silent),
        TEST(slow_is_not_silent),
        TEST(ended_beside_a_silent_handshake),
        TEST(max_time_ends_a_column),
        TEST(all_versions),
        TEST(facts_without_a_probe),
        TEST(again_is_fresh),
        TEST(one_column_per_address),
        TEST(a_name_nobody_knows),
        TEST(a_ca_file_that_is_not_there),
        TEST(stop_answers_everything),
        TEST(drop_frees_its_place),
        TEST(dropped_beside_another),
        TEST(no_header_is_wanted), TEST(a_key_of_another_certificate), TEST(issuers_are_fetched_once),
        TEST(issuers_are_not_waited_for),
        TEST(offline_fetches_nothing),
        TEST(ended_while_fetching),
        TEST(tries_are_counted),
        TEST(a_third_fails),
        TEST(tries_that_nobody_answers),
        TEST(a_dozen_where_nothing_is_said),
        TEST(names_are_tried),
        TEST(status_request_chokes),
        TEST(limits_are_told),
        TEST(differences_by_chance),
        TEST(nobody_is_there_again),
        TEST(load_is_at_once), TEST(path_of_the_longest_reach),
        TEST(ended_in_the_middle),
    };
    return cmocka_run_group_tests_name("probes/engine", tests, NULL, NULL);
}
