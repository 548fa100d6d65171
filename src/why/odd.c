/* odd - see odd.h. */
#include "src/why/odd.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/diff.h"
#include "src/model/matter.h"

#define NAMES_MAX 3

/* The columns of one name that have come to an end: those to one side, then those to the other. */
struct crowd {
    const struct session *s;
    const struct verdict *v;
    const struct column **usual, **other; /* owned arrays */
    size_t usual_count, other_count;
};

static void crowd_clear(struct crowd *c)
{
    free(c->usual);
    free(c->other);
    *c = (struct crowd){ .s = c->s, .v = c->v };
}

static bool counts(const struct crowd *c, const struct column *column)
{
    const struct column_verdict *v = verdict_column(c->v, column->id);
    return v && !v->pending && v->verdict != VERDICT_UNSURE && column->fact[FACT_CONNECT].state != COULD_NOT_ASK;
}

static void crowd_add(struct crowd *c, const struct column *column, bool usual)
{
    const struct column ***list = usual ? &c->usual : &c->other;
    size_t *n = usual ? &c->usual_count : &c->other_count;
    *list = mem_array(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = column;
}

/* "192.0.2.3", the port only where it tells something. */
static char *place_of(const struct column *c)
{
    const char *a = c->address, *colon = a ? strrchr(a, ':') : NULL;
    if (!colon)
        return mem_string(c->label);
    return *a == '[' ? mem_copy(a + 1, strcspn(a + 1, "]")) : mem_copy(a, (size_t)(colon - a));
}

/* One host may have several columns at one address, apart by their port. */
static bool by_port(const struct crowd *c)
{
    const struct column *first = c->usual_count ? c->usual[0] : c->other[0];
    char *here = place_of(first);
    size_t same = 0;
    for (size_t i = 0; i < c->usual_count + c->other_count; i++) {
        char *one = place_of(i < c->usual_count ? c->usual[i] : c->other[i - c->usual_count]);
        same += strcmp(one, here) == 0;
        free(one);
    }
    free(here);
    return same > 1;
}

static char *places_of(const struct column *const *list, size_t n, bool ports)
{
    struct text t = { 0 };
    for (size_t i = 0; i < n && i < NAMES_MAX; i++) {
        char *one = ports && list[i]->address ? mem_string(list[i]->address) : place_of(list[i]);
        text_addf(&t, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", one);
        free(one);
    }
    if (n > NAMES_MAX)
        text_addf(&t, " and %zu more", n - NAMES_MAX);
    return text_take(&t);
}

static const char *says_of(const struct crowd *c, const struct column *column)
{
    const struct column_verdict *v = verdict_column(c->v, column->id);
    return v && v->text ? v->text : "it fails";
}

static bool says_the_same(const struct crowd *c)
{
    for (size_t i = 1; i < c->other_count; i++)
        if (strcmp(says_of(c, c->other[i]), says_of(c, c->other[0])) != 0)
            return false;
    return true;
}

/* Some work, and some fail. */
static bool split_by_verdict(struct crowd *c, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        const struct column *column = c->s->column[i];
        if (counts(c, column))
            crowd_add(c, column, verdict_column(c->v, column->id)->verdict == VERDICT_OK);
    }
    return c->usual_count && c->other_count;
}

static void why_add(struct text *t, const char *says, bool other_leaf, bool several)
{
    bool expired = text_starts(says, "certificate expired");
    if (other_leaf)
        text_addf(t, "%s another certificate%s", several ? "they serve" : "it serves", expired ? ", which " : ": ");
    text_add(t, says + (other_leaf && expired ? strlen("certificate ") : 0));
}

static char *verdict_says(const struct crowd *c)
{
    struct text t = { 0 };
    size_t n = c->usual_count + c->other_count;
    bool ports = by_port(c), leaf = diff_cell(c->usual[0], c->other[0], FACT_LEAF) == MARK_DIFFER;
    char *odd = places_of(c->other, c->other_count, ports), *usual = places_of(c->usual, c->usual_count, ports);
    text_addf(&t, "%zu of %zu addresses work%s", c->usual_count, n, c->usual_count == 1 ? "s" : "");
    if (c->usual_count < c->other_count)
        text_addf(&t, ", %s", usual);
    bool most = c->other_count > c->usual_count; /* then they are not the odd ones */
    text_addf(&t, "; %s %s", odd, c->other_count > 1 ? most ? "do not: " : "are the odd ones: "
                                  : c->usual_count == 1 && n == 2 ? "does not: " : "is the odd one: ");
    if (!says_the_same(c))
        text_add(&t, "each in its own way, see below");
    else
        why_add(&t, says_of(c, c->other[0]), leaf, c->other_count > 1);
    text_add(&t, ".");
    free(odd);
    free(usual);
    return text_take(&t);
}

/* All come out alike, but in this fact fewer than half stand apart from the first value most have. */
static bool split_by_fact(struct crowd *c, size_t begin, size_t end, enum fact f)
{
    const struct column *most = NULL;
    size_t best = 0, all = 0;
    for (size_t i = begin; i < end; i++) {
        size_t alike = 0;
        if (!counts(c, c->s->column[i]))
            continue;
        all++;
        for (size_t k = begin; k < end; k++)
            alike += counts(c, c->s->column[k]) && diff_cell(c->s->column[i], c->s->column[k], f) != MARK_DIFFER;
        if (alike > best) {
            best = alike;
            most = c->s->column[i];
        }
    }
    if (!most || best == all || 2 * best <= all)
        return false;
    for (size_t i = begin; i < end; i++)
        if (counts(c, c->s->column[i]))
            crowd_add(c, c->s->column[i], diff_cell(most, c->s->column[i], f) != MARK_DIFFER);
    return difference_matters(c->usual[0], c->other[0], f);
}

static char *fact_says(const struct crowd *c, enum fact f)
{
    bool ports = by_port(c), work = verdict_column(c->v, c->usual[0]->id)->verdict == VERDICT_OK;
    char *odd = places_of(c->other, c->other_count, ports);
    char *a = column_cell(c->usual[0], f), *b = column_cell(c->other[0], f);
    char *text =
        mem_format("All %zu addresses %s, but %s %s the odd one%s: %s is %s there, %s elsewhere.",
                   c->usual_count + c->other_count, work ? "work" : "fail", odd, c->other_count > 1 ? "are" : "is",
                   c->other_count > 1 ? "s" : "", fact_table[f].title, b, a);
    free(odd);
    free(a);
    free(b);
    return text;
}

#define ADDRESSES_MAX 64 /* of one name, compared fact by fact */

static char *crowd_says(struct crowd *c, size_t begin, size_t end)
{
    bool verdicts = split_by_verdict(c, begin, end);
    if (verdicts)
        return verdict_says(c);
    crowd_clear(c);
    for (enum fact f = 0; f < FACT_COUNT && end - begin <= ADDRESSES_MAX; f++) {
        if (f != FACT_RESOLVE && split_by_fact(c, begin, end, f))
            return fact_says(c, f);
        crowd_clear(c);
    }
    return NULL;
}

struct odd *odds_of(const struct session *s, const struct verdict *v, size_t *count)
{
    struct odd *list = NULL;
    *count = 0;
    for (size_t begin = 0, end; begin < s->count; begin = end) {
        struct crowd c = { .s = s, .v = v };
        for (end = begin + 1; end < s->count && s->column[end]->ask == s->column[begin]->ask;)
            end++;
        char *text = end - begin > 1 ? crowd_says(&c, begin, end) : NULL;
        if (text) {
            list = mem_array(list, *count + 1, sizeof *list);
            struct odd *o = &list[(*count)++];
            *o = (struct odd){ .begin = begin, .end = end, .text = text, .count = c.other_count };
            o->column = mem_array(NULL, c.other_count, sizeof *o->column);
            for (size_t i = 0; i < c.other_count; i++)
                o->column[i] = c.other[i]->id;
        }
        crowd_clear(&c);
    }
    return list;
}

void odds_free(struct odd *list, size_t count)
{
    for (size_t i = 0; list && i < count; i++) {
        free(list[i].column);
        free(list[i].text);
    }
    free(list);
}
