/* cutoff - see cutoff.h. */
#include "src/why/cutoff.h"

#include "src/base/mem.h"
#include "src/why/detail.h"
#include "src/why/look.h"

#define COUNT_MAX 1000000 /* of a session that may say anything */

static int count_of(const struct look *l, const char *key)
{
    json_int_t n = json_integer_value(look_member(l, FACT_LIMIT, key));
    return n < 0 ? 0 : n > COUNT_MAX ? COUNT_MAX : (int)n;
}

void cutoff_words(const struct look *l, struct words *w, uint32_t mask)
{
    static const char *const kept[] = { "made", "cut", "soon", "soon_cut", "again", "last", "how", "alone", "waited" };
    double waited = json_number_value(look_member(l, FACT_LIMIT, "waited"));
    const char *how = look_text(l, FACT_LIMIT, "how");
    (void)mask;
    words_keep(w, l->c->fact[FACT_LIMIT].value, kept, sizeof kept / sizeof *kept);
    words_say_own(w, "cut_off", mem_format("%d of our %d connections", count_of(l, "cut"), count_of(l, "made")));
    words_say_own(w, "soon", mem_format("%d of the %d", count_of(l, "soon_cut"), count_of(l, "soon")));
    words_say_own(w, "cut_good", mem_format("%d", count_of(l, "made") - count_of(l, "cut")));
    words_say_own(w, "cut_last", mem_format("%d", count_of(l, "last")));
    words_say(w, "cut_how", *how ? how : "cut off");
    words_say_own(w, "quiet", waited > 0 ? mem_format("after a pause of %g s", waited)
                                         : mem_string("when they were made again more slowly"));
    words_say(w, "cut_limit", json_is_true(look_member(l, FACT_LIMIT, "alone"))
                                  ? "a limit on connections per time"
                                  : "a limit on connections, per time or at the same time");
}
