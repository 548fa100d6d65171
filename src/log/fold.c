/* fold - see fold.h. */
#include "src/log/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What becomes of a byte where nothing special holds: itself, its lower case, ' ' or \x01. Zero: a closer look. */
#define SPACE4 ' ', ' ', ' ', ' '
#define OTHER8 1, 1, 1, 1, 1, 1, 1, 1
#define OTHER32 OTHER8, OTHER8, OTHER8, OTHER8
static const uint8_t plain[256] = {
    SPACE4, SPACE4, SPACE4, SPACE4, SPACE4, SPACE4, SPACE4, SPACE4,
    ' ', '!', '"', '#', '$', '%', '&', '\'', '(', ')', '*', '+', ',', 0, '.', '/',
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', ';', '<', '=', '>', '?',
    '@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '[', 0, ']', '^', ' ',
    '\'', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '{', '|', '}', '~', ' ',
    OTHER32, OTHER32, [0xc0] = OTHER32, [0xe2] = 0, [0xe3] = OTHER8, OTHER8, OTHER8, 1, 1, 1, 1, 1,
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What time stamps, addresses and ports are made of beside digits. */
static bool joins(char c)
{
    return c == '.' || c == ':' || c == '/' || c == '-' || c == '+' || c == ',' || c == '#' || c == '>';
}

/* "1.2" and the like: a version of TLS or of HTTP. */
static bool is_version(const char *p, size_t n)
{
    return n == 3 && p[0] == '1' && p[1] == '.';
}

/* Where a run of digits that begins at p ends, with what joins more digits to it; *mask: it only says when or who. */
static const char *run_end(const char *start, const char *p, const char *end, bool *mask)
{
    const char *from = p;
    bool joined = false;
    while (p < end) {
        if (is_digit(*p)) {
            p++;
        } else if ((joins(*p) || *p == 'T') && end - p > 1 && is_digit(p[1])) {
            joined = true;
            p++;
        } else {
            break;
        }
    }
    char before = from > start ? from[-1] : ' ';
    bool process = before == '[' && from - start > 1 && is_alnum(from[-2]) && p < end && *p == ']';
    bool named = from - start >= 4 && (memcmp(from - 4, "pid ", 4) == 0 || memcmp(from - 4, "tid ", 4) == 0);
    *mask = (joined && !is_version(from, (size_t)(p - from))) || before == '*' || process || named;
    return p;
}

/* A typographic apostrophe is one; every other character beyond ASCII is just something else. */
static char beyond_ascii(const char *p, const char *end, size_t *used)
{
    bool quote = end - p >= 3 && (uint8_t)p[1] == 0x80 && ((uint8_t)p[2] == 0x98 || (uint8_t)p[2] == 0x99);
    *used = quote ? 3 : 1;
    return quote ? '\'' : 1;
}

static bool is_escape(char c) { return c == 'n' || c == 't' || c == 'r'; }

struct pen { char *at, *begin; };

static void put(struct pen *pen, char c)
{
    char last = pen->at[-1];
    if ((c == ' ' && last == ' ') || (c == 1 && last == 1))
        return;
    *pen->at++ = c;
}

/* The bytes that need a closer look; returns where the next one begins. */
static const char *put_special(struct pen *pen, const char *start, const char *p, const char *end)
{
    if (is_digit(*p)) {
        bool mask = false;
        bool inside = p > start && (is_alnum(p[-1]) || p[-1] == '_');
        const char *stop = inside ? p + 1 : run_end(start, p, end, &mask);
        if (mask) {
            put(pen, '#');
            return stop;
        }
        for (; p < stop; p++)
            put(pen, *p == '-' ? ' ' : (char)(plain[(uint8_t)*p] ? plain[(uint8_t)*p] : *p));
        return p;
    }
    if (*p == '-') {
        bool sign = end - p > 1 && is_digit(p[1]) && (p == start || !is_alnum(p[-1]));
        put(pen, sign ? '-' : ' ');
        return p + 1;
    }
    if (*p == '\\') {
        put(pen, ' ');
        return end - p > 1 && is_escape(p[1]) ? p + 2 : p + 1;
    }
    size_t used = 1;
    put(pen, beyond_ascii(p, end, &used));
    return p + used;
}

size_t fold_line(const char *p, size_t n, char *out)
{
    const char *start = p, *end = p + n;
    struct pen pen = { out + 1, out };
    out[0] = ' ';
    while (p < end) {
        uint8_t c = plain[(uint8_t)*p];
        if (c > ' ') {
            *pen.at++ = (char)c;
            p++;
        } else if (c) {
            put(&pen, (char)c);
            p++;
        } else {
            p = put_special(&pen, start, p, end);
        }
    }
    put(&pen, ' ');
    return (size_t)(pen.at - pen.begin);
}
