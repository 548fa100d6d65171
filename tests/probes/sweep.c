/* sweep - tests of the surveys against a pretended server on loopback, served by the same loop: it reads a
 * ClientHello and answers by rules a test can choose, so what comes out must be those rules, exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/engine.h"
#include "probes/sweep.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/model/session.h"
#include "src/wire/names.h"

#define PATIENCE 60.0
#define HELLO_CAP 20000

enum refuse { BY_ALERT, BY_CLOSE, BY_RESET, BY_SILENCE };

/* The rules. Lists are 0-terminated. */
struct rules {
    unsigned versions;             /* bit per version_index */
    const uint16_t *suites;        /* in the server's order */
    const uint16_t *groups;        /* in the server's order */
    bool client_order;
    enum refuse refuse;            /* what it can't serve */
    int limit;                     /* more connections than so many at once are cut off by `cut`; 0: any number */
    enum refuse cut;
    uint16_t insists;              /* chooses this suite, offered or not; 0: no */
    uint16_t silent_version;       /* never answers a hello whose best version this is */
    int at_once_max;               /* what a hello may hold of suites before it is refused; 0: any number */
};

struct hello_read {
    uint16_t legacy, best;
    bool tls13;
    uint16_t suites[1000], groups[200];
};

struct peer {
    struct bench *bench;
    int fd;
    struct ev_io io;
    struct buf in;
    bool cut;
    struct peer *next, **link;
};

struct bench {
    struct ev_loop *loop;
    struct engine *engine;
    struct engine_options options;
    struct session *session;
    struct rules rules;
    struct peer *peers;
    int fd, port, open, open_max, seen, suites_max;
    struct ev_io io;
    struct ev_prepare prepare;
    struct ev_timer patience;
    bool lost;
};

/* --- the pretended server ----------------------------------------------------------------------- */

static void peer_free(struct peer *p)
{
    p->bench->open--;
    ev_io_stop(p->bench->loop, &p->io);
    close(p->fd);
    buf_free(&p->in);
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    free(p);
}

static void peer_refuse(struct peer *p, enum refuse how)
{
    static const uint8_t alert[] = { 21, 3, 1, 0, 2, 2, 40 };
    const struct linger now = { .l_onoff = 1 };
    if (how == BY_SILENCE)
        return;
    if (how == BY_ALERT)
        send(p->fd, alert, sizeof alert, MSG_NOSIGNAL); /* the client may be gone */
    if (how == BY_RESET)
        setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    peer_free(p);
}

static void read_list(struct reader r, uint16_t *out, size_t room)
{
    size_t n = 0;
    while (r.left >= 2 && n < room - 1)
        out[n++] = reader_u16(&r);
    out[n] = 0;
}

/* False until the whole hello is there. */
static bool hello_parse(const struct buf *in, struct hello_read *h)
{
    uint8_t message[HELLO_CAP];
    size_t n = 0;
    struct reader records = reader_of(in->data, in->len);
    while (records.left >= 5) {
        reader_take(&records, 3);
        size_t len = reader_u16(&records);
        const uint8_t *p = reader_take(&records, len);
        if (!p)
            return false;
        memcpy(message + n, p, len);
        n += len;
    }
    struct reader m = reader_of(message, n);
    reader_u8(&m);
    struct reader r = reader_vector(&m, 3);
    if (m.failed)
        return false;
    h->best = h->legacy = reader_u16(&r);
    reader_take(&r, 32);
    reader_vector(&r, 1);
    read_list(reader_vector(&r, 2), h->suites, 1000);
    reader_vector(&r, 1);
    struct reader all = reader_vector(&r, 2);
    while (all.left >= 4 && !all.failed) {
        uint16_t type = reader_u16(&all), first;
        struct reader e = reader_vector(&all, 2);
        if (type == 10) {
            read_list(reader_vector(&e, 2), h->groups, 200);
        } else if (type == 43) {
            struct reader list = reader_vector(&e, 1);
            for (h->best = 0; list.left >= 2;)
                if ((first = reader_u16(&list)) > h->best && first <= 0x0304)
                    h->best = first;
            h->tls13 = h->best == 0x0304;
        }
    }
    return true;
}

