/* keys - bytes from a terminal into keys, and the names of keys.
 *
 * Owns: the decoder (xterm forms, and what the terminal's description adds), and the names used in
 * the action table, in scripts and in help.
 * Must not know: what a key does; ncurses; clocks: the caller says when the wait after a lone Esc
 * is over.
 */
#ifndef TLSWHY_UI_KEYS_H
#define TLSWHY_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_ESC_WAIT 0.025 /* seconds after which an Esc with nothing behind it is the key */

/* A key is a Unicode code point, a control character (^C is 3), or one of these. */
enum {
    K_NONE = 0, K_TAB = 9, K_ENTER = 13, K_ESC = 27, K_BACKSPACE = 127,
    K_UP = 0x110000, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PGUP, K_PGDN, K_DELETE, K_INSERT,
    K_BACKTAB, K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11, K_F12,
    K_UNKNOWN   /* a sequence nobody knows: does nothing */
};

#define KEYS_TAUGHT 32
struct keys {
    uint8_t in[512]; size_t n;
    struct { char seq[12]; int key; } taught[KEYS_TAUGHT]; size_t taught_count;
};

/* NULL and empty sequences are ignored. */
void keys_teach(struct keys *k, const char *seq, int key);
/* Takes what fits of n bytes; the number taken. */
size_t keys_feed(struct keys *k, const void *p, size_t n);
/* The next key, or false when more bytes are needed. `waited`: the wait after Esc is over, so what
 * is there is all there is. */
bool keys_next(struct keys *k, bool waited, int *key);
bool keys_partial(const struct keys *k);                   /* something waits for its rest */

#define KEY_NAME_LEN 16
/* "j" "Enter" "C-c" "PgDn" "F1" "Space". Returns out. */
char *keys_name(int key, char out[KEY_NAME_LEN]);
int keys_find(const char *name);  /* K_NONE when it names no key */

#endif
