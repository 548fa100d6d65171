/* sign - see sign.h.
 *
 * How sure a row is, and why:
 *   .97  the server or the certificate itself shows the fault
 *   .9   what was seen has hardly another explanation
 *   .75  most cases of what was seen
 *   .25  one of several explanations: never named, only listed with what would settle it
 * A wrong cause costs more than none, so a row names a cause only where its look-alikes are excluded by a condition of
 * the same row.
 */
#include "src/why/sign.h"

const double step_table[STEP_COUNT] = { .25, .5, .75, .9, .97 };

#define STATE(f, w) { FACT_##f, TEST_STATE, w }
#define WORD(f, w) { FACT_##f, TEST_WORD, w }
#define FAILS(w) { FACT_FAILURE, TEST_MEMBER, w }
#define FAULT(w) { FACT_REASONS, TEST_FAULT, w }
#define END(w) { FACT_CLIENT_END, TEST_MEMBER, w }
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
                     THAT(RELAXED, surely), THAT(CIPHERS, "!anonymous"), THAT(POST_QUANTUM, "!taken")), \
        .text = "{short}", \
        .summary = "{share}: the client offers {offered}, the server takes {taken}.{why}", \
        .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, __VA_ARGS__)

/* What the smallest change to the client's own hello says. It is asked whatever became of our library's handshake. */
#define REPLAYED_AT(id, at, word, surely, who, ...) \
    FOR(id, at, WHEN(STATE(REPLAY, "yes"), THAT(REPLAY, word), THAT(REPLAY, surely)), \
        .text = "answered only {short}", .summary = who " {refuses} this client's hello {reason}.", \
        .detail = DETAIL_REPLAY, .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_REPLAY, __VA_ARGS__)
#define REPLAYED(id, word, who, ...) \
    REPLAYED_AT(id, 90, word, "sure", who, __VA_ARGS__), REPLAYED_AT(id, 75, word, "likely", who, __VA_ARGS__)

/* Guesses are idle once that is known, or another server name, or a hello without ALPN, was answered. */
#define UNNAMED THAT(FAILURE, "unnamed")

/* What other server names brought. */
#define NAMES(w) THAT(SERVER_NAMES, w)
#define BY_NAME(id, at, ...) \
    FOR(id, at, .detail = DETAIL_NAMES, .reproduce = REPRODUCE_SNI, __VA_ARGS__)
/* What the hello that fails shows when one thing in it is changed. */
#define PATH(w) THAT(PATH, w)
#define ON_PATH(id, at, ...) \
    FOR(id, at, .detail = DETAIL_PATH, .reproduce = REPRODUCE_PATH, __VA_ARGS__)
#define NAME_REFUSED(w) STATE(HANDSHAKE, "no"), EARLY, NAMES(w)

/* A real client that came to a tap, and how it ended. */
#define HEARD(id, at, says, ...) \
    FOR(id, at, .text = "{client}: " says, .detail = DETAIL_CLIENT_END, __VA_ARGS__)
#define CLIENT_SAYS END("ours=false"), END("by=client"), END("how=alert")
#define SERVER_SAYS END("ours=false"), END("by=server"), END("how=alert")
#define ASK_CLIENT_LOG "the client's own log: it knows why it broke off"
#define ASK_REPLAY "the client's hello, saved and replayed: `tlswhy replay FILE` finds what in it decides"

/* The dialogue before TLS came to nothing. */
#define BEFORE(w) { FACT_STARTTLS, TEST_MEMBER, w }

#define EXPECTED(w) { FACT_EXPECTED, TEST_MEMBER, w }
/* Not the certificate of expect=. */
#define UNEXPECTED(one, other, says, ...) \
    FOR(CERT_UNEXPECTED, 97, WHEN(STATE(EXPECTED, "no"), EXPECTED(one), EXPECTED(other)), .text = says, \
        .detail = DETAIL_EXPECTED, .reproduce = REPRODUCE_EXPECTED, __VA_ARGS__)

/* One that was given, and what became of it. */
#define GIVEN_AT(at, word, surely, short, says, ...) \
    FOR(CLIENT_CERT, at, WHEN(THAT(CLIENT_GIVEN, word), THAT(CLIENT_GIVEN, surely), SHOWN_BY), .text = short, \
        .summary = says "{also}", .detail = DETAIL_CREDENTIAL, .reproduce = REPRODUCE_AFTER, __VA_ARGS__)
#define GIVEN(word, short, says, ...) \
    GIVEN_AT(97, word, "sure", short, says, __VA_ARGS__), GIVEN_AT(90, word, "likely", short, says, __VA_ARGS__), \
    GIVEN_AT(75, word, "quiet", short, says, __VA_ARGS__)
#define SHOWN_BY STATE(FAILURE, "!unsure"), STATE(HTTP_CERT, "!unsure") /* for their evidence */
#define REFUSES "The server refuses the client certificate \"{holder}\" ({said}): "
#define NONE_GIVEN THAT(CLIENT_GIVEN, "none")

/* The server asked for a client certificate, and none was given. */
#define NO_CERT(at, ...) \
    FOR(CLIENT_CERT, at, .text = "the server requires a client certificate", .detail = DETAIL_LATE, \
        .fix = FIX_CLIENT_CERT, .reproduce = REPRODUCE_AFTER, __VA_ARGS__)
#define LATE(w) { FACT_LATE, TEST_WORD, w }
#define REFUSALS "handshake_failure|bad_certificate|no_certificate|unsupported_certificate|certificate_unknown|" \
                 "unknown_ca|access_denied|decode_error"

#define WEAK_FAULTS "weak-key|weak-digest|no-server-auth|key-usage|not-a-ca|path-length|" \
                    "name-constraint|critical-extension"

/* One of several servers behind the address has this fault. Before the rows of the fault itself: which server shows it
 * is the better news. */
#define SOMETIMES(id, at, word, ...) \
    FOR(id, at, WHEN(THAT(ATTEMPTS, word)), .text = "{group}: {fault}", \
        .summary = "{group} fail, always the one with the {face}: one of several servers behind this address shows a " \
                   "certificate that is not in order (\"{faulty}\" {fault}).", \
        .detail = DETAIL_ATTEMPTS, .fix = FIX_ONE_OF_SEVERAL, .reproduce = REPRODUCE_TRIES, __VA_ARGS__)

/* Failures that come with load and go without it. */
#define UNDER_LOAD(at, surely) \
    FOR(SERVER_OVERLOAD, at, WHEN(STATE(LOAD, "no"), THAT(LOAD, surely), THAT(LOAD, "!rate")), \
        .text = "fails under load: {share} with {from} or more at once", \
        .summary = "{share} handshakes fail ({kinds}) with {from} or more at once, and {low} with fewer or one after another " \
                   "({certainty}): {what}.", \
        .detail = DETAIL_LOAD, .fix = FIX_NOW_AND_THEN, .reproduce = REPRODUCE_LOAD)

#define ASK_VERSIONS "which protocol versions the server takes, each offered alone"
#define ASK_SUITES "the same hello with more suites, groups, signature algorithms, one kind at a time"
#define ASK_NAME "whether another server name, or none, is answered (sni=none)"
#define ASK_RIGHT "a try with a name the server surely knows (sni=NAME)"
#define ASK_LOG "the server's log at that moment"
#define ASK_ELSEWHERE "the same from another network, or on the server itself (at=127.0.0.1)"
#define ASK_AGAIN "whether it fails every time, and when the server is idle"
#define ASK_CERT "a try with a client certificate the server accepts"
#define ASK_ALONE "the same tries again while the server is idle"
#define ASK_SPLIT "whether a small ClientHello sent in two packets is answered (--depth full)"
#define ASK_CLOCK "a third clock: an NTP server (--sntp HOST), or the Date of other servers asked beside it"

/* The OCSP response that came with the certificate. */
#define STAPLED(w) { FACT_STAPLE, TEST_MEMBER, w }
#define REVOKED(w) { FACT_REVOCATION, TEST_MEMBER, w }
#define STAPLE_BAD(at, how, short, says) \
    FOR(OCSP, at, WHEN(STATE(STAPLE, "yes"), STAPLED(how)), .text = short, .summary = says, \
        .detail = DETAIL_STAPLE, .fix = FIX_STAPLE, .reproduce = REPRODUCE_STAPLE)
#define STAPLE_WARNS(at, says, ...) \
    WARNS(OCSP, at, WHEN(STATE(STAPLE, "yes"), __VA_ARGS__), .summary = says, \
          .detail = DETAIL_STAPLE, .fix = FIX_STAPLE, .reproduce = REPRODUCE_STAPLE)

/* The chain ends, or breaks, before anybody trusted. */
#define GAP FAULT("issuer-unknown|bad-signature")
#define AIA(w) { FACT_AIA, TEST_MEMBER, w }

/* Where nobody vouches for our clock, it may be that; and what the kernel says takes a step more. */
#define EXPIRED_AT(at, clock, place, what, ...) \
    FOR(CERT_EXPIRED, at, WHEN(FAULT("expired@" place), THAT(CLOCK, "!moves-expired|awaited"), THAT(CLOCK, clock)), \
        .text = what " expired {span} ago", .summary = "{who} expired on {day}, {span} ago.", .detail = DETAIL_EXPIRED, \
        __VA_ARGS__)
#define EXPIRED(place, what, ...) \
    EXPIRED_AT(97, "!lone", place, what, __VA_ARGS__), \
    EXPIRED_AT(90, "lone", place, what, .missing = { ASK_CLOCK }, __VA_ARGS__)
#define NOT_YET(at, clock, ...) \
    FOR(CERT_NOT_YET, at, WHEN(FAULT("not-yet-valid"), THAT(CLOCK, "!moves-not-yet|servers-not-yet|store-later|awaited"), \
                               THAT(CLOCK, clock)), \
        .text = "{what} valid only from {day}", .summary = "{who} is not valid before {day}, {span} from now.", \
        .detail = DETAIL_NOT_YET, .fix = FIX_NOT_YET, .reproduce = REPRODUCE_DATES, __VA_ARGS__)

/* Our clock is off, which others than this server say, and by the right time no such fault is left. */
#define OUR_CLOCK(at, fault, by, way, moves) \
    FOR(CLOCK_SKEW, at, WHEN(THAT(CLOCK, moves), THAT(CLOCK, by), THAT(CLOCK, "!hides|hides-early"), FAULT(fault)), \
        .text = "this machine's clock is " way, \
        .summary = "This machine's clock is {off} " way ", by {source}; by the right time {who} is within its dates.", \
        .detail = DETAIL_CLOCK, .fix = FIX_CLOCK_OURS, .reproduce = REPRODUCE_CLOCK)

/* A way through a proxy, or over a command, that did not open. */
#define PROXY_SAYS(w) { FACT_VIA, TEST_MEMBER, w }
#define PROXIED(at, word, says, how, sentence) \
    FOR(NETWORK, at, WHEN(STATE(VIA, "no"), PROXY_SAYS("outcome=" word)), .text = says, .summary = sentence, \
        .detail = DETAIL_VIA, .fix = FIX_##how, .reproduce = REPRODUCE_VIA)

#define OUR_CLOCK_WARNS(...) \
    WARNS(CLOCK_SKEW, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLOCK, "ours-off-surely"), __VA_ARGS__), \
        .summary = "This machine's clock is {off} {way}, by {source}; the handshake does not depend on it, but all dates " \
                   "that are said here do.", \
        .detail = DETAIL_CLOCK, .fix = FIX_CLOCK_OURS, .reproduce = REPRODUCE_CLOCK)

