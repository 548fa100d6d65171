/* json - the one JSON document of a session and its verdict.
 *
 * Owns: its keys and their order, which are promised (man/tlswhy.schema.json).
 * Must not know: who reads it.
 *
 * The document is written piece by piece: a column, a finding, a piece of evidence at a time, each
 * on a line of its own, so that a thousand columns are never held a second time.
 */
#include "config.h"

#include "src/out/logs.h"
#include "src/out/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/accepts.h"
#include "src/model/diff.h"
#include "src/out/pattern.h"
#include "src/why/clients.h"
#include "src/why/look.h"
#include "src/why/pull.h"
#include "src/why/odd.h"

#define DUMP (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

/* What there are thousands of (facts, evidence) is written straight into the line; only the rest
 * takes the way through a json_t of its own. */
static int line_take(const char *p, size_t n, void *line)
{
    text_add_n(line, p, n);
    return 0;
}

static void add_value(struct text *t, const json_t *value)
{
    if (value)
        json_dump_callback(value, line_take, t, DUMP);
    else
        text_add(t, "null");
}

/* Takes the reference. */
static void add_json(struct text *t, const char *before, json_t *j)
{
    text_add(t, before);
    add_value(t, j);
    json_decref(j);
}

static void put_line(FILE *out, struct text *t)
{
    fwrite(t->s, 1, t->len, out);
    t->len = 0;
}

/* Text that is no UTF-8 can't come here, but a document with a key missing would be worse. */
static json_t *text_json(const char *s)
{
    json_t *j = s ? json_string(s) : json_null();
    if (!j) {
        char *clean = text_printable(s, strlen(s), strlen(s));
        j = json_string(clean);
        free(clean);
    }
    return j;
}

static json_t *value_json(json_t *value)
{
    return value ? json_incref(value) : json_null();
}

static json_t *evidence_json(int number)
{
    return number ? json_sprintf("e%d", number) : json_null();
}

/* --- columns -------------------------------------------------------------------------------- */

/* Whole numbers, so that no locale has a say. */
static void add_ms(struct text *t, double ms)
{
    if (ms >= 0 && ms < 1e12)
        text_addf(t, "%lld.%03lld", llround(ms * 1000) / 1000, llround(ms * 1000) % 1000);
    else
        text_add(t, "null");
}

static void add_fact(struct text *t, enum fact f, const struct seen *seen)
{
    text_addf(t, "%s\"%s\":{\"state\":\"%s\",\"value\":", f ? "," : "", fact_table[f].json,
              state_words[seen->state]);
    add_value(t, seen->value);
    if (seen->evidence)
        text_addf(t, ",\"evidence\":\"e%d\",\"ms\":", seen->evidence);
    else
        text_add(t, ",\"evidence\":null,\"ms\":");
    add_ms(t, seen->state == NOT_ASKED ? -1 : seen->ms);
    text_add(t, "}");
}

static const char *failure_member(const struct column *c, const char *key)
{
    return json_string_value(json_object_get(c->fact[FACT_FAILURE].value, key));
}

/* How the try failed, in a word; NULL when it did not. A server may refuse when our side of the
 * handshake is through already; one that only hangs up then does not. */
static const char *outcome_of(const struct session *s, const struct column *c)
{
    static const struct condition refused[CONDITIONS_MAX] = {
        { FACT_LATE, TEST_THAT, "refused" } };
    const char *kind = failure_member(c, "kind"), *word = column_word(c, FACT_HANDSHAKE);
    if (c->fact[FACT_HANDSHAKE].state == STATE_YES) {
        if (c->fact[FACT_LATE].state != STATE_YES)
            return NULL;
        struct look l = look_at(s, c, FAMILY_ALONE, -1);
        return look_holds(&l, refused) ? column_word(c, FACT_LATE) : NULL;
    }
    if (c->fact[FACT_HANDSHAKE].state == STATE_NO)
        return word ? word : "failed";
    if (c->fact[FACT_CONNECT].state == STATE_NO)
        return column_word(c, FACT_CONNECT) ? column_word(c, FACT_CONNECT) : "failed";
    return c->fact[FACT_FAILURE].state == STATE_YES ? kind ? kind : "failed" : NULL;
}

