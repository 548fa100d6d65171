/* pane - what a pane is: a table of rows, and a few questions about a row.
 *
 * Owns: the list of panes. A new pane is one file with one const row, and one row in pane.c.
 * Must not know: how rows are drawn (sheet.c), which key leads where (view.c).
 */
#ifndef TLSWHY_UI_PANE_H
#define TLSWHY_UI_PANE_H

#include "ui/sheet.h"
#include "ui/view.h"

struct pane {
    const char *title;
    char key;        /* of its tab, '\0': it has none */
    enum place place;
    bool columns;    /* rows have a cell for each column; else a row is one line of text */
    bool glyphs;     /* a cell is one character: columns stand close, and names get the room */
    char *(*legend)(void); /* one line below the table, owned by the caller; NULL: none */
    /* Adds the rows for a width. */
    void (*rows)(struct sheet *out, const struct look *l);
    /* The cell of a row in one column; NULL where `columns` is false. */
    void (*cell)(struct cell_text *out, const struct look *l, const struct item *row,
                 const struct column *c);
    /* What there is to say about the selected cell, one paragraph owned by the caller; or NULL. */
    char *(*foot)(const struct look *l, const struct item *row, const struct column *c);
    /* What Enter opens; false when there is nothing behind it. */
    bool (*open)(struct subject *out, const struct look *l, const struct item *row,
                 const struct column *c);
    /* The row that is about a column; false when none is. NULL where no row is about one alone. */
    bool (*about)(struct item *out, const struct look *l, const struct column *c);
};
enum { CHECKLIST_QUESTION = 1, CHECKLIST_LINE }; /* kinds of its rows: a question, a line about it; a: which one */
extern const struct pane pane_why, pane_compare, pane_chain, pane_checklist, pane_matrix, pane_clients, pane_clock,
                         pane_path, pane_load, pane_log, pane_detail, pane_help;
extern const struct pane *const pane_table[PANE_COUNT];

/* The line of a log that is evidence of that number; NULL where it is not kept any more. Lent. */
const struct logged_line *pane_log_line(const struct session *s, int evidence);
/* It in brief, for one line of a pane: its file without the folder, its words without the time. Owned by the caller. */
char *pane_log_says(const struct session *s, int evidence);
/* What a result says in a sentence, owned by the caller; `r` may be NULL, then `state` says why. */
char *clients_sentence(const struct client_result *r, enum works_state state);
char *clients_legend(void); /* every glyph of the Clients pane with its word; owned by the caller */

#endif
