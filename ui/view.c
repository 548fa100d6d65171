/* view - see view.h. */
#include "ui/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "ui/keys.h"
#include "ui/pane.h"
#include "ui/render.h"

struct view *view_new(enum pane_id start, char *const *defaults)
{
    struct view *v = mem_new(sizeof *v);
    v->pane = start;
    v->defaults = defaults;
    return v;
}

void view_free(struct view *v)
{
    struct effect e;
    if (!v)
        return;
    while (view_effect(v, &e))
        free(e.text);
    free(v->effect);
    free(v->mark);
    free(v->find);
    free(v->filter);
    free(v->log_filter);
    free(v->message);
    free(v);
}

enum pane_id view_top(const struct view *v)
{
    return v->help ? PANE_HELP : v->depth ? PANE_DETAIL : v->pane;
}

enum place view_place(const struct view *v)
{
    enum place place = pane_table[view_top(v)]->place;
    return v->prompt ? PLACE_PROMPT : place == PLACE_CHECKLIST && v->asking ? PLACE_QUESTION : place;
}

const struct spot *view_spot_of(const struct view *v, enum pane_id pane)
{
    return pane == PANE_DETAIL && v->depth ? &v->detail[v->depth - 1].spot : &v->spot[pane];
}

struct spot *view_spot(struct view *v)
{
    enum pane_id top = view_top(v);
    return top == PANE_DETAIL ? &v->detail[v->depth - 1].spot : &v->spot[top];
}

const struct column *view_column(const struct view *v, const struct scene *s)
{
    size_t n = s->session->count;
    const struct column *c = session_column(s->session, v->column);
    if (c || n == 0)
        return c;
    size_t at = v->column_index < 0 ? 0 : (size_t)v->column_index;
    return s->session->column[at < n ? at : n - 1];
}

const struct column *view_reference(const struct view *v, const struct scene *s)
{
    const struct column *c = v->reference ? session_column(s->session, v->reference) : NULL;
    return c ? c : session_column(s->session, scene_reference(s));
}

bool view_marked(const struct view *v, int column)
{
    for (size_t i = 0; i < v->mark_count; i++)
        if (v->mark[i] == column)
            return true;
    return false;
}

void view_say(struct view *v, const char *format, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    free(v->message);
    v->message = mem_string(text);
}

static void effect_add(struct view *v, enum effect_kind kind, int column, char *text)
{
    if (v->effect_count == v->effect_room) {
        v->effect_room = v->effect_room ? 2 * v->effect_room : 8;
        v->effect = mem_array(v->effect, v->effect_room, sizeof *v->effect);
    }
    v->effect[v->effect_count++] = (struct effect){ kind, column, text };
}

bool view_effect(struct view *v, struct effect *out)
{
    if (v->effect_count == 0)
        return false;
    *out = v->effect[0];
    v->effect_count--;
    memmove(v->effect, v->effect + 1, v->effect_count * sizeof *v->effect);
    return true;
}

void view_settle(struct view *v, const struct frame *f, bool keyed)
{
    for (enum pane_id p = 0; p < PANE_COUNT; p++) {
        const struct drawn *d = &f->drawn[p];
        struct spot *spot =
            p == PANE_DETAIL && v->depth ? &v->detail[v->depth - 1].spot : &v->spot[p];
        if (d->width == 0)
            continue;
        spot->width = d->width;
        spot->page = d->page;
        if (keyed) {
            spot->top = d->top;
            spot->left = d->left;
        }
    }
}

/* --- rows ------------------------------------------------------------------------------------ */

static struct look look_of(const struct view *v, const struct scene *s)
{
    const struct spot *spot = view_spot_of(v, view_top(v));
    return (struct look){ .scene = s, .view = v, .width = spot->width > 1 ? spot->width - 1 : 79,
                          .subject = v->depth ? &v->detail[v->depth - 1].subject : NULL };
}

static struct sheet rows_of(const struct view *v, const struct scene *s)
{
    struct sheet rows = { 0 };
    struct look l = look_of(v, s);
    pane_table[view_top(v)]->rows(&rows, &l);
    return rows;
}

static void spot_set(struct view *v, const struct sheet *rows, int at)
{
    if (at < 0)
        return;
    view_spot(v)->item = rows->row[at].item;
    view_spot(v)->index = at;
}

static void rows_move(struct view *v, const struct scene *s, int by)
{
    struct sheet rows = rows_of(v, s);
    int at = sheet_find(&rows, view_spot(v));
    if (at >= 0)
        spot_set(v, &rows, sheet_step(&rows, at, by));
    sheet_free(&rows);
}

static int page_of(struct view *v)
{
    int page = view_spot(v)->page;
    return page > 1 ? page - 1 : 10;
}

static void act_down(struct view *v, const struct scene *s) { rows_move(v, s, 1); }
static void act_up(struct view *v, const struct scene *s) { rows_move(v, s, -1); }
static void act_page_down(struct view *v, const struct scene *s) { rows_move(v, s, page_of(v)); }
static void act_page_up(struct view *v, const struct scene *s) { rows_move(v, s, -page_of(v)); }
static void act_top(struct view *v, const struct scene *s) { rows_move(v, s, -SHEET_MAX); }
static void act_bottom(struct view *v, const struct scene *s) { rows_move(v, s, SHEET_MAX); }

