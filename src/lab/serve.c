/* serve - see serve.h. */
#include "src/lab/serve.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

#define IN_MAX (16u << 10)      /* a request, a line of SMTP, or a ClientHello */
#define OUT_MAX (8u << 10)      /* answers not yet sent */
#define DROP_MAX (256u << 10)   /* what a peer may still say after our last word */
#define TURN_STEPS 32           /* steps for one connection before the others get their turn */
#define FDS_KEPT 48             /* descriptors that are not connections */
#define RECORD_HANDSHAKE 22     /* RFC 8446 section 5.1 */
#define REST_SECONDS 0.2        /* pause of accepting when the system has no descriptors left */

/* Current suites only: nothing about a healthy server should deserve a warning. */
#define CURRENT "-RSA:-DHE-RSA:-AES-256-CBC:-AES-128-CBC"
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:" CURRENT

enum stage {
    STAGE_HANDSHAKE, STAGE_HTTP, STAGE_SMTP, STAGE_SEND, STAGE_BYE, STAGE_HELLO, STAGE_SILENT,
    STAGE_LINGER, STAGE_COUNT
};

/* What a step leaves its connection waiting for. */
enum want { WANT_STEP, WANT_READ, WANT_WRITE, WANT_GONE };

struct server {
    struct serve *serve;
    const struct lab_row *row;
    int fd;
    ev_io io;
    gnutls_certificate_credentials_t cred; /* owned; NULL without TLS */
    gnutls_priority_t priority;            /* owned; NULL without TLS */
    struct server *next;
};

struct conn {
    const struct server *server;
    int fd;
    gnutls_session_t tls;   /* owned; NULL without TLS */
    enum stage stage, after; /* `after` follows STAGE_SEND */
    struct buf in, out;
    size_t dropped;
    ev_io io;
    ev_timer end;
    struct conn *prev, *next;
};

struct serve {
    struct ev_loop *loop;
    struct server *server;
    struct conn *conn;
    size_t conn_count, conn_max;
    ev_timer rest;
    ev_io link, signals;
};

/* --- bytes in and out ----------------------------------------------------------------------- */

/* Bytes (0: the peer's end), or -1 with *w saying what to wait for (WANT_GONE: it failed). */
static ssize_t conn_read(struct conn *c, void *p, size_t n, enum want *w)
{
    ssize_t got;
    if (!c->tls) {
        got = recv(c->fd, p, n, 0);
        *w = errno == EINTR ? WANT_STEP : errno == EAGAIN ? WANT_READ : WANT_GONE;
        return got;
    }
    got = gnutls_record_recv(c->tls, p, n);
    if (got >= 0)
        return got;
    if (got == GNUTLS_E_AGAIN)
        *w = gnutls_record_get_direction(c->tls) ? WANT_WRITE : WANT_READ;
    else if (got == GNUTLS_E_REHANDSHAKE)
        *w = gnutls_alert_send(c->tls, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION) == 0
            ? WANT_STEP : WANT_GONE;
    else
        *w = gnutls_error_is_fatal((int)got) ? WANT_GONE : WANT_STEP;
    return -1;
}

static ssize_t conn_write(struct conn *c, const void *p, size_t n, enum want *w)
{
    ssize_t put;
    if (!c->tls) {
        put = send(c->fd, p, n, MSG_NOSIGNAL);
        *w = errno == EINTR ? WANT_STEP : errno == EAGAIN ? WANT_WRITE : WANT_GONE;
        return put;
    }
    put = gnutls_record_send(c->tls, p, n);
    if (put >= 0)
        return put;
    if (put == GNUTLS_E_AGAIN)
        *w = gnutls_record_get_direction(c->tls) ? WANT_WRITE : WANT_READ;
    else
        *w = gnutls_error_is_fatal((int)put) ? WANT_GONE : WANT_STEP;
    return -1;
}

/* Reads once into c->in. True when something came, or when the buffer is full already. */
static bool conn_fill(struct conn *c, enum want *w)
{
    unsigned char chunk[2048];
    size_t room = c->in.cap - c->in.len;
    if (!room)
        return true;
    ssize_t n = conn_read(c, chunk, room < sizeof chunk ? room : sizeof chunk, w);
    if (n > 0)
        return buf_add(&c->in, chunk, (size_t)n);
    if (n == 0)
        *w = WANT_GONE;
    return false;
}

