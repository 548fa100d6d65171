/* question - see question.h. */
#include "src/why/question.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/why/clients.h"
#include "src/why/pull.h"
#include "src/why/since.h"

bool answers_any(const struct session *s)
{
    for (int q = 0; q < QUESTION_COUNT; q++)
        if (session_says(s, q))
            return true;
    return false;
}

bool answers_fail(const struct session *s)
{
    return answer_is(QUESTION_FAILS, session_says(s, QUESTION_FAILS), "yes|now-and-then");
}

/* --- what an answer does ------------------------------------------------------------------------ */

static void add_causes(struct text *t, const char *head, uint32_t causes)
{
    int n = 0;
    for (int i = 0; i < CAUSE_COUNT; i++)
        if (causes >> i & 1)
            text_addf(t, "%s%s", n++ ? ", " : head, cause_table[i].id);
}

char *question_moves(enum question q, const char *value)
{
    uint32_t up, down;
    struct text t = { 0 };
    pull_moves(q, value, &up, &down);
    add_causes(&t, "for ", up);
    add_causes(&t, up ? "; against " : "against ", down);
    return text_take(&t);
}

static void add_questions(struct text *t, const struct pull *p, int sign, const char *says)
{
    int n = 0;
    for (int q = 0; q < QUESTION_COUNT; q++)
        if (p->by[q] * sign > 0)
            text_addf(t, "%s%s", n++ ? ", " : t->len ? "; " : "", question_table[q].word);
    if (n)
        text_addf(t, " %s %s it", n > 1 ? "speak" : "speaks", says);
}

char *question_effect(const struct finding *f)
{
    struct text t = { 0 };
    if (!pull_any(&f->pull))
        return NULL;
    add_questions(&t, &f->pull, 1, "for");
    add_questions(&t, &f->pull, -1, "against");
    char *whole = f->before == 0
                      ? mem_format("%s %.0f%%, by the answers alone: %s", cause_table[f->cause].id,
                                   f->confidence * 100, t.s)
                  : f->before != f->confidence
                      ? mem_format("%s %.0f%% -> %.0f%%: %s", cause_table[f->cause].id, f->before * 100,
                                   f->confidence * 100, t.s)
                      : mem_format("%s stays at %.0f%%: %s", cause_table[f->cause].id, f->confidence * 100, t.s);
    text_free(&t);
    return whole;
}

/* --- what the probes say ----------------------------------------------------------------------- */

/* Takes both strings; `word` NULL: nothing is said. */
static struct probes_say say(enum state state, const char *word, char *text)
{
    return (struct probes_say){ state, mem_string(word), text, false };
}

static struct probes_say say_not(enum state state, const char *text)
{
    return say(state, NULL, mem_string(text));
}

struct counts { size_t columns, failing, working, unsure; };

static bool failing(const struct column_verdict *cv)
{
    return cv->verdict == VERDICT_FAILING && !cv->disputed;
}

static bool working(const struct column_verdict *cv)
{
    return cv->verdict == VERDICT_OK || cv->disputed;
}

/* Of what was probed: clients that connected to us are no endpoints. */
static struct counts counts_of(const struct session *s, const struct verdict *v)
{
    struct counts n = { 0 };
    for (size_t i = 0; i < s->count && i < v->column_count; i++) {
        const struct column_verdict *cv = &v->column[i];
        if (column_is_client(s->column[i]))
            continue;
        n.columns++;
        n.failing += failing(cv);
        n.working += working(cv);
        n.unsure += !failing(cv) && !working(cv);
    }
    return n;
}

/* One address of an endpoint works and another one fails. */
static bool addresses_differ(const struct session *s, const struct verdict *v)
{
    for (size_t i = 0, k; i < s->count && i < v->column_count; i = k) {
        bool fails = false, works = false;
        for (k = i; k < s->count && k < v->column_count && s->column[k]->ask == s->column[i]->ask; k++) {
            fails |= failing(&v->column[k]);
            works |= working(&v->column[k]);
        }
        if (fails && works)
            return true;
    }
    return false;
}

static struct probes_say say_fails(const struct session *s, const struct verdict *v)
{
    struct counts n = counts_of(s, v);
    if (!n.columns)
        return say_not(NOT_ASKED, "nothing was probed");
    if (n.failing && addresses_differ(s, v))
        return say(STATE_YES, "now-and-then", mem_string("one address fails while another works"));
    if (n.failing)
        return say(STATE_YES, "yes", mem_format("%zu of %zu fail%s from here", n.failing, n.columns,
                                                n.failing == 1 ? "s" : ""));
    if (n.unsure)
        return say_not(UNSURE, "some could not be judged");
    return say(STATE_YES, "no", mem_string(n.columns == 1 ? "one try from here works"
                                                          : "all work from here, one try each"));
}

/* "none", "one", "some", "all" */
static const char *share(size_t some, size_t of)
{
    return some == 0 ? "none" : some == of ? "all" : some == 1 ? "one" : "some";
}

