/* pane_path - who ends the hello that fails, and what became of it each time with one thing changed.
 *
 * Owns: its rows, and the words for what they mean. Must not know: how they are drawn, what causes follow.
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/path.h"

enum { ROW_TRY = 1, ROW_END };

static const struct { const char *key, *title, *says; } tries[] = {
    { "as-is", "as it is", "the hello of this client; where its handshake works, one of post-quantum size" },
    { "other-name", "another name", "the same with a server name nobody has" },
    { "no-name", "no name", "the same without a server name" },
    { "other-version", "no TLS 1.3", "the same without TLS 1.3" },
    { "small", "small", "a small hello with the same name and versions" },
    { "large", "small, padded", "that small one, padded to the size of the one that fails" },
    { "split", "in two parts", "the same bytes in two packets" },
    { "small-split", "small in two", "the small one in two packets" },
    { "small-segments", "small packets", "the same in segments of 536 bytes at most, in both directions" },
    { "no-alpn", "no ALPN", "the same without application protocols" },
    { "few-extensions", "few extensions", "the same without extensions that old servers do not know" },
    { "few-suites", "few suites", "the same with five suites of today alone" },
    { "few-groups", "few groups", "the same, padded, with the groups X25519 and P-256 alone" },
    { "plain", "no TLS", "two empty lines in the place of a hello" },
};
enum { TRIES = sizeof tries / sizeof *tries };

enum end { END_WHO, END_TRIGGER, END_HOP, END_ROUTER, END_ANSWERS, END_ENDED, END_PROXY, END_SEGMENT, ENDS };
static const struct { const char *title, *says; } ends[ENDS] = {
    [END_WHO] = { "who", "what all the rows below come to" },
    [END_TRIGGER] = { "hangs on",
        "what the failure hangs on: a change that was answered twice, while the hello as it is failed twice" },
    [END_ANSWERS] = { "TTL of answers",
        "the time to live that packets of the server come with: its answers, or where there are none, what opens the "
        "connection" },
    [END_ENDED] = { "TTL of the end",
        "the time to live of what ends the connection; ! another machine sent it than the one that answers" },
    [END_HOP] = { "ends at hop",
        "how many hops the hello gets until it meets its end; ! the server does not answer from there yet" },
    [END_ROUTER] = { "router there", "the address that says at this hop that a packet has come far enough" },
    [END_PROXY] = { "proxy near",
        "whether a proxy takes the connections on this machine or one hop away: one is opened whose packets may not "
        "leave the first link, while a datagram expires there" },
    [END_SEGMENT] = { "segment", "the largest segment this machine sends" },
};

static const struct { const char *word, *says; } triggers[] = {
    { "name", "the name" }, { "version", "TLS 1.3" }, { "size", "its size" }, { "split", "one packet" },
    { "segments", "large packets" }, { "alpn", "ALPN" }, { "extension", "an extension" },
    { "suites", "its suites" }, { "groups", "its groups" },
};

static const json_t *path_of(const struct column *c)
{
    const struct seen *seen = column_seen(c, FACT_PATH);
    return json_is_object(seen->value) ? seen->value : NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

static bool any_asked(const struct look *l)
{
    for (size_t i = 0; i < l->scene->session->count; i++)
        if (path_of(l->scene->session->column[i]))
            return true;
    return false;
}

/* What no column was asked takes no room; the first stands there always. */
static bool try_anywhere(const struct look *l, int try)
{
    for (size_t i = 0; i < l->scene->session->count; i++)
        if (path_try(path_of(l->scene->session->column[i]), tries[try].key))
            return true;
    return try == 0;
}

static void path_rows(struct sheet *out, const struct look *l)
{
    if (!l->scene->session->count) {
        sheet_still(out, ATTR_PLAIN, "");
        sheet_still(out, ATTR_PLAIN, l->scene->waiting ? "probing ..." : "Nothing to show yet: a adds an endpoint.");
        return;
    }
    if (!any_asked(l))
        sheet_still(out, ATTR_NOTE, "Asked by itself where a hello is reset, dropped, or answered by something else.");
    sheet_still(out, ATTR_HEAD, "who ends it");
    for (int i = 0; i < ENDS; i++)
        sheet_row(out, (struct item){ .kind = ROW_END, .a = i }, ATTR_PLAIN, ends[i].title);
    sheet_still(out, ATTR_HEAD, "the hello");
    for (int i = 0; i < TRIES; i++)
        if (try_anywhere(l, i))
            sheet_row(out, (struct item){ .kind = ROW_TRY, .a = i }, ATTR_PLAIN, tries[i].title);
}

