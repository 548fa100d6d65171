/* ear - see ear.h.
 *
 * What is done with a connection is its side's (listen.c, tap.c); what is known of it leaves through visit.c.
 */
#include "probes/ear.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/now.h"
#include "probes/visit.h"
#include "src/base/mem.h"

#define ACCEPTS_A_TURN 64   /* so that those who are in have their turn, too */
#define SPARE_DESCRIPTORS 48 /* for everything else the process has open */
#define SHORT_PAUSE 0.2     /* seconds, when descriptors or buffers are short and no visit is there to end */
#define PORT_TRIES 16       /* for one port on two addresses that the kernel is to choose */

/* --- sockets ---------------------------------------------------------------------------------- */

ssize_t socket_read(struct ear *r, int fd, enum ending_how *how)
{
    ssize_t n;
    do
        n = recv(fd, r->scratch, sizeof r->scratch, 0);
    while (n < 0 && errno == EINTR);
    *how = n < 0 && errno == EAGAIN ? HOW_COUNT : HOW_RESET;
    return n;
}

void socket_reset(int fd)
{
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
}

/* --- visits ----------------------------------------------------------------------------------- */

static void on_ready(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct visit *v = w->data;
    (void)loop, (void)events;
    v->side->ready(v);
}

static void on_late(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct visit *v = w->data;
    (void)loop, (void)events;
    v->side->late(v);
}

void visit_watch(struct visit *v, int events)
{
    if (ev_is_active(&v->io) && (v->io.events & (EV_READ | EV_WRITE)) == events)
        return;
    ev_io_stop(v->ear->loop, &v->io);
    if (!events)
        return;
    ev_io_set(&v->io, v->fd, events);
    ev_io_start(v->ear->loop, &v->io);
}

void visit_wait(struct visit *v, double seconds)
{
    ev_timer_stop(v->ear->loop, &v->deadline);
    ev_timer_set(&v->deadline, seconds, 0.);
    ev_timer_start(v->ear->loop, &v->deadline);
}

void visit_wait_for_word(struct visit *v)
{
    double timeout = v->ear->options.timeout, left = v->turned + LONGEST * timeout - ev_now(v->ear->loop);
    visit_wait(v, left < timeout ? left > 0 ? left : 0 : timeout);
}

static void accept_resume(struct ear *r);

void visit_free(struct visit *v)
{
    struct ear *r = v->ear;
    ev_io_stop(r->loop, &v->io);
    ev_timer_stop(r->loop, &v->deadline);
    v->side->forget(v);
    close(v->fd);
    heard_free(&v->heard);
    if (v->id) {
        struct event ev = { .kind = EVENT_DONE, .column = v->id };
        r->sink.take(r->sink.arg, &ev);
        event_clear(&ev);
    }
    *v->link = v->next;
    if (v->next)
        v->next->link = v->link;
    r->counts.open--;
    r->counts.failed += v->failed;
    free(v);
    accept_resume(r);
}

static void visit_begin(const struct listener *at, int fd, const union sock *from)
{
    struct ear *r = at->ear;
    const struct side *side = r->options.upstream ? &tap_side : &listen_side;
    struct visit *v = mem_new(side->size);
    v->ear = r;
    v->side = side;
    v->at = at;
    v->fd = fd;
    v->from = *from;
    v->nth = (int)r->counts.accepted++;
    v->began = v->turned = ev_now(r->loop);
    v->next = r->visits;
    if (v->next)
        v->next->link = &v->next;
    v->link = &r->visits;
    r->visits = v;
    r->counts.open++;
    heard_init(&v->heard);
    ev_init(&v->io, on_ready);
    ev_init(&v->deadline, on_late);
    v->io.data = v->deadline.data = v;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    side->begin(v);
}

/* --- accepting -------------------------------------------------------------------------------- */

static void listeners_close(struct ear *r)
{
    for (size_t i = 0; i < r->listener_count; i++) {
        struct listener *l = &r->listener[i];
        ev_io_stop(r->loop, &l->io);
        if (l->fd >= 0)
            close(l->fd);
        l->fd = -1;
    }
}

