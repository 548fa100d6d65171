/* clients - the own hello of every known client, sent as that client sends it.
 *
 * Owns: FACT_CLIENTS. Must not know: why one is refused (src/why).
 *
 * One question for each row of client_table. A certificate that comes in clear is judged as that client would judge
 * it: a server may show another one to whoever sends no name, or has no suites for its first one.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/sweep.h"
#include "src/base/mem.h"
#include "src/model/endpoint.h"
#include "src/pki/judge.h"
#include "src/wire/client.h"
#include "src/wire/message.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_CLIENTS, FACT_COUNT };
static const enum fact needs[] = { FACT_VERSIONS, FACT_COUNT };
/* What makes of an answer a reason. */
static const enum fact along[] = {
    FACT_CIPHERS, FACT_GROUPS, FACT_SIGALGS, FACT_TOLERATES, FACT_POST_QUANTUM, FACT_COUNT
};

struct trying {              /* one client */
    struct offer offer;      /* owned lists */
    struct client_lists keep;
};

struct clients {
    struct trying *trying;   /* owned; client_count */
    json_t **answer;         /* owned; client_count, each NULL until it is settled */
    size_t accepted, refused;
};

static void clients_begin(struct surveying *v)
{
    static const struct limits none = { 0 };
    struct clients *s = v->state;
    s->trying = mem_new(client_count * sizeof *s->trying);
    s->answer = mem_new(client_count * sizeof *s->answer);
    for (size_t i = 0; i < client_count; i++) {
        offer_make(&s->trying[i].offer, &client_table[i], &none);
        survey_ask(v, (int)i, UNTIL_FLIGHT);
    }
}

/* The endpoint's name, whatever the column's own client would send. */
static const char *name_for(const struct endpoint *ep, const struct client *c)
{
    const char *sni = ep->value[KEY_SNI];
    if (c->traits & CLIENT_NO_SNI)
        return NULL;
    if (sni)
        return strcmp(sni, "none") == 0 ? NULL : sni;
    return ep->host_kind == HOST_NAME ? ep->host : NULL;
}

static void clients_hello(struct surveying *v, int question, struct hello *h)
{
    struct clients *s = v->state;
    struct trying *t = &s->trying[question];
    const struct client *c = &client_table[question];
    const struct endpoint *ep = v->target->endpoint;
    const char *alpn = !ep->scheme->alpn ? "none" : c == client_find(NULL) ? ep->scheme->alpn : NULL;
    client_hello(c, &t->offer, alpn, &t->keep, h);
    h->sni = name_for(ep, c);
}

/* --- the certificate --------------------------------------------------------------------------- */

static json_t *text_json(const char *s)
{
    return s ? json_string(s) : json_null();
}

/* What a client could fetch where a link is missing. */
static const char *top_aia(const struct chain *c)
{
    const struct cert *top = c->built_count ? c->built[c->built_count - 1].cert : NULL;
    return top && top->aia_count ? top->aia[0] : NULL;
}

static json_t *leaf_json(struct run *r, const struct client *who, struct cert **sent, size_t n)
{
    struct judge_ask ask = run_judge_ask(r, who);
    const struct cert *leaf = sent[0];
    json_t *j = json_object();
    ask.sent = sent;
    ask.sent_count = n;
    struct chain *c = chain_judge(run_judge(r), &ask);
    json_object_set_new(j, "key", text_json(leaf->key));
    json_object_set_new(j, "bits", leaf->key_bits > 0 ? json_integer(leaf->key_bits) : json_null());
    json_object_set_new(j, "curve", text_json(leaf->curve));
    json_object_set_new(j, "digest", text_json(leaf->digest));
    json_object_set_new(j, "sha256", json_string(leaf->sha256));
    json_object_set_new(j, "aia", text_json(top_aia(c)));
    json_object_set_new(j, "faults", chain_faults_json(c));
    chain_free(c);
    return j;
}

