/* takes - all that one server takes, as text for a person.
 *
 * Owns: the order and the wording of that block. Must not know: verdicts, the rest of the page.
 */
#ifndef TLSWHY_OUT_TAKES_H
#define TLSWHY_OUT_TAKES_H

#include "src/base/text.h"
#include "src/model/session.h"

/* Adds the lines for a column of which everything was asked (accepts_known), wrapped at `width`;
 * nothing for any other. */
void takes_add(struct text *t, const struct column *c, int width);
/* These facts stand in the block, so the page need not list them once more. */
bool takes_has(enum fact f);

#endif
