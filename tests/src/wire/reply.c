/* reply - tests of reading what servers answer: replies captured from OpenSSL 3.0, GnuTLS 3.7 and
 * Java 17 (the seeds of the fuzz target), each as a whole, byte by byte and cut at every byte; and replies
 * made here, lawful and not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/reply.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

/* What a captured reply says; what a row leaves out is zero. No warning is -1, so `warning` counts from 1. */
struct vector {
    const char *name;
    unsigned got;
    enum reply_end end;
    uint16_t version, suite, group, sigalg, dh_group, record;
    int dh_bits, downgrade, warning;
    uint64_t extensions;
    bool no_renegotiation;
    const char *alpn;
    uint8_t alert;
    size_t ciphertext, certificate;
};
#define FLIGHT (REPLY_HELLO | REPLY_CERTIFICATE | REPLY_KEY_EXCHANGE | REPLY_DONE)
#define BARE (REPLY_HELLO | REPLY_KEY_EXCHANGE | REPLY_DONE)
#define SEALED (REPLY_HELLO | REPLY_CIPHERTEXT)
#define EXT(n) ((uint64_t)1 << (n))
#define EXT_13 (EXT(43) | EXT(51))
#define EXT_EC (EXT(11) | EXT(23))

#define VECTOR(id, ...) { .name = id, __VA_ARGS__ }
static const struct vector vector_table[] = {
    VECTOR("openssl-ssl3-refused", .end = REPLY_ALERT, .alert = 40, .record = 0x0300),
    VECTOR("openssl-tls10-ecdsa", .got = FLIGHT, .version = 0x0301, .suite = 0xc00a, .group = 0x0009,
           .downgrade = 0x0302, .extensions = EXT_EC, .certificate = 385, .record = 0x0301),
    VECTOR("openssl-tls12-ecdsa", .got = FLIGHT, .version = 0x0303, .suite = 0xc02c, .group = 0x0009,
           .sigalg = 0x0203, .downgrade = 0x0303, .extensions = EXT_EC, .certificate = 385,
           .record = 0x0303),
    VECTOR("openssl-tls13-retry", .got = REPLY_RETRY, .version = 0x0304, .suite = 0x1302,
           .group = 0x001d, .extensions = EXT_13, .no_renegotiation = true, .record = 0x0303),
    VECTOR("openssl-tls13-x25519", .got = SEALED, .version = 0x0304, .suite = 0x1302, .group = 0x001d,
           .extensions = EXT_13, .no_renegotiation = true, .ciphertext = 597, .record = 0x0303),
    VECTOR("openssl-anon", .got = BARE, .version = 0x0303, .suite = 0x00a7, .dh_bits = 2048,
           .dh_group = 0x0100, .downgrade = 0x0303, .extensions = EXT(23), .record = 0x0303),
    VECTOR("openssl-dhe-1024", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0201,
           .dh_bits = 1024, .downgrade = 0x0303, .extensions = EXT(23), .certificate = 781,
           .record = 0x0303),
    VECTOR("openssl-dhe-ffdhe2048", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0201,
           .dh_bits = 2048, .dh_group = 0x0100, .downgrade = 0x0303, .extensions = EXT(23),
           .certificate = 781, .record = 0x0303),
    VECTOR("openssl-dhe-ffdhe3072", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0201,
           .dh_bits = 3072, .dh_group = 0x0101, .downgrade = 0x0303, .extensions = EXT(23),
           .certificate = 781, .record = 0x0303),
    VECTOR("openssl-dhe-ffdhe4096", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0201,
           .dh_bits = 4096, .dh_group = 0x0102, .downgrade = 0x0303, .extensions = EXT(23),
           .certificate = 781, .record = 0x0303),
    VECTOR("openssl-dhe-ffdhe6144", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0201,
           .dh_bits = 6144, .dh_group = 0x0103, .downgrade = 0x0303, .extensions = EXT(23),
           .certificate = 781, .record = 0x0303),
    VECTOR("openssl-dhe-ffdhe8192", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0201,
           .dh_bits = 8192, .dh_group = 0x0104, .downgrade = 0x0303, .extensions = EXT(23),
           .certificate = 781, .record = 0x0303),
    VECTOR("openssl-psk", .got = BARE, .version = 0x0303, .suite = 0x00a8, .extensions = EXT(23),
           .record = 0x0303),
    VECTOR("openssl-dhe-psk", .got = BARE, .version = 0x0303, .suite = 0x00aa, .dh_bits = 1024,
           .extensions = EXT(23), .record = 0x0303),
    VECTOR("openssl-ecdhe-psk", .got = BARE, .version = 0x0303, .suite = 0xc037, .group = 0x0017,
           .extensions = EXT(23), .record = 0x0303),
    VECTOR("openssl-warning", .got = FLIGHT, .version = 0x0303, .suite = 0xc030, .group = 0x001d,
           .sigalg = 0x0201, .downgrade = 0x0303, .extensions = EXT_EC, .certificate = 781,
           .warning = 112 + 1, .record = 0x0303),
    VECTOR("openssl-warning-fatal", .end = REPLY_ALERT, .alert = 40, .warning = 112 + 1,
           .record = 0x0303),
    VECTOR("openssl-alpn", .got = FLIGHT | REPLY_REQUEST, .version = 0x0303, .suite = 0xc02b,
           .group = 0x001d, .sigalg = 0x0403, .downgrade = 0x0303, .alpn = "h2",
           .extensions = EXT_EC | EXT(16), .certificate = 385, .record = 0x0303),
    VECTOR("gnutls-tls10-request", .got = FLIGHT | REPLY_REQUEST, .version = 0x0301, .suite = 0xc00a,
           .group = 0x0017, .downgrade = 0x0302, .extensions = EXT_EC, .certificate = 385,
           .record = 0x0301),
    VECTOR("gnutls-tls12-request", .got = FLIGHT | REPLY_REQUEST, .version = 0x0303, .suite = 0xc02c,
           .group = 0x0017, .sigalg = 0x0203, .downgrade = 0x0303, .extensions = EXT_EC,
           .certificate = 385, .record = 0x0303),
    VECTOR("gnutls-tls13-retry", .got = REPLY_RETRY, .version = 0x0304, .suite = 0x1302,
           .group = 0x0017, .extensions = EXT_13, .no_renegotiation = true, .record = 0x0303),
    VECTOR("gnutls-tls13-secp384r1", .got = SEALED, .version = 0x0304, .suite = 0x1302,
           .group = 0x0018, .extensions = EXT_13, .no_renegotiation = true, .ciphertext = 1244,
           .record = 0x0303),
    VECTOR("java-tls10-rsa", .got = FLIGHT, .version = 0x0301, .suite = 0xc014, .group = 0x0017,
           .downgrade = 0x0302, .extensions = EXT(23), .certificate = 781, .record = 0x0301),
    VECTOR("java-tls13-retry", .got = REPLY_RETRY, .version = 0x0304, .suite = 0x1302,
           .group = 0x0017, .extensions = EXT_13 | EXT(44), .no_renegotiation = true,
           .record = 0x0303),
    VECTOR("java-tls13-x448", .got = SEALED, .version = 0x0304, .suite = 0x1302, .group = 0x001e,
           .extensions = EXT_13, .no_renegotiation = true, .ciphertext = 886, .record = 0x0303),
    VECTOR("java-dhe", .got = FLIGHT, .version = 0x0303, .suite = 0x009e, .sigalg = 0x0101,
           .dh_bits = 2048, .dh_group = 0x0100, .downgrade = 0x0303, .extensions = EXT(23),
           .certificate = 781, .record = 0x0303),
};

