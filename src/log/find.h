/* find - many phrases looked for in one pass over a text (Aho and Corasick, 1975).
 *
 * Owns: the automaton. Must not know: what the phrases mean.
 */
#ifndef TLSWHY_LOG_FIND_H
#define TLSWHY_LOG_FIND_H

#include <stddef.h>
#include <stdint.h>

struct find;

/* `alphabet`: a string that holds every byte the phrases will be made of; at most 255 different ones. */
struct find *find_new(const char *alphabet);
void find_free(struct find *f); /* accepts NULL */

/* Adds a phrase of n > 0 bytes; returns its number, counted from 0; the same phrase again has the same number. */
unsigned find_add(struct find *f, const char *phrase, size_t n);
unsigned find_count(const struct find *f);
/* To be called after the last find_add and before the first find_run. */
void find_link(struct find *f);

/* Calls hit for every place where a phrase ends; p + end is the first byte after it. */
typedef void (*find_hit)(void *arg, unsigned phrase, size_t end);
void find_run(const struct find *f, const char *p, size_t n, find_hit hit, void *arg);

#endif
