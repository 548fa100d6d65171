/* Tests of src/cmd/prober.c over its socket: how long a line may be, and that a prober which can't
 * work says so before it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/cmd.h"

#define PATIENCE 30000 /* milliseconds for one answer, far more than it takes */

struct prober { struct options o; int fd, pid; };

static struct prober prober_of(const char *word)
{
    struct prober p;
    struct err e = { "" };
    char *argv[] = { (char *)word, NULL };
    assert_true(options_parse(&p.o, 1, argv, true, &e));
    p.fd = prober_start(&p.o, &p.pid, &e);
    if (p.fd < 0)
        fail_msg("%s", e.text);
    return p;
}

/* The exit status; the prober ends by itself when the socket does. */
static int prober_wait(struct prober *p)
{
    int status = 0;
    close(p->fd);
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    options_free(&p->o);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* False when the prober has gone. */
static bool say(struct prober *p, const char *s, size_t n)
{
    while (n) {
        ssize_t sent = send(p->fd, s, n, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        s += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* All up to the next end of line, or what came before the end; owned by the caller. */
static char *hear(struct prober *p)
{
    struct text t = { 0 };
    char c;
    for (;;) {
        struct pollfd at = { .fd = p->fd, .events = POLLIN };
        assert_int_equal(poll(&at, 1, PATIENCE), 1);
        if (recv(p->fd, &c, 1, 0) <= 0 || c == '\n')
            return text_take(&t);
        text_add_n(&t, &c, 1);
    }
}

/* A line of n bytes that nobody understands. */
static char *line_of(size_t n)
{
    char *line = mem_new(n + 1);
    memset(line, 'x', n);
    line[n - 1] = '\n';
    return line;
}

static void heard(struct prober *p, const char *part)
{
    char *line = hear(p);
    if (!strstr(line, part))
        fail_msg("no %s in \"%s\"", part, line);
    free(line);
}

/* Whatever the stream calls a line is taken in: after it the prober still listens. */
static void test_long_lines(void **state)
{
    (void)state;
    struct prober p = prober_of("a.example");
    char *line = line_of(STREAM_LINE_MAX);
    assert_true(say(&p, line, STREAM_LINE_MAX));
    heard(&p, "it is not JSON");
    assert_true(say(&p, "{\"t\":\"what\"}\n", 13));
    heard(&p, "its kind is unknown");
    assert_int_equal(prober_wait(&p), EXIT_OK);
    free(line);
}

/* A line without an end is not collected for ever. */
static void test_endless_line(void **state)
{
    (void)state;
    struct prober p = prober_of("a.example");
    char *line = line_of(STREAM_LINE_MAX);
    line[STREAM_LINE_MAX - 1] = 'x';
    for (int i = 0; i < 4; i++)
        if (!say(&p, line, STREAM_LINE_MAX))
            break;
    char *end = hear(&p);
    assert_string_equal(end, "");
    free(end);
    assert_int_equal(prober_wait(&p), EXIT_OK);
    free(line);
}

static void test_no_loop(void **state)
{
    (void)state;
    setenv("LIBEV_FLAGS", "16", 1); /* a way to wait that this system does not have */
    struct prober p = prober_of("a.example");
    unsetenv("LIBEV_FLAGS");
    heard(&p, "\"t\":\"trouble\"");
    heard(&p, "");
    assert_int_equal(prober_wait(&p), EXIT_TROUBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_lines), cmocka_unit_test(test_endless_line),
        cmocka_unit_test(test_no_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
