/* heard - tests of reading ClientHellos: recorded ones of real clients, cut at every place, split into any records,
 * changed at random, and written again; what is odd or broken in a hello; what is no TLS; both fingerprints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/heard.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }
enum { RECORDED_MAX = 4096 };

static size_t seed_read(const char *name, uint8_t *p, size_t room)
{
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/fuzz_heard/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s can't be read", path);
    size_t n = fread(p, 1, room, f);
    fclose(f);
    assert_true(n > 0 && n < room);
    return n;
}

/* --- what was heard, as text: to compare, and to say what is expected ------------------------------ */

static void list_add(struct text *t, const char *name, const uint16_t *list)
{
    if (!list)
        return;
    text_addf(t, " %s", name);
    for (size_t i = 0; list[i]; i++)
        text_addf(t, "%c%04x", i ? ',' : ':', list[i]);
}

static void bytes_add(struct text *t, const char *name, const void *p, size_t n)
{
    char *hex = bytes_hex(p, n, 70000);
    text_addf(t, " %s:%s", name, hex);
    free(hex);
}

static void hello_add(struct text *t, const struct hello *h)
{
    text_addf(t, " %04x/%04x", h->version, h->record);
    list_add(t, "suites", h->suites);
    list_add(t, "groups", h->groups);
    list_add(t, "sigalgs", h->sigalgs);
    list_add(t, "versions", h->versions);
    list_add(t, "shares", h->shares);
    text_addf(t, "%s%s%s%s", h->sni ? " sni:" : "", h->sni ? h->sni : "", h->alpn ? " alpn:" : "",
              h->alpn ? h->alpn : "");
    for (size_t i = 0; i < h->order_count; i++)
        text_addf(t, "%s%u", i ? "," : " order:", h->order[i]);
    for (size_t i = 0; i < h->extra_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "raw%u", h->extra[i].type);
        bytes_add(t, name, h->extra[i].p, h->extra[i].n);
    }
    if (h->compressions)
        bytes_add(t, "methods", h->compressions, h->compression_count);
    for (size_t i = 0; i < h->kind_count; i++)
        text_addf(t, "%s%06x", i ? "," : " kinds:", h->kinds[i]);
    text_addf(t, " session:%u", h->session_id);
    if (h->size || h->record_size || h->with || h->challenge)
        text_addf(t, " size:%zu/%zu with:%x challenge:%u", h->size, h->record_size, h->with, h->challenge);
}

static char *heard_words(const struct heard *h)
{
    static const char *const ends[] = { "going", "hello", "not tls", "alert", "broken", "too big" };
    struct text t = { 0 };
    text_addf(&t, "%s", ends[h->end]);
    if (h->why)
        text_addf(&t, " (%s)", h->why);
    if (h->end == HEARD_NOT_TLS)
        text_addf(&t, " %s", h->protocol ? h->protocol : "unknown");
    if (h->end == HEARD_ALERT)
        text_addf(&t, " %u", h->alert);
    if (h->end == HEARD_HELLO) {
        text_addf(&t, " %04x-%04x size:%zu records:%d once:%x%s%s", h->min, h->max, h->size, h->records, h->once,
                  h->grease ? " grease" : "", h->sni_odd ? " odd" : "");
        hello_add(&t, &h->hello);
    }
    return text_take(&t);
}

/* Fed whole; the bytes are a copy of exactly that size, so that a sanitizer sees any look beyond. */
static void feed_exactly(struct heard *h, const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, p, n);
    bool more = heard_feed(h, copy, n);
    assert_int_equal(more, h->end == HEARD_GOING);
    free(copy);
}

static void heard_whole(struct heard *h, const void *p, size_t n)
{
    heard_init(h);
    feed_exactly(h, p, n);
    assert_true(h->end == HEARD_GOING ? h->rest == 0 && h->raw.len == n : h->raw.len + h->rest == n);
    assert_true(!h->raw.len || memcmp(h->raw.data, p, h->raw.len) == 0);
}

static char *words_of(const void *p, size_t n)
{
    struct heard h;
    heard_whole(&h, p, n);
    char *words = heard_words(&h);
    heard_free(&h);
    return words;
}

/* How many bytes settle it. */
static size_t settled_by(const uint8_t *p, size_t n)
{
    struct heard h;
    heard_whole(&h, p, n);
    size_t settled = h.raw.len;
    heard_free(&h);
    return settled;
}

/* The same in pieces: cut once at `cut`, or in pieces of `size`. */
static char *words_of_pieces(const uint8_t *p, size_t n, size_t cut, size_t size)
{
    struct heard h;
    heard_init(&h);
    size_t at = 0;
    while (at < n && h.end == HEARD_GOING) {
        size_t piece = size ? size : at < cut ? cut : n;
        piece = piece < n - at ? piece : n - at;
        feed_exactly(&h, p + at, piece);
        at += piece;
    }
    assert_true(h.end == HEARD_GOING || h.raw.len == at - h.rest);
    assert_int_equal(h.raw.len, settled_by(p, n));
    assert_true(!h.raw.len || memcmp(h.raw.data, p, h.raw.len) == 0);
    char *words = heard_words(&h);
    heard_free(&h);
    return words;
}

static void words_are(char *words, const char *want) /* frees `words` */
{
    assert_string_equal(words, want);
    free(words);
}

/* --- hellos made by hand ---------------------------------------------------------------------- */

struct made { uint8_t p[90000]; size_t n; };

static void add(struct made *m, const void *p, size_t n)
{
    assert_true(m->n + n <= sizeof m->p);
    if (n)
        memcpy(m->p + m->n, p, n);
    m->n += n;
}

static void add_number(struct made *m, size_t value, int bytes)
{
    for (int i = bytes; i-- > 0; )
        add(m, &(uint8_t){ (uint8_t)(value >> 8 * i) }, 1);
}

/* The message in records of at most `size` bytes, each after `empty` empty ones. */
static void records_make(struct made *m, const struct made *message, size_t size, int empty)
{
    m->n = 0;
    for (size_t at = 0; at < message->n; at += size) {
        size_t n = message->n - at < size ? message->n - at : size;
        for (int i = 0; i < empty; i++)
            add(m, "\x16\3\1\0\0", 5);
        add(m, "\x16\3\1", 3);
        add_number(m, n, 2);
        add(m, message->p + at, n);
    }
}

static void message_make(struct made *m, const void *suites, size_t suites_n, const void *block, size_t n)
{
    m->n = 0;
    add_number(m, 1, 1);
    add_number(m, 2 + 32 + 1 + 2 + suites_n + 2 + (block ? 2 + n : 0), 3);
    add(m, "\3\3", 2);
    add(m, "0123456789abcdef0123456789ABCDEF", 32);
    add_number(m, 0, 1);
    add_number(m, suites_n, 2);
    add(m, suites, suites_n);
    add(m, "\1\0", 2);
    if (!block)
        return;
    add_number(m, n, 2);
    add(m, block, n);
}

/* A hello with one suite and this block of extensions, in one record. */
static const struct made *hello_with_block(const void *block, size_t n)
{
    static struct made message, out;
    message_make(&message, "\xc0\x2f", 2, block, n);
    records_make(&out, &message, 16384, 0);
    return &out;
}

/* --- written again ---------------------------------------------------------------------------- */

