/* Fuzz target of answers to the one small request. The first byte says which protocol is spoken and in
 * pieces of which size the rest comes: the pieces must make no difference to an HTTP/1.1 answer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/date.h"
#include "src/base/text.h"
#include "src/base/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Each piece is a copy of exactly its length, so that a sanitizer sees any look beyond it. */
static struct date *answer_run(bool http2, const uint8_t *p, size_t n, size_t step)
{
    struct date *d = date_new(http2, "www.example.org", true);
    bool done = false;
    for (size_t at = 0, sent; at < n && !done; at += step) {
        size_t piece = n - at < step ? n - at : step;
        uint8_t *copy = malloc(piece);
        must(copy != NULL);
        memcpy(copy, p + at, piece);
        while (date_output(d, &sent))
            must(sent > 0);
        done = date_feed(d, copy, piece);
        free(copy);
    }
    must(!done || date_feed(d, "x", 1));
    must(date_status(d) >= 0 && date_status(d) <= 999);
    if (date_server(d)) {
        char *clean = text_printable(date_server(d), strlen(date_server(d)), 1000);
        must(strcmp(clean, date_server(d)) == 0);
        free(clean);
    }
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    bool http2 = data[0] & 0x80;
    size_t step = (data[0] & 0x7f) + 1u;
    struct date *d = answer_run(http2, data + 1, size - 1, step);
    if (!http2 && size < 8000) {
        struct date *whole = answer_run(false, data + 1, size - 1, size);
        must(date_status(d) == date_status(whole) && date_time(d) == date_time(whole));
        must((date_server(d) == NULL) == (date_server(whole) == NULL));
        must(!date_server(d) || strcmp(date_server(d), date_server(whole)) == 0);
        must((date_words(d) == NULL) == (date_words(whole) == NULL));
        must(!date_words(d) || strcmp(date_words(d), date_words(whole)) == 0);
        date_free(whole);
    }
    date_free(d);
    return 0;
}
