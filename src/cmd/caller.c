/* caller - see caller.h. */
#include "src/cmd/caller.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

#define INDENT 14
#define COUNT(a) (sizeof (a) / sizeof *(a))

/* --- the facts of the one column ---------------------------------------------------------------- */

static const struct column *caller_of(const struct session *s)
{
    return s->count ? s->column[0] : NULL;
}

static const json_t *hello_of(const struct column *c)
{
    return c->fact[FACT_CLIENT_HELLO].state == STATE_YES ? c->fact[FACT_CLIENT_HELLO].value : NULL;
}

static const char *member(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static const struct evidence *evidence_of(const struct session *s, const struct column *c, enum fact f)
{
    unsigned n = c->fact[f].evidence;
    return n && n < s->evidence_count ? &s->evidence[n] : NULL;
}

static double time_of(const struct session *s, const struct column *c)
{
    const struct evidence *e = evidence_of(s, c, FACT_CLIENT_HELLO);
    return e ? e->time : s->started;
}

/* Some name in a list of the hello holds the word; "|" between words: one of them. */
static bool list_has(const json_t *hello, const char *list, const char *words)
{
    const json_t *all = json_object_get(hello, list), *v;
    size_t i;
    json_array_foreach((json_t *)all, i, v)
        for (const char *w = words; *w;) {
            size_t n = strcspn(w, "|");
            const char *name = json_string_value(v);
            if (name && memmem(name, strlen(name), w, n))
                return true;
            w += n + (w[n] == '|');
        }
    return false;
}

static void list_join(struct text *t, const json_t *all, const char *between, size_t most)
{
    json_t *v;
    size_t i;
    json_array_foreach((json_t *)all, i, v) {
        if (i == most) {
            text_addf(t, "%s and %zu more", between, json_array_size(all) - most);
            break;
        }
        text_addf(t, "%s%s", i ? between : "", json_string_value(v) ? json_string_value(v) : "");
    }
}

/* --- lines -------------------------------------------------------------------------------------- */

static void line_add(struct text *t, const struct caller_how *how, const char *label, const char *words)
{
    if (!*words)
        return;
    text_addf(t, "  %s", label);
    text_pad(t, INDENT);
    text_wrap(t, words, INDENT, how->width);
    text_add(t, "\n");
}

static void line_take(struct text *t, const struct caller_how *how, const char *label, struct text *words)
{
    line_add(t, how, label, words->s ? words->s : "");
    text_free(words);
}

/* --- what the hello says ------------------------------------------------------------------------ */

/* Newest first, as titles: "TLS 1.3, TLS 1.2". */
static void versions_add(struct text *t, const json_t *hello)
{
    const json_t *all = json_object_get(hello, "versions");
    json_t *v;
    size_t i;
    json_array_foreach((json_t *)all, i, v) {
        const char *word = json_string_value(v) ? json_string_value(v) : "";
        const struct version *row = version_by_word(word);
        text_addf(t, "%s%s", i ? ", " : "", row ? row->title : strcmp(word, "ssl2") == 0 ? "SSL 2.0" : word);
    }
    if (i == 1 && !list_has(hello, "extensions", "supported_versions"))
        text_add(t, " and perhaps older");
}

static void hello_line(struct text *t, const struct caller_how *how, const json_t *hello)
{
    struct text w = { 0 };
    json_int_t records = json_integer_value(json_object_get(hello, "records"));
    json_int_t segments = json_integer_value(json_object_get(hello, "segments"));
    const json_t *alpn = json_object_get(hello, "alpn");
    versions_add(&w, hello);
    text_addf(&w, "; %d bytes in %d record%s", (int)json_integer_value(json_object_get(hello, "size")), (int)records,
              records == 1 ? "" : "s");
    if (segments > 1)
        text_addf(&w, " and at least %d segments", (int)segments);
    if (json_is_true(json_object_get(hello, "ssl2_form")))
        text_add(&w, "; in the form of SSL 2.0");
    if (*member(hello, "sni"))
        text_addf(&w, "; server name %s", member(hello, "sni"));
    if (json_array_size(alpn)) {
        text_add(&w, "; application protocols ");
        list_join(&w, alpn, ", ", 6);
    }
    if (json_is_true(json_object_get(hello, "resumes")))
        text_add(&w, "; wants to resume a session");
    line_take(t, how, "hello", &w);
}

/* What tells about a list: the words that stand for it where a name holds one of these. */
static const struct kind { const char *list, *words, *says; } kind_table[] = {
    { "suites", "TLS_AES|TLS_CHACHA20", "TLS 1.3" },
    { "suites", "_ECDHE_", "ECDHE" },
    { "suites", "_DHE_", "DHE" },
    { "suites", "TLS_RSA_WITH", "RSA key exchange" },
    { "suites", "GCM", "AES-GCM" },
    { "suites", "CHACHA20", "ChaCha20" },
    { "suites", "_CBC_", "CBC" },
    { "suites", "_RC4_", "RC4" },
    { "suites", "3DES", "3DES" },
    { "sigalgs", "ecdsa", "ECDSA" },
    { "sigalgs", "rsa_pss", "RSA-PSS" },
    { "sigalgs", "rsa_pkcs1", "RSA PKCS#1" },
    { "sigalgs", "ed25519", "Ed25519" },
    { "sigalgs", "sha1", "with SHA-1" },
};

static void kinds_add(struct text *w, const json_t *hello, const char *list, const char *one, const char *many)
{
    size_t n = json_array_size(json_object_get(hello, list));
    bool some = false;
    if (!n)
        return;
    text_addf(w, "%s%zu %s", w->len ? "; " : "", n, n == 1 ? one : many);
    for (size_t i = 0; i < COUNT(kind_table); i++)
        if (strcmp(kind_table[i].list, list) == 0 && list_has(hello, list, kind_table[i].words)) {
            text_addf(w, "%s%s", some ? ", " : " (", kind_table[i].says);
            some = true;
        }
    text_add(w, some ? ")" : "");
}

static void offers_line(struct text *t, const struct caller_how *how, const json_t *hello)
{
    struct text w = { 0 };
    const json_t *groups = json_object_get(hello, "groups");
    kinds_add(&w, hello, "suites", "cipher suite", "cipher suites");
    if (json_array_size(groups)) {
        text_addf(&w, "; %zu group%s (", json_array_size(groups), json_array_size(groups) == 1 ? "" : "s");
        list_join(&w, groups, ", ", 5);
        text_add(&w, ")");
    }
    kinds_add(&w, hello, "sigalgs", "signature algorithm", "signature algorithms");
    line_take(t, how, "offers", &w);
}

/* What a client can't do, because nothing in the list has one of the words. `unless`: names of the same or another
 * list with which it makes no difference. */
static const struct lack { const char *list, *words, *unless_list, *unless, *says; } lack_table[] = {
    { "versions", "tls1.3", NULL, NULL, "TLS 1.3" },
    { "versions", "tls1.2", "versions", "tls1.3", "TLS 1.2" },
    { "suites", "_ECDHE_|TLS_AES|TLS_CHACHA20", NULL, NULL, "ECDHE" },
    { "suites", "_ECDHE_|_DHE_|TLS_AES|TLS_CHACHA20", NULL, NULL, "forward secrecy" },
    { "suites", "GCM|CHACHA20|CCM", NULL, NULL, "AES-GCM or ChaCha20 (CBC and older only)" },
    { "sigalgs", "sha256|sha384|sha512|ed25519|ed448", NULL, NULL, "SHA-256 signatures" },
    { "sigalgs", "rsa_pss", "suites", "_ANON_", "RSA-PSS" },
    { "sigalgs", "rsa", NULL, NULL, "RSA certificates" },
    { "sigalgs", "ecdsa", NULL, NULL, "ECDSA certificates" },
    { "groups", "secp256r1", NULL, NULL, "secp256r1" },
    { "groups", "x25519", NULL, NULL, "X25519" },
    { "extensions", "server_name", NULL, NULL, "server name (SNI)" },
    { "extensions", "extended_master_secret", NULL, NULL, "extended master secret" },
    { "extensions", "renegotiation_info", "suites", "_SCSV", "secure renegotiation" },
};

static bool is_lacking(const json_t *hello, const struct lack *row)
{
    /* Whoever speaks TLS 1.3 alone needs neither of the two, and without a list nothing in it is lacking. */
    bool modern_only = !list_has(hello, "versions", "tls1.2|tls1.1|tls1.0|ssl");
    bool old = strcmp(row->words, "extended_master_secret") == 0 || strcmp(row->words, "renegotiation_info") == 0;
    bool listed = json_array_size(json_object_get(hello, row->list)) > 0 || strcmp(row->list, "extensions") == 0;
    return listed && !(modern_only && old) && !list_has(hello, row->list, row->words) &&
           !(row->unless_list && list_has(hello, row->unless_list, row->unless));
}

static void lacks_line(struct text *t, const struct caller_how *how, const json_t *hello)
{
    struct text w = { 0 };
    for (size_t i = 0; i < COUNT(lack_table); i++)
        if (is_lacking(hello, &lack_table[i]))
            text_addf(&w, "%s%s", w.len ? ", " : "no ", lack_table[i].says);
    if (!json_array_size(json_object_get(hello, "sigalgs")) && list_has(hello, "versions", "tls1.2|tls1.3"))
        text_addf(&w, "%sno signature algorithms: servers then take it to know SHA-1 alone", w.len ? "; " : "");
    line_take(t, how, "lacks", &w);
}

static void looks_line(struct text *t, const struct caller_how *how, const json_t *hello)
{
    struct text w = { 0 };
    const char *name = member(hello, "client");
    const struct client *c = *name ? client_find(name) : NULL;
    const json_t *differs = json_object_get(hello, "differs");
    if (!*name)
        text_add(&w, "no client known to tlswhy");
    else
        text_addf(&w, "%s%s%s", name, c ? ": " : "", c ? c->title : "");
    if (json_array_size(differs)) {
        text_add(&w, " (differs: ");
        list_join(&w, differs, ", ", 8);
        text_add(&w, ")");
    }
    line_take(t, how, "looks like", &w);
}

static void prints_line(struct text *t, const struct caller_how *how, const json_t *hello)
{
    struct text w = { 0 };
    if (*member(hello, "ja4"))
        text_addf(&w, "ja4 %s", member(hello, "ja4"));
    if (*member(hello, "ja3"))
        text_addf(&w, "%sja3 %s", w.len ? "  " : "", member(hello, "ja3"));
    line_take(t, how, "prints", &w);
}

static void lists_lines(struct text *t, const struct caller_how *how, const json_t *hello)
{
    static const char *const lists[] = { "versions", "suites", "groups", "shares", "sigalgs", "extensions" };
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct text w = { 0 };
        list_join(&w, json_object_get(hello, lists[i]), " ", SIZE_MAX);
        line_take(t, how, lists[i], &w);
    }
}

