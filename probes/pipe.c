/* pipe - see pipe.h. */
#include "probes/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/now.h"
#include "probes/proxy.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define END_SECONDS 0.05 /* a command that has closed its output is about to end: so long its exit status may take */
#define READS_MAX 64     /* of its standard error in a row: one that never stops writing must not hold up all others */

struct pipe_end {
    pid_t pid;          /* 0: none */
    int heard;          /* its standard error, -1: none */
    int code;           /* exit status, or 128 and its signal; -1: it has not ended, as far as is known */
    int error;          /* errno why it could not be started */
    double closed;      /* monotonic seconds when its output had ended, 0: it has not */
    char said[PIPE_SAID_MAX];
    size_t said_len;
    size_t received;
};

struct pipe_left { pid_t pid; struct pipe_left *next; };

/* What it has written so far; what is beyond the cap is read and forgotten, or it would block. */
static void pipe_listen(struct pipe_end *p)
{
    char in[1024];
    ssize_t n = 0;
    for (int i = 0; i < READS_MAX && p->heard >= 0; i++) {
        if ((n = read(p->heard, in, sizeof in)) <= 0 && !(n < 0 && errno == EINTR))
            return;
        size_t room = PIPE_SAID_MAX - p->said_len, keep = n < 0 ? 0 : (size_t)n < room ? (size_t)n : room;
        memcpy(p->said + p->said_len, in, keep);
        p->said_len += keep;
    }
}

/* Whether it has ended. It is not reaped before the connection is closed: until then its number is nobody else's, and
 * what it has started can be killed by it. */
static bool pipe_has_ended(struct pipe_end *p)
{
    siginfo_t how = { .si_pid = 0 };
    if (p->code < 0 && waitid(P_PID, (id_t)p->pid, &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid == p->pid)
        p->code = how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
    return p->code >= 0;
}

/* Its output has ended; its exit status follows at once, or it is of those that stay. */
static bool pipe_is_over(struct pipe_end *p)
{
    if (p->closed <= 0)
        p->closed = now_monotonic();
    return pipe_has_ended(p) || now_monotonic() - p->closed > END_SECONDS;
}

static bool is_reaped(pid_t pid, int flags)
{
    pid_t got;
    while ((got = waitpid(pid, NULL, flags)) < 0 && errno == EINTR)
        ;
    return got != 0;
}

void pipe_left_reap(struct pipe_left **left)
{
    while (*left) {
        struct pipe_left *one = *left;
        if (!is_reaped(one->pid, WNOHANG)) {
            left = &one->next;
            continue;
        }
        *left = one->next;
        free(one);
    }
}

void pipe_left_free(struct pipe_left **left)
{
    pipe_left_reap(left);
    for (struct pipe_left *next; *left; *left = next) {
        next = (*left)->next;
        free(*left);
    }
}

static void pipe_leave(struct pipe_left **left, pid_t pid)
{
    if (is_reaped(pid, left ? WNOHANG : 0))
        return;
    struct pipe_left *one = mem_new(sizeof *one);
    *one = (struct pipe_left){ .pid = pid, .next = *left };
    *left = one;
}

/* The descriptors of the child: 0 and 1 the socket, 2 the pipe; all others are ours alone. */
static int pipe_spawn(struct pipe_end *p, char **words, int socket, int told)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    if ((error = posix_spawnattr_init(&how))) {
        posix_spawn_file_actions_destroy(&files);
        return error;
    }
    if (!(error = posix_spawn_file_actions_adddup2(&files, socket, 0)) &&
        !(error = posix_spawn_file_actions_adddup2(&files, socket, 1)) &&
        !(error = posix_spawn_file_actions_adddup2(&files, told, 2)) &&
        !(error = posix_spawn_file_actions_addclosefrom_np(&files, 3)) &&
        !(error = posix_spawnattr_setsigdefault(&how, &all)) && !(error = posix_spawnattr_setsigmask(&how, &none)) &&
        !(error = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID)))
        error = posix_spawnp(&p->pid, words[0], &files, &how, words, environ);
    if (error)
        p->pid = 0;
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static int pipe_start(struct conn *c, struct pipe_end *p, char **words)
{
    int both[2], told[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) < 0)
        return errno;
    int error = pipe2(told, O_CLOEXEC) < 0 ? errno : 0;
    if (!error) {
        error = pipe_spawn(p, words, both[1], told[1]);
        close(told[1]);
        fcntl(told[0], F_SETFL, O_NONBLOCK);
        p->heard = told[0];
    }
    close(both[1]);
    fcntl(both[0], F_SETFL, O_NONBLOCK); /* ours alone: the command's own end must block as it expects */
    c->fd = both[0];
    return error;
}

