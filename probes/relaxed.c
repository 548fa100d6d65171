/* relaxed - which of its lists keeps this client from being served.
 *
 * Owns: FACT_RELAXED. Must not know: which causes follow from it (src/why).
 *
 * The client's own hello, and the same with one list at a time extended by all there is: suites, groups,
 * signature algorithms. Where none of these is accepted, all at once, and then each pair. What the server
 * takes in place of what it was offered is found by striking out its choice a few times.
 *
 * Other suites are offered without the client's own, so a suite that is taken is then added to these: where that is
 * refused, it is not that one was lacking. Where nothing helps, TLS 1.2 is offered as a step back from something newer
 * (RFC 7507): a server that objects knows a newer version, although it refuses it. Where the client's own is taken, and
 * what our library made of it was not, what that adds is tried: record_size_limit.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "probes/pick.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_RELAXED, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };

enum list { SUITES = 1, GROUPS = 2, SIGALGS = 4, NO_ALPN = 8, SMALL = 16, ADDED = 32, FALLBACK = 64, SIZE_LIMIT = 128 };
static const struct { const char *key, *title; unsigned more; } tries[] = {
    { "as-is", "this client's hello", 0 }, { "suites", "with more suites", SUITES },
    { "groups", "with more groups", GROUPS }, { "sigalgs", "with more signature algorithms", SIGALGS },
    { "suites+groups", "more suites and groups", SUITES | GROUPS },
    { "suites+sigalgs", "more suites and signature algorithms", SUITES | SIGALGS },
    { "groups+sigalgs", "more groups and signature algorithms", GROUPS | SIGALGS },
    { "all", "more of all three", SUITES | GROUPS | SIGALGS }, { "no-alpn", "without ALPN", NO_ALPN },
    { "small", "a small one", SMALL }, { "suites-added", "suites added behind its own", ADDED },
    { "fallback", "marked as a fallback", FALLBACK }, { "record-size-limit", "with record_size_limit", SIZE_LIMIT },
};
enum { /* places in that table; LAST_PAIR is the one without suites */
    AS_IS, FIRST_SINGLE, BY_SIGALGS = 3, FIRST_PAIR, LAST_PAIR = 6, ALL, OTHERS, BY_ADDED = OTHERS + 2, BY_FALLBACK,
    BY_SIZE_LIMIT, TRIES = sizeof tries / sizeof *tries
};

#define BLOCK 55
#define BLOCKS_MAX 12
#define TAKES_QUICK 3 /* further hellos that look for what else is taken */
#define TAKES_FULL 60
#define LEFT_FOR_VARIATIONS 6 /* connections: what is left out there is minded more often */

/* In TLS 1.3 nobody but the client sees what the server signs with, so the usual ones are offered one by one. */
static const uint16_t alone[][2] = { { 0x0804 }, { 0x0403 }, { 0x0807 }, { 0x0503 } };
enum { ALONE = sizeof alone / sizeof *alone, FIRST_ALONE = TRIES * BLOCKS_MAX };

/* As GnuTLS sends it: records of 16385 bytes (RFC 8449 section 4). */
static const struct hello_extension record_size_limit = { 28, "\x40\x01", 2 };

struct try {
    bool asked, accepted;
    char *word;              /* owned; what the first hello was answered, or "accepted" */
    uint16_t version, suite, group;
};

struct relaxed {
    struct try try[TRIES];
    struct pick *suites;     /* blocks of the suites the client does not offer */
    size_t blocks;
    struct pick *more;       /* [0] groups, [1] signature algorithms: the client's and all others */
    size_t mores;
    struct client_lists lists;
    uint16_t *added;         /* owned; the client's suites and one that is taken */
    int takes;               /* hellos spent on what else is taken */
    enum stage { STAGE_SINGLES, STAGE_ALL, STAGE_PAIRS, STAGE_SURE } stage;
};

static void relaxed_ask(struct surveying *v, size_t try)
{
    struct relaxed *s = v->state;
    s->try[try].asked = true;
    size_t hellos = tries[try].more & SUITES ? s->blocks : 1;
    for (size_t b = 0; b < hellos; b++)
        survey_ask(v, (int)(try * BLOCKS_MAX + b), UNTIL_FLIGHT);
}

