/* stream - see stream.h. */
#include "src/model/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/compact.h"
#include "src/model/member.h"

/* Which members a kind of line carries. One table for writing and reading. */
enum { HAS_COLUMN = 1, HAS_PLACE = 2, HAS_ENDPOINT = 4, HAS_ADDRESS = 8, HAS_FACT = 16, HAS_WANT = 32,
       HAS_TEXT = 64, HAS_ASK = 128, MAY_ENDPOINT = 256, HAS_ANSWER = 512, HAS_AT_ONCE = 1024, HAS_NUMBER = 2048,
       HAS_VALUE = 4096,
       MAY_FULL = 8192 };
static const struct { const char *word; unsigned has; } kind_table[] = {
    [EVENT_COLUMN] = { "column", HAS_COLUMN | HAS_ASK | HAS_PLACE | HAS_ENDPOINT | HAS_ADDRESS },
    [EVENT_FACT] = { "fact", HAS_COLUMN | HAS_FACT },
    [EVENT_BUSY] = { "busy", HAS_COLUMN },
    [EVENT_DONE] = { "done", HAS_COLUMN },
    [EVENT_FORGET] = { "forget", HAS_COLUMN },
    [EVENT_GONE] = { "gone", HAS_COLUMN },
    [EVENT_TROUBLE] = { "trouble", HAS_ASK | HAS_TEXT },
    [EVENT_NOTE] = { "note", HAS_ASK | HAS_TEXT },
    [EVENT_LISTEN] = { "listen", HAS_ASK | HAS_TEXT | MAY_ENDPOINT },
    [EVENT_ANSWER] = { "answer", HAS_ANSWER },
    [EVENT_ASK] = { "ask", HAS_ASK | HAS_ENDPOINT },
    [EVENT_WANT] = { "want", HAS_COLUMN | HAS_WANT },
    [EVENT_AGAIN] = { "again", HAS_COLUMN | MAY_FULL },
    [EVENT_DROP] = { "drop", HAS_COLUMN },
    [EVENT_LOAD] = { "load", HAS_COLUMN | HAS_AT_ONCE },
    [EVENT_STOP] = { "stop", 0 },
    [EVENT_LOG] = { "log", HAS_VALUE },
    [EVENT_LINE] = { "line", HAS_NUMBER | HAS_VALUE },
    [EVENT_READ] = { "read", HAS_TEXT },
    [EVENT_FOLLOW] = { "follow", MAY_FULL },
};
#define TEXT_MAX 4096 /* bytes of a sentence that are kept */
enum { KINDS = sizeof kind_table / sizeof *kind_table };

