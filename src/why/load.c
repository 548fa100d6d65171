/* load - see load.h. */
#include "src/why/load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/among.h"
#include "src/why/detail.h"
#include "src/why/look.h"

#define STEPS_MAX 64        /* of a session that may say anything */
#define COUNT_MAX 1000000
#define BEFORE_LEAST 10     /* that went well before, and after, until load is to blame */
#define AFTER_LEAST 5
#define SURE 0.001
#define LIKELY 0.01
#define CHANCE 0.2          /* from here on load makes no difference */
#define SYN_AGAIN 900       /* milliseconds: a SYN that is not answered is sent again after a second */
#define RESENT_MANY 0.1     /* of the connections of a step */
#define HELD 200            /* milliseconds that a connection of a pair stays open at least, see probes/load.c */
#define GROWN 4             /* times the answer takes longer, and so many ms more, before it is worth a word */
#define GROWN_MS 20
#define FLAT 1.3            /* twice as many at once, and no more than so many times as many a second */
#define OURS 0.8            /* of one of our cores */
#define CUT_LEAST 3         /* in a row, and none that went well after them */

const char *const limit_words[LIMIT_COUNT] = {
#define X(id, word, says) [LIMIT_##id] = word,
    LIMITS(X)
#undef X
};
const char *const limit_says[LIMIT_COUNT] = {
#define X(id, word, says) [LIMIT_##id] = says,
    LIMITS(X)
#undef X
};

/* --- chance ------------------------------------------------------------------------------------- */

/* The logarithm of how many ways there are to choose k of n. */
static double log_ways(int n, int k)
{
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

/* Sums from `failed` up; by logarithms, for among thousands each number by itself may be less likely than a double can
 * say. */
double load_chance(int failed, int made, int other_failed, int other_made)
{
    int bad = failed + other_failed, all = made + other_made;
    if (failed < 0 || other_failed < 0 || failed > made || other_failed > other_made || all > 2 * COUNT_MAX)
        return 1;
    int most = bad < made ? bad : made;
    double p = log_ways(made, failed) + log_ways(other_made, other_failed) - log_ways(all, bad), sum = exp(p);
    for (int k = failed; k < most; k++) { /* from each number to the one above it */
        p += log((double)(made - k) * (bad - k) / ((double)(k + 1) * (other_made - bad + k + 1)));
        sum += exp(p);
    }
    return sum < 1 ? sum : 1;
}

/* --- one step ----------------------------------------------------------------------------------- */

static int step_count(const json_t *step, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(step, key));
    return n < 0 ? 0 : n > COUNT_MAX ? COUNT_MAX : (int)n;
}

static double step_number(const json_t *step, const char *key)
{
    return json_number_value(json_object_get(step, key));
}

static double step_ms(const json_t *step, const char *stage, const char *part)
{
    return step_number(json_object_get(step, stage), part);
}

/* It was cut off: by whom depends on where. */
static bool kind_is_quick(const char *kind)
{
    return text_starts(kind, "reset") || text_starts(kind, "closed") || text_starts(kind, "refused") ||
           text_starts(kind, "alert");
}

static bool kind_is_busy(const char *kind) { return text_starts(kind, "starttls"); }
static bool kind_is_syn(const char *kind) { return strcmp(kind, "silent, connect") == 0; }

/* How many of the failures of all steps are of this kind. */
static int kinds_count(const json_t *steps, bool (*is)(const char *kind))
{
    const json_t *step, *count;
    const char *kind;
    size_t i;
    int n = 0;
    json_array_foreach((json_t *)steps, i, step) {
        if (i >= STEPS_MAX)
            break;
        json_object_foreach(json_object_get(step, "kinds"), kind, count)
            if (is(kind) && json_integer_value(count) > 0 && json_integer_value(count) < COUNT_MAX && n < COUNT_MAX)
                n += (int)json_integer_value(count);
    }
    return n;
}

/* --- the ramp ----------------------------------------------------------------------------------- */

struct ramp { const json_t *baseline, *steps, *after, *top; };

static struct ramp ramp_read(const json_t *value)
{
    struct ramp r = { .baseline = json_object_get(value, "baseline"), .steps = json_object_get(value, "steps"),
                      .after = json_object_get(value, "after") };
    size_t n = json_array_size(r.steps);
    r.top = n ? json_array_get(r.steps, n - 1) : NULL;
    return r;
}

static void heaps_fill(struct load *l, const struct ramp *r)
{
    const json_t *step;
    size_t i;
    json_array_foreach((json_t *)r->steps, i, step) {
        int at_once = step_count(step, "at_once");
        if (i >= STEPS_MAX)
            break;
        l->most = at_once > l->most ? at_once : l->most;
        if (step_count(step, "failed") && (!l->from || at_once < l->from))
            l->from = at_once;
    }
    l->low_failed = step_count(r->baseline, "failed") + step_count(r->after, "failed");
    l->low_made = step_count(r->baseline, "made") + step_count(r->after, "made");
    json_array_foreach((json_t *)r->steps, i, step) {
        bool high = l->from && step_count(step, "at_once") >= l->from;
        if (i >= STEPS_MAX)
            break;
        *(high ? &l->failed : &l->low_failed) += step_count(step, "failed");
        *(high ? &l->made : &l->low_made) += step_count(step, "made");
    }
}

