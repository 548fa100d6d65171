/* Tests of the questions and of the form an answer is kept in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/model/answer.h"

static void kept(const char *text, const char *want)
{
    struct err e = { "" };
    enum question q;
    char *form = answer_parse(text, &q, &e);
    if (!form)
        fail_msg("%s: %s", text, e.text);
    assert_string_equal(form, want);
    char *again = answer_check(q, form, &e); /* what is kept is an answer, too */
    assert_non_null(again);
    assert_string_equal(again, form);
    free(again);
    free(form);
}

static void refused(const char *text, const char *says)
{
    struct err e = { "" };
    enum question q;
    char *form = answer_parse(text, &q, &e);
    if (form)
        fail_msg("%s: taken as %s", text, form);
    if (!strstr(e.text, says))
        fail_msg("%s: \"%s\" does not say \"%s\"", text, e.text, says);
    for (const char *p = e.text; *p; p++)
        assert_true((unsigned char)*p >= ' ');
}

static void every_question_has_its_words(void **state)
{
    (void)state;
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        const struct question_row *r = &question_table[q];
        assert_int_equal(question_find(r->word), q);
        assert_true(*r->asks && *r->help);
        for (int i = 0; i < VALUES_MAX && r->value[i].word; i++) {
            char *text = mem_format("%s=%s", r->word, r->value[i].word);
            kept(text, r->value[i].word);
            assert_true(answer_is(q, r->value[i].word, r->value[i].word) && *r->value[i].says);
            for (int k = 0; k < i; k++)
                assert_int_not_equal(r->value[k].letter, r->value[i].letter);
            free(text);
        }
    }
    assert_int_equal(question_find("client"), QUESTION_COUNT);
    assert_int_equal(question_find(""), QUESTION_COUNT);
}

static void forms(void **state)
{
    (void)state;
    kept("FAILS=Now-And-Then", "now-and-then");
    kept("since=2026-11-20", "2026-11-20");
    kept("since=2026-11-20T03:00", "2026-11-20T03:00Z");
    kept("since=2026-11-20 03:00:07", "2026-11-20T03:00:07Z");
    kept("since=2026-11-20T03:00Z", "2026-11-20T03:00Z");
    kept("since=2026-11-20T00:30+01:00", "2026-11-19T23:30Z");
    kept("since=2026-11-20T23:30-0130", "2026-11-21T01:00Z");
    kept("since=2028-02-29", "2028-02-29");
    kept("times=22:00-06:30", "22:00-06:30");
    kept("software=java-6, default+java-6", "java-6,default");
    kept("changed= a = b \033[2J", "a = b \\x1b[2J");
}

static void refuses(void **state)
{
    (void)state;
    refused("", "there is no question \"\"; they are fails, clients");
    refused("client=all", "did you mean clients?");
    refused("clients", "all, some, one or unknown");
    refused("clients=both", "not \"both\"");
    refused("fails=\033[2J", "yes, no or now-and-then");
    refused("since=yesterday", "a time (UTC)");
    static const char *const times[] = { "2026-13-01", "2026-02-29", "2026-11-20T24:00Z", "2026-11-20T03",
        "2026-11-20T03:00:61Z",
        "0000-01-01", "2026-11-20T03:00+1", "2026-11-20T03:00ZZ", "2026-11-20x", "12026-11-20", "-026-11-20",
        "9999-12-31T23:59-14:00" };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char *text = mem_format("since=%s", times[i]);
        refused(text, "a time (UTC)");
        free(text);
    }
    static const char *const hours[] = { "22:00", "22:00-", "22:00-24:00", "22:60-23:00", "8:00-9:00",
        "08:00-08:00", "08:00-09:00 " };
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        char *text = mem_format("times=%s", hours[i]);
        refused(text, "hours of the day");
        free(text);
    }
    refused("software=jav-6", "did you mean java-6?");
    refused("software=,", "no client is named");
    refused("changed=", "words of your own");
    refused("changed=  ", "words of your own");
}

static void long_words_are_cut_whole(void **state)
{
    (void)state;
    char text[4000] = "";
    for (int i = 0; i < 1000; i++)
        strcat(text, "\xe4\xb8\xad");
    char *form = answer_check(QUESTION_CHANGED, text, NULL);
    assert_int_equal(strlen(form), ANSWER_MAX);
    text[0] = 'x';
    text[1] = 'y';
    text[2] = 'z';
    memmove(text, text + 1, strlen(text));
    char *odd = answer_check(QUESTION_CHANGED, text, NULL);
    assert_int_equal(strlen(odd), ANSWER_MAX - 1);
    free(odd);
    free(form);
}

static void alternatives(void **state)
{
    (void)state;
    assert_true(answer_is(QUESTION_CLIENTS, "some", "one|some"));
    assert_false(answer_is(QUESTION_CLIENTS, "all", "one|some"));
    assert_false(answer_is(QUESTION_CLIENTS, NULL, "one|some"));
    assert_true(answer_is(QUESTION_CLIENTS, NULL, "one|none"));
    assert_false(answer_is(QUESTION_CLIENTS, "some", "none"));
    assert_true(answer_is(QUESTION_TIMES, "22:00-06:30", "bursts|other"));
    assert_false(answer_is(QUESTION_TIMES, "always", "bursts|other"));
    assert_false(answer_is(QUESTION_TIMES, NULL, "bursts|other"));
    assert_true(answer_is(QUESTION_SOFTWARE, "java-6,default", "default"));
    assert_false(answer_is(QUESTION_SOFTWARE, "java-6,default", "java"));
}

static void times(void **state)
{
    (void)state;
    int64_t from = 0, lasts = 0;
    int begin, end;
    assert_true(answer_since("2026-11-20", &from, &lasts));
    assert_true(from == when_from_civil(2026, 11, 20, 0, 0, 0) && lasts == 86400);
    assert_true(answer_since("2026-11-20T03:04Z", &from, &lasts));
    assert_true(from == when_from_civil(2026, 11, 20, 3, 4, 0) && lasts == 60);
    assert_true(answer_since("2026-11-20T03:04:05Z", &from, &lasts) && lasts == 1);
    assert_false(answer_since("always", &from, &lasts) || answer_since(NULL, &from, &lasts));
    assert_true(answer_times("22:00-06:30", &begin, &end) && begin == 1320 && end == 390);
    assert_false(answer_times("bursts", &begin, &end) || answer_times(NULL, &begin, &end));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_has_its_words), cmocka_unit_test(forms), cmocka_unit_test(refuses),
        cmocka_unit_test(long_words_are_cut_whole), cmocka_unit_test(alternatives), cmocka_unit_test(times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
