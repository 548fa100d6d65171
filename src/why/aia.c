/* aia - see aia.h. */
#include "src/why/aia.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"

#define SAID_MAX 4 /* names and addresses in a sentence */

/* The addresses that led on. */
static json_t *urls_ok(const struct look *l)
{
    json_t *urls = json_array();
    const json_t *hop;
    size_t i;
    json_array_foreach(look_member(l, FACT_AIA, "hops"), i, hop) {
        if (strcmp(member_text(hop, "answer"), "ok") == 0)
            json_array_append_new(urls, json_string(member_text(hop, "url")));
    }
    return urls;
}

static void words_missing(const struct look *l, struct words *w)
{
    const json_t *names = look_member(l, FACT_AIA, "missing"), *one;
    json_t *quoted = json_array();
    size_t i;
    json_array_foreach(names, i, one) {
        char *s = mem_format("\"%s\"", json_string_value(one) ? json_string_value(one) : "?");
        json_array_append_new(quoted, json_string(s));
        free(s);
    }
    bool many = json_array_size(quoted) > 1;
    char *list = words_list(quoted, SAID_MAX, "that it lacks");
    words_say_own(w, "missing", mem_format("the intermediate%s %s", many ? "s" : "", list));
    words_say_own(w, "is_missing", mem_format("the intermediate%s %s %s missing", many ? "s" : "", list,
                                              many ? "are" : "is"));
    free(list);
    json_decref(quoted);
}

static void words_found(const struct look *l, struct words *w, const json_t *urls)
{
    const char *sender = look_text(l, FACT_AIA, "sender");
    char *list = words_list(urls, SAID_MAX, "the address in it");
    bool fetched = strcmp(look_text(l, FACT_AIA, "from"), "fetched") == 0;
    if (!*sender)
        sender = "another endpoint";
    words_say_own(w, "found", fetched ? mem_format("what was fetched from %s", list)
                                      : mem_format("what %s sends", sender));
    words_say_own(w, "source", mem_format(fetched ? "fetched from %s" : "as %s sends it", fetched ? list : sender));
    free(list);
}

/* A certificate of the issuer's name that did not sign: what the CA itself hands out. */
static void words_wrong(const struct look *l, struct words *w)
{
    const json_t *hop;
    size_t i;
    json_array_foreach(look_member(l, FACT_AIA, "hops"), i, hop) {
        if (strcmp(member_text(hop, "answer"), "other-key") != 0)
            continue;
        words_say_own(w, "wrong", mem_format("\"%s\"", member_text(hop, "subject")));
        words_say(w, "wrong_url", member_text(hop, "url"));
        return;
    }
}

void aia_issuers(const struct look *l, struct words *w, uint32_t mask)
{
    static const char *const kept[] = { "missing", "from", "sender", "root", "root_trusted", "sent_other", "hops" };
    json_t *urls = urls_ok(l);
    (void)mask;
    const char *issuer = json_string_value(json_object_get(look_top(l), "issuer"));
    json_object_set_new(w->detail, "issuer", issuer ? json_string(issuer) : json_null());
    words_keep(w, l->c->fact[FACT_AIA].value, kept, sizeof kept / sizeof *kept);
    words_missing(l, w);
    words_found(l, w, urls);
    words_wrong(l, w);
    words_say_own(w, "root", mem_format("\"%s\"", look_text(l, FACT_AIA, "root")));
    json_object_set_new(w->detail, "urls", urls);
}
