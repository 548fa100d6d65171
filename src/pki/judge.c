/* judge - see judge.h. Each check looks at one link of the path that src/pki/path.c found. */
#include "src/pki/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/constraint.h"
#include "src/pki/der.h"
#include "src/pki/host.h"
#include "src/pki/kin.h"
#include "src/pki/path.h"
#include "src/pki/read.h"

#define FAULTS_MAX 256
#define NAMES_SHOWN 4
#define DAY 86400
#define EC_BITS_MIN 224

struct judging {
    struct judge_cache *k;
    const struct judge_ask *ask;
    struct path path;
    struct chain *chain;
};

/* --- faults ----------------------------------------------------------------------------------- */

static struct fault *fault_add(struct chain *c, enum reason reason, const struct cert *about,
                               const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Lent, for what is particular about it; the last slot is reused when there are too many. */
static struct fault *fault_add(struct chain *c, enum reason reason, const struct cert *about,
                               const char *format, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (c->fault_count == FAULTS_MAX) {
        free(c->fault[--c->fault_count].text);
        free(c->fault[c->fault_count].subject);
    }
    c->fault = mem_array(c->fault, c->fault_count + 1, sizeof *c->fault);
    struct fault *f = &c->fault[c->fault_count++];
    *f = (struct fault){ .reason = reason, .link = -1, .sent = -1, .when = WHEN_UNKNOWN };
    f->subject = mem_string(about && about->subject ? about->subject : "");
    f->text = text_printable(text, strlen(text), sizeof text); /* a name may have been cut in two */
    return f;
}

/* About a link of the built chain. */
#define LINK_FAULT(j, i, reason, ...)                                                              \
    link_fault((j)->chain, (i),                                                                    \
               fault_add((j)->chain, (reason), (j)->chain->built[i].cert, __VA_ARGS__))

static struct fault *link_fault(const struct chain *c, size_t i, struct fault *f)
{
    f->link = (int)i;
    f->sent = c->built[i].sent;
    return f;
}

static const struct cert *link_cert(const struct judging *j, size_t i)
{
    return j->chain->built[i].cert;
}

static bool is_anchor(const struct judging *j, size_t i)
{
    return j->path.anchored && i + 1 == j->chain->built_count;
}

/* --- dates ------------------------------------------------------------------------------------ */

static const char *where_kept(const struct judging *j, size_t i)
{
    return is_anchor(j, i) ? "; it is the copy in the trust store" : "";
}

static void check_dates(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    char day[WHEN_LEN], span[WHEN_LEN];
    int64_t now = j->ask->now;
    if (now > c->not_after)
        LINK_FAULT(j, i, REASON_EXPIRED, "expired on %s (%s ago)%s", when_day(c->not_after, day),
                   when_span((double)(now - c->not_after), span), where_kept(j, i))
            ->when = c->not_after;
    if (now < c->not_before)
        LINK_FAULT(j, i, REASON_NOT_YET, "is not valid before %s (in %s)%s",
                   when_day(c->not_before, day), when_span((double)(c->not_before - now), span),
                   where_kept(j, i))
            ->when = c->not_before;
}

static void check_soon(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    char day[WHEN_LEN], span[WHEN_LEN];
    int64_t left = c->not_after - j->ask->now;
    if (i != 0 || left < 0 || j->ask->now < c->not_before)
        return;
    bool soon = j->ask->min_days >= 0 ? left < (int64_t)j->ask->min_days * DAY
                                      : left < (c->not_after - c->not_before) / 10;
    if (soon)
        LINK_FAULT(j, i, REASON_EXPIRES_SOON, "ends on %s (in %s)", when_day(c->not_after, day),
                   when_span((double)left, span))->when = c->not_after;
}

/* --- names ------------------------------------------------------------------------------------ */

static void check_name(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    if (i != 0 || !j->ask->name)
        return;
    enum host_fit fit = host_fit(c, j->ask->name);
    if (fit == HOST_FITS || (fit == HOST_CN_ONLY && j->ask->takes_cn))
        return;
    char *names = host_names(c, NAMES_SHOWN);
    char *name = text_printable(j->ask->name, strlen(j->ask->name), 255);
    if (fit == HOST_CN_ONLY)
        LINK_FAULT(j, i, REASON_NAME_CN_ONLY,
                   "has %s only in its subject's CN; current clients read "
                   "subjectAltName alone, and that does not have it",
                   name);
    else if (*names && c->san_count)
        LINK_FAULT(j, i, REASON_NAME, "is for %s, not for %s", names, name);
    else if (*names)
        LINK_FAULT(j, i, REASON_NAME,
                   "is for %s (in its CN, without any subjectAltName), not for %s", names, name);
    else
        LINK_FAULT(j, i, REASON_NAME, "names no host at all, so not %s either", name);
    free(names);
    free(name);
}

/* The constraints of CA i against the certificates below it. */
static void check_constraints(struct judging *j, size_t i)
{
    struct constraint *k = i > 0 ? constraint_new(link_cert(j, i)) : NULL;
    for (size_t below = 0; k && below < i; below++) {
        const struct cert *c = link_cert(j, below);
        if (below > 0 && c->self_issued)
            continue; /* RFC 5280 section 6.1.3 (b) */
        const char *what = constraint_broken(k, c);
        if (what)
            LINK_FAULT(j, below, REASON_NAME_CONSTRAINT,
                       "has %s that the CA \"%s\" above it may not sign "
                       "(its name constraints forbid it)",
                       what, cert_name(link_cert(j, i)));
    }
    constraint_free(k);
}

/* --- strength and usages ---------------------------------------------------------------------- */

static void check_key(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    bool ec = strcmp(c->key, "ECDSA") == 0;
    bool counted = ec || strncmp(c->key, "RSA", 3) == 0 || strcmp(c->key, "DSA") == 0;
    int min = ec ? EC_BITS_MIN : j->ask->rsa_bits_min;
    if (counted && c->key_bits < min)
        LINK_FAULT(j, i, REASON_WEAK_KEY, "has a %s key of %d bits; at least %d are needed", c->key,
                   c->key_bits, min)->key_bits = c->key_bits;
    if (counted && !ec && j->ask->rsa_bits_max && c->key_bits > j->ask->rsa_bits_max)
        LINK_FAULT(j, i, REASON_WEAK_KEY, "has a %s key of %d bits; this client takes %d at most", c->key,
                   c->key_bits, j->ask->rsa_bits_max)->key_bits = c->key_bits;
}

static void check_digest(struct judging *j, size_t i)
{
    static const char *const weak[] = { "SHA1", "MD5", "MD2", "RIPEMD160" };
    const struct cert *c = link_cert(j, i);
    /* Nobody verifies what the last certificate says about itself. */
    bool last = is_anchor(j, i) || (j->path.complete && i + 1 == j->chain->built_count);
    for (size_t n = 0; n < sizeof weak / sizeof *weak; n++)
        if (!last && !j->ask->old_digests && c->digest && strcmp(c->digest, weak[n]) == 0)
            LINK_FAULT(j, i, REASON_WEAK_DIGEST,
                       "is signed with %s (%s), which current clients refuse", c->digest,
                       c->signature);
    if (!last && j->ask->no_sha2 && c->digest && strncmp(c->digest, "SHA", 3) == 0 && strcmp(c->digest, "SHA1") != 0)
        LINK_FAULT(j, i, REASON_WEAK_DIGEST, "is signed with %s (%s), which this client does not know", c->digest,
                   c->signature);
}

static void check_ext_usage(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    if ((i > 0 && is_anchor(j, i)) || !c->has_ext_usage || c->usage_server || c->usage_any)
        return;
    LINK_FAULT(j, i, REASON_NO_SERVER_AUTH, "%s server authentication (extendedKeyUsage %s)",
               i == 0 ? "may not be used for" : "may not issue certificates for",
               c->usage_client ? "allows client authentication and not that" : "does not have it");
}

static void check_usage(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    const unsigned leaf = USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT | USAGE_KEY_AGREEMENT;
    if (!c->has_key_usage || c->key_usage & (i == 0 ? leaf : (unsigned)USAGE_CERT_SIGN))
        return;
    LINK_FAULT(j, i, REASON_KEY_USAGE, "%s", i == 0
               ? "has a keyUsage that allows neither digitalSignature nor keyEncipherment nor "
                 "keyAgreement, so its key may not be used for TLS"
               : "has a keyUsage without keyCertSign, so it may not sign certificates");
}

/* Roots older than basicConstraints are in use still; as an anchor every client takes them. */
static bool is_old_anchor(const struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    struct der_cert d;
    if (!is_anchor(j, i) || c->has_basic_constraints)
        return false;
    return (der_cert(c->der, c->der_len, &d) && d.version == 1) ||
           (c->has_key_usage && c->key_usage & USAGE_CERT_SIGN);
}

static void check_ca(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    if (i > 0 && !c->is_ca && !is_old_anchor(j, i))
        LINK_FAULT(j, i, REASON_NOT_CA, "signed \"%s\", but is not a CA (basicConstraints %s)",
                   cert_name(link_cert(j, i - 1)),
                   c->has_basic_constraints ? "says so" : "is missing");
}

static void check_path_len(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    int between = 0;
    for (size_t n = 1; n < i; n++)
        between += !link_cert(j, n)->self_issued;
    if (i > 0 && c->path_len >= 0 && between > c->path_len)
        LINK_FAULT(j, i, REASON_PATH_LEN,
                   "allows %d CA%s below it (pathLenConstraint), but there %s %d", c->path_len,
                   c->path_len == 1 ? "" : "s", between == 1 ? "is" : "are", between);
}

/* Extensions that today's clients know, critical or not. Sources: RFC 5280, 3779, 6962, 7633. */
static const char *const known_extensions[] = {
    "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.30", "2.5.29.31",
    "2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.54",
    "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8", "1.3.6.1.5.5.7.1.24",
    "1.3.6.1.5.5.7.48.1.5", "1.3.6.1.4.1.11129.2.4.2", "2.16.840.1.113730.1.1",
};

static bool is_known(const char *oid)
{
    for (size_t i = 0; i < sizeof known_extensions / sizeof *known_extensions; i++)
        if (strcmp(known_extensions[i], oid) == 0)
            return true;
    return false;
}

static void check_critical(struct judging *j, size_t i)
{
    static const char poison[] = "1.3.6.1.4.1.11129.2.4.3";
    const struct cert *c = link_cert(j, i);
    struct der_cert d;
    struct der_extension x;
    if ((i > 0 && is_anchor(j, i)) || !der_cert(c->der, c->der_len, &d))
        return;
    while (der_extension(&d.extensions, &x)) {
        if (!x.critical || is_known(x.oid))
            continue;
        if (strcmp(x.oid, poison) == 0)
            LINK_FAULT(j, i, REASON_CRITICAL,
                       "is a precertificate, made for a transparency log and not "
                       "for use; install the final certificate");
        else
            LINK_FAULT(j, i, REASON_CRITICAL,
                       "has a critical extension (%s) that clients don't know and "
                       "so must refuse",
                       x.oid);
    }
}

/* --- trust ------------------------------------------------------------------------------------ */

static const char *store_shown(const struct judging *j)
{
    const char *path = store_path(j->ask->store);
    return path ? path : "the trust store";
}

static void check_signature(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    if (j->path.bad != (int)i) {
        if (i == 0 && j->chain->built_count == 1 && c->self_issued && j->path.complete &&
            path_verify(j->k, c, c) == LINK_BAD)
            LINK_FAULT(j, i, REASON_BAD_SIGNATURE,
                       "names itself as its issuer, but its signature does "
                       "not fit its own key: it is damaged or altered");
        return;
    }
    const char *issuer = cert_name(link_cert(j, i + 1));
    if (j->path.bad_check == LINK_UNCHECKED)
        LINK_FAULT(j, i, REASON_BAD_SIGNATURE,
                   "is signed with %s by the %s key of \"%s\", which can't be "
                   "verified here",
                   c->signature, link_cert(j, i + 1)->key, issuer);
    else
        LINK_FAULT(j, i, REASON_BAD_SIGNATURE,
                   "has a signature that does not fit the key of \"%s\": it is "
                   "damaged, or that CA has another key now",
                   issuer);
}

static void trust_self_signed(struct judging *j, size_t i)
{
    bool renewed = j->path.other_key != NULL;
    LINK_FAULT(j, i, REASON_SELF_SIGNED,
               "is signed by itself, so no CA vouches for it, and it is not in %s%s",
               store_shown(j), renewed ? " (which has another certificate of this name)" : "");
}

static void trust_other_key(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i), *have = j->path.other_key;
    char *ids = c->aki && have->ski
                    ? mem_format(" (key id %.16s... there, %.16s... needed)", have->ski, c->aki)
                    : mem_string("");
    char then[WHEN_LEN], now[WHEN_LEN];
    when_day(have->not_before, then);
    char *since = c->self_issued ? mem_format(", of %s; the one sent is of %s", then, when_day(c->not_before, now))
                                 : mem_format(", of %s", then);
    LINK_FAULT(j, i, REASON_ROOT_OTHER_KEY,
               "%s \"%s\"; %s has a CA of that name, but with another key%s%s",
               c->self_issued ? "is" : "was issued by", c->issuer_cn, store_shown(j), ids, since);
    free(since);
    free(ids);
}

