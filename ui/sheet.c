/* sheet - see sheet.h. */
#include "ui/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "ui/pane.h"

#define COLUMN_LEAST 19 /* columns of the screen a cell needs, its bar included */

const char *sheet_keep(struct sheet *s, char *text)
{
    if (s->kept_count == s->kept_room) {
        s->kept_room = s->kept_room ? 2 * s->kept_room : 16;
        s->kept = mem_array(s->kept, s->kept_room, sizeof *s->kept);
    }
    return s->kept[s->kept_count++] = text;
}

struct row *sheet_row(struct sheet *s, struct item item, unsigned attr, const char *text)
{
    if (s->count == SHEET_MAX)
        free(s->row[--s->count].text);
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 32;
        s->row = mem_array(s->row, s->room, sizeof *s->row);
    }
    struct row *r = &s->row[s->count++];
    *r = (struct row){ .item = item, .attr = attr, .mark = ' ', .text = mem_string(text) };
    return r;
}

void sheet_still(struct sheet *s, unsigned attr, const char *text)
{
    sheet_row(s, (struct item){ 0 }, attr, text)->still = true;
}

/* One wrapped line, broken where it is wider than there is room; what comes after the first piece is indented. */
static void wrap_line(struct sheet *s, int width, int indent, struct item *item, unsigned attr,
                      const char *line, const char *full)
{
    for (int before = 0; *line; before = indent < width / 2 ? indent : 0) {
        struct text piece = { 0 };
        size_t n = text_fit(line, width - before, NULL);
        n = n ? n : strlen(line);
        text_pad(&piece, before);
        text_add_n(&piece, line, n);
        sheet_row(s, *item, attr, piece.s)->full = full;
        text_free(&piece);
        item->line++;
        line += n;
    }
}

void sheet_wrap(struct sheet *s, const struct look *l, struct item item, unsigned attr,
                const char *head, const char *text)
{
    int indent = text_width(head);
    struct text t = { 0 };
    text_add(&t, head);
    text_wrap(&t, text ? text : "", indent, l->width);
    char *all = text_take(&t), *next = all;
    const char *full = sheet_keep(s, mem_string(text));
    while (next) {
        char *line = strsep(&next, "\n");
        if (*line)
            wrap_line(s, l->width < 4 ? 4 : l->width, indent, &item, attr, line, full);
    }
    free(all);
}

void sheet_free(struct sheet *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->row[i].text);
    for (size_t i = 0; i < s->kept_count; i++)
        free(s->kept[i]);
    free(s->row);
    free(s->kept);
    *s = (struct sheet){ 0 };
}

static bool item_alike(const struct item *a, const struct item *b)
{
    return a->kind == b->kind && a->a == b->a && a->b == b->b && a->c == b->c;
}

/* The nearest selectable row at or after i, else before it. */
static int nearest(const struct sheet *s, int i)
{
    int n = (int)s->count;
    for (int j = i < 0 ? 0 : i; j < n; j++)
        if (!s->row[j].still)
            return j;
    for (int j = i < n ? i : n - 1; j >= 0; j--)
        if (!s->row[j].still)
            return j;
    return -1;
}

int sheet_find(const struct sheet *s, const struct spot *spot)
{
    int best = -1;
    for (size_t i = 0; spot->item.kind && i < s->count; i++)
        if (!s->row[i].still && item_alike(&s->row[i].item, &spot->item) &&
            s->row[i].item.line <= spot->item.line)
            best = (int)i;
    return best >= 0 ? best : nearest(s, spot->index);
}

int sheet_step(const struct sheet *s, int from, int by)
{
    int at = from, step = by < 0 ? -1 : 1;
    for (int i = from + step; i >= 0 && i < (int)s->count && by != 0; i += step)
        if (!s->row[i].still) {
            at = i;
            by -= step;
        }
    return at;
}

/* The offset nearest to `top` at which `at` is seen. */
static int scrolled(int top, int at, int count, int room)
{
    if (room < 1)
        room = 1;
    if (top > count - room)
        top = count - room;
    if (at >= 0 && at < top)
        top = at;
    if (at >= top + room)
        top = at - room + 1;
    return top < 0 ? 0 : top;
}

/* --- tables ------------------------------------------------------------------------------- */

