/* guess - see guess.h. */
#include "src/why/guess.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/why/clients.h"
#include "src/why/since.h"

/* The next steps. */
#define ASK_LISTEN "the failing client itself: run `tlswhy listen 8443` where it can reach you, or `tlswhy tap 8443 " \
                   "{title}`, and let it connect there"
#define ASK_AS_CLIENT "the same check as the client that fails: client=NAME (`tlswhy --client list`), or " \
                      "`--only clients` for all known ones"
#define ASK_THERE "the same check on a machine of the network where it fails: from here it works, so the " \
                  "difference is on the way (`tlswhy compare` takes both)"
#define ASK_WHILE "the same check while it fails, and the server's log of that moment"
#define ASK_EACH "each server behind that name by itself: at=ADDR"
#define ASK_WHERE \
    "the address that the failing clients connect to, and the name they send: at=ADDR and sni=NAME try them"
#define ASK_MESSAGE "the failing client's own message or log, word for word"
#define ASK_PINS \
    "what the failing clients pin or trust; expect=FILE compares with the certificate that was there before"

#define IS(q, words) { QUESTION_##q, words }
/* No other answer says where to look. */
#define OPEN(q, words) { QUESTION_##q, words "none|unknown" }
#define WORKS { FACT_HANDSHAKE, TEST_STATE, "yes" }, { FACT_TRUST, TEST_STATE, "yes" }
#define GUESS(id, ...) .sign = { .cause = CAUSE_##id, .kind = SIGN_FOR, .step = STEP_25, .when = { WORKS }, \
                                 __VA_ARGS__ }
#define SOME_CLIENTS .when = { IS(CLIENTS, "some|one") }
#define SOME_NETWORKS .when = { IS(NETWORKS, "some|one") }
#define AT_TIMES .when = { IS(TIMES, "bursts|other") }
#define NOW_AND_THEN .when = { IS(FAILS, "now-and-then"), OPEN(TIMES, "always|") }
#define OVERLOAD GUESS(SERVER_OVERLOAD, \
    .summary = "{title} may be out of resources at times; one try from here found nothing of it.", \
    .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_WHILE })
#define ONE_SERVER GUESS(SERVER_CONFIG, \
    .summary = "One of several servers behind {address} may be set up otherwise than the one that answered here.", \
    .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_EACH, ASK_WHILE })

const struct guess guess_table[] = {
/* The clients differ. */
{ SOME_CLIENTS, GUESS(VERSION_MISMATCH,
    .summary = "The clients that fail may speak none of the versions that {title} takes.",
    .fix = FIX_CLIENT_VERSION, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_LISTEN, ASK_AS_CLIENT }) },
{ SOME_CLIENTS, GUESS(CIPHER_MISMATCH,
    .summary = "The clients that fail may offer none of the suites that {title} takes.",
    .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_LISTEN, ASK_AS_CLIENT }) },
{ SOME_CLIENTS, GUESS(GROUP_MISMATCH,
    .summary = "The clients that fail may offer none of the groups or signature algorithms that {title} takes.",
    .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_LISTEN, ASK_AS_CLIENT }) },
{ SOME_CLIENTS, GUESS(SNI,
    .summary = "The clients that fail may send another server name than {name}, or none.",
    .fix = FIX_NAME_SNI, .reproduce = REPRODUCE_HANDSHAKE,
    .missing = { ASK_LISTEN, "the same check without a name: sni=none" }) },
{ SOME_CLIENTS, GUESS(CERT_UNTRUSTED_CA,
    .summary = "The clients that fail may have other CAs than this machine: older ones, or a list of their own.",
    .fix = FIX_UNTRUSTED, .reproduce = REPRODUCE_HANDSHAKE,
    .missing = { ASK_MESSAGE, "the CAs of a client that fails: ca=FILE" }) },
/* The place differs. */
{ SOME_NETWORKS, GUESS(MIDDLEBOX,
    .summary = "On the way from where it fails to {title} something may drop or alter what is sent; from here "
               "nothing does.",
    .fix = FIX_NONE, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_THERE }) },
{ SOME_NETWORKS, GUESS(INTERCEPTION,
    .summary = "Where it fails, an inspecting proxy may answer in the place of {title}; here the right "
               "certificate comes.",
    .fix = FIX_NONE, .reproduce = REPRODUCE_HANDSHAKE,
    .missing = { ASK_THERE, "the issuer that a failing client names" }) },
{ SOME_NETWORKS, GUESS(NETWORK,
    .summary = "Where it fails, {title} may not be reached at all: by its name, its route or its family of addresses.",
    .fix = FIX_NONE, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_THERE }) },
/* The time differs. */
{ AT_TIMES, OVERLOAD }, { NOW_AND_THEN, OVERLOAD }, { AT_TIMES, ONE_SERVER }, { NOW_AND_THEN, ONE_SERVER },
{ .when = { IS(SINCE, "other") }, .renewed = true, GUESS(CERT_UNEXPECTED,
    .summary = "A certificate of {title} was new when it began to fail: who pins the one before, or does not know "
               "its CA, fails since.",
    .fix = FIX_CLIENT_TRUST, .missing = { ASK_PINS, ASK_MESSAGE }, .reproduce = REPRODUCE_CERTS) },
{ .when = { IS(SOFTWARE, "other"), OPEN(CLIENTS, "all|") }, GUESS(CIPHER_MISMATCH,
    .summary = "The client that is named may offer less, or other things, than the one this check acts as.",
    .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_AS_CLIENT, ASK_LISTEN }) },
