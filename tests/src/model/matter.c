/* matter - tests of which differences can make a handshake fail on one side, and which never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/model/diff.h"
#include "src/model/matter.h"

/* A server that works, as far as the rules look at it. Facts of a row come on top: true and false are bare states, an
 * object with "no" is a no with that value. */
#define WORKS "{\"connect\":\"connected\",\"handshake\":\"ok\",\"version\":\"tls1.3\",\"trusted\":\"Root\"," \
              "\"name\":\"a.test\",\"dates\":\"ok\",\"strength\":\"ok\",\"cert_reasons\":false,\"late_alert\":false}"

static const struct row {
    const char *says;
    const char *a, *b;
    const char *matters, *not; /* keys in the facts' order, joined by blanks */
} rows[] = {
    { "nothing", "{}", "{}", "", "" },
    { "another good certificate",
      "{\"leaf\":\"aa\",\"subject\":\"CN=a\",\"issuer\":\"CN=I\",\"not_after\":\"2027-01-01T00:00:00Z\",\"key\":"
      "\"ECDSA 256\","
      "\"chain\":{\"sent\":[{\"sha256\":\"aa\"}]}}",
      "{\"leaf\":\"bb\",\"subject\":\"CN=b\",\"issuer\":\"CN=J\",\"not_after\":\"2028-01-01T00:00:00Z\",\"key\":"
      "\"ECDSA 384\","
      "\"chain\":{\"sent\":[{\"sha256\":\"bb\"}]},\"trusted\":\"Other root\",\"name\":\"*.test\"}",
      "", "leaf subject issuer key chain trusted name not_after" },
    { "an expired one", "{\"leaf\":\"aa\",\"not_after\":\"2027-01-01T00:00:00Z\",\"issuer\":\"CN=I\"}",
      "{\"leaf\":\"bb\",\"not_after\":\"2020-01-01T00:00:00Z\",\"issuer\":\"CN=J\",\"dates\":{\"no\":\"expired\"}}",
      "leaf dates not_after", "issuer" },
    { "one nobody trusts", "{\"issuer\":\"CN=I\",\"not_after\":\"2027-01-01T00:00:00Z\"}",
      "{\"issuer\":\"CN=J\",\"not_after\":\"2028-01-01T00:00:00Z\",\"trusted\":{\"no\":\"issuer-unknown\"}}",
      "issuer trusted", "not_after" },
    { "a revoked one", "{\"leaf\":\"aa\",\"not_after\":\"2027-01-01T00:00:00Z\",\"revocation\":{\"no\":{}}}",
      "{\"leaf\":\"bb\",\"not_after\":\"2028-01-01T00:00:00Z\",\"revocation\":{\"how\":\"ocsp\"}}", "leaf revocation",
      "not_after" },
    { "two bad ones", "{\"dates\":{\"no\":\"expired\"}}", "{\"dates\":{\"no\":\"not-yet-valid\"}}", "", "dates" },
    { "times", "{\"timing\":{\"connect\":1}}", "{\"timing\":{\"connect\":300}}", "", "" },
    { "staples and tickets", "{\"ocsp_staple\":true,\"session_ticket\":true}",
      "{\"ocsp_staple\":false,\"session_ticket\":false}", "", "ocsp_staple session_ticket" },
    { "clocks that agree", "{\"clock_offset\":{\"seconds\":0,\"uncertainty\":1}}",
      "{\"clock_offset\":{\"seconds\":1.5,\"uncertainty\":1}}", "", "" },
    { "a clock that moves no date", "{\"clock_offset\":{\"seconds\":0,\"uncertainty\":1}}",
      "{\"clock_offset\":{\"seconds\":120,\"uncertainty\":1}}", "", "clock_offset" },
    { "a clock that does", "{\"clock_offset\":{\"seconds\":0,\"uncertainty\":1}}",
      "{\"clock_offset\":{\"seconds\":99999999,\"uncertainty\":1},\"dates\":{\"no\":\"not-yet-valid\"}}",
      "dates clock_offset", "" },
    { "an older version", "{}", "{\"version\":\"tls1.2\"}", "version", "" },
    { "suites as good as each other", "{\"cipher\":\"TLS_AES_128_GCM_SHA256\"}",
      "{\"cipher\":\"TLS_CHACHA20_POLY1305_SHA256\"}", "", "" },
    { "an old suite", "{\"cipher\":\"TLS_AES_128_GCM_SHA256\"}", "{\"cipher\":\"TLS_RSA_WITH_AES_128_CBC_SHA\"}",
      "cipher", "" },
    { "groups everybody has", "{\"group\":\"x25519\"}", "{\"group\":\"secp256r1\"}", "", "group" },
    { "a group few have", "{\"group\":\"x25519\"}", "{\"group\":\"brainpoolP384r1\"}", "group", "" },
    { "keys of one kind", "{\"signature\":\"ecdsa_secp256r1_sha256\",\"cert_keys\":[\"ECDSA secp256r1\"]}",
      "{\"signature\":\"ecdsa_secp384r1_sha384\",\"cert_keys\":[\"ECDSA secp384r1\"]}", "", "signature cert_keys" },
    { "keys of two kinds", "{\"signature\":\"ecdsa_secp256r1_sha256\",\"cert_keys\":[\"ECDSA secp256r1\"]}",
      "{\"signature\":\"rsa_pss_rsae_sha256\",\"cert_keys\":[\"RSA 2048\"]}", "signature cert_keys", "" },
    { "a digest few take", "{\"signature\":\"rsa_pss_rsae_sha256\"}", "{\"signature\":\"rsa_pkcs1_sha1\"}", "signature",
      "" },
    { "two digests few take", "{\"signature\":\"ecdsa_sha1\"}", "{\"signature\":\"rsa_pkcs1_md5\"}", "signature", "" },
    { "no protocol is HTTP/1.1", "{\"alpn\":\"http/1.1\"}", "{\"alpn\":false}", "", "alpn" },
    { "HTTP/2 on one side", "{\"alpn\":\"h2\"}", "{\"alpn\":false}", "alpn", "" },
    { "which CAs may sign a client", "{\"client_cert_asked\":{\"cas\":[\"a\"]}}",
      "{\"client_cert_asked\":{\"cas\":[\"b\"]}}", "", "client_cert_asked" },
    { "a client certificate asked for", "{\"client_cert_asked\":false}", "{\"client_cert_asked\":{\"cas\":[]}}",
      "client_cert_asked", "" },
    { "an idle connection ended", "{}", "{\"late_alert\":\"closed\"}", "", "late_alert" },
    { "a late refusal", "{}", "{\"late_alert\":\"certificate_required\"}", "late_alert", "" },
    { "another size of hello, both answered", "{\"post_quantum\":\"x25519\"}", "{\"post_quantum\":\"X25519MLKEM768\"}",
      "", "post_quantum" },
    { "one not answered", "{\"post_quantum\":\"x25519\"}", "{\"post_quantum\":{\"no\":\"silent\"}}", "post_quantum",
      "" },
    { "two stores, both good", "{\"store\":{\"path\":\"a\",\"count\":140}}",
      "{\"store\":{\"path\":\"b\",\"count\":141}}", "", "store" },
    { "a store that lacks the CA", "{\"store\":{\"path\":\"a\",\"count\":140}}",
      "{\"store\":{\"path\":\"b\",\"count\":1},\"trusted\":{\"no\":\"issuer-unknown\"}}", "trusted store", "" },
    { "addresses that both work", "{\"resolve\":[\"192.0.2.1\"],\"address_from\":\"dns\"}",
      "{\"resolve\":[\"192.0.2.2\"],\"address_from\":\"hosts\"}", "", "resolve address_from" },
    { "an address that does not", "{\"resolve\":[\"192.0.2.1\"],\"address_from\":\"dns\"}",
      "{\"resolve\":[\"192.0.2.2\"],\"address_from\":\"hosts\",\"handshake\":{\"no\":\"reset\"}}",
      "resolve address_from handshake", "" },
    { "a policy that bites nobody", "{\"crypto_policy\":false}",
      "{\"crypto_policy\":{\"openssl\":\"MinProtocol = TLSv1.2; CipherString = DEFAULT:@SECLEVEL=2\",\"gnutls\":null}}",
      "", "crypto_policy" },
    { "a policy that refuses what was agreed", "{\"version\":\"tls1.2\",\"crypto_policy\":false}",
      "{\"version\":\"tls1.2\",\"crypto_policy\":{\"openssl\":\"MinProtocol = TLSv1.3\"}}", "crypto_policy", "" },
    { "a policy nobody knows", "{\"crypto_policy\":false}", "{\"crypto_policy\":{\"system\":\"FUTURE\"}}",
      "crypto_policy", "" },
    { "a proxy for everybody", "{\"proxy_env\":false}", "{\"proxy_env\":{\"https_proxy\":\"http://p:1\"}}", "proxy_env",
      "" },
    { "a proxy for others", "{\"proxy_env\":false}",
      "{\"proxy_env\":{\"https_proxy\":\"http://p:1\",\"no_proxy\":\".test\"}}", "", "proxy_env" },
    { "libraries", "{\"libraries\":{\"gnutls\":\"3.7\"}}", "{\"libraries\":{\"gnutls\":\"3.8\"}}", "", "libraries" },
    { "two ways to fail", "{\"handshake\":{\"no\":\"reset\"},\"failure\":{\"kind\":\"reset\"}}",
      "{\"handshake\":{\"no\":\"closed\"},\"failure\":{\"kind\":\"closed\"}}", "", "handshake failure" },
    { "one works", "{\"failure\":false}", "{\"handshake\":{\"no\":\"reset\"},\"failure\":{\"kind\":\"reset\"}}",
      "handshake failure", "" },
};