#define SHOWN_MAX 128   /* columns side by side */
#define GLYPHS_MOST 24  /* columns of the screen a glyph gets at most */
#define GLYPHS_BAR 6    /* with less than so many there are no bars between them */
#define GLYPHS_TITLE 9  /* from so many on there is room for more than a letter */
#define NAMES_LEAST 38  /* names beside glyphs, where the screen is wide enough, */
#define NAMES_MOST 48   /* and where nobody else wants the room */

struct table {
    struct grid *g;
    struct area a;
    const struct pane *pane;
    const struct look *look;
    int label;                  /* columns of row names with the marker column */
    int index[SHOWN_MAX], n;    /* the columns shown, as places in the session */
    int left, wide, bar;        /* scroll offset; columns of a cell with its mark; 1: bars before them */
    int selected, reference;    /* places in the session, -1 */
    bool focus;
};

/* Columns of the screen that a cell needs. */
static int cell_least(const struct table *t)
{
    char letter[LETTER_LEN];
    int last = (int)strlen(scene_letter((int)t->look->scene->session->count - 1, letter));
    return t->pane->glyphs ? (last > 1 ? last + 1 : 2) : COLUMN_LEAST;
}

/* How wide the cells of n columns are, and whether there are bars. */
static void table_widths(struct table *t, int n)
{
    int pitch = n ? (t->a.w - t->label - t->pane->glyphs) / n : 1; /* glyphs leave room for the ">" at the edge */
    t->bar = !t->pane->glyphs || pitch >= GLYPHS_BAR;
    if (t->pane->glyphs && pitch > GLYPHS_MOST)
        pitch = GLYPHS_MOST;
    t->wide = n ? pitch - t->bar : 0;
}

/* Which columns are seen: all; or a window with the selected one, the reference beside it. */
static void table_columns(struct table *t, int left)
{
    int count = (int)t->look->scene->session->count, room = t->a.w - t->label - t->pane->glyphs;
    int n = room / cell_least(t);
    n = n < 1 ? 1 : n > count ? count : n;
    t->n = n > SHOWN_MAX ? SHOWN_MAX : n;
    table_widths(t, t->n);
    t->left = scrolled(left, t->selected, count, t->n);
    bool pinned = t->n >= 2 && t->reference >= 0 &&
                  (t->reference < t->left || t->reference >= t->left + t->n);
    if (pinned)
        t->left = scrolled(left, t->selected, count, t->n - 1);
    for (int i = 0; i < t->n; i++)
        t->index[i] = pinned ? (i == 0 ? t->reference : t->left + i - 1) : t->left + i;
}

static int column_x(const struct table *t, int i)
{
    return t->a.x + t->label + t->bar + i * (t->wide + t->bar);
}

/* The last cell takes what division left over. */
static int column_w(const struct table *t, int i)
{
    return i == t->n - 1 && !t->pane->glyphs ? t->a.x + t->a.w - column_x(t, i) : t->wide;
}

static void table_rule(const struct table *t, int y)
{
    bool utf8 = t->g->utf8;
    grid_fill(t->g, t->a.x, y, t->a.w, glyph_text(GLYPH_RULE, utf8), ATTR_PLAIN);
    for (int i = 0; i < t->n && t->bar; i++)
        grid_fill(t->g, column_x(t, i) - 1, y, 1, glyph_text(GLYPH_CROSS, utf8), ATTR_PLAIN);
}

static void table_bars(const struct table *t, int y)
{
    for (int i = 0; i < t->n && t->bar; i++)
        grid_fill(t->g, column_x(t, i) - 1, y, 1, glyph_text(GLYPH_BAR, t->g->utf8), ATTR_PLAIN);
}

/* " +A lab * ", and over a glyph "+A", "*A" or " A". */
static char *title_text(const struct table *t, int i)
{
    const struct column *c = t->look->scene->session->column[t->index[i]];
    char letter[LETTER_LEN];
    bool marked = view_marked(t->look->view, c->id), reference = t->index[i] == t->reference;
    scene_letter(t->index[i], letter);
    if (t->pane->glyphs && t->wide < GLYPHS_TITLE)
        return mem_format("%s%s", t->wide <= (int)strlen(letter) ? "" : reference ? "*" : marked ? "+" : " ", letter);
    return mem_format(" %s%s %s%s ", marked ? "+" : "", letter, c->label ? c->label : "", reference ? " *" : "");
}

