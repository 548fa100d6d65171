/* hello - tests of writing ClientHellos: what is written is read again by a small parser of its own, for
 * many combinations of what can be offered; the order of extensions, compared with recorded bytes of a real client;
 * the sizes and structure of key shares, padding, GREASE, records, SSL 2.0 and its form, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/hello.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }

/* --- a parser that shares nothing with the writer ----------------------------------------------- */

struct cursor { const uint8_t *p; size_t n; };

static unsigned take(struct cursor *c, size_t bytes)
{
    unsigned value = 0;
    assert_true(bytes <= c->n);
    for (; bytes; bytes--, c->n--)
        value = value * 256 + *c->p++;
    return value;
}

static struct cursor part(struct cursor *c, size_t prefix)
{
    size_t n = take(c, prefix);
    assert_true(n <= c->n);
    struct cursor sub = { c->p, n };
    c->p += n;
    c->n -= n;
    return sub;
}

struct extension { uint16_t type; struct cursor body; };
struct parsed {
    uint8_t message[HELLO_BYTES_MAX];
    size_t n, records, longest;
    uint16_t record, version;
    struct cursor random, session, suites, compression;
    bool block; /* of extensions */
    struct extension ext[64];
    size_t count;
};

/* Joins the records, which must all be of one version and hold one message together. */
static void records_join(const struct buf *b, struct parsed *h)
{
    struct cursor all = { b->data, b->len };
    memset(h, 0, sizeof *h);
    while (all.n) {
        assert_int_equal(take(&all, 1), 22);
        unsigned version = take(&all, 2);
        assert_true(!h->records || version == h->record);
        h->record = (uint16_t)version;
        struct cursor body = part(&all, 2);
        assert_in_range(body.n, 1, 16384);
        memcpy(h->message + h->n, body.p, body.n);
        h->n += body.n;
        h->records++;
        h->longest = body.n > h->longest ? body.n : h->longest;
    }
}

static void parse(const struct buf *b, struct parsed *h)
{
    records_join(b, h);
    struct cursor all = { h->message, h->n };
    assert_int_equal(take(&all, 1), 1);
    struct cursor m = part(&all, 3);
    assert_int_equal(all.n, 0);
    h->version = (uint16_t)take(&m, 2);
    h->random = (struct cursor){ m.p, 32 };
    for (size_t i = 0; i < 32; i++)
        take(&m, 1);
    h->session = part(&m, 1);
    h->suites = part(&m, 2);
    h->compression = part(&m, 1);
    h->block = m.n > 0;
    struct cursor exts = h->block ? part(&m, 2) : m;
    assert_int_equal(m.n, 0);
    while (exts.n) {
        assert_true(h->count < COUNT(h->ext));
        h->ext[h->count].type = (uint16_t)take(&exts, 2);
        h->ext[h->count++].body = part(&exts, 2);
    }
}

static const struct extension *find(const struct parsed *h, uint16_t type)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->ext[i].type == type)
            return &h->ext[i];
    return NULL;
}

static bool is_grease(unsigned number)
{
    return number % 0x1010 == 0x0a0a % 0x1010 && (number & 0x0f0f) == 0x0a0a && number / 256 == number % 256;
}

static struct parsed *written(const struct hello *h)
{
    static struct parsed p; /* too large for the stack of a test */
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(h, &b));
    parse(&b, &p);
    buf_free(&b);
    return &p;
}

static bool refused(const struct hello *h)
{
    struct buf b;
    buf_init(&b, 2 * HELLO_BYTES_MAX);
    assert_true(buf_add(&b, "before", 6));
    bool done = hello_write(h, &b);
    assert_true(done || (b.len == 6 && memcmp(b.data, "before", 6) == 0));
    buf_free(&b);
    return !done;
}

/* --- combinations --------------------------------------------------------------------------------- */

static void list_is(struct cursor c, const uint16_t *list, bool grease, unsigned with)
{
    if (grease)
        assert_true(is_grease(take(&c, 2)));
    for (; *list; list++)
        assert_int_equal(take(&c, 2), *list);
    if (with & HELLO_RENEGOTIATION_SCSV)
        assert_int_equal(take(&c, 2), 0x00ff);
    if (with & HELLO_FALLBACK_SCSV)
        assert_int_equal(take(&c, 2), 0x5600);
    assert_int_equal(c.n, 0);
}

