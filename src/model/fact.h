/* fact - what can be known about a column.
 *
 * Owns: the table of facts and the five states of knowing. The table feeds the enum, the JSON keys,
 * the rows of the Compare pane and the manual.
 * Must not know: which probe finds a fact out, who asks, who draws.
 */
#ifndef TLSWHY_MODEL_FACT_H
#define TLSWHY_MODEL_FACT_H

#include <stdbool.h>
#include <stddef.h>

enum state { NOT_ASKED = 0, STATE_YES, STATE_NO, UNSURE, COULD_NOT_ASK };
extern const char *const state_words[]; /* "not-asked" "yes" "no" "unsure" "could-not-ask" */
/* False when the word is none of them. */
bool state_find(const char *word, enum state *out);

/* How a value is shown and compared. JSON type in brackets. */
enum fact_kind {
    FACT_WORD,     /* [string] equal or different */
    FACT_RANKED,   /* [string] different values may be of the same class: suites */
    FACT_FLAG,     /* [null] only the state counts */
    FACT_LIST,     /* [array of strings] */
    FACT_TIME,     /* [string, RFC 3339] */
    FACT_OFFSET,   /* [object: seconds, uncertainty] */
    FACT_TAKEN,    /* [object] compared by what is accepted, per protocol version: accepts.h */
    FACT_OBJECT,   /* [object or array] shown in words of its own, compared by what counts of it: substance.h */
};

enum fact_group { GROUP_PATH, GROUP_TLS, GROUP_CERT, GROUP_CLOCK, GROUP_MACHINE };

/*    ID            json key            row title          group          kind         matters
 * "matters": a difference can make a handshake that works on one side fail on the other.        */
