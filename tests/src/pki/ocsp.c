/* OCSP responses built and signed here: every status, whose they are, who signed them, their dates; and the request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/pki/der.h"
#include "src/pki/ocsp.h"
#include "tests/lib/mint.h"

static struct minted *ca, *leaf, *other, *twin, *signer, *plain;

static int setup(void **state)
{
    (void)state;
    ca = mint(&(struct mint){ .cn = "CA", .ca = true });
    twin = mint(&(struct mint){ .cn = "CA", .ca = true });
    leaf = mint(&(struct mint){ .san = "dns:a.example", .issuer = ca });
    other = mint(&(struct mint){ .san = "dns:b.example", .issuer = ca });
    signer = mint(&(struct mint){ .cn = "responder", .issuer = ca, .purpose = GNUTLS_KP_OCSP_SIGNING });
    plain = mint(&(struct mint){ .cn = "no responder", .issuer = ca, .purpose = GNUTLS_KP_TLS_WWW_SERVER });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct minted *all[] = { ca, leaf, other, twin, signer, plain };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        minted_free(all[i]);
    return 0;
}

/* --- DER, written back to front ----------------------------------------------------------------- */

struct out { uint8_t p[4096]; size_t at; }; /* what is written stands at the end */

static void put(struct out *o, const void *p, size_t n)
{
    assert_true(n <= o->at);
    o->at -= n;
    if (n)
        memcpy(o->p + o->at, p, n);
}

/* Tag and length before all that was written since `end`. */
static void wrap(struct out *o, size_t end, uint8_t tag)
{
    size_t n = end - o->at;
    uint8_t longer[] = { tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n }, brief[] = { tag, (uint8_t)n };
    put(o, n > 127 ? longer : brief, n > 127 ? sizeof longer : sizeof brief);
}

static void put_value(struct out *o, uint8_t tag, const void *p, size_t n)
{
    size_t end = o->at;
    put(o, p, n);
    wrap(o, end, tag);
}

