/* text - building, cleaning and measuring text for people.
 *
 * Owns: the one function that makes peer-chosen text printable, the display width of a string, and
 * a growing string.
 * Must not know: the terminal, the locale (text is UTF-8 throughout; ui/ falls back to ASCII).
 */
#ifndef TLSWHY_BASE_TEXT_H
#define TLSWHY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string under construction; zero-initialise. `s` is NULL until something was added. */
struct text {
    char *s;
    size_t len, room;
};

void text_add(struct text *t, const char *s);              /* NULL adds nothing */
void text_add_n(struct text *t, const char *s, size_t n);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_pad(struct text *t, int cols);                   /* spaces up to that display width of the current line */
char *text_take(struct text *t);                           /* moves the string out; "" if nothing was added */
void text_free(struct text *t);

/* Bytes from outside as printable UTF-8, owned by the caller: control characters, invalid UTF-8,
 * bidirectional and other format characters and line separators become \xNN or \u{NNNN}; at most
 * `max` bytes of input are looked at, and "..." marks what was cut. */
char *text_printable(const void *p, size_t n, size_t max);

/* The same text in ASCII for a locale that has no more: other characters as \u{NNNN}. Owned by the caller. */
char *text_ascii(const char *s);

/* Columns a UTF-8 string takes on a terminal (East Asian wide 2, combining 0). */
int text_width(const char *s);
/* The number of leading bytes of s that fit in `cols` columns, whole characters only; *used gets
 * the columns they take (may be NULL). Combining marks stay with their base. */
size_t text_fit(const char *s, int cols, int *used);
/* Adds s to t, wrapped at `width` columns, every line after the first indented by `indent` spaces
 * (the caller has written the first line's `indent` columns itself). Words longer than a line are
 * left whole, so that a command can still be copied. */
void text_wrap(struct text *t, const char *s, int indent, int width);

char text_lower(char c);                          /* of ASCII; other bytes stay */
bool text_is(const char *a, const char *b);       /* equal, ASCII case ignored; NULL is equal to nothing */
bool text_starts(const char *s, const char *prefix);
/* The n bytes at p begin with these `length` ones, ASCII case ignored. */
bool text_begins(const void *p, size_t n, const char *with, size_t length);
/* The nearest of n words to a mistyped one (edit distance at most 2, ASCII case ignored), or NULL: "did you mean". */
const char *text_nearest(const char *word, const char *const *words, size_t n);

#endif
