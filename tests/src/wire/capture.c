/* capture - tests of reading recordings: files written here in every form, their packets in every order, cut
 * everywhere and lying about every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/capture.h"
#include "src/wire/client.h"
#include "src/wire/flows.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define FILE_MAX (8u << 20)
#define FOUND_MAX 64

/* --- a writer of recordings ---------------------------------------------------------------------- */

struct file {
    struct buf b;
    bool little, ng;
    uint16_t link;
    uint32_t packet_size; /* what is recorded of each packet; 0: all */
    int block;            /* of pcapng: 6, 3 or 2 */
    uint32_t interface;
    uint64_t ticks;
};

static void put(struct buf *b, uint64_t v, int bytes, bool little)
{
    for (int i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(bytes <= 8 ? v >> 8 * (little ? i : bytes - 1 - i) : 0);
        assert_true(buf_add(b, &byte, 1));
    }
}

static void put_bytes(struct buf *b, const void *p, size_t n)
{
    assert_true(buf_add(b, p, n));
}

static void block_put(struct file *f, uint32_t type, const struct buf *body)
{
    uint32_t padded = (uint32_t)(body->len + 3) & ~3u;
    put(&f->b, type, 4, f->little);
    put(&f->b, padded + 12, 4, f->little);
    put_bytes(&f->b, body->data, body->len);
    put(&f->b, 0, (int)(padded - body->len), f->little);
    put(&f->b, padded + 12, 4, f->little);
}

/* `options`: as they stand in the file, lent. */
static void interface_put(struct file *f, uint16_t link, uint32_t snap, const void *options, size_t n)
{
    struct buf body;
    buf_init(&body, FILE_MAX);
    put(&body, link, 2, f->little);
    put(&body, 0, 2, f->little);
    put(&body, snap, 4, f->little);
    put_bytes(&body, options, n);
    block_put(f, 1, &body);
    buf_free(&body);
}

static void section_put(struct file *f)
{
    struct buf body;
    buf_init(&body, FILE_MAX);
    put(&body, 0x1a2b3c4d, 4, f->little);
    put(&body, 1, 2, f->little);
    put(&body, 0, 2, f->little);
    put(&body, UINT64_MAX, 8, f->little); /* length -1 */
    block_put(f, 0x0a0d0d0a, &body);
    buf_free(&body);
}

static struct file file_new(bool ng, bool little, bool nano, uint16_t link)
{
    struct file f = { .ng = ng, .little = little, .link = link, .block = 6 };
    buf_init(&f.b, FILE_MAX);
    if (ng) {
        section_put(&f);
        interface_put(&f, link, 0, NULL, 0);
        return f;
    }
    put(&f.b, nano ? 0xa1b23c4d : 0xa1b2c3d4, 4, little);
    put(&f.b, 2, 2, little);
    put(&f.b, 4, 2, little);
    put(&f.b, 0, 8, little);
    put(&f.b, 65535, 4, little);
    put(&f.b, link, 4, little);
    f.ticks = nano ? 500 * 1000000ull : 500 * 1000ull; /* half a second */
    return f;
}

/* One packet as it is on the link. */
static void packet_put(struct file *f, const struct buf *k)
{
    uint32_t kept = f->packet_size && f->packet_size < k->len ? f->packet_size : (uint32_t)k->len;
    if (!f->ng) {
        put(&f->b, 1700000000, 4, f->little);
        put(&f->b, f->ticks, 4, f->little);
        put(&f->b, kept, 4, f->little);
        put(&f->b, k->len, 4, f->little);
        put_bytes(&f->b, k->data, kept);
        return;
    }
    struct buf body;
    buf_init(&body, FILE_MAX);
    if (f->block == 6)
        put(&body, f->interface, 4, f->little);
    else if (f->block == 2)
        put(&body, f->interface, 4, f->little && f->interface == 0); /* interface 0, no drops */
    if (f->block != 3) {
        put(&body, f->ticks >> 32, 4, f->little);
        put(&body, f->ticks & 0xffffffff, 4, f->little);
        put(&body, kept, 4, f->little);
    }
    put(&body, k->len, 4, f->little);
    put_bytes(&body, k->data, kept);
    block_put(f, (uint32_t)f->block, &body);
    buf_free(&body);
}

/* --- packets --------------------------------------------------------------------------------------- */

enum { SYN = 2, RST = 4, ACK = 16 };

struct segment {
    bool v6;
    bool back;              /* from the server */
    uint8_t client;         /* last byte of the client's address */
    uint16_t port;          /* the client's */
    uint32_t seq;
    unsigned flags;
    const void *data;
    size_t n;
    int vlans;              /* tags in front */
    size_t pad;             /* bytes behind, as short frames have */
    unsigned fragment;      /* the field of IPv4 */
    bool options;           /* of IPv4 and TCP, or headers of IPv6 */
    bool no_length;         /* a total length of 0 */
};

