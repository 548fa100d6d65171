/* work - the conversation with the prober, and the session that grows from it.
 *
 * Owns: the socket's buffers and watchers, the session, its verdict, what was asked and is not
 * answered yet, what was removed and can come back.
 * Must not know: the view, the terminal.
 *
 * Nothing here waits: lines go into a bounded buffer and leave when the socket takes them.
 */
#ifndef TLSWHY_UI_WORK_H
#define TLSWHY_UI_WORK_H

#include <ev.h>
#include <stdbool.h>

#include "ui/scene.h"
#include "ui/ui.h"

struct work;

/* `changed` is called when there may be something new to draw. */
struct work *work_new(struct ev_loop *loop, const struct ui_options *o, double now,
                      void (*changed)(void *arg), void *arg);
void work_free(struct work *w);                      /* accepts NULL; leaves the socket open */
/* Brings verdict and counts up to date with the session; false when nothing had changed. */
bool work_refresh(struct work *w);
bool work_stale(const struct work *w);               /* work_refresh would do something */
const struct scene *work_scene(const struct work *w);
bool work_idle(const struct work *w);                /* nothing asked, busy or to be sent */
bool work_spoke(const struct work *w);               /* the prober has said anything at all */

void work_ask(struct work *w, const char *endpoint); /* canonical text */
/* Listens there for clients; `column`: passes them on to its endpoint, 0: answers them. */
void work_listen(struct work *w, const char *where, int column);
/* What the person says, part of the session from now on; NULL takes it back. */
void work_answer(struct work *w, enum question q, const char *answer);
/* News to be told once, owned by the caller; NULL: none. */
char *work_note(struct work *w);
/* 0: all columns. `full`: this time everything is enumerated. */
void work_again(struct work *w, int column, bool full);
/* The hello of every known client, and everything enumerated where it was not yet, or where both were done before. */
void work_try_clients(struct work *w, int column);
void work_load(struct work *w, int column, int at_once); /* a ramp of load */
int work_settle(struct work *w);                     /* asks what is wanted; how many facts */
void work_stop(struct work *w);
void work_remove(struct work *w, int column);
bool work_undo(struct work *w);                      /* false when nothing was removed */
void work_log(struct work *w, const char *path);      /* has a log read */
void work_follow(struct work *w, bool follow);       /* the last of them on as it grows */
void work_hold(struct work *w, bool hold);           /* what comes is kept for later */

#endif
