/* proxy - see proxy.h. */
#include "src/model/proxy.h"

#include "src/base/text.h"
#include "src/model/via.h"

/* The fact holds the variables that were set, under their own names. */
static const char *variable_get(void *arg, const char *name)
{
    return json_string_value(json_object_get(arg, name));
}

const char *proxy_of(const struct column *c)
{
    const struct endpoint *ep = c->endpoint;
    const struct seen *env = &c->fact[FACT_PROXY];
    if (ep->value[KEY_VIA] || env->state != STATE_YES)
        return NULL;
    return via_choose(variable_get, env->value, ep->scheme && ep->scheme->http, ep->host);
}
