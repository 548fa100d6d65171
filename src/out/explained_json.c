/* explained - see explained.h: as JSON. */
#include "config.h"

#include "src/out/explained.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/member.h"
#include "src/log/advice.h"
#include "src/out/report.h"

#define LINES_MAX 10000      /* in the document; all are counted in the pattern */
#define NAMES_MAX 200
#define DUMP (JSON_COMPACT | JSON_ENCODE_ANY)

static json_t *time_json(double t)
{
    char text[WHEN_LEN];
    return isnan(t) ? json_null() : json_string(when_format_ms(t, text));
}

json_t *explained_line(const struct journal *j, const struct incident *e, unsigned first, const char *because)
{
    struct journal_view v = journal_view(j);
    const struct line_says *s = &v.reading[e->reading].says;
    json_t *line = json_object(), *also = json_array();
    for (size_t i = 0; i < s->cause_count; i++)
        if (s->cause[i].cause + 1 != first)
            json_array_append_new(also, json_string(cause_table[s->cause[i].cause].id));
    char *why = s->means ? mem_format("%s%s%s", s->means, because ? " Here: " : "", because ? because : "") : NULL;
    json_object_set_new(line, "file", member_string(v.file[e->file].name));
    json_object_set_new(line, "line", json_integer((json_int_t)e->line));
    json_object_set_new(line, "time", time_json(e->time));
    json_object_set_new(line, "client", member_string(journal_word(j, e->client)));
    json_object_set_new(line, "server", member_string(journal_word(j, e->server)));
    json_object_set_new(line, "sni", member_string(journal_word(j, e->name)));
    json_object_set_new(line, "stack", member_string(s->stack ? line_stack_table[s->stack].word : NULL));
    json_object_set_new(line, "cause", member_string(first ? cause_table[first - 1].id : NULL));
    json_object_set_new(line, "noise", json_boolean(e->noise));
    json_object_set_new(line, "also", also);
    json_object_set_new(line, "why", why ? member_string(why) :
                        json_string("It tells of a failure in words that are not known here."));
    json_object_set_new(line, "not", member_string(s->not_means));
    json_object_set_new(line, "nearest", json_array());
    for (size_t i = 0; i < s->nearest_count; i++)
        json_array_append_new(json_object_get(line, "nearest"), member_string(s->nearest[i]));
    free(why);
    return line;
}

/* --- the pattern -------------------------------------------------------------------------------- */

static json_t *whose_json(const struct journal *j, const struct whose *w)
{
    json_t *one = json_object(), *failing = json_array();
    for (size_t i = 0; i < w->failing && i < NAMES_MAX; i++)
        json_array_append_new(failing, member_string(journal_word(j, w->who[i].word)));
    json_object_set_new(one, "scope", json_string(scope_words[w->scope]));
    json_object_set_new(one, "failing", failing);
    json_object_set_new(one, "seen", json_integer((json_int_t)w->count));
    json_object_set_new(one, "network", member_string(w->net[0] ? w->net : NULL));
    return one;
}

static json_t *at_json(const struct habit *h)
{
    char a[WHEN_LEN], b[WHEN_LEN];
    if (h->kind == TIME_SINCE)
        return time_json(h->at);
    if (h->kind == TIME_DAILY)
        return json_sprintf("%02d:%02d-%02d:%02d", h->from / 60, h->from % 60, h->to / 60, h->to % 60);
    if (h->kind == TIME_STEADY)
        return json_real(h->period);
    if (h->kind != TIME_BURSTS)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < h->bursts; i++)
        json_array_append_new(list, json_sprintf("%s/%s", when_format((int64_t)h->burst[i].from, a),
                                                 when_format((int64_t)h->burst[i].to, b)));
    return list;
}

json_t *explained_pattern(const struct explained *x)
{
    const struct habit *h = x->habit;
    json_t *p = json_object(), *time = json_object();
    json_object_set_new(time, "kind", json_string(habit_time_words[h->kind]));
    json_object_set_new(time, "at", at_json(h));
    json_object_set_new(time, "zone", member_string(h->zoned ? "UTC" : NULL));
    json_object_set_new(time, "first", time_json(h->first));
    json_object_set_new(time, "last", time_json(h->last));
    json_object_set_new(p, "clients", whose_json(x->journal, &h->clients));
    json_object_set_new(p, "servers", whose_json(x->journal, &h->servers));
    json_object_set_new(p, "names", whose_json(x->journal, &h->names));
    json_object_set_new(p, "time", time);
    json_object_set_new(p, "text", member_string(h->text));
    json_object_set_new(p, "failed", json_integer((json_int_t)h->failed));
    json_object_set_new(p, "worked", json_integer((json_int_t)h->worked));
    json_object_set_new(p, "noise", json_integer((json_int_t)h->noise));
    return p;
}

json_t *explained_joined(const struct explained *x, size_t most)
{
    const struct join *n = x->join;
    if (!n || !n->text)
        return json_null();
    struct journal_view v = journal_view(x->journal);
    json_t *j = json_object(), *pairs = json_array();
    for (size_t i = 0; i < n->pairs && i < most; i++)
        json_array_append_new(pairs, json_pack("[I,I]", (json_int_t)v.event[n->pair[i].client].line,
                                               (json_int_t)v.event[n->pair[i].server].line));
    json_object_set_new(j, "client", member_string(v.file[n->client_file].name));
    json_object_set_new(j, "server", member_string(v.file[n->server_file].name));
    json_object_set_new(j, "offset", n->clocks ? json_real(n->offset) : json_null());
    json_object_set_new(j, "lines", pairs);
    json_object_set_new(j, "text", member_string(n->text));
    return j;
}

