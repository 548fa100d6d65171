/* client - tests of the client profiles: that each row is one a client can be, that the numbers of
 * the default row are those measured, what limits leave of a client, and the hello it sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/wire/client.h"
#include "src/wire/heard.h"
#include "src/wire/names.h"

#define LIST(...) (const uint16_t[]){ __VA_ARGS__, 0 }

static size_t length(const uint16_t *list)
{
    size_t n = 0;
    while (list[n])
        n++;
    return n;
}

static void no_number_twice(const uint16_t *list)
{
    for (size_t i = 0; list[i]; i++)
        for (size_t j = i + 1; list[j]; j++)
            assert_int_not_equal(list[i], list[j]);
}

/* Every number has a name or is a signal, and every suite fits one of the offered versions. */
static void rows_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < client_count; i++) {
        const struct client *c = &client_table[i];
        assert_true(c->name[0] && c->title[0] && c->source[0]);
        assert_non_null(version_find(c->min));
        assert_non_null(version_find(c->max));
        assert_true(c->min <= c->max);
        assert_true(!c->rsa_bits_min || c->rsa_bits_min >= 512);
        assert_true(!c->dh_bits_min || c->dh_bits_min >= 512);
        for (const uint16_t *p = c->suites; *p; p++) {
            if (suite_is_signal(*p))
                continue;
            const struct suite *s = suite_find(*p);
            assert_non_null(s);
            assert_true(s->since <= c->max && s->until >= c->min);
            assert_true(s->auth != AUTH_PSK || c->recorded); /* what nobody configured is offered by mistake only */
        }
        for (const uint16_t *p = c->groups; p && *p; p++)
            assert_true(number_is_grease(*p) || group_find(*p));
        for (const uint16_t *p = c->sigalgs; p && *p; p++)
            assert_true(number_is_grease(*p) || sigalg_find(*p));
        no_number_twice(c->suites);
        no_number_twice(c->groups ? c->groups : LIST(0)); /* of signature algorithms, Safari sends one twice */
        assert_ptr_equal(client_find(c->name), c);
    }
}

static void default_row(void **state)
{
    (void)state;
    const struct client *c = client_find(NULL);
    assert_non_null(c);
    assert_string_equal(c->name, "default");
    assert_ptr_equal(client_find("Default"), c);
    assert_null(client_find("nobody"));
    assert_int_equal(c->min, 0x0303);
    assert_int_equal(c->max, 0x0304);
    assert_int_equal(length(c->suites), 30);
    assert_int_equal(length(c->groups), 10);
    assert_int_equal(length(c->sigalgs), 20);
    assert_string_equal(suite_find(c->suites[0])->iana, "TLS_AES_256_GCM_SHA384");
    assert_string_equal(suite_find(c->suites[29])->openssl, "AES128-SHA");
    assert_string_equal(group_find(c->groups[0])->iana, "x25519");
    assert_string_equal(sigalg_find(c->sigalgs[0])->iana, "ecdsa_secp256r1_sha256");
    assert_int_equal(c->rsa_bits_min, 2048);
    assert_int_equal(c->dh_bits_min, 2048);
}

/* --- the hello a row makes --- */

static void hear_row(struct heard *heard, const char *name, const char *alpn)
{
    const struct client *c = client_find(name);
    struct client_lists keep;
    struct hello h = { .sni = c->traits & CLIENT_NO_SNI ? NULL : "www.example.com", .seed = 1 };
    struct offer o;
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(offer_make(&o, c, &(struct limits){ 0 }));
    client_hello(c, &o, alpn, &keep, &h);
    assert_true(hello_write(&h, &b));
    heard_init(heard);
    heard_feed(heard, b.data, b.len);
    assert_int_equal(heard->end, HEARD_HELLO);
    assert_null(heard->why);
    buf_free(&b);
    offer_clear(&o);
}

static char *digest_hex(gnutls_digest_algorithm_t algorithm, const char *s, int digits)
{
    uint8_t digest[64];
    struct text t = { 0 };
    assert_int_equal(gnutls_hash_fast(algorithm, s, strlen(s), digest), 0);
    for (int i = 0; i < digits / 2; i++)
        text_addf(&t, "%02x", digest[i]);
    return text_take(&t);
}

/* What others measured at the programs themselves: collections of fingerprints (Salesforce's ja3, FoxIO's ja4), the
 * signatures of curl-impersonate, captures of uTLS. Sizes are those of the message for a name of 15 bytes; JA3 of a
 * client that orders its extensions at random says nothing. */
