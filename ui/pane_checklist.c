/* pane_checklist - isolating the pattern: what the person says beside what the probes say, and what that does.
 *
 * Owns: its rows. Must not know: how an answer weighs (src/why/question), which key gives it (view.c).
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

#define ANSWER_AT 31 /* columns where the answers begin */
#define PROBES_AT 50
#define VALUE_COLS 44
#define NARROW 70    /* below: the three stand closer */

struct cols { int answer, probes; };

static struct cols cols_of(const struct look *l)
{
    return l->width >= NARROW ? (struct cols){ ANSWER_AT, PROBES_AT } : (struct cols){ 11, 24 };
}

/* Cut to the columns before `to`, and padded up to there. */
static void add_cut(struct text *t, const char *s, int from, int to)
{
    int room = to - from - 2;
    size_t n = text_fit(s, room, NULL);
    if (s[n])
        n = text_fit(s, room - 2, NULL);
    text_add_n(t, s, n);
    text_add(t, s[n] ? ".." : "");
    text_pad(t, to);
}

/* What is not asked yet has a key here, where the report names options. */
static const char *const keyed[QUESTION_COUNT] = {
    [QUESTION_CLIENTS] = "M works it out for known clients, F in pane 6 sends their hellos",
    [QUESTION_SOFTWARE] = "M works it out for known clients, F in pane 6 sends their hellos",
};

/* "none: all work from here", "not asked: ...", "could not ask: ...". */
static char *probes_text(const struct probes_say *p, enum question q)
{
    if (p->state == NOT_ASKED && keyed[q])
        return mem_format("not asked: %s", keyed[q]);
    const char *state = p->state == COULD_NOT_ASK ? "can't tell" : p->state == UNSURE ? "unsure" : "not asked";
    return mem_format("%s: %s", p->word ? p->word : state, p->text ? p->text : "nothing was probed");
}

static void add_question(struct sheet *out, const struct look *l, enum question q)
{
    const struct question_row *row = &question_table[q];
    const struct probes_say *p = &l->scene->said[q];
    const char *answer = l->scene->session->answer[q];
    const char *log = l->scene->session->log.answer[q];
    struct cols at = cols_of(l);
    struct text t = { 0 };
    char *probes = probes_text(p, q), *from_log = log && !answer ? mem_format("log: %s", log) : NULL;
    text_add(&t, p->differs ? "!" : " ");
    add_cut(&t, l->width >= NARROW ? row->asks : row->word, 1, at.answer);
    add_cut(&t, answer ? answer : from_log ? from_log : "-", at.answer, at.probes);
    text_add(&t, probes);
    unsigned attr = p->differs ? ATTR_WARN : ATTR_PLAIN;
    struct row *r = sheet_row(out, (struct item){ CHECKLIST_QUESTION, (int)q }, attr, t.s);
    r->full = sheet_keep(out, mem_format("%s you: %s;%s%s%s the probes: %s", row->asks, answer ? answer : "not asked",
                                         log ? " the log: " : "", log ? log : "", log ? ";" : "", probes));
    free(from_log);
    free(probes);
    text_free(&t);
}

/* Wrapped lines that can't be selected. */
static void add_still(struct sheet *out, const struct look *l, unsigned attr, const char *head, const char *text)
{
    size_t from = out->count;
    sheet_wrap(out, l, (struct item){ 0 }, attr, head, text);
    for (size_t i = from; i < out->count; i++)
        out->row[i].still = true;
}

static void add_values(struct sheet *out, const struct look *l, enum question q)
{
    const struct question_row *row = &question_table[q];
    const char *answer = l->scene->session->answer[q];
    for (int i = 0; i < VALUES_MAX && row->value[i].word; i++) {
        const struct value *v = &row->value[i];
        struct text t = { 0 };
        char *moves = question_moves(q, v->word);
        text_addf(&t, " %s %c  %s%s%s", answer && strcmp(answer, v->word) == 0 ? "*" : " ", v->letter, v->word,
                  strcmp(v->word, v->says) == 0 ? "" : ": ", strcmp(v->word, v->says) == 0 ? "" : v->says);
        if (*moves && l->width >= NARROW + 20) {
            text_pad(&t, VALUE_COLS);
            text_addf(&t, " %s", moves);
        }
        sheet_still(out, answer && strcmp(answer, v->word) == 0 ? ATTR_HEAD : ATTR_PLAIN, t.s);
        text_free(&t);
        free(moves);
    }
    if (row->takes)
        add_still(out, l, ATTR_PLAIN, "   Enter  ", row->takes);
}

