/* tap - one connection passed through to the endpoint, byte for byte, and overheard.
 *
 * Owns: the second socket, both directions with their backpressure, how ends and resets are passed on, and finding
 * the endpoint's address. What is understood of it is overhear.h's.
 * Must not know: accepting, other connections, what a handshake is.
 *
 * The bytes go first: whatever the notes come to, nothing here looks at them before it passes something on.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/visit.h"
#include "src/base/mem.h"

#define HELD_MAX (64u << 10)    /* of one direction: what the other side does not take yet */
#define TURN 4                  /* reads of one direction in a row */

enum upstream_state { UP_NAME, UP_CONNECTING, UP_OPEN, UP_NONE };

struct flow {
    struct buf held;            /* read, and not taken by the other side */
    bool ended, passed;         /* the end of this direction was read; was passed on */
    bool broken;                /* the other side takes no more, ever */
};

struct tapping {
    struct visit v;             /* first: a visit is one of these */
    enum upstream_state state;
    int up;                     /* -1: no socket */
    struct ev_io up_io;
    struct ev_timer up_limit;   /* of one try to connect */
    size_t begun, tried;        /* the first address, and how many had their try */
    struct address at;          /* the one that has */
    struct flow out, in;        /* from the client; to it */
    struct overhear heard;
    enum ender first;           /* whose end came first; ENDER_COUNT: nobody's yet */
    enum ending_how how;
    enum passed said;           /* stage of the last client_end that was written */
    bool waits;                 /* the next word of the handshake was the client's */
    double connect_began, connected, hello_at, answer_at, data_at; /* loop time, 0: not yet */
    char why[300];              /* why there is no connection to the endpoint */
};

static struct tapping *of(struct visit *v)
{
    return (struct tapping *)v;
}

static double now(const struct tapping *t)
{
    return ev_now(t->v.ear->loop);
}

/* --- facts -------------------------------------------------------------------------------------- */

static double since(double from, double to)
{
    return from > 0 && to > 0 ? to - from : -1;
}

static void tap_say_timing(struct tapping *t)
{
    if (t->v.id && t->connected > 0)
        visit_timing(&t->v, since(t->connect_began, t->connected), since(t->hello_at, t->answer_at),
                     since(t->hello_at, t->data_at));
}

/* What can be said by now: the answer once, and when the handshake is through that it is. */
static void tap_note(struct tapping *t)
{
    enum passed stage = overhear_passed(&t->heard);
    if (overhear_answered(&t->heard) && t->answer_at <= 0) {
        t->answer_at = now(t);
        visit_answer(&t->v, &t->heard.reply, NULL);
    }
    if (stage == PASSED_DATA && t->data_at <= 0) {
        struct ending e = overhear_end(&t->heard, BY_CLIENT, HOW_COMPLETE);
        t->data_at = now(t);
        tap_say_timing(t);
        visit_end(&t->v, &e, NULL);
        t->said = stage;
    }
}

static void tap_end(struct tapping *t, enum ender by, enum ending_how how)
{
    bool first = t->first == ENDER_COUNT;
    struct ending e = overhear_end(&t->heard, first ? by : t->first, first || how == HOW_UPSTREAM ? how : t->how);
    if (t->data_at <= 0)
        tap_say_timing(t);
    visit_end(&t->v, &e, how == HOW_UPSTREAM ? t->why : NULL);
    visit_free(&t->v);
}

/* --- passing ------------------------------------------------------------------------------------ */

static void tap_run(struct tapping *t);

static void tap_first(struct tapping *t, enum ender by, enum ending_how how)
{
    if (t->first != ENDER_COUNT)
        return;
    t->first = by;
    t->how = how;
    t->v.ended = now(t);
}

/* An end that is none of its own: the network's word for it. */
static enum ender blame(int error, enum ender side)
{
    return error == ECONNRESET || error == EPIPE ? side : BY_NETWORK;
}

