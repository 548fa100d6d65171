/* ramp - see ramp.h. */
#include "src/why/ramp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/why/load.h"

#define LABEL_COLS 14      /* "  connect p50 " */
#define CELL_COLS 6
#define CELL_LEAST 5
#define STEPS_MAX 24
#define BAR_COLS 30
#define LEVELS " _.:-=+*#" /* from nothing to the most */

struct column_of { const json_t *step; const char *head; };
struct table { struct column_of column[STEPS_MAX + 2]; int count, width, cell; };

/* --- numbers ------------------------------------------------------------------------------------- */

static double member(const json_t *j, const char *key) { return json_number_value(json_object_get(j, key)); }

static char *ms_text(double ms)
{
    return ms < 10 ? mem_format("%.1f", ms) : ms < 9999.5 ? mem_format("%.0f", ms) : mem_format("%.0fs", ms / 1000);
}

/* `part` of `most`, in whole steps of `n`; a file may say any numbers. */
static int steps_of(double part, double most, int n)
{
    return most > 0 && part > 0 ? (int)(fmin(part / most, 1) * n + 0.999) : 0;
}

/* --- the table ----------------------------------------------------------------------------------- */

static void label_add(struct text *t, const char *label)
{
    size_t begin = t->len;
    text_addf(t, "  %s", label);
    while (t->len < begin + LABEL_COLS)
        text_add(t, " ");
}

static void cell_add(struct text *t, const struct table *w, const char *s)
{
    int pad = w->cell - (int)strlen(s);
    text_addf(t, "%*s%s", pad > 0 ? pad : 0, "", s);
}

/* As many of the last steps as there is room for: the first ones say least. */
static struct table table_of(const json_t *value, int width)
{
    const json_t *steps = json_object_get(value, "steps"), *after = json_object_get(value, "after");
    struct table w = { .width = width };
    size_t n = json_array_size(steps), room = width > LABEL_COLS ? (size_t)(width - LABEL_COLS) / CELL_LEAST : 0;
    room = room > 3 ? room - 2 : 1;
    room = room > STEPS_MAX ? STEPS_MAX : room;
    w.column[w.count++] = (struct column_of){ json_object_get(value, "baseline"), "alone" };
    for (size_t i = n > room ? n - room : 0; i < n; i++)
        w.column[w.count++] = (struct column_of){ json_array_get(steps, i), NULL };
    if (json_is_object(after))
        w.column[w.count++] = (struct column_of){ after, "again" };
    w.cell = w.count * CELL_COLS + LABEL_COLS <= width ? CELL_COLS : CELL_LEAST;
    return w;
}

static void put_heads(struct text *t, const struct table *w)
{
    label_add(t, "at once");
    for (int i = 0; i < w->count; i++) {
        const char *head = w->column[i].head;
        char *n = head ? mem_string(head) : mem_format("%.0f", member(w->column[i].step, "at_once"));
        cell_add(t, w, n);
        free(n);
    }
    text_add(t, "\n");
}

/* "!" where some failed: the mark does not hang on a colour. */
static void put_failed(struct text *t, const struct table *w)
{
    label_add(t, "failed");
    for (int i = 0; i < w->count; i++) {
        double made = member(w->column[i].step, "made"), failed = member(w->column[i].step, "failed");
        char *s = failed > 0 && made > 0 ? mem_format("%.0f%%!", 100 * failed / made) : mem_string(".");
        cell_add(t, w, s);
        free(s);
    }
    text_add(t, "\n");
}

static void put_numbers(struct text *t, const struct table *w, const char *label, const char *stage, const char *key)
{
    label_add(t, label);
    for (int i = 0; i < w->count; i++) {
        const json_t *from = stage ? json_object_get(w->column[i].step, stage) : w->column[i].step;
        const json_t *number = json_object_get(from, key);
        double x = json_number_value(number);
        char *s = !json_is_number(number) ? mem_string(".") : stage ? ms_text(x) : mem_format("%.0f", x);
        cell_add(t, w, s);
        free(s);
    }
    text_add(t, "\n");
}

/* The height of each step's number among them all, three characters wide. */
static void put_curve(struct text *t, const struct table *w, const char *label, const char *stage, const char *key)
{
    double most = 0;
    for (int i = 0; i < w->count; i++) {
        double x = member(stage ? json_object_get(w->column[i].step, stage) : w->column[i].step, key);
        most = x > most ? x : most;
    }
    label_add(t, label);
    for (int i = 0; i < w->count; i++) {
        double x = member(stage ? json_object_get(w->column[i].step, stage) : w->column[i].step, key);
        char level = LEVELS[steps_of(x, most, (int)strlen(LEVELS) - 1)];
        char bar[] = { level, level, level, '\0' };
        cell_add(t, w, bar);
    }
    while (t->len && t->s[t->len - 1] == ' ')
        t->s[--t->len] = '\0';
    text_add(t, "\n");
}

