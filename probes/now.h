/* now - the clock that only goes on, and the one that people read.
 *
 * Owns: nothing; it reads CLOCK_MONOTONIC and CLOCK_REALTIME. Must not know: what is timed by it. The time of day is
 * passed on (engine_options.wall, ear_options.wall), so that a test can set it: no probe calls now_wall itself.
 */
#ifndef TLSWHY_PROBES_NOW_H
#define TLSWHY_PROBES_NOW_H

double now_monotonic(void); /* seconds, from no particular moment */
double now_wall(void);      /* unix seconds, by the system's clock */

#endif
