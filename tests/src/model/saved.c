/* saved - tests of sessions as lines of a file: what is taken, what is passed over, what is told a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/saved.h"

#define HEAD "{\"tlswhy\":\"0.1.0\",\"session\":1,\"started\":\"2026-11-21T01:00:00.250Z\"}\n"
#define COLUMN(id, ask, endpoint)                                                                                      \
    "{\"t\":\"column\",\"id\":" #id ",\"ask\":" #ask ",\"nth\":0,\"endpoint\":\"" endpoint "\",\"address\":\"192.0.2." \
                                                                                           "1:443\",\"vantage\":"      \
                                                                                           "\"local\"}\n"
#define VERSION(id, value)                                                                                             \
    "{\"t\":\"fact\",\"column\":" #id ",\"fact\":\"version\",\"state\":\"yes\",\"value\":\"" value                     \
    "\",\"probe\":\"handshake\",\"time\":\"2026-11-21T01:00:00.000Z\",\"ms\":1.5,\"text\":\"agreed\",\"bytes\":"       \
    "\"1603\"}\n"

struct loaded {
    struct session *s;
    struct saved_notes notes;
    struct err e;
    bool good;
    double started;
    int next_ask;
};

static int next_id(void *arg)
{
    return ++*(int *)arg;
}

static struct loaded load_pieces(const char *text, size_t piece)
{
    struct loaded l = { .s = session_new(0), .good = true };
    size_t n = strlen(text);
    int id = 10;
    struct saved *s = saved_new(l.s, next_id, &id, 5);
    for (size_t at = 0; l.good && at < n; at += piece)
        l.good = saved_feed(s, text + at, n - at < piece ? n - at : piece, &l.e);
    l.good = l.good && saved_end(s, &l.notes, &l.e);
    l.started = saved_started(s);
    l.next_ask = saved_next_ask(s);
    saved_free(s);
    return l;
}

static struct loaded load(const char *text)
{
    return load_pieces(text, 1000000);
}

static void loaded_clear(struct loaded *l)
{
    saved_notes_clear(&l->notes);
    session_free(l->s);
}

/* Ids and asks are our own, whatever the file's were; the order stays. */
static void test_numbers(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 400; piece += 13) {
        struct loaded l = load_pieces(HEAD COLUMN(100000000, 9, "https://b.test") COLUMN(3, 2, "https://a.test")
            VERSION(3, "tls1.2") VERSION(100000000, "tls1.3") "{\"t\":\"busy\",\"column\":3}\n", piece);
        assert_true(l.good);
        assert_int_equal(l.s->count, 2);
        assert_int_equal(l.notes.columns, 2);
        assert_int_equal(l.s->column[0]->id, 11);
        assert_int_equal(l.s->column[0]->ask, 5);
        assert_string_equal(column_word(l.s->column[0], FACT_VERSION), "tls1.3");
        assert_string_equal(column_word(l.s->column[1], FACT_VERSION), "tls1.2");
        assert_int_equal(l.next_ask, 7);
        assert_true(column_is_saved(l.s->column[1]));
        assert_string_equal(l.s->column[1]->label, "a.test (saved)");
        assert_false(l.s->column[1]->busy); /* nobody is at work any more */
        assert_true(l.started > 1795222800 && l.started < 1795222801);
        const struct evidence *e = &l.s->evidence[l.s->column[0]->fact[FACT_VERSION].evidence];
        assert_string_equal(e->text, "agreed");
        assert_int_equal(e->bytes_len, 2);
        loaded_clear(&l);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } rows[] = {
        { "", "does not begin as a saved session" },
        { "\n", "does not begin as a saved session" },
        { "{}\n", "does not begin as a saved session" },
        { COLUMN(1, 1, "https://a.test"), "does not begin as a saved session" },
        { "{\"tlswhy\":\"9\",\"session\":2}\n", "saved in another form (2)" },
        { "{\"tlswhy\":1,\"session\":1}\n", "does not begin as a saved session" },
        { "{\"tlswhy\":\"9\",\"session\":1}", "does not begin as a saved session" }, /* not even one whole line */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loaded l = load(rows[i].text);
        if (l.good || !strstr(l.e.text, rows[i].says))
            fail_msg("row %zu: %s", i, l.good ? "taken" : l.e.text);
        loaded_clear(&l);
    }
    char *endless = mem_new(SAVED_HEADER_MAX + 10);
    memset(endless, '{', SAVED_HEADER_MAX + 8);
    struct loaded l = load_pieces(endless, 100);
    assert_false(l.good);
    loaded_clear(&l);
    free(endless);
    assert_true(saved_begins(HEAD, strlen(HEAD)));
    assert_false(saved_begins(HEAD, strlen(HEAD) - 1));
    assert_false(saved_begins("x\n", 2));
}

static void test_passed_over(void **state)
{
    (void)state;
    struct loaded l = load(HEAD "{\"t\":\"wonder\"}\n" COLUMN(1, 1, "https://a.test") "rubbish\n\n" VERSION(1, "tls1.3")
                           VERSION(2, "tls1.2") "{\"t\":\"trouble\",\"ask\":0,\"text\":\"x\"}\n");
    assert_true(l.good);
    assert_int_equal(l.notes.passed_over, 2);
    assert_non_null(strstr(l.notes.why, "its kind is unknown"));
    assert_false(l.notes.cut);
    assert_string_equal(column_word(l.s->column[0], FACT_VERSION), "tls1.3");
    loaded_clear(&l);
}

