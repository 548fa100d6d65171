/* endpoint - see endpoint.h.
 *
 * A text is cut at its commas into a place and key=value pieces; each piece is checked by the row
 * of its table and brought into its one spelling; the canonical text is written from the result,
 * so that parsing it again gives the same endpoint without any defaults.
 */
#include "src/model/endpoint.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/via.h"
#include "src/wire/list.h"
#include "src/wire/names.h"

#define NAME_MAX_LEN 253 /* RFC 1035 section 2.3.4, without the root's dot */
#define LABEL_MAX_LEN 63
#define QUOTE_MAX 100    /* bytes of a bad text shown in a sentence */

const struct scheme scheme_table[] = {
    {.name = "https", .port = 443, .alpn = "h2+http/1.1", .http = true},
    {.name = "tls", .port = 0},
    {.name = "smtps", .port = 465},
    {.name = "imaps", .port = 993},
    {.name = "pop3s", .port = 995},
    {.name = "ftps", .port = 990},
    {.name = "ldaps", .port = 636},
    {.name = "nntps", .port = 563},
    {.name = "mqtts", .port = 8883},
    {.name = "amqps", .port = 5671},
    {.name = "rediss", .port = 6379},
    {.name = "xmpps", .port = 5223},
    {.name = "smtp", .port = 25, .starttls = "smtp"},
    {.name = "submission", .port = 587, .starttls = "smtp"},
    {.name = "lmtp", .port = 24, .starttls = "lmtp"},
    {.name = "imap", .port = 143, .starttls = "imap"},
    {.name = "pop3", .port = 110, .starttls = "pop3"},
    {.name = "ftp", .port = 21, .starttls = "ftp"},
    {.name = "ldap", .port = 389, .starttls = "ldap"},
    {.name = "xmpp", .port = 5222, .starttls = "xmpp"},
    {.name = "xmpp-server", .port = 5269, .starttls = "xmpp-server"},
    {.name = "nntp", .port = 119, .starttls = "nntp"},
    {.name = "sieve", .port = 4190, .starttls = "sieve"},
    {.name = "postgres", .port = 5432, .starttls = "postgres"},
    {.name = "mysql", .port = 3306, .starttls = "mysql"},
    {.name = "mssql", .port = 1433, .starttls = "mssql"},
    {.name = "rdp", .port = 3389, .starttls = "rdp"},
    {.name = "mx", .port = 25, .starttls = "smtp"},
};
const size_t scheme_count = sizeof scheme_table / sizeof *scheme_table;

const struct key_row key_table[KEY_COUNT] = {
#define X(id, w, d, t, h) [KEY_##id] = {.word = w, .due = d, .takes = t, .help = h},
    KEYS(X)
#undef X
};

enum key key_find(const char *word)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (text_is(key_table[i].word, word))
            return (enum key)i;
    return KEY_COUNT;
}

static const struct scheme *scheme_find(const char *name)
{
    for (size_t i = 0; i < scheme_count; i++)
        if (text_is(scheme_table[i].name, name))
            return &scheme_table[i];
    return NULL;
}

/* Outside text as a sentence may show it; owned by the caller. */
static char *quote(const char *s)
{
    return text_printable(s, strlen(s), QUOTE_MAX);
}

/* A sentence whose last argument is the quoted text. */
#define REFUSE(e, text, ...)                 \
    do {                                     \
        char *quoted_ = quote(text);         \
        err_set(e, __VA_ARGS__, quoted_);    \
        free(quoted_);                       \
    } while (0)

static char *lower(char *s)
{
    for (char *p = s; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return s;
}

static bool is_ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= 0x80)
            return false;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- hosts --------------------------------------------------------------------------------- */

/* The first character that is no letter, no digit and not allowed, or NUL. */
static char label_bad_char(const char *label, size_t n, const char *allowed)
{
    for (size_t i = 0; i < n; i++)
        if (!is_letter(label[i]) && !is_digit(label[i]) && !strchr(allowed, label[i]))
            return label[i];
    return '\0';
}

static bool label_check(const char *label, size_t n, const char *host, struct err *e)
{
    if (n == 0) {
        REFUSE(e, host,
               "the name \"%s\" has an empty part: two dots in a row, or one at its start");
    } else if (n > LABEL_MAX_LEN) {
        REFUSE(e, host, "a part of the name \"%s\" is longer than the 63 bytes that DNS allows");
    } else if (label_bad_char(label, n, "-_")) { /* names with underscores are looked up, too */
        char c = label_bad_char(label, n, "-_");
        if (c == ' ')
            REFUSE(e, host, "there is a space in the name \"%s\"; put one endpoint in one word");
        else
            REFUSE(e, host, "the name \"%2$s\" has a \"%1$c\" in it, which no host name has", c);
    } else if (label[0] == '-' || label[n - 1] == '-') {
        REFUSE(e, host, "a part of the name \"%s\" begins or ends with a hyphen, "
               "which DNS does not allow");
    } else {
        return true;
    }
    return false;
}