struct fingerprint { const char *name; size_t size; const char *ja3, *ja4; };
static const struct fingerprint published[] = {
    { "chrome-72", 0, "66918128f1b9b03303d77c6f2eefd128", NULL },
    { "chrome-83", 0, "b32309a26951912be7dba376398abc3b", "t13d1515h2_8daaf6152771_de4a06bb82e3" },
    { "chrome-100", 512, "cd08e31494f9531f560d64c695473da9", "t13d1516h2_8daaf6152771_e5627efa2ab1" },
    { "chrome-120", 530, NULL, "t13d1516h2_8daaf6152771_02713d6af862" },
    { "chrome-124", 1752, NULL, "t13d1516h2_8daaf6152771_02713d6af862" },
    { "chrome-131", 1752, NULL, "t13d1516h2_8daaf6152771_02713d6af862" },
    { "chrome-135", 1752, NULL, "t13d1516h2_8daaf6152771_d8a2da3f94cd" },
    { "chrome-150", 0, NULL, "t13d1516h2_8daaf6152771_806a8c22fdea" },
    { "chrome-155", 1950, NULL, "t13d1517h2_8daaf6152771_cb7bf5808d99" },
    { "curl-windows-11", 457, "fae0e5d973c96ae1888b99538efa0363", "t13d2013h1_2b729b4bf6f3_e24568c0d440" },
    { "firefox-65", 512, "b20b44b18b853ef29ab773e921b03422", NULL },
    { "firefox-105", 512, "579ccef312d18482fc42e2b822ca2430", NULL },
    { "firefox-120", 0, "b5001237acdf006056b409cc433726b0", "t13d1715h2_5b57614c22b0_5c2c66f702b0" },
    { "firefox-132", 0, "2d692a4485ca2f5f2b10ecb2d2909ad3", "t13d1716h2_5b57614c22b0_eeeea6562960" },
    { "firefox-135", 1895, "6f7889b9fb1a62a9577e685c1fcfa919", "t13d1717h2_5b57614c22b0_3cbfd9057e0d" },
    { "firefox-156", 0, "9d42e90b0225e779f03141ddcd699df2", "t13d1517h2_8daaf6152771_3cbfd9057e0d" },
    { "safari-7", 0, "a312f9162a08eeedf7feb7a13cd7e9bb", NULL },
    { "safari-9", 0, "d4693422c5ce1565377aca25940ad80c", NULL },
    { "ats-9", 0, "84071ea96fc8a60c55fc8a405e214c0f", NULL },
    { "safari-10", 0, "f1c5cf087b959cec31bd6285407f689a", NULL },
    { "ios-14", 512, NULL, "t13d2613h2_2802a3db6c62_845d286b0d67" },
    { "safari-15", 512, "773906b0efdefa24a7f2b8eb6985bf37", "t13d2014h2_a09f3c656075_14788d8d241b" },
    { "safari-18", 512, "773906b0efdefa24a7f2b8eb6985bf37", "t13d2014h2_a09f3c656075_e42f34c56612" },
    { "safari-26", 1533, "ecdf4f49dd59effc439639da29186671", "t13d2013h2_a09f3c656075_7f0f34a4126d" },
    { "android-8", 0, "d8c87b9bfde38897979e41242626c2f3", NULL },
    { "android-10", 0, "9b02ebd3a43b62d825e1ac605b621dc8", NULL },
    { "okhttp-android-10", 0, "f79b6bad2ad0641e1921aef10262856b", "t13d1513h2_8daaf6152771_eca864cca44a" },
    { "openssl-3.5", 1543, "27718d56688425cd36a401c66147c4ee", "t13d301100_1d37bd780c83_8e6e362c5eac" },
    { "curl-openssl-3.5", 0, "32e4b8812cda0c0d50783b438492a769", "t13d3013h2_1d37bd780c83_8537cf56674e" },
    { "go-1.25", 0, "e69402f870ecf542b4f017b0ed32936a", "t13d1312h2_f57a46bbacb6_ab7e3b40a677" },
    { "go-1.26", 0, "03117a8ed39ef02427ebbc39f121275c", "t13d1312h2_f57a46bbacb6_ab7e3b40a677" },
    { "go-1.27", 0, NULL, "t13d1312h2_f57a46bbacb6_f50d94e863eb" },
    { "rustls-ring", 0, NULL, "t13d1011h2_61a7ad8aa9b6_3fcd1a44f3e3" },
    { "node-20", 0, "1a28e69016765d92e3b381168d68922c", "t13d5911h1_a33745022dd6_1f22a2ca17c4" },
    { "node-24", 0, "d67b094811e5145139d7cea5f014309f", "t13d5212h1_b262b3658495_8e6e362c5eac" },
    { "java-11", 0, "2c7b42976f538f0759bad05220ba8e2d", "t13d491100_bd868743f55c_fa269c3d986d" },
    { "rustls", 0, NULL, "t13d1011h2_61a7ad8aa9b6_f9531d972513" },
};

/* What a parser of its own made of the recordings the rows were written from, for a name of 15 bytes where one is
 * sent. */
