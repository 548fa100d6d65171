/* sign - see sign.h.
 *
 * How sure a row is, and why:
 *   .97  the server or the certificate itself shows the fault
 *   .9   what was seen has hardly another explanation
 *   .75  most cases of what was seen
 *   .25  one of several explanations: never named, only listed with what would settle it
 * A wrong cause costs more than none,
         so a row names a cause only where its look-alikes are excluded
 * by a condition of the same row.
 */
#include "src/why/sign.h"

const double step_table[STEP_COUNT] = { .25, .5, .75, .9, .97 };

#define STATE(f, w) { FACT_##f, TEST_STATE, w }
#define WORD(f, w) { FACT_##f, TEST_WORD, w }
#define FAILS(w) { FACT_FAILURE, TEST_MEMBER, w }
#define FAULT(w) { FACT_REASONS, TEST_FAULT, w }
#define THAT(f, w) { FACT_##f, TEST_THAT, w }
#define WHEN(...) .when = { __VA_ARGS__ }

#define FOR(id, at, ...) { .cause = CAUSE_##id, .kind = SIGN_FOR, .step = STEP_##at, __VA_ARGS__ }
#define AGAINST(id, ...) { .cause = CAUSE_##id, .kind = SIGN_AGAINST, __VA_ARGS__ }
#define WARNS(id, at, ...) { .cause = CAUSE_##id, .kind = SIGN_WARNS, .step = STEP_##at, \
    __VA_ARGS__ }

/* The server said no, or went away, before anything was agreed on. */
#define EARLY FAILS("stage=nothing|server-hello")
/* By any way a server refuses; silence is not one. */
#define REFUSED FAILS("kind=alert|closed|reset")

/* By a way that longer lists may change. */
#define NO_ANSWER "!kind=silent|slow|not-tls"

/* A mismatch as the relaxed hellos show it: the list the refusal hangs on, and how surely. */
#define MISMATCH(id, at, list, surely, ...) \
    FOR(id, at, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER), THAT(RELAXED, list), \
                     THAT(RELAXED, surely)), \
        .text = "{short}", \
        .summary = "{share}: the client offers {offered}, the server takes {taken}.{why}", \
        .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, __VA_ARGS__)

#define WEAK_FAULTS "weak-key|weak-digest|no-server-auth|key-usage|not-a-ca|path-length|" \
                    "name-constraint|critical-extension"

#define ASK_VERSIONS "which protocol versions the server takes, each offered alone"
#define ASK_SUITES "the same hello with more suites, groups, signature algorithms, one kind at a time"
#define ASK_NAME "whether another server name, or none, is answered (sni=none)"
#define ASK_LOG "the server's log at that moment"
#define ASK_ELSEWHERE "the same from another network, or on the server itself (at=127.0.0.1)"
#define ASK_AGAIN "whether it fails every time, and when the server is idle"
#define ASK_CERT "a try with a client certificate the server accepts"
#define ASK_ALONE "the same tries again while the server is idle"
#define ASK_SPLIT "whether a small ClientHello sent in two packets is answered (--depth full)"
#define ASK_CLOCK "a third clock: an NTP server, or the Date of other servers"

const struct sign sign_table[] = {
/* --- network ---------------------------------------------------------------------------------- */
FOR(NETWORK, 97, WHEN(STATE(RESOLVE, "no"), FAILS("kind=no-such-name")),
    .text = "no such name: {host}",
    .summary = "The name {host} does not exist, neither in DNS nor in the hosts file.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_SUCH_NAME, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 97, WHEN(STATE(RESOLVE, "no"), FAILS("kind=no-address")),
    .text = "{host} has no address",
    .summary = "The name {host} exists, but has no address.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_ADDRESS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(RESOLVE, "no"), FAILS("kind=dns-silent")),
    .text = "DNS does not answer for {host}",
    .summary = "No DNS server answered when asked for {host}.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(RESOLVE, "no"), FAILS("kind=dns-failed")),
    .text = "DNS fails for {host}",
    .summary = "DNS answered with a failure when asked for {host}.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(RESOLVE, "no"),
                      FAILS("!kind=no-such-name|no-address|dns-silent|dns-failed")),
    .text = "{host} does not resolve",
    .summary = "The name {host} does not resolve to any address.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "refused"), THAT(CONNECT, "alone")),
    .text = "connection refused by {address}",
    .summary = "{address} refuses connections: nothing listens there, or a firewall rejects.",
    .detail = DETAIL_FAILURE, .fix = FIX_REFUSED, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "unreachable"), THAT(CONNECT, "alone")),
    .text = "{address} is unreachable",
    .summary = "{address} can't be reached: a machine on the way knows no route to it, or it is "
               "down.",
    .detail = DETAIL_FAILURE, .fix = FIX_UNREACHABLE, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "prohibited"), THAT(CONNECT, "alone")),
    .text = "connecting to {address} is prohibited",
    .summary = "Connecting to {address} is prohibited by a filter, here or on the way.",
    .detail = DETAIL_FAILURE, .fix = FIX_PROHIBITED, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "silent"), THAT(CONNECT, "alone")),
    .text = "no answer from {address}",
    .summary = "{address} does not answer at all: packets are dropped on the way, or it is down.",
    .detail = DETAIL_FAILURE, .fix = FIX_SILENT, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "reset"), THAT(CONNECT, "alone")),
    .text = "connection reset by {address}",
    .summary = "{address} resets connections while they are opened, before any TLS.",
    .detail = DETAIL_FAILURE, .fix = FIX_CONNECT_RESET, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"),
                      { FACT_CONNECT, TEST_WORD, "!refused|unreachable|prohibited|silent|reset" },
                      THAT(CONNECT, "alone")),
    .text = "no connection to {address}",
    .summary = "No connection to {address} could be opened.",
    .detail = DETAIL_FAILURE, .fix = FIX_UNREACHABLE, .reproduce = REPRODUCE_CONNECT),
