/* cause - see cause.h. */
#include "src/why/cause.h"

const struct cause_row cause_table[CAUSE_COUNT] = {
#define X(id_, word, title_, says_) [CAUSE_##id_] = { .id = word, .title = title_, .says = says_ },
    CAUSES(X)
#undef X
};
