/* detail - see detail.h. */
#include "src/why/detail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/wire/names.h"
#include "src/why/aia.h"
#include "src/why/credential.h"
#include "src/why/cutoff.h"
#include "src/why/dn.h"
#include "src/why/expected.h"
#include "src/why/heard.h"
#include "src/why/load.h"
#include "src/why/mismatch.h"
#include "src/why/path.h"
#include "src/why/product.h"
#include "src/why/revoked.h"
#include "src/why/software.h"
#include "src/why/starttls.h"

#define DAY 86400
#define NAMES_SAID 4     /* names listed in a sentence */
#define NAMES_KEPT 100   /* names kept in the detail */
#define WORD_MAX 300     /* bytes of one peer-chosen word in a sentence */

/* --- small helpers ---------------------------------------------------------------------------- */

/* Peer-chosen text was made printable where it was kept, but a loaded session may say anything.
 * Nearly all text is plain ASCII and is done with at a glance. Owned by the caller. */
static char *clean_text(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n] >= ' ' && s[n] <= '~')
        n++;
    return s[n] ? text_printable(s, strlen(s), max) : mem_copy(s, n);
}

static json_t *clean_json(const char *s)
{
    if (!s)
        return json_null();
    char *p = clean_text(s, WORD_MAX);
    json_t *j = json_string(p);
    free(p);
    return j ? j : json_null();
}

void words_say(struct words *w, const char *key, const char *text)
{
    json_object_set_new(w->say, key, clean_json(text ? text : ""));
}

void words_say_own(struct words *w, const char *key, char *text)
{
    words_say(w, key, text);
    free(text);
}

static void keep(struct words *w, const char *key, const json_t *value)
{
    json_object_set_new(w->detail, key, value ? json_deep_copy(value) : json_null());
}

