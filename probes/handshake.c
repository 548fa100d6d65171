/* handshake - one complete TLS handshake as the column's client would make it, and what follows it.
 *
 * Owns: the facts of the handshake, of the certificates sent, of late refusals and of the HTTP Date.
 * Must not know: watchers, causes. It never ends a handshake because of a certificate.
 */
#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "probes/date.h"
#include "probes/offer.h"
#include "probes/probe.h"
#include "probes/tls.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/expect.h"
#include "src/pki/host.h"
#include "src/pki/ocsp.h"
#include "src/wire/first.h"
#include "src/wire/message.h"
#include "src/wire/names.h"

/* Seconds an HTTP answer is waited for, and some round trips: the Date is a bonus, and a server that
 * serves one connection at a time must not be kept from our other questions for it. */
#define HTTP_WAIT 1.5

struct handshake {
    struct tls tls;
    const char *cant;           /* lent; why GnuTLS can't offer what was asked for, or NULL */
    char *missing;              /* owned; what of it GnuTLS can't offer, or NULL */
    struct offer part;          /* owned; what this run offers, where it is a part only */
    gnutls_priority_t priority; /* owned; for that part */
    struct date *date;          /* the HTTP exchange, NULL: none */
    const uint8_t *out;         /* lent by date: what is still to be sent */
    size_t out_len;
    double hello, finished;     /* engine time */
    double asked;               /* wall clock when the request went out */
    bool late;                  /* the handshake is over, what may follow is awaited */
};

static const enum fact writes[] = {
    FACT_TIMING, FACT_HANDSHAKE, FACT_FAILURE, FACT_VERSION, FACT_CIPHER, FACT_CIPHER_NAME, FACT_KX_GROUP,
    FACT_SIGALG, FACT_ALPN, FACT_EMS, FACT_SNI, FACT_CLIENT_CERT, FACT_STAPLE, FACT_TICKET, FACT_LATE, FACT_RENEGOTIATION,
    FACT_LEAF, FACT_SUBJECT, FACT_ISSUER, FACT_KEY, FACT_CHAIN, FACT_TRUST, FACT_NAME, FACT_DATES,
    FACT_NOT_AFTER, FACT_STRENGTH, FACT_REASONS, FACT_HTTP, FACT_CLOCK, FACT_STORE, FACT_COUNT
};

static void see_word(struct run *r, enum fact f, const char *word)
{
    run_see(r, f, word ? STATE_YES : STATE_NO, word ? json_string(word) : NULL, -1, NULL);
}

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

static char *foreign_text(const struct conn *c, const struct first *f)
{
    char *seen = text_printable(c->first, c->first_len, 60);
    char *text = mem_format("the port answered with %s, not TLS: \"%s\"",
                            f->protocol ? f->protocol : "bytes nobody here knows", seen);
    free(seen);
    return text;
}

static const char *local_text(const struct run *r, const struct tls *t)
{
    const struct handshake *h = r->state;
    return h->cant ? h->cant : gnutls_strerror(t->error);
}

static char *failure_text(const struct run *r, const struct tls *t, const struct first *f, double ms)
{
    const char *stage = stage_says[t->stage];
    switch (t->end) {
    case TLS_ALERT: return alert_text(t);
    case TLS_NOT_TLS: return foreign_text(&r->conn, f);
    case TLS_RESET: return mem_format("the connection was reset %s (ClientHello of %zu bytes sent)", stage, r->conn.sent);
    case TLS_CLOSED: return mem_format("the connection was closed %s %s", t->error == GNUTLS_E_SESSION_EOF
                                       ? "in good order (close_notify)" : "without a TLS alert", stage);
    case TLS_SILENT: return mem_format("the connection was accepted, but nothing came within %.1f s of the ClientHello", ms / 1000);
    case TLS_SLOW: return mem_format("the handshake was not complete after %.1f s, though %zu byte%s had come; it stopped %s",
                                     ms / 1000, r->conn.received, r->conn.received == 1 ? "" : "s", stage);
    case TLS_TOO_BIG: return mem_format("a handshake message of over %u KiB, or a handshake of over %u KiB, %s: clients refuse "
                                        "that (OpenSSL: excessive message size), and it was not read to its end",
                                        TLS_MESSAGE_MAX >> 10, TLS_HANDSHAKE_MAX >> 10, stage);
    case TLS_VERSION: {
        const struct version *v = version_find(t->server_version);
        return mem_format("the server chose %s, which this client did not offer", v ? v->title : "a version");
    }
    case TLS_LOCAL:
        if (((const struct handshake *)r->state)->cant)
            return mem_format("no handshake of this client's kind could be tried: %s", local_text(r, t));
        return mem_format("this machine's TLS library refused by itself %s: %s", stage, local_text(r, t));
    default: return mem_format("the server's bytes are TLS but break its rules %s: %s", stage, gnutls_strerror(t->error));
    }
}