WARNS(NETWORK, 90, WHEN(STATE(CONNECT, "no"), THAT(CONNECT, "covered")),
    .summary = "{address} can't be connected ({kind}), so clients lose time on it before they "
               "fall back to {other_family}.",
    .detail = DETAIL_FAILURE, .fix = FIX_FALL_BACK, .reproduce = REPRODUCE_CONNECT),

/* --- not TLS ---------------------------------------------------------------------------------- */
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("protocol=HTTP")),
    .text = "port {port} speaks plain HTTP, not TLS",
    .summary = "{title} answers in plain HTTP: there is no TLS on this port.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS, .reproduce = REPRODUCE_PLAIN),
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("!protocol=null|HTTP"), FAILS("!hint=null")),
    .text = "port {port} speaks {protocol}, not TLS",
    .summary = "{title} speaks {protocol} in plain text: TLS does not begin with the first byte "
               "here.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS_HINT, .reproduce = REPRODUCE_BANNER),
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("!protocol=null|HTTP"), FAILS("hint=null")),
    .text = "port {port} speaks {protocol}, not TLS",
    .summary = "{title} speaks {protocol} in plain text: TLS does not begin with the first byte "
               "here.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS, .reproduce = REPRODUCE_BANNER),
FOR(NOT_TLS, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("protocol=null")),
    .text = "what port {port} speaks is not TLS",
    .summary = "{title} answers with bytes that are not TLS, nor any protocol known here.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS, .reproduce = REPRODUCE_HANDSHAKE,
    .missing = { "what is meant to listen on this port" }),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"),
                            FAILS("!stage=nothing")),
    .summary = "{title} began in TLS and went on with something else {stage}.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("!stage=nothing")),
    .summary = "Something on the path may have put bytes of its own into the connection to "
               "{title}.",
    .detail = DETAIL_PROTOCOL, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),

/* --- version ---------------------------------------------------------------------------------- */
FOR(VERSION_MISMATCH, 97, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER),
                               THAT(VERSIONS, "other"), THAT(VERSIONS, "older")),
    .text = "no common version: offered {offer}, taken {accepts}",
    .summary = "The server takes {accepts} only, the client offers {offer}: they share no version.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .reproduce = REPRODUCE_VERSIONS),
FOR(VERSION_MISMATCH, 97, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER),
                               THAT(VERSIONS, "other"), THAT(VERSIONS, "!older")),
    .text = "no common version: offered {offer}, taken {accepts}",
    .summary = "The server takes {accepts} only, the client offers {offer}: they share no version.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_CLIENT, .reproduce = REPRODUCE_VERSIONS),
FOR(VERSION_MISMATCH, 75, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER),
                               THAT(VERSIONS, "other-reset")),
    .text = "no common version: offered {offer}, taken {accepts}",
    .summary = "The server takes {accepts}; connections that offer {offer} are reset.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_CLIENT, .reproduce = REPRODUCE_VERSIONS,
    .missing = { ASK_ELSEWHERE }),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY,
                        THAT(VERSIONS, "other-reset|other-unclear")),
    .summary = "Something on the path may drop or reset the versions {offer}.",
    .detail = DETAIL_VERSIONS, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_VERSIONS),
FOR(VERSION_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(VERSIONS, "other-unclear")),
    .summary = "The server takes {accepts}, and gave no clear answer to {offer}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .missing = { ASK_ELSEWHERE, ASK_AGAIN },
    .reproduce = REPRODUCE_VERSIONS),
