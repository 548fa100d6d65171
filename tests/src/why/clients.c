/* Which clients a server works for: a table of servers' facts and clients, and what comes of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/accepts.h"
#include "src/why/clients.h"
#include "src/why/server.h"

#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }

/* --- clients, made for what they offer and refuse ----------------------------------------------- */

static const struct client modern = {
    .name = "default", .min = 0x0303, .max = 0x0304, .suites = NUMBERS(0x1301, 0x1302, 0xc02b, 0xc02f, 0x009e, 0x009c),
    .groups = NUMBERS(0x001d, 0x0017), .sigalgs = NUMBERS(0x0403, 0x0804, 0x0401), .rsa_bits_min = 2048,
    .dh_bits_min = 2048, .digests = CLIENT_SHA2 };
/* Offers TLS 1.0, a DHE suite first, and can't count beyond 1024 bits there. */
static const struct client java6 = {
    .name = "java-6", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x0033, 0xc013, 0x002f, 0x00ff),
    .groups = NUMBERS(0x0017, 0x0018), .dh_bits_max = 1024, .traits = CLIENT_NO_SNI };
static const struct client java6_rsa_first = {
    .name = "java-6", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x002f, 0x0033), .dh_bits_max = 1024 };
static const struct client nameless = {
    .name = "nameless", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x002f), .traits = CLIENT_NO_SNI };
static const struct client xp = {
    .name = "ie-8-xp", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x0004, 0x0005, 0x000a), .traits = CLIENT_NO_SNI };
static const struct client xp_sp2 = {
    .name = "ie-6-xp", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x0005, 0x000a), .digests = CLIENT_SHA1 | CLIENT_MD5 };
static const struct client rsa_only = {
    .name = "rsa", .min = 0x0301, .max = 0x0303, .suites = NUMBERS(0xc02f, 0xc013, 0x009c), .groups = NUMBERS(0x0017),
    .sigalgs = NUMBERS(0x0401, 0x0201), .traits = CLIENT_CN | CLIENT_AIA, .digests = CLIENT_SHA1 | CLIENT_SHA2 };
static const struct client p384_only = {
    .name = "p384", .min = 0x0303, .max = 0x0303, .suites = NUMBERS(0xc02b, 0xc02f), .groups = NUMBERS(0x0018),
    .sigalgs = NUMBERS(0x0403, 0x0401) };
static const struct client sha1_only = {
    .name = "sha1", .min = 0x0303, .max = 0x0303, .suites = NUMBERS(0xc02f), .groups = NUMBERS(0x001d, 0x0017) };
static const struct client no_groups = {
    .name = "any-curve", .min = 0x0303, .max = 0x0303, .suites = NUMBERS(0xc02f), .sigalgs = NUMBERS(0x0401) };
static const struct client carefree = {
    .name = "carefree", .min = 0x0303, .max = 0x0303, .suites = NUMBERS(0xc02f), .groups = NUMBERS(0x0017),
    .sigalgs = NUMBERS(0x0401), .traits = CLIENT_NO_CHECKS, .rsa_bits_max = 2048 };
static const struct client rsa_2048_most = {
    .name = "small", .min = 0x0303, .max = 0x0303, .suites = NUMBERS(0x009c), .sigalgs = NUMBERS(0x0401),
    .rsa_bits_max = 2048 };
static const struct client insists = {
    .name = "insists", .min = 0x0301, .max = 0x0303, .suites = NUMBERS(0x009c, 0x002f), .sigalgs = NUMBERS(0x0401),
    .traits = CLIENT_NEEDS_RENEGOTIATION | CLIENT_NAME_WARNING };
static const struct client insists_ems = {
    .name = "ems", .min = 0x0301, .max = 0x0303, .suites = NUMBERS(0x009c), .sigalgs = NUMBERS(0x0401),
    .traits = CLIENT_NEEDS_EMS };
static const struct client unsigned_old = {
    .name = "unsigned", .min = 0x0301, .max = 0x0301, .suites = NUMBERS(0x002f, 0x0033), .traits = CLIENT_OLD_UNSIGNED };
static const struct client unsigned_new = {
    .name = "unsigned-new", .min = 0x0301, .max = 0x0303, .suites = NUMBERS(0x0033), .sigalgs = NUMBERS(0x0401),
    .traits = CLIENT_OLD_UNSIGNED };
static const struct client tls13_only = {
    .name = "tls13", .min = 0x0304, .max = 0x0304, .suites = NUMBERS(0x1303), .groups = NUMBERS(0x11ec, 0x001d),
    .shares = NUMBERS(0x001d), .sigalgs = NUMBERS(0x0403, 0x0804) };
static const struct client tls13_first = { /* its TLS 1.3 is not this server's, its TLS 1.2 is */
    .name = "tls13-first", .min = 0x0303, .max = 0x0304, .suites = NUMBERS(0x1303, 0xc02f), .groups = NUMBERS(0x001d),
    .sigalgs = NUMBERS(0x0804, 0x0401) };
static const struct client share_of_second = {
    .name = "second", .min = 0x0304, .max = 0x0304, .suites = NUMBERS(0x1301), .groups = NUMBERS(0x0017, 0x001d),
    .shares = NUMBERS(0x001d), .sigalgs = NUMBERS(0x0804) };