static void test_kept_out(void **state)
{
    (void)state;
    struct loaded l = load(HEAD COLUMN(1, 1, "gopher://a.test") COLUMN(1, 1, "gopher://a.test")
                               COLUMN(0, 1, "https://a.test") VERSION(1, "tls1.3") COLUMN(2, 2, "https://b.test"));
    assert_true(l.good);
    assert_int_equal(l.notes.kept_out, 3);
    assert_non_null(strstr(l.notes.why_out, "gopher"));
    assert_int_equal(l.s->count, 1);
    loaded_clear(&l);
}

/* Wherever a killed run stopped, what was whole before it is there. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    const char *text = HEAD COLUMN(1, 1, "https://a.test") VERSION(1, "tls1.3");
    size_t head = strlen(HEAD), column = head + strlen(COLUMN(1, 1, "https://a.test"));
    for (size_t n = head; n <= strlen(text); n++) {
        char *part = mem_copy(text, n);
        struct loaded l = load(part);
        bool whole = n == head || n >= column - 1, fact = n >= strlen(text) - 1;
        assert_true(l.good);
        assert_int_equal(l.s->count, n >= column - 1);
        assert_int_equal(l.notes.cut, !(whole && (n <= column || fact)));
        if (l.s->count)
            assert_int_equal(l.s->column[0]->fact[FACT_VERSION].state, fact ? STATE_YES : NOT_ASKED);
        loaded_clear(&l);
        free(part);
    }
}

/* A line longer than any of ours is passed over, and those behind it are read. */
static void test_long_line(void **state)
{
    (void)state;
    size_t n = STREAM_LINE_MAX + 200000;
    struct text t = { 0 };
    char *x = mem_new(n + 1);
    memset(x, 'x', n);
    text_add(&t, HEAD);
    text_add(&t, x);
    text_add(&t, "\n" COLUMN(1, 1, "https://a.test") VERSION(1, "tls1.3"));
    struct loaded l = load_pieces(t.s, 65536);
    assert_true(l.good);
    assert_int_equal(l.notes.passed_over, 1);
    assert_int_equal(l.s->column[0]->fact[FACT_VERSION].state, STATE_YES);
    assert_int_equal(l.s->count, 1);
    loaded_clear(&l);
    text_free(&t);
    free(x);
}

static void collect(void *arg, const struct event *ev)
{
    char *line = event_format(ev);
    text_add(arg, line);
    free(line);
}

/* What is told is what was loaded: opening it again changes nothing more. */
static void test_there_and_back(void **state)
{
    (void)state;
    const char *body = COLUMN(1, 1, "https://a.test") VERSION(1, "tls1.3")
        "{\"t\":\"fact\",\"column\":1,\"fact\":\"ocsp_staple\",\"state\":\"no\",\"value\":null,\"probe\":\"handshake\","
        "\"time\":\"2026-11-21T01:00:00.000Z\",\"ms\":null,\"text\":null,\"bytes\":null}\n"
        "{\"t\":\"answer\",\"question\":\"clients\",\"value\":\"some\"}\n";
    char *whole = mem_format("%s%s", HEAD, body);
    struct loaded one = load(whole);
    struct text first = { 0 }, second = { 0 };
    text_add(&first, HEAD);
    session_tell(one.s, collect, &first);
    struct loaded two = load(first.s);
    text_add(&second, HEAD);
    session_tell(two.s, collect, &second);
    assert_string_equal(first.s, second.s);
    assert_non_null(strstr(first.s, "\"value\":\"tls1.3\""));
    assert_non_null(strstr(first.s, "\"ocsp_staple\",\"state\":\"no\""));
    assert_non_null(strstr(first.s, "\"question\":\"clients\",\"value\":\"some\""));
    text_free(&first);
    text_free(&second);
    loaded_clear(&one);
    loaded_clear(&two);
    free(whole);
}

/* Two files into one session: nothing of one becomes the other's. */
static void test_beside(void **state)
{
    (void)state;
    struct session *s = session_new(0);
    int id = 0, ask = 1;
    for (int i = 0; i < 2; i++) {
        const char *text = i ? HEAD COLUMN(1, 1, "https://b.test") VERSION(1, "tls1.2")
                             : HEAD COLUMN(1, 1, "https://a.test") VERSION(1, "tls1.3");
        struct saved_notes notes;
        struct saved *f = saved_new(s, next_id, &id, ask);
        assert_true(saved_feed(f, text, strlen(text), NULL) && saved_end(f, &notes, NULL));
        ask = saved_next_ask(f);
        saved_notes_clear(&notes);
        saved_free(f);
    }
    assert_int_equal(s->count, 2);
    assert_int_equal(s->column[1]->ask, 2);
    assert_string_equal(column_word(s->column[0], FACT_VERSION), "tls1.3");
    assert_string_equal(column_word(s->column[1], FACT_VERSION), "tls1.2");
    session_free(s);
    saved_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_refused), cmocka_unit_test(test_passed_over),
        cmocka_unit_test(test_kept_out), cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_beside),
    };
    return cmocka_run_group_tests_name("model/saved", tests, NULL, NULL);
}
