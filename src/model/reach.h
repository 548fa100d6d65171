/* reach - whether a name or an address is everybody's or somebody's own.
 *
 * Owns: the lists of names and networks that never belong to the public Internet.
 * Must not know: who asks, sockets.
 */
#ifndef TLSWHY_MODEL_REACH_H
#define TLSWHY_MODEL_REACH_H

#include <stdbool.h>

/* A name under a top-level domain that the public DNS has or may have; false without a dot. */
bool reach_public_name(const char *name);
/* "192.0.2.1:443", "[2001:db8::1]:443", as a column has it; false for NULL and for what is none. The networks for
 * documentation count as public, so that examples are what they stand for. */
bool reach_public_address(const char *address);

#endif
