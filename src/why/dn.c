/* dn - see dn.h. */
#include "src/why/dn.h"

#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/text.h"

struct slice slice_of(const char *s)
{
    return (struct slice){ s, s ? strlen(s) : 0 };
}

/* The length of a value: up to the next ',' or '+' that is not escaped. */
static size_t value_len(const char *p)
{
    size_t n = 0;
    while (p[n] && p[n] != ',' && p[n] != '+')
        n += p[n] == '\\' && p[n + 1] ? 2 : 1;
    return n;
}

struct slice dn_find(const char *dn, const char *type)
{
    size_t k = strlen(type);
    for (const char *p = dn; p && *p;) {
        size_t n = value_len(p);
        if (n > k && p[k] == '=' && strncasecmp(p, type, k) == 0)
            return (struct slice){ p + k + 1, n - k - 1 };
        p += n;
        p += *p != '\0';
        p += strspn(p, " ");
    }
    return (struct slice){ NULL, 0 };
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* One pattern of m bytes; linear but for going back to the last '*'. */
static bool pattern_fits(const char *pattern, size_t m, struct slice s)
{
    size_t i = 0, k = 0, star = m, from = 0;
    while (i < s.n) {
        if (k < m && pattern[k] == '*') {
            star = k++;
            from = i;
        } else if (k < m && lower(pattern[k]) == lower(s.p[i])) {
            i++;
            k++;
        } else if (star < m) {
            k = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    while (k < m && pattern[k] == '*')
        k++;
    return k == m;
}

bool slice_fits(struct slice s, const char *patterns)
{
    for (const char *p = patterns; p && s.p;) {
        size_t n = strcspn(p, "|");
        if (pattern_fits(p, n, s))
            return true;
        p = p[n] ? p + n + 1 : NULL;
    }
    return !patterns;
}

char *dn_name(const char *dn)
{
    const char *p = dn;
    while (p && *p && !text_starts(p, "CN=")) {
        while (*p && *p != ',')
            p += *p == '\\' && p[1] ? 2 : 1;
        p += *p == ',';
        p += *p == ' ';
    }
    if (!p || !*p)
        return mem_string(dn && *dn ? dn : "without a name");
    struct text t = { 0 };
    for (p += 3; *p && *p != ',' && *p != '+'; p++) {
        p += *p == '\\' && p[1] && strchr(" \"#+,;<=>\\", p[1]); /* not that of a \x1b made printable */
        text_add_n(&t, p, 1);
    }
    return text_take(&t);
}