static bool is_enough(const struct ear *r)
{
    return r->options.clients && r->counts.accepted >= (unsigned long)r->options.clients;
}

static void accept_pause(struct ear *r)
{
    for (size_t i = 0; i < r->listener_count; i++)
        ev_io_stop(r->loop, &r->listener[i].io);
    r->paused = true;
}

static void accept_resume(struct ear *r)
{
    if (!r->paused || r->counts.open >= r->room)
        return;
    r->paused = false;
    ev_timer_stop(r->loop, &r->resume);
    for (size_t i = 0; i < r->listener_count; i++)
        if (r->listener[i].fd >= 0)
            ev_io_start(r->loop, &r->listener[i].io);
}

static void on_resume(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)loop, (void)events;
    accept_resume(w->data);
}

/* What is short comes back when a visit ends; where none is there, after a while. */
static void accept_short(struct ear *r)
{
    accept_pause(r);
    ev_timer_set(&r->resume, SHORT_PAUSE, 0.);
    ev_timer_start(r->loop, &r->resume);
}

/* False when no more is to be taken in this turn. */
static bool accept_one(struct listener *l)
{
    struct ear *r = l->ear;
    union sock from;
    socklen_t n = sizeof from;
    if (r->counts.open >= r->room) {
        accept_pause(r);
        return false;
    }
    int fd = accept4(l->fd, &from.sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        visit_begin(l, fd, &from);
        if (is_enough(r))
            listeners_close(r);
        return !is_enough(r);
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        accept_short(r);
    return errno == EINTR || errno == ECONNABORTED; /* who has gone already was nobody */
}

static void on_knock(struct ev_loop *loop, struct ev_io *w, int events)
{
    (void)loop, (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN && accept_one(w->data); i++)
        ;
}

/* --- listening -------------------------------------------------------------------------------- */

static bool listen_refused(const char *where, int error, struct err *e)
{
    const char *why = strerrordesc_np(error);
    if (error == EADDRINUSE)
        return err_set(e, "%s is taken by another program: choose another port, or 0 for one that is free", where);
    if (error == EACCES)
        return err_set(e, "%s needs a right this process lacks (ports below 1024 do): choose a higher port", where);
    if (error == EADDRNOTAVAIL)
        return err_set(e, "%s is no address of this machine: 0.0.0.0 and :: stand for all it has", where);
    return err_set(e, "listening on %s is not possible: %s", where, why ? why : "unknown error");
}

/* 0, or errno. */
static int listen_try(struct listener *l)
{
    const struct address *a = &l->address;
    int yes = 1;
    l->fd = socket(a->sa.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return errno;
    if (a->sa.sa.sa_family == AF_INET6)
        setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(l->fd, &a->sa.sa, a->n) == 0 && listen(l->fd, SOMAXCONN) == 0)
        return 0;
    int error = errno;
    close(l->fd);
    l->fd = -1;
    return error;
}

static int port_of(const union sock *s)
{
    return ntohs(s->sa.sa_family == AF_INET6 ? s->in6.sin6_port : s->in.sin_port);
}

static bool listener_open(struct ear *r, const char *address, int port, int *error, struct err *e)
{
    struct listener *l = &r->listener[r->listener_count];
    *l = (struct listener){ .ear = r, .fd = -1 };
    if (!address_parse(address, port, &l->address)) {
        *error = EINVAL;
        return err_set(e, "\"%s\" is no address that could be listened on", address);
    }
    *error = listen_try(l);
    socklen_t n = sizeof l->address.sa;
    if (!*error && getsockname(l->fd, &l->address.sa.sa, &n) < 0)
        *error = errno;
    l->where = address_text(&l->address.sa.sa);
    if (*error) {
        listen_refused(l->where, *error, e);
        free(l->where);
        return false;
    }
    char *text = mem_format("tls://%s", l->where);
    l->endpoint = endpoint_parse(text, NULL, e);
    free(text);
    ev_io_init(&l->io, on_knock, l->fd, EV_READ);
    l->io.data = l;
    r->listener_count++;
    return l->endpoint != NULL;
}

static void listeners_free(struct ear *r)
{
    listeners_close(r);
    for (size_t i = 0; i < r->listener_count; i++) {
        free(r->listener[i].where);
        endpoint_free(r->listener[i].endpoint);
    }
    r->listener_count = 0;
}

/* Both loopbacks at one port; a machine without IPv6 has one. */
static bool loopback_open(struct ear *r, int port, struct err *e)
{
    int error = 0;
    for (int i = 0; i < PORT_TRIES; i++) {
        struct err second = { "" };
        if (!listener_open(r, "127.0.0.1", port, &error, e))
            return false;
        if (listener_open(r, "::1", port_of(&r->listener[0].address.sa), &error, &second))
            return true;
        if (error == EADDRNOTAVAIL || error == EAFNOSUPPORT || error == EPROTONOSUPPORT)
            return true;
        listeners_free(r);
        if (port || error != EADDRINUSE)
            return err_set(e, "%s", second.text);
    }
    return err_set(e, "no port is free on both 127.0.0.1 and ::1: name one of the two");
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Visits there can be at once: each takes a descriptor, of a tap two. */
static unsigned long room_of(bool tap)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return 1;
    if (l.rlim_cur < l.rlim_max) {
        rlim_t before = l.rlim_cur;
        l.rlim_cur = l.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &l) < 0)
            l.rlim_cur = before;
    }
    rlim_t room = l.rlim_cur > SPARE_DESCRIPTORS + 2 ? (l.rlim_cur - SPARE_DESCRIPTORS) / (tap ? 2 : 1) : 1;
    return room < EAR_CONNECTIONS ? (unsigned long)room : EAR_CONNECTIONS;
}

