/* success - lines of a log that tell of a handshake that worked, or of what only happens after one.
 *
 * Owns: the words. Must not know: failures.
 */
#ifndef TLSWHY_LOG_SUCCESS_H
#define TLSWHY_LOG_SUCCESS_H

#include <stdbool.h>
#include <stddef.h>

#define SUCCESS_BYTES 8192 /* looked at */

struct success;
struct success *success_new(void);
void success_free(struct success *w); /* accepts NULL */
bool success_has(const struct success *w, const char *p, size_t n);

#endif
