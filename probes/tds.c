/* tds - MS-SQL's layer: TLS within TDS packets while it is agreed on, and bare after that.
 *
 * Owns: the packets (MS-TDS sections 2.2.3.1 and 3.3.5.1).
 * Must not know: what comes before (starttls.c), TLS but for the first byte of its records.
 */
#include "probes/starttls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

#define HEADER 8
#define PACKET_MAX 4096 /* what both sides begin with */
#define OUT_MAX (256 * 1024)
#define EMPTY_MAX 64 /* packets without contents that are read in a row */
enum { TDS_PRELOGIN = 0x12, TDS_RESPONSE = 0x04, TDS_LAST = 0x01 };

struct tds {
    struct dialogue dialogue; /* first: see starttls.h */
    uint8_t header[HEADER];
    size_t have, left;        /* bytes of the header; of the packet's contents still to come */
    bool bare;                /* a record came without a packet around it: so do all that follow */
    struct buf out;           /* packets still to be sent */
};

static enum conn_state tds_open(struct conn *c, struct layer *l)
{
    if (!l->state) {
        struct tds *t = l->state = mem_new(sizeof *t);
        buf_init(&t->out, OUT_MAX);
        starttls_begin(c, &t->dialogue);
    }
    return starttls_talk(c, l);
}

static bool tds_flush(struct conn *c, struct layer *l, struct tds *t)
{
    while (t->out.len) {
        struct iovec v = { t->out.data, t->out.len };
        ssize_t n = layer_send(c, l, &v, 1);
        if (n < 0)
            return false;
        buf_drop(&t->out, (size_t)n);
    }
    return true;
}

static bool packet_add(struct tds *t, const uint8_t *p, size_t n, bool last)
{
    size_t length = HEADER + n;
    const uint8_t header[HEADER] = { TDS_PRELOGIN, last ? TDS_LAST : 0, (uint8_t)(length >> 8), (uint8_t)length };
    return buf_add(&t->out, header, sizeof header) && buf_add(&t->out, p, n);
}

/* All that is given counts as sent: what the socket does not take goes out later. */
static ssize_t tds_send(struct conn *c, struct layer *l, const struct iovec *v, int n)
{
    struct tds *t = l->state;
    struct buf all;
    bool fits = true;
    if (t->bare)
        return layer_send(c, l, v, n);
    if (!tds_flush(c, l, t))
        return -1;
    buf_init(&all, OUT_MAX / 2);
    for (int i = 0; i < n; i++)
        fits &= buf_add(&all, v[i].iov_base, v[i].iov_len);
    for (size_t at = 0; fits && at < all.len;) {
        size_t some = all.len - at < PACKET_MAX - HEADER ? all.len - at : PACKET_MAX - HEADER;
        fits = packet_add(t, all.data + at, some, at + some == all.len);
        at += some;
    }
    ssize_t sent = (ssize_t)all.len;
    buf_free(&all);
    if (!fits) {
        errno = EMSGSIZE;
        return -1;
    }
    if (!tds_flush(c, l, t) && errno != EAGAIN && errno != EINTR)
        return -1;
    return sent;
}

/* Reads up to the contents of a packet: 1 when there are some to read, or bare bytes; else as recv(2). */
static ssize_t tds_header(struct conn *c, struct layer *l, struct tds *t)
{
    for (int empty = 0; !t->left && !t->bare; empty += !t->have) {
        if (empty == EMPTY_MAX) { /* others wait for their turn; what lies there still does then */
            errno = EAGAIN;
            return -1;
        }
        ssize_t n = layer_recv(c, l, t->header + t->have, t->have ? HEADER - t->have : 1);
        if (n <= 0)
            return n;
        t->have += (size_t)n;
        t->bare = t->header[0] != TDS_PRELOGIN && t->header[0] != TDS_RESPONSE;
        if (t->have < HEADER)
            continue;
        size_t length = (size_t)t->header[2] << 8 | t->header[3];
        t->have = 0;
        if (length < HEADER) {
            errno = EPROTO;
            return -1;
        }
        t->left = length - HEADER;
    }
    return 1;
}

static ssize_t tds_recv(struct conn *c, struct layer *l, void *p, size_t n)
{
    struct tds *t = l->state;
    tds_flush(c, l, t); /* what is in the way shows at the next send */
    ssize_t r = tds_header(c, l, t);
    if (r <= 0 || !n)
        return r <= 0 ? r : 0;
    if (t->bare && t->have) { /* what told that it is bare */
        *(uint8_t *)p = t->header[0];
        t->have = 0;
        return 1;
    }
    r = layer_recv(c, l, p, t->bare || n < t->left ? n : t->left);
    if (r > 0 && !t->bare)
        t->left -= (size_t)r;
    return r;
}

static void tds_close(struct conn *c, struct layer *l)
{
    struct tds *t = l->state;
    starttls_leave(c, l);
    if (t)
        buf_free(&t->out);
    free(t);
    l->state = NULL;
}

static const struct layer_kind tds_layer = {
    .name = "tds", .open = tds_open, .overdue = starttls_overdue, .send = tds_send, .recv = tds_recv,
    .close = tds_close,
};

static bool wants_tds(const struct endpoint *ep)
{
    return ep->scheme->starttls && strcmp(ep->scheme->starttls, "mssql") == 0;
}

const struct way_row tds_way = {
    .kind = &tds_layer, .fact = FACT_STARTTLS, .word = "starttls", .wanted = wants_tds, .say = starttls_say,
};
