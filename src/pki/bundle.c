/* bundle - see bundle.h. */
#include "src/pki/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pki/der.h"
#include "src/pki/pem.h"

static const char *const form_names[] = { [BUNDLE_NONE] = "", [BUNDLE_DER] = "DER", [BUNDLE_PEM] = "PEM",
                                          [BUNDLE_PKCS7] = "PKCS#7" };

const char *bundle_form_name(enum bundle_form f)
{
    return form_names[f];
}

/* False when these bytes do not begin with a certificate. */
static bool bundle_add(struct bundle *b, size_t max, const uint8_t *der, size_t n)
{
    struct der_cert d;
    if (!der_cert(der, n, &d))
        return false;
    if (b->count >= max) {
        b->more++;
        return true;
    }
    if ((b->count & (b->count - 1)) == 0) /* room is always the next power of two */
        b->cert = mem_array(b->cert, b->count ? 2 * b->count : 1, sizeof *b->cert);
    b->cert[b->count++] = reader_of(der, d.used);
    return true;
}

/* RFC 5652: ContentInfo { signedData, [0] SignedData { version, digestAlgorithms, encapContentInfo,
 * certificates [0] IMPLICIT SET OF CertificateChoices, ... } }; what of its choices is no X.509
 * certificate is not a SEQUENCE. False when the bytes are no SignedData. */
static bool bundle_pkcs7(struct bundle *b, size_t max, const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    struct der whole, d, data, list;
    char oid[DER_OID_TEXT_MAX];
    if (!der_expect(&r, DER_SEQUENCE, &whole) || !der_expect(&whole.content, DER_OID, &d) ||
        strcmp(der_oid(d.content, oid), "1.2.840.113549.1.7.2") != 0)
        return false;
    b->form = BUNDLE_PKCS7;
    if (!der_expect(&whole.content, DER_CONTEXT_CONSTRUCTED | 0, &d) ||
        !der_expect(&d.content, DER_SEQUENCE, &data) || !der_expect(&data.content, DER_INTEGER, &d) ||
        !der_expect(&data.content, DER_SET, &d) || !der_expect(&data.content, DER_SEQUENCE, &d) ||
        !der_optional(&data.content, DER_CONTEXT_CONSTRUCTED | 0, &list))
        return true;
    while (list.content.left > 0 && der_next(&list.content, &d))
        if (d.tag == DER_SEQUENCE && !bundle_add(b, max, d.whole.p, d.whole.left))
            b->broken++;
    return true;
}

static bool pem_is_cert(const struct pem *m)
{
    return pem_is(m, "CERTIFICATE") || pem_is(m, "X509 CERTIFICATE") || pem_is(m, "TRUSTED CERTIFICATE");
}

/* "PKCS #7 SIGNED DATA" is what Netscape called it. */
static bool pem_is_pkcs7(const struct pem *m)
{
    return pem_is(m, "PKCS7") || pem_is(m, "PKCS #7 SIGNED DATA") || pem_is(m, "CMS");
}

/* Decoded into b->bytes, which has room for all of the text. */
static void bundle_pem(struct bundle *b, size_t max, const void *text, size_t n)
{
    struct pem m = pem_of(text, n);
    uint8_t *out = b->bytes;
    enum bundle_form form = BUNDLE_NONE;
    while (pem_next(&m)) {
        bool cert = pem_is_cert(&m), pkcs7 = pem_is_pkcs7(&m);
        if (!cert && !pkcs7)
            continue;
        size_t got = pem_decode(&m, out);
        if (cert ? !bundle_add(b, max, out, got) : !bundle_pkcs7(b, max, out, got))
            b->broken++;
        form = form == BUNDLE_NONE && !cert ? BUNDLE_PKCS7 : BUNDLE_PEM;
        out += got;
    }
    b->form = form;
}

void bundle_read(const void *p, size_t n, size_t max, struct bundle *b)
{
    *b = (struct bundle){ .bytes = mem_new(n + 4) };
    if (n == 0)
        return;
    if (*(const uint8_t *)p == DER_SEQUENCE) {
        memcpy(b->bytes, p, n);
        if (bundle_add(b, max, b->bytes, n)) {
            b->form = BUNDLE_DER;
            return;
        }
        if (bundle_pkcs7(b, max, b->bytes, n))
            return;
    }
    bundle_pem(b, max, p, n);
}

void bundle_free(struct bundle *b)
{
    free(b->cert);
    free(b->bytes);
    *b = (struct bundle){ .form = BUNDLE_NONE };
}
