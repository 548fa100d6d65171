/* look - one column as the reasoning sees it.
 *
 * Owns: reading a column's facts once, and the conditions that the tables of signs are written in.
 * Must not know: causes, texts, clocks.
 *
 * A condition is {fact, test, word}. A word may list alternatives ("alert|closed"), any of which
 * will do, and may begin with '!' for "none of these".
 */
#ifndef TLSWHY_WHY_LOOK_H
#define TLSWHY_WHY_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "src/model/reason.h"
#include "src/model/session.h"
#include "src/why/attempts.h"
#include "src/why/clock.h"
#include "src/why/inspect.h"
#include "src/why/load.h"
#include "src/why/names.h"
#include "src/why/path.h"
#include "src/why/placeholder.h"
#include "src/why/relaxed.h"
#include "src/why/replay.h"

enum test {
    TEST_NONE = 0, /* ends a list of conditions */
    TEST_STATE,    /* the state: "yes", "no", "not-asked", ... */
    TEST_WORD,     /* the value, a string */
    TEST_MEMBER,   /* a member of the value: "kind=alert|closed", "alert.number=70" */
    TEST_FAULT,    /* cert_reasons has this fault in the path, perhaps at a place: "expired@leaf" */
    TEST_THAT      /* a judgement about the fact with a name of its own: that_table in look.c; of a fact that is read as
                      a whole its words in load.h, relaxed.h, replay.h, names.h, path.h, attempts.h, credential.h, of
                      the issuer words_table in product.c, of the variations what was left out and helped */
};

struct condition {
    enum fact fact;
    enum test test;
    const char *word;
};
#define CONDITIONS_MAX 7

/* Where in the path a fault sits. */
enum place { PLACE_LEAF, PLACE_UPPER, PLACE_STORE, PLACE_COUNT, PLACE_OUTSIDE };

/* What the answers to every version, asked alone, say about the range the client offers. */
enum takes {
    TAKES_UNASKED,       /* nobody asked */
    TAKES_INSIDE,        /* a version of the client's range is accepted: it's not the version */
    TAKES_OTHER,         /* only others are; all of the range are refused or closed */
    TAKES_OTHER_RESET,   /* the same, but by a reset, which others than the server can send too */
    TAKES_OTHER_UNCLEAR, /* others are; some of the range gave no answer */
    TAKES_NONE_70,       /* none at all, and all of the range by the alert for versions */
    TAKES_NONE           /* none at all, in other ways */
};

/* What is known of the addresses of the other family, for a column that can't be connected. */
enum family { FAMILY_ALONE, FAMILY_COVERED, FAMILY_WAITING };

struct offer;
struct look {
    const struct session *s;
    const struct column *c;
    enum family family;
    const struct offer *offer; /* lent; what the client of this column offers */
    uint16_t lo, hi;          /* its versions */
    enum takes takes;
    struct relaxed relaxed;
    struct replay replay;     /* where both name something, it is the same: see look_settle */
    struct attempts attempts; /* what came of the same handshake made several times */
    struct path path;         /* what changing the hello that fails shows */
    struct load load;         /* what came of a ramp of load */
    struct names names;       /* what other server names would bring */
    uint32_t faults[PLACE_COUNT]; /* bit per reason, faults of the path only */
    double at;                /* when the certificates were judged, unix seconds */
    struct clock clock;
    const struct placeholder *product; /* whose certificate it is, NULL: nobody's that is known */
    bool product_decides;     /* it explains the faults, which are no longer in `faults` then */
    const struct inspector *inspector; /* whose CA issued a certificate of the chain, or NULL */
    const char *inspector_ca; /* lent; the issuer */
    const struct column *elsewhere; /* lent; where another certificate came that is trusted, or NULL */
    bool elsewhere_far, fresh; /* from another vantage; the leaf looks made on the way */
    bool others_work;         /* another address of the endpoint does */
};

/* min_days: as in why_options. */
struct look look_at(const struct session *s, const struct column *c, enum family family,
                    int min_days);
bool look_holds(const struct look *l,
                const struct condition *when); /* all of at most CONDITIONS_MAX */

/* The column speaks IPv6. */
bool column_ipv6(const struct column *c);
/* One of cert_reasons' entries in the path with a reason out of `mask`, the nth; NULL at the end, or behind so many
 * entries that nobody has sent them in earnest. */
const json_t *look_fault(const struct look *l, uint32_t mask, size_t nth);
enum place fault_place(const json_t *fault);
/* Reasons named in a TEST_FAULT word (without '!'), as a mask; 0 when one of them is none. */
uint32_t fault_mask(const char *word);
/* The link of the built chain where it ends, NULL when there is none. */
const json_t *look_top(const struct look *l);
/* A member of a fact's value, NULL where there is none. */
const json_t *look_member(const struct look *l, enum fact f, const char *key);
const char *look_text(const struct look *l, enum fact f,
                      const char *key); /* the same, "" for none */
/* The answer to a version offered alone: "accepted", "alert 70 ...", "" when not known. Lent. */
const char *look_answer(const struct look *l, uint16_t version);
/* Versions by their age from 0, SSL 2.0 (0x0002), on; 0 when there are no more. */
uint16_t look_version(int nth);
const char *version_word(uint16_t version);  /* "ssl2" "tls1.2" */
const char *version_title(uint16_t version); /* "SSL 2.0" "TLS 1.2" */
/* A try of FACT_RELAXED ("as-is"), an object or NULL. */
const json_t *look_try(const struct look *l, const char *name);
/* The proxy curl would use for this endpoint, NULL for none. Lent. */
const char *look_proxy(const struct look *l);

#endif
