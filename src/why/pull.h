/* pull - which answer of a person speaks for or against which cause, and how far that moves it.
 *
 * Owns: the table of effects. Must not know: how findings are made and merged (verdict.c), what the probes say to a
 * question (question.c).
 *
 * An answer moves a cause that the probes have evidence for by a step, no more than PULL_MAX in all; it neither makes
 * a cause certain nor takes one away.
 */
#ifndef TLSWHY_WHY_PULL_H
#define TLSWHY_WHY_PULL_H

#include "src/why/cause.h"
#include "src/why/look.h"
#include "src/why/verdict.h"

#define PULL_MAX 2

/* What the answers say to a cause in one column. */
struct pull pull_of(const struct look *l, enum cause cause);
int pull_sum(const struct pull *p); /* from -PULL_MAX to PULL_MAX */
bool pull_any(const struct pull *p);

/* The steps of all causes of a column, from where the probes have put them (-1: nowhere) to where the answers take
 * them. An answer names a cause only where it singles one out: where several would be named, none is. */
void pull_steps(const struct pull pull[CAUSE_COUNT], const int from[CAUSE_COUNT], int to[CAUSE_COUNT], int named);

/* Causes, a bit each, that a value speaks for and against. */
void pull_moves(enum question q, const char *value, uint32_t *speaks_for, uint32_t *against);

#endif