/* Suites of the client's versions that it does not offer. */
static uint16_t *other_suites(const struct offer *o, bool likely)
{
    uint16_t *list = mem_new((suite_count + 1) * sizeof *list);
    size_t n = 0;
    for (uint16_t version = o->max; version >= o->min && version >= 0x0300; version--) {
        uint16_t *some = likely ? suites_of_version(version, suite_likely) : suites_rare(version);
        for (size_t i = 0; some[i]; i++)
            if (!list_has(o->suites, some[i]) && !list_has(list, some[i]))
                list[n++] = some[i];
        free(some);
    }
    return list;
}

static uint16_t *list_with(const uint16_t *first, const uint16_t *all)
{
    size_t n = list_length(first);
    uint16_t *list = mem_new((n + list_length(all) + 1) * sizeof *list);
    if (n)
        memcpy(list, first, n * sizeof *list);
    for (; *all; all++)
        if (!list_has(first, *all))
            list[n++] = *all;
    return list;
}

static void relaxed_begin(struct surveying *v)
{
    struct relaxed *s = v->state;
    const struct offer *o = endpoint_offer(v->target->endpoint);
    uint16_t *likely = other_suites(o, true), *rare = other_suites(o, false);
    pick_add_blocks(&s->suites, &s->blocks, 0, likely, BLOCK, false);
    if (target_depth_full(v->target))
        pick_add_blocks(&s->suites, &s->blocks, 0, rare, BLOCK, false);
    assert(s->blocks <= BLOCKS_MAX);
    uint16_t *groups = list_with(o->groups, v->every->groups), *sigalgs = list_with(o->sigalgs, v->every->sigalgs);
    pick_add(&s->more, &s->mores, 0, groups, list_length(groups));
    pick_add(&s->more, &s->mores, 1, sigalgs, list_length(sigalgs));
    free(likely);
    free(rare);
    free(groups);
    free(sigalgs);
    relaxed_ask(v, AS_IS);
    for (size_t i = FIRST_SINGLE; i < FIRST_PAIR; i++)
        if (!(tries[i].more & SIGALGS) || o->max >= 0x0303)
            relaxed_ask(v, i);
}

static void relaxed_hello(struct surveying *v, int question, struct hello *h)
{
    struct relaxed *s = v->state;
    hello_of_client(v, h, &s->lists);
    if (question >= FIRST_ALONE) {
        h->sigalgs = alone[question - FIRST_ALONE];
        return;
    }
    unsigned more = tries[question / BLOCKS_MAX].more;
    if (more & FALLBACK) {
        hello_of_version(v, h, 0x0303, h->suites);
        h->versions = h->shares = NULL;
        h->with |= HELLO_FALLBACK_SCSV;
        return;
    }
    if (more & ADDED)
        h->suites = s->added;
    if (more & SUITES)
        h->suites = s->suites[question % BLOCKS_MAX].left;
    if (more & GROUPS)
        h->groups = s->more[0].left;
    if (more & GROUPS && h->shares && number_is_grease(h->shares[0]))
        h->shares++; /* that list has no GREASE, and a key share must be of a group in it */
    if (more & SIGALGS && h->sigalgs)
        h->sigalgs = s->more[1].left;
    if (more & NO_ALPN)
        h->alpn = NULL;
    if (more & SMALL)
        h->size = 0;
    if (more & SIZE_LIMIT) {
        h->extra = &record_size_limit;
        h->extra_count = 1;
    }
}

/* --- from one round to the next ---------------------------------------------------------------- */

static bool any_accepted(const struct relaxed *s, size_t from, size_t to)
{
    bool any = false;
    for (size_t i = from; i < to; i++)
        any |= s->try[i].accepted;
    return any;
}

static void relaxed_ask_others(struct surveying *v)
{
    const struct endpoint *ep = v->target->endpoint;
    if (endpoint_alpn(ep))
        relaxed_ask(v, OTHERS);
    if (endpoint_offer(ep)->size)
        relaxed_ask(v, OTHERS + 1);
}

