/* slot - see slot.h. */
#include "probes/slot.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "probes/connect.h"
#include "probes/fetch.h"
#include "probes/inside.h"
#include "probes/now.h"
#include "probes/sntp.h"
#include "probes/sweep.h"
#include "probes/target.h"
#include "probes/way.h"
#include "src/base/mem.h"

#define GRACE 0.05      /* seconds more for who has an answer ready when time is up */
#define TURNED_MOST 6   /* times one connection is made again that was turned away */
#define SYN_LATE 0.9    /* seconds to connect, at least, to who let others in: after a second the system asks again */
#define SYN_LATE_TIMES 20 /* and so many times its quickest answer */
#define LAG 0.1    /* seconds, beside run_brief, in which nearly every server has answered */
#define LAG_ROOM 4 /* connections there must be room for at its address */

/* --- phases and queues ------------------------------------------------------------------------ */

/* One of those that wait for the host may try again: to the front, it has waited longest. */
static void engine_unpark(struct engine *g, struct host *h)
{
    struct slot *next = queue_take(&h->parked);
    if (next)
        queue_add_first(&g->waiting, next);
}

bool run_is_first(const struct run *r)
{
    return r->probe == &handshake_probe;
}

static void slot_release_host(struct slot *s)
{
    if (!s->holds_host)
        return;
    struct engine *g = s->run.engine;
    s->holds_host = false;
    g->open--;
    s->host->in_flight--;
    if (host_has_room(s->host))
        engine_unpark(g, s->host);
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
        queue_remove(&g->waiting, s);
        if (s->host)
            queue_remove(&s->host->parked, s);
        if (s->host && host_has_room(s->host))
            engine_unpark(g, s->host); /* it may have been its turn: it is the next one's then */
        break;
    case CONNECTING: g->connecting--; break;
    case READY:
        g->waiting_slot--;
        queue_remove(slot_ready(s), s);
        break;
    case RUNNING: --*slot_count(s); break;
    case LATE: break;
    }
}

void slot_free(struct slot *s)
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

/* It is over: its column is told, and what waited begins. */
static void slot_done(struct slot *s)
{
    struct engine *g = s->run.engine;
    struct target *t = s->run.target;
    slot_free(s);
    target_done(t);
    engine_pump(g);
}

/* --- at work ---------------------------------------------------------------------------------- */

void slot_blank(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    if (r->probe->unreachable)
        r->probe->unreachable(r, timed_out);
    else
        run_blank(r);
    slot_done(s);
}

static void slot_deadline(struct slot *s, double seconds)
{
    struct engine *g = s->run.engine;
    double left = s->run.target->began + g->options.max_time - now_monotonic();
    s->cut = seconds > left;
    s->grace = false;
    s->later = 0;
    if (s->cut)
        seconds = left > 0.001 ? left : 0.001;
    ev_now_update(g->loop);
    ev_timer_stop(g->loop, &s->timer);
    ev_timer_set(&s->timer, seconds, 0);
    ev_timer_start(g->loop, &s->timer);
}

/* A handshake that is waited for is looked at once before its time is over: see target_lags. */
static void slot_wait(struct slot *s, double seconds)
{
    double look = run_brief(&s->run) + LAG;
    bool first = run_is_first(&s->run) && s->phase == RUNNING && !s->again && !s->run.conn.received;
    slot_deadline(s, first && look < seconds ? look : seconds);
    if (first && look < seconds && !s->cut)
        s->later = seconds - look;
}

/* Beside a great many others, or where only a few connections at once are borne, it has to wait its turn. Who has said
 * something is slow and not silent. */
