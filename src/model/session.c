/* session - see session.h. */
#include "src/model/session.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/wire/names.h"

#define CELL_MAX 500 /* bytes from which a cell gets no more names */

struct session *session_new(double started)
{
    struct session *s = mem_new(sizeof *s);
    s->started = started;
    s->evidence_count = 1; /* evidence[0] stays empty: a number of 0 means none */
    s->evidence_room = 64;
    s->evidence = mem_new(s->evidence_room * sizeof *s->evidence);
    return s;
}

static void evidence_drop(struct evidence *e)
{
    free(e->text);
    free(e->bytes);
    e->text = NULL;
    e->bytes = NULL;
    e->bytes_len = 0;
    e->gone = true;
}

static void column_forget(struct session *s, struct column *c)
{
    for (int f = 0; f < FACT_COUNT; f++) {
        json_decref(c->fact[f].value);
        evidence_drop(&s->evidence[c->fact[f].evidence]);
        c->fact[f] = (struct seen){ 0 };
    }
}

static void column_free(struct session *s, struct column *c)
{
    column_forget(s, c);
    endpoint_free(c->endpoint);
    free(c->label);
    free(c->vantage);
    free(c->address);
    free(c);
}

void session_free(struct session *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        column_free(s, s->column[i]);
    for (size_t i = 0; i < s->evidence_count; i++)
        evidence_drop(&s->evidence[i]);
    for (int q = 0; q < QUESTION_COUNT; q++)
        free(s->answer[q]);
    logged_clear(&s->log);
    free(s->column);
    free(s->by_id);
    free(s->evidence);
    free(s);
}

/* --- columns by id: a hash with open addressing, at most half full ----------------------------- */

/* Where an id belongs; ids in a row, and ids in steps, all get places of their own. */
static size_t id_home(const struct session *s, int id)
{
    uint64_t h = (uint64_t)(unsigned)id * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 32) & (s->by_id_room - 1);
}

/* The place of this id, or the free one where it would be. */
static size_t id_place(const struct session *s, int id)
{
    size_t i = id_home(s, id);
    while (s->by_id[i] && s->by_id[i]->id != id)
        i = (i + 1) & (s->by_id_room - 1);
    return i;
}

/* Before s->column has the new one. */
static void id_add(struct session *s, struct column *c)
{
    if (2 * (s->count + 1) > s->by_id_room) {
        s->by_id_room = s->by_id_room ? 2 * s->by_id_room : 32;
        free(s->by_id);
        s->by_id = mem_new(s->by_id_room * sizeof *s->by_id);
        for (size_t i = 0; i < s->count; i++)
            s->by_id[id_place(s, s->column[i]->id)] = s->column[i];
    }
    s->by_id[id_place(s, c->id)] = c;
}

/* What stands behind it in a row without gaps may have its home before the gap: it is put anew. */
static void id_remove(struct session *s, int id)
{
    size_t i = id_place(s, id);
    s->by_id[i] = NULL;
    for (i = (i + 1) & (s->by_id_room - 1); s->by_id[i]; i = (i + 1) & (s->by_id_room - 1)) {
        struct column *c = s->by_id[i];
        s->by_id[i] = NULL;
        s->by_id[id_place(s, c->id)] = c;
    }
}

struct column *session_column(const struct session *s, int id)
{
    return s->by_id ? s->by_id[id_place(s, id)] : NULL;
}

/* --- columns in their order ------------------------------------------------------------------- */

/* The first place behind all columns that come before a new one of this ask and address. */
static size_t session_place(const struct session *s, int ask, int nth)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct column *c = s->column[mid];
        if (c->ask < ask || (c->ask == ask && c->nth <= nth))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t session_ask(const struct session *s, int ask, size_t *end)
{
    size_t first = session_place(s, ask, -1);
    for (*end = first; *end < s->count && s->column[*end]->ask == ask;)
        ++*end;
    return first;
}

void session_answer(struct session *s, enum question q, const char *answer)
{
    free(s->answer[q]);
    s->answer[q] = mem_string(answer);
    s->revision++;
}

const char *session_says(const struct session *s, enum question q)
{
    return s->answer[q] ? s->answer[q] : s->log.answer[q];
}

