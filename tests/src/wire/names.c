/* names - tests of the tables of names: their order, that names lead back to their numbers, and
 * the same facts derived a second way: from OpenSSL at test time, and from lists copied by hand
 * from the RFCs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/wire/names.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

/* Each name of a table means one row only, whatever column it stands in. */
static void unique(const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; names[i] && j < n; j++)
            if (names[j] && strcasecmp(names[i], names[j]) == 0)
                fail_msg("%s stands twice in a table", names[i]);
}

static void versions(void **state)
{
    (void)state;
    assert_int_equal(version_count, 5);
    for (size_t i = 0; i < version_count; i++) {
        const struct version *v = &version_table[i];
        assert_int_equal(v->number, 0x0300 + i);
        assert_ptr_equal(version_find(v->number), v);
        assert_ptr_equal(version_by_word(v->word), v);
        assert_ptr_equal(version_by_word(v->title), v);
        assert_ptr_equal(version_by_word(v->openssl + 1), v);
        assert_ptr_equal(version_by_word(v->protocol), v);
        assert_true(strncmp(v->protocol, i ? "TLSv1" : "SSLv3", 5) == 0);
    }
    assert_null(version_find(0x0305));
    assert_null(version_find(0x0200));
}

static void version_words(void **state)
{
    static const struct { const char *word; uint16_t number; } good[] = {
        { "tls12", 0x0303 }, { "TLSv1.2", 0x0303 }, { "1.2", 0x0303 }, { "TLS1.2", 0x0303 },
        { "TLS 1.3", 0x0304 }, { "tlsv1", 0x0301 }, { "TLSv1_1", 0x0302 }, { "SSLv3", 0x0300 },
        { "1.0", 0x0301 }, { "TLS10", 0x0301 },
    };
    static const char *const bad[] = {
        "", "tls", "1", "2", "tls1.4", "tls1.20", "1.2.3", "sslv2", "ssl1.2", "DTLS1.2", "tls12x",
        "tls1.2 and a great deal more than any version has",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const struct version *v = version_by_word(good[i].word);
        assert_non_null(v);
        assert_int_equal(v->number, good[i].number);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        if (version_by_word(bad[i]))
            fail_msg("\"%s\" was taken for a version", bad[i]);
    assert_null(version_by_word(NULL));
}

static void suites(void **state)
{
    (void)state;
    static const char *names[2000];
    char hex[NAME_LEN];
    assert_true(suite_count > 380 && suite_count <= COUNT(names) / 2);
    for (size_t i = 0; i < suite_count; i++) {
        const struct suite *s = &suite_table[i];
        if (i)
            assert_true(s[-1].number < s->number);
        assert_ptr_equal(suite_find(s->number), s);
        assert_ptr_equal(suite_by_name(s->iana), s);
        if (s->openssl)
            assert_ptr_equal(suite_by_name(s->openssl), s);
        assert_string_equal(suite_name(s->number, hex), s->iana);
        assert_true(s->since <= s->until && s->until <= 0x0304);
        assert_int_equal(s->kx == KX_TLS13, s->since == 0x0304);
        names[2 * i] = s->iana;
        /* OpenSSL's names of the TLS 1.3 suites are IANA's. */
        names[2 * i + 1] = s->openssl && strcmp(s->openssl, s->iana) ? s->openssl : NULL;
    }
    unique(names, 2 * suite_count);
}

static void suite_unknown(void **state)
{
    (void)state;
    char hex[NAME_LEN];
    assert_null(suite_find(0x0a0a));
    assert_null(suite_find(0xffff));
    assert_string_equal(suite_name(0x0a0a, hex), "0x0a0a");
    assert_null(suite_by_name("TLS_"));
    assert_null(suite_by_name(""));
    assert_null(suite_by_name(NULL));
    assert_int_equal(suite_by_name("tls_aes_128_gcm_sha256")->number, 0x1301);
    assert_int_equal(suite_by_name("ecdhe-rsa-aes128-gcm-sha256")->number, 0xc02f);
}

/* What the name says about the key exchange must be what the columns say. */
static void suite_columns(void **state)
{
    static const struct { const char *begins; uint8_t kx, auth; } rule[] = {
        { "TLS_RSA_WITH_", KX_RSA, AUTH_RSA }, { "TLS_RSA_EXPORT_", KX_RSA, AUTH_RSA },
        { "TLS_DH_RSA_", KX_DH, AUTH_RSA }, { "TLS_DH_DSS_", KX_DH, AUTH_DSS },
        { "TLS_DHE_RSA_", KX_DHE, AUTH_RSA }, { "TLS_DHE_DSS_", KX_DHE, AUTH_DSS },
        { "TLS_DH_anon_", KX_DHE, AUTH_ANON }, { "TLS_ECDH_anon_", KX_ECDHE, AUTH_ANON },
        { "TLS_ECDH_RSA_", KX_ECDH, AUTH_RSA }, { "TLS_ECDH_ECDSA_", KX_ECDH, AUTH_ECDSA },
        { "TLS_ECDHE_RSA_", KX_ECDHE, AUTH_RSA }, { "TLS_ECDHE_ECDSA_", KX_ECDHE, AUTH_ECDSA },
        { "TLS_PSK_WITH_", KX_PSK, AUTH_PSK }, { "TLS_RSA_PSK_", KX_RSA, AUTH_PSK },
        { "TLS_DHE_PSK_", KX_DHE, AUTH_PSK }, { "TLS_ECDHE_PSK_", KX_ECDHE, AUTH_PSK },
        { "TLS_KRB5_", KX_OTHER, AUTH_OTHER }, { "TLS_AES_", KX_TLS13, AUTH_ANY },
        { "TLS_CHACHA20_", KX_TLS13, AUTH_ANY },
    };
    (void)state;
    for (size_t r = 0; r < COUNT(rule); r++) {
        size_t hits = 0;
        for (size_t i = 0; i < suite_count; i++) {
            const struct suite *s = &suite_table[i];
            if (strncmp(s->iana, rule[r].begins, strlen(rule[r].begins)) != 0)
                continue;
            hits++;
            if (s->kx != rule[r].kx || s->auth != rule[r].auth)
                fail_msg("%s has other columns than its name says", s->iana);
        }
        assert_true(hits > 0);
    }
}

/* The protocol version OpenSSL prints is the first that may use a suite. */
static uint16_t openssl_since(const char *word)
{
    return strcmp(word, "SSLv3") == 0 ? 0x0300 : strcmp(word, "TLSv1") == 0 ? 0x0301 :
           strcmp(word, "TLSv1.2") == 0 ? 0x0303 : strcmp(word, "TLSv1.3") == 0 ? 0x0304 : 0;
}

static void suites_as_openssl(void **state)
{
    (void)state;
    FILE *f = popen("openssl ciphers -V -stdname ALL:COMPLEMENTOFALL:@SECLEVEL=0 2>/dev/null", "r");
    assert_non_null(f);
    char line[512], iana[128], openssl[128], since[16];
    unsigned high, low;
    size_t seen = 0;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, " 0x%x,0x%x - %127s - %127s %15s", &high, &low, iana, openssl, since) != 5)
            continue;
        const struct suite *s = suite_find((uint16_t)(high << 8 | low));
        if (!s)
            fail_msg("%s is missing", iana);
        assert_string_equal(s->iana, iana);
        if (strcmp(openssl, iana) != 0)
            assert_string_equal(s->openssl, openssl);
        assert_int_equal(s->since, openssl_since(since));
        seen++;
    }
    int status = pclose(f);
    if (status != 0) {
        print_message("# openssl is not installed or too old for -stdname\n");
        return;
    }
    assert_true(seen > 20);
}

