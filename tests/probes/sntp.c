/* Asking an NTP server once for all who want to know, and again where the answer can't hold any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <ev.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/sntp.h"

#define SERVER_TIME 3600000000u /* NTP seconds, in 2014 */
#define OUR_TIME (3600000000.0 - 2208988800.0)

static double ahead; /* of our clock: sntp_new takes a function without an argument */
static double wall(void) { return OUR_TIME + ahead; }

struct bench { struct ev_loop *loop; int fd, port, asked, answered; struct ev_io io; bool mute; struct sntp *sntp; };

static void be32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void on_request(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct bench *b = w->data;
    struct sockaddr_in from;
    socklen_t n = sizeof from;
    uint8_t in[64], out[48] = { 4 << 3 | 4, 2 };
    (void)loop;
    (void)events;
    if (recvfrom(b->fd, in, sizeof in, 0, (struct sockaddr *)&from, &n) != 48)
        return;
    b->asked++;
    memcpy(out + 24, in + 40, 8);
    be32(out + 32, SERVER_TIME);
    be32(out + 40, SERVER_TIME);
    if (!b->mute)
        sendto(b->fd, out, sizeof out, 0, (struct sockaddr *)&from, n);
}

static void on_said(void *arg)
{
    struct bench *b = arg;
    assert_non_null(sntp_said(b->sntp));
    b->answered++;
}

static void no_names(void *arg, const char *host, int port, resolved_fn *done, void *who)
{
    (void)arg, (void)host, (void)port, (void)done, (void)who; /* the answer never comes */
}

static void no_name(void *arg, void *who) { (void)arg, (void)who; }

static void bench_make(struct bench *b, const char *host, double timeout)
{
    struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof sa;
    *b = (struct bench){ .loop = ev_loop_new(EVFLAG_AUTO) };
    assert_true((b->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) >= 0);
    assert_int_equal(bind(b->fd, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(getsockname(b->fd, (struct sockaddr *)&sa, &n), 0);
    b->port = ntohs(sa.sin_port);
    ev_io_init(&b->io, on_request, b->fd, EV_READ);
    b->io.data = b;
    ev_io_start(b->loop, &b->io);
    ev_unref(b->loop);
    ahead = 0;
    b->sntp = sntp_new(b->loop, (struct fetch_names){ no_names, no_name, b }, host, b->port, timeout, wall);
}

static void server_end(struct bench *b)
{
    if (b->fd < 0)
        return;
    ev_ref(b->loop);
    ev_io_stop(b->loop, &b->io);
    close(b->fd);
    b->fd = -1;
}

static void bench_free(struct bench *b)
{
    sntp_free(b->sntp);
    server_end(b);
    ev_loop_destroy(b->loop);
}

static void one_answer_for_all(void **state)
{
    (void)state;
    struct bench b;
    bench_make(&b, "127.0.0.1", 20);
    sntp_ask(b.sntp, on_said, &b);
    sntp_ask(b.sntp, on_said, &b);
    assert_int_equal(b.answered, 0); /* never before sntp_ask returns */
    ev_run(b.loop, 0);
    assert_int_equal(b.answered, 2);
    sntp_ask(b.sntp, on_said, &b);
    ev_run(b.loop, 0);
    assert_int_equal(b.answered, 3);
    assert_int_equal(b.asked, 1);
    assert_true(sntp_said(b.sntp)->answered);
    assert_int_equal(sntp_said(b.sntp)->answer.says, NTP_TIME);
    bench_free(&b);
}

/* Somebody has set it right, or wrong: what was said of it is no answer any more. */
static void clock_was_set(void **state)
{
    (void)state;
    struct bench b;
    bench_make(&b, "127.0.0.1", 20);
    ahead = 100;
    sntp_ask(b.sntp, on_said, &b);
    ev_run(b.loop, 0);
    assert_true(sntp_said(b.sntp)->answer.offset < -99);
    ahead = 0;
    sntp_ask(b.sntp, on_said, &b);
    ev_run(b.loop, 0);
    assert_int_equal(b.answered, 2);
    assert_int_equal(b.asked, 2);
    assert_true(sntp_said(b.sntp)->answer.offset > -1);
    bench_free(&b);
}

static void silence(void **state)
{
    (void)state;
    struct bench b;
    int other;
    bench_make(&b, "127.0.0.1", 0.4);
    b.mute = true;
    sntp_ask(b.sntp, on_said, &b);
    sntp_ask(b.sntp, on_said, &other);
    ev_run(b.loop, EVRUN_ONCE);
    sntp_drop(b.sntp, &other); /* it is not called any more */
    ev_run(b.loop, 0);
    assert_int_equal(b.answered, 1);
    assert_false(sntp_said(b.sntp)->answered);
    assert_non_null(strstr(sntp_said(b.sntp)->text, "did not answer within 0.4 s"));
    assert_true(b.asked > 1); /* UDP loses packets */
    bench_free(&b);
}

static void nobody_there(void **state)
{
    (void)state;
    struct bench b;
    bench_make(&b, "127.0.0.1", 20);
    server_end(&b);
    double began = ev_time();
    sntp_ask(b.sntp, on_said, &b);
    ev_run(b.loop, 0);
    assert_int_equal(b.answered, 1);
    assert_true(ev_time() - began < 10); /* a refusal is not waited out */
    assert_non_null(strstr(sntp_said(b.sntp)->text, "nothing listens on that UDP port"));
    bench_free(&b);
}

/* Freed while it waits for a name, and for an answer. */
static void left_in_the_middle(void **state)
{
    (void)state;
    struct bench b;
    bench_make(&b, "ntp.test", 20);
    sntp_ask(b.sntp, on_said, &b);
    ev_run(b.loop, EVRUN_NOWAIT);
    assert_null(sntp_said(b.sntp));
    bench_free(&b);
    bench_make(&b, "127.0.0.1", 20);
    b.mute = true;
    sntp_ask(b.sntp, on_said, &b);
    ev_run(b.loop, EVRUN_ONCE);
    bench_free(&b);
    assert_int_equal(b.answered, 0);
    sntp_drop(NULL, &b);
    sntp_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_answer_for_all), cmocka_unit_test(clock_was_set), cmocka_unit_test(silence),
        cmocka_unit_test(nobody_there), cmocka_unit_test(left_in_the_middle),
    };
    return cmocka_run_group_tests_name("sntp", tests, NULL, NULL);
}