void words_keep(struct words *w, const json_t *value, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        keep(w, keys[i], json_object_get(value, keys[i]));
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

char *words_list(const json_t *list, size_t max, const char *empty)
{
    struct text t = { 0 };
    size_t n = json_array_size(list), said = n > max ? max : n;
    for (size_t i = 0; i < said; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        text_add(&t, i == 0 ? "" : i + 1 == n ? " and " : ", ");
        text_add(&t, s ? s : "?");
    }
    if (n > said)
        text_addf(&t, " and %zu more", n - said);
    if (!n)
        text_add(&t, empty);
    return text_take(&t);
}

/* --- certificates ----------------------------------------------------------------------------- */

static const char *const place_says[] = {
    [PLACE_LEAF] = "the server's certificate", [PLACE_UPPER] = "the intermediate certificate",
    [PLACE_STORE] = "the CA certificate of the trust store"
};
static const char *const place_short[] = {
    [PLACE_LEAF] = "certificate", [PLACE_UPPER] = "intermediate", [PLACE_STORE] = "CA certificate"
};
static const char *const place_words[] = {
    [PLACE_LEAF] = "leaf", [PLACE_UPPER] = "intermediate", [PLACE_STORE] = "store"
};

/* Who a fault is about: "the server's certificate "www.example.org"". */
static void words_certificate(struct words *w, const json_t *fault)
{
    enum place p = fault_place(fault);
    char *name = dn_name(member(fault, "subject"));
    if (p >= PLACE_COUNT)
        p = PLACE_UPPER;
    json_object_set_new(w->detail, "certificate", clean_json(member(fault, "subject")));
    json_object_set_new(w->detail, "position", json_string(place_words[p]));
    keep(w, "sent", json_object_get(fault, "cert"));
    keep(w, "link", json_object_get(fault, "link"));
    words_say_own(w, "who", mem_format("%s \"%s\"", place_says[p], name));
    words_say(w, "what", place_short[p]);
    free(name);
}

static void words_faults(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *fault;
    json_t *all = json_array();
    struct text said = { 0 };
    for (size_t i = 0; (fault = look_fault(l, mask, i)) && i < 32; i++) {
        const char *text = member(fault, "text"), *reason = member(fault, "reason");
        char *name = dn_name(member(fault, "subject"));
        json_t *one = json_object();
        json_object_set_new(one, "reason", clean_json(reason));
        json_object_set_new(one, "certificate", clean_json(member(fault, "subject")));
        json_object_set_new(one, "text", clean_json(text));
        keep(&(struct words){ .detail = one }, "bits", json_object_get(fault, "bits"));
        json_array_append_new(all, one);
        if (i < NAMES_SAID) {
            const char *about = member(fault, "subject");
            enum reason r = reason ? reason_find(reason) : REASON_COUNT;
            text_add(&said, i ? "; " : "");
            if (about && *about && text && *text)
                text_addf(&said, "\"%s\" ", name); /* the text is what is said of it */
            text_add(&said, text && *text ? text : r < REASON_COUNT ? reason_table[r].says : "");
        }
        free(name);
    }
    json_object_set_new(w->detail, "faults", all);
    words_say_own(w, "faults", text_take(&said));
}

static void detail_faults(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *fault = look_fault(l, mask, 0);
    if (fault)
        words_certificate(w, fault);
    words_faults(l, w, mask);
    if (mask & 1u << REASON_SELF_SIGNED)
        product_hint(l, w, mask);
}

/* Days and words between the time of judgement and a date, whichever comes first. */
static void words_date(const struct look *l, struct words *w, const char *key, const char *rfc3339)
{
    char day[WHEN_LEN], span[WHEN_LEN];
    int64_t when;
    json_object_set_new(w->detail, key, clean_json(rfc3339));
    if (!rfc3339 || !when_parse(rfc3339, &when)) {
        json_object_set_new(w->detail, "days", json_null());
        words_say(w, "day", "an unknown day");
        words_say(w, "span", "an unknown time");
        return;
    }
    double apart = fabs(l->at - (double)when);
    json_object_set_new(w->detail, "days", json_integer((json_int_t)(apart / DAY)));
    words_say(w, "day", when_day(when, day));
    if (apart >= 2 * DAY)
        words_say_own(w, "span", mem_format("%.0f days", floor(apart / DAY)));
    else
        words_say(w, "span", when_span(apart, span));
}

static void detail_date(const struct look *l, struct words *w, uint32_t mask, const char *key)
{
    const json_t *fault = look_fault(l, mask, 0);
    detail_faults(l, w, mask);
    words_date(l, w, key, member(fault, "when"));
}

static void detail_expired(const struct look *l, struct words *w, uint32_t mask)
{
    detail_date(l, w, mask, "not_after");
}

static void detail_not_yet(const struct look *l, struct words *w, uint32_t mask)
{
    detail_date(l, w, mask, "not_before");
}

/* The date of the fault where it has one, else the leaf's (--min-days asked of a saved session). */
static void detail_soon(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *fault = look_fault(l, mask, 0);
    const char *when = member(fault, "when");
    if (fault) {
        words_certificate(w, fault);
    } else {
        const char *subject = column_word(l->c, FACT_SUBJECT);
        json_object_set_new(w->detail, "certificate", clean_json(subject));
        char *name = dn_name(subject);
        words_say_own(w, "who", mem_format("the server's certificate \"%s\"", name));
        free(name);
    }
    words_date(l, w, "not_after", when ? when : column_word(l->c, FACT_NOT_AFTER));
}

/* Names the leaf is for: as the fact lists them, else as the chain does. */
static json_t *leaf_names(const struct look *l)
{
    const json_t *value = l->c->fact[FACT_NAME].value;
    const json_t *built = look_member(l, FACT_CHAIN, "built"),
                 *sent = look_member(l, FACT_CHAIN, "sent");
    const json_t *leaf = json_array_get(json_array_size(built) ? built : sent, 0), *one;
    const json_t *own = json_object_get(leaf, "names"); /* the fact's own text may be cut short */
    const json_t *list = json_is_array(value) ? value : own;
    json_t *names = json_array();
    size_t i;
    json_array_foreach(list, i, one) {
        if (i == NAMES_KEPT)
            break;
        json_array_append_new(names, clean_json(json_string_value(one)));
    }
    if (!json_array_size(names) && json_is_string(value) && *json_string_value(value))
        json_array_append_new(names, clean_json(json_string_value(value)));
    return names;
}

static void detail_name(const struct look *l, struct words *w, uint32_t mask)
{
    const char *sni = endpoint_sni(l->c->endpoint);
    json_t *names = leaf_names(l);
    detail_faults(l, w, mask);
    json_object_set_new(w->detail, "asked", clean_json(endpoint_name(l->c->endpoint)));
    json_object_set_new(w->detail, "sni", clean_json(sni));
    words_say_own(w, "names", words_list(names, NAMES_SAID, "no name at all"));
    json_object_set_new(w->detail, "names", names);
    words_say_own(w, "sent_name",
            sni ? mem_format("the server name \"%s\"", sni) : mem_string("no server name"));
}

static void detail_issuer(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *top = look_top(l);
    const char *issuer = member(top, "issuer"), *top_subject = member(top, "subject");
    size_t built = json_array_size(look_member(l, FACT_CHAIN, "built"));
    detail_faults(l, w, mask);
    if (!issuer)
        issuer = column_word(l->c, FACT_ISSUER);
    char *name = dn_name(issuer), *top_name = dn_name(top_subject);
    json_object_set_new(w->detail, "issuer", clean_json(issuer));
    keep(w, "aia", json_object_get(top, "aia"));
    json_object_set_new(w->detail, "store", clean_json(l->c->endpoint->value[KEY_CA]
                                                       ? l->c->endpoint->value[KEY_CA] : "system"));
    product_hint(l, w, mask);
    const json_t *kin = look_member(l, FACT_CHAIN, "kin");
    keep(w, "kin", kin);
    static const struct { const char *key, *word; } kin_words[] = {
        { "of", "kin_of" }, { "issuer", "kin_issuer" }, { "near", "kin_near" },
    };
    for (size_t i = 0; i < sizeof kin_words / sizeof *kin_words; i++) {
        const char *of = member(kin, kin_words[i].key);
        words_say_own(w, kin_words[i].word, mem_format("\"%s\"", of ? of : ""));
    }
    words_say_own(w, "issuer", mem_format("\"%s\"", name));
    words_say_own(w, "top",
            mem_format(built > 1 ? "the intermediate \"%s\"" : "the server's certificate \"%s\"",
                       top_name));
    free(top_name);
    free(name);
}

static void detail_aia_root(const struct look *l, struct words *w, uint32_t mask)
{
    aia_issuers(l, w, mask);
    product_hint(l, w, mask);
}

/* --- failures --------------------------------------------------------------------------------- */

static const struct { const char *kind, *says; } how_table[] = {
    { "reset", "connection reset" }, { "closed", "connection closed" }, { "silent", "no answer" },
    { "slow", "not done in time, stuck" }, { "not-tls", "what came is not TLS" },
    { "protocol", "broken TLS" }, { "too-big", "more bytes than a handshake has" },
    { "version", "a version nobody offered" }, { "local", "given up by this machine's TLS library" },
    { "starttls", "TLS could not begin" }, { "bad-signature", "a signature that the certificate's key did not make" }
};

/* Where the name has several addresses and others of them can be connected. */
static void detail_addresses(const struct look *l, struct words *w)
{
    size_t end, first = session_ask(l->s, l->c->ask, &end), all = end - first, good = 0;
    for (size_t i = first; i < end; i++)
        good += l->s->column[i]->fact[FACT_CONNECT].state == STATE_YES;
    words_say_own(w, "of_addresses", !good || l->c->fact[FACT_CONNECT].state != STATE_NO ? mem_string("")
        : mem_format(" It is one of %zu addresses of the name, and %zu other%s can be connected: those who get this "
                     "one fail.", all, good, good == 1 ? "" : "s"));
}

/* Who said by ICMP that there is no way, and what. */
static void detail_icmp(const struct look *l, struct words *w)
{
    const json_t *icmp = look_member(l, FACT_FAILURE, "icmp");
    if (!json_is_object(icmp))
        return;
    const char *from = json_string_value(json_object_get(icmp, "from"));
    keep(w, "icmp", icmp);
    bool ours = json_is_true(json_object_get(icmp, "ours"));
    words_say(w, "icmp_from", ours ? "this machine itself" : from ? from : "somebody");
    words_say(w, "icmp_says", json_string_value(json_object_get(icmp, "says")));
}

static void detail_failure(const struct look *l, struct words *w, uint32_t mask)
{
    (void)mask;
    const char *kind = look_text(l, FACT_FAILURE, "kind"),
               *stage = look_text(l, FACT_FAILURE, "stage");
    if (!*kind && l->c->fact[FACT_CONNECT].state == STATE_NO) {
        kind = column_word(l->c, FACT_CONNECT);
        stage = "connect";
    } else if (!*kind && l->c->fact[FACT_RESOLVE].state == STATE_NO) {
        kind = "no-address";
        stage = "resolve";
    }
    json_object_set_new(w->detail, "stage", clean_json(stage && *stage ? stage : NULL));
    json_object_set_new(w->detail, "kind", clean_json(kind && *kind ? kind : NULL));
    const json_t *alert = look_member(l, FACT_FAILURE, "alert"),
                 *got = look_member(l, FACT_FAILURE, "received");
    if (json_is_object(alert))
        keep(w, "alert", alert);
    if (json_is_integer(got))
        keep(w, "received", got);
    if (strcmp(stage, "resolve") == 0) {
        const char *said = look_text(l, FACT_FAILURE, "hint"); /* older sessions have none */
        words_say_own(w, "resolvers", *said ? mem_format(": %s", said) : mem_string(""));
    }
    detail_icmp(l, w);
    detail_addresses(l, w);
}

static void detail_via(const struct look *l, struct words *w, uint32_t mask)
{
    const char *proxy = look_text(l, FACT_VIA, "proxy"), *said = look_text(l, FACT_VIA, "said");
    const json_t *code = look_member(l, FACT_VIA, "code");
    detail_failure(l, w, mask);
    json_object_set_new(w->detail, "stage", json_string("proxy"));
    json_object_set_new(w->detail, "kind", clean_json(look_text(l, FACT_VIA, "outcome")));
    json_object_set_new(w->detail, "proxy", clean_json(proxy));
    json_object_set_new(w->detail, "said", clean_json(*said ? said : NULL));
    if (json_is_integer(code))
        keep(w, "code", code);
    words_say(w, "proxy_command", text_starts(proxy, "exec:") ? proxy + 5 : proxy);
    words_say_own(w, "proxy_said", *said ? mem_format("\"%s\"", said) : mem_string("without a word on why"));
}

static void detail_protocol(const struct look *l, struct words *w, uint32_t mask)
{
    const char *protocol = look_text(l, FACT_FAILURE, "protocol"),
               *hint = look_text(l, FACT_FAILURE, "hint");
    detail_failure(l, w, mask);
    if (!*protocol && l->c->fact[FACT_OTHER_WAY].state == STATE_YES) {
        protocol = look_text(l, FACT_OTHER_WAY, "protocol");
        hint = look_text(l, FACT_OTHER_WAY, "hint");
    }
    json_object_set_new(w->detail, "protocol", clean_json(*protocol ? protocol : NULL));
    json_object_set_new(w->detail, "hint", clean_json(*hint ? hint : NULL));
}

static json_t *versions_json(const struct look *l, bool taken)
{
    json_t *a = json_array();
    uint16_t n;
    for (int i = 0; (n = look_version(i)); i++) {
        bool in = taken ? strcmp(look_answer(l, n), "accepted") == 0 : n >= l->lo && n <= l->hi;
        if (in)
            json_array_append_new(a, json_string(version_word(n)));
    }
    return a;
}

static json_t *version_titles(const struct look *l, bool taken)
{
    json_t *words = versions_json(l, taken), *titles = json_array();
    const json_t *word;
    size_t i;
    json_array_foreach(words, i, word) {
        for (int k = 0; look_version(k); k++)
            if (strcmp(version_word(look_version(k)), json_string_value(word)) == 0)
                json_array_append_new(titles, json_string(version_title(look_version(k))));
    }
    json_decref(words);
    return titles;
}

static char *versions_text(const struct look *l, bool taken, const char *empty)
{
    json_t *titles = version_titles(l, taken);
    char *s = words_list(titles, NAMES_SAID, empty);
    json_decref(titles);
    return s;
}

/* From the oldest to the newest that was asked for: "SSL 2.0 to TLS 1.3". */
static char *versions_tried(const struct look *l)
{
    uint16_t first = 0, last = 0, n;
    for (int i = 0; (n = look_version(i)); i++)
        if (*look_answer(l, n) && strcmp(look_answer(l, n), "could-not-ask") != 0) {
            first = first ? first : n;
            last = n;
        }
    return first ? mem_format("%s to %s", version_title(first), version_title(last)) : mem_string("none");
}

static json_t *version_change(uint16_t add, bool weak)
{
    const struct version *v = version_find(add);
    return v ? json_pack("{s:s, s:s, s:b}", "add", v->word, "openssl", v->protocol, "weak", weak) : json_null();
}

/* The newest that is offered, or that is taken. */
static uint16_t version_newest(const struct look *l, bool taken)
{
    for (uint16_t n = 0x0304; n >= 0x0300; n--)
        if (taken ? strcmp(look_answer(l, n), "accepted") == 0 : n >= l->lo && n <= l->hi)
            return n;
    return 0;
}

static void detail_versions(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *answers = l->c->fact[FACT_VERSIONS].value;
    uint16_t offered = version_newest(l, false), taken = version_newest(l, true);
    detail_failure(l, w, mask);
    json_object_set_new(w->detail, "client", versions_json(l, false));
    json_object_set_new(w->detail, "server", answers ? versions_json(l, true) : json_null());
    keep(w, "answers", answers);
    json_object_set_new(w->detail, "dimension", json_string("versions"));
    json_object_set_new(w->detail, "offered", versions_json(l, false));
    json_object_set_new(w->detail, "taken", answers ? versions_json(l, true) : json_null());
    json_object_set_new(w->detail, "taken_complete", json_boolean(answers != NULL));
    json_object_set_new(w->detail, "server_change", version_change(offered, offered < 0x0303));
    json_object_set_new(w->detail, "client_change", version_change(taken, taken < 0x0303));
    words_say_own(w, "accepts", versions_text(l, true, "none of them"));
    words_say_own(w, "tried", versions_tried(l));
}

static void detail_as_is(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *try = look_try(l, "as-is");
    const char *version = member(try, "version"), *cipher = member(try, "cipher");
    const struct version *v = version ? version_by_word(version) : NULL;
    const struct suite *s = cipher ? suite_by_name(cipher) : NULL;
    detail_failure(l, w, mask);
    keep(w, "as_is", try);
    words_say(w, "answer", member(try, "answer"));
    words_say(w, "agreed_version", v ? v->title : "TLS");
    words_say(w, "agreed_cipher", s ? s->iana : cipher ? cipher : "a cipher suite");
}

static void detail_large(const struct look *l, struct words *w, uint32_t mask)
{
    const char *how = column_word(l->c, FACT_POST_QUANTUM);
    (void)mask;
    json_object_set_new(w->detail, "kind", json_string("large-hello"));
    json_object_set_new(w->detail, "answer", clean_json(how));
    words_say(w, "large", how && text_starts(how, "alert ") ? how : NULL);
    for (size_t i = 0; how && i < sizeof how_table / sizeof *how_table; i++)
        if (strcmp(how, how_table[i].kind) == 0)
            words_say(w, "large", how_table[i].says);
}

static void detail_renegotiation(const struct look *l, struct words *w, uint32_t mask)
{
    const char *word = column_word(l->c, FACT_VERSION);
    const struct version *v = word ? version_by_word(word) : NULL;
    (void)mask;
    json_object_set_new(w->detail, "extension", json_string("renegotiation_info"));
    json_object_set_new(w->detail, "insists", json_string("client"));
    json_object_set_new(w->detail, "version", clean_json(word));
    words_say(w, "agreed_version", v ? v->title : "TLS");
}

static void detail_late(const struct look *l, struct words *w, uint32_t mask)
{
    detail_failure(l, w, mask);
    json_object_set_new(w->detail, "late", clean_json(column_word(l->c, FACT_LATE)));
    keep(w, "asked", l->c->fact[FACT_CLIENT_CERT].state == STATE_YES ? json_true() : json_false());
    keep(w, "acceptable_cas", look_member(l, FACT_CLIENT_CERT, "cas"));
    words_say(w, "status", column_word(l->c, FACT_HTTP));
}

/* How the same went without ALPN: as a handshake, else as a bare hello. NULL: not tried. */
static const char *alpn_without(const struct look *l)
{
    const char *went = member(look_member(l, FACT_VARIATIONS, "no-alpn"), "went");
    return went ? went : member(look_try(l, "no-alpn"), "answer");
}

static void detail_alpn(const struct look *l, struct words *w, uint32_t mask)
{
    const char *alpn = endpoint_alpn(l->c->endpoint);
    json_t *offered = json_array();
    detail_failure(l, w, mask);
    json_object_set_new(w->detail, "late", clean_json(column_word(l->c, FACT_LATE)));
    for (const char *p = alpn; p && *p; p += *p == '+') {
        size_t n = strcspn(p, "+");
        json_array_append_new(offered, json_stringn(p, n));
        p += n;
    }
    bool late = l->c->fact[FACT_LATE].state == STATE_YES;
    bool encrypted = late || strcmp(look_text(l, FACT_FAILURE, "stage"), "nothing") != 0;
    words_say_own(w, "alpn", words_list(offered, NAMES_SAID, "none"));
    json_object_set_new(w->detail, "offered", offered);
    json_object_set_new(w->detail, "encrypted", json_boolean(encrypted));
    json_object_set_new(w->detail, "without", clean_json(alpn_without(l)));
}

/* --- clock and machine ------------------------------------------------------------------------ */

/* A link of the chain whose dates our clock does not show as they are. */
static void words_hidden(struct words *w, const json_t *link, const char *key)
{
    char day[WHEN_LEN];
    int64_t when;
    char *name = dn_name(member(link, "subject"));
    const char *text = member(link, key);
    words_say_own(w, "hidden_who", mem_format("the certificate \"%s\"", name));
    words_say(w, "hidden_day", text && when_parse(text, &when) ? when_day(when, day) : "an unknown day");
    json_object_set_new(w->detail, "certificate", clean_json(member(link, "subject")));
    json_object_set_new(w->detail, key, clean_json(text));
    free(name);
}

static json_t *bound_json(double seconds)
{
    return isfinite(seconds) ? json_real(seconds) : json_null();
}

/* Whose clock, by whom, and how much. */
static void words_clock(const struct clock *k, struct words *w)
{
    static const char *const by[CLOCK_BY_COUNT] = { "nothing", "date", "kernel", "signed", "dates", "sntp" };
    char text[CLOCK_SAYS_LEN];
    json_object_set_new(w->detail, "by", json_string(by[k->by]));
    json_object_set_new(w->detail, "off_min", k->by ? bound_json(k->low) : json_null());
    json_object_set_new(w->detail, "off_max", k->by ? bound_json(k->high) : json_null());
    json_object_set_new(w->detail, "whose", clock_ours_off(k) ? json_string("ours")
                        : clock_server_off(k) ? json_string("server") : json_null());
    keep(w, "proof", k->by == CLOCK_BY_SIGNED ? k->proof : NULL);
    words_say(w, "source", clock_source(k, text));
    words_say(w, "off", clock_span(k, text));
    words_say(w, "way", k->low > 0 ? "behind" : "ahead");
}

static void detail_clock(const struct look *l, struct words *w, uint32_t mask)
{
    char span[WHEN_LEN];
    const struct clock *k = &l->clock;
    if (mask)
        detail_faults(l, w, mask);
    json_object_set_new(w->detail, "seconds", k->dated ? json_real(k->offset) : json_null());
    json_object_set_new(w->detail, "uncertainty", k->dated ? json_real(k->uncertainty) : json_null());
    keep(w, "ntp", l->c->fact[FACT_NTP].value);
    words_clock(k, w);
    if (k->hidden || k->hidden_early)
        words_hidden(w, k->hidden ? k->hidden : k->hidden_early, k->hidden ? "not_after" : "not_before");
    words_say(w, "skew", when_span(fabs(k->offset), span));
    words_say(w, "side", k->offset < 0 ? "behind" : "ahead of");
    words_say(w, "which", k->offset < 0 ? "behind" : "ahead");
}

static void detail_group(const struct look *l, struct words *w, uint32_t mask)
{
    const char *group = column_word(l->c, FACT_KX_GROUP), *cipher = column_word(l->c, FACT_CIPHER);
    (void)mask;
    words_say(w, "group", group);
    json_object_set_new(w->detail, "group", clean_json(group));
    json_object_set_new(w->detail, "cipher", clean_json(cipher));
}

static void detail_policy(const struct look *l, struct words *w, uint32_t mask)
{
    (void)mask;
    const char *key;
    json_t *value;
    struct text t = { 0 };
    keep(w, "policy", l->c->fact[FACT_POLICY].value);
    json_object_foreach(l->c->fact[FACT_POLICY].value, key, value) {
        if (json_string_value(value))
            text_addf(&t, "%s%s: %s", t.len ? "; " : "", key, json_string_value(value));
    }
    words_say_own(w, "policy", text_take(&t));
}

static void detail_proxy(const struct look *l, struct words *w, uint32_t mask)
{
    (void)mask;
    json_object_set_new(w->detail, "kind", json_string("proxy-env"));
    json_object_set_new(w->detail, "proxy", clean_json(look_proxy(l)));
}

static void detail_store(const struct look *l, struct words *w, uint32_t mask)
{
    (void)l, (void)mask;
    json_object_set_new(w->detail, "kind", json_string("no-store"));
    json_object_set_new(w->detail, "machine", json_true());
}

static void (*const builders[DETAIL_COUNT])(const struct look *l, struct words *w,
                                            uint32_t mask) = {
    [DETAIL_FAILURE] = detail_failure,             [DETAIL_VIA] = detail_via,
    [DETAIL_STARTTLS] = starttls_detail,           [DETAIL_PROTOCOL] = detail_protocol,
    [DETAIL_VERSIONS] = detail_versions,           [DETAIL_EXPIRED] = detail_expired,
    [DETAIL_NOT_YET] = detail_not_yet,             [DETAIL_SOON] = detail_soon,
    [DETAIL_NAME] = detail_name,                   [DETAIL_NAMES] = names_words,
    [DETAIL_ISSUER] = detail_issuer,               [DETAIL_FAULTS] = detail_faults,
    [DETAIL_CLOCK] = detail_clock,                 [DETAIL_LATE] = detail_late,
    [DETAIL_ALPN] = detail_alpn,                   [DETAIL_CREDENTIAL] = credential_words,
    [DETAIL_GROUP] = detail_group,                 [DETAIL_SUITES] = mismatch_suites,
    [DETAIL_GROUPS] = mismatch_groups,             [DETAIL_SIGALGS] = mismatch_sigalgs,
    [DETAIL_AS_IS] = detail_as_is,                 [DETAIL_LARGE] = detail_large,
    [DETAIL_RENEGOTIATION] = detail_renegotiation, [DETAIL_CLIENT_END] = heard_client_end,
    [DETAIL_REPLAY] = replay_words,                [DETAIL_ATTEMPTS] = attempts_words,
    [DETAIL_LOAD] = load_words,                    [DETAIL_PATH] = path_words,
    [DETAIL_LIMIT] = cutoff_words,                 [DETAIL_AIA] = aia_issuers,
    [DETAIL_AIA_ROOT] = detail_aia_root,           [DETAIL_EXPECTED] = expected_detail,
    [DETAIL_STAPLE] = revoked_staple,              [DETAIL_REVOKED] = revoked_fetched,
    [DETAIL_PLACEHOLDER] = product_placeholder,    [DETAIL_INSPECTION] = product_inspection,
    [DETAIL_POLICY] = detail_policy,               [DETAIL_PROXY] = detail_proxy,
    [DETAIL_STORE] = detail_store,
};

struct words words_of(const struct look *l, enum detail d, uint32_t mask)
{
    struct words w = { .detail = json_object(), .say = json_object() };
    if (builders[d])
        builders[d](l, &w, mask);
    return w;
}

void words_free(struct words *w)
{
    json_decref(w->detail);
    json_decref(w->say);
}

/* --- words every column has ------------------------------------------------------------------- */

static char *word_host(const struct look *l) { return mem_string(l->c->endpoint->host); }
/* NULL where it is not the server's, but that of a proxy. */
static const char *own_address(const struct look *l)
{
    return *look_text(l, FACT_VIA, "proxy") ? NULL : l->c->address;
}

static char *word_port(const struct look *l)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *address = own_address(l), *colon = address ? strrchr(address, ':') : NULL;
    return colon ? mem_string(colon + 1) : mem_format("%u", ep->at_port ? ep->at_port : ep->port);
}
static char *word_title(const struct look *l) { return endpoint_title(l->c->endpoint); }
static char *word_name(const struct look *l) { return mem_string(endpoint_name(l->c->endpoint)); }

