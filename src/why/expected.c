/* expected - see expected.h. */
#include "src/why/expected.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/member.h"

/* "from 2026-01-01, for www.example.org and 3 more". */
static char *brief_says(const json_t *brief)
{
    char day[WHEN_LEN];
    int64_t from;
    const char *names = member_text(brief, "names");
    bool known = when_parse(member_text(brief, "not_before"), &from);
    return mem_format("of %s, for %s", known ? when_day(from, day) : "an unknown day", *names ? names : "no name");
}

void expected_detail(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *value = l->c->fact[FACT_EXPECTED].value, *got = json_object_get(value, "got"),
                 *wanted = json_object_get(value, "wanted");
    const char *key;
    json_t *member;
    (void)mask;
    json_object_foreach((json_t *)value, key, member)
        json_object_set(w->detail, key, member);
    words_say(w, "file", look_text(l, FACT_EXPECTED, "file"));
    words_say_own(w, "got", brief_says(got));
    words_say_own(w, "wanted", brief_says(wanted));
    words_say(w, "got_pin", member_text(got, "pin"));
    words_say(w, "ca", look_text(l, FACT_EXPECTED, "pin_of_ca"));
    words_say(w, "keys", json_is_true(look_member(l, FACT_EXPECTED, "same_key")) ? "the same key" : "another key");
}
