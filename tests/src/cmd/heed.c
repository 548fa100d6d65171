/* Logs as events: all at once, as they grow, rotated; each line told once, and again only when it is read better. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/heed.h"
#include "src/model/session.h"

#define NOW 1795000000. /* 2026-11-18 */

static char path[64];
static struct session *s;
static size_t lines, logs;

static int begin(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/heed-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    s = session_new(0);
    lines = logs = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    unlink(path);
    session_free(s);
    return 0;
}

static void take(void *arg, struct event *ev)
{
    assert_null(arg);
    lines += ev->kind == EVENT_LINE;
    logs += ev->kind == EVENT_LOG;
    session_apply(s, ev);
}

/* `n` failures from `from` on, of two clients, a second apart. */
static void write_lines(const char *mode, int from, int n)
{
    FILE *out = fopen(path, mode);
    assert_non_null(out);
    for (int i = from; i < from + n; i++)
        fprintf(out, "2026/11/17 10:%02d:%02d [info] 7#7: *%d SSL_do_handshake() failed (SSL: error:0A000102:SSL "
                "routines::unsupported protocol) while SSL handshaking, client: 10.0.0.%d, server: 0.0.0.0:443\n",
                i / 60 % 60, i % 60, i, 1 + i % 2);
    assert_int_equal(fclose(out), 0);
}

static void read_on(struct heed *h)
{
    struct err e = { "" };
    int turns = 0;
    while (heed_step(h, &e) == HEED_MORE && turns++ < 1000)
        ;
    assert_string_equal(e.text, "");
    heed_flush(h, false);
}

static void at_once(void **state)
{
    (void)state;
    struct err e = { "" };
    char *list[] = { path };
    write_lines("w", 0, 20);
    assert_true(heed_all(list, 1, NOW, take, NULL, &e));
    assert_int_equal(lines, 20);
    assert_int_equal(logs, 1);
    assert_int_equal(s->log.count, 20);
    const json_t *v = s->log.line[7].value;
    assert_int_equal(logged_count(v, "line"), 8);
    assert_string_equal(logged_text(v, "client"), "10.0.0.2");
    assert_string_equal(logged_text(v, "cause"), "version-mismatch");
    assert_non_null(strstr(logged_text(v, "text"), "*7 SSL_do_handshake")); /* its own, not the first one's */
    assert_non_null(logged_text(v, "decides"));
    assert_int_equal(logged_count(logged_at(s->log.summary, "pattern"), "failed"), 20);
    assert_string_equal(session_says(s, QUESTION_FAILS), "yes");
    const json_t *cause = json_array_get(json_object_get(s->log.summary, "causes"), 0);
    assert_string_equal(logged_text(cause, "cause"), "version-mismatch");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(cause, "lines"), 0)), 1);
}

static void as_it_grows(void **state)
{
    (void)state;
    struct err e = { "" };
    struct heed *h = heed_new(NOW);
    write_lines("w", 0, 3);
    assert_true(heed_open(h, path, &e));
    assert_true(heed_plain(h));
    read_on(h);
    assert_true(heed_tell(h, false, take, NULL));
    assert_int_equal(lines, 3);
    assert_false(heed_tell(h, false, take, NULL)); /* nothing is new */
    write_lines("a", 3, 2);
    read_on(h);
    assert_true(heed_tell(h, false, take, NULL));
    assert_int_equal(lines, 5); /* those before are not told again */
    assert_int_equal(logs, 2);
    assert_int_equal(truncate(path, 0), 0);
    write_lines("a", 5, 1);
    read_on(h);
    read_on(h);
    heed_tell(h, false, take, NULL);
    assert_int_equal(logged_last(&s->log), 6);
    unlink(path); /* rotated */
    write_lines("w", 6, 4);
    read_on(h);
    read_on(h);
    heed_tell(h, false, take, NULL);
    assert_int_equal(logged_last(&s->log), 10);
    heed_free(h);
}

/* Many: the newest are told one by one, and the first of each kind with them; the pattern counts all. */
static void many(void **state)
{
    (void)state;
    struct err e = { "" };
    char *list[] = { path };
    write_lines("w", 0, 3000);
    assert_true(heed_all(list, 1, NOW, take, NULL, &e));
    assert_true(s->log.count <= LOGGED_LINES_MAX && s->log.count >= 400);
    assert_int_equal(logged_count(s->log.line[0].value, "line"), 1);
    assert_int_equal(logged_count(s->log.line[s->log.count - 1].value, "line"), 3000);
    assert_int_equal(logged_count(s->log.summary, "failing"), 3000);
    assert_true(lines <= LOGGED_LINES_MAX);
}

