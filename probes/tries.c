/* tries - the column's handshake again and again.
 *
 * Owns: FACT_ATTEMPTS: how many are made and how, and which of them went alike. Must not know: which causes
 * follow from it (src/why).
 *
 * Half of them are made one after another, so that our own load can't be what they fail of; the others at once, as
 * many as --per-host allows. The column's own handshake is the first of them.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/again.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

#define TRIES_ASKED_FOR 12 /* where --tries says nothing: one server of four that fails is met with 97 of 100 */
#define LIMIT_AFTER 3      /* tries that went well before all others failed: that many are no accident */

static const enum fact writes[] = { FACT_ATTEMPTS, FACT_COUNT };

struct way { int made, failed; };

struct tries {
    int alone_left, beside_left;       /* still to be asked: one after another; at once */
    int questions;                     /* asked so far */
    struct way alone, beside;          /* what came back */
    int last_good, first_failed;       /* which came as the how manieth, 0: none */
    json_t *groups;                    /* owned; of TRIED, in the order they were first seen */
};

/* The last bit of a question's number says whether others are made at the same time. */
static void tries_ask(struct surveying *v, bool beside)
{
    struct tries *s = v->state;
    survey_ask_later(v, 2 * s->questions++ + beside, UNTIL_FLIGHT, 0);
}

static void tries_ask_more(struct surveying *v)
{
    struct tries *s = v->state;
    if (s->alone_left > 0) {
        s->alone_left--;
        tries_ask(v, false);
        return;
    }
    for (; s->beside_left > 0; s->beside_left--)
        tries_ask(v, true);
}

/* --- which went alike --------------------------------------------------------------------------- */

static const char *outcome_of(const json_t *told)
{
    const char *fault = told_fault(told);
    return told_failed(told) || !fault ? told_word(told, "went") : fault;
}

static char *looks_of(const json_t *told)
{
    const char *leaf = told_word(told, "leaf");
    const struct version *v = version_by_word(told_word(told, "version"));
    if (!v)
        return mem_string("no ServerHello");
    return *leaf ? mem_format("leaf %.8s.., %s", leaf, v->title) : mem_format("no certificate, %s", v->title);
}

static bool is_alike(const json_t *group, const json_t *told)
{
    static const char *const keys[] = { "leaf", "version", "cipher", "group", "alpn" };
    if (strcmp(told_word(group, "outcome"), outcome_of(told)) != 0 || !told_same_faults(group, told))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(group, keys[i]), json_object_get(told, keys[i])))
            return false;
    return true;
}

static json_t *group_new(const json_t *told)
{
    static const char *const members[] = { "leaf", "version", "cipher", "group", "alpn", "server", "http_status",
                                           "faults", "not_after", NULL };
    char *looks = looks_of(told);
    json_t *j = told_pick(told, members);
    json_object_set_new(j, "count", json_integer(0));
    json_object_set_new(j, "looks", json_string(looks));
    json_object_set_new(j, "outcome", json_string(outcome_of(told)));
    free(looks);
    return j;
}

static int group_size(const json_t *group)
{
    return (int)json_integer_value(json_object_get(group, "count"));
}

/* The one it went like, made where there is none. Lent. */
static json_t *group_of(struct tries *s, const json_t *told)
{
    json_t *group;
    size_t i;
    json_array_foreach(s->groups, i, group)
        if (is_alike(group, told))
            return group;
    group = group_new(told);
    json_array_append_new(s->groups, group);
    return group;
}

static void tries_note(struct tries *s, const json_t *told, bool beside)
{
    struct way *w = beside ? &s->beside : &s->alone;
    bool failed = strcmp(outcome_of(told), "ok") != 0;
    json_t *group = group_of(s, told);
    w->made++;
    w->failed += failed;
    int nth = s->alone.made + s->beside.made;
    if (!failed)
        s->last_good = nth;
    else if (!s->first_failed)
        s->first_failed = nth;
    json_object_set_new(group, "count", json_integer(group_size(group) + 1));
}

/* --- the survey --------------------------------------------------------------------------------- */

static void tries_begin(struct surveying *v)
{
    struct tries *s = v->state;
    int n = target_tries(v->target) > 1 ? target_tries(v->target) : TRIES_ASKED_FOR;
    if (!v->target->first)
        return;
    s->groups = json_array();
    tries_note(s, v->target->first, false);
    s->alone_left = (n + 1) / 2 - 1;
    s->beside_left = n / 2;
    tries_ask_more(v);
}