static json_t *alert_json(const struct tls *t)
{
    char hex[NAME_LEN];
    if (t->alert_level == 0)
        return json_null();
    return json_pack("{s:s, s:i, s:s}", "level", "fatal", "number", t->alert_number, "name",
                     alert_name((uint8_t)t->alert_number, hex));
}

static void see_failure(struct run *r, const struct tls *t, double ms)
{
    struct first f = first_look(r->conn.first, r->conn.first_len);
    bool foreign = t->end == TLS_NOT_TLS;
    char *text = failure_text(r, t, &f, ms);
    json_t *v = json_pack("{s:s, s:s, s:o, s:i, s:s?, s:s?, s:s?}", "kind", tls_end_words[t->end],
                          "stage", tls_stage_words[t->stage], "alert", alert_json(t),
                          "received", (int)r->conn.received, "protocol", foreign ? f.protocol : NULL,
                          "hint", foreign ? f.hint : NULL,
                          "local", t->end == TLS_LOCAL ? local_text(r, t) : NULL);
    if (t->stage != STAGE_FINISHED)
        run_see(r, FACT_HANDSHAKE, STATE_NO, json_string(tls_end_words[t->end]), ms, mem_string(text));
    run_see_bytes(r, FACT_FAILURE, STATE_YES, v, ms, text, r->conn.first, r->conn.first_len);
}

/* --- the certificates --- */

static const char *trust_word(const struct chain *c)
{
    for (size_t i = 0; i < c->fault_count; i++)
        switch (c->fault[i].reason) {
        case REASON_SELF_SIGNED:
        case REASON_ISSUER_UNKNOWN:
        case REASON_ROOT_UNTRUSTED:
        case REASON_ROOT_OTHER_KEY:
        case REASON_BAD_SIGNATURE:
        case REASON_MALFORMED:
        case REASON_NO_CERT:
        case REASON_NOT_CA: return reason_table[c->fault[i].reason].word;
        default: break;
        }
    return "issuer-unknown";
}

static const struct fault *fault_of(const struct chain *c, enum reason from, enum reason to)
{
    for (size_t i = 0; i < c->fault_count; i++)
        if (c->fault[i].reason >= from && c->fault[i].reason <= to)
            return &c->fault[i];
    return NULL;
}

/* The fault's sentence with the certificate it is about, NULL without a fault. */
static char *fault_text(const struct chain *c, const struct fault *f)
{
    const struct cert *about = f && f->link >= 0 ? c->built[f->link].cert : NULL;
    if (!f)
        return NULL;
    return about ? mem_format("certificate \"%s\" %s", cert_name(about), f->text) : mem_string(f->text);
}

static void see_fault(struct run *r, const struct chain *c, enum fact f, const struct fault *fault)
{
    run_see(r, f, fault ? STATE_NO : STATE_YES, json_string(fault ? reason_table[fault->reason].word : "ok"), -1,
            fault_text(c, fault));
}

static void see_trust(struct run *r, const struct chain *c)
{
    const struct fault *none = fault_of(c, REASON_NO_STORE, REASON_NO_STORE);
    if (none)
        run_see(r, FACT_TRUST, COULD_NOT_ASK, json_string("no-store"), -1, fault_text(c, none));
    else if (c->trusted)
        see_word(r, FACT_TRUST, cert_name(c->built[c->built_count - 1].cert));
    else {
        const char *word = trust_word(c);
        const struct fault *f = fault_of(c, reason_find(word), reason_find(word));
        run_see(r, FACT_TRUST, STATE_NO, json_string(word), -1, fault_text(c, f));
    }
}