static void extension_list_is(const struct parsed *p, uint16_t type, size_t prefix, const uint16_t *list, bool grease)
{
    const struct extension *e = find(p, type);
    assert_int_equal(e != NULL, list != NULL);
    if (!e)
        return;
    struct cursor body = e->body, content = part(&body, prefix);
    assert_int_equal(body.n, 0);
    list_is(content, list, grease, 0);
}

static void extension_is(const struct parsed *p, uint16_t type, bool there, const void *bytes, size_t n)
{
    const struct extension *e = find(p, type);
    assert_int_equal(e != NULL, there);
    if (!e)
        return;
    assert_int_equal(e->body.n, n);
    if (n)
        assert_memory_equal(e->body.p, bytes, n);
}

/* Groups of the share list in order, those nobody can make left out. */
static void shares_are(const struct parsed *p, const uint16_t *groups)
{
    const struct extension *e = find(p, 51);
    assert_int_equal(e != NULL, groups != NULL);
    if (!e)
        return;
    struct cursor body = e->body, list = part(&body, 2);
    assert_int_equal(body.n, 0);
    for (; *groups; groups++) {
        if (!hello_has_share(*groups))
            continue;
        assert_int_equal(take(&list, 2), *groups);
        assert_true(part(&list, 2).n >= 32);
    }
    assert_int_equal(list.n, 0);
}

static void extensions_are(const struct hello *h, const struct parsed *p)
{
    bool grease = h->with & HELLO_GREASE;
    extension_list_is(p, 10, 2, h->groups, grease);
    extension_list_is(p, 13, 2, h->sigalgs, grease);
    extension_list_is(p, 43, 1, h->versions, grease);
    shares_are(p, h->shares);
    extension_is(p, 0, h->sni, "\0\x08\0\0\5a.org", 10);
    extension_is(p, 16, h->alpn, "\0\x0c\2h2\x08http/1.1", 14);
    extension_is(p, 23, h->with & HELLO_EMS, NULL, 0);
    extension_is(p, 22, h->with & HELLO_ETM, NULL, 0);
    extension_is(p, 65281, h->with & HELLO_RENEGOTIATION, "\0", 1);
    extension_is(p, 35, h->with & HELLO_TICKET, NULL, 0);
    extension_is(p, 5, h->with & HELLO_STATUS, "\1\0\0\0\0", 5);
    extension_is(p, 18, h->with & HELLO_SCT, NULL, 0);
    extension_is(p, 11, h->with & HELLO_POINTS, "\1\0", 2);
    extension_is(p, 45, h->with & HELLO_PSK_MODES, "\1\1", 2);
    for (size_t i = 0; i < h->extra_count; i++)
        extension_is(p, h->extra[i].type, true, h->extra[i].p, h->extra[i].n);
}

/* How many kinds of extension there are: what is asked for, GREASE and padding, no more and none twice. */
static void extensions_no_more(const struct hello *h, const struct parsed *p)
{
    size_t known = (h->sni != NULL) + (h->alpn != NULL) + (h->groups != NULL) + (h->sigalgs != NULL) +
                   (h->versions != NULL) + (h->shares != NULL) + h->extra_count, grease = 0;
    for (unsigned bit = 1; bit < HELLO_GREASE; bit <<= 1)
        if (bit & (HELLO_EMS | HELLO_ETM | HELLO_RENEGOTIATION | HELLO_TICKET | HELLO_STATUS | HELLO_SCT |
                   HELLO_POINTS | HELLO_PSK_MODES) & h->with)
            known++;
    for (size_t i = 0; i < p->count; i++)
        grease += is_grease(p->ext[i].type);
    assert_int_equal(grease, h->with & HELLO_GREASE ? 1 : 0);
    assert_int_equal(p->count, known + grease + (find(p, 21) != NULL));
    if (h->sni)
        assert_int_equal(p->ext[0].type, 0);
    if (p->count)
        assert_true(p->ext[p->count - 1].body.n > 0);
    const struct extension *pad = find(p, 21);
    for (size_t i = 0; pad && i < pad->body.n; i++)
        assert_int_equal(pad->body.p[i], 0);
    assert_true(!pad || pad == &p->ext[p->count - 1]);
    assert_true(!pad || p->n <= h->size + 5 || pad->body.n == 1);
}

