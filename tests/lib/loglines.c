/* loglines - what is read in error lines: texts on standard input, each ended by a NUL; for each one line of output
 * with tabs: the kind, the stack, the topic or "-", and the causes "id:percent", separated by commas.
 *
 * Owns: nothing. Must not know: what is right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/line.h"

static const char *const kinds[] = { "quiet", "ordinary", "unknown", "known" };

int main(void)
{
    struct line_book *b = line_book_new();
    char *text = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getdelim(&text, &room, '\0', stdin)) > 0;) {
        struct line_says s;
        line_read(b, text, strnlen(text, (size_t)n), NULL, &s);
        printf("%s\t%s\t%s\t", kinds[s.kind], line_stack_table[s.stack].word, s.topic ? s.topic : "-");
        for (size_t i = 0; i < s.cause_count; i++)
            printf("%s%s:%d", i ? "," : "", cause_table[s.cause[i].cause].id, s.cause[i].percent);
        putchar('\n');
    }
    free(text);
    line_book_free(b);
    return 0;
}
