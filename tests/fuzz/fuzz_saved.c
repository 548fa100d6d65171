/* Fuzz target of saved sessions: whatever bytes come, in pieces of any size, the result is the same, can be shown, and
 * can be saved and opened again. The first byte says how long the pieces are. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/model/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static int next_id(void *arg)
{
    return ++*(int *)arg;
}

static void collect(void *arg, const struct event *ev)
{
    char *line = event_format(ev);
    text_add(arg, line);
    free(line);
}

/* What was loaded, as lines; NULL when it was refused, with a printable sentence. */
static char *load(const uint8_t *p, size_t n, size_t piece, double *started)
{
    struct session *into = session_new(0);
    struct saved_notes notes = { 0 };
    struct err e = { "" };
    struct text t = { 0 };
    int id = 7;
    struct saved *s = saved_new(into, next_id, &id, 3);
    bool good = true;
    for (size_t at = 0; good && at < n; at += piece)
        good = saved_feed(s, p + at, n - at < piece ? n - at : piece, &e);
    good = good && saved_end(s, &notes, &e);
    must(good == (e.text[0] == '\0'));
    char *clean = text_printable(e.text, strlen(e.text), strlen(e.text));
    must(strcmp(clean, e.text) == 0);
    free(clean);
    must(notes.columns <= (size_t)id - 7);
    session_tell(into, collect, &t);
    *started = saved_started(s);
    saved_notes_clear(&notes);
    saved_free(s);
    session_free(into);
    if (good)
        return text_take(&t);
    text_free(&t);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double started, same;
    if (!size)
        return 0;
    char *whole = load(data + 1, size - 1, size, &started), *pieces = load(data + 1, size - 1, data[0] + 1, &started);
    must((whole == NULL) == (pieces == NULL));
    if (whole) {
        must(strcmp(whole, pieces) == 0);
        must(saved_begins(data + 1, size - 1) || !memchr(data + 1, '\n', size - 1));
        struct text again = { 0 };
        char *head = saved_header("1", 5);
        text_add(&again, head);
        text_add(&again, whole);
        char *back = load((const uint8_t *)again.s, again.len, again.len, &same);
        must(back != NULL);
        must(same == 5);
        free(back);
        free(head);
        text_free(&again);
    }
    free(whole);
    free(pieces);
    return 0;
}
