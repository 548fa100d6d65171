/* Error numbers of each stack, decoded and found in lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/log/fold.h"
#include "src/log/number.h"

static void test_decode(void **state)
{
    (void)state;
    static const struct { enum number_kind kind; int64_t value; int alert; const char *words; } rows[] = {
        { NUMBER_OPENSSL, 0x14094410, 40, NULL }, { NUMBER_OPENSSL, 0x0A000410, 40, NULL },
        { NUMBER_OPENSSL, 0x0A000458, 112, NULL }, { NUMBER_OPENSSL, 0x1409442E, 70, NULL },
        { NUMBER_OPENSSL, 0x1416F086, -1, "certificate verify failed" },
        { NUMBER_OPENSSL, 0x0A0000C1, -1, "no shared cipher" },
        { NUMBER_OPENSSL, 0x1408F10B, -1, "wrong version number" },
        { NUMBER_OPENSSL, 0x0A000152, -1, "unsafe legacy renegotiation disabled" },
        { NUMBER_OPENSSL, 0x0B080074, -1, "key values mismatch" },
        { NUMBER_OPENSSL, 0x05800074, -1, "key values mismatch" },
        { NUMBER_OPENSSL, 0x0909006C, -1, "pem routines no start line" }, { NUMBER_OPENSSL, 0x10000067, -1, NULL },
        { NUMBER_BORINGSSL, 268435703, -1, "wrong version number" }, { NUMBER_BORINGSSL, 268436501, 45, NULL },
        { NUMBER_BORINGSSL, 268435581, -1, "certificate verify failed" },
        { NUMBER_VERIFY, 20, -1, "unable to get local issuer certificate" },
        { NUMBER_NSS, -12286, -1, "ssl error no cypher overlap" },
        { NUMBER_NSS, -8179, -1, "sec error unknown issuer" },
        { NUMBER_NSS, -8181, -1, "sec error expired certificate" },
        { NUMBER_SCHANNEL, 0x80090325, -1, "sec e untrusted root" },
        { NUMBER_APPLE, -9843, -1, "errsslhostnamemismatch" },
        { NUMBER_MBEDTLS, -0x2700, -1, "x509 certificate verification failed" },
        { NUMBER_WOLFSSL, -188, -1, "asn no signer error to confirm failure" },
        { NUMBER_GNUTLS, -110, -1, "tls connection was non properly terminated" }, { NUMBER_ALERT, 48, 48, NULL },
        { NUMBER_ALERT, 256, -1, NULL }, { NUMBER_NONE, 7, -1, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct number n = number_decode(rows[i].kind, rows[i].value);
        assert_int_equal(n.alert, rows[i].alert);
        if (rows[i].words && n.words)
            assert_string_equal(n.words, rows[i].words);
        else if (rows[i].words != n.words)
            fail_msg("row %zu", i);
    }
}

static void test_find(void **state)
{
    (void)state;
    static const struct { const char *line; enum number_kind kind; int64_t value; int alert; } rows[] = {
        { "error:1416F086:lib(20):func(367):reason(134)", NUMBER_OPENSSL, 0x1416F086, -1 },
        { "7F00:error:0A000410:SSL routines", NUMBER_OPENSSL, 0x0A000410, 40 },
        { "SSL error code 336151576", NUMBER_OPENSSL, 336151576, 48 },
        { "TLS error: 268436496:SSL routines", NUMBER_BORINGSSL, 268436496, 40 },
        { "error:100000f7:SSL routines:OPENSSL_internal:X", NUMBER_BORINGSSL, 0x100000f7, -1 },
        { "verify error:num=20:unable", NUMBER_VERIFY, 20, -1 },
        { "client SSL certificate verify error: (10:certificate", NUMBER_VERIFY, 10, -1 },
        { "SSL alert number 48", NUMBER_ALERT, 48, 48 }, { "*** Received alert [112]: x", NUMBER_ALERT, 112, 112 },
        { "* TLSv1.3 (IN), TLS alert, unknown CA (560):", NUMBER_ALERT, 48, 48 },
        { "The TLS protocol defined fatal alert code is 40.", NUMBER_ALERT, 40, 40 },
        { "mbedtls_ssl_handshake returned -0x7780", NUMBER_MBEDTLS, -0x7780, -1 },
        { "mbedtls: x509_verify_cert() returned -9984", NUMBER_MBEDTLS, -9984, -1 },
        { "NSS error -12286", NUMBER_NSS, -12286, -1 }, { "PR_Read returned error -8179: ", NUMBER_NSS, -8179, -1 },
        { "GnuTLS recv error (-110)", NUMBER_GNUTLS, -110, -1 }, { "wolfSSL: -188", NUMBER_WOLFSSL, -188, -1 },
        { "CFStreamErrorCodeKey=-9843", NUMBER_APPLE, -9843, -1 },
        { "schannel (0x80090325)", NUMBER_SCHANNEL, 0x80090325, -1 },
        { "failed: -2146893019", NUMBER_SCHANNEL, 0x80090325, -1 }, { "curl: (60) x", NUMBER_CURL, 60, -1 },
        /* no error numbers */
        { "errno: -71, code 7", NUMBER_NONE, 0, -1 }, { "Verify return code: 0 (ok)", NUMBER_NONE, 0, -1 },
        { "took 14094410 ms", NUMBER_NONE, 0, -1 }, { "2026-11-20 port 443 and -5", NUMBER_NONE, 0, -1 },
        { "-", NUMBER_NONE, 0, -1 }, { "error:", NUMBER_NONE, 0, -1 },
        { "alert number 999999999999999", NUMBER_NONE, 0, -1 },
        { "0x", NUMBER_NONE, 0, -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char plain[FOLD_ROOM(200)];
        struct number found[8] = { { .alert = -1 } };
        size_t n = fold_line(rows[i].line, strlen(rows[i].line), plain);
        size_t count = number_find(plain, n, found, 8);
        if (count != (rows[i].kind != NUMBER_NONE))
            fail_msg("\"%s\": %zu numbers", rows[i].line, count);
        assert_int_equal(found[0].kind, rows[i].kind);
        assert_int_equal(found[0].value, rows[i].value);
        assert_int_equal(found[0].alert, rows[i].alert);
    }
}

/* Of several, the one that says why comes first. */
static void test_order(void **state)
{
    (void)state;
    static const char line[] = " curl: (60) error:0a000086:ssl alert number 48 ";
    struct number found[2];
    assert_int_equal(number_find(line, sizeof line - 1, found, 2), 2);
    assert_int_equal(found[0].kind, NUMBER_OPENSSL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode), cmocka_unit_test(test_find), cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
