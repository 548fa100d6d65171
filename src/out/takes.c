/* takes - see takes.h. */
#include "src/out/takes.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/accepts.h"

#define INDENT 20      /* "  Encrypt-then-MAC  " */
#define SUITE_INDENT 4
#define OPEN_MAX 3     /* names listed of those that share an answer */
#define WAYS_MAX 16    /* different answers told apart */

/* --- lines ---------------------------------------------------------------------------------- */

static void add_row(struct text *t, int width, const char *title, const char *says)
{
    text_addf(t, "  %-17s ", title);
    text_wrap(t, says, INDENT, width);
    text_add(t, "\n");
}

static void add_taken_row(struct text *t, int width, const char *title, struct text *says)
{
    if (says->len)
        add_row(t, width, title, says->s);
    text_free(says);
}

/* An ANSWER word for people. */
static const char *answer_text(const char *answer)
{
    static const struct { const char *word, *says; } rows[] = {
        { "closed", "hangs up" }, { "reset", "resets the connection" }, { "silent", "no answer" },
        { "slow", "answers too slowly" }, { "could-not-ask", "could not be asked" },
        { "refused", "no connection" }, { "protocol", "answers against the rules" }, { "not-tls", "answers no TLS" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].word, answer) == 0)
            return rows[i].says;
    return answer;
}

/* --- versions ------------------------------------------------------------------------------- */

static void versions_taken(struct text *t, const struct column *c)
{
    for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--) {
        const char *answer = accepts_answer(c, v);
        if (answer && strcmp(answer, "accepted") == 0)
            text_addf(t, "%s%s", t->len ? ", " : "", accepts_title(v));
    }
    if (!t->len)
        text_add(t, "none");
}

/* "TLS 1.1 and TLS 1.0 (alert 70 protocol_version)": those that are refused alike stand together. */
static void versions_refused(struct text *t, const struct column *c)
{
    bool said[ACCEPTS_VERSIONS] = { false };
    for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--) {
        const char *answer = accepts_answer(c, v);
        if (!answer || said[v] || strcmp(answer, "accepted") == 0)
            continue;
        text_addf(t, "%s%s", t->len ? "; " : "", accepts_title(v));
        for (int w = v - 1; w >= 0; w--) {
            const char *other = accepts_answer(c, w);
            if (!other || strcmp(other, answer) != 0)
                continue;
            text_addf(t, ", %s", accepts_title(w));
            said[w] = true;
        }
        text_addf(t, " (%s)", answer_text(answer));
    }
}

static void add_versions(struct text *t, const struct column *c, int width)
{
    struct text taken = { 0 }, refused = { 0 };
    if (c->fact[FACT_VERSIONS].state != STATE_YES)
        return;
    versions_taken(&taken, c);
    versions_refused(&refused, c);
    add_taken_row(t, width, fact_table[FACT_VERSIONS].title, &taken);
    add_taken_row(t, width, "not taken", &refused);
}

/* --- suites --------------------------------------------------------------------------------- */

static int names_width(const json_t *list)
{
    int widest = 0;
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)list, i, one) {
        int w = json_is_string(one) ? text_width(json_string_value(one)) : 0;
        widest = w > widest && w <= 46 ? w : widest;
    }
    return widest;
}

/* True when it lacks forward secrecy, for the note below. */
static bool add_suite(struct text *t, const char *name, int cols, int width)
{
    const char *openssl = accepts_openssl(name), *hint = accepts_blemish(name);
    struct text line = { 0 };
    text_add(&line, name);
    if (openssl) {
        text_pad(&line, cols + 1);
        text_add(&line, openssl);
    }
    int used = SUITE_INDENT + text_width(line.s);
    text_addf(t, "%*s%s", SUITE_INDENT, "", line.s);
    if (*hint && used + 2 + text_width(hint) <= width)
        text_addf(t, "  %s", hint);
    else if (*hint)
        text_addf(t, "\n%*s%s", 2 * SUITE_INDENT, "", hint);
    text_add(t, "\n");
    text_free(&line);
    return strcmp(hint, ACCEPTS_NO_PFS) == 0;
}

