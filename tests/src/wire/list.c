/* list - tests of the lists people write: names of both kinds, numbers, and what is said of bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/wire/list.h"

static const struct { enum list_kind kind; const char *text, *want; } good[] = {
    { LIST_SUITES, "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
    { LIST_SUITES, "tls_aes_256_gcm_sha384+AES128-SHA", "TLS_AES_256_GCM_SHA384+TLS_RSA_WITH_AES_128_CBC_SHA" },
    { LIST_SUITES, "0xc02f+0xCFFE", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256+0xcffe" },
    { LIST_SUITES, "AES128-SHA+AES128-SHA+0x002f", "TLS_RSA_WITH_AES_128_CBC_SHA" },
    { LIST_GROUPS, "P-256+X25519+brainpoolP256r1", "secp256r1+x25519+brainpoolP256r1" },
    { LIST_GROUPS, "x25519mlkem768+0x6399", "X25519MLKEM768+X25519Kyber768Draft00" },
    { LIST_SIGALGS, "RSA+SHA256", "rsa_pkcs1_sha256" },
    { LIST_SIGALGS, "ECDSA+SHA256+RSA-PSS+SHA256+ed25519", "ecdsa_secp256r1_sha256+rsa_pss_rsae_sha256+ed25519" },
};

static void names_and_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err e = { "" };
        uint16_t *list = list_parse(good[i].kind, good[i].text, &e);
        if (!list)
            fail_msg("%s: %s", good[i].text, e.text);
        char *text = list_format(good[i].kind, list);
        assert_string_equal(text, good[i].want);
        uint16_t *again = list_parse(good[i].kind, text, &e); /* the one spelling stays as it is */
        assert_non_null(again);
        char *same = list_format(good[i].kind, again);
        assert_string_equal(same, text);
        free(same);
        free(again);
        free(text);
        free(list);
    }
}

static const struct { enum list_kind kind; const char *text, *says; } bad[] = {
    { LIST_SUITES, "", "missing" },
    { LIST_SUITES, "AES128-SHA+", "missing" },
    { LIST_SUITES, "+AES128-SHA", "missing" },
    { LIST_SUITES, "AES128-SHA++AES256-SHA", "missing" },
    { LIST_SUITES, "TLS_AES_128_GCM_SHA255", "did you mean TLS_AES_128_GCM_SHA256?" },
    { LIST_SUITES, "HIGH:!aNULL", "joined by +" },
    { LIST_SUITES, "0x0000", "cipher suite" },
    { LIST_SUITES, "TLS_NULL_WITH_NULL_NULL", "leave it out" },
    { LIST_SUITES, "0x12345", "cipher suite" },
    { LIST_SUITES, "0x00ff", "signal" },
    { LIST_SUITES, "0x5600", "signal" },
    { LIST_SUITES, "\x1b[31m", "cipher suite" },
    { LIST_GROUPS, "secp256r2", "group" },
    { LIST_SIGALGS, "RSA+SHA999", "signature algorithm" },
};

static void one_sentence_for_a_bad_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = { "" };
        assert_null(list_parse(bad[i].kind, bad[i].text, &e));
        if (!strstr(e.text, bad[i].says))
            fail_msg("\"%s\": %s", bad[i].text, e.text);
        assert_null(strchr(e.text, '\x1b'));
        assert_null(strchr(e.text, '\n'));
    }
}

static void a_long_list(void **state)
{
    (void)state;
    char text[7 * 5000 + 1] = "";
    struct err e = { "" };
    for (int i = 0; i < 5000; i++)
        memcpy(text + 7 * i, i < 4999 ? "0xc02f+" : "0xc030", 7);
    uint16_t *list = list_parse(LIST_SUITES, text, &e);
    assert_non_null(list);
    assert_int_equal(list[0], 0xc02f);
    assert_int_equal(list[1], 0xc030);
    assert_int_equal(list[2], 0);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_numbers),
        cmocka_unit_test(one_sentence_for_a_bad_one),
        cmocka_unit_test(a_long_list),
    };
    return cmocka_run_group_tests_name("wire/list", tests, NULL, NULL);
}
