/* pool - the intermediate certificates that columns sent, for those that lack one.
 *
 * Owns: a bounded number of them, each once, with who sent it.
 * Must not know: whether they are any good (judge finds out by their signatures).
 */
#ifndef TLSWHY_PROBES_POOL_H
#define TLSWHY_PROBES_POOL_H

#include <stddef.h>

#include "src/model/cert.h"
#include "src/model/endpoint.h"

struct pooled {
    struct cert *cert;  /* a reference */
    int column;         /* that sent it first */
    char *title;        /* owned; its endpoint, as a person names it */
};

struct pool;
struct pool *pool_new(void);
void pool_free(struct pool *p); /* accepts NULL */
/* Only CAs are kept; the oldest goes when there are too many. */
void pool_add(struct pool *p, struct cert *c, int column, const struct endpoint *ep);
size_t pool_count(const struct pool *p);
const struct pooled *pool_at(const struct pool *p, size_t i); /* lent until the next pool_add */
/* Who sent this certificate, NULL when nobody did. Lent likewise. */
const struct pooled *pool_find(const struct pool *p, const struct cert *c);

#endif
