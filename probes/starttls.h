/* starttls - the layer that talks in plain text until TLS may begin.
 *
 * Owns: sending and receiving for a dialogue of src/wire/dialogue.h, and the fact `starttls`.
 * Must not know: what is said (dialogue.c), TLS, watchers.
 */
#ifndef TLSWHY_PROBES_STARTTLS_H
#define TLSWHY_PROBES_STARTTLS_H

#include "probes/way.h"
#include "src/wire/dialogue.h"

extern const struct way_row starttls_way, tds_way; /* the latter for MS-SQL, which wraps TLS in packets of its own */

/* --- for tds.c, whose layer begins in the same way; its state begins with a struct dialogue --- */
enum conn_state starttls_talk(struct conn *c, struct layer *l);
bool starttls_overdue(struct conn *c, struct layer *l);
void starttls_say(const struct conn *c, const struct layer *l, bool timed_out, struct layer_said *said);
void starttls_leave(struct conn *c, struct layer *l);
void starttls_begin(struct conn *c, struct dialogue *d);

/* Who we are, as an address: any server takes that for a name, and it says no more than the packets do. RFC 5321
 * section 4.1.3. Owned by the caller. */
char *starttls_self(const struct conn *c);

#endif