static void trust_no_issuer(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    struct text t = { 0 };
    if (j->path.full)
        text_addf(&t, "is number %d of a chain that has not reached a trusted CA", CHAIN_MAX);
    else
        text_addf(&t, "was issued by \"%s\", which was neither sent nor is it in %s", c->issuer_cn,
                  store_shown(j));
    if (j->path.sent_other)
        text_add(&t, "; a certificate of that name was sent, but with another key");
    else if (j->ask->sent_count == 1)
        text_add(&t, "; the server sent only its own certificate");
    if (c->aia_count)
        text_addf(&t, "; the issuer's certificate should be at %s", c->aia[0]);
    else
        text_add(&t, "; the certificate does not say where to find it (no AIA)");
    LINK_FAULT(j, i, REASON_ISSUER_UNKNOWN, "%s", t.s);
    text_free(&t);
}

/* At the top of the chain: why nobody trusted was reached. */
static void check_trust(struct judging *j, size_t i)
{
    const struct cert *c = link_cert(j, i);
    if (i + 1 < j->chain->built_count || j->path.anchored)
        return;
    if (store_is_system(j->ask->store) && store_count(j->ask->store) == 0)
        LINK_FAULT(j, i, REASON_NO_STORE,
                   "can't be judged: this machine has no CA store; install its "
                   "package of CA certificates (ca-certificates) or name a file with ca=");
    else if (i == 0 && j->path.complete)
        trust_self_signed(j, i);
    else if (j->path.other_key)
        trust_other_key(j, i);
    else if (j->path.complete)
        LINK_FAULT(j, i, REASON_ROOT_UNTRUSTED,
                   "is a CA that signs itself and is not in %s (\"%s\")", store_shown(j),
                   cert_name(c));
    else
        trust_no_issuer(j, i);
}

