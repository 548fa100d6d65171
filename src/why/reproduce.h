/* reproduce - one shell command line that shows the same thing without us.
 *
 * Owns: the commands and their quoting. Whatever an endpoint or a file is called, the line is safe
 * to paste: words that are not plain are in single quotes.
 * Must not know: causes.
 */
#ifndef TLSWHY_WHY_REPRODUCE_H
#define TLSWHY_WHY_REPRODUCE_H

#include "src/why/look.h"

enum reproduce {
    REPRODUCE_NONE,
    REPRODUCE_RESOLVE,   /* ask for the name */
    REPRODUCE_CONNECT,   /* open the connection */
    REPRODUCE_HANDSHAKE, /* as this client */
    REPRODUCE_AFTER,     /* the same, and what comes after it: TLS 1.3 refuses late, HTTP later */
    REPRODUCE_LARGE,     /* with a key share of post-quantum size: OpenSSL 3.5 */
    REPRODUCE_VERSIONS,  /* the version that is refused, then one that is accepted */
    REPRODUCE_TRUST,     /* verify the chain */
    REPRODUCE_DATES,     /* the same, or the leaf's dates where an untrusted chain would hide them */
    REPRODUCE_NAME,      /* verify the name */
    REPRODUCE_SNI,       /* with the server name that is sent, then with the one that should be */
    REPRODUCE_NAMES,     /* show the names: OpenSSL still takes one that is in the CN alone */
    REPRODUCE_CERTS,     /* show the certificates sent */
    REPRODUCE_TRIES,     /* the same handshake a dozen times, and which certificate came how often */
    REPRODUCE_LOAD,      /* the same handshake many times at once, and how often it ends how */
    REPRODUCE_REPLAY,    /* what the client's own hello hangs on, once so and once otherwise */
    REPRODUCE_PATH,      /* the hello that fails, then the one that does not; or packets of two sizes */
    REPRODUCE_ALPN,      /* with the application protocols offered, then without */
    REPRODUCE_CLOCK,     /* both clocks */
    REPRODUCE_PLAIN,     /* speak plain HTTP */
    REPRODUCE_HEADER,    /* with a PROXY header before TLS, then without */
    REPRODUCE_EXPECTED,  /* the certificate that comes, then the one of expect= */
    REPRODUCE_PIN,       /* the pin of the key that comes */
    REPRODUCE_STAPLE,    /* show the stapled OCSP response */
    REPRODUCE_STATUS,    /* ask for one, then not */
    REPRODUCE_RECORD_SIZE, /* a client that sends record_size_limit, then one that does not */
    REPRODUCE_RESPONDER, /* whether the responder can be reached */
    REPRODUCE_PLAINLY,   /* say the first words of the protocol that it speaks in plain text */
    REPRODUCE_BANNER,    /* show what the server says in plain text */
    REPRODUCE_ROUTE,     /* the route taken, then open the connection */
    REPRODUCE_VIA,       /* ask the proxy, or run the command */
    REPRODUCE_COUNT
};

/* Owned by the caller; NULL where there is none, or a word could not be shown in one line. */
char *reproduce_line(const struct look *l, enum reproduce r);
/* Adds a word so that a POSIX shell reads exactly it. */
struct text;
void shell_add(struct text *t, const char *word);

#endif
