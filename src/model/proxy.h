/* proxy - the proxy that the environment names for an endpoint.
 *
 * Owns: reading the proxy variables (the fact proxy_env) as curl does.
 * Must not know: the environment itself, who would go through the proxy.
 */
#ifndef TLSWHY_MODEL_PROXY_H
#define TLSWHY_MODEL_PROXY_H

#include "src/model/session.h"

/* What curl would go through to reach this column's endpoint, NULL for none. Lent. */
const char *proxy_of(const struct column *c);

#endif
