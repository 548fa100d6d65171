/* cut - a log, cut into the texts that belong together: a line, a stack trace with the line before it, a transcript of
 * curl -v, openssl s_client or gnutls-cli.
 *
 * Owns: where such a text begins and ends, the count of lines, and passing over what cannot matter at the speed of a
 * text search. Memory does not grow with the log, nor with a line.
 * Must not know: where the bytes come from, what a text says.
 */
#ifndef TLSWHY_LOG_CUT_H
#define TLSWHY_LOG_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/log/line.h"

#define CUT_BYTES LINE_BYTES /* of a text at most; the rest of a longer one is passed over */

enum cut_kind { CUT_LINE, CUT_TRACE, CUT_TRANSCRIPT };

struct cut_takes {
    void *arg;
    /* Whether the next text is to be passed over, line by line: there were enough. */
    bool (*enough)(void *arg);
    /* A text that may speak of TLS; `line` is the number of its first line that does, from 1. */
    void (*text)(void *arg, const char *p, size_t n, uint64_t line, enum cut_kind kind);
    /* Whole lines between such texts. */
    void (*between)(void *arg, const char *p, size_t n, uint64_t line);
};

struct cut;
struct cut *cut_new(const struct line_book *b, const struct cut_takes *takes); /* book is lent, takes copied */
void cut_free(struct cut *c); /* accepts NULL */
void cut_feed(struct cut *c, const char *p, size_t n);
/* What waited for its end is handed out: nothing more comes (`ended`), or nothing for now; an unfinished line waits
 * on. */
void cut_flush(struct cut *c, bool ended);
uint64_t cut_lines(const struct cut *c);

#endif
