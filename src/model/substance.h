/* substance - what of an object's value counts when two are compared.
 *
 * Owns: which members those are, fact by fact. Counts, times and texts that never come out twice alike are none.
 * Must not know: what a difference leads to.
 */
#ifndef TLSWHY_MODEL_SUBSTANCE_H
#define TLSWHY_MODEL_SUBSTANCE_H

#include <jansson.h>

#include "src/model/fact.h"

/* Two values of a fact of the kind FACT_OBJECT, each may be NULL, say the same; always so where only its state
 * counts. The order of lists does not. */
bool substance_same(enum fact f, const json_t *a, const json_t *b);
/* The same elements, in whatever order. */
bool lists_same(const json_t *a, const json_t *b);

#endif
