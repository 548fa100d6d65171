/* batch - see batch.h. */
#include "src/cmd/batch.h"

#include <ev.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "probes/given.h"
#include "probes/now.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/ends.h"
#include "src/cmd/heed.h"
#include "src/cmd/sessionfile.h"
#include "src/log/testimony.h"
#include "src/out/report.h"
#include "src/pki/expect.h"
#include "src/pki/store.h"

struct ids { int *id; size_t count, room; };

struct batch {
    const struct options *o;
    const struct batch_ask *ask;
    struct ev_loop *loop;
    struct engine *engine;
    struct session *session;
    struct ev_prepare prepare;
    struct ev_timer tick;
    struct ids done;                         /* columns to be asked for more: their probes have ended, or what they
                                                began with has failed; not looked at yet */
    struct ids begun;                        /* columns of which ask->wanted is still to be asked */
    uint8_t *rounds; size_t rounds_room;     /* per column id */
    struct sessionfile *save;                /* NULL: nothing is to be saved */
    struct ev_timer flush;
    struct ends ends;
    int ended_by;                            /* a signal, 0: none */
    bool stopping;                           /* by the person: what was found so far is printed, no more is asked */
    bool progress;                           /* a progress line stands on stderr */
    bool trouble;
};

/* Once: the next look at it is for all reasons there are. */
static void ids_add(struct ids *l, int id)
{
    for (size_t i = l->count; i > 0; i--)
        if (l->id[i - 1] == id)
            return;
    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 64;
        l->id = mem_array(l->id, l->room, sizeof *l->id);
    }
    l->id[l->count++] = id;
}

static void batch_progress(struct batch *c)
{
    size_t busy = 0;
    for (size_t i = 0; i < c->session->count; i++)
        busy += c->session->column[i]->busy;
    fprintf(stderr, "\r%s: %zu of %zu done, %lu connections ",
            c->o->engine.depth_full ? "asking for everything" : "probing", c->session->count - busy, c->session->count,
            engine_connections(c->engine));
    fflush(stderr);
    c->progress = true;
}

static void batch_progress_end(struct batch *c)
{
    if (c->progress)
        fprintf(stderr, "\r%70s\r", "");
    c->progress = false;
}

static void batch_tell(void *arg, const struct event *ev)
{
    struct batch *c = arg;
    if (c->save)
        sessionfile_put(c->save, ev);
    if (c->o->jsonl) {
        char *line = event_format(ev);
        fputs(line, stdout);
        free(line);
    }
}

/* What else is at work there need not be waited for, unless it is the same handshake again and again: what would be
 * asked between its tries were answered by who knows whom. */
static bool batch_fails_early(const struct batch *c, const struct event *ev)
{
    return ev->kind == EVENT_FACT && ev->seen.fact == FACT_HANDSHAKE && ev->seen.state == STATE_NO &&
           c->o->engine.tries <= 1 && !c->o->engine.load;
}

/* Everything the engine says. Columns that are new or done are looked at from the loop, not from in here:
 * the engine is in the middle of something. */
static void batch_take(void *arg, struct event *ev)
{
    struct batch *c = arg;
    batch_tell(c, ev);
    if (ev->kind == EVENT_DONE) {
        ids_add(&c->done, ev->column);
    } else if (batch_fails_early(c, ev)) {
        ids_add(&c->done, ev->column);
    } else if (ev->kind == EVENT_COLUMN && c->ask->wanted && !session_column(c->session, ev->column)) {
        ids_add(&c->begun, ev->column);
    } else if (ev->kind == EVENT_TROUBLE) {
        batch_progress_end(c);
        fprintf(stderr, "tlswhy: %s\n", ev->text);
        c->trouble = true;
    }
    session_apply(c->session, ev);
}

