/* expected - what is said about a certificate that is not the one of pin= or expect=.
 *
 * Owns: the detail and the words of cert-unexpected.
 * Must not know: how the two are compared (src/pki/expect.c), when it is named (sign.c).
 *
 * Detail: the members of the fact `expected`.
 * Words: {file} {got} {wanted} (first day and names) {keys} {got_pin} {ca}.
 */
#ifndef TLSWHY_WHY_EXPECTED_H
#define TLSWHY_WHY_EXPECTED_H

#include "src/why/detail.h"

void expected_detail(const struct look *l, struct words *w, uint32_t mask);

#endif
