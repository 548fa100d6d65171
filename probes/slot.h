/* slot - one run at work: its phase, its watchers, its deadline.
 *
 * Owns: the way of a run from leave to connect to its end, the caps on what is in flight, and the one place that turns
 * wants into watchers. It goes PAUSED (if it is to begin later) -> WAITING (for leave to connect) -> CONNECTING ->
 * READY (for a handshake slot) -> RUNNING -> LATE (works on, without a slot). With many jobs connecting is capped apart
 * from handshaking, and more widely: an address that never answers would otherwise keep a slot from a live one for its
 * whole timeout.
 * Must not know: what a probe asks, which probes there are.
 */
#ifndef TLSWHY_PROBES_SLOT_H
#define TLSWHY_PROBES_SLOT_H

#include <ev.h>
#include <stdbool.h>

#include "probes/host.h"
#include "probes/probe.h"
#include "probes/queue.h"

enum phase { PAUSED, WAITING, CONNECTING, READY, RUNNING, LATE };

struct slot {
    struct run run;
    enum phase phase;
    bool holds_host;
    bool cut;                       /* the deadline is --max-time's, not the stage's */
    bool grace;                     /* the deadline has passed, but an answer lay ready */
    bool again;                     /* it was silent once while the server was busy with us */
    bool reached;                   /* TCP is open */
    int turned;                     /* how often it was turned away, see cutoff.h */
    double later;                   /* seconds until the deadline, when this look at it is over; 0: this is the deadline */
    unsigned waits;                 /* as of run.conn when the deadline was set */
    double ready;                   /* engine time when all layers were open */
    struct ev_io io;
    struct ev_timer timer;
    struct host *host;              /* NULL: it does not connect */
    struct slot *next;              /* in a queue */
    struct slot *all_next, **all_link; /* in engine.all */
};

/* A run of a probe that is no survey: it waits for leave to connect; or it has begun, and may be over already: NULL. */
struct slot *slot_add(struct target *t, const struct probe *p);
void slot_step(struct slot *s, enum step_why why);
/* Its probe is told that there is no connection, or its facts become could-not-ask. Then it is over: it is freed, its
 * column is told, and what waited begins. */
void slot_blank(struct slot *s, bool timed_out);
void slot_free(struct slot *s); /* the column is not told */
/* Ends all runs of this probe for the column, which has others. */
void slots_drop(struct target *t, const struct probe *p);
/* No other run of this probe works on the same column: it speaks for them all. */
bool slot_is_last(const struct slot *s);
/* The column's own handshake, which all others are made for. */
bool run_is_first(const struct run *r);

/* Starts whatever may start now. Reentrant calls return at once: the outermost goes on until nothing more can start. */
void engine_pump(struct engine *g);

#endif