static bool batch_may_ask(struct batch *c, int column)
{
    if ((size_t)column >= c->rounds_room) {
        size_t room = (size_t)column + 64;
        c->rounds = mem_array(c->rounds, room, 1);
        memset(c->rounds + c->rounds_room, 0, room - c->rounds_room);
        c->rounds_room = room;
    }
    return c->rounds[column] < WHY_ROUNDS_MAX && ++c->rounds[column];
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct batch *c = w->data;
    bool wanted[FACT_COUNT];
    (void)events;
    while (c->begun.count)
        engine_want(c->engine, c->begun.id[--c->begun.count], c->ask->wanted);
    while (c->done.count) {
        int column = c->done.id[--c->done.count];
        if (!c->o->engine.only && !c->stopping && why_wanted(c->session, column, wanted) && batch_may_ask(c, column))
            engine_want(c->engine, column, wanted);
    }
    if (engine_idle(c->engine) && !c->done.count)
        ev_break(loop, EVBREAK_ALL);
}

static void on_tick(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    batch_progress(w->data);
}

static void jsonl_put(json_t *line)
{
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(line);
}

static void jsonl_end(const struct verdict *v, const struct report *r)
{
    for (size_t i = 0; i < v->column_count; i++) {
        json_t *line = json_pack("{s:s, s:i, s:s, s:s}", "t", "verdict", "column", v->column[i].column, "verdict",
                                 judgement_words[v->column[i].verdict], "text", v->column[i].text);
        jsonl_put(line);
    }
    for (size_t i = 0; r->comparison && i < r->comparison->count; i++) {
        const struct difference *d = &r->comparison->difference[i];
        jsonl_put(json_pack("{s:s, s:s, s:o, s:b}", "t", "difference", "fact", fact_table[d->fact].json, "values",
                            difference_values(r->session, d->fact), "matters", d->matters));
    }
    json_t *end = json_pack("{s:s, s:n, s:s, s:[]}", "t", "verdict", "column", "verdict", judgement_words[v->all],
                            "diagnosis");
    for (size_t i = 0; i < v->diagnosis_count; i++)
        json_array_append_new(json_object_get(end, "diagnosis"), finding_json(&v->diagnosis[i]));
    jsonl_put(end);
}

int terminal_width(void)
{
    struct winsize w;
    if (isatty(1) && ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
        return w.ws_col > 120 ? 120 : w.ws_col;
    return 80;
}

bool color_wanted(const struct options *o)
{
    const char *no = getenv("NO_COLOR");
    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return isatty(1) && !(no && *no) && !o->plain && !text_is(getenv("TERM"), "dumb");
}

bool locale_is_utf8(void)
{
    return text_is(nl_langinfo(CODESET), "UTF-8");
}

void locale_print(const char *s)
{
    char *ascii = locale_is_utf8() ? NULL : text_ascii(s);
    fputs(ascii ? ascii : s, stdout);
    free(ascii);
}

/* JSON is UTF-8 everywhere; text is what the locale can show. */
static void batch_print_text(const struct report *r, const char *before)
{
    char *text = NULL;
    size_t n = 0;
    FILE *kept = open_memstream(&text, &n);
    if (before && !r->quiet)
        fputs(before, kept);
    format_find("text")->write(kept, r);
    fclose(kept);
    locale_print(text ? text : "");
    free(text);
}

static int batch_print(struct batch *c)
{
    const struct options *o = c->o;
    struct verdict *v = verdict_of(c->session, &o->why);
    testimony_add(v, c->session);
    struct report r = { .session = c->session, .verdict = v, .width = terminal_width(), .color = color_wanted(o),
                        .quiet = o->quiet, .verbose = o->verbose };
    if (c->ask->judge)
        c->ask->judge(c->ask->arg, v, &r);
    if (o->jsonl)
        jsonl_end(v, &r);
    else if (o->json)
        format_find("json")->write(stdout, &r);
    else
        batch_print_text(&r, c->ask->before);
    int status = c->trouble && !c->session->count ? EXIT_TROUBLE
                 : r.comparison                   ? comparison_exit(r.comparison, v)
                                                  : verdict_exit(v, &o->why);
    comparison_free(r.comparison);
    verdict_free(v);
    if (fflush(stdout) != 0 || ferror(stdout))
        return EXIT_TROUBLE; /* main says why */
    return status;
}

/* Keys are read and forgotten again: the engine will load them once more, when nothing is wrong with any. Each once,
 * however many endpoints name it: to open one takes up to a second. */
static bool identities_check(struct endpoint *const *endpoint, size_t n, struct err *e)
{
    struct given *read = NULL;
    bool good = true;
    for (size_t i = 0; i < n && good; i++)
        good = given_load(&read, endpoint[i], e);
    given_free(read);
    return good;
}

bool batch_check(struct endpoint *const *endpoint, size_t n, struct err *e)
{
    static const struct { enum key key; struct store *(*load)(const char *path, struct err *e); } files[] = {
        { KEY_CA, store_load }, { KEY_EXPECT, expect_load } };
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        const char *last = NULL;
        for (size_t i = 0; i < n; i++) {
            const char *path = endpoint[i]->value[files[k].key];
            if (!path || (last && strcmp(last, path) == 0))
                continue;
            struct store *s = files[k].load(path, e);
            if (!s)
                return false;
            store_free(s);
            last = path;
        }
    }
    return identities_check(endpoint, n, e);
}

