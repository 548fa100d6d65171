/* change - see change.h. */
#include "src/why/change.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

/* --- names and grades ------------------------------------------------------------------------- */

const char *change_name(enum list_kind list, uint16_t number, char hex[])
{
    return list == LIST_SUITES   ? suite_name(number, hex)
           : list == LIST_GROUPS ? group_name(number, hex)
                                 : sigalg_name(number, hex);
}

const char *change_openssl(enum list_kind list, uint16_t number)
{
    const struct suite *s = list == LIST_SUITES ? suite_find(number) : NULL;
    const struct group *g = list == LIST_GROUPS ? group_find(number) : NULL;
    const struct sigalg *a = list == LIST_SIGALGS ? sigalg_find(number) : NULL;
    if (s)
        return s->kx == KX_TLS13 ? s->iana : s->openssl;
    if (g)
        return g->openssl ? g->openssl : g->iana; /* `-groups` takes these too */
    return a ? a->openssl ? a->openssl : a->iana : NULL;
}

static uint16_t number_of(enum list_kind list, const char *name)
{
    const struct suite *s = list == LIST_SUITES ? suite_by_name(name) : NULL;
    const struct group *g = list == LIST_GROUPS ? group_by_name(name) : NULL;
    const struct sigalg *a = list == LIST_SIGALGS ? sigalg_by_name(name) : NULL;
    if (s || g || a)
        return s ? s->number : g ? g->number : a->number;
    unsigned long n = text_starts(name, "0x") ? strtoul(name, NULL, 16) : 0;
    return n <= UINT16_MAX ? (uint16_t)n : 0;
}

static bool name_has(const char *name, const char *const *parts)
{
    for (; *parts; parts++)
        if (strstr(name, *parts))
            return true;
    return false;
}

static enum grade suite_grade(uint16_t number)
{
    static const char *const weak[] = { "_NULL_", "EXPORT", "_RC4_", "_RC2_", "_DES_", "_DES40_", "_3DES_",
                                        "_IDEA_", "_MD5", "_anon_", "_KRB5_", NULL };
    static const char *const aead[] = { "_GCM_", "_CCM", "_CHACHA20_", NULL };
    const struct suite *s = suite_find(number);
    if (!s || (s->auth != AUTH_RSA && s->auth != AUTH_ECDSA && s->auth != AUTH_ANY) || name_has(s->iana, weak))
        return GRADE_WEAK;
    bool forward = s->kx == KX_TLS13 || s->kx == KX_ECDHE || s->kx == KX_DHE;
    return forward && (s->kx == KX_TLS13 || name_has(s->iana, aead)) ? GRADE_GOOD : GRADE_OLD;
}

static enum grade group_grade(uint16_t number)
{
    static const char *const weak[] = { "sect", "secp1", "secp224", "GC", NULL };
    static const char *const good[] = { "x25519", "x448", "secp256r1", "secp384r1", "secp521r1", "X25519",
                                        "SecP", NULL };
    const struct group *g = group_find(number);
    return !g || name_has(g->iana, weak) ? GRADE_WEAK : name_has(g->iana, good) ? GRADE_GOOD : GRADE_OLD;
}

static enum grade sigalg_grade(uint16_t number)
{
    static const char *const weak[] = { "md5", "sha1", "sha224", "dsa_sha", "gost", "eccsi", "ibs", NULL };
    static const char *const good[] = { "rsa_pss_rsae", "ecdsa_secp", "ed25519", "ed448", NULL };
    const struct sigalg *a = sigalg_find(number);
    return !a || name_has(a->iana, weak) ? GRADE_WEAK : name_has(a->iana, good) ? GRADE_GOOD : GRADE_OLD;
}

enum grade change_grade(enum list_kind list, uint16_t number)
{
    return list == LIST_SUITES ? suite_grade(number)
           : list == LIST_GROUPS ? group_grade(number) : sigalg_grade(number);
}

/* --- lists ------------------------------------------------------------------------------------ */

