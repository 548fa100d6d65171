/* Certificate revocation lists: who is on them, whose they are, who signed them, their dates, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/pki/crl.h"
#include "tests/lib/mint.h"

static struct minted *ca, *leaf, *other, *twin, *stranger;

static int setup(void **state)
{
    (void)state;
    ca = mint(&(struct mint){ .cn = "CA", .ca = true });
    twin = mint(&(struct mint){ .cn = "CA", .ca = true });
    stranger = mint(&(struct mint){ .cn = "another CA", .ca = true });
    leaf = mint(&(struct mint){ .san = "dns:a.example", .issuer = ca });
    other = mint(&(struct mint){ .san = "dns:b.example", .issuer = ca });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct minted *all[] = { ca, leaf, other, twin, stranger };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        minted_free(all[i]);
    return 0;
}

struct shape {
    const struct minted *by;        /* NULL: ca */
    const struct minted *listed[2];
    size_t others;                  /* serials of nobody here, before those */
    int64_t from, to;               /* days from MINT_NOW; both 0: -1 and 6 */
};

static gnutls_datum_t list_make(const struct shape *s)
{
    const struct minted *by = s->by ? s->by : ca;
    bool usual = !s->from && !s->to;
    gnutls_x509_crl_t crl;
    gnutls_datum_t der;
    assert_int_equal(gnutls_x509_crl_init(&crl), 0);
    assert_int_equal(gnutls_x509_crl_set_version(crl, 2), 0);
    assert_int_equal(gnutls_x509_crl_set_this_update(crl, MINT_NOW + (usual ? -1 : s->from) * MINT_DAY), 0);
    assert_int_equal(gnutls_x509_crl_set_next_update(crl, MINT_NOW + (usual ? 6 : s->to) * MINT_DAY), 0);
    for (size_t i = 0; i < s->others; i++) {
        uint8_t serial[] = { 0x7f, (uint8_t)(i >> 8), (uint8_t)i };
        assert_int_equal(gnutls_x509_crl_set_crt_serial(crl, serial, sizeof serial, MINT_NOW - MINT_DAY), 0);
    }
    for (size_t i = 0; i < 2 && s->listed[i]; i++)
        assert_int_equal(gnutls_x509_crl_set_crt(crl, s->listed[i]->crt, MINT_NOW - 5 * MINT_DAY), 0);
    assert_int_equal(gnutls_x509_crl_sign2(crl, by->crt, by->key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_DER, &der), 0);
    gnutls_x509_crl_deinit(crl);
    return der;
}

static struct revoked judge_bytes(const void *p, size_t n, bool with_issuer)
{
    struct cert *c = minted_cert(leaf), *up = minted_cert(ca);
    struct revoked r = crl_judge(p, n, c, with_issuer ? up : NULL, MINT_NOW);
    cert_free(c);
    cert_free(up);
    return r;
}

static struct revoked judge(struct shape s)
{
    gnutls_datum_t der = list_make(&s);
    struct revoked r = judge_bytes(der.data, der.size, true);
    gnutls_free(der.data);
    return r;
}

static void test_not_listed(void **state)
{
    (void)state;
    struct revoked r = judge((struct shape){ .listed = { other } });
    assert_int_equal(r.is, REVOKE_GOOD);
    assert_true(r.verified && !r.stale && !r.early);
    assert_int_equal(r.this_update, MINT_NOW - MINT_DAY);
    assert_int_equal(r.next_update, MINT_NOW + 6 * MINT_DAY);
    r = judge((struct shape){ .others = 0 });
    assert_int_equal(r.is, REVOKE_GOOD); /* nobody is */
    assert_true(r.verified);
}

static void test_listed(void **state)
{
    (void)state;
    struct revoked r = judge((struct shape){ .listed = { leaf, other } });
    assert_int_equal(r.is, REVOKE_REVOKED);
    assert_true(r.verified);
    assert_int_equal(r.revoked_at, MINT_NOW - 5 * MINT_DAY);
    assert_null(r.reason);
    assert_int_equal(judge((struct shape){ .others = 300, .listed = { leaf } }).is, REVOKE_REVOKED);
}

static void test_dates(void **state)
{
    (void)state;
    assert_true(judge((struct shape){ .from = -9, .to = -2 }).stale);
    assert_true(judge((struct shape){ .from = 2, .to = 9 }).early);
}

static void test_whose(void **state)
{
    (void)state;
    assert_int_equal(judge((struct shape){ .by = stranger, .listed = { leaf } }).is, REVOKE_FOREIGN);
    assert_int_equal(judge((struct shape){ .by = twin, .listed = { leaf } }).is, REVOKE_UNSIGNED);
    gnutls_datum_t der = list_make(&(struct shape){ .listed = { leaf } });
    der.data[der.size - 1] ^= 1;
    assert_int_equal(judge_bytes(der.data, der.size, true).is, REVOKE_UNSIGNED);
    struct revoked r = judge_bytes(der.data, der.size, false);
    assert_int_equal(r.is, REVOKE_REVOKED);
    assert_false(r.verified);
    gnutls_free(der.data);
}

/* Cut anywhere it is broken. */
static void test_broken(void **state)
{
    (void)state;
    gnutls_datum_t der = list_make(&(struct shape){ .listed = { other, leaf } });
    for (size_t i = 0; i < der.size; i++)
        assert_int_equal(judge_bytes(der.data, i, true).is, REVOKE_MALFORMED);
    gnutls_free(der.data);
    assert_int_equal(judge_bytes("-----BEGIN", 10, true).is, REVOKE_MALFORMED);
    uint8_t *large = mem_new(CRL_DER_MAX + 1);
    assert_int_equal(judge_bytes(large, CRL_DER_MAX + 1, true).is, REVOKE_MALFORMED);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_listed), cmocka_unit_test(test_listed), cmocka_unit_test(test_dates),
        cmocka_unit_test(test_whose),      cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
