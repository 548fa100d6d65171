/* conn - see conn.h. */
#include "probes/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"

static enum conn_state tcp_failed(struct conn *c, int error)
{
    c->error = error;
    return CONN_FAILED;
}

static enum conn_state tcp_open(struct conn *c, struct layer *l)
{
    (void)l;
    int error = 0, on = 1;
    socklen_t n = sizeof error;
    if (c->fd >= 0) {
        if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
            error = errno;
        return error ? tcp_failed(c, error) : CONN_READY;
    }
    c->fd = socket(c->peer->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    c->at_once = true;
    if (c->fd < 0)
        return tcp_failed(c, errno);
    /* Without it a request right after the handshake waits for a delayed acknowledgement (40 ms). */
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, c->peer, c->peer_len) == 0) {
        c->at_once = false;
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

void conn_init(struct conn *c, const struct sockaddr *peer, socklen_t n)
{
    *c = (struct conn){ .fd = -1, .layers = 1, .peer = peer, .peer_len = n };
    c->layer[0].kind = &tcp_layer;
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

/* The topmost open layer that does anything to the bytes. */
static struct layer *conn_top(struct conn *c, bool sending)
{
    int i = c->open - 1;
    while (i > 0 && !(sending ? (void *)c->layer[i].kind->send : (void *)c->layer[i].kind->recv))
        i--;
    return &c->layer[i];
}

ssize_t conn_send(struct conn *c, const struct iovec *v, int n)
{
    struct layer *top = conn_top(c, true);
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
    struct layer *top = conn_top(c, false);
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
