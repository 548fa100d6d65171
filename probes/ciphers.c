/* ciphers - every suite the server takes, version by version, and who decides their order.
 *
 * Owns: FACT_CIPHERS and FACT_ORDER. Must not know: which suites are good ones.
 *
 * The suites of a version in the order in which OpenSSL prefers them are cut into short blocks, all others
 * into longer ones; all blocks are taken apart at once (pick.h). Each is offered worst first:
 * a server that follows the client then takes them in just that order, any other in its own. Where the
 * server decides, the blocks are put one after the other, and every seam is tried with a hello of the two
 * suites on its sides; only if one of them is the wrong way round all blocks are merged, best suite by best.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/pick.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_CIPHERS, FACT_ORDER, FACT_COUNT };
static const enum fact needs[] = { FACT_VERSIONS, FACT_COUNT };

#define OTHERS_BLOCK 20 /* suites of other libraries */
#define RARE_BLOCK 55
/* The fewer connections at once, the longer the blocks: fewer refusals, more rounds. */
static const struct { int at_once; size_t block; } block_sizes[] = { { 3, 16 }, { 14, 8 }, { 29, 5 }, { 1 << 30, 4 } };

enum stage { STAGE_PICKING, STAGE_TURNED, STAGE_SEAMS, STAGE_MERGING, STAGE_OVER };

struct order {                  /* of one version */
    enum stage stage;
    enum state by_server;       /* YES, NO; UNSURE where it can't be told; NOT_ASKED: nothing to choose from */
    uint16_t *list;             /* owned; as far as it is known, 0-terminated */
    uint16_t offer[HELLO_SUITES_MAX + 1]; /* of the question that is open, when it is one of merging or turning */
    uint16_t (*seam)[3];        /* owned; the two suites at each seam, best first as guessed, 0 */
    size_t seams, seams_open;
    size_t wrong;               /* seams that are the wrong way round */
    bool unclear;               /* a seam was not answered */
};

struct ciphers {
    struct pick *pick;
    size_t picks;
    int picking[VERSION_COUNT]; /* picks that are not over */
    struct order order[VERSION_COUNT];
};

/* Questions: the picks by their number; then for each version SEAM_MAX of its own. */
#define SEAM_MAX 256
static int order_question(const struct ciphers *s, int version, size_t n)
{
    return (int)(s->picks + (size_t)version * SEAM_MAX + n);
}

static void ciphers_add(struct ciphers *s, int version, size_t block)
{
    uint16_t number = version_number(version);
    uint16_t *order = suites_of_version(number, suite_order), *likely = suites_of_version(number, suite_likely);
    uint16_t *others = list_without(likely, suite_order), *rare = suites_rare(number);
    pick_add_blocks(&s->pick, &s->picks, version, order, block, true);
    pick_add_blocks(&s->pick, &s->picks, version, others, OTHERS_BLOCK, true);
    pick_add_blocks(&s->pick, &s->picks, version, rare, RARE_BLOCK, true);
    free(order);
    free(likely);
    free(others);
    free(rare);
}

static void ciphers_begin(struct surveying *v)
{
    struct ciphers *s = v->state;
    size_t k = 0;
    while (target_per_host(v->target) > block_sizes[k].at_once)
        k++;
    for (int i = VERSION_COUNT - 1; i > 0; i--) {
        if (v->target->known.accepted[i])
            ciphers_add(s, i, block_sizes[k].block);
    }
    for (size_t i = 0; i < s->picks; i++) {
        s->picking[s->pick[i].kind]++;
        survey_ask(v, (int)i, UNTIL_HELLO);
    }
}

static void ciphers_hello(struct surveying *v, int question, struct hello *h)
{
    struct ciphers *s = v->state;
    if ((size_t)question < s->picks) {
        hello_of_version(v, h, version_number(s->pick[question].kind), s->pick[question].left);
        return;
    }
    int version = (question - (int)s->picks) / SEAM_MAX, n = (question - (int)s->picks) % SEAM_MAX;
    struct order *o = &s->order[version];
    hello_of_version(v, h, version_number(version), o->stage == STAGE_SEAMS ? o->seam[n] : o->offer);
}

/* --- the order --------------------------------------------------------------------------------- */

/* YES when some pick was taken in another order than offered, NO when all were taken as offered (and there
 * was a choice), UNSURE when there was none. */
