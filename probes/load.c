/* load - the column's handshake more and more often at once, to see what comes with load and goes without it.
 *
 * Owns: FACT_LOAD: the ramp, its pauses, and when it stops. Must not know: what follows from it (src/why/load.c).
 *
 * First a baseline, one after another. Then bursts: all connections of one are begun at the same moment and stay open a
 * while when they are through, so that as many as are said are there at once, and never more. A step of the ramp is
 * some bursts of a size; the next is twice as large. One that fails is made once more, and when that fails as well, or
 * the server gets slow, or the time is nearly used up, the ramp is over. Then the baseline again: what fails even now
 * is waited out, since a limit on connections per time, which the ramp itself has run into, ends when we are quiet.
 */
#include "probes/load.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <netinet/tcp.h>

#include "probes/again.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define BASELINE 12        /* handshakes one after another: enough to tell 1 of 10 from none, few enough to be polite */
#define AFTER 6
#define STEP_LEAST 12      /* handshakes of a step, and at least so many bursts */
#define BURSTS_LEAST 2
#define STEP_PAUSE 0.25    /* seconds between steps */
#define AGAIN_PAUSE 1.0    /* before one that failed is made again */
#define BURST_PAUSE 0.05
#define HOLD 0.5           /* seconds by the number at once: how long each stays open; who serves one at a time
                              is kept no longer by many than by few */
#define FAILING 0.1        /* of a step: it fails */
#define SLOW_SECONDS 2.0   /* a median handshake that takes so long, and so many times that of the baseline */
#define SLOW_TIMES 5
#define WAITS_MAX 4        /* after the ramp: 1, 2, 4, 8 seconds */
#define HOPELESS 3         /* the first so many of the baseline fail */

static const enum fact writes[] = { FACT_LOAD, FACT_COUNT };

enum timed { TIMED_CONNECT, TIMED_HELLO, TIMED_HANDSHAKE, TIMED_COUNT };
static const char *const timed_keys[] = { "connect", "hello", "handshake" };

struct step {
    int at_once, wanted, asked, made, failed, resent;
    int last_good, first_failed; /* which of those made, 0: none */
    json_t *kinds;              /* owned; how many failed how */
    double *ms[TIMED_COUNT];         /* owned; of those that came so far */
    int count[TIMED_COUNT];
    double busy, cpu;           /* seconds: from the first of a burst to its last, and of this program */
};

/* Milliseconds below which a handshake falls into that bin; the last takes all others. */
static const int bin_ends[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 0 };
#define BINS ((int)(sizeof bin_ends / sizeof *bin_ends))

enum phase { BEFORE, RAMP, LATER, OVER };

struct ramp {
    enum phase phase;
    int cap, questions;
    struct step now;
    json_t *baseline, *steps, *after; /* owned; of STEP */
    double median;              /* seconds, of a handshake of the baseline */
    bool repeated;              /* the last step failed, and this is the same again */
    int bins[BINS];             /* handshakes of the steps, by how long they took */
    bool cut;                   /* one could not be made for want of time */
    const char *stopped;        /* const */
    double began, ended, cpu;   /* of the burst under way; 0: none */
    double step_took;           /* seconds, of the last step */
    double waited; int waits;   /* after the ramp, for the first that worked; seconds, and how often */
};

/* What one connection keeps. */
struct one {
    struct shake shake;
    bool held;                  /* it is through, and stays open for others' sake */
};

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- one step ------------------------------------------------------------------------------------ */

static void step_clear(struct step *s)
{
    json_decref(s->kinds);
    for (int i = 0; i < TIMED_COUNT; i++)
        free(s->ms[i]);
    *s = (struct step){ 0 };
}

static void step_set(struct step *s, int at_once, int wanted)
{
    step_clear(s);
    s->at_once = at_once;
    s->wanted = wanted;
    s->kinds = json_object();
    for (int i = 0; i < TIMED_COUNT; i++)
        s->ms[i] = mem_array(NULL, (size_t)wanted, sizeof **s->ms);
}

static void step_time(struct step *s, enum timed what, double seconds)
{
    if (s->count[what] < s->wanted)
        s->ms[what][s->count[what]++] = seconds * 1000;
}

static void step_failed(struct step *s, const char *how)
{
    json_int_t before = json_integer_value(json_object_get(s->kinds, how));
    s->failed++;
    s->first_failed = s->first_failed ? s->first_failed : s->made;
    json_object_set_new(s->kinds, how, json_integer(before + 1));
}

