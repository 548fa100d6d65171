/* scene - see scene.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "tests/src/out/scene.h"

#define STARTED 1795222800.0 /* 2026-11-21T01:00:00Z */

static struct scene *scene_new(void)
{
    struct scene *sc = mem_new(sizeof *sc);
    sc->session = session_new(STARTED);
    return sc;
}

static void findings_free(struct finding *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        finding_free(&f[i]);
    free(f);
}

void scene_free(struct scene *sc)
{
    struct verdict *v = &sc->verdict;
    for (size_t i = 0; i < v->column_count; i++)
        free(v->column[i].text);
    free(v->column);
    findings_free(v->diagnosis, v->diagnosis_count);
    findings_free(v->candidate, v->candidate_count);
    findings_free(v->warning, v->warning_count);
    session_free(sc->session);
    free(sc);
}

/* --- building ------------------------------------------------------------------------------- */

static void column(struct scene *sc, int id, int ask, int nth, const char *endpoint,
                   const char *address)
{
    struct err e = {{0}};
    struct endpoint *ep = endpoint_parse(endpoint, NULL, &e);
    if (!ep)
        fail_msg("%s", e.text);
    session_add(sc->session, id, ask, nth, ep, address, NULL);
    endpoint_free(ep);
}

static void judged(struct scene *sc, int id, enum judgement judgement, const char *text)
{
    struct verdict *v = &sc->verdict;
    v->column = mem_array(v->column, v->column_count + 1, sizeof *v->column);
    v->column[v->column_count++] = (struct column_verdict){
        .column = id, .verdict = judgement, .text = mem_string(text)};
    if (judgement == VERDICT_FAILING || (judgement == VERDICT_UNSURE && v->all == VERDICT_OK))
        v->all = judgement;
}

/* Returns the evidence number. */
static int see(struct scene *sc, int id, enum fact fact, enum state state, json_t *value,
               const char *text)
{
    struct observation o = {.column = id, .fact = fact, .state = state, .value = value,
                            .probe = "handshake", .time = STARTED + 0.25, .ms = 12.5,
                            .text = mem_string(text)};
    session_see(sc->session, &o);
    return (int)sc->session->evidence_count - 1;
}

static struct finding *finding(struct finding **list, size_t *n, enum cause cause,
                               double confidence, const char *summary)
{
    *list = mem_array(*list, *n + 1, sizeof **list);
    struct finding *f = &(*list)[(*n)++];
    *f = (struct finding){.cause = cause, .confidence = confidence, .summary = mem_string(summary),
                          .detail = json_object()};
    return f;
}

static void with_columns(struct finding *f, int first, int last)
{
    for (int id = first; id <= last; id++) {
        f->column = mem_array(f->column, f->column_count + 1, sizeof *f->column);
        f->column[f->column_count++] = id;
    }
}

static void with_evidence(struct finding *f, int number)
{
    f->for_ = mem_array(f->for_, f->for_count + 1, sizeof *f->for_);
    f->for_[f->for_count++] = number;
}

static void with_missing(struct finding *f, const char *text)
{
    f->missing = mem_array(f->missing, f->missing_count + 1, sizeof *f->missing);
    f->missing[f->missing_count++] = mem_string(text);
}

/* --- scenes --------------------------------------------------------------------------------- */

static json_t *cert(const char *subject, const char *issuer)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "subject", subject, "issuer", issuer,
                     "not_before", "2026-08-20T00:00:00Z", "not_after", "2026-11-18T00:00:00Z",
                     "sha256", "3f9a000000000000000000000000000000000000000000000000000000000000");
}