/* --- feeding ---------------------------------------------------------------------------------- */

/* From a copy of exactly that size, so that a sanitizer sees any look beyond. */
static bool feed(struct reply *r, const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    if (n)
        memcpy(copy, p, n);
    bool more = reply_feed(r, copy, n);
    free(copy);
    assert_int_equal(more, r->end == REPLY_GOING);
    assert_int_equal(r->why != NULL, r->end == REPLY_BROKEN || r->end == REPLY_TOO_BIG);
    return more;
}

static void same(const struct reply *a, const struct reply *b)
{
    assert_int_equal(a->got, b->got);
    assert_int_equal(a->end, b->end);
    assert_ptr_equal(a->why, b->why);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->suite, b->suite);
    assert_int_equal(a->compression, b->compression);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->sigalg, b->sigalg);
    assert_int_equal(a->dh_bits, b->dh_bits);
    assert_int_equal(a->dh_group, b->dh_group);
    assert_int_equal(a->extensions, b->extensions);
    assert_int_equal(a->renegotiation, b->renegotiation);
    assert_string_equal(a->alpn, b->alpn);
    assert_int_equal(a->downgrade, b->downgrade);
    assert_int_equal(a->alert, b->alert);
    assert_int_equal(a->warning, b->warning);
    assert_int_equal(a->record, b->record);
    assert_int_equal(a->ciphertext, b->ciphertext);
    assert_int_equal(a->certificate.len, b->certificate.len);
    if (a->certificate.len)
        assert_memory_equal(a->certificate.data, b->certificate.data, a->certificate.len);
}

