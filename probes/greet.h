/* greet - one ClientHello of the column's client, and what the server says first; no handshake comes of it.
 *
 * Owns: that hello (with an empty key_share where TLS 1.3 is offered, so that the answer costs the server no signature:
 * HelloRetryRequest, RFC 8446 section 4.1.4), the wait for ServerHello or HelloRetryRequest, and how it ended.
 * Must not know: facts, watchers, what the answer means for the client.
 *
 * greet_start, then greet_step until one of them says WANT_DONE; greet_end, which makes the close a reset, so that
 * thousands of them leave nothing behind on either side.
 */
#ifndef TLSWHY_PROBES_GREET_H
#define TLSWHY_PROBES_GREET_H

#include "probes/probe.h"
#include "src/base/bytes.h"
#include "src/wire/reply.h"

struct greet {
    struct reply reply;
    struct buf out;       /* still to be sent */
    double sent, came;    /* engine time: of the hello, of the answer; 0: not yet */
    bool silent;          /* --timeout went by */
};

struct want greet_start(struct run *r, struct greet *g); /* *g is zeroed */
struct want greet_step(struct run *r, struct greet *g, enum step_why why);
/* It was answered by a ServerHello or HelloRetryRequest. */
bool greet_answered(const struct greet *g);
/* How else it ended, as WENT of fact.h has it: "alert 40 handshake_failure", "reset". Owned by the caller. */
char *greet_word(const struct run *r, const struct greet *g);
void greet_end(struct run *r, struct greet *g); /* also of a zeroed one */

#endif
