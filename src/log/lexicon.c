/* lexicon - see lexicon.h. */
#include "src/log/lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

#define SLOTS (2 * LEXICON_MAX)
#define WORD_BYTES 260

struct lexicon {
    char **word;             /* owned, of owned strings; [0] unused */
    char **raw;              /* likewise: the bytes as they came, NUL-ended; what is compared */
    uint32_t count, room;
    uint32_t others;
    uint32_t slot[SLOTS];
};

struct lexicon *lexicon_new(void) { return mem_new(sizeof(struct lexicon)); }

void lexicon_free(struct lexicon *w)
{
    if (!w)
        return;
    for (uint32_t i = 1; i <= w->count; i++) {
        free(w->word[i]);
        free(w->raw[i]);
    }
    free(w->word);
    free(w->raw);
    free(w);
}

static uint64_t hash_of(const char *p, size_t n)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 1099511628211u;
    return h ^ h >> 29;
}

static uint32_t word_add(struct lexicon *w, const char *p, size_t n)
{
    if (w->count + 1 >= w->room) {
        w->room = w->room ? 2 * w->room : 64;
        w->word = mem_array(w->word, w->room, sizeof *w->word);
        w->raw = mem_array(w->raw, w->room, sizeof *w->raw);
    }
    w->count++;
    w->word[w->count] = text_printable(p, n, n);
    w->raw[w->count] = mem_copy(p, n);
    return w->count;
}

uint32_t lexicon_take(struct lexicon *w, const char *p, size_t n)
{
    n = n < WORD_BYTES ? n : WORD_BYTES;
    if (!n || memchr(p, '\0', n))
        return 0;
    uint64_t at = hash_of(p, n) % SLOTS;
    for (; w->slot[at]; at = (at + 1) % SLOTS) {
        const char *there = w->raw[w->slot[at]];
        if (strncmp(there, p, n) == 0 && !there[n])
            return w->slot[at];
    }
    if (w->count + 1 < LEXICON_MAX)
        return w->slot[at] = word_add(w, p, n);
    if (!w->others)
        w->others = word_add(w, LEXICON_OTHERS, strlen(LEXICON_OTHERS));
    return w->others;
}

const char *lexicon_get(const struct lexicon *w, uint32_t number) { return number ? w->word[number] : NULL; }
