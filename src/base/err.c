/* err - see err.h. */
#include "src/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *e, const char *format, ...)
{
    if (!e || e->text[0])
        return false;
    va_list ap;
    va_start(ap, format);
    vsnprintf(e->text, sizeof e->text, format, ap);
    va_end(ap);
    return false;
}

void err_while(struct err *e, const char *format, ...)
{
    if (!e || !e->text[0])
        return;
    size_t n = strlen(e->text);
    n += (size_t)snprintf(e->text + n, sizeof e->text - n, ", while ");
    if (n >= sizeof e->text)
        return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(e->text + n, sizeof e->text - n, format, ap);
    va_end(ap);
}
