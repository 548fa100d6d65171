/* Fuzz target of certificates in any form. What is found lies within the bytes that hold it and is a
 * certificate as far as its frame goes; with a smaller cap the first ones are the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/pki/bundle.h"
#include "src/pki/der.h"
#include "src/pki/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle b, one;
    struct der_cert d;
    bundle_read(data, size, 50, &b);
    bundle_read(data, size, 1, &one);
    must(b.count <= 50 && (b.count || !b.more));
    must(b.form != BUNDLE_NONE || (!b.count && !b.broken));
    must(one.count == (b.count > 0) && one.count + one.more == b.count + b.more);
    for (size_t i = 0; i < b.count; i++) {
        must(b.cert[i].p >= b.bytes && b.cert[i].p + b.cert[i].left <= b.bytes + size + 4);
        must(der_cert(b.cert[i].p, b.cert[i].left, &d) && d.used == b.cert[i].left);
        if (i < 3)
            cert_free(cert_read(b.cert[i].p, b.cert[i].left));
    }
    bundle_free(&b);
    bundle_free(&one);
    return 0;
}