/* --- the rest ------------------------------------------------------------------------------------ */

static void put_histogram(struct text *t, const json_t *value, int width)
{
    const json_t *bins = json_object_get(value, "times"), *bin;
    double most = 0;
    size_t i;
    int bar = width - LABEL_COLS - 12 < BAR_COLS ? width - LABEL_COLS - 12 : BAR_COLS;
    json_array_foreach((json_t *)bins, i, bin)
        most = member(bin, "count") > most ? member(bin, "count") : most;
    json_array_foreach((json_t *)bins, i, bin) {
        const json_t *below = json_object_get(bin, "below");
        if (i >= STEPS_MAX || most <= 0 || bar < 1)
            break;
        char *label = json_is_number(below) ? mem_format("< %.0f ms", json_number_value(below)) : mem_string("longer");
        label_add(t, label);
        for (int k = 0, length = steps_of(member(bin, "count"), most, bar); k < length; k++)
            text_add(t, "#");
        text_addf(t, " %.0f\n", member(bin, "count"));
        free(label);
    }
}

static const char *stopped_says(const char *word)
{
    static const struct { const char *word, *says; } rows[] = {
        { "cap", "all steps were made" }, { "failures", "too many failed" }, { "slow", "it got too slow" },
        { "time", "the time was used up (--max-time)" }, { "asked", "it was stopped" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].says;
    return "it ended";
}

static void line_add(struct text *t, const char *label, const char *words, int width)
{
    label_add(t, label);
    text_wrap(t, words, LABEL_COLS, width);
    text_add(t, "\n");
}

/* It goes on. */
static void put_now(struct text *t, const json_t *value, int width)
{
    const json_t *steps = json_object_get(value, "steps"), *after = json_object_get(value, "after");
    size_t n = json_array_size(steps);
    const json_t *last = n ? json_array_get(steps, n - 1) : json_object_get(value, "baseline");
    const json_t *now = json_is_object(after) ? after : last;
    double at_once = member(now, "at_once");
    char *words = at_once > 1 ? mem_format("%.0f at once, %.0f made so far", at_once, member(now, "made"))
                              : mem_format("one after another, %.0f made so far", member(now, "made"));
    line_add(t, "now", words, width);
    free(words);
}

/* What it comes to: the first thing to read. */
static void put_result(struct text *t, const struct column *c, int width)
{
    const struct seen *seen = &c->fact[FACT_LOAD];
    struct load l = load_read(seen->state, seen->value);
    struct text what = { 0 };
    if (l.limit)
        text_addf(&what, "%s", limit_says[l.limit]);
    if (l.failed && l.is)
        text_addf(&what, "%s%d of %d fail with %d or more at once, %d of %d with fewer (p %s %.2g)",
                  what.len ? ": " : "", l.failed, l.made, l.from, l.low_failed, l.low_made, l.p < 0.001 ? "<" : "=",
                  l.p < 0.001 ? 0.001 : l.p);
    else if (l.is & LOAD_IS(FINE))
        text_addf(&what, "%snothing fails up to %d at once", what.len ? "; " : "", l.most);
    if (what.len)
        line_add(t, "result", what.s, width);
    text_free(&what);
}

/* How they failed, and why it ended. */
static void put_end(struct text *t, const json_t *value, int width)
{
    char *how = load_kinds(value);
    if (*how)
        line_add(t, "how", how, width);
    free(how);
    const char *stopped = json_string_value(json_object_get(value, "stopped"));
    if (stopped)
        line_add(t, "ended", stopped_says(stopped), width);
    else
        put_now(t, value, width);
}

bool ramp_known(const struct column *c)
{
    const struct seen *seen = &c->fact[FACT_LOAD];
    return (seen->state == STATE_YES || seen->state == STATE_NO || seen->state == UNSURE) &&
           json_is_object(json_object_get(seen->value, "baseline"));
}

void ramp_add(struct text *t, const struct column *c, int width)
{
    const json_t *value = c->fact[FACT_LOAD].value;
    if (!ramp_known(c))
        return;
    struct table w = table_of(value, width);
    put_result(t, c, width);
    put_heads(t, &w);
    put_failed(t, &w);
    put_curve(t, &w, "ok/s", NULL, "rate");
    put_numbers(t, &w, "", NULL, "rate");
    put_numbers(t, &w, "connect p90", "connect", "p90");
    put_numbers(t, &w, "answer p50", "hello", "p50");
    const char *whole = json_is_true(json_object_get(value, "hello_only")) ? "hello" : "handshake";
    put_curve(t, &w, "whole p50", whole, "p50");
    put_numbers(t, &w, "  ms", whole, "p50");
    put_numbers(t, &w, "whole p90", whole, "p90");
    put_numbers(t, &w, "sent again", NULL, "resent");
    put_histogram(t, value, width);
    put_end(t, value, width);
}
