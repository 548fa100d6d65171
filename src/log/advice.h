/* advice - what a person does next about a cause that a log speaks for.
 *
 * Owns: the sentences; and which switch makes a server write down why handshakes fail.
 * Must not know: any particular log.
 */
#ifndef TLSWHY_LOG_ADVICE_H
#define TLSWHY_LOG_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/why/cause.h"

struct advice { const char *fix, *settle; };
extern const struct advice advice_table[CAUSE_COUNT];

/* Programs whose logs are silent about handshakes unless told otherwise. */
struct silence { const char *program, *marks, *turn_on; }; /* marks: words of its lines, separated by '|' */
#define SILENCE_MAX 48                                     /* rows at most */
extern const struct silence silence_table[];
extern const size_t silence_count;
/* The program that writes such lines, silence_count when it is none of them. */
size_t silence_of(const char *p, size_t n);

#endif