void client_tally_of(struct client_tally *out, const struct session *s)
{
    struct client_result *r = mem_array(NULL, client_count, sizeof *r);
    bool *known = mem_new(client_count), *fails = mem_new(client_count);
    struct text names = { 0 };
    *out = (struct client_tally){ 0 };
    for (size_t i = 0; i < s->count; i++) {
        if (!clients_known(s->column[i]))
            continue;
        client_results_of(r, s->column[i]);
        for (size_t k = 0; k < client_count; k++) {
            known[k] |= r[k].works != CLIENT_UNKNOWN;
            fails[k] |= r[k].works == CLIENT_FAILS;
            client_result_clear(&r[k]);
        }
    }
    for (size_t k = 0; k < client_count; k++) {
        out->known += known[k];
        if (fails[k] && out->fails++ < TALLY_NAMES)
            text_addf(&names, "%s%s", names.len ? "," : "", client_table[k].name);
    }
    out->names = text_take(&names);
    free(known);
    free(fails);
    free(r);
}

static struct probes_say say_clients(const struct client_tally *t)
{
    if (!t->known)
        return say_not(NOT_ASKED, "--depth full works it out for the known clients, --only clients sends their hellos");
    return say(STATE_YES, share(t->fails, t->known), mem_format("%zu of %zu known clients fail", t->fails, t->known));
}

static struct probes_say say_software(const struct client_tally *t)
{
    if (!t->known)
        return say_not(NOT_ASKED, "--depth full works it out for the known clients, --only clients sends their hellos");
    if (!t->fails)
        return say(STATE_YES, "none", mem_format("all %zu known clients work", t->known));
    return say(STATE_YES, t->names, t->fails > TALLY_NAMES ? mem_format("and %zu more", t->fails - TALLY_NAMES)
                                                         : mem_string("of the known clients"));
}

static struct probes_say say_networks(const struct session *s, const struct verdict *v)
{
    const char *seen[8];
    bool fails[8] = { false };
    size_t n = 0, bad = 0;
    for (size_t i = 0; i < s->count && i < v->column_count; i++) {
        const struct column *c = s->column[i];
        size_t k = 0;
        while (k < n && strcmp(seen[k], c->vantage) != 0)
            k++;
        if (column_is_client(c) || column_is_saved(c) || k == 8)
            continue;
        if (k == n)
            seen[n++] = c->vantage;
        fails[k] |= failing(&v->column[i]);
    }
    for (size_t k = 0; k < n; k++)
        bad += fails[k];
    if (n < 2)
        return say_not(NOT_ASKED, "asked from here only; the same check elsewhere tells");
    return say(STATE_YES, share(bad, n), mem_format("it fails from %zu of %zu places", bad, n));
}

static struct probes_say say_endpoints(const struct session *s, const struct verdict *v)
{
    struct counts n = counts_of(s, v);
    if (n.columns < 2)
        return say_not(NOT_ASKED, n.columns ? "one endpoint was asked; another one beside it tells"
                                            : "nothing was probed");
    if (n.unsure && !n.failing)
        return say_not(UNSURE, "some could not be judged");
    return say(STATE_YES, share(n.failing, n.columns), mem_format("%zu of %zu fail", n.failing, n.columns));
}

/* The date by which a certificate of a failing column ended, the earliest; else the probes see now alone. */
static struct probes_say say_since(const struct session *s)
{
    int64_t first = 0, date;
    const char *who = NULL;
    char day[WHEN_LEN];
    for (size_t i = 0; i < s->count; i++) {
        const json_t *fault;
        size_t k;
        json_array_foreach(s->column[i]->fact[FACT_REASONS].value, k, fault) {
            const char *reason = json_string_value(json_object_get(fault, "reason"));
            const char *when = json_string_value(json_object_get(fault, "when"));
            const char *subject = json_string_value(json_object_get(fault, "subject"));
            if (!reason || strcmp(reason, "expired") != 0 || !when || !when_parse(when, &date) ||
                (who && date >= first))
                continue;
            first = date;
            who = subject ? subject : "a certificate";
        }
    }
    if (!who)
        return say_not(COULD_NOT_ASK, "they see the present; no certificate is seen to have expired");
    char *clean = text_printable(who, strlen(who), 80);
    struct probes_say p = say(STATE_YES, when_format(first, day), mem_format("%s ended then", clean));
    free(clean);
    return p;
}

/* Where the person gave a time, what stands near it says more. */
static void since_add(struct probes_say *p, const struct session *s)
{
    char *near = NULL, when[WHEN_LEN];
    int64_t date;
    for (size_t i = 0; i < s->count && !near; i++)
        near = since_near(s->column[i], session_says(s, QUESTION_SINCE), &date);
    if (!near)
        return;
    free(p->text);
    free(p->word);
    *p = (struct probes_say){ STATE_YES, mem_string(when_format(date, when)), near, false };
}

