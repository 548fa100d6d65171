/* date - tests of the HEAD request and its answers: HTTP/1.1 byte by byte, HTTP/2 against a server
 * session of nghttp2, and what a hostile server may say instead. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "probes/date.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

#define RFC_DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define RFC_TIME 784111777
#define LINES_MAX 100000 /* no loop below goes on for longer */

/* --- HTTP/1.1 --- */

/* Feeds pieces of `step` bytes, each a copy of exactly its length; how many bytes it took, 0: never
 * satisfied. */
static size_t feed(struct date *d, const char *p, size_t n, size_t step)
{
    for (size_t at = 0; at < n; at += step) {
        size_t piece = n - at < step ? n - at : step;
        char *copy = malloc(piece);
        assert_non_null(copy);
        memcpy(copy, p + at, piece);
        bool done = date_feed(d, copy, piece);
        free(copy);
        if (done)
            return at + piece;
    }
    return 0;
}

static void request_h1(void **state)
{
    (void)state;
    size_t n;
    struct date *d = date_new(false, "www.example.org:8443", false);
    const char *p = (const char *)date_output(d, &n);
    assert_non_null(p);
    char *request = mem_copy(p, n);
    assert_true(text_starts(request, "HEAD / HTTP/1.1\r\nHost: www.example.org:8443\r\n"));
    assert_string_equal(request + n - 4, "\r\n\r\n");
    assert_ptr_equal(strstr(request, "\r\n\r\n"), request + n - 4);
    free(request);
    assert_null(date_output(d, &n)); /* once */
    assert_int_equal(n, 0);
    date_free(d);
    date_free(NULL);
}

