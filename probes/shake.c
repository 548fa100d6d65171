/* shake - see shake.h. */
#include "probes/shake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/starttls.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/first.h"
#include "src/wire/names.h"

/* Seconds an HTTP answer is waited for, and some round trips: the Date is a bonus, and a server that
 * serves one connection at a time must not be kept from our other questions for it. */
#define HTTP_WAIT 1.5
#define TRIP_MAX 1.0                /* seconds a path is long at most */

/* --- failures --- */

static const char *const stage_says[] = {
    [STAGE_NOTHING] = "before the server said anything",
    [STAGE_SERVER_HELLO] = "after its ServerHello",
    [STAGE_CERTIFICATE] = "after its certificate",
    [STAGE_REQUEST] = "after it had asked for a client certificate",
    [STAGE_FINISHED] = "after the handshake",
};

static char *alert_text(const struct tls *t)
{
    char hex[NAME_LEN];
    const char *stage = t->stage == STAGE_NOTHING ? "in answer to our ClientHello" : stage_says[t->stage];
    const struct alert *a = alert_find((uint8_t)t->alert_number);
    return mem_format("the server sent the fatal alert %d %s %s%s%s", t->alert_number,
                      alert_name((uint8_t)t->alert_number, hex), stage, a ? ": " : "",
                      a ? a->says : "");
}

static char *foreign_text(const struct conn *c)
{
    struct first f = first_look(c->first, c->first_len);
    char *seen = text_printable(c->first, c->first_len, 60);
    char *text = mem_format("the port answered with %s, not TLS: \"%s\"",
                            f.protocol ? f.protocol : "bytes nobody here knows", seen);
    free(seen);
    return text;
}

const char *shake_local_text(const struct shake *s)
{
    static const char slow[] = "the key of the certificate is so large, or has such an exponent, that to compute with "
                               "it would take minutes";
    return s->cant ? s->cant : s->tls.slow_key ? slow : gnutls_strerror(s->tls.error);
}

/* Who acknowledges is the kernel; who answers is the program. */
static char *silent_text(const struct conn *c, double ms)
{
    static const char *const says[] = {
        [STATE_YES] = ", which the machine there has acknowledged: it was the program behind it that did not answer",
        [STATE_NO] = ", which was not even acknowledged: it was lost on the way, or dropped", [UNSURE] = "" };
    return mem_format("the connection was accepted, but nothing came within %.1f s of the ClientHello%s", ms / 1000,
                      says[conn_acknowledged(c)]);
}

char *shake_text(const struct run *r, const struct shake *s, double ms)
{
    const struct tls *t = &s->tls;
    const char *stage = stage_says[t->stage];
    switch (t->end) {
    case TLS_ALERT: return alert_text(t);
    case TLS_NOT_TLS: return foreign_text(&r->conn);
    case TLS_RESET:
        return mem_format("the connection was reset %s (ClientHello of %zu bytes sent)", stage, r->conn.sent);
    case TLS_CLOSED: return mem_format("the connection was closed %s %s", t->error == GNUTLS_E_SESSION_EOF
                                       ? "in good order (close_notify)" : "without a TLS alert", stage);
    case TLS_SILENT: return silent_text(&r->conn, ms);
    case TLS_SLOW:
        return mem_format("the handshake was not complete after %.1f s, though %zu byte%s had come; it stopped %s",
                          ms / 1000, r->conn.received, r->conn.received == 1 ? "" : "s", stage);
    case TLS_TOO_BIG:
        return mem_format("a handshake message of over %u KiB, or a handshake of over %u KiB, %s: clients refuse that "
                          "(OpenSSL: excessive message size), and it was not read to its end",
                          TLS_MESSAGE_MAX >> 10, TLS_HANDSHAKE_MAX >> 10, stage);
    case TLS_VERSION: {
        const struct version *v = version_find(t->server_version);
        return mem_format("the server chose %s, which this client did not offer", v ? v->title : "a version");
    }
    case TLS_LOCAL:
        if (s->cant)
            return mem_format("no handshake of this client's kind could be tried: %s", shake_local_text(s));
        return mem_format("this machine's TLS library refused by itself %s: %s", stage, shake_local_text(s));
    case TLS_SIGNATURE:
        return mem_format("the server's signature over the handshake was not made with the key of the certificate it "
                          "sent, or the handshake was altered on the way (%s)", gnutls_strerror(t->error));
    default:
        return mem_format("the server's bytes are TLS but break its rules %s: %s", stage, gnutls_strerror(t->error));
    }
}

