/* clock - which clock is right, as far as one column and the others of its session tell.
 *
 * Owns: weighing the clocks against each other (an NTP server, the Dates of servers, what others signed, the kernel's
 * word) into an interval for the right time, and what that changes about the dates of the certificates.
 * Must not know: causes, texts of findings, what time it is now: the column says when it was judged.
 *
 * An interval is in seconds by which the right time is later than our clock, so below 0 our clock is ahead.
 */
#ifndef TLSWHY_WHY_CLOCK_H
#define TLSWHY_WHY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "src/model/session.h"

#define CLOCK_SLACK 180 /* seconds a clock may be off before anybody is told */

/* What the right time is taken from, the weakest first. */
enum clock_by {
    CLOCK_BY_NOTHING,
    CLOCK_BY_DATE,   /* the HTTP Date of one server */
    CLOCK_BY_KERNEL, /* it calls our clock synchronised */
    CLOCK_BY_SIGNED, /* a date that others signed is later than our clock */
    CLOCK_BY_DATES,  /* of servers on different machines that agree, against fewer */
    CLOCK_BY_SNTP,
    CLOCK_BY_COUNT
};

struct clock {
    enum clock_by by;
    double low, high;         /* the right time less ours; high may be INFINITY */
    bool dated;               /* this server's Date is known: */
    double offset, uncertainty; /* less ours */
    int dates;                /* machines whose Date agrees with the one taken */
    const json_t *proof;      /* lent; the bound of FACT_BOUNDS that is later than our clock, or NULL */
    int64_t proof_when;
    const char *ntp_server;   /* lent; NULL: none answered */
    bool moved_expired, moved_not_yet; /* there are such faults, and by the right time none of them is left */
    bool servers_not_yet;     /* not-yet-valid by the right time, valid by the server's own clock, which is wrong */
    bool servers_expired;     /* the same, of expired certificates */
    bool stays_expired;       /* expired by the right time as well */
    bool staple_moved;        /* the stapled OCSP response is stale by our clock alone */
    const json_t *hidden;     /* lent; a link of the built chain that has expired by the right time, which our clock
                                 does not show; NULL: none */
    const json_t *hidden_early; /* the same, of one that has not begun */
};

/* When the column's certificates were judged, by our clock, unix seconds; before that, when the session began. */
double clock_judged_at(const struct session *s, const struct column *c);
/* `at`: when the column's certificates were judged, by our clock, unix seconds. */
struct clock clock_weigh(const struct session *s, const struct column *c, double at);

bool clock_is_strong(const struct clock *k); /* more than one Date, or the kernel's word */
bool clock_ours_off(const struct clock *k);  /* by a strong one, our clock is off by more than the slack */
/* The same, by more than a staple that is dated later than our clock: its responder's may be wrong as well. */
bool clock_ours_off_surely(const struct clock *k);
bool clock_date_off(const struct clock *k);  /* the server's Date is, seen from our clock */
bool clock_server_off(const struct clock *k); /* by a strong one or the kernel's word, the server's clock is */

#define CLOCK_SAYS_LEN 200
/* "the NTP server a.example", "a certificate transparency log wrote 2026-11-20T12:00:00Z", to be read after "by" or
 * "from". Printable as far as its parts are. Returns out. */
char *clock_source(const struct clock *k, char out[CLOCK_SAYS_LEN]);
/* "1 day 2 h", "at least 3 days" by which our clock is off. Returns out. */
char *clock_span(const struct clock *k, char out[CLOCK_SAYS_LEN]);

#endif
