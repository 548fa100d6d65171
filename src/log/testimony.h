/* testimony - what the logs of a session do to its verdict.
 *
 * Owns: naming the causes that logs speak for beside what the probes found, with lines as evidence.
 * Must not know: how a log is read, how the probes' causes are found.
 */
#ifndef TLSWHY_LOG_TESTIMONY_H
#define TLSWHY_LOG_TESTIMONY_H

#include "src/why/verdict.h"

/* What the probes prove stands. A cause they name or suspect gets the lines that speak for it as evidence; a suspected
 * one that a log names for certain is a diagnosis, at 0.5, where they name none; one they do not see is a candidate. */
void testimony_add(struct verdict *v, const struct session *s);

#endif