/* --- what was sent ---------------------------------------------------------------------------- */

static void sent_order(struct judging *j)
{
    struct text t = { 0 };
    int last = -1, wrong = 0;
    for (size_t i = 0; i < j->chain->built_count; i++) {
        int at = j->chain->built[i].sent;
        if (at < 0)
            continue;
        wrong += at < last;
        text_addf(&t, "%s%d", last < 0 ? "" : ", ", at + 1);
        last = at;
    }
    if (wrong)
        fault_add(j->chain, REASON_ORDER, NULL,
                  "the certificates were sent in the wrong order: from the "
                  "server's own up, they came as number %s",
                  t.s);
    text_free(&t);
}

static bool is_built(const struct chain *c, const struct cert *cert)
{
    for (size_t i = 0; i < c->built_count; i++)
        if (strcmp(c->built[i].cert->sha256, cert->sha256) == 0)
            return true;
    return false;
}

/* Another certificate of a CA of the chain (a cross-sign for older clients), or one above the
 * anchor. */
static bool is_alternative(const struct judging *j, const struct cert *c)
{
    const struct chain *chain = j->chain;
    for (size_t i = 1; i < chain->built_count; i++)
        if (path_same_ca(chain->built[i].cert, c))
            return true;
    return j->path.anchored && path_named(c, chain->built[chain->built_count - 1].cert);
}

