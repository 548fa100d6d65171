/* conn - tests of connections over loopback: opening, refusal, reset, the bytes kept, and layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/conn.h"
#include "src/base/mem.h"

#define WAIT_MS 20000 /* for what must come; only a broken machine takes so long */

struct pair { int listener, server; struct sockaddr_in at; struct conn conn; };

static void pair_listen(struct pair *p)
{
    socklen_t n = sizeof p->at;
    *p = (struct pair){ .server = -1, .at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(p->listener >= 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&p->at, n), 0);
    assert_int_equal(listen(p->listener, 5), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&p->at, &n), 0);
}

static void wait_for(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

/* Opens it as the engine does; the state it ends in. */
static enum conn_state opened(struct conn *c)
{
    enum conn_state s;
    for (int i = 0; i < 100; i++) {
        s = conn_open(c);
        if (s == CONN_READY || s == CONN_FAILED)
            return s;
        wait_for(c->fd, s == CONN_WANT_WRITE ? POLLOUT : POLLIN);
    }
    fail_msg("it never opens");
    return s;
}

static void pair_open(struct pair *p)
{
    pair_listen(p);
    conn_init(&p->conn, (struct sockaddr *)&p->at, sizeof p->at);
    assert_int_equal(opened(&p->conn), CONN_READY);
    wait_for(p->listener, POLLIN);
    p->server = accept(p->listener, NULL, NULL);
    assert_true(p->server >= 0);
}

static void pair_close(struct pair *p)
{
    conn_close(&p->conn);
    close(p->listener);
    if (p->server >= 0)
        close(p->server);
}

static void server_resets(struct pair *p)
{
    const struct linger now = { .l_onoff = 1 };
    assert_int_equal(setsockopt(p->server, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    close(p->server);
    p->server = -1;
}

/* Only a connection, or one datagram: no layer of the stack is opened, and nothing is said. */
static void knocks(void **state)
{
    (void)state;
    const struct layer_kind never = { .name = "never" };
    struct pair p;
    pair_listen(&p);
    conn_init(&p.conn, (struct sockaddr *)&p.at, sizeof p.at);
    conn_push(&p.conn, &never);
    p.conn.travel = (struct conn_travel){ .knock = KNOCK_TCP, .reach = 1 };
    conn_knock(&p.conn);
    assert_int_equal(opened(&p.conn), CONN_READY);
    assert_true(conn_reached(&p.conn));
    conn_close(&p.conn);

    conn_init(&p.conn, (struct sockaddr *)&p.at, sizeof p.at);
    p.conn.travel = (struct conn_travel){ .knock = KNOCK_UDP, .reach = 1 };
    conn_knock(&p.conn);
    assert_int_equal(opened(&p.conn), CONN_FAILED); /* nobody is at traceroute's port */
    assert_false(conn_reached(&p.conn));
    assert_int_equal(p.conn.error, ECONNREFUSED);
    assert_true(p.conn.icmp.came && p.conn.icmp.type == 3);
    pair_close(&p);
}

static void both_ways(void **state)
{
    (void)state;
    struct pair p;
    char in[32];
    pair_open(&p);
    assert_int_equal(conn_open(&p.conn), CONN_READY); /* again is no harm */
    const struct iovec v[] = { { (char *)"Client", 6 }, { (char *)"Hello", 5 } };
    assert_int_equal(conn_send(&p.conn, v, 2), 11);
    assert_int_equal(recv(p.server, in, sizeof in, MSG_WAITALL | MSG_DONTWAIT), 11);
    assert_memory_equal(in, "ClientHello", 11);
    assert_int_equal(conn_recv(&p.conn, in, sizeof in), -1); /* nothing there: no error of the connection */
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(p.conn.error, 0);
    assert_int_equal(p.conn.sent, 11);
    assert_int_equal(p.conn.received, 0);
    assert_true(fcntl(p.conn.fd, F_GETFD) & FD_CLOEXEC);
    int fd = p.conn.fd;
    pair_close(&p);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    conn_close(&p.conn);
}

static void first_bytes_are_capped(void **state)
{
    (void)state;
    static const size_t steps[] = { 1, 7, 255, 256, 257, 1000 };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct pair p;
        uint8_t out[1000], in[1000];
        for (size_t k = 0; k < sizeof out; k++)
            out[k] = (uint8_t)(k * 31);
        pair_open(&p);
        assert_int_equal(send(p.server, out, sizeof out, MSG_NOSIGNAL), sizeof out);
        while (p.conn.received < sizeof out) {
            wait_for(p.conn.fd, POLLIN);
            size_t before = p.conn.received;
            ssize_t n = conn_recv(&p.conn, in, steps[i]);
            assert_true(n > 0);
            assert_memory_equal(in, out + before, (size_t)n);
            size_t kept = p.conn.received < CONN_FIRST_MAX ? p.conn.received : CONN_FIRST_MAX;
            assert_int_equal(p.conn.first_len, kept);
            assert_memory_equal(p.conn.first, out, kept);
        }
        pair_close(&p);
        assert_null(p.conn.first);
    }
}

static void closed_by_the_peer(void **state)
{
    (void)state;
    struct pair p;
    char in[8];
    pair_open(&p);
    assert_int_equal(send(p.server, "bye", 3, MSG_NOSIGNAL), 3);
    assert_int_equal(shutdown(p.server, SHUT_WR), 0);
    wait_for(p.conn.fd, POLLIN);
    assert_int_equal(conn_recv(&p.conn, in, sizeof in), 3);
    assert_false(p.conn.ended);
    wait_for(p.conn.fd, POLLIN);
    assert_int_equal(conn_recv(&p.conn, in, sizeof in), 0);
    assert_true(p.conn.ended);
    assert_int_equal(p.conn.error, 0);
    pair_close(&p);
}

static void reset_by_the_peer(void **state)
{
    (void)state;
    struct pair p;
    char in[8];
    pair_open(&p);
    server_resets(&p);
    wait_for(p.conn.fd, POLLIN);
    assert_int_equal(conn_recv(&p.conn, in, sizeof in), -1);
    assert_int_equal(p.conn.error, ECONNRESET);
    assert_false(p.conn.ended);
    const struct iovec v = { (char *)"x", 1 };
    assert_int_equal(conn_send(&p.conn, &v, 1), -1); /* and no SIGPIPE */
    assert_int_equal(p.conn.error, EPIPE);
    pair_close(&p);
}

/* Bound, so that nobody else gets the port, but not listening. */
static void refused(void **state)
{
    (void)state;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    struct conn c;
    conn_init(&c, (struct sockaddr *)&a, n);
    assert_int_equal(opened(&c), CONN_FAILED);
    assert_int_equal(c.error, ECONNREFUSED);
    assert_int_equal(c.open, 0);
    conn_close(&c);
    close(fd);
}

static void never_opened(void **state)
{
    (void)state;
    struct sockaddr_storage nowhere = { .ss_family = AF_MAX };
    struct conn c;
    conn_init(&c, (struct sockaddr *)&nowhere, sizeof nowhere);
    assert_int_equal(c.fd, -1);
    conn_close(&c);
    conn_close(&c);
    conn_init(&c, (struct sockaddr *)&nowhere, sizeof nowhere);
    assert_int_equal(conn_open(&c), CONN_FAILED);
    assert_int_equal(c.error, EAFNOSUPPORT);
    conn_close(&c);
}

/* --- a layer of our own: waits for one byte, then turns letters into the next ones --- */

struct shift { int closed; };

static enum conn_state shift_open(struct conn *c, struct layer *l)
{
    char byte;
    (void)l;
    ssize_t n = recv(c->fd, &byte, 1, 0);
    return n == 1 ? CONN_READY : n < 0 && errno == EAGAIN ? CONN_WANT_READ : CONN_FAILED;
}

static ssize_t shift_recv(struct conn *c, struct layer *l, void *p, size_t n)
{
    (void)l;
    ssize_t r = recv(c->fd, p, n, 0);
    for (ssize_t i = 0; i < r; i++)
        ((char *)p)[i]++;
    return r;
}

static void shift_close(struct conn *c, struct layer *l)
{
    (void)c;
    ((struct shift *)l->state)->closed++;
}

static const struct layer_kind shift_layer = { .name = "shift", .open = shift_open, .recv = shift_recv, .close = shift_close };
static const struct layer_kind plain_layer = { .name = "plain", .open = shift_open };

static void layers_open_in_turn(void **state)
{
    (void)state;
    struct pair p;
    struct shift s = { 0 };
    char in[8];
    pair_listen(&p);
    conn_init(&p.conn, (struct sockaddr *)&p.at, sizeof p.at);
    p.conn.layer[1] = (struct layer){ .kind = &shift_layer, .state = &s };
    p.conn.layer[2] = (struct layer){ .kind = &plain_layer }; /* passes everything through */
    p.conn.layers = 3;
    enum conn_state at = conn_open(&p.conn);
    while (at == CONN_WANT_WRITE) {
        wait_for(p.conn.fd, POLLOUT);
        at = conn_open(&p.conn);
    }
    assert_int_equal(at, CONN_WANT_READ);
    assert_int_equal(p.conn.open, 1);
    wait_for(p.listener, POLLIN);
    p.server = accept(p.listener, NULL, NULL);
    assert_int_equal(send(p.server, "12abc", 5, MSG_NOSIGNAL), 5);
    assert_int_equal(opened(&p.conn), CONN_READY);
    assert_int_equal(conn_recv(&p.conn, in, sizeof in), 3);
    assert_memory_equal(in, "bcd", 3);
    assert_memory_equal(p.conn.first, "bcd", 3); /* what its user sees, not what the layers ate */
    const struct iovec v = { (char *)"xyz", 3 };
    assert_int_equal(conn_send(&p.conn, &v, 1), 3);
    wait_for(p.server, POLLIN);
    assert_int_equal(recv(p.server, in, sizeof in, 0), 3);
    assert_memory_equal(in, "xyz", 3);
    pair_close(&p);
    assert_int_equal(s.closed, 1);
}

static void a_layer_fails(void **state)
{
    (void)state;
    struct pair p;
    struct shift s = { 0 };
    pair_listen(&p);
    conn_init(&p.conn, (struct sockaddr *)&p.at, sizeof p.at);
    p.conn.layer[1] = (struct layer){ .kind = &shift_layer, .state = &s };
    p.conn.layers = 2;
    (void)conn_open(&p.conn);
    wait_for(p.listener, POLLIN);
    p.server = accept(p.listener, NULL, NULL);
    close(p.server);
    p.server = -1;
    assert_int_equal(opened(&p.conn), CONN_FAILED);
    assert_int_equal(p.conn.open, 1);
    pair_close(&p);
    assert_int_equal(s.closed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knocks),
        cmocka_unit_test(both_ways),
        cmocka_unit_test(first_bytes_are_capped),
        cmocka_unit_test(closed_by_the_peer),
        cmocka_unit_test(reset_by_the_peer),
        cmocka_unit_test(refused),
        cmocka_unit_test(never_opened),
        cmocka_unit_test(layers_open_in_turn),
        cmocka_unit_test(a_layer_fails),
    };
    return cmocka_run_group_tests_name("probes/conn", tests, NULL, NULL);
}