/* Sends what it can; false: the other side is gone. */
static bool flow_send(struct flow *f, int to, const uint8_t *p, size_t n, size_t *sent)
{
    *sent = 0;
    while (*sent < n) {
        ssize_t some = send(to, p + *sent, n - *sent, MSG_NOSIGNAL);
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0) {
            f->broken = errno != EAGAIN;
            return !f->broken;
        }
        *sent += (size_t)some;
    }
    return true;
}

static void flow_flush(struct flow *f, int to)
{
    size_t sent;
    if (f->held.len && !f->broken) {
        flow_send(f, to, f->held.data, f->held.len, &sent);
        buf_drop(&f->held, sent);
        if (!f->held.len)
            buf_free(&f->held); /* thousands wait without it */
    }
    if (f->broken)
        buf_free(&f->held);
    if (f->ended && !f->passed && !f->held.len && !f->broken)
        f->passed = shutdown(to, SHUT_WR) == 0 || errno == ENOTCONN;
}

/* n bytes that were read from one side go to the other (to < 0: it is not there yet). */
static void flow_pass(struct flow *f, int to, const uint8_t *p, size_t n)
{
    size_t sent = 0;
    if (to >= 0 && !f->held.len && !f->broken)
        flow_send(f, to, p, n, &sent);
    if (!f->broken && sent < n)
        buf_add(&f->held, p + sent, n - sent); /* HELD_MAX is no less than was read */
}

/* The notes that are taken of it, after it went on. */
static void client_heard(struct tapping *t, const uint8_t *p, size_t n)
{
    struct visit *v = &t->v;
    v->sent += n;
    if (v->heard.end == HEARD_GOING) {
        bool whole = visit_hear(v, p, n);
        if (whole && v->heard.end == HEARD_HELLO)
            t->hello_at = now(t);
    }
    overhear_client(&t->heard, p, n);
    tap_note(t);
}

static void server_heard(struct tapping *t, const uint8_t *p, size_t n)
{
    t->v.received += n;
    overhear_server(&t->heard, p, n);
    tap_note(t);
}

/* Where bytes from the client go; before there is a connection they are held. */
static bool client_may_speak(const struct tapping *t)
{
    if (t->out.ended || t->out.broken)
        return false;
    if (t->state == UP_NONE)
        return t->v.heard.end == HEARD_GOING;
    return t->state == UP_OPEN ? !t->out.held.len : t->out.held.len < HELD_MAX;
}

static bool server_may_speak(const struct tapping *t)
{
    return t->state == UP_OPEN && !t->in.ended && !t->in.broken && !t->in.held.len;
}

/* A reset of one side is one for the other. True: the visit is over. */
static bool tap_torn(struct tapping *t, enum ender by)
{
    tap_first(t, by, HOW_RESET);
    socket_reset(t->v.fd);
    if (t->up >= 0)
        socket_reset(t->up);
    tap_end(t, by, HOW_RESET);
    return true;
}

/* A client that closes before the server has answered its hello will make no handshake of it, however long the server
 * keeps its own side open. */
static bool gave_up(const struct tapping *t)
{
    return t->out.ended && t->v.heard.end == HEARD_HELLO && !overhear_answered(&t->heard);
}

/* True: the visit is over. */
static bool client_read(struct tapping *t)
{
    struct ear *r = t->v.ear;
    bool spoke = false;
    for (int i = 0; i < TURN && client_may_speak(t); i++) {
        size_t room = t->state == UP_OPEN ? sizeof r->scratch : HELD_MAX - t->out.held.len;
        ssize_t n = recv(t->v.fd, r->scratch, room < sizeof r->scratch ? room : sizeof r->scratch, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n < 0)
            return tap_torn(t, blame(errno, BY_CLIENT));
        if (n == 0) {
            t->out.ended = true;
            overhear_left(&t->heard);
            tap_first(t, BY_CLIENT, HOW_CLOSED);
            if (gave_up(t))
                visit_wait(&t->v, r->options.timeout);
            break;
        }
        if (t->state != UP_NONE)
            flow_pass(&t->out, t->state == UP_OPEN ? t->up : -1, r->scratch, (size_t)n);
        client_heard(t, r->scratch, (size_t)n);
        spoke = true;
    }
    t->waits = overhear_waits_for_client(&t->heard);
    if (spoke && t->waits)
        visit_wait_for_word(&t->v);
    return false;
}

