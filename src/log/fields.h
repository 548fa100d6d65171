/* fields - who a line of a log speaks of: client, server, name asked for, and the connection.
 *
 * Owns: where programs write these. Must not know: times, causes, other lines.
 *
 * All slices are lent from the line; bytes of it are whatever was in the log: text_printable before they are shown.
 */
#ifndef TLSWHY_LOG_FIELDS_H
#define TLSWHY_LOG_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/log/line.h"

struct slice { const char *p; size_t n; }; /* n 0: there is none */

struct fields {
    struct slice client;     /* an IP address, or a host name where there is no more */
    struct slice port;       /* of the client */
    struct slice server;     /* an address with its port, or a name */
    struct slice name;       /* the server name asked for */
    struct slice link;       /* what lines of one connection have in common: "*12", "[C29]", "tid 28367" */
};

#define FIELDS_BYTES 8192 /* looked at of a text */

/* The words that announce them, made ready for searching. */
struct fields_book;
struct fields_book *fields_book_new(void);
void fields_book_free(struct fields_book *b); /* accepts NULL */

/* `side`: of the line, as line_read says; a client's log speaks of servers where it names one address. */
void fields_read(const struct fields_book *b, const char *p, size_t n, enum line_side side, struct fields *out);

/* An address of a private, shared, loopback or link-local network: behind a proxy it is the proxy's. */
bool fields_private(const char *address);

#endif
