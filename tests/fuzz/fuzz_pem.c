/* A hostile file in a CA's place: loaded, and everything in it looked up. */
#include <stdlib.h>
#include <unistd.h>

#include "src/pki/read.h"
#include "src/pki/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char name[] = "/tmp/tlswhy-fuzz-XXXXXX";
    struct err e = { "" };
    int fd = mkstemp(name);
    struct store *s = fd >= 0 && write(fd, p, n) == (ssize_t)n ? store_load(name, &e) : NULL;
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    if (!s && !*e.text)
        abort(); /* a refusal says why */
    struct cert *c = cert_read(p, n);
    if (s && !c->malformed &&
        (!store_has(s, c) || !store_by_name(s, c->subject_der, c->subject_der_len, 0)))
        abort(); /* a DER file that is a certificate is found by it */
    cert_free(c);
    store_free(s);
    return 0;
}