/* A last label of digits alone is nobody's top-level domain: it is an address with a slip. */
static bool name_check(const char *name, struct err *e)
{
    if (strlen(name) > NAME_MAX_LEN) {
        REFUSE(e, name, "the name \"%s\" is longer than the 253 bytes that DNS allows");
        return false;
    }
    const char *label = name;
    for (;;) {
        size_t n = strcspn(label, ".");
        if (!label_check(label, n, name, e))
            return false;
        if (!label[n])
            break;
        label += n + 1;
    }
    if (strspn(label, "0123456789") == strlen(label)) {
        REFUSE(e, name, "\"%s\" is neither a name nor a whole IPv4 address such as 192.0.2.1");
        return false;
    }
    return true;
}

/* A-labels, lower case, without the final dot; NULL and a sentence when no DNS name comes out. */
static char *name_normal(const char *text, struct err *e)
{
    char *name = NULL;
    if (is_ascii(text)) {
        name = lower(mem_string(text));
    } else {
        uint8_t *out = NULL;
        int rc = idn2_lookup_u8((const uint8_t *)text, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (rc != IDN2_OK) {
            REFUSE(e, text, "\"%s\" can't be written as an international domain name (IDNA 2008)");
            return NULL;
        }
        name = lower(mem_string((char *)out));
        idn2_free(out);
    }
    size_t n = strlen(name);
    if (n > 1 && name[n - 1] == '.')
        name[n - 1] = '\0';
    return name;
}

/* The address in its one spelling, or NULL when it is none. */
static char *address_normal(int family, const char *text)
{
    unsigned char raw[sizeof(struct in6_addr)];
    char out[INET6_ADDRSTRLEN];
    if (inet_pton(family, text, raw) != 1 || !inet_ntop(family, raw, out, sizeof out))
        return NULL;
    return mem_string(out);
}

/* An interface after "%": RFC 4007 section 11; "%25eth0" is how URLs write it (RFC 6874). A dot
 * is let through for VLANs ("eth0.100"). */
static const char *zone_of(const char *text)
{
    if (text_starts(text, "25") && is_letter(text[2]))
        text += 2;
    size_t n = strlen(text);
    return n >= 1 && n <= 15 && !label_bad_char(text, n, "-_.") ? text : NULL;
}

static char *ipv6_normal(const char *text)
{
    const char *percent = strchr(text, '%');
    if (!percent)
        return address_normal(AF_INET6, text);
    const char *zone = zone_of(percent + 1);
    char *head = mem_copy(text, (size_t)(percent - text));
    char *address = zone ? address_normal(AF_INET6, head) : NULL;
    char *whole = address ? mem_format("%s%%%s", address, zone) : NULL;
    free(head);
    free(address);
    return whole;
}

/* A name or an IPv4 address: what may stand without brackets. */
static char *plain_host(const char *text, enum host_kind *kind, struct err *e)
{
    if (!*text) {
        err_set(e, "the host is empty");
        return NULL;
    }
    char *host = name_normal(text, e);
    if (!host)
        return NULL;
    char *address = address_normal(AF_INET, host);
    if (address) {
        *kind = HOST_IPV4;
        free(host);
        return address;
    }
    *kind = HOST_NAME;
    if (name_check(host, e))
        return host;
    free(host);
    return NULL;
}

static char *bracket_host(const char *text, size_t n, struct err *e)
{
    char *inner = mem_copy(text, n);
    char *host = ipv6_normal(inner);
    if (!host)
        REFUSE(e, inner, "\"[%s]\" is no IPv6 address; brackets hold nothing else");
    free(inner);
    return host;
}

char *endpoint_host(const char *text, enum host_kind *kind, struct err *e)
{
    size_t n = strlen(text);
    *kind = HOST_IPV6;
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']')
        return bracket_host(text + 1, n - 2, e);
    char *host = strchr(text, ':') ? ipv6_normal(text) : NULL;
    return host ? host : plain_host(text, kind, e);
}

/* 1..65535 in digits, else 0. */
static uint16_t number_of(const char *text)
{
    size_t n = strlen(text);
    if (n < 1 || n > 5 || strspn(text, "0123456789") != n)
        return 0;
    unsigned long port = strtoul(text, NULL, 10);
    return port <= 65535 ? (uint16_t)port : 0;
}

