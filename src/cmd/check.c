/* check - `tlswhy check`: probes, diagnoses, prints.
 *
 * Owns: the loop of a run without a screen: probe, ask the reasoning what else it wants to know, probe
 * that, and print when nothing is left. Must not know: how anything is found out, or why it fails.
 */
#include <ev.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/cmd.h"
#include "src/lab/lab.h"
#include "src/out/report.h"
#include "src/pki/store.h"

struct check {
    const struct options *o;
    struct ev_loop *loop;
    struct engine *engine;
    struct session *session;
    struct ev_prepare prepare;
    struct ev_timer tick;
    int *done; size_t done_count, done_room; /* columns whose probes have ended, not looked at yet */
    uint8_t *rounds; size_t rounds_room;     /* per column id */
    size_t finished;
    bool progress;                           /* a progress line stands on stderr */
    bool trouble;
};

static void check_progress(struct check *c)
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

static void check_progress_end(struct check *c)
{
    if (c->progress)
        fprintf(stderr, "\r%70s\r", "");
    c->progress = false;
}

/* Everything the engine says. Columns that are done are looked at from the loop, not from in here:
 * the engine is in the middle of something. */
static void check_take(void *arg, struct event *ev)
{
    struct check *c = arg;
    if (c->o->jsonl) {
        char *line = event_format(ev);
        fputs(line, stdout);
        free(line);
    }
    if (ev->kind == EVENT_DONE) {
        if (c->done_count == c->done_room) {
            c->done_room = c->done_room ? 2 * c->done_room : 64;
            c->done = mem_array(c->done, c->done_room, sizeof *c->done);
        }
        c->done[c->done_count++] = ev->column;
    } else if (ev->kind == EVENT_TROUBLE) {
        check_progress_end(c);
        fprintf(stderr, "tlswhy: %s\n", ev->text);
        c->trouble = true;
    }
    session_apply(c->session, ev);
}

static bool check_may_ask(struct check *c, int column)
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
    struct check *c = w->data;
    bool wanted[FACT_COUNT];
    (void)events;
    while (c->done_count) {
        int column = c->done[--c->done_count];
        if (!c->o->engine.only_handshake && why_wanted(c->session, column, wanted) && check_may_ask(c, column))
            engine_want(c->engine, column, wanted);
    }
    if (engine_idle(c->engine) && !c->done_count)
        ev_break(loop, EVBREAK_ALL);
}

static void on_tick(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    check_progress(w->data);
}

