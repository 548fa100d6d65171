/* listen - one connection answered by ourselves: the hello is read, then GnuTLS goes on with the handshake.
 *
 * Owns: the order of that, what GnuTLS's errors mean for the client, and what is said to clients GnuTLS can't serve.
 * Must not know: accepting, other connections, where the certificate comes from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probes/visit.h"
#include "src/base/mem.h"

#define LATE_WAIT 1.0               /* seconds for a TLS 1.3 client's second thoughts, or its data */
#define LEAVE_WAIT 1.0              /* seconds for the client's end, once we have said ours */
#define LEAVE_MAX (256u << 10)      /* bytes it may still send then */
#define TURN 16                     /* reads in a row */

enum phase { PHASE_HELLO, PHASE_HANDSHAKE, PHASE_AFTER, PHASE_LEAVING };

struct listening {
    struct visit v;                 /* first: a visit is one of these */
    enum phase phase;
    gnutls_session_t tls;           /* owned; NULL before the handshake */
    struct buf early;               /* what came with the hello, behind it */
    size_t pulled;                  /* bytes of the hello and of `early` that GnuTLS has taken */
    struct reply reply;             /* reads our own answer, as any server's is read */
    struct records records;         /* of the client, behind its hello */
    int clear_alert;                /* a fatal one in clear where GnuTLS expects none: TLS 1.3 clients that refuse the
                                       certificate before their keys are set do so; -1: none */
    enum passed stage;
    int warning;                    /* last warning alert, -1: none */
    size_t left;                    /* bytes that came while leaving */
};

static struct listening *of(struct visit *v)
{
    return (struct listening *)v;
}

/* --- ends --------------------------------------------------------------------------------------- */

/* Facts first, then the way out: a close with unread bytes would be a reset that takes our last words along. */
static void listening_end(struct listening *l, struct ending e, const char *more, bool linger)
{
    struct visit *v = &l->v;
    const char *alpn = NULL;
    char name[256] = "";
    gnutls_datum_t protocol;
    if (l->tls && gnutls_alpn_get_selected_protocol(l->tls, &protocol) == 0 && protocol.size < sizeof name) {
        memcpy(name, protocol.data, protocol.size);
        alpn = name;
    }
    visit_answer(v, &l->reply, alpn);
    e.stage = v->heard.end != HEARD_HELLO ? PASSED_NOTHING : l->stage;
    visit_end(v, &e, more);
    if (!linger || v->ear->options.hello_only) {
        visit_free(v);
        return;
    }
    l->phase = PHASE_LEAVING;
    shutdown(v->fd, SHUT_WR);
    visit_wait(v, LEAVE_WAIT);
    visit_watch(v, EV_READ);
}

static struct ending ending_of(enum ender by, enum ending_how how)
{
    return (struct ending){ .by = by, .how = how, .alert = -1, .sure = true };
}

/* The client's socket says that it is over. */
static void listening_gone(struct listening *l, enum ending_how how)
{
    struct ending e = ending_of(BY_CLIENT, how);
    const struct heard *h = &l->v.heard;
    if (h->end == HEARD_HELLO && l->warning >= 0 && how == HOW_CLOSED) {
        e.how = HOW_ALERT; /* some say a warning and mean it */
        e.alert = l->warning;
    }
    listening_end(l, e, NULL, false);
}

/* An alert in clear, for those GnuTLS does not get to see. */
static void alert_say(struct listening *l, uint8_t number)
{
    uint8_t record[] = { 21, 3, 0, 0, 2, 2, number };
    uint16_t version = l->v.heard.hello.version;
    record[2] = version >= 0x0301 && version <= 0x0303 ? (uint8_t)version : 0;
    if (send(l->v.fd, record, sizeof record, MSG_NOSIGNAL) == sizeof record)
        l->v.received += sizeof record;
}

/* --- GnuTLS ------------------------------------------------------------------------------------- */

static ssize_t on_push(gnutls_transport_ptr_t p, const giovec_t *vec, int n)
{
    struct listening *l = p;
    struct msghdr m = { .msg_iov = (struct iovec *)vec, .msg_iovlen = (size_t)n };
    ssize_t sent = sendmsg(l->v.fd, &m, MSG_NOSIGNAL);
    if (sent < 0) {
        gnutls_transport_set_errno(l->tls, errno);
        return sent;
    }
    l->v.received += (size_t)sent;
    size_t left = (size_t)sent;
    for (int i = 0; i < n && left; i++) {
        size_t some = left < vec[i].iov_len ? left : vec[i].iov_len;
        if (l->reply.end == REPLY_GOING)
            reply_feed(&l->reply, vec[i].iov_base, some);
        left -= some;
    }
    return sent;
}

