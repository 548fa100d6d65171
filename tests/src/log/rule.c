/* Conditions on a text: phrases together, one of several, and none of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/log/rule.h"

static const char *const names[] = { "FIRST", "SECOND" };

static void on_place(void *arg, unsigned phrase, size_t end)
{
    (void)phrase;
    (void)end;
    ++*(size_t *)arg;
}

static void test_conditions(void **state)
{
    (void)state;
    static const struct { const char *when, *text; bool holds; size_t length; } rows[] = {
        { "abc", " xabcx ", true, 3 }, { "abc", " abx ", false, 0 }, { "ab & cd", " cd ab ", true, 4 },
        { "ab & cd", " ab ", false, 0 }, { "ab & !cd", " ab ", true, 2 }, { "ab & !cd", " ab cd ", false, 0 },
        { "ab|cd", " cd ", true, 2 }, { "ab & cd|x", " x ", true, 1 }, { "a|abcd", " abcd ", true, 4 },
        { "_ab_", " ab ", true, 4 }, { "_ab_", " xab ", false, 0 }, { "she|he|hers", " ushers ", true, 4 },
        { "ab & @SECOND", " ab ", true, 2 }, { "ab & @FIRST", " ab ", false, 0 }, { "ab & !@FIRST", " ab ", true, 2 },
        { "@SECOND", " ", true, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rules *r = rules_new(names, 2);
        unsigned rule = rules_add(r, rows[i].when);
        rules_link(r);
        struct sight *s = sight_new(r);
        size_t places = 0, length = 0;
        s->name[1] = true;
        sight_take(r, s, rows[i].text, strlen(rows[i].text), on_place, &places);
        if (rule_holds(r, s, rule, &length) != rows[i].holds || (rows[i].holds && length != rows[i].length))
            fail_msg("row %zu: \"%s\", %zu", i, rows[i].when, length);
        sight_clear(r, s);
        assert_int_equal(s->phrase_count, 0);
        sight_free(s);
        rules_free(r);
    }
}

static void test_only_what_occurs_is_tried(void **state)
{
    (void)state;
    struct rules *r = rules_new(names, 2);
    rules_add(r, "one & common");
    unsigned two = rules_add(r, "two & common");
    rules_link(r);
    struct sight *s = sight_new(r);
    size_t places = 0;
    static const char text[] = " common common two ";
    sight_take(r, s, text, sizeof text - 1, on_place, &places);
    assert_int_equal(places, 3);
    assert_int_equal(s->phrase_count, 2);
    assert_int_equal(s->rule_count, 2); /* by its longest phrase, "common", both */
    assert_true(rule_holds(r, s, two, NULL));
    assert_false(rule_holds(r, s, two - 1, NULL));
    assert_string_equal(rule_phrase(r, two, 0), "common");
    assert_null(rule_phrase(r, two, 1));
    sight_free(s);
    rules_free(r);
    sight_free(NULL);
    rules_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_only_what_occurs_is_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
