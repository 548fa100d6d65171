/* text - the report for a person who is in a hurry: the cause, the proof, the fix, the command that
 * shows it, and only then the columns.
 *
 * Owns: the order and the wording around what the verdict says.
 * Must not know: whether it goes to a terminal; width and colour are told. Colour only repeats what
 * words say already.
 */
#include "src/out/logs.h"
#include "src/out/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/accepts.h"
#include "src/out/sides.h"
#include "src/out/pattern.h"
#include "src/out/takes.h"
#include "src/out/works.h"
#include "src/why/clients.h"
#include "src/why/odd.h"
#include "src/why/ramp.h"

#define NAMES_MAX 8      /* columns named in one sentence */
#define CANDIDATES_MAX 5 /* explanations listed for one column; --json has all of them */
#define ITEMS_MAX 6      /* pieces of evidence, findings of one cause, commands shown */
#define NAME_COLS 40     /* a longer column name is cut */
#define LABEL_COLS 10    /* "  Settle: " */
#define ROW_INDENT 9     /* "FAILING  " */
#define ROWS_MAX 20      /* columns of a comparison that are listed */
#define ALIKE_MIN 3      /* addresses of one name that come out alike share a row from here on */
#define ROW_TEXT_COLS 26 /* room a text needs beside the names */

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_OK, STYLE_FAILING, STYLE_UNSURE };

struct page {
    const struct report *r;
    struct text t;
    bool *said; /* by evidence number: what was shown already in this section */
    const char **told;  /* owned array of lent texts: fixes and commands of candidates */
    size_t told_count;
};

static void styled(struct page *p, enum style style, const char *s)
{
    static const char *const codes[] = {
        [STYLE_PLAIN] = "", [STYLE_BOLD] = "\x1b[1m", [STYLE_OK] = "\x1b[32m",
        [STYLE_FAILING] = "\x1b[1;31m", [STYLE_UNSURE] = "\x1b[1;33m"};
    if (p->r->color && style != STYLE_PLAIN)
        text_addf(&p->t, "%s%s\x1b[0m", codes[style], s);
    else
        text_add(&p->t, s);
}

static const struct judgement_look {
    const char *word; /* padded, so that columns of words line up */
    enum style style;
} looks[] = {
    [VERDICT_OK] = {"ok     ", STYLE_OK},
    [VERDICT_FAILING] = {"FAILING", STYLE_FAILING},
    [VERDICT_UNSURE] = {"UNSURE ", STYLE_UNSURE},
};

static enum judgement judgement_of(const struct report *r, const struct column *c)
{
    const struct column_verdict *v = verdict_column(r->verdict, c->id);
    return v ? v->verdict : VERDICT_UNSURE;
}

/* An empty line between sections, and none at the top. */
static void gap(struct page *p)
{
    size_t n = p->t.len;
    if (n && !(n > 1 && p->t.s[n - 1] == '\n' && p->t.s[n - 2] == '\n'))
        text_add(&p->t, "\n");
}

static void said_nothing(struct page *p)
{
    memset(p->said, 0, p->r->session->evidence_count * sizeof *p->said);
}

/* What text follows is wrapped behind the columns already written of this line. */
static void wrapped(struct page *p, int indent, const char *s)
{
    text_wrap(&p->t, s, indent, p->r->width);
    text_add(&p->t, "\n");
}

static void spaces(struct page *p, int n)
{
    text_addf(&p->t, "%*s", n > 0 ? n : 0, "");
}

/* --- names of columns ----------------------------------------------------------------------- */

static bool same_ask(const struct session *s, size_t i, size_t k)
{
    return k < s->count && s->column[k]->ask == s->column[i]->ask;
}

/* The label, with the address where one endpoint has several columns, and with a far vantage. */
static char *name_of(const struct session *s, size_t i)
{
    const struct column *c = s->column[i];
    struct text t = {0};
    size_t n = text_fit(c->label, NAME_COLS, NULL);
    text_add_n(&t, c->label, n);
    text_add(&t, c->label[n] ? ".." : "");
    if (c->address && (same_ask(s, i, i + 1) || (i > 0 && same_ask(s, i, i - 1))))
        text_addf(&t, " (%s)", c->address);
    if (strcmp(c->vantage, "local") != 0 && !column_is_saved(c)) /* a saved one is called so */
        text_addf(&t, " from %s", c->vantage);
    return text_take(&t);
}

static char *name_by_id(const struct session *s, int id)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->column[i]->id == id)
            return name_of(s, i);
    return mem_format("column %d", id);
}

