/* lexicon - strings, each kept once and called by a number.
 *
 * Owns: the strings, and how many there may be. Must not know: what they are.
 */
#ifndef TLSWHY_LOG_LEXICON_H
#define TLSWHY_LOG_LEXICON_H

#include <stddef.h>
#include <stdint.h>

#define LEXICON_MAX 65536
#define LEXICON_OTHERS "(others)" /* all that came when there were so many */

struct lexicon;
struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *w); /* accepts NULL */
/* The number of p[0..n), from 1; 0 for n = 0. Kept in printable form. */
uint32_t lexicon_take(struct lexicon *w, const char *p, size_t n);
const char *lexicon_get(const struct lexicon *w, uint32_t number); /* NULL for 0 */

#endif
