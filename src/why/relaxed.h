/* relaxed - what the answers to a client's own hello, and to the same with longer lists, say together.
 *
 * Owns: which lists a refusal hangs on, and whether the answers agree with each other at all.
 * Must not know: causes, texts, what the lists hold.
 *
 * A refusal hangs on a list when the client's own hello is refused and the same with that list
 * extended is accepted. It is believed only where nothing else of the answers speaks against it: a
 * server that answers one hello now this way, now another shows the same picture now and then.
 */
#ifndef TLSWHY_WHY_RELAXED_H
#define TLSWHY_WHY_RELAXED_H

#include <jansson.h>
#include <stdbool.h>

#include "src/model/fact.h"
#include "src/wire/list.h"

enum { LIST_COUNT = LIST_SIGALGS + 1 }; /* of enum list_kind */

/* What holds, each with the word of TEST_THAT. Exactly one of the first six holds. */
#define RELAXED_WORDS(X) \
    X(OPEN,     "open")     /* not asked, or not enough of it was answered */ \
    X(VARIES,   "varies")   /* the answers contradict each other */ \
    X(ACCEPTED, "accepted") /* the client's own hello is taken */ \
    X(REFUSED,  "refused")  /* so is none of the others, whatever the lists hold */ \
    X(FLIPS,    "flips")    /* longer lists make it be taken: see the next */ \
    X(CHOKES,   "chokes")   /* other suites are taken, but not beside the client's: it is something among these */ \
    X(SUITES,   "suites")   /* these are the lists that need it, as few as will do */ \
    X(GROUPS,   "groups") \
    X(SIGALGS,  "sigalgs") \
    X(SURE,     "sure")     /* one list alone does it, and the refusals are said aloud */ \
    X(LIKELY,   "likely")   /* two lists together */ \
    X(PERHAPS,  "perhaps")  /* all three, or the refusals are resets, which others can send too */ \
    X(ALPN,     "no-alpn")  /* lists change nothing, leaving ALPN out does */ \
    X(SMALL,    "small")    /* lists change nothing, leaving the padding out does */ \
    X(LIMIT,    "minds-limit") /* the client's own is taken, and not with record_size_limit, which our library adds */ \
    X(NEWER,    "newer")    /* all are refused; a step back to TLS 1.2 is refused as one: it knows a newer version */

enum relaxed_word {
#define X(id, word) RELAXED_WORD_##id,
    RELAXED_WORDS(X)
#undef X
    RELAXED_WORD_COUNT
};
#define RELAXED_IS(id) (1u << RELAXED_WORD_##id)

struct relaxed {
    unsigned is;          /* RELAXED_IS(...), joined */
    bool quiet, reset;    /* the refusals are no alerts, but a close or a reset; or a reset */
    bool any;             /* one of the hellos was accepted, so a version of the client's is taken */
};

/* `value`: of the fact, may be anything. `how`: the kind of the handshake's failure, "" for none. */
struct relaxed relaxed_read(enum state state, const json_t *value, const char *how);
/* One of the words in "a|b" holds. */
bool relaxed_holds(const struct relaxed *r, const char *words);
/* Whether that list is among those the refusal hangs on. */
bool relaxed_hangs(const struct relaxed *r, enum list_kind list);

#endif
