/* mint - see mint.h. */
#include "tests/lib/mint.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/read.h"

static void need_at(int r, int line)
{
    if (r >= 0)
        return;
    fprintf(stderr, "tests/lib/mint.c:%d: %s\n", line, gnutls_strerror(r));
    abort();
}
#define need(r) need_at((r), __LINE__)

static const struct { gnutls_pk_algorithm_t pk; unsigned bits; } kinds[] = {
    [MINT_P256] = { GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
    [MINT_P192] = { GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP192R1) },
    [MINT_ED25519] = { GNUTLS_PK_EDDSA_ED25519, 256 },
    [MINT_RSA2048] = { GNUTLS_PK_RSA, 2048 },
    [MINT_RSA1024] = { GNUTLS_PK_RSA, 1024 },
    [MINT_DSA1024] = { GNUTLS_PK_DSA, 1024 },
};

static gnutls_x509_privkey_t key_make(const struct mint *m)
{
    gnutls_x509_privkey_t key;
    need(gnutls_x509_privkey_init(&key));
    if (m->same_key)
        need(gnutls_x509_privkey_cpy(key, m->same_key->key));
    else
        need(gnutls_x509_privkey_generate(key, kinds[m->kind].pk, kinds[m->kind].bits, 0));
    return key;
}

static void names_set(gnutls_x509_crt_t crt, const struct mint *m)
{
    const char *cn = m->cn ? m->cn : "a.example", *bad;
    if (m->dn)
        need(gnutls_x509_crt_set_dn(crt, m->dn, &bad));
    else if (*cn)
        need(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn,
                                           (unsigned)strlen(cn)));
}

static void san_add(gnutls_x509_crt_t crt, char *word)
{
    static const struct { const char *prefix; gnutls_x509_subject_alt_name_t type; } rows[] = {
        { "dns:", GNUTLS_SAN_DNSNAME }, { "ip:", GNUTLS_SAN_IPADDRESS },
        { "uri:", GNUTLS_SAN_URI }, { "mail:", GNUTLS_SAN_RFC822NAME },
    };
    uint8_t address[16];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!text_starts(word, rows[i].prefix))
            continue;
        const char *value = word + strlen(rows[i].prefix);
        size_t n = strlen(value);
        const void *data = value;
        if (rows[i].type == GNUTLS_SAN_IPADDRESS) {
            bool six = strchr(value, ':') != NULL;
            inet_pton(six ? AF_INET6 : AF_INET, value, address);
            data = address;
            n = six ? 16 : 4;
        }
        need(gnutls_x509_crt_set_subject_alt_name(crt, rows[i].type, data, (unsigned)n,
                                                  GNUTLS_FSAN_APPEND));
    }
}

static void sans_set(gnutls_x509_crt_t crt, const char *san)
{
    char *copy = mem_string(san), *save = NULL;
    for (char *w = copy ? strtok_r(copy, " ", &save) : NULL; w; w = strtok_r(NULL, " ", &save))
        san_add(crt, w);
    free(copy);
}

static void ids_set(gnutls_x509_crt_t crt, const struct mint *m)
{
    unsigned char id[64];
    size_t n = sizeof id;
    need(gnutls_x509_crt_get_key_id(crt, 0, id, &n));
    need(gnutls_x509_crt_set_subject_key_id(crt, id, n));
    if (m->issuer) {
        n = sizeof id;
        need(gnutls_x509_crt_get_key_id(m->issuer->crt, 0, id, &n));
    }
    need(gnutls_x509_crt_set_authority_key_id(crt, id, n));
}

/* [0] { GeneralSubtree { directoryName } }: GnuTLS does not write this kind itself. */
static void permit_dn_set(gnutls_x509_crt_t crt, const char *dn)
{
    gnutls_x509_dn_t name;
    gnutls_datum_t der;
    const char *bad;
    uint8_t out[256];
    need(gnutls_x509_dn_init(&name));
    need(gnutls_x509_dn_set_str(name, dn, &bad));
    need(gnutls_x509_dn_export2(name, GNUTLS_X509_FMT_DER, &der));
    uint8_t n = (uint8_t)der.size;
    const uint8_t head[] = { 0x30, (uint8_t)(n + 6), 0xa0, (uint8_t)(n + 4),
                             0x30, (uint8_t)(n + 2), 0xa4, n };
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, der.data, n);
    need(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.30", out, sizeof head + n, 1));
    gnutls_free(der.data);
    gnutls_x509_dn_deinit(name);
}