static char *word_address(const struct look *l)
{
    const char *a = own_address(l);
    return a ? mem_string(a) : endpoint_title(l->c->endpoint);
}

static char *word_ip(const struct look *l)
{
    const char *a = own_address(l), *end = a ? strrchr(a, ':') : NULL;
    if (!a || !end)
        return mem_string(l->c->endpoint->host);
    if (*a == '[')
        return mem_copy(a + 1, strcspn(a + 1, "]"));
    return mem_copy(a, (size_t)(end - a));
}

static char *word_family(const struct look *l)
{
    return mem_string(column_ipv6(l->c) ? "IPv6" : "IPv4");
}
static char *word_other(const struct look *l)
{
    return mem_string(column_ipv6(l->c) ? "IPv4" : "IPv6");
}
static char *word_offer(const struct look *l) { return versions_text(l, false, "nothing"); }

static char *word_store(const struct look *l)
{
    const char *ca = l->c->endpoint->value[KEY_CA];
    return ca ? mem_format("the CAs of %s", ca) : mem_string("this machine's CA store");
}

static char *word_alert(const struct look *l)
{
    const json_t *alert = look_member(l, FACT_FAILURE, "alert");
    const json_t *number = json_object_get(alert, "number");
    const char *name = member(alert, "name");
    return json_is_integer(number)
               ? mem_format("alert %lld%s%s", (long long)json_integer_value(number),
                            name ? " " : "", name ? name : "")
               : mem_string("an alert");
}

