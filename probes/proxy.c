/* proxy - see proxy.h.
 *
 * One dialogue serves both kinds: bytes to send, bytes awaited, and a step that says what the next ones are. An answer is
 * read only as far as it is certain to belong to the proxy: what follows it is the server's, who may speak first.
 */
#include "probes/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define SAID_MAX 300 /* bytes of a proxy's own words that are kept */
#define INTERIM_MAX 4 /* answers of the 1xx kind before the real one */
#define OUT_MAX 4096
#define FOREIGN_MIN 8 /* bytes that tell HTTP from anything else: "HTTP/1.1" */

const char *const proxy_outcome_words[] = {
    "ready", "auth-required", "auth-refused", "forbidden", "peer-refused", "no-name", "unreachable", "refused",
    "unsupported", "garbled", "closed", "silent", "no-proxy", "not-started", "ended"
};

/* --- answers --------------------------------------------------------------------------------- */

static const struct { int code; enum proxy_outcome outcome; } http_codes[] = {
    { 403, PROXY_FORBIDDEN }, { 404, PROXY_NO_NAME }, { 405, PROXY_UNSUPPORTED }, { 407, PROXY_AUTH_REQUIRED },
    { 451, PROXY_FORBIDDEN }, { 500, PROXY_UNREACHABLE }, { 501, PROXY_UNSUPPORTED }, { 502, PROXY_UNREACHABLE },
    { 503, PROXY_UNREACHABLE }, { 504, PROXY_UNREACHABLE },
};

/* What proxies say in words where their number leaves it open: Squid's X-Squid-Error and the errno behind it, RFC 9209's
 * Proxy-Status, tinyproxy's and Privoxy's reasons. */
static const struct { const char *words; enum proxy_outcome outcome; } http_words[] = {
    { "ERR_DNS_FAIL", PROXY_NO_NAME }, { "dns_error", PROXY_NO_NAME }, { "ERR_CONNECT_FAIL 111", PROXY_PEER_REFUSED },
    { "connection_refused", PROXY_PEER_REFUSED }, { "Connection refused", PROXY_PEER_REFUSED },
    { "http_request_denied", PROXY_FORBIDDEN }, { "ERR_ACCESS_DENIED", PROXY_FORBIDDEN },
    { "could not resolve", PROXY_NO_NAME }, { "No such domain", PROXY_NO_NAME },
};

/* The headers that say why, in the order they are shown. */
static const char *const telling_headers[] = { "X-Squid-Error", "Proxy-Status", "Proxy-Authenticate", "Server", "Via" };

/* The value of a header within the head; false where it is not there. */
static bool header_find(const char *head, size_t n, const char *name, const char **value, size_t *len)
{
    size_t k = strlen(name);
    for (const char *line = head, *end = head + n; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t m = (size_t)((stop ? stop : end) - line);
        if (m > k && strncasecmp(line, name, k) == 0 && line[k] == ':') {
            for (k++; k < m && (line[k] == ' ' || line[k] == '\t'); k++)
                ;
            while (m > k && (line[m - 1] == '\r' || line[m - 1] == ' '))
                m--;
            *value = line + k;
            *len = m - k;
            return *len > 0;
        }
        line += m + 1;
    }
    return false;
}

/* The first line and the headers that say why, in one line. */
static char *http_said(const char *head, size_t n)
{
    struct text t = { 0 };
    size_t line = strcspn(head, "\r\n");
    text_add_n(&t, head, line < n ? line : n);
    for (size_t i = 0; i < sizeof telling_headers / sizeof *telling_headers; i++) {
        const char *value;
        size_t len;
        if (!header_find(head, n, telling_headers[i], &value, &len))
            continue;
        text_addf(&t, "; %s: ", telling_headers[i]);
        text_add_n(&t, value, len);
    }
    char *said = text_printable(t.s ? t.s : "", t.len, SAID_MAX);
    text_free(&t);
    return said;
}

/* "HTTP/1.1 407 ...": its number, or -1. */
static int http_status(const char *head, size_t n)
{
    if (n < 12 || memcmp(head, "HTTP/1.", 7) != 0 || head[7] < '0' || head[7] > '9' || head[8] != ' ')
        return -1;
    int code = 0;
    for (size_t i = 9; i < 12; i++) {
        if (head[i] < '0' || head[i] > '9')
            return -1;
        code = code * 10 + head[i] - '0';
    }
    return n > 12 && head[12] >= '0' && head[12] <= '9' ? -1 : code;
}

