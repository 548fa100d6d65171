/* server - see server.h. */
#include "src/why/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

bool numbers_have(const uint16_t *list, uint16_t number)
{
    while (list && *list && *list != number)
        list++;
    return list && *list;
}

/* --- lists ------------------------------------------------------------------------------------- */

static uint16_t hex_number(const char *name)
{
    unsigned number;
    char rest;
    return sscanf(name, "0x%4x%c", &number, &rest) == 1 ? (uint16_t)number : 0;
}

/* 0: in no table, and no number. */
static uint16_t number_of(enum fact f, const char *name)
{
    const struct suite *s = f == FACT_CIPHERS ? suite_by_name(name) : NULL;
    const struct group *g = f == FACT_GROUPS ? group_by_name(name) : NULL;
    const struct sigalg *a = f == FACT_SIGALGS ? sigalg_by_name(name) : NULL;
    return s ? s->number : g ? g->number : a ? a->number : hex_number(name);
}

static uint16_t *numbers_of(enum fact f, const json_t *list, bool open)
{
    size_t n = 0, most = json_array_size(list) < SERVER_LIST_MAX ? json_array_size(list) : SERVER_LIST_MAX;
    uint16_t *numbers = mem_new((most + 1) * sizeof *numbers);
    for (size_t i = 0; i < most; i++) {
        const json_t *one = json_array_get(list, i);
        const char *name = open ? accepts_name(one) : json_string_value(one);
        uint16_t number = name ? number_of(f, name) : 0;
        if (number)
            numbers[n++] = number;
    }
    return numbers;
}

static void list_read(struct server_list *l, const struct column *c, enum fact f, int version)
{
    const json_t *taken = accepts_taken(c, f, version);
    if (l->known && !taken)
        return;
    free(l->taken);
    free(l->open);
    l->known = taken;
    l->taken = numbers_of(f, taken, false);
    l->open = numbers_of(f, accepts_unsettled(c, f, version), true);
}

static enum state order_read(const struct column *c, int version)
{
    const json_t *by = json_object_get(c->fact[FACT_ORDER].value, accepts_word(version));
    return json_is_boolean(by) ? (json_is_true(by) ? STATE_YES : STATE_NO) : UNSURE;
}

static void lists_read(struct server *s)
{
    const struct column *c = s->c;
    s->versions_known = c->fact[FACT_VERSIONS].state == STATE_YES && json_is_object(c->fact[FACT_VERSIONS].value);
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        const char *answer = accepts_answer(c, v);
        s->taken[v] = answer && strcmp(answer, "accepted") == 0;
        s->order[v] = order_read(c, v);
        list_read(&s->suites[v], c, FACT_CIPHERS, v);
        list_read(&s->groups[v == TLS13], c, FACT_GROUPS, v); /* the newest of those before TLS 1.3 is what was asked */
        list_read(&s->sigalgs[v == TLS13], c, FACT_SIGALGS, v);
    }
}

/* --- keys -------------------------------------------------------------------------------------- */

static uint8_t auth_of(const char *kind)
{
    static const struct { const char *word; enum suite_auth auth; } kinds[] = {
        { "RSA", AUTH_RSA }, { "RSA-PSS", AUTH_RSA }, { "ECDSA", AUTH_ECDSA }, { "EC", AUTH_ECDSA },
        { "DSA", AUTH_DSS }, { "Ed25519", AUTH_ECDSA }, { "Ed448", AUTH_ECDSA }, /* RFC 8422 section 5.2 */
    };
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(kinds[i].word, kind))
            return (uint8_t)kinds[i].auth;
    return AUTH_OTHER;
}

/* "RSA 2048", "ECDSA secp256r1", "RSA". */
static struct server_key key_read(const char *word)
{
    char kind[32] = "", rest[32] = "";
    sscanf(word, "%31s %31s", kind, rest);
    const struct group *g = *rest ? group_by_name(rest) : NULL;
    int bits = atoi(rest);
    return (struct server_key){ .auth = auth_of(kind), .bits = bits > 0 && bits < 1 << 20 ? bits : 0,
                                .curve = g ? g->number : 0 };
}

