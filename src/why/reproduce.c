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
    if (l->c->address)
        return mem_string(l->c->address);
    return mem_format(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

static void s_client(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *sni = endpoint_sni(ep);
    char *to = target(l);
    const char *kind = json_string_value(look_member(l, FACT_FAILURE, "kind"));
    bool hangs = kind && (strcmp(kind, "silent") == 0 || strcmp(kind, "slow") == 0);
    text_addf(t, "%s%sopenssl s_client", t->len ? "; " : "", hangs ? "timeout 10 " : "");
    shell_option(t, "-connect", to);
    if (ep->scheme && ep->scheme->starttls)
        shell_option(t, "-starttls", ep->scheme->starttls);
    if (sni)
        shell_option(t, "-servername", sni);
    else
        text_add(t, " -noservername");
    if (ep->value[KEY_CA])
        shell_option(t, json_is_true(look_member(l, FACT_STORE, "directory")) ? "-CApath" : "-CAfile",
                     ep->value[KEY_CA]);
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
    const struct endpoint *ep = l->c->endpoint;
    const char *alpn = ep->value[KEY_ALPN] ? ep->value[KEY_ALPN]
                       : ep->scheme        ? ep->scheme->alpn
                                           : NULL;
    s_client(l, t);
    s_client_limits(l, t);
    if (alpn && strcmp(alpn, "none") != 0) {
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
    text_add(t, "curl -v --noproxy '*' --connect-timeout 5 -m 10 -g");
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

static void clock_line(const struct look *l, struct text *t)
{
    text_add(t, "date -u; curl -sIk --noproxy '*' --connect-timeout 5");
    curl_add(l, t, "https");
    text_add(t, " | grep -i '^date:'");
}

static void (*const lines[REPRODUCE_COUNT])(const struct look *l, struct text *t) = {
    [REPRODUCE_RESOLVE] = resolve_line, [REPRODUCE_CONNECT] = connect_line,
    [REPRODUCE_HANDSHAKE] = handshake_line, [REPRODUCE_LARGE] = large_line,
    [REPRODUCE_VERSIONS] = versions_line,
    [REPRODUCE_TRUST] = trust_line, [REPRODUCE_DATES] = dates_line, [REPRODUCE_NAME] = name_line,
    [REPRODUCE_CERTS] = certs_line,
    [REPRODUCE_ALPN] = alpn_line, [REPRODUCE_CLOCK] = clock_line, [REPRODUCE_PLAIN] = plain_line,
    [REPRODUCE_BANNER] = banner_line
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