/* HOST[:PORT], the common half of a place and of at=. *port stays 0 where none is given. */
static char *host_and_port(const char *text, enum host_kind *kind, uint16_t *port, struct err *e)
{
    const char *colon;
    char *host = NULL;
    *port = 0;
    if (text[0] == '[') {
        const char *end = strchr(text, ']');
        if (!end || (end[1] && end[1] != ':')) {
            REFUSE(e, text, "after \"[\" come an IPv6 address, \"]\" and perhaps a port; "
                   "\"%s\" is not so");
            return NULL;
        }
        *kind = HOST_IPV6;
        host = bracket_host(text + 1, (size_t)(end - text - 1), e);
        colon = end[1] ? end + 1 : NULL;
    } else {
        colon = strchr(text, ':');
        if (colon && strchr(colon + 1, ':')) {
            REFUSE(e, text, "\"%s\" has more than one colon; an IPv6 address stands in brackets, "
                   "with the port behind them: [2001:db8::1]:443");
            return NULL;
        }
        char *name = colon ? mem_copy(text, (size_t)(colon - text)) : mem_string(text);
        host = plain_host(name, kind, e);
        free(name);
    }
    if (host && colon && !(*port = number_of(colon + 1))) {
        REFUSE(e, colon + 1, "the port must be a number from 1 to 65535, not \"%s\"");
        free(host);
        return NULL;
    }
    return host;
}

/* --- values of keys: each takes what was given and returns its one spelling, or NULL ------- */

typedef char *value_check(const char *value, struct err *e);

static char *at_check(const char *value, struct err *e)
{
    enum host_kind kind;
    uint16_t port;
    char *host = host_and_port(value, &kind, &port, e);
    if (!host)
        return NULL;
    char *out = NULL;
    if (kind == HOST_NAME)
        REFUSE(e, value, "\"%s\" is a name; an address is needed, "
               "since it says where to connect instead of resolving");
    else
        out = mem_format(kind == HOST_IPV6 ? "[%s]" : "%s", host);
    free(host);
    if (out && port) {
        char *both = mem_format("%s:%u", out, (unsigned)port);
        free(out);
        out = both;
    }
    return out;
}

static char *sni_check(const char *value, struct err *e)
{
    if (text_is(value, "none"))
        return mem_string("none");
    enum host_kind kind;
    char *host = endpoint_host(value, &kind, e);
    if (host && kind != HOST_NAME) {
        REFUSE(e, value, "the address \"%s\" can't be sent as a server name (RFC 6066); "
               "sni=none sends nothing");
        free(host);
        return NULL;
    }
    return host;
}

enum name_kind name_kind(const char *name)
{
    if (strstr(name, "://"))
        return NAME_URI;
    char *address = strchr(name, ':') ? ipv6_normal(name) : address_normal(AF_INET, name);
    enum name_kind kind = address ? NAME_ADDRESS : NAME_DNS;
    free(address);
    return kind;
}

/* RFC 3986 section 3.1, as far as it tells a URI from a slip. */
static bool uri_check(const char *uri, struct err *e)
{
    size_t n = 0;
    while (is_letter(uri[n]) || (n && (is_digit(uri[n]) || (uri[n] && strchr("+-.", uri[n])))))
        n++;
    if (n && strncmp(uri + n, "://", 3) == 0 && uri[n + 3] && !strchr(uri, ' '))
        return true;
    REFUSE(e, uri, "\"%s\" is no URI: a scheme of letters and digits, \"://\" and more without "
           "spaces are needed, such as spiffe://example.org/web");
    return false;
}

/* NAME:PORT or [ADDRESS]:PORT, which people write since it is how endpoints look. */
static bool has_port(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon && number_of(colon + 1) && (strchr(name, ':') == colon || colon[-1] == ']');
}

static char *name_value_check(const char *value, struct err *e)
{
    enum host_kind kind;
    struct err first = {{0}};
    if (name_kind(value) == NAME_URI)
        return uri_check(value, e) ? mem_string(value) : NULL;
    char *host = endpoint_host(value, &kind, &first);
    if (host)
        return host;
    if (has_port(value))
        REFUSE(e, value, "\"%s\" ends with a port, which no name in a certificate has: leave it out");
    else
        err_set(e, "%s (a DNS name, an address or a URI with \"://\" is needed)", first.text);
    return NULL;
}

