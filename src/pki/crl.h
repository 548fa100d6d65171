/* crl - what a certificate revocation list says of one certificate (RFC 5280 section 5).
 *
 * Owns: walking a list of any length without building it, its signature and its dates.
 * Must not know: where the list came from, what follows from it.
 */
#ifndef TLSWHY_PKI_CRL_H
#define TLSWHY_PKI_CRL_H

#include "src/pki/ocsp.h"

#define CRL_DER_MAX (8u << 20)

/* As ocsp_judge: GOOD is a certificate that the whole list of its CA does not name. */
struct revoked crl_judge(const void *der, size_t n, const struct cert *c, const struct cert *issuer, int64_t now);

#endif
