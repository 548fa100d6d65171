/* relaxed - see relaxed.h. */
#include "src/why/relaxed.h"

#include <string.h>

#include "src/base/text.h"
#include "src/why/among.h"

#define BIT(list) (1u << LIST_##list)
#define ALL_LISTS (BIT(SUITES) | BIT(GROUPS) | BIT(SIGALGS))

/* --- one try ---------------------------------------------------------------------------------- */

enum try { TRY_UNKNOWN, TRY_ACCEPTED, TRY_ALOUD, TRY_CLOSED, TRY_RESET, TRY_ODD };

/* What begins so; the rest ("silent", "protocol", "refused", ...) is no refusal of a hello. */
static const struct { const char *begins; enum try is; } answer_table[] = {
    { "accepted", TRY_ACCEPTED }, { "alert ", TRY_ALOUD }, { "answered by ", TRY_ALOUD },
    { "chose what was not offered", TRY_ALOUD }, { "closed", TRY_CLOSED }, { "reset", TRY_RESET },
    { "could-not-ask", TRY_UNKNOWN }
};

static const char *try_word(const json_t *tries, const char *name)
{
    const char *answer = json_string_value(json_object_get(json_object_get(tries, name), "answer"));
    return answer ? answer : "";
}

static enum try try_read(const json_t *tries, const char *name)
{
    const char *answer = try_word(tries, name);
    if (!*answer)
        return TRY_UNKNOWN;
    for (size_t i = 0; i < sizeof answer_table / sizeof *answer_table; i++)
        if (text_starts(answer, answer_table[i].begins))
            return answer_table[i].is;
    return TRY_ODD;
}

/* By the lists that were extended. */
static const char *const try_names[ALL_LISTS + 1] = {
    [0] = "as-is", [BIT(SUITES)] = "suites", [BIT(GROUPS)] = "groups", [BIT(SIGALGS)] = "sigalgs",
    [BIT(SUITES) | BIT(GROUPS)] = "suites+groups", [BIT(SUITES) | BIT(SIGALGS)] = "suites+sigalgs",
    [BIT(GROUPS) | BIT(SIGALGS)] = "groups+sigalgs", [ALL_LISTS] = "all"
};

/* --- all of them together --------------------------------------------------------------------- */

struct tries { enum try by[ALL_LISTS + 1], alpn, small, added, limit; bool newer; };

static bool try_refused(enum try t) { return t != TRY_UNKNOWN && t != TRY_ACCEPTED; }

/* A server refuses in its own one way, and takes no hello back because it offers more. */
static bool tries_agree(const struct tries *t)
{
    if (t->by[0] == TRY_ODD)
        return false;
    for (unsigned a = 0; a <= ALL_LISTS; a++) {
        if (try_refused(t->by[a]) && t->by[a] != t->by[0])
            return false;
        for (unsigned more = a + 1; more <= ALL_LISTS && t->by[a] == TRY_ACCEPTED; more++)
            if ((more & a) == a && try_refused(t->by[more]))
                return false;
    }
    return !(try_refused(t->alpn) && t->alpn != t->by[0]) &&
           !(try_refused(t->small) && t->small != t->by[0]);
}

/* The lists that do it alone, as bits. */
static unsigned lists_alone(const struct tries *t)
{
    unsigned lists = 0;
    for (unsigned a = 1; a <= ALL_LISTS; a <<= 1)
        lists |= t->by[a] == TRY_ACCEPTED ? a : 0;
    return lists;
}

/* The lists that do it only together: those of every accepted try whose parts are all known not to. */
static unsigned lists_together(const struct tries *t)
{
    unsigned lists = 0;
    for (unsigned a = 1; a <= ALL_LISTS; a++) {
        bool least = t->by[a] == TRY_ACCEPTED;
        for (unsigned part = 1; part < a && least; part++)
            least = (part & a) != part || try_refused(t->by[part]);
        lists |= least ? a : 0;
    }
    return lists;
}

/* A closed or reset connection says nothing aloud: beside the one list that does it another must have
 * been tried and refused just so. And all three doing it alone is a server that has come to itself. */
static bool flips_believed(const struct tries *t, unsigned alone, bool quiet)
{
    bool control = false, one = (alone & (alone - 1)) == 0;
    for (unsigned a = 1; a <= ALL_LISTS; a++)
        control |= try_refused(t->by[a]);
    return alone != ALL_LISTS && ((control && one) || !quiet);
}

/* Where two lists do it alone, the client's suites have one that is taken: it's the other list; and
 * of groups and signature algorithms the groups come first in a handshake. */
static unsigned lists_words(unsigned lists, bool alone)
{
    if (alone && (lists & BIT(GROUPS)))
        return RELAXED_IS(GROUPS);
    if (alone && (lists & BIT(SIGALGS)))
        return RELAXED_IS(SIGALGS);
    return (lists & BIT(SUITES) ? RELAXED_IS(SUITES) : 0) |
           (lists & BIT(GROUPS) ? RELAXED_IS(GROUPS) : 0) |
           (lists & BIT(SIGALGS) ? RELAXED_IS(SIGALGS) : 0);
}

