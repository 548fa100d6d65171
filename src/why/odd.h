/* odd - which address of a name stands out among the others, and by what.
 *
 * Owns: telling the odd ones from the rest, and the sentence about it. Must not know: causes, how it is printed.
 */
#ifndef TLSWHY_WHY_ODD_H
#define TLSWHY_WHY_ODD_H

#include "src/why/verdict.h"

struct odd {
    size_t begin, end;        /* the columns of one endpoint, by their place in the session */
    int *column;              /* owned; ids of those that stand out */
    size_t count;
    char *text;               /* owned; one sentence */
};

/* Names of which the addresses do not come out alike, in the session's order. Owned by the caller: odds_free. Columns
 * that are still probed, or could not be asked, are left out of account. */
struct odd *odds_of(const struct session *s, const struct verdict *v, size_t *count);
void odds_free(struct odd *list, size_t count); /* accepts NULL */

#endif