static void constraints_set(gnutls_x509_crt_t crt, const struct mint *m)
{
    gnutls_x509_name_constraints_t nc;
    if (m->permit_dn)
        permit_dn_set(crt, m->permit_dn);
    if (!m->permit_dns)
        return;
    gnutls_datum_t name = { (unsigned char *)(uintptr_t)m->permit_dns,
                            (unsigned)strlen(m->permit_dns) };
    need(gnutls_x509_name_constraints_init(&nc));
    need(gnutls_x509_name_constraints_add_permitted(nc, GNUTLS_SAN_DNSNAME, &name));
    need(gnutls_x509_crt_set_name_constraints(crt, nc, 1));
    gnutls_x509_name_constraints_deinit(nc);
}

static void urls_set(gnutls_x509_crt_t crt, const struct mint *m)
{
    gnutls_datum_t url = { NULL, 0 };
    if (m->aia) {
        url = (gnutls_datum_t){ (unsigned char *)(uintptr_t)m->aia, (unsigned)strlen(m->aia) };
        need(gnutls_x509_crt_set_authority_info_access(crt, GNUTLS_IA_CAISSUERS_URI, &url));
    }
    if (m->ocsp) {
        url = (gnutls_datum_t){ (unsigned char *)(uintptr_t)m->ocsp, (unsigned)strlen(m->ocsp) };
        need(gnutls_x509_crt_set_authority_info_access(crt, GNUTLS_IA_OCSP_URI, &url));
    }
    if (m->crl)
        need(gnutls_x509_crt_set_crl_dist_points(crt, GNUTLS_SAN_URI, m->crl, 0));
}

static void extensions_set(gnutls_x509_crt_t crt, const struct mint *m)
{
    static const uint8_t null[] = { 0x05, 0x00 }, features[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };
    sans_set(crt, m->san);
    if (m->ca || m->not_ca)
        need(gnutls_x509_crt_set_basic_constraints(crt, m->ca, m->limited ? m->path_len : -1));
    if (m->usage)
        need(gnutls_x509_crt_set_key_usage(crt, m->usage));
    if (m->purpose)
        need(gnutls_x509_crt_set_key_purpose_oid(crt, m->purpose, 0));
    if (!m->no_ids)
        ids_set(crt, m);
    if (m->unknown)
        need(gnutls_x509_crt_set_extension_by_oid(crt, m->unknown, null, sizeof null, m->critical));
    if (m->staple)
        need(gnutls_x509_crt_set_extension_by_oid(crt, "1.3.6.1.5.5.7.1.24", features,
                                                  sizeof features, 0));
    if (m->raw_oid)
        need(gnutls_x509_crt_set_extension_by_oid(crt, m->raw_oid, m->raw, m->raw_len, 0));
    constraints_set(crt, m);
    urls_set(crt, m);
}

static void crt_sign(struct minted *c, const struct mint *m)
{
    const struct minted *by = m->issuer ? m->issuer : c;
    /* EdDSA brings its own digest, and this is the name GnuTLS knows it by */
    bool eddsa = gnutls_x509_privkey_get_pk_algorithm(by->key) == GNUTLS_PK_EDDSA_ED25519;
    gnutls_digest_algorithm_t digest = m->digest ? m->digest
                                       : eddsa   ? GNUTLS_DIG_SHA512
                                                 : GNUTLS_DIG_SHA256;
    gnutls_privkey_t key;
    if (!m->pss) {
        need(gnutls_x509_crt_sign2(c->crt, by->crt, by->key, digest, 0));
        return;
    }
    need(gnutls_privkey_init(&key));
    need(gnutls_privkey_import_x509(key, by->key, GNUTLS_PRIVKEY_IMPORT_COPY));
    if (m->salt) {
        gnutls_x509_spki_t spki;
        need(gnutls_x509_spki_init(&spki));
        gnutls_x509_spki_set_rsa_pss_params(spki, digest, m->salt);
        need(gnutls_privkey_set_spki(key, spki, 0));
        gnutls_x509_spki_deinit(spki);
    }
    need(gnutls_x509_crt_privkey_sign(c->crt, by->crt, key, digest,
                                      GNUTLS_PRIVKEY_SIGN_FLAG_RSA_PSS));
    gnutls_privkey_deinit(key);
}