/* The SYNs, or the first bytes behind them, had to be sent again, and not so without load. */
static bool queue_is_full(const struct ramp *r)
{
    int made = step_count(r->top, "made");
    bool late = step_ms(r->top, "connect", "p90") > SYN_AGAIN && step_ms(r->baseline, "connect", "max") < SYN_AGAIN;
    return late || (step_count(r->top, "resent") > RESENT_MANY * made && !step_count(r->baseline, "resent"));
}

static bool answers_late(const struct ramp *r)
{
    double quiet = step_ms(r->baseline, "hello", "p50"), loaded = step_ms(r->top, "hello", "p50");
    return quiet > 0 && loaded > GROWN * quiet && loaded > quiet + GROWN_MS;
}

/* Of each pair the second is answered only when the first is gone. */
static bool one_at_a_time(const struct ramp *r)
{
    const json_t *pair = json_array_get(r->steps, 0);
    return step_count(pair, "at_once") == 2 && step_ms(r->baseline, "hello", "max") < HELD / 2 &&
           step_ms(pair, "hello", "p90") > HELD;
}

/* Twice as many at once, and hardly more get through in a second. */
static bool works_flat_out(const struct ramp *r)
{
    size_t n = json_array_size(r->steps);
    double top = step_number(r->top, "rate"), below = n > 1 ? step_number(json_array_get(r->steps, n - 2), "rate") : 0;
    return n > 1 && below > 0 && top < FLAT * below && answers_late(r);
}

/* New reference. */
static json_t *steps_and_baseline(const struct ramp *r)
{
    json_t *all = json_array();
    json_array_append(all, (json_t *)r->baseline);
    json_array_extend(all, (json_t *)r->steps);
    return all;
}

/* Alone some went well, and then all failed, so that no load was made: of twelve the last three by chance, one time in
 * 220. */
static bool cut_to_the_end(const struct ramp *r)
{
    int failed = step_count(r->baseline, "failed");
    return failed >= CUT_LEAST && failed < step_count(r->baseline, "made") && !json_array_size(r->steps) &&
           json_is_true(json_object_get(r->baseline, "none_after"));
}

static enum limit limit_of_failures(const struct load *l, const struct ramp *r)
{
    json_t *all = steps_and_baseline(r);
    int failed = l->failed + l->low_failed;
    int quick = kinds_count(all, kind_is_quick), syn = kinds_count(all, kind_is_syn);
    bool busy = kinds_count(all, kind_is_busy) > failed / 2, fast = quick > failed / 2;
    json_decref(all);
    if (busy)
        return LIMIT_BUSY;
    bool to_the_end = !step_count(r->baseline, "failed") || json_is_true(json_object_get(r->baseline, "none_after"));
    if ((cut_to_the_end(r) || (l->waited > 0 && to_the_end)) && (fast || syn > failed / 2))
        return LIMIT_RATE;
    if (syn > failed / 2 || (!fast && queue_is_full(r)))
        return LIMIT_QUEUE;
    return fast ? LIMIT_CONNECTIONS : LIMIT_PROGRAM;
}

static enum limit limit_without(const struct ramp *r)
{
    if (one_at_a_time(r))
        return LIMIT_SERIAL;
    if (!answers_late(r))
        return queue_is_full(r) ? LIMIT_QUEUE : LIMIT_NONE;
    if (step_number(r->top, "own_cpu") > OURS)
        return LIMIT_OURS;
    return queue_is_full(r) ? LIMIT_QUEUE : works_flat_out(r) ? LIMIT_CPU : LIMIT_NONE;
}

/* How surely the failures come with load. */
static unsigned blame(const struct load *l, const struct ramp *r)
{
    int good_before = step_count(r->baseline, "made") - step_count(r->baseline, "failed");
    int good_after = step_count(r->after, "made") - step_count(r->after, "failed");
    bool quiet = !step_count(r->baseline, "failed") && !step_count(r->after, "failed") && good_before >= BEFORE_LEAST &&
                 good_after >= AFTER_LEAST;
    if (!l->failed && !l->low_failed)
        return l->most > 1 ? LOAD_IS(FINE) : 0;
    if (quiet && l->failed > 1 && l->p < LIKELY)
        return l->p < SURE ? LOAD_IS(SURELY) : LOAD_IS(LIKELY);
    if (l->low_failed > 1 && good_before && l->p > CHANCE)
        return LOAD_IS(ALIKE);
    return l->failed && quiet ? LOAD_IS(PERHAPS) : 0;
}

