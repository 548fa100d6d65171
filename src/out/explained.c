/* explained - see explained.h: for a person. */
#include "src/out/explained.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/log/advice.h"

#define ROWS_MAX 8          /* of a table, without --verbose */
#define CAUSES_MAX 5        /* candidates that are shown */
#define INDENT 2

struct page { const struct explained *x; struct text t; };

enum judgement explained_verdict(const struct explained *x)
{
    return x->habit->failed ? VERDICT_FAILING : VERDICT_OK;
}

enum exit_status explained_exit(const struct explained *x)
{
    if (!x->habit->failed)
        return EXIT_OK;
    return x->outcome->count && x->outcome->cause[0].percent >= 50 ? EXIT_FAILING : EXIT_UNSURE;
}

/* 0.0.0.0:443 and [::]:443 are where a server listens; nobody finds it there. */
static bool is_anywhere(const char *server)
{
    return text_starts(server, "0.0.0.0") || text_starts(server, "[::]") || text_is(server, "::");
}

char *explained_server(const struct journal *j, const struct outcome_cause *c)
{
    const char *name = journal_word(j, c->name), *server = journal_word(j, c->server);
    if (server && !name && is_anywhere(server))
        return NULL;
    const char *port = server ? strrchr(server, ':') : NULL;
    bool digits = port && port[1] && strspn(port + 1, "0123456789") == strlen(port + 1) && strchr(server, ':') == port;
    if (name && digits)
        return mem_format("%s%s", name, port);
    return name || server ? mem_string(name ? name : server) : NULL;
}

char *explained_answer(const struct habit *h, enum question q)
{
    char at[WHEN_LEN];
    const struct whose *ends = h->names.count > 1 ? &h->names : &h->servers;
    bool apart = h->clients.scope == SCOPE_ONE || h->clients.scope == SCOPE_SOME; /* then it hangs on the client */
    if (!h->failed)
        return NULL;
    switch (q) {
    case QUESTION_FAILS: return mem_string(h->worked && !apart && ends->scope == SCOPE_ALL ? "now-and-then" : "yes");
    case QUESTION_CLIENTS: /* where there is but one, nobody knows how others fare */
        return h->clients.scope && h->clients.count > 1 ? mem_string(scope_words[h->clients.scope]) : NULL;
    case QUESTION_ENDPOINTS: return ends->scope && ends->count > 1 ? mem_string(scope_words[ends->scope]) : NULL;
    case QUESTION_SINCE: /* that it fails in all of a log does not say that it never worked */
        if (h->kind != TIME_SINCE)
            return NULL;
        when_format((int64_t)h->at, at); /* a day, where no zone is known */
        return mem_copy(at, h->zoned || strlen(at) < 10 ? strlen(at) : 10);
    case QUESTION_TIMES:
        if (h->kind == TIME_DAILY)
            return mem_format("%02d:%02d-%02d:%02d", h->from / 60, h->from % 60, h->to / 60, h->to % 60);
        return h->kind == TIME_ALWAYS || h->kind == TIME_BURSTS ? mem_string(habit_time_words[h->kind]) : NULL;
    default: return NULL;
    }
}

/* --- pieces ------------------------------------------------------------------------------------- */

static void styled(struct page *p, const char *code, const char *s)
{
    if (p->x->color)
        text_addf(&p->t, "\x1b[%sm%s\x1b[0m", code, s);
    else
        text_add(&p->t, s);
}

static void gap(struct page *p)
{
    if (p->t.len)
        text_add(&p->t, "\n");
}

static void wrapped(struct page *p, int indent, const char *s)
{
    text_wrap(&p->t, s, indent, p->x->width);
    text_add(&p->t, "\n");
}

static void indented(struct page *p, const char *s)
{
    text_addf(&p->t, "%*s", INDENT, "");
    wrapped(p, INDENT, s);
}

static void labelled(struct page *p, const char *label, const char *s)
{
    text_addf(&p->t, "%*s%-9s", INDENT, "", label);
    wrapped(p, INDENT + 9, s);
}

/* --- causes ------------------------------------------------------------------------------------- */

static void sample_put(struct page *p, const struct reading *r)
{
    struct journal_view v = journal_view(p->x->journal);
    char *cut = mem_string(r->sample);
    size_t most = (size_t)(p->x->verbose ? 700 : 160);
    if (strlen(cut) > most)
        cut[text_fit(cut, (int)most, NULL)] = '\0';
    char *line = mem_format("%s:%llu: %s%s", v.file[r->file].name, (unsigned long long)r->line, cut,
                            strlen(r->sample) > strlen(cut) ? "..." : "");
    labelled(p, r->events > 1 ? "Lines:" : "Line:", line);
    free(cut);
    free(line);
}

static void command_put(struct page *p, const struct outcome_cause *c)
{
    char *server = explained_server(p->x->journal, c);
    char *line = mem_format("tlswhy check %s%s", server ? server : "HOST:PORT",
                            server ? "" : " (the server these lines are of)");
    labelled(p, "Next:", line);
    free(server);
    free(line);
}

