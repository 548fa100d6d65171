/* change - what client and server offer and take of one kind of list, and the smallest change that
 * would give them something in common.
 *
 * Owns: which suites, groups and signature algorithms are weak, and what fits a server's key.
 * Must not know: causes, texts, JSON that is written.
 */
#ifndef TLSWHY_WHY_CHANGE_H
#define TLSWHY_WHY_CHANGE_H

#include "src/why/look.h"

#define CHANGE_MAX 200 /* entries kept of what a server takes */

/* Better ones have higher grades; only the first is no good idea to switch on. */
enum grade { GRADE_WEAK, GRADE_OLD, GRADE_GOOD };

struct change {
    enum list_kind list;
    const uint16_t *offered; /* lent; 0-terminated */
    uint16_t taken[CHANGE_MAX + 1]; /* 0-terminated, what the client's versions can use; may be empty */
    bool complete;           /* nothing else is taken */
    bool share;              /* something offered is among them: then it's not the key exchange itself */
    uint16_t server_add;     /* of those offered, what the server had best take; 0: none will do */
    uint16_t client_add;     /* of those taken, what the client had best offer; 0: none is known */
    const char *server_key;  /* "ECDSA": what the server has a key for ... */
    const char *client_key;  /* "RSA": ... and what all that is offered needs; both or neither */
    uint16_t curve;          /* group of the server's key, not offered though others are shared; 0: none */
    bool some_curve;         /* groups are shared, so it is the curve of the server's key, whichever */
    bool some_key;           /* signature algorithms: the kind of the server's key is not known */
    bool client_first;       /* the client is the odd one, or the server had to become weak */
};

/* `list` is one the refusal hangs on. */
struct change change_of(const struct look *l, enum list_kind list);
enum grade change_grade(enum list_kind list, uint16_t number);
size_t change_count(const uint16_t *list);
/* IANA name, and the name OpenSSL uses; hex where nobody knows it. */
const char *change_name(enum list_kind list, uint16_t number, char hex[]);
const char *change_openssl(enum list_kind list, uint16_t number); /* NULL: has no such */

#endif
