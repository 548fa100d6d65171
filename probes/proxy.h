/* proxy - asking a proxy for a connection.
 *
 * Owns: the layer that speaks HTTP CONNECT (RFC 9110 section 9.3.6) or SOCKS 5 (RFC 1928, logins RFC 1929) before
 * anything else passes, and what the proxy's answers mean.
 * Must not know: which proxy is chosen (src/model/via.h), what is spoken through it.
 *
 * The proxy is given the endpoint's name, not an address, as curl does, unless at= gives one. What it refuses is its own
 * doing and never the server's: the words tell apart what it says of itself and what it says of the server.
 */
#ifndef TLSWHY_PROBES_PROXY_H
#define TLSWHY_PROBES_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/conn.h"
#include "probes/way.h"
#include "src/model/via.h"

#define PROXY_HEAD_MAX 16384 /* bytes of an answer's head; proxies themselves stop reading about there */

enum proxy_outcome {
    PROXY_READY,         /* connected through it */
    PROXY_AUTH_REQUIRED, /* it wants a login, and none was given, or none of a kind it takes */
    PROXY_AUTH_REFUSED,  /* it does not take the one given */
    PROXY_FORBIDDEN,     /* its rules do not allow this */
    PROXY_PEER_REFUSED,  /* it says: the server refuses connections */
    PROXY_NO_NAME,       /* it says: there is no such name */
    PROXY_UNREACHABLE,   /* it says: the server can't be reached, or does not answer it */
    PROXY_REFUSED,       /* any other no */
    PROXY_UNSUPPORTED,   /* it does not know this kind of request */
    PROXY_GARBLED,       /* no answer of a proxy of this kind */
    PROXY_CLOSED,        /* it ended the connection instead of answering */
    PROXY_SILENT,        /* it did not answer in time */
    PROXY_NO_PROXY,      /* the proxy itself could not be had: its name, or a connection to it */
    PROXY_NOT_STARTED,   /* a command could not be run */
    PROXY_ENDED,         /* a command ended before a byte came through it */
    PROXY_OUTCOMES
};
extern const char *const proxy_outcome_words[]; /* "ready" "auth-required" ... as in the fact via */

/* What an answer says. */
struct proxy_answer {
    enum proxy_outcome outcome;
    int code;        /* HTTP status, or SOCKS reply; -1: none */
    char *said;      /* owned; its own words, printable; NULL: none */
};

/* The head of an HTTP answer, up to and with its empty line or cut; login: one was sent. */
struct proxy_answer proxy_read_http(const void *head, size_t n, bool login);
/* A SOCKS 5 reply code. */
struct proxy_answer proxy_read_socks(uint8_t code);

/* The header line with which a login is shown to an HTTP proxy. Owned by the caller, who wipes it. */
char *proxy_login_line(const char *login);

extern const struct layer_kind proxy_layer;
extern const struct way_row proxy_way;

/* The fact's value; `code` < 0 and NULL words are null. Owned by the caller. */
json_t *proxy_value(const struct via *via, const char *login, enum proxy_outcome outcome, int code, const char *said);
/* A sentence on it for people. Owned by the caller. */
char *proxy_sentence(const struct via *via, const struct proxy_answer *a);

#endif
