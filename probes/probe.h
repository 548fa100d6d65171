/* probe - what a probe is, and what one run of it has.
 *
 * Owns: the shape of a probe (one const struct each, listed in probe_list), the run it works on, and
 * how it reports facts.
 * Must not know: watchers (slot.c turns wants into them), why a fact is wanted.
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
#include "probes/cutoff.h"
#include "probes/engine.h"
#include "probes/resolve.h"
#include "src/model/fact.h"
#include "src/model/via.h"
#include "src/pki/judge.h"

struct run;
struct given;
struct fetch_ask;
struct fetched;
struct sntp_said;

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

struct survey;
struct pool;

struct probe {
    const char *name;           /* one of probe_words */
    bool connects;              /* takes a connection, hence slots */
    bool thorough;              /* of a survey: goes on where a hello was not answered: that may be the hello's doing */
    bool alone;                 /* begins only when nothing else is at work on its column */
    bool crowds;                /* its connections are begun when it says so, whatever --per-host allows */
    bool aside;                 /* not part of --depth full: asked only when one of its facts is wanted */
    bool around;                /* its connections leave out what is said in plain text before TLS */
    bool beside;                /* begun unasked, beside a handshake that is not answered for a while: see target_lags */
    const struct survey *survey; /* asks as many questions as it needs, see sweep.h; NULL: one run answers it */
    const enum fact *writes;    /* FACT_COUNT-terminated */
    const enum fact *needs;     /* FACT_COUNT-terminated: it starts when these are written; NULL: at once */
    const enum fact *along;     /* FACT_COUNT-terminated: what --only asks with it to make sense of it; NULL: nothing */
    size_t state_size;          /* of what one run keeps */
    /* Called once: the connection is open (if it connects). A survey leaves these to sweep.c. One that does
     * not connect may wait as well: for time, and for run_fetch. */
    struct want (*start)(struct run *r);
    struct want (*step)(struct run *r, enum step_why why);
    /* The connection could not be had. NULL: the probe's facts become could-not-ask. */
    void (*unreachable)(struct run *r, bool timed_out);
    void (*end)(struct run *r); /* frees what start and step made; NULL: nothing */
};

extern const struct probe machine_probe, handshake_probe, large_probe, names_probe, versions_probe, relaxed_probe,
    ciphers_probe, groups_probe, sigalgs_probe, traits_probe, clients_probe, replay_probe, issuers_probe,
    revocation_probe, idle_probe, otherway_probe, sntp_probe, tries_probe, variations_probe, path_probe, load_probe;
extern const struct probe *const probe_list[]; /* NULL-terminated */

#define VERSION_COUNT 6 /* SSL 2.0, SSL 3.0 ... TLS 1.3: version_index in sweep.h */

/* What surveys learnt of a column beside their facts. Those that use it name its facts in `needs`. */
struct known {
    bool accepted[VERSION_COUNT];     /* by a hello of its own */
    enum state renegotiation;         /* as the fact, from any ServerHello up to TLS 1.2 */
    uint8_t refuses;                  /* enum answer_kind: how it answers a hello that offers nothing it could take */
    uint8_t refuses_alert;            /* its number, 0: not by an alert */
    bool control_done, refuses_known; /* that was asked; and was answered alike each time */
    int good;                         /* questions that were answered in any clear way */
    int again;                        /* questions asked again so far */
    int silences;                     /* those of them that were not answered at all */
    double best_ms;                   /* the quickest answer, 0: none yet */
};

/* One column as the engine sees it. */
struct target {
    struct engine *engine;
    int id, ask, nth;
    struct endpoint *endpoint;      /* owned */
    struct via via;                 /* owned; through what it is reached: the environment has been asked already */
    char *cant;                     /* owned; why there is no such way on this machine, or NULL */
    char *address;                  /* owned; text, NULL until resolved */
    union sock peer;
    socklen_t peer_len;             /* 0 until resolved */
    double asked_name;              /* engine time when its name was asked for */
    double began;                   /* engine time of the first probe: --max-time counts from here */
    double ended;                   /* engine time when its last run was over */
    int runs;                       /* unfinished runs, and resolving */
    bool resolving;                 /* its name is being asked for */
    bool gone;                      /* dropped: no more events */
    bool full;                      /* everything is to be enumerated: --depth full, or asked for alone */
    bool asked[FACT_COUNT];         /* written, or a run is on its way */
    bool written[FACT_COUNT];
    bool later[FACT_COUNT];         /* wanted while its name was being asked for */
    bool connected;                 /* a connection could be made */
    bool works;                     /* its handshake was complete */
    bool silent;                    /* a hello was not answered in time, and none before it: no other is sent after it */
    bool search;                    /* its client's hello is refused and another's taken: see target_left */
    bool waited;                    /* its handshake came to nothing within --timeout: that is not waited for again */
    const struct probe *early;      /* begun beside its handshake, which has not been answered yet; NULL: none */
    struct held *held;              /* owned; what that found so far: it counts only where the handshake stays silent */
    unsigned deferred;              /* bit per probe of probe_list that waits for its needs */
    int connections;                /* made for it, since it was asked for */
    int load;                       /* at once, as asked for this column; 0: as for all */
    int part;                       /* of its client's offer that its handshake was made with, see shake.h */
    json_t *first;                  /* owned; what that came to, see told.h; NULL: not known yet */
    struct surveying *surveys;      /* owned; at work */
    struct cert **sent; size_t sent_count; /* owned; what it sent last, where nobody trusted was found above it */
    struct cert **path; size_t path_count; /* owned; the trusted chain, leaf first, where it says whom to ask about
                                    revocation */
    struct known known;
    struct cutoff cutoff;           /* connections of ours that were turned away or cut off */
    struct target *next;
};

