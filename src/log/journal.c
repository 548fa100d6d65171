/* journal - see journal.h. */
#include "src/log/journal.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/log/advice.h"
#include "src/log/cut.h"
#include "src/log/fields.h"
#include "src/log/stamp.h"
#include "src/log/lexicon.h"
#include "src/log/success.h"

#define EVENTS_MAX (1u << 18)
#define READINGS_MAX 4000
#define READING_SLOTS 8192
#define OPEN_SLOTS 8192          /* connections that more lines may speak of */
#define OPEN_SECONDS 60
#define HEARD_SLOTS 512          /* connections of which something was said before they failed */
#define NEAR_SECONDS 1.5         /* two texts so near each other, one without a connection, may be of one event */
#define NEAR_LINES 4
#define SAMPLE_BYTES 700
#define BEHIND_LINES 64          /* so far before a text without a time one is looked for */
#define BEHIND_BYTES 8192        /* kept of what was passed over */
#define LOOK_ALL 32768           /* lines that are looked at one by one; of more, one block of SELECT */
#define LOOK_BLOCK 512
#define SELECT 32
#define LOOK_PROGRAMS 3000
#define DAY 86400.0

struct open { uint64_t key; uint32_t event; bool used; };
/* What ordinary lines said of a connection before it failed; of one that has no number, who came last. */
struct heard { uint64_t key, line; uint32_t client, server, name; uint16_t port, file; bool several; double time; };

struct journal {
    struct line_book *book;
    struct fields_book *fields;
    struct success *works;
    struct lexicon *words;
    struct cut *cut;             /* of the file at hand */
    double now;
    int year;
    struct log_file file[JOURNAL_FILES]; size_t files;
    struct incident *event; size_t count, room; /* owned */
    unsigned stride, skip;       /* one of `stride` new events is kept */
    struct reading *reading; size_t readings, reading_room; /* owned */
    uint32_t reading_slot[READING_SLOTS];
    struct open open[OPEN_SLOTS];
    struct heard heard[HEARD_SLOTS], came; /* by key; of those without one */
    uint32_t last;               /* the last event that failed + 1, 0: none */
    bool last_linked;
    unsigned bare;               /* texts in a row without a time behind them */
    struct { char p[BEHIND_BYTES]; size_t n; } behind; /* the end of what was passed over before the text at hand */
    double recent;               /* the last time stamp of this file */
    uint64_t failing, working;
    uint64_t looked, hits;       /* ordinary lines, and others: what is selected goes by them */
    uint16_t weight;             /* of the texts at hand */
    void (*seen)(void *arg, const struct incident *e);
    void *seen_arg;
    struct slice at_hand;        /* the line that tells the text that is read; lent while it is */
};

static void on_text(void *arg, const char *p, size_t n, uint64_t line, enum cut_kind kind);
static void on_between(void *arg, const char *p, size_t n, uint64_t line);
static bool on_hit(void *arg);

/* The year of a time that is passed in as seconds. */
static int year_of(double now)
{
    char text[WHEN_LEN];
    return atoi(when_format((int64_t)now, text));
}

/* `j` is all zero but for its books and `now`. */
static void contents_new(struct journal *j)
{
    j->words = lexicon_new();
    j->year = year_of(j->now);
    j->stride = j->weight = 1;
    j->readings = j->reading_room = 1;
    j->reading = mem_new(sizeof *j->reading);
    j->recent = NAN;
}

struct journal *journal_new(double now)
{
    struct journal *j = mem_new(sizeof *j);
    j->book = line_book_new();
    j->fields = fields_book_new();
    j->works = success_new();
    j->now = now;
    contents_new(j);
    return j;
}

static void contents_free(struct journal *j)
{
    for (size_t i = 0; i < j->readings; i++)
        free(j->reading[i].sample);
    for (size_t i = 0; i < j->files; i++)
        free(j->file[i].name);
    free(j->reading);
    free(j->event);
    cut_free(j->cut);
    lexicon_free(j->words);
}