static void hello_is(const struct hello *h)
{
    struct parsed *p = written(h);
    bool ssl3 = h->version == 0x0300;
    assert_int_equal(p->version, h->version);
    assert_int_equal(p->record, h->record ? h->record : ssl3 ? 0x0300 : 0x0301);
    assert_int_equal(p->session.n, h->session_id);
    list_is(p->suites, h->suites, h->with & HELLO_GREASE, h->with);
    assert_int_equal(p->compression.n, h->compressions ? h->compression_count : 1);
    assert_int_equal(p->compression.p[p->compression.n - 1], 0);
    assert_true(p->compression.n == 1 || p->compression.p[0] == 1);
    assert_true(p->longest <= (h->record_size ? h->record_size : 16384));
    assert_int_equal(p->records, (p->n + p->longest - 1) / p->longest);
    assert_int_equal(p->block, p->count > 0);
    if (ssl3) {
        assert_false(p->block);
        return;
    }
    assert_true(p->n >= h->size);
    extensions_are(h, p);
    extensions_no_more(h, p);
}

static const struct hello_extension extras[] = { { 0x1234, "body", 4 }, { 0x0fff, NULL, 0 } };

static void combinations(void **state)
{
    const uint16_t *const lists[] = {
        NULL, NUMBERS(0x001d), NUMBERS(0x0017, 0x0018, 0x9999, 0x001d), NUMBERS(0x11ec, 0x001d, 0x0100), NUMBERS(0),
    };
    static const uint16_t versions[] = { 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0399 };
    static const size_t sizes[] = { 0, 100, 256, 511, 2048, 4096, 16384, 20000 };
    static const size_t records[] = { 0, 1, 7, 100, 16384, 100000 };
    (void)state;
    uint32_t x = 12345; /* numbers that look random are the same at every run */
    for (int i = 0; i < 4000; i++) {
        uint32_t pick[5];
        for (size_t k = 0; k < COUNT(pick); k++)
            pick[k] = (x = x * 1664525 + 1013904223) >> 8;
        struct hello h = {
            .version = versions[pick[0] % COUNT(versions)], .record = (uint16_t)(i % 3 ? 0 : 0x0303),
            .versions = i % 2 ? NUMBERS(0x0304, 0x0303) : NULL,
            .suites = i % 5 ? NUMBERS(0x1301, 0xc02f, 0x002f) : NUMBERS(0x0005),
            .groups = lists[pick[1] % COUNT(lists)], .sigalgs = i % 7 < 3 ? NUMBERS(0x0403, 0x0804) : NULL,
            .shares = lists[pick[2] % COUNT(lists)], .sni = i % 3 ? "a.org" : NULL,
            .alpn = i % 11 < 5 ? "h2+http/1.1" : NULL, .with = pick[3] % (2 * HELLO_GREASE),
            .extra = extras, .extra_count = pick[4] % 3,
            .size = sizes[pick[4] % COUNT(sizes)], .record_size = records[pick[3] % COUNT(records)], .seed = x,
        };
        if (h.record_size == 1 && h.size > 4096)
            h.record_size = 50;
        hello_is(&h);
    }
}

static void every_bit_alone(void **state)
{
    (void)state;
    for (unsigned bit = 1; bit <= HELLO_GREASE; bit <<= 1)
        hello_is(&(struct hello){ .version = 0x0303, .suites = NUMBERS(0xc02f), .with = bit });
    struct parsed *p = written(&(struct hello){ .version = 0x0303, .suites = NUMBERS(0xc02f) });
    assert_false(p->block);
    assert_int_equal(p->n, 4 + 2 + 32 + 1 + 2 + 2 + 2); /* as before there were extensions */
}

/* --- padding, seeds, caps ------------------------------------------------------------------------- */

static void padding(void **state)
{
    (void)state;
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f), .sni = "a.org" };
    size_t bare = written(&h)->n;
    for (h.size = bare - 3; h.size < bare + 40; h.size++) {
        struct parsed *p = written(&h);
        bool padded = find(p, 21) != NULL;
        assert_int_equal(padded, h.size > bare);
        size_t least = bare + 5; /* the smallest padding: its header and a byte */
        assert_int_equal(p->n, !padded ? bare : h.size > least ? h.size : least);
    }
    h.with = HELLO_EMS; /* has no body, so it may not stand last */
    h.size = 0;
    assert_int_equal(find(written(&h), 21)->body.n, 1);
}

