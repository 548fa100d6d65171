/* matter - see matter.h. */
#include "src/model/matter.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/model/proxy.h"
#include "src/model/substance.h"
#include "src/wire/names.h"

/* What the certificates are judged by. */
static const enum fact judged[] = { FACT_TRUST, FACT_NAME, FACT_DATES, FACT_STRENGTH, FACT_EXPECTED };
#define JUDGED (sizeof judged / sizeof *judged)

static bool word_in(const char *word, const char *const *list)
{
    for (; word && *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* A refusal; some servers only end an idle connection. */
static bool refused_late(const struct column *c)
{
    static const char *const quiet[] = { "close_notify", "closed", "reset", "protocol", NULL };
    if (c->fact[FACT_LATE].state != STATE_YES)
        return false;
    return !word_in(column_word(c, FACT_LATE), quiet) ||
           (c->fact[FACT_CLIENT_CERT].state == STATE_YES && c->fact[FACT_HTTP].state != STATE_YES);
}

static bool is_revoked(const struct column *c)
{
    return c->fact[FACT_REVOCATION].state == STATE_YES;
}

bool column_works(const struct column *c)
{
    const char *end = json_string_value(json_object_get(c->fact[FACT_CLIENT_END].value, "how"));
    for (size_t i = 0; i < JUDGED; i++)
        if (c->fact[judged[i]].state == STATE_NO)
            return false;
    if (is_revoked(c))
        return false;
    if (column_is_client(c))
        return text_is(end, "complete");
    return c->fact[FACT_HANDSHAKE].state == STATE_YES && !refused_late(c) && c->fact[FACT_HTTP_CERT].state != STATE_YES;
}

static bool same_host(const struct column *a, const struct column *b)
{
    return strcmp(a->endpoint->host, b->endpoint->host) == 0;
}

/* --- rules: a and b differ in f ----------------------------------------------------------------- */

static bool never(const struct column *a, const struct column *b, enum fact f)
{
    (void)a, (void)b, (void)f;
    return false;
}

/* Two ways to fail, or two good values. */
static bool state_differs(const struct column *a, const struct column *b, enum fact f)
{
    return a->fact[f].state != b->fact[f].state;
}

/* One was judged good, and the other not. */
static bool judged_apart(const struct column *a, const struct column *b, enum fact by)
{
    return (a->fact[by].state == STATE_YES) != (b->fact[by].state == STATE_YES) &&
           a->fact[by].state != NOT_ASKED && b->fact[by].state != NOT_ASKED;
}

static bool any_apart(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    for (size_t i = 0; i < JUDGED; i++)
        if (judged_apart(a, b, judged[i]))
            return true;
    return is_revoked(a) != is_revoked(b);
}

static bool trust_apart(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return judged_apart(a, b, FACT_TRUST);
}

static bool name_apart(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return judged_apart(a, b, FACT_NAME);
}

static bool dates_apart(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return judged_apart(a, b, FACT_DATES);
}

static bool strength_apart(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return judged_apart(a, b, FACT_STRENGTH);
}

/* Other names have other addresses; the same name may well have several. */
static bool elsewhere(const struct column *a, const struct column *b, enum fact f)
{
    if (f == FACT_RESOLVE && state_differs(a, b, f))
        return true;
    return same_host(a, b) && column_works(a) != column_works(b);
}

static bool unconnected(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return a->fact[FACT_CONNECT].state != STATE_YES || b->fact[FACT_CONNECT].state != STATE_YES;
}

static bool late_apart(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return refused_late(a) != refused_late(b);
}

/* Groups that every current client has: which of them a server likes best decides nothing. */
static bool group_matters(const struct column *a, const struct column *b, enum fact f)
{
    static const char *const usual[] = { "x25519", "secp256r1", "secp384r1", "X25519MLKEM768", NULL };
    return !word_in(column_word(a, f), usual) || !word_in(column_word(b, f), usual);
}

/* The kind of key a signature needs: 'r' 'e' 'd', or 0 where it is none that all current clients take. */
static char signer(const char *name)
{
    static const struct { const char *begins; char kind; } kinds[] = {
        { "rsa_", 'r' }, { "ecdsa_", 'e' }, { "ed", 'd' } };
    if (!name || strstr(name, "sha1") || strstr(name, "md5"))
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_starts(name, kinds[i].begins))
            return kinds[i].kind;
    return 0;
}

static bool signer_matters(const struct column *a, const struct column *b, enum fact f)
{
    char x = signer(column_word(a, f)), y = signer(column_word(b, f));
    return x != y || !x;
}

#define KINDS_MAX 20 /* of a list that a file may make as long as it likes */

static size_t kinds_count(const json_t *list)
{
    return json_array_size(list) < KINDS_MAX ? json_array_size(list) : KINDS_MAX;
}

/* "RSA 2048": whether the other has a certificate of that kind, of whatever size. */
static bool kinds_have(const json_t *list, const char *one)
{
    size_t n = strcspn(one, " ");
    for (size_t i = 0; i < kinds_count(list); i++) {
        const char *other = json_string_value(json_array_get(list, i));
        if (other && strcspn(other, " ") == n && strncmp(one, other, n) == 0)
            return true;
    }
    return false;
}

static bool kinds_within(const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < kinds_count(a); i++) {
        const char *one = json_string_value(json_array_get(a, i));
        if (one && *one && *one != ' ' && !kinds_have(b, one))
            return false;
    }
    return true;
}

