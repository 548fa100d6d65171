/* accepts - see accepts.h. */
#include "src/model/accepts.h"

#include <string.h>

#include "src/wire/names.h"

static const struct version *version_at(int version)
{
    return version_find((uint16_t)(0x02ff + version)); /* the first row is TLS's predecessor 3.0 */
}

const char *accepts_word(int version)
{
    return version > 0 ? version_at(version)->word : "ssl2";
}

const char *accepts_title(int version)
{
    return version > 0 ? version_at(version)->title : "SSL 2.0";
}

int accepts_version(const char *word)
{
    for (int v = 0; word && v < ACCEPTS_VERSIONS; v++)
        if (strcmp(word, accepts_word(v)) == 0)
            return v;
    return -1;
}

static const json_t *member(const struct column *c, enum fact f, int version)
{
    const struct seen *s = &c->fact[f];
    return s->state == STATE_YES ? json_object_get(s->value, accepts_word(version)) : NULL;
}

#define NAMES_MAX 1000 /* more than there are suites: a longer list comes from a file that means harm */

static const json_t *list_of(const json_t *block, const char *key)
{
    const json_t *list = json_object_get(block, key);
    return json_is_array(list) && json_array_size(list) <= NAMES_MAX ? list : NULL;
}

const char *accepts_answer(const struct column *c, int version)
{
    return json_string_value(member(c, FACT_VERSIONS, version));
}

const json_t *accepts_taken(const struct column *c, enum fact f, int version)
{
    return list_of(member(c, f, version), "accepted");
}

const json_t *accepts_unsettled(const struct column *c, enum fact f, int version)
{
    const json_t *list = list_of(member(c, f, version), "unsettled");
    return json_array_size(list) ? list : NULL;
}

const char *accepts_name(const json_t *one)
{
    return json_string_value(json_object_get(one, "name"));
}

const char *accepts_how(const json_t *one)
{
    const char *how = json_string_value(json_object_get(one, "answer"));
    return how ? how : "could-not-ask";
}

bool accepts_known(const struct column *c)
{
    return c->fact[FACT_CIPHERS].state == STATE_YES || c->fact[FACT_GROUPS].state == STATE_YES ||
           c->fact[FACT_SIGALGS].state == STATE_YES;
}

static bool list_has(const json_t *list, const char *name)
{
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)list, i, one)
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    return false;
}

json_t *accepts_union(const struct column *c, enum fact f)
{
    if (c->fact[f].state != STATE_YES || !json_is_object(c->fact[f].value))
        return NULL;
    json_t *all = json_array(), *one;
    size_t i;
    for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--)
        json_array_foreach((json_t *)accepts_taken(c, f, v), i, one)
            if (json_is_string(one) && !list_has(all, json_string_value(one)))
                json_array_append(all, one);
    return all;
}

bool accepts_is_open(const char *answer)
{
    static const char *const open[] = { "silent", "slow", "refused", "could-not-ask" };
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (strcmp(answer, open[i]) == 0)
            return true;
    return false;
}

const char *accepts_openssl(const char *suite)
{
    const struct suite *s = suite_by_name(suite);
    return s && s->openssl && strcmp(s->openssl, suite) != 0 ? s->openssl : NULL;
}

const char *accepts_blemish(const char *suite)
{
    static const char *const weak[] = { "_RC4_", "_RC2_", "_DES_", "_DES40_", "_3DES_", "_EXPORT_", "_MD5" };
    const struct suite *s = suite_by_name(suite);
    if (!s)
        return "";
    if (strstr(s->iana, "_NULL_"))
        return "not encrypted";
    if (s->auth == AUTH_ANON)
        return "anonymous";
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        if (strstr(s->iana, weak[i]))
            return "weak";
    return s->kx == KX_RSA || s->kx == KX_DH || s->kx == KX_ECDH ? ACCEPTS_NO_PFS : "";
}

static bool is_open(const json_t *block, const char *name)
{
    const json_t *list = list_of(block, "unsettled");
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)list, i, one)
        if (accepts_name(one) && strcmp(accepts_name(one), name) == 0)
            return true;
    return false;
}

/* Everything a block takes is taken by the other, or not settled there. */
static bool is_within(const json_t *a, const json_t *b)
{
    const json_t *taken = list_of(a, "accepted"), *there = list_of(b, "accepted");
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)taken, i, one)
        if (json_is_string(one) && !list_has(there, json_string_value(one)) && !is_open(b, json_string_value(one)))
            return false;
    return true;
}

static enum accepts_alike blocks_alike(const json_t *a, const json_t *b)
{
    const json_t *x = list_of(a, "accepted"), *y = list_of(b, "accepted");
    if ((x && y && json_equal((json_t *)x, (json_t *)y)) || (!x && !y))
        return ACCEPTS_SAME_ORDERED;
    return is_within(a, b) && is_within(b, a) ? ACCEPTS_SAME : ACCEPTS_DIFFERENT;
}

/* Two answers to one version: taken or not, where both say so. */
static enum accepts_alike answers_alike(const char *a, const char *b)
{
    if (!a || !b || accepts_is_open(a) || accepts_is_open(b))
        return ACCEPTS_SAME_ORDERED;
    bool same = (strcmp(a, "accepted") == 0) == (strcmp(b, "accepted") == 0);
    return !same ? ACCEPTS_DIFFERENT : strcmp(a, b) == 0 ? ACCEPTS_SAME_ORDERED : ACCEPTS_SAME;
}

enum accepts_alike accepts_alike(enum fact f, const json_t *a, const json_t *b)
{
    enum accepts_alike worst = ACCEPTS_SAME_ORDERED;
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        const json_t *x = json_object_get(a, accepts_word(v)), *y = json_object_get(b, accepts_word(v));
        enum accepts_alike here = f == FACT_VERSIONS
            ? answers_alike(json_string_value(x), json_string_value(y)) : blocks_alike(x, y);
        worst = here > worst ? here : worst;
    }
    return worst;
}
