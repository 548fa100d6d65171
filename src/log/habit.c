/* habit - see habit.h. */
#include "src/log/habit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/log/fields.h"
#include "src/log/lexicon.h"

#define CHANCE 0.01          /* what is likelier than this by chance is no pattern */
#define ENOUGH 3             /* failures that a pattern of times needs at least */
#define STRAY_MAX 2          /* failures of one address that count as a stray visitor's, where others fail in plenty */
#define DAY 86400.0

const char *const scope_words[SCOPE_COUNT] = {
#define X(id, word) word,
    SCOPES(X)
#undef X
};
const char *const habit_time_words[TIME_COUNT] = {
#define X(id, word) word,
    HABIT_TIMES(X)
#undef X
};

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool fails(const struct incident *e) { return e->is == INCIDENT_FAILS && !e->noise && !e->mate; }

/* --- noise -------------------------------------------------------------------------------------- */

/* The period at which times follow one another, 0 where they keep none. Missing beats are allowed. */
static double rhythm_of(double *time, size_t n)
{
    double *gap = mem_array(NULL, n, sizeof *gap), period = 0;
    size_t gaps = 0, fits = 0;
    qsort(time, n, sizeof *time, by_time);
    for (size_t i = 1; i < n; i++)
        gap[gaps++] = time[i] - time[i - 1];
    qsort(gap, gaps, sizeof *gap, by_time);
    double middle = gaps ? gap[gaps / 2] : 0;
    double slack = middle * 0.1 > 1.01 || middle < 4 ? middle * 0.1 : 1.01; /* many logs have whole seconds */
    for (size_t i = 0; i < gaps; i++) {
        double beats = middle > 0 ? floor(gap[i] / middle + 0.5) : 0;
        fits += beats >= 1 && beats <= 4 && fabs(gap[i] - beats * middle) <= slack * beats;
    }
    if (gaps >= 3 && middle >= 1 && fits * 10 >= gaps * 9)
        period = middle;
    free(gap);
    return period;
}

static const struct line_says *says_of(const struct journal_view *v, const struct incident *e)
{
    return &v->reading[e->reading].says;
}

static bool is_stray_kind(const struct line_says *s)
{
    return s->noise != LINE_NOISE_NONE || (s->cause_count && s->cause[0].cause == CAUSE_NOT_TLS);
}

/* The highest number of a word that events have. */
static uint32_t word_most(const struct journal_view *v)
{
    uint32_t most = 0;
    for (size_t i = 0; i < v->count; i++) {
        most = v->event[i].client > most ? v->event[i].client : most;
        most = v->event[i].server > most ? v->event[i].server : most;
        most = v->event[i].name > most ? v->event[i].name : most;
    }
    return most;
}

/* By client: failures without a reason, those of stray kinds; the first without a reason (its place + 1, 0: none). */
struct stray { uint32_t closed, odd, first; };

/* `next`: of each failure without a reason the client's next, as in `first`. */
static void checks_find(struct habit *h, struct journal_view *v, const struct stray *stray, const uint32_t *next,
                        uint32_t most)
{
    double *time = mem_array(NULL, v->count + 1, sizeof *time);
    for (uint32_t c = 1; c <= most; c++) {
        size_t n = 0;
        if (stray[c].closed < 4)
            continue;
        for (uint32_t i = stray[c].first; i; i = next[i - 1])
            if (!isnan(v->event[i - 1].time))
                time[n++] = v->event[i - 1].time;
        double period = n >= 4 ? rhythm_of(time, n) : 0;
        if (period <= 0)
            continue;
        h->check = (struct span){ period, 0, n };
        h->check_client = c;
        for (uint32_t i = stray[c].first; i; i = next[i - 1])
            v->event[i - 1].noise = true;
    }
    free(time);
}

/* Those who came once or twice, beside a crowd that fails for a reason. */
static void strays_mark(struct journal_view *v, const struct stray *stray)
{
    uint64_t solid = 0;
    for (size_t i = 0; i < v->count; i++)
        solid += fails(&v->event[i]) && says_of(v, &v->event[i])->kind == LINE_KNOWN &&
                 !(is_stray_kind(says_of(v, &v->event[i])) &&
                   (!v->event[i].client || stray[v->event[i].client].odd <= STRAY_MAX));
    for (size_t i = 0; i < v->count; i++) {
        struct incident *e = &v->event[i];
        if (!fails(e) || !is_stray_kind(says_of(v, e)))
            continue;
        uint32_t odd = stray[e->client].odd; /* of those that nobody names: all of them */
        bool closed = says_of(v, e)->noise == LINE_NOISE_CLOSED;
        e->noise = (odd <= STRAY_MAX || !e->client) && solid >= (closed ? 3u : 10u) * odd;
    }
}