static void slot_lags(struct slot *s)
{
    struct engine *g = s->run.engine;
    slot_deadline(s, s->later);
    bool calm = 4 * g->asking < g->options.jobs && !g->ready_more.first, silent = !s->run.conn.received;
    if (calm && silent && host_makes_room(s->host, LAG_ROOM, g->options.per_host))
        target_lags(s->run.target);
    engine_pump(g);
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
        slot_wait(s, w.seconds);
    assert(ev_is_active(&s->timer));
    if (w.slot)
        engine_pump(g);
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

/* --- connecting ------------------------------------------------------------------------------- */

/* The way to the peer, from the beginning. */
static void slot_way(struct slot *s)
{
    struct target *t = s->run.target;
    struct conn_travel travel = s->run.conn.travel;
    conn_init(&s->run.conn, &t->peer.sa, t->peer_len);
    s->run.conn.travel = travel;
    s->run.conn.via = &t->via;
    s->run.conn.left = &t->engine->left;
    s->run.conn.login = target_login(t);
    (s->run.probe->around ? way_layers_outside : way_layers)(&s->run.conn, t->endpoint);
}

/* One that is told as it came: of tries each is, unless the limit is known. */
static bool run_counts(const struct run *r)
{
    return r->probe->crowds || run_is_first(r) ||
           (r->probe == &tries_probe && cutoff_judge(&r->target->cutoff) != STATE_YES);
}

/* Others were let in where it goes, by the server itself, and it is no matter of how many are made at once. */
static bool slot_may_be_turned(const struct slot *s)
{
    const struct run *r = &s->run;
    const struct conn_travel *way = &r->conn.travel;
    bool usual = !way->segment && !way->reach && !way->near && way->patience <= 0;
    return r->target->connected && r->target->via.kind == VIA_DIRECT && usual && !run_counts(r) &&
           s->turned < TURNED_MOST;
}

/* How long its SYN may stay without an answer. Where others were answered, a limit may have dropped it, and it is better
 * to be quiet than to send it again. */
static double slot_patience(const struct slot *s)
{
    double timeout = s->run.engine->options.timeout, best = s->run.target->known.best_ms / 1000;
    double late = SYN_LATE_TIMES * best > SYN_LATE ? SYN_LATE_TIMES * best : SYN_LATE;
    if (s->run.conn.travel.patience > 0)
        return s->run.conn.travel.patience;
    return best > 0 && late < timeout && slot_may_be_turned(s) ? late : timeout;
}

/* Back to where it came from, as if it had not been begun. */
static void slot_put_back(struct slot *s)
{
    struct engine *g = s->run.engine;
    ev_io_stop(g->loop, &s->io);
    ev_timer_stop(g->loop, &s->timer);
    g->connecting--;
    s->run.target->connections--;
    conn_close(&s->run.conn);
    slot_way(s);
    s->phase = WAITING;
    slot_release_host(s);
    queue_add_first(&g->waiting, s);
    engine_pump(g);
}

/* It was turned away where others were let in before: made again, at once, for that may have been an accident, like a
 * SYN that is lost; then later and later. */
static bool slot_turned_away(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    struct target *t = r->target;
    int error = r->conn.error;
    double now = now_monotonic(), left = t->began + t->engine->options.max_time - now;
    bool shut = timed_out || ((error == ECONNREFUSED || error == ECONNRESET) && !r->conn.icmp.came);
    if (s->reached || !shut || !slot_may_be_turned(s))
        return false;
    cutoff_cut(&t->cutoff, timed_out ? "silent, connect" : error == ECONNRESET ? "reset" : "refused",
               s->host->in_flight == 1, r->created);
    if (s->turned++ || cutoff_judge(&t->cutoff) == STATE_YES) {
        double wait = host_turned_away(s->host, now);
        if (wait + 1 > left)
            return false;
        cutoff_wait(&t->cutoff, wait);
    }
    slot_put_back(s);
    return true;
}

static void slot_connected(struct slot *s)
{
    struct run *r = &s->run;
    struct engine *g = r->engine;
    cutoff_again(&r->target->cutoff, s->turned);
    s->ready = now_monotonic();
    ev_io_stop(g->loop, &s->io);
    ev_timer_stop(g->loop, &s->timer);
    g->connecting--;
    g->waiting_slot++;
    s->phase = READY;
    r->target->connected = true;
    if (run_is_first(r))
        way_see(r, false);
    queue_add(slot_ready(s), s);
    target_deferred(r->target, false);
}

static void slot_open(struct slot *s)
{
    struct engine *g = s->run.engine;
    enum conn_state state = conn_open(&s->run.conn);
    if (!s->reached && conn_reached(&s->run.conn))
        connect_reached(s);
    switch (state) {
    case CONN_READY:
        slot_connected(s);
        engine_pump(g);
        return;
    case CONN_FAILED:
        if (!slot_turned_away(s, false))
            connect_failed(s, false);
        return;
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

/* The column's own handshake is what all others are made for. */
static bool slot_may_connect(const struct slot *s)
{
    bool may = target_left(s->run.target, s->run.probe) > 0;
    return run_is_first(&s->run) || (may && (!s->run.probe->survey || slot_may_ask(s)));
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
        engine_unpark(g, s->host); /* who waits behind it would not be told otherwise */
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
    slot_deadline(s, slot_patience(s));
    slot_open(s);
}

void slots_drop(struct target *t, const struct probe *p)
{
    for (struct slot *s = t->engine->all, *next; s; s = next) {
        next = s->all_next;
        if (s->run.target == t && s->run.probe == p) {
            slot_free(s);
            t->runs--;
        }
    }
}

/* --- watchers --------------------------------------------------------------------------------- */

static void on_slot(struct slot *s, enum step_why why)
{
    if (s->phase == CONNECTING && why == STEP_TIMEOUT && slot_turned_away(s, true))
        return;
    if (s->phase == CONNECTING && why == STEP_TIMEOUT && !conn_overdue(&s->run.conn))
        connect_failed(s, true);
    else if (s->phase == CONNECTING)
        slot_open(s);
    else
        slot_step(s, why);
}

void slot_step(struct slot *s, enum step_why why)
{
    struct want w = s->run.probe->step(&s->run, why);
    if (s->run.target->early && run_is_first(&s->run) && s->run.conn.received)
        target_answers(s->run.target);
    slot_watch(s, w);
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
    return ev_is_active(&s->io) && wanted && poll(&p, 1, 0) > 0; /* who only waits for time wants none */
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
    struct slot *once_more = slot_add(t, s->run.probe);
    once_more->again = true;
    once_more->run.nth = s->run.nth;
    slot_free(s);
    target_done(t);
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
    } else if (s->later > 0) {
        slot_lags(s);
    } else if (s->cut && s->phase != LATE) {
        connect_used_up(s);
    } else if (!slot_again(s)) {
        s->run.target->waited |= run_is_first(&s->run) && s->phase == RUNNING;
        s->run.target->silent |= s->run.target->waited && run_is_first(&s->run) && !s->run.conn.received;
        on_slot(s, STEP_TIMEOUT);
    }
}

/* --- what may begin now ----------------------------------------------------------------------- */

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

static bool engine_has_room(const struct engine *g)
{
    return g->connecting + g->waiting_slot + g->handshaking + g->asking < g->ahead_max && g->open < g->open_max;
}

void engine_pump(struct engine *g)
{
    if (g->pumping)
        return;
    g->pumping = true;
    for (;;) {
        struct slot *s;
        if ((s = engine_next(g))) {
            slot_begin(s);
        } else if (engine_has_room(g) && (s = queue_take(&g->waiting))) {
            if (host_has_room(s->host) || s->run.probe->crowds)
                slot_connect(s);
            else
                queue_add(&s->host->parked, s);
        } else {
            break;
        }
    }
    g->pumping = false;
}

/* --- new runs --------------------------------------------------------------------------------- */

/* A run that is in no queue yet. */
static struct slot *slot_new(struct target *t, const struct probe *p, int nth)
{
    struct engine *g = t->engine;
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
        slot_way(s);
        s->host = hosts_find(&g->hosts, &t->peer, way_is_gentle(t->endpoint), g->options.per_host);
    }
    return s;
}

struct slot *slot_add(struct target *t, const struct probe *p)
{
    struct slot *s = slot_new(t, p, 0);
    if (p->connects) {
        queue_add(&t->engine->waiting, s);
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
    struct slot *s = slot_new(t, p, nth);
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
    struct slot *s = slot_new(t, p, nth);
    /* parked where there is room, several of them would be taken out one after the other */
    queue_add_first(host_has_room(s->host) ? &t->engine->waiting : &s->host->parked, s);
    return &s->run;
}

/* --- beside others ---------------------------------------------------------------------------- */

bool slot_is_last(const struct slot *s)
{
    for (const struct slot *o = s->run.engine->all; o; o = o->all_next)
        if (o != s && o->run.target == s->run.target && o->run.probe == s->run.probe)
            return false;
    return true;
}

bool run_is_alone(const struct run *r)
{
    return r->slot->host->in_flight == 1;
}

bool run_push_back(struct run *r)
{
    return host_push_back(r->slot->host, r->created, now_monotonic());
}

void run_goes_well(struct run *r)
{
    if (host_goes_well(r->slot->host))
        engine_unpark(r->engine, r->slot->host);
}
