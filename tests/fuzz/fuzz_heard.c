/* fuzz_heard - fuzz target of reading what a client sends first: the answer does not depend on how the bytes are cut,
 * keeps its limits, and a hello that was read is written, read and written again as the same bytes.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/heard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool list_same(const uint16_t *a, const uint16_t *b)
{
    if (!a || !b)
        return a == b;
    for (; *a && *a == *b; a++)
        b++;
    return *a == *b;
}

static bool text_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void lists_check(const struct hello *a, const struct hello *b)
{
    must(a->version == b->version && a->record == b->record && a->size == b->size && a->record_size == b->record_size);
    must(list_same(a->suites, b->suites) && list_same(a->groups, b->groups) && list_same(a->sigalgs, b->sigalgs));
    must(list_same(a->versions, b->versions) && list_same(a->shares, b->shares));
    must(text_same(a->sni, b->sni) && text_same(a->alpn, b->alpn));
    must(a->extra_count == b->extra_count && a->order_count == b->order_count && a->kind_count == b->kind_count);
    must(!a->order_count || memcmp(a->order, b->order, a->order_count * sizeof *a->order) == 0);
}

static void hello_check(const struct heard *h)
{
    struct heard again;
    struct buf first, second;
    buf_init(&first, HELLO_BYTES_MAX);
    buf_init(&second, HELLO_BYTES_MAX);
    heard_init(&again);
    must(h->hello.suites && h->size <= HEARD_MESSAGE_MAX && h->min <= h->max);
    must(hello_write(&h->hello, &first));
    must(!heard_feed(&again, first.data, first.len) && again.end == HEARD_HELLO);
    must(again.rest == 0 && again.once == 0 && again.min == h->min && again.max == h->max);
    lists_check(&h->hello, &again.hello);
    must(hello_write(&again.hello, &second) && first.len == second.len);
    must(memcmp(first.data, second.data, first.len) == 0);
    if (!h->once && !h->why)
        must(first.len == h->raw.len || h->records > 1);
    heard_free(&again);
    buf_free(&first);
    buf_free(&second);
}

static void prints_check(const struct heard *h)
{
    struct text ja3 = { 0 }, a = { 0 }, b = { 0 }, c = { 0 };
    bool there = h->end == HEARD_HELLO && !h->hello.ssl2_form;
    heard_ja3(h, &ja3);
    heard_ja4(h, &a, &b, &c);
    must((ja3.len > 0) == there && a.len == (there ? 10 : 0));
    text_free(&ja3);
    text_free(&a);
    text_free(&b);
    text_free(&c);
}

/* Fed in pieces of 1 to 64 bytes, as the data itself has it. */
static void feed_cut(struct heard *h, const uint8_t *p, size_t n)
{
    for (size_t at = 0, piece; at < n && h->end == HEARD_GOING; at += piece) {
        piece = 1 + p[at] % 64;
        piece = piece < n - at ? piece : n - at;
        heard_feed(h, p + at, piece);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heard whole, cut;
    heard_init(&whole);
    heard_init(&cut);
    must(heard_feed(&whole, data, size) == (whole.end == HEARD_GOING));
    feed_cut(&cut, data, size);
    must(whole.end == cut.end && whole.raw.len == cut.raw.len && text_same(whole.why, cut.why));
    must(text_same(whole.protocol, cut.protocol) && whole.alert == cut.alert && whole.size == cut.size);
    must(whole.raw.len <= HEARD_BYTES_MAX && whole.raw.len + whole.rest == size);
    must(!whole.raw.len || memcmp(whole.raw.data, data, whole.raw.len) == 0);
    must(whole.end < HEARD_BROKEN || whole.why);
    if (whole.end == HEARD_HELLO) {
        lists_check(&whole.hello, &cut.hello);
        hello_check(&whole);
    }
    prints_check(&whole);
    heard_free(&whole);
    heard_free(&cut);
    return 0;
}
