/* identity - the client certificate and the private key that a person gives, and what is wrong with them.
 *
 * Owns: reading them from PEM, DER and PKCS#12, with a passphrase or without, keeping the key out of core dumps and
 * wiping what held it, and judging the certificate as a server would. RFC 5280, RFC 7292, RFC 8446 section 4.2.4.
 * Must not know: sockets, sessions, what a server answered.
 *
 * The key never leaves the struct but into GnuTLS's credentials: neither a session nor a report sees it.
 */
#ifndef TLSWHY_PKI_IDENTITY_H
#define TLSWHY_PKI_IDENTITY_H

#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/pki/judge.h"

struct identity;

/* As cert=, key= and pass-file= name them; lent. `key` NULL: it is in the file of the certificate. `pass` NULL: none;
 * else its first line is the passphrase. */
struct identity_files { const char *cert, *key, *pass; };

/* The first certificate of a PEM file is the client's own, those behind it are its chain, as OpenSSL and curl have it;
 * of PKCS#12 it is the one that belongs to the key. NULL and a sentence in *e where a file can't be read, has not what
 * it should, or does not open. A key that belongs to another certificate is no error here but a fault of the identity.
 *
 * While one is loaded this process writes no core file and can't be looked into (prctl(2) PR_SET_DUMPABLE). Several are
 * to be freed in the reverse order, since each puts back what it found. */
struct identity *identity_load(const struct identity_files *f, struct err *e);
void identity_free(struct identity *id); /* accepts NULL */

/* The same from bytes, which are lent; names are for sentences only. `key` NULL: it is in `cert`. Nothing is done about
 * core files. For identity_load and tests. */
struct identity_bytes { const void *p; size_t n; const char *name; };
struct identity *identity_read(const struct identity_bytes *cert, const struct identity_bytes *key,
                               const struct identity_bytes *pass, struct err *e);

/* The client's own certificate first, then what was given with it. Lent; at least one. */
struct cert *const *identity_certs(const struct identity *id, size_t *n);
bool identity_fits(const struct identity *id); /* the key belongs to the certificate */
/* Gives them to GnuTLS. False where it can't use them; not for a key that doesn't fit. */
bool identity_give(const struct identity *id, gnutls_certificate_credentials_t to);

struct identity_ask {
    struct judge_cache *cache;
    int64_t now;
    const gnutls_datum_t *ca; size_t ca_count; /* DER names of the CAs that the server accepts, 0: it named none */
    const struct cert *const *other; size_t other_count; /* certificates seen elsewhere, among them perhaps one that
                                                            should have been given */
    bool sent;                                 /* it was sent to the server */
};
/* What fact.h says of `client_cert_given`, a new reference, and one sentence, owned by the caller. */
json_t *identity_judge(const struct identity *id, const struct identity_ask *ask, char **text);

#endif
