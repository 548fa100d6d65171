/* conn - see conn.h. */
#include "probes/conn.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/tcp.h> /* not netinet/tcp.h, whose tcp_info is the older one */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/resolve.h"
#include "src/base/mem.h"
#include "src/model/via.h"

#define STATE_CLOSED 7 /* TCP_CLOSE of the kernel's tcp_states.h */
#define TRACE_PORT 33434

/* While it connects, ICMP messages are kept; later they must not be, or one that clients survive would end it. */
static void icmp_keep(const struct conn *c, int on)
{
    if (c->peer->sa_family == AF_INET)
        setsockopt(c->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    else
        setsockopt(c->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

static void icmp_from(struct conn *c, const struct sockaddr *from)
{
    struct sockaddr_storage own;
    socklen_t n = sizeof own;
    const struct sockaddr_in *four = (const void *)from;
    const struct sockaddr_in6 *six = (const void *)from;
    if (from->sa_family == AF_INET)
        inet_ntop(AF_INET, &four->sin_addr, c->icmp.from, sizeof c->icmp.from);
    else if (from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &six->sin6_addr, c->icmp.from, sizeof c->icmp.from);
    c->icmp.ours = getsockname(c->fd, (struct sockaddr *)&own, &n) == 0 && address_same(from, (struct sockaddr *)&own);
}

static void icmp_read(struct conn *c)
{
    union { struct cmsghdr head; uint8_t room[512]; } control;
    struct msghdr m = { .msg_control = &control, .msg_controllen = sizeof control };
    if (c->fd < 0 || recvmsg(c->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
        struct sock_extended_err e;
        bool ours = (h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_RECVERR) ||
                    (h->cmsg_level == IPPROTO_IPV6 && h->cmsg_type == IPV6_RECVERR);
        if (!ours || h->cmsg_len < CMSG_LEN(sizeof e + sizeof(struct sockaddr_in)))
            continue;
        memcpy(&e, CMSG_DATA(h), sizeof e);
        if (e.ee_origin != SO_EE_ORIGIN_ICMP && e.ee_origin != SO_EE_ORIGIN_ICMP6)
            continue;
        c->icmp = (struct conn_icmp){ .came = true, .six = e.ee_origin == SO_EE_ORIGIN_ICMP6, .type = e.ee_type,
                                      .code = e.ee_code };
        icmp_from(c, (const struct sockaddr *)(const void *)(CMSG_DATA(h) + sizeof e));
    }
}

static void reach_limit(const struct conn *c)
{
    bool six = c->peer->sa_family == AF_INET6;
    int reach = c->travel.reach;
    setsockopt(c->fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_UNICAST_HOPS : IP_TTL, &reach, sizeof reach);
}

/* Before it connects: the peer is told as well. */
static void segment_limit(const struct conn *c)
{
    int segment = c->travel.segment;
    if (segment)
        setsockopt(c->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
}

static enum conn_state tcp_failed(struct conn *c, int error)
{
    c->error = error;
    icmp_read(c);
    return CONN_FAILED;
}

/* Has come to nothing, or to something. */
static int socket_error(const struct conn *c)
{
    int error = 0;
    socklen_t n = sizeof error;
    return getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0 ? errno : error;
}

static enum conn_state tcp_open(struct conn *c, struct layer *l)
{
    (void)l;
    int on = 1;
    if (c->fd >= 0) {
        int error = socket_error(c);
        if (error)
            return tcp_failed(c, error);
        icmp_keep(c, 0);
        return CONN_READY;
    }
    c->fd = socket(c->peer->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    c->at_once = true;
    if (c->fd < 0)
        return tcp_failed(c, errno);
    /* Without it a request right after the handshake waits for a delayed acknowledgement (40 ms). */
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    icmp_keep(c, 1);
    segment_limit(c);
    if (c->travel.knock)
        conn_depart(c);
    if (connect(c->fd, c->peer, c->peer_len) == 0) {
        c->at_once = false;
        icmp_keep(c, 0);
        return CONN_READY;
    }
    if (errno != EINPROGRESS)
        return tcp_failed(c, errno);
    c->at_once = false;
    return CONN_WANT_WRITE;
}

static ssize_t tcp_send(struct conn *c, struct layer *l, const struct iovec *v, int n)
{
    (void)l;
    struct msghdr m = { .msg_iov = (struct iovec *)v, .msg_iovlen = (size_t)n };
    return sendmsg(c->fd, &m, MSG_NOSIGNAL);
}

static ssize_t tcp_recv(struct conn *c, struct layer *l, void *p, size_t n)
{
    (void)l;
    return recv(c->fd, p, n, 0);
}

static const struct layer_kind tcp_layer = {
    .name = "tcp", .open = tcp_open, .send = tcp_send, .recv = tcp_recv,
};

static enum conn_state datagram_sent(struct conn *c)
{
    struct sockaddr_in6 to = { .sin6_port = 0 };
    memcpy(&to, c->peer, c->peer_len < sizeof to ? c->peer_len : sizeof to);
    to.sin6_port = htons(TRACE_PORT); /* stands where sockaddr_in has its own */
    c->fd = socket(c->peer->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return tcp_failed(c, errno);
    icmp_keep(c, 1);
    reach_limit(c);
    if (connect(c->fd, (struct sockaddr *)&to, c->peer_len) < 0 || send(c->fd, "", 1, MSG_NOSIGNAL) < 0)
        return tcp_failed(c, errno);
    return CONN_WANT_READ;
}

static enum conn_state datagram_open(struct conn *c, struct layer *l)
{
    (void)l;
    if (c->fd < 0)
        return datagram_sent(c);
    int error = socket_error(c);
    return error ? tcp_failed(c, error) : CONN_READY;
}

static const struct layer_kind datagram_layer = { .name = "datagram", .open = datagram_open };

void conn_init(struct conn *c, const struct sockaddr *peer, socklen_t n)
{
    *c = (struct conn){ .fd = -1, .layers = 1, .peer = peer, .peer_len = n };
    c->layer[0].kind = &tcp_layer;
}

void conn_rest_on(struct conn *c, const struct layer_kind *kind)
{
    assert(c->fd < 0 && !c->open);
    c->layer[0] = (struct layer){ .kind = kind };
}

void conn_knock(struct conn *c)
{
    assert(c->fd < 0 && c->travel.knock);
    c->layers = 1;
    c->layer[0] = (struct layer){ .kind = c->travel.knock == KNOCK_UDP ? &datagram_layer : &tcp_layer };
}

void conn_push(struct conn *c, const struct layer_kind *kind)
{
    assert(c->layers < CONN_LAYERS_MAX);
    c->layer[c->layers++] = (struct layer){ .kind = kind };
}

bool conn_reached(const struct conn *c)
{
    return c->open > 0;
}

bool conn_overdue(struct conn *c)
{
    struct layer *l = c->open < c->layers ? &c->layer[c->open] : NULL;
    return l && l->kind->overdue && l->kind->overdue(c, l);
}

enum conn_state conn_open(struct conn *c)
{
    while (c->open < c->layers) {
        struct layer *l = &c->layer[c->open];
        enum conn_state s = l->kind->open(c, l);
        if (s != CONN_READY)
            return s;
        c->open++;
    }
    return CONN_READY;
}

/* The topmost of the first n layers that does anything to the bytes. */
static struct layer *conn_top(struct conn *c, int n, bool sending)
{
    int i = n - 1;
    while (i > 0 && !(sending ? (void *)c->layer[i].kind->send : (void *)c->layer[i].kind->recv))
        i--;
    return &c->layer[i];
}

ssize_t conn_send(struct conn *c, const struct iovec *v, int n)
{
    struct layer *top = conn_top(c, c->open, true);
    ssize_t r = top->kind->send(c, top, v, n);
    if (r > 0)
        c->sent += (size_t)r;
    else if (r < 0 && errno != EAGAIN && errno != EINTR)
        c->error = errno;
    return r;
}

static void conn_keep_first(struct conn *c, const void *p, size_t n)
{
    if (c->first_len == CONN_FIRST_MAX)
        return;
    size_t keep = CONN_FIRST_MAX - c->first_len;
    if (keep > n)
        keep = n;
    c->first = mem_array(c->first, c->first_len + keep, 1);
    memcpy(c->first + c->first_len, p, keep);
    c->first_len += keep;
}

ssize_t conn_recv(struct conn *c, void *p, size_t n)
{
    struct layer *top = conn_top(c, c->open, false);
    ssize_t r = top->kind->recv(c, top, p, n);
    if (r > 0) {
        c->received += (size_t)r;
        conn_keep_first(c, p, (size_t)r);
    } else if (r == 0) {
        c->ended = true;
    } else if (errno != EAGAIN && errno != EINTR) {
        c->error = errno;
    }
    return r;
}

ssize_t layer_send(struct conn *c, const struct layer *l, const struct iovec *v, int n)
{
    struct layer *below = conn_top(c, (int)(l - c->layer), true);
    return below->kind->send(c, below, v, n);
}

ssize_t layer_recv(struct conn *c, const struct layer *l, void *p, size_t n)
{
    struct layer *below = conn_top(c, (int)(l - c->layer), false);
    return below->kind->recv(c, below, p, n);
}

void layer_waits(struct conn *c, bool brief)
{
    c->waits++;
    c->brief = brief;
}

void conn_depart(struct conn *c)
{
    bool six = c->peer->sa_family == AF_INET6;
    int near = c->travel.near;
    if (c->fd < 0)
        return;
    if (c->travel.reach) {
        icmp_keep(c, 1);
        reach_limit(c);
    }
    if (near)
        setsockopt(c->fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_MINHOPCOUNT : IP_MINTTL, &near, sizeof near);
}

int conn_segment(const struct conn *c)
{
    int segment = 0;
    socklen_t n = sizeof segment;
    if (c->fd < 0 || getsockopt(c->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, &n) < 0)
        return 0;
    return segment;
}

/* Of a connection that was reset the kernel keeps no more than the count of what had been acknowledged by then, of which
 * the SYN is one. Before STARTTLS there was more than the caller sent. */
static enum state ended_acknowledged(const struct conn *c, const struct tcp_info *info, socklen_t n)
{
    if (c->layers > 1 || n < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info->tcpi_bytes_acked)
        return UNSURE;
    return info->tcpi_bytes_acked > c->sent ? STATE_YES : STATE_NO;
}

enum state conn_acknowledged(const struct conn *c)
{
    struct tcp_info info = { .tcpi_unacked = 0 };
    socklen_t n = sizeof info;
    bool direct = !c->via || c->via->kind == VIA_DIRECT;
    if (!direct || c->fd < 0 || !c->sent || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n) < 0)
        return UNSURE;
    if (info.tcpi_state == STATE_CLOSED)
        return ended_acknowledged(c, &info, n);
    return info.tcpi_unacked ? STATE_NO : STATE_YES;
}

void conn_cut(struct conn *c)
{
    static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    if (c->fd >= 0)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void conn_close(struct conn *c)
{
    for (int i = c->layers - 1; i >= 0; i--)
        if (c->layer[i].kind->close)
            c->layer[i].kind->close(c, &c->layer[i]);
    if (c->fd >= 0)
        close(c->fd);
    free(c->first);
    *c = (struct conn){ .fd = -1 };
}
