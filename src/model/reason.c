/* reason - see reason.h. */
#include "src/model/reason.h"

#include <string.h>

const struct reason_row reason_table[REASON_COUNT] = {
#define X(id, word_, fatal_, says_) [REASON_##id] = { .word = word_, .fatal = fatal_, .says = says_ },
    REASONS(X)
#undef X
};

enum reason reason_find(const char *word)
{
    int i = 0;
    while (i < REASON_COUNT && strcmp(word, reason_table[i].word) != 0)
        i++;
    return (enum reason)i;
}