FOR(VERSION_MISMATCH, 75, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=70"),
                               THAT(VERSIONS, "none-70")),
    .text = "the server refuses every version offered ({offer})",
    .summary = "The server refuses {offer} for their version, and took no other either ({tried} were "
               "tried): perhaps its own library forbids the version it is set to.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .reproduce = REPRODUCE_VERSIONS,
    .missing = { "the server's configuration: which versions it is meant to speak" }),
FOR(VERSION_MISMATCH, 90, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=version"),
                               THAT(VERSIONS, "!inside|other|other-reset")),
    .text = "the server answers in a version that was not offered",
    .summary = "The server answers the offer of {offer} in another version: it knows none of "
               "these.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .reproduce = REPRODUCE_HANDSHAKE),
FOR(VERSION_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY,
                               FAILS("kind=alert|closed|reset|protocol"),
                               FAILS("!alert.number=112|120"), THAT(VERSIONS, "unasked")),
    .summary = "The server may not speak {offer}: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .missing = { ASK_VERSIONS },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(VERSION_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"),
                               FAILS("kind=local"), THAT(VERSIONS, "unasked")),
    .summary = "The server may not speak {offer}: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_LOCAL, .missing = { ASK_VERSIONS },
    .reproduce = REPRODUCE_HANDSHAKE),

/* --- suites, groups, signature algorithms ------------------------------------------------------ */
MISMATCH(CIPHER_MISMATCH, 97, "suites", "sure", .detail = DETAIL_SUITES),
MISMATCH(CIPHER_MISMATCH, 90, "suites", "likely", .detail = DETAIL_SUITES),
MISMATCH(CIPHER_MISMATCH, 75, "suites", "perhaps", .detail = DETAIL_SUITES,
         .missing = { ASK_ELSEWHERE, ASK_LOG }),
MISMATCH(GROUP_MISMATCH, 97, "groups", "sure", .detail = DETAIL_GROUPS),
MISMATCH(GROUP_MISMATCH, 97, "sigalgs", "sure", .detail = DETAIL_SIGALGS),
MISMATCH(GROUP_MISMATCH, 90, "groups", "likely", .detail = DETAIL_GROUPS),
MISMATCH(GROUP_MISMATCH, 90, "sigalgs", "likely", .detail = DETAIL_SIGALGS),
MISMATCH(GROUP_MISMATCH, 75, "groups", "perhaps", .detail = DETAIL_GROUPS,
         .missing = { ASK_ELSEWHERE, ASK_LOG }),
MISMATCH(GROUP_MISMATCH, 75, "sigalgs", "perhaps", .detail = DETAIL_SIGALGS,
         .missing = { ASK_ELSEWHERE, ASK_LOG }),
FOR(GROUP_MISMATCH, 97, WHEN(STATE(HANDSHAKE, "yes"), THAT(KX_GROUP, "small-dh")),
    .text = "the server's Diffie-Hellman group is too small ({group})",
    .summary = "The server uses a Diffie-Hellman group ({group}) smaller than current clients accept: they "
               "say \"dh key too small\".",
    .detail = DETAIL_GROUP, .fix = FIX_SMALL_DH, .reproduce = REPRODUCE_HANDSHAKE),
/* Until the relaxed hellos were asked, or when their answers decide nothing. */
FOR(CIPHER_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), REFUSED,
                              FAILS("!alert.number=70|80|86|109|110|112|120"),
                              THAT(VERSIONS, "!other|other-reset|none-70"), THAT(RELAXED, "open|varies")),
    .summary = "Client and server may share no cipher suite, or none that fits the server's key: "
               "{how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(CIPHER_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("alert.number=70|80"),
                              THAT(VERSIONS, "inside"), THAT(RELAXED, "open|varies")),
    .summary = "Client and server may share no cipher suite, or none that fits the server's key: "
               "{how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(GROUP_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), REFUSED,
                             FAILS("!alert.number=70|80|86|109|110|112|120"),
                             THAT(VERSIONS, "!other|other-reset|none-70"), THAT(RELAXED, "open|varies")),
    .summary = "Client and server may share no group or signature algorithm: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(GROUP_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("alert.number=70|80"),
                             THAT(VERSIONS, "inside"), THAT(RELAXED, "open|varies")),
    .summary = "Client and server may share no group or signature algorithm: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_OVERLOAD, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER), THAT(RELAXED, "varies")),
    .summary = "The server answers like hellos now one way, now another: it may be out of resources.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_ALONE, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_OVERLOAD, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("!kind=silent|slow|not-tls|local"),
                              THAT(RELAXED, "accepted")),
    .summary = "The same offer was taken a moment later ({agreed_version}, {agreed_cipher}): it may fail now "
               "and then only.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_AGAIN, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER), THAT(RELAXED, "refused"),
                            THAT(RELAXED, "!no-alpn|small"), THAT(VERSIONS, "!other|other-reset|none-70")),
    .summary = "The server refuses the hello whatever suites, groups and signature algorithms it offers: it may "
               "have no usable certificate or key for this name, or take only suites that its key does not fit.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),