/* What a try that failed had come to see: tries that saw the same are alike. Owned by the caller. */
static char *looks_of(const struct column *c)
{
    static const struct { const char *stage, *looks; } rows[] = {
        { "resolve", "no address" }, { "connect", "no connection" },
        { "nothing", "no ServerHello" }, { "server-hello", "ServerHello, no certificate" },
    };
    const char *leaf = column_word(c, FACT_LEAF), *stage = failure_member(c, "stage");
    if (leaf)
        return mem_format("certificate %s", leaf);
    if (!stage)
        stage = c->fact[FACT_CONNECT].state == STATE_NO ? "connect" : "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].stage, stage) == 0)
            return mem_string(rows[i].looks);
    return mem_string("certificate not known");
}

static json_t *count_json(const json_t *v)
{
    return json_integer(json_integer_value(v) > 0 ? json_integer_value(v) : 0);
}

/* Handshakes that were repeated; a stranger's session may have anything there. */
static json_t *tries_json(const json_t *value)
{
    static const char *const keys[] = { "count", "looks", "outcome" };
    json_t *j = json_object(), *groups = json_array();
    const json_t *group;
    size_t i;
    json_array_foreach(json_object_get(value, "groups"), i, group) {
        json_t *one = json_object();
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            json_object_set(one, keys[k], json_object_get(group, keys[k]));
        if (json_integer_value(json_object_get(one, "count")) > 0 && json_is_string(json_object_get(one, "looks")) &&
            json_is_string(json_object_get(one, "outcome")))
            json_array_append(groups, one);
        json_decref(one);
    }
    json_object_set_new(j, "made", count_json(json_object_get(value, "made")));
    json_object_set_new(j, "failed", count_json(json_object_get(value, "failed")));
    json_object_set_new(j, "groups", groups);
    return j;
}

static json_t *attempts_json(const struct session *s, const struct column *c)
{
    const struct seen *tried = &c->fact[FACT_ATTEMPTS];
    if (tried->state == STATE_YES || tried->state == STATE_NO)
        return tries_json(tried->value);
    const char *outcome = outcome_of(s, c);
    bool made = outcome || c->fact[FACT_HANDSHAKE].state == STATE_YES;
    json_t *j = json_object(), *groups = json_array();
    if (outcome) {
        char *looks = looks_of(c);
        json_t *group = json_object();
        json_object_set_new(group, "count", json_integer(1));
        json_object_set_new(group, "looks", text_json(looks));
        json_object_set_new(group, "outcome", text_json(outcome));
        json_array_append_new(groups, group);
        free(looks);
    }
    json_object_set_new(j, "made", json_integer(made));
    json_object_set_new(j, "failed", json_integer(outcome != NULL));
    json_object_set_new(j, "groups", groups);
    return j;
}

static json_t *chain_json(const struct column *c)
{
    json_t *value = c->fact[FACT_CHAIN].value;
    if (!json_is_array(json_object_get(value, "sent")) || !json_is_array(json_object_get(value, "built")))
        return json_null();
    json_t *j = json_object();
    json_object_set_new(j, "sent", value_json(json_object_get(value, "sent")));
    json_t *found = c->fact[FACT_AIA].state == STATE_YES ? json_object_get(c->fact[FACT_AIA].value, "chain") : NULL;
    json_object_set_new(j, "built", value_json(json_is_array(found) ? found : json_object_get(value, "built")));
    return j;
}

static bool is_object(const struct column *c, enum fact f)
{
    return c->fact[f].state == STATE_YES && json_is_object(c->fact[f].value);
}

