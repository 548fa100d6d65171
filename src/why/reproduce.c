/* reproduce - see reproduce.h. */
#include "src/why/reproduce.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/via.h"
#include "src/why/change.h"
#include "src/why/starttls.h"
#include "src/wire/client.h"
#include "src/wire/names.h"
#include "src/wire/plain.h"

#define LOAD_LINE_LEAST 32 /* connections at once */

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

/* What it goes through: "http", "socks5", "exec"; NULL: nothing. Lent. */
static const char *via_kind(const struct look *l)
{
    const char *kind = look_text(l, FACT_VIA, "kind");
    return *kind ? kind : NULL;
}

static bool via_is(const struct look *l, const char *kind)
{
    return text_is(via_kind(l), kind);
}

/* Its name as it is shown, without what it begins with: a session may say anything. Lent. */
static const char *via_behind(const struct look *l, const char *prefix)
{
    const char *proxy = look_text(l, FACT_VIA, "proxy");
    return text_starts(proxy, prefix) ? proxy + strlen(prefix) : proxy;
}

/* The column's address alone, without a zone; NULL where there is none, or it is a proxy's, a client's, or no address
 * at all. Owned by the caller. */
static char *column_ip(const struct look *l)
{
    const char *a = l->c->address, *end = a ? strrchr(a, ':') : NULL;
    enum host_kind kind = HOST_NAME;
    if (!end || via_kind(l) || column_is_client(l->c))
        return NULL;
    char *bare = *a == '[' ? mem_copy(a + 1, strcspn(a + 1, "]%")) : mem_copy(a, (size_t)(end - a));
    char *ip = endpoint_host(bare, &kind, NULL);
    free(bare);
    if (kind != HOST_NAME)
        return ip;
    free(ip);
    return NULL;
}

/* Where it goes: the column's address, else what the endpoint says. Owned by the caller. */
static char *target(const struct look *l)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *host = ep->at_host ? ep->at_host : ep->host;
    unsigned port = ep->at_port ? ep->at_port : ep->port;
    char *ip = column_ip(l);
    if (!ip)
        return mem_format(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    free(ip);
    return mem_string(l->c->address);
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

/* OpenSSL knows the form of the files by itself. Of the certificate's file -cert takes the first one only. The
 * passphrase stays where it is: the file that holds it is named. */
static void s_client_identity(const struct look *l, struct text *t)
{
    char *const *value = l->c->endpoint->value;
    if (!value[KEY_CERT])
        return;
    shell_option(t, "-cert", value[KEY_CERT]);
    if (json_integer_value(look_member(l, FACT_CLIENT_GIVEN, "chain")) > 1)
        shell_option(t, "-cert_chain", value[KEY_CERT]);
    if (value[KEY_KEY])
        shell_option(t, "-key", value[KEY_KEY]);
    if (value[KEY_PASS_FILE]) {
        char *pass = mem_format("file:%s", value[KEY_PASS_FILE]);
        shell_option(t, "-pass", pass);
        free(pass);
    }
}

/* A port that speaks TLS at once is shown by leaving that out. */
static void s_client_starttls(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *way = ep->scheme ? ep->scheme->starttls : NULL;
    if (!way || strcmp(look_text(l, FACT_STARTTLS, "outcome"), "tls-at-once") == 0)
        return;
    shell_option(t, "-starttls", way);
    const char *asked = endpoint_asked(ep);
    if (text_starts(way, "xmpp") && (ep->host_kind == HOST_NAME || strcmp(asked, ep->host) != 0))
        shell_option(t, "-xmpphost", asked);
}

static void s_client_as(const struct look *l, struct text *t, const char *sni)
{
    const struct endpoint *ep = l->c->endpoint;
    char *to = target(l);
    const char *kind = json_string_value(look_member(l, FACT_FAILURE, "kind"));
    bool hangs = text_is(kind, "silent") || text_is(kind, "slow") || text_is(kind, "starttls");
    bool first = !t->len;
    const char *ca = ep->value[KEY_CA] ? ca_file(l, t) : NULL;
    text_addf(t, "%s%sopenssl s_client", first ? "" : "; ", hangs ? "timeout 10 " : "");
    if (via_is(l, "http"))
        shell_option(t, "-proxy", via_behind(l, "http://"));
    shell_option(t, "-connect", to);
    s_client_starttls(l, t);
    if (sni)
        shell_option(t, "-servername", sni);
    else
        text_add(t, " -noservername");
    if (ca)
        shell_option(t, json_is_true(look_member(l, FACT_STORE, "directory")) ? "-CApath" : "-CAfile", ca);
    s_client_identity(l, t);
    free(to);
}

static void s_client(const struct look *l, struct text *t)
{
    s_client_as(l, t, endpoint_sni(l->c->endpoint));
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
        text_add(t, " </dev/null");
        s_client(l, t);
        s_client_limits(l, t);
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

/* With an extension the server chokes on, and without it where s_client can leave it out. */
static void choke_line(const struct look *l, struct text *t, uint16_t extension)
{
    static const struct { uint16_t number; const char *with, *without; } options[] = {
        { 5, " -status", "" }, { 10, "", NULL }, { 11, "", NULL }, { 13, "", NULL }, { 22, "", NULL }, { 23, "", NULL },
        { 35, "", " -no_ticket" }, { 43, "", " -no_tls1_3" }, { 45, "", " -no_tls1_3" }, { 51, "", " -no_tls1_3" },
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].number != extension)
            continue;
        s_client(l, t);
        text_addf(t, "%s </dev/null", options[i].with);
        if (options[i].without) {
            s_client(l, t);
            text_addf(t, "%s </dev/null", options[i].without);
        }
    }
}