/* "a, b and 3 more". */
static char *names_of(const struct session *s, const int *id, size_t count)
{
    struct text t = {0};
    size_t shown = count > NAMES_MAX ? NAMES_MAX : count;
    for (size_t i = 0; i < shown; i++) {
        char *name = name_by_id(s, id[i]);
        text_addf(&t, "%s%s", i ? ", " : "", name);
        free(name);
    }
    if (count > shown)
        text_addf(&t, " and %zu more", count - shown);
    return text_take(&t);
}

/* --- evidence ------------------------------------------------------------------------------- */

static char *evidence_text(const struct session *s, int number)
{
    const struct evidence *e = &s->evidence[number];
    char *says = session_evidence_says(s, e);
    if (e->text || !e->column)
        return says;
    char *text = mem_format("%s: %s", fact_table[e->fact].title, says);
    free(says);
    return text;
}

/* "  Seen:  " before the first item, blanks before the others. */
static void item_begin(struct page *p, const char *label, size_t nth)
{
    text_addf(&p->t, "  %-*s", LABEL_COLS - 2, nth ? "" : label);
}

static void item(struct page *p, const char *label, size_t nth, const char *s)
{
    item_begin(p, label, nth);
    wrapped(p, LABEL_COLS, s);
}

static bool is_among(int id, const int *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == id)
            return true;
    return false;
}

/* The column's name; where both sides of a comparison go by one, its side. */
static char *name_told(const struct page *p, int id)
{
    const struct sides *sides = p->r->comparison ? &p->r->comparison->sides : NULL;
    char *name = name_by_id(p->r->session, id);
    if (!sides || sides->working_count != 1 || sides->failing_count != 1)
        return name;
    char *other = name_by_id(p->r->session, id == *sides->failing ? *sides->working : *sides->failing);
    bool same = strcmp(name, other) == 0;
    free(other);
    if (!same)
        return name;
    free(name);
    return mem_string(is_among(id, sides->failing, 1) ? "the failing side" : "the working side");
}

static bool number_known(const struct session *s, int number)
{
    return number > 0 && (size_t)number < s->evidence_count;
}

static bool same_evidence(const struct session *s, int a, int b)
{
    if (a == b || s->evidence[a].column != s->evidence[b].column)
        return a == b;
    char *x = evidence_text(s, a), *y = evidence_text(s, b);
    bool same = strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

/* One sentence, with the numbers of all pieces among number[0..count) that say the same. */
static void evidence_item(struct page *p, const char *label, size_t nth, bool named,
                          const int *number, size_t count)
{
    const struct session *s = p->r->session;
    char *name = name_told(p, s->evidence[number[0]].column);
    char *text = evidence_text(s, number[0]);
    struct text line = {0};
    named &= s->evidence[number[0]].column != 0;
    text_addf(&line, "%s%s%s [e%d", named ? name : "", named ? ": " : "", text, number[0]);
    p->said[number[0]] = true;
    for (size_t i = 1; i < count; i++)
        if (number_known(s, number[i]) && !p->said[number[i]] &&
            same_evidence(s, number[0], number[i])) {
            text_addf(&line, " e%d", number[i]);
            p->said[number[i]] = true;
        }
    text_add(&line, "]");
    item(p, label, nth, line.s);
    text_free(&line);
    free(text);
    free(name);
}

/* At most `most` sentences not said yet; *nth counts those below one label. */
static void evidence_items(struct page *p, const char *label, size_t *nth, bool named,
                           const int *number, size_t count, size_t most)
{
    for (size_t i = 0; i < count && most; i++) {
        if (!number_known(p->r->session, number[i]) || p->said[number[i]])
            continue;
        evidence_item(p, label, (*nth)++, named, number + i, count - i);
        most--;
    }
}

/* --- findings, those of one cause together -------------------------------------------------- */

struct group {
    const struct finding **finding; /* owned array of lent findings, best first */
    size_t count;
    int *id;                        /* owned; columns of all of them */
    size_t id_count;
};

static bool group_has(const struct group *g, int id)
{
    for (size_t i = 0; i < g->id_count; i++)
        if (g->id[i] == id)
            return true;
    return false;
}

static struct group group_of(const struct finding *list, size_t n, enum cause cause)
{
    struct group g = {0};
    for (size_t i = 0; i < n; i++) {
        if (list[i].cause != cause)
            continue;
        g.finding = mem_array(g.finding, g.count + 1, sizeof *g.finding);
        g.finding[g.count++] = &list[i];
        g.id = mem_array(g.id, g.id_count + list[i].column_count, sizeof *g.id);
        for (size_t k = 0; k < list[i].column_count; k++)
            if (!group_has(&g, list[i].column[k]))
                g.id[g.id_count++] = list[i].column[k];
    }
    return g;
}

static void group_free(struct group *g)
{
    free(g->finding);
    free(g->id);
}

static void group_summary(struct page *p, const struct group *g)
{
    size_t shown = g->count > ITEMS_MAX ? ITEMS_MAX : g->count;
    for (size_t i = 0; i < shown; i++) {
        const struct finding *f = g->finding[i];
        char *names = names_of(p->r->session, f->column, f->column_count);
        bool less = f->confidence < g->finding[0]->confidence;
        char *sure = less ? mem_format(" (%.0f%% sure)", f->confidence * 100) : mem_string("");
        char *line = g->count > 1 ? mem_format("- %s%s: %s", names, sure, f->summary)
                                  : mem_string(f->summary);
        text_add(&p->t, "  ");
        wrapped(p, g->count > 1 ? 4 : 2, line);
        free(line);
        free(sure);
        free(names);
    }
    if (g->count > shown)
        text_addf(&p->t, "  - ... and %zu more\n", g->count - shown);
}

static const char *fix_text(const struct finding *f)
{
    return f->fix;
}

static const char *reproduce_text(const struct finding *f)
{
    return f->reproduce;
}

/* Some of what was seen is of a column that the group is not about. */
static bool group_borrows(const struct page *p, const struct group *g)
{
    const struct session *s = p->r->session;
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; k < g->finding[i]->for_count; k++) {
            int number = g->finding[i]->for_[k];
            if (number_known(s, number) && s->evidence[number].column && !group_has(g, s->evidence[number].column))
                return true;
        }
    return false;
}