static uint16_t choose(const uint16_t *theirs, const uint16_t *ours, bool client_order, bool (*fits)(uint16_t, bool), bool tls13)
{
    const uint16_t *first = client_order ? theirs : ours, *second = client_order ? ours : theirs;
    for (; *first; first++)
        if (list_has(second, *first) && fits(*first, tls13))
            return *first;
    return 0;
}

static bool kind_fits(uint16_t number, bool tls13)
{
    return (suite_find(number)->kx == KX_TLS13) == tls13;
}

static bool any_fits(uint16_t number, bool tls13)
{
    (void)number;
    (void)tls13;
    return true;
}

static void put(struct buf *b, unsigned value, int bytes)
{
    while (bytes--) {
        uint8_t byte = (uint8_t)(value >> 8 * bytes);
        buf_add(b, &byte, 1);
    }
}

/* ServerHello, or HelloRetryRequest for TLS 1.3; before, with ECDHE, a ServerKeyExchange. */
static void peer_answer(struct peer *p, const struct hello_read *h, uint16_t version, uint16_t suite, uint16_t group)
{
    static const uint8_t retry[32] = {
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c }, random[32] = { 7 };
    struct buf b;
    const struct suite *row = suite_find(suite);
    bool kx = !h->tls13 && row && row->kx == KX_ECDHE;
    buf_init(&b, 1000);
    put(&b, 22, 1); put(&b, 0x0303, 2); put(&b, 4 + 2 + 32 + 1 + 2 + 1 + (h->tls13 ? 2 + 6 + 6 : 0), 2);
    put(&b, 2, 1); put(&b, 2 + 32 + 1 + 2 + 1 + (h->tls13 ? 2 + 6 + 6 : 0), 3);
    put(&b, h->tls13 ? 0x0303 : version, 2);
    buf_add(&b, h->tls13 ? retry : random, 32);
    put(&b, 0, 1); put(&b, suite, 2); put(&b, 0, 1);
    if (h->tls13) {
        put(&b, 12, 2);
        put(&b, 43, 2); put(&b, 2, 2); put(&b, 0x0304, 2);
        put(&b, 51, 2); put(&b, 2, 2); put(&b, group, 2);
    }
    if (kx) {
        put(&b, 22, 1); put(&b, 0x0303, 2); put(&b, 4 + 3 + 1 + 5 + 8, 2);
        put(&b, 12, 1); put(&b, 3 + 1 + 5 + 8, 3);
        put(&b, 3, 1); put(&b, group, 2); put(&b, 5, 1); put(&b, 0x04010203, 4); put(&b, 5, 1);
        put(&b, 0x0401, 2); put(&b, 4, 2); put(&b, 0x01020304, 4);
    }
    put(&b, 22, 1); put(&b, 0x0303, 2); put(&b, 4, 2); put(&b, 14, 1); put(&b, 0, 3);
    send(p->fd, b.data, b.len, MSG_NOSIGNAL);
    buf_free(&b);
    shutdown(p->fd, SHUT_WR);
}

static void peer_hello(struct peer *p, const struct hello_read *h)
{
    const struct rules *r = &p->bench->rules;
    uint16_t version = 0;
    int offered = (int)list_length(h->suites);
    if (offered > p->bench->suites_max)
        p->bench->suites_max = offered;
    for (int i = h->tls13 ? 5 : 4; i > 0 && !version; i--)
        if ((r->versions & 1u << i) && version_number(i) <= h->best)
            version = version_number(i);
    struct hello_read low = *h;
    low.tls13 = version == 0x0304;
    uint16_t suite = choose(h->suites, r->suites, r->client_order, kind_fits, low.tls13);
    uint16_t group = choose(h->groups, r->groups, false, any_fits, false);
    const struct suite *row = suite_find(suite);
    if (h->best == r->silent_version)
        return;
    if (version && r->insists)
        peer_answer(p, &low, version, r->insists, group);
    else if (!version || !suite || (r->at_once_max && offered > r->at_once_max) ||
             (!group && (low.tls13 || row->kx == KX_ECDHE)))
        peer_refuse(p, r->refuse);
    else
        peer_answer(p, &low, version, suite, group);
}

