/* http - tests of addresses and of answers: each answer in one piece, byte by byte, and cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probes/http.h"
#include "src/base/mem.h"
#include "src/base/text.h"

static void addresses(void **state)
{
    (void)state;
    static const struct { const char *text, *host; int port; const char *authority, *target; } good[] = {
        { "http://ca.example/a.cer", "ca.example", 80, "ca.example", "/a.cer" },
        { "HTTP://CA.example", "CA.example", 80, "CA.example", "/" },
        { "http://ca.example?x=1#top", "ca.example", 80, "ca.example", "/?x=1" },
        { "http://ca.example:8080/Corp CA(1).crt", "ca.example", 8080, "ca.example:8080", "/Corp%20CA(1).crt" },
        { "http://ca.example:/", "ca.example", 80, "ca.example", "/" },
        { "http://192.0.2.1:80/", "192.0.2.1", 80, "192.0.2.1", "/" },
        { "http://[2001:db8::1]:8000/x", "2001:db8::1", 8000, "[2001:db8::1]:8000", "/x" },
        { "http://[::1]", "::1", 80, "[::1]", "/" },
        { "http://ca.example/a@b:c", "ca.example", 80, "ca.example", "/a@b:c" },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct url u;
        const char *why = url_parse(good[i].text, &u);
        if (why)
            fail_msg("%s %s", good[i].text, why);
        assert_string_equal(u.host, good[i].host);
        assert_int_equal(u.port, good[i].port);
        assert_string_equal(u.authority, good[i].authority);
        assert_string_equal(u.target, good[i].target);
        url_free(&u);
    }
}

static void no_addresses(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } bad[] = {
        { "https://ca.example/", "https" }, { "ldap://ca.example/cn=x", "ldap" }, { "LDAP:///CN=x", "ldap" },
        { "file:///etc/passwd", "file" }, { "ftp://x/", "ftp" }, { "gopher://x/", "no http" }, { "", "no http" },
        { "http:/ca.example", "no http" }, { "//ca.example/", "no http" },
        { "http://user:secret@ca.example/", "user" }, { "http://ca.example@127.0.0.1/", "user" },
        { "http://", "host" }, { "http:///x", "host" }, { "http://:80/", "host" }, { "http://a b/", "host" },
        { "http://[::1/", "bracket" }, { "http://[ca.example]/", "host" }, { "http://[::1]x/", "broken" },
        { "http://ca.example:0/", "port" }, { "http://ca.example:65536/", "port" }, { "http://ca.example:8o/", "port" },
        { "http://ca.example:22/", "another protocol" }, { "http://ca.example:25/", "another protocol" },
        { "http://ca.example/\r\nX: y", "bytes" }, { "http://ca.example/\xc3\xa9", "bytes" },
        { "http://ca.exa\tmple/", "host" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct url u;
        const char *why = url_parse(bad[i].text, &u);
        if (!why || !strstr(why, bad[i].says))
            fail_msg("%s: %s", bad[i].text, why ? why : "is taken");
        url_free(&u);
    }
    char *endless = mem_new(3000);
    struct url u;
    memset(endless, 'a', 2999);
    memcpy(endless, "http://a/", 9);
    assert_non_null(strstr(url_parse(endless, &u), "long"));
    url_free(&u);
    free(endless);
}

static void requests(void **state)
{
    (void)state;
    struct url u;
    assert_null(url_parse("http://ca.example:8080/x?y", &u));
    char *get = http_request(&u, NULL, 0), *post = http_request(&u, "application/ocsp-request", 77);
    assert_true(text_starts(get, "GET /x?y HTTP/1.1\r\nHost: ca.example:8080\r\nUser-Agent: tlswhy/"));
    assert_non_null(strstr(get, "\r\nConnection: close\r\n\r\n"));
    assert_null(strstr(get, "Content-"));
    assert_true(text_starts(post, "POST /x?y HTTP/1.1\r\n"));
    assert_non_null(strstr(post, "\r\nContent-Type: application/ocsp-request\r\nContent-Length: 77\r\n\r\n"));
    free(get);
    free(post);
    url_free(&u);
}

#define CAP 20
#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

/* `closed`: the state after the peer has closed, for those that are GOING until then. */
static const struct row {
    const char *answer;
    enum http_state state, closed;
    int status;
    const char *body, *why;
} rows[] = {
    { OK "Content-Length: 5\r\n\r\nhello", HTTP_DONE, HTTP_DONE, 200, "hello", NULL },
    { OK "Content-Length: 5\r\n\r\nhello, and more", HTTP_DONE, HTTP_DONE, 200, "hello", NULL },
    { OK "content-length:\t 5 \r\nContent-Length: 5\r\n\r\nhello", HTTP_DONE, HTTP_DONE, 200, "hello", NULL },
    { OK "Content-Length: 0\r\n\r\n", HTTP_DONE, HTTP_DONE, 200, "", NULL },
    { "HTTP/1.0 200\n\nbare newlines", HTTP_GOING, HTTP_DONE, 200, "bare newlines", NULL },
    { OK "\r\n", HTTP_GOING, HTTP_DONE, 200, "", NULL },
    { OK "Content-Length: 5\r\n\r\nhell", HTTP_GOING, HTTP_BROKEN, 200, "hell", "cut off" },
    { CHUNKED "5\r\nhello\r\n6;ext=\"1\"\r\n world\r\n0\r\nTrailer: x\r\n\r\n",
      HTTP_DONE, HTTP_DONE, 200, "hello world", NULL },
    { CHUNKED "5\r\nhello\r\n0\r\n", HTTP_GOING, HTTP_BROKEN, 200, "hello", "cut off" },
    { CHUNKED "5\r\nhelloX\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "hello", "longer" },
    { CHUNKED "x\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "size" },
    { CHUNKED "-5\r\nhello\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "size" },
    { CHUNKED "\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "size" },
    { CHUNKED "123456789\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "size" },
    { CHUNKED "15\r\n", HTTP_TOO_BIG, HTTP_TOO_BIG, 200, "", NULL },
    { CHUNKED "ffffffff\r\n", HTTP_TOO_BIG, HTTP_TOO_BIG, 200, "", NULL },
    { CHUNKED "14\r\n01234567890123456789\r\n1\r\n", HTTP_TOO_BIG, HTTP_TOO_BIG, 200, "01234567890123456789", NULL },
    { OK "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      HTTP_DONE, HTTP_DONE, 200, "hello", NULL },
    { OK "Transfer-Encoding: gzip, chunked\r\n\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "transfer coding" },
    { OK "Content-Encoding: gzip\r\n\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "compressed" },
    { OK "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\nx", HTTP_DONE, HTTP_DONE, 200, "x", NULL },
    { OK "Content-Length: 21\r\n\r\n", HTTP_TOO_BIG, HTTP_TOO_BIG, 200, "", NULL },
    { OK "Content-Length: 99999999999999999999999999999\r\n\r\n", HTTP_TOO_BIG, HTTP_TOO_BIG, 200, "", NULL },
    { OK "Content-Length: -1\r\n\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "length" },
    { OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "length" },
    { OK "Content-Length:\r\n\r\n", HTTP_BROKEN, HTTP_BROKEN, 200, "", "length" },
    { OK "\r\n012345678901234567890", HTTP_TOO_BIG, HTTP_TOO_BIG, 200, NULL, NULL },
    { "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", HTTP_DONE, HTTP_DONE, 404, "", NULL },
    { "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", HTTP_DONE, HTTP_DONE, 302, "", NULL },
    { "HTTP/1.1 204 None\r\n\r\n", HTTP_DONE, HTTP_DONE, 204, "", NULL },
    { "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 1\r\n\r\nx", HTTP_DONE, HTTP_DONE, 200, "x", NULL },
    { "HTTP/1.1 101 Switching\r\n\r\n", HTTP_BROKEN, HTTP_BROKEN, 101, "", "protocol" },
    { "SSH-2.0-OpenSSH_9.2\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, "", "no answer" },
    { "HTTP/2 200 OK\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, "", "no answer" },
    { "HTTP/1.1 2000 OK\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, "", "no answer" },
    { "HTTP/1.1 099 OK\r\n", HTTP_BROKEN, HTTP_BROKEN, 99, "", "no answer" },
    { "\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, "", "no answer" },
    { "", HTTP_GOING, HTTP_BROKEN, 0, "", "missing" },
    { "HTTP/1.1 200", HTTP_GOING, HTTP_BROKEN, 0, "", "cut off" },
};

/* The answer in pieces of this size; each is a copy, so that a sanitizer sees any look beyond. */
static void answer(const struct row *r, size_t step)
{
    struct http *h = http_new(CAP);
    enum http_state state = HTTP_GOING;
    for (size_t at = 0, n = strlen(r->answer); at < n; at += step) {
        size_t piece = n - at < step ? n - at : step;
        char *copy = mem_new(piece);
        memcpy(copy, r->answer + at, piece);
        state = http_feed(h, copy, piece);
        free(copy);
    }
    if (state != r->state || http_status(h) != r->status)
        fail_msg("in pieces of %zu: state %d, status %d: %s", step, state, http_status(h), r->answer);
    if (http_close(h) != r->closed)
        fail_msg("closed, in pieces of %zu: %s", step, r->answer);
    if (r->why && (!http_why(h) || !strstr(http_why(h), r->why)))
        fail_msg("%s: %s", r->answer, http_why(h) ? http_why(h) : "no reason");
    size_t n;
    const uint8_t *body = http_body(h, &n);
    if (r->body && (n != strlen(r->body) || (n && memcmp(body, r->body, n) != 0)))
        fail_msg("%zu bytes of body: %s", n, r->answer);
    http_free(h);
}

static void answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t step = 1; step < 40; step += step < 3 ? 1 : 12)
            answer(&rows[i], step);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        answer(&rows[i], 10000);
}

/* The type is printable; and one that was cut anywhere is never taken for whole, where a length is known. */
static void types_and_cuts(void **state)
{
    (void)state;
    static const char whole[] = OK "Content-Type: text/html\x1b[2J; charset=x\r\nContent-Length: 5\r\n\r\nhello";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        struct http *h = http_new(CAP);
        assert_int_equal(http_feed(h, whole, n), HTTP_GOING);
        assert_int_equal(http_close(h), HTTP_BROKEN);
        http_free(h);
    }
    struct http *h = http_new(CAP);
    assert_null(http_type(h));
    assert_int_equal(http_feed(h, whole, sizeof whole - 1), HTTP_DONE);
    assert_string_equal(http_type(h), "text/html\\x1b[2J; charset=x");
    http_free(h);
    http_free(NULL);
}

/* Headers, interim answers and chunks without end. */
static void endless(void **state)
{
    (void)state;
    static const struct { const char *begin, *again; } ways[] = {
        { OK, "X-Pad: 0123456789012345678901234567890123456789\r\n" },
        { OK "X-Long: ", "0123456789012345678901234567890123456789" },
        { "", "HTTP/1.1 100 Continue\r\n\r\n" },
        { CHUNKED "0\r\n", "T: 1\r\n" },
        { CHUNKED "1;", "xxxxxxxxxxxxxxxxxxxxx" },
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct http *h = http_new(CAP);
        enum http_state s = http_feed(h, ways[i].begin, strlen(ways[i].begin));
        size_t fed = 0;
        for (; s == HTTP_GOING && fed < 1 << 20; fed += strlen(ways[i].again))
            s = http_feed(h, ways[i].again, strlen(ways[i].again));
        assert_int_equal(s, HTTP_BROKEN);
        assert_true(fed < 70000);
        http_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses), cmocka_unit_test(no_addresses), cmocka_unit_test(requests),
        cmocka_unit_test(answers), cmocka_unit_test(types_and_cuts), cmocka_unit_test(endless),
    };
    return cmocka_run_group_tests_name("probes/http", tests, NULL, NULL);
}
