/* line - what one error line of a log says about a TLS handshake, and what it does not say.
 *
 * Owns: which lines are worth a look, the shapes of error lines (shapes_*.inc), what each means (topics.inc) and which
 * causes follow, ranked. A reading is a pure function of the text and its context.
 * Must not know: files, clocks, who wrote the line when and about whom (time stamps and addresses are skipped over),
 * other lines of the log but for what struct line_context tells.
 *
 * All strings of a reading are constant, written by us and never a piece of the line: nothing a peer wrote gets out.
 */
#ifndef TLSWHY_LOG_LINE_H
#define TLSWHY_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/log/number.h"
#include "src/why/cause.h"

#define LINE_BYTES 16384 /* looked at of one text; the rest is cut off */
#define LINE_CAUSES 5
#define LINE_NEAREST 3

/*   id          word          who writes such lines */
#define LINE_STACKS(X) \
    X(NONE,      "",           "") \
    X(OPENSSL,   "openssl",    "OpenSSL") \
    X(BORINGSSL, "boringssl",  "BoringSSL") \
    X(GNUTLS,    "gnutls",     "GnuTLS") \
    X(NSS,       "nss",        "NSS") \
    X(SCHANNEL,  "schannel",   "Schannel or .NET") \
    X(APPLE,     "apple",      "Apple's Secure Transport or Network framework") \
    X(JAVA,      "java",       "Java (JSSE)") \
    X(ANDROID,   "android",    "Android") \
    X(GO,        "go",         "Go") \
    X(RUSTLS,    "rustls",     "rustls") \
    X(MBEDTLS,   "mbedtls",    "Mbed TLS") \
    X(WOLFSSL,   "wolfssl",    "wolfSSL") \
    X(BOTAN,     "botan",      "Botan") \
    X(NODE,      "node",       "Node.js") \
    X(PYTHON,    "python",     "Python") \
    X(RUBY,      "ruby",       "Ruby") \
    X(PHP,       "php",        "PHP") \
    X(ERLANG,    "erlang",     "Erlang") \
    X(PERL,      "perl",       "Perl") \
    X(NGINX,     "nginx",      "nginx") \
    X(APACHE,    "apache",     "Apache httpd") \
    X(HAPROXY,   "haproxy",    "HAProxy") \
    X(ENVOY,     "envoy",      "Envoy or Istio") \
    X(TRAEFIK,   "traefik",    "Traefik") \
    X(CADDY,     "caddy",      "Caddy") \
    X(KUBE,      "kubernetes", "Kubernetes") \
    X(STUNNEL,   "stunnel",    "stunnel") \
    X(POSTFIX,   "postfix",    "Postfix") \
    X(DOVECOT,   "dovecot",    "Dovecot") \
    X(EXIM,      "exim",       "Exim") \
    X(POSTGRES,  "postgresql", "PostgreSQL") \
    X(MYSQL,     "mysql",      "MySQL or MariaDB") \
    X(OPENVPN,   "openvpn",    "OpenVPN") \
    X(LDAP,      "openldap",   "OpenLDAP") \
    X(MQTT,      "mqtt",       "an MQTT broker or client") \
    X(GRPC,      "grpc",       "gRPC") \
    X(DOCKER,    "docker",     "Docker") \
    X(GIT,       "git",        "git") \
    X(CURL,      "curl",       "curl") \
    X(WGET,      "wget",       "wget") \
    X(BROWSER,   "browser",    "a browser")

enum line_stack {
#define X(id, word, title) LINE_##id,
    LINE_STACKS(X)
#undef X
    LINE_STACK_COUNT
};
struct line_stack_row { const char *word, *title; };
extern const struct line_stack_row line_stack_table[LINE_STACK_COUNT];

/* Which end of the TLS connection wrote the line. nginx towards an upstream is a client. */
enum line_side { LINE_SIDE_UNKNOWN, LINE_SIDE_CLIENT, LINE_SIDE_SERVER };