static void unheard_line(struct text *t, const struct caller_how *how, const struct session *s, const struct column *c)
{
    const struct evidence *e = evidence_of(s, c, FACT_CLIENT_HELLO);
    const json_t *value = c->fact[FACT_CLIENT_HELLO].value;
    struct text w = { 0 };
    text_addf(&w, "none%s%s", *member(value, "why") ? ": " : "", member(value, "why"));
    if (*member(value, "what"))
        text_addf(&w, "%sit speaks %s", w.len > 4 ? "; " : ": ", member(value, "what"));
    if (e && e->text)
        text_addf(&w, "; %s", e->text);
    line_take(t, how, "hello", &w);
}

/* --- how it ended ------------------------------------------------------------------------------- */

enum whose { ANY, LISTEN, TAP };

/* The first row that fits says it. "|" between words: one of them; NULL: any. {alert} is "alert 48 unknown_ca", {says}
 * what its sender means by it, {shown} "our certificate" or "the server's certificate", {time} the wait, {waited} from
 * its hello to the end. `alert`: its number, 0: any. */
static const struct end_row { enum whose whose; const char *by, *how, *stage, *says; int alert; } end_table[] = {
    { ANY, NULL, "upstream", NULL, "the endpoint could not be connected, so the client was cut off" },
    { ANY, NULL, "not-tls", "nothing", "it does not speak TLS to this port" },
    { TAP, "server", "not-tls", NULL, "the server does not speak TLS on that port" },
    { ANY, "client", "silent", "nothing", "it said nothing for {time}, or only the beginning of a hello" },
    { ANY, "client", "silent", "certificate", "it fell silent after {shown}, for {time}: a client that asks a person, "
      "or that waits for something of its own, does so" },
    { ANY, "client", "silent", NULL, "it fell silent for {time}" },
    { ANY, "client", "closed", "nothing", "it closed before its hello was whole: port checks and health checks do so" },
    { ANY, "client", "reset", "nothing", "it reset the connection before its hello was whole: port checks do so" },
    { ANY, "client", "protocol", NULL, "what it sent is against the rules of TLS" },
    { LISTEN, "us", "complete", "finished", "it took our certificate and finished the handshake; it then waited for "
      "the server to speak first" },
    { LISTEN, "us", "complete", "hello", "its hello was all that was asked for" },
    { LISTEN, NULL, "complete", NULL, "it took our certificate, finished the handshake and sent data: this client "
      "works" },
    { TAP, NULL, "complete", NULL, "the handshake went through, and data passed: this client works with this server" },
    { ANY, "us", "closed", NULL, "it was still there when tlswhy was ended" },
    { LISTEN, "us", "alert", NULL, "it says that it tries again with a lower version, after a try with a higher one "
      "had failed (TLS_FALLBACK_SCSV): whoever knows the higher one refuses that with {alert}. Look at its connection "
      "before this one", .alert = 86 },
    { ANY, "us", "alert", NULL, "tlswhy could not go on with it and sent {alert}: our limit; another server may have "
      "none, and the hello above is whole" },
    { ANY, "client", "alert", "nothing", "it sent {alert} instead of a hello" },
    { ANY, "client", "alert", "server-hello", "it broke off at the server's hello with {alert}: {says}" },
    { ANY, "client", "alert", "certificate", "it broke off after {shown} with {alert}: {says}" },
    { ANY, "client", "alert", "finished|data", "it finished the handshake and then refused with {alert}: {says}" },
    { ANY, "client", "alert", NULL, "it broke off with {alert}: {says}" },
    { TAP, "client", "closed|reset", "hello", "it went away {waited} after its hello, which the server had not "
      "answered yet" },
    { LISTEN, "client", "closed|reset", "hello", "it went away {waited} after its hello, before it had our "
      "certificate" },
    { ANY, "client", "closed|reset", "server-hello|certificate", "it went away after {shown}, without an alert: many "
      "clients do so when they do not trust it" },
    { ANY, "client", "closed|reset", "finished", "it finished the handshake and went away without sending anything: "
      "either that was all it wanted, or it looks at the certificate (its name, say) only then, and refuses it" },
    { ANY, "client", "reset", "data", "the handshake went through; the client later reset the connection" },
    { TAP, "server", "alert", "hello", "the server refused its hello with {alert}: {says}" },
    { TAP, "server", "alert", "finished|data", "the server refused it after the handshake with {alert}: often a client "
      "certificate is missing or not accepted" },
    { TAP, "server", "alert", NULL, "the server broke off with {alert}: {says}" },
    { TAP, "server", "closed|reset", "hello", "the server went away at its hello, without an alert" },
    { TAP, "server", "reset", "data", "the handshake went through; the server later reset the connection" },
    { TAP, "server", "closed|reset", NULL, "the server went away in the middle of the handshake" },
    { TAP, "server", "protocol", NULL, "what the server answered is against the rules of TLS" },
    { ANY, NULL, NULL, NULL, "the connection was lost on the way" },
};

