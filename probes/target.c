/* target - see target.h. */
#include "probes/target.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "probes/inside.h"
#include "probes/load.h"
#include "probes/now.h"
#include "probes/slot.h"
#include "probes/sweep.h"
#include "src/base/mem.h"

#define QUICK_CONNECTIONS 24 /* to one address at --depth quick */
#define QUICK_KEPT 1         /* of them, for those that are no survey's */
#define QUICK_REPLAY 1       /* and for the first question of the replay */
#define QUICK_SEARCH 24      /* more, to search what decides, or who, where another client's hello, or name, is taken */
#define QUICK_NAMES 5        /* more, where whatever this client could offer is refused by an alert */

/* --- what the options say --------------------------------------------------------------------- */

double target_now(const struct target *t)
{
    (void)t;
    return now_monotonic();
}

const struct engine_options *target_options(const struct target *t)
{
    return &t->engine->options;
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
    const struct engine_options *o = &t->engine->options;
    int load = t->load > 0 ? t->load : o->load > 0 ? o->load : LOAD_GENTLE;
    return load < o->jobs ? load : o->jobs;
}

double target_max_time(const struct target *t)
{
    return t->engine->options.max_time;
}

bool target_depth_full(const struct target *t)
{
    return t->full;
}

struct every *target_every(struct target *t)
{
    return &t->engine->every;
}

/* --- what it may spend ------------------------------------------------------------------------ */

/* What it speaks is open, and may be asked for by a guess in plain text, at the end: see otherway.c. */
static bool may_guess(const struct target *t)
{
    return strcmp(t->endpoint->scheme->name, "tls") == 0;
}

static bool refused_aloud(const struct target *t)
{
    const char *went = json_string_value(json_object_get(t->first, "went"));
    return went && strncmp(went, "alert", 5) == 0;
}

/* The one place where the connections of --depth quick are counted against what may be spent. More tries, asked for
 * by --tries or by answers that vary, and a ramp of load, which nobody makes unasked, are no matter of depth. Surveys
 * leave some for probes of one connection: these come late, and tell most of those who cut off everything. Who refuses
 * one client's hello and takes another's, and nothing else tells why, is worth a search. Who refuses by an alert may
 * not be the server at all, and that is worth the names and the distances that tell it. */
int target_left(const struct target *t, const struct probe *p)
{
    if (t->full || p == &tries_probe || p == &load_probe)
        return INT_MAX;
    int most = QUICK_CONNECTIONS - (p->survey ? QUICK_KEPT + may_guess(t) : 0);
    if (p == &replay_probe)
        most += t->search ? QUICK_SEARCH : refused_aloud(t) ? QUICK_NAMES : 0;
    else if (p == &path_probe && refused_aloud(t)) /* asked where another name is taken, or a search found what is */
        most += t->search ? 2 * QUICK_SEARCH : QUICK_SEARCH;
    else if ((p == &names_probe || !p->survey) && refused_aloud(t)) /* what comes after the names has what they had */
        most += QUICK_NAMES;
    else if (p->survey && p != &variations_probe && p != &versions_probe &&
             !((p->survey->change || p == &path_probe) && t->works))
        most -= QUICK_REPLAY; /* these come where a replay tells nothing, or no more; half of the versions misleads */
    return t->connections < most ? most - t->connections : 0;
}

/* --- beside a handshake that is not answered ----------------------------------------------------- */

struct held { struct event event; struct held *next; };

static void target_release(struct target *t, bool counts);

/* The handshake is over, or is answered: what was asked beside it counts, or was never asked. */
static void target_settles(struct target *t, bool silent)
{
    const struct probe *p = t->early;
    t->early = NULL;
    if (!silent) {
        slots_drop(t, p);
        survey_drop(t, p);
        for (const enum fact *f = p->writes; *f != FACT_COUNT; f++)
            t->asked[*f] = false;
    }
    target_release(t, silent);
}

void target_answers(struct target *t)
{
    if (t->early)
        target_settles(t, false);
}

void target_lags(struct target *t)
{
    for (size_t i = 0; probe_list[i]; i++) {
        const struct probe *p = probe_list[i];
        if (!p->beside || t->asked[p->writes[0]] || t->early || t->engine->options.only)
            continue;
        for (const enum fact *f = p->writes; *f != FACT_COUNT; f++)
            t->asked[*f] = true;
        t->early = p;
        survey_begin(t, p);
    }
}

/* --- what it tells ---------------------------------------------------------------------------- */

