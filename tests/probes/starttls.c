/* starttls - tests of the layers that talk before TLS, over loopback: their waits, what is sent at the end, and TLS in
 * packets of TDS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/starttls.h"
#include "src/base/mem.h"

#define WAIT_MS 20000 /* for what must come; only a broken machine takes so long */
#define S(text) text, sizeof text - 1

struct pair { int listener, server; struct sockaddr_in at; struct conn conn; struct endpoint *ep; };

static void wait_for(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

/* A connection for this endpoint whose TCP is open on both sides. */
static void pair_open(struct pair *p, const char *endpoint)
{
    socklen_t n = sizeof p->at;
    struct err e = { "" };
    *p = (struct pair){ .at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
    p->ep = endpoint_parse(endpoint, NULL, &e);
    assert_non_null(p->ep);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&p->at, n), 0);
    assert_int_equal(listen(p->listener, 5), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&p->at, &n), 0);
    conn_init(&p->conn, (struct sockaddr *)&p->at, sizeof p->at);
    way_layers(&p->conn, p->ep);
    enum conn_state s = conn_open(&p->conn);
    if (s == CONN_WANT_WRITE && !conn_reached(&p->conn)) {
        wait_for(p->conn.fd, POLLOUT);
        conn_open(&p->conn);
    }
    assert_true(conn_reached(&p->conn));
    wait_for(p->listener, POLLIN);
    p->server = accept(p->listener, NULL, NULL);
    assert_true(p->server >= 0);
}

static void pair_close(struct pair *p)
{
    conn_close(&p->conn);
    if (p->server >= 0)
        close(p->server);
    close(p->listener);
    endpoint_free(p->ep);
}

/* The server says this; the state the layers are in after it. */
static enum conn_state says(struct pair *p, const char *text, size_t n)
{
    assert_int_equal(send(p->server, text, n, MSG_NOSIGNAL), n);
    wait_for(p->conn.fd, POLLIN);
    return conn_open(&p->conn);
}

static void hears(struct pair *p, const char *text, size_t n)
{
    char in[600];
    assert_true(n < sizeof in);
    for (size_t at = 0; at < n;) {
        wait_for(p->server, POLLIN);
        ssize_t got = recv(p->server, in + at, n - at, 0);
        assert_true(got > 0);
        at += (size_t)got;
    }
    assert_memory_equal(in, text, n);
}

static struct layer_said said_of(const struct pair *p, bool timed_out)
{
    struct layer_said said = { .ready = false };
    starttls_say(&p->conn, &p->conn.layer[1], timed_out, &said);
    return said;
}

static void said_free(struct layer_said *said)
{
    json_decref(said->value);
    free(said->text);
}

static void each_answer_has_a_wait_of_its_own(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, "smtp://127.0.0.1");
    assert_int_equal(p.conn.layers, 2);
    unsigned waits = p.conn.waits;
    assert_true(waits > 0);
    assert_int_equal(says(&p, S("220-hi\r\n")), CONN_WANT_READ);
    assert_int_equal(p.conn.waits, waits); /* half an answer is none */
    assert_int_equal(says(&p, S("220 hi\r\n")), CONN_WANT_READ);
    assert_int_equal(p.conn.waits, waits + 1);
    hears(&p, S("EHLO [127.0.0.1]\r\n"));
    assert_int_equal(says(&p, S("250-x\r\n250 STARTTLS\r\n")), CONN_WANT_READ);
    assert_int_equal(p.conn.waits, waits + 2);
    hears(&p, S("STARTTLS\r\n"));
    assert_int_equal(says(&p, S("220 go\r\n")), CONN_READY);
    assert_int_equal(p.conn.received, 0); /* that was not TLS */
    assert_int_equal(p.conn.first_len, 0);
    struct layer_said said = said_of(&p, false);
    assert_true(said.ready);
    assert_string_equal(json_string_value(json_object_get(said.value, "outcome")), "ready");
    said_free(&said);
    const struct iovec v = { (char *)"hello", 5 };
    assert_int_equal(conn_send(&p.conn, &v, 1), 5);
    hears(&p, S("hello"));
    assert_int_equal(p.conn.sent, 5);
    conn_close(&p.conn);
    char in[8];
    wait_for(p.server, POLLIN);
    assert_true(recv(p.server, in, sizeof in, 0) <= 0); /* no plain words in what is TLS now */
    pair_close(&p);
}

static void who_does_not_offer_it_is_told_that_we_leave(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, "smtp://127.0.0.1");
    says(&p, S("220 hi\r\n"));
    hears(&p, S("EHLO [127.0.0.1]\r\n"));
    assert_int_equal(says(&p, S("250 x\r\n")), CONN_FAILED);
    struct layer_said said = said_of(&p, false);
    assert_false(said.ready);
    assert_string_equal(json_string_value(json_object_get(said.value, "outcome")), "not-offered");
    assert_non_null(strstr(said.text, "does not offer STARTTLS"));
    said_free(&said);
    conn_close(&p.conn);
    hears(&p, S("QUIT\r\n"));
    pair_close(&p);
}

static void silence_is_asked_in_tls_once(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, "imap://127.0.0.1");
    unsigned waits = p.conn.waits;
    assert_true(conn_overdue(&p.conn));
    assert_int_equal(p.conn.waits, waits + 1);
    assert_true(p.conn.brief);
    conn_open(&p.conn);
    hears(&p, S("\x16\3\1"));
    assert_false(conn_overdue(&p.conn));
    struct layer_said said = said_of(&p, true);
    assert_string_equal(json_string_value(json_object_get(said.value, "outcome")), "silent");
    said_free(&said);
    pair_close(&p);
    pair_open(&p, "imap://127.0.0.1");
    assert_true(conn_overdue(&p.conn));
    assert_int_equal(says(&p, S("\x15\3\1\0\2\2\x28")), CONN_FAILED);
    said = said_of(&p, false);
    assert_string_equal(json_string_value(json_object_get(said.value, "at_once")), "imaps");
    said_free(&said);
    pair_close(&p);
}

