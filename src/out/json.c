/* json - the one JSON document of a session and its verdict.
 *
 * Owns: its keys and their order, which are promised (man/tlswhy.schema.json).
 * Must not know: who reads it.
 *
 * The document is written piece by piece: a column, a finding, a piece of evidence at a time, each
 * on a line of its own, so that a thousand columns are never held a second time.
 */
#include "config.h"

#include "src/out/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/diff.h"

#define DUMP (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

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

static json_t *when_json(double t)
{
    char out[WHEN_LEN];
    return json_string(when_format_ms(t, out));
}

/* --- columns -------------------------------------------------------------------------------- */

static json_t *seen_json(const struct seen *seen)
{
    json_t *j = json_object();
    json_object_set_new(j, "state", json_string(state_words[seen->state]));
    json_object_set_new(j, "value", value_json(seen->value));
    json_object_set_new(j, "evidence", evidence_json(seen->evidence));
    bool timed = seen->state != NOT_ASKED && seen->ms >= 0 && isfinite(seen->ms);
    json_object_set_new(j, "ms", timed ? json_real(round(seen->ms * 1000) / 1000) : json_null());
    return j;
}

static json_t *facts_json(const struct column *c)
{
    json_t *j = json_object();
    for (int f = 0; f < FACT_COUNT; f++)
        json_object_set_new_nocheck(j, fact_table[f].json, seen_json(&c->fact[f]));
    return j;
}

static bool failed(const struct column *c)
{
    return c->fact[FACT_HANDSHAKE].state == STATE_NO || c->fact[FACT_CONNECT].state == STATE_NO ||
           c->fact[FACT_FAILURE].state == STATE_YES;
}

/* One try a column, until handshakes are repeated. */
static json_t *attempts_json(const struct column *c)
{
    bool lost = failed(c), made = lost || c->fact[FACT_HANDSHAKE].state == STATE_YES;
    json_t *j = json_object();
    json_object_set_new(j, "made", json_integer(made));
    json_object_set_new(j, "failed", json_integer(lost));
    json_object_set_new(j, "groups", json_array());
    return j;
}

static json_t *chain_json(const struct column *c)
{
    json_t *value = c->fact[FACT_CHAIN].value;
    if (!json_is_object(value))
        return json_null();
    json_t *j = json_object();
    json_object_set_new(j, "sent", value_json(json_object_get(value, "sent")));
    json_object_set_new(j, "built", value_json(json_object_get(value, "built")));
    return j;
}

static json_t *versions_json(const struct seen *seen)
{
    if (seen->state != STATE_YES || !json_is_object(seen->value))
        return json_null();
    json_t *list = json_array(), *how;
    const char *version;
    json_object_foreach(seen->value, version, how)
        if (json_is_string(how) && strcmp(json_string_value(how), "accepted") == 0)
            json_array_append_new(list, json_string(version));
    return list;
}

static json_t *accepts_json(const struct column *c)
{
    json_t *j = json_object();
    json_object_set_new(j, "versions", versions_json(&c->fact[FACT_VERSIONS]));
    json_object_set_new(j, "ciphers", json_null());
    json_object_set_new(j, "server_order", json_null());
    json_object_set_new(j, "groups", json_null());
    json_object_set_new(j, "sigalgs", json_null());
    return j;
}

static json_t *column_json(const struct report *r, const struct column *c)
{
    const struct column_verdict *v = verdict_column(r->verdict, c->id);
    json_t *j = json_object();
    json_object_set_new(j, "id", json_integer(c->id));
    json_object_set_new(j, "endpoint", text_json(c->endpoint->text));
    json_object_set_new(j, "label", text_json(c->label));
    json_object_set_new(j, "vantage", text_json(c->vantage));
    json_object_set_new(j, "address", text_json(c->address));
    json_object_set_new(j, "verdict",
                        json_string(judgement_words[v ? v->verdict : VERDICT_UNSURE]));
    json_object_set_new(j, "facts", facts_json(c));
    json_object_set_new(j, "attempts", attempts_json(c));
    json_object_set_new(j, "chain", chain_json(c));
    json_object_set_new(j, "accepts", accepts_json(c));
    json_object_set_new(j, "clients", json_array());
    return j;
}