/* All that GnuTLS can: what a client lacks is to be seen in its hello, not in our refusal. */
static bool priority_make(struct ear *r, struct err *e)
{
    static const char *const words[] = {
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:+ARCFOUR-128:"
        "+AES-128-CCM-8:+AES-256-CCM-8:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC:+DHE-RSA:+DHE-DSS:+RSA:+MD5:+SIGN-ALL:"
        "+GROUP-ALL:%COMPAT",
        "NORMAL:%COMPAT", "NORMAL" };
    int error = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((error = gnutls_priority_init(&r->priority, words[i], NULL)) >= 0)
            return true;
    r->priority = NULL;
    return err_set(e, "GnuTLS offers nothing here: %s; a crypto policy of this machine may forbid it",
                   gnutls_strerror(error));
}

static bool ear_open(struct ear *r, struct err *e)
{
    const struct ear_options *o = &r->options;
    int error;
    if (!(o->address ? listener_open(r, o->address, o->port, &error, e) : loopback_open(r, o->port, e)))
        return false;
    if (o->upstream ? !upstream_begin(r, e) : !o->hello_only && !priority_make(r, e))
        return false;
    for (size_t i = 0; i < r->listener_count; i++)
        ev_io_start(r->loop, &r->listener[i].io);
    return true;
}

struct ear *ear_new(struct ev_loop *loop, const struct ear_options *o, struct sink sink, struct err *e)
{
    struct ear *r = mem_new(sizeof *r);
    r->loop = loop;
    r->options = *o;
    r->options.timeout = o->timeout > 0 ? o->timeout : 5;
    r->options.wall = o->wall ? o->wall : now_wall;
    r->sink = sink;
    r->next_id = 1;
    r->room = room_of(o->upstream);
    r->cache = hello_cache_new();
    ev_init(&r->resume, on_resume);
    r->resume.data = r;
    if (ear_open(r, e))
        return r;
    ear_free(r);
    return NULL;
}

void ear_free(struct ear *r)
{
    if (!r)
        return;
    listeners_close(r);
    while (r->visits)
        r->visits->side->stop(r->visits);
    upstream_end(r);
    listeners_free(r);
    ev_timer_stop(r->loop, &r->resume);
    if (r->priority)
        gnutls_priority_deinit(r->priority);
    hello_cache_free(r->cache);
    free(r);
}

const char *ear_where(const struct ear *r, size_t nth)
{
    return nth < r->listener_count ? r->listener[nth].where : NULL;
}

bool ear_over(const struct ear *r)
{
    return is_enough(r) && !r->visits;
}

struct ear_counts ear_counts(const struct ear *r)
{
    return r->counts;
}
