/* revoked - see revoked.h. */
#include "src/why/revoked.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/model/member.h"

static void say_day(struct words *w, const char *key, const char *before, const char *time)
{
    char day[WHEN_LEN];
    int64_t at;
    bool known = when_parse(time, &at);
    words_say_own(w, key, mem_format("%s%s", known ? before : "", known ? when_day(at, day) : ""));
}

/* The words of one answer, an object as revoked_json makes it. */
static void say_answer(struct words *w, const json_t *answer)
{
    const char *reason = member_text(answer, "reason");
    say_day(w, "since", " since ", member_text(answer, "revoked_at"));
    say_day(w, "until", "", member_text(answer, "next_update"));
    say_day(w, "begins", "", member_text(answer, "this_update"));
    words_say_own(w, "reason", mem_format(*reason ? " (%s)" : "%s", reason));
    words_say(w, "answer", *reason ? reason : member_text(answer, "status"));
}

void revoked_staple(const struct look *l, struct words *w, uint32_t mask)
{
    json_t *staple = l->c->fact[FACT_STAPLE].value, *one;
    const json_t *leaf = json_array_get(look_member(l, FACT_CHAIN, "sent"), 0);
    const char *url = json_string_value(json_array_get(json_object_get(leaf, "ocsp"), 0)), *key;
    (void)mask;
    json_object_foreach(staple, key, one)
        json_object_set(w->detail, key, one);
    json_object_set_new(w->detail, "responder", url ? json_string(url) : json_null());
    say_answer(w, staple);
    words_say(w, "responder", url ? url : "that the CA's documents name");
}

/* The try that decided: the last one of that way about that certificate which gave an answer. */
static const json_t *deciding(const json_t *tries, const json_t *value)
{
    const json_t *one, *found = NULL;
    size_t i;
    json_array_foreach(tries, i, one)
        if (strcmp(member_text(one, "how"), member_text(value, "how")) == 0 && *member_text(one, "status") &&
            json_equal(json_object_get(one, "cert"), json_object_get(value, "cert")))
            found = one;
    return found;
}

/* "http://a.example/ (unreachable) and http://b.example/ (slow)". */
static char *nobody(const json_t *tries)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(tries, i, one) {
        char *s = mem_format("%s (%s)", member_text(one, "url"), member_text(one, "answer"));
        json_array_append_new(list, json_string(s));
        free(s);
    }
    char *out = words_list(list, 3, "nobody is named");
    json_decref(list);
    return out;
}

void revoked_fetched(const struct look *l, struct words *w, uint32_t mask)
{
    json_t *value = l->c->fact[FACT_REVOCATION].value, *one;
    const json_t *tries = json_object_get(value, "tries"), *by = deciding(tries, value);
    const char *key, *first = member_text(json_array_get(tries, 0), "url");
    (void)mask;
    json_object_foreach(value, key, one)
        json_object_set(w->detail, key, one);
    say_answer(w, value);
    words_say_own(w, "subject", mem_format("\"%s\"", member_text(value, "subject")));
    words_say_own(w, "means", mem_format("the CA's %s, %s,", strcmp(member_text(value, "how"), "crl") == 0 ? "CRL"
                                         : "OCSP responder", by ? member_text(by, "url") : "asked here"));
    words_say_own(w, "nobody", nobody(tries));
    words_say(w, "responder", *first ? first : "the CA's responder");
}
