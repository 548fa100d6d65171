/* The conversation with a prober, played by the test over a socket pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/work.h"

static struct ev_loop *loop;
static struct work *w;
static int far_end, near_end;
static unsigned changes;

static void changed(void *arg)
{
    (void)arg;
    changes++;
}

static int setup(void **state)
{
    (void)state;
    static char first[] = "https://shop.example";
    static char *const endpoints[] = { first };
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    near_end = pair[0];
    far_end = pair[1];
    loop = ev_loop_new(EVFLAG_AUTO);
    static struct ui_options o; /* it outlives the work */
    o = (struct ui_options){ .prober = near_end, .endpoint = endpoints, .endpoint_count = 1,
                            .why = { .min_days = -1 } };
    w = work_new(loop, &o, 1790000000., changed, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    work_free(w);
    ev_loop_destroy(loop);
    close(near_end);
    if (far_end >= 0)
        close(far_end);
    return 0;
}

static void turn(void)
{
    for (int i = 0; i < 4; i++)
        ev_run(loop, EVRUN_NOWAIT);
    work_refresh(w);
}

static void say(const char *line)
{
    assert_int_equal(send(far_end, line, strlen(line), MSG_NOSIGNAL), strlen(line));
    assert_int_equal(send(far_end, "\n", 1, MSG_NOSIGNAL), 1);
    turn();
}