static void column_move(struct view *v, const struct scene *s, int by)
{
    const struct column *c = view_column(v, s);
    int at = c ? scene_index(s, c->id) + by : -1;
    if (at < 0 || at >= (int)s->session->count)
        return;
    v->column = s->session->column[at]->id;
    v->column_index = at;
}

static void act_left(struct view *v, const struct scene *s) { column_move(v, s, -1); }
static void act_right(struct view *v, const struct scene *s) { column_move(v, s, 1); }

/* --- going somewhere ------------------------------------------------------------------------- */

static void pane_go(struct view *v, enum pane_id pane)
{
    v->pane = pane;
    v->depth = 0;
    v->help = v->asking = false;
}

/* From a column the person went to, to what is said about it. */
static void act_why(struct view *v, const struct scene *s)
{
    const struct column *c = v->column && v->pane != PANE_WHY ? view_column(v, s) : NULL;
    pane_go(v, PANE_WHY);
    struct look l = look_of(v, s);
    if (c) {
        pane_why.about(&v->spot[PANE_WHY].item, &l, c);
        v->spot[PANE_WHY].top = SHEET_MAX; /* scrolls back from there to the cause: it stands first */
    }
}

static void act_compare(struct view *v, const struct scene *s)
{
    (void)s;
    pane_go(v, PANE_COMPARE);
}
static void act_chain(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_CHAIN); }
static void act_checklist(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_CHECKLIST); }
static void act_matrix(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_MATRIX); }
static void act_clock(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_CLOCK); }
static void act_clients(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_CLIENTS); }
static void act_path(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_PATH); }
static void act_load(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_LOAD); }
static void act_log(struct view *v, const struct scene *s) { (void)s; pane_go(v, PANE_LOG); }

static void act_next_pane(struct view *v, const struct scene *s)
{
    (void)s;
    pane_go(v, (v->pane + 1) % PANE_MAIN);
}

static void act_prev_pane(struct view *v, const struct scene *s)
{
    (void)s;
    pane_go(v, (v->pane + PANE_MAIN - 1) % PANE_MAIN);
}

static void set_text(char **to, const char *text)
{
    free(*to);
    *to = text && *text ? mem_string(text) : NULL;
}

static bool step_back(struct view *v)
{
    if (v->help && v->filter) {
        free(v->filter);
        v->filter = NULL;
    } else if (v->help) {
        v->help = false;
    } else if (v->depth) {
        v->depth--;
    } else if (v->asking) {
        v->asking = false;
    } else if (v->pane == PANE_LOG && v->log_filter) {
        set_text(&v->log_filter, NULL);
    } else {
        return false;
    }
    return true;
}

static void act_back(struct view *v, const struct scene *s)
{
    (void)s;
    if (!step_back(v))
        view_say(v, "This is the first level; q quits.");
}

static void act_quit(struct view *v, const struct scene *s)
{
    (void)s;
    if (!step_back(v))
        effect_add(v, EFFECT_QUIT, 0, NULL);
}

static void act_quit_print(struct view *v, const struct scene *s)
{
    (void)s;
    effect_add(v, EFFECT_QUIT_PRINT, 0, NULL);
}

static void act_help(struct view *v, const struct scene *s)
{
    (void)s;
    v->help = !v->help;
    v->spot[PANE_HELP].item = (struct item){ 0 };
    v->spot[PANE_HELP].index = 0;
}

/* Help does what is selected: closes, and goes on as if its key had been pressed. */
static void help_run(struct view *v, const struct scene *s)
{
    struct sheet rows = rows_of(v, s);
    int at = sheet_find(&rows, view_spot(v));
    int action = at >= 0 && rows.row[at].item.kind == 1 ? rows.row[at].item.a : ACTION_NONE;
    sheet_free(&rows);
    if (action == ACTION_NONE)
        return;
    v->help = false;
    if (action == ACTION_HELP)
        return;
    if (action_holds((enum action)action, view_place(v)))
        view_action(v, s, (enum action)action);
    else
        view_say(v, "\"%s\" has nothing to work on here; it is for: %s.", action_table[action].name,
                 context_words[action_table[action].context]);
}

static void act_open(struct view *v, const struct scene *s)
{
    struct subject subject;
    struct look l = look_of(v, s);
    if (v->help) {
        help_run(v, s);
        return;
    }
    if (view_top(v) == PANE_CHECKLIST) {
        v->asking = true;
        return;
    }
    const struct pane *p = pane_table[view_top(v)];
    struct sheet rows = rows_of(v, s);
    int at = sheet_find(&rows, view_spot(v));
    bool opens = at >= 0 && p->open && p->open(&subject, &l, &rows.row[at].item, view_column(v, s));
    sheet_free(&rows);
    if (opens && v->depth < DETAIL_DEPTH) {
        v->detail[v->depth].subject = subject;
        v->detail[v->depth++].spot = (struct spot){ .width = l.width + 1 };
    } else if (!opens && view_top(v) == PANE_COMPARE && at >= 0) {
        act_why(v, s);
    } else {
        view_say(v, "There is nothing more behind this.");
    }
}

