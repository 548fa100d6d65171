/* logs - what logs say, as a session keeps it, in reports.
 *
 * Owns: the wording. Must not know: how it was found.
 */
#ifndef TLSWHY_OUT_LOGS_H
#define TLSWHY_OUT_LOGS_H

#include <jansson.h>

#include "src/base/text.h"
#include "src/model/session.h"

/* Which logs, the pattern, both sides; nothing where no log was read. Lines are at most `width` columns. */
void logs_add(struct text *t, const struct session *s, int width);
/* "error.log (1234 lines), b.log (7 lines)", printable, owned by the caller; NULL: no log. */
char *logs_files(const struct session *s);
/* The members `lines`, `pattern` and `joined` as `explain` has them; NULL where no log was read, or, of a session that
 * was opened, where the pattern is none. New references. */
json_t *logs_lines(const struct session *s);
json_t *logs_pattern(const struct session *s);
json_t *logs_joined(const struct session *s);

#endif
