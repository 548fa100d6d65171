/* replay - the smallest change to this client's hello that makes the server take it.
 *
 * Owns: FACT_REPLAY: which hellos are asked, in which order, and what becomes of answers that say nothing.
 * Must not know: how the search goes (bisect.h), which cause follows (src/why).
 *
 * The client's own hello twice and the reference at once; where that is refused too, other well-known clients' hellos.
 * Between the first that is taken and the client's own the search goes on. What it found is asked once more.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/sweep.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/bisect.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

#define AGAIN_AFTER 0.3 /* seconds until what was answered unclearly is asked once more */

static const enum fact writes[] = { FACT_REPLAY, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };
static const enum fact along[] = { FACT_VERSIONS, FACT_RELAXED, FACT_COUNT };

/* Hellos that many servers take, the likeliest first; those after the first are asked when that is refused. A name
 * that is none is passed over. */
static const struct { const char *key, *client; uint16_t min; } references[] = {
    { "default", "default", 0 }, { "firefox-132", "firefox-132", 0 }, { "chrome-131", "chrome-131", 0 },
    { "java-8", "java-8", 0 }, { "openssl-1.0.2", "openssl-1.0.2", 0 }, { "windows-xp", "windows-xp", 0 },
    { "openssl-0.9.8", "openssl-0.9.8", 0 }, { "default,min=tls1.3", "default", 0x0304 },
};
/* Asked alone where few can be: the first, but where TLS 1.3 is known to be taken by itself, the second. */
enum { REFERENCES = sizeof references / sizeof *references, THRIFTY = 3, THRIFTY_13 = REFERENCES - 1 };

enum { AS_IS, AS_IS_AGAIN, IN_PIECES, FOUND, FIRST_REFERENCE, FIRST_TRIAL = FIRST_REFERENCE + REFERENCES };

struct asked {               /* and what came */
    char *word;              /* owned; ANSWER, NULL: not asked */
    enum answer_kind kind;
    bool works;
    uint16_t version, suite, group;
};

struct reference { const struct client *client; struct offer offer; struct client_lists lists; struct hello *hello; };

struct replay {
    struct client_lists lists;
    struct hello *own;                       /* owned */
    struct reference reference[REFERENCES];  /* hellos and offers owned */
    struct asked asked[FIRST_TRIAL];
    int by;                                  /* the reference that is used, -1: none */
    struct bisect *search;                   /* owned */
    bool *again;                             /* owned; by trial: it was asked once more */
    size_t again_room;
    int connections;
    enum { STAGE_FIRST, STAGE_OTHERS, STAGE_SEARCH, STAGE_FOUND } stage;
};

/* --- hellos ----------------------------------------------------------------------------------- */

/* What the reference sends as its name: the client's, or, where that sends none, the host's. */
static const char *reference_name(const struct endpoint *ep, const struct client *c)
{
    const char *sni = endpoint_sni(ep);
    if (c->traits & CLIENT_NO_SNI)
        return NULL;
    return sni ? sni : ep->host_kind == HOST_NAME ? ep->host : NULL;
}

static void reference_make(struct reference *r, const struct endpoint *ep, int which)
{
    const struct limits limits = { .min = references[which].min };
    r->client = client_find(references[which].client);
    if (!r->client)
        return;
    const char *alpn = !ep->scheme->alpn ? "none" : r->client == client_find(NULL) ? ep->scheme->alpn : NULL;
    struct hello h = { .sni = reference_name(ep, r->client) };
    offer_make(&r->offer, r->client, &limits);
    client_hello(r->client, &r->offer, alpn, &r->lists, &h);
    if (limits.min) /* no more than the survey of versions sends, which is known to be taken */
        h.with = HELLO_POINTS | HELLO_PSK_MODES | HELLO_EMS;
    r->hello = hello_copy(&h);
}

static void own_ask(struct surveying *v)
{
    survey_ask(v, AS_IS, UNTIL_FLIGHT);
    survey_ask(v, AS_IS_AGAIN, UNTIL_FLIGHT);
}

