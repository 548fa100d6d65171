/* engine - see engine.h.
 *
 * A run goes PAUSED (if it is to begin later) -> WAITING (for leave to connect) -> CONNECTING -> READY
 * (for a handshake slot) -> RUNNING -> LATE (works on, without a slot). With many jobs connecting is capped apart from handshaking, and
 * more widely: an address that never answers would otherwise keep a slot from a live one for its
 * whole timeout.
 */
#include "probes/engine.h"

#include <assert.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "probes/fetch.h"
#include "probes/given.h"
#include "probes/load.h"
#include "probes/offer.h"
#include "probes/pipe.h"
#include "probes/pool.h"
#include "probes/probe.h"
#include "probes/resolve.h"
#include "probes/sntp.h"
#include "probes/proxy.h"
#include "probes/sweep.h"
#include "probes/way.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/expect.h"

#define HOST_BUCKETS 1024
#define PER_HOST_GENTLE 2 /* connections in flight to one that counts them strictly: see way_is_gentle */
#define BRIEF 0.3         /* seconds, and round trips, for an answer that is not likely to come */
#define BRIEF_ROUNDS 4
/* From so many jobs on, connections are begun ahead of the handshakes, so that addresses that never
 * answer don't keep live ones waiting. A smaller number is taken literally: who asks for 5 gets 5. */
#define AHEAD_FROM 64
#define QUICK_CONNECTIONS 24 /* to one address at --depth quick */
#define QUICK_KEPT 1         /* of them, for those that are no survey's */
#define QUICK_REPLAY 1       /* and for the first question of the replay */
#define QUICK_SEARCH 60      /* more, to search what decides, where this client's hello is refused and another's taken */
#define CUTS_MANY 2.5        /* connections cut off at about the same time are no accident */
#define CUT_FORGOTTEN 0.2    /* of one cut off, for each that goes well */
#define PAUSE_MIN 0.05       /* seconds between connections to who can't bear even one at a time */
#define PAUSE_MAX 1.0
#define ROUND_GAP 1.0        /* seconds: what is wanted sooner after the end of a round belongs to it */
#define GRACE 0.05 /* seconds more for who has an answer ready when time is up */
#define AHEAD 10 /* connections begun per handshake slot */

/* In the order in which they get what connections there are. */
const struct probe *const probe_list[] = {
    &machine_probe, &handshake_probe, &large_probe, &names_probe, &versions_probe, &relaxed_probe, &ciphers_probe, &groups_probe,
    &sigalgs_probe, &traits_probe, &clients_probe, &replay_probe, &issuers_probe, &revocation_probe, &idle_probe,
    &sntp_probe, &tries_probe, &variations_probe, &path_probe, &load_probe, NULL
};

enum phase { PAUSED, WAITING, CONNECTING, READY, RUNNING, LATE };

struct host { /* an address and what is in flight there */
    union sock sa;
    int in_flight, limit;   /* limit: most, less after the server pushed back */
    int most;               /* --per-host, or less */
    bool gentle;            /* the runs that come by way_is_gentle, which have a host of their own */
    int good;               /* answers since the limit last changed */
    double cuts;            /* connections cut off lately, less a part for each that went well since */
    double pushed;          /* engine time when it did, 0: never */
    double pause, next_at;  /* seconds between two connections where even one at a time was too many, 0: none;
                               engine time from which on the next may be begun */
    struct slot *parked, **parked_end; /* runs that wait for it */
    struct host *next;
};

struct slot {
    struct run run;
    enum phase phase;
    bool holds_host;
    bool cut;                       /* the deadline is --max-time's, not the stage's */
    bool grace;                     /* the deadline has passed, but an answer lay ready */
    bool again;                     /* it was silent once while the server was busy with us */
    bool reached;                   /* TCP is open */
    unsigned waits;                 /* as of run.conn when the deadline was set */
    double ready;                   /* engine time when all layers were open */
    struct ev_io io;
    struct ev_timer timer;
    struct host *host;
    struct slot *next;              /* in a queue */
    struct slot *all_next, **all_link; /* in engine.all */
};

struct queue { struct slot *first, **end; };

struct kept_store { char *path; struct store *store; struct kept_store *next; };
struct kept_priority {
    struct endpoint *endpoint; /* a reference: the first whose client offers this */
    gnutls_priority_t priority;
    const char *why;
    struct kept_priority *next;
};

struct engine {
    struct ev_loop *loop;
    struct engine_options options;
    struct sink sink;
    struct resolver *resolver;      /* made when the first name comes */
    struct fetcher *fetcher;        /* made when the first URL comes */
    struct sntp *sntp;              /* made when the time is asked for */
    const struct fetched *fetched;  /* lent: what `fetching` is being told */
    struct pool *pool;
    struct slot *fetching;
    struct target *targets;
    struct target **by_id;          /* by_id[id], NULL when gone */
    int next_id, room;
    struct queue waiting, ready, ready_more; /* ready_more: surveys, which give way to first tries */
    struct slot *all;
    int connecting, waiting_slot, handshaking, asking, ahead_max, resolving; /* asking: surveys' hellos */
    unsigned long connections;
    int open, open_max;             /* connections there are, in any phase; file descriptors allow no more */
    bool pumping;
    bool loading;                   /* the ramp of --load was begun, or is over */
    bool saying;                    /* in the sink, which must not call back */
    struct host *host[HOST_BUCKETS];
    struct kept_store *stores, *expected; /* of ca= and the system; of expect= */
    struct kept_priority *priorities;
    struct judge_cache *judge;
    gnutls_certificate_credentials_t credentials; /* of those without a client certificate */
    struct given *given;
    struct pipe_left *left;         /* commands of via= that are still to be reaped */
    struct every every;             /* made when the first survey begins */
    json_t *machine;                /* what the machine probe found, once for all columns */
};

static void engine_pump(struct engine *g);
static bool target_proxied(const struct target *t);
static void target_proxyless(struct engine *g, struct target *t, const char *why);
static void slot_step(struct slot *s, enum step_why why);
static struct slot *run_new(struct engine *g, struct target *t, const struct probe *p);

/* --- time --- */

