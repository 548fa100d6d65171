/* otherway - a port asked the other way round: in plain text where TLS at once got no answer, in TLS at once where the
 * dialogue before it got none.
 *
 * Owns: the fact OTHER_WAY. Must not know: why it is asked for, what it speaks for; what is said (src/wire/plain.h).
 *
 * One connection and one question. Only an answer in what was asked counts: a server that complains of words it does not
 * know has said nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "probes/probe.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/client.h"
#include "src/wire/hello.h"
#include "src/wire/plain.h"

#define ANSWER 1.0     /* seconds; a server answers the first words of its own protocol at once */
#define ENOUGH 16      /* bytes that tell any of these protocols */
#define SHOWN 60
#define OUT_MAX (HELLO_BYTES_MAX > PLAIN_MAX ? HELLO_BYTES_MAX : PLAIN_MAX)

struct otherway {
    const struct plain *plain; /* const; NULL: asked in TLS */
};

static const enum fact writes[] = { FACT_OTHER_WAY, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_HANDSHAKE, FACT_COUNT };

static const char *asked(const struct otherway *s)
{
    return s->plain ? plain_protocol(s->plain) : "TLS";
}

static bool is_answer(const struct otherway *s, const struct first *f)
{
    return f->kind == (s->plain ? FIRST_PLAIN : FIRST_TLS);
}

static struct first otherway_look(const struct run *r)
{
    const struct otherway *s = r->state;
    const struct conn *c = &r->conn;
    return s->plain ? plain_look(s->plain, c->first, c->first_len) : first_look(c->first, c->first_len);
}

static struct want otherway_see(struct run *r, const char *went)
{
    const struct otherway *s = r->state;
    const struct conn *c = &r->conn;
    struct first f = otherway_look(r);
    bool yes = is_answer(s, &f);
    double ms = (run_now(r) - r->connected) * 1000;
    char *said = text_printable(c->first, c->first_len, SHOWN), *text;
    went = yes ? "answered" : c->first_len ? "other" : went;
    if (yes && !s->plain)
        text = mem_format("asked in TLS, without any plain text first, the port answers in TLS");
    else if (yes)
        text = mem_format("asked in plain %s, the port answers in it: \"%s\"", asked(s), said);
    else if (c->first_len)
        text = mem_format("asked in %s%s, the port answers with something else: \"%s\"", s->plain ? "plain " : "", asked(s),
                          said);
    else
        text = mem_format("asked in %s%s, the port does not answer either: %s", s->plain ? "plain " : "", asked(s), went);
    json_t *v = json_pack("{s:s, s:s, s:s?, s:s?}", "asked", asked(s), "went", went,
                          "protocol", yes ? asked(s) : NULL, "hint", yes ? f.hint : NULL);
    run_see_bytes(r, FACT_OTHER_WAY, yes ? STATE_YES : STATE_NO, v, ms, text, c->first, c->first_len);
    free(said);
    return (struct want){ .what = WANT_DONE };
}

/* What is said, appended to an empty buffer. */
static bool otherway_words(const struct run *r, struct buf *out)
{
    const struct otherway *s = r->state;
    const struct endpoint *ep = r->target->endpoint;
    struct hello h = { .sni = endpoint_sni(ep), .seed = run_seed(r) };
    struct client_lists keep;
    if (s->plain)
        return plain_write(s->plain, endpoint_asked(ep), out);
    client_hello(endpoint_client(ep), endpoint_offer(ep), "none", &keep, &h);
    return hello_write(&h, out);
}

static bool otherway_ask(struct run *r)
{
    struct buf out;
    buf_init(&out, OUT_MAX);
    bool sent = otherway_words(r, &out);
    if (sent) {
        struct iovec v = { out.data, out.len };
        sent = conn_send(&r->conn, &v, 1) == (ssize_t)out.len;
    }
    buf_free(&out);
    return sent;
}

static struct want otherway_step(struct run *r, enum step_why why)
{
    char in[CONN_FIRST_MAX];
    if (why == STEP_TIMEOUT)
        return otherway_see(r, "silent");
    ssize_t n = conn_recv(&r->conn, in, sizeof in);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return (struct want){ .what = WANT_READ };
    struct first f = otherway_look(r);
    if (n > 0 && !is_answer(r->state, &f) && r->conn.first_len < ENOUGH)
        return (struct want){ .what = WANT_READ };
    return otherway_see(r, n < 0 ? "reset" : "closed");
}

static struct want otherway_start(struct run *r)
{
    struct otherway *s = r->state;
    const struct endpoint *ep = r->target->endpoint;
    bool guess;
    if (!ep->scheme->starttls)
        s->plain = plain_find(ep->scheme->name, ep->at_port ? ep->at_port : ep->port, &guess);
    if (!ep->scheme->starttls && !s->plain) {
        run_see(r, FACT_OTHER_WAY, COULD_NOT_ASK, NULL, -1,
                mem_string("no protocol is known that would be spoken in plain text on this port, its client speaking "
                           "first"));
        return (struct want){ .what = WANT_DONE };
    }
    if (!otherway_ask(r))
        return otherway_see(r, "closed");
    double most = run_options(r)->timeout;
    return (struct want){ .what = WANT_READ, .seconds = most < ANSWER ? most : ANSWER };
}

const struct probe otherway_probe = {
    .name = "otherway",
    .connects = true,
    .thorough = true,
    .aside = true,
    .around = true,
    .writes = writes,
    .needs = needs,
    .state_size = sizeof(struct otherway),
    .start = otherway_start,
    .step = otherway_step,
};
