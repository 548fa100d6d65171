/* message - tests of the handshake messages: well-formed ones built here, cut at every length,
 * counts beyond the caps, and lengths that lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/wire/message.h"

static void put(struct buf *b, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        uint8_t byte = (uint8_t)(value >> (8 * i));
        assert_true(buf_add(b, &byte, 1));
    }
}

static void put_text(struct buf *b, const char *text)
{
    assert_true(buf_add(b, text, strlen(text)));
}

/* Writes a vector's length when its content is complete; returned by vector_open. */
static size_t vector_open(struct buf *b, int prefix)
{
    put(b, 0, prefix);
    return b->len;
}

static void vector_close(struct buf *b, int prefix, size_t at)
{
    size_t n = b->len - at;
    for (int i = 0; i < prefix; i++)
        b->data[at - 1 - (size_t)i] = (uint8_t)(n >> (8 * i));
}

static void put_vector(struct buf *b, int prefix, const char *text)
{
    put(b, strlen(text), prefix);
    put_text(b, text);
}

static struct certificate_message *certificates(const uint8_t *p, size_t n, bool tls13)
{
    struct certificate_message *m = malloc(sizeof *m);
    uint8_t *copy = malloc(n ? n : 1);
    assert_true(m && copy);
    if (n)
        memcpy(copy, p, n);
    certificate_message_read(m, copy, n, tls13);
    /* Everything lent must lie in what was given. */
    for (size_t i = 0; i < m->count; i++)
        assert_true(m->cert[i].n > 0 && m->cert[i].p >= copy &&
                    m->cert[i].p + m->cert[i].n <= copy + n);
    assert_true(m->count <= m->total && m->count <= MESSAGE_CERTS_MAX);
    assert_true(!m->staple.n || m->staple.p + m->staple.n <= copy + n);
    assert_true(!m->scts.n || m->scts.p + m->scts.n <= copy + n);
    /* Lent bytes are moved to the caller's message, which outlives the copy. */
    for (size_t i = 0; i < m->count; i++)
        m->cert[i].p = p + (m->cert[i].p - copy);
    if (m->staple.n)
        m->staple.p = p + (m->staple.p - copy);
    if (m->scts.n)
        m->scts.p = p + (m->scts.p - copy);
    free(copy);
    return m;
}

static struct certificate_request *request(const uint8_t *p, size_t n, bool tls13)
{
    struct certificate_request *m = malloc(sizeof *m);
    uint8_t *copy = malloc(n ? n : 1);
    assert_true(m && copy);
    if (n)
        memcpy(copy, p, n);
    certificate_request_read(m, copy, n, tls13);
    for (size_t i = 0; i < m->count; i++) {
        assert_true(m->ca[i].n > 0 && m->ca[i].p + m->ca[i].n <= copy + n);
        m->ca[i].p = p + (m->ca[i].p - copy);
    }
    assert_true(m->count <= m->total && m->count <= MESSAGE_CAS_MAX);
    free(copy);
    return m;
}

static void assert_der(struct slice d, const char *text)
{
    assert_int_equal(d.n, strlen(text));
    assert_memory_equal(d.p, text, d.n);
}

static struct buf chain_12(size_t count)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    size_t list = vector_open(&b, 3);
    for (size_t i = 0; i < count; i++)
        put_vector(&b, 3, i == 0 ? "leaf certificate" : i == 1 ? "intermediate" : "x");
    vector_close(&b, 3, list);
    return b;
}

static void put_sct(struct buf *b, uint64_t ms)
{
    size_t sct = vector_open(b, 2);
    put(b, 0, 1);
    put_text(b, "0123456789abcdef0123456789abcdef");
    put(b, ms, 8);
    put_vector(b, 2, "");
    put(b, 0x0403, 2);
    put_vector(b, 2, "signature");
    vector_close(b, 2, sct);
}

static void put_scts(struct buf *b)
{
    size_t list = vector_open(b, 2);
    put_sct(b, 1700000000123);
    put_sct(b, 1700000001456);
    vector_close(b, 2, list);
}

static void put_staple(struct buf *b, const char *response)
{
    put(b, 5, 2);
    size_t ext = vector_open(b, 2);
    put(b, 1, 1);
    put_vector(b, 3, response);
    vector_close(b, 2, ext);
}

/* A leaf with SCTs, an extension nobody knows and, if asked for, a staple; an intermediate with a
 * staple of its own, which is not the leaf's. */
