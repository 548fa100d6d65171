/* handshake - one complete TLS handshake as the column's client would make it, and what follows it.
 *
 * Owns: the facts of the handshake, of the certificates sent, of late refusals and of the HTTP Date.
 * Must not know: watchers, causes, how a handshake is made (shake.h).
 */
#include <gnutls/x509.h>
#include <stdlib.h>

#include "probes/bounds.h"
#include "probes/given.h"
#include "probes/probe.h"
#include "probes/shake.h"
#include "probes/told.h"
#include "probes/way.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/expect.h"
#include "src/pki/host.h"
#include "src/pki/ocsp.h"
#include "src/wire/first.h"
#include "src/wire/names.h"

struct handshake {
    struct shake shake;
    bool told;                  /* the handshake is over and its facts are written */
    json_t *certificates;       /* owned; what told.h has on them, NULL: none came */
    struct revoked staple;      /* what the stapled response said */
};

static const enum fact writes[] = {
    FACT_TIMING, FACT_HANDSHAKE, FACT_FAILURE, FACT_VERSION, FACT_CIPHER, FACT_CIPHER_NAME, FACT_KX_GROUP,
    FACT_SIGALG, FACT_ALPN, FACT_EMS, FACT_SNI, FACT_CLIENT_CERT, FACT_STAPLE, FACT_TICKET, FACT_LATE, FACT_RENEGOTIATION,
    FACT_LEAF, FACT_SUBJECT, FACT_ISSUER, FACT_KEY, FACT_CHAIN, FACT_TRUST, FACT_NAME, FACT_DATES,
    FACT_NOT_AFTER, FACT_STRENGTH, FACT_REASONS, FACT_HTTP, FACT_CLOCK, FACT_BOUNDS, FACT_STORE, FACT_COUNT
};

static void see_word(struct run *r, enum fact f, const char *word)
{
    run_see(r, f, word ? STATE_YES : STATE_NO, word ? json_string(word) : NULL, -1, NULL);
}

/* --- failures --- */

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
    const struct handshake *h = r->state;
    struct first f = first_look(r->conn.first, r->conn.first_len);
    bool foreign = t->end == TLS_NOT_TLS;
    char *text = shake_text(r, &h->shake, ms);
    json_t *v = json_pack("{s:s, s:s, s:o, s:i, s:s?, s:s?, s:s?}", "kind", tls_end_words[t->end],
                          "stage", tls_stage_words[t->stage], "alert", alert_json(t),
                          "received", (int)r->conn.received, "protocol", foreign ? f.protocol : NULL,
                          "hint", foreign ? f.hint : NULL,
                          "local", t->end == TLS_LOCAL ? shake_local_text(&h->shake) : NULL);
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
    struct handshake *h = r->state;
    gnutls_datum_t staple = { NULL, 0 };
    bool demanded = leaf && leaf->must_staple;
    if (h->shake.tls.end != TLS_OK)
        return;
    if (gnutls_ocsp_status_request_get(h->shake.tls.session, &staple) < 0 || !staple.size || !leaf || leaf->malformed) {
        run_see(r, FACT_STAPLE, STATE_NO, demanded ? json_pack("{s:b}", "must_staple", true) : NULL, -1,
                demanded ? mem_string("no OCSP response was stapled, although the certificate demands one (RFC 7633)")
                         : NULL);
        return;
    }
    const struct cert *issuer = c->trusted && c->built_count > 1 ? c->built[1].cert : NULL;
    struct revoked said = ocsp_judge(staple.data, staple.size, leaf, issuer, (int64_t)run_wall(r));
    json_t *v = revoked_json(&said);
    char *says = revoked_text(&said);
    h->staple = said;
    json_object_set_new(v, "must_staple", json_boolean(demanded));
    run_see(r, FACT_STAPLE, STATE_YES, v, -1, mem_format("the stapled OCSP response %s", says));
    free(says);
}

static void see_chain(struct run *r, struct cert **sent, size_t n, size_t total, bool malformed)
{
    struct handshake *h = r->state;
    struct judge_ask ask = run_judge_ask(r, endpoint_client(r->target->endpoint));
    ask.sent = sent;
    ask.sent_count = n;
    double began = run_now(r);
    struct chain *c = chain_judge(run_judge(r), &ask);
    double ms = (run_now(r) - began) * 1000;
    json_t *faults = chain_faults_json(c);
    bool judged = n && !sent[0]->malformed; /* else there is nothing to be right or wrong */
    run_see(r, FACT_CHAIN, n ? STATE_YES : STATE_NO, chain_json(c, sent, n), ms,
            mem_format("%zu certificate%s sent%s; %s", total, total == 1 ? "" : "s",
                       malformed ? ", in a broken message" : "", c->trusted ? "the chain ends at a trusted CA" : "no trusted CA is reached"));
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
    h->certificates = told_certificates(n ? sent[0] : NULL, c);
    see_expected(r, n ? sent[0] : NULL, c);
    see_staple(r, n ? sent[0] : NULL, c);
    chain_free(c);
}

