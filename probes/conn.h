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

#define CONN_LAYERS_MAX 4
#define CONN_FIRST_MAX 256 /* first bytes kept as evidence */

enum conn_state { CONN_READY, CONN_WANT_READ, CONN_WANT_WRITE, CONN_FAILED };

struct conn;
struct layer;

struct layer_kind {
    const char *name;
    /* Makes what progress it can; the layer below is open already. */
    enum conn_state (*open)(struct conn *c, struct layer *l);
    /* As sendmsg(2) and recv(2), errno set, through the layer below. NULL passes straight through. */
    ssize_t (*send)(struct conn *c, struct layer *l, const struct iovec *v, int n);
    ssize_t (*recv)(struct conn *c, struct layer *l, void *p, size_t n);
    void (*close)(struct conn *c, struct layer *l); /* frees `state`; NULL: nothing to free */
};

struct layer {
    const struct layer_kind *kind;
    void *state;
};

struct conn {
    int fd;                     /* -1 until the TCP layer has one */
    struct layer layer[CONN_LAYERS_MAX];
    int layers, open;           /* in the stack; open so far */
    const struct sockaddr *peer; /* lent */
    socklen_t peer_len;
    int error;                  /* errno that ended it, 0: none */
    bool at_once;               /* this machine refused by itself: nothing was sent */
    bool ended;                 /* the peer closed its side */
    size_t sent, received;
    uint8_t *first;             /* owned; the first CONN_FIRST_MAX bytes received */
    size_t first_len;
};

/* Prepares a stack with TCP at the bottom; nothing is opened yet. The address must outlive it. */
void conn_init(struct conn *c, const struct sockaddr *peer, socklen_t n);
enum conn_state conn_open(struct conn *c);
ssize_t conn_send(struct conn *c, const struct iovec *v, int n);
ssize_t conn_recv(struct conn *c, void *p, size_t n);
void conn_close(struct conn *c); /* also of one that was never opened; may be called twice */

#endif
