/* compare - two sides, one that works and one that fails: which difference explains the failure.
 *
 * Owns: which columns stand against each other, what two of them show together that neither shows alone, and how
 * that changes the ranking. Must not know: where the columns came from, how it is printed.
 */
#ifndef TLSWHY_WHY_COMPARE_H
#define TLSWHY_WHY_COMPARE_H

#include "src/model/diff.h"
#include "src/why/verdict.h"

struct sides {
    const int *working, *failing; /* lent; ids of columns */
    size_t working_count, failing_count;
};

struct comparison {
    struct sides sides;            /* as given, or exchanged: */
    bool exchanged;                /* what was given as failing works from here, and the other does not */
    struct difference *difference; /* owned; first what matters */
    size_t count, matters;
    char *text;                    /* owned; what came of it, in one sentence */
};

/* Ranks v, the verdict of the session, anew, so that `diagnosis` and `candidate` explain the failing side: what holds
 * of the working side too explains nothing; what only the failing side has is named beside its cause; where the
 * failing side has no cause of its own, the differences propose some. `given` lends its ids to the result. */
struct comparison *compare_sides(const struct session *s, struct verdict *v, const struct sides *given);
void comparison_free(struct comparison *c); /* accepts NULL */
/* The column of the working side a failing one stands against, NULL where there is none. */
const struct column *compare_other(const struct session *s, const struct sides *sides, const struct column *failing);
/* 1 when a difference matters, else 4 where a side could not be looked at, else 0. */
int comparison_exit(const struct comparison *c, const struct verdict *v);

#endif
