/* pair - see pair.h. */
#include "src/why/pair.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/diff.h"
#include "src/why/detail.h"

/* --- findings ------------------------------------------------------------------------------------ */

bool ids_have(const int *list, size_t n, int id)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == id)
            return true;
    return false;
}

enum step finding_step(double confidence)
{
    int i = STEP_COUNT - 1;
    while (i > 0 && step_table[i] > confidence + 1e-6)
        i--;
    return (enum step)i;
}

void numbers_add(int **list, size_t *n, int number)
{
    if (!number || ids_have(*list, *n, number))
        return;
    *list = mem_array(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = number;
}

void finding_rests_on(struct finding *f, const struct pair *p, enum fact fact)
{
    numbers_add(&f->for_, &f->for_count, (int)p->b->fact[fact].evidence);
    numbers_add(&f->for_, &f->for_count, (int)p->a->fact[fact].evidence);
}

void finding_says_more(struct finding *f, char *more)
{
    char *both = mem_format("%s %s", f->summary, more);
    free(f->summary);
    free(more);
    f->summary = both;
}

struct finding *findings_find(const struct findings *all, enum cause cause, int column)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->f[i].cause == cause && ids_have(all->f[i].column, all->f[i].column_count, column))
            return &all->f[i];
    return NULL;
}

struct finding *findings_add(struct findings *all, enum cause cause, int column)
{
    all->f = mem_array(all->f, all->count + 1, sizeof *all->f);
    all->shared = mem_array(all->shared, all->count + 1, sizeof *all->shared);
    all->shared[all->count] = false;
    struct finding *f = &all->f[all->count++];
    *f = (struct finding){ .cause = cause, .column = mem_array(NULL, 1, sizeof *f->column), .column_count = 1 };
    f->column[0] = column;
    return f;
}

/* --- what the working side has instead ------------------------------------------------------------- */

/* What the working side has in place of the cause. The first row of a cause whose fact differs is said. */
static const struct telling {
    enum cause cause;
    enum fact fact;   /* has to differ */
    enum fact shown;  /* what {a} and {b} are, the same where not said otherwise */
    const char *says;
} tellings[] = {
    { CAUSE_NETWORK, FACT_CONNECT, FACT_CONNECT, "The working side can be connected." },
    { CAUSE_NETWORK, FACT_RESOLVE, FACT_RESOLVE, "The name leads the working side to {a}, the failing one to {b}." },
    { CAUSE_NETWORK, FACT_HANDSHAKE, FACT_COUNT, "On the working side's way the server answers." },
    { CAUSE_NOT_TLS, FACT_HANDSHAKE, FACT_VERSION, "The working side speaks {a}." },
    { CAUSE_VERSION_MISMATCH, FACT_VERSIONS, FACT_VERSIONS, "The working side takes {a}." },
    { CAUSE_VERSION_MISMATCH, FACT_HANDSHAKE, FACT_VERSION, "The working side agrees on {a}." },
    { CAUSE_CIPHER_MISMATCH, FACT_CERT_KEYS, FACT_CERT_KEYS, "The working side has certificates of {a}." },
    { CAUSE_CIPHER_MISMATCH, FACT_HANDSHAKE, FACT_CIPHER, "The working side agrees on {a}." },
    { CAUSE_GROUP_MISMATCH, FACT_KX_GROUP, FACT_KX_GROUP, "The working side uses {a}." },
    { CAUSE_GROUP_MISMATCH, FACT_HANDSHAKE, FACT_KX_GROUP, "The working side agrees on {a}." },
    { CAUSE_EXTENSION_MISMATCH, FACT_RENEGOTIATION, FACT_COUNT, "The working side has secure renegotiation." },
    { CAUSE_EXTENSION_MISMATCH, FACT_HANDSHAKE, FACT_COUNT, "The working side takes the same hello." },
    { CAUSE_SNI, FACT_SNI, FACT_SNI, "The server name sent was {a} on the working side, {b} on the failing one." },
    { CAUSE_ALPN, FACT_HANDSHAKE, FACT_ALPN, "The working side agrees on {a}." },
    { CAUSE_CLIENT_CERT, FACT_CLIENT_CERT, FACT_COUNT, "Only the failing side asks for a client certificate." },
    { CAUSE_SERVER_CONFIG, FACT_HANDSHAKE, FACT_COUNT, "The working side takes the same hello." },
    { CAUSE_MIDDLEBOX, FACT_POST_QUANTUM, FACT_COUNT, "On the working side such a hello is answered." },
    { CAUSE_MIDDLEBOX, FACT_HANDSHAKE, FACT_COUNT, "On the working side the same hello is answered." },
    { CAUSE_INTERCEPTION, FACT_ISSUER, FACT_ISSUER,
      "Only the failing side sees the issuer {b}; the working one sees {a}." },
    { CAUSE_CLOCK_SKEW, FACT_CLOCK, FACT_CLOCK,
      "The server's clock less the own one is {a} on the working side, {b} on the failing one." },
    { CAUSE_CLOCK_SKEW, FACT_SNTP, FACT_SNTP,
      "The NTP server's time less the own clock is {a} on the working side, {b} on the failing one." },
    { CAUSE_CERT_SELF_SIGNED, FACT_ISSUER, FACT_ISSUER,
      "Only the failing side sees the issuer {b}; the working one sees {a}." },
    { CAUSE_CERT_UNTRUSTED_CA, FACT_ISSUER, FACT_ISSUER,
      "Only the failing side sees the issuer {b}; the working one sees {a}." },
    { CAUSE_CERT_UNTRUSTED_CA, FACT_STORE, FACT_COUNT, "The working side trusts by another CA store." },
    { CAUSE_CERT_INCOMPLETE, FACT_CHAIN, FACT_CHAIN, "The working side sends {a}." },
    { CAUSE_CERT_REVOKED, FACT_LEAF, FACT_COUNT, "The working side has another certificate." },
    { CAUSE_CERT_UNEXPECTED, FACT_LEAF, FACT_COUNT, "The working side has another certificate." },
    { CAUSE_CERT_EXPIRED, FACT_NOT_AFTER, FACT_NOT_AFTER, "The certificate of the working side lasts until {a}." },
    { CAUSE_CERT_EXPIRED, FACT_CHAIN, FACT_COUNT, "The working side sends another chain." },
    { CAUSE_CERT_EXPIRED, FACT_DATES, FACT_COUNT,
      "When the working side was looked at, the same certificate was within its dates." },
    { CAUSE_CERT_NOT_YET, FACT_LEAF, FACT_COUNT,
      "The working side has another certificate, which is within its dates." },
    { CAUSE_CERT_NAME, FACT_NAME, FACT_NAME, "The certificate of the working side is for {a}." },
    { CAUSE_CERT_WEAK, FACT_KEY, FACT_KEY, "The key of the working side is {a}." },
    { CAUSE_CERT_WEAK, FACT_STRENGTH, FACT_COUNT, "The chain of the working side has no such weakness." },
    { CAUSE_OCSP, FACT_STAPLE, FACT_COUNT,
      "The working side does it differently: one staples an answer, the other does not." },
};

