/* The rules of RFC 9525, one row each: what fits, and what looks as if it did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/pki/host.h"
#include "tests/lib/mint.h"

struct row {
    enum san_kind kind;
    const char *san, *cn, *name;
    enum host_fit fit;
};
static const struct row rows[] = {
    { SAN_DNS, "www.example.org", NULL, "www.example.org", HOST_FITS },
    { SAN_DNS, "WWW.Example.ORG", NULL, "www.eXample.org", HOST_FITS },
    { SAN_DNS, "www.example.org", NULL, "www.example.org.", HOST_FITS },
    { SAN_DNS, "www.example.org.", NULL, "www.example.org", HOST_FITS },
    { SAN_DNS, "www.example.org", NULL, "example.org", HOST_OTHER },
    { SAN_DNS, "www.example.org", NULL, "www.example.org.evil.test", HOST_OTHER },
    { SAN_DNS, "www.example.org", NULL, "ww.example.org", HOST_OTHER },
    { SAN_DNS, "localhost", NULL, "localhost", HOST_FITS },
    { SAN_DNS, "xn--bcher-kva.example", NULL, "XN--bcher-kva.example", HOST_FITS },
    { SAN_DNS, "*.example.org", NULL, "www.example.org", HOST_FITS },
    { SAN_DNS, "*.example.org", NULL, "WWW.EXAMPLE.org.", HOST_FITS },
    { SAN_DNS, "*.example.org", NULL, "example.org", HOST_OTHER },
    { SAN_DNS, "*.example.org", NULL, ".example.org", HOST_OTHER },
    { SAN_DNS, "*.example.org", NULL, "a.b.example.org", HOST_OTHER },
    { SAN_DNS, "*.example.org", NULL, "www.example.com", HOST_OTHER },
    { SAN_DNS, "w*.example.org", NULL, "www.example.org", HOST_OTHER },
    { SAN_DNS, "*w.example.org", NULL, "www.example.org", HOST_OTHER },
    { SAN_DNS, "www.*.org", NULL, "www.example.org", HOST_OTHER },
    { SAN_DNS, "*.*.org", NULL, "www.example.org", HOST_OTHER },
    { SAN_DNS, "*.org", NULL, "example.org", HOST_OTHER },
    { SAN_DNS, "*.org.", NULL, "example.org", HOST_OTHER },
    { SAN_DNS, "*..org", NULL, "example..org", HOST_OTHER },
    { SAN_DNS, "*", NULL, "example", HOST_OTHER },
    { SAN_DNS, "*.", NULL, "example.", HOST_OTHER },
    { SAN_DNS, "", NULL, "example.org", HOST_OTHER },
    { SAN_DNS, ".", NULL, ".", HOST_OTHER },
    { SAN_DNS, "*.0.2.1", NULL, "192.0.2.1", HOST_NO_NAMES },
    { SAN_DNS, "192.0.2.1", NULL, "192.0.2.1", HOST_NO_NAMES },
    { SAN_IP, "192.0.2.1", NULL, "192.0.2.1", HOST_FITS },
    { SAN_IP, "192.0.2.1", NULL, "192.0.2.10", HOST_OTHER },
    { SAN_IP, "2001:db8::1", NULL, "2001:0DB8:0:0:0:0:0:1", HOST_FITS },
    { SAN_IP, "fe80::1", NULL, "fe80::1%eth0", HOST_FITS },
    { SAN_IP, "192.0.2.1", NULL, "::ffff:192.0.2.1", HOST_OTHER },
    { SAN_IP, "192.0.2.1", NULL, "www.example.org", HOST_NO_NAMES },
    { SAN_URI, "spiffe://prod.example/web", NULL, "SPIFFE://Prod.Example/web", HOST_FITS },
    { SAN_URI, "spiffe://prod.example/web", NULL, "spiffe://prod.example/WEB", HOST_OTHER },
    { SAN_URI, "spiffe://prod.example/web", NULL, "spiffe://prod.example/web/1", HOST_OTHER },
    { SAN_URI, "spiffe://prod.example/web", NULL, "spiffe://prod.example", HOST_OTHER },
    { SAN_URI, "spiffe://prod.example", NULL, "spiffe://prod.example/web", HOST_OTHER },
    { SAN_URI, "https://www.example.org", NULL, "www.example.org", HOST_NO_NAMES },
    { SAN_EMAIL, "www.example.org", NULL, "www.example.org", HOST_NO_NAMES },
    /* a CN never fits, and is told apart only when nothing else of its kind is there */
    { SAN_OTHER, NULL, "www.example.org", "www.example.org", HOST_CN_ONLY },
    { SAN_OTHER, NULL, "*.example.org", "www.example.org", HOST_CN_ONLY },
    { SAN_OTHER, NULL, "192.0.2.1", "192.0.2.1", HOST_CN_ONLY },
    { SAN_OTHER, NULL, "www.example.org", "example.org", HOST_NO_NAMES },
    { SAN_OTHER, NULL, NULL, "example.org", HOST_NO_NAMES },
    { SAN_DNS, "other.example.org", "www.example.org", "www.example.org", HOST_OTHER },
    { SAN_IP, "192.0.2.1", "www.example.org", "www.example.org", HOST_CN_ONLY },
};

