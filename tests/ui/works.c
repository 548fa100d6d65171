/* The table of the Clients pane: its states, its rows and marks, and that it is worked out once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ui/fixture.h"
#include "ui/pane.h"
#include "ui/works.h"

static size_t client_at(const char *name)
{
    const struct client *c = client_find(name);
    assert_non_null(c);
    return (size_t)(c - client_table);
}

static void assert_row(const struct works *w, const char *client, const char *glyphs)
{
    char got[16] = "";
    size_t at = client_at(client);
    for (size_t i = 0; i < w->columns && i < 15; i++)
        got[i] = works_table[works_state(w, at, w->column[i].id)].glyph;
    assert_string_equal(got, glyphs);
}

static void every_state_has_its_own_glyph(void **state)
{
    (void)state;
    for (int a = 0; a < WORKS_STATES; a++)
        for (int b = 0; b < a; b++)
            assert_int_not_equal(works_table[a].glyph, works_table[b].glyph);
    char *legend = clients_legend();
    for (int a = 0; a < WORKS_STATES; a++)
        assert_non_null(strchr(legend, works_table[a].glyph));
    assert_true(strlen(legend) < 80);
    free(legend);
}

/* Nothing is known before anything was enumerated; then what fits, could not be asked, was not asked yet. */
static void states_of_all_columns(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 6);
    assert_row(f.scene.works, "default", "......");
    assert_int_equal(f.scene.works->unfilled, 6);
    fixture_fill(&f);
    assert_row(f.scene.works, "default", "#-##/.");
    assert_row(f.scene.works, "windows-7", "--?#/."); /* of C whether TLS 1.0 is taken is not known: silence */
    assert_int_equal(f.scene.works->unfilled, 2);
    assert_int_equal(f.scene.works->untried, 5);
    const struct client_result *r = works_result(f.scene.works, client_at("windows-7"), 1);
    assert_string_equal(r->why, "this client offers TLS 1.0 at most, the server takes TLS 1.2 and 1.3");
    r = works_result(f.scene.works, 0, 4);
    assert_true(r->tried);
    assert_null(works_result(f.scene.works, client_count, 1));
    assert_null(works_result(f.scene.works, 0, 99));
    fixture_free(&f);
}

static void marks_against_the_reference(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 4);
    fixture_fill(&f);
    const struct works *w = f.scene.works;
    size_t old = client_at("windows-7");
    assert_int_equal(works_mark(w, 0, 1, 2), MARK_DIFFER);
    assert_int_equal(works_mark(w, 0, 1, 3), MARK_NONE);
    assert_int_equal(works_mark(w, old, 1, 4), MARK_DIFFER);
    assert_int_equal(works_mark(w, old, 1, 3), MARK_NONE); /* nobody knows */
    assert_int_equal(w->mark[old], MARK_DIFFER);
    assert_true(w->differ > 0);
    fixture_free(&f);
    fixture_init(&f, 1);
    assert_int_equal(f.scene.works->mark[0], MARK_NONE);
    fixture_free(&f);
}

/* Each client once, the default first, the others under one heading each, newest first. */
static void rows_are_in_order(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 1);
    const struct works *w = f.scene.works;
    bool *seen = calloc(client_count, sizeof *seen);
    assert_int_equal(w->order[0], 0);
    for (size_t i = 0; i < client_count; i++) {
        assert_false(seen[w->order[i]]);
        seen[w->order[i]] = true;
        const char *since = client_table[w->order[i]].since, *before = i > 1 ? client_table[w->order[i - 1]].since : NULL;
        if (i > 1)
            assert_true(strcmp(before ? before : "", since ? since : "") >= 0);
        if (i > 1 && works_heading(w->order[i]) != works_heading(w->order[i - 1]))
            for (size_t k = 1; k < i - 1; k++)
                assert_ptr_not_equal(works_heading(w->order[k]), works_heading(w->order[i]));
    }
    free(seen);
    fixture_free(&f);
}

