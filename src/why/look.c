/* look - see look.h. */
#include "src/why/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/accepts.h"
#include "src/model/member.h"
#include "src/model/proxy.h"
#include "src/wire/client.h"
#include "src/wire/dialogue.h"
#include "src/wire/names.h"
#include "src/wire/plain.h"
#include "src/why/among.h"
#include "src/why/change.h"
#include "src/why/credential.h"
#include "src/why/product.h"
#include "src/why/starttls.h"
#include "src/why/stack.h"

#define BIT(reason) (1u << (reason))

/* --- reading members -------------------------------------------------------------------------- */

const json_t *look_member(const struct look *l, enum fact f, const char *key)
{
    return json_object_get(l->c->fact[f].value, key);
}

const char *look_text(const struct look *l, enum fact f, const char *key)
{
    return member_text(l->c->fact[f].value, key);
}

static bool member_is(const json_t *value, const char *word)
{
    const char *equals = strchr(word, '='), *from = word;
    char key[32];
    while (equals && value) { /* "alert.number": one step down for each dot */
        size_t n = strcspn(from, ".=");
        if (n >= sizeof key)
            return false;
        memcpy(key, from, n);
        key[n] = '\0';
        value = json_object_get(value, key);
        from += n + 1;
        if (from > equals)
            break;
    }
    if (!equals)
        return false;
    char number[32];
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    } else if (json_is_boolean(value)) {
        text = json_is_true(value) ? "true" : "false";
    } else if (!value || json_is_null(value)) {
        text = "null";
    }
    return text && among(equals + 1, text);
}

/* --- faults ----------------------------------------------------------------------------------- */

enum place fault_place(const json_t *fault)
{
    const json_t *sent = json_object_get(fault, "cert"), *link = json_object_get(fault, "link");
    if (json_is_integer(link) && json_integer_value(link) > 0)
        return json_is_integer(sent) ? PLACE_UPPER : PLACE_STORE;
    if (!json_is_integer(link) && json_is_integer(sent) && json_integer_value(sent) > 0)
        return PLACE_OUTSIDE;
    return PLACE_LEAF;
}

static enum reason fault_reason(const json_t *fault)
{
    const char *word = json_string_value(json_object_get(fault, "reason"));
    return word ? reason_find(word) : REASON_COUNT;
}

#define FAULTS_MAX 1000 /* of a session that may say anything: who asks for the nth asks for all before it */

const json_t *look_fault(const struct look *l, uint32_t mask, size_t nth)
{
    const json_t *all = l->c->fact[FACT_REASONS].value, *fault;
    size_t i;
    json_array_foreach(all, i, fault) {
        if (i >= FAULTS_MAX)
            break;
        enum reason r = fault_reason(fault);
        if (r < REASON_COUNT && (mask & BIT(r)) && fault_place(fault) != PLACE_OUTSIDE &&
            nth-- == 0)
            return fault;
    }
    return NULL;
}

static void look_faults(struct look *l)
{
    const json_t *fault;
    size_t i;
    if (l->c->fact[FACT_REASONS].state != STATE_YES)
        return;
    json_array_foreach(l->c->fact[FACT_REASONS].value, i, fault) {
        enum reason r = fault_reason(fault);
        enum place p = fault_place(fault);
        if (p == PLACE_OUTSIDE && (r == REASON_ORDER || r == REASON_EXTRA))
            p = PLACE_LEAF; /* these are about the message, not about a link */
        if (r < REASON_COUNT && p < PLACE_COUNT)
            l->faults[p] |= BIT(r);
    }
}

static const struct { const char *word; } place_words[PLACE_COUNT] = {
    [PLACE_LEAF] = { "leaf" }, [PLACE_UPPER] = { "upper" }, [PLACE_STORE] = { "store" }
};

/* The faults of a token ("expired", "expired@leaf") that are there at one place. */
static bool token_holds(const struct look *l, const char *token, size_t n, enum place p)
{
    size_t k = strcspn(token, "@|");
    bool elsewhere = k < n && !text_starts(token + k + 1, place_words[p].word);
    for (int r = 0; r < REASON_COUNT && l->faults[p] >> r && !elsewhere; r++)
        if ((l->faults[p] & BIT(r)) && strlen(reason_table[r].word) == k &&
            memcmp(reason_table[r].word, token, k) == 0)
            return true;
    return false;
}

/* One of "a|b@leaf|c" is among the faults of the path. */
static bool fault_among(const struct look *l, const char *list)
{
    for (int p = 0; p < PLACE_COUNT; p++)
        for (const char *t = list; l->faults[p] && *t; t += *t == '|') {
            size_t n = strcspn(t, "|");
            if (token_holds(l, t, n, (enum place)p))
                return true;
            t += n;
        }
    return false;
}

uint32_t fault_mask(const char *word)
{
    uint32_t mask = 0;
    for (const char *t = word; *t; t += *t == '|') {
        char one[40];
        snprintf(one, sizeof one, "%.*s", (int)strcspn(t, "@|"), t);
        enum reason r = reason_find(one);
        if (r == REASON_COUNT)
            return 0;
        mask |= BIT(r);
        t += strcspn(t, "|");
    }
    return mask;
}

const json_t *look_top(const struct look *l)
{
    const json_t *built = look_member(l, FACT_CHAIN, "built");
    size_t n = json_array_size(built);
    return n ? json_array_get(built, n - 1) : NULL;
}

/* --- versions --------------------------------------------------------------------------------- */

static const struct { uint16_t number; const char *word, *title; } versions_known[] = {
    { 0x0002, "ssl2", "SSL 2.0" }, { 0x0300, "ssl3", "SSL 3.0" }, { 0x0301, "tls1.0", "TLS 1.0" },
    { 0x0302, "tls1.1", "TLS 1.1" }, { 0x0303, "tls1.2", "TLS 1.2" }, { 0x0304, "tls1.3", "TLS 1.3" }
};
enum { VERSIONS_KNOWN = sizeof versions_known / sizeof *versions_known };

