/* date - one small request and the Date of its answer, in HTTP/1.1 or HTTP/2.
 *
 * Owns: the bytes of the request, reading the answer with caps, and the things we want of it.
 * Must not know: sockets, TLS, clocks.
 */
#ifndef TLSWHY_PROBES_DATE_H
#define TLSWHY_PROBES_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date; /* one exchange */

/* `authority` is the Host header: a name, with its port where that is not 443. `words`: what an error says is wanted, too,
 * so that it is a GET. */
struct date *date_new(bool http2, const char *authority, bool words);
void date_free(struct date *d); /* accepts NULL */
/* What is to be sent next; NULL and *n = 0 when nothing is. Lent until the next call. */
const uint8_t *date_output(struct date *d, size_t *n);
/* Feeds received bytes. True when the answer's header is complete, or never will be. */
bool date_feed(struct date *d, const void *p, size_t n);
int date_status(const struct date *d);      /* 200, ...; 0: no answer that is HTTP */
int64_t date_time(const struct date *d);    /* WHEN_UNKNOWN: no usable Date */
/* The beginning of an error's body as it came, 4 KiB at most, NUL-terminated; NULL where none was read. Lent. */
const char *date_words(const struct date *d);
const char *date_server(const struct date *d); /* the Server header, printable, or NULL. Lent. */

#endif