static void link_put(struct buf *k, uint16_t link, const struct segment *s)
{
    uint16_t type = s->v6 ? 0x86dd : 0x0800, first = s->vlans ? 0x88a8 : type;
    switch (link) {
    case 0: put(k, s->v6 ? 30 : 2, 4, true); break;
    case 108: put(k, s->v6 ? 30 : 2, 4, false); break;
    case 1: put(k, 0, 12, false); put(k, first, 2, false); break;
    case 113: put(k, 0, 14, false); put(k, first, 2, false); break;
    case 276: put(k, first, 2, false); put(k, 0, 18, false); break;
    default: break;
    }
    for (int i = 0; i < s->vlans; i++) {
        put(k, 7, 2, false);
        put(k, i + 1 < s->vlans ? 0x8100 : type, 2, false);
    }
}

static void address_put(struct buf *k, const struct segment *s, bool client)
{
    if (s->v6) {
        put(k, 0x20010db8, 4, false);
        put(k, 0, 8, false);
    } else {
        put(k, 0xc00002, 3, false);
    }
    put(k, client ? s->client : 200, s->v6 ? 4 : 1, false);
}

static void ip_put(struct buf *k, const struct segment *s)
{
    size_t tcp = 20 + (s->options ? 12 : 0) + s->n;
    if (s->v6) {
        put(k, 0x60000000, 4, false);
        put(k, s->no_length ? 0 : tcp + (s->options ? 8 + 24 + 8 + 12 : 0), 2, false);
        put(k, s->options ? 0 : 6, 1, false);
    } else {
        put(k, s->options ? 0x4700 : 0x4500, 2, false);
        put(k, s->no_length ? 0 : tcp + (s->options ? 28 : 20), 2, false);
        put(k, s->fragment, 4, false);
        put(k, 64, 1, false);
        put(k, 6, 1, false);
        put(k, 0, 2, false);
    }
    if (s->v6)
        put(k, 64, 1, false);
    address_put(k, s, !s->back);
    address_put(k, s, s->back);
    if (s->v6 && s->options) {
        put(k, 0x2b00, 2, false), put(k, 0, 6, false);  /* hop by hop, then routing */
        put(k, 0x2c02, 2, false), put(k, 0, 22, false); /* routing, then an atomic fragment */
        put(k, 0x3300, 2, false), put(k, 0, 6, false);  /* then authentication */
        put(k, 0x0601, 2, false), put(k, 0, 10, false);
    } else if (s->options) {
        put(k, 0, 8, false);
    }
}

static void segment_put(struct file *f, struct segment s)
{
    struct buf k;
    buf_init(&k, FILE_MAX);
    s.client = s.client ? s.client : 1;
    s.port = s.port ? s.port : 50000;
    link_put(&k, f->link, &s);
    ip_put(&k, &s);
    put(&k, s.back ? 443 : s.port, 2, false);
    put(&k, s.back ? s.port : 443, 2, false);
    put(&k, s.seq, 4, false);
    put(&k, 0, 4, false);
    put(&k, s.flags | (s.options ? 8u : 5u) << 12, 2, false);
    put(&k, 0, 6, false);
    put(&k, 0, s.options ? 12 : 0, false);
    put_bytes(&k, s.data, s.n);
    while (s.pad--)
        put(&k, 0, 1, false);
    packet_put(f, &k);
    buf_free(&k);
}

#define SEGMENT(file, ...) segment_put(file, (struct segment){ __VA_ARGS__ })

/* --- a reader --------------------------------------------------------------------------------------- */

struct found {
    int count, most;
    struct { struct capture_hello h; size_t n; uint8_t raw[HELLO_BYTES_MAX]; size_t size; } one[FOUND_MAX];
};

static bool note(void *arg, const struct capture_hello *h)
{
    struct found *f = arg;
    assert_int_equal(h->heard->end, HEARD_HELLO);
    assert_int_equal(h->nth, f->count + 1);
    assert_true(f->count < FOUND_MAX);
    f->one[f->count].h = *h;
    f->one[f->count].n = h->heard->raw.len;
    memcpy(f->one[f->count].raw, h->heard->raw.data, h->heard->raw.len);
    return ++f->count != f->most;
}

static struct found *found_new(void **state)
{
    struct found *f = *state;
    f->count = f->most = 0;
    return f;
}

/* In pieces of so many bytes, each a copy of its own so that a sanitizer sees any look beyond. */
static struct capture *read_pieces(struct found *f, const struct buf *b, size_t n, size_t piece)
{
    struct capture *c = capture_new(note, f);
    for (size_t at = 0; at < n; at += piece) {
        size_t part = piece < n - at ? piece : n - at;
        char *copy = mem_copy(b->data + at, part);
        bool more = capture_feed(c, copy, part);
        free(copy);
        if (!more)
            break;
    }
    capture_end(c);
    return c;
}

