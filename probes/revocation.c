/* revocation - what the CA itself says of the certificates that a server sent: its OCSP responder, then its CRL.
 *
 * Owns: the fact REVOCATION. Asked of chains that are trusted: of the leaf, and with everything enumerated of the
 * certificates above it, too. All of it takes no longer than --timeout.
 * Must not know: how a URL is fetched (fetch.c), what follows from the answer.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/fetch.h"
#include "probes/probe.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/crl.h"

#define URLS_MAX 2 /* addresses of a kind that are asked about one certificate */
#define SHARE 2    /* of all the time one address gets that part, so that another can be asked */
#define GRACE 0.2  /* seconds in which a fetch that ran out of time says so */

static const enum fact writes[] = { FACT_REVOCATION, FACT_COUNT };
static const enum fact needs[] = { FACT_REASONS, FACT_COUNT };

/* The ways to ask, the better one first. */
static const struct way {
    const char *word;
    size_t cap;
    bool request;   /* one is sent, by POST */
    struct revoked (*judge)(const void *p, size_t n, const struct cert *c, const struct cert *issuer, int64_t now);
} ways[] = {
    { "ocsp", FETCH_OCSP_MAX, true, ocsp_judge },
    { "crl", FETCH_CRL_MAX, false, crl_judge },
};
enum { WAYS = sizeof ways / sizeof *ways };

struct revocation {
    struct cert **path;     /* owned, with a reference each; as target.path was */
    size_t count;
    size_t at;              /* in path: the certificate asked about */
    size_t way, url, asked; /* and where: the address that comes next; how many of this way were really asked */
    bool fetching;
    bool answered;          /* by anybody: `said` holds what decides */
    bool clear;             /* it is an answer that leaves nothing open */
    struct revoked said;
    size_t about;           /* in path: the certificate it is about */
    const char *how;        /* const; the way's word */
    double until;           /* engine time */
    json_t *tries;          /* owned */
    struct text text;
};

static void say(struct revocation *s, const char *text)
{
    text_addf(&s->text, "%s%s", s->text.s ? "; " : "", text);
}

static const char *const *urls_of(const struct cert *c, size_t way, size_t *n)
{
    *n = way == 0 ? c->ocsp_count : c->crl_count;
    return (const char *const *)(way == 0 ? c->ocsp : c->crl);
}

/* Answers that another one could not overrule. */
static bool is_clear(const struct revoked *r)
{
    return r->verified && (r->is == REVOKE_REVOKED || (r->is == REVOKE_GOOD && !r->stale && !r->early));
}

static bool is_revoked(const struct revoked *r)
{
    return r->verified && r->is == REVOKE_REVOKED;
}

/* One revoked certificate is enough; else it is the leaf that counts, and of its answers the clear one. */
static void weigh(struct revocation *s, const struct revoked *r)
{
    bool better = !s->answered || is_revoked(r) || (s->at == s->about && !s->clear);
    if (!better || (s->at > 0 && !is_revoked(r)))
        return;
    s->answered = true;
    s->said = *r;
    s->clear = is_clear(r);
    s->about = s->at;
    s->how = ways[s->way].word;
}

static void try_add(struct revocation *s, const struct fetched *f, const struct revoked *r)
{
    json_t *one = r ? revoked_json(r) : json_object();
    json_object_set_new(one, "cert", json_integer((json_int_t)s->at));
    json_object_set_new(one, "how", json_string(ways[s->way].word));
    json_object_set_new(one, "url", json_string(f->url));
    json_object_set_new(one, "address", f->address ? json_string(f->address) : json_null());
    json_object_set_new(one, "answer", json_string(fetch_end_words[f->end]));
    json_array_append_new(s->tries, one);
}

/* --- one after the other ------------------------------------------------------------------------ */

static void go_on(struct revocation *s, size_t *member)
{
    if (member != &s->way)
        s->way = 0;
    s->url = s->asked = 0;
    ++*member;
}

static void revocation_answer(struct run *r, const struct fetched *f)
{
    struct revocation *s = r->state;
    s->fetching = false;
    s->asked += fetch_end_asked(f->end);
    say(s, f->text);
    if (f->end != FETCH_OK) {
        try_add(s, f, NULL);
        return;
    }
    struct revoked said = ways[s->way].judge(f->body, f->len, s->path[s->at], s->path[s->at + 1], (int64_t)run_wall(r));
    char *words = revoked_text(&said);
    text_addf(&s->text, ", which of \"%s\" %s", cert_name(s->path[s->at]), words);
    free(words);
    try_add(s, f, &said);
    weigh(s, &said);
    if (is_clear(&said))
        go_on(s, &s->at);
}