static void table_title(const struct table *t, int i, int y, int inset)
{
    char *title = title_text(t, i);
    int x = column_x(t, i) + inset, w = column_w(t, i) - 2 * inset;
    int used = grid_put(t->g, x, y, w, title, ATTR_HEAD);
    if (t->index[i] == t->selected && t->focus)
        grid_reverse(t->g, x, y, used);
    free(title);
}

/* More columns beyond the edges. */
static void table_edges(const struct table *t, int y)
{
    int count = (int)t->look->scene->session->count;
    if (t->left > 0 && t->n < count)
        grid_put(t->g, t->a.x + t->label - 1, y, 1, "<", ATTR_HEAD);
    if (t->n > 0 && t->index[t->n - 1] < count - 1)
        grid_put(t->g, t->a.x + t->a.w - 1, y, 1, ">", ATTR_HEAD);
}

/* Lines the header took. */
static int table_header(const struct table *t)
{
    const struct session *s = t->look->scene->session;
    int y = t->a.y;
    if (t->a.h < 3)
        return 0;
    bool glyphs = t->pane->glyphs, full = t->a.h >= 9;
    if (full && !glyphs)
        table_rule(t, y);
    for (int i = 0; i < t->n; i++)
        table_title(t, i, y, full && !glyphs ? 1 : 0);
    table_edges(t, y);
    if (!full)
        return 1;
    if (glyphs) {
        table_rule(t, y + 1);
        return 2;
    }
    for (int i = 0; i < t->n; i++) {
        const char *address = s->column[t->index[i]]->address;
        grid_put(t->g, column_x(t, i) + 1, y + 1, column_w(t, i) - 1,
                 address ? address : "no address yet", ATTR_PLAIN);
    }
    table_bars(t, y + 1);
    table_rule(t, y + 2);
    return 3;
}

static void table_row(const struct table *t, const struct row *r, int y, bool selected)
{
    char mark[2] = { r->mark, '\0' };
    if (r->still) {
        grid_put(t->g, t->a.x + 1, y, t->a.w - 1, r->text, r->attr);
        return;
    }
    grid_put(t->g, t->a.x, y, 1, selected && t->focus ? ">" : " ", ATTR_PLAIN);
    grid_put(t->g, t->a.x + 1, y, t->label - 2, r->text, r->attr);
    grid_put(t->g, t->a.x + t->label - 1, y, 1, mark,
             r->mark == MARK_DIFFER ? ATTR_BAD : r->mark == MARK_CLASS ? ATTR_WARN : ATTR_PLAIN);
    table_bars(t, y);
    if (selected && t->focus)
        grid_reverse(t->g, t->a.x, y, t->label);
    for (int i = 0; i < t->n; i++) {
        struct cell_text c = { .mark = ' ', .room = column_w(t, i) - 1 };
        t->pane->cell(&c, t->look, &r->item, t->look->scene->session->column[t->index[i]]);
        char before[2] = { c.mark ? c.mark : ' ', '\0' };
        grid_put(t->g, column_x(t, i), y, 1, before, c.attr);
        grid_put(t->g, column_x(t, i) + 1, y, column_w(t, i) - 1, c.text, c.attr);
        free(c.text);
        if (selected && t->focus && t->index[i] == t->selected) {
            grid_reverse(t->g, column_x(t, i), y, column_w(t, i));
            grid_cursor(t->g, column_x(t, i), y);
        }
    }
}

/* Over the names: the block the first row belongs to, once its heading has been scrolled away. */
static void table_corner(const struct table *t, const struct sheet *s, int top)
{
    int i = top;
    while (i >= 0 && i < (int)s->count && !s->row[i].still)
        i--;
    if (t->pane->glyphs && i >= 0 && i < top && t->a.h >= 3)
        grid_put(t->g, t->a.x + 1, t->a.y, t->label - 2, s->row[i].text, s->row[i].attr);
}

/* Lines below the rows for what there is to say about the selected cell. */
static int foot_lines(int h)
{
    return h >= 24 ? 4 : h >= 12 ? 3 : h >= 6 ? 1 : 0;
}

static int legend_lines(const struct table *t)
{
    return t->pane->legend && t->a.h >= 12 ? 1 : 0;
}

