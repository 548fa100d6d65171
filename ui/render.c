/* render - see render.h. */
#include "ui/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "ui/keys.h"
#include "ui/pane.h"

#define LINE_BELOW_W 40 /* smaller pictures are one line of status */
#define LINE_BELOW_H 10
#define TAB_LETTERS 16 /* more than any title has */
#define ALL_FROM_W 140  /* larger ones show all main panes at once */
#define ALL_FROM_H 40

/* What matters most comes first, so that it survives when the rest is cut. */
static char *status_text(const struct scene *s, const struct view *v)
{
    struct text t = { 0 };
    char letter[LETTER_LEN];
    size_t n = s->session->count;
    const struct column *ref = view_reference(v, s);
    if (v->paused)
        text_add(&t, "HELD (p)  ");
    if (s->gone)
        text_add(&t, "PROBER GONE  ");
    if (s->failing && n == 1)
        text_add(&t, "fails");
    else if (s->failing)
        text_addf(&t, "%d of %zu fail", s->failing, n);
    else if (n == 0 && !s->waiting)
        text_add(&t, "no endpoint yet - a adds one");
    else if (n == 0 || s->busy)
        text_add(&t, "probing");
    else if (s->unsure)
        text_addf(&t, "%d of %zu unsure", s->unsure, n);
    else
        text_add(&t, n == 1 ? "ok" : n == 2 ? "both ok" : "all ok");
    if ((s->failing || s->unsure) && v->pane != PANE_WHY)
        text_add(&t, " - press 1 for why");
    if (s->busy || s->waiting)
        text_addf(&t, "   %zu of %zu done", n - (size_t)s->busy, n + s->waiting);
    if (n > 1 && ref) {
        bool matrix = v->pane == PANE_MATRIX && s->matrix, clients = v->pane == PANE_CLIENTS && s->works;
        text_addf(&t, "   %d of %d rows differ", matrix ? s->matrix->differ : clients ? s->works->differ : s->differ,
                  matrix ? (int)s->matrix->count : clients ? (int)client_count : s->rows);
        text_addf(&t, "   reference %s", scene_letter(scene_index(s, ref->id), letter));
    }
    return text_take(&t);
}

/* " 4 Che ", and without letters " 4 ". */
static int tab_width(int letters)
{
    return letters ? letters + 4 : 3;
}

/* Letters of a title of which every tab has room, but for the one that is shown, which has all of its own. */
static int tab_letters(const struct view *v, int room)
{
    int letters = TAB_LETTERS;
    for (; letters > 0; letters--) {
        int used = 0;
        for (enum pane_id p = 0; p < PANE_MAIN; p++) {
            int n = (int)strlen(pane_table[p]->title);
            used += tab_width(v->pane == p || n < letters ? n : letters);
        }
        if (used <= room)
            break;
    }
    return letters;
}

static void draw_tabs(struct grid *g, const struct view *v)
{
    int x = 0, letters = tab_letters(v, g->w - (view_top(v) < PANE_MAIN ? 0 : 9));
    for (enum pane_id p = 0; p < PANE_MAIN; p++) {
        bool here = v->pane == p && !v->help;
        int own = v->pane == p ? TAB_LETTERS : letters;
        char *tab = mem_format(here ? "[%c %.*s]" : own ? " %c %.*s " : " %c%.*s ", pane_table[p]->key, own,
                               pane_table[p]->title);
        int used = grid_put(g, x, 0, g->w - x, tab, ATTR_HEAD);
        if (here)
            grid_reverse(g, x, 0, used);
        free(tab);
        x += used;
    }
    if (view_top(v) >= PANE_MAIN)
        x += grid_put(g, x, 0, g->w - x, v->help ? " > Help" : " > Detail", ATTR_HEAD);
    if (g->w - x >= 8)
        grid_put(g, g->w - 7, 0, 7, "?:help", ATTR_NOTE);
}

static unsigned status_attr(const struct scene *s)
{
    return s->failing || s->gone ? ATTR_BAD : s->unsure ? ATTR_WARN : ATTR_PLAIN;
}