const struct sign sign_table[] = {
SOMETIMES(CERT_EXPIRED, 97, "expired"),
SOMETIMES(CERT_NOT_YET, 97, "not-yet-valid"),
SOMETIMES(CERT_NAME, 97, "name-mismatch|name-only-in-cn"),
SOMETIMES(CERT_SELF_SIGNED, 97, "self-signed"),
SOMETIMES(CERT_UNTRUSTED_CA, 97, "root-untrusted|root-other-key"),
SOMETIMES(CERT_INCOMPLETE, 90, "issuer-unknown|bad-signature"),
SOMETIMES(CERT_WEAK, 97, WEAK_FAULTS),
SOMETIMES(SERVER_CONFIG, 90, "no-certificate|malformed"),
FOR(SERVER_CONFIG, 75, WHEN(THAT(ATTEMPTS, "refuses")),
    .text = "{group}: {outcome}",
    .summary = "{group} fail, always in the same way ({face}: {outcome}): one of several servers behind this address ends a "
               "handshake that the others complete.",
    .detail = DETAIL_ATTEMPTS, .fix = FIX_ONE_OF_SEVERAL, .missing = { ASK_LOG }, .reproduce = REPRODUCE_TRIES),
FOR(SERVER_OVERLOAD, 50, WHEN(THAT(ATTEMPTS, "random")),
    .text = "fails now and then: {failing}",
    .summary = "{failing} fail ({outcome}) and the others go well, while nothing else tells them apart: the server, or one of "
               "several behind this address, has too little of something, or is down at times.",
    .detail = DETAIL_ATTEMPTS, .fix = FIX_NOW_AND_THEN,
    .missing = { "whether more of them fail under load (a load test), and fewer while the server is idle", ASK_LOG },
    .reproduce = REPRODUCE_TRIES),
FOR(MIDDLEBOX, 25, WHEN(THAT(ATTEMPTS, "random")),
    .summary = "Something on the path may drop or end connections now and then ({failing}: {outcome}).",
    .detail = DETAIL_ATTEMPTS, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_TRIES),
UNDER_LOAD(97, "surely"),
UNDER_LOAD(90, "likely"),
FOR(SERVER_OVERLOAD, 25, WHEN(STATE(LOAD, "no"), THAT(LOAD, "perhaps"), THAT(LOAD, "!rate")),
    .summary = "{share} handshakes failed ({kinds}) with {from} or more at once, and {low} with fewer: that may be chance ({certainty}).",
    .detail = DETAIL_LOAD, .missing = { "the same ramp once more, with more at once (--load N)", ASK_LOG }, .reproduce = REPRODUCE_LOAD),
WARNS(SERVER_OVERLOAD, 75, WHEN(STATE(HANDSHAKE, "yes"), THAT(LOAD, "rate")),
    .summary = "After many connections in a short time all were turned away ({kinds}), even one at a time, and after {waited} of quiet "
               "it worked again: that is a limit on connections per time, and our own probing has run into it.",
    .detail = DETAIL_LOAD, .fix = FIX_LOAD_RATE, .reproduce = REPRODUCE_LOAD),
WARNS(SERVER_OVERLOAD, 75, WHEN(STATE(HANDSHAKE, "yes"), STATE(LIMIT, "yes"), THAT(LOAD, "!rate")),
    .summary = "{cut_off} were turned away ({cut_how}), among them {soon} that followed soon after another, and the same went "
               "well {quiet}: that is {cut_limit}, and our own probing has run into it. What was asked again is not harmed by it.",
    .detail = DETAIL_LIMIT, .fix = FIX_LOAD_RATE),
WARNS(SERVER_OVERLOAD, 50, WHEN(STATE(HANDSHAKE, "yes"), STATE(LIMIT, "unsure")),
    .summary = "{cut_good} connections of ours were answered, and the last {cut_last} were all turned away ({cut_how}), even {quiet}: "
               "we may be shut out for a while by a limit, or the server went down. What could not be asked since is left out.",
    .detail = DETAIL_LIMIT, .fix = FIX_LOAD_RATE),
AGAINST(SERVER_OVERLOAD, WHEN(STATE(LOAD, "no"), THAT(LOAD, "alike"))),
WARNS(SERVER_OVERLOAD, 50, WHEN(STATE(HANDSHAKE, "yes"), THAT(ATTEMPTS, "limited")),
    .summary = "{failing} failed ({outcome}), but only after or beside many others: that looks like a limit on connections, which "
               "our tries ran into.",
    .detail = DETAIL_ATTEMPTS, .fix = FIX_NOW_AND_THEN),
AGAINST(VERSION_MISMATCH, WHEN(STATE(HANDSHAKE, "no"), THAT(ATTEMPTS, "mixed"))),
AGAINST(CIPHER_MISMATCH, WHEN(STATE(HANDSHAKE, "no"), THAT(ATTEMPTS, "mixed"))),
AGAINST(GROUP_MISMATCH, WHEN(STATE(HANDSHAKE, "no"), THAT(ATTEMPTS, "mixed"))),
/* --- real clients that were passed through ---------------------------------------------------- */
HEARD(NOT_TLS, 90, "no TLS", WHEN(END("ours=false"), END("by=client"), END("how=not-tls")),
    .summary = "The client {client} does not speak TLS to this port: its first words are something else.",
    .fix = FIX_CLIENT_PLAIN),
HEARD(NETWORK, 90, "no way on to the endpoint", WHEN(END("ours=false"), END("how=upstream")),
    .summary = "The client {client} connected, but the endpoint behind the tap could not be.",
    .fix = FIX_UNREACHABLE, .reproduce = REPRODUCE_CONNECT),
HEARD(VERSION_MISMATCH, 90, "no common version", WHEN(SERVER_SAYS, END("alert=70"), END("stage=hello")),
    .summary = "The server {said} {when}: it takes none of the versions that the client {client} offers.",
    .fix = FIX_CLIENT_VERSION, .missing = { ASK_REPLAY }),
HEARD(ALPN, 90, "no common application protocol", WHEN(SERVER_SAYS, END("alert=120")),
    .summary = "The server {said} {when}: it takes none of the application protocols the client {client} offers.",
    .fix = FIX_ALPN, .missing = { ASK_REPLAY }),
HEARD(SNI, 90, "the server does not know the name", WHEN(SERVER_SAYS, END("alert=112")),
    .summary = "The server {said} {when}: it does not know the server name that the client {client} sends, or that it "
               "sends none.",
    .fix = FIX_NAME_SNI, .missing = { ASK_REPLAY }),
HEARD(CLIENT_CERT, 90, "the server wants a client certificate", WHEN(SERVER_SAYS, END("alert=116")),
    .summary = "The server {said} {when}: it requires a certificate that the client {client} did not give.",
    .fix = FIX_CLIENT_CERT, .missing = { ASK_LOG }),
HEARD(CERT_UNTRUSTED_CA, 75, "does not know the server's CA",
      WHEN(CLIENT_SAYS, END("alert=48"), END("stage=certificate|finished")),
    .summary = "The client {client} {said} {when}: it does not know the CA of the server's certificate.",
    .fix = FIX_CLIENT_TRUST, .reproduce = REPRODUCE_CERTS, .missing = { ASK_CLIENT_LOG }),
HEARD(CERT_INCOMPLETE, 25, "", WHEN(CLIENT_SAYS, END("alert=48"), END("stage=certificate|finished")),
    .summary = "An intermediate may be missing, so that the client {client} finds no way to a CA it knows.",
    .fix = FIX_CLIENT_TRUST, .reproduce = REPRODUCE_CERTS,
    .missing = { "a check of the endpoint itself, which judges its chain" }),
HEARD(CERT_EXPIRED, 75, "takes the certificate for expired",
      WHEN(CLIENT_SAYS, END("alert=45"), END("stage=certificate|finished")),
    .summary = "The client {client} {said} {when}: by its own clock a certificate has expired.",
    .fix = FIX_CLIENT_DATES, .reproduce = REPRODUCE_CERTS,
    .missing = { "the client's clock", "a check of the endpoint itself" }),
HEARD(CERT_REVOKED, 75, "takes the certificate for revoked",
      WHEN(CLIENT_SAYS, END("alert=44"), END("stage=certificate|finished")),
    .summary = "The client {client} {said} {when}: it takes a certificate for revoked.",
    .fix = FIX_CLIENT_LOG, .reproduce = REPRODUCE_CERTS, .missing = { ASK_CLIENT_LOG }),
HEARD(CERT_UNTRUSTED_CA, 25, "", WHEN(CLIENT_SAYS, END("!alert=44|45|48|86|0|90"), END("stage=certificate|finished")),
    .summary = "The client {client} {said} {when}: it refuses the server's certificate, for its CA, its name or its dates.",
    .fix = FIX_CLIENT_LOG, .reproduce = REPRODUCE_CERTS,
    .missing = { ASK_CLIENT_LOG, "a check of the endpoint itself" }),
HEARD(CERT_NAME, 25, "", WHEN(CLIENT_SAYS, END("!alert=44|45|48|86|0|90"), END("stage=certificate|finished")),
    .summary = "The server's certificate may be for other names than the one the client {client} asked for.",
    .fix = FIX_CLIENT_LOG, .reproduce = REPRODUCE_CERTS,
    .missing = { ASK_CLIENT_LOG, "a check of the endpoint itself" }),
HEARD(CIPHER_MISMATCH, 25, "", WHEN(SERVER_SAYS, END("alert=40|71"), END("stage=hello")),
    .summary = "The server {said} {when}: it may take none of the suites that the client {client} offers.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_REPLAY, ASK_LOG }),
HEARD(GROUP_MISMATCH, 25, "", WHEN(SERVER_SAYS, END("alert=40|71"), END("stage=hello")),
    .summary = "The server {said} {when}: it may take none of the groups or signature algorithms of the client {client}.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_REPLAY, ASK_LOG }),
HEARD(CLIENT_CERT, 25, "", WHEN(SERVER_SAYS, END("alert=40|42"), END("stage=certificate|finished")),
    .summary = "The server {said} {when}: it may want a client certificate.",
    .fix = FIX_CLIENT_CERT, .missing = { ASK_LOG }),
HEARD(MIDDLEBOX, 25, "", WHEN(END("ours=false"), END("by=server"), END("how=closed|reset|silent"), END("stage=hello")),
    .summary = "Between tap and server, something may drop or reset what the client {client} sends.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_REPLAY, ASK_ELSEWHERE }),
HEARD(SERVER_CONFIG, 25, "",
      WHEN(END("ours=false"), END("by=server"), END("how=closed|reset|silent"), END("stage=hello")),
    .summary = "The server may break off at the hello of the client {client} without saying why.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_REPLAY, ASK_LOG }),

/* --- network ---------------------------------------------------------------------------------- */
FOR(NETWORK, 97, WHEN(STATE(RESOLVE, "no"), FAILS("kind=no-such-name")),
    .text = "no such name: {host}",
    .summary = "The name {host} does not exist, neither in DNS nor in the hosts file.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_SUCH_NAME, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 97, WHEN(STATE(RESOLVE, "no"), FAILS("kind=no-address")),
    .text = "{host} has no address",
    .summary = "The name {host} exists, but has no address.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_ADDRESS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 97, WHEN(STATE(RESOLVE, "no"), FAILS("kind=null-mx")),
    .text = "{host} takes no mail",
    .summary = "The domain {host} says in DNS that it takes no mail (a null MX, RFC 7505).",
    .detail = DETAIL_FAILURE, .fix = FIX_NULL_MX, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(RESOLVE, "no"), FAILS("kind=dns-silent")),
    .text = "DNS does not answer for {host}",
    .summary = "No DNS server answered when asked for {host}{resolvers}.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(RESOLVE, "no"), FAILS("kind=dns-failed")),
    .text = "DNS fails for {host}",
    .summary = "DNS answered with a failure when asked for {host}{resolvers}.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 97, WHEN(STATE(RESOLVE, "no"), FAILS("kind=dns-differs")),
    .text = "the name servers do not agree about {host}",
    .summary = "The name servers of this machine do not agree about {host}{resolvers}. The first that says no is believed.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS_DIFFERS, .reproduce = REPRODUCE_RESOLVE),
WARNS(NETWORK, 75, WHEN(STATE(RESOLVE, "yes"), WORD(ADDRESS_FROM, "dns-late")),
    .summary = "A name server of this machine does not answer: {host} was found only when another one was asked. Each new "
               "name costs clients that wait, often 5 s.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS_LATE, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(RESOLVE, "no"),
                      FAILS("!kind=no-such-name|no-address|null-mx|dns-silent|dns-failed|dns-differs")),
    .text = "{host} does not resolve",
    .summary = "The name {host} does not resolve to any address.",
    .detail = DETAIL_FAILURE, .fix = FIX_DNS, .reproduce = REPRODUCE_RESOLVE),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "refused"), THAT(CONNECT, "alone"), FAILS("!icmp=null")),
    .text = "a filter rejects connections to {address}",
    .summary = "A filter rejects connections to {address}: {icmp_from} says so by ICMP, as no machine does of its own port.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_REJECTED, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "refused"), THAT(CONNECT, "alone"), FAILS("icmp=null")),
    .text = "connection refused by {address}",
    .summary = "{address} refuses connections: nothing listens there, or a firewall rejects.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_REFUSED, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "unreachable"), THAT(CONNECT, "alone"),
                      FAILS("icmp.ours=true")),
    .text = "nobody answers for {address} on this network",
    .summary = "{address} is on this machine's own network, or the next router is, and nobody there answers for that address "
               "(ARP, neighbour discovery): it is down, or the address is wrong.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_UNANSWERED, .reproduce = REPRODUCE_ROUTE),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "unreachable"), THAT(CONNECT, "alone"),
                      FAILS("icmp.ours=false")),
    .text = "{address} is unreachable",
    .summary = "{address} can't be reached, says {icmp_from}: {icmp_says}.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_UNREACHABLE, .reproduce = REPRODUCE_ROUTE),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "unreachable"), THAT(CONNECT, "alone"), FAILS("icmp=null")),
    .text = "{address} is unreachable",
    .summary = "{address} can't be reached: a machine on the way knows no route to it, or it is "
               "down.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_UNREACHABLE, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 97, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "prohibited"), THAT(CONNECT, "alone"), FAILS("!icmp=null")),
    .text = "connecting to {address} is prohibited, says {icmp_from}",
    .summary = "A filter on the way prohibits connecting to {address}: {icmp_from} says by ICMP: {icmp_says}.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_REJECTED, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "prohibited"), THAT(CONNECT, "alone"), FAILS("icmp=null")),
    .text = "connecting to {address} is prohibited",
    .summary = "Connecting to {address} is prohibited by this machine itself: a rule, a route or a policy of its own.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_PROHIBITED, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "silent"), THAT(CONNECT, "alone")),
    .text = "no answer from {address}",
    .summary = "{address} does not answer at all: packets are dropped on the way, or it is down.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_SILENT, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"), WORD(CONNECT, "reset"), THAT(CONNECT, "alone")),
    .text = "connection reset by {address}",
    .summary = "{address} resets connections while they are opened, before any TLS.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_CONNECT_RESET, .reproduce = REPRODUCE_CONNECT),
FOR(NETWORK, 90, WHEN(STATE(CONNECT, "no"),
                      { FACT_CONNECT, TEST_WORD, "!refused|unreachable|prohibited|silent|reset" },
                      THAT(CONNECT, "alone")),
    .text = "no connection to {address}",
    .summary = "No connection to {address} could be opened.{of_addresses}",
    .detail = DETAIL_FAILURE, .fix = FIX_UNREACHABLE, .reproduce = REPRODUCE_CONNECT),
WARNS(NETWORK, 90, WHEN(STATE(CONNECT, "no"), THAT(CONNECT, "covered")),
    .summary = "{address} can't be connected ({kind}), so clients lose time on it before they "
               "fall back to {other_family}.",
    .detail = DETAIL_FAILURE, .fix = FIX_FALL_BACK, .reproduce = REPRODUCE_CONNECT),

/* --- TLS may begin, and does not ---------------------------------------------------------------- */
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=closed|reset"), FAILS("stage=nothing"), STATE(IDLE, "no"),
                            STATE(STARTTLS, "yes"), THAT(VERSIONS, "!inside|other|other-reset|other-unclear"),
                            THAT(RELAXED, "!flips|accepted")),
    .text = "says yes to {command}, and ends the connection",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server says that TLS may begin ({said}), and then ends the connection, even when nothing is "
               "sent: it can't start TLS itself.",
    .fix = FIX_STARTTLS_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),

/* --- what a load balancer should have said first ------------------------------------------------- */
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), { FACT_IDLE, TEST_MEMBER, "header=true" },
                      THAT(VERSIONS, "!inside|other|other-reset|other-unclear"), THAT(RELAXED, "!flips|accepted")),
    .text = "port {port} wants a PROXY header before TLS",
    .summary = "{title} wants the PROXY protocol before TLS: hellos alone are turned away ({how}), and the same behind a "
               "PROXY header is answered. The port is meant for a load balancer that sends one, not for clients.",
    .detail = DETAIL_FAILURE, .fix = FIX_PROXY_HEADER, .reproduce = REPRODUCE_HEADER),

/* --- asked the other way round, it answers -------------------------------------------------------- */
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), STATE(OTHER_WAY, "yes"),
                      THAT(VERSIONS, "!inside|other|other-reset|other-unclear"), THAT(RELAXED, "!flips|accepted")),
    .text = "port {port} speaks {protocol} in plain text, not TLS",
    .summary = "{title} does not answer a hello ({how}), and answers {protocol} in plain text: TLS does not begin with the "
               "first byte here.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS_HINT, .reproduce = REPRODUCE_PLAINLY),
FOR(NOT_TLS, 97, WHEN(FAILS("kind=starttls"), STATE(OTHER_WAY, "yes")),
    .text = "port {port} speaks TLS at once, not {speaks} in plain text first",
    .detail = DETAIL_STARTTLS,
    .summary = "{title} does not answer {speaks} in plain text, and answers a hello that comes at once: TLS begins with the "
               "first byte here, without {command}.",
    .fix = FIX_TLS_AT_ONCE, .reproduce = REPRODUCE_HANDSHAKE),

/* --- accepted, and closed before anything was sent ----------------------------------------------- */
ON_PATH(NETWORK, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=closed|reset"), FAILS("stage=nothing"), STATE(IDLE, "no"),
                          STATE(PATH, "no"), PATH("near")),
    .text = "a proxy near this machine takes the connections and closes them at once",
    .summary = "Connections to {title} don't get there: {proof}. It closes all of them at once, even when nothing is sent: most "
               "often it can't connect the server itself, or may not.",
    .fix = FIX_PATH_NEAR, .missing = { "that proxy's own log", ASK_ELSEWHERE }),
FOR(NETWORK, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=closed|reset"), FAILS("stage=nothing"), STATE(IDLE, "no"),
                      THAT(VERSIONS, "!inside|other|other-reset|other-unclear"), THAT(RELAXED, "!flips|accepted"),
                      STATE(STARTTLS, "!yes")),
    .text = "{address} accepts connections and closes them at once",
    .summary = "{address} accepts connections and ends them at once, even when nothing is sent: no hello is looked at. "
               "A load balancer or port forwarding without a live backend does this, a rule about who may connect "
               "(TCP wrappers, an allow list), or a limit of connections.",
    .detail = DETAIL_FAILURE, .fix = FIX_CLOSES, .missing = { ASK_LOG, ASK_ELSEWHERE }, .reproduce = REPRODUCE_BANNER),

/* --- proxies: what one says of itself, then what it says of the server ---------------------------- */
FOR(NETWORK, 97, WHEN(STATE(VIA, "no"), PROXY_SAYS("outcome=no-proxy"), THAT(CONNECT, "!covered|waiting")),
    .text = "the proxy {proxy} can't be had",
    .summary = "The proxy {proxy} could not be connected, so the server was not asked: {proxy_said}.",
    .detail = DETAIL_VIA, .fix = FIX_PROXY_DOWN, .reproduce = REPRODUCE_VIA),
PROXIED(90, "auth-required", "the proxy {proxy} wants a login", PROXY_LOGIN,
    "The proxy {proxy} wants a login that it did not get ({proxy_said}); the server was not asked."),
PROXIED(90, "auth-refused", "the proxy {proxy} does not take the login", PROXY_LOGIN,
    "The proxy {proxy} does not take the login it was given ({proxy_said}); the server was not asked."),
PROXIED(75, "forbidden", "the proxy {proxy} does not allow it", PROXY_RULES,
    "The proxy {proxy} refuses to connect to {host}:{port} by its own rules ({proxy_said}); the server was not asked."),
PROXIED(75, "refused|unsupported", "the proxy {proxy} refuses", PROXY_RULES,
    "The proxy {proxy} refuses to connect to {host}:{port} ({proxy_said}); the server was not asked."),
PROXIED(75, "garbled", "{proxy} is no proxy of this kind", PROXY_KIND,
    "What answers at {proxy} is no proxy of this kind, or not at this port ({proxy_said}); the server was not asked."),
PROXIED(75, "closed", "the proxy {proxy} closes the connection", PROXY_RULES,
    "The proxy {proxy} ended the connection instead of answering; the server was not asked."),
PROXIED(75, "silent", "the proxy {proxy} does not answer", PROXY_RULES,
    "The proxy {proxy} took the connection and did not answer in time: it is stuck, or waits for {host}:{port} "
    "itself."),
PROXIED(75, "peer-refused", "refused by {host}:{port}, says the proxy", PROXY_BEYOND,
    "The proxy {proxy} says that {host}:{port} refuses its connections ({proxy_said})."),
PROXIED(75, "no-name", "the proxy {proxy} can't find {host}", PROXY_BEYOND,
    "The proxy {proxy} says that it can't find {host} ({proxy_said})."),
PROXIED(75, "unreachable", "the proxy {proxy} can't reach {host}", PROXY_BEYOND,
    "The proxy {proxy} says that it can't reach {host}:{port} ({proxy_said})."),
PROXIED(75, "ended", "the command of via= fails", PROXY_COMMAND,
    "The command {proxy_command} ended before a byte came through it ({proxy_said}); the server was not asked."),

/* --- not TLS ---------------------------------------------------------------------------------- */
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("protocol=HTTP"), PATH("!another|name")),
    .text = "port {port} speaks plain HTTP, not TLS",
    .summary = "{title} answers in plain HTTP: there is no TLS on this port.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS, .reproduce = REPRODUCE_PLAIN),
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("protocol=echo")),
    .text = "port {port} sends back what it is sent",
    .summary = "{title} answers our ClientHello with a ClientHello: what is sent there comes back, or a client waits there, not "
               "a server.",
    .detail = DETAIL_PROTOCOL, .fix = FIX_NOT_TLS_HINT, .reproduce = REPRODUCE_HANDSHAKE),
