/* kin - see kin.h. */
#include "src/pki/kin.h"

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/pki/der.h"
#include "src/pki/path.h"
#include "src/pki/read.h"

#define OID_AKI "2.5.29.35"
#define WORD_MIN 3 /* bytes of a word that can tell one CA's name from another's */

/* What CAs are called everywhere; says nothing about whose it is. */
static const char *const common_words[] = {
    "and", "authority", "cert", "certificate", "certificates", "certification", "class", "ecc", "ecdsa", "global",
    "inc", "internal", "key", "llc", "local", "ltd", "network", "primary", "private", "public", "rsa", "secure",
    "security", "server", "services", "signing", "ssl", "test", "testing", "the", "tls", "trust", "validation", "web",
};
static const char *const below_words[] = {
    "ica", "inter", "intermediate", "issuer", "issuing", "sub", "subca", "subordinate",
};
static const char *const root_words[] = { "root", "rootca" };

/* --- what was sent beside it ------------------------------------------------------------------------ */

/* The CA of the store that `c` is, or that signed it. */
static const struct cert *trusted_above(struct judge_cache *k, struct store *s, const struct cert *c)
{
    if (store_has(s, c))
        return c;
    struct cert *ca;
    for (size_t i = 0; (ca = store_by_name(s, c->issuer_der, c->issuer_der_len, i)) != NULL; i++)
        if (!ca->malformed && path_verify(k, c, ca) == LINK_GOOD)
            return ca;
    return NULL;
}

static bool by_sent(struct judge_cache *k, const struct judge_ask *ask, struct kin *n)
{
    for (size_t i = 1; i < ask->sent_count; i++) {
        const struct cert *c = ask->sent[i], *ca = c->malformed ? NULL : trusted_above(k, ask->store, c);
        if (ca) {
            *n = (struct kin){ KIN_BY_SENT, true, cert_name(ca) };
            return true;
        }
    }
    return false;
}

/* --- the key identifier ----------------------------------------------------------------------------- */

/* The name of authorityCertIssuer, whole; empty when there is none. */
static struct reader issuer_of_issuer(const struct cert *c)
{
    struct reader value = der_find(c->der, c->der_len, OID_AKI);
    struct der list, names, name;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return (struct reader){ 0 };
    der_optional(&list.content, DER_CONTEXT | 0, &name);
    if (!der_optional(&list.content, DER_CONTEXT_CONSTRUCTED | 1, &names) ||
        !der_expect(&names.content, DER_CONTEXT_CONSTRUCTED | 4, &name))
        return (struct reader){ 0 };
    return name.content;
}

static bool by_key_id(const struct judge_ask *ask, const struct cert *top, struct kin *n)
{
    struct reader name = issuer_of_issuer(top);
    if (!name.left)
        return false;
    const struct cert *ca = store_by_name(ask->store, name.p, name.left, 0);
    bool itself = name.left == top->issuer_der_len && memcmp(name.p, top->issuer_der, name.left) == 0;
    *n = (struct kin){ KIN_BY_KEY_ID, ca && !itself, ca ? cert_name(ca) : NULL };
    return true;
}

/* --- names ------------------------------------------------------------------------------------------ */

static bool word_in(const char *w, size_t n, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == n && strncasecmp(w, list[i], n) == 0)
            return true;
    return false;
}
#define WORD_IN(w, n, list) word_in(w, n, list, sizeof list / sizeof *list)

/* The next run of letters and digits, beyond ASCII any byte; NULL at the end. */
static const char *word_next(const char **s, size_t *n)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const char *w = *s;
    while (*w && (unsigned char)*w < 0x80 && !strchr(letters, *w))
        w++;
    *s = w;
    while (**s && ((unsigned char)**s >= 0x80 || strchr(letters, **s)))
        ++*s;
    *n = (size_t)(*s - w);
    return *n ? w : NULL;
}

