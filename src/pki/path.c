/* path - see path.h. */
#include "src/pki/path.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pki/der.h"
#include "src/pki/read.h"

/* --- the cache -------------------------------------------------------------------------------- */

#define BUCKETS 1024
#define ENTRIES_MAX 4096
#define BYTES_MAX (32u << 20) /* of certificates: hostile ones may have 256 KiB each */

struct entry {
    struct entry *next;         /* owned */
    char key[2 * 64 + 2];       /* a letter for the kind, then one or two SHA-256 in hex */
    struct cert *cert;          /* owned reference, for 'c' */
    gnutls_pubkey_t pubkey;     /* owned, for 'k'; NULL when it can't be used here */
    enum link_check check;      /* for 'l' */
};

struct judge_cache {
    struct entry *bucket[BUCKETS];
    size_t count, bytes;
};

static void cache_clear(struct judge_cache *k)
{
    for (size_t i = 0; i < BUCKETS; i++)
        while (k->bucket[i]) {
            struct entry *e = k->bucket[i];
            k->bucket[i] = e->next;
            cert_free(e->cert);
            if (e->pubkey)
                gnutls_pubkey_deinit(e->pubkey);
            free(e);
        }
    k->count = k->bytes = 0;
}

struct judge_cache *judge_cache_new(void)
{
    return mem_new(sizeof(struct judge_cache));
}

void judge_cache_free(struct judge_cache *k)
{
    if (!k)
        return;
    cache_clear(k);
    free(k);
}

/* Keys are hashes already: three hex digits of one choose the bucket. */
static struct entry **cache_bucket(struct judge_cache *k, const char *key)
{
    unsigned v = 0;
    for (int i = 1; i <= 3 && key[i]; i++)
        v = v << 4 | (unsigned)(key[i] <= '9' ? key[i] - '0' : key[i] - 'a' + 10);
    return &k->bucket[v % BUCKETS];
}

static struct entry *cache_find(struct judge_cache *k, const char *key)
{
    struct entry *e = *cache_bucket(k, key);
    while (e && strcmp(e->key, key) != 0)
        e = e->next;
    return e;
}

/* When full all is dropped: what is still in use is verified once more, which is cheaper than
 * keeping ages for a thousand servers that all fit. */
static struct entry *cache_add(struct judge_cache *k, const char *key, size_t bytes)
{
    if (k->count >= ENTRIES_MAX || k->bytes + bytes > BYTES_MAX)
        cache_clear(k);
    struct entry *e = mem_new(sizeof *e), **b = cache_bucket(k, key);
    snprintf(e->key, sizeof e->key, "%s", key);
    e->next = *b;
    *b = e;
    k->count++;
    k->bytes += bytes;
    return e;
}

struct cert *judge_cert(struct judge_cache *k, const void *der, size_t n)
{
    char key[1 + CERT_HASH_LEN] = "c";
    if (n == 0 || n > CERT_DER_MAX || !cert_hash(der, n, key + 1))
        return cert_read(der, n);
    struct entry *e = cache_find(k, key);
    if (!e) {
        e = cache_add(k, key, 4 * n);
        e->cert = cert_read(der, n);
    }
    return cert_ref(e->cert);
}

/* --- one link --------------------------------------------------------------------------------- */

/* For RSA, and for the size of DSA, these are OpenSSL's limits; an exponent counts where the modulus is not small. */
enum { RSA_BITS_MAX = 16384, RSA_SMALL_BITS = 3072, RSA_EXPONENT_BYTES_MAX = 8, DSA_BITS_MAX = 10000,
       DSA_ORDER_BYTES_MAX = 64 };

