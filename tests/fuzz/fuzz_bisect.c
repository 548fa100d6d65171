/* fuzz_bisect - fuzz target of the search between two hellos: whatever they hold and however a server answers, it
 * ends within its limits, hands out only hellos that can be written, and believes no server that changes its mind.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/bisect.h"
#include "src/wire/heard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What decides: a byte pair that is in the hello or not, its size, or chance. */
struct rule { uint8_t kind, a, b; };

static bool pair_there(const struct buf *b, const struct rule *r)
{
    for (size_t i = 11; i + 1 < b->len; i++)
        if (b->data[i] == r->a && b->data[i + 1] == r->b)
            return true;
    return false;
}

static enum trial rule_says(const struct rule *r, const struct hello *h, unsigned nth)
{
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    must(hello_write(h, &b));
    unsigned chance = (nth * 2654435761u + r->a) >> 9;
    bool works = r->kind % 5 == 0   ? pair_there(&b, r)
                 : r->kind % 5 == 1 ? !pair_there(&b, r)
                 : r->kind % 5 == 2 ? b.len < r->a * 8u
                 : r->kind % 5 == 3 ? b.len > r->a * 8u : chance % 2;
    buf_free(&b);
    return r->kind / 5 % 8 == 7 && chance % 3 == 0 ? TRIAL_UNCLEAR : works ? TRIAL_WORKS : TRIAL_FAILS;
}

static void search(const struct hello *from, const struct hello *to, const struct rule *r)
{
    struct bisect *b = bisect_new(from, to, BISECT_TRIALS_MAX);
    const struct hello_change *c;
    const struct hello *h;
    bool smallest;
    int trial;
    unsigned nth = 0;
    while ((h = bisect_next(b, &trial)))
        bisect_take(b, trial, rule_says(r, h, nth++));
    must(bisect_over(b) && bisect_trials(b) <= BISECT_TRIALS_MAX && (int)nth == bisect_trials(b));
    size_t n = bisect_result(b, &c, &smallest);
    must(n <= CHANGES_MAX + 1 && (n > 0) == (bisect_why(b) == NULL) && (n || !smallest));
    for (size_t i = 0; i < n; i++) {
        char *says = hello_change_says(&c[i]);
        must(says && *says && c[i].part < PART_COUNT);
        free(says);
    }
    bisect_free(b);
}

static void differ(const struct hello *from, const struct hello *to)
{
    static struct hello_change c[CHANGES_MAX], left[CHANGES_MAX];
    size_t n = hello_changes(from, to, c);
    struct hello *all = hello_between(from, to, c, n), *none = hello_between(from, to, c, 0), *copy = hello_copy(from);
    must(n <= CHANGES_MAX);
    must(hello_changes(from, none, left) == 0);
    must(hello_changes(from, copy, left) == 0);
    hello_free(copy);
    hello_free(none);
    hello_free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    struct rule rule = { reader_u8(&r), reader_u8(&r), reader_u8(&r) };
    struct reader first = reader_vector(&r, 2);
    struct heard a, b;
    heard_init(&a);
    heard_init(&b);
    if (!r.failed) {
        heard_feed(&a, first.p, first.left);
        heard_feed(&b, r.p, r.left);
    }
    if (a.end == HEARD_HELLO && b.end == HEARD_HELLO) {
        differ(&a.hello, &b.hello);
        search(&a.hello, &b.hello, &rule);
    }
    heard_free(&a);
    heard_free(&b);
    return 0;
}
