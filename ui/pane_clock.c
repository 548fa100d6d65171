/* pane_clock - this machine's clock beside those of the servers, and beside the dates of their certificates.
 *
 * Owns: its rows. Must not know: which clock is right: why/clock.h weighs that.
 *
 * 0 is this machine's clock: so the numbers are those of the facts.
 */
#include "ui/pane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/why/clock.h"
#include "ui/ruler.h"

enum { ROW_COLUMN = 1, ROW_PROOF, ROW_SAYS };
#define LABEL_WIDTH 14  /* columns before the ruler */
#define LABEL_WIDE 28   /* the same from WIDE_FROM on */
#define WIDE_FROM 120
#define BESIDE_FROM 64  /* width from which on the numbers stand beside the ruler */
#define NUMBERS_WIDTH 24

static const char *word(const json_t *v, const char *key)
{
    const char *s = json_string_value(json_object_get(v, key));
    return s ? s : "";
}

static int label_width(const struct look *l)
{
    return l->width >= WIDE_FROM ? LABEL_WIDE : l->width >= BESIDE_FROM ? LABEL_WIDTH : LABEL_WIDTH / 2;
}

static int ruler_width(const struct look *l)
{
    return l->width - label_width(l) - (l->width >= BESIDE_FROM ? NUMBERS_WIDTH : 0) - 1;
}

static bool has_seconds(const struct column *c, enum fact f, double *seconds, double *uncertainty)
{
    const struct seen *s = column_seen(c, f);
    *seconds = json_number_value(json_object_get(s->value, "seconds"));
    *uncertainty = json_number_value(json_object_get(s->value, "uncertainty"));
    return s->state == STATE_YES;
}

/* --- the ruler of a column ----------------------------------------------------------------------- */

static char *column_ruler(const struct look *l, const struct column *c)
{
    struct ruler r = ruler_new(ruler_width(l));
    const json_t *leaf = json_array_get(json_object_get(column_seen(c, FACT_CHAIN)->value, "sent"), 0);
    double at = clock_judged_at(l->scene->session, c), seconds, off;
    int64_t from, to;
    if (when_parse(word(leaf, "not_before"), &from) && when_parse(word(leaf, "not_after"), &to))
        ruler_span(&r, (double)from - at, (double)to - at);
    const char *least = word(column_seen(c, FACT_BOUNDS)->value, "at_least");
    if (when_parse(least, &from) && (double)from > at)
        ruler_mark(&r, (double)from - at, '>');
    if (has_seconds(c, FACT_CLOCK, &seconds, &off))
        ruler_value(&r, seconds, off, '*');
    if (has_seconds(c, FACT_SNTP, &seconds, &off))
        ruler_value(&r, seconds, off, 'N');
    return ruler_text(&r, l->utf8);
}

/* The numbers of the marks, in the words of the Compare pane. */
static char *column_numbers(const struct column *c)
{
    char *date = column_cell(c, FACT_CLOCK), *ntp = column_cell(c, FACT_SNTP);
    bool none = column_seen(c, FACT_CLOCK)->state != STATE_YES, asked = column_seen(c, FACT_SNTP)->state == STATE_YES;
    char *text = asked && none ? mem_format("N %s", ntp)
                 : asked ? mem_format("%s N %s", date, ntp)
                 : none && c->busy ? mem_string("probing ...") : none ? mem_string("no Date") : mem_string(date);
    free(date);
    free(ntp);
    return text;
}

