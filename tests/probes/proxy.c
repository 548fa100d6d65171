/* proxy - tests of the proxy's answers: what each means, whole, cut and dribbled, and that not a byte of the server's is
 * taken with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "probes/pipe.h"
#include "probes/proxy.h"
#include "src/base/mem.h"

static void test_http(void **state)
{
    (void)state;
    static const struct { const char *head; enum proxy_outcome outcome; int code; bool login; } rows[] = {
        { "HTTP/1.1 200 Connection established\r\n\r\n", PROXY_READY, 200, false },
        { "HTTP/1.0 204 x\n\n", PROXY_READY, 204, false },
        { "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", PROXY_AUTH_REQUIRED, 407, false },
        { "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", PROXY_AUTH_REFUSED, 407, true },
        { "HTTP/1.1 407 no\r\nX-Squid-Error: ERR_CACHE_ACCESS_DENIED 0\r\n\r\n", PROXY_AUTH_REQUIRED, 407, false },
        { "HTTP/1.1 403 Forbidden\r\n\r\n", PROXY_FORBIDDEN, 403, false },
        { "HTTP/1.1 503 x\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n", PROXY_NO_NAME, 503, false },
        { "HTTP/1.1 503 x\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n", PROXY_PEER_REFUSED, 503, false },
        { "HTTP/1.1 502 x\r\nProxy-Status: p; error=connection_refused\r\n\r\n", PROXY_PEER_REFUSED, 502, false },
        { "HTTP/1.1 502 Bad Gateway\r\n\r\n", PROXY_UNREACHABLE, 502, false },
        { "HTTP/1.1 504 Gateway Timeout\r\n\r\n", PROXY_UNREACHABLE, 504, false },
        { "HTTP/1.1 405 Method Not Allowed\r\n\r\n", PROXY_UNSUPPORTED, 405, false },
        { "HTTP/1.1 418 I'm a teapot\r\n\r\n", PROXY_REFUSED, 418, false },
        { "HTTP/1.1 2000 x\r\n\r\n", PROXY_GARBLED, -1, false },
        { "HTTP/2 200\r\n\r\n", PROXY_GARBLED, -1, false },
        { "HTTP/1.1 OK\r\n\r\n", PROXY_GARBLED, -1, false },
        { "SSH-2.0-OpenSSH_9.2\r\n", PROXY_GARBLED, -1, false },
        { "", PROXY_GARBLED, -1, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proxy_answer a = proxy_read_http(rows[i].head, strlen(rows[i].head), rows[i].login);
        if (a.outcome != rows[i].outcome || a.code != rows[i].code)
            fail_msg("%s: %s %d", rows[i].head, proxy_outcome_words[a.outcome], a.code);
        free(a.said);
    }
}

static void test_socks(void **state)
{
    (void)state;
    static const enum proxy_outcome wanted[] = { PROXY_READY, PROXY_REFUSED, PROXY_FORBIDDEN, PROXY_UNREACHABLE,
        PROXY_UNREACHABLE, PROXY_PEER_REFUSED, PROXY_UNREACHABLE, PROXY_UNSUPPORTED, PROXY_UNSUPPORTED, PROXY_REFUSED };
    for (int code = 0; code < 256; code++) {
        struct proxy_answer a = proxy_read_socks((uint8_t)code);
        assert_int_equal(a.outcome, wanted[code < 9 ? code : 9]);
        assert_int_equal(a.code, code);
        free(a.said);
    }
}

/* --- the layer, over a socket that the test holds the other end of ---------------------------------- */

struct bench { struct conn c; struct via via; struct endpoint *ep; int far; };

static enum conn_state socket_open(struct conn *c, struct layer *l)
{
    (void)l;
    return c->fd >= 0 ? CONN_READY : CONN_FAILED;
}
static ssize_t socket_send(struct conn *c, struct layer *l, const struct iovec *v, int n)
{
    (void)l;
    return writev(c->fd, v, n);
}
static ssize_t socket_recv(struct conn *c, struct layer *l, void *p, size_t n)
{
    (void)l;
    return recv(c->fd, p, n, 0);
}
static const struct layer_kind socket_layer = { .name = "socket", .open = socket_open, .send = socket_send,
                                                .recv = socket_recv };

static void bench_make(struct bench *b, const char *via, const char *endpoint, const char *login)
{
    static const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
    struct err e = { "" };
    int both[2];
    *b = (struct bench){ .far = -1 };
    assert_true(via_parse(via, &b->via, &e));
    assert_non_null(b->ep = endpoint_parse(endpoint, NULL, &e));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both), 0);
    conn_init(&b->c, &nowhere, sizeof nowhere);
    conn_rest_on(&b->c, &socket_layer);
    b->c.fd = both[0];
    b->far = both[1];
    b->c.via = &b->via;
    b->c.login = login;
    b->c.endpoint = b->ep;
    conn_push(&b->c, &proxy_layer);
}