static void on_peer(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct peer *p = w->data;
    struct hello_read h = { 0 };
    uint8_t in[4096];
    ssize_t n = recv(p->fd, in, sizeof in, MSG_DONTWAIT);
    (void)loop;
    (void)events;
    if (n <= 0 && !(n < 0 && errno == EAGAIN)) {
        peer_free(p);
        return;
    }
    if (n < 0 || !buf_add(&p->in, in, (size_t)n))
        return;
    if (p->cut)
        peer_refuse(p, p->bench->rules.cut);
    else if (p->in.data[0] & 0x80)
        peer_refuse(p, p->bench->rules.refuse); /* SSL 2.0 */
    else if (hello_parse(&p->in, &h))
        peer_hello(p, &h);
}

/* A client that closes does so before it connects again: who is gone can be told at once. */
static void peers_sweep(struct bench *b)
{
    for (struct peer *p = b->peers, *next; p; p = next) {
        struct pollfd end = { .fd = p->fd, .events = POLLRDHUP };
        next = p->next;
        if (poll(&end, 1, 0) > 0)
            peer_free(p);
    }
}

static void on_accept(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct bench *b = w->data;
    (void)events;
    for (int fd; (fd = accept4(b->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct peer *p = mem_new(sizeof *p);
        peers_sweep(b);
        *p = (struct peer){ .bench = b, .fd = fd, .next = b->peers, .link = &b->peers };
        if (b->peers)
            b->peers->link = &p->next;
        b->peers = p;
        b->seen++;
        b->open++;
        p->cut = b->rules.limit && b->open > b->rules.limit;
        if (b->open > b->open_max)
            b->open_max = b->open;
        buf_init(&p->in, HELLO_CAP);
        ev_io_init(&p->io, on_peer, fd, EV_READ);
        p->io.data = p;
        ev_io_start(loop, &p->io);
    }
}

/* --- a bench ------------------------------------------------------------------------------------ */

static void on_event(void *arg, struct event *ev)
{
    session_apply(((struct bench *)arg)->session, ev);
}

static int setup(void **state)
{
    struct bench *b = mem_new(sizeof *b);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    b->loop = ev_loop_new(EVFLAG_AUTO);
    b->session = session_new(0);
    engine_options_default(&b->options);
    b->options.timeout = 0.5;
    b->options.depth_full = true;
    b->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(b->fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(b->fd, (struct sockaddr *)&a, &n), 0);
    assert_int_equal(listen(b->fd, 512), 0);
    b->port = ntohs(a.sin_port);
    ev_io_init(&b->io, on_accept, b->fd, EV_READ);
    b->io.data = b;
    ev_io_start(b->loop, &b->io);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    engine_free(b->engine);
    while (b->peers)
        peer_free(b->peers);
    close(b->fd);
    session_free(b->session);
    ev_loop_destroy(b->loop);
    free(b);
    return 0;
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    (void)events;
    if (engine_idle(((struct bench *)w->data)->engine))
        ev_break(loop, EVBREAK_ALL);
}

static void on_patience(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)events;
    ((struct bench *)w->data)->lost = true;
    ev_break(loop, EVBREAK_ALL);
}

static void loop_run(struct bench *b)
{
    ev_prepare_init(&b->prepare, on_prepare);
    ev_timer_init(&b->patience, on_patience, PATIENCE, 0);
    b->prepare.data = b->patience.data = b;
    ev_now_update(b->loop);
    ev_prepare_start(b->loop, &b->prepare);
    ev_timer_start(b->loop, &b->patience);
    if (!engine_idle(b->engine))
        ev_run(b->loop, 0);
    ev_prepare_stop(b->loop, &b->prepare);
    ev_timer_stop(b->loop, &b->patience);
    assert_false(b->lost);
}

/* Enumerates a server with these rules. */
static void sweep(struct bench *b, struct rules rules)
{
    struct err e = { "" };
    b->rules = rules;
    b->engine = engine_new(b->loop, &b->options, (struct sink){ on_event, b }, &e);
    assert_non_null(b->engine);
    char *text = mem_format("tls://a.example:%d,at=127.0.0.1", b->port);
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    assert_non_null(ep);
    engine_ask(b->engine, 1, ep);
    endpoint_free(ep);
    free(text);
    loop_run(b);
}

static const struct seen *fact(const struct bench *b, enum fact f)
{
    return &session_column(b->session, 1)->fact[f];
}

static const json_t *part(const struct bench *b, enum fact f, const char *version, const char *key)
{
    return json_object_get(json_object_get(fact(b, f)->value, version), key);
}

static void list_is(const json_t *got, const uint16_t *want, const char *(*name)(uint16_t, char *))
{
    char hex[NAME_LEN];
    size_t n = list_length(want);
    for (size_t i = 0; i < n || i < json_array_size(got); i++) {
        const char *have = json_string_value(json_array_get(got, i));
        if (i >= n || !have || strcmp(have, name(want[i], hex)) != 0)
            fail_msg("at %zu: %s instead of %s", i, have ? have : "nothing", i < n ? name(want[i], hex) : "nothing");
    }
}

static void suites_are(const struct bench *b, const char *version, const uint16_t *want)
{
    list_is(part(b, FACT_CIPHERS, version, "accepted"), want, suite_name);
    assert_int_equal(json_array_size(part(b, FACT_CIPHERS, version, "unsettled")), 0);
}

/* --- rules -------------------------------------------------------------------------------------- */

static const uint16_t usual[] = { 0xc02c, 0xc030, 0xcca8, 0xc02b, 0xc02f, 0xc024, 0xc028, 0xc014, 0xc013, 0x009d, 0x009c,
                                  0x0035, 0x002f, 0 };
/* Somebody's own order, with rare ones in it. */
static const uint16_t odd[] = { 0x002f, 0xc013, 0x009c, 0xc0a3, 0xcca8, 0xc030, 0x0005, 0xc02f, 0x000a, 0x0096, 0x0041,
                                0x009d, 0xc014, 0x0035, 0 };
static const uint16_t both[] = { 0x1303, 0x1301, 0xc02f, 0xc030, 0 }, only13[] = { 0x1303, 0x1301, 0 },
                      only12[] = { 0xc02f, 0xc030, 0 };
static const uint16_t groups[] = { 0x0018, 0x001d, 0x0101, 0 }, curves[] = { 0x0018, 0x001d, 0 };
#define TLS12 (1u << 4)
#define TLS13 (1u << 5)

/* In the guessed order nothing but the suites themselves, a refusal for each block and the seams is asked. */
static void the_usual_order(void **state)
{
    struct bench *b = *state;
    uint16_t list[200];
    size_t n = 0;
    for (const uint16_t *s = suite_order; *s && n < 60; s++)
        if (suite_find(*s)->since <= 0x0303 && suite_find(*s)->until >= 0x0303 && suite_find(*s)->kx != KX_OTHER)
            list[n++] = *s;
    list[n] = 0;
    sweep(b, (struct rules){ .versions = TLS12, .suites = list, .groups = groups });
    suites_are(b, "tls1.2", list);
    assert_int_equal(fact(b, FACT_ORDER)->state, STATE_YES);
    assert_true(b->suites_max <= HELLO_SUITES_MAX + 2); /* and signals */
    assert_true(b->open_max <= b->options.per_host);
    if (b->seen > 60 + 60 / 8 + 1 + 60 / 8 + 1 + 100)
        fail_msg("%d connections", b->seen);
}

static void an_order_of_its_own(void **state)
{
    struct bench *b = *state;
    sweep(b, (struct rules){ .versions = TLS12, .suites = odd, .groups = groups });
    suites_are(b, "tls1.2", odd);
    assert_int_equal(fact(b, FACT_ORDER)->state, STATE_YES);
}

static void backwards(void **state)
{
    struct bench *b = *state;
    uint16_t list[sizeof usual / sizeof *usual] = { 0 };
    size_t n = list_length(usual);
    for (size_t i = 0; i < n; i++)
        list[i] = usual[n - 1 - i];
    sweep(b, (struct rules){ .versions = TLS12, .suites = list, .groups = groups });
    suites_are(b, "tls1.2", list);
    assert_int_equal(fact(b, FACT_ORDER)->state, STATE_YES);
}

static void the_clients_order(void **state)
{
    struct bench *b = *state;
    sweep(b, (struct rules){ .versions = TLS12, .suites = odd, .groups = groups, .client_order = true });
    assert_int_equal(json_array_size(part(b, FACT_CIPHERS, "tls1.2", "accepted")), list_length(odd));
    assert_int_equal(fact(b, FACT_ORDER)->state, STATE_NO);
}

/* Two suites, in different blocks: nothing but a seam can tell. */
static void the_clients_order_of_two(void **state)
{
    static const uint16_t two[] = { 0xc02f, 0x000a, 0 }, turned[] = { 0x000a, 0xc02f, 0 };
    struct bench *b = *state;
    sweep(b, (struct rules){ .versions = TLS12, .suites = two, .groups = groups, .client_order = true });
    assert_int_equal(fact(b, FACT_ORDER)->state, STATE_NO);
    engine_free(b->engine);
    session_free(b->session);
    b->session = session_new(0);
    sweep(b, (struct rules){ .versions = TLS12, .suites = turned, .groups = groups });
    suites_are(b, "tls1.2", turned);
    assert_int_equal(fact(b, FACT_ORDER)->state, STATE_YES);
}

static void both_versions(void **state)
{
    struct bench *b = *state;
    sweep(b, (struct rules){ .versions = TLS12 | TLS13, .suites = both, .groups = groups });
    suites_are(b, "tls1.3", only13);
    suites_are(b, "tls1.2", only12);
    list_is(part(b, FACT_GROUPS, "tls1.2", "accepted"), (uint16_t[]){ 0x0018, 0x001d, 0 }, group_name);
    assert_int_equal(json_array_size(part(b, FACT_GROUPS, "tls1.3", "accepted")), list_length(groups));
    assert_string_equal(json_string_value(json_object_get(fact(b, FACT_VERSIONS)->value, "tls1.3")), "accepted");
    assert_string_equal(json_string_value(json_object_get(fact(b, FACT_VERSIONS)->value, "tls1.1")),
                        "alert 40 handshake_failure");
    assert_null(json_object_get(fact(b, FACT_CIPHERS)->value, "tls1.1"));
    assert_string_equal(json_string_value(json_object_get(fact(b, FACT_TOLERATES)->value, "large")), "accepted");
}

/* Who refuses without an alert is understood all the same: it does so with what nobody could take. */
static void refusing_in_other_ways(void **state)
{
    struct bench *b = *state;
    for (enum refuse how = BY_CLOSE; how <= BY_RESET; how++) {
        sweep(b, (struct rules){ .versions = TLS12 | TLS13, .suites = both, .groups = groups, .refuse = how });
        suites_are(b, "tls1.3", only13);
        suites_are(b, "tls1.2", only12);
        assert_int_equal(json_array_size(part(b, FACT_GROUPS, "tls1.3", "accepted")), list_length(groups));
        engine_free(b->engine);
        b->engine = NULL;
        session_free(b->session);
        b->session = session_new(0);
    }
}

/* A limit on connections costs time, never a suite: "no" is only what was refused at leisure. */
static void a_limit_on_connections(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 4; i++) {
        enum refuse cut = i % 2 ? BY_RESET : BY_CLOSE;
        sweep(b, (struct rules){ .versions = TLS12 | TLS13, .suites = odd, .groups = groups, .limit = 1 + i / 2, .cut = cut });
        suites_are(b, "tls1.2", odd);
        list_is(part(b, FACT_GROUPS, "tls1.2", "accepted"), curves, group_name);
        assert_int_equal(json_array_size(part(b, FACT_GROUPS, "tls1.2", "unsettled")), 0);
        engine_free(b->engine);
        b->engine = NULL;
        session_free(b->session);
        b->session = session_new(0);
    }
}