/* A profile's name in its one spelling, else a file's: that it holds a hello shows when it is loaded. */
static char *client_check(const char *value, struct err *e)
{
    const struct client *c = client_find(value);
    if (c)
        return mem_string(c->name);
    if (strchr(value, '/') || hellofile_exists(value))
        return mem_string(value);
    const char **words = mem_array(NULL, client_count, sizeof *words);
    for (size_t i = 0; i < client_count; i++)
        words[i] = client_table[i].name;
    const char *near = text_nearest(value, words, client_count);
    if (near)
        REFUSE(e, value, "there is no client \"%2$s\"; did you mean %1$s?", near);
    else if (strpbrk(value, ".#"))
        REFUSE(e, value, "there is neither a client nor a file \"%s\"; --client list shows the clients there are");
    else
        REFUSE(e, value, "there is no client \"%s\"; --client list shows those there are");
    free(words);
    return NULL;
}

static char *version_check(const char *value, struct err *e)
{
    const struct version *v = version_by_word(value);
    if (v)
        return mem_string(v->word);
    REFUSE(e, value, "there is no protocol version \"%s\"; "
           "it is one of ssl3, tls1.0, tls1.1, tls1.2, tls1.3");
    return NULL;
}

/* RFC 7301 section 3.1: a protocol name has 1 to 255 bytes. */
static char *alpn_check(const char *value, struct err *e)
{
    for (const char *word = value;; word++) {
        size_t n = strcspn(word, "+");
        if (n < 1 || n > 255) {
            REFUSE(e, value, "names of 1 to 255 bytes joined by + are needed, "
                   "such as h2+http/1.1, not \"%s\"");
            return NULL;
        }
        word += n;
        if (!*word)
            return mem_string(value);
    }
}

static char *list_check(enum list_kind kind, const char *value, struct err *e)
{
    uint16_t *list = list_parse(kind, value, e);
    char *out = list ? list_format(kind, list) : NULL;
    free(list);
    if (!out || strlen(out) <= ENDPOINT_VALUE_MAX)
        return out;
    free(out);
    err_set(e, "the names are longer than %d bytes together", ENDPOINT_VALUE_MAX);
    return NULL;
}

static char *ciphers_check(const char *value, struct err *e) { return list_check(LIST_SUITES, value, e); }
static char *groups_check(const char *value, struct err *e) { return list_check(LIST_GROUPS, value, e); }
static char *sigalgs_check(const char *value, struct err *e) { return list_check(LIST_SIGALGS, value, e); }

static char *size_check(const char *value, struct err *e)
{
    uint16_t size = number_of(value); /* the same range: a ClientHello's extensions have two bytes for their length */
    if (size)
        return mem_format("%u", (unsigned)size);
    REFUSE(e, value, "a number of bytes from 1 to 65535 is needed, not \"%s\"");
    return NULL;
}

/* One pin as curl writes it; apps write one slash less (OkHttp). 32 bytes are 43 digits, of which the last has 4 bits,
 * and one "=". Owned by the caller, NULL when it is none. */
static char *pin_normal(const char *pin, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t skip = n > 8 && strncmp(pin, "sha256//", 8) == 0 ? 8 : n > 7 && strncmp(pin, "sha256/", 7) == 0 ? 7 : 0;
    const char *last = skip && n == skip + 44 && pin[n - 1] == '=' ? strchr(digits, pin[n - 2]) : NULL;
    if (!last || (last - digits) % 4 != 0 || strspn(pin + skip, digits) != 43)
        return NULL;
    char *digest = mem_copy(pin + skip, 44), *out = mem_format("sha256//%s", digest);
    free(digest);
    return out;
}

static char *pin_check(const char *value, struct err *e)
{
    struct text t = {0};
    for (const char *p = value; *p; p += *p == ';') {
        size_t n = strcspn(p, ";");
        char *pin = pin_normal(p, n);
        if (!pin) {
            char *bad = mem_copy(p, n);
            REFUSE(e, bad, "\"%s\" is no pin: sha256//BASE64 is needed, the SHA-256 of a public key, 44 characters "
                   "with the \"=\" at their end (a file goes with expect=)");
            free(bad);
            text_free(&t);
            return NULL;
        }
        text_addf(&t, "%s%s", t.len ? ";" : "", pin);
        free(pin);
        p += n;
    }
    return text_take(&t);
}

static char *via_check(const char *value, struct err *e)
{
    struct via v;
    char *out = via_parse(value, &v, e) ? mem_string(v.shown) : NULL;
    via_clear(&v);
    return out;
}

static char *text_check(const char *value, struct err *e)
{
    (void)e;
    return mem_string(value);
}