/* --- findings ------------------------------------------------------------------------------- */

static json_t *evidence_list(const int *number, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, evidence_json(number[i]));
    return list;
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
    return j;
}

/* --- evidence and differences --------------------------------------------------------------- */

static json_t *piece_json(const struct evidence *e)
{
    json_t *j = json_object();
    json_object_set_new(j, "column", json_integer(e->column));
    json_object_set_new(j, "probe", text_json(e->probe));
    json_object_set_new(j, "time", when_json(e->time));
    json_object_set_new(j, "text", text_json(e->text));
    char *hex = e->bytes ? bytes_hex(e->bytes, e->bytes_len, OBSERVATION_BYTES_MAX) : NULL;
    json_object_set_new(j, "bytes", text_json(hex));
    free(hex);
    return j;
}

/* Facts without a value count by their state. */
static json_t *answer_json(const struct seen *seen)
{
    if (seen->value)
        return json_incref(seen->value);
    if (seen->state != STATE_YES && seen->state != STATE_NO)
        return json_null();
    return json_boolean(seen->state == STATE_YES);
}

static json_t *difference_json(const struct session *s, enum fact f)
{
    json_t *values = json_array(), *j = json_object();
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(values, answer_json(&s->column[i]->fact[f]));
    json_object_set_new(j, "fact", json_string(fact_table[f].json));
    json_object_set_new(j, "values", values);
    json_object_set_new(j, "matters", json_boolean(fact_table[f].matters));
    return j;
}

/* --- the document --------------------------------------------------------------------------- */

/* Writes one member or element on a line of its own and releases it. */
static void put(FILE *out, const char *before, json_t *j)
{
    fputs(before, out);
    json_dumpf(j, out, DUMP);
    json_decref(j);
}

static void put_findings(FILE *out, const char *key, const struct finding *f, size_t n)
{
    fprintf(out, ",\n\"%s\":[", key);
    for (size_t i = 0; i < n; i++)
        put(out, i ? ",\n" : "\n", finding_json(&f[i]));
    fputs("]", out);
}

static void put_evidence(FILE *out, const struct session *s)
{
    fputs(",\n\"evidence\":{", out);
    for (size_t i = 1; i < s->evidence_count; i++) {
        fprintf(out, "%s\n\"e%zu\":", i > 1 ? "," : "", i);
        put(out, "", piece_json(&s->evidence[i]));
    }
    fputs("}", out);
}

static void put_differences(FILE *out, const struct session *s)
{
    const char *comma = "";
    fputs(",\n\"differences\":[", out);
    for (int f = 0; f < FACT_COUNT; f++) {
        if (diff_row(s, (enum fact)f) != MARK_DIFFER)
            continue;
        fputs(comma, out);
        put(out, "\n", difference_json(s, (enum fact)f));
        comma = ",";
    }
    fputs("]", out);
}

void report_json(FILE *out, const struct report *r)
{
    const struct session *s = r->session;
    const struct verdict *v = r->verdict;
    put(out, "{\"tlswhy\":", json_string(PACKAGE_VERSION));
    put(out, ",\n\"schema\":", json_integer(1));
    put(out, ",\n\"started\":", when_json(s->started));
    put(out, ",\n\"verdict\":", json_string(judgement_words[v->all]));
    fputs(",\n\"columns\":[", out);
    for (size_t i = 0; i < s->count; i++)
        put(out, i ? ",\n" : "\n", column_json(r, s->column[i]));
    fputs("]", out);
    put_findings(out, "diagnosis", v->diagnosis, v->diagnosis_count);
    put_findings(out, "candidates", v->candidate, v->candidate_count);
    put_findings(out, "warnings", v->warning, v->warning_count);
    put_evidence(out, s);
    put(out, ",\n\"checklist\":", json_array());
    put_differences(out, s);
    fputs("}\n", out);
}