size_t change_count(const uint16_t *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static bool has(const uint16_t *list, uint16_t number)
{
    for (; list && *list; list++)
        if (*list == number)
            return true;
    return false;
}

#define NAMES_MAX 1000 /* looked at of a list that may be anybody's */

static void taken_add(struct change *c, size_t *count, const json_t *names)
{
    const json_t *one;
    size_t i;
    json_array_foreach(names, i, one) {
        if (*count == CHANGE_MAX || i >= NAMES_MAX)
            break;
        const char *name = json_string_value(one);
        uint16_t n = name ? number_of(c->list, name) : 0;
        if (n && !has(c->taken, n))
            c->taken[(*count)++] = n;
    }
}

static const char *const takes_keys[LIST_COUNT] = { "suites", "groups", "sigalgs" };

static void taken_add_one(struct change *c, size_t *count, const json_t *name)
{
    json_t *list = json_array();
    json_array_append(list, (json_t *)name);
    taken_add(c, count, list);
    json_decref(list);
}

/* What the hellos that had this list extended together with others were answered. */
static void taken_add_tries(const struct look *l, struct change *c, size_t *count)
{
    const char *name;
    json_t *try;
    json_object_foreach((json_t *)look_member(l, FACT_RELAXED, "tries"), name, try) {
        if (strcmp(name, "all") == 0 || strstr(name, takes_keys[c->list]))
            taken_add_one(c, count, json_object_get(try, c->list == LIST_SUITES   ? "cipher"
                                                         : c->list == LIST_GROUPS ? "group" : "sigalg"));
    }
}

static const enum fact full_facts[LIST_COUNT] = { FACT_CIPHERS, FACT_GROUPS, FACT_SIGALGS };

/* Of the whole enumeration, where there was one; else of the hellos with longer lists. */
static void change_taken(const struct look *l, struct change *c)
{
    enum fact f = full_facts[c->list];
    size_t count = 0;
    c->complete = l->c->fact[f].state == STATE_YES;
    for (uint16_t n = l->hi; n >= l->lo && n >= 0x0300; n--) {
        int version = accepts_version(version_word(n));
        if (version < 0)
            continue;
        taken_add(c, &count, accepts_taken(l->c, f, version));
        c->complete &= !accepts_unsettled(l->c, f, version);
    }
    if (!count) {
        c->complete = false;
        taken_add(c, &count, json_object_get(look_member(l, FACT_RELAXED, "takes"), takes_keys[c->list]));
    }
    if (!count)
        taken_add_tries(l, c, &count);
}

/* --- what fits the server --------------------------------------------------------------------- */

/* Kinds of keys, and how the facts and the signature algorithms that need them begin. */
static const struct { const char *name, *signs[3], *fact; uint8_t auth; } kinds[] = {
    { "RSA", { "rsa_pkcs1_", "rsa_pss_rsae_" }, "RSA", AUTH_RSA },
    { "ECDSA", { "ecdsa_" }, "ECDSA", AUTH_ECDSA },
    { "Ed25519", { "ed25519" }, "Ed25519", AUTH_ECDSA },
    { "Ed448", { "ed448" }, "Ed448", AUTH_ECDSA },
    { "RSA-PSS", { "rsa_pss_pss_" }, "RSA-PSS", AUTH_RSA },
    { "DSA", { "dsa_" }, "DSA", AUTH_DSS },
};
enum { KEYS_KNOWN = sizeof kinds / sizeof *kinds };

/* The keys that would do for this suite or signature algorithm, as bits of kinds; 0: any. */
static unsigned keys_for(enum list_kind list, uint16_t number)
{
    const struct suite *s = list == LIST_SUITES ? suite_find(number) : NULL;
    const struct sigalg *a = list == LIST_SIGALGS ? sigalg_find(number) : NULL;
    unsigned keys = 0;
    for (unsigned k = 0; k < KEYS_KNOWN; k++) {
        bool fits = s && s->auth == kinds[k].auth;
        for (int i = 0; a && i < 3 && kinds[k].signs[i]; i++)
            fits |= text_starts(a->iana, kinds[k].signs[i]);
        keys |= fits ? 1u << k : 0;
    }
    return keys;
}

/* "ECDSA secp256r1" is a key of the kind "ECDSA". */
static bool key_is(const char *fact, const char *kind)
{
    size_t n = strlen(kind);
    return strncmp(fact, kind, n) == 0 && (fact[n] == ' ' || fact[n] == '\0');
}

/* The keys the server has, as bits: by its certificates, else by what it takes. 0: unknown. */
static unsigned server_keys(const struct look *l, const struct change *c)
{
    const json_t *list = l->c->fact[FACT_CERT_KEYS].value, *one;
    unsigned keys = 0;
    size_t i;
    json_array_foreach(list, i, one) {
        for (unsigned k = 0; json_string_value(one) && k < KEYS_KNOWN; k++)
            keys |= key_is(json_string_value(one), kinds[k].fact) ? 1u << k : 0;
    }
    for (const uint16_t *t = c->taken; *t && !json_array_size(list); t++)
        keys |= keys_for(c->list, *t);
    return keys;
}

static bool version_taken(const struct look *l, uint16_t n)
{
    if (n < l->lo || n > l->hi)
        return false;
    return l->c->fact[FACT_VERSIONS].state != STATE_YES || strcmp(look_answer(l, n), "accepted") == 0;
}

/* Some version that both sides speak can use it. */
static bool version_fits(const struct look *l, enum list_kind list, uint16_t number)
{
    const struct suite *s = list == LIST_SUITES ? suite_find(number) : NULL;
    const struct group *g = list == LIST_GROUPS ? group_find(number) : NULL;
    const struct sigalg *a = list == LIST_SIGALGS ? sigalg_find(number) : NULL;
    uint16_t since = s ? s->since : g ? g->since : a ? a->since : 0x0300;
    uint16_t until = s ? s->until : g ? g->until : a ? a->until : 0x0304;
    for (uint16_t n = 0x0300; n <= 0x0304; n++)
        if (n >= since && n <= until && version_taken(l, n))
            return true;
    return false;
}

static uint16_t best_of(const struct look *l, const struct change *c, const uint16_t *list,
                        const uint16_t *but, unsigned keys)
{
    uint16_t best = 0;
    for (; list && *list; list++) {
        unsigned needs = keys_for(c->list, *list);
        if (has(but, *list) || !version_fits(l, c->list, *list) || (keys && needs && !(keys & needs)))
            continue;
        if (!best || change_grade(c->list, *list) > change_grade(c->list, best))
            best = *list;
    }
    return best;
}

static const char *key_name(unsigned keys)
{
    for (unsigned k = 0; k < KEYS_KNOWN; k++)
        if (keys & (1u << k))
            return kinds[k].name;
    return NULL;
}

/* All that is offered, in any version both speak, needs a key the server does not have. */
static void change_keys(const struct look *l, struct change *c, unsigned keys)
{
    unsigned needs = 0;
    for (const uint16_t *o = c->offered; o && *o; o++) {
        unsigned one = keys_for(c->list, *o);
        if (!version_fits(l, c->list, *o))
            continue;
        if (!one || (one & keys))
            return;
        needs |= one;
    }
    if (!keys || !needs || c->list == LIST_GROUPS)
        return;
    c->server_key = key_name(keys);
    c->client_key = key_name(needs);
}

/* Up to TLS 1.2 a client's groups say which curves the server's own key may be on, too. */
static void change_curve(const struct look *l, struct change *c)
{
    const json_t *one;
    size_t i;
    json_array_foreach(l->c->fact[FACT_CERT_KEYS].value, i, one) {
        const char *key = json_string_value(one);
        const struct group *g = key && text_starts(key, "ECDSA ") ? group_by_name(key + 6) : NULL;
        if (c->list == LIST_GROUPS && c->share && g && !has(c->offered, g->number))
            c->curve = g->number;
    }
    c->some_curve = c->list == LIST_GROUPS && c->share && !c->curve;
}

/* The client of this endpoint was given its list by hand, or is no ordinary one. */
static bool client_is_odd(const struct look *l, enum list_kind list)
{
    static const enum key keys[LIST_COUNT] = { KEY_CIPHERS, KEY_GROUPS, KEY_SIGALGS };
    return l->c->endpoint->value[keys[list]] || l->c->endpoint->value[KEY_CLIENT];
}

struct change change_of(const struct look *l, enum list_kind list)
{
    const struct offer *o = l->offer;
    struct change c = { .list = list };
    c.offered = list == LIST_SUITES ? o->suites : list == LIST_GROUPS ? o->groups : o->sigalgs;
    change_taken(l, &c);
    for (const uint16_t *t = c.taken; *t; t++)
        c.share |= has(c.offered, *t);
    unsigned keys = list == LIST_GROUPS ? 0 : server_keys(l, &c);
    change_keys(l, &c, keys);
    change_curve(l, &c);
    c.some_key = list == LIST_SIGALGS && !keys;
    c.client_add = c.curve ? c.curve : c.some_curve ? 0 : best_of(l, &c, c.taken, c.offered, 0);
    if (!c.client_key && !c.curve && !c.some_curve && !c.some_key)
        c.server_add = best_of(l, &c, c.offered, c.taken, keys);
    bool client_good = c.client_add && change_grade(list, c.client_add) > GRADE_WEAK;
    bool server_good = c.client_key || c.curve || (c.server_add && change_grade(list, c.server_add) > GRADE_WEAK);
    c.client_first = client_good && (client_is_odd(l, list) || !server_good);
    return c;
}
