/* placeholder - certificates that give away the product that made them.
 *
 * Owns: the table of products and their certificates: those a product shows where it has none for the name asked,
 * those it was delivered with, those of a hosting platform, and those of CAs that come with a product.
 * Must not know: which cause follows (sign.c), sessions.
 *
 * A row speaks only where all its patterns fit (dn.h) and the certificate has a fault: what a product calls itself
 * is no fault. Names in certificates are chosen by whoever made them, so a row needs words that nobody else uses.
 */
#ifndef TLSWHY_WHY_PLACEHOLDER_H
#define TLSWHY_WHY_PLACEHOLDER_H

#include <jansson.h>

enum placeholder_kind {
    PLACEHOLDER_BY_NAME,   /* shown by who chooses by the server name and has none for this one */
    PLACEHOLDER_DELIVERED, /* made with the product or at its first start, for itself */
    PLACEHOLDER_GATEWAY,   /* the same, of a product that others' connections pass through */
    PLACEHOLDER_PLATFORM,  /* a platform's own, valid: it has none for the customer's name */
    PLACEHOLDER_MAKER      /* made for this name by the product's own CA: only says where to get that */
};

struct placeholder {
    const char *product;
    enum placeholder_kind kind;
    /* patterns of the leaf's subject, its issuer and any of its names; NULL: whatever it is */
    const char *cn, *o, *ou, *issuer_cn, *issuer_o, *issuer_ou, *name;
    const char *fix;       /* {name} is what was asked for */
    const char *source;    /* where it was seen */
};
extern const struct placeholder placeholder_table[];
extern const size_t placeholder_count;

/* `leaf`: a certificate as cert_to_json writes it. NULL when no row fits. */
const struct placeholder *placeholder_find(const json_t *leaf);

#endif
