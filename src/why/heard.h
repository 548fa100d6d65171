/* heard - what is said about a client that connected to us, and how far it got.
 *
 * Owns: the detail and the words of columns that `listen` and `tap` made (FACT_CLIENT_END).
 * Must not know: which cause follows (sign.c).
 *
 * Detail: the members of client_end, and "client": its address.
 * Words: {client} {said} {when} {took}.
 */
#ifndef TLSWHY_WHY_HEARD_H
#define TLSWHY_WHY_HEARD_H

#include "src/why/detail.h"

void heard_client_end(const struct look *l, struct words *w, uint32_t mask);

#endif
