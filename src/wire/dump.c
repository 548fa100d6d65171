/* dump - see dump.h.
 *
 * Line by line. A first line that begins with an offset says that all of them do; then what follows the bytes of a
 * line, set off by two blanks or a bar, is for people.
 */
#include "src/wire/dump.h"

#include <stdint.h>
#include <string.h>

#define OFFSET_DIGITS_MAX 16 /* of 64 bits */

struct line { const char *p, *end; };

struct dump {
    struct buf *out;
    bool begun, offsets;
    uint64_t base;        /* the first offset */
};

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Those in a row, counted up to `most`: a line may have a million. */
static size_t digits(struct line l, size_t most)
{
    size_t n = 0;
    while (n < most && l.p + n < l.end && digit(l.p[n]) >= 0)
        n++;
    return n;
}

static void blanks_skip(struct line *l)
{
    while (l->p < l->end && blank(*l->p))
        l->p++;
}

static bool starts(struct line l, const char *prefix)
{
    size_t n = strlen(prefix);
    return (size_t)(l.end - l.p) >= n && memcmp(l.p, prefix, n) == 0;
}

/* Two digits, or one alone where that can be meant. */
static bool byte_take(struct dump *d, struct line *l, bool one)
{
    size_t n = digits(*l, 2);
    if (n < 1 || (n == 1 && !one))
        return false;
    uint8_t byte = (uint8_t)(n == 1 ? digit(l->p[0]) : digit(l->p[0]) << 4 | digit(l->p[1]));
    l->p += n == 1 ? 1 : 2;
    return buf_add(d->out, &byte, 1);
}

/* The offset a line begins with; false and nothing taken when it is none. */
static bool offset_take(struct line *l, uint64_t *offset, bool *colon)
{
    size_t n = digits(*l, OFFSET_DIGITS_MAX + 1);
    if (n < 4 || n > OFFSET_DIGITS_MAX)
        return false;
    *colon = l->p + n < l->end && l->p[n] == ':';
    if (!*colon && l->p + n < l->end && !blank(l->p[n]))
        return false;
    *offset = 0;
    for (; n; n--)
        *offset = *offset << 4 | (unsigned)digit(*l->p++);
    l->p += *colon;
    return true;
}

/* After eight pairs of digits a wider gap may stand that does not end them. */
static bool gap_inside(const struct line *l, size_t bytes, size_t gap)
{
    struct line rest = *l;
    return gap == 2 && bytes == 8 && digits(rest, 3) == 2 && rest.end - rest.p > 2 && blank(rest.p[2]);
}

static bool line_with_offset(struct dump *d, struct line l)
{
    uint64_t offset;
    bool colon;
    if (!offset_take(&l, &offset, &colon) || offset != d->base + d->out->len)
        return false;
    blanks_skip(&l);
    bool joined = false; /* digits stand together in fours or more */
    for (size_t bytes = 0; l.p < l.end && *l.p != '|'; bytes++) {
        if (!byte_take(d, &l, false))
            return false;
        const char *end = l.p;
        blanks_skip(&l);
        size_t gap = (size_t)(l.p - end);
        joined |= gap == 0;
        if (gap >= 2 && (joined || !gap_inside(&l, bytes + 1, gap)))
            return true;
    }
    return true;
}

static bool line_plain(struct dump *d, struct line l)
{
    while (l.p < l.end) {
        bool marked = starts(l, "0x") || starts(l, "0X") || starts(l, "\\x");
        if (marked)
            l.p += 2;
        if (!marked && (blank(*l.p) || strchr(",:;{}()[]\"'-", *l.p)))
            l.p++;
        else if (!byte_take(d, &l, marked))
            return false;
    }
    return true;
}

static bool line_take(struct dump *d, struct line l)
{
    uint64_t offset;
    bool colon;
    struct line first = l;
    if (!d->begun && offset_take(&first, &offset, &colon)) {
        struct line more = first;
        blanks_skip(&more);
        d->offsets = (colon && more.p > first.p) || (!colon && offset == 0); /* no hello begins with zeroes */
        d->base = offset;
    }
    d->begun = true;
    return d->offsets ? line_with_offset(d, l) : line_plain(d, l);
}

bool dump_read(const void *text, size_t n, struct buf *out)
{
    struct dump d = { .out = out };
    const char *p = text, *end = p + n;
    bool good = true;
    while (good && p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        struct line l = { p, newline ? newline : end };
        p = newline ? newline + 1 : end;
        blanks_skip(&l);
        if (starts(l, "<<<")) /* s_client -msg: what the server said */
            break;
        if (l.p < l.end && *l.p != '#' && !starts(l, ">>>"))
            good = memchr(l.p, '\0', (size_t)(l.end - l.p)) == NULL && line_take(&d, l);
    }
    if (good && out->len)
        return true;
    out->len = 0;
    return false;
}
