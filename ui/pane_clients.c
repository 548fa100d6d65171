/* pane_clients - which known clients every server works for, and why not for the others.
 *
 * Owns: its rows. Must not know: how they are drawn, how a result is worked out.
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

enum { ROW_CLIENT = 1 };
#define LETTERS_MAX 12 /* columns named for one state */

/* The client of a row; false where a file or another version of the program has put the selection elsewhere. */
static bool row_client(const struct item *row, size_t *client)
{
    *client = (size_t)row->a;
    return row->kind == ROW_CLIENT && row->a >= 0 && *client < client_count;
}

static void add_notice(struct sheet *out, const struct look *l)
{
    const struct works *w = l->scene->works;
    if (l->scene->busy || !w->columns || (!w->unfilled && !w->untried))
        return;
    const char *all = w->columns > 1 ? ", M at all columns" : "";
    char *line = w->unfilled ? mem_format("F asks what is taken here%s, and tries each client's hello.", all)
                             : mem_format("F tries each client's own hello here%s: so far it is worked out.", all);
    sheet_still(out, ATTR_WARN, line);
    free(line);
}

static void add_row(struct sheet *out, const struct works *w, size_t client)
{
    const struct client *c = &client_table[client];
    struct row *row = sheet_row(out, (struct item){ ROW_CLIENT, (int)client }, ATTR_PLAIN, c->name);
    row->mark = (char)w->mark[client];
    row->full = sheet_keep(out, mem_format("%s: %s", c->name, c->title));
}

static void clients_rows(struct sheet *out, const struct look *l)
{
    const struct works *w = l->scene->works;
    const char *last = NULL;
    if (!l->scene->session->count || !w) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN, l->scene->waiting ? "probing ..." : "Nothing to show yet: a adds an endpoint.");
        return;
    }
    add_notice(out, l);
    for (size_t i = 0; i < client_count; i++) {
        size_t client = w->order[i];
        if (l->view->only_diff && w->mark[client] != MARK_DIFFER && w->mark[client] != MARK_CLASS)
            continue;
        const char *heading = works_heading(client);
        if (heading != last)
            sheet_still(out, ATTR_HEAD, heading);
        last = heading;
        add_row(out, w, client);
    }
    if (!last)
        sheet_still(out, ATTR_PLAIN, "No row differs; D shows all of them again.");
}

/* "1.3" of what works, "suite" of what fails: as far as there is room behind the glyph. */
static const char *short_text(const struct client_result *r)
{
    const struct version *v = r && r->works == CLIENT_WORKS ? version_find(r->version) : NULL;
    if (r && r->works == CLIENT_FAILS)
        return client_rule_words[r->rule];
    return !v ? "" : text_starts(v->title, "TLS ") ? v->title + 4 : v->title;
}

static void clients_cell(struct cell_text *out, const struct look *l, const struct item *row, const struct column *c)
{
    const struct column *ref = view_reference(l->view, l->scene);
    const struct works *w = l->scene->works;
    size_t client;
    bool known = row_client(row, &client) && w;
    const struct client_result *r = known ? works_result(w, client, c->id) : NULL;
    enum works_state state = known ? works_state(w, client, c->id) : WORKS_UNASKED;
    const char *more = short_text(r);
    bool room = *more && (out->room == 0 || out->room >= 2 + text_width(more));
    out->text = mem_format("%c%s%s", works_table[state].glyph, room ? " " : "", room ? more : "");
    out->full = r ? r->why : NULL;
    if (r && ref && ref != c)
        out->mark = (char)works_mark(w, client, ref->id, c->id);
    out->attr = out->mark == MARK_DIFFER ? ATTR_BAD : out->mark == MARK_CLASS ? ATTR_WARN : ATTR_PLAIN;
}

/* "fails: A, C": the columns in one state. */
static void add_columns(struct text *t, const struct look *l, size_t client, enum works_state state)
{
    const struct works *w = l->scene->works;
    char letter[LETTER_LEN];
    size_t n = 0;
    for (size_t i = 0; i < w->columns; i++) {
        if (works_state(w, client, w->column[i].id) != state)
            continue;
        if (n == 0)
            text_addf(t, " %c %s: ", works_table[state].glyph, works_table[state].word);
        if (n++ < LETTERS_MAX)
            text_addf(t, "%s%s", n > 1 ? ", " : "", scene_letter(scene_index(l->scene, w->column[i].id), letter));
    }
    if (n > LETTERS_MAX)
        text_addf(t, " and %zu more", n - LETTERS_MAX);
    if (n)
        text_add(t, ".");
}

char *clients_sentence(const struct client_result *r, enum works_state state)
{
    if (!r)
        return mem_string(state == WORKS_CANNOT ? "could not be asked." : "not asked yet.");
    char *says = client_result_says(r);
    char *whole = mem_format("%s. %s", says, r->tried ? "Tried with its own hello."
                                                      : "Worked out from what the server takes.");
    free(says);
    return whole;
}

static char *clients_foot(const struct look *l, const struct item *row, const struct column *c)
{
    const struct works *w = l->scene->works;
    struct text t = { 0 };
    char letter[LETTER_LEN];
    size_t client;
    if (!row_client(row, &client) || !w)
        return mem_string("");
    const struct client *who = &client_table[client];
    char *says = clients_sentence(works_result(w, client, c->id), works_state(w, client, c->id));
    text_addf(&t, "%s: %s %s: %s%s%s.", scene_letter(scene_index(l->scene, c->id), letter), says, who->name, who->title,
              who->since ? ", " : "", who->since ? who->since : "");
    free(says);
    for (enum works_state k = WORKS_STATES; k-- > 0 && w->columns > 1;)
        add_columns(&t, l, client, k);
    return text_take(&t);
}

static bool clients_open(struct subject *out, const struct look *l, const struct item *row, const struct column *c)
{
    size_t client;
    (void)l;
    if (!c || !row_client(row, &client))
        return false;
    *out = (struct subject){ SUBJECT_CLIENT, c->id, row->a };
    return true;
}

char *clients_legend(void)
{
    struct text t = { 0 };
    for (enum works_state k = WORKS_STATES; k-- > 0;)
        text_addf(&t, "%s%c %s", t.len ? "  " : "", works_table[k].glyph, works_table[k].word);
    return text_take(&t);
}

const struct pane pane_clients = {
    .title = "Clients", .key = '6', .place = PLACE_CLIENTS, .columns = true, .glyphs = true,
    .legend = clients_legend, .rows = clients_rows, .cell = clients_cell, .foot = clients_foot, .open = clients_open,
};
