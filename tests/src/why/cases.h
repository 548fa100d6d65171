/* cases - what the tests of the reasoning share: sessions out of tests/cases, and a shell to hold commands against.
 *
 * Owns: how a fact stands in such a file. Must not know: what is expected of it.
 *
 * A fact's form: a value alone means yes, true and false are the bare states, {"state": ..., "value": ...} is any.
 */
#ifndef TLSWHY_TESTS_WHY_CASES_H
#define TLSWHY_TESTS_WHY_CASES_H

#include <jansson.h>

#include "src/model/session.h"

#define JUDGED 1795176000 /* 2026-11-20T12:00:00Z, when every case was seen */

/* tests/cases/NAME.json; the test fails where it can't be read. Owned by the caller. */
json_t *cases_load(const char *name);
/* A fact that is not asked takes away what the column had. */
void fact_see(struct session *s, int column, const char *key, const json_t *form);
void facts_see(struct session *s, int column, const json_t *facts);
/* The test fails where the endpoint is none. `address` may be NULL. */
struct column *column_build(struct session *s, int id, const char *text, int ask, const char *address);
/* What `sh OPTION LINE` ends with: "-nc" only reads it. -1 where a signal ended it. */
int shell_status(const char *option, const char *line);

#endif
