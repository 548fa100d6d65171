/* tls - see tls.h. */
#include "probes/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/now.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/path.h"
#include "src/wire/first.h"
#include "src/wire/message.h"

const char *const tls_stage_words[] = { "nothing", "server-hello", "certificate", "certificate-request",
                                        "finished" };
const char *const tls_end_words[] = { "going", "ok", "alert", "reset", "closed", "not-tls", "protocol",
                                      "too-big", "local", "version", "silent", "slow", "bad-signature" };

static void tls_reached(struct tls *t, enum tls_stage s)
{
    if (t->stage < s)
        t->stage = s;
}

/* Of the server's extensions: supported_versions (43), ALPN (16, RFC 7301 section 3.1) and
 * signed_certificate_timestamp (18, RFC 6962 section 3.3.1). */
static void tls_note_extensions(struct tls *t, struct reader *r, uint16_t *version)
{
    struct reader all = reader_vector(r, 2);
    while (!all.failed && all.left) {
        uint16_t type = reader_u16(&all);
        struct reader ext = reader_vector(&all, 2);
        if (all.failed)
            return;
        if (type == 43)
            *version = reader_u16(&ext);
        if (type == 18 && !t->scts.len)
            buf_add(&t->scts, ext.p, ext.left);
        if (type == 16) {
            struct reader list = reader_vector(&ext, 2), name = reader_vector(&list, 1);
            char *text = text_printable(name.p, name.left, sizeof t->alpn / 8);
            snprintf(t->alpn, sizeof t->alpn, "%s", text);
            free(text);
        }
    }
}

/* ServerHello, RFC 8446 section 4.1.3: the version in its first field is TLS 1.2 at most, the real one
 * stands in the extension supported_versions (43). */
static void tls_note_hello(struct tls *t, const void *body, size_t n)
{
    struct reader r = reader_of(body, n);
    uint16_t version = reader_u16(&r);
    reader_take(&r, 32);
    reader_vector(&r, 1);
    uint16_t suite = reader_u16(&r);
    reader_u8(&r);
    if (r.failed)
        return;
    tls_note_extensions(t, &r, &version);
    t->server_version = version;
    t->server_suite = suite;
}

/* GnuTLS sends status_request where it has something noted about it, and once its hello is written it wants that
 * note: it is taken away only while a hello is put together. */
static void tls_hide_status(struct tls *t, bool hide)
{
    if (t->no_status && hide)
        gnutls_ext_set_data(t->session, 5, NULL);
    else if (t->no_status)
        gnutls_ocsp_status_request_enable_client(t->session, NULL, 0, NULL);
}

/* To verify what a key made for it has signed would stop this process, and all that waits in it, for minutes. */
static int tls_note_certificate(struct tls *t, const gnutls_datum_t *msg)
{
    struct certificate_message m;
    if (!t->certificate.len)
        buf_add(&t->certificate, msg->data, msg->size);
    certificate_message_read(&m, msg->data, msg->size, t->server_version >= 0x0304);
    t->slow_key = m.count && path_key_slow(m.cert[0].p, m.cert[0].n);
    return t->slow_key ? GNUTLS_E_INSUFFICIENT_SECURITY : 0;
}

/* Every handshake message passes here before GnuTLS looks into it: a certificate that GnuTLS can't
 * decode, or does not like, is known all the same. */
static int tls_hook(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                    const gnutls_datum_t *msg)
{
    struct tls *t = gnutls_session_get_ptr(session);
    (void)when;
    if (!incoming && type == GNUTLS_HANDSHAKE_CLIENT_HELLO) {
        t->hello_size = 4 + (size_t)msg->size;
        tls_hide_status(t, false);
    }
    if (!incoming)
        return 0;
    switch (type) {
    case GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST: tls_hide_status(t, true); break;
    case GNUTLS_HANDSHAKE_SERVER_HELLO:
        tls_reached(t, STAGE_SERVER_HELLO);
        tls_note_hello(t, msg->data, msg->size);
        t->hello_at = now_monotonic();
        break;
    case GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS: {
        struct reader r = reader_of(msg->data, msg->size);
        uint16_t no_version; /* that stands in the ServerHello alone */
        tls_note_extensions(t, &r, &no_version);
        break;
    }
    case GNUTLS_HANDSHAKE_CERTIFICATE_PKT:
        tls_reached(t, STAGE_CERTIFICATE);
        return tls_note_certificate(t, msg);
    case GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST:
        tls_reached(t, STAGE_REQUEST);
        t->asked_cert = true;
        if (!t->request.len)
            buf_add(&t->request, msg->data, msg->size);
        break;
    case GNUTLS_HANDSHAKE_NEW_SESSION_TICKET: t->ticket = true; break;
    default: break;
    }
    return 0;
}