static const struct line_says *says_of(const struct page *p, const struct outcome_cause *c)
{
    struct journal_view v = journal_view(p->x->journal);
    return c->samples ? &v.reading[c->sample[0]].says : NULL;
}

static const char *settle_of(const struct page *p, const struct outcome_cause *c)
{
    const struct line_says *s = says_of(p, c);
    return c->percent < 90 && s && s->decides ? s->decides : advice_table[c->cause].settle;
}

/* The same line speaks for both, and the same settles them. */
static bool cause_alike(const struct page *p, const struct outcome_cause *a, const struct outcome_cause *b)
{
    return a->samples && b->samples && a->sample[0] == b->sample[0] && strcmp(settle_of(p, a), settle_of(p, b)) == 0 &&
           !(b->because && !b->own);
}

/* Somebody above has said all of it but its name. */
static bool cause_said(const struct page *p, size_t which)
{
    const struct outcome *o = p->x->outcome;
    for (size_t i = 0; i < which; i++)
        if (cause_alike(p, &o->cause[i], &o->cause[which]))
            return true;
    return false;
}

static void cause_put(struct page *p, const struct outcome_cause *c, bool full)
{
    struct journal_view v = journal_view(p->x->journal);
    const struct line_says *s = says_of(p, c);
    char *head = mem_format("%s (%s, %d%%)", cause_table[c->cause].title, cause_table[c->cause].id, c->percent);
    gap(p);
    styled(p, "1", head);
    free(head);
    if (c->events && full)
        text_addf(&p->t, ": %llu of %llu failures", (unsigned long long)c->events,
                  (unsigned long long)p->x->habit->failed);
    text_add(&p->t, "\n");
    if (s && s->means && full)
        labelled(p, "Means:", s->means);
    if (s && s->not_means && full)
        labelled(p, "Not:", s->not_means);
    if (c->because && !c->own)
        labelled(p, "Because:", c->because);
    if (c->habit && c->habit->whom && c->habit->whom[0])
        labelled(p, "Pattern:", c->habit->whom + 1);
    for (size_t i = 0; i < c->samples && (full || i == 0) && (i == 0 || p->x->verbose); i++)
        sample_put(p, &v.reading[c->sample[i]]);
    if (full)
        labelled(p, "To do:", advice_table[c->cause].fix);
    labelled(p, "Settle:", settle_of(p, c));
    if (full)
        command_put(p, c);
}

/* One of which all but its name was said above. */
static void cause_name(struct page *p, const struct outcome_cause *c)
{
    text_addf(&p->t, "%s (%s, %d%%), by the same line\n", cause_table[c->cause].title, cause_table[c->cause].id,
              c->percent);
}

static void causes_put(struct page *p)
{
    const struct outcome *o = p->x->outcome;
    size_t shown = 0, left = 0;
    bool named = false; /* the last one by its name alone */
    for (size_t i = 0; i < o->count; i++)
        if (o->cause[i].percent >= 50)
            cause_put(p, &o->cause[i], true);
    for (size_t i = 0; i < o->count; i++) {
        if (o->cause[i].percent >= 50)
            continue;
        if (!shown++) {
            gap(p);
            styled(p, "1", i ? "Not ruled out:\n" : "These lines leave it open. It may be:\n");
        }
        if (cause_said(p, i)) {
            if (!named)
                gap(p);
            cause_name(p, &o->cause[i]);
            named = true;
        } else if (shown <= CAUSES_MAX || p->x->verbose) {
            cause_put(p, &o->cause[i], i == 0);
            named = false;
        } else
            left++;
    }
    if (left)
        text_addf(&p->t, "\n(%zu more; --verbose shows them)\n", left);
}

static void unknown_put(struct page *p)
{
    struct journal_view v = journal_view(p->x->journal);
    int shown = 0;
    for (size_t i = 1; i < v.readings && shown < 3; i++) {
        const struct reading *r = &v.reading[i];
        if (r->says.kind != LINE_UNKNOWN || !r->events)
            continue;
        if (!shown++) {
            gap(p);
            styled(p, "1", "Not known:");
            text_add(&p->t, " lines that tell of a failure in words nobody here knows\n");
        }
        sample_put(p, r);
        for (size_t k = 0; k < r->says.nearest_count; k++)
            labelled(p, k ? "" : "Nearest:", r->says.nearest[k]);
    }
}

/* --- the pattern -------------------------------------------------------------------------------- */

static void ramp_put(struct page *p, const char *label, const uint32_t *bin)
{
    static const char ramp[] = " _.:-=+*#";
    uint32_t most = 0;
    char row[HABIT_BINS + 1];
    for (int i = 0; i < HABIT_BINS; i++)
        most = bin[i] > most ? bin[i] : most;
    for (int i = 0; i < HABIT_BINS; i++)
        row[i] = !bin[i] ? ' ' : ramp[1 + (size_t)((uint64_t)(bin[i]) * 7 / most)];
    row[HABIT_BINS] = '\0';
    text_addf(&p->t, "  %-6s |%s|\n", label, row);
}

