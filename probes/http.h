/* http - one HTTP/1.1 exchange as bytes.
 *
 * Owns: http:// addresses, the text of a request, and the bounded reader of its answer (RFC 9112).
 * Must not know: sockets, deadlines, what is asked for.
 *
 * The answer comes from whoever a certificate names: everything about it is capped, and of answers
 * other than "200" no more than the header is read.
 */
#ifndef TLSWHY_PROBES_HTTP_H
#define TLSWHY_PROBES_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct url {
    char *host;      /* owned; a name or an address without brackets */
    int port;
    char *authority; /* owned; as the Host header has it */
    char *target;    /* owned; path and query, "/" at least */
};

/* NULL, or why it can't be asked, to be read after the address: "is an ldap address". *u is to be
 * freed in either case. A fragment goes; blanks, which Windows CAs leave there, become %20. */
const char *url_parse(const char *text, struct url *u);
void url_free(struct url *u);

/* The header of a GET, or, with a content type, of a POST of so many bytes. Owned by the caller. */
char *http_request(const struct url *u, const char *type, size_t body_len);
/* The same for a proxy, which is told the whole address (RFC 9112 section 3.2.2); `login` is a header line for it, or
 * "". */
char *http_request_through(const struct url *u, const char *type, size_t body_len, const char *login);

enum http_state { HTTP_GOING, HTTP_DONE, HTTP_BROKEN, HTTP_TOO_BIG };

struct http;
/* A body of more than `cap` bytes is too big. */
struct http *http_new(size_t cap);
void http_free(struct http *h); /* accepts NULL */
/* The next bytes; anything but GOING is final, and what follows is not looked at. */
enum http_state http_feed(struct http *h, const void *p, size_t n);
/* The peer has closed: that ends an answer without a length, and cuts off any other. */
enum http_state http_close(struct http *h);
int http_status(const struct http *h);         /* 0 until there is one */
const char *http_type(const struct http *h);   /* content type, printable; NULL: not said. Lent */
const char *http_why(const struct http *h);    /* why it is broken, to be read after "it"; lent */
const uint8_t *http_body(const struct http *h, size_t *n); /* lent, NULL while empty */

#endif