static void noise_mark(struct habit *h, struct journal_view *v)
{
    uint32_t most = word_most(v);
    struct stray *stray = mem_new((most + 1) * sizeof *stray);
    uint32_t *next = mem_new((v->count + 1) * sizeof *next);
    for (size_t i = v->count; i-- > 0;) {
        struct incident *e = &v->event[i];
        e->noise = false;
        if (e->is != INCIDENT_FAILS)
            continue;
        stray[e->client].odd += is_stray_kind(says_of(v, e));
        if (says_of(v, e)->noise != LINE_NOISE_CLOSED)
            continue;
        stray[e->client].closed++;
        next[i] = stray[e->client].first;
        stray[e->client].first = (uint32_t)i + 1;
    }
    checks_find(h, v, stray, next, most);
    strays_mark(v, stray);
    free(stray);
    free(next);
}

/* --- who ---------------------------------------------------------------------------------------- */

static int by_failures(const void *a, const void *b)
{
    const struct who *x = a, *y = b;
    if (x->failed != y->failed)
        return x->failed < y->failed ? 1 : -1;
    return x->word < y->word ? -1 : x->word > y->word;
}

static uint32_t member_of(const struct incident *e, size_t offset)
{
    return *(const uint32_t *)((const char *)e + offset);
}

static double log_choose(double n, double k) { return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1); }

/* Were failures dealt out at random over all that was seen, those that never fail would hardly all be spared. */
static bool others_differ(const struct whose *w)
{
    double failed = 0, all = 0, calm = 0;
    for (size_t i = 0; i < w->count; i++) {
        failed += (double)w->who[i].failed;
        all += (double)(w->who[i].failed + w->who[i].fared);
        calm += i >= w->failing ? (double)w->who[i].fared : 0;
    }
    return calm > 0 && log_choose(all - calm, failed) - log_choose(all, failed) < log(0.05);
}

/* Nearly all fail, and all of them work as well: the few that never failed are no reason to speak of some. */
static bool nearly_all(const struct whose *w) { return !w->every && w->seen >= 5 && w->failing * 5 >= w->seen * 4; }

static enum scope scope_of(const struct whose *w, uint64_t failed)
{
    uint64_t fared = 0;
    if (!w->failing || w->known * 2 < failed)
        return SCOPE_UNKNOWN;
    if (w->failing == 1 && w->count == 1)
        return SCOPE_ONE;
    if (w->failing < w->seen && !nearly_all(w) && others_differ(w))
        return w->failing == 1 ? SCOPE_ONE : SCOPE_SOME;
    for (size_t i = 0; i < w->count; i++)
        fared += w->who[i].fared + w->who[i].worked;
    return fared ? SCOPE_ALL : SCOPE_UNKNOWN;
}

/* Where and when it fails: what went well elsewhere says nothing of who is spared. */
struct where { const struct habit *h; const bool *among; size_t offset; }; /* among: by word; NULL: all */

static bool is_within(const struct where *at, const struct incident *e)
{
    const struct habit *h = at->h;
    if (at->among && !at->among[member_of(e, at->offset)])
        return false;
    if (h->kind == TIME_SINCE)
        return e->time >= h->at;
    for (size_t i = 0; h->kind == TIME_BURSTS && h->burst_count == h->bursts && i <= h->bursts; i++)
        if (i == h->bursts)
            return false;
        else if (e->time >= h->burst[i].from && e->time <= h->burst[i].to)
            break;
    return true;
}

static void whose_of(struct whose *w, const struct journal *j, const struct journal_view *v, size_t offset,
                     const struct where *at)
{
    uint32_t most = word_most(v);
    struct who *all = mem_new((most + 1) * sizeof *all);
    uint64_t failed = 0;
    free(w->who);
    *w = (struct whose){ .every = true };
    for (size_t i = 0; i < v->count; i++) {
        const struct incident *e = &v->event[i];
        struct who *one = &all[member_of(e, offset)];
        bool works = e->is == INCIDENT_WORKS;
        one->failed += fails(e) ? e->weight : 0;
        failed += fails(e) ? e->weight : 0;
        one->noise += e->noise ? e->weight : 0;
        one->worked += works ? e->weight : 0;
        one->fared += works && is_within(at, e) ? e->weight : 0;
    }
    for (uint32_t i = 1; i <= most; i++) {
        bool others = (all[i].failed || all[i].worked) && text_is(journal_word(j, i), LEXICON_OTHERS);
        w->more |= others;
        if (others || (!all[i].failed && !all[i].worked))
            continue;
        all[w->count] = all[i];
        all[w->count].word = i;
        w->known += all[i].failed;
        w->seen += all[w->count].failed || all[w->count].fared;
        w->every &= !all[w->count].failed || !all[w->count].fared;
        w->failing += all[w->count++].failed > 0;
    }
    w->who = all;
    qsort(w->who, w->count, sizeof *w->who, by_failures);
    w->scope = scope_of(w, failed);
}