static void an_end_in_the_middle(void **state)
{
    (void)state;
    struct pair p;
    pair_open(&p, "pop3://127.0.0.1");
    shutdown(p.server, SHUT_WR);
    wait_for(p.conn.fd, POLLIN);
    assert_int_equal(conn_open(&p.conn), CONN_FAILED);
    struct layer_said said = said_of(&p, false);
    assert_string_equal(json_string_value(json_object_get(said.value, "outcome")), "closed");
    assert_non_null(strstr(said.text, "its greeting"));
    said_free(&said);
    pair_close(&p);
}

static void a_reset_is_no_close(void **state)
{
    (void)state;
    struct pair p;
    const struct linger now = { .l_onoff = 1 };
    pair_open(&p, "pop3://127.0.0.1");
    says(&p, S("+OK hi\r\n"));
    hears(&p, S("CAPA\r\n"));
    assert_int_equal(setsockopt(p.server, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    close(p.server);
    p.server = -1;
    wait_for(p.conn.fd, POLLIN);
    assert_int_equal(conn_open(&p.conn), CONN_FAILED);
    struct layer_said said = said_of(&p, false);
    assert_string_equal(json_string_value(json_object_get(said.value, "outcome")), "closed");
    assert_non_null(strstr(said.text, "the connection was reset instead of an answer to CAPA"));
    said_free(&said);
    pair_close(&p);
}

/* --- MS-SQL ----------------------------------------------------------------------------------- */

#define PRELOGIN_ON "\4\1\0\x0f\0\0\1\0\1\0\6\0\1\xff\1"

static void tds_open(struct pair *p)
{
    char in[47];
    pair_open(p, "mssql://127.0.0.1");
    wait_for(p->server, POLLIN);
    assert_int_equal(recv(p->server, in, sizeof in, MSG_WAITALL), sizeof in);
    assert_int_equal(says(p, S(PRELOGIN_ON)), CONN_READY);
}

static void takes(struct pair *p, const char *text, size_t n)
{
    char in[64];
    for (size_t at = 0; at < n;) {
        ssize_t got = conn_recv(&p->conn, in, sizeof in);
        if (got < 0 && errno == EAGAIN) {
            wait_for(p->conn.fd, POLLIN);
            continue;
        }
        assert_true(got > 0 && (size_t)got <= n - at);
        assert_memory_equal(in, text + at, (size_t)got);
        at += (size_t)got;
    }
}

static void tls_goes_in_packets(void **state)
{
    (void)state;
    struct pair p;
    tds_open(&p);
    const struct iovec v[] = { { (char *)"Client", 6 }, { (char *)"Hello", 5 } };
    assert_int_equal(conn_send(&p.conn, v, 2), 11);
    hears(&p, S("\x12\1\0\x13\0\0\0\0ClientHello"));
    static const char packets[] = "\x12\0\0\x0b\0\0\0\0abc" "\4\1\0\x0a\0\0\0\0de";
    for (size_t i = 0; i < sizeof packets - 1; i++) /* a byte at a time */
        assert_int_equal(send(p.server, packets + i, 1, MSG_NOSIGNAL), 1);
    takes(&p, S("abcde"));
    assert_int_equal(p.conn.received, 5);
    assert_int_equal(send(p.server, S("\x17\3\3bare"), MSG_NOSIGNAL), 7); /* the handshake is over there */
    takes(&p, S("\x17\3\3bare"));
    assert_int_equal(conn_send(&p.conn, v, 1), 6);
    hears(&p, S("Client"));
    pair_close(&p);
}

static void a_large_hello_goes_in_several_packets(void **state)
{
    (void)state;
    struct pair p;
    uint8_t *large = mem_new(5000), *in = mem_new(5016);
    memset(large, 'x', 5000);
    tds_open(&p);
    const struct iovec v = { large, 5000 };
    assert_int_equal(conn_send(&p.conn, &v, 1), 5000);
    assert_int_equal(recv(p.server, in, 5016, MSG_WAITALL), 5016);
    assert_memory_equal(in, "\x12\0\x10\0\0\0\0\0x", 9); /* not the last one */
    assert_memory_equal(in + 4096, "\x12\1\3\x98\0\0\0\0x", 9);
    free(large);
    free(in);
    pair_close(&p);
}

static void a_packet_shorter_than_its_header(void **state)
{
    (void)state;
    struct pair p;
    char in[8];
    tds_open(&p);
    assert_int_equal(send(p.server, S("\x12\1\0\7\0\0\0\0"), MSG_NOSIGNAL), 8);
    wait_for(p.conn.fd, POLLIN);
    assert_int_equal(conn_recv(&p.conn, in, sizeof in), -1);
    assert_int_equal(errno, EPROTO);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_has_a_wait_of_its_own),
        cmocka_unit_test(who_does_not_offer_it_is_told_that_we_leave),
        cmocka_unit_test(silence_is_asked_in_tls_once),
        cmocka_unit_test(an_end_in_the_middle),
        cmocka_unit_test(a_reset_is_no_close),
        cmocka_unit_test(tls_goes_in_packets),
        cmocka_unit_test(a_large_hello_goes_in_several_packets),
        cmocka_unit_test(a_packet_shorter_than_its_header),
    };
    return cmocka_run_group_tests_name("probes/starttls", tests, NULL, NULL);
}
