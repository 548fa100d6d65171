/* since - see since.h. */
#include "src/why/since.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

int64_t since_apart(int64_t date, int64_t from, int64_t lasts)
{
    return from > date ? from - date : from + lasts <= date ? from + lasts - 1 - date : 0;
}

struct near { const char *who, *what; int64_t date, away; bool found; };

static void near_take(struct near *n, const json_t *cert, const char *key, const char *what, int64_t from,
                      int64_t lasts)
{
    const char *when = json_string_value(json_object_get(cert, key));
    const char *cn = json_string_value(json_object_get(cert, "cn"));
    int64_t date;
    if (!when || !when_parse(when, &date))
        return;
    int64_t away = since_apart(date, from, lasts);
    if (n->found && llabs(n->away) <= llabs(away))
        return;
    *n = (struct near){ cn ? cn : json_string_value(json_object_get(cert, "subject")), what, date, away, true };
}

/* The date of any certificate, sent or built, that is nearest. */
static struct near near_of(const struct column *c, int64_t from, int64_t lasts)
{
    static const char *const lists[] = { "sent", "built" };
    struct near n = { 0 };
    const json_t *chain = c->fact[FACT_CHAIN].value, *cert;
    size_t i;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        json_array_foreach(json_object_get(chain, lists[k]), i, cert) {
            near_take(&n, cert, "not_after", "ended", from, lasts);
            near_take(&n, cert, "not_before", "began", from, lasts);
        }
    return n;
}

static bool is_near(const struct near *n)
{
    if (!n->found)
        return false;
    bool began = strcmp(n->what, "began") == 0;
    return n->away >= -SINCE_NEAR && n->away <= (began ? SINCE_RENEWED : SINCE_NEAR);
}

char *since_near(const struct column *c, const char *since, int64_t *date)
{
    int64_t from, lasts;
    char span[WHEN_LEN];
    if (!answer_since(since, &from, &lasts))
        return NULL;
    struct near n = near_of(c, from, lasts);
    if (!is_near(&n))
        return NULL;
    *date = n.date;
    char *who = n.who ? text_printable(n.who, strlen(n.who), 100) : mem_string("a certificate");
    when_span((double)llabs(n.away), span);
    char *says = n.away == 0 ? mem_format("that is when the certificate \"%s\" %s", who, n.what)
                             : mem_format("the certificate \"%s\" %s %s %s", who, n.what, span,
                                          n.away > 0 ? "before" : "after");
    free(who);
    return says;
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