/* Every group and signature algorithm that is registered, the usual ones first, and those of versions before
 * TLS 1.3; owned, 0-terminated, NULL until they are needed. */
struct every { uint16_t *groups, *sigalgs, *groups_classic, *sigalgs_classic; };
void every_free(struct every *e);

struct run {
    const struct probe *probe;
    struct engine *engine;
    struct target *target;
    int nth;                /* of a survey: the question */
    uint8_t until, pieces, tries, crowds; /* of a survey, see sweep.h; asked so often before: when it counted, and
                               when there had been too many at once */
    bool cut;               /* unreachable() for want of time or leave, not by the server's doing */
    struct conn conn;
    double created, connected; /* engine time; when the connection was begun, when it was open */
    void *state;            /* state_size bytes, zeroed, owned */
    bool wrote[FACT_COUNT];
    struct slot *slot;      /* the engine's own: watchers and queues */
};

/* --- for probes: what they may ask of the engine --- */
double run_now(const struct run *r);             /* engine time, monotonic seconds */
double run_wall(const struct run *r);            /* wall clock, unix seconds */
/* For what looks random in a hello: it differs from one to the next, for a server may mind the same twice. */
uint64_t run_seed(const struct run *r);
/* For an answer that is not likely to come, and would come at once: seconds. */
double run_brief(const struct run *r);
const struct engine_options *run_options(const struct run *r);
/* The certificates of expect=, NULL without it. */
struct store *run_expected(struct run *r);
struct judge_cache *run_judge(struct run *r);
/* How this client judges a chain here and now: all but the certificates is filled in. */
struct judge_ask run_judge_ask(struct run *r, const struct client *who);
/* The priorities for this column's client. Cached in the engine, NULL when GnuTLS refuses them (then
 * *why says so). */
gnutls_priority_t run_priority(struct run *r, const char **why);
gnutls_certificate_credentials_t run_credentials(struct run *r);
const struct given *run_given(const struct run *r); /* those that columns were given, see given.h */

/* What a certificate of this column points at, see fetch.h; one at a time, and never with --offline.
 * `endpoint` is filled in; `seconds` of 0 is --timeout. When the answer is there, step() is called with
 * STEP_READY, and only then run_fetched() is not NULL. */
void run_fetch(struct run *r, struct fetch_ask ask);
const struct fetched *run_fetched(const struct run *r);
/* The time of the NTP server of --sntp, which must have been given: asked once for all columns. When it is there,
 * step() is called with STEP_READY, and from then on run_sntp_said() is not NULL. Never with --offline. */
void run_sntp(struct run *r);
const struct sntp_said *run_sntp_said(const struct run *r);
/* The certificates that came: intermediates are shown to the other columns that lack one. `keep`: this
 * column may need them again, in target.sent. */
void run_sent(struct run *r, struct cert *const *sent, size_t n, bool keep);
/* The chain built of them: kept in target.path where it is trusted and its leaf names a responder or a CRL. */
void run_path(struct run *r, const struct chain *c);
/* What the column's own handshake came to, for those that make others like it; takes it. */
void run_first(struct run *r, json_t *told);
struct pool *run_pool(struct run *r);
/* Some other column's first handshake is not over yet. */
bool run_others_busy(const struct run *r);

/* What the machine probe found out about this machine, NULL until it has. */
json_t **run_machine(struct run *r);

bool target_depth_full(const struct target *t); /* everything is to be enumerated */
const struct engine_options *target_options(const struct target *t);
int target_per_host(const struct target *t);    /* --per-host */
double target_timeout(const struct target *t);  /* --timeout, seconds */
int target_tries(const struct target *t);       /* --tries */
int target_load(const struct target *t);        /* --load, or as gently as nobody minds; no more than there can be */
double target_max_time(const struct target *t); /* --max-time */
/* Connections this probe may still make for the column: the rest of what --depth quick has for all of them, INT_MAX
 * where they are not counted. */
int target_left(const struct target *t, const struct probe *p);
struct every *target_every(struct target *t);   /* the engine's, for sweep.c to fill */
double target_now(const struct target *t);      /* engine time */
/* What this probe writes and has not written becomes could-not-ask. */
void target_blank_probe(struct target *t, const struct probe *p);
/* One more run of a survey for this column, begun after `delay` seconds. */
struct run *target_run(struct target *t, const struct probe *p, int nth, double delay);
/* The same at once, and before all others that wait for its address: what goes on a chain of questions must
 * not wait for those that could be asked at any time. Only while another run of the column has its connection. */
struct run *target_run_next(struct target *t, const struct probe *p, int nth);
/* The server cut this off: when that happens often, half as many connections at once to its address from now
 * on. True when there were too many at once, so that this one tells nothing. */
bool run_push_back(struct run *r);
bool run_is_alone(const struct run *r); /* no other connection of ours goes to its address */
/* It answers well: slowly back to --per-host. */
void run_goes_well(struct run *r);

/* Every fact of the probe that was not written becomes could-not-ask; FAILURE stays. */
void run_blank(struct run *r);
/* Writes one fact. Takes value and text (may be NULL); ms < 0: unknown. */
void run_see(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text);
/* The same with raw bytes as evidence (copied, cut at OBSERVATION_BYTES_MAX). */
void run_see_bytes(struct run *r, enum fact f, enum state state, json_t *value, double ms, char *text,
                   const void *bytes, size_t n);

#endif
