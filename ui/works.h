/* works - which known client each column works for, as one table: a row for each client, a place for each column.
 *
 * Owns: the results, the order and the headings of rows, their marks.
 * Must not know: the view, how it is drawn.
 *
 * Results are worked out once for what is known of a column: a cell costs nothing, and a column that has not changed
 * is taken over from the table before.
 */
#ifndef TLSWHY_UI_WORKS_H
#define TLSWHY_UI_WORKS_H

#include "src/model/diff.h"
#include "src/model/session.h"
#include "src/why/clients.h"

enum works_state { WORKS_UNASKED, WORKS_CANNOT, WORKS_UNKNOWN, WORKS_NO, WORKS_YES, WORKS_STATES };
struct works_look { char glyph; const char *word; };
extern const struct works_look works_table[WORKS_STATES];

struct works_column {
    int id;
    uint64_t known;                /* a sum over what its results rest on */
    enum works_state none;         /* the state of every row where there are no results */
    struct client_result *result;  /* owned; client_count, or NULL: nothing is known yet */
};

struct works {
    struct works_column *column;   /* owned */
    size_t columns;
    size_t *order;                 /* owned; client_count places in client_table: the rows */
    enum mark *mark;               /* owned; of each row of client_table */
    int differ;                    /* rows marked ! or ~ */
    size_t unfilled;               /* columns without results */
    size_t untried;                /* columns whose clients were not tried */
};

/* Takes `old` over, which may be NULL. Owned by the caller. */
struct works *works_of(const struct session *s, struct works *old);
void works_free(struct works *w);  /* accepts NULL */

/* The result of client_table[client] at a column; NULL where there is none. Lent. */
const struct client_result *works_result(const struct works *w, size_t client, int column);
enum works_state works_state(const struct works *w, size_t client, int column);
/* Before a cell, against the reference: MARK_NONE where they agree or one of them is not known. */
enum mark works_mark(const struct works *w, size_t client, int reference, int column);
/* The heading a client's row stands under. */
const char *works_heading(size_t client);

#endif