static void bench_free(struct bench *b)
{
    conn_close(&b->c);
    close(b->far);
    via_clear(&b->via);
    endpoint_free(b->ep);
}

/* What the layer has sent since. */
static char *bench_heard(struct bench *b)
{
    char in[2048];
    ssize_t n = recv(b->far, in, sizeof in, MSG_DONTWAIT);
    return mem_copy(in, n > 0 ? (size_t)n : 0);
}

static void asks_by_name(void **state)
{
    (void)state;
    struct bench b;
    bench_make(&b, "http://p:1", "https://a.test:8443", "user:word");
    assert_int_equal(conn_open(&b.c), CONN_WANT_READ);
    char *heard = bench_heard(&b);
    assert_int_equal(strncmp(heard, "CONNECT a.test:8443 HTTP/1.1\r\nHost: a.test:8443\r\n", 49), 0);
    assert_non_null(strstr(heard, "\r\nProxy-Authorization: Basic dXNlcjp3b3Jk\r\n"));
    assert_string_equal(heard + strlen(heard) - 4, "\r\n\r\n");
    free(heard);
    bench_free(&b);
    bench_make(&b, "http://p:1", "https://[2001:db8::1]", NULL);
    assert_int_equal(conn_open(&b.c), CONN_WANT_READ);
    heard = bench_heard(&b);
    assert_int_equal(strncmp(heard, "CONNECT [2001:db8::1]:443 HTTP/1.1\r\n", 36), 0);
    assert_null(strstr(heard, "Authorization"));
    free(heard);
    bench_free(&b);
}