static void table_foot(const struct table *t, const struct row *r, int lines)
{
    const struct session *s = t->look->scene->session;
    int end = t->a.y + t->a.h - legend_lines(t), y = end - lines, x = t->a.x + 1, w = t->a.w - 1;
    if (end < t->a.y + t->a.h) {
        char *legend = t->pane->legend();
        grid_put(t->g, x, end, w, legend, ATTR_NOTE);
        free(legend);
    }
    if (lines > 1)
        grid_fill(t->g, t->a.x, y++, t->a.w, glyph_text(GLYPH_RULE, t->g->utf8), ATTR_PLAIN);
    if (!r || t->selected < 0 || !t->pane->foot)
        return;
    char *say = t->pane->foot(t->look, &r->item, s->column[t->selected]);
    struct sheet wrapped = { 0 };
    struct look narrow = *t->look;
    narrow.width = w;
    sheet_wrap(&wrapped, &narrow, (struct item){ 1 }, ATTR_PLAIN, "", say);
    int room = end - y;
    for (int i = 0; i < room && i < (int)wrapped.count; i++) {
        bool cut = i == room - 1 && (int)wrapped.count > room;
        char *line = mem_format("%s%s", wrapped.row[i].text, cut ? " .." : "");
        grid_put(t->g, x, y + i, w, line, ATTR_PLAIN);
        free(line);
    }
    sheet_free(&wrapped);
    free(say);
}

static int label_width(const struct table *t)
{
    int w = t->a.w;
    if (t->pane->glyphs) {
        int left = w - 1 - (int)t->look->scene->session->count * cell_least(t);
        int least = w >= 80 ? NAMES_LEAST : w * 3 / 5;
        return left < least ? least : left > NAMES_MOST ? NAMES_MOST : left;
    }
    return w >= 120 ? 20 : w >= 57 ? 18 : w >= 40 ? 15 : w / 3;
}

static struct drawn table_draw(struct table *t, const struct sheet *s, const struct spot *spot)
{
    const struct column *c = view_column(t->look->view, t->look->scene);
    const struct column *ref = view_reference(t->look->view, t->look->scene);
    t->label = label_width(t);
    t->selected = c ? scene_index(t->look->scene, c->id) : -1;
    t->reference = ref ? scene_index(t->look->scene, ref->id) : -1;
    table_columns(t, spot->left);
    int head = table_header(t), foot = foot_lines(t->a.h), room = t->a.h - head - foot - legend_lines(t);
    int at = sheet_find(s, spot), top = scrolled(spot->top, at, (int)s->count, room);
    table_corner(t, s, top);
    for (int i = 0; i < room && top + i < (int)s->count; i++)
        table_row(t, &s->row[top + i], t->a.y + head + i, top + i == at);
    if (foot)
        table_foot(t, at >= 0 ? &s->row[at] : NULL, foot);
    return (struct drawn){ .top = top, .left = t->left, .width = t->a.w,
                           .page = room < 1 ? 1 : room };
}

/* --- lists -------------------------------------------------------------------------------- */

static struct drawn list_draw(struct grid *g, struct area a, const struct sheet *s,
                              const struct spot *spot, bool focus)
{
    int at = sheet_find(s, spot), top = scrolled(spot->top, at, (int)s->count, a.h);
    if (at >= 0 && at == nearest(s, 0) && at < a.h)
        top = 0; /* nothing to select above: show the headings too */
    for (int i = 0; i < a.h && top + i < (int)s->count; i++) {
        const struct row *r = &s->row[top + i];
        grid_put(g, a.x + 1, a.y + i, a.w - 1, r->text, r->attr);
        if (top + i == at && focus) {
            grid_put(g, a.x, a.y + i, 1, ">", r->attr);
            grid_reverse(g, a.x, a.y + i, a.w);
            grid_cursor(g, a.x, a.y + i);
        }
    }
    return (struct drawn){ .top = top, .width = a.w, .page = a.h < 1 ? 1 : a.h };
}

struct drawn sheet_draw(struct grid *g, struct area a, const struct pane *p, const struct look *l,
                        const struct spot *spot, bool focus)
{
    struct sheet s = { 0 };
    struct drawn d;
    p->rows(&s, l);
    if (p->columns && l->scene->session->count) {
        struct table t = { .g = g, .a = a, .pane = p, .look = l, .focus = focus };
        d = table_draw(&t, &s, spot);
    } else {
        d = list_draw(g, a, &s, spot, focus);
    }
    sheet_free(&s);
    return d;
}
