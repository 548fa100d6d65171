/* heed - logs, read for a session: of check --log, and of the workbench.
 *
 * Owns: reading them piece by piece, and turning what they say into events: lines, and what they come to.
 * Must not know: what a line means (src/log), what it does to a verdict (src/log/testimony.h), who takes the events.
 */
#ifndef TLSWHY_CMD_HEED_H
#define TLSWHY_CMD_HEED_H

#include <stdbool.h>

#include "src/base/err.h"
#include "src/model/stream.h"

struct heed;
struct heed *heed_new(double now); /* unix seconds, for forms of time without a year */
void heed_free(struct heed *h);    /* accepts NULL */
/* The next log; the one before has ended. False and a sentence when it can't be read. */
bool heed_open(struct heed *h, const char *path, struct err *e);
enum heed_state { HEED_MORE, HEED_END, HEED_TROUBLE };
/* Reads on, a piece of some 200 KB: MORE there may be more at once; END for now; TROUBLE and a sentence: it can't be
 * read on, and what came before counts. A file that was cut short or replaced is read from its beginning. */
enum heed_state heed_step(struct heed *h, struct err *e);
bool heed_plain(const struct heed *h); /* it is a file, no pipe or device */
bool heed_grows(const struct heed *h); /* it is a file that is not packed */
/* Nothing more will come, or nothing for now: what waited for its end is read. */
void heed_flush(struct heed *h, bool ended);
/* What is new since it was told last; false: nothing. `more`: it is known that more is still to be read, which the
 * summary then says. What an event owns is lent to `take`. */
bool heed_tell(struct heed *h, bool more, void (*take)(void *arg, struct event *ev), void *arg);

/* All these logs, told once; false and a sentence when one can't be read. */
bool heed_all(char *const *path, size_t n, double now, void (*take)(void *arg, struct event *ev), void *arg,
              struct err *e);

#endif
