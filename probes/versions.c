/* versions - which protocol versions the server takes, each offered alone with everything else relaxed.
 *
 * Owns: FACT_VERSIONS, and the control beside it: how this server answers a hello that offers nothing
 * it could take. Must not know: which versions the column's client offers, what a refusal means.
 *
 * One hello holds the likeliest suites only. A version refused by anything but the alert for versions is
 * therefore asked again with the others, at --depth quick with the next likely ones only.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/sweep.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_VERSIONS, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };

#define BLOCKS_MAX 12
#define CONTROL (VERSION_COUNT * BLOCKS_MAX) /* the question that nobody can say yes to; one more to be sure */
static const uint16_t no_suite[] = { 0xcffe, 0 }; /* unassigned */

#define CALM_PAUSE 0.1 /* seconds before each question that is asked alone */
enum { SSL3 = 1 }; /* its version_index */

struct versions {
    uint16_t *block[VERSION_COUNT][BLOCKS_MAX]; /* owned; suites of one hello each, the likeliest first */
    int blocks[VERSION_COUNT], asked[VERSION_COUNT];
    char *word[VERSION_COUNT];                  /* owned; what the first block was answered, or "accepted" */
    enum answer_kind kind[VERSION_COUNT];       /* the same */
    uint16_t suite[VERSION_COUNT];              /* chosen where it was accepted, else 0 */
    bool for_version[VERSION_COUNT];            /* refused by the alert that says so */
    bool controlled;                            /* the control was asked */
    bool echoed;                                /* versions_echo has been */
    int calm;                                   /* 1 + the version that is looked at again next; 0: not begun */
    bool knows_13;           /* what answers TLS 1.2 says so in its random */
};

static void versions_cut(struct versions *s, int v, uint16_t *all)
{
    size_t n = list_length(all);
    for (size_t at = 0; at < n && s->blocks[v] < BLOCKS_MAX; at += HELLO_SUITES_MAX) {
        size_t some = n - at < HELLO_SUITES_MAX ? n - at : HELLO_SUITES_MAX;
        s->block[v][s->blocks[v]++] = list_copy(all + at, some);
    }
    free(all);
}

static void versions_begin(struct surveying *v)
{
    struct versions *s = v->state;
    for (int i = 0; i < VERSION_COUNT; i++) {
        versions_cut(s, i, suites_of_version(version_number(i), suite_likely));
        versions_cut(s, i, suites_rare(version_number(i)));
        survey_ask(v, i * BLOCKS_MAX, UNTIL_HELLO);
        s->asked[i] = 1;
    }
    /* Hardly anybody takes SSL 3.0, and most refuse it as if it were for its suites: no round trip more for it. */
    while (target_depth_full(v->target) && s->asked[SSL3] < s->blocks[SSL3])
        survey_ask(v, SSL3 * BLOCKS_MAX + s->asked[SSL3]++, UNTIL_HELLO);
    s->controlled = target_depth_full(v->target);
    if (s->controlled)
        survey_ask(v, CONTROL, UNTIL_HELLO);
}

static void versions_hello(struct surveying *v, int question, struct hello *h)
{
    struct versions *s = v->state;
    if (question >= CONTROL)
        hello_of_version(v, h, 0x0303, no_suite);
    else
        hello_of_version(v, h, version_number(question / BLOCKS_MAX),
                         s->block[question / BLOCKS_MAX][question % BLOCKS_MAX]);
}

/* A refusal that other suites may change. */
static void versions_ask_more(struct surveying *v, int at, const struct answer *a)
{
    struct versions *s = v->state;
    uint16_t number = version_number(at);
    const struct offer *o = endpoint_offer(v->target->endpoint);
    bool full = target_depth_full(v->target), offered = number >= o->min && number <= o->max;
    bool other = a->kind == ANSWER_ALERT && a->reply->alert != 40 && a->reply->alert != 71; /* it says: not for suites */
    if (!a->no || (a->kind == ANSWER_ALERT && a->reply->alert == 70) || a->kind == ANSWER_VERSION ||
        (!full && (!offered || other)) || number < 0x0300)
        return;
    int upto = full ? s->blocks[at] : s->blocks[at] < 2 ? s->blocks[at] : 2;
    while (s->asked[at] < upto)
        survey_ask(v, at * BLOCKS_MAX + s->asked[at]++, UNTIL_HELLO);
}

static bool kind_is_cut(enum answer_kind kind)
{
    return kind == ANSWER_CLOSED || kind == ANSWER_RESET || kind == ANSWER_REFUSED;
}

/* An alert is clear; a connection that was cut off may have been one too many, and is asked for again alone. */
static void versions_control(struct surveying *v, int question, const struct answer *a)
{
    struct known *k = &v->target->known;
    bool alert = a->kind == ANSWER_ALERT, any = false;
    for (int i = 0; i < VERSION_COUNT; i++)
        any |= k->accepted[i];
    k->refuses_known = alert || (question != CONTROL && any && k->refuses == a->kind && kind_is_cut(a->kind));
    k->refuses_alert = alert ? a->reply->alert : 0;
    k->control_done |= alert;
    k->refuses = (uint8_t)a->kind;
}

/* What was cut off is asked again with nothing else beside it: the control first, then the versions. Only what is
 * cut off even then is this server's way of refusing. */