bool column_is_client(const struct column *c)
{
    return c->vantage && strcmp(c->vantage, VANTAGE_CLIENT) == 0;
}

static char *column_title(const struct column *c)
{
    char *title = endpoint_title(c->endpoint);
    if (!column_is_saved(c))
        return title;
    char *saved = mem_format("%s (saved)", title);
    free(title);
    return saved;
}

/* What stood for several (mx://) has become the first of them. */
static void column_is_now(struct column *c, const struct endpoint *ep)
{
    if (ep == c->endpoint || strcmp(ep->text, c->endpoint->text) == 0)
        return;
    endpoint_free(c->endpoint);
    c->endpoint = endpoint_ref(ep);
    free(c->label);
    c->label = column_title(c);
}

struct column *session_add(struct session *s, int id, int ask, int nth, const struct endpoint *ep,
                           const char *address, const char *vantage)
{
    struct column *c = session_column(s, id);
    if (c) { /* said again: the address has become known */
        free(c->address);
        c->address = mem_string(address);
        column_is_now(c, ep);
        s->revision++;
        return c;
    }
    c = mem_new(sizeof *c);
    c->id = id;
    c->ask = ask;
    c->nth = nth;
    c->endpoint = endpoint_ref(ep);
    c->vantage = mem_string(vantage ? vantage : "local");
    c->label = column_is_client(c) ? mem_format("client %d", nth + 1) : column_title(c);
    c->address = mem_string(address);
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 16;
        s->column = mem_array(s->column, s->room, sizeof *s->column);
    }
    id_add(s, c);
    size_t i = session_place(s, ask, nth);
    memmove(s->column + i + 1, s->column + i, (s->count++ - i) * sizeof *s->column);
    s->column[i] = c;
    s->revision++;
    return c;
}

void session_remove(struct session *s, int id)
{
    struct column *c = session_column(s, id);
    if (!c)
        return;
    size_t i = session_place(s, c->ask, c->nth) - 1;
    while (s->column[i] != c)
        i--;
    id_remove(s, id);
    column_free(s, c);
    memmove(s->column + i, s->column + i + 1, (--s->count - i) * sizeof *s->column);
    s->revision++;
}

static unsigned session_keep(struct session *s, struct observation *o)
{
    if (s->evidence_count == s->evidence_room) {
        s->evidence_room *= 2;
        s->evidence = mem_array(s->evidence, s->evidence_room, sizeof *s->evidence);
    }
    unsigned number = (unsigned)s->evidence_count++;
    s->evidence[number] = (struct evidence){ .column = o->column, .fact = o->fact,
        .probe = o->probe, .time = o->time, .text = o->text, .bytes = o->bytes,
        .bytes_len = o->bytes_len };
    o->text = NULL;
    o->bytes = NULL;
    return number;
}

unsigned session_testify(struct session *s, const char *probe, double time, char *text)
{
    struct observation o = { .probe = probe, .time = time, .text = text };
    return session_keep(s, &o);
}

void session_testify_anew(struct session *s, unsigned number, double time, char *text)
{
    free(s->evidence[number].text);
    s->evidence[number].text = text;
    s->evidence[number].time = time;
}

void session_see(struct session *s, struct observation *o)
{
    struct column *c = session_column(s, o->column);
    if (c && o->fact < FACT_COUNT) {
        struct seen *f = &c->fact[o->fact];
        json_decref(f->value);
        f->state = o->state;
        f->value = o->value;
        o->value = NULL;
        f->ms = (float)o->ms;
        evidence_drop(&s->evidence[f->evidence]);
        f->evidence = session_keep(s, o);
        s->revision++;
    }
    observation_clear(o);
}

void session_forget(struct session *s, int id)
{
    struct column *c = session_column(s, id);
    if (c) {
        column_forget(s, c);
        s->revision++;
    }
}

void session_busy(struct session *s, int id, bool busy)
{
    struct column *c = session_column(s, id);
    if (c && c->busy != busy) {
        c->busy = busy;
        s->revision++;
    }
}

