/* fuzz_dialogue - fuzz target of the dialogues before TLS. The first byte says which, the second in what pieces the
 * rest comes and when nothing comes; whatever a server says, the outcome holds together and nothing grows without end.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ways[] = { "smtp", "lmtp", "imap", "pop3", "ftp", "nntp", "sieve", "xmpp", "xmpp-server", "ldap",
                                    "postgres", "mysql", "mssql", "rdp" };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct dialogue *d)
{
    must(d->in.len <= TURN_MAX && d->out.len <= 4096 && d->offered_count <= DIALOGUE_OFFERED_MAX);
    must(!d->said || strlen(d->said) < 8 * TURN_LINE_MAX);
    must((d->outcome == DIALOGUE_OTHER) == (d->found != NULL));
    must(d->code >= -1 && d->code <= 65535);
    must(d->outcome != DIALOGUE_READY || !dialogue_farewell(d));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dialogue d;
    if (size < 2)
        return 0;
    size_t piece = (data[1] & 15) ? data[1] & 15 : size, overdue = data[1] >> 4;
    dialogue_begin(&d, dialogue_find(ways[data[0] % (sizeof ways / sizeof *ways)]), "[192.0.2.7]", "good.test");
    for (size_t at = 2, n = 0; at < size; at += piece, n++) {
        size_t left = size - at;
        dialogue_feed(&d, data + at, left < piece ? left : piece);
        if (overdue && n == overdue)
            dialogue_overdue(&d);
        check(&d);
        buf_drop(&d.out, d.out.len);
    }
    dialogue_ended(&d);
    must(d.outcome != DIALOGUE_GOING);
    check(&d);
    dialogue_free(&d);
    return 0;
}
