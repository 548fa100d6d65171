/* sides - see sides.h. */
#include "src/out/sides.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/matter.h"

#define TITLE_COLS 19 /* "! Certificate keys " */
#define NARROW 56     /* below this the sides stand one under the other */
#define CELL_LINES 4
#define LIST_MAX 4

struct table {
    struct text *t;
    const struct report *r;
    const struct column *a, *b; /* of the working side, and of the failing one */
    int cols;                   /* of one side; 0: one under the other */
};

/* --- cells -------------------------------------------------------------------------------------- */

static char *names_text(const json_t *list)
{
    struct text t = { 0 };
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n && i < LIST_MAX; i++) {
        const char *one = json_string_value(json_array_get(list, i));
        text_addf(&t, "%s%s", i ? ", " : "", one ? one : "?");
    }
    if (n > LIST_MAX)
        text_addf(&t, " and %zu more", n - LIST_MAX);
    return text_take(&t);
}

/* "openssl: ...; system: ..." of what is known of a machine. */
static char *members_text(const json_t *object)
{
    struct text t = { 0 };
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)object, key, v) {
        if (json_is_string(v))
            text_addf(&t, "%s%s: %s", t.len ? "; " : "", key, json_string_value(v));
        else if (json_is_boolean(v))
            text_addf(&t, "%s%s: %s", t.len ? "; " : "", key, json_is_true(v) ? "yes" : "no");
    }
    return text_take(&t);
}

static char *value_text(const struct column *c, enum fact f)
{
    const struct seen *seen = &c->fact[f];
    bool machine = f == FACT_POLICY || f == FACT_PROXY || f == FACT_LIBRARIES || f == FACT_ROUTES;
    const char *path = json_string_value(json_object_get(seen->value, "path"));
    if (seen->state == NOT_ASKED || seen->state == UNSURE || seen->state == COULD_NOT_ASK)
        return mem_string(seen->state == NOT_ASKED ? "not asked" : seen->state == UNSURE ? "unsure" : "could not ask");
    if (fact_table[f].kind == FACT_LIST && json_array_size(seen->value))
        return names_text(seen->value);
    if (machine && seen->state == STATE_YES)
        return members_text(seen->value);
    char *cell = column_cell(c, f);
    if (f != FACT_STORE || !path)
        return cell;
    char *both = mem_format("%s of %s", cell, path);
    free(cell);
    return both;
}

/* As many bytes as fit in a cell's line, to the last blank if there is one. */
static size_t line_of(const char *s, int cols)
{
    size_t n = text_fit(s, cols, NULL), blank = n;
    if (!s[n] || s[n] == ' ')
        return n;
    while (blank && s[blank - 1] != ' ')
        blank--;
    return blank ? blank : n ? n : strlen(s);
}

static const char *cell_line(struct text *t, const char *s, int cols, bool last)
{
    size_t n = line_of(s, cols);
    bool cut = last && s[n];
    if (cut)
        n = text_fit(s, cols - 2, NULL);
    while (n && s[n - 1] == ' ' && s[n])
        n--;
    text_add_n(t, s, n);
    text_add(t, cut ? ".." : "");
    s += n;
    return cut ? s + strlen(s) : s + strspn(s, " ");
}

static void cells_add(const struct table *x, const char *mark, const char *title, const char *a, const char *b)
{
    struct text *t = x->t;
    text_addf(t, "%s %s", mark, title);
    if (!x->cols) {
        text_add(t, "\n    ");
        text_wrap(t, a, 4, x->r->width);
        text_add(t, "\n    ");
        text_wrap(t, b, 4, x->r->width);
        text_add(t, "\n");
        return;
    }
    for (int line = 0; line == 0 || *a || *b; line++) {
        text_pad(t, TITLE_COLS);
        a = cell_line(t, a, x->cols, line == CELL_LINES - 1);
        if (*b) {
            text_pad(t, TITLE_COLS + x->cols + 2);
            b = cell_line(t, b, x->cols, line == CELL_LINES - 1);
        }
        text_add(t, "\n");
    }
}

/* --- rows --------------------------------------------------------------------------------------- */

