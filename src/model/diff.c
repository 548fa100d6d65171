/* diff - see diff.h. */
#include "src/model/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/accepts.h"
#include "src/model/matter.h"
#include "src/model/substance.h"

static bool has_answer(const struct seen *s)
{
    return s->state == STATE_YES || s->state == STATE_NO;
}

struct interval { double low, high; };

static struct interval offset_interval(const json_t *v)
{
    double s = json_number_value(json_object_get(v, "seconds"));
    double u = json_number_value(json_object_get(v, "uncertainty"));
    return (struct interval){ s - u, s + u };
}

static struct interval interval_join(struct interval a, struct interval b)
{
    return (struct interval){ fmax(a.low, b.low), fmin(a.high, b.high) };
}

/* Clock offsets agree when their intervals touch: all of them, if each two do. */
static bool offsets_agree(const json_t *a, const json_t *b)
{
    struct interval both = interval_join(offset_interval(a), offset_interval(b));
    return both.low <= both.high;
}

/* Values of the same class: suites of equal strength against today's attacks. */
static bool same_class(enum fact f, const json_t *a, const json_t *b)
{
    static const char *const aead[] = { "_GCM_", "_CHACHA20_", "_CCM" };
    if (fact_table[f].kind != FACT_RANKED || !json_is_string(a) || !json_is_string(b))
        return false;
    int modern = 0;
    for (size_t i = 0; i < sizeof aead / sizeof *aead; i++) {
        modern |= strstr(json_string_value(a), aead[i]) ? 1 : 0;
        modern |= strstr(json_string_value(b), aead[i]) ? 2 : 0;
    }
    return modern == 3;
}

/* The same in another order, or refused in another way, is of the same class. */
static enum mark compare_taken(enum fact f, const json_t *a, const json_t *b)
{
    static const enum mark marks[] = {
        [ACCEPTS_SAME_ORDERED] = MARK_NONE, [ACCEPTS_SAME] = MARK_CLASS, [ACCEPTS_DIFFERENT] = MARK_DIFFER };
    return marks[accepts_alike(f, a, b)];
}

static enum mark compare(const struct seen *a, const struct seen *b, enum fact f)
{
    if (a->state == b->state) {
        if (fact_table[f].kind == FACT_OFFSET && has_answer(a))
            return offsets_agree(a->value, b->value) ? MARK_NONE : MARK_DIFFER;
        if (fact_table[f].kind == FACT_FLAG || !has_answer(a))
            return MARK_NONE;
        if (fact_table[f].kind == FACT_OBJECT)
            return substance_same(f, a->value, b->value) ? MARK_NONE : MARK_DIFFER;
        if (fact_table[f].kind == FACT_LIST && json_is_array(a->value) && json_is_array(b->value))
            return lists_same(a->value, b->value) ? MARK_NONE : MARK_DIFFER;
        if (fact_table[f].kind == FACT_TAKEN)
            return compare_taken(f, a->value, b->value);
        if ((!a->value && !b->value) || (a->value && b->value && json_equal(a->value, b->value)))
            return MARK_NONE;
        return same_class(f, a->value, b->value) ? MARK_CLASS : MARK_DIFFER;
    }
    return has_answer(a) && has_answer(b) ? MARK_DIFFER : MARK_NONE;
}

enum mark diff_cell(const struct column *reference, const struct column *c, enum fact f)
{
    return reference == c ? MARK_NONE : compare(&reference->fact[f], &c->fact[f], f);
}

enum mark diff_row(const struct session *s, enum fact f)
{
    const struct seen *first = NULL;
    bool pending = false, unsure = false, class = false;
    struct interval common = { -INFINITY, INFINITY };
    if (s->count < 2)
        return MARK_NONE;
    for (size_t i = 0; i < s->count; i++) {
        const struct seen *seen = &s->column[i]->fact[f];
        pending |= seen->state == NOT_ASKED;
        unsure |= seen->state == UNSURE || seen->state == COULD_NOT_ASK;
        if (!has_answer(seen))
            continue;
        if (!first)
            first = seen;
        enum mark m = compare(first, seen, f);
        if (fact_table[f].kind == FACT_OFFSET)
            common = interval_join(common, offset_interval(seen->value));
        if (m == MARK_DIFFER || common.low > common.high)
            return MARK_DIFFER;
        class |= m == MARK_CLASS;
    }
    if (class)
        return MARK_CLASS;
    if (pending)
        return MARK_PENDING;
    return unsure ? MARK_UNSURE : MARK_EQUAL;
}

/* --- all that differs --------------------------------------------------------------------------- */

/* Whether one that works and one that does not, or the first two that disagree, differ so that it matters: comparing
 * each with each would take a thousand columns a million steps. */
static bool row_matters(const struct session *s, enum fact f)
{
    const struct column *reference[2] = { NULL, NULL };
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i], **r = &reference[column_works(c)];
        if (has_answer(&c->fact[f]) && !*r)
            *r = c;
    }
    for (size_t i = 0; i < s->count; i++)
        for (int k = 0; k < 2; k++)
            if (reference[k] && has_answer(&s->column[i]->fact[f]) &&
                diff_cell(reference[k], s->column[i], f) == MARK_DIFFER &&
                difference_matters(reference[k], s->column[i], f))
                return true;
    return false;
}

struct difference *differences_of(const struct session *s, size_t *count)
{
    struct difference *list = mem_array(NULL, FACT_COUNT, sizeof *list),
                      *rest = mem_array(NULL, FACT_COUNT, sizeof *rest);
    size_t n = 0, m = 0;
    for (enum fact f = 0; f < FACT_COUNT; f++) {
        if (diff_row(s, f) != MARK_DIFFER)
            continue;
        if (row_matters(s, f))
            list[n++] = (struct difference){ f, true };
        else
            rest[m++] = (struct difference){ f, false };
    }
    memcpy(list + n, rest, m * sizeof *rest);
    free(rest);
    n += m;
    *count = n;
    return list;
}

json_t *difference_values(const struct session *s, enum fact f)
{
    json_t *values = json_array();
    for (size_t i = 0; i < s->count; i++) {
        const struct seen *seen = &s->column[i]->fact[f];
        json_t *one = seen->value ? json_incref(seen->value)
                      : has_answer(seen) ? json_boolean(seen->state == STATE_YES) : json_null();
        json_array_append_new(values, one);
    }
    return values;
}