static enum state picks_by_server(const struct ciphers *s, int version)
{
    enum state by = UNSURE;
    for (size_t i = 0; i < s->picks; i++) {
        const struct pick *p = &s->pick[i];
        size_t n = p->kind == version ? list_length(p->taken) : 0, at = 0;
        for (const uint16_t *o = p->offered; at < n && *o; o++)
            at += *o == p->taken[at];
        if (n > 1 && at < n)
            return STATE_YES;
        if (n > 1)
            by = STATE_NO;
    }
    return by;
}

/* All that was taken, block after block; each block in the server's order, or in the guessed one. */
static uint16_t *order_guess(const struct ciphers *s, int version, bool by_server)
{
    uint16_t *list = mem_new((picks_taken(s->pick, s->picks, version) + 1) * sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < s->picks; i++) {
        const struct pick *p = &s->pick[i];
        size_t k = p->kind == version ? list_length(p->taken) : 0;
        for (size_t j = 0; j < k; j++)
            list[n++] = p->taken[by_server ? j : k - 1 - j];
    }
    return list;
}

static void order_over(struct surveying *v, int version)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    o->stage = STAGE_OVER;
    if (!o->list)
        o->list = order_guess(s, version, o->by_server != STATE_NO);
}

/* The best of every block that has some left; false when there is nothing more to choose between. */
static bool order_heads(const struct ciphers *s, int version, struct order *o)
{
    size_t n = 0;
    uint16_t last = 0;
    for (size_t i = 0; i < s->picks && n < HELLO_SUITES_MAX; i++) {
        const uint16_t *t = s->pick[i].kind == version ? s->pick[i].taken : NULL;
        while (t && *t && list_has(o->list, *t))
            t++;
        if (t && *t)
            o->offer[n++] = last = *t;
    }
    o->offer[n] = 0;
    if (n == 1)
        o->list[list_length(o->list)] = last;
    return n > 1;
}

/* One block after the other has a single one left: those are appended without asking. */
static void order_merge(struct surveying *v, int version)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    size_t all = picks_taken(s->pick, s->picks, version);
    while (list_length(o->list) < all)
        if (order_heads(s, version, o)) {
            survey_ask(v, order_question(s, version, 0), UNTIL_HELLO);
            return;
        }
    order_over(v, version);
}

static void order_begin_merge(struct surveying *v, int version)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    o->stage = STAGE_MERGING;
    o->list = mem_new((picks_taken(s->pick, s->picks, version) + 1) * sizeof *o->list);
    order_merge(v, version);
}

/* Best of a block's server order, then the next block's first: the guess is asked at every seam at once. */
static void order_ask_seams(struct surveying *v, int version)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    const struct pick *before = NULL;
    o->stage = STAGE_SEAMS;
    o->seam = mem_new(s->picks * sizeof *o->seam);
    for (size_t i = 0; i < s->picks && o->seams < SEAM_MAX; i++) {
        const struct pick *p = &s->pick[i];
        if (p->kind != version || !p->taken[0])
            continue;
        if (before) { /* worse first, so that a server that follows the client is caught here, too */
            o->seam[o->seams][0] = p->taken[0];
            o->seam[o->seams++][1] = before->taken[list_length(before->taken) - 1];
        }
        before = p;
    }
    o->seams_open = o->seams;
    for (size_t i = 0; i < o->seams; i++)
        survey_ask(v, order_question(s, version, i), UNTIL_HELLO);
    if (!o->seams)
        order_over(v, version);
}

/* Two suites of which the first offered was taken, the other way round. */
static void order_ask_turned(struct surveying *v, int version, const uint16_t two[2])
{
    struct order *o = &((struct ciphers *)v->state)->order[version];
    o->stage = STAGE_TURNED;
    o->offer[0] = two[1];
    o->offer[1] = two[0];
    o->offer[2] = 0;
    survey_ask(v, order_question(v->state, version, 0), UNTIL_HELLO);
}

/* All picks of a version are over. */
static void order_begin(struct surveying *v, int version)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    if (picks_taken(s->pick, s->picks, version) < 2) {
        order_over(v, version);
        return;
    }
    size_t i = 0;
    o->by_server = picks_by_server(s, version);
    while (o->by_server == STATE_NO && (s->pick[i].kind != version || list_length(s->pick[i].taken) < 2))
        i++;
    if (o->by_server == STATE_NO)
        order_ask_turned(v, version, s->pick[i].taken);
    else
        order_ask_seams(v, version);
}

