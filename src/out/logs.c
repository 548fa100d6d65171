/* logs - see logs.h. */
#include "src/out/logs.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/habit.h"
#include "src/why/cause.h"

#define FILES_NAMED 4
#define PERCENT_MOST 97 /* of a line's cause */
#define INDENT 2

char *logs_files(const struct session *s)
{
    struct text t = { 0 };
    const json_t *files = json_object_get(s->log.summary, "files"), *f;
    size_t i, n = json_array_size(files);
    if (!s->log.summary)
        return NULL;
    json_array_foreach(files, i, f) {
        const char *name = logged_text(f, "file");
        long long lines = logged_count(f, "lines");
        if (i < FILES_NAMED)
            text_addf(&t, "%s%s (%lld line%s)", i ? ", " : "", name ? name : "a log", lines, lines == 1 ? "" : "s");
    }
    if (n > FILES_NAMED)
        text_addf(&t, " and %zu more", n - FILES_NAMED);
    return text_take(&t);
}

static void paragraph_add(struct text *t, const char *says, int width)
{
    if (!says || !*says)
        return;
    text_addf(t, "%*s", INDENT, "");
    text_wrap(t, says, INDENT, width);
    text_add(t, "\n");
}

void logs_add(struct text *t, const struct session *s, int width)
{
    const json_t *log = s->log.summary, *switches = json_object_get(log, "silence"), *one;
    char *files = logs_files(s);
    size_t i;
    if (!files)
        return;
    char *head = mem_format("%s: %lld failure%s%s", files, logged_count(log, "failing"),
                            logged_count(log, "failing") == 1 ? "" : "s",
                            json_is_true(json_object_get(log, "estimated")) ? " (about)" : "");
    paragraph_add(t, head, width);
    paragraph_add(t, logged_text(logged_at(log, "pattern"), "text"), width);
    paragraph_add(t, logged_text(logged_at(log, "joined"), "text"), width);
    if (!logged_count(log, "failing") && json_array_size(switches))
        paragraph_add(t, "No line tells of a handshake that failed. What makes the program write them:", width);
    json_array_foreach(switches, i, one)
        if (!logged_count(log, "failing"))
            paragraph_add(t, json_string_value(one), width);
    free(head);
    free(files);
}

/* --- as JSON: a session may be a stranger's; what does not fit man/tlswhy.schema.json is left out ----------------- */

static bool is_text(const json_t *v) { return json_is_string(v); }
static bool is_text_or_null(const json_t *v) { return json_is_string(v) || json_is_null(v); }
static bool is_count(const json_t *v) { return json_is_integer(v) && json_integer_value(v) >= 0; }
static bool is_offset(const json_t *v) { return json_is_number(v) || json_is_null(v); }
static bool is_moment(const json_t *v) { return is_text_or_null(v) || json_is_number(v) || json_is_array(v); }

static bool all_are(const json_t *list, bool (*fits)(const json_t *v))
{
    const json_t *v;
    size_t i;
    json_array_foreach(list, i, v)
        if (!fits(v))
            return false;
    return json_is_array(list);
}

static bool is_texts(const json_t *v) { return all_are(v, is_text); }
static bool is_counts(const json_t *v) { return all_are(v, is_count); }
static bool is_who(const json_t *v) { return json_array_size(v) == 3; }
static bool is_table(const json_t *v) { return all_are(v, is_who); }

static bool is_pair(const json_t *v)
{
    return json_array_size(v) == 2 && json_integer_value(json_array_get(v, 0)) > 0 &&
           json_integer_value(json_array_get(v, 1)) > 0;
}

static bool is_pairs(const json_t *v) { return all_are(v, is_pair); }

static bool is_word(const json_t *v, const char *const *words, size_t n)
{
    size_t i = 0;
    while (i < n && json_is_string(v) && strcmp(words[i], json_string_value(v)) != 0)
        i++;
    return i < n && json_is_string(v);
}

static bool is_scope(const json_t *v) { return is_word(v, scope_words, SCOPE_COUNT); }
static bool is_kind(const json_t *v) { return is_word(v, habit_time_words, TIME_COUNT); }

struct member { const char *key; bool (*fits)(const json_t *v); bool may_lack; };

static bool has_members(const json_t *v, const struct member *m)
{
    for (; m->key; m++) {
        const json_t *here = json_object_get(v, m->key);
        if (here ? !m->fits(here) : !m->may_lack)
            return false;
    }
    return json_is_object(v);
}

static bool is_whose(const json_t *v)
{
    static const struct member members[] = {
        { "scope", is_scope, false }, { "failing", is_texts, false }, { "seen", is_count, true },
        { "table", is_table, true }, { NULL, NULL, false },
    };
    return has_members(v, members);
}

static bool is_time(const json_t *v)
{
    static const struct member members[] = {
        { "kind", is_kind, false }, { "at", is_moment, false }, { "zone", is_text_or_null, false },
        { "first", is_text_or_null, true }, { "last", is_text_or_null, true }, { "fails", is_counts, true },
        { "works", is_counts, true }, { NULL, NULL, false },
    };
    return has_members(v, members);
}

static const struct member pattern_members[] = {
    { "clients", is_whose, false }, { "servers", is_whose, false }, { "names", is_whose, false },
    { "time", is_time, false }, { "text", is_text, false }, { "failed", is_count, true },
    { "worked", is_count, true }, { "noise", is_count, true }, { NULL, NULL, false },
};

static const struct member joined_members[] = {
    { "client", is_text, false }, { "server", is_text, false }, { "offset", is_offset, false },
    { "lines", is_pairs, false }, { "text", is_text, false }, { NULL, NULL, false },
};

/* A newer version may know causes that are not known here. */
static bool is_cause(const json_t *v)
{
    size_t c = 0;
    while (c < CAUSE_COUNT && json_is_string(v) && strcmp(cause_table[c].id, json_string_value(v)) != 0)
        c++;
    return c < CAUSE_COUNT && json_is_string(v);
}

/* New reference; NULL: it stands nowhere in a log. */
static json_t *line_json(const struct logged_line *line)
{
    json_t *one = json_copy(line->value), *also = json_array(), *cause;
    size_t i;
    json_array_foreach(json_object_get(line->value, "also"), i, cause)
        if (is_cause(cause))
            json_array_append(also, cause);
    json_object_set_new(one, "also", also);
    if (!is_cause(json_object_get(one, "cause")))
        json_object_set_new(one, "cause", json_null());
    if (logged_count(one, "percent") > PERCENT_MOST)
        json_object_set_new(one, "percent", json_integer(PERCENT_MOST));
    if (logged_count(one, "line") > 0)
        return one;
    json_decref(one);
    return NULL;
}

json_t *logs_lines(const struct session *s)
{
    json_t *list = s->log.summary ? json_array() : NULL, *one;
    for (size_t i = 0; list && i < s->log.count; i++)
        if ((one = line_json(&s->log.line[i])))
            json_array_append_new(list, one);
    return list;
}

json_t *logs_pattern(const struct session *s)
{
    json_t *p = json_object_get(s->log.summary, "pattern");
    return has_members(p, pattern_members) ? json_incref(p) : NULL;
}

json_t *logs_joined(const struct session *s)
{
    json_t *j = json_object_get(s->log.summary, "joined");
    return has_members(j, joined_members) ? json_incref(j) : json_null();
}