/* The parts of an IPv4 address that make it one of a network of so many bits (16 or 24); 0: it is none. */
static size_t net_length(const char *address, int bits)
{
    size_t n = 0;
    if (strspn(address, "0123456789.") != strlen(address))
        return 0;
    for (int dots = bits / 8; address[n] && dots; n++)
        dots -= address[n] == '.';
    return n;
}

/* The network that all of those that fail are of, and nobody else: /24 before /16. */
static void net_find(struct whose *w, const struct journal *j)
{
    for (int bits = 24; bits >= 16 && !w->net[0] && w->failing >= 3 && w->seen >= w->failing + 2; bits -= 8) {
        const char *first = journal_word(j, w->who[0].word);
        size_t n = net_length(first, bits), others = 0;
        bool fits = n > 0;
        for (size_t i = 1; i < w->count && fits; i++) {
            bool in = strncmp(journal_word(j, w->who[i].word), first, n) == 0;
            fits = in == (i < w->failing);
            others += i >= w->failing;
        }
        if (fits && others && n < 20)
            snprintf(w->net, sizeof w->net, "%.*s%s/%d", (int)n, first, bits == 24 ? "0" : "0.0", bits);
    }
}

/* Who fails, as far as it can be told apart from when; and where one name, or one client, explains it all, among those
 * that meet it. */
static void who_judge(struct habit *h, const struct journal *j, const struct journal_view *v)
{
    struct where when = { .h = h };
    size_t client = offsetof(struct incident, client), name = offsetof(struct incident, name);
    whose_of(&h->clients, j, v, client, &when);
    whose_of(&h->servers, j, v, offsetof(struct incident, server), &when);
    whose_of(&h->names, j, v, name, &when);
    const struct whose *n = &h->names;
    bool settled = (n->scope == SCOPE_ONE || n->scope == SCOPE_SOME) && n->count > 1 && n->every;
    bool clients = (h->clients.scope == SCOPE_SOME || h->clients.scope == SCOPE_ONE) && h->clients.every;
    if (settled && !clients) {
        bool *among = mem_new(word_most(v) + 1);
        for (size_t i = 0; i < n->failing; i++)
            among[n->who[i].word] = true;
        whose_of(&h->clients, j, v, client, &(struct where){ .h = h, .among = among, .offset = name });
        free(among);
        h->clients.among = true;
    }
    net_find(&h->clients, j);
}

/* --- when --------------------------------------------------------------------------------------- */

struct times { double *fail; size_t n; double *work; size_t works; }; /* sorted */

static void times_of(struct times *t, struct habit *h, const struct journal_view *v)
{
    t->fail = mem_array(NULL, v->count + 1, sizeof *t->fail);
    t->work = mem_array(NULL, v->count + 1, sizeof *t->work);
    h->first = h->last = NAN;
    for (size_t i = 0; i < v->files; i++) {
        h->first = isnan(h->first) || v->file[i].first < h->first ? v->file[i].first : h->first;
        h->last = isnan(h->last) || v->file[i].last > h->last ? v->file[i].last : h->last;
        h->zoned |= v->file[i].zoned;
    }
    for (size_t i = 0; i < v->count; i++) {
        const struct incident *e = &v->event[i];
        if (!isnan(e->time) && fails(e))
            t->fail[t->n++] = e->time;
        else if (!isnan(e->time) && e->is == INCIDENT_WORKS)
            t->work[t->works++] = e->time;
    }
    qsort(t->fail, t->n, sizeof *t->fail, by_time);
    qsort(t->work, t->works, sizeof *t->work, by_time);
}

static size_t between(const double *list, size_t n, double from, double to)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += list[i] >= from && list[i] <= to;
    return count;
}

