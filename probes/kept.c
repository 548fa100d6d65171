/* kept - see kept.h. */
#include "probes/kept.h"

#include <stdlib.h>
#include <string.h>

#include "probes/offer.h"
#include "src/base/mem.h"
#include "src/pki/expect.h"
#include "src/wire/client.h"

struct kept_store { char *path; struct store *store; struct kept_store *next; };
struct kept_priority {
    struct endpoint *endpoint; /* a reference: the first whose client offers this */
    gnutls_priority_t priority;
    const char *why;
    struct kept_priority *next;
};

static struct store *kept_load(struct kept_store **list, const char *path,
                               struct store *(*load)(const char *path, struct err *e), struct err *e)
{
    struct kept_store *k = *list;
    while (k && !(path ? k->path && strcmp(k->path, path) == 0 : !k->path))
        k = k->next;
    if (k)
        return k->store;
    struct store *s = load(path, e);
    if (!s)
        return NULL;
    k = mem_new(sizeof *k);
    *k = (struct kept_store){ .path = mem_string(path), .store = s, .next = *list };
    *list = k;
    return s;
}

struct store *kept_trusted(struct kept *k, const char *path, struct err *e)
{
    return kept_load(&k->trusted, path, store_load, e);
}

struct store *kept_expected(struct kept *k, const char *path, struct err *e)
{
    return kept_load(&k->expected, path, expect_load, e);
}

gnutls_priority_t kept_priority(struct kept *kept, const struct endpoint *ep, const char **why)
{
    struct kept_priority *k = kept->priorities;
    const struct offer *o = endpoint_offer(ep);
    while (k && !offer_equal(endpoint_offer(k->endpoint), o))
        k = k->next;
    if (!k) {
        k = mem_new(sizeof *k);
        *k = (struct kept_priority){ .endpoint = endpoint_ref(ep), .next = kept->priorities };
        char *words = offer_of_client(o);
        int error = gnutls_priority_init(&k->priority, words, NULL);
        if (error < 0) {
            k->priority = NULL;
            k->why = gnutls_strerror(error);
        }
        free(words);
        kept->priorities = k;
    }
    *why = k->why;
    return k->priority;
}

static void kept_stores_free(struct kept_store *k)
{
    for (struct kept_store *next; k; k = next) {
        next = k->next;
        store_free(k->store);
        free(k->path);
        free(k);
    }
}

void kept_free(struct kept *kept)
{
    kept_stores_free(kept->trusted);
    kept_stores_free(kept->expected);
    for (struct kept_priority *k = kept->priorities, *next; k; k = next) {
        next = k->next;
        gnutls_priority_deinit(k->priority);
        endpoint_free(k->endpoint);
        free(k);
    }
}