/* --- the checklist --------------------------------------------------------------------------- */

static enum question question_of(const struct view *v)
{
    const struct item *item = &v->spot[PANE_CHECKLIST].item;
    bool one = item->kind && item->a >= 0 && item->a < QUESTION_COUNT;
    return one ? (enum question)item->a : 0;
}

/* On to the next question, so that one key answers each. */
static void answer_give(struct view *v, const struct scene *s, enum question q, char *answer)
{
    effect_add(v, EFFECT_ANSWER, (int)q, answer);
    if (view_top(v) == PANE_CHECKLIST && answer && v->spot[PANE_CHECKLIST].item.kind != CHECKLIST_LINE)
        rows_move(v, s, 1);
}

static void answer_letter(struct view *v, const struct scene *s, char letter)
{
    enum question q = question_of(v);
    const struct question_row *row = &question_table[q];
    struct text t = { 0 };
    for (int i = 0; i < VALUES_MAX && row->value[i].word; i++) {
        if (row->value[i].letter == letter) {
            answer_give(v, s, q, mem_string(row->value[i].word));
            text_free(&t);
            return;
        }
        text_addf(&t, "%c %s, ", row->value[i].letter, row->value[i].word);
    }
    view_say(v, "%s It takes %sor Enter and %s.", row->asks, t.s, row->takes ? row->takes : "one of these words");
    text_free(&t);
}

static void act_answer_all(struct view *v, const struct scene *s) { answer_letter(v, s, 'a'); }
static void act_answer_some(struct view *v, const struct scene *s) { answer_letter(v, s, 's'); }
static void act_answer_one(struct view *v, const struct scene *s) { answer_letter(v, s, 'o'); }
static void act_answer_yes(struct view *v, const struct scene *s) { answer_letter(v, s, 'y'); }
static void act_answer_no(struct view *v, const struct scene *s) { answer_letter(v, s, 'n'); }
static void act_answer_whiles(struct view *v, const struct scene *s) { answer_letter(v, s, 'w'); }
static void act_answer_bursts(struct view *v, const struct scene *s) { answer_letter(v, s, 'b'); }

static void act_unanswer(struct view *v, const struct scene *s)
{
    enum question q = question_of(v);
    if (s->session->answer[q])
        answer_give(v, s, q, NULL);
    view_say(v, s->session->answer[q] ? "%s Your answer is taken back." : "%s You have not answered it.",
             question_table[q].asks);
}

/* --- columns --------------------------------------------------------------------------------- */

static const struct column *column_or_say(struct view *v, const struct scene *s)
{
    const struct column *c = view_column(v, s);
    if (!c)
        view_say(v, "There is no column yet; a adds an endpoint.");
    return c;
}

static void act_reference(struct view *v, const struct scene *s)
{
    char letter[LETTER_LEN];
    const struct column *c = column_or_say(v, s);
    if (!c)
        return;
    v->reference = c->id;
    view_say(v, "%s is the reference now: marks show what differs from it.",
             scene_letter(scene_index(s, c->id), letter));
}

static void act_only_diff(struct view *v, const struct scene *s)
{
    v->only_diff = !v->only_diff;
    view_say(v,
             v->only_diff ? "Only the %d rows that differ; D shows all."
                          : "All rows; %d of them differ.",
             s->differ);
}

static void act_mark(struct view *v, const struct scene *s)
{
    const struct column *c = column_or_say(v, s);
    if (!c)
        return;
    for (size_t i = 0; i < v->mark_count; i++)
        if (v->mark[i] == c->id) {
            v->mark[i] = v->mark[--v->mark_count];
            return;
        }
    v->mark = mem_array(v->mark, v->mark_count + 1, sizeof *v->mark);
    v->mark[v->mark_count++] = c->id;
}

/* Has `kind` done to the marked columns, else to the selected one. How many. */
static int columns_each(struct view *v, const struct scene *s, enum effect_kind kind)
{
    int n = 0;
    for (size_t i = 0; i < v->mark_count; i++)
        if (session_column(s->session, v->mark[i])) {
            effect_add(v, kind, v->mark[i], NULL);
            n++;
        }
    const struct column *c = view_column(v, s);
    if (n == 0 && c) {
        effect_add(v, kind, c->id, NULL);
        n = 1;
    }
    return n;
}

/* What an action on columns will have been about: "B lab", "3 columns". */
static char *columns_text(const struct view *v, const struct scene *s)
{
    char letter[LETTER_LEN];
    int marked = 0;
    for (size_t i = 0; i < v->mark_count; i++)
        marked += session_column(s->session, v->mark[i]) != NULL;
    const struct column *c = view_column(v, s);
    if (marked)
        return mem_format("%d marked column%s", marked, marked == 1 ? "" : "s");
    return mem_format("%s %s", scene_letter(c ? scene_index(s, c->id) : -1, letter),
                      c && c->label ? c->label : "");
}

