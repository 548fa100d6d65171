/* What keys change: the action table as a whole, and the transitions one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "tests/ui/fixture.h"
#include "ui/action.h"
#include "ui/keys.h"

#define W 80
#define H 24

static void assert_known(void *arg, int key)
{
    (void)arg;
    assert_int_not_equal(key, K_NONE);
}

static void table_is_complete(void **state)
{
    (void)state;
    for (enum action a = 0; a < ACTION_COUNT; a++) {
        const struct action_row *r = &action_table[a];
        assert_true(*r->keys && *r->name && *r->help);
        assert_null(strchr(r->name, ' '));
        action_each_key(a, assert_known, NULL);
        bool anywhere = false;
        for (enum place p = 0; p < PLACE_COUNT; p++)
            anywhere |= action_holds(a, p);
        assert_true(anywhere);
        for (enum action b = 0; b < a; b++)
            assert_string_not_equal(action_table[b].name, r->name);
    }
}

struct uses { enum place place; enum action action; };

static void assert_sole(void *arg, int key)
{
    const struct uses *u = arg;
    for (enum action b = 0; b < ACTION_COUNT; b++)
        if (b != u->action && action_holds(b, u->place) &&
            (action_table[b].context == CONTEXT_QUESTION) == (action_table[u->action].context == CONTEXT_QUESTION))
            assert_false(action_has_key(b, key));
    assert_int_equal(action_find(u->place, key), u->action);
}

static void no_key_twice(void **state)
{
    (void)state;
    for (enum place p = 0; p < PLACE_COUNT; p++)
        for (enum action a = 0; a < ACTION_COUNT; a++) {
            struct uses u = { p, a };
            if (p == PLACE_QUESTION ? action_shown(a, p) : action_holds(a, p))
                action_each_key(a, assert_sole, &u);
        }
}

/* What can be seen from outside when an action was done. */
struct seen_state {
    enum pane_id top;
    enum prompt prompt;
    int column, reference, depth, index;
    bool only_diff, paused, stopped, help;
    size_t effects, marks, at, len;
    bool message;
};

static struct seen_state look(struct view *v)
{
    struct seen_state s;
    memset(&s, 0, sizeof s); /* the padding too: it is compared as bytes */
    s.top = view_top(v);
    s.prompt = v->prompt;
    s.column = v->column;
    s.reference = v->reference;
    s.depth = v->depth;
    s.index = view_spot(v)->index;
    s.only_diff = v->only_diff;
    s.paused = v->paused;
    s.stopped = v->stopped;
    s.help = v->help;
    s.effects = v->effect_count;
    s.marks = v->mark_count;
    s.at = v->line.at;
    s.len = v->line.len;
    s.message = v->message != NULL;
    return s;
}

/* Where each action has something to do: keys that lead there. */
static const char *stage_of(enum action a)
{
    switch (a) {
    case ACTION_UP: case ACTION_PAGE_UP: case ACTION_TOP: return "2 G";
    case ACTION_LEFT: return "2 l";
    case ACTION_BACK: return "2 ?";
    case ACTION_FIND_NEXT: case ACTION_FIND_PREV: return "2 / text:e Enter";
    case ACTION_CHAR_RIGHT: case ACTION_DELETE: case ACTION_LINE_END: return "2 : text:abc Home";
    case ACTION_COMPLETE: case ACTION_ERASE: case ACTION_CHAR_LEFT: case ACTION_LINE_START:
    case ACTION_CLEAR: case ACTION_ACCEPT: case ACTION_CANCEL: return "2 : text:compar";
    case ACTION_COMPARE: return "1";
    case ACTION_OPEN: return "2 j";
    case ACTION_ANSWER_YES: case ACTION_ANSWER_WHILES: case ACTION_ANSWER: case ACTION_UNANSWER: return "4 Enter";
    case ACTION_ANSWER_BURSTS: return "4 Enter j j j j j";
    default: return action_table[a].context == CONTEXT_PROMPT     ? "2 : text:x"
                    : action_table[a].context == CONTEXT_LOG      ? "0"
                    : action_table[a].context == CONTEXT_QUESTION ? "4 Enter j"
                                                                  : "2";
    }
}

struct reach { enum action action; };

