/* connect - what became of a connection that was to be made, as facts of its column.
 *
 * Owns: the words for errors of connect(2) and for ICMP messages; `connect`, and `failure` where that is as far as it
 * went.
 * Must not know: watchers, queues, what the layers above TCP say (way.c).
 *
 * Only the column's own handshake tells what connecting came to; of all others their probes know best.
 */
#ifndef TLSWHY_PROBES_CONNECT_H
#define TLSWHY_PROBES_CONNECT_H

#include <jansson.h>
#include <stdbool.h>

#include "probes/slot.h"

/* TCP is open: whatever the layers above still have to say to each other, a connection can be made. */
void connect_reached(struct slot *s);
/* It could not be had. The run is over, and the slot gone, as after the next one. */
void connect_failed(struct slot *s, bool timed_out);
/* --max-time is over: what was not answered yet was not asked long enough to say anything. */
void connect_used_up(struct slot *s);

/* A value of FACT_FAILURE that came before any TLS; owned by the caller. */
json_t *connect_failure(const char *kind, const char *stage);
/* The proxy itself can't be had: nothing was asked of the server. */
void connect_proxyless(struct target *t, const char *why);

#endif
