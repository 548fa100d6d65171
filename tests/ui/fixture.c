/* fixture - see fixture.h. */
#include "tests/ui/fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/stream.h"
#include "ui/keys.h"
#include "ui/render.h"

#define STARTED 1790000000.0 /* 2026-09-21T14:13:20Z */

static void apply(struct session *s, const char *line)
{
    struct event ev;
    struct err e = { "" };
    bool good = event_parse(line, strlen(line), &ev, &e);
    if (!good)
        fprintf(stderr, "%s\n%s\n", line, e.text);
    assert(good);
    session_apply(s, &ev);
    event_clear(&ev);
}

/* id, fact, state, value, text: a line with the rest filled in. */
static void fact(struct session *s, int column, const char *name, const char *state,
                 const char *value, const char *text)
{
    char *line =
        mem_format("{\"t\":\"fact\",\"column\":%d,\"fact\":\"%s\",\"state\":\"%s\",\"value\":%s,"
                   "\"probe\":\"handshake\",\"time\":\"2026-09-21T14:13:21.250Z\",\"ms\":12.5,"
                   "\"text\":%s,\"bytes\":\"15030300020228deadbeef00ff414243444546\"}",
                   column, name, state, value, text);
    apply(s, line);
    free(line);
}

#define LEAF(name, after) \
    "{\"cn\":\"" name "\",\"subject\":\"CN=" name "\",\"issuer\":\"CN=Test Issuing CA\"," \
    "\"not_before\":\"2026-01-01T00:00:00Z\",\"not_after\":\"" after "\",\"sha256\":\"3f9a\"}"
#define INTERMEDIATE \
    "{\"cn\":\"Test Issuing CA\",\"subject\":\"CN=Test Issuing CA\",\"issuer\":\"CN=Test Root\"," \
    "\"not_before\":\"2025-01-01T00:00:00Z\",\"not_after\":\"2030-01-01T00:00:00Z\"," \
    "\"sha256\":\"77aa\"}"

static void good_chain(struct session *s, int id)
{
    static const char sent[] =
        "{\"sent\":[" LEAF("shop.example", "2026-12-01T00:00:00Z") "," INTERMEDIATE "],\"built\":["
        "{\"cn\":\"shop.example\",\"from\":\"sent\"},"
        "{\"cn\":\"Test Issuing CA\",\"from\":\"sent\"},"
        "{\"cn\":\"Test Root\",\"from\":\"store\"}],\"trusted\":true,\"complete\":true}";
    fact(s, id, "chain", "yes", sent, "\"2 certificates\"");
    fact(s, id, "trusted", "yes", "\"Test Root\"", "null");
    fact(s, id, "cert_reasons", "no", "null", "null");
}

static void good_column(struct session *s, int id, const char *version, const char *suite)
{
    char value[96];
    fact(s, id, "connect", "yes", "\"connected\"", "\"connected in 12 ms\"");
    fact(s, id, "handshake", "yes", "\"ok\"", "\"the handshake was completed\"");
    snprintf(value, sizeof value, "\"%s\"", version);
    fact(s, id, "version", "yes", value, "\"ServerHello\"");
    snprintf(value, sizeof value, "\"%s\"", suite);
    fact(s, id, "cipher", "yes", value, "\"ServerHello\"");
    fact(s, id, "subject", "yes", "\"CN=shop.example\"", "null");
    fact(s, id, "issuer", "yes", "\"CN=Test Issuing CA\"", "null");
    fact(s, id, "dates", "yes", "\"ok\"", "null");
    fact(s, id, "name", "yes", "\"shop.example\"", "null");
    good_chain(s, id);
}

/* Text of a peer that would like to move the cursor, turn the line round and push the columns. The
 * stream refuses such lines; the screen must not rely on that. */
static const char hostile[] = "CN=\u4f60\u597d\u4e16\u754c e\u0301\u0302 \033[2J\u202eevil\007\ttab\xc2\x9b"
                              "31m";

static void see_hostile(struct session *s, int column, enum fact f, enum state state)
{
    struct observation o = { .column = column,
                             .fact = f,
                             .state = state,
                             .value = json_string(hostile),
                             .probe = "handshake",
                             .time = STARTED + 1.25,
                             .ms = 12.5,
                             .text = mem_string(hostile) };
    session_see(s, &o);
}

