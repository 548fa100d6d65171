/* feed - see feed.h. */
#include "ui/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/model/logged.h"

#define CHUNK 65536
#define CHUNKS 4 /* before the screen has its turn */
#define OUT_MAX (64u << 10)

struct feed {
    struct ev_loop *loop;
    int fd;
    struct ev_io readable, writable;
    struct buf in, out;
    char *chunk;  /* owned, CHUNK */
    bool gone;
    void (*line)(void *arg, const char *line, size_t n);
    void (*changed)(void *arg);
    void *arg;
};

static void feed_end(struct feed *f)
{
    ev_io_stop(f->loop, &f->readable);
    ev_io_stop(f->loop, &f->writable);
    f->gone = true;
}

static void feed_take(struct feed *f, size_t n)
{
    size_t used = 0;
    uint8_t *nl;
    if (!buf_add(&f->in, f->chunk, n)) { /* a line without end: that is no process of ours */
        feed_end(f);
        return;
    }
    while ((nl = memchr(f->in.data + used, '\n', f->in.len - used))) {
        size_t length = (size_t)(nl - (f->in.data + used));
        f->line(f->arg, (const char *)f->in.data + used, length);
        used += length + 1;
    }
    buf_drop(&f->in, used);
}

static void on_readable(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct feed *f = io->data;
    (void)loop;
    (void)events;
    for (int i = 0; i < CHUNKS && !f->gone; i++) {
        ssize_t n = recv(f->fd, f->chunk, CHUNK, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || (n < 0 && errno != EAGAIN))
            feed_end(f);
        if (n <= 0)
            break;
        feed_take(f, (size_t)n);
    }
    f->changed(f->arg);
}

static void feed_flush(struct feed *f)
{
    ssize_t n = send(f->fd, f->out.data, f->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
        buf_drop(&f->out, (size_t)n);
    else if (n < 0 && errno != EAGAIN && errno != EINTR) /* it has ended, as the next read tells */
        buf_drop(&f->out, f->out.len);
    if (f->out.len)
        ev_io_start(f->loop, &f->writable);
    else
        ev_io_stop(f->loop, &f->writable);
}

static void on_writable(struct ev_loop *loop, struct ev_io *io, int events)
{
    (void)loop;
    (void)events;
    feed_flush(io->data);
}

struct feed *feed_new(struct ev_loop *loop, int fd, void (*line)(void *arg, const char *line, size_t n),
                      void (*changed)(void *arg), void *arg)
{
    struct feed *f = mem_new(sizeof *f);
    *f = (struct feed){ .loop = loop, .fd = fd, .line = line, .changed = changed, .arg = arg };
    f->chunk = mem_array(NULL, CHUNK, 1);
    buf_init(&f->in, LOGGED_EVENT_MAX + CHUNK);
    buf_init(&f->out, OUT_MAX);
    ev_io_init(&f->readable, on_readable, fd, EV_READ);
    ev_io_init(&f->writable, on_writable, fd, EV_WRITE);
    f->readable.data = f->writable.data = f;
    ev_io_start(loop, &f->readable);
    return f;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    feed_end(f);
    buf_free(&f->in);
    buf_free(&f->out);
    free(f->chunk);
    free(f);
}

bool feed_send(struct feed *f, const char *p, size_t n)
{
    if (f->gone || !buf_add(&f->out, p, n))
        return false;
    feed_flush(f);
    return true;
}

void feed_hold(struct feed *f, bool hold)
{
    if (!f || f->gone)
        return;
    if (hold)
        ev_io_stop(f->loop, &f->readable);
    else
        ev_io_start(f->loop, &f->readable);
}

bool feed_gone(const struct feed *f) { return f->gone; }
