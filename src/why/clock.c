/* clock - see clock.h. */
#include "src/why/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/member.h"
#include "src/model/reason.h"

#define HOSTS_MAX 64    /* machines whose Dates are compared */
#define COLUMNS_MAX 400 /* columns that are looked through for them */
#define DAY 86400.0
#define SAVED_APART 600 /* seconds between two columns of one saved session, at most */
#define KERNEL_OFF 1.0  /* seconds a clock that the kernel calls synchronised may be off */

struct date { double offset, uncertainty; const char *address; size_t host_len; };

static double number(const json_t *v, const char *key)
{
    return json_number_value(json_object_get(v, key));
}

/* --- the Dates of servers ----------------------------------------------------------------------- */

/* A Date, and whose it is: several ports of one machine are one clock. */
static bool date_of(const struct column *c, struct date *d)
{
    const struct seen *f = &c->fact[FACT_CLOCK];
    const char *port = c->address ? strrchr(c->address, ':') : NULL;
    if (f->state != STATE_YES || !json_is_number(json_object_get(f->value, "seconds")))
        return false;
    *d = (struct date){ number(f->value, "seconds"), number(f->value, "uncertainty"), c->address ? c->address : "",
                        port ? (size_t)(port - c->address) : 0 };
    return true;
}

static bool same_machine(const struct date *a, const struct date *b)
{
    return a->host_len == b->host_len && memcmp(a->address, b->address, a->host_len) == 0;
}

static bool dates_agree(const struct date *a, const struct date *b)
{
    return fabs(a->offset - b->offset) <= a->uncertainty + b->uncertainty + CLOCK_SLACK;
}

static const struct date our_own = { .address = "" };

/* Asked by the same clock. Of columns out of files nobody knows whose it was: it is taken for the same where it said
 * about the same time, which two clocks that differ do not. */
static bool same_clock(const struct session *s, const struct column *a, const struct column *b)
{
    if (!text_is(a->vantage, b->vantage ? b->vantage : ""))
        return false;
    return !column_is_saved(a) || fabs(clock_judged_at(s, a) - clock_judged_at(s, b)) < SAVED_APART;
}

/* One Date for each machine, asked from where this column was: another machine's clock is another matter. */
static size_t dates_gather(const struct session *s, const struct column *c, struct date *out)
{
    size_t n = 0, from = 0;
    struct date d;
    if (date_of(c, &d))
        out[n++] = d;
    for (; from < s->count && from < COLUMNS_MAX && n < HOSTS_MAX; from++) {
        const struct column *o = s->column[from];
        size_t i = 0;
        if (o == c || !same_clock(s, o, c) || !date_of(o, &d))
            continue;
        while (i < n && !same_machine(&out[i], &d))
            i++;
        if (i == n)
            out[n++] = d;
    }
    return n;
}

static int dates_like(const struct date *d, const struct date *all, size_t n)
{
    int like = 0;
    for (size_t i = 0; i < n; i++)
        like += dates_agree(&all[i], d);
    return like;
}

/* The Date most agree with, where that decides: two machines against fewer, or one that agrees with us against none
 * but this server's. */
static bool dates_decide(struct clock *k, const struct date *all, size_t n)
{
    int ours = dates_like(&our_own, all, n), most = 0;
    const struct date *best = NULL;
    for (size_t i = 0; i < n; i++) {
        int like = dates_like(&all[i], all, n);
        if (!dates_agree(&all[i], &our_own) && like > most) {
            most = like;
            best = &all[i];
        }
    }
    bool off = most >= 2 && most > ours, right = n >= 2 && ours >= 1 && ours >= most;
    if (!off && !right)
        return false;
    if (right)
        for (best = all; !dates_agree(best, &our_own);)
            best++;
    k->by = CLOCK_BY_DATES;
    k->dates = off ? most : ours;
    k->low = best->offset - best->uncertainty;
    k->high = best->offset + best->uncertainty;
    return true;
}

/* --- the right time ----------------------------------------------------------------------------- */

static bool sntp_decides(struct clock *k, const struct column *c)
{
    const struct seen *f = &c->fact[FACT_SNTP];
    if (f->state != STATE_YES || !json_is_number(json_object_get(f->value, "seconds")))
        return false;
    double offset = number(f->value, "seconds"), off = number(f->value, "uncertainty");
    k->by = CLOCK_BY_SNTP;
    k->low = offset - off;
    k->high = offset + off;
    k->ntp_server = json_string_value(json_object_get(f->value, "server"));
    return true;
}

