/* Fuzz target of addresses in certificates and of the answers behind them. The first byte says in pieces of
 * which size the answer comes: they must make no difference. The same bytes are also read as an address. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/http.h"

#define CAP 5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct http *answer_run(const uint8_t *p, size_t n, size_t step, enum http_state *state)
{
    struct http *h = http_new(CAP);
    *state = HTTP_GOING;
    for (size_t at = 0; at < n && *state == HTTP_GOING; at += step) {
        size_t piece = n - at < step ? n - at : step;
        uint8_t *copy = malloc(piece);
        must(copy != NULL);
        memcpy(copy, p + at, piece);
        *state = http_feed(h, copy, piece);
        free(copy);
    }
    *state = http_close(h);
    must(*state != HTTP_GOING && (*state == HTTP_BROKEN) == (http_why(h) != NULL));
    return h;
}

static void address_run(const uint8_t *p, size_t n)
{
    char *text = malloc(n + 1);
    struct url u;
    must(text != NULL);
    memcpy(text, p, n);
    text[n] = '\0';
    if (!url_parse(text, &u)) {
        char *request = http_request(&u, NULL, 0);
        char *end = strstr(request, "\r\n\r\n");
        must(u.port > 0 && u.port <= 65535 && end && end[4] == '\0'); /* it can't put lines of its own in */
        must(!strchr(u.target, ' ') && !strchr(u.target, '\n') && !strchr(u.authority, '@'));
        free(request);
    }
    url_free(&u);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum http_state one, two;
    size_t n, m;
    if (size < 1)
        return 0;
    struct http *pieces = answer_run(data + 1, size - 1, data[0] + 1u, &one);
    struct http *whole = answer_run(data + 1, size - 1, size, &two);
    const uint8_t *a = http_body(pieces, &n), *b = http_body(whole, &m);
    must(one == two && http_status(pieces) == http_status(whole) && n <= CAP);
    must(one != HTTP_DONE || (n == m && (!n || memcmp(a, b, n) == 0)));
    http_free(pieces);
    http_free(whole);
    address_run(data + 1, size - 1);
    return 0;
}
