/* read - see read.h.
 *
 * GnuTLS decides whether the bytes are a certificate and writes names and algorithms; the fields it
 * would parse anew for every question (a certificate may have ten thousand names), and the keys it
 * does not know, are read by walking the DER.
 */
#include "src/pki/read.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/der.h"

#define NAME_MAX_BYTES 512
#define SAN_MAX_BYTES 255
#define SAN_MAX 1000 /* kept; san_any goes through the others */
#define URL_MAX_BYTES 512
#define LIST_MAX 8
#define KEY_ID_MAX 64
#define SERIAL_MAX 64

/* --- names ------------------------------------------------------------------------------------ */

static char *utf8_of_bmp(struct reader value)
{
    struct text t = { 0 };
    while (value.left > 1 && t.len < NAME_MAX_BYTES) {
        unsigned c = reader_u16(&value);
        char u[3] = { (char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 63)),
                      (char)(0x80 | (c & 63)) };
        char two[2] = { (char)(0xc0 | c >> 6), u[2] }, one = (char)c;
        text_add_n(&t, c < 0x80 ? &one : c < 0x800 ? two : u, c < 0x80 ? 1 : c < 0x800 ? 2 : 3);
    }
    char *out = text_printable(t.s, t.len, NAME_MAX_BYTES);
    text_free(&t);
    return out;
}

char *cert_name_value(unsigned tag, struct reader value)
{
    enum { BMP_STRING = 0x1e };
    return tag == BMP_STRING ? utf8_of_bmp(value) : text_printable(value.p, value.left, NAME_MAX_BYTES);
}

char *cert_name_part(struct reader name, const char *oid)
{
    char *found = NULL, text[DER_OID_TEXT_MAX];
    struct der list, set, pair, d;
    if (!der_expect(&name, DER_SEQUENCE, &list))
        return NULL;
    while (der_optional(&list.content, DER_SET, &set))
        while (der_optional(&set.content, DER_SEQUENCE, &pair)) {
            if (!der_expect(&pair.content, DER_OID, &d) ||
                strcmp(der_oid(d.content, text), oid) != 0 || !der_next(&pair.content, &d))
                continue;
            free(found);
            found = cert_name_value(d.tag, d.content);
        }
    return found;
}

static char *name_text(gnutls_x509_crt_t crt,
                       int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
    gnutls_datum_t dn = { NULL, 0 };
    int r = get(crt, &dn, 0);
    if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return mem_string("");
    if (r < 0)
        return mem_string("(a name that can't be decoded)");
    char *s = text_printable(dn.data, dn.size, NAME_MAX_BYTES);
    gnutls_free(dn.data);
    return s;
}

