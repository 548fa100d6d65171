/* again - surveys whose questions are complete handshakes: the column's own once more, with one thing changed or
 * none.
 *
 * Owns: the run of one such question: connect, shake hands, hear what comes late, tell what came of it.
 * Must not know: what is changed (a survey's change()), what follows from it (its came()).
 *
 * They begin when the column's own handshake is over, and that counts as one of theirs: target->first.
 */
#ifndef TLSWHY_PROBES_AGAIN_H
#define TLSWHY_PROBES_AGAIN_H

#include "probes/shake.h"
#include "probes/sweep.h"
#include "probes/told.h"

struct again {
    struct shake shake;
    bool over;              /* the handshake is: what may follow is awaited */
};

struct want again_start(struct run *r);
struct want again_step(struct run *r, enum step_why why);
void again_unreachable(struct run *r, bool timed_out);
void again_end(struct run *r);
/* What a connection that could not be had came to, NULL: it was not for the server's doing. Owned by the caller. */
json_t *again_unreached(const struct run *r, bool timed_out);
extern const enum fact again_needs[];

/* What the row in probe_list of each of them has in common. */
#define AGAIN(table) \
    .connects = true, .survey = &(table), .needs = again_needs, .state_size = sizeof(struct again), \
    .start = again_start, .step = again_step, .unreachable = again_unreachable, .end = again_end

#endif
