/* bisect - tests of the differences between hellos and of the search in them: servers that are a predicate over
 * hellos, each with its fault, must be seen through in few trials; a server that answers now so, now so must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/wire/bisect.h"
#include "src/wire/client.h"
#include "src/wire/heard.h"
#include "src/wire/names.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }

/* --- hellos ------------------------------------------------------------------------------------- */

static const uint16_t suites[] = { 0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc02b, 0xc02f, 0x009e,
                                   0xc013, 0x0039, 0x009d, 0x009c, 0x0035, 0x002f, 0 };
static const uint16_t suites_odd[] = { 0x1301, 0x1302, 0xc030, 0xc02c, 0xc02b, 0xc02f, 0xc024, 0xc028, 0x006b, 0xc023,
                                       0xc027, 0x0067, 0xc00a, 0xc014, 0x0033, 0x0016, 0x000a, 0x0005, 0x0004, 0 };
static const uint16_t versions[] = { 0x0304, 0x0303, 0 }, version_13[] = { 0x0304, 0 };
static const uint16_t groups[] = { 0x001d, 0x0017, 0x0018, 0 }, groups_pq[] = { 0x11ec, 0x001d, 0x0017, 0x0018, 0 };
static const uint16_t sigalgs[] = { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0 };
static const uint16_t share[] = { 0x001d, 0 }, shares_pq[] = { 0x11ec, 0x001d, 0 };
#define USUAL (HELLO_POINTS | HELLO_RENEGOTIATION | HELLO_EMS | HELLO_ETM | HELLO_TICKET | HELLO_PSK_MODES)

static const struct hello modern = { /* the one that works */
    .version = 0x0303, .suites = suites, .versions = versions, .groups = groups, .sigalgs = sigalgs, .shares = share,
    .sni = "www.example.org", .with = USUAL, .session_id = 32, .seed = 7
};
static const struct hello classic = { /* of TLS 1.2, without much */
    .version = 0x0303, .suites = (const uint16_t[]){ 0xc02f, 0xc030, 0x009c, 0x002f, 0 }, .groups = groups,
    .sigalgs = sigalgs, .sni = "www.example.org", .with = HELLO_POINTS | HELLO_RENEGOTIATION_SCSV
};
static const struct hello browser = { /* larger than a packet */
    .version = 0x0303, .suites = suites, .versions = versions, .groups = groups_pq, .sigalgs = sigalgs,
    .shares = shares_pq, .sni = "www.example.org", .alpn = "h2+http/1.1", .session_id = 32,
    .with = USUAL | HELLO_GREASE | HELLO_STATUS | HELLO_SCT,
    .extra = (const struct hello_extension[]){ { 17513, "\0\3\2h2", 5 }, { 27, "\2\0\2", 3 }, { 65037, NULL, 180 } },
    .extra_count = 3
};
static const struct hello odd = { /* other lists, other extensions */
    .version = 0x0303, .suites = suites_odd, .versions = versions,
    .groups = (const uint16_t[]){ 0x0018, 0x0019, 0x0100, 0 },
    .sigalgs = (const uint16_t[]){ 0x0601, 0x0501, 0x0201, 0 }, .shares = (const uint16_t[]){ 0x0018, 0 },
    .sni = "www.example.org", .with = HELLO_STATUS | HELLO_RENEGOTIATION | HELLO_EMS, .size = 600,
    .extra = (const struct hello_extension[]){ { 15, "\1", 1 }, { 28, "\x40\1", 2 } }, .extra_count = 2
};

static bool has(const uint16_t *list, uint16_t number)
{
    while (list && *list && *list != number)
        list++;
    return list && *list;
}

static bool has_extension(const struct hello *h, uint16_t type)
{
    for (size_t i = 0; i < h->order_count; i++)
        if (h->order[i] == type)
            return true;
    return false;
}

/* --- differences -------------------------------------------------------------------------------- */

