/* path - see path.h. */
#include "src/why/path.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/detail.h"
#include "src/why/look.h"

static const char *const words[PATH_WORD_COUNT] = {
#define X(id, word) [PATH_WORD_##id] = word,
    PATH_WORDS(X)
#undef X
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

const json_t *path_try(const json_t *value, const char *name)
{
    const json_t *try = json_object_get(json_object_get(value, "tries"), name);
    return json_is_object(try) ? try : NULL;
}

static bool try_acked(const json_t *try) { return json_is_true(json_object_get(try, "acked")); }

static bool try_lost(const json_t *try) { return json_is_false(json_object_get(try, "acked")); }

static bool try_quiet(const json_t *try)
{
    static const char *const quiet[] = { "closed", "reset", "silent", "slow" };
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
        if (strcmp(text_of(try, "answer"), quiet[i]) == 0)
            return true;
    return false;
}

static unsigned trigger_read(const json_t *value)
{
    const char *trigger = text_of(value, "trigger");
    for (int i = PATH_WORD_NAME; i <= PATH_WORD_SEGMENTS; i++)
        if (strcmp(trigger, words[i]) == 0)
            return 1u << i | PATH_IS(FOUND);
    return 0;
}

struct path path_read(enum state state, const json_t *value)
{
    struct path p = { .is = state == STATE_NO ? PATH_IS(NOTHING) : 0 };
    if (state != STATE_YES)
        return p;
    const json_t *fails = path_try(value, "as-is"), *works = path_try(value, text_of(value, "answered"));
    p.is = trigger_read(value);
    if (!(p.is & PATH_IS(FOUND)))
        return p;
    bool far = json_is_true(json_object_get(json_object_get(value, "ttl"), "differs"));
    if (far || json_is_true(json_object_get(value, "before")))
        p.is |= PATH_IS(ANOTHER);
    else if (try_lost(fails) && try_acked(works))
        p.is |= PATH_IS(FILTER);
    else
        p.is |= PATH_IS(SERVER);
    if (path_try(value, "small-split") && try_quiet(path_try(value, "small-split")))
        p.is |= PATH_IS(ONE_READ);
    return p;
}

bool path_holds(const struct path *p, const char *list)
{
    for (const char *s = list; *s; s += *s == '|') {
        size_t n = strcspn(s, "|");
        for (int i = 0; i < PATH_WORD_COUNT; i++)
            if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0 && (p->is & (1u << i)))
                return true;
        s += n;
    }
    return false;
}

/* --- what is said of it ------------------------------------------------------------------------ */

static const struct { const char *trigger, *because, *changed; enum fix fix; } said[] = {
    { "name", "because of the name it has in it", "with another name, or with none,", FIX_SNI_PATH },
    { "size", "because of its size", "when it is small", FIX_LARGE_PATH },
    { "version", "because it offers TLS 1.3", "without TLS 1.3", FIX_PATH_VERSION },
    { "split", "because of what stands together in one packet", "in two packets", FIX_PATH_VERSION },
    { "segments", "because its packets are large", "in small ones", FIX_PATH_MTU },
};

static const struct { const char *answer, *says; } ends[] = {
    { "reset", "is reset" }, { "closed", "is answered by the end of the connection" }, { "silent", "is not answered" },
    { "slow", "is not answered in full" }, { "not-tls", "is answered by something that is not TLS" },
};

/* Why it is, or may be, somebody else than the server. */
static char *proof_text(const struct look *l)
{
    const json_t *value = l->c->fact[FACT_PATH].value, *ttl = json_object_get(value, "ttl");
    int answers = (int)json_integer_value(json_object_get(ttl, "answers"));
    int ended = (int)json_integer_value(json_object_get(ttl, "ended_by"));
    int hop = (int)json_integer_value(json_object_get(value, "hop"));
    struct text t = { 0 };
    if (json_is_true(json_object_get(ttl, "differs")))
        text_addf(&t, "what ends it comes from another distance (TTL %d) than the server's answers (TTL %d)", ended, answers);
    if (json_is_true(json_object_get(value, "before")))
        text_addf(&t, "%s it gets no further than hop %d, from where the server does not answer yet",
                  t.len ? ", and" : "", hop);
    if (!t.len && l->path.is & PATH_IS(FILTER))
        text_add(&t, "it was not even acknowledged, as the other was");
    if (!t.len && ended && ended == answers)
        text_addf(&t, "what ends it comes from as far as the server's answers (TTL %d)", answers);
    if (!t.len)
        text_add(&t, "nothing shows another machine than the server");
    char *s = text_take(&t), *start = s[0] == ' ' ? mem_string(s + 1) : NULL;
    if (!start)
        return s;
    free(s);
    return start;
}

void path_words(const struct look *l, struct words *w, unsigned mask)
{
    static const char *const kept[] = { "trigger", "answered", "ttl", "hop", "before", "mss" };
    const json_t *value = l->c->fact[FACT_PATH].value;
    const char *trigger = text_of(value, "trigger"), *answer = text_of(path_try(value, "as-is"), "answer");
    (void)mask;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const json_t *j = json_object_get(value, kept[i]);
        json_object_set_new(w->detail, kept[i], j ? json_deep_copy(j) : json_null());
    }
    json_object_set_new(w->detail, "kind", *look_text(l, FACT_FAILURE, "kind")
                                               ? json_string(look_text(l, FACT_FAILURE, "kind")) : json_string("large-hello"));
    words_say(w, "went", "is refused");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(answer, ends[i].answer) == 0)
            words_say(w, "went", ends[i].says);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(trigger, said[i].trigger) == 0) {
            words_say(w, "because", said[i].because);
            words_say(w, "changed", said[i].changed);
            if (l->path.is & (PATH_IS(ANOTHER) | PATH_IS(FILTER) | PATH_IS(SEGMENTS)) && !(l->path.is & PATH_IS(ONE_READ)))
                w->fix[0] = said[i].fix;
        }
    words_say_own(w, "proof", proof_text(l));
}
