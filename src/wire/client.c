/* client - see client.h. */
#include "src/wire/client.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }

/* To measure a row again, let the client connect to a port that keeps what arrives, and read the
 * ClientHello: cipher_suites, extensions 10 (groups) and 13 (signature algorithms). Signalling
 * values such as 0x00ff are left out. */
#define CLIENT(id, ...) { .name = id, __VA_ARGS__ }
const struct client client_table[] = {
    CLIENT("default",
        .title = "a current, strict client: TLS 1.2 and 1.3 as Debian 12's OpenSSL offers them",
        .min = 0x0303, .max = 0x0304,
        .suites = NUMBERS(0x1302, 0x1303, 0x1301,
                          0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e,
                          0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0xc00a, 0xc014, 0x0039,
                          0xc009, 0xc013, 0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f),
        .groups = NUMBERS(0x001d, 0x0017, 0x001e, 0x0019, 0x0018,
                          0x0100, 0x0101, 0x0102, 0x0103, 0x0104),
        .sigalgs = NUMBERS(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b,
                           0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302,
                           0x0402, 0x0502, 0x0602),
        .rsa_bits_min = 2048, .dh_bits_min = 2048,
        .source = "ClientHello of `openssl s_client` 3.0.19 (Debian 12), measured on loopback; "
                  "smallest keys: its security level 2"),
};
const size_t client_count = sizeof client_table / sizeof *client_table;

const struct client *client_find(const char *name)
{
    if (!name)
        name = "default";
    for (size_t i = 0; i < client_count; i++)
        if (text_is(client_table[i].name, name))
            return &client_table[i];
    return NULL;
}

/* --- what limits leave --- */

#define SSL3 0x0300
#define TLS13 0x0304

bool suite_fits(uint16_t suite, uint16_t version)
{
    const struct suite *s = suite_find(suite);
    return !s || (s->since <= version && s->until >= version);
}

static bool group_fits(uint16_t group, uint16_t version)
{
    const struct group *g = group_find(group);
    return !g || (g->since <= version && g->until >= version);
}

static bool any_fits(const uint16_t *suites, uint16_t min, uint16_t max)
{
    for (uint16_t v = min; v <= max; v++)
        for (const uint16_t *s = suites; *s; s++)
            if (suite_fits(*s, v))
                return true;
    return false;
}

/* Those of the list that some version of the range can use; `fits` NULL: all. Owned by the caller. */
static uint16_t *list_within(const uint16_t *list, uint16_t min, uint16_t max, bool (*fits)(uint16_t, uint16_t))
{
    size_t n = 0;
    while (list[n])
        n++;
    uint16_t *kept = mem_new((n + 1) * sizeof *kept), *end = kept;
    for (; *list; list++) {
        bool fit = !fits;
        for (uint16_t v = min; !fit && v <= max; v++)
            fit = fits(*list, v);
        if (fit)
            *end++ = *list;
    }
    return kept;
}

/* The range of versions that is asked for, whether or not a suite is left for it. */
static void range_make(struct offer *o, const struct client *c, const struct limits *l)
{
    o->min = l->min ? l->min : c->min;
    o->max = l->max ? l->max : c->max;
    if (o->min > o->max && l->max && !l->min)
        o->min = o->max;
    else if (o->min > o->max)
        o->max = o->min;
    if (!l->suites || l->min || l->max || any_fits(l->suites, o->min, o->max))
        return;
    for (uint16_t v = TLS13; v >= SSL3; v--)
        if (any_fits(l->suites, v, v)) {
            o->min = o->max = v;
            return;
        }
}

bool offer_make(struct offer *o, const struct client *c, const struct limits *l)
{
    const uint16_t *suites = l->suites ? l->suites : c->suites;
    *o = (struct offer){ .size = l->size, .rsa_bits_min = c->rsa_bits_min, .dh_bits_min = c->dh_bits_min };
    range_make(o, c, l);
    bool some = any_fits(suites, o->min, o->max);
    while (some && !any_fits(suites, o->min, o->min))
        o->min++;
    while (some && !any_fits(suites, o->max, o->max))
        o->max--;
    o->suites = list_within(suites, o->min, o->max, suite_fits);
    o->groups = list_within(l->groups ? l->groups : c->groups, o->min, o->max, l->groups ? NULL : group_fits);
    o->sigalgs = list_within(l->sigalgs ? l->sigalgs : c->sigalgs, o->min, o->max, NULL);
    return some;
}

void offer_clear(struct offer *o)
{
    free((void *)o->suites);
    free((void *)o->groups);
    free((void *)o->sigalgs);
    *o = (struct offer){ 0 };
}

static bool list_same(const uint16_t *a, const uint16_t *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool offer_equal(const struct offer *a, const struct offer *b)
{
    return a->min == b->min && a->max == b->max && list_same(a->suites, b->suites) && list_same(a->groups, b->groups) &&
           list_same(a->sigalgs, b->sigalgs);
}
