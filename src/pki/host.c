/* host - see host.h. */
#include "src/pki/host.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/pki/read.h"

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
static const struct kind_row kind_table[] = {
    [NAME_DNS] = { SAN_DNS, dns_fits },
    [NAME_ADDRESS] = { SAN_IP, address_fits },
    [NAME_URI] = { SAN_URI, uri_fits },
};

struct fitting {
    const struct kind_row *kind;
    const char *name;
    bool any; /* there was a name of this kind */
};

static bool san_fits(const struct san *s, void *arg)
{
    struct fitting *f = arg;
    if (s->kind != f->kind->kind)
        return false;
    f->any = true;
    return f->kind->fits(s->text, f->name);
}

enum host_fit host_fit(const struct cert *c, const char *name)
{
    struct fitting f = { .kind = &kind_table[name_kind(name)], .name = name };
    if (san_any(c, san_fits, &f))
        return HOST_FITS;
    if (f.any)
        return HOST_OTHER;
    return c->cn && f.kind->fits(c->cn, name) ? HOST_CN_ONLY : HOST_NO_NAMES;
}

struct listing { struct text t; size_t max, shown, more; };

static bool san_list(const struct san *s, void *arg)
{
    struct listing *l = arg;
    if (s->kind != SAN_DNS && s->kind != SAN_IP && s->kind != SAN_URI)
        return false;
    if (l->shown == l->max) {
        l->more++;
        return false;
    }
    text_add(&l->t, l->shown++ ? ", " : "");
    text_add(&l->t, s->text);
    return false;
}

char *host_names(const struct cert *c, size_t max)
{
    struct listing l = { .max = max };
    san_any(c, san_list, &l);
    if (l.shown == 0 && l.more == 0 && c->cn)
        text_add(&l.t, c->cn);
    if (l.more)
        text_addf(&l.t, l.shown ? " and %zu more" : "%zu names", l.more);
    return text_take(&l.t);
}
