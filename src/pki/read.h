/* read - DER to certificate record.
 *
 * Owns: decoding with GnuTLS, and making every string of it printable.
 * Must not know: sockets, sessions, whether a certificate is any good.
 */
#ifndef TLSWHY_PKI_READ_H
#define TLSWHY_PKI_READ_H

#include "src/model/cert.h"

#define CERT_DER_MAX                                                                               \
    (64u << 10) /* larger certificates are kept as malformed, their text says why */

/* Never NULL: what can't be decoded comes back with `malformed` and `fault`. */
struct cert *cert_read(const void *der, size_t n);

#endif
