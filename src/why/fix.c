/* fix - see fix.h. */
#include "src/why/fix.h"

const char *const fix_table[FIX_COUNT] = {
#define X(id, text) [FIX_##id] = text,
    FIXES(X)
#undef X
};
