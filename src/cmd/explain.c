/* explain - `tlswhy explain`: logs of clients and servers, read, and what is said about them.
 *
 * Owns: what the command takes, reading its files one after the other, and following them.
 * Must not know: how bytes are unpacked (logfile.h), what lines mean (src/log), the wording (src/out/explained.h).
 */
#include "config.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/now.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/cmd/cmd.h"
#include "src/cmd/ends.h"
#include "src/cmd/logfile.h"
#include "src/out/explained.h"

#define PIECE_BYTES (192u << 10)
#define FOLLOW_SECONDS 0.25

struct explaining {
    const struct options *o;
    struct journal *journal;
    char *piece;                 /* owned, PIECE_BYTES */
    double started;
    struct logfile *followed;    /* lent; NULL: none */
    const char *path;            /* of it */
    struct ev_loop *loop;
    struct ev_timer tick;        /* of a file */
    struct ev_io readable;       /* of a pipe */
    struct ends ends;
    bool failed;                 /* a file could not be read to its end: said already */
};

static int refuse(const char *why)
{
    fprintf(stderr, "tlswhy: %s\n", why);
    return EXIT_USAGE;
}

static const char *name_of(const char *path) { return strcmp(path, "-") == 0 ? "standard input" : path; }

/* A followed log was rotated: its lines are counted anew. */
static void file_again(struct explaining *x, const char *path, const char *turned)
{
    char *shown = text_printable(path, strlen(path), 200);
    if (!x->o->quiet)
        fprintf(stderr, "tlswhy: note: %s was %s: it is read from its beginning\n", shown, turned);
    journal_flush(x->journal, true);
    journal_begin(x->journal, name_of(path), LINE_SIDE_UNKNOWN);
    free(shown);
}

/* All there is for now; false when it can't be read on, which was said. */
static bool file_drain(struct explaining *x, struct logfile *f, const char *path)
{
    struct err e = { "" };
    ssize_t n;
    while ((n = logfile_read(f, x->piece, PIECE_BYTES, &e)) > 0) {
        const char *turned = logfile_turned(f);
        if (turned)
            file_again(x, path, turned);
        journal_feed(x->journal, x->piece, (size_t)n);
    }
    const char *note = logfile_note(f);
    if (note && !x->o->quiet) {
        char *shown = text_printable(path, strlen(path), 200);
        fprintf(stderr, "tlswhy: note: %s %s\n", shown, note);
        free(shown);
    }
    if (n < 0)
        fprintf(stderr, "tlswhy: %s\n", e.text);
    return n == 0;
}

/* --- following ---------------------------------------------------------------------------------- */

static void line_print(void *arg, const struct incident *e)
{
    struct explaining *x = arg;
    struct journal_view v = journal_view(x->journal);
    const struct line_says *s = &v.reading[e->reading].says;
    unsigned first = s->cause_count ? (unsigned)s->cause[0].cause + 1 : 0;
    if (x->o->jsonl) {
        json_t *j = explained_line(x->journal, e, first, NULL);
        json_object_set_new(j, "t", json_string("line"));
        char *text = json_dumps(j, JSON_COMPACT);
        puts(text ? text : "{}");
        free(text);
        json_decref(j);
    } else {
        const char *client = journal_word(x->journal, e->client);
        char at[WHEN_LEN] = "";
        if (!isnan(e->time))
            when_format((int64_t)e->time, at);
        if (!v.file[e->file].zoned) /* it is UTC only where the log says so */
            at[strcspn(at, "Z")] = '\0';
        printf("%s%s%s  %s: %s\n", at, client ? "  " : "", client ? client : "",
               first ? cause_table[first - 1].id : "not known",
               s->means ? s->means : "a failure in words that are not known here");
    }
    fflush(stdout);
}

static void on_tick(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct explaining *x = w->data;
    (void)events;
    bool good = file_drain(x, x->followed, x->path);
    journal_flush(x->journal, false);
    if (!good)
        ev_break(loop, EVBREAK_ALL);
    x->failed |= !good;
}

