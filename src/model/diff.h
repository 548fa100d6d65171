/* diff - how columns differ.
 *
 * Owns: the marks of a row and of a cell.
 * Must not know: colours, panes, causes.
 */
#ifndef TLSWHY_MODEL_DIFF_H
#define TLSWHY_MODEL_DIFF_H

#include "src/model/session.h"

enum mark {
    MARK_EQUAL = '=',   /* all columns agree */
    MARK_DIFFER = '!',  /* columns disagree; before a cell: differs from the reference */
    MARK_CLASS = '~',   /* another value of the same class */
    MARK_PENDING = '.', /* not asked yet somewhere, no disagreement so far */
    MARK_UNSURE = '?',  /* unsure or could not be asked somewhere, no disagreement so far */
    MARK_NONE = ' '     /* nothing to compare: one column, or never compared */
};

/* The mark of a whole row. */
enum mark diff_row(const struct session *s, enum fact f);
/* The mark before one cell, against the reference column; MARK_NONE where they agree. */
enum mark diff_cell(const struct column *reference, const struct column *c, enum fact f);

#endif
