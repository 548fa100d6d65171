/* The record's life and its JSON form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/model/cert.h"

static const char *const keys[] = {
    "subject",     "issuer",      "cn",        "serial", "not_before",  "not_after",   "key",
    "key_bits",    "curve",       "signature", "is_ca",  "names",       "names_total", "ski",
    "aki",         "aia",         "ocsp",      "crl",    "must_staple", "sct_times",   "sha256",
    "spki_sha256", "self_issued", "malformed", "fault",  "der",
};

static struct cert *sample(void)
{
    struct cert *c = cert_new();
    c->subject = mem_string("CN=a.example");
    c->issuer = mem_string("CN=CA");
    c->cn = mem_string("a.example");
    c->not_before = when_from_civil(1969, 12, 31, 23, 59, 59);
    c->not_after = when_from_civil(9999, 12, 31, 23, 59, 59);
    c->key = mem_string("RSA");
    c->key_bits = 2048;
    c->san = mem_array(NULL, 150, sizeof *c->san);
    for (c->san_count = 0; c->san_count < 150; c->san_count++)
        c->san[c->san_count] = (struct san){ SAN_DNS, mem_format("n%zu.example", c->san_count) };
    c->san_total = 3000;
    c->aia = mem_array(NULL, 1, sizeof *c->aia);
    c->aia[c->aia_count++] = mem_string("http://a.example/i.crt");
    c->sct = mem_array(NULL, 1, sizeof *c->sct);
    c->sct[c->sct_count++] = INT64_C(1800000000123);
    c->der = (uint8_t *)mem_copy("\x30\x01\xff\x00", 4);
    c->der_len = 4;
    return c;
}

static const char *text_at(json_t *j, const char *key)
{
    return json_string_value(json_object_get(j, key));
}

static void test_json(void **state)
{
    (void)state;
    struct cert *c = sample();
    json_t *j = cert_to_json(c, true);
    size_t i = 0;
    for (void *at = json_object_iter(j); at; at = json_object_iter_next(j, at), i++) {
        assert_true(i < sizeof keys / sizeof *keys);
        assert_string_equal(json_object_iter_key(at), keys[i]);
    }
    assert_int_equal(i, sizeof keys / sizeof *keys);
    assert_string_equal(text_at(j, "not_before"), "1969-12-31T23:59:59Z");
    assert_string_equal(text_at(j, "not_after"), "9999-12-31T23:59:59Z");
    assert_int_equal(json_array_size(json_object_get(j, "names")), 100);
    assert_int_equal(json_integer_value(json_object_get(j, "names_total")), 3000);
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "aia"), 0)),
                        "http://a.example/i.crt");
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "sct_times"), 0)),
                        "2027-01-15T08:00:00.123Z");
    assert_string_equal(text_at(j, "der"), "MAH/AA==");
    assert_true(json_is_null(json_object_get(j, "curve")));
    assert_true(json_is_null(json_object_get(j, "fault")));
    assert_true(json_is_false(json_object_get(j, "malformed")));
    json_decref(j);
    cert_free(c);
}

static void test_empty_json(void **state)
{
    (void)state;
    struct cert *c = cert_new();
    json_t *j = cert_to_json(c, false);
    assert_null(json_object_get(j, "der"));
    assert_true(json_is_null(json_object_get(j, "subject")));
    assert_true(json_is_null(json_object_get(j, "not_before")));
    assert_true(json_is_null(json_object_get(j, "key_bits")));
    assert_int_equal(json_array_size(json_object_get(j, "names")), 0);
    json_decref(j);
    cert_free(c);
}

static void test_base64(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cert *c = cert_new();
        c->der_len = strlen(rows[i][0]);
        c->der = (uint8_t *)mem_copy(rows[i][0], c->der_len);
        json_t *j = cert_to_json(c, true);
        assert_string_equal(text_at(j, "der"), rows[i][1]);
        json_decref(j);
        cert_free(c);
    }
}

static void test_references(void **state)
{
    (void)state;
    struct cert *c = sample();
    assert_ptr_equal(cert_ref(c), c);
    cert_free(c);
    assert_string_equal(c->cn, "a.example"); /* one reference is left */
    cert_free(c);
    cert_free(NULL);
    assert_null(cert_ref(NULL));
}

static void test_name(void **state)
{
    (void)state;
    struct cert *c = cert_new();
    assert_string_equal(cert_name(c), "certificate");
    c->subject = mem_string("O=Org");
    assert_string_equal(cert_name(c), "O=Org");
    c->san = mem_new(sizeof *c->san);
    c->san[0] = (struct san){ SAN_DNS, mem_string("a.example") };
    c->san_count = c->san_total = 1;
    assert_string_equal(cert_name(c), "a.example");
    c->cn = mem_string("The Name");
    assert_string_equal(cert_name(c), "The Name");
    cert_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),   cmocka_unit_test(test_empty_json),
        cmocka_unit_test(test_base64), cmocka_unit_test(test_references),
        cmocka_unit_test(test_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
