/* keystore - see keystore.h. */
#include "src/pki/keystore.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pki/der.h"
#include "src/pki/rounds.h"

#define ENTRIES_MAX 100000u  /* of a Java key store */
#define CHAIN_CERTS_MAX 100u /* of one key in it */
#define BAGS_MAX 64          /* of PKCS#12 */
#define PEM_BY_KEYTOOL "turn it into PEM with: keytool -list -rfc -keystore FILE > ca.pem"
#define PEM_BY_OPENSSL "turn it into PEM with: openssl pkcs12 -nokeys -in FILE -out ca.pem"

static bool room_left(struct bundle *b, size_t max)
{
    if (b->count >= max) {
        b->more++;
        return false;
    }
    if ((b->count & (b->count - 1)) == 0) /* room is always the next power of two */
        b->cert = mem_array(b->cert, b->count ? 2 * b->count : 1, sizeof *b->cert);
    return true;
}

/* Lent from b->bytes. */
static void cert_add(struct bundle *b, size_t max, struct reader der)
{
    struct der_cert d;
    if (!der_cert(der.p, der.left, &d))
        b->broken++;
    else if (room_left(b, max))
        b->cert[b->count++] = reader_of(der.p, d.used);
}

/* --- Java --------------------------------------------------------------------------------------- */

enum { JAVA_KEY = 1, JAVA_TRUSTED = 2, JAVA_SECRET = 3 };

static struct reader java_block(struct reader *r)
{
    uint32_t n = reader_u32(r);
    const uint8_t *p = reader_take(r, n);
    return reader_of(p, p ? n : 0);
}

/* Version 1 had no word for the kind of certificate. */
static struct reader java_cert(struct reader *r, uint32_t version)
{
    if (version > 1)
        reader_vector(r, 2);
    return java_block(r);
}

struct java { uint32_t version, tag; struct reader first; bool has_first; };

/* One entry; false at a secret key, whose length nothing but Java knows. */
static bool java_entry(struct reader *r, struct java *j)
{
    j->has_first = false;
    j->tag = reader_u32(r);
    reader_vector(r, 2); /* its name */
    reader_take(r, 8);   /* its date */
    if (j->tag == JAVA_TRUSTED) {
        j->first = java_cert(r, j->version);
        j->has_first = true;
    } else if (j->tag == JAVA_KEY) {
        java_block(r); /* the key, encrypted */
        uint32_t count = reader_u32(r);
        for (uint32_t i = 0; i < count && i < CHAIN_CERTS_MAX && !r->failed; i++) {
            struct reader one = java_cert(r, j->version);
            if (i == 0)
                j->first = one;
            j->has_first = true;
        }
        r->failed |= count > CHAIN_CERTS_MAX;
    } else {
        return false;
    }
    return true;
}

/* Those of keys first: a file that names a server's certificate is about that one. */
static const char *java_read(struct bundle *b, size_t max, size_t n)
{
    for (uint32_t wanted = JAVA_KEY; wanted <= JAVA_TRUSTED; wanted++) {
        struct reader r = reader_of(b->bytes, n);
        reader_u32(&r);
        struct java j = { .version = reader_u32(&r) };
        uint32_t count = reader_u32(&r);
        if (r.failed || j.version < 1 || j.version > 2 || count > ENTRIES_MAX)
            return "begins like a Java keystore, but is of no version that is known";
        for (uint32_t i = 0; i < count; i++) {
            if (!java_entry(&r, &j) && j.tag == JAVA_SECRET)
                return "is a Java keystore with a secret key in it, which only Java can read past; " PEM_BY_KEYTOOL;
            if (r.failed || j.tag < JAVA_KEY || j.tag > JAVA_TRUSTED)
                return "is a Java keystore, but a damaged one: it ends or breaks off within an entry";
            if (j.tag == wanted && j.has_first)
                cert_add(b, max, j.first);
        }
    }
    return NULL;
}

/* --- PKCS#12 ------------------------------------------------------------------------------------ */

static const char *const passwords[] = { NULL, "", "changeit" };
#define PASSWORDS (sizeof passwords / sizeof *passwords)

/* The certificates of a bag go behind what is in `der` already: length and bytes. */
static void bag_take(gnutls_pkcs12_bag_t bag, struct buf *der)
{
    int count = gnutls_pkcs12_bag_get_count(bag);
    for (int i = 0; i < count; i++) {
        gnutls_datum_t d;
        if ((int)gnutls_pkcs12_bag_get_type(bag, (unsigned)i) != GNUTLS_BAG_CERTIFICATE ||
            gnutls_pkcs12_bag_get_data(bag, (unsigned)i, &d) < 0)
            continue;
        uint32_t n = d.size;
        if (der->len + sizeof n + n <= der->cap) {
            buf_add(der, &n, sizeof n);
            buf_add(der, d.data, n);
        }
    }
}

