/* sign - see sign.h.
 *
 * How sure a row is, and why:
 *   .97  the server or the certificate itself shows the fault
 *   .9   what was seen has hardly another explanation
 *   .75  most cases of what was seen
 *   .25  one of several explanations: never named, only listed with what would settle it
 * A wrong cause costs more than none, so a row names a cause only where its look-alikes are excluded by a condition of
 * the same row. Of the rows of one cause that are equally sure the first one speaks, so their order counts; the order
 * of the causes does not.
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
#define WARNS(id, at, ...) { .cause = CAUSE_##id, .kind = SIGN_WARNS, .step = STEP_##at, __VA_ARGS__ }

/* The server said no, or went away, before anything was agreed on. */
#define EARLY FAILS("stage=nothing|server-hello")
/* By any way a server refuses; silence is not one. */
#define REFUSED FAILS("kind=alert|closed|reset")

/* By a way that longer lists may change. */
#define NO_ANSWER "!kind=silent|slow|not-tls"

/* What the smallest change to the client's own hello says. It is asked whatever became of our library's handshake. */
#define REPLAYED_AT(id, at, word, surely, who, ...) \
    FOR(id, at, WHEN(STATE(REPLAY, "yes"), THAT(REPLAY, word), THAT(REPLAY, surely), PATH("!another|filter")), \
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
#define ASK_REPLAY "the client's hello, saved and replayed: `tlswhy replay FILE` finds what in it decides"

/* The dialogue before TLS came to nothing. */
#define BEFORE(w) { FACT_STARTTLS, TEST_MEMBER, w }

#define EXPECTED(w) { FACT_EXPECTED, TEST_MEMBER, w }
#define LATE(w) { FACT_LATE, TEST_WORD, w }

/* One of several servers behind the address has this fault. Before the rows of the fault itself: which server shows it
 * is the better news. */
#define SOMETIMES(id, at, word, ...) \
    FOR(id, at, WHEN(THAT(ATTEMPTS, word)), .text = "{group}: {fault}", \
        .summary = "{group} fail, always the one with the {face}: one of several servers behind this address shows a " \
                   "certificate that is not in order (\"{faulty}\" {fault}).", \
        .detail = DETAIL_ATTEMPTS, .fix = FIX_ONE_OF_SEVERAL, .reproduce = REPRODUCE_TRIES, __VA_ARGS__)

#define ASK_NAME "whether another server name, or none, is answered (sni=none)"
#define ASK_RIGHT "a try with a name the server surely knows (sni=NAME)"
#define ASK_LOG "the server's log at that moment"
#define ASK_ELSEWHERE "the same from another network, or on the server itself (at=127.0.0.1)"
#define ASK_AGAIN "whether it fails every time, and when the server is idle"
#define ASK_SPLIT "whether a small ClientHello sent in two packets is answered (--depth full)"
#define ASK_CLOCK "a third clock: an NTP server (--sntp HOST), or the Date of other servers asked beside it"

/* The chain ends, or breaks, before anybody trusted. */
#define GAP FAULT("issuer-unknown|bad-signature")
#define AIA(w) { FACT_AIA, TEST_MEMBER, w }

/* What the proxy said, or the command came to. */
#define PROXY_SAYS(w) { FACT_VIA, TEST_MEMBER, w }

const struct sign sign_table[] = {
#include "src/why/signs_network.inc"
#include "src/why/signs_offer.inc"
#include "src/why/signs_name.inc"
#include "src/why/signs_client.inc"
#include "src/why/signs_server.inc"
#include "src/why/signs_path.inc"
#include "src/why/signs_dates.inc"
#include "src/why/signs_cert.inc"
};
const size_t sign_count = sizeof sign_table / sizeof *sign_table;

const struct outcome outcome_table[] = {
#include "src/why/outcomes.inc"
};
const size_t outcome_count = sizeof outcome_table / sizeof *outcome_table;

const struct wish wish_table[] = {
#include "src/why/wishes.inc"
};
const size_t wish_count = sizeof wish_table / sizeof *wish_table;
