/* attempts - see attempts.h. */
#include "src/why/attempts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"
#include "src/why/among.h"
#include "src/why/detail.h"
#include "src/why/look.h"

#define BIT(reason) (1u << (reason))
#define ENOUGH 2       /* that fail at random, and that do not, before it is called so */
#define GROUPS_MAX 100 /* of a session that may say anything */

/* --- one group ---------------------------------------------------------------------------------- */

static int group_size(const json_t *group)
{
    json_int_t n = json_integer_value(json_object_get(group, "count"));
    return n < 0 ? 0 : n > 100000 ? 100000 : (int)n;
}

static bool group_fails(const json_t *group) { return strcmp(member_text(group, "outcome"), "ok") != 0; }

static enum reason group_fault(const json_t *group)
{
    const char *outcome = member_text(group, "outcome");
    return *outcome ? reason_find(outcome) : REASON_COUNT;
}

/* Without the word for an alert that came when the handshake was done. */
static const char *group_outcome(const json_t *group)
{
    const char *outcome = member_text(group, "outcome");
    return outcome + (text_starts(outcome, "late ") ? strlen("late ") : 0);
}

/* An alert that says no; 80 is said for want of anything as well. Or words of another protocol. */
static bool group_aloud(const json_t *group)
{
    const char *outcome = group_outcome(group);
    return (text_starts(outcome, "alert ") && !text_starts(outcome, "alert 80")) || strcmp(outcome, "not-tls") == 0;
}

/* What says by itself what it minds. */
static const struct { const char *begins; unsigned is; } said_table[] = {
    { "alert 70 ", ATTEMPTS_IS(VERSION) }, { "alert 112 ", ATTEMPTS_IS(NAME) }, { "alert 120 ", ATTEMPTS_IS(ALPN) },
    { "alert 116 ", ATTEMPTS_IS(CERT) }, { "not-tls", ATTEMPTS_IS(PLAIN) }
};

static unsigned group_says(const json_t *group)
{
    for (size_t i = 0; i < sizeof said_table / sizeof *said_table; i++)
        if (text_starts(group_outcome(group), said_table[i].begins))
            return said_table[i].is;
    return 0;
}

/* None of those that went well shows the same there. */
static bool member_is_own(const json_t *groups, const json_t *group, const char *key)
{
    const json_t *other;
    size_t i;
    if (!*member_text(group, key))
        return false;
    json_array_foreach((json_t *)groups, i, other)
        if (i < GROUPS_MAX && !group_fails(other) && strcmp(member_text(other, key), member_text(group, key)) == 0)
            return false;
    return true;
}

static bool group_apart(const json_t *groups, const json_t *group)
{
    return group_fault(group) != REASON_COUNT || group_aloud(group) || member_is_own(groups, group, "leaf") ||
           member_is_own(groups, group, "version");
}

/* --- all of them -------------------------------------------------------------------------------- */

static const json_t *groups_of(const json_t *value) { return json_object_get(value, "groups"); }

static bool several_leaves(const json_t *groups)
{
    const char *first = member_text(json_array_get(groups, 0), "leaf");
    const json_t *group;
    size_t i;
    json_array_foreach((json_t *)groups, i, group)
        if (i < GROUPS_MAX && *member_text(group, "leaf") && strcmp(member_text(group, "leaf"), first) != 0)
            return true;
    return false;
}

struct sums { int good, apart, quiet; unsigned said; };

static struct sums groups_sum(const json_t *groups, struct attempts *a)
{
    struct sums n = { .said = ~0u };
    const json_t *group;
    size_t i;
    json_array_foreach((json_t *)groups, i, group) {
        if (i >= GROUPS_MAX)
            break;
        enum reason fault = group_fault(group);
        bool apart = group_fails(group) && group_apart(groups, group);
        *(!group_fails(group) ? &n.good : apart ? &n.apart : &n.quiet) += group_size(group);
        n.said &= group_fails(group) ? group_says(group) : ~0u; /* all that fail say the same */
        if (apart && fault == REASON_COUNT)
            a->is |= ATTEMPTS_IS(REFUSES);
        else if (apart)
            a->faults |= BIT(fault);
    }
    return n;
}

