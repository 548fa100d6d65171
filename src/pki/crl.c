/* crl - see crl.h.
 *
 * The list is walked where it lies: GnuTLS would build a tree of it, which for eight megabytes takes seconds and
 * hundreds of megabytes. GnuTLS verifies the signature over the bytes.
 */
#include "src/pki/crl.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "src/base/when.h"
#include "src/pki/der.h"

#define OID_REASON "2.5.29.21"
#define OID_ENTRY_ISSUER "2.5.29.29"
#define OID_DELTA "2.5.29.27"
#define OID_POINT "2.5.29.28"

struct list {
    struct reader tbs, algorithm, signature; /* lent */
    struct reader issuer, entries, extensions;
    struct der this_update, next_update; /* tag 0: none */
};

/* --- cutting ------------------------------------------------------------------------------------ */

static bool time_next(struct reader *r, struct der *d)
{
    return der_optional(r, DER_UTC_TIME, d) || der_optional(r, DER_GENERALIZED_TIME, d);
}

static bool tbs_cut(struct reader r, struct list *l)
{
    struct der d, whole;
    *l = (struct list){ .tbs = l->tbs, .algorithm = l->algorithm, .signature = l->signature };
    if (der_optional(&r, DER_INTEGER, &d) && der_small(d.content) != 1)
        return false;
    if (!der_expect(&r, DER_SEQUENCE, &d) || !der_expect(&r, DER_SEQUENCE, &whole))
        return false;
    l->issuer = whole.whole;
    if (!time_next(&r, &l->this_update))
        return false;
    time_next(&r, &l->next_update);
    if (der_optional(&r, DER_SEQUENCE, &d))
        l->entries = d.content;
    if (der_optional(&r, DER_CONTEXT_CONSTRUCTED, &d)) {
        if (!der_expect(&d.content, DER_SEQUENCE, &whole))
            return false;
        l->extensions = whole.content;
    }
    return reader_done(&r);
}

static bool list_cut(const void *der, size_t n, struct list *l)
{
    struct reader r = reader_of(der, n);
    struct der whole, tbs, algorithm, signature;
    if (!der_expect(&r, DER_SEQUENCE, &whole) || !der_expect(&whole.content, DER_SEQUENCE, &tbs) ||
        !der_expect(&whole.content, DER_SEQUENCE, &algorithm) ||
        !der_expect(&whole.content, DER_BIT_STRING, &signature) || !reader_done(&whole.content))
        return false;
    reader_u8(&signature.content); /* unused bits */
    l->tbs = tbs.whole;
    l->algorithm = algorithm.content;
    l->signature = signature.content;
    return tbs_cut(tbs.content, l);
}

/* --- what it is about ---------------------------------------------------------------------------- */

static bool same(struct reader a, const void *p, size_t n)
{
    return n && a.left == n && memcmp(a.p, p, n) == 0;
}

static bool flag_is_set(const struct der *d)
{
    return d->content.left == 1 && *d->content.p != 0;
}

/* issuingDistributionPoint: a list for the other kind of certificates only, or for some reasons. */
static bool point_covers(struct reader value, const struct cert *c)
{
    enum { USERS = 1, CAS = 2, REASONS = 3, ATTRIBUTES = 5 };
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.content.left && der_next(&list.content, &d))
        switch (d.tag & ~(unsigned)DER_CONTEXT_CONSTRUCTED) {
        case USERS:
            if (flag_is_set(&d) && c->is_ca)
                return false;
            break;
        case CAS:
            if (flag_is_set(&d) && !c->is_ca)
                return false;
            break;
        case REASONS: return false;
        case ATTRIBUTES:
            if (flag_is_set(&d))
                return false;
            break;
        default: break;
        }
    return !list.content.failed;
}

/* Whether a certificate that is not on it is good. */
static bool is_whole_list(struct reader extensions, const struct cert *c)
{
    struct der_extension x;
    while (der_extension(&extensions, &x))
        if (strcmp(x.oid, OID_DELTA) == 0 || (strcmp(x.oid, OID_POINT) == 0 && !point_covers(x.value, c)))
            return false;
    return !extensions.failed;
}

/* --- one entry ----------------------------------------------------------------------------------- */

struct entry {
    struct reader serial;
    struct der at;
    int reason;     /* 0: not said */
    bool other_ca;  /* from here on the entries are about another CA's certificates */
};

