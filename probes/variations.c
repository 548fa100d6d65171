/* variations - the column's handshake with one thing left out of its hello.
 *
 * Owns: FACT_VARIATIONS. Must not know: which causes follow from it (src/why).
 *
 * The same handshake unchanged is the control, begun last. What makes a difference is asked once more, and so is the
 * control: a server that only now and then refuses shows it there.
 */
#include "probes/again.h"
#include "src/base/mem.h"
#include "src/base/text.h"

static const enum fact writes[] = { FACT_VARIATIONS, FACT_COUNT };

enum varied { AS_IS, NO_ALPN, NO_STATUS, VARIED_COUNT };
static const struct { const char *key, *says; } varied[VARIED_COUNT] = {
    { "as-is", "unchanged" }, { "no-alpn", "without ALPN" }, { "no-status-request", "without status_request" },
};

struct variations {
    json_t *told[VARIED_COUNT]; /* owned; NULL: not asked, or not answered */
    bool again, varies;         /* the second round has begun; it went otherwise than the first */
};

static void variations_begin(struct surveying *v)
{
    if (!v->target->first)
        return;
    survey_ask(v, NO_STATUS, UNTIL_FLIGHT);
    if (endpoint_alpn(v->target->endpoint))
        survey_ask(v, NO_ALPN, UNTIL_FLIGHT);
    survey_ask(v, AS_IS, UNTIL_FLIGHT);
}

static void variations_change(struct surveying *v, int question, struct shake_ask *ask)
{
    (void)v;
    if (question % VARIED_COUNT == NO_ALPN)
        ask->alpn = NULL;
    ask->no_status = question % VARIED_COUNT == NO_STATUS;
    ask->no_http = true;
}

static void variations_ask_again(struct surveying *v)
{
    struct variations *s = v->state;
    s->again = true;
    for (int i = NO_ALPN; i < VARIED_COUNT; i++)
        if (s->told[i] && s->told[AS_IS] && !told_alike(s->told[i], s->told[AS_IS]))
            survey_ask(v, VARIED_COUNT + i, UNTIL_FLIGHT);
    if (v->open)
        survey_ask(v, VARIED_COUNT + AS_IS, UNTIL_FLIGHT);
}

static void variations_came(struct surveying *v, int question, const json_t *told)
{
    struct variations *s = v->state;
    if (question >= VARIED_COUNT)
        s->varies |= told && !told_alike(told, s->told[question - VARIED_COUNT]);
    else
        s->told[question] = json_incref((json_t *)told);
    if (!v->open && !s->again)
        variations_ask_again(v);
}

static void variations_end(struct surveying *v)
{
    static const char *const members[] = { "went", "alert", "leaf", "version", "alpn", NULL };
    struct variations *s = v->state;
    if (!s->told[AS_IS])
        return; /* could not ask */
    json_t *j = json_object();
    struct text t = { 0 };
    for (int i = 0; i < VARIED_COUNT; i++) {
        json_object_set_new(j, varied[i].key, s->told[i] ? told_pick(s->told[i], members) : json_null());
        if (s->told[i])
            text_addf(&t, "%s%s: %s", t.len ? ", " : "", varied[i].says, told_word(s->told[i], "went"));
    }
    if (s->varies)
        text_add(&t, "; but asked again, it went otherwise");
    run_see(v->run, FACT_VARIATIONS, s->varies ? UNSURE : STATE_YES, j, (run_now(v->run) - v->began) * 1000,
            text_take(&t));
}

static void variations_forget(struct surveying *v)
{
    struct variations *s = v->state;
    for (int i = 0; i < VARIED_COUNT; i++)
        json_decref(s->told[i]);
}

static const struct survey survey = {
    .state_size = sizeof(struct variations),
    .begin = variations_begin,
    .change = variations_change,
    .came = variations_came,
    .end = variations_end,
    .forget = variations_forget,
};

const struct probe variations_probe = { .name = "variations", .aside = true, .writes = writes, AGAIN(survey) };