static unsigned number_at(const uint8_t *p, int bytes)
{
    unsigned value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

/* Makes equal what may differ in two hellos of one record that are laid out alike: random, session id, keys. */
static void mask(uint8_t *to, const uint8_t *from, size_t n)
{
    size_t at = 5 + 4 + 2;
    memcpy(to + at, from + at, 32);
    at += 32;
    memcpy(to + at + 1, from + at + 1, from[at]);
    at += 1u + from[at];
    at += 2 + number_at(from + at, 2);
    at += 1u + from[at];
    for (at += 2; at + 4 <= n; at += 4 + number_at(from + at + 2, 2)) {
        if (number_at(from + at, 2) != 51)
            continue;
        size_t end = at + 4 + number_at(from + at + 2, 2);
        for (size_t key = at + 6; key + 4 <= end; key += 4 + number_at(from + key + 2, 2))
            memcpy(to + key + 4, from + key + 4, number_at(from + key + 2, 2));
    }
}

/* What a heard hello writes is heard as the same, and written as the same once more. */
static void written_again(const struct heard *h)
{
    struct buf first, second;
    struct heard again;
    buf_init(&first, HELLO_BYTES_MAX);
    buf_init(&second, HELLO_BYTES_MAX);
    assert_true(hello_write(&h->hello, &first));
    heard_whole(&again, first.data, first.len);
    assert_int_equal(again.end, HEARD_HELLO);
    assert_int_equal(again.rest, 0);
    assert_int_equal(again.once, 0);
    struct text a = { 0 }, b = { 0 };
    hello_add(&a, &h->hello);
    hello_add(&b, &again.hello);
    assert_string_equal(a.s, b.s);
    assert_true(hello_write(&again.hello, &second));
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    text_free(&a);
    text_free(&b);
    heard_free(&again);
    buf_free(&first);
    buf_free(&second);
}

/* ---------------------------------------------------------------------------------------------------- */

#define OPENSSL_12 "c02c,c030,009f,cca9,cca8,ccaa,c02b,c02f,009e,c024,c028,006b,c023,c027,0067,c00a,c014,0039,c009," \
    "c013,0033,009d,009c,003d,003c,0035,002f,00ff"
#define OPENSSL_SIGALGS "0403,0503,0603,0807,0808,0809,080a,080b,0804,0805,0806,0401,0501,0601,0303,0301,0302,0402," \
    "0502,0602"
static const struct { const char *file, *want; } recorded[] = {
    { "openssl", "hello 0301-0304 size:330 records:1 once:0 0303/0301 suites:1302,1303,1301," OPENSSL_12
      " groups:001d,0017,001e,0019,0018,0100,0101,0102,0103,0104 sigalgs:" OPENSSL_SIGALGS
      " versions:0304,0303,0302,0301 shares:001d sni:example.org alpn:h2+http/1.1"
      " order:0,11,10,35,16,22,23,13,43,45,51 raw11:03000102 session:32" },
    { "openssl12", "hello 0301-0303 size:203 records:1 once:0 0303/0301 suites:" OPENSSL_12
      " groups:001d,0017,001e,0019,0018 sigalgs:" OPENSSL_SIGALGS
      " sni:example.org order:0,11,10,35,22,23,13 raw11:03000102 session:0" },
    { "openssl-pad", "hello 0301-0304 size:512 records:1 once:0 0303/0301 suites:1302,1303,1301," OPENSSL_12
      " groups:001d,0017,001e,0019,0018,0100,0101,0102,0103,0104 sigalgs:" OPENSSL_SIGALGS
      " versions:0304,0303,0302,0301 shares:001d sni:example.org order:0,11,10,35,22,23,13,43,45,51,21"
      " raw11:03000102 session:32 size:512/0 with:0 challenge:0" },
    { "gnutls", "hello 0301-0304 size:368 records:1 once:0 0303/0301 suites:1302,1303,1301,1304,c02c,cca9,c0ad,c00a,"
      "c02b,c0ac,c009,c030,cca8,c014,c02f,c013,009d,c09d,0035,009c,c09c,002f,009f,ccaa,c09f,0039,009e,c09e,0033"
      " groups:0017,0018,0019,001d,001e,0100,0101,0102,0103,0104 sigalgs:0401,0809,0804,0403,0807,0501,080a,0805,0503,"
      "0808,0601,080b,0806,0603,0201,0203 versions:0304,0303,0302,0301 shares:0017,001d"
      " order:5,10,11,13,22,23,35,51,43,65281,45,28 raw45:020100 raw28:4001 session:32" },
};

static void recorded_hellos(void **state)
{
    uint8_t p[RECORDED_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(recorded); i++)
        words_are(words_of(p, seed_read(recorded[i].file, p, sizeof p)), recorded[i].want);
}

static const char *const clients[] = { "openssl", "openssl12", "openssl-pad", "gnutls", "curl", "python", "node",
                                       "java" };

static void recorded_are_written_again(void **state)
{
    uint8_t p[RECORDED_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++) {
        size_t n = seed_read(clients[i], p, sizeof p);
        struct heard h;
        heard_whole(&h, p, n);
        assert_int_equal(h.end, HEARD_HELLO);
        struct buf b;
        buf_init(&b, HELLO_BYTES_MAX);
        assert_true(hello_write(&h.hello, &b));
        assert_int_equal(b.len, n);
        mask(b.data, p, n);
        assert_memory_equal(b.data, p, n);
        buf_free(&b);
        written_again(&h);
        heard_free(&h);
    }
}

static void all_cuts(const uint8_t *p, size_t n)
{
    char *whole = words_of(p, n);
    for (size_t cut = 1; cut < n; cut++)
        words_are(words_of_pieces(p, n, cut, 0), whole);
    for (size_t size = 1; size < 40; size++)
        words_are(words_of_pieces(p, n, 0, size), whole);
    free(whole);
}

static void cut_anywhere(void **state)
{
    static const char *const more[] = { "ssl2-form", "http", "proxy", "proxy2" };
    uint8_t p[RECORDED_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++)
        all_cuts(p, seed_read(clients[i], p, sizeof p));
    for (size_t i = 0; i < COUNT(more); i++)
        all_cuts(p, seed_read(more[i], p, sizeof p));
}

/* Every beginning of a hello is a hello that is not whole. */
static void beginnings(void **state)
{
    uint8_t p[RECORDED_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++) {
        size_t n = seed_read(clients[i], p, sizeof p);
        for (size_t k = 0; k < n; k++)
            words_are(words_of(p, k), "going");
    }
}

/* --- records ---------------------------------------------------------------------------------- */

static void records_of_any_size(void **state)
{
    static struct made message, out;
    uint8_t p[RECORDED_MAX];
    (void)state;
    message.n = 0;
    add(&message, p + 5, seed_read("openssl", p, sizeof p) - 5);
    for (size_t size = 1; size <= message.n + 1; size++)
        for (int empty = 0; empty < 2; empty++) {
            records_make(&out, &message, size, empty);
            struct heard h;
            heard_whole(&h, out.p, out.n);
            assert_int_equal(h.end, HEARD_HELLO);
            assert_int_equal(h.size, message.n);
            assert_int_equal(h.records, (message.n + size - 1) / size);
            assert_int_equal(h.hello.record_size, size < message.n ? size : 0);
            assert_int_equal(h.why != NULL, empty);
            assert_string_equal(h.hello.sni, "example.org");
            assert_int_equal(h.hello.order_count, 11);
            written_again(&h);
            heard_free(&h);
            if (size % 50 == 1)
                all_cuts(out.p, out.n);
        }
}

/* They become as many of even size. */
static void uneven_records(void **state)
{
    static struct made out;
    static const struct { size_t sizes[4], records, each; } row[] = {
        { { 1, 200, 3, 126 }, 4, 83 }, { { 200, 3, 127, 0 }, 3, 110 }, { { 200, 130, 0, 0 }, 2, 200 },
        { { 130, 200, 0, 0 }, 2, 165 },
    };
    uint8_t p[RECORDED_MAX];
    (void)state;
    seed_read("openssl", p, sizeof p);
    for (size_t i = 0; i < COUNT(row); i++) {
        const uint8_t *from = p + 5;
        out.n = 0;
        for (size_t k = 0; k < row[i].records; from += row[i].sizes[k++]) {
            add(&out, "\x16\3\3", 3);
            add_number(&out, row[i].sizes[k], 2);
            add(&out, from, row[i].sizes[k]);
        }
        struct heard h;
        heard_whole(&h, out.p, out.n);
        assert_int_equal(h.end, HEARD_HELLO);
        assert_int_equal(h.records, row[i].records);
        assert_int_equal(h.hello.record, 0x0303);
        assert_int_equal(h.hello.record_size, row[i].each);
        written_again(&h);
        heard_free(&h);
    }
}

static void what_follows(void **state)
{
    static struct made message, out;
    (void)state;
    message_make(&message, "\xc0\x2f", 2, NULL, 0);
    records_make(&out, &message, 1000, 0);
    add(&out, "\x14\3\3\0\1\1", 6);
    struct heard h;
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_HELLO);
    assert_null(h.why);
    assert_int_equal(h.rest, 6);
    heard_free(&h);
    out.p[4] = (uint8_t)(out.p[4] + 6); /* the same bytes, but inside the record */
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_HELLO);
    assert_non_null(h.why);
    assert_int_equal(h.rest, 6);
    heard_free(&h);
}

