/* flows - see flows.h.
 *
 * A direction is OPEN as long as no hello has begun in it, HELLO while one is being put together, and DONE when
 * there is nothing more to look for. Where its SYN was seen, its first bytes are given to heard.h whatever they are.
 * Everywhere else a hello must begin with a segment and look like one, so that a recording which began late and a
 * packet that was lost do no harm. What comes before its turn waits in `ahead`.
 */
#include "src/wire/flows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

#define BUCKETS 4096             /* a power of two */
#define CHAIN_MAX 64             /* directions in one bucket; more are there only in a recording made to be slow */
#define AHEAD_SEGMENTS 64        /* that wait in one direction */
#define AHEAD_OPEN (32u << 10)   /* their bytes before a hello has begun */
#define PLAIN_MAX (64u << 10)    /* plain text of one direction that is looked through */
#define SYN_NEAR (1u << 20)      /* a SYN at most so far before the data belongs to it, if it comes late */

enum flow_state { FLOW_OPEN, FLOW_HELLO, FLOW_DONE };

struct ahead {
    struct ahead *next;
    uint32_t seq;
    size_t n;
    uint8_t data[];
};

struct flow {
    struct flow *chain;          /* of its bucket */
    struct flow *newer, *older;  /* of its list: by when they were last heard of */
    struct flow_ends ends;
    enum flow_state state;
    uint32_t first, next;        /* the first number seen; the next one wanted, where it is anchored */
    bool anchored;               /* `next` is known */
    bool fresh;                  /* anchored by a SYN, and no byte has come */
    bool hello, tls;             /* why it is DONE, if for either of these */
    size_t plain;                /* bytes looked through so far */
    struct ahead *ahead, **ahead_end; /* in the order they came */
    size_t ahead_count, ahead_bytes;
    size_t held;                 /* what it counts for in flows.held */
    int segments;
    struct heard *heard;         /* owned; of HELLO */
};

struct list { struct flow *newest, *oldest; size_t count; };

struct flows {
    bool (*found)(void *arg, const struct capture_hello *h);
    void *arg;
    struct flow *bucket[BUCKETS];
    struct list live, done;
    size_t held;
    int nth;
    bool over;
    struct flow_counts counts;
};

/* --- the table ------------------------------------------------------------------------------- */

static uint32_t end_hash(const uint8_t ip[16], uint16_t port)
{
    uint32_t h = 2166136261u ^ port; /* FNV-1a */
    for (int i = 0; i < 16; i++)
        h = (h ^ ip[i]) * 16777619u;
    return h;
}

/* Both directions share a bucket. */
static size_t ends_bucket(const struct flow_ends *e)
{
    uint32_t h = end_hash(e->from, e->from_port) + end_hash(e->to, e->to_port);
    return (h ^ h >> 16) & (BUCKETS - 1);
}

static bool ends_equal(const struct flow_ends *a, const struct flow_ends *b)
{
    return a->from_port == b->from_port && a->to_port == b->to_port && memcmp(a->from, b->from, 16) == 0 &&
           memcmp(a->to, b->to, 16) == 0;
}

static struct flow *flow_find(const struct flows *f, const struct flow_ends *e)
{
    struct flow *w = f->bucket[ends_bucket(e)];
    while (w && !ends_equal(&w->ends, e))
        w = w->chain;
    return w;
}

static struct flow *flow_reverse(const struct flows *f, const struct flow_ends *e)
{
    struct flow_ends back = { .from_port = e->to_port, .to_port = e->from_port };
    memcpy(back.from, e->to, 16);
    memcpy(back.to, e->from, 16);
    return flow_find(f, &back);
}

static struct list *flow_list(struct flows *f, const struct flow *w)
{
    return w->state == FLOW_DONE ? &f->done : &f->live;
}

static void list_add(struct list *l, struct flow *w)
{
    w->newer = NULL;
    w->older = l->newest;
    *(l->newest ? &l->newest->newer : &l->oldest) = w;
    l->newest = w;
    l->count++;
}

static void list_remove(struct list *l, struct flow *w)
{
    *(w->newer ? &w->newer->older : &l->newest) = w->older;
    *(w->older ? &w->older->newer : &l->oldest) = w->newer;
    l->count--;
}

static void flow_touch(struct flows *f, struct flow *w)
{
    struct list *l = flow_list(f, w);
    if (l->newest == w)
        return;
    list_remove(l, w);
    list_add(l, w);
}

static void flow_hold(struct flows *f, struct flow *w)
{
    size_t held = w->ahead_bytes + w->ahead_count * sizeof(struct ahead);
    if (w->heard)
        held += sizeof *w->heard + w->heard->raw.room + w->heard->message.room;
    f->held += held - w->held;
    w->held = held;
}