static size_t likely_at(uint16_t number)
{
    size_t i = 0;
    while (suite_likely[i] && suite_likely[i] != number)
        i++;
    return i;
}

static bool suite_late(const struct suite *s)
{
    return s->auth == AUTH_ANON || s->auth == AUTH_PSK;
}

static void suites_likely(void **state)
{
    (void)state;
    size_t n = likely_at(0), tls13 = 0;
    assert_in_range(n, 150, 200);
    for (size_t i = 0; i < n; i++) {
        const struct suite *s = suite_find(suite_likely[i]), *last = i ? suite_find(suite_likely[i - 1]) : s;
        assert_non_null(s);
        assert_false(suite_is_signal(s->number));
        assert_int_equal(likely_at(s->number), i); /* not twice */
        tls13 += s->kx == KX_TLS13;
        assert_true((s->kx == KX_TLS13) == (i < tls13));
        assert_false(suite_late(last) && !suite_late(s));
        assert_false(last->auth == AUTH_PSK && s->auth != AUTH_PSK);
    }
    /* What servers have by default is among the first 60 of its version. */
    static const char *const usual[] = {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_MD5",
        "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
    };
    for (size_t i = 0; i < COUNT(usual); i++)
        assert_in_range(likely_at(suite_by_name(usual[i])->number), tls13, tls13 + 59);
}

