/* likeness - which known client a hello looks like.
 *
 * Owns: comparing a hello with the rows of client_table by what a client does not change from one connection to the
 * next: versions, suites, groups, signature algorithms, extensions, and their order.
 * Must not know: sockets, who asks, what follows from it.
 *
 * GREASE, padding, the server name, application protocols, resumption, key material and the size do not count.
 */
#ifndef TLSWHY_WIRE_LIKENESS_H
#define TLSWHY_WIRE_LIKENESS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/wire/client.h"
#include "src/wire/heard.h"

#define LIKENESS_FEW 8 /* differences; with more it looks like nobody known */

struct like {
    const struct client *client; /* row of client_table; NULL: it looks like nobody known */
    bool same;                   /* nothing differs that counts */
    int score;                   /* single differences that count; 0 where same */
    size_t count;                /* of `differs` */
    char *differs[LIKENESS_FEW]; /* owned; from the known client's hello to this one: "without the suite ..." */
};

struct likeness; /* every known client's hello, taken apart once */
struct likeness *likeness_new(void);
void likeness_free(struct likeness *l); /* accepts NULL */
/* `h` is a whole hello. To be cleared. */
void likeness_find(struct likeness *l, const struct heard *h, struct like *out);
void like_clear(struct like *out);

#endif
