/* mem - see mem.h. */
#include "src/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void mem_gone(void)
{
    static const char say[] = "tlswhy: this machine has no memory left; the work so far is lost\n";
    if (write(2, say, sizeof say - 1) < 0) {
        /* nothing more can be done */
    }
    _exit(3);
}

void *mem_new(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p)
        mem_gone();
    return p;
}

void *mem_array(void *old, size_t n, size_t size)
{
    void *p = reallocarray(old, n ? n : 1, size ? size : 1);
    if (!p)
        mem_gone();
    return p;
}

char *mem_string(const char *s)
{
    return s ? mem_copy(s, strlen(s)) : NULL;
}

char *mem_copy(const void *p, size_t n)
{
    char *c = mem_array(NULL, n + 1, 1);
    if (n)
        memcpy(c, p, n);
    c[n] = '\0';
    return c;
}

char *mem_format(const char *format, ...)
{
    char *s = NULL;
    va_list ap;
    va_start(ap, format);
    int n = vasprintf(&s, format, ap);
    va_end(ap);
    if (n < 0)
        mem_gone();
    return s;
}