static const struct client two_shares = {
    .name = "two", .min = 0x0304, .max = 0x0304, .suites = NUMBERS(0x1301), .groups = NUMBERS(0x001d, 0x0017),
    .shares = NUMBERS(0x001d, 0x0017), .sigalgs = NUMBERS(0x0804) };
static const struct client ssl2_form = {
    .name = "v2", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x002f), .ssl2_form = true };
static const struct client tls13_ecdsa_first = {
    .name = "ecdsa-first", .min = 0x0304, .max = 0x0304, .suites = NUMBERS(0x1301), .groups = NUMBERS(0x001d),
    .sigalgs = NUMBERS(0x0403, 0x0804) };
static const struct client tls13_rsa_first = {
    .name = "rsa-first", .min = 0x0304, .max = 0x0304, .suites = NUMBERS(0x1301), .groups = NUMBERS(0x001d),
    .sigalgs = NUMBERS(0x0804, 0x0403) };

static const struct client p521_only = {
    .name = "p521", .min = 0x0304, .max = 0x0304, .suites = NUMBERS(0x1301), .groups = NUMBERS(0x001d),
    .sigalgs = NUMBERS(0x0603) };
static const struct client no_sha2 = {
    .name = "no-sha2", .min = 0x0300, .max = 0x0301, .suites = NUMBERS(0x002f), .digests = CLIENT_SHA1 | CLIENT_MD5 };
static const struct client large = {
    .name = "large", .min = 0x0303, .max = 0x0303, .suites = NUMBERS(0xc02f), .groups = NUMBERS(0x0017),
    .sigalgs = NUMBERS(0x0401), .size = 3000 };

/* --- servers, as facts -------------------------------------------------------------------------- */

struct known { const char *fact, *state, *value; };
#define FACTS_MAX 20
struct server_facts { const char *name; struct known known[FACTS_MAX]; };

#define NO70 "alert 70 protocol_version"
#define VERSIONS(t10, t12, t13) { "versions", "yes", "{\"ssl2\":\"closed\",\"ssl3\":\"" NO70 "\",\"tls1.0\":\"" t10 \
    "\",\"tls1.1\":\"" t10 "\",\"tls1.2\":\"" t12 "\",\"tls1.3\":\"" t13 "\"}" }
#define LIST(version, names) "\"" version "\":{\"accepted\":[" names "],\"unsettled\":[]}"
#define OPEN(version, names, open) "\"" version "\":{\"accepted\":[" names "],\"unsettled\":[{\"name\":\"" open \
    "\",\"answer\":\"silent\"}]}"
#define ECDHE_RSA "\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\""
#define ECDHE_ECDSA "\"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\""
#define DHE "\"TLS_DHE_RSA_WITH_AES_128_CBC_SHA\""
#define RSA "\"TLS_RSA_WITH_AES_128_CBC_SHA\""
#define RSA_GCM "\"TLS_RSA_WITH_AES_128_GCM_SHA256\""
#define AES13 "\"TLS_AES_128_GCM_SHA256\""
#define LINK(name, key, bits, curve, signature, from, more) "{\"cn\":\"" name "\",\"key\":\"" key "\",\"key_bits\":" bits \
    ",\"curve\":" curve ",\"signature\":\"" signature "\",\"from\":\"" from "\",\"names_total\":1" more "}"
#define CHAIN(built) { "chain", "yes", "{\"sent\":[],\"built\":[" built "],\"trusted\":true,\"complete\":true}" }
#define RSA_CHAIN CHAIN(LINK("good.test", "RSA", "2048", "null", "RSA-SHA256", "sent", "") "," \
    LINK("Root", "RSA", "4096", "null", "RSA-SHA1", "store", ""))
#define EC_CHAIN CHAIN(LINK("good.test", "ECDSA", "256", "\"secp256r1\"", "ECDSA-SHA256", "sent", "") "," \
    LINK("Root", "ECDSA", "384", "\"secp384r1\"", "ECDSA-SHA384", "store", ""))
#define FINE { "trusted", "yes", "\"Root\"" }, { "name", "yes", "\"good.test\"" }, { "dates", "yes", "\"ok\"" }, \
    { "cert_reasons", "no", "null" }, { "sni", "yes", "\"good.test\"" }
#define RSA_2048 { "cert_keys", "yes", "[\"RSA 2048\"]" }

static const struct server_facts today = { "TLS 1.2 and 1.3, RSA", {
    VERSIONS(NO70, "accepted", "accepted"),
    { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA "," RSA_GCM) "," LIST("tls1.3", AES13) "}" },
    { "server_order", "yes", "{\"tls1.2\":true,\"tls1.3\":null}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"x25519\",\"secp256r1\"") "," LIST("tls1.3", "\"x25519\",\"secp256r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pss_rsae_sha256\",\"rsa_pkcs1_sha256\"") ","
      LIST("tls1.3", "\"rsa_pss_rsae_sha256\"") "}" }, RSA_2048, RSA_CHAIN, FINE } };