static value_check *const value_checks[KEY_COUNT] = {
    [KEY_AT] = at_check,           [KEY_SNI] = sni_check,     [KEY_NAME] = name_value_check,
    [KEY_CLIENT] = client_check,   [KEY_MIN] = version_check, [KEY_MAX] = version_check,
    [KEY_CIPHERS] = ciphers_check, [KEY_GROUPS] = groups_check, [KEY_SIGALGS] = sigalgs_check,
    [KEY_ALPN] = alpn_check,       [KEY_HELLO_SIZE] = size_check, [KEY_PIN] = pin_check,
    [KEY_VIA] = via_check,
};

/* A text must be shown, saved and sent as it is, so it has to be printable UTF-8. */
static bool printable_check(const char *what, const char *text, struct err *e)
{
    char *clean = text_printable(text, strlen(text), ENDPOINT_TEXT_MAX);
    bool same = strcmp(clean, text) == 0;
    free(clean);
    if (!same)
        REFUSE(e, text, "%1$s holds control characters or bytes that are no text "
               "(written \\xNN here): \"%2$s\"", what);
    return same;
}

/* The value in its one spelling, owned by the caller; NULL and a sentence when it is bad. */
static char *value_normal(enum key key, const char *value, struct err *e)
{
    const struct key_row *row = &key_table[key];
    if (!row->due) {
        err_set(e, "%s= (%s) is not there yet", row->word, row->help);
        return NULL;
    }
    if (!*value) {
        err_set(e, "%s= needs a value: %s=%s", row->word, row->word, row->takes);
        return NULL;
    }
    if (strlen(value) > ENDPOINT_VALUE_MAX) {
        err_set(e, "the value of %s= is longer than %d bytes", row->word, ENDPOINT_VALUE_MAX);
        return NULL;
    }
    struct err inner = {{0}};
    char *normal = NULL;
    if (printable_check("the value", value, &inner))
        normal = (value_checks[key] ? value_checks[key] : text_check)(value, &inner);
    if (!normal)
        err_set(e, "in %s=, %s", row->word, inner.text);
    return normal;
}

static struct hellofile *saved_load(const char *path, struct err *e)
{
    struct err inner = {{0}};
    struct hellofile *f = hellofile_load(path, &inner);
    if (f && f->client.max < 0x0300) {
        REFUSE(&inner, path, "the hello in \"%s\" asks for SSL 2.0 alone, and no handshake of that is made here");
        hellofile_free(f);
        f = NULL;
    }
    if (!f)
        err_set(e, "in client=, %s", inner.text);
    return f;
}

bool endpoint_check_value(enum key key, const char *value, struct err *e)
{
    char *normal = value_normal(key, value, e);
    bool ok = normal != NULL;
    if (ok && key == KEY_CLIENT && !client_find(normal)) {
        struct hellofile *f = saved_load(normal, e);
        ok = f != NULL;
        hellofile_free(f);
    }
    free(normal);
    return ok;
}

/* --- the whole ----------------------------------------------------------------------------- */

/* The piece up to the next comma that is not written \, ; *p is what follows, NULL at the end. */
static char *piece_take(const char **p)
{
    struct text t = {0};
    const char *s = *p;
    for (; *s && *s != ','; s++) {
        if (s[0] == '\\' && (s[1] == ',' || s[1] == '\\'))
            s++;
        text_add_n(&t, s, 1);
    }
    *p = *s ? s + 1 : NULL;
    return text_take(&t);
}

static void text_add_value(struct text *t, const char *value)
{
    for (const char *s = value; *s; s++) {
        if (*s == ',' || *s == '\\')
            text_add(t, "\\");
        text_add_n(t, s, 1);
    }
}

static bool scheme_unknown(const char *name, struct err *e)
{
    const char *words[sizeof scheme_table / sizeof *scheme_table];
    struct text all = {0};
    for (size_t i = 0; i < scheme_count; i++) {
        words[i] = scheme_table[i].name;
        text_addf(&all, "%s%s", i ? " " : "", words[i]);
    }
    const char *near = text_nearest(name, words, scheme_count);
    if (near)
        REFUSE(e, name, "there is no scheme \"%2$s://\"; did you mean %1$s://?", near);
    else
        REFUSE(e, name, "there is no scheme \"%2$s://\"; there are %1$s", all.s);
    text_free(&all);
    return false;
}

