/* compact - tests of JSON on one line: it is what jansson writes, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/model/compact.h"

static const char *const documents[] = {
    "null", "true", "false", "0", "-1", "9223372036854775807", "0.1", "-1e300", "1.0", "123456.789012345", "\"\"",
    "\"plain\"", "\"\\\"\\\\\\b\\f\\n\\r\\t/\"", "\"\\u0001\\u001f\\u007f\"", "\"\\u00e4\\u20ac\\ud83d\\ude00\"",
    "[]", "{}",
    "[[],{},[null]]", "{\"a\":1,\"b\":[1,2,{\"c\":\"d\"}],\"\\\"q\\\"\":\"\\n\",\"\\u00e4\":null,\"\":false}",
    "[\"TLS_AES_128_GCM_SHA256\",\"0x1a1a\"]", "[1,2.5,\"x\",true,false,null]",
};

static void test_same_as_jansson(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        json_t *j = json_loads(documents[i], JSON_DECODE_ANY, NULL);
        assert_non_null(j);
        char *expected = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        struct text t = { 0 };
        compact_add(&t, j);
        assert_string_equal(t.s, expected);
        text_free(&t);
        free(expected);
        json_decref(j);
    }
}

static void test_nothing(void **state)
{
    (void)state;
    struct text t = { 0 };
    compact_add(&t, NULL);
    assert_string_equal(t.s, "null");
    text_free(&t);
}

/* One odd byte at every place of strings of every length. */
static void test_every_place(void **state)
{
    (void)state;
    static const char odd[] = { '"', '\\', '\n', 0x1f, 0x1, ' ', '!', '#', '[', ']', 0x7f };
    for (size_t n = 1; n <= 40; n++)
        for (size_t at = 0; at < n; at++)
            for (size_t k = 0; k < sizeof odd; k++) {
                char s[41];
                memset(s, 'a' + (int)(at % 20), n);
                s[at] = odd[k];
                s[n] = '\0';
                json_t *j = json_string(s);
                char *expected = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
                struct text t = { 0 };
                compact_add(&t, j);
                assert_string_equal(t.s, expected);
                text_free(&t);
                free(expected);
                json_decref(j);
            }
}

/* A zero byte inside a string is no end. */
static void test_zero_byte(void **state)
{
    (void)state;
    json_t *j = json_loads("\"a\\u0000b\"", JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    struct text t = { 0 };
    compact_add(&t, j);
    assert_string_equal(t.s, "\"a\\u0000b\"");
    text_free(&t);
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_jansson), cmocka_unit_test(test_nothing), cmocka_unit_test(test_every_place),
        cmocka_unit_test(test_zero_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