static void assert_same_bytes(const struct hello *a, const struct hello *b)
{
    struct buf x, y;
    buf_init(&x, HELLO_BYTES_MAX);
    buf_init(&y, HELLO_BYTES_MAX);
    assert_true(hello_write(a, &x) && hello_write(b, &y));
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    buf_free(&x);
    buf_free(&y);
}

static size_t changes_of(const struct hello *from, const struct hello *to)
{
    struct hello_change c[CHANGES_MAX];
    return hello_changes(from, to, c);
}

/* All changes lead to a hello that does not differ any more, none to the same bytes; each alone to one that can be
 * written. */
static void assert_round_trip(const struct hello *from, const struct hello *to, bool singly)
{
    struct hello_change c[CHANGES_MAX], left[CHANGES_MAX];
    size_t n = hello_changes(from, to, c);
    struct hello *all = hello_between(from, to, c, n), *none = hello_between(from, to, c, 0);
    size_t k = hello_changes(all, to, left);
    for (size_t i = 0; i < k; i++) {
        char *says = hello_change_says(&left[i]);
        print_message("left: %s\n", says);
        free(says);
    }
    assert_int_equal(k, 0);
    assert_int_equal(changes_of(none, from), 0);
    if (!(from->with & HELLO_GREASE)) /* whose numbers are the writer's choice */
        assert_same_bytes(from, none);
    for (size_t i = 0; singly && i < n; i++) {
        struct hello *one = hello_between(from, to, &c[i], 1);
        assert_true(hello_size(one) > 0);
        hello_free(one);
    }
    hello_free(all);
    hello_free(none);
}

static struct hello hello_of(const struct client *c, struct offer *o, struct client_lists *keep)
{
    struct hello h = { .sni = "www.example.org", .seed = 3 };
    assert_true(offer_make(o, c, &(struct limits){ 0 }));
    client_hello(c, o, NULL, keep, &h);
    return h;
}

static void round_trips(void **state)
{
    (void)state;
    const struct hello *own[] = { &modern, &classic, &browser, &odd };
    for (size_t i = 0; i < COUNT(own); i++)
        for (size_t k = 0; k < COUNT(own); k++)
            assert_round_trip(own[i], own[k], true);
    for (size_t i = 0; i < client_count; i++)
        for (size_t k = 0; k < client_count; k++) {
            struct offer a, b;
            struct client_lists keep_a, keep_b;
            struct hello x = hello_of(&client_table[i], &a, &keep_a), y = hello_of(&client_table[k], &b, &keep_b);
            if (i == k)
                assert_int_equal(changes_of(&x, &y), 0);
            assert_round_trip(&x, &y, (i + k) % 16 == 0);
            offer_clear(&a);
            offer_clear(&b);
        }
}

static void copies(void **state)
{
    (void)state;
    const struct hello *own[] = { &modern, &classic, &browser, &odd };
    for (size_t i = 0; i < COUNT(own); i++) {
        struct hello *copy = hello_copy(own[i]), *again = hello_copy(copy);
        assert_same_bytes(own[i], copy);
        hello_free(copy);
        assert_same_bytes(own[i], again);
        hello_free(again);
    }
    hello_free(NULL);
}

/* What is told apart, by its words, in one string. */
static char *differences(const struct hello *from, const struct hello *to)
{
    struct hello_change c[CHANGES_MAX];
    struct text t = { 0 };
    size_t n = hello_changes(from, to, c);
    for (size_t i = 0; i < n; i++) {
        char *says = hello_change_says(&c[i]);
        text_addf(&t, "%s%s", i ? "; " : "", says);
        free(says);
    }
    return text_take(&t);
}

static void differ_by(const struct hello *to, const char *says)
{
    char *s = differences(&modern, to);
    assert_string_equal(s, says);
    free(s);
}

