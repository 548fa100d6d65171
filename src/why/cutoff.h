/* cutoff - a limit that our own probing ran into, as detail and words.
 *
 * Owns: reading FACT_LIMIT. Must not know: causes (sign.c), how it was waited out (probes/).
 *
 * Detail: members of the fact. Words: {cut_off} "17 of our 96 connections", {cut_good} how many were
 * answered, {cut_last} how many were cut off at the end, {soon} "9 of the 10", {cut_how} "refused", {quiet}
 * "after 3 s of quiet" or "when it was asked again more slowly", {cut_limit} what kind of limit it is.
 */
#ifndef TLSWHY_WHY_CUTOFF_H
#define TLSWHY_WHY_CUTOFF_H

#include <stdint.h>

struct look;
struct words;

void cutoff_words(const struct look *l, struct words *w, uint32_t mask);

#endif
