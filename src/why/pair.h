/* pair - a working column and the failing one beside it, and the findings about the latter.
 *
 * Owns: what may be said of two columns together, and the sentence that says what the working one has instead.
 * Must not know: which columns stand against each other (compare.c), what they prove (prove.c, propose.c).
 */
#ifndef TLSWHY_WHY_PAIR_H
#define TLSWHY_WHY_PAIR_H

#include "src/why/sign.h"

struct pair {
    const struct session *s;
    const struct column *a, *b; /* the working one, and the failing one */
};

/* Owned. Those that hold of the working side too are shared, and come last. */
struct findings {
    struct finding *f;
    bool *shared;
    size_t count;
};

struct finding *findings_find(const struct findings *all, enum cause cause, int column); /* NULL when there is none */
/* A new one about this column, empty but for that; what was lent before of the list is void. */
struct finding *findings_add(struct findings *all, enum cause cause, int column);
enum step finding_step(double confidence);
void finding_says_more(struct finding *f, char *more); /* takes the sentence */
void finding_rests_on(struct finding *f, const struct pair *p, enum fact fact); /* what both have there */
bool ids_have(const int *list, size_t n, int id);
/* Of a chain's "sent", of any length in a file: how many are looked at, and whether this one is among them. */
size_t sent_count(const json_t *sent);
bool sent_has(const json_t *sent, const json_t *cert);
void numbers_add(int **list, size_t *n, int number); /* once, and not 0 */

bool pair_differs(const struct pair *p, enum fact f);
bool pair_same(const struct pair *p, enum fact f); /* known of both, and equal */
/* What a column has there, for a sentence. Owned by the caller. */
char *pair_fact_said(const struct column *c, enum fact f);
/* A template with {a} and {b}, what the two have in `shown` (FACT_COUNT: nothing), {more}, the certificates that only
 * the working one sends (of FACT_CHAIN), and the words a detail has of the failing one. Owned by the caller. */
char *pair_says(const struct pair *p, enum fact shown, enum detail detail, const char *template);
/* What belongs to the finding's cause differs: it is said, and where the cause is named, it is a step surer. */
void pair_tell(struct finding *f, const struct pair *p);

/* Raises or adds what the two columns prove together (prove.c). */
void prove(struct findings *all, const struct pair *p);
/* Makes candidates of the differences that matter (propose.c). */
void propose(struct findings *all, const struct pair *p);

#endif
