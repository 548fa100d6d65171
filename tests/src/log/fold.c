/* Lines made plain: what is kept, what is masked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/log/fold.h"

static void folds(const char *line, const char *plain)
{
    char out[FOLD_ROOM(512)];
    size_t n = fold_line(line, strlen(line), out);
    assert_true(n <= FOLD_ROOM(strlen(line)));
    out[n] = '\0';
    assert_string_equal(out, plain);
}

static void test_words(void **state)
{
    (void)state;
    folds("", " ");
    folds("CERTIFICATE_VERIFY_FAILED", " certificate verify failed ");
    folds("Self-Signed  certificate\n\tin chain", " self signed certificate in chain ");
    folds("host\xe2\x80\x99s \xc3\xa9t\xc3\xa9", " host's \x01t\x01 ");
    folds("a\\nb \\\"c\\\"", " a b \"c \" ");
    folds("read -110 (-0x2700) x-1", " read -110 (-0x2700) x 1 ");
}

static void test_masks(void **state)
{
    (void)state;
    folds("2026/11/20 23:26:53 [info] 20895#20895: *2 SSL", " # # [info] #: *# ssl ");
    folds("client: 192.0.2.7:443, server: 10.0.0.1:8443", " client: #, server: # ");
    folds("postfix/smtpd[3611]: x", " postfix/smtpd[#]: x ");
    folds("[pid 28345:tid 28350]", " [pid #:tid #] ");
    folds("2026-11-20T23:29:11.068196873Z INFO", " #z info ");
    /* numbers that tell something stay */
    folds("error:14094410:SSL", " error:14094410:ssl ");
    folds("error:0A000410:SSL", " error:0a000410:ssl ");
    folds("alert [40]: TLS 1.2, TLSv1.3 num=20:unable", " alert [40]: tls 1.2, tlsv1.3 num=20:unable ");
    folds("versions: [303 302]", " versions: [303 302] ");
    folds("curl: (60)", " curl: (60) ");
}

/* Whatever the bytes, the result is plain: it holds no other bytes and folds into itself. */
static void test_any_bytes(void **state)
{
    (void)state;
    char line[600], once[FOLD_ROOM(600)], twice[FOLD_ROOM(FOLD_ROOM(600))];
    uint32_t seed = 1;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof line; i++) {
            seed = seed * 1664525 + 1013904223;
            line[i] = (char)(seed >> 24);
        }
        size_t n = fold_line(line, sizeof line, once);
        assert_true(n <= FOLD_ROOM(sizeof line));
        for (size_t i = 0; i < n; i++) {
            uint8_t c = (uint8_t)once[i];
            assert_true(c == 1 || (c >= ' ' && c < 0x7f && (c < 'A' || c > 'Z') && c != '_'));
            assert_false(c == ' ' && i && once[i - 1] == ' ');
        }
        assert_true(fold_line(once, n, twice) <= FOLD_ROOM(n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words), cmocka_unit_test(test_masks), cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
