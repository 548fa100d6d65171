/* fetch - what certificates point at (issuers, OCSP, CRLs), by plain HTTP.
 *
 * Owns: the connections, the one deadline of each fetch, the answers kept for others that ask the
 * same, and the rule where a certificate may send us.
 * Must not know: columns, facts, what the bytes mean.
 *
 * A certificate is written by whoever runs the server. So an address in it is asked by GET or POST
 * over http:// only, never with redirections followed, and never on loopback, link-local or private
 * networks unless the endpoint that sent the certificate is on such a network itself.
 *
 * What is reached through a proxy has its certificates' addresses asked through it as well, never directly: that may be
 * forbidden here, and would say who asks. The proxy finds the addresses of names then, so only names and addresses that
 * are anybody's are asked for. A command leads to its endpoint alone: behind one nothing is fetched.
 */
#ifndef TLSWHY_PROBES_FETCH_H
#define TLSWHY_PROBES_FETCH_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probes/resolve.h"
#include "src/model/via.h"

/*    ID           word            asked: somebody there was really asked */
#define FETCH_ENDS(X) \
    X(OK,          "ok",           true)  /* status 200, with all of its body */ \
    X(STATUS,      "status",       true)  /* any other status but a redirection */ \
    X(REDIRECT,    "redirect",     true)  /* 3xx; it is not followed */ \
    X(TOO_BIG,     "too-big",      true) \
    X(BROKEN,      "broken",       true)  /* no HTTP/1, or cut off */ \
    X(SLOW,        "slow",         true)  /* connected, but not done in time */ \
    X(UNREACHABLE, "unreachable",  true)  /* no connection */ \
    X(NO_NAME,     "no-name",      false) /* the name has no address */ \
    X(FORBIDDEN,   "forbidden",    false) /* its address lies where we are not sent */ \
    X(URL,         "url",          false) /* not http://, or broken */

enum fetch_end {
#define X(id, word, asked) FETCH_##id,
    FETCH_ENDS(X)
#undef X
    FETCH_END_COUNT
};
extern const char *const fetch_end_words[FETCH_END_COUNT];
bool fetch_end_asked(enum fetch_end e);

#define FETCH_ISSUER_MAX (1u << 20)
#define FETCH_OCSP_MAX (256u << 10)
#define FETCH_CRL_MAX (8u << 20)

struct fetch_ask {
    const char *url;
    const char *type;       /* content type of `body`, which is sent by POST; NULL: GET */
    const void *body; size_t body_len;
    size_t cap;             /* longest answer */
    double seconds;         /* for all of it, from when it is begun (a few at a time are) */
    const struct sockaddr *endpoint; /* who sent the certificate: decides where it may send us */
    const struct via *via;  /* through what the endpoint is reached, and so this, too; NULL: directly */
    const char *login;      /* "user:password" for that proxy; NULL: none */
    const struct sockaddr *proxy; socklen_t proxy_len; /* where it is */
};

struct fetched {            /* lent until the callback returns */
    enum fetch_end end;
    int status;             /* of HTTP, 0: none */
    const char *url;        /* printable */
    const char *address;    /* asked: "192.0.2.1:80"; NULL: none was */
    const char *type;       /* content type, NULL: not said */
    const char *text;       /* one sentence about it, with URL and address */
    const uint8_t *body; size_t len; /* for OK */
    double ms;              /* it took; of the fetch that was really made */
};
typedef void fetched_fn(void *arg, const struct fetched *f);

/* Where names are resolved; `ask` and `drop` as resolver_ask and resolver_drop. */
struct fetch_names {
    void (*ask)(void *arg, const char *host, int port, resolved_fn *done, void *who);
    void (*drop)(void *arg, void *who);
    void *arg;
};

struct fetcher;
struct fetcher *fetcher_new(struct ev_loop *loop, struct fetch_names names);
void fetcher_free(struct fetcher *f); /* accepts NULL; nobody is called any more */
/* Calls `done` once, never before this returns. Everything of `ask` is copied. Who asks what was asked
 * before (or is being asked) gets that answer; good ones are kept for five minutes, others for half a one. */
void fetcher_ask(struct fetcher *f, const struct fetch_ask *ask, fetched_fn *done, void *arg);
void fetcher_drop(struct fetcher *f, void *arg); /* this arg is not called any more */

/* Where an address lies. */
enum reach { REACH_PUBLIC, REACH_PRIVATE, REACH_LINK, REACH_LOOPBACK, REACH_NOWHERE };
enum reach reach_of(const struct sockaddr *sa);
/* Whether the certificate of an endpoint at `endpoint` may send us to `sa`. */
bool reach_allowed(const struct sockaddr *sa, const struct sockaddr *endpoint);

#endif
