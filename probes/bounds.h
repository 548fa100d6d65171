/* bounds - what came with a handshake and says that it is at least so late.
 *
 * Owns: gathering dates that others than the server wrote (certificates, signed certificate timestamps, an OCSP
 * response) into the value of the fact `clock`.
 * Must not know: sockets, whether our clock is right.
 */
#ifndef TLSWHY_PROBES_BOUNDS_H
#define TLSWHY_PROBES_BOUNDS_H

#include <jansson.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "src/model/cert.h"

#define BOUNDS_MAX 24 /* kept of one handshake; the latest of each source is among them */

struct bounds {
    json_t *list;       /* owned */
    const char *by;     /* lent; who has issued the leaf */
    int64_t leaf_end;   /* later than this no time of the leaf's can be */
    int64_t most;       /* the latest that was signed by others than the certificate's own maker, or WHEN_UNKNOWN */
};

/* `sent`: the certificates as sent, leaf first. */
struct bounds bounds_of(struct cert *const *sent, size_t n);
/* A SignedCertificateTimestampList; `from` is "extension" or "staple". */
void bounds_scts(struct bounds *b, const void *list, size_t n, const char *from);
/* A stapled OCSP response whose signature was verified: this_update is its answer's, or WHEN_UNKNOWN. */
void bounds_staple(struct bounds *b, const void *der, size_t n, int64_t this_update);
/* The value of the fact, a new reference; `local` is our clock. What b owns is gone then. */
json_t *bounds_take(struct bounds *b, int64_t local);

#endif