static void ahead_clear(struct flow *w)
{
    while (w->ahead) {
        struct ahead *a = w->ahead;
        w->ahead = a->next;
        free(a);
    }
    w->ahead_end = &w->ahead;
    w->ahead_count = w->ahead_bytes = 0;
}

static void flow_clear(struct flows *f, struct flow *w)
{
    ahead_clear(w);
    if (w->heard)
        heard_free(w->heard);
    free(w->heard);
    w->heard = NULL;
    flow_hold(f, w);
}

static void flow_forget(struct flows *f, struct flow *w)
{
    struct flow **at = &f->bucket[ends_bucket(&w->ends)];
    if (w->state == FLOW_HELLO && w->heard->raw.len && w->heard->raw.data[0] == 22)
        f->counts.parts++;
    while (*at != w)
        at = &(*at)->chain;
    *at = w->chain;
    list_remove(flow_list(f, w), w);
    flow_clear(f, w);
    free(w);
}

/* Room for one more in a bucket: where there is none, the one that is there for longest is forgotten. */
static void bucket_thin(struct flows *f, struct flow *const *bucket)
{
    struct flow *last = NULL;
    size_t n = 0;
    for (struct flow *w = *bucket; w; w = w->chain, n++)
        last = w;
    if (n >= CHAIN_MAX)
        flow_forget(f, last);
}

static struct flow *flow_new(struct flows *f, const struct flow_ends *e, uint32_t first)
{
    struct flow *w = mem_new(sizeof *w), **bucket = &f->bucket[ends_bucket(e)];
    bucket_thin(f, bucket);
    f->counts.streams += !flow_reverse(f, e);
    w->ends = *e;
    w->first = w->next = first;
    w->ahead_end = &w->ahead;
    w->chain = *bucket;
    *bucket = w;
    list_add(&f->live, w);
    if (f->live.count > CAPTURE_STREAMS)
        flow_forget(f, f->live.oldest);
    return w;
}

static void flow_done(struct flows *f, struct flow *w)
{
    const struct flow *back = flow_reverse(f, &w->ends);
    flow_clear(f, w);
    list_remove(&f->live, w);
    w->state = FLOW_DONE;
    list_add(&f->done, w);
    f->counts.tls += w->tls && !(back && (back->tls || back->hello));
    if (f->done.count > FLOWS_DONE)
        flow_forget(f, f->done.oldest);
}

/* --- what begins like what --------------------------------------------------------------------- */

static unsigned u16_at(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* The first bytes of a record with a ClientHello, as far as they are there; the record may hold only a part of it. */
static bool record_looks(const uint8_t *p, size_t n)
{
    if (n < 3 || p[0] != 22 || p[1] != 3 || p[2] > 4)
        return false;
    unsigned length = n >= 5 ? u16_at(p + 3) : 1;
    if (length < 1 || length > 16384 || (n >= 6 && p[5] != 1))
        return false;
    if (n >= 7 && length >= 2 && p[6]) /* longer than HEARD_MESSAGE_MAX */
        return false;
    return n < 11 || length < 6 || (p[9] == 3 && p[10] <= 4);
}

/* RFC 5246 appendix E.2, and SSL 2.0's own. */
static bool ssl2_looks(const uint8_t *p, size_t n)
{
    if (n < 11 || !(p[0] & 0x80) || p[2] != 1 || !((p[3] == 3 && p[4] <= 4) || (p[3] == 0 && p[4] == 2)))
        return false;
    unsigned kinds = u16_at(p + 5), session = u16_at(p + 7), challenge = u16_at(p + 9);
    return kinds && kinds % 3 == 0 && session <= 32 && challenge >= 16 && challenge <= 32 &&
           9 + kinds + session + challenge == (u16_at(p) & 0x7fff);
}

static bool hello_looks(const uint8_t *p, size_t n)
{
    return record_looks(p, n) || ssl2_looks(p, n);
}

/* A record that is no hello's: the handshake was over, or its other side speaks. */
static bool tls_looks(const uint8_t *p, size_t n)
{
    return n >= 6 && p[0] >= 20 && p[0] <= 23 && p[1] == 3 && p[2] <= 4 && u16_at(p + 3) <= 16384 + 2048 &&
           !(p[0] == 22 && p[5] == 1);
}

/* Bytes of what may stand before a hello in its own segment: a PROXY header in either form (haproxy's
 * proxy-protocol.txt), or the header of a TDS packet ([MS-TDS] section 2.2.3.1). 0: none. */
static size_t front_length(const uint8_t *p, size_t n)
{
    static const uint8_t proxy2[] = "\r\n\r\n\0\r\nQUIT\n";
    if (n >= 8 && memcmp(p, "PROXY ", 6) == 0) {
        const uint8_t *end = memchr(p, '\n', n < 108 ? n : 108);
        return end && end[-1] == '\r' ? (size_t)(end + 1 - p) : 0;
    }
    if (n >= 16 && memcmp(p, proxy2, 12) == 0)
        return n >= 16 + u16_at(p + 14) ? 16 + u16_at(p + 14) : 0;
    return n > 8 && p[0] == 0x12 && u16_at(p + 2) > 8 && hello_looks(p + 8, n - 8) ? 8 : 0;
}

/* --- addresses ----------------------------------------------------------------------------------- */

static bool is_ipv4(const uint8_t ip[16])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    return memcmp(ip, mapped, 12) == 0;
}

