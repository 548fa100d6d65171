/* attempts - what the same handshake, made several times, says.
 *
 * Owns: whether those that fail are one of several servers or hit at random, which of them decides, when more tries
 * would help, and the detail and the words about it.
 * Must not know: causes (sign.c), how the tries were made.
 *
 * One of several servers: what fails has a face of its own (another certificate, another version, a fault of its chain,
 * an alert that says no), so it fails each time it is met. Without one it may hit any of them.
 *
 * Detail: "made", "failed", "alone", "beside", "limit" as the fact has them, "group": the one it is about.
 * Words: {failing} ("3 of 12 tries"), {group} (the same, of that group), {face}, {outcome}, {fault} and {faulty}, what
 * is wrong with whose certificate. {tries} is a word every column has.
 */
#ifndef TLSWHY_WHY_ATTEMPTS_H
#define TLSWHY_WHY_ATTEMPTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/model/fact.h"

/* What holds, each with the word of TEST_THAT. The word of a fault (reason.h) holds where a server with that fault is
 * one of several. */
#define ATTEMPTS_WORDS(X) \
    X(MIXED,    "mixed")    /* some failed, others did not */ \
    X(RARE,     "rare")     /* of many only one failed, and nothing tells it from the others */ \
    X(RANDOM,   "random")   /* several failed, without a word and without a face of their own */ \
    X(REFUSES,  "refuses")  /* one of several servers ends the handshake */ \
    X(VERSION,  "for-version")  /* the same, and nothing is said there but that it is for the version */ \
    X(NAME,     "for-name")     /* ... for the server name */ \
    X(ALPN,     "for-alpn")     /* ... for the application protocols */ \
    X(CERT,     "for-cert")     /* ... for want of a client certificate */ \
    X(PLAIN,    "plain")        /* ... and what it says there is no TLS */ \
    X(APART,    "apart")    /* all that failed have a face of their own */ \
    X(LIMITED,  "limited")  /* it may be a limit on connections and our own doing */ \
    X(LEAVES,   "leaves")   /* none failed, and they showed several certificates */ \
    X(ASKED,    "asked")    /* the person says that it fails now and then */ \
    X(DIFFERS,  "differs")  /* another column of this endpoint shows another certificate, and only one of them fails */

enum attempts_word {
#define X(id, word) ATTEMPTS_WORD_##id,
    ATTEMPTS_WORDS(X)
#undef X
    ATTEMPTS_WORD_COUNT
};
#define ATTEMPTS_IS(id) (1u << ATTEMPTS_WORD_##id)

struct attempts {
    unsigned is;        /* ATTEMPTS_IS(...), joined; but for the last two */
    uint32_t faults;    /* bit per reason: what is wrong with those of several servers */
    int made;           /* 0: not known */
};

struct look;
struct words;

/* `value`: of the fact, may be anything. */
struct attempts attempts_read(enum state state, const json_t *value);
/* One of the words in "a|b" holds. */
bool attempts_hold(const struct look *l, const char *words);
/* `mask`: the faults it is about; 0: it is about none. */
void attempts_words(const struct look *l, struct words *w, uint32_t mask);
char *attempts_tries(const struct look *l); /* "1 try", "12 tries"; owned by the caller */

#endif