static bool word_fits(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *w = words; w && *w;) {
        size_t n = strcspn(w, "|");
        if (n == len && memcmp(w, word, n) == 0)
            return true;
        w += n + (w[n] == '|');
    }
    return !words;
}

static const struct end_row *end_find(const json_t *end, bool tap)
{
    const struct end_row *row = end_table;
    while ((row->whose == TAP && !tap) || (row->whose == LISTEN && tap) || !word_fits(row->by, member(end, "by")) ||
           !word_fits(row->how, member(end, "how")) || !word_fits(row->stage, member(end, "stage")) ||
           (row->alert && row->alert != json_integer_value(json_object_get(end, "alert"))))
        row++; /* the last one fits everything */
    return row;
}

static void end_word(struct text *w, const struct column *c, const struct caller_how *how, const char *word, size_t n)
{
    const json_t *end = c->fact[FACT_CLIENT_END].value;
    const json_t *number = json_object_get(end, "alert");
    int alert = json_is_integer(number) ? (int)json_integer_value(number) : -1;
    const struct alert *row = alert >= 0 ? alert_find((uint8_t)alert) : NULL;
    if (strncmp(word, "alert", n) == 0 && alert >= 0)
        text_addf(w, "the alert %d %s", alert, member(end, "name"));
    else if (strncmp(word, "alert", n) == 0)
        text_add(w, "an encrypted alert, to judge by its size");
    else if (strncmp(word, "says", n) == 0)
        text_add(w, row ? row->says : alert >= 0 ? "an alert that no table knows" :
                 "which one can't be seen from outside");
    else if (strncmp(word, "shown", n) == 0)
        text_add(w, how->tap ? "the server's certificate" : "our certificate");
    else if (strncmp(word, "waited", n) == 0)
        text_addf(w, "%.1f s", (double)(c->fact[FACT_CLIENT_END].ms - c->fact[FACT_CLIENT_HELLO].ms) / 1000);
    else
        text_addf(w, "%g s", how->timeout);
}