static void see_name(struct run *r, const struct chain *c, const struct cert *leaf)
{
    const struct fault *f = fault_of(c, REASON_NAME, REASON_NAME_CN_ONLY);
    char *names = host_names(leaf, 5);
    if (f)
        run_see(r, FACT_NAME, STATE_NO, json_string(names), -1, fault_text(c, f));
    else
        see_word(r, FACT_NAME, endpoint_name(r->target->endpoint));
    free(names);
}

static void see_leaf(struct run *r, const struct cert *leaf)
{
    char when[WHEN_LEN];
    char *key = leaf->curve ? mem_format("%s %s", leaf->key, leaf->curve)
                            : mem_format("%s %d", leaf->key ? leaf->key : "?", leaf->key_bits);
    see_word(r, FACT_LEAF, leaf->sha256);
    if (leaf->malformed) {
        free(key);
        return;
    }
    see_word(r, FACT_SUBJECT, cert_name(leaf));
    see_word(r, FACT_ISSUER, leaf->issuer_cn ? leaf->issuer_cn : leaf->issuer);
    see_word(r, FACT_KEY, key);
    see_word(r, FACT_NOT_AFTER, when_format(leaf->not_after, when));
    free(key);
}

static void see_store(struct run *r, const struct store *s)
{
    char when[WHEN_LEN];
    if (!store_path(s)) {
        run_see(r, FACT_STORE, STATE_NO, NULL, -1, mem_string("this machine has no CA store: install the package "
                "ca-certificates, or give ca=FILE"));
        return;
    }
    json_t *v = json_pack("{s:s, s:b, s:b, s:s?, s:i, s:s?}", "path", store_path(s), "system", store_is_system(s),
                          "directory", store_is_directory(s), "form", store_form(s), "count", (int)store_count(s), "date",
                          store_time(s) == WHEN_UNKNOWN ? NULL : when_format(store_time(s), when));
    run_see(r, FACT_STORE, STATE_YES, v, -1, mem_format("%zu CAs from %s", store_count(s), store_path(s)));
}

/* pin= and expect=. Not among `writes`: without these keys nobody asks. */
static void see_expected(struct run *r, const struct cert *leaf, const struct chain *chain)
{
    const struct endpoint *ep = r->target->endpoint;
    struct expect x = { .pins = ep->value[KEY_PIN], .file = run_expected(r), .path = ep->value[KEY_EXPECT] };
    json_t *value;
    char *text;
    if (!x.pins && !x.file)
        return;
    if (!leaf || leaf->malformed) {
        run_see(r, FACT_EXPECTED, COULD_NOT_ASK, NULL, -1, mem_string("no certificate came that could be compared"));
        return;
    }
    bool fits = expect_judge(&x, leaf, chain, &value, &text);
    run_see(r, FACT_EXPECTED, fits ? STATE_YES : STATE_NO, value, -1, text);
}

/* The response that came with the certificate. Its signature is verified only under a CA that is trusted. */
static void see_staple(struct run *r, const struct cert *leaf, const struct chain *c)
{
    const struct handshake *h = r->state;
    gnutls_datum_t staple = { NULL, 0 };
    bool demanded = leaf && leaf->must_staple;
    if (h->tls.end != TLS_OK)
        return;
    if (gnutls_ocsp_status_request_get(h->tls.session, &staple) < 0 || !staple.size || !leaf || leaf->malformed) {
        run_see(r, FACT_STAPLE, STATE_NO, demanded ? json_pack("{s:b}", "must_staple", true) : NULL, -1,
                demanded ? mem_string("no OCSP response was stapled, although the certificate demands one (RFC 7633)")
                         : NULL);
        return;
    }
    const struct cert *issuer = c->trusted && c->built_count > 1 ? c->built[1].cert : NULL;
    struct revoked said = ocsp_judge(staple.data, staple.size, leaf, issuer, (int64_t)run_wall(r));
    json_t *v = revoked_json(&said);
    char *says = revoked_text(&said);
    json_object_set_new(v, "must_staple", json_boolean(demanded));
    run_see(r, FACT_STAPLE, STATE_YES, v, -1, mem_format("the stapled OCSP response %s", says));
    free(says);
}

