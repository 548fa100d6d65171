/* scene - sessions and verdicts made by hand, for the tests of the reports.
 *
 * Owns: what the golden files show. No verdict here comes from the reasoning, so that a change
 * there changes no golden file.
 */
#ifndef TLSWHY_TESTS_OUT_SCENE_H
#define TLSWHY_TESTS_OUT_SCENE_H

#include "src/out/report.h"

struct scene {
    struct session *session;
    struct verdict verdict;
};

struct scene *scene_ok(void);      /* one column, nothing wrong */
struct scene *scene_expired(void); /* one column, one cause, one warning */
struct scene *scene_unsure(void);  /* one column, no cause, two candidates */
struct scene *scene_many(void);    /* six columns: two causes, one of them twice, and the rest */
struct scene *scene_wide(int n);   /* n columns with full chains, for the clock */
struct scene *scene_full(void);    /* two columns of which everything was asked, not all of it answered */
struct scene *scene_nasty(void);   /* long names, wide characters, unasked and pending columns */
void scene_free(struct scene *sc);

/* Owned by the caller. */
char *scene_report(const struct scene *sc, const char *format, const struct report *how);
/* Compares with tests/src/out/golden/NAME, or writes it where GENERATE=1 is set. */
void scene_golden(const char *name, const char *text);

#endif
