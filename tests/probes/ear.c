/* ear - tests of real clients that connect to us: the clients (and the servers behind a tap) are processes of their
 * own, the ear runs here; what it says is looked at, and what came out at the other end of a tap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/ear.h"
#include "src/base/mem.h"
#include "src/model/session.h"
#include "src/wire/client.h"

#define LONG 60           /* seconds: nothing here takes so long */
#define MANY 3000
#define BULK (8u << 20)   /* bytes through a tap */

/* --- the ear's side ----------------------------------------------------------------------------- */

struct stage {
    struct ev_loop *loop;
    struct ear *ear;
    struct session *session;
    struct ev_timer limit;
    struct ev_prepare prepare;
    int done, columns;
    bool late;
};

static void on_event(void *arg, struct event *ev)
{
    struct stage *s = arg;
    const struct column *c = session_column(s->session, ev->column);
    if (ev->kind == EVENT_COLUMN) {
        assert_null(c);
        assert_string_equal(ev->vantage, "client");
        s->columns++;
    } else {
        assert_non_null(c); /* nothing is said before its column is */
    }
    s->done += ev->kind == EVENT_DONE;
    char *line = event_format(ev); /* what is said can be written and read */
    struct event back;
    struct err e = { "" };
    if (!event_parse(line, strlen(line) - 1, &back, &e))
        fail_msg("%s: %s", e.text, line);
    event_clear(&back);
    free(line);
    session_apply(s->session, ev);
}

static void on_limit(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)events;
    ((struct stage *)w->data)->late = true;
    ev_break(loop, EVBREAK_ALL);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    (void)events;
    if (ear_over(((struct stage *)w->data)->ear))
        ev_break(loop, EVBREAK_ALL);
}

static int port_of(const struct stage *s)
{
    const char *where = ear_where(s->ear, 0);
    assert_non_null(where);
    return atoi(strrchr(where, ':') + 1);
}

static void stage_begin(struct stage *s, struct ear_options o)
{
    struct err e = { "" };
    *s = (struct stage){ .loop = ev_loop_new(EVFLAG_AUTO), .session = session_new(0) };
    s->ear = ear_new(s->loop, &o, (struct sink){ on_event, s }, &e);
    if (!s->ear)
        fail_msg("%s", e.text);
}

static void stage_run(struct stage *s)
{
    ev_timer_init(&s->limit, on_limit, LONG, 0.);
    ev_prepare_init(&s->prepare, on_prepare);
    s->limit.data = s->prepare.data = s;
    ev_timer_start(s->loop, &s->limit);
    ev_prepare_start(s->loop, &s->prepare);
    ev_run(s->loop, 0);
    assert_false(s->late);
    ev_timer_stop(s->loop, &s->limit);
    ev_prepare_stop(s->loop, &s->prepare);
    assert_int_equal(s->done, s->columns);
}

static void stage_end(struct stage *s)
{
    ear_free(s->ear);
    session_free(s->session);
    ev_loop_destroy(s->loop);
}

static const json_t *end_of(const struct stage *s, size_t i)
{
    assert_true(i < s->session->count);
    const struct seen *seen = &s->session->column[i]->fact[FACT_CLIENT_END];
    assert_int_equal(seen->state, STATE_YES);
    return seen->value;
}

static void ended(const struct stage *s, size_t i, const char *stage, const char *by, const char *how)
{
    const json_t *end = end_of(s, i);
    const char *is[] = { json_string_value(json_object_get(end, "stage")),
                         json_string_value(json_object_get(end, "by")),
                         json_string_value(json_object_get(end, "how")) };
    if (strcmp(is[0], stage) || strcmp(is[1], by) || strcmp(is[2], how))
        fail_msg("client %zu: %s by %s: %s, and not %s by %s: %s", i, is[0], is[1], is[2], stage, by, how);
}

/* --- the clients' side -------------------------------------------------------------------------- */

/* A process that runs `play` and ends with its result. */
static pid_t act(int (*play)(int port, int arg), int port, int arg)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid)
        return pid;
    close_range(3, ~0u, 0); /* the ear's own sockets, which would listen on here */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LONG);
    signal(SIGPIPE, SIG_IGN);
    _exit(play(port, arg));
}