void target_say(const struct target *t, enum event_kind kind)
{
    struct event ev = { .kind = kind, .column = t->id, .ask = t->ask, .nth = t->nth };
    if (kind == EVENT_COLUMN) {
        ev.endpoint = mem_string(t->endpoint->text);
        ev.parsed = t->endpoint;
        ev.address = mem_string(t->address);
        ev.vantage = mem_string("local");
    }
    engine_say(t->engine, &ev);
}

static bool probe_writes(const struct probe *p, enum fact f)
{
    const enum fact *w = p->writes;
    while (*w != FACT_COUNT && *w != f)
        w++;
    return *w != FACT_COUNT;
}

/* Takes what is in the event. */
static void target_hold(struct target *t, struct event *ev)
{
    struct held **end = &t->held;
    while (*end)
        end = &(*end)->next;
    *end = mem_new(sizeof **end);
    (*end)->event = *ev;
    *ev = (struct event){ .kind = ev->kind };
}

static void target_release(struct target *t, bool counts)
{
    for (struct held *h = t->held, *next; h; h = next) {
        next = h->next;
        if (counts)
            target_observe(t, &h->event);
        else
            event_clear(&h->event);
        free(h);
    }
    t->held = NULL;
}

void target_observe(struct target *t, struct event *ev)
{
    enum fact f = ev->seen.fact;
    if (t->early && probe_writes(t->early, f)) {
        target_hold(t, ev);
        return;
    }
    t->asked[f] = t->written[f] = true;
    if (t->gone)
        event_clear(ev);
    else
        engine_say(t->engine, ev);
    if (f == FACT_HANDSHAKE && t->early)
        target_settles(t, t->silent);
}

void target_see(struct target *t, const char *probe, enum fact f, enum state state, json_t *value, double ms,
                char *text)
{
    struct event ev = { .kind = EVENT_FACT, .column = t->id };
    ev.seen = (struct observation){ .column = t->id, .fact = f, .state = state, .value = value, .probe = probe,
        .time = t->engine->options.wall(), .ms = ms, .text = text };
    target_observe(t, &ev);
}

void target_blank_probe(struct target *t, const struct probe *p)
{
    for (const enum fact *f = p->writes; *f != FACT_COUNT; f++)
        if (!t->written[*f] && *f != FACT_FAILURE)
            target_see(t, "other", *f, COULD_NOT_ASK, NULL, -1, NULL);
}

void target_blank(struct target *t, const char *why)
{
    target_see(t, "resolve", FACT_CONNECT, COULD_NOT_ASK, NULL, -1, mem_string(why));
    for (const enum fact *f = handshake_probe.writes; *f != FACT_COUNT; f++)
        if (*f != FACT_FAILURE)
            target_see(t, "resolve", *f, COULD_NOT_ASK, NULL, -1, NULL);
}

/* --- its life --------------------------------------------------------------------------------- */

bool target_proxied(const struct target *t)
{
    return t->via.kind == VIA_HTTP || t->via.kind == VIA_SOCKS5;
}

const char *target_login(const struct target *t)
{
    const char *login = t->via.login ? t->via.login : t->engine->options.proxy_login;
    return target_proxied(t) ? login : NULL;
}

static const char *environment_get(void *arg, const char *name)
{
    (void)arg;
    return getenv(name);
}

void target_settle(struct target *t)
{
    const struct endpoint *ep = t->endpoint;
    struct err e = { "" };
    if (!via_settle(ep->value[KEY_VIA], environment_get, NULL, ep->scheme->http, ep->host, &t->via, &e))
        t->cant = mem_string(e.text);
}

struct target *target_new(struct engine *g, int ask, int nth, const struct endpoint *ep)
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

static void certs_forget(struct cert ***list, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        cert_free((*list)[i]);
    free(*list);
    *list = NULL;
    *n = 0;
}

void target_forget_sent(struct target *t)
{
    certs_forget(&t->sent, &t->sent_count);
    certs_forget(&t->path, &t->path_count);
}

void target_free(struct target *t)
{
    struct engine *g = t->engine;
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
    cutoff_clear(&t->cutoff);
    target_forget_sent(t);
    surveys_forget(t);
    target_release(t, false);
    json_decref(t->first);
    free(t);
}

void target_reset(struct target *t)
{
    memset(t->asked, 0, sizeof t->asked);
    memset(t->written, 0, sizeof t->written);
    t->began = 0;
    t->connections = 0;
    t->connected = t->silent = t->waited = t->works = t->search = false;
    cutoff_clear(&t->cutoff);
    target_forget_sent(t);
    json_decref(t->first);
    t->first = NULL;
    t->part = 0;
    t->early = NULL;
    target_release(t, false);
    surveys_forget(t);
}

