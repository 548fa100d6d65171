/* scene - what there is to see: the session, its verdict, and what is true of both at a glance.
 *
 * Owns: the marks of rows and the counts the status line shows, worked out once per revision.
 * Must not know: the view, the terminal, where the session comes from.
 */
#ifndef TLSWHY_UI_SCENE_H
#define TLSWHY_UI_SCENE_H

#include "src/model/diff.h"
#include "src/model/session.h"
#include "src/why/question.h"
#include "src/why/verdict.h"
#include "ui/matrix.h"
#include "ui/works.h"

struct scene {
    const struct session *session; /* lent */
    const struct verdict *verdict; /* lent; NULL before the first; may lag behind the session */
    size_t waiting;                /* endpoints asked that are no column yet */
    bool gone;                     /* the prober ended */
    bool reading;                  /* a log was asked for, and it is not read to its end yet */
    const char *trouble;           /* lent; the last trouble of our own, or NULL */
    enum mark row[FACT_COUNT];     /* of rows; set by scene_look */
    bool shown[FACT_COUNT];        /* some column was asked for it */
    int rows, differ;              /* of those shown */
    int busy, failing, unsure, ok; /* columns */
    struct matrix *matrix;         /* owned; NULL before scene_look */
    struct works *works;           /* owned; likewise */
    struct probes_say said[QUESTION_COUNT]; /* owned; to the checklist; likewise */
};

/* Works out the fields below `trouble`. */
void scene_look(struct scene *s);
void scene_clear(struct scene *s); /* frees what scene_look made */

int scene_index(const struct scene *s, int column);  /* place in the session, -1 */
#define LETTER_LEN 8
/* "A", "B", ... "Z", "AA" for the column at that place. Returns out. */
char *scene_letter(int index, char out[LETTER_LEN]);
/* "B" or "B, E" for column ids, owned by the caller; "?" for columns that are gone. */
char *scene_letters(const struct scene *s, const int *column, size_t n);
const struct column_verdict *scene_verdict(const struct scene *s, int column); /* NULL: none yet */
/* The findings of a verdict: its three lists. */
enum finding_list { LIST_DIAGNOSIS, LIST_CANDIDATE, LIST_WARNING, LIST_COUNT };
const struct finding *scene_findings(const struct scene *s, enum finding_list list, size_t *n);
/* The one of a cause whose first column is `column`; NULL when the verdict has it no more. */
const struct finding *scene_finding(const struct scene *s, int list, int cause, int column);
/* The first column that works, else the first: the reference nobody chose. 0 without columns. */
int scene_reference(const struct scene *s);

#endif