static void seeds(void **state)
{
    (void)state;
    struct hello h = {
        .version = 0x0303, .versions = NUMBERS(0x0304), .suites = NUMBERS(0x1301),
        .groups = NUMBERS(0x11ec), .shares = NUMBERS(0x11ec), .with = HELLO_GREASE, .session_id = 32,
    };
    struct buf a, b;
    buf_init(&a, HELLO_BYTES_MAX);
    buf_init(&b, HELLO_BYTES_MAX);
    for (h.seed = 0; h.seed < 20; h.seed++) {
        a.len = b.len = 0;
        assert_true(hello_write(&h, &a) && hello_write(&h, &b));
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.data, b.data, a.len);
        b.len = 0;
        h.seed += 1000;
        assert_true(hello_write(&h, &b));
        h.seed -= 1000;
        assert_int_equal(a.len, b.len);
        assert_memory_not_equal(a.data + 11, b.data + 11, 32);
    }
    buf_free(&a);
    buf_free(&b);
}

static void grease_takes_all_values(void **state)
{
    (void)state;
    unsigned seen = 0;
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f), .with = HELLO_GREASE };
    for (; h.seed < 500; h.seed++)
        seen |= 1u << (written(&h)->suites.p[0] >> 4);
    assert_int_equal(seen, 0xffff);
}

static void caps(void **state)
{
    (void)state;
    static uint16_t many[40001];
    struct hello h = { .version = 0x0303, .suites = many, .sni = "a.org" };
    for (size_t i = 0; i < COUNT(many) - 1; i++)
        many[i] = 0x1301;
    assert_true(refused(&h));
    many[32767] = 0;
    assert_false(refused(&h));
    many[32766] = 0x1301;
    h.with = HELLO_FALLBACK_SCSV; /* one too many for the length */
    assert_true(refused(&h));
    many[60] = 0;
    h.with = 0;
    h.versions = many; /* its length has one byte: 60 fit */
    assert_false(refused(&h));
    h.versions = many + 60;
    many[60] = many[0];
    many[60 + 128] = 0;
    assert_true(refused(&h));
    h.versions = NULL;
    h.size = 65000;
    assert_false(refused(&h));
    h.record_size = 1; /* with its record headers too long as a whole */
    assert_true(refused(&h));
    h.record_size = 0;
    h.size = 70000;
    assert_true(refused(&h));
    h.size = SIZE_MAX;
    assert_true(refused(&h));
}

static void alpn_names(void **state)
{
    static const char *const bad[] = { "", "+", "h2+", "+h2", "h2++http/1.1" };
    (void)state;
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f) };
    for (size_t i = 0; i < COUNT(bad); i++) {
        h.alpn = bad[i];
        assert_true(refused(&h));
    }
    char name[257];
    memset(name, 'a', sizeof name);
    name[256] = '\0';
    h.alpn = name;
    assert_true(refused(&h));
    name[255] = '\0';
    assert_false(refused(&h));
}

static void out_that_is_full(void **state)
{
    (void)state;
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f) };
    struct buf b;
    buf_init(&b, 20);
    assert_true(buf_add(&b, "before", 6));
    assert_false(hello_write(&h, &b));
    assert_int_equal(b.len, 6);
    buf_free(&b);
}

static void ssl2(void **state)
{
    (void)state;
    struct hello h = { .version = 0x0002, .seed = 7 };
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(&h, &b));
    static const uint8_t begins[] = {
        0x80, 0x2e, 1, 0, 2, 0, 21, 0, 0, 0, 16, 1, 0, 0x80, 2, 0, 0x80, 3, 0, 0x80, 4, 0, 0x80, 5, 0, 0x80,
        6, 0, 0x40, 7, 0, 0xc0,
    };
    assert_int_equal(b.len, sizeof begins + 16);
    assert_memory_equal(b.data, begins, sizeof begins);
    assert_int_equal(b.data[1], b.len - 2);
    buf_free(&b);
}

/* --- SSL 2.0's form for TLS, byte by byte --------------------------------------------------------- */