/* What was seen for each finding of the group, then what speaks against it. */
static void group_evidence(struct page *p, const struct group *g)
{
    size_t nth = 0, against = 0, most = g->count > ITEMS_MAX ? 1 : ITEMS_MAX / g->count;
    bool named = g->id_count > 1 || group_borrows(p, g);
    for (size_t i = 0; i < g->count && i < ITEMS_MAX; i++) {
        const struct finding *f = g->finding[i];
        evidence_items(p, "Seen:", &nth, named, f->for_, f->for_count, most);
    }
    for (size_t i = 0; i < g->count && i < ITEMS_MAX; i++) {
        const struct finding *f = g->finding[i];
        evidence_items(p, "But:", &against, named, f->against, f->against_count, most);
    }
}

static bool texts_differ(const struct group *g, const char *(*get)(const struct finding *))
{
    for (size_t i = 1; i < g->count; i++)
        if (get(g->finding[i]) && get(g->finding[0]) &&
            strcmp(get(g->finding[i]), get(g->finding[0])) != 0)
            return true;
    return false;
}

static void put_fix(struct page *p, const struct finding *f, bool named)
{
    char *names = named ? names_of(p->r->session, f->column, f->column_count) : NULL;
    char *line = mem_format("%s%s%s", names ? names : "", names ? ": " : "", f->fix);
    wrapped(p, LABEL_COLS, line);
    free(line);
    free(names);
}

/* Whether a candidate before said this; from now on one did. */
static bool told_before(struct page *p, const char *s)
{
    for (size_t i = 0; i < p->told_count; i++)
        if (strcmp(p->told[i], s) == 0)
            return true;
    p->told = mem_array(p->told, p->told_count + 1, sizeof *p->told);
    p->told[p->told_count++] = s;
    return false;
}

/* Each different text of the group once. A command is never wrapped: it is there to be copied. `once`: not what another
 * candidate had, too. */
static void group_texts(struct page *p, const char *label, const struct group *g,
                        const char *(*get)(const struct finding *), bool wrap, bool once)
{
    const char *shown[ITEMS_MAX];
    size_t count = 0;
    bool named = wrap && texts_differ(g, get);
    for (size_t i = 0; i < g->count && count < ITEMS_MAX; i++) {
        const char *s = get(g->finding[i]);
        bool known = !s || !*s;
        for (size_t k = 0; k < count && !known; k++)
            known = strcmp(shown[k], s) == 0;
        if (known || (once && told_before(p, s)))
            continue;
        item_begin(p, label, count);
        shown[count++] = s;
        if (wrap)
            put_fix(p, g->finding[i], named);
        else
            text_addf(&p->t, "%s\n", s);
    }
}

