/* compare - see compare.h.
 *
 * The order of the work: the findings of the failing side are taken out of the verdict; those that the working side
 * has too are put last; the others get the sentence that says what the working side has instead; what two columns
 * prove together is raised or added; and if there is still no diagnosis, each difference that matters becomes a
 * candidate.
 */
#include "src/why/compare.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/matter.h"
#include "src/why/pair.h"

#define AGAINST_MAX 16 /* pieces of evidence against a cause that both sides have */

/* --- who stands against whom -------------------------------------------------------------------- */

#define ALIKE_ALL 15

/* `works`: whether a does, since that is asked for every b. */
static int alike(const struct column *a, bool works, const struct column *b)
{
    return 8 * (strcmp(a->endpoint->text, b->endpoint->text) == 0) +
           4 * (strcmp(a->endpoint->host, b->endpoint->host) == 0) +
           2 * (a->address && b->address && strcmp(a->address, b->address) == 0) + works;
}

const struct column *compare_other(const struct session *s, const struct sides *sides, const struct column *failing)
{
    const struct column *best = NULL;
    int most = -1;
    for (size_t i = 0; i < sides->working_count && most < ALIKE_ALL; i++) {
        const struct column *c = session_column(s, sides->working[i]);
        int here = c ? alike(c, column_works(c), failing) : -1;
        if (here > most) {
            most = here;
            best = c;
        }
    }
    return best;
}

/* All columns of the failing side by rising id, each with the one it stands against: worked out once, for a side may
 * have a thousand. */
struct against { int id; const struct column *b, *a; };
struct facing { struct against *list; size_t count; }; /* owned */

static int by_id(const void *x, const void *y)
{
    const struct against *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

static struct facing facing_of(const struct session *s, const struct sides *sides)
{
    struct facing f = { mem_array(NULL, sides->failing_count + 1, sizeof *f.list), 0 };
    const struct column **a = mem_array(NULL, sides->working_count + 1, sizeof *a);
    bool *works = mem_array(NULL, sides->working_count + 1, sizeof *works);
    size_t n = 0;
    for (size_t i = 0; i < sides->working_count; i++)
        if ((a[n] = session_column(s, sides->working[i]))) {
            works[n] = column_works(a[n]);
            n++;
        }
    for (size_t i = 0; i < sides->failing_count; i++) {
        const struct column *b = session_column(s, sides->failing[i]);
        struct against *to = &f.list[f.count];
        *to = (struct against){ sides->failing[i], b, NULL };
        for (size_t k = 0, most = 0; b && k < n && most < ALIKE_ALL + 1; k++)
            if ((size_t)alike(a[k], works[k], b) + 1 > most) {
                most = (size_t)alike(a[k], works[k], b) + 1;
                to->a = a[k];
            }
        f.count += b != NULL;
    }
    qsort(f.list, f.count, sizeof *f.list, by_id);
    free(a);
    free(works);
    return f;
}

/* NULL when it is no column of the failing side. */
static const struct against *facing(const struct facing *f, int id)
{
    const struct against key = { .id = id };
    return bsearch(&key, f->list, f->count, sizeof key, by_id);
}

static enum judgement side_judgement(const struct verdict *v, const int *id, size_t n)
{
    enum judgement worst = VERDICT_OK;
    for (size_t i = 0; i < n; i++) {
        const struct column_verdict *c = verdict_column(v, id[i]);
        if (c && c->verdict == VERDICT_FAILING)
            return VERDICT_FAILING;
        worst = c && c->verdict == VERDICT_OK ? worst : VERDICT_UNSURE;
    }
    return n ? worst : VERDICT_UNSURE;
}

/* --- findings ----------------------------------------------------------------------------------- */

/* Moves the findings of a shelf in here. */
static void findings_take(struct findings *all, struct finding **list, size_t *n)
{
    all->f = mem_array(all->f, all->count + *n + 1, sizeof *all->f);
    if (*n)
        memcpy(all->f + all->count, *list, *n * sizeof **list);
    all->count += *n;
    free(*list);
    *list = NULL;
    *n = 0;
}

static int by_rank(const void *pa, const void *pb)
{
    const struct finding *a = pa, *b = pb;
    if (a->cause != b->cause)
        return a->cause < b->cause ? -1 : 1;
    return a->confidence > b->confidence ? -1 : a->confidence < b->confidence ? 1 : strcmp(a->summary, b->summary);
}

static void shelf_fill(struct finding **list, size_t *n, const struct findings *all, bool diagnosis, bool shared)
{
    size_t begin = *n;
    for (size_t i = 0; i < all->count; i++)
        if (all->shared[i] == shared && (finding_step(all->f[i].confidence) >= STEP_50) == diagnosis)
            (*list)[(*n)++] = all->f[i];
    qsort(*list + begin, *n - begin, sizeof **list, by_rank);
}

static void findings_shelve(struct findings *all, struct verdict *v)
{
    v->diagnosis = mem_array(NULL, all->count + 1, sizeof *v->diagnosis);
    v->candidate = mem_array(NULL, all->count + 1, sizeof *v->candidate);
    for (int shared = 0; shared < 2; shared++) {
        shelf_fill(&v->diagnosis, &v->diagnosis_count, all, true, shared);
        shelf_fill(&v->candidate, &v->candidate_count, all, false, shared);
    }
    free(all->f);
    free(all->shared);
}

/* Leaves only the columns of the failing side; false when there are none. */
static bool finding_narrow(struct finding *f, const struct facing *sides)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->column_count; i++)
        if (facing(sides, f->column[i]))
            f->column[kept++] = f->column[i];
    f->column_count = kept;
    return kept > 0;
}