/* Whose opinion the line tells: the other side's (an alert received), or that of the side that wrote it. */
enum line_direction { LINE_DIRECTION_UNKNOWN, LINE_RECEIVED, LINE_SENT, LINE_LOCAL };

/* How far the connection is known to have come. */
enum line_stage {
    LINE_STAGE_UNKNOWN,
    LINE_STAGE_HELLO,        /* no ServerHello was seen */
    LINE_STAGE_CERTIFICATE,  /* the server's certificate was */
    LINE_STAGE_CLIENT_CERT,  /* the server asked for a client certificate */
    LINE_STAGE_DONE          /* the handshake was over for one side */
};

/* What else is known. Zero-initialised: nothing. NULL is the same. */
struct line_context {
    bool in_log;             /* one line of many: words that any program uses ("connection reset by peer") then count
                                only beside a word of TLS */
    enum line_side side;     /* of the whole log; words of the line itself outweigh it */
    enum line_stage stage;
    uint32_t near;           /* 1u << enum cause: what other lines of this connection, the other side's log or the
                                probes speak for; such a cause, if the line names it at all, comes first */
    uint32_t excluded;       /* 1u << enum cause: what they rule out; it leaves the list */
};

enum line_kind {
    LINE_QUIET,              /* nothing about TLS */
    LINE_ORDINARY,           /* mentions TLS, but tells of no failure: no alarm; a candidate may be named */
    LINE_UNKNOWN,            /* tells of a failure in words that nobody here knows; see `nearest` */
    LINE_KNOWN               /* causes, or a kind of noise */
};

/* Failures that are mostly nobody's trouble; they have causes all the same, at low weight. */
enum line_noise {
    LINE_NOISE_NONE,
    LINE_NOISE_CLOSED,       /* closed before or within the handshake: health check, scanner, impatient user, or more */
    LINE_NOISE_SCANNER,      /* what scanners send: other protocols, SSLv2, hellos nobody makes */
    LINE_NOISE_FOLLOWS       /* the consequence of another line of the same connection, which says more */
};

struct line_cause {
    enum cause cause;
    uint8_t percent;         /* 25 50 75 90 97, as of findings; below 50 it is a candidate only */
};

struct line_says {
    enum line_kind kind;
    enum line_stack stack;
    enum line_side side;
    enum line_direction direction;
    enum line_noise noise;
    struct line_cause cause[LINE_CAUSES]; size_t cause_count; /* the likeliest first */
    const char *topic;       /* a stable word, "no-shared-cipher"; NULL: none. Lines of one topic say the same */
    const char *means;       /* one sentence; NULL unless KNOWN */
    const char *not_means;   /* one sentence, or NULL */
    const char *decides;     /* one sentence: what tells the causes apart; NULL where one is left */
    int alert;               /* number of the alert (RFC 8446 section 6), -1: none is named */
    struct number number;    /* the code that was decoded, .kind NUMBER_NONE: none */
    const char *nearest[LINE_NEAREST]; /* UNKNOWN: the known phrases most like it; they live with the book */
    size_t nearest_count;
};

/* The shapes, made ready for searching, and what was read lately. One thread uses it at a time. */
struct line_book;
struct line_book *line_book_new(void);
void line_book_free(struct line_book *b); /* accepts NULL */

/* The first place in p[0..n) that may speak of TLS trouble, NULL when there is none: then no line of it is worth a
 * call of line_read. Made to skip ordinary lines at the speed of a text search; give it many lines at once. What fails
 * in words that have nothing of TLS ("connection reset by peer") is passed over, though line_read knows it. */
const char *line_find(const struct line_book *b, const char *p, size_t n);
bool line_maybe(const struct line_book *b, const char *p, size_t n);

/* Reads one logical text: a line, or a paste or stack trace of several (only the first LINE_BYTES count). Any bytes.
 * Lines that differ in time stamps, addresses and process numbers alone are read once and remembered. */
void line_read(struct line_book *b, const char *p, size_t n, const struct line_context *context,
               struct line_says *says);

#endif