static json_t *versions_json(const struct column *c)
{
    if (!is_object(c, FACT_VERSIONS))
        return json_null();
    json_t *list = json_array();
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        const char *answer = accepts_answer(c, v);
        if (answer && strcmp(answer, "accepted") == 0)
            json_array_append_new(list, json_string(accepts_word(v)));
    }
    return list;
}

static json_t *ciphers_json(const struct column *c)
{
    if (!is_object(c, FACT_CIPHERS))
        return json_null();
    json_t *j = json_object();
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        const json_t *taken = accepts_taken(c, FACT_CIPHERS, v);
        if (taken)
            json_object_set(j, accepts_word(v), (json_t *)taken);
    }
    return j;
}

static json_t *order_json(const struct column *c)
{
    enum state state = c->fact[FACT_ORDER].state;
    return state == STATE_YES || state == STATE_NO ? json_boolean(state == STATE_YES) : json_null();
}

static json_t *union_json(const struct column *c, enum fact f)
{
    json_t *all = accepts_union(c, f);
    return all ? all : json_null();
}

static void add_open(json_t *list, enum fact f, int version, const char *name, const char *answer)
{
    json_t *j = json_object();
    json_object_set_new(j, "fact", json_string(fact_table[f].json));
    json_object_set_new(j, "version", json_string(accepts_word(version)));
    json_object_set_new(j, "name", text_json(name));
    json_object_set_new(j, "answer", text_json(answer));
    json_array_append_new(list, j);
}

/* What was asked, and not answered in a way that says yes or no. */
static json_t *unsettled_json(const struct column *c)
{
    static const enum fact facts[] = { FACT_CIPHERS, FACT_GROUPS, FACT_SIGALGS };
    json_t *list = json_array(), *one;
    size_t i;
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        const char *answer = accepts_answer(c, v);
        if (answer && accepts_is_open(answer))
            add_open(list, FACT_VERSIONS, v, accepts_word(v), answer);
    }
    for (size_t f = 0; f < sizeof facts / sizeof *facts; f++)
        for (int v = 0; v < ACCEPTS_VERSIONS; v++)
            json_array_foreach((json_t *)accepts_unsettled(c, facts[f], v), i, one)
                if (accepts_name(one))
                    add_open(list, facts[f], v, accepts_name(one), accepts_how(one));
    return list;
}

static json_t *accepts_json(const struct column *c)
{
    json_t *j = json_object();
    json_object_set_new(j, "versions", versions_json(c));
    json_object_set_new(j, "ciphers", ciphers_json(c));
    json_object_set_new(j, "server_order", order_json(c));
    json_object_set_new(j, "groups", union_json(c, FACT_GROUPS));
    json_object_set_new(j, "sigalgs", union_json(c, FACT_SIGALGS));
    json_object_set_new(j, "unsettled", unsettled_json(c));
    return j;
}

static void add_column(struct text *t, const struct report *r, const struct column *c)
{
    const struct column_verdict *v = verdict_column(r->verdict, c->id);
    text_addf(t, "{\"id\":%d", c->id);
    add_json(t, ",\"endpoint\":", text_json(c->endpoint->text));
    add_json(t, ",\"label\":", text_json(c->label));
    add_json(t, ",\"vantage\":", text_json(c->vantage));
    add_json(t, ",\"address\":", text_json(c->address));
    text_addf(t, ",\"verdict\":\"%s\"", judgement_words[v ? v->verdict : VERDICT_UNSURE]);
    text_add(t, ",\"facts\":{");
    for (int f = 0; f < FACT_COUNT; f++)
        add_fact(t, (enum fact)f, &c->fact[f]);
    add_json(t, "},\"attempts\":", attempts_json(r->session, c));
    add_json(t, ",\"chain\":", chain_json(c));
    add_json(t, ",\"accepts\":", accepts_json(c));
    add_json(t, ",\"clients\":", clients_json(c));
    text_add(t, "}");
}

