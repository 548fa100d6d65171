/* Fuzz target of key stores. What is found lies within the bytes that hold it and is a certificate as far as its frame
 * goes; what can't be read says why. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/pki/der.h"
#include "src/pki/keystore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle b;
    struct der_cert d;
    const char *says = NULL;
    enum keystore k = keystore_read(data, size, 20, &b, &says);
    must(b.count <= 20 && (k == KEYSTORE_REFUSED) == (says != NULL));
    must(k != KEYSTORE_NONE || (!b.count && !b.broken && !b.bytes));
    for (size_t i = 0; i < b.count; i++) {
        must(b.cert[i].p >= b.bytes && b.cert[i].p + b.cert[i].left <= b.bytes + 2 * size + 64);
        must(der_cert(b.cert[i].p, b.cert[i].left, &d) && d.used == b.cert[i].left);
    }
    bundle_free(&b);
    return 0;
}