bool column_is_saved(const struct column *c)
{
    return c->vantage && strcmp(c->vantage, VANTAGE_SAVED) == 0;
}

const struct seen *column_seen(const struct column *c, enum fact f)
{
    return &c->fact[f];
}

const char *column_word(const struct column *c, enum fact f)
{
    return json_string_value(c->fact[f].value);
}

static char *list_cell(const json_t *list)
{
    const char *only = json_array_size(list) == 1 ? json_string_value(json_array_get(list, 0)) : NULL;
    if (only)
        return mem_string(only);
    return mem_format("%zu", json_array_size(list));
}

/* "x25519, secp256r1": a cell cuts what it has no room for, but a file may hold any number. */
static char *names_cell(const json_t *list)
{
    struct text t = { 0 };
    for (size_t i = 0; i < json_array_size(list) && t.len < CELL_MAX; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        text_addf(&t, "%s%s", i ? ", " : "", name ? name : "?");
    }
    return t.s ? text_take(&t) : mem_string("none");
}

static char *offset_cell(const json_t *v)
{
    double s = json_number_value(json_object_get(v, "seconds"));
    double u = json_number_value(json_object_get(v, "uncertainty"));
    double a = s < 0 ? -s : s;
    if (a < 600)
        return mem_format("%+.1fs +-%.1fs", s, u);
    if (a < 2 * 86400)
        return mem_format("%c%dh%02dm +-%.0fs", s < 0 ? '-' : '+', (int)(a / 3600), (int)(a / 60) % 60, u);
    return mem_format("%c%.0fd +-%.0fs", s < 0 ? '-' : '+', a / 86400, u);
}

/* "SSL 3.0, TLS 1.0, 1.1": the versions a server took, the oldest first. */
static char *versions_cell(const json_t *v)
{
    struct text t = { 0 };
    bool tls = false;
    for (int i = 0; i < ACCEPTS_VERSIONS; i++) {
        const char *title = accepts_title(i), *said = json_string_value(json_object_get(v, accepts_word(i)));
        if (!said || strcmp(said, "accepted") != 0)
            continue;
        text_addf(&t, "%s%s", t.s ? ", " : "", tls ? title + strlen("TLS ") : title);
        tls |= text_starts(title, "TLS ");
    }
    if (!t.s)
        text_add(&t, "none");
    return text_take(&t);
}

static char *attempts_cell(const json_t *v)
{
    int made = (int)json_integer_value(json_object_get(v, "made"));
    int failed = (int)json_integer_value(json_object_get(v, "failed"));
    return failed ? mem_format("%d of %d fail", failed, made) : mem_format("%d ok", made);
}

/* "ok up to 64 at once", or from how many on some failed. */
static char *load_cell(const json_t *v)
{
    const json_t *steps = json_object_get(v, "steps"), *step;
    int most = 1;
    size_t i;
    if (json_integer_value(json_object_get(json_object_get(v, "baseline"), "failed")))
        return mem_string("fails without load");
    json_array_foreach((json_t *)steps, i, step) {
        most = (int)json_integer_value(json_object_get(step, "at_once"));
        if (json_integer_value(json_object_get(step, "failed")))
            return mem_format("fails from %d at once", most);
    }
    return mem_format("ok up to %d at once", most);
}

/* "1.3: 3, 1.2: 12": how many suites of each version. */
static char *ciphers_cell(const json_t *v)
{
    struct text t = { 0 };
    for (int i = ACCEPTS_VERSIONS - 1; i >= 0; i--) {
        const json_t *block = json_object_get(v, accepts_word(i)), *list = json_object_get(block, "accepted");
        const char *title = accepts_title(i);
        if (block)
            text_addf(&t, "%s%s: %zu", t.s ? ", " : "", text_starts(title, "TLS ") ? title + 4 : title,
                      json_array_size(list));
    }
    if (!t.s)
        text_add(&t, "none");
    return text_take(&t);
}

/* "all", or the hellos that were not answered as they ought to be. */
static char *tolerates_cell(const json_t *v)
{
    struct text t = { 0 };
    const char *key;
    json_t *said;
    json_object_foreach((json_t *)v, key, said)
        if (json_is_string(said) && strcmp(json_string_value(said), "accepted") != 0)
            text_addf(&t, "%s%s", t.s ? ", " : "not: ", key);
    if (!t.s)
        text_add(&t, "all");
    return text_take(&t);
}