/* --- findings ------------------------------------------------------------------------------- */

static json_t *evidence_list(const int *number, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, evidence_json(number[i]));
    return list;
}

/* Only where an answer of the person had a say. */
static void put_answers(json_t *j, const struct finding *f)
{
    if (!pull_any(&f->pull))
        return;
    json_t *said = json_object();
    for (int q = 0; q < QUESTION_COUNT; q++)
        if (f->pull.by[q])
            json_object_set_new(said, question_table[q].word, json_string(f->pull.by[q] > 0 ? "for" : "against"));
    json_object_set_new(j, "answers", said);
    json_object_set_new(j, "before", json_real(f->before));
}

json_t *finding_json(const struct finding *f)
{
    json_t *columns = json_array(), *missing = json_array(), *j = json_object();
    for (size_t i = 0; i < f->column_count; i++)
        json_array_append_new(columns, json_integer(f->column[i]));
    for (size_t i = 0; i < f->missing_count; i++)
        json_array_append_new(missing, text_json(f->missing[i]));
    json_object_set_new(j, "cause", json_string(cause_table[f->cause].id));
    json_object_set_new(j, "confidence", json_real(f->confidence));
    json_object_set_new(j, "columns", columns);
    json_object_set_new(j, "summary", text_json(f->summary));
    json_object_set_new(j, "detail", f->detail ? json_incref(f->detail) : json_object());
    json_object_set_new(j, "for", evidence_list(f->for_, f->for_count));
    json_object_set_new(j, "against", evidence_list(f->against, f->against_count));
    json_object_set_new(j, "missing", missing);
    json_object_set_new(j, "fix", text_json(f->fix));
    json_object_set_new(j, "reproduce", text_json(f->reproduce));
    put_answers(j, f);
    return j;
}

/* --- evidence and differences --------------------------------------------------------------- */

static void add_piece(struct text *t, size_t number, const struct evidence *e)
{
    char time[WHEN_LEN];
    char *hex = e->bytes ? bytes_hex(e->bytes, e->bytes_len, OBSERVATION_BYTES_MAX) : NULL;
    text_addf(t, "\"e%zu\":{\"column\":", number);
    if (e->column)
        text_addf(t, "%d", e->column);
    else
        text_add(t, "null"); /* a line of a log */
    add_json(t, ",\"probe\":", text_json(e->probe));
    if (isnan(e->time))
        text_add(t, ",\"time\":null");
    else
        text_addf(t, ",\"time\":\"%s\"", when_format_ms(e->time, time));
    add_json(t, ",\"text\":", text_json(e->text));
    add_json(t, ",\"bytes\":", text_json(hex));
    text_add(t, "}");
    free(hex);
}

static json_t *difference_json(const struct session *s, const struct difference *d)
{
    json_t *j = json_object();
    json_object_set_new(j, "fact", json_string(fact_table[d->fact].json));
    json_object_set_new(j, "values", difference_values(s, d->fact));
    json_object_set_new(j, "matters", json_boolean(d->matters));
    return j;
}

/* --- the document --------------------------------------------------------------------------- */

static void put_findings(FILE *out, struct text *t, const char *key, const struct finding *f,
                         size_t n)
{
    text_addf(t, ",\n\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        add_json(t, i ? ",\n" : "\n", finding_json(&f[i]));
        put_line(out, t);
    }
    text_add(t, "]");
}

static void put_evidence(FILE *out, struct text *t, const struct session *s)
{
    const char *before = "\n";
    text_add(t, ",\n\"evidence\":{");
    for (size_t i = 1; i < s->evidence_count; i++) {
        if (s->evidence[i].gone)
            continue;
        text_add(t, before);
        add_piece(t, i, &s->evidence[i]);
        put_line(out, t);
        before = ",\n";
    }
    text_add(t, "}");
}

