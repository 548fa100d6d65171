/* What is read from certificates made to order, from damaged ones, and from the system's CAs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/read.h"
#include "src/pki/der.h"
#include "tests/lib/mint.h"

static struct cert *made(struct mint m)
{
    struct minted *x = mint(&m);
    struct cert *c = minted_cert(x);
    minted_free(x);
    assert_false(c->malformed);
    return c;
}

static void test_fields(void **state)
{
    (void)state;
    struct minted *ca =
        mint(&(struct mint){ .cn = "The CA",
                             .ca = true,
                             .limited = true,
                             .path_len = 3,
                             .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN });
    struct cert *i = minted_cert(ca);
    assert_true(i->is_ca && i->has_basic_constraints && i->self_issued);
    assert_int_equal(i->path_len, 3);
    assert_int_equal(i->key_usage, USAGE_CERT_SIGN | USAGE_CRL_SIGN);
    struct cert *c = made((struct mint){
        .dn = "CN=www,O=Org\\, Inc.,C=DE",
        .issuer = ca,
        .staple = true,
        .san =
            "dns:a.example dns:*.b.example ip:192.0.2.1 ip:2001:db8::1 "
            "uri:spiffe://p/x mail:me@a.example",
        .purpose = GNUTLS_KP_TLS_WWW_SERVER,
        .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
        .aia = "http://a.example/i.crt",
        .ocsp = "http://a.example/ocsp",
        .crl = "http://a.example/crl" });
    assert_string_equal(c->subject, "CN=www,O=Org\\, Inc.,C=DE");
    assert_string_equal(c->cn, "www");
    assert_string_equal(c->issuer, "CN=The CA");
    assert_string_equal(c->issuer_cn, "The CA");
    assert_int_equal(c->not_before, MINT_NOW - 30 * MINT_DAY);
    assert_int_equal(c->not_after, MINT_NOW + 335 * MINT_DAY);
    assert_string_equal(c->key, "ECDSA");
    assert_int_equal(c->key_bits, 256);
    assert_string_equal(c->curve, "secp256r1");
    assert_string_equal(c->signature, "ECDSA-SHA256");
    assert_string_equal(c->digest, "SHA256");
    assert_int_equal(strlen(c->serial), 16);
    assert_false(c->is_ca || c->has_basic_constraints || c->self_issued);
    assert_true(c->must_staple && c->has_ext_usage && c->usage_server);
    assert_false(c->usage_client || c->usage_any);
    assert_int_equal(c->key_usage, USAGE_DIGITAL_SIGNATURE);
    static const struct san want[] = {
        { SAN_DNS, (char *)(uintptr_t) "a.example" },
        { SAN_DNS, (char *)(uintptr_t) "*.b.example" },
        { SAN_IP, (char *)(uintptr_t) "192.0.2.1" },
        { SAN_IP, (char *)(uintptr_t) "2001:db8::1" },
        { SAN_URI, (char *)(uintptr_t) "spiffe://p/x" },
        { SAN_EMAIL, (char *)(uintptr_t) "me@a.example" },
    };
    assert_int_equal(c->san_count, 6);
    assert_int_equal(c->san_total, 6);
    for (size_t n = 0; n < 6; n++) {
        assert_int_equal(c->san[n].kind, want[n].kind);
        assert_string_equal(c->san[n].text, want[n].text);
    }
    assert_string_equal(c->aia[0], "http://a.example/i.crt");
    assert_string_equal(c->ocsp[0], "http://a.example/ocsp");
    assert_string_equal(c->crl[0], "http://a.example/crl");
    assert_string_equal(c->aki, i->ski);
    assert_int_equal(c->issuer_der_len, i->subject_der_len);
    assert_memory_equal(c->issuer_der, i->subject_der, i->subject_der_len);
    assert_int_equal(strlen(c->sha256), 64);
    assert_string_not_equal(c->spki_sha256, i->spki_sha256);
    cert_free(c);
    cert_free(i);
    minted_free(ca);
}

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        enum mint_key kind;
        const char *key;
        int bits;
        const char *curve;
    } rows[] = {
        { MINT_RSA1024, "RSA", 1024, NULL },      { MINT_RSA2048, "RSA", 2048, NULL },
        { MINT_P192, "ECDSA", 192, "secp192r1" }, { MINT_DSA1024, "DSA", 1024, NULL },
        { MINT_ED25519, "Ed25519", 256, NULL },
    };
    struct minted *ca = mint(&(struct mint){ .cn = "CA", .ca = true });
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        struct cert *c = made((struct mint){ .kind = rows[n].kind, .issuer = ca });
        assert_string_equal(c->key, rows[n].key);
        assert_int_equal(c->key_bits, rows[n].bits);
        if (rows[n].curve)
            assert_string_equal(c->curve, rows[n].curve);
        else
            assert_null(c->curve);
        cert_free(c);
    }
    minted_free(ca);
}

static void test_signatures(void **state)
{
    (void)state;
    static const struct { enum mint_key kind; gnutls_digest_algorithm_t digest; bool pss;
                          const char *signature, *name; } rows[] = {
        { MINT_RSA2048, GNUTLS_DIG_SHA256, false, "RSA-SHA256", "SHA256" },
        { MINT_RSA2048, GNUTLS_DIG_SHA1, false, "RSA-SHA1", "SHA1" },
        { MINT_RSA2048, GNUTLS_DIG_MD5, false, "RSA-MD5", "MD5" },
        { MINT_RSA2048, GNUTLS_DIG_SHA256, true, "RSA-PSS-SHA256", "SHA256" },
        { MINT_P256, GNUTLS_DIG_SHA384, false, "ECDSA-SHA384", "SHA384" },
        { MINT_ED25519, 0, false, "EdDSA-Ed25519", NULL },
    };
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        struct cert *c = made(
            (struct mint){ .kind = rows[n].kind, .digest = rows[n].digest, .pss = rows[n].pss });
        assert_string_equal(c->signature, rows[n].signature);
        if (rows[n].name)
            assert_string_equal(c->digest, rows[n].name);
        else
            assert_null(c->digest);
        cert_free(c);
    }
}

/* Puts other digits where these are; the signature no longer fits, which nobody looks at here. */
static struct cert *patched(struct mint m, const char *from, const char *to)
{
    struct minted *x = mint(&m);
    uint8_t *at = memmem(x->der, x->len, from, strlen(from));
    assert_non_null(at);
    for (; at; at = memmem(x->der, x->len, from, strlen(from)))
        memcpy(at, to, strlen(to));
    struct cert *c = minted_cert(x);
    minted_free(x);
    return c;
}

