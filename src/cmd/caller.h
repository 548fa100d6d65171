/* caller - one client that came, for a person and as JSON.
 *
 * Owns: the words for what its hello offers and lacks, and for how far it got.
 * Must not know: sockets, where the output goes.
 *
 * A client's column stands alone in its session.
 */
#ifndef TLSWHY_CMD_CALLER_H
#define TLSWHY_CMD_CALLER_H

#include <jansson.h>

#include "src/base/text.h"
#include "src/model/session.h"
#include "src/why/verdict.h"

struct caller_how {
    bool tap;            /* it was passed through to an endpoint */
    bool made_up;        /* the certificate it was shown was made up on the spot */
    bool verbose, quiet;
    int width;
    double timeout;      /* of silence, seconds */
    const char *saved;   /* file its hello was written to, or NULL */
    const struct why_options *why;
};

/* Printable UTF-8, with its final newline. */
void caller_text(struct text *t, const struct session *s, const struct caller_how *how);
/* {"id", "address", "time", "endpoint", "facts"}; a new reference. */
json_t *caller_json(const struct session *s);

#endif
