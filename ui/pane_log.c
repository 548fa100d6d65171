/* pane_log - what logs say: the pattern, its timeline and tables, both sides, and the lines themselves, newest last.
 *
 * Owns: its rows. Must not know: how a log is read, what a line means: that is with the line (src/model/logged.h).
 */
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/log/advice.h"
#include "src/log/habit.h"
#include "src/out/logs.h"

enum { ROW_TEXT = 1, ROW_CAUSE, ROW_WHO, ROW_PAIR, ROW_LINE };
#define TABLE_ROWS 10
#define PAIR_ROWS 6
#define WIDE 100   /* from here on a line has its date and its server name */
#define NARROW 60  /* below: no client of its own column */

static const json_t *summary_of(const struct look *l) { return l->scene->session->log.summary; }

static void add_text(struct sheet *out, const struct look *l, unsigned attr, const char *head, const char *text)
{
    if (text && *text)
        sheet_wrap(out, l, (struct item){ ROW_TEXT, (int)out->count }, attr, head, text);
}

static void add_heading(struct sheet *out, const char *text)
{
    sheet_still(out, ATTR_PLAIN, "");
    sheet_still(out, ATTR_HEAD, text);
}

/* --- nothing yet -------------------------------------------------------------------------------- */

static void add_switches(struct sheet *out, const struct look *l)
{
    const json_t *told = json_object_get(summary_of(l), "silence"), *one;
    size_t i;
    json_array_foreach(told, i, one)
        add_text(out, l, ATTR_PLAIN, "   ", json_string_value(one));
    for (size_t k = 0; !summary_of(l) && k < silence_count; k++) {
        char *head = mem_format("   %s: ", silence_table[k].program);
        add_text(out, l, ATTR_PLAIN, head, silence_table[k].turn_on);
        free(head);
    }
}

static void add_nothing(struct sheet *out, const struct look *l)
{
    if (l->scene->reading) {
        sheet_still(out, ATTR_PLAIN, "reading ...");
        return;
    }
    add_text(out, l, ATTR_PLAIN, "", "No log was read yet. o reads one, of a server or a client (or :log FILE; --log "
                                     "FILE at the start); f reads on as it grows.");
    add_heading(out, "What makes programs write handshakes that fail");
    add_switches(out, l);
}

/* --- the pattern -------------------------------------------------------------------------------- */

/* `bins` of the summary put together to so many as there is room for; owned by the caller. */
static char *timeline_text(const json_t *bins, int per)
{
    static const char ramp[] = " _.:-=+*#";
    long long sum[HABIT_BINS] = { 0 }, most = 0;
    size_t n = (HABIT_BINS + (size_t)per - 1) / (size_t)per;
    struct text t = { 0 };
    for (size_t i = 0; i < HABIT_BINS; i++) {
        long long v = json_integer_value(json_array_get(bins, i));
        sum[i / (size_t)per] += v > 0 && v < 1ll << 40 ? v : 0;
        most = sum[i / (size_t)per] > most ? sum[i / (size_t)per] : most;
    }
    for (size_t i = 0; i < n; i++)
        text_addf(&t, "%c", sum[i] ? ramp[1 + sum[i] * 7 / most] : ' ');
    return text_take(&t);
}

static void add_ramp(struct sheet *out, const char *name, const json_t *bins, int per)
{
    char *ramp = timeline_text(bins, per), *line = mem_format(" %-5s |%s|", name, ramp);
    if (strspn(ramp, " ") < strlen(ramp))
        sheet_still(out, ATTR_PLAIN, line);
    free(line);
    free(ramp);
}

/* "2026-11-20 10:00:05" of a time as JSON has it; "" where there is none. `out` has WHEN_LEN bytes. */
static const char *time_text(const char *json, bool date, char *out)
{
    int64_t t;
    if (!json || !when_parse(json, &t))
        return "";
    when_format(t, out);
    out[10] = ' ';
    out[19] = '\0';
    return date ? out : out + 11;
}

static void add_timeline(struct sheet *out, const struct look *l)
{
    const json_t *time = logged_at(summary_of(l), "pattern.time");
    char a[WHEN_LEN], b[WHEN_LEN];
    const char *first = time_text(logged_text(time, "first"), true, a);
    const char *last = time_text(logged_text(time, "last"), true, b);
    int room = l->width - 10, per = 1;
    while (HABIT_BINS / per > room && per < HABIT_BINS)
        per++;
    if (!*first || strcmp(first, last) == 0)
        return;
    sheet_still(out, ATTR_PLAIN, "");
    add_ramp(out, "fails", json_object_get(time, "fails"), per);
    add_ramp(out, "works", json_object_get(time, "works"), per);
    char *span = mem_format("        %s to %s%s", first, last,
                            logged_text(time, "zone") ? " UTC" : ", as the log has it");
    sheet_still(out, ATTR_PLAIN, span);
    free(span);
}

