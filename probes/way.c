/* way - see way.h. */
#include "probes/way.h"

#include <stdlib.h>

#include "probes/pipe.h"
#include "probes/probe.h"
#include "probes/proxy.h"
#include "probes/starttls.h"
#include "src/base/mem.h"

static const struct way_row *const way_table[] = { /* lowest first */
    &pipe_way, &proxy_way, &starttls_way, &tds_way,
};
#define WAY_COUNT (sizeof way_table / sizeof *way_table)

static void way_push(struct conn *c, const struct endpoint *ep, bool inside)
{
    c->endpoint = ep;
    if (c->via && c->via->kind == VIA_EXEC)
        conn_rest_on(c, &pipe_layer);
    for (size_t i = 0; i < WAY_COUNT; i++) {
        const struct way_row *row = way_table[i];
        if ((inside && row->wanted && row->wanted(ep)) || (row->through && row->through(c)))
            conn_push(c, row->kind);
    }
}

void way_layers(struct conn *c, const struct endpoint *ep)
{
    way_push(c, ep, true);
}

void way_layers_outside(struct conn *c, const struct endpoint *ep)
{
    way_push(c, ep, false);
}

bool way_is_gentle(const struct endpoint *ep)
{
    return ep->scheme->starttls != NULL;
}

static const struct way_row *way_of(const struct layer_kind *kind)
{
    for (size_t i = 0; i < WAY_COUNT; i++)
        if (way_table[i]->kind == kind)
            return way_table[i];
    return NULL;
}

const char *way_word(const struct conn *c)
{
    const struct way_row *row = c->open < c->layers ? way_of(c->layer[c->open].kind) : NULL;
    return row ? row->word : "connect";
}

static void way_fails(struct run *r, const struct way_row *row, const struct layer_said *said, double ms)
{
    json_t *v = json_pack("{s:s, s:s, s:n, s:i, s:s?, s:s?, s:n}", "kind", row->word, "stage", row->word, "alert",
                          "received", (int)said->n, "protocol", said->protocol, "hint", said->hint, "local");
    run_see(r, FACT_HANDSHAKE, STATE_NO, json_string(row->word), ms, mem_string(said->text));
    run_see_bytes(r, FACT_FAILURE, STATE_YES, v, ms, mem_string(said->text), said->bytes, said->n);
}

void way_see(struct run *r, bool timed_out)
{
    const struct conn *c = &r->conn;
    for (int i = 0; i < c->layers && i <= c->open; i++) {
        const struct way_row *row = way_of(c->layer[i].kind);
        struct layer_said said = { .ready = false };
        double ms = (run_now(r) - (r->connected > 0 ? r->connected : r->created)) * 1000;
        if (!row)
            continue;
        row->say(c, &c->layer[i], timed_out, &said);
        run_see_bytes(r, row->fact, said.ready ? STATE_YES : STATE_NO, said.value, ms, mem_string(said.text),
                      said.bytes, said.n);
        if (!said.ready)
            way_fails(r, row, &said, ms);
        free(said.text);
    }
}
