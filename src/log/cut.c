/* cut - see cut.h. */
#include "src/log/cut.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/stamp.h"

#define WINDOW (1u << 20)     /* of the log in memory */
#define BACK_LINES 120        /* how far a text may begin before the line that was found */
#define AHEAD_LINES 400
#define BARE_MOST 32          /* texts without a time, after which one is looked for seldom */

struct cut {
    const struct line_book *book;
    struct cut_takes takes;
    char *data;               /* owned, WINDOW */
    size_t len;
    size_t done;              /* looked through up to here: the beginning of a line */
    size_t floor;             /* the end of the last text: none begins before */
    uint64_t lines;           /* lines before `done` */
    unsigned bare;            /* texts in a row before which no line with a time was found */
    bool torn;                /* within a line too long for the window: passed over up to its end */
};

struct cut *cut_new(const struct line_book *b, const struct cut_takes *takes)
{
    struct cut *c = mem_new(sizeof *c);
    c->book = b;
    c->takes = *takes;
    c->data = mem_array(NULL, WINDOW, 1);
    return c;
}

void cut_free(struct cut *c)
{
    if (c)
        free(c->data);
    free(c);
}

uint64_t cut_lines(const struct cut *c) { return c->lines; }

static uint64_t newlines(const char *p, size_t n)
{
    uint64_t count = 0;
    for (const char *at = p, *end = p + n; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

/* --- lines -------------------------------------------------------------------------------------- */

static size_t line_start(const char *p, size_t floor, size_t at)
{
    const char *nl = at > floor ? memrchr(p + floor, '\n', at - floor) : NULL;
    return nl ? (size_t)(nl - p) + 1 : floor;
}

static size_t line_end(const char *p, size_t at, size_t end)
{
    const char *nl = at < end ? memchr(p + at, '\n', end - at) : NULL;
    return nl ? (size_t)(nl - p) + 1 : end;
}

static bool starts(const char *p, size_t n, const char *words)
{
    size_t k = strlen(words);
    return n >= k && memcmp(p, words, k) == 0;
}

static bool starts_any(const char *p, size_t n, const char *const *list)
{
    for (; *list; list++)
        if (starts(p, n, *list))
            return true;
    return false;
}

/* What a program wrote, behind what syslog, CRI or Docker puts before each line of it; its length in *n. */
static const char *message_of(const char *p, size_t *n)
{
    static const struct { const char *end; size_t n; } ends[] = {
        { "]: ", 3 }, { " stderr F ", 10 }, { " stdout F ", 10 }, { "{\"log\":\"", 8 },
    };
    const char *nl = memchr(p, '\n', *n < 200 ? *n : 200), *found = NULL;
    size_t look = nl ? (size_t)(nl - p) : *n < 200 ? *n : 200;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !found; i++)
        if ((found = memmem(p, look, ends[i].end, ends[i].n)))
            found += ends[i].n;
    *n = found ? (size_t)(p + *n - found) : 0;
    return found;
}

/* An exception's name with its package stands at the beginning. */
static bool is_exception(const char *p, size_t n)
{
    size_t i = 0, dots = 0;
    while (i < n && i < 120 && (isalnum((unsigned char)p[i]) || p[i] == '.' || p[i] == '$'))
        dots += p[i++] == '.';
    return dots >= 2 && i > 9 && (memcmp(p + i - 9, "Exception", 9) == 0 || (i > 5 && memcmp(p + i - 5, "Error", 5) == 0));
}

/* A later line of a stack trace, each line of which got a stamp from whoever carried it. */
static bool is_trace_line(const char *p, size_t n)
{
    const char *m = message_of(p, &n);
    return m && (starts(m, n, "\t") || starts(m, n, "    at ") || starts(m, n, "\\t") || starts(m, n, "Caused by: ") ||
                 is_exception(m, n));
}

/* A line with a time, or a record in JSON, begins a text of its own. */
static bool is_stamped(const char *p, size_t n)
{
    struct stamp unused;
    if (is_trace_line(p, n))
        return false;
    if (starts(p, n, "{\""))
        return true;
    n = n < 130 ? n : 130;
    const char *nl = memchr(p, '\n', n); /* a time of the next line is none of this */
    n = nl ? (size_t)(nl - p) : n;
    return n > 8 && *p != ' ' && *p != '\t' && *p != '*' && stamp_read(p, n, 2000, &unused);
}

static bool is_curl(const char *p, size_t n)
{
    static const char *const list[] = { "* ", "{ [", "} [", "> ", "< ", ">\n", "<\n", "<\r", ">\r", "curl: (", NULL };
    return starts_any(p, n, list);
}

static bool curl_begins(const char *p, size_t n)
{
    static const char *const list[] = { "*   Trying ", "* Host ", "* Added ", "* Rebuilt URL", "* About to connect",
                                        "* Uses proxy", NULL };
    return starts_any(p, n, list);
}

static bool curl_ends(const char *p, size_t n)
{
    static const char *const list[] = { "* Closing connection", "* closing connection", "* shutting down conn",
                                        "* Connection #", "curl: (", NULL };
    return starts_any(p, n, list);
}

static bool tool_begins(const char *p, size_t n)
{
    static const char *const list[] = { "CONNECTED(", "Processed ", "Resolving '", "Connecting to ", NULL };
    return starts_any(p, n, list);
}

static bool tool_ends(const char *p, size_t n)
{
    static const char *const list[] = { "DONE", "closed", "- Peer has closed", "*** Fatal error",
                                        "*** Handshake has", NULL };
    return starts_any(p, n, list);
}

static bool continues(const char *p, size_t n)
{
    static const char *const list[] = { " ", "\t", "}", "Caused by", "... ", "]", NULL };
    return starts_any(p, n, list) || is_trace_line(p, n);
}

static bool is_prompt(const char *p, size_t n)
{
    const char *nl = memchr(p, '\n', n);
    size_t k = nl ? (size_t)(nl - p) : n;
    const char *mark = memchr(p, '$', k < 80 ? k : 80);
    return mark && mark + 1 < p + k && mark[1] == ' ' && !memchr(p, '*', (size_t)(mark - p));
}

static bool is_blank(const char *p, size_t n)
{
    return !n || *p == '\n' || starts(p, n, "\r\n");
}

/* --- texts -------------------------------------------------------------------------------------- */

struct span { size_t from, to; enum cut_kind kind; bool curl, open; };

/* A command that was typed, and what stands between it and its output. */
static size_t prompt_before(const struct cut *c, size_t from)
{
    size_t at = from;
    for (int i = 0; i < 3 && at > c->floor; i++) {
        at = line_start(c->data, c->floor, at - 1);
        if (is_blank(c->data + at, c->len - at) || is_curl(c->data + at, c->len - at))
            break;
        if (is_prompt(c->data + at, c->len - at))
            return at;
    }
    return from;
}

static size_t curl_start(const struct cut *c, size_t at)
{
    size_t from = at;
    for (int i = 0; i < BACK_LINES && from > c->floor && !curl_begins(c->data + from, c->len - from); i++) {
        size_t before = line_start(c->data, c->floor, from - 1);
        if (!is_curl(c->data + before, c->len - before) || curl_ends(c->data + before, c->len - before))
            break;
        from = before;
    }
    /* More than one line may announce a connection. */
    while (from > c->floor && at - from < CUT_BYTES) {
        size_t before = line_start(c->data, c->floor, from - 1);
        if (!is_curl(c->data + before, c->len - before) || curl_ends(c->data + before, c->len - before))
            break;
        from = before;
    }
    return prompt_before(c, from);
}

/* An unstamped line belongs to the stamped one before it; a line of s_client to its CONNECTED. */
static struct span plain_start(struct cut *c, size_t at)
{
    size_t from = at, first = at;
    bool joined = true;              /* all lines in between continue the one before */
    bool look = c->bare < BARE_MOST || c->bare % BARE_MOST == 0; /* in a log without times it is long */
    for (int i = 0; i < BACK_LINES; i++) {
        const char *p = c->data + from;
        size_t left = c->len - from;
        if (tool_begins(p, left))
            return (struct span){ .from = prompt_before(c, from), .kind = CUT_TRANSCRIPT };
        if (i && look && is_stamped(p, left)) {
            c->bare = 0;
            return (struct span){ .from = from, .kind = CUT_TRACE };
        }
        if (joined)
            first = from;
        joined &= continues(p, left);
        if (from <= c->floor || at - from > CUT_BYTES / 2 || is_prompt(p, left) || (i && is_curl(p, left)))
            break;
        from = line_start(c->data, c->floor, from - 1);
    }
    c->bare++;
    return (struct span){ .from = first, .kind = CUT_LINE };
}

static bool text_goes_on(const struct cut *c, const struct span *s, size_t at, bool ended)
{
    const char *p = c->data + at;
    size_t left = c->len - at;
    if (s->curl)
        return (is_curl(p, left) && !(ended && curl_begins(p, left))) || starts(p, left, "exit status");
    if (s->kind == CUT_TRANSCRIPT)
        return !ended && !starts(p, left, "CONNECTED(") && !starts(p, left, "Processed ") && !is_prompt(p, left) &&
               !is_stamped(p, left);
    if (continues(p, left))
        return true;
    return s->kind == CUT_TRACE && !is_stamped(p, left) && !is_curl(p, left) && !is_prompt(p, left) &&
           !tool_begins(p, left);
}

static void text_finish(const struct cut *c, struct span *s, size_t at, size_t end)
{
    bool ended = false;
    s->open = true;
    for (int i = 0; at < end; i++) {
        size_t next = line_end(c->data, at, end);
        const char *p = c->data + at;
        if (i && (!text_goes_on(c, s, at, ended) || i > AHEAD_LINES || next - s->from > CUT_BYTES)) {
            s->open = false;
            break;
        }
        ended |= s->curl ? curl_ends(p, end - at) : s->kind == CUT_TRANSCRIPT && tool_ends(p, end - at);
        at = next;
    }
    s->to = at;
}

/* A command that was typed: its output begins within the next few lines. False when it has none of ours. */
static bool typed_text(const struct cut *c, size_t at, size_t end, struct span *s)
{
    size_t next = at;
    for (int i = 0; i < 3; i++) {
        next = line_end(c->data, next, end);
        const char *p = c->data + next;
        if (next >= end) { /* it is not there yet, or there is none */
            *s = (struct span){ .from = at, .to = end, .kind = CUT_TRANSCRIPT, .open = true };
            return true;
        }
        if (tool_begins(p, end - next) || is_curl(p, end - next)) {
            *s = (struct span){ .from = at, .kind = CUT_TRANSCRIPT, .curl = is_curl(p, end - next) };
            text_finish(c, s, next, end);
            return true;
        }
        if (is_blank(p, end - next) || is_prompt(p, end - next))
            break;
    }
    return false;
}

static struct span text_around(struct cut *c, size_t at, size_t end)
{
    const char *p = c->data + at;
    struct span s = { .from = at, .kind = CUT_TRACE };
    if (is_prompt(p, end - at) && !is_stamped(p, end - at) && typed_text(c, at, end, &s))
        return s;
    if (is_curl(p, end - at))
        s = (struct span){ .from = curl_start(c, at), .kind = CUT_TRANSCRIPT, .curl = true };
    else if (!is_stamped(p, end - at))
        s = plain_start(c, at);
    /* However far before it a text begins, what was found is in it. */
    if (at - s.from > CUT_BYTES / 2)
        s.from = line_end(c->data, at - CUT_BYTES / 2, at);
    /* What was typed is not output: the end is looked for behind the line that was found. */
    text_finish(c, &s, at, end);
    return s;
}

/* --- the window --------------------------------------------------------------------------------- */

static void pass_over(struct cut *c, size_t to)
{
    if (to <= c->done)
        return;
    c->takes.between(c->takes.arg, c->data + c->done, to - c->done, c->lines + 1);
    c->lines += newlines(c->data + c->done, to - c->done);
    c->done = to;
}

static void hand_out(struct cut *c, const struct span *s, size_t at)
{
    size_t n = s->to - s->from;
    uint64_t line = c->lines + 1 + (at > c->done ? newlines(c->data + c->done, at - c->done) : 0);
    c->takes.text(c->takes.arg, c->data + s->from, n < CUT_BYTES ? n : CUT_BYTES, line, s->kind);
    c->lines += newlines(c->data + c->done, s->to - c->done);
    c->done = c->floor = s->to;
}

/* Looks through data up to `end`, which is the end of a line, or of all. */
static void window_work(struct cut *c, size_t end, bool final)
{
    while (c->done < end) {
        const char *hit = line_find(c->book, c->data + c->done, end - c->done);
        if (!hit) {
            pass_over(c, end);
            return;
        }
        size_t at = line_start(c->data, c->done, (size_t)(hit - c->data));
        if (c->takes.enough(c->takes.arg)) {
            pass_over(c, at);
            c->lines++;
            c->done = c->floor = line_end(c->data, at, end);
            continue;
        }
        struct span s = text_around(c, at, end);
        pass_over(c, s.from > c->done ? s.from : c->done);
        if (s.open && !final)
            return;
        hand_out(c, &s, at);
    }
}

/* Makes room: what is behind, but for a text's worth of it, goes. */
static void window_slide(struct cut *c)
{
    size_t keep = c->done > CUT_BYTES ? c->done - CUT_BYTES : 0;
    keep = line_start(c->data, 0, keep);
    if (!keep)
        return;
    memmove(c->data, c->data + keep, c->len - keep);
    c->len -= keep;
    c->done -= keep;
    c->floor = c->floor > keep ? c->floor - keep : 0;
}

/* A line longer than the window: its beginning is looked at, the rest is not. */
static void window_tear(struct cut *c)
{
    window_work(c, c->len, true);
    c->torn = c->len && c->data[c->len - 1] != '\n';
    c->len = c->done = c->floor = 0;
}

void cut_feed(struct cut *c, const char *p, size_t n)
{
    while (n) {
        if (c->torn) {
            const char *nl = memchr(p, '\n', n);
            size_t skip = nl ? (size_t)(nl - p) + 1 : n;
            p += skip;
            n -= skip;
            c->torn = !nl;
            c->lines += nl ? 1 : 0;
            continue;
        }
        if (WINDOW - c->len < WINDOW / 4)
            window_slide(c);
        if (c->len == WINDOW) {
            window_tear(c);
            continue;
        }
        size_t some = WINDOW - c->len < n ? WINDOW - c->len : n;
        memcpy(c->data + c->len, p, some);
        c->len += some;
        p += some;
        n -= some;
        const char *last = memrchr(c->data + c->done, '\n', c->len - c->done);
        if (last && (c->len == WINDOW || !n))
            window_work(c, (size_t)(last - c->data) + 1, false);
    }
}

void cut_flush(struct cut *c, bool ended)
{
    const char *last = memrchr(c->data + c->done, '\n', c->len - c->done);
    window_work(c, ended ? c->len : last ? (size_t)(last - c->data) + 1 : c->done, true);
    c->floor = c->done;
}
