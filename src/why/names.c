/* names - see names.h. */
#include "src/why/names.h"

#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"
#include "src/wire/client.h"
#include "src/why/among.h"
#include "src/why/detail.h"
#include "src/why/look.h"
#include "src/why/product.h"

#define BIT(reason) (1u << (reason))

/* --- one try ------------------------------------------------------------------------------------ */

/* Of "alert 112 unrecognized_name", "closed, certificate": the first word is this one. */
static bool went_is(const json_t *try, const char *word)
{
    const char *went = member_text(try, "went");
    size_t n = strlen(word);
    return strncmp(went, word, n) == 0 && (!went[n] || went[n] == ' ' || went[n] == ',');
}

static bool try_taken(const json_t *try)
{
    return *member_text(try, "leaf") || went_is(try, "ok") || went_is(try, "late");
}

static bool try_aloud(const json_t *try)
{
    return !try_taken(try) && went_is(try, "alert");
}

static bool try_refused(const json_t *try)
{
    static const char *const quiet[] = { "closed", "reset", "silent", "slow" };
    for (size_t i = 0; !try_taken(try) && i < sizeof quiet / sizeof *quiet; i++)
        if (went_is(try, quiet[i]))
            return true;
    return try_aloud(try);
}

/* Plain text in place of TLS. */
static bool try_page(const json_t *try) { return !try_taken(try) && went_is(try, "not-tls"); }

static bool try_fits(const json_t *try) { return json_is_true(json_object_get(try, "fits")); }
static bool try_misfits(const json_t *try) { return json_is_false(json_object_get(try, "fits")); }

/* By the same alert, or both without a word. */
static bool refused_alike(const json_t *a, const json_t *b)
{
    if (!try_refused(a) || !try_refused(b) || try_aloud(a) != try_aloud(b))
        return false;
    return !try_aloud(a) || json_equal(json_object_get(a, "alert"), json_object_get(b, "alert"));
}

static bool same_leaf(const json_t *a, const json_t *b)
{
    return *member_text(a, "leaf") && strcmp(member_text(a, "leaf"), member_text(b, "leaf")) == 0;
}

/* Of "a.test, *.b.test and 3 more": the name is written out there. */
static bool try_names(const json_t *try, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = member_text(try, "names"); *p; p += *p == ',' ? 1 : 0) {
        p += strspn(p, " ");
        size_t k = strcspn(p, ", ");
        if (k == n && strncasecmp(p, name, n) == 0)
            return true;
        p += strcspn(p, ",");
    }
    return false;
}

/* The faults of its certificate that end a handshake. */
static uint32_t try_faults(const json_t *try)
{
    const json_t *fault;
    uint32_t mask = 0;
    size_t i;
    json_array_foreach(json_object_get(try, "faults"), i, fault) {
        const char *word = member_text(fault, "reason");
        enum reason r = *word ? reason_find(word) : REASON_COUNT;
        if (r < REASON_COUNT && reason_table[r].fatal)
            mask |= BIT(r);
    }
    return mask;
}

/* --- all of them -------------------------------------------------------------------------------- */

static const json_t *names_try(const json_t *value, const char *key)
{
    const json_t *try = json_object_get(value, key);
    return *member_text(try, "went") ? try : NULL;
}

/* What is known without a try. */
static unsigned endpoint_is(const struct endpoint *ep)
{
    const char *sni = endpoint_sni(ep), *name = endpoint_name(ep);
    bool otherwise = name_kind(name) == NAME_DNS && !text_is(sni, name);
    return (sni ? NAMES_IS(NAMED) : 0) | (otherwise ? NAMES_IS(OTHERWISE) : 0) |
           (sni || otherwise ? NAMES_IS(USEFUL) : 0);
}

/* Who was refused: by whose doing the others say. Refusals of several kinds have several reasons. */
static unsigned refusal_is(const struct names *n)
{
    const json_t *tries[] = { n->sent, n->right, n->none, n->other };
    bool named = n->is & NAMES_IS(NAMED), others = true;
    int more = 0;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        others &= !tries[i] || refused_alike(tries[i], n->sent);
        more += tries[i] && tries[i] != n->sent;
    }
    if (n->right && n->right != n->sent && try_taken(n->right))
        return NAMES_IS(RIGHT);
    if (named && n->other && try_taken(n->other))
        return NAMES_IS(ALONE);
    if (named && n->other && n->none && refused_alike(n->sent, n->other) && try_taken(n->none))
        return NAMES_IS(UNKNOWN);
    return others && more ? NAMES_IS(ALL) : 0;
}