static void bad_column(struct session *s, int id)
{
    fact(s, id, "connect", "yes", "\"connected\"", "\"connected in 14 ms\"");
    fact(s, id, "handshake", "no", "\"local\"", "\"the certificate was refused\"");
    fact(s, id, "version", "yes", "\"tls1.2\"", "\"ServerHello chose TLS 1.2\"");
    fact(s, id, "cipher", "yes", "\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"", "\"ServerHello\"");
    see_hostile(s, id, FACT_SUBJECT, STATE_YES);
    fact(s, id, "issuer", "yes", "\"CN=CorpProxy CA\"", "null");
    fact(s, id, "dates", "no", "\"expired\"",
         "\"shop.example expired on 2026-09-18 (3 days ago)\"");
    see_hostile(s, id, FACT_NAME, STATE_NO);
    fact(s, id, "trusted", "no", "\"issuer-unknown\"",
         "\"CorpProxy CA is neither sent nor in the store\"");
    fact(s, id, "ocsp_staple", "unsure", "null", "null");
    fact(s, id, "clock_offset", "could-not-ask", "null", "\"no HTTP here\"");
    fact(s, id, "chain", "yes",
         "{\"sent\":[" LEAF("shop.example", "2026-09-18T00:00:00Z") "],\"built\":["
         "{\"cn\":\"shop.example\",\"issuer\":\"CN=CorpProxy CA\",\"from\":\"sent\"}],"
         "\"trusted\":false,\"complete\":false}",
         "\"1 certificate\"");
    fact(s, id, "cert_reasons", "yes",
         "[{\"reason\":\"expired\",\"cert\":0,\"link\":0,\"subject\":\"CN=shop.example\","
         "\"text\":\"shop.example expired on 2026-09-18 (3 days ago)\","
         "\"when\":\"2026-09-18T00:00:00Z\",\"bits\":null},"
         "{\"reason\":\"issuer-unknown\",\"cert\":null,\"link\":0,\"subject\":\"CN=shop.example\","
         "\"text\":\"the issuer CorpProxy CA was not sent and is not in the store\","
         "\"when\":null,\"bits\":null}]",
         "null");
}

static void add_column(struct session *s, int id, const char *label, const char *state)
{
    char *line = mem_format("{\"t\":\"column\",\"id\":%d,\"ask\":%d,\"nth\":0,"
                            "\"endpoint\":\"https://shop.example,at=10.0.%d.%d,label=%s\","
                            "\"address\":\"10.0.%d.%d:443\",\"vantage\":\"local\"}",
                            id, id, id / 250, id % 250, label, id / 250, id % 250);
    apply(s, line);
    free(line);
    line = mem_format("{\"t\":\"%s\",\"column\":%d}", state, id);
    apply(s, line);
    free(line);
}

static int evidence_of(const struct session *s, int column, enum fact f)
{
    return session_column(s, column)->fact[f].evidence;
}

static struct finding expired(const struct session *s, int column)
{
    struct finding f = { .cause = CAUSE_CERT_EXPIRED,
                         .confidence = .97,
                         .column_count = 1,
                         .for_count = 2,
                         .against_count = 1,
                         .missing_count = 1 };
    f.column = mem_new(sizeof *f.column);
    f.column[0] = column;
    f.summary = mem_string("The certificate of shop.example expired 3 days ago, on 2026-09-18, so "
                           "every client that checks dates refuses it.");
    f.detail = json_pack("{s:s,s:i}", "not_after", "2026-09-18T00:00:00Z", "days", 3);
    f.for_ = mem_new(2 * sizeof *f.for_);
    f.for_[0] = evidence_of(s, column, FACT_DATES);
    f.for_[1] = evidence_of(s, column, FACT_SUBJECT);
    f.against = mem_new(sizeof *f.against);
    f.against[0] = evidence_of(s, 1, FACT_DATES);
    f.missing = mem_new(sizeof *f.missing);
    f.missing[0] = mem_string("the time of another clock");
    f.fix = mem_string("Renew the certificate and reload the server.");
    f.reproduce = mem_string("openssl s_client -connect 10.0.0.2:443 -servername shop.example "
                             "-verify_return_error </dev/null");
    return f;
}

static struct finding plain_finding(enum cause cause, double confidence, int column,
                                    const char *summary)
{
    struct finding f = { .cause = cause, .confidence = confidence, .column_count = 1 };
    f.column = mem_new(sizeof *f.column);
    f.column[0] = column;
    f.summary = mem_string(summary);
    f.detail = json_object();
    return f;
}

