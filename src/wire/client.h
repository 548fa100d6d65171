/* client - client profiles: what a client offers and what it insists on.
 *
 * Owns: the rows of known clients, each with its source, and what limits leave of them. The probes turn
 * that into handshakes, the reasoning compares it with what a server takes.
 * Must not know: GnuTLS, sockets.
 */
#ifndef TLSWHY_WIRE_CLIENT_H
#define TLSWHY_WIRE_CLIENT_H

#include <stdbool.h>
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
/* What a client offers: a row's lists, or what an endpoint's keys leave of them. Lent. */
struct offer {
    uint16_t min, max;
    const uint16_t *suites;      /* those that some version from min to max can use, in order, 0-terminated */
    const uint16_t *groups;      /* 0-terminated */
    const uint16_t *sigalgs;     /* 0-terminated */
    size_t size;                 /* the ClientHello is padded to at least so many bytes; 0: not at all */
    int rsa_bits_min, dh_bits_min;
};
/* What narrows or moves a client. Lists are lent and end with 0; 0 and NULL: not limited so. */
struct limits {
    uint16_t min, max;
    const uint16_t *suites, *groups, *sigalgs; /* instead of the client's */
    size_t size;
};
extern const struct client client_table[];
extern const size_t client_count;
const struct client *client_find(const char *name); /* NULL finds "default" */

/* What the client offers within these limits. A limit outside the client's range of versions moves the
 * other end along (max of TLS 1.1 for a client of TLS 1.2 and 1.3 leaves TLS 1.1 alone), and so do suites
 * that none of its versions can use, where no version was asked for. Then the range is narrowed to versions
 * some suite is left for. False: there is none; min and max are then what was to be offered, the lists are
 * empty. The lists of a filled offer are owned by whoever filled it: offer_clear. */
bool offer_make(struct offer *o, const struct client *c, const struct limits *l);
void offer_clear(struct offer *o); /* also a zeroed one */
bool offer_equal(const struct offer *a, const struct offer *b); /* versions and lists; not the size */
/* This version may use the suite. One that no table knows may be used in every version. */
bool suite_fits(uint16_t suite, uint16_t version);

#endif