/* Reads once and forgets, until the peer ends or has said too much. */
static enum want conn_drop(struct conn *c)
{
    unsigned char chunk[4096];
    ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);
    if (n < 0)
        return errno == EINTR ? WANT_STEP : errno == EAGAIN ? WANT_READ : WANT_GONE;
    c->dropped += (size_t)n;
    return n && c->dropped < DROP_MAX ? WANT_STEP : WANT_GONE;
}

/* --- stages --------------------------------------------------------------------------------- */

/* A close with unread bytes would be a reset that takes our last words (an alert) with it: so end
 * our side, and give the peer a moment to end its own. */
static enum want conn_linger(struct conn *c)
{
    c->stage = STAGE_LINGER;
    shutdown(c->fd, SHUT_WR);
    ev_timer_stop(c->server->serve->loop, &c->end);
    ev_timer_set(&c->end, SERVE_LINGER_SECONDS, 0.);
    ev_timer_start(c->server->serve->loop, &c->end);
    return WANT_STEP;
}

static enum want conn_say(struct conn *c, const char *words, enum stage after)
{
    if (!buf_add(&c->out, words, strlen(words)))
        return WANT_GONE; /* it only talks and never listens */
    c->stage = STAGE_SEND;
    c->after = after;
    return WANT_STEP;
}

static enum want handshake_step(struct conn *c)
{
    int r = gnutls_handshake(c->tls);
    if (r == 0) {
        c->stage = STAGE_HTTP;
        return WANT_STEP;
    }
    if (r == GNUTLS_E_AGAIN)
        return gnutls_record_get_direction(c->tls) ? WANT_WRITE : WANT_READ;
    if (!gnutls_error_is_fatal(r))
        return WANT_STEP;
    if (r == GNUTLS_E_NO_CERTIFICATE_FOUND) /* RFC 5246 section 7.4.6, not GnuTLS's decode_error */
        gnutls_alert_send(c->tls, GNUTLS_AL_FATAL, GNUTLS_A_HANDSHAKE_FAILURE);
    else
        gnutls_alert_send_appropriate(c->tls, r);
    return conn_linger(c);
}