static void facts_see(struct session *s, int id, const char *text)
{
    json_t *facts = json_loads(text, 0, NULL), *v;
    const char *key;
    assert_non_null(facts);
    json_object_foreach(facts, key, v) {
        json_t *no = json_object_get(v, "no");
        struct observation o = { .column = id, .fact = fact_find(key), .probe = "other", .ms = -1,
                                 .state = no || json_is_false(v) ? STATE_NO : STATE_YES };
        if (o.fact == FACT_COUNT)
            fail_msg("there is no fact %s", key);
        o.value = json_is_boolean(v) ? NULL : json_incref(no ? no : v);
        session_see(s, &o);
    }
    json_decref(facts);
}

static struct session *two(const struct row *row, bool turned)
{
    struct session *s = session_new(1);
    struct endpoint *ep = endpoint_parse("https://a.test", NULL, NULL);
    for (int id = 1; id <= 2; id++) {
        session_add(s, id, id, 0, ep, "192.0.2.1:443", NULL);
        facts_see(s, id, WORKS);
        facts_see(s, id, (id == 1) != turned ? row->a : row->b);
    }
    endpoint_free(ep);
    return s;
}

static void keys_check(const struct row *row, const struct difference *list, size_t n, bool matters)
{
    char keys[400] = "";
    for (size_t i = 0; i < n; i++)
        if (list[i].matters == matters) {
            assert_true(strlen(keys) + 40 < sizeof keys);
            strcat(keys, *keys ? " " : "");
            strcat(keys, fact_table[list[i].fact].json);
        }
    if (strcmp(keys, matters ? row->matters : row->not) != 0)
        fail_msg("%s: %s: \"%s\"", row->says, matters ? "matters" : "does not", keys);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int turned = 0; turned < 2; turned++) { /* who stands first does not count */
            struct session *s = two(&rows[i], turned);
            size_t n;
            struct difference *list = differences_of(s, &n);
            keys_check(&rows[i], list, n, true);
            keys_check(&rows[i], list, n, false);
            free(list);
            session_free(s);
        }
}