/* Finds SCHEME:// at the start of *place and moves behind it. No scheme: ->scheme stays NULL. */
static bool scheme_take(struct endpoint *ep, const char **place, struct err *e)
{
    size_t n = strcspn(*place, ":/?#[");
    if (strncmp(*place + n, "://", 3) != 0)
        return true;
    char *name = mem_copy(*place, n);
    *place += n + 3;
    ep->scheme = scheme_find(name);
    bool ok = ep->scheme != NULL || scheme_unknown(name, e);
    free(name);
    return ok;
}

bool endpoint_is_mx(const struct endpoint *ep)
{
    return ep->scheme && text_is(ep->scheme->name, "mx");
}

static bool port_settle(struct endpoint *ep, uint16_t port, struct err *e)
{
    if (!ep->scheme)
        ep->scheme = scheme_find(port == 0 || port == 443 || port == 8443 ? "https" : "tls");
    ep->port = port ? port : ep->scheme->port;
    if (!ep->port)
        return err_set(e, "%s:// has no port of its own; write HOST:PORT", ep->scheme->name);
    return true;
}

static bool place_parse(struct endpoint *ep, const char *place, struct err *e)
{
    if (!scheme_take(ep, &place, e))
        return false;
    size_t n = strcspn(place, "/?#");
    if (place[n] && strcmp(place + n, "/") != 0) {
        char *path = quote(place + n);
        ep->note = mem_format("\"%s\" was dropped: an endpoint ends with its port", path);
        free(path);
    }
    char *authority = mem_copy(place, n);
    uint16_t port;
    ep->host = host_and_port(authority, &ep->host_kind, &port, e);
    free(authority);
    if (ep->host && endpoint_is_mx(ep) && ep->host_kind != HOST_NAME)
        return err_set(e, "what follows mx:// is a domain, whose mail servers DNS names; an address has none: "
                       "smtp://%s", ep->host);
    return ep->host && port_settle(ep, port, e);
}

/* Said without quoting the text: it may hold a password. */
static bool user_check(const char *place, struct err *e)
{
    size_t scheme = strcspn(place, ":/?#[");
    size_t start = strncmp(place + scheme, "://", 3) == 0 ? scheme + 3 : 0;
    if (!memchr(place + start, '@', strcspn(place + start, "/?#")))
        return true;
    return err_set(e, "an endpoint has no user name or password: leave out everything up to and "
                      "including the \"@\", nobody logs in here");
}

static bool key_unknown(const char *word, struct err *e)
{
    const char *words[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++)
        words[i] = key_table[i].word;
    const char *near = text_nearest(word, words, KEY_COUNT);
    if (near)
        REFUSE(e, word, "there is no key \"%2$s\"; did you mean %1$s=?", near);
    else
        REFUSE(e, word, "there is no key \"%s\"; --help lists the keys");
    return false;
}

static bool key_parse(struct endpoint *ep, char *piece, struct err *e)
{
    char *equals = strchr(piece, '=');
    if (equals)
        *equals = '\0';
    enum key key = key_find(piece);
    if (!equals && key == KEY_COUNT) {
        if (*piece)
            REFUSE(e, piece, "after a comma comes KEY=VALUE, and \"%s\" has no \"=\"; "
                   "a comma that belongs to a value is written \\,");
        else
            err_set(e, "nothing stands after a comma; KEY=VALUE is needed there");
        return false;
    }
    if (key == KEY_COUNT)
        return key_unknown(piece, e);
    if (ep->value[key])
        return err_set(e, "%s= is given twice", key_table[key].word);
    ep->value[key] = value_normal(key, equals ? equals + 1 : "", e);
    return ep->value[key] != NULL;
}

static bool keys_parse(struct endpoint *ep, const char *rest, struct err *e)
{
    while (rest) {
        char *piece = piece_take(&rest);
        bool ok = key_parse(ep, piece, e);
        free(piece);
        if (!ok)
            return false;
    }
    return true;
}

static bool defaults_take(struct endpoint *ep, char *const *defaults, struct err *e)
{
    for (int k = 0; defaults && k < KEY_COUNT; k++)
        if (!ep->value[k] && defaults[k]) {
            ep->value[k] = value_normal((enum key)k, defaults[k], e);
            if (!ep->value[k])
                return false;
        }
    return true;
}

/* A key is nothing without its certificate. */
static bool identity_check(const struct endpoint *ep, struct err *e)
{
    enum key alone = ep->value[KEY_KEY] ? KEY_KEY : KEY_PASS_FILE;
    return ep->value[KEY_CERT] || !ep->value[alone] ||
           err_set(e, "%s= is given, but no client certificate: name that with cert=", key_table[alone].word);
}

static uint16_t version_number(const char *word)
{
    const struct version *v = word ? version_by_word(word) : NULL;
    return v ? v->number : 0;
}