static bool is_since(struct habit *h, const struct times *t)
{
    double begin = t->fail[0], end = t->fail[t->n - 1], all = h->last - h->first;
    double before = (double)between(t->work, t->works, h->first, begin - 1e-6);
    double after = (double)between(t->work, t->works, begin, h->last);
    double rate = (double)t->n / ((double)t->n + after);
    bool goes_on = end - begin >= 0.6 * (h->last - begin);
    bool unlikely = before >= 4 && before * log(1 - (rate < 0.999 ? rate : 0.999)) < log(CHANCE);
    if (!t->works) { /* only the log's own beginning tells that it was quiet before */
        double gap = (end - begin) / (double)(t->n - 1);
        unlikely = t->n >= 8 && begin - h->first > 10 * gap;
    }
    if (!goes_on || !unlikely || begin - h->first < 0.1 * all)
        return false;
    h->at = begin;
    return true;
}

static bool is_bursts(struct habit *h, const struct times *t)
{
    double all = h->last - h->first, threshold = all / 12 > 2 ? all / 12 : 2, widest = 0, inside = 0;
    size_t from = 0, thin = 0, calm = t->works;
    h->burst_count = h->bursts = 0;
    for (size_t i = 1; i < t->n; i++)
        widest = t->fail[i] - t->fail[i - 1] > widest ? t->fail[i] - t->fail[i - 1] : widest;
    threshold = widest / 3 > threshold ? widest / 3 : threshold;
    for (size_t i = 1; i <= t->n; i++) {
        if (i < t->n && t->fail[i] - t->fail[i - 1] <= threshold)
            continue;
        struct span s = { t->fail[from], t->fail[i - 1], i - from };
        inside += s.to - s.from;
        thin += s.failed < ENOUGH ? s.failed : 0;
        calm -= between(t->work, t->works, s.from, s.to);
        if (h->bursts < HABIT_BURSTS)
            h->burst[h->bursts++] = s;
        h->burst_count++;
        from = i;
    }
    bool ends = h->burst_count == 1 && h->last - t->fail[t->n - 1] > threshold && t->fail[0] - h->first > threshold;
    bool several = h->burst_count >= 2 && h->burst_count * 3 <= t->n;
    bool real = t->n >= 6 && thin * 5 <= t->n && inside < 0.4 * all && (ends || several) &&
                (calm >= 2 || (!t->works && h->burst_count >= 3));
    h->at = real ? t->fail[0] : NAN;
    return real;
}

/* Of the day, 0 to 23: what a machine without a clock writes may be before 1970, once its zone is allowed for. */
static int hour_of(double t)
{
    int hour = (int)fmod(floor(t / 3600), 24);
    return hour < 0 ? hour + 24 : hour;
}

/* The shortest stretch of hours with nearly all failures, where other hours were seen as well. */
static bool is_daily(struct habit *h, const struct times *t)
{
    size_t hours[24] = { 0 }, seen[24] = { 0 };
    int days = 0;
    for (size_t i = 0; i < t->n; i++) {
        hours[hour_of(t->fail[i])]++;
        days += i == 0 || floor(t->fail[i] / DAY) > floor(t->fail[i - 1] / DAY);
    }
    for (size_t i = 0; i < t->works; i++)
        seen[hour_of(t->work[i])]++;
    if (days < 2 || t->n < 6 || h->last - h->first < 1.5 * DAY)
        return false;
    for (int length = 1; length <= 8; length++)
        for (int begin = 0; begin < 24; begin++) {
            size_t in = 0, out = 0;
            for (int k = 0; k < 24; k++) {
                in += k < length ? hours[(begin + k) % 24] : 0;
                out += k >= length ? seen[(begin + k) % 24] : 0;
            }
            if (in * 20 < t->n * 19 || (t->works && out < 4))
                continue;
            h->from = begin * 60;
            h->to = (begin + length) % 24 * 60;
            return true;
        }
    return false;
}

static bool is_steady(struct habit *h, const struct times *t)
{
    if (t->n < 6 || h->clients.failing > 1 || h->servers.failing > 1)
        return false;
    double *copy = mem_array(NULL, t->n, sizeof *copy);
    memcpy(copy, t->fail, t->n * sizeof *copy);
    h->period = rhythm_of(copy, t->n);
    free(copy);
    return h->period > 0;
}

static bool is_always(const struct habit *h, const struct times *t)
{
    double all = h->last - h->first;
    return t->n >= ENOUGH && t->fail[0] - h->first <= 0.35 * all && h->last - t->fail[t->n - 1] <= 0.35 * all;
}

