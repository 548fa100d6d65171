/* answer - see answer.h. */
#include "src/model/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/wire/client.h"

#define NOT_KNOWN { ANSWER_UNKNOWN, "not known", 'n' }
#define ALL_SOME_ONE(of) { "all", "all " of, 'a' }, { "some", "some, others work", 's' }, \
                         { "one", "a single one", 'o' }, NOT_KNOWN

static const struct value values[QUESTION_COUNT][VALUES_MAX] = {
    [QUESTION_FAILS] = { { "yes", "it fails", 'y' }, { "no", "it works", 'n' },
                         { "now-and-then", "now it works, now it fails", 'w' } },
    [QUESTION_CLIENTS] = { ALL_SOME_ONE("of them") },
    [QUESTION_NETWORKS] = { ALL_SOME_ONE("of them") },
    [QUESTION_ENDPOINTS] = { ALL_SOME_ONE("of them") },
    [QUESTION_SINCE] = { { "always", "it never worked", 'a' }, NOT_KNOWN },
    [QUESTION_TIMES] = { { "always", "at any time", 'a' }, { "bursts", "for a while, then it works again", 'b' },
                         NOT_KNOWN },
    [QUESTION_SOFTWARE] = { NOT_KNOWN },
    [QUESTION_CHANGED] = { { "nothing", "nothing that is known of", 'n' } },
};