/* The first hello that was accepted, the client's own before those with more in them. */
static char *relaxed_cell(const json_t *v)
{
    const json_t *tries = json_object_get(v, "tries");
    const char *key;
    json_t *try;
    json_object_foreach((json_t *)tries, key, try) {
        const char *answer = json_string_value(json_object_get(try, "answer"));
        if (answer && strcmp(answer, "accepted") == 0)
            return mem_format("%s taken", key);
    }
    return mem_string("none taken");
}

/* "without supported_versions": the change, or the first of several. */
static char *replay_cell(const json_t *v)
{
    const json_t *changes = json_object_get(v, "changes");
    const char *says = json_string_value(json_object_get(json_array_get(changes, 0), "says"));
    size_t n = json_array_size(changes);
    if (!says)
        return mem_string("yes");
    char *clean = text_printable(says, strlen(says), 200);
    char *cell = n > 1 ? mem_format("%s, and %zu more", clean, n - 1) : mem_string(clean);
    free(clean);
    return cell;
}

/* "12 + 25 ms": connecting, and the handshake or what there was of it. */
static char *timing_cell(const json_t *v)
{
    const json_t *whole = json_object_get(v, "handshake"), *first = json_object_get(v, "server_hello");
    double connect = json_number_value(json_object_get(v, "connect"));
    const json_t *last = json_is_number(whole) ? whole : first;
    return json_is_number(last) ? mem_format("%.1f + %.1f ms", connect, json_number_value(last))
                                : mem_format("%.1f ms", connect);
}

static char *member_cell(const json_t *v, const char *key)
{
    const char *s = json_string_value(json_object_get(v, key));
    return s ? text_printable(s, strlen(s), 200) : NULL;
}

/* The client it looks like, else its fingerprint, else what spoke instead. */
static char *hello_cell(const json_t *v)
{
    static const char *const keys[] = { "client", "ja4", "what" };
    char *cell = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !cell; i++)
        cell = member_cell(v, keys[i]);
    return cell ? cell : mem_string("yes");
}

/* "client: alert 48, certificate": who ended it, how, and after what. */
static char *end_cell(const json_t *v)
{
    const json_t *alert = json_object_get(v, "alert");
    char *by = member_cell(v, "by"), *how = member_cell(v, "how"), *stage = member_cell(v, "stage"), *cell;
    if (text_is(how, "complete"))
        cell = mem_string("complete");
    else if (json_is_integer(alert))
        cell = mem_format("%s: alert %d, %s", by ? by : "?", (int)json_integer_value(alert), stage ? stage : "?");
    else
        cell = mem_format("%s: %s, %s", by ? by : "?", how ? how : "?", stage ? stage : "?");
    free(by);
    free(how);
    free(stage);
    return cell;
}

static char *via_cell(const json_t *v)
{
    const char *outcome = json_string_value(json_object_get(v, "outcome"));
    const json_t *code = json_object_get(v, "code");
    if (json_is_integer(code) && outcome && strcmp(outcome, "ready") != 0)
        return mem_format("%s, %d", outcome, (int)json_integer_value(code));
    return mem_string(outcome ? outcome : "?");
}

static char *starttls_cell(const json_t *v)
{
    const char *outcome = json_string_value(json_object_get(v, "outcome"));
    const json_t *code = json_object_get(v, "code");
    bool telling = json_is_integer(code) && outcome && strcmp(outcome, "ready") != 0 &&
                   strcmp(outcome, "not-offered") != 0;
    return telling ? mem_format("%s %d", outcome, (int)json_integer_value(code)) : mem_string(outcome ? outcome : "?");
}

static char *idle_cell(const json_t *v)
{
    const char *went = json_string_value(json_object_get(v, "went"));
    return mem_string(went ? went : "?");
}

static char *other_way_cell(const json_t *v)
{
    const char *asked = json_string_value(json_object_get(v, "asked"));
    const char *went = json_string_value(json_object_get(v, "went"));
    return mem_format("%s: %s", asked ? asked : "?", went ? went : "?");
}

