/* idle - a connection on which nothing is sent: whether the server waits for a client to speak, as it should.
 *
 * Owns: the fact IDLE. Must not know: why it is asked for, what it speaks for.
 *
 * A server, or what stands before it, that ends such a connection at once has not looked at any hello: it is about who
 * connects, or about how many do, or there is nobody behind it.
 *
 * One that waits may wait for the load balancer it is used to, which puts a PROXY header before all that a client sends.
 * So where TLS begins with the first byte, the same connection then brings such a header and a hello behind it.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "probes/probe.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/client.h"
#include "src/wire/first.h"
#include "src/wire/hello.h"

#define PATIENCE 1.0 /* seconds; who waits so long waits for the client */
#define ANSWER 1.0   /* seconds for what the header and the hello bring */
#define HANDSHAKE 22 /* a record's type. An alert is what any TLS server may say of a header it does not know */

/* Version 1 without addresses: whoever takes the header takes this one, and no log gets a made-up address
 * (haproxy.org, proxy-protocol.txt, section 2.1). */
static const char header[] = "PROXY UNKNOWN\r\n";

struct idle {
    bool asked;     /* the header and the hello were sent */
    double waited;  /* ms, until then */
};

static const enum fact writes[] = { FACT_IDLE, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };

static bool idle_is_answered(const struct run *r)
{
    const uint8_t *first = (const uint8_t *)r->conn.first;
    return first_look(first, r->conn.first_len).kind == FIRST_TLS && first[0] == HANDSHAKE;
}

static void idle_see(struct run *r, enum state state, const char *went, char *text)
{
    struct idle *s = r->state;
    double ms = s->asked ? s->waited : (run_now(r) - r->connected) * 1000;
    struct first f = first_look(r->conn.first, r->conn.first_len);
    json_t *v = json_pack("{s:s, s:f, s:s?, s:o}", "went", went, "ms", ms, "protocol", r->conn.received ? f.protocol : NULL,
                          "header", s->asked ? json_boolean(idle_is_answered(r)) : json_null());
    run_see_bytes(r, FACT_IDLE, state, v, ms, text, r->conn.first, r->conn.first_len);
}

static bool idle_ask(struct run *r)
{
    struct idle *s = r->state;
    const struct endpoint *ep = r->target->endpoint;
    struct hello h = { .sni = endpoint_sni(ep), .seed = run_seed(r) };
    struct client_lists keep;
    struct buf out;
    buf_init(&out, HELLO_BYTES_MAX + sizeof header);
    client_hello(endpoint_client(ep), endpoint_offer(ep), "none", &keep, &h);
    if (buf_add(&out, header, sizeof header - 1) && hello_write(&h, &out)) {
        struct iovec v = { out.data, out.len };
        s->asked = conn_send(&r->conn, &v, 1) == (ssize_t)out.len;
    }
    buf_free(&out);
    return s->asked;
}

/* What came after the header, or nothing did. */
static void idle_answered(struct run *r)
{
    const struct idle *s = r->state;
    const char *how = idle_is_answered(r) ? "answered in TLS" : "not answered in TLS either";
    idle_see(r, STATE_YES, "waits", mem_format("a connection on which nothing is sent stays open for %.1f s; a hello "
                                               "behind a PROXY header is then %s", s->waited / 1000, how));
}

static struct want idle_step(struct run *r, enum step_why why)
{
    static const struct want done = { .what = WANT_DONE };
    char in[256];
    struct idle *s = r->state;
    double ms = (run_now(r) - r->connected) * 1000;
    if (why == STEP_TIMEOUT && !s->asked && !r->target->endpoint->scheme->starttls) {
        s->waited = ms;
        if (idle_ask(r))
            return (struct want){ .what = WANT_READ, .seconds = ANSWER };
    }
    if (why == STEP_TIMEOUT && !s->asked) {
        idle_see(r, STATE_YES, "waits",
                 mem_format("a connection on which nothing is sent stays open for %.1f s", ms / 1000));
        return done;
    }
    ssize_t n = why == STEP_TIMEOUT ? 0 : conn_recv(&r->conn, in, sizeof in);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return (struct want){ .what = WANT_READ };
    if (s->asked) {
        idle_answered(r);
    } else if (n > 0) {
        char *said = text_printable(r->conn.first, r->conn.first_len, 60);
        idle_see(r, STATE_YES, "speaks", mem_format("the server speaks first, after %.0f ms: \"%s\"", ms, said));
        free(said);
    } else {
        idle_see(r, STATE_NO, n == 0 ? "closed" : "reset",
                 mem_format("a connection on which nothing is sent is %s by the server after %.0f ms",
                            n == 0 ? "closed" : "reset", ms));
    }
    return done;
}

static struct want idle_start(struct run *r)
{
    double most = run_options(r)->timeout;
    struct want w = idle_step(r, STEP_READY);
    w.seconds = most < PATIENCE ? most : PATIENCE;
    return w;
}

const struct probe idle_probe = {
    .name = "idle",
    .connects = true,
    .aside = true,
    .writes = writes,
    .needs = needs,
    .state_size = sizeof(struct idle),
    .start = idle_start,
    .step = idle_step,
};
