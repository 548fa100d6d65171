/* ear - real clients that connect to us: caught and answered (listen), or passed through (tap).
 *
 * Owns: the listening sockets, each connection from accept to close, what both sides were heard to say, and the facts
 * of each connection. A connection is a column of its own: its client is what differs.
 * Must not know: engine, session, who prints. Where a generated certificate comes from.
 *
 * Nothing blocks, and no connection can hold up or break another: every buffer has its cap, every stage its deadline.
 * What passes a tap is forwarded byte for byte, whatever we make of it.
 */
#ifndef TLSWHY_PROBES_EAR_H
#define TLSWHY_PROBES_EAR_H

#include <ev.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "probes/engine.h"
#include "src/base/err.h"
#include "src/model/endpoint.h"
#include "src/pki/store.h"

#define EAR_CONNECTIONS 4096 /* at once, fewer where the limit of files is lower; others wait in the kernel's queue */

struct ear;

struct ear_options {
    const char *address;      /* to listen on: an address without brackets, NULL: 127.0.0.1 and ::1 */
    int port;                 /* 0: the kernel chooses */
    double timeout;           /* seconds: the longest wait for a client's next word before its handshake is over; 5.
                                 A tapped connection that is past its handshake may be quiet for as long as it likes,
                                 and its server at any time: that patience is the client's. Likewise for a server that
                                 has not answered yet when its client closes */
    int clients;              /* ends by itself after so many connections; 0: never */
    bool hello_only;          /* listen: closes once the hello is whole, makes no handshake */
    gnutls_certificate_credentials_t credentials; /* lent; listen: what our side of the handshake shows */
    const struct endpoint *upstream;              /* lent; NULL: listen; else tap: where to pass everything */
    const struct resolve_rule *resolve; size_t resolve_count; /* as in engine_options, for upstream */
    int (*next_id)(void *arg); /* ids of columns; NULL: 1, 2, ... */
    void *next_id_arg;
    int ask;                   /* of its columns */
    double (*wall)(void);      /* wall clock, unix seconds; NULL: the system's */
};

/* Listens. NULL and a sentence that says what can be done: the port is taken, below 1024 without the right, the
 * address is none of this machine's. Events: a column when a connection's hello is whole (or its first words were
 * none, or it ended without any), with "client" as its vantage and the client's address as its address; its facts as
 * they are found out, client_end perhaps twice; done when it is over. The endpoint of the column is `upstream`'s text,
 * or "tls://ADDRESS:PORT" of a listener. */
struct ear *ear_new(struct ev_loop *loop, const struct ear_options *o, struct sink sink, struct err *e);
void ear_free(struct ear *r);                 /* ends all connections, with what is known of each; accepts NULL */
/* What it listens on: "127.0.0.1:8443", the nth from 0; NULL: no more. Lent. */
const char *ear_where(const struct ear *r, size_t nth);
bool ear_over(const struct ear *r);           /* `clients` was reached, and the last of them is over */
struct ear_counts { unsigned long accepted, hellos, other, open, failed; };
struct ear_counts ear_counts(const struct ear *r);

#endif
