/* guess - what may be behind a failure that a person sees and the probes do not.
 *
 * Owns: the table of what a pattern of answers suggests, and what would settle each: where the probes have no evidence
 * for a cause, answers make it a candidate and no more.
 * Must not know: ranking, merging (verdict.c).
 */
#ifndef TLSWHY_WHY_GUESS_H
#define TLSWHY_WHY_GUESS_H

#include "src/why/sign.h"

struct guess {
    struct { enum question q; const char *is; } when[5]; /* all of them; up to the first without words */
    bool renewed;      /* and a certificate began shortly before */
    struct sign sign;  /* conditions: what its evidence is taken from */
};
extern const struct guess guess_table[];
extern const size_t guess_count;
bool guess_holds(const struct look *l, const struct guess *g);
struct pull guess_pull(const struct guess *g); /* the answers it goes by */

/* A client that the person named and that fails by what is known of this column: what it comes to, how sure that is,
 * and why in a sentence; NULL where none does. The sentence is owned by the caller. */
const struct sign *guess_software(const struct look *l, enum step *step, char **why);

#endif