/* Marks what older clients may need: the alternatives, and whoever signed those. */
static void mark_useful(const struct judging *j, bool *useful)
{
    const struct judge_ask *a = j->ask;
    for (size_t i = 0; i < a->sent_count; i++)
        useful[i] = !a->sent[i]->malformed && is_alternative(j, a->sent[i]);
    for (size_t round = 0; round < CHAIN_MAX; round++)
        for (size_t i = 0; i < a->sent_count; i++)
            for (size_t n = 0; n < a->sent_count && useful[i]; n++)
                useful[n] |= path_named(a->sent[n], a->sent[i]);
}

static bool sent_before(const struct judge_ask *a, size_t i)
{
    for (size_t n = 0; n < i; n++)
        if (strcmp(a->sent[n]->sha256, a->sent[i]->sha256) == 0)
            return true;
    return false;
}

static void sent_extra(struct judging *j)
{
    const struct judge_ask *a = j->ask;
    bool *useful = mem_new(a->sent_count * sizeof *useful);
    mark_useful(j, useful);
    for (size_t i = 1; i < a->sent_count; i++) {
        const struct cert *c = a->sent[i];
        bool twice = sent_before(a, i);
        if (c->malformed || (!twice && (useful[i] || is_built(j->chain, c))))
            continue;
        fault_add(j->chain, REASON_EXTRA, c,
                  twice ? "was sent more than once (again as number %zu)"
                        : "was sent as number %zu, but belongs to no link of the chain",
                  i + 1)
            ->sent = (int)i;
    }
    free(useful);
}