/* --- limits ----------------------------------------------------------------------------------- */

/* A message of n bytes: one extension fills it, two where one cannot. */
static void message_fill(struct made *m, size_t n)
{
    static uint8_t block[65536];
    size_t room = n - (4 + 2 + 32 + 1 + 2 + 2 + 2 + 2);
    assert_true(room > 8 && room <= sizeof block);
    memset(block, 'x', sizeof block);
    memcpy(block, (uint8_t[]){ 0xfe, 0xfe, (uint8_t)((room - 4) >> 8), (uint8_t)(room - 4) }, 4);
    message_make(m, "\xc0\x2f", 2, block, room);
    assert_int_equal(m->n, n);
}

static void large(void **state)
{
    static struct made message, out;
    (void)state;
    message_fill(&message, 65536);
    records_make(&out, &message, 16384, 0);
    struct heard h;
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_HELLO);
    assert_int_equal(h.size, 65536);
    assert_int_equal(h.records, 4);
    assert_int_equal(h.hello.record_size, 0);
    assert_int_equal(h.hello.extra[0].n, 65536 - 51);
    written_again(&h);
    heard_free(&h);
    for (size_t size = 1; size < out.n; size = size * 3 + 1) {
        char *whole = words_of(out.p, out.n);
        words_are(words_of_pieces(out.p, out.n, 0, size), whole);
        free(whole);
    }
    message.p[3]++; /* claims one byte more than it may have */
    records_make(&out, &message, 16384, 0);
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_TOO_BIG);
    assert_true(h.raw.len <= 16); /* known at once */
    heard_free(&h);
}

static void many_records(void **state)
{
    static struct made message, out;
    (void)state;
    message_fill(&message, 13000);
    records_make(&out, &message, 1, 0);
    words_are(words_of(out.p, 30000), "going");
    struct heard h;
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_HELLO);
    written_again(&h);
    heard_free(&h);
    message_fill(&message, 14000);
    records_make(&out, &message, 1, 0);
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_TOO_BIG);
    assert_true(h.raw.len <= HEARD_BYTES_MAX);
    heard_free(&h);
    out.n = 0; /* nothing but empty ones */
    for (int i = 0; i < 17000; i++)
        add(&out, "\x16\3\1\0\0", 5);
    heard_whole(&h, out.p, out.n);
    assert_int_equal(h.end, HEARD_TOO_BIG);
    heard_free(&h);
}

static void many_extensions(void **state)
{
    static struct made message, out;
    static uint8_t block[65535];
    (void)state;
    for (size_t i = 0; i < 16000; i++)
        memcpy(block + 4 * i, (uint8_t[]){ (uint8_t)((i + 100) >> 8), (uint8_t)(i + 100), 0, 0 }, 4);
    message_make(&message, "\xc0\x2f", 2, block, 64000);
    records_make(&out, &message, 16384, 0);
    struct heard h;
    for (int twice = 0; twice < 2; twice++) {
        heard_whole(&h, out.p, out.n);
        assert_int_equal(h.end, HEARD_HELLO);
        assert_int_equal(h.hello.order_count, 16000);
        assert_int_equal(h.hello.extra_count, twice ? 16000 : 0);
        assert_int_equal(h.why != NULL, twice);
        written_again(&h);
        heard_free(&h);
        memcpy(block + 4 * 15999, block, 4);
        message_make(&message, "\xc0\x2f", 2, block, 64000);
        records_make(&out, &message, 16384, 0);
    }
}

/* --- odd extensions --------------------------------------------------------------------------- */

