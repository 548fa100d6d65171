/* Tests of attempts: what a list of groups is called, and what a hostile session can't make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/why/attempts.h"
#include "src/why/look.h"

#define OK "ok", "aa", "tls1.3"

struct group { int count; const char *outcome, *leaf, *version; };
#define GROUPS_MAX 4

static json_t *value_of(const struct group *g, const char *limit)
{
    json_t *groups = json_array();
    int made = 0, failed = 0;
    for (int i = 0; i < GROUPS_MAX && g[i].count; i++) {
        made += g[i].count;
        failed += strcmp(g[i].outcome, "ok") ? g[i].count : 0;
        json_array_append_new(groups, json_pack("{s:i, s:s, s:s?, s:s?}", "count", g[i].count, "outcome", g[i].outcome,
                                                "leaf", g[i].leaf, "version", g[i].version));
    }
    return json_pack("{s:i, s:i, s:o, s:s?}", "made", made, "failed", failed, "groups", groups, "limit", limit);
}

static const struct row {
    struct group g[GROUPS_MAX];
    const char *limit;
    unsigned is;
    const char *faults; /* "" for none */
} rows[] = {
#define IS(id) ATTEMPTS_IS(id)
    { { { 12, OK } }, NULL, 0, "" },
    { { { 12, "expired", "aa", "tls1.3" } }, NULL, 0, "" },
    { { { 12, "closed", NULL, NULL } }, NULL, 0, "" },
    { { { 6, OK }, { 6, "ok", "bb", "tls1.3" } }, NULL, IS(LEAVES), "" },
    { { { 6, OK }, { 6, "ok", "aa", "tls1.2" } }, NULL, 0, "" },
    { { { 8, OK }, { 4, "expired", "bb", "tls1.3" } }, NULL, IS(MIXED) | IS(APART), "expired" },
    { { { 8, OK }, { 4, "issuer-unknown", "aa", "tls1.3" } }, NULL, IS(MIXED) | IS(APART), "issuer-unknown" },
    { { { 8, OK }, { 4, "alert 70 protocol_version", NULL, NULL } }, NULL,
      IS(MIXED) | IS(APART) | IS(REFUSES) | IS(VERSION), "" },
    { { { 8, OK }, { 4, "not-tls", NULL, NULL } }, NULL, IS(MIXED) | IS(APART) | IS(REFUSES) | IS(PLAIN), "" },
    { { { 8, OK }, { 2, "not-tls", NULL, NULL }, { 2, "closed", NULL, NULL } }, NULL,
      IS(MIXED) | IS(REFUSES) | IS(RANDOM), "" },
    { { { 8, OK }, { 2, "alert 70 protocol_version", NULL, NULL }, { 2, "alert 40 handshake_failure", NULL, NULL } },
      NULL, IS(MIXED) | IS(APART) | IS(REFUSES), "" },
    { { { 8, OK }, { 2, "alert 70 protocol_version", NULL, NULL }, { 2, "closed", NULL, NULL } }, NULL,
      IS(MIXED) | IS(REFUSES) | IS(RANDOM), "" },
    { { { 8, OK }, { 4, "late alert 116 certificate_required", "aa", "tls1.3" } }, NULL,
      IS(MIXED) | IS(APART) | IS(REFUSES) | IS(CERT), "" },
    { { { 8, OK }, { 4, "alert 112 unrecognized_name", NULL, NULL } }, NULL,
      IS(MIXED) | IS(APART) | IS(REFUSES) | IS(NAME), "" },
    { { { 8, OK }, { 4, "late alert 120 no_application_protocol", "aa", "tls1.3" } }, NULL,
      IS(MIXED) | IS(APART) | IS(REFUSES) | IS(ALPN), "" },
    { { { 8, OK }, { 4, "alert 80 internal_error", NULL, NULL } }, NULL, IS(MIXED) | IS(RANDOM), "" },
    { { { 8, OK }, { 4, "late alert 80 internal_error", "aa", "tls1.3" } }, NULL, IS(MIXED) | IS(RANDOM), "" },
    { { { 8, OK }, { 4, "closed", NULL, NULL } }, NULL, IS(MIXED) | IS(RANDOM), "" },
    { { { 8, OK }, { 2, "closed", NULL, NULL }, { 2, "silent", NULL, NULL } }, NULL, IS(MIXED) | IS(RANDOM), "" },
    { { { 8, OK }, { 4, "closed, certificate", "aa", "tls1.3" } }, NULL, IS(MIXED) | IS(RANDOM), "" },
    { { { 8, OK }, { 4, "closed, certificate", "bb", "tls1.3" } }, NULL, IS(MIXED) | IS(APART) | IS(REFUSES), "" },
    { { { 8, OK }, { 4, "reset, server-hello", NULL, "tls1.2" } }, NULL, IS(MIXED) | IS(APART) | IS(REFUSES), "" },
    { { { 11, OK }, { 1, "reset", NULL, NULL } }, NULL, IS(MIXED) | IS(RARE), "" },
    { { { 11, "reset", NULL, NULL }, { 1, OK } }, NULL, IS(MIXED) | IS(RARE), "" },
    { { { 8, OK }, { 4, "reset", NULL, NULL } }, "at-once", IS(MIXED) | IS(LIMITED), "" },
    { { { 8, OK }, { 4, "expired", "bb", "tls1.3" } }, "at-once", IS(MIXED) | IS(APART), "expired" },
    { { { 6, OK }, { 3, "expired", "bb", "tls1.3" }, { 3, "name-mismatch", "cc", "tls1.3" } }, NULL,
      IS(MIXED) | IS(APART), "expired|name-mismatch" },
    { { { 6, OK }, { 5, "expired", "bb", "tls1.3" }, { 1, "reset", NULL, NULL } }, NULL, IS(MIXED), "expired" },
#undef IS
};