static void suite_signals(void **state)
{
    (void)state;
    unsigned signals = 0;
    for (unsigned number = 0; number <= 0xffff; number++)
        signals += suite_is_signal((uint16_t)number);
    assert_int_equal(signals, 3 + 16);
    assert_true(suite_is_signal(0x0000) && suite_is_signal(0x00ff) && suite_is_signal(0x5600));
    for (unsigned i = 0; i < 16; i++) { /* RFC 8701 section 2 */
        uint16_t grease = (uint16_t)(0x0a0a + 0x1010 * i);
        assert_true(suite_is_signal(grease));
        assert_null(suite_find(grease));
    }
    assert_false(suite_is_signal(0x0a1a));
    assert_false(suite_is_signal(0x1301));
}

/* OpenSSL's own order is kept among the suites that servers have by default, and only SRP and odd
 * pre-shared key suites of its list are missing. */
static void suites_likely_as_openssl(void **state)
{
    (void)state;
    FILE *f = popen("openssl ciphers -V ALL:COMPLEMENTOFALL:@SECLEVEL=0 2>/dev/null", "r");
    assert_non_null(f);
    char line[512];
    unsigned high, low;
    size_t end = likely_at(0), cbc = likely_at(0x002f), before = 0;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, " 0x%x,0x%x", &high, &low) != 2)
            continue;
        uint16_t number = (uint16_t)(high << 8 | low);
        size_t at = likely_at(number);
        const char *name = suite_find(number)->iana;
        if (at == end && !strstr(name, "SRP") && !strstr(name, "PSK"))
            fail_msg("%s is not among the likely suites", name);
        if (at > cbc)
            continue;
        assert_true(at >= before);
        before = at;
    }
    if (pclose(f) != 0)
        print_message("# openssl is not installed\n");
}

static void groups(void **state)
{
    (void)state;
    static const char *names[200];
    char hex[NAME_LEN];
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];
        if (i)
            assert_true(g[-1].number < g->number);
        assert_ptr_equal(group_find(g->number), g);
        assert_ptr_equal(group_by_name(g->iana), g);
        if (g->openssl)
            assert_ptr_equal(group_by_name(g->openssl), g);
        assert_string_equal(group_name(g->number, hex), g->iana);
        bool ffdhe = g->number >= 0x0100 && g->number <= 0x01ff;
        assert_int_equal(strcmp(g->kind, "ffdhe") == 0, ffdhe);
        bool pq = strstr(g->iana, "MLKEM") || strstr(g->iana, "Kyber");
        assert_int_equal(strcmp(g->kind, "pq") == 0, pq);
        assert_true(g->since <= g->until && g->since >= 0x0301 && g->until <= 0x0304);
        assert_true(!pq || g->since == 0x0304);
        names[2 * i] = g->iana;
        names[2 * i + 1] = g->openssl && strcasecmp(g->openssl, g->iana) ? g->openssl : NULL;
    }
    unique(names, 2 * group_count);
    assert_string_equal(group_name(0x1a1a, hex), "0x1a1a");
    assert_null(group_by_name("nothing"));
    assert_null(group_by_name(NULL));
}

/* The groups of RFC 8446 section 4.2.7 and those that came since are what TLS 1.3 has; those with
 * "tls13" in their names, and what was invented for it, are all that TLS 1.2 has not. */
static void group_eras(void **state)
{
    static const uint16_t both[] = {
        0x0017, 0x0018, 0x0019, 0x001d, 0x001e, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
    };
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < COUNT(both); i++)
        assert_true(group_find(both[i])->since == 0x0301 && group_find(both[i])->until == 0x0304);
    for (size_t i = 0; i < group_count; i++) {
        const struct group *g = &group_table[i];
        n += g->since < 0x0304 && g->until == 0x0304;
        if (strstr(g->iana, "tls13"))
            assert_int_equal(g->since, 0x0304);
        if (g->number < 0x0017 || (g->number >= 0x001a && g->number <= 0x001c))
            assert_int_equal(g->until, 0x0303);
    }
    assert_int_equal(n, COUNT(both));
}