static void see_chain(struct run *r, struct cert **sent, size_t n, size_t total, bool malformed)
{
    struct judge_ask ask = run_judge_ask(r, endpoint_client(r->target->endpoint));
    ask.sent = sent;
    ask.sent_count = n;
    double began = run_now(r);
    struct chain *c = chain_judge(run_judge(r), &ask);
    double ms = (run_now(r) - began) * 1000;
    json_t *faults = chain_faults_json(c);
    bool judged = n && !sent[0]->malformed; /* else there is nothing to be right or wrong */
    run_see(r, FACT_CHAIN, n ? STATE_YES : STATE_NO, chain_json(c, sent, n), ms,
            mem_format("%zu certificate%s sent%s; %s", total, total == 1 ? "" : "s", malformed ? ", in a broken message" : "",
                       c->trusted ? "the chain ends at a trusted CA" : "no trusted CA is reached"));
    if (n)
        see_leaf(r, sent[0]);
    see_trust(r, c);
    if (judged) {
        const struct fault *weak = fault_of(c, REASON_WEAK_KEY, REASON_CRITICAL);
        see_name(r, c, sent[0]);
        see_fault(r, c, FACT_DATES, fault_of(c, REASON_EXPIRED, REASON_NOT_YET));
        run_see(r, FACT_STRENGTH, weak ? STATE_NO : STATE_YES, json_string(weak ? "weak" : "ok"), -1,
                fault_text(c, weak));
    }
    run_see(r, FACT_REASONS, c->fault_count ? STATE_YES : STATE_NO, faults, -1,
            fault_text(c, c->fault_count ? &c->fault[0] : NULL));
    see_store(r, ask.store);
    run_sent(r, sent, n, fault_of(c, REASON_ISSUER_UNKNOWN, REASON_ISSUER_UNKNOWN) ||
                             fault_of(c, REASON_BAD_SIGNATURE, REASON_BAD_SIGNATURE));
    run_path(r, c);
    see_expected(r, n ? sent[0] : NULL, c);
    see_staple(r, n ? sent[0] : NULL, c);
    chain_free(c);
}

static void see_certificates(struct run *r, const struct tls *t)
{
    struct certificate_message *m = mem_new(sizeof *m);
    struct cert *sent[MESSAGE_CERTS_MAX];
    certificate_message_read(m, t->certificate.data, t->certificate.len, t->server_version >= 0x0304);
    for (size_t i = 0; i < m->count; i++)
        sent[i] = judge_cert(run_judge(r), m->cert[i].p, m->cert[i].n);
    see_chain(r, sent, m->count, m->total, m->malformed);
    for (size_t i = 0; i < m->count; i++)
        cert_free(sent[i]);
    free(m);
}

static void see_request(struct run *r, const struct tls *t)
{
    if (!t->asked_cert) {
        if (t->end == TLS_OK)
            run_see(r, FACT_CLIENT_CERT, STATE_NO, NULL, -1, NULL);
        return;
    }
    struct certificate_request *m = mem_new(sizeof *m);
    json_t *cas = json_array();
    certificate_request_read(m, t->request.data, t->request.len, t->server_version >= 0x0304);
    for (size_t i = 0; i < m->count && i < 50; i++) {
        gnutls_datum_t der = { (unsigned char *)m->ca[i].p, (unsigned)m->ca[i].n }, text = { NULL, 0 };
        gnutls_x509_rdn_get2(&der, &text, 0);
        char *name = text_printable(text.data, text.size, 300);
        json_array_append_new(cas, json_string(name));
        free(name);
        gnutls_free(text.data);
    }
    run_see(r, FACT_CLIENT_CERT, STATE_YES, json_pack("{s:o, s:i}", "cas", cas, "total", (int)m->total), -1,
            mem_format("the server asks for a client certificate and names %zu acceptable CA%s", m->total,
                       m->total == 1 ? "" : "s"));
    free(m);
}

