/* pane_why - the ranked causes, what speaks for and against them, and the fix.
 *
 * Owns: its rows. Must not know: how a cause is found, how rows are drawn.
 */
#include "ui/pane.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/text.h"

enum { ROW_CAUSE = 1, ROW_EVIDENCE, ROW_LINE, ROW_COLUMN };
/* ROW_CAUSE, ROW_LINE: a list, b cause, c first column; ROW_EVIDENCE: a number, b list and cause, c
 * first column; ROW_COLUMN: a column. Lines of one finding are told apart by `line`. */
enum { LINE_SUMMARY = 1000, LINE_MISSING = 2000, LINE_FIX = 3000, LINE_REPRODUCE = 4000, LINE_ANSWERS = 5000 };

static int first_column(const struct finding *f)
{
    return f->column_count ? f->column[0] : 0;
}

static void add_bar(struct text *t, const struct look *l, double share)
{
    int full = (int)(10 * share + .5);
    text_add(t, "[");
    for (int i = 0; i < 10; i++)
        text_add(t, glyph_text(i < full ? GLYPH_FULL : GLYPH_EMPTY, l->utf8));
    text_addf(t, "] %3d%%", (int)(100 * share + .5));
}

static void add_cause(struct sheet *out, const struct look *l, const struct finding *f, int list,
                      int rank)
{
    struct text t = { 0 };
    char *letters = scene_letters(l->scene, f->column, f->column_count);
    const char *title = cause_table[f->cause].title;
    int room = l->width - 30;
    if (rank)
        text_addf(&t, "%d ", rank);
    const struct column *only = f->column_count == 1 ? session_column(l->scene->session, f->column[0]) : NULL;
    text_addf(&t, "%s%s%s%s%s%s", title, *letters ? " (" : "", letters, only ? " " : "", only ? only->label : "",
              *letters ? ")" : "");
    if (room > 10 && list != LIST_WARNING) {
        char *head = text_take(&t);
        size_t fits = text_fit(head, room, NULL);
        text_add_n(&t, head, fits);
        free(head);
        text_pad(&t, room);
        text_add(&t, " ");
        add_bar(&t, l, f->confidence);
        text_addf(&t, " +%zu -%zu", f->for_count, f->against_count);
    }
    unsigned attr = list == LIST_DIAGNOSIS ? ATTR_BAD
                    : list == LIST_WARNING ? ATTR_WARN
                                           : ATTR_PLAIN;
    char *line = text_take(&t);
    sheet_row(out, (struct item){ ROW_CAUSE, list, (int)f->cause, first_column(f) }, attr, line)
        ->full = sheet_keep(out, mem_string(f->summary));
    free(line);
    free(letters);
}

static void add_evidence(struct sheet *out, const struct look *l, const struct finding *f, int list,
                         char sign, int number)
{
    const struct session *s = l->scene->session;
    struct item item = { ROW_EVIDENCE, number, 100 * list + (int)f->cause, first_column(f), 0 };
    char letter[LETTER_LEN];
    if (number < 1 || (size_t)number >= s->evidence_count)
        return;
    const struct evidence *e = &s->evidence[number];
    char *says = e->column ? session_evidence_says(s, e) : pane_log_says(s, number);
    char *line = e->column ? mem_format("   %c e%d %s %s: %s", sign, number,
                                        scene_letter(scene_index(l->scene, e->column), letter),
                                        fact_table[e->fact].title, says)
                           : mem_format("   %c e%d log: %s", sign, number, says);
    free(says);
    sheet_row(out, item, ATTR_PLAIN, line);
    free(line);
}

static void add_line(struct sheet *out, const struct look *l, const struct finding *f, int list,
                     int line, const char *head, const char *text)
{
    struct item item = { ROW_LINE, list, (int)f->cause, first_column(f), line };
    if (text && *text)
        sheet_wrap(out, l, item, line == LINE_FIX ? ATTR_HEAD : ATTR_PLAIN, head, text);
}

static void add_finding(struct sheet *out, const struct look *l, const struct finding *f, int list,
                        int rank)
{
    add_cause(out, l, f, list, rank);
    add_line(out, l, f, list, LINE_SUMMARY, "   ", f->summary);
    for (size_t i = 0; i < f->for_count; i++)
        add_evidence(out, l, f, list, '+', f->for_[i]);
    for (size_t i = 0; i < f->against_count; i++)
        add_evidence(out, l, f, list, '-', f->against[i]);
    char *answers = question_effect(f);
    add_line(out, l, f, list, LINE_ANSWERS, "   answers: ", answers);
    free(answers);
    for (size_t i = 0; i < f->missing_count; i++)
        add_line(out, l, f, list, LINE_MISSING + 10 * (int)i, "   ? to settle it: ", f->missing[i]);
    add_line(out, l, f, list, LINE_FIX, "   fix: ", f->fix);
    add_line(out, l, f, list, LINE_REPRODUCE, "   reproduce: ", f->reproduce);
}

