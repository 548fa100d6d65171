/* reproduce - see reproduce.h. */
#include "src/why/reproduce.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/change.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

static bool word_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:,=@%+";
    return *word && word[strspn(word, plain)] == '\0';
}

void shell_add(struct text *t, const char *word)
{
    if (t->len && t->s[t->len - 1] != ' ')
        text_add(t, " ");
    if (word_plain(word)) {
        text_add(t, word);
        return;
    }
    text_add(t, "'");
    for (const char *p = word; *p; p++) {
        if (*p == '\'')
            text_add(t, "'\\''");
        else
            text_add_n(t, p, 1);
    }
    text_add(t, "'");
}

static void shell_option(struct text *t, const char *option, const char *word)
{
    text_add(t, " ");
    text_add(t, option);
    shell_add(t, word);
}

/* Where it goes: the column's address, else what the endpoint says. Owned by the caller. */
static char *target(const struct look *l)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *host = ep->at_host ? ep->at_host : ep->host;
    unsigned port = ep->at_port ? ep->at_port : ep->port;
    if (l->c->address && !column_is_client(l->c))
        return mem_string(l->c->address);
    return mem_format(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

/* OpenSSL takes CAs in PEM: what turns other forms into that, as far as they can be read here. */
#define CA_PEM "tlswhy-ca.pem"
static const struct { const char *form, *before, *after; } convert_table[] = {
    { "DER", "openssl x509 -inform DER -out " CA_PEM " -in", "; " },
    { "PKCS#7", "openssl pkcs7 -print_certs -out " CA_PEM " -in",
      " 2>/dev/null || openssl pkcs7 -inform DER -print_certs -out " CA_PEM " -in" },
    { "PKCS#12", "openssl pkcs12 -nokeys -passin pass: -out " CA_PEM " -in",
      " 2>/dev/null || openssl pkcs12 -nokeys -passin pass:changeit -out " CA_PEM " -in" },
    { "JKS", "keytool -list -rfc -keystore", " </dev/null >" CA_PEM " 2>/dev/null; " },
};

/* The file OpenSSL is to be given; before the first command stands what makes it. */
static const char *ca_file(const struct look *l, struct text *t)
{
    const char *file = l->c->endpoint->value[KEY_CA], *form = look_text(l, FACT_STORE, "form");
    for (size_t i = 0; i < sizeof convert_table / sizeof *convert_table; i++) {
        if (strcmp(form, convert_table[i].form) != 0)
            continue;
        const char *after = convert_table[i].after;
        if (t->len)
            return CA_PEM;
        text_add(t, convert_table[i].before);
        shell_add(t, file);
        text_add(t, after);
        if (!strchr(after, ';')) { /* the second way goes on with the file as well */
            shell_add(t, file);
            text_add(t, "; ");
        }
        return CA_PEM;
    }
    return file;
}

static void s_client(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *sni = endpoint_sni(ep);
    char *to = target(l);
    const char *kind = json_string_value(look_member(l, FACT_FAILURE, "kind"));
    bool hangs = kind && (strcmp(kind, "silent") == 0 || strcmp(kind, "slow") == 0);
    bool first = !t->len;
    const char *ca = ep->value[KEY_CA] ? ca_file(l, t) : NULL;
    text_addf(t, "%s%sopenssl s_client", first ? "" : "; ", hangs ? "timeout 10 " : "");
    shell_option(t, "-connect", to);
    if (ep->scheme && ep->scheme->starttls)
        shell_option(t, "-starttls", ep->scheme->starttls);
    if (sni)
        shell_option(t, "-servername", sni);
    else
        text_add(t, " -noservername");
    if (ca)
        shell_option(t, json_is_true(look_member(l, FACT_STORE, "directory")) ? "-CApath" : "-CAfile", ca);
    free(to);
}

/* A list as an option, by OpenSSL's names; what has none is left out. False where nothing is left. */
static bool option_list(struct text *t, const char *option, enum list_kind list, const uint16_t *numbers,
                        bool tls13, const char *end)
{
    struct text names = { 0 };
    for (; numbers && *numbers; numbers++) {
        const struct suite *s = list == LIST_SUITES ? suite_find(*numbers) : NULL;
        const char *name = change_openssl(list, *numbers);
        if (name && (list != LIST_SUITES || (s && (s->kx == KX_TLS13) == tls13)))
            text_addf(&names, "%s%s", names.len ? ":" : "", name);
    }
    bool any = names.len > 0;
    text_add(&names, any ? end : NULL);
    char *word = text_take(&names);
    if (any)
        shell_option(t, option, word);
    free(word);
    return any;
}

static bool weak_offered(const struct look *l)
{
    for (const uint16_t *s = l->offer->suites; s && *s; s++)
        if (change_grade(LIST_SUITES, *s) == GRADE_WEAK)
            return true;
    return l->lo < 0x0303; /* OpenSSL 3 offers the old versions at this level only */
}

/* The limits this client was given by hand. */
static void s_client_limits(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    const struct version *lo = version_find(l->lo), *hi = version_find(l->hi);
    const char *level = weak_offered(l) ? ":@SECLEVEL=0" : "";
    if (lo && (ep->min || l->lo > 0x0303))
        shell_option(t, "-min_protocol", lo->protocol);
    if (hi && (ep->max || l->hi < 0x0304))
        shell_option(t, "-max_protocol", hi->protocol);
    bool ciphers = ep->value[KEY_CIPHERS] &&
                   option_list(t, "-cipher", LIST_SUITES, l->offer->suites, false, level);
    if (!ciphers && l->lo < 0x0303)
        text_add(t, " -cipher 'ALL:@SECLEVEL=0'");
    if (ep->value[KEY_CIPHERS])
        option_list(t, "-ciphersuites", LIST_SUITES, l->offer->suites, true, "");
    if (ep->value[KEY_GROUPS])
        option_list(t, "-groups", LIST_GROUPS, l->offer->groups, false, "");
    if (ep->value[KEY_SIGALGS])
        option_list(t, "-sigalgs", LIST_SIGALGS, l->offer->sigalgs, false, "");
}

static void s_client_version(const struct look *l, struct text *t, const struct version *v)
{
    s_client(l, t);
    text_add(t, " ");
    text_add(t, v->openssl);
    if (v->number < 0x0303)
        text_add(t, " -cipher 'ALL:@SECLEVEL=0'");
    text_add(t, " </dev/null");
}

static void handshake_line(const struct look *l, struct text *t)
{
    s_client(l, t);
    s_client_limits(l, t);
    text_add(t, " </dev/null");
}

static void large_line(const struct look *l, struct text *t)
{
    s_client(l, t);
    text_add(t, " -groups X25519MLKEM768:X25519 </dev/null");
}

static void alpn_line(const struct look *l, struct text *t)
{
    const char *alpn = endpoint_alpn(l->c->endpoint);
    s_client(l, t);
    s_client_limits(l, t);
    if (alpn) {
        char *list = mem_string(alpn);
        for (char *p = list; *p; p++)
            *p = *p == '+' ? ',' : *p;
        shell_option(t, "-alpn", list);
        free(list);
    }
    text_add(t, " </dev/null");
}

/* The accepted version nearest to the client's range, preferring those below it: NULL for none. */
static const struct version *nearest_taken(const struct look *l)
{
    for (uint16_t n = (uint16_t)(l->lo - 1); n >= 0x0300; n--)
        if (strcmp(look_answer(l, n), "accepted") == 0)
            return version_find(n);
    for (uint16_t n = (uint16_t)(l->hi + 1); n <= 0x0304; n++)
        if (strcmp(look_answer(l, n), "accepted") == 0)
            return version_find(n);
    return NULL;
}

/* The version of the client's range next to one that is accepted, and that one. */
static void versions_line(const struct look *l, struct text *t)
{
    const struct version *taken = nearest_taken(l);
    const struct version *refused = version_find(taken && taken->number < l->lo ? l->lo : l->hi);
    if (refused && refused->openssl)
        s_client_version(l, t, refused);
    if (taken && taken->openssl)
        s_client_version(l, t, taken);
}

/* A list of one kind as it is offered, unless it is too long to read, then the one number that is missing. */
#define LACKING_MAX 12
static void lacking_line(const struct look *l, struct text *t, enum list_kind list, uint16_t number)
{
    static const char *const options[] = { [LIST_SUITES] = "-cipher", [LIST_GROUPS] = "-groups",
                                           [LIST_SIGALGS] = "-sigalgs" };
    const uint16_t *const offered[] = { [LIST_SUITES] = l->offer->suites, [LIST_GROUPS] = l->offer->groups,
                                        [LIST_SIGALGS] = l->offer->sigalgs };
    const uint16_t one[] = { number, 0 };
    const struct suite *s = list == LIST_SUITES ? suite_find(number) : NULL;
    bool tls13 = s && s->kx == KX_TLS13;
    struct text lacking = { 0 }, with = { 0 };
    bool both = change_count(offered[list]) <= LACKING_MAX;
    if (option_list(&lacking, tls13 ? "-ciphersuites" : options[list], list, offered[list], tls13, "") &&
        option_list(&with, tls13 ? "-ciphersuites" : options[list], list, one, tls13, "")) {
        if (both) {
            s_client(l, t);
            text_addf(t, "%s </dev/null", lacking.s);
        }
        s_client(l, t);
        text_addf(t, "%s </dev/null", with.s);
    }
    text_free(&lacking);
    text_free(&with);
}

static void version_line(const struct look *l, struct text *t, const struct hello_change *c)
{
    const struct version *own = version_find(l->hi), *other = version_find(c->number);
    const struct version *below = other ? version_find((uint16_t)(c->number - 1)) : NULL;
    if (c->adds && own && other && own != other) {
        s_client_version(l, t, own);
        s_client_version(l, t, other);
    } else if (!c->adds && below) {
        handshake_line(l, t);
        s_client(l, t);
        shell_option(t, "-max_protocol", below->protocol);
        text_add(t, " </dev/null");
    }
}

/* What s_client can be told to send or to leave out; for all else there is none. */
static void replay_line(const struct look *l, struct text *t)
{
    const struct hello_change *c = &l->replay.first;
    bool large = c->part == PART_SIZE || (c->part == PART_SHARE && !c->adds), pq = false;
    for (const uint16_t *g = l->offer->groups; g && *g; g++)
        pq |= *g == 0x11ec;
    if (c->part == PART_VERSION)
        version_line(l, t, c);
    else if (c->part == PART_SUITE && c->adds)
        lacking_line(l, t, LIST_SUITES, c->number);
    else if ((c->part == PART_GROUP || c->part == PART_SHARE) && c->adds)
        lacking_line(l, t, LIST_GROUPS, c->number);
    else if (c->part == PART_SIGALG && c->adds)
        lacking_line(l, t, LIST_SIGALGS, c->number);
    else if (c->part == PART_ALPN && !c->adds)
        alpn_line(l, t);
    else if (large && pq)
        large_line(l, t);
}

static void trust_line(const struct look *l, struct text *t)
{
    s_client(l, t);
    s_client_limits(l, t);
    text_add(t, " -verify_return_error </dev/null");
}

/* OpenSSL stops at the first fault: behind an untrusted chain the others are shown by the certificate. */
static bool trust_hides(const struct look *l)
{
    return l->c->fact[FACT_TRUST].state == STATE_NO;
}

static void leaf_line(const struct look *l, struct text *t, const char *show)
{
    s_client(l, t);
    s_client_limits(l, t);
    text_addf(t, " </dev/null 2>/dev/null | openssl x509 -noout -subject %s", show);
}

static void names_line(const struct look *l, struct text *t) { leaf_line(l, t, "-ext subjectAltName"); }

static void dates_line(const struct look *l, struct text *t)
{
    if (trust_hides(l))
        leaf_line(l, t, "-dates");
    else
        trust_line(l, t);
}

static void name_line(const struct look *l, struct text *t)
{
    if (trust_hides(l) || l->c->fact[FACT_DATES].state == STATE_NO) {
        leaf_line(l, t, "-ext subjectAltName");
        return;
    }
    const char *name = endpoint_name(l->c->endpoint);
    static const char *const options[] = { /* there is none for a URI */
        [NAME_DNS] = "-verify_hostname", [NAME_ADDRESS] = "-verify_ip", [NAME_URI] = NULL };
    const char *option = options[name_kind(name)];
    s_client(l, t);
    s_client_limits(l, t);
    char *bare = mem_copy(name, strcspn(name, "%")); /* an interface is no part of a certificate */
    if (option)
        shell_option(t, option, bare);
    free(bare);
    text_add(t, " -verify_return_error </dev/null");
}

static void certs_line(const struct look *l, struct text *t)
{
    s_client(l, t);
    s_client_limits(l, t);
    text_add(t, " -showcerts </dev/null");
}

static void staple_line(const struct look *l, struct text *t)
{
    s_client(l, t);
    s_client_limits(l, t);
    text_add(t, " -status </dev/null");
}

static void responder_line(const struct look *l, struct text *t)
{
    const json_t *one = json_array_get(look_member(l, FACT_REVOCATION, "tries"), 0);
    const char *url = json_string_value(json_object_get(one, "url"));
    if (!url)
        return;
    text_add(t, "curl -v --noproxy '*' --connect-timeout 5 -m 10 -o /dev/null -g");
    shell_add(t, url);
}

static void resolve_line(const struct look *l, struct text *t)
{
    text_add(t, "getent ahosts --");
    shell_add(t, l->c->endpoint->host);
}

/* A URL of the endpoint, fetched from the column's address whatever DNS and proxies say. */
static void curl_add(const struct look *l, struct text *t, const char *scheme)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *form = ep->host_kind == HOST_IPV6 ? "[%s]:%u" : "%s:%u";
    char *host = mem_format(form, ep->host, ep->port), *to = target(l);
    if (strcmp(host, to) != 0) {
        char *pair = mem_format("::%s", to);
        shell_option(t, "--connect-to", pair);
        free(pair);
    }
    char *url = mem_format("%s://%s/", scheme, host);
    text_add(t, " -g");
    shell_add(t, url);
    free(url);
    free(to);
    free(host);
}

