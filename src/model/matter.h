/* matter - which differences between two columns can make a handshake that works on one side fail on the other.
 *
 * Owns: that judgement, fact by fact. Must not know: causes, verdicts, texts.
 *
 * What never matters: how long things took, another good certificate, clocks that agree within their uncertainty,
 * another order, staples and tickets. What describes (a fingerprint, an address, a store) matters only where what
 * hangs on it came out differently.
 */
#ifndef TLSWHY_MODEL_MATTER_H
#define TLSWHY_MODEL_MATTER_H

#include "src/model/session.h"

/* a and b differ in this fact; which of them is which does not count. */
bool difference_matters(const struct column *a, const struct column *b, enum fact f);
/* The handshake works as far as it is known, certificate and all: not after a refusal, not with a fault. */
bool column_works(const struct column *c);

#endif