/* Another name has other addresses: that explains nothing. */
static void test_other_names(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    for (int id = 1; id <= 2; id++) {
        struct endpoint *ep = endpoint_parse(id == 1 ? "https://a.test" : "https://b.test", NULL, NULL);
        session_add(s, id, id, 0, ep, id == 1 ? "192.0.2.1:443" : "192.0.2.2:443", NULL);
        endpoint_free(ep);
        facts_see(s, id, WORKS);
    }
    facts_see(s, 1, "{\"resolve\":[\"192.0.2.1\"],\"sni\":\"a.test\"}");
    facts_see(s, 2, "{\"resolve\":[\"192.0.2.2\"],\"sni\":\"b.test\",\"handshake\":{\"no\":\"reset\"}}");
    size_t n;
    struct difference *list = differences_of(s, &n);
    keys_check(&(struct row){ "other names", "", "", "handshake", "resolve sni" }, list, n, true);
    keys_check(&(struct row){ "other names", "", "", "handshake", "resolve sni" }, list, n, false);
    free(list);
    session_free(s);
}

/* Of the kinds of keys so many are looked at: a file may list any number, and each is looked for among all. */
static void test_many_keys(void **state)
{
    (void)state;
    struct session *s = two(&rows[0], false);
    for (int id = 1; id <= 2; id++) {
        struct observation o = { .column = id, .fact = FACT_CERT_KEYS, .state = STATE_YES, .probe = "other", .ms = -1,
                                 .value = json_array() };
        for (int i = 0; i < 2000; i++)
            json_array_append_new(o.value, json_sprintf("%s %d", id == 2 && i + 1 < 2000 ? "ECDSA" : "RSA", i));
        json_array_append_new(o.value, json_string("ECDSA x"));
        session_see(s, &o);
    }
    assert_true(difference_matters(s->column[0], s->column[1], FACT_CERT_KEYS));
    session_free(s);
}

/* Any value may be in a file. */
static void test_any_value(void **state)
{
    (void)state;
    static const char *const values[] = { "1",  "\"x\"", "[]", "[[1],{}]", "{}", "{\"sent\":7,\"cas\":{},\"kind\":[]}",
                                          "1.5" };
    size_t n = sizeof values / sizeof *values;
    for (enum fact f = 0; f < FACT_COUNT; f++)
        for (size_t i = 0; i < n * n; i++) {
            struct session *s = two(&rows[0], false);
            for (int id = 1; id <= 2; id++) {
                struct observation o = { .column = id, .fact = f, .state = STATE_YES, .probe = "other", .ms = -1,
                    .value = json_loads(values[id == 1 ? i % n : i / n], JSON_DECODE_ANY, NULL) };
                session_see(s, &o);
            }
            size_t count;
            free(differences_of(s, &count));
            session_free(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_other_names),
                                        cmocka_unit_test(test_many_keys), cmocka_unit_test(test_any_value) };
    return cmocka_run_group_tests_name("model/matter", tests, NULL, NULL);
}