static void put_time(struct out *o, int64_t at)
{
    char s[WHEN_LEN], digits[16];
    size_t n = 0;
    when_format(at, s);
    for (const char *p = s; *p; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    digits[n++] = 'Z';
    put_value(o, DER_GENERALIZED_TIME, digits, n);
}

static void put_hash(struct out *o, gnutls_digest_algorithm_t digest, const void *p, size_t n)
{
    uint8_t sum[32];
    gnutls_hash_fast(digest, p, n, sum);
    put_value(o, DER_OCTET_STRING, sum, gnutls_hash_get_len(digest));
}

struct answer {
    const struct minted *about, *issuer, *by; /* NULL: leaf, ca, ca */
    bool brings;                    /* the signer's certificate comes along */
    uint8_t status;                 /* 0 good, 1 revoked, 2 unknown */
    int reason;                     /* 0: none */
    int64_t from, to;               /* days from MINT_NOW; both 0: -1 and 6 */
    int64_t from_seconds, to_seconds; /* added to these */
    bool open;                      /* no nextUpdate */
    bool sha256;                    /* in CertID */
    bool broken;                    /* the signature */
};

static const uint8_t sha1_oid[] = { 0x06, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0 };
static const uint8_t sha256_oid[] = { 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0 };
static const uint8_t ecdsa_oid[] = { 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2 };
static const uint8_t basic_oid[] = { 0x06, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1 };

static void put_status(struct out *o, const struct answer *a)
{
    size_t end = o->at;
    uint8_t reason = (uint8_t)a->reason;
    if (a->status == 1) {
        if (reason) {
            put_value(o, 0x0a, &reason, 1);
            wrap(o, end, DER_CONTEXT_CONSTRUCTED);
        }
        put_time(o, MINT_NOW - 5 * MINT_DAY);
        wrap(o, end, DER_CONTEXT_CONSTRUCTED | 1);
    } else {
        put_value(o, (uint8_t)(DER_CONTEXT | a->status), NULL, 0);
    }
}

static void put_id(struct out *o, const struct answer *a)
{
    const struct minted *of = a->about ? a->about : leaf, *issuer = a->issuer ? a->issuer : ca;
    gnutls_digest_algorithm_t digest = a->sha256 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA1;
    struct der_cert d, up;
    struct der whole, algorithm, key;
    size_t end = o->at;
    assert_true(der_cert(of->der, of->len, &d) && der_cert(issuer->der, issuer->len, &up));
    assert_true(der_expect(&up.spki, DER_SEQUENCE, &whole) && der_expect(&whole.content, DER_SEQUENCE, &algorithm) &&
                der_expect(&whole.content, DER_BIT_STRING, &key));
    put_value(o, DER_INTEGER, d.serial.p, d.serial.left);
    put_hash(o, digest, key.content.p + 1, key.content.left - 1);
    put_hash(o, digest, up.subject.p, up.subject.left);
    put_value(o, DER_SEQUENCE, a->sha256 ? sha256_oid : sha1_oid, a->sha256 ? sizeof sha256_oid : sizeof sha1_oid);
    wrap(o, end, DER_SEQUENCE);
}

/* ResponseData for one certificate. */
static void put_data(struct out *o, const struct answer *a, const struct minted *by)
{
    bool usual = !a->from && !a->to;
    int64_t from = MINT_NOW + (usual ? -1 : a->from) * MINT_DAY + a->from_seconds;
    int64_t to = MINT_NOW + (usual ? 6 : a->to) * MINT_DAY + a->to_seconds;
    struct der_cert d;
    size_t end = o->at;
    assert_true(der_cert(by->der, by->len, &d));
    if (!a->open) {
        put_time(o, to);
        wrap(o, end, DER_CONTEXT_CONSTRUCTED);
    }
    put_time(o, from);
    put_status(o, a);
    put_id(o, a);
    wrap(o, end, DER_SEQUENCE);
    wrap(o, end, DER_SEQUENCE);
    put_time(o, from);
    size_t name = o->at;
    put(o, d.subject.p, d.subject.left);
    wrap(o, name, DER_CONTEXT_CONSTRUCTED | 1);
    wrap(o, end, DER_SEQUENCE);
}

static void response(struct out *o, const struct answer *a)
{
    const struct minted *by = a->by ? a->by : ca;
    struct out *data = mem_new(sizeof *data);
    gnutls_privkey_t key;
    gnutls_datum_t signature;
    uint8_t ok = 0;
    size_t end = o->at = data->at = sizeof o->p;
    put_data(data, a, by);
    gnutls_datum_t tbs = { data->p + data->at, (unsigned)(sizeof data->p - data->at) };
    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(gnutls_privkey_import_x509(key, by->key, 0), 0);
    assert_int_equal(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &tbs, &signature), 0);
    if (a->broken)
        signature.data[signature.size - 1] ^= 1;
    if (a->brings) {
        put(o, by->der, by->len);
        wrap(o, end, DER_SEQUENCE);
        wrap(o, end, DER_CONTEXT_CONSTRUCTED);
    }
    size_t bits = o->at;
    put(o, signature.data, signature.size);
    put(o, &ok, 1);
    wrap(o, bits, DER_BIT_STRING);
    put_value(o, DER_SEQUENCE, ecdsa_oid, sizeof ecdsa_oid);
    put(o, tbs.data, tbs.size);
    wrap(o, end, DER_SEQUENCE);
    wrap(o, end, DER_OCTET_STRING);
    put(o, basic_oid, sizeof basic_oid);
    wrap(o, end, DER_SEQUENCE);
    wrap(o, end, DER_CONTEXT_CONSTRUCTED);
    put_value(o, 0x0a, &ok, 1);
    wrap(o, end, DER_SEQUENCE);
    gnutls_free(signature.data);
    gnutls_privkey_deinit(key);
    free(data);
}

/* What is found of `leaf` in that answer; with_issuer: its CA is known. */
static struct revoked judge_with(const struct answer *a, bool with_issuer)
{
    struct out *o = mem_new(sizeof *o);
    struct cert *c = minted_cert(leaf), *up = minted_cert(ca);
    response(o, a);
    struct revoked r = ocsp_judge(o->p + o->at, sizeof o->p - o->at, c, with_issuer ? up : NULL, MINT_NOW);
    cert_free(c);
    cert_free(up);
    free(o);
    return r;
}

static struct revoked judge(struct answer a)
{
    return judge_with(&a, true);
}

/* --- tests -------------------------------------------------------------------------------------- */

