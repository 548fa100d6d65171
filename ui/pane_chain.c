/* pane_chain - certificates as sent and as built, column by column, and their faults.
 *
 * Owns: its rows. Must not know: how chains are judged: reads the facts chain, aia and cert_reasons.
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/reason.h"

enum { ROW_SENT = 1, ROW_BUILT, ROW_FAULT, ROW_FACT, ROW_FETCHED };
#define WIDE 120     /* columns of the screen: from here on the address of what was fetched is shown */
#define ROWS_MAX 120 /* of a section */

static const enum fact facts[] = { FACT_TRUST, FACT_NAME, FACT_DATES, FACT_STRENGTH, FACT_STAPLE };

static const json_t *chain_part(const struct column *c, const char *part)
{
    return json_object_get(column_seen(c, FACT_CHAIN)->value, part);
}

static const json_t *chain_faults(const struct column *c)
{
    return column_seen(c, FACT_REASONS)->value;
}

/* Lines the built chain takes: its links, and the place where it ends too early. */
static size_t built_lines(const struct column *c)
{
    size_t n = json_array_size(chain_part(c, "built"));
    return n && !json_is_true(chain_part(c, "trusted")) ? n + 1 : n;
}

/* The chain with what was fetched, or what another column sent. */
static const json_t *mended_chain(const struct column *c)
{
    return json_object_get(column_seen(c, FACT_AIA)->value, "chain");
}

/* Its first link that was not sent: those before it stand in the chain as built. */
static size_t mended_from(const struct column *c)
{
    const json_t *chain = mended_chain(c);
    size_t i = 0;
    while (i < json_array_size(chain) &&
           text_is(json_string_value(json_object_get(json_array_get(chain, i), "from")), "sent"))
        i++;
    return i;
}

/* What came of it, and the links it brought. */
static size_t mended_lines(const struct column *c)
{
    return column_seen(c, FACT_AIA)->state == NOT_ASKED ? 0 : 1 + json_array_size(mended_chain(c)) - mended_from(c);
}

static size_t kind_lines(const struct column *c, int kind)
{
    return kind == ROW_SENT      ? json_array_size(chain_part(c, "sent"))
           : kind == ROW_BUILT   ? built_lines(c)
           : kind == ROW_FETCHED ? mended_lines(c) : json_array_size(chain_faults(c));
}

static size_t section_lines(const struct column *c, int kind)
{
    size_t n = kind_lines(c, kind);
    return n < 1 ? 1 : n > ROWS_MAX ? ROWS_MAX : n;
}

static void add_section(struct sheet *out, const struct look *l, int kind, const char *title)
{
    const struct session *s = l->scene->session;
    size_t most = 1;
    for (size_t i = 0; i < s->count; i++)
        if (section_lines(s->column[i], kind) > most)
            most = section_lines(s->column[i], kind);
    for (size_t i = 0; i < most; i++)
        sheet_row(out, (struct item){ kind, (int)i }, ATTR_HEAD, i ? "" : title);
}

/* A chain lacked something, somewhere. */
static bool any_mended(const struct session *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (mended_lines(s->column[i]))
            return true;
    return false;
}

static void chain_rows(struct sheet *out, const struct look *l)
{
    if (!l->scene->session->count) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN,
                    l->scene->waiting ? "probing ..." : "No column yet: a adds an endpoint.");
        return;
    }
    add_section(out, l, ROW_SENT, "as sent");
    add_section(out, l, ROW_BUILT, "as built here");
    if (any_mended(l->scene->session))
        add_section(out, l, ROW_FETCHED, "with AIA fetch");
    add_section(out, l, ROW_FAULT, "faults");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        sheet_row(out, (struct item){ ROW_FACT, (int)facts[i] }, ATTR_PLAIN,
                  fact_table[facts[i]].title)
            ->mark = (char)l->scene->row[facts[i]];
}

/* How a person names a certificate: its CN, a name it is for, its subject. */
static const char *cert_title(const json_t *cert)
{
    const char *cn = json_string_value(json_object_get(cert, "cn"));
    const char *san = json_string_value(json_array_get(json_object_get(cert, "names"), 0));
    const char *subject = json_string_value(json_object_get(cert, "subject"));
    return cn && *cn ? cn : san && *san ? san : subject && *subject ? subject : "certificate";
}

/* The worst fault of a certificate: `key` is "cert" (as sent) or "link" (as built). */
static const struct reason_row *cert_fault(const struct column *c, const char *key, int index)
{
    const struct reason_row *worst = NULL;
    size_t i;
    json_t *f;
    json_array_foreach((json_t *)chain_faults(c), i, f) {
        const json_t *at = json_object_get(f, key);
        const char *word = json_string_value(json_object_get(f, "reason"));
        enum reason r = word ? reason_find(word) : REASON_COUNT;
        if (r != REASON_COUNT && json_is_integer(at) && json_integer_value(at) == index &&
            (!worst || (reason_table[r].fatal && !worst->fatal)))
            worst = &reason_table[r];
    }
    return worst;
}