static bool step_fails(const struct step *s)
{
    return s->made && s->failed >= FAILING * s->made;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Three digits behind the point: more of them say nothing. */
static json_t *rounded(double x)
{
    return json_real((double)(long long)(x * 1000 + 0.5) / 1000);
}

/* Sorted. Which one of n stands for that part of them; 0 of none. */
static double part_of(const double *ms, int n, double part)
{
    int at = (int)(part * n);
    return n ? ms[at < n ? at : n - 1] : 0;
}

static json_t *times_json(double *ms, int n)
{
    if (!n)
        return json_null();
    qsort(ms, (size_t)n, sizeof *ms, by_size);
    return json_pack("{s:o, s:o, s:o}", "p50", rounded(part_of(ms, n, .5)), "p90", rounded(part_of(ms, n, .9)), "max",
                     rounded(ms[n - 1]));
}

static json_t *step_json(struct step *s)
{
    int good = s->made - s->failed;
    json_t *j = json_pack("{s:i, s:i, s:i, s:O, s:i}", "at_once", s->at_once, "made", s->made, "failed", s->failed,
                          "kinds", s->kinds, "resent", s->resent);
    for (int i = 0; i < TIMED_COUNT; i++)
        json_object_set_new(j, timed_keys[i], times_json(s->ms[i], s->count[i]));
    json_object_set_new(j, "none_after", json_boolean(s->first_failed && s->last_good < s->first_failed));
    json_object_set_new(j, "rate", s->busy > 0 ? rounded(good / s->busy) : json_null());
    json_object_set_new(j, "own_cpu", s->busy > 0 ? rounded(s->cpu / s->busy) : json_null());
    return j;
}

/* --- the ramp ------------------------------------------------------------------------------------ */

static double time_left(const struct surveying *v)
{
    return v->target->began + target_max_time(v->target) - target_now(v->target);
}

/* As many as go at once, and no more than are wanted. */
static void burst_ask(struct surveying *v, double pause)
{
    struct ramp *s = v->state;
    s->began = s->ended = 0;
    s->cpu = cpu_now();
    for (int i = 0; i < s->now.at_once && s->now.asked < s->now.wanted; i++, s->now.asked++)
        survey_ask_later(v, s->questions++, UNTIL_FLIGHT, pause);
}

static void burst_over(struct ramp *s)
{
    if (s->ended > s->began)
        s->now.busy += s->ended - s->began;
    s->now.cpu += cpu_now() - s->cpu;
}

static void step_begin(struct surveying *v, int at_once, double pause)
{
    struct ramp *s = v->state;
    int bursts = (STEP_LEAST + at_once - 1) / at_once;
    s->phase = RAMP;
    step_set(&s->now, at_once, (bursts > BURSTS_LEAST ? bursts : BURSTS_LEAST) * at_once);
    burst_ask(v, pause);
}

static void after_begin(struct surveying *v)
{
    struct ramp *s = v->state;
    s->phase = LATER;
    step_set(&s->now, 1, AFTER);
    burst_ask(v, STEP_PAUSE);
}

static void ramp_stop(struct surveying *v, const char *why)
{
    struct ramp *s = v->state;
    if (!s->stopped)
        s->stopped = why;
    if (time_left(v) < 1)
        s->phase = OVER;
    else
        after_begin(v);
}

static bool is_slow(const struct ramp *s)
{
    double p50 = part_of(s->now.ms[TIMED_HANDSHAKE], s->now.count[TIMED_HANDSHAKE], .5) / 1000; /* sorted: step_json */
    return p50 > SLOW_SECONDS && p50 > SLOW_TIMES * s->median;
}

static void baseline_over(struct surveying *v)
{
    struct ramp *s = v->state;
    s->baseline = step_json(&s->now);
    s->median = part_of(s->now.ms[TIMED_HANDSHAKE], s->now.count[TIMED_HANDSHAKE], .5) / 1000;
    if (!step_fails(&s->now))
        step_begin(v, s->cap > 2 ? 2 : s->cap, STEP_PAUSE);
    else if (s->now.failed < s->now.made) /* now so, now so, or from one on: only a pause tells */
        ramp_stop(v, "failures");
    else {
        s->stopped = "failures";
        s->phase = OVER;
    }
}

static void step_over(struct surveying *v)
{
    struct ramp *s = v->state;
    int next = 2 * s->now.at_once < s->cap ? 2 * s->now.at_once : s->cap;
    bool fails = step_fails(&s->now), again = fails && !s->repeated;
    json_array_append_new(s->steps, step_json(&s->now));
    s->repeated = again;
    if (fails && !again)
        ramp_stop(v, "failures");
    else if (is_slow(s))
        ramp_stop(v, "slow");
    else if (!again && s->now.at_once >= s->cap)
        ramp_stop(v, "cap");
    else if (time_left(v) < 3 * s->step_took + 2 * AFTER * s->median + 2)
        ramp_stop(v, "time");
    else
        step_begin(v, again ? s->now.at_once : next, again ? AGAIN_PAUSE : STEP_PAUSE);
}

static void after_over(struct ramp *s)
{
    s->after = step_json(&s->now);
    s->phase = OVER;
}

/* Alone again. While the first of them fails, each wait is twice as long. */
static void after_on(struct surveying *v)
{
    struct ramp *s = v->state;
    double pause = 1 << s->waits;
    bool worked = s->now.failed < s->now.made;
    if (!worked && s->now.made == 1 && s->waits < WAITS_MAX && time_left(v) > pause + 2) {
        s->waits++;
        s->waited += pause;
        step_set(&s->now, 1, AFTER);
        burst_ask(v, pause);
    } else if (worked && s->now.asked < s->now.wanted) {
        burst_ask(v, BURST_PAUSE + s->waited / AFTER); /* what was waited out is not to be met again */
    } else {
        after_over(s);
    }
}

/* What is under way counts as far as it came. */
static void ramp_keep(struct ramp *s)
{
    if (!s->now.made)
        return;
    if (s->phase == BEFORE)
        s->baseline = step_json(&s->now);
    else if (s->phase == RAMP)
        json_array_append_new(s->steps, step_json(&s->now));
    else if (s->phase == LATER)
        s->after = step_json(&s->now);
}

/* --max-time is used up, or this machine can't. */
static void ramp_cut(struct ramp *s)
{
    ramp_keep(s);
    s->stopped = s->stopped ? s->stopped : "time";
    s->phase = OVER;
}

static void ramp_on(struct surveying *v)
{
    struct ramp *s = v->state;
    burst_over(s);
    if (s->cut) {
        ramp_cut(s);
    } else if (s->phase == LATER) {
        after_on(v);
    } else if (s->phase == BEFORE && s->now.failed == s->now.made && s->now.made >= HOPELESS) {
        baseline_over(v);
    } else if (s->now.asked < s->now.wanted) {
        burst_ask(v, s->phase == BEFORE ? 0 : BURST_PAUSE);
    } else {
        s->step_took = s->now.busy + STEP_PAUSE;
        (s->phase == BEFORE ? baseline_over : step_over)(v);
    }
}

/* --- one connection ------------------------------------------------------------------------------ */

static bool was_resent(const struct run *r)
{
    struct tcp_info i = { 0 };
    socklen_t n = sizeof i;
    return r->conn.fd >= 0 && getsockopt(r->conn.fd, IPPROTO_TCP, TCP_INFO, &i, &n) == 0 && i.tcpi_total_retrans > 0;
}

static struct ramp *ramp_of(const struct run *r)
{
    struct surveying *v = run_survey(r);
    return v ? v->state : NULL;
}

static void one_note(struct run *r, struct ramp *s)
{
    double now = run_now(r);
    if (!s->began || r->created < s->began)
        s->began = r->created;
    if (now > s->ended)
        s->ended = now;
    s->now.made++;
    s->now.resent += was_resent(r);
}

static int bin_of(double ms)
{
    int i = 0;
    while (bin_ends[i] && ms >= bin_ends[i])
        i++;
    return i;
}

static void one_through(struct run *r, const struct shake *k)
{
    struct ramp *s = ramp_of(r);
    if (!s || k->cant)
        return;
    one_note(r, s);
    step_time(&s->now, TIMED_CONNECT, r->connected - r->created);
    if (k->tls.hello_at > 0)
        step_time(&s->now, TIMED_HELLO, k->tls.hello_at - k->hello);
    if (k->tls.end == TLS_OK) {
        step_time(&s->now, TIMED_HANDSHAKE, k->finished - k->hello);
        s->now.last_good = s->now.made;
        if (s->phase == RAMP)
            s->bins[bin_of((k->finished - k->hello) * 1000)]++;
        return;
    }
    json_t *told = told_of(k, NULL);
    step_failed(&s->now, told_word(told, "went"));
    json_decref(told);
}

static struct want one_on(struct run *r, struct want w)
{
    struct one *o = r->state;
    const struct ramp *s = ramp_of(r);
    if (!(w.what & WANT_DONE))
        return w;
    one_through(r, &o->shake);
    if (s && s->now.at_once > 1 && o->shake.tls.end == TLS_OK) {
        o->held = true;
        return (struct want){ .seconds = HOLD / s->now.at_once };
    }
    survey_came(r, NULL);
    return w;
}

static struct want load_start(struct run *r)
{
    struct one *o = r->state;
    struct shake_ask ask = shake_ask_of(r);
    if (!run_survey(r))
        return (struct want){ .what = WANT_DONE };
    return one_on(r, shake_start(r, &o->shake, &ask));
}

static struct want load_step(struct run *r, enum step_why why)
{
    struct one *o = r->state;
    if (!o->held)
        return one_on(r, shake_step(r, &o->shake, why));
    survey_came(r, NULL);
    return (struct want){ .what = WANT_DONE };
}

static void load_unreachable(struct run *r, bool timed_out)
{
    struct ramp *s = ramp_of(r);
    json_t *told = again_unreached(r, timed_out);
    if (s && !told) {
        s->cut = true;
    } else if (s) {
        one_note(r, s);
        step_failed(&s->now, told_word(told, "went"));
    }
    json_decref(told);
    survey_came(r, NULL);
}

static void load_end(struct run *r)
{
    struct one *o = r->state;
    shake_end(&o->shake);
}

/* --- the survey ---------------------------------------------------------------------------------- */

static void ramp_begin(struct surveying *v)
{
    struct ramp *s = v->state;
    s->cap = target_load(v->target);
    s->steps = json_array();
    step_set(&s->now, 1, BASELINE);
    burst_ask(v, 0);
}

static void ramp_came(struct surveying *v, int question, const json_t *told)
{
    (void)question;
    (void)told;
    if (!v->open)
        ramp_on(v);
}

static int total_of(const struct ramp *s, const char *key)
{
    const json_t *step;
    size_t i;
    json_int_t n = json_integer_value(json_object_get(s->baseline, key)) +
                   json_integer_value(json_object_get(s->after, key));
    json_array_foreach(s->steps, i, step)
        n += json_integer_value(json_object_get(step, key));
    return (int)n;
}

static int most_at_once(const struct ramp *s)
{
    const json_t *last = json_array_get(s->steps, json_array_size(s->steps) ? json_array_size(s->steps) - 1 : 0);
    return last ? (int)json_integer_value(json_object_get(last, "at_once")) : 1;
}

static char *ramp_text(const struct ramp *s)
{
    struct text t = { 0 };
    const json_t *step;
    size_t i;
    int made = total_of(s, "made"), failed = total_of(s, "failed");
    text_addf(&t, "%d handshakes, up to %d at once: ", made, most_at_once(s));
    if (!failed)
        text_add(&t, "none failed");
    else
        text_addf(&t, "alone %d of %d failed", (int)json_integer_value(json_object_get(s->baseline, "failed")),
                  (int)json_integer_value(json_object_get(s->baseline, "made")));
    json_array_foreach(s->steps, i, step)
        if (json_integer_value(json_object_get(step, "failed")))
            text_addf(&t, "; %d at once, %d of %d", (int)json_integer_value(json_object_get(step, "at_once")),
                      (int)json_integer_value(json_object_get(step, "failed")),
                      (int)json_integer_value(json_object_get(step, "made")));
    if (failed && s->after)
        text_addf(&t, "; alone again, %d of %d", (int)json_integer_value(json_object_get(s->after, "failed")),
                  (int)json_integer_value(json_object_get(s->after, "made")));
    if (s->waited > 0)
        text_addf(&t, ", %g s later", s->waited);
    return text_take(&t);
}

static json_t *bins_json(const struct ramp *s)
{
    json_t *list = json_array();
    for (int i = 0; i < BINS; i++)
        if (s->bins[i])
            json_array_append_new(list, json_pack("{s:o, s:i}", "below",
                                                  bin_ends[i] ? json_integer(bin_ends[i]) : json_null(), "count",
                                                  s->bins[i]));
    return list;
}

static void ramp_end(struct surveying *v)
{
    struct ramp *s = v->state;
    if (s->phase != OVER)
        ramp_keep(s);
    if (!s->baseline)
        return; /* could not ask */
    bool failed = total_of(s, "failed") > 0;
    char *text = ramp_text(s);
    json_t *j = json_pack("{s:O, s:O, s:O?, s:o, s:o, s:s, s:i}", "baseline", s->baseline, "steps", s->steps, "after",
                          s->after, "waited", rounded(s->waited), "times", bins_json(s), "stopped",
                          s->stopped ? s->stopped : "asked", "cap", s->cap);
    run_see(v->run, FACT_LOAD, failed ? STATE_NO : STATE_YES, j, (run_now(v->run) - v->began) * 1000, text);
}

static void ramp_forget(struct surveying *v)
{
    struct ramp *s = v->state;
    step_clear(&s->now);
    json_decref(s->baseline);
    json_decref(s->steps);
    json_decref(s->after);
}

static const struct survey survey = {
    .state_size = sizeof(struct ramp),
    .begin = ramp_begin,
    .came = ramp_came,
    .end = ramp_end,
    .forget = ramp_forget,
    .tells_halfway = true,
};

const struct probe load_probe = {
    .name = "load", .aside = true, .thorough = true, .alone = true, .crowds = true, .writes = writes, .connects = true,
    .survey = &survey, .needs = again_needs, .state_size = sizeof(struct one), .start = load_start, .step = load_step,
    .unreachable = load_unreachable, .end = load_end,
};