static ssize_t tls_push(gnutls_transport_ptr_t p, const giovec_t *v, int n)
{
    struct tls *t = p;
    ssize_t r = conn_send(t->conn, (const struct iovec *)v, n);
    if (r < 0)
        gnutls_transport_set_errno(t->session, errno);
    return r;
}

static ssize_t tls_pull(gnutls_transport_ptr_t p, void *data, size_t n)
{
    struct tls *t = p;
    if (t->end == TLS_GOING && t->conn->received > TLS_HANDSHAKE_MAX) {
        t->too_big = true;
        gnutls_transport_set_errno(t->session, EMSGSIZE);
        return -1;
    }
    ssize_t r = conn_recv(t->conn, data, n);
    if (r < 0)
        gnutls_transport_set_errno(t->session, errno);
    return r;
}

/* GnuTLS asks this only where it would wait; nothing here waits. */
static int tls_pull_timeout(gnutls_transport_ptr_t p, unsigned ms)
{
    (void)p;
    (void)ms;
    return 1;
}

static int tls_set_alpn(struct tls *t, const char *list)
{
    gnutls_datum_t name[16];
    unsigned n = 0;
    while (list && *list && n < 16) {
        size_t len = strcspn(list, "+");
        name[n++] = (gnutls_datum_t){ (unsigned char *)list, (unsigned)len };
        list += len + (list[len] == '+');
    }
    return n ? gnutls_alpn_set_protocols(t->session, name, n, 0) : 0;
}

static bool tls_refused(struct tls *t, int error)
{
    t->error = error;
    t->end = TLS_LOCAL;
    return false;
}

/* --- padding --- */

static int padding_send(gnutls_session_t session, gnutls_buffer_t out)
{
    static const uint8_t zeros[1024]; /* RFC 7685 section 3 */
    const struct tls *t = gnutls_session_get_ptr(session);
    for (size_t left = t->padding; left;) {
        size_t n = left < sizeof zeros ? left : sizeof zeros;
        int r = gnutls_buffer_append_data(out, zeros, n);
        if (r < 0)
            return r;
        left -= n;
    }
    return (int)t->padding;
}

/* No server sends it back; one that does breaks a rule nobody is hurt by. */
static int padding_recv(gnutls_session_t session, const unsigned char *p, size_t n)
{
    (void)session;
    (void)p;
    (void)n;
    return 0;
}

/* What the server sends is taken by the hook. */
static int scts_recv(gnutls_session_t session, const unsigned char *p, size_t n)
{
    (void)session;
    (void)p;
    (void)n;
    return 0;
}

static int scts_send(gnutls_session_t session, gnutls_buffer_t out)
{
    (void)session;
    (void)out;
    return GNUTLS_E_INT_RET_0; /* an empty extension: a mere 0 leaves it out */
}

/* Asks for signed certificate timestamps, as browsers do. */
static int tls_set_scts(struct tls *t)
{
    return gnutls_session_ext_register(t->session, "signed_certificate_timestamp", 18, GNUTLS_EXT_TLS, scts_recv,
                                       scts_send, NULL, NULL, NULL,
                                       GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_TLS12_SERVER_HELLO);
}

static ssize_t nowhere_push(gnutls_transport_ptr_t p, const giovec_t *v, int n)
{
    ssize_t sum = 0;
    (void)p;
    for (int i = 0; i < n; i++)
        sum += (ssize_t)v[i].iov_len;
    return sum;
}

static ssize_t nowhere_pull(gnutls_transport_ptr_t p, void *data, size_t n)
{
    struct tls *t = p;
    (void)data;
    (void)n;
    gnutls_transport_set_errno(t->session, EAGAIN);
    return -1;
}

