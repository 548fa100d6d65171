/* constraint - see constraint.h.
 *
 * GnuTLS compares one DNS name, address or mail address. Asked about a whole certificate it would decode all names
 * anew for each of them, and look at the CN where there is none of a kind, which names nobody any more. Of a directory
 * name it keeps only a piece: those are compared here.
 */
#include "src/pki/constraint.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/der.h"
#include "src/pki/read.h"

#define OID_CONSTRAINTS "2.5.29.30"
#define CHECKS_MAX (1u << 20) /* OpenSSL compares no more names with subtrees than this either, and refuses the chain */

struct constraint {
    gnutls_x509_name_constraints_t names; /* owned */
    struct reader permitted, excluded;    /* lent by the CA: the subtrees */
    size_t subtrees;                      /* of both */
};

static size_t subtrees_count(struct reader list)
{
    struct der d;
    size_t count = 0;
    while (list.left && der_next(&list, &d))
        count++;
    return count;
}

/* False: GnuTLS can't use them. */
static bool names_read(struct constraint *k, const struct cert *ca)
{
    unsigned critical;
    gnutls_x509_crt_t crt = cert_crt(ca);
    bool good = crt && gnutls_x509_name_constraints_init(&k->names) >= 0 &&
                gnutls_x509_crt_get_name_constraints(crt, k->names, 0, &critical) >= 0;
    if (crt)
        gnutls_x509_crt_deinit(crt);
    return good;
}

struct constraint *constraint_new(const struct cert *ca)
{
    struct reader value = der_find(ca->der, ca->der_len, OID_CONSTRAINTS);
    struct der all, permitted, excluded;
    if (!der_expect(&value, DER_SEQUENCE, &all))
        return NULL;
    struct constraint *k = mem_new(sizeof *k);
    if (!names_read(k, ca)) {
        constraint_free(k);
        return NULL;
    }
    der_optional(&all.content, DER_CONTEXT_CONSTRUCTED | 0, &permitted);
    der_optional(&all.content, DER_CONTEXT_CONSTRUCTED | 1, &excluded);
    k->permitted = permitted.content;
    k->excluded = excluded.content;
    k->subtrees = subtrees_count(permitted.content) + subtrees_count(excluded.content);
    return k;
}

void constraint_free(struct constraint *k)
{
    if (!k)
        return;
    if (k->names)
        gnutls_x509_name_constraints_deinit(k->names);
    free(k);
}

/* --- subjectAltName --------------------------------------------------------------------------- */

/* URIs are left out: GnuTLS does not compare them, and would call every one forbidden. */
static const struct kind { unsigned tag; gnutls_x509_subject_alt_name_t type; const char *says; } kind_table[] = {
    { DER_CONTEXT | 2, GNUTLS_SAN_DNSNAME, "a DNS name" },
    { DER_CONTEXT | 7, GNUTLS_SAN_IPADDRESS, "an address" },
    { DER_CONTEXT | 1, GNUTLS_SAN_RFC822NAME, "a mail address" },
};

static const struct kind *kind_find(unsigned tag)
{
    for (size_t i = 0; i < sizeof kind_table / sizeof *kind_table; i++)
        if (kind_table[i].tag == tag)
            return &kind_table[i];
    return NULL;
}

static const char *names_broken(const struct constraint *k, const struct cert *c)
{
    struct reader value = der_find(c->der, c->der_len, DER_OID_SAN);
    struct der list, d;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return NULL;
    while (list.content.left && der_next(&list.content, &d)) {
        const struct kind *kind = kind_find(d.tag);
        gnutls_datum_t name = { (unsigned char *)d.content.p, (unsigned)d.content.left };
        if (kind && !gnutls_x509_name_constraints_check(k->names, kind->type, &name))
            return kind->says;
    }
    return NULL;
}

/* --- directory names -------------------------------------------------------------------------- */

static bool bytes_same(struct reader a, struct reader b)
{
    return a.left == b.left && (!a.left || memcmp(a.p, b.p, a.left) == 0);
}

/* In whatever form the text is, and in upper or lower case. */
static bool value_same(const struct der *a, const struct der *b)
{
    if (bytes_same(a->content, b->content))
        return true;
    char *x = cert_name_value(a->tag, a->content), *y = cert_name_value(b->tag, b->content);
    bool same = text_is(x, y);
    free(x);
    free(y);
    return same;
}

/* One level of a name: mostly one pair of type and value. */
static bool rdn_same(struct reader a, struct reader b)
{
    struct der x, y, type, other;
    while (a.left && b.left)
        if (!der_expect(&a, DER_SEQUENCE, &x) || !der_expect(&b, DER_SEQUENCE, &y) ||
            !der_expect(&x.content, DER_OID, &type) || !der_expect(&y.content, DER_OID, &other) ||
            !bytes_same(type.content, other.content) || !der_next(&x.content, &type) ||
            !der_next(&y.content, &other) || !value_same(&type, &other))
            return false;
    return !a.left && !b.left;
}

/* The levels of `base`, which are counted from the top, are the first ones of `name`. */
static bool dn_below(struct reader name, struct reader base)
{
    struct der have, want;
    while (base.left)
        if (!der_expect(&base, DER_SET, &want) || !der_expect(&name, DER_SET, &have) ||
            !rdn_same(have.content, want.content))
            return false;
    return true;
}

/* 1: it is below one of the subtrees, 0: it is not, -1: no subtree is a directory name. */
static int dn_listed(struct reader subtrees, struct reader name)
{
    struct der tree, base, dn;
    int fits = -1;
    while (fits != 1 && der_optional(&subtrees, DER_SEQUENCE, &tree))
        if (der_optional(&tree.content, DER_CONTEXT_CONSTRUCTED | 4, &base) &&
            der_expect(&base.content, DER_SEQUENCE, &dn))
            fits = dn_below(name, dn.content);
    return fits;
}

/* An empty subject is nowhere, so nothing constrains it. */
static bool subject_allowed(const struct constraint *k, const struct cert *c)
{
    struct reader subject = reader_of(c->subject_der, c->subject_der_len);
    struct der name;
    if (!der_expect(&subject, DER_SEQUENCE, &name) || !name.content.left)
        return true;
    return dn_listed(k->permitted, name.content) != 0 && dn_listed(k->excluded, name.content) != 1;
}

const char *constraint_broken(const struct constraint *k, const struct cert *c)
{
    if (c->san_total * k->subtrees > CHECKS_MAX)
        return "so many names";
    const char *says = names_broken(k, c);
    return says ? says : subject_allowed(k, c) ? NULL : "a subject";
}
