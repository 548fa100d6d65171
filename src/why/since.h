/* since - the time since which it fails, against the dates of certificates, of what CAs say about them, and against
 * sessions that were saved before.
 *
 * Owns: how near is near, and which saved column is the same one earlier. Must not know: what that means for any cause.
 */
#ifndef TLSWHY_WHY_SINCE_H
#define TLSWHY_WHY_SINCE_H

#include "src/model/session.h"

#define SINCE_NEAR (15 * 60)      /* a person's "since" is that exact, at best */
#define SINCE_RENEWED (25 * 3600) /* certificates begin an hour early, and are in use within a day */

/* Seconds from a date to the time that was given; 0 within it, as far as it is exact. */
int64_t since_apart(int64_t date, int64_t from, int64_t lasts);
/* A time of `since` against the dates in a column, of its certificates, of a staple or an answer of their CA that is
 * not simply good: "the certificate "a.example" ended 2 min before", the nearest one, and its date; NULL where none is
 * near. Owned by the caller. */
char *since_near(const struct column *c, const char *since, int64_t *date);
/* A certificate that the server sends began shortly before. */
bool since_renewed(const struct column *c, const char *since);
/* By a signature that was verified: a certificate was revoked then; the time of the staple was over then. */
bool since_revoked(const struct column *c, const char *since);
bool since_stale(const struct column *c, const char *since);

struct since_change {
    bool compared;        /* a saved column that worked was there */
    int64_t worked, seen; /* when it did, and when the same place was asked again; unix seconds */
    char *what;           /* owned; titles of what is another now; NULL: nothing that matters */
};
/* The first place that a saved session saw working, and that was asked again later; false where there is none. */
bool since_changed(const struct session *s, struct since_change *out);

#endif