const struct question_row question_table[QUESTION_COUNT] = {
#define X(id, word, asks, takes, help) \
    [QUESTION_##id] = { word, asks, takes, help, values[QUESTION_##id] },
    QUESTIONS(X)
#undef X
};

enum question question_find(const char *word)
{
    enum question q = 0;
    while (q < QUESTION_COUNT && !text_is(question_table[q].word, word))
        q++;
    return q;
}

static const struct value *value_find(enum question q, const char *word)
{
    for (int i = 0; i < VALUES_MAX && values[q][i].word; i++)
        if (text_is(values[q][i].word, word))
            return &values[q][i];
    return NULL;
}

/* --- times ------------------------------------------------------------------------------------- */

/* `n` digits into *out; where they end, or NULL. */
static const char *digits(const char *s, int n, int min, int max, int *out)
{
    *out = 0;
    for (; s && n; n--, s++) {
        if (*s < '0' || *s > '9')
            return NULL;
        *out = *out * 10 + (*s - '0');
    }
    return s && *out >= min && *out <= max ? s : NULL;
}

static const char *after(const char *s, const char *any)
{
    return s && *s && strchr(any, *s) ? s + 1 : NULL;
}

/* HH:MM */
static const char *clock_read(const char *s, int *minutes)
{
    int hour, minute;
    s = digits(after(digits(s, 2, 0, 23, &hour), ":"), 2, 0, 59, &minute);
    *minutes = s ? 60 * hour + minute : 0;
    return s;
}

static int days_of(int year, int month)
{
    bool last = month == 12;
    int64_t next = when_from_civil(year + last, last ? 1 : month + 1, 1, 0, 0, 0);
    return (int)((next - when_from_civil(year, month, 1, 0, 0, 0)) / 86400);
}

/* Nothing or Z for UTC, or +HH:MM, +HHMM, +HH; seconds east of it. */
static bool zone_read(const char *s, int *east)
{
    int hour, minute = 0, sign = *s == '-' ? -1 : 1;
    *east = 0;
    if (!*s || text_is(s, "Z"))
        return true;
    s = digits(after(s, "+-"), 2, 0, 14, &hour);
    if (s && *s)
        s = digits(s + (*s == ':'), 2, 0, 59, &minute);
    *east = sign * (hour * 3600 + minute * 60);
    return s && !*s;
}

/* YYYY-MM-DD[(T| )HH:MM[:SS]][zone] */
static bool time_read(const char *s, int64_t *from, int64_t *lasts)
{
    int year, month, day, minutes = 0, second = 0, east = 0;
    s = digits(after(digits(s, 4, 1, 9999, &year), "-"), 2, 1, 12, &month);
    s = s ? digits(after(s, "-"), 2, 1, days_of(year, month), &day) : NULL;
    if (!s)
        return false;
    *lasts = 86400;
    if (*s) {
        s = clock_read(after(s, "Tt "), &minutes);
        *lasts = 60;
        if (s && *s == ':') {
            s = digits(s + 1, 2, 0, 59, &second);
            *lasts = 1;
        }
        if (!s || !zone_read(s, &east))
            return false;
    }
    *from = when_from_civil(year, month, day, minutes / 60, minutes % 60, second) - east;
    return true;
}

bool answer_since(const char *answer, int64_t *from, int64_t *lasts)
{
    return answer && time_read(answer, from, lasts);
}

bool answer_times(const char *answer, int *from, int *to)
{
    const char *s = answer ? clock_read(after(clock_read(answer, from), "-"), to) : NULL;
    return s && !*s && *from != *to;
}

/* "2026-11-20", "2026-11-20T03:00Z", "2026-11-20T03:00:07Z": as exact as it was given. */
static char *since_form(const char *value)
{
    char out[WHEN_LEN];
    int64_t from, lasts;
    if (!time_read(value, &from, &lasts))
        return NULL;
    when_format(from, out);
    if (strlen(out) != 20) /* a zone may lead out of the calendar */
        return NULL;
    return lasts > 60 ? mem_copy(out, 10) : lasts > 1 ? mem_format("%.16sZ", out) : mem_string(out);
}

/* --- other answers ----------------------------------------------------------------------------- */

/* Names of clients, joined by ",", "+" or blanks; each once. */
static char *software_form(const char *value, struct err *e)
{
    struct text t = { 0 };
    char *list = mem_string(value), *rest = list;
    bool good = true;
    for (char *name; good && (name = strsep(&rest, ",+ "));) {
        const struct client *c = *name ? client_find(name) : NULL;
        if (*name && !c) {
            const char **names = mem_array(NULL, client_count, sizeof *names);
            for (size_t i = 0; i < client_count; i++)
                names[i] = client_table[i].name;
            const char *near = text_nearest(name, names, client_count);
            char *shown = text_printable(name, strlen(name), 60);
            good = err_set(e, "\"%s\" is no client known here%s%s%s; --client list shows them all", shown,
                           near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
            free(shown);
            free(names);
        } else if (c && !(t.s && answer_is(QUESTION_SOFTWARE, t.s, c->name))) {
            text_addf(&t, "%s%s", t.len ? "," : "", c->name);
        }
    }
    free(list);
    if (good && t.len && t.len <= ANSWER_MAX)
        return text_take(&t);
    if (good)
        err_set(e, t.len ? "so many clients are too many for one answer: name the most important ones"
                         : "no client is named");
    text_free(&t);
    return NULL;
}

static char *times_form(const char *value)
{
    int from, to;
    return answer_times(value, &from, &to) ? mem_string(value) : NULL;
}

static char *words_form(const char *value)
{
    size_t n = strlen(value);
    char *clean = text_printable(value, n, n);
    for (n = ANSWER_MAX; strlen(clean) > ANSWER_MAX; n--) /* whole characters */
        if (((unsigned char)clean[n] & 0xc0) != 0x80)
            clean[n] = '\0';
    return clean;
}

static void refuse(enum question q, const char *value, struct err *e)
{
    struct text t = { 0 };
    for (int i = 0; i < VALUES_MAX && values[q][i].word; i++)
        text_addf(&t, "%s%s", i ? i + 1 < VALUES_MAX && values[q][i + 1].word ? ", " : " or " : "", values[q][i].word);
    if (question_table[q].takes)
        text_addf(&t, "%s%s", t.len ? ", or " : "", question_table[q].takes);
    char *shown = text_printable(value, strlen(value), 60);
    err_set(e, "\"%s\" takes %s, not \"%s\"", question_table[q].word, t.s, shown);
    free(shown);
    text_free(&t);
}

char *answer_check(enum question q, const char *value, struct err *e)
{
    const struct value *word;
    while (*value == ' ')
        value++;
    word = value_find(q, value);
    if (word)
        return mem_string(word->word);
    char *form = !*value                ? NULL
                 : q == QUESTION_SINCE   ? since_form(value)
                 : q == QUESTION_TIMES   ? times_form(value)
                 : q == QUESTION_CHANGED ? words_form(value)
                                         : NULL;
    if (*value && q == QUESTION_SOFTWARE)
        return software_form(value, e);
    if (!form)
        refuse(q, value, e);
    return form;
}

char *answer_parse(const char *text, enum question *q, struct err *e)
{
    const char *equals = strchr(text, '='), *words[QUESTION_COUNT];
    char *word = mem_copy(text, equals ? (size_t)(equals - text) : strlen(text)), *value = NULL;
    struct text list = { 0 };
    *q = question_find(word);
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        words[i] = question_table[i].word;
        text_addf(&list, "%s%s", i ? i + 1 < QUESTION_COUNT ? ", " : " and " : "", words[i]);
    }
    const char *near = text_nearest(word, words, QUESTION_COUNT);
    char *shown = text_printable(word, strlen(word), 60);
    if (*q == QUESTION_COUNT && near)
        err_set(e, "there is no question \"%s\"; did you mean %s? They are %s", shown, near, list.s);
    else if (*q == QUESTION_COUNT)
        err_set(e, "there is no question \"%s\"; they are %s", shown, list.s);
    else
        value = answer_check(*q, equals ? equals + 1 : "", e);
    free(shown);
    free(word);
    text_free(&list);
    return value;
}

/* Is `word`, of n bytes, this answer, or one of the clients named in it? */
static bool word_is(enum question q, const char *answer, const char *word, size_t n)
{
    char *one = mem_copy(word, n);
    bool is = text_is(one, answer) || (text_is(one, "other") && !value_find(q, answer));
    for (const char *at = answer; !is && q == QUESTION_SOFTWARE && at; at = strchr(at, ',')) {
        at += *at == ',';
        is = strcspn(at, ",") == n && strncmp(at, word, n) == 0;
    }
    free(one);
    return is;
}

bool answer_is(enum question q, const char *answer, const char *words)
{
    for (const char *w = words; *w; w += *w == '|') {
        size_t n = strcspn(w, "|");
        if (answer ? word_is(q, answer, w, n) : n == 4 && strncmp(w, "none", 4) == 0)
            return true;
        w += n;
    }
    return false;
}