static const struct fingerprint recorded[] = {
    { "openssl-3.0", 316, "a3afc2c46ba4a7d7fbe1cfb7a3031c2f", "t13d311000_e8f1e7e78f70_1f22a2ca17c4" },
    { "openssl-3.0-tls1.2", 207, "871a754af286dfb70c1b53c6887c62e0", "t12d280700_d943125447b4_e7e480e5a997" },
    { "curl-7.88", 512, "0149f47eabf9a20d0893e2a44e5a6323", "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6" },
    { "python-3.11", 512, "46531b76d4d69e9c86d481cf71fa4933", "t13d3113h1_e8f1e7e78f70_d339722ba4af" },
    { "python-ssl-3.11", 512, "d39e1be3241d516b1f714bd47c2bc968", "t13d311100_e8f1e7e78f70_d41ae481755e" },
    { "requests-2.28", 512, "07ff1e545ef8ab3fcf8a4dc9272221c2", "t13d4312h1_c7886603b240_b26ce05bbdd6" },
    { "node-18", 368, "0cce74b0d9b7f8528fb2181588d23793", "t13d591000_a33745022dd6_1f22a2ca17c4" },
    { "perl-5.36", 512, "428770f704845022589b515d18095279", "t13d311200_e8f1e7e78f70_ccd0985badbe" },
    { "ruby-3.1", 512, "86d37534033d9c5b60a83ff8b2fbeea3", "t13d311200_e8f1e7e78f70_d339722ba4af" },
    { "php-8.2", 512, "a468eae2a82cd86fea9fd0c541ed8ff0", "t13d751100_479067518aa3_d41ae481755e" },
    { "libpq-15", 312, "a3afc2c46ba4a7d7fbe1cfb7a3031c2f", "t13d311000_e8f1e7e78f70_1f22a2ca17c4" },
    { "nginx-1.22", 183, "fbe7e189e37a07ee33706f86bc746344", "t12i280600_d943125447b4_e7e480e5a997" },
    { "haproxy-2.6", 512, "c12b4ccd5320bbb380ca1a9df90f771d", "t13i311000_e8f1e7e78f70_d41ae481755e" },
    { "apache-2.4", 512, "86d37534033d9c5b60a83ff8b2fbeea3", "t13d311200_e8f1e7e78f70_d339722ba4af" },
    { "stunnel-5.68", 336, "0c3f0f475283706337017a6849083317", "t13d461000_0cb0c5806038_1f22a2ca17c4" },
    { "postfix-3.7", 512, "4be56435b707090b38437799f974f7ef", "t13i871000_c66346c74e42_24695f2957a7" },
    { "gnutls-3.7", 392, "f35ce21b44ac0b87d3266294bb1b0e20", "t13d291300_723694b0fccc_2cc26d266019" },
    { "curl-7.88-gnutls", 399, "8662467bc96db2d387755570446a7946", "t13d2912h2_723694b0fccc_288f874c93d6" },
    { "wget-1.21", 512, "bb4f9fef542ff6b4b29aa653bf0c1d31", "t13d291300_723694b0fccc_899037bd0b8c" },
    { "java-17", 459, "0a0d72200639a7a39887b9d81a247310", "t13d371200_db35923f8641_7c76daad20ec" },
    { "java-17-tls1.2", 302, "c6a1ca2ec5e244dddcac555d1bbb3700", "t12d341000_0ca14b6c4d46_1f7ae294493e" },
    { "java-17.0.21", 441, "adbab9d5752f7c834ec405ec92e46415", "t13d311200_1d947a95fc68_7e1102d2036b" },
    { "go-1.19", 276, "3fed133de60c35724739b913924b6c24", "t13d1910h2_9dc949149365_97f8aa674fd9" },
    { "nss-3.87", 512, "ab5db42466846be28dbb1efc688a4608", "t13d351100_948423e5275c_496733ea6893" },
    { "firefox-153-esr", 1893, "6447ab086255d194909d4013b1a89e87", "t13d1617h2_86a278354501_3cbfd9057e0d" },
    { "chromium-156", 1950, NULL, "t13d1517h2_8daaf6152771_cb7bf5808d99" },
    { "mbedtls-2.28", 301, "14a4b22e64580299d355a3a5449ef7be", "t12d800700_ee0b5a6c69b8_cdbdbcd6f742" },
    { "wolfssl-5.5", 368, "01fb80be3886db2ebe9ef291dfbe979b", "t13d600900_68b42a500d9a_bcf9c9146425" },
    { "botan-2.19", 188, "ed2005a08cb30f2c36eb426d3825a2c2", "t12d131000_d942a13a346c_d7568b01b291" },
    { "erlang-otp-25", 320, "f8064dfe18f5b04b3419bfec7661908a", "t13d490600_fb133944d0cd_188bc74aacc5" },
};

static void fingerprints_are(const struct fingerprint *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = f[i].name;
        struct heard h;
        struct text ja3 = { 0 }, first = { 0 }, second = { 0 }, third = { 0 }, ja4 = { 0 };
        hear_row(&h, name, NULL);
        heard_ja3(&h, &ja3);
        heard_ja4(&h, &first, &second, &third);
        char *md5 = digest_hex(GNUTLS_DIG_MD5, ja3.s, 32);
        char *suites = digest_hex(GNUTLS_DIG_SHA256, second.s, 12), *rest = digest_hex(GNUTLS_DIG_SHA256, third.s, 12);
        text_addf(&ja4, "%s_%s_%s", first.s, suites, rest);
        if (f[i].ja3 && strcmp(md5, f[i].ja3) != 0)
            fail_msg("%s: JA3 %s of %s", name, md5, ja3.s);
        if (f[i].ja4 && strcmp(ja4.s, f[i].ja4) != 0)
            fail_msg("%s: JA4 %s of %s %s", name, ja4.s, second.s, third.s);
        if (f[i].size && h.size != f[i].size)
            fail_msg("%s: %zu bytes", name, h.size);
        free(md5);
        free(suites);
        free(rest);
        text_free(&ja3);
        text_free(&first);
        text_free(&second);
        text_free(&third);
        text_free(&ja4);
        heard_free(&h);
    }
}