static void jsonl_verdict(const struct verdict *v)
{
    for (size_t i = 0; i < v->column_count; i++) {
        json_t *line = json_pack("{s:s, s:i, s:s, s:s}", "t", "verdict", "column", v->column[i].column, "verdict",
                                 judgement_words[v->column[i].verdict], "text", v->column[i].text);
        json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
        putchar('\n');
        json_decref(line);
    }
    json_t *end = json_pack("{s:s, s:n, s:s, s:[]}", "t", "verdict", "column", "verdict", judgement_words[v->all],
                            "diagnosis");
    for (size_t i = 0; i < v->diagnosis_count; i++)
        json_array_append_new(json_object_get(end, "diagnosis"), finding_json(&v->diagnosis[i]));
    json_dumpf(end, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(end);
}

static int terminal_width(void)
{
    struct winsize w;
    if (isatty(1) && ioctl(1, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
        return w.ws_col > 120 ? 120 : w.ws_col;
    return 80;
}

static bool use_color(const struct options *o)
{
    const char *no = getenv("NO_COLOR");
    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return isatty(1) && !(no && *no) && !o->plain && !text_is(getenv("TERM"), "dumb");
}

/* JSON is UTF-8 everywhere; text is what the locale can show. */
static void check_print_text(const struct report *r)
{
    char *text = NULL;
    size_t n = 0;
    bool utf8 = text_is(nl_langinfo(CODESET), "UTF-8");
    FILE *kept = utf8 ? NULL : open_memstream(&text, &n);
    format_find("text")->write(kept ? kept : stdout, r);
    if (!kept)
        return;
    fclose(kept);
    char *ascii = text_ascii(text ? text : "");
    fputs(ascii, stdout);
    free(ascii);
    free(text);
}

static int check_print(struct check *c)
{
    const struct options *o = c->o;
    struct verdict *v = verdict_of(c->session, &o->why);
    struct report r = { .session = c->session, .verdict = v, .width = terminal_width(), .color = use_color(o),
                        .quiet = o->quiet, .verbose = o->verbose };
    if (o->jsonl)
        jsonl_verdict(v);
    else if (o->json)
        format_find("json")->write(stdout, &r);
    else
        check_print_text(&r);
    int status = c->trouble && !c->session->count ? EXIT_TROUBLE : verdict_exit(v, &o->why);
    verdict_free(v);
    if (fflush(stdout) != 0 || ferror(stdout))
        return EXIT_TROUBLE; /* main says why */
    return status;
}

/* A bad CA file is the person's mistake and said before anything is opened. */
static bool check_stores(const struct options *o, struct err *e)
{
    const char *last = NULL;
    for (size_t i = 0; i < o->endpoint_count; i++) {
        const char *path = o->endpoint[i]->value[KEY_CA];
        if (!path || (last && strcmp(last, path) == 0))
            continue;
        struct store *s = store_load(path, e);
        if (!s)
            return false;
        store_free(s);
        last = path;
    }
    return true;
}

static int check_run(struct check *c, struct endpoint *const *endpoint, size_t n)
{
    struct err e = { "" };
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    c->loop = ev_loop_new(EVFLAG_AUTO);
    c->session = session_new((double)now.tv_sec + (double)now.tv_nsec / 1e9);
    c->engine = c->loop ? engine_new(c->loop, &c->o->engine, (struct sink){ check_take, c }, &e) : NULL;
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
    for (size_t i = 0; i < n; i++)
        engine_ask(c->engine, (int)i + 1, endpoint[i]);
    ev_run(c->loop, 0);
    check_progress_end(c);
    return check_print(c);
}

static void check_free(struct check *c)
{
    engine_free(c->engine);
    session_free(c->session);
    free(c->done);
    free(c->rounds);
    if (c->loop)
        ev_loop_destroy(c->loop);
}

/* The lab's endpoints after those that were given. False and a sentence when there is no lab. */
static struct lab *check_lab(struct options *o, struct err *e)
{
    struct lab *lab = lab_start(e);
    if (!lab)
        return NULL;
    o->endpoint = mem_array(o->endpoint, o->endpoint_count + lab_count, sizeof *o->endpoint);
    for (size_t i = 0; i < lab_count; i++) {
        struct endpoint *ep = endpoint_parse(lab->endpoint[i], NULL, e);
        if (ep)
            o->endpoint[o->endpoint_count++] = ep;
    }
    return lab;
}

int cmd_check(struct options *o)
{
    struct err e = { "" };
    struct check c = { .o = o };
    struct lab *lab = NULL;
    if (!o->endpoint_count && !o->lab) {
        fprintf(stderr, "tlswhy: no endpoint was given: tlswhy check HOST[:PORT]..., or tlswhy check --lab to try it\n");
        return EXIT_USAGE;
    }
    if (!check_stores(o, &e)) {
        fprintf(stderr, "tlswhy: %s\n", e.text);
        return EXIT_USAGE;
    }
    if (o->lab && !(lab = check_lab(o, &e))) {
        fprintf(stderr, "tlswhy: %s\n", e.text);
        return EXIT_TROUBLE;
    }
    for (size_t i = 0; i < o->endpoint_count && !o->quiet; i++)
        if (o->endpoint[i]->note)
            fprintf(stderr, "tlswhy: note: %s\n", o->endpoint[i]->note);
    int status = check_run(&c, o->endpoint, o->endpoint_count);
    check_free(&c);
    if (lab && !o->quiet && !o->json && !o->jsonl)
        fprintf(stderr, "tlswhy: note: the lab has ended with this run; `tlswhy lab serve` keeps one up to try the "
                        "commands on, and `tlswhy lab list` tells what is wrong with each\n");
    lab_stop(lab);
    return status;
}