static void form_is(const struct hello *h, const void *bytes, size_t n, size_t random)
{
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(h, &b));
    assert_int_equal(b.len, n + random);
    assert_memory_equal(b.data, bytes, n);
    buf_free(&b);
}

#define FORM_IS(h, random, bytes) form_is(h, bytes, sizeof bytes - 1, random)

static void ssl2_form(void **state)
{
    static const uint32_t kinds[] = { 0x00002f, 0x0700c0, 0x0000ff };
    (void)state;
    struct hello h = { .version = 0x0301, .ssl2_form = true, .suites = NUMBERS(0x002f, 0x0005, 0x00ff) };
    FORM_IS(&h, 32, "\x80\x32\x01\x03\x01\0\x09\0\0\0\x20\0\0\x2f\0\0\x05\0\0\xff");
    h.sni = "a.org"; /* has no place in it */
    h.with = HELLO_FALLBACK_SCSV | HELLO_GREASE;
    h.version = 0x0303;
    h.kinds = kinds;
    h.kind_count = COUNT(kinds);
    h.challenge = 16;
    FORM_IS(&h, 16, "\x80\x22\x01\x03\x03\0\x09\0\0\0\x10\0\0\x2f\x07\0\xc0\0\0\xff");
    h.session_id = 16;
    FORM_IS(&h, 32, "\x80\x32\x01\x03\x03\0\x09\0\x10\0\x10\0\0\x2f\x07\0\xc0\0\0\xff");
    h.version = 0x0002;
    h.kind_count = 0;
    FORM_IS(&h, 32, "\x80\x29\x01\0\x02\0\0\0\x10\0\x10");
}

static void ssl2_form_caps(void **state)
{
    static uint16_t many[12001];
    (void)state;
    struct hello h = { .version = 0x0301, .ssl2_form = true, .suites = many };
    for (size_t i = 0; i < COUNT(many) - 1; i++)
        many[i] = 0x002f;
    assert_true(refused(&h));
    many[(32767 - 9 - 32) / 3 + 1] = 0; /* its length has 15 bits */
    assert_true(refused(&h));
    many[(32767 - 9 - 32) / 3] = 0;
    assert_false(refused(&h));
}

/* --- an order of extensions ------------------------------------------------------------------------ */

/* One extension as text: its type and its body in hex. */
static void ext_add(char *out, size_t room, const struct extension *e)
{
    size_t at = strlen(out);
    at += (size_t)snprintf(out + at, room - at, "%s%u=", at ? " " : "", e->type);
    for (size_t i = 0; i < e->body.n && at + 3 < room; i++)
        at += (size_t)snprintf(out + at, room - at, "%02x", e->body.p[i]);
}

static const char *block_words(const struct hello *h)
{
    static char out[4000];
    const struct parsed *p = written(h);
    out[0] = '\0';
    for (size_t i = 0; i < p->count; i++)
        ext_add(out, sizeof out, &p->ext[i]);
    return p->block ? out : "none";
}

#define ORDER(...) .order = (const uint16_t[]){ __VA_ARGS__ }, \
    .order_count = sizeof (const uint16_t[]){ __VA_ARGS__ } / sizeof(uint16_t)

