/* A hostile CRL: two bytes of length, a certificate, and then the list that is judged for it. */
#include <stdlib.h>

#include "src/base/bytes.h"
#include "src/pki/crl.h"
#include "src/pki/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n), der = reader_vector(&r, 2);
    struct cert *c = cert_read(der.p, der.left);
    if (!c->malformed) {
        struct revoked said = crl_judge(r.p, r.left, c, c, INT64_C(1800000000));
        free(revoked_text(&said));
        json_decref(revoked_json(&said));
    }
    cert_free(c);
    return 0;
}
