/* app - see app.h; and ui_run. */
#include "ui/app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "ui/copy.h"

#define FRAME_WAIT 0.05   /* seconds between pictures drawn because data came */
#define FLUSH_WAIT 0.5    /* what is recorded is out of our hands after that */
#define RESIZE_WAIT 0.03  /* a window being dragged tells its size many times */

static double wall_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void app_paint(struct app *a, bool keyed)
{
    if (a->screen)
        screen_size(a->screen, &a->w, &a->h);
    frame_free(a->frame);
    char *note = work_note(a->work);
    if (note)
        view_say(a->view, "%s", note);
    free(note);
    a->frame = render(work_scene(a->work), a->view, a->w, a->h, a->utf8);
    view_settle(a->view, a->frame, keyed);
    if (a->screen)
        screen_paint(a->screen, a->frame->grid);
}

/* --- effects --------------------------------------------------------------------------------- */

static void app_copy(struct app *a, const char *text)
{
    struct err e = { "" };
    const char *term = getenv("TERM");
    char *path = copy_file("copied", text, &e);
    char *osc =
        a->screen ? copy_osc(text, getenv("TMUX") != NULL, term && strncmp(term, "screen", 6) == 0)
                  : NULL;
    if (osc)
        screen_write(a->screen, osc, strlen(osc));
    view_say(a->view, "%s%s%s", osc ? "The terminal was asked to copy it; " : "",
             path ? "written to " : e.text, path ? path : "");
    free(osc);
    free(path);
}

static void app_settle(struct app *a)
{
    int n = work_settle(a->work);
    if (n)
        view_say(a->view, "Asking %d more thing%s that would settle it.", n, n == 1 ? "" : "s");
    else
        view_say(a->view,
                 "Nothing more can be asked by itself; \"to settle it\" in Why says what you can do.");
}

/* As the value of a key stands in an endpoint; owned by the caller. */
static char *key_value(const char *s)
{
    struct text t = { 0 };
    for (; *s; s++)
        text_addf(&t, *s == ',' || *s == '\\' ? "\\%c" : "%c", *s);
    return text_take(&t);
}

/* The column whose endpoint a client's hello is tried on: the reference, else the first that was probed. */
static const struct column *app_server(const struct app *a, const struct scene *s)
{
    const struct column *c = view_reference(a->view, s);
    for (size_t i = 0; i < s->session->count && (!c || column_is_client(c)); i++)
        c = s->session->column[i];
    return c && !column_is_client(c) ? c : NULL;
}

/* The hello goes to a file, and the person is offered to try it. */
static void app_save_hello(struct app *a, int column)
{
    struct err e = { "" };
    const struct scene *s = work_scene(a->work);
    const struct column *c = session_column(s->session, column), *at = app_server(a, s);
    const char *raw = c ? json_string_value(json_object_get(c->fact[FACT_CLIENT_HELLO].value, "raw")) : NULL;
    if (!raw)
        return;
    char *name = mem_format("hello-%d", column);
    char *path = copy_file(name, raw, &e);
    view_say(a->view, "%s%s%s", path ? "Saved to " : e.text, path ? path : "",
             path ? ". Enter tries it on this endpoint; `tlswhy replay` takes the file, too." : "");
    if (path) {
        char *file = key_value(path), *text = mem_format("%s,client=%s", at ? at->endpoint->text : "HOST", file);
        view_offer(a->view, text);
        free(text);
        free(file);
    }
    free(path);
    free(name);
}

static void app_suspend(struct app *a)
{
    if (a->screen)
        screen_suspend(a->screen);
}

static void app_effect(struct app *a, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_ASK: work_ask(a->work, e->text); break;
    case EFFECT_AGAIN: work_again(a->work, e->column, false); break;
    case EFFECT_ENUMERATE: work_again(a->work, e->column, true); break;
    case EFFECT_TRY_CLIENTS: work_try_clients(a->work, e->column); break;
    case EFFECT_LOAD: work_load(a->work, e->column, atoi(e->text)); break;
    case EFFECT_SETTLE: app_settle(a); break;
    case EFFECT_LISTEN: work_listen(a->work, e->text, e->column); break;
    case EFFECT_LOG: work_log(a->work, e->text); break;
    case EFFECT_FOLLOW: work_follow(a->work, e->column); break;
    case EFFECT_SAVE_HELLO: app_save_hello(a, e->column); break;
    case EFFECT_ANSWER: work_answer(a->work, (enum question)e->column, e->text); break;
    case EFFECT_REMOVE: work_remove(a->work, e->column); break;
    case EFFECT_UNDO:
        view_say(a->view, work_undo(a->work) ? "It is back." : "Nothing was removed.");
        break;
    case EFFECT_PAUSE: work_hold(a->work, a->view->paused); break;
    case EFFECT_STOP: work_stop(a->work); break;
    case EFFECT_COPY: app_copy(a, e->text); break;
    case EFFECT_REDRAW:
        if (a->screen)
            screen_redraw(a->screen);
        break;
    case EFFECT_SUSPEND: app_suspend(a); break;
    case EFFECT_QUIT_PRINT: a->print = true; /* fallthrough */
    case EFFECT_QUIT: a->leave = true; break;
    }
}