static unsigned flips(const struct tries *t, bool quiet, bool reset)
{
    unsigned alone = lists_alone(t), lists = alone ? alone : lists_together(t);
    if (alone == BIT(SUITES) && try_refused(t->added))
        return RELAXED_IS(CHOKES);
    if (t->alpn == TRY_ACCEPTED || t->small == TRY_ACCEPTED || !flips_believed(t, alone, quiet))
        return RELAXED_IS(VARIES);
    unsigned level = reset || (!alone && lists == ALL_LISTS && try_refused(t->by[3]) &&
                               try_refused(t->by[5]) && try_refused(t->by[6]))
                         ? RELAXED_IS(PERHAPS)
                     : alone ? RELAXED_IS(SURE) : RELAXED_IS(LIKELY);
    return RELAXED_IS(FLIPS) | level | lists_words(lists, alone != 0);
}

/* Nothing else was refused, so it's not a server that refuses now and then. */
static bool limit_minded(const struct tries *t)
{
    return try_refused(t->limit) && t->limit != TRY_ODD && !try_refused(t->by[BIT(GROUPS)]) &&
           !try_refused(t->by[BIT(SIGALGS)]);
}

/* Each by itself: enough, where the client's own are taken with something else left out. */
static bool lists_refused(const struct tries *t)
{
    return try_refused(t->by[BIT(SUITES)]) && try_refused(t->by[BIT(GROUPS)]) && try_refused(t->by[BIT(SIGALGS)]);
}

static unsigned tries_say(const struct tries *t, bool quiet, bool reset)
{
    if (t->by[0] == TRY_UNKNOWN)
        return RELAXED_IS(OPEN);
    if (t->by[0] == TRY_ACCEPTED)
        return RELAXED_IS(ACCEPTED) | (limit_minded(t) ? RELAXED_IS(LIMIT) : 0);
    if (!tries_agree(t))
        return RELAXED_IS(VARIES);
    if (lists_together(t)) /* holds of one list as well */
        return flips(t, quiet, reset);
    bool lists = try_refused(t->by[ALL_LISTS]) || (t->alpn == TRY_ACCEPTED && lists_refused(t));
    if (!lists)
        return RELAXED_IS(OPEN);
    return RELAXED_IS(REFUSED) | (t->alpn == TRY_ACCEPTED ? RELAXED_IS(ALPN) : 0) |
           (t->small == TRY_ACCEPTED ? RELAXED_IS(SMALL) : 0) | (t->newer ? RELAXED_IS(NEWER) : 0);
}

/* The handshake was refused in another way than the client's own hello: no alert, or an alert. */
static bool handshake_differs(const char *how, enum try as_is)
{
    if (strcmp(how, "alert") == 0)
        return as_is == TRY_CLOSED || as_is == TRY_RESET;
    return (strcmp(how, "closed") == 0 && as_is == TRY_RESET) ||
           (strcmp(how, "reset") == 0 && as_is == TRY_CLOSED);
}

struct relaxed relaxed_read(enum state state, const json_t *value, const char *how)
{
    struct relaxed r = { .is = RELAXED_IS(OPEN) };
    const json_t *tries = json_object_get(value, "tries");
    struct tries t = { .alpn = TRY_UNKNOWN };
    if (state != STATE_YES)
        return r;
    for (unsigned a = 0; a <= ALL_LISTS; a++) {
        t.by[a] = try_read(tries, try_names[a]);
        r.any |= t.by[a] == TRY_ACCEPTED;
    }
    t.alpn = try_read(tries, "no-alpn");
    t.small = try_read(tries, "small");
    t.added = try_read(tries, "suites-added");
    t.limit = try_read(tries, "record-size-limit");
    t.newer = text_starts(try_word(tries, "fallback"), "alert 86");
    r.any |= t.alpn == TRY_ACCEPTED || t.small == TRY_ACCEPTED;
    r.reset = t.by[0] == TRY_RESET;
    r.quiet = r.reset || t.by[0] == TRY_CLOSED;
    r.is = tries_say(&t, r.quiet, r.reset);
    if ((r.is & RELAXED_IS(FLIPS)) && handshake_differs(how, t.by[0]))
        r.is = RELAXED_IS(VARIES);
    return r;
}

bool relaxed_holds(const struct relaxed *r, const char *words)
{
    static const char *const names[RELAXED_WORD_COUNT] = {
#define X(id, word) [RELAXED_WORD_##id] = word,
        RELAXED_WORDS(X)
#undef X
    };
    return among_set(words, names, RELAXED_WORD_COUNT, r->is);
}

bool relaxed_hangs(const struct relaxed *r, enum list_kind list)
{
    static const unsigned words[LIST_COUNT] = { RELAXED_IS(SUITES), RELAXED_IS(GROUPS),
                                                RELAXED_IS(SIGALGS) };
    return (r->is & words[list]) != 0;
}