/* Several findings name their columns themselves; a single column was named in the first line. */
static void group_where(struct page *p, const struct group *g)
{
    if (p->r->session->count < 2 || g->count > 1)
        return;
    char *names = g->id_count == 1 ? name_told(p, *g->id) : names_of(p->r->session, g->id, g->id_count);
    item(p, "Where:", 0, names);
    free(names);
}

static void group_heading(struct page *p, const struct group *g, size_t nth, size_t of)
{
    const struct finding *best = g->finding[0];
    char *head = p->r->comparison ? mem_string("Explains: ")
                 : of > 1         ? mem_format("Cause %zu of %zu: ", nth, of)
                                  : mem_string("Cause: ");
    text_add(&p->t, head);
    styled(p, STYLE_BOLD, cause_table[best->cause].title);
    text_addf(&p->t, " (%s, %.0f%% sure)\n", cause_table[best->cause].id, best->confidence * 100);
    free(head);
    group_where(p, g);
}

static bool missing_before(const struct group *g, size_t finding, size_t k)
{
    const char *text = g->finding[finding]->missing[k];
    for (size_t i = 0; i <= finding; i++)
        for (size_t m = 0; m < (i < finding ? g->finding[i]->missing_count : k); m++)
            if (strcmp(g->finding[i]->missing[m], text) == 0)
                return true;
    return false;
}

/* `once`: what another candidate had, too, is pointed at only. */
static void put_missing(struct page *p, const struct group *g, bool once)
{
    size_t nth = 0, before = 0;
    for (size_t i = 0; i < g->count && i < ITEMS_MAX && nth < ITEMS_MAX; i++)
        for (size_t k = 0; k < g->finding[i]->missing_count && nth < ITEMS_MAX; k++) {
            if (missing_before(g, i, k))
                continue;
            if (once && told_before(p, g->finding[i]->missing[k]))
                before++;
            else
                item(p, "Settle:", nth++, g->finding[i]->missing[k]);
        }
    if (before)
        item(p, "Settle:", nth, nth ? "and as above" : "as above");
}

static void put_cause(struct page *p, const struct group *g, size_t nth, size_t of)
{
    gap(p);
    said_nothing(p); /* every cause has its whole proof */
    group_heading(p, g, nth, of);
    group_summary(p, g);
    gap(p);
    group_evidence(p, g);
    put_missing(p, g, false);
    group_texts(p, "Fix:", g, fix_text, true, false);
    group_texts(p, "Check:", g, reproduce_text, false, false);
}

static bool cause_before(const struct finding *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list[k].cause == list[i].cause)
            return true;
    return false;
}

static void put_causes(struct page *p)
{
    const struct verdict *v = p->r->verdict;
    size_t of = 0, nth = 0;
    for (size_t i = 0; i < v->diagnosis_count; i++)
        of += !cause_before(v->diagnosis, i);
    for (size_t i = 0; i < v->diagnosis_count; i++) {
        if (cause_before(v->diagnosis, i))
            continue;
        struct group g = group_of(v->diagnosis, v->diagnosis_count, v->diagnosis[i].cause);
        put_cause(p, &g, ++nth, of);
        group_free(&g);
    }
}

/* --- what has no cause, and what warns ------------------------------------------------------ */

static const struct finding *cause_of_column(const struct verdict *v, int id)
{
    for (size_t i = 0; i < v->diagnosis_count; i++)
        for (size_t k = 0; k < v->diagnosis[i].column_count; k++)
            if (v->diagnosis[i].column[k] == id)
                return &v->diagnosis[i];
    return NULL;
}

static void put_unexplained_column(struct page *p, size_t i)
{
    const struct session *s = p->r->session;
    const struct column_verdict *v = verdict_column(p->r->verdict, s->column[i]->id);
    char *name = name_of(s, i);
    char *line = mem_format("- %s: %s", name, v && v->text ? v->text : "nothing is known yet");
    text_add(&p->t, "  ");
    wrapped(p, 4, line);
    free(line);
    free(name);
}

