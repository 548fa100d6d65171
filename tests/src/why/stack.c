/* Tests of stack: by what it says to old hellos, as measured (see the comment there). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/why/stack.h"

static bool is(const char *ssl2, const char *ssl3, const char *words)
{
    json_t *versions = json_pack("{s:s?, s:s?, s:s}", "ssl2", ssl2, "ssl3", ssl3, "tls1.3", "accepted");
    bool holds = stack_is(versions, words);
    json_decref(versions);
    return holds;
}

static void test_libraries(void **state)
{
    static const struct { const char *ssl2, *ssl3, *is; } rows[] = {
        { "alert 70 protocol_version", "alert 40 handshake_failure", "like-openssl" },
        { "alert 40 handshake_failure", "alert 70 protocol_version", "like-java" },
        { "alert 70 protocol_version", "alert 70 protocol_version", "like-gnutls" },
        { "alert 10 unexpected_message", "alert 70 protocol_version", "like-nss" },
        { "closed", "alert 70 protocol_version", "like-small" },
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < ROWS; k++)
            assert_true(is(rows[i].ssl2, rows[i].ssl3, rows[k].is) == (i == k));
}

static void test_what_says_nothing(void **state)
{
    static const char all[] = "like-openssl|like-java|like-gnutls|like-nss|like-small";
    (void)state;
    assert_false(is("closed", "closed", all));
    assert_false(is("alert 40 handshake_failure", "alert 40 handshake_failure", all));
    assert_false(is(NULL, "alert 70 protocol_version", all));
    assert_false(is("alert 700", "alert 400", all));
    assert_false(stack_is(NULL, all));
    assert_true(is("alert 70 protocol_version", "alert 40 handshake_failure", "inside|like-openssl"));
    assert_false(is("alert 70 protocol_version", "alert 40 handshake_failure", "like-openssl-3|not-like-openssl"));
    assert_false(is("alert 70 protocol_version", "alert 40 handshake_failure", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_libraries), cmocka_unit_test(test_what_says_nothing) };
    return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
