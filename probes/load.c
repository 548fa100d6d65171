/* load - the column's handshake more and more often at once, to see what comes with load and goes without it.
 *
 * Owns: FACT_LOAD: the ramp, its pauses, and when it stops. Must not know: what follows from it (src/why/load.c).
 *
 * First a baseline, one after another. Then bursts: all connections of one are begun at the same moment and stay open a
 * while when they are through, so that as many as are said are there at once, and never more. A step of the ramp is
 * some bursts of a size; the next is twice as large. One that fails is made once more, and when that fails as well, or
 * the server gets slow, or the time is nearly used up, the ramp is over. Then the baseline again: what fails even now
 * is waited out, since a limit on connections per time, which the ramp itself has run into, ends when we are quiet.
 *
 * With a number of handshakes to be made (--tries) one long step stands for the steps of the ramp: as many as are said
 * are kept at once, each that ends followed by the next. It begins with two, and one more for each that goes well.
 *
 * While it runs the fact is unsure, and is written again every half second as far as it is known.
 */
#include "probes/load.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <netinet/tcp.h>

#include "probes/again.h"
#include "probes/greet.h"
#include "probes/tally.h"
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
#define LOOK_EACH 50       /* of a long step: so many, or twice as many as are at once, are judged like a step */
#define TELL_PAUSE 0.5     /* seconds between what is told half way */

static const enum fact writes[] = { FACT_LOAD, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_HANDSHAKE, FACT_COUNT };

/* Milliseconds below which a handshake falls into that bin; the last takes all others. */
static const int bin_ends[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 0 };
#define BINS ((int)(sizeof bin_ends / sizeof *bin_ends))

enum phase { BEFORE, RAMP, LATER, OVER };

struct ramp {
    enum phase phase;
    int cap, questions;
    struct tally now;
    json_t *baseline, *steps, *after; /* owned; of STEP */
    double median;              /* seconds, of a handshake of the baseline */
    bool repeated;              /* the last step failed, and this is the same again */
    int bins[BINS];             /* handshakes of the steps, by how long they took */
    bool cut;                   /* one could not be made for want of time */
    const char *stopped;        /* const */
    double began, ended, cpu;   /* of the burst under way; 0: none */
    double step_took;           /* seconds, of the last step */
    double waited; int waits;   /* after the ramp, for the first that worked; seconds, and how often */
    bool hello_only;            /* raw hellos in the place of handshakes */
    int long_one;               /* handshakes of the one long step, 0: a ramp of bursts */
    int window;                 /* of the long step: so many at once for now */
    int looked, looked_failed;  /* of it: made and failed when it was judged last */
    bool enough, failing;       /* of it: no more are begun; for so many of the last ones failed */
    double told;                /* engine time when the fact was last written */
};

/* What one connection keeps. */
struct one {
    struct shake shake;
    struct greet greet;         /* in its place */
    bool held;                  /* it is through, and stays open for others' sake */
};

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool step_fails(const struct tally *s)
{
    return s->made && s->failed >= FAILING * s->made;
}

/* --- the ramp ------------------------------------------------------------------------------------ */

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
    tally_set(&s->now, at_once, (bursts > BURSTS_LEAST ? bursts : BURSTS_LEAST) * at_once);
    burst_ask(v, pause);
}

/* The long step: as many as the window has room for. */
static void long_ask(struct surveying *v, double pause)
{
    struct ramp *s = v->state;
    for (; !s->enough && s->now.asked < s->now.wanted && v->open < s->window; s->now.asked++)
        survey_ask_later(v, s->questions++, UNTIL_FLIGHT, pause);
}

static void long_begin(struct surveying *v)
{
    struct ramp *s = v->state;
    s->phase = RAMP;
    tally_set(&s->now, s->cap, s->long_one);
    s->began = s->ended = 0;
    s->cpu = cpu_now();
    s->window = s->cap < 2 ? s->cap : 2;
    long_ask(v, 0);
}

/* Of the baseline all failed from one on: that looks like a limit on connections per time, met before load was made. */
static bool met_alone(const struct ramp *s)
{
    return json_is_true(json_object_get(s->baseline, "none_after"));
}

/* Seconds, each time twice as many. */
static double wait_longer(struct ramp *s)
{
    double pause = 1 << s->waits++;
    s->waited += pause;
    return pause;
}

