/* Fuzz target of a session's lines: a line that is refused is refused with a printable sentence, one
 * that is taken is written as it would be again, and whatever a session becomes by them can be shown. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/model/diff.h"
#include "src/model/stream.h"

#define COLUMNS_SHOWN 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_printable(const char *s)
{
    char *clean = text_printable(s, strlen(s), strlen(s));
    must(strcmp(clean, s) == 0);
    free(clean);
}

static void means_the_same(const char *line, const char *as, size_t n)
{
    struct event ev;
    struct err e = { "" };
    must(event_parse(as, n, &ev, &e));
    char *again = event_format(&ev);
    must(strcmp(again, line) == 0);
    event_clear(&ev);
    free(again);
}

/* A line as it is written takes a short way in; with a blank before it, it can't, and means the same. */
static void slow_way(const char *line)
{
    char *other = malloc(strlen(line) + 2);
    must(other != NULL);
    other[0] = ' ';
    strcpy(other + 1, line);
    means_the_same(line, other, strlen(other));
    means_the_same(line, line, strlen(line) - 1);
    free(other);
}

static void line_run(struct session *s, const char *line, size_t n)
{
    struct event ev, back;
    struct err e = { "" };
    bool taken = event_parse(line, n, &ev, &e);
    must(taken == (e.text[0] == '\0'));
    must_be_printable(e.text);
    if (!taken)
        return;
    char *first = event_format(&ev);
    slow_way(first);
    must(event_parse(first, strlen(first), &back, &e));
    char *second = event_format(&back);
    must(strcmp(first, second) == 0);
    session_apply(s, &ev);
    event_clear(&back);
    event_clear(&ev);
    free(second);
    free(first);
}

static void session_show(const struct session *s)
{
    for (int f = 0; f < FACT_COUNT; f++) {
        must(strchr("=!~.? ", (int)diff_row(s, (enum fact)f)) != NULL);
        for (size_t i = 0; i < s->count && i < COLUMNS_SHOWN; i++) {
            char *cell = column_cell(s->column[i], (enum fact)f);
            must_be_printable(cell);
            free(cell);
            (void)diff_cell(s->column[0], s->column[i], (enum fact)f);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session *s = session_new(0);
    const char *p = (const char *)data;
    while (size) {
        const char *end = memchr(p, '\n', size);
        size_t n = end ? (size_t)(end - p) : size;
        line_run(s, p, n);
        n += end != NULL;
        p += n;
        size -= n;
    }
    session_show(s);
    session_free(s);
    return 0;
}