static void reference_ask(struct surveying *v, int which)
{
    survey_ask_later(v, FIRST_REFERENCE + which, UNTIL_FLIGHT, 0);
}

static void references_ask(struct surveying *v)
{
    struct replay *s = v->state;
    s->stage = STAGE_OTHERS;
    for (int i = 1; i < REFERENCES; i++)
        if (s->reference[i].client)
            reference_ask(v, i);
}

static int thrifty_of(const struct surveying *v)
{
    const struct replay *s = v->state;
    bool by_13 = endpoint_offer(v->target->endpoint)->max >= 0x0304 && v->target->known.accepted[VERSION_COUNT - 1];
    if (by_13 && s->reference[THRIFTY_13].client)
        return THRIFTY_13;
    return s->reference[THRIFTY].client ? THRIFTY : THRIFTY + 1;
}

static void replay_begin(struct surveying *v)
{
    struct replay *s = v->state;
    const struct endpoint *ep = v->target->endpoint;
    struct hello own = { .sni = endpoint_sni(ep) };
    hello_of_client(v, &own, &s->lists);
    s->own = hello_copy(&own);
    s->by = -1;
    for (int i = 0; i < REFERENCES; i++) {
        struct hello_change c[CHANGES_MAX];
        reference_make(&s->reference[i], ep, i);
        if (s->reference[i].hello && !hello_changes(s->own, s->reference[i].hello, c))
            s->reference[i].client = NULL; /* it is the client itself */
    }
    if (target_left(v->target, v->probe) < FIRST_TRIAL) {
        reference_ask(v, thrifty_of(v));
        return;
    }
    own_ask(v);
    if (s->reference[0].client)
        survey_ask(v, FIRST_REFERENCE, UNTIL_FLIGHT);
    if (v->target->waited) /* who is silent again costs one wait, not one after another */
        references_ask(v);
}

/* The name is part of the hello: one that has none leaves it out by itself. */
static void replay_hello(struct surveying *v, int question, struct hello *h)
{
    const struct replay *s = v->state;
    const struct hello *from = question >= FIRST_TRIAL       ? bisect_hello(s->search, question - FIRST_TRIAL)
                               : question >= FIRST_REFERENCE ? s->reference[question - FIRST_REFERENCE].hello
                               : question == FOUND           ? bisect_found(s->search) : s->own;
    uint64_t seed = h->seed;
    *h = *from;
    h->seed = seed;
}

/* --- answers ---------------------------------------------------------------------------------- */

/* Taken; also in an older version than the hello names, where it names but the newest and the client goes as low. */
static bool is_taken(const struct hello *h, uint16_t min, const struct answer *a)
{
    const struct reply *r = a->reply;
    return a->kind == ANSWER_ACCEPTED ||
           (a->kind == ANSWER_VERSION && !h->versions && r->got & REPLY_HELLO && r->version >= min &&
            r->version < h->version && list_has(h->suites, r->suite));
}

static bool is_still(enum answer_kind k) { return k == ANSWER_SILENT || k == ANSWER_SLOW; }
static bool is_quiet(enum answer_kind k) { return k == ANSWER_CLOSED || k == ANSWER_RESET; }

/* Whoever refuses aloud has no reason to fall silent: that is want of something, until it happens twice. */
static enum trial trial_of(const struct replay *s, bool works, enum answer_kind k, bool twice)
{
    enum answer_kind was = s->asked[AS_IS].kind;
    if (works)
        return TRIAL_WORKS;
    if (k == ANSWER_CUT || k == ANSWER_REFUSED || (is_still(k) && !is_still(was)))
        return TRIAL_UNCLEAR;
    return is_quiet(k) && !is_quiet(was) && !twice ? TRIAL_UNCLEAR : TRIAL_FAILS;
}

