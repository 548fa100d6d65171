/* records - the records of one direction of a TLS connection, by their headers alone.
 *
 * Owns: finding where each record begins and ends in bytes cut anywhere (RFC 8446 section 5.1, RFC 5246 section
 * 6.2.1), and the first bytes of each, which are an alert's where one stands in clear.
 * Must not know: sockets, keys, what a handshake is.
 */
#ifndef TLSWHY_WIRE_RECORDS_H
#define TLSWHY_WIRE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_type {
    RECORDS_CHANGE = 20, RECORDS_ALERT = 21, RECORDS_HANDSHAKE = 22, RECORDS_DATA = 23, RECORDS_HEARTBEAT = 24
};

struct record {
    uint8_t type;        /* enum record_type */
    uint16_t size;       /* of what follows the header */
    uint8_t first[2];    /* its first bytes; 0 where it has fewer */
};

struct records {         /* zero-initialise */
    unsigned long count; /* records that have passed whole */
    bool lost;           /* bytes came that are no record: nothing more is understood */
    /* internal */
    uint8_t header[5], header_len, first_len;
    uint16_t left;       /* bytes of the record still to come */
    struct record now;
};

/* Takes bytes from *p until a record is whole: true, it is in *out, and *p and *n stand behind it. False: everything
 * was taken (or is lost). Call again until false. */
bool records_next(struct records *r, const uint8_t **p, size_t *n, struct record *out);
/* Two bytes of an alert record are an alert in clear: encrypted ones are longer. */
bool record_is_alert(const struct record *r);

#endif
