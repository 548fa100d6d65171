/* What is said of an issuer that is missing: each sign, and beside it the name or certificate that only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/kin.h"
#include "src/pki/read.h"
#include "tests/lib/mint.h"

/* The leaf of `issuer`, of whose certificate nothing is known, where `trusted` is. */
struct told { const char *by; bool below; char near[64]; };

static struct told tell(const struct minted *leaf, const struct minted *sent, const struct minted *trusted)
{
    struct judge_cache *k = judge_cache_new();
    struct cert *certs[] = { minted_cert(leaf), sent ? minted_cert(sent) : NULL };
    struct judge_ask ask = { .sent = certs, .sent_count = sent ? 2 : 1, .store = mint_store(&trusted, 1),
                             .now = MINT_NOW, .name = "a.example", .rsa_bits_min = 2048, .min_days = -1 };
    struct chain *c = chain_judge(k, &ask);
    json_t *j = chain_json(c, certs, ask.sent_count);
    const json_t *kin = json_object_get(j, "kin");
    const char *by = json_string_value(json_object_get(kin, "by"));
    static const char *const words[] = { "sent", "key-id", "organisation", "name" };
    struct told t = { "none", json_is_true(json_object_get(kin, "below")), "" };
    for (size_t i = 0; by && i < sizeof words / sizeof *words; i++)
        if (strcmp(by, words[i]) == 0)
            t.by = words[i];
    const char *near = json_string_value(json_object_get(kin, "near"));
    assert_true(!near || strlen(near) < sizeof t.near);
    strcpy(t.near, near ? near : "");
    json_decref(j);
    chain_free(c);
    store_free(ask.store);
    cert_free(certs[0]);
    cert_free(certs[1]);
    judge_cache_free(k);
    return t;
}

static const struct { const char *issuer, *trusted, *by; bool below; const char *near; } names[] = {
    { "CN=Acme Issuing CA", "CN=Acme Root CA", "name", true, "Acme Root CA" },
    { "CN=acme services", "CN=ACME Root CA", "name", true, "ACME Root CA" },
    { "CN=R11,O=Let us Sign", "CN=Top X1,O=Let us Sign", "organisation", true, "Top X1" },
    { "CN=R11,O=Let us Sign", "CN=Top X1,O=Let us Sing", "none", false, "" },
    { "CN=Test Intermediate CA", "CN=Test Root CA", "name", true, "" },
    { "CN=Other Root CA", "CN=Test Root CA", "name", false, "" },
    { "CN=Acme Root CA 2", "CN=Acme Root CA", "name", false, "Acme Root CA" }, /* another root of theirs */
    { "CN=Acme Web Gateway CA", "CN=Acme Root CA", "none", false, "" }, /* what inspects is in the house, not in the family */
    { "CN=Acme Web Gateway CA,O=Acme", "CN=Acme Root CA,O=Acme", "organisation", true, "Acme Root CA" },
    { "CN=Somebody", "CN=Somewhere", "none", false, "" },
    { "CN=Public TLS Server CA 2", "CN=Global TLS Server CA 2", "none", false, "" },
    { "CN=Subway Interactive Rooted", "CN=Unrelated", "none", false, "" }, /* words, not parts of words */
    { "CN=\303\204rger Ausgabe", "CN=\303\204rger Wurzel", "name", true, "\303\204rger Wurzel" },
    { "CN=12345 Services", "CN=12345 Root", "none", false, "" },
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct minted *root = mint(&(struct mint){ .dn = names[i].trusted, .ca = true }),
                      *issuer = mint(&(struct mint){ .dn = names[i].issuer, .ca = true }),
                      *leaf = mint(&(struct mint){ .san = "dns:a.example", .issuer = issuer });
        struct told t = tell(leaf, NULL, root);
        if (strcmp(t.by, names[i].by) != 0 || t.below != names[i].below || strcmp(t.near, names[i].near) != 0)
            fail_msg("%s under %s: %s, %s, \"%s\"", names[i].issuer, names[i].trusted, t.by, t.below ? "below" : "not below",
                     t.near);
        minted_free(leaf);
        minted_free(issuer);
        minted_free(root);
    }
}