/* Columns that are not ok and that no diagnosis explains. A single one was just named. */
static size_t put_unexplained(struct page *p)
{
    const struct session *s = p->r->session;
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        if (judgement_of(p->r, c) == VERDICT_OK || cause_of_column(p->r->verdict, c->id))
            continue;
        if (count++ == 0) {
            gap(p);
            styled(p, STYLE_BOLD, s->count == 1 ? "It is unsure why." : "Unsure why:");
            text_add(&p->t, "\n");
        }
        if (count <= NAMES_MAX && s->count > 1)
            put_unexplained_column(p, i);
    }
    if (count > NAMES_MAX)
        text_addf(&p->t, "  - ... and %zu more: see the list below\n", count - NAMES_MAX);
    const char *first = count ? verdict_first(p->r->verdict) : NULL;
    if (first)
        item(p, "First:", 0, first);
    return count;
}

static void put_candidate(struct page *p, const struct group *g, bool likely)
{
    const struct finding *f = g->finding[0];
    gap(p);
    text_addf(&p->t, "%s %s (%s, %.0f%% sure)\n", likely ? "Perhaps:" : "Less likely:",
              cause_table[f->cause].title, cause_table[f->cause].id, f->confidence * 100);
    group_where(p, g);
    group_summary(p, g);
    group_evidence(p, g);
    put_missing(p, g, true);
    group_texts(p, "Fix:", g, fix_text, true, true);
    group_texts(p, "Check:", g, reproduce_text, false, true);
}

/* Says something about a column of which little was said yet; counts it for all its columns. */
static bool group_tells(const struct group *g, uint8_t *said, int ids)
{
    bool tells = false;
    for (size_t i = 0; i < g->id_count; i++)
        if (g->id[i] > 0 && g->id[i] < ids && said[g->id[i]] < CANDIDATES_MAX) {
            said[g->id[i]]++;
            tells = true;
        }
    return tells;
}

static void put_candidates(struct page *p)
{
    const struct verdict *v = p->r->verdict;
    const struct session *s = p->r->session;
    bool likely = p->r->comparison ? !v->diagnosis_count : put_unexplained(p) > 0;
    int ids = 1;
    for (size_t i = 0; i < s->count; i++)
        if (s->column[i]->id >= ids)
            ids = s->column[i]->id + 1;
    uint8_t *said = mem_new((size_t)ids);
    said_nothing(p); /* candidates mostly rest on the same evidence: once is enough */
    for (size_t i = 0; i < v->candidate_count; i++) {
        if (cause_before(v->candidate, i))
            continue;
        struct group g = group_of(v->candidate, v->candidate_count, v->candidate[i].cause);
        if (group_tells(&g, said, ids))
            put_candidate(p, &g, likely);
        group_free(&g);
    }
    free(said);
}

static void put_warning(struct page *p, const struct finding *f)
{
    const struct session *s = p->r->session;
    char *names = s->count > 1 ? names_of(s, f->column, f->column_count) : NULL;
    char *line = mem_format("- %s%s%s", names ? names : "", names ? ": " : "", f->summary);
    text_add(&p->t, "  ");
    wrapped(p, 4, line);
    if (f->fix) {
        text_add(&p->t, "    Fix: ");
        wrapped(p, 9, f->fix);
    }
    free(line);
    free(names);
}

static void put_warnings(struct page *p)
{
    const struct verdict *v = p->r->verdict;
    size_t shown = v->warning_count > 10 && !p->r->verbose ? 10 : v->warning_count;
    if (!shown)
        return;
    gap(p);
    styled(p, STYLE_BOLD, v->warning_count > 1 ? "Warnings:" : "Warning:");
    text_add(&p->t, "\n");
    for (size_t i = 0; i < shown; i++)
        put_warning(p, &v->warning[i]);
    if (v->warning_count > shown)
        text_addf(&p->t, "  - ... and %zu more; --verbose shows them\n", v->warning_count - shown);
}
/* --- columns -------------------------------------------------------------------------------- */

static void add_version(struct text *t, const struct column *c)
{
    const char *word = column_word(c, FACT_VERSION);
    int version = accepts_version(word);
    text_add(t, version >= 0 ? accepts_title(version) : word ? word : "no version seen");
}

static void add_end(struct text *t, const struct column *c, double now)
{
    const char *word = column_word(c, FACT_NOT_AFTER);
    char day[WHEN_LEN], span[WHEN_LEN];
    int64_t end;
    if (!word || !when_parse(word, &end))
        return;
    text_addf(t, ", certificate until %s (%s%s)", when_day(end, day),
              when_span(fabs((double)end - now), span), (double)end < now ? " ago" : "");
}