/* --- other refusals before anything was agreed ------------------------------------------------- */
FOR(EXTENSION_MISMATCH, 97, WHEN(STATE(HANDSHAKE, "yes"), WORD(VERSION, "ssl3|tls1.0|tls1.1|tls1.2"),
                                 STATE(RENEGOTIATION, "no")),
    .text = "the server lacks secure renegotiation",
    .summary = "The server speaks {agreed_version} without secure renegotiation (RFC 5746), which current "
               "clients insist on: they say \"unsafe legacy renegotiation disabled\".",
    .detail = DETAIL_RENEGOTIATION, .fix = FIX_RENEGOTIATION, .reproduce = REPRODUCE_HANDSHAKE),
FOR(EXTENSION_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY,
                                 FAILS("alert.number=109|110|47|50|10"), THAT(RELAXED, "!flips|accepted")),
    .summary = "An extension may be missing or one too many: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SNI, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=112|80|40"),
                  THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "!flips|accepted|no-alpn|small")),
    .summary = "The server may not know the name {name}, or insist on one: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_NAME_SNI, .missing = { ASK_NAME, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(ALPN, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(RELAXED, "no-alpn")),
    .summary = "The server may refuse the application protocols offered: {how} {stage}, and the same hello "
               "without them is answered.",
    .detail = DETAIL_FAILURE, .fix = FIX_ALPN, .missing = { "a try with alpn=none" },
    .reproduce = REPRODUCE_ALPN),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(RELAXED, "small")),
    .summary = "Something on the path may drop or end the connection because of the hello's size: without "
               "its padding it is answered.",
    .detail = DETAIL_AS_IS, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(RELAXED, "small")),
    .summary = "The server may choke on the hello's size: without its padding it is answered.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG, ASK_ELSEWHERE },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails")),
    .summary = "Something on the path to {title} may drop or end connections that begin with a ClientHello of "
               "post-quantum size, larger than one packet: {large}.",
    .detail = DETAIL_LARGE, .fix = FIX_LARGE_PATH, .missing = { ASK_ELSEWHERE, ASK_SPLIT },
    .reproduce = REPRODUCE_LARGE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails")),
    .summary = "The server may not read a ClientHello of post-quantum size, larger than one packet: {large}.",
    .detail = DETAIL_LARGE, .fix = FIX_LARGE, .missing = { ASK_ELSEWHERE, ASK_SPLIT },
    .reproduce = REPRODUCE_LARGE),
FOR(ALPN, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(ALPN, "foreign")),
    .summary = "The server chose an application protocol that was not offered; most clients end the "
               "handshake over that.",
    .detail = DETAIL_NONE, .fix = FIX_ALPN, .missing = { ASK_LOG }, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=120")),
    .summary = "The server may refuse the application protocols offered: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_ALPN, .missing = { "a try with alpn=none" },
    .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 25, WHEN(STATE(LATE, "yes"), WORD(LATE, "no_application_protocol")),
    .summary = "The server may refuse the application protocols offered: {late} after the "
               "handshake.",
    .detail = DETAIL_LATE, .fix = FIX_ALPN, .missing = { "a try with alpn=none" },
    .reproduce = REPRODUCE_ALPN),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=80|40|10|50"),
                            THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "!flips|accepted|no-alpn")),
    .summary = "The server may have no usable certificate or key for this name: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=protocol|too-big|reset|closed"),
                            FAILS("!stage=certificate-request"),
                            THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "!flips|no-alpn")),
    .summary = "The server may be set up wrong: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=certificate|finished"),
                            FAILS("kind=alert"), THAT(CLIENT_CERT, "!asked"),
                            FAILS("!alert.number=120")),
    .summary = "The server gives up although version and suite were agreed: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(NETWORK, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=silent|slow")),
    .summary = "Packets may get lost on the way to {title}, or be too big for it (MTU): {how} "
               "{stage}.",
    .detail = DETAIL_FAILURE, .missing = { "whether the server acknowledged the ClientHello, and "
    "whether a smaller one is answered", ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=silent|slow|reset|closed"),
                        THAT(VERSIONS, "!other|other-reset|other-unclear"), THAT(RELAXED, "!sure|likely")),
    .summary = "Something on the path to {title} may drop or end the connection because of what "
               "is sent: "
               "{how} {stage}.",
    .detail = DETAIL_FAILURE, .missing = { ASK_ELSEWHERE, ASK_NAME },
            .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_OVERLOAD, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY,
                              FAILS("kind=silent|slow|reset|closed"),
                              THAT(VERSIONS, "!other|other-reset|other-unclear"), THAT(RELAXED, "!flips")),
    .summary = "The server may be out of resources: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_AGAIN, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),

