/* join - events of two logs, one of each end, that are the same handshake.
 *
 * Owns: the offset between the clocks (or zones) of the two logs, and which events belong together: by time, and by
 * address, alert and name where both logs have them. Must not know: causes' ranking, how it is printed.
 */
#ifndef TLSWHY_LOG_JOIN_H
#define TLSWHY_LOG_JOIN_H

#include "src/log/journal.h"

struct joined { uint32_t client, server; }; /* places of events in the journal */

struct join {
    int client_file, server_file;     /* -1: there are no two logs of different ends */
    struct joined *pair; size_t pairs; /* owned; by the client's time */
    size_t client_events, server_events; /* that failed, with a time */
    bool clocks;                      /* the offset was found; else 0 is taken */
    double offset;                    /* seconds to add to the server's times to have the client's */
    char *text;                       /* owned; what came of it; NULL: nothing to say */
};

/* Before habit_of: of a failure that both sides tell of, the one that says less gets the other as its mate, and the
 * other learns from it whose it was. */
struct join *join_of(const struct journal *j);
void join_free(struct join *x); /* accepts NULL */

#endif
