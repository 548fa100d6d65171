/* revoked - what is said about revocation: the staple, the responder's answer, the CRL.
 *
 * Owns: the detail and the words of cert-revoked and ocsp.
 * Must not know: how answers are judged (src/pki/ocsp.c, crl.c), when they are named (sign.c).
 *
 * Detail of the staple: the members of the fact `ocsp_staple`, and the responder the certificate names.
 * Words: {since} (" since 2026-11-01", may be empty) {reason} (" (key-compromise)", may be empty) {until} {begins}
 * {answer} {responder}; and of what was fetched {subject} {means} (the OCSP responder ..., the CRL ...) {nobody}.
 */
#ifndef TLSWHY_WHY_REVOKED_H
#define TLSWHY_WHY_REVOKED_H

#include "src/why/detail.h"

void revoked_staple(const struct look *l, struct words *w, uint32_t mask);
void revoked_fetched(const struct look *l, struct words *w, uint32_t mask);

#endif