/* Takes all versions from TLS 1.0 on, and DHE with 2048 bits: whose order decides is the difference. */
#define OLD(order) VERSIONS("accepted", "accepted", NO70), \
    { "ciphers", "yes", "{" LIST("tls1.0", DHE "," RSA) "," LIST("tls1.2", DHE "," RSA "," RSA_GCM) "}" }, \
    { "server_order", "yes", "{\"tls1.0\":" order ",\"tls1.2\":" order "}" }, { "dh", "yes", "\"2048\"" }, \
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\",\"rsa_pkcs1_sha1\"") "}" }, RSA_2048, RSA_CHAIN, \
    { "trusted", "yes", "\"Root\"" }, { "name", "yes", "\"good.test\"" }, { "dates", "yes", "\"ok\"" }, \
    { "cert_reasons", "no", "null" }, { "sni", "no", "null" }
static const struct server_facts old_server = { "its order, DHE first", { OLD("true") } };
static const struct server_facts old_client = { "the client's order", { OLD("false") } };
static const struct server_facts old_unknown = { "nobody knows whose order", { OLD("null") } };
static const struct server_facts old_named = { "a name was sent", { OLD("false"), { "sni", "yes", "\"good.test\"" } } };
static const struct server_facts dh_unknown = { "DH size not known", { OLD("true"), { "dh", "unsure", "null" } } };
static const struct server_facts renegotiates = { "RFC 5746", { OLD("true"), { "secure_renegotiation", "yes", "null" } } };
static const struct server_facts renegotiates_not = { "no RFC 5746",
    { OLD("true"), { "secure_renegotiation", "no", "null" } } };
static const struct server_facts ems_not = { "no RFC 7627", { OLD("true"), { "version", "yes", "\"tls1.2\"" },
    { "extended_master_secret", "no", "null" } } };
static const struct server_facts ecdsa = { "ECDSA on P-256 alone", {
    VERSIONS("accepted", "accepted", NO70),
    { "ciphers", "yes", "{" LIST("tls1.0", "\"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA\"") "," LIST("tls1.2", ECDHE_ECDSA) "}" },
    { "server_order", "could-not-ask", "{\"tls1.2\":null}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"secp256r1\",\"secp384r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"ecdsa_secp256r1_sha256\"") "}" },
    { "cert_keys", "yes", "[\"ECDSA secp256r1\"]" }, EC_CHAIN, FINE } };
static const struct server_facts both = { "two certificates", {
    VERSIONS(NO70, "accepted", "accepted"),
    { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_ECDSA "," ECDHE_RSA) "," LIST("tls1.3", AES13) "}" },
    { "server_order", "yes", "{\"tls1.2\":true}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"x25519\",\"secp256r1\"") "," LIST("tls1.3", "\"x25519\",\"secp256r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"ecdsa_secp256r1_sha256\",\"rsa_pkcs1_sha256\"") ","
      LIST("tls1.3", "\"ecdsa_secp256r1_sha256\",\"rsa_pss_rsae_sha256\"") "}" },
    { "cert_keys", "yes", "[\"RSA 2048\",\"ECDSA secp256r1\"]" }, { "signature", "yes", "\"ecdsa_secp256r1_sha256\"" },
    EC_CHAIN, FINE } };
static const struct server_facts few_groups = { "X25519 alone", {
    VERSIONS(NO70, "accepted", NO70), { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA) "}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"x25519\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\"") "}" }, RSA_2048, RSA_CHAIN, FINE } };
static const struct server_facts no_lists = { "the lists of groups and signatures were not asked for", {
    VERSIONS(NO70, "accepted", NO70), { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA) "}" }, RSA_2048, RSA_CHAIN, FINE } };
static const struct server_facts only_versions = { "nothing but versions", { VERSIONS(NO70, "accepted", NO70) } };
static const struct server_facts cut_off = { "TLS 1.3 is not answered", {
    VERSIONS(NO70, "accepted", "silent"), { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA) "}" } } };
static const struct server_facts open_suite = { "one suite is not settled", {
    VERSIONS(NO70, "accepted", NO70), { "ciphers", "yes", "{" OPEN("tls1.2", RSA_GCM, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256") "}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"x25519\"") "}" }, { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\"") "}" },
    RSA_2048, RSA_CHAIN, FINE } };
static const struct server_facts hybrid = { "X25519MLKEM768 and x25519", {
    VERSIONS(NO70, "accepted", "accepted"),
    { "ciphers", "yes", "{" LIST("tls1.3", "\"TLS_CHACHA20_POLY1305_SHA256\"," AES13) "}" },
    { "server_order", "yes", "{\"tls1.3\":true}" },
    { "groups", "yes", "{" LIST("tls1.3", "\"X25519MLKEM768\",\"x25519\",\"secp256r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.3", "\"rsa_pss_rsae_sha256\"") "}" }, RSA_2048, RSA_CHAIN, FINE } };
#define BAD(reason, text, more) VERSIONS(NO70, "accepted", NO70), { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA) "}" }, \
    { "groups", "yes", "{" LIST("tls1.2", "\"secp256r1\",\"x25519\"") "}" }, \
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\"") "}" }, RSA_2048, FINE, \
    CHAIN(LINK("good.test", "RSA", "2048", "null", "RSA-SHA256", "sent", more)), \
    { "cert_reasons", "yes", "[{\"reason\":\"" reason "\",\"cert\":0,\"link\":0,\"subject\":\"CN=good.test\",\"text\":\"" \
      text "\"}]" }
