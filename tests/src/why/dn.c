/* Attributes of names as their text has them, and patterns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/why/dn.h"

static void test_find(void **state)
{
    (void)state;
    static const struct { const char *dn, *type, *value; } rows[] = {
        { "CN=a,O=b", "CN", "a" }, { "CN=a,O=b", "O", "b" }, { "cn=a, O=b", "CN", "a" }, { "O=b,  CN=a", "CN", "a" },
        { "CN=a,CN=b", "CN", "a" }, { "O=x\\, y,CN=a", "O", "x\\, y" }, { "O=x\\, CN=z,CN=a", "CN", "a" },
        { "OU=u+CN=a,O=b", "CN", "a" }, { "CN=", "CN", "" }, { "CN", "CN", NULL }, { "", "CN", NULL },
        { NULL, "CN", NULL },
        { "OCN=a", "CN", NULL }, { "CN=a\\", "CN", "a\\" }, { ",,,CN=a", "CN", "a" }, { "2.5.4.3=#0c", "CN", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice s = dn_find(rows[i].dn, rows[i].type);
        if (!rows[i].value) {
            assert_null(s.p);
            continue;
        }
        assert_non_null(s.p);
        assert_int_equal(s.n, strlen(rows[i].value));
        assert_memory_equal(s.p, rows[i].value, s.n);
    }
}

static void test_patterns(void **state)
{
    (void)state;
    static const struct { const char *s, *patterns; bool fits; } rows[] = {
        { "abc", "abc", true }, { "aBc", "AbC", true }, { "abc", "ab", false }, { "ab", "abc", false },
        { "abc", "a*", true },
        { "abc", "*c", true }, { "abc", "*b*", true }, { "abc", "*", true }, { "", "*", true }, { "", "", true },
        { "abc", "", false },
        { "abc", "x|abc", true }, { "abc", "x|y", false }, { "abc", "x|y*|*c", true }, { "aXbXc", "a*b*c", true },
        { "aaab", "*ab", true }, { "aaac", "*ab", false }, { "*.example", "*.example", true }, { "a|b", "a|b", false },
        { "abc", "a*d*", false }, { "abc", "**c", true }, { NULL, "*", false }, { NULL, NULL, true },
        { "abc", NULL, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (slice_fits(slice_of(rows[i].s), rows[i].patterns) != rows[i].fits)
            fail_msg("row %zu: \"%s\"", i, rows[i].s ? rows[i].s : "(none)");
    static const char many[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    assert_false(slice_fits(slice_of(many), "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*c")); /* without trying all ways */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_find), cmocka_unit_test(test_patterns) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
