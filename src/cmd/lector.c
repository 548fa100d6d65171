/* lector - logs for the workbench, read by a process of its own and spoken to in lines over a socket.
 *
 * Owns: that process: its loop, its buffers, its end. Must not know: who is on the other side, what a log says.
 *
 * It exists so that a log of any size holds up neither the screen nor a probe, and what is in it can crash neither.
 */
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "probes/now.h"
#include "src/base/mem.h"
#include "src/cmd/cmd.h"
#include "src/cmd/heed.h"

#define OUT_MAX (64u << 20)  /* lines nobody has read yet */
#define OUT_FULL (1u << 20)  /* from here on nothing is told before some was read */
#define CHUNK 4096
#define IN_MAX (64u << 10)
#define FOLLOW_SECONDS 0.25
#define TELL_SECONDS 0.4     /* between tellings while a long log is read */
#define TELL_SHARE 10.       /* and so many times as long as the last one took: telling is not to be all it does */

struct lector {
    struct ev_loop *loop;
    struct heed *heed;
    int fd;
    struct buf in, out;
    struct ev_io readable, writable;
    struct ev_idle idle;     /* there is more to be read at once */
    struct ev_timer tick;    /* following */
    char **waiting; size_t waiting_count; /* owned; logs to be read */
    bool open, follow;
    double tell_at;          /* on the loop's clock */
};

