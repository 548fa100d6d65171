/* voice - a process of our own that is spoken to in lines over a socket, and answers so.
 *
 * Owns: its start, that it dies with its parent and has no terminal, and its end of the socket: buffers and watchers.
 * Must not know: what is said. Lines are those of model/stream.h, each with its newline.
 *
 * Nothing here waits but voice_end.
 */
#ifndef TLSWHY_CMD_VOICE_H
#define TLSWHY_CMD_VOICE_H

#include <ev.h>

#include "src/base/bytes.h"
#include "src/base/err.h"
#include "src/model/stream.h"

struct options;

/* Runs `run` in a child with its end of a socket; ours is returned, or -1 and a sentence that begins with `trouble`. */
int voice_start(int (*run)(const struct options *o, int fd), const struct options *o, const char *trouble, int *pid,
                struct err *e);

#define VOICE_CHUNK (64u << 10) /* read at once */

struct voice {
    struct ev_loop *loop;
    int fd;
    struct buf in, out;
    struct ev_io readable, writable;
    void (*heard)(void *arg, const char *line, size_t n); /* a line without its end */
    void (*sent)(void *arg);                              /* all that was said has left; or NULL */
    void *arg;
};

/* `line_max`, `out_max`: bytes of a line that comes, and of lines that nobody has read yet; beyond either, and when the
 * other side has gone, the loop is broken. `heard`, `sent` and `arg` are filled in before the loop runs. */
void voice_begin(struct voice *v, struct ev_loop *loop, int fd, size_t line_max, size_t out_max);
void voice_end(struct voice *v); /* waits until all that was said is read, or nobody is there */
void voice_free(struct voice *v);
void voice_say(void *voice, struct event *ev); /* as a sink takes it; it leaves with voice_flush */
void voice_trouble(struct voice *v, int ask, const char *text);
void voice_flush(struct voice *v);

#endif