static double now_monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double wall_default(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double run_now(const struct run *r)
{
    (void)r;
    return now_monotonic();
}

double target_now(const struct target *t)
{
    (void)t;
    return now_monotonic();
}

int target_per_host(const struct target *t)
{
    return t->engine->options.per_host;
}

double target_timeout(const struct target *t)
{
    return t->engine->options.timeout;
}

int target_tries(const struct target *t)
{
    return t->engine->options.tries;
}

int target_load(const struct target *t)
{
    return t->load > 0 ? t->load : t->engine->options.load > 0 ? t->engine->options.load : LOAD_GENTLE;
}

double target_max_time(const struct target *t)
{
    return t->engine->options.max_time;
}

bool target_depth_full(const struct target *t)
{
    return t->full;
}

double run_brief(const struct run *r)
{
    double round = r->connected > r->created ? r->connected - r->created : 0, most = r->engine->options.timeout;
    return BRIEF + BRIEF_ROUNDS * round < most ? BRIEF + BRIEF_ROUNDS * round : most;
}

double run_wall(const struct run *r)
{
    return r->engine->options.wall();
}

const struct engine_options *run_options(const struct run *r)
{
    return &r->engine->options;
}

/* --- events --- */

static void engine_say(struct engine *g, struct event *ev)
{
    bool before = g->saying;
    g->saying = true;
    g->sink.take(g->sink.arg, ev);
    g->saying = before;
    event_clear(ev);
}

static void target_say(struct engine *g, const struct target *t, enum event_kind kind)
{
    struct event ev = { .kind = kind, .column = t->id, .ask = t->ask, .nth = t->nth };
    if (kind == EVENT_COLUMN) {
        ev.endpoint = mem_string(t->endpoint->text);
        ev.parsed = t->endpoint;
        ev.address = mem_string(t->address);
        ev.vantage = mem_string("local");
    }
    engine_say(g, &ev);
}

static void target_see(struct engine *g, struct target *t, const char *probe, enum fact f,
                       enum state state, json_t *value, double ms, char *text)
{
    struct event ev = { .kind = EVENT_FACT, .column = t->id };
    ev.seen = (struct observation){ .column = t->id, .fact = f, .state = state, .value = value,
        .probe = probe, .time = g->options.wall(), .ms = ms, .text = text };
    t->asked[f] = t->written[f] = true;
    if (t->gone)
        event_clear(&ev);
    else
        engine_say(g, &ev);
}

void run_see_bytes(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text,
                   const void *bytes, size_t n)
{
    struct event ev = { .kind = EVENT_FACT, .column = r->target->id };
    r->wrote[f] = true;
    ev.seen = (struct observation){ .column = r->target->id, .fact = f, .state = state, .value = value,
        .probe = r->probe->name, .time = run_wall(r), .ms = ms, .text = text };
    if (bytes && n) {
        ev.seen.bytes_len = n < OBSERVATION_BYTES_MAX ? n : OBSERVATION_BYTES_MAX;
        ev.seen.bytes = (uint8_t *)mem_copy(bytes, ev.seen.bytes_len);
    }
    r->target->asked[f] = r->target->written[f] = true;
    r->target->works |= f == FACT_HANDSHAKE && state == STATE_YES;
    if (r->target->gone)
        event_clear(&ev);
    else
        engine_say(r->engine, &ev);
}

void run_see(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text)
{
    run_see_bytes(r, f, state, value, ms, text, NULL, 0);
}

/* --- what probes share --- */

static struct store *kept_load(struct kept_store **list, const char *path,
                               struct store *(*load)(const char *path, struct err *e), struct err *e)
{
    struct kept_store *k = *list;
    while (k && !(path ? k->path && strcmp(k->path, path) == 0 : !k->path))
        k = k->next;
    if (k)
        return k->store;
    struct store *s = load(path, e);
    if (!s)
        return NULL;
    k = mem_new(sizeof *k);
    *k = (struct kept_store){ .path = mem_string(path), .store = s, .next = *list };
    *list = k;
    return s;
}

static struct store *engine_store(struct engine *g, const char *path, struct err *e)
{
    return kept_load(&g->stores, path, store_load, e);
}

static struct store *engine_expected(struct engine *g, const char *path, struct err *e)
{
    return kept_load(&g->expected, path, expect_load, e);
}

/* engine_ask has loaded the file already, so only the system's store is loaded here, and that can't fail. */
struct store *run_store(struct run *r)
{
    struct store *s = engine_store(r->engine, r->target->endpoint->value[KEY_CA], NULL);
    assert(s);
    return s;
}

struct store *run_expected(struct run *r)
{
    const char *path = r->target->endpoint->value[KEY_EXPECT];
    return path ? engine_expected(r->engine, path, NULL) : NULL; /* engine_ask has loaded it already */
}

struct every *target_every(struct target *t)
{
    return &t->engine->every;
}

struct judge_cache *run_judge(struct run *r)
{
    return r->engine->judge;
}

struct judge_ask run_judge_ask(struct run *r, const struct client *who)
{
    return (struct judge_ask){
        .store = run_store(r), .now = (int64_t)run_wall(r), .name = endpoint_name(r->target->endpoint),
        .min_days = run_options(r)->min_days, .rsa_bits_min = who->rsa_bits_min, .rsa_bits_max = who->rsa_bits_max,
        .old_digests = !who->digests || who->digests & (CLIENT_MD5 | CLIENT_SHA1),
        .no_sha2 = who->digests && !(who->digests & CLIENT_SHA2), .takes_cn = who->traits & CLIENT_CN };
}

json_t **run_machine(struct run *r)
{
    return &r->engine->machine;
}

gnutls_certificate_credentials_t run_credentials(struct run *r)
{
    gnutls_certificate_credentials_t own = given_credentials(r->engine->given, r->target->endpoint);
    return own ? own : r->engine->credentials;
}

const struct given *run_given(const struct run *r)
{
    return r->engine->given;
}

gnutls_priority_t run_priority(struct run *r, const char **why)
{
    struct engine *g = r->engine;
    struct kept_priority *k = g->priorities;
    const struct offer *o = endpoint_offer(r->target->endpoint);
    while (k && !offer_equal(endpoint_offer(k->endpoint), o))
        k = k->next;
    if (!k) {
        k = mem_new(sizeof *k);
        *k = (struct kept_priority){ .endpoint = endpoint_ref(r->target->endpoint), .next = g->priorities };
        char *words = offer_of_client(o);
        int error = gnutls_priority_init(&k->priority, words, NULL);
        if (error < 0) {
            k->priority = NULL;
            k->why = gnutls_strerror(error);
        }
        free(words);
        g->priorities = k;
    }
    *why = k->why;
    return k->priority;
}

/* --- queues and hosts --- */

static void queue_add(struct queue *q, struct slot *s)
{
    s->next = NULL;
    *q->end = s;
    q->end = &s->next;
}

static void queue_add_first(struct queue *q, struct slot *s)
{
    s->next = q->first;
    if (!q->first)
        q->end = &s->next;
    q->first = s;
}

static struct slot *queue_take(struct queue *q)
{
    struct slot *s = q->first;
    if (s && !(q->first = s->next))
        q->end = &q->first;
    return s;
}

static void queue_remove(struct slot **first, struct slot ***end, struct slot *s)
{
    for (struct slot **p = first; *p; p = &(*p)->next)
        if (*p == s) {
            *p = s->next;
            if (*end == &s->next)
                *end = p;
            return;
        }
}

/* The port does not count: ten columns of one machine share its cap. */
static bool same_host(const union sock *a, const union sock *b)
{
    if (a->sa.sa_family != b->sa.sa_family)
        return false;
    if (a->sa.sa_family == AF_INET)
        return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
    return memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof a->in6.sin6_addr) == 0;
}

static struct host *engine_host(struct engine *g, const union sock *sa, bool gentle)
{
    uint32_t h = 2166136261u;
    bool four = sa->sa.sa_family == AF_INET;
    const uint8_t *p = four ? (const uint8_t *)&sa->in.sin_addr : (const uint8_t *)&sa->in6.sin6_addr;
    for (size_t i = 0; i < (four ? sizeof sa->in.sin_addr : sizeof sa->in6.sin6_addr); i++)
        h = (h ^ p[i]) * 16777619u;
    struct host **bucket = &g->host[h % HOST_BUCKETS], *host = *bucket;
    while (host && (host->gentle != gentle || !same_host(&host->sa, sa)))
        host = host->next;
    if (!host) {
        host = mem_new(sizeof *host);
        host->sa = *sa;
        host->gentle = gentle;
        host->most = gentle && g->options.per_host > PER_HOST_GENTLE ? PER_HOST_GENTLE : g->options.per_host;
        host->limit = host->most;
        host->parked_end = &host->parked;
        host->next = *bucket;
        *bucket = host;
    }
    return host;
}

/* --- runs --- */

/* One of those that wait for the host may try again: to the front, it has waited longest. */
static void host_unpark(struct engine *g, struct host *h)
{
    struct slot *next = h->parked;
    if (!next)
        return;
    if (!(h->parked = next->next))
        h->parked_end = &h->parked;
    queue_add_first(&g->waiting, next);
}

static void slot_release_host(struct slot *s)
{
    if (!s->holds_host)
        return;
    struct engine *g = s->run.engine;
    s->holds_host = false;
    g->open--;
    s->host->in_flight--;
    if (s->host->in_flight < s->host->limit)
        host_unpark(g, s->host);
}

bool run_push_back(struct run *r)
{
    struct host *h = r->slot->host;
    if (r->created < h->pushed)
        return true; /* begun before the last halving: it may be what that was about */
    h->cuts++;
    if (h->cuts < CUTS_MANY)
        return false; /* all others go well: more likely it is about what was asked */
    bool crowded = h->limit > 1;
    if (crowded)
        h->limit /= 2;
    else
        h->pause = h->pause < PAUSE_MIN ? PAUSE_MIN : h->pause < PAUSE_MAX / 2 ? 2 * h->pause : PAUSE_MAX;
    h->good = 0;
    h->pushed = now_monotonic();
    return crowded;
}

void run_goes_well(struct run *r)
{
    struct host *h = r->slot->host;
    h->pause = h->pause > PAUSE_MIN / 4 ? h->pause * 0.8 : 0;
    h->cuts = h->cuts > CUT_FORGOTTEN ? h->cuts - CUT_FORGOTTEN : 0;
    if (h->pause > 0 || h->limit >= h->most || ++h->good < 2 * h->limit)
        return;
    h->good = 0;
    h->limit++;
    host_unpark(r->engine, h);
}

static struct queue *slot_ready(const struct slot *s)
{
    return s->run.probe->survey ? &s->run.engine->ready_more : &s->run.engine->ready;
}

static int *slot_count(const struct slot *s)
{
    return s->run.probe->survey ? &s->run.engine->asking : &s->run.engine->handshaking;
}

/* Leaves whatever queue or count its phase has put it in. */
static void slot_leave_phase(struct slot *s)
{
    struct engine *g = s->run.engine;
    switch (s->phase) {
    case PAUSED: break;
    case WAITING:
        queue_remove(&g->waiting.first, &g->waiting.end, s);
        if (s->host)
            queue_remove(&s->host->parked, &s->host->parked_end, s);
        if (s->host && s->host->in_flight < s->host->limit)
            host_unpark(g, s->host); /* it may have been its turn: it is the next one's then */
        break;
    case CONNECTING: g->connecting--; break;
    case READY:
        g->waiting_slot--;
        queue_remove(&slot_ready(s)->first, &slot_ready(s)->end, s);
        break;
    case RUNNING: --*slot_count(s); break;
    case LATE: break;
    }
}

static void target_forget_sent(struct target *t)
{
    for (size_t i = 0; i < t->sent_count; i++)
        cert_free(t->sent[i]);
    free(t->sent);
    t->sent = NULL;
    t->sent_count = 0;
    for (size_t i = 0; i < t->path_count; i++)
        cert_free(t->path[i]);
    free(t->path);
    t->path = NULL;
    t->path_count = 0;
}

static void target_free(struct engine *g, struct target *t)
{
    for (struct target **p = &g->targets; *p; p = &(*p)->next)
        if (*p == t) {
            *p = t->next;
            break;
        }
    g->by_id[t->id] = NULL;
    endpoint_free(t->endpoint);
    via_clear(&t->via);
    free(t->cant);
    free(t->address);
    target_forget_sent(t);
    surveys_forget(t);
    json_decref(t->first);
    free(t);
}

static void target_deferred(struct engine *g, struct target *t, bool last);

