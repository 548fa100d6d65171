/* date - see date.h. HTTP/2 (RFC 9113) is spoken by nghttp2. */
#include "config.h"

#include "probes/date.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

#define HEAD_MAX 16384 /* bytes of an answer's header looked at */
#define OUT_MAX 65536  /* HTTP/2 frames of ours that wait to be sent */
#define WORDS_MAX 4096 /* bytes of an error's body */
#define FED_MAX (4 * HEAD_MAX) /* bytes after which an answer that is still not there never will be */
#define AGENT "tlswhy/" PACKAGE_VERSION

struct date {
    nghttp2_session *h2;    /* NULL for HTTP/1.1 */
    char *request;          /* owned; HTTP/1.1 */
    bool sent, done;
    bool wordy;             /* what an error says is wanted */
    bool body;              /* HTTP/1.1: its header is over, this is it */
    struct buf words;       /* NUL-terminated */
    size_t length;          /* of the body, as its header says; SIZE_MAX: not said */
    struct buf head;        /* HTTP/1.1: what of the answer came so far */
    struct buf out;         /* HTTP/2: what is to be sent; the first `lent` bytes have been given away */
    size_t lent, fed;
    int status;
    int64_t time;
    char *server;
};

/* Three digits, bounded; 0 when they are none. */
static int status_of(const char *s)
{
    int v = 0;
    for (int i = 0; i < 3; i++) {
        if (s[i] < '0' || s[i] > '9')
            return 0;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

static void date_header(struct date *d, const char *name, size_t nl, const char *value, size_t vl)
{
    char small[64];
    if (nl == 4 && strncasecmp(name, "date", 4) == 0 && vl < sizeof small) {
        memcpy(small, value, vl);
        small[vl] = '\0';
        if (!when_parse_http(small, &d->time))
            d->time = WHEN_UNKNOWN;
    } else if (nl == 6 && strncasecmp(name, "server", 6) == 0 && !d->server) {
        d->server = text_printable(value, vl, 100);
    } else if (nl == 14 && strncasecmp(name, "content-length", 14) == 0 && vl < sizeof small) {
        memcpy(small, value, vl);
        small[vl] = '\0';
        d->length = strtoul(small, NULL, 10);
    } else if (nl == 7 && strncmp(name, ":status", 7) == 0 && vl == 3) {
        d->status = status_of(value);
    }
}

static int on_header(nghttp2_session *s, const nghttp2_frame *frame, const uint8_t *name, size_t nl,
                     const uint8_t *value, size_t vl, uint8_t flags, void *arg)
{
    (void)s;
    (void)flags;
    if (frame->hd.type == NGHTTP2_HEADERS)
        date_header(arg, (const char *)name, nl, (const char *)value, vl);
    return 0;
}

static bool words_wanted(const struct date *d)
{
    return d->wordy && d->status >= 400 && d->length > 0;
}

/* True when there is enough of the body. */
static bool words_add(struct date *d, const void *p, size_t n)
{
    size_t room = d->words.cap - 1 - d->words.len, rest = d->length - d->words.len;
    size_t left = room < rest ? room : rest;
    buf_add(&d->words, p, n < left ? n : left);
    buf_add(&d->words, "", 1);
    d->words.len--;
    return n >= left;
}

static int on_data(nghttp2_session *s, uint8_t flags, int32_t stream, const uint8_t *p, size_t n, void *arg)
{
    struct date *d = arg;
    (void)s;
    (void)flags;
    (void)stream;
    if (!d->done && words_wanted(d) && words_add(d, p, n))
        d->done = true;
    return 0;
}

static int on_frame(nghttp2_session *s, const nghttp2_frame *frame, void *arg)
{
    struct date *d = arg;
    (void)s;
    bool ends = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    if ((frame->hd.type == NGHTTP2_HEADERS && d->status >= 200 && (ends || !words_wanted(d))) ||
        (frame->hd.type == NGHTTP2_DATA && ends) || frame->hd.type == NGHTTP2_RST_STREAM ||
        frame->hd.type == NGHTTP2_GOAWAY)
        d->done = true;
    return 0;
}

#define NV(n, v) { (uint8_t *)(n), (uint8_t *)(v), strlen(n), strlen(v), NGHTTP2_NV_FLAG_NONE }

static void date_begin_h2(struct date *d, const char *authority)
{
    nghttp2_session_callbacks *cb;
    nghttp2_nv nv[] = { NV(":method", d->wordy ? "GET" : "HEAD"), NV(":scheme", "https"), NV(":authority", authority),
                        NV(":path", "/"), NV("user-agent", AGENT) };
    if (nghttp2_session_callbacks_new(&cb) != 0)
        return;
    nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
    if (nghttp2_session_client_new(&d->h2, cb, d) == 0) {
        nghttp2_submit_settings(d->h2, NGHTTP2_FLAG_NONE, NULL, 0);
        nghttp2_submit_request(d->h2, NULL, nv, sizeof nv / sizeof *nv, NULL, NULL);
    }
    nghttp2_session_callbacks_del(cb);
}

struct date *date_new(bool http2, const char *authority, bool words)
{
    struct date *d = mem_new(sizeof *d);
    d->time = WHEN_UNKNOWN;
    d->wordy = words;
    d->length = SIZE_MAX;
    buf_init(&d->words, WORDS_MAX);
    buf_init(&d->head, HEAD_MAX);
    buf_init(&d->out, OUT_MAX);
    if (http2)
        date_begin_h2(d, authority);
    else
        d->request = mem_format("%s / HTTP/1.1\r\nHost: %s\r\nUser-Agent: " AGENT
                                "\r\nAccept: */*\r\nConnection: close\r\n\r\n", words ? "GET" : "HEAD", authority);
    d->done = http2 && !d->h2;
    return d;
}

void date_free(struct date *d)
{
    if (!d)
        return;
    nghttp2_session_del(d->h2);
    buf_free(&d->head);
    buf_free(&d->out);
    buf_free(&d->words);
    free(d->request);
    free(d->server);
    free(d);
}

/* Collects what nghttp2 wants to send; only then it knows whether it has given the peer up. */
static bool date_pump(struct date *d)
{
    const uint8_t *p;
    ssize_t r;
    while ((r = nghttp2_session_mem_send(d->h2, &p)) > 0)
        if (!buf_add(&d->out, p, (size_t)r))
            return false;
    return r == 0 && nghttp2_session_want_read(d->h2);
}

const uint8_t *date_output(struct date *d, size_t *n)
{
    const uint8_t *p = NULL;
    *n = 0;
    if (d->h2) {
        buf_drop(&d->out, d->lent);
        if (!date_pump(d))
            d->done = true;
        *n = d->lent = d->out.len;
        p = d->out.data;
    } else if (d->request && !d->sent) {
        d->sent = true;
        *n = strlen(d->request);
        p = (const uint8_t *)d->request;
    }
    return *n ? p : NULL;
}

static void date_line(struct date *d, const char *line, size_t n, bool first)
{
    if (first) {
        if (n >= 12 && strncmp(line, "HTTP/1.", 7) == 0 && line[8] == ' ')
            d->status = status_of(line + 9);
        return;
    }
    const char *colon = memchr(line, ':', n);
    if (!colon)
        return;
    const char *value = colon + 1, *end = line + n;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    date_header(d, line, (size_t)(colon - line), value, (size_t)(end - value));
}

static void date_lines(struct date *d, const char *s, const char *stop)
{
    for (bool first = true; s < stop; first = false) {
        const char *nl = memmem(s, (size_t)(stop - s), "\r\n", 2);
        size_t len = nl ? (size_t)(nl - s) : (size_t)(stop - s);
        date_line(d, s, len, first);
        s += len + 2;
    }
}

/* An interim answer (100 Continue, 103 Early Hints; RFC 9110 section 15.2) is not yet the answer. */
static bool date_forget_interim(struct date *d, size_t length)
{
    if (d->status < 100 || d->status > 199 || d->status == 101)
        return false;
    buf_drop(&d->head, length);
    free(d->server);
    d->server = NULL;
    d->time = WHEN_UNKNOWN;
    d->length = SIZE_MAX;
    d->status = 0;
    return true;
}

/* The header ends with an empty line; until it came, nothing of it is believed. */
static bool date_feed_h1(struct date *d, const void *p, size_t n)
{
    bool full = !buf_add(&d->head, p, n);
    if (full && d->head.len < d->head.cap)
        buf_add(&d->head, p, d->head.cap - d->head.len);
    for (;;) {
        const char *s = (const char *)d->head.data;
        const char *end = d->head.len ? memmem(s, d->head.len, "\r\n\r\n", 4) : NULL;
        if (d->head.len >= 5 && memcmp(s, "HTTP/", 5) != 0)
            return true;
        if (!end && !full)
            return d->fed > FED_MAX;
        date_lines(d, s, end ? end : s + d->head.len);
        if (end && !full && date_forget_interim(d, (size_t)(end + 4 - s)))
            continue;
        d->body = end && words_wanted(d);
        return !d->body || words_add(d, end + 4, d->head.len - (size_t)(end + 4 - s));
    }
}

bool date_feed(struct date *d, const void *p, size_t n)
{
    if (d->done)
        return true;
    d->fed += n;
    if (!d->h2)
        d->done = d->body ? words_add(d, p, n) : date_feed_h1(d, p, n);
    else if (nghttp2_session_mem_recv(d->h2, p, n) < 0 || d->fed > FED_MAX || !date_pump(d))
        d->done = true;
    return d->done;
}

int date_status(const struct date *d) { return d->status; }
int64_t date_time(const struct date *d) { return d->time; }
const char *date_words(const struct date *d) { return d->words.len ? (const char *)d->words.data : NULL; }
const char *date_server(const struct date *d) { return d->server; }
