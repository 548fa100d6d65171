/* join - see join.h. */
#include "src/log/join.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

#define EVENTS_MAX 4000        /* of each log that take part */
#define SLACK 2.0              /* seconds between the two lines of one handshake, clocks set right */
#define QUARTER 900.0          /* zones differ by multiples of it */
#define ZONES_APART 93600.0    /* two zones can be 26 hours apart; what is more is a clock that is off by days */
#define OFFSET_MAX 34560000.0  /* 400 days: a year taken wrong */

struct one { double time; uint32_t at; bool taken; };
struct list { struct one *one; size_t n; };

static int by_time(const void *a, const void *b)
{
    const struct one *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static struct list list_of(const struct journal_view *v, int file)
{
    struct list l = { mem_array(NULL, EVENTS_MAX, sizeof *l.one), 0 };
    for (size_t i = 0; i < v->count && l.n < EVENTS_MAX; i++)
        if (v->event[i].file == file && v->event[i].is == INCIDENT_FAILS && !isnan(v->event[i].time))
            l.one[l.n++] = (struct one){ .time = v->event[i].time, .at = (uint32_t)i };
    qsort(l.one, l.n, sizeof *l.one, by_time);
    return l;
}

/* What an alert was for the one who sent it, it is for the one who got it; a name and a port are the same, too. */
static int likeness(const struct journal_view *v, const struct incident *a, const struct incident *b)
{
    const struct line_says *x = &v->reading[a->reading].says, *y = &v->reading[b->reading].says;
    int score = 1;
    if (a->port && b->port)
        score += a->port == b->port ? 8 : -8;
    if (a->client && b->client)
        score += a->client == b->client ? 3 : 0;
    if (a->name && b->name)
        score += a->name == b->name ? 2 : -1;
    if (x->alert >= 0 && y->alert >= 0)
        score += x->alert == y->alert ? 3 : -2;
    for (size_t i = 0; i < x->cause_count; i++)
        for (size_t k = 0; k < y->cause_count; k++)
            if (x->cause[i].cause == y->cause[k].cause) {
                score += i + k == 0 ? 2 : 1;
                i = x->cause_count - 1;
                break;
            }
    return score;
}

/* How many of the client's events have one of the server's at that offset, and how near. */
static double offset_fit(const struct journal_view *v, const struct list *c, const struct list *s, double offset)
{
    double fit = 0;
    size_t from = 0;
    for (size_t i = 0; i < c->n; i++) {
        while (from < s->n && s->one[from].time + offset < c->one[i].time - SLACK)
            from++;
        int best = 0;
        for (size_t k = from; k < s->n && k < from + 20 && s->one[k].time + offset <= c->one[i].time + SLACK; k++) {
            int like = likeness(v, &v->event[c->one[i].at], &v->event[s->one[k].at]);
            best = like > best ? like : best;
        }
        fit += best;
    }
    return fit;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Differences of all pairs nearby: the true offset is where most of them lie. */
static void offset_find(struct join *x, const struct journal_view *v, const struct list *c, const struct list *s)
{
    size_t step_c = 1 + c->n / 300, step_s = 1 + s->n / 300, n = 0, best_n = 0;
    double *apart = mem_array(NULL, (c->n / step_c + 1) * (s->n / step_s + 1), sizeof *apart), best = 0;
    for (size_t i = 0; i < c->n; i += step_c)
        for (size_t k = 0; k < s->n; k += step_s) {
            double d = c->one[i].time - s->one[k].time;
            if (fabs(d) <= OFFSET_MAX && likeness(v, &v->event[c->one[i].at], &v->event[s->one[k].at]) > 1)
                apart[n++] = d;
        }
    qsort(apart, n, sizeof *apart, by_value);
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < n && apart[k] - apart[i] <= SLACK)
            k++;
        if (k - i > best_n || (k - i == best_n && fabs(apart[i]) < fabs(best))) {
            best_n = k - i;
            best = apart[(i + k - 1) / 2];
        }
    }
    free(apart);
    double zero = offset_fit(v, c, s, 0), there = offset_fit(v, c, s, best);
    size_t least = c->n < s->n ? c->n : s->n;
    bool days = fabs(best) > ZONES_APART; /* rarer by far, so more has to speak for it */
    x->clocks = there > 0 && (days ? best_n >= 4 && best_n * 4 >= 3 * least : best_n >= 2 && best_n * 2 >= least);
    x->offset = x->clocks && fabs(best) > SLACK && there > 1.5 * zero ? best : 0;
    if (x->clocks && x->offset == 0 && fabs(best) <= SLACK)
        x->offset = best;
    double zones = round(x->offset / QUARTER) * QUARTER; /* what is nearly so much is another zone */
    if (fabs(zones) >= QUARTER && fabs(zones - x->offset) <= SLACK)
        x->offset = zones;
}