static void end_says(struct text *w, const struct column *c, const struct caller_how *how)
{
    for (const char *s = end_find(c->fact[FACT_CLIENT_END].value, how->tap)->says; *s;) {
        size_t plain = strcspn(s, "{"), n = strcspn(s + plain, "}");
        text_add_n(w, s, plain);
        s += plain;
        if (!*s)
            break;
        end_word(w, c, how, s + 1, n - 1);
        s += n + 1;
    }
}

static bool refused_certificate(const json_t *end)
{
    const json_t *number = json_object_get(end, "alert");
    int alert = json_is_integer(number) ? (int)json_integer_value(number) : -1;
    if (!word_fits("client", member(end, "by")))
        return false;
    if (alert >= 42 && alert <= 49)
        return word_fits("certificate|finished", member(end, "stage"));
    return word_fits("closed|reset", member(end, "how")) && word_fits("certificate", member(end, "stage"));
}

/* What the certificate has to do with it, where it is ours. */
static void advice_line(struct text *t, const struct caller_how *how, const json_t *end)
{
    if (how->tap || !refused_certificate(end))
        return;
    line_add(t, how, "so", how->made_up ?
             "This is expected: the certificate was made up on the spot and no client knows its CA. All that comes "
             "before it works. To see how the client takes the real chain, give it: --cert=FILE --key=FILE" :
             "The client refuses the chain it was shown with --cert. Look at its CA, at the names and dates in it, and "
             "whether the intermediates are in the file; the client's own log knows which of these it is");
}

