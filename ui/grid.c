/* grid - see grid.h. */
#include "ui/grid.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

static const char *const glyphs[GLYPH_COUNT][2] = {
    [GLYPH_RULE] = { "-", "\u2500" },  [GLYPH_BAR] = { "|", "\u2502" },
    [GLYPH_CROSS] = { "+", "\u253c" }, [GLYPH_TEE_DOWN] = { "+", "\u252c" },
    [GLYPH_FULL] = { "#", "\u2588" },  [GLYPH_EMPTY] = { ".", "\u2591" },
};

const char *glyph_text(enum glyph g, bool utf8)
{
    return glyphs[g][utf8];
}

static int within(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

static const struct cell blank = { .ch = " ", .width = 1 };

struct grid *grid_new(int w, int h, bool utf8)
{
    struct grid *g = mem_new(sizeof *g);
    g->w = within(w, 1, GRID_MAX);
    g->h = within(h, 1, GRID_MAX);
    g->utf8 = utf8;
    g->cell = mem_array(NULL, (size_t)g->w * (size_t)g->h, sizeof *g->cell);
    for (int i = 0; i < g->w * g->h; i++)
        g->cell[i] = blank;
    return g;
}

void grid_free(struct grid *g)
{
    if (!g)
        return;
    free(g->cell);
    free(g);
}

struct cell *grid_at(const struct grid *g, int x, int y)
{
    if (x < 0 || y < 0 || x >= g->w || y >= g->h)
        return NULL;
    return &g->cell[(size_t)y * (size_t)g->w + (size_t)x];
}

/* Sets one cell; a wide character that loses a half to it becomes blank as a whole. */
static void cell_set(struct grid *g, int x, int y, const struct cell *c)
{
    struct cell *old = grid_at(g, x, y);
    if (!old)
        return;
    if (old->width == 0 && c->width != 0 && x > 0) {
        uint8_t attr = old[-1].attr;
        old[-1] = blank;
        old[-1].attr = attr;
    }
    if (old->width == 2 && x + 1 < g->w) {
        uint8_t attr = old[1].attr;
        old[1] = blank;
        old[1].attr = attr;
    }
    *old = *c;
}

/* Bytes of the character at s with the combining marks that follow it. A mark without a base, which
 * no cell can hold, comes back alone with width 0. */
static size_t cluster_len(const char *s, int *width)
{
    size_t first = 1;
    while ((s[first] & 0xc0) == 0x80)
        first++;
    if ((*s & 0x80) && text_fit(s, 0, width) >= first)
        return first;
    size_t n = text_fit(s, 1, width);
    return n ? n : text_fit(s, 2, width);
}

static void put_cluster(struct grid *g, int x, int y, const char *s, size_t n, int width,
                        unsigned attr)
{
    struct cell c = { .width = (uint8_t)width, .attr = (uint8_t)attr };
    if (n > 1 && !g->utf8) {
        /* as many question marks as columns: nothing moves */
        for (int i = 0; i < width; i++)
            put_cluster(g, x + i, y, "?", 1, 1, attr);
        return;
    }
    while (n >= CELL_BYTES) /* marks beyond the room of a cell are left out, whole */
        for (n--; n > 0 && (s[n] & 0xc0) == 0x80; n--)
            continue;
    memcpy(c.ch, s, n);
    c.ch[n] = '\0';
    cell_set(g, x, y, &c);
    if (width == 2)
        cell_set(g, x + 1, y, &(struct cell){ .ch = "", .width = 0, .attr = (uint8_t)attr });
}

static bool is_plain(const char *s)
{
    for (; *s; s++)
        if (*s < 0x20 || *s > 0x7e)
            return false;
    return true;
}

static int put_clean(struct grid *g, int x, int y, int cols, const char *s, unsigned attr)
{
    int at = 0;
    while (*s && at < cols) {
        int width = 1;
        size_t n = cluster_len(s, &width);
        if (n == 0 || at + width > cols)
            break;
        if (width > 0)
            put_cluster(g, x + at, y, s, n, width, attr);
        at += width;
        s += n;
    }
    return at;
}

int grid_put(struct grid *g, int x, int y, int cols, const char *s, unsigned attr)
{
    if (!s || y < 0 || y >= g->h || x < 0 || x >= g->w)
        return 0;
    if (cols > g->w - x)
        cols = g->w - x;
    if (cols <= 0)
        return 0;
    char *clean = is_plain(s) ? NULL : text_printable(s, strlen(s), 4 * GRID_MAX);
    const char *t = clean ? clean : s;
    int at, dots = cols >= 4 ? 2 : 0;
    if (text_width(t) <= cols || !dots) {
        at = put_clean(g, x, y, cols, t, attr);
    } else {
        at = put_clean(g, x, y, cols - dots, t, attr);
        at += put_clean(g, x + at, y, dots, "..", attr);
    }
    free(clean);
    return at;
}

void grid_fill(struct grid *g, int x, int y, int cols, const char *glyph, unsigned attr)
{
    for (int i = 0; i < cols && x + i < g->w; i++)
        grid_put(g, x + i, y, 1, glyph, attr);
}

void grid_clear(struct grid *g, struct area a)
{
    for (int y = 0; y < a.h; y++)
        grid_fill(g, a.x, a.y + y, a.w, " ", ATTR_PLAIN);
}

void grid_reverse(struct grid *g, int x, int y, int cols)
{
    for (int i = 0; i < cols; i++) {
        struct cell *c = grid_at(g, x + i, y);
        if (c)
            c->attr |= ATTR_REVERSE;
    }
}

void grid_cursor(struct grid *g, int x, int y)
{
    g->cursor_x = within(x, 0, g->w - 1);
    g->cursor_y = within(y, 0, g->h - 1);
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
    return a->attr == b->attr && a->width == b->width && strcmp(a->ch, b->ch) == 0;
}

static char attr_letter(unsigned attr)
{
    static const char plain[] = " hbwn", reverse[] = "rHBWN";
    unsigned low = attr & ~(unsigned)ATTR_REVERSE;
    if (low >= ATTR_COUNT)
        return '?';
    return (attr & ATTR_REVERSE ? reverse : plain)[low];
}

static void dump_row(struct text *t, const struct grid *g, int y, bool attrs)
{
    struct text row = { 0 };
    for (int x = 0; x < g->w; x++) {
        const struct cell *c = grid_at(g, x, y);
        if (attrs)
            text_addf(&row, "%c", attr_letter(c->attr));
        else
            text_add(&row, c->ch);
    }
    while (row.len && row.s[row.len - 1] == ' ')
        row.s[--row.len] = '\0';
    text_add(t, row.s);
    text_add(t, "\n");
    text_free(&row);
}

char *grid_dump(const struct grid *g, bool attrs)
{
    struct text t = { 0 };
    for (int y = 0; y < g->h; y++)
        dump_row(&t, g, y, false);
    if (attrs) {
        text_addf(&t, "attributes, cursor %d,%d\n", g->cursor_x, g->cursor_y);
        for (int y = 0; y < g->h; y++)
            dump_row(&t, g, y, true);
    }
    return text_take(&t);
}