static void time_judge(struct habit *h, const struct times *t)
{
    static const struct { bool (*is)(struct habit *, const struct times *); enum habit_time kind; } rows[] = {
        { is_daily, TIME_DAILY }, { is_bursts, TIME_BURSTS }, { is_since, TIME_SINCE }, { is_steady, TIME_STEADY },
    };
    h->kind = TIME_UNKNOWN;
    h->at = NAN;
    if (t->n < ENOUGH || !(h->last > h->first))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !h->kind; i++)
        if (rows[i].is(h, t))
            h->kind = rows[i].kind;
    if (!h->kind && is_always(h, t))
        h->kind = TIME_ALWAYS;
}

static void bins_fill(struct habit *h, const struct times *t)
{
    double width = (h->last - h->first) / HABIT_BINS;
    if (!(width > 0))
        return;
    for (size_t i = 0; i < t->n; i++) {
        size_t bin = (size_t)((t->fail[i] - h->first) / width);
        h->fails[bin < HABIT_BINS ? bin : HABIT_BINS - 1]++;
    }
    for (size_t i = 0; i < t->works; i++) {
        size_t bin = (size_t)((t->work[i] - h->first) / width);
        h->works[bin < HABIT_BINS ? bin : HABIT_BINS - 1]++;
    }
}

/* --- in words ----------------------------------------------------------------------------------- */

static void names_add(struct text *t, const struct journal *j, const struct whose *w)
{
    for (size_t i = 0; i < w->failing && i < HABIT_NAMES; i++)
        text_addf(t, "%s%s", i ? ", " : "", journal_word(j, w->who[i].word));
    if (w->failing > HABIT_NAMES)
        text_addf(t, " and %zu more", w->failing - HABIT_NAMES);
}

/* Of how many fail, when some work meanwhile. */
static void some_add(struct text *t, const struct journal *j, const struct habit *h, const struct whose *w,
                     const char *many)
{
    bool mixed = false, since = h->kind == TIME_SINCE;
    for (size_t i = w->failing; i < w->count; i++)
        mixed |= w->who[i].worked > 0;
    text_addf(t, " Of %zu %s only %zu %s%s%s: ", w->seen, many, w->failing, w->failing == 1 ? "fails" : "fail",
              w->net[0] ? ", all those of " : "", w->net);
    names_add(t, j, w);
    text_addf(t, "%s%s.", !w->every ? ", not every time" : since ? ", since then every time" : ", every time",
              mixed ? "; the others never do" : "");
}

static void whose_add(struct text *t, const struct journal *j, const struct habit *h, const struct whose *w,
                      const char *one, const char *many)
{
    const char *every = w->every ? "" : " now and then";
    if (w->more && w->known * 2 < h->failed)
        text_addf(t, " More than %zu %s come in it: too many to tell apart.", w->count, many);
    if (!w->failing || w->known * 2 < h->failed)
        return;
    if (w->count == 1) {
        if (w->known * 10 >= h->failed * 9)
            text_addf(t, " %s is the only %s named.", journal_word(j, w->who[0].word), one);
    } else if (w->scope == SCOPE_ONE || w->scope == SCOPE_SOME) {
        some_add(t, j, h, w, many);
    } else if (w->scope == SCOPE_ALL && w->among) {
        text_addf(t, " %s %s that use it fail%s.", w->failing == w->seen ? "All" : "Most", many, every);
    } else if (w->scope == SCOPE_ALL) {
        text_addf(t, " %s %s fail%s, none in particular.", w->failing == w->seen ? "All" : "Most", many, every);
    } else {
        text_addf(t, " %zu %s fail (", w->failing, many);
        names_add(t, j, w);
        text_addf(t, "); nothing in it tells of others that work.");
    }
}

static const char *clock_of(const struct habit *h, double t, char out[WHEN_LEN])
{
    when_format((int64_t)floor(t), out);
    if (!h->zoned)
        out[strcspn(out, "Z")] = '\0';
    return out;
}