/* --- client certificate: comes with a later version ------------------------------------------- */
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "no"), THAT(CLIENT_CERT, "asked"),
                          FAILS("kind=alert|closed|reset"), FAILS("!alert.number=120")),
    .summary = "The server may require a client certificate: it asked for one, then {how}.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"),
                          THAT(LATE, "refused"),
                          { FACT_LATE, TEST_WORD, "!no_application_protocol" }),
    .summary = "The server may require a client certificate: it asked for one, then {late}.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "yes"),
                          { FACT_LATE, TEST_WORD, "certificate_required" },
                          THAT(CLIENT_CERT, "!asked")),
    .summary = "The server may require a client certificate: {late} after the handshake.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP, "yes"),
                          WORD(HTTP, "400|495|496")),
    .summary = "The server may require a client certificate: it asked for one, and answers a "
               "request "
               "without it with an error.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(LATE, "refused"),
                            THAT(CLIENT_CERT, "!asked"),
                            { FACT_LATE, TEST_WORD,
                              "!no_application_protocol|certificate_required" }),
    .summary = "The server gave up right after the handshake: {late}.",
    .detail = DETAIL_LATE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
            .reproduce = REPRODUCE_HANDSHAKE),

/* --- clock ------------------------------------------------------------------------------------ */
FOR(CLOCK_SKEW, 25, WHEN(THAT(CLOCK, "moves"), FAULT("expired|not-yet-valid")),
    .summary = "The server's clock is {skew} {side} this machine's, and at its time the dates of "
               "the "
               "certificate would be fine: one of the two clocks is wrong.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK, .missing = { ASK_CLOCK },
            .reproduce = REPRODUCE_CLOCK),
WARNS(CLOCK_SKEW, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLOCK, "off"), THAT(CLOCK, "!moves")),
    .summary = "The server's clock is {skew} {side} this machine's; the handshake does not "
               "suffer from it.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK, .reproduce = REPRODUCE_CLOCK),

/* --- trust ------------------------------------------------------------------------------------ */
FOR(CERT_SELF_SIGNED, 97, WHEN(FAULT("self-signed")),
    .text = "self-signed certificate",
    .summary = "{who} is signed by itself, and it is not in {store}.",
    .detail = DETAIL_FAULTS, .fix = FIX_SELF_SIGNED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 97, WHEN(FAULT("root-other-key")),
    .text = "the CA has another key than the one known here",
    .summary = "The chain ends at a CA that is known by name, but with another key: the CA was "
               "renewed, or "
               "somebody uses its name: {faults}.",
    .detail = DETAIL_ISSUER, .fix = FIX_ROTATED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 97, WHEN(FAULT("root-untrusted")),
    .text = "the chain ends at a CA that is not trusted",
    .summary = "The chain ends at {issuer}, a CA of its own that is not in {store}.",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 75, WHEN(FAULT("issuer-unknown"), THAT(CHAIN, "private-issuer")),
    .text = "issued by a CA that is not trusted",
    .summary = "{top} was issued by {issuer}, which is not in {store}. It names no place to "
               "fetch its "
               "issuer from, as public CAs do: this is somebody's own CA.",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST,
    .missing = { "the certificate of the issuer, given as ca=FILE: with it the chain must be "
               "fine" }),
FOR(CERT_UNTRUSTED_CA, 25, WHEN(FAULT("issuer-unknown"), THAT(CHAIN, "!private-issuer")),
    .summary = "{issuer}, which issued {top}, may be a CA that is not in {store}.",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's certificate: fetch it (its address is in the certificate's AIA, "
               "or ask "
                 "those who run the CA) and give it as ca=FILE" }),
FOR(CERT_INCOMPLETE, 25, WHEN(FAULT("issuer-unknown"), THAT(CHAIN, "!private-issuer")),
    .summary = "{issuer}, which issued {top}, may be an intermediate that the server fails to "
               "send.",
    .detail = DETAIL_ISSUER, .fix = FIX_ISSUER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's certificate: fetch it (its address is in the certificate's AIA, "
               "or ask "
                 "those who run the CA) and give it as ca=FILE" }),