/* How late it must be by now, whatever our clock says. */
static void see_bounds(struct run *r, const struct tls *t, const struct certificate_message *m,
                       struct cert *const *sent)
{
    const struct handshake *h = r->state;
    gnutls_datum_t staple = { NULL, 0 };
    struct bounds b = bounds_of(sent, m->count);
    int64_t now = (int64_t)run_wall(r);
    char most[WHEN_LEN], span[WHEN_LEN];
    bounds_scts(&b, m->scts.p, m->scts.n, "extension");
    bounds_scts(&b, t->scts.data, t->scts.len, "extension");
    if (h->staple.verified && h->staple.is <= REVOKE_UNKNOWN && gnutls_ocsp_status_request_get(t->session, &staple) >= 0)
        bounds_staple(&b, staple.data, staple.size, h->staple.this_update);
    bool any = json_array_size(b.list) > 0, behind = b.most != WHEN_UNKNOWN && b.most > now;
    char *text = b.most == WHEN_UNKNOWN
                     ? mem_string("nothing that came was dated by others than who made the certificates")
                 : behind ? mem_format("it is %s or later, by what others dated: this machine's clock is at least %s "
                                       "behind", when_format(b.most, most), when_span((double)(b.most - now), span))
                          : mem_format("it is %s or later, by what others dated", when_format(b.most, most));
    json_t *v = bounds_take(&b, now);
    if (!any) {
        json_decref(v);
        v = NULL;
    }
    run_see(r, FACT_BOUNDS, any ? STATE_YES : STATE_NO, v, -1, text);
}