static void read_names(struct cert *c, gnutls_x509_crt_t crt, const struct der_cert *d)
{
    c->subject = name_text(crt, gnutls_x509_crt_get_dn3);
    c->issuer = name_text(crt, gnutls_x509_crt_get_issuer_dn3);
    c->cn = cert_name_part(d->subject, GNUTLS_OID_X520_COMMON_NAME);
    c->issuer_cn = cert_name_part(d->issuer, GNUTLS_OID_X520_COMMON_NAME);
    if (!c->issuer_cn)
        c->issuer_cn = cert_name_part(d->issuer, GNUTLS_OID_X520_ORGANIZATION_NAME);
    if (!c->issuer_cn)
        c->issuer_cn = mem_string(c->issuer);
    c->subject_der_len = d->subject.left;
    c->subject_der = (uint8_t *)mem_copy(d->subject.p, d->subject.left);
    c->issuer_der_len = d->issuer.left;
    c->issuer_der = (uint8_t *)mem_copy(d->issuer.p, d->issuer.left);
    c->self_issued = d->subject.left == d->issuer.left &&
                     memcmp(d->subject.p, d->issuer.p, d->issuer.left) == 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

struct curve_row { const char *oid, *name; int bits; };
static const struct curve_row curve_table[] = {
    { "1.2.840.10045.3.1.7", "secp256r1", 256 }, { "1.3.132.0.34", "secp384r1", 384 },
    { "1.3.132.0.35", "secp521r1", 521 }, { "1.3.132.0.33", "secp224r1", 224 },
    { "1.2.840.10045.3.1.1", "secp192r1", 192 }, { "1.3.132.0.10", "secp256k1", 256 },
    { "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256 },
    { "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384 },
    { "1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512 },
};

static int integer_bits(struct reader *r)
{
    struct der d;
    if (!der_expect(r, DER_INTEGER, &d))
        return 0;
    while (d.content.left && *d.content.p == 0)
        reader_u8(&d.content);
    if (!d.content.left)
        return 0;
    int bits = (int)(d.content.left - 1) * 8;
    for (unsigned top = *d.content.p; top; top >>= 1)
        bits++;
    return bits;
}

static void key_rsa(struct cert *c, struct reader params, struct reader key)
{
    (void)params;
    struct der d;
    if (der_expect(&key, DER_SEQUENCE, &d))
        c->key_bits = integer_bits(&d.content);
}

static void key_dsa(struct cert *c, struct reader params, struct reader key)
{
    (void)key;
    struct der d;
    if (der_expect(&params, DER_SEQUENCE, &d))
        c->key_bits = integer_bits(&d.content);
}

static void key_ec(struct cert *c, struct reader params, struct reader key)
{
    char oid[DER_OID_TEXT_MAX];
    struct der d;
    /* An uncompressed point is 04 and two coordinates; good enough for curves without a row. */
    c->key_bits = (int)(key.left / 2) * 8;
    if (!der_expect(&params, DER_OID, &d))
        return;
    der_oid(d.content, oid);
    for (size_t i = 0; i < sizeof curve_table / sizeof *curve_table; i++)
        if (strcmp(curve_table[i].oid, oid) == 0) {
            c->curve = mem_string(curve_table[i].name);
            c->key_bits = curve_table[i].bits;
            return;
        }
    c->curve = mem_string(oid);
}

struct key_row {
    const char *oid, *name;
    int bits;
    void (*measure)(struct cert *, struct reader params, struct reader key);
};
static const struct key_row key_table[] = {
    { "1.2.840.113549.1.1.1", "RSA", .measure = key_rsa },
    { "1.2.840.113549.1.1.10", "RSA-PSS", .measure = key_rsa },
    { "1.2.840.10045.2.1", "ECDSA", .measure = key_ec },
    { "1.2.840.10040.4.1", "DSA", .measure = key_dsa },
    { "1.3.101.112", "Ed25519", .bits = 256 },
    { "1.3.101.113", "Ed448", .bits = 456 },
};

static void read_key(struct cert *c, struct reader spki)
{
    char oid[DER_OID_TEXT_MAX] = "?";
    struct der whole, algorithm, d, key = { .tag = 0 };
    if (der_expect(&spki, DER_SEQUENCE, &whole) &&
        der_expect(&whole.content, DER_SEQUENCE, &algorithm) &&
        der_expect(&algorithm.content, DER_OID, &d) &&
        der_expect(&whole.content, DER_BIT_STRING, &key)) {
        der_oid(d.content, oid);
        reader_u8(&key.content); /* unused bits */
    }
    for (size_t i = 0; i < sizeof key_table / sizeof *key_table; i++) {
        const struct key_row *row = &key_table[i];
        if (strcmp(row->oid, oid) != 0)
            continue;
        c->key = mem_string(row->name);
        c->key_bits = row->bits;
        if (row->measure)
            row->measure(c, algorithm.content, key.content);
        return;
    }
    c->key = mem_string(oid);
}

static void read_signature(struct cert *c, gnutls_x509_crt_t crt)
{
    int sign = gnutls_x509_crt_get_signature_algorithm(crt);
    const char *name = sign > 0 ? gnutls_sign_get_name((gnutls_sign_algorithm_t)sign) : NULL;
    char oid[DER_OID_TEXT_MAX] = "unknown";
    size_t n = sizeof oid;
    if (!name && gnutls_x509_crt_get_signature_oid(crt, oid, &n) < 0)
        snprintf(oid, sizeof oid, "unknown");
    c->signature = name ? mem_string(name) : text_printable(oid, strlen(oid), sizeof oid);
    if (!name || strncmp(name, "EdDSA", 5) == 0)
        return; /* Ed25519 and Ed448 hash inside the scheme: there is no digest to be weak */
    gnutls_digest_algorithm_t dig = gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)sign);
    if (dig != GNUTLS_DIG_UNKNOWN && dig != GNUTLS_DIG_NULL)
        c->digest = mem_string(gnutls_digest_get_name(dig));
}

/* --- extensions ------------------------------------------------------------------------------- */

static void list_add(char ***list, size_t *count, struct reader value)
{
    if (*count == LIST_MAX)
        return;
    *list = mem_array(*list, *count + 1, sizeof **list);
    (*list)[(*count)++] = text_printable(value.p, value.left, URL_MAX_BYTES);
}

static char *address_text(struct reader value)
{
    char out[INET6_ADDRSTRLEN];
    int family = value.left == 4 ? AF_INET : value.left == 16 ? AF_INET6 : AF_UNSPEC;
    if (family == AF_UNSPEC || !inet_ntop(family, value.p, out, sizeof out))
        return NULL;
    return mem_string(out);
}

static enum san_kind san_kind_of(unsigned tag)
{
    switch (tag) {
    case DER_CONTEXT | 1: return SAN_EMAIL;
    case DER_CONTEXT | 2: return SAN_DNS;
    case DER_CONTEXT | 6: return SAN_URI;
    case DER_CONTEXT | 7: return SAN_IP;
    default: return SAN_OTHER;
    }
}

/* The text is the caller's. */
static struct san san_of(const struct der *d)
{
    struct san s = { .kind = san_kind_of(d->tag) };
    s.text = s.kind == SAN_IP ? address_text(d->content) : NULL;
    if (s.kind == SAN_IP && !s.text)
        s.kind = SAN_OTHER;
    if (s.kind == SAN_OTHER)
        s.text = bytes_hex(d->content.p, d->content.left, 32);
    else if (!s.text)
        s.text = text_printable(d->content.p, d->content.left, SAN_MAX_BYTES);
    return s;
}

static bool read_san(struct cert *c, struct reader value)
{
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.content.left && der_next(&list.content, &d)) {
        c->san_total++;
        if (c->san_count == SAN_MAX)
            continue;
        if (c->san_count % 32 == 0)
            c->san = mem_array(c->san, c->san_count + 32, sizeof *c->san);
        c->san[c->san_count++] = san_of(&d);
    }
    return !list.content.failed;
}

bool san_any(const struct cert *c, bool (*is)(const struct san *s, void *arg), void *arg)
{
    struct der list = { .tag = 0 }, d;
    bool found = false;
    for (size_t i = 0; i < c->san_count; i++)
        if (is(&c->san[i], arg))
            return true;
    if (c->san_total == c->san_count)
        return false;
    struct reader value = der_find(c->der, c->der_len, DER_OID_SAN);
    der_expect(&value, DER_SEQUENCE, &list);
    for (size_t i = 0; !found && list.content.left && der_next(&list.content, &d); i++) {
        struct san s = i < c->san_count ? (struct san){ .text = NULL } : san_of(&d);
        found = s.text && is(&s, arg);
        free(s.text);
    }
    return found;
}

static bool read_basic(struct cert *c, struct reader value)
{
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    c->has_basic_constraints = true;
    if (der_optional(&list.content, DER_BOOLEAN, &d))
        c->is_ca = d.content.left == 1 && *d.content.p != 0;
    if (der_optional(&list.content, DER_INTEGER, &d)) {
        int n = der_small(d.content);
        c->path_len = n >= 0 ? n : -1;
    }
    return !list.content.failed;
}

static bool read_usage(struct cert *c, struct reader value)
{
    struct der d;
    if (!der_expect(&value, DER_BIT_STRING, &d) || d.content.left < 1)
        return false;
    c->has_key_usage = true;
    c->key_usage = d.content.left > 1 ? d.content.p[1] : 0;
    return true;
}

static bool read_ext_usage(struct cert *c, struct reader value)
{
    char oid[DER_OID_TEXT_MAX];
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    c->has_ext_usage = true;
    while (list.content.left && der_expect(&list.content, DER_OID, &d)) {
        der_oid(d.content, oid);
        c->usage_server |= strcmp(oid, GNUTLS_KP_TLS_WWW_SERVER) == 0;
        c->usage_client |= strcmp(oid, GNUTLS_KP_TLS_WWW_CLIENT) == 0;
        c->usage_any |= strcmp(oid, GNUTLS_KP_ANY) == 0;
    }
    return !list.content.failed;
}

static bool read_ski(struct cert *c, struct reader value)
{
    struct der d;
    if (!der_expect(&value, DER_OCTET_STRING, &d))
        return false;
    c->ski = bytes_hex(d.content.p, d.content.left, KEY_ID_MAX);
    return true;
}

static bool read_aki(struct cert *c, struct reader value)
{
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    if (der_optional(&list.content, DER_CONTEXT | 0, &d))
        c->aki = bytes_hex(d.content.p, d.content.left, KEY_ID_MAX);
    return !list.content.failed;
}

static bool read_aia(struct cert *c, struct reader value)
{
    char oid[DER_OID_TEXT_MAX];
    struct der list, item, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.content.left && der_expect(&list.content, DER_SEQUENCE, &item)) {
        if (!der_expect(&item.content, DER_OID, &d))
            return false;
        der_oid(d.content, oid);
        if (!der_optional(&item.content, DER_CONTEXT | 6, &d))
            continue;
        if (strcmp(oid, GNUTLS_OID_AD_CAISSUERS) == 0)
            list_add(&c->aia, &c->aia_count, d.content);
        else if (strcmp(oid, GNUTLS_OID_AD_OCSP) == 0)
            list_add(&c->ocsp, &c->ocsp_count, d.content);
    }
    return !list.content.failed;
}

