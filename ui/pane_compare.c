/* pane_compare - all columns side by side, and what differs.
 *
 * Owns: its rows. Must not know: how they are drawn, why anything fails.
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

enum { ROW_VERDICT = 1, ROW_FACT };

/* Two that fail, but not alike, are of the same class. */
static char verdicts_mark(const struct column_verdict *a, const struct column_verdict *b)
{
    if (a->verdict != b->verdict)
        return MARK_DIFFER;
    bool alike = a->verdict == VERDICT_OK || (a->text && b->text && strcmp(a->text, b->text) == 0);
    return alike ? MARK_NONE : MARK_CLASS;
}

/* The verdict's own marker: do the columns come out alike? */
static char verdict_mark(const struct scene *s)
{
    bool pending = false, class = false;
    const struct column_verdict *first = NULL;
    for (size_t i = 0; i < s->session->count; i++) {
        const struct column_verdict *v = scene_verdict(s, s->session->column[i]->id);
        if (!v || v->pending) {
            pending = true;
            continue;
        }
        char mark = first ? verdicts_mark(first, v) : MARK_NONE;
        if (mark == MARK_DIFFER)
            return mark;
        class |= mark == MARK_CLASS;
        first = first ? first : v;
    }
    if (class)
        return MARK_CLASS;
    return pending ? MARK_PENDING : s->session->count > 1 ? MARK_EQUAL : MARK_NONE;
}

static void compare_rows(struct sheet *out, const struct look *l)
{
    const struct scene *s = l->scene;
    if (!s->session->count) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN,
                    s->waiting ? "probing ..." : "Nothing to compare yet: a adds an endpoint.");
        return;
    }
    sheet_row(out, (struct item){ ROW_VERDICT }, ATTR_HEAD, "Verdict")->mark = verdict_mark(s);
    for (enum fact f = 0; f < FACT_COUNT; f++) {
        bool differs = s->row[f] == MARK_DIFFER || s->row[f] == MARK_CLASS;
        if (s->shown[f] && (differs || !l->view->only_diff))
            sheet_row(out, (struct item){ ROW_FACT, (int)f }, ATTR_PLAIN, fact_table[f].title)
                ->mark = (char)s->row[f];
    }
}

static void verdict_cell(struct cell_text *out, const struct look *l, const struct column *c)
{
    static const char *const words[] = { [VERDICT_FAILING] = "FAIL ", [VERDICT_UNSURE] = "? " };
    static const unsigned attrs[] = { [VERDICT_FAILING] = ATTR_BAD, [VERDICT_UNSURE] = ATTR_WARN };
    const struct column_verdict *v = scene_verdict(l->scene, c->id);
    const struct column *ref = view_reference(l->view, l->scene);
    const struct column_verdict *r = ref ? scene_verdict(l->scene, ref->id) : NULL;
    if (!v || v->pending) {
        out->text = mem_string(". probing");
        return;
    }
    out->text = mem_format("%s%s", v->verdict == VERDICT_OK ? "" : words[v->verdict],
                           v->text ? v->text : judgement_words[v->verdict]);
    out->attr = v->verdict == VERDICT_OK ? ATTR_PLAIN : attrs[v->verdict];
    if (r && r != v && !r->pending)
        out->mark = verdicts_mark(r, v);
}

static void compare_cell(struct cell_text *out, const struct look *l, const struct item *row,
                         const struct column *c)
{
    const struct column *ref = view_reference(l->view, l->scene);
    if (row->kind == ROW_VERDICT) {
        verdict_cell(out, l, c);
        return;
    }
    out->text = column_cell(c, (enum fact)row->a);
    out->full = column_word(c, (enum fact)row->a);
    if (ref && ref != c)
        out->mark = (char)diff_cell(ref, c, (enum fact)row->a);
    out->attr = out->mark == MARK_DIFFER  ? ATTR_BAD
                : out->mark == MARK_CLASS ? ATTR_WARN
                                          : ATTR_PLAIN;
}

static const char *const state_says[] = {
    [NOT_ASKED] = "not asked yet", [STATE_YES] = "", [STATE_NO] = "", [UNSURE] = "unsure",
    [COULD_NOT_ASK] = "could not be asked",
};

static void foot_fact(struct text *t, const struct look *l, enum fact f, const struct column *c)
{
    char letter[LETTER_LEN];
    const struct column *ref = view_reference(l->view, l->scene);
    const struct seen *seen = column_seen(c, f);
    char *cell = column_cell(c, f);
    text_addf(t, "%s, %s: %s", fact_table[f].title,
              scene_letter(scene_index(l->scene, c->id), letter),
              *state_says[seen->state] ? state_says[seen->state] : cell);
    free(cell);
    if (ref && ref != c && diff_cell(ref, c, f) != MARK_NONE) {
        cell = column_cell(ref, f);
        text_addf(t, "; the reference %s: %s", scene_letter(scene_index(l->scene, ref->id), letter),
                  cell);
        free(cell);
    }
    text_add(t, ". ");
    if (seen->evidence > 0 && (size_t)seen->evidence < l->scene->session->evidence_count) {
        const struct evidence *e = &l->scene->session->evidence[seen->evidence];
        text_addf(t, "e%d: %s ", seen->evidence, e->text ? e->text : "seen as such.");
    }
    text_addf(t, "(%s)", fact_table[f].help);
}

static char *compare_foot(const struct look *l, const struct item *row, const struct column *c)
{
    struct text t = { 0 };
    char letter[LETTER_LEN];
    const struct column_verdict *v = scene_verdict(l->scene, c->id);
    if (row->kind == ROW_FACT)
        foot_fact(&t, l, (enum fact)row->a, c);
    else if (v)
        text_addf(&t, "%s: %s. %s", scene_letter(scene_index(l->scene, c->id), letter),
                  v->text ? v->text : judgement_words[v->verdict],
                  v->verdict == VERDICT_OK
                      ? ""
                      : "Press 1 (or Enter) for the cause, the evidence and the fix.");
    else
        text_add(&t, "Probing has begun; the verdict comes when the first answers are in.");
    return text_take(&t);
}

static bool compare_open(struct subject *out, const struct look *l, const struct item *row,
                         const struct column *c)
{
    (void)l;
    if (row->kind != ROW_FACT || !c)
        return false;
    *out = (struct subject){ SUBJECT_CELL, c->id, row->a };
    return true;
}

const struct pane pane_compare = {
    .title = "Compare", .key = '2', .place = PLACE_COMPARE, .columns = true,
    .rows = compare_rows, .cell = compare_cell, .foot = compare_foot, .open = compare_open,
};
