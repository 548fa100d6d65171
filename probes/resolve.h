/* resolve - names to addresses on the loop.
 *
 * Owns: the hosts file, DNS by c-ares, and a last question to the system's own resolver before a name
 * is said not to exist (mDNS, myhostname and the like are nsswitch's and not in DNS); and the rules of --resolve, which
 * come before all that where their caller asks them.
 * Must not know: columns, facts.
 */
#ifndef TLSWHY_PROBES_RESOLVE_H
#define TLSWHY_PROBES_RESOLVE_H

#include <ev.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "probes/each.h"
#include "src/base/err.h"

#define RESOLVE_MAX 32 /* addresses of one name that are looked at */

union sock { /* an address of either family; a sockaddr_storage would be four times the size */
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

struct address {
    union sock sa; /* with the port set */
    socklen_t n;
};

struct resolved {
    struct address address[RESOLVE_MAX];
    size_t count, total;
    const char *from;   /* "option" "hosts" "dns" "dns-late" (only when another name server was asked) "nsswitch" */
    const char *failed; /* NULL, or a kind of FACT_FAILURE: "no-such-name" "no-address" "dns-silent" "dns-failed"
                         * "dns-differs" (one name server knows an address, and the one that is believed says no) */
    char why[256];      /* a sentence for a person, also when it worked but is remarkable; or "" */
    char each[EACH_TEXT_MAX]; /* what each name server says, where they were asked one by one; or "" */
};

typedef void resolved_fn(void *arg, const struct resolved *r);

#define MX_MAX 16      /* mail servers of one domain that are looked at */
#define MX_HOST_MAX 256
struct mx_answer {
    char host[MX_MAX][MX_HOST_MAX]; /* as DNS says, the preferred ones first */
    size_t count, total;
    const char *failed; /* NULL, or "no-such-name" "dns-silent" "dns-failed" "null-mx" (it takes no mail, RFC 7505) */
    bool own;           /* it has no MX: its own name counts (RFC 5321 section 5.1) */
    char why[256];
};
typedef void mx_fn(void *arg, const struct mx_answer *a);

struct resolver;
struct resolver *resolver_new(struct ev_loop *loop, double timeout, struct err *e);
void resolver_free(struct resolver *r); /* open questions are dropped without an answer */
/* Calls `done` once, perhaps before this returns. Lent name. */
void resolver_ask(struct resolver *r, const char *host, int port, resolved_fn *done, void *arg);
/* The mail servers of a domain, by DNS alone. Calls `done` once. */
void resolver_mx(struct resolver *r, const char *domain, mx_fn *done, void *arg);
/* Forgets the questions of this arg. */
void resolver_drop(struct resolver *r, void *arg);

struct resolve_rule {   /* --resolve HOST:PORT:ADDR[,ADDR...] */
    char *host;         /* "*": any */
    int port;           /* 0: any */
    char **address;
    size_t count;
};
/* What the first n rules say of a name; false, and no addresses, where none of them is for it. */
bool resolve_by_rule(const struct resolve_rule *rule, size_t n, const char *host, int port, struct resolved *r);

/* The same machine, whatever the port. */
bool address_same(const struct sockaddr *a, const struct sockaddr *b);
/* "192.0.2.1:443", "[2001:db8::1]:443"; owned by the caller. */
char *address_text(const struct sockaddr *sa);
/* The same without port and brackets: "2001:db8::1". */
char *address_host(const struct sockaddr *sa);
/* An address from text and port; false when it is none. Accepts a zone: fe80::1%eth0. */
bool address_parse(const char *text, int port, struct address *a);

#endif
