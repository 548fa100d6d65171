/* now - the clock that only goes on.
 *
 * Owns: nothing; it reads CLOCK_MONOTONIC. Must not know: what is timed by it. The time of day is passed in
 * (engine_options.wall), so that a test can set it.
 */
#ifndef TLSWHY_PROBES_NOW_H
#define TLSWHY_PROBES_NOW_H

double now_monotonic(void); /* seconds, from no particular moment */

#endif
