/* clients - see clients.h. */
#include "src/why/clients.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/model/member.h"
#include "src/why/meeting.h"
#include "src/why/server.h"
#include "src/wire/names.h"

const char *const client_rule_words[CLIENT_RULE_COUNT] = {
#define X(id, word) [CLIENT_RULE_##id] = word,
    CLIENT_RULES(X)
#undef X
};

bool clients_known(const struct column *c)
{
    const struct seen *tried = &c->fact[FACT_CLIENTS];
    return accepts_known(c) || (tried->state == STATE_YES && json_is_object(tried->value));
}

void client_result_clear(struct client_result *r)
{
    free(r->why);
    free(r->but);
    *r = (struct client_result){ .client = NULL };
}

/* --- what was tried ---------------------------------------------------------------------------- */

static enum state flag_of(const json_t *one, const char *key)
{
    const json_t *flag = json_object_get(one, key);
    return json_is_boolean(flag) ? (json_is_true(flag) ? STATE_YES : STATE_NO) : NOT_ASKED;
}

static uint16_t version_of(const json_t *one)
{
    int at = accepts_version(json_string_value(json_object_get(one, "version")));
    return at < 0 ? 0 : at ? (uint16_t)(0x02ff + at) : 0x0002;
}

/* Something of the server's was heard: a word of its own, not silence. */
static bool answer_is_heard(const char *answer)
{
    return strcmp(answer, "accepted") == 0 || text_starts(answer, "alert ");
}

/* Silence says something only beside an answer to somebody else. */
static bool server_was_heard(const json_t *all)
{
    const char *key;
    json_t *one;
    json_object_foreach((json_t *)all, key, one) {
        const char *answer = json_string_value(json_object_get(one, "answer"));
        if (answer && answer_is_heard(answer))
            return true;
    }
    return false;
}

static void tried_read(struct tried *t, const struct column *c, const struct client *client, bool heard)
{
    const struct seen *seen = &c->fact[FACT_CLIENTS];
    const json_t *one = seen->state == STATE_YES ? json_object_get(seen->value, client->name) : NULL;
    const char *answer = json_string_value(json_object_get(one, "answer"));
    *t = (struct tried){ .warning = -1 };
    if (!answer || strcmp(answer, "could-not-ask") == 0 || (accepts_is_open(answer) && !heard))
        return;
    t->answer = answer;
    t->accepted = strcmp(answer, "accepted") == 0;
    if (!t->accepted)
        return;
    const char *suite = json_string_value(json_object_get(one, "cipher"));
    const char *group = json_string_value(json_object_get(one, "group"));
    const struct suite *s = suite ? suite_by_name(suite) : NULL;
    const struct group *g = group ? group_by_name(group) : NULL;
    json_int_t bits = json_integer_value(json_object_get(one, "dh_bits"));
    const json_t *warning = json_object_get(one, "warning"), *certificate = json_object_get(one, "certificate");
    t->version = version_of(one);
    t->suite = s ? s->number : 0;
    t->group = g ? g->number : 0;
    t->dh_bits = bits > 0 && bits < 1 << 20 ? (int)bits : 0;
    t->retry = json_is_true(json_object_get(one, "retry"));
    t->warning = json_is_integer(warning) ? (int)json_integer_value(warning) & 0xff : -1;
    t->renegotiation = flag_of(one, "renegotiation");
    t->ems = flag_of(one, "ems");
    t->certificate = json_is_object(certificate) ? certificate : NULL;
}

/* --- results ----------------------------------------------------------------------------------- */

static void result_begin(struct client_result *r, const struct client *client)
{
    *r = (struct client_result){ .client = client };
}

static void result_end(struct meeting *m)
{
    struct client_result *r = m->result;
    if (m->fails) {
        r->works = CLIENT_FAILS;
        free(m->doubt);
    } else if (m->doubt) {
        r->works = CLIENT_UNKNOWN;
        r->why = m->doubt;
    } else {
        r->works = CLIENT_WORKS;
    }
    m->doubt = NULL;
    if (r->works == CLIENT_FAILS) {
        free(r->but);
        r->but = NULL;
    }
}

static void work_out(struct client_result *out, const struct server *s, const struct client *client)
{
    static const struct tried nothing = { .warning = -1 };
    struct meeting m = { .server = s, .client = client, .tried = &nothing, .result = out };
    result_begin(out, client);
    meeting_hello(&m);
    if (!m.fails && out->version)
        meeting_after(&m);
    result_end(&m);
}

void client_work_out(struct client_result *out, const struct column *c, const struct client *client)
{
    struct server s;
    server_read(&s, c);
    work_out(out, &s, client);
    server_free(&s);
}

/* The hello was answered: the lists are only asked whether they knew, then the client has its say. */
static void result_of_accepted(struct client_result *out, const struct server *s, const struct client *client,
                               const struct tried *t)
{
    struct meeting m = { .server = s, .client = client, .tried = t, .result = out };
    meeting_hello(&m);
    bool late = m.fails && t->retry && out->rule == CLIENT_RULE_SIGALG; /* what the server had not come to yet */
    free(m.doubt);
    m.doubt = NULL;
    out->version = t->version;
    out->suite = t->suite;
    out->group = t->group;
    if (m.fails && !late) {
        char *lists = out->why;
        out->works = CLIENT_UNKNOWN;
        out->disagree = true;
        out->rule = CLIENT_RULE_NONE;
        out->why = mem_format("its hello was accepted, but by the lists of what the server takes it should not be: %s",
                              lists);
        free(lists);
        return;
    }
    meeting_after(&m);
    result_end(&m);
}

