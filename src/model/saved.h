/* saved - a session as the lines of a file: a header, then the stream (stream.h).
 *
 * Owns: the header, and putting what such lines say into a session that may hold other columns already.
 * Must not know: files; it is handed bytes, from anybody, in pieces of any size.
 *
 * The header: {"tlswhy":"VERSION","session":1,"started":"..."}. Lines of a kind, or about a fact, that is not known
 * here are passed over, as a newer tlswhy may have written them; so is a last line that was cut short.
 */
#ifndef TLSWHY_MODEL_SAVED_H
#define TLSWHY_MODEL_SAVED_H

#include "src/model/stream.h"

#define SAVED_COLUMNS_MAX 100000
#define SAVED_HEADER_MAX 4096

/* The line with its newline; owned by the caller. */
char *saved_header(const char *version, double started);
/* These bytes, from a file's first on, begin with such a line. */
bool saved_begins(const void *p, size_t n);

struct saved;
struct saved_notes {     /* what a person is to be told of it */
    size_t columns;      /* that were loaded */
    size_t passed_over;  /* lines */
    char *why;           /* owned; what was wrong with the first of them */
    size_t kept_out;     /* columns */
    char *why_out;       /* owned; the same */
    bool cut;            /* the last line was not whole */
};
/* Columns get ids from next_id, and asks numbers from `ask` on, in the order in which they come. */
struct saved *saved_new(struct session *into, int (*next_id)(void *arg), void *arg, int ask);
/* False and a sentence once these bytes can be no session of ours; then nothing was loaded. */
bool saved_feed(struct saved *s, const void *p, size_t n, struct err *e);
/* Everything was fed. False and a sentence when there was not even a header. */
bool saved_end(struct saved *s, struct saved_notes *notes, struct err *e);
double saved_started(const struct saved *s); /* unix seconds */
int saved_next_ask(const struct saved *s);   /* the first number it has not given */
void saved_free(struct saved *s);            /* accepts NULL */
void saved_notes_clear(struct saved_notes *n);

/* The events that make this session's columns, facts and answers, as they would be saved. What an event owns is lent to
 * `take`. */
void session_tell(const struct session *s, void (*take)(void *arg, const struct event *ev), void *arg);

#endif