static void add_column(struct sheet *out, const struct look *l, const struct column *c, const struct clock *k)
{
    char letter[LETTER_LEN];
    int room = label_width(l);
    struct item item = { .kind = ROW_COLUMN, .a = c->id };
    unsigned attr = clock_ours_off(k) || clock_server_off(k) ? ATTR_BAD : clock_date_off(k) ? ATTR_WARN : ATTR_PLAIN;
    char *ruler = column_ruler(l, c), *numbers = column_numbers(c);
    char *name = mem_format("%s %s", scene_letter(scene_index(l->scene, c->id), letter), c->label);
    struct text label = { 0 };
    int used;
    bool whole = text_width(name) < room;
    text_add_n(&label, name, text_fit(name, whole ? room - 1 : room - 3, &used));
    text_add(&label, whole ? "" : "..");
    text_pad(&label, room);
    const char *mark = attr == ATTR_PLAIN ? " " : "!";
    char *line = l->width >= BESIDE_FROM ? mem_format("%s%s %s%s", label.s, ruler, mark, numbers)
                                        : mem_format("%s%s", label.s, ruler);
    sheet_row(out, item, attr, line);
    if (l->width < BESIDE_FROM) {
        item.line = 1;
        char *below = mem_format("%*s%s%s", room - 1, "", mark, numbers);
        sheet_row(out, item, attr, below);
        free(below);
    }
    free(line);
    free(text_take(&label));
    free(name);
    free(numbers);
    free(ruler);
}

/* --- what it comes to ---------------------------------------------------------------------------- */

static const char *dates_say(const struct clock *k)
{
    return k->hidden ? "; by the right time a certificate has expired, which is not seen here"
           : k->moved_not_yet ? "; it is left of \"(\": \"not yet valid\" here alone"
           : k->moved_expired ? "; it is right of \")\": \"expired\" here alone"
           : k->stays_expired ? "; the certificate has expired by the right time, too" : "";
}

/* One sentence of a column, owned by the caller; NULL where there is nothing to say. */
static char *column_says(const struct clock *k)
{
    char source[CLOCK_SAYS_LEN], span[CLOCK_SAYS_LEN], skew[WHEN_LEN];
    clock_source(k, source);
    if (clock_ours_off(k))
        return mem_format("this machine's clock is %s %s, by %s%s.", clock_span(k, span),
                          k->low > 0 ? "behind" : "ahead", source, dates_say(k));
    when_span(fabs(k->offset), skew);
    const char *way = k->offset > 0 ? "ahead" : "behind";
    if (clock_server_off(k))
        return mem_format("the server's clock is %s %s; this machine's is right, by %s%s.", skew, way, source,
                          k->servers_not_yet ? ": its certificate is valid by its own clock alone" : "");
    if (clock_date_off(k))
        return mem_format("the server's clock is %s %s this machine's%s. Which is right? --sntp HOST asks a third.",
                          skew, k->offset > 0 ? "ahead of" : "behind", dates_say(k));
    return NULL;
}

static bool add_says(struct sheet *out, const struct look *l, const struct column *c, const struct clock *k)
{
    char letter[LETTER_LEN];
    char *says = column_says(k);
    if (!says)
        return false;
    char *head = mem_format("%s: ", scene_letter(scene_index(l->scene, c->id), letter));
    sheet_wrap(out, l, (struct item){ .kind = ROW_SAYS, .a = c->id }, ATTR_BAD, head, says);
    free(head);
    free(says);
    return true;
}

/* What the marks are, and what may be said of all columns together. */
static void add_notes(struct sheet *out, const struct look *l, const struct clock *weighed, size_t n, bool said)
{
    static const char *const marks[] = { "* server's Date  [=] uncertainty  N NTP",
                                         "> at least so late  (#) cert. valid" };
    char source[CLOCK_SAYS_LEN];
    enum clock_by best = CLOCK_BY_NOTHING;
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (weighed[i].by > best)
            best = weighed[at = i].by;
    char *line = said ? NULL
                 : best == CLOCK_BY_NOTHING ? mem_string("No other clock is known: --sntp HOST asks an NTP server.")
                 : mem_format("No clock is known to be wrong, by %s.", clock_source(&weighed[at], source));
    if (line)
        sheet_wrap(out, l, (struct item){ .kind = ROW_SAYS }, ATTR_PLAIN, "", line);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        sheet_still(out, ATTR_NOTE, marks[i]);
    free(line);
}

