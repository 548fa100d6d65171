/* copy - text to the clipboard and to a file.
 *
 * Owns: the OSC 52 sequence with what tmux and screen wrap around it, and the file.
 * Must not know: what the text is, who draws.
 */
#ifndef TLSWHY_UI_COPY_H
#define TLSWHY_UI_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"

#define COPY_OSC_MAX 74994 /* base64 bytes terminals are known to take */

/* The bytes to send to the terminal, owned by the caller; NULL when the text is too long for it.
 * `tmux` and `screen` say what stands between us and the terminal. */
char *copy_osc(const char *text, bool tmux, bool screen);
/* Writes the text as NAME.txt under $XDG_STATE_HOME/tlswhy (or ~/.local/state/tlswhy), or else to a new file
 * in $TMPDIR. The path, owned by the caller; NULL and a sentence when neither can be written. */
char *copy_file(const char *name, const char *text, struct err *e);

#endif