static void see_certificates(struct run *r, const struct tls *t)
{
    struct certificate_message *m = mem_new(sizeof *m);
    struct cert *sent[MESSAGE_CERTS_MAX];
    shake_certificates(r, &((const struct handshake *)r->state)->shake, m, sent);
    see_chain(r, sent, m->count, m->total, m->malformed);
    see_bounds(r, t, m, sent);
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

static void see_group(struct run *r, const struct shake *s)
{
    char *word = shake_group(s);
    if (word)
        see_word(r, FACT_KX_GROUP, word);
    else
        run_see(r, FACT_KX_GROUP, STATE_NO, NULL, -1, mem_string("RSA key transport: no key exchange group"));
    free(word);
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
    const struct shake *shake = &((const struct handshake *)r->state)->shake;
    const char *missing = shake->missing;
    gnutls_session_t s = t->session;
    char hex[NAME_LEN];
    gnutls_datum_t alpn = { NULL, 0 };
    const struct version *v = version_find(t->server_version);
    const struct suite *suite = suite_find(t->server_suite);
    const char *cipher = suite_name(t->server_suite, hex);
    run_see(r, FACT_HANDSHAKE, STATE_YES, json_string("ok"), ms,
            mem_format("handshake complete in %.1f ms: %s, %s%s%s", ms, v ? v->title : "unknown version", cipher,
                       missing ? "; " : "", missing ? missing : ""));
    run_see(r, FACT_FAILURE, STATE_NO, NULL, -1, NULL);
    see_word(r, FACT_VERSION, v ? v->word : NULL);
    see_word(r, FACT_CIPHER, cipher);
    see_word(r, FACT_CIPHER_NAME, suite && suite->openssl ? suite->openssl : cipher);
    see_group(r, shake);
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

static void see_http(struct run *r, const struct shake *s)
{
    double now = run_wall(r);
    int status = date_status(s->date);
    if (!status) {
        run_see(r, FACT_HTTP, STATE_NO, NULL, -1, mem_format("no HTTP answer to a request%s",
                s->tls.end == TLS_RESET    ? ": the connection was reset"
                : s->tls.end == TLS_CLOSED ? ": the connection was closed" : ""));
        run_see(r, FACT_CLOCK, COULD_NOT_ASK, NULL, -1, NULL);
        return;
    }
    const char *server = date_server(s->date);
    char *word = mem_format("%d", status);
    run_see(r, FACT_HTTP, STATE_YES, json_string(word), (now - s->asked) * 1000,
            mem_format("HTTP status %d%s%s", status, server ? " from " : "", server ? server : ""));
    free(word);
    if (s->tls.asked_cert)
        given_see_answer(r, status, date_words(s->date));
    if (date_time(s->date) == WHEN_UNKNOWN) {
        run_see(r, FACT_CLOCK, COULD_NOT_ASK, NULL, -1, mem_string("the HTTP answer has no usable Date"));
        return;
    }
    /* Date is cut to whole seconds, and was written somewhere between request and answer. */
    double offset = (double)date_time(s->date) + 0.5 - (s->asked + now) / 2;
    double off = 0.5 + (now - s->asked) / 2;
    run_see(r, FACT_CLOCK, STATE_YES, json_pack("{s:f, s:f}", "seconds", offset, "uncertainty", off), -1,
            mem_format("HTTP Date is %+.1f s from this machine's clock, +- %.1f s", offset, off));
}

static void see_mail(struct run *r, const struct shake *s)
{
    const char *said;
    int code = mail_answer(s->mail, &said);
    if (code >= 0)
        given_see_mail(r, code, said);
}

static void see_late(struct run *r)
{
    struct handshake *h = r->state;
    const struct tls *t = &h->shake.tls;
    char hex[NAME_LEN];
    bool refused = shake_refused_late(&h->shake);
    const char *word = t->end == TLS_ALERT ? alert_name((uint8_t)t->alert_number, hex) : tls_end_words[t->end];
    if (refused)
        see_failure(r, t, (run_now(r) - h->shake.finished) * 1000);
    run_see(r, FACT_LATE, refused ? STATE_YES : STATE_NO, refused ? json_string(word) : NULL, -1,
            refused ? shake_text(r, &h->shake, 0) : NULL);
    run_see(r, FACT_TICKET, t->ticket ? STATE_YES : STATE_NO, NULL, -1, NULL);
    if (h->shake.date)
        see_http(r, &h->shake);
    else if (h->shake.mail)
        see_mail(r, &h->shake);
    else if (r->target->endpoint->scheme->http)
        run_see(r, FACT_HTTP, COULD_NOT_ASK, NULL, -1, NULL);
}

static void see_timing(struct run *r)
{
    const struct shake *s = &((const struct handshake *)r->state)->shake;
    const struct tls *t = &s->tls;
    double connect = (r->connected - r->created) * 1000, answer = (t->hello_at - s->hello) * 1000;
    double whole = (s->finished - s->hello) * 1000;
    json_t *v = json_pack("{s:f, s:o, s:o}", "connect", connect, "server_hello",
                          t->hello_at > 0 ? json_real(answer) : json_null(), "handshake",
                          t->end == TLS_OK ? json_real(whole) : json_null());
    run_see(r, FACT_TIMING, STATE_YES, v, -1, NULL);
}

/* --- the run ------------------------------------------------------------------------------------ */

static struct want handshake_over(struct run *r)
{
    struct handshake *h = r->state;
    run_first(r, told_of(&h->shake, h->certificates));
    h->certificates = NULL;
    return (struct want){ .what = WANT_DONE };
}

/* Facts for which it counts what comes late, too. */
static bool is_bare(const struct run *r)
{
    const struct engine_options *o = run_options(r);
    return o->only && !o->only_facts[FACT_ATTEMPTS] && !o->only_facts[FACT_SERVER_NAMES] &&
           !o->only_facts[FACT_VARIATIONS];
}

static struct want handshake_go_on(struct run *r, struct want w);

/* The command of via= has ended: there never was a way to the server, so it has refused nothing. */
static struct want handshake_lost(struct run *r)
{
    way_see(r, false);
    run_blank(r);
    return (struct want){ .what = WANT_DONE };
}

static struct want handshake_ended(struct run *r)
{
    struct handshake *h = r->state;
    if (r->conn.lost)
        return handshake_lost(r);
    struct tls *t = &h->shake.tls;
    double ms = (h->shake.finished - h->shake.hello) * 1000;
    h->told = true;
    see_timing(r);
    if (t->end == TLS_OK)
        see_negotiated(r, t, ms);
    else
        see_failure(r, t, ms);
    see_request(r, t);
    given_see(r, t);
    if (t->certificate.len)
        see_certificates(r, t);
    else if (t->end == TLS_OK)
        see_chain(r, NULL, 0, 0, false);
    else
        see_expected(r, NULL, NULL);
    if (t->end == TLS_OK)
        return is_bare(r) ? handshake_over(r) : handshake_go_on(r, shake_listen(r, &h->shake));
    if (endpoint_sni(r->target->endpoint))
        see_word(r, FACT_SNI, endpoint_sni(r->target->endpoint));
    struct want w = handshake_over(r);
    run_blank(r);
    return w;
}

/* On to what comes next, where the shake is through with one thing. */
static struct want handshake_go_on(struct run *r, struct want w)
{
    struct handshake *h = r->state;
    if (!(w.what & WANT_DONE))
        return w;
    if (h->shake.unsettled) {
        target_run(r->target, &handshake_probe, r->nth + 1, 0);
        return w;
    }
    if (!h->told)
        return handshake_ended(r);
    see_late(r);
    return handshake_over(r);
}

static struct want handshake_step(struct run *r, enum step_why why)
{
    struct handshake *h = r->state;
    return handshake_go_on(r, shake_step(r, &h->shake, why));
}

/* Run n, from 1 on, offers the nth part of what the client does: see offer.h. */
static struct want handshake_start(struct run *r)
{
    struct handshake *h = r->state;
    r->target->part = r->nth;
    struct shake_ask ask = shake_ask_of(r);
    ask.seek = true;
    return handshake_go_on(r, shake_start(r, &h->shake, &ask));
}

static void handshake_end(struct run *r)
{
    struct handshake *h = r->state;
    shake_end(&h->shake);
    json_decref(h->certificates);
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
