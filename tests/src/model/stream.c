/* stream - tests of the lines: every kind there and back, and hostile ones that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/stream.h"

/* --- there and back --- */

/* Takes the event. Its line, read and written again, is the same line. */
static void round_trip(struct event *ev, const char *want)
{
    struct event back;
    struct err e = { "" };
    char *line = event_format(ev);
    if (want)
        assert_string_equal(line, want);
    assert_int_equal(line[strlen(line) - 1], '\n');
    if (!event_parse(line, strlen(line), &back, &e))
        fail_msg("%s: %s", e.text, line);
    assert_string_equal(e.text, "");
    assert_int_equal(back.kind, ev->kind);
    assert_int_equal(back.column, ev->column);
    assert_int_equal(back.seen.state, ev->seen.state);
    char *again = event_format(&back);
    assert_string_equal(again, line);
    free(again);
    free(line);
    event_clear(&back);
    event_clear(ev);
}

static void every_kind(void **state)
{
    (void)state;
    struct event ev = { .kind = EVENT_COLUMN, .column = 1, .ask = 2, .nth = 3, .endpoint = mem_string("https://a.example"),
                        .address = mem_string("192.0.2.1:443"), .vantage = mem_string("local") };
    round_trip(&ev, "{\"t\":\"column\",\"id\":1,\"ask\":2,\"nth\":3,\"endpoint\":\"https://a.example\","
                    "\"address\":\"192.0.2.1:443\",\"vantage\":\"local\"}\n");
    ev = (struct event){ .kind = EVENT_COLUMN, .column = 9, .endpoint = mem_string("x") };
    round_trip(&ev, "{\"t\":\"column\",\"id\":9,\"ask\":0,\"nth\":0,\"endpoint\":\"x\",\"address\":null,\"vantage\":null}\n");
    static const struct { enum event_kind kind; const char *word; } plain[] = {
        { EVENT_BUSY, "busy" }, { EVENT_DONE, "done" }, { EVENT_FORGET, "forget" }, { EVENT_GONE, "gone" },
        { EVENT_AGAIN, "again" }, { EVENT_DROP, "drop" },
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        char *want = mem_format("{\"t\":\"%s\",\"column\":7}\n", plain[i].word);
        ev = (struct event){ .kind = plain[i].kind, .column = 7 };
        round_trip(&ev, want);
        free(want);
    }
    ev = (struct event){ .kind = EVENT_TROUBLE, .text = mem_string("no store \xe4\xb8\xad \"here\"") };
    round_trip(&ev, "{\"t\":\"trouble\",\"ask\":0,\"text\":\"no store \xe4\xb8\xad \\\"here\\\"\"}\n");
    ev = (struct event){ .kind = EVENT_ASK, .ask = 3, .endpoint = mem_string("smtp://mail.example:25") };
    round_trip(&ev, "{\"t\":\"ask\",\"ask\":3,\"endpoint\":\"smtp://mail.example:25\"}\n");
    ev = (struct event){ .kind = EVENT_NOTE, .ask = 3, .text = mem_string("listening on 127.0.0.1:8443") };
    round_trip(&ev, "{\"t\":\"note\",\"ask\":3,\"text\":\"listening on 127.0.0.1:8443\"}\n");
    ev = (struct event){ .kind = EVENT_LISTEN, .ask = 4, .text = mem_string("[::1]:8443") };
    round_trip(&ev, "{\"t\":\"listen\",\"ask\":4,\"endpoint\":null,\"text\":\"[::1]:8443\"}\n");
    ev = (struct event){ .kind = EVENT_LISTEN, .ask = 5, .text = mem_string("8443"), .endpoint = mem_string("tls://b.example:1") };
    round_trip(&ev, "{\"t\":\"listen\",\"ask\":5,\"endpoint\":\"tls://b.example:1\",\"text\":\"8443\"}\n");
    ev = (struct event){ .kind = EVENT_WANT, .column = 2 };
    ev.wanted[FACT_VERSIONS] = ev.wanted[FACT_NTP] = true;
    round_trip(&ev, "{\"t\":\"want\",\"column\":2,\"facts\":[\"versions\",\"ntp\"]}\n");
    ev = (struct event){ .kind = EVENT_WANT, .column = 2 };
    round_trip(&ev, "{\"t\":\"want\",\"column\":2,\"facts\":[]}\n");
    ev = (struct event){ .kind = EVENT_AGAIN, .column = 3, .full = true };
    round_trip(&ev, "{\"t\":\"again\",\"column\":3,\"full\":true}\n");
    ev = (struct event){ .kind = EVENT_ANSWER, .question = QUESTION_CLIENTS, .text = mem_string("some") };
    round_trip(&ev, "{\"t\":\"answer\",\"question\":\"clients\",\"value\":\"some\"}\n");
    ev = (struct event){ .kind = EVENT_ANSWER, .question = QUESTION_CHANGED };
    round_trip(&ev, "{\"t\":\"answer\",\"question\":\"changed\",\"value\":null}\n");
    ev = (struct event){ .kind = EVENT_STOP };
    round_trip(&ev, "{\"t\":\"stop\"}\n");
}