static struct cert *row_cert(const struct row *r)
{
    struct cert *c = cert_new();
    c->cn = mem_string(r->cn);
    if (r->san) {
        c->san = mem_new(sizeof *c->san);
        c->san[0] = (struct san){ r->kind, mem_string(r->san) };
        c->san_count = c->san_total = 1;
    }
    return c;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert *c = row_cert(&rows[i]);
        enum host_fit fit = host_fit(c, rows[i].name);
        if (fit != rows[i].fit)
            print_error("row %zu: %s for %s: %d\n", i, rows[i].san ? rows[i].san : "-",
                        rows[i].name, fit);
        assert_int_equal(fit, rows[i].fit);
        cert_free(c);
    }
}

static struct cert *many_names(size_t total)
{
    struct cert *c = cert_new();
    c->san = mem_array(NULL, total, sizeof *c->san);
    for (size_t i = 0; i < total; i++)
        c->san[i] = (struct san){ SAN_DNS, mem_format("n%zu.example", i) };
    c->san_count = c->san_total = total;
    return c;
}

static void names_are(struct cert *c, size_t max, const char *want)
{
    char *s = host_names(c, max);
    assert_string_equal(s, want);
    free(s);
    cert_free(c);
}

static void test_names(void **state)
{
    (void)state;
    names_are(many_names(2), 4, "n0.example, n1.example");
    names_are(many_names(5), 2, "n0.example, n1.example and 3 more");
    names_are(cert_new(), 4, "");
    struct cert *c = cert_new();
    c->cn = mem_string("only.example");
    names_are(c, 4, "only.example");
    c = many_names(2);
    c->san[0].kind = SAN_EMAIL;
    names_are(c, 4, "n1.example");
}

static void test_last_of_a_thousand(void **state)
{
    (void)state;
    struct cert *c = many_names(1000);
    assert_int_equal(host_fit(c, "n999.example"), HOST_FITS);
    assert_int_equal(host_fit(c, "n1000.example"), HOST_OTHER);
    cert_free(c);
}

static struct cert *minted_names(size_t count)
{
    size_t len;
    uint8_t *value = mint_names(count, &len);
    struct minted *m =
        mint(&(struct mint){ .cn = "cn.example", .raw_oid = MINT_SAN_OID, .raw = value, .raw_len = len });
    struct cert *c = minted_cert(m);
    minted_free(m);
    free(value);
    assert_false(c->malformed);
    assert_int_equal(c->san_total, count);
    assert_true(c->san_count < count);
    return c;
}

/* What is not kept of a certificate counts all the same: 10,000 names have more than 128 KiB. */
static void test_more_than_is_kept(void **state)
{
    (void)state;
    static const size_t counts[] = { 1500, 10000 };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct cert *c = minted_names(counts[i]);
        char *last = mem_format("N%zu.example", counts[i] - 1);
        char *none = mem_format("n%zu.example", counts[i]);
        char *names = mem_format("n0.example, n1.example and %zu more", counts[i] - 2);
        assert_int_equal(host_fit(c, "n0.example"), HOST_FITS);
        assert_int_equal(host_fit(c, last), HOST_FITS);
        assert_int_equal(host_fit(c, none), HOST_OTHER);
        assert_int_equal(host_fit(c, "cn.example"), HOST_OTHER);
        assert_int_equal(host_fit(c, "192.0.2.1"), HOST_NO_NAMES);
        names_are(c, 2, names);
        free(last);
        free(none);
        free(names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_names),
        cmocka_unit_test(test_last_of_a_thousand), cmocka_unit_test(test_more_than_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