static void test_good(void **state)
{
    (void)state;
    struct revoked r = judge((struct answer){ .status = 0 });
    assert_int_equal(r.is, REVOKE_GOOD);
    assert_true(r.verified && !r.stale && !r.early);
    assert_int_equal(r.this_update, MINT_NOW - MINT_DAY);
    assert_int_equal(r.next_update, MINT_NOW + 6 * MINT_DAY);
    assert_int_equal(r.revoked_at, WHEN_UNKNOWN);
    assert_null(r.reason);
    char *text = revoked_text(&r);
    assert_string_equal(text, "says that the certificate is good");
    free(text);
    r = judge((struct answer){ .sha256 = true });
    assert_int_equal(r.is, REVOKE_GOOD);
    assert_true(r.verified);
}

static void test_revoked(void **state)
{
    (void)state;
    struct revoked r = judge((struct answer){ .status = 1, .reason = 1 });
    assert_int_equal(r.is, REVOKE_REVOKED);
    assert_true(r.verified);
    assert_int_equal(r.revoked_at, MINT_NOW - 5 * MINT_DAY);
    assert_string_equal(r.reason, "key-compromise");
    char *text = revoked_text(&r);
    assert_non_null(strstr(text, "revoked since 2027-01-10"));
    free(text);
    json_t *j = revoked_json(&r);
    assert_string_equal(json_string_value(json_object_get(j, "status")), "revoked");
    assert_string_equal(json_string_value(json_object_get(j, "reason")), "key-compromise");
    assert_string_equal(json_string_value(json_object_get(j, "revoked_at")), "2027-01-10T08:00:00Z");
    assert_true(json_is_true(json_object_get(j, "verified")));
    json_decref(j);
    assert_null(judge((struct answer){ .status = 1 }).reason);
    assert_int_equal(judge((struct answer){ .status = 2 }).is, REVOKE_UNKNOWN);
}

static void test_dates(void **state)
{
    (void)state;
    struct revoked r = judge((struct answer){ .from = -9, .to = -2 });
    assert_int_equal(r.is, REVOKE_GOOD);
    assert_true(r.stale && r.verified);
    char *text = revoked_text(&r);
    assert_non_null(strstr(text, "its time was over at 2027-01-13"));
    free(text);
    r = judge((struct answer){ .from = 1, .to = 8 });
    assert_true(r.early && !r.stale);
    assert_false(judge((struct answer){ .from = -9, .to_seconds = -120 }).stale); /* clocks differ a little */
    assert_true(judge((struct answer){ .from = -9, .to_seconds = -600 }).stale);
    assert_false(judge((struct answer){ .to = 1, .from_seconds = 120 }).early);
    assert_true(judge((struct answer){ .to = 1, .from_seconds = 600 }).early);
    r = judge((struct answer){ .from = -900, .open = true });
    assert_false(r.stale); /* it does not say until when */
    assert_int_equal(r.next_update, WHEN_UNKNOWN);
}

static void test_foreign(void **state)
{
    (void)state;
    assert_int_equal(judge((struct answer){ .about = other }).is, REVOKE_FOREIGN);
    assert_int_equal(judge((struct answer){ .about = other, .status = 1 }).is, REVOKE_FOREIGN);
    assert_int_equal(judge((struct answer){ .issuer = leaf }).is, REVOKE_FOREIGN);  /* another CA's name */
    assert_int_equal(judge((struct answer){ .issuer = twin }).is, REVOKE_FOREIGN);  /* another CA's key */
}

static void test_signature(void **state)
{
    (void)state;
    assert_true(judge((struct answer){ .by = signer, .brings = true }).verified);
    assert_true(judge((struct answer){ .brings = true }).verified);
    assert_int_equal(judge((struct answer){ .broken = true }).is, REVOKE_UNSIGNED);
    assert_int_equal(judge((struct answer){ .status = 1, .broken = true }).is, REVOKE_UNSIGNED);
    assert_int_equal(judge((struct answer){ .by = twin }).is, REVOKE_UNSIGNED);
    assert_int_equal(judge((struct answer){ .status = 1, .by = twin, .brings = true }).is, REVOKE_UNSIGNED);
    assert_int_equal(judge((struct answer){ .status = 1, .by = plain, .brings = true }).is, REVOKE_UNSIGNED);
    struct revoked r = judge_with(&(struct answer){ .status = 1, .broken = true }, false);
    assert_int_equal(r.is, REVOKE_REVOKED);
    assert_false(r.verified);
    char *text = revoked_text(&r);
    assert_non_null(strstr(text, "could not be verified"));
    free(text);
}