static bool read_crl(struct cert *c, struct reader value)
{
    struct der list, point, name, full, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.content.left && der_expect(&list.content, DER_SEQUENCE, &point)) {
        if (!der_optional(&point.content, DER_CONTEXT_CONSTRUCTED | 0, &name) ||
            !der_optional(&name.content, DER_CONTEXT_CONSTRUCTED | 0, &full))
            continue;
        while (full.content.left && der_next(&full.content, &d))
            if (d.tag == (DER_CONTEXT | 6))
                list_add(&c->crl, &c->crl_count, d.content);
    }
    return !list.content.failed;
}

static bool read_features(struct cert *c, struct reader value)
{
    enum { STATUS_REQUEST = 5 };
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.content.left && der_expect(&list.content, DER_INTEGER, &d))
        c->must_staple |= der_small(d.content) == STATUS_REQUEST;
    return !list.content.failed;
}

/* RFC 6962 section 3.3: a list in TLS form inside an OCTET STRING. What we can't read of it is left
 * out: no client refuses a certificate for that alone. */
static bool read_sct(struct cert *c, struct reader value)
{
    struct der d;
    if (!der_expect(&value, DER_OCTET_STRING, &d))
        return true;
    struct reader list = reader_vector(&d.content, 2);
    while (list.left && c->sct_count < LIST_MAX) {
        struct reader one = reader_vector(&list, 2);
        uint8_t version = reader_u8(&one);
        reader_take(&one, 32); /* log id */
        uint64_t high = reader_u32(&one), ms = high << 32 | reader_u32(&one);
        if (one.failed || list.failed)
            break;
        if (version != 0 || ms > (uint64_t)253402300799999) /* the year 9999 */
            continue;
        c->sct = mem_array(c->sct, c->sct_count + 1, sizeof *c->sct);
        c->sct[c->sct_count++] = (int64_t)ms;
    }
    return true;
}