static void draw_status(struct grid *g, const struct scene *s, const struct view *v)
{
    char *status = status_text(s, v);
    grid_put(g, 1, 1, g->w - 1, status, status_attr(s));
    free(status);
}

/* "a:add  r:ref", as many as fit, and always the way to all of them. */
static void draw_hints(struct grid *g, const struct view *v, int y)
{
    int x = 1, end = v->prompt ? g->w : g->w - 8;
    for (enum action a = 0; a < ACTION_COUNT; a++) {
        const struct action_row *r = &action_table[a];
        if (!action_hinted(a, view_place(v)))
            continue;
        size_t n = 0;
        while (r->keys[n] && r->keys[n] != ' ')
            n++;
        char *hint = mem_format("%.*s:%s", (int)n, r->keys, r->hint);
        int w = text_width(hint);
        if (x + w <= end) {
            grid_put(g, x, y, w, hint, ATTR_NOTE);
            x += w + 2;
        }
        free(hint);
    }
    if (!v->prompt)
        grid_put(g, g->w - 7, y, 7, "?:help", ATTR_NOTE);
}

static const char *const prompt_words[] = {
    [PROMPT_NONE] = "", [PROMPT_FIND] = "/", [PROMPT_COMMAND] = ":", [PROMPT_ADD] = "add: ",
    [PROMPT_COPY] = "change and add: ", [PROMPT_LISTEN] = "listen on [ADDR:]PORT: ",
    [PROMPT_TAP] = "pass clients through from [ADDR:]PORT: ", [PROMPT_ANSWER] = "your answer: ",
    [PROMPT_LOG] = "read the log: ",
    [PROMPT_RAMP] = "a server you may put under load? Enter: yes. At once at most: ",
};

/* The text being typed, scrolled so that the cursor is seen. */
static void draw_prompt(struct grid *g, const struct view *v, int y)
{
    const char *head = prompt_words[v->prompt], *from = v->line.text;
    int x = text_width(head), room = g->w - x - 1, cursor;
    if (room < 4) {
        head = "";
        x = 0;
        room = g->w - 1;
    }
    char *before = mem_copy(v->line.text, v->line.at);
    cursor = text_width(before);
    free(before);
    while (cursor > room && *from) {
        int w;
        size_t n = text_fit(from, 1, &w);
        if (n == 0)
            n = text_fit(from, 2, &w);
        from += n ? n : 1;
        cursor -= w;
    }
    grid_clear(g, (struct area){ 0, y, g->w, 1 });
    grid_put(g, 0, y, g->w, head, ATTR_HEAD);
    /* one column more than there is, so that what is cut is not marked by dots under the cursor */
    int fits;
    char *shown = mem_copy(from, text_fit(from, room, &fits));
    grid_put(g, x, y, g->w - x, shown, ATTR_PLAIN);
    free(shown);
    grid_cursor(g, x + cursor, y);
}

/* Lines of the message from `bottom` upwards, over the pane. */
static void draw_message(struct grid *g, const struct view *v, int bottom, int most)
{
    struct sheet s = { 0 };
    struct look l = { .width = g->w - 1 };
    if (!v->message)
        return;
    sheet_wrap(&s, &l, (struct item){ 1 }, ATTR_WARN, "", v->message);
    int n = (int)s.count < most ? (int)s.count : most;
    for (int i = 0; i < n; i++) {
        grid_clear(g, (struct area){ 0, bottom - n + 1 + i, g->w, 1 });
        grid_put(g, 1, bottom - n + 1 + i, g->w - 1, s.row[i].text, ATTR_WARN);
    }
    sheet_free(&s);
}

static void draw_pane(struct frame *f, const struct scene *s, const struct view *v, enum pane_id p,
                      struct area a, bool focus)
{
    struct look l = { .scene = s, .view = v, .width = a.w - 1, .utf8 = f->grid->utf8,
                      .subject = v->depth ? &v->detail[v->depth - 1].subject : NULL };
    if (a.h > 0)
        f->drawn[p] = sheet_draw(f->grid, a, pane_table[p], &l, view_spot_of(v, p), focus);
}

