/* compare - `tlswhy compare WORKING FAILING`: what differs, and which difference explains the failure.
 *
 * Owns: what the command takes, and which columns make up a side. Must not know: how a run goes (batch.h), what
 * explains anything (src/why/compare.h).
 */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/cmd/batch.h"
#include "src/why/odd.h"

struct both {
    int *begins;          /* the first ask of each side; NULL: one side, of which the addresses are compared */
    int *working, *failing;
    size_t working_count, failing_count;
};

static void side_add(int **list, size_t *n, int id)
{
    *list = mem_array(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = id;
}

/* The odd addresses of a name against the others; where none is odd, all against the first. */
static void sides_of_one(struct both *b, const struct session *s, const struct verdict *v)
{
    size_t n;
    struct odd *list = odds_of(s, v, &n);
    for (size_t i = 0; i < s->count; i++) {
        bool odd = !n && i > 0;
        for (size_t k = 0; n && k < list[0].count; k++)
            odd |= list[0].column[k] == s->column[i]->id;
        if (odd)
            side_add(&b->failing, &b->failing_count, s->column[i]->id);
        else
            side_add(&b->working, &b->working_count, s->column[i]->id);
    }
    odds_free(list, n);
}

static void compare_judge(void *arg, struct verdict *v, struct report *r)
{
    struct both *b = arg;
    const struct session *s = r->session;
    if (!b->begins)
        sides_of_one(b, s, v);
    for (size_t i = 0; b->begins && i < s->count; i++) {
        const struct column *c = s->column[i];
        if (c->ask >= b->begins[1])
            side_add(&b->failing, &b->failing_count, c->id);
        else
            side_add(&b->working, &b->working_count, c->id);
    }
    r->comparison = compare_sides(s, v, &(struct sides){ b->working, b->failing, b->working_count, b->failing_count });
}

static int refuse(const char *why)
{
    fprintf(stderr, "tlswhy: %s\n", why);
    return EXIT_USAGE;
}

int cmd_compare(struct options *o)
{
    static const bool wanted[FACT_COUNT] = { [FACT_VERSIONS] = true };
    struct err e = { "" };
    int begins[2] = { 0, 0 };
    size_t sides = o->endpoint_count + o->session_count;
    struct both b = { .begins = sides > 1 ? begins : NULL };
    if (o->lab)
        return refuse("compare takes two sides, not the lab: tlswhy lab serve prints the endpoints of the lab");
    if (o->log_count)
        return refuse("--log is of check: tlswhy explain takes logs of two sides as its arguments");
    if (!sides || sides > 2)
        return refuse("compare takes one side that works and one that fails: tlswhy compare WORKING FAILING; with one "
                      "name alone, its addresses are compared");
    if (!batch_check(o->endpoint, o->endpoint_count, &e))
        return refuse(e.text);
    batch_notes(o, o->endpoint, o->endpoint_count);
    int status = batch_run(o, &(struct batch_ask){ .endpoint = o->endpoint, .count = o->endpoint_count,
                                                   .wanted = wanted, .judge = compare_judge, .arg = &b,
                                                   .begins = b.begins });
    free(b.working);
    free(b.failing);
    return status;
}