static void add_causes(struct sheet *out, const struct look *l)
{
    const json_t *causes = json_object_get(summary_of(l), "causes"), *c;
    size_t i;
    if (json_array_size(causes))
        add_heading(out, "What its lines speak for (1 ranks it beside the probes)");
    json_array_foreach(causes, i, c) {
        const char *id = logged_text(c, "cause");
        long long n = logged_count(c, "events"), percent = logged_count(c, "percent");
        char *line = mem_format(" %3lld%%  %-22s %lld failure%s", percent > 100 ? 100 : percent, id ? id : "?", n,
                                n == 1 ? "" : "s");
        sheet_row(out, (struct item){ ROW_CAUSE, (int)i }, percent >= 50 ? ATTR_BAD : ATTR_PLAIN, line);
        free(line);
    }
}

static void add_table(struct sheet *out, const struct look *l, int which, const char *title, const char *path)
{
    const json_t *who = logged_at(summary_of(l), path), *row;
    size_t i, n = json_array_size(json_object_get(who, "table"));
    int cols = l->width >= NARROW ? 40 : l->width - 18;
    if (n < 2)
        return;
    struct text head = { 0 };
    text_addf(&head, " %s", title);
    text_pad(&head, cols + 1);
    text_add(&head, "    fails    works");
    add_heading(out, head.s);
    text_free(&head);
    json_array_foreach(json_object_get(who, "table"), i, row) {
        const char *name = json_string_value(json_array_get(row, 0));
        long long fails = json_integer_value(json_array_get(row, 1));
        long long works = json_integer_value(json_array_get(row, 2));
        struct text t = { 0 };
        if (i == TABLE_ROWS)
            break;
        text_add(&t, " ");
        text_add_n(&t, name ? name : "?", text_fit(name ? name : "?", cols - 1, NULL));
        text_pad(&t, cols + 1);
        text_addf(&t, " %8lld %8lld", fails, works);
        sheet_row(out, (struct item){ ROW_WHO, which, (int)i }, fails > 0 ? ATTR_BAD : ATTR_PLAIN, t.s)
            ->full = sheet_keep(out, mem_string(name));
        text_free(&t);
    }
    long long seen = logged_count(who, "seen"), shown = (long long)(n < TABLE_ROWS ? n : TABLE_ROWS);
    if (seen > shown) {
        char *more = mem_format(" (%lld more)", seen - shown);
        sheet_still(out, ATTR_PLAIN, more);
        free(more);
    }
}

static void add_joined(struct sheet *out, const struct look *l)
{
    const json_t *joined = json_object_get(summary_of(l), "joined"), *pair;
    const char *client = logged_text(joined, "client"), *server = logged_text(joined, "server");
    size_t i;
    if (!logged_text(joined, "text"))
        return;
    add_heading(out, "Both sides");
    add_text(out, l, ATTR_PLAIN, " ", logged_text(joined, "text"));
    json_array_foreach(json_object_get(joined, "lines"), i, pair) {
        char *line = mem_format(" %s:%lld  is  %s:%lld", client ? client : "client",
                                json_integer_value(json_array_get(pair, 0)), server ? server : "server",
                                json_integer_value(json_array_get(pair, 1)));
        if (i < PAIR_ROWS)
            sheet_row(out, (struct item){ ROW_PAIR, (int)i }, ATTR_PLAIN, line);
        free(line);
    }
}

static void add_pattern(struct sheet *out, const struct look *l)
{
    const json_t *s = summary_of(l);
    long long failing = logged_count(s, "failing");
    char *files = logs_files(l->scene->session);
    bool more = json_is_true(json_object_get(s, "more"));
    char *head = mem_format("%s%s", files ? files : "a log", l->scene->reading ? "; reading on ..." :
                            more ? "; more of it was there, but it was read no further" : "");
    add_text(out, l, ATTR_HEAD, "", head);
    add_text(out, l, ATTR_PLAIN, " ", logged_text(logged_at(s, "pattern"), "text"));
    if (!failing)
        add_text(out, l, ATTR_PLAIN, " ", "No line tells of a handshake that failed: none does, or the program does "
                                          "not write them down. What makes it:");
    if (!failing)
        add_switches(out, l);
    add_timeline(out, l);
    add_causes(out, l);
    add_table(out, l, 0, "client", "pattern.clients");
    add_table(out, l, 1, "name", "pattern.names");
    add_table(out, l, 2, "server", "pattern.servers");
    add_joined(out, l);
    free(head);
    free(files);
}

/* --- lines -------------------------------------------------------------------------------------- */

static bool line_has(const json_t *v, const char *what)
{
    const char *key;
    json_t *m;
    json_object_foreach((json_t *)v, key, m)
        if (json_is_string(m) && strcasestr(json_string_value(m), what))
            return true;
    return false;
}

