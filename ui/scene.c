/* scene - see scene.h. */
#include "ui/scene.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

static void look_rows(struct scene *s)
{
    for (enum fact f = 0; f < FACT_COUNT; f++) {
        s->shown[f] = false;
        for (size_t i = 0; i < s->session->count && !s->shown[f]; i++)
            s->shown[f] = s->session->column[i]->fact[f].state != NOT_ASKED;
        s->row[f] = s->shown[f] ? diff_row(s->session, f) : MARK_NONE;
        s->rows += s->shown[f];
        s->differ += s->row[f] == MARK_DIFFER || s->row[f] == MARK_CLASS;
    }
}

/* The clients' results are there already. */
static void look_questions(struct scene *s)
{
    static const struct verdict none = { 0 };
    struct client_tally t = { 0 };
    struct text names = { 0 };
    for (size_t k = 0; k < client_count; k++) {
        bool known = false, fails = false;
        for (size_t i = 0; i < s->works->columns; i++) {
            const struct client_result *r = s->works->column[i].result ? &s->works->column[i].result[k] : NULL;
            known |= r && r->works != CLIENT_UNKNOWN;
            fails |= r && r->works == CLIENT_FAILS;
        }
        t.known += known;
        if (fails && t.fails++ < TALLY_NAMES)
            text_addf(&names, "%s%s", names.len ? "," : "", client_table[k].name);
    }
    t.names = text_take(&names);
    checklist_clear(s->said);
    checklist_of(s->said, s->session, s->verdict ? s->verdict : &none, &t);
    free(t.names);
}

void scene_look(struct scene *s)
{
    s->rows = s->differ = s->busy = s->failing = s->unsure = s->ok = 0;
    look_rows(s);
    for (size_t i = 0; i < s->session->count; i++) {
        const struct column *c = s->session->column[i];
        const struct column_verdict *v = scene_verdict(s, c->id);
        bool busy = c->busy || !v || v->pending;
        s->busy += busy;
        if (!busy)
            *(v->verdict == VERDICT_FAILING ? &s->failing
              : v->verdict == VERDICT_OK    ? &s->ok
                                            : &s->unsure) += 1;
    }
    matrix_free(s->matrix);
    s->matrix = matrix_of(s->session);
    s->works = works_of(s->session, s->works);
    look_questions(s);
}

void scene_clear(struct scene *s)
{
    matrix_free(s->matrix);
    s->matrix = NULL;
    works_free(s->works);
    s->works = NULL;
    checklist_clear(s->said);
}

int scene_index(const struct scene *s, int column)
{
    for (size_t i = 0; i < s->session->count; i++)
        if (s->session->column[i]->id == column)
            return (int)i;
    return -1;
}

char *scene_letter(int index, char out[LETTER_LEN])
{
    char reversed[LETTER_LEN];
    int n = 0;
    if (index < 0)
        return memcpy(out, "?", 2), out;
    for (int i = index; i >= 0 && n < LETTER_LEN - 1; i = i / 26 - 1)
        reversed[n++] = (char)('A' + i % 26);
    for (int i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = '\0';
    return out;
}

char *scene_letters(const struct scene *s, const int *column, size_t n)
{
    struct text t = { 0 };
    for (size_t i = 0; i < n; i++) {
        char letter[LETTER_LEN];
        text_addf(&t, "%s%s", i ? ", " : "", scene_letter(scene_index(s, column[i]), letter));
    }
    return text_take(&t);
}

const struct column_verdict *scene_verdict(const struct scene *s, int column)
{
    return s->verdict ? verdict_column(s->verdict, column) : NULL;
}

const struct finding *scene_findings(const struct scene *s, enum finding_list list, size_t *n)
{
    const struct verdict *v = s->verdict;
    *n = 0;
    if (!v)
        return NULL;
    *n = list == LIST_DIAGNOSIS ? v->diagnosis_count : list == LIST_CANDIDATE ? v->candidate_count
                                                                              : v->warning_count;
    return list == LIST_DIAGNOSIS   ? v->diagnosis
           : list == LIST_CANDIDATE ? v->candidate
                                    : v->warning;
}

const struct finding *scene_finding(const struct scene *s, int list, int cause, int column)
{
    size_t n;
    const struct finding *f = scene_findings(s, (enum finding_list)list, &n);
    for (size_t i = 0; i < n; i++)
        if ((int)f[i].cause == cause && (f[i].column_count ? f[i].column[0] : 0) == column)
            return &f[i];
    return NULL;
}

int scene_reference(const struct scene *s)
{
    for (size_t i = 0; i < s->session->count; i++) {
        const struct column_verdict *v = scene_verdict(s, s->session->column[i]->id);
        if (v && v->verdict == VERDICT_OK && !v->pending)
            return s->session->column[i]->id;
    }
    return s->session->count ? s->session->column[0]->id : 0;
}