static void lector_flush(struct lector *r)
{
    size_t sent = 0;
    while (sent < r->out.len) {
        ssize_t n = send(r->fd, r->out.data + sent, r->out.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            ev_break(r->loop, EVBREAK_ALL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    buf_drop(&r->out, sent);
    if (r->out.len)
        ev_io_start(r->loop, &r->writable);
    else
        ev_io_stop(r->loop, &r->writable);
}

static void lector_say(void *arg, struct event *ev)
{
    struct lector *r = arg;
    char *line = event_format(ev);
    if (!buf_add(&r->out, line, strlen(line)))
        ev_break(r->loop, EVBREAK_ALL);
    free(line);
}

static void lector_trouble(struct lector *r, const char *text)
{
    struct event ev = { .kind = EVENT_TROUBLE, .text = mem_string(text) };
    lector_say(r, &ev);
    event_clear(&ev);
}

static void lector_tell(struct lector *r, bool through)
{
    double begin = now_monotonic();
    if (r->out.len > OUT_FULL || (!through && begin < r->tell_at))
        return;
    heed_flush(r->heed, false);
    if (heed_tell(r->heed, !through, lector_say, r)) {
        double took = now_monotonic() - begin;
        r->tell_at = begin + (took * TELL_SHARE > TELL_SECONDS ? took * TELL_SHARE : TELL_SECONDS);
    }
    lector_flush(r);
}

/* The next one that waits; false when none does. */
static bool lector_next(struct lector *r)
{
    while (r->waiting_count) {
        struct err e = { "" };
        char *path = r->waiting[0];
        memmove(r->waiting, r->waiting + 1, --r->waiting_count * sizeof *r->waiting);
        r->open = heed_open(r->heed, path, &e);
        if (r->open && !heed_plain(r->heed)) {
            r->open = false;
            err_set(&e, "only a plain file is read here; `tlswhy explain --follow` reads pipes");
        }
        if (!r->open)
            lector_trouble(r, e.text);
        free(path);
        if (r->open)
            return true;
    }
    return false;
}

/* What decides whether it reads on at once, looks again soon, or waits to be asked. */
static void lector_watch(struct lector *r, bool more)
{
    if (more || (!r->open && r->waiting_count))
        ev_idle_start(r->loop, &r->idle);
    else
        ev_idle_stop(r->loop, &r->idle);
    if (!more && r->open && r->follow && heed_grows(r->heed))
        ev_timer_again(r->loop, &r->tick);
    else
        ev_timer_stop(r->loop, &r->tick);
}

/* One piece: a few milliseconds. */
static void lector_step(struct lector *r)
{
    struct err e = { "" };
    if (!r->open && !lector_next(r)) {
        lector_tell(r, true);
        lector_flush(r);
        lector_watch(r, false);
        return;
    }
    enum heed_state state = heed_step(r->heed, &e);
    if (state == HEED_TROUBLE)
        lector_trouble(r, e.text);
    if (state == HEED_TROUBLE || (state == HEED_END && (r->waiting_count || !heed_grows(r->heed)))) {
        heed_flush(r->heed, true);
        r->open = false;
    }
    lector_tell(r, state != HEED_MORE && !r->waiting_count);
    lector_watch(r, state == HEED_MORE);
}

static void on_idle(struct ev_loop *loop, struct ev_idle *w, int events)
{
    (void)loop;
    (void)events;
    lector_step(w->data);
}

static void on_tick(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    lector_step(w->data);
}

static void lector_obey(struct lector *r, const char *line, size_t n)
{
    struct err e = { "" };
    struct event ev;
    if (!event_parse(line, n, &ev, &e)) {
        lector_trouble(r, e.text);
    } else if (ev.kind == EVENT_READ && ev.text) {
        r->waiting = mem_array(r->waiting, r->waiting_count + 1, sizeof *r->waiting);
        r->waiting[r->waiting_count++] = mem_string(ev.text);
    } else if (ev.kind == EVENT_FOLLOW) {
        r->follow = ev.full;
    }
    event_clear(&ev);
    lector_flush(r);
    ev_idle_start(r->loop, &r->idle); /* one step finds out what there is to do */
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct lector *r = w->data;
    char chunk[CHUNK];
    (void)events;
    ssize_t n = recv(r->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !buf_add(&r->in, chunk, (size_t)n)) {
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    char *nl;
    size_t used = 0;
    while ((nl = memchr(r->in.data + used, '\n', r->in.len - used))) {
        size_t len = (size_t)(nl - ((char *)r->in.data + used));
        lector_obey(r, (char *)r->in.data + used, len);
        used += len + 1;
    }
    buf_drop(&r->in, used);
}

static void on_writable(struct ev_loop *loop, struct ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct lector *r = w->data;
    lector_flush(r);
    if (!r->out.len)
        ev_idle_start(r->loop, &r->idle); /* what was not told for want of room */
}

static int lector_run(const struct options *o, int fd)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct lector r = { .fd = fd, .loop = ev_loop_new(EVFLAG_AUTO), .follow = o->follow };
    if (!r.loop)
        return EXIT_TROUBLE;
    buf_init(&r.in, IN_MAX);
    buf_init(&r.out, OUT_MAX);
    r.heed = heed_new((double)now.tv_sec);
    for (size_t i = 0; i < o->log_count; i++) {
        r.waiting = mem_array(r.waiting, i + 1, sizeof *r.waiting);
        r.waiting[r.waiting_count++] = mem_string(o->log[i]);
    }
    ev_io_init(&r.readable, on_readable, fd, EV_READ);
    ev_io_init(&r.writable, on_writable, fd, EV_WRITE);
    ev_idle_init(&r.idle, on_idle);
    ev_timer_init(&r.tick, on_tick, 0, FOLLOW_SECONDS);
    r.readable.data = r.writable.data = r.idle.data = r.tick.data = &r;
    ev_io_start(r.loop, &r.readable);
    lector_watch(&r, false);
    ev_run(r.loop, 0);
    while (r.waiting_count)
        free(r.waiting[--r.waiting_count]);
    free(r.waiting);
    heed_free(r.heed);
    buf_free(&r.in);
    buf_free(&r.out);
    ev_loop_destroy(r.loop);
    return EXIT_OK;
}

int lector_start(const struct options *o, int *pid, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        err_set(e, "logs can't be read: %s", strerror(errno));
        return -1;
    }
    pid_t parent = getpid();
    *pid = fork();
    if (*pid == 0) {
        close(pair[0]);
        process_detach(parent);
        _exit(lector_run(o, pair[1]));
    }
    close(pair[1]);
    if (*pid < 0) {
        err_set(e, "logs can't be read by a process of their own: %s", strerror(errno));
        close(pair[0]);
        return -1;
    }
    return pair[0];
}