static struct event fact_event(enum fact f, enum state state, json_t *value)
{
    return (struct event){ .kind = EVENT_FACT, .column = 1, .seen = { .column = 1, .fact = f, .state = state,
        .value = value, .probe = "handshake", .time = 1800000000, .ms = -1 } };
}

static void every_fact_and_state(void **state)
{
    (void)state;
    for (int f = 0; f < FACT_COUNT; f++)
        for (int i = NOT_ASKED; i <= COULD_NOT_ASK; i++) {
            struct event ev = fact_event((enum fact)f, (enum state)i, i == STATE_YES ? json_string("w") : NULL);
            round_trip(&ev, NULL);
        }
    struct event ev = fact_event(FACT_VERSION, STATE_YES, json_string("tls1.3"));
    ev.seen.ms = 1.25;
    ev.seen.text = mem_string("said so");
    ev.seen.bytes = (uint8_t *)mem_copy("\x16\x03\x03", 3);
    ev.seen.bytes_len = 3;
    round_trip(&ev, "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"value\":\"tls1.3\","
                    "\"probe\":\"handshake\",\"time\":\"2027-01-15T08:00:00.000Z\",\"ms\":1.25,\"text\":\"said so\","
                    "\"bytes\":\"160303\"}\n");
}

static void every_value_and_time(void **state)
{
    (void)state;
    static const char *const values[] = {
        "0", "-17", "9223372036854775807", "0.1", "1e-300", "1.7976931348623157e308", "true", "false", "\"\"", "[]", "{}",
        "{\"b\":1,\"a\":[1,2,{\"c\":null}]}", "[[[[[[[[\"deep\"]]]]]]]]", "\"\xf0\x9f\x98\x80 e\xcc\x81\"", "\"\\\\x1b\\\"\"",
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct event ev = fact_event(FACT_CHAIN, STATE_YES, json_loads(values[i], JSON_DECODE_ANY, NULL));
        assert_non_null(ev.seen.value);
        round_trip(&ev, NULL);
    }
    for (int i = 0; i < 2000; i++) {
        struct event ev = fact_event(FACT_EMS, STATE_NO, NULL);
        ev.seen.time = 1792545230 + i * 86399.0 + i / 1000.0;
        ev.seen.ms = i * 0.3;
        round_trip(&ev, NULL);
    }
    for (size_t n = 0; n <= OBSERVATION_BYTES_MAX; n += 64) {
        struct event ev = fact_event(FACT_FAILURE, STATE_YES, NULL);
        ev.seen.bytes = mem_new(n);
        ev.seen.bytes_len = n;
        memset(ev.seen.bytes, 0xa5, n);
        round_trip(&ev, NULL);
    }
}

