/* sign - what speaks for and against each cause, what becomes of a column, and what is worth
 * asking.
 *
 * Owns: the three tables of the reasoning. Their rows stand in signs_*.inc, all of one cause in one file, in
 * outcomes.inc and in wishes.inc; adding a cause means adding rows there.
 * Must not know: how rows are matched (look.c), ranked and merged (verdict.c).
 */
#ifndef TLSWHY_WHY_SIGN_H
#define TLSWHY_WHY_SIGN_H

#include "src/why/cause.h"
#include "src/why/detail.h"
#include "src/why/fix.h"
#include "src/why/look.h"
#include "src/why/reproduce.h"
#include "src/why/verdict.h"

/* The only confidences there are. */
enum step { STEP_25, STEP_50, STEP_75, STEP_90, STEP_97, STEP_COUNT };
extern const double step_table[STEP_COUNT];

enum sign_kind {
    SIGN_FOR,     /* the cause holds with this confidence, from STEP_50 on as a diagnosis */
    SIGN_AGAINST, /* takes one step from the cause where another row speaks for it */
    SIGN_WARNS    /* a warning */
};

struct sign {
    enum cause cause;
    enum sign_kind kind;
    enum step step;
    struct condition when[CONDITIONS_MAX];
    const char *text;      /* the column's line when this is its first diagnosis */
    const char *summary;   /* one sentence */
    enum detail detail;
    enum fix fix;
    const char *missing[2]; /* what would settle it */
    enum reproduce reproduce;
};
extern const struct sign sign_table[];
extern const size_t sign_count;

/* What becomes of a column without a diagnosis: the first row that holds decides. */
struct outcome {
    struct condition when[CONDITIONS_MAX];
    enum judgement verdict;
    const char *text;      /* the column's line */
    enum detail detail;    /* where its words come from */
    bool aside;            /* decides nothing for its endpoint while another address does */
};
extern const struct outcome outcome_table[];
extern const size_t outcome_count;

/* A fact worth asking for once the conditions hold and it was not asked yet. */
struct wish {
    struct condition when[CONDITIONS_MAX];
    enum fact fact;
};
extern const struct wish wish_table[];
extern const size_t wish_count;

#endif
