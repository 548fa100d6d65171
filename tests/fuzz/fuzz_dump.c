/* fuzz_dump - fuzz target of hex digits in any form: what is read has at most half as many bytes as the text, and
 * written as plain digits it is read as the same.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out, again;
    buf_init(&out, 1 << 16);
    buf_init(&again, 1 << 16);
    bool good = dump_read(data, size, &out);
    must(good == (out.len > 0) && out.len <= size);
    if (good && out.data[0]) {
        char *hex = bytes_hex(out.data, out.len, out.len);
        must(dump_read(hex, strlen(hex), &again) && again.len == out.len);
        must(memcmp(again.data, out.data, out.len) == 0);
        free(hex);
    }
    buf_free(&out);
    buf_free(&again);
    return 0;
}
