/* line - see line.h. */
#include "ui/line.h"

#include <string.h>

#include "ui/keys.h"

static bool is_inner(char c)
{
    return (c & 0xc0) == 0x80;
}

void line_set(struct line *l, const char *text)
{
    size_t n = strlen(text);
    if (n > LINE_MAX_BYTES)
        for (n = LINE_MAX_BYTES; n > 0 && is_inner(text[n]); n--)
            continue;
    memcpy(l->text, text, n);
    l->text[n] = '\0';
    l->len = l->at = n;
}

void line_insert(struct line *l, int character)
{
    char c[KEY_NAME_LEN];
    if (character < 32 || character == K_BACKSPACE || character >= K_UP ||
        (character >= 0x80 && character < 0xa0))
        return;
    keys_name(character, c);
    if (character == ' ')
        memcpy(c, " ", 2);
    size_t n = strlen(c);
    if (l->len + n > LINE_MAX_BYTES)
        return;
    memmove(l->text + l->at + n, l->text + l->at, l->len - l->at + 1);
    memcpy(l->text + l->at, c, n);
    l->len += n;
    l->at += n;
}

void line_move(struct line *l, enum line_move to)
{
    if (to == LINE_HOME)
        l->at = 0;
    if (to == LINE_END)
        l->at = l->len;
    if (to == LINE_LEFT && l->at > 0)
        do
            l->at--;
        while (l->at > 0 && is_inner(l->text[l->at]));
    if (to == LINE_RIGHT && l->at < l->len)
        do
            l->at++;
        while (l->at < l->len && is_inner(l->text[l->at]));
}

static void line_cut(struct line *l, size_t from, size_t to)
{
    memmove(l->text + from, l->text + to, l->len - to + 1);
    l->len -= to - from;
    l->at = from;
}

bool line_back(struct line *l)
{
    size_t end = l->at;
    line_move(l, LINE_LEFT);
    bool any = l->at < end;
    line_cut(l, l->at, end);
    return any;
}

void line_delete(struct line *l)
{
    size_t from = l->at;
    line_move(l, LINE_RIGHT);
    line_cut(l, from, l->at);
}

void line_clear(struct line *l)
{
    line_cut(l, 0, l->at);
}
