/* fuzz_line - fuzz target of reading one error line: any bytes; the first one chooses a context. What comes back is
 * fit to be shown, and the same when the line is read again.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/log/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void reading_check(const struct line_says *s)
{
    must(s->cause_count <= LINE_CAUSES && s->nearest_count <= LINE_NEAREST && s->alert >= -1 && s->alert <= 255);
    must(s->kind != LINE_KNOWN || (s->cause_count && s->topic && s->means));
    for (size_t i = 0; i < s->cause_count; i++) {
        must(s->cause[i].cause < CAUSE_COUNT && s->cause[i].percent >= 25 && s->cause[i].percent <= 97);
        must(i == 0 || s->cause[i].percent <= s->cause[i - 1].percent);
        for (size_t k = 0; k < i; k++)
            must(s->cause[k].cause != s->cause[i].cause);
    }
}

/* One book for all inputs, made at the first: building it takes longer than thousands of readings. */
static struct line_book *book;

static void book_end(void)
{
    line_book_free(book);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    if (!book) {
        book = line_book_new();
        atexit(book_end);
    }
    struct line_context context = {
        .in_log = data[0] & 1, .side = data[0] >> 1 & 1, .stage = data[0] >> 2 & 3,
        .near = data[0] & 16 ? 1u << CAUSE_SNI : 0, .excluded = data[0] & 32 ? 1u << CAUSE_CIPHER_MISMATCH : 0,
    };
    const char *line = (const char *)data + 1;
    struct line_says first, again;
    line_read(book, line, size - 1, &context, &first);
    reading_check(&first);
    line_read(book, line, size - 1, &context, &again);
    must(first.topic == again.topic && first.cause_count == again.cause_count && first.alert == again.alert);
    const char *at = line_find(book, line, size - 1);
    must(!at || (at >= line && at < line + size - 1));
    return 0;
}
