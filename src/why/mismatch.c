/* mismatch - see mismatch.h. */
#include "src/why/mismatch.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"
#include "src/why/change.h"
#include "src/wire/names.h"

/* What is said of each kind of list. */
static const struct row {
    const char *dimension, *one, *more; /* "suites", "cipher suite", "cipher suites" */
    const char *none, *overlap, *other; /* how the summary opens; what the server takes, where that is not known */
    size_t said;                        /* names in a sentence */
    enum fix server, client, client_weak;
} rows[LIST_COUNT] = {
    [LIST_SUITES] = { "suites", "cipher suite", "cipher suites",
                      "Client and server share no cipher suite",
                      "The server answers only when more cipher suites are offered", "others", 2,
                      FIX_SUITE_SERVER, FIX_SUITE_CLIENT, FIX_SUITE_CLIENT_WEAK },
    [LIST_GROUPS] = { "groups", "group", "groups",
                      "Client and server share no key exchange group",
                      "The server answers only when more groups are offered", "others", 4,
                      FIX_GROUP_SERVER, FIX_GROUP_CLIENT, FIX_GROUP_CLIENT },
    [LIST_SIGALGS] = { "sigalgs", "signature algorithm", "signature algorithms",
                       "Client and server share no signature algorithm",
                       "The server answers only when more signature algorithms are offered",
                       "none of these", 3,
                       FIX_SIGALG_SERVER, FIX_SIGALG_CLIENT, FIX_SIGALG_CLIENT_WEAK },
};

/* --- the machine's part ----------------------------------------------------------------------- */

static json_t *numbers_json(enum list_kind list, const uint16_t *numbers)
{
    json_t *a = json_array();
    char hex[NAME_LEN];
    for (; numbers && *numbers; numbers++)
        json_array_append_new(a, json_string(change_name(list, *numbers, hex)));
    return a;
}

static json_t *change_json(enum list_kind list, uint16_t add)
{
    char hex[NAME_LEN];
    return add ? json_pack("{s:s, s:s?, s:b}", "add", change_name(list, add, hex), "openssl",
                           change_openssl(list, add), "weak", change_grade(list, add) == GRADE_WEAK)
               : json_null();
}

static json_t *together_json(const struct look *l, enum list_kind list)
{
    json_t *a = json_array();
    for (int other = 0; other < LIST_COUNT; other++)
        if (other != (int)list && relaxed_hangs(&l->relaxed, (enum list_kind)other))
            json_array_append_new(a, json_string(rows[other].dimension));
    return a;
}

static void mismatch_detail(const struct look *l, struct words *w, const struct change *c)
{
    const json_t *failure = l->c->fact[FACT_FAILURE].value;
    static const char *const kept[] = { "stage", "kind", "alert" };
    char hex[NAME_LEN];
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (json_object_get(failure, kept[i]))
            json_object_set_new(w->detail, kept[i], json_deep_copy(json_object_get(failure, kept[i])));
    json_object_set_new(w->detail, "dimension", json_string(rows[c->list].dimension));
    json_object_set_new(w->detail, "offered", numbers_json(c->list, c->offered));
    json_object_set_new(w->detail, "taken", numbers_json(c->list, c->taken));
    json_object_set_new(w->detail, "taken_complete", json_boolean(c->complete));
    json_object_set_new(w->detail, "overlap", json_boolean(c->share));
    json_object_set_new(w->detail, "server_key", member_string(c->server_key));
    json_object_set_new(w->detail, "client_key", member_string(c->client_key));
    json_object_set_new(w->detail, "curve", c->curve ? json_string(group_name(c->curve, hex)) : json_null());
    json_object_set_new(w->detail, "together_with", together_json(l, c->list));
    json_object_set_new(w->detail, "server_change", change_json(c->list, c->server_add));
    json_object_set_new(w->detail, "client_change", change_json(c->list, c->client_add));
    json_object_set_new(w->detail, "first", json_string(c->client_first ? "client" : "server"));
}

/* --- the person's part ------------------------------------------------------------------------ */

/* "TLS_RSA_WITH_3DES_EDE_CBC_SHA (DES-CBC3-SHA)" */
static char *name_text(enum list_kind list, uint16_t number)
{
    char hex[NAME_LEN];
    const char *name = change_name(list, number, hex), *openssl = change_openssl(list, number);
    return openssl && !text_is(name, openssl) ? mem_format("%s (%s)", name, openssl) : mem_string(name);
}

static char *names_text(enum list_kind list, const uint16_t *numbers, const char *empty)
{
    json_t *names = json_array();
    for (const uint16_t *n = numbers; n && *n; n++) {
        char *name = name_text(list, *n);
        json_array_append_new(names, json_string(name));
        free(name);
    }
    char *s = words_list(names, rows[list].said, empty);
    json_decref(names);
    return s;
}

/* Windows has names of its own for the curves of its cmdlets. */
const char *group_windows(uint16_t number)
{
    static const struct { uint16_t number; const char *name; } table[] = {
        { 0x0017, "NistP256" }, { 0x0018, "NistP384" }, { 0x0019, "NistP521" }, { 0x001d, "curve25519" }
    };
    const struct group *g = group_find(number);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].number == number)
            return table[i].name;
    return g ? g->iana : "";
}