#define BLOCK(bytes, want) { bytes, sizeof bytes - 1, want }
#define LENT "0123456789abcdef0123456789abcdef" /* 32 bytes */
static const struct { const char *p; size_t n; const char *want; } blocks[] = {
    BLOCK("", "hello 0303-0303 session:0 size:0/0 with:800 challenge:0"),
    BLOCK("\0\x17\0\0", "hello 0303-0303 order:23 session:0"),
    BLOCK("\0\x17\0\1x", "hello 0303-0303 order:23 raw23:78 session:0"),
    BLOCK("\x12\x34\0\0", "hello 0303-0303 order:4660 session:0"),
    /* server_name */
    BLOCK("\0\0\0\x0a\0\x08\0\0\5a.org", "hello 0303-0303 sni:a.org order:0 session:0"),
    BLOCK("\0\0\0\x0b\0\x08\0\0\5a.org!", "hello 0303-0303 sni:a.org order:0 raw0:0008000005612e6f726721 session:0"),
    BLOCK("\0\0\0\x0e\0\x0c\0\0\5a.org\0\0\1b",
          "hello 0303-0303 sni:a.org order:0 raw0:000c000005612e6f726700000162 session:0"),
    BLOCK("\0\0\0\0", "hello 0303-0303 odd order:0 raw0: session:0"),
    BLOCK("\0\0\0\x0a\0\x08\1\0\5a.org", "hello 0303-0303 odd order:0 raw0:0008010005612e6f7267 session:0"),
    BLOCK("\0\0\0\x0a\0\x08\0\0\5a\0org", "hello 0303-0303 odd order:0 raw0:000800000561006f7267 session:0"),
    BLOCK("\0\0\0\x0a\0\x08\0\0\6a.org", "hello 0303-0303 odd order:0 raw0:0008000006612e6f7267 session:0"),
    BLOCK("\0\0\0\5\0\3\0\0\0", "hello 0303-0303 odd order:0 raw0:0003000000 session:0"),
    /* lists of numbers */
    BLOCK("\0\x0a\0\4\0\2\0\x1d", "hello 0303-0303 groups:001d order:10 session:0"),
    BLOCK("\0\x0a\0\2\0\0", "hello 0303-0303 groups order:10 session:0"),
    BLOCK("\0\x0a\0\0", "hello 0303-0303 order:10 raw10: session:0"),
    BLOCK("\0\x0a\0\6\0\4\0\0\0\x1d", "hello 0303-0303 groups:001d order:10 raw10:00040000001d session:0"),
    BLOCK("\0\x0a\0\5\0\2\0\x1d!", "hello 0303-0303 groups:001d order:10 raw10:0002001d21 session:0"),
    BLOCK("\0\x0a\0\5\0\3\0\x1d!", "hello 0303-0303 order:10 raw10:0003001d21 session:0"),
    BLOCK("\0\x0a\0\4\0\4\0\x1d", "hello 0303-0303 order:10 raw10:0004001d session:0"),
    BLOCK("\0\x0d\0\4\0\2\4\3\0\x17\0\0", "hello 0303-0303 sigalgs:0403 order:13,23 session:0"),
    BLOCK("\0\x0a\0\4\0\2\x3a\x3a", "hello 0303-0303 grease groups:3a3a order:10 session:0"),
    BLOCK("\x5a\x5a\0\1\0", "hello 0303-0303 grease order:23130 raw23130:00 session:0"),
    /* supported_versions */
    BLOCK("\0\x2b\0\7\6\x7a\x7a\3\4\3\1", "hello 0301-0304 grease versions:7a7a,0304,0301 order:43 session:0"),
    BLOCK("\0\x2b\0\3\2\x7f\x1c", "hello 0303-0303 versions:7f1c order:43 session:0"),
    BLOCK("\0\x2b\0\2\3\4", "hello 0303-0303 order:43 raw43:0304 session:0"),
    /* ALPN */
    BLOCK("\0\x10\0\5\0\3\2h2", "hello 0303-0303 alpn:h2 order:16 session:0"),
    BLOCK("\0\x10\0\5\0\3\2h+", "hello 0303-0303 order:16 raw16:000302682b session:0"),
    BLOCK("\0\x10\0\5\0\3\2\x0a\x0a", "hello 0303-0303 order:16 raw16:0003020a0a session:0"),
    BLOCK("\0\x10\0\3\0\1\0", "hello 0303-0303 order:16 raw16:000100 session:0"),
    BLOCK("\0\x10\0\2\0\0", "hello 0303-0303 order:16 raw16:0000 session:0"),
    BLOCK("\0\x10\0\7\0\5\4none", "hello 0303-0303 order:16 raw16:0005046e6f6e65 session:0"),
    BLOCK("\0\x10\0\5\0\3\3h2", "hello 0303-0303 order:16 raw16:0003036832 session:0"),
    /* key shares */
    BLOCK("\0\x33\0\2\0\0", "hello 0303-0303 shares order:51 session:0"),
    BLOCK("\0\x33\0\x26\0\x24\0\x1d\0\x20" LENT, "hello 0303-0303 shares:001d order:51 session:0"),
    BLOCK("\0\x33\0\7\0\5\xca\xca\0\1\0", "hello 0303-0303 grease shares:caca order:51 session:0"),
    BLOCK("\0\x33\0\7\0\5\xca\xca\0\1\1", "hello 0303-0303 grease shares:caca order:51 raw51:0005caca000101 session:0"),
    BLOCK("\0\x33\0\7\0\5\0\x1d\0\1\1", "hello 0303-0303 shares:001d order:51 raw51:0005001d000101 session:0"),
    BLOCK("\0\x33\0\7\0\5\x99\x99\0\1\1", "hello 0303-0303 shares:9999 order:51 raw51:00059999000101 session:0"),
    BLOCK("\0\x33\0\7\0\5\0\x1d\0\2\1", "hello 0303-0303 order:51 raw51:0005001d000201 session:0"),
    /* bodies hello.c has a bit for, and others */
    BLOCK("\0\5\0\5\1\0\0\0\0\0\x0b\0\2\1\0\0\x2d\0\2\1\1\xff\1\0\1\0",
          "hello 0303-0303 order:5,11,45,65281 session:0"),
    BLOCK("\0\5\0\1\1\0\x0b\0\1\1\0\x2d\0\0\xff\1\0\2\1x",
          "hello 0303-0303 order:5,11,45,65281 raw5:01 raw11:01 raw45: raw65281:0178 session:0"),
    /* padding */
    BLOCK("\0\x15\0\2\0\0\0\x17\0\0", "hello 0303-0303 order:21,23 session:0 size:57/0 with:0 challenge:0"),
    BLOCK("\0\x15\0\2\0x", "hello 0303-0303 order:21 raw21:0078 session:0"),
    BLOCK("\0\x15\0\0", "hello 0303-0303 order:21 raw21: session:0"),
};

/* The words without what is the same for all blocks. */
static char *block_words(const void *p, size_t n)
{
    const struct made *m = hello_with_block(p, n);
    char *all = words_of(m->p, m->n), *size = strstr(all, " size:"), *once = strstr(all, " once:"), *out;
    char *version = strstr(all, " 0303/0301 suites:c02f");
    assert_true(size && once && version);
    *size = *version = '\0';
    out = malloc(strlen(all) + strlen(once) + strlen(version + 22) + 1);
    assert_non_null(out);
    strcpy(out, all);
    strcat(out, once + 7); /* one digit */
    strcat(out, version + 22);
    free(all);
    return out;
}

static void odd_extensions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(blocks); i++) {
        words_are(block_words(blocks[i].p, blocks[i].n), blocks[i].want);
        const struct made *m = hello_with_block(blocks[i].p, blocks[i].n);
        struct heard h;
        heard_whole(&h, m->p, m->n);
        struct buf b;
        buf_init(&b, HELLO_BYTES_MAX);
        assert_true(hello_write(&h.hello, &b));
        assert_int_equal(b.len, m->n);
        mask(b.data, m->p, m->n);
        assert_memory_equal(b.data, m->p, m->n);
        written_again(&h);
        buf_free(&b);
        heard_free(&h);
    }
}

static void extensions_twice(void **state)
{
    static const char twice[] = "\0\x0a\0\4\0\2\0\x1d\0\x17\0\0\0\x0a\0\4\0\2\0\x17\0\x15\0\1\0";
    (void)state;
    words_are(block_words(twice, sizeof twice - 1),
              "hello (an extension comes twice in it) 0303-0303 groups:001d order:10,23,10,21 raw10:0002001d raw23:"
              " raw10:00020017 raw21:00 session:0");
    const struct made *m = hello_with_block(twice, sizeof twice - 1);
    struct heard h;
    heard_whole(&h, m->p, m->n);
    written_again(&h);
    heard_free(&h);
}