static void test_groups_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *v = value_of(rows[i].g, rows[i].limit);
        struct attempts a = attempts_read(STATE_NO, v);
        if (a.is != rows[i].is || a.faults != fault_mask(rows[i].faults))
            fail_msg("row %zu: %x, not %x; faults %x", i, a.is, rows[i].is, a.faults);
        assert_int_equal(a.made, json_integer_value(json_object_get(v, "made")));
        json_decref(v);
    }
}

static void test_nothing_is_known(void **state)
{
    static const struct group mixed[GROUPS_MAX] = { { 8, OK }, { 4, "reset", NULL, NULL } };
    static const char *const bad[] = {
        "null", "[]", "{}", "{\"made\": 1, \"failed\": 0, \"groups\": []}", "{\"made\": \"12\"}", "{\"made\": -3}",
        "{\"made\": 99999999999}", "{\"made\": 12, \"groups\": 7}",
        "{\"made\": 12, \"groups\": [1, null, {\"count\": -5, \"outcome\": \"ok\"}, {\"outcome\": 3, \"count\": 1e3}]}",
    };
    json_t *v = value_of(mixed, NULL);
    (void)state;
    for (enum state s = NOT_ASKED; s <= COULD_NOT_ASK; s++) {
        bool known = s == STATE_YES || s == STATE_NO;
        assert_int_equal(attempts_read(s, v).is != 0, known);
        assert_int_equal(attempts_read(s, v).made, known ? 12 : 0);
    }
    json_decref(v);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        v = json_loads(bad[i], JSON_DECODE_ANY, NULL);
        assert_non_null(v);
        struct attempts a = attempts_read(STATE_NO, v);
        assert_int_equal(a.is & ATTEMPTS_IS(RANDOM), 0);
        assert_int_equal(a.faults, 0);
        json_decref(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_are_read),
        cmocka_unit_test(test_nothing_is_known),
    };
    return cmocka_run_group_tests_name("why/attempts", tests, NULL, NULL);
}
