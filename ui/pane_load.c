/* pane_load - the ramp of load of the selected column.
 *
 * Owns: its rows: who is asked, and the ramp as src/why/ramp.h has it. Must not know: how they are drawn.
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/ramp.h"

enum { ROW_NAME = 1, ROW_LINE };

static void add_lines(struct sheet *out, const struct look *l, const struct column *c)
{
    struct text t = { 0 };
    int n = 0;
    ramp_add(&t, c, l->width);
    char *rest = text_take(&t), *at = rest;
    for (char *line; (line = strsep(&at, "\n")) && at; n++)
        sheet_row(out, (struct item){ .kind = ROW_LINE, .a = c->id, .b = n },
                  strchr(line, '!') ? ATTR_BAD : ATTR_PLAIN, line);
    free(rest);
}

static const char *nothing_says(const struct look *l, const struct column *c)
{
    bool busy = l->scene->session && c->busy;
    return column_is_client(c)  ? "A client that connected can't be put under load."
           : column_is_saved(c) ? "This session holds no ramp of load of this column."
           : busy               ? "probing ... C-c stops it, and keeps what it has."
                                : "B puts this server under load: more and more handshakes at once, after you "
                                  "have agreed.";
}

static void load_rows(struct sheet *out, const struct look *l)
{
    const struct column *c = view_column(l->view, l->scene);
    char letter[LETTER_LEN];
    if (!c) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN, l->scene->waiting ? "probing ..." : "Nothing to show yet: a adds an endpoint.");
        return;
    }
    char *name = mem_format("%s %s", scene_letter(scene_index(l->scene, c->id), letter), c->label);
    sheet_row(out, (struct item){ .kind = ROW_NAME, .a = c->id }, ATTR_HEAD, name);
    free(name);
    if (ramp_known(c)) {
        add_lines(out, l, c);
        if (c->busy)
            sheet_still(out, ATTR_NOTE, nothing_says(l, c));
    } else {
        sheet_wrap(out, l, (struct item){ .kind = ROW_LINE, .a = c->id }, ATTR_PLAIN, "", nothing_says(l, c));
    }
}

static bool load_open(struct subject *out, const struct look *l, const struct item *row, const struct column *none)
{
    const struct column *c = session_column(l->scene->session, row->a);
    (void)none;
    if (!c || !ramp_known(c))
        return false;
    *out = (struct subject){ SUBJECT_CELL, c->id, (int)FACT_LOAD };
    return true;
}

const struct pane pane_load = {
    .title = "Load", .key = '9', .place = PLACE_LOAD, .rows = load_rows, .open = load_open,
};