/* "TLS 1.2" or "SSL 3.0 to TLS 1.2"; owned by the caller. */
static char *versions_text(uint16_t min, uint16_t max)
{
    const struct version *low = version_find(min), *high = version_find(max);
    if (low && high && low != high)
        return mem_format("%s to %s", low->title, high->title);
    return mem_string(high ? high->title : low ? low->title : "no version of TLS");
}

/* Of the suites; 0 and 0 for none. */
static void suites_range(const uint16_t *suites, uint16_t *min, uint16_t *max)
{
    *min = *max = 0;
    for (size_t i = 0; i < version_count; i++)
        for (const uint16_t *s = suites; *s; s++)
            if (suite_fits(*s, version_table[i].number)) {
                *min = *min ? *min : version_table[i].number;
                *max = version_table[i].number;
            }
}

static bool offer_refuse(const struct endpoint *ep, const uint16_t *suites, struct err *e)
{
    uint16_t min, max;
    char *wanted = versions_text(ep->offer.min, ep->offer.max);
    if (suites) {
        suites_range(suites, &min, &max);
        char *fit = versions_text(min, max);
        err_set(e, "no cipher suite of ciphers= is left: they are for %s, and min= and max= leave only %s", fit,
                wanted);
        free(fit);
    } else {
        err_set(e, "this client has no cipher suite for %s; ciphers= can name some", wanted);
    }
    free(wanted);
    return false;
}

static bool client_settle(struct endpoint *ep, bool foreign, struct err *e)
{
    ep->client = client_find(ep->value[KEY_CLIENT]);
    if (!ep->client && foreign)
        return err_set(e, "its client is the hello in a file, and no file is opened because a session names it");
    if (!ep->client && (ep->saved = saved_load(ep->value[KEY_CLIENT], e)))
        ep->client = &ep->saved->client;
    if (ep->saved && ep->value[KEY_SNI])
        hellofile_forget_name(ep->saved);
    return ep->client != NULL;
}

/* The values are canonical, so their lists parse. */
static bool offer_settle(struct endpoint *ep, bool foreign, struct err *e)
{
    static const struct { enum key key; enum list_kind kind; } lists[] = {
        { KEY_CIPHERS, LIST_SUITES }, { KEY_GROUPS, LIST_GROUPS }, { KEY_SIGALGS, LIST_SIGALGS },
    };
    uint16_t *list[3] = { NULL };
    for (size_t i = 0; i < 3; i++)
        if (ep->value[lists[i].key])
            list[i] = list_parse(lists[i].kind, ep->value[lists[i].key], e);
    struct limits l = { .min = ep->min, .max = ep->max, .suites = list[0], .groups = list[1], .sigalgs = list[2] };
    if (ep->value[KEY_HELLO_SIZE])
        l.size = number_of(ep->value[KEY_HELLO_SIZE]);
    bool ok = client_settle(ep, foreign, e) &&
              (offer_make(&ep->offer, ep->client, &l) || offer_refuse(ep, list[0], e));
    for (size_t i = 0; i < 3; i++)
        free(list[i]);
    return ok;
}

/* What follows from the values: numbers, addresses, and whether they fit together. */
static bool values_settle(struct endpoint *ep, bool foreign, struct err *e)
{
    ep->min = version_number(ep->value[KEY_MIN]);
    ep->max = version_number(ep->value[KEY_MAX]);
    if (ep->min && ep->max && ep->min > ep->max)
        return err_set(e, "min=%s is above max=%s, so there is no version left to offer",
                       ep->value[KEY_MIN], ep->value[KEY_MAX]);
    if (!identity_check(ep, e) || !offer_settle(ep, foreign, e))
        return false;
    if (foreign && ep->value[KEY_VIA] && text_starts(ep->value[KEY_VIA], "exec:"))
        return err_set(e, "it goes through a command, and no command is run because a session names it");
    if (ep->value[KEY_AT]) {
        enum host_kind kind;
        ep->at_host = host_and_port(ep->value[KEY_AT], &kind, &ep->at_port, e);
        return ep->at_host != NULL;
    }
    return true;
}

static bool text_settle(struct endpoint *ep, struct err *e)
{
    struct text t = {0};
    text_addf(&t, ep->host_kind == HOST_IPV6 ? "%s://[%s]" : "%s://%s", ep->scheme->name, ep->host);
    if (ep->port != ep->scheme->port)
        text_addf(&t, ":%u", (unsigned)ep->port);
    for (int k = 0; k < KEY_COUNT; k++)
        if (ep->value[k]) {
            text_addf(&t, ",%s=", key_table[k].word);
            text_add_value(&t, ep->value[k]);
        }
    ep->text = text_take(&t);
    if (strlen(ep->text) > ENDPOINT_TEXT_MAX)
        return err_set(e, "the endpoint is longer than %d bytes", ENDPOINT_TEXT_MAX);
    return true;
}