/* The latest date that others than a certificate's maker signed. */
static void proof_find(struct clock *k, const struct column *c)
{
    const json_t *one;
    size_t i;
    int64_t when;
    json_array_foreach(json_object_get(c->fact[FACT_BOUNDS].value, "bounds"), i, one) {
        if (strcmp(member_text(one, "what"), "not-before") == 0 || !when_parse(member_text(one, "when"), &when) ||
            (k->proof && when <= k->proof_when))
            continue;
        k->proof = one;
        k->proof_when = when;
    }
}

/* The server's own Date says how much it is, where it is no earlier than what was signed. Where that agrees with our
 * clock it is who signed whose clock is wrong. */
static bool proof_decides(struct clock *k, double at)
{
    double behind = k->proof ? (double)k->proof_when - at : 0;
    if (behind <= CLOCK_SLACK || (k->dated && !clock_date_off(k)))
        return false;
    k->by = CLOCK_BY_SIGNED;
    k->low = behind;
    k->high = INFINITY;
    if (k->dated && k->offset + k->uncertainty >= behind) {
        k->low = fmax(behind, k->offset - k->uncertainty);
        k->high = k->offset + k->uncertainty;
    }
    return true;
}

static bool date_decides(struct clock *k, const struct date *all, size_t n)
{
    if (!n)
        return false;
    k->by = CLOCK_BY_DATE;
    k->dates = 1;
    k->low = all[0].offset - all[0].uncertainty;
    k->high = all[0].offset + all[0].uncertainty;
    return true;
}

static bool kernel_decides(struct clock *k, const struct column *c)
{
    if (c->fact[FACT_NTP].state != STATE_YES)
        return false;
    k->by = CLOCK_BY_KERNEL;
    k->low = -KERNEL_OFF;
    k->high = KERNEL_OFF;
    return true;
}

/* Whether there is anything to weigh: a healthy column is not to be compared with a thousand others. */
static bool worth_it(const struct clock *k, const struct column *c)
{
    return c->fact[FACT_DATES].state == STATE_NO || c->fact[FACT_REASONS].state == STATE_YES || clock_date_off(k);
}

static void weigh(struct clock *k, const struct session *s, const struct column *c, double at)
{
    struct date all[HOSTS_MAX];
    size_t n = 0;
    if (sntp_decides(k, c))
        return;
    if (worth_it(k, c))
        n = dates_gather(s, c, all);
    else if (k->dated)
        n = date_of(c, &all[0]);
    if (!dates_decide(k, all, n) && !proof_decides(k, at) && !kernel_decides(k, c))
        date_decides(k, all, n);
}

/* --- the dates of certificates ------------------------------------------------------------------ */

/* A date fault at all times that may be the right one; open intervals count from their near end. */
static bool is_fault_at(int64_t when, bool expired, double low, double high)
{
    return expired ? low > (double)when : high < (double)when;
}

/* What is known is only that it is later than `low`: what begins within a day of that is believed to have begun. */
static bool begins_soon(const struct clock *k, int64_t when, double at)
{
    return isinf(k->high) && at + k->low + DAY >= (double)when;
}

static bool stays(const struct clock *k, int64_t when, bool expired, double at)
{
    if (!expired && isinf(k->high))
        return !begins_soon(k, when, at);
    return is_fault_at(when, expired, at + k->low, at + k->high);
}

static bool by_server(const struct clock *k, int64_t when, bool expired, double at)
{
    return k->dated && fabs(k->offset) > k->uncertainty &&
           !is_fault_at(when, expired, at + k->offset - k->uncertainty, at + k->offset + k->uncertainty);
}

static void judge_faults(struct clock *k, const struct column *c, bool expired, double at)
{
    const json_t *fault;
    size_t i;
    int64_t when;
    bool any = false, left = false, unless = true;
    const char *reason = reason_table[expired ? REASON_EXPIRED : REASON_NOT_YET].word;
    json_array_foreach(c->fact[FACT_REASONS].value, i, fault) {
        if (strcmp(member_text(fault, "reason"), reason) != 0 || !when_parse(member_text(fault, "when"), &when))
            continue;
        any = true;
        left |= stays(k, when, expired, at);
        unless &= by_server(k, when, expired, at);
    }
    bool apart = k->low > 0 || k->high < 0, known = k->by != CLOCK_BY_NOTHING;
    if (expired) {
        k->moved_expired = any && known && apart && !left;
        k->stays_expired = any && known && left && k->by != CLOCK_BY_KERNEL;
        k->servers_expired = any && known && left && unless;
    } else {
        k->moved_not_yet = any && known && apart && !left;
        k->servers_not_yet = any && known && left && unless;
    }
}