static void ordered_blocks(void **state)
{
    static const struct hello_extension extra[] = {
        { 17513, "\0\3\2h2", 5 }, { 10, "\0\2\0\x17", 4 }, { 2570, NULL, 0 }, { 10, "?", 1 }, { 65000, "end", 3 },
    };
    static const uint16_t nothing[1];
    const struct { struct hello h; const char *want; } row[] = {
        { { ORDER(23, 65281, 35, 5, 11, 45, 18, 22) }, "23= 65281=00 35= 5=0100000000 11=0100 45=0101 18= 22=" },
        { { ORDER(10, 0, 13, 16, 43, 51, 21), }, "" }, /* fields that are NULL */
        { { ORDER(51, 13, 10, 43, 16, 0), .sni = "a.b", .alpn = "h2", .groups = NUMBERS(0x1a1a, 0x001d),
            .sigalgs = NUMBERS(0x0403), .versions = NUMBERS(0x8a8a, 0x0304), .shares = NUMBERS(0x9a9a, 0x9999) },
          "51=00059a9a000100 13=00020403 10=00041a1a001d 43=048a8a0304 16=0003026832 0=0006000003612e62" },
        { { ORDER(0x0a0a, 1234, 0x0a0a) }, "2570= 1234= 2570=" },
        { { ORDER(23, 10, 2570, 10, 10, 17513), .groups = NUMBERS(0x001e), .extra = extra, .extra_count = 5 },
          "23= 10=00020017 2570= 10=3f 10=0002001e 17513=0003026832 65000=656e64" },
        { { ORDER(23), .with = HELLO_EMS | HELLO_ETM | HELLO_STATUS | HELLO_GREASE }, "23=" }, /* bits do not count */
        { { .order = nothing, .sni = "a.b" }, "none" },
        { { .order = nothing, .with = HELLO_BLOCK }, "" },
        { { .with = HELLO_BLOCK }, "" },
        { { .version = 0x0300, ORDER(0, 23), .sni = "a.b" }, "0=0006000003612e62 23=" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        struct hello h = row[i].h;
        h.suites = NUMBERS(0x002f);
        h.version = h.version ? h.version : 0x0303;
        const char *words = block_words(&h);
        /* an order of which nothing is left is no block */
        assert_string_equal(words, row[i].want[0] || h.with & HELLO_BLOCK ? row[i].want : "none");
    }
}

/* Padding takes its place, and the size is right whatever comes after it. */
static void ordered_padding(void **state)
{
    (void)state;
    for (size_t place = 0; place < 5; place++) {
        uint16_t order[5] = { 0, 16, 23, 35, 23 };
        struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f), .sni = "a.org", .alpn = "h2",
                           .order = order, .order_count = 5 };
        size_t bare = written(&h)->n - (place == 0 ? 14 : place == 1 ? 9 : 4);
        order[place] = 21;
        for (h.size = bare - 3; h.size < bare + 40; h.size++) {
            struct parsed *p = written(&h);
            const struct extension *pad = find(p, 21);
            assert_int_equal(pad != NULL, h.size > bare);
            assert_int_equal(p->n, !pad ? bare : h.size > bare + 5 ? h.size : bare + 5);
            assert_true(!pad || pad == &p->ext[place]);
            for (size_t i = 0; pad && i < pad->body.n; i++)
                assert_int_equal(pad->body.p[i], 0);
            assert_int_equal(p->ext[p->count - 1].type, order[4] == 21 && !pad ? 35 : order[4]);
        }
    }
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f), ORDER(23, 35), .size = 300 };
    struct parsed *p = written(&h);
    assert_int_equal(p->n, 300); /* asked for, so at the end */
    assert_int_equal(p->ext[2].type, 21);
    h.size = 70000;
    assert_true(refused(&h));
    h.size = SIZE_MAX;
    assert_true(refused(&h));
    h = (struct hello){ .version = 0x0303, .suites = NUMBERS(0xc02f), ORDER(21, 21, 21),
                        .extra = (const struct hello_extension[]){ { 21, "\0", 1 } }, .extra_count = 1, .size = 500 };
    p = written(&h);
    assert_int_equal(p->n, 500);
    assert_int_equal(p->count, 2);
    assert_int_equal(p->ext[0].body.n, 1);
}

static void random_bodies(void **state)
{
    static const struct hello_extension extra[] = { { 65037, NULL, 200 } };
    (void)state;
    uint8_t first[200];
    unsigned seen[256] = { 0 }, kinds = 0;
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f), .extra = extra, .extra_count = 1 };
    for (int ordered = 0; ordered < 2; ordered++) {
        const struct extension *e = find(written(&h), 65037);
        assert_int_equal(e->body.n, 200);
        memcpy(first, e->body.p, sizeof first);
        assert_memory_equal(find(written(&h), 65037)->body.p, first, sizeof first); /* the same seed */
        h.seed++;
        assert_memory_not_equal(find(written(&h), 65037)->body.p, first, sizeof first);
        h.order = &extra->type;
        h.order_count = 1;
    }
    for (size_t i = 0; i < sizeof first; i++)
        kinds += seen[first[i]]++ == 0;
    assert_true(kinds > 80);
}

