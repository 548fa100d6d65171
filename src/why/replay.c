/* replay - see replay.h. */
#include "src/why/replay.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/member.h"
#include "src/wire/names.h"
#include "src/why/among.h"
#include "src/why/change.h"
#include "src/why/detail.h"
#include "src/why/mismatch.h"

#define SAYS_MAX 4 /* changes told in a sentence */

enum { EXT_SNI = 0, EXT_GROUPS = 10, EXT_SIGALGS = 13, EXT_ALPN = 16, EXT_EMS = 23, EXT_VERSIONS = 43, EXT_SHARES = 51,
       EXT_RENEGOTIATION = 65281, SUITE_RENEGOTIATION = 0x00ff, SUITE_FALLBACK = 0x5600 };

/* --- what a change speaks for ------------------------------------------------------------------ */

enum way { ADDS = 1, DROPS = 2, EITHER = 3 };
#define ANY -1

/* The first row that one of the changes fits decides: what comes first in a handshake comes first here, but for what
 * has nothing to do with what a hello says. Who is quiet about a refusal may stand on the path as well. */
struct speaks { enum part part; int number; enum way way; enum replay_word aloud, quiet; };
static const struct speaks speaks_table[] = {
#define SPEAKS(part, number, way, aloud, quiet) { PART_##part, number, way, REPLAY_WORD_##aloud, REPLAY_WORD_##quiet }
    SPEAKS(SIZE, ANY, EITHER, PATH, PATH),
    SPEAKS(RECORDS, ANY, EITHER, PATH, PATH),
    SPEAKS(FORM, ANY, EITHER, VERSION, VERSION),
    SPEAKS(VERSION, 0x0a0a, EITHER, SERVER, PATH),
    SPEAKS(VERSION, ANY, EITHER, VERSION, VERSION),
    SPEAKS(LEGACY, ANY, EITHER, VERSION, VERSION),
    SPEAKS(EXTENSION, EXT_VERSIONS, EITHER, VERSION, VERSION),
    SPEAKS(BODY, EXT_VERSIONS, EITHER, VERSION, VERSION),
    SPEAKS(SUITE, SUITE_RENEGOTIATION, ADDS, EXTENSION, EXTENSION),
    SPEAKS(SUITE, SUITE_FALLBACK, EITHER, LOST, LOST), /* says that another hello failed before: no cause by itself */
    SPEAKS(SUITE, ANY, ADDS, SUITE, SUITE),
    SPEAKS(GROUP, ANY, ADDS, GROUP, GROUP),
    SPEAKS(SHARE, ANY, ADDS, GROUP, GROUP),
    SPEAKS(SIGALG, ANY, ADDS, GROUP, GROUP),
    SPEAKS(EXTENSION, EXT_GROUPS, ADDS, GROUP, GROUP),
    SPEAKS(EXTENSION, EXT_SHARES, ADDS, GROUP, GROUP),
    SPEAKS(EXTENSION, EXT_SIGALGS, ADDS, GROUP, GROUP),
    SPEAKS(EXTENSION, ANY, ADDS, EXTENSION, EXTENSION),
    SPEAKS(BODY, EXT_EMS, EITHER, EXTENSION, EXTENSION),
    SPEAKS(BODY, EXT_RENEGOTIATION, EITHER, EXTENSION, EXTENSION),
    SPEAKS(SNI, ANY, EITHER, SNI, SNI),
    SPEAKS(BODY, EXT_SNI, EITHER, SNI, SNI),
    SPEAKS(ALPN, ANY, EITHER, ALPN, ALPN),
    SPEAKS(BODY, EXT_ALPN, EITHER, ALPN, ALPN),
    SPEAKS(SUITE, ANY, DROPS, SERVER, PATH),
    SPEAKS(GROUP, ANY, DROPS, SERVER, PATH),
    SPEAKS(SHARE, ANY, DROPS, SERVER, PATH),
    SPEAKS(SIGALG, ANY, DROPS, SERVER, PATH),
    SPEAKS(EXTENSION, ANY, DROPS, SERVER, PATH),
    SPEAKS(BODY, ANY, EITHER, SERVER, PATH),
    SPEAKS(SUITE_ORDER, ANY, EITHER, SERVER, SERVER),
    SPEAKS(LIST_ORDER, ANY, EITHER, SERVER, SERVER),
    SPEAKS(ORDER, ANY, EITHER, SERVER, SERVER),
    SPEAKS(COMPRESSION, ANY, EITHER, SERVER, PATH),
    SPEAKS(SESSION, ANY, EITHER, SERVER, PATH),
};

static bool speaks_of(const struct speaks *s, const struct hello_change *c)
{
    return s->part == c->part && (s->number == ANY || s->number == c->number) && s->way & (c->adds ? ADDS : DROPS);
}