FOR(NOT_TLS, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=not-tls"), FAILS("stage=nothing"),
                      FAILS("!protocol=null|HTTP|echo"), FAILS("!hint=null")),
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
                      FAILS("protocol=null"), PATH("!another|name")),
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

/* --- before TLS may begin ----------------------------------------------------------------------- */
FOR(MIDDLEBOX, 90, WHEN(FAILS("kind=starttls"), BEFORE("outcome=not-offered"), BEFORE("!stripped=null")),
    .text = "{command} is struck out of the server's list",
    .detail = DETAIL_STARTTLS,
    .summary = "Something on the path to {title} writes over the server's offer of {command}: its list has \"{stripped}\" "
               "in that place.",
    .fix = FIX_STARTTLS_STRIPPED, .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 90, WHEN(FAILS("kind=starttls"), BEFORE("outcome=not-offered"), BEFORE("stripped=null"),
                        THAT(STARTTLS, "elsewhere")),
    .text = "{command} is taken out of the server's list on the way",
    .detail = DETAIL_STARTTLS,
    .summary = "Something on the path to {title} takes {command} out of what the server offers: another way to the same "
               "server has it.",
    .fix = FIX_STARTTLS_STRIPPED, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 90, WHEN(FAILS("kind=starttls"), BEFORE("outcome=not-offered"), BEFORE("stripped=null"),
                            THAT(STARTTLS, "!elsewhere"), BEFORE("!offered=null")),
    .text = "{command} is switched off",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server does not offer {command}; it lists {lists}: TLS is switched off on this port.",
    .fix = FIX_STARTTLS_OFF, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 90, WHEN(FAILS("kind=starttls"), BEFORE("outcome=not-offered"), BEFORE("stripped=null"),
                            THAT(STARTTLS, "!elsewhere"), BEFORE("offered=null")),
    .text = "{command} is switched off",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server says no when it is asked for TLS by {command}{words}: TLS is switched off on this port.",
    .fix = FIX_STARTTLS_OFF, .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=not-offered"), BEFORE("stripped=null"),
                        THAT(STARTTLS, "!elsewhere")),
    .detail = DETAIL_STARTTLS,
    .summary = "Something on the path to {title} may take {command} out of what the server offers.",
    .fix = FIX_STARTTLS_STRIPPED, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 90, WHEN(FAILS("kind=starttls"), BEFORE("outcome=refused"), BEFORE("stage=command")),
    .text = "the server refuses {command}: {said}",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server refuses {command}, most often for want of a certificate or key it can read: {said}.",
    .fix = FIX_STARTTLS_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(NETWORK, 75, WHEN(FAILS("kind=starttls"), BEFORE("outcome=refused"), BEFORE("!stage=command")),
    .text = "the server refuses this client before TLS: {said}",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server refuses this client before TLS can begin: {said}.",
    .fix = FIX_STARTTLS_DENIED, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_BANNER),
FOR(SNI, 97, WHEN(FAILS("kind=starttls"), BEFORE("outcome=unknown-name")),
    .text = "the server does not serve the name it is asked for",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server does not serve the name it was asked for, {asked}: {said}.",
    .fix = FIX_STARTTLS_NAME, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_OVERLOAD, 75, WHEN(FAILS("kind=starttls"), BEFORE("outcome=busy")),
    .text = "the server says it is too busy: {said}",
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server takes no more connections, as it says itself before TLS can begin: {said}.",
    .fix = FIX_STARTTLS_BUSY, .missing = { ASK_AGAIN }, .reproduce = REPRODUCE_BANNER),
FOR(NOT_TLS, 97, WHEN(FAILS("kind=starttls"), BEFORE("outcome=tls-at-once")),
    .text = "port {port} speaks TLS at once, not {speaks} in plain text first",
    .detail = DETAIL_STARTTLS,
    .summary = "{title} speaks TLS from the first byte on, while {speaks} with {command} begins in plain text.",
    .fix = FIX_TLS_AT_ONCE, .reproduce = REPRODUCE_HANDSHAKE),
FOR(NOT_TLS, 97, WHEN(FAILS("kind=starttls"), BEFORE("outcome=other")),
    .text = "port {port} speaks {found}, not {speaks}",
    .detail = DETAIL_STARTTLS,
    .summary = "{title} speaks {found}, not {speaks}.",
    .fix = FIX_NOT_TLS_HINT, .reproduce = REPRODUCE_BANNER),
FOR(NOT_TLS, 75, WHEN(FAILS("kind=starttls"), BEFORE("outcome=garbled"), BEFORE("behind=false")),
    .text = "what port {port} speaks is not {speaks}",
    .detail = DETAIL_STARTTLS,
    .summary = "{title} says what no {speaks} server says: {said}.",
    .fix = FIX_NOT_TLS_HINT, .missing = { "what is meant to listen on this port" }, .reproduce = REPRODUCE_BANNER),
FOR(SERVER_CONFIG, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=garbled"), BEFORE("behind=true")),
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server says more behind its answer to {command}, before TLS begins: {said}.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=garbled"), BEFORE("behind=true")),
    .detail = DETAIL_STARTTLS,
    .summary = "Something on the path to {title} may put plain text behind the answer to {command}, to have it taken for "
               "what TLS protects (CVE-2011-0411): {said}.",
    .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=closed"), STATE(OTHER_WAY, "!yes")),
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server may refuse this client, or fail, without a word: it ends the connection before TLS.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_LOG, ASK_ELSEWHERE }, .reproduce = REPRODUCE_BANNER),
FOR(SERVER_OVERLOAD, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=closed|silent"), STATE(OTHER_WAY, "!yes")),
    .detail = DETAIL_STARTTLS,
    .summary = "The {speaks} server may have no room for another connection: it takes it and does not speak.",
    .fix = FIX_SERVER_LOG, .missing = { ASK_AGAIN, ASK_LOG }, .reproduce = REPRODUCE_BANNER),
FOR(NOT_TLS, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=closed|silent"), STATE(OTHER_WAY, "!yes")),
    .detail = DETAIL_STARTTLS,
    .summary = "Port {port} of {host} may speak something else than {speaks}, or TLS at once.",
    .fix = FIX_TLS_AT_ONCE, .missing = { "what is meant to listen on this port" }, .reproduce = REPRODUCE_BANNER),
FOR(MIDDLEBOX, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=closed"), BEFORE("!stage=greeting"), STATE(OTHER_WAY, "!yes")),
    .detail = DETAIL_STARTTLS,
    .summary = "Something on the path to {title} may end the connection because of {command}.",
    .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(NETWORK, 25, WHEN(FAILS("kind=starttls"), BEFORE("outcome=silent|slow"), STATE(OTHER_WAY, "!yes")),
    .detail = DETAIL_STARTTLS,
    .summary = "Packets may get lost on the way to {title}, or the server makes clients wait before it speaks.",
    .fix = FIX_STARTTLS_SLOW, .missing = { "the same with more patience: --timeout 30", ASK_ELSEWHERE },
    .reproduce = REPRODUCE_BANNER),

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
                               THAT(VERSIONS, "other-reset"), PATH("!another|filter")),
    .text = "no common version: offered {offer}, taken {accepts}",
    .summary = "The server takes {accepts}; connections that offer {offer} are reset.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_CLIENT, .reproduce = REPRODUCE_VERSIONS,
    .missing = { ASK_ELSEWHERE }),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY,
                        THAT(VERSIONS, "other-reset|other-unclear"), UNNAMED),
    .summary = "Something on the path may drop or reset the versions {offer}.",
    .detail = DETAIL_VERSIONS, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_VERSIONS),
FOR(VERSION_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(VERSIONS, "other-unclear"), UNNAMED),
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
                               FAILS("!alert.number=112|120"), THAT(VERSIONS, "unasked"), UNNAMED),
    .summary = "The server may not speak {offer}: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_VERSION_SERVER, .missing = { ASK_VERSIONS },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(VERSION_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"),
                               FAILS("kind=local"), THAT(VERSIONS, "unasked"), UNNAMED),
    .summary = "The server may not speak {offer}: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_LOCAL, .missing = { ASK_VERSIONS },
    .reproduce = REPRODUCE_HANDSHAKE),

/* --- suites, groups, signature algorithms ------------------------------------------------------ */
FOR(SERVER_CONFIG, 97, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(CIPHERS, "anonymous")),
    .text = "the server has no certificate it can use",
    .summary = "The server has no certificate or key it can use: of all that can be offered, it takes only cipher suites "
               "that need none (anonymous Diffie-Hellman).",
    .detail = DETAIL_AS_IS, .fix = FIX_NO_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),
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
/* --- what the client's own hello hangs on ------------------------------------------------------- */
REPLAYED(VERSION_MISMATCH, "version", "The server", .missing = { NULL }),
REPLAYED(CIPHER_MISMATCH, "suite", "The server", .missing = { NULL }),
REPLAYED(GROUP_MISMATCH, "group", "The server", .missing = { NULL }),
REPLAYED(EXTENSION_MISMATCH, "extension", "The server", .missing = { NULL }),
REPLAYED(SNI, "sni", "The server", .missing = { NULL }),
REPLAYED(ALPN, "alpn", "The server", .missing = { NULL }),
REPLAYED(SERVER_CONFIG, "server", "The server", .missing = { NULL }),
REPLAYED(MIDDLEBOX, "path", "Something on the path to {title}, or the server,", .missing = { ASK_ELSEWHERE, ASK_LOG }),

FOR(GROUP_MISMATCH, 97, WHEN(STATE(HANDSHAKE, "yes"), THAT(KX_GROUP, "small-dh")),
    .text = "the server's Diffie-Hellman group is too small ({group})",
    .summary = "The server uses a Diffie-Hellman group ({group}) smaller than current clients accept: they "
               "say \"dh key too small\".",
    .detail = DETAIL_GROUP, .fix = FIX_SMALL_DH, .reproduce = REPRODUCE_HANDSHAKE),
FOR(GROUP_MISMATCH, 97, WHEN(STATE(HANDSHAKE, "yes"), THAT(KX_GROUP, "large-dh")),
    .text = "the server's Diffie-Hellman group is too large for this client ({group})",
    .summary = "The server chose a Diffie-Hellman key exchange with a group ({group}) larger than this client can use: "
               "such clients break off when they see it.",
    .detail = DETAIL_GROUP, .fix = FIX_LARGE_DH, .reproduce = REPRODUCE_HANDSHAKE),
/* Until the relaxed hellos were asked, or when their answers decide nothing. */
FOR(CIPHER_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), REFUSED,
                              FAILS("!alert.number=70|80|86|109|110|112|120"),
                              THAT(VERSIONS, "!other|other-reset|none-70"), THAT(RELAXED, "open|varies"), UNNAMED),
    .summary = "Client and server may share no cipher suite, or none that fits the server's key: "
               "{how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(CIPHER_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("alert.number=70|80"),
                              THAT(VERSIONS, "inside"), THAT(RELAXED, "open|varies"), UNNAMED),
    .summary = "Client and server may share no cipher suite, or none that fits the server's key: "
               "{how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(GROUP_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), REFUSED,
                             FAILS("!alert.number=70|80|86|109|110|112|120"),
                             THAT(VERSIONS, "!other|other-reset|none-70"), THAT(RELAXED, "open|varies"), UNNAMED),
    .summary = "Client and server may share no group or signature algorithm: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(GROUP_MISMATCH, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("alert.number=70|80"),
                             THAT(VERSIONS, "inside"), THAT(RELAXED, "open|varies"), UNNAMED),
    .summary = "Client and server may share no group or signature algorithm: {how} {stage}.",
    .detail = DETAIL_VERSIONS, .fix = FIX_SERVER_LOG, .missing = { ASK_SUITES, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
/* The proof that suites are not lacking: one that is taken is refused beside the client's own. */
FOR(SERVER_CONFIG, 50, WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "chokes"), UNNAMED),
    .text = "the server chokes on a suite",
    .summary = "The server takes other suites, but not beside those this client offers: it chokes on one of these "
               "instead of passing over it.",
    .detail = DETAIL_AS_IS, .fix = FIX_CHOKES, .missing = { ASK_REPLAY, ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
/* Our library always asks for a staple; the raw hello of the client, which does not, is taken. */
FOR(SERVER_CONFIG, 90, WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "accepted"),
                            THAT(VARIATIONS, "no-status-request"), THAT(HANDSHAKE, "!own-client")),
    .text = "the server chokes on status_request",
    .summary = "The server chokes on the extension status_request (an OCSP staple is asked for), which browsers, Java, Go "
               "and GnuTLS send and OpenSSL's command line and curl do not: {how} {stage}, and the same handshake "
               "without it is answered.",
    .detail = DETAIL_FAILURE, .fix = FIX_STATUS_REQUEST, .reproduce = REPRODUCE_STATUS),
FOR(SERVER_CONFIG, 90, WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "minds-limit"),
                            THAT(HANDSHAKE, "!own-client")),
    .text = "the server chokes on record_size_limit",
    .summary = "The server chokes on the extension record_size_limit (RFC 8449), which Firefox and GnuTLS send and OpenSSL, "
               "curl and Chrome do not: {how} {stage}, and the same handshake without it is answered.",
    .detail = DETAIL_FAILURE, .fix = FIX_RECORD_SIZE, .reproduce = REPRODUCE_RECORD_SIZE),
WARNS(SERVER_CONFIG, 90, WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "minds-limit"),
                              THAT(HANDSHAKE, "own-client")),
    .summary = "The server chokes on the extension record_size_limit (RFC 8449), which this client does not send; Firefox and "
               "GnuTLS do.",
    .detail = DETAIL_FAILURE, .fix = FIX_RECORD_SIZE, .reproduce = REPRODUCE_RECORD_SIZE),
WARNS(SERVER_CONFIG, 90, WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "accepted"),
                              THAT(VARIATIONS, "no-status-request"), THAT(HANDSHAKE, "own-client")),
    .summary = "The server chokes on the extension status_request (an OCSP staple is asked for), which this client "
               "does not send; browsers, Java, Go and GnuTLS do.",
    .detail = DETAIL_FAILURE, .fix = FIX_STATUS_REQUEST, .reproduce = REPRODUCE_STATUS),
/* A server that means one client would take another. */
FOR(SERVER_CONFIG, 50, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("!alert.number=70|80|112|120"), THAT(REPLAY, "nobody"),
                            THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "refused")),
    .text = "the server refuses everybody",
    .summary = "The server answers every hello by {as_is}, those of Firefox, Chrome, Java, OpenSSL and Windows XP too: "
               "it is not what this client offers, but how the server is set up.",
    .detail = DETAIL_REPLAY, .fix = FIX_NO_KEY, .missing = { ASK_LOG, ASK_NAME }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 50, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert"), FAILS("!alert.number=40|70|80|112|120"),
                            THAT(VERSIONS, "nobody"), THAT(RELAXED, "refused"), UNNAMED),
    .text = "the server refuses everybody",
    .summary = "The server answers every hello alike ({how} {stage}), whatever its version, suites, groups and signature "
               "algorithms, one of SSL 2.0 too: it is not what this client offers, but how the server, or what answers "
               "in its place, is set up.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG, ASK_NAME }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=closed"), FAILS("stage=nothing"),
                            THAT(VERSIONS, "gives-up"), THAT(RELAXED, "!flips|accepted"), UNNAMED),
    .text = "the server gives up at hellos it could take",
    .summary = "The server refuses aloud what it can't take (older versions, other suites), and ends the connection "
               "without a word where it could go on: it fails within itself, most often while it looks for the certificate of "
               "{name}, or its process ends.",
    .detail = DETAIL_AS_IS, .fix = FIX_GIVES_UP, .missing = { ASK_LOG, ASK_NAME }, .reproduce = REPRODUCE_HANDSHAKE),
/* OpenSSL without a certificate leaves TLS 1.3 out, and still knows it when somebody steps back from it. */
FOR(SERVER_CONFIG, 97, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=40"), THAT(RELAXED, "newer"),
                            THAT(VERSIONS, "refused-12")),
    .text = "the server has no certificate it can use",
    .summary = "The server refuses TLS 1.2 whatever is offered, and TLS 1.3 as if it did not know it, although it "
               "objects to a step back from it: it has no certificate or key it can use.",
    .detail = DETAIL_AS_IS, .fix = FIX_NO_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),