/* The file holds so many hellos and nothing is wrong with it. Lent until file_done. */
static struct capture_count holds(struct found *f, struct file *file, int hellos, size_t piece)
{
    f->count = 0;
    struct capture *c = read_pieces(f, &file->b, file->b.len, piece);
    if (capture_why(c))
        fail_msg("%s", capture_why(c));
    assert_int_equal(f->count, hellos);
    struct capture_count n = capture_counts(c);
    capture_free(c);
    return n;
}

static struct capture_count holds_all(struct found *f, struct file *file, int hellos)
{
    static const size_t pieces[] = { 1, 7, 1000 };
    for (size_t i = 0; i < COUNT(pieces); i++)
        holds(f, file, hellos, pieces[i]);
    return holds(f, file, hellos, FILE_MAX);
}

static void file_done(struct file *f)
{
    buf_free(&f->b);
}

/* The hello all of these files hold: 517 bytes in one record. */
static struct buf hello_bytes(uint64_t seed, size_t size)
{
    struct buf b;
    struct offer o;
    struct client_lists keep;
    struct hello h = { .sni = "capture.test", .seed = seed };
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(offer_make(&o, client_find(NULL), &(struct limits){ .size = size }));
    client_hello(client_find(NULL), &o, NULL, &keep, &h);
    assert_true(hello_write(&h, &b));
    offer_clear(&o);
    return b;
}

