/* ends - the signals that end a run which has something to say, or to keep, at its end.
 *
 * Owns: which they are (SIGINT, SIGTERM, SIGHUP), and that a SIGHUP the caller has ignored, as nohup does, stays so.
 * Must not know: what a run does when it ends.
 */
#ifndef TLSWHY_CMD_ENDS_H
#define TLSWHY_CMD_ENDS_H

#include <ev.h>
#include <signal.h>

#define ENDS_COUNT 3

struct ends { struct ev_signal signal[ENDS_COUNT]; }; /* zero-initialised: nothing is watched */

typedef void ends_call(struct ev_loop *loop, struct ev_signal *w, int events);
/* From now on `end` is called instead of what the signals do; `data` is the watcher's. */
void ends_watch(struct ends *e, struct ev_loop *loop, ends_call *end, void *data);
void ends_unwatch(struct ends *e, struct ev_loop *loop); /* safe where nothing is watched */
/* The same signals for those who wait without a loop. */
void ends_set(sigset_t *out);

#endif