#define FACTS(X) \
    X(RESOLVE,      "resolve",          "Name resolves",   GROUP_PATH,    FACT_LIST,   true,  "addresses the name resolves to, from the hosts file or DNS") \
    X(ADDRESS_FROM, "address_from",     "Address from",    GROUP_PATH,    FACT_WORD,   false, "where the address came from: literal, hosts, dns (dns-late: not from the first name server), option; proxy: it is the proxy's") \
    X(CONNECT,      "connect",          "TCP connect",     GROUP_PATH,    FACT_WORD,   true,  "connected, refused, unreachable, no-route, silent (no answer to SYN), reset, prohibited") \
    X(VIA,          "via",              "Proxy",           GROUP_PATH,    FACT_OBJECT, true,  "what the proxy, or the command, of via= said when it was asked for a connection") \
    X(STARTTLS,     "starttls",         "STARTTLS",        GROUP_PATH,    FACT_OBJECT, true,  "what was said in plain text before TLS could begin, and what came of it") \
    X(TIMING,       "timing",           "Time per stage",  GROUP_PATH,    FACT_OBJECT, false, "milliseconds of each stage: connect, first answer, handshake") \
    X(HANDSHAKE,    "handshake",        "Handshake",       GROUP_TLS,     FACT_WORD,   true,  "how the handshake ended: ok, alert, reset, closed, silent, not-tls, local, protocol, slow, too-big, version") \
    X(FAILURE,      "failure",          "Failure",         GROUP_TLS,     FACT_OBJECT, true,  "where and how it failed: kind, stage, alert, bytes received") \
    X(VERSION,      "version",          "Version",         GROUP_TLS,     FACT_WORD,   true,  "negotiated protocol version") \
    X(CIPHER,       "cipher",           "Cipher",          GROUP_TLS,     FACT_RANKED, true,  "negotiated cipher suite, IANA name") \
    X(CIPHER_NAME,  "cipher_openssl",   "Cipher (OpenSSL)",GROUP_TLS,     FACT_WORD,   false, "the same by its OpenSSL name") \
    X(KX_GROUP,     "group",            "Group",           GROUP_TLS,     FACT_WORD,   true,  "key exchange group") \
    X(SIGALG,       "signature",        "Signature",       GROUP_TLS,     FACT_WORD,   true,  "signature algorithm the server signed the handshake with") \
    X(ALPN,         "alpn",             "ALPN",            GROUP_TLS,     FACT_WORD,   true,  "application protocol agreed") \
    X(EMS,          "extended_master_secret", "Ext. master", GROUP_TLS,   FACT_FLAG,   true,  "extended master secret (always so in TLS 1.3)") \
    X(SNI,          "sni",              "SNI sent",        GROUP_TLS,     FACT_WORD,   false, "server name sent; no: none was sent") \
    X(CLIENT_CERT,  "client_cert_asked","Client cert",     GROUP_TLS,     FACT_OBJECT, true,  "the server asks for a client certificate; value: acceptable CA names") \
    X(CLIENT_GIVEN, "client_cert_given","Cert given",      GROUP_TLS,    FACT_OBJECT, true,  "the client certificate of cert=, what is wrong with it, and whether the server accepts its CA") \
    X(HTTP_CERT,    "http_client_cert", "HTTP on certs",   GROUP_TLS,     FACT_WORD,   true,  "what an HTTP error, or a mail server after the handshake, says of the client certificate: missing or refused") \
    X(STAPLE,       "ocsp_staple",      "OCSP staple",     GROUP_TLS,     FACT_FLAG,   false, "an OCSP response was stapled") \
    X(TICKET,       "session_ticket",   "Session ticket",  GROUP_TLS,     FACT_FLAG,   false, "a session ticket was issued") \
    X(LATE,         "late_alert",       "Late refusal",    GROUP_TLS,     FACT_WORD,   true,  "refused after the handshake: name of the alert, or closed, reset") \
    X(IDLE,         "idle",             "Left waiting",    GROUP_TLS,     FACT_OBJECT, true,  "what becomes of a connection on which nothing is sent: it waits, as it should, or is closed") \
    X(OTHER_WAY,    "other_way",        "The other way",   GROUP_TLS,     FACT_OBJECT, true,  "what the port answers in plain text where a hello got no answer, or to a hello where the plain text before TLS got none") \
    X(VERSIONS,     "versions",         "Versions taken",  GROUP_TLS,     FACT_TAKEN,  true,  "per protocol version: accepted, refused, or how it ended") \
    X(POST_QUANTUM, "post_quantum",     "Large hello",     GROUP_TLS,     FACT_WORD,   true,  "whether a ClientHello of post-quantum size is answered, as today's browsers send it") \
    X(RELAXED,      "relaxed",          "Relaxed hellos",  GROUP_TLS,     FACT_OBJECT, true,  "the client's own hello, and with more suites, groups or signature algorithms: how each was answered") \
    X(CIPHERS,      "ciphers",          "Ciphers taken",   GROUP_TLS,     FACT_TAKEN,  true,  "cipher suites the server takes, per protocol version") \
    X(ORDER,        "server_order",     "Server's order",  GROUP_TLS,     FACT_FLAG,   false, "whether the server's order of suites decides, or the client's") \
    X(GROUPS,       "groups",           "Groups taken",    GROUP_TLS,     FACT_TAKEN,  true,  "groups the server takes, per protocol version") \
    X(SIGALGS,      "sigalgs",          "Signatures taken",GROUP_TLS,     FACT_TAKEN,  true,  "signature algorithms the server signs handshakes with, per protocol version") \
    X(DH,           "dh",               "DH group",        GROUP_TLS,     FACT_WORD,   true,  "size of the server's Diffie-Hellman group up to TLS 1.2, and its name") \
    X(CERT_KEYS,    "cert_keys",        "Certificate keys",GROUP_TLS,     FACT_LIST,   true,  "kinds of certificate the server has, such as RSA or ECDSA, and their sizes") \
    X(RENEGOTIATION,"secure_renegotiation", "Secure reneg.", GROUP_TLS,   FACT_FLAG,   true,  "the server knows secure renegotiation (RFC 5746), which clients insist on up to TLS 1.2") \
    X(ETM,          "encrypt_then_mac", "Encrypt-then-MAC",GROUP_TLS,     FACT_FLAG,   false, "the server takes encrypt_then_mac (RFC 7366) for CBC suites") \
    X(COMPRESSION,  "compression",      "Compression",     GROUP_TLS,     FACT_FLAG,   false, "the server agrees to TLS compression (CRIME)") \
    X(FALLBACK,     "fallback_scsv",    "Fallback SCSV",   GROUP_TLS,     FACT_FLAG,   false, "the server refuses a needless fallback to an older version (RFC 7507)") \
    X(TOLERATES,    "tolerates",        "Tolerates",       GROUP_TLS,     FACT_OBJECT, true,  "how unusual but lawful hellos are answered: unknown extension, newer version, large, split") \
    X(CLIENTS,      "clients",          "Clients tried",   GROUP_TLS,     FACT_OBJECT, true,  "the own hello of each known client, and how it was answered") \
    X(REPLAY,       "replay",           "Smallest change", GROUP_TLS,     FACT_OBJECT, true,  "the smallest change to this client's hello that makes it be accepted") \
    X(CLIENT_HELLO, "client_hello",     "Client's hello",  GROUP_TLS,     FACT_OBJECT, true,  "what a client that connected to us offers, its fingerprints, and the known client it looks like") \
    X(CLIENT_END,   "client_end",       "Client went",     GROUP_TLS,     FACT_OBJECT, true,  "how far a client that connected to us got, who ended it, and how") \
    X(ATTEMPTS,     "attempts",         "Tries",           GROUP_TLS,     FACT_OBJECT, true,  "the same handshake made several times: how often it failed, and who gave which answer") \
    X(SERVER_NAMES, "server_names",     "Other names",     GROUP_TLS,     FACT_OBJECT, true,  "the same handshake with the right name, none, a name nobody has, and the address: what came of it") \
    X(VARIATIONS,   "variations",       "Less offered",    GROUP_TLS,     FACT_OBJECT, true,  "the same handshake without ALPN, or without one of the extensions a library always sends: what came of it") \
    X(LOAD,         "load",             "Under load",      GROUP_TLS,     FACT_OBJECT, false, "the same handshake more and more often at once: what fails then, and how long each stage takes") \
    X(PATH,         "path",             "Path",            GROUP_TLS,     FACT_OBJECT, true,  "the hello that fails, each time with one thing changed: how each was answered, who ended it, and where") \
    X(LIMIT,        "limit",            "Limit met",       GROUP_TLS,     FACT_OBJECT, false, "a limit on connections that our own probing ran into: how many were cut off, and how long that was waited out") \
    X(LEAF,         "leaf",             "Leaf SHA-256",    GROUP_CERT,    FACT_WORD,   false, "fingerprint of the server's certificate") \
    X(SUBJECT,      "subject",          "Subject",         GROUP_CERT,    FACT_WORD,   false, "name of the server's certificate") \
    X(ISSUER,       "issuer",           "Issuer",          GROUP_CERT,    FACT_WORD,   false, "who issued it") \
    X(KEY,          "key",              "Key",             GROUP_CERT,    FACT_WORD,   false, "kind and size of its key") \
    X(CHAIN,        "chain",            "Chain sent",      GROUP_CERT,    FACT_OBJECT, true,  "certificates exactly as sent, and as built") \
    X(TRUST,        "trusted",          "Trusted",         GROUP_CERT,    FACT_WORD,   true,  "whether the chain ends at a CA of the store: root name, or why not") \
    X(NAME,         "name",             "Name",            GROUP_CERT,    FACT_WORD,   true,  "whether the certificate is valid for the name (RFC 9525)") \
    X(EXPECTED,     "expected",         "Expected",        GROUP_CERT,    FACT_OBJECT, true,  "whether the certificate is the one of pin= and expect=") \
    X(DATES,        "dates",            "Dates",           GROUP_CERT,    FACT_WORD,   true,  "whether every certificate of the chain is within its dates: ok, expired, not-yet-valid") \
    X(NOT_AFTER,    "not_after",        "Valid until",     GROUP_CERT,    FACT_TIME,   false, "when the server's certificate ends") \
    X(STRENGTH,     "strength",         "Strength",        GROUP_CERT,    FACT_WORD,   true,  "keys, digests, usages and constraints of the chain: ok, weak") \
    X(REASONS,      "cert_reasons",     "Cert. faults",    GROUP_CERT,    FACT_OBJECT, true,  "every fault of the chain, each with its certificate") \
    X(AIA,          "aia",              "Missing issuers", GROUP_CERT,    FACT_OBJECT, false, "whether certificates fetched from where the chain says (AIA), or sent by other columns, complete it") \
    X(REVOCATION,   "revocation",       "Revoked",         GROUP_CERT,    FACT_OBJECT, false, "whether the CA says, by OCSP or CRL, that a certificate of the chain is revoked") \
    X(HTTP,         "http_status",      "HTTP status",     GROUP_CLOCK,   FACT_WORD,   false, "status of one request, https only") \
    X(CLOCK,        "clock_offset",     "Clock offset",    GROUP_CLOCK,   FACT_OFFSET, false, "HTTP Date less this machine's clock, with its uncertainty") \
    X(BOUNDS,       "clock",            "Clock at least",  GROUP_CLOCK,   FACT_OBJECT, false, "dates others wrote that came with the handshake: it is at least so late, whatever this machine's clock says") \
    X(SNTP,         "sntp",             "Clock by SNTP",   GROUP_CLOCK,   FACT_OFFSET, false, "the time of the server of --sntp less this machine's clock, with its uncertainty") \
    X(STORE,        "store",            "CA store",        GROUP_MACHINE, FACT_OBJECT, true,  "trust store used: path, certificates, date") \
    X(LIBRARIES,    "libraries",        "Libraries",       GROUP_MACHINE, FACT_OBJECT, false, "TLS libraries of this machine and their versions") \
    X(POLICY,       "crypto_policy",    "Crypto policy",   GROUP_MACHINE, FACT_OBJECT, true,  "local crypto policy: openssl.cnf, GnuTLS priorities, update-crypto-policies") \
    X(PROXY,        "proxy_env",        "Proxy variables", GROUP_MACHINE, FACT_OBJECT, true,  "proxy variables of the environment") \
    X(NTP,          "ntp",              "Clock synced",    GROUP_MACHINE, FACT_OBJECT, false, "whether the kernel says its clock is synchronised") \
    X(ROUTES,       "routes",           "Routes",          GROUP_MACHINE, FACT_OBJECT, false, "address families this machine has a route for")

