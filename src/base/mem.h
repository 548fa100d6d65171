/* mem - memory that is there or the program ends.
 *
 * Owns: the one answer to "out of memory": a sentence on stderr and exit status 3. Everything that
 * a peer can make grow is capped where it is made, so this is only ever our machine's trouble.
 * Must not know: anything else.
 *
 * All results are released with free().
 */
#ifndef TLSWHY_BASE_MEM_H
#define TLSWHY_BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t bytes);                        /* zeroed; never NULL */
void *mem_array(void *old, size_t n, size_t size);  /* realloc to n * size, overflow checked */
char *mem_string(const char *s);                    /* strdup; NULL stays NULL */
char *mem_copy(const void *p, size_t n);            /* n bytes and a final NUL */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
