/* fetch - see fetch.h.
 *
 * A job is one address asked for, with all who wait for its answer. It goes QUEUED -> NAMING ->
 * CONNECTING -> ASKING -> OVER and stays for a while, so that a thousand columns with one issuer ask
 * for it once.
 */
#include "probes/fetch.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "probes/conn.h"
#include "probes/http.h"
#include "probes/now.h"
#include "probes/proxy.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/model/reach.h"

#define ACTIVE_MAX 8        /* jobs at work at the same time */
#define JOBS_MAX 1000       /* kept, with their answers */
#define KEPT_BYTES_MAX (32u << 20)
#define KEEP_GOOD 300       /* seconds an answer is good for others */
#define KEEP_BAD 30
#define ADDRESSES_MAX 4     /* of one name that are tried */
#define READ_ROUNDS 16      /* reads in a row before others get their turn */
#define URL_SHOWN 300

const char *const fetch_end_words[FETCH_END_COUNT] = {
#define X(id, word, asked) [FETCH_##id] = word,
    FETCH_ENDS(X)
#undef X
};

bool fetch_end_asked(enum fetch_end e)
{
    static const bool table[] = {
#define X(id, word, asked) [FETCH_##id] = asked,
        FETCH_ENDS(X)
#undef X
    };
    return table[e];
}

enum phase { QUEUED, NAMING, CONNECTING, ASKING, OVER };

struct waiter { fetched_fn *done; void *arg; struct job *job; struct waiter *next; };

struct job {
    struct fetcher *f;
    enum phase phase;
    char *text;                 /* owned; the address as it was given */
    char *shown, *type;         /* owned; printable; content type to POST, or NULL */
    uint8_t *body; size_t body_len; /* owned */
    struct url url;
    size_t cap;
    double seconds, began, until, over; /* monotonic */
    enum reach from;            /* where the endpoint is: a part of what makes two jobs alike */
    struct via via;             /* of its own; kind, address and login are a part of that, too */
    char *login;                /* owned */
    struct address proxy;
    struct endpoint *to;        /* owned; what SOCKS is asked for */
    struct address address[ADDRESSES_MAX]; /* allowed ones */
    size_t count, at;
    struct conn conn;
    struct http *http;
    struct buf out; size_t sent;
    struct ev_io io;
    struct ev_timer timer;
    struct waiter *waiters;
    struct fetched result;      /* its strings are owned below */
    char *result_text, *result_address, *result_type;
    struct job *next;
};

struct fetcher {
    struct ev_loop *loop;
    struct fetch_names names;
    struct job *jobs;           /* the newest first */
    struct waiter *ready, **ready_end; /* their answer is there */
    struct ev_timer deliver;
    struct job *lent;           /* its answer is with a callback just now */
    int active;
    bool starting;              /* in fetcher_next, which goes on until nothing more can start */
};

/* --- where a certificate may send us ------------------------------------------------------------ */

struct net_row { uint32_t net; int bits; enum reach reach; };
/* The IANA registry of special-purpose addresses, as far as it matters. */
static const struct net_row net_table[] = {
    { 0x00000000, 8, REACH_NOWHERE },   { 0x0a000000, 8, REACH_PRIVATE },   /* RFC 1122, 1918 */
    { 0x64400000, 10, REACH_PRIVATE },  { 0x7f000000, 8, REACH_LOOPBACK },  /* RFC 6598 (CGNAT), 1122 */
    { 0xa9fe0000, 16, REACH_LINK },     { 0xac100000, 12, REACH_PRIVATE },  /* RFC 3927, 1918 */
    { 0xc0000000, 24, REACH_PRIVATE },  { 0xc0a80000, 16, REACH_PRIVATE },  /* RFC 6890, 1918 */
    { 0xc6120000, 15, REACH_PRIVATE },  { 0xe0000000, 4, REACH_NOWHERE },   /* RFC 2544, 1112 (multicast) */
    { 0xf0000000, 4, REACH_NOWHERE },                                       /* reserved, broadcast */
};

static enum reach reach_four(uint32_t a)
{
    for (size_t i = 0; i < sizeof net_table / sizeof *net_table; i++)
        if ((a ^ net_table[i].net) >> (32 - net_table[i].bits) == 0)
            return net_table[i].reach;
    return REACH_PUBLIC;
}