/* Nothing may be there before the whole says it. */
static void no_more_than(const struct reply *part, const struct reply *whole)
{
    assert_int_equal(part->got & ~whole->got, 0);
    assert_true(part->end == REPLY_GOING || part->end == whole->end);
    assert_true(part->version == 0 || part->got & (REPLY_HELLO | REPLY_RETRY));
    assert_true(!part->dh_bits || part->got & REPLY_KEY_EXCHANGE);
    assert_true(!part->sigalg || part->got & REPLY_KEY_EXCHANGE);
    assert_true(part->certificate.len == 0 || part->got & REPLY_CERTIFICATE);
    assert_true(part->ciphertext <= whole->ciphertext);
}

/* The whole, byte by byte, and every cut into two. */
static struct reply feed_all_ways(const uint8_t *p, size_t n)
{
    struct reply whole, r;
    reply_init(&whole, true);
    feed(&whole, p, n);
    reply_init(&r, true);
    for (size_t i = 0; i < n && feed(&r, p + i, 1); i++)
        no_more_than(&r, &whole);
    same(&r, &whole);
    reply_free(&r);
    for (size_t cut = 0; cut <= n; cut++) {
        reply_init(&r, true);
        feed(&r, p, cut);
        no_more_than(&r, &whole);
        feed(&r, p + cut, n - cut);
        same(&r, &whole);
        reply_free(&r);
    }
    return whole;
}

static uint8_t *seed_read(const char *name, size_t *n)
{
    char path[1024];
    const char *top = getenv("abs_top_srcdir");
    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/fuzz_reply/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s is missing", path);
    uint8_t *p = malloc(1 << 16);
    assert_non_null(p);
    *n = fread(p, 1, 1 << 16, f);
    fclose(f);
    assert_true(*n > 0);
    return p;
}

static void captured(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vector_table); i++) {
        const struct vector *v = &vector_table[i];
        size_t n;
        uint8_t *p = seed_read(v->name, &n);
        print_message("# %s\n", v->name);
        struct reply r = feed_all_ways(p, n);
        bool tls12 = r.got & REPLY_HELLO && !v->no_renegotiation;
        assert_int_equal(r.got, v->got);
        assert_int_equal(r.end, v->end);
        assert_int_equal(r.version, v->version);
        assert_int_equal(r.suite, v->suite);
        assert_int_equal(r.compression, 0);
        assert_int_equal(r.group, v->group);
        assert_int_equal(r.sigalg, v->sigalg);
        assert_int_equal(r.dh_bits, v->dh_bits);
        assert_int_equal(r.dh_group, v->dh_group);
        assert_int_equal(r.downgrade, v->downgrade);
        assert_int_equal(r.warning, v->warning - 1);
        assert_int_equal(r.extensions, v->extensions);
        assert_int_equal(r.renegotiation, tls12);
        assert_string_equal(r.alpn, v->alpn ? v->alpn : "");
        assert_int_equal(r.alert, v->alert);
        assert_int_equal(r.ciphertext, v->ciphertext);
        assert_int_equal(r.certificate.len, v->certificate);
        assert_int_equal(r.record, v->record);
        reply_free(&r);
        free(p);
    }
}

