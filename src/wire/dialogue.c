/* dialogue - see dialogue.h. */
#include "src/wire/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/hello.h"

#define OUT_MAX 4096
#define WORD_MAX 64    /* bytes of one word of a list that are kept */
#define BANNER_MAX 200
#define SHOWN_MAX 300

const char *const dialogue_words[DIALOGUE_OUTCOMES] = {
    "going", "ready", "not-offered", "refused", "busy", "garbled", "closed", "silent", "slow", "tls-at-once", "other",
    "unknown-name"
};

/* --- what is no text ----------------------------------------------------------------------------- */

#define BYTES(b, ...) buf_add(b, (const uint8_t[]){ __VA_ARGS__ }, sizeof (const uint8_t[]){ __VA_ARGS__ })

/* ExtendedRequest 1.3.6.1.4.1.1466.20037, RFC 4511 section 4.14. */
static void ldap_make(struct buf *out)
{
    static const char oid[] = "1.3.6.1.4.1.1466.20037";
    BYTES(out, 0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, sizeof oid - 1);
    buf_add(out, oid, sizeof oid - 1);
}

static void postgres_make(struct buf *out) /* SSLRequest */
{
    BYTES(out, 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);
}

/* SSLRequest: packet 1 of 32 bytes: protocol 4.1, secure connection, SSL; 16 MiB; utf8. */
static void mysql_make(struct buf *out)
{
    static const uint8_t filler[23];
    BYTES(out, 32, 0, 0, 1, 0x00, 0x8a, 0x08, 0x00, 0, 0, 0, 1, 33);
    buf_add(out, filler, sizeof filler);
}

/* MS-RDPBCGR section 2.2.1.1: connection request with RDP_NEG_REQ for TLS, or what is built on it. */
static void rdp_make(struct buf *out)
{
    BYTES(out, 3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0x0b, 0, 0, 0);
}

