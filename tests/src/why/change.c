/* Tests of change: which of two sides' lists is weak, and what is proposed must be something that one
 * side has and the other lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/text.h"
#include "src/wire/names.h"
#include "src/why/change.h"

/* What current recommendations (RFC 9325 section 4.2) say of a few. */
static void test_grades(void **state)
{
    static const struct { enum list_kind list; const char *name; enum grade grade; } rows[] = {
        { LIST_SUITES, "TLS_AES_128_GCM_SHA256", GRADE_GOOD },
        { LIST_SUITES, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", GRADE_GOOD },
        { LIST_SUITES, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", GRADE_GOOD },
        { LIST_SUITES, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", GRADE_OLD },
        { LIST_SUITES, "TLS_RSA_WITH_AES_128_GCM_SHA256", GRADE_OLD },
        { LIST_SUITES, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", GRADE_WEAK },
        { LIST_SUITES, "TLS_ECDHE_RSA_WITH_RC4_128_SHA", GRADE_WEAK },
        { LIST_SUITES, "TLS_RSA_WITH_NULL_SHA256", GRADE_WEAK },
        { LIST_SUITES, "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", GRADE_WEAK },
        { LIST_SUITES, "TLS_RSA_WITH_DES_CBC_SHA", GRADE_WEAK },
        { LIST_SUITES, "TLS_DH_anon_WITH_AES_256_GCM_SHA384", GRADE_WEAK },
        { LIST_SUITES, "TLS_PSK_WITH_AES_128_GCM_SHA256", GRADE_WEAK },
        { LIST_SUITES, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256", GRADE_WEAK },
        { LIST_GROUPS, "x25519", GRADE_GOOD },        { LIST_GROUPS, "secp384r1", GRADE_GOOD },
        { LIST_GROUPS, "X25519MLKEM768", GRADE_GOOD }, { LIST_GROUPS, "brainpoolP256r1", GRADE_OLD },
        { LIST_GROUPS, "sect233k1", GRADE_WEAK },     { LIST_GROUPS, "secp192r1", GRADE_WEAK },
        { LIST_SIGALGS, "rsa_pss_rsae_sha256", GRADE_GOOD }, { LIST_SIGALGS, "ed25519", GRADE_GOOD },
        { LIST_SIGALGS, "ecdsa_secp256r1_sha256", GRADE_GOOD }, { LIST_SIGALGS, "rsa_pkcs1_sha256", GRADE_OLD },
        { LIST_SIGALGS, "rsa_pkcs1_sha1", GRADE_WEAK }, { LIST_SIGALGS, "ecdsa_sha1", GRADE_WEAK },
        { LIST_SIGALGS, "dsa_sha256", GRADE_WEAK },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint16_t n = rows[i].list == LIST_SUITES   ? suite_by_name(rows[i].name)->number
                     : rows[i].list == LIST_GROUPS ? group_by_name(rows[i].name)->number
                                                   : sigalg_by_name(rows[i].name)->number;
        if (change_grade(rows[i].list, n) != rows[i].grade)
            fail_msg("%s is graded %d", rows[i].name, change_grade(rows[i].list, n));
    }
    assert_int_equal(change_grade(LIST_SUITES, 0xfafa), GRADE_WEAK);
}

/* A column whose relaxed hellos were answered with these. */
static struct session *session_with(const char *endpoint, const char *facts)
{
    struct err e = { "" };
    struct session *s = session_new(0);
    struct endpoint *ep = endpoint_parse(endpoint, NULL, &e);
    if (!ep)
        fail_msg("%s", e.text);
    session_add(s, 1, 1, 1, ep, "192.0.2.1:443", "local");
    endpoint_free(ep);
    json_t *all = json_loads(facts, 0, NULL), *value;
    const char *key;
    assert_non_null(all);
    json_object_foreach(all, key, value) {
        struct observation o = { .column = 1, .fact = fact_find(key), .state = STATE_YES,
                                 .value = json_incref(value), .probe = "test", .ms = -1 };
        assert_true(o.fact != FACT_COUNT);
        session_see(s, &o);
    }
    json_decref(all);
    return s;
}

static struct change change_in(const char *endpoint, const char *facts, enum list_kind list)
{
    struct session *s = session_with(endpoint, facts);
    struct look l = look_at(s, s->column[0], FAMILY_ALONE, -1);
    struct change c = change_of(&l, list);
    c.offered = NULL; /* it went with the session */
    session_free(s);
    return c;
}

#define TAKES(list, names) "{\"relaxed\": {\"takes\": {\"" list "\": [" names "]}}, " \
    "\"versions\": {\"tls1.2\": \"accepted\", \"tls1.3\": \"alert 70 protocol_version\"}}"

static void test_proposals(void **state)
{
    static const struct {
        const char *endpoint, *facts;
        enum list_kind list;
        uint16_t server, client;
        bool client_first;
    } rows[] = {
        /* a weak server: it is to be mended, with a suite for its key */
        { "a.example", TAKES("suites", "\"TLS_ECDHE_ECDSA_WITH_RC4_128_SHA\""), LIST_SUITES, 0xc02c, 0xc007, false },
        /* a weak client */
        { "a.example,ciphers=DES-CBC3-SHA",
          TAKES("suites", "\"TLS_RSA_WITH_AES_128_CBC_SHA\", \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\""),
          LIST_SUITES, 0x000a, 0xc02f, true },
        /* TLS 1.3's suites are no choice for a client without it */
        { "a.example,max=tls1.2,ciphers=AES128-SHA",
          TAKES("suites", "\"TLS_AES_128_GCM_SHA256\", \"TLS_RSA_WITH_AES_256_CBC_SHA\""),
          LIST_SUITES, 0x002f, 0x0035, true },
        { "a.example", TAKES("groups", "\"brainpoolP256r1\""), LIST_GROUPS, 0x001d, 0x001a, false },
        { "a.example,groups=x448", TAKES("groups", "\"secp192r1\", \"secp256r1\""), LIST_GROUPS, 0x001e, 0x0017, true },
        { "a.example", TAKES("sigalgs", "\"rsa_pkcs1_sha1\""), LIST_SIGALGS, 0x0804, 0x0201, false },
        /* nobody knows what it takes, nor its key */
        { "a.example", TAKES("sigalgs", ""), LIST_SIGALGS, 0, 0, false },
        { "a.example", TAKES("suites", "1, null, \"no such\", \"0x\", \"0xffffff\", \"\""),
          LIST_SUITES, 0xc02c, 0, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct change c = change_in(rows[i].endpoint, rows[i].facts, rows[i].list);
        if (c.server_add != rows[i].server || c.client_add != rows[i].client ||
            c.client_first != rows[i].client_first)
            fail_msg("row %zu: server 0x%04x, client 0x%04x, client first %d", i, c.server_add, c.client_add,
                     c.client_first);
        assert_false(c.complete);
    }
}

/* What is taken in an older version counts though something of a newer one gave no clear answer. */
static void test_unsettled(void **state)
{
    (void)state;
    struct change c = change_in("a.example", "{\"groups\": {\"tls1.3\": {\"accepted\": [\"x448\"], \"unsettled\": "
                                "[{\"name\": \"x25519\", \"answer\": \"silent\"}]}, \"tls1.2\": {\"accepted\": "
                                "[\"secp192r1\"], \"unsettled\": []}}}", LIST_GROUPS);
    assert_int_equal(change_count(c.taken), 2);
    assert_int_equal(c.taken[0], 0x001e);
    assert_int_equal(c.taken[1], 0x0013);
    assert_false(c.complete);
}

static void test_list_is_capped(void **state)
{
    struct text t = { 0 };
    (void)state;
    text_add(&t, "{\"relaxed\": {\"takes\": {\"groups\": [\"0x2000\"");
    for (int i = 1; i < 5000; i++)
        text_addf(&t, ", \"0x%04x\"", 0x2000 + i);
    text_add(&t, "]}}}");
    char *facts = text_take(&t);
    struct change c = change_in("a.example", facts, LIST_GROUPS);
    assert_int_equal(change_count(c.taken), CHANGE_MAX);
    free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grades), cmocka_unit_test(test_proposals), cmocka_unit_test(test_unsettled),
        cmocka_unit_test(test_list_is_capped),
    };
    return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