static bool entry_next(struct reader *entries, struct entry *e)
{
    struct der whole, serial, list, d;
    struct der_extension x;
    *e = (struct entry){ .reason = 0 };
    if (!der_expect(entries, DER_SEQUENCE, &whole) || !der_expect(&whole.content, DER_INTEGER, &serial) ||
        !time_next(&whole.content, &e->at))
        return false;
    e->serial = serial.content;
    if (!der_optional(&whole.content, DER_SEQUENCE, &list))
        return true;
    while (der_extension(&list.content, &x)) {
        if (strcmp(x.oid, OID_REASON) == 0 && der_next(&x.value, &d))
            e->reason = der_small(d.content);
        e->other_ca |= strcmp(x.oid, OID_ENTRY_ISSUER) == 0;
    }
    return true;
}

/* False: the list is broken. */
static bool entries_search(struct reader entries, const struct cert *c, struct revoked *out)
{
    enum { REMOVED = 8 };
    struct entry e;
    struct der_cert d;
    if (!der_cert(c->der, c->der_len, &d))
        return false;
    while (entries.left) {
        if (!entry_next(&entries, &e))
            return false;
        if (e.other_ca) /* an indirect list: what follows is not about ours, or can't be told to be */
            return true;
        if (!same(e.serial, d.serial.p, d.serial.left))
            continue;
        out->is = e.reason == REMOVED ? REVOKE_GOOD : REVOKE_REVOKED;
        out->revoked_at = out->is == REVOKE_REVOKED ? der_time(&e.at) : WHEN_UNKNOWN;
        out->reason = out->is == REVOKE_REVOKED ? revoke_reason(e.reason) : NULL;
    }
    return true;
}

/* --- the signature -------------------------------------------------------------------------------- */

static gnutls_sign_algorithm_t sign_of(struct reader algorithm)
{
    char oid[DER_OID_TEXT_MAX];
    struct der d;
    if (!der_expect(&algorithm, DER_OID, &d))
        return GNUTLS_SIGN_UNKNOWN;
    return gnutls_oid_to_sign(der_oid(d.content, oid));
}

/* What our library does not know, or calls broken, proves nothing. */
static void list_verify(const struct list *l, const struct cert *issuer, struct revoked *out)
{
    gnutls_datum_t tbs = { (unsigned char *)l->tbs.p, (unsigned)l->tbs.left };
    gnutls_datum_t signature = { (unsigned char *)l->signature.p, (unsigned)l->signature.left };
    gnutls_sign_algorithm_t sign = sign_of(l->algorithm);
    gnutls_pubkey_t key;
    struct der_cert d;
    if (sign == GNUTLS_SIGN_UNKNOWN || !der_cert(issuer->der, issuer->der_len, &d) || gnutls_pubkey_init(&key) < 0)
        return;
    gnutls_datum_t spki = { (unsigned char *)d.spki.p, (unsigned)d.spki.left };
    int error = gnutls_pubkey_import(key, &spki, GNUTLS_X509_FMT_DER);
    if (error >= 0)
        error = gnutls_pubkey_verify_data2(key, sign, 0, &tbs, &signature);
    gnutls_pubkey_deinit(key);
    out->verified = error >= 0;
    if (error == GNUTLS_E_PK_SIG_VERIFY_FAILED)
        out->is = REVOKE_UNSIGNED;
}

struct revoked crl_judge(const void *der, size_t n, const struct cert *c, const struct cert *issuer, int64_t now)
{
    struct revoked out = { .is = REVOKE_MALFORMED, .this_update = WHEN_UNKNOWN, .next_update = WHEN_UNKNOWN,
                           .revoked_at = WHEN_UNKNOWN };
    struct list l;
    if (!n || n > CRL_DER_MAX || !list_cut(der, n, &l))
        return out;
    if (!same(l.issuer, c->issuer_der, c->issuer_der_len)) {
        out.is = REVOKE_FOREIGN;
        return out;
    }
    struct revoked found = out;
    found.is = is_whole_list(l.extensions, c) ? REVOKE_GOOD : REVOKE_FOREIGN;
    if (!entries_search(l.entries, c, &found))
        return out;
    found.this_update = der_time(&l.this_update);
    found.next_update = l.next_update.tag ? der_time(&l.next_update) : WHEN_UNKNOWN;
    found.stale = found.next_update != WHEN_UNKNOWN && found.next_update < now - REVOKE_SLACK;
    found.early = found.this_update != WHEN_UNKNOWN && found.this_update > now + REVOKE_SLACK;
    if (issuer)
        list_verify(&l, issuer, &found);
    return found;
}