/* Evidence of that side alone. */
static void numbers_narrow(int *list, size_t *n, const struct session *s, const struct facing *sides)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (list[i] > 0 && (size_t)list[i] < s->evidence_count && facing(sides, s->evidence[list[i]].column))
            list[kept++] = list[i];
    *n = kept;
}

/* --- what holds of both -------------------------------------------------------------------------- */

/* The other's finding of this cause, for every failing column it names; NULL where one lacks it. */
static const struct finding *shared_by(const struct findings *all, const struct facing *sides, const struct finding *f)
{
    const struct finding *other = NULL;
    for (size_t i = 0; i < f->column_count; i++) {
        const struct against *to = facing(sides, f->column[i]);
        if (!to)
            continue;
        bool still = other && to->a && ids_have(other->column, other->column_count, to->a->id);
        other = still ? other : to->a ? findings_find(all, f->cause, to->a->id) : NULL;
        if (!other)
            return NULL;
    }
    return other;
}

static void share(const struct session *s, struct finding *f, const struct finding *other, const struct facing *sides)
{
    if (finding_step(f->confidence) >= STEP_50)
        finding_says_more(f, mem_string("But so it is on the working side: it does not explain what differs."));
    f->confidence = step_table[STEP_25];
    if (!f->missing_count) {
        f->missing = mem_array(f->missing, 1, sizeof *f->missing);
        f->missing[f->missing_count++] = mem_string("a side that works from here, to compare with");
    }
    for (size_t i = 0; i < other->for_count; i++) {
        size_t number = (size_t)other->for_[i];
        if (number < s->evidence_count && !facing(sides, s->evidence[number].column) && f->against_count < AGAINST_MAX)
            numbers_add(&f->against, &f->against_count, other->for_[i]);
    }
}

/* --- as a whole --------------------------------------------------------------------------------- */

/* Of what is said of both sides, whether it is also said of the other is looked up before anything is narrowed. */
static void findings_weigh(struct findings *all, const struct session *s, const struct facing *sides)
{
    const struct finding **other = mem_new((all->count + 1) * sizeof *other);
    for (size_t i = 0; i < all->count; i++)
        other[i] = shared_by(all, sides, &all->f[i]);
    for (size_t i = 0; i < all->count; i++) {
        struct finding *f = &all->f[i];
        all->shared[i] = other[i] != NULL; /* only of one about the failing side */
        numbers_narrow(f->against, &f->against_count, s, sides);
        if (all->shared[i])
            share(s, f, other[i], sides);
    }
    free(other);
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct finding *f = &all->f[i];
        if (!finding_narrow(f, sides)) {
            finding_free(f);
            continue;
        }
        numbers_narrow(f->for_, &f->for_count, s, sides);
        all->shared[kept] = all->shared[i];
        all->f[kept++] = *f;
    }
    all->count = kept;
}