static void banner_line(const struct look *l, struct text *t)
{
    char *to = target(l), *url = mem_format("telnet://%s", to);
    text_add(t, "curl -Nv --noproxy '*' --connect-timeout 5 -m 10 -g");
    shell_add(t, url);
    text_add(t, " </dev/null");
    free(url);
    free(to);
}

static void connect_line(const struct look *l, struct text *t)
{
    if (!l->c->endpoint->scheme || !l->c->endpoint->scheme->http) {
        banner_line(l, t);
        return;
    }
    text_add(t, "curl -v --noproxy '*' --connect-timeout 5 -k -o /dev/null");
    curl_add(l, t, "https");
}

static void plain_line(const struct look *l, struct text *t)
{
    text_add(t, "curl -v --noproxy '*' --connect-timeout 5 -o /dev/null");
    curl_add(l, t, "http");
}

/* s_client ends with its input, so that waits for the answer. */
static void after_line(const struct look *l, struct text *t)
{
    bool http = l->c->endpoint->scheme && l->c->endpoint->scheme->http;
    struct text line = { 0 };
    s_client(l, &line);
    s_client_limits(l, &line);
    text_add(t, http ? "(printf 'HEAD / HTTP/1.0\\r\\n\\r\\n'; sleep 2) | " : "sleep 2 | ");
    char *s = text_take(&line);
    text_add(t, s);
    free(s);
}