static void verdict_make(struct fixture *f)
{
    struct verdict *v = f->verdict = mem_new(sizeof *v);
    size_t n = f->session->count;
    v->column = mem_new((n + 1) * sizeof *v->column);
    v->column_count = n;
    for (size_t i = 0; i < n; i++) {
        int id = f->session->column[i]->id;
        bool bad = id == 2, busy = id == 6;
        v->column[i] = (struct column_verdict){
            .column = id,
            .verdict = bad ? VERDICT_FAILING : busy ? VERDICT_UNSURE : VERDICT_OK,
            .pending = busy,
            .text = mem_string(bad ? "certificate expired 3 days ago" : "ok (1 try)"),
        };
    }
    v->all = n >= 2 ? VERDICT_FAILING : n ? VERDICT_OK : VERDICT_UNSURE;
    if (n < 2)
        return;
    v->diagnosis = mem_new(2 * sizeof *v->diagnosis);
    v->diagnosis_count = 2;
    v->diagnosis[0] = plain_finding(CAUSE_CERT_UNTRUSTED_CA, .9, 2,
                                    "The chain ends at CorpProxy CA, which is not in the store.");
    v->diagnosis[1] = expired(f->session, 2);
    v->candidate = mem_new(sizeof *v->candidate);
    v->candidate_count = 1;
    v->candidate[0] = plain_finding(CAUSE_INTERCEPTION, .25, 2,
                                    "A TLS-inspecting proxy may answer in the server's place.");
    v->warning = mem_new(sizeof *v->warning);
    v->warning_count = 1;
    v->warning[0] = plain_finding(CAUSE_OCSP, .9, 1, "No OCSP staple was sent.");
}

void fixture_init(struct fixture *f, int columns)
{
    static const char *const labels[] = { "lab", "office", "vpn-eu", "iot-7", "saved", "pop-sg" };
    *f = (struct fixture){ .session = session_new(STARTED) };
    for (int id = 1; id <= columns; id++) {
        char more[20];
        snprintf(more, sizeof more, "srv-%d", id);
        add_column(f->session, id, id <= 6 ? labels[id - 1] : more, id == 6 ? "busy" : "done");
        if (id == 2)
            bad_column(f->session, id);
        else if (id != 6)
            good_column(f->session, id, id == 4 ? "tls1.2" : "tls1.3",
                        id == 3 ? "TLS_CHACHA20_POLY1305_SHA256" : "TLS_AES_256_GCM_SHA384");
    }
    verdict_make(f);
    f->scene = (struct scene){ .session = f->session, .verdict = f->verdict };
    scene_look(&f->scene);
}

#define MODERN "\"TLS_AES_256_GCM_SHA384\",\"TLS_CHACHA20_POLY1305_SHA256\",\"TLS_AES_128_GCM_SHA256\""
#define CLASSIC "\"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\",\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\""
#define TAKEN(list) "{\"accepted\":[" list "],\"unsettled\":[]}"
#define OPEN(list, name, answer) \
    "{\"accepted\":[" list "],\"unsettled\":[{\"name\":\"" name "\",\"answer\":\"" answer "\"}]}"
#define VERSIONS(t10, t11, t12, t13) \
    "{\"ssl2\":\"closed\",\"ssl3\":\"alert 70 protocol_version\",\"tls1.0\":\"" t10 "\",\"tls1.1\":\"" t11 \
    "\",\"tls1.2\":\"" t12 "\",\"tls1.3\":\"" t13 "\"}"
#define NO70 "alert 70 protocol_version"

/* Columns 1 to 4: a server of today, one behind a box that cuts TLS 1.3 off, one that is silent about
 * what it does not like, and an old one. */
