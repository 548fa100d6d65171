/* path - see path.h. */
#include "src/why/path.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"
#include "src/why/among.h"
#include "src/why/detail.h"
#include "src/why/look.h"

static const char *const words[PATH_WORD_COUNT] = {
#define X(id, word) [PATH_WORD_##id] = word,
    PATH_WORDS(X)
#undef X
};

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
        if (strcmp(member_text(try, "answer"), quiet[i]) == 0)
            return true;
    return false;
}

static unsigned trigger_read(const json_t *value)
{
    const char *trigger = member_text(value, "trigger");
    for (int i = PATH_WORD_NAME; i <= PATH_WORD_GROUPS; i++)
        if (strcmp(trigger, words[i]) == 0)
            return 1u << i | PATH_IS(FOUND);
    return 0;
}

static bool try_vanished(const json_t *try) { return try_lost(try) && strcmp(member_text(try, "answer"), "silent") == 0; }

/* No hello that is sent gets there; nor, where plain text was tried, that. */
static unsigned lost_read(const json_t *value)
{
    static const char *const hellos[] = { "as-is", "small", "split" };
    const json_t *plain = path_try(value, "plain");
    for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++)
        if (!try_vanished(path_try(value, hellos[i])))
            return 0;
    return try_vanished(plain) ? PATH_IS(DEAF) : try_acked(plain) ? PATH_IS(HELLOS) : 0;
}

/* By what systems begin with: 64, 128 or 255. */
static int hops_of(int ttl) { return (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl; }

static bool ended_closer(const json_t *value)
{
    const json_t *ttl = json_object_get(value, "ttl");
    int answers = (int)json_integer_value(json_object_get(ttl, "answers"));
    int ended = (int)json_integer_value(json_object_get(ttl, "ended_by"));
    bool known = answers > 0 && answers <= 255 && ended > 0 && ended <= 255;
    return known && json_is_true(json_object_get(ttl, "differs")) && hops_of(ended) < hops_of(answers);
}

/* Who ends it. Behind a proxy that is near, packets from further away are not seen at all. */
static unsigned ender_read(const json_t *value)
{
    const json_t *fails = path_try(value, "as-is"), *works = path_try(value, member_text(value, "answered"));
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
    if (p.is & PATH_IS(NOTHING))
        p.is |= lost_read(value);
    if (try_vanished(path_try(value, "as-is")))
        p.is |= PATH_IS(LOST);
    if (p.is & PATH_IS(ANOTHER) && ended_closer(value))
        p.is |= PATH_IS(CLOSER);
    if (p.is & PATH_IS(FOUND) && try_quiet(path_try(value, "small-split")) && !try_quiet(path_try(value, "small")))
        p.is |= PATH_IS(ONE_READ);
    return p;
}

bool path_holds(const struct path *p, const char *list)
{
    return among_set(list, words, PATH_WORD_COUNT, p->is);
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
    { "suites", "because of the cipher suites it offers", "with a few common ones", FIX_PATH_VERSION },
    { "groups", "because of a group or key share it offers", "of the same size, with the oldest groups alone,",
      FIX_PATH_VERSION },
};
/* A hello that names nobody. */
static const char unnamed_because[] = "because it has no server name in it", unnamed_changed[] = "with one";


static const struct { const char *answer, *says; } ends[] = {
    { "reset", "is reset" }, { "closed", "is answered by the end of the connection" }, { "silent", "is not answered" },
    { "slow", "is not answered in full" }, { "not-tls", "is answered by something that is not TLS" },
};

static void hop_add(struct text *t, const json_t *value)
{
    text_addf(t, "hop %d", (int)json_integer_value(json_object_get(value, "hop")));
    if (*member_text(value, "router"))
        text_addf(t, " (%s)", member_text(value, "router"));
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
        return mem_string("a proxy takes these connections on this machine or one hop away, though a router leads "
                          "there: it may do so by itself, or pass on what it heard from the server");
    if (l->path.is & PATH_IS(NOTHING))
        return deaf_text(l);
    if (json_is_true(json_object_get(ttl, "differs")))
        text_addf(&t, "what ends it comes from another distance (TTL %d) than the server's answers (TTL %d)",
                  ended, answers);
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
    const char *trigger = member_text(value, "trigger"), *answer = member_text(path_try(value, "as-is"), "answer");
    (void)mask;
    words_keep(w, value, kept, sizeof kept / sizeof *kept);
    const char *kind = look_text(l, FACT_FAILURE, "kind");
    json_object_set_new(w->detail, "kind", json_string(*kind ? kind : "large-hello"));
    words_say(w, "went", "is refused");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(answer, ends[i].answer) == 0)
            words_say(w, "went", ends[i].says);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(trigger, said[i].trigger) == 0) {
            words_say(w, "because", said[i].because);
            words_say(w, "changed", said[i].changed);
            if (l->path.is & PATH_IS(NAME) && !endpoint_sni(l->c->endpoint)) {
                words_say(w, "because", unnamed_because);
                words_say(w, "changed", unnamed_changed);
            }
            if (l->path.is & (PATH_IS(ANOTHER) | PATH_IS(SEGMENTS)) ||
                (l->path.is & PATH_IS(FILTER) && !(l->path.is & PATH_IS(ONE_READ))))
                w->fix[0] = said[i].fix;
        }
    if (l->path.is & (PATH_IS(ANOTHER) | PATH_IS(LOST)) && l->path.is & PATH_IS(ONE_READ) && l->path.is & PATH_IS(SIZE)) {
        words_say(w, "because", "because it comes in two packets");
        words_say(w, "changed", "in one");
    }
    words_say_own(w, "proof", proof_text(l));
}
