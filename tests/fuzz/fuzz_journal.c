/* A log of any bytes, fed in pieces: read, its pattern looked for, joined with itself. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/log/join.h"
#include "src/log/outcome.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One journal for all inputs, cleared before each: its books take longer to build than thousands of readings. */
static struct journal *j;

static void journal_end(void)
{
    journal_free(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size ? 1 + data[0] : 1;
    if (!j) {
        j = journal_new(1795000000);
        atexit(journal_end);
    }
    journal_clear(j);
    for (int i = 0; i < 2; i++) {
        journal_begin(j, i ? "server" : "client", i ? LINE_SIDE_SERVER : LINE_SIDE_CLIENT);
        for (size_t at = 0; at < size; at += piece)
            journal_feed(j, (const char *)data + at, size - at < piece ? size - at : piece);
        journal_flush(j, i == 1);
    }
    journal_text(j, (const char *)data, size);
    struct habit *h = habit_of(j);
    outcome_free(outcome_of(j, h));
    join_free(join_of(j));
    habit_free(h);
    return 0;
}
