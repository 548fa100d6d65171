/* saved - see saved.h. */
#include "src/model/saved.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

#define FORM 1 /* of what is written; a reader takes only those it knows */

/* --- numbers of the file, and what they are called here: open addressing, at most half full ------ */

struct names { struct { int from, to; } *slot; size_t room, count; }; /* owned; from 0: free */

static size_t name_place(const struct names *n, int from)
{
    size_t i = (size_t)(((uint64_t)(unsigned)from * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (n->room - 1);
    while (n->slot[i].from && n->slot[i].from != from)
        i = (i + 1) & (n->room - 1);
    return i;
}

/* 0 when there is none. */
static int name_of(const struct names *n, int from)
{
    return n->room && from ? n->slot[name_place(n, from)].to : 0;
}

static void name_add(struct names *n, int from, int to)
{
    if (2 * (n->count + 1) > n->room) {
        struct names bigger = { .room = n->room ? 2 * n->room : 64 };
        bigger.slot = mem_new(bigger.room * sizeof *bigger.slot);
        for (size_t i = 0; i < n->room; i++)
            if (n->slot[i].from) {
                bigger.slot[name_place(&bigger, n->slot[i].from)] = n->slot[i];
                bigger.count++;
            }
        free(n->slot);
        *n = bigger;
    }
    size_t i = name_place(n, from);
    n->count += !n->slot[i].from;
    n->slot[i].from = from;
    n->slot[i].to = to;
}

/* --- the header ----------------------------------------------------------------------------------- */

char *saved_header(const char *version, double started)
{
    char when[WHEN_LEN];
    json_t *o =
        json_pack("{s:s, s:i, s:s}", "tlswhy", version, "session", FORM, "started", when_format_ms(started, when));
    char *line = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    char *whole = mem_format("%s\n", line);
    free(line);
    return whole;
}

/* The header as an object, new reference; NULL when the line is none. */
static json_t *header_read(const char *line, size_t n)
{
    json_error_t why;
    json_t *o = n <= SAVED_HEADER_MAX ? json_loadb(line, n, JSON_REJECT_DUPLICATES, &why) : NULL;
    if (json_is_string(json_object_get(o, "tlswhy")) && json_is_integer(json_object_get(o, "session")))
        return o;
    json_decref(o);
    return NULL;
}

bool saved_begins(const void *p, size_t n)
{
    const char *nl = memchr(p, '\n', n < SAVED_HEADER_MAX ? n : SAVED_HEADER_MAX);
    json_t *o = nl ? header_read(p, (size_t)(nl - (const char *)p)) : NULL;
    json_decref(o);
    return o != NULL;
}

/* --- loading -------------------------------------------------------------------------------------- */

struct saved {
    struct session *into; /* lent */
    int (*next_id)(void *arg);
    void *arg;
    int ask;              /* the next number to give */
    struct names columns, asks;
    struct buf rest;      /* a line that is not whole yet */
    bool begun, overlong; /* the header was read; what comes belongs to a line that is too long */
    int lines;            /* numbers of a log's lines begin behind this one */
    double started;
    struct saved_notes notes;
};

struct saved *saved_new(struct session *into, int (*next_id)(void *arg), void *arg, int ask)
{
    struct saved *s = mem_new(sizeof *s);
    s->into = into;
    s->next_id = next_id;
    s->arg = arg;
    s->ask = ask;
    s->lines = logged_last(&into->log);
    buf_init(&s->rest, STREAM_LINE_MAX);
    return s;
}

static bool header_take(struct saved *s, const char *line, size_t n, struct err *e)
{
    json_t *o = header_read(line, n);
    int64_t started = 0;
    if (!o)
        return err_set(e, "it does not begin as a saved session does");
    json_int_t form = json_integer_value(json_object_get(o, "session"));
    const char *when = json_string_value(json_object_get(o, "started"));
    s->begun = form == FORM;
    if (when && when_parse(when, &started))
        s->started = (double)started + (when[19] == '.' ? strtod(when + 19, NULL) : 0);
    json_decref(o);
    return s->begun ||
           err_set(e, "it was saved in another form (%lld) than this version reads (%d): a newer tlswhy opens it",
                   (long long)form, FORM);
}

static void pass_over(struct saved *s, const char *why)
{
    if (!s->notes.passed_over++)
        s->notes.why = mem_string(why);
}

static void keep_out(struct saved *s, const char *why)
{
    if (!s->notes.kept_out++)
        s->notes.why_out = mem_string(why);
}

static int ask_here(struct saved *s, int ask)
{
    int here = name_of(&s->asks, ask + 1);
    if (!here) {
        here = s->ask++;
        name_add(&s->asks, ask + 1, here);
    }
    return here;
}

static void column_take(struct saved *s, struct event *ev)
{
    struct err e = { "" };
    int id = name_of(&s->columns, ev->column);
    struct endpoint *ep = id || !ev->column ? NULL : endpoint_parse_foreign(ev->endpoint, &e);
    bool room = s->notes.columns < SAVED_COLUMNS_MAX;
    if (id && session_column(s->into, id)) { /* said again: the address has become known, or which mail server it is */
        struct endpoint *now = endpoint_parse_foreign(ev->endpoint, &e);
        if (!now)
            return;
        ev->column = id;
        ev->parsed = now;
        session_apply(s->into, ev);
        ev->parsed = NULL;
        endpoint_free(now);
        return;
    }
    if (!ep || !room) {
        if (!id)
            keep_out(s, !ep ? e.text[0] ? e.text : "it has no number" : "there are too many");
        endpoint_free(ep);
        return;
    }
    if (!ev->vantage || strcmp(ev->vantage, VANTAGE_CLIENT) != 0) {
        free(ev->vantage);
        ev->vantage = mem_string(VANTAGE_SAVED);
    }
    id = s->next_id(s->arg);
    name_add(&s->columns, ev->column, id);
    s->notes.columns++;
    ev->column = id;
    ev->ask = ask_here(s, ev->ask);
    ev->parsed = ep;
    session_apply(s->into, ev);
    ev->parsed = NULL;
    endpoint_free(ep);
}

static void log_take(struct saved *s, struct event *ev)
{
    event_shift(ev, s->lines);
    session_apply(s->into, ev);
}

/* Facts of a column that was kept out, or never came, are about nothing. */
static void event_take(struct saved *s, struct event *ev)
{
    switch (ev->kind) {
    case EVENT_COLUMN: column_take(s, ev); break;
    case EVENT_ANSWER: session_apply(s->into, ev); break;
    case EVENT_LOG: case EVENT_LINE: log_take(s, ev); break;
    case EVENT_FACT: case EVENT_FORGET: case EVENT_GONE:
        ev->column = ev->seen.column = name_of(&s->columns, ev->column);
        if (ev->column)
            session_apply(s->into, ev);
        break;
    default: break; /* who was at work then is so no more, and asks and troubles are over */
    }
}

static bool line_take(struct saved *s, const char *line, size_t n, struct err *e)
{
    struct event ev;
    struct err why = { "" };
    if (!s->begun)
        return header_take(s, line, n, e);
    if (!n)
        return true;
    if (event_parse(line, n, &ev, &why))
        event_take(s, &ev);
    else
        pass_over(s, why.text);
    event_clear(&ev);
    return true;
}

/* The end of a line of which the beginning is kept. */
static bool rest_take(struct saved *s, const char *p, size_t n, struct err *e)
{
    bool fits = !s->overlong && buf_add(&s->rest, p, n), good = true;
    if (fits)
        good = line_take(s, (const char *)s->rest.data, s->rest.len, e);
    else
        pass_over(s, "it is too long");
    s->overlong = false;
    buf_drop(&s->rest, s->rest.len);
    return good;
}

bool saved_feed(struct saved *s, const void *bytes, size_t n, struct err *e)
{
    const char *p = bytes, *end = p + n, *nl;
    while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
        size_t len = (size_t)(nl - p);
        bool good = s->rest.len || s->overlong ? rest_take(s, p, len, e) : line_take(s, p, len, e);
        if (!good)
            return false;
        p = nl + 1;
    }
    size_t left = (size_t)(end - p);
    if (!s->begun && s->rest.len + left > SAVED_HEADER_MAX)
        return err_set(e, "it does not begin as a saved session does");
    if (left && !s->overlong && !buf_add(&s->rest, p, left)) {
        s->overlong = true;
        buf_drop(&s->rest, s->rest.len);
    }
    return true;
}

bool saved_end(struct saved *s, struct saved_notes *notes, struct err *e)
{
    if (!s->begun)
        return err_set(e, "it does not begin as a saved session does");
    s->notes.cut = s->rest.len || s->overlong;
    if (s->rest.len) { /* whole but for its newline, perhaps */
        struct event ev;
        bool good = event_parse((const char *)s->rest.data, s->rest.len, &ev, NULL);
        if (good)
            event_take(s, &ev);
        event_clear(&ev);
        s->notes.cut = !good;
    }
    *notes = s->notes;
    s->notes = (struct saved_notes){ 0 };
    return true;
}

double saved_started(const struct saved *s)
{
    return s->started;
}

int saved_next_ask(const struct saved *s)
{
    return s->ask;
}

void saved_notes_clear(struct saved_notes *n)
{
    free(n->why);
    free(n->why_out);
    *n = (struct saved_notes){ 0 };
}

void saved_free(struct saved *s)
{
    if (!s)
        return;
    saved_notes_clear(&s->notes);
    buf_free(&s->rest);
    free(s->columns.slot);
    free(s->asks.slot);
    free(s);
}

/* --- telling -------------------------------------------------------------------------------------- */

static void fact_tell(const struct session *s, const struct column *c, enum fact f,
                      void (*take)(void *arg, const struct event *ev), void *arg)
{
    const struct seen *seen = &c->fact[f];
    struct event ev = { .kind = EVENT_FACT,
                        .column = c->id,
                        .seen = { .column = c->id,
                                  .fact = f,
                                  .state = seen->state,
                                  .value = seen->value,
                                  .ms = seen->ms,
                                  .probe = "other" } };
    if (seen->state == NOT_ASKED)
        return;
    if (seen->evidence && seen->evidence < s->evidence_count) {
        const struct evidence *e = &s->evidence[seen->evidence];
        ev.seen.probe = e->probe;
        ev.seen.time = e->time;
        ev.seen.text = e->text;
        ev.seen.bytes = e->bytes;
        ev.seen.bytes_len = e->bytes_len;
    }
    take(arg, &ev);
}

void session_tell(const struct session *s, void (*take)(void *arg, const struct event *ev), void *arg)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        take(arg, &(struct event){ .kind = EVENT_COLUMN, .column = c->id, .ask = c->ask, .nth = c->nth,
                                   .endpoint = c->endpoint->text, .address = c->address, .vantage = c->vantage });
        for (enum fact f = 0; f < FACT_COUNT; f++)
            fact_tell(s, c, f, take, arg);
    }
    for (enum question q = 0; q < QUESTION_COUNT; q++)
        if (s->answer[q])
            take(arg, &(struct event){ .kind = EVENT_ANSWER, .question = q, .text = s->answer[q] });
    for (size_t i = 0; i < s->log.count; i++)
        take(arg, &(struct event){ .kind = EVENT_LINE, .number = s->log.line[i].number,
                                   .value = s->log.line[i].value });
    if (s->log.summary)
        take(arg, &(struct event){ .kind = EVENT_LOG, .value = s->log.summary });
}
