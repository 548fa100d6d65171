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
    for (int i = PATH_WORD_NAME; i <= PATH_WORD_EXTENSION; i++)
        if (strcmp(trigger, words[i]) == 0)
            return 1u << i | PATH_IS(FOUND);
    return 0;
}

/* Nothing there is takes what is sent: neither hellos nor plain text. */
static bool all_lost(const json_t *value)
{
    static const char *const tries[] = { "as-is", "small", "split", "plain" };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const json_t *try = path_try(value, tries[i]);
        if (!try_lost(try) || strcmp(text_of(try, "answer"), "silent") != 0)
            return false;
    }
    return true;
}

/* Who ends it. Behind a proxy that is near, packets from further away are not seen at all. */
static unsigned ender_read(const json_t *value)
{
    const json_t *fails = path_try(value, "as-is"), *works = path_try(value, text_of(value, "answered"));
    const json_t *differs = json_object_get(json_object_get(value, "ttl"), "differs");
    unsigned same = json_is_false(differs) ? PATH_IS(SAME) : 0;
    if (json_is_true(json_object_get(value, "proxy")))
        return PATH_IS(NEAR) | PATH_IS(SERVER);
    if (json_is_true(differs) || json_is_true(json_object_get(value, "before")))
        return PATH_IS(ANOTHER);
    return same | (try_lost(fails) && (try_acked(works) || !works) ? PATH_IS(FILTER) : PATH_IS(SERVER));
}

struct path path_read(enum state state, const json_t *value)
{
    struct path p = { .is = state == STATE_NO ? PATH_IS(NOTHING) : 0 };
    if (state != STATE_YES && state != STATE_NO)
        return p;
    p.is |= state == STATE_YES ? trigger_read(value) : 0;
    if (p.is)
        p.is |= ender_read(value) & (state == STATE_NO ? ~(PATH_IS(FILTER) | PATH_IS(SERVER)) : ~0u);
    if (p.is & PATH_IS(NOTHING) && all_lost(value))
        p.is |= PATH_IS(DEAF);
    if (p.is & PATH_IS(FOUND) && try_quiet(path_try(value, "small-split")) && !try_quiet(path_try(value, "small")))
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
    { "alpn", "because of the application protocols it offers (ALPN)", "without them", FIX_PATH_VERSION },
    { "extension", "because of an extension it has", "without all but the oldest", FIX_PATH_VERSION },
};

static const struct { const char *answer, *says; } ends[] = {
    { "reset", "is reset" }, { "closed", "is answered by the end of the connection" }, { "silent", "is not answered" },
    { "slow", "is not answered in full" }, { "not-tls", "is answered by something that is not TLS" },
};

static void hop_add(struct text *t, const json_t *value)
{
    text_addf(t, "hop %d", (int)json_integer_value(json_object_get(value, "hop")));
    if (*text_of(value, "router"))
        text_addf(t, " (%s)", text_of(value, "router"));
}

/* The same where no hello is answered: beside what opens the connection. */
static char *deaf_text(const struct look *l)
{
    const json_t *value = l->c->fact[FACT_PATH].value, *ttl = json_object_get(value, "ttl");
    const json_t *before = json_object_get(value, "before");
    struct text t = { 0 };
    if (json_is_true(json_object_get(ttl, "differs")))
        text_addf(&t, "what ends it comes from another distance (TTL %d) than what opens the connection (TTL %d)",
                  (int)json_integer_value(json_object_get(ttl, "ended_by")),
                  (int)json_integer_value(json_object_get(ttl, "answers")));
    else if (json_is_true(before)) {
        text_add(&t, "data ends at ");
        hop_add(&t, value);
        text_add(&t, ", where the packets that open a connection go on");
    } else if (json_is_false(before)) {
        text_add(&t, "data gets as far as ");
        hop_add(&t, value);
        text_add(&t, ", where the connection is opened");
    } else {
        text_add(&t, "how far data gets is not known");
    }
    return text_take(&t);
}

/* Why it is, or may be, somebody else than the server. */
static char *proof_text(const struct look *l)
{
    const json_t *value = l->c->fact[FACT_PATH].value, *ttl = json_object_get(value, "ttl");
    int answers = (int)json_integer_value(json_object_get(ttl, "answers"));
    int ended = (int)json_integer_value(json_object_get(ttl, "ended_by"));
    struct text t = { 0 };
    if (l->path.is & PATH_IS(NEAR))
        return mem_string("a proxy takes these connections on this machine or one hop away, though a router leads there: it may "
                          "do so by itself, or pass on what it heard from the server");
    if (l->path.is & PATH_IS(NOTHING))
        return deaf_text(l);
    if (json_is_true(json_object_get(ttl, "differs")))
        text_addf(&t, "what ends it comes from another distance (TTL %d) than the server's answers (TTL %d)", ended, answers);
    if (json_is_true(json_object_get(value, "before"))) {
        text_addf(&t, "%s it gets no further than ", t.len ? ", and" : "");
        hop_add(&t, value);
        text_add(&t, ", from where the server does not answer yet");
    }
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
    static const char *const kept[] = { "trigger", "answered", "ttl", "hop", "router", "before", "proxy", "mss" };
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
            if (l->path.is & (PATH_IS(ANOTHER) | PATH_IS(SEGMENTS)) ||
                (l->path.is & PATH_IS(FILTER) && !(l->path.is & PATH_IS(ONE_READ))))
                w->fix[0] = said[i].fix;
        }
    if (l->path.is & PATH_IS(ANOTHER) && l->path.is & PATH_IS(ONE_READ) && l->path.is & PATH_IS(SIZE)) {
        words_say(w, "because", "because it comes in two packets");
        words_say(w, "changed", "in one");
    }
    words_say_own(w, "proof", proof_text(l));
}
