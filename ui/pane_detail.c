/* pane_detail - one thing in full: a piece of evidence, a cell, a certificate, a fault, a cause.
 *
 * Owns: its rows. Must not know: how rows are drawn.
 */
#include "ui/pane.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/wire/names.h"

enum { ROW_LINE = 1, ROW_EVIDENCE };
#define JSON_DEPTH 12

/* "name: text", wrapped; every line can be selected so that all of it can be scrolled to. */
static void add(struct sheet *out, const struct look *l, const char *name, const char *text)
{
    struct item item = { ROW_LINE, (int)out->count };
    char *head = mem_format("%s: ", name);
    if (text && *text)
        sheet_wrap(out, l, item, ATTR_PLAIN, head, text);
    free(head);
}

static void add_heading(struct sheet *out, const char *text)
{
    sheet_row(out, (struct item){ ROW_LINE, (int)out->count }, ATTR_HEAD, text);
}

static char *scalar_text(const json_t *j)
{
    if (json_is_string(j))
        return mem_string(json_string_value(j));
    char *dump = json_dumps(j, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    char *text = mem_string(dump ? dump : "?");
    free(dump);
    return text;
}

static void add_json(struct sheet *out, const struct look *l, const char *name, const json_t *j,
                     int depth)
{
    char *head = mem_format("%*s%s", 2 * depth, "", name);
    const char *key;
    json_t *v;
    size_t i;
    if (depth < JSON_DEPTH && json_is_object(j)) {
        add_heading(out, head);
        json_object_foreach((json_t *)j, key, v)
            if (!json_is_null(v))
                add_json(out, l, key, v, depth + 1);
    } else if (depth < JSON_DEPTH && json_is_array(j) && json_array_size(j)) {
        add_heading(out, head);
        json_array_foreach(j, i, v) {
            char number[24];
            snprintf(number, sizeof number, "%zu", i);
            add_json(out, l, number, v, depth + 1);
        }
    } else if (j) {
        char *text = scalar_text(j);
        add(out, l, head, text);
        free(text);
    }
    free(head);
}

static void add_hex(struct sheet *out, const uint8_t *p, size_t n)
{
    char *heading = mem_format("bytes (%zu)", n);
    add_heading(out, heading);
    free(heading);
    for (size_t at = 0; at < n; at += 16) {
        struct text t = { 0 };
        text_addf(&t, "  %04zx ", at);
        for (size_t i = at; i < at + 16 && i < n; i++)
            text_addf(&t, " %02x", p[i]);
        text_pad(&t, 56);
        for (size_t i = at; i < at + 16 && i < n; i++)
            text_addf(&t, "%c", p[i] >= 0x20 && p[i] < 0x7f ? p[i] : '.');
        char *line = text_take(&t);
        sheet_row(out, (struct item){ ROW_LINE, (int)out->count }, ATTR_PLAIN, line);
        free(line);
    }
}

/* --- a line of a log ----------------------------------------------------------------------------- */

static void add_member(struct sheet *out, const struct look *l, const char *name, const json_t *v, const char *key)
{
    const json_t *m = json_object_get(v, key), *one;
    struct text t = { 0 };
    size_t i;
    if (json_is_string(m))
        text_add(&t, json_string_value(m));
    json_array_foreach((json_t *)m, i, one)
        if (json_is_string(one))
            text_addf(&t, "%s%s", t.len ? ", " : "", json_string_value(one));
    add(out, l, name, t.s);
    text_free(&t);
}

static void line_rows(struct sheet *out, const struct look *l, const struct logged_line *line)
{
    const json_t *v = line ? line->value : NULL;
    if (!v) {
        add_heading(out, "This line is not kept any more: newer ones took its place; Esc goes back.");
        return;
    }
    const char *file = logged_text(v, "file"), *cause = logged_text(v, "cause");
    char *heading = mem_format("%s, line %lld", file ? file : "a log", logged_count(v, "line"));
    char *which = cause ? mem_format("%s (%lld%%)", cause, logged_count(v, "percent")) : NULL;
    add_heading(out, heading);
    add_member(out, l, "says", v, "text");
    add(out, l, "cause", which ? which : "not known: words that no rule here fits");
    if (json_is_true(json_object_get(v, "noise")))
        add(out, l, "noise", "a health check or a stray visitor: no failure");
    add_member(out, l, "could be as well", v, "also");
    add_member(out, l, "means", v, "why");
    add_member(out, l, "does not mean", v, "not");
    add_member(out, l, "what decides", v, "decides");
    add_member(out, l, "known words most like it", v, "nearest");
    add_member(out, l, "time", v, "time");
    add_member(out, l, "client", v, "client");
    add_member(out, l, "server", v, "server");
    add_member(out, l, "name asked for", v, "sni");
    add_member(out, l, "written by", v, "stack");
    free(which);
    free(heading);
}

static void add_evidence(struct sheet *out, const struct look *l, int number)
{
    const struct session *s = l->scene->session;
    char when[WHEN_LEN], letter[LETTER_LEN];
    if (number < 1 || (size_t)number >= s->evidence_count)
        return;
    const struct evidence *e = &s->evidence[number];
    const struct column *c = session_column(s, e->column);
    if (!e->column) {
        line_rows(out, l, pane_log_line(s, number));
        return;
    }
    char *heading = mem_format("Evidence e%d: %s of %s %s", number, fact_table[e->fact].title,
                               scene_letter(scene_index(l->scene, e->column), letter),
                               c && c->label ? c->label : "");
    add_heading(out, heading);
    free(heading);
    char *says = session_evidence_says(s, e);
    add(out, l, "seen", says);
    free(says);
    add(out, l, "probe", e->probe ? e->probe : "unknown");
    add(out, l, "time", when_format_ms(e->time, when));
    if (e->bytes_len)
        add_hex(out, e->bytes, e->bytes_len);
}

static void column_heading(struct sheet *out, const struct look *l, const char *what,
                           const struct column *c)
{
    char letter[LETTER_LEN];
    char *heading =
        mem_format("%s of %s %s%s%s%s", what, scene_letter(scene_index(l->scene, c->id), letter),
                   c->label ? c->label : "", c->address ? " (" : "", c->address ? c->address : "",
                   c->address ? ")" : "");
    add_heading(out, heading);
    free(heading);
}

static void cell_rows(struct sheet *out, const struct look *l, const struct column *c)
{
    enum fact f = (enum fact)l->subject->a;
    const struct seen *seen = column_seen(c, f);
    const struct column *ref = view_reference(l->view, l->scene);
    column_heading(out, l, fact_table[f].title, c);
    char *cell = column_cell(c, f);
    add(out, l, "shown as", cell);
    free(cell);
    add(out, l, "known", state_words[seen->state]);
    add_json(out, l, "value", seen->value, 0);
    if (seen->ms >= 0 && seen->state != NOT_ASKED) {
        char *took = mem_format("%.1f ms", seen->ms);
        add(out, l, "took", took);
        free(took);
    }
    if (ref && ref != c) {
        cell = column_cell(ref, f);
        add(out, l, "the reference has", cell);
        free(cell);
    }
    add(out, l, "meaning", fact_table[f].help);
    add(out, l, "differs",
        fact_table[f].matters ? "a difference here can make the handshake fail on one side"
                              : "a difference here does not make a handshake fail by itself");
    if (seen->evidence)
        sheet_still(out, ATTR_PLAIN, "");
    add_evidence(out, l, seen->evidence);
    sheet_still(out, ATTR_PLAIN, "");
    add(out, l, "endpoint", c->endpoint ? c->endpoint->text : NULL);
}

static void cert_rows(struct sheet *out, const struct look *l, const struct column *c)
{
    const json_t *chain = column_seen(c, FACT_CHAIN)->value;
    const json_t *list = json_object_get(chain, l->subject->a ? "built" : "sent");
    char *what =
        mem_format("Certificate %d %s", l->subject->b, l->subject->a ? "as built" : "as sent");
    column_heading(out, l, what, c);
    add_json(out, l, "certificate", json_array_get(list, (size_t)l->subject->b), 0);
    free(what);
}

static void fault_rows(struct sheet *out, const struct look *l, const struct column *c)
{
    const json_t *faults = column_seen(c, FACT_REASONS)->value;
    column_heading(out, l, "Certificate fault", c);
    add_json(out, l, "fault", json_array_get(faults, (size_t)l->subject->a), 0);
}

static void evidence_links(struct sheet *out, const struct look *l, char sign, const int *number,
                           size_t n)
{
    const struct session *s = l->scene->session;
    for (size_t i = 0; i < n; i++) {
        if (number[i] < 1 || (size_t)number[i] >= s->evidence_count)
            continue;
        const struct evidence *e = &s->evidence[number[i]];
        char *head = mem_format("%c e%d ", sign, number[i]);
        char *says = e->column ? session_evidence_says(s, e) : pane_log_says(s, number[i]);
        char *text = mem_format("%s: %s", e->column ? fact_table[e->fact].title : "log", says);
        sheet_wrap(out, l, (struct item){ ROW_EVIDENCE, number[i] }, ATTR_PLAIN, head, text);
        free(text);
        free(says);
        free(head);
    }
}

/* --- a known client ---------------------------------------------------------------------------- */

/* Names of a list without signals and GREASE, owned by the caller; NULL for none. */
static char *names_text(const uint16_t *list, const char *(*name)(uint16_t, char *))
{
    struct text t = { 0 };
    char hex[NAME_LEN];
    for (; list && *list; list++)
        if (!number_is_grease(*list) && !(name == suite_name && suite_is_signal(*list)))
            text_addf(&t, "%s%s", t.len ? ", " : "", name(*list, hex));
    return t.len ? text_take(&t) : NULL;
}

static void add_list(struct sheet *out, const struct look *l, const char *title, const uint16_t *list,
                     const char *(*name)(uint16_t, char *))
{
    char *names = names_text(list, name);
    add(out, l, title, names ? names : "sends no such list");
    free(names);
}

static const char *version_title(uint16_t number)
{
    const struct version *v = version_find(number);
    return v ? v->title : "SSL 2.0";
}

static void client_offers(struct sheet *out, const struct look *l, const struct client *c)
{
    char *versions = c->min == c->max ? mem_string(version_title(c->max))
                                      : mem_format("%s to %s", version_title(c->min), version_title(c->max));
    char *rules = client_rules(c);
    add(out, l, "versions", versions);
    add_list(out, l, "suites", c->suites, suite_name);
    add_list(out, l, "groups", c->groups, group_name);
    add_list(out, l, "signature algorithms", c->sigalgs, sigalg_name);
    add(out, l, "application protocols", c->alpn);
    add(out, l, "rules", rules);
    free(rules);
    free(versions);
}

static void client_rows(struct sheet *out, const struct look *l, const struct column *c)
{
    size_t at = (size_t)l->subject->a;
    if (l->subject->a < 0 || at >= client_count)
        return;
    const struct client *who = &client_table[at];
    const struct client_result *r = works_result(l->scene->works, at, c->id);
    char *says = clients_sentence(r, works_state(l->scene->works, at, c->id));
    char *what = mem_format("%s as a client", who->name);
    column_heading(out, l, what, c);
    add(out, l, "is", who->title);
    add(out, l, "since", who->since);
    add(out, l, "result", says);
    if (r && r->works != CLIENT_WORKS && c->endpoint) {
        char *command = mem_format("tlswhy replay %s %s", who->name, c->endpoint->text);
        add(out, l, "what would make it work", command);
        free(command);
    }
    add(out, l, who->recorded ? "recorded from" : "documented by", who->source);
    sheet_still(out, ATTR_PLAIN, "");
    client_offers(out, l, who);
    free(what);
    free(says);
}

static void finding_rows(struct sheet *out, const struct look *l)
{
    const struct subject *s = l->subject;
    const struct finding *f = scene_finding(l->scene, s->a, s->b, s->c);
    if (!f) {
        add_heading(out,
                    "The verdict no longer names this cause; Esc goes back to those it names.");
        return;
    }
    char *letters = scene_letters(l->scene, f->column, f->column_count);
    char *confidence = mem_format("%d%%, %zu for, %zu against", (int)(100 * f->confidence + .5),
                                  f->for_count, f->against_count);
    add_heading(out, cause_table[f->cause].title);
    add(out, l, "cause", cause_table[f->cause].id);
    add(out, l, "means", cause_table[f->cause].says);
    add(out, l, "columns", letters);
    add(out, l, "confidence", confidence);
    add(out, l, "summary", f->summary);
    evidence_links(out, l, '+', f->for_, f->for_count);
    evidence_links(out, l, '-', f->against, f->against_count);
    for (size_t i = 0; i < f->missing_count; i++)
        add(out, l, "would settle it", f->missing[i]);
    add(out, l, "fix", f->fix);
    add(out, l, "reproduce", f->reproduce);
    add_json(out, l, "detail", f->detail, 0);
    free(confidence);
    free(letters);
}

static void detail_rows(struct sheet *out, const struct look *l)
{
    static void (*const of_column[])(struct sheet *, const struct look *, const struct column *) = {
        [SUBJECT_CELL] = cell_rows, [SUBJECT_CERT] = cert_rows, [SUBJECT_FAULT] = fault_rows,
        [SUBJECT_FINDING] = NULL, [SUBJECT_CLIENT] = client_rows, [SUBJECT_LOG_LINE] = NULL,
    };
    const struct subject *s = l->subject;
    if (!s)
        return;
    const struct column *c = session_column(l->scene->session, s->column);
    if (s->kind == SUBJECT_EVIDENCE)
        add_evidence(out, l, s->a);
    else if (s->kind == SUBJECT_FINDING)
        finding_rows(out, l);
    else if (s->kind == SUBJECT_LOG_LINE)
        line_rows(out, l, logged_find(&l->scene->session->log, s->a));
    else if (c)
        of_column[s->kind](out, l, c);
    else
        add_heading(out, "This column is gone; Esc goes back.");
}

static bool detail_open(struct subject *out, const struct look *l, const struct item *row,
                        const struct column *c)
{
    (void)l;
    (void)c;
    if (row->kind != ROW_EVIDENCE)
        return false;
    *out = (struct subject){ SUBJECT_EVIDENCE, 0, row->a };
    return true;
}

const struct pane pane_detail = {
    .title = "Detail", .place = PLACE_DETAIL, .rows = detail_rows, .open = detail_open,
};