static void clock_line(const struct look *l, struct text *t)
{
    text_add(t, "date -u; curl -sIk --noproxy '*' --connect-timeout 5");
    curl_add(l, t, "https");
    text_add(t, " | grep -i '^date:'");
}

static void expected_line(const struct look *l, struct text *t)
{
    static const char show[] = "-fingerprint -sha256 -startdate";
    const char *file = l->c->endpoint->value[KEY_EXPECT];
    leaf_line(l, t, show);
    if (file) {
        text_addf(t, "; openssl x509 -noout -subject %s -in", show);
        shell_add(t, file);
    }
}

static void pin_line(const struct look *l, struct text *t)
{
    leaf_line(l, t, "-pubkey"); /* what is no PEM is passed over by the next */
    text_add(t, " | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64");
}

static void (*const lines[REPRODUCE_COUNT])(const struct look *l, struct text *t) = {
    [REPRODUCE_RESOLVE] = resolve_line, [REPRODUCE_CONNECT] = connect_line,
    [REPRODUCE_HANDSHAKE] = handshake_line, [REPRODUCE_AFTER] = after_line, [REPRODUCE_LARGE] = large_line,
    [REPRODUCE_VERSIONS] = versions_line,
    [REPRODUCE_TRUST] = trust_line, [REPRODUCE_DATES] = dates_line, [REPRODUCE_NAME] = name_line, [REPRODUCE_NAMES] = names_line,
    [REPRODUCE_CERTS] = certs_line,
    [REPRODUCE_REPLAY] = replay_line,
    [REPRODUCE_ALPN] = alpn_line, [REPRODUCE_CLOCK] = clock_line, [REPRODUCE_PLAIN] = plain_line,
    [REPRODUCE_BANNER] = banner_line, [REPRODUCE_EXPECTED] = expected_line, [REPRODUCE_PIN] = pin_line,
    [REPRODUCE_STAPLE] = staple_line, [REPRODUCE_RESPONDER] = responder_line
};

char *reproduce_line(const struct look *l, enum reproduce r)
{
    struct text t = { 0 };
    if (!lines[r])
        return NULL;
    lines[r](l, &t);
    char *line = text_take(&t);
    bool same = true; /* a command with a changed word would be a wrong one */
    for (const char *p = line; *p && same; p++)
        same = *p >= ' ' && *p <= '~';
    if (!same) {
        char *clean = text_printable(line, strlen(line), strlen(line));
        same = strcmp(line, clean) == 0;
        free(clean);
    }
    if (same && *line)
        return line;
    free(line);
    return NULL;
}