void journal_clear(struct journal *j)
{
    struct journal kept = { .book = j->book, .fields = j->fields, .works = j->works, .now = j->now };
    contents_free(j);
    *j = kept;
    contents_new(j);
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    contents_free(j);
    success_free(j->works);
    fields_book_free(j->fields);
    line_book_free(j->book);
    free(j);
}

void journal_watch(struct journal *j, void (*seen)(void *arg, const struct incident *e), void *arg)
{
    j->seen = seen;
    j->seen_arg = arg;
}

static struct log_file *file_now(struct journal *j) { return &j->file[j->files - 1]; }

/* --- readings ----------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t with)
{
    h = (h ^ with) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 31;
}

static uint64_t says_hash(const struct line_says *s)
{
    uint64_t h = mix((uintptr_t)s->topic, s->kind);
    h = mix(h, (uint64_t)s->stack << 24 | (uint64_t)s->side << 16 | (uint64_t)s->direction << 8 | s->noise);
    h = mix(h, (uint64_t)(s->alert + 1) << 32 | (uint32_t)s->number.value);
    for (size_t i = 0; i < s->cause_count; i++)
        h = mix(h, (uint64_t)s->cause[i].cause << 8 | s->cause[i].percent);
    return h;
}

static bool says_same(const struct line_says *a, const struct line_says *b)
{
    if (a->topic != b->topic || a->kind != b->kind || a->stack != b->stack || a->side != b->side ||
        a->direction != b->direction || a->noise != b->noise || a->alert != b->alert ||
        a->number.value != b->number.value || a->cause_count != b->cause_count)
        return false;
    for (size_t i = 0; i < a->cause_count; i++)
        if (a->cause[i].cause != b->cause[i].cause || a->cause[i].percent != b->cause[i].percent)
            return false;
    return true;
}

/* A text, and the number of the first of its lines that may say something. */
struct told { const char *p; size_t n; uint64_t line; };

static struct slice line_at(const char *p, const char *end)
{
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    return (struct slice){ p, (size_t)((nl ? nl : end) - p) };
}

/* The first line in p[0..n) that says by itself what its text does; n 0: none. *nth: its place, counted from 0. */
static struct slice line_alike(struct journal *j, const struct line_says *s, const char *p, size_t n, uint64_t *nth)
{
    struct line_context context = { .in_log = true, .side = s->side };
    const char *end = p + n;
    *nth = 0;
    for (struct slice one; p < end; p = one.p + one.n + 1, ++*nth) {
        struct line_says alone;
        one = line_at(p, end);
        line_read(j->book, one.p, one.n, &context, &alone);
        if (one.n && alone.kind == s->kind && alone.topic == s->topic)
            return one;
    }
    return (struct slice){ 0 };
}

/* Of a text of many lines the one that tells it: from the one that was found on, else before it, else that one. The
 * text's line becomes its number. */
static struct slice line_telling(struct journal *j, const struct line_says *s, struct told *t, bool in_log)
{
    const char *end = t->p + t->n, *hit = in_log ? line_find(j->book, t->p, t->n) : NULL, *found = t->p;
    uint64_t nth, before = 0;
    for (const char *at = t->p; hit && (at = memchr(at, '\n', (size_t)(hit - at))); before++)
        found = ++at;
    struct slice first = line_at(found, end);
    if (t->n <= first.n + 1)
        return first;
    struct slice best = line_alike(j, s, found, (size_t)(end - found), &nth);
    if (best.n) {
        t->line += nth;
        return best;
    }
    best = line_alike(j, s, t->p, (size_t)(found - t->p), &nth);
    t->line -= best.n && before - nth < t->line ? before - nth : 0;
    return best.n ? best : first;
}

/* Printable, without its end. Owned by the caller. */
static char *sample_of(struct slice s)
{
    while (s.n && strchr("\r\n\t ", s.p[s.n - 1]))
        s.n--;
    return text_printable(s.p, s.n, SAMPLE_BYTES);
}

char *journal_said(struct journal *j) { return sample_of(j->at_hand); }