static bool rsa_is_bounded(gnutls_pubkey_t pubkey, unsigned bits)
{
    gnutls_datum_t m = { NULL, 0 }, e = { NULL, 0 };
    if (bits > RSA_BITS_MAX || gnutls_pubkey_export_rsa_raw2(pubkey, &m, &e, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
        return false;
    bool ok = bits <= RSA_SMALL_BITS || e.size <= RSA_EXPONENT_BYTES_MAX;
    gnutls_free(m.data);
    gnutls_free(e.data);
    return ok;
}

static bool dsa_is_bounded(gnutls_pubkey_t pubkey, unsigned bits)
{
    gnutls_datum_t p = { NULL, 0 }, q = { NULL, 0 }, g = { NULL, 0 }, y = { NULL, 0 };
    if (bits > DSA_BITS_MAX || gnutls_pubkey_export_dsa_raw2(pubkey, &p, &q, &g, &y, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
        return false;
    bool ok = q.size <= DSA_ORDER_BYTES_MAX;
    gnutls_free(p.data);
    gnutls_free(q.data);
    gnutls_free(g.data);
    gnutls_free(y.data);
    return ok;
}

/* A key made to be slow would stop us for minutes: RSA with an exponent as long as its modulus, DSA with an order (FIPS
 * 186-4: of 256 bits at most) as long as its prime. */
static bool key_is_bounded(gnutls_pubkey_t pubkey)
{
    unsigned bits = 0;
    switch (gnutls_pubkey_get_pk_algorithm(pubkey, &bits)) {
    case GNUTLS_PK_DSA: return dsa_is_bounded(pubkey, bits);
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS: return rsa_is_bounded(pubkey, bits);
    default: return true;
    }
}

/* NULL when the library can't use the key. */
static gnutls_pubkey_t key_import(const void *der, size_t n)
{
    struct der_cert d;
    gnutls_pubkey_t pubkey;
    if (!der_cert(der, n, &d) || gnutls_pubkey_init(&pubkey) < 0)
        return NULL;
    gnutls_datum_t spki = { (unsigned char *)d.spki.p, (unsigned)d.spki.left };
    if (gnutls_pubkey_import(pubkey, &spki, GNUTLS_X509_FMT_DER) >= 0)
        return pubkey;
    gnutls_pubkey_deinit(pubkey);
    return NULL;
}

bool path_key_slow(const void *der, size_t n)
{
    gnutls_pubkey_t pubkey = key_import(der, n);
    bool slow = pubkey && !key_is_bounded(pubkey);
    if (pubkey)
        gnutls_pubkey_deinit(pubkey);
    return slow;
}

/* NULL also when it should not. */
static gnutls_pubkey_t key_read(const struct cert *c)
{
    return path_key_slow(c->der, c->der_len) ? NULL : key_import(c->der, c->der_len);
}

static gnutls_pubkey_t key_of(struct judge_cache *k, const struct cert *c)
{
    char key[1 + 64 + 1];
    snprintf(key, sizeof key, "k%s", c->spki_sha256);
    struct entry *e = cache_find(k, key);
    if (!e) {
        gnutls_pubkey_t pubkey = key_read(c);
        e = cache_add(k, key, c->der_len);
        e->pubkey = pubkey;
    }
    return e->pubkey;
}

static enum link_check check_of(int r)
{
    switch (r) {
    case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM:
    case GNUTLS_E_UNKNOWN_HASH_ALGORITHM:
    case GNUTLS_E_UNKNOWN_PK_ALGORITHM:
    case GNUTLS_E_ECC_UNSUPPORTED_CURVE:
    case GNUTLS_E_UNIMPLEMENTED_FEATURE:
    case GNUTLS_E_INSUFFICIENT_SECURITY:
        return LINK_UNCHECKED;
    default:
        return r < 0 ? LINK_BAD : LINK_GOOD;
    }
}

#define VERIFY_FLAGS (GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)

/* RFC 4055 section 3.1: saltLength is [2], and 20 when it is left out. -1 when it can't be read. */
static int pss_salt(struct reader algorithm)
{
    struct der d, params, n;
    int salt = 20;
    if (!der_expect(&algorithm, DER_OID, &d) || !der_expect(&algorithm, DER_SEQUENCE, &params))
        return -1;
    while (params.content.left && der_next(&params.content, &d))
        if (d.tag == (DER_CONTEXT_CONSTRUCTED | 2))
            salt = der_expect(&d.content, DER_INTEGER, &n) ? der_small(n.content) : -1;
    return salt;
}

/* GnuTLS takes the salt's length from the key and, where that says nothing, from the digest, never
 * from the signature; so a copy of the key is told the length that the certificate names. */
static gnutls_pubkey_t pss_key(const struct cert *issuer, gnutls_sign_algorithm_t sign, int salt)
{
    gnutls_x509_spki_t spki;
    gnutls_pubkey_t pubkey = salt >= 0 ? key_read(issuer) : NULL;
    if (!pubkey || gnutls_x509_spki_init(&spki) < 0)
        return pubkey;
    gnutls_x509_spki_set_rsa_pss_params(spki, gnutls_sign_get_hash_algorithm(sign), (unsigned)salt);
    if (gnutls_pubkey_set_spki(pubkey, spki, 0) < 0) {
        gnutls_pubkey_deinit(pubkey);
        pubkey = NULL;
    }
    gnutls_x509_spki_deinit(spki);
    return pubkey;
}

static enum link_check key_verify(gnutls_pubkey_t pubkey, gnutls_sign_algorithm_t sign,
                                  const struct der_cert *d)
{
    gnutls_datum_t tbs = { (unsigned char *)d->tbs.p, (unsigned)d->tbs.left };
    gnutls_datum_t signature = { (unsigned char *)d->signature.p, (unsigned)d->signature.left };
    if (!pubkey)
        return LINK_UNCHECKED;
    return check_of(gnutls_pubkey_verify_data2(pubkey, sign, VERIFY_FLAGS, &tbs, &signature));
}

static enum link_check link_verify(struct judge_cache *k, const struct cert *child,
                                   const struct cert *issuer)
{
    struct der_cert d;
    gnutls_sign_algorithm_t sign = child->signature ? gnutls_sign_get_id(child->signature) : 0;
    if (!der_cert(child->der, child->der_len, &d))
        return LINK_BAD;
    if (sign == GNUTLS_SIGN_UNKNOWN)
        return LINK_UNCHECKED;
    if (strncmp(child->signature, "RSA-PSS", 7) != 0 || strncmp(issuer->key, "RSA", 3) != 0)
        return key_verify(key_of(k, issuer), sign, &d);
    gnutls_pubkey_t pubkey = pss_key(issuer, sign, pss_salt(d.algorithm));
    enum link_check check = key_verify(pubkey, sign, &d);
    if (pubkey)
        gnutls_pubkey_deinit(pubkey);
    return check;
}

static void link_key(const struct cert *child, const struct cert *issuer, char key[2 * 64 + 2])
{
    snprintf(key, 2 * 64 + 2, "l%s%s", child->sha256, issuer->spki_sha256);
}

enum link_check path_verify(struct judge_cache *k, const struct cert *child,
                            const struct cert *issuer)
{
    char key[2 * 64 + 2];
    link_key(child, issuer, key);
    struct entry *e = cache_find(k, key);
    if (e)
        return e->check;
    enum link_check check = link_verify(k, child, issuer);
    cache_add(k, key, sizeof *e)->check = check;
    return check;
}

/* --- the search ------------------------------------------------------------------------------- */

#define CHECKS_MAX 64   /* signatures verified for one chain */
#define NODES_MAX 512   /* certificates looked at, known links included */

struct search {
    struct judge_cache *k;
    const struct judge_ask *ask;
    struct judge_extra *known;  /* owned; what was sent but for the leaf, then what else is known */
    size_t sent, count;         /* how many were sent, and all */
    struct path now, best;
    int best_score;
    int checks, nodes;
};

bool path_same_ca(const struct cert *a, const struct cert *b)
{
    return a->subject_der_len == b->subject_der_len &&
           strcmp(a->spki_sha256, b->spki_sha256) == 0 &&
           memcmp(a->subject_der, b->subject_der, a->subject_der_len) == 0;
}

bool path_named(const struct cert *issuer, const struct cert *child)
{
    return !issuer->malformed && issuer->subject_der_len == child->issuer_der_len &&
           memcmp(issuer->subject_der, child->issuer_der, child->issuer_der_len) == 0;
}

/* Both name a key, and not the same one. */
static bool ids_differ(const struct cert *child, const struct cert *issuer)
{
    return child->aki && issuer->ski && strcmp(child->aki, issuer->ski) != 0;
}

static bool valid_at(const struct cert *c, int64_t t)
{
    return c->not_before <= t && t <= c->not_after;
}

/* Good candidates first: the key ids fit, then the dates. */
enum { RANKS = 4 };
static int candidate_rank(const struct search *s, const struct cert *child,
                          const struct cert *issuer)
{
    return (ids_differ(child, issuer) ? 2 : 0) + (valid_at(issuer, s->ask->now) ? 0 : 1);
}

static enum link_check search_verify(struct search *s, const struct cert *child,
                                     const struct cert *issuer)
{
    char key[2 * 64 + 2];
    link_key(child, issuer, key);
    if (!cache_find(s->k, key) && s->checks-- <= 0)
        return LINK_UNCHECKED;
    return path_verify(s->k, child, issuer);
}

static bool on_path(const struct path *p, const struct cert *c)
{
    for (size_t i = 0; i < p->count; i++)
        if (path_same_ca(p->built[i].cert, c))
            return true;
    return false;
}

static int sent_index(const struct judge_ask *ask, const struct cert *c)
{
    for (size_t i = 0; i < ask->sent_count; i++)
        if (strcmp(ask->sent[i]->sha256, c->sha256) == 0)
            return (int)i;
    return -1;
}

static void path_push(struct search *s, struct cert *c, enum link_from from)
{
    s->now.built[s->now.count++] = (struct link){ .cert = c, .from = from,
                                                  .sent = sent_index(s->ask, c) };
}

enum { SCORE_BEST = 5 };
static int path_score(const struct search *s)
{
    const struct path *p = &s->now;
    if (p->bad >= 0)
        return 2;
    if (!p->anchored)
        return p->complete ? 3 : 1;
    for (size_t i = 0; i < p->count; i++)
        if (!valid_at(p->built[i].cert, s->ask->now))
            return 4;
    return SCORE_BEST;
}

static void search_record(struct search *s)
{
    int score = path_score(s);
    if (score > s->best_score) {
        s->best = s->now;
        s->best_score = score;
    }
}

static bool search_over(const struct search *s)
{
    return s->best_score == SCORE_BEST || s->nodes <= 0;
}

static void search_from(struct search *s);

static void search_anchor(struct search *s, struct cert *ca)
{
    struct path saved = s->now;
    path_push(s, ca, LINK_STORE);
    s->now.anchored = true;
    s->now.complete = ca->self_issued;
    search_record(s);
    s->now = saved;
}

static void search_up(struct search *s, struct cert *issuer, enum link_from from)
{
    struct path saved = s->now;
    path_push(s, issuer, from);
    search_from(s);
    s->now = saved;
}

/* True when one of the store's CAs signed it. */
static bool search_store(struct search *s, const struct cert *child)
{
    struct cert *ca;
    bool any = false;
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = 0; !search_over(s) && (ca = store_by_name(s->ask->store, child->issuer_der,
                                                                  child->issuer_der_len, i)); i++) {
            if (ca->malformed || candidate_rank(s, child, ca) != rank)
                continue;
            s->nodes--;
            if (search_verify(s, child, ca) != LINK_GOOD)
                continue;
            any = true;
            search_anchor(s, ca);
        }
    return any;
}

/* Up through those that are known from number `from` to `to`, the better ones first. */
static bool search_known(struct search *s, const struct cert *child, size_t from, size_t to)
{
    bool any = false;
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = from; i < to && !search_over(s); i++) {
            struct cert *c = s->known[i].cert;
            if (!path_named(c, child) || candidate_rank(s, child, c) != rank || on_path(&s->now, c))
                continue;
            s->nodes--;
            if (search_verify(s, child, c) != LINK_GOOD)
                continue;
            any = true;
            search_up(s, c, s->known[i].from);
        }
    return any;
}

/* Nobody signed it. If somebody by its key id or, for want of one, by its name should have, the
 * path goes on across the broken link, so that what lies behind it is seen as well. */
static bool search_broken(struct search *s, const struct cert *child)
{
    struct cert *c;
    if (s->now.bad >= 0)
        return false;
    for (size_t i = 0;
         (c = store_by_name(s->ask->store, child->issuer_der, child->issuer_der_len, i)); i++)
        if (!c->malformed && child->aki && c->ski && !ids_differ(child, c)) {
            s->now.bad = (int)s->now.count - 1;
            s->now.bad_check = search_verify(s, child, c);
            search_anchor(s, c);
            return true;
        }
    for (size_t i = 0; i < s->sent; i++) {
        c = s->known[i].cert;
        if (!path_named(c, child) || ids_differ(child, c) || on_path(&s->now, c))
            continue;
        s->now.bad = (int)s->now.count - 1;
        s->now.bad_check = search_verify(s, child, c);
        search_up(s, c, LINK_SENT);
        return true;
    }
    return false;
}

static void search_end(struct search *s, const struct cert *top)
{
    s->now.complete = top->self_issued && !ids_differ(top, top);
    if (!s->now.complete && search_broken(s, top))
        return;
    s->now.other_key = store_by_name(s->ask->store, top->issuer_der, top->issuer_der_len, 0);
    for (size_t i = 0; i < s->sent; i++)
        s->now.sent_other |= path_named(s->known[i].cert, top) && !on_path(&s->now, s->known[i].cert);
    search_record(s);
}

/* On from the last certificate of s->now; leaves s->now for the caller to restore. */
static void search_from(struct search *s)
{
    struct link *last = &s->now.built[s->now.count - 1];
    if (store_has(s->ask->store, last->cert)) {
        last->from = LINK_STORE;
        s->now.anchored = true;
        s->now.complete = last->cert->self_issued;
        search_record(s);
        return;
    }
    if (s->now.count == CHAIN_MAX) {
        s->now.full = true;
        search_record(s);
        return;
    }
    bool store = search_store(s, last->cert);
    bool sent = search_known(s, last->cert, 0, s->sent);
    bool extra = search_known(s, last->cert, s->sent, s->count);
    if (!store && !sent && !extra)
        search_end(s, last->cert);
}

static void known_fill(struct search *s)
{
    const struct judge_ask *ask = s->ask;
    s->known = mem_array(NULL, ask->sent_count + ask->extra_count, sizeof *s->known);
    for (size_t i = 1; i < ask->sent_count; i++)
        s->known[s->sent++] = (struct judge_extra){ ask->sent[i], LINK_SENT };
    for (size_t i = 0; i < ask->extra_count; i++)
        s->known[s->sent + i] = ask->extra[i];
    s->count = s->sent + ask->extra_count;
}

void path_build(struct judge_cache *k, const struct judge_ask *ask, struct path *out)
{
    struct search s = { .k = k, .ask = ask, .checks = CHECKS_MAX, .nodes = NODES_MAX };
    known_fill(&s);
    s.now.bad = s.best.bad = -1;
    path_push(&s, ask->sent[0], LINK_SENT);
    s.now.built[0].sent = 0;
    search_from(&s);
    if (s.best.count == 0) { /* the bounds were reached before any end was */
        s.now.count = 1;
        s.best = s.now;
    }
    free(s.known);
    *out = s.best;
}