static void time_is_kept(void **state)
{
    (void)state;
    struct event ev = fact_event(FACT_EMS, STATE_NO, NULL), back;
    ev.seen.time = 1792545230.375;
    char *line = event_format(&ev);
    assert_true(event_parse(line, strlen(line), &back, NULL));
    assert_true(back.seen.time == 1792545230.375);
    assert_true(back.seen.ms == -1);
    assert_string_equal(back.seen.probe, "handshake");
    event_clear(&back);
    free(line);
}

/* --- hostile lines --- */

#define FACT_LINE(value) "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"time\":\"2026-11-21T01:13:50Z\",\"value\":" value "}"

static void refused(const char *line, size_t n)
{
    struct event ev;
    struct err e = { "" };
    char *exact = malloc(n ? n : 1); /* so that a sanitizer sees any look beyond */
    assert_non_null(exact);
    memcpy(exact, line, n);
    if (event_parse(exact, n, &ev, &e))
        fail_msg("taken: %.200s", line);
    assert_true(strlen(e.text) > 20);
    assert_non_null(strstr(e.text, "reading a line of a session"));
    char *clean = text_printable(e.text, strlen(e.text), sizeof e.text);
    assert_string_equal(clean, e.text);
    free(clean);
    static const struct event empty;
    assert_memory_equal(&ev, &empty, sizeof ev);
    assert_false(event_parse(exact, n, &ev, NULL)); /* nobody need listen */
    free(exact);
}

static void refuses_what_is_no_line(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "\n", "x", "{", "[]", "\"column\"", "7", "null", "{}", "{\"t\":null}", "{\"t\":1}", "{\"t\":\"\"}",
        "{\"t\":\"unheard-of\"}", "{\"t\":\"Busy\",\"column\":1}", "{\"t\":\"busy\"}", "{\"t\":\"busy\",\"column\":\"1\"}",
        "{\"t\":\"busy\",\"column\":-1}", "{\"t\":\"busy\",\"column\":1.0}", "{\"t\":\"busy\",\"column\":1e3}",
        "{\"t\":\"busy\",\"column\":100000001}", "{\"t\":\"busy\",\"column\":9223372036854775807}",
        "{\"t\":\"busy\",\"column\":99999999999999999999999999}", "{\"t\":\"busy\",\"column\":-9223372036854775808}",
        "{\"t\":\"busy\",\"column\":1} x", "{\"t\":\"busy\",\"column\":1}{\"t\":\"busy\",\"column\":1}",
        "{\"t\":\"busy\",\"column\":1,\"column\":2}", "{\"t\":\"stop\",\"t\":\"busy\"}",
        "{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0}", "{\"t\":\"column\",\"id\":1,\"ask\":1,\"endpoint\":\"x\"}",
        "{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0,\"endpoint\":7}", "{\"t\":\"ask\",\"ask\":1}", "{\"t\":\"ask\",\"endpoint\":\"x\"}",
        "{\"t\":\"want\",\"column\":1}", "{\"t\":\"want\",\"column\":1,\"facts\":{}}", "{\"t\":\"want\",\"column\":1,\"facts\":[1]}",
        "{\"t\":\"want\",\"column\":1,\"facts\":[\"version\",\"luck\"]}", "{\"t\":\"stop\\u0000\"}", "{\"t\":\"sto\xff\"}",
        "{\"t\":\"answer\"}", "{\"t\":\"answer\",\"question\":7}", "{\"t\":\"answer\",\"question\":\"luck\",\"value\":\"all\"}",
        "{\"t\":\"answer\",\"question\":\"clients\",\"value\":\"both\"}", "{\"t\":\"answer\",\"question\":\"clients\",\"value\":7}",
        "{\"t\":\"answer\",\"question\":\"since\",\"value\":\"2026-02-30\"}", "{\"t\":\"answer\",\"question\":\"changed\",\"value\":\"\"}",
        "{\"t\":\"trouble\",\"ask\":0,\"text\":\"\xc0\x80\"}", "{\"t\":\"trouble\",\"ask\":0,\"text\":\"\n\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i], strlen(bad[i]));
}