struct attempts attempts_read(enum state state, const json_t *value)
{
    struct attempts a = { 0 };
    json_int_t made = json_integer_value(json_object_get(value, "made"));
    if ((state != STATE_YES && state != STATE_NO) || made < 2 || made > 100000)
        return a;
    struct sums n = groups_sum(groups_of(value), &a);
    a.made = (int)made;
    bool mixed = n.good && n.apart + n.quiet, limited = json_is_string(json_object_get(value, "limit"));
    if (!mixed) { /* those that fail alike are a column's own facts */
        a.is = !(n.apart + n.quiet) && several_leaves(groups_of(value)) ? ATTEMPTS_IS(LEAVES) : 0;
        a.faults = 0;
        return a;
    }
    a.is |= ATTEMPTS_IS(MIXED) | n.said;
    if (!n.quiet)
        a.is |= ATTEMPTS_IS(APART);
    else if (limited)
        a.is |= ATTEMPTS_IS(LIMITED);
    else
        a.is |= n.quiet >= ENOUGH && n.good >= ENOUGH ? ATTEMPTS_IS(RANDOM) : !n.apart ? ATTEMPTS_IS(RARE) : 0;
    return a;
}

/* --- when more would help ----------------------------------------------------------------------- */

static bool column_fails(const struct column *c)
{
    const json_t *fault;
    size_t i;
    if (c->fact[FACT_HANDSHAKE].state == STATE_NO)
        return true;
    json_array_foreach(c->fact[FACT_REASONS].value, i, fault) {
        const char *word = json_string_value(json_object_get(fault, "reason"));
        enum reason reason = word ? reason_find(word) : REASON_COUNT;
        if (reason != REASON_COUNT && reason_table[reason].fatal)
            return true;
    }
    return false;
}

static bool is_differing(const struct look *l)
{
    const char *leaf = column_word(l->c, FACT_LEAF);
    size_t end, first = session_ask(l->s, l->c->ask, &end);
    for (size_t i = first; i < end && leaf; i++) {
        const struct column *o = l->s->column[i];
        const char *other = o != l->c ? column_word(o, FACT_LEAF) : NULL;
        if (other && strcmp(other, leaf) != 0 && column_fails(o) != column_fails(l->c))
            return true;
    }
    return false;
}

static bool is_asked(const struct look *l)
{
    return !column_is_client(l->c) && answer_is(QUESTION_FAILS, session_says(l->s, QUESTION_FAILS), "now-and-then");
}

bool attempts_hold(const struct look *l, const char *words)
{
    static const char *const names[ATTEMPTS_WORD_COUNT] = {
#define X(id, word) [ATTEMPTS_WORD_##id] = word,
        ATTEMPTS_WORDS(X)
#undef X
    };
    return l->attempts.faults & fault_mask(words) || among_set(words, names, ATTEMPTS_WORD_COUNT, l->attempts.is) ||
           (among(words, names[ATTEMPTS_WORD_ASKED]) && is_asked(l)) ||
           (among(words, names[ATTEMPTS_WORD_DIFFERS]) && is_differing(l));
}

/* --- what is said of it -------------------------------------------------------------------------- */

/* The one it is about: with one of these faults; else one that ends the handshake; else the largest that fails. */
static const json_t *group_find(const json_t *groups, uint32_t mask)
{
    const json_t *group, *found = NULL;
    size_t i;
    json_array_foreach((json_t *)groups, i, group) {
        enum reason fault = group_fault(group);
        if (i >= GROUPS_MAX || !group_fails(group))
            continue;
        if (mask ? fault != REASON_COUNT && mask & BIT(fault) : fault == REASON_COUNT && group_apart(groups, group))
            return group;
        found = found ? found : group;
    }
    return found;
}

/* The fault that decided how the group is called. */
static const json_t *fault_find(const json_t *group)
{
    const json_t *fault;
    size_t i;
    json_array_foreach(json_object_get(group, "faults"), i, fault)
        if (strcmp(member_text(fault, "reason"), member_text(group, "outcome")) == 0)
            return fault;
    return NULL;
}

static char *of_text(int n, int made)
{
    return mem_format("%d of %d tries", n, made);
}

void attempts_words(const struct look *l, struct words *w, uint32_t mask)
{
    static const char *const kept[] = { "made", "failed", "alone", "beside", "limit" };
    const json_t *value = l->c->fact[FACT_ATTEMPTS].value, *group = group_find(groups_of(value), mask);
    const json_t *fault = fault_find(group);
    words_keep(w, value, kept, sizeof kept / sizeof *kept);
    json_object_set_new(w->detail, "group", group ? json_deep_copy(group) : json_null());
    words_say_own(w, "failing", of_text((int)json_integer_value(json_object_get(value, "failed")), l->attempts.made));
    words_say_own(w, "group", of_text(group_size(group), l->attempts.made));
    words_say(w, "face", member_text(group, "looks"));
    words_say(w, "outcome", member_text(group, "outcome"));
    words_say(w, "faulty", member_text(fault, "subject"));
    words_say(w, "fault", member_text(fault, "text"));
}

char *attempts_tries(const struct look *l)
{
    return l->attempts.made > 1 ? mem_format("%d tries", l->attempts.made) : mem_string("1 try");
}