/* One look further at what is taken in the place of what this client offers. */
static void relaxed_ask_taken(struct surveying *v, size_t try, size_t block)
{
    struct relaxed *s = v->state;
    if (s->takes >= (target_depth_full(v->target) ? TAKES_FULL : TAKES_QUICK))
        return;
    s->takes++;
    survey_ask(v, (int)(try * BLOCKS_MAX + block), UNTIL_FLIGHT);
}

/* The proof that a suite was lacking. */
static void relaxed_ask_added(struct surveying *v)
{
    struct relaxed *s = v->state;
    if (!s->try[FIRST_SINGLE].accepted)
        return;
    s->added = list_with(endpoint_offer(v->target->endpoint)->suites, (uint16_t[]){ s->try[FIRST_SINGLE].suite, 0 });
    relaxed_ask(v, BY_ADDED);
}

/* By the answer of a server that found nothing to take. */
static void relaxed_ask_fallback(struct surveying *v)
{
    struct relaxed *s = v->state;
    const struct offer *o = endpoint_offer(v->target->endpoint);
    s->stage = STAGE_SURE;
    if (s->try[AS_IS].word && text_starts(s->try[AS_IS].word, "alert 40") && o->max >= 0x0304 && o->min <= 0x0303)
        relaxed_ask(v, BY_FALLBACK);
}

/* A refusal is asked once more. */
static void relaxed_ask_size_limit(struct surveying *v)
{
    struct relaxed *s = v->state;
    const struct try *t = &s->try[BY_SIZE_LIMIT];
    struct hello h = { 0 };
    hello_of_client(v, &h, &s->lists);
    if (v->target->works || h.extra_count || t->accepted || s->stage == STAGE_SURE ||
        target_left(v->target, v->probe) < LEFT_FOR_VARIATIONS)
        return;
    if (!t->asked) {
        relaxed_ask(v, BY_SIZE_LIMIT);
        return;
    }
    s->stage = STAGE_SURE;
    survey_ask(v, BY_SIZE_LIMIT * BLOCKS_MAX + 1, UNTIL_FLIGHT);
}

static void relaxed_go_on(struct surveying *v)
{
    struct relaxed *s = v->state;
    if (s->try[AS_IS].accepted) {
        relaxed_ask_size_limit(v);
        return;
    }
    bool flipped = any_accepted(s, FIRST_SINGLE, BY_ADDED);
    if (s->stage == STAGE_ALL && s->try[ALL].accepted && !s->try[LAST_PAIR].accepted) {
        s->stage = STAGE_PAIRS;
        for (size_t i = FIRST_PAIR; i < LAST_PAIR; i++)
            relaxed_ask(v, i);
    } else if (flipped && s->stage != STAGE_SURE) {
        s->stage = STAGE_SURE;
        survey_ask(v, AS_IS * BLOCKS_MAX + 1, UNTIL_FLIGHT); /* a server that answers now so, now so, shows it here */
        relaxed_ask_added(v);
        for (int i = 0; i < ALONE && s->try[BY_SIGALGS].accepted && s->try[BY_SIGALGS].version >= 0x0304; i++)
            survey_ask(v, FIRST_ALONE + i, UNTIL_FLIGHT);
    } else if (s->stage == STAGE_SINGLES) {
        s->stage = STAGE_ALL;
        relaxed_ask(v, ALL);
        relaxed_ask(v, LAST_PAIR); /* "all" with the client's own suites among them */
        relaxed_ask_others(v);
    } else if (s->stage == STAGE_ALL && !flipped) {
        relaxed_ask_fallback(v);
    }
}

/* Strikes out what was chosen from the list that was extended; asks again with the rest. */
static void relaxed_strike(struct surveying *v, size_t try, size_t block, const struct answer *a)
{
    struct relaxed *s = v->state;
    unsigned more = tries[try].more;
    struct pick *p = more == SUITES    ? &s->suites[block]
                     : more == GROUPS  ? &s->more[0]
                     : more == SIGALGS ? &s->more[1] : NULL;
    uint16_t chosen = more == SUITES ? a->reply->suite : more == GROUPS ? a->reply->group : a->reply->sigalg;
    if (!p || p->over || (a->kind == ANSWER_ACCEPTED && !chosen))
        return;
    pick_take(p, a, chosen);
    if (!p->over && a->kind == ANSWER_ACCEPTED)
        relaxed_ask_taken(v, try, block);
}