static json_t *certificate_json(struct run *r, const struct client *who, const struct reply *p)
{
    if (!(p->got & REPLY_CERTIFICATE))
        return json_null();
    struct certificate_message *m = mem_new(sizeof *m);
    struct cert *sent[MESSAGE_CERTS_MAX];
    certificate_message_read(m, p->certificate.data, p->certificate.len, false);
    for (size_t i = 0; i < m->count; i++)
        sent[i] = judge_cert(run_judge(r), m->cert[i].p, m->cert[i].n);
    json_t *j = m->count ? leaf_json(r, who, sent, m->count) : json_null();
    for (size_t i = 0; i < m->count; i++)
        cert_free(sent[i]);
    free(m);
    return j;
}

/* --- answers ----------------------------------------------------------------------------------- */

/* A client that names only its newest version takes older ones as well; sweep.c knows one version alone. */
static bool answer_accepts(const struct client *c, const struct answer *a)
{
    const struct reply *p = a->reply;
    bool older = a->kind == ANSWER_VERSION && !c->versions && c->max < 0x0304 && p->got & REPLY_HELLO &&
                 p->version >= c->min && p->version <= c->max;
    return a->kind == ANSWER_ACCEPTED || (older && (p->version == 0x0002 || list_has(c->suites, p->suite)));
}

static json_t *flag_json(bool known, bool flag)
{
    return known ? json_boolean(flag) : json_null();
}

static json_t *accepted_json(struct run *r, const struct client *c, const struct reply *p)
{
    char hex[NAME_LEN];
    const struct version *v = version_find(p->version);
    bool classic = p->version <= 0x0303;
    json_t *j = json_object();
    json_object_set_new(j, "answer", json_string("accepted"));
    json_object_set_new(j, "version", text_json(v ? v->word : p->version == 0x0002 ? "ssl2" : NULL));
    json_object_set_new(j, "cipher", p->version == 0x0002 ? json_null() : json_string(suite_name(p->suite, hex)));
    json_object_set_new(j, "group", p->group ? json_string(group_name(p->group, hex)) : json_null());
    json_object_set_new(j, "dh_bits", p->dh_bits ? json_integer(p->dh_bits) : json_null());
    json_object_set_new(j, "certificate", certificate_json(r, c, p));
    json_object_set_new(j, "retry", json_boolean(p->got & REPLY_RETRY));
    json_object_set_new(j, "renegotiation", flag_json(classic, p->renegotiation));
    json_object_set_new(j, "ems", flag_json(classic, p->extensions & 1ull << 23));
    json_object_set_new(j, "warning", p->warning >= 0 ? json_integer(p->warning) : json_null());
    return j;
}

static json_t *refused_json(const struct answer *a)
{
    char *word = answer_word(a);
    json_t *j = json_pack("{s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "answer", word, "version", "cipher",
                          "group", "dh_bits", "certificate", "retry", "renegotiation", "ems", "warning");
    free(word);
    return j;
}

static void clients_take(struct surveying *v, int question, const struct answer *a)
{
    struct clients *s = v->state;
    const struct client *c = &client_table[question];
    bool accepts = answer_accepts(c, a);
    s->answer[question] = accepts ? accepted_json(v->run, c, a->reply) : refused_json(a);
    s->accepted += accepts;
    s->refused += !accepts && a->kind != ANSWER_CUT;
}

static void clients_end(struct surveying *v)
{
    struct clients *s = v->state;
    json_t *value = json_object();
    for (size_t i = 0; i < client_count; i++) {
        json_object_set_new(value, client_table[i].name, s->answer[i]);
        s->answer[i] = NULL;
    }
    run_see(v->run, FACT_CLIENTS, STATE_YES, value, (run_now(v->run) - v->began) * 1000,
            mem_format("the hellos of %zu known clients: %zu accepted, %zu refused or not answered", client_count,
                       s->accepted, s->refused));
}

static void clients_forget(struct surveying *v)
{
    struct clients *s = v->state;
    for (size_t i = 0; s->trying && i < client_count; i++) {
        offer_clear(&s->trying[i].offer);
        json_decref(s->answer[i]);
    }
    free(s->trying);
    free(s->answer);
}

static const struct survey survey = {
    .state_size = sizeof(struct clients),
    .keeps_certificate = true,
    .begin = clients_begin,
    .hello = clients_hello,
    .take = clients_take,
    .end = clients_end,
    .forget = clients_forget,
};

const struct probe clients_probe = { .name = "clients", .aside = true, .writes = writes, .needs = needs,
                                     .along = along, SURVEY(survey) };
