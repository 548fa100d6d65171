/* The table of products against certificates made from its own rows, so that no row hides behind another one, and
 * against those that are nobody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/placeholder.h"

/* Adds "TYPE=value", with x for what a pattern leaves open, of its nth alternative. */
static void dn_add(struct text *dn, const char *type, const char *pattern, size_t nth)
{
    if (!pattern)
        return;
    for (; nth && strchr(pattern, '|'); nth--)
        pattern = strchr(pattern, '|') + 1;
    text_addf(dn, "%s%s=", dn->len ? "," : "", type);
    for (; *pattern && *pattern != '|'; pattern++)
        text_add_n(dn, *pattern == '*' ? "x" : pattern, 1);
}

static json_t *leaf_make(const struct placeholder *p, size_t nth)
{
    struct text subject = { 0 }, issuer = { 0 }, name = { 0 };
    dn_add(&subject, "CN", p->cn, nth);
    dn_add(&subject, "OU", p->ou, nth);
    dn_add(&subject, "O", p->o, nth);
    dn_add(&issuer, "CN", p->issuer_cn, nth);
    dn_add(&issuer, "OU", p->issuer_ou, nth);
    dn_add(&issuer, "O", p->issuer_o, nth);
    dn_add(&name, "", p->name, nth);
    json_t *leaf = json_pack("{s:s, s:s, s:[s]}", "subject", subject.s ? subject.s : "", "issuer",
                             issuer.s ? issuer.s : subject.s ? subject.s : "", "names",
                             name.s ? name.s + 1 : "www.example.org");
    text_free(&subject);
    text_free(&issuer);
    text_free(&name);
    return leaf;
}

static void test_every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < placeholder_count; i++) {
        const struct placeholder *p = &placeholder_table[i];
        for (size_t nth = 0; nth < 4; nth++) {
            json_t *leaf = leaf_make(p, nth);
            const struct placeholder *found = placeholder_find(leaf);
            if (!found || strcmp(found->product, p->product) != 0)
                fail_msg("row %zu (%s): found %s", i, p->product, found ? found->product : "nothing");
            json_decref(leaf);
        }
        assert_non_null(p->source);
        assert_true(p->fix && strlen(p->fix) > 20 && p->fix[strlen(p->fix) - 1] == '.');
        assert_true(p->cn || p->o || p->ou || p->issuer_cn || p->issuer_o || p->issuer_ou || p->name);
    }
}

static void test_nobodys(void **state)
{
    (void)state;
    static const struct { const char *subject, *issuer, *name; } rows[] = {
        { "CN=www.example.org", "CN=R3,O=Let's Encrypt,C=US", "www.example.org" },
        { "CN=www.example.org", "CN=www.example.org", "www.example.org" },
        { "CN=localhost", "CN=localhost", "localhost" },
        { "CN=localhost.localdomain", "CN=localhost.localdomain", "localhost.localdomain" },
        { "CN=www.example.org,O=Internet Widgits Pty Ltd", "CN=x,O=Internet Widgits Pty Ltd", "www.example.org" },
        { "CN=kubernetes", "CN=Example CA", "kubernetes" },
        { "CN=default", "CN=default", "default" },
        { "CN=a.example,O=Cloudflare\\, Inc.", "CN=Cloudflare Inc ECC CA-3,O=Cloudflare\\, Inc.", "a.example" },
        { "CN=a.traefik.default.example.org", "CN=Example CA", "a.traefik.default.example.org" },
        { "", "", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *leaf = json_pack("{s:s, s:s, s:[s]}", "subject", rows[i].subject, "issuer", rows[i].issuer, "names",
                                 rows[i].name);
        const struct placeholder *p = placeholder_find(leaf);
        if (p)
            fail_msg("%s: taken for one of %s", rows[i].subject, p->product);
        json_decref(leaf);
    }
    json_t *odd = json_pack("{s:i, s:[i,n], s:n}", "subject", 1, "names", 1, "issuer");
    assert_null(placeholder_find(odd));
    assert_null(placeholder_find(NULL));
    json_decref(odd);
}

/* Only its whole shape makes one look like snakeoil. */
static void test_snakeoil(void **state)
{
    (void)state;
    static const struct { const char *subject, *name, *key, *end; int ca; bool is; } rows[] = {
        { "CN=web01", "web01", "RSA", "2036-11-17T00:00:00Z", 0, true },
        { "CN=web01", "web01", "RSA", "2027-11-20T00:00:00Z", 0, false },
        { "CN=web01", "web01", "RSA", "2036-11-17T00:00:00Z", 1, false },
        { "CN=web01", "web02", "RSA", "2036-11-17T00:00:00Z", 0, false },
        { "CN=web01,O=x", "web01", "RSA", "2036-11-17T00:00:00Z", 0, false },
        { "CN=web01", "web01", "ECDSA", "2036-11-17T00:00:00Z", 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *leaf = json_pack("{s:s, s:s, s:[s], s:s, s:s, s:s, s:b}", "subject", rows[i].subject, "issuer",
                                 rows[i].subject, "names", rows[i].name, "key", rows[i].key, "not_before",
                                 "2026-11-20T00:00:00Z", "not_after", rows[i].end, "is_ca", rows[i].ca);
        const struct placeholder *p = placeholder_find(leaf);
        assert_int_equal(p != NULL, rows[i].is);
        assert_true(!p || p->kind == PLACEHOLDER_MAKER); /* it never decides */
        json_decref(leaf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_nobodys),
        cmocka_unit_test(test_snakeoil),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