static enum conn_state pipe_open(struct conn *c, struct layer *l)
{
    struct err e = { "" };
    struct pipe_end *p = mem_new(sizeof *p);
    const struct endpoint *ep = c->endpoint;
    l->state = p;
    p->heard = p->code = -1;
    const char *host = ep->at_host ? ep->at_host : ep->host;
    char **words = via_command(c->via->command, host, ep->at_port ? ep->at_port : ep->port, &e);
    p->error = words ? pipe_start(c, p, words) : EINVAL;
    via_command_free(words);
    c->at_once = true;
    c->error = p->error;
    return p->error ? CONN_FAILED : CONN_READY;
}

static ssize_t pipe_send(struct conn *c, struct layer *l, const struct iovec *v, int n)
{
    struct msghdr m = { .msg_iov = (struct iovec *)v, .msg_iovlen = (size_t)n };
    pipe_listen(l->state); /* first, for it changes errno */
    ssize_t sent = sendmsg(c->fd, &m, MSG_NOSIGNAL);
    if (sent >= 0 || errno != EPIPE)
        return sent;
    sent = 0; /* it has closed its input, and these bytes are lost; whether that is its end is seen by who reads */
    for (int i = 0; i < n; i++)
        sent += (ssize_t)v[i].iov_len;
    return sent;
}

/* A command that fails before a byte came has not reached the server at all; one that ends without a fault passes on
 * that the server has closed. */
static bool pipe_lost(const struct pipe_end *p)
{
    return !p->received && p->code > 0;
}

static ssize_t pipe_recv(struct conn *c, struct layer *l, void *in, size_t n)
{
    struct pipe_end *p = l->state;
    pipe_listen(p); /* first, for it changes errno */
    ssize_t got = recv(c->fd, in, n, 0);
    if (got > 0)
        p->received += (size_t)got;
    if (got > 0 || (got < 0 && errno != ECONNRESET)) /* a reset: it left something of ours unread */
        return got;
    if (!pipe_is_over(p) && !p->received) { /* how it ends matters: the end lies there until it is asked for again */
        errno = EAGAIN;
        return -1;
    }
    pipe_listen(p);
    c->lost |= pipe_lost(p);
    return 0;
}

static void pipe_close(struct conn *c, struct layer *l)
{
    struct pipe_end *p = l->state;
    if (!p)
        return;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    if (p->pid) {
        kill(-p->pid, SIGKILL); /* it leads a session of its own: its children as well */
        pipe_leave(c->left, p->pid);
    }
    if (c->left)
        pipe_left_reap(c->left);
    if (p->heard >= 0)
        close(p->heard);
    free(p);
    l->state = NULL;
}

const struct layer_kind pipe_layer = {
    .name = "pipe", .open = pipe_open, .send = pipe_send, .recv = pipe_recv, .close = pipe_close,
};

/* What it wrote, in one line; NULL: nothing. */
static char *lines_joined(const char *said, size_t n)
{
    struct text t = { 0 };
    for (size_t i = 0; i < n;) {
        const char *end = memchr(said + i, '\n', n - i);
        size_t len = (end ? (size_t)(end - said) : n) - i;
        bool cr = len && said[i + len - 1] == '\r';
        if (len > cr) {
            text_add(&t, t.len ? "; " : NULL);
            text_add_n(&t, said + i, len - cr);
        }
        i += len + 1;
    }
    char *line = t.len ? text_printable(t.s, t.len, 300) : NULL;
    text_free(&t);
    return line;
}

static void pipe_say(const struct conn *c, const struct layer *l, bool timed_out, struct layer_said *said)
{
    const struct pipe_end *p = l->state;
    (void)timed_out;
    struct proxy_answer a = { .outcome = p->error ? PROXY_NOT_STARTED : c->lost ? PROXY_ENDED : PROXY_READY,
                              .code = p->code };
    a.said = p->error ? mem_string(strerror(p->error)) : lines_joined(p->said, p->said_len);
    said->ready = a.outcome == PROXY_READY;
    said->value = proxy_value(c->via, NULL, a.outcome, a.code, a.said);
    said->text = said->ready ? mem_format("the command %s was started", c->via->command) : proxy_sentence(c->via, &a);
    said->bytes = p->said;
    said->n = p->said_len;
    free(a.said);
}

const struct way_row pipe_way = { .kind = &pipe_layer, .fact = FACT_VIA, .word = "proxy", .say = pipe_say };
