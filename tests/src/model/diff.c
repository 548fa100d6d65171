/* diff - tests of the marks of rows and cells, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/model/diff.h"

/* One word per column: the state, and the JSON of its value after a space. */
static struct session *session_of(enum fact f, const char *const *cells)
{
    struct session *s = session_new(1);
    struct endpoint *ep = endpoint_parse("www.example.org", NULL, NULL);
    assert_non_null(ep);
    for (int i = 0; cells[i]; i++) {
        char word[20] = "";
        size_t n = strcspn(cells[i], " ");
        memcpy(word, cells[i], n);
        struct observation o = { .column = i + 1, .fact = f, .probe = "other", .ms = -1 };
        assert_true(state_find(word, &o.state));
        if (cells[i][n]) {
            o.value = json_loads(cells[i] + n, JSON_DECODE_ANY, NULL);
            assert_non_null(o.value);
        }
        session_add(s, i + 1, i, 0, ep, NULL, NULL);
        session_see(s, &o);
    }
    endpoint_free(ep);
    return s;
}

#define CELLS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define GCM "yes \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\""
#define CHACHA "yes \"TLS_CHACHA20_POLY1305_SHA256\""
#define CCM "yes \"TLS_RSA_WITH_AES_128_CCM\""
#define CBC "yes \"TLS_RSA_WITH_AES_128_CBC_SHA\""
#define OFFSET(s, u) "yes {\"seconds\":" #s ",\"uncertainty\":" #u "}"

