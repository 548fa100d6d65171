/* opening - the first words of a client that does not speak TLS.
 *
 * Owns: a table of what clients of other protocols send first. (What servers greet with is first.h.)
 * Must not know: TLS, sockets, what a person should do about it.
 *
 * The answer for some bytes stays the same when more follow, so it does not matter how they are cut.
 */
#ifndef TLSWHY_WIRE_OPENING_H
#define TLSWHY_WIRE_OPENING_H

#include <stddef.h>

enum opening_kind {
    OPENING_SHORT,   /* too few bytes to tell */
    OPENING_KNOWN,
    OPENING_UNKNOWN  /* whatever follows, nobody known here */
};
struct opening {
    enum opening_kind kind;
    const char *protocol; /* of KNOWN: "HTTP", "SSH", "a PROXY line", ...; else NULL */
};

/* Looks at the first n bytes; never reads beyond. */
struct opening opening_look(const void *p, size_t n);

#endif
