/* Key stores: Java's written byte by byte, PKCS#12 from files, and what is damaged, locked or too costly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pki/keystore.h"
#include "tests/lib/mint.h"

static struct minted *one, *two, *leaf;

static int setup(void **state)
{
    (void)state;
    one = mint(&(struct mint){ .cn = "One", .ca = true });
    two = mint(&(struct mint){ .cn = "Two", .ca = true });
    leaf = mint(&(struct mint){ .cn = "leaf", .issuer = one });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    minted_free(one);
    minted_free(two);
    minted_free(leaf);
    return 0;
}

/* --- Java --- */

static void put(struct buf *b, uint32_t v, int bytes)
{
    uint8_t raw[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
    assert_true(buf_add(b, raw + 4 - bytes, (size_t)bytes));
}

static void put_utf(struct buf *b, const char *s)
{
    put(b, (uint32_t)strlen(s), 2);
    buf_add(b, s, strlen(s));
}

static void put_cert(struct buf *b, uint32_t version, const struct minted *m)
{
    if (version > 1)
        put_utf(b, "X.509");
    put(b, (uint32_t)m->len, 4);
    buf_add(b, m->der, m->len);
}

static void put_entry(struct buf *b, uint32_t tag, const char *name)
{
    put(b, tag, 4);
    put_utf(b, name);
    put(b, 0x18b, 4);
    put(b, 0, 4);
}

/* Trusted: two; a key whose chain is leaf, one. */
static struct buf java_make(uint32_t magic, uint32_t version)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    put(&b, magic, 4);
    put(&b, version, 4);
    put(&b, 2, 4);
    put_entry(&b, 2, "two");
    put_cert(&b, version, two);
    put_entry(&b, 1, "server");
    put_utf(&b, ""); /* a key of 7 bytes: its length has four */
    put(&b, 7, 2);
    buf_add(&b, "secrets", 7);
    put(&b, 2, 4);
    put_cert(&b, version, leaf);
    put_cert(&b, version, one);
    for (int i = 0; i < 20; i++)
        put(&b, 0xee, 1); /* the digest, which nobody looks at */
    return b;
}

static void holds(const struct bundle *b, size_t i, const struct minted *m)
{
    assert_true(i < b->count);
    assert_int_equal(b->cert[i].left, m->len);
    assert_memory_equal(b->cert[i].p, m->der, m->len);
}

static void test_java(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 2; version++)
        for (int jceks = 0; jceks < 2; jceks++) {
            struct buf j = java_make(jceks ? 0xcececece : 0xfeedfeed, version);
            struct bundle b;
            const char *says;
            assert_int_equal(keystore_read(j.data, j.len, 10, &b, &says), KEYSTORE_OPEN);
            assert_null(says);
            assert_int_equal(b.count, 2); /* what the key's chain goes on with is nobody's anchor */
            holds(&b, 0, leaf);
            holds(&b, 1, two);
            bundle_free(&b);
            assert_int_equal(keystore_read(j.data, j.len, 1, &b, &says), KEYSTORE_OPEN);
            assert_int_equal(b.count, 1);
            assert_int_equal(b.more, 1);
            bundle_free(&b);
            buf_free(&j);
        }
}

/* Cut anywhere before the digest it is damaged, and says so. */
static void test_java_damaged(void **state)
{
    (void)state;
    struct buf j = java_make(0xfeedfeed, 2);
    struct bundle b;
    const char *says;
    for (size_t n = 4; n < j.len - 20; n++) {
        assert_int_equal(keystore_read(j.data, n, 10, &b, &says), KEYSTORE_REFUSED);
        assert_non_null(says);
        assert_non_null(strstr(says, "Java keystore"));
        bundle_free(&b);
    }
    assert_int_equal(keystore_read(j.data, 3, 10, &b, &says), KEYSTORE_NONE);
    bundle_free(&b);
    j.data[7] = 9; /* the version */
    assert_int_equal(keystore_read(j.data, j.len, 10, &b, &says), KEYSTORE_REFUSED);
    bundle_free(&b);
    j.data[7] = 2;
    j.data[15] = 3; /* the first entry's kind: a secret key */
    assert_int_equal(keystore_read(j.data, j.len, 10, &b, &says), KEYSTORE_REFUSED);
    assert_non_null(strstr(says, "keytool -list -rfc"));
    bundle_free(&b);
    static const uint8_t many[] = { 0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff };
    assert_int_equal(keystore_read(many, sizeof many, 10, &b, &says), KEYSTORE_REFUSED);
    bundle_free(&b);
    static const uint8_t none[] = { 0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 0 };
    assert_int_equal(keystore_read(none, sizeof none, 10, &b, &says), KEYSTORE_OPEN);
    assert_int_equal(b.count, 0);
    bundle_free(&b);
    buf_free(&j);
}

