/* sides - two sides next to each other, and what they differ in.
 *
 * Owns: the layout of that table. Must not know: why one of them fails, the rest of the page.
 */
#ifndef TLSWHY_OUT_SIDES_H
#define TLSWHY_OUT_SIDES_H

#include "src/base/text.h"
#include "src/out/report.h"

/* Adds the table of what differs between a failing column and the one it stands against: what matters in rows of its
 * own, the rest in one sentence, or with `verbose` in rows, too. Nothing where a side is empty. */
void sides_add(struct text *t, const struct report *r);

#endif