/* When there are too many kinds, the last one stands for all that come. */
static uint32_t reading_take(struct journal *j, const struct line_says *s, uint64_t line)
{
    uint64_t at = says_hash(s) % READING_SLOTS;
    for (; j->reading_slot[at]; at = (at + 1) % READING_SLOTS)
        if (says_same(&j->reading[j->reading_slot[at]].says, s))
            return j->reading_slot[at];
    if (j->readings == READINGS_MAX)
        return READINGS_MAX - 1;
    if (j->readings == j->reading_room) {
        j->reading_room *= 2;
        j->reading = mem_array(j->reading, j->reading_room, sizeof *j->reading);
    }
    j->reading[j->readings] = (struct reading){ .says = *s, .file = (uint16_t)(j->files - 1), .line = line,
                                                .sample = sample_of(j->at_hand) };
    return j->reading_slot[at] = (uint32_t)j->readings++;
}

/* Which of two readings of one connection tells more. */
static int reading_worth(const struct line_says *s)
{
    int worth = s->kind == LINE_KNOWN ? 100 : 0;
    worth += s->cause_count ? s->cause[0].percent : 0;
    worth -= s->noise == LINE_NOISE_FOLLOWS ? 80 : s->noise == LINE_NOISE_CLOSED ? 30 : 0;
    return worth;
}

/* --- events ------------------------------------------------------------------------------------- */

static void events_thin(struct journal *j)
{
    size_t to = 0;
    for (size_t i = 0; i < j->count; i += 2)
        j->event[to++] = j->event[i];
    j->count = to;
    j->stride *= 2;
    memset(j->open, 0, sizeof j->open);
    j->last = 0;
}

static struct incident *event_add(struct journal *j, const struct incident *e)
{
    if (e->is == INCIDENT_FAILS)
        j->failing += e->weight;
    if (e->is == INCIDENT_WORKS)
        j->working += e->weight;
    if (j->skip++ % j->stride)
        return NULL;
    if (j->count == EVENTS_MAX)
        events_thin(j);
    if (j->count == j->room) {
        j->room = j->room ? 2 * j->room : 256;
        j->event = mem_array(j->event, j->room, sizeof *j->event);
    }
    j->event[j->count] = *e;
    return &j->event[j->count++];
}

static uint64_t key_of(const struct journal *j, const struct fields *f)
{
    uint64_t h = j->files;
    for (size_t i = 0; i < f->link.n; i++)
        h = mix(h, (unsigned char)f->link.p[i]);
    for (size_t i = 0; !f->link.n && i < f->client.n; i++)
        h = mix(h, (unsigned char)f->client.p[i]);
    for (size_t i = 0; !f->link.n && i < f->port.n; i++)
        h = mix(h, (unsigned char)f->port.p[i] + 256u);
    return f->link.n || f->port.n ? h | 1 : 0;
}

static bool near_in_time(const struct incident *a, const struct incident *b, double seconds)
{
    return isnan(a->time) || isnan(b->time) || fabs(a->time - b->time) <= seconds;
}

/* The same address and port: the same connection, if at about the same time. */
static bool same_end(const struct incident *a, const struct incident *b)
{
    return a->port && a->port == b->port && a->client && a->client == b->client;
}

static bool contradicts(const struct incident *a, const struct incident *b)
{
    return (a->port && b->port && a->port != b->port) || (a->client && b->client && a->client != b->client) ||
           (a->name && b->name && a->name != b->name && !same_end(a, b));
}

/* Another text of the same connection: the event it belongs to, or NULL. */
static struct incident *event_open(struct journal *j, uint64_t key, const struct incident *e)
{
    struct open *o = &j->open[key % OPEN_SLOTS];
    if (!key || !o->used || o->key != key || o->event >= j->count)
        return NULL;
    struct incident *there = &j->event[o->event];
    bool again = there->is == INCIDENT_FAILS && e->is == INCIDENT_WORKS;
    /* The same again a while later is the next connection of that process or thread. */
    again |= there->is == INCIDENT_FAILS && e->is == INCIDENT_FAILS && there->reading == e->reading &&
             !near_in_time(there, e, NEAR_SECONDS);
    return again || contradicts(there, e) || !near_in_time(there, e, OPEN_SECONDS) ? NULL : there;
}

