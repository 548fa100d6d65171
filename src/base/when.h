/* when - times as values.
 *
 * Owns: seconds since 1970 UTC as an integer, their RFC 3339 form, the calendar, and spans in words.
 * Must not know: what time it is now. Clocks are passed in by those who have one. Years 0001 to 9999.
 */
#ifndef TLSWHY_BASE_WHEN_H
#define TLSWHY_BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#define WHEN_UNKNOWN INT64_MIN
#define WHEN_LEN 32

int64_t when_from_civil(int year, int month, int day, int hour, int minute, int second);
/* "2026-11-21T01:13:50Z", or "unknown". Returns out. */
char *when_format(int64_t t, char out[WHEN_LEN]);
/* The same with milliseconds. */
char *when_format_ms(double t, char out[WHEN_LEN]);
/* "2026-11-21", for tables. */
char *when_day(int64_t t, char out[WHEN_LEN]);
bool when_parse(const char *s, int64_t *t);        /* what when_format and when_format_ms write */
bool when_parse_http(const char *s, int64_t *t);   /* IMF-fixdate, RFC 9110 section 5.6.7 */
/* A span in its largest fitting unit, rounded down from minutes on, without sign: "0.3 s", "45 s", "5 min", "3 h",
 * "1 day 2 h", "10 days", "2 years". */
char *when_span(double seconds, char out[WHEN_LEN]);

#endif