static void end_lines(struct text *t, const struct caller_how *how, const struct session *s, const struct column *c)
{
    const json_t *end = c->fact[FACT_CLIENT_END].value;
    const struct evidence *e = evidence_of(s, c, FACT_CLIENT_END);
    struct text took = { 0 }, w = { 0 };
    const char *version = column_word(c, FACT_VERSION), *list[] = { column_word(c, FACT_CIPHER),
        column_word(c, FACT_KX_GROUP), column_word(c, FACT_ALPN) };
    const struct version *row = version ? version_by_word(version) : NULL;
    text_add(&took, row ? row->title : version);
    for (size_t i = 0; i < COUNT(list); i++)
        if (list[i])
            text_addf(&took, ", %s", list[i]);
    line_take(t, how, how->tap ? "server took" : "we took", &took);
    end_says(&w, c, how);
    if (e && e->text)
        text_addf(&w, " (%s)", e->text);
    line_take(t, how, "end", &w);
    advice_line(t, how, end);
}

/* --- a tap's causes ----------------------------------------------------------------------------- */

static void causes_lines(struct text *t, const struct caller_how *how, const struct session *s)
{
    struct verdict *v = verdict_of(s, how->why);
    for (size_t i = 0; i < v->diagnosis_count; i++) {
        line_add(t, how, "cause", v->diagnosis[i].summary ? v->diagnosis[i].summary : "");
        line_add(t, how, "fix", v->diagnosis[i].fix ? v->diagnosis[i].fix : "");
    }
    for (size_t i = 0; i < v->candidate_count && !v->diagnosis_count; i++)
        line_add(t, how, i ? "" : "perhaps", v->candidate[i].summary ? v->candidate[i].summary : "");
    verdict_free(v);
}