/* --- replies made here ------------------------------------------------------------------------ */

struct made { uint8_t p[4096]; size_t n; };

static void add(struct made *m, uint64_t value, int bytes)
{
    assert_true(m->n + 8 < sizeof m->p);
    for (int i = bytes - 1; i >= 0; i--)
        m->p[m->n++] = (uint8_t)(value >> 8 * i);
}

static void add_bytes(struct made *m, const void *p, size_t n)
{
    assert_true(m->n + n < sizeof m->p);
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

static void add_fill(struct made *m, uint8_t value, size_t n)
{
    while (n--)
        add(m, value, 1);
}

static void add_message(struct made *m, uint8_t type, const struct made *body)
{
    add(m, type, 1);
    add(m, body->n, 3);
    add_bytes(m, body->p, body->n);
}

static void add_record(struct made *m, uint8_t type, const void *p, size_t n)
{
    add(m, type, 1);
    add(m, 0x0303, 2);
    add(m, n, 2);
    add_bytes(m, p, n);
}

static const uint8_t retry[32] = { /* SHA-256 of "HelloRetryRequest" */
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

/* A ServerHello; without extensions when `exts` is NULL. */
static struct made server_hello(uint16_t version, uint16_t suite, const void *random, const struct made *exts)
{
    struct made body = { .n = 0 }, message = { .n = 0 };
    add(&body, version, 2);
    if (random)
        add_bytes(&body, random, 32);
    else
        add_fill(&body, 0x77, 32);
    add(&body, 0, 1);
    add(&body, suite, 2);
    add(&body, 0, 1);
    if (exts) {
        add(&body, exts->n, 2);
        add_bytes(&body, exts->p, exts->n);
    }
    add_message(&message, 2, &body);
    return message;
}

static struct made tls13_hello(const void *random)
{
    static const uint8_t full[] = { 0, 43, 0, 2, 3, 4, 0, 51, 0, 6, 0, 0x1d, 0, 2, 'x', 'y' };
    static const uint8_t hrr[] = { 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x1d };
    struct made exts = { .n = 0 };
    add_bytes(&exts, random ? hrr : full, random ? sizeof hrr : sizeof full);
    return server_hello(0x0303, 0x1301, random, &exts);
}

/* A ServerHello of TLS 1.2 with a suite, then that as ServerKeyExchange, in one record. */
static struct reply exchange(uint16_t version, uint16_t suite, const struct made *body)
{
    struct made messages = server_hello(version, suite, NULL, NULL), all = { .n = 0 };
    add_message(&messages, 12, body);
    add_record(&all, 22, messages.p, messages.n);
    return feed_all_ways(all.p, all.n);
}

static struct reply record_of(uint8_t type, const void *p, size_t n)
{
    struct made all = { .n = 0 };
    add_record(&all, type, p, n);
    return feed_all_ways(all.p, all.n);
}

static void broken(struct reply r)
{
    assert_int_equal(r.end, REPLY_BROKEN);
    assert_true(strlen(r.why) > 10);
    reply_free(&r);
}

static void messages_over_records(void **state)
{
    (void)state;
    struct made messages = server_hello(0x0302, 0x002f, NULL, NULL), all = { .n = 0 }, none = { .n = 0 };
    struct made unknown = messages;
    add_message(&messages, 250, &unknown); /* of a type nobody knows */
    add_message(&messages, 0, &none);       /* HelloRequest */
    add_message(&messages, 14, &none);
    for (size_t i = 0; i < messages.n; i += 3) {
        for (size_t k = 0; k < i % 5; k++) /* empty records between the pieces, many in all */
            add_record(&all, 22, "", 0);
        add_record(&all, 22, messages.p + i, messages.n - i < 3 ? messages.n - i : 3);
    }
    struct reply r = feed_all_ways(all.p, all.n);
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.got, REPLY_HELLO | REPLY_DONE);
    assert_int_equal(r.version, 0x0302);
    assert_int_equal(r.suite, 0x002f);
    assert_false(r.renegotiation);
    reply_free(&r);
}

static void alerts(void **state)
{
    (void)state;
    static const uint8_t parts[] = {
        21, 3, 1, 0, 1, 1, 21, 3, 1, 0, 1, 112,          /* warning 112 over two records */
        21, 3, 1, 0, 4, 1, 90, 1, 0,                     /* two warnings in one */
        21, 3, 1, 0, 1, 2, 21, 3, 1, 0, 0, 21, 3, 1, 0, 1, 70, /* fatal 70 with an empty record within */
        22, 3, 1, 0, 1, 2,                               /* nobody reads this any more */
    };
    struct reply r = feed_all_ways(parts, sizeof parts);
    assert_int_equal(r.end, REPLY_ALERT);
    assert_int_equal(r.alert, 70);
    assert_int_equal(r.warning, 0);
    assert_int_equal(r.record, 0x0301);
    assert_int_equal(r.got, 0);
    reply_free(&r);
    r = record_of(21, "\x01\x00", 2); /* close_notify */
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.warning, 0);
    reply_free(&r);
    broken(record_of(21, "\x03\x28", 2));
}

