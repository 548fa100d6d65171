/* works - see works.h. */
#include "src/out/works.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/why/clients.h"

#define HEAD 17      /* "not known" */
#define NAMES_MAX 6  /* clients named for one reason */

static const char *result_word(const struct client_result *r)
{
    return r->works == CLIENT_FAILS ? client_rule_words[r->rule] : r->works == CLIENT_WORKS ? "works" : "not known";
}

static void add_line(struct text *t, int width, int cols, const char *head, const char *says)
{
    text_addf(t, "  %-*s ", cols, head);
    text_wrap(t, says, cols + 3, width);
    text_add(t, "\n");
}

static int names_width(void)
{
    int widest = HEAD;
    for (size_t i = 0; i < client_count; i++) {
        int w = text_width(client_table[i].name);
        widest = w > widest ? w : widest;
    }
    return widest;
}

/* "java-6, java-7 and 3 more: why". Those that one rule fails do not all read the same: the first one speaks. */
static void add_group(struct text *t, int width, const struct client_result *all, enum client_works works, int rule)
{
    struct text says = { 0 };
    const struct client_result *first = NULL;
    size_t n = 0;
    bool alike = true;
    for (size_t i = 0; i < client_count; i++) {
        const struct client_result *r = &all[i];
        if (r->works != works || (int)r->rule != rule || !r->why)
            continue;
        first = first ? first : r;
        alike &= strcmp(r->why, first->why) == 0;
        if (n++ < NAMES_MAX)
            text_addf(&says, "%s%s", n > 1 ? ", " : "", r->client->name);
    }
    if (n > NAMES_MAX)
        text_addf(&says, " and %zu more", n - NAMES_MAX);
    if (n)
        text_addf(&says, "%s: %s", alike ? "" : "; the first", first->why);
    if (n)
        add_line(t, width, HEAD, result_word(first), says.s);
    text_free(&says);
}

/* Reasons in the order of the rules; what nobody knows comes last. */
static void add_groups(struct text *t, int width, const struct client_result *all)
{
    for (int rule = 0; rule < CLIENT_RULE_COUNT; rule++)
        add_group(t, width, all, CLIENT_FAILS, rule);
    add_group(t, width, all, CLIENT_UNKNOWN, CLIENT_RULE_NONE);
}

static void add_client(struct text *t, int width, int cols, const struct client_result *r)
{
    char *says = client_result_says(r);
    add_line(t, width, cols, r->client->name, says);
    free(says);
}

static void add_counts(struct text *t, const struct client_result *all, int width)
{
    struct text says = { 0 };
    size_t works = 0, fails = 0, tried = 0;
    for (size_t i = 0; i < client_count; i++) {
        works += all[i].works == CLIENT_WORKS;
        fails += all[i].works == CLIENT_FAILS;
        tried += all[i].tried;
    }
    text_addf(&says, "%zu of %zu known clients, %s", works, client_count,
              tried == client_count ? "each tried with its own hello" : tried
                  ? "some tried with their own hellos" : "worked out from what the server takes");
    if (fails)
        text_addf(&says, "; %zu fail%s", fails, fails == 1 ? "s" : "");
    if (works + fails < client_count)
        text_addf(&says, "; of %zu it is not known", client_count - works - fails);
    add_line(t, width, HEAD, "works for", says.s);
    text_free(&says);
}

void works_add(struct text *t, const struct column *c, int width, bool all)
{
    if (!clients_known(c))
        return;
    struct client_result *r = mem_new(client_count * sizeof *r);
    int cols = names_width();
    client_results_of(r, c);
    add_counts(t, r, width);
    if (!all)
        add_groups(t, width, r);
    for (size_t i = 0; i < client_count; i++) {
        if (all)
            add_client(t, width, cols, &r[i]);
        client_result_clear(&r[i]);
    }
    free(r);
}