void batch_notes(const struct options *o, struct endpoint *const *endpoint, size_t n)
{
    for (size_t i = 0; i < n && !o->quiet; i++)
        if (endpoint[i]->note)
            fprintf(stderr, "tlswhy: note: %s\n", endpoint[i]->note);
}

/* What the person says is in the session from the start, as an event like any other. */
static void batch_answers(struct batch *c)
{
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        struct event ev = { .kind = EVENT_ANSWER, .question = q, .text = mem_string(c->o->answer[q]) };
        if (ev.text)
            batch_take(c, &ev);
        event_clear(&ev);
    }
}

/* --- sessions in files -------------------------------------------------------------------------- */

static int next_id(void *engine)
{
    return engine_column_id(engine);
}

static bool batch_load(struct batch *c, const char *path, int *ask, struct err *e)
{
    struct text said = { 0 };
    double started = 0;
    bool good = sessionfile_load(path, c->session, (struct ids_from){ next_id, c->engine }, ask, &started, &said, e);
    for (char *line = said.s, *end; !c->o->quiet && line && (end = strchr(line, '\n')); line = end + 1)
        fprintf(stderr, "tlswhy: note: %.*s\n", (int)(end - line), line);
    text_free(&said);
    if (!c->ask->count && path == c->o->session[0].path && started > 0)
        c->session->started = started; /* nothing here is newer */
    return good;
}

/* --- logs --------------------------------------------------------------------------------------- */

struct logs_of { struct session *session; int behind; };

static void log_take(void *arg, struct event *ev)
{
    struct logs_of *l = arg;
    event_shift(ev, l->behind);
    session_apply(l->session, ev);
}

/* An answer of the person's own outweighs the log's. */
static void log_note(const struct batch *c)
{
    struct text said = { 0 };
    for (enum question q = 0; q < QUESTION_COUNT; q++)
        if (c->session->log.answer[q] && !c->o->answer[q])
            text_addf(&said, "%s%s=%s", said.len ? ", " : "", question_table[q].word, c->session->log.answer[q]);
    if (said.len && !c->o->quiet)
        fprintf(stderr, "tlswhy: note: the log answers %s; an --answer of your own outweighs it\n", said.s);
    text_free(&said);
}

static bool batch_logs(struct batch *c, struct err *e)
{
    struct logs_of l = { c->session, logged_last(&c->session->log) };
    if (!c->o->log_count)
        return true;
    if (!heed_all(c->o->log, c->o->log_count, c->session->started, log_take, &l, e))
        return false;
    log_note(c);
    return true;
}

/* Numbers what was asked in the order of the arguments, and loads those that are sessions. */
static bool batch_arguments(struct batch *c, int *number, struct err *e)
{
    const struct options *o = c->o;
    int ask = 1, *begins = c->ask->begins;
    for (size_t i = 0, k = 0; i < c->ask->count || k < o->session_count;) {
        if (begins)
            *begins++ = ask;
        if (k < o->session_count && (o->session[k].before <= i || i == c->ask->count)) {
            if (!batch_load(c, o->session[k++].path, &ask, e))
                return false;
        } else {
            number[i++] = ask++;
        }
    }
    return true;
}