/* Suites of TLS 1.3 fit every key: where it is refused like TLS 1.2, there is no key. */
FOR(SERVER_CONFIG, 50, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=40"), THAT(RELAXED, "refused"),
                            THAT(RELAXED, "!no-alpn|small"), THAT(VERSIONS, "refused-both"), UNNAMED),
    .text = "the server seems to have no certificate or key it can use",
    .summary = "The server refuses TLS 1.2 and 1.3 whatever is offered: it seems to have no certificate or key it can "
               "use for {name}.",
    .detail = DETAIL_AS_IS, .fix = FIX_NO_KEY, .missing = { ASK_LOG, ASK_NAME }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(CIPHER_MISMATCH, 50, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=40"), THAT(RELAXED, "refused"),
                              THAT(RELAXED, "!no-alpn|small|newer"), THAT(VERSIONS, "refused-12"),
                              THAT(VERSIONS, "!like-java"), UNNAMED),
    .text = "no suite of the server fits its key",
    .summary = "The server speaks TLS 1.2 and refuses every suite, group and signature algorithm of it: the suites it "
               "takes seem not to fit the key of its certificate, or it has none.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG, ASK_NAME }, .reproduce = REPRODUCE_HANDSHAKE),
/* Java's suites are seldom chosen by hand: its key store is what people get wrong. */
FOR(SERVER_CONFIG, 50, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=40"), THAT(RELAXED, "refused"),
                            THAT(RELAXED, "!no-alpn|small"), THAT(VERSIONS, "refused-12"),
                            THAT(VERSIONS, "like-java"), UNNAMED),
    .text = "the server seems to have no key it can use",
    .summary = "The server, by its answers one written in Java, refuses every suite, group and signature algorithm of "
               "TLS 1.2: its key store seems to hold no private key, or none that its suites fit.",
    .detail = DETAIL_AS_IS, .fix = FIX_NO_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=40|80"), FAILS("stage=server-hello"),
                            THAT(VERSIONS, "like-java"), THAT(RELAXED, "refused|varies")),
    .text = "the server has no key it can use",
    .summary = "The server, by its answers one written in Java, agrees on a version and a suite and gives up before "
               "its certificate: it has no private key it can use.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),
/* OpenSSL says so only where the program that uses it fails; a version that fails so has rows of its own. */
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=80"), THAT(VERSIONS, "like-openssl"),
                            THAT(VERSIONS, "!other|other-reset|inside|unasked"), THAT(RELAXED, "!flips|accepted|no-alpn|small"),
                            UNNAMED),
    .text = "the server can't load the certificate or key it is to use",
    .summary = "The server fails within itself ({how} {stage}) whatever is offered: most often it can't load the "
               "certificate or key it is to use for {name}.",
    .detail = DETAIL_AS_IS, .fix = FIX_NO_KEY, .missing = { ASK_LOG, ASK_NAME }, .reproduce = REPRODUCE_HANDSHAKE),
/* Java picks version and suite before it looks for a key. */
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=40|80"), FAILS("stage=server-hello"),
                            THAT(VERSIONS, "refused-12-not-13")),
    .text = "the server has no key it can use",
    .summary = "The server answers a hello of TLS 1.3 and gives up before its certificate, and refuses TLS 1.2 "
               "whatever is offered: it has no certificate or key it can use.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_KEY, .missing = { ASK_LOG }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_OVERLOAD, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER), THAT(RELAXED, "varies"), UNNAMED),
    .summary = "The server answers like hellos now one way, now another: it may be out of resources.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_ALONE, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_OVERLOAD, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("!kind=silent|slow|not-tls|local"),
                              THAT(RELAXED, "accepted"), THAT(VARIATIONS, "!no-status-request"), UNNAMED),
    .summary = "The same offer was taken a moment later ({agreed_version}, {agreed_cipher}): it may fail now "
               "and then only.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_AGAIN, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS(NO_ANSWER), THAT(RELAXED, "refused"),
                            THAT(RELAXED, "!no-alpn|small"), THAT(VERSIONS, "!other|other-reset|none-70"), UNNAMED),
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
                                 FAILS("alert.number=109|110|47|50|10"), THAT(RELAXED, "!flips|accepted|chokes"), UNNAMED),
    .summary = "An extension may be missing or one too many: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SNI, 90, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=112"), UNNAMED),
    .text = "the server refuses the server name",
    .summary = "The server does not know the name that is sent, or insists on one: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_NAME_SNI, .missing = { ASK_NAME },
    .reproduce = REPRODUCE_HANDSHAKE),
BY_NAME(SNI, 97, WHEN(NAME_REFUSED("right-works"), NAMES("named"), NAMES("aloud")),
    .text = "the server refuses the name {sent}, and takes {name}",
    .summary = "The server does not know the name that is sent, {sent}: {how} {stage}. To {name} it answers, with "
               "{right_answer}.",
    .fix = FIX_SNI_OTHER),
BY_NAME(SNI, 97, WHEN(NAME_REFUSED("right-works"), NAMES("!named"), NAMES("aloud")),
    .text = "the server refuses hellos without a server name",
    .summary = "No server name is sent, and the server insists on one: {how} {stage}. To {name} it answers, with "
               "{right_answer}.",
    .fix = FIX_SNI_SEND),
/* A router by name ends what it does not know, and so may a filter. */
BY_NAME(SNI, 90, WHEN(NAME_REFUSED("right-works"), NAMES("named"), NAMES("!aloud")),
    .text = "turned away with the name {sent}, not with {name}",
    .summary = "Who sends the server name {sent} is turned away without a word ({how}), who sends {name} gets "
               "{right_answer}: what chooses by name there, server or router, does not know the first.",
    .fix = FIX_SNI_OTHER),
BY_NAME(SNI, 90, WHEN(NAME_REFUSED("right-works"), NAMES("!named"), NAMES("!aloud")),
    .text = "turned away without a server name, not with {name}",
    .summary = "Who sends no server name is turned away without a word ({how}), who sends {name} gets {right_answer}: "
               "what chooses by name there, server or router, needs one.",
    .fix = FIX_SNI_SEND),
BY_NAME(SNI, 97, WHEN(NAME_REFUSED("all"), FAILS("alert.number=112"), NAMES("named")),
    .text = "the server does not know the name {sent}",
    .summary = "The server does not know the name {sent}: it answers {alert} to that, and to all others that were "
               "tried.",
    .fix = FIX_SNI_UNKNOWN),
BY_NAME(SNI, 97, WHEN(NAME_REFUSED("all"), FAILS("alert.number=112"), NAMES("!named")),
    .text = "the server wants a server name, and does not know {name}",
    .summary = "No server name is sent, and the server insists on one it knows: it answers {alert} to {name} and to a "
               "name nobody has as well.",
    .fix = FIX_SNI_UNKNOWN),
BY_NAME(SNI, 97, WHEN(NAME_REFUSED("unknown"), FAILS("alert.number=80|112"), PATH("!another")),
    .text = "the server does not know the name {sent}",
    .summary = "The server does not know the name {sent}: it answers {alert} to that as to a name nobody has, and to a "
               "hello without one with {none_answer}.",
    .fix = FIX_SNI_UNKNOWN),
BY_NAME(SNI, 90, WHEN(NAME_REFUSED("unknown"), NAMES("aloud"), PATH("!another")),
    .text = "the server does not know the name {sent}",
    .summary = "The server answers {alert} to {sent} as to a name nobody has, and to a hello without a name with "
               "{none_answer}: it does not know that name.",
    .fix = FIX_SNI_UNKNOWN),
BY_NAME(SNI, 75, WHEN(NAME_REFUSED("unknown"), FAILS("kind=closed"), PATH("!another")),
    .text = "turned away with the name {sent}, not without one",
    .summary = "Who sends {sent}, or a name nobody has, is turned away without a word ({how}), who sends none gets "
               "{none_answer}: what chooses by name there does not know {sent}.",
    .fix = FIX_SNI_UNKNOWN, .missing = { ASK_RIGHT, ASK_ELSEWHERE }),
BY_NAME(MIDDLEBOX, 75, WHEN(NAME_REFUSED("unknown"), FAILS("kind=reset|silent|slow"), PATH("!server")),
    .text = "something on the path minds the server name",
    .summary = "Hellos with a server name, {sent} or any other, come to nothing ({how}), one without gets "
               "{none_answer}: "
               "something on the path to {title} seems to let only names pass that it knows, or none.",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE, ASK_RIGHT }),
BY_NAME(MIDDLEBOX, 25, WHEN(NAME_REFUSED("unknown|alone"), FAILS("kind=closed")),
    .summary = "Something on the path to {title} may end connections that name {sent}.",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE }),
BY_NAME(SNI, 25, WHEN(NAME_REFUSED("unknown|alone"), FAILS("kind=reset|silent|slow")),
    .summary = "A server or router that chooses by name may not know {sent}, or not reach what is behind it.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
BY_NAME(SNI, 90, WHEN(NAME_REFUSED("alone"), FAILS("alert.number=80|112"), PATH("!another")),
    .text = "the server refuses the name {sent} alone",
    .summary = "The server answers {alert} to the name {sent}, and to one nobody has with {other_answer}: what it has "
               "for {sent} is broken, or refuses.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG }),
BY_NAME(SNI, 75, WHEN(NAME_REFUSED("alone"), NAMES("aloud"), PATH("!another")),
    .text = "the name {sent} alone is refused",
    .summary = "The answer to the name {sent} is {alert}, to one nobody has {other_answer}: what there is for {sent} "
               "is broken, or refuses.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
/* The server has that very name, so it is hardly the server that minds it. */
BY_NAME(MIDDLEBOX, 75, WHEN(NAME_REFUSED("covered"), FAILS("kind=closed|reset|silent|slow|not-tls"), PATH("!another|filter")),
    .text = "something before the server minds the name {sent}",
    .summary = "Who sends the name {sent} is turned away ({how}), yet who sends {covering_with} gets {covering}: the server has "
               "that very name, so something before it turns {sent} away, on the path to {title} or right beside the server "
               "(filter, relay, router by name).",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE, ASK_LOG }),
BY_NAME(SNI, 25, WHEN(NAME_REFUSED("covered"), FAILS("kind=closed|not-tls")),
    .summary = "What chooses by name there may turn {sent} away by itself, or not reach what is behind it.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
BY_NAME(SNI, 75, WHEN(NAME_REFUSED("alone"), NAMES("!covered"), FAILS("kind=closed"), PATH("!another"),
                      THAT(POST_QUANTUM, "!taken")),
    .text = "the name {sent} alone is turned away",
    .summary = "Who sends the name {sent} is turned away without a word ({how}), who sends one nobody has gets "
               "{other_answer}: what is behind that name, at a router by name, is down or refuses.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
BY_NAME(MIDDLEBOX, 75, WHEN(NAME_REFUSED("alone"), FAILS("kind=reset|silent|slow"), PATH("!server")),
    .text = "something on the path minds the name {sent}",
    .summary = "Hellos that name {sent} come to nothing ({how}), while a name nobody has gets {other_answer}: "
               "something on the path to {title} seems to block that name.",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE, ASK_LOG }),
BY_NAME(SNI, 25, WHEN(NAME_REFUSED("all"), FAILS("kind=closed|reset"), THAT(RELAXED, "open|refused"),
                      THAT(FAILURE, "by-name")),
    .summary = "A server or router that chooses by name may know none of the names that were tried: {how} {stage}.",
    .fix = FIX_SNI_UNKNOWN, .missing = { ASK_RIGHT, ASK_LOG }),
FOR(SNI, 50, WHEN(NAME_REFUSED("all"), FAILS("alert.number=80"), THAT(VERSIONS, "!unasked|like-openssl"),
                  THAT(RELAXED, "refused"), THAT(FAILURE, "by-name")),
    .text = "the server seems to have no certificate for the name",
    .summary = "Whatever is offered, and whatever name is sent, the server fails ({how} {stage}): most often it has no "
               "certificate for any of these names.",
    .detail = DETAIL_NAMES, .fix = FIX_SNI_UNKNOWN, .missing = { ASK_RIGHT, ASK_LOG }, .reproduce = REPRODUCE_SNI),
/* Go and nginx say so when they find no certificate for the name. A version that fails so has rows of its own. */
FOR(SNI, 50, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=80"),
                  THAT(VERSIONS, "!other|other-reset|unasked|like-openssl"),
                  THAT(RELAXED, "refused"), THAT(RELAXED, "!flips|accepted|no-alpn|small"), UNNAMED),
    .text = "the server seems to have no certificate for the name",
    .summary = "Whatever is offered, the server fails ({how} {stage}): most often it has no certificate for {name}.",
    .detail = DETAIL_FAILURE, .fix = FIX_NAME_SNI, .missing = { ASK_NAME, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SNI, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=80|40"), NAMES("!all"),
                  THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "!flips|accepted|no-alpn|small"), UNNAMED),
    .summary = "The server may not know the name {name}, or insist on one: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_NAME_SNI, .missing = { ASK_NAME, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(ALPN, 97, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=120"), THAT(RELAXED, "no-alpn"), UNNAMED),
    .text = "no application protocol in common",
    .summary = "The server takes none of the application protocols offered ({alpn}): {how} {stage}, and the same hello "
               "without them is answered.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 97, WHEN(STATE(HANDSHAKE, "no"), REFUSED, THAT(VARIATIONS, "no-alpn"), PATH("!another|filter")),
    .text = "no application protocol in common",
    .summary = "The server takes none of the application protocols offered ({alpn}): {how} {stage}, and without them "
               "the same handshake works.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 97, WHEN(STATE(LATE, "yes"), THAT(VARIATIONS, "no-alpn")),
    .text = "no application protocol in common",
    .summary = "The server takes none of the application protocols offered ({alpn}): {late} after the handshake, and "
               "without them the same works.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 90, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=120"), FAILS("!stage=nothing"), THAT(ALPN, "offered"),
                   STATE(VARIATIONS, "!yes"), UNNAMED),
    .text = "no application protocol in common",
    .summary = "The server takes none of the application protocols offered ({alpn}): {how} {stage}.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=120"), FAILS("stage=nothing"), THAT(ALPN, "offered"),
                   STATE(VARIATIONS, "!yes"), STATE(RELAXED, "!yes"), UNNAMED),
    .text = "no application protocol in common",
    .summary = "The server takes none of the application protocols offered ({alpn}): {how} {stage}.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .reproduce = REPRODUCE_ALPN, .missing = { "a try with alpn=none" }),
/* Also without them, then: perhaps it says that whatever comes. */
FOR(ALPN, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=120"), THAT(RELAXED, "!no-alpn"), UNNAMED),
    .summary = "The server may refuse the application protocols offered ({alpn}), or want another: {how} {stage}.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .missing = { "a try with the protocol the server speaks (alpn=NAME)" },
    .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=120"), THAT(ALPN, "!offered"),
                   STATE(VARIATIONS, "!yes"), UNNAMED),
    .text = "the server wants an application protocol, and none is offered",
    .summary = "The server insists on an application protocol, and this client offers none: {how} {stage}.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN_NONE, .missing = { "a try with the protocol the server speaks (alpn=NAME)" },
    .reproduce = REPRODUCE_ALPN),
/* All hellos with them, five and more, came to the same end, and those of one version, which have none, did not. */
FOR(ALPN, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("kind=closed|alert"), THAT(RELAXED, "no-alpn"),
                   THAT(VERSIONS, "taken-alone"), STATE(VARIATIONS, "!yes|unsure"), UNNAMED),
    .text = "turned away with the application protocols offered, not without",
    .summary = "Hellos that offer application protocols ({alpn}) are turned away ({how}), whatever else they hold, and the "
               "same without them is answered: the server takes none of them, or can't read that extension (ALPN).",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .missing = { "a try with alpn=none" }, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("!alert.number=120"), THAT(RELAXED, "no-alpn"), UNNAMED),
    .summary = "The server may refuse the application protocols offered ({alpn}): {how} {stage}, and the same hello "
               "without them is answered.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .missing = { "a try with alpn=none" },
    .reproduce = REPRODUCE_ALPN),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(RELAXED, "small"), UNNAMED),
    .summary = "Something on the path may drop or end the connection because of the hello's size: without "
               "its padding it is answered.",
    .detail = DETAIL_AS_IS, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(RELAXED, "small"), UNNAMED),
    .summary = "The server may choke on the hello's size: without its padding it is answered.",
    .detail = DETAIL_AS_IS, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG, ASK_ELSEWHERE },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails")),
    .summary = "Something on the path to {title} may drop or end connections that begin with a ClientHello of "
               "post-quantum size, larger than one packet: {large}.",
    .detail = DETAIL_LARGE, .fix = FIX_LARGE_PATH, .missing = { ASK_ELSEWHERE, ASK_SPLIT },
    .reproduce = REPRODUCE_LARGE),
/* A server that reads a hello in two packets, and never says a word to a large one, has not got it. */
FOR(MIDDLEBOX, 75, WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails"), WORD(POST_QUANTUM, "silent|slow"),
                        { FACT_TOLERATES, TEST_MEMBER, "split-segments=accepted" }),
    .text = "something on the path drops large hellos",
    .summary = "Something on the path to {title} drops a ClientHello of post-quantum size, larger than one packet: "
               "{large}, while a small one in two packets is answered.",
    .detail = DETAIL_LARGE, .fix = FIX_LARGE_PATH, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_LARGE),
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails"),
                            { FACT_TOLERATES, TEST_MEMBER, "split-segments=closed|reset|silent|slow" }),
    .text = "the server does not read a hello in two packets",
    .summary = "The server does not read a ClientHello that comes in two packets, as today's browsers send it: "
               "{large}, and so does a small one in two.",
    .detail = DETAIL_LARGE, .fix = FIX_LARGE, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_LARGE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails")),
    .summary = "The server may not read a ClientHello of post-quantum size, larger than one packet: {large}.",
    .detail = DETAIL_LARGE, .fix = FIX_LARGE, .missing = { ASK_ELSEWHERE, ASK_SPLIT },
    .reproduce = REPRODUCE_LARGE),
