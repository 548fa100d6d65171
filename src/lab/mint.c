/* mint - see mint.h. */
#include "src/lab/mint.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define DAY (24 * 60 * 60)

struct pair {
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
};

struct mint {
    time_t now;
    struct pair root, issuing, hidden;  /* the lab's own; root is what ca.pem holds */
    struct pair foreign_root, foreign;  /* of a CA nobody trusts */
};

/* What goes into one certificate. */
struct order {
    const char *name;           /* CN, and for servers the subjectAltName */
    const char *const *names;   /* NULL-terminated; the subjectAltNames instead, addresses among them; or NULL */
    bool is_ca;
    int path_len;               /* CAs only; -1: no limit */
    unsigned rsa_bits;          /* 0: P-256 */
    int from_days, to_days;
    const struct pair *issuer;  /* NULL: itself */
};

static bool mint_trouble(struct err *e, const char *name, int code)
{
    return err_set(e, "the certificate for %s can't be made: GnuTLS says: %s; "
                   "a crypto policy of this machine may forbid it", name, gnutls_strerror(code));
}

static void pair_clear(struct pair *p)
{
    if (p->crt)
        gnutls_x509_crt_deinit(p->crt);
    if (p->key)
        gnutls_x509_privkey_deinit(p->key);
    *p = (struct pair){0};
}

static int pair_make_key(struct pair *p, unsigned rsa_bits)
{
    int r = gnutls_x509_privkey_init(&p->key);
    if (r < 0)
        return r;
    if (rsa_bits)
        return gnutls_x509_privkey_generate(p->key, GNUTLS_PK_RSA, rsa_bits, 0);
    return gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
                                        GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

static int crt_set_serial(gnutls_x509_crt_t crt)
{
    unsigned char serial[16];
    int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
    if (r < 0)
        return r;
    serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, and always of full length */
    return gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
}

static int crt_set_key_ids(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
    unsigned char id[64];
    size_t n = sizeof id;
    int r = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, id, &n);
    if (r < 0 || (r = gnutls_x509_crt_set_subject_key_id(crt, id, n)) < 0 || !issuer)
        return r;
    n = sizeof id;
    if ((r = gnutls_x509_crt_get_subject_key_id(issuer, id, &n, NULL)) < 0)
        return r;
    return gnutls_x509_crt_set_authority_key_id(crt, id, n);
}

static int crt_set_name(gnutls_x509_crt_t crt, const char *name, unsigned flag)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, name, address) == 1)
        return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 4, flag);
    if (inet_pton(AF_INET6, name, address) == 1)
        return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 16, flag);
    return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), flag);
}

static int crt_set_names(gnutls_x509_crt_t crt, const struct order *o)
{
    const char *const one[] = { o->name, NULL };
    int r = 0;
    unsigned flag = GNUTLS_FSAN_SET;
    for (const char *const *name = o->names ? o->names : one; *name && r >= 0; name++, flag = GNUTLS_FSAN_APPEND)
        r = crt_set_name(crt, *name, flag);
    return r;
}

static int crt_set_use(gnutls_x509_crt_t crt, const struct order *o)
{
    if (o->is_ca) {
        int r = gnutls_x509_crt_set_basic_constraints(crt, 1, o->path_len);
        return r < 0 ? r : gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN |
                                                         GNUTLS_KEY_CRL_SIGN);
    }
    unsigned usage = GNUTLS_KEY_DIGITAL_SIGNATURE | (o->rsa_bits ? GNUTLS_KEY_KEY_ENCIPHERMENT : 0);
    int r;
    if ((r = gnutls_x509_crt_set_basic_constraints(crt, 0, -1)) < 0 ||
        (r = gnutls_x509_crt_set_key_usage(crt, usage)) < 0 ||
        (r = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0)
        return r;
    return crt_set_names(crt, o);
}

static int crt_fill(gnutls_x509_crt_t crt, const struct pair *p, const struct order *o, time_t now)
{
    int r;
    if ((r = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
        (r = crt_set_serial(crt)) < 0 ||
        (r = gnutls_x509_crt_set_key(crt, p->key)) < 0 ||
        (r = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, o->name,
                                           (unsigned)strlen(o->name))) < 0 ||
        (r = gnutls_x509_crt_set_activation_time(crt, now + (time_t)o->from_days * DAY)) < 0 ||
        (r = gnutls_x509_crt_set_expiration_time(crt, now + (time_t)o->to_days * DAY)) < 0 ||
        (r = crt_set_use(crt, o)) < 0)
        return r;
    return crt_set_key_ids(crt, o->issuer ? o->issuer->crt : NULL);
}

/* On failure the pair is empty again. */
static bool pair_make(struct pair *p, const struct order *o, time_t now, struct err *e)
{
    int r = pair_make_key(p, o->rsa_bits);
    if (r >= 0 && (r = gnutls_x509_crt_init(&p->crt)) >= 0 &&
        (r = crt_fill(p->crt, p, o, now)) >= 0) {
        const struct pair *by = o->issuer ? o->issuer : p;
        r = gnutls_x509_crt_sign2(p->crt, by->crt, by->key, GNUTLS_DIG_SHA256, 0);
    }
    if (r >= 0)
        return true;
    pair_clear(p);
    return mint_trouble(e, o->name, r);
}

/* CAs are older than any server, so that the expired certificate was once good. */
static bool ca_make(struct pair *p, const char *name, const struct pair *issuer, time_t now,
                    struct err *e)
{
    const struct order o = {
        .name = name, .is_ca = true, .path_len = issuer ? 0 : -1,
        .from_days = -400, .to_days = 3650, .issuer = issuer
    };
    return pair_make(p, &o, now, e);
}