static void target_done(struct engine *g, struct target *t)
{
    if (!t->gone)
        target_deferred(g, t, t->runs == 1);
    if (--t->runs > 0)
        return;
    t->ended = now_monotonic();
    if (!t->gone)
        target_say(g, t, EVENT_DONE);
    else
        target_free(g, t);
}

static void slot_free(struct slot *s)
{
    struct engine *g = s->run.engine;
    ev_io_stop(g->loop, &s->io);
    ev_timer_stop(g->loop, &s->timer);
    if (!s->run.probe->connects)
        fetcher_drop(g->fetcher, s);
    if (s->run.probe == &sntp_probe)
        sntp_drop(g->sntp, s);
    slot_leave_phase(s);
    if (s->run.state && s->run.probe->end)
        s->run.probe->end(&s->run);
    conn_close(&s->run.conn);
    slot_release_host(s);
    *s->all_link = s->all_next;
    if (s->all_next)
        s->all_next->all_link = s->all_link;
    free(s->run.state);
    free(s);
}

static void slot_done(struct slot *s)
{
    struct engine *g = s->run.engine;
    struct target *t = s->run.target;
    slot_free(s);
    target_done(g, t);
    engine_pump(g);
}

static void slot_deadline(struct slot *s, double seconds)
{
    struct engine *g = s->run.engine;
    double left = s->run.target->began + g->options.max_time - now_monotonic();
    s->cut = seconds > left;
    s->grace = false;
    if (s->cut)
        seconds = left > 0.001 ? left : 0.001;
    ev_now_update(g->loop);
    ev_timer_stop(g->loop, &s->timer);
    ev_timer_set(&s->timer, seconds, 0);
    ev_timer_start(g->loop, &s->timer);
}

/* The one place that turns wants into watchers: nobody unfinished is left without one. */
static void slot_watch(struct slot *s, struct want w)
{
    struct engine *g = s->run.engine;
    if (w.what & WANT_DONE) {
        slot_done(s);
        return;
    }
    if (w.slot && s->phase == RUNNING) {
        --*slot_count(s);
        s->phase = LATE;
    }
    int events = (w.what & WANT_READ ? EV_READ : 0) | (w.what & WANT_WRITE ? EV_WRITE : 0);
    if (events != (s->io.events & (EV_READ | EV_WRITE)) || s->io.fd != s->run.conn.fd || !ev_is_active(&s->io)) {
        ev_io_stop(g->loop, &s->io);
        if (events && s->run.conn.fd >= 0) {
            ev_io_set(&s->io, s->run.conn.fd, events);
            ev_io_start(g->loop, &s->io);
        }
    }
    if (w.seconds > 0)
        slot_deadline(s, w.seconds);
    assert(ev_is_active(&s->timer));
    if (w.slot)
        engine_pump(g);
}

static bool slot_may_ask(const struct slot *s);
static void slot_blank(struct slot *s, bool timed_out);

static void slot_begin(struct slot *s)
{
    struct engine *g = s->run.engine;
    if (s->run.probe->survey && !slot_may_ask(s)) {
        g->waiting_slot--;
        s->phase = LATE;
        s->run.cut = true;
        slot_blank(s, false);
        return;
    }
    s->phase = RUNNING;
    g->waiting_slot--;
    ++*slot_count(s);
    s->run.state = mem_new(s->run.probe->state_size ? s->run.probe->state_size : survey_run_size);
    slot_watch(s, s->run.probe->start(&s->run));
}

/* --- connecting --- */

static const struct { int error; const char *kind; const char *says; } connect_errors[] = {
    { ECONNREFUSED, "refused", "connection refused: the machine answers, but nothing listens on this port "
                               "(or a firewall rejects it)" },
    { EHOSTUNREACH, "unreachable", "host unreachable: a router, or the last hop's network, says it can't deliver" },
    { ENETUNREACH, "unreachable", "network unreachable, says a router on the way" },
    { ECONNRESET, "reset", "connection reset during connect" },
    { ETIMEDOUT, "silent", "no answer to SYN" },
    { EACCES, "prohibited", "this machine's own firewall or policy forbids the connection" },
    { EPERM, "prohibited", "this machine's own firewall or policy forbids the connection" },
};

/* What routers and filters say. The first row that fits; a code of -1 fits any. */
static const struct { bool six; int type, code; const char *kind, *says; } icmp_table[] = {
    { false, 3, 0, "unreachable", "there is no route to that network" },
    { false, 3, 1, "unreachable", "that machine does not answer on its own network" },
    { false, 3, 2, "prohibited", "TCP is not spoken there" },
    { false, 3, 3, "refused", "port unreachable: a filter rejects the connection, for a machine would do so by TCP" },
    { false, 3, 9, "prohibited", "that network is administratively prohibited" },
    { false, 3, 10, "prohibited", "that machine is administratively prohibited" },
    { false, 3, 13, "prohibited", "communication is administratively prohibited: a filter's rule" },
    { false, 3, -1, "unreachable", "it can't be reached" },
    { false, 11, -1, "unreachable", "the packet went round in circles until its time was up: a routing loop" },
    { true, 1, 0, "unreachable", "there is no route to it" },
    { true, 1, 1, "prohibited", "communication is administratively prohibited: a filter's rule" },
    { true, 1, 3, "unreachable", "that machine does not answer on its own network" },
    { true, 1, 4, "refused", "port unreachable: a filter rejects the connection, for a machine would do so by TCP" },
    { true, 1, 5, "prohibited", "the address it comes from may not: a filter's rule" },
    { true, 1, 6, "prohibited", "the route to it is one that rejects" },
    { true, 1, -1, "unreachable", "it can't be reached" },
    { true, 3, -1, "unreachable", "the packet went round in circles until its time was up: a routing loop" },
};

/* False where no ICMP message came, or none that is known. */
static bool icmp_means(const struct conn_icmp *m, const char **kind, const char **says)
{
    for (size_t i = 0; m->came && i < sizeof icmp_table / sizeof *icmp_table; i++)
        if (icmp_table[i].six == m->six && icmp_table[i].type == m->type &&
            (icmp_table[i].code < 0 || icmp_table[i].code == m->code)) {
            *kind = icmp_table[i].kind;
            *says = m->ours ? "nobody answers for that address on this machine's own network (ARP, neighbour discovery)"
                            : icmp_table[i].says;
            return true;
        }
    return false;
}

static json_t *icmp_json(const struct conn_icmp *m, const char *says)
{
    return json_pack("{s:i, s:i, s:s?, s:b, s:s}", "type", m->type, "code", m->code, "from", *m->from ? m->from : NULL,
                     "ours", m->ours, "says", says);
}

static json_t *failure_json(const char *kind, const char *stage)
{
    return json_pack("{s:s, s:s, s:n, s:i, s:n, s:n, s:n}", "kind", kind, "stage", stage, "alert",
                     "received", 0, "protocol", "hint", "local");
}

void run_blank(struct run *r)
{
    for (const enum fact *f = r->probe->writes; *f != FACT_COUNT; f++)
        if (*f != FACT_FAILURE && !r->wrote[*f])
            run_see(r, *f, COULD_NOT_ASK, NULL, -1, NULL);
}

static bool is_first_try(const struct run *r)
{
    return r->probe == &handshake_probe;
}

static void connect_report(struct slot *s, const char *kind, char *text, double ms)
{
    struct run *r = &s->run;
    if (is_first_try(r)) {
        target_see(r->engine, r->target, "connect", FACT_CONNECT, STATE_NO, json_string(kind), ms,
                   mem_string(text));
        json_t *failure = failure_json(kind, "connect");
        const char *icmp_kind, *says;
        if (icmp_means(&r->conn.icmp, &icmp_kind, &says))
            json_object_set_new(failure, "icmp", icmp_json(&r->conn.icmp, says));
        target_see(r->engine, r->target, "connect", FACT_FAILURE, STATE_YES, failure, ms, mem_string(text));
        if (target_proxied(r->target))
            target_proxyless(r->engine, r->target, text + strlen(r->target->address) + strlen(": "));
    }
    free(text);
}

/* This machine itself can't or may not: that says nothing about the server. */
static const struct { int error; const char *word, *says; } local_errors[] = {
    { ENETUNREACH, "no-route", "this machine has no route to it" },
    { EHOSTUNREACH, "no-route", "this machine's routes say it is unreachable" },
    { EAFNOSUPPORT, "no-route", "this machine does not speak this address family" },
    { EADDRNOTAVAIL, NULL, "this machine has no address of its own to ask from, or no free port" },
    { EINVAL, NULL, "a link-local address needs its interface: [fe80::1%eth0]" },
    { EMFILE, NULL, "this program may open no more files: a smaller --jobs, or a larger `ulimit -n`" },
    { ENFILE, NULL, "this machine can open no more files" },
    { ENOBUFS, NULL, "this machine has no network buffer left" },
    { ENOMEM, NULL, "this machine has no memory left" },
};

static void connect_not_asked(struct slot *s, const char *word, const char *says)
{
    struct run *r = &s->run;
    if (is_first_try(r))
        target_see(r->engine, r->target, "connect", FACT_CONNECT, COULD_NOT_ASK, word ? json_string(word) : NULL, -1,
                   mem_format("%s was not asked: %s", r->target->address ? r->target->address : r->target->endpoint->host,
                              says));
}

