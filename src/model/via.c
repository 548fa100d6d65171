/* via - see via.h. */
#include "src/model/via.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"

#define QUOTE_MAX 100      /* bytes of a bad text shown in a sentence */
#define PORT_DEFAULT 1080  /* curl's, for every kind of proxy whose URL names none */

const char *const via_words[] = { "direct", "http", "socks5", "exec", "env" };

void via_clear(struct via *v)
{
    if (v->login)
        explicit_bzero(v->login, strlen(v->login));
    free(v->host);
    free(v->login);
    free(v->command);
    free(v->shown);
    *v = (struct via){ .kind = VIA_DIRECT };
}

/* --- URLs ---------------------------------------------------------------------------------- */

/* What may stand before "://". socks5h says that the proxy resolves the name, and here it always does. */
static const struct { const char *scheme; enum via_kind kind; } scheme_kinds[] = {
    { "http", VIA_HTTP }, { "socks5", VIA_SOCKS5 }, { "socks5h", VIA_SOCKS5 },
};

static enum via_kind kind_of_scheme(const char *scheme)
{
    for (size_t i = 0; i < sizeof scheme_kinds / sizeof *scheme_kinds; i++)
        if (text_is(scheme_kinds[i].scheme, scheme))
            return scheme_kinds[i].kind;
    return VIA_DIRECT;
}

/* HOST:PORT, HOST or [ADDRESS]:PORT with `port` as it comes in where none is given. */
static bool place_read(struct via *v, const char *place, struct err *e)
{
    size_t n = place[0] == '[' ? strcspn(place, "]") + 1 : strcspn(place, ":");
    enum host_kind kind;
    if (n > strlen(place))
        n = strlen(place);
    char *host = mem_copy(place, n);
    v->host = endpoint_host(host, &kind, e);
    free(host);
    if (!v->host)
        return false;
    if (place[n] == ':') {
        char *end;
        unsigned long port = strtoul(place + n + 1, &end, 10);
        if (place[n + 1] < '0' || place[n + 1] > '9' || *end || port < 1 || port > 65535)
            return err_set(e, "the proxy's port must be a number from 1 to 65535");
        v->port = (uint16_t)port;
    } else if (place[n]) {
        return err_set(e, "behind the proxy's address stands something that is no port");
    }
    if (!v->port)
        return err_set(e, "the proxy's port is missing: %s://HOST:PORT", via_words[v->kind]);
    v->shown = mem_format(kind == HOST_IPV6 ? "%s://[%s]:%u" : "%s://%s:%u", via_words[v->kind], v->host,
                          (unsigned)v->port);
    return true;
}

/* "%3A" and the like, as a login in a URL is written. False where a byte would end the text. */
static bool percent_decode(char *s)
{
    char *to = s;
    for (; *s; s++, to++) {
        unsigned byte = 0;
        bool coded = s[0] == '%' && s[1] && s[2];
        for (int i = 1; i <= 2 && coded; i++) {
            const char *digit = strchr("0123456789abcdefABCDEF", s[i]);
            coded = digit != NULL;
            byte = coded ? byte * 16 + (unsigned)(digit - "0123456789abcdefABCDEF") % 16 : 0;
            if (coded && digit - "0123456789abcdefABCDEF" >= 16)
                byte += 10;
        }
        *to = coded ? (char)byte : *s;
        if (coded)
            s += 2;
        if (!*to)
            return false;
    }
    *to = '\0';
    return true;
}

/* "user:password" from before the last "@". */
static bool login_read(struct via *v, const char *login, size_t n, struct err *e)
{
    if (n > VIA_LOGIN_MAX)
        return err_set(e, "the login in the environment's proxy URL is longer than %d bytes", VIA_LOGIN_MAX);
    v->login = mem_copy(login, n);
    if (!percent_decode(v->login))
        return err_set(e, "the login in the environment's proxy URL holds a zero byte");
    return true;
}

/* A URL of the environment, which may hold a login, and where curl takes http and its port for granted. */
static bool url_read(struct via *v, const char *url, struct err *e)
{
    size_t n = strcspn(url, ":/?#[@");
    bool named = strncmp(url + n, "://", 3) == 0;
    char *scheme = named ? mem_copy(url, n) : mem_string("http");
    v->kind = kind_of_scheme(scheme);
    free(scheme);
    if (v->kind == VIA_DIRECT)
        return err_set(e, "the environment's proxy is none this version can speak to: http://, socks5:// and "
                       "socks5h:// are known (not https://, which is TLS to the proxy itself, nor SOCKS 4)");
    const char *from = named ? url + n + 3 : url, *end = from + strcspn(from, "/?#");
    const char *at = memrchr(from, '@', (size_t)(end - from));
    if (at && !login_read(v, from, (size_t)(at - from), e))
        return false;
    from = at ? at + 1 : from;
    char *place = mem_copy(from, (size_t)(end - from));
    v->port = PORT_DEFAULT;
    struct err inner = {{0}};
    bool ok = place_read(v, place, &inner);
    free(place);
    return ok || err_set(e, "the environment's proxy can't be read: %s", inner.text);
}

