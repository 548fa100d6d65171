/* The whole program on a pseudo terminal: the terminal is given back however it ends, and the bytes
 * sent keep what was promised about colours, character sets and quiet.
 *
 * $TLSWHY names the program. Nothing is contacted but a port of this machine where nobody listens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#define WAIT_MS 20000 /* for anything that has to come */

struct term {
    int master, slave;
    pid_t pid;
    char out[1 << 20];   /* all bytes since the start, NUL terminated */
    size_t n;
    struct termios before;
};

struct setup { const char *name, *value; };

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A port nobody listens on: bound once to learn it. */
static int closed_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    close(fd);
    return ntohs(a.sin_port);
}

static void child_run(const struct term *t, const struct setup *env, bool ignore_hup)
{
    char endpoint[64];
    struct rlimit none = { 0, 0 };
    snprintf(endpoint, sizeof endpoint, "https://127.0.0.1:%d", closed_port());
    close(t->master);
    if (login_tty(t->slave) < 0)
        _exit(126);
    setrlimit(RLIMIT_CORE, &none);
    if (ignore_hup)
        signal(SIGHUP, SIG_IGN);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("NO_COLOR");
    for (; env && env->name; env++)
        setenv(env->name, env->value, 1);
    execl(getenv("TLSWHY"), "tlswhy", endpoint, (char *)NULL);
    _exit(127);
}

static struct term *term_open(const struct setup *env, bool ignore_hup)
{
    struct term *t = calloc(1, sizeof *t);
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    assert_non_null(t);
    assert_int_equal(openpty(&t->master, &t->slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(t->slave, &t->before), 0);
    t->pid = fork();
    assert_true(t->pid >= 0);
    if (t->pid == 0)
        child_run(t, env, ignore_hup);
    return t;
}

/* Takes what comes within `ms`; false when nothing did. */
static bool term_read(struct term *t, int ms)
{
    struct pollfd p = { .fd = t->master, .events = POLLIN };
    if (poll(&p, 1, ms) <= 0 || t->n >= sizeof t->out - 1)
        return false;
    ssize_t n = read(t->master, t->out + t->n, sizeof t->out - 1 - t->n);
    if (n <= 0)
        return false;
    for (ssize_t i = 0; i < n; i++)
        if (t->out[t->n + (size_t)i] == '\0')
            t->out[t->n + (size_t)i] = ' ';
    t->n += (size_t)n;
    t->out[t->n] = '\0';
    return true;
}

static void term_await(struct term *t, size_t from, const char *what)
{
    long end = now_ms() + WAIT_MS;
    while (!strstr(t->out + from, what)) {
        if (now_ms() > end)
            fail_msg("\"%s\" did not appear; what came: %s", what, t->out + from);
        term_read(t, 100);
    }
}

/* Until nothing more comes for a while: all probes are done. */
static void term_settle(struct term *t)
{
    long end = now_ms() + WAIT_MS;
    while (term_read(t, 700) && now_ms() < end)
        continue;
}

static void term_type(struct term *t, const char *keys)
{
    assert_int_equal(write(t->master, keys, strlen(keys)), strlen(keys));
}

/* The status the program ends with; what it still writes is read meanwhile. */
static int term_end(struct term *t)
{
    int status = 0;
    long end = now_ms() + WAIT_MS;
    while (waitpid(t->pid, &status, WNOHANG) == 0) {
        if (now_ms() > end) {
            kill(t->pid, SIGKILL);
            waitpid(t->pid, &status, 0);
            fail_msg("it did not end; what came: %s", t->out);
        }
        term_read(t, 20);
    }
    while (term_read(t, 50))
        continue;
    return status;
}

static void term_close(struct term *t)
{
    close(t->master);
    if (t->slave >= 0)
        close(t->slave);
    free(t);
}

static const char *last_of(const char *text, const char *what)
{
    const char *last = NULL;
    for (const char *p = text; (p = strstr(p, what)); p++)
        last = p;
    return last;
}

static void assert_given_back(struct term *t)
{
    struct termios after;
    const char *on = last_of(t->out, "\033[?1049h"), *off = last_of(t->out, "\033[?1049l");
    const char *hidden = last_of(t->out, "\033[?25l"), *shown = last_of(t->out, "\033[?25h");
    assert_non_null(on);
    assert_non_null(off);
    assert_true(off > on);
    assert_true(!hidden || (shown && shown > hidden));
    assert_int_equal(tcgetattr(t->slave, &after), 0);
    assert_int_equal(after.c_iflag, t->before.c_iflag);
    assert_int_equal(after.c_oflag, t->before.c_oflag);
    assert_int_equal(after.c_cflag, t->before.c_cflag);
    assert_int_equal(after.c_lflag, t->before.c_lflag);
    assert_memory_equal(after.c_cc, t->before.c_cc, sizeof after.c_cc);
    assert_null(strstr(t->out, "\033[?1000h"));
    assert_null(strstr(t->out, "\033[?2004h"));
}

static void q_gives_the_terminal_back(void **state)
{
    (void)state;
    struct term *t = term_open(NULL, false);
    term_await(t, 0, "?:help");
    term_type(t, "q");
    int status = term_end(t);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_given_back(t);
    term_close(t);
}

static void second_interrupt_quits(void **state)
{
    (void)state;
    struct term *t = term_open(NULL, false);
    term_await(t, 0, "?:help");
    term_type(t, "\003");
    term_await(t, 0, "^C again quits");
    term_type(t, "\003");
    assert_true(WIFEXITED(term_end(t)));
    assert_given_back(t);
    term_close(t);
}

static void signals_end_it_as_themselves(void **state)
{
    (void)state;
    static const int signals[] = { SIGTERM, SIGHUP,  SIGINT, SIGQUIT,
                                   SIGSEGV, SIGABRT, SIGBUS, SIGFPE };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct term *t = term_open(NULL, false);
        term_await(t, 0, "?:help");
        assert_int_equal(kill(t->pid, signals[i]), 0);
        int status = term_end(t);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        assert_given_back(t);
        term_close(t);
    }
}