/* A cell is made for a narrow column; a sentence has room for the value. */
char *pair_fact_said(const struct column *c, enum fact f)
{
    const struct seen *seen = &c->fact[f];
    const json_t *list = fact_table[f].kind == FACT_LIST ? seen->value : NULL;
    if (json_is_array(list))
        return words_list(list, 4, "none");
    if (f == FACT_SNI && seen->state == STATE_NO)
        return mem_string("none");
    if (json_is_string(seen->value) && (f == FACT_LEAF || f == FACT_CIPHER))
        return mem_string(json_string_value(seen->value));
    return column_cell(c, f);
}

#define SENT_MAX 100

size_t sent_count(const json_t *sent)
{
    return json_array_size(sent) < SENT_MAX ? json_array_size(sent) : SENT_MAX;
}

bool sent_has(const json_t *sent, const json_t *cert)
{
    for (size_t i = 0; i < sent_count(sent); i++)
        if (json_equal(json_object_get(cert, "sha256"), json_object_get(json_array_get(sent, i), "sha256")))
            return true;
    return false;
}

/* The subjects of certificates that only the working side sends. */
static char *sent_beyond(const struct pair *p)
{
    const json_t *a = json_object_get(p->a->fact[FACT_CHAIN].value, "sent");
    const json_t *b = json_object_get(p->b->fact[FACT_CHAIN].value, "sent");
    json_t *names = json_array();
    for (size_t i = 0; i < sent_count(a); i++)
        if (!sent_has(b, json_array_get(a, i)))
            json_array_append(names, json_object_get(json_array_get(a, i), "subject"));
    char *said = words_list(names, 4, "none");
    json_decref(names);
    return said;
}

/* A template with {a}, {b} and the words every column has; owned by the caller. */
char *pair_says(const struct pair *p, enum fact shown, enum detail detail, const char *template)
{
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    struct words w = words_of(&l, detail, 0);
    if (shown < FACT_COUNT) {
        words_say_own(&w, "a", pair_fact_said(p->a, shown));
        words_say_own(&w, "b", pair_fact_said(p->b, shown));
    }
    if (shown == FACT_CHAIN)
        words_say_own(&w, "more", sent_beyond(p));
    char *said = words_sentence(&l, &w, template);
    words_free(&w);
    return said;
}

static bool known(const struct column *c, enum fact f)
{
    return c->fact[f].state == STATE_YES || c->fact[f].state == STATE_NO;
}

bool pair_differs(const struct pair *p, enum fact f)
{
    return diff_cell(p->a, p->b, f) == MARK_DIFFER;
}

bool pair_same(const struct pair *p, enum fact f)
{
    return known(p->a, f) && known(p->b, f) && diff_cell(p->a, p->b, f) == MARK_NONE;
}

/* What belongs to the cause differs: it is said, and where a cause is named, it is a step surer. */
void pair_tell(struct finding *f, const struct pair *p)
{
    for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++) {
        const struct telling *t = &tellings[i];
        bool shown = t->shown == FACT_COUNT || p->a->fact[t->shown].state == STATE_YES;
        if (t->cause != f->cause || !pair_differs(p, t->fact) || !shown)
            continue;
        finding_says_more(f, pair_says(p, t->shown, DETAIL_NONE, t->says));
        finding_rests_on(f, p, t->fact);
        enum step step = finding_step(f->confidence);
        if (step >= STEP_50 && step < STEP_97)
            f->confidence = step_table[step + 1];
        return;
    }
}