/* False where it is none: a loaded session may say anything. */
static bool change_read(const json_t *value, size_t nth, struct hello_change *c)
{
    const json_t *one = json_array_get(json_object_get(value, "changes"), nth);
    const char *word = json_string_value(json_object_get(one, "part"));
    json_int_t number = json_integer_value(json_object_get(one, "number"));
    size_t part = 0;
    while (word && part < PART_COUNT && strcmp(part_table[part].word, word) != 0)
        part++;
    if (!word || part == PART_COUNT || number < 0 || number > UINT16_MAX)
        return false;
    *c = (struct hello_change){ (enum part)part, (uint16_t)number, json_is_true(json_object_get(one, "adds")) };
    return true;
}

static bool answer_is_still(const char *answer) { return strcmp(answer, "silent") == 0 || strcmp(answer, "slow") == 0; }

static bool answer_is_quiet(const char *answer)
{
    static const char *const quiet[] = { "closed", "reset", "silent", "slow" };
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
        if (strcmp(answer, quiet[i]) == 0)
            return true;
    return false;
}

#define OTHERS_MIN 4 /* of which one at least goes without any extension, or without a name */

static bool nobody_is_served(const json_t *value, const char *as_is)
{
    const json_t *others = json_object_get(value, "others"), *answer;
    const char *name;
    bool all = text_starts(as_is, "alert ") && json_object_size(others) >= OTHERS_MIN;
    json_object_foreach((json_t *)others, name, answer) {
        all = all && json_string_value(answer) && strcmp(json_string_value(answer), as_is) == 0;
    }
    return all;
}

/* The row that decides, and its change. */
static const struct speaks *replay_speaks(const json_t *value, struct hello_change *first)
{
    size_t n = json_array_size(json_object_get(value, "changes"));
    for (size_t r = 0; r < sizeof speaks_table / sizeof *speaks_table; r++)
        for (size_t i = 0; i < n && i <= CHANGES_MAX; i++)
            if (change_read(value, i, first) && speaks_of(&speaks_table[r], first))
                return &speaks_table[r];
    return NULL;
}

struct replay replay_read(enum state state, const json_t *value)
{
    struct replay r = { .is = 0 };
    const char *as_is = member_text(value, "as_is");
    bool quiet = answer_is_quiet(as_is), aloud = text_starts(as_is, "alert ");
    const struct speaks *s = state == STATE_YES ? replay_speaks(value, &r.first) : NULL;
    if (state == UNSURE && *as_is && strcmp(as_is, "accepted") != 0)
        r.is = REPLAY_IS(LOST) | (nobody_is_served(value, as_is) ? REPLAY_IS(NOBODY) : 0);
    if (!s)
        return r;
    /* Who minds an extension or a suite and closes in good order has read the hello: a path drops or resets. */
    bool reads = (s->part == PART_EXTENSION || s->part == PART_SUITE) && strcmp(as_is, "closed") == 0;
    enum replay_word word = quiet && !reads ? s->quiet : s->aloud;
    /* A server says no to a version it does not know, or closes; the path says nothing. */
    if (word == REPLAY_WORD_VERSION && answer_is_still(as_is) && !r.first.adds)
        word = REPLAY_WORD_PATH;
    r.is = 1u << word;
    if (word == REPLAY_WORD_LOST)
        return r;
    r.is |= REPLAY_IS(NAMED);
    r.is |= aloud && json_is_true(json_object_get(value, "smallest")) ? REPLAY_IS(SURE) : REPLAY_IS(LIKELY);
    return r;
}

bool replay_holds(const struct replay *r, const char *words)
{
    static const char *const names[REPLAY_WORD_COUNT] = {
#define X(id, word) [REPLAY_WORD_##id] = word,
        REPLAY_WORDS(X)
#undef X
    };
    return among_set(words, names, REPLAY_WORD_COUNT, r->is);
}

/* --- what is said of it ------------------------------------------------------------------------ */

/* What it is that is there, or is missing; {} stands for its name. */
static const struct { const char *has, *lacks; } thing_table[PART_COUNT] = {
    [PART_FORM] = { "its form", "its form" },
    [PART_LEGACY] = { "its version field", "its version field" },
    [PART_VERSION] = { "{}", "{}" },
    [PART_SUITE] = { "the suite {}", "the suite {}" },
    [PART_GROUP] = { "the group {}", "the group {}" },
    [PART_SIGALG] = { "the signature algorithm {}", "the signature algorithm {}" },
    [PART_SHARE] = { "the key share for {}", "a key share for {}" },
    [PART_SNI] = { "the server name it sends", "a server name" },
    [PART_ALPN] = { "the application protocols it offers (ALPN)", "application protocols (ALPN)" },
    [PART_EXTENSION] = { "the extension {}", "the extension {}" },
    [PART_BODY] = { "what it sends in {}", "what it sends in {}" },
    [PART_COMPRESSION] = { "its compression methods", "its compression methods" },
    [PART_SESSION] = { "its session id", "a session id" },
    [PART_SUITE_ORDER] = { "the order of its cipher suites", "the order of its cipher suites" },
    [PART_LIST_ORDER] = { "the order of its {}", "the order of its {}" },
    [PART_ORDER] = { "the order of its extensions", "the order of its extensions" },
    [PART_SIZE] = { "its size", "its size" },
    [PART_RECORDS] = { "its being in several records", "its being in one record" },
};