/* False where the refusal came over the network, or is a policy that a person has to hear of. */
static bool connect_local(struct slot *s)
{
    int error = s->run.conn.error;
    if (!s->run.conn.at_once || error == ECONNREFUSED || error == EACCES || error == EPERM)
        return false;
    const char *word = NULL, *says = strerror(error);
    for (size_t i = 0; i < sizeof local_errors / sizeof *local_errors; i++)
        if (local_errors[i].error == error) {
            word = local_errors[i].word;
            says = local_errors[i].says;
        }
    if (error == EADDRNOTAVAIL && s->run.target->peer.sa.sa_family == AF_INET6)
        word = "no-route"; /* ::1 on a machine without IPv6 */
    connect_not_asked(s, word, says);
    return true;
}

static void slot_blank(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    if (r->probe->unreachable)
        r->probe->unreachable(r, timed_out);
    else
        run_blank(r);
    slot_done(s);
}

/* --max-time is over: what was not answered yet was not asked long enough to say anything. */
static void slot_used_up(struct slot *s)
{
    static const char says[] = "the time for this endpoint (--max-time) was used up";
    if (s->phase == CONNECTING && !s->reached)
        connect_not_asked(s, NULL, says);
    else if (is_first_try(&s->run))
        run_see(&s->run, FACT_HANDSHAKE, COULD_NOT_ASK, NULL, -1, mem_string(says));
    s->run.cut = true;
    slot_blank(s, false);
}

static char *reached_text(const struct target *t, double ms)
{
    if (t->via.kind == VIA_EXEC)
        return mem_format("the command %s was started", t->via.command);
    return mem_format("connected to %s%s in %.1f ms", target_proxied(t) ? "the proxy, " : "", t->address, ms);
}

/* TCP is open: whatever the layers above still have to say to each other, a connection can be made. */
static void slot_reached(struct slot *s)
{
    struct run *r = &s->run;
    s->reached = true;
    r->connected = now_monotonic();
    if (is_first_try(r))
        target_see(r->engine, r->target, "connect", FACT_CONNECT, STATE_YES, json_string("connected"),
                   (r->connected - r->created) * 1000, reached_text(r->target, (r->connected - r->created) * 1000));
}

/* A layer above TCP did not open: what came of it is the column's, and no more connections are tried. */
static void slot_barred(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    if (is_first_try(r)) {
        way_see(r, timed_out);
        r->target->silent = true;
    }
    slot_blank(s, timed_out);
}

static void slot_unreachable(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    if (s->reached || r->target->via.kind == VIA_EXEC) {
        if (!s->reached)
            connect_not_asked(s, NULL, "the command of via= could not be run");
        slot_barred(s, timed_out);
        return;
    }
    double ms = (now_monotonic() - r->created) * 1000;
    int error = timed_out ? ETIMEDOUT : r->conn.error;
    if (timed_out || !connect_local(s)) {
        const char *kind = "unreachable", *says = NULL;
        for (size_t i = 0; i < sizeof connect_errors / sizeof *connect_errors; i++)
            if (connect_errors[i].error == error) {
                kind = connect_errors[i].kind;
                says = connect_errors[i].says;
            }
        bool icmp = !timed_out && icmp_means(&r->conn.icmp, &kind, &says);
        const char *who = r->conn.icmp.ours ? "this machine" : *r->conn.icmp.from ? r->conn.icmp.from : "somebody";
        char *text = timed_out ? mem_format("%s: no answer to SYN within %.1f s: dropped by a firewall, or nothing there",
                                            r->target->address, ms / 1000)
                     : icmp    ? mem_format("%s: %s says by ICMP: %s", r->target->address, who, says)
                               : mem_format("%s: %s", r->target->address, says ? says : strerror(error));
        connect_report(s, kind, text, ms);
    }
    slot_blank(s, timed_out);
}

static void slot_connected(struct slot *s)
{
    struct run *r = &s->run;
    struct engine *g = r->engine;
    s->ready = now_monotonic();
    ev_io_stop(g->loop, &s->io);
    ev_timer_stop(g->loop, &s->timer);
    g->connecting--;
    g->waiting_slot++;
    s->phase = READY;
    r->target->connected = true;
    if (is_first_try(r))
        way_see(r, false);
    queue_add(slot_ready(s), s);
    target_deferred(g, r->target, false);
}

static void slot_open(struct slot *s)
{
    struct engine *g = s->run.engine;
    enum conn_state state = conn_open(&s->run.conn);
    if (!s->reached && conn_reached(&s->run.conn))
        slot_reached(s);
    switch (state) {
    case CONN_READY:
        slot_connected(s);
        engine_pump(g);
        return;
    case CONN_FAILED: slot_unreachable(s, false); return;
    case CONN_WANT_READ:
    case CONN_WANT_WRITE:
        ev_io_stop(g->loop, &s->io);
        ev_io_set(&s->io, s->run.conn.fd, state == CONN_WANT_READ ? EV_READ : EV_WRITE);
        ev_io_start(g->loop, &s->io);
        if (s->waits != s->run.conn.waits)
            slot_deadline(s, s->run.conn.brief ? run_brief(&s->run) : g->options.timeout);
        s->waits = s->run.conn.waits;
        assert(ev_is_active(&s->timer));
        return;
    }
}

/* All the time of a column is used up, or all the connections it may have; or it is silent, and that was
 * paid for once: nothing more is begun. */
static bool slot_may_ask(const struct slot *s)
{
    const struct target *t = s->run.target;
    bool queued = s->phase == READY && now_monotonic() - s->ready > s->run.engine->options.timeout / 2;
    bool silent = (t->silent || (queued && !t->works)) && !t->known.good && !s->run.probe->thorough;
    return !silent && (!t->began || now_monotonic() < t->began + s->run.engine->options.max_time);
}

/* The one place where the connections of --depth quick are counted against what may be spent. More tries, asked for by
 * --tries or by answers that vary, and a ramp of load, which nobody makes unasked, are no matter of depth. Surveys leave
 * some for probes of one connection: these come late, and tell most of those who cut off everything. Who refuses one
 * client's hello and takes another's, and nothing else tells why, is worth a search. */
int target_left(const struct target *t, const struct probe *p)
{
    if (t->full || p == &tries_probe || p == &load_probe)
        return INT_MAX;
    int most = QUICK_CONNECTIONS - (p->survey ? QUICK_KEPT : 0);
    if (p == &replay_probe)
        most += t->search ? QUICK_SEARCH : 0;
    else if (p->survey && !p->survey->change)
        most -= QUICK_REPLAY; /* complete handshakes with one thing changed tell as much */
    return t->connections < most ? most - t->connections : 0;
}

/* The column's own handshake is what all others are made for. */
static bool slot_may_connect(const struct slot *s)
{
    bool may = target_left(s->run.target, s->run.probe) > 0;
    return is_first_try(&s->run) || (may && (!s->run.probe->survey || slot_may_ask(s)));
}

/* Takes its place at the host; true when it has to wait there a while before it connects. */
static bool slot_paused(struct slot *s)
{
    struct host *h = s->host;
    double now = now_monotonic();
    if (!s->holds_host) {
        s->holds_host = true;
        h->in_flight++;
        s->run.engine->open++;
    }
    if (h->pause > 0 && now < h->next_at && !s->run.probe->crowds) {
        s->phase = PAUSED;
        ev_timer_set(&s->timer, h->next_at - now, 0);
        ev_timer_start(s->run.engine->loop, &s->timer);
        return true;
    }
    h->next_at = now + h->pause;
    return false;
}

static void slot_connect(struct slot *s)
{
    struct engine *g = s->run.engine;
    if (!slot_may_connect(s)) {
        host_unpark(g, s->host); /* who waits behind it would not be told otherwise */
        s->phase = LATE;
        s->run.cut = true;
        slot_blank(s, false);
        return;
    }
    if (slot_paused(s))
        return;
    s->phase = CONNECTING;
    s->run.target->connections++;
    g->connecting++;
    g->connections++;
    s->run.created = now_monotonic();
    if (!s->run.target->began)
        s->run.target->began = s->run.created;
    slot_deadline(s, s->run.conn.travel.patience > 0 ? s->run.conn.travel.patience : g->options.timeout);
    slot_open(s);
}

static void on_slot(struct slot *s, enum step_why why)
{
    if (s->phase == CONNECTING && why == STEP_TIMEOUT && !conn_overdue(&s->run.conn))
        slot_unreachable(s, true);
    else if (s->phase == CONNECTING)
        slot_open(s);
    else
        slot_step(s, why);
}

static void slot_step(struct slot *s, enum step_why why)
{
    slot_watch(s, s->run.probe->step(&s->run, why));
}

static void on_slot_io(struct ev_loop *loop, struct ev_io *w, int events)
{
    (void)loop;
    (void)events;
    on_slot(w->data, STEP_READY);
}

/* The loop looks at timers before sockets: after a stall of this process (a stopped terminal, a slow
 * reader of our output) the answer may lie there, and must not be called silence. */
static bool slot_has_answer(const struct slot *s)
{
    short wanted = (short)((s->io.events & EV_READ ? POLLIN : 0) | (s->io.events & EV_WRITE ? POLLOUT : 0));
    struct pollfd p = { .fd = s->run.conn.fd, .events = wanted };
    return p.fd >= 0 && wanted && poll(&p, 1, 0) > 0;
}

/* The server is answering another connection of ours just now: it may serve one at a time. */
static bool slot_queues(const struct slot *s)
{
    for (const struct slot *o = s->run.engine->all; o; o = o->all_next)
        if (o != s && o->run.conn.received && o->run.target->peer_len == s->run.target->peer_len &&
            memcmp(&o->run.target->peer, &s->run.target->peer, s->run.target->peer_len) == 0)
            return true;
    return false;
}