/* ", the server's order decides:" where anybody knows. */
static const char *order_text(const struct column *c, int version)
{
    const json_t *by_version = c->fact[FACT_ORDER].value;
    const json_t *j = json_object_get(by_version, accepts_word(version));
    if (json_is_boolean(j))
        return json_is_true(j) ? ", the server's order decides" : ", the client's order decides";
    return "";
}

static bool blocks_alike(const struct column *c, int a, int b)
{
    const json_t *x = accepts_taken(c, FACT_CIPHERS, a), *y = accepts_taken(c, FACT_CIPHERS, b);
    return x && y && json_equal((json_t *)x, (json_t *)y) && strcmp(order_text(c, a), order_text(c, b)) == 0;
}

/* One block for the versions that take the same suites. */
static bool add_suites(struct text *t, const struct column *c, int version, int width)
{
    bool no_pfs = false;
    const json_t *list = accepts_taken(c, FACT_CIPHERS, version);
    int cols = names_width(list);
    json_t *one;
    size_t i;
    text_addf(t, "  %s", accepts_title(version));
    for (int v = version - 1; v >= 0; v--)
        if (blocks_alike(c, version, v))
            text_addf(t, ", %s", accepts_title(v));
    if (!json_array_size(list)) {
        text_add(t, ": no suite was seen to be taken\n");
        return false;
    }
    text_addf(t, "%s:\n", order_text(c, version));
    json_array_foreach((json_t *)list, i, one)
        if (json_is_string(one))
            no_pfs |= add_suite(t, json_string_value(one), cols, width);
    return no_pfs;
}

static void add_ciphers(struct text *t, const struct column *c, int width)
{
    bool no_pfs = false;
    for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--) {
        bool said = false;
        for (int w = v + 1; w < ACCEPTS_VERSIONS; w++)
            said |= blocks_alike(c, w, v);
        if (!said && accepts_taken(c, FACT_CIPHERS, v))
            no_pfs |= add_suites(t, c, v, width);
    }
    if (no_pfs)
        add_row(t, width, ACCEPTS_NO_PFS, "whoever gets the server's key one day can read what was recorded before");
}

/* --- groups, signature algorithms ----------------------------------------------------------- */

static void add_names(struct text *t, const json_t *list)
{
    json_t *one;
    size_t i;
    if (!json_array_size(list))
        text_add(t, "none");
    json_array_foreach((json_t *)list, i, one)
        text_addf(t, "%s%s", i ? ", " : "", json_is_string(one) ? json_string_value(one) : "?");
}

/* "TLS 1.3: x25519, secp256r1; TLS 1.2: the same". */
static void add_lists(struct text *t, const struct column *c, enum fact f, int width)
{
    struct text says = { 0 };
    const json_t *before = NULL;
    for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--) {
        const json_t *list = accepts_taken(c, f, v);
        if (!list)
            continue;
        text_addf(&says, "%s%s: ", says.len ? "; " : "", accepts_title(v));
        if (before && json_array_size(list) && json_equal((json_t *)before, (json_t *)list))
            text_add(&says, "the same");
        else
            add_names(&says, list);
        before = list;
    }
    add_taken_row(t, width, fact_table[f].title, &says);
}

/* --- single facts --------------------------------------------------------------------------- */

static bool is_answered(const struct column *c, enum fact f)
{
    return c->fact[f].state == STATE_YES || c->fact[f].state == STATE_NO || c->fact[f].state == UNSURE;
}

static void add_cell(struct text *t, const struct column *c, enum fact f, int width)
{
    char *cell = c->fact[f].state == UNSURE ? mem_string("unsure")
               : c->fact[f].state == STATE_NO && f == FACT_DH ? mem_string("none: no suite with DHE is taken")
               : column_cell(c, f);
    if (is_answered(c, f))
        add_row(t, width, fact_table[f].title, cell);
    free(cell);
}

static void add_flag(struct text *t, const struct column *c, enum fact f, const char *title)
{
    static const char *const words[] = { [STATE_YES] = "yes", [STATE_NO] = "no", [UNSURE] = "unsure" };
    if (is_answered(c, f))
        text_addf(t, "%s%s: %s", t->len ? "; " : "", title, words[c->fact[f].state]);
}

