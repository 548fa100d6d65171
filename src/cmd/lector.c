/* lector - logs for the workbench, read by a process of its own and spoken to in lines over a socket.
 *
 * Owns: that process: its loop, its buffers, its end. Must not know: who is on the other side, what a log says.
 *
 * It exists so that a log of any size holds up neither the screen nor a probe, and what is in it can crash neither.
 */
#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "probes/now.h"
#include "src/base/mem.h"
#include "src/cmd/cmd.h"
#include "src/cmd/heed.h"
#include "src/cmd/voice.h"

#define OUT_MAX (64u << 20)  /* lines nobody has read yet */
#define OUT_FULL (1u << 20)  /* from here on nothing is told before some was read */
#define LINE_MAX_BYTES (64u << 10) /* of a line it is told */
#define FOLLOW_SECONDS 0.25
#define TELL_SECONDS 0.4     /* between tellings while a long log is read */
#define TELL_SHARE 10.       /* and so many times as long as the last one took: telling is not to be all it does */

struct lector {
    struct ev_loop *loop;
    struct heed *heed;
    struct voice voice;
    struct ev_idle idle;     /* there is more to be read at once */
    struct ev_timer tick;    /* following */
    char **waiting; size_t waiting_count; /* owned; logs to be read */
    bool open, follow;
    double tell_at;          /* on the loop's clock */
};

static void lector_tell(struct lector *r, bool through)
{
    double begin = now_monotonic();
    if (r->voice.out.len > OUT_FULL || (!through && begin < r->tell_at))
        return;
    heed_flush(r->heed, false);
    if (heed_tell(r->heed, !through, voice_say, &r->voice)) {
        double took = now_monotonic() - begin;
        r->tell_at = begin + (took * TELL_SHARE > TELL_SECONDS ? took * TELL_SHARE : TELL_SECONDS);
    }
    voice_flush(&r->voice);
}

/* The next one that waits; false when none does. */
static bool lector_next(struct lector *r)
{
    while (r->waiting_count) {
        struct err e = { "" };
        char *path = r->waiting[0];
        memmove(r->waiting, r->waiting + 1, --r->waiting_count * sizeof *r->waiting);
        r->open = heed_open(r->heed, path, &e);
        if (r->open && !heed_plain(r->heed)) {
            r->open = false;
            err_set(&e, "only a plain file is read here; `tlswhy explain --follow` reads pipes");
        }
        if (!r->open)
            voice_trouble(&r->voice, 0, e.text);
        free(path);
        if (r->open)
            return true;
    }
    return false;
}

/* What decides whether it reads on at once, looks again soon, or waits to be asked. */
static void lector_watch(struct lector *r, bool more)
{
    if (more || (!r->open && r->waiting_count))
        ev_idle_start(r->loop, &r->idle);
    else
        ev_idle_stop(r->loop, &r->idle);
    if (!more && r->open && r->follow && heed_grows(r->heed))
        ev_timer_again(r->loop, &r->tick);
    else
        ev_timer_stop(r->loop, &r->tick);
}

/* One piece: a few milliseconds. */
static void lector_step(struct lector *r)
{
    struct err e = { "" };
    if (!r->open && !lector_next(r)) {
        lector_tell(r, true);
        voice_flush(&r->voice);
        lector_watch(r, false);
        return;
    }
    enum heed_state state = heed_step(r->heed, &e);
    if (state == HEED_TROUBLE)
        voice_trouble(&r->voice, 0, e.text);
    if (state == HEED_TROUBLE || (state == HEED_END && (r->waiting_count || !heed_grows(r->heed)))) {
        heed_flush(r->heed, true);
        r->open = false;
    }
    lector_tell(r, state != HEED_MORE && !r->waiting_count);
    lector_watch(r, state == HEED_MORE);
}

static void on_idle(struct ev_loop *loop, struct ev_idle *w, int events)
{
    (void)loop;
    (void)events;
    lector_step(w->data);
}

static void on_tick(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    lector_step(w->data);
}

static void lector_obey(void *arg, const char *line, size_t n)
{
    struct lector *r = arg;
    struct err e = { "" };
    struct event ev;
    if (!event_parse(line, n, &ev, &e)) {
        voice_trouble(&r->voice, 0, e.text);
    } else if (ev.kind == EVENT_READ && ev.text) {
        r->waiting = mem_array(r->waiting, r->waiting_count + 1, sizeof *r->waiting);
        r->waiting[r->waiting_count++] = mem_string(ev.text);
    } else if (ev.kind == EVENT_FOLLOW) {
        r->follow = ev.full;
    }
    event_clear(&ev);
    voice_flush(&r->voice);
    ev_idle_start(r->loop, &r->idle); /* one step finds out what there is to do */
}

/* What was not told for want of room is told now. */
static void lector_sent(void *arg)
{
    struct lector *r = arg;
    ev_idle_start(r->loop, &r->idle);
}

static int lector_run(const struct options *o, int fd)
{
    struct lector r = { .loop = ev_loop_new(EVFLAG_AUTO), .follow = o->follow };
    if (!r.loop)
        return EXIT_TROUBLE;
    voice_begin(&r.voice, r.loop, fd, LINE_MAX_BYTES, OUT_MAX);
    r.voice.heard = lector_obey;
    r.voice.sent = lector_sent;
    r.voice.arg = &r;
    r.heed = heed_new(now_wall());
    for (size_t i = 0; i < o->log_count; i++) {
        r.waiting = mem_array(r.waiting, i + 1, sizeof *r.waiting);
        r.waiting[r.waiting_count++] = mem_string(o->log[i]);
    }
    ev_idle_init(&r.idle, on_idle);
    ev_timer_init(&r.tick, on_tick, 0, FOLLOW_SECONDS);
    r.idle.data = r.tick.data = &r;
    lector_watch(&r, false);
    ev_run(r.loop, 0);
    while (r.waiting_count)
        free(r.waiting[--r.waiting_count]);
    free(r.waiting);
    heed_free(r.heed);
    voice_free(&r.voice);
    ev_idle_stop(r.loop, &r.idle);
    ev_timer_stop(r.loop, &r.tick);
    ev_loop_destroy(r.loop);
    return EXIT_OK;
}

int lector_start(const struct options *o, int *pid, struct err *e)
{
    return voice_start(lector_run, o, "logs can't be read by a process of their own", pid, e);
}
