/* turn - one reply in the dialogue before TLS: where it ends, and what it says.
 *
 * Owns: the forms of replies in the protocols that begin in plain text (RFC 5321, 3501, 1939, 959, 3977, 5804, 6120,
 * 4511; PostgreSQL, MySQL, MS-RDPBCGR, MS-TDS).
 * Must not know: the order of the dialogue (dialogue.c), sockets.
 */
#ifndef TLSWHY_WIRE_TURN_H
#define TLSWHY_WIRE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TURN_MAX 16384     /* bytes of one reply; longer ones are nobody's */
#define TURN_LINE_MAX 2048 /* bytes of one line */
#define TURN_LINES_MAX 200

enum turn_form {
    TURN_CODE,       /* "250-..." lines, the last one "250 ..." */
    TURN_CODE_LIST,  /* one such line, and where it is good, lines up to "." */
    TURN_POP, TURN_POP_LIST, /* "+OK" or "-ERR"; and lines up to "." */
    TURN_IMAP,       /* "* ..." lines up to the tagged one; where `good` is untagged, that line alone */
    TURN_SIEVE,      /* lines up to OK, NO or BYE */
    TURN_XMPP,       /* up to the end of one of the elements a server sends here */
    TURN_LDAP, TURN_POSTGRES, TURN_MYSQL, TURN_RDP, TURN_TDS,
    TURN_FORMS
};

enum turn_kind {
    TURN_GOOD,
    TURN_LACKS,      /* it does not know the command, or has not what was asked for */
    TURN_REFUSES,
    TURN_BUSY,       /* too many connections, or out of resources: it says so */
    TURN_STRANGER    /* it does not serve the name it is asked for */
};

struct turn {
    enum turn_kind kind;
    int code;        /* of the reply, -1: it has none */
    char *said;      /* owned; its words for a person, printable, NULL: it has none */
};

/* Bytes of the whole reply at p; 0: more are needed; -1: this is no such reply, however it goes on. `good` holds the
 * openings of good replies, joined by "|" (of the textual forms; NULL for the others). */
long turn_end(enum turn_form f, const char *good, const void *p, size_t n);
/* Reads a whole reply, as turn_end measured it. */
struct turn turn_read(enum turn_form f, const char *good, const void *p, size_t n);
/* The next line of a reply without its end, false where there is none. *at begins at 0. */
bool turn_line(const void *p, size_t n, size_t *at, const char **line, size_t *len);

#endif
