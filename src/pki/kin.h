/* kin - what the issuer that is missing at the end of a chain most likely is: an intermediate below a CA that is
 * trusted, or a CA nobody here knows.
 *
 * Owns: the signs for either. Must not know: how a chain is built (path), what the person is told (why).
 */
#ifndef TLSWHY_PKI_KIN_H
#define TLSWHY_PKI_KIN_H

#include "src/pki/judge.h"

/* The stronger first.
 * SENT: a certificate that was sent beside it is, or is signed by, a CA of the store, but did not sign it.
 * KEY_ID: the authority key identifier names the issuer's own issuer (authorityCertIssuer, RFC 5280 section 4.2.1.1).
 * ORGANISATION: the issuer's O= is that of a CA of the store.
 * NAME: the words of its name: those of a CA of the store, or what it calls itself ("Issuing", "Root"). */
enum kin_by { KIN_NONE, KIN_BY_SENT, KIN_BY_KEY_ID, KIN_BY_ORGANISATION, KIN_BY_NAME };

struct kin {
    enum kin_by by;       /* KIN_NONE: nothing speaks for either */
    bool below;           /* an intermediate below a trusted CA; else a CA that is not known here */
    const char *near;     /* lent from the store; the trusted CA it was told by, or NULL */
};

/* Of the issuer of `top`, which was neither sent nor is in ask->store. */
struct kin kin_find(struct judge_cache *k, const struct judge_ask *ask, const struct cert *top);
/* {"of":"CN of top","issuer":"CN","below":true,"by":"sent"|"key-id"|"organisation"|"name","near":"CN"|null}; null for
 * KIN_NONE. A new reference. */
json_t *kin_json(const struct kin *n, const struct cert *top);

#endif
