/* works - see works.h. */
#include "ui/works.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

const struct works_look works_table[WORKS_STATES] = {
    [WORKS_UNASKED] = { '.', "not asked" }, [WORKS_CANNOT] = { '/', "cannot" }, [WORKS_UNKNOWN] = { '?', "not known" },
    [WORKS_NO] = { '-', "fails" },          [WORKS_YES] = { '#', "works" },
};

/* What results rest on. */
static const enum fact facts[] = {
    FACT_VERSIONS, FACT_CIPHERS, FACT_ORDER, FACT_GROUPS, FACT_SIGALGS, FACT_DH, FACT_CERT_KEYS, FACT_RENEGOTIATION,
    FACT_TOLERATES, FACT_POST_QUANTUM, FACT_CLIENTS, FACT_VERSION, FACT_EMS, FACT_SIGALG, FACT_SNI, FACT_CLIENT_CERT,
    FACT_CHAIN, FACT_TRUST, FACT_NAME, FACT_REASONS,
};

/* No number of evidence is used twice, so the same numbers mean the same facts. */
static uint64_t known_sum(const struct column *c)
{
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const struct seen *s = &c->fact[facts[i]];
        sum = (sum ^ (s->evidence * 8u + s->state)) * 1099511628211u;
    }
    return sum;
}

/* --- columns ----------------------------------------------------------------------------------- */

static void results_free(struct works_column *c)
{
    for (size_t i = 0; c->result && i < client_count; i++)
        client_result_clear(&c->result[i]);
    free(c->result);
    c->result = NULL;
}

/* The results of the table before, moved out of it; NULL where the column is new or has changed. */
static struct client_result *results_move(struct works *old, size_t near, int id, uint64_t known)
{
    for (size_t i = 0; old && i < old->columns; i++) {
        struct works_column *c = &old->column[(near + i) % old->columns]; /* mostly at the same place */
        if (c->id != id)
            continue;
        struct client_result *moved = c->known == known ? c->result : NULL;
        if (moved)
            c->result = NULL;
        return moved;
    }
    return NULL;
}

static enum works_state state_without(const struct column *c)
{
    bool cannot = c->fact[FACT_CIPHERS].state == COULD_NOT_ASK || c->fact[FACT_CLIENTS].state == COULD_NOT_ASK;
    return cannot ? WORKS_CANNOT : WORKS_UNASKED;
}

static void column_make(struct works_column *out, const struct column *c, struct works *old, size_t at)
{
    *out = (struct works_column){ .id = c->id, .known = known_sum(c), .none = state_without(c) };
    if (!clients_known(c))
        return;
    out->result = results_move(old, at, c->id, out->known);
    if (out->result)
        return;
    out->result = mem_new(client_count * sizeof *out->result);
    client_results_of(out->result, c);
}

/* --- rows -------------------------------------------------------------------------------------- */

static const struct { const char *since, *heading; } ages[] = { /* the newest first */
    { "2020", "Clients since 2020" }, { "2015", "Clients of 2015 to 2019" }, { "2010", "Clients of 2010 to 2014" },
    { "", "Clients before 2010" },
};

static const char *since_of(size_t client)
{
    return client_table[client].since ? client_table[client].since : "";
}

/* The profile probing goes by stands first, then the newest; those without a date come last. */
static int row_order(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (x == 0 || y == 0)
        return x == y ? 0 : x == 0 ? -1 : 1;
    int newer = strcmp(since_of(y), since_of(x));
    return newer ? newer : x < y ? -1 : x > y;
}

const char *works_heading(size_t client)
{
    const char *since = since_of(client);
    if (client == 0)
        return "The client that is probed for by default";
    if (!*since)
        return "Clients without a date";
    for (size_t i = 0;; i++)
        if (strcmp(since, ages[i].since) >= 0)
            return ages[i].heading;
}

static bool is_known(const struct client_result *r)
{
    return r && r->works != CLIENT_UNKNOWN;
}

static enum mark marks_of(const struct client_result *a, const struct client_result *b)
{
    if (!is_known(a) || !is_known(b))
        return MARK_NONE;
    if (a->works != b->works)
        return MARK_DIFFER;
    bool same = a->works == CLIENT_FAILS ? a->rule == b->rule : a->version == b->version;
    return same ? MARK_NONE : MARK_CLASS;
}

static enum mark row_mark(const struct works *w, size_t client)
{
    const struct client_result *first = NULL;
    bool class = false, open = false, unsure = false;
    if (w->columns < 2)
        return MARK_NONE;
    for (size_t i = 0; i < w->columns; i++) {
        const struct client_result *r = w->column[i].result ? &w->column[i].result[client] : NULL;
        open |= !r;
        unsure |= r && !is_known(r);
        if (!is_known(r))
            continue;
        first = first ? first : r;
        enum mark m = marks_of(first, r);
        if (m == MARK_DIFFER)
            return m;
        class |= m == MARK_CLASS;
    }
    return class ? MARK_CLASS : open ? MARK_PENDING : unsure ? MARK_UNSURE : MARK_EQUAL;
}

/* --- as a whole -------------------------------------------------------------------------------- */

struct works *works_of(const struct session *s, struct works *old)
{
    struct works *w = mem_new(sizeof *w);
    w->columns = s->count;
    w->column = mem_new((s->count + 1) * sizeof *w->column);
    w->order = mem_new(client_count * sizeof *w->order);
    w->mark = mem_new(client_count * sizeof *w->mark);
    for (size_t i = 0; i < s->count; i++) {
        column_make(&w->column[i], s->column[i], old, i);
        w->unfilled += !w->column[i].result;
        w->untried += s->column[i]->fact[FACT_CLIENTS].state == NOT_ASKED;
    }
    works_free(old);
    for (size_t i = 0; i < client_count; i++) {
        w->order[i] = i;
        w->mark[i] = row_mark(w, i);
        w->differ += w->mark[i] == MARK_DIFFER || w->mark[i] == MARK_CLASS;
    }
    qsort(w->order, client_count, sizeof *w->order, row_order);
    return w;
}

void works_free(struct works *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->columns; i++)
        results_free(&w->column[i]);
    free(w->column);
    free(w->order);
    free(w->mark);
    free(w);
}

/* --- reading ----------------------------------------------------------------------------------- */

static const struct works_column *column_of(const struct works *w, int id)
{
    for (size_t i = 0; w && i < w->columns; i++)
        if (w->column[i].id == id)
            return &w->column[i];
    return NULL;
}

const struct client_result *works_result(const struct works *w, size_t client, int column)
{
    const struct works_column *c = column_of(w, column);
    return c && c->result && client < client_count ? &c->result[client] : NULL;
}

enum works_state works_state(const struct works *w, size_t client, int column)
{
    static const enum works_state states[] = {
        [CLIENT_UNKNOWN] = WORKS_UNKNOWN, [CLIENT_WORKS] = WORKS_YES, [CLIENT_FAILS] = WORKS_NO };
    const struct works_column *c = column_of(w, column);
    const struct client_result *r = works_result(w, client, column);
    return r ? states[r->works] : c ? c->none : WORKS_UNASKED;
}

enum mark works_mark(const struct works *w, size_t client, int reference, int column)
{
    return marks_of(works_result(w, client, reference), works_result(w, client, column));
}