/* Followed for long, so that a session forgets lines: the first of its kind is still there, once. */
static void samples_stay(void **state)
{
    (void)state;
    struct err e = { "" };
    struct heed *h = heed_new(NOW);
    write_lines("w", 0, 1);
    assert_true(heed_open(h, path, &e));
    for (int i = 0; i < 12; i++) {
        write_lines("a", 1 + 100 * i, 100);
        read_on(h);
        heed_tell(h, false, take, NULL);
    }
    const json_t *cause = json_array_get(json_object_get(s->log.summary, "causes"), 0);
    int n = (int)json_integer_value(json_array_get(json_object_get(cause, "lines"), 0));
    const struct logged_line *line = logged_find(&s->log, n);
    assert_non_null(line);
    assert_int_equal(logged_count(line->value, "line"), 1);
    assert_int_equal(s->log.line[0].number, n);
    assert_int_equal(logged_count(s->log.line[1].value, "line"), 1201 - (LOGGED_LINES_MAX - 1) + 1);
    heed_free(h);
}

/* Rotated more often than there are places for files: what comes later is still read, as more of the last. */
static void rotated_often(void **state)
{
    (void)state;
    struct err e = { "" };
    struct heed *h = heed_new(NOW);
    write_lines("w", 0, 1);
    assert_true(heed_open(h, path, &e));
    read_on(h);
    for (int i = 1; i < 80; i++) {
        assert_int_equal(truncate(path, 0), 0);
        read_on(h);
        write_lines("a", i, 1);
        read_on(h);
    }
    assert_true(heed_tell(h, false, take, NULL));
    assert_int_equal(logged_count(s->log.summary, "failing"), 80);
    assert_int_equal(s->log.count, 80);
    assert_false(heed_open(h, path, &e));
    assert_non_null(strstr(e.text, "too many"));
    heed_flush(h, true); /* the one before is still there */
    heed_free(h);
}

static void too_many(void **state)
{
    (void)state;
    struct err e = { "" };
    char *list[100];
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        list[i] = path;
    write_lines("w", 0, 1);
    assert_false(heed_all(list, sizeof list / sizeof *list, NOW, take, NULL, &e));
    assert_non_null(strstr(e.text, "too many"));
    assert_int_equal(lines + logs, 0);
}

static void hostile(void **state)
{
    (void)state;
    struct err e = { "" };
    char *list[] = { path };
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "2026/11/17 10:00:00 [info] 7#7: *1 \033]0;evil\007 SSL_do_handshake() failed (SSL: error:0A0000C1:SSL "
                 "routines::no shared cipher) while SSL handshaking, client: 10.0.0.1, server: \033[2J%c\r\n", 0);
    for (int i = 0; i < 300000; i++)
        fputs("handshake failure ", out);
    fputs("\n\xff\xfe\x80\n", out);
    assert_int_equal(fclose(out), 0);
    assert_true(heed_all(list, 1, NOW, take, NULL, &e));
    assert_true(s->log.count >= 1);
    for (size_t i = 0; i < s->log.count; i++) {
        const char *text = logged_text(s->log.line[i].value, "text");
        assert_true(strlen(text) <= 2000);
        for (const char *p = text; *p; p++)
            assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
    }
    char *line = event_format(&(struct event){ .kind = EVENT_LINE, .number = 1, .value = s->log.line[0].value });
    struct event ev; /* whatever the log held, it can be read back */
    assert_true(event_parse(line, strlen(line) - 1, &ev, &e));
    event_clear(&ev);
    free(line);
}

static void refused(void **state)
{
    (void)state;
    struct err e = { "" };
    char *list[] = { (char *)"/nowhere/at.log" };
    assert_false(heed_all(list, 1, NOW, take, NULL, &e));
    assert_non_null(strstr(e.text, "/nowhere/at.log"));
    assert_int_equal(logs, 0);
    e = (struct err){ "" };
    list[0] = (char *)"/tmp";
    assert_false(heed_all(list, 1, NOW, take, NULL, &e));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = { T(at_once), T(as_it_grows), T(many), T(samples_stay), T(rotated_often),
                                        T(too_many), T(hostile), T(refused) };
    return cmocka_run_group_tests_name("cmd/heed", tests, NULL, NULL);
}
