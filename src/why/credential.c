/* credential - see credential.h. */
#include "src/why/credential.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/why/among.h"
#include "src/why/detail.h"
#include "src/why/dn.h"
#include "src/why/look.h"

#define CAS_SAID 4 /* CAs listed in a sentence */

enum credential_word {
#define X(id, word) CREDENTIAL_##id,
    CREDENTIAL_WORDS(X)
#undef X
    CREDENTIAL_COUNT
};
static const char *const credential_table[CREDENTIAL_COUNT] = {
#define X(id, word) [CREDENTIAL_##id] = word,
    CREDENTIAL_WORDS(X)
#undef X
};

/* --- what the server said ----------------------------------------------------------------------- */

/* Alerts about a client certificate, or by which servers refuse one. Others at that place are about other things. */
static const char *const refusals[] = {
    "handshake_failure", "no_certificate", "bad_certificate", "unsupported_certificate", "certificate_revoked",
    "certificate_expired", "certificate_unknown", "unknown_ca", "access_denied", "decode_error", "decrypt_error",
    "internal_error", "certificate_required", "bad_certificate_hash_value",
};

static bool is_refusal(const char *alert)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i], alert) == 0)
            return true;
    return false;
}

static bool is_end(const char *word)
{
    return strcmp(word, "closed") == 0 || strcmp(word, "reset") == 0;
}

/* The alert's name, "closed", "reset" or "http"; NULL where nothing was refused after the certificate had gone out. */
static const char *refusal(const struct look *l)
{
    const struct seen *fact = l->c->fact;
    const char *word = NULL;
    bool asked_last = strcmp(look_text(l, FACT_FAILURE, "stage"), "certificate-request") == 0;
    if (fact[FACT_HANDSHAKE].state == STATE_NO && asked_last) {
        word = json_string_value(json_object_get(look_member(l, FACT_FAILURE, "alert"), "name"));
        word = word ? word : look_text(l, FACT_FAILURE, "kind");
    } else if (fact[FACT_HANDSHAKE].state == STATE_YES && fact[FACT_LATE].state == STATE_YES) {
        word = column_word(l->c, FACT_LATE);
    } else if (fact[FACT_HTTP_CERT].state == STATE_YES && text_is(column_word(l->c, FACT_HTTP_CERT), "refused")) {
        return "http";
    }
    return word && (is_refusal(word) || is_end(word)) ? word : NULL;
}

/* --- what it has against the certificate -------------------------------------------------------- */

static bool has_fault(const struct look *l, const char *fault)
{
    const json_t *list = look_member(l, FACT_CLIENT_GIVEN, "faults"), *one;
    size_t i;
    json_array_foreach(list, i, one)
        if (text_is(json_string_value(one), fault))
            return true;
    return false;
}

static bool is_gap(const struct look *l, const char *fault)
{
    (void)fault;
    return json_is_string(look_member(l, FACT_CLIENT_GIVEN, "missing"));
}

static bool is_stranger(const struct look *l, const char *fault)
{
    (void)fault;
    return json_is_false(look_member(l, FACT_CLIENT_GIVEN, "in_ca_list"));
}

static bool is_any(const struct look *l, const char *fault)
{
    (void)l;
    (void)fault;
    return true;
}

