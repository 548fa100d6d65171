/* heard - see heard.h. */
#include "src/why/heard.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

/* The last thing that is known to have passed, as a point in time. */
static const struct { const char *stage, *says; } when_table[] = {
    { "nothing", "before a whole hello had come" },
    { "hello", "after the client's hello" },
    { "server-hello", "after the server's hello" },
    { "certificate", "after the server's certificate" },
    { "finished", "at the end of the handshake" },
    { "data", "after the handshake, when data had passed" },
};

static const struct { const char *how, *says; } how_table[] = {
    { "closed", "closed the connection" }, { "reset", "reset the connection" }, { "silent", "said nothing more" },
    { "not-tls", "does not speak TLS" }, { "protocol", "broke the rules of TLS" },
    { "upstream", "could not be connected" }, { "complete", "got through" },
};

static char *said(const struct look *l)
{
    const char *how = look_text(l, FACT_CLIENT_END, "how");
    const json_t *number = look_member(l, FACT_CLIENT_END, "alert");
    char hex[NAME_LEN];
    if (json_is_integer(number))
        return mem_format("sent the alert %d %s", (int)json_integer_value(number),
                          alert_name((uint8_t)json_integer_value(number), hex));
    if (strcmp(how, "alert") == 0)
        return mem_string("sent an encrypted alert");
    for (size_t i = 0; i < sizeof how_table / sizeof *how_table; i++)
        if (strcmp(how, how_table[i].how) == 0)
            return mem_string(how_table[i].says);
    return mem_string("ended it");
}

/* "TLS 1.3, TLS_AES_256_GCM_SHA384": what the handshake agreed on, as far as it is known. */
static char *took(const struct look *l)
{
    const char *word = column_word(l->c, FACT_VERSION), *suite = column_word(l->c, FACT_CIPHER);
    const struct version *v = word ? version_by_word(word) : NULL;
    return mem_format("%s%s%s", v ? v->title : "no version agreed on", suite ? ", " : "", suite ? suite : "");
}

void heard_client_end(const struct look *l, struct words *w, uint32_t mask)
{
    const char *stage = look_text(l, FACT_CLIENT_END, "stage"), *says = "at an unknown point", *key;
    json_t *value;
    (void)mask;
    json_object_foreach(l->c->fact[FACT_CLIENT_END].value, key, value)
        json_object_set(w->detail, key, value);
    json_object_set_new(w->detail, "client", l->c->address ? json_string(l->c->address) : json_null());
    for (size_t i = 0; i < sizeof when_table / sizeof *when_table; i++)
        if (strcmp(stage, when_table[i].stage) == 0)
            says = when_table[i].says;
    if (strcmp(look_text(l, FACT_CLIENT_END, "how"), "not-tls") == 0)
        says = "on this port"; /* it is no matter of a point in time */
    words_say(w, "client", l->c->address ? l->c->address : "this client");
    words_say(w, "when", says);
    words_say_own(w, "said", said(l));
    words_say_own(w, "took", took(l));
}
