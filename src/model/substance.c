/* substance - see substance.h. */
#include "src/model/substance.h"

#include <string.h>

#include "src/model/accepts.h"

#define SET_MAX 200 /* longer lists, which nobody sends in earnest, are compared in their order */
#define MEMBERS_MAX 8

enum how {
    HOW_STATE = 0, /* only the fact's state counts */
    HOW_WHOLE,
    HOW_MEMBERS,   /* of the object */
    HOW_SET,       /* of the list at `at`, each by its first member */
    HOW_ANSWERS    /* of the object at `at`: what was accepted, and what was not */
};

static const struct shape {
    enum how how;
    const char *at;                  /* NULL: the value itself */
    const char *member[MEMBERS_MAX]; /* "alert.number" is one of a member's own; none: the element itself */
} shapes[FACT_COUNT] = {
    [FACT_FAILURE] = { HOW_MEMBERS, NULL, { "kind", "stage", "alert.number", "protocol" } },
    [FACT_IDLE] = { HOW_MEMBERS, NULL, { "went", "protocol", "header" } },
    [FACT_OTHER_WAY] = { HOW_MEMBERS, NULL, { "asked", "went" } },
    [FACT_VIA] = { HOW_MEMBERS, NULL, { "proxy", "outcome", "code" } },
    [FACT_CLIENT_CERT] = { HOW_SET, "cas", { NULL } },
    [FACT_STARTTLS] = { HOW_MEMBERS, NULL, { "outcome", "code", "stripped" } },
    [FACT_CLIENT_GIVEN] = { HOW_MEMBERS, NULL, { "sha256", "sent", "in_ca_list" } },
    [FACT_RELAXED] = { HOW_ANSWERS, "tries", { NULL } },
    [FACT_TOLERATES] = { HOW_ANSWERS, NULL, { NULL } },
    [FACT_CLIENTS] = { HOW_ANSWERS, NULL, { NULL } },
    [FACT_REPLAY] = { HOW_MEMBERS, NULL, { "as_is", "answer" } },
    [FACT_CLIENT_HELLO] = { HOW_MEMBERS, NULL, { "versions", "suites", "groups", "sigalgs", "alpn", "sni" } },
    [FACT_CLIENT_END] = { HOW_MEMBERS, NULL, { "stage", "by", "how", "alert" } },
    [FACT_ATTEMPTS] = { HOW_SET, "groups", { "outcome" } },
    [FACT_SERVER_NAMES] = { HOW_MEMBERS, NULL, { "right.went", "none.went", "other.went", "address.went" } },
    [FACT_VARIATIONS] = { HOW_MEMBERS, NULL, { "as-is.went", "no-alpn.went", "no-status-request.went" } },
    [FACT_LOAD] = { HOW_MEMBERS, NULL, { "stopped" } },
    [FACT_LIMIT] = { HOW_MEMBERS, NULL, { "how" } },
    [FACT_PATH] = { HOW_MEMBERS, NULL, { "trigger", "ttl.differs", "before", "proxy" } },
    [FACT_CHAIN] = { HOW_SET, "sent", { "sha256" } },
    [FACT_EXPECTED] = { HOW_MEMBERS, NULL, { "pin_fits", "same_certificate", "same_key" } },
    [FACT_REASONS] = { HOW_SET, NULL, { "reason" } },
    [FACT_AIA] = { HOW_MEMBERS, NULL, { "missing", "root", "root_trusted" } },
    [FACT_REVOCATION] = { HOW_MEMBERS, NULL, { "status", "reason" } },
    [FACT_BOUNDS] = { HOW_MEMBERS, NULL, { "at_least" } },
    [FACT_STORE] = { HOW_MEMBERS, NULL, { "path", "count" } },
    [FACT_LIBRARIES] = { HOW_WHOLE, NULL, { NULL } },
    [FACT_POLICY] = { HOW_WHOLE, NULL, { NULL } },
    [FACT_PROXY] = { HOW_WHOLE, NULL, { NULL } },
    [FACT_ROUTES] = { HOW_MEMBERS, NULL, { "ipv4", "ipv6" } },
};

static bool values_same(const json_t *a, const json_t *b)
{
    return a == b || (a && b && json_equal((json_t *)a, (json_t *)b));
}

static const json_t *member_at(const json_t *v, const char *path)
{
    const char *dot = path ? strchr(path, '.') : NULL;
    char first[32];
    if (!path)
        return v;
    if (!dot)
        return json_object_get(v, path);
    size_t n = (size_t)(dot - path);
    if (n >= sizeof first)
        return NULL;
    memcpy(first, path, n);
    first[n] = '\0';
    return json_object_get(json_object_get(v, first), dot + 1);
}

static bool members_same(const struct shape *s, const json_t *a, const json_t *b)
{
    for (int i = 0; i < MEMBERS_MAX && s->member[i]; i++)
        if (!values_same(member_at(a, s->member[i]), member_at(b, s->member[i])))
            return false;
    return true;
}

/* Every element of the first is in the second. */
static bool set_within(const json_t *a, const json_t *b, const char *member)
{
    size_t n = json_array_size(a), m = json_array_size(b);
    for (size_t i = 0; i < n; i++) {
        const json_t *one = member_at(json_array_get(a, i), member);
        bool ordered = n > SET_MAX || m > SET_MAX;
        size_t k = ordered ? i : 0, end = ordered && i < m ? i + 1 : m;
        while (k < end && !values_same(one, member_at(json_array_get(b, k), member)))
            k++;
        if (k >= end)
            return false;
    }
    return true;
}

static bool sets_same(const json_t *a, const json_t *b, const char *member)
{
    return set_within(a, b, member) && set_within(b, a, member);
}

bool lists_same(const json_t *a, const json_t *b)
{
    return json_array_size(a) == json_array_size(b) && sets_same(a, b, NULL);
}

/* An ANSWER word, or an object that has one; NULL where nothing is known. */
static const char *answer_of(const json_t *v)
{
    const char *word = json_string_value(json_is_object(v) ? json_object_get(v, "answer") : v);
    return word && !accepts_is_open(word) ? word : NULL;
}

static bool answers_same(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)a, key, v) {
        const char *here = answer_of(v), *there = answer_of(json_object_get(b, key));
        if (here && there && (strcmp(here, "accepted") == 0) != (strcmp(there, "accepted") == 0))
            return false;
    }
    return true;
}

bool substance_same(enum fact f, const json_t *a, const json_t *b)
{
    const struct shape *s = &shapes[f];
    switch (s->how) {
    case HOW_WHOLE: return values_same(a, b);
    case HOW_MEMBERS: return members_same(s, a, b);
    case HOW_SET: return sets_same(member_at(a, s->at), member_at(b, s->at), s->member[0]);
    case HOW_ANSWERS: return answers_same(member_at(a, s->at), member_at(b, s->at));
    default: return true;
    }
}