static void draw_titled(struct frame *f, const struct scene *s, const struct view *v,
                        enum pane_id p, struct area a)
{
    bool focus = v->pane == p;
    char *title =
        mem_format("%s%c %s%s", focus ? "[" : " ", pane_table[p]->key, pane_table[p]->title, focus ? "]" : " ");
    grid_fill(f->grid, a.x, a.y, a.w, glyph_text(GLYPH_RULE, f->grid->utf8), ATTR_PLAIN);
    int used = grid_put(f->grid, a.x + 2, a.y, a.w - 2, title, ATTR_HEAD);
    if (focus)
        grid_reverse(f->grid, a.x + 2, a.y, used);
    free(title);
    draw_pane(f, s, v, p, (struct area){ a.x, a.y + 1, a.w, a.h - 1 }, focus);
}

/* Compare above, Why and Chain beneath. */
static void draw_all(struct frame *f, const struct scene *s, const struct view *v, struct area a)
{
    int upper = a.h * 55 / 100, left = a.w / 2;
    draw_titled(f, s, v, PANE_COMPARE, (struct area){ a.x, a.y, a.w, upper });
    draw_titled(f, s, v, PANE_WHY, (struct area){ a.x, a.y + upper, left, a.h - upper });
    draw_titled(f, s, v, PANE_CHAIN,
                (struct area){ a.x + left + 1, a.y + upper, a.w - left - 1, a.h - upper });
    for (int y = a.y + upper; y < a.y + a.h; y++)
        grid_fill(f->grid, a.x + left, y, 1,
                  glyph_text(y == a.y + upper ? GLYPH_TEE_DOWN : GLYPH_BAR, f->grid->utf8),
                  ATTR_PLAIN);
}

static void draw_line(struct grid *g, const struct scene *s, const struct view *v)
{
    if (v->prompt) {
        draw_prompt(g, v, 0);
        if (v->message && g->h > 1)
            grid_put(g, 0, 1, g->w, v->message, ATTR_WARN);
        return;
    }
    char *status = status_text(s, v);
    int room = g->w >= 20 ? g->w - 8 : g->w;
    grid_put(g, 0, 0, room, v->message ? v->message : status, status_attr(s));
    if (g->w >= 20)
        grid_put(g, g->w - 6, 0, 6, "?:help", ATTR_NOTE);
    if (g->h > 2) {
        grid_put(g, 0, 1, g->w, "window too small:", ATTR_NOTE);
        grid_put(g, 0, 2, g->w, "panes need 40x10", ATTR_NOTE);
    }
    free(status);
}

struct frame *render(const struct scene *s, const struct view *v, int w, int h, bool utf8)
{
    struct frame *f = mem_new(sizeof *f);
    struct grid *g = f->grid = grid_new(w, h, utf8);
    if (g->w < LINE_BELOW_W || g->h < LINE_BELOW_H) {
        draw_line(g, s, v);
        return f;
    }
    struct area body = { 0, 2, g->w, g->h - 3 };
    draw_tabs(g, v);
    draw_status(g, s, v);
    if (view_top(v) >= PANE_MAIN)
        draw_pane(f, s, v, view_top(v), body, true);
    else if (g->w >= ALL_FROM_W && g->h >= ALL_FROM_H && v->pane < PANE_CHECKLIST) /* the others fill it alone */
        draw_all(f, s, v, body);
    else
        draw_pane(f, s, v, v->pane, body, true);
    draw_message(g, v, g->h - (v->prompt ? 3 : 2), 4);
    if (v->prompt)
        draw_prompt(g, v, g->h - 2);
    draw_hints(g, v, g->h - 1);
    return f;
}

void frame_free(struct frame *f)
{
    if (!f)
        return;
    grid_free(f->grid);
    free(f);
}