/* --- the usual members -------------------------------------------------------------------------- */

static char *summary_of(const struct explained *x, const struct outcome_cause *c)
{
    struct journal_view v = journal_view(x->journal);
    const struct line_says *s = c->samples ? &v.reading[c->sample[0]].says : NULL;
    const char *because = c->own ? NULL : c->because;
    return mem_format("%s%s%s%s", s && s->means ? s->means : cause_table[c->cause].says, because ? " (" : "",
                      because ? because : "", because ? ")" : "");
}

static void finding_put(FILE *out, const struct explained *x, const struct outcome_cause *c, int first)
{
    int evidence[OUTCOME_SAMPLES];
    char *missing[1] = { (char *)advice_table[c->cause].settle };
    char *summary = summary_of(x, c), *server = explained_server(x->journal, c);
    char *command = server ? mem_format("tlswhy check %s", server) : NULL;
    const char *pattern = c->habit && c->habit->whom[0] ? c->habit->whom + 1 : NULL;
    for (size_t i = 0; i < c->samples; i++)
        evidence[i] = first + (int)i;
    struct finding f = { .cause = c->cause, .confidence = c->percent / 100.0, .summary = summary,
                         .detail = json_pack("{s:I,s:o,s:o}", "events", (json_int_t)c->events,
                                             "server", member_string(server), "pattern", member_string(pattern)),
                         .for_ = evidence, .for_count = c->samples, .missing = missing, .missing_count = 1,
                         .fix = (char *)advice_table[c->cause].fix, .reproduce = command };
    json_t *j = finding_json(&f);
    json_dumpf(j, out, DUMP | JSON_REAL_PRECISION(15));
    json_decref(j);
    json_decref(f.detail);
    free(summary);
    free(server);
    free(command);
}

static void findings_put(FILE *out, const struct explained *x, const char *key, bool named)
{
    const char *before = "\n";
    int evidence = 1;
    fprintf(out, ",\n\"%s\":[", key);
    for (size_t i = 0; i < x->outcome->count; i++) {
        const struct outcome_cause *c = &x->outcome->cause[i];
        if ((c->percent >= 50) == named) {
            fputs(before, out);
            finding_put(out, x, c, evidence);
            before = ",\n";
        }
        evidence += (int)c->samples;
    }
    fputs("]", out);
}

static void put(FILE *out, const char *before, json_t *j)
{
    fputs(before, out);
    json_dumpf(j, out, DUMP | JSON_REAL_PRECISION(15));
    json_decref(j);
}

static void evidence_put(FILE *out, const struct explained *x)
{
    struct journal_view v = journal_view(x->journal);
    int number = 1;
    fputs(",\n\"evidence\":{", out);
    for (size_t i = 0; i < x->outcome->count; i++)
        for (size_t k = 0; k < x->outcome->cause[i].samples; k++, number++) {
            const struct reading *r = &v.reading[x->outcome->cause[i].sample[k]];
            fprintf(out, "%s\"e%d\":", number > 1 ? ",\n" : "\n", number);
            char *text = mem_format("%s:%llu: %s", v.file[r->file].name, (unsigned long long)r->line, r->sample);
            put(out, "", json_pack("{s:n,s:s,s:n,s:o,s:n}", "column", "probe", "log", "time", "text",
                                   member_string(text), "bytes"));
            free(text);
        }
    fputs("}", out);
}

static void checklist_put(FILE *out, const struct explained *x)
{
    fputs(",\n\"checklist\":[", out);
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        char *says = explained_answer(x->habit, q);
        put(out, q ? ",\n" : "\n", json_pack("{s:s,s:n,s:n,s:s,s:n,s:o}", "question", question_table[q].word, "answer",
                                             "probes_say", "state", "not-asked", "text",
                                             "log_says", member_string(says)));
        free(says);
    }
    fputs("]", out);
}

static const char *because_of(const struct outcome *o, unsigned first)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->cause[i].cause + 1 == first)
            return o->cause[i].because;
    return NULL;
}

static void lines_put(FILE *out, const struct explained *x)
{
    struct journal_view v = journal_view(x->journal);
    size_t count = 0;
    fputs(",\n\"lines\":[", out);
    for (size_t i = 0; i < v.count && count < LINES_MAX; i++) {
        if (v.event[i].is != INCIDENT_FAILS)
            continue;
        unsigned first = x->outcome->first[i];
        const struct line_says *s = &v.reading[v.event[i].reading].says;
        bool own = first && s->cause_count && s->cause[0].cause + 1 == first;
        put(out, count++ ? ",\n" : "\n",
            explained_line(x->journal, &v.event[i], first, own ? NULL : because_of(x->outcome, first)));
    }
    fprintf(out, "],\n\"lines_left_out\":%llu", (unsigned long long)(v.failing > count ? v.failing - count : 0));
}

void explained_json(FILE *out, const struct explained *x)
{
    char started[WHEN_LEN];
    fprintf(out, "{\"tlswhy\":\"%s\",\n\"schema\":1,\n\"started\":\"%s\",\n\"verdict\":\"%s\",\n\"columns\":[]",
            PACKAGE_VERSION, when_format_ms(x->started, started), judgement_words[explained_verdict(x)]);
    findings_put(out, x, "diagnosis", true);
    findings_put(out, x, "candidates", false);
    fputs(",\n\"warnings\":[]", out);
    evidence_put(out, x);
    checklist_put(out, x);
    fputs(",\n\"differences\":[],\n\"addresses\":[]", out);
    lines_put(out, x);
    put(out, ",\n\"pattern\":", explained_pattern(x));
    put(out, ",\n\"joined\":", explained_joined(x, LINES_MAX));
    fputs("}\n", out);
}
