/* probe - what a probe is, and what one run of it has.
 *
 * Owns: the shape of a probe (one const struct each, listed in probe_list), the run it works on, and
 * how it reports facts.
 * Must not know: watchers (engine.c turns wants into them), why a fact is wanted.
 *
 * A peer that fails is an observation, never our error: a probe always ends with facts written.
 */
#ifndef TLSWHY_PROBES_PROBE_H
#define TLSWHY_PROBES_PROBE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probes/conn.h"
#include "probes/engine.h"
#include "probes/resolve.h"
#include "src/model/fact.h"
#include "src/pki/judge.h"

struct run;

enum want_what {
    WANT_READ = 1,  /* bytes from the peer */
    WANT_WRITE = 2, /* room to send, or a connection */
    WANT_DONE = 4   /* facts are written: the run can go */
};

struct want {
    unsigned what;      /* READ and WRITE may be joined; none of them: only time is waited for */
    double seconds;     /* > 0: a new deadline for this stage, counted from now; 0: the old one goes on */
    bool slot;          /* from here on the run needs no handshake slot (--jobs) any more */
};

enum step_why { STEP_READY, STEP_TIMEOUT };

struct probe {
    const char *name;           /* one of probe_words */
    bool connects;              /* takes a connection, hence slots */
    int runs;                   /* how many runs at once answer the question, at least 1 */
    const enum fact *writes;    /* FACT_COUNT-terminated */
    size_t state_size;          /* of what one run keeps */
    /* Called once: the connection is open (if it connects). */
    struct want (*start)(struct run *r);
    struct want (*step)(struct run *r, enum step_why why);
    /* The connection could not be had. NULL: the probe's facts become could-not-ask. */
    void (*unreachable)(struct run *r, bool timed_out);
    void (*end)(struct run *r); /* frees what start and step made; NULL: nothing */
};

extern const struct probe handshake_probe, versions_probe, machine_probe;
extern const struct probe *const probe_list[]; /* NULL-terminated */

/* One column as the engine sees it. */
struct target {
    struct engine *engine;
    int id, ask, nth;
    struct endpoint *endpoint;      /* owned */
    char *address;                  /* owned; text, NULL until resolved */
    union sock peer;
    socklen_t peer_len;             /* 0 until resolved */
    double asked_name;              /* engine time when its name was asked for */
    double began;                   /* engine time of the first probe: --max-time counts from here */
    int runs;                       /* unfinished runs, and resolving */
    bool resolving;                 /* its name is being asked for */
    bool gone;                      /* dropped: no more events */
    bool asked[FACT_COUNT];         /* written, or a run is on its way */
    bool later[FACT_COUNT];         /* wanted while its name was being asked for */
    char **version_said;            /* versions probe: what each of its runs found, owned; or NULL */
    struct target *next;
};

void versions_forget(struct target *t); /* frees what unfinished runs have left */

struct run {
    const struct probe *probe;
    struct engine *engine;
    struct target *target;
    int nth;                /* which of probe->runs */
    struct conn conn;
    double created, connected; /* engine time; when the connection was begun, when it was open */
    void *state;            /* state_size bytes, zeroed, owned */
    bool wrote[FACT_COUNT];
    struct slot *slot;      /* the engine's own: watchers and queues */
};

/* --- for probes: what they may ask of the engine --- */
double run_now(const struct run *r);             /* engine time, monotonic seconds */
double run_wall(const struct run *r);            /* wall clock, unix seconds */
const struct engine_options *run_options(const struct run *r);
/* The store for this endpoint's ca=, loaded once; never NULL. */
struct store *run_store(struct run *r);
struct judge_cache *run_judge(struct run *r);
/* The priorities for a client limited to [min, max]; `relaxed` offers everything GnuTLS can. Cached
 * in the engine, NULL when GnuTLS refuses them (then *why says so). */
gnutls_priority_t run_priority(struct run *r, uint16_t min, uint16_t max, bool relaxed, const char **why);
gnutls_certificate_credentials_t run_credentials(struct run *r);

/* What the machine probe found out about this machine, NULL until it has. */
json_t **run_machine(struct run *r);

/* Every fact of the probe that was not written becomes could-not-ask; FAILURE stays. */
void run_blank(struct run *r);
/* Writes one fact. Takes value and text (may be NULL); ms < 0: unknown. */
void run_see(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text);
/* The same with raw bytes as evidence (copied, cut at OBSERVATION_BYTES_MAX). */
void run_see_bytes(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text,
                   const void *bytes, size_t n);

#endif
