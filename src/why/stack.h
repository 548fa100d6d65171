/* stack - which TLS library answers like this.
 *
 * Owns: how libraries differ in what they say to hellos far too old for them. Must not know: causes, what their users
 * set up wrong.
 *
 * A hint: it decides between explanations that look alike otherwise, and is never shown as a fact.
 */
#ifndef TLSWHY_WHY_STACK_H
#define TLSWHY_WHY_STACK_H

#include <jansson.h>
#include <stdbool.h>

/* `versions`: value of the fact, may be anything. `words`: "like-openssl|like-java"; one of them holds. */
bool stack_is(const json_t *versions, const char *words);

#endif