uint16_t look_version(int nth)
{
    return nth < VERSIONS_KNOWN ? versions_known[nth].number : 0;
}

const char *version_word(uint16_t version)
{
    for (int i = 0; i < VERSIONS_KNOWN; i++)
        if (versions_known[i].number == version)
            return versions_known[i].word;
    return "";
}

const char *version_title(uint16_t version)
{
    for (int i = 0; i < VERSIONS_KNOWN; i++)
        if (versions_known[i].number == version)
            return versions_known[i].title;
    return "";
}

const char *look_answer(const struct look *l, uint16_t version)
{
    return l->c->fact[FACT_VERSIONS].state == STATE_YES
               ? look_text(l, FACT_VERSIONS, version_word(version)) : "";
}

const json_t *look_try(const struct look *l, const char *name)
{
    return json_object_get(look_member(l, FACT_RELAXED, "tries"), name);
}

/* by_80: an OpenSSL 3 server whose security level has no signature for the one version it is set to
 * says internal_error (80) where it means the version. */
struct tally { int accepted, by_70, by_80, refused, reset, silent; };

static void tally_add(struct tally *t, const char *answer)
{
    if (!*answer || strcmp(answer, "could-not-ask") == 0 || strcmp(answer, "not connected") == 0)
        return; /* nobody asked, so nothing was answered */
    if (strcmp(answer, "accepted") == 0)
        t->accepted++;
    else if (text_starts(answer, "alert 70 ") || strcmp(answer, "alert 70") == 0)
        t->by_70++;
    else if (text_starts(answer, "alert 80 "))
        t->by_80++;
    else if (text_starts(answer, "alert ") || text_starts(answer, "answered by ") ||
             strcmp(answer, "closed") == 0)
        t->refused++;
    else if (strcmp(answer, "reset") == 0)
        t->reset++;
    else
        t->silent++;
}

static enum takes look_takes(const struct look *l)
{
    struct tally in = { 0 }, out = { 0 };
    uint16_t n;
    if (l->relaxed.any) /* a hello with the client's versions was accepted */
        return TAKES_INSIDE;
    if (l->c->fact[FACT_VERSIONS].state != STATE_YES)
        return TAKES_UNASKED;
    for (int i = 0; (n = look_version(i)); i++)
        tally_add(n >= l->lo && n <= l->hi ? &in : &out, look_answer(l, n));
    if (in.accepted)
        return TAKES_INSIDE;
    if (out.accepted)
        return in.silent ? TAKES_OTHER_UNCLEAR : in.reset ? TAKES_OTHER_RESET : TAKES_OTHER;
    return in.by_70 && !in.refused && !in.reset && !in.silent ? TAKES_NONE_70 : TAKES_NONE; /* by_80 may join */
}

/* --- clocks ----------------------------------------------------------------------------------- */

static void look_clock(struct look *l)
{
    l->at = clock_judged_at(l->s, l->c);
    l->clock = clock_weigh(l->s, l->c, l->at);
}

/* A request may be sent, and the probes that were to do it are through. */
static bool clock_wanted(const struct look *l)
{
    return !l->c->busy && l->c->endpoint->scheme && l->c->endpoint->scheme->http;
}

/* The server's Date is still on its way: better wait than name a date and take it back. */
static bool clock_awaited(const struct look *l)
{
    return l->c->busy && l->c->fact[FACT_CLOCK].state == NOT_ASKED && l->c->endpoint->scheme &&
           l->c->endpoint->scheme->http;
}

static bool clock_agrees(const struct look *l)
{
    return (l->clock.dated && !clock_date_off(&l->clock)) || (clock_is_strong(&l->clock) && !clock_ours_off(&l->clock));
}

/* A CA of this machine's own store begins later than our clock, and no clock is known to compare with. */
static bool clock_store_later(const struct look *l)
{
    return l->clock.by == CLOCK_BY_NOTHING && l->faults[PLACE_STORE] & BIT(REASON_NOT_YET);
}

/* Nobody vouches for our clock: the kernel does not, and no other is known. */
static bool clock_is_lone(const struct look *l)
{
    return l->clock.by == CLOCK_BY_NOTHING && l->c->fact[FACT_NTP].state == STATE_NO;
}

static bool clock_is_ours_off(const struct look *l) { return clock_ours_off(&l->clock); }
static bool clock_is_ours_surely(const struct look *l) { return clock_ours_off_surely(&l->clock); }
static bool clock_is_date_off(const struct look *l) { return clock_date_off(&l->clock); }
static bool clock_is_server_off(const struct look *l) { return clock_server_off(&l->clock); }
static bool clock_moved_expired(const struct look *l) { return l->clock.moved_expired; }
static bool clock_moved_not_yet(const struct look *l) { return l->clock.moved_not_yet; }
static bool clock_moved(const struct look *l) { return l->clock.moved_expired || l->clock.moved_not_yet; }
static bool clock_servers_not_yet(const struct look *l) { return l->clock.servers_not_yet; }
static bool clock_servers_expired(const struct look *l) { return l->clock.servers_expired; }
static bool clock_stays_expired(const struct look *l) { return l->clock.stays_expired; }
static bool clock_staple_moved(const struct look *l) { return l->clock.staple_moved; }
static bool clock_hides(const struct look *l) { return l->clock.hidden != NULL; }
static bool clock_hides_early(const struct look *l) { return l->clock.hidden_early != NULL; }
static bool clock_by_date(const struct look *l) { return l->clock.by == CLOCK_BY_DATE; }
static bool clock_by_kernel(const struct look *l) { return l->clock.by == CLOCK_BY_KERNEL; }
static bool clock_by_signed(const struct look *l) { return l->clock.by == CLOCK_BY_SIGNED; }
static bool clock_by_dates(const struct look *l) { return l->clock.by == CLOCK_BY_DATES; }
static bool clock_by_sntp(const struct look *l) { return l->clock.by == CLOCK_BY_SNTP; }