void shake_certificates(struct run *r, const struct shake *s, struct certificate_message *m, struct cert **sent)
{
    const struct tls *t = &s->tls;
    certificate_message_read(m, t->certificate.data, t->certificate.len, t->server_version >= 0x0304);
    for (size_t i = 0; i < m->count; i++)
        sent[i] = judge_cert(run_judge(r), m->cert[i].p, m->cert[i].n);
}

char *shake_group(const struct shake *s)
{
    gnutls_session_t session = s->tls.stage == STAGE_FINISHED ? s->tls.session : NULL;
    gnutls_group_t g = session ? gnutls_group_get(session) : GNUTLS_GROUP_INVALID;
    const struct group *known = g ? group_by_name(gnutls_group_get_name(g)) : NULL;
    gnutls_kx_algorithm_t kx = session ? gnutls_kx_get(session) : GNUTLS_KX_UNKNOWN;
    if (g)
        return mem_string(known ? known->iana : gnutls_group_get_name(g));
    if (kx == GNUTLS_KX_DHE_RSA || kx == GNUTLS_KX_DHE_DSS)
        return mem_format("dh%d", gnutls_dh_get_prime_bits(session));
    return NULL;
}

/* --- after the handshake --- */

static const struct want done = { .what = WANT_DONE };

static bool has_mail_answer(const struct shake *s)
{
    const char *said;
    return s->mail && mail_answer(s->mail, &said) >= 0;
}

bool shake_refused_late(const struct shake *s)
{
    const struct tls *t = &s->tls;
    /* Without an alert it is a refusal only by a server that had asked for our certificate and never
     * answered; one that just ends connections it has no use for (no HTTP behind 443) refuses nothing. */
    bool orderly = t->end == TLS_CLOSED && t->error == GNUTLS_E_SESSION_EOF; /* so ends who has nothing to say */
    bool ended = (t->end == TLS_CLOSED && !orderly) || t->end == TLS_RESET;
    bool refused = t->end == TLS_ALERT || t->end == TLS_PROTOCOL;
    refused |= ended && t->asked_cert && !(s->date && date_status(s->date)) && !has_mail_answer(s);
    refused |= t->end == TLS_RESET && !s->date; /* and nobody had sent it anything */
    return s->late && refused;
}

static bool date_step(struct shake *s)
{
    uint8_t in[4096];
    for (;;) {
        if (!s->out_len)
            s->out = date_output(s->date, &s->out_len);
        if (s->out_len) {
            ssize_t n = tls_send(&s->tls, s->out, s->out_len);
            if (n < 0)
                return errno != EAGAIN;
            s->out += n;
            s->out_len -= (size_t)n;
            continue;
        }
        ssize_t n = tls_recv(&s->tls, in, sizeof in);
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0 || date_feed(s->date, in, (size_t)n))
            return true;
    }
}

/* True when it is over: the answer is there or the connection has ended, or, before we have spoken, a ticket shows that
 * the server has read our (missing) certificate. */
static bool mail_step(struct shake *s)
{
    uint8_t in[4096];
    for (;;) {
        ssize_t n = s->out_len ? tls_send(&s->tls, s->out, s->out_len) : 0;
        if (n < 0)
            return errno != EAGAIN;
        if (n) {
            s->out += n;
            s->out_len -= (size_t)n;
            continue;
        }
        n = tls_recv(&s->tls, in, sizeof in);
        if (n < 0 && errno == EAGAIN)
            return s->tls.ticket && mail_has_turn(s->mail);
        if (n <= 0 || mail_feed(s->mail, in, (size_t)n))
            return true;
    }
}

static bool quiet_step(struct shake *s)
{
    uint8_t in[4096];
    ssize_t n = tls_recv(&s->tls, in, sizeof in);
    return n >= 0 || errno != EAGAIN || s->tls.ticket;
}

/* The Host header: a name or an address, brackets around IPv6, the port where it is not 443. */
static char *http_authority(const struct endpoint *ep, const char *sni)
{
    const char *host = sni ? sni : ep->host;
    bool six = strchr(host, ':') != NULL;
    char *name = mem_format("%s%s%s", six ? "[" : "", host, six ? "]" : "");
    char *authority = ep->port == 443 ? mem_string(name) : mem_format("%s:%d", name, ep->port);
    free(name);
    return authority;
}

static bool alpn_is_h2(const struct tls *t)
{
    gnutls_datum_t alpn;
    return gnutls_alpn_get_selected_protocol(t->session, &alpn) == 0 && alpn.size == 2 &&
           memcmp(alpn.data, "h2", 2) == 0;
}

