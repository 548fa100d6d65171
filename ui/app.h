/* app - the view and the work on one loop: what a person's key sets in motion.
 *
 * Owns: carrying out effects. Must not know: which keys there are.
 */
#ifndef TLSWHY_UI_APP_H
#define TLSWHY_UI_APP_H

#include <ev.h>

#include "ui/keys.h"
#include "ui/render.h"
#include "ui/screen.h"
#include "ui/ui.h"
#include "ui/view.h"
#include "ui/work.h"

#define APP_SIGNALS 7

struct app {
    struct ev_loop *loop;
    struct work *work;
    struct view *view;
    struct screen *screen;  /* NULL: no terminal, a script */
    struct frame *frame;    /* the last picture */
    struct keys keys;
    struct ev_io input;
    struct ev_timer esc, resize, data, flush;
    struct ev_signal signal[APP_SIGNALS];
    size_t signal_count;
    int w, h;
    bool utf8;
    bool leave, print;      /* print: leave the last view in the scrollback */
    bool lost;              /* the terminal went away */
    int die;                /* signal to die of, or 0 */
};

void app_key(struct app *a, int key);
/* Draws; `keyed` says that a key was the reason. */
void app_paint(struct app *a, bool keyed);
/* Runs a script's lines; false and a sentence when one of them is none. */
bool script_run(struct app *a, const char *path, struct err *e);

#endif