void app_key(struct app *a, int key)
{
    struct effect e;
    bool any = false;
    view_key(a->view, work_scene(a->work), key);
    while (view_effect(a->view, &e)) {
        app_effect(a, &e);
        free(e.text);
        any = true;
    }
    if (any)
        work_refresh(a->work);
    if (!a->screen)
        app_paint(a, true); /* in a script each key sees its own picture */
}

/* --- watchers -------------------------------------------------------------------------------- */

static void app_leave(struct app *a)
{
    a->leave = true;
    ev_break(a->loop, EVBREAK_ALL);
}

static void keys_run(struct app *a, bool waited)
{
    int key;
    bool any = false;
    while (!a->leave && keys_next(&a->keys, waited, &key)) {
        app_key(a, key);
        any = true;
    }
    if (a->leave)
        app_leave(a);
    else if (any)
        app_paint(a, true);
    ev_timer_stop(a->loop, &a->esc);
    if (keys_partial(&a->keys)) {
        ev_timer_set(&a->esc, KEYS_ESC_WAIT, 0.);
        ev_timer_start(a->loop, &a->esc);
    }
}

static void on_input(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct app *a = io->data;
    char bytes[sizeof a->keys.in];
    (void)events;
    ssize_t n = read(STDIN_FILENO, bytes, sizeof a->keys.in - a->keys.n);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        ev_io_stop(loop, io);
        a->lost = true;
        app_leave(a);
        return;
    }
    keys_feed(&a->keys, bytes, (size_t)n);
    keys_run(a, false);
}

static void on_esc(struct ev_loop *loop, struct ev_timer *t, int events)
{
    (void)loop;
    (void)events;
    keys_run(t->data, true);
}

static void on_resize(struct ev_loop *loop, struct ev_timer *t, int events)
{
    struct app *a = t->data;
    (void)loop;
    (void)events;
    screen_resize(a->screen);
    app_paint(a, false);
}

/* At most 20 times a second, and not at all when nothing has changed. */
static void on_data(struct ev_loop *loop, struct ev_timer *t, int events)
{
    struct app *a = t->data;
    (void)events;
    if (work_refresh(a->work)) {
        app_paint(a, false);
        ev_timer_set(t, FRAME_WAIT, 0.);
        ev_timer_start(loop, t);
    }
}

static void on_flush(struct ev_loop *loop, struct ev_timer *t, int events)
{
    const struct ui_options *o = t->data;
    (void)loop;
    (void)events;
    o->record_flush(o->record_arg);
}

static void work_changed(void *arg)
{
    struct app *a = arg;
    if (!a->work || !work_stale(a->work) || ev_is_active(&a->data) || !a->screen)
        return;
    ev_timer_set(&a->data, 0., 0.);
    ev_timer_start(a->loop, &a->data);
}

static void on_signal(struct ev_loop *loop, struct ev_signal *s, int events)
{
    struct app *a = s->data;
    (void)events;
    switch (s->signum) {
    case SIGWINCH:
        if (!ev_is_active(&a->resize)) {
            ev_timer_set(&a->resize, RESIZE_WAIT, 0.);
            ev_timer_start(loop, &a->resize);
        }
        break;
    case SIGTSTP:
        app_suspend(a);
        app_paint(a, false);
        break;
    case SIGCONT:
        screen_resume(a->screen);
        app_paint(a, false);
        break;
    default:
        a->die = s->signum;
        app_leave(a);
    }
}

/* What the caller told us to ignore (nohup) stays ignored. The others are watched before ncurses is
 * begun, which then leaves them alone. */
