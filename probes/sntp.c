/* sntp - see sntp.h.
 *
 * It goes IDLE -> NAMING -> ASKING -> OVER, and back to IDLE when somebody asks long after. UDP loses packets, so the
 * request is sent again, each time to the next address, and an answer to any of them counts: the sockets of all stay
 * open until then.
 */
#include "probes/sntp.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/now.h"
#include "probes/probe.h"
#include "src/base/mem.h"

#define SENDS_MAX 4  /* requests in all */
#define READS_MAX 16 /* packets read in a row */
#define SOON 0.01    /* seconds between requests that can't be sent, or are refused */
#define FRESH 60.0   /* seconds for which an answer is everybody's */
#define SET 0.5      /* seconds of difference by which our clock was set, and is not only adjusted */

enum phase { IDLE, NAMING, ASKING, OVER };

struct waiter { sntp_fn *done; void *arg; struct waiter *next; };

struct request {
    struct sntp *s;
    struct ev_io io;
    int fd;              /* -1: it could not be sent */
    uint64_t cookie;
    double sent, sent_at; /* wall clock; monotonic */
    char *address;       /* owned */
};

struct sntp {
    struct ev_loop *loop;
    struct fetch_names names;
    const char *host;
    int port;
    double timeout, began; /* seconds; monotonic */
    double over, over_wall; /* when its answer came: monotonic; by our clock */
    double (*wall)(void);
    enum phase phase;
    struct address *to; size_t to_count; /* owned */
    struct request request[SENDS_MAX];
    int sends, error;    /* errno of the last that could not be sent */
    struct ev_timer timer, deliver;
    struct waiter *waiters;
    struct sntp_said said;
    char *address, *text; /* owned; in said */
};

static void request_end(struct request *q)
{
    ev_io_stop(q->s->loop, &q->io);
    if (q->fd >= 0)
        close(q->fd);
    q->fd = -1;
}

/* What is at work ends; who waits is told from the loop. Takes `text`. */
static void sntp_over(struct sntp *s, char *text)
{
    ev_timer_stop(s->loop, &s->timer);
    for (int i = 0; i < s->sends; i++)
        request_end(&s->request[i]);
    s->phase = OVER;
    s->over = now_monotonic();
    s->over_wall = s->wall();
    s->said.text = s->text = text;
    s->said.address = s->address;
    ev_timer_set(&s->deliver, 0, 0);
    ev_timer_start(s->loop, &s->deliver);
}

static void sntp_answered(struct sntp *s, const struct request *q, const struct ntp_answer *a)
{
    s->said.answered = true;
    s->said.answer = *a;
    s->said.ms = (now_monotonic() - q->sent_at) * 1000;
    free(s->address);
    s->address = mem_string(q->address);
    if (a->says == NTP_KISS)
        sntp_over(s, mem_format("the NTP server %s (%s) refuses to answer: %s", s->host, q->address, a->kiss));
    else if (a->says == NTP_UNSYNCED)
        sntp_over(s, mem_format("the NTP server %s (%s) says that it does not know the time itself", s->host,
                                q->address));
    else
        sntp_over(s, mem_format("the NTP server %s (%s, stratum %d) is %+.3f s from this machine's clock, +- %.3f s",
                                s->host, q->address, a->stratum, a->offset, a->uncertainty));
}

static bool sntp_waits(const struct sntp *s)
{
    for (int i = 0; i < s->sends; i++)
        if (s->request[i].fd >= 0)
            return true;
    return false;
}

/* No answer is awaited any more: the next request need not wait for its time. */
static void sntp_hurry(struct sntp *s)
{
    if (sntp_waits(s))
        return;
    ev_timer_stop(s->loop, &s->timer);
    ev_timer_set(&s->timer, SOON, 0);
    ev_timer_start(s->loop, &s->timer);
}

static void on_packet(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct request *q = w->data;
    uint8_t in[512];
    (void)loop, (void)events;
    for (int i = 0; i < READS_MAX; i++) {
        ssize_t n = recv(q->fd, in, sizeof in, MSG_DONTWAIT);
        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                q->s->error = errno; /* nothing listens there, say */
                request_end(q);
                sntp_hurry(q->s);
            }
            return;
        }
        /* How long it took is no matter of the wall clock, which somebody may set meanwhile. */
        double got = q->sent + (now_monotonic() - q->sent_at);
        struct ntp_answer a = ntp_read(in, (size_t)n, q->cookie, q->sent, got);
        if (a.says != NTP_FOREIGN) {
            sntp_answered(q->s, q, &a);
            return;
        }
    }
}

