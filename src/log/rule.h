/* rule - conditions on a text, written as phrases: "a & b & !c|d" holds where a and b occur and c does not, or d does.
 *
 * Owns: taking such conditions apart once, and trying only those of which a phrase occurs.
 * Must not know: what follows from a rule.
 *
 * Phrases are plain text (fold.h); '_' stands for a space where one at the edge of a phrase must not get lost. "@NAME"
 * is a condition that somebody else decides.
 */
#ifndef TLSWHY_LOG_RULE_H
#define TLSWHY_LOG_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/log/find.h"

struct rules;

/* `names`: of the conditions that others decide, `count` of them; lent, must outlive the rules. */
struct rules *rules_new(const char *const *names, size_t count);
void rules_free(struct rules *r); /* accepts NULL */

/* Returns the rule's number, counted from 0. Asserts that the condition is well formed: they are all our own. */
unsigned rules_add(struct rules *r, const char *when);
/* A phrase that no rule needs to hold; its number as find_run gives it. */
unsigned rules_phrase(struct rules *r, const char *phrase);
unsigned rules_phrase_count(const struct rules *r);
void rules_link(struct rules *r); /* after the last of them */

/* What is known of one text. Made once, cleared for every text. */
struct sight {
    uint8_t *phrase;               /* owned; which occur */
    uint8_t *rule;                 /* owned; of which a phrase occurs */
    bool *name;                    /* owned; which conditions of others hold; set by the caller */
    unsigned *phrases, *rules;     /* owned; the same as lists, in order of appearance */
    size_t phrase_count, rule_count;
};
struct sight *sight_new(const struct rules *r);
void sight_free(struct sight *s); /* accepts NULL */
void sight_clear(const struct rules *r, struct sight *s);
/* Looks a plain text through; `also` is called for every place of a phrase as well. */
void sight_take(const struct rules *r, struct sight *s, const char *p, size_t n, find_hit also, void *arg);

/* The rule holds; *length gets how many bytes of phrases that took (may be NULL): the longer, the more particular. */
bool rule_holds(const struct rules *r, const struct sight *s, unsigned rule, size_t *length);
/* The phrases of a rule that a person would look for, one after the other; NULL after the last. Lives with r. */
const char *rule_phrase(const struct rules *r, unsigned rule, size_t nth);
unsigned rules_count(const struct rules *r);

#endif
