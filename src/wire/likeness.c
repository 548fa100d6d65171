/* likeness - see likeness.h. */
#include "src/wire/likeness.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/wire/bisect.h"
#include "src/wire/names.h"

#define LIST_MAX 400 /* nobody known sends more: such a hello is like none */

enum { FALLBACK = 0x5600 };
enum list_of { OF_VERSIONS, OF_SUITES, OF_GROUPS, OF_SIGALGS, OF_EXTENSIONS, LISTS };

struct lists { /* lent by a hello, without what does not count */
    uint16_t n[LISTS];
    uint16_t at[LISTS][LIST_MAX];
};

struct known {
    const struct client *client;
    struct heard heard;      /* its own hello, read back */
    struct lists lists;
};

struct likeness {
    struct known *known;     /* owned */
    size_t count;
    struct lists lists;      /* of the hello that is being compared */
    uint16_t place[0x10000]; /* of a number in the list that is being compared, from 1; all 0 between two lists */
};

/* --- lists ------------------------------------------------------------------------------------ */

/* server_name, ALPN, padding, pre_shared_key, early_data, cookie: the connection decides
 * about them, not the client. */
static bool extension_counts(uint16_t type)
{
    static const uint16_t passing[] = { 0, 16, 21, 41, 42, 44 };
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (passing[i] == type)
            return false;
    return true;
}

static bool list_add(struct lists *l, enum list_of which, uint16_t number)
{
    if (number_is_grease(number) || (which == OF_SUITES && number == FALLBACK) ||
        (which == OF_EXTENSIONS && !extension_counts(number)))
        return true;
    for (uint16_t i = 0; i < l->n[which]; i++) /* some name a number twice */
        if (l->at[which][i] == number)
            return true;
    if (l->n[which] == LIST_MAX)
        return false;
    l->at[which][l->n[which]++] = number;
    return true;
}

static bool list_take(struct lists *l, enum list_of which, const uint16_t *list)
{
    for (; list && *list; list++)
        if (!list_add(l, which, *list))
            return false;
    return true;
}

static bool lists_take(struct lists *l, const struct hello *h)
{
    for (int i = 0; i < LISTS; i++)
        l->n[i] = 0;
    if (!h->versions && !list_add(l, OF_VERSIONS, h->version))
        return false;
    for (size_t i = 0; i < h->order_count; i++)
        if (!list_add(l, OF_EXTENSIONS, h->order[i]))
            return false;
    return list_take(l, OF_VERSIONS, h->versions) && list_take(l, OF_SUITES, h->suites) &&
           list_take(l, OF_GROUPS, h->groups) && list_take(l, OF_SIGALGS, h->sigalgs);
}

/* --- distances -------------------------------------------------------------------------------- */

/* Numbers that only one of the two lists has, and one more where what they share has another order. */
static int list_distance(struct likeness *l, const struct lists *known, enum list_of which, bool ordered)
{
    const uint16_t *ours = l->lists.at[which], *theirs = known->at[which];
    int both = 0, more = 0, turned = 0;
    uint16_t last = 0;
    for (uint16_t i = 0; i < l->lists.n[which]; i++)
        l->place[ours[i]] = (uint16_t)(i + 1);
    for (uint16_t i = 0; i < known->n[which]; i++) {
        uint16_t place = l->place[theirs[i]];
        both += place > 0;
        more += !place;
        turned |= place && place < last;
        last = place ? place : last;
    }
    for (uint16_t i = 0; i < l->lists.n[which]; i++)
        l->place[ours[i]] = 0;
    return more + (int)l->lists.n[which] - both + (ordered && turned);
}

/* Fewer for a client that says little: two of ten numbers are as much as eight of forty. */
static int few(const struct known *k)
{
    int all = 0;
    for (enum list_of i = 0; i < LISTS; i++)
        all += k->lists.n[i];
    return all / 5 < LIKENESS_FEW ? all / 5 : LIKENESS_FEW;
}