static void time_add(struct text *t, const struct habit *h)
{
    char a[WHEN_LEN], b[WHEN_LEN];
    const char *zone = h->zoned ? "UTC" : "the log's own time";
    switch (h->kind) {
    case TIME_ALWAYS: text_add(t, " It fails all the time."); break;
    case TIME_SINCE:
        text_addf(t, " It fails since %s, and not before.", clock_of(h, h->at, a));
        break;
    case TIME_BURSTS:
        text_addf(t, " It fails in %zu burst%s only (the first from %s to %s), and not in between.", h->burst_count,
                  h->burst_count == 1 ? "" : "s", clock_of(h, h->burst[0].from, a), clock_of(h, h->burst[0].to, b));
        break;
    case TIME_DAILY:
        text_addf(t, " It fails between %02d:%02d and %02d:%02d only (%s).", h->from / 60, h->from % 60, h->to / 60,
                  h->to % 60, zone);
        break;
    case TIME_STEADY:
        text_addf(t, " It fails in a steady rhythm, every %s: a program that tries again and again, not people.",
                  when_span(h->period, a));
        break;
    default:
        text_add(t, isnan(h->first) ? " The lines have no times."
                                    : " The times show nothing that could not be chance.");
    }
}

/* Who, and when. */
static void whom_write(struct habit *h, const struct journal *j)
{
    struct text t = { 0 };
    if (h->failed) {
        const struct whose *rows[] = { &h->clients, &h->names };
        for (int i = 0; i < 2; i++) { /* what the clients have in common comes before them */
            bool names = i != h->clients.among;
            whose_add(&t, j, h, rows[names], names ? "name" : "client", names ? "names" : "clients");
        }
        if (!h->names.count)
            whose_add(&t, j, h, &h->servers, "server", "servers");
        time_add(&t, h);
    }
    h->whom = text_take(&t);
}

static void text_write(struct habit *h, const struct journal *j)
{
    struct text t = { 0 };
    char span[WHEN_LEN];
    if (!h->failed)
        text_add(&t, h->noise ? "Nothing fails but what looks like noise." : "Nothing in it fails.");
    else if (h->worked)
        text_addf(&t, "%llu of the %llu handshakes it tells of fail.", (unsigned long long)h->failed,
                  (unsigned long long)(h->failed + h->worked));
    else
        text_addf(&t, "%llu handshake%s; it tells of none that works.", (unsigned long long)h->failed,
                  h->failed == 1 ? " fails" : "s fail");
    text_add(&t, h->whom ? h->whom : "");
    if (h->behind_proxy)
        text_addf(&t, " %s is a private address with failures and successes: a proxy or balancer may stand there for "
                      "many clients, and its own log has their addresses.", journal_word(j, h->clients.who[0].word));
    if (h->check_client)
        text_addf(&t, " %s connects and leaves every %s: a health check, which is no failure.",
                  journal_word(j, h->check_client), when_span(h->check.from, span));
    h->text = text_take(&t);
}

/* Noise is marked. */
static void habit_judge(struct habit *h, const struct journal *j, const struct journal_view *v)
{
    struct times t = { 0 };
    who_judge(h, j, v); /* how many fail is needed to judge the times */
    times_of(&t, h, v);
    time_judge(h, &t);
    who_judge(h, j, v);
    bins_fill(h, &t);
    const struct who *first = h->clients.who;
    h->behind_proxy = h->clients.count == 1 && first->failed >= 3 && first->worked >= 3 &&
                      fields_private(journal_word(j, first->word));
    whom_write(h, j);
    free(t.fail);
    free(t.work);
}

static void events_count(struct habit *h, const struct journal_view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        h->noise += v->event[i].noise && !v->event[i].mate ? v->event[i].weight : 0;
        h->failed += fails(&v->event[i]) ? v->event[i].weight : 0;
        h->worked += v->event[i].is == INCIDENT_WORKS ? v->event[i].weight : 0;
    }
}

struct habit *habit_of(const struct journal *j)
{
    struct habit *h = mem_new(sizeof *h);
    struct journal_view v = journal_view(j);
    noise_mark(h, &v);
    events_count(h, &v);
    habit_judge(h, j, &v);
    text_write(h, j);
    return h;
}

struct habit *habit_of_cause(const struct journal *j, const uint8_t *first, unsigned cause)
{
    struct habit *h = mem_new(sizeof *h);
    struct journal_view v = journal_view(j);
    struct incident *kept = mem_array(NULL, v.count + 1, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; i < v.count; i++)
        if (v.event[i].is != INCIDENT_FAILS || first[i] == cause + 1)
            kept[n++] = v.event[i];
    v.event = kept;
    v.count = n;
    events_count(h, &v);
    habit_judge(h, j, &v);
    text_write(h, j);
    free(kept);
    return h;
}

void habit_free(struct habit *h)
{
    if (!h)
        return;
    free(h->clients.who);
    free(h->servers.who);
    free(h->names.who);
    free(h->text);
    free(h->whom);
    free(h);
}
