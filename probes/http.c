/* http - see http.h. */
#include "config.h"

#include "probes/http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define URL_MAX 2000
#define LINE_BYTES_MAX 8192
#define FRAME_MAX (64u << 10) /* bytes beside the body: header, chunk sizes, trailers */
#define INTERIM_MAX 8         /* answers of the 100s before the one that counts */
#define AGENT "tlswhy/" PACKAGE_VERSION

/* --- addresses -------------------------------------------------------------------------------- */

/* Ports that HTTP is spoken on; of the others below 1024 each belongs to some other protocol, which
 * a certificate must not have us talk to. */
static bool port_is_fit(long port)
{
    static const long fit[] = { 80, 81, 82, 591, 800, 808, 880, 888 };
    if (port >= 1024)
        return port <= 65535;
    for (size_t i = 0; i < sizeof fit / sizeof *fit; i++)
        if (fit[i] == port)
            return true;
    return false;
}

static const char *url_scheme(const char *text, const char **rest)
{
    static const struct { const char *scheme, *says; } others[] = {
        { "https:", "is an https address, and a certificate is not fetched over TLS, which would need one itself" },
        { "ldap:", "is an ldap address: only plain HTTP is asked" },
        { "ldaps:", "is an ldap address: only plain HTTP is asked" },
        { "ftp:", "is an ftp address: only plain HTTP is asked" },
        { "file:", "is the name of a file somewhere: only plain HTTP is asked" },
    };
    if (strncasecmp(text, "http://", 7) == 0) {
        *rest = text + 7;
        return NULL;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncasecmp(text, others[i].scheme, strlen(others[i].scheme)) == 0)
            return others[i].says;
    return "is no http:// address";
}

/* Path and query, "/" where there is none. NULL where it holds what no address may. */
static char *url_target(const char *p)
{
    struct text t = { 0 };
    if (*p != '/')
        text_add(&t, "/");
    for (; *p && *p != '#'; p++) {
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~') {
            text_free(&t);
            return NULL;
        }
        if (*p == ' ')
            text_add(&t, "%20");
        else
            text_add_n(&t, p, 1);
    }
    return text_take(&t);
}

static bool host_is_fit(const char *host, bool six)
{
    struct in6_addr a;
    if (six)
        return inet_pton(AF_INET6, host, &a) == 1;
    return *host && strlen(host) <= 253 &&
           !host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")];
}

static const char *url_authority(struct url *u, const char *p, size_t n)
{
    bool six = n && *p == '[';
    if (memchr(p, '@', n))
        return "names a user, which no address in a certificate should";
    size_t h = six ? strcspn(p, "]") : strcspn(p, ":/?#");
    if (six && h >= n)
        return "is broken: its bracket is not closed";
    h = h > n ? n : h;
    u->host = six ? mem_copy(p + 1, h - 1) : mem_copy(p, h);
    h += six;
    if (!host_is_fit(u->host, six))
        return "is broken: what stands for its host is none";
    u->port = 80;
    if (h < n && p[h] == ':' && h + 1 < n) {
        size_t digits = strspn(p + h + 1, "0123456789");
        long port = digits <= 5 ? strtol(p + h + 1, NULL, 10) : 0;
        if (h + 1 + digits != n || port < 1 || port > 65535)
            return "is broken: its port is none";
        if (!port_is_fit(port))
            return "has a port that belongs to another protocol than HTTP";
        u->port = (int)port;
    } else if (h < n && p[h] != ':') {
        return "is broken";
    }
    u->authority = mem_format(u->port == 80 ? "%s%s%s" : "%s%s%s:%d", six ? "[" : "", u->host, six ? "]" : "", u->port);
    return NULL;
}

const char *url_parse(const char *text, struct url *u)
{
    const char *p = NULL;
    *u = (struct url){ .port = 0 };
    const char *why = strlen(text) > URL_MAX ? "is too long" : url_scheme(text, &p);
    if (why)
        return why;
    size_t n = strcspn(p, "/?#");
    why = url_authority(u, p, n);
    if (!why && !(u->target = url_target(p + n)))
        why = "is broken: it holds bytes that no address may";
    return why;
}

void url_free(struct url *u)
{
    free(u->host);
    free(u->authority);
    free(u->target);
    *u = (struct url){ .port = 0 };
}

static char *request(const struct url *u, const char *scheme, const char *place, const char *type, size_t body_len,
                     const char *login)
{
    struct text t = { 0 };
    text_addf(&t, "%s %s%s%s HTTP/1.1\r\nHost: %s\r\n%sUser-Agent: " AGENT "\r\nAccept: */*\r\nConnection: close\r\n",
              type ? "POST" : "GET", scheme, place, u->target, u->authority, login);
    if (type)
        text_addf(&t, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, body_len);
    text_add(&t, "\r\n");
    return text_take(&t);
}

