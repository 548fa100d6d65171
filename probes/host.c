/* host - see host.h. */
#include "probes/host.h"

#include <stdint.h>
#include <stdlib.h>

#include "src/base/mem.h"

#define PER_HOST_GENTLE 2 /* connections in flight to one that counts them strictly: see way_is_gentle */
#define CUTS_MANY 2.5     /* connections cut off at about the same time are no accident */
#define CUT_FORGOTTEN 0.2 /* of one cut off, for each that goes well */
#define PAUSE_MIN 0.05    /* seconds between connections to who can't bear even one at a time */
#define PAUSE_MAX 1.0
#define QUIET_MIN 1.0     /* seconds of silence for who turns us away */
#define QUIET_MAX 8.0
#define FLOOR_GROWS 1.5   /* times the pause between two is longer where one at a time was too many */

struct host *hosts_find(struct hosts *all, const union sock *sa, bool gentle, int per_host)
{
    uint32_t h = 2166136261u;
    bool four = sa->sa.sa_family == AF_INET;
    const uint8_t *p = four ? (const uint8_t *)&sa->in.sin_addr : (const uint8_t *)&sa->in6.sin6_addr;
    for (size_t i = 0; i < (four ? sizeof sa->in.sin_addr : sizeof sa->in6.sin6_addr); i++)
        h = (h ^ p[i]) * 16777619u;
    struct host **bucket = &all->bucket[h % HOST_BUCKETS], *host = *bucket;
    while (host && (host->gentle != gentle || !address_same(&host->sa.sa, &sa->sa)))
        host = host->next;
    if (!host) {
        host = mem_new(sizeof *host);
        host->sa = *sa;
        host->gentle = gentle;
        host->most = gentle && per_host > PER_HOST_GENTLE ? PER_HOST_GENTLE : per_host;
        host->limit = host->most;
        queue_init(&host->parked);
        host->next = *bucket;
        *bucket = host;
    }
    return host;
}

void hosts_free(struct hosts *all)
{
    for (int i = 0; i < HOST_BUCKETS; i++)
        for (struct host *h = all->bucket[i], *next; h; h = next) {
            next = h->next;
            free(h);
        }
}

bool host_has_room(const struct host *h)
{
    return h->in_flight < h->limit;
}

bool host_makes_room(struct host *h, int more, int per_host)
{
    if (h->gentle && !h->pushed && h->in_flight + more > h->most && h->in_flight + more <= per_host)
        h->limit = h->most = h->in_flight + more;
    return h->in_flight + more <= h->limit;
}

/* So many times what it was, between these two. */
static double grown(double x, double times, double least, double most)
{
    return x < least ? least : x < most / times ? times * x : most;
}

bool host_push_back(struct host *h, double begun, double now)
{
    if (begun < h->pushed)
        return true; /* begun before the last halving: it may be what that was about */
    h->cuts++;
    if (h->cuts < CUTS_MANY)
        return false; /* all others go well: more likely it is about what was asked */
    bool crowded = h->limit > 1;
    if (crowded)
        h->limit /= 2;
    else
        h->pause = grown(h->pause, 2, PAUSE_MIN, PAUSE_MAX);
    h->good = 0;
    h->pushed = now;
    return crowded;
}

double host_turned_away(struct host *h, double now)
{
    if (h->quiet > 0 && now < h->next_at)
        return 0;
    if (h->limit == 1 && h->quiet == 0) /* it had got over the last time */
        h->floor = grown(h->floor, FLOOR_GROWS, PAUSE_MIN, PAUSE_MAX);
    h->quiet = grown(h->quiet, 2, QUIET_MIN, QUIET_MAX);
    h->limit = 1;
    h->good = 0;
    h->pause = h->floor > PAUSE_MIN ? h->floor : PAUSE_MIN;
    h->pushed = now;
    h->next_at = now + h->quiet;
    return h->quiet;
}

bool host_goes_well(struct host *h)
{
    h->quiet = 0;
    h->pause = h->pause > PAUSE_MIN / 4 ? h->pause * 0.8 : 0;
    h->pause = h->pause < h->floor ? h->floor : h->pause;
    h->cuts = h->cuts > CUT_FORGOTTEN ? h->cuts - CUT_FORGOTTEN : 0;
    if (h->pause > 0 || h->limit >= h->most || ++h->good < 2 * h->limit)
        return false;
    h->good = 0;
    h->limit++;
    return true;
}