/* The first row that holds is the reason. `said`: only where the server says this; then it is sure. */
static const struct given_row {
    const char *said;
    bool (*holds)(const struct look *l, const char *fault);
    const char *fault;
    enum credential_word is;
} given_reasons[] = {
    { "unknown_ca", has_fault, "self-signed", CREDENTIAL_SELF },
    { "unknown_ca", is_gap, NULL, CREDENTIAL_GAP },
    { "unknown_ca", has_fault, "chain-broken", CREDENTIAL_BROKEN },
    { "unknown_ca", is_stranger, NULL, CREDENTIAL_STRANGER },
    { "unknown_ca", is_any, NULL, CREDENTIAL_UNKNOWN },
    { "certificate_expired", has_fault, "expired", CREDENTIAL_EXPIRED },
    { "certificate_expired", has_fault, "chain-expired", CREDENTIAL_UPPER },
    { "certificate_expired", is_any, NULL, CREDENTIAL_CLOCK },
    { "certificate_revoked", is_any, NULL, CREDENTIAL_REVOKED },
    { "decrypt_error", is_any, NULL, CREDENTIAL_PROOF },
    { "unsupported_certificate", has_fault, "no-client-auth", CREDENTIAL_PURPOSE },
    { "unsupported_certificate", has_fault, "key-usage", CREDENTIAL_USAGE },
    { NULL, has_fault, "expired", CREDENTIAL_EXPIRED },
    { NULL, has_fault, "not-yet-valid", CREDENTIAL_EARLY },
    { NULL, has_fault, "self-signed", CREDENTIAL_SELF },
    { NULL, is_gap, NULL, CREDENTIAL_GAP },
    { NULL, is_stranger, NULL, CREDENTIAL_STRANGER },
    { NULL, has_fault, "chain-broken", CREDENTIAL_BROKEN },
    { NULL, has_fault, "chain-expired", CREDENTIAL_UPPER },
    { NULL, has_fault, "chain-not-yet-valid", CREDENTIAL_UPPER },
    { NULL, has_fault, "no-client-auth", CREDENTIAL_PURPOSE },
    { NULL, has_fault, "key-usage", CREDENTIAL_USAGE },
    { NULL, has_fault, "weak-key", CREDENTIAL_WEAK },
    { NULL, has_fault, "weak-digest", CREDENTIAL_WEAK },
    { NULL, is_any, NULL, CREDENTIAL_REFUSED },
};

static const struct given_row *reason_of(const struct look *l, const char *said)
{
    for (size_t i = 0; i < sizeof given_reasons / sizeof *given_reasons; i++) {
        const struct given_row *r = &given_reasons[i];
        if ((!r->said || strcmp(r->said, said) == 0) && r->holds(l, r->fault))
            return r;
    }
    return NULL;
}

/* It was the server's turn: without a word it may otherwise have ended what it has no use for. */
static bool was_waiting(const struct look *l)
{
    static const struct condition late[CONDITIONS_MAX] = { { FACT_LATE, TEST_THAT, "refused" } };
    return l->c->fact[FACT_HANDSHAKE].state == STATE_NO || look_holds(l, late);
}

/* Bits of CREDENTIAL_WORDS. */
static unsigned credential_is(const struct look *l)
{
    const struct seen *given = &l->c->fact[FACT_CLIENT_GIVEN];
    if (given->state != STATE_YES)
        return 1u << CREDENTIAL_NONE;
    if (has_fault(l, "key-mismatch"))
        return 1u << CREDENTIAL_MISFIT;
    if (!json_is_true(look_member(l, FACT_CLIENT_GIVEN, "sent")))
        return 1u << CREDENTIAL_NONE;
    const char *said = refusal(l);
    const struct given_row *r = said ? reason_of(l, said) : NULL;
    if (!r || (r->is == CREDENTIAL_REFUSED && is_end(said) && !was_waiting(l)))
        return 0;
    return 1u << r->is | 1u << (r->said ? CREDENTIAL_SURE : is_end(said) ? CREDENTIAL_QUIET : CREDENTIAL_LIKELY);
}

static const char *reason_word(unsigned is)
{
    for (size_t i = CREDENTIAL_MISFIT; i <= CREDENTIAL_REFUSED; i++)
        if (is & 1u << i)
            return credential_table[i];
    return NULL;
}

bool credential_holds(const struct look *l, const char *words)
{
    return among_set(words, credential_table, CREDENTIAL_COUNT, credential_is(l));
}

/* --- words -------------------------------------------------------------------------------------- */