static bool is_diagnosed(const struct findings *all, int column)
{
    for (size_t i = 0; i < all->count; i++)
        if (finding_step(all->f[i].confidence) >= STEP_50 && ids_have(all->f[i].column, all->f[i].column_count, column))
            return true;
    return false;
}

static void column_explain(struct findings *all, const struct pair *p)
{
    prove(all, p);
    if (!is_diagnosed(all, p->b->id))
        propose(all, p);
}

static char *comparison_says(const struct comparison *c, const struct verdict *v)
{
    enum judgement a = side_judgement(v, c->sides.working, c->sides.working_count);
    enum judgement b = side_judgement(v, c->sides.failing, c->sides.failing_count);
    const char *before = !c->exchanged ? ""
                                       : "What was given as failing works from here, and what was given as working "
                                         "does not: the latter is explained. ";
    const char *says = "";
    if (a != VERDICT_OK && b != VERDICT_OK && !v->diagnosis_count)
        says = "Neither side works from here, and nothing that differs explains why one would fail alone.";
    else if (b == VERDICT_OK && !c->matters)
        says = "Both sides work from here, and nothing that differs between them matters.";
    else if (b == VERDICT_OK)
        says = "Both sides work from here, for this client; what differs can still make others fail at one of them "
               "alone.";
    else if (!v->diagnosis_count)
        says = "No difference explains the failure for sure.";
    return mem_format("%s%s", before, says);
}

struct comparison *compare_sides(const struct session *s, struct verdict *v, const struct sides *given)
{
    struct comparison *c = mem_new(sizeof *c);
    struct findings all = { NULL, NULL, 0 };
    c->sides = *given;
    if (side_judgement(v, given->failing, given->failing_count) == VERDICT_OK &&
        side_judgement(v, given->working, given->working_count) == VERDICT_FAILING) {
        c->sides = (struct sides){ given->failing, given->working, given->failing_count, given->working_count };
        c->exchanged = true;
    }
    struct facing sides = facing_of(s, &c->sides);
    c->difference = differences_of(s, &c->count);
    while (c->matters < c->count && c->difference[c->matters].matters)
        c->matters++;
    findings_take(&all, &v->diagnosis, &v->diagnosis_count);
    findings_take(&all, &v->candidate, &v->candidate_count);
    all.shared = mem_new((all.count + 1) * sizeof *all.shared);
    findings_weigh(&all, s, &sides);
    for (size_t i = 0; i < all.count; i++) {
        const struct against *to = facing(&sides, all.f[i].column[0]);
        if (to->a && !all.shared[i])
            pair_tell(&all.f[i], &(struct pair){ s, to->a, to->b });
    }
    for (size_t i = 0; i < sides.count; i++)
        if (sides.list[i].a)
            column_explain(&all, &(struct pair){ s, sides.list[i].a, sides.list[i].b });
    findings_shelve(&all, v);
    free(sides.list);
    c->text = comparison_says(c, v);
    return c;
}

void comparison_free(struct comparison *c)
{
    if (!c)
        return;
    free(c->difference);
    free(c->text);
    free(c);
}

int comparison_exit(const struct comparison *c, const struct verdict *v)
{
    enum judgement a = side_judgement(v, c->sides.working, c->sides.working_count);
    enum judgement b = side_judgement(v, c->sides.failing, c->sides.failing_count);
    if (c->matters)
        return EXIT_FAILING;
    return a == VERDICT_UNSURE || b == VERDICT_UNSURE ? EXIT_UNSURE : EXIT_OK;
}
