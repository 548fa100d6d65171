/* idle - a connection on which nothing is sent: whether the server waits for a client to speak, as it should.
 *
 * Owns: the fact IDLE. Must not know: why it is asked for, what it speaks for.
 *
 * A server, or what stands before it, that ends such a connection at once has not looked at any hello: it is about who
 * connects, or about how many do, or there is nobody behind it.
 */
#include <errno.h>
#include <stdlib.h>

#include "probes/probe.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/first.h"

#define PATIENCE 1.0 /* seconds; who waits so long waits for the client */

static const enum fact writes[] = { FACT_IDLE, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };

static void idle_see(struct run *r, enum state state, const char *went, char *text)
{
    double ms = (run_now(r) - r->connected) * 1000;
    struct first f = first_look(r->conn.first, r->conn.first_len);
    run_see_bytes(r, FACT_IDLE, state, json_pack("{s:s, s:f, s:s?}", "went", went, "ms", ms, "protocol",
                                                 r->conn.received ? f.protocol : NULL), ms, text, r->conn.first,
                  r->conn.first_len);
}

static struct want idle_step(struct run *r, enum step_why why)
{
    static const struct want done = { .what = WANT_DONE };
    char in[256];
    double ms = (run_now(r) - r->connected) * 1000;
    if (why == STEP_TIMEOUT) {
        idle_see(r, STATE_YES, "waits", mem_format("a connection on which nothing is sent stays open for %.1f s", ms / 1000));
        return done;
    }
    ssize_t n = conn_recv(&r->conn, in, sizeof in);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return (struct want){ .what = WANT_READ };
    if (n > 0) {
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
    .state_size = 1,
    .start = idle_start,
    .step = idle_step,
};
