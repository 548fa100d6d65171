/* starttls - see starttls.h. */
#include "src/why/starttls.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/software.h"
#include "src/wire/dialogue.h"

#define LISTED 6 /* entries of the server's list in a sentence */

static const struct dialogue_row *row_of(const struct look *l)
{
    return l->c->endpoint->scheme ? dialogue_find(l->c->endpoint->scheme->starttls) : NULL;
}

void starttls_detail(const struct look *l, struct words *w, uint32_t mask)
{
    static const char *const kept[] = { "scheme", "outcome", "stage", "code", "said", "banner", "offered", "stripped",
                                        "protocol", "at_once", "behind" };
    const struct dialogue_row *row = row_of(l);
    const char *said = look_text(l, FACT_STARTTLS, "said"), *found = look_text(l, FACT_STARTTLS, "protocol");
    const char *hint = look_text(l, FACT_FAILURE, "hint"), *at_once = look_text(l, FACT_STARTTLS, "at_once");
    const json_t *offered = look_member(l, FACT_STARTTLS, "offered");
    (void)mask;
    words_keep(w, l->c->fact[FACT_STARTTLS].value, kept, sizeof kept / sizeof *kept);
    words_say(w, "command", row ? row->command : "STARTTLS");
    words_say(w, "speaks", row ? row->protocol : "plain text");
    words_say_own(w, "said", *said ? mem_format("\"%s\"", said) : mem_string("without a word"));
    words_say_own(w, "words", *said ? mem_format(" (\"%s\")", said) : mem_string(""));
    words_say(w, "found", *found ? found : "another protocol");
    words_say(w, "hint", *hint ? hint : "Check that address and port are the right ones, and which service listens "
                                        "there.");
    words_say(w, "asked", endpoint_asked(l->c->endpoint));
    words_say(w, "try", *at_once ? at_once : "tls");
    words_say_own(w, "lists", words_list(offered, LISTED, "nothing"));
    words_say_own(w, "switch", software_setting(l, SETTING_ON));
}

/* --- other columns ---------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_server(const struct endpoint *a, const struct endpoint *b)
{
    return a->scheme == b->scheme && a->port == b->port && strcmp(a->host, b->host) == 0 &&
           same_text(a->at_host, b->at_host);
}

bool starttls_elsewhere(const struct look *l)
{
    for (size_t i = 0; i < l->s->count; i++) {
        const struct column *c = l->s->column[i];
        if (c == l->c || c->fact[FACT_STARTTLS].state != STATE_YES || !same_server(c->endpoint, l->c->endpoint))
            continue;
        bool place = !same_text(c->vantage, l->c->vantage) && same_text(c->address, l->c->address);
        if (place || !same_text(c->endpoint->value[KEY_VIA], l->c->endpoint->value[KEY_VIA]))
            return true;
    }
    return false;
}

bool starttls_s_client(const struct endpoint *ep)
{
    const char *way = ep->scheme ? ep->scheme->starttls : NULL;
    return !way || (strcmp(way, "mssql") != 0 && strcmp(way, "rdp") != 0);
}