static void published_fingerprints(void **state)
{
    (void)state;
    fingerprints_are(published, sizeof published / sizeof *published);
}

static void recorded_fingerprints(void **state)
{
    (void)state;
    size_t rows = 0;
    fingerprints_are(recorded, sizeof recorded / sizeof *recorded);
    for (size_t i = 0; i < client_count; i++)
        rows += client_table[i].recorded;
    assert_int_equal(rows, sizeof recorded / sizeof *recorded + 1); /* and "default" */
}

/* What people type, read and sort by. */
static void rows_are_neat(void **state)
{
    (void)state;
    assert_true(client_count >= 25);
    for (size_t i = 0; i < client_count; i++) {
        const struct client *c = &client_table[i];
        assert_int_equal(strspn(c->name, "abcdefghijklmnopqrstuvwxyz0123456789.-"), strlen(c->name));
        assert_in_range(strlen(c->name), 1, 18); /* as wide as its column */
        assert_in_range(strlen(c->title), 1, 70);
        assert_true(strlen(c->source) > 10);
        assert_true(!c->since || (strspn(c->since, "0123456789-") == strlen(c->since) &&
                                  (strlen(c->since) == 4 || strlen(c->since) == 7)));
        assert_true(c->suites[0] && (!c->groups || c->groups[0]) && (!c->sigalgs || c->sigalgs[0]));
        assert_true(!c->rsa_bits_max || c->rsa_bits_max > c->rsa_bits_min);
        assert_true(!c->dh_bits_max || c->dh_bits_max > c->dh_bits_min);
        for (size_t j = 0; j < c->order_count; j++)
            for (size_t k = j + 1; k < c->order_count; k++)
                assert_int_not_equal(c->order[j], c->order[k]);
    }
}

/* --- limits --- */

/* A range and a list in words: "0303-0304 1302 1301". */
static char *offer_words(const struct offer *o, const uint16_t *list)
{
    struct text t = { 0 };
    text_addf(&t, "%04x-%04x", o->min, o->max);
    for (; *list; list++)
        text_addf(&t, " %04x", *list);
    return text_take(&t);
}

/* A client of TLS 1.2 and 1.3 with one suite of each, and one that is older. */
static const struct client small = {
    .name = "small", .min = 0x0303, .max = 0x0304, .suites = LIST(0x1301, 0xc02f, 0x002f),
    .groups = LIST(0x001d, 0x11ec), .sigalgs = LIST(0x0804), .rsa_bits_min = 1024, .dh_bits_min = 512,
};

static const struct { uint16_t min, max; const uint16_t *suites; const char *want; } limited[] = {
    { 0, 0, NULL, "0303-0304 1301 c02f 002f" },
    { 0x0304, 0, NULL, "0304-0304 1301" },
    { 0, 0x0303, NULL, "0303-0303 c02f 002f" },
    { 0, 0x0301, NULL, "0301-0301 002f" },              /* the other end moves along */
    { 0x0301, 0, NULL, "0301-0304 1301 c02f 002f" },
    { 0x0300, 0x0302, NULL, "0300-0302 002f" },
    { 0, 0, LIST(0x002f), "0303-0303 002f" },           /* narrowed */
    { 0, 0, LIST(0x1302), "0304-0304 1302" },
    { 0x0300, 0, LIST(0xc02f, 0x1302), "0303-0304 c02f 1302" },
    { 0, 0, LIST(0x0009), "0302-0302 0009" },           /* DES: moved to the highest that may use it */
    { 0, 0, LIST(0x0009, 0x002f), "0303-0303 002f" },   /* what the range can't use goes */
    { 0x0301, 0x0304, LIST(0x0009, 0x1301), "0301-0304 0009 1301" },
    { 0, 0, LIST(0xcffe), "0303-0304 cffe" },           /* nobody knows which versions may use it */
};

static void limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++) {
        struct offer o;
        struct limits l = { .min = limited[i].min, .max = limited[i].max, .suites = limited[i].suites, .size = i };
        assert_true(offer_make(&o, &small, &l));
        char *words = offer_words(&o, o.suites);
        assert_string_equal(words, limited[i].want);
        assert_int_equal(o.size, i);
        free(words);
        offer_clear(&o);
        assert_null(o.suites);
    }
}

static const struct { uint16_t min, max; const uint16_t *suites; const char *asked; } nothing_left[] = {
    { 0x0304, 0, LIST(0x002f), "0304-0304" }, { 0, 0x0303, LIST(0x1301), "0303-0303" },
    { 0x0303, 0, LIST(0x0009), "0303-0304" }, { 0, 0x0301, LIST(0xc02f), "0301-0301" },
};