/* Silence that may be our own doing is no silence: it is asked once more. */
static bool slot_again(struct slot *s)
{
    struct engine *g = s->run.engine;
    struct target *t = s->run.target;
    if (s->again || s->run.probe->survey || s->phase != RUNNING || s->run.conn.received || !slot_queues(s))
        return false;
    run_new(g, t, s->run.probe)->again = true;
    slot_free(s);
    target_done(g, t);
    engine_pump(g);
    return true;
}

static void on_slot_timer(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct slot *s = w->data;
    struct engine *g = s->run.engine;
    (void)events;
    if (s->phase == PAUSED && s->holds_host) {
        slot_connect(s); /* it may be gone after that */
        engine_pump(g);
    } else if (s->phase == PAUSED) {
        s->phase = WAITING;
        queue_add(&g->waiting, s);
        engine_pump(g);
    } else if (!s->grace && slot_has_answer(s)) {
        s->grace = true;
        ev_timer_set(w, GRACE, 0);
        ev_timer_start(loop, w);
    } else if (s->cut && s->phase != LATE) {
        slot_used_up(s);
    } else if (!slot_again(s)) {
        s->run.target->waited |= is_first_try(&s->run) && s->phase == RUNNING;
        s->run.target->silent |= s->run.target->waited && is_first_try(&s->run) && !s->run.conn.received;
        on_slot(s, STEP_TIMEOUT);
    }
}

/* The connected run that gets the next slot. With many jobs surveys have as many of their own, or the hellos
 * sent beside the handshakes of silent addresses would keep live ones waiting. */
static struct slot *engine_next(struct engine *g)
{
    bool apart = g->options.jobs >= AHEAD_FROM;
    struct slot *s = g->handshaking + (apart ? 0 : g->asking) < g->options.jobs ? queue_take(&g->ready) : NULL;
    if (!s && g->asking + (apart ? 0 : g->handshaking) < g->options.jobs)
        s = queue_take(&g->ready_more);
    return s;
}

/* Starts whatever may start now. Reentrant calls return at once: the outermost goes on until nothing
 * more can start. */
static void engine_pump(struct engine *g)
{
    if (g->pumping)
        return;
    g->pumping = true;
    for (;;) {
        struct slot *s;
        if ((s = engine_next(g))) {
            slot_begin(s);
        } else if (g->connecting + g->waiting_slot + g->handshaking + g->asking < g->ahead_max && g->open < g->open_max &&
                   (s = queue_take(&g->waiting))) {
            if (s->host->in_flight < s->host->limit || s->run.probe->crowds) {
                slot_connect(s);
            } else {
                s->next = NULL;
                *s->host->parked_end = s;
                s->host->parked_end = &s->next;
            }
        } else {
            break;
        }
    }
    g->pumping = false;
}

static bool target_proxied(const struct target *t)
{
    return t->via.kind == VIA_HTTP || t->via.kind == VIA_SOCKS5;
}

static const char *target_login(const struct target *t)
{
    const char *login = t->via.login ? t->via.login : t->engine->options.proxy_login;
    return target_proxied(t) ? login : NULL;
}

/* A run that is in no queue yet. */
static struct slot *slot_new(struct engine *g, struct target *t, const struct probe *p, int nth)
{
    struct slot *s = mem_new(sizeof *s);
    s->run = (struct run){ .probe = p, .engine = g, .target = t, .nth = nth, .slot = s };
    s->run.conn.fd = -1;
    ev_init(&s->io, on_slot_io);
    ev_init(&s->timer, on_slot_timer);
    s->io.data = s->timer.data = s;
    s->all_next = g->all;
    s->all_link = &g->all;
    if (g->all)
        g->all->all_link = &s->all_next;
    g->all = s;
    t->runs++;
    s->phase = WAITING;
    if (p->connects) {
        conn_init(&s->run.conn, &t->peer.sa, t->peer_len);
        s->run.conn.via = &t->via;
        s->run.conn.left = &g->left;
        s->run.conn.login = target_login(t);
        way_layers(&s->run.conn, t->endpoint);
        s->host = engine_host(g, &t->peer, way_is_gentle(t->endpoint));
    }
    return s;
}

static struct slot *run_new(struct engine *g, struct target *t, const struct probe *p)
{
    struct slot *s = slot_new(g, t, p, 0);
    if (p->connects) {
        queue_add(&g->waiting, s);
        return s;
    }
    s->phase = LATE;
    s->run.state = mem_new(p->state_size);
    struct want w = p->start(&s->run);
    if (!(w.what & WANT_DONE) && !t->began)
        t->began = now_monotonic();
    slot_watch(s, w);
    return NULL;
}

struct run *target_run(struct target *t, const struct probe *p, int nth, double delay)
{
    struct slot *s = slot_new(t->engine, t, p, nth);
    double left = t->began + t->engine->options.max_time - now_monotonic();
    if (delay > 0) {
        if (t->began && delay > left)
            delay = left > 0.001 ? left : 0.001;
        s->phase = PAUSED;
        ev_timer_set(&s->timer, delay, 0);
        ev_timer_start(t->engine->loop, &s->timer);
    } else {
        queue_add(&t->engine->waiting, s);
    }
    return &s->run;
}

struct run *target_run_next(struct target *t, const struct probe *p, int nth)
{
    struct slot *s = slot_new(t->engine, t, p, nth);
    struct host *h = s->host;
    if (h->in_flight < h->limit) { /* parked, several of them would be taken out one after the other */
        queue_add_first(&t->engine->waiting, s);
        return &s->run;
    }
    s->next = h->parked;
    h->parked = s;
    if (!s->next)
        h->parked_end = &s->next;
    return &s->run;
}

static void probe_blank(struct engine *g, struct target *t, const struct probe *p)
{
    for (const enum fact *f = p->writes; *f != FACT_COUNT; f++)
        if (!t->written[*f] && *f != FACT_FAILURE)
            target_see(g, t, "other", *f, COULD_NOT_ASK, NULL, -1, NULL);
}

void target_blank_probe(struct target *t, const struct probe *p)
{
    probe_blank(t->engine, t, p);
}

static bool probe_is_due(const struct target *t, const struct probe *p)
{
    for (const enum fact *f = p->needs; f && *f != FACT_COUNT; f++)
        if (!t->written[*f])
            return false;
    return true;
}

static void probe_begin(struct engine *g, struct target *t, const struct probe *p)
{
    if (p->connects && p->needs && !t->connected)
        probe_blank(g, t, p);
    else if (p->survey)
        survey_begin(t, p);
    else
        run_new(g, t, p);
}

/* Begins the probes whose needs are met by now. With the last run gone nothing will meet them any more. */
static void target_deferred(struct engine *g, struct target *t, bool last)
{
    for (size_t i = 0; t->deferred && probe_list[i]; i++) {
        bool due = probe_is_due(t, probe_list[i]) && (!probe_list[i]->alone || last);
        if (!(t->deferred & 1u << i) || (!due && !last))
            continue;
        t->deferred &= ~(1u << i);
        if (due)
            probe_begin(g, t, probe_list[i]);
        else
            probe_blank(g, t, probe_list[i]);
        last &= t->runs == 1;
    }
}

/* They will not be begun at all. */
static void target_undefer(struct engine *g, struct target *t)
{
    for (size_t i = 0; t->deferred && probe_list[i]; i++)
        if (t->deferred & 1u << i)
            probe_blank(g, t, probe_list[i]);
    t->deferred = 0;
}

static bool probe_is_wanted(const struct target *t, const struct probe *p, const bool wanted[FACT_COUNT])
{
    for (const enum fact *f = p->writes; *f != FACT_COUNT; f++)
        if (wanted[*f] && !t->asked[*f])
            return true;
    return false;
}

/* Starts every probe that writes one of the wanted facts and was not started for this column yet, and
 * those that write what it needs. */
static void target_want(struct engine *g, struct target *t, const bool wanted[FACT_COUNT])
{
    for (size_t i = 0; probe_list[i]; i++) {
        const struct probe *p = probe_list[i];
        if (!probe_is_wanted(t, p, wanted))
            continue;
        for (const enum fact *f = p->writes; *f != FACT_COUNT; f++) {
            if (p->connects && !t->peer_len && wanted[*f])
                target_see(g, t, "other", *f, COULD_NOT_ASK, NULL, -1, NULL);
            t->asked[*f] = true;
        }
        if (p->connects && !t->peer_len)
            continue;
        bool needed[FACT_COUNT] = { false };
        for (const enum fact *f = p->needs; f && *f != FACT_COUNT; f++)
            needed[*f] = true;
        if (p->needs)
            target_want(g, t, needed);
        if (probe_is_due(t, p) && !p->alone)
            probe_begin(g, t, p);
        else
            t->deferred |= 1u << i;
    }
}

/* The same, and what no probe writes is said to be so. */
static void target_more(struct engine *g, struct target *t, const bool wanted[FACT_COUNT])
{
    t->full |= wanted[FACT_CLIENTS]; /* there are more of them than --depth quick has connections */
    target_want(g, t, wanted);
    for (int f = 0; f < FACT_COUNT; f++)
        if (wanted[f] && !t->asked[f])
            target_see(g, t, "other", (enum fact)f, COULD_NOT_ASK, NULL, -1, mem_string("no probe answers this yet"));
}