/* --- other judgements ------------------------------------------------------------------------- */

bool column_ipv6(const struct column *c)
{
    if (c->address)
        return c->address[0] == '[';
    return c->endpoint->at_host ? strchr(c->endpoint->at_host, ':') != NULL
                                : c->endpoint->host_kind == HOST_IPV6;
}

/* Of a proxy that can't be connected the proxy's own rows speak. */
static bool family_alone(const struct look *l)
{
    return l->family == FAMILY_ALONE && l->c->fact[FACT_VIA].state != STATE_NO;
}

static bool family_covered(const struct look *l) { return l->family == FAMILY_COVERED; }
static bool family_waiting(const struct look *l) { return l->family == FAMILY_WAITING; }

/* The server chose an application protocol nobody had offered. */
static bool alpn_is_foreign(const struct look *l)
{
    return l->c->fact[FACT_ALPN].state == STATE_NO && column_word(l->c, FACT_ALPN);
}

/* The size of the Diffie-Hellman group the server made, 0 for none. */
static int dh_bits(const struct look *l)
{
    const char *word = column_word(l->c, FACT_KX_GROUP);
    return text_starts(word, "ffdhe") ? atoi(word + 5) : text_starts(word, "dh") ? atoi(word + 2) : 0;
}

/* One that this client would refuse; ours took it, to be able to say so. */
static bool takes_anonymous(const struct look *l)
{
    if (!relaxed_hangs(&l->relaxed, LIST_SUITES))
        return false;
    struct change c = change_of(l, LIST_SUITES);
    const uint16_t *n = c.taken;
    for (const struct suite *s; *n && (s = suite_find(*n)) && s->auth == AUTH_ANON;)
        n++;
    return c.taken[0] && !*n;
}

static bool dh_is_small(const struct look *l)
{
    return dh_bits(l) > 0 && dh_bits(l) < endpoint_client(l->c->endpoint)->dh_bits_min;
}

static bool dh_is_large(const struct look *l)
{
    int most = endpoint_client(l->c->endpoint)->dh_bits_max;
    return most && dh_bits(l) > most;
}

/* The same hello was answered when it held a key share more, which was not the one that was taken: what ended the other
 * is in neither's lists nor in the name. */
static bool large_is_taken(const struct look *l)
{
    const json_t *as_is = json_object_get(look_member(l, FACT_RELAXED, "tries"), "as-is");
    const char *how = column_word(l->c, FACT_POST_QUANTUM), *went = json_string_value(json_object_get(as_is, "answer"));
    bool quiet = went && (strcmp(went, "closed") == 0 || strcmp(went, "reset") == 0);
    return l->c->fact[FACT_POST_QUANTUM].state == STATE_YES && how && !text_starts(how, "X25519MLKEM") && quiet;
}

/* A large hello, such as this client sends, is refused or dropped while a smaller one is answered. */
static bool large_fails(const struct look *l)
{
    const char *how = column_word(l->c, FACT_POST_QUANTUM);
    return l->c->fact[FACT_POST_QUANTUM].state == STATE_NO && how &&
           (text_starts(how, "alert ") || among("reset|closed|silent|slow", how));
}

/* What current clients offer, those of client_find(NULL), was asked for too and is refused. Not where such a version
 * was agreed on: then one of several servers refused. */
static bool others_have_no_version(const struct look *l)
{
    const struct client *current = client_find(NULL);
    const char *word = column_word(l->c, FACT_VERSION);
    const struct version *agreed = word ? version_by_word(word) : NULL;
    struct tally in = { 0 };
    if (l->c->fact[FACT_VERSIONS].state != STATE_YES ||
        (agreed && agreed->number >= current->min && agreed->number <= current->max))
        return false;
    for (uint16_t n = current->min; n <= current->max; n++)
        tally_add(&in, look_answer(l, n));
    return !in.accepted && !in.reset && !in.silent && in.by_70 + in.by_80 + in.refused > 0;
}

static bool suite_is_current(const json_t *name)
{
    const struct suite *s = json_string_value(name) ? suite_by_name(json_string_value(name)) : NULL;
    for (const uint16_t *p = client_find(NULL)->suites; s && *p; p++)
        if (*p == s->number)
            return true;
    return false;
}

/* Every suite of the current versions is known, and current clients offer none of them. */
static bool others_have_no_suite(const struct look *l)
{
    const struct client *current = client_find(NULL);
    size_t taken = 0, i;
    const json_t *name;
    if (l->c->fact[FACT_CIPHERS].state != STATE_YES)
        return false;
    for (uint16_t n = current->min; n <= current->max; n++) {
        int version = accepts_version(version_word(n));
        if (accepts_unsettled(l->c, FACT_CIPHERS, version))
            return false;
        json_array_foreach((json_t *)accepts_taken(l->c, FACT_CIPHERS, version), i, name) {
            if (suite_is_current(name))
                return false;
            taken++;
        }
    }
    return taken > 0;
}

/* All the server takes is older than what is offered. */
static bool takes_older(const struct look *l)
{
    for (uint16_t n = (uint16_t)(l->hi + 1); n <= 0x0304; n++)
        if (strcmp(look_answer(l, n), "accepted") == 0)
            return false;
    return l->takes >= TAKES_OTHER && l->takes <= TAKES_OTHER_UNCLEAR;
}

static bool takes_inside(const struct look *l) { return l->takes == TAKES_INSIDE; }
static bool takes_other(const struct look *l) { return l->takes == TAKES_OTHER; }
static bool takes_other_reset(const struct look *l) { return l->takes == TAKES_OTHER_RESET; }
static bool takes_unclear(const struct look *l) { return l->takes == TAKES_OTHER_UNCLEAR; }
static bool takes_none_70(const struct look *l) { return l->takes == TAKES_NONE_70; }
/* Refused as a server refuses that finds nothing to take: Erlang says 71, all others 40. */
static bool answer_wants_more(const char *answer)
{
    return text_starts(answer, "alert 40 ") || text_starts(answer, "alert 71 ");
}

