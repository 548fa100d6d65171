/* pane_matrix - what every server takes: versions, suites, groups and signature algorithms.
 *
 * Owns: its rows. Must not know: how they are drawn, why anything fails.
 */
#include "ui/pane.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/wire/names.h"

enum { ROW_TAKEN = 1 };
#define LETTERS_MAX 12 /* columns named for one state */

/* Rows come and go; a row is found again by its name. */
static int name_hash(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 16777619u;
    return (int)(h & 0x7fffffff);
}

static const struct matrix_row *row_at(const struct look *l, const struct item *row)
{
    const struct matrix *m = l->scene->matrix;
    for (size_t i = 0; m && i < m->count; i++)
        if ((int)m->row[i].kind == row->a && m->row[i].version == row->b && name_hash(m->row[i].name) == row->c)
            return &m->row[i];
    return NULL;
}

/* "ECDHE_RSA_AES_128_GCM_SHA256": what every name has in common is left out, so that names fit. */
static char *short_name(const struct matrix_row *r)
{
    static const char with[] = "_WITH_";
    if (r->kind == MATRIX_VERSIONS)
        return mem_string(accepts_title(r->version));
    const char *name = r->kind == MATRIX_SUITES && text_starts(r->name, "TLS_") ? r->name + 4 : r->name;
    const char *at = r->kind == MATRIX_SUITES ? strstr(name, with) : NULL;
    if (!at)
        return mem_string(name);
    return mem_format("%.*s_%s", (int)(at - name), name, at + strlen(with));
}

/* What OpenSSL calls it; NULL where it has no other name for it. */
static const char *openssl_name(const struct matrix_row *r)
{
    const struct suite *s = r->kind == MATRIX_SUITES ? suite_by_name(r->name) : NULL;
    const struct group *g = r->kind == MATRIX_GROUPS ? group_by_name(r->name) : NULL;
    const struct sigalg *a = r->kind == MATRIX_SIGALGS ? sigalg_by_name(r->name) : NULL;
    const char *name = s ? s->openssl : g ? g->openssl : a ? a->openssl : NULL;
    return name && strcmp(name, r->name) != 0 ? name : NULL;
}

static void add_notice(struct sheet *out, const struct look *l)
{
    const struct matrix *m = l->scene->matrix;
    if (!m->unfilled || l->scene->busy)
        return;
    char *some = m->unfilled == m->columns ? mem_string("Little of this was asked yet")
               : mem_format("%zu of %zu columns were not asked for all of this", m->unfilled, m->columns);
    char *line = mem_format("F fills this column%s. %s.", m->columns > 1 ? ", M all" : "", some);
    sheet_still(out, ATTR_WARN, line);
    free(line);
    free(some);
}

static void add_row(struct sheet *out, const struct matrix_row *r)
{
    char *name = short_name(r);
    const char *openssl = openssl_name(r);
    struct row *row = sheet_row(out, (struct item){ ROW_TAKEN, (int)r->kind, r->version, name_hash(r->name) },
                                ATTR_PLAIN, name);
    row->mark = (char)r->mark;
    row->full = sheet_keep(out, mem_format("%s%s%s", r->name, openssl ? " " : "", openssl ? openssl : ""));
    free(name);
}

static void matrix_rows(struct sheet *out, const struct look *l)
{
    const struct matrix *m = l->scene->matrix;
    const struct matrix_row *last = NULL;
    if (!l->scene->session->count || !m) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN, l->scene->waiting ? "probing ..." : "Nothing to show yet: a adds an endpoint.");
        return;
    }
    add_notice(out, l);
    for (size_t i = 0; i < m->count; i++) {
        const struct matrix_row *r = &m->row[i];
        if (l->view->only_diff && r->mark != MARK_DIFFER && r->mark != MARK_CLASS)
            continue;
        bool same = last && last->kind == r->kind && (r->kind == MATRIX_VERSIONS || last->version == r->version);
        if (!same) {
            char *title = matrix_title(r->kind, r->version);
            sheet_still(out, ATTR_HEAD, title);
            free(title);
        }
        add_row(out, r);
        last = r;
    }
    if (!last)
        sheet_still(out, ATTR_PLAIN, "No row differs; D shows all of them again.");
}