static int result_of(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

static int client_socket(int family, int port)
{
    struct sockaddr_in six4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 six6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port),
                                 .sin6_addr = in6addr_loopback };
    int fd = socket(family, SOCK_STREAM, 0);
    int r = family == AF_INET ? connect(fd, (struct sockaddr *)&six4, sizeof six4)
                              : connect(fd, (struct sockaddr *)&six6, sizeof six6);
    if (r == 0)
        return fd;
    close(fd);
    return -1;
}

static int client_connect(int port)
{
    return client_socket(AF_INET, port);
}

static bool say(int fd, const void *p, size_t n)
{
    for (const uint8_t *at = p; n;) {
        ssize_t some = send(fd, at, n, 0);
        if (some <= 0)
            return false;
        at += some;
        n -= (size_t)some;
    }
    return true;
}

/* Bytes until the end, 0 for FIN, -1 for a reset, in *n how many came, in *first the first of them. */
static int hear_first(int fd, size_t *n, uint8_t *first)
{
    uint8_t chunk[65536];
    ssize_t some;
    *n = 0;
    while ((some = recv(fd, chunk, sizeof chunk, 0)) > 0) {
        *first = *n ? *first : chunk[0];
        *n += (size_t)some;
    }
    return some < 0 ? -1 : 0;
}

static int hear_out(int fd, size_t *n)
{
    uint8_t first;
    return hear_first(fd, n, &first);
}

static void hello_make(struct buf *b, const char *sni)
{
    struct limits none = { 0 };
    struct client_lists keep;
    struct offer offer;
    struct hello h = { .seed = 5, .sni = sni };
    const struct client *c = client_find(NULL);
    buf_init(b, HELLO_BYTES_MAX);
    offer_make(&offer, c, &none);
    client_hello(c, &offer, NULL, &keep, &h);
    hello_write(&h, b);
    offer_clear(&offer);
}

/* --- listen ------------------------------------------------------------------------------------- */

static int play_bytes(int port, int pause_us)
{
    struct buf b;
    size_t n;
    hello_make(&b, "one.test");
    int fd = client_connect(port), one = 1;
    setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof one);
    for (size_t i = 0; i < b.len; i++) {
        if (!say(fd, b.data + i, 1))
            return 1;
        usleep((useconds_t)pause_us);
    }
    buf_free(&b);
    return hear_out(fd, &n) == 0 ? 0 : 2;
}

static void test_single_bytes(void **state)
{
    (void)state;
    struct stage s;
    stage_begin(&s, (struct ear_options){ .clients = 1, .hello_only = true });
    pid_t pid = act(play_bytes, port_of(&s), 100);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    const struct seen *seen = &s.session->column[0]->fact[FACT_CLIENT_HELLO];
    assert_int_equal(seen->state, STATE_YES);
    assert_string_equal(json_string_value(json_object_get(seen->value, "sni")), "one.test");
    assert_true(json_integer_value(json_object_get(seen->value, "segments")) > 1);
    assert_int_equal(json_array_size(json_object_get(seen->value, "versions")), 2);
    assert_string_equal(json_string_value(json_object_get(seen->value, "client")), "default");
    assert_true(json_is_true(json_object_get(seen->value, "same")));
    const char *raw = json_string_value(json_object_get(seen->value, "raw"));
    struct buf b;
    hello_make(&b, "one.test");
    char *hex = bytes_hex(b.data, b.len, b.len);
    assert_string_equal(raw, hex);
    free(hex);
    buf_free(&b);
    ended(&s, 0, "hello", "us", "complete");
    stage_end(&s);
}

enum { SAY_NOTHING, SAY_HALF, SAY_HTTP, SAY_ALERT, SAY_BROKEN, SAY_BIG, SAY_SSL2, SAY_SSL3, SAY_RECORDS, SAY_NAME, SAY_COUNT };

