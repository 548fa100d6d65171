/* prober - the engine as a process of its own, spoken to in lines over a socket.
 *
 * Owns: that process: its loop, its buffers, its end. Must not know: who is on the other side.
 *
 * It exists so that a stalled terminal can't falsify a timing, and a crash in a parser can't take the
 * screen: it is started before the terminal is touched.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/cmd/cmd.h"
#include "src/cmd/ears.h"

#define OUT_MAX (256u << 20) /* lines nobody has read yet; beyond it the reader is taken for dead */
#define CHUNK (64u << 10)
#define IN_MAX (STREAM_LINE_MAX + CHUNK) /* a line that is not whole yet, and what came last */

struct prober {
    struct ev_loop *loop;
    struct engine *engine;
    struct ears *ears;
    int fd;
    struct buf in, out;
    struct ev_io readable, writable;
    struct ev_prepare prepare;
};

static void prober_flush(struct prober *p)
{
    size_t sent = 0;
    while (sent < p->out.len) {
        ssize_t n = send(p->fd, p->out.data + sent, p->out.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            ev_break(p->loop, EVBREAK_ALL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    buf_drop(&p->out, sent);
    if (p->out.len)
        ev_io_start(p->loop, &p->writable);
    else
        ev_io_stop(p->loop, &p->writable);
}

static void prober_say(void *arg, struct event *ev)
{
    struct prober *p = arg;
    char *line = event_format(ev);
    if (!buf_add(&p->out, line, strlen(line)))
        ev_break(p->loop, EVBREAK_ALL);
    free(line);
}

static void prober_trouble(struct prober *p, int ask, const char *text)
{
    struct event ev = { .kind = EVENT_TROUBLE, .ask = ask, .text = mem_string(text) };
    prober_say(p, &ev);
    event_clear(&ev);
}

static void prober_ask(struct prober *p, const struct event *ev)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(ev->endpoint, NULL, &e);
    if (ep)
        engine_ask(p->engine, ev->ask, ep);
    else
        prober_trouble(p, ev->ask, e.text);
    endpoint_free(ep);
}

static void prober_listen(struct prober *p, const struct event *ev)
{
    struct err e = { "" };
    struct event note = { .kind = EVENT_NOTE, .ask = ev->ask };
    note.text = ears_add(p->ears, ev->ask, ev->text ? ev->text : "", ev->endpoint, &e);
    if (note.text)
        prober_say(p, &note);
    else
        prober_trouble(p, ev->ask, e.text);
    event_clear(&note);
}

static void prober_obey(struct prober *p, const char *line, size_t n)
{
    struct err e = { "" };
    struct event ev;
    if (!event_parse(line, n, &ev, &e)) {
        prober_trouble(p, 0, e.text);
        return;
    }
    switch (ev.kind) {
    case EVENT_ASK: prober_ask(p, &ev); break;
    case EVENT_LISTEN: prober_listen(p, &ev); break;
    case EVENT_WANT: engine_want(p->engine, ev.column, ev.wanted); break;
    case EVENT_AGAIN: (ev.full ? engine_enumerate : engine_again)(p->engine, ev.column); break;
    case EVENT_DROP: engine_drop(p->engine, ev.column); break;
    case EVENT_LOAD: engine_load(p->engine, ev.column, ev.at_once); break;
    case EVENT_STOP: engine_stop(p->engine); break;
    default: break;
    }
    event_clear(&ev);
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct prober *p = w->data;
    char chunk[CHUNK];
    (void)events;
    ssize_t n = recv(p->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !buf_add(&p->in, chunk, (size_t)n)) {
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    char *nl;
    size_t used = 0;
    while ((nl = memchr(p->in.data + used, '\n', p->in.len - used))) {
        size_t len = (size_t)(nl - ((char *)p->in.data + used));
        prober_obey(p, (char *)p->in.data + used, len);
        used += len + 1;
    }
    buf_drop(&p->in, used);
}

static void on_writable(struct ev_loop *loop, struct ev_io *w, int events)
{
    (void)loop;
    (void)events;
    prober_flush(w->data);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct prober *p = w->data;
    (void)loop;
    (void)events;
    ears_sweep(p->ears);
    prober_flush(p);
}

static void prober_free(struct prober *p)
{
    buf_free(&p->in);
    buf_free(&p->out);
    if (p->loop)
        ev_loop_destroy(p->loop);
}

/* The last words, sent by waiting: without an engine no loop would do it. */
static void prober_end(struct prober *p)
{
    for (size_t sent = 0; sent < p->out.len;) {
        ssize_t n = send(p->fd, p->out.data + sent, p->out.len - sent, MSG_NOSIGNAL);
        if (n <= 0 && errno != EINTR)
            break;
        sent += n > 0 ? (size_t)n : 0;
    }
    prober_free(p);
}

static int prober_run(const struct options *o, int fd)
{
    struct err e = { "" };
    struct prober p = { .fd = fd };
    buf_init(&p.in, IN_MAX);
    buf_init(&p.out, OUT_MAX);
    p.loop = ev_loop_new(EVFLAG_AUTO);
    p.engine = p.loop ? engine_new(p.loop, &o->engine, (struct sink){ prober_say, &p }, &e) : NULL;
    if (!p.engine) {
        prober_trouble(&p, 0, e.text[0] ? e.text : "this machine gives no event loop");
        prober_end(&p);
        return EXIT_TROUBLE;
    }
    for (int i = 0; i < o->reserved; i++)
        engine_column_id(p.engine);
    p.ears = ears_new(p.loop, p.engine, &o->engine, (struct sink){ prober_say, &p });
    ev_io_init(&p.readable, on_readable, fd, EV_READ);
    ev_io_init(&p.writable, on_writable, fd, EV_WRITE);
    ev_prepare_init(&p.prepare, on_prepare);
    p.readable.data = p.writable.data = p.prepare.data = &p;
    ev_io_start(p.loop, &p.readable);
    ev_prepare_start(p.loop, &p.prepare);
    ev_run(p.loop, 0);
    ears_free(p.ears);
    engine_free(p.engine);
    ev_io_stop(p.loop, &p.readable);
    ev_io_stop(p.loop, &p.writable);
    prober_free(&p);
    return EXIT_OK;
}

/* The terminal's keys are not for the prober: ^C belongs to whoever owns the screen, and what a
 * library prints must not land on it. */
void process_detach(int parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_OK);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd <= 2; fd++)
        dup2(null, fd);
}

int prober_start(const struct options *o, int *pid, struct err *e)
{
    int pair[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        err_set(e, "the prober can't be reached: %s", strerror(errno));
        return -1;
    }
    *pid = fork();
    if (*pid == 0) {
        close(pair[0]);
        process_detach(parent);
        _exit(prober_run(o, pair[1]));
    }
    close(pair[1]);
    if (*pid < 0) {
        err_set(e, "the prober can't be started: %s", strerror(errno));
        close(pair[0]);
        return -1;
    }
    return pair[0];
}