static const struct server_facts expired = { "expired", { BAD("expired", "expired on 2026-01-02", "") } };
static const struct server_facts wrong_name = { "another name", { BAD("name-mismatch", "is for a.test, not for b.test", "") } };
static const struct server_facts cn_only = { "the name in the CN", { BAD("name-only-in-cn", "has it in its CN", "") } };
static const struct server_facts untrusted = { "a CA nobody has", { BAD("issuer-unknown", "was issued by X, which is not here", "") } };
static const struct server_facts no_inter = { "an intermediate is missing",
    { BAD("issuer-unknown", "was issued by X, which is not here", ",\"aia\":[\"http://ca.test/x.der\"]") } };
static const struct server_facts md5_root = { "an old root, in the store", { VERSIONS(NO70, "accepted", NO70),
    { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA) "}" }, { "groups", "yes", "{" LIST("tls1.2", "\"secp256r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\"") "}" }, RSA_2048, FINE,
    CHAIN(LINK("good.test", "RSA", "4096", "null", "RSA-SHA256", "sent", "") ","
          LINK("Root", "RSA", "2048", "null", "RSA-MD5", "store", "")) } };
static const struct server_facts large_key = { "RSA 4096", { VERSIONS(NO70, "accepted", NO70),
    { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA "," RSA_GCM) "}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"secp256r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\"") "}" }, { "cert_keys", "yes", "[\"RSA 4096\"]" }, FINE,
    CHAIN(LINK("good.test", "RSA", "4096", "null", "RSA-SHA256", "sent", "")) } };
static const struct server_facts no_store = { "no CA store here", { OLD("false"), { "trusted", "could-not-ask", "\"no-store\"" } } };
static const struct server_facts no_cert = { "no certificate was seen", {
    VERSIONS(NO70, "accepted", NO70), { "ciphers", "yes", "{" LIST("tls1.2", ECDHE_RSA) "}" },
    { "groups", "yes", "{" LIST("tls1.2", "\"x25519\",\"secp256r1\"") "}" },
    { "sigalgs", "yes", "{" LIST("tls1.2", "\"rsa_pkcs1_sha256\"") "}" }, RSA_2048 } };
static const struct server_facts asks_cert = { "asks for a client certificate",
    { OLD("false"), { "client_cert_asked", "yes", "{\"cas\":[],\"total\":0}" } } };
static const struct server_facts intolerant = { "chokes on newer versions", { OLD("false"),
    { "versions", "yes", "{\"tls1.0\":\"accepted\",\"tls1.2\":\"" NO70 "\",\"tls1.1\":\"" NO70 "\",\"tls1.3\":\"" NO70 "\"}" },
    { "tolerates", "yes", "{\"newer-version\":\"reset\"}" } } };
static const struct server_facts small_only = { "no large hello", { BAD("expires-soon", "ends soon", ""),
    { "post_quantum", "no", "\"reset\"" } } };

/* --- the table ---------------------------------------------------------------------------------- */