/* What it says, and then hears the end of it; SAY_HALF goes by itself. */
static int play_odd(int port, int what)
{
    static const char http[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", alert[] = "\x15\x03\x01\x00\x02\x02\x28";
    static const char broken[] = "\x16\x03\x01\x00\x08\x01\x00\x00\x04\xff\xff\xff\xff";
    struct buf b;
    size_t n;
    uint8_t first = 0;
    static const uint16_t suites[] = { 0x0005, 0 };
    struct hello old = { .version = what == SAY_SSL2 ? 0x0002 : 0x0300, .suites = suites };
    hello_make(&b, what == SAY_NAME ? "o_d_d.test" : "odd.test");
    int fd = client_connect(port);
    if (what == SAY_HALF)
        return say(fd, b.data, b.len / 2) ? 0 : 1;
    if (what == SAY_HTTP && !say(fd, http, sizeof http - 1))
        return 1;
    if (what == SAY_ALERT && !say(fd, alert, sizeof alert - 1))
        return 1;
    if (what == SAY_BROKEN && !say(fd, broken, sizeof broken - 1))
        return 1;
    for (int i = 0; what == SAY_BIG && i < 6; i++) {
        static uint8_t record[5 + 16384] = { 22, 3, 1, 0x40, 0 };
        if (i == 0)
            memcpy(record + 5, "\x01\x01\xff\xff", 4);
        else
            memset(record + 5, 0, 4);
        say(fd, record, sizeof record); /* it may be refused before the end */
    }
    for (size_t i = 5; what == SAY_RECORDS && i < b.len; i++) { /* more of them than are gone through in a turn */
        const uint8_t record[] = { 22, 3, 1, 0, 1, b.data[i] };
        say(fd, record, sizeof record); /* an answer may come before the last of them */
    }
    if (what == SAY_NAME)
        say(fd, b.data, b.len);
    b.len = 0;
    if ((what == SAY_SSL2 || what == SAY_SSL3) && !(hello_write(&old, &b) && say(fd, b.data, b.len)))
        return 1;
    buf_free(&b);
    int end = hear_first(fd, &n, &first);
    if (what == SAY_SSL2 || what == SAY_SSL3 || what == SAY_BROKEN)
        return n == 7 && first == 21 ? 0 : 3; /* an alert */
    if (what == SAY_RECORDS && !n)
        return 4;
    return end == 0 || what == SAY_BIG ? 0 : 2;
}

static void test_odd_clients(void **state)
{
    (void)state;
    static const struct { const char *stage, *by, *how; int alert; } row[SAY_COUNT] = {
        [SAY_NOTHING] = { "nothing", "client", "silent", -1 },
        [SAY_HALF] = { "nothing", "client", "closed", -1 },
        [SAY_HTTP] = { "nothing", "client", "not-tls", -1 },
        [SAY_ALERT] = { "nothing", "client", "alert", 40 },
        [SAY_BROKEN] = { "nothing", "client", "protocol", -1 },
        [SAY_BIG] = { "nothing", "client", "protocol", -1 },
        [SAY_SSL2] = { "hello", "us", "alert", 70 },
        [SAY_SSL3] = { "hello", "us", "alert", 40 },
        [SAY_RECORDS] = { "server-hello", "us", "alert", 40 }, /* our answer, as there is no certificate here */
        [SAY_NAME] = { "hello", "us", "alert", 47 }, /* a name that GnuTLS won't have, and others do */
    };
    for (int i = 0; i < SAY_COUNT; i++) {
        struct stage s;
        stage_begin(&s, (struct ear_options){ .clients = 1, .timeout = 0.5 });
        pid_t pid = act(play_odd, port_of(&s), i);
        stage_run(&s);
        int result = result_of(pid);
        if (result)
            fail_msg("client %d: %d", i, result);
        ended(&s, 0, row[i].stage, row[i].by, row[i].how);
        const json_t *alert = json_object_get(end_of(&s, 0), "alert");
        assert_int_equal(json_is_integer(alert) ? (int)json_integer_value(alert) : -1, row[i].alert);
        bool hello = strcmp(row[i].stage, "nothing") != 0;
        assert_int_equal(s.session->column[0]->fact[FACT_CLIENT_HELLO].state, hello ? STATE_YES : STATE_NO);
        stage_end(&s);
    }
}

static int play_long(int port, int count)
{
    struct buf b;
    size_t n;
    uint16_t *suites = mem_array(NULL, (size_t)count + 1, sizeof *suites);
    struct hello h = { .version = 0x0303, .suites = suites };
    for (int i = 0; i < count; i++)
        suites[i] = (uint16_t)(0xf001 + i % 2); /* in no table, and no GREASE */
    suites[count] = 0;
    buf_init(&b, HELLO_BYTES_MAX);
    int fd = client_connect(port);
    if (!hello_write(&h, &b) || !say(fd, b.data, b.len))
        return 1;
    buf_free(&b);
    free(suites);
    return hear_out(fd, &n) == 0 ? 0 : 2;
}

static void test_long_lists(void **state)
{
    (void)state;
    struct stage s;
    stage_begin(&s, (struct ear_options){ .clients = 1, .hello_only = true });
    pid_t pid = act(play_long, port_of(&s), 30000);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    const json_t *suites = json_object_get(s.session->column[0]->fact[FACT_CLIENT_HELLO].value, "suites");
    assert_int_equal(json_array_size(suites), 1000);
    assert_string_equal(json_string_value(json_array_get(suites, 998)), "0xf001");
    assert_string_equal(json_string_value(json_array_get(suites, 999)), "and 29001 more");
    stage_end(&s);
}

static int play_twice(int port, int arg)
{
    struct buf b;
    size_t n;
    (void)arg;
    hello_make(&b, NULL);
    int four = client_socket(AF_INET, port), six = client_socket(AF_INET6, port);
    if (four < 0 || !say(four, b.data, b.len) || hear_out(four, &n))
        return 1;
    if (six >= 0 && (!say(six, b.data, b.len) || hear_out(six, &n)))
        return 2;
    buf_free(&b);
    for (int i = 0; i < 100; i++) { /* nobody else is let in, once it has seen the last one */
        int fd = client_connect(port);
        if (fd < 0)
            return six < 0 ? 77 : 0;
        close(fd);
        usleep(10000);
    }
    return 3;
}

static void test_both_families(void **state)
{
    (void)state;
    struct stage s;
    stage_begin(&s, (struct ear_options){ .clients = 2, .hello_only = true });
    if (!ear_where(s.ear, 1)) {
        stage_end(&s);
        skip(); /* no IPv6 here */
    }
    assert_int_equal(strncmp(ear_where(s.ear, 1), "[::1]:", 6), 0);
    assert_null(ear_where(s.ear, 2));
    pid_t pid = act(play_twice, port_of(&s), 0);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    int six = 0;
    for (size_t i = 0; i < 2; i++) { /* in whichever order they were taken */
        assert_int_equal(s.session->column[i]->fact[FACT_CLIENT_HELLO].state, STATE_YES);
        six += strncmp(s.session->column[i]->address, "[::1]:", 6) == 0;
    }
    assert_int_equal(six, 1);
    struct ear_counts n = ear_counts(s.ear);
    assert_int_equal(n.accepted, 2);
    assert_int_equal(n.hellos, 2);
    assert_int_equal(n.open + n.other + n.failed, 0);
    stage_end(&s);
}

static void test_no_place(void **state)
{
    (void)state;
    struct stage s;
    struct err e = { "" };
    stage_begin(&s, (struct ear_options){ .address = "127.0.0.1" });
    struct ear_options o = { .address = "127.0.0.1", .port = port_of(&s) };
    assert_null(ear_new(s.loop, &o, (struct sink){ on_event, &s }, &e));
    assert_non_null(strstr(e.text, "taken"));
    assert_non_null(strstr(e.text, ear_where(s.ear, 0)));
    e.text[0] = '\0';
    o.address = "192.0.2.1";
    assert_null(ear_new(s.loop, &o, (struct sink){ on_event, &s }, &e));
    assert_non_null(strstr(e.text, "no address of this machine"));
    e.text[0] = '\0';
    o.address = "nowhere";
    assert_null(ear_new(s.loop, &o, (struct sink){ on_event, &s }, &e));
    assert_non_null(strstr(e.text, "nowhere"));
    stage_end(&s);
}

/* All are connected before any of them speaks, and each has said half before any says the rest. */
static int play_many(int port, int count)
{
    struct buf b;
    size_t n;
    struct rlimit l;
    getrlimit(RLIMIT_NOFILE, &l);
    l.rlim_cur = l.rlim_max;
    setrlimit(RLIMIT_NOFILE, &l);
    hello_make(&b, "many.test");
    int *fd = mem_array(NULL, (size_t)count, sizeof *fd);
    for (int i = 0; i < count; i++)
        if ((fd[i] = client_connect(port)) < 0)
            return 1;
    for (int half = 0; half < 2; half++)
        for (int i = 0; i < count; i++)
            if (!say(fd[i], b.data + (half ? b.len / 2 : 0), half ? b.len - b.len / 2 : b.len / 2))
                return 2;
    for (int i = 0; i < count; i++) {
        if (hear_out(fd[i], &n) != 0)
            return 3;
        close(fd[i]);
    }
    buf_free(&b);
    free(fd);
    return 0;
}

static void many(int count, double timeout)
{
    struct stage s;
    stage_begin(&s, (struct ear_options){ .clients = count, .hello_only = true, .timeout = timeout });
    pid_t pid = act(play_many, port_of(&s), count);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    struct ear_counts n = ear_counts(s.ear);
    assert_int_equal(n.hellos, count);
    assert_int_equal(n.open, 0);
    for (int i = 0; i < count; i++)
        ended(&s, (size_t)i, "hello", "us", "complete");
    stage_end(&s);
}

static void test_many(void **state)
{
    (void)state;
    struct rlimit l;
    getrlimit(RLIMIT_NOFILE, &l);
    if (l.rlim_max < MANY + 100)
        skip();
    many(MANY, 30);
}

/* Descriptors for a few at a time: the others wait in the kernel, and those who are in must end by their deadline
 * before the rest gets its turn. */
static int play_few(int port, int count)
{
    struct buf b;
    size_t n, heard = 0;
    hello_make(&b, "few.test");
    int *fd = mem_array(NULL, (size_t)count, sizeof *fd);
    for (int i = 0; i < count; i++)
        if ((fd[i] = client_connect(port)) < 0)
            return 1;
    for (int i = 0; i < count; i++)
        if (i % 3 && !say(fd[i], b.data, b.len))
            return 2;
    for (int i = 0; i < count; i++)
        heard += hear_out(fd[i], &n) == 0;
    buf_free(&b);
    free(fd);
    return heard == (size_t)count ? 0 : 3;
}

static void test_few_descriptors(void **state)
{
    (void)state;
    enum { COUNT = 150 };
    struct rlimit before;
    struct stage s;
    pid_t play = 0;
    getrlimit(RLIMIT_NOFILE, &before);
    pid_t pid = fork(); /* the hard limit cannot be raised again */
    assert_true(pid >= 0);
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(LONG);
        stage_begin(&s, (struct ear_options){ .clients = COUNT, .hello_only = true, .timeout = 0.3 });
        ear_free(s.ear);
        play = 0;
        struct rlimit low = { 64, 64 };
        int pipes[2], port = 0;
        if (pipe(pipes) < 0)
            _exit(1);
        play = fork();
        if (!play) { /* the client has the old limit */
            if (read(pipes[0], &port, sizeof port) != sizeof port)
                _exit(9);
            _exit(play_few(port, COUNT));
        }
        setrlimit(RLIMIT_NOFILE, &low);
        struct err e = { "" };
        struct ear_options o = { .clients = COUNT, .hello_only = true, .timeout = 0.3 };
        s.ear = ear_new(s.loop, &o, (struct sink){ on_event, &s }, &e);
        if (!s.ear)
            _exit(2);
        port = port_of(&s);
        if (write(pipes[1], &port, sizeof port) != sizeof port)
            _exit(3);
        stage_run(&s);
        struct ear_counts n = ear_counts(s.ear);
        _exit(n.accepted == COUNT && n.hellos == COUNT - COUNT / 3 && result_of(play) == 0 ? 0 : 4);
    }
    assert_int_equal(result_of(pid), 0);
}