/* Of an "ok (1 try): ..." only the tries are new behind what was agreed. */
static void add_tries(struct text *t, const char *says)
{
    if (text_starts(says, "ok ("))
        text_addf(t, "; %.*s", (int)strcspn(says + 4, ")"), says + 4);
    else if (!text_is(says, "ok"))
        text_addf(t, "; %s", says);
}

static char *column_text(const struct report *r, const struct column *c)
{
    const struct column_verdict *v = verdict_column(r->verdict, c->id);
    const char *says = v && v->text ? v->text : "nothing is known yet";
    struct text t = {0};
    if (v && v->verdict == VERDICT_OK) {
        add_version(&t, c);
        add_end(&t, c, r->session->started);
        add_tries(&t, says);
    } else {
        text_add(&t, says);
    }
    if (v && v->pending)
        text_add(&t, " (still probing)");
    return text_take(&t);
}

/* Behind the columns that are like this one in all that a row says: addresses of one name. */
static size_t row_end(const struct page *p, size_t i)
{
    const struct session *s = p->r->session;
    char *says = column_text(p->r, s->column[i]);
    size_t end = i + 1;
    for (bool same = true; same && same_ask(s, i, end); end += same) {
        char *next = column_text(p->r, s->column[end]);
        same = judgement_of(p->r, s->column[end]) == judgement_of(p->r, s->column[i]) && strcmp(next, says) == 0 &&
               strcmp(s->column[end]->vantage, s->column[i]->vantage) == 0;
        free(next);
    }
    free(says);
    return end - i >= ALIKE_MIN ? end : i + 1;
}

static char *row_name(const struct page *p, size_t i, size_t end)
{
    if (end == i + 1)
        return name_of(p->r->session, i);
    const char *label = p->r->session->column[i]->label;
    size_t n = text_fit(label, NAME_COLS, NULL);
    return mem_format("%.*s%s (%zu addresses)", (int)n, label, label[n] ? ".." : "", end - i);
}

static int names_width(const struct page *p)
{
    int widest = 0;
    for (size_t i = 0, end; i < p->r->session->count; i = end) {
        end = row_end(p, i);
        char *name = row_name(p, i, end);
        int w = text_width(name);
        widest = w > widest ? w : widest;
        free(name);
    }
    return widest < NAME_COLS ? widest : NAME_COLS;
}

/* A longer name than `cols` takes a line of its own, and the text begins on the next. */
static void put_row(struct page *p, size_t i, size_t end, int cols, const char *says)
{
    const struct column *c = p->r->session->column[i];
    const struct judgement_look *look = &looks[judgement_of(p->r, c)];
    char *name = row_name(p, i, end);
    int indent = ROW_INDENT + (cols ? cols + 2 : 0), rest = cols - text_width(name);
    styled(p, look->style, look->word);
    text_addf(&p->t, "  %s%s", name, rest < 0 ? "\n" : "");
    spaces(p, rest < 0 ? indent : rest + 2);
    wrapped(p, indent, says);
    free(name);
}

static void put_rows(struct page *p)
{
    const struct session *s = p->r->session;
    int cols = names_width(p), most = p->r->width - ROW_INDENT - 2 - ROW_TEXT_COLS;
    gap(p);
    if (cols > most) /* too narrow for two columns: names above their texts */
        cols = most < 12 ? 0 : most;
    for (size_t i = 0, end; i < s->count; i = end) {
        char *says = column_text(p->r, s->column[i]);
        end = row_end(p, i);
        put_row(p, i, end, cols, says);
        free(says);
    }
}

/* --quiet: verdict and cause, a line for each column, whatever its length: for grep. */
static void put_quiet(struct page *p)
{
    const struct session *s = p->r->session;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        const struct judgement_look *look = &looks[judgement_of(p->r, c)];
        const struct finding *f = cause_of_column(p->r->verdict, c->id);
        char *name = name_of(s, i), *says = column_text(p->r, c);
        bool ok = judgement_of(p->r, c) == VERDICT_OK;
        styled(p, look->style, look->word);
        text_addf(&p->t, "  %s", name);
        if (!ok)
            text_addf(&p->t, "  %s: %s", f ? cause_table[f->cause].id : "unsure why", says);
        text_add(&p->t, "\n");
        free(says);
        free(name);
    }
}

/* --- facts ---------------------------------------------------------------------------------- */