struct load load_read(enum state state, const json_t *value)
{
    struct load l = { .p = 1 };
    struct ramp r = ramp_read(value);
    if ((state != STATE_YES && state != STATE_NO) || !step_count(r.baseline, "made"))
        return l;
    heaps_fill(&l, &r);
    l.waited = step_number(value, "waited");
    if (l.failed)
        l.p = load_chance(l.failed, l.made, l.low_failed, l.low_made) * (double)json_array_size(r.steps);
    l.p = l.p < 1 ? l.p : 1;
    l.is = blame(&l, &r);
    bool waited = l.waited > 0 && step_count(r.after, "made") && !step_count(r.after, "failed");
    if (l.is & LOAD_IS(FINE))
        l.limit = limit_without(&r);
    else if (l.is & ~LOAD_IS(ALIKE) || waited || cut_to_the_end(&r))
        l.limit = limit_of_failures(&l, &r);
    if (l.limit == LIMIT_RATE)
        l.is &= ~LOAD_IS(ALIKE); /* it did not come and go by chance */
    return l;
}

bool load_holds(const struct load *load, const char *words)
{
    static const char *const names[LOAD_WORD_COUNT] = {
#define X(id, word) [LOAD_WORD_##id] = word,
        LOAD_WORDS(X)
#undef X
    };
    return among_set(words, names, LOAD_WORD_COUNT, load->is) ||
           (load->limit && among(words, limit_words[load->limit]));
}

/* --- what is said of it -------------------------------------------------------------------------- */

static char *certainty_text(double p)
{
    return p < SURE ? mem_string("p < 0.001") : p < LIKELY ? mem_string("p < 0.01") : mem_format("p = %.2g", p);
}

static json_t *kinds_of(const json_t *value)
{
    struct ramp r = ramp_read(value);
    json_t *sum = json_object(), *all = steps_and_baseline(&r);
    const json_t *step, *count;
    const char *kind;
    size_t i;
    json_array_foreach(all, i, step) {
        if (i >= STEPS_MAX)
            break;
        json_object_foreach(json_object_get(step, "kinds"), kind, count) {
            json_int_t n = json_integer_value(json_object_get(sum, kind)), more = json_integer_value(count);
            json_object_set_new(sum, kind, json_integer(n + (more > 0 && more < COUNT_MAX ? more : 0)));
        }
    }
    json_decref(all);
    return sum;
}

static char *kinds_text(const json_t *kinds)
{
    json_t *list = json_array(), *count;
    const char *kind;
    json_object_foreach((json_t *)kinds, kind, count) {
        char *one = mem_format("%s %d times", kind, (int)json_integer_value(count));
        json_array_append_new(list, json_string(one));
        free(one);
    }
    char *text = words_list(list, 3, "");
    json_decref(list);
    return text;
}

char *load_kinds(const json_t *value)
{
    json_t *kinds = kinds_of(value);
    char *text = kinds_text(kinds);
    json_decref(kinds);
    return text;
}

static enum fix fix_of(enum limit limit)
{
    static const enum fix fixes[LIMIT_COUNT] = {
        [LIMIT_RATE] = FIX_LOAD_RATE, [LIMIT_CONNECTIONS] = FIX_LOAD_CONNECTIONS, [LIMIT_QUEUE] = FIX_LOAD_QUEUE,
        [LIMIT_BUSY] = FIX_STARTTLS_BUSY, [LIMIT_PROGRAM] = FIX_LOAD_CPU, [LIMIT_CPU] = FIX_LOAD_CPU,
    };
    return fixes[limit];
}

void load_words(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *value = l->c->fact[FACT_LOAD].value;
    const struct load load = l->load;
    json_t *kinds = kinds_of(value);
    (void)mask;
    json_t *detail = json_pack("{s:s?, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:i, s:O}", "what",
                               load.limit ? limit_words[load.limit] : NULL, "from", load.from, "failed", load.failed,
                               "made", load.made, "low_failed", load.low_failed, "low_made", load.low_made, "p", load.p,
                               "waited", load.waited, "most", load.most, "kinds", kinds);
    json_object_update(w->detail, detail);
    json_decref(detail);
    w->fix[0] = fix_of(load.limit);
    words_say_own(w, "share", mem_format("%d of %d", load.failed, load.made));
    words_say_own(w, "from", mem_format("%d", load.from));
    words_say_own(w, "low", load.low_failed ? mem_format("%d of %d", load.low_failed, load.low_made)
                                            : mem_format("none of %d", load.low_made));
    words_say_own(w, "certainty", certainty_text(load.p));
    words_say_own(w, "kinds", kinds_text(kinds));
    words_say_own(w, "most", mem_format("%d", load.most));
    words_say_own(w, "waited", mem_format("%g s", load.waited));
    words_say(w, "what", limit_says[load.limit]);
    json_decref(kinds);
}