struct extension_row {
    const char *oid, *name;
    bool (*read)(struct cert *, struct reader value); /* false: it is broken */
};
static const struct extension_row extension_table[] = {
    { DER_OID_SAN, "subjectAltName", read_san },
    { "2.5.29.19", "basicConstraints", read_basic },
    { "2.5.29.15", "keyUsage", read_usage },
    { "2.5.29.37", "extendedKeyUsage", read_ext_usage },
    { "2.5.29.14", "subjectKeyIdentifier", read_ski },
    { "2.5.29.35", "authorityKeyIdentifier", read_aki },
    { "1.3.6.1.5.5.7.1.1", "authorityInfoAccess", read_aia },
    { "2.5.29.31", "cRLDistributionPoints", read_crl },
    { "1.3.6.1.5.5.7.1.24", "TLS feature", read_features },
    { "1.3.6.1.4.1.11129.2.4.2", "SCT list", read_sct },
};
enum { EXTENSION_ROWS = sizeof extension_table / sizeof *extension_table };

static void cert_fault(struct cert *c, char *text) /* takes the text; the first one stays */
{
    c->malformed = true;
    if (c->fault)
        free(text);
    else
        c->fault = text;
}

static void read_extensions(struct cert *c, struct reader list)
{
    struct der_extension x;
    bool seen[EXTENSION_ROWS] = { false };
    while (der_extension(&list, &x))
        for (size_t i = 0; i < EXTENSION_ROWS; i++) {
            if (strcmp(extension_table[i].oid, x.oid) != 0)
                continue;
            if (seen[i])
                cert_fault(c,
                           mem_format("its %s extension is there twice", extension_table[i].name));
            else if (!extension_table[i].read(c, x.value))
                cert_fault(
                    c, mem_format("its %s extension can't be decoded", extension_table[i].name));
            seen[i] = true;
        }
    if (list.failed)
        cert_fault(c, mem_string("its list of extensions can't be decoded"));
}

