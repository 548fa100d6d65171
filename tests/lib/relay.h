/* relay - passes a connection on to a real server on loopback, and spoils it on the way.
 *
 * Owns: the two directions and what is done to the first bytes of each. Must not know: who is let in at
 * all (fault.c), TLS beyond the head of a record and the ClientHello's extensions.
 */
#ifndef TLSWHY_TESTS_RELAY_H
#define TLSWHY_TESTS_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trick {
    TRICK_NONE,
    TRICK_WARN,      /* a warning alert 112 before the server's first bytes */
    TRICK_MUTE,      /* the connection ends where the server says an alert first */
    TRICK_SILENT_13, /* hellos that offer TLS 1.3 are never answered */
    TRICK_STRIP_13,  /* the offer of TLS 1.3 becomes an extension nobody knows */
    TRICK_PICKY,     /* hellos are refused by a rule, see picky_refuses */
    TRICK_SLOW       /* a path of 300 ms */
};

#define HEARD_MAX (128 * 1024)
/* The client's first flight: whole records as far as they say how long they are, or what came until a
 * pause. The length; 0 when the client went before it said anything. */
size_t flight_read(int fd, uint8_t out[HEARD_MAX]);
/* Body of a ClientHello's extension of that type in the flight; NULL. `n` is its length. */
const uint8_t *flight_extension(const uint8_t *flight, size_t len, uint16_t type, size_t *n);
/* The ClientHello's cipher suites in the flight; NULL. `n` is their length in bytes. */
const uint8_t *flight_suites(const uint8_t *flight, size_t len, size_t *n);
bool flight_offers_13(const uint8_t *flight, size_t len);

/* A rule HOW-WHAT-NUMBER refuses this flight. WHAT: "ext" the extension is there, "need" it is not, "suite" the suite
 * is there, "larger" the message is larger, "records" it is in several records. */
bool picky_refuses(const char *rule, const uint8_t *flight, size_t len);

/* `arg`: the port, of TRICK_PICKY with a rule, "PORT-HOW-WHAT-NUMBER": HOW is "alert", "rst" or "drop". Returns when
 * either side has ended; closes nothing of the caller's. */
void relay(int fd, const char *arg, enum trick trick);

#endif