static void limits_that_leave_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nothing_left / sizeof *nothing_left; i++) {
        struct offer o;
        struct limits l = { .min = nothing_left[i].min, .max = nothing_left[i].max, .suites = nothing_left[i].suites };
        assert_false(offer_make(&o, &small, &l));
        char *words = offer_words(&o, o.suites);
        assert_string_equal(words, nothing_left[i].asked);
        free(words);
        offer_clear(&o);
    }
}

/* A profile's groups go with the versions; those asked for by name stay. */
static void limited_groups(void **state)
{
    (void)state;
    struct offer o, named;
    offer_make(&o, &small, &(struct limits){ .max = 0x0303 });
    offer_make(&named, &small, &(struct limits){ .max = 0x0303, .groups = LIST(0x11ec), .sigalgs = LIST(0x0401, 0x0201) });
    char *own = offer_words(&o, o.groups), *asked = offer_words(&named, named.groups), *signs = offer_words(&named, named.sigalgs);
    assert_string_equal(own, "0303-0303 001d");
    assert_string_equal(asked, "0303-0303 11ec");
    assert_string_equal(signs, "0303-0303 0401 0201");
    free(own);
    free(asked);
    free(signs);
    offer_clear(&o);
    offer_clear(&named);
}

static void equal_offers(void **state)
{
    (void)state;
    const struct limits differ[] = {
        { .max = 0x0303 }, { .min = 0x0302 }, { .suites = LIST(0x1301, 0xc02f) }, { .suites = LIST(0xc02f, 0x1301, 0x002f) },
        { .groups = LIST(0x001d) }, { .groups = LIST(0x001d, 0x11ec, 0x0017) }, { .sigalgs = LIST(0x0805) },
    };
    struct offer a, b;
    offer_make(&a, &small, &(struct limits){ 0 });
    offer_make(&b, &small, &(struct limits){ .size = 700, .groups = LIST(0x001d, 0x11ec) });
    assert_true(offer_equal(&a, &b));
    offer_clear(&b);
    for (size_t i = 0; i < sizeof differ / sizeof *differ; i++) {
        offer_make(&b, &small, &differ[i]);
        assert_false(offer_equal(&a, &b));
        assert_false(offer_equal(&b, &a));
        offer_clear(&b);
    }
    offer_clear(&a);
}

/* --- old clients --- */

static const char *const old_names[] = {
    "windows-xp-ie6", "windows-xp", "windows-7", "windows-7-tls12", "ie-11-windows-7", "windows-8.1", "windows-10-1607",
    "windows-10-1809", "dotnet-4.5", "java-6", "java-7", "java-8", "java-8u161", "android-2.3", "android-4.0",
    "android-4.4", "android-5", "android-7", "openssl-0.9.8", "openssl-0.9.8-ssl2", "openssl-1.0.1", "openssl-1.0.2",
    "python-2.7", "mono", "iot-static-rsa",
};

static bool listed(const uint16_t *list, uint16_t number)
{
    for (; list && *list; list++)
        if (*list == number)
            return true;
    return false;
}

static bool ordered(const struct client *c, uint16_t type)
{
    for (size_t i = 0; i < c->order_count; i++)
        if (c->order[i] == type)
            return true;
    return false;
}

/* Suites (not signals) of this key exchange; KX_TLS13 and the like included. */
static size_t suites_of(const struct client *c, enum suite_kx kx)
{
    size_t n = 0;
    for (const uint16_t *p = c->suites; *p; p++)
        n += suite_find(*p) && suite_find(*p)->kx == kx;
    return n;
}

/* What follows from a client's age: nothing of TLS 1.3, signature algorithms where and only where it knows TLS 1.2,
 * curves where and only where a suite needs one, and each of them in an extension. */
static void old_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof old_names / sizeof *old_names; i++) {
        const struct client *c = client_find(old_names[i]);
        assert_non_null(c);
        assert_true(!c->recorded && c->max <= 0x0303);
        assert_true(!c->versions && !c->shares && !suites_of(c, KX_TLS13) && !ordered(c, 43) && !ordered(c, 51));
        assert_int_equal(c->sigalgs != NULL, c->max == 0x0303);
        assert_int_equal(c->groups != NULL, suites_of(c, KX_ECDHE) + suites_of(c, KX_ECDH) > 0);
        assert_true(c->ssl2_form || c->order);
        assert_int_equal(ordered(c, 10), c->groups != NULL);
        assert_int_equal(ordered(c, 11), c->groups != NULL);
        assert_int_equal(ordered(c, 13), c->sigalgs != NULL);
        assert_int_equal(ordered(c, 0), !(c->traits & CLIENT_NO_SNI));
        assert_int_equal(c->ssl2_form, c->kind_count > 0);
        assert_true(!c->roots || (c->roots >= 2010 && c->roots <= 2016));
    }
}

