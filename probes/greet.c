/* greet - see greet.h. */
#include "probes/greet.h"

#include <errno.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/hello.h"
#include "src/wire/names.h"

static const uint16_t no_shares[] = { 0 };

static bool hello_put(const struct run *r, struct buf *out)
{
    const struct endpoint *ep = r->target->endpoint;
    const char *alpn = endpoint_alpn(ep);
    struct client_lists lists;
    struct hello h = { .seed = run_seed(r), .sni = endpoint_sni(ep) };
    client_hello(endpoint_client(ep), endpoint_offer(ep), alpn ? alpn : "none", &lists, &h);
    if (h.shares)
        h.shares = no_shares;
    buf_init(out, HELLO_BYTES_MAX);
    return hello_write(&h, out);
}

static void out_send(struct run *r, struct greet *g)
{
    while (g->out.len) {
        struct iovec v = { g->out.data, g->out.len };
        ssize_t n = conn_send(&r->conn, &v, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        buf_drop(&g->out, (size_t)n);
    }
}

bool greet_answered(const struct greet *g)
{
    return g->reply.got & (REPLY_HELLO | REPLY_RETRY);
}

static struct want greet_read(struct run *r, struct greet *g)
{
    uint8_t in[4096];
    while (g->reply.end == REPLY_GOING && !greet_answered(g)) {
        ssize_t n = conn_recv(&r->conn, in, sizeof in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        reply_feed(&g->reply, in, (size_t)n);
    }
    if (!greet_answered(g) && g->reply.end == REPLY_GOING && !r->conn.error && !r->conn.ended)
        return (struct want){ .what = WANT_READ | (g->out.len ? WANT_WRITE : 0) };
    g->came = run_now(r);
    return (struct want){ .what = WANT_DONE };
}

struct want greet_start(struct run *r, struct greet *g)
{
    reply_init(&g->reply, false);
    g->sent = run_now(r);
    if (!hello_put(r, &g->out))
        return (struct want){ .what = WANT_DONE };
    out_send(r, g);
    struct want w = greet_read(r, g);
    w.seconds = run_options(r)->timeout;
    return w;
}

struct want greet_step(struct run *r, struct greet *g, enum step_why why)
{
    g->silent = why == STEP_TIMEOUT;
    if (g->silent)
        return (struct want){ .what = WANT_DONE };
    out_send(r, g);
    return greet_read(r, g);
}

char *greet_word(const struct run *r, const struct greet *g)
{
    char hex[NAME_LEN];
    switch (g->reply.end) {
    case REPLY_ALERT: return mem_format("alert %d %s", g->reply.alert, alert_name(g->reply.alert, hex));
    case REPLY_NOT_TLS: return mem_string("not-tls");
    case REPLY_BROKEN: return mem_string("protocol");
    case REPLY_TOO_BIG: return mem_string("too-big");
    case REPLY_GOING: break;
    }
    if (g->silent)
        return mem_string(r->conn.received ? "slow" : "silent");
    return mem_string(r->conn.error ? "reset" : "closed");
}

void greet_end(struct run *r, struct greet *g)
{
    conn_cut(&r->conn);
    reply_free(&g->reply);
    buf_free(&g->out);
}
