/* explained - what logs say, for a person and as JSON.
 *
 * Owns: the wording around what src/log found, the timeline and the tables, the members `lines` and `pattern`.
 * Must not know: how it was found, where the logs came from.
 */
#ifndef TLSWHY_OUT_EXPLAINED_H
#define TLSWHY_OUT_EXPLAINED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "src/log/habit.h"
#include "src/log/join.h"
#include "src/log/journal.h"
#include "src/log/outcome.h"
#include "src/why/verdict.h"

struct explained { /* all lent */
    const struct journal *journal;
    const struct habit *habit;
    const struct outcome *outcome;
    const struct join *join;
    double started;
    int width;
    bool color, quiet, verbose;
};

enum judgement explained_verdict(const struct explained *x);
/* 0 nothing fails, 1 a cause is found, 4 lines fail and none is. */
enum exit_status explained_exit(const struct explained *x);
void explained_text(FILE *out, const struct explained *x);
void explained_json(FILE *out, const struct explained *x); /* man/tlswhy.schema.json describes it */
/* One line of a log, as in `lines`; a new reference. `first`: its cause + 1, or 0. */
json_t *explained_line(const struct journal *j, const struct incident *e, unsigned first, const char *because);
/* The member `pattern`, and `joined` with at most `most` lines (null: there are no two sides); new references. */
json_t *explained_pattern(const struct explained *x);
json_t *explained_joined(const struct explained *x, size_t most);
/* What a session keeps (src/model/logged.h), new references: the journal's event with its text (NULL: the sample of its
 * kind stands for it); and what all comes to. `number`: what a line is called in the session, 0 when it is not
 * there. */
json_t *explained_logged(const struct explained *x, size_t event, const char *text);
json_t *explained_summary(const struct explained *x, int (*number)(void *arg, uint16_t file, uint64_t line), void *arg);
/* The row of silence_table that wrote these logs, silence_count when it is none of them. */
size_t explained_silence(const struct explained *x);
/* The question of the checklist that the logs answer, and the answer, owned by the caller; NULL: they do not. */
char *explained_answer(const struct habit *h, enum question q);
/* What to call the server by in commands: HOST[:PORT], owned by the caller; NULL where no log says. */
char *explained_server(const struct journal *j, const struct outcome_cause *c);

#endif
