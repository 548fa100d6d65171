/* offer - a client profile in GnuTLS's words.
 *
 * Owns: turning a row of the client table, limited to a range of versions, into a priority string.
 * Must not know: sessions, connections.
 */
#ifndef TLSWHY_PROBES_OFFER_H
#define TLSWHY_PROBES_OFFER_H

#include <stdint.h>

#include "src/wire/client.h"

/* Owned by the caller. GnuTLS combines key exchanges, ciphers and digests freely, so what is offered
 * is the smallest combination that holds the profile's suites; what GnuTLS does not know is left out. */
char *offer_of_client(const struct client *c, uint16_t min, uint16_t max);
/* Everything GnuTLS can do with an X.509 server, for these versions: to ask for a version alone. */
char *offer_relaxed(uint16_t min, uint16_t max);

#endif