/* --- PKCS#12, as OpenSSL and keytool write it --- */

static uint8_t *seed(const char *name, size_t *n)
{
    const char *top = getenv("abs_top_srcdir");
    char *path = mem_format("%s/tests/fuzz/seeds/fuzz_keystore/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s is missing", path);
    uint8_t *p = mem_new(16384);
    *n = fread(p, 1, 16384, f);
    fclose(f);
    free(path);
    return p;
}

static void test_files(void **state)
{
    (void)state;
    static const struct { const char *name; enum keystore what; const char *says; } rows[] = {
        { "empty.p12", KEYSTORE_OPEN, NULL },         /* AES-256, SHA-256, the empty password */
        { "changeit.p12", KEYSTORE_OPEN, NULL },
        { "with-key.p12", KEYSTORE_OPEN, NULL },      /* and a private key, which nobody looks at */
        { "java.p12", KEYSTORE_OPEN, NULL },          /* keytool -importcert */
        { "nomac.p12", KEYSTORE_OPEN, NULL },
        { "legacy.p12", KEYSTORE_OPEN, NULL },        /* RC2 with 40 bits, SHA-1 */
        { "clear.p12", KEYSTORE_OPEN, NULL },         /* certificates that are not encrypted, whatever the password */
        { "clear-secret.p12", KEYSTORE_OPEN, NULL },
        { "costly.p12", KEYSTORE_OPEN, NULL },        /* eight million rounds, but for the MAC alone */
        { "trusted.jks", KEYSTORE_OPEN, NULL },
        { "trusted.jceks", KEYSTORE_OPEN, NULL },
        { "secret.p12", KEYSTORE_REFUSED, "with a password; turn it into PEM with: openssl pkcs12 -nokeys" },
        { "costly-bag.p12", KEYSTORE_REFUSED, "more rounds than are made here" },
        { "secret-entry.jceks", KEYSTORE_REFUSED, "keytool -list -rfc" },
        { "ca.der", KEYSTORE_NONE, NULL },
    };
    size_t want_len;
    uint8_t *want = seed("ca.der", &want_len);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bundle b;
        const char *says;
        size_t n;
        uint8_t *p = seed(rows[i].name, &n);
        if (keystore_read(p, n, 10, &b, &says) != rows[i].what)
            fail_msg("%s: %s", rows[i].name, says ? says : "not what it should be");
        assert_int_equal(b.count, rows[i].what == KEYSTORE_OPEN);
        if (b.count)
            assert_true(b.cert[0].left == want_len && memcmp(b.cert[0].p, want, want_len) == 0);
        if (rows[i].says)
            assert_non_null(strstr(says, rows[i].says));
        bundle_free(&b);
        free(p);
    }
    free(want);
}

/* Cut anywhere it is no key store or a damaged one; with one byte changed it is what it is, and nothing breaks. */
static void test_files_damaged(void **state)
{
    (void)state;
    static const char *const names[] = { "empty.p12", "clear.p12", "nomac.p12", "key.jks" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bundle b;
        const char *says;
        size_t n;
        uint8_t *p = seed(names[i], &n);
        for (size_t k = 0; k < n - 20; k++) {
            assert_int_not_equal(keystore_read(p, k, 10, &b, &says), KEYSTORE_OPEN);
            bundle_free(&b);
        }
        for (size_t k = 0; k < n; k++) {
            p[k] ^= 0x15;
            keystore_read(p, n, 10, &b, &says);
            assert_true(b.count <= 1);
            bundle_free(&b);
            p[k] ^= 0x15;
        }
        free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_java),
        cmocka_unit_test(test_java_damaged),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_files_damaged),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