#define W CLIENT_WORKS
#define F CLIENT_FAILS
#define U CLIENT_UNKNOWN
#define NONE CLIENT_RULE_NONE
static const struct {
    const struct server_facts *server;
    const struct client *client;
    enum client_works works;
    enum client_rule rule;
    uint16_t version, suite, group;
    const char *says;   /* in `why`, of what works in `but` */
} rows[] = {
    { &today, &modern, W, NONE, 0x0304, 0x1301, 0x001d, NULL },
    { &today, &xp, F, CLIENT_RULE_VERSION, 0, 0, 0, "this client offers TLS 1.0 at most, the server takes TLS 1.2 and 1.3" },
    { &today, &rsa_only, W, NONE, 0x0303, 0xc02f, 0x0017, NULL },
    { &today, &tls13_only, F, CLIENT_RULE_SUITE, 0x0304, 0, 0, "only suite for TLS 1.3, TLS_CHACHA20_POLY1305_SHA256, is none of the server's: TLS_AES_128_GCM_SHA256" },
    { &today, &tls13_first, F, CLIENT_RULE_SUITE, 0x0304, 0, 0, NULL }, /* TLS 1.2 would have done: nobody looks there */
    { &today, &two_shares, W, NONE, 0x0304, 0x1301, 0, NULL },
    { &today, &share_of_second, W, NONE, 0x0304, 0x1301, 0, NULL },
    { &today, &p384_only, F, CLIENT_RULE_GROUP, 0x0303, 0, 0, "offers the groups secp384r1, the server takes x25519, secp256r1" },
    { &today, &sha1_only, F, CLIENT_RULE_SIGALG, 0x0303, 0, 0, "stands for SHA-1 (rsa_pkcs1_sha1" },
    { &today, &no_groups, W, NONE, 0x0303, 0xc02f, 0, NULL },
    /* the same DH group is in the way only where its suite is chosen */
    { &old_server, &java6, F, CLIENT_RULE_DH, 0x0301, 0x0033, 0, "DH group of 2048 bits, this client takes 1024 at most" },
    { &old_client, &java6, F, CLIENT_RULE_DH, 0x0301, 0x0033, 0, NULL },
    { &old_server, &java6_rsa_first, F, CLIENT_RULE_DH, 0x0301, 0x0033, 0, NULL },
    { &old_client, &java6_rsa_first, W, NONE, 0x0301, 0x002f, 0, NULL },
    { &old_unknown, &java6_rsa_first, U, NONE, 0x0301, 0, 0, "which suite the server would choose is not known" },
    { &dh_unknown, &java6, U, NONE, 0x0301, 0x0033, 0, "size of its DH group is not known" },
    { &old_client, &ssl2_form, U, NONE, 0x0301, 0x002f, 0, "hello of SSL 2.0" },
    { &old_client, &xp, F, CLIENT_RULE_SUITE, 0x0301, 0, 0, "none of this client's 3 suites for TLS 1.0 (such as "
      "TLS_RSA_WITH_RC4_128_MD5) is one of the server's: TLS_DHE_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA" },
    { &renegotiates, &insists, W, NONE, 0x0303, 0x002f, 0, NULL },
    { &renegotiates_not, &insists, F, CLIENT_RULE_EXTENSION, 0x0303, 0x002f, 0, "insists on secure renegotiation" },
    { &old_client, &insists, U, NONE, 0x0303, 0x009c, 0, "whether the server knows it was not asked" },
    { &ems_not, &insists_ems, F, CLIENT_RULE_EXTENSION, 0x0303, 0x009c, 0, "extended master secret" },
    { &old_server, &unsigned_old, F, CLIENT_RULE_SIGALG, 0x0301, 0x0033, 0, "this client takes no such signature" },
    { &old_client, &unsigned_old, W, NONE, 0x0301, 0x002f, 0, NULL },
    { &old_unknown, &unsigned_old, U, NONE, 0x0301, 0, 0, NULL },
    { &old_server, &unsigned_new, W, NONE, 0x0303, 0x0033, 0, NULL },
    { &old_named, &nameless, U, NONE, 0x0301, 0x002f, 0, "sends no server name" },
    { &old_client, &nameless, W, NONE, 0x0301, 0x002f, 0, NULL },
    { &old_named, &java6, F, CLIENT_RULE_DH, 0x0301, 0x0033, 0, NULL },
    { &ecdsa, &modern, W, NONE, 0x0303, 0xc02b, 0x0017, NULL },
    { &ecdsa, &rsa_only, F, CLIENT_RULE_SUITE, 0x0303, 0, 0,
      "suites for TLS 1.2 are for RSA certificates (such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), the server's are for "
      "its ECDSA certificate: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
    { &ecdsa, &p384_only, F, CLIENT_RULE_GROUP, 0x0303, 0, 0,
      "certificate is on the curve secp256r1, this client takes secp384r1" },
    { &both, &tls13_ecdsa_first, W, NONE, 0x0304, 0x1301, 0x001d, NULL },
    { &both, &tls13_rsa_first, U, NONE, 0x0304, 0x1301, 0x001d, "which of its certificates" },
    { &both, &rsa_only, U, NONE, 0x0303, 0xc02f, 0x0017, "shown the server's RSA certificate, and only the other one" },
    { &few_groups, &rsa_only, F, CLIENT_RULE_GROUP, 0x0303, 0, 0, "offers the groups secp256r1, the server takes x25519" },
    { &no_lists, &rsa_only, U, NONE, 0x0303, 0, 0, "which groups the server takes in TLS 1.2 was not asked for" },
    { &no_lists, &no_groups, U, NONE, 0x0303, 0, 0, "which signature algorithms the server takes in TLS 1.2 was not asked for" },
    { &only_versions, &xp, F, CLIENT_RULE_VERSION, 0, 0, 0, "the server takes TLS 1.2" },
    { &only_versions, &rsa_only, U, NONE, 0x0303, 0, 0, "which suites the server takes in TLS 1.2 was not asked for" },
    { &cut_off, &modern, U, NONE, 0, 0, 0, "whether the server takes TLS 1.3, which this client offers, is not known: silent" },
    { &open_suite, &rsa_only, W, NONE, 0x0303, 0, 0, NULL },
    { &open_suite, &no_groups, U, NONE, 0x0303, 0, 0, "gave no clear answer" },
    { &hybrid, &tls13_only, W, NONE, 0x0304, 0x1303, 0, NULL }, /* it may wait for the hybrid group */
    { &hybrid, &tls13_ecdsa_first, W, NONE, 0x0304, 0x1301, 0x001d, NULL },
    { &expired, &rsa_only, F, CLIENT_RULE_DATES, 0x0303, 0xc02f, 0x0017, "the certificate of good.test expired on 2026-01-02" },
    { &expired, &carefree, W, NONE, 0x0303, 0xc02f, 0x0017, NULL },
    { &expired, &xp, F, CLIENT_RULE_VERSION, 0, 0, 0, NULL },
    { &wrong_name, &rsa_only, F, CLIENT_RULE_NAME, 0x0303, 0xc02f, 0x0017, "is for a.test" },
    { &cn_only, &rsa_only, W, NONE, 0x0303, 0xc02f, 0x0017, NULL },
    { &cn_only, &modern, F, CLIENT_RULE_NAME, 0x0303, 0xc02f, 0, NULL },
    { &untrusted, &rsa_only, F, CLIENT_RULE_TRUST, 0x0303, 0xc02f, 0x0017, "was issued by X" },
    { &no_inter, &rsa_only, W, NONE, 0x0303, 0xc02f, 0x0017, "fetches it from http://ca.test/x.der" },
    { &no_inter, &modern, F, CLIENT_RULE_TRUST, 0x0303, 0xc02f, 0, NULL },
    { &md5_root, &rsa_only, W, NONE, 0x0303, 0xc02f, 0x0017, NULL },
    { &large_key, &rsa_2048_most, F, CLIENT_RULE_KEY, 0x0303, 0x009c, 0, "RSA key of 4096 bits, this client takes 2048 at most" },
    { &large_key, &carefree, W, NONE, 0x0303, 0xc02f, 0x0017, NULL },
    { &no_store, &java6_rsa_first, U, NONE, 0x0301, 0x002f, 0, "no CA store" },
    { &no_cert, &rsa_only, U, NONE, 0x0303, 0xc02f, 0x0017, "none was seen yet" },
    { &asks_cert, &java6_rsa_first, W, NONE, 0x0301, 0x002f, 0, "asks for a client certificate" },
    { &intolerant, &rsa_only, F, CLIENT_RULE_SUITE, 0x0301, 0, 0, NULL },
    { &intolerant, &insists, U, NONE, 0x0301, 0x002f, 0, "refuse a hello that names a newer version (reset)" },
    { &small_only, &rsa_only, W, NONE, 0x0303, 0xc02f, 0x0017, NULL },
};

static void see(struct session *s, const struct known *k)
{
    json_error_t e;
    struct observation o = { .column = 1, .fact = fact_find(k->fact), .probe = "other", .ms = -1,
                             .value = json_loads(k->value, JSON_DECODE_ANY, &e) };
    if (!o.value)
        print_message("%s: %s at %s\n", k->fact, e.text, k->value);
    assert_non_null(o.value);
    assert_int_not_equal(o.fact, FACT_COUNT);
    assert_true(state_find(k->state, &o.state));
    session_see(s, &o);
}

static struct session *session_of(const struct server_facts *f)
{
    struct err e = { "" };
    struct session *s = session_new(0);
    struct endpoint *ep = endpoint_parse("tls://good.test:443", NULL, &e);
    session_add(s, 1, 1, 0, ep, "192.0.2.1:443", "local");
    endpoint_free(ep);
    for (size_t i = 0; i < FACTS_MAX && f->known[i].fact; i++)
        see(s, &f->known[i]);
    return s;
}

static void servers_and_clients(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session *s = session_of(rows[i].server);
        struct client_result r;
        client_work_out(&r, s->column[0], rows[i].client);
        const char *says = rows[i].works == W ? r.but : r.why;
        bool good = r.works == rows[i].works && r.rule == rows[i].rule && r.version == rows[i].version &&
                    r.suite == rows[i].suite && r.group == rows[i].group && (r.works == W) == !r.why &&
                    (!rows[i].says || (says && strstr(says, rows[i].says)));
        if (!good)
            fail_msg("%s, %s: %d %s %04x %04x %04x: %s (%s)", rows[i].server->name, rows[i].client->name, r.works,
                     client_rule_words[r.rule], r.version, r.suite, r.group, r.why ? r.why : "-", r.but ? r.but : "-");
        client_result_clear(&r);
        session_free(s);
    }
}