static uint32_t four_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* An IPv4 address may be dressed up as one of IPv6: mapped, translated (RFC 6052), 6to4. Where the network itself chose
 * the prefix (RFC 8215), only that network knows whose it is. */
static enum reach reach_six(const uint8_t *p)
{
    static const uint8_t zero[15] = { 0 }, nat64[12] = { 0, 0x64, 0xff, 0x9b };
    static const uint8_t nat64_local[6] = { 0, 0x64, 0xff, 0x9b, 0, 1 };
    if (memcmp(p, zero, 15) == 0 && p[15] == 1)
        return REACH_LOOPBACK;
    if (memcmp(p, zero, 10) == 0 && p[10] == 0xff && p[11] == 0xff)
        return reach_four(four_at(p + 12));
    if (memcmp(p, zero, 12) == 0 || p[0] == 0xff)
        return REACH_NOWHERE;
    if (memcmp(p, nat64, 12) == 0)
        return reach_four(four_at(p + 12));
    if (memcmp(p, nat64_local, 6) == 0)
        return REACH_PRIVATE;
    if (p[0] == 0x20 && p[1] == 0x02)
        return reach_four(four_at(p + 2));
    if (p[0] == 0xfe && (p[1] & 0xc0) == 0x80)
        return REACH_LINK;
    if ((p[0] & 0xfe) == 0xfc || (p[0] == 0xfe && (p[1] & 0xc0) == 0xc0))
        return REACH_PRIVATE; /* unique local, and what was site-local before */
    return REACH_PUBLIC;
}

enum reach reach_of(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET)
        return reach_four(ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr));
    if (sa->sa_family == AF_INET6)
        return reach_six(((const struct sockaddr_in6 *)sa)->sin6_addr.s6_addr);
    return REACH_NOWHERE;
}

/* Who is on this very machine, or one link with it, may name the private network around it as well. */
static bool reach_fits(enum reach to, enum reach from)
{
    return to == REACH_PUBLIC || (to != REACH_NOWHERE && to == from) ||
           (to == REACH_PRIVATE && (from == REACH_LOOPBACK || from == REACH_LINK));
}

bool reach_allowed(const struct sockaddr *sa, const struct sockaddr *endpoint)
{
    return reach_fits(reach_of(sa), reach_of(endpoint));
}

static const char *const reach_says[] = {
    [REACH_PUBLIC] = "the internet", [REACH_PRIVATE] = "a private network", [REACH_LINK] = "the local link",
    [REACH_LOOPBACK] = "this machine itself"
};

/* --- the end of a job ---------------------------------------------------------------------------- */

static void job_start(struct job *j);

static void waiters_ready(struct job *j)
{
    struct fetcher *f = j->f;
    if (!j->waiters)
        return;
    *f->ready_end = j->waiters;
    while (*f->ready_end)
        f->ready_end = &(*f->ready_end)->next;
    j->waiters = NULL;
    if (!ev_is_active(&f->deliver)) {
        ev_timer_set(&f->deliver, 0, 0);
        ev_timer_start(f->loop, &f->deliver);
    }
}

/* Whatever is at work for it ends. */
static void job_rest(struct job *j)
{
    struct fetcher *f = j->f;
    ev_io_stop(f->loop, &j->io);
    ev_timer_stop(f->loop, &j->timer);
    if (j->phase == NAMING)
        f->names.drop(f->names.arg, j);
    if (j->phase != QUEUED && j->phase != OVER)
        f->active--;
    conn_close(&j->conn);
    buf_free(&j->out);
    j->phase = OVER;
}

static void job_free(struct job *j)
{
    struct job **p = &j->f->jobs;
    while (*p != j)
        p = &(*p)->next;
    *p = j->next;
    job_rest(j);
    http_free(j->http);
    url_free(&j->url);
    free(j->text);
    free(j->shown);
    free(j->type);
    free(j->body);
    free(j->result_text);
    free(j->result_address);
    free(j->result_type);
    via_clear(&j->via);
    if (j->login)
        explicit_bzero(j->login, strlen(j->login));
    free(j->login);
    endpoint_free(j->to);
    free(j);
}

static void fetcher_next(struct fetcher *f)
{
    struct job *oldest = NULL;
    if (f->starting)
        return;
    f->starting = true;
    do {
        oldest = NULL;
        for (struct job *j = f->jobs; j && f->active < ACTIVE_MAX; j = j->next)
            if (j->phase == QUEUED)
                oldest = j;
        if (oldest)
            job_start(oldest);
    } while (oldest);
    f->starting = false;
}

