/* fuzz_capture - fuzz target of recordings: whatever the bytes are, fed whole and in pieces, the same hellos come out
 * with the same remarks, and each of them is whole.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct seen { int count; size_t bytes; int64_t times; };

static bool found(void *arg, const struct capture_hello *h)
{
    struct seen *s = arg;
    must(h->nth == s->count + 1 && h->heard->end == HEARD_HELLO && h->segments > 0);
    must(strchr(h->from, ':') && strchr(h->to, ':') && h->heard->raw.len > 4);
    s->count++;
    s->bytes += h->heard->raw.len;
    s->times ^= h->time_ms;
    return s->count < 20;
}

static struct capture *feed(struct seen *s, const uint8_t *data, size_t size, size_t piece)
{
    struct capture *c = capture_new(found, s);
    for (size_t at = 0, part; at < size; at += part) {
        part = piece < size - at ? piece : size - at;
        if (!capture_feed(c, data + at, part))
            break;
    }
    capture_end(c);
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = { 0 }, pieces = { 0 };
    struct capture *a = feed(&whole, data, size, size ? size : 1), *b = feed(&pieces, data, size, 1 + size % 61);
    struct capture_count x = capture_counts(a), y = capture_counts(b);
    must(whole.count == pieces.count && whole.bytes == pieces.bytes && whole.times == pieces.times);
    must(x.packets == y.packets && x.tcp == y.tcp && x.streams == y.streams && x.tcp <= x.packets);
    must(!capture_why(a) == !capture_why(b) && (!capture_why(a) || strcmp(capture_why(a), capture_why(b)) == 0));
    must(capture_is(data, size) || whole.count == 0);
    capture_free(a);
    capture_free(b);
    return 0;
}