static void add_list(struct sheet *out, const struct look *l, enum finding_list list,
                     const char *heading)
{
    size_t n;
    const struct finding *f = scene_findings(l->scene, list, &n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 || out->count)
            sheet_still(out, ATTR_PLAIN, "");
        if (i == 0 && heading)
            sheet_still(out, ATTR_HEAD, heading);
        add_finding(out, l, &f[i], (int)list, list == LIST_DIAGNOSIS ? (int)i + 1 : 0);
    }
}

/* Columns come last, each with its line, so that nothing is missing from the answer. */
static void add_columns(struct sheet *out, const struct look *l)
{
    const struct session *s = l->scene->session;
    sheet_still(out, ATTR_PLAIN, "");
    sheet_still(out, ATTR_HEAD, "Columns");
    for (size_t i = 0; i < s->count; i++) {
        const struct column_verdict *v = scene_verdict(l->scene, s->column[i]->id);
        char letter[LETTER_LEN];
        char *head = mem_format("   %s %s: ", scene_letter((int)i, letter),
                                s->column[i]->label ? s->column[i]->label : "");
        char *text = mem_format("%s%s%s", v ? judgement_words[v->verdict] : "probing",
                                v && v->text ? " - " : "", v && v->text ? v->text : "");
        sheet_wrap(out, l, (struct item){ ROW_COLUMN, s->column[i]->id },
                   v && v->verdict == VERDICT_FAILING ? ATTR_BAD : ATTR_PLAIN, head, text);
        free(text);
        free(head);
    }
}

/* What to say where no cause is named. */
static void add_no_cause(struct sheet *out, const struct look *l)
{
    const struct scene *s = l->scene;
    if (!s->session->count && !s->waiting)
        sheet_still(out, ATTR_PLAIN, "Nothing was asked yet: a adds an endpoint.");
    else if (!s->session->count || s->busy)
        sheet_still(out, ATTR_PLAIN, "probing ... causes come here as soon as something is known.");
    else if (s->failing)
        sheet_still(out, ATTR_WARN,
                    "It fails, and no cause is certain enough to be named yet (x asks for more).");
    else if (s->unsure)
        sheet_still(out, ATTR_WARN, "Unsure: what is known does not decide it (x asks for more).");
    else
        sheet_still(out, ATTR_PLAIN, "Nothing is wrong from here, for this client.");
    const char *first = s->verdict && !s->busy ? verdict_first(s->verdict) : NULL;
    if (first && (s->failing || s->unsure))
        sheet_wrap(out, l, (struct item){ ROW_LINE, -1, 1 }, ATTR_HEAD, "First: ", first);
}

static void why_rows(struct sheet *out, const struct look *l)
{
    size_t n;
    scene_findings(l->scene, LIST_DIAGNOSIS, &n);
    if (n == 0)
        add_no_cause(out, l);
    add_list(out, l, LIST_DIAGNOSIS, NULL);
    add_list(out, l, LIST_CANDIDATE, "Could be as well, but too little speaks for it");
    add_list(out, l, LIST_WARNING, "Warnings: they change no verdict");
    if (l->scene->session->count)
        add_columns(out, l);
    if (l->scene->trouble) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_wrap(out, l, (struct item){ ROW_LINE, -1 }, ATTR_WARN,
                   "tlswhy itself: ", l->scene->trouble);
    }
}

static bool why_open(struct subject *out, const struct look *l, const struct item *row,
                     const struct column *c)
{
    (void)l;
    (void)c;
    if (row->kind == ROW_EVIDENCE)
        *out = (struct subject){ SUBJECT_EVIDENCE, 0, row->a };
    else if (row->kind == ROW_COLUMN)
        *out = (struct subject){ SUBJECT_CELL, row->a, FACT_HANDSHAKE };
    else if (row->a >= 0)
        *out = (struct subject){ SUBJECT_FINDING, 0, row->a, row->b, row->c };
    else
        return false;
    return true;
}

static bool holds_column(const struct finding *f, int column)
{
    for (size_t i = 0; i < f->column_count; i++)
        if (f->column[i] == column)
            return true;
    return false;
}

/* The first cause that holds for a column, so that one key leads from a failing column there. */
static bool why_about(struct item *out, const struct look *l, const struct column *c)
{
    for (enum finding_list list = 0; list < LIST_COUNT; list++) {
        size_t n;
        const struct finding *f = scene_findings(l->scene, list, &n);
        for (size_t i = 0; i < n; i++)
            if (holds_column(&f[i], c->id)) {
                *out =
                    (struct item){ ROW_CAUSE, (int)list, (int)f[i].cause, first_column(&f[i]), 0 };
                return true;
            }
    }
    return false;
}

const struct pane pane_why = {
    .title = "Why", .key = '1', .place = PLACE_WHY, .rows = why_rows, .open = why_open, .about = why_about,
};
