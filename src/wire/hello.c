/* hello - see hello.h. */
#include "src/wire/hello.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/names.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define RECORD_PLAIN_MAX 16384 /* RFC 8446 section 5.1 */
#define ALPN_NAME_MAX 255      /* RFC 7301 section 3.1 */

enum { RECORD_HANDSHAKE = 22, CLIENT_HELLO = 1, EXT_PADDING = 21 };
/* A challenge may have 16 to 32 bytes. Of SSL 2.0 alone it is what SSL 2.0 servers know best; in a hello for TLS it
 * becomes ClientHello.random, so RFC 5246 appendix E.2 asks for all 32, which OpenSSL 0.9.8 and Java 6 send. */
enum { SSL2_MAX = 0x7fff, SSL2_CHALLENGE = 16, SSL2_CHALLENGE_TLS = 32 };
enum { SUITE_RENEGOTIATION = 0x00ff, SUITE_FALLBACK = 0x5600 };

/* A message under construction. What does not fit any more sets `failed`, which is looked at once. */
struct writer {
    struct buf b;
    bool failed;
    bool hollow;    /* the last extension has no body: some servers refuse a hello that ends so */
    uint64_t state; /* of the random numbers */
};

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators). */
static uint64_t number_next(struct writer *w)
{
    uint64_t z = w->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void put_bytes(struct writer *w, const void *p, size_t n)
{
    if (!w->failed)
        w->failed = !buf_add(&w->b, p, n);
}

static void put(struct writer *w, uint32_t value, int bytes)
{
    uint8_t p[4];
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    put_bytes(w, p, (size_t)bytes);
}

static void put_fill(struct writer *w, uint8_t value, size_t n)
{
    uint8_t block[256];
    memset(block, value, sizeof block);
    for (; n && !w->failed; n -= n < sizeof block ? n : sizeof block)
        put_bytes(w, block, n < sizeof block ? n : sizeof block);
}

static void put_random(struct writer *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(w, (uint32_t)number_next(w) & 0xff, 1);
}

/* A vector's length is written when its content is complete: open says where that begins. */
static size_t vector_open(struct writer *w, int prefix)
{
    put(w, 0, prefix);
    return w->b.len;
}

static void vector_close(struct writer *w, int prefix, size_t at)
{
    size_t n = w->b.len - at;
    if (w->failed || n >> 8 * prefix) {
        w->failed = true;
        return;
    }
    for (int i = 0; i < prefix; i++)
        w->b.data[at - 1 - (size_t)i] = (uint8_t)(n >> 8 * i);
}

/* RFC 8701 section 2: 0x0a0a, 0x1a1a ... 0xfafa. */
static uint16_t grease_next(struct writer *w)
{
    return (uint16_t)(0x0a0a + 0x1010 * (number_next(w) & 15));
}

static void put_list(struct writer *w, const struct hello *h, const uint16_t *list)
{
    if (h->with & HELLO_GREASE)
        put(w, grease_next(w), 2);
    for (; *list; list++)
        put(w, *list, 2);
}

/* --- key shares: public values that are on their curve or in their group -------------------- */

enum part_kind {
    PART_NONE,
    PART_MONTGOMERY, /* X25519, X448: any string below the prime will do (RFC 7748 section 6) */
    PART_POINT,      /* the curve's base point, uncompressed */
    PART_POWER,      /* RFC 7919: a power of the generator 2, for some servers check the subgroup */
    PART_KEM         /* ML-KEM encapsulation key (FIPS 203 section 7.2): coefficients below q, seed */
};
struct part { enum part_kind kind; uint16_t n; const uint8_t *p; };
struct share { uint16_t group; struct part part[2]; };

#define MONTGOMERY(bytes) { PART_MONTGOMERY, bytes, NULL }
#define POINT(bytes) { PART_POINT, sizeof (bytes) - 1, (const uint8_t *)(bytes) }
#define POWER(bits) { PART_POWER, (bits) / 8, NULL }
#define KEM(bytes) { PART_KEM, bytes, NULL }

/* Base points: FIPS 186-4 appendix D.1.2, RFC 5639 section 3. */
#define P256 \
    "\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d" \
    "\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb" \
    "\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5"
#define P384 \
    "\x04\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d\x3b\x62\x8b" \
    "\xa7\x9b\x98\x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29\x6c\x3a\x54\x5e" \
    "\x38\x72\x76\x0a\xb7\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92\x92\xdc\x29\xf8" \
    "\xf4\x1d\xbd\x28\x9a\x14\x7c\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1\xce\x1d\x7e\x81" \
    "\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f"
#define P521 \
    "\x04\x00\xc6\x85\x8e\x06\xb7\x04\x04\xe9\xcd\x9e\x3e\xcb\x66\x23\x95\xb4\x42\x9c\x64\x81" \
    "\x39\x05\x3f\xb5\x21\xf8\x28\xaf\x60\x6b\x4d\x3d\xba\xa1\x4b\x5e\x77\xef\xe7\x59\x28\xfe" \
    "\x1d\xc1\x27\xa2\xff\xa8\xde\x33\x48\xb3\xc1\x85\x6a\x42\x9b\xf9\x7e\x7e\x31\xc2\xe5\xbd" \
    "\x66\x01\x18\x39\x29\x6a\x78\x9a\x3b\xc0\x04\x5c\x8a\x5f\xb4\x2c\x7d\x1b\xd9\x98\xf5\x44" \
    "\x49\x57\x9b\x44\x68\x17\xaf\xbd\x17\x27\x3e\x66\x2c\x97\xee\x72\x99\x5e\xf4\x26\x40\xc5" \
    "\x50\xb9\x01\x3f\xad\x07\x61\x35\x3c\x70\x86\xa2\x72\xc2\x40\x88\xbe\x94\x76\x9f\xd1\x66" \
    "\x50"
#define BRAINPOOL256 \
    "\x04\x8b\xd2\xae\xb9\xcb\x7e\x57\xcb\x2c\x4b\x48\x2f\xfc\x81\xb7\xaf\xb9\xde\x27\xe1\xe3" \
    "\xbd\x23\xc2\x3a\x44\x53\xbd\x9a\xce\x32\x62\x54\x7e\xf8\x35\xc3\xda\xc4\xfd\x97\xf8\x46" \
    "\x1a\x14\x61\x1d\xc9\xc2\x77\x45\x13\x2d\xed\x8e\x54\x5c\x1d\x54\xc7\x2f\x04\x69\x97"
#define BRAINPOOL384 \
    "\x04\x1d\x1c\x64\xf0\x68\xcf\x45\xff\xa2\xa6\x3a\x81\xb7\xc1\x3f\x6b\x88\x47\xa3\xe7\x7e" \
    "\xf1\x4f\xe3\xdb\x7f\xca\xfe\x0c\xbd\x10\xe8\xe8\x26\xe0\x34\x36\xd6\x46\xaa\xef\x87\xb2" \
    "\xe2\x47\xd4\xaf\x1e\x8a\xbe\x1d\x75\x20\xf9\xc2\xa4\x5c\xb1\xeb\x8e\x95\xcf\xd5\x52\x62" \
    "\xb7\x0b\x29\xfe\xec\x58\x64\xe1\x9c\x05\x4f\xf9\x91\x29\x28\x0e\x46\x46\x21\x77\x91\x81" \
    "\x11\x42\x82\x03\x41\x26\x3c\x53\x15"
#define BRAINPOOL512 \
    "\x04\x81\xae\xe4\xbd\xd8\x2e\xd9\x64\x5a\x21\x32\x2e\x9c\x4c\x6a\x93\x85\xed\x9f\x70\xb5" \
    "\xd9\x16\xc1\xb4\x3b\x62\xee\xf4\xd0\x09\x8e\xff\x3b\x1f\x78\xe2\xd0\xd4\x8d\x50\xd1\x68" \
    "\x7b\x93\xb9\x7d\x5f\x7c\x6d\x50\x47\x40\x6a\x5e\x68\x8b\x35\x22\x09\xbc\xb9\xf8\x22\x7d" \
    "\xde\x38\x5d\x56\x63\x32\xec\xc0\xea\xbf\xa9\xcf\x78\x22\xfd\xf2\x09\xf7\x00\x24\xa5\x7b" \
    "\x1a\xa0\x00\xc5\x5b\x88\x1f\x81\x11\xb2\xdc\xde\x49\x4a\x5f\x48\x5e\x5b\xca\x4b\xd8\x8a" \
    "\x27\x63\xae\xd1\xca\x2b\x2f\xa8\xf0\x54\x06\x78\xcd\x1e\x0f\x3a\xd8\x08\x92"

#define SHARE(number, ...) { .group = number, .part = { __VA_ARGS__ } }
static const struct share share_table[] = {
    SHARE(0x0017, POINT(P256)),
    SHARE(0x0018, POINT(P384)),
    SHARE(0x0019, POINT(P521)),
    SHARE(0x001d, MONTGOMERY(32)),
    SHARE(0x001e, MONTGOMERY(56)),
    SHARE(0x001f, POINT(BRAINPOOL256)),
    SHARE(0x0020, POINT(BRAINPOOL384)),
    SHARE(0x0021, POINT(BRAINPOOL512)),
    SHARE(0x0100, POWER(2048)),
    SHARE(0x0101, POWER(3072)),
    SHARE(0x0102, POWER(4096)),
    SHARE(0x0103, POWER(6144)),
    SHARE(0x0104, POWER(8192)),
    SHARE(0x0200, KEM(800)),
    SHARE(0x0201, KEM(1184)),
    SHARE(0x0202, KEM(1568)),
    SHARE(0x11eb, POINT(P256), KEM(1184)),
    SHARE(0x11ec, KEM(1184), MONTGOMERY(32)),
    SHARE(0x11ed, POINT(P384), KEM(1568)),
    SHARE(0x6399, MONTGOMERY(32), KEM(1184)),
    SHARE(0x639a, POINT(P256), KEM(1184)),
};

static const struct share *share_find(uint16_t group)
{
    for (size_t i = 0; i < COUNT(share_table); i++)
        if (share_table[i].group == group)
            return &share_table[i];
    return NULL;
}

bool hello_has_share(uint16_t group)
{
    return share_find(group) != NULL;
}

size_t hello_share_size(uint16_t group)
{
    if (number_is_grease(group))
        return 1;
    const struct share *s = share_find(group);
    size_t n = 0;
    for (size_t i = 0; s && i < COUNT(s->part); i++)
        n += s->part[i].n;
    return n;
}

/* Little-endian: the last byte decides that it is below the prime, and neither 0 nor 1. */
static void put_montgomery(struct writer *w, size_t n)
{
    put_random(w, n - 1);
    put(w, 0x40 | ((uint32_t)number_next(w) & 0x3f), 1);
}

/* Pairs of 12-bit coefficients in three bytes, the lower one first (FIPS 203 algorithm 5). */
static void put_kem(struct writer *w, size_t n)
{
    enum { Q = 3329, SEED = 32 };
    for (size_t i = 0; i < (n - SEED) / 3; i++) {
        uint32_t a = (uint32_t)(number_next(w) % Q), b = (uint32_t)(number_next(w) % Q);
        uint8_t p[3] = { (uint8_t)a, (uint8_t)(a >> 8 | b << 4), (uint8_t)(b >> 4) };
        put_bytes(w, p, sizeof p);
    }
    put_random(w, SEED);
}

static void put_part(struct writer *w, const struct part *part)
{
    switch (part->kind) {
    case PART_NONE:
        break;
    case PART_MONTGOMERY:
        put_montgomery(w, part->n);
        break;
    case PART_POINT:
        put_bytes(w, part->p, part->n);
        break;
    case PART_POWER:
        put(w, 0x40, 1);
        put_fill(w, 0, part->n - 1u);
        break;
    case PART_KEM:
        put_kem(w, part->n);
        break;
    }
}

static void put_shares(struct writer *w, const uint16_t *groups)
{
    for (; *groups; groups++) {
        const struct share *s = share_find(*groups);
        bool grease = number_is_grease(*groups);
        if (!s && !grease)
            continue;
        put(w, *groups, 2);
        size_t at = vector_open(w, 2);
        if (grease)
            put(w, 0, 1); /* the one byte Chrome sends */
        for (size_t i = 0; s && i < COUNT(s->part); i++)
            put_part(w, &s->part[i]);
        vector_close(w, 2, at);
    }
}

/* --- the bodies of extensions --------------------------------------------------------------- */

static void put_nothing(struct writer *w, const struct hello *h)
{
    (void)w, (void)h;
}

static void put_sni(struct writer *w, const struct hello *h) /* RFC 6066 section 3 */
{
    size_t list = vector_open(w, 2);
    put(w, 0, 1);
    size_t name = vector_open(w, 2);
    put_bytes(w, h->sni, strlen(h->sni));
    vector_close(w, 2, name);
    vector_close(w, 2, list);
}

static void put_renegotiation(struct writer *w, const struct hello *h)
{
    (void)h;
    put(w, 0, 1);
}

static void put_groups(struct writer *w, const struct hello *h)
{
    size_t at = vector_open(w, 2);
    put_list(w, h, h->groups);
    vector_close(w, 2, at);
}

static void put_points(struct writer *w, const struct hello *h)
{
    (void)h;
    put(w, 0x0100, 2);
}

static void put_status(struct writer *w, const struct hello *h) /* OCSP, no responders, no extensions */
{
    (void)h;
    put(w, 1, 1);
    put(w, 0, 4);
}

static void put_alpn(struct writer *w, const struct hello *h)
{
    size_t at = vector_open(w, 2);
    for (const char *name = h->alpn; name; ) {
        size_t n = strcspn(name, "+");
        if (n == 0 || n > ALPN_NAME_MAX) {
            w->failed = true;
            return;
        }
        put(w, (uint32_t)n, 1);
        put_bytes(w, name, n);
        name = name[n] ? name + n + 1 : NULL;
    }
    vector_close(w, 2, at);
}

static void put_sigalgs(struct writer *w, const struct hello *h)
{
    size_t at = vector_open(w, 2);
    put_list(w, h, h->sigalgs);
    vector_close(w, 2, at);
}

static void put_versions(struct writer *w, const struct hello *h)
{
    size_t at = vector_open(w, 1);
    put_list(w, h, h->versions);
    vector_close(w, 1, at);
}

static void put_psk_modes(struct writer *w, const struct hello *h)
{
    (void)h;
    put(w, 0x0101, 2);
}

static void put_key_share(struct writer *w, const struct hello *h)
{
    size_t at = vector_open(w, 2);
    put_shares(w, h->shares);
    vector_close(w, 2, at);
}

/* In the order of writing: server_name first, what has a body last. Present when the bit of `with`
 * is set or the field at that offset is not NULL. */
struct row {
    uint16_t type;
    unsigned with;
    size_t field;
    void (*put)(struct writer *w, const struct hello *h);
};
#define BY_BIT(number, bit, function) { .type = number, .with = bit, .put = function }
#define BY_FIELD(number, name, function) { .type = number, .field = offsetof(struct hello, name), .put = function }
static const struct row row_table[] = {
    BY_FIELD(0, sni, put_sni),
    BY_BIT(65281, HELLO_RENEGOTIATION, put_renegotiation),
    BY_FIELD(10, groups, put_groups),
    BY_BIT(11, HELLO_POINTS, put_points),
    BY_BIT(35, HELLO_TICKET, put_nothing),
    BY_FIELD(16, alpn, put_alpn),
    BY_BIT(5, HELLO_STATUS, put_status),
    BY_BIT(22, HELLO_ETM, put_nothing),
    BY_BIT(23, HELLO_EMS, put_nothing),
    BY_BIT(18, HELLO_SCT, put_nothing),
    BY_FIELD(13, sigalgs, put_sigalgs),
    BY_FIELD(43, versions, put_versions),
    BY_BIT(45, HELLO_PSK_MODES, put_psk_modes),
    BY_FIELD(51, shares, put_key_share),
};

static bool row_wanted(const struct row *row, const struct hello *h)
{
    if (row->with)
        return h->with & row->with;
    const void *field;
    memcpy(&field, (const char *)h + row->field, sizeof field);
    return field != NULL;
}

static size_t extension_open(struct writer *w, uint16_t type)
{
    put(w, type, 2);
    return vector_open(w, 2);
}

static void extension_close(struct writer *w, size_t at)
{
    w->hollow = w->b.len == at;
    vector_close(w, 2, at);
}

static void put_row(struct writer *w, const struct hello *h, const struct row *row)
{
    size_t at = extension_open(w, row->type);
    row->put(w, h);
    extension_close(w, at);
}

static void put_extra(struct writer *w, const struct hello_extension *e)
{
    size_t at = extension_open(w, e->type);
    if (e->p)
        put_bytes(w, e->p, e->n);
    else
        put_random(w, e->n);
    extension_close(w, at);
}

/* Padding (RFC 7685), put in at a place that was passed already, so that the message has `size` bytes with all that
 * follows it. Its body has a byte at least, for some servers refuse a hello that ends with an empty extension. */
static void padding_insert(struct writer *w, size_t at, size_t size)
{
    if (w->failed || w->b.len >= size)
        return;
    size_t missing = size - w->b.len, n = missing > 5 ? missing : 5, tail = w->b.len - at;
    put_fill(w, 0, n);
    if (w->failed || n - 4 > UINT16_MAX) {
        w->failed = true;
        return;
    }
    uint8_t *p = w->b.data + at, header[] = { 0, EXT_PADDING, (uint8_t)((n - 4) >> 8), (uint8_t)(n - 4) };
    memmove(p + n, p, tail);
    memset(p, 0, n);
    memcpy(p, header, sizeof header);
}

/* In the order of hello.c. */
static void put_usual(struct writer *w, const struct hello *h)
{
    for (size_t i = 0; i < COUNT(row_table); i++)
        if (row_wanted(&row_table[i], h))
            put_row(w, h, &row_table[i]);
    if (h->with & HELLO_GREASE) {
        size_t at = extension_open(w, grease_next(w));
        put(w, 0, 1);
        extension_close(w, at);
    }
    for (size_t i = 0; i < h->extra_count; i++)
        put_extra(w, &h->extra[i]);
    size_t least = w->b.len + (w->hollow ? 1 : 0);
    padding_insert(w, w->b.len, h->size > least ? h->size : least);
}

/* The extras of a hello that has an order. */
struct extras {
    const struct hello *h;
    bool *written;             /* owned */
    size_t first;              /* all before it are written */
    uint8_t types[65536 / 8];  /* a bit for each type there is: a long order of other types costs no search */
};

static void extras_init(struct extras *e, const struct hello *h)
{
    *e = (struct extras){ .h = h, .written = mem_new(h->extra_count) };
    for (size_t i = 0; i < h->extra_count; i++)
        e->types[h->extra[i].type / 8] |= (uint8_t)(1 << h->extra[i].type % 8);
}

/* The first one of this type that was not written yet, or NULL. */
static const struct hello_extension *extras_take(struct extras *e, uint16_t type)
{
    if (!(e->types[type / 8] & 1 << type % 8))
        return NULL;
    while (e->first < e->h->extra_count && e->written[e->first])
        e->first++;
    for (size_t i = e->first; i < e->h->extra_count; i++)
        if (e->h->extra[i].type == type && !e->written[i]) {
            e->written[i] = true;
            return &e->h->extra[i];
        }
    return NULL;
}

/* One that is no extra and no padding: by its field or as its bit has it; empty where nobody knows it. */
static void put_type(struct writer *w, const struct hello *h, uint16_t type)
{
    const struct row empty = { .type = type, .put = put_nothing }, *row = &empty;
    for (size_t i = 0; i < COUNT(row_table); i++)
        if (row_table[i].type == type)
            row = &row_table[i];
    if (row == &empty || row->with || row_wanted(row, h))
        put_row(w, h, row);
}

static void put_ordered(struct writer *w, const struct hello *h)
{
    struct extras extras;
    extras_init(&extras, h);
    size_t padding = 0;
    for (size_t i = 0; i < h->order_count && !w->failed; i++) {
        const struct hello_extension *e = extras_take(&extras, h->order[i]);
        if (e)
            put_extra(w, e);
        else if (h->order[i] != EXT_PADDING)
            put_type(w, h, h->order[i]);
        else if (!padding)
            padding = w->b.len;
    }
    for (size_t i = 0; i < h->extra_count && !w->failed; i++)
        if (!extras.written[i])
            put_extra(w, &h->extra[i]);
    free(extras.written);
    padding_insert(w, padding ? padding : w->b.len, h->size);
}

static void put_extensions(struct writer *w, const struct hello *h)
{
    size_t start = w->b.len, block = vector_open(w, 2);
    if (h->order)
        put_ordered(w, h);
    else
        put_usual(w, h);
    if (!w->failed && w->b.len == block && !(h->with & HELLO_BLOCK))
        w->b.len = start; /* no extensions, no block */
    else
        vector_close(w, 2, block);
}

/* --- the hellos ------------------------------------------------------------------------------ */

static void put_suites(struct writer *w, const struct hello *h)
{
    size_t at = vector_open(w, 2);
    put_list(w, h, h->suites);
    if (h->with & HELLO_RENEGOTIATION_SCSV)
        put(w, SUITE_RENEGOTIATION, 2);
    if (h->with & HELLO_FALLBACK_SCSV)
        put(w, SUITE_FALLBACK, 2);
    vector_close(w, 2, at);
}

static void put_message(struct writer *w, const struct hello *h)
{
    put(w, CLIENT_HELLO, 1);
    size_t body = vector_open(w, 3);
    put(w, h->version, 2);
    put_random(w, 32);
    size_t session = vector_open(w, 1);
    put_random(w, h->session_id < 32 ? h->session_id : 32);
    vector_close(w, 1, session);
    put_suites(w, h);
    size_t methods = vector_open(w, 1);
    if (h->compressions)
        put_bytes(w, h->compressions, h->compression_count);
    else
        put(w, 0, 1);
    vector_close(w, 1, methods);
    if (h->version > 0x0300 || h->order)
        put_extensions(w, h);
    vector_close(w, 3, body);
}

/* SSL 2.0 alone: 128-bit RC4 and RC2, their export forms, IDEA, DES and 3DES. */
static const uint32_t ssl2_kinds[] = { 0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700c0 };

static void put_kinds(struct writer *w, const struct hello *h)
{
    const uint32_t *kinds = h->ssl2_form ? h->kinds : ssl2_kinds;
    size_t n = h->ssl2_form ? h->kind_count : COUNT(ssl2_kinds);
    for (size_t i = 0; kinds && i < n; i++)
        put(w, kinds[i], 3);
    for (const uint16_t *s = h->suites; !kinds && *s; s++)
        put(w, *s, 3);
}

static void length_set(struct writer *w, size_t at, size_t value)
{
    if (w->failed || value > SSL2_MAX) {
        w->failed = true;
        return;
    }
    w->b.data[at] |= (uint8_t)(value >> 8);
    w->b.data[at + 1] = (uint8_t)value;
}

static void put_ssl2(struct writer *w, const struct hello *h)
{
    size_t usual = h->ssl2_form ? SSL2_CHALLENGE_TLS : SSL2_CHALLENGE;
    size_t challenge = h->ssl2_form && h->challenge ? h->challenge : usual;
    put(w, 0x8000, 2); /* a header of two bytes */
    put(w, CLIENT_HELLO, 1);
    put(w, h->version, 2);
    put(w, 0, 2);
    put(w, h->ssl2_form ? h->session_id : 0, 2);
    put(w, (uint32_t)challenge, 2);
    put_kinds(w, h);
    length_set(w, 5, w->b.len - 11);
    put_random(w, (h->ssl2_form ? h->session_id : 0) + challenge);
    length_set(w, 0, w->b.len - 2);
}

static void put_records(struct writer *w, const struct hello *h, const struct buf *message)
{
    size_t most = h->record_size && h->record_size < RECORD_PLAIN_MAX ? h->record_size : RECORD_PLAIN_MAX;
    uint16_t version = h->record ? h->record : h->version == 0x0300 ? 0x0300 : 0x0301;
    for (size_t at = 0, n; at < message->len && !w->failed; at += n) {
        n = message->len - at < most ? message->len - at : most;
        put(w, RECORD_HANDSHAKE, 1);
        put(w, version, 2);
        put(w, (uint32_t)n, 2);
        put_bytes(w, message->data + at, n);
    }
}

bool hello_write(const struct hello *h, struct buf *out)
{
    struct writer message = { .state = h->seed }, records = { 0 };
    buf_init(&message.b, HELLO_BYTES_MAX);
    buf_init(&records.b, HELLO_BYTES_MAX);
    if (h->version == 0x0002 || h->ssl2_form) {
        put_ssl2(&records, h);
    } else {
        put_message(&message, h);
        put_records(&records, h, &message.b);
    }
    bool done = !message.failed && !records.failed && buf_add(out, records.b.data, records.b.len);
    buf_free(&message.b);
    buf_free(&records.b);
    return done;
}