/* --- tap ---------------------------------------------------------------------------------------- */

/* A server on a port of its own: takes `count` connections, one process each. */
struct server { int fd, port; pid_t pid; };

static struct server serve(void (*answer)(int fd), int count)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    struct server s = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
    setsockopt(s.fd, SOL_SOCKET, SO_RCVBUF, &(int){ 4096 }, sizeof(int)); /* so that little fits in between */
    assert_int_equal(bind(s.fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s.fd, 1000), 0);
    getsockname(s.fd, (struct sockaddr *)&a, &n);
    s.port = ntohs(a.sin_port);
    s.pid = fork();
    if (s.pid) {
        close(s.fd);
        return s;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LONG);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < count; i++) {
        int fd = accept(s.fd, NULL, NULL);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            alarm(LONG);
            answer(fd);
            _exit(0);
        }
        close(fd);
    }
    pause();
    _exit(0);
}

static void server_end(struct server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
}

static void tap_begin(struct stage *s, struct endpoint **ep, int port, int clients)
{
    struct err e = { "" };
    char text[64];
    snprintf(text, sizeof text, "tls://127.0.0.1:%d", port);
    *ep = endpoint_parse(text, NULL, &e);
    assert_non_null(*ep);
    stage_begin(s, (struct ear_options){ .clients = clients, .upstream = *ep, .timeout = 2 });
}