/* The latest date that others signed. */
static char *bounds_cell(const json_t *v)
{
    const char *least = json_string_value(json_object_get(v, "at_least"));
    return mem_string(least ? least : "nothing signed");
}

/* "none 112": how one handshake of several went, in a word or the number of its alert. */
static void went_add(struct text *t, const char *title, const json_t *one)
{
    const char *went = json_string_value(json_object_get(one, "went"));
    const json_t *alert = json_object_get(one, "alert");
    if (!went)
        return;
    text_addf(t, "%s%s ", t->len ? ", " : "", title);
    if (json_is_integer(alert))
        text_addf(t, "%lld", (long long)json_integer_value(alert));
    else
        text_add_n(t, went, strcspn(went, ","));
}

/* Of the handshakes with another name, and with less in the hello. */
static char *went_cell(const json_t *v, const char *const *keys)
{
    struct text t = { 0 };
    for (; *keys; keys++)
        went_add(&t, *keys, json_object_get(v, *keys));
    return t.len ? text_take(&t) : mem_string("nothing");
}

static char *server_names_cell(const json_t *v)
{
    static const char *const keys[] = { "right", "none", "other", NULL };
    return went_cell(v, keys);
}

static char *variations_cell(const json_t *v)
{
    static const char *const keys[] = { "no-alpn", "no-status-request", NULL };
    return went_cell(v, keys);
}

/* What it hangs on, and who ends it where that is another machine. */
static char *path_cell(const json_t *v)
{
    const char *trigger = json_string_value(json_object_get(v, "trigger"));
    bool other = json_is_true(json_object_get(json_object_get(v, "ttl"), "differs")) ||
                 json_is_true(json_object_get(v, "before"));
    const char *near = json_is_true(json_object_get(v, "proxy")) ? ", a proxy is near" : "";
    return mem_format("%s%s%s", trigger ? trigger : "nothing helps", other ? ", another machine" : "", near);
}

/* What is to be mended first, else whether it was sent. */
static char *given_cell(const json_t *v)
{
    const char *fault = json_string_value(json_array_get(json_object_get(v, "faults"), 0));
    bool sent = json_is_true(json_object_get(v, "sent")), foreign = json_is_false(json_object_get(v, "in_ca_list"));
    return mem_string(fault ? fault : !sent ? "not sent" : foreign ? "sent, of another CA" : "sent");
}

/* Facts whose value has a cell of its own. */
static char *(*const object_cells[FACT_COUNT])(const json_t *v) = {
    [FACT_VIA] = via_cell,                   [FACT_STARTTLS] = starttls_cell,
    [FACT_TIMING] = timing_cell,             [FACT_CLIENT_GIVEN] = given_cell,
    [FACT_IDLE] = idle_cell,                 [FACT_OTHER_WAY] = other_way_cell,
    [FACT_VERSIONS] = versions_cell,         [FACT_RELAXED] = relaxed_cell,
    [FACT_CIPHERS] = ciphers_cell,           [FACT_TOLERATES] = tolerates_cell,
    [FACT_REPLAY] = replay_cell,             [FACT_CLIENT_HELLO] = hello_cell,
    [FACT_CLIENT_END] = end_cell,            [FACT_ATTEMPTS] = attempts_cell,
    [FACT_SERVER_NAMES] = server_names_cell, [FACT_VARIATIONS] = variations_cell,
    [FACT_LOAD] = load_cell,                 [FACT_PATH] = path_cell,
    [FACT_BOUNDS] = bounds_cell,
};