/* TLS 1.2, offered alone with all there is, is refused so. */
static bool refuses_12(const struct look *l)
{
    return !(l->takes >= TAKES_OTHER && l->takes <= TAKES_OTHER_UNCLEAR) && answer_wants_more(look_answer(l, 0x0303));
}

/* The client stops at TLS 1.2, the server takes TLS 1.3 alone. */
static bool takes_13_alone(const struct look *l)
{
    return l->takes == TAKES_OTHER && l->lo <= 0x0303 && l->hi == 0x0303 && text_is(look_answer(l, 0x0304), "accepted");
}

/* TLS 1.2 is refused for what the hello holds, by a server that says 70 where it means the version. GnuTLS set to
 * TLS 1.3 alone says 40 to TLS 1.2 and 70 to what is older: where the rest of the answers is like its own too, nobody
 * can tell. */
static bool suites_12(const struct look *l)
{
    bool means_70 = false;
    uint16_t n;
    if (!takes_13_alone(l) || !answer_wants_more(look_answer(l, 0x0303)))
        return false;
    for (int i = 0; (n = look_version(i)) && n < 0x0303; i++)
        means_70 |= text_starts(look_answer(l, n), "alert 70 ");
    return means_70 && !(stack_is(l->c->fact[FACT_VERSIONS].value, "like-gnutls") &&
                         !answer_wants_more(look_answer(l, 0x0302)));
}

/* It may as well be: such a refusal, or a closed connection, does not say what is minded. */
static bool unsaid_12(const struct look *l)
{
    const char *answer = look_answer(l, 0x0303);
    return takes_13_alone(l) && !suites_12(l) && (answer_wants_more(answer) || text_is(answer, "closed"));
}

static bool refuses_suites(const struct look *l)
{
    return refuses_12(l) && text_starts(look_answer(l, 0x0304), "alert 70");
}
static bool refuses_all(const struct look *l)
{
    return refuses_12(l) && text_starts(look_answer(l, 0x0304), "alert 40");
}
static bool takes_13(const struct look *l)
{
    return refuses_12(l) && text_is(look_answer(l, 0x0304), "accepted");
}
/* Not one version, not even SSL 2.0's hello, is answered otherwise than the client's own: by one alert. */
static bool refuses_everybody(const struct look *l)
{
    const json_t *alert = json_object_get(look_member(l, FACT_FAILURE, "alert"), "number");
    uint16_t n;
    for (int i = 0; (n = look_version(i)); i++) {
        const char *answer = look_answer(l, n);
        if (!json_is_integer(alert) || !text_starts(answer, "alert ") || atoi(answer + 6) != json_integer_value(alert))
            return false;
    }
    return true;
}

static bool knows_13(const struct look *l)
{
    return member_is(l->c->fact[FACT_VERSIONS].value, "knows=tls1.3");
}

/* TLS 1.3 is offered, and TLS 1.2 is chosen by a server that knows TLS 1.3: it never saw that offer. */
static bool stripped_13(const struct look *l)
{
    const json_t *try = look_try(l, "as-is");
    return l->hi >= 0x0304 && knows_13(l) && member_is(try, "answer=accepted") && member_is(try, "version=tls1.2");
}

/* The same, from a server that takes TLS 1.3 where nothing else is offered. */
static bool struck_13(const struct look *l)
{
    const json_t *try = look_try(l, "as-is");
    bool chosen = member_is(try, "answer=accepted") && member_is(try, "version=tls1.2");
    return l->hi >= 0x0304 && l->lo <= 0x0303 && chosen && strcmp(look_answer(l, 0x0304), "accepted") == 0;
}

static bool taken_alone(const struct look *l)
{
    bool any = false;
    for (uint16_t n = l->lo; n <= l->hi; n++)
        any |= strcmp(look_answer(l, n), "accepted") == 0;
    return any;
}

static const char *try_answer(const struct look *l, const char *name)
{
    const char *answer = json_string_value(json_object_get(look_try(l, name), "answer"));
    return answer ? answer : "";
}

/* What it can't take is refused aloud, an older version, other suites; what it could go on with ends without a word:
 * nobody on the path tells these apart. */
static bool gives_up(const struct look *l)
{
    bool older = false;
    uint16_t n;
    for (int i = 0; (n = look_version(i)); i++) {
        const char *answer = look_answer(l, n);
        if (n >= l->lo && n <= l->hi && strcmp(answer, "closed") != 0)
            return false;
        older |= n < l->lo && n > 0x0300 && text_starts(answer, "alert 70 ");
    }
    return older && text_is(try_answer(l, "as-is"), "closed") && text_is(try_answer(l, "groups"), "closed") &&
           text_starts(try_answer(l, "suites"), "alert 40 ");
}

/* A version is refused by an alert, so a server of TLS is there, and is heard; what it would take is ended from closer
 * than what opens the connection comes from. From further away it may be the server, behind who opens it in its place. */
static bool cut_short(const struct look *l)
{
    bool any = false;
    uint16_t n;
    for (int i = 0; (n = look_version(i)); i++)
        any |= text_starts(look_answer(l, n), "alert ");
    return any && l->path.is & PATH_IS(CLOSER);
}

static bool takes_unasked(const struct look *l)
{
    return l->takes == TAKES_UNASKED && l->c->fact[FACT_VERSIONS].state == NOT_ASKED;
}

/* Known not to say where its issuer can be had; a record without the member says nothing. */
static bool cert_without_aia(const json_t *cert)
{
    const json_t *aia = json_object_get(cert, "aia");
    return aia && (json_is_null(aia) || (json_is_array(aia) && !json_array_size(aia)));
}

