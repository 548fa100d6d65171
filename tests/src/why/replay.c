/* replay - tests of what a smallest change speaks for: that every kind of change does, in both ways, that it is sure
 * only where it may be, and that values from anywhere are read without harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "src/why/replay.h"

static struct replay read_one(const char *as_is, bool smallest, const char *part, int number, bool adds)
{
    json_t *value = json_pack("{s:s, s:b, s:[{s:s, s:i, s:b}]}", "as_is", as_is, "smallest", smallest, "changes",
                              "part", part, "number", number, "adds", adds);
    struct replay r = replay_read(STATE_YES, value);
    json_decref(value);
    return r;
}

/* Exactly one of the words between "named" and "path" holds, and one of sure and likely. */
static void assert_one_word(const struct replay *r, const char *part)
{
    static const char *const words[] = { "version", "suite", "group", "extension", "sni", "alpn", "server", "path" };
    int count = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        count += replay_holds(r, words[i]);
    if (count != 1)
        print_message("%s: %d words\n", part, count);
    assert_int_equal(count, 1);
    assert_true(replay_holds(r, "named"));
    assert_int_equal(replay_holds(r, "sure") + replay_holds(r, "likely"), 1);
    assert_false(replay_holds(r, "lost"));
}

static void every_part(void **state)
{
    static const char *const answers[] = {
        "alert 40 handshake_failure", "closed", "reset", "silent", "slow", "not-tls"
    };
    (void)state;
    for (size_t i = 0; i < PART_COUNT; i++)
        for (size_t k = 0; k < sizeof answers / sizeof *answers; k++)
            for (int adds = 0; adds < 2; adds++) {
                struct replay r = read_one(answers[k], true, part_table[i].word, 7, adds);
                assert_one_word(&r, part_table[i].word);
                assert_int_equal(r.first.part, i);
                assert_int_equal(replay_holds(&r, "sure"), k == 0);
            }
    struct replay r = read_one("alert 40 handshake_failure", false, "suite", 7, true);
    assert_true(replay_holds(&r, "likely") && replay_holds(&r, "version|suite") && !replay_holds(&r, "version|group"));
}

/* The same change at who says no aloud, and at who may be somebody else. */
static void quiet(void **state)
{
    (void)state;
    struct replay aloud = read_one("alert 50 decode_error", true, "extension", 17513, false);
    struct replay silent = read_one("silent", true, "extension", 17513, false);
    struct replay lacks = read_one("silent", true, "extension", 17513, true);
    assert_true(replay_holds(&aloud, "server") && replay_holds(&silent, "path") && replay_holds(&lacks, "extension"));
}

static void anything(void **state)
{
    static const char *const values[] = {
        "null", "7", "[]", "{}", "{\"changes\": 7}", "{\"changes\": [7, null, [], {}]}",
        "{\"changes\": [{\"part\": 7}]}", "{\"changes\": [{\"part\": \"colour\", \"number\": 1}]}",
        "{\"changes\": [{\"part\": \"suite\", \"number\": -1}]}",
        "{\"changes\": [{\"part\": \"suite\", \"number\": 70000}], \"as_is\": 3}",
        "{\"changes\": [{\"part\": \"suite\", \"number\": 22016, \"adds\": false}], \"as_is\": \"alert 86\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        for (int s = NOT_ASKED; s <= COULD_NOT_ASK; s++) {
            struct replay r = replay_read((enum state)s, value);
            assert_false(replay_holds(&r, "named|sure|likely"));
        }
        json_decref(value);
    }
    struct replay none = replay_read(STATE_YES, NULL);
    assert_int_equal(none.is, 0);
    json_t *lost = json_pack("{s:s}", "as_is", "alert 40 handshake_failure");
    struct replay r = replay_read(UNSURE, lost);
    assert_true(replay_holds(&r, "lost"));
    json_decref(lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part), cmocka_unit_test(quiet), cmocka_unit_test(anything),
    };
    return cmocka_run_group_tests_name("why/replay", tests, NULL, NULL);
}
