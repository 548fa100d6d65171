/* outcome - see outcome.h. */
#include "src/log/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define SURE 75              /* a line that says so much decides for others */
#define ONLY_THIS_NAME \
    "only this name fails, while the same client takes others: it is this server's chain, or its CA, not the " \
    "client's trust"
#define SAME_NAMES_WORKED \
    "the same names work at other times in this log: something else answers in the servers' place"
#define SEEN_ELSEWHERE "another line of the log names this cause, and these lines leave it open"
#define OTHER_SIDE "the other side's log says so of all that are found there"
#define MIXED 255
#define IN_BURSTS "many clients fail at once, in bursts, and it works in between"

struct vote { enum cause cause; int percent; const char *because; };

struct judging {
    const struct journal *j;
    const struct habit *h;
    struct journal_view v;
    uint32_t sure[3][2];           /* 1u << cause, by the side, and by whether it is its own opinion: lines that say so
                                      by themselves */
    uint32_t server[CAUSE_COUNT];  /* word of a server such a line is of */
    bool inspected;                /* a remark or a line says who is in between */
    const char *trust_because;     /* what the pattern says of certificates nobody trusts */
    enum cause trust;
    uint8_t *like;                 /* owned; by reading: the cause + 1 that the other side's log gives; MIXED: several */
};

static const struct line_says *says_of(const struct judging *g, const struct incident *e)
{
    return &g->v.reading[e->reading].says;
}

static int percent_of(const struct line_says *s, enum cause cause)
{
    for (size_t i = 0; i < s->cause_count; i++)
        if (s->cause[i].cause == cause)
            return s->cause[i].percent;
    return 0;
}

static bool open_trust(const struct line_says *s)
{
    return s->cause_count > 1 && s->cause[0].percent <= SURE && percent_of(s, CAUSE_CERT_UNTRUSTED_CA) &&
           percent_of(s, CAUSE_INTERCEPTION);
}

/* Names whose certificates clients do not trust, and how they fare otherwise. */
static void trust_judge(struct judging *g)
{
    const struct whose *w = &g->h->names;
    size_t open = 0, also_worked = 0, others = 0;
    uint32_t most = 0;
    for (size_t i = 0; i < w->count; i++)
        most = w->who[i].word > most ? w->who[i].word : most;
    bool *distrusted = mem_new((most + 1) * sizeof *distrusted); /* by word */
    for (size_t k = 0; k < g->v.count; k++) {
        const struct incident *e = &g->v.event[k];
        const struct line_says *s = says_of(g, e);
        if (e->is == INCIDENT_FAILS && e->name <= most && s->side == LINE_SIDE_CLIENT && open_trust(s))
            distrusted[e->name] = true;
    }
    for (size_t i = 0; i < w->count; i++) {
        bool trust = w->who[i].failed && distrusted[w->who[i].word];
        open += trust;
        also_worked += trust && w->who[i].worked;
        others += !w->who[i].failed && w->who[i].worked;
    }
    free(distrusted);
    if (g->inspected || (open >= 2 && also_worked == open)) {
        g->trust = CAUSE_INTERCEPTION;
        g->trust_because = open >= 2 && also_worked == open ? SAME_NAMES_WORKED : SEEN_ELSEWHERE;
    } else if (open == 1 && others && !also_worked) {
        g->trust = CAUSE_CERT_INCOMPLETE;
        g->trust_because = ONLY_THIS_NAME;
    }
}

static void sure_note(struct judging *g, const struct incident *e, const struct line_says *s)
{
    g->sure[s->side][s->direction == LINE_LOCAL] |= 1u << s->cause[0].cause;
    g->server[s->cause[0].cause] = e->server ? e->server : g->server[s->cause[0].cause];
}