/* Takes `says`, which is read after the address and who was asked. */
static void job_over(struct job *j, enum fetch_end end, char *says)
{
    struct fetched *r = &j->result;
    bool asked = fetch_end_asked(end) && j->result_address;
    r->end = end;
    r->url = j->shown;
    r->address = asked ? j->result_address : NULL;
    r->ms = (now_monotonic() - j->began) * 1000;
    j->result_text = asked ? mem_format("%s (%s) %s", j->shown, j->result_address, says)
                           : mem_format("%s %s", j->shown, says);
    r->text = j->result_text;
    if (j->http) {
        r->status = http_status(j->http);
        j->result_type = mem_string(http_type(j->http));
        r->type = j->result_type;
    }
    if (end == FETCH_OK) {
        r->body = http_body(j->http, &r->len);
    } else {
        http_free(j->http);
        j->http = NULL;
    }
    free(says);
    job_rest(j);
    j->over = now_monotonic();
    waiters_ready(j);
    fetcher_next(j->f);
}

/* --- asking --------------------------------------------------------------------------------------- */

static void job_connect(struct job *j);

static void job_watch(struct job *j, int events)
{
    struct fetcher *f = j->f;
    if (ev_is_active(&j->io) && j->io.fd == j->conn.fd && (j->io.events & (EV_READ | EV_WRITE)) == events)
        return;
    ev_io_stop(f->loop, &j->io);
    ev_io_set(&j->io, j->conn.fd, events);
    ev_io_start(f->loop, &j->io);
}

static void job_deadline(struct job *j, double at)
{
    double left = at - now_monotonic();
    ev_now_update(j->f->loop);
    ev_timer_stop(j->f->loop, &j->timer);
    ev_timer_set(&j->timer, left > 0.001 ? left : 0.001, 0);
    ev_timer_start(j->f->loop, &j->timer);
}

/* The answer is there, as far as it will be. */
static void job_answered(struct job *j, enum http_state state)
{
    int status = http_status(j->http);
    size_t n;
    http_body(j->http, &n);
    if (state == HTTP_TOO_BIG)
        job_over(j, FETCH_TOO_BIG, mem_format("has more than the %zu bytes that are read of such an answer", j->cap));
    else if (state == HTTP_BROKEN)
        job_over(j, FETCH_BROKEN, mem_format("gave nothing usable: the answer %s", http_why(j->http)));
    else if (status == 200)
        job_over(j, FETCH_OK, mem_format("answered with %zu byte%s", n, n == 1 ? "" : "s"));
    else if (status == 407 && j->via.kind == VIA_HTTP)
        job_over(j, FETCH_UNREACHABLE, mem_string("can't be asked: the proxy wants a login (HTTP status 407)"));
    else if (status >= 300 && status < 400)
        job_over(j, FETCH_REDIRECT,
                 mem_format("answered with HTTP status %d, a redirection, which is not followed", status));
    else
        job_over(j, FETCH_STATUS, mem_format("answered with HTTP status %d", status));
}