static void big_q_leaves_the_view(void **state)
{
    (void)state;
    struct term *t = term_open(NULL, false);
    term_await(t, 0, "?:help");
    term_type(t, "2");
    term_settle(t);
    term_type(t, "Q");
    assert_true(WIFEXITED(term_end(t)));
    assert_given_back(t);
    assert_non_null(strstr(last_of(t->out, "\033[?1049l"), "[2 Compare]"));
    term_close(t);
}

static void lost_terminal_ends_it(void **state)
{
    (void)state;
    struct term *t = term_open(NULL, true);
    int status;
    term_await(t, 0, "?:help");
    close(t->slave);
    t->slave = -1;
    close(t->master);
    t->master = open("/dev/null", O_RDWR);
    long start = now_ms();
    pid_t ended = 0;
    while ((ended = waitpid(t->pid, &status, WNOHANG)) == 0 && now_ms() - start < WAIT_MS)
        poll(NULL, 0, 10);
    assert_int_equal(ended, t->pid);
    assert_true(WIFEXITED(status));
    term_close(t);
}

/* Colour is a parameter 30-49 or 90-107 of an SGR sequence. */
static bool has_color(const char *s)
{
    for (; (s = strstr(s, "\033[")); s++) {
        const char *p = s + 2;
        while ((*p >= '0' && *p <= '9') || *p == ';') {
            char *end;
            long n = strtol(p, &end, 10);
            const char *final = p + strspn(p, "0123456789;");
            if (*final == 'm' && ((n >= 30 && n <= 49) || (n >= 90 && n <= 107)))
                return true;
            p = end + (*end == ';');
            if (end == p && *p != ';')
                break;
        }
    }
    return false;
}

static void colour_only_where_wanted(void **state)
{
    (void)state;
    static const struct setup none[] = { { "NO_COLOR", "1" }, { NULL, NULL } };
    for (int i = 0; i < 2; i++) {
        struct term *t = term_open(i ? NULL : none, false);
        term_await(t, 0, "?:help");
        term_settle(t);
        term_type(t, "132?q");
        term_settle(t);
        assert_int_equal(has_color(t->out), i);
        term_type(t, "qq");
        term_end(t);
        term_close(t);
    }
}

static void c_locale_is_ascii(void **state)
{
    (void)state;
    static const struct setup c[] = { { "LC_ALL", "C" }, { NULL, NULL } };
    struct term *t = term_open(c, false);
    term_await(t, 0, "?:help");
    term_type(t, "132?q");
    term_settle(t);
    for (size_t i = 0; i < t->n; i++)
        assert_true((unsigned char)t->out[i] < 0x80);
    term_type(t, "qq");
    term_end(t);
    assert_given_back(t);
    term_close(t);
}

static void unknown_terminal_falls_back(void **state)
{
    (void)state;
    static const struct setup odd[] = { { "TERM", "no-such-terminal" }, { NULL, NULL } };
    struct term *t = term_open(odd, false);
    term_await(t, 0, "?:help");
    term_await(t, 0, "not known on this machine");
    term_type(t, "q");
    assert_true(WIFEXITED(term_end(t)));
    term_close(t);
}

static void quiet_and_thrifty(void **state)
{
    (void)state;
    struct term *t = term_open(NULL, false);
    term_await(t, 0, "?:help");
    term_settle(t);
    term_type(t, "2");
    term_settle(t);
    assert_false(term_read(t, 2000)); /* nothing changes: not a byte */
    size_t before = t->n;
    term_type(t, "j");
    term_settle(t);
    assert_true(t->n > before);
    assert_true(t->n - before <= 2048);
    before = t->n;
    term_type(t, "\033"); /* alone: taken as Esc without waiting for more */
    term_await(t, before, "first level");
    term_type(t, "qq");
    term_end(t);
    term_close(t);
}

static void follows_the_size(void **state)
{
    (void)state;
    struct term *t = term_open(NULL, false);
    struct winsize size = { .ws_row = 5, .ws_col = 20 };
    term_await(t, 0, "?:help");
    term_type(t, "a");
    term_await(t, 0, "add: ");
    term_type(t, "half");
    term_settle(t);
    assert_int_equal(ioctl(t->master, TIOCSWINSZ, &size), 0);
    term_settle(t);
    size_t before = t->n;
    size.ws_row = 30;
    size.ws_col = 100;
    assert_int_equal(ioctl(t->master, TIOCSWINSZ, &size), 0);
    term_await(t, before, "add: ");
    term_await(t, before, "half");
    kill(t->pid, SIGTERM);
    term_end(t);
    assert_given_back(t);
    term_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q_gives_the_terminal_back), cmocka_unit_test(second_interrupt_quits),
        cmocka_unit_test(signals_end_it_as_themselves), cmocka_unit_test(big_q_leaves_the_view),
        cmocka_unit_test(lost_terminal_ends_it), cmocka_unit_test(colour_only_where_wanted),
        cmocka_unit_test(c_locale_is_ascii), cmocka_unit_test(unknown_terminal_falls_back),
        cmocka_unit_test(quiet_and_thrifty), cmocka_unit_test(follows_the_size),
    };
    const char *program = getenv("TLSWHY");
    if (!program || access(program, X_OK) != 0) {
        puts("1..0 # SKIP $TLSWHY names no program");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