static void is_hello(const struct found *f, int nth, const struct buf *hello)
{
    assert_true(nth < f->count);
    assert_int_equal(f->one[nth].n, hello->len);
    assert_memory_equal(f->one[nth].raw, hello->data, hello->len);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static const uint16_t links[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276 };

static void test_forms(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(1, 512);
    for (size_t i = 0; i < COUNT(links) * 16; i++) {
        bool v6 = i & 1 ? links[i / 16] != 228 : links[i / 16] == 229;
        struct file file = file_new(i & 2, i & 4, i & 8, links[i / 16]);
        SEGMENT(&file, .v6 = v6, .seq = 99, .flags = SYN);
        SEGMENT(&file, .v6 = v6, .back = true, .seq = 7, .flags = SYN | ACK);
        SEGMENT(&file, .v6 = v6, .seq = 100, .flags = ACK, .data = hello.data, .n = hello.len);
        struct capture_count n = holds_all(f, &file, 1);
        assert_true(capture_is(file.b.data, 16));
        is_hello(f, 0, &hello);
        assert_string_equal(f->one[0].h.from, v6 ? "[2001:db8::1]:50000" : "192.0.2.1:50000");
        assert_string_equal(f->one[0].h.to, v6 ? "[2001:db8::c8]:443" : "192.0.2.200:443");
        assert_int_equal(f->one[0].h.segments, 1);
        assert_int_equal(f->one[0].h.time_ms, i & 2 ? 0 : 1700000000500);
        assert_int_equal(n.packets, 3);
        assert_int_equal(n.tcp, 3);
        assert_int_equal(n.streams, 1);
        assert_false(n.link_unknown || n.other_tls || n.parts || n.fragments || n.cut);
        file_done(&file);
    }
    buf_free(&hello);
}

/* What may stand in front of TCP, and what stands in no packet's way. */
static void test_layers(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(2, 0);
    static const uint16_t tagged[] = { 1, 113, 276 };
    for (size_t i = 0; i < COUNT(tagged) * 4 * 2; i++) {
        struct file file = file_new(false, true, false, tagged[i / 8]);
        SEGMENT(&file, .v6 = i & 1, .vlans = (int)(i / 2 % 4), .options = true, .seq = 5, .data = hello.data,
                .n = 20, .pad = 11);
        SEGMENT(&file, .v6 = i & 1, .vlans = (int)(i / 2 % 4), .seq = 25, .data = hello.data + 20,
                .n = hello.len - 20);
        holds(f, &file, 1, FILE_MAX);
        is_hello(f, 0, &hello);
        file_done(&file);
    }
    for (int v6 = 0; v6 < 2; v6++) { /* a card was to cut it up */
        struct file file = file_new(true, true, false, 1);
        SEGMENT(&file, .v6 = v6, .seq = 5, .data = hello.data, .n = hello.len, .no_length = true);
        holds(f, &file, 1, FILE_MAX);
        file_done(&file);
    }
    struct file file = file_new(false, true, false, 1);
    SEGMENT(&file, .vlans = 6, .seq = 5, .data = hello.data, .n = hello.len);
    SEGMENT(&file, .fragment = 0x2000, .seq = 5, .data = hello.data, .n = hello.len);
    SEGMENT(&file, .fragment = 0x0010, .seq = 5, .data = hello.data, .n = hello.len);
    SEGMENT(&file, .flags = RST, .seq = 5, .data = hello.data, .n = hello.len);
    file.packet_size = 100;
    SEGMENT(&file, .port = 2, .seq = 5, .data = hello.data, .n = hello.len);
    struct capture_count n = holds_all(f, &file, 0);
    assert_int_equal(n.packets, 5);
    assert_int_equal(n.tcp, 2);
    assert_int_equal(n.fragments, 2);
    assert_int_equal(n.cut, 1);
    assert_int_equal(n.parts, 1);
    file_done(&file);
    file = file_new(false, false, false, 105);
    SEGMENT(&file, .seq = 5, .data = hello.data, .n = hello.len);
    n = holds(f, &file, 0, FILE_MAX);
    assert_true(n.link_unknown && n.link == 105 && n.tcp == 0);
    file_done(&file);
    buf_free(&hello);
}

/* Everything pcapng has that pcap has not. */
static void test_pcapng(void **state)
{
    static const struct { uint8_t resolution; uint64_t ticks; int64_t ms; } times[] = {
        { 6, 1500000, 1500 }, { 3, 1500, 1500 }, { 0, 2, 2000 }, { 9, 1500000000, 1500 }, { 12, 1500000000000, 1500 },
        { 0x80 | 10, 1536, 1500 }, { 0x80 | 60, 3ull << 59, 1500 }, { 0x80, 7, 7000 }, { 0xff, 1, 0 },
        { 0x7f, UINT64_MAX, 1 },
    };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(3, 0), junk;
    buf_init(&junk, FILE_MAX);
    put(&junk, 1, 1000 * 4, false);
    for (int little = 0; little < 2; little++)
        for (size_t i = 0; i < COUNT(times); i++) {
            struct file file = file_new(true, little, false, 101);
            struct buf options;
            buf_init(&options, 100);
            put(&options, 2, 2, little), put(&options, 3, 2, little), put_bytes(&options, "lo\0", 4);
            put(&options, 9, 2, little), put(&options, 1, 2, little), put(&options, times[i].resolution, 4, true);
            put(&options, 14, 2, little), put(&options, 8, 2, little), put(&options, 60, 8, little);
            put(&options, 0, 4, little);
            put(&options, 9, 2, little), put(&options, 1, 2, little), put(&options, 3, 4, true); /* behind the end */
            block_put(&file, 5, &junk);
            interface_put(&file, 1, 0, options.data, options.len);
            block_put(&file, 0x80000bad, &junk);
            file.interface = 1;
            file.link = 1;
            file.ticks = times[i].ticks;
            SEGMENT(&file, .seq = 1, .data = hello.data, .n = 100);
            file.interface = 0;
            file.link = 101;
            file.block = little ? 2 : 3;
            SEGMENT(&file, .client = 9, .seq = 1, .data = hello.data, .n = hello.len);
            file.block = 6;
            file.interface = 1;
            file.link = 1;
            SEGMENT(&file, .seq = 101, .data = hello.data + 100, .n = hello.len - 100);
            file.little = !little; /* another section, with interfaces of its own */
            section_put(&file);
            interface_put(&file, 276, 0, NULL, 0);
            file.interface = 0;
            file.link = 276;
            SEGMENT(&file, .client = 7, .seq = 1, .data = hello.data, .n = hello.len);
            holds_all(f, &file, 3);
            assert_string_equal(f->one[0].h.from, "192.0.2.9:50000");
            assert_int_equal(f->one[1].h.time_ms, times[i].ms + 60000);
            assert_int_equal(f->one[1].h.segments, 2);
            assert_string_equal(f->one[2].h.from, "192.0.2.7:50000");
            buf_free(&options);
            file_done(&file);
        }
    buf_free(&junk);
    buf_free(&hello);
}

/* Four segments in all 24 orders, with a SYN, without, with one that comes late, each sent twice, and overlapping;
 * the numbers of some begin anew in the middle. */
static void test_orders(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(4, 0); /* no padding, which is the same everywhere */
    for (unsigned i = 0; i < 24 * 4 * 2 * 2; i++) {
        int order[4] = { 0, 1, 2, 3 };
        unsigned rest = i % 24, syn = i / 24 % 4, twice = i / 96 % 2;
        uint32_t base = i / 192 ? UINT32_MAX - 200 : 1000;
        struct file file = file_new(false, true, false, 101);
        for (unsigned k = 4; k > 1; rest /= k, k--) {
            int swap = order[rest % k];
            order[rest % k] = order[k - 1];
            order[k - 1] = swap;
        }
        if (syn == 1)
            SEGMENT(&file, .seq = base - 1, .flags = SYN);
        for (int k = 0; k < 4; k++) {
            size_t from = (size_t)order[k] * hello.len / 4, to = ((size_t)order[k] + 1) * hello.len / 4;
            if (syn == 3 && from >= 50)
                from -= 50; /* overlapping */
            if (syn == 2 && k == 2)
                SEGMENT(&file, .seq = base - 1, .flags = SYN);
            for (unsigned sent = 0; sent <= twice; sent++)
                SEGMENT(&file, .seq = base + (uint32_t)from, .data = hello.data + from, .n = to - from);
        }
        SEGMENT(&file, .seq = base + (uint32_t)hello.len, .data = "more", .n = 4);
        for (int k = 0; k < 4; k++) /* and once more altogether */
            SEGMENT(&file, .seq = base, .data = hello.data, .n = hello.len);
        struct capture_count n = holds(f, &file, 1, FILE_MAX);
        is_hello(f, 0, &hello);
        assert_int_equal(f->one[0].h.segments, 4);
        assert_int_equal(n.streams, 1);
        file_done(&file);
    }
    buf_free(&hello);
}

/* One byte in a segment, backwards: more of them than may wait. */
static void test_small(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(5, 0);
    for (int back = 0; back < 2; back++) {
        struct file file = file_new(false, true, false, 101);
        SEGMENT(&file, .seq = 0, .flags = SYN);
        for (uint32_t at = 0; at < hello.len; at++) {
            uint32_t k = back ? at / 50 * 50 + 49 - at % 50 : at;
            if (k < hello.len)
                SEGMENT(&file, .seq = 1 + k, .data = hello.data + k, .n = 1);
        }
        for (uint32_t k = 0; k < hello.len; k++)
            SEGMENT(&file, .seq = 1 + k, .data = hello.data + k, .n = 1);
        holds(f, &file, 1, FILE_MAX);
        is_hello(f, 0, &hello);
        file_done(&file);
    }
    buf_free(&hello);
}

static void segments_put(struct file *file, bool syn, int lost, const char *const *text, size_t n,
                         const struct buf *hello, size_t split)
{
    uint32_t seq = 5000;
    if (syn)
        SEGMENT(file, .seq = seq - 1, .flags = SYN);
    for (size_t i = 0; i < n; i++) {
        if ((int)i != lost)
            SEGMENT(file, .seq = seq, .data = text[i], .n = strlen(text[i]));
        seq += (uint32_t)strlen(text[i]);
    }
    SEGMENT(file, .seq = seq + (uint32_t)split, .data = hello->data + split, .n = hello->len - split);
    if (split)
        SEGMENT(file, .seq = seq, .data = hello->data, .n = split);
}

/* STARTTLS and CONNECT: after plain text, some of it lost, the hello's segments out of order. */
static void test_plain_first(void **state)
{
    static const char *const smtp[] = { "EHLO client.example\r\n", "STARTTLS\r\n" };
    static const char *const connect[] = { "CONNECT a.example:443 HTTP/1.1\r\n", "Host: a.example\r\n", "\r\n" };
    static const char *const short_words[] = { "E", "H" };
    static const struct { const char *const *text; size_t n; } rows[] = {
        { smtp, 2 }, { connect, 3 }, { short_words, 2 }, { smtp, 1 }, { smtp, 0 },
    };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(6, 700);
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int syn = 0; syn < 2; syn++)
            for (int lost = -1; lost < (int)rows[i].n; lost++)
                for (size_t split = 0; split < 500; split += 250) {
                    struct file file = file_new(false, true, false, 101);
                    segments_put(&file, syn, lost, rows[i].text, rows[i].n, &hello, split);
                    holds(f, &file, 1, FILE_MAX);
                    is_hello(f, 0, &hello);
                    assert_int_equal(f->one[0].h.segments, split ? 2 : 1);
                    file_done(&file);
                }
    buf_free(&hello);
}

