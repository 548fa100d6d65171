/* success - lines of a log that tell of a handshake that worked, or of what only happens after one; and those that
 * tell of somebody who came, before anything is known of a handshake.
 *
 * Owns: the words. Must not know: failures.
 */
#ifndef TLSWHY_LOG_SUCCESS_H
#define TLSWHY_LOG_SUCCESS_H

#include <stddef.h>

#define SUCCESS_BYTES 8192 /* looked at */

struct success;
struct success *success_new(void);
void success_free(struct success *w); /* accepts NULL */
/* LEFT: somebody known by name left, who had been let in. */
enum success_of { SUCCESS_NONE, SUCCESS_WORKS, SUCCESS_ARRIVES, SUCCESS_LEFT };
enum success_of success_find(const struct success *w, const char *p, size_t n);

#endif
