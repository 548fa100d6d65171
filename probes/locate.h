/* locate - where a column's endpoint is: one name may be several addresses, and one mail domain several names.
 *
 * Owns: the columns that grow from a name, and the facts of resolving. Options come before the hosts file and DNS.
 * Must not know: how names are resolved (resolve.c), what is asked at an address.
 */
#ifndef TLSWHY_PROBES_LOCATE_H
#define TLSWHY_PROBES_LOCATE_H

#include <stdbool.h>

#include "probes/fetch.h"

struct engine;
struct target;

/* Finds its address, or moves it to where its name leads by now, and then begins what is asked of every column and what
 * was wanted of it meanwhile (target.later). All that may be over before this returns. */
void locate_begin(struct target *t);
/* Nobody waits for its name any more; false when nobody did. The run that was held for it is the caller's. */
bool locate_drop(struct target *t);
/* The same answers for the hosts of what certificates point at. */
struct fetch_names locate_names(struct engine *g);

#endif