static bool asks_http(const struct run *r, const struct shake *s)
{
    return r->target->endpoint->scheme->http && !s->ask.no_http;
}

/* Only where the server has asked for our certificate: others have nothing to say about it. */
static bool asks_mail(const struct run *r, const struct shake *s)
{
    return s->tls.asked_cert && !s->ask.no_http && mail_is_spoken(r->target->endpoint);
}

static struct want late_listened(struct run *r, struct shake *s);

static struct want late_step(struct run *r, struct shake *s)
{
    if (s->date ? date_step(s) : s->mail ? mail_step(s) : quiet_step(s))
        return s->date || s->tls.end != TLS_OK || has_mail_answer(s) ? done : late_listened(r, s);
    return (struct want){ .what = WANT_READ | (s->out_len ? WANT_WRITE : 0), .slot = true };
}

/* Seconds there and back, at most. Who connects may be a relay next door: only the server itself answers a hello. It
 * may have been busy with others meanwhile, which is no reason to keep it for long. */
static double round_trip(const struct run *r, const struct shake *s)
{
    double connect = r->connected - r->created, answer = s->tls.hello_at - s->hello;
    double most = answer < TRIP_MAX ? answer : TRIP_MAX;
    return most > connect ? most : connect;
}

static double wait_at_most(const struct run *r, double seconds)
{
    double timeout = run_options(r)->timeout;
    return seconds < timeout ? seconds : timeout;
}

static struct want late_ask(struct run *r, struct shake *s)
{
    char *authority = http_authority(r->target->endpoint, s->ask.sni);
    s->asked = run_wall(r);
    s->date = date_new(alpn_is_h2(&s->tls), authority, s->tls.asked_cert);
    free(authority);
    struct want w = late_step(r, s);
    w.seconds = wait_at_most(r, HTTP_WAIT + 4 * (r->connected - r->created));
    return w;
}

static struct want late_speak(struct run *r, struct shake *s)
{
    s->out = (const uint8_t *)mail_speaks(s->mail);
    s->out_len = strlen((const char *)s->out);
    struct want w = late_step(r, s);
    w.seconds = wait_at_most(r, HTTP_WAIT + 4 * (r->connected - r->created));
    return w;
}

/* Nothing more is to be heard: on to HTTP or EHLO where it is spoken, else it's over. */
static struct want late_listened(struct run *r, struct shake *s)
{
    if (s->mail)
        return s->tls.end == TLS_OK && mail_has_turn(s->mail) ? late_speak(r, s) : done;
    return asks_http(r, s) && !s->date && s->tls.end == TLS_OK ? late_ask(r, s) : done;
}

/* A TLS 1.3 server that refuses our (missing) certificate says so only now, and a request sent meanwhile
 * could turn its alert into a reset: listen first where it asked for one, or where there is no request to
 * send. Before TLS 1.3 nothing comes late. */
struct want shake_listen(struct run *r, struct shake *s)
{
    s->late = true;
    if (asks_mail(r, s)) {
        char *self = starttls_self(&r->conn);
        s->mail = mail_new(r->target->endpoint, self);
        free(self);
    } else if (s->tls.server_version < 0x0304 || (asks_http(r, s) && !s->tls.asked_cert))
        return late_listened(r, s);
    double wait = s->mail && !mail_has_turn(s->mail) ? HTTP_WAIT : 2 * round_trip(r, s); /* a greeting takes longer */
    struct want w = late_step(r, s);
    if (!(w.what & WANT_DONE) && w.seconds <= 0)
        w.seconds = wait_at_most(r, wait > 0.1 ? wait : 0.1);
    return w;
}

/* --- offers that GnuTLS can't make exactly --- */

static bool was_refused(const struct tls *t)
{
    return t->stage == STAGE_NOTHING && (t->end == TLS_ALERT || t->end == TLS_CLOSED || t->end == TLS_RESET);
}

/* The server chose what GnuTLS had offered beyond the client's suites. */
static bool chose_foreign(const struct run *r, const struct tls *t)
{
    const uint16_t *s = endpoint_offer(r->target->endpoint)->suites;
    while (*s && *s != t->server_suite)
        s++;
    return t->server_suite && !*s && (t->end == TLS_GOING || t->end == TLS_OK);
}

/* What was offered is no answer to what was asked, and there is another part of it to offer. The whole comes
 * first, and mostly that settles it; the first part is as good as refused by then. */
