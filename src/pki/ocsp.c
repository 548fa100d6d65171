/* ocsp - see ocsp.h.
 *
 * GnuTLS decodes and verifies; which answer is ours is found here, since GnuTLS leaves out the issuer's key.
 */
#include "src/pki/ocsp.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/pki/der.h"
#include "src/pki/read.h"

#define SINGLES_MAX 64 /* answers looked at in one response; mostly there is one */

const char *const revoke_words[REVOKE_COUNT] = {
    [REVOKE_GOOD] = "good", [REVOKE_REVOKED] = "revoked", [REVOKE_UNKNOWN] = "unknown", [REVOKE_REFUSED] = "refused",
    [REVOKE_MALFORMED] = "malformed", [REVOKE_FOREIGN] = "foreign", [REVOKE_UNSIGNED] = "unsigned",
};

const char *revoke_reason(int code)
{
    static const char *const words[] = {
        [1] = "key-compromise", [2] = "ca-compromise", [3] = "affiliation-changed", [4] = "superseded",
        [5] = "cessation-of-operation", [6] = "certificate-hold", [8] = "remove-from-crl", [9] = "privilege-withdrawn",
        [10] = "aa-compromise",
    };
    return code >= 0 && code < (int)(sizeof words / sizeof *words) ? words[code] : NULL;
}

/* responseStatus of those that hold no answer, RFC 6960 section 4.2.1. */
static const char *refusal_word(int status)
{
    switch (status) {
    case GNUTLS_OCSP_RESP_MALFORMEDREQUEST: return "malformed-request";
    case GNUTLS_OCSP_RESP_INTERNALERROR: return "internal-error";
    case GNUTLS_OCSP_RESP_TRYLATER: return "try-later";
    case GNUTLS_OCSP_RESP_SIGREQUIRED: return "signature-required";
    case GNUTLS_OCSP_RESP_UNAUTHORIZED: return "unauthorized";
    default: return "unknown-status";
    }
}

/* --- which answer is ours --------------------------------------------------------------------- */

struct single {
    gnutls_digest_algorithm_t digest;
    gnutls_datum_t name, key, serial; /* owned: hashes of the issuer's name and key, and the serial */
    unsigned status, reason;
    time_t this_update, next_update, revoked_at;
};

static void single_free(struct single *s)
{
    gnutls_free(s->name.data);
    gnutls_free(s->key.data);
    gnutls_free(s->serial.data);
}

static bool single_read(gnutls_ocsp_resp_t resp, unsigned i, struct single *s)
{
    *s = (struct single){ .digest = GNUTLS_DIG_UNKNOWN };
    return gnutls_ocsp_resp_get_single(resp, i, &s->digest, &s->name, &s->key, &s->serial, &s->status, &s->this_update,
                                       &s->next_update, &s->revoked_at, &s->reason) >= 0;
}

static bool is_hash_of(gnutls_digest_algorithm_t digest, const gnutls_datum_t *hash, const void *p, size_t n)
{
    uint8_t sum[64];
    unsigned len = gnutls_hash_get_len(digest);
    return len && len <= sizeof sum && len == hash->size && gnutls_hash_fast(digest, p, n, sum) >= 0 &&
           memcmp(sum, hash->data, len) == 0;
}

/* The key without its algorithm, which is what CertID hashes. */
static struct reader key_bits(const struct cert *issuer)
{
    struct der_cert d;
    struct der whole, algorithm, key;
    if (!der_cert(issuer->der, issuer->der_len, &d) || !der_expect(&d.spki, DER_SEQUENCE, &whole) ||
        !der_expect(&whole.content, DER_SEQUENCE, &algorithm) ||
        !der_expect(&whole.content, DER_BIT_STRING, &key))
        return reader_of(NULL, 0);
    reader_u8(&key.content); /* unused bits */
    return key.content;
}

static bool single_is_of(const struct single *s, const struct cert *c, const struct cert *issuer)
{
    struct der_cert d;
    if (!der_cert(c->der, c->der_len, &d) || !s->serial.size || d.serial.left != s->serial.size ||
        memcmp(d.serial.p, s->serial.data, s->serial.size) != 0 ||
        !is_hash_of(s->digest, &s->name, c->issuer_der, c->issuer_der_len))
        return false;
    if (!issuer)
        return true;
    struct reader key = key_bits(issuer);
    return is_hash_of(s->digest, &s->key, key.p, key.left);
}

