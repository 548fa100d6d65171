/* ruler - see ruler.h. */
#include "ui/ruler.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

/* What is named on the scale, evenly spaced; nearer than a minute is 0. */
static const struct { double seconds; const char *name; } knots[] = {
    { 60, "" }, { 3600, "1h" }, { 86400, "1d" }, { 30 * 86400., "30d" }, { 365 * 86400., "1y" }, { 3653 * 86400., "" },
};
#define KNOTS ((int)(sizeof knots / sizeof *knots))

static int width_of(int width)
{
    int w = width > RULER_MAX - 1 ? RULER_MAX - 1 : width < 9 ? 9 : width;
    return w % 2 ? w : w - 1;
}

struct ruler ruler_new(int width)
{
    struct ruler r = { .width = width_of(width) };
    memset(r.cell, ' ', (size_t)r.width);
    r.cell[r.width / 2] = '|';
    return r;
}

/* From 0 in the middle to 1 at the end. */
static double fraction(double seconds)
{
    double a = fabs(seconds);
    if (isnan(a) || a <= knots[0].seconds)
        return 0;
    for (int i = 1; i < KNOTS; i++)
        if (a <= knots[i].seconds)
            return (i - 1 + log(a / knots[i - 1].seconds) / log(knots[i].seconds / knots[i - 1].seconds)) / (KNOTS - 1);
    return 1;
}

int ruler_place(const struct ruler *r, double seconds)
{
    int half = r->width / 2, off = (int)lround(fraction(seconds) * half);
    if (off == 0 && fabs(seconds) > knots[0].seconds)
        off = 1; /* what is off is never drawn as if it were not */
    return seconds < 0 ? half - off : half + off;
}

static int rank(char c)
{
    static const char order[] = " |#()=[]*>N";
    const char *p = strchr(order, c);
    return p ? (int)(p - order) : 0;
}

static void put(struct ruler *r, int at, char c)
{
    if (at >= 0 && at < r->width && rank(c) > rank(r->cell[at]))
        r->cell[at] = c;
}

void ruler_mark(struct ruler *r, double seconds, char mark)
{
    put(r, ruler_place(r, seconds), mark);
}

void ruler_span(struct ruler *r, double from, double to)
{
    int a = ruler_place(r, from), b = ruler_place(r, to);
    for (int i = a; i <= b; i++)
        if (i != r->width / 2) /* 0 is always to be seen */
            put(r, i, '#');
    if (a != r->width / 2)
        put(r, a, '(');
    if (b != r->width / 2)
        put(r, b, ')');
}

void ruler_value(struct ruler *r, double seconds, double uncertainty, char mark)
{
    int a = ruler_place(r, seconds - uncertainty), b = ruler_place(r, seconds + uncertainty);
    for (int i = a + 1; i < b; i++)
        put(r, i, '=');
    if (a < b) {
        put(r, a, '[');
        put(r, b, ']');
    }
    ruler_mark(r, seconds, mark);
}

char *ruler_text(const struct ruler *r, bool utf8)
{
    struct text t = { 0 };
    for (int i = 0; i < r->width; i++) {
        char one[2] = { r->cell[i], '\0' };
        text_add(&t, !utf8 ? one : *one == '#' ? "\u2501" : *one == '|' ? "\u2502" : one);
    }
    return text_take(&t);
}

char *ruler_scale(int width)
{
    struct ruler r = ruler_new(width);
    char line[RULER_MAX + 1];
    memset(line, ' ', (size_t)r.width);
    line[r.width] = '\0';
    line[r.width / 2] = '0';
    int free_from = r.width / 2 + 2, free_to = r.width / 2 - 2; /* names that would touch others are left out */
    for (int i = 1; i < KNOTS - 1; i++) {
        int n = (int)strlen(knots[i].name), right = ruler_place(&r, knots[i].seconds) - n / 2;
        int left = ruler_place(&r, -knots[i].seconds) - n / 2 - 1;
        if (right < free_from || right + 1 + n > r.width || left < 0 || left + n > free_to)
            continue;
        line[right - 1] = '+';
        memcpy(line + right, knots[i].name, (size_t)n);
        line[left] = '-';
        memcpy(line + left + 1, knots[i].name, (size_t)n);
        free_from = right + n + 2;
        free_to = left - 2;
    }
    return mem_string(line);
}
