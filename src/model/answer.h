/* answer - the questions of the checklist, and which answers a person can give.
 *
 * Owns: the table of questions with their values, and the one form in which an answer is kept.
 * Must not know: what an answer means for any cause, what the probes say.
 */
#ifndef TLSWHY_MODEL_ANSWER_H
#define TLSWHY_MODEL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"

/*    ID         word         asks                            takes beside the words      help */
#define QUESTIONS(X) \
    X(FAILS,     "fails",     "Does it fail?",                NULL,                        "whether it fails for the people concerned, whatever is seen from here") \
    X(CLIENTS,   "clients",   "Which clients fail?",          NULL,                        "of the clients that use the same server") \
    X(NETWORKS,  "networks",  "From which networks?",         NULL,                        "of the places from which the server is used") \
    X(ENDPOINTS, "endpoints", "Which endpoints fail?",        NULL,                        "of the servers that the same client uses") \
    X(SINCE,     "since",     "Since when?",                  "a time (UTC): 2026-11-20 or 2026-11-20T03:00Z, or with +01:00 behind it", "lined up with the dates of every certificate") \
    X(TIMES,     "times",     "At what times?",               "hours of the day (UTC): 22:00-06:30", "whether it is there all the time") \
    X(SOFTWARE,  "software",  "Which client software fails?", "names of known clients joined by commas (--client list shows them)", "what is known of these clients is held against what the server takes") \
    X(CHANGED,   "changed",   "What was changed before?",     "words of your own",         "kept with the session and printed in the report; it changes no ranking")

enum question {
#define X(id, word, asks, takes, help) QUESTION_##id,
    QUESTIONS(X)
#undef X
    QUESTION_COUNT
};

struct value { const char *word, *says; char letter; }; /* letter: the key that gives it */
#define VALUES_MAX 4

struct question_row {
    const char *word, *asks;
    const char *takes;               /* what else is an answer, in words; NULL: nothing */
    const char *help;
    const struct value *value;       /* VALUES_MAX of them; behind the last one they have no word */
};
extern const struct question_row question_table[QUESTION_COUNT];

#define ANSWER_MAX 300       /* bytes */
#define ANSWER_UNKNOWN "unknown" /* the person was asked and does not know: that is not "not asked" */

enum question question_find(const char *word); /* QUESTION_COUNT when there is none */
/* The answer in the form it is kept in, owned by the caller; NULL and a sentence with what the question takes. */
char *answer_check(enum question q, const char *value, struct err *e);
/* QUESTION=VALUE; likewise. */
char *answer_parse(const char *text, enum question *q, struct err *e);
/* Kept answers only. An answer is one of these words, separated by '|'; "none" is no answer, "other" one that is
 * no word of the table. */
bool answer_is(enum question q, const char *answer, const char *words);
/* The time of a `since` and how long it lasts in seconds (a day, a minute or a second); false for another answer. */
bool answer_since(const char *answer, int64_t *from, int64_t *lasts);
/* Of `times`: minutes of the day, the end before the begin where it passes midnight; false for another answer. */
bool answer_times(const char *answer, int *from, int *to);

#endif
