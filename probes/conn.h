/* conn - a connection as a stack of layers.
 *
 * Owns: the socket, the order in which layers open, the first bytes received and the byte counts.
 * Must not know: watchers, deadlines, what is spoken on top.
 *
 * The lowest layer is TCP; a proxy or a STARTTLS dialogue is another row of layer kinds on top of
 * it. Whoever uses the connection opens it with conn_open until that says CONN_READY, and then only
 * sends and receives; it need not know how many layers there are. Nothing here ever blocks.
 */
#ifndef TLSWHY_PROBES_CONN_H
#define TLSWHY_PROBES_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "src/model/fact.h"

#define CONN_LAYERS_MAX 4
#define CONN_FIRST_MAX 256 /* first bytes kept as evidence */

enum conn_state { CONN_READY, CONN_WANT_READ, CONN_WANT_WRITE, CONN_FAILED };

struct conn;
struct endpoint;
struct layer;
struct pipe_left;
struct via;

struct layer_kind {
    const char *name;
    /* Makes what progress it can; the layer below is open already. It begins a wait for another answer of the peer's
     * with layer_waits, and talks through layer_send and layer_recv. */
    enum conn_state (*open)(struct conn *c, struct layer *l);
    /* The wait was over without an answer: true when there is something else to try, and another wait has begun.
     * NULL: there is not. */
    bool (*overdue)(struct conn *c, struct layer *l);
    /* As sendmsg(2) and recv(2), errno set, through the layer below. NULL passes straight through. */
    ssize_t (*send)(struct conn *c, struct layer *l, const struct iovec *v, int n);
    ssize_t (*recv)(struct conn *c, struct layer *l, void *p, size_t n);
    void (*close)(struct conn *c, struct layer *l); /* frees `state`; NULL: nothing to free */
};

/* What an ICMP message said of a connection that could not be opened (RFC 792, RFC 4443). */
struct conn_icmp {
    bool came, six;
    uint8_t type, code;
    char from[46];              /* INET6_ADDRSTRLEN; "": not known */
    bool ours;                  /* this machine itself said so: nobody answers for the address on its own link */
};

/* Only a knock: nothing is said, and no layers are opened. Its packets get `reach` hops far from the first on. */
enum conn_knock {
    KNOCK_NOT,
    KNOCK_TCP,                  /* is the connection taken? */
    KNOCK_UDP                   /* does a datagram, to the port that traceroute begins with, expire on the way? */
};

/* How packets travel; 0: as the system has it. */
struct conn_travel {
    uint16_t segment;           /* no larger ones, in either direction */
    uint8_t reach;              /* time to live, or hop limit, of what is sent after conn_depart */
    uint8_t near;               /* what arrives after conn_depart with a lower one is not received */
    enum conn_knock knock;
    double patience;            /* seconds to wait for a connection, and for an answer; 0: --timeout */
};

struct layer {
    const struct layer_kind *kind;
    void *state;
};

struct conn {
    int fd;                     /* -1 until the TCP layer has one */
    struct layer layer[CONN_LAYERS_MAX];
    int layers, open;           /* in the stack; open so far */
    const struct endpoint *endpoint; /* lent; where the layers lead, NULL: TCP is all there is */
    const struct via *via;      /* lent; through what, NULL: directly */
    const char *login;          /* lent; "user:password" for the proxy, NULL: none */
    struct pipe_left **left;    /* lent; commands that were not reaped yet (pipe.h), NULL: their end is waited for */
    bool lost;                  /* a layer found out late that it never had a way to the peer */
    unsigned waits;             /* for answers, begun while layers opened: each may take its own time */
    bool brief;                 /* the last of them need not be a long one */
    const struct sockaddr *peer; /* lent */
    socklen_t peer_len;
    struct conn_travel travel;
    int error;                  /* errno that ended it, or its opening; 0: none */
    struct conn_icmp icmp;      /* what `error` comes from */
    bool at_once;               /* this machine refused by itself: nothing was sent */
    bool ended;                 /* the peer closed its side */
    size_t sent, received;
    uint8_t *first;             /* owned; the first CONN_FIRST_MAX bytes received */
    size_t first_len;
};

/* Prepares a stack with TCP at the bottom; nothing is opened yet. The address must outlive it. */
void conn_init(struct conn *c, const struct sockaddr *peer, socklen_t n);
/* Another kind at the bottom, in the place of TCP. */
void conn_rest_on(struct conn *c, const struct layer_kind *kind);
/* In the place of the whole stack: what c->travel.knock says. A datagram that is answered makes it ready, and one that
 * expires, or that nobody waits for, fails as a connection does, with `icmp`. */
void conn_knock(struct conn *c);
/* Another layer on top of the others; its state is made when it opens. */
void conn_push(struct conn *c, const struct layer_kind *kind);
enum conn_state conn_open(struct conn *c);
/* TCP is open, whatever becomes of the layers above. */
bool conn_reached(const struct conn *c);
/* A wait of conn_open was over without an answer: false when that is the end of it. */
bool conn_overdue(struct conn *c);
ssize_t conn_send(struct conn *c, const struct iovec *v, int n);
ssize_t conn_recv(struct conn *c, void *p, size_t n);
/* The connection is open: from here on packets travel as `travel` says. One that expires on the way ends it with
 * EHOSTUNREACH. */
void conn_depart(struct conn *c);
/* The largest segment it sends, 0: not known. */
int conn_segment(const struct conn *c);
/* Whether the peer's machine has acknowledged all that was sent to it; UNSURE where that can't be told, as behind a
 * proxy. */
enum state conn_acknowledged(const struct conn *c);
void conn_cut(struct conn *c);   /* its close will be a reset, which leaves nothing in TIME_WAIT; also of one without fd */
void conn_close(struct conn *c); /* also of one that was never opened; may be called twice */

/* --- for layers: through what is below, not counted as what the peer of the whole stack said --- */
ssize_t layer_send(struct conn *c, const struct layer *l, const struct iovec *v, int n);
ssize_t layer_recv(struct conn *c, const struct layer *l, void *p, size_t n);
void layer_waits(struct conn *c, bool brief);

#endif
