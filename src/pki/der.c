/* der - see der.h. */
#include "src/pki/der.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/when.h"

static size_t der_length(struct reader *r)
{
    uint8_t first = reader_u8(r);
    if (first < 0x80)
        return first;
    int bytes = first & 0x7f;
    if (bytes == 0 || bytes > 4) {
        r->failed = true;
        return 0;
    }
    size_t n = 0;
    while (bytes-- > 0)
        n = n << 8 | reader_u8(r);
    return n;
}

bool der_next(struct reader *r, struct der *d)
{
    *d = (struct der){ .whole = *r };
    uint8_t tag = reader_u8(r);
    if ((tag & 0x1f) == 0x1f)
        r->failed = true;
    size_t n = der_length(r);
    const uint8_t *p = reader_take(r, n);
    if (!p) {
        *d = (struct der){ .tag = 0 };
        return false;
    }
    d->tag = tag;
    d->content = reader_of(p, n);
    d->whole.left = (size_t)(p - d->whole.p) + n;
    return true;
}

bool der_expect(struct reader *r, unsigned tag, struct der *d)
{
    if (der_next(r, d) && d->tag == tag)
        return true;
    r->failed = true;
    return false;
}

bool der_optional(struct reader *r, unsigned tag, struct der *d)
{
    *d = (struct der){ .tag = 0 };
    return !r->failed && r->left > 0 && *r->p == tag && der_next(r, d);
}

int der_small(struct reader content)
{
    if (content.left == 0 || content.left > 4 || *content.p & 0x80)
        return -1;
    int v = 0;
    while (content.left > 0)
        v = v << 8 | reader_u8(&content);
    return v <= 1 << 30 ? v : -1;
}

static int digits(struct reader *r, int n)
{
    int v = 0;
    while (n-- > 0) {
        uint8_t c = reader_u8(r);
        if (c < '0' || c > '9')
            r->failed = true;
        v = v * 10 + (c - '0');
    }
    return r->failed ? 0 : v;
}

static int optional_seconds(struct reader *r)
{
    int s = r->left && *r->p >= '0' && *r->p <= '9' ? digits(r, 2) : 0;
    if (r->left && (*r->p == '.' || *r->p == ','))
        do
            reader_u8(r);
        while (r->left && *r->p >= '0' && *r->p <= '9');
    return s;
}