/* --- asks --- */

int engine_column_id(struct engine *g)
{
    if (g->next_id >= g->room) {
        g->room = g->room ? 2 * g->room : 64;
        g->by_id = mem_array(g->by_id, (size_t)g->room, sizeof *g->by_id);
    }
    g->by_id[g->next_id] = NULL;
    return g->next_id++;
}

static const char *environment_get(void *arg, const char *name)
{
    (void)arg;
    return getenv(name);
}

static void target_settle(struct target *t)
{
    const struct endpoint *ep = t->endpoint;
    struct err e = { "" };
    if (!via_settle(ep->value[KEY_VIA], environment_get, NULL, ep->scheme->http, ep->host, &t->via, &e))
        t->cant = mem_string(e.text);
}

static struct target *target_new(struct engine *g, int ask, int nth, const struct endpoint *ep)
{
    struct target *t = mem_new(sizeof *t);
    t->id = engine_column_id(g);
    t->ask = ask;
    t->nth = nth;
    t->engine = g;
    t->endpoint = endpoint_ref(ep);
    target_settle(t);
    t->full = g->options.depth_full || g->options.only_full;
    t->next = g->targets;
    g->targets = t;
    g->by_id[t->id] = t;
    return t;
}

static void want_list(bool wanted[FACT_COUNT], const enum fact *list)
{
    for (; list && *list != FACT_COUNT; list++)
        wanted[*list] = true;
}

static void want_everything(bool wanted[FACT_COUNT])
{
    for (size_t i = 0; probe_list[i]; i++)
        if (!probe_list[i]->aside)
            want_list(wanted, probe_list[i]->writes);
}

/* What is asked of every column without being told to. */
static void target_begin(struct engine *g, struct target *t)
{
    bool wanted[FACT_COUNT] = { false };
    if (g->options.only) {
        memcpy(wanted, g->options.only_facts, sizeof wanted);
    } else {
        wanted[FACT_POST_QUANTUM] = true;
        want_list(wanted, machine_probe.writes);
        if (t->full)
            want_everything(wanted);
    }
    wanted[FACT_SNTP] |= g->options.sntp != NULL;
    wanted[FACT_ATTEMPTS] |= g->options.tries > 1;
    wanted[FACT_LOAD] |= g->options.load > 0 && !g->loading; /* one machine, once, whatever is asked besides */
    g->loading |= wanted[FACT_LOAD];
    want_list(wanted, handshake_probe.writes); /* all others go on from there */
    target_want(g, t, wanted);
}

/* The name goes to who connects us: what it means there is not known here. */
static void target_unnamed(struct engine *g, struct target *t, const char *who)
{
    const struct endpoint *ep = t->endpoint;
    if (ep->host_kind == HOST_NAME && !ep->at_host)
        target_see(g, t, "resolve", FACT_RESOLVE, COULD_NOT_ASK, NULL, -1,
                   mem_format("%s was not looked up here: %s does that", ep->host, who));
}

static void target_located(struct engine *g, struct target *t, const struct address *a, const char *from,
                           const char *why)
{
    t->peer = a->sa;
    t->peer_len = a->n;
    free(t->address);
    t->address = address_text(&a->sa.sa);
    target_say(g, t, EVENT_COLUMN);
    if (!target_proxied(t)) {
        target_see(g, t, "resolve", FACT_ADDRESS_FROM, STATE_YES, json_string(from), -1,
                   why && *why ? mem_string(why) : NULL);
        return;
    }
    target_see(g, t, "resolve", FACT_ADDRESS_FROM, STATE_YES, json_string("proxy"), -1,
               mem_format("%s is the address of the proxy %s, from %s", t->address, t->via.shown, from));
    target_unnamed(g, t, "the proxy");
}

/* A command has no address; what stands for one keeps its connections apart from those of other commands. */
static void target_piped(struct engine *g, struct target *t)
{
    uint8_t *p = (uint8_t *)&t->peer.in6.sin6_addr;
    memset(&t->peer, 0, sizeof t->peer); /* it may be asked again */
    t->peer.sa.sa_family = AF_UNIX;
    t->peer_len = sizeof t->peer.in6;
    for (const char *s = t->via.command; *s; s++)
        p[(s - t->via.command) % 16] = (uint8_t)(p[(s - t->via.command) % 16] * 31 + (uint8_t)*s);
    target_say(g, t, EVENT_COLUMN);
    target_see(g, t, "resolve", FACT_ADDRESS_FROM, STATE_YES, json_string("command"), -1, NULL);
    target_unnamed(g, t, "the command");
}

/* What needs an address can't be asked. */
static void target_blank(struct engine *g, struct target *t, const char *why)
{
    target_see(g, t, "resolve", FACT_CONNECT, COULD_NOT_ASK, NULL, -1, mem_string(why));
    for (const enum fact *f = handshake_probe.writes; *f != FACT_COUNT; f++)
        if (*f != FACT_FAILURE)
            target_see(g, t, "resolve", *f, COULD_NOT_ASK, NULL, -1, NULL);
}

/* The proxy itself can't be had: nothing was asked of the server. */
static void target_proxyless(struct engine *g, struct target *t, const char *why)
{
    struct proxy_answer a = { .outcome = PROXY_NO_PROXY, .code = -1, .said = mem_string(why) };
    target_see(g, t, "connect", FACT_VIA, STATE_NO, proxy_value(&t->via, NULL, a.outcome, a.code, a.said), -1,
               proxy_sentence(&t->via, &a));
    free(a.said);
}

static void target_nowhere(struct engine *g, struct target *t, const char *kind, const char *why)
{
    if (target_proxied(t)) {
        target_proxyless(g, t, why);
        target_see(g, t, "connect", FACT_FAILURE, STATE_YES, failure_json("proxy", "proxy"), -1, mem_string(why));
        target_unnamed(g, t, "the proxy");
        target_blank(g, t, "there is no address of the proxy to connect to");
        return;
    }
    char *text = mem_format("%s: %s", t->endpoint->host, why);
    target_see(g, t, "resolve", FACT_RESOLVE, STATE_NO, NULL, -1, mem_string(text));
    target_see(g, t, "resolve", FACT_FAILURE, STATE_YES, failure_json(kind, "resolve"), -1, text);
    target_blank(g, t, "there is no address to connect to");
}

static json_t *address_list(const struct resolved *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->count; i++) {
        char *text = address_host(&r->address[i].sa.sa);
        json_array_append_new(list, json_string(text));
        free(text);
    }
    return list;
}

static void target_named(struct engine *g, struct target *t, const struct resolved *r, double ms)
{
    if (target_proxied(t))
        return; /* the addresses are the proxy's */
    target_see(g, t, "resolve", FACT_RESOLVE, STATE_YES, address_list(r), ms,
               mem_format("%s has %zu address%s, from %s", t->endpoint->host, r->total, r->total == 1 ? "" : "es",
                          r->from));
}

/* The name of a column that has an address already was asked again: the column stays at its address if
 * that is still one of the name's, else it moves to the one in its place. */
static void target_moved(struct engine *g, struct target *t, const struct resolved *r, double ms)
{
    size_t at = 0;
    while (at < r->count && !(r->address[at].n == t->peer_len && memcmp(&r->address[at].sa, &t->peer, t->peer_len) == 0))
        at++;
    if (at == r->count)
        at = (size_t)t->nth % RESOLVE_MAX < r->count ? (size_t)t->nth % RESOLVE_MAX : 0;
    target_located(g, t, &r->address[at], r->from, r->why);
    target_named(g, t, r, ms);
    target_begin(g, t);
    target_more(g, t, t->later);
    target_done(g, t);
    engine_pump(g);
}

static void on_resolved(void *arg, const struct resolved *r)
{
    struct target *first = arg;
    struct engine *g = first->engine;
    double ms = (now_monotonic() - first->asked_name) * 1000;
    g->resolving--;
    first->resolving = false;
    size_t n = first->gone ? 0 : r->count;
    if (n && first->peer_len) {
        target_moved(g, first, r, ms);
        return;
    }
    if (!first->gone && !r->count)
        target_nowhere(g, first, r->failed ? r->failed : "dns-failed", r->why);
    if (g->options.first_address && n > 1)
        n = 1;
    for (size_t i = 0; i < n; i++) {
        struct target *t = i ? target_new(g, first->ask, first->nth + (int)i, first->endpoint) : first;
        target_located(g, t, &r->address[i], r->from, r->why);
        target_named(g, t, r, ms);
        if (i)
            target_say(g, t, EVENT_BUSY);
        t->runs++; /* or the first probe that ends at once would end the round */
        target_begin(g, t);
        target_done(g, t);
    }
    if (!first->gone)
        target_more(g, first, first->later);
    target_done(g, first);
    engine_pump(g);
}

/* The addresses --resolve gives for this host and port; false when no rule is for them. */
static bool resolve_by_rule(struct engine *g, const char *host, int port, struct resolved *r)
{
    *r = (struct resolved){ .from = "option" };
    for (size_t i = 0; i < g->options.resolve_count; i++) {
        const struct resolve_rule *rule = &g->options.resolve[i];
        bool any = rule->host && strcmp(rule->host, "*") == 0;
        if ((!any && !text_is(rule->host, host)) || (rule->port && rule->port != port))
            continue;
        for (size_t k = 0; k < rule->count && r->count < RESOLVE_MAX; k++)
            if (address_parse(rule->address[k], port, &r->address[r->count]))
                r->count++;
    }
    return r->count > 0;
}

