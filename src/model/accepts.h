/* accepts - what a server takes, read out of the facts versions, ciphers, groups and sigalgs.
 *
 * Owns: how their values are read; values of another shape (a file may hold any), and lists longer than all names there
 * are, are as good as empty.
 * Must not know: who asks, who draws.
 */
#ifndef TLSWHY_MODEL_ACCEPTS_H
#define TLSWHY_MODEL_ACCEPTS_H

#include "src/model/session.h"

#define ACCEPTS_VERSIONS 6 /* SSL 2.0, SSL 3.0, TLS 1.0 ... TLS 1.3, in this order */

const char *accepts_word(int version);           /* "ssl2" "ssl3" "tls1.0" ... as in JSON */
const char *accepts_title(int version);          /* "SSL 2.0" "SSL 3.0" "TLS 1.0" ... */
int accepts_version(const char *word);           /* -1: none of them; accepts NULL */

/* The members of a fact that is known; all NULL where it is not. Lent. `f` is one of ciphers, groups,
 * sigalgs. */
const char *accepts_answer(const struct column *c, int version);             /* of versions: the ANSWER word */
const json_t *accepts_taken(const struct column *c, enum fact f, int version);     /* array of names */
const json_t *accepts_unsettled(const struct column *c, enum fact f, int version); /* array; NULL when empty */
const char *accepts_name(const json_t *unsettled_one);   /* NULL when it has none */
const char *accepts_how(const json_t *unsettled_one);    /* its ANSWER word, "could-not-ask" when it has none */
/* Everything was asked: ciphers, groups or sigalgs are known. */
bool accepts_known(const struct column *c);

/* The names of all versions, the newest version's first and in its order; new reference, NULL when not
 * known. */
json_t *accepts_union(const struct column *c, enum fact f);
/* An answer that says neither yes nor no. */
bool accepts_is_open(const char *answer);

/* A suite by its IANA name: what OpenSSL calls it, NULL where that is nothing else; and what is to be said
 * against it in a word or two, "" for nothing. */
const char *accepts_openssl(const char *suite);
const char *accepts_blemish(const char *suite);
#define ACCEPTS_NO_PFS "no PFS" /* the blemish that wants a word of explanation */

/* Two values of one of these facts: SAME_ORDERED when the same is taken in the same order, SAME when in
 * another, else DIFFERENT. What was not settled on one side does not count. */
enum accepts_alike { ACCEPTS_SAME_ORDERED, ACCEPTS_SAME, ACCEPTS_DIFFERENT };
enum accepts_alike accepts_alike(enum fact f, const json_t *a, const json_t *b);

#endif
