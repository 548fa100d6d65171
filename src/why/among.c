/* among - see among.h. */
#include "src/why/among.h"

#include <string.h>

bool among(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list;; p++) {
        size_t k = strcspn(p, "|");
        if (k == n && memcmp(p, word, n) == 0)
            return true;
        p += k;
        if (!*p)
            return false;
    }
}

bool among_set(const char *list, const char *const *names, size_t n, unsigned bits)
{
    for (size_t i = 0; i < n; i++)
        if (bits & 1u << i && among(list, names[i]))
            return true;
    return false;
}