static void not_sent_again(void **state)
{
    static const struct { const char *p; size_t n; unsigned once; const char *want; } row[] = {
        { "\0\x2a\0\0\0\x17\0\0", 8, HEARD_EARLY_DATA, "order:23 session:0" },
        { "\0\x2c\0\3\0\1c\0\x17\0\0", 11, HEARD_COOKIE, "order:23 session:0" },
        { "\0\x23\0\0", 4, 0, "order:35 session:0" },
        { "\0\x23\0\6ticket", 10, HEARD_TICKET, "order:35 session:0" },
        { "\0\x17\0\0\0\x29\0\3psk", 11, HEARD_PSK, "order:23 session:0" },
        { "\0\x15\0\3\0\0\0\0\x23\0\2ti\0\x29\0\3psk", 20, HEARD_PSK | HEARD_TICKET,
          "order:21,35 session:0 size:58/0 with:0 challenge:0" },
        { "\0\x2c\0\0\0\x17\0\0\0\x2c\0\0", 12, HEARD_COOKIE, "order:23 session:0" }, /* twice */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        const struct made *m = hello_with_block(row[i].p, row[i].n);
        struct heard h;
        heard_whole(&h, m->p, m->n);
        assert_int_equal(h.end, HEARD_HELLO);
        assert_int_equal(h.once, row[i].once);
        assert_int_equal(h.why != NULL, i == COUNT(row) - 1);
        char *words = heard_words(&h);
        assert_string_equal(strstr(words, "order:"), row[i].want);
        free(words);
        written_again(&h);
        heard_free(&h);
    }
    uint8_t p[RECORDED_MAX]; /* `openssl s_client -sess_in` */
    struct heard resumed;
    heard_whole(&resumed, p, seed_read("openssl-resumed", p, sizeof p));
    assert_int_equal(resumed.once, HEARD_PSK);
    assert_int_equal(resumed.hello.order[resumed.hello.order_count - 1], 51);
    written_again(&resumed);
    heard_free(&resumed);
    char *words = block_words("\0\x29\0\3psk\0\x17\0\0", 11);
    assert_non_null(strstr(words, "(pre_shared_key is not its last extension)"));
    free(words);
}

static void odd_suites(void **state)
{
    static const struct { const char *p; size_t n; const char *want; } row[] = {
        { "\x1a\x1a\x13\1\0\xff\x56\0", 8, "suites:1a1a,1301,00ff,5600" }, { "", 0, "suites" },
        { "\0\0\xc0\x2f", 4, "suites:c02f" }, { "\xc0\x2f\0\0\0\0", 6, "suites:c02f" }, { "\0\0", 2, "suites" },
    };
    static struct made message, out;
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        message_make(&message, row[i].p, row[i].n, NULL, 0);
        records_make(&out, &message, 1000, 0);
        struct heard h;
        heard_whole(&h, out.p, out.n);
        assert_int_equal(h.end, HEARD_HELLO);
        assert_int_equal(h.why != NULL, i > 0);
        char *words = heard_words(&h), *list = strstr(words, "suites");
        while (h.why && strstr(list + 1, "suites"))
            list = strstr(list + 1, "suites");
        *strstr(list, " session") = '\0';
        assert_string_equal(list, row[i].want);
        free(words);
        written_again(&h);
        heard_free(&h);
    }
}