static char *word_how(const struct look *l)
{
    const char *kind = look_text(l, FACT_FAILURE, "kind");
    if (strcmp(kind, "alert") == 0)
        return word_alert(l);
    for (size_t i = 0; i < sizeof how_table / sizeof *how_table; i++)
        if (strcmp(kind, how_table[i].kind) == 0)
            return mem_string(how_table[i].says);
    return mem_string("it failed");
}

static const struct { const char *stage, *says; } stage_table[] = {
    { "nothing", "after our ClientHello" }, { "server-hello", "after the ServerHello" },
    { "certificate", "after the server's certificate" },
    { "certificate-request", "after a client certificate was asked for" },
    { "starttls", "in the dialogue before it" },
    { "finished", "after the handshake was done" }
};

static char *word_stage(const struct look *l)
{
    const char *stage = look_text(l, FACT_FAILURE, "stage");
    for (size_t i = 0; i < sizeof stage_table / sizeof *stage_table; i++)
        if (strcmp(stage, stage_table[i].stage) == 0)
            return mem_string(stage_table[i].says);
    return mem_string("during the handshake");
}

static char *word_late(const struct look *l)
{
    const char *late = column_word(l->c, FACT_LATE);
    if (!late)
        return word_how(l);
    bool plain = strcmp(late, "closed") == 0 || strcmp(late, "reset") == 0;
    return mem_format(plain ? "connection %s" : "alert %s", late);
}

