/* sct - see sct.h. GnuTLS has no call for the extensions of a single answer, so they are walked to here. */
#include "src/pki/sct.h"

#include <string.h>

#include "src/base/when.h"
#include "src/pki/der.h"
#include "src/pki/ocsp.h"

#define OID_BASIC "1.3.6.1.5.5.7.48.1.1"
#define OID_SCTS "1.3.6.1.4.1.11129.2.4.5"
#define SINGLES_MAX 64 /* answers looked at in one response, as in ocsp.c */

/* OCSPResponse (RFC 6960 section 4.2.1) down to the content of the tbsResponseData. */
static bool open_basic(struct reader r, struct reader *data)
{
    struct der d, type;
    char oid[DER_OID_TEXT_MAX];
    if (!der_expect(&r, DER_SEQUENCE, &d))
        return false;
    r = d.content;
    if (!der_next(&r, &d) || !der_expect(&r, DER_CONTEXT_CONSTRUCTED, &d))
        return false;
    r = d.content;
    if (!der_expect(&r, DER_SEQUENCE, &d) || !der_expect(&d.content, DER_OID, &type) ||
        strcmp(der_oid(type.content, oid), OID_BASIC) != 0)
        return false;
    r = d.content;
    if (!der_expect(&r, DER_OCTET_STRING, &d) || !der_expect(&d.content, DER_SEQUENCE, &type) ||
        !der_expect(&type.content, DER_SEQUENCE, &d))
        return false;
    *data = d.content;
    return true;
}

/* The value is an OCTET STRING around the list. */
static bool take_list(struct reader extensions, struct reader *list)
{
    struct der d;
    struct der_extension x;
    if (!der_expect(&extensions, DER_SEQUENCE, &d))
        return false;
    while (der_extension(&d.content, &x)) {
        struct der inner;
        if (strcmp(x.oid, OID_SCTS) == 0 && der_expect(&x.value, DER_OCTET_STRING, &inner)) {
            *list = inner.content;
            return true;
        }
    }
    return false;
}

/* SingleResponse: certID, certStatus, thisUpdate, [0] nextUpdate, [1] singleExtensions. */
static bool single_list(struct reader r, struct reader *list)
{
    struct der d;
    if (!der_next(&r, &d) || !der_next(&r, &d) || !der_next(&r, &d))
        return false;
    der_optional(&r, DER_CONTEXT_CONSTRUCTED, &d);
    return der_optional(&r, DER_CONTEXT_CONSTRUCTED + 1, &d) && take_list(d.content, list);
}

bool sct_staple_read(const void *der, size_t n, struct sct_staple *out)
{
    struct reader data, singles;
    struct der d;
    *out = (struct sct_staple){ .produced = WHEN_UNKNOWN, .list = reader_of(NULL, 0) };
    if (n > OCSP_DER_MAX || !open_basic(reader_of(der, n), &data))
        return false;
    der_optional(&data, DER_CONTEXT_CONSTRUCTED, &d); /* the version */
    if (!der_next(&data, &d) || !der_expect(&data, DER_GENERALIZED_TIME, &d)) /* after the responder's id */
        return false;
    out->produced = der_time(&d);
    if (!der_expect(&data, DER_SEQUENCE, &d))
        return false;
    singles = d.content;
    for (int i = 0; i < SINGLES_MAX && der_expect(&singles, DER_SEQUENCE, &d); i++)
        if (single_list(d.content, &out->list))
            break;
    return true;
}
