/* since - see since.h. */
#include "src/why/since.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/diff.h"
#include "src/model/matter.h"

int64_t since_apart(int64_t date, int64_t from, int64_t lasts)
{
    return from > date ? from - date : from + lasts <= date ? from + lasts - 1 - date : 0;
}

/* The date, and what happened then: `thing` "who" `what`. */
#define CERT "the certificate"
#define STAPLE "the stapled OCSP answer for"
struct near { const char *thing, *who, *what; int64_t date, away; bool found; };

static void near_take(struct near *n, const char *when, struct near it, int64_t from, int64_t lasts)
{
    int64_t date;
    if (!when || !when_parse(when, &date))
        return;
    int64_t away = since_apart(date, from, lasts);
    if (!n->found || llabs(n->away) > llabs(away))
        *n = (struct near){ it.thing, it.who, it.what, date, away, true };
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void near_certificates(struct near *n, const struct column *c, int64_t from, int64_t lasts)
{
    static const char *const lists[] = { "sent", "built" };
    const json_t *chain = c->fact[FACT_CHAIN].value, *cert;
    size_t i;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        json_array_foreach(json_object_get(chain, lists[k]), i, cert) {
            const char *cn = member(cert, "cn"), *who = cn ? cn : member(cert, "subject");
            near_take(n, member(cert, "not_after"), (struct near){ CERT, who, "ended" }, from, lasts);
            near_take(n, member(cert, "not_before"), (struct near){ CERT, who, "began" }, from, lasts);
        }
}

/* What a CA said about a certificate. One that is good and within its time is replaced every few days: that its dates
 * lie near says nothing. */
static bool answer_tells(const json_t *answer)
{
    const char *status = member(answer, "status");
    return status && (strcmp(status, "good") != 0 || json_is_true(json_object_get(answer, "stale")) ||
                      json_is_true(json_object_get(answer, "early")));
}

static void near_answers(struct near *n, const struct column *c, int64_t from, int64_t lasts)
{
    static const struct { enum fact fact; const char *key, *thing, *what; } rows[] = {
        { FACT_STAPLE, "revoked_at", CERT, "was revoked" },
        { FACT_REVOCATION, "revoked_at", CERT, "was revoked" },
        { FACT_STAPLE, "next_update", STAPLE, "ended" },
        { FACT_STAPLE, "this_update", STAPLE, "began" },
        { FACT_REVOCATION, "next_update", "the CA's answer about", "ended" },
        { FACT_REVOCATION, "this_update", "the CA's answer about", "began" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *answer = c->fact[rows[i].fact].value;
        const char *who = member(answer, "subject");
        if (answer_tells(answer))
            near_take(n, member(answer, rows[i].key),
                      (struct near){ rows[i].thing, who ? who : column_word(c, FACT_SUBJECT), rows[i].what }, from,
                      lasts);
    }
}

static void near_made(struct near *n, const struct column *c, int64_t from, int64_t lasts)
{
    const json_t *bound;
    size_t i;
    if (!answer_tells(c->fact[FACT_STAPLE].value))
        return;
    json_array_foreach(json_object_get(c->fact[FACT_BOUNDS].value, "bounds"), i, bound)
        if (text_is(member(bound, "from"), "staple"))
            near_take(n, member(bound, "when"), (struct near){ STAPLE, column_word(c, FACT_SUBJECT), "was made" }, from,
                      lasts);
}

/* A certificate begins before it is in use, and a revocation before it is heard of. */
static bool is_near(const struct near *n)
{
    bool late = n->found && strcmp(n->thing, CERT) == 0 && strcmp(n->what, "ended") != 0;
    return n->found && n->away >= -SINCE_NEAR && n->away <= (late ? SINCE_RENEWED : SINCE_NEAR);
}

char *since_near(const struct column *c, const char *since, int64_t *date)
{
    int64_t from, lasts;
    char span[WHEN_LEN];
    if (!answer_since(since, &from, &lasts))
        return NULL;
    struct near n = { 0 };
    near_answers(&n, c, from, lasts); /* first: of two as near the one that tells of a fault */
    near_made(&n, c, from, lasts);
    near_certificates(&n, c, from, lasts);
    if (!is_near(&n))
        return NULL;
    *date = n.date;
    char *who = n.who ? text_printable(n.who, strlen(n.who), 100) : mem_string("?");
    when_span((double)llabs(n.away), span);
    char *says = n.away == 0 ? mem_format("that is when %s \"%s\" %s", n.thing, who, n.what)
                             : mem_format("%s \"%s\" %s %s %s", n.thing, who, n.what, span,
                                          n.away > 0 ? "before" : "after");
    free(who);
    return says;
}

/* --- causes' own dates ------------------------------------------------------------------------- */

static bool answer_is_near(const struct column *c, const char *since, const char *key, int64_t later)
{
    static const enum fact facts[] = { FACT_STAPLE, FACT_REVOCATION };
    int64_t from, lasts, date;
    if (!answer_since(since, &from, &lasts))
        return false;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const json_t *answer = c->fact[facts[i]].value;
        bool sure = answer_tells(answer) && json_is_true(json_object_get(answer, "verified"));
        const char *when = sure ? member(answer, key) : NULL;
        if (!when || !when_parse(when, &date))
            continue;
        int64_t away = since_apart(date, from, lasts);
        if (away >= -SINCE_NEAR && away <= later)
            return true;
    }
    return false;
}

bool since_revoked(const struct column *c, const char *since)
{
    return answer_is_near(c, since, "revoked_at", SINCE_RENEWED);
}

bool since_stale(const struct column *c, const char *since)
{
    return json_is_true(json_object_get(c->fact[FACT_STAPLE].value, "stale")) &&
           answer_is_near(c, since, "next_update", SINCE_NEAR);
}

bool since_renewed(const struct column *c, const char *since)
{
    const json_t *sent = json_object_get(c->fact[FACT_CHAIN].value, "sent"), *cert;
    int64_t from, lasts, date;
    size_t i;
    if (!answer_since(since, &from, &lasts))
        return false;
    json_array_foreach(sent, i, cert) {
        const char *when = json_string_value(json_object_get(cert, "not_before"));
        if (!when || !when_parse(when, &date))
            continue;
        int64_t away = since_apart(date, from, lasts);
        if (away >= -SINCE_NEAR && away <= SINCE_RENEWED)
            return true;
    }
    return false;
}

/* --- sessions saved before --------------------------------------------------------------------- */

#define CHANGES_SAID 3

/* When the column's handshake was tried; 0: it was not. */
static double column_time(const struct session *s, const struct column *c)
{
    size_t e = c->fact[FACT_HANDSHAKE].evidence;
    return e && e < s->evidence_count ? s->evidence[e].time : 0;
}

/* As far as both are known. */
static bool same_address(const struct column *a, const struct column *b)
{
    return !a->address || !b->address || text_is(a->address, b->address);
}

/* The titles of what is another now: "Leaf SHA-256, Issuer and 3 more"; NULL: nothing that could matter. */
static char *changes_of(const struct column *before, const struct column *now)
{
    struct text t = { 0 };
    size_t more = 0, n = 0;
    for (enum fact f = 0; f < FACT_COUNT; f++) {
        if (diff_cell(before, now, f) != MARK_DIFFER || (f != FACT_LEAF && !difference_matters(before, now, f)))
            continue;
        if (n++ < CHANGES_SAID)
            text_addf(&t, "%s%s", t.len ? ", " : "", fact_table[f].title);
        else
            more++;
    }
    if (more)
        text_addf(&t, " and %zu more", more);
    return n ? text_take(&t) : NULL;
}

/* A saved column that worked, and when. */
struct before { const struct column *c; double time; };

static int before_by_place(const void *pa, const void *pb)
{
    const struct before *a = pa, *b = pb;
    int d = strcmp(a->c->endpoint->text, b->c->endpoint->text);
    return d ? d : a->time < b->time ? -1 : a->time > b->time;
}

/* Owned by the caller; by endpoint, and the latest of one last: a file may have a hundred thousand. */
static struct before *befores_sorted(const struct session *s, size_t *count)
{
    struct before *list = mem_array(NULL, s->count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        double t = column_is_saved(c) ? column_time(s, c) : 0;
        if (t > 0 && column_works(c))
            list[(*count)++] = (struct before){ c, t };
    }
    qsort(list, *count, sizeof *list, before_by_place);
    return list;
}

/* The latest of the same place that worked before this one was asked; NULL: none did. */
static const struct before *saved_before(const struct before *list, size_t count, const struct column *now, double time)
{
    const struct before key = { now, time };
    size_t low = 0, high = count;
    while (low < high) { /* the first that is not before the key */
        size_t mid = low + (high - low) / 2;
        if (before_by_place(&list[mid], &key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    while (low && strcmp(list[low - 1].c->endpoint->text, now->endpoint->text) == 0)
        if (same_address(list[--low].c, now))
            return &list[low];
    return NULL;
}

bool since_changed(const struct session *s, struct since_change *out)
{
    size_t count;
    struct before *list = befores_sorted(s, &count);
    *out = (struct since_change){ 0 };
    for (size_t i = 0; i < s->count && count && !out->what; i++) {
        const struct column *now = s->column[i];
        double time = column_time(s, now);
        const struct before *before = column_is_client(now) ? NULL : saved_before(list, count, now, time);
        if (!before)
            continue;
        *out = (struct since_change){ .worked = (int64_t)before->time, .seen = (int64_t)time, .compared = true,
                                      .what = changes_of(before->c, now) };
    }
    free(list);
    return out->compared;
}
