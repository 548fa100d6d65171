/* product - what is said about a product that a certificate gives away.
 *
 * Owns: which of the two tables (placeholder.h, inspect.h) speaks of a column, and what that explains; the detail and
 * the words of the findings that follow.
 * Must not know: which cause follows (sign.c).
 *
 * Detail of a placeholder: "product", "certificate", "asked", "sni", "names", "faults": [{"reason", "text"}], which are
 * those it explains. Detail of an inspection: "product" or null, "issuer", "sign" ("issuer" "other-vantage"
 * "other-certificate" "fresh"), "column": where another certificate came, or null, "faults".
 * Words: {product} {product_fix} {subject} {sent_name} {names}; {ca}; {made_by} after a sentence on trust, mostly "".
 */
#ifndef TLSWHY_WHY_PRODUCT_H
#define TLSWHY_WHY_PRODUCT_H

#include "src/why/detail.h"

/* Looks the column's chain up, and takes the faults that the product explains out of l->faults. */
void product_look(struct look *l);
void product_placeholder(const struct look *l, struct words *w, uint32_t mask);
void product_inspection(const struct look *l, struct words *w, uint32_t mask);
/* Adds to the words of a fault of trust who made the certificate, and where to get that maker's CA. */
void product_hint(const struct look *l, struct words *w, uint32_t mask);

/* For the conditions of sign.c. */
bool product_is(const struct look *l, const char *words);

#endif