static void assert_does_something(void *arg, int key)
{
    const struct reach *r = arg;
    struct fixture f;
    char name[KEY_NAME_LEN];
    fixture_init(&f, 6);
    struct view *v = view_new(PANE_WHY, NULL);
    fixture_press(&f, v, W, H, stage_of(r->action));
    free(v->message);
    v->message = NULL;
    struct seen_state before = look(v);
    fixture_press(&f, v, W, H, keys_name(key, name));
    struct seen_state after = look(v);
    if (memcmp(&before, &after, sizeof before) == 0)
        fail_msg("%s (%s) changes nothing that can be seen", name, action_table[r->action].name);
    view_free(v);
    fixture_free(&f);
}

static void every_key_does_something(void **state)
{
    (void)state;
    for (enum action a = 0; a < ACTION_COUNT; a++) {
        struct reach r = { a };
        action_each_key(a, assert_does_something, &r);
    }
}

static struct fixture f6;
static struct view *v;

static int setup(void **state)
{
    (void)state;
    fixture_init(&f6, 6);
    v = view_new(PANE_COMPARE, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    view_free(v);
    fixture_free(&f6);
    return 0;
}

static void press(const char *keys)
{
    fixture_press(&f6, v, W, H, keys);
}

static enum effect_kind only_effect(int *column, char **text)
{
    struct effect e;
    assert_true(view_effect(v, &e));
    assert_int_equal(v->effect_count, 0);
    if (column)
        *column = e.column;
    if (text)
        *text = e.text;
    else
        free(e.text);
    return e.kind;
}

static void escape_never_quits(void **state)
{
    (void)state;
    press("Esc Esc Esc j Enter Esc Esc ? Esc Esc : Esc Esc");
    assert_int_equal(v->effect_count, 0);
    assert_int_equal(view_top(v), PANE_COMPARE);
}

static void q_goes_back_then_quits(void **state)
{
    (void)state;
    press("j Enter ? q");
    assert_int_equal(view_top(v), PANE_DETAIL);
    press("q");
    assert_int_equal(view_top(v), PANE_COMPARE);
    assert_int_equal(v->effect_count, 0);
    press("q");
    assert_int_equal(only_effect(NULL, NULL), EFFECT_QUIT);
}

static void first_stop_keeps_second_quits(void **state)
{
    (void)state;
    press("C-c");
    assert_int_equal(only_effect(NULL, NULL), EFFECT_STOP);
    assert_non_null(v->message);
    press("j R");
    assert_int_equal(only_effect(NULL, NULL), EFFECT_AGAIN);
    press("C-c");
    assert_int_equal(only_effect(NULL, NULL),
                     EFFECT_STOP); /* new work: it is stopped first again */
    press("j C-c");
    assert_int_equal(only_effect(NULL, NULL), EFFECT_QUIT);
}

static void redraw_does_nothing_else(void **state)
{
    (void)state;
    press("j l");
    struct seen_state before = look(v);
    press("C-l");
    assert_int_equal(only_effect(NULL, NULL), EFFECT_REDRAW);
    struct seen_state after = look(v);
    assert_memory_equal(&before, &after, sizeof before);
}

static void logs_are_read_and_followed(void **state)
{
    (void)state;
    struct effect e;
    press("0");
    assert_int_equal(view_top(v), PANE_LOG);
    press("o Enter"); /* no name: the prompt stays */
    assert_int_equal(v->prompt, PROMPT_LOG);
    press("text:/tmp/a.log Enter");
    assert_true(view_effect(v, &e));
    assert_int_equal(e.kind, EFFECT_LOG);
    assert_string_equal(e.text, "/tmp/a.log");
    free(e.text);
    press("2 : text:log Space text:b Space text:c.log Enter"); /* a blank is part of the name */
    assert_int_equal(view_top(v), PANE_LOG);
    assert_true(view_effect(v, &e));
    assert_string_equal(e.text, "b c.log");
    free(e.text);
    int follow;
    for (int i = 1; i >= 0; i--) {
        press("f");
        assert_int_equal(only_effect(&follow, NULL), EFFECT_FOLLOW);
        assert_int_equal(follow, i);
    }
}

/* Only lines that have it; Esc shows all again, and only then goes on. */
static void log_lines_are_filtered(void **state)
{
    (void)state;
    fixture_logs(&f6);
    press("0 / text:frobnicator Enter");
    assert_string_equal(v->log_filter, "frobnicator");
    press("Enter");
    assert_int_equal(view_top(v), PANE_DETAIL);
    assert_int_equal(v->detail[0].subject.kind, SUBJECT_LOG_LINE);
    assert_int_equal(v->detail[0].subject.a, 4);
    press("Esc");
    assert_non_null(v->log_filter);
    press("Esc");
    assert_null(v->log_filter);
    assert_int_equal(view_top(v), PANE_LOG);
}

static void bad_endpoint_stays_in_the_prompt(void **state)
{
    (void)state;
    press("a text:nope://x Enter");
    assert_int_equal(v->prompt, PROMPT_ADD);
    assert_string_equal(v->line.text, "nope://x");
    assert_non_null(strstr(v->message, "nope"));
    assert_int_equal(v->effect_count, 0);
    press("C-u text:shop.example:8443 Enter");
    char *text;
    assert_int_equal(only_effect(NULL, &text), EFFECT_ASK);
    assert_non_null(strstr(text, "shop.example:8443"));
    free(text);
    assert_int_equal(v->prompt, PROMPT_NONE);
}

static void change_begins_with_the_endpoint(void **state)
{
    (void)state;
    press("l c");
    assert_int_equal(v->prompt, PROMPT_COPY);
    assert_string_equal(v->line.text, session_column(f6.session, 2)->endpoint->text);
}

static void remove_takes_the_marked(void **state)
{
    (void)state;
    struct effect e;
    press("l Space l l Space d");
    assert_true(view_effect(v, &e) && e.kind == EFFECT_REMOVE && e.column == 2);
    assert_true(view_effect(v, &e) && e.kind == EFFECT_REMOVE && e.column == 4);
    assert_false(view_effect(v, &e));
    assert_int_equal(v->mark_count, 0);
    press("u");
    assert_int_equal(only_effect(NULL, NULL), EFFECT_UNDO);
}

/* However many are marked, each of them is asked. */
static void asks_all_the_marked(void **state)
{
    struct fixture many;
    struct effect e;
    int asked = 0;
    (void)state;
    fixture_init(&many, 100);
    for (int i = 0; i < 100; i++)
        fixture_press(&many, v, W, H, "Space l");
    assert_int_equal(v->mark_count, 100);
    fixture_press(&many, v, W, H, "R");
    assert_string_equal(v->message, "Probing 100 marked columns again.");
    while (view_effect(v, &e))
        asked += e.kind == EFFECT_AGAIN;
    assert_int_equal(asked, 100);
    fixture_free(&many);
}

static void enumerates_the_marked_or_all(void **state)
{
    (void)state;
    struct effect e;
    int column = -1;
    press("5 l F");
    assert_int_equal(only_effect(&column, NULL), EFFECT_ENUMERATE);
    assert_int_equal(column, 2);
    press("M");
    assert_int_equal(only_effect(&column, NULL), EFFECT_ENUMERATE);
    assert_int_equal(column, 0);
    press("Space l Space F");
    assert_true(view_effect(v, &e) && e.kind == EFFECT_ENUMERATE && e.column == 2);
    assert_true(view_effect(v, &e) && e.kind == EFFECT_ENUMERATE && e.column == 3);
    assert_false(view_effect(v, &e));
}

/* By the whole name, though a shorter one is shown; and the whole name is what is copied. */
static void matrix_finds_whole_names(void **state)
{
    (void)state;
    char *text;
    fixture_fill(&f6);
    press("5 / text:TLS_ECDHE_RSA_WITH_AES_128 Enter y");
    assert_int_equal(only_effect(NULL, &text), EFFECT_COPY);
    assert_string_equal(text, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    free(text);
    press("/ text:des-cbc3-sha Enter y");
    assert_int_equal(only_effect(NULL, &text), EFFECT_COPY);
    assert_string_equal(text, "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
    free(text);
    press("Enter");
    assert_int_equal(v->detail[0].subject.kind, SUBJECT_CELL);
    assert_int_equal(v->detail[0].subject.a, FACT_CIPHERS);
}

static void selection_follows_its_item(void **state)
{
    (void)state;
    press("j j j l l");
    assert_int_equal(view_column(v, &f6.scene)->id, 3);
    struct item before = view_spot(v)->item;
    session_remove(f6.session, 1);
    scene_look(&f6.scene);
    assert_int_equal(view_column(v, &f6.scene)->id, 3);
    press("D D");
    assert_memory_equal(&view_spot(v)->item, &before, sizeof before);
    session_remove(f6.session, 3);
    scene_look(&f6.scene);
    assert_non_null(view_column(v, &f6.scene)); /* gone: its neighbour */
}

static void reference_is_chosen_or_the_first_that_works(void **state)
{
    (void)state;
    assert_int_equal(view_reference(v, &f6.scene)->id, 1);
    press("l l r");
    assert_int_equal(view_reference(v, &f6.scene)->id, 3);
    session_remove(f6.session, 3);
    assert_int_equal(view_reference(v, &f6.scene)->id, 1);
}

static void finds_forward_and_back(void **state)
{
    (void)state;
    press("/ text:CHACHA Enter");
    assert_int_equal(view_spot(v)->item.a, FACT_CIPHER);
    press("n");
    assert_int_equal(view_spot(v)->item.a, FACT_CIPHER);
    assert_non_null(v->message);
    press("/ text:certs Enter N");
    assert_int_equal(view_spot(v)->item.a, FACT_CHAIN);
    press("/ text:not-in-here Enter");
    assert_non_null(strstr(v->message, "nowhere"));
}

static void help_runs_what_is_selected(void **state)
{
    (void)state;
    press("? / text:differ Enter");
    assert_int_equal(view_top(v), PANE_HELP);
    press("/ text:only_rows Backspace Backspace Backspace Backspace Enter");
    assert_non_null(v->filter);
    press("Esc / text:chain: Backspace Enter Enter");
    assert_int_equal(v->help, false);
}

static void commands_have_the_names_of_actions(void **state)
{
    (void)state;
    press(": text:chain Enter");
    assert_int_equal(view_top(v), PANE_CHAIN);
    press(": text:chian Enter");
    assert_int_equal(v->prompt, PROMPT_COMMAND);
    assert_non_null(strstr(v->message, "did you mean \"chain\""));
    press("Esc : text:all Enter");
    int column = -1;
    assert_int_equal(only_effect(&column, NULL), EFFECT_AGAIN);
    assert_int_equal(column, 0);
    press(": text:ad Tab");
    assert_string_equal(v->line.text, "add");
    press("Space text:mail.example Enter");
    char *text;
    assert_int_equal(only_effect(NULL, &text), EFFECT_ASK);
    assert_non_null(strstr(text, "mail.example"));
    free(text);
}

static void copies_the_whole_cell(void **state)
{
    (void)state;
    char *text;
    press("2 l l / text:Cipher Enter y");
    assert_int_equal(only_effect(NULL, &text), EFFECT_COPY);
    assert_string_equal(text, "TLS_CHACHA20_POLY1305_SHA256");
    free(text);
    press("1 / text:openssl Enter y");
    assert_int_equal(only_effect(NULL, &text), EFFECT_COPY);
    assert_string_equal(text, "openssl s_client -connect 10.0.0.2:443 -servername shop.example "
                              "-verify_return_error </dev/null");
    free(text);
}

static void nothing_is_asked_of_a_dead_prober(void **state)
{
    (void)state;
    f6.scene.gone = true;
    press("a");
    assert_int_equal(v->prompt, PROMPT_NONE);
    assert_non_null(strstr(v->message, "ended"));
    press("R A x c F M");
    assert_int_equal(v->effect_count, 0);
}

/* Who came to us can't be asked, and nobody is told that it was. */
static void nothing_is_asked_of_clients(void **state)
{
    (void)state;
    static const char *const keys[] = { "R", "A", "F", "M" };
    for (size_t i = 0; i < f6.session->count; i++) {
        struct column *c = f6.session->column[i];
        free(c->vantage);
        c->vantage = mem_string(VANTAGE_CLIENT);
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        press(keys[i]);
        assert_int_equal(v->effect_count, 0);
        assert_non_null(strstr(v->message, "can't be asked"));
    }
}

static void every_detail_opens(void **state)
{
    (void)state;
    press("1");
    for (int i = 0; i < 40; i++) {
        press("Enter Enter Enter q q q j");
        while (v->effect_count) {
            struct effect e;
            view_effect(v, &e);
            free(e.text);
        }
    }
    press("1 g j j j j j Enter");
    assert_int_equal(v->depth, 1);
    assert_int_equal(v->detail[0].subject.kind, SUBJECT_EVIDENCE);
    press("3 l Enter");
    assert_int_equal(v->detail[0].subject.kind, SUBJECT_CERT);
    press("q / text:issuer-unknown Enter Enter");
    assert_int_equal(v->detail[0].subject.kind, SUBJECT_FAULT);
    press("2 g Enter");
    assert_int_equal(view_top(v), PANE_WHY);
}

/* One key from a failing column to the first thing said about it. */
static void why_of_the_selected_column(void **state)
{
    (void)state;
    press("l 1");
    assert_int_equal(view_spot(v)->item.b, CAUSE_CERT_UNTRUSTED_CA);
    press("2 h 1");
    assert_int_equal(view_spot(v)->item.b, CAUSE_OCSP);
    press("2 l g Enter");
    assert_int_equal(view_top(v), PANE_WHY);
    assert_int_equal(view_spot(v)->item.b, CAUSE_CERT_UNTRUSTED_CA);
}

/* What a key leaves to be done, carried out as the loop would. */
static void answer(const char *keys, enum question q, const char *want)
{
    int question = -1;
    char *text = NULL;
    press(keys);
    assert_int_equal(only_effect(&question, &text), EFFECT_ANSWER);
    assert_int_equal(question, q);
    if (want)
        assert_string_equal(text, want);
    else
        assert_null(text);
    session_answer(f6.session, q, text);
    scene_look(&f6.scene);
    free(text);
}

static void questions_are_answered_by_letters(void **state)
{
    (void)state;
    press("4 a"); /* outside a question it adds an endpoint */
    assert_int_equal(v->prompt, PROMPT_ADD);
    press("Esc Enter");
    assert_true(v->asking);
    answer("y", QUESTION_FAILS, "yes"); /* and on to the next one */
    answer("s", QUESTION_CLIENTS, "some");
    answer("n", QUESTION_NETWORKS, ANSWER_UNKNOWN);
    press("b"); /* no answer to this one: what is one is said */
    assert_int_equal(v->effect_count, 0);
    assert_non_null(strstr(v->message, "a all, s some, o one"));
    answer("k u", QUESTION_NETWORKS, NULL);
    press("u");
    assert_int_equal(v->effect_count, 0);
    answer("g n", QUESTION_FAILS, "no");
    answer("k k g w", QUESTION_FAILS, "now-and-then");
    press("Esc");
    assert_false(v->asking);
    assert_int_equal(view_top(v), PANE_CHECKLIST);
    answer("g u", QUESTION_FAILS, NULL);
    press("Enter 2 4");
    assert_false(v->asking);
    press("u"); /* of columns */
    assert_int_equal(only_effect(NULL, NULL), EFFECT_UNDO);
}

static void answers_are_typed(void **state)
{
    (void)state;
    press("4 Enter j j j j Enter text:yesterday Enter");
    assert_int_equal(v->prompt, PROMPT_ANSWER);
    assert_non_null(strstr(v->message, "2026-11-20T03:00Z"));
    assert_int_equal(v->effect_count, 0);
    answer("C-u text:2026-11-20T03:00+01:00 Enter", QUESTION_SINCE, "2026-11-20T02:00Z");
    answer("2 : text:answer Space text:clients=one Enter", QUESTION_CLIENTS, "one");
    assert_int_equal(view_top(v), PANE_COMPARE);
    press(": text:answer Space text:clients=two Enter");
    assert_int_equal(v->effect_count, 0);
    assert_non_null(strstr(v->message, "all, some, one or unknown"));
    press("Esc : text:answer Enter");
    assert_non_null(strstr(v->message, "inside a question"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(no_key_twice),
        cmocka_unit_test(every_key_does_something),
        T(escape_never_quits),
        T(q_goes_back_then_quits),
        T(first_stop_keeps_second_quits),
        T(redraw_does_nothing_else),
        T(logs_are_read_and_followed), T(log_lines_are_filtered),
        T(bad_endpoint_stays_in_the_prompt),
        T(change_begins_with_the_endpoint),
        T(remove_takes_the_marked),
        T(asks_all_the_marked),
        T(enumerates_the_marked_or_all),
        T(matrix_finds_whole_names),
        T(selection_follows_its_item),
        T(reference_is_chosen_or_the_first_that_works),
        T(finds_forward_and_back),
        T(help_runs_what_is_selected),
        T(commands_have_the_names_of_actions),
        T(copies_the_whole_cell),
        T(nothing_is_asked_of_a_dead_prober),
        T(nothing_is_asked_of_clients),
        T(every_detail_opens),
        T(why_of_the_selected_column),
        T(questions_are_answered_by_letters),
        T(answers_are_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