static const struct answer {
    const char *text;
    bool done;
    int status;
    int64_t time;
    const char *server;
} answers[] = {
    { "HTTP/1.1 200 OK\r\nDate: " RFC_DATE "\r\nServer: a\r\n\r\n", true, 200, RFC_TIME, "a" },
    { "HTTP/1.0 301 Moved\r\nserver:\t b c \t\r\ndate:" RFC_DATE " \r\nX: y\r\n\r\n", true, 301, RFC_TIME, "b c" },
    { "HTTP/1.1 404\r\n\r\n", true, 404, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n", true, 200, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 200 OK\r\nDate: Sun, 31 Feb 1994 08:49:37 GMT\r\n\r\n", true, 200, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 200 OK\r\nDate:\r\nServer:\r\n\r\n", true, 200, WHEN_UNKNOWN, "" },
    { "HTTP/1.1 200 OK\r\nX-Date: " RFC_DATE "\r\nDate : " RFC_DATE "\r\n\r\n", true, 200, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 200 OK\r\nX: 1\r\n Date: " RFC_DATE "\r\n\tServer: x\r\n\r\n", true, 200, WHEN_UNKNOWN, NULL }, /* folded */
    { "HTTP/1.1 200 OK\r\nServer: \x1b[31m\xe2\x80\xae\xff\r\n\r\n", true, 200, WHEN_UNKNOWN, "\\x1b[31m\\u{202e}\\xff" },
    { "HTTP/1.1 200 OK\r\nServer: one\r\nServer: two\r\nno colon here\r\n: x\r\n\r\n", true, 200, WHEN_UNKNOWN, "one" },
    { "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nDate: " RFC_DATE "\r\n\r\n", true, 200, RFC_TIME, NULL },
    { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 x\r\nServer: s\r\n\r\n", true, 204, WHEN_UNKNOWN, "s" },
    { "HTTP/1.1 100 Continue\r\n\r\n", false, 0, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", true, 101, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 2x0 OK\r\n\r\n", true, 0, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 20", false, 0, WHEN_UNKNOWN, NULL },
    { "HTTP/1.1 200 OK\r\nDate: " RFC_DATE "\r\nServer: a\r\n", false, 0, WHEN_UNKNOWN, NULL }, /* no end: not believed */
    { "HTTP/1.1 200 OK\nDate: " RFC_DATE "\n\n", false, 0, WHEN_UNKNOWN, NULL },
    { "HTTP/9.9 200 OK\r\n\r\n", true, 0, WHEN_UNKNOWN, NULL },
    { "HTTI/1.1 200 OK\r\nDate: " RFC_DATE "\r\nServer: a\r\n\r\n", true, 0, WHEN_UNKNOWN, NULL },
    { "220 mail.example ESMTP\r\n", true, 0, WHEN_UNKNOWN, NULL },
    { "<html></html>", true, 0, WHEN_UNKNOWN, NULL },
    { "HTTP", false, 0, WHEN_UNKNOWN, NULL },
    { "\r\n\r\n", true, 0, WHEN_UNKNOWN, NULL },
};

static void answers_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer *a = &answers[i];
        size_t n = strlen(a->text);
        for (size_t step = 1; step <= n; step += step < 8 ? 1 : n - step > 8 ? 8 : 1) {
            struct date *d = date_new(false, "x", false);
            bool done = feed(d, a->text, n, step) > 0;
            if (done != a->done || date_status(d) != a->status || date_time(d) != a->time ||
                (date_server(d) == NULL) != (a->server == NULL) || (a->server && strcmp(date_server(d), a->server) != 0))
                fail_msg("answer %zu in pieces of %zu: done %d, status %d, server %s", i, step, done, date_status(d),
                         date_server(d) ? date_server(d) : "NULL");
            date_free(d);
        }
    }
}

/* A body after the header, or more after the end, changes nothing. */
static void stops_at_the_end(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 200 OK\r\nServer: a\r\n\r\nHTTP/1.1 500 x\r\nDate: " RFC_DATE "\r\n\r\n";
    struct date *d = date_new(false, "x", false);
    assert_int_equal(feed(d, text, sizeof text - 1, 1), strstr(text, "\r\n\r\n") + 4 - text);
    assert_true(date_feed(d, text, sizeof text - 1));
    assert_int_equal(date_status(d), 200);
    assert_true(date_time(d) == WHEN_UNKNOWN);
    date_free(d);
}

static void endless_header(void **state)
{
    (void)state;
    static const size_t steps[] = { 1, 1000, 1u << 20 };
    size_t n = 1u << 20;
    char *p = malloc(n);
    assert_non_null(p);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        static const char head[] = "HTTP/1.1 200 OK\r\nDate: " RFC_DATE "\r\nX: ";
        memset(p, 'x', n);
        memcpy(p, head, sizeof head - 1);
        struct date *d = date_new(false, "x", false);
        size_t took = feed(d, p, n, steps[i]);
        assert_true(took > 0 && (took <= 20000 || steps[i] == n)); /* it does not wait for all of it */
        assert_int_equal(date_status(d), 200);
        assert_true(date_time(d) == RFC_TIME);
        date_free(d);
        for (size_t k = 0; k < n; k++) /* lines without end */
            p[k] = "a:b\r\n"[k % 5];
        memcpy(p, "HTTP/", 5);
        d = date_new(false, "x", false);
        took = feed(d, p, n, steps[i]);
        assert_true(took > 0 && (took <= 20000 || steps[i] == n));
        assert_int_equal(date_status(d), 0);
        date_free(d);
    }
    free(p);
}

/* What an error says, in pieces of any size: as far as its length goes, or to the cap. */
static void error_words(void **state)
{
    (void)state;
    static const struct { const char *answer, *words; bool done; } rows[] = {
        { "HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\nno cert..more", "no cert..", true },
        { "HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\nnothing", NULL, true },
        { "HTTP/1.1 403 No\r\n\r\nup to the end", "up to the end", false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage", NULL, true },
        { "HTTP/1.1 103 Hints\r\nContent-Length: 1\r\n\r\nHTTP/1.1 496 X\r\n\r\nwho", "who", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t step = 1; step < 80; step++) {
            struct date *d = date_new(false, "x", true);
            size_t sent, n = strlen(rows[i].answer);
            const uint8_t *request = date_output(d, &sent);
            bool done = false;
            assert_memory_equal(request, "GET / HTTP/1.1\r\n", 16);
            for (size_t at = 0; at < n && !done; at += step)
                done = date_feed(d, rows[i].answer + at, n - at < step ? n - at : step);
            assert_int_equal(done, rows[i].done);
            assert_string_equal(date_words(d) ? date_words(d) : "none", rows[i].words ? rows[i].words : "none");
            date_free(d);
        }
    char *page = mem_new(20000);
    memset(page, 'x', 20000);
    memcpy(page, "HTTP/1.1 400 Bad\r\n\r\n", 20);
    struct date *d = date_new(false, "x", true);
    bool done = false;
    for (size_t at = 0; at < 20000 && !done; at += 100)
        done = date_feed(d, page + at, 100);
    assert_true(done);
    assert_int_equal(strlen(date_words(d)), 4095);
    date_free(d);
    free(page);
}

/* Interim answers for ever are no way around the cap either. */
static void endless_interim(void **state)
{
    (void)state;
    static const char one[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct date *d = date_new(false, "x", false);
    int i = 0;
    while (i < LINES_MAX && !date_feed(d, one, sizeof one - 1))
        i++;
    assert_true(i < 10000);
    date_free(d);
}

static void binary(void **state)
{
    (void)state;
    char p[4096];
    unsigned seed = 1;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof p; i++) {
            seed = seed * 1103515245u + 12345u;
            p[i] = (char)(seed >> 16);
        }
        memcpy(p, "HTTP/1.1 200 ", round % 14);
        p[sizeof p / 2] = p[sizeof p / 2 + 2] = '\r';
        p[sizeof p / 2 + 1] = p[sizeof p / 2 + 3] = '\n';
        struct date *d = date_new(round % 3 == 0, "x", false);
        (void)feed(d, p, sizeof p, 1 + (size_t)round);
        assert_in_range(date_status(d), 0, 999);
        date_free(d);
    }
}

/* --- HTTP/2 --- */

struct server {
    nghttp2_session *session;
    const nghttp2_nv *nv;  /* the answer; NULL: none is given */
    size_t nv_count;
    bool hints, reset, away; /* a 103 before it; RST_STREAM or GOAWAY instead of it */
    struct text got;       /* the request's fields */
};

#define NV(n, v) { (uint8_t *)(n), (uint8_t *)(v), sizeof n - 1, sizeof v - 1, NGHTTP2_NV_FLAG_NONE }

static int on_request_field(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name, size_t nl, const uint8_t *value,
                            size_t vl, uint8_t flags, void *arg)
{
    struct server *v = arg;
    (void)s;
    (void)f;
    (void)flags;
    text_addf(&v->got, "%.*s=%.*s\n", (int)nl, (const char *)name, (int)vl, (const char *)value);
    return 0;
}

static int on_request(nghttp2_session *s, const nghttp2_frame *f, void *arg)
{
    static const nghttp2_nv hints[] = { NV(":status", "103"), NV("date", "Mon, 07 Nov 1994 08:49:37 GMT") };
    struct server *v = arg;
    if (f->hd.type != NGHTTP2_HEADERS)
        return 0;
    if (v->hints)
        nghttp2_submit_headers(s, NGHTTP2_FLAG_NONE, f->hd.stream_id, NULL, hints, 2, NULL);
    if (v->reset)
        nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, f->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
    else if (v->away)
        nghttp2_submit_goaway(s, NGHTTP2_FLAG_NONE, 0, NGHTTP2_ENHANCE_YOUR_CALM, NULL, 0);
    else if (v->nv)
        nghttp2_submit_response(s, f->hd.stream_id, v->nv, v->nv_count, NULL);
    return 0;
}

static void server_begin(struct server *v)
{
    nghttp2_session_callbacks *cb;
    assert_int_equal(nghttp2_session_callbacks_new(&cb), 0);
    nghttp2_session_callbacks_set_on_header_callback(cb, on_request_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_request);
    assert_int_equal(nghttp2_session_server_new(&v->session, cb, v), 0);
    nghttp2_session_callbacks_del(cb);
    nghttp2_submit_settings(v->session, NGHTTP2_FLAG_NONE, NULL, 0);
}

static void server_end(struct server *v)
{
    nghttp2_session_del(v->session);
    text_free(&v->got);
}

/* Carries bytes both ways until nobody has any more to say; true when the client is satisfied. */
static bool converse(struct date *d, struct server *v, size_t step)
{
    bool done = false, moved = true;
    for (int i = 0; moved && i < LINES_MAX; i++) {
        size_t n;
        const uint8_t *p = date_output(d, &n);
        moved = p != NULL;
        if (p)
            assert_int_equal(nghttp2_session_mem_recv(v->session, p, n), n);
        ssize_t said = nghttp2_session_mem_send(v->session, &p);
        assert_true(said >= 0);
        moved |= said > 0;
        if (said > 0)
            done |= feed(d, (const char *)p, (size_t)said, step) > 0;
    }
    return done;
}

static const nghttp2_nv good[] = { NV(":status", "200"), NV("date", RFC_DATE), NV("server", "h2o\x1b") };
static const nghttp2_nv bare[] = { NV(":status", "404") };
static const nghttp2_nv wrong[] = { NV(":status", "200"), NV("date", "now") };

static const struct { struct server server; bool done; int status; int64_t time; } dialogues[] = {
    { { .nv = good, .nv_count = 2 }, true, 200, RFC_TIME },
    { { .nv = bare, .nv_count = 1 }, true, 404, WHEN_UNKNOWN },
    { { .nv = wrong, .nv_count = 2 }, true, 200, WHEN_UNKNOWN },
    { { .nv = good, .nv_count = 2, .hints = true }, true, 200, RFC_TIME },
    { { .nv = NULL }, false, 0, WHEN_UNKNOWN },
    { { .reset = true }, true, 0, WHEN_UNKNOWN },
    { { .away = true }, true, 0, WHEN_UNKNOWN },
};

static void dialogues_h2(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++)
        for (size_t step = 1; step < 100; step += 7) {
            struct server v = dialogues[i].server;
            struct date *d = date_new(true, "www.example.org", false);
            server_begin(&v);
            bool done = converse(d, &v, step);
            if (done != dialogues[i].done || date_status(d) != dialogues[i].status || date_time(d) != dialogues[i].time)
                fail_msg("dialogue %zu in pieces of %zu: done %d, status %d", i, step, done, date_status(d));
            assert_string_equal(v.got.s ? v.got.s : "none", ":method=HEAD\n:scheme=https\n:authority=www.example.org\n"
                                                            ":path=/\nuser-agent=tlswhy/" PACKAGE_VERSION "\n");
            server_end(&v);
            date_free(d);
        }
}

static void frame(struct buf *b, size_t n, uint8_t type, uint8_t flags, uint32_t stream, const void *payload)
{
    const uint8_t head[9] = { (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n, type, flags, (uint8_t)(stream >> 24),
                              (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream };
    assert_true(buf_add(b, head, sizeof head) && buf_add(b, payload, n));
}

/* Starts a client whose request has gone out, as a server of ours would have seen it. */
static struct date *asked_h2(struct buf *b)
{
    struct date *d = date_new(true, "x", false);
    size_t n;
    while (date_output(d, &n))
        ;
    buf_init(b, 1u << 20);
    frame(b, 0, 4, 0, 0, NULL); /* SETTINGS */
    assert_false(date_feed(d, b->data, b->len));
    buf_free(b);
    return d;
}

static void hostile_h2(void **state)
{
    (void)state;
    static const uint8_t types[] = { 4, 6, 8, 9, 0, 200 }; /* settings, ping, window, continuation, data, unknown */
    static const uint8_t payload[16384];
    for (size_t i = 0; i < sizeof types; i++)
        for (uint32_t stream = 0; stream < 3; stream++) {
            struct buf b;
            struct date *d = asked_h2(&b);
            size_t n = types[i] == 6 ? 8 : types[i] == 8 ? 4 : types[i] == 4 ? 0 : 16000;
            int fed = 0;
            frame(&b, n, types[i], 0, stream, payload);
            while (fed < LINES_MAX && !date_feed(d, b.data, b.len)) {
                size_t out;
                while (date_output(d, &out))
                    ;
                fed++;
            }
            assert_true(fed < LINES_MAX / 2); /* it ends, whatever is sent for ever */
            assert_int_equal(date_status(d), 0);
            buf_free(&b);
            date_free(d);
        }
}

/* A field of 15 kB, and a header block in many pieces, are taken or refused, but nothing breaks. */
static void large_fields_h2(void **state)
{
    (void)state;
    char *big = mem_new(15000);
    memset(big, 'a', 14999);
    const nghttp2_nv nv[] = { NV(":status", "200"), { (uint8_t *)"server", (uint8_t *)big, 6, 14999, NGHTTP2_NV_FLAG_NONE },
                              NV("date", RFC_DATE) };
    struct server v = { .nv = nv, .nv_count = 3 };
    struct date *d = date_new(true, "x", false);
    server_begin(&v);
    assert_true(converse(d, &v, 100));
    assert_int_equal(date_status(d), 200);
    assert_true(date_time(d) == RFC_TIME);
    assert_true(date_server(d) && strlen(date_server(d)) <= 110);
    server_end(&v);
    date_free(d);
    free(big);
}

static void h1_answer_to_h2(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 400 Bad Request\r\nDate: " RFC_DATE "\r\n\r\n";
    struct date *d = date_new(true, "x", false);
    assert_true(feed(d, text, sizeof text - 1, 5) > 0);
    assert_int_equal(date_status(d), 0);
    date_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_h1),
        cmocka_unit_test(answers_at_every_cut),
        cmocka_unit_test(stops_at_the_end),
        cmocka_unit_test(endless_header),
        cmocka_unit_test(endless_interim),
        cmocka_unit_test(error_words),
        cmocka_unit_test(binary),
        cmocka_unit_test(dialogues_h2),
        cmocka_unit_test(hostile_h2),
        cmocka_unit_test(large_fields_h2),
        cmocka_unit_test(h1_answer_to_h2),
    };
    return cmocka_run_group_tests_name("probes/date", tests, NULL, NULL);
}
