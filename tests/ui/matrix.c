/* matrix - tests of the table of what servers take: its states, its rows and its marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "tests/ui/fixture.h"
#include "ui/matrix.h"
#include "ui/render.h"

/* Colour may be gone and words may be cut: the glyph alone tells. */
static void every_state_has_its_own_glyph(void **state)
{
    (void)state;
    char *legend = matrix_legend();
    assert_true(text_width(legend) <= 79);
    for (enum taken a = 0; a < TAKEN_COUNT; a++) {
        assert_in_range(taken_table[a].glyph, 0x21, 0x7e);
        assert_true(*taken_table[a].word && *taken_table[a].says);
        for (enum taken b = 0; b < a; b++) {
            assert_int_not_equal(taken_table[a].glyph, taken_table[b].glyph);
            assert_string_not_equal(taken_table[a].word, taken_table[b].word);
        }
        char *entry = mem_format("%c %s", taken_table[a].glyph, taken_table[a].word);
        assert_non_null(strstr(legend, entry));
        free(entry);
    }
    free(legend);
}

static void answers_have_states(void **state)
{
    (void)state;
    static const struct { const char *answer; bool settled; char glyph; } rows[] = {
        { "accepted", true, '#' }, { "alert 40 handshake_failure", true, '-' }, { "answered by TLS 1.0", true, '-' },
        { "alert 80 internal_error", false, '?' }, { "chose what was not offered", true, '?' },
        { "closed", true, 'x' }, { "reset", false, 'x' }, { "refused", true, 'x' }, { "silent", true, 't' },
        { "slow", false, 't' }, { "not-tls", true, '?' }, { "protocol", true, '?' }, { "could-not-ask", true, '/' },
        { "", true, '?' }, { "nobody knows this word", true, '?' },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(taken_table[taken_of(rows[i].answer, rows[i].settled)].glyph, rows[i].glyph);
}

static const struct matrix_row *row_of(const struct matrix *m, enum matrix_kind kind, int version, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->row[i].kind == kind && m->row[i].version == version && strcmp(m->row[i].name, name) == 0)
            return &m->row[i];
    return NULL;
}

/* A row's glyphs and its mark, as on the screen. */
static void assert_row(const struct matrix *m, enum matrix_kind kind, int version, const char *name, const char *want)
{
    const struct matrix_row *r = row_of(m, kind, version, name);
    char got[32] = "";
    if (!r)
        fail_msg("there is no row %s", name);
    for (size_t i = 0; i < m->columns; i++)
        got[i] = taken_table[matrix_state(m, r, m->id[i])].glyph;
    got[m->columns] = (char)r->mark;
    got[m->columns + 1] = '\0';
    if (strcmp(got, want) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", name, got, want);
}

static void states_of_all_columns(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 6);
    fixture_fill(&f);
    const struct matrix *m = f.scene.matrix;
    assert_row(m, MATRIX_VERSIONS, 5, "tls1.3", "*x*#?.!");
    assert_row(m, MATRIX_VERSIONS, 4, "tls1.2", "#*#*/.~");
    assert_row(m, MATRIX_VERSIONS, 2, "tls1.0", "--t#/.!");
    assert_row(m, MATRIX_SUITES, 5, "TLS_AES_256_GCM_SHA384", "*x##/.!");
    assert_row(m, MATRIX_SUITES, 5, "TLS_CHACHA20_POLY1305_SHA256", "#x*#/.!");
    assert_row(m, MATRIX_SUITES, 4, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "#*##/.~");
    assert_row(m, MATRIX_SUITES, 4, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "--t#/.!");
    assert_row(m, MATRIX_SUITES, 4, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "----/..");
    assert_row(m, MATRIX_GROUPS, 5, "x25519", "#x##/.!");
    assert_row(m, MATRIX_GROUPS, 4, "x25519", "#-##/.!");
    assert_row(m, MATRIX_GROUPS, 4, "0x1234", "---#/.!");
    assert_row(m, MATRIX_SIGALGS, 4, "rsa_pkcs1_sha1", "---?/..");
    fixture_free(&f);
}

static void marks_against_the_reference(void **state)
{
    (void)state;
    for (enum taken a = 0; a < TAKEN_COUNT; a++)
        for (enum taken b = 0; b < TAKEN_COUNT; b++) {
            bool known = strchr("#*-xt", taken_table[a].glyph) && strchr("#*-xt", taken_table[b].glyph);
            bool taken = strchr("#*", taken_table[a].glyph) && strchr("#*", taken_table[b].glyph);
            enum mark want = a == b || !known ? MARK_NONE : taken ? MARK_CLASS : MARK_DIFFER;
            assert_int_equal(taken_mark(a, b), want);
        }
}