static void on_signal(struct ev_loop *loop, struct ev_signal *w, int events)
{
    (void)w;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/* A pipe is read as it comes; its end is the end. When it is followed, lines are told as soon as they are there. */
static void on_pipe(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct explaining *x = w->data;
    struct err e = { "" };
    (void)events;
    ssize_t n = logfile_read(x->followed, x->piece, PIECE_BYTES, &e);
    if (n > 0) {
        journal_feed(x->journal, x->piece, (size_t)n);
        if (x->o->follow)
            journal_flush(x->journal, false);
        return;
    }
    if (n < 0)
        fprintf(stderr, "tlswhy: %s\n", e.text);
    x->failed |= n < 0;
    ev_break(loop, EVBREAK_ALL);
}

/* Until its end, or a signal: what was read till then is summed up. */
static void log_follow(struct explaining *x, struct logfile *f, const char *path)
{
    x->followed = f;
    x->path = path;
    x->loop = ev_loop_new(EVFLAG_AUTO);
    if (!x->loop) {
        fprintf(stderr, "tlswhy: this machine gives no event loop, so the log is not read on\n");
        x->failed = true;
        return;
    }
    ends_watch(&x->ends, x->loop, on_signal, x);
    ev_init(&x->readable, on_pipe);
    ev_timer_init(&x->tick, on_tick, 0, FOLLOW_SECONDS);
    x->readable.data = x->tick.data = x;
    if (logfile_fd(f) >= 0) {
        ev_io_set(&x->readable, logfile_fd(f), EV_READ);
        ev_io_start(x->loop, &x->readable);
    } else {
        ev_timer_start(x->loop, &x->tick);
    }
    ev_run(x->loop, 0);
    ends_unwatch(&x->ends, x->loop);
    ev_io_stop(x->loop, &x->readable);
    ev_timer_stop(x->loop, &x->tick);
    ev_loop_destroy(x->loop);
}

/* --- reading ------------------------------------------------------------------------------------ */

static bool file_explain(struct explaining *x, const char *path, bool last)
{
    struct err e = { "" };
    struct logfile *f = logfile_open(path, &e);
    if (!f) {
        fprintf(stderr, "tlswhy: %s\n", e.text);
        return false;
    }
    if (!journal_begin(x->journal, name_of(path), LINE_SIDE_UNKNOWN)) {
        fprintf(stderr, "tlswhy: more than %d logs at once are too many: leave some out\n", JOURNAL_FILES);
        logfile_close(f);
        return false;
    }
    bool follow = last && x->o->follow;
    if (follow && !x->o->json && !x->o->jsonl) /* one document at the end; or told from the first on */
        journal_watch(x->journal, line_print, x);
    if (follow || (last && logfile_fd(f) >= 0)) {
        log_follow(x, f, path);
    } else {
        x->failed |= !file_drain(x, f, path);
    }
    journal_flush(x->journal, true);
    logfile_close(f);
    return true;
}

static bool all_read(struct explaining *x)
{
    const struct options *o = x->o;
    for (size_t i = 0; i < o->paste_count; i++) {
        journal_begin(x->journal, "-e", LINE_SIDE_UNKNOWN);
        journal_text(x->journal, o->paste[i], strlen(o->paste[i]));
    }
    for (size_t i = 0; i < o->word_count; i++)
        if (!file_explain(x, o->word[i], i + 1 == o->word_count))
            return false;
    if (!o->word_count && !o->paste_count)
        return file_explain(x, "-", true);
    return true;
}

/* The document as the last of the lines: what stands on lines of its own in it is put behind one another. */
static void document_line(const struct explained *e)
{
    char *text = NULL;
    size_t n = 0;
    FILE *kept = open_memstream(&text, &n);
    explained_json(kept, e);
    fclose(kept);
    fputs("{\"t\":\"verdict\",", stdout);
    for (size_t i = 1; i < n; i++) /* the brace is there; a newline within a string would be escaped */
        if (text[i] != '\n')
            putchar(text[i]);
    putchar('\n');
    free(text);
}

static void text_print(const struct explained *e)
{
    char *text = NULL;
    size_t n = 0;
    FILE *kept = open_memstream(&text, &n);
    explained_text(kept, e);
    fclose(kept);
    locale_print(text);
    free(text);
}

static int explain_print(struct explaining *x)
{
    const struct options *o = x->o;
    struct join *join = join_of(x->journal);
    struct habit *habit = habit_of(x->journal);
    struct outcome *outcome = outcome_of(x->journal, habit);
    struct explained e = { .journal = x->journal, .habit = habit, .outcome = outcome, .join = join,
                           .started = x->started, .width = terminal_width(), .color = color_wanted(o),
                           .quiet = o->quiet, .verbose = o->verbose };
    if (o->jsonl)
        document_line(&e);
    else if (o->json)
        explained_json(stdout, &e);
    else
        text_print(&e);
    int status = x->failed && explained_exit(&e) == EXIT_OK ? EXIT_TROUBLE : (int)explained_exit(&e);
    join_free(join);
    outcome_free(outcome);
    habit_free(habit);
    return status;
}

/* What was given can't be read at all, which was said: there is nothing to sum up. */
static bool nothing_read(const struct explaining *x)
{
    struct journal_view v = journal_view(x->journal);
    bool any = false;
    for (size_t i = 0; i < v.files; i++)
        any |= v.file[i].lines > 0;
    return x->failed && !any;
}

int cmd_explain(struct options *o)
{
    if (!o->word_count && !o->paste_count && isatty(STDIN_FILENO))
        return refuse("explain takes logs: tlswhy explain FILE..., - for standard input, or -e 'TEXT' for a pasted "
                      "error");
    if (o->paste_count > JOURNAL_FILES / 2)
        return refuse("that many -e are too many for one run: put the lines into a file");
    struct explaining x = { .o = o, .started = now_wall() };
    x.journal = journal_new(x.started);
    x.piece = mem_array(NULL, PIECE_BYTES, 1);
    if (o->jsonl)
        journal_watch(x.journal, line_print, &x);
    int status = all_read(&x) && !nothing_read(&x) ? explain_print(&x) : EXIT_USAGE;
    free(x.piece);
    journal_free(x.journal);
    return status;
}