static void act_remove(struct view *v, const struct scene *s)
{
    if (!column_or_say(v, s))
        return;
    char *what = columns_text(v, s);
    v->column_index = scene_index(s, view_column(v, s)->id);
    int n = columns_each(v, s, EFFECT_REMOVE);
    v->mark_count = 0;
    view_say(v, n > 1 ? "Removed %s; u brings them back one by one, with all that is known."
                      : "Removed %s; u brings it back with all that is known.", what);
    free(what);
}

static void act_undo(struct view *v, const struct scene *s)
{
    if (view_top(v) == PANE_CHECKLIST && s->session->answer[question_of(v)]) {
        act_unanswer(v, s);
        return;
    }
    effect_add(v, EFFECT_UNDO, 0, NULL);
}

static bool can_ask(struct view *v, const struct scene *s)
{
    if (s->gone)
        view_say(v, "The prober has ended: nothing can be asked any more. What is shown stays; "
                    "quit and start again to go on.");
    else
        v->stopped = false;
    return !s->gone;
}

/* Of the marked columns, else of the one at hand, some can be asked: not those of clients that came to us. */
static bool can_ask_chosen(struct view *v, const struct scene *s)
{
    bool marked = false, good = false;
    if (!column_or_say(v, s) || !can_ask(v, s))
        return false;
    for (size_t i = 0; i < v->mark_count; i++) {
        const struct column *c = session_column(s->session, v->mark[i]);
        marked |= c != NULL;
        good |= c && !column_is_client(c);
    }
    good |= !marked && !column_is_client(view_column(v, s));
    if (!good)
        view_say(v, "A client that connected can't be asked; it is heard again when it comes again.");
    return good;
}

/* How many columns can be asked; says so when there is none. */
static size_t count_askable(struct view *v, const struct scene *s)
{
    size_t n = 0;
    if (!column_or_say(v, s) || !can_ask(v, s))
        return 0;
    for (size_t i = 0; i < s->session->count; i++)
        n += !column_is_client(s->session->column[i]);
    if (!n)
        view_say(v, "Clients that connected can't be asked; they are heard again when they come again.");
    return n;
}

static void act_again(struct view *v, const struct scene *s)
{
    if (!can_ask_chosen(v, s))
        return;
    char *what = columns_text(v, s);
    columns_each(v, s, EFFECT_AGAIN);
    view_say(v, "Probing %s again.", what);
    free(what);
}

static void act_again_all(struct view *v, const struct scene *s)
{
    size_t n = count_askable(v, s);
    if (!n)
        return;
    effect_add(v, EFFECT_AGAIN, 0, NULL);
    view_say(v, "Probing all %zu columns again.", n);
}

static void act_enumerate(struct view *v, const struct scene *s)
{
    if (!can_ask_chosen(v, s))
        return;
    char *what = columns_text(v, s);
    columns_each(v, s, v->pane == PANE_CLIENTS ? EFFECT_TRY_CLIENTS : EFFECT_ENUMERATE);
    view_say(v, v->pane == PANE_CLIENTS ? "Asking %s for everything, and with each client's hello."
                                        : "Asking %s for everything; 5 shows it.", what);
    free(what);
}

static void act_enumerate_all(struct view *v, const struct scene *s)
{
    size_t n = count_askable(v, s);
    if (!n)
        return;
    effect_add(v, v->pane == PANE_CLIENTS ? EFFECT_TRY_CLIENTS : EFFECT_ENUMERATE, 0, NULL);
    view_say(v, v->pane == PANE_CLIENTS ? "Asking all %zu columns for everything, and with each client's hello."
                                        : "Asking all %zu columns for everything; 5 shows it.", n);
}

static void act_settle(struct view *v, const struct scene *s)
{
    if (column_or_say(v, s) && can_ask(v, s))
        effect_add(v, EFFECT_SETTLE, 0, NULL);
}

static void act_pause(struct view *v, const struct scene *s)
{
    (void)s;
    v->paused = !v->paused;
    effect_add(v, EFFECT_PAUSE, 0, NULL);
    view_say(v, v->paused ? "The picture is held; probing goes on. p shows what came meanwhile."
                          : "Live again.");
}

static void act_stop(struct view *v, const struct scene *s)
{
    if (v->stopped) {
        effect_add(v, EFFECT_QUIT, 0, NULL);
        return;
    }
    v->stopped = true;
    effect_add(v, EFFECT_STOP, 0, NULL);
    view_say(v, s->busy || s->waiting
                    ? "Stopped probing; what is known stays. ^C again quits, R probes again."
                    : "Nothing is being probed. ^C again quits.");
}

static void act_redraw(struct view *v, const struct scene *s)
{
    (void)s;
    effect_add(v, EFFECT_REDRAW, 0, NULL);
}