static const struct row {
    enum fact fact;
    char mark; /* of the row */
    const char *const *cells;
    const char *cell_marks; /* against the first column */
} rows[] = {
    { FACT_VERSION, ' ', CELLS("yes \"tls1.3\""), " " },
    { FACT_VERSION, '=', CELLS("yes \"tls1.3\"", "yes \"tls1.3\""), "  " },
    { FACT_VERSION, '!', CELLS("yes \"tls1.3\"", "yes \"tls1.2\""), " !" },
    { FACT_VERSION, '!', CELLS("yes \"tls1.3\"", "yes \"tls1.3\"", "yes \"tls1.2\""), "  !" },
    { FACT_VERSION, '!', CELLS("yes \"tls1.3\"", "no"), " !" },
    { FACT_VERSION, '!', CELLS("yes \"tls1.3\"", "yes"), " !" },
    { FACT_VERSION, '=', CELLS("no", "no"), "  " },
    { FACT_CONNECT, '!', CELLS("no \"refused\"", "no \"silent\""), " !" },
    { FACT_VERSION, '.', CELLS("not-asked", "not-asked"), "  " },
    { FACT_VERSION, '.', CELLS("yes \"tls1.3\"", "not-asked"), "  " },
    { FACT_VERSION, '?', CELLS("yes \"tls1.3\"", "unsure"), "  " },
    { FACT_VERSION, '?', CELLS("could-not-ask", "yes \"tls1.3\""), "  " },
    { FACT_VERSION, '?', CELLS("could-not-ask", "could-not-ask"), "  " },
    { FACT_VERSION, '.', CELLS("unsure", "not-asked", "yes \"tls1.3\""), "   " },
    { FACT_VERSION, '!', CELLS("unsure", "yes \"tls1.2\"", "not-asked", "yes \"tls1.3\""), "    " },
    { FACT_CIPHER, '=', CELLS(GCM, GCM), "  " },
    { FACT_CIPHER, '~', CELLS(GCM, CHACHA, CCM), " ~~" },
    { FACT_CIPHER, '~', CELLS(GCM, "not-asked", CHACHA), "  ~" },
    { FACT_CIPHER, '!', CELLS(GCM, CHACHA, CBC), " ~!" },
    { FACT_CIPHER, '!', CELLS(CBC, "yes \"TLS_RSA_WITH_3DES_EDE_CBC_SHA\""), " !" },
    { FACT_CIPHER, '!', CELLS(GCM, "yes 5"), " !" },
    { FACT_KX_GROUP, '!', CELLS("yes \"x_GCM_\"", "yes \"y_GCM_\""), " !" }, /* no ranked fact */
    { FACT_EMS, '=', CELLS("yes", "yes"), "  " },
    { FACT_EMS, '!', CELLS("yes", "no"), " !" },
    { FACT_RESOLVE, '=', CELLS("yes [\"192.0.2.1\"]", "yes [\"192.0.2.1\"]"), "  " },
    { FACT_RESOLVE, '!', CELLS("yes [\"192.0.2.1\"]", "yes [\"192.0.2.2\"]"), " !" },
    { FACT_EMS, '=', CELLS("yes {\"a\":1}", "yes {\"a\":2}"), "  " }, /* only the state counts */
    { FACT_GROUPS, '=', CELLS("yes {\"tls1.3\":{\"accepted\":[\"x\"]}}", "yes {\"tls1.3\":{\"accepted\":[\"x\"]}}"), "  " },
    { FACT_GROUPS, '~', CELLS("yes {\"tls1.3\":{\"accepted\":[\"x\",\"y\"]}}",
                              "yes {\"tls1.3\":{\"accepted\":[\"y\",\"x\"]}}"), " ~" },
    { FACT_GROUPS, '!', CELLS("yes {\"tls1.3\":{\"accepted\":[\"x\"]}}", "yes {\"tls1.3\":{\"accepted\":[\"y\"]}}"), " !" },
    /* Of objects what counts is compared, and nothing else. */
    { FACT_CHAIN, '=', CELLS("yes {\"sent\":[{\"sha256\":\"a\"}]}", "yes {\"sent\":[{\"sha256\":\"a\",\"x\":1}]}"), "  " },
    { FACT_CHAIN, '=', CELLS("yes {\"sent\":[{\"sha256\":\"a\"},{\"sha256\":\"b\"}]}",
                             "yes {\"sent\":[{\"sha256\":\"b\"},{\"sha256\":\"a\"}]}"), "  " },
    { FACT_CHAIN, '!', CELLS("yes {\"sent\":[{\"sha256\":\"a\"}]}", "yes {\"sent\":[{\"sha256\":\"b\"}]}"), " !" },
    { FACT_CHAIN, '!', CELLS("yes {\"sent\":[{\"sha256\":\"a\"}]}", "yes {\"sent\":[]}"), " !" },
    { FACT_TIMING, '=', CELLS("yes {\"connect\":1}", "yes {\"connect\":900}"), "  " },
    { FACT_FAILURE, '=', CELLS("yes {\"kind\":\"reset\",\"received\":0}", "yes {\"kind\":\"reset\",\"received\":7}"), "  " },
    { FACT_FAILURE, '!', CELLS("yes {\"kind\":\"alert\",\"alert\":{\"number\":40}}",
                               "yes {\"kind\":\"alert\",\"alert\":{\"number\":70}}"), " !" },
    { FACT_STORE, '=', CELLS("yes {\"path\":\"p\",\"count\":2,\"date\":\"a\"}", "yes {\"path\":\"p\",\"count\":2,\"date\":\"b\"}"), "  " },
    { FACT_STORE, '!', CELLS("yes {\"path\":\"p\",\"count\":2}", "yes {\"path\":\"p\",\"count\":3}"), " !" },
    { FACT_PROXY, '!', CELLS("yes {\"https_proxy\":\"a\"}", "yes {\"https_proxy\":\"b\"}"), " !" },
    { FACT_TOLERATES, '=', CELLS("yes {\"large\":\"alert 40 x\"}", "yes {\"large\":\"closed\"}"), "  " },
    { FACT_TOLERATES, '=', CELLS("yes {\"large\":\"accepted\"}", "yes {\"large\":\"silent\"}"), "  " }, /* not known */
    { FACT_TOLERATES, '!', CELLS("yes {\"large\":\"accepted\"}", "yes {\"large\":\"closed\"}"), " !" },
    { FACT_CLIENTS, '!', CELLS("yes {\"x\":{\"answer\":\"accepted\"}}", "yes {\"x\":{\"answer\":\"reset\"}}"), " !" },
    { FACT_CLIENT_CERT, '=', CELLS("yes {\"cas\":[\"a\",\"b\"]}", "yes {\"cas\":[\"b\",\"a\"],\"total\":9}"), "  " },
    { FACT_RESOLVE, '=', CELLS("yes [\"192.0.2.1\",\"192.0.2.2\"]", "yes [\"192.0.2.2\",\"192.0.2.1\"]"), "  " },
    { FACT_CHAIN, '!', CELLS("yes {}", "no"), " !" },
    { FACT_CLOCK, '=', CELLS(OFFSET(0.2, 0.5), OFFSET(1.1, 0.5)), "  " },
    { FACT_CLOCK, '=', CELLS(OFFSET(0, 0.5), OFFSET(1, 0.5)), "  " }, /* they touch */
    { FACT_CLOCK, '!', CELLS(OFFSET(0, 0.5), OFFSET(1.1, 0.5)), " !" },
    { FACT_CLOCK, '!', CELLS(OFFSET(-3600, 1), OFFSET(3600, 1)), " !" },
    { FACT_CLOCK, '?', CELLS(OFFSET(5, 1), "could-not-ask"), "  " },
};