static bool store_is_system(const struct look *l)
{
    return !l->c->endpoint->value[KEY_CA];
}

/* A certificate with the name of the missing issuer was sent, but does not fit. */
static bool issuer_sent(const json_t *sent, const json_t *top)
{
    const char *issuer = json_string_value(json_object_get(top, "issuer"));
    const json_t *cert;
    size_t i;
    json_array_foreach(sent, i, cert) {
        const char *subject = json_string_value(json_object_get(cert, "subject"));
        if (issuer && subject && strcmp(issuer, subject) == 0)
            return true;
    }
    return false;
}

/* Public CAs always say where their own certificate can be had. So a certificate that does not, and
 * whose issuer is missing, was issued by somebody's own CA. Below it an own intermediate may be
 * missing just as well, where the CAs were chosen by hand and nothing but the leaf fits. */
static bool issuer_private(const struct look *l)
{
    const json_t *built = look_member(l, FACT_CHAIN, "built"),
                 *sent = look_member(l, FACT_CHAIN, "sent");
    const json_t *top = look_top(l);
    if (!top || !cert_without_aia(top) || issuer_sent(sent, top))
        return false;
    return json_array_size(built) > 1 || (json_array_size(sent) == 1 && store_is_system(l));
}

/* What is told of the issuer that is missing: src/pki/kin.h. */
static bool kin_is(const struct look *l, bool below, const char *by)
{
    const json_t *kin = look_member(l, FACT_CHAIN, "kin");
    const char *word = json_string_value(json_object_get(kin, "by"));
    return word && json_is_true(json_object_get(kin, "below")) == below && strcmp(word, by) == 0;
}
static bool kin_near(const struct look *l)
{
    return json_is_string(json_object_get(look_member(l, FACT_CHAIN, "kin"), "near"));
}
static bool kin_sent(const struct look *l) { return kin_is(l, true, "sent"); }
static bool kin_key_id(const struct look *l) { return kin_is(l, true, "key-id"); }
static bool kin_family(const struct look *l)
{
    return kin_is(l, true, "organisation") || (kin_is(l, true, "name") && kin_near(l));
}
static bool kin_called_below(const struct look *l) { return kin_is(l, true, "name") && !kin_near(l); }
static bool kin_foreign(const struct look *l) { return kin_is(l, false, "key-id"); }
static bool kin_called_root(const struct look *l) { return kin_is(l, false, "name"); }

/* An intermediate that the server should send was found elsewhere. */
static bool issuer_missing(const struct look *l)
{
    return json_array_size(look_member(l, FACT_AIA, "missing")) > 0;
}

/* Where the chain says its issuer is, there is one of that name with another key, and no root. */
static bool issuer_other_key(const struct look *l)
{
    const json_t *hop;
    size_t i;
    json_array_foreach(look_member(l, FACT_AIA, "hops"), i, hop) {
        const char *answer = json_string_value(json_object_get(hop, "answer"));
        if (answer && strcmp(answer, "other-key") == 0 && json_is_false(json_object_get(hop, "root")))
            return true;
    }
    return false;
}

static bool any_http(const json_t *urls)
{
    const json_t *url;
    size_t i;
    json_array_foreach(urls, i, url)
        if (json_string_value(url) && text_starts(json_string_value(url), "http://"))
            return true;
    return false;
}

/* The certificate says whom to ask, and no staple has answered that already. */
static bool revocation_wanted(const struct look *l)
{
    const json_t *leaf = json_array_get(look_member(l, FACT_CHAIN, "sent"), 0);
    bool stapled = among("good|revoked", look_text(l, FACT_STAPLE, "status")) &&
                   json_is_true(look_member(l, FACT_STAPLE, "verified")) &&
                   !json_is_true(look_member(l, FACT_STAPLE, "stale"));
    return !stapled && (any_http(json_object_get(leaf, "ocsp")) || any_http(json_object_get(leaf, "crl")));
}

/* Somebody was asked, or should have been and has no address, and gave no answer. */
static bool revocation_unanswered(const struct look *l)
{
    const json_t *one;
    size_t i;
    json_array_foreach(look_member(l, FACT_REVOCATION, "tries"), i, one) {
        const char *answer = json_string_value(json_object_get(one, "answer"));
        if (answer && among("unreachable|slow|status|redirect|too-big|broken|no-name", answer))
            return true;
    }
    return false;
}

const char *look_proxy(const struct look *l)
{
    return proxy_of(l->c);
}

static bool proxy_used(const struct look *l) { return look_proxy(l) != NULL; }

/* A client certificate was asked for: by the fact, or because that's how far the server came. */
static bool client_cert_asked(const struct look *l)
{
    return l->c->fact[FACT_CLIENT_CERT].state == STATE_YES ||
           strcmp(look_text(l, FACT_FAILURE, "stage"), "certificate-request") == 0;
}

/* The server refused after our side of the handshake was done. Servers that just end an idle connection do so
 * without an alert: a refusal is that only where a request was waiting, and a certificate had been asked for. */
static bool late_refused(const struct look *l)
{
    const char *late = column_word(l->c, FACT_LATE);
    if (l->c->fact[FACT_LATE].state != STATE_YES || !late)
        return false;
    bool quiet = among("close_notify|closed|reset|protocol", late);
    const struct scheme *scheme = l->c->endpoint->scheme;
    bool waiting = scheme && strcmp(scheme->name, "tls") != 0 && l->c->fact[FACT_HTTP].state != STATE_YES &&
                   !among("close_notify", late);
    return !quiet || (client_cert_asked(l) && (waiting || among("reset", late)));
}

static bool late_quiet(const struct look *l)
{
    return l->c->fact[FACT_LATE].state == STATE_YES && !late_refused(l) &&
           l->c->fact[FACT_HTTP].state != STATE_YES;
}

