/* ocsp - what an OCSP response says of one certificate (RFC 6960).
 *
 * Owns: decoding a response, finding the answer for a certificate in it, its signature and its dates, and the
 * request that asks for it.
 * Must not know: how the response came (stapled or fetched), what follows from it.
 */
#ifndef TLSWHY_PKI_OCSP_H
#define TLSWHY_PKI_OCSP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/model/cert.h"

#define OCSP_DER_MAX (256u << 10)
#define REVOKE_SLACK 300 /* seconds by which clocks may differ before a date counts as passed, as OpenSSL has it */

enum revoke {
    REVOKE_GOOD, REVOKE_REVOKED, REVOKE_UNKNOWN,
    REVOKE_REFUSED,     /* a response that is none: "try-later" and such, in `reason` */
    REVOKE_MALFORMED,
    REVOKE_FOREIGN,     /* about other certificates, or from another CA */
    REVOKE_UNSIGNED,    /* its signature is not that of the CA, nor of a responder the CA let sign */
    REVOKE_COUNT
};
extern const char *const revoke_words[REVOKE_COUNT];

struct revoked {
    enum revoke is;
    bool verified;      /* its signature was verified; false for GOOD, REVOKED and UNKNOWN: it could not be */
    bool stale;         /* its time is over */
    bool early;         /* its time has not begun */
    int64_t this_update, next_update, revoked_at; /* WHEN_UNKNOWN: not said */
    const char *reason; /* const: "key-compromise", "try-later"; NULL: none was given */
};

/* `issuer` is the CA of `c`, already trusted: NULL leaves the signature unverified. Both are well formed. */
struct revoked ocsp_judge(const void *der, size_t n, const struct cert *c, const struct cert *issuer, int64_t now);

/* The request for c, to be sent as application/ocsp-request; NULL when it can't be made. *n is its length. */
uint8_t *ocsp_request(const struct cert *c, const struct cert *issuer, size_t *n);

/* The word of a reasonCode (RFC 5280 section 5.3.1), NULL for unspecified and unknown ones. */
const char *revoke_reason(int code);
/* {"status","verified","this_update","next_update","stale","early","revoked_at","reason"}, a new reference. */
json_t *revoked_json(const struct revoked *r);
/* One clause, to be read after what was asked: "says that the certificate is good". Owned by the caller. */
char *revoked_text(const struct revoked *r);

#endif
