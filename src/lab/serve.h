/* serve - the lab's servers on one loop.
 *
 * Owns: listening sockets, connections, and what each kind of server does with them.
 * Must not know: how certificates are made, processes, temporary files.
 *
 * Everything is bounded: connections (SERVE_CONN_MAX, newer ones are closed at once), their life,
 * their buffers, and the work done for one of them before the others get their turn.
 */
#ifndef TLSWHY_LAB_SERVE_H
#define TLSWHY_LAB_SERVE_H

#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdint.h>

#include "src/lab/lab.h"

#define SERVE_CONN_MAX 256
#define SERVE_CONN_SECONDS 10.0   /* a connection's whole life */
#define SERVE_LINGER_SECONDS 1.0  /* for the peer to read our last words */

struct serve;

struct serve *serve_new(struct err *e);
void serve_free(struct serve *s); /* accepts NULL */

/* Opens a port for one row; returns it, or 0 and a sentence. Takes the credentials in any case
 * (NULL for rows without TLS). The row must outlive s. */
uint16_t serve_add(struct serve *s, const struct lab_row *row,
                   gnutls_certificate_credentials_t cred, struct err *e);
/* Serves until `link` (a socket) reaches its end or one of `signals` comes, which the caller has
 * blocked. */
bool serve_run(struct serve *s, int link, const sigset_t *signals, struct err *e);

#endif
