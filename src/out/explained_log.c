/* explained - see explained.h: as a session keeps it (src/model/logged.h). */
#include "src/out/explained.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"
#include "src/log/advice.h"

#define ROWS_MAX 40          /* of a table */
#define PAIRS_MAX 40

json_t *explained_logged(const struct explained *x, size_t event, const char *text)
{
    struct journal_view v = journal_view(x->journal);
    const struct incident *e = &v.event[event];
    const struct line_says *s = &v.reading[e->reading].says;
    unsigned first = x->outcome->first[event];
    int percent = 0;
    for (size_t i = 0; i < s->cause_count; i++)
        if (s->cause[i].cause + 1 == first)
            percent = s->cause[i].percent;
    json_t *line = explained_line(x->journal, e, first, NULL);
    json_object_set_new(line, "percent", json_integer(percent));
    json_object_set_new(line, "decides", member_string(s->decides));
    json_object_set_new(line, "text", member_string(text ? text : v.reading[e->reading].sample));
    return line;
}

/* --- the summary -------------------------------------------------------------------------------- */

static json_t *files_json(const struct journal_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->files; i++)
        json_array_append_new(list, json_pack("{s:o,s:I}", "file", member_string(v->file[i].name), "lines",
                                              (json_int_t)v->file[i].lines));
    return list;
}

/* Who fails and who works, the worst first: [name, failed, worked]. */
static json_t *table_json(const struct journal *j, const struct whose *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->count && i < ROWS_MAX; i++)
        json_array_append_new(list, json_pack("[o,I,I]", member_string(journal_word(j, w->who[i].word)),
                                              (json_int_t)w->who[i].failed, (json_int_t)w->who[i].worked));
    return list;
}

static json_t *bins_json(const uint32_t bin[HABIT_BINS])
{
    json_t *list = json_array();
    for (int i = 0; i < HABIT_BINS; i++)
        json_array_append_new(list, json_integer((json_int_t)bin[i]));
    return list;
}

static json_t *pattern_json(const struct explained *x)
{
    const struct habit *h = x->habit;
    json_t *p = explained_pattern(x);
    json_object_set_new(json_object_get(p, "clients"), "table", table_json(x->journal, &h->clients));
    json_object_set_new(json_object_get(p, "servers"), "table", table_json(x->journal, &h->servers));
    json_object_set_new(json_object_get(p, "names"), "table", table_json(x->journal, &h->names));
    json_object_set_new(json_object_get(p, "time"), "fails", bins_json(h->fails));
    json_object_set_new(json_object_get(p, "time"), "works", bins_json(h->works));
    return p;
}

static json_t *answers_json(const struct habit *h)
{
    json_t *o = json_object();
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        char *says = explained_answer(h, q);
        if (says)
            json_object_set_new(o, question_table[q].word, json_string(says));
        free(says);
    }
    return o;
}

static json_t *causes_json(const struct explained *x, int (*number)(void *arg, uint16_t file, uint64_t line), void *arg)
{
    struct journal_view v = journal_view(x->journal);
    json_t *list = json_array();
    for (size_t i = 0; i < x->outcome->count; i++) {
        const struct outcome_cause *c = &x->outcome->cause[i];
        json_t *lines = json_array();
        for (size_t k = 0; k < c->samples; k++) {
            const struct reading *r = &v.reading[c->sample[k]];
            int n = number(arg, r->file, r->line);
            if (n)
                json_array_append_new(lines, json_integer(n));
        }
        json_array_append_new(list, json_pack("{s:s,s:i,s:I,s:o}", "cause", cause_table[c->cause].id, "percent",
                                              c->percent,
                                              "events", (json_int_t)c->events, "lines", lines));
    }
    return list;
}

static json_t *silence_json(const struct explained *x)
{
    json_t *list = json_array();
    for (size_t k = 0, which = explained_silence(x); !x->habit->failed && k < silence_count; k++)
        if (which == silence_count || k == which) {
            char *line = mem_format("%s: %s", silence_table[k].program, silence_table[k].turn_on);
            json_array_append_new(list, member_string(line));
            free(line);
        }
    return list;
}

json_t *explained_summary(const struct explained *x, int (*number)(void *arg, uint16_t file, uint64_t line), void *arg)
{
    struct journal_view v = journal_view(x->journal);
    json_t *s = json_object();
    json_object_set_new(s, "files", files_json(&v));
    json_object_set_new(s, "failing", json_integer((json_int_t)v.failing));
    json_object_set_new(s, "estimated", json_boolean(v.estimated));
    json_object_set_new(s, "causes", causes_json(x, number, arg));
    json_object_set_new(s, "answers", answers_json(x->habit));
    json_object_set_new(s, "pattern", pattern_json(x));
    json_object_set_new(s, "joined", explained_joined(x, PAIRS_MAX));
    json_object_set_new(s, "silence", silence_json(x));
    return s;
}
