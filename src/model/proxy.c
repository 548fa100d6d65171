/* proxy - see proxy.h. */
#include "src/model/proxy.h"

#include <string.h>
#include <strings.h>

#include "src/base/text.h"

static const char *member_any_case(const json_t *object, const char *key)
{
    const char *k;
    json_t *v;
    json_object_foreach((json_t *)object, k, v) {
        if (text_is(k, key) && json_string_value(v) && *json_string_value(v))
            return json_string_value(v);
    }
    return NULL;
}

/* NO_PROXY as curl reads it: "*", or names of which the host is one or lies below. */
static bool proxy_exempt(const char *list, const char *host)
{
    size_t h = strlen(host);
    while (list && *list) {
        list += strspn(list, ", ");
        size_t n = strcspn(list, ", ");
        if (n == 1 && *list == '*')
            return true;
        size_t dot = n && *list == '.';
        size_t m = n - dot;
        if (m && h >= m && strncasecmp(host + h - m, list + dot, m) == 0 && (h == m || host[h - m - 1] == '.'))
            return true;
        list += n;
    }
    return false;
}

const char *proxy_of(const struct column *c)
{
    const struct endpoint *ep = c->endpoint;
    const json_t *env = c->fact[FACT_PROXY].value;
    if (ep->value[KEY_VIA] || c->fact[FACT_PROXY].state != STATE_YES)
        return NULL;
    const char *proxy = ep->scheme && ep->scheme->http ? member_any_case(env, "https_proxy") : NULL;
    if (!proxy)
        proxy = member_any_case(env, "all_proxy");
    return proxy && !proxy_exempt(member_any_case(env, "no_proxy"), ep->host) ? proxy : NULL;
}