/* --- what was negotiated --- */

static void see_group(struct run *r, gnutls_session_t s)
{
    gnutls_group_t g = gnutls_group_get(s);
    const struct group *known = g ? group_by_name(gnutls_group_get_name(g)) : NULL;
    gnutls_kx_algorithm_t kx = gnutls_kx_get(s);
    if (g) {
        see_word(r, FACT_KX_GROUP, known ? known->iana : gnutls_group_get_name(g));
    } else if (kx == GNUTLS_KX_DHE_RSA || kx == GNUTLS_KX_DHE_DSS) {
        char *word = mem_format("dh%d", gnutls_dh_get_prime_bits(s));
        see_word(r, FACT_KX_GROUP, word);
        free(word);
    } else {
        run_see(r, FACT_KX_GROUP, STATE_NO, NULL, -1, mem_string("RSA key transport: no key exchange group"));
    }
}

static void see_sigalg(struct run *r, gnutls_session_t s)
{
    int sign = gnutls_sign_algorithm_get(s);
    const char *name = sign > 0 ? gnutls_sign_get_name((gnutls_sign_algorithm_t)sign) : NULL;
    const struct sigalg *known = name ? sigalg_by_name(name) : NULL;
    see_word(r, FACT_SIGALG, known ? known->iana : name);
}

/* RFC 5746. TLS 1.3 has no renegotiation; a survey that asked an older version may know already. */
static void see_renegotiation(struct run *r, const struct tls *t)
{
    bool safe = t->server_version < 0x0304 && gnutls_safe_renegotiation_status(t->session);
    if (t->server_version < 0x0304)
        run_see(r, FACT_RENEGOTIATION, safe ? STATE_YES : STATE_NO, NULL, -1,
                safe ? NULL : mem_string("the server's hello lacks renegotiation_info (RFC 5746): it does not know secure "
                                         "renegotiation"));
    else if (!r->target->written[FACT_RENEGOTIATION])
        run_see(r, FACT_RENEGOTIATION, COULD_NOT_ASK, NULL, -1,
                mem_string("TLS 1.3 was negotiated, which has no renegotiation: only an older version would tell"));
}

static void see_negotiated(struct run *r, struct tls *t, double ms)
{
    const struct handshake *h = r->state;
    gnutls_session_t s = t->session;
    char hex[NAME_LEN];
    gnutls_datum_t alpn = { NULL, 0 };
    const struct version *v = version_find(t->server_version);
    const struct suite *suite = suite_find(t->server_suite);
    const char *cipher = suite_name(t->server_suite, hex);
    run_see(r, FACT_HANDSHAKE, STATE_YES, json_string("ok"), ms,
            mem_format("handshake complete in %.1f ms: %s, %s%s%s", ms, v ? v->title : "unknown version", cipher,
                       h->missing ? "; " : "", h->missing ? h->missing : ""));
    run_see(r, FACT_FAILURE, STATE_NO, NULL, -1, NULL);
    see_word(r, FACT_VERSION, v ? v->word : NULL);
    see_word(r, FACT_CIPHER, cipher);
    see_word(r, FACT_CIPHER_NAME, suite && suite->openssl ? suite->openssl : cipher);
    see_group(r, s);
    see_sigalg(r, s);
    if (gnutls_alpn_get_selected_protocol(s, &alpn) == 0) {
        char *name = text_printable(alpn.data, alpn.size, 64);
        see_word(r, FACT_ALPN, name);
        free(name);
    } else if (t->alpn[0]) {
        run_see(r, FACT_ALPN, STATE_NO, json_string(t->alpn), -1,
                mem_format("the server chose the application protocol \"%s\", which was not offered: most clients end "
                           "the handshake over that", t->alpn));
    } else {
        see_word(r, FACT_ALPN, NULL);
    }
    bool ems = t->server_version >= 0x0304 || gnutls_session_ext_master_secret_status(s);
    run_see(r, FACT_EMS, ems ? STATE_YES : STATE_NO, NULL, -1, NULL);
    see_renegotiation(r, t);
    see_word(r, FACT_SNI, endpoint_sni(r->target->endpoint));
}