enum opened { OPENED, LOCKED, COSTLY };

/* `left` is NULL where only what stands in clear is wanted. */
static enum opened bag_open(gnutls_pkcs12_bag_t bag, const char *password, struct buf *der, unsigned *left)
{
    if ((int)gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_ENCRYPTED) {
        if (!left)
            return LOCKED;
        if (!rounds_of_bag(bag, left))
            return COSTLY;
        if (gnutls_pkcs12_bag_decrypt(bag, password) < 0)
            return LOCKED;
    }
    bag_take(bag, der);
    return OPENED;
}

static enum opened bags_open(gnutls_pkcs12_t p12, const char *password, struct buf *der, unsigned *left)
{
    enum opened all = OPENED;
    for (int i = 0; i < BAGS_MAX && all == OPENED; i++) {
        gnutls_pkcs12_bag_t bag;
        if (gnutls_pkcs12_bag_init(&bag) < 0)
            break;
        bool last = gnutls_pkcs12_get_bag(p12, i, bag) < 0;
        if (!last)
            all = bag_open(bag, password, der, left);
        gnutls_pkcs12_bag_deinit(bag);
        if (last)
            break;
    }
    return all;
}

/* Certificates that stand in clear need no password, which would only vouch for the file: so it is with Java's own
 * form, too. A file without a MAC can only be tried by opening it. */
static enum opened p12_open(gnutls_pkcs12_t p12, struct buf *der)
{
    unsigned left = ROUNDS_MAX;
    if (bags_open(p12, NULL, der, NULL) == OPENED)
        return OPENED;
    for (size_t i = 0; i < PASSWORDS; i++) {
        if (!rounds_of_mac(p12, &left))
            return COSTLY;
        if (gnutls_pkcs12_verify_mac(p12, passwords[i]) == GNUTLS_E_MAC_VERIFY_FAILED)
            continue;
        buf_drop(der, der->len);
        enum opened how = bags_open(p12, passwords[i], der, &left);
        if (how != LOCKED)
            return how;
    }
    return LOCKED;
}

static const char *p12_read(struct bundle *b, size_t max, const void *p, size_t n)
{
    static const char *const says[] = {
        [LOCKED] = "is a PKCS#12 file with a password; " PEM_BY_OPENSSL,
        [COSTLY] = "is a PKCS#12 file whose password is stretched by more rounds than are made here; " PEM_BY_OPENSSL };
    gnutls_datum_t d = { (unsigned char *)(uintptr_t)p, (unsigned)n };
    gnutls_pkcs12_t p12;
    struct buf der;
    enum opened how = LOCKED;
    if (gnutls_pkcs12_init(&p12) < 0)
        return "can't be read as PKCS#12 here; " PEM_BY_OPENSSL;
    buf_init(&der, 2 * n + 64);
    bool whole = gnutls_pkcs12_import(p12, &d, GNUTLS_X509_FMT_DER, 0) >= 0;
    if (whole)
        how = p12_open(p12, &der);
    gnutls_pkcs12_deinit(p12);
    free(b->bytes);
    b->bytes = der.data ? der.data : mem_new(1);
    for (size_t at = 0; whole && how == OPENED && at + sizeof(uint32_t) <= der.len;) {
        uint32_t k;
        memcpy(&k, b->bytes + at, sizeof k);
        cert_add(b, max, reader_of(b->bytes + at + sizeof k, k));
        at += sizeof k + k;
    }
    return !whole ? "is a PKCS#12 file, but a damaged one" : says[how];
}

/* --- which -------------------------------------------------------------------------------------- */

static bool is_java(const uint8_t *p, size_t n)
{
    return n >= 4 && (memcmp(p, "\xfe\xed\xfe\xed", 4) == 0 || memcmp(p, "\xce\xce\xce\xce", 4) == 0);
}

/* PFX ::= SEQUENCE { version INTEGER 3, ... } */
static bool is_p12(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    struct der whole, d;
    return der_expect(&r, DER_SEQUENCE, &whole) && der_optional(&whole.content, DER_INTEGER, &d) &&
           der_small(d.content) == 3 && der_optional(&whole.content, DER_SEQUENCE, &d);
}

enum keystore keystore_read(const void *p, size_t n, size_t max, struct bundle *b, const char **says)
{
    bool java = is_java(p, n);
    *b = (struct bundle){ .form = BUNDLE_NONE };
    *says = NULL;
    if (!java && !is_p12(p, n))
        return KEYSTORE_NONE;
    b->bytes = (uint8_t *)mem_copy(p, n);
    *says = java ? java_read(b, max, n) : p12_read(b, max, p, n);
    return *says ? KEYSTORE_REFUSED : KEYSTORE_OPEN;
}