static struct buf chain_13(bool staple)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    put_vector(&b, 1, "");
    size_t list = vector_open(&b, 3);
    put_vector(&b, 3, "leaf certificate");
    size_t exts = vector_open(&b, 2);
    if (staple)
        put_staple(&b, "OCSP response");
    put(&b, 0x1234, 2);
    put_vector(&b, 2, "unknown");
    put(&b, 18, 2);
    size_t ext = vector_open(&b, 2);
    put_scts(&b);
    vector_close(&b, 2, ext);
    vector_close(&b, 2, exts);
    put_vector(&b, 3, "intermediate");
    exts = vector_open(&b, 2);
    put_staple(&b, "response for the intermediate");
    vector_close(&b, 2, exts);
    vector_close(&b, 3, list);
    return b;
}

static void certificate_12(void **state)
{
    (void)state;
    struct buf b = chain_12(2);
    struct certificate_message *m = certificates(b.data, b.len, false);
    assert_false(m->malformed);
    assert_int_equal(m->count, 2);
    assert_int_equal(m->total, 2);
    assert_der(m->cert[0], "leaf certificate");
    assert_der(m->cert[1], "intermediate");
    assert_int_equal(m->staple.n, 0);
    free(m);
    buf_free(&b);

    b = chain_12(0);
    m = certificates(b.data, b.len, false);
    assert_false(m->malformed);
    assert_int_equal(m->total, 0);
    free(m);
    buf_free(&b);
}

static void certificate_13(void **state)
{
    (void)state;
    struct buf b = chain_13(true);
    struct certificate_message *m = certificates(b.data, b.len, true);
    assert_false(m->malformed);
    assert_int_equal(m->count, 2);
    assert_der(m->cert[0], "leaf certificate");
    assert_der(m->cert[1], "intermediate");
    assert_der(m->staple, "OCSP response");
    int64_t ms[4] = { 0 };
    assert_int_equal(sct_times(m->scts.p, m->scts.n, ms, 4), 2);
    assert_int_equal(ms[0], 1700000000123);
    assert_int_equal(ms[1], 1700000001456);
    free(m);
    buf_free(&b);

    b = chain_13(false);
    m = certificates(b.data, b.len, true);
    assert_false(m->malformed);
    assert_int_equal(m->count, 2);
    assert_int_equal(m->staple.n, 0);
    free(m);
    buf_free(&b);
}

/* Cut anywhere, a message is malformed, and certificates that came whole are still there. */
static void certificate_cut(void **state)
{
    (void)state;
    for (int tls13 = 0; tls13 < 2; tls13++) {
        struct buf b = tls13 ? chain_13(true) : chain_12(2);
        size_t leaf_end = (tls13 ? 1 : 0) + 3 + 3 + strlen("leaf certificate");
        for (size_t n = 0; n < b.len; n++) {
            struct certificate_message *m = certificates(b.data, n, tls13);
            assert_true(m->malformed);
            assert_int_equal(m->count > 0, n >= leaf_end);
            free(m);
        }
        put(&b, 0, 1);
        struct certificate_message *m = certificates(b.data, b.len, tls13);
        assert_true(m->malformed); /* something follows */
        assert_int_equal(m->count, 2);
        free(m);
        buf_free(&b);
    }
}

static void certificate_caps(void **state)
{
    (void)state;
    struct buf b = chain_12(MESSAGE_CERTS_MAX + 250);
    struct certificate_message *m = certificates(b.data, b.len, false);
    assert_false(m->malformed);
    assert_int_equal(m->count, MESSAGE_CERTS_MAX);
    assert_int_equal(m->total, MESSAGE_CERTS_MAX + 250);
    free(m);
    buf_free(&b);
}

/* A certificate of no bytes, alone and after a good one. */
static void certificate_empty(void **state)
{
    (void)state;
    static const uint8_t alone[] = { 0, 0, 3, 0, 0, 0 };
    static const uint8_t after[] = { 0, 0, 7, 0, 0, 1, 'x', 0, 0, 0 };
    struct certificate_message *m = certificates(alone, sizeof alone, false);
    assert_true(m->malformed);
    assert_int_equal(m->total, 0);
    free(m);
    m = certificates(after, sizeof after, false);
    assert_true(m->malformed);
    assert_int_equal(m->total, 1);
    free(m);
}

static void staple_malformed(void **state)
{
    (void)state;
    static const uint8_t ocsp_too_long[] = {
        0, 0, 0, 15, 0, 0, 1, 'x', 0, 9, 0, 5, 0, 5, 1, 0, 0, 2, 'o',
    };
    static const uint8_t other_type[] = {
        0, 0, 0, 15, 0, 0, 1, 'x', 0, 9, 0, 5, 0, 5, 2, 0, 0, 1, 'o',
    };
    struct certificate_message *m = certificates(ocsp_too_long, sizeof ocsp_too_long, true);
    assert_true(m->malformed);
    assert_int_equal(m->count, 1);
    assert_int_equal(m->staple.n, 0);
    free(m);
    m = certificates(other_type, sizeof other_type, true);
    assert_false(m->malformed);
    assert_int_equal(m->staple.n, 0);
    free(m);
}

