/* tls - tests of the ClientHello that leaves: its size on the wire, with padding and without. A socket on
 * loopback takes it and says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/offer.h"
#include "probes/tls.h"
#include "src/base/mem.h"

#define WAIT_MS 20000 /* for what must come; only a broken machine takes so long */

struct sent { size_t size, padding; bool padded, zeros; };

static void wait_for(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

static int listen_somewhere(struct sockaddr_in *at)
{
    socklen_t n = sizeof *at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(bind(fd, (struct sockaddr *)at, n), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &n), 0);
    return fd;
}

static void take_records(int fd, struct buf *message)
{
    for (;;) {
        uint8_t head[5], body[1 << 14];
        if (message->len >= 4 && message->len >= 4 + (size_t)(message->data[1] << 16 | message->data[2] << 8 | message->data[3]))
            return;
        wait_for(fd, POLLIN);
        assert_int_equal(recv(fd, head, 5, MSG_WAITALL), 5);
        assert_int_equal(head[0], 22);
        size_t n = (size_t)(head[3] << 8 | head[4]);
        assert_true(n <= sizeof body);
        assert_int_equal(recv(fd, body, n, MSG_WAITALL), n);
        assert_true(buf_add(message, body, n));
    }
}

static struct sent sent_read(const struct buf *message)
{
    struct sent s = { .size = message->len, .zeros = true };
    struct reader r = reader_of(message->data, message->len);
    assert_int_equal(reader_u8(&r), 1);
    struct reader body = reader_vector(&r, 3);
    reader_take(&body, 34);
    reader_vector(&body, 1);
    reader_vector(&body, 2);
    reader_vector(&body, 1);
    struct reader extensions = reader_vector(&body, 2);
    assert_true(reader_done(&r) && reader_done(&body));
    while (!extensions.failed && extensions.left) {
        uint16_t type = reader_u16(&extensions);
        struct reader ext = reader_vector(&extensions, 2);
        if (type != 21)
            continue;
        assert_false(s.padded); /* once */
        s.padded = true;
        s.padding = ext.left;
        while (ext.left)
            s.zeros &= reader_u8(&ext) == 0;
    }
    assert_false(extensions.failed);
    return s;
}

static struct sent hello_sent(uint16_t max, size_t size)
{
    struct sockaddr_in at;
    struct offer offer;
    struct tls t;
    struct conn conn;
    struct buf message;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    int listener = listen_somewhere(&at);
    offer_make(&offer, client_find(NULL), &(struct limits){ .max = max });
    char *words = offer_of_client(&offer);
    assert_int_equal(gnutls_priority_init(&priority, words, NULL), 0);
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    conn_init(&conn, (struct sockaddr *)&at, sizeof at);
    while (conn_open(&conn) != CONN_READY)
        wait_for(conn.fd, POLLOUT);
    wait_for(listener, POLLIN);
    int server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    assert_true(tls_begin(&t, &conn, &(struct tls_offer){ .priority = priority, .credentials = credentials,
                                                          .sni = "a.example", .alpn = "h2+http/1.1", .size = size }));
    assert_int_equal(tls_handshake(&t), TLS_GOING);
    buf_init(&message, 1 << 17);
    take_records(server, &message);
    struct sent s = sent_read(&message);
    assert_int_equal(t.hello_size, s.size);
    buf_free(&message);
    tls_finish(&t);
    conn_close(&conn);
    close(server);
    close(listener);
    gnutls_priority_deinit(priority);
    gnutls_certificate_free_credentials(credentials);
    offer_clear(&offer);
    free(words);
    return s;
}

static void no_padding_unasked(void **state)
{
    (void)state;
    struct sent bare = hello_sent(0, 0), small = hello_sent(0, 1), same = hello_sent(0, bare.size);
    assert_false(bare.padded || small.padded || same.padded);
    assert_int_equal(small.size, bare.size);
    assert_int_equal(same.size, bare.size);
}

/* Just the size asked for; where less is missing than the extension's header takes, a little more. */
static void padding_to_the_byte(void **state)
{
    (void)state;
    static const uint16_t max[] = { 0, 0x0303, 0x0301 };
    for (size_t v = 0; v < sizeof max / sizeof *max; v++) {
        size_t bare = hello_sent(max[v], 0).size;
        const size_t more[] = { 1, 2, 3, 4, 5, 6, 7, 100, 1000, 16000, 30000, 65535 - bare };
        for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
            struct sent s = hello_sent(max[v], bare + more[i]);
            assert_true(s.padded && s.zeros && s.padding > 0);
            assert_int_equal(s.size, bare + (more[i] < 5 ? 5 : more[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_padding_unasked),
        cmocka_unit_test(padding_to_the_byte),
    };
    return cmocka_run_group_tests_name("probes/tls", tests, NULL, NULL);
}