static void refuses_what_is_no_fact(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"t\":\"fact\",\"column\":1}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"luck\",\"state\":\"yes\",\"time\":\"2026-11-21T01:13:50Z\"}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":5,\"state\":\"yes\",\"time\":\"2026-11-21T01:13:50Z\"}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"maybe\",\"time\":\"2026-11-21T01:13:50Z\"}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":2,\"time\":\"2026-11-21T01:13:50Z\"}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\"}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"time\":\"\"}",
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"time\":\"2026-02-31T01:13:50Z\"}",
        FACT_LINE("\"\\u001b[2J\""), FACT_LINE("\"\\u202e\""), FACT_LINE("\"a\\nb\""), FACT_LINE("[[\"\\u0007\"]]"),
        FACT_LINE("{\"a\":{\"b\":\"\\u009b\"}}"), FACT_LINE("\"\\u0000\""), FACT_LINE("{\"\\u001b[31m\":1}"),
        FACT_LINE("[{\"\\u200b\":1}]"), FACT_LINE("{\"a\":1,\"a\":2}"), FACT_LINE("\"\\ud800\""), FACT_LINE("1e999"),
        FACT_LINE("[[[[[[[[[[1]]]]]]]]]]"), FACT_LINE("NaN"), FACT_LINE("'x'"), FACT_LINE(""),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i], strlen(bad[i]));
    struct event ev;
    assert_true(event_parse(FACT_LINE("\"ok\""), sizeof FACT_LINE("\"ok\"") - 1, &ev, NULL)); /* the control */
    event_clear(&ev);
}

static void refuses_every_cut(void **state)
{
    (void)state;
    struct event ev = fact_event(FACT_CHAIN, STATE_YES, json_pack("{s:[s,i], s:n}", "sent", "x", 5, "built"));
    ev.seen.text = mem_string("e\xcc\x81\xe4\xb8\xad");
    char *line = event_format(&ev);
    for (size_t n = 0; n + 1 < strlen(line); n++)
        refused(line, n);
    for (size_t at = 0; at + 1 < strlen(line); at++) { /* a NUL anywhere */
        char was = line[at];
        line[at] = '\0';
        refused(line, strlen(line + at + 1) + at + 1);
        line[at] = was;
    }
    free(line);
    event_clear(&ev);
}

static void refuses_the_huge(void **state)
{
    (void)state;
    size_t n = 5u << 20;
    char *line = malloc(n);
    assert_non_null(line);
    memset(line, ' ', n);
    memcpy(line, "{\"t\":\"stop\"", 11);
    line[n - 1] = '}';
    refused(line, n);
    struct event ev;
    line[STREAM_LINE_MAX - 1] = '}';
    assert_true(event_parse(line, STREAM_LINE_MAX, &ev, NULL)); /* just short enough */
    event_clear(&ev);
    memset(line, '[', n);
    refused(line, STREAM_LINE_MAX);
    memset(line, '\0', n);
    refused(line, STREAM_LINE_MAX);
    free(line);
    struct text t = { 0 }; /* deeper than the JSON reader follows, and deeper than we do */
    text_add(&t, "{\"t\":\"fact\",\"column\":1,\"fact\":\"chain\",\"state\":\"yes\",\"time\":\"2026-11-21T01:13:50Z\",\"value\":");
    for (int i = 0; i < 1000; i++)
        text_add(&t, "{\"a\":");
    text_add(&t, "1");
    for (int i = 0; i < 1000; i++)
        text_add(&t, "}");
    text_add(&t, "}");
    refused(t.s, t.len);
    text_free(&t);
}

