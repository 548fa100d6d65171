/* given - the client certificates of this engine's columns, and what became of them.
 *
 * Owns: loading the files of cert=, key= and pass-file= once, GnuTLS's credentials made of them, and the facts
 * client_cert_given and http_client_cert.
 * Must not know: how certificate and key are read (src/pki/identity.c), watchers, causes.
 */
#ifndef TLSWHY_PROBES_GIVEN_H
#define TLSWHY_PROBES_GIVEN_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "src/base/err.h"
#include "src/model/endpoint.h"

struct given; /* those that are loaded: a list, NULL at first */
struct run;
struct tls;

/* True when this endpoint names no files, or when they are in the list now. */
bool given_load(struct given **list, const struct endpoint *ep, struct err *e);
/* What the endpoint's client shows; NULL when it names no files, or the key is not the certificate's. Lent. */
gnutls_certificate_credentials_t given_credentials(const struct given *list, const struct endpoint *ep);
void given_free(struct given *list); /* accepts NULL */

/* The handshake is over: writes client_cert_given, nothing where no certificate was given. */
void given_see(struct run *r, const struct tls *t);
/* A server that had asked for a certificate answered a request with this status: writes http_client_cert. `words` is
 * what can be read of the answer's body, NULL for nothing. */
void given_see_answer(struct run *r, int status, const char *words);
/* The same of a mail server's greeting or answer to EHLO; `said` are its last words, or NULL. */
void given_see_mail(struct run *r, int code, const char *said);

#endif