FOR(ALPN, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(ALPN, "foreign")),
    .text = "the server chose an application protocol that was not offered",
    .summary = "The server chose an application protocol that was not offered; most clients end the "
               "handshake over that.",
    .detail = DETAIL_NONE, .fix = FIX_ALPN, .missing = { ASK_LOG }, .reproduce = REPRODUCE_ALPN),
FOR(ALPN, 25, WHEN(STATE(LATE, "yes"), WORD(LATE, "no_application_protocol")),
    .summary = "The server may refuse the application protocols offered ({alpn}): {late} after the "
               "handshake.",
    .detail = DETAIL_ALPN, .fix = FIX_ALPN, .missing = { "a try with alpn=none" },
    .reproduce = REPRODUCE_ALPN),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=80|40|10|50"),
                            THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "!flips|accepted|no-alpn"), UNNAMED),
    .summary = "The server may have no usable certificate or key for this name: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=protocol|too-big|reset|closed"),
                            FAILS("!stage=certificate-request"),
                            THAT(VERSIONS, "!other|other-reset"), THAT(RELAXED, "!flips|no-alpn"), UNNAMED),
    .summary = "The server may be set up wrong: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 75, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=bad-signature")),
    .text = "what the server signed does not fit the certificate it sent",
    .summary = "The server's private key does not belong to the certificate that it sends: the signature it makes in the "
               "handshake does not fit, and every client breaks off over that.",
    .detail = DETAIL_FAILURE, .fix = FIX_NO_KEY, .missing = { ASK_LOG, ASK_ELSEWHERE },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=bad-signature")),
    .summary = "Something on the path to {title} may alter the handshake: {how} {stage}.",
    .detail = DETAIL_FAILURE, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
/* Both sides make their keys of all that was said: who alters a word of it ends the handshake so. */
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=certificate"), FAILS("alert.number=20|51")),
    .summary = "Something on the path to {title} may alter the hello, so that the two sides no longer agree on what was said: "
               "{how} {stage}.",
    .detail = DETAIL_FAILURE, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=certificate|finished"),
                            FAILS("kind=alert"), THAT(CLIENT_CERT, "!asked"),
                            FAILS("!alert.number=120")),
    .summary = "The server gives up although version and suite were agreed: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),
FOR(NETWORK, 50, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=silent"), FAILS("received=0"), STATE(PATH, "no"), THAT(FAILURE, "held"),
                      UNNAMED),
    .text = "{address} takes what is sent and never says a word",
    .summary = "{address} accepts connections, acknowledges what is sent, and never says a word, whatever that is: hellos of every "
               "kind, one without a name, plain text. The program behind is stuck or out of workers, or what passes the "
               "connection on leads nowhere.",
    .detail = DETAIL_FAILURE, .fix = FIX_HELD, .missing = { ASK_LOG, ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(NETWORK, 25, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=silent|slow"), THAT(FAILURE, "!held"), UNNAMED),
    .summary = "Packets may get lost on the way to {title}, or be too big for it (MTU): {how} "
               "{stage}.",
    .detail = DETAIL_FAILURE, .missing = { "whether the server acknowledged the ClientHello, and "
    "whether a smaller one is answered", ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
FOR(MIDDLEBOX, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=silent|slow|reset|closed"),
                        THAT(VERSIONS, "!other|other-reset|other-unclear"), THAT(RELAXED, "!sure|likely"), UNNAMED),
    .summary = "Something on the path to {title} may drop or end the connection because of what "
               "is sent: {how} {stage}.",
    .detail = DETAIL_FAILURE, .missing = { ASK_ELSEWHERE, ASK_NAME },
            .reproduce = REPRODUCE_HANDSHAKE),

/* --- the path ---------------------------------------------------------------------------------- */
ON_PATH(MIDDLEBOX, 90, WHEN(STATE(PATH, "yes"), PATH("another"), PATH("!segments")),
    .text = "something on the path ends the connection {because}",
    .summary = "Something on the path to {title}, not the server, ends the connection {because}: the hello {went}, and {changed} "
               "it is answered; {proof}.",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE }),
ON_PATH(MIDDLEBOX, 75, WHEN(STATE(PATH, "yes"), PATH("filter"), PATH("!segments|one-read")),
    .text = "a packet filter ends the connection {because}",
    .summary = "A packet filter, on the path to {title} or on the server's own machine, ends the connection {because}: the "
               "hello {went}, and {changed} it is answered; {proof}.",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE }),
/* Who ends it has the same distance, but the server itself would have taken TLS 1.3. */
ON_PATH(MIDDLEBOX, 75, WHEN(STATE(PATH, "yes"), PATH("version"), PATH("server"), PATH("!filter|another|near"), THAT(VERSIONS, "knows-13")),
    .text = "something before the server ends the connection {because}",
    .summary = "Something on the path to {title}, or right before the server, ends the connection {because}: the hello {went}, and "
               "{changed} a server answers that says it knows TLS 1.3 itself (RFC 8446 section 4.1.3).",
    .fix = FIX_PATH_VERSION, .missing = { ASK_ELSEWHERE, ASK_LOG }),
/* Clients must break off then, so our handshake does, at the ServerHello. */
FOR(MIDDLEBOX, 90, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=protocol"), FAILS("stage=server-hello"), THAT(VERSIONS, "stripped-13")),
    .text = "the offer of TLS 1.3 is struck out on the way",
    .summary = "This client offers TLS 1.3 and is answered in TLS 1.2, by a server that says it knows TLS 1.3 and was offered no "
               "more than 1.2 (RFC 8446 section 4.1.3): something on the path to {title} strikes the offer out of the hello. "
               "Clients have to break off when they see that.",
    .detail = DETAIL_FAILURE, .fix = FIX_PATH_VERSION, .missing = { ASK_ELSEWHERE }, .reproduce = REPRODUCE_HANDSHAKE),
ON_PATH(SERVER_CONFIG, 25, WHEN(STATE(PATH, "yes"), PATH("version"), PATH("server"), PATH("!filter|another"), THAT(VERSIONS, "!knows-13")),
    .summary = "The server, or what ends TLS in its place, may be too old to pass over an offer of TLS 1.3: the hello {went}, and "
               "{changed} it is answered.",
    .fix = FIX_PATH_VERSION, .missing = { ASK_ELSEWHERE, ASK_LOG }),
ON_PATH(NETWORK, 90, WHEN(STATE(PATH, "yes"), PATH("segments")),
    .text = "large packets get lost on the way",
    .summary = "Large packets get lost on the way to {title} or back, and nobody says so (an MTU black hole): the hello {went}, "
               "and in segments of 536 bytes it is answered, twice.",
    .fix = FIX_PATH_MTU, .missing = { ASK_ELSEWHERE }),
ON_PATH(NETWORK, 90, WHEN(STATE(PATH, "no"), PATH("deaf"), PATH("another")),
    .text = "connections are opened, but no data gets through",
    .summary = "Connections to {title} are opened, but no data gets through, whatever it is: nothing that was sent was "
               "acknowledged, not even two empty lines; {proof}.",
    .fix = FIX_PATH_DEAF, .missing = { ASK_ELSEWHERE }),
ON_PATH(NETWORK, 75, WHEN(STATE(PATH, "no"), PATH("deaf")),
    .text = "connections are opened, but no data gets through",
    .summary = "Connections to {title} are opened, but no data gets through, whatever it is: nothing that was sent was "
               "acknowledged, not even two empty lines; {proof}.",
    .fix = FIX_PATH_DEAF, .missing = { ASK_ELSEWHERE }),
ON_PATH(NETWORK, 75, WHEN(STATE(PATH, "no"), PATH("another"), PATH("!deaf"), FAILS("stage=nothing")),
    .text = "another machine than the one that takes the connection ends it",
    .summary = "Whatever is sent to {title}, another machine than the one that took the connection ends it: the hello {went}, "
               "and {proof}. A filter on the way does this, the page of a network that wants a login, or a load balancer that "
               "takes connections for servers it has lost.",
    .fix = FIX_PATH_EVERY, .missing = { ASK_ELSEWHERE }),
ON_PATH(NETWORK, 50, WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=closed|reset"), FAILS("stage=nothing"), STATE(PATH, "no"),
                          PATH("near"), THAT(VERSIONS, "!inside|other|other-reset|other-unclear"),
                          THAT(RELAXED, "!flips|accepted")),
    .text = "a proxy near this machine takes the connections and ends them",
    .summary = "Connections to {title} don't get there: {proof}. Every hello {went}: most often the proxy can't connect the server "
               "itself, or may not.",
    .fix = FIX_PATH_NEAR, .missing = { "that proxy's own log", ASK_ELSEWHERE }),
/* What it takes and what it ends both come from it, so that nothing here shows who else is on the way. */
AGAINST(MIDDLEBOX, WHEN(PATH("near"))),
ON_PATH(SNI, 75, WHEN(STATE(PATH, "yes"), PATH("name"), PATH("same"), STATE(HANDSHAKE, "no"), FAILS("kind=closed|alert"), NAMES("!covered")),
    .text = "the server minds the name",
    .summary = "The server, or something as far away as it is, turns the hello away {because}: it {went}, and {changed} it is "
               "answered; {proof}.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
ON_PATH(SNI, 50, WHEN(STATE(PATH, "yes"), PATH("name"), PATH("server"), STATE(HANDSHAKE, "no"), NAMES("!covered")),
    .text = "the server, or something in its place, minds the name",
    .summary = "The server, or something as far away as it is, ends connections {because}: the hello {went}, and {changed} it is "
               "answered; {proof}.",
    .fix = FIX_SNI_ALONE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
/* A server that reads a hello in two packets, and never says a word to a large one, has not got it. */
ON_PATH(MIDDLEBOX, 75, WHEN(STATE(PATH, "yes"), PATH("size"), PATH("server"), PATH("!one-read"), THAT(POST_QUANTUM, "fails"),
                            WORD(POST_QUANTUM, "silent|slow")),
    .text = "something on the path drops large hellos",
    .summary = "Something on the path to {title} drops a ClientHello of post-quantum size, larger than one packet: {went}, "
               "while a small one in two packets is answered.",
    .fix = FIX_LARGE_PATH, .missing = { ASK_ELSEWHERE }),
ON_PATH(SERVER_CONFIG, 50, WHEN(STATE(PATH, "yes"), PATH("size|split"), PATH("server"), PATH("!one-read"),
                                WORD(POST_QUANTUM, "!silent|slow")),
    .text = "the server, or something in its place, minds the hello's size",
    .summary = "The server, or something as far away as it is, ends the connection {because}: the hello {went}, and {changed} it "
               "is answered; {proof}.",
    .fix = FIX_LARGE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
ON_PATH(SERVER_CONFIG, 75, WHEN(STATE(PATH, "yes"), PATH("size"), PATH("one-read"), PATH("!another")),
    .text = "the server does not read a hello in two packets",
    .summary = "The server does not read a ClientHello that comes in two packets: the hello {went}, as is a small one in two; "
               "{changed}, in one packet, it is answered.",
    .fix = FIX_LARGE, .missing = { ASK_LOG, ASK_ELSEWHERE }),
ON_PATH(ALPN, 75, WHEN(STATE(PATH, "yes"), PATH("alpn"), PATH("same")),
    .text = "the server minds the application protocols",
    .summary = "The server, or something as far away as it is, turns the hello away {because}: it {went}, and {changed} it is "
               "answered; {proof}.",
    .fix = FIX_ALPN, .missing = { ASK_LOG, ASK_ELSEWHERE }),
ON_PATH(SERVER_CONFIG, 75, WHEN(STATE(PATH, "yes"), PATH("extension"), PATH("same")),
    .text = "the server chokes on what the hello has in it",
    .summary = "The server, or something as far away as it is, breaks off {because}, instead of passing over it: the hello "
               "{went}, and {changed} it is answered; {proof}.",
    .fix = FIX_PATH_CHOKES, .missing = { ASK_LOG, ASK_ELSEWHERE }),
ON_PATH(SERVER_CONFIG, 25, WHEN(STATE(PATH, "yes"), PATH("extension"), PATH("server")),
    .summary = "The server may break off {because}, instead of passing over it: the hello {went}, and {changed} it is answered.",
    .fix = FIX_PATH_CHOKES, .missing = { ASK_LOG, ASK_ELSEWHERE }),
ON_PATH(MIDDLEBOX, 25, WHEN(STATE(PATH, "yes"), PATH("server"), PATH("!segments|one-read")),
    .summary = "Something on the path to {title} may end the connection {because}: the hello {went}, and {changed} it is answered.",
    .fix = FIX_SNI_PATH, .missing = { ASK_ELSEWHERE }),

FOR(SERVER_OVERLOAD, 25, WHEN(STATE(HANDSHAKE, "no"), EARLY,
                              FAILS("kind=silent|slow|reset|closed"),
                              THAT(VERSIONS, "!other|other-reset|other-unclear"), THAT(RELAXED, "!flips"), UNNAMED),
    .summary = "The server may be out of resources: {how} {stage}.",
    .detail = DETAIL_FAILURE, .fix = FIX_SERVER_LOG, .missing = { ASK_AGAIN, ASK_LOG },
    .reproduce = REPRODUCE_HANDSHAKE),

/* --- client certificate ----------------------------------------------------------------------- */
NO_CERT(97, WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=116"), NONE_GIVEN),
    .summary = "The server requires a client certificate and got none: {how} {stage}."),
NO_CERT(97, WHEN(STATE(HANDSHAKE, "yes"), LATE("certificate_required"), NONE_GIVEN),
    .summary = "The server requires a client certificate and got none: {late} after the handshake."),
/* Up to TLS 1.2 the answer to an empty certificate: by what servers say instead of 116. */
NO_CERT(90, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=certificate-request"),
                 FAILS("alert.number=40|41|42|43|46|48|49|50"), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, then {how}."),
NO_CERT(75, WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=certificate-request"), FAILS("kind=closed|reset"), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, then {how}.",
    .missing = { ASK_CERT }),
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "no"), THAT(CLIENT_CERT, "asked"), FAILS("kind=alert"),
                          FAILS("!alert.number=40|41|42|43|46|48|49|50|116|120"), NONE_GIVEN),
    .summary = "The server may require a client certificate: it asked for one, then {how}.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT },
    .reproduce = REPRODUCE_HANDSHAKE),
NO_CERT(90, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), LATE(REFUSALS), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, then {late} after the handshake."),
/* Without an alert it may have been any end, but then a request was waiting for its answer. */
NO_CERT(75, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), THAT(LATE, "refused"), LATE("closed|reset"),
                 STATE(HTTP, "could-not-ask"), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, then {late} instead of answering "
               "the request.", .missing = { ASK_CERT }),
NO_CERT(75, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), THAT(LATE, "refused"), LATE("closed|reset"),
                 STATE(HTTP, "not-asked"), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, then {late} where it should have "
               "gone on.", .missing = { ASK_CERT }),
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), LATE("closed|reset"),
                          STATE(HTTP, "!could-not-ask|yes"), NONE_GIVEN),
    .summary = "The server may require a client certificate: it asked for one, then {late}.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT },
    .reproduce = REPRODUCE_HANDSHAKE),
NO_CERT(97, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP, "yes"), WORD(HTTP, "495|496"),
                 NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, and says so in its answer to a request."),
NO_CERT(97, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP_CERT, "yes"), STATE(HTTP, "yes"),
                 WORD(HTTP_CERT, "missing"), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, and says so in its answer to a "
               "request (HTTP {status})."),
NO_CERT(97, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP_CERT, "yes"), STATE(HTTP, "not-asked"),
                 WORD(HTTP_CERT, "missing"), NONE_GIVEN),
    .summary = "The server requires a client certificate: it asked for one, got none, and says so when the handshake is "
               "done."),
/* One that only asks may have other reasons for such an answer. */
FOR(CLIENT_CERT, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP, "yes"), WORD(HTTP, "400"),
                          STATE(HTTP_CERT, "!yes"), NONE_GIVEN),
    .summary = "The server may want a client certificate: it asks for one, and answers a request by HTTP 400.",
    .detail = DETAIL_LATE, .fix = FIX_CLIENT_CERT, .missing = { ASK_CERT }, .reproduce = REPRODUCE_AFTER),

/* The certificate that was given, refused. */
GIVEN_AT(97, "misfit", "misfit", "the private key does not belong to the client certificate",
    "The private key given is not that of the client certificate \"{holder}\": OpenSSL and curl refuse to load such a "
    "pair (key values mismatch), and a server could not verify what it signs. So it was not sent.", .fix = FIX_GIVEN_KEY),