/* A column that has not changed keeps its results, also in another place; one that has does not. */
static void worked_out_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 4);
    fixture_fill(&f);
    const struct client_result *a = works_result(f.scene.works, 0, 1), *d = works_result(f.scene.works, 0, 4);
    scene_look(&f.scene);
    assert_ptr_equal(works_result(f.scene.works, 0, 1), a);
    session_remove(f.session, 2);
    struct observation o = { .column = 1, .fact = FACT_VERSIONS, .state = STATE_YES, .probe = "other", .ms = -1,
                             .value = json_pack("{s:s, s:s, s:s}", "tls1.0", "accepted", "tls1.2", "closed", "tls1.3",
                                                "closed") };
    session_see(f.session, &o);
    scene_look(&f.scene);
    assert_ptr_equal(works_result(f.scene.works, 0, 4), d);
    assert_int_equal(works_state(f.scene.works, 0, 1), WORKS_NO); /* TLS 1.0 alone now */
    session_forget(f.session, 4);
    scene_look(&f.scene);
    assert_null(works_result(f.scene.works, 0, 4));
    fixture_free(&f);
}

/* F and M ask for more in this pane than in others. */
static void fills_by_trying(void **state)
{
    (void)state;
    static const struct { const char *keys; enum effect_kind kind; int column; } rows[] = {
        { "6 F", EFFECT_TRY_CLIENTS, 1 }, { "6 M", EFFECT_TRY_CLIENTS, 0 }, { "6 l F", EFFECT_TRY_CLIENTS, 2 },
        { "5 F", EFFECT_ENUMERATE, 1 }, { "5 M", EFFECT_ENUMERATE, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        struct effect e;
        fixture_init(&f, 2);
        struct view *v = view_new(PANE_COMPARE, NULL);
        fixture_press(&f, v, 80, 24, rows[i].keys);
        assert_true(view_effect(v, &e));
        assert_int_equal(e.kind, rows[i].kind);
        assert_int_equal(e.column, rows[i].column);
        free(e.text);
        assert_false(view_effect(v, &e));
        view_free(v);
        fixture_free(&f);
    }
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
        "5", "[]", "\"x\"", "{\"default\":5}", "{\"default\":{\"answer\":\"accepted\"}}", "{\"tls1.3\":\"accepted\"}",
        "{\"tls1.3\":{\"accepted\":[3,null,\"\",\"TLS_AES_128_GCM_SHA256\"]}}", "{\"default\":{\"answer\":\"\\u001b[2J\"}}",
    };
    static const enum fact facts[] = { FACT_CLIENTS, FACT_VERSIONS, FACT_CIPHERS, FACT_GROUPS, FACT_CHAIN, FACT_REASONS };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t k = 0; k < sizeof facts / sizeof *facts; k++) {
            struct fixture f;
            fixture_init(&f, 2);
            see(f.session, 1, FACT_CIPHERS, "{}");
            see(f.session, 1, facts[k], values[i]);
            scene_look(&f.scene);
            struct view *v = view_new(PANE_CLIENTS, NULL);
            fixture_press(&f, v, 80, 24, "j j Enter q G D y /");
            view_free(v);
            fixture_free(&f);
        }
}

/* However many columns: what has not changed is not worked out again. */
static void a_thousand_are_worked_out_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 1000);
    fixture_fill(&f);
    const struct client_result **before = calloc(1000, sizeof *before);
    for (int i = 0; i < 1000; i++)
        before[i] = works_result(f.scene.works, 0, i + 1);
    struct view *v = view_new(PANE_CLIENTS, NULL);
    fixture_press(&f, v, 200, 60, "j l j l G");
    f.scene.works = works_of(f.session, f.scene.works);
    for (int i = 0; i < 1000; i++)
        assert_ptr_equal(works_result(f.scene.works, 0, i + 1), before[i]);
    assert_non_null(before[999]);
    free(before);
    view_free(v);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_own_glyph), cmocka_unit_test(states_of_all_columns),
        cmocka_unit_test(marks_against_the_reference), cmocka_unit_test(rows_are_in_order),
        cmocka_unit_test(worked_out_once), cmocka_unit_test(fills_by_trying), cmocka_unit_test(any_shape_is_survived),
        cmocka_unit_test(a_thousand_are_worked_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
