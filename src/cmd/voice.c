/* voice - see voice.h. */
#include "src/cmd/voice.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/mem.h"

/* --- the process -------------------------------------------------------------------------------- */

/* The terminal's keys are not for it: ^C belongs to whoever owns the screen, and what a library prints must not land
 * on it. */
static void process_detach(int parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd <= 2; fd++)
        dup2(null, fd);
}

int voice_start(int (*run)(const struct options *o, int fd), const struct options *o, const char *trouble, int *pid,
                struct err *e)
{
    int pair[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        err_set(e, "%s: %s", trouble, strerror(errno));
        return -1;
    }
    *pid = fork();
    if (*pid == 0) {
        close(pair[0]);
        process_detach(parent);
        _exit(run(o, pair[1]));
    }
    if (*pid < 0)
        err_set(e, "%s: %s", trouble, strerror(errno));
    close(pair[1]);
    if (*pid > 0)
        return pair[0];
    close(pair[0]);
    return -1;
}

/* --- out ---------------------------------------------------------------------------------------- */

void voice_flush(struct voice *v)
{
    size_t sent = 0;
    while (sent < v->out.len) {
        ssize_t n = send(v->fd, v->out.data + sent, v->out.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            ev_break(v->loop, EVBREAK_ALL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    buf_drop(&v->out, sent);
    if (v->out.len)
        ev_io_start(v->loop, &v->writable);
    else
        ev_io_stop(v->loop, &v->writable);
}

void voice_say(void *voice, struct event *ev)
{
    struct voice *v = voice;
    char *line = event_format(ev);
    if (!buf_add(&v->out, line, strlen(line)))
        ev_break(v->loop, EVBREAK_ALL);
    free(line);
}

void voice_trouble(struct voice *v, int ask, const char *text)
{
    struct event ev = { .kind = EVENT_TROUBLE, .ask = ask, .text = mem_string(text) };
    voice_say(v, &ev);
    event_clear(&ev);
}

static void on_writable(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct voice *v = w->data;
    (void)loop;
    (void)events;
    voice_flush(v);
    if (!v->out.len && v->sent)
        v->sent(v->arg);
}

/* --- in ----------------------------------------------------------------------------------------- */

static void on_readable(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct voice *v = w->data;
    char chunk[VOICE_CHUNK];
    (void)events;
    ssize_t n = recv(v->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !buf_add(&v->in, chunk, (size_t)n)) {
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    uint8_t *nl;
    size_t used = 0;
    while ((nl = memchr(v->in.data + used, '\n', v->in.len - used))) {
        size_t length = (size_t)(nl - (v->in.data + used));
        v->heard(v->arg, (const char *)v->in.data + used, length);
        used += length + 1;
    }
    buf_drop(&v->in, used);
}

/* --- from beginning to end ---------------------------------------------------------------------- */

void voice_begin(struct voice *v, struct ev_loop *loop, int fd, size_t line_max, size_t out_max)
{
    *v = (struct voice){ .loop = loop, .fd = fd };
    buf_init(&v->in, line_max + VOICE_CHUNK); /* a line that is not whole yet, and what came last */
    buf_init(&v->out, out_max);
    ev_io_init(&v->readable, on_readable, fd, EV_READ);
    ev_io_init(&v->writable, on_writable, fd, EV_WRITE);
    v->readable.data = v->writable.data = v;
    if (loop)
        ev_io_start(loop, &v->readable);
}

void voice_free(struct voice *v)
{
    if (v->loop) {
        ev_io_stop(v->loop, &v->readable);
        ev_io_stop(v->loop, &v->writable);
    }
    buf_free(&v->in);
    buf_free(&v->out);
}

void voice_end(struct voice *v)
{
    for (size_t sent = 0; sent < v->out.len;) {
        ssize_t n = send(v->fd, v->out.data + sent, v->out.len - sent, MSG_NOSIGNAL);
        if (n <= 0 && errno != EINTR)
            break;
        sent += n > 0 ? (size_t)n : 0;
    }
    voice_free(v);
}