GIVEN("expired", "the client certificate has expired", REFUSES "it expired on {until}.", .fix = FIX_GIVEN_DATES),
GIVEN("early", "the client certificate is not valid yet", REFUSES "it is not valid before {from}.", .fix = FIX_GIVEN_EARLY),
GIVEN("upper", "a certificate of the client's chain is out of date",
    REFUSES "a certificate that was sent with it is not within its dates.", .fix = FIX_GIVEN_CHAIN),
GIVEN("gap", "the client does not send the intermediate {missing}",
    REFUSES "the server accepts {accepts}, and the intermediate \"{missing}\", which leads there from {holder}, was "
    "not sent.", .fix = FIX_GIVEN_GAP),
GIVEN("stranger", "the client certificate is of a CA the server does not accept",
    REFUSES "the server accepts only {accepts}, and this one was issued by {issuer}.", .fix = FIX_GIVEN_CA),
GIVEN("self", "the client certificate signs itself", REFUSES "it signs itself, and the server accepts {accepts}.",
    .fix = FIX_GIVEN_SELF),
GIVEN("broken", "the client's chain does not fit",
    REFUSES "what was given with it as the certificate of {issuer} did not issue it.", .fix = FIX_GIVEN_CHAIN),
GIVEN("purpose", "the client certificate is not for clients",
    REFUSES "its extended key usage does not allow client authentication.", .fix = FIX_GIVEN_PURPOSE),
GIVEN("usage", "the client certificate is not for signing",
    REFUSES "its key usage does not allow the signature that TLS asks of a client.", .fix = FIX_GIVEN_PURPOSE),
GIVEN("weak", "the client certificate is weak", REFUSES "its key is short, or its digest is broken.", .fix = FIX_GIVEN_WEAK),
GIVEN_AT(90, "unknown", "sure", "the server does not know the CA of the client certificate",
    REFUSES "it does not know the CA, {issuer}{known}.", .fix = FIX_GIVEN_CA),
GIVEN_AT(75, "clock", "sure", "the server takes the client certificate for expired",
    REFUSES "it says it has expired, and that is valid until {until} by this machine's clock.", .fix = FIX_GIVEN_CLOCK,
    .missing = { ASK_LOG }),
GIVEN_AT(90, "revoked", "sure", "the client certificate is revoked", REFUSES "it says it is revoked.",
    .fix = FIX_GIVEN_REVOKED),
GIVEN_AT(75, "proof", "sure", "the server could not verify the client's signature",
    REFUSES "it could not verify the signature made with its key.", .fix = FIX_GIVEN_PROOF, .missing = { ASK_LOG }),
GIVEN("refused", "the server refuses the client certificate", REFUSES "nothing is wrong with it by itself{suspect}.",
    .fix = FIX_GIVEN_LOG, .missing = { ASK_LOG }),
FOR(SERVER_CONFIG, 25, WHEN(STATE(HANDSHAKE, "yes"), THAT(LATE, "refused"),
                            THAT(CLIENT_CERT, "!asked"),
                            { FACT_LATE, TEST_WORD,
                              "!no_application_protocol|certificate_required" }),
    .summary = "The server gave up right after the handshake: {late}.",
    .detail = DETAIL_LATE, .fix = FIX_SERVER_LOG, .missing = { ASK_LOG },
            .reproduce = REPRODUCE_HANDSHAKE),

/* --- certificates that give a product away ----------------------------------------------------- */
BY_NAME(SNI, 97, WHEN(NAMES("right-works"), NAMES("!refused"), NAMES("named")),
    .text = "with {sent} as server name another certificate comes than with {name}",
    .summary = "{sent} is sent as server name, and what comes then is {got}; with {name} comes {right_answer}.",
    .fix = FIX_SNI_OTHER),
BY_NAME(SNI, 97, WHEN(NAMES("right-works"), NAMES("!refused"), NAMES("!named")),
    .text = "another certificate comes when no server name is sent",
    .summary = "No server name is sent, and what comes then is {got}; with {name} comes {right_answer}.",
    .fix = FIX_SNI_SEND),
BY_NAME(SNI, 97, WHEN(NAMES("worse")),
    .text = "the certificate for the name {sent} is a wrong one",
    .summary = "With the right server name, {sent}, comes {got}, which is not for {name}; with {better} comes "
               "{better_answer}, which is.",
    .fix = FIX_SNI_WORSE),
FOR(SNI, 97, WHEN(STATE(NAME, "no"), THAT(ISSUER, "by-name"), STATE(SNI, "yes")),
    .text = "{product} has no certificate for {name}",
    .summary = "{product} has no certificate for {name}: it answers {sent_name} with the one it shows then, "
               "\"{subject}\".",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_PRODUCT, .reproduce = REPRODUCE_NAME),
FOR(SNI, 97, WHEN(STATE(NAME, "no"), THAT(ISSUER, "by-name"), STATE(SNI, "!yes")),
    .text = "{product} shows its own certificate when no name is sent",
    .summary = "No server name was sent, and {product} shows its own certificate then, \"{subject}\": it chooses the "
               "right one by that name.",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_PRODUCT, .reproduce = REPRODUCE_NAME),
FOR(SNI, 90, WHEN(STATE(NAME, "no"), THAT(ISSUER, "platform")),
    .text = "{product} has no certificate for {name}",
    .summary = "The certificate is {product}'s own, for {names}: there is none for {name} yet.",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_PRODUCT, .reproduce = REPRODUCE_NAME),
FOR(SERVER_CONFIG, 90, WHEN(STATE(NAME, "no"), THAT(ISSUER, "delivered")),
    .text = "the certificate that {product} came with, not one for {name}",
    .summary = "The server has no certificate of its own yet: \"{subject}\" is the one that {product} comes with.",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_PRODUCT, .reproduce = REPRODUCE_NAME),
FOR(SERVER_CONFIG, 90, WHEN(STATE(NAME, "no"), THAT(ISSUER, "gateway"), THAT(ISSUER, "!public")),
    .text = "the certificate that {product} came with, not one for {name}",
    .summary = "The server has no certificate of its own yet: \"{subject}\" is the one that {product} comes with.",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_PRODUCT, .reproduce = REPRODUCE_NAME),
FOR(SERVER_CONFIG, 75, WHEN(STATE(NAME, "no"), THAT(ISSUER, "gateway"), THAT(ISSUER, "public")),
    .text = "{product} answers, with its own certificate",
    .summary = "{product} answers at {address} with the certificate it came with, \"{subject}\": its own web "
               "interface is there, or it keeps the connection from going on.",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_PRODUCT, .reproduce = REPRODUCE_NAME, .missing = { ASK_ELSEWHERE }),
FOR(INTERCEPTION, 25, WHEN(STATE(NAME, "no"), THAT(ISSUER, "gateway"), THAT(ISSUER, "public")),
    .summary = "{product} may stand on the way to {name}, and answer in its place.",
    .detail = DETAIL_PLACEHOLDER, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS,
    .missing = { ASK_ELSEWHERE }),

/* --- interception -------------------------------------------------------------------------------- */
FOR(INTERCEPTION, 90, WHEN(THAT(ISSUER, "inspected"), THAT(CHAIN, "!trusted")),
    .text = "inspected by {product}, whose CA is not trusted",
    .summary = "The connection is inspected: the certificate was issued by \"{ca}\", a CA of {product}, which is not "
               "in {store}.",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS),
FOR(INTERCEPTION, 97, WHEN(THAT(ISSUER, "malware")),
    .text = "intercepted by {product}",
    .summary = "The certificate was issued by \"{ca}\", a CA whose private key is public: {product} or somebody who "
               "has that key reads along.",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_MALWARE, .reproduce = REPRODUCE_CERTS),
FOR(INTERCEPTION, 75, WHEN(THAT(ISSUER, "other-vantage")),
    .text = "another certificate than elsewhere, from an unknown CA",
    .summary = "From elsewhere {name} has a certificate of \"{elsewhere}\", which is trusted; here comes one of "
               "\"{ca}\", which is not: something on the way answers in the server's place.",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS,
    .missing = { "who runs the CA \"{ca}\"" }),
FOR(INTERCEPTION, 25, WHEN(THAT(ISSUER, "other-certificate")),
    .summary = "Something on the way may answer in the server's place: the same address also showed a certificate "
               "that is trusted, of \"{elsewhere}\".",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS,
    .missing = { ASK_ELSEWHERE }),
FOR(INTERCEPTION, 25, WHEN(STATE(EXPECTED, "no"), EXPECTED("same_key=false"), EXPECTED("names=same"),
                           FAULT("root-untrusted|issuer-unknown"), THAT(ISSUER, "!inspected|other-vantage|other-certificate|fresh")),
    .summary = "Something on the way may answer in the server's place: another certificate is expected for these names, and the "
               "one that comes is of an unknown CA \"{ca}\".",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS,
    .missing = { "who runs the CA \"{ca}\"", ASK_ELSEWHERE }),
FOR(INTERCEPTION, 25, WHEN(THAT(ISSUER, "fresh")),
    .summary = "Something on the way may answer in the server's place: the name is public, while the certificate is "
               "days old, of an unknown CA \"{ca}\", in no transparency log, and does not say where its issuer can "
               "be had.",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS,
    .missing = { ASK_ELSEWHERE }),
WARNS(INTERCEPTION, 90, WHEN(THAT(ISSUER, "inspected"), THAT(CHAIN, "trusted")),
    .summary = "The connection is inspected: the certificate was issued by \"{ca}\", a CA of {product} that is in "
               "{store}. Programs with CAs of their own, or with a pinned key, fail here.",
    .detail = DETAIL_INSPECTION, .fix = FIX_INSPECT_UNKNOWN, .reproduce = REPRODUCE_CERTS),