/* Of the ClientHello without padding: only a session that goes nowhere tells. 0 when there is none. */
static size_t tls_bare_size(const struct tls_offer *o)
{
    struct tls bare;
    struct tls_offer plain = *o;
    plain.size = 0;
    if (tls_begin(&bare, NULL, &plain)) {
        gnutls_transport_set_vec_push_function(bare.session, nowhere_push);
        gnutls_transport_set_pull_function(bare.session, nowhere_pull);
        gnutls_handshake(bare.session);
    }
    tls_finish(&bare);
    return bare.hello_size;
}

static int tls_set_padding(struct tls *t, const struct tls_offer *o)
{
    size_t bare = tls_bare_size(o);
    if (bare >= o->size)
        return 0;
    size_t missing = o->size - bare;
    t->padding = missing > 4 ? missing - 4 : 1; /* 4 bytes are its header; some servers choke on an empty one */
    return gnutls_session_ext_register(t->session, "padding", 21, GNUTLS_EXT_TLS, padding_recv, padding_send, NULL, NULL,
                                       NULL, GNUTLS_EXT_FLAG_OVERRIDE_INTERNAL | GNUTLS_EXT_FLAG_CLIENT_HELLO);
}

bool tls_begin(struct tls *t, struct conn *c, const struct tls_offer *o)
{
    *t = (struct tls){ .conn = c, .warning = -1, .no_status = o->no_status };
    buf_init(&t->certificate, TLS_MESSAGE_MAX);
    buf_init(&t->request, TLS_MESSAGE_MAX);
    buf_init(&t->scts, SCTS_BYTES_MAX);
    int r = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_KEY_SHARE_TOP |
                                 GNUTLS_FORCE_CLIENT_CERT); /* as OpenSSL: sent whatever CAs the server names */
    if (r < 0)
        return tls_refused(t, r);
    gnutls_session_set_ptr(t->session, t);
    gnutls_transport_set_ptr(t->session, t);
    gnutls_transport_set_vec_push_function(t->session, tls_push);
    gnutls_transport_set_pull_function(t->session, tls_pull);
    gnutls_transport_set_pull_timeout_function(t->session, tls_pull_timeout);
    gnutls_handshake_set_hook_function(t->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, tls_hook);
    gnutls_handshake_set_max_packet_length(t->session, TLS_MESSAGE_MAX);
    gnutls_dh_set_prime_bits(t->session, 512); /* a small group is the server's fault, not our refusal */
    if ((r = gnutls_priority_set(t->session, o->priority)) < 0 ||
        (r = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, o->credentials)) < 0 ||
        (o->sni && (r = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, o->sni, strlen(o->sni))) < 0) ||
        (r = tls_set_scts(t)) < 0 || (r = tls_set_alpn(t, o->alpn)) < 0 || (o->size && (r = tls_set_padding(t, o)) < 0))
        return tls_refused(t, r);
    tls_hide_status(t, true);
    return true;
}

/* What GnuTLS's errors mean, where the connection itself doesn't say more. Everything in no row is a
 * peer that speaks TLS, but not as the RFCs have it. */
static const struct { int error; enum tls_end end; } error_table[] = {
    { GNUTLS_E_HANDSHAKE_TOO_LARGE, TLS_TOO_BIG },
    { GNUTLS_E_UNSUPPORTED_VERSION_PACKET, TLS_VERSION },
    { GNUTLS_E_KEY_USAGE_VIOLATION, TLS_LOCAL },
    { GNUTLS_E_DH_PRIME_UNACCEPTABLE, TLS_LOCAL },
    { GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED, TLS_LOCAL },
    { GNUTLS_E_UNWANTED_ALGORITHM, TLS_LOCAL },
    { GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, TLS_LOCAL },
    { GNUTLS_E_INSUFFICIENT_SECURITY, TLS_LOCAL },
    { GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE, TLS_LOCAL },
    { GNUTLS_E_NO_PRIORITIES_WERE_SET, TLS_LOCAL },
    { GNUTLS_E_NO_CIPHER_SUITES, TLS_LOCAL },
    { GNUTLS_E_MEMORY_ERROR, TLS_LOCAL },
    { GNUTLS_E_CERTIFICATE_ERROR, TLS_LOCAL },
    { GNUTLS_E_PK_SIG_VERIFY_FAILED, TLS_SIGNATURE },
};

static bool is_foreign(const struct conn *c)
{
    struct first f = first_look(c->first, c->first_len);
    return f.kind == FIRST_PLAIN || f.kind == FIRST_UNKNOWN;
}