FOR(CERT_INCOMPLETE, 25, WHEN(FAULT("bad-signature"), THAT(CHAIN, "!trusted")),
    .summary = "A signature of the chain does not fit: an intermediate may be the wrong one: "
               "{faults}.",
    .detail = DETAIL_FAULTS, .fix = FIX_EXPIRED_UPPER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's current certificate, given as ca=FILE" }),
FOR(SERVER_CONFIG, 25, WHEN(FAULT("bad-signature|malformed|no-certificate"),
                            THAT(CHAIN, "!trusted")),
    .summary = "The server's certificate files may be damaged or missing: {faults}.",
    .detail = DETAIL_FAULTS, .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_CERTS,
    .missing = { "the certificate file on the server: `openssl x509 -in FILE -noout -text`" }),
FOR(CERT_UNTRUSTED_CA, 25, WHEN(FAULT("!no-store"), STATE(HANDSHAKE, "yes"),
                                WORD(TRUST, "no-store")),
    .summary = "This machine has no CA store, so nothing can be said about whom to trust: a "
               "fault of this "
               "machine, not of the server.",
    .detail = DETAIL_STORE, .fix = FIX_NO_STORE,
    .missing = { "a CA store on this machine, or ca=FILE" }, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 25, WHEN(FAULT("no-store")),
    .summary = "This machine has no CA store, so nothing can be said about whom to trust: a "
               "fault of this "
               "machine, not of the server.",
    .detail = DETAIL_STORE, .fix = FIX_NO_STORE,
    .missing = { "a CA store on this machine, or ca=FILE" }, .reproduce = REPRODUCE_TRUST),

/* --- dates ------------------------------------------------------------------------------------ */
FOR(CERT_EXPIRED, 97, WHEN(FAULT("expired@leaf"), THAT(CLOCK, "!moves-expired|awaited")),
    .text = "certificate expired {span} ago",
    .summary = "{who} expired on {day}, {span} ago.",
    .detail = DETAIL_EXPIRED, .fix = FIX_EXPIRED_LEAF, .reproduce = REPRODUCE_DATES),
FOR(CERT_EXPIRED, 97, WHEN(FAULT("expired@upper"), THAT(CLOCK, "!moves-expired|awaited")),
    .text = "intermediate expired {span} ago",
    .summary = "{who} expired on {day}, {span} ago.",
    .detail = DETAIL_EXPIRED, .fix = FIX_EXPIRED_UPPER, .reproduce = REPRODUCE_TRUST),
FOR(CERT_EXPIRED, 97, WHEN(FAULT("expired@store"), THAT(CLOCK, "!moves-expired|awaited")),
    .text = "CA certificate expired {span} ago",
    .summary = "{who} expired on {day}, {span} ago.",
    .detail = DETAIL_EXPIRED, .fix = FIX_EXPIRED_STORE, .reproduce = REPRODUCE_TRUST),
FOR(CERT_EXPIRED, 25, WHEN(FAULT("expired"), THAT(CLOCK, "moves-expired")),
    .summary = "By this machine's clock {who} expired on {day}; by the server's it may not have.",
    .detail = DETAIL_EXPIRED, .fix = FIX_CLOCK, .missing = { ASK_CLOCK },
            .reproduce = REPRODUCE_CLOCK),
AGAINST(CERT_EXPIRED, WHEN(FAULT("expired"), STATE(NTP, "no"), THAT(CLOCK, "!agrees"))),
FOR(CERT_NOT_YET, 97, WHEN(FAULT("not-yet-valid"), THAT(CLOCK, "!moves-not-yet|awaited")),
    .text = "{what} valid only from {day}",
    .summary = "{who} is not valid before {day}, {span} from now.",
    .detail = DETAIL_NOT_YET, .fix = FIX_NOT_YET, .reproduce = REPRODUCE_DATES),
FOR(CERT_NOT_YET, 25, WHEN(FAULT("not-yet-valid"), THAT(CLOCK, "moves-not-yet")),
    .summary = "By this machine's clock {who} begins on {day} only; by the server's it may have "
               "begun.",
    .detail = DETAIL_NOT_YET, .fix = FIX_CLOCK, .missing = { ASK_CLOCK },
            .reproduce = REPRODUCE_CLOCK),
AGAINST(CERT_NOT_YET, WHEN(FAULT("not-yet-valid"), STATE(NTP, "no"), THAT(CLOCK, "!agrees"))),
WARNS(CERT_EXPIRED, 97, WHEN(FAULT("expires-soon")),
    .summary = "{who} ends on {day}, in {span}.",
    .detail = DETAIL_SOON, .fix = FIX_EXPIRED_LEAF, .reproduce = REPRODUCE_CERTS),

/* --- name and strength ------------------------------------------------------------------------ */
FOR(CERT_NAME, 97, WHEN(FAULT("name-mismatch"), THAT(NAME, "!sni-by-hand")),
    .text = "certificate for other names than {name}",
    .summary = "The certificate is not for {name}, but for {names}.",
    .detail = DETAIL_NAME, .fix = FIX_NAME, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 97, WHEN(FAULT("name-only-in-cn")),
    .text = "the certificate has {name} in its CN only",
    .summary = "The certificate has {name} only in the CN of its subject, where current clients "
               "no longer "
               "look; it lists no subjectAltName.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_CN, .reproduce = REPRODUCE_NAME),
FOR(SNI, 25, WHEN(FAULT("name-mismatch"), THAT(NAME, "sni-by-hand")),
    .summary = "{sent_name} was sent, and the certificate that came is not for {name}: with that "
               "name "
               "sent another one may come.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_SNI, .missing = { "the certificate that comes when "
               "{name} is "
    "sent as server name" }, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 25, WHEN(FAULT("name-mismatch"), THAT(NAME, "sni-by-hand")),
    .summary = "The certificate is not for {name}, but for {names}.",
    .detail = DETAIL_NAME, .fix = FIX_NAME, .missing = { "the certificate that comes when {name} "
               "is sent "
    "as server name" }, .reproduce = REPRODUCE_NAME),
FOR(CERT_WEAK, 97, WHEN(FAULT(WEAK_FAULTS)),
    .text = "a certificate that current clients refuse",
    .summary = "Current clients refuse this chain: {faults}.",
    .detail = DETAIL_FAULTS, .fix = FIX_WEAK, .reproduce = REPRODUCE_CERTS),

/* --- warnings --------------------------------------------------------------------------------- */
WARNS(CERT_INCOMPLETE, 50, WHEN(FAULT("order"), STATE(HANDSHAKE, "yes")),
    .summary = "The certificates are sent in the wrong order: current clients sort them, some "
               "old ones fail.",
    .detail = DETAIL_FAULTS, .fix = FIX_ORDER, .reproduce = REPRODUCE_CERTS),
WARNS(VERSION_MISMATCH, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(VERSIONS, "not-current")),
    .summary = "Current clients fail here: they offer TLS 1.2 and 1.3, the server takes {accepts} only.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .reproduce = REPRODUCE_VERSIONS),
WARNS(CIPHER_MISMATCH, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(CIPHERS, "not-current")),
    .summary = "Current clients fail here: they offer none of the cipher suites that the server takes ({taken}).",
    .detail = DETAIL_SUITES, .fix = FIX_SUITES_CURRENT, .reproduce = REPRODUCE_HANDSHAKE),
