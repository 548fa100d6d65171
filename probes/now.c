/* now - see now.h. */
#include "probes/now.h"

#include <time.h>

static double now_by(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double now_monotonic(void)
{
    return now_by(CLOCK_MONOTONIC);
}

double now_wall(void)
{
    return now_by(CLOCK_REALTIME);
}
