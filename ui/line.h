/* line - one line of text being typed.
 *
 * Owns: the text and the place in it. Must not know: prompts, what the text is for.
 */
#ifndef TLSWHY_UI_LINE_H
#define TLSWHY_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_MAX_BYTES 4096

struct line {
    char text[LINE_MAX_BYTES + 1]; /* UTF-8, no control characters */
    size_t len, at;                /* bytes; `at` stands on a character border */
};

/* Cut to the room there is; the place is the end. */
void line_set(struct line *l, const char *text);
/* Ignored where there is no room, or it is no text. */
void line_insert(struct line *l, int character);
enum line_move { LINE_LEFT, LINE_RIGHT, LINE_HOME, LINE_END };
void line_move(struct line *l, enum line_move to);
bool line_back(struct line *l);     /* removes the character before; false when there is none */
void line_delete(struct line *l);   /* the character under */
void line_clear(struct line *l);    /* everything before */

#endif
