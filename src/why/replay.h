/* replay - what the smallest change that makes a client's hello be accepted says.
 *
 * Owns: which kind of change speaks for what, how sure that is, and the words and the detail about it.
 * Must not know: causes (sign.c), how it was found.
 *
 * Detail: "changes", "connections", "reference", "as_is", "answer", "smallest".
 * Words: {refuses} {reason} {short} {as_is} {thing} {lacked}, and the names fixes want.
 */
#ifndef TLSWHY_WHY_REPLAY_H
#define TLSWHY_WHY_REPLAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/model/fact.h"
#include "src/wire/between.h"

/* What holds, each with the word of TEST_THAT. */
#define REPLAY_WORDS(X) \
    X(NAMED,     "named")     /* one of the following up to "path" holds */ \
    X(VERSION,   "version")   /* it hangs on a protocol version */ \
    X(SUITE,     "suite")     /* on a suite it lacks */ \
    X(GROUP,     "group")     /* on a group, key share or signature algorithm it lacks */ \
    X(EXTENSION, "extension") /* on an extension the server insists on */ \
    X(SNI,       "sni")       /* on the server name */ \
    X(ALPN,      "alpn")      /* on the application protocols */ \
    X(SERVER,    "server")    /* on something a server chokes on */ \
    X(PATH,      "path")      /* on something the path minds */ \
    X(SURE,      "sure")      /* refused aloud, and nothing of it can be left out */ \
    X(LIKELY,    "likely")    /* else */ \
    X(LOST,      "lost")      /* refused, and nothing was found */ \
    X(NOBODY,    "nobody")    /* and so is every other client, all by the same alert */

enum replay_word {
#define X(id, word) REPLAY_WORD_##id,
    REPLAY_WORDS(X)
#undef X
    REPLAY_WORD_COUNT
};
#define REPLAY_IS(id) (1u << REPLAY_WORD_##id)

struct replay {
    unsigned is;                /* REPLAY_IS(...), joined */
    struct hello_change first;  /* where something is named: the change that decides what is */
};

/* `value`: of the fact, may be anything. */
struct replay replay_read(enum state state, const json_t *value);
/* One of the words in "a|b" holds. */
bool replay_holds(const struct replay *r, const char *words);

struct look;
struct words;
void replay_words(const struct look *l, struct words *w, uint32_t mask);

#endif
