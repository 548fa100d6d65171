/* expect - whether the certificate that came is the one that should be there.
 *
 * Owns: comparing the server's certificate with pins and with the certificates of a file, and the value of the
 * fact `expected`.
 * Must not know: where the pins and the file were named, sockets, what a difference leads to.
 */
#ifndef TLSWHY_PKI_EXPECT_H
#define TLSWHY_PKI_EXPECT_H

#include <jansson.h>
#include <stdbool.h>

#include "src/model/cert.h"
#include "src/pki/judge.h"

struct expect {
    const char *pins;       /* lent; as in pin=: "sha256//BASE64", joined by ';'; NULL: none */
    struct store *file;     /* lent; the certificates of expect=, any of which will do; NULL: none */
    const char *path;       /* lent; its name */
};

/* The file of expect=: as store_load reads it, but no directory. */
struct store *expect_load(const char *path, struct err *e);
/* True when the leaf is what is expected: its key is one of the pinned, it is in the file. *value is a new reference
 * to what fact.h says of `expected`, *text one sentence, owned by the caller. `leaf` is well formed. */
bool expect_judge(const struct expect *x, const struct cert *leaf, const struct chain *chain, json_t **value,
                  char **text);

#define EXPECT_PIN_MAX (8 + 44 + 1)
/* The pin of a certificate's key, NUL-terminated. Returns out. */
const char *expect_pin(const struct cert *c, char out[EXPECT_PIN_MAX]);

#endif
