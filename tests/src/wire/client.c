/* client - tests of the client profiles: that each row is one a client can be, and that the
 * numbers of the default row are those measured.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/wire/client.h"
#include "src/wire/names.h"

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

/* Every number has a name, and every suite fits one of the offered versions. */
static void rows_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < client_count; i++) {
        const struct client *c = &client_table[i];
        assert_true(c->name[0] && c->title[0] && c->source[0]);
        assert_non_null(version_find(c->min));
        assert_non_null(version_find(c->max));
        assert_true(c->min <= c->max);
        assert_true(c->rsa_bits_min >= 512 && c->dh_bits_min >= 512);
        for (const uint16_t *p = c->suites; *p; p++) {
            const struct suite *s = suite_find(*p);
            assert_non_null(s);
            assert_true(s->since <= c->max && s->until >= c->min);
            assert_int_not_equal(s->auth, AUTH_PSK);
        }
        for (const uint16_t *p = c->groups; *p; p++)
            assert_non_null(group_find(*p));
        for (const uint16_t *p = c->sigalgs; *p; p++)
            assert_non_null(sigalg_find(*p));
        no_number_twice(c->suites);
        no_number_twice(c->groups);
        no_number_twice(c->sigalgs);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(default_row),
    };
    return cmocka_run_group_tests_name("wire/client", tests, NULL, NULL);
}