static void put_fact(json_t *o, const struct observation *seen)
{
    char when[WHEN_LEN];
    json_object_set_new(o, "fact", json_string(fact_table[seen->fact].json));
    json_object_set_new(o, "state", json_string(state_words[seen->state]));
    json_object_set(o, "value", seen->value ? seen->value : json_null());
    json_object_set_new(o, "probe", json_string(seen->probe ? seen->probe : "other"));
    json_object_set_new(o, "time", json_string(when_format_ms(seen->time, when)));
    json_object_set_new(o, "ms", seen->ms < 0 ? json_null() : json_real(seen->ms));
    json_object_set_new(o, "text", member_string(seen->text));
    char *hex = seen->bytes ? bytes_hex(seen->bytes, seen->bytes_len, OBSERVATION_BYTES_MAX) : NULL;
    json_object_set_new(o, "bytes", member_string(hex));
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
    if (has & HAS_AT_ONCE)
        json_object_set_new(o, "at_once", json_integer(ev->at_once));
    if (has & (HAS_ENDPOINT | MAY_ENDPOINT))
        json_object_set_new(o, "endpoint", member_string(ev->endpoint));
    if (has & HAS_ADDRESS) {
        json_object_set_new(o, "address", member_string(ev->address));
        json_object_set_new(o, "vantage", member_string(ev->vantage));
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
        json_object_set_new(o, "text", member_string(ev->text));
    if (has & HAS_ANSWER) {
        json_object_set_new(o, "question", json_string(question_table[ev->question].word));
        json_object_set_new(o, "value", member_string(ev->text));
    }
    if (has & HAS_NUMBER)
        json_object_set_new(o, "number", json_integer(ev->number));
    if (has & HAS_VALUE)
        json_object_set(o, "value", ev->value ? ev->value : json_null());
    if (has & MAY_FULL && ev->full)
        json_object_set_new(o, "full", json_true());
    struct text t = { 0 };
    compact_add(&t, o);
    json_decref(o);
    text_add(&t, "\n");
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
    const char *plain = s;
    while (*plain >= ' ' && *plain <= '~')
        plain++;
    if (!*plain)
        return true;
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
    seen->text = get_text(o, "text", TEXT_MAX);
    if (hex && strlen(hex) <= 2 * OBSERVATION_BYTES_MAX)
        seen->bytes = bytes_unhex(hex, &seen->bytes_len);
    return true;
}

/* An answer that the question does not take says nothing: the line is refused. */
static bool get_answer(const json_t *o, struct event *ev, struct err *e)
{
    const char *word = json_string_value(json_object_get(o, "question"));
    const json_t *value = json_object_get(o, "value");
    ev->question = word ? question_find(word) : QUESTION_COUNT;
    if (ev->question == QUESTION_COUNT) {
        ev->question = 0;
        return err_set(e, "it names no question known here");
    }
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return err_set(e, "its \"value\" is no text");
    return (ev->text = answer_check(ev->question, json_string_value(value), e));
}

static bool get_value(const json_t *o, struct event *ev, struct err *e)
{
    json_t *value = json_object_get(o, "value");
    if (!json_is_object(value) || !value_is_clean(value, 0))
        return err_set(e, "its \"value\" is no object, holds control characters or is nested too deep");
    ev->value = json_incref(value);
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
    if (has & HAS_AT_ONCE && !get_number(o, "at_once", &ev->at_once, e))
        return false;
    if (has & HAS_ENDPOINT && !(ev->endpoint = get_text(o, "endpoint", 16384)))
        return err_set(e, "it has no \"endpoint\"");
    if (has & MAY_ENDPOINT)
        ev->endpoint = get_text(o, "endpoint", 16384);
    if (has & HAS_ADDRESS) {
        ev->address = get_text(o, "address", 200);
        ev->vantage = get_text(o, "vantage", 200);
    }
    if (has & HAS_TEXT)
        ev->text = get_text(o, "text", TEXT_MAX);
    if (has & HAS_ANSWER && !get_answer(o, ev, e))
        return false;
    if (has & HAS_NUMBER && !get_number(o, "number", &ev->number, e))
        return false;
    if (has & HAS_VALUE && !get_value(o, ev, e))
        return false;
    ev->full = has & MAY_FULL && json_is_true(json_object_get(o, "full"));
    ev->seen.column = ev->column;
    if (has & HAS_FACT && !get_fact(o, &ev->seen, e))
        return false;
    return !(has & HAS_WANT) || get_wanted(o, ev->wanted, e);
}

/* --- facts as event_format writes them ----------------------------------------------------------
 * Nine lines in ten of a saved session are such, so they get a way of their own, which only takes what the way above
 * would take for the same; everything else, and whatever is unusual, goes there. */

struct cursor { const char *p, *end; };

static bool pass(struct cursor *c, const char *literal)
{
    size_t n = strlen(literal);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, literal, n) != 0)
        return false;
    c->p += n;
    return true;
}

/* A string of plain ASCII up to its quote, which is passed; false at anything else. */
static bool pass_plain(struct cursor *c, const char **s, size_t *n)
{
    const char *p = c->p;
    while (p < c->end && *p >= ' ' && *p <= '~' && *p != '"' && *p != '\\')
        p++;
    if (p == c->end || *p != '"')
        return false;
    *s = c->p;
    *n = (size_t)(p - c->p);
    c->p = p + 1;
    return true;
}

/* The same into an array, as a string. */
static bool pass_word(struct cursor *c, char *word, size_t room)
{
    const char *s;
    size_t n;
    if (!pass_plain(c, &s, &n) || n >= room)
        return false;
    memcpy(word, s, n);
    word[n] = '\0';
    return true;
}

static bool pass_count(struct cursor *c, int *out)
{
    const char *begin = c->p;
    *out = 0;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - begin < 8)
        *out = 10 * *out + (*c->p++ - '0');
    return c->p - begin == 1 || (c->p > begin && *begin != '0');
}

/* A plain string or null, up to and with the comma or brace behind it. */
static bool pass_text(struct cursor *c, const char *behind, const char **s, size_t *n)
{
    *s = NULL;
    *n = 0;
    if (pass(c, "null"))
        return pass(c, behind);
    return pass(c, "\"") && pass_plain(c, s, n) && pass(c, behind);
}

/* "-12.5", "1.2e-05": digits as JSON has them. */
static bool pass_ms(struct cursor *c, double *ms)
{
    char digits[32];
    size_t n = 0;
    *ms = -1;
    if (pass(c, "null,"))
        return true;
    while (c->p < c->end && n < sizeof digits - 1 && strchr("0123456789.e+-", *c->p) && *c->p)
        digits[n++] = *c->p++;
    digits[n] = '\0';
    json_t *v = json_loadb(digits, n, JSON_DECODE_ANY, NULL);
    bool good = json_is_number(v);
    *ms = json_number_value(v);
    json_decref(v);
    return good && pass(c, ",");
}