static void add_padded(struct text *t, const char *s, int cols)
{
    static const char blanks[] = "                        "; /* more than any of these columns */
    int used = 0;
    text_add_n(t, s, text_fit(s, cols, &used));
    text_add_n(t, blanks, (size_t)(cols - used + 1));
}

/* Without the time it begins with, which has a column of its own. */
static const char *text_body(const char *text)
{
    size_t n = strspn(text, "0123456789-/:.,TZ+ "), digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += text[i] >= '0' && text[i] <= '9';
    return digits >= 8 && n && text[n] && text[n - 1] == ' ' ? text + n : text;
}

const struct logged_line *pane_log_line(const struct session *s, int evidence)
{
    for (size_t i = 0; i < s->log.count; i++)
        if (s->log.line[i].evidence == (unsigned)evidence)
            return &s->log.line[i];
    return NULL;
}

char *pane_log_says(const struct session *s, int evidence)
{
    const struct logged_line *line = pane_log_line(s, evidence);
    const json_t *v = line ? line->value : NULL;
    const char *file = logged_text(v, "file"), *text = logged_text(v, "text");
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (!v)
        return mem_string("a line that is not kept any more");
    return mem_format("%s:%lld: %s", slash ? slash + 1 : file ? file : "a log", logged_count(v, "line"),
                      text ? text_body(text) : "");
}

static void add_line(struct sheet *out, const struct look *l, const struct logged_line *line)
{
    const json_t *v = line->value;
    const char *cause = logged_text(v, "cause"), *client = logged_text(v, "client"), *text = logged_text(v, "text");
    const char *sni = logged_text(v, "sni"), *server = logged_text(v, "server"), *body = text ? text_body(text) : "";
    bool noise = json_is_true(json_object_get(v, "noise"));
    char when[WHEN_LEN];
    struct text t = { 0 };
    text_add(&t, noise ? "." : cause ? "!" : "?");
    add_padded(&t, time_text(logged_text(v, "time"), l->width >= WIDE, when), l->width >= WIDE ? 19 : 8);
    if (l->width >= NARROW)
        add_padded(&t, client ? client : server ? server : "-", 15);
    if (l->width >= WIDE)
        add_padded(&t, sni ? sni : "-", 20);
    add_padded(&t, cause ? cause : "not known", l->width >= NARROW ? 16 : 12);
    text_add_n(&t, body, text_fit(body, l->width, NULL)); /* what is seen of it */
    unsigned attr = noise ? ATTR_NOTE : cause ? ATTR_BAD : ATTR_WARN;
    struct row *r = sheet_row(out, (struct item){ ROW_LINE, line->number }, attr, t.s);
    r->full = sheet_keep(out, mem_string(text ? text : t.s));
    text_free(&t);
}

static void add_lines(struct sheet *out, const struct look *l, const char *filter)
{
    const struct logged *log = &l->scene->session->log;
    size_t fits = 0;
    for (size_t i = 0; i < log->count; i++)
        fits += !filter || line_has(log->line[i].value, filter);
    char *head = filter ? mem_format("%zu of %zu lines have \"%s\"; Esc shows all", fits, log->count, filter)
                        : mem_format("Lines, the newest last (%zu%s); Enter: what one means", log->count,
                                     log->count < (size_t)logged_count(summary_of(l), "failing") ? " of more" : "");
    if (filter)
        sheet_still(out, ATTR_HEAD, head);
    else if (log->count)
        add_heading(out, head);
    for (size_t i = 0; i < log->count; i++)
        if (!filter || line_has(log->line[i].value, filter))
            add_line(out, l, &log->line[i]);
    free(head);
}

static void log_rows(struct sheet *out, const struct look *l)
{
    const char *typed = l->view->prompt == PROMPT_FIND ? l->view->line.text : l->view->log_filter;
    const char *filter = typed && *typed ? typed : NULL;
    if (!summary_of(l) && !l->scene->session->log.count) {
        add_nothing(out, l);
        return;
    }
    if (!filter)
        add_pattern(out, l);
    add_lines(out, l, filter);
}

static bool log_open(struct subject *out, const struct look *l, const struct item *row, const struct column *none)
{
    (void)none;
    if (row->kind == ROW_CAUSE) { /* the first line that says so */
        const json_t *cause = json_array_get(json_object_get(summary_of(l), "causes"), (size_t)row->a);
        long long n = json_integer_value(json_array_get(json_object_get(cause, "lines"), 0));
        if (n < 1 || n > logged_last(&l->scene->session->log))
            return false;
        *out = (struct subject){ SUBJECT_LOG_LINE, 0, (int)n };
        return true;
    }
    *out = (struct subject){ SUBJECT_LOG_LINE, 0, row->a };
    return row->kind == ROW_LINE;
}

const struct pane pane_log = { .title = "Log", .key = '0', .place = PLACE_LOG, .rows = log_rows, .open = log_open };