/* --- the whole -------------------------------------------------------------------------------- */

bool cert_hash(const void *p, size_t n, char out[CERT_HASH_LEN])
{
    uint8_t sum[32];
    out[0] = '\0';
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, p, n, sum) < 0)
        return false;
    char *hex = bytes_hex(sum, sizeof sum, sizeof sum);
    memcpy(out, hex, CERT_HASH_LEN);
    free(hex);
    return true;
}

static void read_fields(struct cert *c, gnutls_x509_crt_t crt, const struct der_cert *d)
{
    read_names(c, crt, d);
    c->serial = bytes_hex(d->serial.p, d->serial.left, SERIAL_MAX);
    c->not_before = der_time(&d->not_before);
    c->not_after = der_time(&d->not_after);
    if (c->not_before == WHEN_UNKNOWN || c->not_after == WHEN_UNKNOWN)
        cert_fault(c, mem_string("its dates can't be read"));
    cert_hash(d->spki.p, d->spki.left, c->spki_sha256);
    read_key(c, d->spki);
    read_signature(c, crt);
    read_extensions(c, d->extensions);
}

static void read_decode(struct cert *c)
{
    gnutls_x509_crt_t crt;
    gnutls_datum_t in = { c->der, (unsigned)c->der_len };
    struct der_cert d;
    if (gnutls_x509_crt_init(&crt) < 0) {
        cert_fault(c, mem_string("the TLS library could not set up a decoder for it"));
        return;
    }
    int r = gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_DER);
    if (r < 0)
        cert_fault(c, mem_format("its %zu bytes are not a certificate: %s", c->der_len,
                                 gnutls_strerror(r)));
    else if (!der_cert(c->der, c->der_len, &d) || d.used != c->der_len)
        cert_fault(c, mem_string("its bytes are not a certificate in DER"));
    else
        read_fields(c, crt, &d);
    gnutls_x509_crt_deinit(crt);
}

struct cert *cert_read(const void *der, size_t n)
{
    struct cert *c = cert_new();
    c->der_len = n < CERT_DER_MAX ? n : CERT_DER_MAX;
    c->der = (uint8_t *)mem_copy(der, c->der_len);
    cert_hash(der, n, c->sha256);
    if (n > CERT_DER_MAX)
        cert_fault(c,
                   mem_format("it has %zu bytes; more than %u are not looked at", n, CERT_DER_MAX));
    else if (n == 0)
        cert_fault(c, mem_string("it is empty"));
    else
        read_decode(c);
    return c;
}

gnutls_x509_crt_t cert_crt(const struct cert *c)
{
    gnutls_x509_crt_t crt;
    gnutls_datum_t der = { c->der, (unsigned)c->der_len };
    if (gnutls_x509_crt_init(&crt) < 0)
        return NULL;
    if (gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER) >= 0)
        return crt;
    gnutls_x509_crt_deinit(crt);
    return NULL;
}