static void not_tls(void **state)
{
    static const struct { const char *bytes; size_t n, settled; } row[] = {
        { "HTTP/1.1 400 Bad Request", 24, 1 },
        { "220 mail.example ESMTP", 22, 1 },
        { "\x15hello", 6, 2 },              /* like a record at first */
        { "\x16\x03\x05\x00\x10xx", 7, 3 },
        { "\x16\x03\x01\x50\x00xx", 7, 5 }, /* too long a record */
        { "\x80\x0b\x01\x00\x01", 5, 3 },   /* SSL 2.0, but a message no server sends first */
        { "\x80\x04\x00\x00\x01", 5, 3 },
        { "\x80\x05\x04\x00\x01", 5, 3 },
        { "\x80\x2e\x04\x07\x01", 5, 4 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        struct reply r = feed_all_ways((const uint8_t *)row[i].bytes, row[i].n);
        assert_int_equal(r.end, REPLY_NOT_TLS);
        assert_int_equal(r.got, 0);
        reply_free(&r);
        reply_init(&r, false);
        assert_true(feed(&r, (const uint8_t *)row[i].bytes, row[i].settled - 1));
        assert_false(feed(&r, (const uint8_t *)row[i].bytes + row[i].settled - 1, 1));
        reply_free(&r);
    }
    broken(feed_all_ways((const uint8_t *)"\x15\x03\x01\x00\x02\x01\x70HTTP", 11));
}

static void ssl2(void **state)
{
    (void)state;
    size_t n;
    uint8_t *p = seed_read("ssl2-hello", &n);
    struct reply r = feed_all_ways(p, n);
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.got, REPLY_HELLO | REPLY_CERTIFICATE);
    assert_int_equal(r.version, 0x0002);
    assert_int_equal(r.suite, 0);
    assert_int_equal(r.certificate.len, 46); /* 40 bytes, with the lengths TLS writes before */
    assert_memory_equal(r.certificate.data, "\0\0\x2b\0\0\x28\0\1\2", 9);
    assert_true(feed(&r, (const uint8_t *)"\x80\x21 what is encrypted", 20));
    reply_free(&r);
    p[10]++; /* length of the connection's id */
    broken(feed_all_ways(p, n));
    free(p);
    broken(feed_all_ways((const uint8_t *)"\x80\x03\x00\x00\x01", 5));
}

