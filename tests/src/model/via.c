/* What via= takes, which proxy the environment names, and how a command becomes words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/model/via.h"

static void test_values(void **state)
{
    (void)state;
    static const struct { const char *value, *shown; enum via_kind kind; } good[] = {
        { "http://proxy.example:3128", "http://proxy.example:3128", VIA_HTTP },
        { "HTTP://Proxy.Example:3128/", "http://proxy.example:3128", VIA_HTTP },
        { "socks5://[2001:DB8::1]:1080", "socks5://[2001:db8::1]:1080", VIA_SOCKS5 },
        { "socks5h://192.0.2.1:1", "socks5://192.0.2.1:1", VIA_SOCKS5 },
        { "env", "env", VIA_ENV }, { "exec:ssh -W %h:%p host", "exec:ssh -W %h:%p host", VIA_EXEC },
    };
    static const char *const bad[] = {
        "", "proxy.example:3128", "http://", "http://:3128", "http://a", "http://a:", "http://a:0", "http://a:65536",
        "http://a:1/x", "http://a:1 ", "https://a:1", "socks4://a:1", "ftp://a:1", "http://u:p@a:1", "socks5://u@a:1",
        "http://[::1:3128", "exec:", "exec: ", "exec:''", "exec:a 'b",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err e = { "" };
        struct via v;
        if (!via_parse(good[i].value, &v, &e))
            fail_msg("%s: %s", good[i].value, e.text);
        assert_string_equal(v.shown, good[i].shown);
        assert_int_equal(v.kind, good[i].kind);
        via_clear(&v);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = { "" };
        struct via v;
        if (via_parse(bad[i], &v, &e))
            fail_msg("taken: %s", bad[i]);
        assert_true(strlen(e.text) > 10);
        assert_null(strstr(e.text, "u:p"));
        via_clear(&v);
    }
}

struct env { const char *set[8][2]; };

static const char *env_get(void *arg, const char *name)
{
    const struct env *e = arg;
    for (size_t i = 0; i < 8 && e->set[i][0]; i++)
        if (strcmp(e->set[i][0], name) == 0)
            return e->set[i][1];
    return NULL;
}

static void test_environment(void **state)
{
    (void)state;
    static const struct { struct env env; bool http; const char *host, *shown, *login, *wrong; } rows[] = {
        { { { { NULL } } }, true, "a.test", NULL, NULL, NULL },
        { { { { "HTTPS_PROXY", "http://p:1" } } }, true, "a.test", "http://p:1", NULL, NULL },
        { { { { "HTTPS_PROXY", "http://p:1" } } }, false, "a.test", NULL, NULL, NULL },
        { { { { "HTTPS_PROXY", "http://p:1" }, { "https_proxy", "q:2" } } }, true, "a.test", "http://q:2", NULL, NULL },
        { { { { "https_proxy", "" }, { "HTTPS_PROXY", "p" } } }, true, "a.test", "http://p:1080", NULL, NULL },
        { { { { "ALL_PROXY", "socks5h://p:1" } } }, false, "a.test", "socks5://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://u:p%3a%40x@p:1/" } } }, false, "a.test", "http://p:1", "u:p:@x", NULL },
        { { { { "ALL_PROXY", "http://u:a@b@[::1]:1" } } }, false, "a.test", "http://[::1]:1", "u:a@b", NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "no_proxy", "b.test, .test" } } }, true, "a.test", NULL, NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "atest,b.test" } } }, true, "a.test", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "*" } } }, true, "a.test", NULL, NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "a.test." } } }, true, "a.test", NULL, NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "." } } }, true, "a.test", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "*.test" } } }, true, "a.test", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "a.test:443" } } }, true, "a.test", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "0.0.2" } } }, true, "127.0.0.2", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "127.0.0.2" } } }, true, "127.0.0.2", NULL, NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "10.0.0.0/8" } } }, true, "10.9.9.9", NULL, NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "10.0.0.0/8,fd00::/7" } } }, true, "fe00::1", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "fd00::/7" } } }, true, "fd12::1", NULL, NULL, NULL },
        /* As curl 7.88 does: no number of bits stands for all of them. */
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "10.0.0.0/0" } } }, true, "10.9.9.9", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "10.0.0.0/" } } }, true, "10.9.9.9", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "10.9.9.9/0" } } }, true, "10.9.9.9", NULL, NULL, NULL },
        { { { { "ALL_PROXY", "http://p:1" }, { "NO_PROXY", "::/0" } } }, true, "fd12::1", "http://p:1", NULL, NULL },
        { { { { "ALL_PROXY", "https://u:secret@p:1" } } }, true, "a.test", NULL, NULL, "none this version can speak to" },
        { { { { "ALL_PROXY", "http://u:secret@:1" } } }, true, "a.test", NULL, NULL, "can't be read" },
        { { { { "ALL_PROXY", "http://u%00:secret@p:1" } } }, true, "a.test", NULL, NULL, "zero byte" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = { "" };
        struct via v;
        bool ok = via_settle("env", env_get, (void *)&rows[i].env, rows[i].http, rows[i].host, &v, &e);
        if (ok != !rows[i].wrong || (rows[i].wrong && !strstr(e.text, rows[i].wrong)) || strstr(e.text, "secret"))
            fail_msg("row %zu: %d %s", i, ok, e.text);
        if (ok && !(rows[i].shown ? v.shown && strcmp(v.shown, rows[i].shown) == 0 : v.kind == VIA_DIRECT))
            fail_msg("row %zu: %s", i, v.shown ? v.shown : "direct");
        if (ok && !(rows[i].login ? v.login && strcmp(v.login, rows[i].login) == 0 : !v.login))
            fail_msg("row %zu: login", i);
        via_clear(&v);
    }
}

static void test_commands(void **state)
{
    (void)state;
    static const struct { const char *command; const char *words[5]; } rows[] = {
        { "ssh -W %h:%p host", { "ssh", "-W", "a.test:443", "host" } },
        { "  a\t'b c'\"d e\"f  ", { "a", "b cd ef" } },
        { "a '' %% %x %", { "a", "", "%", "%x", "%" } },
        { "a $HOME;b|c", { "a", "$HOME;b|c" } },
        { "a '%h\"' \"'\"", { "a", "a.test\"", "'" } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = { "" };
        char **words = via_command(rows[i].command, "a.test", 443, &e);
        assert_non_null(words);
        size_t n = 0;
        for (; n < 5 && rows[i].words[n]; n++)
            assert_string_equal(words[n], rows[i].words[n]);
        assert_null(words[n]);
        via_command_free(words);
    }
    char many[4 * VIA_WORDS_MAX];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 ? ' ' : 'a';
    many[2 * VIA_WORDS_MAX] = '\0';
    struct err e = { "" };
    char **words = via_command(many, "h", 1, &e);
    assert_non_null(words);
    via_command_free(words);
    many[2 * VIA_WORDS_MAX] = 'a';
    many[sizeof many - 1] = '\0';
    assert_null(via_command(many, "h", 1, &e));
    assert_non_null(strstr(e.text, "more than 64 words"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