static void keys_read(struct server *s)
{
    const struct seen *seen = &s->c->fact[FACT_CERT_KEYS];
    json_t *one;
    size_t i;
    if (seen->state != STATE_YES)
        return;
    json_array_foreach(seen->value, i, one)
        if (json_is_string(one) && s->keys < SERVER_KEYS)
            s->key[s->keys++] = key_read(json_string_value(one));
}

/* Where nobody has listed the keys, what the server signs with tells of their kinds. */
enum state server_has_key(const struct server *s, uint8_t auth)
{
    for (size_t i = 0; i < s->keys; i++)
        if (s->key[i].auth == auth)
            return STATE_YES;
    if (s->keys)
        return STATE_NO;
    for (int i = 0; i < 2; i++)
        for (const uint16_t *n = s->sigalgs[i].taken; *n; n++) {
            const struct sigalg *a = sigalg_find(*n);
            if (a && a->auth == auth)
                return STATE_YES;
        }
    bool any = false, open = false;
    for (int i = 0; i < 2; i++) {
        any |= s->sigalgs[i].known;
        open |= *s->sigalgs[i].open || (s->taken[i ? TLS13 : TLS12] && !s->sigalgs[i].known);
    }
    return any && !open ? STATE_NO : UNSURE;
}

/* --- the chain --------------------------------------------------------------------------------- */

static const char *text_of(const json_t *cert, const char *key)
{
    const char *text = json_string_value(json_object_get(cert, key));
    return text && *text ? text : NULL;
}

static struct server_link link_read(const json_t *cert)
{
    const char *signature = text_of(cert, "signature"), *dash = signature ? strrchr(signature, '-') : NULL;
    const char *from = text_of(cert, "from"), *cn = text_of(cert, "cn");
    const json_t *names = json_object_get(cert, "names_total");
    json_int_t bits = json_integer_value(json_object_get(cert, "key_bits"));
    return (struct server_link){
        .name = cn ? cn : text_of(cert, "subject"),
        .digest = dash ? dash + 1 : NULL,
        .aia = json_string_value(json_array_get(json_object_get(cert, "aia"), 0)),
        .auth = auth_of(text_of(cert, "key")),
        .bits = bits > 0 && bits < 1 << 20 ? (int)bits : 0,
        .unnamed = json_is_integer(names) && json_integer_value(names) == 0,
        .anchor = text_is(from, "store") || json_is_true(json_object_get(cert, "self_issued")),
    };
}

static void chain_read(struct server *s)
{
    const struct seen *seen = &s->c->fact[FACT_CHAIN], *reasons = &s->c->fact[FACT_REASONS];
    const json_t *built = json_object_get(seen->value, "built");
    for (size_t i = 0; seen->state == STATE_YES && i < json_array_size(built) && i < SERVER_LINKS; i++)
        s->link[s->links++] = link_read(json_array_get(built, i));
    s->faults = reasons->state == STATE_YES && json_is_array(reasons->value) ? reasons->value : NULL;
}

/* --- as a whole -------------------------------------------------------------------------------- */

void server_read(struct server *s, const struct column *c)
{
    const char *dh = c->fact[FACT_DH].state == STATE_YES ? column_word(c, FACT_DH) : NULL;
    int bits = dh ? atoi(dh) : 0;
    *s = (struct server){ .c = c, .dh_bits = bits > 0 && bits < 1 << 20 ? bits : 0 };
    lists_read(s);
    keys_read(s);
    chain_read(s);
}

static void list_free(struct server_list *l)
{
    free(l->taken);
    free(l->open);
}

void server_free(struct server *s)
{
    for (int v = 0; v < ACCEPTS_VERSIONS; v++)
        list_free(&s->suites[v]);
    for (int i = 0; i < 2; i++) {
        list_free(&s->groups[i]);
        list_free(&s->sigalgs[i]);
    }
    *s = (struct server){ 0 };
}