static void sure_find(struct judging *g)
{
    for (size_t i = 0; i < g->v.count; i++) {
        const struct incident *e = &g->v.event[i];
        const struct line_says *s = says_of(g, e);
        if (e->is == INCIDENT_WORKS || e->noise || !s->cause_count)
            continue;
        if (e->is == INCIDENT_FAILS && s->cause[0].percent >= SURE)
            sure_note(g, e, s);
        g->inspected |= s->cause[0].cause == CAUSE_INTERCEPTION && s->cause[0].percent >= SURE;
    }
}

static struct vote vote_raised(enum cause cause, int percent, const char *because)
{
    return (struct vote){ cause, percent < 50 ? 50 : percent, because };
}

/* Where the other side's log told of lines like this one what was behind them, it was behind this one too. */
static void mates_learn(struct judging *g)
{
    g->like = mem_new(g->v.readings + 1);
    for (size_t i = 0; i < g->v.count; i++) {
        const struct incident *e = &g->v.event[i];
        if (!e->mate)
            continue;
        const struct line_says *s = says_of(g, &g->v.event[e->mate - 1]);
        uint8_t cause = s->cause_count && s->cause[0].percent >= SURE ? (uint8_t)(s->cause[0].cause + 1) : MIXED;
        uint8_t *there = &g->like[e->reading];
        *there = !*there || *there == cause ? cause : MIXED;
    }
}

static struct vote vote_of(const struct judging *g, const struct incident *e)
{
    const struct line_says *s = says_of(g, e);
    if (!s->cause_count)
        return (struct vote){ CAUSE_COUNT, 0, NULL };
    struct vote vote = { s->cause[0].cause, s->cause[0].percent, NULL };
    uint8_t like = g->like[e->reading];
    if (like && like != MIXED && like - 1 != (int)vote.cause && percent_of(s, (enum cause)(like - 1)))
        return vote_raised((enum cause)(like - 1), vote.percent, OTHER_SIDE);
    if (open_trust(s) && g->trust_because && percent_of(s, g->trust))
        return vote_raised(g->trust, vote.percent, g->trust_because);
    if (vote.percent > 50)
        return vote;
    bool burst = g->h->kind == TIME_BURSTS && g->h->clients.failing != 1;
    if (burst && percent_of(s, CAUSE_SERVER_OVERLOAD))
        return vote_raised(CAUSE_SERVER_OVERLOAD, vote.percent, IN_BURSTS);
    /* What one side found out by itself is not what the other told it in another connection. */
    uint32_t sure = g->sure[s->side][1] | (s->direction == LINE_LOCAL ? 0 : g->sure[s->side][0]);
    for (size_t i = 0; i < s->cause_count && s->noise != LINE_NOISE_CLOSED; i++)
        if (sure >> s->cause[i].cause & 1 && (!e->server || g->server[s->cause[i].cause]))
            return vote_raised(s->cause[i].cause, vote.percent, SEEN_ELSEWHERE);
    return vote;
}

/* What says so by itself comes before what is only counted for it. */
static void sample_add(struct outcome_cause *c, uint32_t reading, bool own)
{
    for (size_t i = 0; i < c->samples; i++)
        if (c->sample[i] == reading)
            return;
    if (c->samples < OUTCOME_SAMPLES)
        c->sample[c->samples++] = reading;
    else if (!own || c->own_samples == OUTCOME_SAMPLES)
        return;
    if (!own)
        return;
    for (size_t i = c->samples - 1; i > c->own_samples; i--)
        c->sample[i] = c->sample[i - 1];
    c->sample[c->own_samples++] = reading;
}

static void vote_count(struct outcome_cause *c, const struct incident *e, const struct vote *vote)
{
    c->cause = vote->cause;
    c->percent = vote->percent > c->percent ? vote->percent : c->percent;
    c->events += e->weight;
    c->own += vote->because ? 0 : e->weight;
    c->because = c->because ? c->because : vote->because;
    c->server = c->server ? c->server : e->server;
    c->name = c->name ? c->name : e->name;
    sample_add(c, e->reading, !vote->because);
}

