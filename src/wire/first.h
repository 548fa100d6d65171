/* first - what the first bytes from a server are.
 *
 * Owns: telling TLS records from everything else that speaks on ports, by a table of byte patterns.
 * Must not know: sockets, GnuTLS.
 */
#ifndef TLSWHY_WIRE_FIRST_H
#define TLSWHY_WIRE_FIRST_H

#include <stddef.h>
#include <stdint.h>

enum first_kind {
    FIRST_NOTHING,  /* no bytes at all */
    FIRST_TLS,      /* a TLS or SSL 3.0 record: handshake, alert, change cipher spec, data */
    FIRST_SSL2,     /* an SSL 2.0 server record */
    FIRST_PLAIN,    /* a known protocol in plain text; `protocol` says which */
    FIRST_UNKNOWN,  /* bytes that are not TLS and nobody we know */
    FIRST_SHORT     /* too few bytes to tell, but so far like TLS */
};

struct first {
    enum first_kind kind;
    const char *protocol; /* "HTTP", "SMTP", "SSH", "FTP", "IMAP", "POP3", ...: NULL if unknown */
    const char *hint;     /* what a person should do about it, one sentence; NULL if none */
    uint8_t alert_level, alert_number; /* of a plaintext alert record that comes first; level 0 = none */
};

/* Looks at the first n bytes; never reads beyond. */
struct first first_look(const void *p, size_t n);

#endif
