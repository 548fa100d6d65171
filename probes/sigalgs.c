/* sigalgs - every signature algorithm the server signs handshakes with.
 *
 * Owns: FACT_SIGALGS. Must not know: how certificates are signed.
 *
 * Up to TLS 1.2 the choice stands in ServerKeyExchange, so lists are taken apart (pick.h), for each kind of
 * certificate with suites of that kind. In TLS 1.3 it is encrypted, so each algorithm is offered alone, with key
 * shares: many servers look at it only after they have asked for a share they like. They end with an alert
 * then, which is encrypted too; but the size of what comes tells it from a certificate.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/pick.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_SIGALGS, FACT_COUNT };
static const enum fact needs[] = { FACT_VERSIONS, FACT_COUNT };

static const uint16_t likely_tls13[] = {
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0
}, usual_shares[] = { 0x001d, 0x0017, 0 };

enum way { WAY_RSA, WAY_ECDSA, WAY_DSS, WAY_TLS13, WAY_COUNT }; /* kinds of pick */
static const enum suite_auth way_auth[] = { [WAY_RSA] = AUTH_RSA, [WAY_ECDSA] = AUTH_ECDSA, [WAY_DSS] = AUTH_DSS };
#define MANY_AT_ONCE 14     /* connections from which on blocks are shorter: fewer rounds, more refusals */
#define RETRIES_MAX 2       /* HelloRetryRequests that are followed for one algorithm */
#define BLOCK_FEW 5
#define BLOCK_MANY 3

struct sigalgs {
    struct pick *pick;
    size_t picks;
    bool tls12, tls13;
    uint16_t *suites[WAY_COUNT]; /* owned */
    uint16_t share[2];           /* the group the server wants a key share of, 0: one of the usual */
};

/* Suites of TLS 1.2 whose handshake is signed by this kind of certificate. */
static uint16_t *suites_signed(enum suite_auth auth)
{
    uint16_t *list = suites_of_version(0x0303, suite_likely);
    size_t n = 0;
    for (size_t i = 0; list[i]; i++) {
        const struct suite *s = suite_find(list[i]);
        if (s && (s->kx == KX_ECDHE || s->kx == KX_DHE) && s->auth == auth && n < HELLO_SUITES_MAX)
            list[n++] = list[i];
    }
    list[n] = 0;
    return list;
}

static uint16_t *algorithms_of(enum suite_auth auth)
{
    uint16_t *list = mem_new((sigalg_count + 1) * sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < sigalg_count; i++)
        if (sigalg_table[i].auth == auth && sigalg_table[i].since <= 0x0303)
            list[n++] = sigalg_table[i].number;
    return list;
}

/* All that TLS 1.3 could use and that is not likely. */
static uint16_t *algorithms_rare(void)
{
    uint16_t *list = mem_new((sigalg_count + 1) * sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < sigalg_count; i++)
        if (!list_has(likely_tls13, sigalg_table[i].number))
            list[n++] = sigalg_table[i].number;
    return list;
}

static void sigalgs_ask_from(struct surveying *v, size_t first, enum until until)
{
    struct sigalgs *s = v->state;
    for (size_t i = first; i < s->picks; i++)
        survey_ask(v, (int)i, until);
}

static void sigalgs_ask_classic(struct surveying *v, enum way way)
{
    struct sigalgs *s = v->state;
    uint16_t *list = algorithms_of(way_auth[way]);
    size_t first = s->picks, block = target_per_host(v->target) > MANY_AT_ONCE ? BLOCK_MANY : BLOCK_FEW;
    s->suites[way] = suites_signed(way_auth[way]);
    if (s->suites[way][0])
        pick_add_blocks(&s->pick, &s->picks, (int)way, list, block, false);
    sigalgs_ask_from(v, first, UNTIL_FLIGHT);
    free(list);
}

static void sigalgs_begin(struct surveying *v)
{
    struct sigalgs *s = v->state;
    const struct known *k = &v->target->known;
    s->tls13 = k->accepted[version_index(0x0304)];
    s->tls12 = k->accepted[version_index(0x0303)];
    for (int way = WAY_RSA; s->tls12 && way <= WAY_DSS; way++)
        sigalgs_ask_classic(v, (enum way)way);
    if (!s->tls13)
        return;
    size_t first = s->picks;
    uint16_t *rare = algorithms_rare();
    s->suites[WAY_TLS13] = suites_of_version(0x0304, suite_likely);
    pick_add_blocks(&s->pick, &s->picks, WAY_TLS13, likely_tls13, 1, false);
    pick_add(&s->pick, &s->picks, WAY_TLS13, rare, list_length(rare));
    free(rare);
    sigalgs_ask_from(v, first, UNTIL_FLIGHT);
}