static void asked_set(struct asked *q, const struct answer *a, bool works)
{
    free(q->word);
    *q = (struct asked){ .word = works ? mem_string("accepted") : answer_word(a), .kind = a->kind, .works = works };
    if (works) {
        q->version = a->reply->version;
        q->suite = a->reply->suite;
        q->group = a->reply->group;
    }
}

static bool again_mark(struct replay *s, size_t trial)
{
    if (trial >= s->again_room) {
        size_t room = trial + 64;
        s->again = mem_array(s->again, room, sizeof *s->again);
        memset(s->again + s->again_room, 0, (room - s->again_room) * sizeof *s->again);
        s->again_room = room;
    }
    bool was = s->again[trial];
    s->again[trial] = true;
    return was;
}

static void trials_ask(struct surveying *v)
{
    struct replay *s = v->state;
    int trial;
    while (bisect_next(s->search, &trial)) /* not one behind the other: each may wait long for its answer */
        survey_ask_later(v, FIRST_TRIAL + trial, UNTIL_FLIGHT, 0);
}

static void trial_take(struct surveying *v, int trial, const struct answer *a)
{
    struct replay *s = v->state;
    bool works = is_taken(bisect_hello(s->search, trial), endpoint_offer(v->target->endpoint)->min, a);
    bool twice = again_mark(s, (size_t)trial);
    enum trial how = trial_of(s, works, a->kind, twice);
    if (how == TRIAL_UNCLEAR && !twice && a->kind != ANSWER_CUT) {
        survey_ask_later(v, FIRST_TRIAL + trial, UNTIL_FLIGHT, AGAIN_AFTER);
        return;
    }
    bisect_take(s->search, trial, how);
    trials_ask(v);
}

/* --- from one stage to the next ---------------------------------------------------------------- */

static bool asked_clearly(const struct asked *q)
{
    return q->word && q->kind != ANSWER_CUT && q->kind != ANSWER_REFUSED;
}

/* Refused both times: there is something to be found. */
static bool is_refused(const struct replay *s)
{
    const struct asked *first = &s->asked[AS_IS], *second = &s->asked[AS_IS_AGAIN];
    return asked_clearly(first) && asked_clearly(second) && !first->works && !second->works;
}

/* Of the connections that are left, what was found is asked with the last one. */
static void search_begin(struct surveying *v, int by)
{
    struct replay *s = v->state;
    v->target->search = true;
    int most = target_left(v->target, v->probe) - 1;
    s->by = by;
    s->stage = STAGE_SEARCH;
    if (most < BISECT_TRIALS_MIN)
        return;
    s->search = bisect_new(s->own, s->reference[by].hello, most < BISECT_TRIALS_MAX ? most : BISECT_TRIALS_MAX);
    trials_ask(v);
}

static void references_taken(struct surveying *v)
{
    struct replay *s = v->state;
    for (int i = 0; i < REFERENCES; i++)
        if (s->asked[FIRST_REFERENCE + i].works) {
            search_begin(v, i);
            return;
        }
    if (s->stage < STAGE_OTHERS)
        references_ask(v);
}

/* The thrifty reference was asked first, and is taken: now it is worth asking for the client's own. */
static bool own_is_due(const struct replay *s)
{
    const struct asked *thrifty = &s->asked[FIRST_REFERENCE];
    return !s->asked[AS_IS].word &&
           (thrifty[THRIFTY].works || thrifty[THRIFTY + 1].works || thrifty[THRIFTY_13].works);
}

static void replay_go_on(struct surveying *v)
{
    struct replay *s = v->state;
    const struct hellofile *saved = v->target->endpoint->saved;
    bool accepted = s->asked[AS_IS].works && s->asked[AS_IS_AGAIN].works;
    if (own_is_due(s)) {
        v->target->search = true;
        own_ask(v);
    } else if (s->stage < STAGE_SEARCH && is_refused(s)) {
        references_taken(v);
    } else if (s->stage == STAGE_FIRST && accepted && saved && saved->segments > 1 && !s->asked[IN_PIECES].word) {
        survey_ask_in_pieces(v, IN_PIECES, UNTIL_FLIGHT, saved->segments < 16 ? saved->segments : 16);
    } else if (s->stage == STAGE_SEARCH && s->search && bisect_found(s->search)) {
        s->stage = STAGE_FOUND;
        survey_ask(v, FOUND, UNTIL_FLIGHT);
    }
}

