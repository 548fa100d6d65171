/* keystore - the certificates in the key stores of Java, browsers and Windows.
 *
 * Owns: JKS and JCEKS (Java's own form: the certificates stand there in clear, only a digest over all of it takes the
 * password, and that is not checked) and PKCS#12 (RFC 7292) without a password, with an empty one, or with "changeit",
 * which is what Java's own store has.
 * Must not know: what the certificates are for.
 *
 * Taken are trusted certificates and the first one of each key's chain, since that is what Java trusts; of PKCS#12,
 * which seldom says what is trusted, all.
 */
#ifndef TLSWHY_PKI_KEYSTORE_H
#define TLSWHY_PKI_KEYSTORE_H

#include "src/pki/bundle.h"

enum keystore {
    KEYSTORE_NONE,    /* these bytes are no key store */
    KEYSTORE_OPEN,    /* its certificates are in *b; perhaps there are none */
    KEYSTORE_REFUSED  /* it can't be read: *says why and what to do, to be read after the file's name; const */
};
/* At most `max` certificates; *b needs no initialisation and is to be freed with bundle_free whatever comes back. */
enum keystore keystore_read(const void *p, size_t n, size_t max, struct bundle *b, const char **says);

#endif