struct proxy_answer proxy_read_http(const void *bytes, size_t n, bool login)
{
    char *head = mem_copy(bytes, n); /* a zero byte ends what is searched for words, not what is read */
    struct proxy_answer a = { .outcome = PROXY_GARBLED, .code = http_status(head, n) };
    if (a.code < 100) {
        a.code = -1;
        a.said = text_printable(head, n, 60);
        free(head);
        return a;
    }
    a.said = http_said(head, n);
    if (a.code / 100 == 2) {
        a.outcome = PROXY_READY;
    } else {
        a.outcome = PROXY_REFUSED;
        for (size_t i = 0; i < sizeof http_codes / sizeof *http_codes; i++)
            if (http_codes[i].code == a.code)
                a.outcome = http_codes[i].outcome;
        for (size_t i = 0; i < sizeof http_words / sizeof *http_words; i++)
            if (a.code != 407 && strcasestr(head, http_words[i].words)) {
                a.outcome = http_words[i].outcome;
                break;
            }
        if (a.outcome == PROXY_AUTH_REQUIRED && login)
            a.outcome = PROXY_AUTH_REFUSED;
    }
    free(head);
    return a;
}

/* RFC 1928 section 6. */
static const struct { enum proxy_outcome outcome; const char *says; } socks_replies[] = {
    { PROXY_READY, "succeeded" },
    { PROXY_REFUSED, "general SOCKS server failure" },
    { PROXY_FORBIDDEN, "connection not allowed by ruleset" },
    { PROXY_UNREACHABLE, "network unreachable" },
    { PROXY_UNREACHABLE, "host unreachable" },
    { PROXY_PEER_REFUSED, "connection refused" },
    { PROXY_UNREACHABLE, "TTL expired" },
    { PROXY_UNSUPPORTED, "command not supported" },
    { PROXY_UNSUPPORTED, "address type not supported" },
};

struct proxy_answer proxy_read_socks(uint8_t code)
{
    bool known = code < sizeof socks_replies / sizeof *socks_replies;
    return (struct proxy_answer){ .outcome = known ? socks_replies[code].outcome : PROXY_REFUSED, .code = code,
                                  .said = mem_string(known ? socks_replies[code].says : NULL) };
}

/* --- what is told ------------------------------------------------------------------------------ */

/* %s is the proxy, or the command. */
static const char *const sentences[PROXY_OUTCOMES] = {
    [PROXY_READY] = "%s connected us to the server",
    [PROXY_AUTH_REQUIRED] = "%s wants a login that it did not get",
    [PROXY_AUTH_REFUSED] = "%s does not take the login it was given",
    [PROXY_FORBIDDEN] = "%s does not allow this connection: its own rules forbid it",
    [PROXY_PEER_REFUSED] = "%s says that the server refuses connections",
    [PROXY_NO_NAME] = "%s says that it can't find the server's name",
    [PROXY_UNREACHABLE] = "%s says that it can't reach the server",
    [PROXY_REFUSED] = "%s refuses, for a reason it does not say more clearly",
    [PROXY_UNSUPPORTED] = "%s does not do what it was asked for: it may be no proxy for this",
    [PROXY_GARBLED] = "%s answers with something that is no proxy's answer of this kind",
    [PROXY_CLOSED] = "%s ended the connection instead of answering",
    [PROXY_SILENT] = "%s took the connection, but did not answer the request in time",
    [PROXY_NO_PROXY] = "%s itself could not be connected, so the server was not asked",
    [PROXY_NOT_STARTED] = "%s could not be run on this machine",
    [PROXY_ENDED] = "%s ended before a byte came through it",
};

char *proxy_sentence(const struct via *via, const struct proxy_answer *a)
{
    char *shown = text_printable(via->shown, strlen(via->shown), SAID_MAX), *who, *says;
    who = mem_format(via->kind == VIA_EXEC ? "the command %s" : "the proxy %s", shown + (via->kind == VIA_EXEC ? 5 : 0));
    const char *form = sentences[a->outcome], *at = strstr(form, "%s");
    says = mem_format("%.*s%s%s%s%s%s", (int)(at - form), form, who, at + 2, a->said ? ": \"" : "", a->said ? a->said : "",
                      a->said ? "\"" : "");
    free(who);
    free(shown);
    return says;
}