/* Sends everything back, slowly at first, and ends when the client has. */
static void answer_echo(int fd)
{
    uint8_t chunk[30000];
    ssize_t n;
    usleep(200000); /* so that buffers on the way fill up */
    while ((n = recv(fd, chunk, sizeof chunk, 0)) > 0)
        if (!say(fd, chunk, (size_t)n))
            return;
    shutdown(fd, SHUT_WR);
    usleep(1000);
}

/* The nth byte of a stream that has no period in sight. */
static uint8_t byte_at(uint32_t seed, size_t i)
{
    uint32_t x = (uint32_t)i * 2654435761u + seed;
    x ^= x >> 15;
    return (uint8_t)(x * 2246822519u >> 24);
}

/* Sends and hears at once; the client's side is closed first, and what comes must be what was sent. */
static int play_bulk(int port, int size)
{
    int fd = client_connect(port);
    uint8_t *out = mem_array(NULL, (size_t)size, 1), in[50000];
    size_t sent = 0, heard = 0;
    uint32_t seed = (uint32_t)getpid();
    for (int i = 0; i < size; i++)
        out[i] = byte_at(seed, (size_t)i);
    out[0] = 'x'; /* no TLS */
    for (;;) {
        struct pollfd p = { fd, (short)(POLLIN | (sent < (size_t)size ? POLLOUT : 0)), 0 };
        if (poll(&p, 1, LONG * 1000) <= 0)
            return 1;
        if (p.revents & POLLOUT && sent < (size_t)size) {
            ssize_t n = send(fd, out + sent, (size_t)size - sent, MSG_DONTWAIT);
            if (n < 0 && errno != EAGAIN)
                return 2;
            sent += n > 0 ? (size_t)n : 0;
            if (sent == (size_t)size)
                shutdown(fd, SHUT_WR);
        }
        if (!(p.revents & (POLLIN | POLLHUP | POLLERR)))
            continue;
        ssize_t n = recv(fd, in, sizeof in, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n <= 0)
            return n == 0 && heard == (size_t)size ? 0 : 3;
        if (heard + (size_t)n > (size_t)size || memcmp(in, out + heard, (size_t)n))
            return 4;
        heard += (size_t)n;
    }
}

