/* issuers - the certificates a server should have sent: found at other servers, or fetched from where the
 * certificates themselves say (AIA caIssuers, RFC 5280 section 4.2.2.1).
 *
 * Owns: the fact AIA. Asked where a chain ends before anybody trusted, so that "an intermediate is missing"
 * is known and not guessed. Must not know: how a URL is fetched (fetch.c), what follows from it.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/fetch.h"
#include "probes/pool.h"
#include "probes/probe.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/bundle.h"
#include "src/pki/path.h"

#define HOPS_MAX 3         /* issuers above one another */
#define URLS_MAX 2         /* addresses tried for one of them */
#define CERTS_MAX 50       /* read of one answer */
#define OTHERS_WAIT 1.0    /* seconds for what other columns may send yet */
#define OTHERS_LOOK 0.05   /* between two looks at that */

static const enum fact writes[] = { FACT_AIA, FACT_COUNT };
static const enum fact needs[] = { FACT_REASONS, FACT_COUNT };

struct issuers {
    struct judge_extra *extra; /* owned, with a reference each */
    size_t extra_count;
    struct chain *chain;    /* owned; the best with those */
    char asking[65];        /* SHA-256 of the certificate whose issuer is looked for */
    int hop;                /* how many of those there were */
    size_t url, tried;      /* of its addresses, the one asked next; how many were really asked */
    bool fetching, answered; /* an answer is awaited; somebody gave one */
    double until;           /* engine time: no longer is waited for the others, 0: not begun */
    json_t *hops;           /* owned */
    struct text said;
};

/* --- chains ------------------------------------------------------------------------------------ */

static bool was_sent(const struct target *t, const struct cert *c)
{
    for (size_t i = 0; i < t->sent_count; i++)
        if (strcmp(t->sent[i]->sha256, c->sha256) == 0)
            return true;
    return false;
}

/* Takes the reference. */
static void extra_add(struct run *r, struct cert *c, enum link_from from)
{
    struct issuers *s = r->state;
    bool known = c->malformed || was_sent(r->target, c);
    for (size_t i = 0; !known && i < s->extra_count; i++)
        known = strcmp(s->extra[i].cert->sha256, c->sha256) == 0;
    if (known) {
        cert_free(c);
        return;
    }
    s->extra = mem_array(s->extra, s->extra_count + 1, sizeof *s->extra);
    s->extra[s->extra_count++] = (struct judge_extra){ c, from };
}

static void extra_from_pool(struct run *r)
{
    const struct pool *p = run_pool(r);
    for (size_t i = 0; i < pool_count(p); i++)
        extra_add(r, cert_ref(pool_at(p, i)->cert), LINK_ELSEWHERE);
}

static void issuers_judge(struct run *r)
{
    struct issuers *s = r->state;
    struct judge_ask ask = run_judge_ask(r, endpoint_client(r->target->endpoint));
    ask.sent = r->target->sent;
    ask.sent_count = r->target->sent_count;
    ask.extra = s->extra;
    ask.extra_count = s->extra_count;
    chain_free(s->chain);
    s->chain = chain_judge(run_judge(r), &ask);
}

static bool is_borrowed(const struct link *l)
{
    return l->from == LINK_FETCHED || l->from == LINK_ELSEWHERE;
}

/* The link whose issuer is missing: the last, or the one that the next did not sign. */
static size_t chain_gap(const struct chain *c)
{
    for (size_t i = 0; i < c->fault_count; i++)
        if (c->fault[i].reason == REASON_BAD_SIGNATURE && c->fault[i].link >= 0)
            return (size_t)c->fault[i].link;
    return c->built_count - 1;
}