static void put_names(struct buf *b, size_t count)
{
    size_t list = vector_open(b, 2);
    for (size_t i = 0; i < count; i++)
        put_vector(b, 2, i ? "CN=other" : "CN=first");
    vector_close(b, 2, list);
}

static struct buf request_old(bool sigalgs, size_t names)
{
    struct buf b;
    buf_init(&b, 1 << 17);
    put_vector(&b, 1, "\x01\x02\x40");
    if (sigalgs)
        put_vector(&b, 2, "\x04\x03\x08\x04\x04\x01\x05\x03");
    put_names(&b, names);
    return b;
}

static struct buf request_13(size_t names)
{
    struct buf b;
    buf_init(&b, 1 << 17);
    put_vector(&b, 1, "context");
    size_t exts = vector_open(&b, 2);
    put(&b, 13, 2);
    size_t ext = vector_open(&b, 2);
    put_vector(&b, 2, "\x04\x03\x08\x04");
    vector_close(&b, 2, ext);
    put(&b, 47, 2);
    ext = vector_open(&b, 2);
    put_names(&b, names);
    vector_close(&b, 2, ext);
    vector_close(&b, 2, exts);
    return b;
}

/* The three forms of the message: TLS 1.0 and 1.1, 1.2, and 1.3. */
static struct buf request_form(int form, size_t names)
{
    return form == 2 ? request_13(names) : request_old(form == 1, names);
}

static void request_forms(void **state)
{
    (void)state;
    static const size_t counts[] = { 0, 1, 2, 50, MESSAGE_CAS_MAX + 7 };
    for (int form = 0; form < 3; form++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            struct buf b = request_form(form, counts[i]);
            struct certificate_request *m = request(b.data, b.len, form == 2);
            assert_false(m->malformed);
            assert_int_equal(m->total, counts[i]);
            assert_int_equal(m->count,
                             counts[i] < MESSAGE_CAS_MAX ? counts[i] : MESSAGE_CAS_MAX);
            if (counts[i])
                assert_der(m->ca[0], "CN=first");
            if (counts[i] > 1)
                assert_der(m->ca[m->count - 1], "CN=other");
            free(m);
            buf_free(&b);
        }
}

static void request_cut(void **state)
{
    (void)state;
    for (int form = 0; form < 3; form++) {
        struct buf b = request_form(form, 3);
        for (size_t n = 0; n < b.len; n++) {
            struct certificate_request *m = request(b.data, n, form == 2);
            assert_true(m->malformed);
            assert_true(m->total < 4);
            free(m);
        }
        put(&b, 7, 1);
        struct certificate_request *m = request(b.data, b.len, form == 2);
        assert_true(m->malformed);
        free(m);
        buf_free(&b);
    }
}

static void request_without_cas(void **state)
{
    (void)state;
    static const uint8_t body[] = { 0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3 };
    struct certificate_request *m = request(body, sizeof body, true);
    assert_false(m->malformed);
    assert_int_equal(m->total, 0);
    free(m);
}

static void scts(void **state)
{
    (void)state;
    int64_t ms[3] = { 0 };
    struct buf b;
    buf_init(&b, 4096);
    size_t list = vector_open(&b, 2);
    put_sct(&b, 1);
    put_vector(&b, 2, "\x01 of another version"); /* passed over */
    put_sct(&b, 2);
    size_t good = b.len;
    put_sct(&b, UINT64_MAX); /* no time we could mean */
    put_sct(&b, 3);
    vector_close(&b, 2, list);
    assert_int_equal(sct_times(b.data, b.len, ms, 3), 2);
    assert_int_equal(ms[0], 1);
    assert_int_equal(ms[1], 2);
    assert_int_equal(sct_times(b.data, b.len, ms, 1), 1);
    assert_int_equal(sct_times(b.data, b.len, ms, 0), 0);
    for (size_t n = 0; n < b.len; n++) {
        size_t count = sct_times(b.data, n, ms, 3);
        assert_int_equal(count == 2, n >= good);
    }
    assert_int_equal(sct_times(NULL, 0, ms, 3), 0);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate_12), cmocka_unit_test(certificate_13),
        cmocka_unit_test(certificate_cut), cmocka_unit_test(certificate_caps),
        cmocka_unit_test(certificate_empty), cmocka_unit_test(staple_malformed),
        cmocka_unit_test(request_forms), cmocka_unit_test(request_cut),
        cmocka_unit_test(request_without_cas), cmocka_unit_test(scts),
    };
    return cmocka_run_group_tests_name("wire/message", tests, NULL, NULL);
}