/* Is there or not, and not only different: what can be lacked. */
static bool part_is_there(enum part part)
{
    static const bool there[PART_COUNT] = {
        [PART_VERSION] = true, [PART_SUITE] = true, [PART_GROUP] = true, [PART_SIGALG] = true, [PART_SHARE] = true,
        [PART_SNI] = true, [PART_ALPN] = true, [PART_EXTENSION] = true, [PART_SESSION] = true
    };
    return there[part];
}

static char *thing_text(const struct hello_change *c)
{
    char hex[NAME_LEN], number[NAME_LEN];
    const char *form = c->adds ? thing_table[c->part].lacks : thing_table[c->part].has, *at = strstr(form, "{}");
    const char *name = hello_change_name(c, hex);
    if (c->part == PART_EXTENSION && !extension_find(c->number) && !number_is_grease(c->number)) {
        snprintf(number, sizeof number, "%u", c->number);
        name = number;
    }
    return at ? mem_format("%.*s%s%s", (int)(at - form), form, name, at + 2) : mem_string(form);
}

/* All changes: "with the group x and without y". */
static char *says_text(const json_t *value, bool size_aside)
{
    json_t *all = json_array();
    struct hello_change c;
    for (size_t i = 0; i < json_array_size(json_object_get(value, "changes")) && i <= CHANGES_MAX; i++)
        if (change_read(value, i, &c) && !(size_aside && c.part == PART_SIZE)) {
            char *says = hello_change_says(&c);
            json_array_append_new(all, json_string(says));
            free(says);
        }
    char *s = words_list(all, SAYS_MAX, "changed");
    json_decref(all);
    return s;
}

/* The first change, and how many others; of those that only make it smaller, the first of them. */
static char *short_text(const json_t *value)
{
    struct hello_change c, next;
    size_t n = json_array_size(json_object_get(value, "changes"));
    if (!change_read(value, 0, &c))
        return mem_string("changed");
    bool smaller = c.part == PART_SIZE && n > 1 && change_read(value, 1, &next);
    char *says = hello_change_says(smaller ? &next : &c), *s;
    size_t more = n - 1 - smaller;
    if (more)
        s = mem_format("%s%s, and %zu more", smaller ? "made smaller: " : "", says, more);
    else
        s = mem_format("%s%s", smaller ? "made smaller: " : "", says);
    free(says);
    return s;
}

/* "because of the suite X: without it, the same hello is answered" */
static char *reason_text(const json_t *value, const struct hello_change *c)
{
    static const char end[] = "the same hello is answered";
    size_t n = json_array_size(json_object_get(value, "changes"));
    bool by_size = c->part == PART_SIZE && n > 1, there = part_is_there(c->part);
    char *thing = thing_text(c), *says = says_text(value, by_size), *s;
    if (by_size)
        s = mem_format("because of its size: made smaller (%s), %s", says, end);
    else if (n > 1)
        s = mem_format("because of several things together: %s, %s", says, end);
    else if (there && c->adds)
        s = mem_format("because it lacks %s: with it, %s", thing, end);
    else if (there)
        s = mem_format("because of %s: without it, %s", thing, end);
    else
        s = mem_format("because of %s: %s, %s", thing, says, end);
    free(thing);
    free(says);
    return s;
}

static const char *refuses_text(const char *as_is, bool path)
{
    if (strcmp(as_is, "silent") == 0 || strcmp(as_is, "slow") == 0)
        return path ? "drops" : "does not answer";
    if (strcmp(as_is, "closed") == 0 || strcmp(as_is, "reset") == 0)
        return "breaks off at";
    return "refuses";
}

/* --- what to do --------------------------------------------------------------------------------- */