static void relaxed_take(struct surveying *v, int question, const struct answer *a)
{
    struct relaxed *s = v->state;
    if (question >= FIRST_ALONE) {
        if (a->kind == ANSWER_ACCEPTED)
            pick_take(&s->more[1], a, alone[question - FIRST_ALONE][0]);
        return;
    }
    size_t number = (size_t)question / BLOCKS_MAX;
    struct try *t = &s->try[number];
    bool accepted = a->kind == ANSWER_ACCEPTED;
    if (!t->word || (accepted && !t->accepted)) {
        free(t->word);
        t->word = answer_word(a);
    }
    if (accepted && !t->accepted) {
        t->accepted = true;
        t->version = a->reply->version;
        t->suite = a->reply->suite;
        t->group = a->reply->group;
    }
    if (t->accepted && !s->try[AS_IS].accepted)
        relaxed_strike(v, number, (size_t)question % BLOCKS_MAX, a);
    if (!v->open)
        relaxed_go_on(v);
}

/* --- the fact ---------------------------------------------------------------------------------- */

static json_t *try_json(const struct try *t)
{
    char hex[NAME_LEN];
    const struct version *v = t->accepted ? version_find(t->version) : NULL;
    if (!t->word)
        return json_null();
    return json_pack("{s:s, s:s?, s:s?, s:s?}", "answer", t->word, "version", v ? v->word : NULL,
                     "cipher", t->accepted ? suite_name(t->suite, hex) : NULL,
                     "group", t->accepted && t->group ? group_name(t->group, (char[NAME_LEN]){ 0 }) : NULL);
}

static json_t *taken_json(const struct pick *p, size_t n, number_name *name)
{
    json_t *list = json_array();
    char hex[NAME_LEN];
    for (size_t i = 0; i < n; i++)
        for (const uint16_t *t = p[i].taken; *t; t++)
            json_array_append_new(list, json_string(name(*t, hex)));
    return list;
}

/* What is accepted with two lists extended is so with all three. */
static void relaxed_complete(struct relaxed *s)
{
    struct try *all = &s->try[ALL];
    const struct try *pair = &s->try[LAST_PAIR];
    if (all->accepted || !pair->accepted)
        return;
    free(all->word);
    *all = *pair;
    all->word = mem_string(pair->word);
}

static void relaxed_end(struct surveying *v)
{
    struct relaxed *s = v->state;
    relaxed_complete(s);
    struct text text = { 0 };
    json_t *all = json_object(), *value = json_object(), *takes = json_object();
    for (size_t i = 0; i < TRIES; i++) {
        json_object_set_new(all, tries[i].key, try_json(&s->try[i]));
        if (s->try[i].word)
            text_addf(&text, "%s%s: %s", text.len ? "; " : "", tries[i].title, answer_says(s->try[i].word));
    }
    json_object_set_new(takes, "suites", taken_json(s->suites, s->blocks, suite_name));
    json_object_set_new(takes, "groups", taken_json(&s->more[0], 1, group_name));
    json_object_set_new(takes, "sigalgs", taken_json(&s->more[1], 1, sigalg_name));
    json_object_set_new(value, "tries", all);
    json_object_set_new(value, "takes", takes);
    run_see(v->run, FACT_RELAXED, STATE_YES, value, (run_now(v->run) - v->began) * 1000, text_take(&text));
}

static void relaxed_forget(struct surveying *v)
{
    struct relaxed *s = v->state;
    picks_free(s->suites, s->blocks);
    picks_free(s->more, s->mores);
    for (size_t i = 0; i < TRIES; i++)
        free(s->try[i].word);
    free(s->added);
}

static const struct survey survey = {
    .state_size = sizeof(struct relaxed),
    .begin = relaxed_begin,
    .hello = relaxed_hello,
    .take = relaxed_take,
    .end = relaxed_end,
    .forget = relaxed_forget,
};

const struct probe relaxed_probe = { .name = "relaxed", .aside = true, .writes = writes, .needs = needs, SURVEY(survey) };