static void cell_fault(struct cell_text *out, const struct reason_row *fault)
{
    if (!fault)
        return;
    out->mark = fault->fatal ? MARK_DIFFER : MARK_CLASS;
    out->attr = fault->fatal ? ATTR_BAD : ATTR_WARN;
}

/* "10 days", "ended 3 days ago", "begins in 2 h": seen from the session's clock. */
static void add_dates(struct text *t, const struct look *l, const json_t *cert)
{
    int64_t from, to;
    char span[WHEN_LEN];
    double now = l->scene->session->started;
    const char *before = json_string_value(json_object_get(cert, "not_before"));
    const char *after = json_string_value(json_object_get(cert, "not_after"));
    if (!before || !after || !when_parse(before, &from) || !when_parse(after, &to))
        return;
    if (now > (double)to)
        text_addf(t, "  ended %s ago", when_span(now - (double)to, span));
    else if (now < (double)from)
        text_addf(t, "  begins in %s", when_span((double)from - now, span));
    else
        text_addf(t, "  %s left", when_span((double)to - now, span));
}

static void sent_cell(struct cell_text *out, const struct look *l, int i, const struct column *c)
{
    const json_t *cert = json_array_get(chain_part(c, "sent"), (size_t)i);
    struct text t = { 0 };
    text_addf(&t, "%d %s", i, cert_title(cert));
    add_dates(&t, l, cert);
    out->text = text_take(&t);
    cell_fault(out, cert_fault(c, "cert", i));
}

/* The line after the last link of a chain that is not trusted: what is missing there. */
static void gap_cell(struct cell_text *out, int i, const struct column *c)
{
    const json_t *last = json_array_get(chain_part(c, "built"), (size_t)i - 1);
    const char *issuer = json_string_value(json_object_get(last, "issuer"));
    out->mark = MARK_DIFFER;
    out->attr = ATTR_BAD;
    out->text = json_is_true(chain_part(c, "complete"))
              ? mem_string("GAP: this CA is not in the store")
              : mem_format("GAP: not sent, not in store: %s", issuer ? issuer : "?");
}

static void built_cell(struct cell_text *out, int i, const struct column *c)
{
    const json_t *built = chain_part(c, "built");
    if ((size_t)i == json_array_size(built)) {
        gap_cell(out, i, c);
        return;
    }
    const json_t *cert = json_array_get(built, (size_t)i);
    const char *from = json_string_value(json_object_get(cert, "from"));
    int depth = i > 6 ? 6 : i;
    out->text = mem_format("%*s%s%d %s  %s", depth ? depth - 1 : 0, "", i ? "+" : "", i,
                           cert_title(cert), from ? from : "");
    cell_fault(out, cert_fault(c, "link", i));
}

/* Where the certificate of this name was fetched. */
static const char *hop_url(const struct column *c, const char *name)
{
    const json_t *hop;
    size_t i;
    json_array_foreach((json_t *)json_object_get(column_seen(c, FACT_AIA)->value, "hops"), i, hop)
        if (text_is(json_string_value(json_object_get(hop, "answer")), "ok") &&
            text_is(json_string_value(json_object_get(hop, "subject")), name))
            return json_string_value(json_object_get(hop, "url"));
    return NULL;
}

/* Whether it is whole then, and why not. */
static void mended_result(struct cell_text *out, const struct column *c)
{
    const struct seen *seen = column_seen(c, FACT_AIA);
    const char *root = json_string_value(json_object_get(seen->value, "root"));
    const char *sender = json_string_value(json_object_get(seen->value, "sender"));
    const json_t *hops = json_object_get(seen->value, "hops");
    const char *last = json_string_value(
        json_object_get(json_array_get(hops, json_array_size(hops) ? json_array_size(hops) - 1 : 0), "answer"));
    bool whole = seen->state == STATE_YES, good = whole && json_is_true(json_object_get(seen->value, "root_trusted"));
    out->mark = good ? MARK_NONE : whole || seen->state == STATE_NO ? MARK_DIFFER : MARK_UNSURE;
    out->attr = good ? ATTR_PLAIN : out->mark == MARK_DIFFER ? ATTR_BAD : ATTR_WARN;
    if (whole)
        out->text = mem_format("%s: ends at %s%s%s%s", good ? "whole" : "not trusted", root ? root : "?",
                               sender ? " (by what " : "", sender ? sender : "", sender ? " sends)" : "");
    else
        out->text = mem_format("%s: %s%s", seen->state == STATE_NO ? "still broken" : "could not ask",
                               last ? "what was fetched: " : "no address to fetch from", last ? last : "");
}

