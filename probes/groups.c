/* groups - every group the server takes for the key exchange.
 *
 * Owns: FACT_GROUPS. Must not know: finite-field groups before TLS 1.3, whose size traits.c reads.
 *
 * In TLS 1.3 an empty key_share makes the server name its choice in a HelloRetryRequest (RFC 8446 section
 * 4.1.4), at no cost for either side; before, the choice stands in ServerKeyExchange (RFC 8422 section 5.4).
 * There an ECDSA certificate is of use only to clients that offer its own curve too (RFC 8422 section 5.1),
 * so suites with RSA are asked first; where the server has none, the curve is offered beside each group.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/pick.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/read.h"
#include "src/wire/message.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_GROUPS, FACT_COUNT };
static const enum fact needs[] = { FACT_VERSIONS, FACT_COUNT };

/* Groups that servers can be expected to take, the most usual first. */
static const uint16_t likely_classic[] = {
    0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0016, 0x001a, 0x001b, 0x001c, 0x0015, 0x000e, 0x000d, 0x000c, 0x000b,
    0x0009, 0x000a, 0
}, likely_tls13[] = {
    0x001d, 0x0017, 0x11ec, 0x001e, 0x0018, 0x0019, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0x11eb, 0x11ed, 0x001f,
    0x0020, 0x0021, 0
};
#define LIKELY_BLOCK 4
#define RARE_BLOCK 40

enum way { WAY_TLS13, WAY_RSA, WAY_ECDSA, WAY_COUNT }; /* kinds of pick */

struct groups {
    struct pick *pick;
    size_t picks;
    int picking[WAY_COUNT];
    uint16_t classic;               /* the version before TLS 1.3 that is asked, 0: none */
    uint16_t *suites[WAY_COUNT];    /* owned */
    bool curve_asked, ecdsa;        /* CURVE_QUESTION is settled; suites with an ECDSA certificate are taken */
    uint16_t curve;                 /* of its key, 0: it has none (EdDSA) */
    uint16_t beside[64][3];         /* WAY_ECDSA: what is offered in each question: the group and the curve */
    bool rsa;                       /* suites with an RSA certificate and ECDHE are taken */
};
#define CURVE_QUESTION 1000 /* which curve is the ECDSA certificate's? */

static uint16_t *suites_by(uint16_t version, enum suite_kx kx, enum suite_auth auth)
{
    uint16_t *list = suites_of_version(version, suite_likely);
    size_t n = 0;
    for (size_t i = 0; list[i]; i++) {
        const struct suite *s = suite_find(list[i]);
        if (s && s->kx == kx && s->auth == auth && n < HELLO_SUITES_MAX)
            list[n++] = list[i];
    }
    list[n] = 0;
    return list;
}

/* What is left of all groups, the likely ones taken out. */
static uint16_t *rare_groups(uint16_t version, const uint16_t *likely)
{
    uint16_t *list = mem_new((group_count + 1) * sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];
        bool ec = version >= 0x0304 || strcmp(g->kind, "ec") == 0;
        if (ec && g->number < 0xff00 && g->since <= version && version <= g->until && !list_has(likely, g->number))
            list[n++] = g->number;
    }
    return list;
}

static void groups_ask_way(struct surveying *v, enum way way, uint16_t version, const uint16_t *likely)
{
    struct groups *s = v->state;
    size_t first = s->picks, block = target_per_host(v->target) > 14 ? 3 : LIKELY_BLOCK;
    uint16_t *rare = rare_groups(version, likely);
    pick_add_blocks(&s->pick, &s->picks, (int)way, likely, block, false);
    pick_add_blocks(&s->pick, &s->picks, (int)way, rare, RARE_BLOCK, false);
    free(rare);
    for (size_t i = first; i < s->picks; i++) {
        s->picking[way]++;
        survey_ask(v, (int)i, way == WAY_TLS13 ? UNTIL_HELLO : UNTIL_FLIGHT);
    }
}

static void groups_begin(struct surveying *v)
{
    struct groups *s = v->state;
    s->classic = known_classic(&v->target->known);
    if (v->target->known.accepted[version_index(0x0304)]) {
        s->suites[WAY_TLS13] = suites_of_version(0x0304, suite_likely);
        groups_ask_way(v, WAY_TLS13, 0x0304, likely_tls13);
    }
    if (!s->classic)
        return;
    s->suites[WAY_RSA] = suites_by(s->classic, KX_ECDHE, AUTH_RSA);
    s->suites[WAY_ECDSA] = suites_by(s->classic, KX_ECDHE, AUTH_ECDSA);
    groups_ask_way(v, WAY_RSA, s->classic, likely_classic);
    survey_ask(v, CURVE_QUESTION, UNTIL_FLIGHT);
}