static bool is_ignored(int signo)
{
    struct sigaction sa;
    return sigaction(signo, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

static void signals_watch(struct app *a)
{
    static const int signals[APP_SIGNALS] = { SIGTERM,  SIGHUP,  SIGINT, SIGQUIT,
                                              SIGWINCH, SIGTSTP, SIGCONT };
    for (size_t i = 0; i < APP_SIGNALS; i++) {
        if (is_ignored(signals[i]))
            continue;
        struct ev_signal *s = &a->signal[a->signal_count++];
        ev_signal_init(s, on_signal, signals[i]);
        s->data = a;
        ev_signal_start(a->loop, s);
    }
}

static void app_unwatch(struct app *a)
{
    ev_io_stop(a->loop, &a->input);
    ev_timer_stop(a->loop, &a->esc);
    ev_timer_stop(a->loop, &a->resize);
    ev_timer_stop(a->loop, &a->data);
    while (a->signal_count)
        ev_signal_stop(a->loop, &a->signal[--a->signal_count]);
}

/* --- from beginning to end ------------------------------------------------------------------- */

static void app_init(struct app *a, const struct ui_options *o)
{
    ev_init(&a->esc, on_esc);
    ev_init(&a->resize, on_resize);
    ev_init(&a->data, on_data);
    ev_io_init(&a->input, on_input, STDIN_FILENO, EV_READ);
    a->input.data = a->esc.data = a->resize.data = a->data.data = a;
    a->w = 80;
    a->h = 24;
    a->view = view_new(o->endpoint_count == 1 ? PANE_WHY : PANE_COMPARE, o->defaults);
    a->view->follow = o->follows;
    a->work = work_new(a->loop, o, wall_now(), work_changed, a);
    work_refresh(a->work);
    ev_timer_init(&a->flush, on_flush, FLUSH_WAIT, FLUSH_WAIT);
    a->flush.data = (void *)o;
    if (o->record)
        ev_timer_start(a->loop, &a->flush);
}

static bool color_wanted(const struct ui_options *o)
{
    const char *no = getenv("NO_COLOR");
    return o->color == UI_COLOR_ALWAYS || (o->color == UI_COLOR_AUTO && !(no && *no));
}

/* A signal that ends us ends us as itself, so that whoever waits for us sees it. */
static void die_of(int signo)
{
    sigset_t set;
    signal(signo, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signo);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signo);
}

static bool run_terminal(struct app *a, const struct ui_options *o, struct err *e)
{
    const char *notice = NULL;
    signals_watch(a);
    a->screen = screen_open(color_wanted(o), &a->keys, &notice, e);
    if (!a->screen) {
        app_unwatch(a);
        return false;
    }
    a->utf8 = screen_utf8(a->screen);
    if (notice)
        view_say(a->view, "%s", notice);
    app_paint(a, true);
    ev_io_start(a->loop, &a->input);
    ev_run(a->loop, 0);
    app_unwatch(a);
    char *last = a->print ? grid_dump(a->frame->grid, false) : NULL;
    screen_close(a->screen);
    a->screen = NULL;
    if (last)
        fputs(last, stdout);
    fflush(stdout);
    free(last);
    return true;
}

static int app_result(const struct app *a, struct err *e)
{
    if (a->lost)
        err_set(e, "the terminal went away");
    else if (work_scene(a->work)->gone)
        err_set(e, work_spoke(a->work) ? "the prober ended before the workbench did"
                                       : "the prober ended before it said anything");
    else
        return 0;
    return 3;
}

int ui_run(const struct ui_options *o, struct err *e)
{
    struct app a = { .loop = ev_loop_new(EVFLAG_AUTO) };
    if (!a.loop)
        return err_set(e, "this machine gives no event loop (too many open files?)"), 3;
    app_init(&a, o);
    int result = 3;
    if (o->script) {
        a.utf8 = screen_locale_utf8();
        result = script_run(&a, o->script, e) ? 0 : 3;
        if (a.print) {
            char *last = grid_dump(a.frame->grid, false);
            fputs(last, stdout);
            free(last);
        }
    } else if (run_terminal(&a, o, e)) {
        result = app_result(&a, e);
    }
    ev_timer_stop(a.loop, &a.flush);
    work_free(a.work);
    view_free(a.view);
    frame_free(a.frame);
    ev_loop_destroy(a.loop);
    if (a.die && o->record)
        o->record_end(o->record_arg);
    if (a.die)
        die_of(a.die);
    return result;
}

bool ui_usable(void)
{
    return screen_usable();
}

int ui_reset_tty(struct err *e)
{
    return screen_reset_tty(e);
}