/* RFC 8446 section 4.2.3: what TLS 1.3 signs handshakes with; RFC 9963: the legacy schemes are the client's. */
static void sigalg_eras(void **state)
{
    (void)state;
    for (size_t i = 0; i < sigalg_count; i++) {
        const struct sigalg *s = &sigalg_table[i];
        bool legacy = strstr(s->iana, "_legacy"), pkcs1 = strncmp(s->iana, "rsa_pkcs1_", 10) == 0;
        bool weak = strstr(s->iana, "sha1") || strstr(s->iana, "sha224") || strstr(s->iana, "md5");
        assert_true(legacy ? s->since == 0 && s->until == 0 : s->since >= 0x0303 && s->until >= s->since);
        assert_true(s->until <= 0x0304);
        if (pkcs1 || s->auth == AUTH_DSS || weak)
            assert_true(s->until <= 0x0303);
        if (strstr(s->iana, "pss_") || strncmp(s->iana, "ed", 2) == 0 || strstr(s->iana, "_secp"))
            assert_true(s->since == 0x0303 && s->until == 0x0304);
        assert_int_equal(s->auth == AUTH_RSA, strncmp(s->iana, "rsa_", 4) == 0);
        assert_int_equal(s->auth == AUTH_DSS, strncmp(s->iana, "dsa_", 4) == 0);
        assert_int_equal(s->auth == AUTH_ECDSA, !strncmp(s->iana, "ecdsa_", 6) || !strncmp(s->iana, "ed", 2));
    }
}

