/* text - see text.h. */
#include "src/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

#include "src/base/mem.h"

static void text_reserve(struct text *t, size_t more)
{
    if (t->len + more + 1 <= t->room)
        return;
    size_t room = t->room ? t->room : 64;
    while (room < t->len + more + 1)
        room *= 2;
    t->s = mem_array(t->s, room, 1);
    t->room = room;
}

void text_add_n(struct text *t, const char *s, size_t n)
{
    text_reserve(t, n);
    if (n)
        memcpy(t->s + t->len, s, n);
    t->len += n;
    t->s[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    if (s)
        text_add_n(t, s, strlen(s));
}

void text_addf(struct text *t, const char *format, ...)
{
    char small[256];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(small, sizeof small, format, ap);
    va_end(ap);
    if (n < 0)
        return;
    if ((size_t)n < sizeof small) {
        text_add_n(t, small, (size_t)n);
        return;
    }
    text_reserve(t, (size_t)n);
    va_start(ap, format);
    vsnprintf(t->s + t->len, (size_t)n + 1, format, ap);
    va_end(ap);
    t->len += (size_t)n;
}

void text_pad(struct text *t, int cols)
{
    const char *line = t->s ? memrchr(t->s, '\n', t->len) : NULL;
    line = line ? line + 1 : t->s;
    for (int w = line ? text_width(line) : 0; w < cols; w++)
        text_add_n(t, " ", 1);
}

char *text_take(struct text *t)
{
    char *s = t->s ? t->s : mem_string("");
    *t = (struct text){ 0 };
    return s;
}

void text_free(struct text *t)
{
    free(t->s);
    *t = (struct text){ 0 };
}

/* What must not reach a terminal or a table as it is: controls, format characters (bidirectional
 * overrides, zero-width joiners), line and paragraph separators, private and unassigned code points. */
static bool is_printable(ucs4_t c)
{
    if (c < 0x80)
        return c >= 0x20 && c < 0x7f;
    return !uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
                                                    UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co |
                                                    UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl |
                                                    UC_CATEGORY_MASK_Zp);
}

char *text_printable(const void *p, size_t n, size_t max)
{
    struct text t = { 0 };
    const uint8_t *u = p;
    size_t end = n < max ? n : max;
    for (size_t i = 0; i < end;) {
        ucs4_t c;
        size_t plain = 0; /* nearly all text is ASCII */
        while (i + plain < end && u[i + plain] >= ' ' && u[i + plain] <= '~')
            plain++;
        text_add_n(&t, (const char *)u + i, plain);
        i += plain;
        if (i == end)
            break;
        int len = u8_mbtoucr(&c, u + i, end - i);
        if (len <= 0) {
            if (end < n && len == -2)
                break; /* a character cut by max, not a broken one */
            text_addf(&t, "\\x%02x", u[i]);
            i++;
            continue;
        }
        if (is_printable(c))
            text_add_n(&t, (const char *)u + i, (size_t)len);
        else
            text_addf(&t, c < 0x80 ? "\\x%02x" : "\\u{%04x}", (unsigned)c);
        i += (size_t)len;
    }
    if (end < n)
        text_add(&t, "...");
    return text_take(&t);
}

char *text_ascii(const char *s)
{
    struct text t = { 0 };
    for (size_t n = strlen(s), i = 0; i < n;) {
        ucs4_t c = 0;
        int len = u8_mbtouc(&c, (const uint8_t *)s + i, n - i);
        if (c < 0x80)
            text_add_n(&t, s + i, 1);
        else
            text_addf(&t, "\\u{%04x}", (unsigned)c);
        i += (size_t)len;
    }
    return text_take(&t);
}

int text_width(const char *s)
{
    int cols;
    text_fit(s, -1, &cols);
    return cols;
}

size_t text_fit(const char *s, int cols, int *used)
{
    const uint8_t *u = (const uint8_t *)s;
    size_t i = 0;
    int width = 0;
    while (u[i]) {
        ucs4_t c = u[i];
        int len = 1, w = 1;
        if (c >= 0x80) {
            len = u8_mbtouc(&c, u + i, strnlen(s + i, 4)); /* the longest character; s may be megabytes */
            w = uc_width(c, "UTF-8");
            if (w < 0)
                w = 0;
        }
        if (cols >= 0 && width + w > cols)
            break;
        width += w;
        i += (size_t)len;
    }
    if (used)
        *used = width;
    return i;
}

void text_wrap(struct text *t, const char *s, int indent, int width)
{
    int room = width - indent > 10 ? width - indent : 10;
    while (*s == ' ')
        s++;
    for (int at = 0; *s;) {
        size_t word = strcspn(s, " \n");
        char *w = mem_copy(s, word);
        int cols = text_width(w);
        if (at && at + 1 + cols > room) {
            text_addf(t, "\n%*s", indent, "");
            at = 0;
        }
        if (at) {
            text_add_n(t, " ", 1);
            at++;
        }
        text_add(t, w);
        at += cols;
        free(w);
        s += word;
        if (*s == '\n') {
            text_addf(t, "\n%*s", indent, "");
            at = 0;
        }
        s += strspn(s, " \n");
    }
}

char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool text_is(const char *a, const char *b)
{
    if (!a || !b)
        return false;
    for (; *a && *b; a++, b++)
        if (text_lower(*a) != text_lower(*b))
            return false;
    return *a == *b;
}

bool text_starts(const char *s, const char *prefix)
{
    return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_begins(const void *p, size_t n, const char *with, size_t length)
{
    const char *s = p;
    if (n < length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text_lower(s[i]) != text_lower(with[i]))
            return false;
    return true;
}

/* Levenshtein distance of short words, ASCII case ignored; anything over 64 bytes counts as far away. */
static int text_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    int row[65];
    if (n > 64 || m > 64)
        return 99;
    for (size_t j = 0; j <= m; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int change = corner + (text_lower(a[i - 1]) != text_lower(b[j - 1]));
            int least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            corner = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[m];
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
    const char *best = NULL;
    int least = 3;
    for (size_t i = 0; i < n; i++) {
        int d = text_distance(word, words[i]);
        if (d < least && d < (int)strlen(words[i])) {
            least = d;
            best = words[i];
        }
    }
    return best;
}
