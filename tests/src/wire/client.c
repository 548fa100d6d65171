/* client - tests of the client profiles: that each row is one a client can be, that the numbers of
 * the default row are those measured, and what limits leave of a client.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
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

#define LIST(...) (const uint16_t[]){ __VA_ARGS__, 0 }

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
        assert_int_equal(o.rsa_bits_min, 1024);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(default_row),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_that_leave_nothing),
        cmocka_unit_test(limited_groups),
        cmocka_unit_test(equal_offers),
    };
    return cmocka_run_group_tests_name("wire/client", tests, NULL, NULL);
}