static void words(void **state)
{
    (void)state;
    struct hello h = modern;
    h.sni = "other.example.org"; /* names, seeds and GREASE's numbers are no difference */
    h.seed = 99;
    differ_by(&h, "");
    h = modern;
    h.versions = version_13;
    differ_by(&h, "without TLS 1.2");
    h.versions = NULL;
    differ_by(&h, "without TLS 1.3; without supported_versions");
    h = modern;
    h.suites = NUMBERS(0x1302, 0x1303, 0x1301, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc02b, 0xc02f, 0x009e, 0xc013, 0x0039,
                       0x009d, 0x009c, 0x0035, 0x000a);
    differ_by(&h, "without the suite TLS_RSA_WITH_AES_128_CBC_SHA; with the suite TLS_RSA_WITH_3DES_EDE_CBC_SHA");
    h = modern;
    h.groups = NUMBERS(0x0017, 0x001d, 0x0018);
    differ_by(&h, "with supported_groups in another order");
    h = modern;
    h.with = (USUAL & ~HELLO_EMS) | HELLO_SCT;
    differ_by(&h, "without extended_master_secret; with signed_certificate_timestamp");
    h = modern;
    h.sni = NULL;
    h.alpn = "h2";
    h.session_id = 0;
    differ_by(&h, "with a shorter session id, or none; without the server name; with application protocols (ALPN)");
    h = modern;
    h.size = 700;
    h.record_size = 100;
    h.compressions = (const uint8_t[]){ 1, 0 };
    h.compression_count = 2;
    differ_by(&h, "with other compression methods; padded to 700 bytes; split into several records");
    h = modern;
    h.record = 0x0303;
    h.extra = (const struct hello_extension[]){ { 0x1234, "", 0 }, { 0x3a3a, "", 0 }, { 21, "\0\0", 2 } };
    h.extra_count = 3;
    differ_by(&h, "made smaller; with another version in its record; with extension 4660; with GREASE");
}

/* What makes no sense alone brings along what it needs. */
static void needs(void **state)
{
    (void)state;
    struct hello_change c = { PART_VERSION, 0x0304, true };
    struct hello *h = hello_between(&classic, &modern, &c, 1);
    assert_true(has(h->versions, 0x0304) && has(h->versions, 0x0303));
    assert_true(has(h->suites, 0x1302) && has(h->suites, 0xc02f) && !has(h->suites, 0x0039));
    assert_true(has(h->shares, 0x001d) && has_extension(h, 51) && has_extension(h, 43) && !has_extension(h, 23));
    hello_free(h);

    struct hello x = modern;
    x.groups = NUMBERS(0x0018);
    x.shares = NUMBERS(0x0018);
    c = (struct hello_change){ PART_SHARE, 0x001d, true };
    h = hello_between(&x, &modern, &c, 1);
    assert_true(has(h->groups, 0x001d) && has(h->groups, 0x0018) && !has(h->groups, 0x0017));
    hello_free(h);

    c = (struct hello_change){ PART_GROUP, 0x11ec, false }; /* its key share goes with it */
    h = hello_between(&browser, &modern, &c, 1);
    assert_true(!has(h->groups, 0x11ec) && !has(h->shares, 0x11ec) && has(h->shares, 0x001d));
    hello_free(h);

    static const uint16_t order[] = { 10, 13, 23, 0x1234 }, other[] = { 23, 10, 13 };
    struct hello y = modern; /* nothing ends with an empty extension that did not before */
    x = y;
    x.extra = &(struct hello_extension){ 0x1234, "x", 1 };
    x.extra_count = 1;
    x.order = order;
    x.order_count = COUNT(order);
    y.order = other;
    y.order_count = COUNT(other);
    c = (struct hello_change){ PART_EXTENSION, 0x1234, false };
    h = hello_between(&x, &y, &c, 1);
    assert_int_equal(h->order_count, 3);
    assert_int_equal(h->order[2], 13);
    hello_free(h);

    x = modern; /* no list is left empty */
    x.suites = NUMBERS(0x000a);
    c = (struct hello_change){ PART_SUITE, 0x000a, false };
    h = hello_between(&x, &modern, &c, 1);
    assert_true(has(h->suites, 0x1302) && !has(h->suites, 0x000a));
    hello_free(h);
}