/* RFC 8446 section 4.2.7, RFC 8422 section 5.1.1, and the registry for the hybrids. */
static void groups_of_the_rfcs(void **state)
{
    static const struct { uint16_t number; const char *name; } list[] = {
        { 1, "sect163k1" }, { 14, "sect571r1" }, { 15, "secp160k1" }, { 22, "secp256k1" },
        { 23, "secp256r1" }, { 24, "secp384r1" }, { 25, "secp521r1" }, { 26, "brainpoolP256r1" },
        { 29, "x25519" }, { 30, "x448" }, { 31, "brainpoolP256r1tls13" }, { 34, "GC256A" },
        { 40, "GC512C" }, { 41, "curveSM2" }, { 0x0100, "ffdhe2048" }, { 0x0104, "ffdhe8192" },
        { 512, "MLKEM512" }, { 514, "MLKEM1024" }, { 4587, "SecP256r1MLKEM768" },
        { 4588, "X25519MLKEM768" }, { 4589, "SecP384r1MLKEM1024" },
        { 0x6399, "X25519Kyber768Draft00" }, { 23, "P-256" }, { 23, "prime256v1" },
        { 29, "X25519" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(list); i++) {
        const struct group *g = group_by_name(list[i].name);
        assert_non_null(g);
        assert_int_equal(g->number, list[i].number);
    }
}

static void sigalgs(void **state)
{
    (void)state;
    static const char *names[300];
    char hex[NAME_LEN];
    for (size_t i = 0; i < sigalg_count; i++) {
        const struct sigalg *s = &sigalg_table[i];
        if (i)
            assert_true(s[-1].number < s->number);
        assert_ptr_equal(sigalg_find(s->number), s);
        assert_ptr_equal(sigalg_by_name(s->iana), s);
        if (s->openssl)
            assert_ptr_equal(sigalg_by_name(s->openssl), s);
        if (s->gnutls)
            assert_ptr_equal(sigalg_by_name(s->gnutls), s);
        assert_string_equal(sigalg_name(s->number, hex), s->iana);
        names[3 * i] = s->iana;
        names[3 * i + 1] = s->openssl && strcasecmp(s->openssl, s->iana) ? s->openssl : NULL;
        names[3 * i + 2] = s->gnutls;
    }
    unique(names, 3 * sigalg_count);
    assert_int_equal(sigalg_by_name("ECDSA-SHA256")->number, 0x0403);
    assert_string_equal(sigalg_name(0x0000, hex), "0x0000");
    assert_null(sigalg_by_name(NULL));
}

/* RFC 5246 section 7.4.1.4.1: the high byte is the hash, the low byte the signature. The names of
 * the older pairs must follow it. */
static void sigalg_pairs(void **state)
{
    static const char *const hash[] = {
        NULL, "md5", "sha1", "sha224", "sha256", "sha384", "sha512"
    };
    static const char *const signature[] = { NULL, "rsa_pkcs1", "dsa", "ecdsa" };
    (void)state;
    for (size_t i = 0; i < sigalg_count; i++) {
        const struct sigalg *s = &sigalg_table[i];
        size_t h = s->number >> 8, a = s->number & 0xff;
        if (h >= COUNT(hash) || a >= COUNT(signature))
            continue;
        const char *tail = s->iana + strlen(s->iana) - strlen(hash[h]);
        assert_string_equal(tail, hash[h]);
        assert_int_equal(strncmp(s->iana, signature[a], strlen(signature[a])), 0);
    }
}

/* RFC 8446 section 6 with RFC 8446bis, and the older ones of RFC 5246, 6066, 7301, 7507 and 9147,
 * copied by hand. */
static const struct { uint8_t number; const char *name; } rfc_alerts[] = {
    { 0, "close_notify" }, { 10, "unexpected_message" }, { 20, "bad_record_mac" },
    { 21, "decryption_failed" }, { 22, "record_overflow" }, { 30, "decompression_failure" },
    { 40, "handshake_failure" }, { 41, "no_certificate" }, { 42, "bad_certificate" },
    { 43, "unsupported_certificate" }, { 44, "certificate_revoked" },
    { 45, "certificate_expired" }, { 46, "certificate_unknown" }, { 47, "illegal_parameter" },
    { 48, "unknown_ca" }, { 49, "access_denied" }, { 50, "decode_error" },
    { 51, "decrypt_error" }, { 52, "too_many_cids_requested" }, { 60, "export_restriction" },
    { 70, "protocol_version" }, { 71, "insufficient_security" }, { 80, "internal_error" },
    { 86, "inappropriate_fallback" }, { 90, "user_canceled" }, { 100, "no_renegotiation" },
    { 109, "missing_extension" }, { 110, "unsupported_extension" },
    { 111, "certificate_unobtainable" }, { 112, "unrecognized_name" },
    { 113, "bad_certificate_status_response" }, { 114, "bad_certificate_hash_value" },
    { 115, "unknown_psk_identity" }, { 116, "certificate_required" }, { 117, "general_error" },
    { 120, "no_application_protocol" }, { 121, "ech_required" },
};

static void alerts(void **state)
{
    (void)state;
    char hex[NAME_LEN];
    for (size_t i = 0; i < COUNT(rfc_alerts); i++) {
        const struct alert *a = alert_find(rfc_alerts[i].number);
        assert_non_null(a);
        assert_string_equal(a->name, rfc_alerts[i].name);
        assert_string_equal(alert_name(rfc_alerts[i].number, hex), a->name);
    }
    assert_int_equal(alert_count, COUNT(rfc_alerts) + 1); /* and 1, of the drafts */
    for (size_t i = 0; i < alert_count; i++) {
        const char *says = alert_table[i].says;
        if (i)
            assert_true(alert_table[i - 1].number < alert_table[i].number);
        assert_true(strlen(says) > 10 && strlen(says) < 200);
        assert_true(says[strlen(says) - 1] != '.' && (says[0] < 'A' || says[0] > 'Z'));
    }
    assert_null(alert_find(200));
    assert_string_equal(alert_name(200, hex), "0xc8");
}

/* The table is searched by halves, and no name stands for two numbers. */
static void extensions(void **state)
{
    (void)state;
    char hex[NAME_LEN];
    for (size_t i = 0; i < extension_count; i++) {
        assert_ptr_equal(extension_find(extension_table[i].number), &extension_table[i]);
        for (size_t k = 0; k < i; k++) {
            assert_true(extension_table[k].number < extension_table[i].number);
            assert_string_not_equal(extension_table[k].name, extension_table[i].name);
        }
    }
    assert_string_equal(extension_name(43, hex), "supported_versions"); /* RFC 8446 section 4.2 */
    assert_string_equal(extension_name(23, hex), "extended_master_secret"); /* RFC 7627 */
    assert_string_equal(extension_name(65281, hex), "renegotiation_info"); /* RFC 5746 */
    assert_null(extension_find(0x0a0a));
    assert_string_equal(extension_name(0xabcd, hex), "0xabcd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions), cmocka_unit_test(version_words),
        cmocka_unit_test(suites), cmocka_unit_test(suite_unknown),
        cmocka_unit_test(suite_columns), cmocka_unit_test(suites_as_openssl),
        cmocka_unit_test(suites_likely), cmocka_unit_test(suite_signals),
        cmocka_unit_test(suites_likely_as_openssl),
        cmocka_unit_test(group_eras), cmocka_unit_test(sigalg_eras),
        cmocka_unit_test(groups), cmocka_unit_test(groups_of_the_rfcs),
        cmocka_unit_test(sigalgs), cmocka_unit_test(sigalg_pairs),
        cmocka_unit_test(alerts), cmocka_unit_test(extensions),
    };
    return cmocka_run_group_tests_name("wire/names", tests, NULL, NULL);
}