static void on_flush(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct batch *c = w->data;
    (void)loop;
    (void)events;
    sessionfile_flush(c->save);
}

static void on_end(struct ev_loop *loop, struct ev_signal *w, int events)
{
    struct batch *c = w->data;
    (void)events;
    if (w->signum == SIGINT && c->o->engine.load && !c->stopping) { /* a ramp is worth what it has found so far */
        c->stopping = true;
        engine_stop(c->engine);
        return;
    }
    c->ended_by = w->signum;
    ev_break(loop, EVBREAK_ALL);
}

/* Where there is something to keep. */
static void signals_begin(struct batch *c)
{
    if (c->o->save || c->o->engine.load)
        ends_watch(&c->ends, c->loop, on_end, c);
}

static bool save_begin(struct batch *c, struct err *e)
{
    if (!c->o->save)
        return true;
    c->save = sessionfile_new(c->o->save, c->session->started, e);
    if (!c->save)
        return false;
    ev_timer_init(&c->flush, on_flush, 0.5, 0.5);
    c->flush.data = c;
    ev_timer_start(c->loop, &c->flush);
    return true;
}

/* What was found so far is kept, whoever ended the run; false where it could not be. */
static bool save_end(struct batch *c)
{
    struct err e = { "" };
    struct sessionfile *save = c->save;
    if (!save)
        return true;
    ev_timer_stop(c->loop, &c->flush);
    c->save = NULL;
    bool good = sessionfile_end(save, &e);
    if (good)
        return true;
    fprintf(stderr, "tlswhy: %s\n", e.text);
    return false;
}

static int batch_probe(struct batch *c)
{
    struct err e = { "" };
    c->loop = ev_loop_new(EVFLAG_AUTO);
    c->session = session_new(now_wall());
    c->engine = c->loop ? engine_new(c->loop, &c->o->engine, (struct sink){ batch_take, c }, &e) : NULL;
    if (!c->engine) {
        fprintf(stderr, "tlswhy: %s\n", e.text[0] ? e.text : "this machine gives no event loop");
        return EXIT_TROUBLE;
    }
    ev_prepare_init(&c->prepare, on_prepare);
    c->prepare.data = c;
    ev_prepare_start(c->loop, &c->prepare);
    ev_timer_init(&c->tick, on_tick, 0.3, 0.1);
    c->tick.data = c;
    if (isatty(2) && !c->o->quiet && !c->o->plain)
        ev_timer_start(c->loop, &c->tick);
    int *number = mem_array(NULL, c->ask->count + 1, sizeof *number);
    bool good = batch_arguments(c, number, &e) && batch_logs(c, &e) && save_begin(c, &e);
    if (good) {
        session_tell(c->session, batch_tell, c);
        signals_begin(c);
        batch_answers(c);
        for (size_t i = 0; i < c->ask->count; i++)
            engine_ask(c->engine, number[i], c->ask->endpoint[i]);
        ev_run(c->loop, 0);
    } else {
        fprintf(stderr, "tlswhy: %s\n", e.text);
    }
    free(number);
    if (!good)
        return EXIT_USAGE;
    batch_progress_end(c);
    good = save_end(c);
    ends_unwatch(&c->ends, c->loop); /* only now: a second signal must not cut the file */
    if (c->ended_by)
        raise(c->ended_by); /* as if it had not been caught */
    int status = batch_print(c);
    return good ? status : EXIT_TROUBLE;
}

static void batch_free(struct batch *c)
{
    engine_free(c->engine);
    session_free(c->session);
    free(c->done.id);
    free(c->begun.id);
    free(c->rounds);
    if (c->loop)
        ev_loop_destroy(c->loop);
}

int batch_run(const struct options *o, const struct batch_ask *ask)
{
    struct batch c = { .o = o, .ask = ask };
    int status = batch_probe(&c);
    batch_free(&c);
    return status;
}
