/* visit - one client that came, and what the files of the ear share about it.
 *
 * Owns: the facts of a visit on their way out, and what of a hello is worked out once for all clients that send the
 * same. Internal to ear.c, listen.c, tap.c and visit.c.
 * Must not know: how a visit is gone through (listen.c, tap.c), who is waited for (ear.c).
 */
#ifndef TLSWHY_PROBES_VISIT_H
#define TLSWHY_PROBES_VISIT_H

#include <jansson.h>

#include "probes/ear.h"
#include "probes/resolve.h"
#include "src/wire/heard.h"
#include "src/wire/likeness.h"
#include "src/wire/overhear.h"

#define EAR_SCRATCH (64u << 10) /* read at once */
#define EAR_LISTENERS 2
#define LONGEST 12              /* timeouts that a handshake may take in all */

struct visit;
struct hello_cache;

/* What is done with a visit. A step may end the visit: then it is gone. */
struct side {
    const char *probe;               /* one of probe_words */
    size_t size;                     /* of its own struct, which begins with a struct visit */
    void (*begin)(struct visit *v);
    void (*ready)(struct visit *v);  /* the client's socket can be read or written */
    void (*late)(struct visit *v);   /* its deadline has passed */
    void (*stop)(struct visit *v);   /* it has to end now: writes what is known */
    void (*forget)(struct visit *v); /* frees what is its own */
};
extern const struct side listen_side, tap_side;

struct listener {
    struct ear *ear;
    int fd;                          /* -1: it takes nobody any more */
    struct ev_io io;
    char *where;                     /* owned; "127.0.0.1:8443" */
    struct address address;
    struct endpoint *endpoint;       /* owned; of its columns */
};

struct visit {
    struct ear *ear;
    const struct side *side;
    const struct listener *at;
    struct visit *next, **link;      /* in ear.visits */
    int fd, id;                      /* id: of its column, 0: it has none yet */
    int nth;
    union sock from;
    double began, turned;            /* loop time of accept; of the beginning of what is waited for */
    double ended;                    /* of the end that came first, which client_end speaks of; 0: none yet */
    struct ev_io io;
    struct ev_timer deadline;
    struct heard heard;
    int segments;                    /* reads that brought a part of the hello */
    size_t sent, received;           /* bytes from the client, and to it */
    bool said_answer, failed;
};

struct upstream {                    /* a tap's */
    const struct endpoint *endpoint; /* lent; NULL: there is none */
    struct resolver *resolver;       /* made when a name has to be asked for */
    struct address address[RESOLVE_MAX];
    size_t count, good;              /* good: the one that last took a connection */
    bool asking, stale;              /* stale: nobody answers there any more */
    char why[256];                   /* why there is no address, "": there is, or nobody knows yet */
};

struct ear {
    struct ev_loop *loop;
    struct ear_options options;
    struct sink sink;
    struct listener listener[EAR_LISTENERS];
    size_t listener_count;
    struct visit *visits;
    unsigned long room;              /* visits at once */
    struct ev_timer resume;          /* takes up accepting again when descriptors are short and nobody is left to go */
    bool paused;
    int next_id;
    struct ear_counts counts;
    struct upstream upstream;
    gnutls_priority_t priority;      /* of listen; NULL: of tap */
    struct hello_cache *cache;
    uint8_t scratch[EAR_SCRATCH];    /* what was read last: nobody keeps it */
};

/* --- ear.c --- */
void visit_free(struct visit *v);                     /* ends it: its column is done */
void visit_wait(struct visit *v, double seconds);     /* a new deadline from now */
void visit_wait_for_word(struct visit *v);            /* likewise, the usual, but LONGEST in all since `turned` */
void visit_watch(struct visit *v, int events);        /* EV_READ, EV_WRITE, joined, or 0 */
/* Reads once into the scratch. > 0: so many; 0: the client's end; -1 and *how: HOW_COUNT (nothing now) or HOW_RESET. */
ssize_t socket_read(struct ear *r, int fd, enum ending_how *how);
void socket_reset(int fd);                            /* from now on closing is a reset */

/* --- tap.c --- */
bool upstream_begin(struct ear *r, struct err *e);    /* false and a sentence when it is one of our own listeners */
void upstream_end(struct ear *r);

/* --- visit.c --- */
struct hello_cache *hello_cache_new(void);
void hello_cache_free(struct hello_cache *c);
/* Feeds bytes to the hello; true once its end is known. Writes the column and its first fact then. */
bool visit_hear(struct visit *v, const void *p, size_t n);
void visit_answer(struct visit *v, const struct reply *r, const char *alpn); /* once; alpn NULL: what `r` has */
void visit_end(struct visit *v, const struct ending *e, const char *more);   /* the fact client_end; more: evidence */
void visit_timing(struct visit *v, double connect, double hello, double handshake); /* seconds, < 0: not known */

#endif