static bool name_says(const char *name, const char *const *list, size_t count)
{
    size_t n;
    for (const char *w; (w = word_next(&name, &n)) != NULL;)
        if (word_in(w, n, list, count))
            return true;
    return false;
}
#define NAME_SAYS(name, list) name_says(name, list, sizeof list / sizeof *list)

/* What inspects connections calls itself by the name of the house it stands in, as that house's public CA may. */
static const char *const inspector_words[] = { "gateway", "proxy", "firewall", "inspection", "interception", "decryption",
                                               "filter" };

/* A word that both names have and that tells them from others'. */
static bool names_share(const char *a, const char *b)
{
    size_t n, m;
    for (const char *w; (w = word_next(&a, &n)) != NULL;) {
        if (n < WORD_MIN || strspn(w, "0123456789") >= n || WORD_IN(w, n, common_words) ||
            WORD_IN(w, n, below_words) || WORD_IN(w, n, root_words))
            continue;
        const char *rest = b;
        for (const char *v; (v = word_next(&rest, &m)) != NULL;)
            if (m == n && strncasecmp(v, w, n) == 0)
                return true;
    }
    return false;
}

/* Whose name or organisation is also the missing issuer's. */
static bool by_family(const struct judge_ask *ask, const struct cert *top, struct kin *n)
{
    struct reader issuer = { .p = top->issuer_der, .left = top->issuer_der_len };
    char *own = cert_name_part(issuer, GNUTLS_OID_X520_ORGANIZATION_NAME);
    bool inspector = NAME_SAYS(top->issuer_cn, inspector_words);
    *n = (struct kin){ KIN_NONE, true, NULL };
    for (size_t i = 0; i < store_count(ask->store) && n->by != KIN_BY_ORGANISATION; i++) {
        const struct cert *ca = store_at(ask->store, i);
        if (ca->malformed)
            continue;
        struct reader subject = { .p = ca->subject_der, .left = ca->subject_der_len };
        char *theirs = own ? cert_name_part(subject, GNUTLS_OID_X520_ORGANIZATION_NAME) : NULL;
        if (text_is(own, theirs))
            *n = (struct kin){ KIN_BY_ORGANISATION, true, cert_name(ca) };
        else if (!n->by && !inspector && names_share(top->issuer_cn, cert_name(ca)))
            *n = (struct kin){ KIN_BY_NAME, true, cert_name(ca) };
        free(theirs);
    }
    free(own);
    return n->by != KIN_NONE;
}

/* A root says so in its name, and so does an intermediate; the more so where it is of a family with a trusted CA. Of
 * the family, but called a root, it is another root of theirs. */
static struct kin by_name(const struct judge_ask *ask, const struct cert *top)
{
    struct kin n;
    bool family = by_family(ask, top, &n);
    if (NAME_SAYS(top->issuer_cn, root_words))
        return (struct kin){ KIN_BY_NAME, false, n.near };
    if (!family && NAME_SAYS(top->issuer_cn, below_words))
        return (struct kin){ KIN_BY_NAME, true, NULL };
    return n;
}

/* --- the whole -------------------------------------------------------------------------------------- */

struct kin kin_find(struct judge_cache *k, const struct judge_ask *ask, const struct cert *top)
{
    struct kin n = { 0 };
    if (by_sent(k, ask, &n) || by_key_id(ask, top, &n))
        return n;
    return by_name(ask, top);
}

json_t *kin_json(const struct kin *n, const struct cert *top)
{
    static const char *const words[] = {
        [KIN_BY_SENT] = "sent", [KIN_BY_KEY_ID] = "key-id", [KIN_BY_ORGANISATION] = "organisation",
        [KIN_BY_NAME] = "name",
    };
    if (n->by == KIN_NONE)
        return json_null();
    const char *text[] = { cert_name(top), top->issuer_cn, n->near };
    static const char *const keys[] = { "of", "issuer", "near" };
    json_t *j = json_pack("{s:b, s:s}", "below", n->below, "by", words[n->by]);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_set_new(j, keys[i], text[i] ? json_string(text[i]) : json_null());
    return j;
}
