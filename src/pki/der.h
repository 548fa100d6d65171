/* der - walking DER within its bounds (X.690), as far as certificates need it.
 *
 * Owns: cutting a certificate into the slices that are signed, compared or read by others, and the
 * extensions into OID and value. All slices are lent from the bytes they were cut from.
 * Must not know: what an extension means, GnuTLS.
 */
#ifndef TLSWHY_PKI_DER_H
#define TLSWHY_PKI_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

enum {
    DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04,
    DER_OID = 0x06, DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30, DER_SET = 0x31,
    DER_CONTEXT = 0x80, DER_CONTEXT_CONSTRUCTED = 0xa0 /* plus the number */
};

struct der {
    unsigned tag;           /* identifier octet; 0 after a failure */
    struct reader whole;    /* with tag and length */
    struct reader content;
};

/* The next element; false (and *r failed) when it is cut, indefinite, or has a multi-byte tag. */
bool der_next(struct reader *r, struct der *d);
/* The same, and it must have this tag. */
bool der_expect(struct reader *r, unsigned tag, struct der *d);
/* True when there is a next element and it has this tag; it is taken only then. */
bool der_optional(struct reader *r, unsigned tag, struct der *d);
/* A small non-negative INTEGER's value, -1 when it is none or above 2^30. */
int der_small(struct reader content);
/* A UTCTime or GeneralizedTime, unix seconds; WHEN_UNKNOWN when it is none. (GnuTLS answers -1 for every date before
 * 1970.) */
int64_t der_time(const struct der *d);

struct der_cert {
    struct reader tbs;          /* the signed bytes, header included */
    struct reader algorithm;    /* content of the outer AlgorithmIdentifier */
    struct reader signature;    /* the signature itself */
    struct reader serial;       /* content of the INTEGER */
    struct reader issuer, subject; /* whole Names */
    struct der not_before, not_after;
    struct reader spki;         /* whole SubjectPublicKeyInfo */
    struct reader extensions;   /* content of the sequence; empty when there is none */
    int version;                /* 1 to 3 */
    size_t used;                /* bytes of the certificate; what follows is not part of it */
};
bool der_cert(const void *der, size_t n, struct der_cert *c);

#define DER_OID_TEXT_MAX 128
struct der_extension {
    char oid[DER_OID_TEXT_MAX]; /* dotted */
    bool critical;
    struct reader value;
};
/* The next extension of der_cert.extensions; false at the end and where they are broken. */
bool der_extension(struct reader *extensions, struct der_extension *x);
/* The value of a certificate's extension with this OID, lent; empty when it has none. */
struct reader der_find(const void *der, size_t n, const char *oid);
#define DER_OID_SAN "2.5.29.17"
/* An OID's content as dotted numbers; "?" when it is none or too long. Returns out. */
char *der_oid(struct reader content, char out[DER_OID_TEXT_MAX]);

#endif
