/* aia - what is said about issuers that the server should have sent, and that were found elsewhere.
 *
 * Owns: the detail and the words of FACT_AIA.
 * Must not know: which cause follows (sign.c).
 *
 * Detail: "issuer", "missing", "from", "sender", "urls", "root", "root_trusted", "sent_other", "hops".
 * Words: {missing} {is_missing} {found} {source} {root} {wrong} {wrong_url}.
 */
#ifndef TLSWHY_WHY_AIA_H
#define TLSWHY_WHY_AIA_H

#include "src/why/detail.h"

void aia_issuers(const struct look *l, struct words *w, uint32_t mask);

#endif