static void after_begin(struct surveying *v)
{
    struct ramp *s = v->state;
    s->phase = LATER;
    bool well = s->long_one && !total_of(s, "failed"); /* nobody has to recover, from anything */
    tally_set(&s->now, 1, AFTER);
    burst_ask(v, well ? 0 : met_alone(s) ? wait_longer(s) : STEP_PAUSE);
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

/* Seconds, of what one that goes well takes. */
static double step_median(struct ramp *s)
{
    return tally_part(&s->now, s->hello_only ? TIMED_HELLO : TIMED_HANDSHAKE, .5) / 1000;
}

static bool is_slow(struct ramp *s)
{
    double p50 = step_median(s);
    return p50 > SLOW_SECONDS && p50 > SLOW_TIMES * s->median;
}

static void baseline_over(struct surveying *v)
{
    struct ramp *s = v->state;
    s->baseline = tally_json(&s->now);
    s->median = step_median(s);
    if (!step_fails(&s->now) && s->long_one)
        long_begin(v);
    else if (!step_fails(&s->now))
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
    bool fails = step_fails(&s->now), again = fails && !s->repeated && !s->long_one;
    json_array_append_new(s->steps, tally_json(&s->now));
    s->repeated = again;
    if ((fails && !again) || s->failing)
        ramp_stop(v, "failures");
    else if (is_slow(s))
        ramp_stop(v, "slow");
    else if (!again && s->now.at_once >= s->cap && s->now.made >= s->now.wanted)
        ramp_stop(v, "cap");
    else if (s->long_one || time_left(v) < 3 * s->step_took + 2 * AFTER * s->median + 2)
        ramp_stop(v, "time");
    else
        step_begin(v, again ? s->now.at_once : next, again ? AGAIN_PAUSE : STEP_PAUSE);
}

static void after_over(struct ramp *s)
{
    s->after = tally_json(&s->now);
    s->phase = OVER;
}

/* Alone again. While the first of them fails, or, where they did so before load was made, any of them, each wait is
 * twice as long. */
static void after_on(struct surveying *v)
{
    struct ramp *s = v->state;
    double pause = 1 << s->waits;
    bool worked = s->now.failed < s->now.made, first = !worked && s->now.made == 1;
    if ((first || (met_alone(s) && s->now.failed)) && s->waits < WAITS_MAX && time_left(v) > pause + 2) {
        tally_set(&s->now, 1, AFTER);
        burst_ask(v, wait_longer(s));
    } else if (worked && s->now.asked < s->now.wanted) {
        bool well = s->long_one && !total_of(s, "failed");
        burst_ask(v, well ? 0 : BURST_PAUSE + s->waited / AFTER); /* what was waited out is not to be met again */
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
        s->baseline = tally_json(&s->now);
    else if (s->phase == RAMP)
        json_array_append_new(s->steps, tally_json(&s->now));
    else if (s->phase == LATER)
        s->after = tally_json(&s->now);
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

/* A window of the long step is judged as a step is; and it leaves time for what comes after it. */
static void long_look(struct surveying *v)
{
    struct ramp *s = v->state;
    int each = 2 * s->cap > LOOK_EACH ? 2 * s->cap : LOOK_EACH, made = s->now.made - s->looked;
    if (time_left(v) < 2 * AFTER * s->median + 2)
        s->enough = true;
    if (made < each)
        return;
    s->failing = s->now.failed - s->looked_failed >= FAILING * made;
    s->looked = s->now.made;
    s->looked_failed = s->now.failed;
    s->enough |= s->failing;
}

static void long_on(struct surveying *v)
{
    struct ramp *s = v->state;
    long_look(v);
    s->enough |= s->cut;
    long_ask(v, 0);
    if (v->open)
        return;
    burst_over(s);
    s->step_took = s->now.busy;
    if (s->cut)
        ramp_cut(s);
    else
        step_over(v);
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

static void one_good(struct ramp *s, double seconds)
{
    tally_good(&s->now);
    if (s->phase == RAMP)
        s->bins[bin_of(seconds * 1000)]++;
    if (s->window < s->cap)
        s->window++;
}

static void one_shaken(struct ramp *s, const struct shake *k)
{
    if (k->tls.hello_at > 0)
        tally_time(&s->now, TIMED_HELLO, k->tls.hello_at - k->hello);
    if (k->tls.end == TLS_OK) {
        tally_time(&s->now, TIMED_HANDSHAKE, k->finished - k->hello);
        one_good(s, k->finished - k->hello);
        return;
    }
    json_t *told = told_of(k, NULL);
    tally_failed(&s->now, told_word(told, "went"));
    json_decref(told);
}

static void one_greeted(const struct run *r, struct ramp *s, const struct greet *g)
{
    if (greet_answered(g)) {
        tally_time(&s->now, TIMED_HELLO, g->came - g->sent);
        one_good(s, g->came - g->sent);
        return;
    }
    char *word = greet_word(r, g);
    tally_failed(&s->now, word);
    free(word);
}

static bool one_worked(const struct ramp *s, const struct one *o)
{
    return s->hello_only ? greet_answered(&o->greet) : o->shake.tls.end == TLS_OK;
}

static void one_through(struct run *r, struct ramp *s, const struct one *o)
{
    if (!s->hello_only && o->shake.cant)
        return;
    one_note(r, s);
    tally_time(&s->now, TIMED_CONNECT, r->connected - r->created);
    if (s->hello_only)
        one_greeted(r, s, &o->greet);
    else
        one_shaken(s, &o->shake);
}

static struct want one_on(struct run *r, struct ramp *s, struct want w)
{
    struct one *o = r->state;
    if (!(w.what & WANT_DONE))
        return w;
    one_through(r, s, o);
    if (s->now.at_once > 1 && !s->long_one && one_worked(s, o)) {
        o->held = true;
        return (struct want){ .seconds = HOLD / s->now.at_once };
    }
    survey_came(r, NULL);
    return w;
}

static struct want load_start(struct run *r)
{
    struct one *o = r->state;
    struct ramp *s = ramp_of(r);
    struct shake_ask ask = shake_ask_of(r);
    if (!s)
        return (struct want){ .what = WANT_DONE };
    return one_on(r, s, s->hello_only ? greet_start(r, &o->greet) : shake_start(r, &o->shake, &ask));
}

static struct want load_step(struct run *r, enum step_why why)
{
    struct one *o = r->state;
    struct ramp *s = ramp_of(r);
    if (s && !o->held)
        return one_on(r, s, s->hello_only ? greet_step(r, &o->greet, why) : shake_step(r, &o->shake, why));
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
        tally_failed(&s->now, told_word(told, "went"));
    }
    json_decref(told);
    survey_came(r, NULL);
}

static void load_end(struct run *r)
{
    struct one *o = r->state;
    const struct ramp *s = ramp_of(r);
    if (o->greet.sent > 0)
        greet_end(r, &o->greet);
    if (s && s->long_one)
        conn_cut(&r->conn);
    shake_end(&o->shake);
}

/* --- the survey ---------------------------------------------------------------------------------- */

static void ramp_begin(struct surveying *v)
{
    struct ramp *s = v->state;
    s->cap = target_load(v->target);
    s->hello_only = target_options(v->target)->load_hello;
    s->long_one = target_options(v->target)->load_made;
    s->steps = json_array();
    tally_set(&s->now, 1, BASELINE);
    burst_ask(v, 0);
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

/* As it is now. `stopped`: why it did, NULL: it goes on. */
static void ramp_write(struct surveying *v, enum state state, const char *stopped)
{
    struct ramp *s = v->state;
    char *text = ramp_text(s);
    json_t *j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:s?, s:i, s:b}", "baseline", json_deep_copy(s->baseline), "steps",
                          json_deep_copy(s->steps), "after", s->after ? json_deep_copy(s->after) : json_null(), "waited",
                          tally_number(s->waited), "times", bins_json(s), "stopped", stopped, "cap", s->cap, "hello_only",
                          s->hello_only);
    run_see(v->run, FACT_LOAD, state, j, (run_now(v->run) - v->began) * 1000, text);
    s->told = run_now(v->run);
}

/* What is known half way: the step under way is put where it belongs, and taken away again. */
static void ramp_tell(struct surveying *v)
{
    struct ramp *s = v->state, before = *s;
    size_t steps = json_array_size(s->steps);
    if (!s->now.made || run_now(v->run) < s->told + TELL_PAUSE)
        return;
    if (s->ended > s->began)
        s->now.busy += s->ended - s->began;
    ramp_keep(s);
    ramp_write(v, UNSURE, NULL);
    if (s->baseline != before.baseline)
        json_decref(s->baseline);
    if (s->after != before.after)
        json_decref(s->after);
    if (json_array_size(s->steps) > steps)
        json_array_remove(s->steps, steps);
    s->baseline = before.baseline;
    s->after = before.after;
    s->now.busy = before.now.busy;
}

static void ramp_came(struct surveying *v, int question, const json_t *told)
{
    struct ramp *s = v->state;
    (void)question;
    (void)told;
    ramp_tell(v);
    if (s->phase == RAMP && s->long_one)
        long_on(v);
    else if (!v->open)
        ramp_on(v);
}

static void ramp_end(struct surveying *v)
{
    struct ramp *s = v->state;
    if (s->phase != OVER)
        ramp_keep(s);
    if (!s->baseline)
        return; /* could not ask */
    ramp_write(v, total_of(s, "failed") > 0 ? STATE_NO : STATE_YES, s->stopped ? s->stopped : "asked");
}

static void ramp_forget(struct surveying *v)
{
    struct ramp *s = v->state;
    tally_clear(&s->now);
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
    .survey = &survey, .needs = needs, .state_size = sizeof(struct one), .start = load_start, .step = load_step,
    .unreachable = load_unreachable, .end = load_end,
};
