/* Certificates in every form a URL or a person may hand them over in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gnutls/pkcs7.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/bundle.h"
#include "tests/lib/mint.h"

static struct minted *one, *two;

static int setup(void **state)
{
    (void)state;
    one = mint(&(struct mint){ .cn = "One", .ca = true });
    two = mint(&(struct mint){ .cn = "Two", .ca = true });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    minted_free(one);
    minted_free(two);
    return 0;
}

/* A certs-only SignedData; owned, released with gnutls_free. */
static gnutls_datum_t pkcs7(const struct minted *const *m, size_t n, gnutls_x509_crt_fmt_t form)
{
    gnutls_pkcs7_t p7;
    gnutls_datum_t out;
    assert_int_equal(gnutls_pkcs7_init(&p7), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(gnutls_pkcs7_set_crt(p7, m[i]->crt), 0);
    assert_int_equal(gnutls_pkcs7_export2(p7, form, &out), 0);
    gnutls_pkcs7_deinit(p7);
    return out;
}

static bool has(const struct bundle *b, const struct minted *m)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->cert[i].left == m->len && memcmp(b->cert[i].p, m->der, m->len) == 0)
            return true;
    return false;
}

/* Both are read from a copy of exactly that size; the order of a SET is not ours to expect. */
static void is(const void *p, size_t n, enum bundle_form form, bool first, bool second)
{
    struct bundle b;
    uint8_t *copy = (uint8_t *)mem_copy(p, n);
    bundle_read(copy, n, 50, &b);
    free(copy); /* what was found must not be lent from it */
    assert_int_equal(b.form, form);
    assert_int_equal(b.count, first + second);
    assert_int_equal(has(&b, one), first);
    assert_int_equal(has(&b, two), second);
    assert_int_equal(b.broken, 0);
    bundle_free(&b);
}

static void test_forms(void **state)
{
    (void)state;
    char *a = minted_pem(one), *b = minted_pem(two);
    char *both = mem_format("bag attributes\r\n%s\n# and\n%s", a, b);
    uint8_t *tail = mem_new(one->len + 2);
    memcpy(tail, one->der, one->len);
    is(one->der, one->len, BUNDLE_DER, true, false);
    is(tail, one->len + 2, BUNDLE_DER, true, false); /* what follows is not part of it */
    is(a, strlen(a), BUNDLE_PEM, true, false);
    is(both, strlen(both), BUNDLE_PEM, true, true);
    const struct minted *list[] = { one, two };
    for (size_t n = 1; n <= 2; n++) {
        gnutls_datum_t der = pkcs7(list, n, GNUTLS_X509_FMT_DER), pem = pkcs7(list, n, GNUTLS_X509_FMT_PEM);
        is(der.data, der.size, BUNDLE_PKCS7, n > 0, n > 1);
        is(pem.data, pem.size, BUNDLE_PKCS7, n > 0, n > 1);
        gnutls_free(der.data);
        gnutls_free(pem.data);
    }
    free(tail);
    free(a);
    free(b);
    free(both);
}

/* A PKCS#7 that holds revocation lists only is one, without any certificate. */
static void test_none(void **state)
{
    (void)state;
    static const uint8_t none[] = "\x30\x23\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
                                  "\xa0\x16\x30\x14\x02\x01\x01\x31\x00"
                                  "\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x31\x00";
    is(none, sizeof none - 1, BUNDLE_PKCS7, false, false);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "0", "0\x82", "<html><title>404 Not Found</title></html>", "-----BEGIN ", "-----BEGIN CERTIFICATE",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        is(rows[i], strlen(rows[i]), BUNDLE_NONE, false, false);
    struct bundle b;
    const char *hollow = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PKCS7-----\nMIIB\n";
    bundle_read(hollow, strlen(hollow), 50, &b);
    assert_int_equal(b.count, 0);
    assert_int_equal(b.broken, 2);
    assert_int_equal(b.form, BUNDLE_PEM);
    bundle_free(&b);
}

/* Cut anywhere, a PKCS#7 gives no certificate that is not whole. */
static void test_cut(void **state)
{
    (void)state;
    gnutls_datum_t der = pkcs7((const struct minted *[]){ one, two }, 2, GNUTLS_X509_FMT_DER);
    for (unsigned n = 0; n < der.size; n++) {
        struct bundle b;
        uint8_t *copy = (uint8_t *)mem_copy(der.data, n);
        bundle_read(copy, n, 50, &b);
        assert_int_equal(b.count, 0);
        bundle_free(&b);
        free(copy);
    }
    gnutls_free(der.data);
}

static void test_max(void **state)
{
    (void)state;
    char *pem = minted_pem(one);
    struct text many = { 0 };
    for (int i = 0; i < 60; i++)
        text_add(&many, pem);
    struct bundle b;
    bundle_read(many.s, many.len, 50, &b);
    assert_int_equal(b.count, 50);
    assert_int_equal(b.more, 10);
    uint8_t *kept = b.bytes; /* who keeps the slices takes the bytes */
    b.bytes = NULL;
    struct reader last = b.cert[49];
    bundle_free(&b);
    assert_memory_equal(last.p, one->der, one->len);
    free(kept);
    text_free(&many);
    free(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_max),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
