/* endpoint - what is contacted, as a person types it.
 *
 * Owns: the grammar [SCHEME://]HOST[:PORT][,KEY=VALUE]..., the tables of schemes and keys, and the
 * one sentence that says what is wrong with a bad one. A comma inside a value is written \, and a
 * backslash before a comma or a backslash \\; any other backslash stands for itself.
 * Must not know: resolving, sockets. Reads no file but that of client=FILE, since what a column offers is part
 * of what it is; that any other file exists and holds what it should is checked by those who use it.
 */
#ifndef TLSWHY_MODEL_ENDPOINT_H
#define TLSWHY_MODEL_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/model/hellofile.h"
#include "src/wire/client.h"

#define ENDPOINT_TEXT_MAX 8192  /* bytes of a whole endpoint, given or canonical */
#define ENDPOINT_VALUE_MAX 4096 /* bytes of one key's value */

struct scheme {
    const char *name;     /* "https" */
    uint16_t port;        /* default; 0: must be given */
    const char *starttls; /* how TLS starts, NULL: at once */
    const char *alpn;     /* default ALPN list joined by "+", or NULL */
    bool http;            /* HTTP bytes may be sent */
};
extern const struct scheme scheme_table[];
extern const size_t scheme_count;

/*    ID          key             due    takes             help */
#define KEYS(X) \
    X(AT,         "at",           true,  "ADDR[:PORT]",    "connect there instead of resolving") \
    X(SNI,        "sni",          true,  "NAME|none",      "server name to send") \
    X(NAME,       "name",         true,  "NAME",           "what the certificate must match: DNS name, address or URI") \
    X(CLIENT,     "client",       true,  "PROFILE|FILE",   "act as this client, or as the one whose hello was saved") \
    X(MIN,        "min",          true,  "VERSION",        "lowest protocol version offered") \
    X(MAX,        "max",          true,  "VERSION",        "highest protocol version offered") \
    X(CIPHERS,    "ciphers",      true,  "LIST",           "cipher suites offered, joined by +") \
    X(GROUPS,     "groups",       true,  "LIST",           "groups offered, joined by +") \
    X(SIGALGS,    "sigalgs",      true,  "LIST",           "signature algorithms offered, joined by +") \
    X(ALPN,       "alpn",         true,  "LIST|none",      "application protocols offered, joined by +") \
    X(HELLO_SIZE, "hello-size",   true,  "BYTES",          "pad the ClientHello to at least this") \
    X(CA,         "ca",           true,  "FILE",           "trust these CAs only") \
    X(CERT,       "cert",         true,  "FILE",           "client certificate, with its chain: PEM, DER or PKCS#12") \
    X(KEY,        "key",          true,  "FILE",           "its private key, where that is in another file") \
    X(PASS_FILE,  "pass-file",    true,  "FILE",           "file whose first line is the key's passphrase") \
    X(PIN,        "pin",          true,  "sha256//BASE64", "the key that should be there, or several joined by ;") \
    X(EXPECT,     "expect",       true,  "FILE",           "the certificate that should be there") \
    X(VIA,        "via",          true,  "PROXY",          "through http://H:P, socks5://H:P, env, or exec:COMMAND") \
    X(FROM,       "from",         false, "VANTAGE",        "where to probe from") \
    X(LABEL,      "label",        true,  "TEXT",           "column title") \
    X(ADDRESSES,  "addresses",    false, "first|all",      "one column, or one per address")

enum key {
#define X(id, word, due, takes, help) KEY_##id,
    KEYS(X)
#undef X
    KEY_COUNT
};
struct key_row { const char *word; bool due; const char *takes, *help; };
extern const struct key_row key_table[KEY_COUNT];

enum host_kind { HOST_NAME, HOST_IPV4, HOST_IPV6 };