/* What the same server shows to others is for the name that is refused. */
static const json_t *names_covering(const struct names *n)
{
    const json_t *tries[] = { n->other, n->none };
    const char *sent = member_text(n->sent, "sni");
    for (size_t i = 0; *sent && i < sizeof tries / sizeof *tries; i++)
        if (tries[i] && try_taken(tries[i]) && try_names(tries[i], sent) &&
            !(n->right == n->sent && try_misfits(tries[i])))
            return tries[i];
    return NULL;
}

/* Which certificate came for whom. */
static unsigned certificate_is(const struct names *n)
{
    bool own = n->right == n->sent, named = n->is & NAMES_IS(NAMED);
    if (!own && try_taken(n->right) && try_fits(n->right) &&
        (try_misfits(n->sent) || try_faults(n->sent) & ~try_faults(n->right)))
        return NAMES_IS(RIGHT);
    if (!try_misfits(n->sent))
        return 0;
    if (own && named && ((n->none && try_fits(n->none)) || (n->other && try_fits(n->other))))
        return NAMES_IS(WORSE);
    if (!own && try_misfits(n->right))
        return NAMES_IS(NEITHER);
    if (own && named && n->other)
        return same_leaf(n->sent, n->other)                     ? NAMES_IS(DEFAULT)
               : try_taken(n->other) || try_refused(n->other) ? NAMES_IS(OWN)
                                                              : 0;
    return 0;
}

struct names names_read(const struct endpoint *ep, enum state state, const json_t *value)
{
    struct names n = { .is = endpoint_is(ep) };
    if (state != STATE_YES || !names_try(value, "sent"))
        return n;
    n.sent = names_try(value, "sent");
    n.right = names_try(value, "right");
    n.none = names_try(value, "none");
    n.other = names_try(value, "other");
    if (!n.right && !(n.is & NAMES_IS(OTHERWISE)))
        n.right = n.sent;
    if (try_refused(n.sent))
        n.is |= NAMES_IS(REFUSED) | (try_aloud(n.sent) ? NAMES_IS(ALOUD) : 0) | refusal_is(&n);
    else if (try_page(n.sent) && refusal_is(&n) & NAMES_IS(ALONE))
        n.is |= NAMES_IS(REFUSED) | NAMES_IS(ALONE);
    else if (try_taken(n.sent) && n.right)
        n.is |= certificate_is(&n);
    if (n.is & NAMES_IS(ALONE) && !(n.is & NAMES_IS(ALOUD)) && names_covering(&n))
        n.is |= NAMES_IS(COVERED);
    if (n.is & (NAMES_IS(RIGHT) | NAMES_IS(UNKNOWN) | NAMES_IS(ALONE) | NAMES_IS(WORSE)))
        n.is |= NAMES_IS(DECIDES);
    return n;
}

bool names_hold(const struct names *n, const char *words)
{
    static const char *const names[NAMES_WORD_COUNT] = {
#define X(id, word) [NAMES_WORD_##id] = word,
        NAMES_WORDS(X)
#undef X
    };
    return among_set(words, names, NAMES_WORD_COUNT, n->is);
}

const json_t *names_better(const struct names *n)
{
    if (n->is & NAMES_IS(RIGHT))
        return n->right;
    if (n->is & NAMES_IS(WORSE))
        return n->none && try_fits(n->none) ? n->none : n->other;
    return n->is & NAMES_IS(UNKNOWN) ? n->none : n->is & NAMES_IS(ALONE) ? n->other : NULL;
}

/* A certificate that would not come with the right name has faults that nobody has to mend for this. */
void names_look(struct look *l)
{
    const struct seen *seen = &l->c->fact[FACT_SERVER_NAMES];
    bool chance = l->attempts.is & ATTEMPTS_IS(MIXED); /* the same name is answered now so, now so */
    l->names = names_read(l->c->endpoint, chance ? UNSURE : seen->state, seen->value);
    if (l->path.is & PATH_IS(NEAR)) /* a proxy here may turn a name away by itself, or pass on what it heard */
        l->names.is &= ~NAMES_IS(COVERED);
    if (l->names.is & NAMES_IS(REFUSED) || !(l->names.is & (NAMES_IS(RIGHT) | NAMES_IS(WORSE))))
        return;
    uint32_t left = try_faults(names_better(&l->names));
    for (int p = 0; p < PLACE_COUNT; p++)
        for (int r = 0; r < REASON_COUNT; r++)
            if (reason_table[r].fatal && !(left & BIT(r)))
                l->faults[p] &= ~BIT(r);
    l->product_decides = false;
    l->inspector = left & BIT(REASON_NAME) ? l->inspector : NULL;
}

/* --- what is said of them ------------------------------------------------------------------------ */

static const struct { const char *went, *says; } quiet_table[] = {
    { "closed", "the connection is closed" }, { "reset", "the connection is reset" }, { "silent", "no answer" },
    { "slow", "no complete answer" }
};

