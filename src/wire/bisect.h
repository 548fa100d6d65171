/* bisect - which part of the difference between two hellos decides that one is refused and the other accepted.
 *
 * Owns: the search for the smallest set of changes that makes a refused hello be accepted (delta debugging: Zeller,
 * Hildebrandt: Simplifying and isolating failure-inducing input, 2002), and when its result is to be believed.
 * Must not know: sockets, who asks, which cause follows.
 *
 * A search begins with a hello that fails and one that works. It hands out hellos, many at once, and takes
 * what became of each; answers may come in any order.
 */
#ifndef TLSWHY_WIRE_BISECT_H
#define TLSWHY_WIRE_BISECT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/wire/between.h"
#include "src/wire/hello.h"

#define BISECT_TRIALS_MAX 120 /* hellos one search hands out at most */
#define BISECT_TRIALS_MIN 6   /* with fewer it finds nothing */

enum trial { TRIAL_WORKS, TRIAL_FAILS, TRIAL_UNCLEAR };

struct bisect;
/* Both are copied. `most`: hellos it may hand out, BISECT_TRIALS_MAX where that is no matter; with few it tells the
 * kind of change, not always the smallest set of that kind. */
struct bisect *bisect_new(const struct hello *fails, const struct hello *works, int most);
void bisect_free(struct bisect *b); /* accepts NULL */
/* The next hello to be tried, its number in *trial. NULL: none now, wait for answers, or it is over. Lent until its
 * answer is taken. */
const struct hello *bisect_next(struct bisect *b, int *trial);
/* That hello again, while its answer was not taken. */
const struct hello *bisect_hello(const struct bisect *b, int trial);
void bisect_take(struct bisect *b, int trial, enum trial how);
bool bisect_over(const struct bisect *b);
int bisect_trials(const struct bisect *b); /* hellos handed out so far */
/* Once it is over: the smallest set of changes that was seen to flip the result, and whether leaving out any one of
 * them was seen to fail. 0: the two do not differ, too much was unclear, or like hellos were answered now so, now so.
 * PART_SIZE beside other changes: they help only because they make the hello smaller. */
size_t bisect_result(const struct bisect *b, const struct hello_change **out, bool *smallest);
/* The failing hello with these changes. Lent; NULL without a result. */
const struct hello *bisect_found(const struct bisect *b);
/* Why there is no result, one clause; NULL where there is one. */
const char *bisect_why(const struct bisect *b);

#endif