/* A session that was saved before, and the time that was given: what was seen on both sides of it. */
static void since_saved(struct probes_say *p, const struct session *s)
{
    int64_t from, lasts;
    char a[WHEN_LEN], b[WHEN_LEN];
    struct since_change c;
    if (p->state == STATE_YES || !answer_since(session_says(s, QUESTION_SINCE), &from, &lasts) || !since_changed(s, &c))
        return;
    when_format(c.worked, a);
    when_format(c.seen, b);
    if (c.worked >= from + lasts || c.what) {
        free(p->text);
        p->state = UNSURE;
        p->text = c.worked >= from + lasts
                      ? mem_format("it still worked at %s, as a saved session shows", a)
                      : mem_format("changed between %s, when it worked (saved), and %s: %s", a, b, c.what);
    }
    free(c.what);
}

static struct probes_say say_changed(const struct session *s)
{
    struct since_change c;
    char a[WHEN_LEN], b[WHEN_LEN];
    if (!since_changed(s, &c))
        return say_not(COULD_NOT_ASK, "they see the present only; a session saved before can be compared");
    when_format(c.worked, a);
    when_format(c.seen, b);
    bool same = !c.what;
    struct probes_say p = say(STATE_YES, same ? "nothing" : c.what,
                              mem_format("%sbetween %s, when it worked (saved), and %s", same ? "that matters " : "",
                                         a, b));
    free(c.what);
    return p;
}

/* The last moment of which anything is known. */
static int64_t session_now(const struct session *s)
{
    double now = s->started;
    for (size_t i = 1; i < s->evidence_count; i++)
        now = s->evidence[i].column && s->evidence[i].time > now ? s->evidence[i].time : now;
    return (int64_t)now;
}

static struct probes_say say_times(const struct session *s, const struct verdict *v)
{
    int from, to;
    struct counts n = counts_of(s, v);
    if (!answer_times(session_says(s, QUESTION_TIMES), &from, &to) || !n.columns)
        return say_not(COULD_NOT_ASK, "they see the present only");
    int now = (int)(session_now(s) % 86400 / 60);
    bool within = from < to ? now >= from && now < to : now >= from || now < to;
    if (within || n.failing)
        return say(COULD_NOT_ASK, NULL, mem_format("they see the present only: %02d:%02d UTC, %s these hours", now / 60,
                                                   now % 60, within ? "within" : "outside"));
    return say(COULD_NOT_ASK, NULL, mem_format("it is said to fail at %s UTC, and this is %02d:%02d: probe again then",
                                               session_says(s, QUESTION_TIMES), now / 60, now % 60));
}

/* They see one moment: a word of theirs against it is no contradiction. */
static bool differs(enum question q, const char *answer, const struct probes_say *p)
{
    int64_t a, b, lasts_a, lasts_b;
    if (!answer || p->state != STATE_YES || !p->word || text_is(answer, ANSWER_UNKNOWN))
        return false;
    if (q == QUESTION_SINCE && answer_since(answer, &a, &lasts_a) && answer_since(p->word, &b, &lasts_b))
        return llabs(since_apart(b, a, lasts_a)) > SINCE_NEAR;
    if (q == QUESTION_SOFTWARE) {
        for (const char *at = p->word; at; at = strchr(at, ',')) {
            at += *at == ',';
            char *one = mem_copy(at, strcspn(at, ","));
            bool said = answer_is(q, answer, one);
            free(one);
            if (said)
                return false;
        }
        return true;
    }
    if (q == QUESTION_CHANGED) /* words of one's own are no other answer than titles of facts */
        return false;
    if (q == QUESTION_FAILS) /* of a failure that comes and goes one try may see either */
        return text_is(answer, "no") != text_is(p->word, "no");
    return !text_is(answer, p->word);
}

void checklist_of(struct probes_say out[QUESTION_COUNT], const struct session *s, const struct verdict *v,
                  const struct client_tally *tally)
{
    struct client_tally own = { 0 };
    if (!tally)
        client_tally_of(&own, s);
    out[QUESTION_FAILS] = say_fails(s, v);
    out[QUESTION_CLIENTS] = say_clients(tally ? tally : &own);
    out[QUESTION_NETWORKS] = say_networks(s, v);
    out[QUESTION_ENDPOINTS] = say_endpoints(s, v);
    out[QUESTION_SINCE] = say_since(s);
    out[QUESTION_TIMES] = say_times(s, v);
    out[QUESTION_SOFTWARE] = say_software(tally ? tally : &own);
    out[QUESTION_CHANGED] = say_changed(s);
    for (int q = 0; q < QUESTION_COUNT; q++)
        out[q].differs = differs((enum question)q, session_says(s, q), &out[q]);
    since_add(&out[QUESTION_SINCE], s);
    since_saved(&out[QUESTION_SINCE], s);
    free(own.names);
}

void checklist_clear(struct probes_say list[QUESTION_COUNT])
{
    for (int q = 0; q < QUESTION_COUNT; q++) {
        free(list[q].word);
        free(list[q].text);
        list[q] = (struct probes_say){ 0 };
    }
}