static void act_suspend(struct view *v, const struct scene *s)
{
    (void)s;
    effect_add(v, EFFECT_SUSPEND, 0, NULL);
}

/* The selected cell, line or fix, whole and without borders. */
static void act_copy(struct view *v, const struct scene *s)
{
    const struct pane *p = pane_table[view_top(v)];
    const struct column *c = view_column(v, s);
    struct look l = look_of(v, s);
    struct sheet rows = rows_of(v, s);
    int at = sheet_find(&rows, view_spot(v));
    char *text = NULL;
    if (at >= 0 && p->columns && c) {
        struct cell_text cell = { 0 };
        p->cell(&cell, &l, &rows.row[at].item, c);
        text = cell.full ? mem_string(cell.full) : cell.text;
        if (cell.full)
            free(cell.text);
    } else if (at >= 0) {
        text = mem_string(rows.row[at].full ? rows.row[at].full : rows.row[at].text);
    }
    sheet_free(&rows);
    if (text)
        effect_add(v, EFFECT_COPY, 0, text);
    else
        view_say(v, "Nothing is selected that could be copied.");
}

/* --- finding --------------------------------------------------------------------------------- */

static bool row_has(const struct view *v, const struct scene *s, const struct row *r,
                    const char *what)
{
    const struct pane *p = pane_table[view_top(v)];
    struct look l = look_of(v, s);
    bool has = strcasestr(r->text, what) || (p->columns && r->full && strcasestr(r->full, what));
    for (size_t i = 0; p->columns && !p->glyphs && !has && i < s->session->count; i++) {
        struct cell_text cell = { 0 };
        p->cell(&cell, &l, &r->item, s->session->column[i]);
        has = cell.text && strcasestr(cell.text, what);
        free(cell.text);
    }
    return has;
}

/* A server's name is what is looked for most: the next column that has it in its title is gone to. */
static bool find_column(struct view *v, const struct scene *s, int step)
{
    const struct column *at = view_column(v, s);
    int n = (int)s->session->count, from = at ? scene_index(s, at->id) : 0;
    if (!pane_table[view_top(v)]->columns)
        return false;
    for (int i = 1; i <= n; i++) {
        int j = ((from + step * i) % n + n) % n;
        const struct column *c = s->session->column[j];
        if (!strcasestr(c->label, v->find) && !(c->address && strcasestr(c->address, v->find)))
            continue;
        v->column = c->id;
        v->column_index = j;
        return true;
    }
    return false;
}

static void find_step(struct view *v, const struct scene *s, int step)
{
    if (!v->find || !*v->find) {
        view_say(v, "Nothing was looked for yet: / asks for a text.");
        return;
    }
    if (find_column(v, s, step))
        return;
    struct sheet rows = rows_of(v, s);
    int n = (int)rows.count, at = sheet_find(&rows, view_spot(v)), found = -1;
    for (int i = 1; i <= n && found < 0 && at >= 0; i++) {
        int j = ((at + step * i) % n + n) % n;
        if (!rows.row[j].still && row_has(v, s, &rows.row[j], v->find))
            found = j;
    }
    if (found < 0)
        view_say(v, "\"%s\" is nowhere in this pane.", v->find);
    else if (step > 0 ? found <= at : found >= at)
        view_say(v,
                 found == at ? "\"%s\" is only here."
                             : "\"%s\": found by starting over at the other end.",
                 v->find);
    spot_set(v, &rows, found);
    sheet_free(&rows);
}

static void act_find_next(struct view *v, const struct scene *s) { find_step(v, s, 1); }
static void act_find_prev(struct view *v, const struct scene *s) { find_step(v, s, -1); }

#define RAMP_GENTLE "64"
#define RAMP_MAX 1024

/* --- prompts --------------------------------------------------------------------------------- */

static void prompt_open(struct view *v, enum prompt prompt, const char *text)
{
    v->prompt = prompt;
    line_set(&v->line, text);
}

static void act_find(struct view *v, const struct scene *s)
{
    (void)s;
    prompt_open(v, PROMPT_FIND, "");
}
static void act_command(struct view *v, const struct scene *s)
{
    (void)s;
    prompt_open(v, PROMPT_COMMAND, "");
}

static void act_add(struct view *v, const struct scene *s)
{
    if (can_ask(v, s))
        prompt_open(v, PROMPT_ADD, "");
}

static void act_copy_column(struct view *v, const struct scene *s)
{
    const struct column *c = column_or_say(v, s);
    if (c && can_ask(v, s))
        prompt_open(v, PROMPT_COPY, c->endpoint && c->endpoint->text ? c->endpoint->text : "");
}

void view_offer(struct view *v, const char *endpoint) { prompt_open(v, PROMPT_ADD, endpoint); }

static void act_listen(struct view *v, const struct scene *s)
{
    if (can_ask(v, s))
        prompt_open(v, PROMPT_LISTEN, "8443");
}

static void act_tap(struct view *v, const struct scene *s)
{
    const struct column *c = column_or_say(v, s);
    if (!c || !can_ask(v, s))
        return;
    if (column_is_client(c))
        view_say(v, "This column is a client that connected; choose the column of an endpoint.");
    else
        prompt_open(v, PROMPT_TAP, "8443");
}