/* Any value, up to the comma behind it: its end is where no bracket is open any more. */
static bool pass_value(struct cursor *c, json_t **value)
{
    const char *begin = c->p, *s;
    size_t n;
    int open = 0;
    if (pass(c, "null,"))
        return true;
    if (pass(c, "\"")) {
        if (!pass_plain(c, &s, &n) || !pass(c, ","))
            return false;
        return (*value = json_stringn(s, n));
    }
    do {
        if (c->p == c->end)
            return false;
        char x = *c->p++;
        open += (x == '{' || x == '[') - (x == '}' || x == ']');
        if (x == '"')
            while (c->p < c->end && *c->p++ != '"')
                c->p += c->p[-1] == '\\' && c->p < c->end;
    } while (open > 0);
    *value = json_loadb(begin, (size_t)(c->p - begin), JSON_REJECT_DUPLICATES, NULL);
    return *value && value_is_clean(*value, 0) && pass(c, ",");
}

/* False when it is no such line: *ev may hold something then. */
static bool fact_quick(const char *line, size_t n, struct event *ev)
{
    struct cursor c = { line, line + n };
    char fact[40], state[20], probe[20], time[WHEN_LEN];
    const char *text, *hex;
    size_t text_n, hex_n;
    int64_t when;
    struct observation *seen = &ev->seen;
    ev->kind = EVENT_FACT;
    if (!pass(&c, "{\"t\":\"fact\",\"column\":") || !pass_count(&c, &ev->column) ||
        !pass(&c, ",\"fact\":\"") || !pass_word(&c, fact, sizeof fact) ||
        (seen->fact = fact_find(fact)) == FACT_COUNT ||
        !pass(&c, ",\"state\":\"") || !pass_word(&c, state, sizeof state) || !state_find(state, &seen->state) ||
        !pass(&c, ",\"value\":") || !pass_value(&c, &seen->value) ||
        !pass(&c, "\"probe\":\"") || !pass_word(&c, probe, sizeof probe) ||
        !pass(&c, ",\"time\":\"") || !pass_word(&c, time, sizeof time) || !when_parse(time, &when) ||
        !pass(&c, ",\"ms\":") || !pass_ms(&c, &seen->ms) ||
        !pass(&c, "\"text\":") || !pass_text(&c, ",\"bytes\":", &text, &text_n) || text_n > TEXT_MAX ||
        !pass_text(&c, "}", &hex, &hex_n) || hex_n > 2 * OBSERVATION_BYTES_MAX || c.p != c.end)
        return false;
    seen->column = ev->column;
    seen->time = (double)when + (time[19] == '.' ? strtod(time + 19, NULL) : 0);
    seen->probe = probe_name(probe);
    seen->text = text ? mem_copy(text, text_n) : NULL;
    if (hex) {
        char *copy = mem_copy(hex, hex_n);
        seen->bytes = bytes_unhex(copy, &seen->bytes_len);
        free(copy);
    }
    return true;
}

bool event_parse(const char *line, size_t n, struct event *ev, struct err *e)
{
    json_error_t why;
    *ev = (struct event){ 0 };
    if (n <= STREAM_LINE_MAX && fact_quick(line, n, ev))
        return true;
    event_clear(ev);
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
    bool large = kind_table[ev->kind].has & HAS_VALUE && n > LOGGED_EVENT_MAX;
    bool ok = large ? err_set(e, "it is too long for what it is")
            : k < KINDS ? event_fill(ev, o, e) : err_set(e, o ? "its kind is unknown" : "it is not JSON");
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
    json_decref(ev->value);
    observation_clear(&ev->seen);
    *ev = (struct event){ 0 };
}

void event_shift(struct event *ev, int by)
{
    if (ev->kind == EVENT_LINE)
        ev->number = logged_number(ev->number, by);
    if (ev->kind == EVENT_LOG)
        logged_shift(ev->value, by);
}

static void apply_column(struct session *s, const struct event *ev)
{
    const struct column *c = session_column(s, ev->column);
    bool same = c && ev->endpoint && strcmp(c->endpoint->text, ev->endpoint) == 0; /* said again: the address is new */
    struct endpoint *ep = same ? endpoint_ref(c->endpoint) : ev->parsed ? endpoint_ref(ev->parsed)
                                                        : endpoint_parse(ev->endpoint, NULL, NULL);
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
    case EVENT_ANSWER: session_answer(s, ev->question, ev->text); break;
    case EVENT_LOG: session_log(s, json_incref(ev->value)); break;
    case EVENT_LINE: session_log_line(s, ev->number, json_incref(ev->value)); break;
    default: break;
    }
}
