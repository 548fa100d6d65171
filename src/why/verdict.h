/* verdict - ranked causes, warnings, and what is still missing: a pure function of the session.
 *
 * Owns: the ranking. Must not know: clocks, I/O, probes, the screen.
 */
#ifndef TLSWHY_WHY_VERDICT_H
#define TLSWHY_WHY_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "src/model/session.h"
#include "src/why/cause.h"

enum judgement { VERDICT_OK, VERDICT_FAILING, VERDICT_UNSURE };
extern const char *const judgement_words[]; /* "ok" "failing" "unsure" */

/* The steps that each answer of the person moves a cause by: up, for it; down, against it. */
struct pull { signed char by[QUESTION_COUNT]; };

struct finding {
    enum cause cause;
    double confidence;      /* .25 .5 .75 .9 .97 */
    int *column; size_t column_count;   /* owned; column ids it holds for */
    char *summary;          /* owned; one sentence */
    json_t *detail;         /* owned; object */
    int *for_, *against;    /* owned; evidence numbers */
    size_t for_count, against_count;
    char **missing; size_t missing_count; /* owned; what would settle it, one sentence each */
    char *fix;              /* owned; what a person can do */
    char *reproduce;        /* owned; one shell command line, or NULL */
    struct pull pull;
    double before;          /* the confidence without the answers; 0: it is of the answers alone */
};

struct column_verdict {
    int column;
    enum judgement verdict;
    bool pending;           /* probes still at work: the rest is preliminary */
    bool disputed;          /* the probes say that it works, the person that it fails */
    char *text;             /* owned; one short line: "ok (1 try)", "certificate expired 3 days ago" */
};

struct verdict {
    enum judgement all;
    struct column_verdict *column; size_t column_count; /* in the session's order */
    struct column_place { int id; size_t at; } *place;  /* owned; the same by rising id, or NULL */
    struct finding *diagnosis; size_t diagnosis_count;   /* ranked; confidence >= .5 */
    struct finding *candidate; size_t candidate_count;   /* below .5: no diagnosis */
    struct finding *warning; size_t warning_count;
};

struct why_options {
    int min_days;           /* --min-days; < 0: a tenth of the certificate's life */
    bool fail_on_warning;
};

/* What to do first where no cause is named: what would settle more of the candidates than anything else. NULL where a
 * cause is named, or nothing settles two of them. Lent. */
const char *verdict_first(const struct verdict *v);
struct verdict *verdict_of(const struct session *s, const struct why_options *o);
void verdict_free(struct verdict *v);
void finding_free(struct finding *f); /* what it owns, not itself */
#define WHY_ROUNDS_MAX 4 /* times one column is asked for more by itself */
/* The facts that would help to decide this column and were not asked yet; false when there are none. */
bool why_wanted(const struct session *s, int column, bool wanted[FACT_COUNT]);
/* What a command ends with, as verdict_exit says. USAGE and TROUBLE are no verdicts, but the numbers are one
 * promise. */
enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILING = 1, /* with a named cause */
    EXIT_USAGE = 2,   /* a bad command line */
    EXIT_TROUBLE = 3, /* of our own */
    EXIT_UNSURE = 4   /* failing without a named cause, or not known */
};
int verdict_exit(const struct verdict *v, const struct why_options *o);
/* The verdict of one column, NULL when there is none. Lent. */
const struct column_verdict *verdict_column(const struct verdict *v, int column);

#endif