/* What lies ready to be read, for the first bytes: GnuTLS stops after the five that are no record. */
static void tls_read_ready(struct tls *t)
{
    uint8_t byte[CONN_FIRST_MAX];
    for (int i = 0; i < 8; i++)
        if (conn_recv(t->conn, byte, sizeof byte) <= 0)
            break;
}

static enum tls_end tls_explain(struct tls *t, int error)
{
    t->error = error;
    if (t->too_big)
        return TLS_TOO_BIG;
    if (t->stage == STAGE_NOTHING && t->conn->first_len && is_foreign(t->conn)) {
        tls_read_ready(t);
        return TLS_NOT_TLS;
    }
    if (error == GNUTLS_E_FATAL_ALERT_RECEIVED) {
        t->alert_level = 2;
        t->alert_number = gnutls_alert_get(t->session);
        return TLS_ALERT;
    }
    if (error == GNUTLS_E_PREMATURE_TERMINATION || error == GNUTLS_E_INVALID_SESSION || error == GNUTLS_E_SESSION_EOF)
        return TLS_CLOSED;
    if (error == GNUTLS_E_PULL_ERROR || error == GNUTLS_E_PUSH_ERROR)
        return TLS_RESET;
    for (size_t i = 0; i < sizeof error_table / sizeof *error_table; i++)
        if (error_table[i].error == error)
            return error_table[i].end;
    return t->conn->ended && !t->conn->first_len ? TLS_CLOSED : TLS_PROTOCOL;
}

/* A send that fails leaves what the peer said before unread: an alert, or plain text, is worth more
 * than "broken pipe". */
static void tls_read_rest(struct tls *t)
{
    tls_read_ready(t);
    struct first f = first_look(t->conn->first, t->conn->first_len);
    if (f.kind == FIRST_TLS && f.alert_level == 2) {
        t->end = TLS_ALERT;
        t->alert_level = f.alert_level;
        t->alert_number = f.alert_number;
    } else if (is_foreign(t->conn)) {
        t->end = TLS_NOT_TLS;
    }
}

enum tls_end tls_handshake(struct tls *t)
{
    for (int i = 0; t->end == TLS_GOING && i < 64; i++) {
        int r = gnutls_handshake(t->session);
        if (r == GNUTLS_E_SUCCESS) {
            tls_reached(t, STAGE_FINISHED);
            t->end = TLS_OK;
        } else if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED) {
            return TLS_GOING;
        } else if (r == GNUTLS_E_WARNING_ALERT_RECEIVED) {
            t->warning = gnutls_alert_get(t->session);
        } else if (gnutls_error_is_fatal(r)) {
            t->end = tls_explain(t, r);
            if (t->end == TLS_RESET && t->stage == STAGE_NOTHING)
                tls_read_rest(t);
        }
    }
    return t->end;
}

bool tls_wants_write(const struct tls *t)
{
    return gnutls_record_get_direction(t->session) == 1;
}

static ssize_t tls_moved(struct tls *t, ssize_t r)
{
    if (r >= 0)
        return r;
    if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED || !gnutls_error_is_fatal((int)r)) {
        if (r == GNUTLS_E_WARNING_ALERT_RECEIVED)
            t->warning = gnutls_alert_get(t->session);
        errno = EAGAIN;
        return -1;
    }
    t->end = tls_explain(t, (int)r);
    errno = EPROTO;
    return -1;
}

ssize_t tls_recv(struct tls *t, void *p, size_t n)
{
    ssize_t r = tls_moved(t, gnutls_record_recv(t->session, p, n));
    if (r == 0) {
        t->end = TLS_CLOSED;
        t->error = GNUTLS_E_SESSION_EOF; /* by close_notify */
    }
    return r;
}

ssize_t tls_send(struct tls *t, const void *p, size_t n)
{
    return tls_moved(t, gnutls_record_send(t->session, p, n));
}

void tls_finish(struct tls *t)
{
    if (t->session) {
        if (t->end == TLS_OK)
            gnutls_bye(t->session, GNUTLS_SHUT_WR);
        gnutls_deinit(t->session);
    }
    t->session = NULL;
    buf_free(&t->certificate);
    buf_free(&t->request);
    buf_free(&t->scts);
}
