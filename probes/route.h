/* route - whether this machine's routes lead to an address through a router.
 *
 * Owns: the question to the kernel (rtnetlink(7), RTM_GETROUTE), which needs no privileges.
 * Must not know: connections, what is asked of whom there.
 */
#ifndef TLSWHY_PROBES_ROUTE_H
#define TLSWHY_PROBES_ROUTE_H

#include <stddef.h>
#include <sys/socket.h>

#include "src/model/fact.h"

/* YES: the next hop is a router; NO: it is this machine, or on a link of it; UNSURE: there is no route, or the kernel does
 * not say. Never blocks. */
enum state route_is_far(const struct sockaddr *to);
/* The same of the kernel's answer: any bytes. */
enum state route_read(const void *answer, size_t n);

#endif