/* What our clock does not show, being off. */
static void judge_hidden(struct clock *k, const struct column *c, double at)
{
    const json_t *link;
    size_t i;
    int64_t from, to;
    if (!clock_ours_off(k))
        return;
    json_array_foreach(json_object_get(c->fact[FACT_CHAIN].value, "built"), i, link) {
        if (!when_parse(member_text(link, "not_before"), &from) || !when_parse(member_text(link, "not_after"), &to))
            continue;
        if (!k->hidden && at <= (double)to && at + k->low > (double)to)
            k->hidden = link;
        if (!k->hidden_early && at >= (double)from && at + k->high < (double)from)
            k->hidden_early = link;
    }
}

static void judge_staple(struct clock *k, const struct column *c, double at)
{
    const json_t *v = c->fact[FACT_STAPLE].value;
    int64_t until;
    if (json_is_true(json_object_get(v, "stale")) && when_parse(member_text(v, "next_update"), &until))
        k->staple_moved = clock_ours_off(k) && at + k->high <= (double)until;
}

double clock_judged_at(const struct session *s, const struct column *c)
{
    unsigned e = c->fact[FACT_REASONS].evidence;
    return e && e < s->evidence_count ? s->evidence[e].time : s->started;
}

struct clock clock_weigh(const struct session *s, const struct column *c, double at)
{
    struct clock k = { .by = CLOCK_BY_NOTHING };
    struct date own;
    k.dated = date_of(c, &own);
    if (k.dated) {
        k.offset = own.offset;
        k.uncertainty = own.uncertainty;
    }
    proof_find(&k, c);
    weigh(&k, s, c, at);
    judge_faults(&k, c, true, at);
    judge_faults(&k, c, false, at);
    judge_hidden(&k, c, at);
    judge_staple(&k, c, at);
    return k;
}

/* --- questions ---------------------------------------------------------------------------------- */

bool clock_is_strong(const struct clock *k)
{
    return k->by >= CLOCK_BY_SIGNED;
}

static bool is_off(double low, double high)
{
    return low > CLOCK_SLACK || high < -CLOCK_SLACK;
}

bool clock_ours_off(const struct clock *k)
{
    return clock_is_strong(k) && is_off(k->low, k->high);
}

bool clock_ours_off_surely(const struct clock *k)
{
    bool staple = k->by == CLOCK_BY_SIGNED && isinf(k->high) && strcmp(member_text(k->proof, "what"), "ocsp") == 0;
    return clock_ours_off(k) && !staple;
}

bool clock_date_off(const struct clock *k)
{
    return k->dated && is_off(k->offset - k->uncertainty, k->offset + k->uncertainty);
}

bool clock_server_off(const struct clock *k)
{
    return k->dated && k->by >= CLOCK_BY_KERNEL &&
           is_off(k->offset - k->uncertainty - k->high, k->offset + k->uncertainty - k->low);
}

char *clock_source(const struct clock *k, char out[CLOCK_SAYS_LEN])
{
    char when[WHEN_LEN];
    switch (k->by) {
    case CLOCK_BY_SNTP:
        snprintf(out, CLOCK_SAYS_LEN, "the NTP server %.150s", k->ntp_server ? k->ntp_server : "?");
        break;
    case CLOCK_BY_DATES:
        if (k->dates == 1)
            snprintf(out, CLOCK_SAYS_LEN, "the HTTP Date of another server");
        else
            snprintf(out, CLOCK_SAYS_LEN, "the HTTP Dates of %d servers, which agree", k->dates);
        break;
    case CLOCK_BY_SIGNED:
        snprintf(out, CLOCK_SAYS_LEN, "%s that was signed at %s", strcmp(member_text(k->proof, "what"), "sct") == 0
                 ? "a certificate timestamp (SCT)" : "the OCSP response", when_format(k->proof_when, when));
        break;
    case CLOCK_BY_KERNEL:
        snprintf(out, CLOCK_SAYS_LEN, "the kernel, which calls this machine's clock synchronised");
        break;
    case CLOCK_BY_DATE: snprintf(out, CLOCK_SAYS_LEN, "the HTTP Date of one server"); break;
    default: snprintf(out, CLOCK_SAYS_LEN, "nothing"); break;
    }
    return out;
}

char *clock_span(const struct clock *k, char out[CLOCK_SAYS_LEN])
{
    char span[WHEN_LEN];
    bool open = isinf(k->high);
    snprintf(out, CLOCK_SAYS_LEN, "%s%s", open ? "at least " : "",
             when_span(fabs(open ? k->low : (k->low + k->high) / 2), span));
    return out;
}
