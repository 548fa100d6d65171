/* path - who signed whom: verifying single links and finding a way from the leaf to a trusted CA.
 *
 * Owns: the cache of decoded certificates and verified links, the bounded search, and which keys are computed with.
 * Must not know: what is wrong with the certificates of the path it finds (judge).
 */
#ifndef TLSWHY_PKI_PATH_H
#define TLSWHY_PKI_PATH_H

#include "src/pki/judge.h"

enum link_check {
    LINK_GOOD,
    LINK_BAD,       /* the signature does not fit the key */
    LINK_UNCHECKED  /* an algorithm, curve or size that can't be verified here */
};
/* Whether `issuer`'s key made the signature of `child`; says nothing about dates or usages. */
enum link_check path_verify(struct judge_cache *k, const struct cert *child, const struct cert *issuer);

/* The key of the certificate in these bytes is so large, or so odd, that computing with it would take minutes. False
 * also where there is none. */
bool path_key_slow(const void *der, size_t n);

struct path {
    struct link built[CHAIN_MAX];   /* lent certificates */
    size_t count;
    bool anchored;          /* the last one is a CA of the store */
    bool complete;          /* the last one is self-signed */
    bool full;              /* CHAIN_MAX reached */
    int bad;                /* built[bad] is not signed by built[bad + 1]; -1: all fit */
    enum link_check bad_check;
    const struct cert *other_key; /* lent; a CA of the store with the missing issuer's name, or NULL */
    bool sent_other;        /* a certificate with that name was sent, with another key */
};
/* The best path there is: trusted and valid now, else trusted, else to a self-signed certificate,
 * else as far as it goes. sent[0] must be there and well formed. */
void path_build(struct judge_cache *k, const struct judge_ask *ask, struct path *out);

/* The same subject and the same key: one CA, perhaps in several certificates. */
bool path_same_ca(const struct cert *a, const struct cert *b);
bool path_named(const struct cert *issuer, const struct cert *child); /* issuer's subject is child's issuer */

#endif