bool via_parse(const char *value, struct via *v, struct err *e)
{
    *v = (struct via){ .kind = VIA_DIRECT };
    if (text_is(value, "env")) {
        v->kind = VIA_ENV;
        v->shown = mem_string("env");
        return true;
    }
    if (strncmp(value, "exec:", 5) == 0) {
        char **words = via_command(value + 5, "h", 1, e);
        v->kind = VIA_EXEC;
        v->command = mem_string(value + 5);
        v->shown = mem_string(value);
        via_command_free(words);
        return words != NULL;
    }
    const char *colon = strstr(value, "://");
    char *scheme = mem_copy(value, colon ? (size_t)(colon - value) : 0);
    v->kind = kind_of_scheme(scheme);
    free(scheme);
    if (colon && strchr(colon, '@'))
        return err_set(e, "a login does not stand on a command line, where everybody on this machine can read it: "
                       "leave out everything up to and including the \"@\", and name a file with --proxy-auth");
    if (v->kind == VIA_DIRECT) {
        char *shown = text_printable(value, strlen(value), QUOTE_MAX);
        err_set(e, "\"%s\" is no way that is known here: http://HOST:PORT, socks5://HOST:PORT, env, or exec:COMMAND",
                shown);
        free(shown);
        return false;
    }
    char *place = mem_string(colon + 3);
    size_t n = strlen(place);
    if (n && place[n - 1] == '/')
        place[n - 1] = '\0';
    bool ok = place_read(v, place, e);
    free(place);
    return ok;
}

/* --- the environment ------------------------------------------------------------------------ */

/* An address within "10.0.0.0/8" or "fd00::/8". */
static bool in_network(const char *network, size_t n, const char *host)
{
    const char *slash = memchr(network, '/', n);
    unsigned char a[16], b[16];
    char base[INET6_ADDRSTRLEN];
    if (!slash || (size_t)(slash - network) >= sizeof base)
        return false;
    memcpy(base, network, (size_t)(slash - network));
    base[slash - network] = '\0';
    int family = strchr(base, ':') ? AF_INET6 : AF_INET, most = family == AF_INET ? 32 : 128;
    long bits = strtol(slash + 1, NULL, 10);
    if (bits == 0) /* curl takes it for the address alone */
        bits = most;
    if (bits < 0 || bits > most || inet_pton(family, base, a) != 1 || inet_pton(family, host, b) != 1)
        return false;
    for (long i = 0; i < bits; i++)
        if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
            return false;
    return true;
}

static bool is_address(const char *host)
{
    unsigned char a[16];
    return inet_pton(AF_INET, host, a) == 1 || inet_pton(AF_INET6, host, a) == 1;
}

/* NO_PROXY as curl reads it: "*", or names of which the host is one or lies below, or networks. A final dot goes, and
 * below an address there is nothing. */
static bool host_exempt(const char *list, const char *host)
{
    size_t h = strlen(host);
    bool number = is_address(host);
    while (list && *list) {
        list += strspn(list, ", ");
        size_t n = strcspn(list, ", "), dot = n && *list == '.', m = n - dot;
        m -= m && list[dot + m - 1] == '.';
        if (n == 1 && *list == '*')
            return true;
        if (m && h >= m && strncasecmp(host + h - m, list + dot, m) == 0 &&
            (h == m || (!number && host[h - m - 1] == '.')))
            return true;
        if (in_network(list, n, host))
            return true;
        list += n;
    }
    return false;
}

static const char *get_either(via_get *get, void *arg, const char *lower, const char *upper)
{
    const char *value = get(arg, lower);
    if (!value || !*value)
        value = get(arg, upper);
    return value && *value ? value : NULL;
}

const char *via_choose(via_get *get, void *arg, bool http, const char *host)
{
    const char *proxy = http ? get_either(get, arg, "https_proxy", "HTTPS_PROXY") : NULL;
    if (!proxy)
        proxy = get_either(get, arg, "all_proxy", "ALL_PROXY");
    return proxy && !host_exempt(get_either(get, arg, "no_proxy", "NO_PROXY"), host) ? proxy : NULL;
}

bool via_settle(const char *value, via_get *get, void *arg, bool http, const char *host, struct via *v, struct err *e)
{
    *v = (struct via){ .kind = VIA_DIRECT };
    if (!value)
        return true;
    if (!text_is(value, "env"))
        return via_parse(value, v, e);
    const char *url = via_choose(get, arg, http, host);
    return !url || url_read(v, url, e);
}

/* --- commands ------------------------------------------------------------------------------- */

/* One word up to a blank outside quotes; *p is behind it. False where a quote stays open. */
static bool word_take(const char **p, struct text *word, const char *host, uint16_t port)
{
    char quote = '\0';
    const char *s = *p;
    for (; *s && (quote || (*s != ' ' && *s != '\t')); s++) {
        if (quote ? *s == quote : *s == '\'' || *s == '"')
            quote = quote ? '\0' : *s;
        else if (*s == '%' && s[1] && strchr("hp%", s[1]))
            switch (*++s) {
            case 'h': text_add(word, host); break;
            case 'p': text_addf(word, "%u", (unsigned)port); break;
            default: text_add(word, "%");
            }
        else
            text_add_n(word, s, 1);
    }
    *p = s;
    return !quote;
}

char **via_command(const char *command, const char *host, uint16_t port, struct err *e)
{
    char **words = mem_array(NULL, VIA_WORDS_MAX + 1, sizeof *words);
    size_t n = 0;
    for (const char *p = command + strspn(command, " \t"); *p; p += strspn(p, " \t")) {
        struct text word = { 0 };
        words[n] = NULL;
        if (n == VIA_WORDS_MAX)
            err_set(e, "the command has more than %d words", VIA_WORDS_MAX);
        else if (!word_take(&p, &word, host, port))
            err_set(e, "a quote in the command stays open");
        else
            words[n] = text_take(&word);
        text_free(&word);
        if (!words[n++]) {
            via_command_free(words);
            return NULL;
        }
    }
    words[n] = NULL;
    if (n && *words[0])
        return words;
    via_command_free(words);
    err_set(e, "no command stands behind exec: (such as exec:ssh -W %%h:%%p host)");
    return NULL;
}

void via_command_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}
