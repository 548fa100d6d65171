/* pool - see pool.h. */
#include "probes/pool.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define POOL_MAX 256
#define POOL_DER_MAX (16u << 10) /* a larger intermediate is nobody's */

struct pool {
    struct pooled entry[POOL_MAX];
    size_t count, oldest;
};

struct pool *pool_new(void)
{
    return mem_new(sizeof(struct pool));
}

static void pooled_clear(struct pooled *e)
{
    cert_free(e->cert);
    free(e->title);
}

void pool_free(struct pool *p)
{
    for (size_t i = 0; p && i < p->count; i++)
        pooled_clear(&p->entry[i]);
    free(p);
}

const struct pooled *pool_find(const struct pool *p, const struct cert *c)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->entry[i].cert == c || strcmp(p->entry[i].cert->sha256, c->sha256) == 0)
            return &p->entry[i];
    return NULL;
}

void pool_add(struct pool *p, struct cert *c, int column, const struct endpoint *ep)
{
    if (c->malformed || !c->is_ca || c->der_len > POOL_DER_MAX || pool_find(p, c))
        return;
    struct pooled *e = &p->entry[p->count < POOL_MAX ? p->count++ : p->oldest++ % POOL_MAX];
    pooled_clear(e);
    *e = (struct pooled){ .cert = cert_ref(c), .column = column, .title = endpoint_title(ep) };
}

size_t pool_count(const struct pool *p)
{
    return p->count;
}

const struct pooled *pool_at(const struct pool *p, size_t i)
{
    return &p->entry[i];
}