/* Thousands of extensions take no time to speak of. */
static void long_orders(void **state)
{
    (void)state;
    enum { MANY = 7000 };
    static uint16_t order[2 * MANY];
    static struct hello_extension extra[MANY];
    for (size_t i = 0; i < MANY; i++) {
        extra[i] = (struct hello_extension){ (uint16_t)(0x4000 + i), "x", 1 };
        order[i] = (uint16_t)(0x4000 + i);
        order[MANY + i] = (uint16_t)(0x8000 + i);
    }
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0xc02f), .order = order, .order_count = 2 * MANY,
                       .extra = extra, .extra_count = MANY };
    for (h.seed = 0; h.seed < 200; h.seed++)
        assert_false(refused(&h));
}

/* --- as a real client writes it ------------------------------------------------------------------- */

static size_t seed_read(const char *name, uint8_t *p, size_t room)
{
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/fuzz_heard/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    size_t n = fread(p, 1, room, f);
    fclose(f);
    return n;
}

/* The first hello of `openssl s_client -servername example.org -bugs -legacy_renegotiation`, 3.0, as recorded on
 * loopback. Only its random, session id and the key of its share are other bytes. */
static void as_openssl_writes(void **state)
{
    static const struct hello_extension points[] = { { 11, "\3\0\1\2", 4 } };
    (void)state;
    uint8_t recorded[2000];
    size_t n = seed_read("openssl-pad", recorded, sizeof recorded);
    assert_int_equal(n, 517);
    struct hello h = {
        .version = 0x0303, .versions = NUMBERS(0x0304, 0x0303, 0x0302, 0x0301),
        .suites = NUMBERS(0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f,
                          0x009e,
                          0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0xc00a, 0xc014, 0x0039, 0xc009, 0xc013,
                          0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f, 0x00ff),
        .groups = NUMBERS(0x001d, 0x0017, 0x001e, 0x0019, 0x0018, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104),
        .sigalgs = NUMBERS(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805, 0x0806,
                           0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302, 0x0402, 0x0502, 0x0602),
        .shares = NUMBERS(0x001d), .sni = "example.org", .session_id = 32, .size = 512,
        ORDER(0, 11, 10, 35, 22, 23, 13, 43, 45, 51, 21), .extra = points, .extra_count = 1,
    };
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(&h, &b));
    assert_int_equal(b.len, n);
    size_t share = 0;
    for (size_t i = 0; i + 38 < n; i++)
        if (memcmp(recorded + i, "\0\x33\0\x26\0\x24\0\x1d\0\x20", 10) == 0)
            share = i + 10;
    assert_true(share > 0);
    struct { size_t at, n; } other[] = { { 11, 32 }, { 44, 32 }, { share, 32 } };
    for (size_t i = 0; i < COUNT(other); i++)
        memcpy(b.data + other[i].at, recorded + other[i].at, other[i].n);
    assert_memory_equal(b.data, recorded, n);
    buf_free(&b);
}

/* --- key shares ----------------------------------------------------------------------------------- */

static struct cursor share_of(uint16_t group, uint64_t seed)
{
    struct hello h = { .version = 0x0303, .suites = NUMBERS(0x1301), .shares = NUMBERS(group), .seed = seed };
    struct cursor body = find(written(&h), 51)->body, list = part(&body, 2);
    assert_int_equal(take(&list, 2), group);
    struct cursor share = part(&list, 2);
    assert_int_equal(list.n, 0);
    return share;
}

static void share_sizes(void **state)
{
    static const struct { uint16_t group; size_t n; } row[] = {
        { 0x0017, 65 }, { 0x0018, 97 }, { 0x0019, 133 }, { 0x001d, 32 }, { 0x001e, 56 },
        { 0x001f, 65 }, { 0x0020, 97 }, { 0x0021, 129 },
        { 0x0100, 256 }, { 0x0101, 384 }, { 0x0102, 512 }, { 0x0103, 768 }, { 0x0104, 1024 },
        { 0x0200, 800 }, { 0x0201, 1184 }, { 0x0202, 1568 },
        { 0x11eb, 65 + 1184 }, { 0x11ec, 1184 + 32 }, { 0x11ed, 97 + 1568 },
        { 0x6399, 32 + 1184 }, { 0x639a, 65 + 1184 },
    };
    (void)state;
    size_t there = 0;
    for (size_t i = 0; i < COUNT(row); i++)
        assert_int_equal(share_of(row[i].group, i).n, row[i].n);
    for (unsigned group = 0; group <= 0xffff; group++) {
        there += hello_has_share((uint16_t)group);
        size_t n = hello_share_size((uint16_t)group);
        assert_true(is_grease(group) ? n == 1 : (n > 0) == hello_has_share((uint16_t)group));
    }
    assert_int_equal(there, COUNT(row));
    for (size_t i = 0; i < COUNT(row); i++)
        assert_int_equal(hello_share_size(row[i].group), row[i].n);
}

