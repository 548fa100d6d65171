/* each - what each name server of this machine says of a name when it alone is asked.
 *
 * Owns: those questions, and the one sentence about the answers.
 * Must not know: the loop. It waits for its answers, so it is for a process of its own.
 *
 * A resolver believes the first server that says there is no such name, and goes on to the next one only where it gets
 * no answer: which of them says what is seen only so.
 */
#ifndef TLSWHY_PROBES_EACH_H
#define TLSWHY_PROBES_EACH_H

#include <stdbool.h>
#include <stddef.h>

#define EACH_MAX 4       /* servers that are asked */
#define EACH_TEXT_MAX 512

struct each {
    size_t servers;           /* asked */
    bool differ;              /* one knows an address, and another says there is none */
    bool fails;               /* one answered at least, and all that did say that they fail */
    char text[EACH_TEXT_MAX]; /* "192.0.2.53 says there is no such name, 192.0.2.54 gives 192.0.2.7" */
};

/* All are asked at the same time, and that takes `seconds` at most. */
void each_ask(const char *host, double seconds, struct each *e);

#endif
