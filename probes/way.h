/* way - the way to the peer: which layers a connection has between TCP and TLS.
 *
 * Owns: the order of the layers, and how what they came to becomes facts.
 * Must not know: what the layers say to whom (proxy.c, starttls.c), watchers.
 *
 * A way that does not open is no fault of TCP: `connect` stays yes, the layer's own fact says what happened, and
 * `handshake` and `failure` are "no" with the layer's kind as kind and stage.
 */
#ifndef TLSWHY_PROBES_WAY_H
#define TLSWHY_PROBES_WAY_H

#include <jansson.h>
#include <stdbool.h>

#include "probes/conn.h"
#include "src/model/endpoint.h"
#include "src/model/fact.h"

/* What opening a layer came to. */
struct layer_said {
    bool ready;
    json_t *value;          /* owned; of the layer's fact */
    char *text;             /* owned; the sentence for it */
    const char *protocol;   /* lent; what the peer speaks instead, NULL: not known */
    const char *hint;       /* lent; what to do about that, or NULL */
    const void *bytes;      /* lent; what the peer said last */
    size_t n;
};

struct way_row {
    const struct layer_kind *kind;
    enum fact fact;
    const char *word;       /* kind and stage of `failure` */
    bool (*wanted)(const struct endpoint *ep);  /* NULL: never for the endpoint's own sake */
    bool (*through)(const struct conn *c);      /* its via= wants it; NULL: never for that */
    /* timed_out: the wait was over. Also of a layer that was never begun: then it is not called. */
    void (*say)(const struct conn *c, const struct layer *l, bool timed_out, struct layer_said *said);
};

/* Adds the layers this endpoint asks for. It must outlive the connection. */
void way_layers(struct conn *c, const struct endpoint *ep);
/* Only those that lead there: nothing is said to the endpoint itself before TLS. */
void way_layers_outside(struct conn *c, const struct endpoint *ep);
/* A server that counts connections more strictly than those that begin with TLS: only a few at once. */
bool way_is_gentle(const struct endpoint *ep);
struct run;
/* Writes the facts of the layers that were begun; where one did not open, also handshake and failure. */
void way_see(struct run *r, bool timed_out);
/* The kind and stage of `failure` for the layer that did not open, of a connection that is not ready. Const. */
const char *way_word(const struct conn *c);

#endif
