/* ramp - a ramp of load as lines of text.
 *
 * Owns: the table of its steps, the little curves and the histogram, all in ASCII, so that a report and a pane show the
 * same. Must not know: verdicts, the rest of the page.
 */
#ifndef TLSWHY_WHY_RAMP_H
#define TLSWHY_WHY_RAMP_H

#include <stdbool.h>

#include "src/base/text.h"
#include "src/model/session.h"

bool ramp_known(const struct column *c); /* one was made */
/* Adds its lines, each ending in a newline and, from 40 columns on, no longer than `width`; nothing where none was
 * made. */
void ramp_add(struct text *t, const struct column *c, int width);

#endif