/* --- the whole ---------------------------------------------------------------------------------- */

static void quiet_line(struct text *t, const struct caller_how *how, const struct column *c)
{
    const json_t *hello = hello_of(c);
    text_add(t, c->address);
    if (hello) {
        text_add(t, " ");
        versions_add(t, hello);
        text_addf(t, ", like %s", *member(hello, "client") ? member(hello, "client") : "nobody known");
    }
    text_add(t, ": ");
    end_says(t, c, how);
    text_add(t, "\n");
}

void caller_text(struct text *t, const struct session *s, const struct caller_how *how)
{
    char when[WHEN_LEN];
    const struct column *c = caller_of(s);
    const json_t *hello = c ? hello_of(c) : NULL;
    if (!c)
        return;
    if (how->quiet) {
        quiet_line(t, how, c);
        return;
    }
    text_addf(t, "client %d from %s, %s\n", c->id, c->address ? c->address : "?",
              when_format((int64_t)time_of(s, c), when));
    if (hello) {
        hello_line(t, how, hello);
        offers_line(t, how, hello);
        lacks_line(t, how, hello);
        looks_line(t, how, hello);
        prints_line(t, how, hello);
        if (how->verbose)
            lists_lines(t, how, hello);
        if (how->saved) {
            char *shown = text_printable(how->saved, strlen(how->saved), SIZE_MAX);
            line_add(t, how, "saved in", shown);
            free(shown);
        }
    } else {
        unheard_line(t, how, s, c);
    }
    end_lines(t, how, s, c);
    if (how->tap)
        causes_lines(t, how, s);
    text_add(t, "\n");
}

static json_t *fact_json(const struct session *s, const struct column *c, enum fact f)
{
    const struct seen *seen = &c->fact[f];
    const struct evidence *e = evidence_of(s, c, f);
    json_t *o = json_object();
    json_object_set_new(o, "state", json_string(state_words[seen->state]));
    json_object_set(o, "value", seen->value ? seen->value : json_null());
    json_object_set_new(o, "text", e && e->text ? json_string(e->text) : json_null());
    return o;
}

json_t *caller_json(const struct session *s)
{
    static const enum fact facts[] = { FACT_CLIENT_HELLO, FACT_CLIENT_END, FACT_VERSION, FACT_CIPHER, FACT_KX_GROUP,
                                       FACT_ALPN, FACT_TIMING };
    char when[WHEN_LEN];
    const struct column *c = caller_of(s);
    json_t *o = json_object();
    if (!c)
        return o;
    json_t *all = json_object();
    for (size_t i = 0; i < COUNT(facts); i++)
        json_object_set_new(all, fact_table[facts[i]].json, fact_json(s, c, facts[i]));
    json_object_set_new(o, "id", json_integer(c->id));
    json_object_set_new(o, "address", c->address ? json_string(c->address) : json_null());
    json_object_set_new(o, "time", json_string(when_format_ms(time_of(s, c), when)));
    json_object_set_new(o, "endpoint", json_string(c->endpoint->text));
    json_object_set_new(o, "facts", all);
    return o;
}