/* --- servers ------------------------------------------------------------------------------------ */

struct server {
    const char *name;
    bool (*works)(const struct hello *h, int nth);
    const struct hello *fails, *reference;
    const char *culprits;   /* "part word number" of each, in the order of the result; NULL: there must be none */
    int most;               /* trials */
};

static bool offers_13(const struct hello *h)
{
    return has(h->versions, 0x0304) && h->shares && (has(h->suites, 0x1301) || has(h->suites, 0x1302));
}

static bool needs_12(const struct hello *h, int nth)
{
    (void)nth;
    bool suite = false;
    for (const uint16_t *s = h->suites; *s; s++)
        suite |= *s < 0x1300 || *s > 0x13ff;
    return suite && (h->versions ? has(h->versions, 0x0303) : h->version == 0x0303);
}

static bool needs_13(const struct hello *h, int nth)
{
    (void)nth;
    return offers_13(h) && (has(h->groups, 0x001d) || has(h->groups, 0x0018)) && h->sigalgs;
}

static bool crashes_at_suite(const struct hello *h, int nth) { (void)nth; return !has(h->suites, 0xc027); }
static bool crashes_at_two(const struct hello *h, int nth)
{
    (void)nth;
    return !has(h->suites, 0xc027) && !has(h->suites, 0x0004);
}
static bool needs_suite(const struct hello *h, int nth) { (void)nth; return has(h->suites, 0xcca8); }
static bool needs_one_of_two_suites(const struct hello *h, int nth)
{
    (void)nth;
    return has(h->suites, 0xcca8) || has(h->suites, 0x009d);
}
static bool needs_group(const struct hello *h, int nth) { (void)nth; return has(h->groups, 0x001d); }
static bool needs_group_and_sigalg(const struct hello *h, int nth)
{
    (void)nth;
    return has(h->groups, 0x0017) && has(h->sigalgs, 0x0804);
}
static bool minds_a_sigalg_without_an_extension(const struct hello *h, int nth) /* so that less is more */
{
    (void)nth;
    return has(h->sigalgs, 0x0804) && (!has(h->sigalgs, 0x0403) || has_extension(h, 22));
}
static bool refuses_share(const struct hello *h, int nth) { (void)nth; return !has(h->shares, 0x11ec); }
static bool refuses_group(const struct hello *h, int nth) { (void)nth; return !has(h->groups, 0x11ec); }
static bool refuses_large(const struct hello *h, int nth) { (void)nth; return hello_size(h) <= 1400; }
static bool refuses_padded(const struct hello *h, int nth) { (void)nth; return hello_size(h) < 590; }
static bool hangs_at_256_to_511(const struct hello *h, int nth)
{
    (void)nth;
    return hello_size(h) < 256 || hello_size(h) > 511;
}
static bool refuses_extension(const struct hello *h, int nth) { (void)nth; return !has_extension(h, 17513); }
static bool refuses_grease(const struct hello *h, int nth)
{
    (void)nth;
    for (size_t i = 0; i < h->order_count; i++)
        if (number_is_grease(h->order[i]))
            return false;
    return true;
}
static bool requires_extension(const struct hello *h, int nth) { (void)nth; return has_extension(h, 23); }
static bool refuses_alpn(const struct hello *h, int nth) { (void)nth; return !h->alpn || !has_extension(h, 16); }
static bool minds_records(const struct hello *h, int nth)
{
    (void)nth;
    return !h->record_size || hello_size(h) <= h->record_size;
}
static bool minds_suite_order(const struct hello *h, int nth) { (void)nth; return h->suites[0] == 0x1302; }
static bool minds_order(const struct hello *h, int nth)
{
    (void)nth;
    size_t at = 0;
    while (at < h->order_count && h->order[at] != 43)
        at++;
    return at + 2 < h->order_count && has_extension(h, 0);
}
static bool flaky(const struct hello *h, int nth) { (void)h; return (nth * 2654435761u >> 7) % 2; }
static bool flaky_seldom(const struct hello *h, int nth) { (void)h; return (nth * 2654435761u >> 9) % 5 == 0; }
static bool flaky_pool(const struct hello *h, int nth) { return nth % 3 == 2 || has(h->groups, 0x001d); }
static bool never(const struct hello *h, int nth) { (void)h, (void)nth; return false; }