/* "alert 112 unrecognized_name", or "a certificate for a.test, b.test". */
static char *answer_text(const json_t *try)
{
    const char *went = member_text(try, "went"), *names = member_text(try, "names");
    if (try_taken(try))
        return *names ? mem_format("a certificate for %s", names) : mem_string("a certificate that names nobody");
    for (size_t i = 0; i < sizeof quiet_table / sizeof *quiet_table; i++)
        if (went_is(try, quiet_table[i].went))
            return mem_string(quiet_table[i].says);
    return mem_copy(went, strcspn(went, ","));
}

static char *sni_text(const json_t *try)
{
    const char *sni = member_text(try, "sni");
    return *sni ? mem_format("\"%s\"", sni) : mem_string("no server name");
}

/* What is wrong with what came: for others, or else its first fault. */
static char *got_text(const struct look *l)
{
    const json_t *sent = l->names.sent, *fault = json_array_get(json_object_get(sent, "faults"), 0);
    const char *subject = member_text(sent, "subject"), *text = member_text(fault, "text");
    enum reason r = reason_find(member_text(fault, "reason"));
    char *answer = answer_text(sent), *says;
    if (l->product && try_misfits(sent))
        says = mem_format("%s, \"%s\" of %s,", answer, subject, l->product->product);
    else if (try_misfits(sent) || !fault)
        says = mem_string(answer);
    else
        says = mem_format("%s with a fault (%s)", answer, *text ? text : r < REASON_COUNT ? reason_table[r].says : "?");
    free(answer);
    return says;
}

static json_t *word_or_null(const char *s)
{
    return s && *s ? json_string(s) : json_null();
}

static void words_detail(const struct look *l, struct words *w)
{
    const struct names *n = &l->names;
    const json_t *better = names_better(n);
    static const char *const copied[] = { "kind", "stage", "alert" };
    json_object_set_new(w->detail, "asked", word_or_null(endpoint_name(l->c->endpoint)));
    json_object_set_new(w->detail, "sent", word_or_null(endpoint_sni(l->c->endpoint)));
    if (better && !(n->is & NAMES_IS(ALONE)))
        json_object_set_new(w->detail, "works_with", word_or_null(member_text(better, "sni")));
    json_object_set_new(w->detail, "went", json_pack("{s:o, s:o, s:o, s:o}",
        "sent", word_or_null(member_text(n->sent, "went")), "right", word_or_null(member_text(n->right, "went")),
        "none", word_or_null(member_text(n->none, "went")), "other", word_or_null(member_text(n->other, "went"))));
    if (l->c->fact[FACT_FAILURE].state == STATE_YES)
        words_keep(w, l->c->fact[FACT_FAILURE].value, copied, sizeof copied / sizeof *copied);
    json_object_set_new(w->detail, "certificate", word_or_null(member_text(n->sent, "subject")));
    json_object_set_new(w->detail, "names", word_or_null(member_text(n->sent, "names")));
}

void names_words(const struct look *l, struct words *w, uint32_t mask)
{
    const struct names *n = &l->names;
    const json_t *better = names_better(n);
    const char *sni = endpoint_sni(l->c->endpoint);
    (void)mask;
    words_detail(l, w);
    if (n->is & NAMES_IS(RIGHT) && n->is & NAMES_IS(NAMED) && n->is & NAMES_IS(REFUSED)) {
        w->fix[0] = FIX_SNI_OTHER;
        w->fix[1] = FIX_SNI_KNOW;
    } else if (n->is & NAMES_IS(RIGHT) && !sni) {
        bool can = !(endpoint_client(l->c->endpoint)->traits & CLIENT_NO_SNI);
        w->fix[0] = can ? FIX_SNI_SEND : FIX_SNI_DEFAULT;
        w->fix[1] = can ? FIX_SNI_DEFAULT : FIX_NONE;
    }
    words_say_own(w, "sent", sni ? mem_format("\"%s\"", sni) : mem_string("no server name"));
    words_say_own(w, "got", got_text(l));
    words_say_own(w, "right_answer", answer_text(n->right));
    words_say_own(w, "none_answer", answer_text(n->none));
    words_say_own(w, "other_answer", answer_text(n->other));
    words_say_own(w, "better", sni_text(better));
    words_say_own(w, "covering", answer_text(names_covering(n)));
    words_say_own(w, "covering_with", sni_text(names_covering(n)));
    words_say_own(w, "better_answer", answer_text(better));
}

char *names_dotless(const struct endpoint *ep)
{
    const char *sni = endpoint_sni(ep), *name = sni ? sni : endpoint_name(ep);
    if (name_kind(name) != NAME_DNS || strchr(name, '.'))
        return mem_string("");
    return mem_format(" By itself `openssl s_client` sends no server name for \"%s\", since that has no dot, and shows "
                      "what comes without one; clients send it: add `-servername %s`.", name, name);
}
