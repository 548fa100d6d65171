/* ruler - a line of time to both sides of now, as text.
 *
 * Owns: the scale, which is logarithmic to both sides, and what stands where on it.
 * Must not know: sessions, what the marks mean to anybody.
 *
 * A place is a distance in seconds from 0, the middle. What lies further off than ten years is at the end of the line.
 */
#ifndef TLSWHY_UI_RULER_H
#define TLSWHY_UI_RULER_H

#include <stdbool.h>

#define RULER_MAX 200 /* cells */

struct ruler {
    int width;             /* cells, odd, at least 9 */
    char cell[RULER_MAX];  /* one of " |(#)[=]*>N", the later of these above the earlier */
};

/* An empty ruler with its 0; `width` is taken down to an odd number within bounds. */
struct ruler ruler_new(int width);
int ruler_place(const struct ruler *r, double seconds); /* the cell of a distance */
/* The span a certificate is valid for: "(###)"; open at the end of the line. */
void ruler_span(struct ruler *r, double from, double to);
/* A value with its uncertainty: "[=*=]", or "*" alone where that has no width here. */
void ruler_value(struct ruler *r, double seconds, double uncertainty, char mark);
void ruler_mark(struct ruler *r, double seconds, char mark);
/* The line, owned by the caller; UTF-8 has lines where ASCII has letters. */
char *ruler_text(const struct ruler *r, bool utf8);
/* The scale above it, "-1y  -30d ...", owned by the caller. */
char *ruler_scale(int width);

#endif
