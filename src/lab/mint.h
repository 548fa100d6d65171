/* mint - the lab's certificates.
 *
 * Owns: the CAs of a lab and the making of keys and certificates, right ones and wrong ones.
 * Must not know: sockets, files. Private keys never leave the process.
 */
#ifndef TLSWHY_LAB_MINT_H
#define TLSWHY_LAB_MINT_H

#include <gnutls/gnutls.h>
#include <time.h>

#include "src/lab/lab.h"

struct mint;

/* Makes the CAs; certificates are dated from `now`. NULL and a sentence when GnuTLS refuses. */
struct mint *mint_new(time_t now, struct err *e);
void mint_free(struct mint *m); /* accepts NULL */

/* The root that clients of the lab are to trust, as PEM; the caller frees with gnutls_free. */
bool mint_ca_pem(const struct mint *m, gnutls_datum_t *pem, struct err *e);
/* Makes a key and the chain the row asks for. The credentials are the caller's; NULL and a sentence
 * on failure. */
gnutls_certificate_credentials_t mint_credentials(const struct mint *m, const struct lab_row *row,
                                                  struct err *e);

/* A server that nobody trusts, for whoever connects: two chains for these names and addresses (NULL-terminated, the
 * first is the CN), one with an RSA key and one with ECDSA, both of an RSA CA made now. As above. */
gnutls_certificate_credentials_t mint_for_names(const char *const *names, time_t now, struct err *e);

#endif