/* "Z" or "+hhmm"; RFC 5280 wants Z, old certificates have both. */
static int zone_seconds(struct reader *r)
{
    uint8_t c = reader_u8(r);
    if (c == 'Z')
        return 0;
    if (c != '+' && c != '-') {
        r->failed = true;
        return 0;
    }
    int hours = digits(r, 2), minutes = digits(r, 2);
    return (c == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

int64_t der_time(const struct der *d)
{
    struct reader r = d->content;
    bool general = d->tag == DER_GENERALIZED_TIME;
    if (!general && d->tag != DER_UTC_TIME)
        return WHEN_UNKNOWN;
    int year = digits(&r, general ? 4 : 2);
    if (!general)
        year += year < 50 ? 2000 : 1900; /* RFC 5280 section 4.1.2.5.1 */
    int month = digits(&r, 2), day = digits(&r, 2), hour = digits(&r, 2), minute = digits(&r, 2);
    int second = optional_seconds(&r), zone = zone_seconds(&r);
    if (!reader_done(&r) || year < 1 || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour > 23 || minute > 59 || second > 60)
        return WHEN_UNKNOWN;
    return when_from_civil(year, month, day, hour, minute, second) - zone;
}

static bool der_validity(struct reader *r, struct der_cert *c)
{
    struct der validity;
    return der_expect(r, DER_SEQUENCE, &validity) && der_next(&validity.content, &c->not_before) &&
           der_next(&validity.content, &c->not_after);
}

/* What follows the public key: two unique identifiers that nobody uses, then the extensions. */
static void der_tail(struct reader *r, struct der_cert *c)
{
    struct der d, list;
    der_optional(r, DER_CONTEXT | 1, &d);
    der_optional(r, DER_CONTEXT | 2, &d);
    if (der_optional(r, DER_CONTEXT_CONSTRUCTED | 3, &d) &&
        der_expect(&d.content, DER_SEQUENCE, &list))
        c->extensions = list.content;
}

static bool der_tbs(struct reader r, struct der_cert *c)
{
    struct der d;
    c->version = 1;
    if (der_optional(&r, DER_CONTEXT_CONSTRUCTED | 0, &d))
        c->version = der_expect(&d.content, DER_INTEGER, &d) ? der_small(d.content) + 1 : 0;
    if (!der_expect(&r, DER_INTEGER, &d))
        return false;
    c->serial = d.content;
    if (!der_expect(&r, DER_SEQUENCE, &d) || !der_expect(&r, DER_SEQUENCE, &d))
        return false;
    c->issuer = d.whole;
    if (!der_validity(&r, c) || !der_expect(&r, DER_SEQUENCE, &d))
        return false;
    c->subject = d.whole;
    if (!der_expect(&r, DER_SEQUENCE, &d))
        return false;
    c->spki = d.whole;
    der_tail(&r, c);
    return true;
}

bool der_cert(const void *der, size_t n, struct der_cert *c)
{
    *c = (struct der_cert){ .version = 0 };
    struct reader r = reader_of(der, n);
    struct der cert, tbs, d;
    if (!der_expect(&r, DER_SEQUENCE, &cert))
        return false;
    c->used = cert.whole.left;
    if (!der_expect(&cert.content, DER_SEQUENCE, &tbs) ||
        !der_expect(&cert.content, DER_SEQUENCE, &d))
        return false;
    c->algorithm = d.content;
    if (!der_expect(&cert.content, DER_BIT_STRING, &d) || d.content.left < 1)
        return false;
    reader_u8(&d.content); /* the number of unused bits, 0 in every signature */
    c->signature = d.content;
    c->tbs = tbs.whole;
    return der_tbs(tbs.content, c);
}

bool der_extension(struct reader *extensions, struct der_extension *x)
{
    *x = (struct der_extension){ .critical = false };
    struct der whole, d;
    if (extensions->left == 0 || !der_expect(extensions, DER_SEQUENCE, &whole) ||
        !der_expect(&whole.content, DER_OID, &d))
        return false;
    der_oid(d.content, x->oid);
    if (der_optional(&whole.content, DER_BOOLEAN, &d))
        x->critical = d.content.left == 1 && *d.content.p != 0;
    if (!der_expect(&whole.content, DER_OCTET_STRING, &d))
        return false;
    x->value = d.content;
    return true;
}

struct reader der_find(const void *der, size_t n, const char *oid)
{
    struct der_cert d;
    struct der_extension x;
    if (der_cert(der, n, &d))
        while (der_extension(&d.extensions, &x))
            if (strcmp(x.oid, oid) == 0)
                return x.value;
    return (struct reader){ .left = 0 };
}

char *der_oid(struct reader content, char out[DER_OID_TEXT_MAX])
{
    size_t at = 0;
    uint64_t v = 0;
    bool whole = false, first = true;
    for (size_t i = 0; i < content.left; i++) {
        if (v >> 56)
            break;
        v = v << 7 | (content.p[i] & 0x7f);
        whole = !(content.p[i] & 0x80);
        if (!whole)
            continue;
        uint64_t top = v < 80 ? v / 40 : 2;
        int n = first ? snprintf(out + at, DER_OID_TEXT_MAX - at, "%" PRIu64 ".%" PRIu64, top,
                                 v - 40 * top)
                      : snprintf(out + at, DER_OID_TEXT_MAX - at, ".%" PRIu64, v);
        whole = n > 0 && (at += (size_t)n) < DER_OID_TEXT_MAX;
        if (!whole)
            break;
        first = false;
        v = 0;
    }
    if (!whole || v != 0)
        snprintf(out, DER_OID_TEXT_MAX, "?");
    return out;
}