static void test_bytes_and_half_close(void **state)
{
    (void)state;
    struct stage s;
    struct endpoint *ep;
    struct server server = serve(answer_echo, 1);
    tap_begin(&s, &ep, server.port, 1);
    pid_t pid = act(play_bulk, port_of(&s), BULK);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    ended(&s, 0, "nothing", "client", "not-tls");
    assert_int_equal(json_integer_value(json_object_get(end_of(&s, 0), "sent")), BULK);
    assert_int_equal(json_integer_value(json_object_get(end_of(&s, 0), "received")), BULK);
    assert_string_equal(s.session->column[0]->endpoint->text, ep->text);
    stage_end(&s);
    server_end(&server);
    endpoint_free(ep);
}

/* Five hundred at once, among them some that break off in the middle. */
static int play_crowd(int port, int count)
{
    pid_t *pid = mem_array(NULL, (size_t)count, sizeof *pid);
    int bad = 0;
    for (int i = 0; i < count; i++) {
        pid[i] = fork();
        if (pid[i] == 0 && i % 5 == 4) {
            uint8_t junk[100000] = { 'y' };
            int fd = client_connect(port);
            say(fd, junk, sizeof junk);
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
            _exit(0);
        }
        if (pid[i] == 0)
            _exit(play_bulk(port, 200000 + i));
    }
    for (int i = 0; i < count; i++)
        bad += result_of(pid[i]) != 0;
    free(pid);
    return bad > 100 ? 100 : bad;
}

