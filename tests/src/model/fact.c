/* fact - tests of the fact table: complete, unique, and found by its keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/base/text.h"
#include "src/model/fact.h"
#include "src/model/observation.h"
#include "src/model/reason.h"

static void every_row_is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *r = &fact_table[i];
        assert_non_null(r->json);
        assert_int_equal(strspn(r->json, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(r->json));
        assert_true(r->json[0] >= 'a' && r->json[0] <= 'z');
        assert_true(r->title && text_width(r->title) >= 2 && text_width(r->title) <= 16); /* a table's first column */
        assert_true(r->help && strlen(r->help) > 10);
        assert_true(r->help[strlen(r->help) - 1] != '.');
        assert_in_range(r->group, GROUP_PATH, GROUP_MACHINE);
        assert_in_range(r->kind, FACT_WORD, FACT_OBJECT);
        assert_int_equal(fact_find(r->json), i);
    }
}

static void nothing_stands_twice(void **state)
{
    (void)state;
    for (int i = 0; i < FACT_COUNT; i++)
        for (int k = i + 1; k < FACT_COUNT; k++) {
            assert_string_not_equal(fact_table[i].json, fact_table[k].json);
            assert_string_not_equal(fact_table[i].title, fact_table[k].title);
            assert_string_not_equal(fact_table[i].help, fact_table[k].help);
        }
}

/* The panes print a heading where the group changes, so a group's rows stand together. */
static void groups_stand_together(void **state)
{
    (void)state;
    for (int i = 1; i < FACT_COUNT; i++)
        assert_true(fact_table[i].group >= fact_table[i - 1].group);
}

static void unknown_keys(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "Version", "version ", "versio", "versionss", "cipher-openssl", "*" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(fact_find(bad[i]), FACT_COUNT);
}

static void states_have_words(void **state)
{
    (void)state;
    static const char *const want[] = { "not-asked", "yes", "no", "unsure", "could-not-ask" };
    enum state s;
    assert_int_equal(NOT_ASKED, 0);
    for (int i = NOT_ASKED; i <= COULD_NOT_ASK; i++) {
        assert_string_equal(state_words[i], want[i]);
        assert_true(state_find(want[i], &s));
        assert_int_equal(s, i);
    }
    s = UNSURE;
    assert_false(state_find("maybe", &s));
    assert_false(state_find("", &s));
    assert_int_equal(s, UNSURE);
}

static void probes_have_names(void **state)
{
    (void)state;
    for (size_t i = 0; probe_words[i]; i++)
        assert_ptr_equal(probe_name(probe_words[i]), probe_words[i]);
    assert_string_equal(probe_name("from-the-future"), "other");
    assert_string_equal(probe_name(""), "other");
    assert_string_equal(probe_name(NULL), "other");
}

static void reasons_have_words(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        assert_true(reason_table[i].word && reason_table[i].says);
        assert_int_equal(reason_find(reason_table[i].word), i); /* hence none stands twice */
    }
    assert_int_equal(reason_find("bad-luck"), REASON_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(nothing_stands_twice),
        cmocka_unit_test(groups_stand_together),
        cmocka_unit_test(unknown_keys),
        cmocka_unit_test(states_have_words),
        cmocka_unit_test(probes_have_names),
        cmocka_unit_test(reasons_have_words),
    };
    return cmocka_run_group_tests_name("model/fact", tests, NULL, NULL);
}
