/* inside - what the parts of the engine share: struct engine.
 *
 * Owns: its shape. Read only by engine, slot, target, locate, connect and run; probes see probe.h.
 * Must not know: anything beyond that; each part says in its own header what it does.
 */
#ifndef TLSWHY_PROBES_INSIDE_H
#define TLSWHY_PROBES_INSIDE_H

#include <ev.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdbool.h>

#include "probes/engine.h"
#include "probes/host.h"
#include "probes/kept.h"
#include "probes/probe.h"
#include "probes/queue.h"

/* From so many jobs on, connections are begun ahead of the handshakes, so that addresses that never
 * answer don't keep live ones waiting. A smaller number is taken literally: who asks for 5 gets 5. */
#define AHEAD_FROM 64

struct engine {
    struct ev_loop *loop;
    struct engine_options options;
    struct sink sink;
    struct resolver *resolver;      /* made when the first name comes */
    struct fetcher *fetcher;        /* made when the first URL comes */
    struct sntp *sntp;              /* made when the time is asked for */
    const struct fetched *fetched;  /* lent: what `fetching` is being told */
    struct slot *fetching;
    struct pool *pool;
    struct target *targets;
    struct target **by_id;          /* by_id[id], NULL when gone */
    int next_id, room;
    struct queue waiting, ready, ready_more; /* ready_more: surveys, which give way to first tries */
    struct slot *all;
    int connecting, waiting_slot, handshaking, asking, ahead_max, resolving; /* asking: surveys' hellos */
    unsigned long connections;
    int open, open_max;             /* connections there are, in any phase; file descriptors allow no more */
    bool pumping;
    bool loading;                   /* the ramp of --load was begun, or is over */
    bool saying;                    /* in the sink, which must not call back */
    struct hosts hosts;
    struct kept kept;
    struct judge_cache *judge;
    gnutls_certificate_credentials_t credentials; /* of those without a client certificate */
    struct given *given;
    struct pipe_left *left;         /* commands of via= that are still to be reaped */
    struct every every;             /* made when the first survey begins */
    json_t *machine;                /* what the machine probe found, once for all columns */
};

void engine_say(struct engine *g, struct event *ev); /* to the sink; cleared after */

#endif