static void seen_handshake(struct scene *sc, int id, const char *until)
{
    see(sc, id, FACT_CONNECT, STATE_YES, json_string("connected"), NULL);
    see(sc, id, FACT_HANDSHAKE, STATE_YES, json_string("ok"), NULL);
    see(sc, id, FACT_FAILURE, STATE_NO, NULL, NULL);
    see(sc, id, FACT_VERSION, STATE_YES, json_string("tls1.3"), NULL);
    see(sc, id, FACT_CIPHER, STATE_YES, json_string("TLS_AES_256_GCM_SHA384"), NULL);
    see(sc, id, FACT_TRUST, STATE_YES, json_string("Example Root"), NULL);
    see(sc, id, FACT_NAME, STATE_YES, json_string("*.example.org"), NULL);
    see(sc, id, FACT_NOT_AFTER, STATE_YES, json_string(until), NULL);
    see(sc, id, FACT_CHAIN, STATE_YES, json_pack("{s:[o,o], s:[o], s:b, s:b}",
        "sent", cert("CN=www.example.org", "CN=Example CA"),
        cert("CN=Example CA", "CN=Example Root"),
        "built", cert("CN=www.example.org", "CN=Example CA"), "trusted", 1, "complete", 1), NULL);
}

struct scene *scene_ok(void)
{
    struct scene *sc = scene_new();
    column(sc, 1, 1, 0, "www.example.org", "192.0.2.1:443");
    seen_handshake(sc, 1, "2027-02-01T00:00:00Z");
    judged(sc, 1, VERDICT_OK, "ok (1 try)");
    return sc;
}

struct scene *scene_expired(void)
{
    struct scene *sc = scene_new();
    struct verdict *v = &sc->verdict;
    column(sc, 1, 1, 0, "www.example.org", "192.0.2.1:443");
    seen_handshake(sc, 1, "2026-11-18T00:00:00Z");
    int dates = see(sc, 1, FACT_DATES, STATE_NO, json_string("expired"),
                    "The server's certificate \"www.example.org\" expired on 2026-11-18 "
                    "(3 days 1 h ago by this machine's clock).");
    int clock = see(sc, 1, FACT_CLOCK, STATE_YES,
                    json_pack("{s:f, s:f}", "seconds", 0.4, "uncertainty", 0.6),
                    "The server's HTTP Date differs from this machine's clock by +0.4 s +-0.6 s.");
    judged(sc, 1, VERDICT_FAILING, "certificate expired 3 days ago");
    struct finding *f = finding(&v->diagnosis, &v->diagnosis_count, CAUSE_CERT_EXPIRED, 0.97,
        "The certificate of www.example.org expired 3 days ago, and both clocks agree about it.");
    with_columns(f, 1, 1);
    with_evidence(f, dates);
    with_evidence(f, clock);
    json_object_set_new(f->detail, "not_after", json_string("2026-11-18T00:00:00Z"));
    f->fix = mem_string("Renew the certificate, install it with its intermediates, and reload the "
                        "server: many servers keep the old one in memory until they are reloaded.");
    f->reproduce = mem_string("openssl s_client -connect 192.0.2.1:443 -servername www.example.org "
                              "</dev/null 2>/dev/null | openssl x509 -noout -dates");
    f = finding(&v->warning, &v->warning_count, CAUSE_OCSP, 0.5,
                "The OCSP responder of the issuer could not be reached.");
    with_columns(f, 1, 1);
    return sc;
}

struct scene *scene_unsure(void)
{
    struct scene *sc = scene_new();
    struct verdict *v = &sc->verdict;
    column(sc, 1, 1, 0, "tls://db.example.net:8883", "198.51.100.7:8883");
    see(sc, 1, FACT_CONNECT, STATE_YES, json_string("connected"), NULL);
    int reset = see(sc, 1, FACT_HANDSHAKE, STATE_NO, json_string("reset"),
                    "The connection was reset 3 ms after our ClientHello; no byte had come.");
    see(sc, 1, FACT_FAILURE, STATE_YES, json_pack("{s:s, s:s, s:n, s:i}", "kind", "reset",
        "stage", "nothing", "alert", "received", 0), NULL);
    see(sc, 1, FACT_STORE, COULD_NOT_ASK, NULL, NULL);
    judged(sc, 1, VERDICT_FAILING, "reset after the ClientHello");
    struct finding *f = finding(&v->candidate, &v->candidate_count, CAUSE_MIDDLEBOX, 0.25,
                                "Something on the path may reset what it does not like.");
    with_columns(f, 1, 1);
    with_evidence(f, reset);
    with_missing(f, "The same endpoint from another network.");
    with_missing(f, "The same address with another server name.");
    f->reproduce = mem_string("openssl s_client -connect 198.51.100.7:8883 </dev/null");
    f = finding(&v->candidate, &v->candidate_count, CAUSE_SERVER_CONFIG, 0.25,
                "The server may have no usable certificate.");
    with_columns(f, 1, 1);
    f->reproduce = mem_string("openssl s_client -connect 198.51.100.7:8883 </dev/null"); /* told once in the text */
    with_missing(f, "The server's log at that time.");
    with_missing(f, "The same endpoint from another network."); /* "as above" */
    return sc;
}

