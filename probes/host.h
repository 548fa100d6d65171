/* host - an address, and how much may be in flight there.
 *
 * Owns: the table of addresses, the cap on the connections to each, and how it shrinks and grows with how the server
 * bears them.
 * Must not know: watchers, what is asked over a connection. The clock is passed in.
 *
 * The port does not count: ten columns of one machine share its cap.
 */
#ifndef TLSWHY_PROBES_HOST_H
#define TLSWHY_PROBES_HOST_H

#include <stdbool.h>

#include "probes/queue.h"
#include "probes/resolve.h"

#define HOST_BUCKETS 1024

struct host {
    union sock sa;
    int in_flight, limit;   /* limit: most, less after the server pushed back */
    int most;               /* --per-host, or less */
    bool gentle;            /* the runs that come by way_is_gentle, which have a host of their own */
    int good;               /* answers since the limit last changed */
    double cuts;            /* connections cut off lately, less a part for each that went well since */
    double pushed;          /* engine time when it did, 0: never */
    double quiet;           /* seconds of the last wait after it let nobody in, 0: somebody was let in since */
    double floor;           /* of `pause`: shorter ones were too many for it, 0: not known */
    double pause, next_at;  /* seconds between two connections where even one at a time was too many, 0: none;
                               engine time from which on the next may be begun */
    struct queue parked;    /* runs that wait for it */
    struct host *next;
};

struct hosts { struct host *bucket[HOST_BUCKETS]; }; /* zeroed: none */

/* Made when it is asked for first, for `per_host` connections; never NULL, and stays until hosts_free. */
struct host *hosts_find(struct hosts *h, const union sock *sa, bool gentle, int per_host);
void hosts_free(struct hosts *h);

bool host_has_room(const struct host *h);
/* Room for so many more, of `per_host` at most, which one that counts strictly is asked for where it leaves us waiting.
 * False: it has not got it. */
bool host_makes_room(struct host *h, int more, int per_host);
/* The server cut off a connection that was begun at `begun`: when that happens often, half as many at once from now
 * on, or a pause between them. True when there were too many at once, so that this one tells nothing. */
bool host_push_back(struct host *h, double begun, double now);
/* It turns away whom it let in before: quiet for a while, twice as long each time, and then one at a time. Seconds, 0
 * where that goes on already. */
double host_turned_away(struct host *h, double now);
/* It answers well: slowly back to `most`. True when one more may be in flight from now on. */
bool host_goes_well(struct host *h);

#endif