/* What is wrong with what was borrowed, so that it would be no help; NULL when nothing is. */
static const struct fault *borrowed_fault(const struct chain *c)
{
    for (size_t i = 0; i < c->fault_count; i++) {
        const struct fault *f = &c->fault[i];
        bool end = f->reason == REASON_ROOT_UNTRUSTED || f->reason == REASON_ROOT_OTHER_KEY ||
                   f->reason == REASON_ISSUER_UNKNOWN;
        if (f->link >= 0 && is_borrowed(&c->built[f->link]) && !end)
            return f;
    }
    return NULL;
}

static const struct link *first_borrowed(const struct chain *c)
{
    for (size_t i = 0; i < c->built_count; i++)
        if (is_borrowed(&c->built[i]))
            return &c->built[i];
    return NULL;
}

/* With what was borrowed the chain has an end, and nothing is wrong with what was borrowed. */
static bool chain_is_mended(const struct chain *c)
{
    for (size_t i = 0; i < c->fault_count; i++)
        if (c->fault[i].reason == REASON_BAD_SIGNATURE)
            return false;
    return first_borrowed(c) && (c->trusted || c->complete) && !borrowed_fault(c);
}

/* --- what is told ------------------------------------------------------------------------------- */

/* Certificates that were borrowed and that servers send: roots are none. */
static json_t *names_missing(const struct chain *c)
{
    json_t *names = json_array();
    for (size_t i = 0; i < c->built_count; i++)
        if (is_borrowed(&c->built[i]) && !c->built[i].cert->self_issued)
            json_array_append_new(names, json_string(cert_name(c->built[i].cert)));
    return names;
}

static json_t *names_built(const struct chain *c)
{
    json_t *names = json_array();
    for (size_t i = 0; i < c->built_count; i++)
        json_array_append_new(names, json_string(cert_name(c->built[i].cert)));
    return names;
}

/* One of the same name as the borrowed certificate was sent, with another key. */
static bool sent_other(const struct target *t, const struct link *l)
{
    for (size_t i = 1; l && i < t->sent_count; i++) {
        const struct cert *c = t->sent[i];
        if (!c->malformed && c->subject_der_len == l->cert->subject_der_len &&
            memcmp(c->subject_der, l->cert->subject_der, c->subject_der_len) == 0 && !path_same_ca(c, l->cert))
            return true;
    }
    return false;
}

static json_t *chain_links(const struct run *r, const struct chain *c)
{
    json_t *all = chain_json(c, r->target->sent, r->target->sent_count);
    json_t *built = json_incref(json_object_get(all, "built"));
    json_decref(all);
    return built;
}

static json_t *issuers_json(struct run *r, bool mended)
{
    struct issuers *s = r->state;
    const struct link *l = mended ? first_borrowed(s->chain) : NULL;
    const struct pooled *p = l && l->from == LINK_ELSEWHERE ? pool_find(run_pool(r), l->cert) : NULL;
    json_t *v = json_object();
    json_object_set_new(v, "complete", json_boolean(mended));
    json_object_set_new(v, "from", l ? json_string(link_from_words[l->from]) : json_null());
    json_object_set_new(v, "sender", p ? json_string(p->title) : json_null());
    json_object_set(v, "hops", s->hops);
    json_object_set_new(v, "built", names_built(s->chain));
    json_object_set_new(v, "missing", names_missing(s->chain));
    json_object_set_new(v, "root", mended ? json_string(cert_name(s->chain->built[s->chain->built_count - 1].cert))
                                          : json_null());
    json_object_set_new(v, "root_trusted", json_boolean(mended && s->chain->trusted));
    json_object_set_new(v, "sent_other", json_boolean(sent_other(r->target, l)));
    json_object_set_new(v, "chain", mended ? chain_links(r, s->chain) : json_null());
    return v;
}

static void say(struct issuers *s, const char *words)
{
    text_addf(&s->said, "%s%s", s->said.s ? "; " : "", words);
}

