/* ears - see ears.h. */
#include "src/cmd/ears.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <time.h>

#include "probes/ear.h"
#include "src/base/mem.h"
#include "src/cmd/place.h"
#include "src/lab/mint.h"
#include "src/model/endpoint.h"

struct one {
    struct ear *ear;                /* owned; NULL: this place is free */
    struct endpoint *upstream;      /* owned, or NULL */
    gnutls_certificate_credentials_t credentials; /* owned, or NULL */
};

struct ears {
    struct ev_loop *loop;
    struct engine *engine;
    const struct engine_options *options;
    struct sink sink;
    struct one one[EARS_MAX];
};

struct ears *ears_new(struct ev_loop *loop, struct engine *engine, const struct engine_options *o, struct sink sink)
{
    struct ears *s = mem_new(sizeof *s);
    *s = (struct ears){ .loop = loop, .engine = engine, .options = o, .sink = sink };
    return s;
}

static void one_end(struct one *o)
{
    ear_free(o->ear);
    endpoint_free(o->upstream);
    if (o->credentials)
        gnutls_certificate_free_credentials(o->credentials);
    *o = (struct one){ 0 };
}

void ears_free(struct ears *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < EARS_MAX; i++)
        one_end(&s->one[i]);
    free(s);
}

void ears_sweep(struct ears *s)
{
    for (size_t i = 0; i < EARS_MAX; i++)
        if (s->one[i].ear && ear_over(s->one[i].ear))
            one_end(&s->one[i]);
}

static int next_id(void *arg)
{
    return engine_column_id(arg);
}

static bool one_begin(struct ears *s, struct one *o, int ask, const struct place *at, struct err *e)
{
    const char *names[] = { "localhost", "127.0.0.1", "::1", at->address, NULL };
    if (!o->upstream && !(o->credentials = mint_for_names(names, time(NULL), e)))
        return false;
    if (o->credentials)
        gnutls_certificate_set_known_dh_params(o->credentials, GNUTLS_SEC_PARAM_MEDIUM);
    struct ear_options options = {
        .address = at->address, .port = at->port, .timeout = s->options->timeout, .clients = EARS_CLIENTS,
        .credentials = o->credentials, .upstream = o->upstream, .resolve = s->options->resolve,
        .resolve_count = s->options->resolve_count, .next_id = next_id, .next_id_arg = s->engine, .ask = ask,
        .wall = s->options->wall };
    o->ear = ear_new(s->loop, &options, s->sink, e);
    return o->ear;
}

static char *one_says(const struct one *o)
{
    const char *second = ear_where(o->ear, 1);
    return mem_format("%s on %s%s%s%s: point the failing client there; each becomes a column, up to %d of them.",
                      o->upstream ? "Passing clients through" : "Listening", ear_where(o->ear, 0),
                      second ? " and " : "", second ? second : "", o->upstream ? ", unchanged" : "", EARS_CLIENTS);
}

char *ears_add(struct ears *s, int ask, const char *where, const char *endpoint, struct err *e)
{
    struct place at = { 0 };
    char *says = NULL;
    size_t i = 0;
    while (i < EARS_MAX && s->one[i].ear)
        i++;
    if (i == EARS_MAX) {
        err_set(e, "more than %d places to listen on are too many at once", EARS_MAX);
        return NULL;
    }
    struct one *o = &s->one[i];
    if (place_parse(&at, where, e) && (!endpoint || (o->upstream = endpoint_parse(endpoint, NULL, e))) &&
        one_begin(s, o, ask, &at, e))
        says = one_says(o);
    else
        one_end(o);
    free(at.address);
    return says;
}
