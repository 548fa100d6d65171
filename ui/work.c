/* work - see work.h. */
#include "ui/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/log/testimony.h"
#include "src/model/accepts.h"
#include "src/model/saved.h"
#include "src/model/stream.h"
#include "ui/feed.h"

#define OUT_MAX (8u << 20)    /* lines the prober has not read yet */
#define HELD_MAX (64u << 20)  /* lines kept while the picture is held */
#define READ_AT_ONCE 16       /* chunks of 64 KiB before the screen has its turn */
#define REMOVED_MAX 256       /* columns that can be brought back */

struct asked { int ask; bool answered; };

/* What is known about a column's probing beside the session. */
struct course {
    int column, rounds;
    bool expecting;           /* asked, and no "done" since */
};

struct removed { int column; struct buf lines; };

struct work {
    struct ev_loop *loop;
    int fd;
    struct ev_io readable, writable, later;
    struct feed *feed;        /* of logs; NULL: there is none */
    int lines;                /* their lines get numbers behind this one */
    const struct ui_options *ui;      /* lent; they outlive this */
    struct buf in, out, held;
    struct session *session;
    struct verdict *verdict;
    struct scene scene;
    unsigned long judged;     /* revision the verdict is for */
    bool fresh; /* the scene is to be worked out again though the session is the same */
    bool hold, stopped, spoke;
    bool returning;           /* what was removed comes back: it was recorded when it came first */
    char *trouble, *note;
    struct asked *asked; size_t asked_count;
    struct course *course; size_t course_count;
    struct removed removed[REMOVED_MAX]; size_t removed_count;
    struct why_options why;
    void (*changed)(void *arg);
    void *arg;
};

static void work_trouble(struct work *w, const char *text)
{
    free(w->trouble);
    w->trouble = mem_string(text);
    w->scene.trouble = w->trouble;
    w->fresh = true;
}

static void work_gone(struct work *w)
{
    if (w->scene.gone)
        return;
    ev_io_stop(w->loop, &w->readable);
    ev_io_stop(w->loop, &w->writable);
    w->scene.gone = true;
    w->scene.waiting = 0;
    for (size_t i = 0; i < w->session->count; i++)
        session_busy(w->session, w->session->column[i]->id, false);
    work_trouble(w, "the prober has ended, so nothing can be asked any more. What is shown stays; "
                    "quit (q) and start again to go on.");
}

/* --- out ------------------------------------------------------------------------------------- */

