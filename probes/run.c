/* run - what probes may ask of the engine: see probe.h. */
#include "probes/probe.h"

#include <assert.h>
#include <string.h>

#include "probes/given.h"
#include "probes/inside.h"
#include "probes/locate.h"
#include "probes/now.h"
#include "probes/pool.h"
#include "probes/slot.h"
#include "probes/sntp.h"
#include "probes/target.h"
#include "src/base/mem.h"
#include "src/pki/expect.h"

#define BRIEF 0.3 /* seconds, and round trips, for an answer that is not likely to come */
#define BRIEF_ROUNDS 4

/* --- time and facts --------------------------------------------------------------------------- */

double run_now(const struct run *r)
{
    (void)r;
    return now_monotonic();
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

uint64_t run_seed(const struct run *r)
{
    uint64_t when = (uint64_t)(r->created * 1e9), which = (uint64_t)r->target->id << 32 | (unsigned)r->nth;
    return when * 0x9e3779b97f4a7c15ull ^ which;
}

const struct engine_options *run_options(const struct run *r)
{
    return &r->engine->options;
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
    r->target->works |= f == FACT_HANDSHAKE && state == STATE_YES;
    target_observe(r->target, &ev);
}

void run_see(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text)
{
    run_see_bytes(r, f, state, value, ms, text, NULL, 0);
}

void run_blank(struct run *r)
{
    for (const enum fact *f = r->probe->writes; *f != FACT_COUNT; f++)
        if (*f != FACT_FAILURE && !r->wrote[*f])
            run_see(r, *f, COULD_NOT_ASK, NULL, -1, NULL);
}

/* --- what columns share ----------------------------------------------------------------------- */

/* The store for this endpoint's ca=, never NULL: engine_ask has loaded it already. */
static struct store *run_store(struct run *r)
{
    struct store *s = kept_trusted(&r->engine->kept, r->target->endpoint->value[KEY_CA], NULL);
    assert(s);
    return s;
}

struct store *run_expected(struct run *r)
{
    const char *path = r->target->endpoint->value[KEY_EXPECT];
    return path ? kept_expected(&r->engine->kept, path, NULL) : NULL; /* engine_ask has loaded it already */
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

gnutls_priority_t run_priority(struct run *r, const char **why)
{
    return kept_priority(&r->engine->kept, r->target->endpoint, why);
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

/* --- what is elsewhere ------------------------------------------------------------------------ */

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
        g->fetcher = fetcher_new(g->loop, locate_names(g));
    /* it is not where its proxy is */
    ask.endpoint = r->target->via.kind == VIA_DIRECT ? &r->target->peer.sa : &elsewhere;
    ask.via = &r->target->via;
    ask.login = target_login(r->target);
    ask.proxy = &r->target->peer.sa;
    ask.proxy_len = r->target->peer_len;
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
        g->sntp = sntp_new(g->loop, locate_names(g), g->options.sntp, g->options.sntp_port, g->options.timeout,
                           g->options.wall);
    sntp_ask(g->sntp, on_sntp, r->slot);
}

const struct sntp_said *run_sntp_said(const struct run *r)
{
    return sntp_said(r->engine->sntp);
}

/* --- what one run leaves to others ------------------------------------------------------------ */

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
