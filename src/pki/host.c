/* host - see host.h. */
#include "src/pki/host.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/text.h"

/* Length without the final dot. */
static size_t dns_length(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && s[n - 1] == '.' ? n - 1 : n;
}

/* RFC 9525 section 6.3: the wildcard is a whole label, the left-most one, and stands for exactly
 * one; "*.org" would be everybody, so two labels must follow. */
static bool dns_wildcard(const char *rest, size_t rest_len, const char *name, size_t name_len)
{
    const char *dot = memchr(name, '.', name_len);
    if (!dot || dot == name || rest_len < 3)
        return false;
    const char *second = memchr(rest + 1, '.', rest_len - 1);
    if (!second || second == rest + 1 || second == rest + rest_len - 1)
        return false;
    size_t tail = name_len - (size_t)(dot - name);
    return tail == rest_len && strncasecmp(dot, rest, tail) == 0;
}

static bool dns_fits(const char *pattern, const char *name)
{
    size_t p = dns_length(pattern), n = dns_length(name);
    if (p == 0 || n == 0)
        return false;
    if (p > 2 && pattern[0] == '*' && pattern[1] == '.')
        return dns_wildcard(pattern + 1, p - 1, name, n);
    return p == n && !memchr(pattern, '*', p) && strncasecmp(pattern, name, n) == 0;
}

struct address {
    size_t len; /* 4 or 16; 0: not an address */
    uint8_t byte[16];
};

static struct address address_of(const char *s)
{
    struct address a = { 0 };
    char bare[INET6_ADDRSTRLEN];
    size_t n = strcspn(s, "%"); /* an IPv6 zone is this machine's affair */
    if (n == 0 || n >= sizeof bare)
        return a;
    memcpy(bare, s, n);
    bare[n] = '\0';
    if (inet_pton(AF_INET, bare, a.byte) == 1)
        a.len = 4;
    else if (inet_pton(AF_INET6, bare, a.byte) == 1)
        a.len = 16;
    return a;
}

static bool address_fits(const char *have, const char *name)
{
    struct address a = address_of(have), b = address_of(name);
    return a.len != 0 && a.len == b.len && memcmp(a.byte, b.byte, a.len) == 0;
}

/* Scheme and host in any case, the rest exactly. */
static bool uri_fits(const char *have, const char *name)
{
    const char *host = strstr(name, "://");
    size_t n = host ? (size_t)(host - name) + 3 : 0;
    n += strcspn(name + n, "/?#");
    return strncasecmp(have, name, n) == 0 && strlen(have) >= n && strcmp(have + n, name + n) == 0;
}

struct kind_row {
    enum san_kind kind;
    bool (*fits)(const char *have, const char *name);
};
static const struct kind_row kind_dns = { SAN_DNS, dns_fits };
static const struct kind_row kind_address = { SAN_IP, address_fits };
static const struct kind_row kind_uri = { SAN_URI, uri_fits };

static const struct kind_row *kind_of(const char *name)
{
    if (strstr(name, "://"))
        return &kind_uri;
    return address_of(name).len ? &kind_address : &kind_dns;
}

enum host_fit host_fit(const struct cert *c, const char *name)
{
    const struct kind_row *kind = kind_of(name);
    bool any = false;
    for (size_t i = 0; i < c->san_count; i++) {
        if (c->san[i].kind != kind->kind)
            continue;
        any = true;
        if (kind->fits(c->san[i].text, name))
            return HOST_FITS;
    }
    if (any)
        return HOST_OTHER;
    return c->cn && kind->fits(c->cn, name) ? HOST_CN_ONLY : HOST_NO_NAMES;
}

char *host_names(const struct cert *c, size_t max)
{
    struct text t = { 0 };
    size_t shown = 0, more = c->san_total - c->san_count;
    for (size_t i = 0; i < c->san_count; i++) {
        if (c->san[i].kind != SAN_DNS && c->san[i].kind != SAN_IP && c->san[i].kind != SAN_URI)
            continue;
        if (shown == max) {
            more++;
            continue;
        }
        text_add(&t, shown++ ? ", " : "");
        text_add(&t, c->san[i].text);
    }
    if (shown == 0 && more == 0 && c->cn)
        text_add(&t, c->cn);
    if (more)
        text_addf(&t, shown ? " and %zu more" : "%zu names", more);
    return text_take(&t);
}
