/* host - does a certificate fit a name (RFC 9525).
 *
 * Owns: the comparison of DNS names (wildcards only as the complete left-most label), IP addresses
 * and URIs with subjectAltName; a CN alone never fits.
 * Must not know: GnuTLS, what the answer leads to.
 */
#ifndef TLSWHY_PKI_HOST_H
#define TLSWHY_PKI_HOST_H

#include "src/model/cert.h"

enum host_fit {
    HOST_FITS,
    HOST_OTHER,     /* there are names of this kind, none fits */
    HOST_CN_ONLY,   /* no subjectAltName of a kind that counts, and the CN would have fitted */
    HOST_NO_NAMES   /* the certificate names nobody at all that could fit */
};

/* `name` is a DNS name (A-labels, any case, final dot ignored), an address without brackets, or a
 * URI with "://". */
enum host_fit host_fit(const struct cert *c, const char *name);
/* The names the certificate is for, joined by ", ", at most `max` of them and then "and N more".
 * Owned by the caller. */
char *host_names(const struct cert *c, size_t max);

#endif