static const struct { const char *versions, *ciphers, *groups, *sigalgs; } servers[] = {
    { VERSIONS(NO70, NO70, "accepted", "accepted"), "{\"tls1.2\":" TAKEN(CLASSIC) ",\"tls1.3\":" TAKEN(MODERN) "}",
      "{\"tls1.2\":" TAKEN("\"x25519\",\"secp256r1\"") ",\"tls1.3\":" TAKEN("\"x25519\",\"secp256r1\"") "}",
      "{\"tls1.2\":" TAKEN("\"rsa_pss_rsae_sha256\"") ",\"tls1.3\":" TAKEN("\"rsa_pss_rsae_sha256\"") "}" },
    { VERSIONS(NO70, NO70, "accepted", "reset"), "{\"tls1.2\":" TAKEN(CLASSIC) "}",
      "{\"tls1.2\":" TAKEN("\"secp256r1\"") "}", "{\"tls1.2\":" TAKEN("\"rsa_pss_rsae_sha256\"") "}" },
    { VERSIONS("silent", "silent", "accepted", "accepted"),
      "{\"tls1.2\":" OPEN(CLASSIC, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "silent") ",\"tls1.3\":" TAKEN(MODERN) "}",
      "{\"tls1.2\":" TAKEN("\"x25519\",\"secp256r1\"") ",\"tls1.3\":" TAKEN("\"x25519\",\"secp256r1\"") "}",
      "{\"tls1.2\":" TAKEN("\"rsa_pss_rsae_sha256\"") ",\"tls1.3\":" TAKEN("\"rsa_pss_rsae_sha256\"") "}" },
    { VERSIONS("accepted", "accepted", "accepted", "accepted"),
      "{\"tls1.0\":" TAKEN("\"TLS_RSA_WITH_3DES_EDE_CBC_SHA\"") ",\"tls1.2\":"
      TAKEN(CLASSIC ",\"TLS_RSA_WITH_3DES_EDE_CBC_SHA\"") ",\"tls1.3\":" TAKEN(MODERN) "}",
      "{\"tls1.2\":" TAKEN("\"secp256r1\",\"x25519\",\"0x1234\"") ",\"tls1.3\":" TAKEN("\"secp256r1\",\"x25519\"") "}",
      "{\"tls1.2\":" OPEN("\"rsa_pss_rsae_sha256\"", "rsa_pkcs1_sha1", "alert 80 internal_error")
      ",\"tls1.3\":" TAKEN("\"rsa_pss_rsae_sha256\"") "}" },
};

static void fill_column(struct session *s, int id)
{
    int like = (id - 1) % 4;
    fact(s, id, "versions", "yes", servers[like].versions, "null");
    fact(s, id, "ciphers", "yes", servers[like].ciphers, "null");
    fact(s, id, "groups", "yes", servers[like].groups, "null");
    fact(s, id, "sigalgs", "yes", servers[like].sigalgs, "null");
    fact(s, id, "cert_keys", "yes", "[\"RSA 2048\"]", "null");
    if (like == 3)
        fact(s, id, "clients", "yes", "{\"default\":{\"answer\":\"accepted\",\"version\":\"tls1.3\",\"cipher\":"
             "\"TLS_AES_256_GCM_SHA384\",\"group\":\"x25519\"},\"openssl-1.0.1\":{\"answer\":\"reset\"}}", "null");
}

void fixture_fill(struct fixture *f)
{
    for (size_t i = 0; i < f->session->count; i++)
        if (f->session->column[i]->id != 5 && f->session->column[i]->id != 6)
            fill_column(f->session, f->session->column[i]->id);
    if (session_column(f->session, 5)) {
        session_forget(f->session, 5);
        fact(f->session, 5, "versions", "yes", "{\"tls1.3\":\"protocol\",\"tls1.2\":\"could-not-ask\","
             "\"tls1.0\":\"could-not-ask\"}", "null");
        fact(f->session, 5, "ciphers", "could-not-ask", "null", "null");
        fact(f->session, 5, "groups", "could-not-ask", "null", "null");
        fact(f->session, 5, "sigalgs", "could-not-ask", "null", "null");
    }
    scene_look(&f->scene);
}

void fixture_answer(struct fixture *f)
{
    apply(f->session, "{\"t\":\"answer\",\"question\":\"fails\",\"value\":\"no\"}");
    apply(f->session, "{\"t\":\"answer\",\"question\":\"networks\",\"value\":\"one\"}");
    apply(f->session, "{\"t\":\"answer\",\"question\":\"since\",\"value\":\"2026-09-18T00:05Z\"}");
    apply(f->session, "{\"t\":\"answer\",\"question\":\"changed\",\"value\":\"the proxy was updated \u4f60\u597d\"}");
    if (f->verdict->diagnosis_count > 1) {
        f->verdict->diagnosis[1].pull.by[QUESTION_SINCE] = 2;
        f->verdict->diagnosis[1].before = .75;
        f->verdict->candidate[0].pull.by[QUESTION_NETWORKS] = 1;
        f->verdict->candidate[0].pull.by[QUESTION_ENDPOINTS] = -1;
        f->verdict->candidate[0].before = .25;
    }
    scene_look(&f->scene);
}