static bool job_wait_more(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static void job_send(struct job *j)
{
    while (j->sent < j->out.len) {
        struct iovec v = { j->out.data + j->sent, j->out.len - j->sent };
        ssize_t n = conn_send(&j->conn, &v, 1);
        if (n < 0 && job_wait_more())
            return;
        if (n < 0) /* it may have answered, and closed, before it heard all */
            j->sent = j->out.len;
        else
            j->sent += (size_t)n;
    }
}

static void job_ask(struct job *j)
{
    uint8_t in[16384];
    job_send(j);
    for (int i = 0; i < READ_ROUNDS; i++) {
        ssize_t n = conn_recv(&j->conn, in, sizeof in);
        if (n < 0 && job_wait_more())
            break;
        if (n < 0) {
            job_over(j, FETCH_BROKEN, mem_format("broke off: %s", strerror(errno)));
            return;
        }
        enum http_state state = n > 0 ? http_feed(j->http, in, (size_t)n) : http_close(j->http);
        if (state != HTTP_GOING) {
            job_answered(j, state);
            return;
        }
    }
    job_watch(j, EV_READ | (j->sent < j->out.len ? EV_WRITE : 0));
}

static char *job_request(const struct job *j)
{
    if (j->via.kind != VIA_HTTP)
        return http_request(&j->url, j->type, j->body_len);
    char *login = j->login ? proxy_login_line(j->login) : mem_string("");
    char *head = http_request_through(&j->url, j->type, j->body_len, login);
    explicit_bzero(login, strlen(login));
    free(login);
    return head;
}

static void job_connected(struct job *j)
{
    char *head = job_request(j);
    j->phase = ASKING;
    buf_init(&j->out, strlen(head) + j->body_len);
    buf_add(&j->out, head, strlen(head));
    if (j->body_len)
        buf_add(&j->out, j->body, j->body_len);
    free(head);
    j->http = http_new(j->cap);
    job_deadline(j, j->until);
    job_ask(j);
}

/* What a SOCKS proxy that was reached says instead of connecting; NULL: it was not reached, or there is none. */
static char *job_refused(const struct job *j, bool late)
{
    struct layer_said said = { .ready = false };
    if (j->via.kind != VIA_SOCKS5 || !conn_reached(&j->conn))
        return NULL;
    proxy_way.say(&j->conn, &j->conn.layer[j->conn.layers - 1], late, &said);
    json_decref(said.value);
    return said.text;
}

/* On to the next address, if there is one. */
static void job_unreached(struct job *j, int error)
{
    char *says = job_refused(j, error == ETIMEDOUT);
    conn_close(&j->conn);
    ev_io_stop(j->f->loop, &j->io);
    if (++j->at < j->count && now_monotonic() < j->until)
        job_connect(j);
    else if (says)
        job_over(j, FETCH_UNREACHABLE, mem_format("can't be had: %s", says));
    else if (error == ETIMEDOUT)
        job_over(j, FETCH_UNREACHABLE, mem_string("can't be connected: no answer to SYN"));
    else
        job_over(j, FETCH_UNREACHABLE, mem_format("can't be connected: %s", strerror(error)));
    free(says);
}

static void job_open(struct job *j)
{
    switch (conn_open(&j->conn)) {
    case CONN_READY: job_connected(j); return;
    case CONN_FAILED: job_unreached(j, j->conn.error); return;
    case CONN_WANT_READ: job_watch(j, EV_READ); return;
    case CONN_WANT_WRITE: job_watch(j, EV_WRITE); return;
    }
}

static void job_connect(struct job *j)
{
    struct address *a = &j->address[j->at];
    double now = now_monotonic(), left = j->until - now;
    size_t others = j->count - j->at - 1;
    free(j->result_address);
    j->result_address = j->via.kind == VIA_DIRECT ? address_text(&a->sa.sa) : mem_format("through %s", j->via.shown);
    j->phase = CONNECTING;
    conn_init(&j->conn, &a->sa.sa, a->n);
    if (j->via.kind == VIA_SOCKS5) {
        j->conn.endpoint = j->to;
        j->conn.via = &j->via;
        j->conn.login = j->login;
        conn_push(&j->conn, &proxy_layer);
    }
    job_deadline(j, now + (others ? left / 2 : left)); /* a silent address leaves time for another */
    job_open(j);
}

/* --- names ---------------------------------------------------------------------------------------- */

static void job_located(struct job *j, const struct resolved *r)
{
    enum reach refused = REACH_PUBLIC;
    for (size_t i = 0; i < r->count && j->count < ADDRESSES_MAX; i++) {
        enum reach to = reach_of(&r->address[i].sa.sa);
        if (reach_fits(to, j->from))
            j->address[j->count++] = r->address[i];
        else
            refused = to;
    }
    if (j->count)
        job_connect(j);
    else if (r->count && refused == REACH_NOWHERE)
        job_over(j, FETCH_FORBIDDEN, mem_string("was not asked: its address is not that of one machine"));
    else if (r->count)
        job_over(j, FETCH_FORBIDDEN, mem_format("was not asked: its address belongs to %s, where the certificate of an "
                                                "endpoint that is not there itself sends nobody", reach_says[refused]));
    else
        job_over(j, FETCH_NO_NAME, mem_format("was not asked: %s: %s", j->url.host,
                                              *r->why ? r->why : "the name has no address"));
}

static void on_named(void *arg, const struct resolved *r)
{
    struct job *j = arg;
    j->phase = CONNECTING; /* nothing is to be dropped any more */
    job_located(j, r);
}

/* Where the proxy would go is not known: only what is anybody's is asked for. */
static bool is_anybodys(const struct url *u)
{
    struct address a;
    return address_parse(u->host, u->port, &a) ? reach_of(&a.sa.sa) == REACH_PUBLIC : reach_public_name(u->host);
}

static void job_through(struct job *j)
{
    struct err e = { "" };
    char *place = mem_format(strchr(j->url.host, ':') ? "tls://[%s]:%d" : "tls://%s:%d", j->url.host, j->url.port);
    if (j->via.kind == VIA_SOCKS5)
        j->to = endpoint_parse_foreign(place, &e);
    free(place);
    if (j->via.kind != VIA_HTTP && j->via.kind != VIA_SOCKS5) {
        job_over(j, FETCH_FORBIDDEN, mem_string("was not asked: the command of via= leads to the endpoint alone"));
    } else if (!is_anybodys(&j->url)) {
        job_over(j, FETCH_FORBIDDEN, mem_format("was not asked: the endpoint is reached through a proxy, and where "
                                                "that would find %s nobody here knows", j->url.host));
    } else if (j->via.kind == VIA_SOCKS5 && !j->to) {
        job_over(j, FETCH_URL, mem_string("was not asked: it has no name that could be asked for"));
    } else {
        j->address[0] = j->proxy;
        j->count = 1;
        job_connect(j);
    }
}

static void job_start(struct job *j)
{
    struct resolved *r = mem_new(sizeof *r);
    j->f->active++;
    j->phase = CONNECTING;
    j->began = now_monotonic();
    j->until = j->began + j->seconds;
    job_deadline(j, j->until);
    if (j->via.kind != VIA_DIRECT) {
        job_through(j);
    } else if (address_parse(j->url.host, j->url.port, &r->address[0])) {
        r->count = 1;
        job_located(j, r);
    } else {
        j->phase = NAMING;
        j->f->names.ask(j->f->names.arg, j->url.host, j->url.port, on_named, j);
    }
    free(r);
}

/* --- watchers -------------------------------------------------------------------------------------- */

static void on_job_io(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct job *j = w->data;
    (void)loop;
    (void)events;
    if (j->phase == CONNECTING)
        job_open(j);
    else
        job_ask(j);
}

static void on_job_timer(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct job *j = w->data;
    (void)loop;
    (void)events;
    if (j->phase == CONNECTING)
        job_unreached(j, ETIMEDOUT);
    else if (j->phase == NAMING)
        job_over(j, FETCH_NO_NAME,
                 mem_format("was not asked: DNS gave no address of %s in %.1f s", j->url.host, j->seconds));
    else
        job_over(j, FETCH_SLOW,
                 mem_format("did not give its answer in %.1f s: %zu bytes came", j->seconds, j->conn.received));
}

static void on_deliver(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct fetcher *f = w->data;
    (void)loop;
    (void)events;
    while (f->ready) {
        struct waiter *one = f->ready;
        if (!(f->ready = one->next))
            f->ready_end = &f->ready;
        f->lent = one->job;
        one->done(one->arg, &one->job->result);
        f->lent = NULL;
        free(one);
    }
}

/* --- the contract ------------------------------------------------------------------------------------ */

struct fetcher *fetcher_new(struct ev_loop *loop, struct fetch_names names)
{
    struct fetcher *f = mem_new(sizeof *f);
    f->loop = loop;
    f->names = names;
    f->ready_end = &f->ready;
    ev_init(&f->deliver, on_deliver);
    f->deliver.data = f;
    return f;
}

static void waiters_free(struct waiter *w)
{
    for (struct waiter *next; w; w = next) {
        next = w->next;
        free(w);
    }
}

void fetcher_free(struct fetcher *f)
{
    if (!f)
        return;
    while (f->jobs) {
        waiters_free(f->jobs->waiters);
        job_free(f->jobs);
    }
    waiters_free(f->ready);
    ev_timer_stop(f->loop, &f->deliver);
    free(f);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool job_is_through(const struct job *j, const struct fetch_ask *a)
{
    if (!a->via || a->via->kind == VIA_DIRECT)
        return j->via.kind == VIA_DIRECT;
    return j->via.kind == a->via->kind && same_text(j->via.shown, a->via->shown) && same_text(j->login, a->login) &&
           j->proxy.n == a->proxy_len && memcmp(&j->proxy.sa, a->proxy, a->proxy_len) == 0;
}

static bool job_is(const struct job *j, const struct fetch_ask *a)
{
    return strcmp(j->text, a->url) == 0 && j->cap == a->cap && j->from == reach_of(a->endpoint) &&
           same_text(j->type, a->type) && j->body_len == a->body_len && job_is_through(j, a) &&
           (!a->body_len || memcmp(j->body, a->body, a->body_len) == 0);
}

static bool job_is_fresh(const struct job *j)
{
    return j->phase != OVER || now_monotonic() - j->over < (j->result.end == FETCH_OK ? KEEP_GOOD : KEEP_BAD);
}

/* Somebody may yet be shown its answer. */
static bool job_is_lent(const struct job *j)
{
    if (j == j->f->lent)
        return true;
    for (const struct waiter *w = j->f->ready; w; w = w->next)
        if (w->job == j)
            return true;
    return false;
}

/* Makes room where too much is kept: the oldest answers go. */
static void fetcher_trim(struct fetcher *f)
{
    size_t jobs = 0, bytes = 0;
    for (struct job *j = f->jobs, *next; j; j = next) {
        next = j->next;
        jobs++;
        bytes += j->result.len + j->body_len;
        bool much = jobs > JOBS_MAX || bytes > KEPT_BYTES_MAX;
        if (j->phase == OVER && (much || !job_is_fresh(j)) && !job_is_lent(j)) {
            jobs--;
            bytes -= j->result.len + j->body_len;
            job_free(j);
        }
    }
}

static struct job *job_new(struct fetcher *f, const struct fetch_ask *a)
{
    struct job *j = mem_new(sizeof *j);
    j->f = f;
    j->text = mem_string(a->url);
    j->shown = text_printable(a->url, strlen(a->url), URL_SHOWN);
    j->type = mem_string(a->type);
    j->body = a->body_len ? (uint8_t *)mem_copy(a->body, a->body_len) : NULL;
    j->body_len = a->body_len;
    j->cap = a->cap;
    j->seconds = a->seconds;
    j->from = reach_of(a->endpoint);
    if (a->via && a->via->kind != VIA_DIRECT) {
        j->via = (struct via){ .kind = a->via->kind, .shown = mem_string(a->via->shown) };
        j->login = mem_string(a->login);
        j->proxy.n = a->proxy_len < sizeof j->proxy.sa ? a->proxy_len : sizeof j->proxy.sa;
        memcpy(&j->proxy.sa, a->proxy, j->proxy.n);
    }
    j->conn.fd = -1;
    ev_init(&j->io, on_job_io);
    ev_init(&j->timer, on_job_timer);
    j->io.data = j->timer.data = j;
    j->next = f->jobs;
    f->jobs = j;
    return j;
}

void fetcher_ask(struct fetcher *f, const struct fetch_ask *a, fetched_fn *done, void *arg)
{
    struct waiter *w = mem_new(sizeof *w);
    fetcher_trim(f);
    struct job *j = f->jobs;
    while (j && !(job_is(j, a) && job_is_fresh(j)))
        j = j->next;
    bool fresh = !j;
    if (!j)
        j = job_new(f, a);
    *w = (struct waiter){ .done = done, .arg = arg, .job = j, .next = j->waiters };
    j->waiters = w;
    const char *wrong = fresh ? url_parse(a->url, &j->url) : NULL;
    if (wrong) {
        j->began = now_monotonic();
        job_over(j, FETCH_URL, mem_format("was not asked: it %s", wrong));
    } else if (j->phase == OVER) {
        waiters_ready(j);
    } else {
        fetcher_next(f);
    }
}

static void waiters_drop(struct waiter **p, struct waiter ***end, const void *arg)
{
    while (*p) {
        struct waiter *w = *p;
        if (w->arg != arg) {
            p = &w->next;
            continue;
        }
        *p = w->next;
        if (end && *end == &w->next)
            *end = p;
        free(w);
    }
}

void fetcher_drop(struct fetcher *f, void *arg)
{
    if (!f)
        return;
    waiters_drop(&f->ready, &f->ready_end, arg);
    for (struct job *j = f->jobs, *next; j; j = next) {
        next = j->next;
        bool waited = j->waiters != NULL;
        waiters_drop(&j->waiters, NULL, arg);
        if (waited && !j->waiters && j->phase != OVER)
            job_free(j); /* nobody wants it any more */
    }
    fetcher_next(f);
}
