/* client - client profiles: what a client offers and what it insists on.
 *
 * Owns: the rows of known clients. Each row has its source. The probes turn a row into a handshake,
 * the reasoning compares it with what a server takes.
 * Must not know: GnuTLS, sockets.
 */
#ifndef TLSWHY_WIRE_CLIENT_H
#define TLSWHY_WIRE_CLIENT_H

#include <stddef.h>
#include <stdint.h>

struct client {
    const char *name;            /* "default": what client=NAME says */
    const char *title;           /* one line for people */
    uint16_t min, max;           /* protocol versions, e.g. 0x0303, 0x0304 */
    const uint16_t *suites;      /* in order of preference, 0-terminated */
    const uint16_t *groups;      /* 0-terminated */
    const uint16_t *sigalgs;     /* 0-terminated */
    int rsa_bits_min, dh_bits_min; /* smallest key it accepts */
    const char *source;          /* where the numbers are from */
};
extern const struct client client_table[];
extern const size_t client_count;
const struct client *client_find(const char *name); /* NULL finds "default" */

#endif
