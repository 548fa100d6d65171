/* path - what the hello that fails, each time with one thing changed, says about who ends it.
 *
 * Owns: reading FACT_PATH, when it proves another machine, and the detail and the words about it.
 * Must not know: causes (sign.c), how it was asked.
 *
 * A name, a size or a version that fails is no proof: servers have filters too. Another machine is proved only by
 * packets that came another number of hops, or by an end the hello meets from where the server does not answer yet; a
 * filter below the server's own TCP by a hello that was never acknowledged beside one that was. And behind a proxy that
 * takes connections near this machine all of that is about the proxy, which the server's faults look the same through.
 *
 * Detail: "trigger", "answered" (the try that is), "ttl", "hop", "router", "before", "proxy", "mss" as the fact has
 * them, and "kind" of the failure.
 * Words: {because} "because of the name blocked.test", {changed} "with another name", {went} "is reset", {proof}.
 */
#ifndef TLSWHY_WHY_PATH_H
#define TLSWHY_WHY_PATH_H

#include <jansson.h>
#include <stdbool.h>

#include "src/model/fact.h"

/* What holds, each with the word of TEST_THAT. */
#define PATH_WORDS(X) \
    X(NAME,     "name")      /* what it hangs on */ \
    X(SIZE,     "size") \
    X(VERSION,  "version") \
    X(SPLIT,    "split")     /* the same in two segments is answered */ \
    X(SEGMENTS, "segments")  /* the same in small segments is, and silence is all that large ones get */ \
    X(ALPN,     "alpn")      /* without application protocols it is */ \
    X(EXTENSION, "extension") /* with few extensions it is */ \
    X(SUITES,   "suites")    /* with few suites */ \
    X(GROUPS,   "groups")    /* with few groups, and a small key share */ \
    X(FOUND,    "found")     /* one of these */ \
    X(ANOTHER,  "another")   /* another machine than the one that answers ends it */ \
    X(FILTER,   "filter")    /* not proved, but the hello did not reach the TCP that answers others */ \
    X(SERVER,   "server")    /* neither: it may as well be the server */ \
    X(ONE_READ, "one-read")  /* a small hello in two segments is not answered either */ \
    X(LOST,     "lost")      /* the hello is not answered, nor acknowledged: no TCP of a server does that to data */ \
    X(NEAR,     "near")      /* a proxy takes the connections, on this machine or one hop away */ \
    X(CLOSER,   "closer")    /* what ends it came from fewer hops away than the answers */ \
    X(SAME,     "same")      /* what ends it came as far as the answers: seen, not only not seen otherwise */ \
    X(DEAF,     "deaf")      /* nothing that is sent is acknowledged, whatever it is */ \
    X(HELLOS,   "hellos")    /* no hello is, whatever it holds, and plain text is */ \
    X(NOTHING,  "nothing")   /* no change helps */

enum path_word {
#define X(id, word) PATH_WORD_##id,
    PATH_WORDS(X)
#undef X
    PATH_WORD_COUNT
};
#define PATH_IS(id) (1u << PATH_WORD_##id)

struct path {
    unsigned is;  /* PATH_IS(...), joined */
};

struct look;
struct words;

/* `value`: of the fact, may be anything. */
struct path path_read(enum state state, const json_t *value);
/* One of the words in "a|b" holds. */
bool path_holds(const struct path *p, const char *words);
void path_words(const struct look *l, struct words *w, unsigned mask);
/* A try of the fact, an object or NULL; and what is said of its answer: "reset", "silence". */
const json_t *path_try(const json_t *value, const char *name);

#endif