/* AuthorityKeyIdentifier with this name as authorityCertIssuer; owned by the caller. */
static uint8_t *key_id_of(const struct cert *c, size_t *len)
{
    uint8_t serial[] = { 0x82, 0x01, 0x05 };
    size_t n = c->subject_der_len, at = 0;
    assert_true(n + 7 < 128);
    uint8_t *der = mem_new(n + 9);
    uint8_t head[] = { 0x30, (uint8_t)(n + 7), 0xa1, (uint8_t)(n + 2), 0xa4, (uint8_t)n };
    memcpy(der, head, sizeof head);
    at += sizeof head;
    memcpy(der + at, c->subject_der, n);
    memcpy(der + at + n, serial, sizeof serial);
    *len = at + n + sizeof serial;
    return der;
}

static struct told tell_key_id(const struct minted *issuer, const struct minted *above, const struct minted *trusted)
{
    struct cert *name = minted_cert(above);
    size_t len;
    uint8_t *der = key_id_of(name, &len);
    struct minted *leaf = mint(&(struct mint){ .san = "dns:a.example", .issuer = issuer, .no_ids = true,
                                               .raw_oid = "2.5.29.35", .raw = der, .raw_len = len });
    struct told t = tell(leaf, NULL, trusted);
    minted_free(leaf);
    free(der);
    cert_free(name);
    return t;
}

static void test_key_id(void **state)
{
    (void)state;
    struct minted *root = mint(&(struct mint){ .cn = "Top", .ca = true }), *own = mint(&(struct mint){ .cn = "Own", .ca = true }),
                  *inter = mint(&(struct mint){ .cn = "Mid", .ca = true, .issuer = root });
    struct told t = tell_key_id(inter, root, root);
    assert_string_equal(t.by, "key-id");
    assert_true(t.below);
    assert_string_equal(t.near, "Top");
    t = tell_key_id(own, own, root); /* a root: it issued itself */
    assert_string_equal(t.by, "key-id");
    assert_false(t.below);
    t = tell_key_id(inter, own, root); /* an intermediate of a CA that is not known */
    assert_string_equal(t.by, "key-id");
    assert_false(t.below);
    assert_string_equal(t.near, "");
    minted_free(inter);
    minted_free(own);
    minted_free(root);
}

static void test_sent(void **state)
{
    (void)state;
    struct minted *root = mint(&(struct mint){ .cn = "Top", .ca = true }), *own = mint(&(struct mint){ .cn = "Own", .ca = true }),
                  *mid = mint(&(struct mint){ .cn = "Mid", .ca = true, .issuer = root }),
                  *other = mint(&(struct mint){ .cn = "Wing", .ca = true, .issuer = root }),
                  *again = mint(&(struct mint){ .cn = "Mid", .ca = true, .issuer = root }),
                  *leaf = mint(&(struct mint){ .san = "dns:a.example", .issuer = mid });
    const struct minted *below[] = { root, other, again }; /* the root alone, the wrong one, one with another key */
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        struct told t = tell(leaf, below[i], root);
        assert_string_equal(t.by, "sent");
        assert_true(t.below);
        assert_string_equal(t.near, "Top");
    }
    assert_string_equal(tell(leaf, own, root).by, "none"); /* what leads nowhere says nothing */
    assert_string_equal(tell(leaf, mid, root).by, "none"); /* nothing is missing */
    struct minted *all[] = { leaf, again, other, mid, own, root };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        minted_free(all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_names), cmocka_unit_test(test_key_id),
                                        cmocka_unit_test(test_sent) };
    return cmocka_run_group_tests_name("kin", tests, NULL, NULL);
}