static void many_causes(struct verdict *v, int gap, int other_gap, int name)
{
    struct finding *f = finding(&v->diagnosis, &v->diagnosis_count, CAUSE_CERT_INCOMPLETE, 0.9,
                                "The server does not send the intermediate \"Example CA\".");
    with_columns(f, 2, 3);
    with_evidence(f, gap);
    with_evidence(f, gap - 1);
    with_evidence(f, other_gap);
    f->fix = mem_string("Install the certificate together with its intermediates.");
    f->reproduce = mem_string("openssl s_client -connect 192.0.2.2:443 -showcerts </dev/null");
    f = finding(&v->diagnosis, &v->diagnosis_count, CAUSE_CERT_NAME, 0.97,
                "The certificate is for example.com, not for shop.example.org.");
    with_columns(f, 4, 4);
    with_evidence(f, name);
    with_missing(f, "Which name the clients use.");
    f->against = mem_array(NULL, 1, sizeof *f->against);
    f->against[f->against_count++] = gap;
    f->fix = mem_string("Get a certificate that lists shop.example.org.");
    f = finding(&v->diagnosis, &v->diagnosis_count, CAUSE_CERT_INCOMPLETE, 0.75,
                "An intermediate is missing; which one can't be told.");
    with_columns(f, 5, 5);
    f->fix = mem_string("Ask the CA for its intermediates.");
    f->reproduce = mem_string("openssl s_client -connect 192.0.2.5:443 -showcerts </dev/null");
    f = finding(&v->warning, &v->warning_count, CAUSE_CERT_EXPIRED, 0.9,
                "The certificate ends in 5 days.");
    with_columns(f, 1, 1);
    f->fix = mem_string("Renew it now.");
    f = finding(&v->candidate, &v->candidate_count, CAUSE_NETWORK, 0.25,
                "The host may be down.");
    with_columns(f, 6, 6);
    with_missing(f, "Whether other ports of it answer.");
}

struct scene *scene_many(void)
{
    struct scene *sc = scene_new();
    column(sc, 1, 1, 0, "www.example.org", "192.0.2.1:443");
    column(sc, 2, 2, 0, "api.example.org", "192.0.2.2:443");
    column(sc, 3, 2, 1, "api.example.org", "[2001:db8::2]:443");
    column(sc, 4, 3, 0, "shop.example.org", "192.0.2.4:443");
    column(sc, 5, 4, 0, "192.0.2.5,label=old front", "192.0.2.5:443");
    column(sc, 6, 5, 0, "imaps://mail.example.org", NULL);
    for (int id = 1; id <= 5; id++)
        seen_handshake(sc, id, id == 1 ? "2026-11-26T00:00:00Z" : "2027-06-01T00:00:00Z");
    see(sc, 2, FACT_REASONS, STATE_YES, NULL, "Only the server's own certificate was sent.");
    int gap = see(sc, 2, FACT_TRUST, STATE_NO, json_string("issuer-unknown"),
                  "Only the server's own certificate was sent.");
    int other = see(sc, 3, FACT_TRUST, STATE_NO, json_string("issuer-unknown"),
                    "Only the server's own certificate was sent.");
    int name = see(sc, 4, FACT_NAME, STATE_NO, json_string("example.com"), NULL);
    see(sc, 5, FACT_VERSION, STATE_YES, json_string("tls1.2"), NULL);
    see(sc, 5, FACT_VERSIONS, STATE_YES, json_pack("{s:s, s:s, s:s}", "tls1.1", "accepted",
        "tls1.2", "accepted", "tls1.3", "alert 70 protocol_version"), NULL);
    see(sc, 6, FACT_CONNECT, STATE_NO, json_string("silent"), "No answer to our SYN within 5 s.");
    judged(sc, 1, VERDICT_OK, "ok (1 try): TLS 1.3");
    judged(sc, 2, VERDICT_FAILING, "an intermediate is missing");
    judged(sc, 3, VERDICT_FAILING, "an intermediate is missing");
    judged(sc, 4, VERDICT_FAILING, "certificate for other names");
    judged(sc, 5, VERDICT_FAILING, "an intermediate is missing");
    judged(sc, 6, VERDICT_UNSURE, "no answer within 5 s");
    many_causes(&sc->verdict, gap, other, name);
    return sc;
}