/* The longest run of zero groups, at least two, which "::" stands for (RFC 5952 section 4.2); -1: none. */
static int zero_run(const uint8_t ip[16], int *length)
{
    int best = -1;
    *length = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && !u16_at(ip + 2 * (i + n)))
            n++;
        if (n > *length) {
            best = i;
            *length = n;
        }
    }
    return best;
}

static void end_format(const uint8_t ip[16], uint16_t port, char out[64])
{
    if (is_ipv4(ip)) {
        snprintf(out, 64, "%u.%u.%u.%u:%u", ip[12], ip[13], ip[14], ip[15], port);
        return;
    }
    int length, zeros = zero_run(ip, &length), at = snprintf(out, 64, "[");
    for (int i = 0; i < 8; i++) {
        if (i == zeros) {
            at += snprintf(out + at, 64 - (size_t)at, "::");
            i += length - 1;
            continue;
        }
        bool colon = i && !(zeros >= 0 && i == zeros + length);
        at += snprintf(out + at, 64 - (size_t)at, "%s%x", colon ? ":" : "", u16_at(ip + 2 * i));
    }
    snprintf(out + at, 64 - (size_t)at, "]:%u", port);
}

/* --- segments ------------------------------------------------------------------------------------ */

static void ahead_remove(struct flow *w, struct ahead **at)
{
    struct ahead *a = *at;
    *at = a->next;
    if (!a->next)
        w->ahead_end = at;
    w->ahead_count--;
    w->ahead_bytes -= a->n;
}

/* Before a hello has begun the latest are worth most; afterwards those that came first are nearest to it. */
static void ahead_add(struct flow *w, uint32_t seq, const uint8_t *p, size_t n)
{
    size_t room = w->state == FLOW_HELLO ? HEARD_BYTES_MAX : AHEAD_OPEN;
    while (w->state == FLOW_OPEN && w->ahead && (w->ahead_count == AHEAD_SEGMENTS || w->ahead_bytes + n > room)) {
        struct ahead *a = w->ahead;
        ahead_remove(w, &w->ahead);
        free(a);
    }
    if (w->ahead_count == AHEAD_SEGMENTS || w->ahead_bytes + n > room)
        return;
    struct ahead *a = mem_new(sizeof *a + n);
    a->seq = seq;
    a->n = n;
    memcpy(a->data, p, n);
    *w->ahead_end = a;
    w->ahead_end = &a->next;
    w->ahead_count++;
    w->ahead_bytes += n;
}

/* The next that touches what is there already, taken out; NULL: none does. */
static struct ahead *ahead_take(struct flow *w)
{
    for (struct ahead **at = &w->ahead; *at && w->anchored; at = &(*at)->next)
        if ((int32_t)((*at)->seq - w->next) <= 0) {
            struct ahead *a = *at;
            ahead_remove(w, at);
            return a;
        }
    return NULL;
}

static void hello_found(struct flows *f, struct flow *w, int64_t time_ms)
{
    struct capture_hello h = { .nth = ++f->nth, .heard = w->heard, .time_ms = time_ms, .segments = w->segments };
    end_format(w->ends.from, w->ends.from_port, h.from);
    end_format(w->ends.to, w->ends.to_port, h.to);
    w->hello = true;
    f->over = !f->found(f->arg, &h);
    flow_done(f, w);
}

/* What was heard so far is plain text that is not told yet, and these bytes are a hello's. */
static bool hello_follows(const struct flow *w, const uint8_t *p, size_t n)
{
    const struct buf *raw = &w->heard->raw;
    return raw->len && !hello_looks(raw->data, raw->len) && raw->data[0] != 22 && hello_looks(p, n);
}

/* Bytes in their turn while a hello is being put together. */
static void hello_take(struct flows *f, struct flow *w, const uint8_t *p, size_t n, int64_t time_ms)
{
    w->segments++;
    w->next += (uint32_t)n;
    if (heard_feed(w->heard, p, n)) {
        flow_hold(f, w);
    } else if (w->heard->end == HEARD_HELLO) {
        hello_found(f, w, time_ms);
    } else if (w->heard->end == HEARD_NOT_TLS) {
        w->state = FLOW_OPEN;
        w->plain += w->heard->raw.len;
        heard_free(w->heard);
        free(w->heard);
        w->heard = NULL;
        flow_hold(f, w);
    } else {
        w->tls = true;
        flow_done(f, w);
    }
}

