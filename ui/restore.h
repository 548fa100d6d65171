/* restore - the terminal given back when the program dies by a fatal signal.
 *
 * Owns: the handlers of SEGV, BUS, FPE, ILL and ABRT and what they need: everything is prepared
 * beforehand, so that a handler only writes bytes and sets the saved termios.
 * Must not know: ncurses; how the bytes were found.
 */
#ifndef TLSWHY_UI_RESTORE_H
#define TLSWHY_UI_RESTORE_H

#include <stddef.h>
#include <termios.h>

#define RESTORE_BYTES 256

/* From now on fatal signals write `bytes` to stdout (fd, the keyboard, may be open for reading only),
 * set the termios `old` of fd and die by the same signal.
 * What stderr_kept (a file standing in for stderr, or -1) holds is written to stderr_fd then. */
void restore_arm(int fd, const struct termios *old, const char *bytes, size_t n, int stderr_kept,
                 int stderr_fd);
void restore_disarm(void); /* handlers as they were; safe to call twice */

#endif
