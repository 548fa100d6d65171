/* pane - see pane.h. */
#include "ui/pane.h"

const struct pane *const pane_table[PANE_COUNT] = {
    [PANE_WHY] = &pane_why,       [PANE_COMPARE] = &pane_compare, [PANE_CHAIN] = &pane_chain,
    [PANE_CHECKLIST] = &pane_checklist, [PANE_MATRIX] = &pane_matrix, [PANE_CLIENTS] = &pane_clients,
    [PANE_CLOCK] = &pane_clock, [PANE_PATH] = &pane_path, [PANE_LOAD] = &pane_load, [PANE_LOG] = &pane_log,
    [PANE_DETAIL] = &pane_detail,
    [PANE_HELP] = &pane_help,
};
