/* fold - a line of a log made plain, so that the same words look the same whoever wrote them.
 *
 * Owns: which differences do not count: case, underscores and hyphens between words, quoting, how much white space
 * there is, and the digits of time stamps, addresses and process numbers.
 * Must not know: what the words mean.
 *
 * Plain text begins and ends with a space, has single spaces, and holds only printable ASCII and \x01, which stands for
 * any run of other bytes. A masked number is written '#'; every number that can tell something stays.
 */
#ifndef TLSWHY_LOG_FOLD_H
#define TLSWHY_LOG_FOLD_H

#include <stddef.h>

/* Room that n bytes need at most. */
#define FOLD_ROOM(n) ((n) + 2)

/* Writes the plain form of p[0..n) to out, which has FOLD_ROOM(n); returns its length. */
size_t fold_line(const char *p, size_t n, char *out);

#endif