/* The refusals of what is silently dropped stay open, and cost their timeout once for all. */
static void silence_is_not_no(void **state)
{
    struct bench *b = *state;
    sweep(b, (struct rules){ .versions = TLS12, .suites = only12, .groups = groups, .silent_version = 0x0302 });
    assert_string_equal(json_string_value(json_object_get(fact(b, FACT_VERSIONS)->value, "tls1.1")), "silent");
    suites_are(b, "tls1.2", only12);
    assert_null(json_object_get(fact(b, FACT_CIPHERS)->value, "tls1.1"));
}

static void choosing_what_was_not_offered(void **state)
{
    struct bench *b = *state;
    sweep(b, (struct rules){ .versions = TLS12, .suites = only12, .groups = groups, .insists = 0xc02f });
    suites_are(b, "tls1.2", (uint16_t[]){ 0xc02f, 0 });
}

static void nobody_speaks_anything(void **state)
{
    struct bench *b = *state;
    sweep(b, (struct rules){ .suites = only12, .groups = groups });
    assert_int_equal(fact(b, FACT_VERSIONS)->state, STATE_YES);
    assert_int_equal(fact(b, FACT_CIPHERS)->state, COULD_NOT_ASK);
    assert_int_equal(fact(b, FACT_GROUPS)->state, COULD_NOT_ASK);
    assert_int_equal(fact(b, FACT_TOLERATES)->state, COULD_NOT_ASK);
}