static void see_json(struct scene *sc, int id, enum fact f, enum state state, const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    see(sc, id, f, state, value, NULL);
}

static void seen_all(struct scene *sc, int id)
{
    see_json(sc, id, FACT_VERSIONS, STATE_YES,
        "{\"ssl2\":\"closed\",\"ssl3\":\"alert 70 protocol_version\",\"tls1.0\":\"alert 70 protocol_version\","
        "\"tls1.1\":\"silent\",\"tls1.2\":\"accepted\",\"tls1.3\":\"accepted\"}");
    see_json(sc, id, FACT_CIPHERS, STATE_YES,
        "{\"tls1.2\":{\"accepted\":[\"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256\","
        "\"TLS_RSA_WITH_AES_128_CBC_SHA\",\"TLS_RSA_WITH_3DES_EDE_CBC_SHA\",\"TLS_DH_anon_WITH_AES_128_CBC_SHA\","
        "\"TLS_RSA_WITH_NULL_SHA\",\"0xfefe\"],\"unsettled\":["
        "{\"name\":\"TLS_RSA_WITH_RC4_128_SHA\",\"answer\":\"silent\"},"
        "{\"name\":\"TLS_RSA_WITH_RC4_128_MD5\",\"answer\":\"silent\"},"
        "{\"name\":\"TLS_RSA_WITH_DES_CBC_SHA\",\"answer\":\"silent\"},"
        "{\"name\":\"TLS_RSA_WITH_IDEA_CBC_SHA\",\"answer\":\"silent\"},"
        "{\"name\":\"TLS_RSA_WITH_SEED_CBC_SHA\",\"answer\":\"alert 80 internal_error\"}]},"
        "\"tls1.3\":{\"accepted\":[\"TLS_AES_256_GCM_SHA384\",\"TLS_AES_128_GCM_SHA256\"],\"unsettled\":[]}}");
    see_json(sc, id, FACT_ORDER, UNSURE, "{\"tls1.2\":true,\"tls1.3\":false}");
    see_json(sc, id, FACT_GROUPS, STATE_YES,
        "{\"tls1.2\":{\"accepted\":[\"secp256r1\",\"x25519\"],\"unsettled\":[]},"
        "\"tls1.3\":{\"accepted\":[\"X25519MLKEM768\",\"x25519\"],"
        "\"unsettled\":[{\"name\":\"x448\",\"answer\":\"could-not-ask\"}]}}");
    see_json(sc, id, FACT_SIGALGS, STATE_YES,
        "{\"tls1.2\":{\"accepted\":[\"rsa_pss_rsae_sha256\"]},\"tls1.3\":{\"accepted\":[\"rsa_pss_rsae_sha256\"]}}");
    see_json(sc, id, FACT_DH, STATE_YES, "\"2048 ffdhe2048\"");
    see_json(sc, id, FACT_CERT_KEYS, STATE_YES, "[\"RSA 2048\",\"ECDSA secp256r1\"]");
    see(sc, id, FACT_RENEGOTIATION, STATE_YES, NULL, NULL);
    see(sc, id, FACT_ETM, STATE_NO, NULL, NULL);
    see(sc, id, FACT_COMPRESSION, STATE_NO, NULL, NULL);
    see(sc, id, FACT_FALLBACK, UNSURE, NULL, NULL);
    see_json(sc, id, FACT_TOLERATES, STATE_YES,
        "{\"unknown-extension\":\"accepted\",\"newer-version\":\"accepted\",\"large\":\"silent\","
        "\"split-records\":\"accepted\",\"split-segments\":\"reset\",\"grease\":\"accepted\"}");
}

