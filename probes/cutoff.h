/* cutoff - connections of ours that were turned away or cut off before they told anything, noted for one column.
 *
 * Owns: whether that was a limit which our own probing ran into, and the words about it: FACT_LIMIT.
 * Must not know: watchers, who waits for how long, what was asked.
 *
 * A limit cuts off what follows as well, until we are quiet, and lets the same in afterwards, time and again. A server
 * that fails now and then does not mind what it did just before. So those begun soon after one that was cut off tell:
 * how likely it is that so many of them were cut off as well, were each as likely as any other. Times are engine time.
 */
#ifndef TLSWHY_PROBES_CUTOFF_H
#define TLSWHY_PROBES_CUTOFF_H

#include <jansson.h>
#include <stdbool.h>

#include "src/model/fact.h"

#define CUTOFF_MAX 512 /* connections that are looked at, the first of them; a limit shows long before */

struct cutoff_one { double begun; bool cut; };

struct cutoff {        /* zeroed: none yet */
    struct cutoff_one *one; /* owned; in the order in which they ended, CUTOFF_MAX at most */
    int count;
    int good, cut;     /* answered; cut off */
    int again;         /* how often one that was cut off went well when it was made again */
    int row;           /* cut off since the last that was answered */
    bool alone;        /* one was cut off that no other was beside */
    double waited;     /* seconds we were quiet because of it */
    const char *how;   /* the last: "refused" "silent, connect" "closed" "reset"; const, NULL: none */
};

void cutoff_clear(struct cutoff *c); /* leaves it zeroed */
void cutoff_cut(struct cutoff *c, const char *how, bool alone, double begun);
void cutoff_good(struct cutoff *c, double begun);
void cutoff_again(struct cutoff *c, int times); /* what was cut off so often has gone well now */
void cutoff_wait(struct cutoff *c, double seconds);
/* yes: that was a limit; unsure: it was shut for us in the middle, and still is; not asked: neither. */
enum state cutoff_judge(const struct cutoff *c);
json_t *cutoff_json(const struct cutoff *c); /* owned by the caller, like the next one */
char *cutoff_text(const struct cutoff *c);

#endif
