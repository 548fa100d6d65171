/* names - what the same handshake with other server names shows.
 *
 * Owns: which of the names tried explains a refusal or a certificate that does not fit, how that is told, and the
 * detail and the words about it.
 * Must not know: causes (sign.c), how the names were tried.
 *
 * A try counts as taken where the server showed a certificate, whatever came of the handshake then. The right name is
 * the one that the certificate must match; where that is no DNS name, the one that was sent stands for it.
 * A page in plain HTTP turns a name away too, where another name gets TLS.
 *
 * Detail: "asked" (to be matched), "sent" (server name, null: none), "works_with" (server name, null: none is needed,
 * absent: nothing works), "went": {"sent", "right", "none", "other"} with null for what was not tried, "kind", "stage"
 * and "alert" of the failure, if it is one, "certificate" and "names" of what came.
 * Words: {sent} {got} {right_answer} {none_answer} {other_answer} {better} {better_answer} {covering} (what comes that
 * is for the name refused) {covering_with} (the name it comes for), and those of a product.
 */
#ifndef TLSWHY_WHY_NAMES_H
#define TLSWHY_WHY_NAMES_H

#include <jansson.h>
#include <stdbool.h>

#include "src/model/endpoint.h"
#include "src/model/fact.h"

/* What holds, each with the word of TEST_THAT. The first three need no try. */
#define NAMES_WORDS(X) \
    X(NAMED,     "named")       /* a server name is sent */ \
    X(OTHERWISE, "otherwise")   /* the right name could be sent, and is not */ \
    X(USEFUL,    "useful")      /* there are names to try that could explain a wrong certificate */ \
    X(REFUSED,   "refused")     /* the name sent (or none) was turned away */ \
    X(ALOUD,     "aloud")       /* by an alert */ \
    X(RIGHT,     "right-works") /* the right name was not sent; with it comes an answer, or a certificate that fits */ \
    X(UNKNOWN,   "unknown")     /* it was, and is refused as a name nobody has; without a name there is an answer */ \
    X(ALONE,     "alone")       /* it was, and is refused; a name nobody has is not */ \
    X(ALL,       "all")         /* all that was tried is refused */ \
    X(WORSE,     "worse")       /* it was, and brings a wrong certificate; without it one comes that fits */ \
    X(NEITHER,   "neither")     /* it was not, and brings a certificate that does not fit either */ \
    X(DEFAULT,   "default")     /* the right name brings what a name nobody has brings, which does not fit */ \
    X(OWN,       "own")         /* it brings another certificate than that, which does not fit */ \
    X(COVERED,   "covered")     /* alone, without an alert, and what comes otherwise has it written out */ \
    X(DECIDES,   "decides")     /* the failure hangs on the name: one of the above says so */

enum names_word {
#define X(id, word) NAMES_WORD_##id,
    NAMES_WORDS(X)
#undef X
    NAMES_WORD_COUNT
};
#define NAMES_IS(id) (1u << NAMES_WORD_##id)

struct names {
    unsigned is;  /* NAMES_IS(...), joined */
    const json_t *sent, *right, *none, *other; /* lent; NULL: not tried. The first two may be the same */
};

struct look;
struct words;

/* `value`: of the fact, may be anything. */
struct names names_read(const struct endpoint *ep, enum state state, const json_t *value);
/* One of the words in "a|b" holds. */
bool names_hold(const struct names *n, const char *words);
/* The try that went as that with the name sent should have: NULL where none did. */
const json_t *names_better(const struct names *n);
/* Reads the column's tries, and takes the faults out of l->faults that the right name would not bring. */
void names_look(struct look *l);
void names_words(const struct look *l, struct words *w, uint32_t mask);
/* What to say of a name without a dot, "" for all others: it misleads OpenSSL's command line. Owned by the caller. */
char *names_dotless(const struct endpoint *ep);

#endif
