/* Fuzz target of client certificates and keys: whatever the bytes are, there is an identity with a certificate in it,
 * or one sentence. The first byte says what they are: the certificate with its key, the key beside a certificate, or both
 * with a passphrase. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/pki/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct identity_bytes all = { data + 1, size - 1, "a" }, pass = { "secret\n", 7, "b" };
    struct err e = { "" };
    struct identity *id = identity_read(&all, data[0] & 1 ? &all : NULL, data[0] & 2 ? &pass : NULL, &e);
    size_t n = 0;
    must((id != NULL) == !e.text[0]);
    if (id) {
        char *text = NULL;
        struct judge_cache *cache = judge_cache_new();
        struct identity_ask ask = { .cache = cache, .now = 1800000000, .sent = true };
        json_t *v = identity_judge(id, &ask, &text);
        must(identity_certs(id, &n)[0] && n >= 1 && v && text);
        json_decref(v);
        free(text);
        judge_cache_free(cache);
    }
    identity_free(id);
    return 0;
}