/* A certificate that could not be decoded or verified matters only while trust hangs on it. */
static bool chain_trusted(const struct look *l)
{
    return l->c->fact[FACT_TRUST].state == STATE_YES;
}

/* This machine's own hello is refused, and neither versions nor lists nor what the server says explain it. */
static bool refusal_unexplained(const struct look *l)
{
    static const char usual[] = "alert.number=70|80|86|112|116|120";
    return l->c->fact[FACT_VERSIONS].state == STATE_YES && !(l->takes >= TAKES_OTHER && l->takes <= TAKES_NONE_70) &&
           !member_is(l->c->fact[FACT_FAILURE].value, usual) &&
           l->c->fact[FACT_RELAXED].state == STATE_YES && !(l->names.is & NAMES_IS(DECIDES)) &&
           !(l->relaxed.is & (RELAXED_IS(ACCEPTED) | RELAXED_IS(FLIPS) | RELAXED_IS(ALPN) | RELAXED_IS(SMALL)));
}

static bool client_is_own(const struct look *l)
{
    return l->c->endpoint->saved || endpoint_client(l->c->endpoint) != client_find(NULL);
}

/* Not even the smallest hello there is was answered: none of another client would be. */
static bool path_is_deaf(const struct look *l)
{
    const json_t *small = path_try(l->c->fact[FACT_PATH].value, "small");
    return member_is(small, "answer=silent") || member_is(small, "answer=slow");
}

/* A client is refused, and the longer lists have not named what it lacks, or can't. */
static bool replay_wanted(const struct look *l)
{
    bool silent = among("silent|slow", look_text(l, FACT_FAILURE, "kind"));
    bool dropped = member_is(l->c->fact[FACT_FAILURE].value, "kind=silent") &&
                   json_integer_value(look_member(l, FACT_FAILURE, "received")) == 0;
    bool looked = l->c->fact[FACT_PATH].state != NOT_ASKED && !(l->path.is & PATH_IS(FOUND));
    if (silent && path_is_deaf(l))
        return false;
    if (!client_is_own(l))
        return (dropped && looked) || refusal_unexplained(l);
    if (l->takes == TAKES_OTHER && !l->c->endpoint->saved)
        return false; /* it is the version, whatever else is offered */
    return (silent || l->c->fact[FACT_RELAXED].state != NOT_ASKED) &&
           !(l->relaxed.is & (RELAXED_IS(ACCEPTED) | RELAXED_IS(SURE) | RELAXED_IS(LIKELY)));
}

/* What was left out lets a server answer that refuses the same with it, the control made last. */
static bool variation_helps(const struct look *l, const char *words)
{
    const json_t *as_is = look_member(l, FACT_VARIATIONS, "as-is"), *less;
    const char *went = json_string_value(json_object_get(as_is, "went")), *key;
    bool came = json_is_string(json_object_get(as_is, "leaf"));
    if (l->c->fact[FACT_VARIATIONS].state != STATE_YES || !went || strcmp(went, "ok") == 0 ||
        l->attempts.is & ATTEMPTS_IS(MIXED))
        return false;
    json_object_foreach(l->c->fact[FACT_VARIATIONS].value, key, less) {
        const char *then = json_string_value(json_object_get(less, "went"));
        bool comes = !came && json_is_string(json_object_get(less, "leaf"));
        if (among(words, key) && then && (comes || strcmp(then, "ok") == 0))
            return true;
    }
    return false;
}

/* The port was asked the other way round, and answered. */
static bool other_way_answers(const struct look *l)
{
    return l->c->fact[FACT_OTHER_WAY].state == STATE_YES;
}

/* What to ask it that way; a guess where neither scheme nor port says what the client would say first. */
static bool other_way_is(const struct look *l, bool guess)
{
    const struct endpoint *ep = l->c->endpoint;
    const struct dialogue_row *row = ep->scheme ? dialogue_find(ep->scheme->starttls) : NULL;
    bool guessed = false;
    if (!ep->scheme || row)
        return row && !row->server_begins && !guess; /* one that begins was given the time, and a hello */
    return plain_find(ep->scheme->name, ep->at_port ? ep->at_port : ep->port, &guessed) && guessed == guess;
}

static bool other_way_known(const struct look *l) { return other_way_is(l, false); }
static bool other_way_guess(const struct look *l) { return other_way_is(l, true); }

/* Everything that was sent arrived, hellos of all kinds and plain text, and nothing ever came back. */
static bool failure_held(const struct look *l)
{
    enum { LEAST = 5 };
    const json_t *try;
    const char *name;
    int asked = 0;
    if (other_way_answers(l))
        return false;
    json_object_foreach((json_t *)look_member(l, FACT_PATH, "tries"), name, try) {
        if (!json_is_object(try))
            continue;
        if (!member_is(try, "answer=silent") || !member_is(try, "acked=true"))
            return false;
        asked++;
    }
    return asked >= LEAST;
}

static bool alpn_offered(const struct look *l) { return endpoint_alpn(l->c->endpoint) != NULL; }

/* Nothing that was tried has shown yet what a refusal hangs on. */
static bool failure_unnamed(const struct look *l)
{
    bool status = l->relaxed.is & RELAXED_IS(ACCEPTED) && variation_helps(l, "no-status-request");
    status |= relaxed_holds(&l->relaxed, "minds-limit");
    return !(l->replay.is & REPLAY_IS(NAMED)) && !(l->names.is & NAMES_IS(DECIDES)) && !variation_helps(l, "no-alpn") &&
           !status && !(l->attempts.is & ATTEMPTS_IS(MIXED)) &&
           !(l->path.is & (PATH_IS(FOUND) | PATH_IS(ANOTHER) | PATH_IS(DEAF) | PATH_IS(HELLOS))) &&
           !json_is_true(look_member(l, FACT_IDLE, "header")) && !other_way_answers(l) &&
           l->c->fact[FACT_IDLE].state != STATE_NO; /* who is cut off without a word has sent no wrong one */
}

