/* pem - the blocks of a PEM text (RFC 7468), as people really have them.
 *
 * Owns: finding "-----BEGIN X-----" whatever stands around it, and base64.
 * Must not know: what a label means, whether what was decoded is any good.
 */
#ifndef TLSWHY_PKI_PEM_H
#define TLSWHY_PKI_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pem {
    const char *p, *end; /* lent */
    const char *label;   /* lent; of the block pem_next went to: "CERTIFICATE", not terminated */
    size_t label_len;
    uint8_t table[256];
};

struct pem pem_of(const void *text, size_t n);
/* Goes to the next block; false when there is none. */
bool pem_next(struct pem *m);
bool pem_is(const struct pem *m, const char *label);
/* Decodes what stands in this block, up to the first byte that is neither base64 nor space. `out` has
 * room for 3/4 of the whole text, less what was decoded before. How many bytes there are now. */
size_t pem_decode(struct pem *m, uint8_t *out);

#endif