/* --- after the handshake --- */

static void see_http(struct run *r, struct handshake *h)
{
    double now = run_wall(r);
    int status = date_status(h->date);
    if (!status) {
        run_see(r, FACT_HTTP, STATE_NO, NULL, -1, mem_format("no HTTP answer to a HEAD request%s",
                h->tls.end == TLS_RESET    ? ": the connection was reset"
                : h->tls.end == TLS_CLOSED ? ": the connection was closed" : ""));
        run_see(r, FACT_CLOCK, COULD_NOT_ASK, NULL, -1, NULL);
        return;
    }
    const char *server = date_server(h->date);
    char *word = mem_format("%d", status);
    run_see(r, FACT_HTTP, STATE_YES, json_string(word), (now - h->asked) * 1000,
            mem_format("HTTP status %d%s%s", status, server ? " from " : "", server ? server : ""));
    free(word);
    if (date_time(h->date) == WHEN_UNKNOWN) {
        run_see(r, FACT_CLOCK, COULD_NOT_ASK, NULL, -1, mem_string("the HTTP answer has no usable Date"));
        return;
    }
    /* Date is cut to whole seconds, and was written somewhere between request and answer. */
    double offset = (double)date_time(h->date) + 0.5 - (h->asked + now) / 2;
    double off = 0.5 + (now - h->asked) / 2;
    run_see(r, FACT_CLOCK, STATE_YES, json_pack("{s:f, s:f}", "seconds", offset, "uncertainty", off), -1,
            mem_format("HTTP Date is %+.1f s from this machine's clock, +- %.1f s", offset, off));
}

static struct want handshake_over(struct run *r)
{
    struct handshake *h = r->state;
    if (h->late) {
        bool refused = h->tls.end == TLS_ALERT || h->tls.end == TLS_PROTOCOL;
        /* Without an alert it is a refusal only by a server that had asked for our certificate and never
         * answered; one that just ends connections it has no use for (no HTTP behind 443) refuses nothing. */
        bool ended = h->tls.end == TLS_CLOSED || h->tls.end == TLS_RESET;
        refused |= ended && h->tls.asked_cert && !(h->date && date_status(h->date));
        refused |= h->tls.end == TLS_RESET && !h->date; /* and nobody had sent it anything */
        char hex[NAME_LEN];
        const char *word = h->tls.end == TLS_ALERT ? alert_name((uint8_t)h->tls.alert_number, hex)
                                                   : tls_end_words[h->tls.end];
        if (refused)
            see_failure(r, &h->tls, (run_now(r) - h->finished) * 1000);
        run_see(r, FACT_LATE, refused ? STATE_YES : STATE_NO, refused ? json_string(word) : NULL, -1,
                refused ? failure_text(r, &h->tls, &(struct first){ 0 }, 0) : NULL);
        run_see(r, FACT_TICKET, h->tls.ticket ? STATE_YES : STATE_NO, NULL, -1, NULL);
        if (h->date)
            see_http(r, h);
        else if (r->target->endpoint->scheme->http)
            run_see(r, FACT_HTTP, COULD_NOT_ASK, NULL, -1, NULL);
    }
    return (struct want){ .what = WANT_DONE };
}

static struct want late_listened(struct run *r);

static bool date_step(struct run *r)
{
    struct handshake *h = r->state;
    uint8_t in[4096];
    for (;;) {
        if (!h->out_len)
            h->out = date_output(h->date, &h->out_len);
        if (h->out_len) {
            ssize_t n = tls_send(&h->tls, h->out, h->out_len);
            if (n < 0)
                return errno != EAGAIN;
            h->out += n;
            h->out_len -= (size_t)n;
            continue;
        }
        ssize_t n = tls_recv(&h->tls, in, sizeof in);
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0 || date_feed(h->date, in, (size_t)n))
            return true;
    }
}

static bool quiet_step(struct handshake *h)
{
    uint8_t in[4096];
    ssize_t n = tls_recv(&h->tls, in, sizeof in);
    return n >= 0 || errno != EAGAIN || h->tls.ticket;
}