static void result_of_refused(struct client_result *out, const struct server *s, const struct client *client,
                              const struct tried *t)
{
    static const struct tried nothing = { .warning = -1 };
    struct meeting m = { .server = s, .client = client, .tried = &nothing, .result = out };
    const char *endpoint = s->c->endpoint ? s->c->endpoint->text : "ENDPOINT";
    meeting_hello(&m);
    char *perhaps = m.doubt;
    out->works = CLIENT_FAILS;
    out->version = out->suite = out->group = 0;
    if (m.fails) {
        free(perhaps);
        return;
    }
    out->rule = CLIENT_RULE_REFUSED;
    if (accepts_known(s->c) && perhaps)
        out->why = mem_format("its hello is refused (%s), perhaps for this: %s; `tlswhy replay %s %s` finds out",
                              t->answer, perhaps, client->name, endpoint);
    else if (accepts_known(s->c))
        out->why = mem_format("its hello is refused (%s), and nothing in the lists says why: `tlswhy replay %s %s` "
                              "finds out", t->answer, client->name, endpoint);
    else
        out->why = mem_format("its hello is refused (%s); what the server takes was not asked for, and says more",
                              t->answer);
    free(perhaps);
}

static void result_of(struct client_result *out, const struct server *s, const struct client *client, bool heard)
{
    struct tried t;
    tried_read(&t, s->c, client, heard);
    if (!t.answer) {
        work_out(out, s, client);
        return;
    }
    result_begin(out, client);
    out->tried = true;
    if (t.accepted)
        result_of_accepted(out, s, client, &t);
    else
        result_of_refused(out, s, client, &t);
}

void client_result_of(struct client_result *out, const struct column *c, const struct client *client)
{
    struct server s;
    server_read(&s, c);
    result_of(out, &s, client, server_was_heard(c->fact[FACT_CLIENTS].value));
    server_free(&s);
}

void client_results_of(struct client_result *out, const struct column *c)
{
    struct server s;
    bool heard = server_was_heard(c->fact[FACT_CLIENTS].value);
    server_read(&s, c);
    for (size_t i = 0; i < client_count; i++)
        result_of(&out[i], &s, &client_table[i], heard);
    server_free(&s);
}

static void add_agreed(struct text *t, const struct client_result *r)
{
    char hex[NAME_LEN];
    const struct version *v = version_find(r->version);
    text_addf(t, "%s%s", v ? ", " : "", v ? v->title : "");
    if (r->suite)
        text_addf(t, " %s", suite_name(r->suite, hex));
    if (r->group)
        text_addf(t, " %s", group_name(r->group, hex));
}

char *client_result_says(const struct client_result *r)
{
    static const char *const words[] = {
        [CLIENT_UNKNOWN] = "not known", [CLIENT_WORKS] = "works", [CLIENT_FAILS] = "fails" };
    struct text t = { 0 };
    text_add(&t, words[r->works]);
    if (r->works == CLIENT_WORKS)
        add_agreed(&t, r);
    if (r->why)
        text_addf(&t, ": %s", r->why);
    if (r->but)
        text_addf(&t, "; but %s", r->but);
    return text_take(&t);
}

/* --- JSON -------------------------------------------------------------------------------------- */

static json_t *result_json(const struct client_result *r)
{
    char hex[NAME_LEN];
    const struct version *v = version_find(r->version);
    const char *version = v ? v->word : r->version == 0x0002 ? "ssl2" : NULL;
    json_t *j = json_object();
    json_object_set_new(j, "client", json_string(r->client->name));
    json_object_set_new(j, "works", r->works == CLIENT_UNKNOWN ? json_null() : json_boolean(r->works == CLIENT_WORKS));
    json_object_set_new(j, "version", member_string(version));
    json_object_set_new(j, "cipher", member_string(r->suite ? suite_name(r->suite, hex) : NULL));
    json_object_set_new(j, "group", member_string(r->group ? group_name(r->group, hex) : NULL));
    json_object_set_new(j, "why", member_string(r->why));
    json_object_set_new(j, "rule", member_string(r->rule ? client_rule_words[r->rule] : NULL));
    json_object_set_new(j, "tried", json_boolean(r->tried));
    json_object_set_new(j, "disagree", json_boolean(r->disagree));
    json_object_set_new(j, "but", member_string(r->but));
    return j;
}

json_t *clients_json(const struct column *c)
{
    json_t *list = json_array();
    if (!clients_known(c))
        return list;
    struct client_result *r = mem_new(client_count * sizeof *r);
    client_results_of(r, c);
    for (size_t i = 0; i < client_count; i++) {
        json_array_append_new(list, result_json(&r[i]));
        client_result_clear(&r[i]);
    }
    free(r);
    return list;
}
