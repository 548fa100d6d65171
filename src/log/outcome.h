/* outcome - the causes that logs speak for, ranked over all events.
 *
 * Owns: what events and their pattern together say that no single line does: a cause that one line names for certain
 * decides what others leave open; one name of several points to that server's chain, all names to what stands between.
 * Must not know: how it is printed.
 */
#ifndef TLSWHY_LOG_OUTCOME_H
#define TLSWHY_LOG_OUTCOME_H

#include "src/log/habit.h"
#include "src/log/journal.h"

#define OUTCOME_SAMPLES 3

struct outcome_cause {
    enum cause cause;
    int percent;                   /* 25 50 75 90 97; below 50: a candidate */
    uint64_t events;               /* that it is the first cause of */
    uint32_t sample[OUTCOME_SAMPLES]; size_t samples; /* readings that say so; the first `own_samples` by themselves */
    size_t own_samples;
    uint32_t server, name;         /* words, of one of its events; 0: not known */
    uint64_t own;                  /* events that say so by themselves */
    const char *because;           /* what the other events are counted for it by; NULL: there are none */
    struct habit *habit;           /* owned; who fails for this cause and when, where there are others; else NULL */
};

struct outcome {
    struct outcome_cause cause[CAUSE_COUNT]; size_t count; /* the likeliest first */
    uint64_t unknown;              /* failures in words that nobody here knows */
    uint8_t *first;                /* owned; by event: the cause it counts for + 1, 0: none */
};

struct outcome *outcome_of(const struct journal *j, const struct habit *h);
void outcome_free(struct outcome *o); /* accepts NULL */

#endif
