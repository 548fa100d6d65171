/* question - what the probes say to each question of the checklist, and what an answer does, in words.
 *
 * Owns: reading the probes' own answer out of a session and its verdict.
 * Must not know: how an answer weighs (pull.c), who draws.
 */
#ifndef TLSWHY_WHY_QUESTION_H
#define TLSWHY_WHY_QUESTION_H

#include "src/model/observation.h"
#include "src/why/verdict.h"

/* The person has answered anything / says that it fails. */
bool answers_any(const struct session *s);
bool answers_fail(const struct session *s);

/* Ids of the causes a value speaks for, and against: "for version-mismatch, sni; against server-config". Owned by the
 * caller; "" where it moves nothing. */
char *question_moves(enum question q, const char *value);

/* What the answers did to a finding: "interception 25% -> 50% (networks speaks for it)"; NULL where nothing. Owned by
 * the caller. */
char *question_effect(const struct finding *f);

/* What the probes say. */
struct probes_say {
    enum state state; /* STATE_YES: `word`; UNSURE; NOT_ASKED; COULD_NOT_ASK */
    char *word;       /* owned; an answer of the question, or "none" where nothing fails; or NULL */
    char *text;       /* owned; what that rests on, or why there is none: part of a sentence */
    bool differs;     /* the person says something else */
};
#define TALLY_NAMES 8
/* Known clients that fail somewhere, of those of which it is known. */
struct client_tally { size_t known, fails; char *names; }; /* names: owned; joined by commas, at most TALLY_NAMES */
void client_tally_of(struct client_tally *out, const struct session *s);
/* `tally` is taken as it is; NULL: worked out here. */
void checklist_of(struct probes_say out[QUESTION_COUNT], const struct session *s, const struct verdict *v,
                  const struct client_tally *tally);
void checklist_clear(struct probes_say list[QUESTION_COUNT]);

#endif