static bool is_unsettled(const struct run *r, const struct shake *s)
{
    struct offer next;
    if (!s->ask.seek || (!(s->ask.part > 0 && was_refused(&s->tls)) && !chose_foreign(r, &s->tls)))
        return false;
    if (!offer_part(endpoint_offer(r->target->endpoint), s->ask.part, &next))
        return false;
    offer_clear(&next);
    return true;
}

static gnutls_priority_t part_priority(struct run *r, struct shake *s, const char **why)
{
    if (s->ask.part == 0 || !offer_part(endpoint_offer(r->target->endpoint), s->ask.part - 1, &s->part))
        return run_priority(r, why);
    char *words = offer_of_client(&s->part);
    int error = gnutls_priority_init(&s->priority, words, NULL);
    free(words);
    if (error < 0)
        *why = gnutls_strerror(error);
    return error < 0 ? NULL : s->priority;
}

/* What was asked for and can't be had of GnuTLS. Of a profile's own signature algorithms that is no news: each
 * list holds some nobody needs any more. */
static char *limits_missing(const struct endpoint *ep, bool *nothing)
{
    static const uint16_t none[] = { 0 };
    struct offer named = *endpoint_offer(ep);
    bool limited = named.limited || endpoint_client(ep) != client_find(NULL);
    *nothing = false;
    if (!ep->value[KEY_SIGALGS])
        named.sigalgs = none;
    return limited ? offer_missing(&named, nothing) : NULL;
}

/* The whole might have been taken: that only a part was offered is this machine's doing. */
static void blame_missing(struct shake *s)
{
    if (!s->missing || s->cant || !was_refused(&s->tls))
        return;
    char *text = mem_format("%s; the server refused what is left", s->missing);
    free(s->missing);
    s->cant = s->missing = text;
    s->tls.end = TLS_LOCAL;
    s->tls.alert_level = 0;
}

/* --- the handshake --- */

static struct want shake_over(struct run *r, struct shake *s)
{
    blame_missing(s);
    s->finished = run_now(r);
    return done;
}

/* What came is too little for a record, but none begins like that. */
static bool is_foreign(const struct run *r, const struct tls *t)
{
    enum first_kind k = first_look(r->conn.first, r->conn.first_len).kind;
    return t->stage == STAGE_NOTHING && (k == FIRST_PLAIN || k == FIRST_UNKNOWN);
}

struct want shake_step(struct run *r, struct shake *s, enum step_why why)
{
    struct tls *t = &s->tls;
    if (s->late)
        return why == STEP_TIMEOUT ? late_listened(r, s) : late_step(r, s);
    if (why == STEP_TIMEOUT)
        t->end = is_foreign(r, t) ? TLS_NOT_TLS : r->conn.received ? TLS_SLOW : TLS_SILENT;
    else
        tls_handshake(t);
    if ((s->unsettled = is_unsettled(r, s)))
        return done;
    if (t->end != TLS_GOING)
        return shake_over(r, s);
    return (struct want){ .what = tls_wants_write(t) ? WANT_WRITE : WANT_READ };
}

struct shake_ask shake_ask_of(const struct run *r)
{
    const struct endpoint *ep = r->target->endpoint;
    return (struct shake_ask){ .sni = endpoint_sni(ep), .alpn = endpoint_alpn(ep), .part = r->target->part };
}

struct want shake_start(struct run *r, struct shake *s, const struct shake_ask *ask)
{
    const struct endpoint *ep = r->target->endpoint;
    bool nothing;
    const char *why = NULL;
    s->ask = *ask;
    s->missing = limits_missing(ep, &nothing);
    struct tls_offer o = { .priority = nothing ? NULL : part_priority(r, s, &why), .credentials = run_credentials(r),
                           .sni = ask->sni, .alpn = ask->alpn, .no_status = ask->no_status,
                           .size = endpoint_offer(ep)->size };
    s->hello = run_now(r);
    s->tls.end = TLS_LOCAL;
    s->tls.error = GNUTLS_E_NO_PRIORITIES_WERE_SET;
    s->cant = nothing ? s->missing : why;
    if (!o.priority || !tls_begin(&s->tls, &r->conn, &o))
        return shake_over(r, s);
    struct want w = shake_step(r, s, STEP_READY);
    if (!(w.what & WANT_DONE) && w.seconds <= 0)
        w.seconds = run_options(r)->timeout;
    return w;
}

void shake_end(struct shake *s)
{
    if (s->tls.end == TLS_CLOSED && s->late)
        s->tls.end = TLS_OK;
    tls_finish(&s->tls);
    date_free(s->date);
    mail_free(s->mail);
    free(s->missing);
    offer_clear(&s->part);
    if (s->priority)
        gnutls_priority_deinit(s->priority);
}