struct endpoint { /* never changed once it was parsed, so it is shared: endpoint_ref, endpoint_free */
    int refs;
    char *text;                  /* owned; canonical, as endpoint_format makes it */
    const struct scheme *scheme; /* const row */
    char *host;                  /* owned; A-labels, lower case, no final dot; addresses without brackets */
    enum host_kind host_kind;
    uint16_t port;
    char *value[KEY_COUNT];      /* owned; checked and in its one spelling, NULL where not given */
    char *note;                  /* owned; what was silently mended ("the path /x was dropped"), or NULL */
    uint16_t min, max;           /* protocol versions from min= max=, 0 where not given */
    const struct client *client; /* const row, or lent by `saved` */
    struct hellofile *saved;     /* owned; the file of client=FILE, else NULL */
    struct offer offer;          /* owned lists; ask endpoint_offer */
    char *at_host;               /* owned; address of at=, NULL where not given */
    uint16_t at_port;            /* port of at=, 0: `port` */
};

/* Parses and checks one endpoint. `defaults` holds values for keys the text does not give (from
 * options), entries and itself may be NULL. NULL and a sentence in *e that quotes the text when it
 * is bad: what is wrong, and where. */
struct endpoint *endpoint_parse(const char *text, char *const defaults[KEY_COUNT], struct err *e);
/* The same for a text that somebody else may have written, out of a session file: no file it names is opened and no
 * command run, so one whose client is a saved hello, or that goes through a command, is refused. */
struct endpoint *endpoint_parse_foreign(const char *text, struct err *e);
/* Checks one key's value alone, for options: false and a sentence when it is bad or not due. */
bool endpoint_check_value(enum key key, const char *value, struct err *e);
/* A host alone, as in --resolve: a name in A-labels and lower case, or an address (IPv6 with or
 * without brackets) as inet_ntop writes it. Owned by the caller; NULL and a sentence when it is none. */
char *endpoint_host(const char *text, enum host_kind *kind, struct err *e);
/* What a name to be matched is; an address stands without brackets, a URI has "://". Everybody who
 * has to tell asks here. */
enum name_kind { NAME_DNS, NAME_ADDRESS, NAME_URI };
enum name_kind name_kind(const char *name);
struct endpoint *endpoint_ref(const struct endpoint *ep); /* one more owner; accepts NULL */
void endpoint_free(struct endpoint *ep);                 /* one owner less; accepts NULL */
enum key key_find(const char *word);     /* KEY_COUNT when there is no such key */

/* It stands for the mail servers of a domain, each of which becomes an endpoint of its own. */
bool endpoint_is_mx(const struct endpoint *ep);
/* What this endpoint's client offers: its profile, limited by min= max= ciphers= groups= sigalgs= and
 * hello-size= (see offer_make). Lent, never NULL. */
const struct offer *endpoint_offer(const struct endpoint *ep);
/* Who is asking: client=, else the profile `default`. Lent, never NULL. */
const struct client *endpoint_client(const struct endpoint *ep);
/* What is offered as application protocols, joined by "+", NULL for none: alpn=; else what a saved hello holds; else,
 * where the scheme offers any, the profile's own, and the scheme's for `default`. Lent. */
const char *endpoint_alpn(const struct endpoint *ep);
/* What is sent as server name, NULL for none: sni=; else what a saved hello holds; else HOST unless that is an
 * address or the client never sends any. Lent. */
const char *endpoint_sni(const struct endpoint *ep);
/* What the certificate must match: name=, else sni=, else HOST. Lent. */
const char *endpoint_name(const struct endpoint *ep);
/* Whom the server is asked for in plain text, where a protocol names one before TLS (XMPP): the name sent in TLS, else
 * what the certificate must match where that is a name, else HOST. Lent. */
const char *endpoint_asked(const struct endpoint *ep);
/* Title: label=, else HOST:PORT (brackets for IPv6), port left out where it is the scheme's. Owned by the caller. */
char *endpoint_title(const struct endpoint *ep);

#endif