/* MS-TDS section 2.2.6.5: PRELOGIN with VERSION, ENCRYPTION (1: on), INSTOPT, THREADID, MARS. */
static void tds_make(struct buf *out)
{
    BYTES(out, 0x12, 0x01, 0, 47, 0, 0, 0, 0,
          0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 3, 0, 34, 0, 4, 4, 0, 38, 0, 1, 0xff,
          16, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
}

/* --- the table ------------------------------------------------------------------------------------ */

#define MAIL(name, hello, who, other) \
    { .way = name, .command = "STARTTLS", .protocol = who, .at_once = other, .server_begins = true, \
      .leave = "QUIT\r\n", \
      .step = { { .form = TURN_CODE, .good = "220" }, \
                { .send = hello " {self}\r\n", .form = TURN_CODE, .good = "250", .wants = "STARTTLS", .lists = true }, \
                { .send = "STARTTLS\r\n", .form = TURN_CODE, .good = "220" } } }
#define XMPP(name, space) \
    { .way = name, .command = "STARTTLS", .protocol = "XMPP", .at_once = "xmpps", .leave = "</stream:stream>", \
      .step = { { .send = "<?xml version='1.0'?><stream:stream to='{host}' xmlns='" space "' " \
                          "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>", \
                  .form = TURN_XMPP, .good = "<stream:features|<features", .wants = "starttls", .lists = true }, \
                { .send = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", .form = TURN_XMPP, \
                  .good = "<proceed" } } }
#define BINARY(name, word, who, how, f, ...) \
    { .way = name, .command = word, .protocol = who, .step = { { .make = how, .form = f } }, __VA_ARGS__ }

static const struct dialogue_row row_table[] = {
    MAIL("smtp", "EHLO", "SMTP", "smtps"), /* RFC 3207 */
    MAIL("lmtp", "LHLO", "LMTP", NULL),
    { .way = "imap", .command = "STARTTLS", .protocol = "IMAP", .at_once = "imaps", .server_begins = true,
      /* RFC 3501 */ .leave = "a3 LOGOUT\r\n",
      .step = { { .form = TURN_IMAP, .good = "* OK" },
                { .send = "a1 CAPABILITY\r\n", .form = TURN_IMAP, .good = "a1 OK", .wants = "STARTTLS", .lists = true },
                { .send = "a2 STARTTLS\r\n", .form = TURN_IMAP, .good = "a2 OK" } } },
    { .way = "pop3", .command = "STLS", .protocol = "POP3", .at_once = "pop3s", .server_begins = true, /* RFC 2595 */
      .leave = "QUIT\r\n",
      .step = { { .form = TURN_POP, .good = "+OK" },
                { .send = "CAPA\r\n", .form = TURN_POP_LIST, .good = "+OK", .wants = "STLS", .lists = true,
                  .optional = true },
                { .send = "STLS\r\n", .form = TURN_POP, .good = "+OK" } } },
    { .way = "ftp", .command = "AUTH TLS", .protocol = "FTP", .at_once = "ftps", .server_begins = true, /* RFC 4217 */
      .leave = "QUIT\r\n",
      .step = { { .form = TURN_CODE, .good = "220" },
                { .send = "FEAT\r\n", .form = TURN_CODE, .good = "211", .lists = true, .optional = true },
                { .send = "AUTH TLS\r\n", .form = TURN_CODE, .good = "234|334" } } },
    { .way = "nntp", .command = "STARTTLS", .protocol = "NNTP", .at_once = "nntps", .server_begins = true,
      /* RFC 4642 */ .leave = "QUIT\r\n",
      .step = { { .form = TURN_CODE, .good = "200|201" },
                { .send = "CAPABILITIES\r\n", .form = TURN_CODE_LIST, .good = "101", .wants = "STARTTLS", .lists = true,
                  .optional = true },
                { .send = "STARTTLS\r\n", .form = TURN_CODE, .good = "382" } } },
    { .way = "sieve", .command = "STARTTLS", .protocol = "ManageSieve", .server_begins = true, /* RFC 5804 */
      .leave = "LOGOUT\r\n",
      .step = { { .form = TURN_SIEVE, .good = "OK", .wants = "STARTTLS", .lists = true },
                { .send = "STARTTLS\r\n", .form = TURN_SIEVE, .good = "OK" } } },
    XMPP("xmpp", "jabber:client"), /* RFC 6120 */
    XMPP("xmpp-server", "jabber:server"),
    BINARY("ldap", "StartTLS", "LDAP", ldap_make, TURN_LDAP, .at_once = "ldaps"),
    BINARY("postgres", "SSLRequest", "PostgreSQL", postgres_make, TURN_POSTGRES),
    { .way = "mysql", .command = "SSLRequest", .protocol = "MySQL", .server_begins = true,
      .step = { { .form = TURN_MYSQL, .good = "" }, { .make = mysql_make, .form = TURN_FORMS } } },
    BINARY("mssql", "PRELOGIN", "MS-SQL", tds_make, TURN_TDS),
    BINARY("rdp", "RDP_NEG_REQ", "RDP", rdp_make, TURN_RDP),
};

const struct dialogue_row *dialogue_find(const char *way)
{
    for (size_t i = 0; way && i < sizeof row_table / sizeof *row_table; i++)
        if (strcmp(row_table[i].way, way) == 0)
            return &row_table[i];
    return NULL;
}

/* --- sending -------------------------------------------------------------------------------------- */

static void send_text(struct dialogue *d, const char *text)
{
    struct text t = { 0 };
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "{");
        text_add_n(&t, p, n);
        p += n;
        if (!*p)
            break;
        text_add(&t, p[1] == 's' ? d->self : d->host);
        p += strcspn(p, "}") + 1;
    }
    buf_add(&d->out, t.s, t.len);
    text_free(&t);
}

static const struct dialogue_step *step_at(const struct dialogue *d)
{
    const struct dialogue_step *s = d->at < DIALOGUE_STEPS ? &d->row->step[d->at] : NULL;
    return s && (s->send || s->make || s->good) ? s : NULL;
}

/* Says what the step says. One that needs no answer is the last: TLS follows. */
static void step_begin(struct dialogue *d)
{
    const struct dialogue_step *s = step_at(d);
    if (!s) {
        d->outcome = DIALOGUE_READY;
        return;
    }
    if (s->make)
        s->make(&d->out);
    if (s->send)
        send_text(d, s->send);
    if (s->form == TURN_FORMS)
        d->outcome = DIALOGUE_READY;
}

void dialogue_begin(struct dialogue *d, const struct dialogue_row *row, const char *self, const char *host)
{
    *d = (struct dialogue){ .row = row, .code = -1, .self = mem_string(self), .host = mem_string(host) };
    buf_init(&d->in, TURN_MAX);
    buf_init(&d->out, OUT_MAX);
    step_begin(d);
}

void dialogue_free(struct dialogue *d)
{
    buf_free(&d->in);
    buf_free(&d->out);
    free(d->self);
    free(d->host);
    free(d->banner);
    free(d->said);
    for (size_t i = 0; i < d->offered_count; i++)
        free(d->offered[i]);
    *d = (struct dialogue){ .row = NULL };
}

enum dialogue_stage dialogue_stage(const struct dialogue *d)
{
    const struct dialogue_step *s = step_at(d);
    if (d->at == 0 && d->row->server_begins)
        return DIALOGUE_GREETING;
    return s && (s->lists || s->wants) ? DIALOGUE_LIST : DIALOGUE_COMMAND;
}

const char *dialogue_farewell(const struct dialogue *d)
{
    bool plain = d->outcome == DIALOGUE_NOT_OFFERED || d->outcome == DIALOGUE_REFUSED ||
                 d->outcome == DIALOGUE_STRANGER || (d->outcome == DIALOGUE_GOING && d->at > 0);
    return plain && !d->tried_tls ? d->row->leave : NULL;
}

/* --- lists ---------------------------------------------------------------------------------------- */

/* A filter that takes a word out of a list writes over it, so that lengths stay: "XXXXXXXA" for "STARTTLS". */
static bool is_struck(const char *word)
{
    size_t n = strlen(word), xs = strspn(word, "X");
    return n >= 4 && (xs == n || (xs == n - 1 && word[n - 1] >= 'A' && word[n - 1] <= 'Z'));
}

static void list_add(struct dialogue *d, const char *word, size_t n)
{
    if (!n || d->offered_count == DIALOGUE_OFFERED_MAX)
        return;
    char *clean = text_printable(word, n, WORD_MAX);
    d->offered[d->offered_count++] = clean;
    if (is_struck(clean))
        d->stripped = clean;
}

static void list_add_words(struct dialogue *d, const char *line, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t k = 0;
        while (i + k < n && line[i + k] != ' ')
            k++;
        list_add(d, line + i, k);
        i += k + 1;
    }
}

/* The names of the elements in <stream:features>; those within them as well, which does no harm. */
static void list_add_elements(struct dialogue *d, const char *p, size_t n)
{
    static const char features[] = "features";
    size_t from = 0;
    while (from + sizeof features <= n && memcmp(p + from, features, sizeof features - 1) != 0)
        from++;
    for (size_t i = from; i < n; i++) {
        size_t k = 1;
        if (p[i] != '<' || i + 1 >= n || strchr("/?!", p[i + 1]))
            continue;
        while (i + k < n && !strchr(" />\r\n\t", p[i + k]))
            k++;
        list_add(d, p + i + 1, k - 1);
    }
}

/* Where the words stand in a line of the list; false: it holds none. */
static bool list_line(enum turn_form form, int nth, const char **line, size_t *n)
{
    size_t skip = 0;
    switch (form) {
    case TURN_CODE: /* the first line is the greeting or a title; lines of FEAT have no code */
        skip = **line == ' ' ? 1 : 4;
        break;
    case TURN_IMAP: skip = *n > 13 && memcmp(*line, "* CAPABILITY ", 13) == 0 ? 13 : *n + 1; break;
    case TURN_SIEVE: skip = **line == '"' ? 1 : *n + 1; break;
    default: break;
    }
    if (skip > *n || (!nth && form != TURN_IMAP && form != TURN_SIEVE) || (*n == 1 && **line == '.'))
        return false;
    *line += skip;
    *n -= skip;
    return true;
}

static void list_read(struct dialogue *d, enum turn_form form, const char *p, size_t n)
{
    const char *line;
    size_t at = 0, len;
    bool framed = false;
    d->listed = true;
    if (form == TURN_XMPP) {
        list_add_elements(d, p, n);
        return;
    }
    for (int nth = 0; turn_line(p, n, &at, &line, &len); nth++) {
        bool coded = *line != ' '; /* FEAT: what has a code is only the frame of the list */
        framed |= len && !coded;
        if (!len || (framed && coded) || !list_line(form, nth, &line, &len))
            continue;
        const char *quote = form == TURN_SIEVE ? memchr(line, '"', len) : NULL;
        if (form == TURN_IMAP)
            list_add_words(d, line, len);
        else
            list_add(d, line, quote ? (size_t)(quote - line) : len);
    }
}

static bool list_has(const struct dialogue *d, const char *word)
{
    bool has = false;
    for (size_t i = 0; i < d->offered_count && !has; i++) {
        char *first = mem_copy(d->offered[i], strcspn(d->offered[i], " ="));
        has = text_is(first, word);
        free(first);
    }
    return has;
}

/* --- replies -------------------------------------------------------------------------------------- */

static void dialogue_says(struct dialogue *d, struct turn *t)
{
    free(d->said);
    d->said = t->said;
    d->code = t->code;
}

static void note_banner(struct dialogue *d, size_t n)
{
    const char *line = (const char *)d->in.data;
    size_t len = n, at = 0;
    d->greeting = first_look(d->in.data, n);
    if (d->row->step[0].form == TURN_MYSQL)
        d->banner = mem_string(d->said);
    else if (turn_line(d->in.data, n, &at, &line, &len))
        d->banner = text_printable(line, len, BANNER_MAX);
}

/* What else answers so: the port of another protocol, whose greeting says its name. */
static bool is_another(struct dialogue *d, struct first f)
{
    if (f.kind != FIRST_PLAIN || text_is(f.protocol, d->row->protocol) || text_is(f.protocol, "FTP or SMTP"))
        return false;
    d->found = f.protocol;
    d->hint = f.hint;
    return true;
}

/* Bytes that are no reply of this protocol. */
static enum dialogue_outcome foreign_outcome(struct dialogue *d)
{
    struct first f = first_look(d->in.data, d->in.len);
    if (f.kind == FIRST_TLS || f.kind == FIRST_SSL2)
        return DIALOGUE_TLS;
    if (is_another(d, f))
        return DIALOGUE_OTHER;
    return DIALOGUE_GARBLED;
}

static bool banner_is_anothers(struct dialogue *d)
{
    return is_another(d, d->greeting);
}

static enum dialogue_outcome refused_outcome(struct dialogue *d, const struct turn *t)
{
    bool command = t->kind == TURN_LACKS && d->at > 0;
    if (command && banner_is_anothers(d))
        return DIALOGUE_OTHER;
    if (t->kind == TURN_BUSY)
        return DIALOGUE_BUSY;
    if (t->kind == TURN_STRANGER)
        return DIALOGUE_STRANGER;
    char *word = mem_copy(d->row->command, strcspn(d->row->command, " "));
    bool promised = d->listed && list_has(d, word), left_out = d->listed && !promised;
    free(word); /* vsftpd without TLS asks for a login instead */
    return left_out || (t->kind == TURN_LACKS && !promised) ? DIALOGUE_NOT_OFFERED : DIALOGUE_REFUSED;
}

/* One whole reply of n bytes lies in d->in. */
static void reply_take(struct dialogue *d, size_t n)
{
    const struct dialogue_step *s = step_at(d);
    struct turn t = turn_read(s->form, s->good, d->in.data, n);
    dialogue_says(d, &t);
    if (d->at == 0 && d->row->server_begins)
        note_banner(d, n);
    if (t.kind != TURN_GOOD && !(s->optional && t.kind != TURN_BUSY)) {
        d->outcome = refused_outcome(d, &t);
        return;
    }
    if (s->lists && t.kind == TURN_GOOD)
        list_read(d, s->form, (const char *)d->in.data, n);
    if (s->wants && t.kind == TURN_GOOD && !list_has(d, s->wants)) {
        d->outcome = banner_is_anothers(d) ? DIALOGUE_OTHER : DIALOGUE_NOT_OFFERED;
        return;
    }
    if (d->in.len > n) { /* nobody asked for more: that would be read as if TLS protected it (CVE-2011-0411) */
        d->behind = true;
        d->outcome = DIALOGUE_GARBLED;
        return;
    }
    d->at++;
    if (step_at(d))
        buf_drop(&d->in, n);
    step_begin(d);
}

/* A hello that any server of TLS answers in some way. */
static void try_tls(struct dialogue *d)
{
    static const uint16_t suites[] = { 0xc02f, 0xc02b, 0xc030, 0xc02c, 0x009c, 0x002f, 0x0035, 0 };
    static const uint16_t groups[] = { 0x001d, 0x0017, 0x0018, 0 };
    static const uint16_t sigalgs[] = { 0x0403, 0x0804, 0x0401, 0x0503, 0x0501, 0x0201, 0 };
    struct hello h = { .version = 0x0303, .suites = suites, .groups = groups, .sigalgs = sigalgs,
                       .with = HELLO_POINTS | HELLO_RENEGOTIATION | HELLO_EMS };
    struct buf bytes;
    buf_init(&bytes, HELLO_BYTES_MAX);
    if (hello_write(&h, &bytes))
        buf_add(&d->out, bytes.data, bytes.len);
    buf_free(&bytes);
    d->tried_tls = true;
}

/* Its words where they are no reply, without the end of the last line. */
static void says_bytes(struct dialogue *d)
{
    size_t n = d->in.len;
    if (!n || (d->outcome != DIALOGUE_SLOW && d->outcome != DIALOGUE_GARBLED && d->outcome != DIALOGUE_OTHER))
        return;
    while (n && (d->in.data[n - 1] == '\n' || d->in.data[n - 1] == '\r'))
        n--;
    free(d->said);
    d->said = text_printable(d->in.data, n, SHOWN_MAX);
}

void dialogue_feed(struct dialogue *d, const void *p, size_t n)
{
    if (d->outcome != DIALOGUE_GOING || !n)
        return;
    if (!buf_add(&d->in, p, n > TURN_MAX - d->in.len ? TURN_MAX - d->in.len : n) || d->in.len == 0)
        return;
    const struct dialogue_step *s = step_at(d);
    if (s->form == TURN_XMPP && d->in.len > n && d->in.len < TURN_MAX && !memchr(p, '>', n))
        return; /* an element goes on; to look at all of it again for each byte would be what a bad peer wants */
    long end = turn_end(s->form, s->good, d->in.data, d->in.len);
    if (d->tried_tls && end >= 0) {
        d->late = true;
        d->outcome = DIALOGUE_SLOW;
    } else if (end > 0) {
        reply_take(d, (size_t)end);
    } else if (end < 0 && first_look(d->in.data, d->in.len).kind != FIRST_SHORT) {
        d->outcome = foreign_outcome(d);
        d->code = -1;
    }
    says_bytes(d);
}

void dialogue_ended(struct dialogue *d)
{
    if (d->outcome != DIALOGUE_GOING)
        return;
    enum dialogue_outcome foreign = d->in.len ? foreign_outcome(d) : DIALOGUE_GARBLED;
    d->outcome = foreign != DIALOGUE_GARBLED ? foreign : d->tried_tls ? DIALOGUE_SILENT : DIALOGUE_CLOSED;
    says_bytes(d);
}

bool dialogue_overdue(struct dialogue *d)
{
    if (d->outcome != DIALOGUE_GOING)
        return false;
    if (!d->in.len && d->at == 0 && d->row->server_begins && !d->tried_tls) {
        try_tls(d);
        return true;
    }
    d->outcome = d->in.len && !d->tried_tls ? DIALOGUE_SLOW : DIALOGUE_SILENT;
    says_bytes(d);
    return false;
}
