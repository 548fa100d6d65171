/* told - see told.h. */
#include "probes/told.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/host.h"
#include "src/wire/names.h"

#define NAMES_TOLD 5

/* --- the parts ---------------------------------------------------------------------------------- */

static char *end_word(const struct tls *t)
{
    char hex[NAME_LEN];
    if (t->end == TLS_ALERT)
        return mem_format("alert %d %s", t->alert_number, alert_name((uint8_t)t->alert_number, hex));
    return mem_string(tls_end_words[t->end]);
}

/* Who hangs up after a complete handshake refuses nothing, see shake.h. */
static bool is_ok(const struct shake *s)
{
    return s->late ? !shake_refused_late(s) : s->tls.end == TLS_OK;
}

static json_t *went_json(const struct shake *s)
{
    const struct tls *t = &s->tls;
    if (is_ok(s))
        return json_string("ok");
    char *end = end_word(t);
    char *word = s->late                     ? mem_format("late %s", end)
                 : t->stage == STAGE_NOTHING ? mem_string(end)
                                             : mem_format("%s, %s", end, tls_stage_words[t->stage]);
    json_t *j = json_string(word);
    free(word);
    free(end);
    return j;
}

static void set_text(json_t *j, const char *key, const char *text)
{
    json_object_set_new(j, key, text ? json_string(text) : json_null());
}

static const char *const of_certificates[] = { "leaf", "subject", "names", "fits", "not_after", "faults", NULL };

json_t *told_certificates(const struct cert *leaf, const struct chain *c)
{
    json_t *j = json_object();
    bool read = leaf && !leaf->malformed, fits = read;
    char when[WHEN_LEN];
    char *names = read ? host_names(leaf, NAMES_TOLD) : NULL;
    for (size_t i = 0; i < c->fault_count; i++)
        if (c->fault[i].reason == REASON_NAME || c->fault[i].reason == REASON_NAME_CN_ONLY)
            fits = false;
    set_text(j, "leaf", leaf ? leaf->sha256 : NULL);
    set_text(j, "subject", read ? cert_name(leaf) : NULL);
    set_text(j, "names", names);
    json_object_set_new(j, "fits", read ? json_boolean(fits) : json_null());
    set_text(j, "not_after", read ? when_format(leaf->not_after, when) : NULL);
    json_object_set_new(j, "faults", chain_faults_json(c));
    free(names);
    return j;
}

json_t *told_of(const struct shake *s, json_t *certificates)
{
    const struct tls *t = &s->tls;
    const struct version *v = t->server_version ? version_find(t->server_version) : NULL;
    char hex[NAME_LEN];
    int code = s->date ? date_status(s->date) : 0;
    char *group = shake_group(s), *status = code ? mem_format("%d", code) : NULL;
    bool alert = t->end == TLS_ALERT && !is_ok(s);
    json_t *j = certificates ? certificates : json_object();
    for (size_t i = 0; !certificates && of_certificates[i]; i++)
        json_object_set_new(j, of_certificates[i], json_null());
    json_object_set_new(j, "went", went_json(s));
    json_object_set_new(j, "failed", json_boolean(!is_ok(s)));
    json_object_set_new(j, "alert", alert ? json_integer(t->alert_number) : json_null());
    set_text(j, "version", v ? v->word : NULL);
    set_text(j, "cipher", t->server_version ? suite_name(t->server_suite, hex) : NULL);
    set_text(j, "group", group);
    set_text(j, "alpn", *t->alpn ? t->alpn : NULL);
    set_text(j, "server", s->date ? date_server(s->date) : NULL);
    set_text(j, "http_status", status);
    free(group);
    free(status);
    return j;
}

json_t *told_judged(struct run *r, const struct shake *s)
{
    const struct tls *t = &s->tls;
    if (!t->certificate.len && !is_ok(s))
        return told_of(s, NULL);
    struct certificate_message *m = mem_new(sizeof *m);
    struct cert *sent[MESSAGE_CERTS_MAX];
    shake_certificates(r, s, m, sent);
    struct judge_ask ask = run_judge_ask(r, endpoint_client(r->target->endpoint));
    ask.sent = sent;
    ask.sent_count = m->count;
    struct chain *c = chain_judge(run_judge(r), &ask);
    json_t *j = told_of(s, told_certificates(m->count ? sent[0] : NULL, c));
    chain_free(c);
    for (size_t i = 0; i < m->count; i++)
        cert_free(sent[i]);
    free(m);
    return j;
}

static json_t *told_nothing(const char *went)
{
    static const struct shake none = { .tls = { .end = TLS_SILENT } };
    json_t *j = told_of(&none, NULL);
    set_text(j, "went", went);
    return j;
}

json_t *told_unreachable(const char *kind)
{
    char *word = mem_format("%s, connect", kind);
    json_t *j = told_nothing(word);
    free(word);
    return j;
}

json_t *told_no_way(const char *word)
{
    char *went = mem_format("%s, %s", word, word);
    json_t *j = told_nothing(went);
    free(went);
    return j;
}

/* --- reading ------------------------------------------------------------------------------------ */

bool told_failed(const json_t *told)
{
    return json_is_true(json_object_get(told, "failed"));
}

const char *told_word(const json_t *told, const char *key)
{
    const char *s = json_string_value(json_object_get(told, key));
    return s ? s : "";
}

const char *told_fault(const json_t *told)
{
    const json_t *all = json_object_get(told, "faults"), *fault;
    size_t i;
    json_array_foreach((json_t *)all, i, fault) {
        const char *word = json_string_value(json_object_get(fault, "reason"));
        enum reason reason = word ? reason_find(word) : REASON_COUNT;
        if (reason != REASON_COUNT && reason_table[reason].fatal)
            return reason_table[reason].word;
    }
    return NULL;
}

bool told_alike(const json_t *a, const json_t *b)
{
    return strcmp(told_word(a, "went"), told_word(b, "went")) == 0 &&
           strcmp(told_word(a, "leaf"), told_word(b, "leaf")) == 0;
}

bool told_same_faults(const json_t *a, const json_t *b)
{
    static const char *const keys[] = { "reason", "cert", "link" };
    const json_t *x = json_object_get(a, "faults"), *y = json_object_get(b, "faults");
    if (json_array_size(x) != json_array_size(y))
        return false;
    for (size_t i = 0; i < json_array_size(x); i++) {
        const json_t *one = json_array_get(x, i), *other = json_array_get(y, i);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (!json_equal(json_object_get(one, keys[k]), json_object_get(other, keys[k])))
                return false;
    }
    return true;
}

json_t *told_pick(const json_t *told, const char *const *keys)
{
    json_t *j = json_object();
    for (; *keys; keys++) {
        json_t *v = json_object_get(told, *keys);
        json_object_set_new(j, *keys, v ? json_deep_copy(v) : json_null());
    }
    return j;
}