/* --- what certificates point at --- */

static void fetch_locate(void *arg, const char *host, int port, resolved_fn *done, void *who)
{
    struct engine *g = arg;
    struct err e = { "" };
    struct resolved *r = mem_new(sizeof *r);
    if (resolve_by_rule(g, host, port, r)) {
        done(who, r);
    } else if (g->resolver || (g->resolver = resolver_new(g->loop, g->options.timeout, &e))) {
        resolver_ask(g->resolver, host, port, done, who);
    } else {
        r->failed = "dns-failed";
        snprintf(r->why, sizeof r->why, "%.200s", e.text);
        done(who, r);
    }
    free(r);
}

static void fetch_unlocate(void *arg, void *who)
{
    struct engine *g = arg;
    if (g->resolver)
        resolver_drop(g->resolver, who);
}

static void on_fetched(void *arg, const struct fetched *f)
{
    struct slot *s = arg;
    struct engine *g = s->run.engine;
    g->fetched = f;
    g->fetching = s;
    slot_step(s, STEP_READY); /* it may be gone after that */
    g->fetched = NULL;
    g->fetching = NULL;
}

void run_fetch(struct run *r, struct fetch_ask ask)
{
    static const struct sockaddr elsewhere = { .sa_family = AF_UNSPEC };
    struct engine *g = r->engine;
    assert(!g->options.offline);
    if (!g->fetcher)
        g->fetcher = fetcher_new(g->loop, (struct fetch_names){ fetch_locate, fetch_unlocate, g });
    ask.endpoint = r->target->via.kind == VIA_DIRECT ? &r->target->peer.sa : &elsewhere; /* it is not where its proxy is */
    if (ask.seconds <= 0)
        ask.seconds = g->options.timeout;
    fetcher_ask(g->fetcher, &ask, on_fetched, r->slot);
}

const struct fetched *run_fetched(const struct run *r)
{
    return r->engine->fetching == r->slot ? r->engine->fetched : NULL;
}

static void on_sntp(void *arg)
{
    slot_step(arg, STEP_READY);
}

void run_sntp(struct run *r)
{
    struct engine *g = r->engine;
    assert(g->options.sntp && !g->options.offline);
    if (!g->sntp)
        g->sntp = sntp_new(g->loop, (struct fetch_names){ fetch_locate, fetch_unlocate, g }, g->options.sntp,
                           g->options.sntp_port, g->options.timeout, g->options.wall);
    sntp_ask(g->sntp, on_sntp, r->slot);
}

const struct sntp_said *run_sntp_said(const struct run *r)
{
    return sntp_said(r->engine->sntp);
}

void run_sent(struct run *r, struct cert *const *sent, size_t n, bool keep)
{
    struct target *t = r->target;
    target_forget_sent(t);
    for (size_t i = 1; i < n; i++)
        pool_add(r->engine->pool, sent[i], t->id, t->endpoint);
    t->sent = keep && n ? mem_array(NULL, n, sizeof *t->sent) : NULL;
    t->sent_count = keep ? n : 0;
    for (size_t i = 0; i < t->sent_count; i++)
        t->sent[i] = cert_ref(sent[i]);
}

void run_path(struct run *r, const struct chain *c)
{
    struct target *t = r->target;
    const struct cert *leaf = c->built_count ? c->built[0].cert : NULL;
    if (!c->trusted || c->built_count < 2 || !(leaf->ocsp_count + leaf->crl_count))
        return;
    t->path_count = c->built_count;
    t->path = mem_array(NULL, t->path_count, sizeof *t->path);
    for (size_t i = 0; i < t->path_count; i++)
        t->path[i] = cert_ref(c->built[i].cert);
}

void run_first(struct run *r, json_t *told)
{
    json_decref(r->target->first);
    r->target->first = told;
}

struct pool *run_pool(struct run *r)
{
    return r->engine->pool;
}

bool run_others_busy(const struct run *r)
{
    for (const struct target *t = r->engine->targets; t; t = t->next)
        if (t != r->target && !t->gone && (t->resolving || (t->runs && !t->written[FACT_HANDSHAKE])))
            return true;
    return false;
}

/* Our own trouble: nothing was asked, and nothing is known of the name. */
static void target_unresolved(struct engine *g, struct target *t, const char *why)
{
    g->resolving--;
    t->resolving = false;
    target_see(g, t, "resolve", FACT_RESOLVE, COULD_NOT_ASK, NULL, -1, mem_string(why));
    target_blank(g, t, why);
    target_done(g, t);
}

static struct resolver *engine_resolver(struct engine *g, struct err *e)
{
    if (!g->resolver)
        g->resolver = resolver_new(g->loop, g->options.timeout, e);
    return g->resolver;
}

static void target_resolve(struct engine *g, struct target *t);

/* --- mx:// --- */

/* One mail server of the domain, with all that was said of the domain. NULL: its name is none that could be asked for.
 * DNS says what it likes: a comma in the name would begin a key, and via=exec: is one of them. */
static struct endpoint *mx_endpoint(const struct endpoint *ep, const char *name)
{
    struct err e = { "" };
    enum host_kind kind;
    char *host = endpoint_host(name, &kind, &e);
    char *text = host ? mem_format("smtp://%s:%u", host, (unsigned)ep->port) : NULL;
    struct endpoint *one = text ? endpoint_parse(text, ep->value, &e) : NULL;
    free(text);
    free(host);
    return one;
}

/* What was wanted of the domain is wanted of its first mail server. */
static void target_becomes(struct engine *g, struct target *t, struct endpoint *ep)
{
    bool later[FACT_COUNT];
    memcpy(later, t->later, sizeof later);
    endpoint_free(t->endpoint);
    t->endpoint = ep;
    via_clear(&t->via);
    free(t->cant);
    t->cant = NULL;
    target_settle(t);
    target_say(g, t, EVENT_COLUMN);
    target_resolve(g, t);
    for (int f = 0; f < FACT_COUNT; f++)
        t->later[f] |= t->resolving && later[f];
    if (!t->resolving)
        target_more(g, t, later);
}

static void target_joins(struct engine *g, const struct target *first, int nth, struct endpoint *ep)
{
    struct target *t = target_new(g, first->ask, nth, ep);
    endpoint_free(ep);
    target_say(g, t, EVENT_COLUMN);
    target_say(g, t, EVENT_BUSY);
    target_resolve(g, t);
}

static void on_mx(void *arg, const struct mx_answer *a)
{
    struct target *t = arg;
    struct engine *g = t->engine;
    struct endpoint *domain = endpoint_ref(t->endpoint);
    int found = 0;
    g->resolving--;
    t->resolving = false;
    for (size_t i = 0; i < a->count && !t->gone; i++) {
        struct endpoint *ep = mx_endpoint(domain, a->host[i]);
        if (ep && !found++)
            target_becomes(g, t, ep);
        else if (ep)
            target_joins(g, t, (int)i * RESOLVE_MAX, ep);
    }
    if (!found && !t->gone) {
        target_nowhere(g, t, a->failed ? a->failed : "dns-failed", a->failed ? a->why : "no name of a mail server in DNS is one");
        target_more(g, t, t->later);
    }
    endpoint_free(domain);
    target_done(g, t);
    engine_pump(g);
}

static void target_resolve_mx(struct engine *g, struct target *t)
{
    struct err e = { "" };
    t->asked_name = now_monotonic();
    t->resolving = true;
    memset(t->later, 0, sizeof t->later);
    g->resolving++;
    t->runs++;
    if (engine_resolver(g, &e))
        resolver_mx(g->resolver, t->endpoint->host, on_mx, t);
    else
        target_unresolved(g, t, e.text);
}

static void target_resolve(struct engine *g, struct target *t)
{
    if (endpoint_is_mx(t->endpoint)) {
        target_resolve_mx(g, t);
        return;
    }
    const struct endpoint *ep = t->endpoint;
    bool proxied = target_proxied(t);
    const char *host = proxied ? t->via.host : ep->host, *literal = proxied || !ep->at_host ? host : ep->at_host;
    int port = proxied ? t->via.port : ep->port;
    struct address a;
    struct resolved *ruled = mem_new(sizeof *ruled);
    t->asked_name = now_monotonic();
    t->resolving = true;
    memset(t->later, 0, sizeof t->later);
    g->resolving++;
    t->runs++;
    if (t->cant) {
        target_unresolved(g, t, t->cant);
    } else if (resolve_by_rule(g, host, port, ruled) && t->via.kind != VIA_EXEC) {
        on_resolved(t, ruled);
    } else if (t->via.kind == VIA_EXEC || address_parse(literal, !proxied && ep->at_port ? ep->at_port : port, &a)) {
        g->resolving--;
        t->resolving = false;
        if (t->via.kind == VIA_EXEC)
            target_piped(g, t);
        else
            target_located(g, t, &a, literal == ep->at_host ? "option" : "literal", NULL);
        target_begin(g, t);
        target_done(g, t);
        engine_pump(g);
    } else {
        struct err e = { "" };
        if (engine_resolver(g, &e)) {
            resolver_ask(g->resolver, host, port, on_resolved, t);
        } else {
            target_unresolved(g, t, e.text);
        }
    }
    free(ruled);
}

