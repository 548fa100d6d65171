/* grid - a picture made of character cells.
 *
 * Owns: cells, the cutting of text at cell borders, glyphs in UTF-8 and in ASCII, the plain dump.
 * Must not know: the terminal, panes, sessions.
 *
 * Whatever text comes in, a cell never holds a control character and every character takes exactly
 * the cells it says; with utf8 off every byte is below 0x80 and no column moves.
 */
#ifndef TLSWHY_UI_GRID_H
#define TLSWHY_UI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum attr {
    ATTR_PLAIN, ATTR_HEAD, ATTR_BAD, ATTR_WARN, ATTR_NOTE, ATTR_COUNT,
    ATTR_REVERSE = 0x80 /* added to one of the others */
};

/* Rules and bars: one column each in both forms. */
enum glyph {
    GLYPH_RULE, GLYPH_BAR, GLYPH_CROSS, GLYPH_TEE_DOWN, GLYPH_FULL, GLYPH_EMPTY, GLYPH_COUNT
};
const char *glyph_text(enum glyph g, bool utf8);

#define CELL_BYTES 20   /* a base character and its first combining marks, with a NUL */
#define GRID_MAX 1000   /* cells a side; larger terminals get a picture of this size */

struct cell {
    char ch[CELL_BYTES]; /* one character; "" in the second half of a wide one */
    uint8_t width;       /* 1, 2, or 0 in the second half */
    uint8_t attr;
};

struct grid {
    int w, h;
    bool utf8;
    int cursor_x, cursor_y; /* on the selected thing, always inside */
    struct cell *cell;      /* owned; w * h */
};

struct area { int x, y, w, h; };

struct grid *grid_new(int w, int h, bool utf8);  /* blank; sizes are brought into 1..GRID_MAX */
void grid_free(struct grid *g);                  /* accepts NULL */
struct cell *grid_at(const struct grid *g, int x, int y); /* NULL outside */
/* Writes s from x on into at most `cols` columns; what does not fit is cut and ends in "..".
 * Columns used. Nothing is ever written outside the grid. */
int grid_put(struct grid *g, int x, int y, int cols, const char *s, unsigned attr);
void grid_fill(struct grid *g, int x, int y, int cols, const char *glyph, unsigned attr);
void grid_clear(struct grid *g, struct area a);
void grid_reverse(struct grid *g, int x, int y, int cols);
void grid_cursor(struct grid *g, int x, int y);
bool cell_equal(const struct cell *a, const struct cell *b);
/* Plain text, a newline after every row, blanks at row ends left out; owned by the caller. With
 * `attrs` a second block follows that has one letter for each cell's attribute. */
char *grid_dump(const struct grid *g, bool attrs);

#endif
