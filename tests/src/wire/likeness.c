/* likeness - tests of telling which known client a hello looks like: every row finds itself, whatever a connection
 * changes does not count, and what a client decides does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/likeness.h"

/* A row's own hello, to be changed; the lists are lent by the row, `keep` and `offer`. */
struct own { struct hello hello; struct client_lists keep; struct offer offer; };

static bool own_fill(struct own *x, const struct client *c)
{
    struct limits none = { 0 };
    *x = (struct own){ 0 };
    if (!offer_make(&x->offer, c, &none))
        return false;
    client_hello(c, &x->offer, NULL, &x->keep, &x->hello);
    return true;
}

static void hear(struct heard *h, const struct hello *hello)
{
    struct buf bytes;
    buf_init(&bytes, HELLO_BYTES_MAX);
    heard_init(h);
    assert_true(hello_write(hello, &bytes));
    heard_feed(h, bytes.data, bytes.len);
    buf_free(&bytes);
    assert_int_equal(h->end, HEARD_HELLO);
}

static struct like find(struct likeness *l, const struct hello *hello)
{
    struct heard h;
    struct like like;
    hear(&h, hello);
    likeness_find(l, &h, &like);
    heard_free(&h);
    return like;
}

/* Found as itself, or as another row whose hello nobody could tell from its own. */
static void test_every_row(void **state)
{
    struct likeness *l = *state;
    for (size_t i = 0; i < client_count; i++) {
        struct own x;
        assert_true(own_fill(&x, &client_table[i]));
        x.hello.seed = 77;
        x.hello.sni = "another.example";
        struct like like = find(l, &x.hello);
        if (!like.client || !like.same || like.score || like.count)
            fail_msg("%s looks like %s, %d differences: %s", client_table[i].name,
                     like.client ? like.client->name : "nobody", like.score, like.count ? like.differs[0] : "");
        like_clear(&like);
        offer_clear(&x.offer);
    }
}

/* The row itself is found where it is not another's twin: at least half of them are their own. */
static void test_names(void **state)
{
    struct likeness *l = *state;
    size_t own = 0;
    for (size_t i = 0; i < client_count; i++) {
        struct own x;
        assert_true(own_fill(&x, &client_table[i]));
        struct like like = find(l, &x.hello);
        own += like.client == &client_table[i];
        like_clear(&like);
        offer_clear(&x.offer);
    }
    assert_true(client_count == 1 || own * 2 >= client_count);
}

static void test_what_passes(void **state)
{
    struct likeness *l = *state;
    struct own x;
    assert_true(own_fill(&x, client_find("default")));
    x.hello.sni = "a.test";
    x.hello.alpn = "x";
    x.hello.size = 1500;
    x.hello.session_id = 0;
    x.hello.record = 0x0303;
    x.hello.with |= HELLO_GREASE;
    struct like like = find(l, &x.hello);
    assert_non_null(like.client);
    assert_true(like.same);
    like_clear(&like);
    offer_clear(&x.offer);
}

static void test_one_suite_less(void **state)
{
    struct likeness *l = *state;
    struct own x;
    assert_true(own_fill(&x, client_find("default")));
    x.hello.suites++;
    struct like like = find(l, &x.hello);
    assert_non_null(like.client);
    assert_false(like.same);
    assert_true(like.score >= 1 && like.count >= 1);
    assert_non_null(strstr(like.differs[0], "TLS_AES_256_GCM_SHA384"));
    assert_non_null(strstr(like.differs[0], "without"));
    like_clear(&like);
    offer_clear(&x.offer);
}

static void test_order(void **state)
{
    struct likeness *l = *state;
    for (size_t i = 0; i < client_count; i++) {
        const struct client *c = &client_table[i];
        struct own x;
        assert_true(own_fill(&x, c));
        size_t n = x.hello.order_count;
        if (n > 3 && !x.hello.ssl2_form) {
            uint16_t *turned = mem_array(NULL, n, sizeof *turned);
            for (size_t k = 0; k < n; k++)
                turned[k] = x.hello.order[n - 1 - k];
            x.hello.order = turned;
            struct like like = find(l, &x.hello);
            bool same = like.client == c && like.same;
            if (c->traits & CLIENT_SHUFFLES && !(like.client && like.same))
                fail_msg("%s, which shuffles, is not known in another order", c->name);
            if (!(c->traits & CLIENT_SHUFFLES) && same)
                fail_msg("%s, which does not shuffle, is the same in another order", c->name);
            like_clear(&like);
            free(turned);
        }
        offer_clear(&x.offer);
    }
}

static void test_nobody(void **state)
{
    struct likeness *l = *state;
    static const uint16_t suites[] = { 0xfff0, 0xfff1, 0xfff2, 0xfff3, 0xfff4, 0xfff5, 0xfff6, 0xfff7, 0xfff8, 0xfff9,
                                       0 };
    uint16_t *many = mem_array(NULL, 5000, sizeof *many);
    struct hello h = { .version = 0x0303, .suites = suites };
    struct like like = find(l, &h);
    assert_null(like.client);
    assert_false(like.same);
    assert_int_equal(like.count, 0);
    for (size_t i = 0; i < 4999; i++) /* more than any client sends */
        many[i] = (uint16_t)(0x2000 + i);
    many[4999] = 0;
    h.suites = many;
    like = find(l, &h);
    assert_null(like.client);
    h.suites = suites + 9; /* and what was looked at before has left no trace */
    like = find(l, &h);
    assert_null(like.client);
    free(many);
}

static int setup(void **state)
{
    *state = likeness_new();
    return 0;
}

static int teardown(void **state)
{
    likeness_free(*state);
    likeness_free(NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row), cmocka_unit_test(test_names), cmocka_unit_test(test_what_passes),
        cmocka_unit_test(test_one_suite_less), cmocka_unit_test(test_order), cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