/* The client's turn begins when the server has said all it has to. */
static void turn_note(struct tapping *t)
{
    bool waits = overhear_waits_for_client(&t->heard);
    if (waits && !t->waits) {
        t->v.turned = now(t);
        visit_wait_for_word(&t->v);
    }
    t->waits = waits;
}

static bool server_read(struct tapping *t)
{
    struct ear *r = t->v.ear;
    enum ending_how how;
    for (int i = 0; i < TURN && server_may_speak(t); i++) {
        ssize_t n = socket_read(r, t->up, &how);
        int error = errno;
        if (n < 0 && how == HOW_COUNT)
            break;
        if (n < 0)
            return tap_torn(t, blame(error, BY_SERVER));
        if (n == 0) {
            t->in.ended = true;
            tap_first(t, BY_SERVER, HOW_CLOSED);
            break;
        }
        flow_pass(&t->in, t->v.fd, r->scratch, (size_t)n);
        server_heard(t, r->scratch, (size_t)n);
    }
    turn_note(t);
    return false;
}

/* --- connecting --------------------------------------------------------------------------------- */

static void up_watch(struct tapping *t, int events)
{
    struct ev_loop *loop = t->v.ear->loop;
    if (t->up < 0 || (ev_is_active(&t->up_io) && (t->up_io.events & (EV_READ | EV_WRITE)) == events))
        return;
    ev_io_stop(loop, &t->up_io);
    if (!events)
        return;
    ev_io_set(&t->up_io, t->up, events);
    ev_io_start(loop, &t->up_io);
}

static void up_close(struct tapping *t)
{
    ev_io_stop(t->v.ear->loop, &t->up_io);
    ev_timer_stop(t->v.ear->loop, &t->up_limit);
    if (t->up >= 0)
        close(t->up);
    t->up = -1;
}

static void up_none(struct tapping *t, const char *why)
{
    up_close(t);
    t->state = UP_NONE;
    buf_free(&t->out.held);
    snprintf(t->why, sizeof t->why, "%s", why);
}