/* At --depth quick no address gets more than 24 connections, whatever is wanted, but for what nobody asks for by
 * accident: the hellos of all known clients, more tries, and a ramp of load. */
static void quick_has_its_bounds(void **state)
{
    struct bench *b = *state;
    bool all[FACT_COUNT];
    memset(all, true, sizeof all);
    all[FACT_CLIENTS] = all[FACT_LOAD] = all[FACT_ATTEMPTS] = false;
    b->options.depth_full = false;
    sweep(b, (struct rules){ .versions = TLS12, .suites = odd, .groups = groups });
    assert_in_range(b->seen, 1, 4);
    engine_want(b->engine, 1, all);
    loop_run(b);
    assert_in_range(b->seen, 5, 24);
    assert_int_equal(fact(b, FACT_VERSIONS)->state, STATE_YES);
}

/* A suite that is offered early in an old version and late in a newer one: found in the one, it is offered in the other. */
static void a_rare_suite_is_no_version(void **state)
{
    static const uint16_t psk[] = { 0xc036, 0 };
    struct bench *b = *state;
    bool wanted[FACT_COUNT] = { [FACT_VERSIONS] = true };
    b->options.depth_full = false;
    sweep(b, (struct rules){ .versions = 1u << 3 | TLS12, .suites = psk, .groups = groups });
    engine_want(b->engine, 1, wanted);
    loop_run(b);
    const json_t *found = fact(b, FACT_VERSIONS)->value;
    assert_string_equal(json_string_value(json_object_get(found, "tls1.0")), "alert 40 handshake_failure");
    assert_string_equal(json_string_value(json_object_get(found, "tls1.1")), "accepted");
    assert_string_equal(json_string_value(json_object_get(found, "tls1.2")), "accepted");
}

