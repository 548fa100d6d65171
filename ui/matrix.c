/* matrix - see matrix.h. */
#include "ui/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

#define ROWS_MAX 4000    /* all that is registered is fewer; a file may hold any names */
#define RANK_RARE 100000 /* beside suite_likely: by number */
#define RANK_OTHER 200000 /* in no table */
#define TLS12 4
#define TLS13 5

const struct taken_look taken_table[TAKEN_COUNT] = {
    [TAKEN_UNASKED] = { '.', "not asked", "not asked yet" },
    [TAKEN_CANNOT] = { '/', "cannot", "could not be asked" },
    [TAKEN_UNSURE] = { '?', "unsure", "unsure" },
    [TAKEN_REFUSED] = { '-', "refused", "refused" },
    [TAKEN_CUT] = { 'x', "cut", "cut off (connection reset or closed)" },
    [TAKEN_SILENT] = { 't', "timeout", "no answer in time" },
    [TAKEN_YES] = { '#', "taken", "taken" },
    [TAKEN_CHOSEN] = { '*', "chosen", "chosen in the handshake" },
};

/* --- states --------------------------------------------------------------------------------- */

enum taken taken_of(const char *answer, bool settled)
{
    static const struct { const char *word; enum taken taken; } rows[] = {
        { "accepted", TAKEN_YES }, { "closed", TAKEN_CUT }, { "reset", TAKEN_CUT }, { "refused", TAKEN_CUT },
        { "silent", TAKEN_SILENT }, { "slow", TAKEN_SILENT }, { "could-not-ask", TAKEN_CANNOT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].word, answer) == 0)
            return rows[i].taken;
    if (settled && (text_starts(answer, "alert ") || text_starts(answer, "answered by ")))
        return TAKEN_REFUSED;
    return TAKEN_UNSURE;
}

static bool is_taken(enum taken t)
{
    return t == TAKEN_YES || t == TAKEN_CHOSEN;
}

static bool is_known(enum taken t)
{
    return t != TAKEN_UNASKED && t != TAKEN_CANNOT && t != TAKEN_UNSURE;
}

enum mark taken_mark(enum taken reference, enum taken t)
{
    if (reference == t || !is_known(reference) || !is_known(t))
        return MARK_NONE;
    return is_taken(reference) && is_taken(t) ? MARK_CLASS : MARK_DIFFER;
}

static enum mark row_mark(const struct matrix_row *r, size_t columns)
{
    bool pending = false, unsure = false, class = false;
    enum taken first = TAKEN_UNASKED;
    if (columns < 2)
        return MARK_NONE;
    for (size_t i = 0; i < columns; i++) {
        enum taken t = r->state[i];
        pending |= t == TAKEN_UNASKED;
        unsure |= t == TAKEN_CANNOT || t == TAKEN_UNSURE;
        if (!is_known(t))
            continue;
        if (!is_known(first))
            first = t;
        enum mark m = taken_mark(first, t);
        if (m == MARK_DIFFER)
            return m;
        class |= m == MARK_CLASS;
    }
    return class ? MARK_CLASS : pending ? MARK_PENDING : unsure ? MARK_UNSURE : MARK_EQUAL;
}

/* --- building ------------------------------------------------------------------------------- */

static const enum fact facts[MATRIX_KINDS] = {
    [MATRIX_VERSIONS] = FACT_VERSIONS, [MATRIX_SUITES] = FACT_CIPHERS, [MATRIX_GROUPS] = FACT_GROUPS,
    [MATRIX_SIGALGS] = FACT_SIGALGS,
};
static const enum fact chosen_facts[MATRIX_KINDS] = {
    [MATRIX_VERSIONS] = FACT_VERSION, [MATRIX_SUITES] = FACT_CIPHER, [MATRIX_GROUPS] = FACT_KX_GROUP,
    [MATRIX_SIGALGS] = FACT_SIGALG,
};

struct making {
    const struct session *s;
    struct matrix *m;
    size_t room;
    json_t *index[MATRIX_KINDS][ACCEPTS_VERSIONS];   /* name to row */
    uint8_t *usual[MATRIX_KINDS][ACCEPTS_VERSIONS];  /* of each column: the state of what its fact does not name */
};

/* Before TLS 1.3 groups and signature algorithms are asked with one version, whichever is the newest. */
static int block_of(enum matrix_kind kind, int version)
{
    return (kind == MATRIX_GROUPS || kind == MATRIX_SIGALGS) && version < TLS12 ? TLS12 : version;
}

static enum taken taken_of_state(const struct seen *s)
{
    return s->state == NOT_ASKED ? TAKEN_UNASKED : s->state == COULD_NOT_ASK ? TAKEN_CANNOT
         : s->state == UNSURE    ? TAKEN_UNSURE  : TAKEN_REFUSED;
}

static enum taken version_state(const struct column *c, int version)
{
    const char *answer = accepts_answer(c, version);
    if (c->fact[FACT_VERSION].state == STATE_YES && accepts_version(column_word(c, FACT_VERSION)) == version)
        return TAKEN_CHOSEN;
    if (answer)
        return taken_of(answer, true);
    return c->fact[FACT_VERSIONS].state == STATE_YES ? TAKEN_UNASKED : taken_of_state(&c->fact[FACT_VERSIONS]);
}

