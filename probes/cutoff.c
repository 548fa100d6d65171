/* cutoff - see cutoff.h. */
#include "probes/cutoff.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define SOON 0.5      /* seconds between one and the next; shorter than any time of quiet */
#define AGAIN_LEAST 3 /* that went well when made again, until it is more than an accident */
#define ROWS_LEAST 2  /* times that several were cut off one behind the other: once, it may have been restarted */
#define SHUT_LEAST 6  /* cut off at the end, until it is shut */
#define CHANCE 0.01   /* that so many are cut off one behind the other by accident */

static void cutoff_add(struct cutoff *c, double begun, bool cut)
{
    if (c->count == CUTOFF_MAX)
        return;
    if (!c->one)
        c->one = mem_array(NULL, CUTOFF_MAX, sizeof *c->one);
    c->one[c->count++] = (struct cutoff_one){ begun, cut };
}

void cutoff_clear(struct cutoff *c)
{
    free(c->one);
    *c = (struct cutoff){ 0 };
}

void cutoff_cut(struct cutoff *c, const char *how, bool alone, double begun)
{
    cutoff_add(c, begun, true);
    c->cut++;
    c->row++;
    c->alone |= alone;
    c->how = how;
}

void cutoff_good(struct cutoff *c, double begun)
{
    cutoff_add(c, begun, false);
    c->good++;
    c->row = 0;
}

void cutoff_again(struct cutoff *c, int times)
{
    c->again += times;
}

void cutoff_wait(struct cutoff *c, double seconds)
{
    c->waited += seconds;
}

/* Begun soon after one that was cut off; of them, cut off as well; in so many rows. */
struct soon { int after, cut, rows; };

static int by_begin(const void *a, const void *b)
{
    double x = ((const struct cutoff_one *)a)->begun, y = ((const struct cutoff_one *)b)->begun;
    return (x > y) - (x < y);
}

static struct soon soon_count(const struct cutoff *c)
{
    struct cutoff_one *one = mem_array(NULL, (size_t)c->count + 1, sizeof *one);
    struct soon n = { 0 };
    bool in_row = false;
    if (c->count)
        memcpy(one, c->one, (size_t)c->count * sizeof *one);
    qsort(one, (size_t)c->count, sizeof *one, by_begin);
    for (int i = 1; i < c->count; i++) {
        bool soon = one[i - 1].cut && one[i].begun < one[i - 1].begun + SOON;
        n.after += soon;
        n.cut += soon && one[i].cut;
        n.rows += soon && one[i].cut && !in_row;
        in_row = one[i].cut && (in_row || soon);
    }
    free(one);
    return n;
}

/* That of n at least k are cut off, where each is with probability p: the binomial distribution's upper end. */
static double chance_of(int k, int n, double p)
{
    double one = 1, sum = 0;
    for (int i = 0; i < n; i++)
        one *= p; /* of all n */
    for (int i = n; i >= k; i--) { /* from each number to the one below it */
        sum += one;
        one *= i * (1 - p) / ((n - i + 1) * p);
    }
    return sum;
}

enum state cutoff_judge(const struct cutoff *c)
{
    if (!c->good || !c->cut)
        return NOT_ASKED;
    struct soon n = soon_count(c);
    double p = (double)c->cut / (c->good + c->cut);
    if (c->again >= AGAIN_LEAST && n.rows >= ROWS_LEAST && chance_of(n.cut, n.after, p) < CHANCE)
        return STATE_YES;
    return c->row >= SHUT_LEAST && c->waited > 0 ? UNSURE : NOT_ASKED;
}

json_t *cutoff_json(const struct cutoff *c)
{
    struct soon n = soon_count(c);
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:b, s:f}", "made", c->good + c->cut, "cut", c->cut, "soon",
                     n.after, "soon_cut", n.cut, "again", c->again, "last", c->row, "how", c->how ? c->how : "", "alone",
                     c->alone, "waited", c->waited);
}

char *cutoff_text(const struct cutoff *c)
{
    struct soon n = soon_count(c);
    const char *how = c->how ? c->how : "";
    if (cutoff_judge(c) != STATE_YES)
        return mem_format("%d of our connections were answered, and the last %d were all cut off (%s), even after %g s "
                          "of quiet: we may be shut out for a while, or it went down", c->good, c->row, how, c->waited);
    return mem_format("%d of our %d connections were cut off (%s), among them %d of the %d that followed soon after "
                      "another, and went well when they were made again later: that is a limit on connections%s, and "
                      "our own doing", c->cut, c->good + c->cut, how, n.cut, n.after, c->alone ? " per time" : "");
}
