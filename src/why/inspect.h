/* inspect - who answers in the server's place.
 *
 * Owns: the table of TLS inspection products by the names of their CAs, and the signs that need no table: what is
 * public, what a certificate made on the way lacks, what other columns see.
 * Must not know: which cause follows (sign.c), sockets.
 *
 * Only the names of issuers count: what a product's own web site shows has its name as subject.
 */
#ifndef TLSWHY_WHY_INSPECT_H
#define TLSWHY_WHY_INSPECT_H

#include <jansson.h>
#include <stdbool.h>

#include "src/model/session.h"

enum inspect_where {
    INSPECT_NETWORK, /* a gateway or a cloud service */
    INSPECT_MACHINE, /* software on the client's own machine */
    INSPECT_TOOL,    /* a proxy for developers */
    INSPECT_MALWARE  /* its key is known to everybody */
};

struct inspector {
    const char *product;
    enum inspect_where where;
    const char *cn, *o, *ou; /* patterns of an issuer (dn.h), NULL: whatever it is */
    const char *exempt;      /* how {name} is exempted there; NULL for malware */
    const char *source;      /* where the names were seen */
};
extern const struct inspector inspector_table[];
extern const size_t inspector_count;

/* The product whose CA issued a certificate of this chain (the value of the fact), NULL when none did. *ca gets the
 * issuer's name, lent. */
const struct inspector *inspect_find(const json_t *chain, const char **ca);
/* A name of the public DNS, asked at a public address. */
bool inspect_is_public(const struct column *c);
/* A leaf as such products make them: fresh, without transparency logs and without a place to get its issuer from.
 * `at`: when it was judged. */
bool inspect_is_fresh(const json_t *chain, double at);
/* Another column with the same question, from another vantage (then *other_vantage) or else at the same address, where
 * another certificate came that the public store trusts; NULL when there is none. */
const struct column *inspect_elsewhere(const struct session *s, const struct column *c, bool *other_vantage);

#endif