/* Faults beside the one that the sentence is about. */
static const struct { const char *fault, *says; enum credential_word is; } also_table[] = {
    { "expired", "it has expired", CREDENTIAL_EXPIRED },
    { "not-yet-valid", "its time has not begun", CREDENTIAL_EARLY },
    { "self-signed", "it signs itself", CREDENTIAL_SELF },
    { "chain-broken", "what was given with it did not issue it", CREDENTIAL_BROKEN },
    { "chain-expired", "a certificate of its chain has expired", CREDENTIAL_UPPER },
    { "no-client-auth", "its extended key usage does not allow client authentication", CREDENTIAL_PURPOSE },
    { "key-usage", "its key usage does not allow signatures", CREDENTIAL_USAGE },
    { "weak-key", "its key is short", CREDENTIAL_WEAK },
    { "weak-digest", "its signature has a weak digest", CREDENTIAL_WEAK },
};

static char *also_says(const struct look *l, unsigned is)
{
    struct text t = { 0 };
    if (is & 1u << CREDENTIAL_MISFIT)
        return text_take(&t);
    for (size_t i = 0; i < sizeof also_table / sizeof *also_table; i++)
        if (!(is & 1u << also_table[i].is) && has_fault(l, also_table[i].fault))
            text_addf(&t, "%s%s", t.len ? ", and " : " Besides, ", also_table[i].says);
    text_add(&t, t.len ? "." : NULL);
    return text_take(&t);
}

static char *said_says(const struct look *l, const char *said)
{
    const char *status = column_word(l->c, FACT_HTTP);
    if (!said)
        return mem_string("nothing");
    if (strcmp(said, "http") == 0)
        return mem_format("HTTP %s in answer to a request", status ? status : "error");
    const char *late = l->c->fact[FACT_HANDSHAKE].state == STATE_YES ? " after the handshake" : "";
    return mem_format(is_end(said) ? "connection %s%s" : "alert %s%s", said, late);
}

/* "Example Works CA, Other CA and 3 more". */
static char *accepts_says(const json_t *cas)
{
    json_t *names = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach((json_t *)cas, i, one) {
        char *name = dn_name(json_string_value(one));
        json_array_append_new(names, json_string(name));
        free(name);
    }
    char *says = words_list(names, CAS_SAID, "none that it names");
    json_decref(names);
    return says;
}

static void say_name(struct words *w, const struct look *l, const char *word, const char *member)
{
    words_say_own(w, word, dn_name(look_text(l, FACT_CLIENT_GIVEN, member)));
}

static void say_day(struct words *w, const struct look *l, const char *word, const char *member)
{
    char day[WHEN_LEN];
    int64_t at;
    words_say(w, word, when_parse(look_text(l, FACT_CLIENT_GIVEN, member), &at) ? when_day(at, day) : "an unknown day");
}

void credential_words(const struct look *l, struct words *w, uint32_t mask)
{
    const char *said = refusal(l), *reason = reason_word(credential_is(l));
    const json_t *cas = look_member(l, FACT_CLIENT_CERT, "cas");
    json_t *given = l->c->fact[FACT_CLIENT_GIVEN].value;
    (void)mask;
    json_object_set_new(w->detail, "reason", reason ? json_string(reason) : json_null());
    json_object_set(w->detail, "given", given ? given : json_null());
    json_object_set_new(w->detail, "said", said ? json_string(said) : json_null());
    json_object_set_new(w->detail, "acceptable_cas", cas ? json_deep_copy(cas) : json_null());
    say_name(w, l, "holder", "subject");
    say_name(w, l, "issuer", "issuer");
    say_name(w, l, "missing", "missing");
    say_day(w, l, "from", "not_before");
    say_day(w, l, "until", "not_after");
    words_say_own(w, "said", said_says(l, said));
    words_say_own(w, "accepts", accepts_says(cas));
    words_say_own(w, "also", also_says(l, credential_is(l)));
    words_say(w, "suspect", json_is_null(look_member(l, FACT_CLIENT_GIVEN, "in_ca_list"))
                                ? ", so it may not know its CA" : "");
    words_say(w, "known", json_is_true(look_member(l, FACT_CLIENT_GIVEN, "in_ca_list"))
                              ? ", although it names that CA among those it accepts: it may have it with another key"
                              : "");
}
