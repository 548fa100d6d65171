/* dump - bytes out of hex digits, as people paste them.
 *
 * Owns: the forms hex is written in: digits in a row or in pairs with blanks, commas, colons, 0x or \x between them;
 * lines with offsets and perhaps a column of characters, as xxd, hexdump -C, od and Wireshark print; what
 * `openssl s_client -msg` prints.
 * Must not know: what the bytes mean.
 */
#ifndef TLSWHY_WIRE_DUMP_H
#define TLSWHY_WIRE_DUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/bytes.h"

/* Puts the bytes into `out`, which is empty. False (and `out` empty) when this is no such text, holds none, or `out` is full. */
bool dump_read(const void *text, size_t n, struct buf *out);

#endif
