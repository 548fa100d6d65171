/* read - DER to certificate record.
 *
 * Owns: decoding with GnuTLS, and making every string of it printable.
 * Must not know: sockets, sessions, whether a certificate is any good.
 */
#ifndef TLSWHY_PKI_READ_H
#define TLSWHY_PKI_READ_H

#include <gnutls/x509.h>

#include "src/base/bytes.h"
#include "src/model/cert.h"

/* Larger certificates are kept as malformed, their text says why. It is the size of the handshake
 * message they come in: browsers take certificates with ten thousand names, which have 200 KiB. */
#define CERT_DER_MAX (256u << 10)

/* Never NULL: what can't be decoded comes back with `malformed` and `fault`. */
struct cert *cert_read(const void *der, size_t n);

/* SHA-256 in lower-case hex; false and "" where the library can't make it. */
#define CERT_HASH_LEN 65
bool cert_hash(const void *p, size_t n, char out[CERT_HASH_LEN]);

/* The value of one attribute of a Name, a string of the type `tag`, printable and owned by the caller; at most 512
 * bytes of it. */
char *cert_name_value(unsigned tag, struct reader value);
/* The last value of this attribute in a whole DER Name, printable and owned by the caller; NULL when it has none. */
char *cert_name_part(struct reader name, const char *oid);

/* GnuTLS's own form of it, for gnutls_x509_crt_deinit; NULL when it can't be had. */
gnutls_x509_crt_t cert_crt(const struct cert *c);

/* Shows the names of a certificate to `is` until it says true, and those beyond san_count, too, which
 * are read from the DER for it alone; *s is lent for that call. False when all were shown. */
bool san_any(const struct cert *c, bool (*is)(const struct san *s, void *arg), void *arg);

#endif
