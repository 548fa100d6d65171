/* names - the column's handshake with other server names, and with none.
 *
 * Owns: FACT_SERVER_NAMES. Must not know: which causes follow from it (src/why).
 *
 * What a name is called here is the member of the fact. A name that is sent already, or that nobody would
 * send, costs no connection. What makes a difference is asked once more, and so is the name that was sent: several
 * servers behind one address show the same differences, whatever the name.
 */
#include <string.h>

#include "probes/again.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define UNKNOWN_NAME "tlswhy-0.invalid" /* RFC 2606 section 2: nobody has it */

static const enum fact writes[] = { FACT_SERVER_NAMES, FACT_COUNT };

enum named { SENT, RIGHT, NONE, OTHER, ADDRESS, NAMED_COUNT };
static const char *const keys[NAMED_COUNT] = { "sent", "right", "none", "other", "address" };

struct names {
    const char *sni[NAMED_COUNT]; /* lent by the endpoint */
    json_t *told[NAMED_COUNT];    /* owned; NULL: not asked, or not answered */
    bool again, varies;           /* the second round has begun; it went otherwise than the first */
};

/* The name that the certificate must match, where it is one that can be sent. */
static const char *right_name(const struct endpoint *ep)
{
    const char *name = endpoint_name(ep);
    if (name && !strpbrk(name, ":/@ ") && name[strspn(name, "0123456789.")])
        return name;
    return ep->host_kind == HOST_NAME ? ep->host : NULL;
}

static void names_ask(struct surveying *v, enum named which, const char *sni)
{
    struct names *s = v->state;
    s->sni[which] = sni;
    survey_ask(v, (int)which, UNTIL_FLIGHT);
}

static void names_begin(struct surveying *v)
{
    struct names *s = v->state;
    const struct endpoint *ep = v->target->endpoint;
    const char *sent = endpoint_sni(ep), *right = right_name(ep);
    if (!v->target->first)
        return;
    s->sni[SENT] = sent;
    s->told[SENT] = json_incref(v->target->first);
    if (right && !(sent && text_is(right, sent)))
        names_ask(v, RIGHT, right);
    if (sent)
        names_ask(v, NONE, NULL);
    names_ask(v, OTHER, UNKNOWN_NAME);
    if (!sent && ep->host_kind != HOST_NAME) /* some clients send an address, though RFC 6066 section 3 forbids it */
        names_ask(v, ADDRESS, ep->host);
}

static void names_change(struct surveying *v, int question, struct shake_ask *ask)
{
    const struct names *s = v->state;
    ask->sni = s->sni[question % NAMED_COUNT];
    ask->no_http = true;
}

static void names_ask_again(struct surveying *v)
{
    struct names *s = v->state;
    s->again = true;
    for (int i = RIGHT; i < NAMED_COUNT; i++)
        if (s->told[i] && !told_alike(s->told[i], s->told[SENT]))
            survey_ask(v, NAMED_COUNT + i, UNTIL_FLIGHT);
    /* Silence is waited for once: whether it comes each time is the path's to ask. */
    if (v->open && !text_starts(told_word(s->told[SENT], "went"), "silent"))
        survey_ask(v, NAMED_COUNT + SENT, UNTIL_FLIGHT);
}

static void names_came(struct surveying *v, int question, const json_t *told)
{
    struct names *s = v->state;
    if (question >= NAMED_COUNT)
        s->varies |= told && !told_alike(told, s->told[question - NAMED_COUNT]);
    else
        s->told[question] = json_incref((json_t *)told);
    if (!v->open && !s->again)
        names_ask_again(v);
}

/* --- the fact ---------------------------------------------------------------------------------- */

static json_t *named_json(const struct names *s, enum named which)
{
    static const char *const members[] = { "went", "alert", "leaf", "subject", "names", "fits", "faults", NULL };
    const json_t *told = s->told[which];
    if (!told)
        return json_null();
    json_t *j = told_pick(told, members);
    json_object_set_new(j, "sni", s->sni[which] ? json_string(s->sni[which]) : json_null());
    return j;
}

static void add_named(struct text *t, const struct names *s, enum named which)
{
    const json_t *told = s->told[which];
    const char *names = told_word(told, "names"), *went = told_word(told, "went");
    if (!told)
        return;
    text_addf(t, "%s%s%s: ", t->len ? "; " : "", s->sni[which] ? "with the name " : "without a name",
              s->sni[which] ? s->sni[which] : "");
    if (*names)
        text_addf(t, "a certificate for %s", names);
    /* That it was not taken here is no answer of the server's. */
    if (!*names || (strcmp(went, "ok") != 0 && !text_starts(went, "local")))
        text_addf(t, "%s%s", *names ? ", then " : "", went);
}

static void names_end(struct surveying *v)
{
    struct names *s = v->state;
    bool any = false;
    for (enum named i = RIGHT; i < NAMED_COUNT; i++)
        any |= s->told[i] != NULL;
    if (!any)
        return; /* could not ask */
    json_t *j = json_object();
    struct text t = { 0 };
    for (enum named i = SENT; i < NAMED_COUNT; i++) {
        json_object_set_new(j, keys[i], named_json(s, i));
        add_named(&t, s, i);
    }
    if (s->varies)
        text_add(&t, "; but asked again, it went otherwise");
    run_see(v->run, FACT_SERVER_NAMES, s->varies ? UNSURE : STATE_YES, j, (run_now(v->run) - v->began) * 1000,
            text_take(&t));
}

static void names_forget(struct surveying *v)
{
    struct names *s = v->state;
    for (int i = 0; i < NAMED_COUNT; i++)
        json_decref(s->told[i]);
}

static const struct survey survey = {
    .state_size = sizeof(struct names),
    .begin = names_begin,
    .change = names_change,
    .came = names_came,
    .end = names_end,
    .forget = names_forget,
};

const struct probe names_probe = { .name = "names", .writes = writes, AGAIN(survey) };