static void up_open(struct tapping *t)
{
    struct upstream *u = &t->v.ear->upstream;
    ev_timer_stop(t->v.ear->loop, &t->up_limit);
    for (size_t i = 0; i < u->count; i++)
        if (memcmp(&u->address[i], &t->at, sizeof t->at) == 0)
            u->good = i;
    t->state = UP_OPEN;
    t->connected = now(t);
    setsockopt(t->up, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

static void up_try(struct tapping *t);

static void up_failed(struct tapping *t, int error)
{
    char *where = address_text(&t->at.sa.sa);
    const char *words = strerrordesc_np(error);
    snprintf(t->why, sizeof t->why, "%s: %s", where, words ? words : "no connection");
    free(where);
    up_close(t);
    t->tried++;
    up_try(t);
}

static void up_try(struct tapping *t)
{
    struct ear *r = t->v.ear;
    struct upstream *u = &r->upstream;
    if (t->tried >= u->count) {
        char why[sizeof t->why];
        memcpy(why, t->why, sizeof why);
        up_none(t, why);
        u->stale = true; /* a name may have moved: the next one asks again */
        return;
    }
    if (!t->tried)
        t->begun = u->good;
    t->at = u->address[(t->begun + t->tried) % u->count];
    t->state = UP_CONNECTING;
    t->connect_began = now(t);
    t->up = socket(t->at.sa.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (t->up < 0 || (connect(t->up, &t->at.sa.sa, t->at.n) < 0 && errno != EINPROGRESS)) {
        up_failed(t, errno);
        return;
    }
    ev_timer_set(&t->up_limit, r->options.timeout, 0.);
    ev_timer_start(r->loop, &t->up_limit);
}

/* True: it is settled, well or not. */
static bool up_connected(struct tapping *t)
{
    int error = 0;
    socklen_t n = sizeof error;
    union sock peer;
    socklen_t peer_len = sizeof peer;
    getsockopt(t->up, SOL_SOCKET, SO_ERROR, &error, &n);
    if (error)
        up_failed(t, error);
    else if (getpeername(t->up, &peer.sa, &peer_len) == 0)
        up_open(t);
    else
        return false;
    return true;
}

/* --- the loop's side ---------------------------------------------------------------------------- */

static bool flow_over(const struct flow *f)
{
    return f->passed || f->broken;
}

/* Passes on what can be, and sees whether it is over; then every watcher follows from the state. */
static void tap_run(struct tapping *t)
{
    if (t->state == UP_OPEN) {
        flow_flush(&t->out, t->up);
        flow_flush(&t->in, t->v.fd);
        if (flow_over(&t->out) && flow_over(&t->in)) {
            if (t->out.broken || t->in.broken)
                tap_torn(t, t->out.broken ? BY_SERVER : BY_CLIENT);
            else
                tap_end(t, BY_NETWORK, HOW_CLOSED); /* whose end came first is noted */
            return;
        }
    }
    if (t->state == UP_NONE && !client_may_speak(t)) {
        socket_reset(t->v.fd);
        tap_end(t, BY_NETWORK, HOW_UPSTREAM);
        return;
    }
    /* A side that takes no more is still read: what it said last stands before its reset. */
    visit_watch(&t->v, (client_may_speak(t) ? EV_READ : 0) | (t->in.held.len ? EV_WRITE : 0));
    up_watch(t, t->state == UP_CONNECTING ? EV_WRITE :
             (server_may_speak(t) ? EV_READ : 0) | (t->out.held.len ? EV_WRITE : 0));
}

static void on_up(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct tapping *t = w->data;
    (void)loop, (void)events;
    if (t->state == UP_CONNECTING)
        up_connected(t);
    else if (server_read(t))
        return;
    tap_run(t);
}

static void on_up_limit(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct tapping *t = w->data;
    (void)loop, (void)events;
    up_failed(t, ETIMEDOUT);
    tap_run(t);
}

static void tap_ready(struct visit *v)
{
    if (!client_read(of(v)))
        tap_run(of(v));
}

/* Only the client is waited for: how long the server may take is the client's to say. */
static void tap_late(struct visit *v)
{
    struct tapping *t = of(v);
    if (gave_up(t)) {
        tap_end(t, BY_CLIENT, HOW_CLOSED);
    } else if (overhear_waits_for_client(&t->heard)) {
        tap_first(t, BY_CLIENT, HOW_SILENT);
        tap_end(t, BY_CLIENT, HOW_SILENT);
    }
}

static void tap_stop(struct visit *v)
{
    struct tapping *t = of(v);
    tap_end(t, BY_US, HOW_CLOSED);
}

static void tap_forget(struct visit *v)
{
    struct tapping *t = of(v);
    up_close(t);
    buf_free(&t->out.held);
    buf_free(&t->in.held);
    overhear_free(&t->heard);
}

/* --- the endpoint's address --------------------------------------------------------------------- */

static bool is_any(const union sock *s)
{
    return s->sa.sa_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&s->in6.sin6_addr) : !s->in.sin_addr.s_addr;
}

static bool is_loopback(const union sock *s)
{
    return s->sa.sa_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&s->in6.sin6_addr)
                                       : ntohl(s->in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool is_this_machine(const union sock *s)
{
    struct ifaddrs *all;
    bool found = is_any(s) || is_loopback(s);
    if (found || getifaddrs(&all) < 0)
        return found;
    for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next)
        found = i->ifa_addr && address_same(i->ifa_addr, &s->sa);
    freeifaddrs(all);
    return found;
}

static in_port_t port_bits(const union sock *s)
{
    return s->sa.sa_family == AF_INET6 ? s->in6.sin6_port : s->in.sin_port;
}

/* A tap that passes on to itself would never end. Another machine's same port is another. */
static bool is_ours(const struct ear *r, const struct address *a)
{
    for (size_t i = 0; i < r->listener_count; i++) {
        const union sock *l = &r->listener[i].address.sa;
        if (l->sa.sa_family != a->sa.sa.sa_family || port_bits(l) != port_bits(&a->sa))
            continue;
        if (address_same(&l->sa, &a->sa.sa) || (is_any(l) && is_this_machine(&a->sa)) || (is_any(&a->sa) && is_loopback(l)))
            return true;
    }
    return false;
}

static void upstream_add(struct ear *r, const struct address *a)
{
    struct upstream *u = &r->upstream;
    if (is_ours(r, a))
        snprintf(u->why, sizeof u->why, "the endpoint is the port this tap listens on");
    else if (u->count < RESOLVE_MAX)
        u->address[u->count++] = *a;
}

static void tap_go_on(struct tapping *t)
{
    struct upstream *u = &t->v.ear->upstream;
    if (u->count)
        up_try(t);
    else
        up_none(t, u->why[0] ? u->why : "the endpoint has no address");
}

static void on_resolved(void *arg, const struct resolved *res)
{
    struct ear *r = arg;
    struct upstream *u = &r->upstream;
    u->asking = u->stale = false;
    u->why[0] = '\0';
    if (res->count)
        u->count = u->good = 0;
    for (size_t i = 0; i < res->count; i++)
        upstream_add(r, &res->address[i]);
    if (!u->count && !u->why[0])
        snprintf(u->why, sizeof u->why, "%s", res->why[0] ? res->why : "the name has no address");
    for (struct visit *v = r->visits, *next; v; v = next) {
        next = v->next;
        if (of(v)->state != UP_NAME)
            continue;
        tap_go_on(of(v));
        tap_run(of(v));
    }
}

static void upstream_ask(struct ear *r)
{
    struct upstream *u = &r->upstream;
    struct err e = { "" };
    if (!u->resolver && !(u->resolver = resolver_new(r->loop, r->options.timeout, &e))) {
        snprintf(u->why, sizeof u->why, "%.200s", e.text);
        return;
    }
    u->asking = true; /* and those who come meanwhile wait for the answer */
    resolver_ask(u->resolver, u->endpoint->host, u->endpoint->port, on_resolved, r);
}

static bool upstream_by_rule(struct ear *r)
{
    const struct endpoint *ep = r->upstream.endpoint;
    struct resolved ruled;
    bool some = resolve_by_rule(r->options.resolve, r->options.resolve_count, ep->host, ep->port, &ruled);
    for (size_t i = 0; i < ruled.count; i++)
        upstream_add(r, &ruled.address[i]);
    return some;
}

bool upstream_begin(struct ear *r, struct err *e)
{
    struct upstream *u = &r->upstream;
    const struct endpoint *ep = u->endpoint = r->options.upstream;
    struct address a;
    if (!upstream_by_rule(r)) {
        if (address_parse(ep->at_host ? ep->at_host : ep->host, ep->at_port ? ep->at_port : ep->port, &a))
            upstream_add(r, &a);
        else
            upstream_ask(r);
    }
    if (!u->asking && !u->count && !u->resolver)
        return err_set(e, "%s: choose another port to listen on", u->why);
    return true;
}

void upstream_end(struct ear *r)
{
    resolver_free(r->upstream.resolver);
    r->upstream = (struct upstream){ 0 };
}

static void tap_begin(struct visit *v)
{
    struct tapping *t = of(v);
    struct upstream *u = &v->ear->upstream;
    t->up = -1;
    t->first = ENDER_COUNT;
    buf_init(&t->out.held, HELD_MAX);
    buf_init(&t->in.held, HELD_MAX);
    overhear_init(&t->heard, &v->heard);
    ev_init(&t->up_io, on_up);
    ev_init(&t->up_limit, on_up_limit);
    t->up_io.data = t->up_limit.data = t;
    visit_wait_for_word(v);
    if (u->resolver && (u->stale || !u->count) && !u->asking)
        upstream_ask(v->ear); /* may answer at once, and this visit is in the list by now */
    if (t->state == UP_NAME && !u->asking)
        tap_go_on(t);
    tap_run(t);
}

const struct side tap_side = {
    .probe = "tap", .size = sizeof(struct tapping), .begin = tap_begin, .ready = tap_ready, .late = tap_late,
    .stop = tap_stop, .forget = tap_forget,
};