/* The prompt is the consent: nothing begins before Enter. */
static void act_ramp(struct view *v, const struct scene *s)
{
    const struct column *c = column_or_say(v, s);
    if (!c || !can_ask(v, s))
        return;
    if (column_is_client(c) || column_is_saved(c))
        view_say(v, column_is_saved(c) ? "This column is of a saved session; a probes its endpoint anew."
                                       : "This column is a client that connected; choose the column of an endpoint.");
    else
        prompt_open(v, PROMPT_RAMP, RAMP_GENTLE);
}

static void act_read_log(struct view *v, const struct scene *s) { (void)s; prompt_open(v, PROMPT_LOG, ""); }

static void act_follow(struct view *v, const struct scene *s)
{
    v->follow = !v->follow;
    effect_add(v, EFFECT_FOLLOW, v->follow, NULL);
    view_say(v, !v->follow           ? "No log is read on any more; f does."
                : s->session->log.summary ? "The last log is read on as it grows."
                                          : "The next log is read on as it grows; o reads one.");
}

static void act_save_hello(struct view *v, const struct scene *s)
{
    const struct column *c = column_or_say(v, s);
    if (!c)
        return;
    if (c->fact[FACT_CLIENT_HELLO].state == STATE_YES)
        effect_add(v, EFFECT_SAVE_HELLO, c->id, NULL);
    else
        view_say(v, "No client's hello is in this column; L listens for one, T passes one through.");
}

static void act_answer(struct view *v, const struct scene *s)
{
    const char *now = s->session->answer[question_of(v)];
    prompt_open(v, PROMPT_ANSWER, now ? now : "");
}

static void accept_find(struct view *v, const struct scene *s, const char *text)
{
    v->prompt = PROMPT_NONE;
    if (v->help) {
        set_text(&v->filter, text);
        view_spot(v)->item = (struct item){ 0 };
        view_spot(v)->index = 0;
        return;
    }
    if (*text)
        set_text(&v->find, text);
    if (view_top(v) == PANE_LOG) { /* only lines that have it */
        set_text(&v->log_filter, text);
        view_spot(v)->item = (struct item){ 0 };
        view_spot(v)->index = 0;
        return;
    }
    find_step(v, s, 1);
}

/* What is wrong stays in the prompt, to be mended. */
static void accept_endpoint(struct view *v, const struct scene *s, const char *text)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(text, v->defaults, &e);
    if (!ep) {
        view_say(v, "%s", e.text);
        return;
    }
    v->prompt = PROMPT_NONE;
    if (!can_ask(v, s)) {
        endpoint_free(ep);
        return;
    }
    view_say(v, "Asked for %s%s%s", ep->text, ep->note ? "; note: " : ".",
             ep->note ? ep->note : "");
    effect_add(v, EFFECT_ASK, 0, mem_string(ep->text));
    endpoint_free(ep);
}

static void accept_where(struct view *v, const struct scene *s, const char *text)
{
    const struct column *c = v->prompt == PROMPT_TAP ? view_column(v, s) : NULL;
    if (!*text) {
        view_say(v, "A port is needed, such as 8443, or an address and a port: 192.0.2.1:8443.");
        return;
    }
    effect_add(v, EFFECT_LISTEN, c ? c->id : 0, mem_string(text));
    v->prompt = PROMPT_NONE;
}

static void accept_ramp(struct view *v, const struct scene *s, const char *text)
{
    const struct column *c = view_column(v, s);
    size_t digits = strspn(text, "0123456789");
    if (!digits || digits > 4 || text[digits] || atoi(text) < 1 || atoi(text) > RAMP_MAX) {
        view_say(v, "How many handshakes at once at the most? A number from 1 to %d; Esc leaves it.", RAMP_MAX);
        return;
    }
    v->prompt = PROMPT_NONE;
    if (!c || !can_ask(v, s))
        return;
    pane_go(v, PANE_LOAD);
    effect_add(v, EFFECT_LOAD, c->id, mem_string(text));
    view_say(v, "Up to %s handshakes at once with %s; C-c ends it and keeps what it has.", text, c->endpoint->text);
}

static void accept_log(struct view *v, const struct scene *s, const char *text)
{
    (void)s;
    if (!*text) {
        view_say(v, "The name of a file is needed, such as /var/log/nginx/error.log; Esc leaves it.");
        return;
    }
    v->prompt = PROMPT_NONE;
    set_text(&v->log_filter, NULL);
    pane_go(v, PANE_LOG);
    effect_add(v, EFFECT_LOG, 0, mem_string(text));
    view_say(v, "Reading %s%s", text, v->follow ? ", and on as it grows." : "; f reads on as it grows.");
}

static void accept_answer(struct view *v, const struct scene *s, const char *text)
{
    struct err e = { "" };
    enum question q = question_of(v);
    char *answer = answer_check(q, text, &e);
    if (!answer) {
        view_say(v, "%s", e.text);
        return;
    }
    v->prompt = PROMPT_NONE;
    answer_give(v, s, q, answer);
}