static void start_afresh(struct bench *b)
{
    engine_free(b->engine);
    b->engine = NULL;
    session_free(b->session);
    b->session = session_new(0);
    b->seen = 0;
}

/* However all is refused; and the one connection on which nothing is sent is always among them. */
static void quick_has_its_bounds_with_who_refuses_all(void **state)
{
    struct bench *b = *state;
    bool all[FACT_COUNT], idle[FACT_COUNT] = { [FACT_IDLE] = true };
    memset(all, true, sizeof all);
    all[FACT_CLIENTS] = all[FACT_LOAD] = all[FACT_ATTEMPTS] = all[FACT_IDLE] = false;
    b->options.depth_full = false;
    for (enum refuse how = BY_ALERT; how <= BY_RESET; how++) {
        sweep(b, (struct rules){ .suites = only12, .groups = groups, .refuse = how });
        engine_want(b->engine, 1, all);
        loop_run(b);
        int names = how == BY_ALERT ? 5 : 0; /* who sends the alert, and whether to this name alone, has its own */
        assert_in_range(b->seen, 12, 23 + names);
        engine_want(b->engine, 1, idle);
        loop_run(b);
        assert_in_range(b->seen, 13, 24 + names);
        assert_int_equal(fact(b, FACT_IDLE)->state, STATE_YES);
        start_afresh(b);
    }
}

