/* stamp - when a line of a log was written.
 *
 * Owns: the forms in which programs write the time. Must not know: what time it is now, which zone a machine is in.
 */
#ifndef TLSWHY_LOG_STAMP_H
#define TLSWHY_LOG_STAMP_H

#include <stdbool.h>
#include <stddef.h>

struct stamp {
    double time;     /* seconds since 1970; of a time without a zone, as if it were UTC */
    bool zoned;      /* the line says the zone: time is UTC */
    bool yearless;   /* the line has no year, `year` was taken */
};

/* The time in the line p[0..n), which may have more text than it. `year` is for forms without one, 0: such forms are
 * passed over. False where there is none; *out is untouched then. */
bool stamp_read(const char *p, size_t n, int year, struct stamp *out);

#endif