json_t *proxy_value(const struct via *via, const char *login, enum proxy_outcome outcome, int code, const char *said)
{
    char *shown = text_printable(via->shown, strlen(via->shown), SAID_MAX);
    json_t *v = json_pack("{s:s, s:s, s:s, s:o, s:s?, s:b}", "proxy", shown, "kind", via_words[via->kind], "outcome",
                          proxy_outcome_words[outcome], "code", code < 0 ? json_null() : json_integer(code), "said", said,
                          "login", login != NULL);
    free(shown);
    return v;
}

/* --- the dialogue ------------------------------------------------------------------------------- */

enum step { HTTP_HEAD, SOCKS_METHOD, SOCKS_LOGIN, SOCKS_REPLY, SOCKS_LENGTH, SOCKS_BOUND, OVER };

struct dialogue {
    enum step step;
    struct buf out, in;
    size_t wanted;      /* bytes of `in` that the step needs; HTTP looks for its own end */
    int interim;
    struct proxy_answer answer;
};

static const char *host_asked(const struct conn *c, uint16_t *port)
{
    const struct endpoint *ep = c->endpoint;
    *port = ep->at_port ? ep->at_port : ep->port;
    return ep->at_host ? ep->at_host : ep->host;
}

static void say(struct dialogue *d, const void *p, size_t n)
{
    buf_add(&d->out, p, n);
}

static void say_text(struct dialogue *d, const char *s)
{
    say(d, s, strlen(s));
}

char *proxy_login_line(const char *login)
{
    gnutls_datum_t plain = { (unsigned char *)(uintptr_t)login, (unsigned)strlen(login) }, coded = { NULL, 0 };
    if (gnutls_base64_encode2(&plain, &coded) != 0)
        return mem_string("");
    char *line = mem_format("Proxy-Authorization: Basic %.*s\r\n", (int)coded.size, (const char *)coded.data);
    explicit_bzero(coded.data, coded.size);
    gnutls_free(coded.data);
    return line;
}

static void http_begin(struct dialogue *d, const struct conn *c)
{
    uint16_t port;
    const char *host = host_asked(c, &port);
    char *place = mem_format(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, (unsigned)port);
    char *head = mem_format("CONNECT %s HTTP/1.1\r\nHost: %s\r\n", place, place);
    say_text(d, head);
    free(head);
    free(place);
    if (c->login) {
        char *line = proxy_login_line(c->login);
        say_text(d, line);
        explicit_bzero(line, strlen(line));
        free(line);
    }
    say_text(d, "User-Agent: tlswhy\r\nProxy-Connection: Keep-Alive\r\n\r\n");
    d->step = HTTP_HEAD;
}

static void socks_begin(struct dialogue *d, const struct conn *c)
{
    static const uint8_t open_only[] = { 5, 1, 0 }, with_login[] = { 5, 2, 0, 2 };
    say(d, c->login ? with_login : open_only, c->login ? sizeof with_login : sizeof open_only);
    d->step = SOCKS_METHOD;
    d->wanted = 2;
}

/* RFC 1929 section 2: each half at most 255 bytes. */
static void socks_login(struct dialogue *d, const struct conn *c)
{
    const char *colon = strchr(c->login, ':'), *word = colon ? colon + 1 : "";
    size_t user = colon ? (size_t)(colon - c->login) : strlen(c->login), pass = strlen(word);
    if (user < 1 || user > 255 || pass > 255) {
        d->answer = (struct proxy_answer){ .outcome = PROXY_AUTH_REFUSED, .code = -1,
                                           .said = mem_string("SOCKS 5 takes at most 255 bytes for each half of a login") };
        d->step = OVER;
        return;
    }
    say(d, (const uint8_t[]){ 1, (uint8_t)user }, 2);
    say(d, c->login, user);
    say(d, (const uint8_t[]){ (uint8_t)pass }, 1);
    say(d, word, pass);
    d->step = SOCKS_LOGIN;
    d->wanted = 2;
}