/* --timeout is paid once; that all others are silent as well shows at once. */
static void silence_is_paid_for_once(void **state)
{
    struct bench *b = *state;
    bool wanted[FACT_COUNT] = { [FACT_VERSIONS] = true, [FACT_RELAXED] = true, [FACT_REPLAY] = true, [FACT_PATH] = true };
    b->options.depth_full = false;
    b->options.timeout = 2;
    sweep(b, (struct rules){ .suites = only12, .groups = groups, .refuse = BY_SILENCE });
    double began = ev_time();
    engine_want(b->engine, 1, wanted);
    loop_run(b);
    double took = ev_time() - began;
    if (took > b->options.timeout * 0.75)
        fail_msg("looking at a silent server took %.2f s more", took);
    assert_in_range(b->seen, 5, 24);
    assert_int_equal(fact(b, FACT_REPLAY)->state, UNSURE);
}

/* Where one hello is answered at once and another is not, that is not waited for as long as for the first. */
static void silence_beside_answers_is_short(void **state)
{
    struct bench *b = *state;
    b->options.timeout = 20;
    double began = ev_time();
    sweep(b, (struct rules){ .versions = TLS12, .suites = only12, .groups = groups, .silent_version = 0x0302 });
    double took = ev_time() - began;
    assert_string_equal(json_string_value(json_object_get(fact(b, FACT_VERSIONS)->value, "tls1.1")), "silent");
    if (took > 8)
        fail_msg("it took %.2f s", took);
}

static void ended_in_the_middle(void **state)
{
    struct bench *b = *state;
    struct err e = { "" };
    for (int rounds = 1; rounds < 400; rounds += 23) {
        b->rules = (struct rules){ .versions = TLS12 | TLS13, .suites = both, .groups = groups };
        b->engine = engine_new(b->loop, &b->options, (struct sink){ on_event, b }, &e);
        char *text = mem_format("tls://a.example:%d,at=127.0.0.1", b->port);
        struct endpoint *ep = endpoint_parse(text, NULL, &e);
        engine_ask(b->engine, 1, ep);
        for (int i = 0; i < rounds && !engine_idle(b->engine); i++)
            ev_run(b->loop, EVRUN_ONCE);
        if (rounds % 2) {
            engine_stop(b->engine);
            assert_true(engine_idle(b->engine));
            assert_int_not_equal(fact(b, FACT_CIPHERS)->state, NOT_ASKED);
        } else {
            engine_drop(b->engine, 1);
        }
        engine_free(b->engine);
        b->engine = NULL;
        session_free(b->session);
        b->session = session_new(0);
        endpoint_free(ep);
        free(text);
    }
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROW(the_usual_order), ROW(an_order_of_its_own), ROW(backwards), ROW(the_clients_order), ROW(the_clients_order_of_two),
        ROW(both_versions), ROW(refusing_in_other_ways), ROW(a_limit_on_connections), ROW(silence_is_not_no),
        ROW(choosing_what_was_not_offered), ROW(nobody_speaks_anything), ROW(quick_has_its_bounds),
        ROW(a_rare_suite_is_no_version),
        ROW(quick_has_its_bounds_with_who_refuses_all), ROW(silence_is_paid_for_once),
        ROW(silence_beside_answers_is_short), ROW(ended_in_the_middle),
    };
    return cmocka_run_group_tests_name("probes/sweep", tests, NULL, NULL);
}