static void what_old_clients_are_known_for(void **state)
{
    (void)state;
    const struct client *xp = client_find("windows-xp"), *ie6 = client_find("windows-xp-ie6");
    assert_true(xp->traits & CLIENT_NO_SNI && !xp->groups && xp->max == 0x0301);
    assert_int_equal(suites_of(xp, KX_ECDHE), 0);
    assert_true(ie6->max == 0x0300 && !(ie6->digests & CLIENT_SHA2) && xp->digests & CLIENT_SHA2);
    assert_int_equal(client_find("java-6")->dh_bits_max, 1024);
    assert_int_equal(client_find("java-7")->dh_bits_max, 1024);
    assert_true(client_find("java-7")->traits & CLIENT_NAME_WARNING && suites_of(client_find("java-6"), KX_ECDHE) == 0);
    assert_int_equal(length(client_find("android-7")->groups), 1);
    for (size_t i = 0; i < 3; i++) { /* no ECDHE_RSA with GCM before Windows 10 */
        const char *windows[] = { "windows-7-tls12", "ie-11-windows-7", "windows-8.1" };
        const uint16_t *suites = client_find(windows[i])->suites;
        assert_false(listed(suites, 0xc02f) || listed(suites, 0xc030));
    }
    assert_true(listed(client_find("windows-10-1809")->suites, 0xc02f));
    assert_int_equal(suites_of(client_find("windows-10-1809"), KX_DHE), 2);
    assert_int_equal(suites_of(client_find("go-1.22"), KX_RSA), 0);
    assert_true(listed(client_find("go-1.24")->shares, 0x11ec) && listed(client_find("java-8u341")->suites, 0x1301));
    assert_int_equal(suites_of(client_find("iot-static-rsa"), KX_RSA), length(client_find("iot-static-rsa")->suites));
}

/* A documented row says whose pages its numbers stand in. */
static void documented_rows_name_their_source(void **state)
{
    (void)state;
    static const char *const whose[] = {
        "SSL Labs", "Microsoft", "OpenJDK", "OpenSSL", "Mono", "axTLS", "p0f", "Go's", "JA3", "CPython", "Mozilla",
        "Chrom", "Apple", "uTLS", "curl", "golang/go", "rustls", "bogdanfinn", "dep4/rosso", "impersonator", "RFC",
    };
    for (size_t i = 0; i < client_count; i++) {
        bool named = client_table[i].recorded;
        for (size_t j = 0; j < sizeof whose / sizeof *whose; j++)
            named = named || strstr(client_table[i].source, whose[j]);
        assert_true(named);
    }
}

/* Some extensions can't be empty, and only a row knows what is in them. */
static void bodies_where_they_are_needed(void **state)
{
    (void)state;
    const uint16_t needed[] = { 17, 27, 28, 50 };
    for (size_t i = 0; i < client_count; i++)
        for (size_t j = 0; j < sizeof needed / sizeof *needed; j++) {
            const struct client *c = &client_table[i];
            size_t found = 0;
            for (size_t k = 0; k < c->body_count; k++)
                found += c->body[k].type == needed[j] && c->body[k].n >= 2;
            assert_int_equal(found, ordered(c, needed[j]));
        }
}

/* The fingerprints that others have published of the same clients: p0f's for Windows, Android 2.3 and OpenSSL 0.9.8
 * (its numbers in decimal, and no server name), JA3 for the rest. */
static const struct { const char *name, *alpn, *ja3; } old_published[] = {
    { "windows-xp", NULL, "769,4-5-10-9-100-98-3-6-19-18-99,65281,," },
    { "windows-7", NULL, "769,47-53-5-10-49171-49172-49161-49162-50-56-19-4,65281-0-5-10-11,23-24,0" },
    { "android-2.3", NULL, "769,4-5-47-51-50-10-22-19-9-21-18-3-8-20-17-255,,," },
    { "openssl-0.9.8", NULL, "769,57-56-53-22-19-10-51-50-47-7-5-4-21-18-9-20-17-8-6-3-255,0-35,," },
    { "android-7", "http/1.1", "771,49195-49196-52393-49199-49200-52392-158-159-49161-49162-49171-49172-51-57-156-157-"
      "47-53,65281-0-23-35-13-16-11-10,23,0" },
    { "openssl-1.1.1", NULL, "771,4866-4867-4865-49196-49200-159-52393-52392-52394-49195-49199-158-49188-49192-107-"
      "49187-49191-103-49162-49172-57-49161-49171-51-157-156-61-60-53-47-255,0-11-10-35-22-23-13-43-45-51,"
      "29-23-30-25-24,0-1-2" },
    { "go-1.23", NULL, "771,49195-49199-49196-49200-52393-52392-49161-49171-49162-49172-4865-4866-4867,0-11-65281-23-"
      "18-5-10-13-16-43-51,25497-29-23-24-25,0" },
    { "go-1.24", NULL, "771,49195-49199-49196-49200-52393-52392-49161-49171-49162-49172-4865-4866-4867,0-11-65281-23-"
      "18-5-10-13-16-43-51,4588-29-23-24-25,0" },
};