static void socks_request(struct dialogue *d, const struct conn *c)
{
    uint16_t port;
    const char *host = host_asked(c, &port);
    char bare[INET6_ADDRSTRLEN] = "";
    uint8_t address[16];
    size_t n = strcspn(host, "%"); /* an interface means nothing on another machine */
    if (n < sizeof bare)
        memcpy(bare, host, n);
    bool four = inet_pton(AF_INET, bare, address) == 1, six = !four && inet_pton(AF_INET6, bare, address) == 1;
    say(d, (const uint8_t[]){ 5, 1, 0, four ? 1 : six ? 4 : 3 }, 4);
    if (four || six) {
        say(d, address, four ? 4 : 16);
    } else {
        size_t len = strlen(host); /* at most 253: the endpoint's grammar */
        say(d, (const uint8_t[]){ (uint8_t)len }, 1);
        say(d, host, len);
    }
    say(d, (const uint8_t[]){ (uint8_t)(port >> 8), (uint8_t)port }, 2);
    d->step = SOCKS_REPLY;
    d->wanted = 4;
}

static void answered(struct dialogue *d, struct proxy_answer a)
{
    free(d->answer.said);
    d->answer = a;
    d->step = OVER;
}

static void garbled(struct dialogue *d)
{
    answered(d, (struct proxy_answer){ .outcome = PROXY_GARBLED, .code = -1,
                                       .said = text_printable(d->in.data, d->in.len, 60) });
}

/* --- steps: each looks at what has come and says what is awaited next ----------------------------- */

/* The empty line behind a head; lines may end without CR. */
static bool head_ended(const struct buf *b)
{
    const uint8_t *p = b->data;
    size_t n = b->len;
    return (n >= 2 && p[n - 1] == '\n' && p[n - 2] == '\n') ||
           (n >= 3 && p[n - 1] == '\n' && p[n - 2] == '\r' && p[n - 3] == '\n');
}

static void http_step(struct dialogue *d, const struct conn *c)
{
    size_t look = d->in.len < 7 ? d->in.len : 7;
    if (memcmp(d->in.data, "HTTP/1.", look) != 0) {
        if (d->in.len >= FOREIGN_MIN)
            garbled(d);
        return;
    }
    if (d->in.len < PROXY_HEAD_MAX && !head_ended(&d->in))
        return;
    struct proxy_answer a = proxy_read_http(d->in.data, d->in.len, c->login != NULL);
    if (a.code >= 100 && a.code < 200 && d->interim++ < INTERIM_MAX && head_ended(&d->in)) {
        free(a.said);
        buf_drop(&d->in, d->in.len);
        return;
    }
    if (a.outcome == PROXY_READY && !head_ended(&d->in))
        a.outcome = PROXY_GARBLED;
    answered(d, a);
}

static void socks_method(struct dialogue *d, const struct conn *c)
{
    const uint8_t *p = d->in.data;
    if (p[0] != 5) {
        garbled(d);
    } else if (p[1] == 0) {
        socks_request(d, c);
    } else if (p[1] == 2 && c->login) {
        socks_login(d, c);
    } else if (p[1] == 0xff) {
        answered(d, (struct proxy_answer){ .outcome = c->login ? PROXY_AUTH_REFUSED : PROXY_AUTH_REQUIRED, .code = 0xff,
                                           .said = mem_string("no acceptable methods") });
    } else {
        garbled(d);
    }
}

static void socks_login_step(struct dialogue *d, const struct conn *c)
{
    if (d->in.data[1] == 0)
        socks_request(d, c);
    else
        answered(d, (struct proxy_answer){ .outcome = PROXY_AUTH_REFUSED, .code = d->in.data[1] });
}

static void socks_reply(struct dialogue *d, const struct conn *c)
{
    const uint8_t *p = d->in.data;
    (void)c;
    if (p[0] != 5)
        garbled(d);
    else if (p[1] != 0)
        answered(d, proxy_read_socks(p[1])); /* many close without the rest of it */
    else if (p[3] == 3)
        d->step = SOCKS_LENGTH, d->wanted = 1;
    else if (p[3] == 1 || p[3] == 4)
        d->step = SOCKS_BOUND, d->wanted = (p[3] == 1 ? 4 : 16) + 2;
    else
        garbled(d);
}

static void socks_length(struct dialogue *d, const struct conn *c)
{
    (void)c;
    d->step = SOCKS_BOUND;
    d->wanted = (size_t)d->in.data[0] + 2;
}

static void socks_bound(struct dialogue *d, const struct conn *c)
{
    (void)c;
    answered(d, proxy_read_socks(0));
}

static void (*const steps[])(struct dialogue *d, const struct conn *c) = {
    [HTTP_HEAD] = http_step,        [SOCKS_METHOD] = socks_method, [SOCKS_LOGIN] = socks_login_step,
    [SOCKS_REPLY] = socks_reply,    [SOCKS_LENGTH] = socks_length, [SOCKS_BOUND] = socks_bound,
};