/* What stands in front of a hello in its own segment. */
static void test_fronts(void **state)
{
    static const struct { const char *p; size_t n; } fronts[] = {
        { "PROXY TCP4 192.0.2.9 192.0.2.1 5 443\r\n", 38 },
        { "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" "abcdabcdefgh", 28 },
        { "\x12\1\2\x0d\0\0\0\0", 8 },
    };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(7, 512), all;
    for (size_t i = 0; i < COUNT(fronts) * 4; i++) {
        struct file file = file_new(false, true, false, 101);
        buf_init(&all, FILE_MAX);
        put_bytes(&all, fronts[i / 4].p, fronts[i / 4].n);
        put_bytes(&all, hello.data, hello.len);
        size_t cut = i & 2 ? fronts[i / 4].n : all.len;
        if (i & 1)
            SEGMENT(&file, .seq = 99, .flags = SYN);
        SEGMENT(&file, .seq = 100, .data = all.data, .n = cut);
        SEGMENT(&file, .seq = 100 + (uint32_t)cut, .data = all.data + cut, .n = all.len - cut);
        holds(f, &file, 1, FILE_MAX);
        is_hello(f, 0, &hello);
        buf_free(&all);
        file_done(&file);
    }
    buf_free(&hello);
}

static void test_counts(void **state)
{
    static const uint8_t server[] = { 22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3, [54] = 0 };
    static const uint8_t data[] = { 23, 3, 3, 0, 9, 1, 2, 3, 4, 5 };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(8, 0), again = hello_bytes(9, 600);
    struct file file = file_new(false, true, false, 101);
    SEGMENT(&file, .seq = 99, .flags = SYN);                 /* one connection, with a second hello after a retry */
    SEGMENT(&file, .seq = 100, .data = hello.data, .n = hello.len);
    SEGMENT(&file, .back = true, .seq = 7, .data = server, .n = sizeof server);
    SEGMENT(&file, .seq = 100 + (uint32_t)hello.len, .data = again.data, .n = again.len);
    SEGMENT(&file, .seq = 5000000, .flags = SYN);            /* the same ports once more */
    SEGMENT(&file, .seq = 5000001, .data = again.data, .n = again.len);
    SEGMENT(&file, .port = 2, .seq = 1, .data = data, .n = sizeof data); /* under way before */
    SEGMENT(&file, .port = 2, .back = true, .seq = 1, .data = data, .n = sizeof data);
    SEGMENT(&file, .port = 3, .seq = 1, .data = "GET / HTTP/1.1\r\n", .n = 16);
    SEGMENT(&file, .port = 4, .seq = 1, .flags = SYN);
    SEGMENT(&file, .port = 4, .seq = 2, .data = hello.data, .n = 60);
    struct capture_count n = holds_all(f, &file, 2);
    is_hello(f, 0, &hello);
    is_hello(f, 1, &again);
    assert_int_equal(n.packets, 11);
    assert_int_equal(n.streams, 5);
    assert_int_equal(n.other_tls, 1);
    assert_int_equal(n.parts, 1);
    f->most = 1; /* enough after the first */
    holds(f, &file, 1, 10);
    file_done(&file);
    buf_free(&hello);
    buf_free(&again);
}

