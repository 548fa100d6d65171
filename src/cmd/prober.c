/* prober - the engine as a process of its own, spoken to in lines over a socket.
 *
 * Owns: that process: its loop, its buffers, its end. Must not know: who is on the other side.
 *
 * It exists so that a stalled terminal can't falsify a timing, and a crash in a parser can't take the
 * screen: it is started before the terminal is touched.
 */
#include <ev.h>

#include "src/base/mem.h"
#include "src/cmd/cmd.h"
#include "src/cmd/ears.h"
#include "src/cmd/voice.h"

#define OUT_MAX (256u << 20) /* lines nobody has read yet; beyond it the reader is taken for dead */

struct prober {
    struct engine *engine;
    struct ears *ears;
    struct voice voice;
    struct ev_prepare prepare;
};

static void prober_ask(struct prober *p, const struct event *ev)
{
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse(ev->endpoint, NULL, &e);
    if (ep)
        engine_ask(p->engine, ev->ask, ep);
    else
        voice_trouble(&p->voice, ev->ask, e.text);
    endpoint_free(ep);
}

static void prober_listen(struct prober *p, const struct event *ev)
{
    struct err e = { "" };
    struct event note = { .kind = EVENT_NOTE, .ask = ev->ask };
    note.text = ears_add(p->ears, ev->ask, ev->text ? ev->text : "", ev->endpoint, &e);
    if (note.text)
        voice_say(&p->voice, &note);
    else
        voice_trouble(&p->voice, ev->ask, e.text);
    event_clear(&note);
}

static void prober_obey(void *arg, const char *line, size_t n)
{
    struct prober *p = arg;
    struct err e = { "" };
    struct event ev;
    if (!event_parse(line, n, &ev, &e)) {
        voice_trouble(&p->voice, 0, e.text);
        return;
    }
    switch (ev.kind) {
    case EVENT_ASK: prober_ask(p, &ev); break;
    case EVENT_LISTEN: prober_listen(p, &ev); break;
    case EVENT_WANT: engine_want(p->engine, ev.column, ev.wanted); break;
    case EVENT_AGAIN: (ev.full ? engine_enumerate : engine_again)(p->engine, ev.column); break;
    case EVENT_DROP: engine_drop(p->engine, ev.column); break;
    case EVENT_LOAD: engine_load(p->engine, ev.column, ev.at_once); break;
    case EVENT_STOP: engine_stop(p->engine); break;
    default: break;
    }
    event_clear(&ev);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct prober *p = w->data;
    (void)loop;
    (void)events;
    ears_sweep(p->ears);
    voice_flush(&p->voice);
}

static int prober_run(const struct options *o, int fd)
{
    struct err e = { "" };
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct prober p = { 0 };
    voice_begin(&p.voice, loop, fd, STREAM_LINE_MAX, OUT_MAX);
    p.voice.heard = prober_obey;
    p.voice.arg = &p;
    struct sink sink = { voice_say, &p.voice };
    p.engine = loop ? engine_new(loop, &o->engine, sink, &e) : NULL;
    if (!p.engine) { /* the last words: no loop would send them */
        voice_trouble(&p.voice, 0, e.text[0] ? e.text : "this machine gives no event loop");
        voice_end(&p.voice);
        if (loop)
            ev_loop_destroy(loop);
        return EXIT_TROUBLE;
    }
    for (int i = 0; i < o->reserved; i++)
        engine_column_id(p.engine);
    p.ears = ears_new(loop, p.engine, &o->engine, sink);
    ev_prepare_init(&p.prepare, on_prepare);
    p.prepare.data = &p;
    ev_prepare_start(loop, &p.prepare);
    ev_run(loop, 0);
    ears_free(p.ears);
    engine_free(p.engine);
    ev_prepare_stop(loop, &p.prepare);
    voice_free(&p.voice);
    ev_loop_destroy(loop);
    return EXIT_OK;
}

int prober_start(const struct options *o, int *pid, struct err *e)
{
    return voice_start(prober_run, o, "the prober can't be started", pid, e);
}