/* "silent, not acked" where nobody said that it arrived. */
static void try_cell(struct cell_text *out, const json_t *value, int i)
{
    const json_t *try = path_try(value, tries[i].key);
    const char *answer = text_of(try, "answer");
    bool lost = json_is_false(json_object_get(try, "acked"));
    bool fails = strcmp(answer, "reset") == 0 || strcmp(answer, "closed") == 0 || strcmp(answer, "silent") == 0 ||
                 strcmp(answer, "slow") == 0 || strcmp(answer, "not-tls") == 0;
    out->text = try ? mem_format("%s%s", answer, lost ? ", not acked" : "") : mem_string(".");
    out->mark = fails ? '!' : ' ';
    out->attr = fails ? ATTR_BAD : ATTR_PLAIN;
}

/* The first that holds; a mark where it is not the server. */
static const struct meaning { unsigned word; char mark; const char *brief, *says; } meanings[] = {
    { PATH_IS(SEGMENTS), '!', "large are lost", "large packets get lost on the way, and small ones do not." },
    { PATH_IS(NEAR), '!', "a proxy is near",
      "a proxy near this machine takes the connections: what ends them is its doing, or the server's." },
    { PATH_IS(DEAF), '!', "data is lost", "connections are opened, but no data gets through, whatever it is." },
    { PATH_IS(ANOTHER), '!', "another machine", "another machine than the server ends it." },
    { PATH_IS(ONE_READ), ' ', "a server, likely", "a hello in two packets is not read: most often the server itself." },
    { PATH_IS(FILTER), '!', "a packet filter", "a packet filter takes it, on the way or on the server's machine." },
    { PATH_IS(SERVER), ' ', "as far as server", "the server, or something as far away as it is, minds it." },
    { PATH_IS(NOTHING), ' ', "nothing shows",
      "no change helps: it hangs on nothing that was tried, and nothing shows who ends it." },
};

static const struct meaning *meaning_of(const struct column *c)
{
    const struct seen *seen = column_seen(c, FACT_PATH);
    struct path p = path_read(seen->state, seen->value);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (p.is & meanings[i].word)
            return &meanings[i];
    return NULL;
}

static void number_cell(struct cell_text *out, const json_t *number, bool bad)
{
    out->text = json_is_integer(number) ? mem_format("%d", (int)json_integer_value(number)) : mem_string(".");
    out->mark = bad ? '!' : ' ';
    out->attr = bad ? ATTR_BAD : ATTR_PLAIN;
}

static void trigger_cell(struct cell_text *out, const struct column *c, const json_t *value)
{
    const char *word = text_of(value, "trigger"), *says = "no change";
    enum state state = column_seen(c, FACT_PATH)->state;
    for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++)
        if (strcmp(word, triggers[i].word) == 0)
            says = triggers[i].says;
    out->text = mem_string(state == UNSURE ? "varies" : says);
    out->attr = state == STATE_YES ? ATTR_BAD : ATTR_PLAIN;
    out->mark = state == STATE_YES ? '!' : ' ';
}

static void router_cell(struct cell_text *out, const json_t *value)
{
    const char *router = text_of(value, "router");
    out->text = mem_string(*router ? router : ".");
    out->attr = ATTR_PLAIN;
}

static void proxy_cell(struct cell_text *out, const json_t *value)
{
    const json_t *proxy = json_object_get(value, "proxy");
    bool perhaps = json_is_true(json_object_get(value, "taken"));
    out->text = mem_string(json_is_true(proxy) ? "yes" : json_is_false(proxy) ? "no" : perhaps ? "perhaps" : ".");
    out->mark = json_is_true(proxy) ? '!' : ' ';
    out->attr = json_is_true(proxy) ? ATTR_BAD : ATTR_PLAIN;
}

