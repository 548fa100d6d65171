/* engine - runs any number of probes at once on one loop.
 *
 * Owns: the asks, the columns that grow from them, the order of probes (by the facts they need), the
 * caps on connections, and all deadlines.
 * Must not know: why a fact is wanted, who shows it. Everything it finds out leaves as an event.
 *
 * All mutable state hangs on struct engine, so several engines can live in several processes.
 */
#ifndef TLSWHY_PROBES_ENGINE_H
#define TLSWHY_PROBES_ENGINE_H

#include <ev.h>
#include <stdbool.h>

#include "probes/resolve.h"
#include "src/base/err.h"
#include "src/model/stream.h"

struct engine;

/* Where events go. `take` may move things out of the event; what is left is cleared after. It is called
 * from the middle of things and must not call the engine back: note what is to be done, do it later. */
struct sink {
    void (*take)(void *arg, struct event *ev);
    void *arg;
};

struct engine_options {
    int jobs;                /* handshakes in flight; 100. From 64 on connections are begun ahead of them */
    int per_host;            /* connections in flight per address; 10 */
    int tries;               /* handshakes of each column; 1. Asked for as a fact they are some more where this is 1 */
    int load;                /* handshakes at once at the end of a ramp of load, begun with the column; 0: none */
    int load_made;           /* not 0: in the place of a ramp so many, `load` of them at once all the time */
    bool load_hello;         /* of them all only the hello, and the first answer to it: no handshake is made */
    double timeout;          /* longest wait for one answer, seconds; 5 */
    double max_time;         /* all work on one column, seconds; 60 */
    bool first_address;      /* addresses=first */
    bool only;               /* --only: the bare handshake (no HTTP Date, no late read), and of the rest nothing but */
    bool only_facts[FACT_COUNT]; /* these, and what they need */
    bool only_full;          /* they take as many connections as they need: as depth_full, but for what is asked */
    bool depth_full;         /* --depth full: every column is enumerated, and may take any number of connections */
    int min_days;            /* passed to judge */
    const char *proxy_login; /* "user:password" for proxies, NULL: none; the environment's own goes first */
    bool offline;            /* talk to the endpoints alone: what certificates point at is not fetched */
    const char *sntp;        /* lent; host of the NTP server that is asked for the time, NULL: none */
    int sntp_port;
    const struct resolve_rule *resolve; /* lent; --resolve */
    size_t resolve_count;
    double (*wall)(void);    /* wall clock, unix seconds; NULL: the system's */
};
void engine_options_default(struct engine_options *o);
/* Adds a probe by its name to what `only` asks for; false when there is none of that name. */
bool engine_options_only(struct engine_options *o, const char *probe);
/* Names of probes that can be asked for so, NULL-terminated at `max` at most; how many. Lent, const. */
size_t engine_probe_names(const char **names, size_t max);

/* NULL and a sentence when the loop, the resolver or GnuTLS can't be had. */
struct engine *engine_new(struct ev_loop *loop, const struct engine_options *o, struct sink sink,
                          struct err *e);
/* Ends all probes; columns still busy get no further events. Accepts NULL. */
void engine_free(struct engine *g);

/* A new endpoint with its default facts. `ask` is the caller's number for it (its order). Before this
 * returns a column event comes, or, where its ca= can't be used, one of trouble. Keeps a reference. */
void engine_ask(struct engine *g, int ask, const struct endpoint *ep);
/* More facts of a column. Facts no probe writes become could-not-ask. */
void engine_want(struct engine *g, int column, const bool wanted[FACT_COUNT]);
void engine_again(struct engine *g, int column);  /* probes a column afresh */
/* Likewise, and from now on this column is enumerated as at --depth full. */
void engine_enumerate(struct engine *g, int column);
/* A ramp of load, up to so many handshakes at once; asked for again, another one. */
void engine_load(struct engine *g, int column, int at_once);
/* An id that no column of this engine has or will have: for a column somebody else makes beside them. */
int engine_column_id(struct engine *g);
void engine_drop(struct engine *g, int column);   /* ends its probes and forgets it */
/* Ends all probes; columns stay, what was not answered is could-not-ask. */
void engine_stop(struct engine *g);
/* Nothing is running and nothing waits. */
bool engine_idle(const struct engine *g);
/* How many connections were made so far, for progress lines and benchmarks. */
unsigned long engine_connections(const struct engine *g);

#endif
