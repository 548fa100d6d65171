/* bundle - the certificates in some bytes, whatever form they have.
 *
 * Owns: telling DER, PEM and PKCS#7 (certs-only, RFC 5652 section 5.1) apart by the bytes themselves.
 * Must not know: what the certificates are for, GnuTLS.
 */
#ifndef TLSWHY_PKI_BUNDLE_H
#define TLSWHY_PKI_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

enum bundle_form { BUNDLE_NONE, BUNDLE_DER, BUNDLE_PEM, BUNDLE_PKCS7 };

struct bundle {
    enum bundle_form form;   /* what the bytes are; a PKCS#7 without a certificate is one, too */
    struct reader *cert;     /* owned; the DER of each, lent from `bytes`, in the order they have there */
    size_t count;
    size_t more;             /* certificates beyond `max`, which are left out */
    size_t broken;           /* what says it is a certificate and is none */
    uint8_t *bytes;          /* owned; may be moved out (and set to NULL) by who keeps the slices */
};

/* At most `max` certificates. *b needs no initialisation and is to be freed with bundle_free. */
void bundle_read(const void *p, size_t n, size_t max, struct bundle *b);
void bundle_free(struct bundle *b);
const char *bundle_form_name(enum bundle_form f); /* "DER" "PEM" "PKCS#7"; "" for none */

#endif