static void fingerprints_of_old_clients(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof old_published / sizeof *old_published; i++) {
        struct heard heard;
        struct text t = { 0 };
        hear_row(&heard, old_published[i].name, old_published[i].alpn);
        heard_ja3(&heard, &t);
        char *ja3 = text_take(&t);
        assert_string_equal(ja3, old_published[i].ja3);
        free(ja3);
        heard_free(&heard);
    }
}

/* Every old client's hello is one: it is heard as what the row says. */
static void old_hellos_are_heard(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof old_names / sizeof *old_names; i++) {
        const struct client *c = client_find(old_names[i]);
        struct heard heard;
        hear_row(&heard, c->name, NULL);
        assert_int_equal(heard.hello.ssl2_form, c->ssl2_form);
        assert_int_equal(heard.max, c->max);
        assert_int_equal(heard.hello.kind_count, c->kind_count);
        assert_int_equal(length(heard.hello.suites), length(c->suites));
        for (size_t j = 0; c->suites[j]; j++)
            assert_int_equal(heard.hello.suites[j], c->suites[j]);
        heard_free(&heard);
    }
}

/* --- a client's hello --- */

#define ORDER(...) .order = (const uint16_t[]){ __VA_ARGS__ }, \
    .order_count = sizeof (const uint16_t[]){ __VA_ARGS__ } / sizeof(uint16_t)
static const struct hello_extension spoken_bodies[] = {
    { 11, "\3\0\1\2", 4 }, { 51, "\0\5\0\x1d\0\1x", 7 }, { 0x4a4a, NULL, 3 }, { 10, "\0\2\0\x1d", 4 },
};
/* One that sends GREASE and signals, an extension nobody knows, and bodies of its own. */
static const struct client spoken = {
    .name = "spoken", .min = 0x0301, .max = 0x0304, .record = 0x0301, .session_id = 32,
    .suites = LIST(0x8a8a, 0x1301, 0xc02f, 0x002f, 0x0005, 0x00ff, 0x5600),
    .groups = LIST(0x3a3a, 0x11ec, 0x001d), .sigalgs = LIST(0x5a5a, 0x0804),
    .versions = LIST(0x6a6a, 0x0304, 0x0303), .shares = LIST(0x3a3a, 0x001d), .alpn = "h2+http/1.1",
    ORDER(0x2a2a, 0, 51, 11, 0x4a4a, 16, 43, 10, 13, 21), .body = spoken_bodies, .body_count = 4, .size = 400,
};

static bool list_is(const uint16_t *a, const uint16_t *b)
{
    if (!a || !b)
        return a == b;
    return length(a) == length(b) && memcmp(a, b, length(a) * sizeof *a) == 0;
}

/* What it chooses among has no signals and no GREASE; what it sends has them. */
static void offers_without_signals(void **state)
{
    (void)state;
    struct offer o;
    assert_true(offer_make(&o, &spoken, &(struct limits){ 0 }));
    assert_true(list_is(o.suites, LIST(0x1301, 0xc02f, 0x002f, 0x0005)));
    assert_true(list_is(o.groups, LIST(0x11ec, 0x001d)));
    assert_true(list_is(o.sigalgs, LIST(0x0804)));
    assert_false(o.limited);
    assert_int_equal(o.size, 400);
    offer_clear(&o);
    /* a signal leaves no version of the range possible */
    const struct client signals = { .min = 0x0301, .max = 0x0303, .suites = LIST(0x00ff, 0x5600, 0x1a1a) };
    assert_false(offer_make(&o, &signals, &(struct limits){ 0 }));
    assert_int_equal(length(o.suites), 0);
    offer_clear(&o);
}

static void whole_hello(void **state)
{
    (void)state;
    struct offer o;
    struct client_lists keep;
    struct hello h = { .sni = "a.org", .seed = 5 };
    assert_true(offer_make(&o, &spoken, &(struct limits){ 0 }));
    client_hello(&spoken, &o, NULL, &keep, &h);
    assert_int_equal(h.version, 0x0303);
    assert_true(h.suites == spoken.suites && h.groups == spoken.groups && h.sigalgs == spoken.sigalgs);
    assert_true(h.versions == spoken.versions && h.shares == spoken.shares && h.order == spoken.order);
    assert_true(h.extra == spoken_bodies && h.extra_count == 4 && h.order_count == 10);
    assert_int_equal(h.with, 0);
    assert_int_equal(h.size, 400);
    assert_string_equal(h.alpn, "h2+http/1.1");
    assert_string_equal(h.sni, "a.org"); /* the caller's */
    assert_int_equal(h.seed, 5);
    client_hello(&spoken, &o, "none", &keep, &h);
    assert_null(h.alpn);
    client_hello(&spoken, &o, "http/1.1", &keep, &h);
    assert_string_equal(h.alpn, "http/1.1");
    assert_true(h.order == spoken.order);
    offer_clear(&o);
}

