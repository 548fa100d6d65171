/* testimony - see testimony.h. */
#include "src/log/testimony.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/log/advice.h"

#define CANDIDATES_MAX 3
#define PERCENT_MIN 50        /* what a log is less sure of is its own affair */
#define PERCENT_CERTAIN 90
#define ALONE 0.25            /* what a log says by itself: a candidate */
#define WITH_PROBES 0.5       /* both, and nothing else: named */
#define LINES_MAX 3           /* of evidence */

struct witness { enum cause cause; int percent; const json_t *value; bool used; };

static enum cause cause_of(const char *id)
{
    enum cause c = 0;
    while (c < CAUSE_COUNT && !text_is(cause_table[c].id, id))
        c++;
    return c;
}

static size_t witnesses_of(struct witness out[CAUSE_COUNT], const json_t *summary)
{
    size_t n = 0, i;
    const json_t *v;
    bool seen[CAUSE_COUNT] = { false };
    json_array_foreach(json_object_get(summary, "causes"), i, v) {
        enum cause cause = cause_of(logged_text(v, "cause"));
        long long percent = logged_count(v, "percent");
        if (cause < CAUSE_COUNT && !seen[cause] && percent >= PERCENT_MIN && percent < 100) {
            seen[cause] = true;
            out[n++] = (struct witness){ .cause = cause, .percent = (int)percent, .value = v };
        }
    }
    return n;
}

static const struct logged_line *line_at(const struct session *s, const struct witness *w, size_t i)
{
    long long n = json_integer_value(json_array_get(json_object_get(w->value, "lines"), i));
    return n > 0 && n <= logged_last(&s->log) ? logged_find(&s->log, (int)n) : NULL;
}

static void lines_add(struct finding *f, const struct witness *w, const struct session *s)
{
    size_t n = json_array_size(json_object_get(w->value, "lines"));
    for (size_t i = 0, added = 0; i < n && added < LINES_MAX; i++) {
        const struct logged_line *line = line_at(s, w, i);
        if (!line)
            continue;
        f->for_ = mem_array(f->for_, f->for_count + 1, sizeof *f->for_);
        f->for_[f->for_count++] = (int)line->evidence;
        added++;
    }
    if (!f->detail)
        f->detail = json_object();
    json_object_set_new(f->detail, "log_lines", json_integer(logged_count(w->value, "events")));
}

/* Findings of one cause may stand for several groups of columns: each gets the lines. */
static bool list_support(struct finding *list, size_t n, struct witness *w, const struct session *s)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].cause == w->cause) {
            lines_add(&list[i], w, s);
            w->used = true;
        }
    return w->used;
}

static void finding_move(struct verdict *v, size_t from)
{
    v->diagnosis = mem_array(v->diagnosis, v->diagnosis_count + 1, sizeof *v->diagnosis);
    v->diagnosis[v->diagnosis_count++] = v->candidate[from];
    memmove(v->candidate + from, v->candidate + from + 1, (--v->candidate_count - from) * sizeof *v->candidate);
}

/* It fails here as well, the probes leave the cause open, and among those they leave open is the one the log names. */
static void candidate_name(struct verdict *v, const struct witness *w)
{
    if (v->diagnosis_count || w->percent < PERCENT_CERTAIN)
        return;
    for (size_t i = 0; i < v->candidate_count; i++) {
        struct finding *f = &v->candidate[i];
        const struct column_verdict *cv = f->column_count ? verdict_column(v, f->column[0]) : NULL;
        if (f->cause == w->cause && cv && cv->verdict == VERDICT_FAILING && !cv->disputed) {
            f->before = f->before > 0 ? f->before : f->confidence;
            f->confidence = WITH_PROBES;
            finding_move(v, i);
            return;
        }
    }
}

static char *summary_of(const struct witness *w, const struct session *s)
{
    const struct logged_line *line = line_at(s, w, 0);
    const char *means = line ? logged_text(line->value, "why") : NULL;
    long long n = logged_count(w->value, "events");
    return mem_format("%lld line%s of the log speak%s for it, which the probes do not see from here: %s", n,
                      n == 1 ? "" : "s", n == 1 ? "s" : "", means ? means : cause_table[w->cause].says);
}

static void candidate_add(struct verdict *v, const struct witness *w, const struct session *s)
{
    struct finding f = { .cause = w->cause, .confidence = ALONE, .before = ALONE };
    f.summary = summary_of(w, s);
    f.missing = mem_new(sizeof *f.missing);
    f.missing[f.missing_count++] = mem_string(advice_table[w->cause].settle);
    f.fix = mem_string(advice_table[w->cause].fix);
    for (size_t i = 0; i < v->column_count; i++) {
        const struct column *c = session_column(s, v->column[i].column);
        if (!c || column_is_client(c))
            continue;
        f.column = mem_array(f.column, f.column_count + 1, sizeof *f.column);
        f.column[f.column_count++] = v->column[i].column;
    }
    lines_add(&f, w, s);
    v->candidate = mem_array(v->candidate, v->candidate_count + 1, sizeof *v->candidate);
    v->candidate[v->candidate_count++] = f;
}

/* Of candidates that are as likely, those a log speaks for come first; the others keep their order. */
static void candidates_order(struct verdict *v)
{
    for (size_t i = 1; i < v->candidate_count; i++) {
        struct finding f = v->candidate[i];
        size_t k = i;
        if (!json_object_get(f.detail, "log_lines"))
            continue;
        while (k && v->candidate[k - 1].confidence <= f.confidence &&
               !json_object_get(v->candidate[k - 1].detail, "log_lines"))
            k--;
        memmove(v->candidate + k + 1, v->candidate + k, (i - k) * sizeof *v->candidate);
        v->candidate[k] = f;
    }
}

void testimony_add(struct verdict *v, const struct session *s)
{
    struct witness w[CAUSE_COUNT];
    size_t n = witnesses_of(w, s->log.summary), added = 0;
    for (size_t i = 0; i < n; i++)
        if (!list_support(v->diagnosis, v->diagnosis_count, &w[i], s) &&
            list_support(v->candidate, v->candidate_count, &w[i], s))
            candidate_name(v, &w[i]);
    for (size_t i = 0; i < n && added < CANDIDATES_MAX; i++)
        if (!w[i].used) {
            candidate_add(v, &w[i], s);
            added++;
        }
    candidates_order(v);
}
