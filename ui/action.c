/* action - see action.h. */
#include "ui/action.h"

#include <stdio.h>
#include <string.h>

#include "ui/keys.h"
#include "ui/ui.h"

const struct action_row action_table[ACTION_COUNT] = {
#define X(id, context, keys, name, hint, help) \
    [ACTION_##id] = { CONTEXT_##context, keys, name, hint, help },
    ACTIONS(X)
#undef X
};

const char *const context_words[CONTEXT_COUNT] = {
    [CONTEXT_ALL] = "everywhere", [CONTEXT_PANES] = "panes",   [CONTEXT_COLUMNS] = "columns",
    [CONTEXT_TABLES] = "tables", [CONTEXT_LOG] = "the Log pane",
    [CONTEXT_QUESTION] = "inside a question of the Checklist", [CONTEXT_PROMPT] = "prompt",
};

#define IN(context) (1u << CONTEXT_##context)
static const unsigned sees[PLACE_COUNT] = {
    [PLACE_WHY] = IN(ALL) | IN(PANES),
    [PLACE_COMPARE] = IN(ALL) | IN(PANES) | IN(COLUMNS) | IN(TABLES),
    [PLACE_MATRIX] = IN(ALL) | IN(PANES) | IN(COLUMNS) | IN(TABLES),
    [PLACE_CLIENTS] = IN(ALL) | IN(PANES) | IN(COLUMNS) | IN(TABLES),
    [PLACE_CLOCK] = IN(ALL) | IN(PANES),
    [PLACE_PATH] = IN(ALL) | IN(PANES) | IN(COLUMNS),
    [PLACE_LOAD] = IN(ALL) | IN(PANES),
    [PLACE_LOG] = IN(ALL) | IN(PANES) | IN(LOG),
    [PLACE_CHAIN] = IN(ALL) | IN(PANES) | IN(COLUMNS),
    [PLACE_CHECKLIST] = IN(ALL) | IN(PANES),
    [PLACE_QUESTION] = IN(ALL) | IN(QUESTION),
    [PLACE_DETAIL] = IN(ALL),
    [PLACE_HELP] = IN(ALL),
    [PLACE_PROMPT] = IN(PROMPT),
};

bool action_holds(enum action a, enum place p)
{
    return sees[p] >> action_table[a].context & 1;
}

void action_each_key(enum action a, void (*take)(void *arg, int key), void *arg)
{
    for (const char *s = action_table[a].keys; *s;) {
        char name[KEY_NAME_LEN];
        size_t n = strcspn(s, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, s);
        take(arg, keys_find(name));
        s += n;
        s += strspn(s, " ");
    }
}

struct key_search { int key; bool found; };

static void key_compare(void *arg, int key)
{
    struct key_search *k = arg;
    k->found |= key == k->key;
}

bool action_has_key(enum action a, int key)
{
    struct key_search k = { .key = key };
    action_each_key(a, key_compare, &k);
    return k.found;
}

enum action action_find(enum place p, int key)
{
    enum action found = ACTION_NONE;
    for (enum action a = 0; a < ACTION_COUNT; a++)
        if (action_holds(a, p) && action_has_key(a, key) &&
            (found == ACTION_NONE || action_table[a].context == CONTEXT_QUESTION))
            found = a;
    return found;
}

bool action_shown(enum action a, enum place p)
{
    char name[KEY_NAME_LEN];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(action_table[a].keys, " "), action_table[a].keys);
    return action_holds(a, p) && action_find(p, keys_find(name)) == a;
}

bool action_hinted(enum action a, enum place p)
{
    if (a == ACTION_RAMP && p != PLACE_LOAD) /* nobody comes upon that by chance */
        return false;
    return action_table[a].hint && a != ACTION_HELP && action_shown(a, p);
}

enum action action_by_name(const char *name)
{
    for (enum action a = 0; a < ACTION_COUNT; a++)
        if (action_table[a].context != CONTEXT_PROMPT && strcmp(action_table[a].name, name) == 0)
            return a;
    return ACTION_NONE;
}

static void dump_key(void *arg, int key)
{
    const struct action_row *r = arg;
    char name[KEY_NAME_LEN];
    printf("%s\t%s\t%s\t%s\n", context_words[r->context], keys_name(key, name), r->name, r->help);
}

void ui_dump_keys(void)
{
    for (enum action a = 0; a < ACTION_COUNT; a++) {
        struct action_row r = action_table[a];
        action_each_key(a, dump_key, &r);
    }
}