void target_done(struct target *t)
{
    if (!t->gone)
        target_deferred(t, t->runs == 1);
    if (--t->runs > 0)
        return;
    t->ended = now_monotonic();
    enum state limit = cutoff_judge(&t->cutoff);
    if (!t->gone && limit != NOT_ASKED && !t->written[FACT_LIMIT])
        target_see(t, "other", FACT_LIMIT, limit, cutoff_json(&t->cutoff), -1, cutoff_text(&t->cutoff));
    if (!t->gone)
        target_say(t, EVENT_DONE);
    else
        target_free(t);
}

/* --- which probes ----------------------------------------------------------------------------- */

static bool probe_is_due(const struct target *t, const struct probe *p)
{
    for (const enum fact *f = p->needs; f && *f != FACT_COUNT; f++)
        if (!t->written[*f])
            return false;
    return true;
}

static void probe_begin(struct target *t, const struct probe *p)
{
    if (p->connects && p->needs && !t->connected && !p->around)
        target_blank_probe(t, p);
    else if (p->survey)
        survey_begin(t, p);
    else
        slot_add(t, p);
}

void target_deferred(struct target *t, bool last)
{
    for (size_t i = 0; t->deferred && probe_list[i]; i++) {
        bool due = probe_is_due(t, probe_list[i]) && (!probe_list[i]->alone || last);
        if (!(t->deferred & 1u << i) || (!due && !last))
            continue;
        t->deferred &= ~(1u << i);
        if (due)
            probe_begin(t, probe_list[i]);
        else
            target_blank_probe(t, probe_list[i]);
        last &= t->runs == 1;
    }
}

void target_undefer(struct target *t)
{
    for (size_t i = 0; t->deferred && probe_list[i]; i++)
        if (t->deferred & 1u << i)
            target_blank_probe(t, probe_list[i]);
    t->deferred = 0;
}

static bool probe_is_wanted(const struct target *t, const struct probe *p, const bool wanted[FACT_COUNT])
{
    for (const enum fact *f = p->writes; *f != FACT_COUNT; f++)
        if (wanted[*f] && !t->asked[*f])
            return true;
    return false;
}

void wants_add(bool wanted[FACT_COUNT], const enum fact *list)
{
    for (; list && *list != FACT_COUNT; list++)
        wanted[*list] = true;
}

void wants_everything(bool wanted[FACT_COUNT])
{
    for (size_t i = 0; probe_list[i]; i++)
        if (!probe_list[i]->aside)
            wants_add(wanted, probe_list[i]->writes);
}

static void target_want(struct target *t, const bool wanted[FACT_COUNT])
{
    for (size_t i = 0; probe_list[i]; i++) {
        const struct probe *p = probe_list[i];
        if (!probe_is_wanted(t, p, wanted))
            continue;
        for (const enum fact *f = p->writes; *f != FACT_COUNT; f++) {
            if (p->connects && !t->peer_len && wanted[*f])
                target_see(t, "other", *f, COULD_NOT_ASK, NULL, -1, NULL);
            t->asked[*f] = true;
        }
        if (p->connects && !t->peer_len)
            continue;
        bool needed[FACT_COUNT] = { false };
        for (const enum fact *f = p->needs; f && *f != FACT_COUNT; f++)
            needed[*f] = true;
        if (p->needs)
            target_want(t, needed);
        if (probe_is_due(t, p) && !p->alone)
            probe_begin(t, p);
        else
            t->deferred |= 1u << i;
    }
}

void target_more(struct target *t, const bool wanted[FACT_COUNT])
{
    t->full |= wanted[FACT_CLIENTS]; /* there are more of them than --depth quick has connections */
    target_want(t, wanted);
    for (int f = 0; f < FACT_COUNT; f++)
        if (wanted[f] && !t->asked[f])
            target_see(t, "other", (enum fact)f, COULD_NOT_ASK, NULL, -1, mem_string("no probe answers this yet"));
}

void target_begin(struct target *t)
{
    bool wanted[FACT_COUNT] = { false };
    struct engine *g = t->engine;
    if (g->options.only) {
        memcpy(wanted, g->options.only_facts, sizeof wanted);
    } else {
        wanted[FACT_POST_QUANTUM] = true;
        wants_add(wanted, machine_probe.writes);
        if (t->full)
            wants_everything(wanted);
    }
    wanted[FACT_SNTP] |= g->options.sntp != NULL;
    wanted[FACT_ATTEMPTS] |= g->options.tries > 1;
    wanted[FACT_LOAD] |= g->options.load > 0 && !g->loading; /* one machine, once, whatever is asked besides */
    g->loading |= wanted[FACT_LOAD];
    wants_add(wanted, handshake_probe.writes); /* all others go on from there */
    target_want(t, wanted);
}
