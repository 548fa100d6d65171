/* flows - the beginnings of recorded TCP streams, and the ClientHellos in them.
 *
 * Owns: putting each direction of each connection together from segments in any order (RFC 9293 section 3.4),
 * and where in it a ClientHello may begin: at its first byte, or, after plain text (STARTTLS, a proxy's CONNECT),
 * at the start of a segment, behind what some senders put in front of it there.
 * Must not know: file formats, link layers.
 *
 * Memory is bounded: CAPTURE_STREAMS unfinished directions, FLOWS_HELD bytes of all of them; the one that was quiet
 * for longest is forgotten. Of what is finished only the address pair is kept, FLOWS_DONE times. So is the time for a
 * segment, whatever addresses a recording was made up of: few directions share a place in the table.
 */
#ifndef TLSWHY_WIRE_FLOWS_H
#define TLSWHY_WIRE_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/wire/capture.h"

#define FLOWS_HELD (32u << 20)
#define FLOWS_DONE 4096

struct flow_ends {            /* who speaks to whom: one direction */
    uint8_t from[16], to[16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d */
    uint16_t from_port, to_port;
};

struct flow_segment {
    struct flow_ends ends;
    uint32_t seq;          /* of the segment; a SYN takes one number before the data */
    bool syn;
    const uint8_t *data;   /* lent; NULL where n is 0 */
    size_t n;
    int64_t time_ms;
};

struct flow_counts {
    unsigned long streams; /* connections with data or a SYN, both directions together */
    unsigned long tls;     /* of them: TLS without a hello, since that came before the recording began */
    unsigned long parts;   /* directions that begin like a hello of which a part never came; counted once they go */
};

struct flows;
struct flows *flows_new(bool (*found)(void *arg, const struct capture_hello *h), void *arg);
void flows_free(struct flows *f); /* accepts NULL */
/* False once `found` wants no more. */
bool flows_take(struct flows *f, const struct flow_segment *s);
void flows_end(struct flows *f);  /* nothing more comes: forgets all */
struct flow_counts flows_counts(const struct flows *f);

#endif