static void who_cell(struct cell_text *out, const struct column *c)
{
    const struct meaning *m = meaning_of(c);
    bool varies = column_seen(c, FACT_PATH)->state == UNSURE;
    out->text = mem_string(varies ? "varies" : m ? m->brief : ".");
    out->mark = m ? m->mark : ' ';
    out->attr = m && m->mark == '!' ? ATTR_BAD : ATTR_PLAIN;
}

static void path_cell(struct cell_text *out, const struct look *l, const struct item *row, const struct column *c)
{
    const json_t *value = path_of(c), *ttl = json_object_get(value, "ttl");
    (void)l;
    out->mark = ' ';
    if (!value)
        out->text = mem_string(column_seen(c, FACT_PATH)->state == COULD_NOT_ASK ? "?" : ".");
    else if (row->kind == ROW_TRY && row->a >= 0 && row->a < TRIES)
        try_cell(out, value, row->a);
    else if (row->kind == ROW_END && row->a == END_WHO)
        who_cell(out, c);
    else if (row->kind == ROW_END && row->a == END_TRIGGER)
        trigger_cell(out, c, value);
    else if (row->kind == ROW_END && row->a == END_ANSWERS)
        number_cell(out, json_object_get(ttl, "answers"), false);
    else if (row->kind == ROW_END && row->a == END_ENDED)
        number_cell(out, json_object_get(ttl, "ended_by"), json_is_true(json_object_get(ttl, "differs")));
    else if (row->kind == ROW_END && row->a == END_HOP)
        number_cell(out, json_object_get(value, "hop"), json_is_true(json_object_get(value, "before")));
    else if (row->kind == ROW_END && row->a == END_ROUTER)
        router_cell(out, value);
    else if (row->kind == ROW_END && row->a == END_PROXY)
        proxy_cell(out, value);
    else
        number_cell(out, json_object_get(value, "mss"), false);
}

/* What the whole of it means, for one column. */
static const char *meaning(const struct column *c)
{
    const struct seen *seen = column_seen(c, FACT_PATH);
    const struct meaning *m = meaning_of(c);
    if (seen->state == NOT_ASKED)
        return "not asked: nothing here looks like the path's doing (x asks what would settle a doubt).";
    if (seen->state == COULD_NOT_ASK)
        return "could not be asked: through a proxy, no router leads there, or no connections were left.";
    if (seen->state == UNSURE)
        return "it went now so, now so: nothing follows from it.";
    return m ? m->says : "what was told of it is not known here.";
}

static char *path_foot(const struct look *l, const struct item *row, const struct column *c)
{
    char letter[LETTER_LEN];
    bool try = row->kind == ROW_TRY && row->a >= 0 && row->a < TRIES;
    bool end = row->kind == ROW_END && row->a >= 0 && row->a < ENDS;
    if (!c || (!try && !end))
        return mem_string("");
    bool lost = try && json_is_false(json_object_get(path_try(path_of(c), tries[row->a].key), "acked"));
    return mem_format("%s: %s %s: %s%s.", scene_letter(scene_index(l->scene, c->id), letter), meaning(c),
                      try ? tries[row->a].title : ends[row->a].title, try ? tries[row->a].says : ends[row->a].says,
                      lost ? "; not acked: nobody confirmed that it arrived" : "");
}

static bool path_open(struct subject *out, const struct look *l, const struct item *row, const struct column *c)
{
    (void)l, (void)row;
    if (!c || column_seen(c, FACT_PATH)->state == NOT_ASKED)
        return false;
    *out = (struct subject){ SUBJECT_CELL, c->id, (int)FACT_PATH };
    return true;
}

static char *path_legend(void)
{
    return mem_string("! fails, or not the server's doing  . not asked  ? could not ask");
}

const struct pane pane_path = {
    .title = "Path", .key = '8', .place = PLACE_PATH, .columns = true, .legend = path_legend, .rows = path_rows,
    .cell = path_cell, .foot = path_foot, .open = path_open,
};
