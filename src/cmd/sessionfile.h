/* sessionfile - sessions in files: --save, and arguments that are sessions.
 *
 * Owns: opening, growing and renaming these files, and what may be replaced.
 * Must not know: what the lines say (model/saved.h), who probes.
 *
 * What is being written is FILE.part, and becomes FILE at a clean end; it can be opened at any time.
 */
#ifndef TLSWHY_CMD_SESSIONFILE_H
#define TLSWHY_CMD_SESSIONFILE_H

#include "src/model/saved.h"

struct sessionfile;
/* `started`: unix seconds, 0: now. NULL and a sentence when `path` is there and is no saved session, when another run
 * is writing it or was killed while it did, or when it can't be written. */
struct sessionfile *sessionfile_new(const char *path, double started, struct err *e);
void sessionfile_put(struct sessionfile *f, const struct event *ev);
/* To be called at least once a second: what was put is safe from a kill then. */
void sessionfile_flush(struct sessionfile *f);
/* Gives it its name. False and a sentence when not everything could be written; the .part stays then. Frees it. */
bool sessionfile_end(struct sessionfile *f, struct err *e);

/* A plain file that begins with our header. */
bool sessionfile_is(const char *path);

struct ids_from { int (*next)(void *arg); void *arg; };
/* Loads it into a session beside what that holds. *ask is the first number for its asks, and becomes the next that is
 * free; *started when it was begun. False and a sentence that names the file; notes for the person are added to *said
 * (sentences, a line each). */
struct text;
bool sessionfile_load(const char *path, struct session *into, struct ids_from ids, int *ask, double *started,
                      struct text *said, struct err *e);

#endif
