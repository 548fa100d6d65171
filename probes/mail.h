/* mail - what a mail server says once TLS is there: its greeting, or its answer to EHLO.
 *
 * Owns: that one turn of SMTP (RFC 5321). A server that wants a client certificate may take the handshake without one and
 * say so only now, as Postfix does; a mail client would ask the same and hear the same.
 * Must not know: TLS, sockets, facts.
 */
#ifndef TLSWHY_PROBES_MAIL_H
#define TLSWHY_PROBES_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "src/model/endpoint.h"

struct mail;

/* Whether the endpoint is a mail server that takes a turn. */
bool mail_is_spoken(const struct endpoint *ep);
/* Of an endpoint that is one; `self` is who we are, copied. */
struct mail *mail_new(const struct endpoint *ep, const char *self);
void mail_free(struct mail *m); /* accepts NULL */
/* It is ours to speak. */
bool mail_has_turn(const struct mail *m);
/* What is to be said where it is; from then on it is the server's turn. Lent. */
const char *mail_speaks(struct mail *m);
/* Bytes of the server; true when nothing more is wanted of it. */
bool mail_feed(struct mail *m, const void *p, size_t n);
/* The code of its answer, -1: none was understood; *said its words, printable and lent, or NULL. */
int mail_answer(const struct mail *m, const char **said);

#endif
