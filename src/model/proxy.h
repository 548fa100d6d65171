/* proxy - the proxy that the environment names for an endpoint.
 *
 * Owns: looking up the proxy variables in the fact proxy_env; via.h knows what they mean.
 * Must not know: the environment itself, who would go through the proxy.
 */
#ifndef TLSWHY_MODEL_PROXY_H
#define TLSWHY_MODEL_PROXY_H

#include "src/model/session.h"

/* What curl would go through to reach this column's endpoint, NULL for none. Lent. */
const char *proxy_of(const struct column *c);

#endif
