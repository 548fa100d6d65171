/* meeting - one client at one server: the rules, in the order in which a handshake comes to them.
 *
 * Owns: what both have in common, what the server would choose of it, what the client then puts up with, and the
 * sentence about the first thing that does not fit.
 * Must not know: hellos as bytes on the way, who asks, JSON that is written.
 *
 * What a real server does is followed, not what a clever one could do: the highest version both know is taken, and
 * when nothing else fits it there the handshake fails, whatever an older version would have had.
 */
#ifndef TLSWHY_WHY_MEETING_H
#define TLSWHY_WHY_MEETING_H

#include "src/why/clients.h"
#include "src/why/server.h"

/* How the client's own hello was answered: FACT_CLIENTS. */
struct tried {
    const char *answer;          /* lent; the ANSWER word, NULL: its hello was not tried, or nothing came of it */
    bool accepted;
    bool retry;                  /* a HelloRetryRequest: the server has not looked at signature algorithms yet */
    uint16_t version, suite, group; /* of accepted */
    int dh_bits;                 /* 0: none, or not known */
    int warning;                 /* of an alert before, -1: none */
    enum state renegotiation, ems; /* in the answer; NOT_ASKED: it came in TLS 1.3 */
    const json_t *certificate;   /* lent; NULL: it did not come in clear */
};

struct meeting {
    const struct server *server;
    const struct client *client;
    const struct tried *tried;   /* lent, never NULL */
    struct client_result *result; /* where it goes: rule, version, suite, group; `why` once it fails, `but` */
    bool fails;
    char *doubt;                 /* owned; the first thing that is not known and decides, or NULL */
};

/* What the hello is answered, out of the lists. */
void meeting_hello(struct meeting *m);
/* What the client makes of the answer. result's version, suite and group say what was agreed, as far as known. */
void meeting_after(struct meeting *m);

#endif