/* --- what was tried ----------------------------------------------------------------------------- */

#define TRIED(name, rest) { "clients", "yes", "{\"" name "\":{" rest "},\"other\":{\"answer\":\"accepted\"}}" }
#define ACCEPTED(version, cipher, more) "\"answer\":\"accepted\",\"version\":\"" version "\",\"cipher\":\"" cipher "\"" more
static const struct {
    const struct server_facts *server;
    const struct client *client;
    struct known tried;
    enum client_works works;
    enum client_rule rule;
    bool tried_it, disagree;
    const char *says;
} tries[] = {
    { &today, &rsa_only, TRIED("rsa", ACCEPTED("tls1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "")), W, NONE, true, false, NULL },
    /* the lists know why */
    { &today, &xp, TRIED("ie-8-xp", "\"answer\":\"alert 70 protocol_version\""), F, CLIENT_RULE_VERSION, true, false,
      "offers TLS 1.0 at most" },
    /* they do not */
    { &today, &rsa_only, TRIED("rsa", "\"answer\":\"reset\""), F, CLIENT_RULE_REFUSED, true, false,
      "its hello is refused (reset), and nothing in the lists says why: `tlswhy replay rsa tls://good.test:443` finds out" },
    { &expired, &rsa_only, TRIED("rsa", "\"answer\":\"silent\""), F, CLIENT_RULE_REFUSED, true, false, NULL },
    /* it can't be, by the lists */
    { &today, &xp, TRIED("ie-8-xp", ACCEPTED("tls1.0", "TLS_RSA_WITH_RC4_128_SHA", "")), U, NONE, true, true,
      "by the lists of what the server takes it should not be: this client offers TLS 1.0" },
    /* could not be tried: the lists alone */
    { &today, &rsa_only, TRIED("rsa", "\"answer\":\"could-not-ask\""), W, NONE, false, false, NULL },
    { &today, &rsa_only, { "clients", "yes", "{\"rsa\":{\"answer\":\"silent\"}}" }, W, NONE, false, false, NULL },
    { &today, &rsa_only, { "clients", "yes", "[3]" }, W, NONE, false, false, NULL },
    /* accepted, and then the client has its say */
    { &old_unknown, &java6_rsa_first, TRIED("java-6", ACCEPTED("tls1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", "")), W, NONE, true,
      false, NULL },
    { &old_unknown, &java6_rsa_first, TRIED("java-6", ACCEPTED("tls1.0", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", ",\"dh_bits\":1024")),
      W, NONE, true, false, NULL },
    { &old_unknown, &java6_rsa_first, TRIED("java-6", ACCEPTED("tls1.0", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", ",\"dh_bits\":3072")),
      F, CLIENT_RULE_DH, true, false, "3072 bits" },
    { &both, &rsa_only, TRIED("rsa", ACCEPTED("tls1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      ",\"certificate\":{\"key\":\"RSA\",\"faults\":[]}")), W, NONE, true, false, NULL },
    { &both, &rsa_only, TRIED("rsa", ACCEPTED("tls1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ",\"certificate\":{\"faults\":"
      "[{\"reason\":\"expired\",\"cert\":0,\"link\":0,\"subject\":\"CN=rsa.test\",\"text\":\"expired on 2026-02-03\"}]}")),
      F, CLIENT_RULE_DATES, true, false, "the certificate of CN=rsa.test expired on 2026-02-03" },
    { &both, &rsa_only, TRIED("rsa", ACCEPTED("tls1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ",\"certificate\":{\"faults\":"
      "[{\"reason\":\"weak-digest\",\"cert\":0,\"link\":0,\"subject\":\"\",\"text\":\"is signed with MD5\"}]}")),
      F, CLIENT_RULE_DIGEST, true, false, "is signed with MD5" },
    { &both, &rsa_only, TRIED("rsa", ACCEPTED("tls1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ",\"certificate\":{"
      "\"aia\":\"http://a.test/\",\"faults\":[{\"reason\":\"issuer-unknown\",\"cert\":0,\"link\":0,\"text\":\"x\"}]}")),
      W, NONE, true, false, "fetches it from http://a.test/" },
    { &old_client, &insists, TRIED("insists", ACCEPTED("tls1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", ",\"renegotiation\":false")),
      F, CLIENT_RULE_EXTENSION, true, false, NULL },
    { &old_client, &insists, TRIED("insists", ACCEPTED("tls1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", ",\"renegotiation\":true")),
      W, NONE, true, false, NULL },
    { &old_client, &insists, TRIED("insists", ACCEPTED("tls1.2", "TLS_RSA_WITH_AES_128_CBC_SHA",
      ",\"renegotiation\":true,\"warning\":112")), F, CLIENT_RULE_NAME, true, false, "unrecognized_name" },
    /* nothing but the try is known */
    { &only_versions, &rsa_only, TRIED("rsa", "\"answer\":\"alert 40 handshake_failure\""), F, CLIENT_RULE_REFUSED, true, false,
      "was not asked for, and says more" },
    { &only_versions, &rsa_only, TRIED("rsa", ACCEPTED("tls1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", "")), U, NONE, true, false,
      "what certificate" },
};

static void tries_and_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct session *s = session_of(tries[i].server);
        struct client_result r;
        see(s, &tries[i].tried);
        client_result_of(&r, s->column[0], tries[i].client);
        const char *says = tries[i].works == W ? r.but : r.why;
        bool good = r.works == tries[i].works && r.rule == tries[i].rule && r.tried == tries[i].tried_it &&
                    r.disagree == tries[i].disagree && (r.works == W) == !r.why &&
                    (!tries[i].says || (says && strstr(says, tries[i].says)));
        if (!good)
            fail_msg("try %zu, %s: %d %s tried %d disagree %d: %s (%s)", i, tries[i].server->name, r.works,
                     client_rule_words[r.rule], r.tried, r.disagree, r.why ? r.why : "-", r.but ? r.but : "-");
        client_result_clear(&r);
        session_free(s);
    }
}

/* A HelloRetryRequest says nothing about signatures, so the lists still do. */
static void a_retry_is_no_handshake(void **state)
{
    (void)state;
    struct session *s = session_of(&today);
    struct client_result r;
    see(s, &(struct known)TRIED("p521", ACCEPTED("tls1.3", "TLS_AES_128_GCM_SHA256", ",\"retry\":true")));
    client_result_of(&r, s->column[0], &p521_only);
    assert_int_equal(r.works, CLIENT_FAILS);
    assert_int_equal(r.rule, CLIENT_RULE_SIGALG);
    assert_false(r.disagree);
    client_result_clear(&r);
    see(s, &(struct known)TRIED("p521", ACCEPTED("tls1.3", "TLS_AES_128_GCM_SHA256", ",\"retry\":false")));
    client_result_of(&r, s->column[0], &p521_only);
    assert_true(r.disagree);
    client_result_clear(&r);
    session_free(s);
}

/* What is tried of SHA-1 in chains: old clients know nothing else, and the store's own root is not looked at. */
static void digests(void **state)
{
    (void)state;
    struct session *s = session_of(&old_client);
    struct client_result r;
    client_work_out(&r, s->column[0], &no_sha2);
    assert_int_equal(r.works, CLIENT_FAILS);
    assert_int_equal(r.rule, CLIENT_RULE_DIGEST);
    assert_non_null(strstr(r.why, "good.test is signed with SHA256"));
    client_result_clear(&r);
    client_work_out(&r, s->column[0], &xp_sp2);
    assert_int_equal(r.rule, CLIENT_RULE_SUITE); /* the handshake comes before its certificate */
    client_result_clear(&r);
    session_free(s);
}

/* A hello that is longer than what is answered. */
static void sizes(void **state)
{
    (void)state;
    struct client middle = large;
    struct session *s = session_of(&small_only);
    struct client_result r;
    client_work_out(&r, s->column[0], &large);
    assert_int_equal(r.works, CLIENT_FAILS);
    assert_int_equal(r.rule, CLIENT_RULE_HELLO_SIZE);
    client_result_clear(&r);
    middle.size = 1000;
    client_work_out(&r, s->column[0], &middle);
    assert_int_equal(r.works, CLIENT_UNKNOWN);
    client_result_clear(&r);
    session_free(s);
}

/* --- as JSON, and out of any file --------------------------------------------------------------- */

static void json_of_a_column(void **state)
{
    (void)state;
    struct session *s = session_of(&today);
    json_t *list = clients_json(s->column[0]), *first = json_array_get(list, 0);
    assert_int_equal(json_array_size(list), client_count);
    assert_string_equal(json_string_value(json_object_get(first, "client")), client_table[0].name);
    assert_true(json_is_true(json_object_get(first, "works")));
    assert_string_equal(json_string_value(json_object_get(first, "version")), "tls1.3");
    assert_string_equal(json_string_value(json_object_get(first, "cipher")), "TLS_AES_128_GCM_SHA256");
    assert_string_equal(json_string_value(json_object_get(first, "group")), "x25519");
    assert_true(json_is_null(json_object_get(first, "why")) && json_is_null(json_object_get(first, "rule")));
    assert_true(json_is_false(json_object_get(first, "tried")));
    json_decref(list);
    session_free(s);
    s = session_of(&only_versions);
    assert_false(clients_known(s->column[0]));
    list = clients_json(s->column[0]);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    session_free(s);
}

/* All rows at once say what each says alone. */
static void together_and_alone(void **state)
{
    (void)state;
    static const struct server_facts *const servers[] = { &today, &old_server, &ecdsa, &both, &untrusted, &only_versions };
    struct client_result *all = mem_new(client_count * sizeof *all);
    for (size_t n = 0; n < sizeof servers / sizeof *servers; n++) {
        struct session *s = session_of(servers[n]);
        client_results_of(all, s->column[0]);
        for (size_t i = 0; i < client_count; i++) {
            struct client_result r;
            client_result_of(&r, s->column[0], &client_table[i]);
            assert_int_equal(r.works, all[i].works);
            assert_int_equal(r.rule, all[i].rule);
            assert_true(r.works == W ? !r.why : strlen(r.why) > 10);
            client_result_clear(&r);
            client_result_clear(&all[i]);
        }
        session_free(s);
    }
    free(all);
}

static void any_shape_is_survived(void **state)
{
    (void)state;
    static const char *const values[] = {
        "5", "[]", "\"x\"", "null", "{\"tls1.3\":[\"x\"]}", "{\"tls1.2\":{\"accepted\":[3,null,\"\",\"0xffffff\",\"0x1301\"]}}",
        "{\"tls1.2\":{\"accepted\":{},\"unsettled\":[3,{},{\"name\":\"a\"},{\"name\":\"b\",\"answer\":4}]}}",
        "{\"tls1.2\":\"accepted\",\"tls1.3\":5}", "[\"RSA -1\",5,\"\",\"ECDSA nope\"]", "{\"default\":{\"answer\":5}}",
        "{\"default\":{\"answer\":\"accepted\",\"version\":3,\"certificate\":{\"faults\":[3,{\"reason\":5}]}},\"x\":7}",
        "{\"built\":[3,{\"key_bits\":-1,\"aia\":5}],\"sent\":{}}", "[{\"reason\":\"nope\"},{\"reason\":\"expired\",\"link\":99}]",
    };
    for (int f = 0; f < FACT_COUNT; f++)
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            struct session *s = session_of(&today);
            see(s, &(struct known){ fact_table[f].json, "yes", values[i] });
            json_decref(clients_json(s->column[0]));
            session_free(s);
        }
}