/* The address to ask next, NULL when there is none (any more). A root has nobody above it that could revoke it. */
static const char *next_url(struct run *r)
{
    struct revocation *s = r->state;
    size_t last = target_depth_full(r->target) ? s->count - 1 : 1, n;
    while (s->at < last && !(s->answered && is_revoked(&s->said))) {
        const char *const *urls = urls_of(s->path[s->at], s->way, &n);
        if (s->url < n && s->asked < URLS_MAX)
            return urls[s->url++];
        go_on(s, s->way + 1 < WAYS ? &s->way : &s->at);
    }
    return NULL;
}

static struct want revocation_over(struct run *r)
{
    struct revocation *s = r->state;
    enum state state = !s->answered           ? COULD_NOT_ASK
                       : is_revoked(&s->said) ? STATE_YES
                       : s->clear             ? STATE_NO : UNSURE;
    json_t *v = s->answered ? revoked_json(&s->said) : json_pack("{s:n}", "status");
    const struct cert *about = s->answered ? s->path[s->about] : NULL;
    json_object_set_new(v, "how", s->how ? json_string(s->how) : json_null());
    json_object_set_new(v, "cert", s->answered ? json_integer((json_int_t)s->about) : json_null());
    json_object_set_new(v, "subject", about ? json_string(cert_name(about)) : json_null());
    json_object_set(v, "tries", s->tries);
    run_see(r, FACT_REVOCATION, state, v, -1, text_take(&s->text));
    return (struct want){ .what = WANT_DONE };
}

static struct want revocation_go(struct run *r)
{
    struct revocation *s = r->state;
    double left = s->until - run_now(r);
    const char *url = left > 0 ? next_url(r) : NULL;
    if (!url)
        return revocation_over(r);
    const struct way *way = &ways[s->way];
    size_t n = 0;
    uint8_t *request = way->request ? ocsp_request(s->path[s->at], s->path[s->at + 1], &n) : NULL;
    if (way->request && !request) {
        say(s, "no request could be made for this certificate");
        return revocation_over(r);
    }
    s->fetching = true;
    double seconds = run_options(r)->timeout / SHARE < left ? run_options(r)->timeout / SHARE : left;
    run_fetch(r, (struct fetch_ask){ .url = url, .cap = way->cap, .seconds = seconds, .body = request, .body_len = n,
                                     .type = way->request ? "application/ocsp-request" : NULL });
    free(request);
    return (struct want){ .seconds = left + GRACE }; /* its turn may come late */
}

static struct want revocation_step(struct run *r, enum step_why why)
{
    struct revocation *s = r->state;
    const struct fetched *f = why == STEP_READY ? run_fetched(r) : NULL;
    if (f)
        revocation_answer(r, f);
    else if (s->fetching) {
        say(s, "no time was left to ask");
        return revocation_over(r);
    }
    return revocation_go(r);
}

static struct want revocation_start(struct run *r)
{
    struct revocation *s = r->state;
    const char *why = run_options(r)->offline     ? "nothing was asked (--offline)"
                      : r->target->path_count < 2 ? "no trusted chain came that says where to ask" : NULL;
    if (why) {
        run_see(r, FACT_REVOCATION, COULD_NOT_ASK, NULL, -1, mem_string(why));
        return (struct want){ .what = WANT_DONE };
    }
    s->count = r->target->path_count; /* another handshake may bring another */
    s->path = mem_array(NULL, s->count, sizeof *s->path);
    for (size_t i = 0; i < s->count; i++)
        s->path[i] = cert_ref(r->target->path[i]);
    s->tries = json_array();
    s->until = run_now(r) + run_options(r)->timeout;
    return revocation_go(r);
}

static void revocation_end(struct run *r)
{
    struct revocation *s = r->state;
    for (size_t i = 0; i < s->count; i++)
        cert_free(s->path[i]);
    free(s->path);
    json_decref(s->tries);
    text_free(&s->text);
}

const struct probe revocation_probe = {
    .name = "revocation",
    .aside = true,
    .writes = writes,
    .needs = needs,
    .state_size = sizeof(struct revocation),
    .start = revocation_start,
    .step = revocation_step,
    .end = revocation_end,
};
