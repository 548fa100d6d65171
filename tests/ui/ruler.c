/* Tests of the ruler: its scale, what is drawn above what, and its ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "ui/ruler.h"

#define DAY 86400.0

static void assert_line(const struct ruler *r, bool utf8, const char *wanted)
{
    char *line = ruler_text(r, utf8);
    assert_string_equal(line, wanted);
    free(line);
}

static void test_marks(void **state)
{
    (void)state;
    struct ruler r = ruler_new(41);
    ruler_span(&r, -30 * DAY, 30 * DAY);
    ruler_value(&r, 0.1, 0.5, '*');
    assert_line(&r, false, "        (###########*###########)        ");
    r = ruler_new(41);
    ruler_span(&r, 2 * DAY, 400 * DAY);
    ruler_value(&r, 3 * DAY, 2 * DAY, '*');
    ruler_mark(&r, -3600, '>');
    assert_line(&r, false, "                >   |       [*]#####)    ");
    assert_line(&r, true, "                >   \u2502       [*]\u2501\u2501\u2501\u2501\u2501)    ");
}

static void test_scale(void **state)
{
    (void)state;
    char *s = ruler_scale(41), *narrow = ruler_scale(9);
    assert_string_equal(s, "  -1y     -1d -1h   0 +1h +1d     +1y    ");
    assert_int_equal(strlen(narrow), 9);
    free(s);
    free(narrow);
}

/* Places grow with distances, alike to both sides, and what is off is never at 0. */
static void test_places(void **state)
{
    (void)state;
    static const int widths[] = { -5, 0, 9, 10, 33, 60, 199, 200, 5000 };
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct ruler r = ruler_new(widths[i]);
        int last = r.width / 2;
        assert_true(r.width % 2 == 1 && r.width >= 9 && r.width < RULER_MAX);
        for (double s = 61; s < 1e12; s *= 1.7) {
            int at = ruler_place(&r, s);
            assert_true(at >= last && at > r.width / 2 && at < r.width);
            assert_int_equal(ruler_place(&r, -s), r.width - 1 - at);
            last = at;
        }
        assert_int_equal(ruler_place(&r, INFINITY), r.width - 1);
        assert_int_equal(ruler_place(&r, NAN), r.width / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks), cmocka_unit_test(test_scale), cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
