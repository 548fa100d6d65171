/* habit - the pattern in which handshakes fail: which clients, servers and names, and when.
 *
 * Owns: telling a pattern from chance: there must be enough events, and successes beside them where the log has any;
 * and which failures are noise (health checks, stray visitors).
 * Must not know: causes' ranking (outcome.h), how it is printed.
 */
#ifndef TLSWHY_LOG_HABIT_H
#define TLSWHY_LOG_HABIT_H

#include "src/log/journal.h"

#define HABIT_BINS 60
#define HABIT_BURSTS 64         /* kept */
#define HABIT_NET 64
#define HABIT_NAMES 5        /* named in a sentence */

/*   id        word */
#define SCOPES(X) X(UNKNOWN, "unknown") X(ONE, "one") X(SOME, "some") X(ALL, "all")
/*   id        word       in a sentence */
#define HABIT_TIMES(X) \
    X(UNKNOWN, "unknown") X(ALWAYS, "always") X(SINCE, "since") X(BURSTS, "bursts") X(DAILY, "daily") \
    X(STEADY, "steady")
enum scope {
#define X(id, word) SCOPE_##id,
    SCOPES(X)
#undef X
    SCOPE_COUNT
};
enum habit_time {
#define X(id, word) TIME_##id,
    HABIT_TIMES(X)
#undef X
    TIME_COUNT
};
extern const char *const scope_words[SCOPE_COUNT], *const habit_time_words[TIME_COUNT];

/* failed, worked: in all of the log; fared: those that worked where and when it fails. */
struct who { uint32_t word; uint64_t failed, worked, noise, fared; };
struct whose {
    enum scope scope;
    struct who *who; size_t count;  /* owned; those that fail first, most failures first */
    size_t failing;                 /* how many of them fail */
    size_t seen;                    /* members that came where and when it fails */
    uint64_t known;                 /* failures that name one */
    bool every;                     /* those that fail do so every time, since it does */
    bool more;                      /* there are others, too many to tell apart: they are not in `who` */
    bool among;                     /* judged among those alone that use a name that fails */
    char net[HABIT_NET];            /* those that fail, and nobody else, are of this network; "": of none */
};

struct span { double from, to; uint64_t failed; };

struct habit {
    struct whose clients, servers, names;
    enum habit_time kind;
    double at;                      /* SINCE: the first failure; BURSTS: the first burst; NAN */
    double period;                  /* STEADY: seconds */
    int from, to;                   /* DAILY: minutes of the day */
    struct span burst[HABIT_BURSTS]; size_t bursts; /* of `burst_count` the first */
    size_t burst_count;
    bool zoned;                     /* times are UTC; else the zone of the machine that wrote the log */
    double first, last;             /* what the timeline spans; NAN: no times */
    uint32_t fails[HABIT_BINS], works[HABIT_BINS];
    uint64_t failed, worked, noise; /* events */
    struct span check; uint32_t check_client; /* a health check: its period in .from; 0: none was seen */
    bool behind_proxy;              /* one private address has failures and successes: it may stand for many */
    char *text;                     /* owned; what all this says, in sentences */
    char *whom;                     /* owned; of it, who and when alone */
};

/* Marks noise in the journal's events. Owned by the caller. */
struct habit *habit_of(const struct journal *j);
/* Of those failures alone that count for one cause; `first` as of struct outcome. The rest is as if it had not come.
 * After habit_of, whose noise it takes as it is. */
struct habit *habit_of_cause(const struct journal *j, const uint8_t *first, unsigned cause);
void habit_free(struct habit *h); /* accepts NULL */

#endif
