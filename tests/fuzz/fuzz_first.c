/* fuzz_first - fuzz target of the first bytes a server sends: whatever they are, the answer holds
 * together, and says TLS only for bytes that begin like a record.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "src/wire/first.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
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
