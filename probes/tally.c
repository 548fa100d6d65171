/* tally - see tally.h. */
#include "probes/tally.h"

#include <stdlib.h>

#include "src/base/mem.h"

static const char *const timed_keys[] = { "connect", "hello", "handshake" };

void tally_clear(struct tally *t)
{
    json_decref(t->kinds);
    for (int i = 0; i < TIMED_COUNT; i++)
        free(t->ms[i]);
    *t = (struct tally){ 0 };
}

void tally_set(struct tally *t, int at_once, int wanted)
{
    tally_clear(t);
    t->at_once = at_once;
    t->wanted = wanted;
    t->kinds = json_object();
    for (int i = 0; i < TIMED_COUNT; i++)
        t->ms[i] = mem_array(NULL, (size_t)wanted, sizeof **t->ms);
}

void tally_time(struct tally *t, enum timed what, double seconds)
{
    if (t->count[what] < t->wanted)
        t->ms[what][t->count[what]++] = seconds * 1000;
}

void tally_good(struct tally *t)
{
    t->last_good = t->made;
}

void tally_failed(struct tally *t, const char *how)
{
    json_int_t before = json_integer_value(json_object_get(t->kinds, how));
    t->failed++;
    t->first_failed = t->first_failed ? t->first_failed : t->made;
    json_object_set_new(t->kinds, how, json_integer(before + 1));
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorted. Which one of n stands for that part of them; 0 of none. */
static double part_of(const double *ms, int n, double part)
{
    int at = (int)(part * n);
    return n ? ms[at < n ? at : n - 1] : 0;
}

double tally_part(struct tally *t, enum timed what, double part)
{
    qsort(t->ms[what], (size_t)t->count[what], sizeof **t->ms, by_size);
    return part_of(t->ms[what], t->count[what], part);
}

json_t *tally_number(double x)
{
    return json_real((double)(long long)(x * 1000 + 0.5) / 1000);
}

static json_t *times_json(double *ms, int n)
{
    if (!n)
        return json_null();
    qsort(ms, (size_t)n, sizeof *ms, by_size);
    return json_pack("{s:o, s:o, s:o}", "p50", tally_number(part_of(ms, n, .5)), "p90", tally_number(part_of(ms, n, .9)),
                     "max", tally_number(ms[n - 1]));
}

json_t *tally_json(struct tally *t)
{
    int good = t->made - t->failed;
    json_t *j = json_pack("{s:i, s:i, s:i, s:o, s:i}", "at_once", t->at_once, "made", t->made, "failed", t->failed,
                          "kinds", json_deep_copy(t->kinds), "resent", t->resent);
    for (int i = 0; i < TIMED_COUNT; i++)
        json_object_set_new(j, timed_keys[i], times_json(t->ms[i], t->count[i]));
    json_object_set_new(j, "none_after", json_boolean(t->first_failed && t->last_good < t->first_failed));
    json_object_set_new(j, "rate", t->busy > 0 ? tally_number(good / t->busy) : json_null());
    json_object_set_new(j, "own_cpu", t->busy > 0 ? tally_number(t->cpu / t->busy) : json_null());
    return j;
}