/* As a command: clients=some. */
static void accept_question(struct view *v, const struct scene *s, const char *text)
{
    struct err e = { "" };
    enum question q;
    char *answer = answer_parse(text, &q, &e);
    if (!answer) {
        view_say(v, "%s", e.text);
        return;
    }
    v->prompt = PROMPT_NONE;
    view_say(v, "%s %s; 4 shows what that does to the ranking.", question_table[q].asks, answer);
    answer_give(v, s, q, answer);
}

static void say_unknown_command(struct view *v, const char *word)
{
    const char *words[ACTION_COUNT];
    size_t n = 0;
    for (enum action a = 0; a < ACTION_COUNT; a++)
        if (action_table[a].context != CONTEXT_PROMPT)
            words[n++] = action_table[a].name;
    const char *near = text_nearest(word, words, n);
    view_say(v, "There is no command \"%s\"%s%s%s; ? lists them.", word,
             near ? "; did you mean \"" : "", near ? near : "", near ? "\"" : "");
}

static void accept_command(struct view *v, const struct scene *s, const char *text)
{
    char word[32];
    size_t n = strcspn(text, " ");
    const char *rest = text + n + strspn(text + n, " ");
    snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), text);
    enum action a = action_by_name(word);
    if (n == 0) {
        v->prompt = PROMPT_NONE;
    } else if (a == ACTION_NONE || n >= sizeof word) {
        say_unknown_command(v, word);
    } else if (a == ACTION_ADD && *rest) {
        accept_endpoint(v, s, rest);
    } else if (a == ACTION_LOG && *rest) {
        accept_log(v, s, rest);
    } else if (a == ACTION_FIND && *rest) {
        accept_find(v, s, rest);
    } else if (a == ACTION_ANSWER && *rest) {
        accept_question(v, s, rest);
    } else if (a == ACTION_LISTEN && *rest && can_ask(v, s)) {
        v->prompt = PROMPT_LISTEN;
        accept_where(v, s, rest);
    } else if (a == ACTION_TAP && *rest && action_holds(a, view_place(v))) {
        act_tap(v, s);
        if (v->prompt == PROMPT_TAP)
            accept_where(v, s, rest);
    } else {
        v->prompt = PROMPT_NONE;
        if (action_holds(a, view_place(v)))
            view_action(v, s, a);
        else
            view_say(v, "\"%s\" has nothing to work on here; it is for: %s.", word,
                     context_words[action_table[a].context]);
    }
}

static void act_accept(struct view *v, const struct scene *s)
{
    static void (*const accept[])(struct view *, const struct scene *, const char *) = {
        [PROMPT_FIND] = accept_find, [PROMPT_COMMAND] = accept_command,
        [PROMPT_ADD] = accept_endpoint, [PROMPT_COPY] = accept_endpoint,
        [PROMPT_LISTEN] = accept_where, [PROMPT_TAP] = accept_where, [PROMPT_ANSWER] = accept_answer,
        [PROMPT_RAMP] = accept_ramp, [PROMPT_LOG] = accept_log,
    };
    char *text = mem_string(v->line.text);
    if (v->prompt)
        accept[v->prompt](v, s, text);
    free(text);
}

static void act_cancel(struct view *v, const struct scene *s)
{
    (void)s;
    v->prompt = PROMPT_NONE;
}

static void act_complete(struct view *v, const struct scene *s)
{
    (void)s;
    if (v->prompt != PROMPT_COMMAND || !*v->line.text || strchr(v->line.text, ' '))
        return;
    for (enum action a = 0; a < ACTION_COUNT; a++)
        if (action_table[a].context != CONTEXT_PROMPT &&
            text_starts(action_table[a].name, v->line.text)) {
            line_set(&v->line, action_table[a].name);
            return;
        }
}

static void act_erase(struct view *v, const struct scene *s)
{
    (void)s;
    if (!line_back(&v->line) && v->line.len == 0)
        v->prompt = PROMPT_NONE;
}

static void act_delete(struct view *v, const struct scene *s) { (void)s; line_delete(&v->line); }
static void act_char_left(struct view *v, const struct scene *s)
{
    (void)s;
    line_move(&v->line, LINE_LEFT);
}
static void act_char_right(struct view *v, const struct scene *s)
{
    (void)s;
    line_move(&v->line, LINE_RIGHT);
}
static void act_line_start(struct view *v, const struct scene *s)
{
    (void)s;
    line_move(&v->line, LINE_HOME);
}
static void act_line_end(struct view *v, const struct scene *s)
{
    (void)s;
    line_move(&v->line, LINE_END);
}
static void act_clear(struct view *v, const struct scene *s) { (void)s; line_clear(&v->line); }

static void act_prompt_draw(struct view *v, const struct scene *s) { act_redraw(v, s); }
static void act_prompt_suspend(struct view *v, const struct scene *s) { act_suspend(v, s); }
static void act_prompt_stop(struct view *v, const struct scene *s) { act_stop(v, s); }