/* Rows of a block stand together, blocks from the newest version on, and no row twice. */
static void rows_are_in_order(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 6);
    fixture_fill(&f);
    const struct matrix *m = f.scene.matrix;
    int differ = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct matrix_row *r = &m->row[i];
        differ += r->mark == MARK_DIFFER || r->mark == MARK_CLASS;
        assert_true(row_of(m, r->kind, r->version, r->name) == r);
        if (i == 0)
            continue;
        assert_true(r[-1].kind < r->kind || (r[-1].kind == r->kind && r[-1].version >= r->version));
    }
    assert_int_equal(m->differ, differ);
    assert_int_equal(m->unfilled, 2); /* the one that could not be asked, and the one that is being probed */
    fixture_free(&f);
}

/* What clients offer has a row before anything was asked, and what was agreed is shown. */
static void something_from_the_start(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 3);
    assert_row(f.scene.matrix, MATRIX_VERSIONS, 5, "tls1.3", "*.*.");
    assert_row(f.scene.matrix, MATRIX_SUITES, 4, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ".*..");
    assert_row(f.scene.matrix, MATRIX_GROUPS, 5, "x25519", "....");
    assert_int_equal(f.scene.matrix->unfilled, 3);
    fixture_free(&f);
    fixture_init(&f, 0);
    assert_int_equal(f.scene.matrix->columns, 0);
    fixture_free(&f);
}

static void see(struct session *s, int column, enum fact f, const char *json)
{
    struct observation o = { .column = column, .fact = f, .state = STATE_YES, .probe = "other", .ms = -1,
                             .value = json_loads(json, JSON_DECODE_ANY, NULL) };
    assert_non_null(o.value);
    session_see(s, &o);
}

static void any_shape_is_survived(void **state)
{
    (void)state;
    static const char *const values[] = {
        "5", "[]", "\"x\"", "{\"tls1.3\":[\"x\"]}", "{\"tls1.3\":{\"accepted\":[3,null,\"\",\"TLS_\"]}}",
        "{\"tls1.2\":{\"accepted\":{},\"unsettled\":[3,{},{\"name\":\"a\"},{\"name\":\"b\",\"answer\":4}]}}",
        "{\"ssl2\":{\"accepted\":[\"SSL_CK_RC4_128_WITH_MD5\",\"\\u4f60\\u597d\"]},\"x\":{\"accepted\":[\"y\"]}}",
    };
    static const enum fact facts[] = { FACT_VERSIONS, FACT_CIPHERS, FACT_GROUPS, FACT_SIGALGS, FACT_VERSION,
                                       FACT_CIPHER };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t k = 0; k < sizeof facts / sizeof *facts; k++) {
            struct fixture f;
            fixture_init(&f, 2);
            see(f.session, 1, facts[k], values[i]);
            scene_look(&f.scene);
            struct view *v = view_new(PANE_MATRIX, NULL);
            fixture_press(&f, v, 80, 24, "j j Enter q G D y /");
            view_free(v);
            fixture_free(&f);
        }
}

/* However many names a file holds: the table ends somewhere. */
static void rows_have_an_end(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 1);
    json_t *list = json_array();
    for (int i = 0; i < 10000; i++)
        json_array_append_new(list, json_sprintf("NAME_%d", i));
    struct observation o = { .column = 1, .fact = FACT_CIPHERS, .state = STATE_YES, .probe = "other", .ms = -1,
                             .value = json_pack("{s:{s:o}}", "tls1.2", "accepted", list) };
    session_see(f.session, &o);
    scene_look(&f.scene);
    assert_true(f.scene.matrix->count <= 4000);
    fixture_free(&f);
}

/* A thousand columns have their places, and the cursor reaches the last one. */
static void a_thousand_columns(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 1000);
    fixture_fill(&f);
    struct view *v = view_new(PANE_MATRIX, NULL);
    for (int i = 0; i < 20; i++)
        fixture_press(&f, v, 200, 60, i % 2 ? "j" : "l");
    assert_int_equal(f.scene.matrix->columns, 1000);
    assert_int_equal(f.scene.matrix->unfilled, 2);
    view_free(v);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_own_glyph), cmocka_unit_test(answers_have_states),
        cmocka_unit_test(states_of_all_columns), cmocka_unit_test(marks_against_the_reference),
        cmocka_unit_test(rows_are_in_order), cmocka_unit_test(something_from_the_start),
        cmocka_unit_test(any_shape_is_survived), cmocka_unit_test(rows_have_an_end),
        cmocka_unit_test(a_thousand_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