static void add_proofs(struct sheet *out, const struct look *l, const struct column *c)
{
    static const struct { const char *what, *says; } whats[] = {
        { "sct", "signed certificate timestamp" }, { "ocsp", "OCSP response" },
        { "not-before", "begin of a certificate" },
    };
    const json_t *one;
    size_t i;
    int64_t when;
    double at = clock_judged_at(l->scene->session, c);
    char letter[LETTER_LEN], span[WHEN_LEN], day[WHEN_LEN];
    json_array_foreach(json_object_get(column_seen(c, FACT_BOUNDS)->value, "bounds"), i, one) {
        size_t k = 0;
        while (k + 1 < sizeof whats / sizeof *whats && strcmp(word(one, "what"), whats[k].what) != 0)
            k++;
        if (!when_parse(word(one, "when"), &when))
            continue;
        bool later = (double)when > at;
        const char *by = word(one, "by");
        char *text = mem_format("%s  %s%s (%s, %s%s%s)", scene_letter(scene_index(l->scene, c->id), letter),
                                when_format(when, day), later ? " LATER than this clock" : "", whats[k].says,
                                word(one, "from"), *by ? ", by " : "", by);
        when_span(fabs((double)when - at), span);
        char *line = mem_format("%s: %s %s", text, span, later ? "ahead of it" : "ago");
        sheet_wrap(out, l, (struct item){ .kind = ROW_PROOF, .a = c->id, .b = (int)i }, later ? ATTR_WARN : ATTR_PLAIN,
                   "", line);
        free(line);
        free(text);
    }
}

static void clock_rows(struct sheet *out, const struct look *l)
{
    const struct session *s = l->scene->session;
    if (!s->count) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN, l->scene->waiting ? "probing ..." : "Nothing to show yet: a adds an endpoint.");
        return;
    }
    char *scale = ruler_scale(ruler_width(l));
    char *head = mem_format("%*s%s", label_width(l), "", scale);
    struct clock *weighed = mem_array(NULL, s->count, sizeof *weighed);
    sheet_still(out, ATTR_HEAD, head);
    for (size_t i = 0; i < s->count; i++) {
        weighed[i] = clock_weigh(s, s->column[i], clock_judged_at(s, s->column[i]));
        if (!column_is_client(s->column[i]))
            add_column(out, l, s->column[i], &weighed[i]);
    }
    sheet_still(out, ATTR_PLAIN, "");
    bool said = false;
    for (size_t i = 0; i < s->count; i++)
        said |= add_says(out, l, s->column[i], &weighed[i]);
    add_notes(out, l, weighed, s->count, said);
    sheet_still(out, ATTR_PLAIN, "");
    sheet_still(out, ATTR_HEAD, "It is at least so late, dated by others:");
    for (size_t i = 0; i < s->count; i++)
        add_proofs(out, l, s->column[i]);
    free(weighed);
    free(head);
    free(scale);
}

static bool clock_open(struct subject *out, const struct look *l, const struct item *row, const struct column *none)
{
    const struct column *c = session_column(l->scene->session, row->a);
    (void)none;
    if (!c)
        return false;
    enum fact f = row->kind == ROW_PROOF || column_seen(c, FACT_CLOCK)->state != STATE_YES ? FACT_BOUNDS : FACT_CLOCK;
    *out = (struct subject){ SUBJECT_CELL, c->id, (int)f };
    return true;
}

static bool clock_about(struct item *out, const struct look *l, const struct column *c)
{
    (void)l;
    *out = (struct item){ .kind = ROW_COLUMN, .a = c->id };
    return true;
}

const struct pane pane_clock = {
    .title = "Clock", .key = '7', .place = PLACE_CLOCK, .rows = clock_rows, .open = clock_open, .about = clock_about,
};
