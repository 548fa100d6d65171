/* starttls - what a dialogue before TLS says about the server, and what to do there.
 *
 * Owns: the words for it. Must not know: causes, the dialogue itself (src/wire/dialogue.h), the server software that
 * its greeting names (software.h).
 */
#ifndef TLSWHY_WHY_STARTTLS_H
#define TLSWHY_WHY_STARTTLS_H

#include "src/why/detail.h"

/* Members of the fact, and the words {command} {speaks} {said} {words} {found} {lists} {switch} {try}. */
void starttls_detail(const struct look *l, struct words *w, uint32_t mask);
/* The same server offers it to another column, which came by another way or from another place. */
bool starttls_elsewhere(const struct look *l);
/* s_client can do what this endpoint needs before TLS. */
bool starttls_s_client(const struct endpoint *ep);

#endif