static void test_addresses(void **state)
{
    static const struct { const char *hex, *shows; } rows[] = {
        { "00000000000000000000000000000000", "[::]:9" }, { "00000000000000000000000000000001", "[::1]:9" },
        { "20010db8000000010000000000000001", "[2001:db8:0:1::1]:9" },
        { "20010db8000100000001000200030000", "[2001:db8:1:0:1:2:3:0]:9" },
        { "00010002000300040005000600000000", "[1:2:3:4:5:6::]:9" },
        { "ffffffffffffffffffffffffffffffff", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:9" },
        { "00000000000000000000ffffc0000201", "192.0.2.1:9" },
    };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(10, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n;
        uint8_t *ip = bytes_unhex(rows[i].hex, &n);
        struct flow_segment s = { .ends = { .from_port = 9, .to_port = 65535 }, .data = hello.data, .n = hello.len };
        struct flows *flows = flows_new(note, f);
        memcpy(s.ends.from, ip, 16);
        f->count = 0;
        assert_true(flows_take(flows, &s));
        assert_int_equal(f->count, 1);
        assert_string_equal(f->one[0].h.from, rows[i].shows);
        assert_string_equal(f->one[0].h.to, "[::]:65535");
        flows_free(flows);
        free(ip);
    }
    buf_free(&hello);
}

/* Whoever speaks to itself, from the very port, is its own other side. */
static void test_self(void **state)
{
    struct found *f = found_new(state);
    struct flows *flows = flows_new(note, f);
    struct flow_segment s = { .seq = 1, .data = (const uint8_t *)"x", .n = 1 };
    for (int i = 0; i < 3; i++) {
        s.seq += 1u << 30;
        s.syn = i > 0;
        assert_true(flows_take(flows, &s));
    }
    flows_free(flows);
}

static struct flow_segment part(uint32_t client, uint32_t seq, const uint8_t *p, size_t n)
{
    struct flow_segment s = { .ends = { .from_port = 5, .to_port = 443 }, .seq = seq, .data = p, .n = n };
    for (int i = 0; i < 4; i++)
        s.ends.from[i] = (uint8_t)(client >> 8 * i);
    return s;
}

/* As many hellos at once as there is room for; of more, the one that waits for longest is given up. */
static void test_bounds(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(11, 0);
    struct flows *flows = flows_new(note, f);
    for (uint32_t i = 0; i < CAPTURE_STREAMS + 1; i++) {
        struct flow_segment s = part(i, 1, hello.data, 100);
        assert_true(flows_take(flows, &s));
    }
    assert_int_equal(flows_counts(flows).parts, 1);
    static const uint32_t rest[] = { 1, 2, CAPTURE_STREAMS, 0 };
    for (size_t i = 0; i < COUNT(rest); i++) {
        struct flow_segment s = part(rest[i], 101, hello.data + 100, hello.len - 100);
        assert_true(flows_take(flows, &s));
    }
    assert_int_equal(f->count, 3); /* all but the first */
    assert_int_equal(flows_counts(flows).parts, 1);
    flows_free(flows);
    buf_free(&hello);
}

/* Where flows.c keeps a direction from `client` as part() has it, but for what is the same for all of them. */
static uint32_t place_hash(uint32_t client)
{
    struct flow_segment s = part(client, 0, NULL, 0);
    uint32_t h[2] = { 2166136261u ^ s.ends.from_port, 2166136261u ^ s.ends.to_port };
    for (int i = 0; i < 16; i++) {
        h[0] = (h[0] ^ s.ends.from[i]) * 16777619u;
        h[1] = (h[1] ^ s.ends.to[i]) * 16777619u;
    }
    uint32_t both = h[0] + h[1];
    return (both ^ both >> 16) & 4095;
}

/* Addresses picked so that all would be kept in one place and each packet be looked for among thousands: few are. */
static void test_crowded(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(14, 0);
    struct flows *flows = flows_new(note, f);
    uint32_t client[200], last = 0;
    for (size_t i = 0; i < COUNT(client); i++) {
        while (place_hash(last) != 7)
            last++;
        client[i] = last++;
        struct flow_segment s = part(client[i], 1, hello.data, 100);
        assert_true(flows_take(flows, &s));
    }
    assert_int_equal(flows_counts(flows).parts, COUNT(client) - 64); /* the rest is forgotten */
    struct flow_segment s = part(client[COUNT(client) - 64], 101, hello.data + 100, hello.len - 100);
    assert_true(flows_take(flows, &s));
    assert_int_equal(f->count, 1);
    flows_free(flows);
    buf_free(&hello);
}

/* Segments that never get their turn: held for each stream and for all together within bounds. */
static void test_held(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(12, 0);
    struct flows *flows = flows_new(note, f);
    uint8_t *text = mem_new(1400);
    for (uint32_t i = 0; i < 1000; i++) {
        struct flow_segment s = part(i, 1, hello.data, 100);
        flows_take(flows, &s);
        for (uint32_t k = 1; k <= 200; k++) {
            s = part(i, 1 + 1400 * k, text, 1400);
            assert_true(flows_take(flows, &s));
        }
    }
    unsigned long gone = flows_counts(flows).parts;
    assert_true(gone > 400 && gone < 700); /* about 32 MB of 80 KB each */
    struct flow_segment s = part(999, 101, hello.data + 100, hello.len - 100);
    flows_take(flows, &s);
    assert_int_equal(f->count, 1);
    flows_free(flows);
    free(text);
    buf_free(&hello);
}

/* A long plain stream is given up, and so is one of TLS that is no hello. */
static void test_given_up(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(13, 0);
    char text[1000];
    memset(text, 'x', sizeof text);
    for (int syn = 0; syn < 2; syn++)
        for (uint32_t before = 60; before < 70; before += 9) {
            struct file file = file_new(false, true, false, 101);
            if (syn)
                SEGMENT(&file, .seq = 0, .flags = SYN);
            for (uint32_t i = 0; i < before; i++)
                SEGMENT(&file, .seq = 1 + 1000 * i, .data = text, .n = 1000);
            SEGMENT(&file, .seq = 1 + 1000 * before, .data = hello.data, .n = hello.len);
            holds(f, &file, before < 65, FILE_MAX);
            file_done(&file);
        }
    buf_free(&hello);
}

/* Cut at every byte: what came whole is found, and a cut within a packet is said. */
static void test_cut(void **state)
{
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(14, 0);
    for (int ng = 0; ng < 2; ng++) {
        struct file file = file_new(ng, true, false, 1);
        size_t start = file.b.len;
        SEGMENT(&file, .seq = 1, .data = hello.data, .n = hello.len);
        size_t one = file.b.len;
        SEGMENT(&file, .client = 2, .seq = 1, .data = hello.data, .n = hello.len);
        for (size_t n = 0; n <= file.b.len; n++) {
            f->count = 0;
            struct capture *c = read_pieces(f, &file.b, n, n % 3 ? FILE_MAX : 100);
            bool border = n == 0 || n == start || n == one || n == file.b.len || (ng && n == 28);
            assert_int_equal(f->count, (n >= one) + (n == file.b.len));
            assert_int_equal(capture_why(c) != NULL, !border);
            if (n > start && !border)
                assert_non_null(strstr(capture_why(c), "ends in the middle of a packet, at byte "));
            assert_false(capture_feed(c, "x", 1));
            capture_free(c);
        }
        file_done(&file);
    }
    buf_free(&hello);
}

/* Each byte of a file set to what hurts: it is read or refused, and nothing worse. */
static void test_changed(void **state)
{
    static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(15, 0);
    for (int ng = 0; ng < 2; ng++) {
        struct file file = file_new(ng, false, false, 1);
        SEGMENT(&file, .v6 = true, .options = true, .vlans = 1, .seq = 1, .data = hello.data, .n = hello.len);
        for (size_t at = 0; at < file.b.len; at++)
            for (size_t i = 0; i < COUNT(values); i++) {
                uint8_t was = file.b.data[at];
                f->count = 0;
                file.b.data[at] = values[i];
                capture_free(read_pieces(f, &file.b, file.b.len, 200));
                file.b.data[at] = was;
                assert_true(f->count <= 1);
            }
        file_done(&file);
    }
    buf_free(&hello);
}

/* Lengths that lie, each with what is said about it. */
static void test_lies(void **state)
{
    static const struct { bool ng; size_t at; uint32_t value; const char *says; } rows[] = {
        { false, 4, 0x00030004, "a version of pcap nobody" },
        { false, 24 + 8, 0xffffffff, "longer than any is, at byte 24" },
        { false, 24 + 8, CAPTURE_PACKET_MAX + 1, "longer than any is, at byte 24" },
        { false, 24 + 8, CAPTURE_PACKET_MAX, "ends in the middle of a packet, at byte 24" },
        { true, 4, 24, "section's header has a length" }, { true, 4, 31, "section's header has a length" },
        { true, 8, 0x1a2b3c4e, "in which order" }, { true, 12, 0x00020000, "version of pcapng" },
        { true, 28 + 4, 8, "a length that can't be, at byte 28" }, { true, 28 + 4, 21, "a length that can't be" },
        { true, 28 + 4, 0xfffffff0, "longer than any is" }, { true, 28 + 16, 24, "two different lengths, at byte 28" },
        { true, 48 + 4, 0xfffffff0, "longer than any is" }, { true, 48 + 8, 1, "was not described" },
        { true, 48 + 20, 5000, "longer than its block, at byte 48" },
        { true, 48 + 20, 0xffffffff, "longer than its block, at byte 48" },
        { true, 48, 0x77, NULL }, { true, 28, 0x77, "was not described" },
    };
    struct found *f = found_new(state);
    struct buf hello = hello_bytes(16, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct file file = file_new(rows[i].ng, false, false, 101);
        SEGMENT(&file, .seq = 1, .data = hello.data, .n = hello.len);
        size_t len = file.b.len;
        file.b.len = rows[i].at;
        put(&file.b, rows[i].value, 4, false);
        file.b.len = len;
        f->count = 0;
        struct capture *c = read_pieces(f, &file.b, len, FILE_MAX);
        assert_int_equal(capture_why(c) == NULL, rows[i].says == NULL);
        if (rows[i].says && !strstr(capture_why(c), rows[i].says))
            fail_msg("row %zu: %s", i, capture_why(c));
        assert_int_equal(f->count, 0);
        capture_free(c);
        file_done(&file);
    }
    buf_free(&hello);
}

static void test_is(void **state)
{
    (void)state;
    assert_false(capture_is("", 0));
    assert_false(capture_is("\xa1\xb2\xc3", 3));
    assert_true(capture_is("\xa1\xb2\x3c\x4d", 4));
    assert_true(capture_is("\xd4\xc3\xb2\xa1", 4));
    assert_false(capture_is("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03zzzzz", 16));
    assert_false(capture_is("\n\r\r\n\x1c\0\0\0zzzz\1\0\0\0", 16));
}

static int setup(void **state)
{
    *state = mem_new(sizeof(struct found));
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is),          cmocka_unit_test(test_forms),     cmocka_unit_test(test_layers),
        cmocka_unit_test(test_pcapng),      cmocka_unit_test(test_orders),    cmocka_unit_test(test_small),
        cmocka_unit_test(test_plain_first), cmocka_unit_test(test_fronts),    cmocka_unit_test(test_counts),
        cmocka_unit_test(test_addresses),   cmocka_unit_test(test_bounds),    cmocka_unit_test(test_held),
        cmocka_unit_test(test_given_up),    cmocka_unit_test(test_cut),       cmocka_unit_test(test_changed),
        cmocka_unit_test(test_lies),         cmocka_unit_test(test_self),
        cmocka_unit_test(test_crowded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
