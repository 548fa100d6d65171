/* pattern - see pattern.h. */
#include "src/out/pattern.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/model/member.h"
#include "src/why/question.h"

#define HEAD 10 /* "endpoints " */

static void add_line(struct text *t, int width, const char *head, const char *says)
{
    text_addf(t, "  %-*s ", HEAD, head);
    text_wrap(t, says, HEAD + 3, width);
    text_add(t, "\n");
}

/* "you say some; the log says one" */
static char *said(const struct session *s, enum question q)
{
    const char *own = s->answer[q], *log = s->log.answer[q];
    return own && log ? mem_format("you say %s (the log says %s)", own, log)
           : own      ? mem_format("you say %s", own)
                      : mem_format("the log says %s", log);
}

static void add_question(struct text *t, int width, enum question q, const char *said, const struct probes_say *p)
{
    char *says = p->word ? mem_format("%s; the probes say %s: %s%s", said, p->word, p->text,
                                      p->differs ? ". The two differ: both are kept" : "")
                         : mem_format("%s; the probes %s: %s", said,
                                      p->state == COULD_NOT_ASK ? "can't tell"
                                      : p->state == NOT_ASKED   ? "were not asked" : "are unsure", p->text);
    add_line(t, width, question_table[q].word, says);
    free(says);
}

static void add_finding(struct text *t, int width, const struct finding *f, bool *first)
{
    char *says = question_effect(f);
    if (says) {
        add_line(t, width, *first ? "Effect:" : "", says);
        *first = false;
    }
    free(says);
}

void pattern_add(struct text *t, const struct session *s, const struct verdict *v, int width)
{
    struct probes_say p[QUESTION_COUNT];
    bool first = true;
    if (!answers_any(s))
        return;
    checklist_of(p, s, v, NULL);
    for (enum question q = 0; q < QUESTION_COUNT; q++)
        if (session_says(s, q)) {
            char *who = said(s, q);
            add_question(t, width, q, who, &p[q]);
            free(who);
        }
    for (size_t i = 0; i < v->diagnosis_count; i++)
        add_finding(t, width, &v->diagnosis[i], &first);
    for (size_t i = 0; i < v->candidate_count; i++)
        add_finding(t, width, &v->candidate[i], &first);
    checklist_clear(p);
}

json_t *pattern_json(const struct session *s, const struct verdict *v)
{
    struct probes_say p[QUESTION_COUNT];
    json_t *list = json_array();
    checklist_of(p, s, v, NULL);
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        json_t *j = json_object();
        json_object_set_new(j, "question", json_string(question_table[q].word));
        json_object_set_new(j, "answer", member_string(s->answer[q]));
        json_object_set_new(j, "probes_say", member_string(p[q].word));
        json_object_set_new(j, "state", json_string(state_words[p[q].state]));
        json_object_set_new(j, "text", member_string(p[q].text));
        json_object_set_new(j, "log_says", member_string(s->log.answer[q]));
        json_array_append_new(list, j);
    }
    checklist_clear(p);
    return list;
}