/* "without supported_versions; found with 17 connections", and where nothing was found why not. */
static char *replay_text(const struct page *p, const struct column *c)
{
    const struct seen *seen = &c->fact[FACT_REPLAY];
    const struct evidence *e = &p->r->session->evidence[seen->evidence];
    json_int_t n = json_integer_value(json_object_get(seen->value, "connections"));
    char *cell = column_cell(c, FACT_REPLAY), *s;
    if (seen->state == UNSURE && seen->evidence && e->text)
        s = mem_format("not found: %s", e->text);
    else if (seen->state == STATE_YES && n > 0)
        s = mem_format("%s; found with %lld connections", cell, (long long)n);
    else
        s = mem_string(seen->state == STATE_NO ? "none needed, this client's own hello is accepted" : cell);
    free(cell);
    return s;
}

static char *fact_text(const struct page *p, const struct column *c, enum fact f)
{
    const struct seen *seen = &c->fact[f];
    if (f == FACT_REPLAY && seen->state != NOT_ASKED && seen->state != COULD_NOT_ASK)
        return replay_text(p, c);
    if (seen->state == UNSURE || seen->state == COULD_NOT_ASK || seen->state == NOT_ASKED)
        return mem_format("%s%s%s", seen->state == UNSURE ? "unsure" :
                          seen->state == NOT_ASKED ? "not asked" : "could not ask",
                          json_is_string(seen->value) ? ": " : "",
                          json_is_string(seen->value) ? json_string_value(seen->value) : "");
    if (json_is_string(seen->value) && f != FACT_VERSION)
        return mem_string(json_string_value(seen->value));
    return column_cell(c, f);
}

static void put_fact(struct page *p, const struct column *c, enum fact f)
{
    const struct evidence *e = &p->r->session->evidence[c->fact[f].evidence];
    char *value = fact_text(p, c, f);
    struct text line = {0};
    text_add(&line, value);
    if (p->r->verbose && c->fact[f].evidence) {
        if (e->text)
            text_addf(&line, " - %s", e->text);
        text_addf(&line, " [e%d]", c->fact[f].evidence);
    }
    text_addf(&p->t, "  %-17s ", fact_table[f].title);
    wrapped(p, 20, line.s);
    text_free(&line);
    free(value);
}

/* Without --verbose: what a person would ask first about one column, as far as it is known. */
static bool fact_shown(const struct report *r, const struct column *c, enum fact f)
{
    const struct fact_row *row = &fact_table[f];
    if (r->verbose)
        return true;
    if (takes_has(f) && accepts_known(c))
        return false;
    if (f == FACT_REPLAY)
        return c->fact[f].state != NOT_ASKED;
    return (row->matters || row->kind == FACT_TIME) && row->kind != FACT_OBJECT &&
           (c->fact[f].state == STATE_YES || c->fact[f].state == STATE_NO);
}

static void put_facts(struct page *p)
{
    const struct session *s = p->r->session;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        char *name = name_of(s, i);
        gap(p);
        text_addf(&p->t, "Facts of %s%s%s:\n", name, c->address ? " at " : "",
                  c->address ? c->address : "");
        for (int f = 0; f < FACT_COUNT; f++)
            if (fact_shown(p->r, c, (enum fact)f))
                put_fact(p, c, (enum fact)f);
        free(name);
    }
}

/* --- what the servers take ------------------------------------------------------------------ */

static void put_takes(struct page *p)
{
    const struct session *s = p->r->session;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        if (!accepts_known(c))
            continue;
        char *name = name_of(s, i);
        gap(p);
        text_addf(&p->t, "What %s%s%s takes:\n", name, c->address ? " at " : "", c->address ? c->address : "");
        takes_add(&p->t, c, p->r->width);
        free(name);
    }
}

static void put_clients(struct page *p)
{
    const struct session *s = p->r->session;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        if (!clients_known(c))
            continue;
        char *name = name_of(s, i);
        gap(p);
        text_addf(&p->t, "Clients of %s%s%s:\n", name, c->address ? " at " : "", c->address ? c->address : "");
        works_add(&p->t, c, p->r->width, p->r->verbose);
        free(name);
    }
}

static void put_load(struct page *p)
{
    const struct session *s = p->r->session;
    for (size_t i = 0; i < s->count; i++) {
        const struct column *c = s->column[i];
        if (!ramp_known(c))
            continue;
        char *name = name_of(s, i);
        gap(p);
        text_addf(&p->t, "%s%s%s under load:\n", name, c->address ? " at " : "", c->address ? c->address : "");
        ramp_add(&p->t, c, p->r->width);
        free(name);
    }
}