/* A text that names no connection, right behind one that failed, and says the same or less. */
static struct incident *event_before(struct journal *j, const struct incident *e, bool linked)
{
    if (!j->last || linked || e->is != INCIDENT_FAILS)
        return NULL;
    struct incident *there = &j->event[j->last - 1];
    const struct line_says *a = &j->reading[there->reading].says, *b = &j->reading[e->reading].says;
    bool timed = !isnan(there->time) && !isnan(e->time);
    bool close = timed ? fabs(there->time - e->time) <= NEAR_SECONDS : e->line - there->line <= NEAR_LINES;
    bool repeated = !j->last_linked && there->reading == e->reading;
    bool alike = a->topic == b->topic || a->noise == LINE_NOISE_FOLLOWS || b->noise == LINE_NOISE_FOLLOWS ||
                 b->kind == LINE_UNKNOWN || a->kind == LINE_UNKNOWN ||
                 (a->cause_count && b->cause_count && a->cause[0].cause == b->cause[0].cause);
    if (there->file != e->file || contradicts(there, e) || !close || repeated || !alike || (e->client && e->port))
        return NULL;
    return there;
}

static void event_fill(struct incident *there, const struct incident *e)
{
    there->time = isnan(there->time) ? e->time : there->time;
    there->client = there->client ? there->client : e->client;
    there->server = there->server ? there->server : e->server;
    there->name = there->name ? there->name : e->name;
    there->port = there->port ? there->port : e->port;
}

static void event_merge(struct journal *j, struct incident *there, const struct incident *e)
{
    bool fails = e->is == INCIDENT_FAILS;
    /* A server's own name stands there until that of the hello is known: of one connection the later is right. */
    if (same_end(there, e) && there->name && e->name && there->name != e->name) {
        there->name = e->name;
        there->server = e->server;
    }
    event_fill(there, e);
    if (e->is == INCIDENT_WORKS || (e->is == INCIDENT_REMARK && there->is != INCIDENT_REMARK))
        return;
    if (fails && there->is != INCIDENT_FAILS) {
        j->failing += e->weight;
        if (there->is == INCIDENT_WORKS)
            j->working -= j->working < there->weight ? j->working : there->weight;
        if (there->is == INCIDENT_REMARK)
            j->reading[there->reading].events--;
        if (there->is == INCIDENT_REMARK && !isnan(e->time)) /* a thread's remark may be of the connection before */
            there->time = e->time;
        there->is = INCIDENT_FAILS;
        there->line = e->line;
        there->weight = e->weight;
    } else if (reading_worth(&j->reading[e->reading].says) <= reading_worth(&j->reading[there->reading].says)) {
        return;
    } else {
        j->reading[there->reading].events--;
    }
    there->reading = e->reading;
    j->reading[e->reading].events++;
}

/* The last event goes: it turned out to be none, or a part of another. */
static void last_drop(struct journal *j)
{
    const struct incident *e = &j->event[--j->count];
    j->failing -= j->failing < e->weight ? j->failing : e->weight;
    j->reading[e->reading].events--;
    j->last = 0;
}

/* The line right before `line` told of a failure, without saying whose: that event, or NULL. */
static struct incident *last_nameless(struct journal *j, const struct incident *e)
{
    if (!j->last || j->last != j->count || j->last_linked)
        return NULL;
    struct incident *last = &j->event[j->last - 1];
    bool next = e->line == last->line + 1 && e->file == last->file && near_in_time(last, e, NEAR_SECONDS);
    return next && last->is == INCIDENT_FAILS ? last : NULL;
}

