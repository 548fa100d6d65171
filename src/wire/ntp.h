/* ntp - the packets of a simple time client (RFC 4330, RFC 5905 section 14).
 *
 * Owns: the request, and what an answer says, with all the checks of RFC 4330 section 5.
 * Must not know: sockets, clocks: who sends says when.
 */
#ifndef TLSWHY_WIRE_NTP_H
#define TLSWHY_WIRE_NTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NTP_PACKET 48

/* An NTPv4 client request. The cookie stands where our time would: it comes back, and tells nobody our clock. */
void ntp_request(uint64_t cookie, uint8_t out[NTP_PACKET]);

enum ntp_says {
    NTP_TIME,
    NTP_FOREIGN,   /* no answer to this request: go on waiting */
    NTP_KISS,      /* a refusal, its code is in `kiss` */
    NTP_UNSYNCED   /* the server does not know the time itself */
};

struct ntp_answer {
    enum ntp_says says;
    int stratum;
    char kiss[5];        /* "RATE", "DENY"; printable */
    double offset;       /* seconds, the server's clock less ours */
    double uncertainty;  /* seconds, half of the way there and back and what the server admits of its own */
};

/* An answer of n bytes to the request with this cookie; `sent` and `got` by our clock, unix seconds. */
struct ntp_answer ntp_read(const void *p, size_t n, uint64_t cookie, double sent, double got);

#endif