/* {server_add}: in full; {server_openssl}, {server_iana}, {server_windows}: bare, for configurations. */
static void say_add(struct words *w, enum list_kind list, const char *side, uint16_t add)
{
    char hex[NAME_LEN], key[32];
    const char *openssl = change_openssl(list, add), *iana = add ? change_name(list, add, hex) : "";
    const struct { const char *what, *text; } words[] = {
        { "openssl", openssl ? openssl : iana }, { "iana", iana },
        { "windows", list == LIST_GROUPS ? group_windows(add) : iana }
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        snprintf(key, sizeof key, "%s_%s", side, words[i].what);
        words_say(w, key, words[i].text);
    }
    snprintf(key, sizeof key, "%s_add", side);
    words_say_own(w, key, add ? name_text(list, add) : mem_string(""));
}

static void say_short(struct words *w, const struct change *c)
{
    char hex[NAME_LEN];
    if (c->client_key)
        words_say_own(w, "short", mem_format("the server's key is %s, the client offers %s only", c->server_key,
                                             c->client_key));
    else if (c->curve)
        words_say_own(w, "short", mem_format("the server's key is on %s, which is not offered",
                                             group_name(c->curve, hex)));
    else
        words_say_own(w, "short", mem_format("no common %s", rows[c->list].one));
}

/* What is behind it, as far as known: a sentence of its own, or nothing. */
static void say_why(const struct look *l, struct words *w, const struct change *c)
{
    const json_t *with = json_object_get(w->detail, "together_with");
    struct text t = { 0 };
    char hex[NAME_LEN];
    if (c->client_key)
        text_addf(&t, " The server's key is %s, and all that is offered is for %s.", c->server_key, c->client_key);
    if (c->curve)
        text_addf(&t, " The server's key is on %s, which up to TLS 1.2 the client's groups must list too.",
                  group_name(c->curve, hex));
    for (int other = 0; other < LIST_COUNT && json_array_size(with); other++)
        if (other != (int)c->list && relaxed_hangs(&l->relaxed, (enum list_kind)other))
            text_addf(&t, " More %s have to be offered at the same time.", rows[other].more);
    if (c->some_curve)
        text_add(&t, " Some are shared, so it is probably the curve of the server's own key that is missing.");
    words_say_own(w, "why", text_take(&t));
}

/* Up to two of the fixes, the better one first. A fix that weakens somebody is the second at most. */
static void choose_fixes(struct words *w, const struct change *c)
{
    bool tls13 = c->list == LIST_SUITES;
    const uint16_t adds[] = { c->server_add, c->client_add };
    enum fix by_side[2] = { FIX_NONE, FIX_NONE };
    if (c->client_key)
        by_side[0] = FIX_KEY_SERVER;
    else if (c->curve)
        by_side[0] = FIX_CURVE_SERVER;
    else if (c->some_curve || c->some_key)
        by_side[0] = c->some_key ? FIX_SIGALG_KEY : FIX_CURVE;
    else if (c->server_add)
        by_side[0] = rows[c->list].server;
    if (c->client_add)
        by_side[1] = change_grade(c->list, c->client_add) == GRADE_WEAK ? rows[c->list].client_weak
                                                                         : rows[c->list].client;
    for (int side = 0; side < 2; side++) {
        const struct suite *s = tls13 ? suite_find(adds[side]) : NULL;
        if (s && s->kx == KX_TLS13 && by_side[side] == FIX_SUITE_SERVER)
            by_side[side] = FIX_SUITE13_SERVER;
        if (s && s->kx == KX_TLS13 && by_side[side] == FIX_SUITE_CLIENT)
            by_side[side] = FIX_SUITE13_CLIENT;
    }
    w->fix[0] = by_side[c->client_first];
    w->fix[1] = by_side[!c->client_first];
    if (w->fix[0] == FIX_NONE) {
        w->fix[0] = w->fix[1];
        w->fix[1] = FIX_NONE;
    }
}

static void mismatch(const struct look *l, struct words *w, enum list_kind list)
{
    struct change c = change_of(l, list);
    mismatch_detail(l, w, &c);
    words_say(w, "share", c.share ? rows[list].overlap : rows[list].none);
    words_say_own(w, "offered", names_text(list, c.offered, "none"));
    words_say_own(w, "taken", names_text(list, c.taken, rows[list].other));
    words_say(w, "server_key", c.server_key);
    words_say(w, "client_key", c.client_key);
    say_add(w, list, "server", c.server_add);
    say_add(w, list, "client", c.client_add);
    say_short(w, &c);
    say_why(l, w, &c);
    if (relaxed_hangs(&l->relaxed, list)) /* else the sign knows what to do */
        choose_fixes(w, &c);
}

void mismatch_suites(const struct look *l, struct words *w, uint32_t mask)
{
    (void)mask;
    mismatch(l, w, LIST_SUITES);
}

void mismatch_groups(const struct look *l, struct words *w, uint32_t mask)
{
    (void)mask;
    mismatch(l, w, LIST_GROUPS);
}

void mismatch_sigalgs(const struct look *l, struct words *w, uint32_t mask)
{
    (void)mask;
    mismatch(l, w, LIST_SIGALGS);
}