/* Versions a hello without supported_versions can agree on. */
static void old_versions(void **state)
{
    static const struct { uint16_t version, record, suite, min, max; } row[] = {
        { 0x0303, 0x0301, 0xc02f, 0x0303, 0x0303 }, { 0x0303, 0x0301, 0x002f, 0x0301, 0x0303 },
        { 0x0301, 0x0301, 0x002f, 0x0301, 0x0301 }, { 0x0301, 0x0300, 0x002f, 0x0300, 0x0301 },
        { 0x0300, 0x0300, 0x0005, 0x0300, 0x0300 }, { 0x0302, 0x0301, 0xc02f, 0x0302, 0x0302 },
        { 0x0304, 0x0301, 0x002f, 0x0301, 0x0303 }, { 0x0303, 0x0301, 0xcffe, 0x0301, 0x0303 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        struct hello hello = { .version = row[i].version, .record = row[i].record,
                               .suites = NUMBERS(row[i].suite, 0x00ff) };
        struct buf b;
        buf_init(&b, HELLO_BYTES_MAX);
        assert_true(hello_write(&hello, &b));
        struct heard h;
        heard_whole(&h, b.data, b.len);
        assert_int_equal(h.min, row[i].min);
        assert_int_equal(h.max, row[i].max);
        assert_non_null(h.hello.order);
        heard_free(&h);
        buf_free(&b);
    }
}

/* SSL 3.0 has no extensions; who sends them nevertheless is written as it is. */
static void ssl3_with_extensions(void **state)
{
    struct made m = *hello_with_block("\xff\1\0\1\0", 5);
    (void)state;
    m.p[10] = 0;
    struct heard h;
    heard_whole(&h, m.p, m.n);
    assert_int_equal(h.end, HEARD_HELLO);
    assert_int_equal(h.max, 0x0300);
    assert_int_equal(h.hello.order_count, 1);
    written_again(&h);
    heard_free(&h);
}

/* --- SSL 2.0's form --------------------------------------------------------------------------- */

#define FORM(bytes, want) { bytes, sizeof bytes - 1, want }
static void ssl2_forms(void **state)
{
    static const struct { const char *p; size_t n; const char *want; } row[] = {
        FORM("\x80\x2c\1\3\1\0\3\0\0\0\x20\0\0\x2f" LENT,
             "hello 0300-0301 size:46 records:1 once:0 0301/0000 suites:002f kinds:00002f session:0"),
        FORM("\x80\x32\1\3\3\0\x09\0\0\0\x20\7\0\xc0\0\0\0\0\xc0\x2f" LENT,
             "hello 0002-0303 size:52 records:1 once:0 0303/0000 suites:c02f kinds:0700c0,000000,00c02f session:0"),
        FORM("\x80\x2c\1\0\2\0\3\0\x10\0\x10\1\0\x80" LENT,
             "hello 0002-0002 size:46 records:1 once:0 0002/0000 suites kinds:010080 session:16 size:0/0 with:0 "
             "challenge:16"),
        FORM("\x80\x08\1\3\1", "broken (its hello of SSL 2.0's form is too short to be one)"),
        FORM("\x80\x2b\1\3\1\0\2\0\0\0\x20\0\x2f" LENT, "broken (its cipher kinds are not of three bytes each)"),
        FORM("\x80\x29\1\3\1\0\0\0\0\0\x20" LENT, "broken (its cipher kinds are not of three bytes each)"),
        FORM("\x80\x2c\1\3\1\0\3\0\0\0\x21\0\0\x2f" LENT,
             "broken (the lengths in its hello of SSL 2.0's form do not add up)"),
        FORM("\x80\x1a\1\3\1\0\3\0\0\0\x0e\0\0\x2f" "0123456789abcd", "broken (its challenge has not 16 to 32 bytes)"),
        FORM("\x80\x2c\1\4\1\0\3\0\0\0\x20\0\0\x2f" LENT, "not tls unknown"),
        FORM("\x80\x2c\4\3\1\0\3\0\0\0\x20\0\0\x2f" LENT, "not tls unknown"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        words_are(words_of(row[i].p, row[i].n), row[i].want);
        all_cuts((const uint8_t *)row[i].p, row[i].n);
        struct heard h;
        heard_whole(&h, row[i].p, row[i].n);
        if (h.end == HEARD_HELLO) {
            struct buf b;
            buf_init(&b, HELLO_BYTES_MAX);
            assert_true(hello_write(&h.hello, &b));
            assert_int_equal(b.len, row[i].n);
            assert_memory_equal(b.data, row[i].p, row[i].n - 32);
            written_again(&h);
            buf_free(&b);
        }
        heard_free(&h);
    }
    struct heard h;
    heard_whole(&h, row[0].p, row[0].n);
    assert_memory_equal(h.random, LENT, 32);
    heard_free(&h);
    heard_whole(&h, row[2].p, row[2].n); /* a shorter challenge stands at the end */
    assert_memory_equal(h.random, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "0123456789abcdef", 32);
    heard_free(&h);
}

/* --- broken ----------------------------------------------------------------------------------- */

#define BODY "\3\3" LENT "\0\0\2\xc0\x2f\1\0" /* 41 bytes */
static void broken(void **state)
{
    static const struct { const char *p; size_t n; const char *want; } row[] = {
        FORM("\x16\3\1\0\x2d\1\0\0\x29" BODY,
             "hello 0303-0303 size:45 records:1 once:0 0303/0301 suites:c02f session:0"),
        FORM("\x16\3\1\0\x2d\1\0\0\x28" BODY, "broken (its hello is shorter than the lengths in it say)"),
        FORM("\x16\3\1\0\x2d\1\0\0\x2a" BODY, "going"),
        FORM("\x16\3\1\0\x2e\1\0\0\x2a" BODY "\0", "broken (its extensions are shorter than their length says)"),
        FORM("\x16\3\1\0\x30\1\0\0\x2c" BODY "\0\0x", "broken (bytes follow its extensions)"),
        FORM("\x16\3\1\0\x32\1\0\0\x2e" BODY "\0\3\0\x17\0",
             "broken (an extension is longer than the room there is for it)"),
        FORM("\x16\3\1\0\x33\1\0\0\x2f" BODY "\0\4\0\x17\0\1",
             "broken (an extension is longer than the room there is for it)"),
        FORM("\x16\3\1\0\x06\1\0\0\2\3\3", "broken (its hello is shorter than the lengths in it say)"),
        FORM("\x16\3\1\0\x04\1\0\0\0", "broken (its hello is shorter than the lengths in it say)"),
        FORM("\x16\3\1\0\x2d\1\0\0\x29\2\3" LENT "\0\0\2\xc0\x2f\1\0",
             "broken (its hello asks for a version below SSL 3.0)"),
        FORM("\x16\3\1\0\x2c\1\0\0\x28\3\3" LENT "\0\0\1\xc0\1\0",
             "broken (its list of cipher suites ends in the middle of one)"),
        FORM("\x16\3\1\0\x4e\1\0\0\x4a\3\3" LENT "\x21!" LENT "\0\2\xc0\x2f\1\0",
             "broken (its session id has more than 32 bytes)"),
        FORM("\x16\3\1\0\x04\2\0\0\0", "broken (its first message is no ClientHello)"),
        FORM("\x16\3\1\0\x04\1\1\0\0", "too big (its hello claims more than 64 KB)"),
        FORM("\x16\3\1\x40\1", "broken (a record claims more than 16384 bytes)"),
        FORM("\x14\3\3\0\1\1", "broken (it begins in the middle of a connection, not with a hello)"),
        FORM("\x17\3\3\0\1\1", "broken (it begins in the middle of a connection, not with a hello)"),
        FORM("\x16\3\1\0\1\1\x17\3\3\0\1\1", "broken (something else comes in the middle of its hello)"),
        FORM("\x16\3\1\0\1\1\x16\2\3\0\1\1", "broken (what follows its first record is none)"),
        FORM("\x16\3\1\0\1\1GET /", "broken (what follows its first record is none)"),
        FORM("\x15\3\1\0\2\2\x28", "alert 40"),
        FORM("\x15\3\1\0\3\2\x28\0", "broken (its alert has not two bytes)"),
        FORM("\x16\3\1\0\0\x15\3\1\0\2\1\0", "alert (it sends empty records) 0"),
        FORM("\x16\3\1\0\x2c\1\0\0\x28\3\3" LENT "\0\0\2\xc0\x2f\0",
             "hello (it does not offer the null compression method) 0303-0303 size:44 records:1 once:0 0303/0301 "
             "suites:c02f methods: session:0"),
        FORM("\x16\3\1\0\x2e\1\0\0\x2a\3\1" LENT "\0\0\2\0\x35\2\1\0",
             "hello 0301-0301 size:46 records:1 once:0 0301/0301 suites:0035 methods:0100 session:0"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        words_are(words_of(row[i].p, row[i].n), row[i].want);
        all_cuts((const uint8_t *)row[i].p, row[i].n);
    }
}

/* --- no TLS ----------------------------------------------------------------------------------- */

#define SAYS(bytes, who) { bytes, sizeof bytes - 1, who }
static void not_tls(void **state)
{
    static const struct { const char *p; size_t n; const char *protocol; } row[] = {
        SAYS("GET / HTTP/1.1\r\nHost: a.org\r\n\r\n", "HTTP"), SAYS("POST /x HTTP/1.1\r\n", "HTTP"),
        SAYS("OPTIONS * HTTP/1.1\r\n", "HTTP"), SAYS("OPTIONS sip:a.org SIP/2.0\r\n", "SIP"),
        SAYS("OPTIONS rtsp://a.org RTSP/1.0\r\n", "RTSP"),
        SAYS("CONNECT a.org:443 HTTP/1.1\r\n", "HTTP, as if to a proxy"),
        SAYS("GET http://a.org/ HTTP/1.1\r\n", "HTTP, as if to a proxy"), SAYS("GET httpd HTTP/1.1\r\n", "HTTP"),
        SAYS("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"), SAYS("CONNECT {\"verbose\":false}\r\n", "NATS"),
        SAYS("SSH-2.0-OpenSSH_9.2\r\n", "SSH"), SAYS("EHLO a.org\r\n", "SMTP"), SAYS("ehlo a.org\r\n", "SMTP"),
        SAYS("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "a PROXY line"), SAYS("PROXY UNKNOWN\r\n", "a PROXY line"),
        SAYS("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", "a PROXY header (version 2)"), SAYS("\r\n\r\nGET / ", NULL),
        SAYS("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0", "RDP"), SAYS("\0\0\0\x08\4\xd2\x16\x2f", "PostgreSQL"),
        SAYS("\0\0\0\x29\0\3\0\0user\0", "PostgreSQL"),
        SAYS("\0\x1d\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\3org\0\0\1\0\1", "DNS"),
        SAYS("\0\x28\x38\x34\1\x20\0\1\0\0\0\0\0\1", "DNS"),
        SAYS("\0\x0e\x38\x9a\x12\x34\x56\x78\x9a\xbc\xde\0\0\0\0\0", "OpenVPN"),
        SAYS("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0", "LDAP"), SAYS("\x30\x84\0\0\0\x1d\2\1\1\x77\x84", "LDAP"),
        SAYS("\x10\x10\0\4MQTT\4\2", "MQTT"), SAYS("\x12\1\0\x2f\0\0\1\0", "MS-SQL"),
        SAYS("*1\r\n$4\r\nPING\r\n", "RESP (Redis)"),
        SAYS("AMQP\0\0\x09\1", "AMQP"), SAYS("\5\1\0", "SOCKS 5"), SAYS("\4\1\1\xbb\x7f\0\0\1\0", "SOCKS 4"),
        SAYS("\4\0\0\0\5\0\0\0\0", "Cassandra"), SAYS("<?xml version='1.0'?>", "XMPP"), SAYS("<134>1 2026-", "syslog"),
        SAYS("0033git-upload-pack /a\0", "Git"), SAYS("\xff\xfb\x1f\xff\xfb\x20", "Telnet"),
        SAYS("\xff\xfd\1\xff", "Telnet"),
        SAYS("\x16\xfe\xff\0\0\0\0\0\0\0\0", "DTLS"),
        SAYS("\x3a\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0", "MongoDB"), SAYS("\0\0\0\x55\xffSMBr", "SMB"),
        SAYS("\0\0\0\x23\0\x12\0\3\0\0\0\1", "Kafka"), SAYS("\0\0\0\x2d\0\0\0\0\0\0", "ZooKeeper"),
        SAYS("\0\xdf\0\0\1\0\0\0\1\x3a", "Oracle Net"), SAYS("\0\1\0\0\x21\x12\xa4\x42", "STUN"),
        SAYS("hello there", NULL), SAYS("\x80", NULL), SAYS("\x99\x88\2", NULL), SAYS("\x16\2\1", NULL),
        SAYS("\x18\2\1", NULL),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        char want[60];
        snprintf(want, sizeof want, "not tls %s", row[i].protocol ? row[i].protocol : "unknown");
        if (row[i].n == 1)
            strcpy(want, "going"); /* may still become SSL 2.0's form */
        words_are(words_of(row[i].p, row[i].n), want);
        all_cuts((const uint8_t *)row[i].p, row[i].n);
    }
}

/* --- changed at random ------------------------------------------------------------------------ */

static uint32_t number_next(uint32_t *x)
{
    return (*x = *x * 1664525 + 1013904223) >> 8;
}

static void changed(void **state)
{
    static const char *const files[] = { "openssl", "gnutls", "java", "python", "ssl2-form" };
    uint8_t p[RECORDED_MAX];
    uint32_t x = 4711;
    unsigned hellos = 0, others = 0;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        size_t n = seed_read(files[i % 5], p, sizeof p), changes = 1 + number_next(&x) % 4;
        for (size_t k = 0; k < changes; k++) {
            size_t at = number_next(&x) % n, length = number_next(&x) % 9;
            uint8_t *to = p + (k % 2 ? at : at % 60), value = (uint8_t)number_next(&x);
            if (i % 3 == 0)
                *to ^= (uint8_t)(1 << value % 8);
            else if (i % 3 == 1)
                *to = value;
            else if (at + 2 * length < n)
                memmove(p + at, p + at + length, length);
        }
        struct heard h;
        heard_whole(&h, p, n);
        char *words = heard_words(&h);
        words_are(words_of_pieces(p, n, 0, 1 + number_next(&x) % 50), words);
        free(words);
        if (h.end == HEARD_HELLO)
            written_again(&h);
        struct text a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
        heard_ja3(&h, &a);
        heard_ja4(&h, &b, &c, &d);
        assert_int_equal(a.s != NULL, h.end == HEARD_HELLO && !h.hello.ssl2_form);
        assert_true(!b.s || b.len == 10);
        text_free(&a), text_free(&b), text_free(&c), text_free(&d);
        *(h.end == HEARD_HELLO ? &hellos : &others) += 1;
        heard_free(&h);
    }
    assert_true(hellos > 1000 && others > 1000);
}

/* --- fingerprints ----------------------------------------------------------------------------- */

static void digest(gnutls_digest_algorithm_t kind, const struct text *t, size_t chars, char *out)
{
    uint8_t d[32];
    assert_int_equal(gnutls_hash_fast(kind, t->s ? t->s : "", t->len, d), 0);
    for (size_t i = 0; i < chars / 2; i++)
        sprintf(out + 2 * i, "%02x", d[i]);
    if (kind == GNUTLS_DIG_SHA256 && !t->len)
        strcpy(out, "000000000000");
}

struct prints { char ja3_text[1000], ja3[33], ja4[40]; };

static void prints_of(const void *p, size_t n, struct prints *out)
{
    struct heard h;
    struct text ja3 = { 0 }, a = { 0 }, b = { 0 }, c = { 0 };
    char second[13], third[13];
    heard_whole(&h, p, n);
    assert_int_equal(h.end, HEARD_HELLO);
    heard_ja3(&h, &ja3);
    heard_ja4(&h, &a, &b, &c);
    snprintf(out->ja3_text, sizeof out->ja3_text, "%s", ja3.s ? ja3.s : "");
    digest(GNUTLS_DIG_MD5, &ja3, 32, out->ja3);
    digest(GNUTLS_DIG_SHA256, &b, 12, second);
    digest(GNUTLS_DIG_SHA256, &c, 12, third);
    snprintf(out->ja4, sizeof out->ja4, "%s_%s_%s", a.s ? a.s : "", second, third);
    text_free(&ja3), text_free(&a), text_free(&b), text_free(&c);
    heard_free(&h);
}

static void prints_of_hello(const struct hello *hello, struct prints *out)
{
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(hello, &b));
    prints_of(b.data, b.len, out);
    buf_free(&b);
}

/* The two examples with their digests in the README of github.com/salesforce/ja3. */
static void ja3_as_published(void **state)
{
    (void)state;
    struct prints p;
    struct hello h = {
        .version = 0x0301, .sni = "a.org", .groups = NUMBERS(23, 24, 25),
        .suites = NUMBERS(47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4),
        .order = (const uint16_t[]){ 0, 10, 11 }, .order_count = 3,
    };
    prints_of_hello(&h, &p);
    assert_string_equal(p.ja3_text, "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
    assert_string_equal(p.ja3, "ada70206e40642a3e4461f35503241d5");
    h = (struct hello){ .version = 0x0301, .suites = NUMBERS(4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99) };
    prints_of_hello(&h, &p);
    assert_string_equal(p.ja3, "de350869b8c85de67a350c8d186f11e6");
}

/* Chrome's hello as JA4's own example has it (github.com/FoxIO-LLC/ja4, technical_details/JA4.md), with GREASE
 * wherever Chrome has it: the order of extensions is any, for JA4 sorts them. */
static const struct hello chrome = {
    .version = 0x0303, .sni = "a.org", .alpn = "h2+http/1.1", .session_id = 32, .size = 600,
    .suites = (const uint16_t[]){ 0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
                                  0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035, 0 },
    .groups = (const uint16_t[]){ 0x6a6a, 0x001d, 0x0017, 0x0018, 0 },
    .sigalgs = (const uint16_t[]){ 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0 },
    .versions = (const uint16_t[]){ 0x0a0a, 0x0304, 0x0303, 0 }, .shares = (const uint16_t[]){ 0x6a6a, 0x001d, 0 },
    .order = (const uint16_t[]){ 0x9a9a, 0, 51, 13, 35, 11, 65281, 10, 27, 17513, 18, 45, 16, 5, 43, 23, 0x1a1a, 21 },
    .order_count = 18,
};

static void ja4_as_published(void **state)
{
    (void)state;
    struct prints p;
    prints_of_hello(&chrome, &p);
    assert_string_equal(p.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    assert_string_equal(p.ja3_text, "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
                        "0-51-13-35-11-65281-10-27-17513-18-45-16-5-43-23-21,29-23-24,0");
    struct hello h = chrome;
    h.sni = NULL;
    h.alpn = "http/1.1";
    h.sigalgs = NULL;
    prints_of_hello(&h, &p);
    assert_memory_equal(p.ja4, "t13i1514h1_8daaf6152771_", 24);
    struct text no_sigalgs = { 0 };
    char third[13];
    text_add(&no_sigalgs, "0005,000a,000b,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01"); /* no final "_" */
    digest(GNUTLS_DIG_SHA256, &no_sigalgs, 12, third);
    assert_string_equal(p.ja4 + 24, third);
    text_free(&no_sigalgs);
}

/* What cannot be sent again is part of the fingerprints all the same. */
static void prints_of_resumption(void **state)
{
    static const char block[] = "\0\x0a\0\4\0\2\0\x1d\0\x2a\0\0\0\x29\0\3psk";
    (void)state;
    const struct made *m = hello_with_block(block, sizeof block - 1);
    struct prints p;
    prints_of(m->p, m->n, &p);
    assert_string_equal(p.ja3_text, "771,49199,10-42-41,29,");
    assert_memory_equal(p.ja4, "t12i010300_", 11);
}

static void ja4_parts(void **state)
{
    static const struct { const char *p; size_t n; const char *want; } alpn[] = {
        { "h2", 2, "h2" }, { "http/1.1", 8, "h1" }, { "x", 1, "xx" }, { "\xab", 1, "ab" }, { "\xab\xcd", 2, "ad" },
        { "0\xab", 2, "3b" }, { "01\xab\xcd", 4, "3d" }, { "0\xab\xcd""1", 4, "01" }, { "-a", 2, "21" },
    };
    static const struct { uint16_t version, listed; const char *want; } versions[] = {
        { 0x0300, 0, "ts3" }, { 0x0301, 0, "t10" }, { 0x0302, 0, "t11" }, { 0x0303, 0, "t12" },
        { 0x0303, 0x0304, "t13" },
        { 0x0303, 0x7f1c, "t00" }, { 0x0305, 0, "t00" }, { 0x0303, 0x0302, "t11" },
    };
    (void)state;
    struct prints p;
    for (size_t i = 0; i < COUNT(alpn); i++) {
        uint8_t block[40] = { 0, 16, 0, (uint8_t)(alpn[i].n + 3), 0, (uint8_t)(alpn[i].n + 1), (uint8_t)alpn[i].n };
        memcpy(block + 7, alpn[i].p, alpn[i].n);
        const struct made *m = hello_with_block(block, alpn[i].n + 7);
        prints_of(m->p, m->n, &p);
        assert_memory_equal(p.ja4 + 8, alpn[i].want, 2);
    }
    for (size_t i = 0; i < COUNT(versions); i++) {
        const uint16_t list[] = { 0xfafa, versions[i].listed, 0 };
        struct hello h = { .version = versions[i].version, .suites = NUMBERS(0x002f),
                           .versions = versions[i].listed ? list : NULL };
        prints_of_hello(&h, &p);
        assert_memory_equal(p.ja4, versions[i].want, 3);
    }
    uint16_t many[151] = { 0 };
    for (uint16_t i = 0; i < 150; i++)
        many[i] = (uint16_t)(1000 + i);
    prints_of_hello(&(struct hello){ .version = 0x0303, .suites = many, .order = many, .order_count = 150 }, &p);
    assert_memory_equal(p.ja4, "t12i999900_", 11);
    prints_of_hello(&(struct hello){ .version = 0x0303, .suites = NUMBERS(0x1a1a) }, &p);
    assert_string_equal(p.ja4, "t12i000000_000000000000_000000000000");
    prints_of_hello(&(struct hello){ .version = 0x0303, .suites = NUMBERS(0x1301), .ssl2_form = true }, &p);
    assert_string_equal(p.ja3_text, "");
}

/* --- as a client ------------------------------------------------------------------------------ */

static void as_client(void **state)
{
    uint8_t p[RECORDED_MAX];
    (void)state;
    static const char *const more[] = { "ssl2-form", "records", "grease" };
    for (size_t i = 0; i < COUNT(clients) + COUNT(more); i++) {
        size_t n = seed_read(i < COUNT(clients) ? clients[i] : more[i - COUNT(clients)], p, sizeof p);
        if (strncmp((char *)p, "\x80\x3e", 2) == 0 && p[10] == 32) { /* also with a challenge of 16 bytes */
            p[1] = (uint8_t)(p[1] - 16);
            p[10] = 16;
            n -= 16;
        }
        struct heard h;
        heard_whole(&h, p, n);
        struct client c = heard_client(&h, "saved", "a saved hello");
        assert_string_equal(c.name, "saved");
        assert_true(c.recorded && c.source);
        assert_int_equal(c.traits & CLIENT_NO_SNI ? 1 : 0, h.hello.sni == NULL);
        assert_true(c.min >= 0x0300 && c.min <= c.max);
        struct offer o;
        struct client_lists keep;
        struct hello hello = { .sni = h.hello.sni };
        assert_true(offer_make(&o, &c, &(struct limits){ 0 }));
        client_hello(&c, &o, NULL, &keep, &hello);
        struct buf first, second;
        buf_init(&first, HELLO_BYTES_MAX);
        buf_init(&second, HELLO_BYTES_MAX);
        assert_true(hello_write(&h.hello, &first) && hello_write(&hello, &second));
        assert_int_equal(first.len, second.len);
        assert_memory_equal(first.data, second.data, first.len);
        buf_free(&first);
        buf_free(&second);
        offer_clear(&o);
        heard_free(&h);
    }
}

/* A hello without extensions stays without. */
static void as_client_without_extensions(void **state)
{
    static struct made message, out;
    (void)state;
    message_make(&message, "\0\x2f", 2, NULL, 0);
    records_make(&out, &message, 1000, 0);
    struct heard h;
    heard_whole(&h, out.p, out.n);
    struct client c = heard_client(&h, "saved", "a saved hello");
    assert_true(c.traits & CLIENT_NO_SNI);
    struct offer o;
    struct client_lists keep;
    struct hello hello = { .sni = "a.org" };
    assert_true(offer_make(&o, &c, &(struct limits){ 0 }));
    client_hello(&c, &o, NULL, &keep, &hello);
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(&hello, &b));
    assert_int_equal(b.len, out.n);
    buf_free(&b);
    offer_clear(&o);
    heard_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_hellos), cmocka_unit_test(recorded_are_written_again), cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(beginnings), cmocka_unit_test(records_of_any_size), cmocka_unit_test(uneven_records),
        cmocka_unit_test(what_follows), cmocka_unit_test(large), cmocka_unit_test(many_records),
        cmocka_unit_test(many_extensions), cmocka_unit_test(odd_extensions), cmocka_unit_test(extensions_twice),
        cmocka_unit_test(not_sent_again), cmocka_unit_test(odd_suites), cmocka_unit_test(old_versions),
        cmocka_unit_test(ssl3_with_extensions), cmocka_unit_test(ssl2_forms), cmocka_unit_test(broken),
        cmocka_unit_test(not_tls), cmocka_unit_test(changed), cmocka_unit_test(ja3_as_published),
        cmocka_unit_test(ja4_as_published), cmocka_unit_test(prints_of_resumption), cmocka_unit_test(ja4_parts),
        cmocka_unit_test(as_client), cmocka_unit_test(as_client_without_extensions),
    };
    return cmocka_run_group_tests_name("wire/heard", tests, NULL, NULL);
}