/* slapd gives the reason on a line of its own, and whose it was on the next. */
static void event_absorb(struct journal *j, struct incident *there, const struct incident *e)
{
    const struct incident *last = last_nameless(j, e);
    if (!last || last == there || last->client || e->is != INCIDENT_FAILS)
        return;
    if (reading_worth(&j->reading[last->reading].says) > reading_worth(&j->reading[there->reading].says)) {
        j->reading[there->reading].events--;
        there->reading = last->reading;
        there->line = last->line;
        j->reading[there->reading].events++;
    }
    last_drop(j);
}

static void event_take(struct journal *j, const struct incident *e, const struct fields *f)
{
    uint64_t key = key_of(j, f);
    struct incident *there = event_open(j, key, e);
    if (!there)
        there = event_before(j, e, key != 0);
    bool fresh = !there;
    if (there) {
        bool failed = there->is == INCIDENT_FAILS;
        event_merge(j, there, e);
        event_absorb(j, there, e);
        fresh = !failed && there->is == INCIDENT_FAILS;
    } else {
        if (e->is != INCIDENT_WORKS)
            j->reading[e->reading].events++;
        there = event_add(j, e);
    }
    if (!there)
        return;
    uint32_t index = (uint32_t)(there - j->event);
    if (key)
        j->open[key % OPEN_SLOTS] = (struct open){ key, index, true };
    if (there->is == INCIDENT_FAILS) {
        j->last_linked = key != 0 && (fresh || j->last != index + 1);
        j->last = index + 1;
    }
    if (fresh && there->is == INCIDENT_FAILS && j->seen)
        j->seen(j->seen_arg, there);
}

/* --- texts -------------------------------------------------------------------------------------- */

static bool time_of_line(const struct journal *j, const char *p, size_t n, struct stamp *out)
{
    if (!stamp_read(p, n, j->year, out))
        return false;
    if (out->yearless && out->time > j->now + DAY)
        stamp_read(p, n, j->year - 1, out);
    return true;
}

/* Of the first lines of a text. */
static double time_of(struct journal *j, const char *p, size_t n, int lines)
{
    struct stamp s;
    const char *end = p + n;
    for (int i = 0; i < lines && p < end; i++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t length = (size_t)((nl ? nl : end) - p);
        if (time_of_line(j, p, length, &s)) {
            struct log_file *f = file_now(j);
            f->first = isnan(f->first) || s.time < f->first ? s.time : f->first;
            f->last = isnan(f->last) || s.time > f->last ? s.time : f->last;
            f->zoned |= s.zoned;
            return j->recent = s.time;
        }
        p = nl ? nl + 1 : end;
    }
    return NAN;
}

/* A text without a time was written after the last one that has one. */
static double time_behind(struct journal *j)
{
    const char *begin = j->behind.p, *end = begin + j->behind.n;
    double found = NAN;
    if (j->bare > BEHIND_LINES && j->bare++ % BEHIND_LINES) /* a log without times */
        return NAN;
    for (int i = 0; i < BEHIND_LINES && end > begin && isnan(found); i++) {
        const char *nl = end - begin > 1 ? memrchr(begin, '\n', (size_t)(end - begin) - 1) : NULL;
        const char *from = nl ? nl + 1 : begin;
        found = time_of(j, from, (size_t)(end - from), 1);
        end = from;
    }
    j->bare = isnan(found) ? j->bare + 1 : 0;
    return found;
}

static uint32_t word_of(struct journal *j, struct slice s) { return lexicon_take(j->words, s.p, s.n); }

static void places_set(struct journal *j, const struct fields *f, struct incident *e)
{
    e->client = word_of(j, f->client);
    e->server = word_of(j, f->server);
    e->name = word_of(j, f->name);
    unsigned port = 0;
    for (size_t i = 0; i < f->port.n && i < 5; i++)
        port = port * 10 + (unsigned)(f->port.p[i] - '0');
    e->port = (uint16_t)(port <= UINT16_MAX ? port : 0);
}

static void heard_set(struct heard *h, uint64_t key, const struct incident *e)
{
    *h = (struct heard){ .key = key, .line = e->line, .client = e->client, .server = e->server, .name = e->name,
                         .port = e->port, .file = e->file, .time = e->time };
}

