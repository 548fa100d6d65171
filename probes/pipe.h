/* pipe - a connection over a command's standard input and output (via=exec:COMMAND).
 *
 * Owns: starting the command without a shell, one for each connection; what it wrote to its standard error; its end.
 * Must not know: what is spoken through it, where the command came from.
 *
 * The command has no terminal, so it can't ask for a password and can't disturb a screen. It stands below all other
 * layers, in the place of TCP; when the connection is closed, it and all that it started are killed. Nothing here waits
 * for its end: what may not be killed, as what sudo runs, is reaped when it ends by itself.
 */
#ifndef TLSWHY_PROBES_PIPE_H
#define TLSWHY_PROBES_PIPE_H

#include "probes/conn.h"
#include "probes/way.h"

#define PIPE_SAID_MAX 4096 /* bytes of standard error that are kept */

/* Forgets those of conn.left that have ended; what is still at work is the system's when this process ends. */
void pipe_left_reap(struct pipe_left **left);
void pipe_left_free(struct pipe_left **left);

extern const struct layer_kind pipe_layer;
extern const struct way_row pipe_way;

#endif