struct mint *mint_new(time_t now, struct err *e)
{
    struct mint *m = mem_new(sizeof *m);
    m->now = now;
    if (ca_make(&m->root, "tlswhy lab root", NULL, now, e) &&
        ca_make(&m->issuing, "tlswhy lab issuing CA 1", &m->root, now, e) &&
        ca_make(&m->hidden, "tlswhy lab issuing CA 2", &m->root, now, e) &&
        ca_make(&m->foreign_root, "Elsewhere private root", NULL, now, e) &&
        ca_make(&m->foreign, "Elsewhere issuing CA", &m->foreign_root, now, e))
        return m;
    mint_free(m);
    return NULL;
}

void mint_free(struct mint *m)
{
    if (!m)
        return;
    pair_clear(&m->root);
    pair_clear(&m->issuing);
    pair_clear(&m->hidden);
    pair_clear(&m->foreign_root);
    pair_clear(&m->foreign);
    free(m);
}

bool mint_ca_pem(const struct mint *m, gnutls_datum_t *pem, struct err *e)
{
    int r = gnutls_x509_crt_export2(m->root.crt, GNUTLS_X509_FMT_PEM, pem);
    return r >= 0 || mint_trouble(e, "its root", r);
}

static const struct pair *mint_issuer(const struct mint *m, enum lab_issuer issuer)
{
    switch (issuer) {
    case LAB_BY_LAB: return &m->issuing;
    case LAB_BY_HIDDEN: return &m->hidden;
    case LAB_BY_FOREIGN: return &m->foreign;
    case LAB_BY_SELF: break;
    }
    return NULL;
}

#define SENT_MAX 3

static unsigned mint_chain(const struct mint *m, enum lab_issuer issuer, gnutls_x509_crt_t leaf,
                           gnutls_x509_crt_t sent[SENT_MAX])
{
    unsigned n = 0;
    sent[n++] = leaf;
    if (issuer == LAB_BY_LAB)
        sent[n++] = m->issuing.crt;
    if (issuer == LAB_BY_FOREIGN) {
        sent[n++] = m->foreign.crt;
        sent[n++] = m->foreign_root.crt;
    }
    return n;
}

static bool mint_leaf(const struct mint *m, const struct lab_row *row, struct pair *leaf,
                      struct err *e)
{
    char *own = mem_format("%s.test", row->id);
    bool dated = row->from_days || row->to_days;
    const struct order o = {
        .name = row->cert_name ? row->cert_name : own,
        .rsa_bits = row->rsa_bits,
        .from_days = dated ? row->from_days : -1,
        .to_days = dated ? row->to_days : 90,
        .issuer = mint_issuer(m, row->issuer)
    };
    bool made = pair_make(leaf, &o, m->now, e);
    free(own);
    return made;
}

gnutls_certificate_credentials_t mint_credentials(const struct mint *m, const struct lab_row *row,
                                                  struct err *e)
{
    struct pair leaf = {0};
    if (!mint_leaf(m, row, &leaf, e))
        return NULL;
    gnutls_x509_crt_t sent[SENT_MAX];
    unsigned n = mint_chain(m, row->issuer, leaf.crt, sent);
    gnutls_certificate_credentials_t cred = NULL;
    int r = gnutls_certificate_allocate_credentials(&cred);
    if (r >= 0 && (r = gnutls_certificate_set_x509_key(cred, sent, (int)n, leaf.key)) < 0) {
        gnutls_certificate_free_credentials(cred);
        cred = NULL;
    }
    if (r < 0)
        mint_trouble(e, row->id, r);
    pair_clear(&leaf);
    return cred;
}

/* --- for whoever connects --------------------------------------------------------------------- */

#define USUAL_RSA_BITS 2048

static int pair_show(gnutls_certificate_credentials_t cred, const struct pair *leaf, const struct pair *ca)
{
    gnutls_x509_crt_t sent[] = { leaf->crt, ca->crt };
    return gnutls_certificate_set_x509_key(cred, sent, 2, leaf->key);
}

gnutls_certificate_credentials_t mint_for_names(const char *const *names, time_t now, struct err *e)
{
    struct pair ca = {0}, leaf[2] = {{0}};
    struct order root = {.name = "tlswhy made-up CA", .is_ca = true, .path_len = -1, .rsa_bits = USUAL_RSA_BITS,
                         .from_days = -2, .to_days = 365};
    struct order server = {.name = names[0], .names = names, .rsa_bits = USUAL_RSA_BITS, .from_days = -1,
                           .to_days = 90, .issuer = &ca};
    gnutls_certificate_credentials_t cred = NULL;
    int r = 0;
    bool made = pair_make(&ca, &root, now, e) && pair_make(&leaf[0], &server, now, e);
    server.rsa_bits = 0;
    made = made && pair_make(&leaf[1], &server, now, e);
    if (made && (r = gnutls_certificate_allocate_credentials(&cred)) >= 0 &&
        ((r = pair_show(cred, &leaf[0], &ca)) < 0 || (r = pair_show(cred, &leaf[1], &ca)) < 0)) {
        gnutls_certificate_free_credentials(cred);
        cred = NULL;
    }
    if (r < 0)
        mint_trouble(e, names[0], r);
    pair_clear(&ca);
    pair_clear(&leaf[0]);
    pair_clear(&leaf[1]);
    return cred;
}