static char *http_date(time_t now)
{
    /* Not strftime: a locale must not translate them. */
    static const char day[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;
    gmtime_r(&now, &t);
    return mem_format("%s, %02d %s %04d %02d:%02d:%02d GMT", day[t.tm_wday], t.tm_mday,
                      month[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static enum want http_answer(struct conn *c, const char *status, bool head)
{
    char *date = http_date(time(NULL));
    char *body = mem_format("%s answers: %s\n", c->server->row->id, status);
    char *all = mem_format("HTTP/1.1 %s\r\nDate: %s\r\nServer: tlswhy-lab\r\n"
                           "Content-Type: text/plain\r\nContent-Length: %zu\r\n"
                           "Connection: close\r\n\r\n%s",
                           status, date, strlen(body), head ? "" : body);
    enum want w = conn_say(c, all, c->tls ? STAGE_BYE : STAGE_LINGER);
    free(date);
    free(body);
    free(all);
    return w;
}

static bool buf_starts(const struct buf *b, const char *prefix)
{
    size_t n = strlen(prefix);
    return b->len >= n && !memcmp(b->data, prefix, n);
}

static enum want http_step(struct conn *c)
{
    enum want w = WANT_STEP;
    if (!conn_fill(c, &w))
        return w;
    if (c->in.len && (c->in.data[0] < 'A' || c->in.data[0] > 'Z'))
        return http_answer(c, "400 Bad Request", false); /* no method begins like this */
    if (!memmem(c->in.data, c->in.len, "\r\n\r\n", 4))
        return c->in.len < c->in.cap ? WANT_STEP
            : http_answer(c, "431 Request Header Fields Too Large", false);
    if (!memmem(c->in.data, c->in.len, " HTTP/1.", 8))
        return http_answer(c, "400 Bad Request", false);
    bool head = buf_starts(&c->in, "HEAD ");
    bool known = head || buf_starts(&c->in, "GET ");
    return http_answer(c, known ? "200 OK" : "405 Method Not Allowed\r\nAllow: GET, HEAD", head);
}

static const struct smtp_row { const char *verb, *answer; bool last; } smtp_table[] = {
    {"EHLO", "250 lab.test\r\n", false}, /* one line: no extensions, so no STARTTLS */
    {"HELO", "250 lab.test\r\n", false},
    {"NOOP", "250 2.0.0 Ok\r\n", false},
    {"QUIT", "221 2.0.0 Bye\r\n", true},
    {"STARTTLS", "502 5.5.1 Command not implemented\r\n", false},
};

static enum want smtp_answer(struct conn *c, const char *line, size_t n)
{
    for (size_t i = 0; i < sizeof smtp_table / sizeof *smtp_table; i++) {
        const struct smtp_row *row = &smtp_table[i];
        size_t verb = strlen(row->verb);
        if (n >= verb && !strncasecmp(line, row->verb, verb))
            return conn_say(c, row->answer, row->last ? STAGE_LINGER : STAGE_SMTP);
    }
    return conn_say(c, "500 5.5.2 Command not recognized\r\n", STAGE_SMTP);
}

static enum want smtp_step(struct conn *c)
{
    enum want w = WANT_STEP;
    const char *nl = c->in.len ? memchr(c->in.data, '\n', c->in.len) : NULL;
    if (!nl) {
        if (c->in.len == c->in.cap)
            return conn_say(c, "500 5.5.2 Line too long\r\n", STAGE_LINGER);
        return conn_fill(c, &w) ? WANT_STEP : w;
    }
    size_t n = (size_t)(nl - (const char *)c->in.data) + 1;
    w = smtp_answer(c, (const char *)c->in.data, n);
    buf_drop(&c->in, n);
    return w;
}

static enum want send_step(struct conn *c)
{
    enum want w = WANT_STEP;
    if (c->out.len) {
        ssize_t n = conn_write(c, c->out.data, c->out.len, &w);
        if (n < 0)
            return w;
        buf_drop(&c->out, (size_t)n);
        return WANT_STEP;
    }
    if (c->after == STAGE_LINGER)
        return conn_linger(c);
    c->stage = c->after;
    return WANT_STEP;
}

static enum want bye_step(struct conn *c)
{
    int r = gnutls_bye(c->tls, GNUTLS_SHUT_WR);
    if (r == GNUTLS_E_AGAIN)
        return gnutls_record_get_direction(c->tls) ? WANT_WRITE : WANT_READ;
    return r < 0 && !gnutls_error_is_fatal(r) ? WANT_STEP : conn_linger(c);
}

/* Whether a whole ClientHello is there, in however many records; also true when the bytes can't
 * become one, since waiting for the rest of it would then be in vain. */
static bool hello_whole(const struct buf *b)
{
    struct reader r = reader_of(b->data, b->len);
    uint8_t head[4] = {0};
    size_t have = 0, need = sizeof head;
    while (have < need) {
        uint8_t type = reader_u8(&r);
        reader_u16(&r); /* the record's version says nothing */
        uint16_t n = reader_u16(&r);
        if (r.failed)
            return b->len && b->data[0] != RECORD_HANDSHAKE;
        if (type != RECORD_HANDSHAKE || !n)
            return true;
        const uint8_t *p = reader_take(&r, n);
        if (!p)
            return false;
        for (size_t i = 0; i < n && have + i < sizeof head; i++)
            head[have + i] = p[i];
        have += n;
        if (have >= sizeof head)
            need = sizeof head + ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
    }
    return true;
}

static enum want hello_step(struct conn *c)
{
    enum want w = WANT_STEP;
    if (!conn_fill(c, &w))
        return w;
    if (!hello_whole(&c->in) && c->in.len < c->in.cap)
        return WANT_STEP;
    if (c->server->row->way == LAB_CLOSED)
        return conn_linger(c);
    if (c->server->row->way == LAB_SILENT) {
        c->stage = STAGE_SILENT;
        return WANT_STEP;
    }
    /* Zero linger time: the close is a reset. */
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    return WANT_GONE;
}

typedef enum want (*stage_step)(struct conn *c);
static const stage_step stage_table[STAGE_COUNT] = {
    [STAGE_HANDSHAKE] = handshake_step,
    [STAGE_HTTP] = http_step,
    [STAGE_SMTP] = smtp_step,
    [STAGE_SEND] = send_step,
    [STAGE_BYE] = bye_step,
    [STAGE_HELLO] = hello_step,
    [STAGE_SILENT] = conn_drop,
    [STAGE_LINGER] = conn_drop,
};

/* How each way begins. */
static const struct way_row {
    enum stage first;
    bool tls;
    const char *greeting;
} way_table[LAB_WAY_COUNT] = {
    [LAB_HTTPS] = {.first = STAGE_HANDSHAKE, .tls = true},
    [LAB_PLAIN_HTTP] = {.first = STAGE_HTTP},
    [LAB_PLAIN_SMTP] = {.first = STAGE_SMTP, .greeting = "220 lab.test ESMTP ready\r\n"},
    [LAB_REFUSED] = {.first = STAGE_LINGER}, /* never gets a connection */
    [LAB_RESET] = {.first = STAGE_HELLO},
    [LAB_CLOSED] = {.first = STAGE_HELLO},
    [LAB_SILENT] = {.first = STAGE_HELLO},
};

/* --- connections ---------------------------------------------------------------------------- */

static void conn_free(struct conn *c)
{
    struct serve *s = c->server->serve;
    ev_io_stop(s->loop, &c->io);
    ev_timer_stop(s->loop, &c->end);
    if (c->tls)
        gnutls_deinit(c->tls);
    close(c->fd);
    buf_free(&c->in);
    buf_free(&c->out);
    if (c->next)
        c->next->prev = c->prev;
    *(c->prev ? &c->prev->next : &s->conn) = c->next;
    s->conn_count--;
    free(c);
}

static void conn_watch(struct conn *c, int events)
{
    struct ev_loop *loop = c->server->serve->loop;
    if (!ev_is_active(&c->io) || (c->io.events & (EV_READ | EV_WRITE)) != events) {
        ev_io_stop(loop, &c->io);
        ev_io_set(&c->io, c->fd, events);
        ev_io_start(loop, &c->io);
    }
    assert(ev_is_active(&c->io) && ev_is_active(&c->end));
}

/* Steps as far as it goes; frees the connection when it is over. */
static void conn_run(struct conn *c)
{
    enum want w = WANT_STEP;
    for (int i = 0; i < TURN_STEPS && w == WANT_STEP; i++)
        w = stage_table[c->stage](c);
    if (w == WANT_GONE)
        conn_free(c);
    else /* writable at once: so an interrupted one is back after the others */
        conn_watch(c, w == WANT_READ ? EV_READ : EV_WRITE);
}

static void conn_ready(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    conn_run(io->data);
}

static void conn_late(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    conn_free(timer->data);
}

static bool conn_begin_tls(struct conn *c)
{
    const struct server *s = c->server;
    const gnutls_datum_t http = {.data = (unsigned char *)(uintptr_t)"http/1.1", .size = 8};
    if (gnutls_init(&c->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
        c->tls = NULL;
        return false;
    }
    gnutls_certificate_server_set_request(c->tls, s->row->asks_client ? GNUTLS_CERT_REQUIRE
                                                                      : GNUTLS_CERT_IGNORE);
    gnutls_transport_set_int(c->tls, c->fd);
    return gnutls_priority_set(c->tls, s->priority) >= 0 &&
           gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, s->cred) >= 0 &&
           gnutls_alpn_set_protocols(c->tls, &http, 1, 0) >= 0;
}

/* Takes the descriptor. */
static void conn_new(struct server *server, int fd)
{
    struct serve *s = server->serve;
    const struct way_row *way = &way_table[server->row->way];
    struct conn *c = mem_new(sizeof *c);
    c->server = server;
    c->fd = fd;
    c->stage = way->first;
    buf_init(&c->in, IN_MAX);
    buf_init(&c->out, OUT_MAX);
    c->next = s->conn;
    if (c->next)
        c->next->prev = c;
    s->conn = c;
    s->conn_count++;
    ev_init(&c->io, conn_ready);
    ev_timer_init(&c->end, conn_late, SERVE_CONN_SECONDS, 0.);
    c->io.data = c->end.data = c;
    ev_timer_start(s->loop, &c->end);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (way->tls && !conn_begin_tls(c)) {
        conn_free(c);
        return;
    }
    if (way->greeting)
        conn_say(c, way->greeting, way->first);
    conn_run(c);
}

/* --- servers -------------------------------------------------------------------------------- */

static void serve_accepting(struct serve *s, bool on)
{
    for (struct server *v = s->server; v; v = v->next) {
        if (on && v->row->way != LAB_REFUSED)
            ev_io_start(s->loop, &v->io);
        else
            ev_io_stop(s->loop, &v->io);
    }
}

static void serve_rested(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    serve_accepting(timer->data, true);
}

static void server_ready(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    struct server *v = io->data;
    struct serve *s = v->serve;
    for (int i = 0; i < TURN_STEPS; i++) {
        int fd = accept4(v->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                serve_accepting(s, false); /* else the loop would spin on a backlog it can't take */
                ev_timer_set(&s->rest, REST_SECONDS, 0.);
                ev_timer_start(loop, &s->rest);
            }
            return;
        }
        if (s->conn_count >= s->conn_max)
            close(fd);
        else
            conn_new(v, fd);
    }
}

static void serve_over(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    char byte;
    struct serve *s = io->data;
    ssize_t n = io == &s->signals ? 0 : recv(io->fd, &byte, 1, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        ev_break(loop, EVBREAK_ALL);
}

/* The number of connections the descriptor limit leaves room for. */
static size_t serve_room(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return SERVE_CONN_MAX;
    const rlim_t wanted = SERVE_CONN_MAX + FDS_KEPT;
    if (l.rlim_cur < wanted && l.rlim_cur < l.rlim_max) {
        l.rlim_cur = l.rlim_max < wanted ? l.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &l) < 0)
            getrlimit(RLIMIT_NOFILE, &l);
    }
    if (l.rlim_cur >= wanted)
        return SERVE_CONN_MAX;
    return l.rlim_cur > FDS_KEPT ? (size_t)l.rlim_cur - FDS_KEPT : 0;
}

struct serve *serve_new(struct err *e)
{
    struct serve *s = mem_new(sizeof *s);
    s->conn_max = serve_room();
    s->loop = s->conn_max ? ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV) : NULL;
    if (!s->loop) {
        err_set(e, "the lab can't start its event loop; is the limit of open files (ulimit -n) "
                "very low?");
        free(s);
        return NULL;
    }
    ev_init(&s->rest, serve_rested);
    s->rest.data = s;
    return s;
}

static void server_free(struct server *v)
{
    ev_io_stop(v->serve->loop, &v->io);
    if (v->fd >= 0)
        close(v->fd);
    if (v->priority)
        gnutls_priority_deinit(v->priority);
    if (v->cred)
        gnutls_certificate_free_credentials(v->cred);
    free(v);
}

void serve_free(struct serve *s)
{
    if (!s)
        return;
    while (s->conn)
        conn_free(s->conn);
    while (s->server) {
        struct server *v = s->server;
        s->server = v->next;
        server_free(v);
    }
    ev_timer_stop(s->loop, &s->rest);
    ev_loop_destroy(s->loop);
    free(s);
}

/* A port of the kernel's choice on 127.0.0.1. One that is bound but does not listen refuses, and
 * nobody else can take it meanwhile. */
static uint16_t server_open(struct server *v, struct err *e)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (v->fd < 0 || bind(v->fd, (struct sockaddr *)&a, n) < 0 ||
        getsockname(v->fd, (struct sockaddr *)&a, &n) < 0 ||
        (v->row->way != LAB_REFUSED && listen(v->fd, SERVE_CONN_MAX) < 0)) {
        err_set(e, "the lab can't open a port on 127.0.0.1: %s", strerror(errno));
        return 0;
    }
    return ntohs(a.sin_port);
}