static struct want issuers_over(struct run *r)
{
    struct issuers *s = r->state;
    bool mended = chain_is_mended(s->chain);
    enum state state = mended ? STATE_YES : s->answered ? STATE_NO : COULD_NOT_ASK;
    const struct cert *top = s->chain->built[chain_gap(s->chain)].cert;
    const struct fault *wrong = borrowed_fault(s->chain);
    const struct link *l = mended ? first_borrowed(s->chain) : NULL;
    const struct pooled *p = l && l->from == LINK_ELSEWHERE ? pool_find(run_pool(r), l->cert) : NULL;
    if (p)
        text_addf(&s->said, "%s%s sends the certificate \"%s\"", s->said.s ? "; " : "", p->title, cert_name(p->cert));
    if (mended)
        text_addf(&s->said, "%sthe chain is complete now and ends at \"%s\", which is %s", s->said.s ? "; so " : "",
                  cert_name(s->chain->built[s->chain->built_count - 1].cert),
                  s->chain->trusted ? "trusted" : "not trusted");
    else if (wrong)
        text_addf(&s->said, "%s\"%s\" is no help: it %s", s->said.s ? "; " : "",
                  cert_name(s->chain->built[wrong->link].cert), wrong->text);
    else if (run_options(r)->offline)
        say(s, "nothing was fetched (--offline), and no other column sent what is missing");
    else if (!json_array_size(s->hops) && !top->aia_count)
        text_addf(&s->said, "the certificate \"%s\" does not say where to find its issuer, and no other column sent it",
                  cert_name(top));
    run_see(r, FACT_AIA, state, issuers_json(r, mended), -1, text_take(&s->said));
    return (struct want){ .what = WANT_DONE };
}

/* --- one address after another ------------------------------------------------------------------- */

/* What it should have been, for want of the right one: a certificate of that name, with another key? */
static const char *stranger(struct run *r, const struct cert *child, const struct bundle *b, struct cert **shown)
{
    const char *word = b->count ? "other-name" : "no-certificate";
    for (size_t i = 0; i < b->count; i++) {
        struct cert *c = judge_cert(run_judge(r), b->cert[i].p, b->cert[i].left);
        bool named = !c->malformed && path_named(c, child);
        if (named)
            word = path_verify(run_judge(r), child, c) == LINK_BAD ? "other-key" : "unverifiable";
        if (named || !*shown) {
            cert_free(*shown);
            *shown = cert_ref(c);
        }
        cert_free(c);
    }
    return word;
}

static void hop_add(struct issuers *s, const struct fetched *f, const char *word, const struct cert *c)
{
    json_array_append_new(s->hops, json_pack("{s:s, s:s?, s:s, s:s?, s:b}", "url", f->url, "address", f->address,
                                             "answer", word, "subject", c ? cert_name(c) : NULL, "root",
                                             c && c->self_issued));
}

static const struct { const char *word, *says; } strangers[] = {
    { "other-name", "which is not the issuer" }, { "other-key", "which has the issuer's name, but another key" },
    { "unverifiable", "whose signature can't be verified here" },
};

/* What came is tried; it leads on, or it is no help. */
static void issuers_take(struct run *r, const struct fetched *f)
{
    struct issuers *s = r->state;
    struct bundle b;
    size_t gap = chain_gap(s->chain);
    struct cert *child = cert_ref(s->chain->built[gap].cert), *shown = NULL;
    const char *word = "ok";
    bundle_read(f->body, f->len, CERTS_MAX, &b);
    for (size_t i = 0; i < b.count; i++)
        extra_add(r, judge_cert(run_judge(r), b.cert[i].p, b.cert[i].left), LINK_FETCHED);
    issuers_judge(r);
    const struct chain *c = s->chain;
    if (chain_gap(c) > gap && strcmp(c->built[gap].cert->sha256, child->sha256) == 0)
        shown = cert_ref(c->built[gap + 1].cert);
    else
        word = stranger(r, child, &b, &shown);
    hop_add(s, f, word, shown);
    say(s, f->text);
    if (shown)
        text_addf(&s->said, ": %s with the certificate \"%s\"", bundle_form_name(b.form), cert_name(shown));
    else
        text_add(&s->said, ", which are no certificate");
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (strcmp(strangers[i].word, word) == 0)
            text_addf(&s->said, ", %s", strangers[i].says);
    cert_free(shown);
    cert_free(child);
    bundle_free(&b);
}