/* The second takes next to nothing, and little of it could be asked. */
struct scene *scene_full(void)
{
    struct scene *sc = scene_new();
    column(sc, 1, 1, 0, "www.example.org", "192.0.2.1:443");
    column(sc, 2, 2, 0, "old.example.org", "192.0.2.2:443");
    seen_handshake(sc, 1, "2027-02-01T00:00:00Z");
    seen_handshake(sc, 2, "2027-02-01T00:00:00Z");
    seen_all(sc, 1);
    see_json(sc, 2, FACT_VERSIONS, STATE_YES, "{\"ssl3\":\"accepted\",\"tls1.0\":\"accepted\",\"tls1.3\":\"closed\"}");
    see_json(sc, 2, FACT_CIPHERS, STATE_YES,
        "{\"ssl3\":{\"accepted\":[\"TLS_RSA_WITH_AES_128_CBC_SHA\"]},"
        "\"tls1.0\":{\"accepted\":[\"TLS_RSA_WITH_AES_128_CBC_SHA\"]}}");
    see(sc, 2, FACT_ORDER, STATE_YES, NULL, NULL);
    see(sc, 2, FACT_GROUPS, COULD_NOT_ASK, NULL, NULL);
    see(sc, 2, FACT_DH, STATE_NO, NULL, NULL);
    judged(sc, 1, VERDICT_OK, "ok (1 try)");
    judged(sc, 2, VERDICT_OK, "ok (1 try)");
    return sc;
}

struct scene *scene_wide(int n)
{
    struct scene *sc = scene_new();
    for (int id = 1; id <= n; id++) {
        char *endpoint = mem_format("host-%d.example.org", id);
        column(sc, id, id, 0, endpoint, "192.0.2.1:443");
        seen_handshake(sc, id, "2027-02-01T00:00:00Z");
        judged(sc, id, VERDICT_OK, "ok (1 try)");
        free(endpoint);
    }
    return sc;
}

struct scene *scene_nasty(void)
{
    struct scene *sc = scene_new();
    struct verdict *v = &sc->verdict;
    column(sc, 7, 1, 0, "a.example,label=\xe6\xbc\xa2\xe5\xad\x97 front", "192.0.2.1:443");
    column(sc, 9, 2, 0, "b.example,label=a label that goes on and on and never finds its end here",
           NULL);
    see(sc, 7, FACT_HANDSHAKE, UNSURE, NULL, NULL);
    judged(sc, 7, VERDICT_UNSURE, "a word-without-any-place-to-break-it-in-two-and-longer-than-the-"
           "line-it-has-to-stand-on-in-a-narrow-terminal");
    v->column[0].pending = true;
    v->all = VERDICT_UNSURE;
    return sc;
}

/* --- comparing ------------------------------------------------------------------------------ */

char *scene_report(const struct scene *sc, const char *format, const struct report *how)
{
    struct report r = *how;
    r.session = sc->session;
    r.verdict = &sc->verdict;
    r.width = r.width ? r.width : 80;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    format_find(format)->write(out, &r);
    fclose(out);
    return text;
}

static char *file_read(const char *path)
{
    FILE *in = fopen(path, "re");
    struct text t = {0};
    char part[4096];
    for (size_t n; in && (n = fread(part, 1, sizeof part, in)) > 0;)
        text_add_n(&t, part, n);
    if (in)
        fclose(in);
    return text_take(&t);
}

void scene_golden(const char *name, const char *text)
{
    const char *top = getenv("abs_top_srcdir"), *generate = getenv("GENERATE");
    char *path = mem_format("%s/tests/src/out/golden/%s", top ? top : ".", name);
    if (generate && strcmp(generate, "1") == 0) {
        FILE *out = fopen(path, "we");
        assert_non_null(out);
        fputs(text, out);
        assert_int_equal(fclose(out), 0);
    }
    char *golden = file_read(path);
    assert_string_equal(text, golden);
    free(golden);
    free(path);
}
