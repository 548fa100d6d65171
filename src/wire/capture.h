/* capture - ClientHellos out of recorded packets: pcap and pcapng, fed in pieces.
 *
 * Owns: both file formats in either byte order (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), the link layers
 * people record (Ethernet with VLAN tags, raw IP, Linux cooked 1 and 2, loopback), IPv4 and IPv6 down to TCP's
 * segments. Putting those together is the business of flows.h.
 * Must not know: files, what becomes of a hello.
 *
 * Memory is bounded by CAPTURE_STREAMS streams, however long the recording is: the oldest unfinished one is given up.
 */
#ifndef TLSWHY_WIRE_CAPTURE_H
#define TLSWHY_WIRE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/wire/heard.h"

#define CAPTURE_STREAMS 1024            /* unfinished at once */
#define CAPTURE_PACKET_MAX (256u << 10) /* a packet that claims more ends the reading */

struct capture_hello {        /* lent for one call of `found` */
    int nth;                  /* of this recording, from 1 */
    const struct heard *heard;
    char from[64], to[64];    /* "192.0.2.1:53122", "[2001:db8::1]:443" */
    int64_t time_ms;          /* unix milliseconds of the packet that completed it */
    int segments;             /* TCP segments with data it came in */
};

struct capture;
/* `found` is called for each ClientHello in the order they become whole; false from it ends the reading. */
struct capture *capture_new(bool (*found)(void *arg, const struct capture_hello *h), void *arg);
void capture_free(struct capture *c); /* accepts NULL */
/* These bytes begin like a recording (16 bytes are enough to tell). */
bool capture_is(const void *p, size_t n);
/* Takes the next bytes of the file. False when no more need be fed: `found` said so, or the file is no good. */
bool capture_feed(struct capture *c, const void *p, size_t n);
/* What was wrong, one clause with the place in the file, or NULL. A file that ends in the middle of a packet is so,
 * too, once `capture_end` was called; what was found before stays good. */
const char *capture_why(const struct capture *c);
void capture_end(struct capture *c);
/* For a sentence about a recording without a hello. */
struct capture_count {
    unsigned long packets, tcp;  /* packets, and those of them with a TCP segment that could be read */
    unsigned long streams;       /* TCP connections with data or a SYN */
    unsigned long other_tls;     /* of these: TLS that began before the recording did */
    unsigned long parts;         /* hellos of which a part is missing; complete once capture_end was called */
    unsigned long fragments;     /* IP fragments of TCP, which are passed over */
    unsigned long cut;           /* TCP segments not recorded in full (tcpdump -s) */
    bool link_unknown;           /* an interface has a link layer nobody here can read: `link`, as in the file */
    int link;
};
struct capture_count capture_counts(const struct capture *c);

#endif
