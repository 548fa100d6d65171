/* store - a set of trusted CAs.
 *
 * Owns: loading CAs from a file or a directory, or the system's, and finding them by name. Loading
 * only indexes (decoding 140 CAs would cost more than a handshake): a CA is decoded when it is
 * first looked up.
 * Must not know: sockets, sessions.
 */
#ifndef TLSWHY_PKI_STORE_H
#define TLSWHY_PKI_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/model/cert.h"

struct store;

/* `path` is a PEM bundle, a DER certificate, PKCS#7, PKCS#12 or a Java keystore (keystore.h), known by its bytes, or a
 * directory of such files; NULL is the system store (tried in a fixed order of the places distributions use;
 * SSL_CERT_FILE and SSL_CERT_DIR come first, as OpenSSL has it). A given path that can't be read or holds no
 * certificate is NULL and a sentence in *e. A system without any store is an empty store, not an error. File size is
 * capped at 16 MiB, certificates at 10000. */
struct store *store_load(const char *path, struct err *e);
void store_free(struct store *s); /* accepts NULL */

const char *store_path(const struct store *s); /* where it came from; NULL for an empty system store */
bool store_is_system(const struct store *s);
bool store_is_directory(const struct store *s); /* store_path is that of a directory */
/* What the file is: "PEM" "DER" "PKCS#7" "PKCS#12" "JKS" (JCEKS too); NULL for a directory. Const. */
const char *store_form(const struct store *s);
size_t store_count(const struct store *s);
int64_t store_time(const struct store *s);      /* modification time, WHEN_UNKNOWN if none */

/* The i-th CA (from 0) whose subject is exactly this DER name, NULL when there is none. Lent. */
struct cert *store_by_name(struct store *s, const void *name_der, size_t n, size_t i);
/* The i-th CA, of store_count, in the order of their names. Lent. */
struct cert *store_at(struct store *s, size_t i);
/* The first certificate as the file has them, NULL for an empty store. Lent. */
struct cert *store_head(struct store *s);
/* This very certificate (same DER) is in the store. */
bool store_has(struct store *s, const struct cert *c);

#endif
