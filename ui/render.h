/* render - the whole picture: tabs, status, panes, prompt, hints.
 *
 * Owns: which pane goes where at which size. render() is pure: the same scene, view and size give
 * the same grid.
 * Must not know: the terminal, the loop.
 */
#ifndef TLSWHY_UI_RENDER_H
#define TLSWHY_UI_RENDER_H

#include "ui/grid.h"
#include "ui/sheet.h"
#include "ui/view.h"

struct frame {
    struct grid *grid;              /* owned */
    struct drawn drawn[PANE_COUNT]; /* width 0: was not drawn */
};

struct frame *render(const struct scene *s, const struct view *v, int w, int h, bool utf8);
void frame_free(struct frame *f); /* accepts NULL */

#endif
