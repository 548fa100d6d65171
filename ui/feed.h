/* feed - lines from the process that reads logs, and what is said to it.
 *
 * Owns: the watchers and buffers of its socket. Must not know: what a line says.
 *
 * While it is held nothing is read, so that process waits: nothing piles up here.
 */
#ifndef TLSWHY_UI_FEED_H
#define TLSWHY_UI_FEED_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

struct feed;
/* `line` gets each whole line without its end; `changed` is called when some came, and when the process has ended. */
struct feed *feed_new(struct ev_loop *loop, int fd, void (*line)(void *arg, const char *line, size_t n),
                      void (*changed)(void *arg), void *arg);
void feed_free(struct feed *f);            /* accepts NULL; leaves the socket open */
bool feed_send(struct feed *f, const char *p, size_t n); /* false: it does not listen */
void feed_hold(struct feed *f, bool hold); /* accepts NULL */
bool feed_gone(const struct feed *f);

#endif
