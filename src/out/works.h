/* works - which known clients a server works for, as a block of the text report.
 *
 * Owns: its lines: counts, those that fail by their reasons, and on demand every client.
 * Must not know: how it is worked out (src/why/clients.c), where it goes.
 */
#ifndef TLSWHY_OUT_WORKS_H
#define TLSWHY_OUT_WORKS_H

#include "src/base/text.h"
#include "src/model/session.h"

/* Wrapped at `width`; nothing where nothing is known. `all`: a line for every client. */
void works_add(struct text *t, const struct column *c, int width, bool all);

#endif
