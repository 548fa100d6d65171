/* plain - what to say in plain text on a port where TLS at once was expected and a hello got no answer.
 *
 * Owns: the table of protocols whose client speaks first, by scheme and by well-known port; what such a client says;
 * and whether what comes back is that protocol's answer.
 * Must not know: sockets; when it is worth asking.
 *
 * Protocols whose server speaks first are not here: their greeting names them (first.h).
 */
#ifndef TLSWHY_WIRE_PLAIN_H
#define TLSWHY_WIRE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "src/wire/first.h"

#define PLAIN_MAX 4096 /* bytes that are said */

struct plain;

/* The protocol that belongs to this scheme, else to this port. For the scheme `tls` on any other port it is the one
 * whose first words are nothing but a request for TLS, and *guess is true. NULL: there is none. Const. */
const struct plain *plain_find(const char *scheme, uint16_t port, bool *guess);
const char *plain_protocol(const struct plain *p); /* as first.h calls it */
/* Appends its first words, for a server called `host`. False when there is no room for them. */
bool plain_write(const struct plain *p, const char *host, struct buf *out);
/* The first n bytes that came back: kind is FIRST_PLAIN, with protocol and hint, only where they are this protocol's
 * answer. Any other protocol's complaint about words that it does not know says nothing of what a hello should get. */
struct first plain_look(const struct plain *p, const void *in, size_t n);

#endif
