/* via - through what an endpoint is reached.
 *
 * Owns: the values of via=, which proxy the environment's variables name for an endpoint (as curl reads them), and
 * how a command's text becomes words.
 * Must not know: the environment itself (it is asked for through a function), sockets, processes.
 */
#ifndef TLSWHY_MODEL_VIA_H
#define TLSWHY_MODEL_VIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"

#define VIA_WORDS_MAX 64   /* of a command */
#define VIA_LOGIN_MAX 1024 /* bytes of "user:password" */

enum via_kind {
    VIA_DIRECT, /* nothing in between */
    VIA_HTTP,   /* a proxy, asked by CONNECT (RFC 9110 section 9.3.6) */
    VIA_SOCKS5, /* a proxy, asked by SOCKS 5 (RFC 1928) */
    VIA_EXEC,   /* a command's standard input and output */
    VIA_ENV     /* what the environment says: only as the value of via=, never as the answer of via_settle */
};
extern const char *const via_words[]; /* "direct" "http" "socks5" "exec" "env" */

struct via {
    enum via_kind kind;
    char *host;      /* owned; of a proxy, without brackets */
    uint16_t port;
    char *login;     /* owned; "user:password" out of the environment's URL, NULL: none. Never shown, never saved */
    char *command;   /* owned; as it was given */
    char *shown;     /* owned; how it is called for people and in facts, without a login: "http://127.0.0.1:3128" */
};
void via_clear(struct via *v);

/* A value of via= in its one spelling; false and a sentence where it is none. */
bool via_parse(const char *value, struct via *v, struct err *e);

/* How a variable of the environment is read; NULL where it is not set. */
typedef const char *via_get(void *arg, const char *name);
/* The proxy's URL that curl would use for this host; NULL for none. `http`: the endpoint speaks HTTP. Lent. */
const char *via_choose(via_get *get, void *arg, bool http, const char *host);
/* What via= comes to in the end, `value` NULL being direct. False where the environment names what this version can't
 * speak to, or nonsense: the sentence never quotes a login. */
bool via_settle(const char *value, via_get *get, void *arg, bool http, const char *host, struct via *v, struct err *e);

/* The words of a command: cut at blanks, '...' and "..." keep theirs, no shell; %h, %p and %% are filled in. Owned by
 * the caller, NULL-terminated; NULL and a sentence where a quote stays open or nothing is there. */
char **via_command(const char *command, const char *host, uint16_t port, struct err *e);
void via_command_free(char **words); /* accepts NULL */

#endif