static const struct hello only_13 = { .version = 0x0303, .suites = (const uint16_t[]){ 0x1302, 0x1301, 0 },
    .versions = version_13, .groups = groups, .sigalgs = sigalgs, .shares = share, .sni = "www.example.org",
    .with = HELLO_PSK_MODES, .session_id = 32 };
static const struct hello in_records = { .version = 0x0303, .suites = suites, .versions = versions, .groups = groups,
    .sigalgs = sigalgs, .shares = share, .sni = "www.example.org", .with = USUAL, .record_size = 64 };
static const uint16_t order_end_43[] = { 0, 10, 11, 13, 51, 45, 35, 22, 23, 65281, 43 };
static const struct hello shuffled = { .version = 0x0303, .suites = suites, .versions = versions, .groups = groups,
    .sigalgs = sigalgs, .shares = share, .sni = "www.example.org", .session_id = 32, .order = order_end_43,
    .order_count = COUNT(order_end_43) };
static const struct hello middling = { .version = 0x0303, .suites = suites, .versions = versions, .groups = groups,
    .sigalgs = sigalgs, .shares = share, .sni = "www.a-name-that-is-longer.example.org", .with = USUAL,
    .session_id = 32 };
static const struct hello old = { .version = 0x0301, .record = 0x0301,
    .suites = (const uint16_t[]){ 0x002f, 0x0035, 0x000a, 0x0005, 0 }, .sni = "www.example.org" };
static const struct hello ssl2_form = { .version = 0x0301, .ssl2_form = true,
    .suites = (const uint16_t[]){ 0x002f, 0x000a, 0 },
    .kinds = (const uint32_t[]){ 0x010080, 0x00002f, 0x00000a }, .kind_count = 3 };
static bool refuses_ssl2_form(const struct hello *h, int nth) { (void)nth; return !h->ssl2_form; }

static const struct server servers[] = {
    { "needs TLS 1.2", needs_12, &only_13, &modern, "version 0x0303", 25 },
    { "needs TLS 1.3", needs_13, &classic, &modern, "version 0x0304", 30 },
    { "needs TLS 1.3, of an old client", needs_13, &old, &modern, "version 0x0304", 30 },
    { "TLS 1.2 of an old client", needs_12, &old, &modern, "version 0x0303", 30 },
    { "crashes at one suite", crashes_at_suite, &odd, &modern, "suite 0xc027", 45 },
    { "crashes at either of two suites", crashes_at_two, &odd, &modern, "suite 0xc027 suite 0x0004", 75 },
    { "needs one suite", needs_suite, &odd, &modern, "suite 0xcca8", 45 },
    { "needs one of two suites", needs_one_of_two_suites, &odd, &modern, "suite 0xcca8", 45 },
    { "needs a group", needs_group, &odd, &modern, "group 0x001d", 35 },
    { "needs a group and an algorithm", needs_group_and_sigalg, &odd, &modern, "group 0x0017 sigalg 0x0804", 65 },
    { "minds an algorithm without an extension", minds_a_sigalg_without_an_extension, &odd, &modern, "sigalg 0x0804",
      75 },
    { "refuses a key share", refuses_share, &browser, &modern, "share 0x11ec", 30 },
    { "refuses a group", refuses_group, &browser, &modern, "group 0x11ec", 30 },
    { "refuses more than 1400 bytes", refuses_large, &browser, &modern, "size 0x0000 share 0x11ec", 35 },
    { "refuses padding", refuses_padded, &odd, &modern, "size 0x0000", 35 },
    { "hangs at 256 to 511 bytes", hangs_at_256_to_511, &middling, &odd, "size 0x0258", 35 },
    { "refuses an extension", refuses_extension, &browser, &modern, "extension 0x4469", 45 },
    { "refuses GREASE among extensions", refuses_grease, &browser, &modern, "extension 0x0a0a", 45 },
    { "requires an extension", requires_extension, &classic, &modern, "extension 0x0017", 40 },
    { "refuses ALPN", refuses_alpn, &browser, &modern, "alpn 0x0010", 30 },
    { "reads one record only", minds_records, &in_records, &modern, "records 0x0000", 25 },
    { "reads one record only, both in several", minds_records, &in_records, &in_records, "records 0x0000", 10 },
    { "wants its suite first", minds_suite_order, &odd, &modern, "suite-order 0x0000", 35 },
    { "wants an extension not last", minds_order, &shuffled, &modern, "order 0x0000", 20 },
    { "refuses SSL 2.0's form", refuses_ssl2_form, &ssl2_form, &modern, "form 0x0000", 40 },
    { "answers at random", flaky, &odd, &modern, NULL, BISECT_TRIALS_MAX },
    { "answers now and then", flaky_seldom, &odd, &modern, NULL, BISECT_TRIALS_MAX },
    { "is one of three behind a balancer", flaky_pool, &odd, &modern, NULL, BISECT_TRIALS_MAX },
    { "answers nobody", never, &browser, &modern, NULL, 25 },
};