/* What the values are, fact by fact (state first; a fact with another state has value null unless said):
 *
 * resolve           yes: ["192.0.2.1", ...]; no: the name has no usable address, `failure` says why
 * connect           (of a via= column: to the proxy) yes: "connected"; no: "refused" "unreachable" "silent" "reset" "prohibited";
 *                   could-not-ask: "no-route" (this machine has no route for that address family)
 * via               yes: a way was there; no: it was not; not asked: directly, or via=env and the environment names none.
 *                   {"proxy": "http://127.0.0.1:3128" (without a login), "kind": "http" "socks5" "exec", "outcome": "ready",
 *                   about the proxy itself "auth-required" "auth-refused" "forbidden" "refused" "unsupported" "garbled"
 *                   "closed" "silent" "no-proxy" (its name or its port could not be had), what it says of the server
 *                   "peer-refused" "no-name" "unreachable", of a command "not-started" "ended", "code": HTTP status, SOCKS
 *                   reply or exit status | null, "said": its own words | null, "login": one was sent}
 * starttls          yes, TLS may begin; no (not asked where TLS begins at once): {"scheme": "smtp", "outcome": "ready" |
 *                   "not-offered" "refused" "busy" (it says that it has too many connections) "garbled" "closed" "silent"
 *                   "slow" "tls-at-once" "other" (another protocol) "unknown-name" (XMPP: it does not serve it), "stage": to what: "greeting" "list" (of what it offers)
 *                   "command" (the one that begins TLS), "behind": there were bytes behind its last answer, "code": of its
 *                   last reply|null, "said": its last words|null, "banner": its greeting|null, "offered": ["PIPELINING",
 *                   ...]|null, "stripped": "XXXXXXXA", an entry that somebody wrote over, |null, "protocol": what "other"
 *                   is|null, "at_once": the scheme for TLS at once where that is spoken|null}
 * timing            yes: {"connect": 0.2, "server_hello": 1.4 | null, "handshake": 2.5 | null}: milliseconds,
 *                   each counted from the end of the stage before; the latter two from our ClientHello
 * handshake         yes: "ok"; no: the kind of `failure`
 * failure           yes: {"kind": ..., "stage": ..., "alert": null | {"level":"fatal"|"warning",
 *                   "number":40,"name":"handshake_failure"}, "received": bytes from the server so far,
 *                   "protocol": "HTTP"|null, "hint": text|null (for not-tls), "local": text|null}
 *                   kind: "no-such-name" "no-address" "null-mx" "dns-silent" "dns-failed" "dns-differs" (stage "resolve", "hint": what
 *                   the name servers said);
 *                   "refused" "unreachable" "silent" "reset" "prohibited" (stage "connect");
 *                   "starttls" (stage "starttls": the dialogue before TLS failed, the fact of that name says how);
 *                   "alert" "reset" "closed" "silent" "slow" "not-tls" "protocol" (TLS, but broken)
 *                   "too-big" "version" (the server chose a version this client did not offer)
 *                   "bad-signature" (over the handshake: not by the key of the certificate that was sent)
 *                   "local" (our own library refuses: never the server's fault) with stage =
 *                   the last thing the server had said: "nothing" "server-hello" "certificate"
 *                   "certificate-request" "finished" (after our Finished, TLS 1.3 late refusals).
 *                   "proxy" (stage "proxy"): no way through the proxy or command of via=, which says more
 *                   Of stage "connect", where an ICMP message said it, also "icmp": {"type": 3, "code": 13, "from": the
 *                   router's address|null, "ours": this machine said it itself, "says": ...}
 *                   no: nothing failed.
 * version           yes: "tls1.3"
 * alpn              yes: "h2"; no: null, or what the server chose although it was not offered
 * client_cert_asked yes: {"cas": ["CN=...", ...], "total": 3}; no: not asked
 * client_cert_given yes: {"subject","issuer","not_before","not_after","sha256","key": "RSA 2048","chain": certificates
 *                   given, "faults": [FAULT, ...] (the first to be mended first), "top": the issuer of the last one that
 *                   was given and fits, "missing": the certificate that leads on from there to a CA the server accepts,
 *                   where one is known, or null, "sent": it was sent, "in_ca_list": that CA or one below it is among
 *                   those the server accepts, null: it names none}; FAULT: "key-mismatch" (then it is never sent)
 *                   "expired" "not-yet-valid" "self-signed" "chain-broken" "chain-expired" "chain-not-yet-valid"
 *                   "no-client-auth" "key-usage" "weak-key" "weak-digest". Not asked without cert=.
 * session_ticket, extended_master_secret   yes / no
 * ocsp_staple       yes: {"status": REVOKE, "verified": its signature was verified, "this_update": time|null,
 *                   "next_update": time|null, "stale": its time is over, "early": it has not begun, "revoked_at":
 *                   time|null, "reason": "key-compromise" ...|null (for refused: "try-later" ...), "must_staple":
 *                   bool}; REVOKE: "good" "revoked" "unknown" "refused" (a response without an answer) "malformed"
 *                   "foreign" (about other certificates) "unsigned" (not by the CA). no: none came;
 *                   {"must_staple": true} where the certificate demands one, else null
 * late_alert        yes: alert name, "closed" or "reset"; no: none came while we waited
 * idle              yes: it stays open, or the server speaks first; no: it ends without a byte. {"went": "waits" "speaks"
 *                   "closed" "reset", "ms": after so long, "protocol": what it speaks|null, "header": of one that waits:
 *                   a hello behind a PROXY header is then answered in TLS|null (not asked)}
 * other_way         yes: it answers in what it was asked; no: it does not. {"asked": "LDAP" "TLS" ..., "went": "answered"
 *                   "other" (by something else) "closed" "reset" "silent", "protocol": what it answers in|null, "hint":
 *                   text|null}
 * versions          yes: {"tls1.0": "accepted" | "alert 70 protocol_version" | "answered by TLS 1.0" |
 *                   "closed" | "reset" | "silent" | "could-not-ask", ...}: each, from "ssl2" on, offered alone with
 *                   everything else relaxed. The words for an answer (ANSWER below) are "accepted" (a ServerHello or
 *                   HelloRetryRequest that chooses what was offered), "alert 40 handshake_failure", "answered by TLS 1.0"
 *                   (another version than offered), "chose what was not offered", "closed", "reset", "silent", "slow",
 *                   "not-tls", "protocol", "refused" (no connection, although others could be made), "could-not-ask".
 *                   "knows": "tls1.3" beside them: the answer to TLS 1.2 says so (RFC 8446 section 4.1.3), and TLS 1.3 was not
 *                   accepted; else it is not there. "keys": "pre-shared": all that was accepted is so for a suite that
 *                   takes a pre-shared key and no certificate; else it is not there
 * post_quantum      yes: the group chosen ("x25519", "X25519MLKEM768") or "answered"; no: ANSWER, while the same
 *                   hello without the large key share is accepted; unsure: ANSWER, that one is not accepted either
 * relaxed           yes: {"tries": {"as-is": TRY, "suites": TRY, "groups": TRY, "sigalgs": TRY, "suites+groups": TRY,
 *                   "suites+sigalgs": TRY, "groups+sigalgs": TRY, "all": TRY, "no-alpn": TRY, "small": TRY,
 *                   "suites-added": TRY, "fallback": TRY, "record-size-limit": TRY},
 *                   "takes": {"suites": [...], "groups": [...], "sigalgs": [...]}}: TRY is null or {"answer": ANSWER,
 *                   "version": "tls1.2"|null, "cipher": ...|null, "group": ...|null}. "as-is" is the client's own hello,
 *                   byte for byte as far as it matters; the names say which lists were extended by all the others there
 *                   are; "no-alpn" and "small" (without padding) are asked only where that was sent. Other suites are offered
 *                   without the client's; "suites-added" is these with the first that was taken behind them; "fallback"
 *                   is TLS 1.2 as a step back from a newer version (RFC 7507); "record-size-limit" is the client's own with that
 *                   extension (RFC 8449), asked where it is taken and the handshake was not. A list of "takes"
 *                   is what the server was seen to take, in its order, when that one was extended; not always all
 * ciphers           yes: {"tls1.2": {"accepted": [...], "unsettled": [{"name": ..., "answer": ANSWER}, ...]}, ...}: a
 *                   version the server takes; in the server's order where server_order is yes. What is in neither
 *                   list was refused beside offers that were accepted
 * server_order      yes: the server's; no: the client's; unsure: the versions differ; could-not-ask: nothing to choose
 *                   from. value: {"tls1.2": true|false|null, ...}
 * groups, sigalgs   yes: as ciphers. Groups up to TLS 1.2 are those of ECDHE, asked of the newest
 *                   of these versions; sigalgs exist from TLS 1.2 on
 * dh                yes: "2048", or with the RFC 7919 name: "2048 ffdhe2048"; no: no suite with DHE is taken
 * cert_keys         yes: ["RSA 2048", "ECDSA secp256r1"]; without the size where only TLS 1.3 told
 * secure_renegotiation, encrypt_then_mac, compression, fallback_scsv   yes / no; could-not-ask where no version before
 *                   TLS 1.3, no CBC suite, or no second version is taken
 * tolerates         yes: {"unknown-extension": ANSWER, "newer-version": ANSWER, "large": ANSWER, "split-records": ANSWER,
 *                   "split-segments": ANSWER, "grease": ANSWER}
 * clients           yes: {"PROFILE": {"answer": ANSWER, "version": "tls1.2"|null, "cipher": ...|null, "group": ...|null,
 *                   "dh_bits": 1024|null, "certificate": {"key": "RSA", "bits": 2048, "curve": ...|null,
 *                   "digest": "SHA256"|null, "sha256": ..., "aia": URL|null, "faults": as cert_reasons, as this client
 *                   judges}|null, "retry": true for a HelloRetryRequest, "renegotiation": bool|null, "ems": bool|null
 *                   (in the answer, up to TLS 1.2), "warning": 112|null}, ...}: each client's own hello, sent as a
 *                   survey sends it; the certificate where it came in clear, leaf first judged here and now; but for
 *                   "answer" all null where it is not "accepted"
 * replay            yes: {"as_is": ANSWER, "reference": ANSWER|null, "by": "default"|null, "connections": 17,
 *                   "smallest": bool, "changes": [{"part": "extension", "number": 43|null, "name": "supported_versions"|null,
 *                   "adds": bool, "says": "without supported_versions"}, ...], "answer": what the client's hello with these
 *                   changes is answered: ANSWER, "version": ...|null, "cipher": ...|null, "group": ...|null, "in_pieces":
 *                   ANSWER|null to the hello sent in as many segments as it was recorded in, "others": {"firefox-132":
 *                   ANSWER, ...} to the hellos of well-known clients that were sent}; parts and changes are those
 *                   of src/wire/between.h; "size" beside others: they help only because they make the hello smaller;
 *                   no: this client's hello is accepted as it is (value as above, no changes);
 *                   unsure: it is refused, or now and then, and no smallest change was found: `text` says why
 * client_hello      yes: {"versions": ["tls1.3","tls1.2"], "suites": [names], "groups": [...], "sigalgs": [...],
 *                   "extensions": [names or numbers, in order], "shares": [...], "sni": "..."|null, "alpn": [...],
 *                   "record": "0x0301", "size": bytes of the message, "records": 1, "segments": 1, "ssl2_form": bool,
 *                   "grease": bool, "resumes": bool, "ja3": "hex", "ja4": "t13d...",
 *                   "client": name of the known client it looks like | null, "same": true where nothing differs that
 *                   counts, "differs": ["without the suite ...", ... at most 8], "raw": hex of the bytes as received};
 *                   no: the first words were no ClientHello, {"what": "HTTP"|null, "why": text|null}
 * client_end        yes: {"stage": "nothing" "hello" "server-hello" "certificate" "finished" "data" (the last thing that
 *                   is known to have passed), "by": "client" "server" "us" "network", "how": "alert" "closed" "reset"
 *                   "silent" "not-tls" "protocol" "upstream" (no connection to the endpoint) "complete" (nothing went
 *                   wrong), "alert": 48|null, "name": "unknown_ca"|null, "ours": bool (the server's side was ours: listen),
 *                   "sure": bool (false: read off the sizes of encrypted records), "sent": bytes from the client, "received": bytes to it}
 * attempts          yes, all of them went alike; no: some failed, or who answers changes: {"made": 12, "failed": 3, "groups":
 *                   [TRIED, ...], "alone": {"made": 6, "failed": 1}, "beside": likewise, "limit": "at-once" | "rate" | null},
 *                   the handshake of the column itself counted as the first; made one after another (alone), or at once
 *                   with others (beside). limit: of what our own tries may have run into: only those beside others failed,
 *                   or all from one on. A group is all that went alike, the largest first. TRIED: {"count": 3, "looks":
 *                   "leaf 3f9a12bc.., TLS 1.3", "outcome": "ok" | WENT | the word of its first fault a client refuses
 *                   because of, "leaf": sha256|null, "version": ...|null, "cipher": ...|null, "group": ...|null, "alpn":
 *                   ...|null, "server": the HTTP header|null, "http_status": ...|null (of the first of the group),
 *                   "faults": as cert_reasons|null, "not_after": ...|null}
 *                   WENT is what one handshake came to: "ok", "late alert 116 certificate_required", or
 *                   "alert 40 handshake_failure", "closed", "reset", "silent" and the other words of `failure`, kind, each
 *                   with ", STAGE" behind it where the server had said something, "closed, certificate-request", or where
 *                   it came to nothing before, "refused, connect"
 * server_names      yes, or unsure: asked once more, it went otherwise, whatever the name: {"sent": NAMED, "right": NAMED|null, "none": NAMED|null, "other": NAMED|null, "address":
 *                   NAMED|null}: NAMED: {"sni": text|null, "went": WENT, "alert": 112|null, "leaf": sha256|null, "subject":
 *                   ...|null, "names": "a.test, b.test"|null, "fits": valid for endpoint's name|null, "faults": as
 *                   cert_reasons}. "sent" is the column's own handshake, the others are null where they would be the same;
 *                   "right" is the name the certificate must match, "other" a name below .invalid; "address" is tried only where the
 *                   host is one, so that nothing was sent
 * variations        yes, or unsure: asked once more, it went otherwise: {"as-is": VARIED, "no-alpn": VARIED|null, "no-status-request": VARIED|null, ...}: the control made
 *                   last, and what was left out; VARIED: {"went": WENT, "alert": 120|null, "leaf": ...|null, "version": ...|null,
 *                   "alpn": ...|null}
 * limit             yes: connections of ours were turned away or cut off one behind the other, time and again, and the same
 *                   went well later; unsure: the last ones all were, and still are; else not asked. {"made": connections that
 *                   tell, "cut": of them, turned away, "soon": begun within half a second after one that was, "soon_cut": of these,
 *                   turned away as well, "again": how often one that was cut off went well later, "last": cut off at the end, "how":
 *                   "refused" "reset" "closed" "silent, connect", of the last, "alone": one was cut off with no other of ours beside
 *                   it, "waited": seconds of quiet because of it}
 * path              yes: a change makes the hello that fails be answered, and twice; no: none of them does; unsure: it goes
 *                   now so, now so. {"tries": {"as-is": TRIED_SO|null, "small": ..., "other-version"
 *                   (no TLS 1.3), "other-name", "small-segments"; where the small one is answered "large" (the same padded to
 *                   the size of the first), "small-split" (in two segments), and where large ones are as well "no-alpn",
 *                   "few-extensions", "few-suites", "few-groups"; where nothing is, "no-name", "split", "plain" (text)},
 *                   TRIED_SO: {"answer": ANSWER, "acked": the hello was acknowledged: bool|null, "ms": ...},
 *                   "trigger": "name" "version" "size" "split" "segments" "alpn" "extension" "suites" "groups"|null, "answered": the try that
 *                   was repeated, "other-name"|null, "ttl": {"answers": time to live of what answers that one, or without a
 *                   trigger of what opens the connection: 63|null, "ended_by": of what ends the other|null, "differs":
 *                   another machine sent it, seen twice: bool|null}, "hop": so many hops away the hello meets its end|null,
 *                   "before": the other one is not answered from there, or without a trigger: a connection's first packet
 *                   goes on there: bool|null, "router": address that answers at that hop|null, "taken": a connection is
 *                   opened whose packets may not leave the first link: bool|null, "proxy": and a datagram expires there, so
 *                   something near takes it that is not the server: bool|null, "mss": largest segment: 1460|null, "connections": 17}. "as-is" is the client's hello; where its handshake
 *                   works, one of post-quantum size
 * load              yes: none failed; no: some did; unsure: it goes on; {"baseline": STEP, one after another, "steps": [STEP, ...], "after": STEP|null,
 *                   one after another again, "waited": seconds between the end of the steps and the first of "after", "times": [{"below":
 *                   milliseconds|null, "count": 12}, ...] how many handshakes of the steps took how long, "stopped":
 *                   "cap" "failures" (two steps failed, or the baseline) "slow" "time" (--max-time) "asked", null while it goes on; "cap": the
 *                   most at once that were asked for, "hello_only": only hellos were sent, so that no handshake was}. STEP: {"at_once": 8, "made": 16, "failed": 3, "kinds": {WENT: 2, ...}, "none_after": none worked after
 *                   the first that failed, "resent": connections on
 *                   which something had to be sent again, "connect": TIMES, "hello": TIMES, "handshake": TIMES (milliseconds; each from
 *                   the end of the stage before, but for the latter, which counts from our ClientHello), "rate": that
 *                   worked, per second|null, "own_cpu": the part of this machine's core that we took|null}; TIMES: {"p50", "p90", "max"}
 *                   or null. Waiting helped where "after" does not fail.
 * chain             yes: {"sent": [...], "built": [...], "trusted": bool, "complete": bool, "kin": what
 *                   an issuer that is missing most likely is, see src/pki/kin.h, or null}; no: none sent
 * trusted           yes: name of the anchor; no: "issuer-unknown" "root-untrusted" "root-other-key"
 *                   "self-signed" "bad-signature" "not-a-ca" ...; could-not-ask: "no-store"
 * name              yes: the name that fits; no: names the certificate is for
 * expected          yes, no (not asked without pin= and expect=): {"pins": [...]|null, "pin_fits": bool|null, "pin_of_ca":
 *                   name of the CA of the chain a pin is of|null, "file": path|null, "same_certificate": bool|null;
 *                   where that is false also "wanted": BRIEF of the file's first, "same_key": bool, "names": "same"
 *                   "overlap" "other", "newer": "file" "server"|null, else null; "got": BRIEF}; BRIEF: {"subject",
 *                   "issuer", "names", "serial", "not_before", "not_after", "sha256", "pin"}
 * dates             yes: "ok"; no: "expired" "not-yet-valid"
 * strength          yes: "ok"; no: "weak"
 * cert_reasons      yes: there are faults, [{"reason": ..., "cert": index as sent | null, "link": index
 *                   as built | null, "subject": ..., "text": ..., "when": ... | null, "bits": ... | null}];
 *                   no: none
 * aia               yes: with what was found the chain has an end; no: nothing there completes it; could-not-ask: there
 *                   was nowhere to look (--offline, no address, nobody answered). {"complete": bool, "from": "fetched" |
 *                   "elsewhere" (another column sent it) | null, "sender": that column's endpoint | null,
 *                   "hops": [{"url": ..., "address": "192.0.2.1:80" "through PROXY" | null: none, "answer": "ok" |
 *                   "other-key" (the issuer's name, with a key that did not sign) | "other-name" | "unverifiable" |
 *                   "no-certificate" | FETCH, "subject": ... | null, "root": it signs itself}, ...],
 *                   "built": [names], "missing": [names of the intermediates found], "root": name | null,
 *                   "root_trusted": bool, "sent_other": an intermediate of that name was sent, with another key,
 *                   "chain": as chain's "built" | null}; FETCH: "status" "redirect" "too-big" "broken" "slow"
 *                   "unreachable" "no-name" "forbidden" "url"
 * revocation        yes: one is revoked; no: the leaf is not; unsure: an answer that leaves it open; could-not-ask: nobody
 *                   answered, or nobody was asked. Members as ocsp_staple has them ("status" null without an answer) of
 *                   the answer that decides, and {"how": "ocsp" | "crl" | null, "cert": index as built | null,
 *                   "subject": name | null, "tries": [{"cert": index, "how": ..., "url": ..., "address": ... | null,
 *                   "answer": "ok" | FETCH, and of an answer its members}, ...]}
 * http_status       yes: "200"
 * http_client_cert  yes: "missing" "refused"; no: an error answer, or a mail server's greeting or answer to EHLO, that does
 *                   not speak of it. Not asked without an error, and of a server that asks for no client certificate
 * clock_offset      yes: {"seconds": -3.2, "uncertainty": 0.6}: server's clock less ours
 * clock             yes: {"local": our clock then, "at_least": the latest of what others signed | null, "bounds":
 *                   [{"what": "sct" | "ocsp" | "not-before", "from": "certificate" | "extension" | "staple", "when": ...,
 *                   "by": who dated it | null}, ...]}. Others signed SCTs (their signatures are not verified here) and a
 *                   verified OCSP response; a notBefore is whatever its CA wrote. no: nothing came that is dated
 * sntp              yes: {"seconds": -3.2, "uncertainty": 0.02, "server": host, "address": "192.0.2.1:123", "stratum": 2}:
 *                   the right time less ours; no: it answered, but has no time to give, or an answer that is not to be
 *                   believed; could-not-ask: no answer, or --offline; not asked without --sntp
 * store             yes: {"path": ..., "directory": bool, "system": bool, "form": "PEM" "DER" "PKCS#7" "PKCS#12" "JKS" |
 *                   null, "count": 142, "date": ...}; directory: path is one; no: this machine has none
 * libraries         yes: {"gnutls": "3.7.9", "openssl": "3.0.19" | null, ...}
 * crypto_policy     yes: a local policy narrows what clients here may do, {"openssl": ..., "gnutls": ...,
 *                   "system": ...} with nulls; no: none
 * proxy_env         yes: {"https_proxy": ..., ...} (credentials removed); no: none is set
 * ntp               yes: {"synchronised": true, "error_ms": ...}; no: {"synchronised": false, ...}
 * routes            yes: {"ipv4": bool, "ipv6": bool}
 */

enum fact {
#define X(id, json, title, group, kind, matters, help) FACT_##id,
    FACTS(X)
#undef X
    FACT_COUNT
};

struct fact_row {
    const char *json, *title;
    enum fact_group group;
    enum fact_kind kind;
    bool matters;
    const char *help;
};
extern const struct fact_row fact_table[FACT_COUNT];
/* FACT_COUNT when there is no such key. */
enum fact fact_find(const char *json_key);

#endif
