/* place - where to listen, as a person types it: [ADDR:]PORT.
 *
 * Owns: that grammar, and looking a name up that stands in it. Must not know: who listens.
 */
#ifndef TLSWHY_CMD_PLACE_H
#define TLSWHY_CMD_PLACE_H

#include <stdbool.h>

#include "src/base/err.h"

struct place {
    char *address; /* owned by whoever has the place; NULL: both loopbacks */
    int port;      /* 0: any that is free */
};
/* False and a sentence. A name is looked up at once, by the system, which may take its time. */
bool place_parse(struct place *p, const char *text, struct err *e);

#endif
