/* since - the time since which it fails, against the dates of certificates.
 *
 * Owns: how near is near. Must not know: what that means for any cause.
 */
#ifndef TLSWHY_WHY_SINCE_H
#define TLSWHY_WHY_SINCE_H

#include "src/model/session.h"

#define SINCE_NEAR (15 * 60)      /* a person's "since" is that exact, at best */
#define SINCE_RENEWED (25 * 3600) /* certificates begin an hour early, and are in use within a day */

/* Seconds from a date to the time that was given; 0 within it, as far as it is exact. */
int64_t since_apart(int64_t date, int64_t from, int64_t lasts);
/* A time of `since` against the dates of the certificates in a column: "the certificate "a.example" ended 2 min
 * before", the nearest one, and its date; NULL where none is near. Owned by the caller. */
char *since_near(const struct column *c, const char *since, int64_t *date);
/* A certificate that the server sends began shortly before. */
bool since_renewed(const struct column *c, const char *since);

#endif
