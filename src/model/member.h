/* member - text in JSON objects that may hold anything.
 *
 * Owns: reading a member as text, and text as a member. Must not know: what the members mean.
 */
#ifndef TLSWHY_MODEL_MEMBER_H
#define TLSWHY_MODEL_MEMBER_H

#include <jansson.h>

/* "" where there is no such member, or it is no string; accepts NULL. Lent. */
const char *member_text(const json_t *object, const char *key);
/* null for NULL, and for what is no UTF-8. A new reference. */
json_t *member_string(const char *text);

#endif