/* What is against the rules, but TLS. What was understood before stays. */
static void against_the_rules(void **state)
{
    (void)state;
    struct made hello = server_hello(0x0303, 0xc02f, NULL, NULL), again = hello, hrr = tls13_hello(retry);
    struct made sealed = tls13_hello(NULL), first = { .n = 0 }, none = { .n = 0 }, all;
    add_bytes(&again, hello.p, hello.n);
    struct reply r = record_of(22, again.p, again.n);
    assert_int_equal(r.got, REPLY_HELLO);
    assert_int_equal(r.suite, 0xc02f);
    broken(r);
    again = hrr;
    add_bytes(&again, hrr.p, hrr.n);
    broken(record_of(22, again.p, again.n));
    again = hrr; /* but a ServerHello after it is how it goes on */
    add_bytes(&again, sealed.p, sealed.n);
    r = record_of(22, again.p, again.n);
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.got, REPLY_RETRY | REPLY_HELLO);
    reply_free(&r);
    add_message(&first, 11, &none);
    broken(record_of(22, first.p, first.n));
    again = hello;
    add_message(&again, 14, &none);
    add_message(&again, 14, &none);
    broken(record_of(22, again.p, again.n));
    again = sealed; /* in clear where it must be encrypted */
    add_message(&again, 11, &none);
    broken(record_of(22, again.p, again.n));
    broken(record_of(23, "data", 4));
    broken(record_of(24, "beat", 4));
    broken(record_of(20, "\1\1", 2));
    all.n = 0;
    add_record(&all, 22, hello.p, hello.n);
    add_record(&all, 20, "\1", 1);
    broken(feed_all_ways(all.p, all.n));
}

static void tls13_passes(void **state)
{
    (void)state;
    struct made sealed = tls13_hello(NULL), all = { .n = 0 };
    add_record(&all, 22, sealed.p, sealed.n);
    add_record(&all, 20, "\1", 1);
    add_record(&all, 23, "0123456789", 10);
    add_record(&all, 23, "0123456789", 7);
    struct reply r = feed_all_ways(all.p, all.n);
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.got, SEALED);
    assert_int_equal(r.ciphertext, 17);
    assert_int_equal(r.group, 0x001d);
    reply_free(&r);
}

static void without_end(void **state)
{
    (void)state;
    static const struct { uint8_t type; const char *p; size_t n; } row[] = {
        { 22, "", 0 }, { 20, "\1", 1 }, { 21, "\1\x70", 2 }, { 22, "\0\0\0\0", 4 },
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct made one = { .n = 0 };
        add_record(&one, row[i].type, row[i].p, row[i].n);
        struct reply r;
        reply_init(&r, true);
        int records = 0;
        while (records < 1000 && feed(&r, one.p, one.n))
            records++;
        assert_in_range(records, 30, 70);
        broken(r);
    }
}

static void too_big(void **state)
{
    (void)state;
    struct reply r = record_of(22, "\x0b\xff\xff\xff", 4);
    assert_int_equal(r.end, REPLY_TOO_BIG);
    reply_free(&r);
    r = record_of(22, "\xfa\x01\x90\x01", 4); /* 102401 */
    assert_int_equal(r.end, REPLY_TOO_BIG);
    assert_int_equal(r.message.room, 0);
    reply_free(&r);
    r = record_of(22, "\xfa\x01\x90\x00", 4);
    assert_int_equal(r.end, REPLY_GOING);
    reply_free(&r);
}

/* Each length of a ServerHello one too large and one too small. */
static void lengths_that_lie(void **state)
{
    (void)state;
    struct made sealed = tls13_hello(NULL);
    static const size_t at[] = { 3, 4 + 34, 4 + 39, 4 + 43, 4 + 49, 4 + 53 };
    for (size_t i = 0; i < COUNT(at); i++)
        for (int by = -1; by <= 1; by += 2) {
            struct made changed = sealed, done = { .n = 0 };
            changed.p[at[i]] = (uint8_t)(changed.p[at[i]] + by);
            add_message(&changed, 99, &done); /* more bytes, for lengths that are too large */
            struct reply r = record_of(22, changed.p, changed.n);
            assert_int_equal(r.got & REPLY_HELLO, 0);
            assert_int_equal(r.version, 0);
            broken(r);
        }
}