static bool server_set_tls(struct server *v, struct err *e)
{
    const char *words = v->row->priority ? v->row->priority : PRIORITY, *bad = NULL;
    int r = gnutls_priority_init(&v->priority, words, &bad);
    if (r >= 0)
        return true;
    v->priority = NULL;
    return err_set(e, "the lab can't set up \"%s\" (%s): GnuTLS says: %s; a crypto policy of this "
                   "machine may forbid it", v->row->fault, words, gnutls_strerror(r));
}

uint16_t serve_add(struct serve *s, const struct lab_row *row,
                   gnutls_certificate_credentials_t cred, struct err *e)
{
    struct server *v = mem_new(sizeof *v);
    *v = (struct server){.serve = s, .row = row, .fd = -1, .cred = cred};
    ev_init(&v->io, server_ready);
    v->io.data = v;
    uint16_t port = way_table[row->way].tls && !server_set_tls(v, e) ? 0 : server_open(v, e);
    if (!port) {
        server_free(v);
        return 0;
    }
    ev_io_set(&v->io, v->fd, EV_READ);
    v->next = s->server;
    s->server = v;
    return port;
}

bool serve_run(struct serve *s, int link, const sigset_t *signals, struct err *e)
{
    int fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return err_set(e, "the lab can't wait for signals: %s", strerror(errno));
    ev_io_init(&s->signals, serve_over, fd, EV_READ);
    ev_io_init(&s->link, serve_over, link, EV_READ);
    s->signals.data = s->link.data = s;
    ev_io_start(s->loop, &s->signals);
    ev_io_start(s->loop, &s->link);
    serve_accepting(s, true);
    ev_run(s->loop, 0);
    serve_accepting(s, false);
    ev_io_stop(s->loop, &s->signals);
    ev_io_stop(s->loop, &s->link);
    close(fd);
    return true;
}