static void marks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_of(rows[i].fact, rows[i].cells);
        if (diff_row(s, rows[i].fact) != (enum mark)rows[i].mark)
            fail_msg("row %zu is marked '%c', not '%c'", i, diff_row(s, rows[i].fact), rows[i].mark);
        assert_int_equal(strlen(rows[i].cell_marks), s->count);
        for (size_t c = 0; c < s->count; c++) {
            enum mark there = diff_cell(s->column[0], s->column[c], rows[i].fact);
            if (there != (enum mark)rows[i].cell_marks[c])
                fail_msg("row %zu, cell %zu is marked '%c'", i, c, there);
            assert_int_equal(diff_cell(s->column[c], s->column[0], rows[i].fact), there);
        }
        session_free(s);
    }
}

/* A fact nobody has touched, and the whole table of two fresh columns. */
static void fresh_columns(void **state)
{
    (void)state;
    struct session *none = session_new(1), *two = session_of(FACT_VERSION, CELLS("not-asked", "not-asked"));
    for (int f = 0; f < FACT_COUNT; f++) {
        assert_int_equal(diff_row(none, (enum fact)f), MARK_NONE);
        assert_int_equal(diff_row(two, (enum fact)f), MARK_PENDING);
        assert_int_equal(diff_cell(two->column[0], two->column[1], (enum fact)f), MARK_NONE);
    }
    session_free(none);
    session_free(two);
}

/* A row's mark must not hang on who stands first. */
static void order_does_not_matter(void **state)
{
    (void)state;
    const char *const *const sets[] = {
        CELLS(GCM, CHACHA, CBC), CELLS(CHACHA, CBC, GCM), CELLS(CBC, GCM, CHACHA),
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct session *s = session_of(FACT_CIPHER, sets[i]);
        assert_int_equal(diff_row(s, FACT_CIPHER), MARK_DIFFER);
        session_free(s);
    }
    const char *const *const clocks[] = {
        CELLS(OFFSET(0, 1), OFFSET(1.9, 1), OFFSET(-1.9, 1)), CELLS(OFFSET(1.9, 1), OFFSET(0, 1), OFFSET(-1.9, 1)),
    };
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        struct session *s = session_of(FACT_CLOCK, clocks[i]);
        assert_int_equal(diff_row(s, FACT_CLOCK), MARK_DIFFER);
        session_free(s);
    }
}

/* What matters comes first; a column's value, or its state, or null. */
static void the_list(void **state)
{
    (void)state;
    struct session *s = session_of(FACT_VERSION, CELLS("yes \"tls1.3\"", "yes \"tls1.2\"", "not-asked"));
    for (int i = 1; i <= 2; i++) {
        struct observation o[] = {
            { .column = i, .fact = FACT_TICKET, .state = i == 1 ? STATE_YES : STATE_NO, .probe = "other" },
            { .column = i, .fact = FACT_EMS, .state = STATE_YES, .probe = "other" } };
        session_see(s, &o[0]);
        session_see(s, &o[1]);
    }
    size_t n;
    struct difference *list = differences_of(s, &n);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].fact, FACT_VERSION);
    assert_true(list[0].matters);
    assert_int_equal(list[1].fact, FACT_TICKET);
    assert_false(list[1].matters);
    json_t *versions = difference_values(s, FACT_VERSION), *tickets = difference_values(s, FACT_TICKET);
    char *a = json_dumps(versions, JSON_COMPACT), *b = json_dumps(tickets, JSON_COMPACT);
    assert_string_equal(a, "[\"tls1.3\",\"tls1.2\",null]");
    assert_string_equal(b, "[true,false,null]");
    free(a);
    free(b);
    json_decref(versions);
    json_decref(tickets);
    free(list);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks),
        cmocka_unit_test(fresh_columns),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(the_list),
    };
    return cmocka_run_group_tests_name("model/diff", tests, NULL, NULL);
}