/* Nothing says yet which of the three it is. */
{ .when = { IS(FAILS, "yes"), OPEN(CLIENTS, ""), OPEN(NETWORKS, "all|"), OPEN(TIMES, "always|"),
            OPEN(SOFTWARE, "") }, GUESS(CIPHER_MISMATCH,
    .summary = "The clients that fail may offer less, or other things, than the one this check acts as.",
    .fix = FIX_SERVER_LOG, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_LISTEN, ASK_MESSAGE }) },
{ .when = { IS(FAILS, "yes"), OPEN(CLIENTS, "all|"), OPEN(NETWORKS, ""), OPEN(TIMES, "always|") }, GUESS(MIDDLEBOX,
    .summary = "On the way from where it fails to {title} something may interfere; from here nothing does.",
    .fix = FIX_NONE, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_THERE }) },
{ .when = { IS(FAILS, "yes"), OPEN(CLIENTS, "all|"), OPEN(NETWORKS, "all|"), OPEN(TIMES, "") }, OVERLOAD },
{ .when = { IS(FAILS, "yes"), IS(CLIENTS, "all"), IS(NETWORKS, "all") }, GUESS(NETWORK,
    .summary = "It fails for everybody and not for this check, which may reach another server than they do.",
    .fix = FIX_NONE, .reproduce = REPRODUCE_HANDSHAKE, .missing = { ASK_WHERE, ASK_MESSAGE }) },
};
const size_t guess_count = sizeof guess_table / sizeof *guess_table;

bool guess_holds(const struct look *l, const struct guess *g)
{
    for (size_t i = 0; i < sizeof g->when / sizeof *g->when && g->when[i].is; i++)
        if (!answer_is(g->when[i].q, session_says(l->s, g->when[i].q), g->when[i].is))
            return false;
    return !g->renewed || since_renewed(l->c, session_says(l->s, QUESTION_SINCE));
}

struct pull guess_pull(const struct guess *g)
{
    struct pull p = { { 0 } };
    for (size_t i = 0; i < sizeof g->when / sizeof *g->when && g->when[i].is; i++)
        if (!strstr(g->when[i].is, "none"))
            p.by[g->when[i].q] = g->renewed ? 2 : 1; /* a date that fits says more than a word */
    return p;
}

/* --- a client that was named -------------------------------------------------------------------- */

#define SOFTWARE(rule, id, known, mend) \
    [CLIENT_RULE_##rule] = { .cause = CAUSE_##id, .kind = SIGN_FOR, .step = STEP_75, .fix = FIX_##mend, \
        .when = { { FACT_##known, TEST_STATE, "yes" }, { FACT_CLIENTS, TEST_STATE, "yes" } }, \
        .text = "works for this client, not for one that you name", .summary = "{title}", \
        .reproduce = REPRODUCE_HANDSHAKE }
static const struct sign software[CLIENT_RULE_COUNT] = {
    SOFTWARE(VERSION, VERSION_MISMATCH, VERSIONS, CLIENT_VERSION),
    SOFTWARE(SUITE, CIPHER_MISMATCH, CIPHERS, REPLAY_SUITE_SERVER),
    SOFTWARE(GROUP, GROUP_MISMATCH, GROUPS, REPLAY_GROUP_SERVER),
    SOFTWARE(SIGALG, GROUP_MISMATCH, SIGALGS, REPLAY_SIGALG_SERVER),
    SOFTWARE(DH, GROUP_MISMATCH, DH, SMALL_DH),
    SOFTWARE(EXTENSION, EXTENSION_MISMATCH, RENEGOTIATION, RENEGOTIATION),
    SOFTWARE(KEY, CERT_WEAK, KEY, WEAK),
    SOFTWARE(DIGEST, CERT_WEAK, CHAIN, WEAK),
    SOFTWARE(NAME, CERT_NAME, NAME, NAME_SNI),
    SOFTWARE(DATES, CERT_EXPIRED, DATES, CLIENT_DATES),
    SOFTWARE(TRUST, CERT_UNTRUSTED_CA, CHAIN, CLIENT_TRUST),
    SOFTWARE(HELLO_SIZE, MIDDLEBOX, POST_QUANTUM, LARGE_PATH),
};

/* The first one that fails for a reason that has a name. */
const struct sign *guess_software(const struct look *l, enum step *step, char **why)
{
    const struct sign *found = NULL;
    const char *at = clients_known(l->c) ? session_says(l->s, QUESTION_SOFTWARE) : NULL;
    for (; at && !found; at = strchr(at, ',')) {
        at += *at == ',';
        char *name = mem_copy(at, strcspn(at, ","));
        const struct client *client = client_find(name);
        struct client_result r = { 0 };
        if (client)
            client_result_of(&r, l->c, client);
        if (r.works == CLIENT_FAILS && r.why && software[r.rule].text) {
            found = &software[r.rule];
            *step = r.tried ? STEP_90 : STEP_75;
            *why = mem_format("The client %s fails, as you say: %s.", name, r.why);
        }
        client_result_clear(&r);
        free(name);
    }
    return found;
}
