/* scan - whether a text has one of a few pieces of words in it, fast where it has none.
 *
 * Owns: the pieces, one of which is in every line that tells of TLS trouble.
 * Must not know: what they mean.
 */
#ifndef TLSWHY_LOG_SCAN_H
#define TLSWHY_LOG_SCAN_H

#include <stddef.h>

struct scan;
struct scan *scan_new(void);
void scan_free(struct scan *s); /* accepts NULL */

/* The first place of a piece in p[0..n), letters of either case; NULL: there is none. */
const char *scan_find(const struct scan *s, const char *p, size_t n);

#endif