static void matrix_cell(struct cell_text *out, const struct look *l, const struct item *row, const struct column *c)
{
    const struct matrix_row *r = row_at(l, row);
    const struct column *ref = view_reference(l->view, l->scene);
    enum taken t = r ? matrix_state(l->scene->matrix, r, c->id) : TAKEN_UNASKED;
    char glyph[2] = { taken_table[t].glyph, '\0' };
    out->text = mem_string(glyph);
    out->full = r ? r->name : NULL;
    if (r && ref && ref != c)
        out->mark = (char)taken_mark(matrix_state(l->scene->matrix, r, ref->id), t);
    out->attr = out->mark == MARK_DIFFER ? ATTR_BAD : out->mark == MARK_CLASS ? ATTR_WARN : ATTR_PLAIN;
}

/* How exactly this column answered, where its state leaves that open; NULL: nothing more to say. */
static const char *answer_of(const struct column *c, const struct matrix_row *r)
{
    json_t *one;
    size_t i;
    if (r->kind == MATRIX_VERSIONS) {
        const char *answer = accepts_answer(c, r->version);
        return answer && strcmp(answer, "accepted") != 0 ? answer : NULL;
    }
    for (int v = r->version < ACCEPTS_VERSIONS - 1 && r->kind != MATRIX_SUITES ? 0 : r->version; v <= r->version; v++)
        json_array_foreach((json_t *)accepts_unsettled(c, matrix_fact(r->kind), v), i, one)
            if (accepts_name(one) && strcmp(accepts_name(one), r->name) == 0)
                return accepts_how(one);
    return NULL;
}

/* "taken: A, C and 3 more": the columns that answered one way. */
static void add_columns(struct text *t, const struct look *l, const struct matrix_row *r, enum taken taken)
{
    const struct matrix *m = l->scene->matrix;
    char letter[LETTER_LEN];
    size_t n = 0;
    for (size_t i = 0; i < m->columns; i++) {
        if (r->state[i] != taken)
            continue;
        if (n == 0)
            text_addf(t, "%c %s: ", taken_table[taken].glyph, taken_table[taken].word);
        if (n++ < LETTERS_MAX)
            text_addf(t, "%s%s", n > 1 ? ", " : "", scene_letter(scene_index(l->scene, m->id[i]), letter));
    }
    if (n > LETTERS_MAX)
        text_addf(t, " and %zu more", n - LETTERS_MAX);
    if (n)
        text_add(t, ". ");
}

static char *matrix_foot(const struct look *l, const struct item *row, const struct column *c)
{
    const struct matrix_row *r = row_at(l, row);
    struct text t = { 0 };
    char letter[LETTER_LEN];
    if (!r)
        return mem_string("");
    enum taken taken = matrix_state(l->scene->matrix, r, c->id);
    const char *openssl = openssl_name(r), *answer = answer_of(c, r);
    text_addf(&t, "%s: %s%s%s. ", scene_letter(scene_index(l->scene, c->id), letter), taken_table[taken].says,
              answer ? ", " : "", answer ? answer : "");
    text_addf(&t, "%s", r->kind == MATRIX_VERSIONS ? accepts_title(r->version) : r->name);
    if (openssl)
        text_addf(&t, " (%s)", openssl);
    if (r->kind != MATRIX_VERSIONS)
        text_addf(&t, ", %s%s", r->kind == MATRIX_GROUPS && r->version < ACCEPTS_VERSIONS - 1 ? "up to " : "",
                  accepts_title(r->version));
    text_add(&t, ". ");
    for (enum taken k = TAKEN_COUNT; k-- > 0 && l->scene->matrix->columns > 1;)
        add_columns(&t, l, r, k);
    return text_take(&t);
}

static bool matrix_open(struct subject *out, const struct look *l, const struct item *row, const struct column *c)
{
    (void)l;
    if (!c)
        return false;
    *out = (struct subject){ SUBJECT_CELL, c->id, (int)matrix_fact((enum matrix_kind)row->a) };
    return true;
}

const struct pane pane_matrix = {
    .title = "Matrix", .key = '5', .place = PLACE_MATRIX, .columns = true, .glyphs = true,
    .legend = matrix_legend, .rows = matrix_rows, .cell = matrix_cell, .foot = matrix_foot, .open = matrix_open,
};