static void replay_take(struct surveying *v, int question, const struct answer *a)
{
    struct replay *s = v->state;
    s->connections += a->kind != ANSWER_CUT;
    if (question >= FIRST_TRIAL) {
        trial_take(v, question - FIRST_TRIAL, a);
    } else {
        bool of_other = question >= FIRST_REFERENCE;
        const struct reference *r = of_other ? &s->reference[question - FIRST_REFERENCE] : NULL;
        const struct hello *h = r ? r->hello : question == FOUND ? bisect_found(s->search) : s->own;
        uint16_t min = r ? r->client->min : endpoint_offer(v->target->endpoint)->min;
        asked_set(&s->asked[question], a, is_taken(h, min, a));
    }
    if (!v->open)
        replay_go_on(v);
}

/* --- the fact ---------------------------------------------------------------------------------- */

static json_t *change_json(const struct hello_change *c)
{
    char hex[NAME_LEN], *says = hello_change_says(c);
    const char *name = hello_change_name(c, hex);
    bool numbered = *name || (c->part == PART_SIZE && c->number);
    json_t *j = json_pack("{s:s, s:o, s:s?, s:b, s:s}", "part", part_table[c->part].word, "number",
                          numbered ? json_integer(c->number) : json_null(), "name", *name ? name : NULL, "adds",
                          c->adds, "says", says);
    free(says);
    return j;
}

/* The last of these that was taken says what is agreed on. */
static const struct asked *replay_last(const struct replay *s)
{
    return s->asked[FOUND].word ? &s->asked[FOUND] : &s->asked[AS_IS];
}

/* What other clients' hellos were answered. */
static json_t *others_json(const struct replay *s)
{
    json_t *j = json_object();
    for (int i = 0; i < REFERENCES; i++)
        if (s->asked[FIRST_REFERENCE + i].word)
            json_object_set_new(j, references[i].key, json_string(s->asked[FIRST_REFERENCE + i].word));
    return j;
}

static json_t *replay_json(const struct replay *s, const struct hello_change *c, size_t n, bool smallest)
{
    const struct asked *last = replay_last(s), *reference = &s->asked[FIRST_REFERENCE + (s->by > 0 ? s->by : 0)];
    char suite[NAME_LEN], group[NAME_LEN];
    const struct version *version = last->works ? version_find(last->version) : NULL;
    json_t *changes = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(changes, change_json(&c[i]));
    return json_pack("{s:s, s:s?, s:s?, s:i, s:b, s:o, s:s?, s:s?, s:s?, s:s?, s:s?, s:o}",
                     "as_is", s->asked[AS_IS].word, "reference", reference->word,
                     "by", s->by >= 0 ? references[s->by].key : NULL, "connections", s->connections,
                     "smallest", smallest, "changes", changes, "answer", last->word,
                     "version", version ? version->word : NULL,
                     "cipher", last->works ? suite_name(last->suite, suite) : NULL,
                     "group", last->works && last->group ? group_name(last->group, group) : NULL,
                     "in_pieces", s->asked[IN_PIECES].word, "others", others_json(s));
}

static char *changes_text(const struct hello_change *c, size_t n)
{
    struct text t = { 0 };
    for (size_t i = 0; i < n; i++) {
        char *says = hello_change_says(&c[i]);
        text_addf(&t, "%s%s", !i ? "" : i + 1 < n ? ", " : " and ", says);
        free(says);
    }
    return text_take(&t);
}

