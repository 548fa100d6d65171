/* screen - a grid on a real terminal.
 *
 * Owns: the terminal between screen_open and screen_close: modes, colours, size, what is on it.
 * Must not know: panes, sessions, what keys mean. The only file that knows ncurses.
 */
#ifndef TLSWHY_UI_SCREEN_H
#define TLSWHY_UI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"
#include "ui/grid.h"
#include "ui/keys.h"

struct screen;

bool screen_usable(void);      /* stdin and stdout are terminals, and TERM is not dumb */
bool screen_locale_utf8(void); /* sets LC_CTYPE from the environment; whether it is UTF-8 */
/* NULL and a sentence when there is no usable terminal. Teaches `keys` what the terminal's
 * description says. *notice, if not NULL, is a lent sentence about a terminal nobody knows. */
struct screen *screen_open(bool color, struct keys *keys, const char **notice, struct err *e);
/* Gives the terminal back as it was, and prints what came to stderr meanwhile. Accepts NULL. */
void screen_close(struct screen *s);
void screen_size(const struct screen *s, int *w, int *h);
bool screen_utf8(const struct screen *s);
/* Writes what changed; nothing if nothing did. */
void screen_paint(struct screen *s, const struct grid *g);
void screen_redraw(struct screen *s);                      /* the next paint writes everything */
void screen_resize(struct screen *s);                      /* asks the terminal for its size */
void screen_suspend(struct screen *s);        /* gives the terminal back, stops, and comes back */
void screen_resume(struct screen *s);         /* takes the terminal again after a stop */
void screen_write(struct screen *s, const char *p, size_t n); /* bytes that draw nothing */
int screen_reset_tty(struct err *e);                       /* ui_reset_tty */

#endif
