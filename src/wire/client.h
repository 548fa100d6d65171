/* client - client profiles: what a client offers, what it insists on, and what it puts up with.
 *
 * Owns: the rows of known clients, each with its source, and what limits leave of them. The probes turn
 * that into hellos and handshakes, the reasoning compares it with what a server takes.
 * Must not know: GnuTLS, sockets, files.
 *
 * A row is `recorded`, its hello taken off the wire from the real program, or documented, with the public
 * source of its numbers. What neither shows is left at zero, which always says "not known, or no limit".
 */
#ifndef TLSWHY_WIRE_CLIENT_H
#define TLSWHY_WIRE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/wire/hello.h"

enum client_digest { CLIENT_MD5 = 1, CLIENT_SHA1 = 2, CLIENT_SHA2 = 4 };
enum client_trait {
    CLIENT_NO_SNI = 1 << 0,      /* never sends server_name */
    CLIENT_SHUFFLES = 1 << 1,    /* orders its extensions at random, each time anew */
    CLIENT_CN = 1 << 2,          /* takes a name that stands only in the CN */
    CLIENT_AIA = 1 << 3,         /* fetches a missing intermediate */
    CLIENT_REVOCATION = 1 << 4,  /* checks revocation by OCSP or CRL, on by default */
    CLIENT_NEEDS_RENEGOTIATION = 1 << 5, /* refuses a server without secure renegotiation (RFC 5746) */
    CLIENT_NEEDS_EMS = 1 << 6,   /* refuses a TLS 1.2 server without extended master secret (RFC 7627) */
    CLIENT_NAME_WARNING = 1 << 7, /* gives up at a warning alert unrecognized_name */
    CLIENT_NO_CHECKS = 1 << 8,   /* a library or tool that by default takes any certificate */
    CLIENT_OLD_UNSIGNED = 1 << 9 /* below TLS 1.2 takes no signature of the server: suites of RSA key exchange alone */
};

struct client {
    const char *name;            /* "default", "java-8": what client=NAME says */
    const char *title;           /* one line for people */
    const char *since;           /* when it came out: "2014-03", or "2014"; NULL: not known */
    bool recorded;               /* else documented */
    const char *source;          /* recorded: program, version, distribution; documented: whose public pages */

    /* --- its hello, as sent. Lists hold signals and GREASE where it sends them --- */
    uint16_t min, max;           /* protocol versions it can agree on, e.g. 0x0303, 0x0304 */
    const uint16_t *suites;      /* in order of preference, 0-terminated */
    const uint16_t *groups;      /* 0-terminated; NULL: it sends none */
    const uint16_t *sigalgs;     /* 0-terminated; NULL: it sends none */
    const uint16_t *versions;    /* supported_versions as sent; NULL: max to min where max is TLS 1.3 */
    const uint16_t *shares;      /* groups of its key shares; NULL: the first of `groups` where max is TLS 1.3 */
    const char *alpn;            /* what it offers by itself, names joined by "+"; NULL: none */
    const uint16_t *order; size_t order_count;             /* types of its extensions, as sent; NULL: those of a
                                                              current OpenSSL, in the order of hello.c */
    const struct hello_extension *body; size_t body_count; /* bodies that hello.h does not make by itself */
    const uint8_t *compressions; size_t compression_count; /* NULL: null alone */
    uint16_t record;             /* version of its record layer; 0: as hello.h has it */
    uint8_t session_id;          /* bytes of its session id in a first hello */
    size_t size;                 /* padded to at least so many bytes */
    size_t record_size;          /* at most so many bytes of it in one record; 0: as many as fit */
    bool ssl2_form;              /* sent in SSL 2.0's form, as hello.h has it */
    uint8_t challenge;           /* of ssl2_form: bytes of its challenge; 0: 32 */
    const uint32_t *kinds; size_t kind_count;

    /* --- what it refuses --- */
    int rsa_bits_min, rsa_bits_max, dh_bits_min, dh_bits_max; /* of keys; 0: no limit, or not known */
    unsigned digests;            /* enum client_digest: of signatures in certificates; 0: not known */
    unsigned traits;             /* enum client_trait */
    int roots;                   /* year its root store stopped at; 0: kept up to date, or not its own */
};

/* What a client offers: a row's lists, or what an endpoint's keys leave of them, without signals and GREASE.
 * Lent. */
struct offer {
    uint16_t min, max;
    const uint16_t *suites;      /* those that some version from min to max can use, in order, 0-terminated */
    const uint16_t *groups;      /* 0-terminated */
    const uint16_t *sigalgs;     /* 0-terminated */
    size_t size;                 /* the ClientHello is padded to at least so many bytes; 0: not at all */
    bool limited;                /* something was left out or put in: this is not quite the client's own offer */
};
/* What narrows or moves a client. Lists are lent and end with 0; 0 and NULL: not limited so. */
struct limits {
    uint16_t min, max;
    const uint16_t *suites, *groups, *sigalgs; /* instead of the client's */
    size_t size;
};
extern const struct client client_table[];
extern const size_t client_count;
const struct client *client_find(const char *name); /* NULL finds "default" */
/* What it refuses and how it behaves, for people: "refuses RSA keys under 1024 bits; sends no server name". Owned by the
 * caller; "" where nothing is known. */
char *client_rules(const struct client *c);

/* What the client offers within these limits. A limit outside the client's range of versions moves the
 * other end along (max of TLS 1.1 for a client of TLS 1.2 and 1.3 leaves TLS 1.1 alone), and so do suites
 * that none of its versions can use, where no version was asked for. Then the range is narrowed to versions
 * some suite is left for. False: there is none; min and max are then what was to be offered, the lists are
 * empty. The lists of a filled offer are owned by whoever filled it: offer_clear. */
bool offer_make(struct offer *o, const struct client *c, const struct limits *l);
void offer_clear(struct offer *o); /* also a zeroed one */
bool offer_equal(const struct offer *a, const struct offer *b); /* versions and lists; not the size */
/* This version may use the suite. One that no table knows may be used in every version. */
bool suite_fits(uint16_t suite, uint16_t version);

/* Room for what client_hello has to put together. */
struct client_lists { uint16_t versions[8], shares[2], order[128]; struct hello_extension bodies[64]; };
/* The client's hello, as far as the client decides it: the server name and the seed are the caller's.
 * `alpn`: instead of the client's own; NULL: its own; "none": none. `o`: from offer_make; where it is limited its lists
 * and range take the place of the client's, also of bodies it sends for them, and what its order has no place for
 * comes at the end. *h points into the row, `o` and `keep`. */
void client_hello(const struct client *c, const struct offer *o, const char *alpn, struct client_lists *keep,
                  struct hello *h);

#endif