/* RFC 8446 section 4.1.3: what the end of random says, and what is no sentinel. */
static void sentinels(void **state)
{
    static const struct { const char *end; int downgrade; } row[] = {
        { "DOWNGRD\1", 0x0303 }, { "DOWNGRD\0", 0x0302 }, { "DOWNGRD\2", 0 }, { "DOWNGRE\1", 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        uint8_t random[32] = { 0 };
        memcpy(random + 24, row[i].end, 8);
        struct made hello = server_hello(0x0301, 0x002f, random, NULL);
        struct reply r = record_of(22, hello.p, hello.n);
        assert_int_equal(r.got, REPLY_HELLO);
        assert_int_equal(r.downgrade, row[i].downgrade);
        reply_free(&r);
    }
}

static void session_too_long(void **state)
{
    (void)state;
    for (size_t n = 31; n <= 34; n++) {
        struct made body = { .n = 0 }, message = { .n = 0 };
        add(&body, 0x0303, 2);
        add_fill(&body, 7, 32);
        add(&body, n, 1);
        add_fill(&body, 8, n);
        add(&body, 0xc02f00, 3);
        add_message(&message, 2, &body);
        struct reply r = record_of(22, message.p, message.n);
        assert_int_equal(r.got, n <= 32 ? REPLY_HELLO : 0);
        assert_int_equal(r.end, n <= 32 ? REPLY_GOING : REPLY_BROKEN);
        reply_free(&r);
    }
}

static void alpn_is_made_printable(void **state)
{
    (void)state;
    struct made exts = { .n = 0 };
    add(&exts, 0x0010000700050468, 8); /* alpn with "h\x1b[2" */
    add_bytes(&exts, "\x1b[2", 3);
    struct made hello = server_hello(0x0303, 0xc02f, NULL, &exts);
    struct reply r = record_of(22, hello.p, hello.n);
    assert_string_equal(r.alpn, "h?[2");
    assert_int_equal(r.got, REPLY_HELLO);
    reply_free(&r);
    exts.n = 0;
    add(&exts, 0x001000cb00c9c8, 7);
    add_fill(&exts, 'a', 200);
    hello = server_hello(0x0303, 0xc02f, NULL, &exts);
    r = record_of(22, hello.p, hello.n);
    assert_int_equal(strlen(r.alpn), sizeof r.alpn - 1);
    reply_free(&r);
}

static void named_curve(struct made *body, uint16_t curve)
{
    add(body, 3, 1);
    add(body, curve, 2);
    add(body, 0x0405060708, 5);
}

static void key_exchanges(void **state)
{
    (void)state;
    struct made body = { .n = 0 };
    named_curve(&body, 0x001e);
    struct made anon = body, psk = { .n = 0 };
    add(&body, 0x0804, 2);
    add(&body, 0x000161, 3);
    struct reply r = exchange(0x0303, 0xc02f, &body);
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.group, 0x001e);
    assert_int_equal(r.sigalg, 0x0804);
    reply_free(&r);
    r = exchange(0x0303, 0xc018, &anon); /* ECDH_anon: no signature */
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.group, 0x001e);
    assert_int_equal(r.sigalg, 0);
    reply_free(&r);
    broken(exchange(0x0303, 0xc02f, &anon)); /* where there must be one */
    add(&psk, 0x000568696e7421, 7);
    add_bytes(&psk, anon.p, anon.n);
    r = exchange(0x0303, 0xc037, &psk);
    assert_int_equal(r.group, 0x001e);
    reply_free(&r);
    body.n = anon.n; /* TLS 1.0: no algorithm before the signature */
    add(&body, 0x000161, 3);
    r = exchange(0x0301, 0xc013, &body);
    assert_int_equal(r.group, 0x001e);
    assert_int_equal(r.sigalg, 0);
    reply_free(&r);
    for (uint8_t kind = 1; kind <= 2; kind++) { /* explicit curves */
        body.n = 0;
        add(&body, kind, 1);
        add_fill(&body, 9, 100);
        r = exchange(0x0303, 0xc02f, &body);
        assert_int_equal(r.got, REPLY_HELLO | REPLY_KEY_EXCHANGE);
        assert_int_equal(r.group, 0xff00 + kind);
        reply_free(&r);
    }
    body.p[0] = 4;
    broken(exchange(0x0303, 0xc02f, &body));
    r = exchange(0x0303, 0x1234, &body); /* a suite nobody knows: not looked into */
    assert_int_equal(r.end, REPLY_GOING);
    assert_int_equal(r.group, 0);
    reply_free(&r);
}

