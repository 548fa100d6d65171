/* Tests of the one turn with a mail server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probes/mail.h"

static struct endpoint *endpoint_of(const char *text)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    assert_non_null(ep);
    return ep;
}

static void who_begins(void **state)
{
    static const struct { const char *endpoint, *says; } table[] = {
        { "smtp://a.test", "EHLO [192.0.2.7]\r\n" }, { "submission://a.test", "EHLO [192.0.2.7]\r\n" },
        { "lmtp://a.test", "LHLO [192.0.2.7]\r\n" }, { "smtps://a.test", NULL },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct endpoint *ep = endpoint_of(table[i].endpoint);
        assert_true(mail_is_spoken(ep));
        struct mail *m = mail_new(ep, "[192.0.2.7]");
        assert_int_equal(mail_has_turn(m), table[i].says != NULL);
        if (table[i].says)
            assert_string_equal(mail_speaks(m), table[i].says);
        assert_false(mail_has_turn(m)); /* once */
        mail_free(m);
        endpoint_free(ep);
    }
}

static void who_is_none(void **state)
{
    static const char *const table[] = { "imap://a.test", "https://a.test", "tls://a.test:25", "pop3s://a.test" };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct endpoint *ep = endpoint_of(table[i]);
        assert_false(mail_is_spoken(ep));
        endpoint_free(ep);
    }
    mail_free(NULL);
}

static void answers(void **state)
{
    static const struct { const char *in, *said; int code; bool over; } table[] = {
        { "250-a.test\r\n250 SIZE\r\n", "250 SIZE", 250, true },
        { "421 4.7.1 a.test Error: No client certificate presented\r\n",
          "421 4.7.1 a.test Error: No client certificate presented", 421, true },
        { "250-a.test\r\n250-SI", NULL, -1, false }, { "", NULL, -1, false },
        { "HTTP/1.1 400\r\n", NULL, -1, true }, { "\x15\3\3", NULL, -1, true },
    };
    (void)state;
    struct endpoint *ep = endpoint_of("smtp://a.test");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int bytewise = 0; bytewise < 2; bytewise++) {
            struct mail *m = mail_new(ep, "x");
            const char *said = NULL;
            bool over = false;
            size_t n = strlen(table[i].in);
            for (size_t at = 0; at < n && !over; at += bytewise ? 1 : n)
                over = mail_feed(m, table[i].in + at, bytewise ? 1 : n);
            assert_int_equal(over, table[i].over);
            assert_int_equal(mail_answer(m, &said), table[i].code);
            if (table[i].said)
                assert_string_equal(said, table[i].said);
            else
                assert_null(said);
            mail_free(m);
        }
    endpoint_free(ep);
}

static void without_end(void **state)
{
    (void)state;
    struct endpoint *ep = endpoint_of("smtp://a.test");
    struct mail *m = mail_new(ep, "x");
    bool over = false;
    for (int i = 0; i < 100000 && !over; i++)
        over = mail_feed(m, "250-x\r\n", 7);
    assert_true(over);
    mail_free(m);
    endpoint_free(ep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_begins), cmocka_unit_test(who_is_none), cmocka_unit_test(answers),
        cmocka_unit_test(without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
