/* tally - connections of one step of a ramp, counted: how many failed how, and how long each stage took.
 *
 * Owns: the object STEP of FACT_LOAD (fact.h). Must not know: when a step begins or ends, what follows from it.
 */
#ifndef TLSWHY_PROBES_TALLY_H
#define TLSWHY_PROBES_TALLY_H

#include <jansson.h>
#include <stdbool.h>

enum timed { TIMED_CONNECT, TIMED_HELLO, TIMED_HANDSHAKE, TIMED_COUNT };

struct tally {
    int at_once, wanted, asked, made, failed, resent;
    int last_good, first_failed;     /* which of those made, 0: none */
    json_t *kinds;                   /* owned; how many failed how */
    double *ms[TIMED_COUNT];         /* owned; of those that came so far, `wanted` at most */
    int count[TIMED_COUNT];
    double busy, cpu;                /* seconds: from the first of a burst to its last, and of this program */
};

void tally_set(struct tally *t, int at_once, int wanted); /* empties it first */
void tally_clear(struct tally *t); /* also of a zeroed one */
void tally_time(struct tally *t, enum timed what, double seconds);
void tally_good(struct tally *t);  /* the one made last was; tally_failed: it was not, `how` as WENT has it */
void tally_failed(struct tally *t, const char *how);
/* Milliseconds within which this part of them had come; 0 of none. Sorts the times. */
double tally_part(struct tally *t, enum timed what, double part);
json_t *tally_json(struct tally *t); /* owned by the caller, who may change it */
/* Three digits behind the point: more of them say nothing. Owned by the caller. */
json_t *tally_number(double x);

#endif