static char *references_text(const struct replay *s)
{
    struct text t = { 0 };
    for (int i = 0; i < REFERENCES; i++)
        if (s->asked[FIRST_REFERENCE + i].word)
            text_addf(&t, "%s%s (%s)", t.len ? ", " : "", references[i].key, s->asked[FIRST_REFERENCE + i].word);
    return text_take(&t);
}

/* Why there is nothing to name. */
static char *unsure_text(const struct replay *s)
{
    const struct asked *first = &s->asked[AS_IS], *second = &s->asked[AS_IS_AGAIN];
    if (!is_refused(s))
        return mem_format("this client's own hello was answered now one way, now another: %s, then %s", first->word,
                          second->word);
    if (s->by >= 0 && !s->search)
        return mem_format("this client's own hello is refused (%s), that of %s is accepted; what decides was not looked "
                          "for, as too few connections were left: --depth full or --only replay does",
                          first->word, references[s->by].key);
    if (s->search)
        return mem_format("this client's own hello is refused (%s), that of %s is accepted; what decides was not "
                          "found: %s",
                          first->word, references[s->by].key, s->asked[FOUND].word && !s->asked[FOUND].works
                          ? "the changed hello was accepted, then refused" : bisect_why(s->search));
    char *others = references_text(s);
    char *text = mem_format("this client's own hello is refused (%s), and so is every other that was tried: %s",
                            first->word, *others ? others : "none");
    free(others);
    return text;
}

static char *accepted_text(const struct replay *s)
{
    const struct asked *q = &s->asked[AS_IS];
    const struct version *version = version_find(q->version);
    char hex[NAME_LEN];
    if (s->asked[IN_PIECES].word && !s->asked[IN_PIECES].works)
        return mem_format("this client's own hello is accepted in one piece, and refused in the segments it was "
                          "recorded in: %s", s->asked[IN_PIECES].word);
    return mem_format("this client's own hello is accepted as it is: %s, %s", version ? version->title : "SSL 2.0",
                      suite_name(q->suite, hex));
}

static void replay_end(struct surveying *v)
{
    struct replay *s = v->state;
    const struct asked *first = &s->asked[AS_IS], *second = &s->asked[AS_IS_AGAIN];
    const struct hello_change *c = NULL;
    double ms = (run_now(v->run) - v->began) * 1000;
    bool smallest = false;
    size_t n = s->asked[FOUND].works ? bisect_result(s->search, &c, &smallest) : 0;
    if (!asked_clearly(first) || !asked_clearly(second))
        return; /* could not ask */
    json_t *value = replay_json(s, c, n, smallest);
    if (first->works && second->works) {
        run_see(v->run, FACT_REPLAY, STATE_NO, value, ms, accepted_text(s));
    } else if (!n) {
        run_see(v->run, FACT_REPLAY, UNSURE, value, ms, unsure_text(s));
    } else {
        char *changes = changes_text(c, n);
        run_see(v->run, FACT_REPLAY, STATE_YES, value, ms,
                mem_format("this client's own hello is refused (%s); %s it is accepted. Found with %d connections, "
                           "beside the hello of %s", first->word, changes, s->connections, references[s->by].key));
        free(changes);
    }
}

static void replay_forget(struct surveying *v)
{
    struct replay *s = v->state;
    bisect_free(s->search);
    hello_free(s->own);
    for (int i = 0; i < REFERENCES; i++) {
        hello_free(s->reference[i].hello);
        offer_clear(&s->reference[i].offer);
    }
    for (int i = 0; i < FIRST_TRIAL; i++)
        free(s->asked[i].word);
    free(s->again);
}

static const struct survey survey = {
    .state_size = sizeof(struct replay),
    .begin = replay_begin,
    .hello = replay_hello,
    .take = replay_take,
    .end = replay_end,
    .forget = replay_forget,
};

const struct probe replay_probe = { .name = "replay", .aside = true, .thorough = true, .writes = writes, .needs = needs,
                                    .along = along, SURVEY(survey) };