static void row_add(const struct table *x, enum fact f, bool matters)
{
    char *a = value_text(x->a, f), *b = value_text(x->b, f);
    if (strcmp(a, b) == 0) {
        char *other = mem_format("%s, others", b);
        free(b);
        b = other;
    }
    cells_add(x, matters ? "!" : " ", fact_table[f].title, a, b);
    free(a);
    free(b);
}

/* What the endpoint was asked with that the other was not, or otherwise. */
static char *asked_text(const struct endpoint *ep, const struct endpoint *other)
{
    struct text t = { 0 };
    for (enum key k = 0; k < KEY_COUNT; k++) {
        const char *v = ep->value[k];
        if (k != KEY_LABEL && k != KEY_AT && v && !(other->value[k] && strcmp(v, other->value[k]) == 0))
            text_addf(&t, "%s%s=%s", t.len ? " " : "", key_table[k].word, v);
    }
    return text_take(&t);
}

static void asked_add(const struct table *x)
{
    char *a = asked_text(x->a->endpoint, x->b->endpoint), *b = asked_text(x->b->endpoint, x->a->endpoint);
    if (*a || *b)
        cells_add(x, " ", "Asked with", *a ? a : "nothing special", *b ? b : "nothing special");
    free(a);
    free(b);
}

static void head_add(const struct table *x)
{
    const struct column_verdict *va = verdict_column(x->r->verdict, x->a->id),
                                *vb = verdict_column(x->r->verdict, x->b->id);
    cells_add(x, " ", "", x->r->comparison->exchanged ? "WORKING (given as failing)" : "WORKING",
              x->r->comparison->exchanged ? "FAILING (given as working)" : "FAILING");
    cells_add(x, " ", "", x->a->label, x->b->label);
    if (x->a->address || x->b->address)
        cells_add(x, " ", "", x->a->address ? x->a->address : "no address",
                  x->b->address ? x->b->address : "no address");
    asked_add(x);
    cells_add(x, va && vb && va->verdict != vb->verdict ? "!" : " ", "Verdict", va && va->text ? va->text : "not known",
              vb && vb->text ? vb->text : "not known");
}

static const struct column *failing_of(const struct report *r)
{
    const struct sides *sides = &r->comparison->sides;
    for (size_t i = 0; i < sides->failing_count; i++) {
        const struct column_verdict *v = verdict_column(r->verdict, sides->failing[i]);
        if (v && v->verdict == VERDICT_FAILING)
            return session_column(r->session, sides->failing[i]);
    }
    return sides->failing_count ? session_column(r->session, sides->failing[0]) : NULL;
}

/* What differs and does not matter, named in one sentence. */
static void rest_add(const struct table *x)
{
    struct text names = { 0 };
    size_t n = 0;
    for (enum fact f = 0; f < FACT_COUNT; f++)
        if (diff_cell(x->a, x->b, f) == MARK_DIFFER && !difference_matters(x->a, x->b, f))
            text_addf(&names, "%s%s", n++ ? ", " : "Also different, without weight: ", fact_table[f].title);
    if (n) {
        text_add(&names, ".");
        text_add(x->t, "  ");
        text_wrap(x->t, names.s, 2, x->r->width);
        text_add(x->t, "\n");
    }
    text_free(&names);
}

void sides_add(struct text *t, const struct report *r)
{
    const struct column *b = failing_of(r), *a = b ? compare_other(r->session, &r->comparison->sides, b) : NULL;
    struct table x = { t, r, a, b, r->width < NARROW ? 0 : (r->width - TITLE_COLS - 2) / 2 };
    if (!a)
        return;
    head_add(&x);
    for (enum fact f = 0; f < FACT_COUNT; f++)
        if (diff_cell(a, b, f) == MARK_DIFFER && difference_matters(a, b, f))
            row_add(&x, f, true);
    for (enum fact f = 0; r->verbose && f < FACT_COUNT; f++)
        if (diff_cell(a, b, f) == MARK_DIFFER && !difference_matters(a, b, f))
            row_add(&x, f, false);
    if (!r->verbose)
        rest_add(&x);
}
