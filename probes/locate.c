/* locate - see locate.h. */
#include "probes/locate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/connect.h"
#include "probes/inside.h"
#include "probes/now.h"
#include "probes/target.h"
#include "src/base/mem.h"

/* --- what is found, as facts ------------------------------------------------------------------ */

/* The name goes to who connects us: what it means there is not known here. */
static void target_unnamed(struct target *t, const char *who)
{
    const struct endpoint *ep = t->endpoint;
    if (ep->host_kind == HOST_NAME && !ep->at_host)
        target_see(t, "resolve", FACT_RESOLVE, COULD_NOT_ASK, NULL, -1,
                   mem_format("%s was not looked up here: %s does that", ep->host, who));
}

static void target_located(struct target *t, const struct address *a, const char *from, const char *why)
{
    t->peer = a->sa;
    t->peer_len = a->n;
    free(t->address);
    t->address = address_text(&a->sa.sa);
    target_say(t, EVENT_COLUMN);
    if (!target_proxied(t)) {
        target_see(t, "resolve", FACT_ADDRESS_FROM, STATE_YES, json_string(from), -1,
                   why && *why ? mem_string(why) : NULL);
        return;
    }
    target_see(t, "resolve", FACT_ADDRESS_FROM, STATE_YES, json_string("proxy"), -1,
               mem_format("%s is the address of the proxy %s, from %s", t->address, t->via.shown, from));
    target_unnamed(t, "the proxy");
}

/* A command has no address; what stands for one keeps its connections apart from those of other commands. */
static void target_piped(struct target *t)
{
    uint8_t *p = (uint8_t *)&t->peer.in6.sin6_addr;
    memset(&t->peer, 0, sizeof t->peer); /* it may be asked again */
    t->peer.sa.sa_family = AF_UNIX;
    t->peer_len = sizeof t->peer.in6;
    for (const char *s = t->via.command; *s; s++)
        p[(s - t->via.command) % 16] = (uint8_t)(p[(s - t->via.command) % 16] * 31 + (uint8_t)*s);
    target_say(t, EVENT_COLUMN);
    target_see(t, "resolve", FACT_ADDRESS_FROM, STATE_YES, json_string("command"), -1, NULL);
    target_unnamed(t, "the command");
}

static void target_nowhere(struct target *t, const char *kind, const char *why, const char *each)
{
    if (target_proxied(t)) {
        connect_proxyless(t, why);
        target_see(t, "connect", FACT_FAILURE, STATE_YES, connect_failure("proxy", "proxy"), -1, mem_string(why));
        target_unnamed(t, "the proxy");
        target_blank(t, "there is no address of the proxy to connect to");
        return;
    }
    char *text = mem_format("%s: %s%s%s", t->endpoint->host, why, *each ? "; asked one by one, " : "", each);
    json_t *failure = connect_failure(kind, "resolve");
    json_object_set_new(failure, "hint", json_string(*each ? each : why));
    target_see(t, "resolve", FACT_RESOLVE, STATE_NO, NULL, -1, mem_string(text));
    target_see(t, "resolve", FACT_FAILURE, STATE_YES, failure, -1, text);
    target_blank(t, "there is no address to connect to");
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

static void target_named(struct target *t, const struct resolved *r, double ms)
{
    if (target_proxied(t))
        return; /* the addresses are the proxy's */
    target_see(t, "resolve", FACT_RESOLVE, STATE_YES, address_list(r), ms,
               mem_format("%s has %zu address%s, from %s", t->endpoint->host, r->total, r->total == 1 ? "" : "es",
                          strcmp(r->from, "dns-late") == 0 ? "dns" : r->from));
}

/* --- one name, one or more columns ------------------------------------------------------------ */

/* The name of a column that has an address already was asked again: the column stays at its address if
 * that is still one of the name's, else it moves to the one in its place. */
static void target_moved(struct target *t, const struct resolved *r, double ms)
{
    struct engine *g = t->engine;
    size_t at = 0;
    while (at < r->count &&
           (r->address[at].n != t->peer_len || memcmp(&r->address[at].sa, &t->peer, t->peer_len) != 0))
        at++;
    if (at == r->count)
        at = (size_t)t->nth % RESOLVE_MAX < r->count ? (size_t)t->nth % RESOLVE_MAX : 0;
    target_located(t, &r->address[at], r->from, r->why);
    target_named(t, r, ms);
    target_begin(t);
    target_more(t, t->later);
    target_done(t);
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
        target_moved(first, r, ms);
        return;
    }
    if (!first->gone && !r->count)
        target_nowhere(first, r->failed ? r->failed : "dns-failed", r->why, r->each);
    if (g->options.first_address && n > 1)
        n = 1;
    for (size_t i = 0; i < n; i++) {
        struct target *t = i ? target_new(g, first->ask, first->nth + (int)i, first->endpoint) : first;
        target_located(t, &r->address[i], r->from, r->why);
        target_named(t, r, ms);
        if (i)
            target_say(t, EVENT_BUSY);
        t->runs++; /* or the first probe that ends at once would end the round */
        target_begin(t);
        target_done(t);
    }
    if (!first->gone)
        target_more(first, first->later);
    target_done(first);
    engine_pump(g);
}

