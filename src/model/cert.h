/* cert - a certificate as a plain record.
 *
 * Owns: the fields of a certificate we reason about and show, and their JSON form.
 * Must not know: how they were read (src/pki), whether they are any good (src/pki/judge).
 * All text has passed text_printable; times are unix seconds. Unknown numbers are 0, unknown
 * pointers NULL, unknown times WHEN_UNKNOWN.
 */
#ifndef TLSWHY_MODEL_CERT_H
#define TLSWHY_MODEL_CERT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum san_kind { SAN_DNS, SAN_IP, SAN_URI, SAN_EMAIL, SAN_OTHER };
struct san {
    enum san_kind kind;
    char *text; /* owned: "www.example.org", "192.0.2.1", "spiffe://..." */
};

/* KeyUsage bits, RFC 5280 section 4.2.1.3 (bit 0 of the extension is 0x80 here as in DER). */
enum {
    USAGE_DIGITAL_SIGNATURE = 0x80, USAGE_KEY_ENCIPHERMENT = 0x20, USAGE_KEY_AGREEMENT = 0x08,
    USAGE_CERT_SIGN = 0x04, USAGE_CRL_SIGN = 0x02
};

struct cert {
    int refs;                   /* shared: cert_ref / cert_free */
    uint8_t *der; size_t der_len; /* owned */
    bool malformed;             /* could not be decoded: only der, sha256 and `fault` hold */
    char *fault;                /* why not, one sentence, or NULL */
    char *subject, *issuer;     /* RFC 4514 strings, "" when empty */
    char *cn;                   /* the subject's last commonName, or NULL */
    char *issuer_cn;            /* the same of the issuer; falls back to O or the whole name */
    uint8_t *subject_der; size_t subject_der_len; /* for exact comparison */
    uint8_t *issuer_der; size_t issuer_der_len;
    char *serial;               /* lower-case hex */
    int64_t not_before, not_after;
    char *key;                  /* "RSA", "ECDSA", "Ed25519", "Ed448", "DSA", ... */
    int key_bits;
    char *curve;                /* "secp256r1" for ECDSA keys, else NULL */
    char *signature;            /* GnuTLS name: "RSA-SHA256", "ECDSA-SHA256", "RSA-SHA1" */
    char *digest;               /* "SHA256", "SHA1", "MD5"; NULL where the scheme has none of its own */
    char *ski, *aki;            /* key ids, lower-case hex, or NULL */
    bool is_ca;                 /* basicConstraints cA */
    bool has_basic_constraints;
    int path_len;               /* -1: no limit given */
    bool has_key_usage; unsigned key_usage;     /* USAGE_* bits */
    bool has_ext_usage, usage_server, usage_client, usage_any; /* extendedKeyUsage */
    struct san *san; size_t san_count; size_t san_total; /* at most 1000 kept: see san_any */
    char **aia; size_t aia_count;       /* caIssuers URLs, at most 8 */
    char **ocsp; size_t ocsp_count;     /* OCSP URLs, at most 8 */
    char **crl; size_t crl_count;       /* CRL distribution point URLs, at most 8 */
    bool must_staple;                   /* TLS feature 5, RFC 7633 */
    int64_t *sct; size_t sct_count;     /* embedded SCT times, unix milliseconds, at most 8 */
    bool self_issued;                   /* subject and issuer are the same name */
    char sha256[65];                    /* of the DER, lower-case hex */
    char spki_sha256[65];               /* of the SubjectPublicKeyInfo */
    json_t *json;               /* owned; what cert_to_json has made once, or NULL */
};

struct cert *cert_new(void);                 /* empty, one reference */
struct cert *cert_ref(struct cert *c);       /* accepts NULL */
void cert_free(struct cert *c);              /* drops one reference; accepts NULL */
/* New reference to a shared object: not to be changed. "der" (base64) is there only when asked for. */
json_t *cert_to_json(const struct cert *c, bool with_der);
/* How a person names it: CN, else first SAN, else subject, else "certificate". Lent. */
const char *cert_name(const struct cert *c);

#endif