static void status_line(const struct look *l, struct text *t) { choke_line(l, t, 5); }

static void gnutls_cli(const struct look *l, struct text *t, const char *flag)
{
    const char *sni = endpoint_sni(l->c->endpoint);
    char *to = target(l), *colon = strrchr(to, ':'), *host = to;
    if (colon)
        *colon = '\0';
    if (*host == '[') {
        host++;
        host[strcspn(host, "]")] = '\0';
    }
    text_addf(t, "%sgnutls-cli --insecure --priority NORMAL%s%s", t->len ? "; " : "",
              l->hi < 0x0304 ? ":-VERS-TLS1.3" : "", flag);
    if (sni)
        shell_option(t, "--sni-hostname", sni);
    shell_option(t, "-p", colon ? colon + 1 : "443");
    shell_add(t, host);
    text_add(t, " </dev/null");
    free(to);
}

static void record_size_line(const struct look *l, struct text *t)
{
    if (!l->c->endpoint->scheme || !l->c->endpoint->scheme->starttls)
        gnutls_cli(l, t, "");
    s_client(l, t);
    text_add(t, " </dev/null");
}

/* Without an extension the server insists on, then with it; s_client can leave out few of them. */
static void insist_line(const struct look *l, struct text *t, uint16_t extension)
{
    static const struct { uint16_t number; const char *without; } flags[] = {
        { 22, ":%NO_ETM" }, { 23, ":%NO_SESSION_HASH" }, { 65281, ":%DISABLE_SAFE_RENEGOTIATION" },
    };
    if (l->c->endpoint->scheme && l->c->endpoint->scheme->starttls)
        return;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].number == extension) {
            gnutls_cli(l, t, flags[i].without);
            gnutls_cli(l, t, "");
        }
}

/* As this client sends it, then with the name that is to be matched, or without one. */
static void replay_sni_line(const struct look *l, struct text *t, bool adds)
{
    const char *name = endpoint_name(l->c->endpoint);
    handshake_line(l, t);
    s_client_as(l, t, adds && name_kind(name) == NAME_DNS ? name : NULL);
    s_client_limits(l, t);
    text_add(t, " </dev/null");
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
    else if (c->part == PART_SNI)
        replay_sni_line(l, t, c->adds);
    else if (c->part == PART_ALPN && !c->adds)
        alpn_line(l, t);
    else if (c->part == PART_EXTENSION && !c->adds)
        choke_line(l, t, c->number);
    else if (c->part == PART_EXTENSION && !l->c->endpoint->value[KEY_VIA])
        insist_line(l, t, c->number);
    else if (c->part == PART_SUITE && !c->adds)
        handshake_line(l, t);
    else if (large && pq)
        large_line(l, t);
}

/* The largest packet that fits into an Ethernet, and a small one, neither to be cut into pieces. */
static void packets_line(const struct look *l, struct text *t)
{
    int sizes[] = { column_ipv6(l->c) ? 1452 : 1472, 472 };
    char *ip = column_ip(l);
    for (size_t i = 0; ip && i < sizeof sizes / sizeof *sizes; i++) {
        text_addf(t, "%sping -n -c 2 -W 2 -M do -s %d", i ? "; " : "", sizes[i]);
        shell_add(t, ip);
    }
    free(ip);
}

