/* Tests of reproduce: every line is what a shell reads as it was meant, whatever an endpoint, a file or a session says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/reproduce.h"
#include "tests/src/why/cases.h"

static void test_shell_words(void **state)
{
    static const char *const words[] = { "plain",     "",   "a b", "it's", "$(touch x)", "`id`",
                                         "a;b|c&d>e", "\\", "'",   "''",   "*",          "~",
                                         "!x",        "\"", "#c",  "-n",   "caf\303\251" };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text t = { 0 };
        text_add(&t, "test \"$(printf '%s_' ");
        shell_add(&t, words[i]);
        text_add(&t, ")\" = \"$WORD\"_");
        assert_int_equal(setenv("WORD", words[i], 1), 0);
        char *line = text_take(&t);
        if (words[i][0] != '-' && shell_status("-c", line) != 0)
            fail_msg("the shell reads something else: %s", line);
        free(line);
    }
}

/* Runs a reproduce line with our own openssl, curl and getent, which only look for one argument. */
static void argument_check(const char *line, const char *argument)
{
    char *script = mem_format("openssl() { for a; do test \"$a\" = \"$WORD\" && exit 7; done; }; "
                              "curl() { openssl \"$@\"; }; getent() { openssl \"$@\"; }; %s", line);
    assert_int_equal(setenv("WORD", argument, 1), 0);
    if (shell_status("-c", script) != 7)
        fail_msg("\"%s\" is not a word of: %s", argument, line);
    free(script);
}

static char *line_of(const char *endpoint, const char *address, enum reproduce r)
{
    struct session *s = session_new(JUDGED);
    struct column *c = column_build(s, 1, endpoint, 1, address);
    struct look l = look_at(s, c, FAMILY_ALONE, -1);
    char *line = reproduce_line(&l, r);
    session_free(s);
    return line;
}