/* Wrapped lines that can be gone to, so that what has no room is reached. */
static void add_line(struct sheet *out, const struct look *l, enum question q, unsigned attr, const char *head,
                     const char *text)
{
    sheet_wrap(out, l, (struct item){ CHECKLIST_LINE, (int)q, (int)out->count }, attr, head, text);
}

static int add_effects(struct sheet *out, const struct look *l, enum question q, enum finding_list list)
{
    size_t n;
    int count = 0;
    const struct finding *f = scene_findings(l->scene, list, &n);
    for (size_t i = 0; i < n; i++) {
        char *letters = scene_letters(l->scene, f[i].column, f[i].column_count), *says = question_effect(&f[i]);
        char *head = mem_format("   %s: ", letters);
        if (says) {
            add_line(out, l, q, list == LIST_DIAGNOSIS ? ATTR_BAD : ATTR_PLAIN, head, says);
            count++;
        }
        free(head);
        free(says);
        free(letters);
    }
    return count;
}

/* Where the person says that it fails and the probes see it work. */
static void add_next(struct sheet *out, const struct look *l, enum question q)
{
    size_t n;
    const struct finding *f = scene_findings(l->scene, LIST_CANDIDATE, &n);
    for (size_t i = 0; i < n; i++)
        if (f[i].before == 0 && f[i].missing_count) {
            add_line(out, l, q, ATTR_HEAD, " Next: ", f[i].missing[0]);
            return;
        }
}

static void add_effect(struct sheet *out, const struct look *l, enum question q)
{
    sheet_still(out, ATTR_PLAIN, "");
    sheet_still(out, ATTR_HEAD, "What the answers do to the ranking");
    int count = add_effects(out, l, q, LIST_DIAGNOSIS) + add_effects(out, l, q, LIST_CANDIDATE);
    if (count == 0)
        sheet_still(out, ATTR_PLAIN, answers_any(l->scene->session)
                                         ? "   nothing: no cause that there is evidence for hangs on them"
                                         : "   nothing yet: no question is answered");
    add_next(out, l, q);
}

/* Beside the person's own answer, which outweighs it. */
static void add_log(struct sheet *out, const struct look *l, enum question q)
{
    const char *log = l->scene->session->log.answer[q], *own = l->scene->session->answer[q];
    char *says = log ? mem_format("%s (0 shows it)%s", log,
                                  !own                  ? "; an answer of your own outweighs it"
                                  : strcmp(own, log) == 0 ? ", as you do" : "; yours outweighs it")
                     : NULL;
    if (says)
        add_still(out, l, ATTR_PLAIN, "   The log says ", says);
    free(says);
}

static void checklist_rows(struct sheet *out, const struct look *l)
{
    const struct spot *spot = view_spot_of(l->view, PANE_CHECKLIST);
    enum question q = spot->item.kind ? (enum question)spot->item.a : 0;
    struct cols at = cols_of(l);
    struct text t = { 0 };
    text_add(&t, l->width >= NARROW ? " Question" : " ");
    text_pad(&t, at.answer);
    text_add(&t, "You say");
    text_pad(&t, at.probes);
    text_add(&t, "The probes say");
    sheet_still(out, ATTR_HEAD, t.s);
    text_free(&t);
    for (enum question i = 0; i < QUESTION_COUNT; i++)
        add_question(out, l, i);
    q = q < QUESTION_COUNT ? q : 0; /* unsigned: no question is below 0 */
    char *head = mem_format("%s ", question_table[q].asks);
    sheet_still(out, ATTR_PLAIN, "");
    add_still(out, l, ATTR_HEAD, head, l->view->asking ? "answer with a letter, or Enter and words; Esc leaves"
                                                      : "Enter answers it, u takes the answer back");
    add_values(out, l, q);
    free(head);
    char *probes = probes_text(&l->scene->said[q], q);
    if (text_width(probes) > l->width - at.probes)
        add_still(out, l, ATTR_PLAIN, "   The probes say ", probes);
    free(probes);
    add_log(out, l, q);
    if (l->scene->said[q].differs)
        add_still(out, l, ATTR_WARN, "   ! ", l->scene->session->answer[q]
                  ? "You and the probes do not agree. Both are kept; the ranking goes by the evidence, and your answer "
                    "moves it."
                  : "The log and the probes do not agree. Both are kept; the ranking goes by the evidence, and what "
                    "the log says moves it.");
    add_effect(out, l, q);
}

const struct pane pane_checklist = {
    .title = "Checklist", .key = '4', .place = PLACE_CHECKLIST, .rows = checklist_rows,
};
