/* --ui-script: the workbench without a terminal, its prober played by the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "ui/ui.h"

static const char said[] =
    "{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0,\"endpoint\":\"https://shop.example\","
    "\"address\":\"192.0.2.1:443\",\"vantage\":\"local\"}\n"
    "{\"t\":\"busy\",\"column\":1}\n"
    "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"value\":\"tls1.3\","
    "\"probe\":\"handshake\",\"time\":\"2026-09-21T14:13:21.000Z\",\"ms\":2.5,\"text\":\"seen\","
    "\"bytes\":null}\n"
    "{\"t\":\"done\",\"column\":1}\n";

/* Runs a script; the prober has said its say and is gone, so that nothing stays open. */
static int run(const char *script, struct err *e)
{
    static char endpoint[] = "https://shop.example";
    static char *const endpoints[] = { endpoint };
    char path[] = "/tmp/tlswhy-script-XXXXXX";
    int pair[2], fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, script, strlen(script)), strlen(script));
    close(fd);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(write(pair[1], said, sizeof said - 1), sizeof said - 1);
    shutdown(pair[1], SHUT_WR);
    struct ui_options o = { .prober = pair[0], .endpoint = endpoints, .endpoint_count = 1,
                            .why = { .min_days = -1 }, .script = path };
    int result = ui_run(&o, e);
    close(pair[0]);
    close(pair[1]);
    unlink(path);
    return result;
}

static void dumps_what_keys_lead_to(void **state)
{
    (void)state;
    struct err e = { "" };
    char dump[] = "/tmp/tlswhy-dump-XXXXXX", text[16384] = "";
    close(mkstemp(dump));
    char *script = mem_format("# a comment\n:resize 100x30\n:wait idle\n2 j\n: \ntext why\nEsc\n"
                              ":\ntext compare\nEnter\n:dump %s\nq\n4\n", dump);
    assert_int_equal(run(script, &e), 0);
    FILE *in = fopen(dump, "r");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    unlink(dump);
    text[n] = '\0';
    assert_non_null(strstr(text, "[2 Compare]"));
    assert_non_null(strstr(text, "192.0.2.1:443"));
    assert_non_null(strstr(text, "TLS 1.3"));
    assert_non_null(strstr(text, "PROBER GONE"));
    int lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 30);
    free(script);
}

static void bad_lines_are_named(void **state)
{
    (void)state;
    static const char *const bad[] = { "nonsense\n", ":resize big\n", ":resize 0x5\n", ":wait long\n",
                                       ":dump /nowhere/at/all\n", ":dump\n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = { "" };
        assert_int_equal(run(bad[i], &e), 3);
        assert_non_null(strstr(e.text, "line 1 of"));
    }
}

static void missing_script_is_said(void **state)
{
    (void)state;
    struct err e = { "" };
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct ui_options o = { .prober = pair[0], .script = "/nowhere/at/all" };
    assert_int_equal(ui_run(&o, &e), 3);
    assert_non_null(strstr(e.text, "/nowhere/at/all"));
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dumps_what_keys_lead_to),
        cmocka_unit_test(bad_lines_are_named),
        cmocka_unit_test(missing_script_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