static bool heard_lately(const struct heard *h, const struct incident *e, double seconds)
{
    return h->file == e->file && (isnan(h->time) || isnan(e->time) || fabs(h->time - e->time) <= seconds);
}

/* An ordinary text with a connection's number and a place: JSSE writes the name into the ClientHello alone. */
static void heard_take(struct journal *j, const char *p, size_t n, uint64_t line, enum line_side side)
{
    struct fields f;
    fields_read(j->fields, p, n, side, &f);
    if (!f.link.n || !(f.name.n || f.client.n))
        return;
    struct incident e = { .time = time_of(j, p, n, 1), .line = line, .file = (uint16_t)(j->files - 1) };
    places_set(j, &f, &e);
    uint64_t key = key_of(j, &f);
    heard_set(&j->heard[key % HEARD_SLOTS], key, &e);
}

/* Somebody came. Where two came at once, nobody can tell which of them the next lines are about. */
static void came_take(struct journal *j, const struct incident *e)
{
    const struct heard *h = &j->came;
    bool several = h->client && (h->several || h->client != e->client) && heard_lately(h, e, NEAR_SECONDS);
    heard_set(&j->came, 0, e);
    j->came.several = several;
}

/* Who starts a script's step writes the place; what the step then says has neither time nor place. */
static void place_behind(struct journal *j, enum line_side side, struct incident *e)
{
    const char *begin = j->behind.p, *end = begin + j->behind.n;
    struct fields f;
    if (!j->behind.n || e->server || e->name || e->client)
        return;
    const char *nl = end - begin > 1 ? memrchr(begin, '\n', (size_t)(end - begin) - 1) : NULL;
    const char *from = nl ? nl + 1 : begin;
    if (!memmem(from, (size_t)(end - from), "://", 3))
        return;
    fields_read(j->fields, from, (size_t)(end - from), side, &f);
    e->server = word_of(j, f.server);
    e->name = word_of(j, f.name);
}

static void heard_use(struct journal *j, const struct fields *f, struct incident *e)
{
    uint64_t key = key_of(j, f);
    const struct heard *h = &j->heard[key % HEARD_SLOTS];
    bool another = e->client && h->client && e->client != h->client; /* of the same process or thread, before */
    if (key && h->key == key && !another && heard_lately(h, e, OPEN_SECONDS))
        event_fill(e, &(struct incident){ .time = e->time, .client = h->client, .server = h->server, .name = h->name,
                                          .port = h->port });
    if (f->link.n && e->client)
        heard_set(&j->heard[key % HEARD_SLOTS], key, e);
    h = &j->came;
    bool near = e->line - h->line <= NEAR_LINES && heard_lately(h, e, NEAR_SECONDS);
    if (key || e->client || !h->client || h->several || !near)
        return;
    e->client = h->client;
    e->port = h->port;
}

/* Once enough lines say which end wrote this file, the others are read as written by the same. */
static enum line_side side_of(struct log_file *f)
{
    uint64_t client = f->sides[LINE_SIDE_CLIENT], server = f->sides[LINE_SIDE_SERVER];
    if (f->side)
        return f->side;
    return client >= 3 && client > 9 * server ? LINE_SIDE_CLIENT
         : server >= 3 && server > 9 * client ? LINE_SIDE_SERVER : LINE_SIDE_UNKNOWN;
}

static bool is_frame(struct slice s) { return s.n > 4 && memcmp(s.p, "  File \"", s.n < 8 ? s.n : 8) == 0; }

/* A Python traceback without the places in the code and what is written there, which happened to no connection. Owned
 * by the caller; NULL: p[0..n) has none. */
static char *frames_drop(const char *p, size_t n, size_t *length)
{
    const char *end = p + n, *begin = memmem(p, n, "Traceback (most recent call last)", 33);
    if (!begin)
        return NULL;
    char *out = mem_array(NULL, n + 1, 1);
    bool within = false;
    *length = 0;
    while (p < end) {
        struct slice s = line_at(p, end);
        size_t whole = s.n + (s.p + s.n < end);
        within = p >= begin && (is_frame(s) || (within && s.n && *s.p == ' '));
        if (!within) {
            memcpy(out + *length, s.p, whole);
            *length += whole;
        }
        p += whole;
    }
    return out;
}

