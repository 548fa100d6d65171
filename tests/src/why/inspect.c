/* The table of inspection products against issuers made from its own rows and against those of public CAs, and what
 * is public at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/inspect.h"

static const struct inspector *find(const char *issuer, const char *top)
{
    const char *ca = NULL;
    json_t *chain = json_pack("{s:[{s:s}], s:[{s:s}, {s:s}]}", "sent", "issuer", issuer, "built", "issuer", "CN=no",
                              "issuer", top);
    const struct inspector *p = inspect_find(chain, &ca);
    assert_int_equal(p != NULL, ca != NULL);
    json_decref(chain);
    return p;
}

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

static void test_every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < inspector_count; i++) {
        const struct inspector *p = &inspector_table[i], *found;
        for (size_t nth = 0; nth < 4; nth++) {
            struct text dn = { 0 };
            dn_add(&dn, "CN", p->cn, nth);
            dn_add(&dn, "O", p->o, nth);
            dn_add(&dn, "OU", p->ou, nth);
            assert_non_null(dn.s);
            found = find(dn.s, "CN=x");
            if (!found || strcmp(found->product, p->product) != 0)
                fail_msg("row %zu (%s): found %s for %s", i, p->product, found ? found->product : "nothing", dn.s);
            assert_non_null(find("CN=x", dn.s)); /* who the chain ends at counts, too */
            text_free(&dn);
        }
        assert_non_null(p->source);
        assert_int_equal(p->exempt == NULL, p->where == INSPECT_MALWARE);
    }
}

static void test_public_cas(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "CN=R3,O=Let's Encrypt,C=US", "CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1,O=DigiCert Inc,C=US",
        "CN=Cloudflare Inc ECC CA-3,O=Cloudflare\\, Inc.,C=US", "CN=GTS CA 1P5,O=Google Trust Services LLC,C=US",
        "CN=Sectigo RSA Domain Validation Secure Server CA,O=Sectigo Limited", "CN=Amazon RSA 2048 M02,O=Amazon,C=US",
        "CN=Microsoft Azure TLS Issuing CA 01,O=Microsoft Corporation", "CN=HydrantID Server CA O1,O=IdenTrust",
        "CN=Cisco RXC-R2,O=Cisco Systems", "CN=Symantec Class 3 Secure Server CA - G4,O=Symantec Corporation",
        "CN=Trend Micro CA,O=Trend Micro Inc", "CN=Example Corp Issuing CA 2,O=Example Corp", "", "O=x",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (find(rows[i], "CN=Root"))
            fail_msg("%s: taken for %s", rows[i], find(rows[i], "CN=Root")->product);
    const char *ca = NULL;
    assert_null(inspect_find(NULL, &ca));
}

static void test_public(void **state)
{
    (void)state;
    static const struct { const char *endpoint, *address; bool public; } rows[] = {
        { "https://www.example.org", "192.0.2.1:443", true },
        { "https://www.example.org", "[2001:db8::1]:443", true },
        { "https://www.example.org", "10.1.2.3:443", false },
        { "https://www.example.org", "172.16.0.1:443", false },
        { "https://www.example.org", "172.32.0.1:443", true },
        { "https://www.example.org", "192.168.0.1:443", false },
        { "https://www.example.org", "100.64.0.1:443", false },
        { "https://www.example.org", "169.254.1.1:443", false },
        { "https://www.example.org", "127.0.0.1:443", false },
        { "https://www.example.org", "0.0.0.0:443", false },
        { "https://www.example.org", "224.0.0.1:443", false },
        { "https://www.example.org", "[::1]:443", false },
        { "https://www.example.org", "[fe80::1%eth0]:443", false },
        { "https://www.example.org", "[fd00::1]:443", false },
        { "https://www.example.org", "[::ffff:10.0.0.1]:443", false },
        { "https://www.example.org", "[::ffff:192.0.2.1]:443", true },
        { "https://www.example.org", NULL, false },
        { "https://wiki", "192.0.2.1:443", false },
        { "https://wiki.corp", "192.0.2.1:443", false },
        { "https://printer.local", "192.0.2.1:443", false },
        { "https://a.internal", "192.0.2.1:443", false },
        { "https://good.test", "192.0.2.1:443", false },
        { "https://box.home.arpa", "192.0.2.1:443", false },
        { "https://192.0.2.1", "192.0.2.1:443", false },
        { "https://192.0.2.1,name=www.example.org", "192.0.2.1:443", true },
        { "https://www.example.org,name=spiffe://a/b", "192.0.2.1:443", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_new(0);
        struct endpoint *ep = endpoint_parse(rows[i].endpoint, NULL, NULL);
        assert_non_null(ep);
        struct column *c = session_add(s, 1, 1, 0, ep, rows[i].address, "local");
        if (inspect_is_public(c) != rows[i].public)
            fail_msg("%s at %s", rows[i].endpoint, rows[i].address ? rows[i].address : "nowhere");
        endpoint_free(ep);
        session_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_public_cas),
        cmocka_unit_test(test_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