/* What the fact has a list for was refused where the list does not name it. Else it hangs on whether
 * the version is taken at all: `version_states` has its row. */
static enum taken usual_state(const struct column *c, enum matrix_kind kind, int version,
                              const enum taken version_states[ACCEPTS_VERSIONS])
{
    const struct seen *s = &c->fact[facts[kind]];
    int from = (kind == MATRIX_GROUPS || kind == MATRIX_SIGALGS) && version == TLS12 ? 0 : version;
    enum taken worst = TAKEN_REFUSED;
    if (s->state != STATE_YES)
        return taken_of_state(s);
    for (int v = from; v <= version; v++)
        if (accepts_taken(c, facts[kind], v))
            return TAKEN_REFUSED;
    for (int v = from; v <= version; v++) {
        enum taken t = version_states[v];
        if (is_taken(t))
            return TAKEN_CANNOT;
        worst = t != TAKEN_UNASKED && t != TAKEN_REFUSED ? t : worst;
    }
    return worst;
}

static int rank_of(enum matrix_kind kind, int version, const char *name)
{
    const struct suite *s = kind == MATRIX_SUITES ? suite_by_name(name) : NULL;
    const struct group *g = kind == MATRIX_GROUPS ? group_by_name(name) : NULL;
    const struct sigalg *a = kind == MATRIX_SIGALGS ? sigalg_by_name(name) : NULL;
    if (kind == MATRIX_VERSIONS)
        return ACCEPTS_VERSIONS - version;
    for (int i = 0; s && suite_likely[i]; i++)
        if (suite_likely[i] == s->number)
            return i;
    return s ? RANK_RARE + s->number : g ? (int)(g - group_table) : a ? (int)(a - sigalg_table) : RANK_OTHER;
}

/* The row of that name, made when there is none; NULL when there are too many. */
static struct matrix_row *row_of(struct making *k, enum matrix_kind kind, int version, const char *name)
{
    struct matrix *m = k->m;
    json_t **index = &k->index[kind][version];
    const json_t *at = json_object_get(*index, name);
    if (at)
        return &m->row[json_integer_value(at)];
    if (m->count == ROWS_MAX)
        return NULL;
    if (m->count == k->room) {
        k->room = k->room ? 2 * k->room : 128;
        m->row = mem_array(m->row, k->room, sizeof *m->row);
    }
    if (!*index)
        *index = json_object();
    json_object_set_new(*index, name, json_integer((json_int_t)m->count));
    struct matrix_row *r = &m->row[m->count++];
    *r = (struct matrix_row){ .kind = kind, .version = version, .name = mem_string(name),
                              .rank = rank_of(kind, version, name) };
    r->state = (uint8_t *)mem_copy((const char *)k->usual[kind][version], m->columns);
    return r;
}

static void set_state(struct making *k, size_t column, enum matrix_kind kind, int version, const char *name,
                      enum taken t)
{
    struct matrix_row *r = name && version >= 0 ? row_of(k, kind, block_of(kind, version), name) : NULL;
    if (r)
        r->state[column] = (uint8_t)t;
}

static void take_versions(struct making *k)
{
    for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--)
        row_of(k, MATRIX_VERSIONS, v, accepts_word(v));
}

/* What clients offer is worth a row even where every server refuses it: there the mismatch is seen. */
static void take_offer(struct making *k, const struct offer *o)
{
    char hex[NAME_LEN];
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        uint16_t number = (uint16_t)(0x02ff + v);
        bool offered = v && number >= o->min && number <= o->max;
        for (size_t i = 0; offered && o->suites[i]; i++) {
            const struct suite *s = suite_find(o->suites[i]);
            if (s && s->since <= number && number <= s->until)
                row_of(k, MATRIX_SUITES, v, s->iana);
        }
        for (size_t i = 0; offered && o->groups[i]; i++)
            row_of(k, MATRIX_GROUPS, block_of(MATRIX_GROUPS, v), group_name(o->groups[i], hex));
        for (size_t i = 0; offered && v >= TLS12 && o->sigalgs[i]; i++)
            row_of(k, MATRIX_SIGALGS, v, sigalg_name(o->sigalgs[i], hex));
    }
}

static void take_list(struct making *k, size_t column, enum matrix_kind kind, int version)
{
    const struct column *c = k->s->column[column];
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)accepts_unsettled(c, facts[kind], version), i, one)
        set_state(k, column, kind, version, accepts_name(one), taken_of(accepts_how(one), false));
    json_array_foreach((json_t *)accepts_taken(c, facts[kind], version), i, one)
        set_state(k, column, kind, version, json_string_value(one), TAKEN_YES);
}