WARNS(VERSION_MISMATCH, 50, WHEN(STATE(POLICY, "yes")),
    .summary = "A crypto policy narrows what TLS clients on this machine may do ({policy}): they "
               "may fail "
               "where this probe does not.",
    .detail = DETAIL_POLICY, .fix = FIX_POLICY, .reproduce = REPRODUCE_HANDSHAKE),
WARNS(MIDDLEBOX, 50, WHEN(THAT(PROXY, "used")),
    .summary = "The environment names a proxy, {proxy}, that curl would use; this probe "
               "connected directly.",
    .detail = DETAIL_PROXY, .fix = FIX_PROXY, .reproduce = REPRODUCE_CONNECT),
};
const size_t sign_count = sizeof sign_table / sizeof *sign_table;

#define OUTCOME(v, says, ...) { .verdict = VERDICT_##v, .text = says, __VA_ARGS__ }

const struct outcome outcome_table[] = {
OUTCOME(FAILING, "does not resolve", WHEN(STATE(RESOLVE, "no"))),
OUTCOME(UNSURE, "no {family} route here: not asked", .aside = true,
        WHEN(STATE(CONNECT, "could-not-ask"), WORD(CONNECT, "no-route"))),
OUTCOME(UNSURE, "could not be asked from here",
        WHEN(STATE(CONNECT, "could-not-ask"))),
OUTCOME(UNSURE, "could not be asked from here",
        WHEN(STATE(RESOLVE, "could-not-ask"), STATE(CONNECT, "!yes|no"))),
OUTCOME(OK, "can't be connected ({kind}); clients fall back to {other_family}",
        .detail = DETAIL_FAILURE,
        WHEN(STATE(CONNECT, "no"), THAT(CONNECT, "covered"))),
OUTCOME(UNSURE, "can't be connected ({kind}), {other_family} still being tried",
        .detail = DETAIL_FAILURE,
        WHEN(STATE(CONNECT, "no"), THAT(CONNECT, "waiting"))),
OUTCOME(FAILING, "no connection", WHEN(STATE(CONNECT, "no"))),
OUTCOME(FAILING, "the issuer {issuer} was not sent and is not trusted here",
        .detail = DETAIL_ISSUER,
        WHEN(FAULT("issuer-unknown"))),
OUTCOME(FAILING, "the server sent no certificate", WHEN(FAULT("no-certificate"))),
OUTCOME(FAILING, "certificate for other names than {name}; {sent_name} was sent",
        .detail = DETAIL_NAME,
        WHEN(FAULT("name-mismatch"))),
OUTCOME(FAILING, "{how} {stage}", WHEN(STATE(HANDSHAKE, "no"), FAILS("!kind=local|slow"))),
OUTCOME(FAILING, "the server refuses this client's hello: {answer}", .detail = DETAIL_AS_IS,
        WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=local"), EARLY, THAT(RELAXED, "refused|flips"))),
OUTCOME(UNSURE, "the server takes {agreed_version}, {agreed_cipher}; our library can't finish it",
        .detail = DETAIL_AS_IS,
        WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=local"), EARLY, THAT(RELAXED, "accepted"))),
OUTCOME(FAILING, "the server chose an application protocol that was not offered",
        WHEN(STATE(HANDSHAKE, "yes"), THAT(ALPN, "foreign"))),
OUTCOME(FAILING, "{late} after the handshake", WHEN(STATE(HANDSHAKE, "yes"),
                                                    THAT(LATE, "refused"))),
OUTCOME(FAILING, "a ClientHello of post-quantum size fails: {large}", .detail = DETAIL_LARGE,
        WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails"))),
OUTCOME(UNSURE, "this machine's TLS library gave up {stage}: not the server's fault",
        WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=local"))),
OUTCOME(UNSURE, "{how} {stage}", WHEN(STATE(HANDSHAKE, "no"))),
OUTCOME(UNSURE, "dates unclear: the server's clock is {skew} {side} ours", .detail = DETAIL_CLOCK,
        WHEN(FAULT("expired|not-yet-valid"), THAT(CLOCK, "moves"))),
OUTCOME(UNSURE, "the certificate's dates are wrong; comparing clocks",
        WHEN(FAULT("expired|not-yet-valid"), THAT(CLOCK, "awaited"))),
OUTCOME(UNSURE, "a signature of the chain can't be verified", WHEN(FAULT("bad-signature"),
                                                                   THAT(CHAIN, "!trusted"))),
OUTCOME(UNSURE, "a certificate can't be decoded", WHEN(FAULT("malformed"),
                                                       THAT(CHAIN, "!trusted"))),
OUTCOME(UNSURE, "this machine has no CA store: trust can't be judged", WHEN(FAULT("no-store"))),
OUTCOME(UNSURE, "this machine has no CA store: trust can't be judged",
        WHEN(STATE(HANDSHAKE, "yes"), STATE(TRUST, "could-not-ask"))),
OUTCOME(UNSURE, "works, but a request is answered by an error for want of a client certificate",
        WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP, "yes"),
             WORD(HTTP, "400|495|496"))),
OUTCOME(UNSURE, "{late} right after the handshake", WHEN(STATE(HANDSHAKE, "yes"),
                                                         THAT(LATE, "quiet"))),
OUTCOME(UNSURE, "handshake done, the certificate was not judged",
        WHEN(STATE(HANDSHAKE, "yes"), STATE(REASONS, "!yes|no"))),
OUTCOME(OK, "ok (1 try): {good}", WHEN(STATE(HANDSHAKE, "yes"))),
OUTCOME(UNSURE, "the handshake could not be tried", WHEN(STATE(HANDSHAKE, "could-not-ask|unsure"))),
OUTCOME(UNSURE, "not probed yet", WHEN({ FACT_HANDSHAKE, TEST_NONE, NULL })),
};
const size_t outcome_count = sizeof outcome_table / sizeof *outcome_table;

const struct wish wish_table[] = {
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert|closed|reset|protocol|version|local")), FACT_VERSIONS },
/* Bytes that are no ServerHello refuse nothing; one that breaks the rules may choose what was not offered. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert|closed|reset|version|local")), FACT_RELAXED },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"), FAILS("kind=protocol")), FACT_RELAXED },
{ WHEN(FAULT("expired|not-yet-valid"), THAT(CLOCK, "wanted")), FACT_CLOCK },
};
const size_t wish_count = sizeof wish_table / sizeof *wish_table;