/* What only decorates a line is mended instead: peer text never reaches anybody as it was. */
static void mends_text(void **state)
{
    (void)state;
    static const char line[] = "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"no\",\"time\":\"2026-11-21T01:13:50Z\","
                               "\"text\":\"\\u001b[31m\",\"probe\":\"\\u0007\",\"bytes\":\"xyz\",\"ms\":\"soon\",\"later\":[1]}";
    struct event ev;
    assert_true(event_parse(line, sizeof line - 1, &ev, NULL));
    assert_string_equal(ev.seen.text, "\\x1b[31m");
    assert_string_equal(ev.seen.probe, "other");
    assert_null(ev.seen.bytes);
    assert_true(ev.seen.ms < 0);
    event_clear(&ev);
    static const char trouble[] = "{\"t\":\"trouble\",\"ask\":0,\"text\":\"a\\u001bb\"}";
    assert_true(event_parse(trouble, sizeof trouble - 1, &ev, NULL));
    assert_string_equal(ev.text, "a\\x1bb");
    event_clear(&ev);
}

/* Text that is too long is cut once, not again each time it is saved. */
static void cuts_text_once(void **state)
{
    (void)state;
    static const char *const units[] = { "x", "\x7f", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80" };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        for (size_t shift = 0; shift < 4; shift++) {
            struct text t = { 0 };
            struct event ev;
            text_addf(&t, "{\"t\":\"trouble\",\"ask\":0,\"text\":\"%.*s", (int)shift, "aaaa");
            for (int k = 0; k < 5000; k++)
                text_add(&t, units[i]);
            text_add(&t, "\"}");
            assert_true(event_parse(t.s, t.len, &ev, NULL));
            assert_in_range(strlen(ev.text), 4000, 4096);
            assert_string_equal(ev.text + strlen(ev.text) - 3, "...");
            text_free(&t);
            round_trip(&ev, NULL);
        }
}

/* --- applying --- */

static void apply(struct session *s, const char *line)
{
    struct event ev;
    assert_true(event_parse(line, strlen(line), &ev, NULL));
    session_apply(s, &ev);
    event_clear(&ev);
}

/* A fact exactly as it is written has a way in of its own; a blank before it takes the other, and comes to the same. */
static void both_ways_alike(void **state)
{
    (void)state;
    static const char *const values[] = { "null", "\"tls1.3\"", "\"\"", "\"a\\u0041\"", "\"a\\u0007\"", "\"\xc3\xa9\"", "1", "-1.5",
        "true", "{}", "[]", "[\"a\",{\"b\":[1,null]}]", "{\"a\":\"x\\\"}\"}", "{\"a\":\"\\u001b\"}", "{\"\\u0007\":1}", "{\"a\":1,\"a\":2}",
        "[[[[[[[[[[1]]]]]]]]]]", "{\"a\":", "[1,]", "{,}", "\"x", "nul", "[\"]\"]", "{\"a\":\"\\\\\"}" };
    static const char *const rest[] = { "1.5,\"text\":\"agreed\",\"bytes\":\"16\"}", "null,\"text\":null,\"bytes\":null}",
        "1e-05,\"text\":\"\",\"bytes\":\"1\"}", "-1,\"text\":\"a\\nb\",\"bytes\":\"zz\"}", "01,\"text\":null,\"bytes\":null}",
        "\"x\",\"text\":null,\"bytes\":null}", "1,\"text\":5,\"bytes\":{}}", "1,\"text\":null,\"bytes\":null}x", "1,\"text\":null}",
        "1,\"text\":null,\"bytes\":null,\"more\":1}" };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t k = 0; k < sizeof rest / sizeof *rest; k++) {
            struct event a, b;
            char *line = mem_format(" {\"t\":\"fact\",\"column\":12,\"fact\":\"version\",\"state\":\"yes\",\"value\":%s,"
                                    "\"probe\":\"handshake\",\"time\":\"2026-11-21T01:00:00.250Z\",\"ms\":%s", values[i], rest[k]);
            bool quick = event_parse(line + 1, strlen(line + 1), &a, NULL), other = event_parse(line, strlen(line), &b, NULL);
            if (quick != other)
                fail_msg("%s", line);
            char *x = quick ? event_format(&a) : mem_string(""), *y = other ? event_format(&b) : mem_string("");
            assert_string_equal(x, y);
            free(x);
            free(y);
            event_clear(&a);
            event_clear(&b);
            free(line);
        }
    struct text t = { 0 }; /* a sentence too long for us is cut either way */
    text_add(&t, "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"no\",\"value\":null,\"probe\":\"handshake\","
                 "\"time\":\"2026-11-21T01:00:00.000Z\",\"ms\":null,\"text\":\"");
    for (int i = 0; i < 4100; i++)
        text_add(&t, "x");
    text_add(&t, "\",\"bytes\":null}");
    struct event ev;
    assert_true(event_parse(t.s, t.len, &ev, NULL));
    assert_int_equal(strlen(ev.seen.text), 4096);
    event_clear(&ev);
    text_free(&t);
}