static void hello_begin(struct flows *f, struct flow *w, uint32_t seq, const uint8_t *p, size_t n, int64_t time_ms)
{
    w->heard = mem_new(sizeof *w->heard);
    heard_init(w->heard);
    w->state = FLOW_HELLO;
    w->anchored = true;
    w->fresh = false;
    w->next = seq;
    w->segments = 0;
    hello_take(f, w, p, n, time_ms);
}

/* Bytes of a direction in which no hello has begun. */
static void open_take(struct flows *f, struct flow *w, uint32_t seq, const uint8_t *p, size_t n, int64_t time_ms)
{
    bool turn = w->anchored && seq == w->next;
    size_t front = front_length(p, n);
    if (front < n && ((turn && w->fresh) || hello_looks(p + front, n - front))) {
        hello_begin(f, w, seq + (uint32_t)front, p + front, n - front, time_ms);
        return;
    }
    w->plain += n;
    w->tls = (turn || !w->anchored) && tls_looks(p, n);
    if (w->tls || w->plain > PLAIN_MAX) {
        flow_done(f, w);
    } else if (turn) {
        w->fresh = false;
        w->next += (uint32_t)n;
    } else {
        ahead_add(w, seq, p, n);
        flow_hold(f, w);
    }
}

static void flow_take(struct flows *f, struct flow *w, uint32_t seq, const uint8_t *p, size_t n, int64_t time_ms)
{
    int32_t off = (int32_t)(seq - w->next);
    if (w->state == FLOW_DONE)
        return;
    if (w->anchored && off < 0) { /* sent again, whole or in part */
        size_t old = (size_t)-(int64_t)off;
        if (old >= n)
            return;
        seq = w->next;
        p += old;
        n -= old;
    }
    if (w->state == FLOW_OPEN) {
        open_take(f, w, seq, p, n, time_ms);
    } else if (hello_follows(w, p, n)) {
        heard_free(w->heard);
        free(w->heard);
        hello_begin(f, w, seq, p, n, time_ms);
    } else if (off <= 0) {
        hello_take(f, w, p, n, time_ms);
    } else if ((uint32_t)off < HEARD_BYTES_MAX) {
        ahead_add(w, seq, p, n);
        flow_hold(f, w);
    }
}

/* What has waited and now has its turn. */
static void flow_drain(struct flows *f, struct flow *w, int64_t time_ms)
{
    struct ahead *a;
    while (w->state != FLOW_DONE && (a = ahead_take(w))) {
        flow_take(f, w, a->seq, a->data, a->n, time_ms);
        free(a);
    }
    flow_hold(f, w);
}

/* A new connection, the SYN once more, or the SYN after data it was overtaken by. */
static struct flow *syn_take(struct flows *f, struct flow *w, const struct flow_segment *s)
{
    uint32_t first = s->seq + 1;
    if (w && w->first - first < SYN_NEAR) {
        if (w->state == FLOW_OPEN && !w->anchored) {
            w->next = first;
            w->anchored = w->fresh = true;
        }
        return w;
    }
    struct flow *back = w ? flow_reverse(f, &s->ends) : NULL;
    if (back && back != w && !back->fresh) /* of the connection before; not the SYN that this one answers */
        flow_forget(f, back);
    if (w)
        flow_forget(f, w);
    w = flow_new(f, &s->ends, first);
    w->anchored = w->fresh = true;
    return w;
}

bool flows_take(struct flows *f, const struct flow_segment *s)
{
    struct flow *w = f->over ? NULL : flow_find(f, &s->ends);
    if (f->over || (!s->syn && !s->n))
        return !f->over;
    uint32_t seq = s->seq + s->syn;
    if (s->syn)
        w = syn_take(f, w, s);
    else if (!w)
        w = flow_new(f, &s->ends, seq);
    flow_touch(f, w);
    if (w->state == FLOW_DONE)
        return true;
    if (s->n)
        flow_take(f, w, seq, s->data, s->n, s->time_ms);
    flow_drain(f, w, s->time_ms);
    while (f->held > FLOWS_HELD && f->live.oldest)
        flow_forget(f, f->live.oldest);
    return !f->over;
}

struct flows *flows_new(bool (*found)(void *arg, const struct capture_hello *h), void *arg)
{
    struct flows *f = mem_new(sizeof *f);
    f->found = found;
    f->arg = arg;
    return f;
}

void flows_end(struct flows *f)
{
    while (f->live.oldest)
        flow_forget(f, f->live.oldest);
    while (f->done.oldest)
        flow_forget(f, f->done.oldest);
}

void flows_free(struct flows *f)
{
    if (f)
        flows_end(f);
    free(f);
}

struct flow_counts flows_counts(const struct flows *f)
{
    return f->counts;
}