/* What came from the client behind its hello. */
static void note_records(struct listening *l, const uint8_t *p, size_t n)
{
    enum { FATAL = 2 };
    struct record r;
    while (records_next(&l->records, &p, &n, &r))
        if (record_is_alert(&r) && r.first[0] == FATAL)
            l->clear_alert = r.first[1];
}

/* What was read already comes first. */
static ssize_t on_pull(gnutls_transport_ptr_t p, void *data, size_t n)
{
    struct listening *l = p;
    const struct buf *part[] = { &l->v.heard.raw, &l->early };
    size_t at = l->pulled;
    for (int i = 0; i < 2; at -= part[i]->len, i++)
        if (at < part[i]->len) {
            size_t some = part[i]->len - at < n ? part[i]->len - at : n;
            memcpy(data, part[i]->data + at, some);
            l->pulled += some;
            return (ssize_t)some;
        }
    ssize_t got = recv(l->v.fd, data, n, 0);
    if (got < 0) {
        gnutls_transport_set_errno(l->tls, errno);
        return got;
    }
    l->v.sent += (size_t)got;
    note_records(l, data, (size_t)got);
    return got;
}

static int on_pull_timeout(gnutls_transport_ptr_t p, unsigned ms)
{
    (void)p, (void)ms;
    return 1; /* nothing here waits */
}

static void reached(struct listening *l, enum passed stage)
{
    if (l->stage < stage)
        l->stage = stage;
}