static void put_differences(FILE *out, struct text *t, const struct session *s)
{
    size_t n;
    struct difference *list = differences_of(s, &n);
    text_add(t, ",\n\"differences\":[");
    for (size_t i = 0; i < n; i++) {
        add_json(t, i ? ",\n" : "\n", difference_json(s, &list[i]));
        put_line(out, t);
    }
    free(list);
    text_add(t, "]");
}

static json_t *ids_json(const int *id, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer(id[i]));
    return list;
}

/* Names of which the addresses do not come out alike. */
static void put_addresses(FILE *out, struct text *t, const struct report *r)
{
    size_t n;
    struct odd *list = odds_of(r->session, r->verdict, &n);
    text_add(t, ",\n\"addresses\":[");
    for (size_t i = 0; i < n; i++) {
        json_t *columns = json_array();
        for (size_t k = list[i].begin; k < list[i].end; k++)
            json_array_append_new(columns, json_integer(r->session->column[k]->id));
        add_json(t, i ? ",\n{\"columns\":" : "\n{\"columns\":", columns);
        add_json(t, ",\"odd\":", ids_json(list[i].column, list[i].count));
        add_json(t, ",\"text\":", text_json(list[i].text));
        text_add(t, "}");
        put_line(out, t);
    }
    odds_free(list, n);
    text_add(t, "]");
}

static void put_sides(struct text *t, const struct comparison *c)
{
    add_json(t, ",\n\"sides\":{\"working\":", ids_json(c->sides.working, c->sides.working_count));
    add_json(t, ",\"failing\":", ids_json(c->sides.failing, c->sides.failing_count));
    text_addf(t, ",\"exchanged\":%s", c->exchanged ? "true" : "false");
    add_json(t, ",\"text\":", text_json(c->text));
    text_add(t, "}");
}

/* As `explain` has them. */
static void put_logs(FILE *out, struct text *t, const struct session *s)
{
    if (!s->log.summary)
        return;
    add_json(t, ",\n\"lines\":", logs_lines(s));
    put_line(out, t);
    json_t *pattern = logs_pattern(s);
    if (pattern)
        add_json(t, ",\n\"pattern\":", pattern);
    add_json(t, ",\n\"joined\":", logs_joined(s));
    put_line(out, t);
}

static void put_checklist(FILE *out, struct text *t, const struct session *s, const struct verdict *v)
{
    json_t *list = pattern_json(s, v), *one;
    size_t i;
    text_add(t, ",\n\"checklist\":[");
    json_array_foreach(list, i, one)
        add_json(t, i ? ",\n" : "\n", json_incref(one));
    text_add(t, "]");
    put_line(out, t);
    json_decref(list);
}

void report_json(FILE *out, const struct report *r)
{
    const struct session *s = r->session;
    const struct verdict *v = r->verdict;
    char started[WHEN_LEN];
    struct text t = {0};
    add_json(&t, "{\"tlswhy\":", json_string(PACKAGE_VERSION));
    text_addf(&t, ",\n\"schema\":1,\n\"started\":\"%s\"", when_format_ms(s->started, started));
    text_addf(&t, ",\n\"verdict\":\"%s\",\n\"columns\":[", judgement_words[v->all]);
    for (size_t i = 0; i < s->count; i++) {
        text_add(&t, i ? ",\n" : "\n");
        add_column(&t, r, s->column[i]);
        put_line(out, &t);
    }
    text_add(&t, "]");
    put_findings(out, &t, "diagnosis", v->diagnosis, v->diagnosis_count);
    put_findings(out, &t, "candidates", v->candidate, v->candidate_count);
    put_findings(out, &t, "warnings", v->warning, v->warning_count);
    put_evidence(out, &t, s);
    put_checklist(out, &t, s, v);
    put_differences(out, &t, s);
    put_addresses(out, &t, r);
    put_logs(out, &t, s);
    if (r->comparison)
        put_sides(&t, r->comparison);
    text_add(&t, "}\n");
    put_line(out, &t);
    text_free(&t);
}