/* --- keys ------------------------------------------------------------------------------------ */

static void (*const acts[ACTION_COUNT])(struct view *v, const struct scene *s) = {
    [ACTION_OPEN] = act_open,
    [ACTION_WHY] = act_why,
    [ACTION_COMPARE] = act_compare,
    [ACTION_CHAIN] = act_chain,
    [ACTION_CHECKLIST] = act_checklist,
    [ACTION_MATRIX] = act_matrix,
    [ACTION_CLIENTS] = act_clients,
    [ACTION_CLOCK] = act_clock,
    [ACTION_BACK] = act_back,
    [ACTION_DOWN] = act_down,
    [ACTION_UP] = act_up,
    [ACTION_LEFT] = act_left,
    [ACTION_RIGHT] = act_right,
    [ACTION_PAGE_DOWN] = act_page_down,
    [ACTION_PAGE_UP] = act_page_up,
    [ACTION_TOP] = act_top,
    [ACTION_BOTTOM] = act_bottom,
    [ACTION_NEXT_PANE] = act_next_pane,
    [ACTION_PREV_PANE] = act_prev_pane,
    [ACTION_REFERENCE] = act_reference,
    [ACTION_ONLY_DIFF] = act_only_diff,
    [ACTION_ADD] = act_add,
    [ACTION_COPY_COLUMN] = act_copy_column,
    [ACTION_REMOVE] = act_remove,
    [ACTION_UNDO] = act_undo,
    [ACTION_MARK] = act_mark,
    [ACTION_AGAIN] = act_again,
    [ACTION_AGAIN_ALL] = act_again_all,
    [ACTION_SETTLE] = act_settle,
    [ACTION_ENUMERATE] = act_enumerate,
    [ACTION_ENUMERATE_ALL] = act_enumerate_all,
    [ACTION_PATH] = act_path,
    [ACTION_LOAD] = act_load,
    [ACTION_LOG] = act_log,
    [ACTION_READ_LOG] = act_read_log,
    [ACTION_FOLLOW] = act_follow,
    [ACTION_RAMP] = act_ramp,
    [ACTION_LISTEN] = act_listen,
    [ACTION_TAP] = act_tap,
    [ACTION_SAVE_HELLO] = act_save_hello,
    [ACTION_PAUSE] = act_pause,
    [ACTION_FIND] = act_find,
    [ACTION_FIND_NEXT] = act_find_next,
    [ACTION_FIND_PREV] = act_find_prev,
    [ACTION_COPY] = act_copy,
    [ACTION_COMMAND] = act_command,
    [ACTION_HELP] = act_help,
    [ACTION_REDRAW] = act_redraw,
    [ACTION_SUSPEND] = act_suspend,
    [ACTION_STOP] = act_stop,
    [ACTION_QUIT_PRINT] = act_quit_print,
    [ACTION_QUIT] = act_quit,
    [ACTION_ANSWER_ALL] = act_answer_all,
    [ACTION_ANSWER_SOME] = act_answer_some,
    [ACTION_ANSWER_ONE] = act_answer_one,
    [ACTION_ANSWER_YES] = act_answer_yes,
    [ACTION_ANSWER_NO] = act_answer_no,
    [ACTION_ANSWER_WHILES] = act_answer_whiles,
    [ACTION_ANSWER_BURSTS] = act_answer_bursts,
    [ACTION_ANSWER] = act_answer,
    [ACTION_UNANSWER] = act_unanswer,
    [ACTION_ACCEPT] = act_accept,
    [ACTION_CANCEL] = act_cancel,
    [ACTION_COMPLETE] = act_complete,
    [ACTION_ERASE] = act_erase,
    [ACTION_DELETE] = act_delete,
    [ACTION_CHAR_LEFT] = act_char_left,
    [ACTION_CHAR_RIGHT] = act_char_right,
    [ACTION_LINE_START] = act_line_start,
    [ACTION_LINE_END] = act_line_end,
    [ACTION_CLEAR] = act_clear,
    [ACTION_PROMPT_DRAW] = act_prompt_draw,
    [ACTION_PROMPT_SUSPEND] = act_prompt_suspend,
    [ACTION_PROMPT_STOP] = act_prompt_stop,
};

void view_action(struct view *v, const struct scene *s, enum action a)
{
    if (a < ACTION_COUNT && acts[a])
        acts[a](v, s);
}

static void say_unbound(struct view *v, int key)
{
    char name[KEY_NAME_LEN];
    view_say(v, "%s does nothing here; ? shows all keys.", keys_name(key, name));
}

void view_key(struct view *v, const struct scene *s, int key)
{
    enum action a = action_find(view_place(v), key);
    if (key == K_UNKNOWN || key == K_NONE)
        return;
    free(v->message);
    v->message = NULL;
    if (a != ACTION_NONE)
        view_action(v, s, a);
    else if (v->prompt)
        line_insert(&v->line, key);
    else
        say_unbound(v, key);
}