static int on_message(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *msg)
{
    struct listening *l = gnutls_session_get_ptr(tls);
    (void)when, (void)msg;
    if (!incoming && type == GNUTLS_HANDSHAKE_SERVER_HELLO)
        reached(l, PASSED_SERVER_HELLO);
    if (!incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
        reached(l, PASSED_CERTIFICATE);
    return 0;
}

static bool protocol_named(const char *name, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(name, word, n) == 0;
}

/* The client's first that we could speak, else its first: it is to go on, whatever it is. */
static void alpn_choose(struct listening *l)
{
    const char *all = l->v.heard.hello.alpn, *chosen = all;
    if (!all || !*all)
        return;
    for (const char *name = all; *name;) {
        size_t n = strcspn(name, "+");
        if (protocol_named(name, n, "h2") || protocol_named(name, n, "http/1.1")) {
            chosen = name;
            break;
        }
        name += n + (name[n] == '+');
    }
    gnutls_datum_t one = { (unsigned char *)(uintptr_t)chosen, (unsigned)strcspn(chosen, "+") };
    gnutls_alpn_set_protocols(l->tls, &one, 1, 0); /* too long a name for GnuTLS: then none is agreed on */
}

static int tls_begin_server(struct listening *l)
{
    const struct ear *r = l->v.ear;
    int error = gnutls_init(&l->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (error < 0) {
        l->tls = NULL;
        return error;
    }
    gnutls_session_set_ptr(l->tls, l);
    gnutls_transport_set_ptr(l->tls, l);
    gnutls_transport_set_vec_push_function(l->tls, on_push);
    gnutls_transport_set_pull_function(l->tls, on_pull);
    gnutls_transport_set_pull_timeout_function(l->tls, on_pull_timeout);
    gnutls_handshake_set_timeout(l->tls, 0); /* our deadline is the one that counts */
    gnutls_handshake_set_hook_function(l->tls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, on_message);
    gnutls_certificate_server_set_request(l->tls, GNUTLS_CERT_IGNORE);
    alpn_choose(l);
    if ((error = gnutls_priority_set(l->tls, r->priority)) >= 0 && r->options.credentials)
        error = gnutls_credentials_set(l->tls, GNUTLS_CRD_CERTIFICATE, r->options.credentials);
    return error;
}

/* What is missing on our side, not on the client's; every other error is a client against the rules. A server name
 * with "_" in it, or one that is an address, is refused by GnuTLS, and taken by most others. */
static bool error_is_ours(int error)
{
    static const int ours[] = {
        GNUTLS_E_UNKNOWN_CIPHER_SUITE, GNUTLS_E_NO_CIPHER_SUITES, GNUTLS_E_UNSUPPORTED_VERSION_PACKET,
        GNUTLS_E_INSUFFICIENT_CREDENTIALS, GNUTLS_E_NO_COMMON_KEY_SHARE, GNUTLS_E_NO_CERTIFICATE_FOUND,
        GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, GNUTLS_E_UNWANTED_ALGORITHM, GNUTLS_E_ECC_UNSUPPORTED_CURVE,
        GNUTLS_E_INSUFFICIENT_SECURITY, GNUTLS_E_NO_APPLICATION_PROTOCOL, GNUTLS_E_INAPPROPRIATE_FALLBACK,
        GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED, GNUTLS_E_MEMORY_ERROR, GNUTLS_E_INTERNAL_ERROR,
        GNUTLS_E_HANDSHAKE_TOO_LARGE, GNUTLS_E_RANDOM_FAILED, GNUTLS_E_NO_PRIORITIES_WERE_SET,
        GNUTLS_E_RECEIVED_DISALLOWED_NAME };
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (ours[i] == error)
            return true;
    return false;
}

static void tls_failed(struct listening *l, int error)
{
    if (error == GNUTLS_E_FATAL_ALERT_RECEIVED || (l->clear_alert >= 0 && !error_is_ours(error))) {
        struct ending e = ending_of(BY_CLIENT, HOW_ALERT);
        e.alert = error == GNUTLS_E_FATAL_ALERT_RECEIVED ? (int)gnutls_alert_get(l->tls) : l->clear_alert;
        listening_end(l, e, NULL, true);
    } else if (error == GNUTLS_E_PREMATURE_TERMINATION || error == GNUTLS_E_SESSION_EOF) {
        listening_gone(l, HOW_CLOSED);
    } else if (error == GNUTLS_E_PULL_ERROR || error == GNUTLS_E_PUSH_ERROR) {
        listening_gone(l, HOW_RESET);
    } else {
        bool ours = error_is_ours(error);
        struct ending e = ending_of(ours ? BY_US : BY_CLIENT, ours ? HOW_ALERT : HOW_PROTOCOL);
        int level, number = gnutls_error_to_alert(error, &level);
        if (l->tls && gnutls_alert_send(l->tls, GNUTLS_AL_FATAL, (gnutls_alert_description_t)number) >= 0)
            e.alert = number;
        if (!ours)
            e.alert = -1; /* ours, and not what ended it */
        char *more = mem_format("%s: %s", ours ? "GnuTLS, with which tlswhy answers, can't go on" :
                                "GnuTLS, with which tlswhy answers, says", gnutls_strerror(error));
        listening_end(l, e, more, true);
        free(more);
    }
}

/* --- phases ------------------------------------------------------------------------------------- */

static void listening_step(struct listening *l);

static void tls_watch(struct listening *l)
{
    visit_watch(&l->v, gnutls_record_get_direction(l->tls) ? EV_WRITE : EV_READ);
}

/* GnuTLS stops after each piece of a message in several records: what was read with the hello is no news to the
 * socket, so nobody would wake us for the rest of it. */
static bool handshake_goes_on(const struct listening *l, size_t pulled_before)
{
    return l->pulled > pulled_before && l->pulled < l->v.heard.raw.len + l->early.len;
}

static void handshake_step(struct listening *l)
{
    for (int i = 0; i < TURN; i++) {
        size_t before = l->pulled;
        int error = gnutls_handshake(l->tls);
        if (error == GNUTLS_E_SUCCESS) {
            double most = l->v.ear->options.timeout;
            reached(l, PASSED_FINISHED);
            l->phase = PHASE_AFTER;
            visit_wait(&l->v, most < LATE_WAIT ? most : LATE_WAIT);
            listening_step(l);
            return;
        }
        if (error == GNUTLS_E_WARNING_ALERT_RECEIVED) {
            l->warning = gnutls_alert_get(l->tls);
        } else if (gnutls_error_is_fatal(error)) {
            tls_failed(l, error);
            return;
        } else if (error == GNUTLS_E_AGAIN && !handshake_goes_on(l, before)) {
            break;
        }
        i -= handshake_goes_on(l, before);
    }
    visit_wait_for_word(&l->v);
    tls_watch(l);
}

static void goodbye(struct listening *l)
{
    gnutls_bye(l->tls, GNUTLS_SHUT_WR);
    listening_end(l, ending_of(BY_US, HOW_COMPLETE), NULL, true);
}

/* Some check the certificate's name, or all of it, only now, and say goodbye to the server they refuse. */
static void gone_politely(struct listening *l)
{
    struct ending e = ending_of(BY_CLIENT, HOW_CLOSED);
    e.sure = false;
    gnutls_bye(l->tls, GNUTLS_SHUT_WR);
    listening_end(l, e, "it said goodbye (close_notify) after its Finished", true);
}

static void after_step(struct listening *l)
{
    char data[1024]; /* nobody looks at it */
    ssize_t n = gnutls_record_recv(l->tls, data, sizeof data);
    if (n > 0 || n == GNUTLS_E_REHANDSHAKE) {
        reached(l, PASSED_DATA);
        goodbye(l);
    } else if (n == 0) {
        gone_politely(l);
    } else if (n == GNUTLS_E_WARNING_ALERT_RECEIVED) {
        l->warning = gnutls_alert_get(l->tls);
        tls_watch(l);
    } else if (gnutls_error_is_fatal((int)n)) {
        tls_failed(l, (int)n);
    } else {
        tls_watch(l);
    }
}

/* SSL 2.0 and 3.0, which GnuTLS has not: the alert a server without them sends. */
static void too_old(struct listening *l)
{
    enum { HANDSHAKE_FAILURE = 40, PROTOCOL_VERSION = 70 };
    struct ending e = ending_of(BY_US, HOW_ALERT);
    e.alert = l->v.heard.max == 0x0300 ? HANDSHAKE_FAILURE : PROTOCOL_VERSION;
    alert_say(l, (uint8_t)e.alert);
    listening_end(l, e, "GnuTLS, with which tlswhy answers, speaks no SSL 2.0 and no SSL 3.0", true);
}

static void listening_heard(struct listening *l)
{
    enum { DECODE_ERROR = 50 };
    const struct heard *h = &l->v.heard;
    struct ending e = ending_of(BY_CLIENT, h->end == HEARD_NOT_TLS ? HOW_NOT_TLS : HOW_PROTOCOL);
    switch (h->end) {
    case HEARD_HELLO: {
        reached(l, PASSED_HELLO);
        if (l->v.ear->options.hello_only) {
            listening_end(l, ending_of(BY_US, HOW_COMPLETE), NULL, true);
        } else if (h->max < 0x0301) {
            too_old(l);
        } else {
            int error = tls_begin_server(l);
            l->phase = PHASE_HANDSHAKE;
            if (error < 0)
                tls_failed(l, error);
            else
                handshake_step(l);
        }
        return;
    }
    case HEARD_ALERT:
        e.how = HOW_ALERT;
        e.alert = h->alert;
        break;
    case HEARD_BROKEN:
    case HEARD_TOO_BIG: alert_say(l, DECODE_ERROR); break;
    default: break;
    }
    listening_end(l, e, h->why, true);
}

static void hello_step(struct listening *l)
{
    struct visit *v = &l->v;
    enum ending_how how;
    for (int i = 0; i < TURN; i++) {
        ssize_t n = socket_read(v->ear, v->fd, &how);
        if (n < 0 && how == HOW_COUNT)
            break;
        if (n <= 0) {
            listening_gone(l, n ? HOW_RESET : HOW_CLOSED);
            return;
        }
        v->sent += (size_t)n;
        if (visit_hear(v, v->ear->scratch, (size_t)n)) {
            size_t rest = v->heard.rest;
            buf_add(&l->early, v->ear->scratch + (size_t)n - rest, rest); /* has the scratch's size */
            note_records(l, l->early.data, rest);
            listening_heard(l);
            return;
        }
    }
    visit_wait_for_word(v);
    visit_watch(v, EV_READ);
}

static void leaving_step(struct listening *l)
{
    enum ending_how how;
    for (int i = 0; i < TURN; i++) {
        ssize_t n = socket_read(l->v.ear, l->v.fd, &how);
        if (n < 0 && how == HOW_COUNT)
            return;
        if (n <= 0 || (l->left += (size_t)n) > LEAVE_MAX) {
            visit_free(&l->v);
            return;
        }
    }
}

static void listening_step(struct listening *l)
{
    static void (*const steps[])(struct listening *) = {
        [PHASE_HELLO] = hello_step, [PHASE_HANDSHAKE] = handshake_step, [PHASE_AFTER] = after_step,
        [PHASE_LEAVING] = leaving_step };
    steps[l->phase](l);
}

/* --- the side ----------------------------------------------------------------------------------- */

static void listening_begin(struct visit *v)
{
    struct listening *l = of(v);
    l->warning = l->clear_alert = -1;
    reply_init(&l->reply, false);
    buf_init(&l->early, EAR_SCRATCH);
    hello_step(l); /* its hello often is there already */
}

static void listening_ready(struct visit *v)
{
    listening_step(of(v));
}

static void listening_late(struct visit *v)
{
    struct listening *l = of(v);
    if (l->phase == PHASE_LEAVING)
        visit_free(v);
    else if (l->phase == PHASE_AFTER)
        goodbye(l);
    else
        listening_end(l, ending_of(BY_CLIENT, HOW_SILENT), NULL, true);
}

static void listening_stop(struct visit *v)
{
    struct listening *l = of(v);
    if (l->phase == PHASE_LEAVING)
        visit_free(v);
    else
        listening_end(l, ending_of(BY_US, l->stage >= PASSED_FINISHED ? HOW_COMPLETE : HOW_CLOSED), NULL, false);
}

static void listening_forget(struct visit *v)
{
    struct listening *l = of(v);
    if (l->tls)
        gnutls_deinit(l->tls);
    buf_free(&l->early);
    reply_free(&l->reply);
}

const struct side listen_side = {
    .probe = "listen", .size = sizeof(struct listening), .begin = listening_begin, .ready = listening_ready,
    .late = listening_late, .stop = listening_stop, .forget = listening_forget,
};
