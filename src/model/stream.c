/* stream - see stream.h. */
#include "src/model/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"

/* Which members a kind of line carries. One table for writing and reading. */
enum { HAS_COLUMN = 1, HAS_PLACE = 2, HAS_ENDPOINT = 4, HAS_ADDRESS = 8, HAS_FACT = 16, HAS_WANT = 32,
       HAS_TEXT = 64, HAS_ASK = 128 };
static const struct { const char *word; unsigned has; } kind_table[] = {
    [EVENT_COLUMN] = { "column", HAS_COLUMN | HAS_ASK | HAS_PLACE | HAS_ENDPOINT | HAS_ADDRESS },
    [EVENT_FACT] = { "fact", HAS_COLUMN | HAS_FACT },
    [EVENT_BUSY] = { "busy", HAS_COLUMN },
    [EVENT_DONE] = { "done", HAS_COLUMN },
    [EVENT_FORGET] = { "forget", HAS_COLUMN },
    [EVENT_GONE] = { "gone", HAS_COLUMN },
    [EVENT_TROUBLE] = { "trouble", HAS_ASK | HAS_TEXT },
    [EVENT_ASK] = { "ask", HAS_ASK | HAS_ENDPOINT },
    [EVENT_WANT] = { "want", HAS_COLUMN | HAS_WANT },
    [EVENT_AGAIN] = { "again", HAS_COLUMN },
    [EVENT_DROP] = { "drop", HAS_COLUMN },
    [EVENT_STOP] = { "stop", 0 },
};
enum { KINDS = sizeof kind_table / sizeof *kind_table };

static json_t *text_or_null(const char *s)
{
    json_t *j = s ? json_string(s) : NULL;
    return j ? j : json_null();
}

static void put_fact(json_t *o, const struct observation *seen)
{
    char when[WHEN_LEN];
    json_object_set_new(o, "fact", json_string(fact_table[seen->fact].json));
    json_object_set_new(o, "state", json_string(state_words[seen->state]));
    json_object_set(o, "value", seen->value ? seen->value : json_null());
    json_object_set_new(o, "probe", json_string(seen->probe ? seen->probe : "other"));
    json_object_set_new(o, "time", json_string(when_format_ms(seen->time, when)));
    json_object_set_new(o, "ms", seen->ms < 0 ? json_null() : json_real(seen->ms));
    json_object_set_new(o, "text", text_or_null(seen->text));
    char *hex = seen->bytes ? bytes_hex(seen->bytes, seen->bytes_len, OBSERVATION_BYTES_MAX) : NULL;
    json_object_set_new(o, "bytes", text_or_null(hex));
    free(hex);
}

char *event_format(const struct event *ev)
{
    unsigned has = kind_table[ev->kind].has;
    json_t *o = json_object();
    json_object_set_new(o, "t", json_string(kind_table[ev->kind].word));
    if (has & HAS_COLUMN)
        json_object_set_new(o, ev->kind == EVENT_COLUMN ? "id" : "column", json_integer(ev->column));
    if (has & HAS_ASK)
        json_object_set_new(o, "ask", json_integer(ev->ask));
    if (has & HAS_PLACE)
        json_object_set_new(o, "nth", json_integer(ev->nth));
    if (has & HAS_ENDPOINT)
        json_object_set_new(o, "endpoint", text_or_null(ev->endpoint));
    if (has & HAS_ADDRESS) {
        json_object_set_new(o, "address", text_or_null(ev->address));
        json_object_set_new(o, "vantage", text_or_null(ev->vantage));
    }
    if (has & HAS_FACT)
        put_fact(o, &ev->seen);
    if (has & HAS_WANT) {
        json_t *facts = json_array();
        for (int f = 0; f < FACT_COUNT; f++)
            if (ev->wanted[f])
                json_array_append_new(facts, json_string(fact_table[f].json));
        json_object_set_new(o, "facts", facts);
    }
    if (has & HAS_TEXT)
        json_object_set_new(o, "text", text_or_null(ev->text));
    if (ev->kind == EVENT_AGAIN && ev->full)
        json_object_set_new(o, "full", json_true());
    char *line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(o);
    struct text t = { 0 };
    text_add(&t, line ? line : "{}");
    text_add(&t, "\n");
    free(line);
    return text_take(&t);
}

/* A string member as printable text of our own of at most `max` bytes, NULL when it is absent or null.
 * It is cut after it was made printable: so a line that is written and read again stays the same. */
static char *get_text(const json_t *o, const char *key, size_t max)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v))
        return NULL;
    char *s = text_printable(json_string_value(v), json_string_length(v), json_string_length(v));
    if (strlen(s) > max) {
        size_t n = max - 3;
        while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
            n--;
        memcpy(s + n, "...", 4);
    }
    return s;
}

static bool get_number(const json_t *o, const char *key, int *out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0 || n > 100000000)
        return err_set(e, "its \"%s\" is not a small number", key);
    *out = (int)n;
    return true;
}

static bool text_is_clean(const char *s)
{
    char *p = text_printable(s, strlen(s), strlen(s));
    bool same = strcmp(p, s) == 0;
    free(p);
    return same;
}

/* Strings anywhere in a value, and its keys, may end up on a screen: a line with control characters
 * is refused. */
static bool value_is_clean(const json_t *v, int depth)
{
    const char *key;
    json_t *m;
    size_t i;
    if (depth > 8)
        return false;
    if (json_is_string(v))
        return text_is_clean(json_string_value(v));
    if (json_is_array(v)) {
        json_array_foreach(v, i, m)
            if (!value_is_clean(m, depth + 1))
                return false;
    }
    if (json_is_object(v)) {
        json_object_foreach((json_t *)v, key, m)
            if (!text_is_clean(key) || !value_is_clean(m, depth + 1))
                return false;
    }
    return true;
}

