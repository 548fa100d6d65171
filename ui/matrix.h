/* matrix - everything servers take, as one table of states: a row for each version, suite, group and
 * signature algorithm, a place for each column.
 *
 * Owns: the states with their glyphs, which rows there are and in which order, the marks of rows.
 * Must not know: the view, how it is drawn.
 *
 * It is worked out once for a session, so that a cell costs nothing however many columns there are.
 */
#ifndef TLSWHY_UI_MATRIX_H
#define TLSWHY_UI_MATRIX_H

#include "src/model/diff.h"
#include "src/model/session.h"

enum taken {
    TAKEN_UNASKED, TAKEN_CANNOT, TAKEN_UNSURE, TAKEN_REFUSED, TAKEN_CUT, TAKEN_SILENT, TAKEN_YES, TAKEN_CHOSEN,
    TAKEN_COUNT
};
struct taken_look {
    char glyph;       /* each state has its own */
    const char *word; /* in the legend */
    const char *says; /* in a sentence */
};
extern const struct taken_look taken_table[TAKEN_COUNT];

enum matrix_kind { MATRIX_VERSIONS, MATRIX_SUITES, MATRIX_GROUPS, MATRIX_SIGALGS, MATRIX_KINDS };

struct matrix_row {
    enum matrix_kind kind;
    int version;      /* as in accepts.h; of groups and signature algorithms TLS 1.3, or TLS 1.2 for all before */
    char *name;       /* owned; IANA name, of a version its word */
    int rank;         /* rows of a block stand in this order */
    uint8_t *state;   /* owned; enum taken of each column of the session */
    enum mark mark;
};

struct matrix {
    struct matrix_row *row; /* owned; block by block */
    size_t count, columns;
    int *id;                /* owned; the columns */
    int differ;             /* rows marked ! or ~ */
    size_t unfilled;        /* columns nothing of which was enumerated */
};

/* A row for all that some column takes, has chosen or left unsettled, and for all that some column's
 * client offers. Owned by the caller. */
struct matrix *matrix_of(const struct session *s);
void matrix_free(struct matrix *m); /* accepts NULL */

/* The title of a block, owned by the caller. */
char *matrix_title(enum matrix_kind kind, int version);
/* Every glyph with its word, in 79 columns; owned by the caller. */
char *matrix_legend(void);
/* The fact a row comes from. */
enum fact matrix_fact(enum matrix_kind kind);
/* TAKEN_UNASKED for a column the matrix does not have. */
enum taken matrix_state(const struct matrix *m, const struct matrix_row *r, int column);
/* The state an ANSWER word of fact.h stands for; `settled`: it is a refusal of which there is no doubt. */
enum taken taken_of(const char *answer, bool settled);
/* Before a cell, against the reference: MARK_NONE where they agree or one of them is not known. */
enum mark taken_mark(enum taken reference, enum taken t);

#endif
