/* pane_help - every action with its keys, and what the marks mean.
 *
 * Owns: its rows. Must not know: what an action does.
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

enum { ROW_ACTION = 1, ROW_LEGEND };

static const char *const legend[] = {
    "! differs from the reference (*)   ~ another value of the same class   = all alike",
    "? unsure   . not asked yet   / could not be asked   > selected   + marked column",
    "Compare (2) shows which rows differ in the column that fails; Why (1) says what it means.",
};

static bool fits(const char *filter, const char *text)
{
    return !filter || !*filter || strcasestr(text, filter);
}

static void help_rows(struct sheet *out, const struct look *l)
{
    /* while the search is being typed its text filters already */
    const char *filter = l->view->prompt == PROMPT_FIND ? l->view->line.text : l->view->filter;
    for (enum context c = 0; c < CONTEXT_COUNT; c++) {
        bool headed = false;
        for (enum action a = 0; a < ACTION_COUNT; a++) {
            const struct action_row *r = &action_table[a];
            if (r->context != c)
                continue;
            char *line = mem_format("  %-14s %-12s %s", r->keys, r->name, r->help);
            if (fits(filter, line) && !headed) {
                char *heading = mem_format("Keys: %s", context_words[c]);
                sheet_still(out, ATTR_HEAD, heading);
                headed = true;
                free(heading);
            }
            char *head = mem_format("  %-14s %-12s ", r->keys, r->name);
            if (fits(filter, line))
                sheet_wrap(out, l, (struct item){ ROW_ACTION, (int)a }, ATTR_PLAIN,
                           l->width >= 60 ? head : "  ", l->width >= 60 ? r->help : line + 2);
            free(head);
            free(line);
        }
    }
    for (size_t i = 0; i < sizeof legend / sizeof *legend; i++)
        if (fits(filter, legend[i]))
            sheet_wrap(out, l, (struct item){ ROW_LEGEND, (int)i }, ATTR_NOTE, "", legend[i]);
    char *matrix = matrix_legend(), *line = mem_format("Matrix (5): %s", matrix);
    if (fits(filter, line))
        sheet_wrap(out, l, (struct item){ ROW_LEGEND, (int)(sizeof legend / sizeof *legend) }, ATTR_NOTE, "", line);
    free(line);
    free(matrix);
    char *clients = clients_legend();
    line = mem_format("Clients (6): %s", clients);
    if (fits(filter, line))
        sheet_wrap(out, l, (struct item){ ROW_LEGEND, (int)(sizeof legend / sizeof *legend) + 1 }, ATTR_NOTE, "", line);
    free(line);
    free(clients);
    if (!out->count)
        sheet_still(out, ATTR_PLAIN, "Nothing here fits; Esc shows all keys again.");
}

const struct pane pane_help = { .title = "Help", .place = PLACE_HELP, .rows = help_rows };