static void order_take_seam(struct surveying *v, int version, size_t n, const struct answer *a)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    bool accepted = a->kind == ANSWER_ACCEPTED;
    if (accepted && o->by_server == UNSURE && a->reply->suite == o->seam[n][1])
        o->by_server = STATE_YES; /* it took what was offered last */
    o->wrong += accepted && a->reply->suite == o->seam[n][0];
    o->unclear |= !accepted;
    if (--o->seams_open)
        return;
    if (o->unclear) {
        o->by_server = UNSURE; /* whoever decides, the order was not seen to its end */
        order_over(v, version);
        return;
    }
    if (!o->wrong)
        order_over(v, version);
    else if (o->by_server == UNSURE) /* it always took what was offered first */
        order_ask_turned(v, version, o->seam[0]);
    else
        order_begin_merge(v, version);
}

static void order_take(struct surveying *v, int version, size_t n, const struct answer *a)
{
    struct ciphers *s = v->state;
    struct order *o = &s->order[version];
    if (o->stage == STAGE_SEAMS) {
        order_take_seam(v, version, n, a);
    } else if (a->kind != ANSWER_ACCEPTED) {
        o->by_server = UNSURE;
        free(o->list);
        o->list = NULL;
        order_over(v, version);
    } else if (o->stage == STAGE_TURNED && a->reply->suite == o->offer[0]) {
        o->by_server = STATE_NO;
        order_over(v, version);
    } else if (o->stage == STAGE_TURNED) {
        o->by_server = STATE_YES;
        if (o->seam)
            order_begin_merge(v, version);
        else
            order_ask_seams(v, version);
    } else {
        o->list[list_length(o->list)] = a->reply->suite;
        order_merge(v, version);
    }
}

static void ciphers_take(struct surveying *v, int question, const struct answer *a)
{
    struct ciphers *s = v->state;
    if ((size_t)question >= s->picks) {
        int n = question - (int)s->picks;
        order_take(v, n / SEAM_MAX, (size_t)(n % SEAM_MAX), a);
        return;
    }
    struct pick *p = &s->pick[question];
    pick_take(p, a, a->reply->suite);
    if (!p->over)
        survey_ask(v, question, UNTIL_HELLO);
    else if (--s->picking[p->kind] == 0)
        order_begin(v, p->kind);
}

/* --- facts ------------------------------------------------------------------------------------- */

static json_t *order_json(const struct ciphers *s, enum state *all)
{
    json_t *value = json_object();
    *all = NOT_ASKED;
    for (int i = 1; i < VERSION_COUNT; i++) {
        enum state by = s->order[i].by_server;
        if (!s->order[i].list)
            continue;
        bool known = by == STATE_YES || by == STATE_NO;
        json_object_set_new(value, version_key(i), known ? json_boolean(by == STATE_YES) : json_null());
        if (known)
            *all = *all == NOT_ASKED || *all == by ? by : UNSURE;
    }
    return value;
}

static void ciphers_end(struct surveying *v)
{
    struct ciphers *s = v->state;
    json_t *value = json_object();
    struct text text = { 0 };
    for (int i = 1; i < VERSION_COUNT; i++) {
        if (!v->target->known.accepted[i])
            continue;
        json_object_set_new(value, version_key(i), picks_json(s->pick, s->picks, i, s->order[i].list, suite_name));
        text_addf(&text, "%s%zu suites in %s", text.len ? ", " : "", list_length(s->order[i].list),
                  version_find(version_number(i))->title);
    }
    run_see(v->run, FACT_CIPHERS, STATE_YES, value, (run_now(v->run) - v->began) * 1000, text_take(&text));
    enum state by;
    json_t *order = order_json(s, &by);
    run_see(v->run, FACT_ORDER, by == NOT_ASKED ? COULD_NOT_ASK : by, order, -1, NULL);
}

static void ciphers_forget(struct surveying *v)
{
    struct ciphers *s = v->state;
    picks_free(s->pick, s->picks);
    for (int i = 0; i < VERSION_COUNT; i++) {
        free(s->order[i].list);
        free(s->order[i].seam);
    }
}

static const struct survey survey = {
    .state_size = sizeof(struct ciphers),
    .begin = ciphers_begin,
    .hello = ciphers_hello,
    .take = ciphers_take,
    .end = ciphers_end,
    .forget = ciphers_forget,
};

const struct probe ciphers_probe = { .name = "ciphers", .writes = writes, .needs = needs, SURVEY(survey) };