/* Neither versions nor what else can be left out explain it. */
static bool failure_by_name(const struct look *l)
{
    return failure_unnamed(l) && !(l->takes >= TAKES_OTHER && l->takes <= TAKES_NONE_70) &&
           !(l->relaxed.is & (RELAXED_IS(ALPN) | RELAXED_IS(SMALL)));
}

static const struct that {
    enum fact fact;
    const char *word;
    bool (*holds)(const struct look *l);
} that_table[] = {
    { FACT_CONNECT, "alone", family_alone },       /* no address of the other family connects */
    { FACT_CONNECT, "covered", family_covered },   /* one does: clients fall back */
    { FACT_CONNECT, "waiting", family_waiting },   /* one might, it's being tried */
    { FACT_HANDSHAKE, "own-client", client_is_own }, /* another than this machine's library */
    { FACT_VERSIONS, "inside", takes_inside },
    { FACT_VERSIONS, "other", takes_other },
    { FACT_VERSIONS, "other-reset", takes_other_reset },
    { FACT_VERSIONS, "other-unclear", takes_unclear },
    { FACT_VERSIONS, "older", takes_older },
    { FACT_VERSIONS, "none-70", takes_none_70 },
    { FACT_VERSIONS, "refused-12", refuses_suites }, /* TLS 1.2 is known and always refused, 1.3 is not known */
    { FACT_VERSIONS, "refused-both", refuses_all },  /* both are known and always refused */
    { FACT_VERSIONS, "suites-12", suites_12 },       /* TLS 1.2 is known and always refused, 1.3 taken, not offered */
    { FACT_VERSIONS, "unsaid-12", unsaid_12 },       /* TLS 1.2 is refused and 1.3 taken, and why is not said */
    { FACT_VERSIONS, "refused-12-not-13", takes_13 },
    { FACT_VERSIONS, "unasked", takes_unasked },
    { FACT_VERSIONS, "nobody", refuses_everybody },  /* every version alike, by one alert */
    { FACT_VERSIONS, "stripped-13", stripped_13 },   /* an offer of TLS 1.3 did not get to the server, which does */
    { FACT_VERSIONS, "struck-13", struck_13 },       /* nor to one that takes it when it is offered alone */
    { FACT_VERSIONS, "knows-13", knows_13 },         /* the server does, and an offer of TLS 1.3 comes to nothing */
    { FACT_VERSIONS, "taken-alone", taken_alone },   /* one of the client's is, in a hello of its own */
    { FACT_VERSIONS, "gives-up", gives_up },         /* refuses aloud what it can't take, and closes at what it could */
    { FACT_VERSIONS, "cut-short", cut_short },       /* others are refused aloud */
    { FACT_VERSIONS, "not-current", others_have_no_version }, /* current clients share none */
    { FACT_CIPHERS, "not-current", others_have_no_suite },
    { FACT_CIPHERS, "anonymous", takes_anonymous }, /* and nothing else: it has no certificate */
    { FACT_POST_QUANTUM, "fails", large_fails },
    { FACT_POST_QUANTUM, "taken", large_is_taken }, /* while the smaller one was turned away without a word */
    { FACT_KX_GROUP, "small-dh", dh_is_small },
    { FACT_KX_GROUP, "large-dh", dh_is_large },
    { FACT_ALPN, "foreign", alpn_is_foreign },
    { FACT_ALPN, "offered", alpn_offered },
    { FACT_FAILURE, "unnamed", failure_unnamed }, /* by a replay, another server name, less ALPN, silence */
    { FACT_FAILURE, "twin", other_way_known },     /* there is another way to ask: see plain.h */
    { FACT_FAILURE, "twin-guess", other_way_guess },
    { FACT_FAILURE, "held", failure_held },        /* all was acknowledged, and nothing answered */
    { FACT_FAILURE, "by-name", failure_by_name },  /* may hang on the server name, for all that was tried */
    { FACT_CLOCK, "awaited", clock_awaited },
    { FACT_CLOCK, "wanted", clock_wanted },
    { FACT_CLOCK, "agrees", clock_agrees },
    { FACT_CLOCK, "lone", clock_is_lone },
    { FACT_CLOCK, "ours-off", clock_is_ours_off },     /* proved by more than one Date */
    { FACT_CLOCK, "ours-off-surely", clock_is_ours_surely }, /* by more than a staple of a later date */
    { FACT_CLOCK, "date-off", clock_is_date_off },     /* the server's Date, seen from our clock */
    { FACT_CLOCK, "server-off", clock_is_server_off }, /* not only from ours */
    { FACT_CLOCK, "moves", clock_moved },              /* by the right time no date fault of one kind is left */
    { FACT_CLOCK, "moves-expired", clock_moved_expired },
    { FACT_CLOCK, "moves-not-yet", clock_moved_not_yet },
    { FACT_CLOCK, "servers-expired", clock_servers_expired },
    { FACT_CLOCK, "servers-not-yet", clock_servers_not_yet }, /* valid by the server's wrong clock alone */
    { FACT_CLOCK, "stays-expired", clock_stays_expired },
    { FACT_CLOCK, "store-later", clock_store_later },
    { FACT_CLOCK, "staple-moves", clock_staple_moved },
    { FACT_CLOCK, "hides", clock_hides },              /* expired, and our clock does not show it */
    { FACT_CLOCK, "hides-early", clock_hides_early },
    { FACT_CLOCK, "by-date", clock_by_date },
    { FACT_CLOCK, "by-kernel", clock_by_kernel },
    { FACT_CLOCK, "by-signed", clock_by_signed },
    { FACT_CLOCK, "by-dates", clock_by_dates },
    { FACT_CLOCK, "by-sntp", clock_by_sntp },
    { FACT_CHAIN, "private-issuer", issuer_private },
    { FACT_CHAIN, "below-sent", kin_sent },
    { FACT_CHAIN, "below-key-id", kin_key_id },
    { FACT_CHAIN, "below-family", kin_family },
    { FACT_CHAIN, "called-below", kin_called_below },
    { FACT_CHAIN, "foreign", kin_foreign },
    { FACT_CHAIN, "called-root", kin_called_root },
    { FACT_AIA, "missing", issuer_missing },
    { FACT_AIA, "other-key", issuer_other_key },
    { FACT_CHAIN, "trusted", chain_trusted },
    { FACT_REVOCATION, "wanted", revocation_wanted },
    { FACT_REVOCATION, "unanswered", revocation_unanswered },
    { FACT_STORE, "system", store_is_system },
    { FACT_PROXY, "used", proxy_used },
    { FACT_CLIENT_CERT, "asked", client_cert_asked },
    { FACT_LATE, "refused", late_refused },
    { FACT_LATE, "quiet", late_quiet },
    { FACT_REPLAY, "wanted", replay_wanted },
    { FACT_STARTTLS, "elsewhere", starttls_elsewhere }, /* the same server offers it another way */
};