char *http_request(const struct url *u, const char *type, size_t body_len)
{
    return request(u, "", "", type, body_len, "");
}

char *http_request_through(const struct url *u, const char *type, size_t body_len, const char *login)
{
    return request(u, "http://", u->authority, type, body_len, login);
}

/* --- answers ---------------------------------------------------------------------------------- */

enum phase { STATUS_LINE, HEADERS, BODY_LENGTH, BODY_CLOSE, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILERS, OVER };

struct http {
    enum phase phase;
    enum http_state state;
    const char *why;        /* lent */
    struct buf line, body;
    size_t frame;           /* bytes that were no body */
    size_t left;            /* of the body or the chunk; without a length: SIZE_MAX */
    size_t length;
    bool has_length, chunked, encoded;
    int status, interims;
    char *type;             /* owned */
};

struct http *http_new(size_t cap)
{
    struct http *h = mem_new(sizeof *h);
    buf_init(&h->line, LINE_BYTES_MAX);
    buf_init(&h->body, cap);
    return h;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    buf_free(&h->line);
    buf_free(&h->body);
    free(h->type);
    free(h);
}

static void http_end(struct http *h, enum http_state state, const char *why)
{
    h->phase = OVER;
    h->state = state;
    h->why = why;
}

static void http_broken(struct http *h, const char *why)
{
    http_end(h, HTTP_BROKEN, why);
}

/* "HTTP/1.1 200 OK"; the words after the number are nobody's business. */
static void line_status(struct http *h, const char *s, size_t n)
{
    bool fits = n >= 12 && memcmp(s, "HTTP/1.", 7) == 0 && isdigit((unsigned char)s[7]) && s[8] == ' ' &&
                (n == 12 || s[12] == ' ');
    for (size_t i = 9; fits && i < 12; i++)
        fits = isdigit((unsigned char)s[i]);
    h->status = fits ? (s[9] - '0') * 100 + (s[10] - '0') * 10 + (s[11] - '0') : 0;
    h->phase = HEADERS;
    if (h->status < 100)
        http_broken(h, "is no answer of HTTP/1");
}

static bool value_is(const char *value, size_t n, const char *word)
{
    return n == strlen(word) && strncasecmp(value, word, n) == 0;
}

/* A length beyond all caps is SIZE_MAX; false for what is none. */
static bool length_read(const char *value, size_t n, size_t *out)
{
    size_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)value[i]))
            return false;
        v = v > SIZE_MAX / 20 ? SIZE_MAX / 20 : v * 10 + (size_t)(value[i] - '0');
    }
    *out = v;
    return n > 0;
}

static void header_length(struct http *h, const char *value, size_t n)
{
    size_t length = 0;
    if (!length_read(value, n, &length) || (h->has_length && h->length != length))
        http_broken(h, "names a length that is none");
    h->has_length = true;
    h->length = length;
}

static void header_coding(struct http *h, const char *value, size_t n)
{
    if (!value_is(value, n, "chunked"))
        http_broken(h, "comes in a transfer coding that nobody asked for");
    h->chunked = true;
}

static void header_encoding(struct http *h, const char *value, size_t n)
{
    h->encoded = !value_is(value, n, "identity");
}

static void header_type(struct http *h, const char *value, size_t n)
{
    if (!h->type && n)
        h->type = text_printable(value, n, 80);
}

static const struct { const char *name; void (*take)(struct http *h, const char *value, size_t n); } header_table[] = {
    { "content-length", header_length }, { "transfer-encoding", header_coding },
    { "content-encoding", header_encoding }, { "content-type", header_type },
};

static void line_header(struct http *h, const char *s, size_t n)
{
    const char *colon = memchr(s, ':', n);
    if (!colon)
        return;
    size_t name = (size_t)(colon - s), at = name + 1, end = n;
    while (at < end && (s[at] == ' ' || s[at] == '\t'))
        at++;
    while (end > at && (s[end - 1] == ' ' || s[end - 1] == '\t'))
        end--;
    for (size_t i = 0; i < sizeof header_table / sizeof *header_table; i++)
        if (value_is(s, name, header_table[i].name))
            header_table[i].take(h, s + at, end - at);
}