static void test_crowd(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    struct stage s;
    struct endpoint *ep;
    struct server server = serve(answer_echo, COUNT);
    tap_begin(&s, &ep, server.port, COUNT);
    pid_t pid = act(play_crowd, port_of(&s), COUNT);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    assert_int_equal(s.columns, COUNT);
    stage_end(&s);
    server_end(&server);
    endpoint_free(ep);
}

static void answer_reset(int fd)
{
    uint8_t chunk[4096];
    recv(fd, chunk, sizeof chunk, 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
}

static int play_hear_reset(int port, int arg)
{
    struct buf b;
    size_t n;
    (void)arg;
    hello_make(&b, "reset.test");
    int fd = client_connect(port);
    if (!say(fd, b.data, b.len))
        return 1;
    buf_free(&b);
    return hear_out(fd, &n) == -1 && errno == ECONNRESET && n == 0 ? 0 : 2;
}

static void test_reset_of_server(void **state)
{
    (void)state;
    struct stage s;
    struct endpoint *ep;
    struct server server = serve(answer_reset, 1);
    tap_begin(&s, &ep, server.port, 1);
    pid_t pid = act(play_hear_reset, port_of(&s), 0);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    ended(&s, 0, "hello", "server", "reset");
    stage_end(&s);
    server_end(&server);
    endpoint_free(ep);
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct stage s;
    struct endpoint *ep;
    struct server server = serve(answer_reset, 0);
    server_end(&server); /* nobody has this port now */
    tap_begin(&s, &ep, server.port, 1);
    pid_t pid = act(play_hear_reset, port_of(&s), 0);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    ended(&s, 0, "hello", "network", "upstream");
    assert_int_equal(s.session->column[0]->fact[FACT_CLIENT_HELLO].state, STATE_YES);
    stage_end(&s);
    endpoint_free(ep);
}

static void answer_slowly(int fd)
{
    uint8_t chunk[4096];
    recv(fd, chunk, sizeof chunk, 0);
    usleep(700000);
    say(fd, "\x15\x03\x03\x00\x02\x02\x28", 7);
}

static int play_wait(int port, int arg)
{
    struct buf b;
    size_t n;
    (void)arg;
    hello_make(&b, "wait.test");
    int fd = client_connect(port);
    if (!say(fd, b.data, b.len))
        return 1;
    buf_free(&b);
    return hear_out(fd, &n) == 0 && n == 7 ? 0 : 2;
}

/* A server may take longer than a client may: the client decides how long it waits. */
static void test_slow_server(void **state)
{
    (void)state;
    struct stage s;
    struct err e = { "" };
    char text[64];
    struct server server = serve(answer_slowly, 1);
    snprintf(text, sizeof text, "tls://slow.test:%d", server.port);
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    char *address = mem_string("127.0.0.1");
    struct resolve_rule rule = { .host = (char *)"slow.test", .port = server.port, .address = &address, .count = 1 };
    stage_begin(&s, (struct ear_options){ .clients = 1, .upstream = ep, .timeout = 0.3, .resolve = &rule,
                                          .resolve_count = 1 });
    pid_t pid = act(play_wait, port_of(&s), 0);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    ended(&s, 0, "hello", "server", "alert");
    assert_int_equal(json_integer_value(json_object_get(end_of(&s, 0), "alert")), 40);
    stage_end(&s);
    server_end(&server);
    endpoint_free(ep);
    free(address);
}

static int play_silent(int port, int arg)
{
    size_t n;
    (void)arg;
    int fd = client_connect(port);
    hear_out(fd, &n);
    return n == 0 ? 0 : 1;
}

static int play_impatient(int port, int arg)
{
    struct buf b;
    (void)arg;
    hello_make(&b, "wait.test");
    int fd = client_connect(port);
    if (!say(fd, b.data, b.len))
        return 1;
    buf_free(&b);
    usleep(300000);
    close(fd);
    return 0;
}

static void answer_never(int fd)
{
    (void)fd;
    usleep(LONG * 1000000);
}

/* Neither the end nor its time wait for a server that hangs. */
static void test_hanging_server(void **state)
{
    (void)state;
    struct stage s;
    struct endpoint *ep;
    struct server server = serve(answer_never, 1);
    tap_begin(&s, &ep, server.port, 1);
    pid_t pid = act(play_impatient, port_of(&s), 0);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    ended(&s, 0, "hello", "client", "closed");
    float ms = s.session->column[0]->fact[FACT_CLIENT_END].ms;
    assert_true(ms > 250 && ms < 1500); /* the client's 300, not the 2000 until it is given up */
    stage_end(&s);
    server_end(&server);
    endpoint_free(ep);
}

static void answer_nothing(int fd)
{
    size_t n;
    hear_out(fd, &n);
}

static void test_silent_client(void **state)
{
    (void)state;
    struct stage s;
    struct endpoint *ep;
    struct server server = serve(answer_nothing, 1);
    tap_begin(&s, &ep, server.port, 1);
    pid_t pid = act(play_silent, port_of(&s), 0);
    stage_run(&s);
    assert_int_equal(result_of(pid), 0);
    ended(&s, 0, "nothing", "client", "silent");
    stage_end(&s);
    server_end(&server);
    endpoint_free(ep);
}

static void test_itself(void **state)
{
    (void)state;
    struct server server = serve(answer_nothing, 0);
    struct err e = { "" };
    char text[64];
    static const struct { const char *address, *upstream; bool itself; } row[] = {
        { "127.0.0.1", "127.0.0.1", true }, { "0.0.0.0", "127.0.0.1", true }, { "127.0.0.1", "0.0.0.0", true },
        { "0.0.0.0", "192.0.2.1", false }, /* another machine's same port */
        { "127.0.0.1", "127.0.0.2", false },
    };
    server_end(&server);
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        snprintf(text, sizeof text, "tls://%s:%d", row[i].upstream, server.port);
        struct endpoint *ep = endpoint_parse(text, NULL, &e);
        struct ear_options o = { .port = server.port, .address = row[i].address, .upstream = ep };
        struct ear *ear = ear_new(loop, &o, (struct sink){ on_event, NULL }, &e);
        if (row[i].itself != !ear)
            fail_msg("%s to %s: %s", row[i].address, row[i].upstream, ear ? "listens" : e.text);
        assert_true(!row[i].itself || strstr(e.text, "listens on"));
        ear_free(ear);
        endpoint_free(ep);
    }
    ev_loop_destroy(loop);
}

/* Those who are still there when it is ended have their say. */
static void test_ended(void **state)
{
    (void)state;
    struct stage s;
    stage_begin(&s, (struct ear_options){ .timeout = 30 });
    pid_t pid = act(play_silent, port_of(&s), 0);
    for (int i = 0; i < 1000 && !ear_counts(s.ear).open; i++)
        ev_run(s.loop, EVRUN_ONCE);
    assert_int_equal(ear_counts(s.ear).open, 1);
    ear_free(s.ear);
    s.ear = NULL;
    ended(&s, 0, "nothing", "us", "closed");
    assert_int_equal(s.done, 1);
    assert_int_equal(result_of(pid), 0);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_bytes), cmocka_unit_test(test_odd_clients), cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_both_families),
        cmocka_unit_test(test_no_place), cmocka_unit_test(test_many), cmocka_unit_test(test_few_descriptors),
        cmocka_unit_test(test_bytes_and_half_close), cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_reset_of_server),
        cmocka_unit_test(test_nobody_there), cmocka_unit_test(test_slow_server), cmocka_unit_test(test_hanging_server),
        cmocka_unit_test(test_silent_client),
        cmocka_unit_test(test_itself), cmocka_unit_test(test_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