/* The CA's key in another certificate of the CA: nothing wrong can be said of that. */
static void test_renewed_ca(void **state)
{
    (void)state;
    struct minted *renewed = mint(&(struct mint){ .cn = "CA", .ca = true, .same_key = ca, .from = -1, .to = 900 });
    struct revoked r = judge((struct answer){ .by = renewed, .brings = true });
    assert_int_equal(r.is, REVOKE_GOOD);
    minted_free(renewed);
}

static struct revoked judge_bytes(const void *p, size_t n)
{
    struct cert *c = minted_cert(leaf), *up = minted_cert(ca);
    struct revoked r = ocsp_judge(p, n, c, up, MINT_NOW);
    cert_free(c);
    cert_free(up);
    return r;
}

static void test_no_answer(void **state)
{
    static const char *const words[] = { [1] = "malformed-request", [2] = "internal-error", [3] = "try-later",
                                         [5] = "signature-required", [6] = "unauthorized" };
    (void)state;
    for (uint8_t i = 1; i <= 6; i++) {
        uint8_t der[] = { 0x30, 3, 0x0a, 1, i };
        if (!words[i])
            continue;
        struct revoked r = judge_bytes(der, sizeof der);
        assert_int_equal(r.is, REVOKE_REFUSED);
        assert_string_equal(r.reason, words[i]);
    }
    static const uint8_t junk[] = { 0x30, 0x18, 0x0a, 1, 0, 0xa0, 0x13, 0x30, 0x11, 6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30,
                                    1, 1, 4, 4, 'j', 'u', 'n', 'k' };
    assert_int_equal(judge_bytes(junk, sizeof junk).is, REVOKE_MALFORMED);
    assert_int_equal(judge_bytes("", 0).is, REVOKE_MALFORMED);
    assert_int_equal(judge_bytes("<html>", 6).is, REVOKE_MALFORMED);
    uint8_t *large = mem_new(OCSP_DER_MAX + 1);
    assert_int_equal(judge_bytes(large, OCSP_DER_MAX + 1).is, REVOKE_MALFORMED);
    free(large);
}

/* Cut anywhere, it is no answer. */
static void test_cut(void **state)
{
    (void)state;
    struct out *o = mem_new(sizeof *o);
    response(o, &(struct answer){ .status = 1, .reason = 1 });
    size_t n = sizeof o->p - o->at;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(judge_bytes(o->p + o->at, i).is, REVOKE_MALFORMED);
    assert_int_equal(judge_bytes(o->p + o->at, n).is, REVOKE_REVOKED);
    free(o);
}

static void test_reasons(void **state)
{
    (void)state;
    assert_string_equal(revoke_reason(6), "certificate-hold");
    assert_string_equal(revoke_reason(10), "aa-compromise");
    assert_null(revoke_reason(0));
    assert_null(revoke_reason(7));
    assert_null(revoke_reason(11));
    assert_null(revoke_reason(-1));
}

/* The request names the certificate by its CA's name, its CA's key and its serial. */
static void test_request(void **state)
{
    (void)state;
    struct cert *c = minted_cert(leaf), *up = minted_cert(ca);
    size_t n = 0;
    uint8_t *der = ocsp_request(c, up, &n);
    gnutls_ocsp_req_t req;
    gnutls_datum_t in = { der, (unsigned)n }, name, key, serial;
    gnutls_digest_algorithm_t digest;
    struct der_cert d;
    assert_non_null(der);
    assert_int_equal(gnutls_ocsp_req_init(&req), 0);
    assert_int_equal(gnutls_ocsp_req_import(req, &in), 0);
    assert_int_equal(gnutls_ocsp_req_get_cert_id(req, 0, &digest, &name, &key, &serial), 0);
    assert_int_equal(digest, GNUTLS_DIG_SHA1);
    assert_true(der_cert(leaf->der, leaf->len, &d));
    assert_int_equal(serial.size, d.serial.left);
    assert_memory_equal(serial.data, d.serial.p, serial.size);
    assert_int_equal(gnutls_ocsp_req_get_cert_id(req, 1, &digest, NULL, NULL, NULL),
                     GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
    gnutls_free(name.data);
    gnutls_free(key.data);
    gnutls_free(serial.data);
    gnutls_ocsp_req_deinit(req);
    free(der);
    cert_free(c);
    cert_free(up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),      cmocka_unit_test(test_revoked),    cmocka_unit_test(test_dates),
        cmocka_unit_test(test_foreign),   cmocka_unit_test(test_signature),  cmocka_unit_test(test_renewed_ca),
        cmocka_unit_test(test_no_answer), cmocka_unit_test(test_cut),        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_request),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