/* Taken where no packet may leave the first link. */
static void near_line(const struct look *l, struct text *t)
{
    bool six = column_ipv6(l->c);
    char *ip = column_ip(l);
    if (!ip)
        return;
    char *to = mem_format(six ? "TCP6:[%s]%s,ipv6-unicast-hops=1" : "TCP4:%s%s,ttl=1", ip, strrchr(l->c->address, ':'));
    text_add(t, "socat -u OPEN:/dev/null");
    shell_add(t, to);
    text_add(t, " && echo taken");
    free(to);
    free(ip);
}

static void path_line(const struct look *l, struct text *t)
{
    const struct version *older = version_find(0x0303);
    if (l->path.is & PATH_IS(NEAR) && l->path.is & PATH_IS(NOTHING)) {
        near_line(l, t);
        return;
    }
    if (l->path.is & PATH_IS(SEGMENTS)) {
        packets_line(l, t);
        return;
    }
    if (l->path.is & PATH_IS(SIZE)) {
        large_line(l, t);
        return;
    }
    handshake_line(l, t);
    if (l->path.is & PATH_IS(NAME)) {
        s_client_as(l, t, "tlswhy-0.invalid");
        s_client_limits(l, t);
        text_add(t, " </dev/null");
    } else if (l->path.is & PATH_IS(VERSION) && older) {
        s_client_version(l, t, older);
    }
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

/* What comes for the name that is sent, then for the one that works, where one does. */
static void sni_line(const struct look *l, struct text *t)
{
    const json_t *better = names_better(&l->names);
    bool refused = l->names.is & NAMES_IS(REFUSED) || l->c->fact[FACT_HANDSHAKE].state == STATE_NO;
    const char *show = refused ? " </dev/null"
                               : " </dev/null 2>/dev/null | openssl x509 -noout -subject -ext subjectAltName";
    s_client(l, t);
    s_client_limits(l, t);
    text_add(t, show);
    if (!better)
        return;
    s_client_as(l, t, json_string_value(json_object_get(better, "sni")));
    s_client_limits(l, t);
    text_add(t, show);
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
    if (!text_starts(url, "http://")) /* nothing else was asked, and a word like -o would be an option */
        return;
    text_add(t, "curl -v --noproxy '*' --connect-timeout 5 -m 10 -o /dev/null -g");
    shell_add(t, url);
}

/* curl, through what the column goes through and through nothing else. */
static void curl_begin(const struct look *l, struct text *t)
{
    text_add(t, "curl -v");
    if (!via_kind(l)) {
        text_add(t, " --noproxy '*'");
        return;
    }
    bool socks = via_is(l, "socks5"); /* with socks5:// curl would look the name up itself */
    char *url = mem_format("%s%s", socks ? "socks5h" : "", via_behind(l, socks ? "socks5" : ""));
    shell_option(t, "-x", url);
    free(url);
    if (json_is_true(look_member(l, FACT_VIA, "login")))
        text_add(t, " -U USER"); /* it asks for the password */
}

/* The command itself, which only the endpoint names: what a session says it was is no command of this person's. */
static void command_line(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *via = ep->value[KEY_VIA];
    if (!text_starts(via, "exec:"))
        return;
    struct err e = { "" };
    char **words = via_command(via + strlen("exec:"), ep->at_host ? ep->at_host : ep->host,
                               ep->at_port ? ep->at_port : ep->port, &e);
    for (size_t i = 0; words && words[i]; i++)
        shell_add(t, words[i]);
    text_add(t, words ? " </dev/null" : NULL);
    via_command_free(words);
}

/* The command, or curl through the proxy; telnet:// is how curl opens a connection and says nothing. */
static void via_line(const struct look *l, struct text *t)
{
    if (via_is(l, "exec")) {
        command_line(l, t);
        return;
    }
    char *to = target(l), *url = mem_format("telnet://%s", to);
    curl_begin(l, t);
    text_add(t, " --connect-timeout 5 -m 10 -p -g");
    shell_add(t, url);
    text_add(t, " </dev/null");
    free(url);
    free(to);
}

static void resolve_line(const struct look *l, struct text *t)
{
    const char *host = l->c->endpoint->host;
    if (endpoint_is_mx(l->c->endpoint)) {
        text_add(t, "dig");
        shell_add(t, host);
        text_add(t, " MX");
        return;
    }
    text_add(t, "getent ahosts --"); /* what programs get, then what DNS alone says */
    shell_add(t, host);
    text_add(t, "; dig");
    shell_add(t, host);
    text_add(t, " A");
    shell_add(t, host);
    text_add(t, " AAAA");
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
    curl_begin(l, t);
    text_addf(t, " -N --connect-timeout 5 -m 10%s -g", via_is(l, "http") ? " -p" : "");
    shell_add(t, url);
    text_add(t, " </dev/null");
    free(url);
    free(to);
}

/* Bytes for printf(1) in single quotes. */
static void printf_add(struct text *t, const uint8_t *p, size_t n)
{
    text_add(t, "printf '");
    for (size_t i = 0; i < n; i++)
        if (p[i] >= ' ' && p[i] <= '~' && !strchr("'\\%", p[i]))
            text_add_n(t, (const char *)p + i, 1);
        else
            text_addf(t, "\\%03o", p[i]);
    text_add(t, "'");
}

static void plainly_line(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    bool guess;
    uint16_t port = ep->at_port ? ep->at_port : ep->port;
    const struct plain *p = ep->scheme ? plain_find(ep->scheme->name, port, &guess) : NULL;
    struct buf out;
    buf_init(&out, PLAIN_MAX);
    if (p && plain_write(p, endpoint_asked(ep), &out)) {
        text_add(t, "(");
        printf_add(t, out.data, out.len);
        text_add(t, "; sleep 2) | ");
    }
    buf_free(&out);
    char *to = target(l), *url = mem_format("telnet://%s", to);
    curl_begin(l, t);
    text_addf(t, " -N --connect-timeout 5 -m 10%s -g", via_is(l, "http") ? " -p" : "");
    shell_add(t, url);
    text_add(t, " | od -c"); /* what comes is no text in most of them */
    free(url);
    free(to);
}

static void connect_line(const struct look *l, struct text *t)
{
    if (!l->c->endpoint->scheme || !l->c->endpoint->scheme->http) {
        banner_line(l, t);
        return;
    }
    curl_begin(l, t);
    text_add(t, " --connect-timeout 5 -k -o /dev/null");
    curl_add(l, t, "https");
}

static void route_line(const struct look *l, struct text *t)
{
    char *ip = column_ip(l);
    if (ip) {
        text_add(t, "ip route get");
        shell_add(t, ip);
        text_add(t, "; ");
    }
    free(ip);
    connect_line(l, t);
}

static void plain_line(const struct look *l, struct text *t)
{
    curl_begin(l, t);
    text_add(t, " --connect-timeout 5 -o /dev/null");
    curl_add(l, t, "http");
}

static void header_line(const struct look *l, struct text *t)
{
    curl_begin(l, t);
    text_add(t, " -k --haproxy-protocol --connect-timeout 5 -o /dev/null");
    curl_add(l, t, "https");
    text_add(t, "; ");
    curl_begin(l, t);
    text_add(t, " -k --connect-timeout 5 -o /dev/null");
    curl_add(l, t, "https");
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

/* What else than a Date shows the time: an NTP server, or the certificate itself. */
static void clock_line(const struct look *l, struct text *t)
{
    bool http = l->c->endpoint->scheme && l->c->endpoint->scheme->http;
    if (l->clock.by == CLOCK_BY_SNTP && l->clock.ntp_server && *l->clock.ntp_server != '-') {
        text_add(t, "date -u; ntpdate -q");
        shell_add(t, l->clock.ntp_server);
        return;
    }
    if (!http || l->clock.by == CLOCK_BY_SIGNED) {
        const char *from = json_string_value(json_object_get(l->clock.proof, "from"));
        text_add(t, "date -u");
        if (l->clock.by == CLOCK_BY_SIGNED && text_is(from, "staple"))
            staple_line(l, t);
        else
            leaf_line(l, t, "-dates -ext ct_precert_scts");
        return;
    }
    text_add(t, "date -u; ");
    curl_begin(l, t);
    text_add(t, " -sIk --connect-timeout 5");
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

/* s_client knows no TDS and no RDP; nmap's scripts do. */
static void scan_line(const struct look *l, struct text *t)
{
    const struct endpoint *ep = l->c->endpoint;
    const char *host = ep->at_host ? ep->at_host : ep->host;
    if (via_kind(l))
        return;
    text_addf(t, "nmap -Pn%s -p %u --script %s", strchr(host, ':') ? " -6" : "", ep->at_port ? ep->at_port : ep->port,
              strcmp(ep->scheme->starttls, "rdp") == 0 ? "rdp-enum-encryption,ssl-cert" : "ssl-cert");
    shell_add(t, host);
}

static void pin_line(const struct look *l, struct text *t)
{
    leaf_line(l, t, "-pubkey"); /* what is no PEM is passed over by the next */
    text_add(t, " | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64");
}

/* A try that brings no certificate is counted by what x509 says of that. */
static void tries_line(const struct look *l, struct text *t)
{
    struct text one = { 0 };
    leaf_line(l, &one, "-fingerprint -sha256 -enddate");
    text_addf(t, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do %s 2>&1 | head -n 2 | paste -sd ' ' -; done | sort | uniq -c",
              one.s);
    text_free(&one);
}

/* Twice as many at once as the ramp needed until some failed; each stays open a while. */
static void load_line(const struct look *l, struct text *t)
{
    struct text one = { 0 };
    s_client(l, &one);
    s_client_limits(l, &one);
    text_addf(t, "for i in $(seq %d); do (sleep 1 | %s >/dev/null 2>&1 && echo ok || echo failed) & done | sort | "
                 "uniq -c",
              l->load.from > LOAD_LINE_LEAST / 2 ? 2 * l->load.from : LOAD_LINE_LEAST, one.s);
    text_free(&one);
}

static void (*const lines[REPRODUCE_COUNT])(const struct look *l, struct text *t) = {
    [REPRODUCE_RESOLVE] = resolve_line,         [REPRODUCE_CONNECT] = connect_line,
    [REPRODUCE_HANDSHAKE] = handshake_line,     [REPRODUCE_AFTER] = after_line,
    [REPRODUCE_LARGE] = large_line,             [REPRODUCE_VERSIONS] = versions_line,
    [REPRODUCE_TRUST] = trust_line,             [REPRODUCE_DATES] = dates_line,
    [REPRODUCE_NAME] = name_line,               [REPRODUCE_SNI] = sni_line,
    [REPRODUCE_NAMES] = names_line,             [REPRODUCE_CERTS] = certs_line,
    [REPRODUCE_TRIES] = tries_line,             [REPRODUCE_LOAD] = load_line,
    [REPRODUCE_REPLAY] = replay_line,           [REPRODUCE_PATH] = path_line,
    [REPRODUCE_ALPN] = alpn_line,               [REPRODUCE_CLOCK] = clock_line,
    [REPRODUCE_PLAIN] = plain_line,             [REPRODUCE_HEADER] = header_line,
    [REPRODUCE_EXPECTED] = expected_line,       [REPRODUCE_PIN] = pin_line,
    [REPRODUCE_STAPLE] = staple_line,           [REPRODUCE_STATUS] = status_line,
    [REPRODUCE_RECORD_SIZE] = record_size_line, [REPRODUCE_RESPONDER] = responder_line,
    [REPRODUCE_PLAINLY] = plainly_line,         [REPRODUCE_BANNER] = banner_line,
    [REPRODUCE_ROUTE] = route_line,             [REPRODUCE_VIA] = via_line,
};

/* OpenSSL knows no proxies but those of HTTP, and curl no commands. */
static bool via_fits(const struct look *l, const char *line)
{
    if (!via_kind(l) || via_is(l, "http"))
        return true;
    return !strstr(line, "openssl s_client") && !strstr(line, " -x exec:") && !strstr(line, " -x 'exec:");
}

char *reproduce_line(const struct look *l, enum reproduce r)
{
    struct text t = { 0 };
    if (!lines[r])
        return NULL;
    lines[r](l, &t);
    if (t.s && strstr(t.s, "openssl s_client") && !starttls_s_client(l->c->endpoint)) {
        text_free(&t);
        scan_line(l, &t);
    }
    char *line = text_take(&t);
    if (!via_fits(l, line)) {
        free(line);
        (via_is(l, "exec") ? via_line : connect_line)(l, &t);
        line = text_take(&t);
    }
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