static void sigalgs_hello(struct surveying *v, int question, struct hello *h)
{
    struct sigalgs *s = v->state;
    const struct pick *p = &s->pick[question];
    bool classic = p->kind != WAY_TLS13;
    hello_of_version(v, h, classic ? 0x0303 : 0x0304, s->suites[p->kind]);
    h->sigalgs = p->left;
    if (!classic)
        h->shares = s->share[0] ? s->share : usual_shares;
}

/* The many unlikely ones were offered in one hello: which of them was it? */
static void sigalgs_split(struct surveying *v, int question)
{
    struct sigalgs *s = v->state;
    uint16_t *list = list_copy(s->pick[question].offered, list_length(s->pick[question].offered));
    size_t first = s->picks;
    s->pick[question].over = true;
    s->pick[question].left[0] = 0;
    pick_add_blocks(&s->pick, &s->picks, WAY_TLS13, list, 1, false);
    sigalgs_ask_from(v, first, UNTIL_FLIGHT);
    free(list);
}

static void sigalgs_take_tls13(struct surveying *v, int question, const struct answer *a)
{
    struct sigalgs *s = v->state;
    struct pick *p = &s->pick[question];
    bool accepted = a->kind == ANSWER_ACCEPTED, retry = accepted && a->reply->got & REPLY_RETRY;
    if (retry && p->kept++ < RETRIES_MAX && hello_has_share(a->reply->group))
        s->share[0] = a->reply->group; /* once more with the share it wants: this says nothing yet */
    else if (retry)
        pick_take(p, &(struct answer){ .kind = ANSWER_PROTOCOL, .reply = a->reply }, 0);
    else if (accepted && p->left[0] && p->left[1])
        sigalgs_split(v, question);
    else
        pick_take(p, a, p->left[0]);
}

static void sigalgs_take(struct surveying *v, int question, const struct answer *a)
{
    struct sigalgs *s = v->state;
    struct pick *p = &s->pick[question];
    if (p->kind == WAY_TLS13)
        sigalgs_take_tls13(v, question, a);
    else
        pick_take(p, a, a->reply->sigalg);
    if (!s->pick[question].over)
        survey_ask(v, question, UNTIL_FLIGHT);
}

static void sigalgs_end(struct surveying *v)
{
    struct sigalgs *s = v->state;
    json_t *value = json_object();
    struct text text = { 0 };
    for (size_t i = 0; i < s->picks; i++) /* one list for all kinds of certificate */
        if (s->pick[i].kind <= WAY_DSS)
            s->pick[i].kind = WAY_RSA;
    if (s->tls12)
        json_object_set_new(value, "tls1.2", picks_json(s->pick, s->picks, WAY_RSA, NULL, sigalg_name));
    if (s->tls13)
        json_object_set_new(value, "tls1.3", picks_json(s->pick, s->picks, WAY_TLS13, NULL, sigalg_name));
    text_addf(&text, "%zu signature algorithms in TLS 1.2, %zu in TLS 1.3", picks_taken(s->pick, s->picks, WAY_RSA),
              picks_taken(s->pick, s->picks, WAY_TLS13));
    run_see(v->run, FACT_SIGALGS, STATE_YES, value, (run_now(v->run) - v->began) * 1000, text_take(&text));
}

static void sigalgs_forget(struct surveying *v)
{
    struct sigalgs *s = v->state;
    picks_free(s->pick, s->picks);
    for (int i = 0; i < WAY_COUNT; i++)
        free(s->suites[i]);
}

static const struct survey survey = {
    .state_size = sizeof(struct sigalgs),
    .begin = sigalgs_begin,
    .hello = sigalgs_hello,
    .take = sigalgs_take,
    .end = sigalgs_end,
    .forget = sigalgs_forget,
};

const struct probe sigalgs_probe = { .name = "sigalgs", .writes = writes, .needs = needs, SURVEY(survey) };