void fixture_clocks(struct fixture *f)
{
    static const struct { const char *offset, *sntp, *bounds; } clocks[] = {
        { "{\"seconds\":0.1,\"uncertainty\":0.5}", NULL,
          "{\"local\":\"2026-09-21T14:13:21Z\",\"at_least\":\"2026-09-20T08:00:00Z\",\"bounds\":["
          "{\"what\":\"sct\",\"from\":\"certificate\",\"when\":\"2026-01-01T01:00:00Z\",\"by\":\"a certificate "
          "transparency log\"},{\"what\":\"ocsp\",\"from\":\"staple\",\"when\":\"2026-09-20T08:00:00Z\",\"by\":"
          "\"Test Issuing CA\"}]}" },
        { "{\"seconds\":-345600,\"uncertainty\":3600}", "{\"seconds\":-345600,\"uncertainty\":0.02,\"server\":"
          "\"time.example\",\"address\":\"192.0.2.1:123\",\"stratum\":2}", NULL },
        { "{\"seconds\":93600,\"uncertainty\":7200}", NULL, NULL },
        { NULL, NULL, "{\"local\":\"2026-09-21T14:13:21Z\",\"at_least\":\"2026-09-23T08:00:00Z\",\"bounds\":["
          "{\"what\":\"sct\",\"from\":\"extension\",\"when\":\"2026-09-23T08:00:00Z\",\"by\":\"a certificate "
          "transparency log\"}]}" },
    };
    for (size_t i = 0; i < f->session->count && i < sizeof clocks / sizeof *clocks; i++) {
        int id = f->session->column[i]->id;
        if (clocks[i].offset)
            fact(f->session, id, "clock_offset", "yes", clocks[i].offset, "null");
        if (clocks[i].sntp)
            fact(f->session, id, "sntp", "yes", clocks[i].sntp, "null");
        if (clocks[i].bounds)
            fact(f->session, id, "clock", "yes", clocks[i].bounds, "null");
    }
    scene_look(&f->scene);
}

#define TIMES(p50, p90, max) "{\"p50\":" p50 ",\"p90\":" p90 ",\"max\":" max "}"
#define STEP(at_once, made, failed, kinds, hello, rate) \
    "{\"at_once\":" at_once ",\"made\":" made ",\"failed\":" failed ",\"kinds\":{" kinds "},\"resent\":0,\"connect\":" \
    TIMES("0.2", "0.9", "2.5") ",\"hello\":" TIMES(hello, "14.5", "19") ",\"handshake\":" TIMES(hello, "18.25", "21") \
    ",\"rate\":" rate ",\"own_cpu\":0.4}"
#define RAMP(steps, stopped) \
    "{\"baseline\":" STEP("1", "12", "0", "", "1.1", "497.2") ",\"steps\":[" steps "],\"after\":" \
    STEP("1", "6", "0", "", "1.2", "353.8") ",\"waited\":0,\"times\":[{\"below\":5,\"count\":31},{\"below\":20,\"count\":52}," \
    "{\"below\":null,\"count\":1}],\"stopped\":\"" stopped "\",\"cap\":64}"

void fixture_loads(struct fixture *f)
{
    static const struct { const char *state, *value; } loads[] = {
        { "no", RAMP(STEP("2", "12", "0", "", "1.2", "459") "," STEP("4", "12", "0", "", "3.9", "522") ","
                     STEP("8", "16", "0", "", "8.7", "494") ","
                     STEP("16", "32", "12", "\"reset, connect\":12", "9.9", "322") ","
                     STEP("16", "32", "12", "\"reset\":8,\"closed\":4", "9.8", "548"), "failures") },
        { "yes", RAMP(STEP("2", "12", "0", "", "1.2", "459") "," STEP("4", "12", "0", "", "3.9", "522"), "asked") },
    };
    for (size_t i = 0; i < f->session->count && i < sizeof loads / sizeof *loads; i++)
        fact(f->session, f->session->column[i]->id, "load", loads[i].state, loads[i].value, "null");
    scene_look(&f->scene);
}