static int64_t time_known(time_t t)
{
    return t == (time_t)-1 ? WHEN_UNKNOWN : (int64_t)t;
}

static void single_take(const struct single *s, int64_t now, struct revoked *out)
{
    out->is = s->status == GNUTLS_OCSP_CERT_GOOD ? REVOKE_GOOD
              : s->status == GNUTLS_OCSP_CERT_REVOKED ? REVOKE_REVOKED : REVOKE_UNKNOWN;
    out->this_update = time_known(s->this_update);
    out->next_update = time_known(s->next_update);
    out->stale = out->next_update != WHEN_UNKNOWN && out->next_update < now - REVOKE_SLACK;
    out->early = out->this_update != WHEN_UNKNOWN && out->this_update > now + REVOKE_SLACK;
    if (out->is == REVOKE_REVOKED) {
        out->revoked_at = time_known(s->revoked_at);
        out->reason = revoke_reason((int)s->reason);
    }
}

/* False: no answer is about this certificate. One that can't be read leaves the others as they are. */
static bool find_single(gnutls_ocsp_resp_t resp, const struct cert *c, const struct cert *issuer, int64_t now,
                        struct revoked *out)
{
    struct single s;
    for (unsigned i = 0; i < SINGLES_MAX && single_read(resp, i, &s); i++) {
        bool ours = single_is_of(&s, c, issuer);
        if (ours)
            single_take(&s, now, out);
        single_free(&s);
        if (ours)
            return true;
    }
    return false;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* The CA's own key comes along, in another certificate than the one in the chain: GnuTLS takes it for a stranger. */
static bool brings_ca_key(gnutls_ocsp_resp_t resp, const struct cert *issuer)
{
    gnutls_x509_crt_t *crts = NULL;
    struct der_cert ours, theirs;
    size_t n = 0;
    bool same = false;
    if (!der_cert(issuer->der, issuer->der_len, &ours) || gnutls_ocsp_resp_get_certs(resp, &crts, &n) < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        gnutls_datum_t der = { NULL, 0 };
        same |= gnutls_x509_crt_export2(crts[i], GNUTLS_X509_FMT_DER, &der) >= 0 &&
                der_cert(der.data, der.size, &theirs) && theirs.spki.left == ours.spki.left &&
                memcmp(theirs.spki.p, ours.spki.p, ours.spki.left) == 0;
        gnutls_free(der.data);
        gnutls_x509_crt_deinit(crts[i]);
    }
    gnutls_free(crts);
    return same;
}

/* By the CA itself, or by a responder whose certificate it issued for that. What our library does not verify (a
 * digest it calls broken, a CA's certificate sent in another form) stays unverified: that proves nothing. */
static void verify(gnutls_ocsp_resp_t resp, const struct cert *issuer, struct revoked *out)
{
    enum { WRONG = GNUTLS_OCSP_VERIFY_SIGNATURE_FAILURE | GNUTLS_OCSP_VERIFY_SIGNER_KEYUSAGE_ERROR |
                   GNUTLS_OCSP_VERIFY_UNTRUSTED_SIGNER };
    unsigned faults = 0;
    gnutls_x509_crt_t crt = issuer ? cert_crt(issuer) : NULL;
    if (!crt)
        return;
    int error = gnutls_ocsp_resp_verify_direct(resp, crt, &faults, GNUTLS_VERIFY_DISABLE_TIME_CHECKS);
    gnutls_x509_crt_deinit(crt);
    out->verified = error >= 0 && !faults;
    if (error >= 0 && faults & WRONG && !(faults & GNUTLS_OCSP_VERIFY_INSECURE_ALGORITHM) &&
        !brings_ca_key(resp, issuer))
        out->is = REVOKE_UNSIGNED;
}

struct revoked ocsp_judge(const void *der, size_t n, const struct cert *c, const struct cert *issuer, int64_t now)
{
    struct revoked out = { .is = REVOKE_MALFORMED, .this_update = WHEN_UNKNOWN, .next_update = WHEN_UNKNOWN,
                           .revoked_at = WHEN_UNKNOWN };
    gnutls_ocsp_resp_t resp;
    struct single first;
    gnutls_datum_t in = { (unsigned char *)der, (unsigned)n };
    if (!n || n > OCSP_DER_MAX || gnutls_ocsp_resp_init(&resp) < 0)
        return out;
    int status = gnutls_ocsp_resp_import(resp, &in) < 0 ? -1 : gnutls_ocsp_resp_get_status(resp);
    if (status > 0) {
        out.is = REVOKE_REFUSED;
        out.reason = refusal_word(status);
    } else if (status == GNUTLS_OCSP_RESP_SUCCESSFUL) {
        bool any = single_read(resp, 0, &first);
        single_free(&first);
        if (find_single(resp, c, issuer, now, &out))
            verify(resp, issuer, &out);
        else if (any)
            out.is = REVOKE_FOREIGN;
    }
    gnutls_ocsp_resp_deinit(resp);
    return out;
}

uint8_t *ocsp_request(const struct cert *c, const struct cert *issuer, size_t *n)
{
    gnutls_ocsp_req_t req;
    gnutls_datum_t der = { NULL, 0 };
    uint8_t *out = NULL;
    gnutls_x509_crt_t crt = cert_crt(c), above = cert_crt(issuer);
    if (crt && above && gnutls_ocsp_req_init(&req) >= 0) {
        /* SHA-1 names the certificate here and protects nothing; some responders know no other. */
        if (gnutls_ocsp_req_add_cert(req, GNUTLS_DIG_SHA1, above, crt) >= 0 && gnutls_ocsp_req_export(req, &der) >= 0)
            out = (uint8_t *)mem_copy(der.data, der.size);
        *n = der.size;
        gnutls_free(der.data);
        gnutls_ocsp_req_deinit(req);
    }
    if (crt)
        gnutls_x509_crt_deinit(crt);
    if (above)
        gnutls_x509_crt_deinit(above);
    return out;
}

/* --- what is told ----------------------------------------------------------------------------- */

static json_t *time_json(int64_t t)
{
    char when[WHEN_LEN];
    return t == WHEN_UNKNOWN ? json_null() : json_string(when_format(t, when));
}

json_t *revoked_json(const struct revoked *r)
{
    return json_pack("{s:s, s:b, s:o, s:o, s:b, s:b, s:o, s:s?}", "status", revoke_words[r->is], "verified",
                     r->verified, "this_update", time_json(r->this_update), "next_update", time_json(r->next_update),
                     "stale", r->stale, "early", r->early, "revoked_at", time_json(r->revoked_at), "reason", r->reason);
}

static const char *status_says(const struct revoked *r)
{
    switch (r->is) {
    case REVOKE_GOOD: return "says that the certificate is good";
    case REVOKE_REVOKED: return "says that the certificate is revoked";
    case REVOKE_UNKNOWN: return "says that the certificate is not known";
    case REVOKE_REFUSED: return "holds no answer, only the error";
    case REVOKE_FOREIGN: return "is about other certificates";
    case REVOKE_UNSIGNED: return "is not signed by the certificate's CA";
    default: return "can't be decoded";
    }
}

char *revoked_text(const struct revoked *r)
{
    char at[WHEN_LEN], until[WHEN_LEN];
    bool since = r->is == REVOKE_REVOKED && r->revoked_at != WHEN_UNKNOWN;
    const char *over = r->stale ? ", but its time was over at " : r->early ? ", but its time begins only at " : NULL;
    return mem_format("%s%s%s%s%s%s%s%s", status_says(r), since ? " since " : "",
                      since ? when_format(r->revoked_at, at) : "", r->reason ? ": " : "", r->reason ? r->reason : "",
                      over ? over : "", over ? when_format(r->stale ? r->next_update : r->this_update, until) : "",
                      r->is <= REVOKE_UNKNOWN && !r->verified ? "; its signature could not be verified" : "");
}
