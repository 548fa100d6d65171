/* pick - taking a list apart: offer all of it, strike out what the server chose, offer the rest.
 *
 * Owns: one such list, what was taken from it in the server's own order, and how it ended. Several of
 * them, each a part of a longer list, are asked at once.
 * Must not know: whether the numbers are suites, groups or signature algorithms, connections.
 */
#ifndef TLSWHY_PROBES_PICK_H
#define TLSWHY_PROBES_PICK_H

#include <jansson.h>

#include "probes/sweep.h"

struct pick {
    int kind;              /* the caller's own: which version, which certificate */
    uint16_t *offered;     /* owned, 0-terminated; as it was first offered */
    uint16_t *left;        /* owned, 0-terminated; to be offered next, in the same order */
    uint16_t *taken;       /* owned, 0-terminated; in the order in which the server took them */
    char *unsettled;       /* owned; the ANSWER that ended it without saying anything about what is left, or NULL */
    bool over;             /* nothing is to be asked any more */
    uint16_t kept;         /* the caller's own, 0 at first */
};

/* Adds a list of n numbers to an array of picks. The array moves. */
void pick_add(struct pick **all, size_t *count, int kind, const uint16_t *list, size_t n);
/* Adds picks of at most `size` numbers each. `backwards`: each is offered last number first. */
void pick_add_blocks(struct pick **all, size_t *count, int kind, const uint16_t *list, size_t size, bool backwards);
/* What came of offering `left`; `chosen` is the number the server took, of an accepted answer. */
void pick_take(struct pick *p, const struct answer *a, uint16_t chosen);
void picks_free(struct pick *all, size_t count);

/* {"accepted": [...], "unsettled": [{"name": ..., "answer": ...}]} of the picks of one kind; `order` replaces
 * what was taken where it is not NULL. */
typedef const char *number_name(uint16_t number, char hex[]);
json_t *picks_json(const struct pick *all, size_t count, int kind, const uint16_t *order, number_name *name);
size_t picks_taken(const struct pick *all, size_t count, int kind);

#endif
