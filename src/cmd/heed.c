/* heed - see heed.h. */
#include "src/cmd/heed.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/logfile.h"
#include "src/out/explained.h"

#define PIECE_BYTES (192u << 10)
#define NEWEST 400   /* of the failures that are told one by one; and the samples of every cause */
#define SAID_SLOTS 2048
#define TEXT_BYTES 400
#define SAMPLES_MAX 100 /* kinds of lines of which the first is kept */

/* A line by its place. */
struct place { uint16_t file; uint64_t line; };
struct said { struct place at; char *text; };            /* text: owned, NULL: free */
/* What was told of a line that may be told anew. */
struct told { struct place at; uint32_t reading; uint8_t first; bool noise; int number; };

struct heed {
    struct journal *journal;
    struct logfile *file;
    char *name;                   /* owned; what its lines are said to be of */
    char *piece;                  /* owned, PIECE_BYTES */
    struct said said[SAID_SLOTS]; /* texts of what failed lately, by place; a newer one pushes out an older */
    struct told *told; size_t told_count; /* owned; those of the last telling */
    int number;                   /* the last that was given */
    uint64_t seen, told_seen;     /* bytes read; when it was told */
    bool anything, told_more;     /* it was told at all; that there was more */
};

static size_t slot_of(struct place at)
{
    return (size_t)((at.line * UINT64_C(0x9e3779b97f4a7c15) + at.file * 977u) >> 32) % SAID_SLOTS;
}

static bool same_place(struct place a, struct place b) { return a.file == b.file && a.line == b.line; }

static void on_failure(void *arg, const struct incident *e)
{
    struct heed *h = arg;
    struct place at = { e->file, e->line };
    struct said *s = &h->said[slot_of(at)];
    free(s->text);
    char *text = journal_said(h->journal);
    if (strlen(text) > TEXT_BYTES)
        memcpy(text + text_fit(text, TEXT_BYTES - 3, NULL), "...", 4);
    *s = (struct said){ at, text };
}

struct heed *heed_new(double now)
{
    struct heed *h = mem_new(sizeof *h);
    h->journal = journal_new(now);
    h->piece = mem_array(NULL, PIECE_BYTES, 1);
    journal_watch(h->journal, on_failure, h);
    return h;
}

void heed_free(struct heed *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < SAID_SLOTS; i++)
        free(h->said[i].text);
    logfile_close(h->file);
    journal_free(h->journal);
    free(h->told);
    free(h->piece);
    free(h->name);
    free(h);
}

/* --- reading ------------------------------------------------------------------------------------ */

bool heed_open(struct heed *h, const char *path, struct err *e)
{
    struct logfile *f = logfile_open(path, e);
    if (!f)
        return false;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    if (!journal_begin(h->journal, name, LINE_SIDE_UNKNOWN)) {
        logfile_close(f);
        return err_set(e, "more than %d logs are too many at once", JOURNAL_FILES);
    }
    logfile_close(h->file);
    h->file = f;
    free(h->name);
    h->name = mem_string(name);
    h->seen++;
    return true;
}

enum heed_state heed_step(struct heed *h, struct err *e)
{
    ssize_t n = h->file ? logfile_read(h->file, h->piece, PIECE_BYTES, e) : 0;
    if (n > 0) {
        if (logfile_turned(h->file)) /* its lines are counted anew, or, where it happened all too often, on */
            journal_begin(h->journal, h->name, LINE_SIDE_UNKNOWN);
        journal_feed(h->journal, h->piece, (size_t)n);
        h->seen += (uint64_t)n;
    }
    return n > 0 ? HEED_MORE : n == 0 ? HEED_END : HEED_TROUBLE;
}

bool heed_plain(const struct heed *h) { return h->file && logfile_fd(h->file) < 0; }
bool heed_grows(const struct heed *h) { return heed_plain(h) && logfile_grows(h->file); }

void heed_flush(struct heed *h, bool ended)
{
    if (h->file)
        journal_flush(h->journal, ended);
}

/* --- telling ------------------------------------------------------------------------------------ */

struct telling {
    struct heed *heed;
    struct explained x;
    struct told *now; size_t count; /* owned */
    void (*take)(void *arg, struct event *ev);
    void *arg;
};

