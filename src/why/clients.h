/* clients - which known clients a server works for, and the first rule that makes it fail for one.
 *
 * Owns: the rules, in the order in which a handshake meets them, and what is made of a rule's answer and of a try.
 * Must not know: how hellos are sent, who draws.
 *
 * What a client would meet is worked out from the lists of what the server takes (versions, ciphers, groups, sigalgs,
 * dh, cert_keys) and from its chain; where the client's own hello was tried (FACT_CLIENTS), that decides whether it is
 * answered, and the lists only say why not.
 */
#ifndef TLSWHY_WHY_CLIENTS_H
#define TLSWHY_WHY_CLIENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/model/session.h"
#include "src/wire/client.h"

/*    ID          word */
#define CLIENT_RULES(X) \
    X(NONE,       "none")       /* works, or nothing is known */ \
    X(VERSION,    "version")    X(SUITE,   "suite")   X(GROUP, "group") \
    X(SIGALG,     "sigalg")     X(DH,      "dh")      /* size of the server's DH group */ \
    X(EXTENSION,  "extension")  /* it insists on one the server lacks */ \
    X(KEY,        "key")        /* size or kind of the certificate's key */ \
    X(DIGEST,     "digest")     /* of a signature in the chain */ \
    X(NAME,       "name")       X(DATES,   "dates")   X(TRUST, "trust") \
    X(HELLO_SIZE, "hello-size") /* its hello is larger than what is answered */ \
    X(REFUSED,    "refused")    /* its hello was tried and refused, and no rule says why */
enum client_rule {
#define X(id, word) CLIENT_RULE_##id,
    CLIENT_RULES(X)
#undef X
    CLIENT_RULE_COUNT
};
extern const char *const client_rule_words[CLIENT_RULE_COUNT];

enum client_works { CLIENT_UNKNOWN, CLIENT_WORKS, CLIENT_FAILS };

struct client_result {
    const struct client *client;
    enum client_works works;
    bool tried;                  /* its own hello was sent */
    bool disagree;               /* what was tried and what was worked out do not agree: then works is UNKNOWN */
    enum client_rule rule;       /* the first that fails */
    uint16_t version, suite, group; /* agreed on; 0: not known, or none */
    char *why;                   /* owned; one sentence: why it fails, or why nobody knows; NULL where it works */
    char *but;                   /* owned; what such a client would warn of or need besides, or NULL */
};

/* Worked out from the lists alone; needs accepts_known(c). Free with client_result_clear. */
void client_work_out(struct client_result *out, const struct column *c, const struct client *client);
/* The whole answer. UNKNOWN with a reason where neither the lists nor a try are there. */
void client_result_of(struct client_result *out, const struct column *c, const struct client *client);
/* All rows of client_table, for which the column is read only once; `out` has room for client_count. */
void client_results_of(struct client_result *out, const struct column *c);
void client_result_clear(struct client_result *r);
/* "works, TLS 1.3 TLS_AES_256_GCM_SHA384 x25519; but ...", "fails: ...", "not known: ...". Owned by the caller. */
char *client_result_says(const struct client_result *r);
/* Something about clients is known of this column, so there is something to show. */
bool clients_known(const struct column *c);
/* [{"client","works","version","cipher","group","why","rule","tried","disagree","but"}, ...] in the order of
 * client_table, as --json has it; [] where nothing is known. A new reference. */
json_t *clients_json(const struct column *c);

#endif