/* --- the layer ------------------------------------------------------------------------------------ */

static struct dialogue *dialogue_new(const struct conn *c)
{
    struct dialogue *d = mem_new(sizeof *d);
    d->answer.code = -1;
    buf_init(&d->out, OUT_MAX);
    d->out.data = mem_new(d->out.room = OUT_MAX); /* at once: a buffer that grew would leave copies of a login behind */
    buf_init(&d->in, PROXY_HEAD_MAX);
    if (c->via->kind == VIA_HTTP)
        http_begin(d, c);
    else
        socks_begin(d, c);
    return d;
}

/* Sends what there is; false while some of it must wait, or on an error. */
static bool dialogue_send(struct conn *c, struct layer *l, struct dialogue *d)
{
    while (d->out.len) {
        const struct iovec v = { d->out.data, d->out.len };
        ssize_t n = layer_send(c, l, &v, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            c->error = errno;
        if (n < 0)
            return false;
        buf_drop(&d->out, (size_t)n);
    }
    return true;
}

/* Reads what surely is the proxy's; true when a step has all it needs. */
static bool dialogue_read(struct conn *c, struct layer *l, struct dialogue *d)
{
    uint8_t in[512];
    while (d->step == HTTP_HEAD || d->in.len < d->wanted) {
        size_t most = d->step == HTTP_HEAD ? 1 : d->wanted - d->in.len;
        ssize_t n = layer_recv(c, l, in, most < sizeof in ? most : sizeof in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            c->error = errno;
        if (n == 0)
            c->ended = true;
        if (n <= 0)
            return false;
        buf_add(&d->in, in, (size_t)n);
        if (d->step == HTTP_HEAD)
            break;
    }
    return true;
}

static enum conn_state proxy_open(struct conn *c, struct layer *l)
{
    struct dialogue *d = l->state;
    if (!d) {
        l->state = d = dialogue_new(c);
        layer_waits(c, false);
    }
    while (d->step != OVER) {
        if (!dialogue_send(c, l, d) && !c->error)
            return CONN_WANT_WRITE;
        enum step before = d->step;
        if (c->error || !dialogue_read(c, l, d)) {
            if (!c->error && !c->ended)
                return CONN_WANT_READ;
            break;
        }
        steps[d->step](d, c);
        if (d->step != HTTP_HEAD)
            buf_drop(&d->in, d->step == OVER ? 0 : d->in.len);
        if (d->step != before && d->step != OVER)
            layer_waits(c, false);
    }
    if (d->step == OVER && d->answer.outcome == PROXY_READY)
        return CONN_READY;
    if (d->step != OVER)
        answered(d, (struct proxy_answer){ .outcome = d->in.len ? PROXY_GARBLED : PROXY_CLOSED, .code = -1,
                     .said = d->in.len ? text_printable(d->in.data, d->in.len, 60) : NULL });
    return CONN_FAILED;
}

static void proxy_close(struct conn *c, struct layer *l)
{
    struct dialogue *d = l->state;
    (void)c;
    if (!d)
        return;
    if (d->out.room)
        explicit_bzero(d->out.data, d->out.room); /* it may hold a login, also where it was sent */
    buf_free(&d->out);
    buf_free(&d->in);
    free(d->answer.said);
    free(d);
    l->state = NULL;
}

const struct layer_kind proxy_layer = { .name = "proxy", .open = proxy_open, .close = proxy_close };

static bool proxy_wanted(const struct conn *c)
{
    return c->via && (c->via->kind == VIA_HTTP || c->via->kind == VIA_SOCKS5);
}

static void proxy_say(const struct conn *c, const struct layer *l, bool timed_out, struct layer_said *said)
{
    const struct dialogue *d = l->state;
    struct proxy_answer a = { .outcome = timed_out ? PROXY_SILENT : PROXY_CLOSED, .code = -1 };
    if (d && d->step == OVER)
        a = d->answer;
    said->ready = a.outcome == PROXY_READY;
    said->value = proxy_value(c->via, c->login, a.outcome, a.code, a.said);
    said->text = proxy_sentence(c->via, &a);
    if (d && !said->ready) {
        said->bytes = d->in.data;
        said->n = d->in.len;
    }
}

const struct way_row proxy_way = {
    .kind = &proxy_layer, .fact = FACT_VIA, .word = "proxy", .through = proxy_wanted, .say = proxy_say,
};
