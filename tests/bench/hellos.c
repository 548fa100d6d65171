/* hellos - how many clients can be heard in a second, on one thread.
 *
 *   hellos serve          listens, prints its port, and explains every hello: taken apart, fingerprints, likeness, the
 *                         facts as JSON lines to /dev/null; until it is killed
 *   hellos load PORT N    N connections, FLIGHT at a time: each sends a hello of a known client and waits until the
 *                         other side has answered or closed; prints connections per second
 *
 * Owns: nothing that is measured. Must not know: who listens on PORT.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "probes/ear.h"
#include "src/wire/client.h"

#define FLIGHT 64
#define HELLOS 64
#define SOURCES 200 /* addresses to come from: one has too few ports for a minute */

/* --- serve -------------------------------------------------------------------------------------- */

static void on_event(void *arg, struct event *ev)
{
    char *line = event_format(ev);
    fputs(line, arg);
    free(line);
}

static int serve(void)
{
    struct err e = { "" };
    struct ear_options o = { .address = "127.0.0.1", .hello_only = true };
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    FILE *nowhere = fopen("/dev/null", "we");
    struct ear *ear = nowhere ? ear_new(loop, &o, (struct sink){ on_event, nowhere }, &e) : NULL;
    if (!ear) {
        fprintf(stderr, "hellos: %s\n", e.text);
        return 1;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    printf("%s\n", strrchr(ear_where(ear, 0), ':') + 1);
    fflush(stdout);
    ev_run(loop, 0);
    return 0;
}

/* --- load --------------------------------------------------------------------------------------- */

static struct buf hello[HELLOS];

/* Of the clients that want TLS 1.2 or 1.3, so that an old server refuses them; each with other random bytes. */
static void hellos_make(void)
{
    struct limits none = { 0 };
    for (size_t n = 0, i = 0; n < HELLOS; i++) {
        const struct client *c = &client_table[i % client_count];
        struct client_lists keep;
        struct offer offer;
        struct hello h = { .seed = n, .sni = "bench.test" };
        if (c->min < 0x0303 || !offer_make(&offer, c, &none))
            continue;
        client_hello(c, &offer, NULL, &keep, &h);
        buf_init(&hello[n], HELLO_BYTES_MAX);
        n += hello_write(&h, &hello[n]);
        offer_clear(&offer);
    }
}

static int begin(int loop, int port, unsigned long nth)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct sockaddr_in from = { .sin_family = AF_INET };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(nth % SOURCES));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) < 0 ||
        (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)) {
        perror("hellos: connect");
        exit(1);
    }
    epoll_ctl(loop, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLOUT, .data.fd = fd });
    return fd;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int load(int port, unsigned long count)
{
    int loop = epoll_create1(0);
    unsigned long begun = 0, done = 0;
    hellos_make();
    double start = now();
    for (; begun < FLIGHT && begun < count; begun++)
        begin(loop, port, begun);
    while (done < count) {
        struct epoll_event ready[FLIGHT];
        int n = epoll_wait(loop, ready, FLIGHT, 10000);
        if (n <= 0) {
            fprintf(stderr, "hellos: nobody answers\n");
            return 1;
        }
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd;
            char answer[4096];
            if (ready[i].events & EPOLLOUT) {
                const struct buf *b = &hello[(begun + (unsigned long)fd) % HELLOS];
                if (send(fd, b->data, b->len, MSG_NOSIGNAL) == (ssize_t)b->len)
                    epoll_ctl(loop, EPOLL_CTL_MOD, fd, &(struct epoll_event){ .events = EPOLLIN, .data.fd = fd });
                continue;
            }
            recv(fd, answer, sizeof answer, 0);
            close(fd);
            done++;
            if (begun < count)
                begin(loop, port, begun++);
        }
    }
    printf("%.0f\n", (double)count / (now() - start));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "serve") == 0)
        return serve();
    if (argc == 4 && strcmp(argv[1], "load") == 0)
        return load(atoi(argv[2]), strtoul(argv[3], NULL, 10));
    fprintf(stderr, "usage: hellos serve | hellos load PORT N\n");
    return 2;
}