static void request_send(struct sntp *s, const struct address *to)
{
    struct request *q = &s->request[s->sends++];
    uint8_t out[NTP_PACKET];
    *q = (struct request){ .s = s, .address = address_text(&to->sa.sa) };
    ev_init(&q->io, on_packet);
    q->io.data = q;
    free(s->address);
    s->address = mem_string(q->address);
    errno = 0; /* GnuTLS does not set it */
    q->fd = socket(to->sa.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Connected, it hears nobody else, and of a port where nothing listens. */
    if (q->fd < 0 || connect(q->fd, &to->sa.sa, to->n) < 0 ||
        gnutls_rnd(GNUTLS_RND_NONCE, &q->cookie, sizeof q->cookie) < 0) {
        s->error = errno ? errno : EIO;
        request_end(q);
        return;
    }
    ntp_request(q->cookie, out);
    q->sent = s->wall();
    q->sent_at = now_monotonic();
    if (send(q->fd, out, sizeof out, 0) < 0) {
        s->error = errno;
        request_end(q);
        return;
    }
    ev_io_set(&q->io, q->fd, EV_READ);
    ev_io_start(s->loop, &q->io);
}

static void sntp_silent(struct sntp *s)
{
    if (sntp_waits(s))
        sntp_over(s, mem_format("the NTP server %s (%s) did not answer within %.1f s: UDP port %d may be filtered on "
                                "the way", s->host, s->address, s->timeout, s->port));
    else
        sntp_over(s, mem_format("the NTP server %s (%s) can't be asked: %s", s->host, s->address,
                                s->error == ECONNREFUSED ? "nothing listens on that UDP port" : strerror(s->error)));
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct sntp *s = w->data;
    (void)events;
    double left = s->began + s->timeout - now_monotonic();
    if (s->phase == NAMING) {
        s->names.drop(s->names.arg, s);
        sntp_over(s, mem_format("the name of the NTP server %s was not resolved in time", s->host));
    } else if (left <= 0.01 || (s->sends == SENDS_MAX && !sntp_waits(s))) {
        sntp_silent(s);
    } else {
        if (s->sends < SENDS_MAX)
            request_send(s, &s->to[(size_t)s->sends % s->to_count]);
        /* Soon where that one can't be had, else its share of the time. */
        double wait = sntp_waits(s) ? s->timeout / SENDS_MAX : SOON;
        ev_timer_set(&s->timer, s->sends == SENDS_MAX || wait > left ? left : wait, 0);
        ev_now_update(loop);
        ev_timer_start(loop, &s->timer);
    }
}

static void on_named(void *arg, const struct resolved *r)
{
    struct sntp *s = arg;
    ev_timer_stop(s->loop, &s->timer);
    if (!r->count) {
        sntp_over(s, mem_format("the NTP server %s has no address: %s", s->host, r->why));
        return;
    }
    s->phase = ASKING;
    s->to_count = r->count;
    s->to = mem_array(NULL, r->count, sizeof *s->to);
    memcpy(s->to, r->address, r->count * sizeof *s->to);
    ev_timer_set(&s->timer, 0, 0);
    ev_timer_start(s->loop, &s->timer);
}

static void on_deliver(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct sntp *s = w->data;
    (void)loop, (void)events;
    while (s->waiters) { /* one that is told may take others off the list */
        struct waiter *first = s->waiters;
        s->waiters = first->next;
        first->done(first->arg);
        free(first);
    }
}

struct sntp *sntp_new(struct ev_loop *loop, struct fetch_names names, const char *host, int port, double timeout,
                      double (*wall)(void))
{
    struct sntp *s = mem_new(sizeof *s);
    *s = (struct sntp){ .loop = loop, .names = names, .host = host, .port = port, .timeout = timeout, .wall = wall };
    ev_init(&s->timer, on_timer);
    ev_init(&s->deliver, on_deliver);
    s->timer.data = s->deliver.data = s;
    return s;
}

/* What it has asked and heard so far. */
static void sntp_forget(struct sntp *s)
{
    for (int i = 0; i < s->sends; i++) {
        request_end(&s->request[i]);
        free(s->request[i].address);
    }
    free(s->to);
    free(s->address);
    free(s->text);
    s->to = NULL;
    s->address = s->text = NULL;
    s->sends = s->error = 0;
    s->said = (struct sntp_said){ .answered = false };
    s->phase = IDLE;
}

void sntp_free(struct sntp *s)
{
    if (!s)
        return;
    if (s->phase == NAMING)
        s->names.drop(s->names.arg, s);
    ev_timer_stop(s->loop, &s->timer);
    ev_timer_stop(s->loop, &s->deliver);
    sntp_forget(s);
    for (struct waiter *next; s->waiters; s->waiters = next) {
        next = s->waiters->next;
        free(s->waiters);
    }
    free(s);
}

/* An address needs no name looked up; a name may be answered before this returns. */
static void sntp_begin(struct sntp *s)
{
    struct resolved *literal = mem_new(sizeof *literal);
    s->began = now_monotonic();
    s->phase = NAMING;
    ev_now_update(s->loop);
    ev_timer_set(&s->timer, s->timeout, 0);
    ev_timer_start(s->loop, &s->timer);
    literal->count = address_parse(s->host, s->port, &literal->address[0]);
    if (literal->count)
        on_named(s, literal);
    else
        s->names.ask(s->names.arg, s->host, s->port, on_named, s);
    free(literal);
}

/* Who has set the clock right must not be told what was wrong with it before. */
static bool sntp_stale(const struct sntp *s)
{
    double since = now_monotonic() - s->over;
    return s->phase == OVER && !s->waiters && (since > FRESH || fabs(s->wall() - s->over_wall - since) > SET);
}

void sntp_ask(struct sntp *s, sntp_fn *done, void *arg)
{
    struct waiter *w = mem_new(sizeof *w);
    if (sntp_stale(s))
        sntp_forget(s);
    *w = (struct waiter){ .done = done, .arg = arg, .next = s->waiters };
    s->waiters = w;
    if (s->phase == IDLE)
        sntp_begin(s);
    else if (s->phase == OVER && !ev_is_active(&s->deliver)) {
        ev_timer_set(&s->deliver, 0, 0);
        ev_timer_start(s->loop, &s->deliver);
    }
}

void sntp_drop(struct sntp *s, void *arg)
{
    for (struct waiter **p = s ? &s->waiters : NULL; p && *p;) {
        struct waiter *w = *p;
        if (w->arg != arg) {
            p = &w->next;
            continue;
        }
        *p = w->next;
        free(w);
    }
}

const struct sntp_said *sntp_said(const struct sntp *s)
{
    return s && s->phase == OVER ? &s->said : NULL;
}

/* --- the probe ------------------------------------------------------------------------------------ */

static const enum fact writes[] = { FACT_SNTP, FACT_COUNT };

static struct want sntp_report(struct run *r, const struct sntp_said *said)
{
    const struct ntp_answer *a = &said->answer;
    bool time = said->answered && a->says == NTP_TIME;
    json_t *v = time ? json_pack("{s:f, s:f, s:s, s:s, s:i}", "seconds", a->offset, "uncertainty", a->uncertainty,
                                 "server", run_options(r)->sntp, "address", said->address, "stratum", a->stratum)
                     : NULL;
    run_see(r, FACT_SNTP, time ? STATE_YES : said->answered ? STATE_NO : COULD_NOT_ASK, v,
            said->answered ? said->ms : -1, mem_string(said->text));
    return (struct want){ .what = WANT_DONE };
}

static struct want sntp_start(struct run *r)
{
    const struct engine_options *o = run_options(r);
    if (!o->sntp || o->offline) {
        run_see(r, FACT_SNTP, COULD_NOT_ASK, NULL, -1,
                mem_string(o->sntp ? "no NTP server was asked (--offline)" : "no NTP server is named (--sntp HOST)"));
        return (struct want){ .what = WANT_DONE };
    }
    run_sntp(r);
    return (struct want){ .seconds = o->timeout + 1 }; /* it keeps the time itself */
}

static struct want sntp_step(struct run *r, enum step_why why)
{
    const struct sntp_said *said = run_sntp_said(r);
    if (why == STEP_READY && said)
        return sntp_report(r, said);
    run_see(r, FACT_SNTP, COULD_NOT_ASK, NULL, -1, mem_string("the NTP server was not heard in time"));
    return (struct want){ .what = WANT_DONE };
}

const struct probe sntp_probe = {
    .name = "sntp",
    .aside = true,
    .writes = writes,
    .state_size = 1,
    .start = sntp_start,
    .step = sntp_step,
};
