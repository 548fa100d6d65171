/* fuzz_first - fuzz target of the first bytes a server sends: whatever they are, the answer holds
 * together, and says TLS only for bytes that begin like a record.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/first.h"
#include "src/wire/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The same bytes as the answer to plain words: they count only where they are that protocol's. */
static void check_plain(const uint8_t *data, size_t size)
{
    static const struct { const char *scheme; uint16_t port; } asked[] = {
        { "ldaps", 636 }, { "xmpps", 5223 }, { "tls", 5432 }, { "tls", 1433 }, { "tls", 3389 }, { "rediss", 6379 },
        { "mqtts", 8883 },
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        bool guess;
        const struct plain *p = plain_find(asked[i].scheme, asked[i].port, &guess);
        struct first f = plain_look(p, data, size);
        must(!guess && (f.kind == FIRST_PLAIN) == (f.protocol != NULL));
        must(f.kind != FIRST_PLAIN || (f.hint && strcmp(f.protocol, plain_protocol(p)) == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_plain(data, size);
    struct first f = first_look(data, size);
    must((f.kind == FIRST_NOTHING) == (size == 0));
    must((f.kind == FIRST_PLAIN) == (f.protocol != NULL));
    must(f.kind != FIRST_PLAIN || f.hint);
    if (f.kind == FIRST_TLS || f.kind == FIRST_SHORT)
        must(data[0] >= 20 && data[0] <= 24 && (size >= 5) == (f.kind == FIRST_TLS));
    if (f.alert_level)
        must(f.kind == FIRST_TLS && data[0] == 21 && size >= 7 && f.alert_number == data[6]);
    return 0;
}