/* Limits take the place of its lists, also where it sends them as a body of its own. */
static void limited_hello(void **state)
{
    (void)state;
    struct offer o;
    struct client_lists keep;
    struct hello h = { .seed = 5 };
    assert_true(offer_make(&o, &spoken, &(struct limits){ .suites = LIST(0x1301, 0xc02f, 0x00ff) }));
    client_hello(&spoken, &o, NULL, &keep, &h);
    assert_true(list_is(h.suites, LIST(0x1301, 0xc02f)));
    assert_true(list_is(h.groups, LIST(0x11ec, 0x001d)));
    assert_true(list_is(h.versions, LIST(0x0304, 0x0303)));
    assert_true(list_is(h.shares, LIST(0x11ec)));
    assert_int_equal(h.extra_count, 2);
    assert_int_equal(h.extra[0].type, 11);
    assert_int_equal(h.extra[1].type, 0x4a4a);
    assert_int_equal(h.order[h.order_count - 1], 45); /* which TLS 1.3 asks for, and it did not send */
    assert_int_equal(h.order_count, 11);
    offer_clear(&o);
    h = (struct hello){ .seed = 5 };
    assert_true(offer_make(&o, &spoken, &(struct limits){ .max = 0x0303 }));
    client_hello(&spoken, &o, NULL, &keep, &h);
    assert_int_equal(h.version, 0x0303);
    assert_true(h.versions == NULL && h.shares == NULL);
    assert_true(list_is(h.groups, LIST(0x001d)));
    offer_clear(&o);
    h = (struct hello){ .seed = 5 };
    assert_true(offer_make(&o, &spoken, &(struct limits){ .min = 0x0300, .max = 0x0300 }));
    client_hello(&spoken, &o, NULL, &keep, &h);
    assert_true(h.order == NULL && h.extra_count == 0);
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(&h, &b)); /* SSL 3.0: nothing after the compression methods */
    assert_int_equal(b.len, 5 + 4 + 2 + 32 + 1 + 32 + 2 + 4 + 2);
    buf_free(&b);
    offer_clear(&o);
}

/* What a person asks for and the client never sends gets a place in its order. */
static void hello_with_more(void **state)
{
    (void)state;
    const struct client plain = { .name = "plain", .min = 0x0301, .max = 0x0303, .suites = LIST(0xc02f, 0x002f),
                                         .groups = LIST(0x0017), ORDER(10, 23) };
    struct offer o;
    struct client_lists keep;
    struct hello h = { .seed = 5 };
    assert_true(offer_make(&o, &plain, &(struct limits){ 0 }));
    client_hello(&plain, &o, "h2", &keep, &h);
    assert_int_equal(h.order_count, 3);
    assert_int_equal(h.order[2], 16);
    client_hello(&plain, &o, "none", &keep, &h);
    assert_true(h.order == plain.order);
    assert_true(h.versions == NULL && h.shares == NULL);
    offer_clear(&o);
    h = (struct hello){ .seed = 5 };
    assert_true(offer_make(&o, &plain, &(struct limits){ .suites = LIST(0x1301, 0xc02f), .max = 0x0304,
                                                         .sigalgs = LIST(0x0804) }));
    client_hello(&plain, &o, NULL, &keep, &h);
    static const uint16_t order[] = { 10, 23, 13, 43, 45, 51 };
    assert_int_equal(h.order_count, 6);
    assert_memory_equal(h.order, order, sizeof order);
    assert_true(list_is(h.shares, LIST(0x0017)));
    offer_clear(&o);
}

/* Each known client's own hello can be written, and a limited one, too. */
static void rows_write_hellos(void **state)
{
    (void)state;
    for (size_t i = 0; i < client_count; i++)
        for (uint16_t max = 0; max <= 0x0304; max = max ? max + 1 : 0x0300) {
            struct offer o;
            struct client_lists keep;
            struct hello h = { .sni = "example.org" };
            struct buf b;
            buf_init(&b, HELLO_BYTES_MAX);
            if (offer_make(&o, &client_table[i], &(struct limits){ .max = max })) {
                client_hello(&client_table[i], &o, NULL, &keep, &h);
                assert_true(hello_write(&h, &b));
                assert_true(b.len > 40);
            } else {
                assert_int_not_equal(max, 0); /* unlimited, each offers something */
            }
            buf_free(&b);
            offer_clear(&o);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_without_signals),
        cmocka_unit_test(whole_hello),
        cmocka_unit_test(limited_hello),
        cmocka_unit_test(hello_with_more),
        cmocka_unit_test(rows_write_hellos),
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(default_row),
        cmocka_unit_test(rows_are_neat),
        cmocka_unit_test(published_fingerprints),
        cmocka_unit_test(recorded_fingerprints),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_that_leave_nothing),
        cmocka_unit_test(limited_groups),
        cmocka_unit_test(equal_offers),
        cmocka_unit_test(old_rows),
        cmocka_unit_test(what_old_clients_are_known_for),
        cmocka_unit_test(documented_rows_name_their_source),
        cmocka_unit_test(bodies_where_they_are_needed),
        cmocka_unit_test(fingerprints_of_old_clients),
        cmocka_unit_test(old_hellos_are_heard),
    };
    return cmocka_run_group_tests_name("wire/client", tests, NULL, NULL);
}