static char *result_text(const struct bisect *b)
{
    const struct hello_change *c;
    bool smallest;
    struct text t = { 0 };
    size_t n = bisect_result(b, &c, &smallest);
    for (size_t i = 0; i < n; i++)
        text_addf(&t, "%s%s 0x%04x", i ? " " : "", part_table[c[i].part].word, c[i].number);
    return text_take(&t);
}

/* Answers up to `width` hellos at a time, the last one first. */
static void search(struct bisect *b, const struct server *s, int width)
{
    int nth = 0;
    for (int rounds = 0; !bisect_over(b); rounds++) {
        int trial[16], open = 0;
        bool how[16];
        const struct hello *h;
        assert_true(rounds < 1000);
        while (open < width && (h = bisect_next(b, &trial[open])))
            how[open++] = s->works(h, nth++);
        assert_true(open > 0);
        while (open-- > 0)
            bisect_take(b, trial[open], how[open] ? TRIAL_WORKS : TRIAL_FAILS);
    }
    int none;
    assert_null(bisect_next(b, &none));
    assert_true(bisect_trials(b) <= BISECT_TRIALS_MAX);
}

static void assert_seen_through(const struct server *s, int width)
{
    const struct hello_change *c;
    bool smallest;
    struct bisect *b = bisect_new(s->fails, s->reference, BISECT_TRIALS_MAX);
    search(b, s, width);
    size_t n = bisect_result(b, &c, &smallest);
    char *got = result_text(b);
    if (!text_is(got, s->culprits ? s->culprits : "") || bisect_trials(b) > s->most)
        print_message("%s: %s, with %d trials (%s)\n", s->name, got, bisect_trials(b),
                      bisect_why(b) ? bisect_why(b) : "-");
    assert_string_equal(got, s->culprits ? s->culprits : "");
    assert_true(bisect_trials(b) <= s->most);
    assert_true(!s->culprits == !n && smallest == (n > 0) && !n == (bisect_why(b) != NULL));
    free(got);
    bisect_free(b);
}

static void culprits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(servers); i++) {
        assert_seen_through(&servers[i], 10);
        assert_seen_through(&servers[i], 1);
    }
}

