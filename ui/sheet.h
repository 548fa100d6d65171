/* sheet - rows on the screen: a list of lines, or a table with a frozen header and first column.
 *
 * Owns: the rows of one picture, the search in them, scrolling, and how both kinds are drawn.
 * Must not know: what a row means.
 */
#ifndef TLSWHY_UI_SHEET_H
#define TLSWHY_UI_SHEET_H

#include "ui/grid.h"
#include "ui/scene.h"
#include "ui/view.h"

/* What rows are made from. */
struct look {
    const struct scene *scene;
    const struct view *view;
    const struct subject *subject; /* detail only */
    int width;                     /* columns a line has */
    bool utf8;
};

struct row {
    struct item item;
    bool still;      /* can't be selected: a heading, a blank line */
    unsigned attr;
    char mark;       /* tables: the marker column */
    char *text;      /* owned; the line, or the row's name */
    const char *full; /* lent by the sheet; what y copies, NULL: the text */
};

struct sheet {
    struct row *row; size_t count, room; /* owned */
    char **kept; size_t kept_count, kept_room; /* owned; what rows have as `full`: the lines of one text share it */
};
#define SHEET_MAX 20000 /* rows; what comes after is not shown */

struct cell_text {
    char *text;      /* owned */
    char mark;       /* before the text, ' ' for none */
    unsigned attr;
    int room;        /* given: columns of the screen for the text; 0: as long as it is */
    const char *full; /* lent; the whole value where `text` abbreviates it, or NULL: what is copied */
};

/* Takes a text over for the `full` of rows, and lends it as long as the sheet is there. */
const char *sheet_keep(struct sheet *s, char *text);
/* Copies its strings. Lent until the next row comes. */
struct row *sheet_row(struct sheet *s, struct item item, unsigned attr, const char *text);
void sheet_still(struct sheet *s, unsigned attr, const char *text);
/* A text over as many rows as it needs, the first after `head`, the others indented alike. Words
 * longer than a line are broken; the whole text is what y copies. */
void sheet_wrap(struct sheet *s, const struct look *l, struct item item, unsigned attr,
                const char *head, const char *text);
void sheet_free(struct sheet *s);

/* The row the spot stands on: the same item, else the nearest line of it, else the same place; -1
 * without selectable rows. */
int sheet_find(const struct sheet *s, const struct spot *spot);
/* `by` selectable rows on from `from`, stopping at the ends. */
int sheet_step(const struct sheet *s, int from, int by);

/* What drawing found out, to go on from. */
struct drawn { int top, left, width, page; };

struct pane;
/* Draws a pane's rows into an area, the cursor on the selected row when `focus`. */
struct drawn sheet_draw(struct grid *g, struct area a, const struct pane *p, const struct look *l,
                        const struct spot *spot, bool focus);

#endif