static void test_dates(void **state)
{
    (void)state;
    const struct mint m = { .from = -1,
                            .to = 50 * 366 }; /* 2027-01-14 and, as GeneralizedTime, 2077 */
    struct cert *c = patched(m, "270114080000Z", "610114080000Z");
    assert_int_equal(c->not_before, when_from_civil(1961, 1, 14, 8, 0, 0));
    cert_free(c);
    c = patched(m, "2077", "9999");
    assert_false(c->malformed);
    assert_true(c->not_after > when_from_civil(9999, 1, 1, 0, 0, 0));
    cert_free(c);
    c = patched(m, "270114080000Z", "271314080000Z");
    assert_true(c->malformed);
    assert_non_null(c->fault);
    cert_free(c);
}

static void test_names_are_printable(void **state)
{
    (void)state;
    struct cert *c = patched((struct mint){ .cn = "evilXX1mname", .san = "dns:YYevil.example" },
                             "evilXX1", "evil\x1b[1");
    assert_string_equal(c->cn, "evil\\x1b[1mname");
    assert_null(strchr(c->subject, 0x1b));
    cert_free(c);
    c = patched((struct mint){ .san = "dns:aYYevil.example" }, "aYYevil", "a.\nevil");
    assert_string_equal(c->san[0].text, "a.\\x0aevil.example");
    cert_free(c);
    c = made((struct mint){ .cn = "b\xc3\xbc" "cher" });
    assert_string_equal(c->cn, "b\xc3\xbc" "cher");
    cert_free(c);
    c = made((struct mint){ .cn = "" });
    assert_string_equal(c->subject, "");
    assert_null(c->cn);
    assert_string_equal(cert_name(c), "certificate");
    cert_free(c);
    c = made((struct mint){ .dn = "CN=first,CN=last" });
    assert_non_null(c->cn);
    cert_free(c);
    c = made((struct mint){ .dn = "O=Only an Org" });
    assert_null(c->cn);
    assert_string_equal(c->issuer_cn, "Only an Org");
    cert_free(c);
}

static void test_many_names(void **state)
{
    (void)state;
    size_t len;
    uint8_t *value = mint_names(2500, &len);
    struct cert *c = made((struct mint){ .raw_oid = MINT_SAN_OID, .raw = value, .raw_len = len });
    assert_int_equal(c->san_total, 2500);
    assert_int_equal(c->san_count, 1000);
    assert_string_equal(c->san[999].text, "n999.example");
    cert_free(c);
    free(value);
}

/* Two SCTs, the second of an unknown version, as RFC 6962 section 3.3 packs them. */
static void test_scts(void **state)
{
    (void)state;
    uint8_t one[47] = { 0 }, list[2 + 2 * 49], value[2 + sizeof list];
    const uint64_t ms = UINT64_C(1800000000123);
    for (int n = 0; n < 8; n++)
        one[33 + n] = (uint8_t)(ms >> (56 - 8 * n));
    for (int n = 0; n < 2; n++) {
        list[2 + 49 * n] = 0;
        list[3 + 49 * n] = sizeof one;
        one[0] = (uint8_t)(2 * n);
        memcpy(list + 4 + 49 * n, one, sizeof one);
    }
    list[0] = 0;
    list[1] = 2 * 49;
    value[0] = DER_OCTET_STRING;
    value[1] = sizeof list;
    memcpy(value + 2, list, sizeof list);
    struct mint m = { .raw_oid = "1.3.6.1.4.1.11129.2.4.2", .raw = value, .raw_len = sizeof value };
    struct cert *c = made(m);
    assert_int_equal(c->sct_count, 1);
    assert_int_equal(c->sct[0], ms);
    cert_free(c);
    value[3] = 0x7f; /* a length that lies: no SCTs, and no harm */
    c = made(m);
    assert_int_equal(c->sct_count, 0);
    cert_free(c);
}