/* The better one first; the first row that fits. */
struct remedy { unsigned is; enum part part; int number; enum way way; enum fix first, second; };
static const struct remedy remedies[] = {
    { REPLAY_IS(VERSION), PART_VERSION, ANY, DROPS, FIX_REPLAY_VERSION_HAS, FIX_NONE },
    { REPLAY_IS(VERSION), PART_VERSION, ANY, ADDS, FIX_REPLAY_VERSION_LACKS, FIX_NONE },
    { REPLAY_IS(VERSION), PART_FORM, ANY, EITHER, FIX_REPLAY_FORM, FIX_NONE },
    { REPLAY_IS(SUITE), PART_SUITE, ANY, ADDS, FIX_SUITE_CLIENT, FIX_REPLAY_SUITE_SERVER },
    { REPLAY_IS(GROUP), PART_GROUP, ANY, ADDS, FIX_GROUP_CLIENT, FIX_REPLAY_GROUP_SERVER },
    { REPLAY_IS(GROUP), PART_SIGALG, ANY, ADDS, FIX_SIGALG_CLIENT, FIX_REPLAY_SIGALG_SERVER },
    { REPLAY_IS(EXTENSION), PART_EXTENSION, EXT_EMS, ADDS, FIX_REPLAY_EMS, FIX_NONE },
    { REPLAY_IS(EXTENSION), PART_EXTENSION, EXT_RENEGOTIATION, ADDS, FIX_REPLAY_RENEGOTIATION, FIX_NONE },
    { REPLAY_IS(EXTENSION), PART_SUITE, SUITE_RENEGOTIATION, ADDS, FIX_REPLAY_RENEGOTIATION, FIX_NONE },
    { REPLAY_IS(SNI), PART_SNI, ANY, ADDS, FIX_REPLAY_SNI_LACKS, FIX_NONE },
    { REPLAY_IS(SNI), PART_SNI, ANY, DROPS, FIX_REPLAY_SNI_HAS, FIX_NONE },
    { REPLAY_IS(ALPN), PART_ALPN, ANY, EITHER, FIX_ALPN, FIX_NONE },
    { REPLAY_IS(PATH), PART_SIZE, ANY, EITHER, FIX_LARGE_PATH, FIX_NONE },
};

static void replay_fix(struct words *w, const struct replay *r)
{
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++) {
        const struct remedy *m = &remedies[i];
        if (r->is & m->is && m->part == r->first.part && (m->number == ANY || m->number == r->first.number) &&
            m->way & (r->first.adds ? ADDS : DROPS)) {
            w->fix[0] = m->first;
            w->fix[1] = m->second;
            return;
        }
    }
    bool lacks = r->first.adds && part_is_there(r->first.part);
    w->fix[0] = r->is & REPLAY_IS(PATH) ? FIX_REPLAY_PATH : lacks ? FIX_REPLAY_LACKS : FIX_REPLAY_HAS;
}

/* The words FIX_SUITE_CLIENT and the like want. */
static void say_client_add(struct words *w, const struct hello_change *c)
{
    static const int lists[PART_COUNT] = { [PART_SUITE] = 1 + LIST_SUITES, [PART_GROUP] = 1 + LIST_GROUPS,
                                           [PART_SHARE] = 1 + LIST_GROUPS, [PART_SIGALG] = 1 + LIST_SIGALGS };
    char hex[NAME_LEN];
    if (!lists[c->part])
        return;
    enum list_kind list = (enum list_kind)(lists[c->part] - 1);
    const char *iana = change_name(list, c->number, hex), *openssl = change_openssl(list, c->number);
    words_say(w, "client_iana", iana);
    words_say(w, "client_windows", list == LIST_GROUPS ? group_windows(c->number) : iana);
    words_say(w, "client_openssl", openssl ? openssl : iana);
    words_say_own(w, "client_add", openssl && !text_is(openssl, iana) ? mem_format("%s (%s)", iana, openssl)
                                                                      : mem_string(iana));
}

void replay_words(const struct look *l, struct words *w, uint32_t mask)
{
    static const char *const kept[] = { "changes", "connections", "as_is", "answer", "smallest" };
    const json_t *value = l->c->fact[FACT_REPLAY].value;
    const struct replay *r = &l->replay;
    const char *as_is = member_text(value, "as_is"), *by = member_text(value, "by");
    bool path = r->is & REPLAY_IS(PATH);
    char hex[NAME_LEN];
    (void)mask;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (json_object_get(value, kept[i]))
            json_object_set_new(w->detail, kept[i], json_deep_copy(json_object_get(value, kept[i])));
    json_object_set_new(w->detail, "reference", *by ? json_string(by) : json_null());
    words_say(w, "as_is", as_is);
    if (!(r->is & REPLAY_IS(NAMED)))
        return;
    words_say(w, "refuses", refuses_text(as_is, path));
    words_say_own(w, "reason", reason_text(value, &r->first));
    words_say_own(w, "short", short_text(value));
    words_say_own(w, "thing", thing_text(&r->first));
    words_say(w, "lacked", hello_change_name(&r->first, hex));
    say_client_add(w, &r->first);
    replay_fix(w, r);
}