/* --- clock ------------------------------------------------------------------------------------ */
/* A CA dates by the right time: that a certificate begins tomorrow and the server is a day ahead is no accident. */
OUR_CLOCK(97, "not-yet-valid", "by-sntp|by-signed", "behind", "moves-not-yet"),
OUR_CLOCK(90, "not-yet-valid", "by-dates", "behind", "moves-not-yet"),
OUR_CLOCK(97, "expired", "by-sntp", "ahead", "moves-expired"),
OUR_CLOCK(90, "expired", "by-dates", "ahead", "moves-expired"),
FOR(CLOCK_SKEW, 90, WHEN(THAT(CLOCK, "moves-not-yet"), THAT(CLOCK, "by-date"), FAULT("not-yet-valid")),
    .text = "this machine's clock is behind",
    .summary = "This machine's clock is wrong, and nobody keeps it right: the server's is {skew} {side} it, and by "
               "that one {who} is valid by now.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK, .reproduce = REPRODUCE_CLOCK),
FOR(CLOCK_SKEW, 75, WHEN(THAT(CLOCK, "moves-expired"), THAT(CLOCK, "by-date"), FAULT("expired"), STATE(NTP, "no")),
    .text = "this machine's clock is ahead",
    .summary = "This machine's clock is not kept right by anybody, and the server's is {skew} {side} it: by that one "
               "the dates of {who} are good.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK, .missing = { ASK_CLOCK }, .reproduce = REPRODUCE_CLOCK),
FOR(CLOCK_SKEW, 25, WHEN(THAT(CLOCK, "moves"), THAT(CLOCK, "by-date"), FAULT("expired|not-yet-valid")),
    .summary = "The server's clock is {skew} {side} this machine's, and at its time the dates of "
               "the certificate would be fine: one of the two clocks is wrong.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK, .missing = { ASK_CLOCK },
            .reproduce = REPRODUCE_CLOCK),
FOR(CLOCK_SKEW, 50, WHEN(FAULT("not-yet-valid@store"), THAT(CLOCK, "store-later")),
    .text = "this machine's clock seems to be behind",
    .summary = "By this machine's clock even a CA of its own store begins later, on {day}: the clock seems to be behind.",
    .detail = DETAIL_NOT_YET, .fix = FIX_CLOCK, .missing = { ASK_CLOCK }, .reproduce = REPRODUCE_CLOCK),
FOR(CLOCK_SKEW, 75, WHEN(FAULT("not-yet-valid"), THAT(CLOCK, "servers-not-yet")),
    .text = "the server's clock is ahead, and {what} is valid by that one alone",
    .summary = "The server's clock is {skew} {which}, by {source}, and {who} is valid by that clock alone: it was "
               "dated by it, or by another as wrong.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK_SERVER, .missing = { "`date -u` on the server, and on the machine that "
    "made the certificate" }, .reproduce = REPRODUCE_CLOCK),
FOR(CLOCK_SKEW, 90, WHEN(STATE(STAPLE, "yes"), THAT(CLOCK, "staple-moves")),
    .text = "this machine's clock is {way}: the OCSP staple is not stale",
    .summary = "This machine's clock is {off} {way}, by {source}: only by it the stapled OCSP response is over.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK_OURS, .reproduce = REPRODUCE_CLOCK),
OUR_CLOCK_WARNS(THAT(CLOCK, "!moves|staple-moves|hides|hides-early")),
OUR_CLOCK_WARNS(THAT(CLOCK, "hides|hides-early")),
WARNS(CLOCK_SKEW, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLOCK, "server-off"), THAT(CLOCK, "!ours-off|servers-not-yet")),
    .summary = "The server's clock is {skew} {which}, and this machine's is right, by {source}; the handshake does not "
               "depend on the server's.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK_SERVER, .reproduce = REPRODUCE_CLOCK),
WARNS(CLOCK_SKEW, 90, WHEN(STATE(HANDSHAKE, "yes"), THAT(CLOCK, "date-off"), THAT(CLOCK, "!moves|ours-off|server-off")),
    .summary = "The server's clock is {skew} {side} this machine's; the handshake does not "
               "suffer from it.",
    .detail = DETAIL_CLOCK, .fix = FIX_CLOCK, .reproduce = REPRODUCE_CLOCK),

/* --- trust ------------------------------------------------------------------------------------ */
FOR(CERT_SELF_SIGNED, 97, WHEN(FAULT("self-signed")),
    .text = "self-signed certificate",
    .summary = "{who} is signed by itself, and it is not in {store}.{made_by}",
    .detail = DETAIL_FAULTS, .fix = FIX_SELF_SIGNED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 97, WHEN(FAULT("root-other-key")),
    .text = "the CA has another key than the one known here",
    .summary = "The chain ends at a CA that is known by name, but with another key: the CA was rotated and this client "
               "still has the old one (or the server has the old chain), or somebody uses its name: {faults}.",
    .detail = DETAIL_ISSUER, .fix = FIX_ROTATED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 97, WHEN(FAULT("root-untrusted")),
    .text = "the chain ends at a CA that is not trusted",
    .summary = "The chain ends at {issuer}, a CA of its own that is not in {store}.{made_by}",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_INCOMPLETE, 97, WHEN(GAP, STATE(AIA, "yes"), AIA("root_trusted=true"), AIA("sent_other=false"),
                              AIA("from=fetched")),
    .text = "{is_missing}",
    .summary = "The server does not send {missing}. With {found} the chain is complete and ends at {root}, which is "
               "trusted. Browsers fetch what is missing, so it works there; curl, OpenSSL, Java, Python and most other "
               "programs don't, and fail.",
    .detail = DETAIL_AIA, .fix = FIX_INCOMPLETE, .reproduce = REPRODUCE_CERTS),
FOR(CERT_INCOMPLETE, 97, WHEN(GAP, STATE(AIA, "yes"), AIA("root_trusted=true"), AIA("sent_other=false"),
                              AIA("from=elsewhere")),
    .text = "{is_missing}",
    .summary = "The server does not send {missing}. With {found} the chain is complete and ends at {root}, which is "
               "trusted.",
    .detail = DETAIL_AIA, .fix = FIX_INCOMPLETE, .reproduce = REPRODUCE_CERTS),
FOR(CERT_INCOMPLETE, 97, WHEN(GAP, STATE(AIA, "yes"), AIA("root_trusted=true"), AIA("sent_other=true")),
    .text = "a wrong intermediate is sent: {is_missing}",
    .summary = "The server sends a wrong intermediate: one of the right name, but with a key that did not sign. With "
               "{found} the chain is complete and ends at {root}, which is trusted.",
    .detail = DETAIL_AIA, .fix = FIX_INCOMPLETE, .reproduce = REPRODUCE_CERTS),
FOR(CERT_UNTRUSTED_CA, 90, WHEN(GAP, STATE(AIA, "yes"), AIA("root_trusted=false")),
    .text = "the chain leads to a CA that is not trusted",
    .summary = "With {found} the chain is complete, but it ends at {root}, a CA of its own that is not in {store}."
               "{made_by}",
    .detail = DETAIL_AIA_ROOT, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_INCOMPLETE, 90, WHEN(GAP, STATE(AIA, "yes"), AIA("root_trusted=false"), THAT(AIA, "missing")),
    .text = "{is_missing}",
    .summary = "The server does not send {missing}: who trusts the CA {root} fails here as well.",
    .detail = DETAIL_AIA, .fix = FIX_INCOMPLETE, .reproduce = REPRODUCE_CERTS),
FOR(CERT_INCOMPLETE, 75, WHEN(FAULT("issuer-unknown"), STATE(AIA, "no"), THAT(AIA, "other-key")),
    .text = "the issuer was not sent, and its CA hands out another one",
    .summary = "The issuer was not sent, and the one to be had at {wrong_url}, {wrong}, has another key than the one "
               "that signed: the right one is missing.",
    .detail = DETAIL_AIA, .fix = FIX_ISSUER_OTHER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the certificate that really signed, from those who run the CA, given as ca=FILE" }),
FOR(CERT_INCOMPLETE, 90, WHEN(GAP, STATE(AIA, "!yes"), THAT(CHAIN, "below-sent")),
    .text = "what was sent with it leads to a trusted CA, but did not sign it",
    .summary = "{kin_of} was issued by {kin_issuer}, which was not sent. What was sent in its place leads to {kin_near}, "
               "which is trusted, but did not sign it: a wrong intermediate, or the root alone.",
    .detail = DETAIL_ISSUER, .fix = FIX_ISSUER, .reproduce = REPRODUCE_CERTS),
FOR(CERT_INCOMPLETE, 90, WHEN(GAP, STATE(AIA, "!yes"), THAT(CHAIN, "below-key-id")),
    .text = "its issuer was not sent, and was itself issued by a trusted CA",
    .summary = "{kin_of} was issued by {kin_issuer}, which was not sent; by the key identifier that one was itself issued "
               "by {kin_near}, which is trusted: the intermediate is missing.",
    .detail = DETAIL_ISSUER, .fix = FIX_ISSUER, .reproduce = REPRODUCE_CERTS),
FOR(CERT_INCOMPLETE, 75, WHEN(GAP, STATE(AIA, "!yes"), THAT(CHAIN, "below-family")),
    .text = "its issuer was not sent, and is named like a CA that is trusted",
    .summary = "{kin_of} was issued by {kin_issuer}, which was not sent. By its name it belongs to {kin_near}, which is "
               "trusted: an intermediate that the server fails to send.",
    .detail = DETAIL_ISSUER, .fix = FIX_ISSUER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's certificate, given as ca=FILE beside the CA that is trusted now" }),
FOR(CERT_INCOMPLETE, 50, WHEN(GAP, STATE(AIA, "!yes"), THAT(CHAIN, "called-below")),
    .text = "its issuer was not sent, and calls itself an intermediate",
    .summary = "{kin_of} was issued by {kin_issuer}, which was not sent. By its name it is an intermediate, which the "
               "server has to send.",
    .detail = DETAIL_ISSUER, .fix = FIX_ISSUER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's certificate, given as ca=FILE: who issued it tells whether its CA is trusted" }),
FOR(CERT_UNTRUSTED_CA, 90, WHEN(FAULT("issuer-unknown"), STATE(AIA, "!yes"), THAT(CHAIN, "foreign")),
    .text = "issued by a CA that is not trusted, as the key identifier says",
    .summary = "{kin_of} was issued by {kin_issuer}, which is not in {store}; by the key identifier no trusted CA stands "
               "above it.{made_by}",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST),
FOR(CERT_UNTRUSTED_CA, 75, WHEN(FAULT("issuer-unknown"), STATE(AIA, "!yes"), THAT(CHAIN, "called-root")),
    .text = "issued by a CA that calls itself a root and is not trusted",
    .summary = "{kin_of} was issued by {kin_issuer}, a root by its name, which is not in {store}.{made_by}",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST,
    .missing = { "the certificate of the issuer, given as ca=FILE: with it the chain must be fine" }),
FOR(CERT_UNTRUSTED_CA, 75, WHEN(FAULT("issuer-unknown"), THAT(CHAIN, "private-issuer"),
                                 THAT(CHAIN, "!below-sent|below-key-id|below-family|called-below"), STATE(AIA, "!yes")),
    .text = "issued by a CA that is not trusted",
    .summary = "{top} was issued by {issuer}, which is not in {store}. It names no place to "
               "fetch its issuer from, as public CAs do: this is somebody's own CA.",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_TRUST,
    .missing = { "the certificate of the issuer, given as ca=FILE: with it the chain must be "
               "fine" }),
FOR(CERT_UNTRUSTED_CA, 25, WHEN(FAULT("issuer-unknown"), THAT(CHAIN, "!private-issuer|below-sent|below-key-id"),
                                 STATE(AIA, "!yes"), THAT(AIA, "!other-key")),
    .summary = "{issuer}, which issued {top}, may be a CA that is not in {store}.",
    .detail = DETAIL_ISSUER, .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's certificate, from its address in the certificate (AIA) or from those who run the CA, "
                 "given as ca=FILE" }),
FOR(CERT_INCOMPLETE, 25, WHEN(FAULT("issuer-unknown"), THAT(CHAIN, "!private-issuer|foreign"), STATE(AIA, "!yes")),
    .summary = "{issuer}, which issued {top}, may be an intermediate that the server fails to "
               "send.",
    .detail = DETAIL_ISSUER, .fix = FIX_ISSUER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's certificate, from its address in the certificate (AIA) or from those who run the CA, "
                 "given as ca=FILE" }),
FOR(CERT_INCOMPLETE, 25, WHEN(FAULT("bad-signature"), THAT(CHAIN, "!trusted"), STATE(AIA, "!yes")),
    .summary = "A signature of the chain does not fit: an intermediate may be the wrong one: "
               "{faults}.",
    .detail = DETAIL_FAULTS, .fix = FIX_EXPIRED_UPPER, .reproduce = REPRODUCE_CERTS,
    .missing = { "the issuer's current certificate, given as ca=FILE" }),
FOR(SERVER_CONFIG, 25, WHEN(FAULT("bad-signature|malformed|no-certificate"),
                            THAT(CHAIN, "!trusted"), STATE(AIA, "!yes")),
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
EXPIRED("leaf", "certificate", .fix = FIX_EXPIRED_LEAF, .reproduce = REPRODUCE_DATES),
EXPIRED("upper", "intermediate", .fix = FIX_EXPIRED_UPPER, .reproduce = REPRODUCE_TRUST),
EXPIRED("store", "CA certificate", .fix = FIX_EXPIRED_STORE, .reproduce = REPRODUCE_TRUST),
FOR(CERT_EXPIRED, 90, WHEN(THAT(CLOCK, "hides")),
    .text = "certificate expired on {hidden_day}, which this machine's clock does not show",
    .summary = "{hidden_who} expired on {hidden_day}; this machine's clock, which is {off} {way} by {source}, does not "
               "show it.",
    .detail = DETAIL_CLOCK, .fix = FIX_EXPIRED_LEAF, .reproduce = REPRODUCE_DATES),
FOR(CERT_EXPIRED, 25, WHEN(FAULT("expired"), THAT(CLOCK, "moves-expired"), THAT(CLOCK, "by-date")),
    .summary = "By this machine's clock {who} expired on {day}; by the server's it may not have.",
    .detail = DETAIL_EXPIRED, .fix = FIX_CLOCK, .missing = { ASK_CLOCK },
            .reproduce = REPRODUCE_CLOCK),
AGAINST(CERT_EXPIRED, WHEN(FAULT("expired"), THAT(CLOCK, "by-kernel"), THAT(CLOCK, "servers-expired"))),
AGAINST(CERT_EXPIRED, WHEN(FAULT("expired"), STATE(NTP, "no"), THAT(CLOCK, "!agrees|stays-expired"))),
NOT_YET(97, "!lone", .missing = { NULL }),
NOT_YET(75, "lone", .missing = { ASK_CLOCK }),
/* Certificates begin on the day they are made, so one that begins later is rarer than a clock that is behind. */
FOR(CLOCK_SKEW, 25, WHEN(FAULT("not-yet-valid"), THAT(CLOCK, "lone"), THAT(CLOCK, "!store-later")),
    .summary = "This machine's clock may be behind: nobody vouches for it, and were it {span} later, {who} would be valid.",
    .detail = DETAIL_NOT_YET, .fix = FIX_CLOCK, .missing = { ASK_CLOCK }, .reproduce = REPRODUCE_CLOCK),
FOR(CLOCK_SKEW, 25, WHEN(FAULT("expired"), THAT(CLOCK, "lone")),
    .summary = "This machine's clock may be ahead: nobody vouches for it, and were it {span} earlier, {who} would be valid.",
    .detail = DETAIL_EXPIRED, .fix = FIX_CLOCK, .missing = { ASK_CLOCK }, .reproduce = REPRODUCE_CLOCK),
FOR(CERT_NOT_YET, 90, WHEN(THAT(CLOCK, "hides-early"), THAT(CLOCK, "!hides")),
    .text = "certificate valid only from {hidden_day}, which this machine's clock does not show",
    .summary = "{hidden_who} begins on {hidden_day} only; this machine's clock, which is {off} {way} by {source}, does "
               "not show it.",
    .detail = DETAIL_CLOCK, .fix = FIX_NOT_YET, .reproduce = REPRODUCE_DATES),
FOR(CERT_NOT_YET, 25, WHEN(FAULT("not-yet-valid"), THAT(CLOCK, "servers-not-yet|store-later")),
    .summary = "{who} begins on {day} only, by this machine's clock.",
    .detail = DETAIL_NOT_YET, .fix = FIX_NOT_YET, .missing = { ASK_CLOCK }, .reproduce = REPRODUCE_CLOCK),
AGAINST(CERT_NOT_YET, WHEN(FAULT("not-yet-valid"), STATE(NTP, "no"), THAT(CLOCK, "!agrees"))),
WARNS(CERT_EXPIRED, 97, WHEN(FAULT("expires-soon")),
    .summary = "{who} ends on {day}, in {span}.",
    .detail = DETAIL_SOON, .fix = FIX_EXPIRED_LEAF, .reproduce = REPRODUCE_CERTS),

/* --- name and strength ------------------------------------------------------------------------ */
FOR(CERT_NAME, 97, WHEN(FAULT("name-mismatch"), NAMES("default")),
    .text = "certificate for other names than {name}",
    .summary = "The certificate is not for {name}, but for {names}: it is what the server shows for a name it does not "
               "know.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_DEFAULT, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 97, WHEN(FAULT("name-mismatch"), NAMES("own")),
    .text = "certificate for other names than {name}",
    .summary = "The certificate is not for {name}, but for {names}, though the server has it for just that name: one "
               "that nobody has is answered in another way.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_OWN, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 97, WHEN(FAULT("name-mismatch"), NAMES("neither")),
    .text = "certificate for other names than {name}",
    .summary = "The certificate is not for {name}, but for {names}; with {name} as server name none comes that fits, "
               "either.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_DEFAULT, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 97, WHEN(FAULT("name-mismatch"), NAMES("!otherwise")),
    .text = "certificate for other names than {name}",
    .summary = "The certificate is not for {name}, but for {names}.",
    .detail = DETAIL_NAME, .fix = FIX_NAME, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 97, WHEN(FAULT("name-only-in-cn")),
    .text = "the certificate has {name} in its CN only",
    .summary = "The certificate has {name} only in the CN of its subject, where current clients "
               "no longer look; it lists no subjectAltName.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_CN, .reproduce = REPRODUCE_NAMES),
FOR(SNI, 75, WHEN(FAULT("name-mismatch"), NAMES("otherwise"), NAMES("!named"), NAMES("!neither")),
    .text = "another certificate comes when no server name is sent",
    .summary = "No server name was sent, and the certificate that came then is not for {name}, but for {names}.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_SNI, .missing = { "the certificate that comes when {name} is sent as server "
    "name" }, .reproduce = REPRODUCE_NAME),
FOR(SNI, 25, WHEN(FAULT("name-mismatch"), NAMES("otherwise"), NAMES("named"), NAMES("!neither")),
    .summary = "{sent_name} was sent, and the certificate that came is not for {name}: with that "
               "name sent another one may come.",
    .detail = DETAIL_NAME, .fix = FIX_NAME_SNI, .missing = { "the certificate that comes when "
               "{name} is "
    "sent as server name" }, .reproduce = REPRODUCE_NAME),
FOR(CERT_NAME, 25, WHEN(FAULT("name-mismatch"), NAMES("otherwise"), NAMES("!neither")),
    .summary = "The certificate is not for {name}, but for {names}.",
    .detail = DETAIL_NAME, .fix = FIX_NAME, .missing = { "the certificate that comes when {name} "
               "is sent "
    "as server name" }, .reproduce = REPRODUCE_NAME),
FOR(CERT_WEAK, 97, WHEN(FAULT(WEAK_FAULTS)),
    .text = "a certificate that current clients refuse",
    .summary = "Current clients refuse this chain: {faults}.",
    .detail = DETAIL_FAULTS, .fix = FIX_WEAK, .reproduce = REPRODUCE_CERTS),

/* --- revocation ------------------------------------------------------------------------------- */
FOR(CERT_REVOKED, 97, WHEN(STATE(STAPLE, "yes"), STAPLED("status=revoked"), STAPLED("verified=true")),
    .text = "the certificate is revoked",
    .summary = "The CA has revoked the server's certificate{since}{reason}; the OCSP response that the server itself "
               "staples says so.",
    .detail = DETAIL_STAPLE, .fix = FIX_REVOKED, .reproduce = REPRODUCE_STAPLE),
FOR(CERT_REVOKED, 25, WHEN(STATE(STAPLE, "yes"), STAPLED("status=revoked"), STAPLED("verified=false")),
    .summary = "The stapled OCSP response says that the certificate is revoked{since}{reason}, but its signature "
               "could not be verified here.",
    .detail = DETAIL_STAPLE, .fix = FIX_REVOKED, .missing = { "the CA's own word: its OCSP responder, or its CRL" },
    .reproduce = REPRODUCE_STAPLE),
FOR(OCSP, 97, WHEN(STATE(STAPLE, "no"), STAPLED("must_staple=true")),
    .text = "no OCSP staple, which the certificate demands",
    .summary = "The certificate demands an OCSP staple (must-staple), and the server sent none: clients that heed "
               "that refuse it.",
    .detail = DETAIL_STAPLE, .fix = FIX_MUST_STAPLE, .reproduce = REPRODUCE_STAPLE),
STAPLE_BAD(97, "status=foreign", "the OCSP staple is for another certificate",
           "The OCSP response that the server staples is about another certificate than the one it sends."),
STAPLE_BAD(90, "status=malformed", "the OCSP staple can't be decoded",
           "The OCSP response that the server staples can't be decoded."),
STAPLE_BAD(90, "status=unsigned", "the OCSP staple is not signed by the CA",
           "The OCSP response that the server staples is signed neither by the certificate's CA nor by a responder "
           "of that CA."),
FOR(OCSP, 90, WHEN(STATE(STAPLE, "yes"), STAPLED("status=good|unknown"), STAPLED("stale=true"),
                   THAT(CLOCK, "!ours-off|date-off|awaited")),
    .text = "the OCSP staple is stale since {until}",
    .summary = "The OCSP response that the server staples was to be replaced by {until}: clients that look at it "
               "refuse it.",
    .detail = DETAIL_STAPLE, .fix = FIX_STAPLE, .reproduce = REPRODUCE_STAPLE),
FOR(OCSP, 25, WHEN(STATE(STAPLE, "yes"), STAPLED("status=good|unknown"), STAPLED("stale=true"), THAT(CLOCK, "ours-off|date-off"),
                   THAT(CLOCK, "!staple-moves")),
    .summary = "By this machine's clock the time of the stapled OCSP response was over on {until}; the server's clock "
               "differs.",
    .detail = DETAIL_STAPLE, .fix = FIX_STAPLE, .missing = { ASK_CLOCK }, .reproduce = REPRODUCE_STAPLE),
STAPLE_WARNS(75, "The OCSP response that the server staples says that the CA does not know this certificate: some "
                 "clients (Firefox) refuse that.", STAPLED("status=unknown"), STAPLED("stale=false")),
STAPLE_WARNS(75, "The OCSP response that the server staples holds only the responder's error ({answer}): some clients "
                 "(Firefox) refuse that.", STAPLED("status=refused")),
STAPLE_WARNS(50, "The time of the OCSP response that the server staples begins on {begins} only: a clock is wrong.",
             STAPLED("status=good|unknown"), STAPLED("early=true"), THAT(CLOCK, "!ours-off-surely")),
STAPLE_WARNS(50, "The signature of the OCSP response that the server staples could not be verified here.",
             STAPLED("status=good|unknown"), STAPLED("verified=false"), STAPLED("stale=false"), STATE(TRUST, "yes")),

FOR(CERT_REVOKED, 97, WHEN(STATE(REVOCATION, "yes"), REVOKED("cert=0")),
    .text = "the certificate is revoked",
    .summary = "The CA has revoked the server's certificate{since}{reason}; {means} says so.",
    .detail = DETAIL_REVOKED, .fix = FIX_REVOKED, .reproduce = REPRODUCE_CERTS),
FOR(CERT_REVOKED, 97, WHEN(STATE(REVOCATION, "yes"), REVOKED("!cert=0")),
    .text = "the intermediate {subject} is revoked",
    .summary = "The intermediate {subject} is revoked{since}{reason}; {means} says so.",
    .detail = DETAIL_REVOKED, .fix = FIX_REVOKED_CA, .reproduce = REPRODUCE_CERTS),
WARNS(OCSP, 75, WHEN(STATE(REVOCATION, "unsure"), REVOKED("status=unknown")),
    .summary = "{means} does not know the server's certificate: some clients (Firefox) refuse that.",
    .detail = DETAIL_REVOKED, .fix = FIX_RESPONDER, .reproduce = REPRODUCE_RESPONDER),
WARNS(OCSP, 50, WHEN(STATE(REVOCATION, "unsure"), REVOKED("!status=unknown")),
    .summary = "Whether the certificate is revoked can't be told: {means} gave no answer that holds ({answer}).",
    .detail = DETAIL_REVOKED, .fix = FIX_RESPONDER, .reproduce = REPRODUCE_RESPONDER),
WARNS(OCSP, 50, WHEN(STATE(REVOCATION, "could-not-ask"), THAT(REVOCATION, "unanswered")),
    .summary = "Whether the certificate is revoked could not be asked: {nobody}.",
    .detail = DETAIL_REVOKED, .fix = FIX_RESPONDER, .reproduce = REPRODUCE_RESPONDER),

/* --- what should be there (pin=, expect=) ------------------------------------------------------ */
UNEXPECTED("newer=file", "!names=other", "an older certificate than the one in {file}",
    .summary = "The server's certificate ({got}) is older than the one in {file} ({wanted}), which has {keys}: "
               "renewed on disk, and the server still has the old one.",
    .fix = FIX_RELOAD),
UNEXPECTED("newer=server", "!names=other", "a newer certificate than the one in {file}",
    .summary = "The server's certificate ({got}) is newer than the one in {file} ({wanted}), which has {keys}.",
    .fix = FIX_COPY_OLD),
UNEXPECTED("newer=null", "!names=null|other", "another certificate than the one in {file}",
    .summary = "The server's certificate ({got}) is not the one in {file}, which begins on the same day and has "
               "{keys}.",
    .fix = FIX_COPY_OLD),
UNEXPECTED("names=other", "same_certificate=false", "another certificate than the one in {file}",
    .summary = "The server's certificate ({got}) is not the one in {file} ({wanted}), which has {keys} and is for "
               "other names.",
    .fix = FIX_WRONG_SERVER),
FOR(CERT_UNEXPECTED, 97, WHEN(STATE(EXPECTED, "no"), EXPECTED("pin_fits=false"), EXPECTED("pin_of_ca=null")),
    .text = "the server's key is not the pinned one",
    .summary = "The server's key is {got_pin}, which is not pinned; its certificate is {got}.",
    .detail = DETAIL_EXPECTED, .fix = FIX_PIN_CHANGED, .reproduce = REPRODUCE_PIN),
FOR(CERT_UNEXPECTED, 97, WHEN(STATE(EXPECTED, "no"), EXPECTED("pin_fits=false"), EXPECTED("!pin_of_ca=null")),
    .text = "the pin is that of the CA, not of the server's key",
    .summary = "The pin is that of the CA \"{ca}\" in the chain, while the server's own key is {got_pin}.",
    .detail = DETAIL_EXPECTED, .fix = FIX_PIN_OF_CA, .reproduce = REPRODUCE_PIN),

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
               "may fail where this probe does not.",
    .detail = DETAIL_POLICY, .fix = FIX_POLICY, .reproduce = REPRODUCE_HANDSHAKE),
WARNS(MIDDLEBOX, 50, WHEN(THAT(PROXY, "used")),
    .summary = "The environment names a proxy, {proxy}, that curl would use; this probe "
               "connected directly.",
    .detail = DETAIL_PROXY, .fix = FIX_PROXY, .reproduce = REPRODUCE_CONNECT),
};
const size_t sign_count = sizeof sign_table / sizeof *sign_table;

#define OUTCOME(v, says, ...) { .verdict = VERDICT_##v, .text = says, __VA_ARGS__ }

const struct outcome outcome_table[] = {
OUTCOME(UNSURE, "the command of via= could not be run here: {proxy_said}", .detail = DETAIL_VIA, WHEN(STATE(VIA, "no"), PROXY_SAYS("outcome=not-started"))),
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
OUTCOME(FAILING, "no way through {proxy}", .detail = DETAIL_VIA, WHEN(STATE(VIA, "no"))),
OUTCOME(OK, "ok (1 try): {took}", .detail = DETAIL_CLIENT_END, WHEN(STATE(CLIENT_END, "yes"), END("how=complete"))),
/* So do clients that mind only the name in the certificate, and people who only tried. */
OUTCOME(UNSURE, "the client finished the handshake ({took}) and {said} without a word", .detail = DETAIL_CLIENT_END,
        WHEN(STATE(CLIENT_END, "yes"), END("by=client"), END("how=closed"), END("stage=finished|data"))),
OUTCOME(UNSURE, "the client {said} {when}", .detail = DETAIL_CLIENT_END,
        WHEN(STATE(CLIENT_END, "yes"), END("by=client"))),
OUTCOME(UNSURE, "tlswhy {said} {when}: it can't go on with such a client", .detail = DETAIL_CLIENT_END,
        WHEN(STATE(CLIENT_END, "yes"), END("by=us"))),
OUTCOME(FAILING, "the server {said} {when}", .detail = DETAIL_CLIENT_END,
        WHEN(STATE(CLIENT_END, "yes"), END("by=server"))),
OUTCOME(UNSURE, "ended by the network {when}", .detail = DETAIL_CLIENT_END, WHEN(STATE(CLIENT_END, "yes"))),
OUTCOME(UNSURE, "a client's hello; its connection goes on", WHEN(STATE(CLIENT_HELLO, "yes|no"))),
OUTCOME(FAILING, "the issuer {issuer} was not sent and is not trusted here",
        .detail = DETAIL_ISSUER,
        WHEN(FAULT("issuer-unknown"))),
OUTCOME(FAILING, "the server sent no certificate", WHEN(FAULT("no-certificate"))),
OUTCOME(FAILING, "certificate for other names than {name}; {sent_name} was sent",
        .detail = DETAIL_NAME,
        WHEN(FAULT("name-mismatch"))),
OUTCOME(UNSURE, "did not answer in time before TLS; it may only be slow (--timeout)",
        WHEN(FAILS("kind=starttls"), BEFORE("outcome=slow"))),
OUTCOME(FAILING, "closes the connection before TLS can begin", WHEN(FAILS("kind=starttls"), BEFORE("outcome=closed"))),
OUTCOME(FAILING, "says nothing before TLS can begin", WHEN(FAILS("kind=starttls"), BEFORE("outcome=silent"))),
OUTCOME(UNSURE, "{share} failed with {from} or more at once, which may be chance", .detail = DETAIL_LOAD,
        WHEN(STATE(HANDSHAKE, "yes"), STATE(LOAD, "no"), THAT(LOAD, "perhaps"), THAT(LOAD, "!rate"))),
OUTCOME(FAILING, "fails now and then, as often without load", .detail = DETAIL_LOAD,
        WHEN(STATE(HANDSHAKE, "yes"), STATE(LOAD, "no"), THAT(LOAD, "alike"))),
OUTCOME(UNSURE, "{failing} failed: {outcome}", .detail = DETAIL_ATTEMPTS, WHEN(THAT(ATTEMPTS, "rare"))),
OUTCOME(FAILING, "{failing} fail: {outcome}", .detail = DETAIL_ATTEMPTS, WHEN(THAT(ATTEMPTS, "random|refuses"))),
OUTCOME(UNSURE, "the server takes this client's hello ({agreed_version}, {agreed_cipher}); our library's is refused",
        .detail = DETAIL_AS_IS,
        WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "accepted"), THAT(VARIATIONS, "no-status-request"),
             THAT(HANDSHAKE, "own-client"))),