/* "TLS 1.3, certificate until 2027-01-01" for a column that is fine. */
static char *word_good(const struct look *l)
{
    const char *word = column_word(l->c, FACT_VERSION), *until = column_word(l->c, FACT_NOT_AFTER);
    const struct version *v = word ? version_by_word(word) : NULL;
    char day[WHEN_LEN];
    int64_t when;
    struct text t = { 0 };
    text_addf(&t, "%s", v ? v->title : word ? word : "TLS");
    if (until && when_parse(until, &when))
        text_addf(&t, ", until %s", when_day(when, day));
    return text_take(&t);
}

static char *word_tries(const struct look *l) { return attempts_tries(l); }
static char *word_dotless(const struct look *l) { return names_dotless(l->c->endpoint); }

static const struct {
    const char *word;
    char *(*make)(const struct look *l);
} common[] = {
    { "host", word_host }, { "port", word_port }, { "title", word_title }, { "name", word_name },
    { "address", word_address }, { "ip", word_ip }, { "family", word_family },
    { "other_family", word_other }, { "offer", word_offer }, { "store", word_store },
    { "alert", word_alert }, { "how", word_how }, { "stage", word_stage }, { "late", word_late },
    { "good", word_good }, { "tries", word_tries }, { "dotless", word_dotless }
};