static void test_broken(void **state)
{
    (void)state;
    struct minted *x = mint(&(struct mint){ .san = "dns:a.example" });
    for (size_t n = 0; n < x->len; n++) {
        struct cert *c = cert_read(x->der, n);
        assert_true(c->malformed);
        assert_non_null(c->fault);
        assert_int_equal(c->der_len, n);
        assert_int_equal(strlen(c->sha256), 64);
        cert_free(c);
    }
    uint8_t *longer = mem_new(x->len + 1);
    memcpy(longer, x->der, x->len);
    struct cert *c = cert_read(longer, x->len + 1);
    assert_true(c->malformed);
    cert_free(c);
    free(longer);
    minted_free(x);
    uint8_t *huge = mem_new(CERT_DER_MAX + 1);
    c = cert_read(huge, CERT_DER_MAX + 1);
    assert_true(c->malformed);
    assert_non_null(strstr(c->fault, "262145 bytes"));
    cert_free(c);
    free(huge);
    c = cert_read(NULL, 0);
    assert_string_equal(c->fault, "it is empty");
    cert_free(c);
}

static void test_broken_extension(void **state)
{
    (void)state;
    static const uint8_t half[] = { 0x30, 0x09, 0x82, 0x20, 'a' };
    struct minted *x =
        mint(&(struct mint){ .raw_oid = "1.3.6.1.5.5.7.1.1", .raw = half, .raw_len = sizeof half });
    struct cert *c = minted_cert(x);
    assert_true(c->malformed);
    assert_string_equal(c->fault, "its authorityInfoAccess extension can't be decoded");
    cert_free(c);
    minted_free(x);
}

/* One bit of each byte flipped: a record comes back, and if it is malformed it says why. */
static void test_flipped_bits(void **state)
{
    (void)state;
    struct minted *x =
        mint(&(struct mint){ .san = "dns:a.example", .ca = true, .crl = "http://a.example/" });
    for (size_t n = 0; n < x->len; n++) {
        x->der[n] ^= (uint8_t)(1u << n % 8);
        struct cert *c = minted_cert(x);
        assert_true(c->malformed ? c->fault != NULL : c->subject != NULL);
        x->der[n] ^= (uint8_t)(1u << n % 8);
        cert_free(c);
    }
    minted_free(x);
}

static void test_oids(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; const char *text; } rows[] = {
        { "\x2a\x86\x48\x86\xf7\x0d", 6, "1.2.840.113549" }, { "\x55\x1d\x11", 3, "2.5.29.17" },
        { "\x88\x37", 2, "2.999" }, { "", 0, "?" }, { "\x2a\x86", 2, "?" },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "?" },
    };
    char out[DER_OID_TEXT_MAX];
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
        assert_string_equal(der_oid(reader_of(rows[n].bytes, rows[n].n), out), rows[n].text);
    char zeros[200] = { 0 };
    assert_string_equal(der_oid(reader_of(zeros, sizeof zeros), out), "?");
}

/* Real certificates: every CA of this machine can be read, and agrees with GnuTLS. */
static void test_system(void **state)
{
    (void)state;
    gnutls_x509_trust_list_t list;
    gnutls_x509_trust_list_iter_t at = NULL;
    gnutls_x509_crt_t crt;
    assert_int_equal(gnutls_x509_trust_list_init(&list, 0), 0);
    if (gnutls_x509_trust_list_add_system_trust(list, 0, 0) <= 0) {
        gnutls_x509_trust_list_deinit(list, 1);
        print_message("# this machine has no CA store to read\n");
        return;
    }
    while (gnutls_x509_trust_list_iter_get_ca(list, &at, &crt) >= 0) {
        gnutls_datum_t der;
        unsigned bits;
        assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der), 0);
        struct cert *c = cert_read(der.data, der.size);
        assert_false(c->malformed);
        assert_int_equal(c->not_after, gnutls_x509_crt_get_expiration_time(crt));
        assert_int_equal(c->not_before, gnutls_x509_crt_get_activation_time(crt));
        gnutls_x509_crt_get_pk_algorithm(crt, &bits);
        assert_int_equal(c->key_bits, bits);
        assert_true(c->self_issued);
        cert_free(c);
        gnutls_free(der.data);
        gnutls_x509_crt_deinit(crt);
    }
    gnutls_x509_trust_list_deinit(list, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_names_are_printable),
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_scts),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_broken_extension),
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_oids),
        cmocka_unit_test(test_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
