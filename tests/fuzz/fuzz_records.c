/* fuzz_records - fuzz target of what passes a tap: however the bytes of both sides are cut, the notes are the same,
 * and no ending says what was not seen.
 *
 * The first two bytes of the input say how many of the rest are the client's.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "src/wire/overhear.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct notes { struct heard heard; struct overhear over; };

static void feed(struct notes *x, const uint8_t *client, size_t n, const uint8_t *server, size_t m, size_t step)
{
    heard_init(&x->heard);
    overhear_init(&x->over, &x->heard);
    for (size_t i = 0; i < n; i += step) {
        size_t some = n - i < step ? n - i : step;
        if (x->heard.end == HEARD_GOING)
            heard_feed(&x->heard, client + i, some);
        overhear_client(&x->over, client + i, some);
    }
    for (size_t i = 0; i < m; i += step)
        overhear_server(&x->over, server + i, m - i < step ? m - i : step);
}

static void forget(struct notes *x)
{
    overhear_free(&x->over);
    heard_free(&x->heard);
}

static void check(const struct notes *x)
{
    const struct overhear *o = &x->over;
    for (enum ender by = 0; by < ENDER_COUNT; by++)
        for (enum ending_how how = 0; how < HOW_COUNT; how++) {
            struct ending e = overhear_end(o, by, how);
            must(e.stage < PASSED_COUNT && e.by < ENDER_COUNT && e.how < HOW_COUNT && e.alert >= -1 && e.alert <= 255);
            must(e.alert < 0 || e.how == HOW_ALERT);
            must(e.stage == PASSED_NOTHING || x->heard.end == HEARD_HELLO);
            must(e.stage < PASSED_SERVER_HELLO || e.stage > PASSED_CERTIFICATE || overhear_answered(o) ||
                 o->server.flight);
        }
    must(o->client.alert >= -1 && o->client.alert <= 255 && o->server.alert >= -1 && o->server.alert <= 255);
}

static void same(const struct notes *a, const struct notes *b)
{
    must(a->heard.end == b->heard.end && a->over.reply.got == b->over.reply.got);
    must(a->over.client.records.count == b->over.client.records.count);
    must(a->over.server.records.count == b->over.server.records.count);
    must(overhear_passed(&a->over) == overhear_passed(&b->over));
    must(a->over.first == b->over.first && a->over.off == b->over.off);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t n = (size_t)data[0] << 8 | data[1], all = size - 2;
    if (n > all)
        n = all;
    const uint8_t *client = data + 2, *server = client + n;
    size_t m = all - n;
    struct notes whole, bytes, pieces;
    feed(&whole, client, n, server, m, size);
    feed(&bytes, client, n, server, m, 1);
    feed(&pieces, client, n, server, m, 7);
    check(&whole);
    check(&bytes);
    same(&bytes, &pieces);
    same(&whole, &bytes);
    forget(&whole);
    forget(&bytes);
    forget(&pieces);
    return 0;
}
