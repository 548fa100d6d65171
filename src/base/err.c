/* err - see err.h. */
#include "src/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

/* A sentence that was too long ends between two characters, not within one. */
static void err_trim(struct err *e, size_t wanted)
{
    size_t n = strlen(e->text);
    if (wanted < sizeof e->text)
        return;
    while (n && ((unsigned char)e->text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n && (unsigned char)e->text[n - 1] >= 0xc0)
        n--;
    e->text[n] = '\0';
}

bool err_set(struct err *e, const char *format, ...)
{
    if (!e || e->text[0])
        return false;
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(e->text, sizeof e->text, format, ap);
    va_end(ap);
    err_trim(e, n < 0 ? 0 : (size_t)n);
    return false;
}

void err_while(struct err *e, const char *format, ...)
{
    if (!e || !e->text[0])
        return;
    static const char joint[] = ", while ";
    size_t n = strlen(e->text);
    if (n + sizeof joint >= sizeof e->text)
        return; /* no room for a word behind it */
    memcpy(e->text + n, joint, sizeof joint);
    n += sizeof joint - 1;
    va_list ap;
    va_start(ap, format);
    int added = vsnprintf(e->text + n, sizeof e->text - n, format, ap);
    va_end(ap);
    err_trim(e, n + (added < 0 ? 0 : (size_t)added));
}

bool err_file(struct err *e, const char *what, const char *path, int error)
{
    char *shown = text_printable(path, strlen(path), 200);
    const char *why = strerrordesc_np(error);
    err_set(e, "%s %s: %s", what, shown, why ? why : "unknown error");
    free(shown);
    return false;
}