/* Owned by the caller; NULL when nobody knows the word. */
static char *word_find(const struct look *l, const struct words *w, const char *word)
{
    const json_t *own = w ? json_object_get(w->say, word) : NULL;
    if (!own)
        for (size_t i = 0; i < sizeof common / sizeof *common; i++)
            if (strcmp(word, common[i].word) == 0)
                return common[i].make(l);
    for (enum setting i = 0; !own && i < SETTING_COUNT; i++)
        if (strcmp(word, setting_words[i]) == 0)
            return software_setting(l, i);
    if (!own && w)
        own = json_object_get(w->detail, word);
    if (json_is_integer(own))
        return mem_format("%lld", (long long)json_integer_value(own));
    return json_is_string(own) ? mem_string(json_string_value(own)) : NULL;
}

char *words_fill(const struct look *l, const struct words *w, const char *template)
{
    struct text t = { 0 };
    for (const char *p = template; *p; ) {
        size_t n = strcspn(p, "{");
        text_add_n(&t, p, n);
        p += n;
        const char *end = *p ? strchr(p, '}') : NULL;
        if (!end) {
            text_add(&t, p);
            break;
        }
        char *word = mem_copy(p + 1, (size_t)(end - p - 1)), *found = word_find(l, w, word);
        char *clean = found ? clean_text(found, 4096) : mem_format("{%s}", word);
        text_add(&t, clean);
        free(clean);
        free(found);
        free(word);
        p = end + 1;
    }
    return text_take(&t);
}

char *words_sentence(const struct look *l, const struct words *w, const char *template)
{
    static const char *const openings[] = { "the ", "alert ", "this ", "connection ", "no " };
    char *s = words_fill(l, w, template);
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (text_starts(s, openings[i])) /* never a host's name, which has no blank */
            s[0] = (char)(s[0] - 'a' + 'A');
    return s;
}