/* The Host header: a name or an address, brackets around IPv6, the port where it is not 443. */
static char *http_authority(const struct endpoint *ep)
{
    const char *host = endpoint_sni(ep) ? endpoint_sni(ep) : ep->host;
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

static struct want late_step(struct run *r)
{
    struct handshake *h = r->state;
    if (h->date ? date_step(r) : quiet_step(h))
        return h->date || h->tls.end != TLS_OK ? handshake_over(r) : late_listened(r);
    return (struct want){ .what = WANT_READ | (h->out_len ? WANT_WRITE : 0), .slot = true };
}

static struct want late_ask(struct run *r)
{
    struct handshake *h = r->state;
    char *authority = http_authority(r->target->endpoint);
    h->asked = run_wall(r);
    h->date = date_new(alpn_is_h2(&h->tls), authority);
    free(authority);
    struct want w = late_step(r);
    double wait = HTTP_WAIT + 4 * (r->connected - r->created);
    w.seconds = wait < run_options(r)->timeout ? wait : run_options(r)->timeout;
    return w;
}

/* Nothing more is to be heard: on to HTTP where it is spoken, else it's over. */
static struct want late_listened(struct run *r)
{
    struct handshake *h = r->state;
    bool http = r->target->endpoint->scheme->http && !h->date && h->tls.end == TLS_OK;
    return http ? late_ask(r) : handshake_over(r);
}

/* The handshake went well. A TLS 1.3 server that refuses our (missing) certificate says so only now,
 * and a request sent meanwhile could turn its alert into a reset: listen first where it asked for one,
 * or where there is no request to send. Before TLS 1.3 nothing comes late. */
static struct want late_begin(struct run *r)
{
    struct handshake *h = r->state;
    if (run_options(r)->only)
        return handshake_over(r);
    h->late = true;
    if (h->tls.server_version < 0x0304 || (r->target->endpoint->scheme->http && !h->tls.asked_cert))
        return late_listened(r);
    double wait = 2 * (r->connected - r->created);
    struct want w = late_step(r);
    if (!(w.what & WANT_DONE) && w.seconds <= 0)
        w.seconds = wait > 0.1 ? wait : 0.1;
    return w;
}

static void see_timing(struct run *r)
{
    const struct handshake *h = r->state;
    const struct tls *t = &h->tls;
    double connect = (r->connected - r->created) * 1000, answer = (t->hello_at - h->hello) * 1000;
    double whole = (h->finished - h->hello) * 1000;
    json_t *v = json_pack("{s:f, s:o, s:o}", "connect", connect, "server_hello",
                          t->hello_at > 0 ? json_real(answer) : json_null(), "handshake",
                          t->end == TLS_OK ? json_real(whole) : json_null());
    run_see(r, FACT_TIMING, STATE_YES, v, -1, NULL);
}

static bool was_refused(const struct tls *t)
{
    return t->stage == STAGE_NOTHING && (t->end == TLS_ALERT || t->end == TLS_CLOSED || t->end == TLS_RESET);
}

/* The whole might have been taken: that only a part was offered is this machine's doing. */
static void blame_missing(struct handshake *h)
{
    if (!h->missing || h->cant || !was_refused(&h->tls))
        return;
    char *text = mem_format("%s; the server refused what is left", h->missing);
    free(h->missing);
    h->cant = h->missing = text;
    h->tls.end = TLS_LOCAL;
    h->tls.alert_level = 0;
}

static struct want handshake_ended(struct run *r)
{
    struct handshake *h = r->state;
    struct tls *t = &h->tls;
    blame_missing(h);
    h->finished = run_now(r);
    double ms = (h->finished - h->hello) * 1000;
    see_timing(r);
    if (t->end == TLS_OK)
        see_negotiated(r, t, ms);
    else
        see_failure(r, t, ms);
    see_request(r, t);
    if (t->certificate.len)
        see_certificates(r, t);
    else if (t->end == TLS_OK)
        see_chain(r, NULL, 0, 0, false);
    else
        see_expected(r, NULL, NULL);
    if (t->end == TLS_OK)
        return late_begin(r);
    if (endpoint_sni(r->target->endpoint))
        see_word(r, FACT_SNI, endpoint_sni(r->target->endpoint));
    run_blank(r);
    return (struct want){ .what = WANT_DONE };
}

/* --- offers that GnuTLS can't make exactly --- */

/* The server chose what GnuTLS had offered beyond the client's suites. */
static bool chose_foreign(const struct run *r, const struct tls *t)
{
    const uint16_t *s = endpoint_offer(r->target->endpoint)->suites;
    while (*s && *s != t->server_suite)
        s++;
    return t->server_suite && !*s && (t->end == TLS_GOING || t->end == TLS_OK);
}

/* What was offered is no answer to what was asked: begins a run with the next part of it, if there is one.
 * The first run offers all together, and mostly that settles it; run n offers part n - 1. */
static bool handshake_next_part(struct run *r)
{
    struct handshake *h = r->state;
    struct offer next;
    if (!(r->nth > 0 && was_refused(&h->tls)) && !chose_foreign(r, &h->tls))
        return false;
    if (!offer_part(endpoint_offer(r->target->endpoint), r->nth, &next))
        return false;
    offer_clear(&next);
    target_run(r->target, &handshake_probe, r->nth + 1, 0);
    return true;
}

static gnutls_priority_t part_priority(struct run *r, const char **why)
{
    struct handshake *h = r->state;
    if (r->nth == 0 || !offer_part(endpoint_offer(r->target->endpoint), r->nth - 1, &h->part))
        return run_priority(r, why);
    char *words = offer_of_client(&h->part);
    int error = gnutls_priority_init(&h->priority, words, NULL);
    free(words);
    if (error < 0)
        *why = gnutls_strerror(error);
    return error < 0 ? NULL : h->priority;
}

static struct want handshake_step(struct run *r, enum step_why why)
{
    struct handshake *h = r->state;
    struct tls *t = &h->tls;
    if (h->late)
        return why == STEP_TIMEOUT ? late_listened(r) : late_step(r);
    if (why == STEP_TIMEOUT)
        t->end = r->conn.received ? TLS_SLOW : TLS_SILENT;
    else
        tls_handshake(t);
    if (handshake_next_part(r))
        return (struct want){ .what = WANT_DONE };
    if (t->end != TLS_GOING)
        return handshake_ended(r);
    return (struct want){ .what = tls_wants_write(t) ? WANT_WRITE : WANT_READ };
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

static struct want handshake_start(struct run *r)
{
    struct handshake *h = r->state;
    const struct endpoint *ep = r->target->endpoint;
    bool nothing;
    const char *why = NULL;
    h->missing = limits_missing(ep, &nothing);
    struct tls_offer o = { .priority = nothing ? NULL : part_priority(r, &why), .credentials = run_credentials(r),
                           .sni = endpoint_sni(ep), .alpn = endpoint_alpn(ep),
                           .size = endpoint_offer(ep)->size };
    h->hello = run_now(r);
    h->tls.end = TLS_LOCAL;
    h->tls.error = GNUTLS_E_NO_PRIORITIES_WERE_SET;
    h->cant = nothing ? h->missing : why;
    if (!o.priority || !tls_begin(&h->tls, &r->conn, &o))
        return handshake_ended(r);
    struct want w = handshake_step(r, STEP_READY);
    if (!(w.what & WANT_DONE) && w.seconds <= 0)
        w.seconds = run_options(r)->timeout;
    return w;
}

static void handshake_end(struct run *r)
{
    struct handshake *h = r->state;
    if (h->tls.end == TLS_CLOSED && h->late)
        h->tls.end = TLS_OK;
    tls_finish(&h->tls);
    date_free(h->date);
    free(h->missing);
    offer_clear(&h->part);
    if (h->priority)
        gnutls_priority_deinit(h->priority);
}

const struct probe handshake_probe = {
    .name = "handshake",
    .connects = true,
    .writes = writes,
    .state_size = sizeof(struct handshake),
    .start = handshake_start,
    .step = handshake_step,
    .end = handshake_end,
};