static bool get_fact(const json_t *o, struct observation *seen, struct err *e)
{
    const char *fact = json_string_value(json_object_get(o, "fact"));
    const char *state = json_string_value(json_object_get(o, "state"));
    const char *time = json_string_value(json_object_get(o, "time"));
    const char *hex = json_string_value(json_object_get(o, "bytes"));
    const json_t *ms = json_object_get(o, "ms"), *value = json_object_get(o, "value");
    int64_t when;
    seen->fact = fact ? fact_find(fact) : FACT_COUNT;
    if (seen->fact == FACT_COUNT)
        return err_set(e, "it names no fact known here");
    if (!state || !state_find(state, &seen->state))
        return err_set(e, "its \"state\" is not one of the five states");
    if (!time || !when_parse(time, &when))
        return err_set(e, "its \"time\" is not a time");
    if (value && !value_is_clean(value, 0))
        return err_set(e, "its \"value\" holds control characters or is nested too deep");
    seen->time = (double)when + (time[19] == '.' ? strtod(time + 19, NULL) : 0);
    seen->ms = json_is_number(ms) ? json_number_value(ms) : -1;
    seen->value = value && !json_is_null(value) ? json_incref((json_t *)value) : NULL;
    seen->probe = probe_name(json_string_value(json_object_get(o, "probe")));
    seen->text = get_text(o, "text", 4096);
    if (hex && strlen(hex) <= 2 * OBSERVATION_BYTES_MAX)
        seen->bytes = bytes_unhex(hex, &seen->bytes_len);
    return true;
}

static bool get_wanted(const json_t *o, bool wanted[FACT_COUNT], struct err *e)
{
    const json_t *list = json_object_get(o, "facts");
    json_t *v;
    size_t i;
    if (!json_is_array(list))
        return err_set(e, "it has no list \"facts\"");
    json_array_foreach(list, i, v) {
        enum fact f = json_is_string(v) ? fact_find(json_string_value(v)) : FACT_COUNT;
        if (f == FACT_COUNT)
            return err_set(e, "it names no fact known here");
        wanted[f] = true;
    }
    return true;
}

static bool event_fill(struct event *ev, const json_t *o, struct err *e)
{
    unsigned has = kind_table[ev->kind].has;
    if (has & HAS_COLUMN && !get_number(o, ev->kind == EVENT_COLUMN ? "id" : "column", &ev->column, e))
        return false;
    if (has & HAS_ASK && !get_number(o, "ask", &ev->ask, e))
        return false;
    if (has & HAS_PLACE && !get_number(o, "nth", &ev->nth, e))
        return false;
    if (has & HAS_ENDPOINT && !(ev->endpoint = get_text(o, "endpoint", 16384)))
        return err_set(e, "it has no \"endpoint\"");
    if (has & HAS_ADDRESS) {
        ev->address = get_text(o, "address", 200);
        ev->vantage = get_text(o, "vantage", 200);
    }
    if (has & HAS_TEXT)
        ev->text = get_text(o, "text", 4096);
    ev->full = ev->kind == EVENT_AGAIN && json_is_true(json_object_get(o, "full"));
    ev->seen.column = ev->column;
    if (has & HAS_FACT && !get_fact(o, &ev->seen, e))
        return false;
    return !(has & HAS_WANT) || get_wanted(o, ev->wanted, e);
}

bool event_parse(const char *line, size_t n, struct event *ev, struct err *e)
{
    json_error_t why;
    *ev = (struct event){ 0 };
    if (n > STREAM_LINE_MAX) {
        err_set(e, "a line of %zu bytes is too long", n);
        err_while(e, "reading a line of a session");
        return false;
    }
    json_t *o = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
    const char *t = json_string_value(json_object_get(o, "t"));
    size_t k = 0;
    while (k < KINDS && !(t && strcmp(t, kind_table[k].word) == 0))
        k++;
    ev->kind = (enum event_kind)(k < KINDS ? k : 0);
    bool ok = k < KINDS ? event_fill(ev, o, e) : err_set(e, o ? "its kind is unknown" : "it is not JSON");
    json_decref(o);
    if (!ok) {
        event_clear(ev);
        err_while(e, "reading a line of a session");
    }
    return ok;
}

void event_clear(struct event *ev)
{
    free(ev->endpoint);
    free(ev->address);
    free(ev->vantage);
    free(ev->text);
    observation_clear(&ev->seen);
    *ev = (struct event){ 0 };
}

static void apply_column(struct session *s, const struct event *ev)
{
    struct endpoint *ep = ev->parsed ? endpoint_ref(ev->parsed) : endpoint_parse(ev->endpoint, NULL, NULL);
    if (ep)
        session_add(s, ev->column, ev->ask, ev->nth, ep, ev->address, ev->vantage);
    endpoint_free(ep);
}

void session_apply(struct session *s, struct event *ev)
{
    switch (ev->kind) {
    case EVENT_COLUMN: apply_column(s, ev); break;
    case EVENT_FACT: session_see(s, &ev->seen); break;
    case EVENT_BUSY: session_busy(s, ev->column, true); break;
    case EVENT_DONE: session_busy(s, ev->column, false); break;
    case EVENT_FORGET: session_forget(s, ev->column); break;
    case EVENT_GONE: session_remove(s, ev->column); break;
    default: break;
    }
}