/* Of a long list so much is read, and one that has more names than there are is none. */
static void lists_have_an_end(void **state)
{
    (void)state;
    static const struct { int names; bool known; size_t read; } lists[] = {
        { 900, true, SERVER_LIST_MAX - 1 }, { 20000, false, 0 } }; /* 0x0000 is no number */
    for (size_t r = 0; r < sizeof lists / sizeof *lists; r++) {
        struct session *s = session_of(&today);
        json_t *list = json_array();
        for (int i = 0; i < lists[r].names; i++)
            json_array_append_new(list, json_sprintf("0x%04x", i));
        struct observation o = { .column = 1, .fact = FACT_CIPHERS, .state = STATE_YES, .probe = "other", .ms = -1,
                                 .value = json_pack("{s:{s:o}}", "tls1.2", "accepted", list) };
        session_see(s, &o);
        struct server read;
        server_read(&read, s->column[0]);
        size_t n = 0;
        while (read.suites[TLS12].taken[n])
            n++;
        assert_int_equal(read.suites[TLS12].known, lists[r].known);
        assert_int_equal(n, lists[r].read);
        server_free(&read);
        session_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_and_clients), cmocka_unit_test(tries_and_lists),
        cmocka_unit_test(a_retry_is_no_handshake), cmocka_unit_test(digests), cmocka_unit_test(sizes),
        cmocka_unit_test(json_of_a_column), cmocka_unit_test(together_and_alone),
        cmocka_unit_test(any_shape_is_survived), cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