static bool locate_by_rule(const struct engine *g, const char *host, int port, struct resolved *r)
{
    return resolve_by_rule(g->options.resolve, g->options.resolve_count, host, port, r);
}

static struct resolver *locate_resolver(struct engine *g, struct err *e)
{
    if (!g->resolver)
        g->resolver = resolver_new(g->loop, g->options.timeout, e);
    return g->resolver;
}

static void fetch_locate(void *arg, const char *host, int port, resolved_fn *done, void *who)
{
    struct engine *g = arg;
    struct err e = { "" };
    struct resolved *r = mem_new(sizeof *r);
    if (locate_by_rule(g, host, port, r)) {
        done(who, r);
    } else if (locate_resolver(g, &e)) {
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

struct fetch_names locate_names(struct engine *g)
{
    return (struct fetch_names){ fetch_locate, fetch_unlocate, g };
}

/* Our own trouble: nothing was asked, and nothing is known of the name. */
static void target_unresolved(struct target *t, const char *why)
{
    t->engine->resolving--;
    t->resolving = false;
    target_see(t, "resolve", FACT_RESOLVE, COULD_NOT_ASK, NULL, -1, mem_string(why));
    target_blank(t, why);
    target_done(t);
}

/* --- mx:// ------------------------------------------------------------------------------------ */

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
static void target_becomes(struct target *t, struct endpoint *ep)
{
    bool later[FACT_COUNT];
    memcpy(later, t->later, sizeof later);
    endpoint_free(t->endpoint);
    t->endpoint = ep;
    via_clear(&t->via);
    free(t->cant);
    t->cant = NULL;
    target_settle(t);
    target_say(t, EVENT_COLUMN);
    locate_begin(t);
    for (int f = 0; f < FACT_COUNT; f++)
        t->later[f] |= t->resolving && later[f];
    if (!t->resolving)
        target_more(t, later);
}

static void target_joins(const struct target *first, int nth, struct endpoint *ep)
{
    struct target *t = target_new(first->engine, first->ask, nth, ep);
    endpoint_free(ep);
    target_say(t, EVENT_COLUMN);
    target_say(t, EVENT_BUSY);
    locate_begin(t);
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
            target_becomes(t, ep);
        else if (ep)
            target_joins(t, (int)i * RESOLVE_MAX, ep);
    }
    if (!found && !t->gone) {
        target_nowhere(t, a->failed ? a->failed : "dns-failed",
                       a->failed ? a->why : "no name of a mail server in DNS is one", "");
        target_more(t, t->later);
    }
    endpoint_free(domain);
    target_done(t);
    engine_pump(g);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void target_asks_name(struct target *t)
{
    t->asked_name = now_monotonic();
    t->resolving = true;
    memset(t->later, 0, sizeof t->later);
    t->engine->resolving++;
    t->runs++;
}

static void target_resolve_mx(struct target *t)
{
    struct engine *g = t->engine;
    struct err e = { "" };
    target_asks_name(t);
    if (locate_resolver(g, &e))
        resolver_mx(g->resolver, t->endpoint->host, on_mx, t);
    else
        target_unresolved(t, e.text);
}

void locate_begin(struct target *t)
{
    if (endpoint_is_mx(t->endpoint)) {
        target_resolve_mx(t);
        return;
    }
    struct engine *g = t->engine;
    const struct endpoint *ep = t->endpoint;
    bool proxied = target_proxied(t);
    const char *host = proxied ? t->via.host : ep->host, *literal = proxied || !ep->at_host ? host : ep->at_host;
    int port = proxied ? t->via.port : ep->port;
    struct address a;
    struct resolved *ruled = mem_new(sizeof *ruled);
    target_asks_name(t);
    if (t->cant) {
        target_unresolved(t, t->cant);
    } else if (locate_by_rule(g, host, port, ruled) && t->via.kind != VIA_EXEC) {
        on_resolved(t, ruled);
    } else if (t->via.kind == VIA_EXEC || address_parse(literal, !proxied && ep->at_port ? ep->at_port : port, &a)) {
        g->resolving--;
        t->resolving = false;
        if (t->via.kind == VIA_EXEC)
            target_piped(t);
        else
            target_located(t, &a, literal == ep->at_host ? "option" : "literal", NULL);
        target_begin(t);
        target_done(t);
        engine_pump(g);
    } else {
        struct err e = { "" };
        if (locate_resolver(g, &e))
            resolver_ask(g->resolver, host, port, on_resolved, t);
        else
            target_unresolved(t, e.text);
    }
    free(ruled);
}

bool locate_drop(struct target *t)
{
    if (!t->resolving)
        return false;
    resolver_drop(t->engine->resolver, t);
    t->engine->resolving--;
    t->resolving = false;
    return true;
}