/* Adds where it was read, unless the sentence shows the whole text already. */
static void err_place(struct err *e, const struct err *inner, const char *text)
{
    char *shown = quote(text);
    err_set(e, "%s", inner->text);
    if (!strstr(inner->text, shown))
        err_while(e, "reading the endpoint \"%s\"", shown);
    free(shown);
}

static struct endpoint *endpoint_read(const char *text, char *const defaults[KEY_COUNT], bool foreign, struct err *e)
{
    if (strlen(text) > ENDPOINT_TEXT_MAX) {
        err_set(e, "an endpoint has at most %d bytes, and this one %zu", ENDPOINT_TEXT_MAX,
                strlen(text));
        return NULL;
    }
    const char *rest = text;
    char *place = piece_take(&rest);
    struct endpoint *ep = mem_new(sizeof *ep);
    ep->refs = 1;
    bool ok = user_check(place, e) && printable_check("the endpoint", text, e);
    if (ok) {
        struct err inner = {{0}};
        ok = place_parse(ep, place, &inner) && keys_parse(ep, rest, &inner) &&
             defaults_take(ep, defaults, &inner) && values_settle(ep, foreign, &inner) &&
             text_settle(ep, &inner);
        if (!ok)
            err_place(e, &inner, text);
    }
    free(place);
    if (ok)
        return ep;
    endpoint_free(ep);
    return NULL;
}

struct endpoint *endpoint_parse(const char *text, char *const defaults[KEY_COUNT], struct err *e)
{
    return endpoint_read(text, defaults, false, e);
}

struct endpoint *endpoint_parse_foreign(const char *text, struct err *e)
{
    return endpoint_read(text, NULL, true, e);
}

struct endpoint *endpoint_ref(const struct endpoint *ep)
{
    struct endpoint *shared = (struct endpoint *)ep;
    if (shared)
        shared->refs++;
    return shared;
}

void endpoint_free(struct endpoint *ep)
{
    if (!ep || --ep->refs > 0)
        return;
    for (int k = 0; k < KEY_COUNT; k++)
        free(ep->value[k]);
    free(ep->text);
    free(ep->host);
    free(ep->note);
    free(ep->at_host);
    offer_clear(&ep->offer);
    hellofile_free(ep->saved);
    free(ep);
}

const char *endpoint_sni(const struct endpoint *ep)
{
    const char *sni = ep->value[KEY_SNI];
    if (sni)
        return text_is(sni, "none") ? NULL : sni;
    if (ep->saved)
        return ep->saved->heard.hello.sni;
    if (ep->client->traits & CLIENT_NO_SNI)
        return NULL;
    return ep->host_kind == HOST_NAME ? ep->host : NULL;
}

const char *endpoint_name(const struct endpoint *ep)
{
    const char *sni = ep->value[KEY_SNI];
    if (ep->value[KEY_NAME])
        return ep->value[KEY_NAME];
    return sni && !text_is(sni, "none") ? sni : ep->host;
}

const char *endpoint_asked(const struct endpoint *ep)
{
    const char *sni = endpoint_sni(ep), *name = endpoint_name(ep);
    return sni ? sni : strpbrk(name, ":/'\"<>&") ? ep->host : name;
}

char *endpoint_title(const struct endpoint *ep)
{
    if (ep->value[KEY_LABEL])
        return mem_string(ep->value[KEY_LABEL]);
    char *host = mem_format(ep->host_kind == HOST_IPV6 ? "[%s]" : "%s", ep->host);
    if (ep->port == ep->scheme->port)
        return host;
    char *title = mem_format("%s:%u", host, (unsigned)ep->port);
    free(host);
    return title;
}

const struct client *endpoint_client(const struct endpoint *ep)
{
    return ep->client;
}

const char *endpoint_alpn(const struct endpoint *ep)
{
    const char *given = ep->value[KEY_ALPN];
    if (given)
        return strcmp(given, "none") == 0 ? NULL : given;
    if (ep->saved)
        return ep->client->alpn;
    return ep->scheme->alpn && ep->client != client_find(NULL) ? ep->client->alpn : ep->scheme->alpn;
}

const struct offer *endpoint_offer(const struct endpoint *ep)
{
    return &ep->offer;
}
