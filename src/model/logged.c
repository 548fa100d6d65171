/* logged - see logged.h. */
#include "src/model/logged.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/model/session.h"

const char *logged_text(const json_t *v, const char *key) { return json_string_value(json_object_get(v, key)); }

long long logged_count(const json_t *v, const char *key)
{
    long long n = json_integer_value(json_object_get(v, key));
    return n > 0 ? n : 0;
}

json_t *logged_at(const json_t *v, const char *path)
{
    while (v && *path) {
        size_t n = strcspn(path, ".");
        char *key = mem_copy(path, n);
        v = json_object_get(v, key);
        free(key);
        path += n + (path[n] == '.');
    }
    return (json_t *)v;
}

/* --- lines -------------------------------------------------------------------------------------- */

static size_t line_place(const struct logged *l, int number)
{
    size_t i = l->count;
    while (i && l->line[i - 1].number >= number)
        i--;
    return i;
}

const struct logged_line *logged_find(const struct logged *l, int number)
{
    size_t i = line_place(l, number);
    return i < l->count && l->line[i].number == number ? &l->line[i] : NULL;
}

int logged_last(const struct logged *l) { return l->count ? l->line[l->count - 1].number : 0; }

/* What a line has, and as what; anything else in its place is as if nothing was there. */
enum kind { KIND_TEXT, KIND_TIME, KIND_COUNT, KIND_FLAG, KIND_LIST };
static const struct { const char *key; enum kind kind; } members[] = {
    { "file", KIND_TEXT }, { "line", KIND_COUNT }, { "time", KIND_TIME }, { "client", KIND_TEXT },
    { "server", KIND_TEXT },
    { "sni", KIND_TEXT }, { "stack", KIND_TEXT }, { "cause", KIND_TEXT }, { "noise", KIND_FLAG }, { "also", KIND_LIST },
    { "why", KIND_TEXT }, { "not", KIND_TEXT }, { "nearest", KIND_LIST }, { "percent", KIND_COUNT },
    { "decides", KIND_TEXT },
    { "text", KIND_TEXT }, { "kept", KIND_FLAG },
};

static json_t *member_of(const json_t *m, enum kind kind)
{
    int64_t t;
    size_t i;
    const json_t *one;
    json_t *list;
    const char *text = json_is_string(m) ? json_string_value(m) : "";
    switch (kind) {
    case KIND_TEXT: return json_is_string(m) ? json_incref((json_t *)m) : json_null();
    case KIND_TIME: return when_parse(text, &t) ? json_incref((json_t *)m) : json_null();
    case KIND_COUNT: return json_integer(json_integer_value(m) > 0 ? json_integer_value(m) : 0);
    case KIND_FLAG: return json_boolean(json_is_true(m));
    case KIND_LIST: break;
    }
    list = json_array();
    json_array_foreach((json_t *)m, i, one)
        if (json_is_string(one))
            json_array_append(list, (json_t *)one);
    return list;
}

/* The same as a line is to be, taken over. */
static json_t *line_clean(json_t *value)
{
    json_t *clean = json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set_new(clean, members[i].key, member_of(json_object_get(value, members[i].key), members[i].kind));
    json_decref(value);
    return clean;
}

static double time_of(const json_t *v)
{
    const char *text = logged_text(v, "time");
    int64_t t;
    return text && when_parse(text, &t) ? (double)t : NAN;
}

/* "error.log:12: what it says" */
static char *evidence_text(const json_t *v)
{
    const char *file = logged_text(v, "file"), *text = logged_text(v, "text");
    return mem_format("%s:%lld: %s", file ? file : "a log", logged_count(v, "line"),
                      text ? text : "its text is not kept");
}

/* The oldest that may go: those that stand for a kind stay as long as there are others. */
static size_t line_oldest(const struct logged *l)
{
    size_t i = 0;
    while (i < l->count && json_is_true(json_object_get(l->line[i].value, "kept")))
        i++;
    return i < l->count ? i : 0;
}

/* Returns the number of its evidence, which is free. */
static unsigned line_drop(struct logged *l, size_t i)
{
    unsigned evidence = l->line[i].evidence;
    json_decref(l->line[i].value);
    memmove(l->line + i, l->line + i + 1, (--l->count - i) * sizeof *l->line);
    return evidence;
}

void session_log_line(struct session *s, int number, json_t *value)
{
    struct logged *l = &s->log;
    size_t i = line_place(l, number);
    bool again = i < l->count && l->line[i].number == number;
    value = line_clean(value);
    s->revision++;
    if (again) { /* the same text, with a better reading */
        json_decref(l->line[i].value);
        l->line[i].value = value;
        return;
    }
    if (l->count == LOGGED_LINES_MAX && i == 0) {
        json_decref(value);
        return;
    }
    unsigned evidence = 0;
    if (l->count == LOGGED_LINES_MAX) {
        size_t out = line_oldest(l);
        evidence = line_drop(l, out);
        i -= out < i;
    }
    if (evidence)
        session_testify_anew(s, evidence, time_of(value), evidence_text(value));
    else
        evidence = session_testify(s, LOGGED_PROBE, time_of(value), evidence_text(value));
    l->line = mem_array(l->line, LOGGED_LINES_MAX, sizeof *l->line);
    memmove(l->line + i + 1, l->line + i, (l->count++ - i) * sizeof *l->line);
    l->line[i] = (struct logged_line){ number, evidence, value };
}

/* --- the summary -------------------------------------------------------------------------------- */

static void answers_take(struct logged *l)
{
    for (enum question q = 0; q < QUESTION_COUNT; q++) {
        struct err unused = { "" };
        const char *says = logged_text(json_object_get(l->summary, "answers"), question_table[q].word);
        free(l->answer[q]);
        l->answer[q] = says ? answer_check(q, says, &unused) : NULL;
    }
}

void session_log(struct session *s, json_t *summary)
{
    json_decref(s->log.summary);
    s->log.summary = summary;
    answers_take(&s->log);
    s->revision++;
}

int logged_number(int number, int by)
{
    return number < LOGGED_NUMBER_MAX - by ? number + by : LOGGED_NUMBER_MAX;
}

void logged_shift(json_t *summary, int by)
{
    json_t *cause, *number;
    size_t i, k;
    json_array_foreach(json_object_get(summary, "causes"), i, cause)
        json_array_foreach(json_object_get(cause, "lines"), k, number) {
            json_int_t n = json_integer_value(number);
            if (n > 0 && n <= LOGGED_NUMBER_MAX)
                json_array_set_new(json_object_get(cause, "lines"), k, json_integer(logged_number((int)n, by)));
        }
}

void logged_clear(struct logged *l)
{
    for (size_t i = 0; i < l->count; i++)
        json_decref(l->line[i].value);
    for (int q = 0; q < QUESTION_COUNT; q++)
        free(l->answer[q]);
    json_decref(l->summary);
    free(l->line);
    *l = (struct logged){ 0 };
}
