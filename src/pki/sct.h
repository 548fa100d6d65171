/* sct - what an OCSP response says about the time beside its answer.
 *
 * Owns: finding producedAt and the signed certificate timestamps (RFC 6962 section 3.3) in the bytes of a response.
 * Must not know: whether the response is any good (ocsp.h), what its times prove.
 */
#ifndef TLSWHY_PKI_SCT_H
#define TLSWHY_PKI_SCT_H

#include "src/base/bytes.h"

struct sct_staple {
    int64_t produced;   /* producedAt, unix seconds; WHEN_UNKNOWN: not readable */
    struct reader list; /* lent: the SignedCertificateTimestampList of the first answer that has one; empty: none */
};

/* False where it is no basic OCSP response; *out is then without times. Lends from `der`. */
bool sct_staple_read(const void *der, size_t n, struct sct_staple *out);

#endif