static void applies_to_a_session(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    apply(s, "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"time\":\"2026-11-21T01:13:50Z\",\"value\":\"tls1.3\"}");
    assert_int_equal(s->evidence_count, 1); /* there is no such column */
    apply(s, "{\"t\":\"column\",\"id\":5,\"ask\":1,\"nth\":0,\"endpoint\":\"not an endpoint\"}");
    assert_int_equal(s->count, 0);
    apply(s, "{\"t\":\"column\",\"id\":1,\"ask\":1,\"nth\":0,\"endpoint\":\"www.example.org\",\"address\":\"192.0.2.1:443\"}");
    struct column *c = session_column(s, 1);
    assert_non_null(c);
    assert_string_equal(c->address, "192.0.2.1:443");
    apply(s, "{\"t\":\"busy\",\"column\":1}");
    assert_true(c->busy);
    apply(s, "{\"t\":\"fact\",\"column\":1,\"fact\":\"version\",\"state\":\"yes\",\"time\":\"2026-11-21T01:13:50Z\",\"value\":\"tls1.3\"}");
    assert_string_equal(column_word(c, FACT_VERSION), "tls1.3");
    apply(s, "{\"t\":\"done\",\"column\":1}");
    assert_false(c->busy);
    apply(s, "{\"t\":\"forget\",\"column\":1}");
    assert_int_equal(c->fact[FACT_VERSION].state, NOT_ASKED);
    apply(s, "{\"t\":\"answer\",\"question\":\"clients\",\"value\":\"some\"}");
    assert_string_equal(s->answer[QUESTION_CLIENTS], "some");
    apply(s, "{\"t\":\"answer\",\"question\":\"changed\",\"value\":\"a \\u001b[2J\"}");
    assert_string_equal(s->answer[QUESTION_CHANGED], "a \\x1b[2J");
    unsigned long answered = s->revision;
    apply(s, "{\"t\":\"answer\",\"question\":\"clients\",\"value\":null}");
    assert_null(s->answer[QUESTION_CLIENTS]);
    assert_true(s->revision > answered);
    unsigned long before = s->revision;
    apply(s, "{\"t\":\"ask\",\"ask\":2,\"endpoint\":\"x.example\"}");
    apply(s, "{\"t\":\"want\",\"column\":1,\"facts\":[]}");
    apply(s, "{\"t\":\"again\",\"column\":1}");
    apply(s, "{\"t\":\"drop\",\"column\":1}");
    apply(s, "{\"t\":\"stop\"}");
    apply(s, "{\"t\":\"gone\",\"column\":2}");
    assert_int_equal(s->revision, before);
    apply(s, "{\"t\":\"gone\",\"column\":1}");
    assert_int_equal(s->count, 0);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind),
        cmocka_unit_test(every_fact_and_state),
        cmocka_unit_test(every_value_and_time),
        cmocka_unit_test(time_is_kept),
        cmocka_unit_test(refuses_what_is_no_line),
        cmocka_unit_test(refuses_what_is_no_fact),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_the_huge),
        cmocka_unit_test(mends_text),
        cmocka_unit_test(cuts_text_once),
        cmocka_unit_test(both_ways_alike),
        cmocka_unit_test(applies_to_a_session),
    };
    return cmocka_run_group_tests_name("model/stream", tests, NULL, NULL);
}