/* The header is over: what follows it? RFC 9112 section 6.3. */
static void head_over(struct http *h)
{
    if (h->status < 200 && (h->status == 101 || ++h->interims > INTERIM_MAX)) {
        http_broken(h, "goes on in another protocol, or never comes to the point");
    } else if (h->status < 200) {
        h->phase = STATUS_LINE;
        h->has_length = h->chunked = h->encoded = false;
    } else if (h->status != 200) {
        http_end(h, HTTP_DONE, NULL);
    } else if (h->encoded) {
        http_broken(h, "is compressed although nobody asked for that");
    } else if (h->chunked) {
        h->phase = CHUNK_SIZE;
    } else if (h->has_length && h->length > h->body.cap) {
        http_end(h, HTTP_TOO_BIG, NULL);
    } else if (h->has_length && h->length == 0) {
        http_end(h, HTTP_DONE, NULL);
    } else {
        h->phase = h->has_length ? BODY_LENGTH : BODY_CLOSE;
        h->left = h->has_length ? h->length : SIZE_MAX;
    }
}

static void line_chunk_size(struct http *h, const char *s, size_t n)
{
    size_t v = 0, digits = 0;
    for (; digits < n && isxdigit((unsigned char)s[digits]) && digits < 8; digits++) {
        int c = tolower((unsigned char)s[digits]);
        v = v << 4 | (size_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (!digits || (digits < n && !strchr("; \t", s[digits]))) {
        http_broken(h, "has a chunk whose size is none");
    } else if (v > h->body.cap - h->body.len) {
        http_end(h, HTTP_TOO_BIG, NULL);
    } else {
        h->phase = v ? CHUNK : TRAILERS;
        h->left = v;
    }
}

static void line_chunk_end(struct http *h, size_t n)
{
    h->phase = CHUNK_SIZE;
    if (n)
        http_broken(h, "has a chunk that is longer than it says");
}

/* A whole line without its end. */
static void http_line(struct http *h, const char *s, size_t n)
{
    switch (h->phase) {
    case STATUS_LINE: line_status(h, s, n); break;
    case HEADERS: n ? line_header(h, s, n) : head_over(h); break;
    case CHUNK_SIZE: line_chunk_size(h, s, n); break;
    case CHUNK_END: line_chunk_end(h, n); break;
    case TRAILERS:
        if (!n)
            http_end(h, HTTP_DONE, NULL);
        break;
    default: break;
    }
}

/* Up to the end of a line; how many bytes were taken. */
static size_t feed_line(struct http *h, const uint8_t *p, size_t n)
{
    const uint8_t *end = memchr(p, '\n', n);
    size_t take = end ? (size_t)(end - p) + 1 : n;
    h->frame += take;
    if (!buf_add(&h->line, p, take) || h->frame > FRAME_MAX + h->body.cap) {
        http_broken(h, "has a header without end");
        return n;
    }
    if (!end)
        return take;
    size_t len = h->line.len - 1;
    if (len && h->line.data[len - 1] == '\r')
        len--;
    http_line(h, (const char *)h->line.data, len);
    buf_drop(&h->line, h->line.len);
    return take;
}

static size_t feed_body(struct http *h, const uint8_t *p, size_t n)
{
    size_t take = n < h->left ? n : h->left;
    if (!buf_add(&h->body, p, take)) {
        http_end(h, HTTP_TOO_BIG, NULL);
        return n;
    }
    if (h->phase != BODY_CLOSE)
        h->left -= take;
    if (!h->left && h->phase == CHUNK)
        h->phase = CHUNK_END;
    else if (!h->left)
        http_end(h, HTTP_DONE, NULL);
    return take;
}

static bool is_body(enum phase p)
{
    return p == BODY_LENGTH || p == BODY_CLOSE || p == CHUNK;
}

enum http_state http_feed(struct http *h, const void *p, size_t n)
{
    const uint8_t *at = p;
    while (n && h->phase != OVER) {
        size_t taken = is_body(h->phase) ? feed_body(h, at, n) : feed_line(h, at, n);
        at += taken;
        n -= taken;
    }
    return h->state;
}

enum http_state http_close(struct http *h)
{
    if (h->phase == BODY_CLOSE)
        http_end(h, HTTP_DONE, NULL);
    else if (h->phase == STATUS_LINE && !h->frame)
        http_broken(h, "is missing: the connection was closed");
    else if (h->phase != OVER)
        http_broken(h, "was cut off");
    return h->state;
}

int http_status(const struct http *h)
{
    return h->status;
}

const char *http_type(const struct http *h)
{
    return h->type;
}

const char *http_why(const struct http *h)
{
    return h->why;
}

const uint8_t *http_body(const struct http *h, size_t *n)
{
    *n = h->body.len;
    return h->body.data;
}