static void work_flush(struct work *w)
{
    size_t sent = 0;
    while (sent < w->out.len && !w->scene.gone) {
        ssize_t n = send(w->fd, w->out.data + sent, w->out.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            work_gone(w);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    buf_drop(&w->out, sent);
    if (w->out.len && !w->scene.gone)
        ev_io_start(w->loop, &w->writable);
    else
        ev_io_stop(w->loop, &w->writable);
}

static void work_send(struct work *w, const struct event *ev)
{
    if (w->scene.gone)
        return;
    char *line = event_format(ev);
    if (!buf_add(&w->out, line, strlen(line)))
        work_trouble(w, "the prober does not read what it is asked; the last wish was dropped. Try "
                        "again in a moment.");
    free(line);
    work_flush(w);
}

static struct course *course_of(struct work *w, int column)
{
    for (size_t i = 0; i < w->course_count; i++)
        if (w->course[i].column == column)
            return &w->course[i];
    w->course = mem_array(w->course, w->course_count + 1, sizeof *w->course);
    w->course[w->course_count] = (struct course){ .column = column };
    return &w->course[w->course_count++];
}

/* Behind all others, those of loaded columns among them. */
static int ask_next(const struct work *w)
{
    int last = w->asked_count ? w->asked[w->asked_count - 1].ask : 0;
    for (size_t i = 0; !last && i < w->session->count; i++)
        if (column_is_saved(w->session->column[i]) || column_is_client(w->session->column[i]))
            last = w->session->column[w->session->count - 1]->ask;
    return last + 1;
}

void work_ask(struct work *w, const char *endpoint)
{
    int ask = ask_next(w);
    struct event ev = { .kind = EVENT_ASK, .ask = ask, .endpoint = mem_string(endpoint) };
    w->stopped = false;
    work_send(w, &ev);
    free(ev.endpoint);
    if (w->scene.gone)
        return;
    w->asked = mem_array(w->asked, w->asked_count + 1, sizeof *w->asked);
    w->asked[w->asked_count++] = (struct asked){ .ask = ask };
    w->scene.waiting++;
    w->fresh = true;
}

void work_listen(struct work *w, const char *where, int column)
{
    int ask = ask_next(w);
    const struct column *c = column ? session_column(w->session, column) : NULL;
    struct event ev = { .kind = EVENT_LISTEN, .ask = ask, .text = mem_string(where),
                        .endpoint = c ? mem_string(c->endpoint->text) : NULL };
    work_send(w, &ev);
    event_clear(&ev);
    w->asked = mem_array(w->asked, w->asked_count + 1, sizeof *w->asked);
    w->asked[w->asked_count++] = (struct asked){ .ask = ask, .answered = true };
}

char *work_note(struct work *w)
{
    char *note = w->note;
    w->note = NULL;
    return note;
}

/* Asks what is wanted about one column; how many facts. */
static int want_column(struct work *w, int column)
{
    struct event ev = { .kind = EVENT_WANT, .column = column };
    int n = 0;
    const struct column *c = session_column(w->session, column);
    if (!c || column_is_saved(c) || column_is_client(c) || !why_wanted(w->session, column, ev.wanted))
        return 0;
    for (enum fact f = 0; f < FACT_COUNT; f++)
        n += ev.wanted[f];
    course_of(w, column)->expecting = true;
    work_send(w, &ev);
    return n;
}

void work_again(struct work *w, int column, bool full)
{
    w->stopped = false;
    for (size_t i = 0; i < w->session->count; i++) {
        const struct column *c = w->session->column[i];
        if ((column && c->id != column) || column_is_client(c)) /* who came to us can't be asked */
            continue;
        if (column_is_saved(c)) { /* what it was stays beside what it is now */
            bool ours = !c->endpoint->value[KEY_CERT]; /* no key is used because somebody's file names it */
            if (column || (c->nth == 0 && ours))
                work_ask(w, c->endpoint->text);
            continue;
        }
        struct event ev = { .kind = EVENT_AGAIN, .column = c->id, .full = full };
        struct course *course = course_of(w, c->id);
        course->rounds = 0;
        course->expecting = true;
        work_send(w, &ev);
    }
}

void work_try_clients(struct work *w, int column)
{
    w->stopped = false;
    for (size_t i = 0; i < w->session->count; i++) {
        const struct column *c = w->session->column[i];
        struct event ev = { .kind = EVENT_WANT, .column = c->id };
        if ((column && c->id != column) || column_is_saved(c) || column_is_client(c))
            continue;
        if (!accepts_known(c) || c->fact[FACT_CLIENTS].state != NOT_ASKED)
            work_again(w, c->id, true);
        ev.wanted[FACT_CLIENTS] = true;
        course_of(w, c->id)->expecting = true;
        work_send(w, &ev);
    }
}

void work_load(struct work *w, int column, int at_once)
{
    struct event ev = { .kind = EVENT_LOAD, .column = column, .at_once = at_once };
    w->stopped = false;
    course_of(w, column)->expecting = true;
    work_send(w, &ev);
}

int work_settle(struct work *w)
{
    int n = 0;
    w->stopped = false;
    for (size_t i = 0; i < w->session->count; i++)
        n += want_column(w, w->session->column[i]->id);
    return n;
}

void work_stop(struct work *w)
{
    struct event ev = { .kind = EVENT_STOP };
    w->stopped = true;
    work_send(w, &ev);
    for (size_t i = 0; i < w->course_count; i++)
        w->course[i].expecting = false;
    w->scene.waiting = 0;
    w->fresh = true;
}

/* --- in -------------------------------------------------------------------------------------- */

/* Asks are answered in their order: the first one waiting is the one that is answered. */
static void ask_answered(struct work *w, int ask)
{
    w->scene.waiting = ev_is_active(&w->later);
    for (size_t i = 0; i < w->asked_count; i++) {
        if (w->asked[i].ask <= ask)
            w->asked[i].answered = true;
        w->scene.waiting += !w->asked[i].answered;
    }
}

static struct removed *removed_of(struct work *w, int column)
{
    for (size_t i = 0; i < w->removed_count; i++)
        if (w->removed[i].column == column)
            return &w->removed[i];
    return NULL;
}

static void column_done(struct work *w, int column)
{
    struct course *course = course_of(w, column);
    course->expecting = false;
    if (w->stopped || course->rounds >= WHY_ROUNDS_MAX || !session_column(w->session, column))
        return;
    if (want_column(w, column) > 0)
        course_of(w, column)->rounds++;
}

static void work_record(struct work *w, const struct event *ev)
{
    if (w->ui->record && !w->returning && ev->kind != EVENT_NOTE)
        w->ui->record(w->ui->record_arg, ev);
}

static void record_told(void *arg, const struct event *ev)
{
    work_record(arg, ev);
}

static void work_apply(struct work *w, struct event *ev, const char *line, size_t n)
{
    struct removed *r = ev->column ? removed_of(w, ev->column) : NULL;
    work_record(w, ev);
    if (r) { /* it may come back, and then with what was found meanwhile */
        buf_add(&r->lines, line, n);
        buf_add(&r->lines, "\n", 1);
        return;
    }
    if (ev->kind == EVENT_COLUMN)
        ask_answered(w, ev->ask);
    if (ev->kind == EVENT_COLUMN || ev->kind == EVENT_BUSY)
        course_of(w, ev->column)->expecting = true;
    if (ev->kind == EVENT_TROUBLE && ev->text) {
        work_trouble(w, ev->text);
        if (ev->ask) /* an ask that could not even become a column */
            ask_answered(w, ev->ask);
    }
    if (ev->kind == EVENT_NOTE && ev->text) {
        free(w->note);
        w->note = mem_string(ev->text);
        w->fresh = true;
    }
    bool done = ev->kind == EVENT_DONE;
    int column = ev->column;
    session_apply(w->session, ev);
    if (done)
        column_done(w, column);
}

static void work_line(struct work *w, const char *line, size_t n)
{
    struct event ev;
    struct err e = { "" };
    w->spoke = true;
    if (!event_parse(line, n, &ev, &e)) {
        work_trouble(w, e.text);
        return;
    }
    work_apply(w, &ev, line, n);
    event_clear(&ev);
}

/* Whole lines of a buffer; a rest without its newline stays. */
static void work_lines(struct work *w, struct buf *b)
{
    size_t used = 0;
    uint8_t *nl;
    while (used < b->len && (nl = memchr(b->data + used, '\n', b->len - used))) {
        size_t n = (size_t)(nl - (b->data + used));
        if (n)
            work_line(w, (const char *)b->data + used, n);
        used += n + 1;
    }
    buf_drop(b, used);
}

/* Moves what one buffer holds to the end of the other, so that no line is cut between the two. */
static void buf_move(struct buf *to, struct buf *from)
{
    buf_add(to, from->data, from->len);
    buf_drop(from, from->len);
}

void work_hold(struct work *w, bool hold)
{
    if (w->hold == hold)
        return;
    w->hold = hold;
    feed_hold(w->feed, hold);
    if (hold) {
        buf_move(&w->held, &w->in);
    } else {
        work_lines(w, &w->held);
        buf_move(&w->in, &w->held);
    }
}

static void work_take(struct work *w, const char *p, size_t n)
{
    if (w->hold && buf_add(&w->held, p, n))
        return;
    if (w->hold) {
        work_trouble(
            w, "more came in than can be held back, so the picture was brought up to date once.");
        work_lines(w, &w->held);
        if (buf_add(&w->held, p, n))
            return;
    }
    if (w->hold || !buf_add(&w->in, p, n)) {
        work_gone(w); /* a line without end: that is no prober of ours */
        return;
    }
    work_lines(w, &w->in);
}

static void on_readable(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct work *w = io->data;
    static const size_t room = 65536;
    char *chunk = mem_array(NULL, room, 1);
    (void)loop;
    (void)events;
    for (int i = 0; i < READ_AT_ONCE && !w->scene.gone; i++) {
        ssize_t n = recv(w->fd, chunk, room, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || (n < 0 && errno != EAGAIN))
            work_gone(w);
        if (n <= 0)
            break;
        work_take(w, chunk, (size_t)n);
    }
    free(chunk);
    w->changed(w->arg);
}

static void on_writable(struct ev_loop *loop, struct ev_io *io, int events)
{
    (void)loop;
    (void)events;
    work_flush(io->data);
}

void work_answer(struct work *w, enum question q, const char *answer)
{
    struct event ev = { .kind = EVENT_ANSWER, .question = q, .text = mem_string(answer) };
    char *line = event_format(&ev);
    work_apply(w, &ev, line, strlen(line) - 1);
    event_clear(&ev);
    free(line);
}

/* --- logs ------------------------------------------------------------------------------------ */

/* It stands in pane 1, and once wherever one is: the pane of logs has no room for it. */
static void log_trouble(struct work *w, const char *text)
{
    work_trouble(w, text);
    free(w->note);
    w->note = mem_string(text);
}

static void log_line(void *arg, const char *line, size_t n)
{
    struct work *w = arg;
    struct event ev;
    struct err e = { "" };
    if (!event_parse(line, n, &ev, &e)) {
        work_trouble(w, e.text);
        return;
    }
    bool more = json_is_true(json_object_get(ev.value, "more"));
    event_shift(&ev, w->lines);
    if (ev.kind == EVENT_LOG || ev.kind == EVENT_LINE || ev.kind == EVENT_TROUBLE)
        work_apply(w, &ev, line, n);
    if (ev.kind == EVENT_TROUBLE && ev.text)
        log_trouble(w, ev.text);
    if (ev.kind == EVENT_LOG || ev.kind == EVENT_TROUBLE)
        w->scene.reading = more;
    event_clear(&ev);
}

static void log_changed(void *arg)
{
    struct work *w = arg;
    if (feed_gone(w->feed)) {
        w->scene.reading = false;
        log_trouble(w, "What reads logs has ended: none can be read any more. What is shown stays.");
    }
    w->changed(w->arg);
}

static void log_send(struct work *w, struct event *ev)
{
    char *line = event_format(ev);
    if (!w->feed || feed_gone(w->feed) || !feed_send(w->feed, line, strlen(line)))
        log_trouble(w, "No log can be read here any more; quit (q) and start again to go on.");
    free(line);
}

void work_log(struct work *w, const char *path)
{
    struct event ev = { .kind = EVENT_READ, .text = mem_string(path) };
    log_send(w, &ev);
    w->scene.reading = w->feed && !feed_gone(w->feed);
    w->fresh = true;
    event_clear(&ev);
}

void work_follow(struct work *w, bool follow)
{
    log_send(w, &(struct event){ .kind = EVENT_FOLLOW, .full = follow });
}

/* --- what was removed ------------------------------------------------------------------------ */

static void add_event(struct buf *b, struct event *ev)
{
    char *line = event_format(ev);
    buf_add(b, line, strlen(line));
    free(line);
}

/* A fact as the line that brought it. */
static void add_fact(const struct work *w, struct buf *b, const struct column *c, enum fact f)
{
    const struct seen *seen = &c->fact[f];
    struct event ev = { .kind = EVENT_FACT, .column = c->id };
    if (seen->state == NOT_ASKED)
        return;
    ev.seen = (struct observation){ .column = c->id,
                                    .fact = f,
                                    .state = seen->state,
                                    .value = seen->value,
                                    .ms = seen->ms,
                                    .probe = "" };
    if (seen->evidence > 0 && (size_t)seen->evidence < w->session->evidence_count) {
        const struct evidence *e = &w->session->evidence[seen->evidence];
        ev.seen.probe = e->probe;
        ev.seen.time = e->time;
        ev.seen.text = e->text;
        ev.seen.bytes = e->bytes;
        ev.seen.bytes_len = e->bytes_len;
    }
    add_event(b, &ev); /* everything is lent: nothing to clear */
}

static void removed_forget(struct work *w, size_t i)
{
    struct event ev = { .kind = EVENT_DROP, .column = w->removed[i].column };
    work_send(w, &ev);
    buf_free(&w->removed[i].lines);
    w->removed_count--;
    memmove(&w->removed[i], &w->removed[i + 1], (w->removed_count - i) * sizeof *w->removed);
}

void work_remove(struct work *w, int column)
{
    const struct column *c = session_column(w->session, column);
    if (!c)
        return;
    if (w->removed_count == REMOVED_MAX)
        removed_forget(w, 0);
    struct removed *r = &w->removed[w->removed_count++];
    *r = (struct removed){ .column = column };
    buf_init(&r->lines, HELD_MAX);
    add_event(&r->lines, &(struct event){ .kind = EVENT_COLUMN,
                                          .column = c->id,
                                          .ask = c->ask,
                                          .nth = c->nth,
                                          .endpoint = c->endpoint ? c->endpoint->text : NULL,
                                          .address = c->address,
                                          .vantage = c->vantage });
    for (enum fact f = 0; f < FACT_COUNT; f++)
        add_fact(w, &r->lines, c, f);
    add_event(&r->lines,
              &(struct event){ .kind = c->busy ? EVENT_BUSY : EVENT_DONE, .column = c->id });
    course_of(w, column)->expecting = false;
    session_remove(w->session, column);
}

bool work_undo(struct work *w)
{
    if (w->removed_count == 0)
        return false;
    struct removed r = w->removed[--w->removed_count];
    w->returning = true;
    work_lines(w, &r.lines);
    w->returning = false;
    buf_free(&r.lines);
    return true;
}

/* --- as a whole ------------------------------------------------------------------------------ */

/* Endpoints that were still being made when the screen came up. */
static void on_later(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct work *w = io->data;
    struct err e = { "" };
    char *const *endpoint = NULL;
    size_t n = 0;
    (void)events;
    ev_io_stop(loop, io);
    w->scene.waiting--;
    if (!w->ui->later_read(w->ui->later_arg, &endpoint, &n, &e))
        work_trouble(w, e.text);
    for (size_t i = 0; i < n; i++)
        work_ask(w, endpoint[i]);
    w->fresh = true;
    w->changed(w->arg);
}

struct work *work_new(struct ev_loop *loop, const struct ui_options *o, double now,
                      void (*changed)(void *arg), void *arg)
{
    struct work *w = mem_new(sizeof *w);
    w->loop = loop;
    w->ui = o;
    w->fd = o->prober;
    w->why = o->why;
    w->changed = changed;
    w->arg = arg;
    w->session = o->loaded ? o->loaded : session_new(now);
    w->scene.session = w->session;
    w->fresh = true;
    session_tell(w->session, record_told, w);
    buf_init(&w->in, STREAM_LINE_MAX + (1u << 20));
    buf_init(&w->out, OUT_MAX);
    buf_init(&w->held, HELD_MAX);
    ev_io_init(&w->readable, on_readable, w->fd, EV_READ);
    ev_io_init(&w->writable, on_writable, w->fd, EV_WRITE);
    w->readable.data = w->writable.data = w;
    ev_io_start(loop, &w->readable);
    w->lines = logged_last(&w->session->log);
    w->feed = o->logs > 0 ? feed_new(loop, o->logs, log_line, log_changed, w) : NULL;
    w->scene.reading = w->feed && o->reads;
    for (size_t i = 0; i < o->endpoint_count; i++)
        work_ask(w, o->endpoint[i]);
    for (enum question q = 0; o->answer && q < QUESTION_COUNT; q++)
        if (o->answer[q])
            work_answer(w, q, o->answer[q]);
    ev_init(&w->later, on_later);
    w->later.data = w;
    if (o->later > 0) {
        w->scene.waiting++;
        ev_io_set(&w->later, o->later, EV_READ);
        ev_io_start(loop, &w->later);
    }
    return w;
}

void work_free(struct work *w)
{
    if (!w)
        return;
    ev_io_stop(w->loop, &w->readable);
    ev_io_stop(w->loop, &w->writable);
    ev_io_stop(w->loop, &w->later);
    feed_free(w->feed);
    while (w->removed_count)
        buf_free(&w->removed[--w->removed_count].lines);
    buf_free(&w->in);
    buf_free(&w->out);
    buf_free(&w->held);
    verdict_free(w->verdict);
    session_free(w->session);
    scene_clear(&w->scene);
    free(w->note);
    free(w->trouble);
    free(w->asked);
    free(w->course);
    free(w);
}

bool work_stale(const struct work *w)
{
    return w->fresh || w->judged != w->session->revision;
}

bool work_refresh(struct work *w)
{
    if (!work_stale(w))
        return false;
    if (w->judged != w->session->revision || !w->verdict) {
        verdict_free(w->verdict);
        w->verdict = verdict_of(w->session, &w->why);
        testimony_add(w->verdict, w->session);
        w->judged = w->session->revision;
    }
    w->scene.verdict = w->verdict;
    scene_look(&w->scene);
    w->fresh = false;
    return true;
}

const struct scene *work_scene(const struct work *w)
{
    return &w->scene;
}

bool work_spoke(const struct work *w)
{
    return w->spoke;
}

bool work_idle(const struct work *w)
{
    if (w->scene.gone)
        return true;
    if (w->scene.waiting || w->scene.reading || w->out.len || w->in.len)
        return false;
    for (size_t i = 0; i < w->course_count; i++)
        if (w->course[i].expecting && session_column(w->session, w->course[i].column))
            return false;
    for (size_t i = 0; i < w->session->count; i++)
        if (w->session->column[i]->busy)
            return false;
    return true;
}