static void pairs_make(struct join *x, const struct journal_view *v, const struct list *c, struct list *s)
{
    x->pair = mem_array(NULL, c->n + 1, sizeof *x->pair);
    for (size_t i = 0; i < c->n; i++) {
        struct one *found = NULL;
        double best = 0;
        for (size_t k = 0; k < s->n; k++) {
            double away = fabs(s->one[k].time + x->offset - c->one[i].time);
            if (away > SLACK || s->one[k].taken)
                continue;
            double like = likeness(v, &v->event[c->one[i].at], &v->event[s->one[k].at]) - away / 10;
            if (like > best) {
                best = like;
                found = &s->one[k];
            }
        }
        if (!found)
            continue;
        found->taken = true;
        x->pair[x->pairs++] = (struct joined){ c->one[i].at, found->at };
    }
}

/* How much one side's event tells: its own opinion more than what it was told, a reason more than none. */
static int tells(const struct journal_view *v, const struct incident *e)
{
    const struct line_says *s = &v->reading[e->reading].says;
    return (s->noise == LINE_NOISE_NONE) * 1000 + (s->direction == LINE_LOCAL) * 200 +
           (s->cause_count ? s->cause[0].percent : 0);
}

/* One failure is one, however many logs tell of it. */
static void mates_set(const struct join *x, struct journal_view *v)
{
    for (size_t i = 0; i < x->pairs; i++) {
        struct incident *c = &v->event[x->pair[i].client], *s = &v->event[x->pair[i].server];
        bool server = tells(v, s) > tells(v, c);
        struct incident *more = server ? s : c, *less = server ? c : s;
        less->mate = (uint32_t)(more - v->event) + 1;
        more->client = more->client ? more->client : less->client;
        more->name = more->name ? more->name : less->name;
        if (!server || !more->server) /* whom the client wanted to reach; the server knows only where it listens */
            more->server = more->server ? more->server : less->server;
        else if (less->server)
            more->server = less->server;
    }
}

static enum line_side side_of(const struct log_file *f)
{
    if (f->side)
        return f->side;
    uint64_t c = f->sides[LINE_SIDE_CLIENT], s = f->sides[LINE_SIDE_SERVER];
    return c > 2 * s ? LINE_SIDE_CLIENT : s > 2 * c ? LINE_SIDE_SERVER : LINE_SIDE_UNKNOWN;
}

static void files_choose(struct join *x, const struct journal_view *v)
{
    x->client_file = x->server_file = -1;
    for (size_t i = v->files; i-- > 0;) {
        if (side_of(&v->file[i]) == LINE_SIDE_CLIENT)
            x->client_file = (int)i;
        if (side_of(&v->file[i]) == LINE_SIDE_SERVER)
            x->server_file = (int)i;
    }
    if (v->files == 2 && (x->client_file < 0) != (x->server_file < 0)) { /* one is known: the other is the other's */
        if (x->client_file < 0)
            x->client_file = 1 - x->server_file;
        else
            x->server_file = 1 - x->client_file;
    }
}

/* To the second, so that a zone and a clock that is off can be told apart. */
static const char *span_exact(double seconds, char out[WHEN_LEN])
{
    unsigned long s = (unsigned long)(fabs(seconds) + 0.5);
    if (s < 3600 || s % 60 == 0)
        return when_span(fabs(seconds), out);
    if (s >= 172800)
        snprintf(out, WHEN_LEN, "%lu d %lu h %02lu min", s / 86400, s / 3600 % 24, s / 60 % 60);
    else
        snprintf(out, WHEN_LEN, "%lu h %02lu min %02lu s", s / 3600, s / 60 % 60, s % 60);
    return out;
}

static void text_write(struct join *x, const struct journal_view *v)
{
    struct text t = { 0 };
    char span[WHEN_LEN];
    text_addf(&t, "%s is the client's log, %s the server's: %zu of %zu failures on the client's side are found on the "
                  "server's as well.", v->file[x->client_file].name, v->file[x->server_file].name, x->pairs,
              x->client_events);
    if (!x->clocks)
        text_add(&t, " Too few agree to tell whether the clocks do: they are taken to be right.");
    else if (fabs(x->offset) >= 1)
        text_addf(&t, " The server's times are %s %s the client's (%s): that is allowed for.",
                  span_exact(x->offset, span), x->offset < 0 ? "ahead of" : "behind",
                  fmod(fabs(x->offset), QUARTER) == 0 ? "another zone, or a clock that is off"
                                                      : "one of the two clocks is off");
    else
        text_add(&t, " The clocks agree.");
    x->text = text_take(&t);
}

struct join *join_of(const struct journal *j)
{
    struct join *x = mem_new(sizeof *x);
    struct journal_view v = journal_view(j);
    for (size_t i = 0; i < v.count; i++)
        v.event[i].mate = 0;
    files_choose(x, &v);
    if (x->client_file < 0 || x->server_file < 0)
        return x;
    struct list c = list_of(&v, x->client_file), s = list_of(&v, x->server_file);
    x->client_events = c.n;
    x->server_events = s.n;
    if (c.n && s.n) {
        offset_find(x, &v, &c, &s);
        pairs_make(x, &v, &c, &s);
        mates_set(x, &v);
        text_write(x, &v);
    }
    free(c.one);
    free(s.one);
    return x;
}

void join_free(struct join *x)
{
    if (!x)
        return;
    free(x->pair);
    free(x->text);
    free(x);
}