static bool kinds_matter(const struct column *a, const struct column *b, enum fact f)
{
    const json_t *x = a->fact[f].value, *y = b->fact[f].value;
    return state_differs(a, b, f) || !kinds_within(x, y) || !kinds_within(y, x);
}

/* HTTP/1.1 is what is spoken where nothing was agreed. */
static bool alpn_matters(const struct column *a, const struct column *b, enum fact f)
{
    const char *x = column_word(a, f), *y = column_word(b, f);
    return !text_is(x ? x : "http/1.1", y ? y : "http/1.1");
}

/* Which CAs are named counts for those who have a certificate to choose. */
static bool request_matters(const struct column *a, const struct column *b, enum fact f)
{
    return state_differs(a, b, f) || a->endpoint->value[KEY_CERT] || b->endpoint->value[KEY_CERT];
}

/* Which name was sent explains something where all else was the same. */
static bool sni_matters(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return text_is(a->address, b->address) && column_works(a) != column_works(b);
}

/* A policy that current clients live with anyway: no version older than what was agreed, or a security level that is
 * the usual one. */
static bool policy_is_mild(const struct column *c, const char *says)
{
    static const char *const usual[] = { "CipherString = DEFAULT", "CipherString = DEFAULT@SECLEVEL=2",
                                         "CipherString = DEFAULT:@SECLEVEL=2", "CipherString = DEFAULT@SECLEVEL=1",
                                         "CipherString = DEFAULT:@SECLEVEL=1" };
    const char *word = column_word(c, FACT_VERSION);
    const struct version *agreed = word ? version_by_word(word) : NULL;
    if (text_starts(says, "MinProtocol = ")) {
        for (size_t i = 0; agreed && i < version_count; i++)
            if (text_is(says + strlen("MinProtocol = "), version_table[i].protocol))
                return version_table[i].number <= agreed->number;
        return false;
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (text_is(says, usual[i]))
            return true;
    return false;
}

/* Every setting of every part of the policy. */
static bool policy_bites(const struct column *c)
{
    const char *part, *rest;
    json_t *v;
    if (c->fact[FACT_POLICY].state != STATE_YES)
        return false;
    json_object_foreach(c->fact[FACT_POLICY].value, part, v) {
        char one[256];
        for (rest = json_string_value(v); rest && *rest; ) {
            size_t n = strcspn(rest, ";"), kept = n < sizeof one ? n : sizeof one - 1;
            memcpy(one, rest, kept);
            one[kept] = '\0';
            bool known = strcmp(part, "system") == 0 ? strcmp(one, "DEFAULT") == 0 : policy_is_mild(c, one);
            if (!known)
                return true;
            rest += n + (rest[n] == ';');
            rest += *rest == ' ';
        }
    }
    return false;
}

static bool policy_matters(const struct column *a, const struct column *b, enum fact f)
{
    (void)f;
    return policy_bites(a) || policy_bites(b);
}

static bool proxy_matters(const struct column *a, const struct column *b, enum fact f)
{
    const char *x = proxy_of(a), *y = proxy_of(b);
    (void)f;
    return (x || y) && !text_is(x, y);
}

/* Facts without a rule matter as the table of facts says. */
static bool (*const rules[FACT_COUNT])(const struct column *a, const struct column *b, enum fact f) = {
    [FACT_RESOLVE] = elsewhere,      [FACT_ADDRESS_FROM] = elsewhere,
    [FACT_ROUTES] = unconnected,     [FACT_TIMING] = never,
    [FACT_CONNECT] = state_differs,  [FACT_HANDSHAKE] = state_differs,
    [FACT_FAILURE] = state_differs,  [FACT_KX_GROUP] = group_matters,
    [FACT_SIGALG] = signer_matters,  [FACT_ALPN] = alpn_matters,
    [FACT_SNI] = sni_matters,        [FACT_CLIENT_CERT] = request_matters,
    [FACT_HTTP_CERT] = state_differs,
    [FACT_LATE] = late_apart,        [FACT_POST_QUANTUM] = state_differs,
    [FACT_CERT_KEYS] = kinds_matter, [FACT_LEAF] = any_apart,
    [FACT_SUBJECT] = name_apart,     [FACT_ISSUER] = trust_apart,
    [FACT_KEY] = strength_apart,     [FACT_CHAIN] = any_apart,
    [FACT_TRUST] = state_differs,    [FACT_NAME] = state_differs,
    [FACT_EXPECTED] = state_differs, [FACT_DATES] = state_differs,
    [FACT_NOT_AFTER] = dates_apart,  [FACT_STRENGTH] = state_differs,
    [FACT_REASONS] = any_apart,      [FACT_CLOCK] = dates_apart,
    [FACT_NTP] = dates_apart,        [FACT_REVOCATION] = state_differs,
    [FACT_STORE] = trust_apart,      [FACT_POLICY] = policy_matters,
    [FACT_PROXY] = proxy_matters,
};

bool difference_matters(const struct column *a, const struct column *b, enum fact f)
{
    return rules[f] ? rules[f](a, b, f) : fact_table[f].matters;
}
