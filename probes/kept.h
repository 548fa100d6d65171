/* kept - what many columns share and is made once: trust stores by file, GnuTLS priorities by offer.
 *
 * Owns: all of it, until kept_free.
 * Must not know: columns, sockets.
 */
#ifndef TLSWHY_PROBES_KEPT_H
#define TLSWHY_PROBES_KEPT_H

#include <gnutls/gnutls.h>

#include "src/base/err.h"
#include "src/model/endpoint.h"
#include "src/pki/store.h"

struct kept_store;
struct kept_priority;

struct kept { /* zeroed: nothing yet */
    struct kept_store *trusted;  /* of ca=, and the system's */
    struct kept_store *expected; /* of expect= */
    struct kept_priority *priorities;
};

/* Lent. `path` of NULL is the system's store. NULL and a sentence when it can't be loaded, which is tried again
 * next time. */
struct store *kept_trusted(struct kept *k, const char *path, struct err *e);
struct store *kept_expected(struct kept *k, const char *path, struct err *e);
/* What this endpoint's client offers, lent; NULL when GnuTLS refuses it: then *why says so. */
gnutls_priority_t kept_priority(struct kept *k, const struct endpoint *ep, const char **why);
void kept_free(struct kept *k);

#endif
