/* pick - see pick.h. */
#include "probes/pick.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/names.h"

void pick_add(struct pick **all, size_t *count, int kind, const uint16_t *list, size_t n)
{
    *all = mem_array(*all, *count + 1, sizeof **all);
    (*all)[(*count)++] = (struct pick){ .kind = kind, .offered = list_copy(list, n), .left = list_copy(list, n),
                                        .taken = mem_new((n + 1) * sizeof *list), .over = n == 0 };
}

static void list_reverse(uint16_t *list, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint16_t kept = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = kept;
    }
}

void pick_add_blocks(struct pick **all, size_t *count, int kind, const uint16_t *list, size_t size, bool backwards)
{
    size_t n = list_length(list);
    for (size_t at = 0; at < n; at += size) {
        size_t some = n - at < size ? n - at : size;
        pick_add(all, count, kind, list + at, some);
        if (backwards) {
            list_reverse((*all)[*count - 1].offered, some);
            list_reverse((*all)[*count - 1].left, some);
        }
    }
}

static bool list_strike(uint16_t *list, uint16_t number)
{
    while (*list && *list != number)
        list++;
    if (!*list)
        return false;
    do
        list[0] = list[1];
    while (*list++);
    return true;
}

void pick_take(struct pick *p, const struct answer *a, uint16_t chosen)
{
    if (a->kind == ANSWER_ACCEPTED && list_strike(p->left, chosen)) {
        p->taken[list_length(p->taken)] = chosen;
        p->over = !p->left[0];
        return;
    }
    p->over = true;
    if (a->kind == ANSWER_ACCEPTED || a->no)
        p->left[0] = 0; /* refused, or it insists on something else */
    else
        p->unsettled = answer_word(a);
}

void picks_free(struct pick *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(all[i].offered);
        free(all[i].left);
        free(all[i].taken);
        free(all[i].unsettled);
    }
    free(all);
}

size_t picks_taken(const struct pick *all, size_t count, int kind)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += all[i].kind == kind ? list_length(all[i].taken) : 0;
    return n;
}

static void names_add(json_t *to, const uint16_t *list, number_name *name)
{
    char hex[NAME_LEN];
    for (; *list; list++)
        json_array_append_new(to, json_string(name(*list, hex)));
}

json_t *picks_json(const struct pick *all, size_t count, int kind, const uint16_t *order, number_name *name)
{
    json_t *accepted = json_array(), *unsettled = json_array();
    char hex[NAME_LEN];
    if (order)
        names_add(accepted, order, name);
    for (size_t i = 0; i < count; i++) {
        if (all[i].kind != kind)
            continue;
        if (!order)
            names_add(accepted, all[i].taken, name);
        for (const uint16_t *n = all[i].left; all[i].unsettled && *n; n++)
            json_array_append_new(unsettled, json_pack("{s:s, s:s}", "name", name(*n, hex), "answer", all[i].unsettled));
    }
    return json_pack("{s:o, s:o}", "accepted", accepted, "unsettled", unsettled);
}