static void dh_sizes(void **state)
{
    static const struct { const char *p; size_t n; int bits; } row[] = {
        { "\x01", 1, 1 }, { "\x00\x00\x80\x01", 4, 16 }, { "\x7f\xff", 2, 15 }, { "\x00\xff", 2, 8 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(row); i++) {
        struct made body = { .n = 0 };
        add(&body, row[i].n, 2);
        add_bytes(&body, row[i].p, row[i].n);
        add(&body, 0x000102000103, 6);
        struct reply r = exchange(0x0303, 0x00a6, &body); /* anonymous */
        assert_int_equal(r.dh_bits, row[i].bits);
        assert_int_equal(r.dh_group, 0);
        reply_free(&r);
    }
    struct made zero = { .n = 0 };
    add(&zero, 0x000100000102000103, 8);
    zero.n = 0;
    add(&zero, 0x000100, 3);
    add(&zero, 0x000102000103, 6);
    broken(exchange(0x0303, 0x00a6, &zero));
}

/* A prime of RFC 7919 is known only by every byte of it. */
static void dh_prime_changed(void **state)
{
    (void)state;
    size_t n, at = 0;
    uint8_t *p = seed_read("openssl-anon", &n);
    static const uint8_t begin[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xad, 0xf8, 0x54 };
    while (memcmp(p + at, begin, sizeof begin) != 0)
        assert_true(++at + 256 < n);
    for (size_t i = 0; i < 256; i++) {
        struct reply r;
        reply_init(&r, false);
        p[at + i] ^= 0x01;
        feed(&r, p, n);
        assert_int_equal(r.dh_bits, 2048);
        assert_int_equal(r.dh_group, 0);
        p[at + i] ^= 0x01;
        reply_free(&r);
    }
    free(p);
}

static void little_memory(void **state)
{
    (void)state;
    size_t n;
    struct reply r;
    assert_true(sizeof r < 400);
    uint8_t *p = seed_read("java-dhe", &n);
    reply_init(&r, false);
    feed(&r, p, 5);
    assert_int_equal(r.message.room + r.certificate.room, 0);
    feed(&r, p + 5, n - 5);
    assert_int_equal(r.got, FLIGHT);
    assert_int_equal(r.message.room + r.certificate.room, 0); /* nothing was asked to be kept */
    reply_free(&r);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captured), cmocka_unit_test(messages_over_records), cmocka_unit_test(alerts),
        cmocka_unit_test(not_tls), cmocka_unit_test(ssl2), cmocka_unit_test(against_the_rules),
        cmocka_unit_test(tls13_passes), cmocka_unit_test(without_end), cmocka_unit_test(too_big),
        cmocka_unit_test(lengths_that_lie), cmocka_unit_test(sentinels), cmocka_unit_test(session_too_long),
        cmocka_unit_test(alpn_is_made_printable),
        cmocka_unit_test(key_exchanges), cmocka_unit_test(dh_sizes), cmocka_unit_test(dh_prime_changed),
        cmocka_unit_test(little_memory),
    };
    return cmocka_run_group_tests_name("wire/reply", tests, NULL, NULL);
}
