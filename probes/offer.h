/* offer - what a client offers, in GnuTLS's words.
 *
 * Owns: turning an offer into a priority string, and knowing what GnuTLS can't offer.
 * Must not know: sessions, connections.
 */
#ifndef TLSWHY_PROBES_OFFER_H
#define TLSWHY_PROBES_OFFER_H

#include <stdbool.h>

#include "src/wire/client.h"

/* Owned by the caller. GnuTLS combines key exchanges, ciphers and digests freely, so what is offered
 * is the smallest combination that holds the offer's suites; what GnuTLS does not know is left out. */
char *offer_of_client(const struct offer *o);
/* Where that combination holds more than was meant, the offer falls into parts that GnuTLS can offer
 * exactly: the nth of them, from 0, the client's first suite in the first. False: there are no more. A
 * server takes one of the parts just when it takes the offer. Released with offer_clear. */
bool offer_part(const struct offer *o, int nth, struct offer *part);
/* What of this GnuTLS can't offer, in one sentence with IANA names; NULL: it can offer all. *nothing: of
 * the versions, the suites, the groups or the signature algorithms it can offer none, so that a handshake
 * of its making would be another client's. Owned by the caller. */
char *offer_missing(const struct offer *o, bool *nothing);

#endif