static void timeline_put(struct page *p)
{
    const struct habit *h = p->x->habit;
    char a[WHEN_LEN], b[WHEN_LEN];
    if (!(h->last > h->first) || !h->failed)
        return;
    text_add(&p->t, "\n");
    ramp_put(p, "fails", h->fails);
    if (h->worked)
        ramp_put(p, "works", h->works);
    when_format((int64_t)h->first, a);
    when_format((int64_t)h->last, b);
    if (!h->zoned)
        a[strcspn(a, "Z")] = b[strcspn(b, "Z")] = '\0';
    text_addf(&p->t, "         %-30s%*s%s\n", a, HABIT_BINS + 2 - 30 - (int)strlen(b), "", b);
    if (!h->zoned)
        text_add(&p->t, "         (times as the log has them; it does not say of which zone)\n");
}

static void whose_put(struct page *p, const char *title, const struct whose *w)
{
    size_t rows = p->x->verbose || w->count < ROWS_MAX ? w->count : ROWS_MAX;
    if (!w->failing || (w->count < 2 && !p->x->verbose))
        return;
    text_addf(&p->t, "\n  %-40s %8s %8s\n", title, "fails", "works");
    for (size_t i = 0; i < rows; i++)
        text_addf(&p->t, "  %-40s %8llu %8llu\n", journal_word(p->x->journal, w->who[i].word),
                  (unsigned long long)w->who[i].failed, (unsigned long long)w->who[i].worked);
    if (rows < w->count)
        text_addf(&p->t, "  (%zu more)\n", w->count - rows);
}

/* A server that goes by one name needs no table of its own. */
static bool whose_alike(const struct whose *a, const struct whose *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->who[i].word != b->who[i].word || a->who[i].failed != b->who[i].failed ||
            a->who[i].worked != b->who[i].worked)
            return false;
    return true;
}

static void pattern_put(struct page *p)
{
    const struct habit *h = p->x->habit;
    gap(p);
    styled(p, "1", "Pattern:\n");
    indented(p, h->text);
    if (h->noise)
        text_addf(&p->t, "  %llu failure%s left out as noise (health checks, stray visitors).\n",
                  (unsigned long long)h->noise,
                  h->noise == 1 ? " is" : "s are");
    timeline_put(p);
    whose_put(p, "client", &h->clients);
    whose_put(p, "name", &h->names);
    if (!whose_alike(&h->names, &h->servers))
        whose_put(p, "server", &h->servers);
    if (p->x->join && p->x->join->text) {
        gap(p);
        styled(p, "1", "Both sides:\n");
        indented(p, p->x->join->text);
    }
}

/* --- silence ------------------------------------------------------------------------------------ */

size_t explained_silence(const struct explained *x)
{
    struct journal_view v = journal_view(x->journal);
    uint32_t count[SILENCE_MAX] = { 0 }, most = 0;
    size_t which = silence_count;
    for (size_t i = 0; i < v.files; i++)
        for (size_t k = 0; k < silence_count; k++) {
            count[k] += v.file[i].programs[k];
            if (count[k] > most) {
                most = count[k];
                which = k;
            }
        }
    return which;
}

/* No line tells of a handshake: which switch makes the program write them. */
static void silence_put(struct page *p)
{
    size_t which = explained_silence(p->x);
    gap(p);
    wrapped(p, 0, "No line tells of a TLS handshake that failed. That may be because none does, or because the program "
                  "does not write them down. What turns them on:");
    for (size_t k = 0; k < silence_count; k++)
        if (which == silence_count || k == which) {
            char *line = mem_format("%s: %s", silence_table[k].program, silence_table[k].turn_on);
            indented(p, line);
            free(line);
        }
}

void explained_text(FILE *out, const struct explained *x)
{
    struct page p = { .x = x };
    struct journal_view v = journal_view(x->journal);
    const struct habit *h = x->habit;
    bool fails = h->failed > 0;
    uint64_t lines = 0;
    for (size_t i = 0; i < v.files; i++)
        lines += v.file[i].lines;
    const struct outcome_cause *first = x->outcome->count ? &x->outcome->cause[0] : NULL;
    styled(&p, fails ? "1;31" : "32", fails ? "FAILING" : "ok");
    bool named = first && first->percent >= 50;
    text_addf(&p.t, "  %s\n", !fails ? "nothing fails" : named ? cause_table[first->cause].title :
              "these lines leave the cause open");
    if (!x->quiet) {
        text_addf(&p.t, "%llu line%s read, %llu of them about handshakes that fail", (unsigned long long)lines,
                  lines == 1 ? "" : "s", (unsigned long long)v.failing);
        text_add(&p.t, v.estimated ? " (about: of so many, an even selection was looked at)\n" : "\n");
        causes_put(&p);
        unknown_put(&p);
        if (fails || h->noise || h->worked)
            pattern_put(&p);
        if (!fails)
            silence_put(&p);
    }
    fputs(p.t.s, out);
    text_free(&p.t);
}