static void add_flags(struct text *t, const struct column *c, int width)
{
    struct text says = { 0 };
    add_flag(&says, c, FACT_RENEGOTIATION, "secure renegotiation");
    add_flag(&says, c, FACT_ETM, "encrypt-then-MAC");
    add_flag(&says, c, FACT_COMPRESSION, "compression");
    add_flag(&says, c, FACT_FALLBACK, "refuses a needless fallback");
    add_taken_row(t, width, "Also", &says);
}

/* Hellos that lawful clients send; what is odd comes with the answer. */
static void add_tolerates(struct text *t, const struct column *c, int width)
{
    struct text says = { 0 };
    const char *key;
    json_t *answer;
    if (c->fact[FACT_TOLERATES].state != STATE_YES)
        return;
    json_object_foreach(c->fact[FACT_TOLERATES].value, key, answer) {
        const char *word = json_string_value(answer);
        if (word && strcmp(word, "accepted") != 0)
            text_addf(&says, "%s%s (%s)", says.len ? ", " : "all but: ", key, answer_text(word));
    }
    if (!says.len)
        text_add(&says, "all unusual but lawful hellos");
    add_taken_row(t, width, fact_table[FACT_TOLERATES].title, &says);
}

/* --- what is open --------------------------------------------------------------------------- */

struct way { const char *answer, *name[OPEN_MAX]; size_t count; };

static void way_count(struct way way[WAYS_MAX], const char *answer, const char *name)
{
    size_t i = 0;
    while (i < WAYS_MAX - 1 && way[i].answer && strcmp(way[i].answer, answer) != 0)
        i++;
    way[i].answer = way[i].answer ? way[i].answer : answer;
    if (way[i].count < OPEN_MAX)
        way[i].name[way[i].count] = name;
    way[i].count++;
}

static void add_way(struct text *t, const struct way *w, int version)
{
    text_addf(t, "%s%s: ", t->len ? "; " : "", accepts_title(version));
    for (size_t i = 0; i < w->count && i < OPEN_MAX; i++)
        text_addf(t, "%s%s", i ? ", " : "", w->name[i]);
    if (w->count > OPEN_MAX)
        text_addf(t, " and %zu more", w->count - OPEN_MAX);
    text_addf(t, " (%s)", answer_text(w->answer));
}

static void add_open(struct text *t, const struct column *c, enum fact f, int version)
{
    struct way way[WAYS_MAX] = { { 0 } };
    json_t *one;
    size_t i;
    json_array_foreach((json_t *)accepts_unsettled(c, f, version), i, one)
        if (accepts_name(one))
            way_count(way, accepts_how(one), accepts_name(one));
    for (i = 0; i < WAYS_MAX && way[i].answer; i++)
        add_way(t, &way[i], version);
}

static void add_unsettled(struct text *t, const struct column *c, int width)
{
    static const enum fact facts[] = { FACT_CIPHERS, FACT_GROUPS, FACT_SIGALGS };
    struct text says = { 0 };
    for (size_t f = 0; f < sizeof facts / sizeof *facts; f++)
        for (int v = ACCEPTS_VERSIONS - 1; v >= 0; v--)
            add_open(&says, c, facts[f], v);
    add_taken_row(t, width, "Not settled", &says);
}

/* --- the block ------------------------------------------------------------------------------ */

bool takes_has(enum fact f)
{
    static const enum fact facts[] = {
        FACT_VERSIONS, FACT_CIPHERS, FACT_ORDER, FACT_GROUPS, FACT_SIGALGS, FACT_DH, FACT_CERT_KEYS,
        FACT_RENEGOTIATION, FACT_ETM, FACT_COMPRESSION, FACT_FALLBACK, FACT_TOLERATES };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i] == f)
            return true;
    return false;
}

void takes_add(struct text *t, const struct column *c, int width)
{
    if (!accepts_known(c))
        return;
    add_versions(t, c, width);
    add_ciphers(t, c, width);
    add_lists(t, c, FACT_GROUPS, width);
    add_lists(t, c, FACT_SIGALGS, width);
    add_cell(t, c, FACT_DH, width);
    add_cell(t, c, FACT_CERT_KEYS, width);
    add_flags(t, c, width);
    add_tolerates(t, c, width);
    add_unsettled(t, c, width);
}
