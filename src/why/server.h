/* server - what one server takes, in numbers: read once for a column, for those who compare it with many clients.
 *
 * Owns: turning the facts of accepts.h, of DH groups, keys and the chain into lists of numbers.
 * Must not know: clients, causes, texts.
 *
 * A fact that is not known leaves `known` false; one of another shape (a file may hold any) is as good as not known.
 */
#ifndef TLSWHY_WHY_SERVER_H
#define TLSWHY_WHY_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "src/model/accepts.h"
#include "src/model/session.h"

#define SERVER_LIST_MAX 600 /* names read of one list */
#define SERVER_KEYS 4
#define SERVER_LINKS 16
#define TLS12 4             /* places of versions as in accepts.h */
#define TLS13 5

struct server_list {
    bool known;
    uint16_t *taken, *open;  /* owned, 0-terminated; never NULL. `open`: asked, and neither yes nor no */
};

struct server_key { uint8_t auth; int bits; uint16_t curve; }; /* enum suite_auth; 0: not known */

struct server_link {         /* of the chain as built */
    const char *name;        /* lent; NULL: none */
    const char *digest;      /* lent; "SHA256" of its signature, NULL: not known, or none of its own */
    const char *aia;         /* lent; where its issuer's certificate can be fetched, or NULL */
    uint8_t auth;
    int bits;
    bool unnamed;            /* it has no subjectAltName */
    bool anchor;             /* from the store, or signed by itself: nobody looks at its digest */
};

struct server {
    const struct column *c;  /* lent */
    bool versions_known;
    bool taken[ACCEPTS_VERSIONS];
    struct server_list suites[ACCEPTS_VERSIONS];  /* in the server's order where that decides */
    enum state order[ACCEPTS_VERSIONS];           /* YES: the server's decides, NO: the client's; else not known */
    struct server_list groups[2], sigalgs[2];     /* [0] up to TLS 1.2, [1] TLS 1.3 */
    int dh_bits;             /* 0: not known */
    struct server_key key[SERVER_KEYS];
    size_t keys;             /* of key; 0: not known */
    struct server_link link[SERVER_LINKS];        /* leaf first; link[0] as sent */
    size_t links;            /* 0: no chain is known */
    const json_t *faults;    /* lent; of cert_reasons, NULL: none */
};

void server_read(struct server *s, const struct column *c);
void server_free(struct server *s);
/* The server has certificates of this kind, as far as known: YES, NO, or UNSURE. */
enum state server_has_key(const struct server *s, uint8_t auth);
bool numbers_have(const uint16_t *list, uint16_t number); /* accepts NULL */

#endif