static struct told *told_find(struct told *list, size_t n, struct place at)
{
    for (size_t i = 0; i < n; i++)
        if (same_place(list[i].at, at))
            return &list[i];
    return NULL;
}

static bool is_sample(const struct telling *t, const struct incident *e)
{
    const struct reading *r = &journal_view(t->heed->journal).reading[e->reading];
    return r->file == e->file && r->line == e->line;
}

static void event_tell(struct telling *t, size_t event)
{
    struct heed *h = t->heed;
    struct journal_view v = journal_view(h->journal);
    const struct incident *e = &v.event[event];
    struct told now = { .at = { e->file, e->line }, .reading = e->reading, .first = t->x.outcome->first[event],
                        .noise = e->noise };
    if (told_find(t->now, t->count, now.at))
        return;
    const struct told *was = told_find(h->told, h->told_count, now.at);
    now.number = was ? was->number : ++h->number;
    t->now[t->count++] = now;
    if (was && was->reading == now.reading && was->first == now.first && was->noise == now.noise)
        return;
    const struct said *said = &h->said[slot_of(now.at)];
    const char *text = said->text && same_place(said->at, now.at) ? said->text : NULL;
    struct event ev = { .kind = EVENT_LINE, .number = now.number, .value = explained_logged(&t->x, event, text) };
    if (e->reading <= SAMPLES_MAX && is_sample(t, e))
        json_object_set_new(ev.value, "kept", json_true());
    t->take(t->arg, &ev);
    event_clear(&ev);
}

/* The newest failures, and before them those that stand for a kind; in the order of the log. Of a log of which more is
 * to be read the newest would be gone the next time. */
static void lines_tell(struct telling *t, bool more)
{
    struct journal_view v = journal_view(t->heed->journal);
    size_t newest = 0, from = v.count;
    while (!more && from && newest < NEWEST)
        newest += v.event[--from].is == INCIDENT_FAILS;
    for (size_t i = 0; i < from; i++)
        if (v.event[i].is == INCIDENT_FAILS && v.event[i].reading <= SAMPLES_MAX && is_sample(t, &v.event[i]))
            event_tell(t, i);
    for (size_t i = from; i < v.count; i++)
        if (v.event[i].is == INCIDENT_FAILS)
            event_tell(t, i);
}

static int number_of(void *arg, uint16_t file, uint64_t line)
{
    const struct telling *t = arg;
    const struct told *told = told_find(t->now, t->count, (struct place){ file, line });
    return told ? told->number : 0;
}

bool heed_tell(struct heed *h, bool more, void (*take)(void *arg, struct event *ev), void *arg)
{
    if (!journal_view(h->journal).files || (h->anything && h->told_seen == h->seen && h->told_more == more))
        return false;
    struct join *join = join_of(h->journal);
    struct habit *habit = habit_of(h->journal);
    struct outcome *outcome = outcome_of(h->journal, habit);
    struct telling t = { .heed = h, .take = take, .arg = arg,
                         .x = { .journal = h->journal, .habit = habit, .outcome = outcome, .join = join } };
    t.now = mem_array(NULL, LOGGED_LINES_MAX, sizeof *t.now);
    lines_tell(&t, more);
    struct event ev = { .kind = EVENT_LOG, .value = explained_summary(&t.x, number_of, &t) };
    if (more)
        json_object_set_new(ev.value, "more", json_true());
    take(arg, &ev);
    event_clear(&ev);
    free(h->told);
    h->told = t.now;
    h->told_count = t.count;
    h->told_seen = h->seen;
    h->told_more = more;
    h->anything = true;
    join_free(join);
    outcome_free(outcome);
    habit_free(habit);
    return true;
}

bool heed_all(char *const *path, size_t n, double now, void (*take)(void *arg, struct event *ev), void *arg,
              struct err *e)
{
    struct heed *h = heed_new(now);
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        enum heed_state state = HEED_MORE;
        good = heed_open(h, path[i], e);
        while (good && state == HEED_MORE)
            state = heed_step(h, e);
        good &= state != HEED_TROUBLE;
        heed_flush(h, true);
    }
    if (good)
        heed_tell(h, false, take, arg);
    heed_free(h);
    return good;
}
