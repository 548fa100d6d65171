/* engine - see engine.h. */
#include "probes/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "probes/given.h"
#include "probes/inside.h"
#include "probes/load.h"
#include "probes/locate.h"
#include "probes/now.h"
#include "probes/pipe.h"
#include "probes/pool.h"
#include "probes/slot.h"
#include "probes/sntp.h"
#include "probes/sweep.h"
#include "probes/target.h"
#include "src/base/mem.h"

#define AHEAD 10       /* connections begun per handshake slot */
#define ROUND_GAP 1.0  /* seconds: what is wanted sooner after the end of a round belongs to it */

/* In the order in which they get what connections there are. */
const struct probe *const probe_list[] = {
    &machine_probe, &handshake_probe, &large_probe, &names_probe, &versions_probe, &relaxed_probe, &ciphers_probe,
    &groups_probe, &sigalgs_probe, &traits_probe, &clients_probe, &replay_probe, &issuers_probe, &revocation_probe,
    &idle_probe, &otherway_probe, &sntp_probe, &tries_probe, &variations_probe, &path_probe, &load_probe, NULL
};
_Static_assert(sizeof probe_list / sizeof *probe_list - 1 <= 32, "target.deferred has a bit for each");

/* --- events ----------------------------------------------------------------------------------- */

void engine_say(struct engine *g, struct event *ev)
{
    bool before = g->saying;
    g->saying = true;
    g->sink.take(g->sink.arg, ev);
    g->saying = before;
    event_clear(ev);
}

/* --- asks ------------------------------------------------------------------------------------- */

/* So many, or what this machine's descriptors allow: half of them, for surveys may have as many of their own. */
static void engine_set_jobs(struct engine *g, int jobs)
{
    int most = g->open_max / 2 > 1 ? g->open_max / 2 : 1;
    g->options.jobs = jobs < most ? jobs : most;
    g->ahead_max = g->options.jobs < AHEAD_FROM ? g->options.jobs : g->options.jobs * AHEAD;
}

int engine_column_id(struct engine *g)
{
    if (g->next_id >= g->room) {
        g->room = g->room ? 2 * g->room : 64;
        g->by_id = mem_array(g->by_id, (size_t)g->room, sizeof *g->by_id);
    }
    g->by_id[g->next_id] = NULL;
    return g->next_id++;
}

void engine_ask(struct engine *g, int ask, const struct endpoint *ep)
{
    struct err e = { "" };
    assert(!g->saying);
    /* Also the system's: loading it later would delay whoever is in the middle of a handshake then. */
    if (!kept_trusted(&g->kept, ep->value[KEY_CA], &e) ||
        (ep->value[KEY_EXPECT] && !kept_expected(&g->kept, ep->value[KEY_EXPECT], &e)) ||
        !given_load(&g->given, ep, &e)) {
        struct event ev = { .kind = EVENT_TROUBLE, .ask = ask };
        ev.text = mem_format("%s was not probed: %s", ep->host, e.text);
        engine_say(g, &ev);
        return;
    }
    struct target *t = target_new(g, ask, 0, ep);
    target_say(t, EVENT_COLUMN);
    target_say(t, EVENT_BUSY);
    locate_begin(t);
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
    target_say(t, EVENT_BUSY);
    target_more(t, wanted);
    target_done(t);
    engine_pump(g);
}

void engine_again(struct engine *g, int column)
{
    struct target *t = engine_target(g, column);
    if (!t || t->runs)
        return; /* what is under way is fresh */
    assert(!g->saying);
    target_reset(t);
    target_say(t, EVENT_FORGET);
    target_say(t, EVENT_BUSY);
    locate_begin(t);
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
    wants_everything(wanted); /* what is under way is fresh */
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
        engine_set_jobs(g, t->load);
    engine_want(g, column, wanted);
}

void engine_drop(struct engine *g, int column)
{
    struct target *t = engine_target(g, column);
    if (!t)
        return;
    target_say(t, EVENT_GONE);
    t->gone = true;
    t->runs++;
    if (locate_drop(t))
        t->runs--;
    for (struct slot *s = g->all, *next; s; s = next) {
        next = s->all_next;
        if (s->run.target == t) {
            slot_free(s);
            t->runs--;
        }
    }
    target_done(t);
    engine_pump(g);
}

void engine_stop(struct engine *g)
{
    assert(!g->saying);
    for (struct target *t = g->targets; t; t = t->next) { /* first, for what needs no address may begin by it */
        if (!locate_drop(t))
            continue;
        target_see(t, "resolve", FACT_RESOLVE, COULD_NOT_ASK, NULL, -1,
                   mem_string("stopped before the name was resolved"));
        target_blank(t, "stopped before there was an address");
        target_more(t, t->later);
        target_done(t);
    }
    while (g->all) {
        struct slot *s = g->all;
        struct target *t = s->run.target;
        if (slot_is_last(s)) {
            survey_stopped(&s->run);
            run_blank(&s->run);
        }
        slot_free(s);
        target_undefer(t);
        if (t->runs == 1)
            surveys_forget(t);
        target_done(t);
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

/* --- making and ending ------------------------------------------------------------------------ */

void engine_options_default(struct engine_options *o)
{
    *o = (struct engine_options){ .jobs = 100, .per_host = 10, .tries = 1, .timeout = 5, .max_time = 60, .min_days = -1,
                                  .wall = now_wall };
}

bool engine_options_only(struct engine_options *o, const char *probe)
{
    for (size_t i = 0; probe_list[i]; i++) {
        const struct probe *p = probe_list[i];
        if (strcmp(p->name, probe) != 0)
            continue;
        o->only = true;
        o->only_full |= p->survey && p != &large_probe;
        wants_add(o->only_facts, p->writes);
        wants_add(o->only_facts, p->along);
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
        g->options.wall = now_wall;
    g->sink = sink;
    g->next_id = 1;
    queue_init(&g->waiting);
    queue_init(&g->ready);
    queue_init(&g->ready_more);
    int limit = descriptors_raise(), files = limit > 128 ? limit - 64 : limit / 2;
    g->open_max = files > 1 ? files : 1; /* one at a time, and what even that can't have is said for each column */
    engine_set_jobs(g, g->options.jobs > g->options.load ? g->options.jobs : g->options.load);
    if (gnutls_certificate_allocate_credentials(&g->credentials) < 0) {
        err_set(e, "GnuTLS can't be used on this machine: it gives no credentials");
        free(g);
        return NULL;
    }
    g->judge = judge_cache_new();
    g->pool = pool_new();
    return g;
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
        target_free(g->targets);
    kept_free(&g->kept);
    hosts_free(&g->hosts);
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