/* What was asked since the last look; lent until the next. */
static const char *heard(void)
{
    static char text[1 << 16];
    turn();
    ssize_t n = recv(far_end, text, sizeof text - 1, MSG_DONTWAIT);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static const struct session *session(void)
{
    return work_scene(w)->session;
}

#define COLUMN \
    "{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0,\"endpoint\":\"https://shop.example\"," \
    "\"address\":\"192.0.2.1:443\",\"vantage\":\"local\"}"
#define FACT(name, state, value) \
    "{\"t\":\"fact\",\"column\":1,\"fact\":\"" name "\",\"state\":\"" state "\",\"value\":" value \
    ",\"probe\":\"handshake\",\"time\":\"2026-09-21T14:13:21.000Z\",\"ms\":2.5,\"text\":\"seen\"," \
    "\"bytes\":\"160301\"}"
#define DONE "{\"t\":\"done\",\"column\":1}"

static void asks_and_is_answered(void **state)
{
    (void)state;
    assert_non_null(strstr(heard(), "\"https://shop.example"));
    assert_int_equal(work_scene(w)->waiting, 1);
    assert_false(work_idle(w));
    say(COLUMN);
    assert_int_equal(work_scene(w)->waiting, 0);
    assert_int_equal(session()->count, 1);
    assert_true(changes > 0);
    assert_false(work_idle(w));
}

/* A client that came is no endpoint: nothing is asked of it, and nobody waits for an answer. */
static void asks_no_client(void **state)
{
    (void)state;
    heard();
    say("{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0,\"endpoint\":\"tls://127.0.0.1:8443\","
        "\"address\":\"192.0.2.9:40000\",\"vantage\":\"client\"}");
    say(FACT("handshake", "no", "\"alert\""));
    say(DONE);
    assert_string_equal(heard(), "");
    assert_true(work_idle(w));
    work_again(w, 0, true);
    work_try_clients(w, 0);
    work_try_clients(w, 1);
    assert_int_equal(work_settle(w), 0);
    assert_string_equal(heard(), "");
    assert_true(work_idle(w));
}

/* A failed handshake makes the reasoning want more, by itself only so many times. */
static void wants_more_a_few_times(void **state)
{
    (void)state;
    int wants = 0;
    heard();
    say(COLUMN);
    say(FACT("handshake", "no", "\"alert\""));
    say(FACT(
        "failure", "yes",
        "{\"kind\":\"alert\",\"stage\":\"nothing\",\"alert\":{\"level\":\"fatal\",\"number\":70,"
        "\"name\":\"protocol_version\"},\"received\":7,\"protocol\":null,\"hint\":null,\"local\":"
        "null}"));
    for (int i = 0; i < 2 * WHY_ROUNDS_MAX; i++) {
        say(DONE);
        const char *asked = heard();
        wants += strstr(asked, "\"want\"") != NULL;
    }
    assert_in_range(wants, 1, WHY_ROUNDS_MAX);
    assert_true(work_idle(w));
}

static void stop_ends_the_questions(void **state)
{
    (void)state;
    heard();
    say(COLUMN);
    say(FACT("handshake", "no", "\"alert\""));
    work_stop(w);
    assert_non_null(strstr(heard(), "\"stop\""));
    say(DONE);
    assert_string_equal(heard(), "");
    assert_true(work_idle(w));
}

static void everything_is_asked_for_on_demand(void **state)
{
    (void)state;
    heard();
    say(COLUMN);
    say(DONE);
    heard();
    work_again(w, 1, true);
    assert_string_equal(heard(), "{\"t\":\"again\",\"column\":1,\"full\":true}\n");
    assert_false(work_idle(w));
    say(DONE);
    heard();
    work_again(w, 0, false);
    assert_string_equal(heard(), "{\"t\":\"again\",\"column\":1}\n");
}

static void removed_comes_back_whole(void **state)
{
    (void)state;
    heard();
    say(COLUMN);
    say(FACT("version", "yes", "\"tls1.3\""));
    work_remove(w, 1);
    turn();
    assert_int_equal(session()->count, 0);
    say(FACT("cipher", "yes", "\"TLS_AES_256_GCM_SHA384\"")); /* found meanwhile */
    assert_int_equal(session()->count, 0);
    assert_true(work_undo(w));
    assert_false(work_undo(w));
    assert_int_equal(session()->count, 1);
    assert_string_equal(column_word(session()->column[0], FACT_VERSION), "tls1.3");
    assert_string_equal(column_word(session()->column[0], FACT_CIPHER), "TLS_AES_256_GCM_SHA384");
    assert_string_equal(session()->column[0]->address, "192.0.2.1:443");
    int e = session()->column[0]->fact[FACT_VERSION].evidence;
    assert_true(e > 0);
    assert_string_equal(session()->evidence[e].text, "seen");
    assert_int_equal(session()->evidence[e].bytes_len, 3);
}

/* Held in the middle of a line, and let go in the middle of another. */
static void held_and_let_go(void **state)
{
    (void)state;
    static const char fact[] = FACT("version", "yes", "\"tls1.2\"") "\n";
    heard();
    assert_int_equal(send(far_end, COLUMN "\n", sizeof COLUMN, MSG_NOSIGNAL), sizeof COLUMN);
    assert_int_equal(send(far_end, fact, 40, MSG_NOSIGNAL), 40);
    turn();
    work_hold(w, true);
    send(far_end, fact + 40, 20, MSG_NOSIGNAL);
    turn();
    assert_int_equal(session()->column[0]->fact[FACT_VERSION].state, NOT_ASKED);
    work_hold(w, false);
    send(far_end, fact + 60, sizeof fact - 61, MSG_NOSIGNAL);
    turn();
    assert_string_equal(column_word(session()->column[0], FACT_VERSION), "tls1.2");
    assert_null(work_scene(w)->trouble);
}

static void end_of_the_prober_is_said(void **state)
{
    (void)state;
    heard();
    say(COLUMN);
    close(far_end);
    far_end = -1;
    turn();
    assert_true(work_scene(w)->gone);
    assert_int_equal(session()->count, 1);
    assert_non_null(strstr(work_scene(w)->trouble, "ended"));
    assert_true(work_idle(w));
    work_ask(w, "https://other.example"); /* and nothing happens */
    work_again(w, 0, false);
    assert_int_equal(work_scene(w)->waiting, 0);
}

static void nonsense_is_trouble_not_the_end(void **state)
{
    (void)state;
    heard();
    say("{\"t\":\"nothing we know\"}");
    say("\x01\xff garbage");
    assert_non_null(work_scene(w)->trouble);
    say(COLUMN);
    assert_int_equal(session()->count, 1);
}

static void nothing_new_nothing_to_draw(void **state)
{
    (void)state;
    heard();
    say(COLUMN);
    assert_false(work_stale(w));
    assert_false(work_refresh(w));
}

static void answers_are_part_of_the_session(void **state)
{
    (void)state;
    say(COLUMN);
    say("{\"t\":\"fact\",\"column\":1,\"fact\":\"handshake\",\"state\":\"yes\",\"value\":\"ok\",\"probe\":\"handshake\","
        "\"time\":\"2026-09-21T14:13:21.000Z\",\"ms\":1}");
    say("{\"t\":\"fact\",\"column\":1,\"fact\":\"trusted\",\"state\":\"yes\",\"value\":\"Root\",\"probe\":\"handshake\","
        "\"time\":\"2026-09-21T14:13:21.000Z\",\"ms\":1}");
    say("{\"t\":\"fact\",\"column\":1,\"fact\":\"cert_reasons\",\"state\":\"no\",\"value\":null,\"probe\":\"handshake\","
        "\"time\":\"2026-09-21T14:13:21.000Z\",\"ms\":1}");
    say("{\"t\":\"done\",\"column\":1}");
    assert_int_equal(work_scene(w)->ok, 1);
    heard();
    work_answer(w, QUESTION_FAILS, "yes");
    assert_true(work_refresh(w));
    assert_int_equal(work_scene(w)->unsure, 1);
    assert_true(work_scene(w)->said[QUESTION_FAILS].differs);
    assert_string_equal(heard(), ""); /* it is none of the prober's business */
    work_answer(w, QUESTION_FAILS, NULL);
    assert_true(work_refresh(w));
    assert_int_equal(work_scene(w)->ok, 1);
    say("{\"t\":\"answer\",\"question\":\"fails\",\"value\":\"yes\"}"); /* as a file has it */
    assert_int_equal(work_scene(w)->unsure, 1);
}

static void begins_with_answers(void **state)
{
    (void)state;
    static char some[] = "some";
    static char *const answers[QUESTION_COUNT] = { [QUESTION_CLIENTS] = some };
    static struct ui_options o;
    o = (struct ui_options){ .prober = near_end, .answer = answers };
    struct work *other = work_new(loop, &o, 1790000000., changed, NULL);
    assert_string_equal(work_scene(other)->session->answer[QUESTION_CLIENTS], "some");
    assert_null(work_scene(other)->session->answer[QUESTION_FAILS]);
    work_free(other);
}

/* --- logs: a second conversation ----------------------------------------------------------------- */

static int logs_near, logs_far;
static unsigned recorded;

static void record(void *arg, const struct event *ev)
{
    assert_null(arg);
    recorded += ev->kind == EVENT_LOG || ev->kind == EVENT_LINE;
}

static struct work *logs_begin(void)
{
    static struct ui_options o;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    logs_near = pair[0];
    logs_far = pair[1];
    recorded = 0;
    o = (struct ui_options){ .prober = near_end, .logs = logs_near, .reads = true, .record = record };
    return work_new(loop, &o, 1790000000., changed, NULL);
}

static void logs_say(struct work *of, const char *text)
{
    assert_int_equal(send(logs_far, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    turn();
    work_refresh(of);
}

static void logs_end(struct work *of)
{
    work_free(of);
    close(logs_near);
    if (logs_far >= 0)
        close(logs_far);
}

#define LOG_LINE "{\"t\":\"line\",\"number\":1,\"value\":{\"file\":\"a.log\",\"line\":3,\"text\":\"no shared cipher\"}}\n"
#define LOG_SUM(more) "{\"t\":\"log\",\"value\":{\"answers\":{\"clients\":\"some\"},\"causes\":[{\"cause\":" \
    "\"cipher-mismatch\",\"percent\":90,\"events\":4,\"lines\":[1]}]" more "}}\n"

static void logs_join_the_session(void **state)
{
    (void)state;
    struct work *of = logs_begin();
    const struct scene *s = work_scene(of);
    assert_true(s->reading);
    assert_false(work_idle(of));
    logs_say(of, LOG_LINE LOG_SUM(",\"more\":true"));
    assert_true(s->reading); /* it is not through */
    assert_int_equal(s->session->log.count, 1);
    assert_string_equal(session_says(s->session, QUESTION_CLIENTS), "some");
    assert_int_equal(s->verdict->candidate_count, 1); /* and the ranking has it */
    assert_int_equal(s->verdict->candidate[0].cause, CAUSE_CIPHER_MISMATCH);
    assert_int_equal(s->verdict->candidate[0].for_count, 1);
    logs_say(of, LOG_SUM(""));
    assert_false(s->reading);
    assert_true(work_idle(of));
    assert_int_equal(recorded, 3);
    work_log(of, "/tmp/b.log");
    work_follow(of, true);
    assert_true(s->reading);
    char asked[500];
    ssize_t n = recv(logs_far, asked, sizeof asked - 1, MSG_DONTWAIT);
    asked[n > 0 ? n : 0] = '\0';
    assert_string_equal(asked, "{\"t\":\"read\",\"text\":\"/tmp/b.log\"}\n{\"t\":\"follow\",\"full\":true}\n");
    logs_end(of);
}

static void noted(struct work *of, const char *words)
{
    char *note = work_note(of);
    assert_non_null(note);
    assert_non_null(strstr(note, words));
    free(note);
}

/* It may say nothing about columns; what is no line of ours is trouble and no end; its end is said, and all else goes on. */
static void logs_are_not_trusted(void **state)
{
    (void)state;
    struct work *of = logs_begin();
    const struct scene *s = work_scene(of);
    logs_say(of, COLUMN "\n" DONE "\n" "{\"t\":\"answer\",\"question\":\"fails\",\"value\":\"yes\"}\n");
    assert_int_equal(s->session->count, 0);
    assert_null(s->session->answer[QUESTION_FAILS]);
    logs_say(of, "nonsense\n");
    assert_non_null(s->trouble);
    logs_say(of, LOG_LINE);
    assert_int_equal(s->session->log.count, 1);
    logs_say(of, "{\"t\":\"trouble\",\"ask\":0,\"text\":\"can't open x.log\"}\n");
    noted(of, "can't open x.log"); /* whatever pane is shown */
    close(logs_far);
    logs_far = -1;
    turn();
    work_refresh(of);
    assert_non_null(strstr(s->trouble, "reads logs has ended"));
    assert_false(s->gone);
    assert_false(s->reading);
    noted(of, "reads logs has ended");
    work_log(of, "x");
    assert_false(s->reading);
    noted(of, "No log can be read here");
    logs_end(of);
}

/* While the picture is held nothing is taken from there. */
static void logs_wait_while_held(void **state)
{
    (void)state;
    struct work *of = logs_begin();
    work_hold(of, true);
    logs_say(of, LOG_LINE LOG_SUM(""));
    assert_int_equal(work_scene(of)->session->log.count, 0);
    work_hold(of, false);
    turn();
    assert_int_equal(work_scene(of)->session->log.count, 1);
    logs_end(of);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(asks_and_is_answered), T(wants_more_a_few_times), T(stop_ends_the_questions), T(everything_is_asked_for_on_demand),
        T(removed_comes_back_whole), T(held_and_let_go), T(end_of_the_prober_is_said),
        T(nonsense_is_trouble_not_the_end), T(nothing_new_nothing_to_draw),
        T(answers_are_part_of_the_session), T(begins_with_answers), T(asks_no_client),
        T(logs_join_the_session), T(logs_are_not_trusted), T(logs_wait_while_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