static void versions_calm(struct surveying *v)
{
    struct versions *s = v->state;
    struct known *k = &v->target->known;
    if (s->calm == 0 && !k->control_done && s->controlled) {
        s->calm = 1;
        survey_ask_later(v, CONTROL + 1, UNTIL_HELLO, CALM_PAUSE);
        return;
    }
    for (s->calm = s->calm ? s->calm : 1; s->calm <= VERSION_COUNT; s->calm++) {
        int i = s->calm - 1;
        if (!kind_is_cut(s->kind[i]) || k->accepted[i])
            continue;
        s->calm++;
        survey_ask_later(v, i * BLOCKS_MAX, UNTIL_HELLO, CALM_PAUSE);
        return;
    }
    k->control_done = true;
}

/* A server of rare suites (pre-shared keys, say) is met by luck in one version and missed in the next. So what an
 * older version chose is offered alone in the newer ones that were refused otherwise than for the version. */
static void versions_echo(struct surveying *v)
{
    struct versions *s = v->state;
    uint16_t old = 0;
    s->echoed = true;
    for (int i = SSL3 + 1; i < VERSION_COUNT && version_number(i) < 0x0304; i++) {
        bool refused = !v->target->known.accepted[i] && s->kind[i] == ANSWER_ALERT && !s->for_version[i];
        if (refused && old && s->asked[i] < BLOCKS_MAX) {
            free(s->block[i][s->asked[i]]);
            s->blocks[i] = s->blocks[i] > s->asked[i] ? s->blocks[i] : s->asked[i] + 1;
            s->block[i][s->asked[i]] = list_copy(&old, 1);
            survey_ask(v, i * BLOCKS_MAX + s->asked[i]++, UNTIL_HELLO);
        }
        old = v->target->known.accepted[i] ? s->suite[i] : old;
    }
}

static void versions_take_version(struct surveying *v, int question, const struct answer *a)
{
    struct versions *s = v->state;
    int at = question / BLOCKS_MAX;
    bool accepted = a->kind == ANSWER_ACCEPTED, first = question % BLOCKS_MAX == 0;
    bool *taken = &v->target->known.accepted[at];
    if (accepted)
        s->suite[at] = a->reply->suite;
    if (accepted || (first && !*taken)) {
        free(s->word[at]);
        s->word[at] = answer_word(a);
        s->kind[at] = a->kind;
    }
    *taken |= accepted;
    s->knows_13 |= accepted && a->reply->version == 0x0303 && a->reply->downgrade == 0x0303;
    s->for_version[at] |= a->kind == ANSWER_ALERT && a->reply->alert == 70;
    versions_ask_more(v, at, a);
}

static void versions_take(struct surveying *v, int question, const struct answer *a)
{
    if (question >= CONTROL)
        versions_control(v, question, a);
    else
        versions_take_version(v, question, a);
    if (!v->open && !((const struct versions *)v->state)->echoed)
        versions_echo(v);
    if (!v->open && target_depth_full(v->target))
        versions_calm(v);
}

/* Nothing came through of what our own handshake got: too many at once all the time, which says nothing. */
static void versions_unsaid(struct surveying *v)
{
    struct versions *s = v->state;
    for (int i = 0; i < VERSION_COUNT; i++)
        if (v->target->known.accepted[i])
            return;
    for (int i = 0; i < VERSION_COUNT && v->target->works; i++)
        if (kind_is_cut(s->kind[i])) {
            free(s->word[i]);
            s->word[i] = mem_string("could-not-ask");
        }
}

/* Whatever was accepted was accepted for a suite that takes a pre-shared key, and no certificate. */
static bool versions_pre_shared(const struct surveying *v)
{
    const struct versions *s = v->state;
    bool any = false;
    for (int i = 0; i < VERSION_COUNT; i++) {
        const struct suite *suite = v->target->known.accepted[i] ? suite_find(s->suite[i]) : NULL;
        if (v->target->known.accepted[i] && (!suite || suite->auth != AUTH_PSK))
            return false;
        any |= suite != NULL;
    }
    return any;
}

static void versions_end(struct surveying *v)
{
    struct versions *s = v->state;
    versions_unsaid(v);
    json_t *all = json_object();
    struct text text = { 0 };
    for (int i = 0; i < VERSION_COUNT; i++) {
        const struct version *row = version_find(version_number(i));
        json_object_set_new(all, version_key(i), json_string(s->word[i]));
        text_addf(&text, "%s%s %s", i ? ", " : "offered alone: ", row ? row->title : "SSL 2.0", answer_says(s->word[i]));
    }
    if (s->knows_13 && !v->target->known.accepted[VERSION_COUNT - 1]) {
        json_object_set_new(all, "knows", json_string("tls1.3"));
        text_add(&text, "; the answer to TLS 1.2 says that the server knows TLS 1.3 (RFC 8446 section 4.1.3)");
    }
    if (versions_pre_shared(v)) {
        json_object_set_new(all, "keys", json_string("pre-shared"));
        text_add(&text, "; what was accepted are suites for a pre-shared key only");
    }
    run_see(v->run, FACT_VERSIONS, STATE_YES, all, (run_now(v->run) - v->began) * 1000, text_take(&text));
}

static void versions_forget(struct surveying *v)
{
    struct versions *s = v->state;
    for (int i = 0; i < VERSION_COUNT; i++) {
        for (int b = 0; b < s->blocks[i]; b++)
            free(s->block[i][b]);
        free(s->word[i]);
    }
}

static const struct survey survey = {
    .state_size = sizeof(struct versions),
    .begin = versions_begin,
    .hello = versions_hello,
    .take = versions_take,
    .end = versions_end,
    .forget = versions_forget,
};

const struct probe versions_probe = { .name = "versions", .writes = writes, .needs = needs, SURVEY(survey) };