static void text_read(struct journal *j, const char *p, size_t n, uint64_t line, enum cut_kind kind, bool in_log)
{
    struct log_file *file = file_now(j);
    struct line_says says;
    struct fields fields;
    size_t bare_n = n;
    char *bare = frames_drop(p, n, &bare_n);
    line_read(j->book, bare ? bare : p, bare_n, &(struct line_context){ .in_log = in_log, .side = side_of(file) }, &says);
    free(bare);
    /* A transcript with an answer to a request went well, whatever was passed over. */
    bool answered = kind == CUT_TRANSCRIPT && in_log && memmem(p, n, "\n< HTTP/", 8);
    bool fails = !answered && (says.kind == LINE_KNOWN || says.kind == LINE_UNKNOWN);
    bool works = answered || (says.kind != LINE_KNOWN && success_find(j->works, p, n) == SUCCESS_WORKS);
    fails &= !works; /* words nobody knows are no failure where others tell of a success */
    bool remark = !fails && says.cause_count && says.cause[0].percent >= 50 && memmem(p, n, "anyway", 6);
    remark |= !fails && !answered && says.kind == LINE_ORDINARY && says.cause_count;
    if (!fails && !works && !remark) {
        heard_take(j, p, n, line, says.side ? says.side : side_of(file));
        if (isnan(file->first))
            time_of(j, p, n, 1);
        return;
    }
    file->sides[says.side]++;
    file->stacks[says.stack]++;
    fields_read(j->fields, p, n, says.side ? says.side : side_of(file), &fields);
    struct incident e = { .time = time_of(j, p, n, 5), .line = line, .file = (uint16_t)(j->files - 1),
                          .weight = j->weight,
                          .is = fails ? INCIDENT_FAILS : remark ? INCIDENT_REMARK : INCIDENT_WORKS };
    places_set(j, &fields, &e);
    if (isnan(e.time) && in_log) {
        place_behind(j, says.side ? says.side : side_of(file), &e);
        e.time = time_behind(j);
    }
    if (isnan(e.time) && kind == CUT_LINE)
        e.time = j->recent;
    if (fails)
        heard_use(j, &fields, &e);
    if (e.is != INCIDENT_WORKS) {
        struct told told = { p, n, line };
        j->at_hand = line_telling(j, &says, &told, in_log);
        e.line = told.line;
        e.reading = reading_take(j, &says, e.line);
    }
    event_take(j, &e, &fields);
    j->at_hand = (struct slice){ 0 };
    if (remark && works) { /* it worked, and it says something all the same */
        e.is = INCIDENT_WORKS;
        event_add(j, &e);
    }
}

/* What the nth line stands for: itself; or, of those after many, for a few; 0: it is passed over. Blocks of lines
 * are selected, not lines, so that those of one connection stay together. */
static uint16_t weight_of(uint64_t nth)
{
    if (nth < LOOK_ALL)
        return 1;
    return nth % (LOOK_BLOCK * SELECT) < LOOK_BLOCK ? SELECT : 0;
}

static bool on_hit(void *arg)
{
    struct journal *j = arg;
    uint16_t weight = weight_of(j->hits++);
    j->weight = weight ? weight : SELECT;
    return !weight;
}

static void on_text(void *arg, const char *p, size_t n, uint64_t line, enum cut_kind kind)
{
    struct journal *j = arg;
    text_read(j, p, n, line, kind, true);
    j->behind.n = 0;
}

/* --- ordinary lines ----------------------------------------------------------------------------- */