static void sent_malformed(struct judging *j)
{
    for (size_t i = 0; i < j->ask->sent_count; i++) {
        const struct cert *c = j->ask->sent[i];
        if (!c->malformed)
            continue;
        struct fault *f =
            fault_add(j->chain, REASON_MALFORMED, c, "can't be decoded (number %zu as sent): %s",
                      i + 1, c->fault ? c->fault : "unknown");
        f->sent = (int)i;
        f->link = i == 0 ? 0 : -1;
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void (*const link_checks[])(struct judging *, size_t) = {
    check_trust, check_signature, check_dates, check_name, check_key, check_digest, check_ext_usage,
    check_usage, check_ca, check_path_len, check_constraints, check_critical, check_soon,
};

static void chain_take(struct chain *c, const struct path *p)
{
    c->built_count = p->count;
    c->trusted = p->anchored && p->bad < 0;
    c->complete = p->complete;
    for (size_t i = 0; i < p->count; i++) {
        c->built[i] = p->built[i];
        cert_ref(c->built[i].cert);
    }
}

static int fault_order(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    unsigned i = (unsigned)x->link, n = (unsigned)y->link; /* -1, about no link, comes last */
    return i != n ? (i < n ? -1 : 1) : 0;
}

/* Leaf first; stable, since within a link the order is that of the checks. */
static void faults_sort(struct chain *c)
{
    for (size_t i = 1; i < c->fault_count; i++)
        for (size_t n = i; n > 0 && fault_order(&c->fault[n - 1], &c->fault[n]) > 0; n--) {
            struct fault f = c->fault[n];
            c->fault[n] = c->fault[n - 1];
            c->fault[n - 1] = f;
        }
}

/* Of the certificate that was not signed by any that are at hand. */
static void find_kin(struct judging *j)
{
    const struct path *p = &j->path;
    bool no_issuer = p->bad < 0 && !p->anchored && !p->complete && !p->other_key && !p->full;
    if (!no_issuer && (p->bad < 0 || p->bad_check != LINK_BAD))
        return;
    const struct cert *top = link_cert(j, no_issuer ? p->count - 1 : (size_t)p->bad);
    struct kin n = kin_find(j->k, j->ask, top);
    j->chain->kin = kin_json(&n, top);
}

static void judge_leaf_up(struct judging *j)
{
    path_build(j->k, j->ask, &j->path);
    chain_take(j->chain, &j->path);
    for (size_t i = 0; i < j->chain->built_count; i++)
        for (size_t n = 0; n < sizeof link_checks / sizeof *link_checks; n++)
            link_checks[n](j, i);
    find_kin(j);
    sent_order(j);
    sent_extra(j);
}

struct chain *chain_judge(struct judge_cache *k, const struct judge_ask *ask)
{
    struct chain *c = mem_new(sizeof *c);
    struct judge_cache *own = k ? NULL : judge_cache_new();
    struct judging j = { .k = k ? k : own, .ask = ask, .chain = c };
    if (ask->sent_count == 0) {
        fault_add(c, REASON_NO_CERT, NULL, "the server sent no certificate");
    } else if (ask->sent[0]->malformed) {
        c->built[c->built_count++] = (struct link){ .cert = cert_ref(ask->sent[0]), .sent = 0 };
    } else {
        judge_leaf_up(&j);
    }
    sent_malformed(&j);
    faults_sort(c);
    judge_cache_free(own);
    return c;
}

void chain_free(struct chain *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->built_count; i++)
        cert_free(c->built[i].cert);
    for (size_t i = 0; i < c->fault_count; i++) {
        free(c->fault[i].subject);
        free(c->fault[i].text);
    }
    free(c->fault);
    json_decref(c->kin);
    free(c);
}

/* --- JSON ------------------------------------------------------------------------------------- */

const char *const link_from_words[] = { [LINK_SENT] = "sent", [LINK_STORE] = "store", [LINK_FETCHED] = "fetched",
                                        [LINK_ELSEWHERE] = "elsewhere" };

static json_t *index_json(int i)
{
    return i >= 0 ? json_integer(i) : json_null();
}

json_t *chain_faults_json(const struct chain *c)
{
    json_t *a = json_array();
    char when[WHEN_LEN];
    for (size_t i = 0; i < c->fault_count; i++) {
        const struct fault *f = &c->fault[i];
        json_t *j = json_object();
        json_object_set_new(j, "reason", json_string(reason_table[f->reason].word));
        json_object_set_new(j, "cert", index_json(f->sent));
        json_object_set_new(j, "link", index_json(f->link));
        json_object_set_new(j, "subject", json_string(f->subject));
        json_object_set_new(j, "text", json_string(f->text));
        json_object_set_new(j, "when",
                            f->when == WHEN_UNKNOWN ? json_null()
                                                    : json_string(when_format(f->when, when)));
        json_object_set_new(j, "bits", f->key_bits ? json_integer(f->key_bits) : json_null());
        json_array_append_new(a, j);
    }
    return a;
}

json_t *chain_json(const struct chain *c, struct cert *const *sent, size_t sent_count)
{
    json_t *j = json_object(), *s = json_array(), *b = json_array();
    for (size_t i = 0; i < sent_count; i++)
        json_array_append_new(s, cert_to_json(sent[i], false));
    for (size_t i = 0; i < c->built_count; i++) {
        json_t *shared = cert_to_json(c->built[i].cert, false), *one = json_copy(shared);
        json_decref(shared);
        json_object_set_new(one, "from",
                            json_string(link_from_words[c->built[i].from]));
        json_array_append_new(b, one);
    }
    json_object_set_new(j, "sent", s);
    json_object_set_new(j, "built", b);
    json_object_set_new(j, "trusted", json_boolean(c->trusted));
    json_object_set_new(j, "complete", json_boolean(c->complete));
    json_object_set_new(j, "kin", c->kin ? json_incref(c->kin) : json_null());
    return j;
}
