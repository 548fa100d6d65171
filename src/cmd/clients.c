/* clients - `--client list`: the known clients as a table.
 *
 * Owns: how a profile is told to a person, in one row or with all that is known of it. Must not know: endpoints.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/cmd.h"
#include "src/wire/between.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

#define MORE_INDENT 4
#define BESIDE_WIDTH 100       /* from here on a title has room beside the rest of its row */
#define EXAMPLE_NAME "example.org" /* a hello's size depends on the length of the name in it */

enum place { COLUMN_NAME, COLUMN_SINCE, COLUMN_VERSIONS, COLUMN_HOW, COLUMN_TITLE };
/* Where a column begins; names longer than theirs push the row down by a line. */
static const struct { int at; const char *head; } columns[] = {
    [COLUMN_NAME] = { 2, "NAME" }, [COLUMN_SINCE] = { 21, "SINCE" }, [COLUMN_VERSIONS] = { 29, "OFFERS" },
    [COLUMN_HOW] = { 43, "HOW KNOWN" }, [COLUMN_TITLE] = { 54, "WHAT IT IS" },
};

/* "TLS 1.0-1.2", "SSL 3-TLS 1.0". */
static void versions_add(struct text *t, const struct client *c)
{
    const struct version *low = version_find(c->min), *high = version_find(c->max);
    if (low && high && low != high && text_starts(low->title, "TLS"))
        text_addf(t, "%s-%s", low->title, high->title + strlen("TLS "));
    else if (low && high && low != high)
        text_addf(t, "%.5s-%s", low->title, high->title);
    else
        text_add(t, high ? high->title : "SSL 2.0");
}

/* width 0: without what it is */
static void row_print(FILE *out, const struct client *c, int width)
{
    struct text t = {0};
    text_pad(&t, columns[COLUMN_NAME].at);
    text_add(&t, c->name);
    if (text_width(t.s) >= columns[COLUMN_SINCE].at)
        text_add(&t, "\n");
    text_pad(&t, columns[COLUMN_SINCE].at);
    text_add(&t, c->since ? c->since : "-");
    text_pad(&t, columns[COLUMN_VERSIONS].at);
    versions_add(&t, c);
    text_pad(&t, columns[COLUMN_HOW].at);
    text_add(&t, c->recorded ? "recorded" : "documented");
    if (width) {
        text_pad(&t, columns[COLUMN_TITLE].at);
        text_wrap(&t, c->title, columns[COLUMN_TITLE].at, width);
    }
    fprintf(out, "%s\n", t.s);
    text_free(&t);
}

static void head_print(FILE *out, bool title)
{
    struct text t = {0};
    for (size_t i = 0; i <= (title ? COLUMN_TITLE : COLUMN_HOW); i++) {
        text_pad(&t, columns[i].at);
        text_add(&t, columns[i].head);
    }
    fprintf(out, "%s\n", t.s);
    text_free(&t);
}

/* --- all that is known of it ---------------------------------------------------------------- */

static void line_print(FILE *out, const char *says, int width)
{
    struct text t = {0};
    text_pad(&t, MORE_INDENT);
    text_wrap(&t, says, MORE_INDENT + 2, width);
    fprintf(out, "%s\n", t.s);
    text_free(&t);
}

static size_t suites_count(const struct client *c)
{
    size_t n = 0;
    for (const uint16_t *s = c->suites; *s; s++)
        n += !suite_is_signal(*s);
    return n;
}

/* Of the message with its header of 4 bytes; of SSL 2.0's form, all of it. */
static size_t size_of(const struct client *c)
{
    struct offer o;
    struct client_lists keep;
    struct hello h = { .sni = c->traits & CLIENT_NO_SNI ? NULL : EXAMPLE_NAME, .seed = 1 };
    offer_make(&o, c, &(struct limits){ 0 });
    client_hello(c, &o, NULL, &keep, &h);
    size_t n = hello_size(&h);
    offer_clear(&o);
    return n;
}

static void more_print(FILE *out, const struct client *c, int width)
{
    struct text t = {0};
    text_addf(&t, "offers: %zu cipher suites in a hello of %zu bytes%s", suites_count(c), size_of(c),
              c->ssl2_form ? " in SSL 2.0's form" : "");
    line_print(out, t.s, width);
    t.len = 0;
    char *rules = client_rules(c);
    text_addf(&t, "rules: %s", *rules ? rules : "none are known");
    line_print(out, t.s, width);
    free(rules);
    t.len = 0;
    text_addf(&t, "source: %s", c->source ? c->source : "not known");
    line_print(out, t.s, width);
    text_free(&t);
    fputc('\n', out);
}

void clients_list(FILE *out, bool verbose, int width)
{
    bool beside = !verbose && width >= BESIDE_WIDTH;
    if (!verbose)
        head_print(out, beside);
    for (size_t i = 0; i < client_count; i++) {
        row_print(out, &client_table[i], beside ? width : 0);
        if (!beside)
            line_print(out, client_table[i].title, width);
        if (verbose)
            more_print(out, &client_table[i], width);
    }
}