static void put_pattern(struct page *p)
{
    struct text t = { 0 };
    pattern_add(&t, p->r->session, p->r->verdict, p->r->width);
    if (t.len) {
        gap(p);
        styled(p, STYLE_BOLD, "Pattern:");
        text_addf(&p->t, "\n%s", t.s);
    }
    text_free(&t);
}

static void put_logs(struct page *p)
{
    struct text t = { 0 };
    logs_add(&t, p->r->session, p->r->width);
    if (t.len) {
        gap(p);
        styled(p, STYLE_BOLD, "Logs:");
        text_addf(&p->t, "\n%s", t.s);
    }
    text_free(&t);
}

/* --- the page ------------------------------------------------------------------------------- */

static size_t count_of(const struct report *r, enum judgement which)
{
    size_t n = 0;
    for (size_t i = 0; i < r->session->count; i++)
        n += judgement_of(r, r->session->column[i]) == which;
    return n;
}

/* Only said where there is something to count; one column is its own headline. */
static void put_headline(struct page *p)
{
    size_t n = p->r->session->count;
    size_t failing = count_of(p->r, VERDICT_FAILING), unsure = count_of(p->r, VERDICT_UNSURE);
    const struct judgement_look *look = &looks[p->r->verdict->all];
    if (n < 2)
        return;
    styled(p, look->style, look->word);
    if (!failing && !unsure)
        text_addf(&p->t, "  all %zu work", n);
    if (failing)
        text_addf(&p->t, "  %zu of %zu fail%s", failing, n, failing == 1 ? "s" : "");
    if (unsure)
        text_addf(&p->t, "%s%zu %s unsure", failing ? ", " : "  ", unsure,
                  unsure == 1 ? "is" : "are");
    text_add(&p->t, "\n");
}

/* Addresses of one name that do not come out alike. */
static void put_odds(struct page *p)
{
    size_t n;
    struct odd *list = odds_of(p->r->session, p->r->verdict, &n);
    for (size_t i = 0; i < n; i++) {
        const struct column *c = p->r->session->column[list[i].begin];
        bool alone = list[i].end - list[i].begin == p->r->session->count;
        char *line = mem_format("%s%s%s", alone ? "" : c->label, alone ? "" : ": ", list[i].text);
        text_add(&p->t, "  ");
        wrapped(p, 2, line);
        free(line);
    }
    odds_free(list, n);
}

/* The columns beside the two that the table shows. */
static void put_others(struct page *p)
{
    const struct session *s = p->r->session;
    gap(p);
    put_odds(p);
    if (s->count <= ROWS_MAX || p->r->verbose) {
        put_rows(p);
        return;
    }
    size_t failing = count_of(p->r, VERDICT_FAILING), unsure = count_of(p->r, VERDICT_UNSURE);
    char *line = mem_format("%zu columns on the working side, %zu on the failing one; of all, %zu fail and %zu are "
                            "unsure. --quiet has a line for each, --verbose and --json all that is known.",
                            p->r->comparison->sides.working_count, p->r->comparison->sides.failing_count, failing,
                            unsure);
    wrapped(p, 0, line);
    free(line);
}

static void put_comparison(struct page *p)
{
    const struct comparison *c = p->r->comparison;
    sides_add(&p->t, p->r);
    if (*c->text) {
        gap(p);
        wrapped(p, 0, c->text);
    }
    put_causes(p);
    put_candidates(p);
    if (c->sides.working_count + c->sides.failing_count > 2)
        put_others(p);
    put_logs(p);
    if (p->r->verbose)
        put_facts(p);
}

void report_text(FILE *out, const struct report *r)
{
    struct page p = {.r = r, .said = mem_new(r->session->evidence_count * sizeof(bool))};
    bool one = r->session->count == 1;
    bool calm = r->verdict->all == VERDICT_OK;
    if (r->session->count == 0) {
        text_add(&p.t, "Nothing was probed.\n");
    } else if (r->quiet) {
        put_quiet(&p);
    } else if (r->comparison) {
        put_comparison(&p);
    } else {
        put_headline(&p);
        put_odds(&p);
        if (one)
            put_rows(&p);
        put_causes(&p);
        put_candidates(&p);
        put_pattern(&p);
        put_logs(&p);
        put_warnings(&p);
        if (!one)
            put_rows(&p);
        if (r->verbose || (one && !calm))
            put_facts(&p);
        put_load(&p);
        put_takes(&p);
        put_clients(&p);
    }
    fputs(p.t.s, out);
    text_free(&p.t);
    free(p.said);
    free(p.told);
}
