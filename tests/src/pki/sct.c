/* Tests of what an OCSP response says about the time: a response built here, byte by byte, and every way to cut it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/base/when.h"
#include "src/pki/sct.h"

/* A response without a true signature: producedAt 20261120120000Z, one answer, whose extension holds "LIST". */
static const uint8_t tail[] = {
    0x30, 0x5c,                                                         /* ResponseData */
    0xa2, 0x03, 0x04, 0x01, 0x00,                                       /* responder: by key */
    0x18, 0x0f, '2', '0', '2', '6', '1', '1', '2', '0', '1', '2', '0', '0', '0', '0', 'Z',
    0x30, 0x44, 0x30, 0x42,                                             /* responses, the first */
    0x30, 0x00, 0x80, 0x00,                                             /* certID, good */
    0x18, 0x0f, '2', '0', '2', '6', '1', '1', '2', '0', '0', '0', '0', '0', '0', '0', 'Z',
    0xa0, 0x11, 0x18, 0x0f, '2', '0', '2', '6', '1', '1', '2', '7', '0', '0', '0', '0', '0', '0', 'Z',
    0xa1, 0x18, 0x30, 0x16, 0x30, 0x14,                                 /* its extensions */
    0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05,
    0x04, 0x06, 0x04, 0x04, 'L', 'I', 'S', 'T',
};

struct whole { uint8_t p[256]; size_t n; };

static void wrap(struct whole *w, uint8_t tag)
{
    memmove(w->p + 2, w->p, w->n);
    w->p[0] = tag;
    w->p[1] = (uint8_t)w->n;
    w->n += 2;
}

static struct whole response(void)
{
    static const uint8_t oid[] = { 0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01 };
    struct whole w = { .n = sizeof tail };
    memcpy(w.p, tail, sizeof tail);
    wrap(&w, 0x30);
    wrap(&w, 0x04);
    memmove(w.p + sizeof oid, w.p, w.n);
    memcpy(w.p, oid, sizeof oid);
    w.n += sizeof oid;
    wrap(&w, 0x30);
    wrap(&w, 0xa0);
    memmove(w.p + 3, w.p, w.n);
    memcpy(w.p, "\x0a\x01\0", 3);
    w.n += 3;
    wrap(&w, 0x30);
    return w;
}

static void test_found(void **state)
{
    (void)state;
    struct whole w = response();
    struct sct_staple s;
    assert_true(sct_staple_read(w.p, w.n, &s));
    assert_int_equal(s.produced, when_from_civil(2026, 11, 20, 12, 0, 0));
    assert_int_equal(s.list.left, 4);
    assert_memory_equal(s.list.p, "LIST", 4);
}

static void test_other_extension(void **state)
{
    (void)state;
    struct whole w = response();
    struct sct_staple s;
    w.p[w.n - 9] = 0x06; /* an extension of another name */
    assert_true(sct_staple_read(w.p, w.n, &s));
    assert_int_equal(s.list.left, 0);
}

static void test_broken(void **state)
{
    (void)state;
    struct whole w = response();
    struct sct_staple s;
    for (size_t n = 0; n < w.n; n++) {
        assert_false(sct_staple_read(w.p, n, &s));
        assert_int_equal(s.list.left, 0);
        assert_int_equal(s.produced, WHEN_UNKNOWN);
    }
    w.p[13] ^= 1; /* not a basic response */
    assert_false(sct_staple_read(w.p, w.n, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found), cmocka_unit_test(test_other_extension), cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