#define FEW \
    "[0,0,1,0,0,2,0,0,0,1,0,0,3,0,0,0,0,0,0,0,1,0,0,5,0,0,0,0,0," \
    "0,0,0,0,0,7,0,0,0,1,0,0,0,0,0,0,0,9,0,0,0,0,0,0,0,0,0,0,0,0,4]"
#define MANY \
    "[4,4,5,4,4,6,4,4,4,5,4,4,7,4,4,4,4,4,4,4,5,4,4,8,4,4,4,4,4," \
    "4,4,4,4,4,7,4,4,4,5,4,4,4,4,4,4,4,3,4,4,4,4,4,4,4,4,4,4,4,4,4]"

static void log_line(struct session *s, int number, const char *client, const char *cause, bool noise, const char *text)
{
    char *line = mem_format("{\"t\":\"line\",\"number\":%d,\"value\":{\"file\":\"/var/log/nginx/error.log\",\"line\":%d,"
                            "\"time\":\"2026-09-21T14:%02d:21.000Z\",\"client\":%s,\"server\":\"0.0.0.0:443\",\"sni\":"
                            "\"shop.example\",\"stack\":\"nginx\",\"cause\":%s,\"noise\":%s,\"also\":[\"cipher-mismatch\","
                            "\"not-tls\"],\"why\":\"The two sides share no TLS version.\",\"not\":\"It is not about "
                            "certificates.\",\"decides\":\"Which versions each side allows.\",\"nearest\":[],\"percent\":90,"
                            "\"text\":\"%s\"}}", number, 10 * number, number, client, cause, noise ? "true" : "false", text);
    apply(s, line);
    free(line);
}

void fixture_logs(struct fixture *f)
{
    static const char *const summary =
        "{\"t\":\"log\",\"value\":{\"files\":[{\"file\":\"/var/log/nginx/error.log\",\"lines\":4711},{\"file\":"
        "\"app.log\",\"lines\":99}],\"failing\":35,\"estimated\":false,\"causes\":[{\"cause\":\"version-mismatch\","
        "\"percent\":90,\"events\":34,\"lines\":[1,2]},{\"cause\":\"network\",\"percent\":25,\"events\":1,\"lines\":[]}],"
        "\"answers\":{\"fails\":\"yes\",\"clients\":\"some\",\"times\":\"always\"},\"pattern\":{\"clients\":{\"scope\":"
        "\"some\",\"seen\":14,\"table\":[[\"10.0.0.21\",30,0],[\"10.0.0.\u4f60\u597d with a very long name that goes on and on\","
        "4,1],[\"10.0.0.1\",0,120]]},\"names\":{\"table\":[]},\"servers\":{\"table\":[[\"a:443\",34,0],[\"b:443\",0,9]]},"
        "\"time\":{\"kind\":\"always\",\"zone\":null,\"first\":\"2026-09-21T14:00:00.000Z\",\"last\":"
        "\"2026-09-21T15:00:00.000Z\",\"fails\":" FEW ",\"works\":" MANY "},\"text\":\"34 of the 250 handshakes "
        "it tells of fail. Of 14 clients only 2 fail.\"},\"joined\":{\"client\":\"app.log\",\"server\":\"error.log\","
        "\"lines\":[[3,10],[4,20]],\"text\":\"The logs are of the same handshakes: 2 of 2.\"},\"silence\":[]}}";
    log_line(f->session, 1, "\"10.0.0.21\"", "\"version-mismatch\"", false, "SSL_do_handshake() failed: unsupported protocol");
    log_line(f->session, 2, "\"10.0.0.\u4f60\"", "\"version-mismatch\"", false, "\u4f60\u597d e\u0301 \\\\x1b[2J unsupported");
    log_line(f->session, 3, "\"10.0.0.250\"", "\"network\"", true, "peer closed connection in SSL handshake");
    log_line(f->session, 4, "null", "null", false, "TLS failed, the frobnicator was not amused");
    apply(f->session, summary);
    scene_look(&f->scene);
}

#define TRY(key, answer, acked) "\"" key "\":{\"answer\":\"" answer "\",\"acked\":" acked ",\"ms\":1.5}"
#define PATH(tries, trigger, answered, ttl, hop, before) \
    "{\"tries\":{" tries "},\"trigger\":" trigger ",\"answered\":" answered ",\"ttl\":{" ttl "},\"hop\":" hop \
    ",\"before\":" before ",\"mss\":1448,\"patience\":1,\"connections\":17}"