/* The server's first bytes come with the proxy's last ones, however they are cut. */
static void leaves_the_servers_bytes(void **state)
{
    (void)state;
    static const struct { const char *via; const char *out[4]; size_t n[4]; } rows[] = {
        { "http://p:1", { "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n220 hello" }, { 52 } },
        { "socks5://p:1", { "\5\0", "\5\0\0\1\1\2\3\4\1\2""220 hello" }, { 2, 19 } },
        { "socks5://p:1", { "\5\0", "\5\0\0\3\2ab\1\2""220 hello" }, { 2, 18 } },
        { "socks5://p:1", { "\5\0", "\5\0\0\4""0123456789abcdef\1\2""220 hello" }, { 2, 31 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t piece = 1; piece <= 64; piece = piece < 4 ? piece + 1 : piece * 4) {
            struct bench b;
            char in[64] = "";
            bench_make(&b, rows[i].via, "https://a.test", NULL);
            enum conn_state s = conn_open(&b.c);
            for (size_t k = 0; k < 4 && rows[i].out[k]; k++)
                for (size_t at = 0; at < rows[i].n[k]; at += piece) {
                    size_t n = rows[i].n[k] - at < piece ? rows[i].n[k] - at : piece;
                    assert_int_equal(write(b.far, rows[i].out[k] + at, n), n);
                    s = conn_open(&b.c);
                }
            assert_int_equal(s, CONN_READY);
            assert_int_equal(conn_recv(&b.c, in, sizeof in), 9);
            assert_string_equal(in, "220 hello");
            assert_int_equal(b.c.received, 9);
            bench_free(&b);
        }
}

/* What comes, and then the end of the connection: the outcome that is told. */
static void bad_answers(void **state)
{
    (void)state;
    static const struct { const char *via, *login, *first; size_t first_n; const char *then; size_t then_n; const char *outcome; }
        rows[] = {
            { "http://p:1", NULL, "", 0, "", 0, "closed" },
            { "http://p:1", NULL, "HTTP/1.1 200 O", 14, "", 0, "garbled" },
            { "http://p:1", NULL, "SSH-2.0-x\r\n", 11, "", 0, "garbled" },
            { "http://p:1", NULL, "\25\3\1\0\2\2\50\0", 8, "", 0, "garbled" },
            { "http://p:1", NULL, "HTTP/1.1 403 No\r\n\r\n", 19, "", 0, "forbidden" },
            { "socks5://p:1", NULL, "", 0, "", 0, "closed" },
            { "socks5://p:1", NULL, "\4\0", 2, "", 0, "garbled" },
            { "socks5://p:1", NULL, "HTTP/1.1 400", 12, "", 0, "garbled" },
            { "socks5://p:1", NULL, "\5\377", 2, "", 0, "auth-required" },
            { "socks5://p:1", NULL, "\5\2", 2, "", 0, "garbled" },
            { "socks5://p:1", "u:p", "\5\377", 2, "", 0, "auth-refused" },
            { "socks5://p:1", "u:p", "\5\2", 2, "\1\1", 2, "auth-refused" },
            { "socks5://p:1", ":p", "\5\2", 2, "", 0, "auth-refused" },
            { "socks5://p:1", NULL, "\5\0", 2, "\5\2\0\1", 4, "forbidden" },
            { "socks5://p:1", NULL, "\5\0", 2, "\5\0\0\7", 4, "garbled" },
            { "socks5://p:1", NULL, "\5\0", 2, "\6\0\0\1", 4, "garbled" },
            { "socks5://p:1", NULL, "\5\0", 2, "\5\0\0\1\1", 5, "garbled" },
        };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        struct layer_said said = { .ready = true };
        bench_make(&b, rows[i].via, "https://a.test", rows[i].login);
        assert_int_equal(conn_open(&b.c), CONN_WANT_READ);
        assert_int_equal(write(b.far, rows[i].first, rows[i].first_n), rows[i].first_n);
        if (rows[i].then_n) {
            assert_int_equal(conn_open(&b.c), CONN_WANT_READ);
            assert_int_equal(write(b.far, rows[i].then, rows[i].then_n), rows[i].then_n);
        }
        shutdown(b.far, SHUT_WR);
        enum conn_state s = conn_open(&b.c);
        proxy_way.say(&b.c, &b.c.layer[1], false, &said);
        const char *outcome = json_string_value(json_object_get(said.value, "outcome"));
        if (s != CONN_FAILED || said.ready || strcmp(outcome, rows[i].outcome) != 0)
            fail_msg("row %zu: %s, not %s", i, outcome, rows[i].outcome);
        json_decref(said.value);
        free(said.text);
        bench_free(&b);
    }
}

/* A head without an end is read no further than the cap, and is no way. */
static void endless_head(void **state)
{
    (void)state;
    struct bench b;
    char line[512];
    enum conn_state s = CONN_WANT_READ;
    memset(line, 'a', sizeof line);
    bench_make(&b, "http://p:1", "https://a.test", NULL);
    conn_open(&b.c);
    assert_true(write(b.far, "HTTP/1.1 200 OK\r\nA: ", 20) == 20);
    for (int i = 0; i < 100 && s == CONN_WANT_READ; i++) {
        assert_true(write(b.far, line, sizeof line) > 0);
        s = conn_open(&b.c);
    }
    assert_int_equal(s, CONN_FAILED);
    bench_free(&b);
}

/* --- commands ------------------------------------------------------------------------------------- */

static enum conn_state pipe_began(struct bench *b, const char *via)
{
    static const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
    struct err e = { "" };
    *b = (struct bench){ .far = -1 };
    assert_true(via_parse(via, &b->via, &e));
    assert_non_null(b->ep = endpoint_parse("https://a.test", NULL, &e));
    conn_init(&b->c, &nowhere, sizeof nowhere);
    conn_rest_on(&b->c, &pipe_layer);
    b->c.via = &b->via;
    b->c.endpoint = b->ep;
    return conn_open(&b->c);
}

/* Waits for bytes or the end; what conn_recv says. An end is asked for until it is known how the command ended. */
static ssize_t pipe_hear(struct bench *b, void *in, size_t n)
{
    struct pollfd there = { .fd = b->c.fd, .events = POLLIN };
    ssize_t got;
    do {
        assert_int_equal(poll(&there, 1, 20000), 1);
        got = conn_recv(&b->c, in, n);
    } while (got < 0 && errno == EAGAIN);
    return got;
}

static json_t *pipe_told(struct bench *b, bool *ready)
{
    struct layer_said said = { .ready = false };
    pipe_way.say(&b->c, &b->c.layer[0], false, &said);
    *ready = said.ready;
    free(said.text);
    return said.value;
}

static void command_carries(void **state)
{
    (void)state;
    struct bench b;
    char in[16] = "";
    const struct iovec v = { (char *)"ping", 4 };
    assert_int_equal(pipe_began(&b, "exec:cat"), CONN_READY);
    assert_int_equal(conn_send(&b.c, &v, 1), 4);
    assert_int_equal(pipe_hear(&b, in, sizeof in), 4);
    assert_string_equal(in, "ping");
    assert_false(b.c.lost);
    bench_free(&b);
}

static void command_fails(void **state)
{
    (void)state;
    struct bench b;
    char in[16];
    bool ready;
    assert_int_equal(pipe_began(&b, "exec:sh -c 'echo no way to %h >&2; exit 3'"), CONN_READY);
    assert_int_equal(pipe_hear(&b, in, sizeof in), 0);
    json_t *v = pipe_told(&b, &ready);
    assert_true(b.c.lost && !ready);
    assert_string_equal(json_string_value(json_object_get(v, "outcome")), "ended");
    assert_string_equal(json_string_value(json_object_get(v, "said")), "no way to a.test");
    assert_int_equal(json_integer_value(json_object_get(v, "code")), 3);
    json_decref(v);
    bench_free(&b);
    assert_int_equal(pipe_began(&b, "exec:true"), CONN_READY); /* as the server, it closed without a word */
    assert_int_equal(pipe_hear(&b, in, sizeof in), 0);
    assert_false(b.c.lost);
    bench_free(&b);
    assert_int_equal(pipe_began(&b, "exec:/nowhere/at/all"), CONN_FAILED);
    v = pipe_told(&b, &ready);
    assert_false(ready);
    assert_string_equal(json_string_value(json_object_get(v, "outcome")), "not-started");
    json_decref(v);
    bench_free(&b);
}

/* It may have gone before anything is sent to it: no loop of attempts to write follows. */
static void command_is_gone(void **state)
{
    (void)state;
    struct bench b;
    char in[16];
    const struct iovec v[] = { { (char *)"Client", 6 }, { (char *)"Hello", 5 } };
    assert_int_equal(pipe_began(&b, "exec:sh -c 'exit 3'"), CONN_READY);
    struct pollfd end = { .fd = b.c.fd };
    assert_int_equal(poll(&end, 1, 20000), 1); /* it hangs up */
    assert_int_equal(conn_send(&b.c, v, 2), 11);
    assert_int_equal(pipe_hear(&b, in, sizeof in), 0);
    assert_true(b.c.lost);
    bench_free(&b);
}

/* It reads no more, but it is there: what is sent to it is lost, and is not tried again and again. */
static void command_is_deaf(void **state)
{
    (void)state;
    struct bench b;
    char in[16];
    const struct iovec v = { (char *)"hello", 5 };
    assert_int_equal(pipe_began(&b, "exec:sh -c 'exec <&- >&-; exec sleep 60'"), CONN_READY);
    struct pollfd end = { .fd = b.c.fd };
    assert_int_equal(poll(&end, 1, 20000), 1);
    assert_int_equal(conn_send(&b.c, &v, 1), 5);
    assert_int_equal(pipe_hear(&b, in, sizeof in), 0);
    assert_false(b.c.lost);
    bench_free(&b);
}

/* Somebody else may be slow to reap it. */
static bool is_alive(pid_t pid)
{
    char state = 'X';
    char *path = mem_format("/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'X';
    if (f)
        fclose(f);
    free(path);
    return state != 'X' && state != 'Z';
}

/* What a command has started goes with it, also where the command itself has ended before; and nobody waits. */
static void command_leaves(void **state)
{
    (void)state;
    struct bench b;
    struct pipe_left *left = NULL;
    char in[32] = "";
    assert_int_equal(pipe_began(&b, "exec:sh -c 'sleep 60 <&2 >&2 & echo $!'"), CONN_READY);
    b.c.left = &left;
    assert_true(pipe_hear(&b, in, sizeof in - 1) > 0);
    pid_t child = (pid_t)atoi(in);
    assert_true(child > 0);
    assert_int_equal(pipe_hear(&b, in, sizeof in - 1), 0);
    assert_true(is_alive(child));
    bench_free(&b);
    for (int i = 0; i < 2000 && (is_alive(child) || left); i++) {
        pipe_left_reap(&left);
        usleep(10000);
    }
    assert_false(is_alive(child));
    assert_null(left);
    pipe_left_free(&left);
}

/* What it writes to its standard error never stops it, and it inherits nothing. */
static void command_talks(void **state)
{
    (void)state;
    struct bench b;
    char in[64] = "";
    int mine = open("/dev/null", O_RDONLY);
    assert_true(mine >= 0);
    assert_int_equal(pipe_began(&b, "exec:sh -c 'i=0; while [ $i -lt 9000 ]; do echo 0123456789 >&2; i=$((i+1)); done; "
                                    "ls /proc/self/fd | wc -l'"), CONN_READY);
    for (int i = 0; i < 4000 && !in[0]; i++) {
        const struct iovec v = { (char *)"x", 1 };
        conn_send(&b.c, &v, 1); /* each call listens to what it writes */
        conn_recv(&b.c, in, sizeof in - 1);
        usleep(2000);
    }
    assert_int_equal(atoi(in), 4); /* 0, 1, 2, and the directory that ls reads */
    close(mine);
    bench_free(&b);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),       cmocka_unit_test(test_socks),
        cmocka_unit_test(asks_by_name),    cmocka_unit_test(leaves_the_servers_bytes),
        cmocka_unit_test(bad_answers),     cmocka_unit_test(endless_head),
        cmocka_unit_test(command_carries), cmocka_unit_test(command_fails),
        cmocka_unit_test(command_talks),   cmocka_unit_test(command_is_gone),
        cmocka_unit_test(command_is_deaf), cmocka_unit_test(command_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
