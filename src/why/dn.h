/* dn - the attributes of a directory name, as its text has them (RFC 4514).
 *
 * Owns: finding an attribute, and comparing it with patterns. Values stay as they are written, escapes included.
 * Must not know: whose name it is.
 */
#ifndef TLSWHY_WHY_DN_H
#define TLSWHY_WHY_DN_H

#include <stdbool.h>
#include <stddef.h>

struct slice { const char *p; size_t n; }; /* lent; p is NULL where there is none */

/* The first attribute of this type ("CN") in "CN=a,O=b"; dn may be NULL. */
struct slice dn_find(const char *dn, const char *type);
/* One of the patterns "a|b*|*c" is all of it; "*" stands for anything, letters count alike in ASCII. NULL fits
 * everything, and nothing else fits what is not there. */
bool slice_fits(struct slice s, const char *patterns);
/* How a person names it: its CN, else all of it. NULL and "" are "without a name". Owned by the caller. */
char *dn_name(const char *dn);
struct slice slice_of(const char *s); /* a whole string, or none for NULL */

#endif
