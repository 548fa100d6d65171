/* heed - see heed.h. */
#include "src/cmd/heed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/logfile.h"
#include "src/log/advice.h"
#include "src/out/explained.h"

#define PIECE_BYTES (192u << 10)
#define CANDIDATES_MAX 3
#define BY_LOG 0.25          /* what a log says by itself: a candidate */

struct heed { struct journal *journal; struct habit *habit; struct outcome *outcome; };

static bool log_read(struct journal *j, const char *path, struct err *e)
{
    struct logfile *f = logfile_open(path, e);
    char *piece = mem_array(NULL, PIECE_BYTES, 1);
    ssize_t n = f ? 1 : -1;
    if (f && !journal_begin(j, path, LINE_SIDE_UNKNOWN))
        n = err_set(e, "more than %d logs are too many for one run", JOURNAL_FILES) - 1;
    while (n > 0 && (n = logfile_read(f, piece, PIECE_BYTES, e)) > 0)
        journal_feed(j, piece, (size_t)n);
    if (f && n == 0)
        journal_flush(j, true);
    free(piece);
    logfile_close(f);
    return n == 0;
}

/* An answer of the person's own outweighs the log's. */
static void answers_take(struct options *o, const struct habit *h)
{
    struct text said = { 0 };
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        char *says = o->answer[q] ? NULL : explained_answer(h, q);
        struct err unused = { "" };
        char *kept = says ? answer_check(q, says, &unused) : NULL;
        if (kept) {
            text_addf(&said, "%s%s=%s", said.len ? ", " : "", question_table[q].word, kept);
            o->answer[q] = kept;
        }
        free(says);
    }
    if (said.len && !o->quiet)
        fprintf(stderr, "tlswhy: note: the log answers %s; an --answer of your own outweighs it\n", said.s);
    text_free(&said);
}

struct heed *heed_read(struct options *o, struct err *e)
{
    struct heed *h = mem_new(sizeof *h);
    h->journal = journal_new((double)time(NULL));
    for (size_t i = 0; i < o->log_count; i++)
        if (!log_read(h->journal, o->log[i], e)) {
            heed_free(h);
            return NULL;
        }
    h->habit = habit_of(h->journal);
    h->outcome = outcome_of(h->journal, h->habit);
    answers_take(o, h->habit);
    return h;
}

void heed_free(struct heed *h)
{
    if (!h)
        return;
    outcome_free(h->outcome);
    habit_free(h->habit);
    journal_free(h->journal);
    free(h);
}

static bool is_named(const struct finding *list, size_t n, enum cause cause)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].cause == cause)
            return true;
    return false;
}

static struct finding finding_of(const struct heed *h, const struct outcome_cause *c, const struct verdict *v)
{
    struct journal_view view = journal_view(h->journal);
    const struct reading *r = c->samples ? &view.reading[c->sample[0]] : NULL;
    struct finding f = { .cause = c->cause, .confidence = BY_LOG, .detail = json_object() };
    f.summary = mem_format("%llu line%s of the log speak%s for it, which the probes do not see from here: %s",
                           (unsigned long long)c->events, c->events == 1 ? "" : "s", c->events == 1 ? "s" : "",
                           r && r->says.means ? r->says.means : cause_table[c->cause].says);
    json_object_set_new(f.detail, "log_lines", json_integer((json_int_t)c->events));
    f.missing = mem_new(sizeof *f.missing);
    f.missing[f.missing_count++] = mem_string(advice_table[c->cause].settle);
    f.fix = mem_string(advice_table[c->cause].fix);
    for (size_t i = 0; i < v->column_count; i++) {
        f.column = mem_array(f.column, f.column_count + 1, sizeof *f.column);
        f.column[f.column_count++] = v->column[i].column;
    }
    return f;
}

/* What the probes prove stands; a log adds what they could not see. */
void heed_judge(void *arg, struct verdict *v, struct report *r)
{
    struct heed *h = arg;
    size_t added = 0;
    (void)r;
    for (size_t i = 0; i < h->outcome->count && added < CANDIDATES_MAX; i++) {
        const struct outcome_cause *c = &h->outcome->cause[i];
        if (c->percent < 50 || is_named(v->diagnosis, v->diagnosis_count, c->cause) ||
            is_named(v->candidate, v->candidate_count, c->cause))
            continue;
        v->candidate = mem_array(v->candidate, v->candidate_count + 1, sizeof *v->candidate);
        v->candidate[v->candidate_count++] = finding_of(h, c, v);
        added++;
    }
}
