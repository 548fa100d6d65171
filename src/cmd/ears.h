/* ears - the listeners and taps of one prober process.
 *
 * Owns: where they listen and when they end. Must not know: who asked for them, what becomes of their columns.
 */
#ifndef TLSWHY_CMD_EARS_H
#define TLSWHY_CMD_EARS_H

#include <ev.h>

#include "probes/engine.h"
#include "src/base/err.h"

#define EARS_MAX 16      /* at once */
#define EARS_CLIENTS 200 /* one ends after so many clients: each is a column to be looked at */

struct ears;
/* `engine` gives the ids of columns; both outlive it. */
struct ears *ears_new(struct ev_loop *loop, struct engine *engine, const struct engine_options *o, struct sink sink);
void ears_free(struct ears *s); /* ends all; accepts NULL */
/* Begins to listen at [ADDR:]PORT; with an endpoint everything is passed on to it. Where it listens, a sentence owned
 * by the caller; NULL and another when it can't. */
char *ears_add(struct ears *s, int ask, const char *where, const char *endpoint, struct err *e);
void ears_sweep(struct ears *s); /* forgets those that have ended */

#endif
