/* told - what one complete handshake came to, told alike by every probe that makes one.
 *
 * Owns: the members that ATTEMPTS, SERVER_NAMES and VARIATIONS pick from (fact.h), and the word WENT.
 * Must not know: which of them is wanted, why the handshake was made.
 *
 * A told thing is an object: {"went": WENT, "failed": the handshake was not complete or was refused late, "alert":
 * number|null, "version", "cipher", "group", "alpn", "server", "http_status": as far as it came, else null; "leaf",
 * "subject", "names": at most five, "fits": valid for the name that must be matched, "not_after", "faults": as
 * cert_reasons; all null where no certificate came}. Owned by the caller.
 */
#ifndef TLSWHY_PROBES_TOLD_H
#define TLSWHY_PROBES_TOLD_H

#include <jansson.h>

#include "probes/shake.h"
#include "src/pki/judge.h"

/* Those of a leaf and its chain, judged; NULL for a leaf that can't be read is told as such. */
json_t *told_certificates(const struct cert *leaf, const struct chain *c);
/* The whole; takes `certificates`, NULL: none came. After the handshake, and after shake_listen is through. */
json_t *told_of(const struct shake *s, json_t *certificates);
/* The same with the certificates judged here and now. */
json_t *told_judged(struct run *r, const struct shake *s);
/* No connection was had: `kind` as `failure` has it. */
json_t *told_unreachable(const char *kind);
json_t *told_no_way(const char *word); /* TCP was open, but what has to come before TLS failed: as way_word has it */

bool told_failed(const json_t *told);
const char *told_word(const json_t *told, const char *key); /* "" where there is none; lent */
/* The word of its first fault that a client refuses because of, NULL: none. Lent, const. */
const char *told_fault(const json_t *told);
/* The handshakes went the same way and showed the same certificate. */
bool told_alike(const json_t *a, const json_t *b);
/* Faults that are the same, wherever the texts about them differ. */
bool told_same_faults(const json_t *a, const json_t *b);
/* A new object of these members alone; a list that ends with NULL. */
json_t *told_pick(const json_t *told, const char *const *keys);

#endif
