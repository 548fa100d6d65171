/* dialogue - what is said in plain text before TLS begins, in each protocol that has STARTTLS or the like.
 *
 * Owns: the table of these protocols, rows of what to send and what to expect, and the one walker that goes through
 * them. Bytes come in by dialogue_feed, and go out through `out`.
 * Must not know: sockets, clocks: who waits says when it was too long.
 *
 * Everything a server says is hostile: replies, lines and lists are capped, and its words are kept printable.
 */
#ifndef TLSWHY_WIRE_DIALOGUE_H
#define TLSWHY_WIRE_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "src/wire/first.h"
#include "src/wire/turn.h"

#define DIALOGUE_OFFERED_MAX 40
#define DIALOGUE_STEPS 3

enum dialogue_outcome {
    DIALOGUE_GOING,
    DIALOGUE_READY,       /* the next bytes are TLS */
    DIALOGUE_NOT_OFFERED, /* the server does not know it, or does not list it */
    DIALOGUE_REFUSED,     /* it knows it, and refuses; or it refuses the client */
    DIALOGUE_BUSY,        /* it says that it has too many connections, or is out of resources */
    DIALOGUE_GARBLED,     /* nothing such a server may say; or more than it was asked for */
    DIALOGUE_CLOSED,
    DIALOGUE_SILENT,      /* no byte of an answer came */
    DIALOGUE_SLOW,        /* its answer began and did not end */
    DIALOGUE_TLS,         /* it speaks TLS at once */
    DIALOGUE_OTHER,       /* it speaks another protocol */
    DIALOGUE_STRANGER,    /* it does not serve the name it is asked for */
    DIALOGUE_OUTCOMES
};
extern const char *const dialogue_words[DIALOGUE_OUTCOMES]; /* "going" "ready" "not-offered" ... */

struct dialogue_step {
    const char *send;              /* {self}: who we are, {host}: who the server is; NULL: nothing */
    void (*make)(struct buf *out); /* or this, where it is no text; NULL */
    enum turn_form form;
    const char *good;              /* see turn_end */
    const char *wants;             /* a word that the answer has to list, or TLS is not offered; NULL */
    bool lists;                    /* it lists what the server can do */
    bool optional;                 /* not every server knows the command: one that refuses it is asked the next */
};

struct dialogue_row {
    const char *way;               /* as in the table of schemes */
    const char *command;           /* what begins TLS, for a person */
    const char *protocol;          /* as first.h calls it */
    const char *at_once;           /* the scheme for TLS at once, NULL: there is none */
    bool server_begins;            /* it greets before it is asked */
    const char *leave;             /* politely, while it is plain text; NULL: there is nothing to say */
    struct dialogue_step step[DIALOGUE_STEPS]; /* up to one without send, make and good */
};

struct dialogue {
    const struct dialogue_row *row;
    int at;                        /* step that is waited for */
    enum dialogue_outcome outcome;
    struct buf in, out;            /* owned; the reply so far, or the last one; to be sent */
    char *self, *host;             /* owned */
    char *banner;                  /* owned; its greeting's first line, printable; NULL: none */
    char *said;                    /* owned; its last words, printable; NULL: none */
    int code;                      /* of the last reply, -1: it has none */
    char *offered[DIALOGUE_OFFERED_MAX]; /* owned, printable */
    size_t offered_count;
    bool listed;                   /* a list came */
    const char *stripped;          /* lent by offered; an entry that somebody wrote over, or NULL */
    struct first greeting;         /* what its greeting looks like */
    const char *found, *hint;      /* const; what it speaks instead and what to do about that, or NULL */
    bool tried_tls;                /* nothing came, so it was asked in TLS */
    bool late;                     /* its greeting came only after that */
    bool behind;                   /* there were bytes behind its last reply, where TLS was to begin */
};

/* NULL when there is no such way. */
const struct dialogue_row *dialogue_find(const char *way);
/* `self` is who we are for the server's greeting, `host` who it is; both copied. What is to be sent first is in
 * `out`. */
void dialogue_begin(struct dialogue *d, const struct dialogue_row *row, const char *self, const char *host);
/* Bytes from the server. Does nothing once the outcome is known. */
void dialogue_feed(struct dialogue *d, const void *p, size_t n);
void dialogue_ended(struct dialogue *d); /* the server closed or reset the connection */
/* It waited too long. True when there is something else to try, which needs no long wait: `out` holds it. */
bool dialogue_overdue(struct dialogue *d);
/* Whose answer came last, or is waited for. */
enum dialogue_stage { DIALOGUE_GREETING, DIALOGUE_LIST, DIALOGUE_COMMAND };
enum dialogue_stage dialogue_stage(const struct dialogue *d);
/* What is to be said before the connection is closed, NULL: nothing. */
const char *dialogue_farewell(const struct dialogue *d);
void dialogue_free(struct dialogue *d); /* accepts a zeroed one */

#endif