/* Named causes before candidates; then what more events tell of, a few more not counting against what is surer. */
static int by_rank(const void *a, const void *b)
{
    const struct outcome_cause *x = a, *y = b;
    bool named = x->percent >= 50, other = y->percent >= 50;
    if (named != other)
        return named ? -1 : 1;
    double wx = (double)x->events * x->percent, wy = (double)y->events * y->percent;
    if (wx < wy || wx > wy)
        return wx < wy ? 1 : -1;
    return (int)x->cause - (int)y->cause;
}

/* Causes that lines leave possible, and that no event has as its first. */
static void others_add(const struct judging *g, struct outcome_cause all[CAUSE_COUNT])
{
    for (size_t r = 1; r < g->v.readings; r++) {
        const struct line_says *s = &g->v.reading[r].says;
        if (!g->v.reading[r].events || (s->kind != LINE_KNOWN && s->kind != LINE_ORDINARY))
            continue;
        for (size_t i = 0; i < s->cause_count; i++) {
            struct outcome_cause *c = &all[s->cause[i].cause];
            if (c->events || s->noise == LINE_NOISE_CLOSED || s->kind == LINE_ORDINARY)
                continue;
            c->cause = s->cause[i].cause;
            c->percent = 25;
            sample_add(c, (uint32_t)r, true);
        }
    }
}

/* Where several causes are named, each has its own clients and times. */
static void habits_add(struct outcome *o, const struct judging *g)
{
    size_t named = 0;
    for (size_t i = 0; i < o->count; i++)
        named += o->cause[i].percent >= 50 && o->cause[i].events;
    for (size_t i = 0; i < o->count && named > 1; i++)
        if (o->cause[i].percent >= 50 && o->cause[i].events)
            o->cause[i].habit = habit_of_cause(g->j, o->first, o->cause[i].cause);
}

/* What the other side's log tells of the same failure is evidence for the same cause. */
static void mates_add(const struct judging *g, struct outcome *o, struct outcome_cause all[CAUSE_COUNT])
{
    for (size_t i = 0; i < g->v.count; i++) {
        const struct incident *e = &g->v.event[i];
        uint8_t first = e->mate ? o->first[e->mate - 1] : 0;
        if (!first)
            continue;
        o->first[i] = first;
        if (percent_of(says_of(g, e), (enum cause)(first - 1)) || !says_of(g, e)->cause_count)
            sample_add(&all[first - 1], e->reading, false);
    }
}

struct outcome *outcome_of(const struct journal *j, const struct habit *h)
{
    struct outcome *o = mem_new(sizeof *o);
    struct outcome_cause all[CAUSE_COUNT] = { 0 };
    struct judging g = { .j = j, .h = h, .v = journal_view(j) };
    sure_find(&g);
    mates_learn(&g);
    trust_judge(&g);
    o->first = mem_new(g.v.count + 1);
    for (size_t i = 0; i < g.v.count; i++) {
        const struct incident *e = &g.v.event[i];
        if (e->is != INCIDENT_FAILS || e->mate)
            continue;
        struct vote vote = vote_of(&g, e);
        o->unknown += says_of(&g, e)->kind == LINE_UNKNOWN ? e->weight : 0;
        if (vote.cause == CAUSE_COUNT)
            continue;
        o->first[i] = (uint8_t)(vote.cause + 1);
        if (!e->noise)
            vote_count(&all[vote.cause], e, &vote);
    }
    mates_add(&g, o, all);
    bool settled = false;
    for (int c = 0; c < CAUSE_COUNT; c++)
        settled |= all[c].percent >= SURE;
    if (h->failed && !settled)
        others_add(&g, all);
    for (int c = 0; c < CAUSE_COUNT; c++)
        if (all[c].percent)
            o->cause[o->count++] = all[c];
    qsort(o->cause, o->count, sizeof *o->cause, by_rank);
    habits_add(o, &g);
    free(g.like);
    return o;
}

void outcome_free(struct outcome *o)
{
    for (size_t i = 0; o && i < o->count; i++)
        habit_free(o->cause[i].habit);
    if (o)
        free(o->first);
    free(o);
}