/* Who never answered HTTP is not waited for each time. */
static void tries_change(struct surveying *v, int question, struct shake_ask *ask)
{
    (void)question;
    ask->no_http = !*told_word(v->target->first, "http_status");
}

/* Silence beside others may be our own doing: it is no try, and another one is made alone. One that is silent alone has
 * cost its time, and the others need not wait for each other. */
static void tries_came(struct surveying *v, int question, const json_t *told)
{
    struct tries *s = v->state;
    bool beside = question & 1, silent = told && strcmp(told_word(told, "went"), "silent") == 0;
    if (silent && beside && s->last_good) {
        s->alone_left++;
    } else if (told) {
        tries_note(s, told, beside);
    }
    if (silent && !beside && s->beside_left) {
        s->beside_left += s->alone_left;
        s->alone_left = 0;
    }
    if (!beside || !v->open)
        tries_ask_more(v);
}

/* --- the fact ----------------------------------------------------------------------------------- */

static int by_count(const void *a, const void *b)
{
    int x = group_size(*(json_t *const *)a), y = group_size(*(json_t *const *)b);
    return (x < y) - (x > y);
}

static json_t *groups_sorted(const json_t *groups)
{
    size_t n = json_array_size(groups), i;
    json_t **list = mem_array(NULL, n, sizeof *list), *j = json_array(), *group;
    json_array_foreach((json_t *)groups, i, group)
        list[i] = group;
    qsort(list, n, sizeof *list, by_count);
    for (i = 0; i < n; i++)
        json_array_append(j, list[i]);
    free(list);
    return j;
}

/* What our own doing can be behind the failures; NULL: nothing. */
static const char *limit_word(const struct tries *s)
{
    if (s->beside.failed && !s->alone.failed && s->alone.made >= LIMIT_AFTER)
        return "at-once";
    if (s->alone.failed + s->beside.failed > 1 && s->first_failed > LIMIT_AFTER && s->last_good < s->first_failed)
        return "rate";
    return NULL;
}

static char *tries_text(const json_t *groups, int made, const char *limit)
{
    struct text t = { 0 };
    const json_t *group;
    size_t i;
    bool alike = json_array_size(groups) == 1;
    text_addf(&t, alike ? "%d tries, all alike: " : "%d tries: ", made);
    json_array_foreach((json_t *)groups, i, group) {
        if (i)
            text_add(&t, "; ");
        if (!alike)
            text_addf(&t, "%d times ", group_size(group));
        text_addf(&t, "%s (%s)", told_word(group, "outcome"), told_word(group, "looks"));
    }
    if (limit)
        text_addf(&t, "; %s, and our own doing",
                  strcmp(limit, "at-once") == 0
                      ? "only tries made at the same time as others failed: that may be a limit on connections at once"
                      : "all went well up to a point, and none after it: that may be a limit on connections per time");
    return text_take(&t);
}

static json_t *way_json(const struct way *w)
{
    return json_pack("{s:i, s:i}", "made", w->made, "failed", w->failed);
}

static void tries_end(struct surveying *v)
{
    struct tries *s = v->state;
    int made = s->alone.made + s->beside.made;
    const char *limit = limit_word(s);
    if (made < 2)
        return; /* could not ask */
    json_t *groups = groups_sorted(s->groups);
    char *text = tries_text(groups, made, limit);
    enum state state = json_array_size(groups) == 1 ? STATE_YES : STATE_NO;
    json_t *j = json_pack("{s:i, s:i, s:o, s:o, s:o, s:s?}", "made", made, "failed", s->alone.failed + s->beside.failed,
                          "groups", groups, "alone", way_json(&s->alone), "beside", way_json(&s->beside),
                          "limit", limit);
    run_see(v->run, FACT_ATTEMPTS, state, j, (run_now(v->run) - v->began) * 1000, text);
}

static void tries_forget(struct surveying *v)
{
    struct tries *s = v->state;
    json_decref(s->groups);
}

static const struct survey survey = {
    .state_size = sizeof(struct tries),
    .begin = tries_begin,
    .change = tries_change,
    .came = tries_came,
    .end = tries_end,
    .forget = tries_forget,
};

const struct probe tries_probe = { .name = "tries", .aside = true, .thorough = true, .writes = writes, AGAIN(survey) };