/* With few trials most of them are seen through all the same, and none is handed out beyond what there is. */
static void with_few(void **state)
{
    enum { TRIALS = 28 };
    size_t right = 0, faulty = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(servers); i++) {
        struct bisect *b = bisect_new(servers[i].fails, servers[i].reference, TRIALS);
        search(b, &servers[i], 10);
        char *got = result_text(b);
        assert_true(bisect_trials(b) <= TRIALS);
        if (!servers[i].culprits)
            assert_string_equal(got, "");
        faulty += servers[i].culprits != NULL;
        right += servers[i].culprits && text_is(got, servers[i].culprits);
        free(got);
        bisect_free(b);
    }
    print_message("# %zu of %zu with %d trials\n", right, faulty, TRIALS);
    assert_true(4 * right >= 3 * faulty);
}

/* Answers that are not clear cost the result, never make one; and what is given up halfway leaks nothing. */
static void unclear(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(servers); i++) {
        struct bisect *b = bisect_new(servers[i].fails, servers[i].reference, BISECT_TRIALS_MAX);
        const struct hello_change *c;
        const struct hello *h;
        bool smallest;
        int trial;
        while ((h = bisect_next(b, &trial)))
            bisect_take(b, trial, TRIAL_UNCLEAR);
        assert_true(bisect_over(b));
        assert_int_equal(bisect_result(b, &c, &smallest), 0);
        assert_false(smallest);
        assert_non_null(bisect_why(b));
        bisect_free(b);
        b = bisect_new(servers[i].fails, servers[i].reference, BISECT_TRIALS_MAX);
        for (int n = 0; n < 5 && (h = bisect_next(b, &trial)); n++)
            if (n != 3)
                bisect_take(b, trial, servers[i].works(h, 0) ? TRIAL_WORKS : TRIAL_FAILS);
        bisect_free(b);
    }
    bisect_free(NULL);
}

/* Every hello of every known client, against a server that refuses one thing the client has and the current one has
 * not, or the other way round: whatever it is, it is found, or something that contains it. */
static uint16_t planted_suite, planted_extension;
static bool planted(const struct hello *h, int nth)
{
    (void)nth;
    return !(planted_suite && has(h->suites, planted_suite)) &&
           !(planted_extension && has_extension(h, planted_extension));
}

static void every_client(void **state)
{
    (void)state;
    const struct server s = { "planted", planted, NULL, NULL, NULL, 0 };
    for (size_t i = 0; i < client_count; i++) {
        struct offer o;
        struct client_lists keep;
        struct hello h = hello_of(&client_table[i], &o, &keep);
        struct hello_change c[CHANGES_MAX];
        size_t n = hello_changes(&h, &modern, c);
        for (size_t k = i % 5; k < n; k += 5) { /* some will do */
            if (c[k].adds || (c[k].part != PART_SUITE && c[k].part != PART_EXTENSION) || number_is_grease(c[k].number))
                continue;
            planted_suite = c[k].part == PART_SUITE ? c[k].number : 0;
            planted_extension = c[k].part == PART_EXTENSION ? c[k].number : 0;
            struct bisect *b = bisect_new(&h, &modern, BISECT_TRIALS_MAX);
            search(b, &s, 10);
            const struct hello_change *got;
            bool smallest, there = false, form = false;
            size_t found = bisect_result(b, &got, &smallest);
            for (size_t j = 0; j < found; j++) {
                there |= got[j].part == c[k].part && got[j].number == c[k].number;
                form |= got[j].part == PART_FORM || got[j].part == PART_VERSION;
            }
            if (!(there && found == 1) && !form)
                print_message("%s: %s 0x%04x\n", client_table[i].name, part_table[c[k].part].word, c[k].number);
            assert_true((there && found == 1) || form);
            bisect_free(b);
        }
        offer_clear(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips), cmocka_unit_test(copies), cmocka_unit_test(words), cmocka_unit_test(needs),
        cmocka_unit_test(culprits), cmocka_unit_test(with_few), cmocka_unit_test(unclear),
        cmocka_unit_test(every_client),
    };
    return cmocka_run_group_tests_name("wire/bisect", tests, NULL, NULL);
}
