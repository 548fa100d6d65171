/* mint - certificates made to order, for tests.
 *
 * Owns: turning a short description into a key and a signed certificate. Problems end the test.
 * Must not know: what is tested.
 */
#ifndef TLSWHY_TESTS_MINT_H
#define TLSWHY_TESTS_MINT_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/model/cert.h"
#include "src/pki/store.h"

#define MINT_NOW INT64_C(1800000000) /* 2027-01-15: "now" in tests */
#define MINT_DAY INT64_C(86400)

enum mint_key { MINT_P256, MINT_P192, MINT_ED25519, MINT_RSA2048, MINT_RSA1024, MINT_DSA1024 };

struct minted {
    gnutls_x509_crt_t crt;      /* owned */
    gnutls_x509_privkey_t key;  /* owned */
    uint8_t *der;               /* owned */
    size_t len;
};

/* Everything may be left out: a leaf for "a.example", valid for a year around MINT_NOW. */
struct mint {
    const char *cn;             /* subject CN; NULL: "a.example"; "": empty subject */
    const char *dn;             /* whole subject instead, RFC 4514 */
    const char *san;            /* words "dns:x ip:1.2.3.4 uri:x mail:x"; NULL: none */
    int64_t from, to;           /* days from MINT_NOW; both 0: -30 and 335 */
    enum mint_key kind;
    const struct minted *same_key;  /* the key of that certificate */
    const struct minted *issuer;    /* NULL: signs itself */
    gnutls_digest_algorithm_t digest; /* 0: SHA-256 */
    bool pss; unsigned salt;    /* RSA-PSS signature, its salt's length; 0: that of the digest */
    bool ca, v1, not_ca;        /* not_ca: basicConstraints that say no */
    bool limited; int path_len; /* pathLenConstraint, with ca */
    const char *purpose;        /* OID of extendedKeyUsage */
    unsigned usage;             /* GNUTLS_KEY_* of keyUsage, 0: none */
    bool no_ids;                /* without subject and authority key ids */
    const char *unknown;        /* OID of an extension nobody knows */
    bool critical;              /* that it is critical */
    const char *permit_dns;     /* name constraint */
    const char *permit_dn;      /* the same, RFC 4514 */
    const char *aia, *ocsp, *crl;
    bool staple;                /* must-staple */
    const char *raw_oid;        /* any other extension, with its value */
    const void *raw; size_t raw_len;
};

/* The value of a subjectAltName with the DNS names "n0.example", "n1.example" ..., for .raw: GnuTLS
 * would decode all names again for each one it adds. Owned by the caller. */
uint8_t *mint_names(size_t count, size_t *len);
#define MINT_SAN_OID "2.5.29.17"
struct minted *mint(const struct mint *m);
void minted_free(struct minted *m);
/* The last signature byte changed. */
void minted_break(struct minted *m);
struct cert *minted_cert(const struct minted *m); /* a new reference */
/* The text of a PEM block, owned by the caller. */
char *minted_pem(const struct minted *m);
/* Writes a temporary file; unlink and free its name. */
char *mint_file(const void *bytes, size_t n);
/* A store of n certificates. */
struct store *mint_store(const struct minted *const *ca, size_t n);

#endif