static void works_take(struct journal *j, const char *p, size_t n, uint64_t line, uint16_t weight, enum success_of kind)
{
    struct fields fields;
    fields_read(j->fields, p, n, side_of(file_now(j)), &fields);
    struct incident e = { .time = time_of(j, p, n, 1), .line = line, .file = (uint16_t)(j->files - 1), .weight = weight,
                       .is = INCIDENT_WORKS };
    places_set(j, &fields, &e);
    if (fields.link.n && e.client) {
        uint64_t key = key_of(j, &fields);
        heard_set(&j->heard[key % HEARD_SLOTS], key, &e);
    }
    if (kind == SUCCESS_WORKS)
        event_take(j, &e, &fields);
    else
        came_take(j, &e);
}

/* One who had been let in left: the end without a reason on the line before was that of no handshake. */
static void left_take(struct journal *j, uint64_t line)
{
    struct incident next = { .line = line, .file = (uint16_t)(j->files - 1), .time = j->recent };
    const struct incident *last = last_nameless(j, &next);
    const struct line_says *s = last ? &j->reading[last->reading].says : NULL;
    if (s && (s->noise == LINE_NOISE_CLOSED || (s->cause_count && s->cause[0].percent < 50)))
        last_drop(j);
}

/* Copied: the window it lies in moves on. */
static void behind_keep(struct journal *j, const char *p, size_t n)
{
    const char *from = n > BEHIND_BYTES ? memchr(p + n - BEHIND_BYTES, '\n', BEHIND_BYTES) : p;
    j->behind.n = from ? (size_t)(p + n - from) : 0;
    memcpy(j->behind.p, from ? from : p, j->behind.n);
}

static void on_between(void *arg, const char *p, size_t n, uint64_t line)
{
    struct journal *j = arg;
    const char *end = p + n;
    behind_keep(j, p, n);
    for (const char *at = p; at < end; line++) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((nl ? nl : end) - at);
        uint64_t nth = j->looked++;
        uint16_t weight = weight_of(nth);
        size_t program = nth < LOOK_PROGRAMS ? silence_of(at, length) : silence_count;
        if (program < silence_count)
            file_now(j)->programs[program]++;
        enum success_of kind = weight && length ? success_find(j->works, at, length) : SUCCESS_NONE;
        if (kind == SUCCESS_LEFT)
            left_take(j, line);
        else if (kind != SUCCESS_NONE)
            works_take(j, at, length, line, weight, kind);
        else if (nth % 64 == 0 || (isnan(file_now(j)->first) && nth < LOOK_PROGRAMS))
            time_of(j, at, length, 1);
        at = nl ? nl + 1 : end;
    }
}

/* --- files -------------------------------------------------------------------------------------- */

bool journal_begin(struct journal *j, const char *name, enum line_side side)
{
    if (j->cut)
        journal_flush(j, true);
    if (j->files == JOURNAL_FILES)
        return false;
    cut_free(j->cut);
    j->file[j->files++] = (struct log_file){ .name = text_printable(name, strlen(name), 300), .first = NAN,
                                             .last = NAN, .side = side };
    j->cut = cut_new(j->book, &(struct cut_takes){ j, on_hit, on_text, on_between });
    j->recent = NAN;
    j->last = 0;
    j->behind.n = 0;
    return true;
}

void journal_feed(struct journal *j, const char *p, size_t n) { cut_feed(j->cut, p, n); }

void journal_flush(struct journal *j, bool ended)
{
    cut_flush(j->cut, ended);
    file_now(j)->lines = cut_lines(j->cut);
}

void journal_text(struct journal *j, const char *p, size_t n)
{
    text_read(j, p, n, 1, CUT_TRANSCRIPT, false);
    file_now(j)->lines = 1;
}

struct journal_view journal_view(const struct journal *j)
{
    return (struct journal_view){ .event = j->event, .count = j->count, .reading = j->reading, .readings = j->readings,
                                  .file = j->file, .files = j->files, .failing = j->failing, .working = j->working,
                                  .estimated = j->stride > 1 || j->hits > LOOK_ALL || j->looked > LOOK_ALL };
}

const char *journal_word(const struct journal *j, uint32_t word) { return lexicon_get(j->words, word); }