/* What an object fact is worth in one cell: how many of it there are, or its one telling member. */
static char *object_cell(enum fact f, const json_t *v)
{
    if (object_cells[f])
        return object_cells[f](v);
    const char *kind = json_string_value(json_object_get(v, "kind"));
    const json_t *sent = json_object_get(v, "sent"), *count = json_object_get(v, "count");
    if (kind) {
        const char *stage = json_string_value(json_object_get(v, "stage"));
        if (!stage || strcmp(stage, "nothing") == 0)
            return mem_format("%s after hello", kind);
        return mem_format(strcmp(stage, kind) == 0 ? "%s" : "%s, %s", kind, stage);
    }
    if (sent) {
        size_t n = json_array_size(sent);
        const char *end = json_is_true(json_object_get(v, "trusted"))    ? "complete"
                          : json_is_true(json_object_get(v, "complete")) ? "own root"
                                                                         : "gap";
        return mem_format("%zu cert%s, %s", n, n == 1 ? "" : "s", end);
    }
    if (count)
        return mem_format("%d CAs", (int)json_integer_value(count));
    if (json_is_array(v))
        return mem_format("%zu", json_array_size(v));
    return mem_string(f == FACT_CLIENT_CERT ? "asked" : "yes");
}

/* Words of the stream that a person would not know. */
static const struct { enum fact fact; const char *word, *shown; } shown_words[] = {
    { FACT_ADDRESS_FROM, "option", "at= or --resolve" }, { FACT_ADDRESS_FROM, "literal", "as written" },
    { FACT_ADDRESS_FROM, "hosts", "hosts file" },        { FACT_ADDRESS_FROM, "dns", "DNS" },
    { FACT_ADDRESS_FROM, "dns-late", "DNS, late" },
};

/* Only what is cut at bytes it surely has is cut: a file may hold any words. */
static char *word_cell(enum fact f, const char *word)
{
    for (size_t i = 0; i < sizeof shown_words / sizeof *shown_words; i++)
        if (shown_words[i].fact == f && strcmp(shown_words[i].word, word) == 0)
            return mem_string(shown_words[i].shown);
    const struct version *version = f == FACT_VERSION ? version_by_word(word) : NULL;
    if (version)
        return mem_string(version->title);
    if (f == FACT_CIPHER && text_starts(word, "TLS_"))
        return mem_string(word + strlen("TLS_"));
    size_t n = strlen(word);
    if (f == FACT_LEAF && n > 8 && strspn(word, "0123456789abcdef") == n)
        return mem_format("%.4s..%s", word, word + n - 2);
    if (fact_table[f].kind == FACT_TIME && n > 10 && strspn(word, "0123456789-") == 10)
        return mem_format("%.10s", word);
    return mem_string(word);
}

/* What is taken by any version, each once. */
static char *union_cell(const struct column *c, enum fact f)
{
    json_t *all = accepts_union(c, f);
    char *cell = names_cell(all);
    json_decref(all);
    return cell;
}

char *column_cell(const struct column *c, enum fact f)
{
    const struct seen *s = &c->fact[f];
    if (s->state == NOT_ASKED)
        return mem_string(".");
    if (s->state == COULD_NOT_ASK)
        return mem_string("/");
    if (s->state == UNSURE)
        return mem_string("?");
    if (json_is_string(s->value))
        return word_cell(f, json_string_value(s->value));
    if (s->state == STATE_NO && (f == FACT_FAILURE || f == FACT_LATE || f == FACT_REASONS))
        return mem_string("none");
    if (s->state == STATE_NO && f == FACT_REPLAY && s->value)
        return mem_string("none needed");
    bool says_why = (f == FACT_STARTTLS || f == FACT_VIA) && json_is_object(s->value);
    if ((s->state == STATE_NO && !says_why) || !s->value || json_is_null(s->value))
        return mem_string(s->state == STATE_YES ? "yes" : "no");
    if (fact_table[f].kind == FACT_LIST)
        return f == FACT_CERT_KEYS ? names_cell(s->value) : list_cell(s->value);
    if (f == FACT_GROUPS || f == FACT_SIGALGS)
        return union_cell(c, f);
    if (fact_table[f].kind == FACT_OFFSET)
        return offset_cell(s->value);
    return object_cell(f, s->value);
}

char *session_evidence_says(const struct session *s, const struct evidence *e)
{
    const struct column *c = e->column ? session_column(s, e->column) : NULL;
    if (e->text)
        return mem_string(e->text);
    if (!e->column)
        return mem_string("a line of a log that is not kept any more");
    return c ? column_cell(c, e->fact) : mem_string("no longer known");
}
