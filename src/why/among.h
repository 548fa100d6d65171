/* among - lists of alternatives, "a|b|c", as the tables of the reasoning write them.
 *
 * Owns: how such a list is read. Must not know: what the words mean.
 */
#ifndef TLSWHY_WHY_AMONG_H
#define TLSWHY_WHY_AMONG_H

#include <stdbool.h>
#include <stddef.h>

/* The word is one of them. */
bool among(const char *list, const char *word);
/* Of `n` names with a bit each, one whose bit is set is. */
bool among_set(const char *list, const char *const *names, size_t n, unsigned bits);

#endif