static bool that_holds(const struct look *l, enum fact f, const char *words)
{
    if (f == FACT_RELAXED)
        return relaxed_holds(&l->relaxed, words);
    if (f == FACT_ISSUER)
        return product_is(l, words);
    if (f == FACT_CLIENT_GIVEN)
        return credential_holds(l, words);
    if (f == FACT_VERSIONS && stack_is(l->c->fact[FACT_VERSIONS].value, words))
        return true;
    if (f == FACT_ATTEMPTS)
        return attempts_hold(l, words);
    if (f == FACT_LOAD)
        return load_holds(&l->load, words);
    if (f == FACT_SERVER_NAMES)
        return names_hold(&l->names, words);
    if (f == FACT_PATH)
        return path_holds(&l->path, words);
    if (f == FACT_VARIATIONS)
        return variation_helps(l, words);
    if (f == FACT_REPLAY && replay_holds(&l->replay, words))
        return true;
    for (size_t i = 0; i < sizeof that_table / sizeof *that_table; i++)
        if (that_table[i].fact == f && among(words, that_table[i].word) &&
            that_table[i].holds(l))
            return true;
    return false;
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool condition_holds(const struct look *l, const struct condition *c)
{
    const struct seen *seen = &l->c->fact[c->fact];
    bool not = c->word[0] == '!';
    const char *word = c->word + not, *value;
    bool holds = false;
    switch (c->test) {
    case TEST_NONE: return true;
    case TEST_STATE: holds = among(word, state_words[seen->state]); break;
    case TEST_WORD:
        value = json_string_value(seen->value);
        holds = value && among(word, value);
        break;
    case TEST_MEMBER: holds = member_is(seen->value, word); break;
    case TEST_FAULT: holds = fault_among(l, word); break;
    case TEST_THAT: holds = that_holds(l, c->fact, word); break;
    }
    return holds != not;
}

bool look_holds(const struct look *l, const struct condition *when)
{
    for (int i = 0; i < CONDITIONS_MAX && when[i].test != TEST_NONE; i++)
        if (!condition_holds(l, &when[i]))
            return false;
    return true;
}

/* Days asked for by hand count for a column of a saved session too, which was judged without them.
 */
static void look_soon(struct look *l, int min_days)
{
    const char *until = column_word(l->c, FACT_NOT_AFTER);
    int64_t when;
    if (min_days < 0 || l->c->fact[FACT_HANDSHAKE].state != STATE_YES || !until ||
        !when_parse(until, &when))
        return;
    double left = (double)when - l->at;
    if (left > 0 && left < min_days * 86400.0)
        l->faults[PLACE_LEAF] |= BIT(REASON_EXPIRES_SOON);
}

/* Longer lists and the smallest change may both name something. Where it is the same, both speak for it. Else the
 * change was enough with these lists as they are: it is not the lists. A version that is added is no such change: it
 * brings suites of its own, so where longer lists do without it, it is the lists. */
static void look_settle(struct look *l)
{
    unsigned lists = l->relaxed.is, same = 0;
    if (lists & RELAXED_IS(FLIPS) && l->replay.is & REPLAY_IS(VERSION) && l->replay.first.adds) {
        l->replay.is = 0;
        return;
    }
    if (lists & RELAXED_IS(SUITES))
        same |= REPLAY_IS(SUITE);
    if (lists & (RELAXED_IS(GROUPS) | RELAXED_IS(SIGALGS)))
        same |= REPLAY_IS(GROUP);
    if (lists & RELAXED_IS(FLIPS) && l->replay.is & REPLAY_IS(NAMED) && !(l->replay.is & same))
        l->relaxed.is = RELAXED_IS(VARIES);
}

struct look look_at(const struct session *s, const struct column *c, enum family family,
                    int min_days)
{
    struct look l = { .s = s, .c = c, .family = family, .offer = endpoint_offer(c->endpoint) };
    const struct seen *relaxed = &c->fact[FACT_RELAXED];
    l.lo = l.offer->min;
    l.hi = l.offer->max;
    l.relaxed = relaxed_read(relaxed->state, relaxed->value, look_text(&l, FACT_FAILURE, "kind"));
    l.replay = replay_read(c->fact[FACT_REPLAY].state, c->fact[FACT_REPLAY].value);
    look_settle(&l);
    l.path = path_read(c->fact[FACT_PATH].state, c->fact[FACT_PATH].value);
    l.load = load_read(c->fact[FACT_LOAD].state, c->fact[FACT_LOAD].value);
    l.attempts = attempts_read(c->fact[FACT_ATTEMPTS].state, c->fact[FACT_ATTEMPTS].value);
    l.takes = look_takes(&l);
    look_faults(&l);
    look_clock(&l);
    product_look(&l);
    names_look(&l);
    look_soon(&l, min_days);
    return l;
}