#define NO_TTL "\"answers\":null,\"ended_by\":null,\"differs\":null"

void fixture_paths(struct fixture *f)
{
    static const struct { const char *state, *value; } paths[] = {
        { "yes", PATH(TRY("as-is", "reset", "false") "," TRY("small", "reset", "false") ","
                      TRY("other-version", "reset", "false") "," TRY("other-name", "accepted", "true") ","
                      TRY("small-segments", "reset", "false"), "\"name\"", "\"other-name\"",
                      "\"answers\":62,\"ended_by\":63,\"differs\":true", "2", "true") },
        { "yes", PATH(TRY("as-is", "reset", "true") "," TRY("small", "reset", "true") ","
                      TRY("other-version", "reset", "true") "," TRY("other-name", "alert 112 unrecognized_name", "true") ","
                      TRY("small-segments", "reset", "true"), "\"name\"", "\"other-name\"",
                      "\"answers\":54,\"ended_by\":54,\"differs\":false", "null", "null") },
        { "yes", PATH(TRY("as-is", "silent", "false") "," TRY("small", "silent", "true") ","
                      TRY("other-version", "silent", "false") "," TRY("other-name", "silent", "false") ","
                      TRY("small-segments", "accepted", "true"), "\"segments\"", "\"small-segments\"",
                      "\"answers\":118,\"ended_by\":null,\"differs\":null", "null", "null") },
        { "no", PATH(TRY("as-is", "closed", "true") "," TRY("small", "closed", "true") "," TRY("no-name", "closed", "true") ","
                     TRY("plain", "closed", "true"), "null", "null", NO_TTL, "null", "null") },
        { "unsure", PATH(TRY("as-is", "reset", "null") "," TRY("small", "accepted", "true"), "\"size\"", "\"small\"", NO_TTL,
                         "null", "null") },
        { "could-not-ask", "null" },
    };
    for (size_t i = 0; i < f->session->count && i < sizeof paths / sizeof *paths; i++)
        fact(f->session, f->session->column[i]->id, "path", paths[i].state, paths[i].value, "null");
    scene_look(&f->scene);
}

void fixture_fetch(struct fixture *f)
{
    fact(f->session, 2, "aia", "yes",
         "{\"complete\":true,\"from\":\"fetched\",\"sender\":null,\"hops\":[{\"url\":\"http://ca.example/corp.crt\","
         "\"address\":\"192.0.2.7:80\",\"answer\":\"ok\",\"subject\":\"CorpProxy CA\",\"root\":false}],"
         "\"built\":[\"shop.example\",\"CorpProxy CA\",\"Corp Root\"],\"missing\":[\"CorpProxy CA\"],"
         "\"root\":\"Corp Root\",\"root_trusted\":true,\"sent_other\":false,\"chain\":["
         "{\"cn\":\"shop.example\",\"from\":\"sent\"},{\"cn\":\"CorpProxy CA\",\"from\":\"fetched\"},"
         "{\"cn\":\"Corp Root\",\"from\":\"store\"}]}", "null");
    fact(f->session, 3, "aia", "no",
         "{\"hops\":[{\"url\":\"http://ca.example/gone\",\"answer\":\"status\",\"subject\":null}],\"chain\":null}", "null");
    fact(f->session, 4, "aia", "could-not-ask", "null", "null");
    scene_look(&f->scene);
}

void fixture_free(struct fixture *f)
{
    scene_clear(&f->scene);
    verdict_free(f->verdict);
    session_free(f->session);
}

static void press(struct fixture *f, struct view *v, int w, int h, int key)
{
    view_key(v, &f->scene, key);
    struct frame *frame = render(&f->scene, v, w, h, true);
    view_settle(v, frame, true);
    frame_free(frame);
}

void fixture_press(struct fixture *f, struct view *v, int w, int h, const char *keys)
{
    char *all = mem_string(keys), *next = all;
    for (char *word; (word = strsep(&next, " "));) {
        if (strncmp(word, "text:", 5) == 0) {
            for (const char *c = word + 5; *c; c++)
                press(f, v, w, h, (unsigned char)*c);
        } else if (*word) {
            assert(keys_find(word) != K_NONE);
            press(f, v, w, h, keys_find(word));
        }
    }
    free(all);
}