static void take_column(struct making *k, size_t column)
{
    const struct column *c = k->s->column[column];
    int version = accepts_version(column_word(c, FACT_VERSION));
    for (enum matrix_kind kind = MATRIX_SUITES; kind < MATRIX_KINDS; kind++) {
        for (int v = 0; v < ACCEPTS_VERSIONS; v++)
            take_list(k, column, kind, v);
        if (c->fact[chosen_facts[kind]].state == STATE_YES)
            set_state(k, column, kind, version, column_word(c, chosen_facts[kind]), TAKEN_CHOSEN);
    }
    k->m->unfilled += !accepts_known(c);
}

static bool list_same(const uint16_t *a, const uint16_t *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Most endpoints offer the same: only a change is worth a look. */
static bool offer_same(const struct offer *a, const struct offer *b)
{
    return a && a->min == b->min && a->max == b->max && list_same(a->suites, b->suites) &&
           list_same(a->groups, b->groups) && list_same(a->sigalgs, b->sigalgs);
}

static void take_offers(struct making *k)
{
    const struct offer *last = NULL;
    for (size_t i = 0; i < k->s->count; i++) {
        const struct endpoint *ep = k->s->column[i]->endpoint;
        const struct offer *o = ep ? endpoint_offer(ep) : NULL;
        if (o && !offer_same(last, o))
            take_offer(k, o);
        last = o ? o : last;
    }
}

static int row_order(const void *a, const void *b)
{
    const struct matrix_row *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->version != y->version)
        return x->version > y->version ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void usual_of_column(struct making *k, size_t column)
{
    const struct column *c = k->s->column[column];
    enum taken versions[ACCEPTS_VERSIONS];
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        versions[v] = version_state(c, v);
        k->usual[MATRIX_VERSIONS][v][column] = (uint8_t)versions[v];
    }
    for (enum matrix_kind kind = MATRIX_SUITES; kind < MATRIX_KINDS; kind++)
        for (int v = kind == MATRIX_SUITES ? 0 : TLS12; v < ACCEPTS_VERSIONS; v++)
            k->usual[kind][v][column] = (uint8_t)usual_state(c, kind, v, versions);
}

static void making_begin(struct making *k)
{
    for (enum matrix_kind kind = 0; kind < MATRIX_KINDS; kind++)
        for (int v = 0; v < ACCEPTS_VERSIONS; v++)
            k->usual[kind][v] = mem_new(k->m->columns + 1);
    for (size_t i = 0; i < k->m->columns; i++)
        usual_of_column(k, i);
}

static void making_end(struct making *k)
{
    for (enum matrix_kind kind = 0; kind < MATRIX_KINDS; kind++)
        for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
            json_decref(k->index[kind][v]);
            free(k->usual[kind][v]);
        }
}

struct matrix *matrix_of(const struct session *s)
{
    struct matrix *m = mem_new(sizeof *m);
    struct making k = { .s = s, .m = m };
    m->columns = s->count;
    m->id = mem_new((s->count + 1) * sizeof *m->id);
    for (size_t i = 0; i < s->count; i++)
        m->id[i] = s->column[i]->id;
    making_begin(&k);
    take_versions(&k);
    take_offers(&k);
    for (size_t i = 0; i < s->count; i++)
        take_column(&k, i);
    making_end(&k);
    qsort(m->row, m->count, sizeof *m->row, row_order);
    for (size_t i = 0; i < m->count; i++) {
        m->row[i].mark = row_mark(&m->row[i], m->columns);
        m->differ += m->row[i].mark == MARK_DIFFER || m->row[i].mark == MARK_CLASS;
    }
    return m;
}

void matrix_free(struct matrix *m)
{
    for (size_t i = 0; m && i < m->count; i++) {
        free(m->row[i].name);
        free(m->row[i].state);
    }
    if (m) {
        free(m->row);
        free(m->id);
    }
    free(m);
}

/* --- reading -------------------------------------------------------------------------------- */

char *matrix_title(enum matrix_kind kind, int version)
{
    static const char *const words[MATRIX_KINDS] = {
        [MATRIX_SUITES] = "Suites", [MATRIX_GROUPS] = "Groups", [MATRIX_SIGALGS] = "Signatures" };
    if (kind == MATRIX_VERSIONS)
        return mem_string("Versions");
    const char *before = kind == MATRIX_GROUPS && version < TLS13 ? "up to " : "";
    return mem_format("%s, %s%s", words[kind], before, accepts_title(version));
}

char *matrix_legend(void)
{
    struct text t = { 0 };
    static const enum taken order[] = { TAKEN_YES, TAKEN_CHOSEN, TAKEN_REFUSED, TAKEN_CUT, TAKEN_SILENT,
                                        TAKEN_UNSURE, TAKEN_UNASKED, TAKEN_CANNOT };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        text_addf(&t, "%s%c %s", i ? "  " : "", taken_table[order[i]].glyph, taken_table[order[i]].word);
    return text_take(&t);
}

enum fact matrix_fact(enum matrix_kind kind)
{
    return facts[kind];
}

enum taken matrix_state(const struct matrix *m, const struct matrix_row *r, int column)
{
    for (size_t i = 0; i < m->columns; i++)
        if (m->id[i] == column)
            return r->state[i];
    return TAKEN_UNASKED;
}
