/* fact - see fact.h. */
#include "src/model/fact.h"

#include <string.h>

const char *const state_words[] = { "not-asked", "yes", "no", "unsure", "could-not-ask" };

bool state_find(const char *word, enum state *out)
{
    for (int i = 0; i <= COULD_NOT_ASK; i++)
        if (strcmp(word, state_words[i]) == 0) {
            *out = (enum state)i;
            return true;
        }
    return false;
}

const struct fact_row fact_table[FACT_COUNT] = {
#define X(id, json_, title_, group_, kind_, matters_, help_) \
    [FACT_##id] = { .json = json_, .title = title_, .group = group_, .kind = kind_, \
                    .matters = matters_, .help = help_ },
    FACTS(X)
#undef X
};

enum fact fact_find(const char *json_key)
{
    int i = 0;
    while (i < FACT_COUNT && strcmp(json_key, fact_table[i].json) != 0)
        i++;
    return (enum fact)i;
}