OUTCOME(UNSURE, "the server takes this client's hello ({agreed_version}, {agreed_cipher}); our library's is refused",
        .detail = DETAIL_AS_IS,
        WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "minds-limit"), THAT(HANDSHAKE, "own-client"))),
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
OUTCOME(UNSURE, "works; whether a request is answered by an error for want of a client certificate is unclear",
        WHEN(STATE(HANDSHAKE, "yes"), THAT(CLIENT_CERT, "asked"), STATE(HTTP, "yes"),
             WORD(HTTP, "400|495|496"), STATE(HTTP_CERT, "!yes|no"))),
OUTCOME(UNSURE, "{late} right after the handshake", WHEN(STATE(HANDSHAKE, "yes"),
                                                         THAT(LATE, "quiet"))),
OUTCOME(UNSURE, "handshake done, the certificate was not judged",
        WHEN(STATE(HANDSHAKE, "yes"), STATE(REASONS, "!yes|no"))),
OUTCOME(FAILING, "this client's own hello is refused: {as_is}", .detail = DETAIL_REPLAY,
        WHEN(STATE(HANDSHAKE, "yes"), THAT(REPLAY, "lost|named"))),
OUTCOME(OK, "ok ({tries}, several certificates): {good}", WHEN(STATE(HANDSHAKE, "yes"), THAT(ATTEMPTS, "leaves"))),
OUTCOME(OK, "ok ({tries}): {good}", WHEN(STATE(HANDSHAKE, "yes"))),
OUTCOME(UNSURE, "the handshake could not be tried", WHEN(STATE(HANDSHAKE, "could-not-ask|unsure"))),
OUTCOME(UNSURE, "not probed yet", WHEN({ FACT_HANDSHAKE, TEST_NONE, NULL })),
};
const size_t outcome_count = sizeof outcome_table / sizeof *outcome_table;

/* Who minds the name, or the application protocol, says nothing about the rest of a hello. */
#define OF_THE_HELLO FAILS("!alert.number=112|120")

/* Who stands on the path says nothing: it drops, resets, or puts bytes of its own there. That is looked at first, for it
 * takes most of the connections there are; where it finds nothing, the server's own reasons have the rest. */
#define LOOKED STATE(PATH, "!not-asked"), PATH("!found|another|deaf")

const struct wish wish_table[] = {
/* Whose client speaks first has nothing to say to a hello: one connection in its own words tells. */
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("kind=closed|reset|silent"), THAT(FAILURE, "twin"), UNNAMED),
  FACT_OTHER_WAY },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=starttls"), BEFORE("outcome=closed|silent"), THAT(FAILURE, "twin")),
  FACT_OTHER_WAY },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("kind=closed|reset"), THAT(RELAXED, "refused|open"),
       STATE(RELAXED, "!not-asked"), THAT(FAILURE, "twin-guess"), UNNAMED), FACT_OTHER_WAY },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=silent|reset"), UNNAMED), FACT_PATH },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("kind=closed"), UNNAMED), FACT_PATH },
/* Alerts are what servers say; one that comes because of a name may be another's. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert"), NAMES("alone|unknown")), FACT_PATH },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"), FAILS("kind=slow"), UNNAMED), FACT_PATH },
/* A name from as far as the server's answers: whether its certificates have that name. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=silent|slow|reset|closed|not-tls"), PATH("name"), PATH("server"),
       PATH("!near")), FACT_SERVER_NAMES },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("kind=not-tls"), FAILS("protocol=HTTP|null"), NAMES("named")),
  FACT_PATH },
{ WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails")), FACT_PATH },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("kind=closed|reset"), FAILS("stage=nothing"), STATE(STARTTLS, "yes")), FACT_IDLE },
/* Where no hello made a difference, perhaps none is looked at. */
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=nothing"), FAILS("kind=closed|reset"),
       THAT(VERSIONS, "!unasked|inside|other|other-reset|other-unclear"), THAT(RELAXED, "refused|open"),
       STATE(RELAXED, "!not-asked"), UNNAMED), FACT_IDLE },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert|protocol|version|local"), OF_THE_HELLO), FACT_VERSIONS },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=reset|closed"), LOOKED), FACT_VERSIONS },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"), FAILS("kind=closed")), FACT_VERSIONS },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=reset|closed|silent"), PATH("version")), FACT_VERSIONS },
/* Bytes that are no ServerHello refuse nothing; one that breaks the rules may choose what was not offered. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert|version|local"), OF_THE_HELLO), FACT_RELAXED },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=reset|closed"), LOOKED), FACT_RELAXED },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"), FAILS("kind=closed")), FACT_RELAXED },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"), FAILS("kind=protocol")), FACT_RELAXED },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert|closed|reset|version|local|silent|slow"),
       THAT(REPLAY, "wanted")), FACT_REPLAY },
/* Our library only imitates a client: whether its very own hello is taken must be asked for itself. */
{ WHEN(STATE(HANDSHAKE, "!no|not-asked"), THAT(HANDSHAKE, "own-client")), FACT_REPLAY },
/* Who is turned away without a word is asked for other names at once, as long as there are connections left; else
 * longer lists come first: a refusal that hangs on none of them may hang on the name. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=closed"), UNNAMED, STATE(PATH, "!not-asked"), STATE(RELAXED, "!not-asked"),
       THAT(RELAXED, "!accepted")), FACT_SERVER_NAMES },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("stage=server-hello"), FAILS("kind=closed"), UNNAMED), FACT_SERVER_NAMES },
/* Who was sent no name, and has no key for anything, may have one for each name. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=40"), THAT(VERSIONS, "refused-both"), NAMES("!named"), UNNAMED),
  FACT_SERVER_NAMES },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=reset"), UNNAMED, STATE(RELAXED, "!not-asked"),
       THAT(RELAXED, "!accepted")), FACT_SERVER_NAMES },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("alert.number=112"), UNNAMED), FACT_SERVER_NAMES },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("kind=alert"), FAILS("!alert.number=70|120"), STATE(RELAXED, "yes"),
       THAT(RELAXED, "open|refused"), THAT(FAILURE, "by-name")), FACT_SERVER_NAMES },
{ WHEN(FAULT("name-mismatch"), NAMES("useful")), FACT_SERVER_NAMES },
{ WHEN(THAT(ISSUER, "by-name|platform|delivered|gateway"), NAMES("useful")), FACT_SERVER_NAMES },
{ WHEN(STATE(REASONS, "yes"), NAMES("otherwise")), FACT_SERVER_NAMES },
{ WHEN(STATE(HANDSHAKE, "no"), FAILS("alert.number=120"), THAT(RELAXED, "!no-alpn"), THAT(ALPN, "offered"), UNNAMED),
  FACT_VARIATIONS },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, FAILS("!alert.number=120"), THAT(RELAXED, "no-alpn")), FACT_VARIATIONS },
{ WHEN(STATE(LATE, "yes"), WORD(LATE, "no_application_protocol"), THAT(ALPN, "offered")), FACT_VARIATIONS },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "accepted")), FACT_VARIATIONS },
{ WHEN(STATE(HANDSHAKE, "yes|no"), THAT(ATTEMPTS, "asked|differs")), FACT_ATTEMPTS },
/* The same hello was answered now so, now so. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "varies")), FACT_ATTEMPTS },
/* Not before it is known whether our library's own extensions are minded: the tries take the connections for that. */
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, THAT(POST_QUANTUM, "taken"), STATE(RELAXED, "!not-asked"),
       THAT(RELAXED, "!accepted")), FACT_ATTEMPTS },
{ WHEN(STATE(HANDSHAKE, "no"), EARLY, REFUSED, THAT(RELAXED, "accepted"), THAT(RELAXED, "!minds-limit"),
       STATE(VARIATIONS, "yes"), THAT(VARIATIONS, "!no-status-request")), FACT_ATTEMPTS },
{ WHEN(STATE(HANDSHAKE, "yes"), STATE(LOAD, "no"), THAT(LOAD, "alike|perhaps"), THAT(LOAD, "!rate")), FACT_ATTEMPTS },
{ WHEN(STATE(SERVER_NAMES, "unsure")), FACT_ATTEMPTS },
{ WHEN(STATE(VARIATIONS, "unsure")), FACT_ATTEMPTS },
{ WHEN(STATE(REPLAY, "unsure"), { FACT_REPLAY, TEST_MEMBER, "as_is=accepted" }), FACT_ATTEMPTS },
{ WHEN(STATE(LATE, "yes"), THAT(LATE, "refused"), THAT(CLIENT_CERT, "!asked"), WORD(LATE, "!no_application_protocol")),
  FACT_ATTEMPTS },
{ WHEN(STATE(HANDSHAKE, "yes"), THAT(POST_QUANTUM, "fails"), LOOKED), FACT_TOLERATES },
{ WHEN(FAULT("expired|not-yet-valid"), THAT(CLOCK, "wanted")), FACT_CLOCK },
{ WHEN(GAP, STATE(TRUST, "no")), FACT_AIA },
{ WHEN(STATE(HANDSHAKE, "yes"), STATE(TRUST, "yes"), STATE(DATES, "yes"), THAT(REVOCATION, "wanted")), FACT_REVOCATION },
};
const size_t wish_count = sizeof wish_table / sizeof *wish_table;
