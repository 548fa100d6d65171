/* load - what a ramp of load says: whether failures come with load, how surely, and what the server runs out of.
 *
 * Owns: reading FACT_LOAD, the exact test behind its certainty, what saturates, and the detail and the words about it.
 * Must not know: causes (sign.c), how the ramp was made.
 *
 * Two heaps are compared: what was made with as many at once as first failed, or more; and what was made with fewer,
 * one after another before and after the ramp among it. How likely it is that so many of the failures are in the first
 * heap by chance is Fisher's exact test, one-sided, times the number of steps the border could have been drawn at.
 *
 * Detail: "what" (LIMITS below) or null, "from" at once, "failed" and "made" with so many or more, "low_failed" and
 * "low_made" with fewer, "p", "waited", "most" at once that were tried, "kinds".
 * Words: {share} "38 of 64", {from}, {low} "none of 90", {certainty} "p < 0.001", {kinds} "reset 30 times", {most},
 * {what}, {waited} "3 s".
 */
#ifndef TLSWHY_WHY_LOAD_H
#define TLSWHY_WHY_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/model/fact.h"

/* What it runs out of: the word of TEST_THAT and of "what", and what it means. */
#define LIMITS(X) \
    X(NONE,        "",            "") \
    X(RATE,        "rate",        "a limit on connections per time for each source, or for all") \
    X(CONNECTIONS, "connections", "a limit on connections at the same time") \
    X(QUEUE,       "queue",       "the queue of connections that the server has not accepted yet is full") \
    X(BUSY,        "busy",        "the server says itself that it has too many connections") \
    X(PROGRAM,     "program",     "the program behind the port does not come round to all of them in time") \
    X(CPU,         "cpu",         "it works as fast as it can, and each waits for the others: signing takes CPU") \
    X(SERIAL,      "serial",      "it serves one connection at a time") \
    X(OURS,        "ours",        "this machine itself can't do more")

enum limit {
#define X(id, word, says) LIMIT_##id,
    LIMITS(X)
#undef X
    LIMIT_COUNT
};
extern const char *const limit_words[LIMIT_COUNT], *const limit_says[LIMIT_COUNT];

/* What holds besides, each with the word of TEST_THAT. */
#define LOAD_WORDS(X) \
    X(SURELY, "surely")     /* failures come with load and go without it: p < 0.001 */ \
    X(LIKELY, "likely")     /* the same: p < 0.01 */ \
    X(PERHAPS, "perhaps")   /* some failed, which may be chance */ \
    X(ALIKE,  "alike")      /* it fails without load, and no more often with it */ \
    X(FINE,   "fine")       /* nothing failed */

enum load_word {
#define X(id, word) LOAD_WORD_##id,
    LOAD_WORDS(X)
#undef X
    LOAD_WORD_COUNT
};
#define LOAD_IS(id) (1u << LOAD_WORD_##id)

struct load {
    unsigned is;             /* LOAD_IS(...), joined; 0: not known, or all fails */
    enum limit limit;
    int most;                /* at once, of the largest step */
    int from;                /* at once, of the smallest step that failed; 0: none */
    int failed, made;        /* with so many, or more */
    int low_failed, low_made; /* with fewer, and alone */
    double p, waited;
};

struct look;
struct words;

/* Of two heaps: how likely it is by chance that the first holds so many of the failures, or more. Any number may be 0;
 * 1 where they make no sense. */
double load_chance(int failed, int made, int other_failed, int other_made);
/* `value`: of the fact, may be anything. */
struct load load_read(enum state state, const json_t *value);
/* "reset 30 times and silent 8 times", or "". Owned by the caller; a peer's words are not printable yet. */
char *load_kinds(const json_t *value);
/* One of the words in "a|b" holds. */
bool load_holds(const struct load *load, const char *words);
void load_words(const struct look *l, struct words *w, uint32_t mask);

#endif