static void mended_cell(struct cell_text *out, const struct look *l, int i, const struct column *c)
{
    if (i == 0) {
        mended_result(out, c);
        return;
    }
    size_t at = mended_from(c) + (size_t)i - 1;
    const json_t *cert = json_array_get(mended_chain(c), at);
    const char *from = json_string_value(json_object_get(cert, "from"));
    const char *url = l->width >= WIDE ? hop_url(c, cert_title(cert)) : NULL;
    int depth = at > 6 ? 6 : (int)at;
    out->text = mem_format("%*s+%zu %s  %s%s%s", depth ? depth - 1 : 0, "", at, cert_title(cert), from ? from : "",
                           url ? "  " : "", url ? url : "");
}

static void fault_cell(struct cell_text *out, int i, const struct column *c)
{
    const json_t *f = json_array_get(chain_faults(c), (size_t)i);
    const char *text = json_string_value(json_object_get(f, "text"));
    const char *word = json_string_value(json_object_get(f, "reason"));
    enum reason r = word ? reason_find(word) : REASON_COUNT;
    out->text = mem_format("%s%s%s", word ? word : "?", text ? ": " : "", text ? text : "");
    cell_fault(out, r != REASON_COUNT ? &reason_table[r] : NULL);
}

static void fact_cell(struct cell_text *out, const struct look *l, enum fact f,
                      const struct column *c)
{
    const struct column *ref = view_reference(l->view, l->scene);
    out->text = column_cell(c, f);
    if (ref && ref != c)
        out->mark = (char)diff_cell(ref, c, f);
    out->attr = out->mark == MARK_DIFFER ? ATTR_BAD : ATTR_PLAIN;
}

/* What stands in a section's first line where the column has none for it. */
static char *none_text(const struct item *row, const struct column *c)
{
    static const char *const none[] = { [ROW_SENT] = "no certificate was sent", [ROW_BUILT] = "",
                                        [ROW_FAULT] = "none", [ROW_FETCHED] = "" };
    enum fact about = row->kind == ROW_FAULT ? FACT_REASONS : row->kind == ROW_FETCHED ? FACT_AIA : FACT_CHAIN;
    enum state state = column_seen(c, about)->state;
    if (row->a > 0)
        return mem_string("");
    if (about == FACT_AIA && json_is_true(chain_part(c, "complete")))
        return mem_string("not needed");
    return state == STATE_NO ? mem_string(none[row->kind]) : state == STATE_YES ? mem_string("")
                                                                                : column_cell(c, about);
}

static void chain_cell(struct cell_text *out, const struct look *l, const struct item *row,
                       const struct column *c)
{
    size_t lines = kind_lines(c, row->kind);
    if (row->kind == ROW_FACT)
        fact_cell(out, l, (enum fact)row->a, c);
    else if ((size_t)row->a >= lines)
        out->text = none_text(row, c);
    else if (row->kind == ROW_SENT)
        sent_cell(out, l, row->a, c);
    else if (row->kind == ROW_BUILT)
        built_cell(out, row->a, c);
    else if (row->kind == ROW_FETCHED)
        mended_cell(out, l, row->a, c);
    else
        fault_cell(out, row->a, c);
}

static char *chain_foot(const struct look *l, const struct item *row, const struct column *c)
{
    struct cell_text cell = { 0 };
    char letter[LETTER_LEN];
    chain_cell(&cell, l, row, c);
    const char *key = row->kind == ROW_SENT ? "cert" : "link";
    const struct reason_row *fault =
        row->kind == ROW_SENT || row->kind == ROW_BUILT ? cert_fault(c, key, row->a) : NULL;
    char *foot = mem_format("%s: %s%s%s", scene_letter(scene_index(l->scene, c->id), letter),
                            cell.text, fault ? ". Fault: " : "", fault ? fault->says : "");
    free(cell.text);
    return foot;
}

static bool chain_open(struct subject *out, const struct look *l, const struct item *row,
                       const struct column *c)
{
    (void)l;
    if (!c)
        return false;
    if (row->kind == ROW_FACT)
        *out = (struct subject){ SUBJECT_CELL, c->id, row->a };
    else if (row->kind == ROW_FETCHED && column_seen(c, FACT_AIA)->state != NOT_ASKED)
        *out = (struct subject){ SUBJECT_CELL, c->id, FACT_AIA };
    else if (row->kind == ROW_FAULT && json_array_get(chain_faults(c), (size_t)row->a))
        *out = (struct subject){ SUBJECT_FAULT, c->id, row->a };
    else if ((row->kind == ROW_SENT || row->kind == ROW_BUILT) &&
             json_array_get(chain_part(c, row->kind == ROW_SENT ? "sent" : "built"),
                            (size_t)row->a))
        *out = (struct subject){ SUBJECT_CERT, c->id, row->kind == ROW_BUILT, row->a };
    else
        return false;
    return true;
}

const struct pane pane_chain = {
    .title = "Chain", .key = '3', .place = PLACE_CHAIN, .columns = true,
    .rows = chain_rows, .cell = chain_cell, .foot = chain_foot, .open = chain_open,
};