static void issuers_answer(struct run *r, const struct fetched *f)
{
    struct issuers *s = r->state;
    s->fetching = false;
    s->tried += fetch_end_asked(f->end); /* ldap: comes first where Windows CAs put it */
    s->answered |= fetch_end_asked(f->end) && f->end != FETCH_UNREACHABLE && f->end != FETCH_SLOW;
    if (f->end == FETCH_OK) {
        issuers_take(r, f);
    } else {
        hop_add(s, f, fetch_end_words[f->end], NULL);
        say(s, f->text);
    }
}

/* The address to ask next, NULL when there is none (any more). */
static const char *next_url(struct issuers *s)
{
    const struct cert *top = s->chain->built[chain_gap(s->chain)].cert;
    if (strcmp(s->asking, top->sha256) != 0) {
        if (s->hop == HOPS_MAX)
            return NULL;
        s->hop++;
        s->url = s->tried = 0;
        memcpy(s->asking, top->sha256, sizeof s->asking);
    }
    return s->url < top->aia_count && s->tried < URLS_MAX ? top->aia[s->url++] : NULL;
}

static struct want issuers_go(struct run *r)
{
    struct issuers *s = r->state;
    const char *url = chain_is_mended(s->chain) || run_options(r)->offline ? NULL : next_url(s);
    if (url) {
        s->fetching = true;
        run_fetch(r, (struct fetch_ask){ .url = url, .cap = FETCH_ISSUER_MAX });
        return (struct want){ .seconds = 3 * run_options(r)->timeout }; /* its turn may come late */
    }
    if (!s->until)
        s->until = run_now(r) + OTHERS_WAIT;
    if (!chain_is_mended(s->chain) && run_others_busy(r) && run_now(r) < s->until)
        return (struct want){ .seconds = OTHERS_LOOK };
    return issuers_over(r);
}

/* Where nothing is to be fetched, another column may have sent it meanwhile. */
static void issuers_look(struct run *r)
{
    struct issuers *s = r->state;
    size_t before = s->extra_count;
    extra_from_pool(r);
    if (s->extra_count != before)
        issuers_judge(r);
}

static struct want issuers_step(struct run *r, enum step_why why)
{
    struct issuers *s = r->state;
    const struct fetched *f = why == STEP_READY ? run_fetched(r) : NULL;
    if (f) {
        issuers_answer(r, f);
    } else if (s->fetching) {
        say(s, "no time was left for more");
        return issuers_over(r);
    }
    issuers_look(r);
    return issuers_go(r);
}

static struct want issuers_start(struct run *r)
{
    struct issuers *s = r->state;
    if (!r->target->sent_count) {
        run_see(r, FACT_AIA, COULD_NOT_ASK, NULL, -1, mem_string("no chain was sent that lacks an issuer"));
        return (struct want){ .what = WANT_DONE };
    }
    s->hops = json_array();
    extra_from_pool(r);
    issuers_judge(r);
    return issuers_go(r);
}

static void issuers_end(struct run *r)
{
    struct issuers *s = r->state;
    for (size_t i = 0; i < s->extra_count; i++)
        cert_free(s->extra[i].cert);
    free(s->extra);
    chain_free(s->chain);
    json_decref(s->hops);
    text_free(&s->said);
}

const struct probe issuers_probe = {
    .name = "issuers",
    .aside = true,
    .writes = writes,
    .needs = needs,
    .state_size = sizeof(struct issuers),
    .start = issuers_start,
    .step = issuers_step,
    .end = issuers_end,
};