static int distance(struct likeness *l, const struct known *k)
{
    bool shuffles = k->client->traits & CLIENT_SHUFFLES;
    int sum = 0;
    for (enum list_of i = 0; i < LISTS; i++)
        sum += list_distance(l, &k->lists, i, i != OF_EXTENSIONS || !shuffles);
    return sum;
}

/* The form counts, too: who speaks SSL 2.0's looks like nobody who does not. */
static const struct known *nearest(struct likeness *l, const struct heard *h, int *least)
{
    const struct known *best = NULL;
    *least = LIKENESS_FEW + 1;
    for (size_t i = 0; i < l->count; i++) {
        const struct known *k = &l->known[i];
        if (k->heard.hello.ssl2_form != h->hello.ssl2_form)
            continue;
        int d = distance(l, k);
        if (d > few(k))
            continue;
        /* `default` is what tlswhy itself asks for: of two alike the other one says more. */
        if (d < *least || (best && d == *least && best->client == client_find(NULL))) {
            best = k;
            *least = d;
        }
    }
    return best;
}

/* --- differences in words --------------------------------------------------------------------- */

static bool change_counts(const struct hello_change *c, const struct client *client)
{
    switch (c->part) {
    case PART_FORM: case PART_VERSION: case PART_GROUP: case PART_SIGALG: case PART_SUITE_ORDER: case PART_LIST_ORDER:
        return true;
    case PART_SUITE: return c->number != FALLBACK;
    case PART_EXTENSION: return extension_counts(c->number) && !number_is_grease(c->number);
    case PART_ORDER: return !(client->traits & CLIENT_SHUFFLES);
    default: return false;
    }
}

static void differs_fill(struct like *out, const struct hello *known, const struct hello *ours)
{
    struct hello_change *all = mem_array(NULL, CHANGES_MAX, sizeof *all);
    size_t n = hello_changes(known, ours, all);
    for (size_t i = 0; i < n && out->count < LIKENESS_FEW; i++)
        if (change_counts(&all[i], out->client))
            out->differs[out->count++] = hello_change_says(&all[i]);
    free(all);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A row's hello as it looks when it was received, so that the two sides are read by the same reader. */
static bool known_fill(struct known *k, const struct client *client)
{
    struct limits none = { 0 };
    struct client_lists keep;
    struct offer offer;
    struct hello h = { .seed = 1 };
    struct buf bytes;
    k->client = client;
    buf_init(&bytes, HELLO_BYTES_MAX);
    heard_init(&k->heard);
    bool good = offer_make(&offer, client, &none);
    if (good) {
        client_hello(client, &offer, NULL, &keep, &h);
        if (!(client->traits & CLIENT_NO_SNI))
            h.sni = "example.org";
        good = hello_write(&h, &bytes);
    }
    if (good)
        heard_feed(&k->heard, bytes.data, bytes.len);
    good = good && k->heard.end == HEARD_HELLO && lists_take(&k->lists, &k->heard.hello);
    offer_clear(&offer);
    buf_free(&bytes);
    return good;
}

struct likeness *likeness_new(void)
{
    struct likeness *l = mem_new(sizeof *l);
    l->known = mem_array(NULL, client_count, sizeof *l->known);
    for (size_t i = 0; i < client_count; i++) {
        struct known *k = &l->known[l->count];
        *k = (struct known){ 0 };
        if (known_fill(k, &client_table[i]))
            l->count++;
        else
            heard_free(&k->heard);
    }
    return l;
}

void likeness_free(struct likeness *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->count; i++)
        heard_free(&l->known[i].heard);
    free(l->known);
    free(l);
}

void likeness_find(struct likeness *l, const struct heard *h, struct like *out)
{
    *out = (struct like){ 0 };
    if (!lists_take(&l->lists, &h->hello))
        return;
    const struct known *k = nearest(l, h, &out->score);
    if (!k)
        return;
    out->client = k->client;
    out->same = !out->score;
    if (!out->same)
        differs_fill(out, &k->heard.hello, &h->hello);
}

void like_clear(struct like *out)
{
    for (size_t i = 0; i < out->count; i++)
        free(out->differs[i]);
    *out = (struct like){ 0 };
}
