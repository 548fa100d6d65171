/* diff - how columns differ.
 *
 * Owns: the marks of a row and of a cell, and the list of all that differs.
 * Must not know: colours, panes, causes; which differences matter (matter.h).
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

struct difference {
    enum fact fact;
    bool matters; /* as matter.h says of two of the columns */
};
/* What the columns disagree in, first what matters; both in the order of the facts. Owned by the caller. */
struct difference *differences_of(const struct session *s, size_t *count);
/* The value each column has, in their order: a fact without one counts by its state, null where it is not known.
 * New reference. */
json_t *difference_values(const struct session *s, enum fact f);

#endif
