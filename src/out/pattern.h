/* pattern - the checklist as text: what the person says, what the probes say, and what that does to the ranking.
 *
 * Owns: its wording. Must not know: how an answer weighs (src/why/question).
 */
#ifndef TLSWHY_OUT_PATTERN_H
#define TLSWHY_OUT_PATTERN_H

#include <jansson.h>

#include "src/base/text.h"
#include "src/model/session.h"
#include "src/why/verdict.h"

/* The questions that were answered, and the effect; nothing where none was. Lines are at most `width` columns. */
void pattern_add(struct text *t, const struct session *s, const struct verdict *v, int width);
/* [{"question","answer","probes_say","state","text"}, ...], all questions. A new reference. */
json_t *pattern_json(const struct session *s, const struct verdict *v);

#endif