static void test_reproduce(void **state)
{
    static const struct {
        const char *endpoint, *address;
        enum reproduce r;
        const char *argument, *part;
    } rows[] = {
        { "https://a.example,ca=/tmp/it's $(id).pem", NULL, REPRODUCE_TRUST, "/tmp/it's $(id).pem",
          "-verify_return_error" },
        { "https://a.example,ca=/tmp/a\\,b", NULL, REPRODUCE_TRUST, "/tmp/a,b",
          "-connect a.example:443" },
        { "https://a.example,at=192.0.2.9:8443", NULL, REPRODUCE_HANDSHAKE, "192.0.2.9:8443",
          "-servername a.example" },
        { "https://a.example,at=192.0.2.9", "192.0.2.9:443", REPRODUCE_CONNECT, "::192.0.2.9:443",
          "https://a.example:443/" },
        { "https://a.example", "[2001:db8::1]:443", REPRODUCE_NAME, "[2001:db8::1]:443",
          "-verify_hostname a.example" },
        { "https://[2001:db8::1]", NULL, REPRODUCE_NAME, "2001:db8::1", "-noservername" },
        { "https://a.example,name=dead.beef", NULL, REPRODUCE_NAME, "dead.beef",
          "-verify_hostname dead.beef" },
        { "https://a.example,name=fe80::1", NULL, REPRODUCE_NAME, "fe80::1", "-verify_ip fe80::1" },
        { "https://a.example,name=fe80::1%eth0", NULL, REPRODUCE_NAME, "fe80::1", "-verify_ip fe80::1 " },
        { "https://a.example,name=spiffe://x/y", NULL, REPRODUCE_NAME, "a.example",
          "-verify_return_error" },
        { "imaps://a.example", "192.0.2.1:993", REPRODUCE_CONNECT, "telnet://192.0.2.1:993",
          "</dev/null" },
        { "https://a.example", NULL, REPRODUCE_RESOLVE, "a.example", "getent ahosts -- a.example" },
        { "https://a.example,alpn=h2+it's", NULL, REPRODUCE_ALPN, "h2,it's", "-alpn" },
        { "https://a.example,max=tls1.1", NULL, REPRODUCE_HANDSHAKE, "TLSv1.1", "SECLEVEL=0" },
        { "https://a.example,min=tls1.3", NULL, REPRODUCE_HANDSHAKE, "TLSv1.3", "-min_protocol" },
        { "https://a.example,ciphers=AES128-SHA+ECDHE-RSA-AES128-GCM-SHA256", NULL, REPRODUCE_HANDSHAKE,
          "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256", "-max_protocol TLSv1.2" },
        { "https://a.example,ciphers=TLS_AES_128_GCM_SHA256+AES128-SHA", NULL, REPRODUCE_TRUST,
          "TLS_AES_128_GCM_SHA256", "-cipher AES128-SHA -ciphersuites" },
        { "https://a.example,ciphers=TLS_AES_128_GCM_SHA256", NULL, REPRODUCE_TRUST,
          "TLS_AES_128_GCM_SHA256", "-min_protocol TLSv1.3 -ciphersuites" },
        { "https://a.example,max=tls1.0,min=tls1.0,ciphers=RC4-MD5", NULL, REPRODUCE_HANDSHAKE,
          "RC4-MD5:@SECLEVEL=0", "-max_protocol TLSv1 " },
        { "https://a.example,groups=secp256r1+brainpoolP256r1", NULL, REPRODUCE_HANDSHAKE,
          "P-256:brainpoolP256r1", "-groups" },
        { "https://a.example,sigalgs=rsa_pkcs1_sha256+ed25519", NULL, REPRODUCE_HANDSHAKE,
          "RSA+SHA256:ed25519", "-sigalgs" },
        { "https://a.example", "192.0.2.1:443", REPRODUCE_LARGE, "X25519MLKEM768:X25519", "-groups" },
        { "https://a.example", "192.0.2.1:443", REPRODUCE_PLAIN, "http://a.example:443/",
          "--noproxy '*'" },
        { "https://a.example", "192.0.2.1:443", REPRODUCE_CERTS, "-showcerts", "192.0.2.1" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *line = line_of(rows[i].endpoint, rows[i].address, rows[i].r);
        assert_non_null(line);
        if (!strstr(line, rows[i].part))
            fail_msg("no %s in: %s", rows[i].part, line);
        argument_check(line, rows[i].argument);
        free(line);
    }
    assert_null(line_of("https://a.example", NULL, REPRODUCE_NONE));
}

/* The store says whether ca= is a directory: only then -CApath is right. */
static void test_reproduce_directory(void **state)
{
    static const struct { const char *store, *part; } rows[] = {
        { "{\"path\": \"/tmp/cas\", \"directory\": true}", " -CApath /tmp/cas " },
        { "{\"path\": \"/tmp/cas\", \"directory\": false}", " -CAfile /tmp/cas " },
        { "{\"path\": \"/tmp/cas\", \"directory\": 1}", " -CAfile /tmp/cas " },
        { "null", " -CAfile /tmp/cas " },
        { "{\"form\": \"PEM\"}", " -CAfile /tmp/cas " },
        { "{\"form\": \"DER\"}", "openssl x509 -inform DER -out tlswhy-ca.pem -in /tmp/cas; openssl s_client" },
        { "{\"form\": \"DER\"}", " -CAfile tlswhy-ca.pem " },
        { "{\"form\": \"PKCS#7\"}", " -in /tmp/cas; openssl s_client" },
        { "{\"form\": \"PKCS#12\"}", "pass:changeit -out tlswhy-ca.pem -in /tmp/cas; openssl s_client" },
        { "{\"form\": \"JKS\"}", "keytool -list -rfc -keystore /tmp/cas </dev/null >tlswhy-ca.pem" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_new(JUDGED);
        struct column *c = column_build(s, 1, "https://a.example,ca=/tmp/cas", 1, NULL);
        json_t *facts = json_pack("{s:o}", "store", json_loads(rows[i].store, JSON_DECODE_ANY, NULL));
        facts_see(s, 1, facts);
        struct look l = look_at(s, c, FAMILY_ALONE, -1);
        char *line = reproduce_line(&l, REPRODUCE_TRUST);
        if (!strstr(line, rows[i].part))
            fail_msg("no %s in: %s", rows[i].part, line);
        free(line);
        json_decref(facts);
        session_free(s);
    }
}

/* --- what a session may say --------------------------------------------------------------------- */

static char *line_seeing(const char *endpoint, const char *address, const char *facts, enum reproduce r)
{
    struct session *s = session_new(JUDGED);
    struct column *c = column_build(s, 1, endpoint, 1, address);
    json_t *seen = json_loads(facts, 0, NULL);
    assert_non_null(seen);
    facts_see(s, 1, seen);
    struct look l = look_at(s, c, FAMILY_ALONE, -1);
    char *line = reproduce_line(&l, r);
    json_decref(seen);
    session_free(s);
    return line;
}

/* Facts out of a stranger's file: what is no proxy's name is not read behind its end, what is no address or URL stands in
 * no line, and a command that only they name is none to be run. */
static void test_strange_facts(void **state)
{
    static const struct { const char *endpoint, *address, *facts; enum reproduce r; const char *line; } rows[] = {
        { "a.example", NULL, "{\"via\": {\"kind\": \"http\"}}", REPRODUCE_CERTS,
          "openssl s_client -proxy '' -connect a.example:443 -servername a.example -showcerts </dev/null" },
        { "a.example", NULL, "{\"via\": {\"kind\": \"http\", \"proxy\": \"p\"}}", REPRODUCE_CERTS,
          "openssl s_client -proxy p -connect a.example:443 -servername a.example -showcerts </dev/null" },
        { "a.example", NULL, "{\"via\": {\"kind\": \"socks5\", \"proxy\": \"x\"}}", REPRODUCE_VIA,
          "curl -v -x socks5hx --connect-timeout 5 -m 10 -p -g telnet://a.example:443 </dev/null" },
        { "a.example", NULL, "{\"via\": {\"kind\": \"exec\"}}", REPRODUCE_VIA, NULL },
        { "a.example", NULL, "{\"via\": {\"kind\": \"exec\", \"proxy\": \"exec:rm -rf x\"}}", REPRODUCE_VIA, NULL },
        { "a.example", NULL, "{\"via\": {\"kind\": \"exec\", \"proxy\": \"exec:rm -rf x\"}}", REPRODUCE_CERTS, NULL },
        { "a.example,via=exec:nc %h %p", NULL, "{\"via\": {\"kind\": \"exec\", \"proxy\": \"exec:rm -rf x\"}}",
          REPRODUCE_VIA, "nc a.example 443 </dev/null" },
        { "a.example", "$(id):443", "{\"path\": {\"state\": \"no\", \"value\": {\"proxy\": true}}}", REPRODUCE_PATH, NULL },
        { "a.example", "192.0.2.1:$(id)", "{\"path\": {\"state\": \"no\", \"value\": {\"proxy\": true}}}",
          REPRODUCE_PATH, "socat -u OPEN:/dev/null 'TCP4:192.0.2.1:$(id),ttl=1' && echo taken" },
        { "a.example", "[2001:db8::1]:443", "{\"path\": {\"state\": \"no\", \"value\": {\"proxy\": true}}}",
          REPRODUCE_PATH, "socat -u OPEN:/dev/null 'TCP6:[2001:db8::1]:443,ipv6-unicast-hops=1' && echo taken" },
        { "a.example", "-f:443", "{}", REPRODUCE_CERTS,
          "openssl s_client -connect a.example:443 -servername a.example -showcerts </dev/null" },
        { "a.example", NULL, "{\"revocation\": {\"tries\": [{\"url\": \"-o/tmp/x\"}]}}", REPRODUCE_RESPONDER, NULL },
        { "a.example", NULL, "{\"revocation\": {\"tries\": [{\"url\": \"http://a/;id\"}]}}", REPRODUCE_RESPONDER,
          "curl -v --noproxy '*' --connect-timeout 5 -m 10 -o /dev/null -g 'http://a/;id'" },
        { "tls://a.example:443", NULL, "{\"sntp\": {\"seconds\": 0, \"uncertainty\": 0, \"server\": \"-x\"}}",
          REPRODUCE_CLOCK, "date -u; openssl s_client -connect a.example:443 -servername a.example </dev/null 2>/dev/null | "
          "openssl x509 -noout -subject -dates -ext ct_precert_scts" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *line = line_seeing(rows[i].endpoint, rows[i].address, rows[i].facts, rows[i].r);
        if (rows[i].line ? !line || strcmp(line, rows[i].line) != 0 : line != NULL)
            fail_msg("row %zu: %s", i, line ? line : "no line");
        free(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shell_words), cmocka_unit_test(test_reproduce), cmocka_unit_test(test_reproduce_directory),
        cmocka_unit_test(test_strange_facts),
    };
    return cmocka_run_group_tests_name("why/reproduce", tests, NULL, NULL);
}