static void groups_hello(struct surveying *v, int question, struct hello *h)
{
    struct groups *s = v->state;
    if (question == CURVE_QUESTION) {
        hello_of_version(v, h, s->classic, s->suites[WAY_ECDSA]);
        return;
    }
    struct pick *p = &s->pick[question];
    hello_of_version(v, h, p->kind == WAY_TLS13 ? 0x0304 : s->classic, s->suites[p->kind]);
    h->groups = p->left;
    if (p->kind != WAY_ECDSA)
        return;
    uint16_t *both = s->beside[question % 64];
    both[0] = p->left[0];
    both[1] = p->left[0] == s->curve ? 0 : s->curve;
    h->groups = both;
}

/* Without a suite for an RSA certificate every group is asked by itself, the certificate's curve beside it. */
static void groups_ask_ecdsa(struct surveying *v)
{
    struct groups *s = v->state;
    size_t first = s->picks;
    if (s->picking[WAY_RSA] || !s->curve_asked || !s->ecdsa || s->rsa)
        return;
    pick_add_blocks(&s->pick, &s->picks, WAY_ECDSA, likely_classic, 1, false);
    for (size_t i = first; i < s->picks; i++)
        survey_ask(v, (int)i, UNTIL_FLIGHT);
}

static uint16_t certificate_curve(const struct reply *r)
{
    struct certificate_message *m = mem_new(sizeof *m);
    uint16_t number = 0;
    certificate_message_read(m, r->certificate.data, r->certificate.len, false);
    struct cert *c = m->count ? cert_read(m->cert[0].p, m->cert[0].n) : NULL;
    const struct group *g = c && c->curve ? group_by_name(c->curve) : NULL;
    if (g)
        number = g->number;
    cert_free(c);
    free(m);
    return number;
}

static void groups_take(struct surveying *v, int question, const struct answer *a)
{
    struct groups *s = v->state;
    if (question == CURVE_QUESTION) {
        s->curve_asked = true;
        s->ecdsa = a->kind == ANSWER_ACCEPTED;
        s->curve = s->ecdsa ? certificate_curve(a->reply) : 0;
        groups_ask_ecdsa(v);
        return;
    }
    struct pick *p = &s->pick[question];
    enum way way = (enum way)p->kind;
    /* It liked the certificate's curve better, which stood beside: whether it takes the other nobody knows. */
    bool beside = way == WAY_ECDSA && a->kind == ANSWER_ACCEPTED && a->reply->group != p->left[0];
    pick_take(p, beside ? &(struct answer){ .kind = ANSWER_CUT, .reply = a->reply } : a, a->reply->group);
    s->rsa |= way == WAY_RSA && p->taken[0];
    if (!p->over) {
        survey_ask(v, question, way == WAY_TLS13 ? UNTIL_HELLO : UNTIL_FLIGHT);
        return;
    }
    if (way != WAY_ECDSA && --s->picking[way] == 0 && way == WAY_RSA)
        groups_ask_ecdsa(v);
}

static void groups_end(struct surveying *v)
{
    struct groups *s = v->state;
    json_t *value = json_object();
    struct text text = { 0 };
    enum way classic = s->rsa || !s->ecdsa ? WAY_RSA : WAY_ECDSA;
    if (s->classic) {
        json_object_set_new(value, version_key(version_index(s->classic)),
                            picks_json(s->pick, s->picks, (int)classic, NULL, group_name));
        text_addf(&text, "%zu groups in %s", picks_taken(s->pick, s->picks, (int)classic),
                  version_find(s->classic)->title);
    }
    if (s->suites[WAY_TLS13]) {
        json_object_set_new(value, "tls1.3", picks_json(s->pick, s->picks, WAY_TLS13, NULL, group_name));
        text_addf(&text, "%s%zu groups in TLS 1.3", text.len ? ", " : "", picks_taken(s->pick, s->picks, WAY_TLS13));
    }
    run_see(v->run, FACT_GROUPS, STATE_YES, value, (run_now(v->run) - v->began) * 1000, text_take(&text));
}

static void groups_forget(struct surveying *v)
{
    struct groups *s = v->state;
    picks_free(s->pick, s->picks);
    for (int i = 0; i < WAY_COUNT; i++)
        free(s->suites[i]);
}

static const struct survey survey = {
    .state_size = sizeof(struct groups),
    .keeps_certificate = true,
    .begin = groups_begin,
    .hello = groups_hello,
    .take = groups_take,
    .end = groups_end,
    .forget = groups_forget,
};

const struct probe groups_probe = { .name = "groups", .writes = writes, .needs = needs, SURVEY(survey) };