void engine_ask(struct engine *g, int ask, const struct endpoint *ep)
{
    struct err e = { "" };
    assert(!g->saying);
    /* Also the system's: loading it later would delay whoever is in the middle of a handshake then. */
    if (!engine_store(g, ep->value[KEY_CA], &e) ||
        (ep->value[KEY_EXPECT] && !engine_expected(g, ep->value[KEY_EXPECT], &e)) ||
        !given_load(&g->given, ep, &e)) {
        struct event ev = { .kind = EVENT_TROUBLE, .ask = ask, .text = mem_format("%s was not probed: %s", ep->host, e.text) };
        engine_say(g, &ev);
        return;
    }
    struct target *t = target_new(g, ask, 0, ep);
    target_say(g, t, EVENT_COLUMN);
    target_say(g, t, EVENT_BUSY);
    target_resolve(g, t);
}

static struct target *engine_target(const struct engine *g, int id)
{
    return id > 0 && id < g->next_id && g->by_id[id] && !g->by_id[id]->gone ? g->by_id[id] : NULL;
}

void engine_want(struct engine *g, int column, const bool wanted[FACT_COUNT])
{
    struct target *t = engine_target(g, column);
    if (!t)
        return;
    if (t->resolving) { /* without an address nothing could be asked: it waits for that */
        for (int f = 0; f < FACT_COUNT; f++)
            t->later[f] |= wanted[f];
        return;
    }
    assert(!g->saying);
    if (!t->runs && now_monotonic() > t->ended + ROUND_GAP)
        t->began = 0; /* somebody came back to it: a --max-time of its own */
    t->runs++;
    target_say(g, t, EVENT_BUSY);
    target_more(g, t, wanted);
    target_done(g, t);
    engine_pump(g);
}

void engine_again(struct engine *g, int column)
{
    struct target *t = engine_target(g, column);
    if (!t || t->runs)
        return; /* what is under way is fresh */
    assert(!g->saying);
    memset(t->asked, 0, sizeof t->asked);
    memset(t->written, 0, sizeof t->written);
    t->began = 0;
    t->connections = 0;
    t->connected = t->silent = t->waited = t->works = t->search = false;
    target_forget_sent(t);
    json_decref(t->first);
    t->first = NULL;
    t->part = 0;
    target_say(g, t, EVENT_FORGET);
    target_say(g, t, EVENT_BUSY);
    surveys_forget(t);
    target_resolve(g, t);
}

void engine_enumerate(struct engine *g, int column)
{
    struct target *t = engine_target(g, column);
    bool wanted[FACT_COUNT] = { false };
    if (!t)
        return;
    t->full = true;
    if (!t->runs) {
        engine_again(g, column);
        return;
    }
    want_everything(wanted); /* what is under way is fresh */
    engine_want(g, column, wanted);
}

void engine_load(struct engine *g, int column, int at_once)
{
    static const bool wanted[FACT_COUNT] = { [FACT_LOAD] = true };
    struct target *t = engine_target(g, column);
    if (!t || (t->runs && t->asked[FACT_LOAD]))
        return; /* one is under way */
    t->asked[FACT_LOAD] = t->written[FACT_LOAD] = false;
    t->load = at_once < 1 ? LOAD_GENTLE : at_once > LOAD_MAX ? LOAD_MAX : at_once;
    if (g->options.jobs < t->load)
        g->options.jobs = t->load;
    engine_want(g, column, wanted);
}

/* Nobody waits for its name any more; false when nobody did. */
static bool target_unresolve(struct engine *g, struct target *t)
{
    if (!t->resolving)
        return false;
    resolver_drop(g->resolver, t);
    g->resolving--;
    t->resolving = false;
    return true;
}

void engine_drop(struct engine *g, int column)
{
    struct target *t = engine_target(g, column);
    if (!t)
        return;
    target_say(g, t, EVENT_GONE);
    t->gone = true;
    t->runs++;
    if (target_unresolve(g, t))
        t->runs--;
    for (struct slot *s = g->all, *next; s; s = next) {
        next = s->all_next;
        if (s->run.target == t) {
            slot_free(s);
            t->runs--;
        }
    }
    target_done(g, t);
    engine_pump(g);
}

/* No other run of this probe works on the same column: it speaks for them all. */
static bool slot_is_last(const struct slot *s)
{
    for (const struct slot *o = s->run.engine->all; o; o = o->all_next)
        if (o != s && o->run.target == s->run.target && o->run.probe == s->run.probe)
            return false;
    return true;
}

void engine_stop(struct engine *g)
{
    assert(!g->saying);
    for (struct target *t = g->targets; t; t = t->next) { /* first, for what needs no address may begin by it */
        if (!target_unresolve(g, t))
            continue;
        target_see(g, t, "resolve", FACT_RESOLVE, COULD_NOT_ASK, NULL, -1, mem_string("stopped before the name was resolved"));
        target_blank(g, t, "stopped before there was an address");
        target_more(g, t, t->later);
        target_done(g, t);
    }
    while (g->all) {
        struct slot *s = g->all;
        struct target *t = s->run.target;
        if (slot_is_last(s)) {
            survey_stopped(&s->run);
            run_blank(&s->run);
        }
        slot_free(s);
        target_undefer(g, t);
        if (t->runs == 1)
            surveys_forget(t);
        target_done(g, t);
    }
}

bool engine_idle(const struct engine *g)
{
    return !g->all && !g->resolving;
}

unsigned long engine_connections(const struct engine *g)
{
    return g->connections;
}

/* --- making and ending --- */

void engine_options_default(struct engine_options *o)
{
    *o = (struct engine_options){ .jobs = 100, .per_host = 10, .tries = 1, .timeout = 5, .max_time = 60, .min_days = -1,
                                  .wall = wall_default };
}

bool engine_options_only(struct engine_options *o, const char *probe)
{
    for (size_t i = 0; probe_list[i]; i++) {
        const struct probe *p = probe_list[i];
        if (strcmp(p->name, probe) != 0)
            continue;
        o->only = true;
        o->only_full |= p->survey && p != &large_probe;
        want_list(o->only_facts, p->writes);
        want_list(o->only_facts, p->along);
        return true;
    }
    return false;
}

size_t engine_probe_names(const char **names, size_t max)
{
    size_t n = 0;
    for (; probe_list[n] && n + 1 < max; n++)
        names[n] = probe_list[n]->name;
    names[n] = NULL;
    return n;
}

static int descriptors_raise(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return 256;
    if (l.rlim_cur < l.rlim_max) {
        rlim_t old = l.rlim_cur;
        l.rlim_cur = l.rlim_max < 65536 ? l.rlim_max : 65536;
        if (l.rlim_cur < old || setrlimit(RLIMIT_NOFILE, &l) < 0)
            l.rlim_cur = old;
    }
    return l.rlim_cur > 65536 ? 65536 : (int)l.rlim_cur;
}

struct engine *engine_new(struct ev_loop *loop, const struct engine_options *o, struct sink sink, struct err *e)
{
    struct engine *g = mem_new(sizeof *g);
    g->loop = loop;
    g->options = *o;
    if (!g->options.wall)
        g->options.wall = wall_default;
    g->sink = sink;
    g->next_id = 1;
    g->waiting.end = &g->waiting.first;
    g->ready.end = &g->ready.first;
    g->ready_more.end = &g->ready_more.first;
    int limit = descriptors_raise(), files = limit > 128 ? limit - 64 : limit / 2;
    if (files < 1)
        files = 1; /* one at a time, and what even that can't have is said for each column */
    if (g->options.jobs < g->options.load)
        g->options.jobs = g->options.load;
    if (g->options.jobs > files / 2)
        g->options.jobs = files / 2 > 1 ? files / 2 : 1;
    g->ahead_max = g->options.jobs < AHEAD_FROM ? g->options.jobs : g->options.jobs * AHEAD;
    g->open_max = files;
    if (gnutls_certificate_allocate_credentials(&g->credentials) < 0) {
        err_set(e, "GnuTLS can't be used on this machine: it gives no credentials");
        free(g);
        return NULL;
    }
    g->judge = judge_cache_new();
    g->pool = pool_new();
    return g;
}

static void kept_stores_free(struct kept_store *k)
{
    for (struct kept_store *next; k; k = next) {
        next = k->next;
        store_free(k->store);
        free(k->path);
        free(k);
    }
}

static void engine_free_kept(struct engine *g)
{
    kept_stores_free(g->stores);
    kept_stores_free(g->expected);
    for (struct kept_priority *k = g->priorities, *next; k; k = next) {
        next = k->next;
        gnutls_priority_deinit(k->priority);
        endpoint_free(k->endpoint);
        free(k);
    }
    for (int i = 0; i < HOST_BUCKETS; i++)
        for (struct host *h = g->host[i], *next; h; h = next) {
            next = h->next;
            free(h);
        }
}

void engine_free(struct engine *g)
{
    if (!g)
        return;
    g->pumping = true; /* nothing new starts from here on */
    while (g->all)
        slot_free(g->all);
    fetcher_free(g->fetcher);
    sntp_free(g->sntp);
    resolver_free(g->resolver);
    while (g->targets)
        target_free(g, g->targets);
    engine_free_kept(g);
    pool_free(g->pool);
    judge_cache_free(g->judge);
    every_free(&g->every);
    gnutls_certificate_free_credentials(g->credentials);
    given_free(g->given);
    pipe_left_free(&g->left);
    json_decref(g->machine);
    free(g->by_id);
    free(g);
}
