/* lab - local TLS servers, one per fault, to learn on and to test with.
 *
 * Owns: the table of servers, and the lab as seen by those who use it: a child process that serves
 * all of them on 127.0.0.1, on ports the kernel chooses, and the CA file it writes.
 * Must not know: probes, sessions, the reasoning. May include base, wire, model, GnuTLS, libev.
 * (How certificates are made: mint.h. How connections are served: serve.h.)
 */
#ifndef TLSWHY_LAB_LAB_H
#define TLSWHY_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "src/base/err.h"

enum lab_way {
    LAB_HTTPS,      /* TLS with HTTP/1.1 in it */
    LAB_PLAIN_HTTP, /* HTTP without TLS */
    LAB_PLAIN_SMTP, /* an SMTP banner, and no STARTTLS */
    LAB_REFUSED,    /* nobody listens */
    LAB_RESET,      /* RST after a whole ClientHello */
    LAB_CLOSED,     /* FIN after a whole ClientHello */
    LAB_SILENT,     /* nothing after a ClientHello */
    LAB_WAY_COUNT
};

enum lab_issuer {
    LAB_BY_LAB,     /* the lab's intermediate, which is sent along */
    LAB_BY_HIDDEN,  /* another intermediate of the lab, which is never sent */
    LAB_BY_FOREIGN, /* a CA that is not in ca.pem; its intermediate and its root are sent along */
    LAB_BY_SELF
};

struct lab_row {
    const char *id;     /* "lab-07": tells nothing */
    const char *fault;  /* "expired" */
    const char *expect; /* cause id this version names for it, "ok", or "unsure" */
    const char *says;   /* what is wrong with it and how one could find out, one or two sentences */

    enum lab_way way;   /* how it is done; what follows only counts for LAB_HTTPS */
    enum lab_issuer issuer;
    unsigned rsa_bits;          /* 0: an ECDSA key on P-256 */
    int from_days, to_days;     /* validity relative to today; both 0: -1 to +90 */
    const char *cert_name;      /* the name in the certificate; NULL: its own, "lab-07.test" */
    const char *priority;       /* GnuTLS priority string; NULL: TLS 1.3 and 1.2, current suites */
    bool asks_client;           /* no handshake without a client certificate (any will do) */
};
extern const struct lab_row lab_table[];
extern const size_t lab_count;

/* A lab in a child process of its own that ends with us (also when we are killed) and removes its
 * files. endpoint[i] belongs to lab_table[i] and is ready to be parsed:
 * "https://lab-07.test,at=127.0.0.1:40123,ca=/tmp/tlswhy-lab-XXXXXX/ca.pem,label=lab-07". */
struct lab {
    pid_t pid;
    char **endpoint;    /* owned; lab_count entries */
    char *dir;          /* owned; holds ca.pem */
    int link;           /* owned; becomes readable (end of file) when the child has ended */
};
struct lab *lab_start(struct err *e); /* NULL and a sentence when it can't be had */
/* The same in two steps, for who must not wait: lab_begin only forks, and once `link` is readable
 * lab_ready fills `endpoint` (false and a sentence when the lab did not come up). */
struct lab *lab_begin(struct err *e);
bool lab_ready(struct lab *l, struct err *e);
void lab_stop(struct lab *l);         /* ends the child, waits, frees; accepts NULL */

#endif