uint8_t *mint_names(size_t count, size_t *len)
{
    struct buf b;
    buf_init(&b, 1 << 24);
    bool ok = buf_add(&b, "\x30\x83\0\0\0", 5);
    for (size_t n = 0; n < count; n++) {
        char *name = mem_format("%c%cn%zu.example", 0x82, 0, n);
        size_t size = 2 + strlen(name + 2);
        name[1] = (char)(size - 2);
        ok = ok && buf_add(&b, name, size);
        free(name);
    }
    need(ok ? 0 : GNUTLS_E_MEMORY_ERROR);
    for (int i = 0; i < 3; i++)
        b.data[2 + i] = (uint8_t)((b.len - 5) >> (16 - 8 * i));
    *len = b.len;
    return b.data;
}

struct minted *mint(const struct mint *m)
{
    struct minted *c = mem_new(sizeof *c);
    bool usual = m->from == 0 && m->to == 0;
    unsigned char serial[8] = { 0x40 };
    need(gnutls_rnd(GNUTLS_RND_NONCE, serial + 1, sizeof serial - 1));
    need(gnutls_x509_crt_init(&c->crt));
    c->key = key_make(m);
    need(gnutls_x509_crt_set_version(c->crt, m->v1 ? 1 : 3));
    need(gnutls_x509_crt_set_serial(c->crt, serial, sizeof serial));
    need(
        gnutls_x509_crt_set_activation_time(c->crt, MINT_NOW + (usual ? -30 : m->from) * MINT_DAY));
    need(gnutls_x509_crt_set_expiration_time(c->crt, MINT_NOW + (usual ? 335 : m->to) * MINT_DAY));
    need(gnutls_x509_crt_set_key(c->crt, c->key));
    names_set(c->crt, m);
    if (!m->v1)
        extensions_set(c->crt, m);
    crt_sign(c, m);
    gnutls_datum_t der;
    need(gnutls_x509_crt_export2(c->crt, GNUTLS_X509_FMT_DER, &der));
    c->der = (uint8_t *)mem_copy(der.data, der.size);
    c->len = der.size;
    gnutls_free(der.data);
    return c;
}

void minted_free(struct minted *m)
{
    if (!m)
        return;
    gnutls_x509_crt_deinit(m->crt);
    gnutls_x509_privkey_deinit(m->key);
    free(m->der);
    free(m);
}

void minted_break(struct minted *m) { m->der[m->len - 1] ^= 1; }

struct cert *minted_cert(const struct minted *m) { return cert_read(m->der, m->len); }

char *minted_pem(const struct minted *m)
{
    gnutls_datum_t der = { m->der, (unsigned)m->len }, pem;
    need(gnutls_pem_base64_encode2("CERTIFICATE", &der, &pem));
    char *s = mem_copy(pem.data, pem.size);
    gnutls_free(pem.data);
    return s;
}

char *mint_file(const void *bytes, size_t n)
{
    const char *dir = getenv("TMPDIR");
    char *name = mem_format("%s/tlswhy-test-XXXXXX", dir && *dir ? dir : "/tmp");
    int fd = mkstemp(name);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) < 0) {
        perror(name);
        abort();
    }
    return name;
}

struct store *mint_store(const struct minted *const *ca, size_t n)
{
    struct text t = { 0 };
    struct err e = { "" };
    for (size_t i = 0; i < n; i++) {
        char *pem = minted_pem(ca[i]);
        text_add(&t, pem);
        free(pem);
    }
    char *name = mint_file(t.s, t.len);
    struct store *s = store_load(name, &e);
    unlink(name);
    free(name);
    text_free(&t);
    if (!s) {
        fprintf(stderr, "%s\n", e.text);
        abort();
    }
    return s;
}