/* FIPS 203 section 7.2: every coefficient is below q, and they are not all the same. */
static void kem_is_sound(const uint8_t *p, size_t n)
{
    unsigned largest = 0, smallest = 9999;
    for (size_t i = 0; i + 3 <= n - 32; i += 3) {
        unsigned a = p[i] + 256u * (p[i + 1] & 15), b = p[i + 1] / 16u + 16u * p[i + 2];
        assert_true(a < 3329 && b < 3329);
        largest = a > largest ? a : largest;
        smallest = b < smallest ? b : smallest;
    }
    assert_true(largest > 3200 && smallest < 100);
}

static void share_structure(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        kem_is_sound(share_of(0x11ec, seed).p, 1184);
        kem_is_sound(share_of(0x11eb, seed).p + 65, 1184);
        kem_is_sound(share_of(0x11ed, seed).p + 97, 1568);
        kem_is_sound(share_of(0x6399, seed).p + 32, 1184);
        kem_is_sound(share_of(0x0200, seed).p, 800);
        uint8_t top = share_of(0x001d, seed).p[31];
        assert_in_range(top, 0x40, 0x7f);
        assert_in_range(share_of(0x11ec, seed).p[1184 + 31], 0x40, 0x7f);
        assert_true(share_of(0x001e, seed).p[55] >= 0x40);
    }
    assert_int_equal(share_of(0x11eb, 1).p[0], 4);
    assert_int_equal(share_of(0x11ed, 1).p[0], 4);
    for (uint16_t group = 0x0100; group <= 0x0104; group++) { /* a power of the generator, 2 */
        struct cursor share = share_of(group, 1);
        unsigned bits = 0;
        assert_true(share.p[0] > 0 && share.p[0] < 0xff);
        for (; share.n; share.n--)
            for (unsigned byte = *share.p++; byte; byte >>= 1)
                bits += byte & 1;
        assert_int_equal(bits, 1);
    }
}

/* The base points once more, from OpenSSL. */
static void points_as_openssl(void **state)
{
    static const struct { uint16_t group; const char *curve; } row[] = {
        { 0x0017, "prime256v1" }, { 0x0018, "secp384r1" }, { 0x0019, "secp521r1" },
        { 0x001f, "brainpoolP256r1" }, { 0x0020, "brainpoolP384r1" }, { 0x0021, "brainpoolP512r1" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        char command[200];
        uint8_t der[2048];
        snprintf(command, sizeof command, "openssl ecparam -name %s -param_enc explicit -conv_form uncompressed "
                 "-outform DER 2>/dev/null", row[i].curve);
        FILE *f = popen(command, "r");
        assert_non_null(f);
        size_t n = fread(der, 1, sizeof der, f), at = 0;
        if (pclose(f) != 0 || n == 0) {
            print_message("# openssl is not installed or lacks %s\n", row[i].curve);
            continue;
        }
        struct cursor share = share_of(row[i].group, 1);
        while (at + share.n < n && memcmp(der + at, share.p, share.n) != 0)
            at++;
        assert_true(at + share.n < n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(combinations), cmocka_unit_test(every_bit_alone), cmocka_unit_test(padding),
        cmocka_unit_test(seeds), cmocka_unit_test(grease_takes_all_values), cmocka_unit_test(caps),
        cmocka_unit_test(alpn_names), cmocka_unit_test(out_that_is_full), cmocka_unit_test(ssl2),
        cmocka_unit_test(ssl2_form), cmocka_unit_test(ssl2_form_caps), cmocka_unit_test(ordered_blocks),
        cmocka_unit_test(ordered_padding), cmocka_unit_test(random_bodies), cmocka_unit_test(long_orders),
        cmocka_unit_test(as_openssl_writes),
        cmocka_unit_test(share_sizes), cmocka_unit_test(share_structure), cmocka_unit_test(points_as_openssl),
    };
    return cmocka_run_group_tests_name("wire/hello", tests, NULL, NULL);
}
