/* turn - see turn.h. */
#include "src/wire/turn.h"

#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define SAID_MAX 300 /* bytes of a reply that are shown */

/* --- lines -------------------------------------------------------------------------------------- */

bool turn_line(const void *p, size_t n, size_t *at, const char **line, size_t *len)
{
    const char *from = (const char *)p + *at;
    const char *end = *at < n ? memchr(from, '\n', n - *at) : NULL;
    if (!end)
        return false;
    *line = from;
    *len = (size_t)(end - from);
    *at += *len + 1;
    if (*len && from[*len - 1] == '\r')
        --*len;
    return true;
}

/* The line begins with one of "a|b|c", in upper or lower case. */
static bool begins_any(const char *p, size_t n, const char *list)
{
    for (const char *w = list; w && *w; w += *w == '|') {
        size_t k = strcspn(w, "|");
        if (text_begins(p, n, w, k))
            return true;
        w += k;
    }
    return false;
}

static bool holds_any(const char *p, size_t n, const char *list)
{
    for (size_t i = 0; i < n; i++)
        if (begins_any(p + i, n - i, list))
            return true;
    return false;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_code(const char *line, size_t n)
{
    return n >= 3 && is_digit(line[0]) && is_digit(line[1]) && is_digit(line[2]) &&
           (n == 3 || line[3] == ' ' || line[3] == '-');
}

/* --- where it ends: each is asked of one line, the nth, and says whether it is the last one ------- */

enum line_is { LINE_WRONG, LINE_MORE, LINE_LAST };

static enum line_is code_line(const char *good, const char *first, const char *line, size_t n, int nth)
{
    (void)good;
    if (!is_code(line, n))
        return nth ? LINE_MORE : LINE_WRONG; /* FTP: lines in between have no code (RFC 959 section 4.2) */
    bool same = memcmp(line, first, 3) == 0;
    return same && (n == 3 || line[3] == ' ') ? LINE_LAST : LINE_MORE;
}

static enum line_is list_line(const char *good, const char *first, const char *line, size_t n, int nth, bool right)
{
    (void)first;
    if (!nth)
        return !right ? LINE_WRONG : begins_any(line, n, good) ? LINE_MORE : LINE_LAST;
    return n == 1 && *line == '.' ? LINE_LAST : LINE_MORE;
}

static enum line_is code_list_line(const char *good, const char *first, const char *line, size_t n, int nth)
{
    return list_line(good, first, line, n, nth, is_code(line, n));
}

static enum line_is pop_line(const char *good, const char *first, const char *line, size_t n, int nth)
{
    (void)good;
    (void)first;
    (void)nth;
    return begins_any(line, n, "+OK|-ERR") ? LINE_LAST : LINE_WRONG;
}

static enum line_is pop_list_line(const char *good, const char *first, const char *line, size_t n, int nth)
{
    return list_line(good, first, line, n, nth, begins_any(line, n, "+OK|-ERR"));
}

static enum line_is imap_line(const char *good, const char *first, const char *line, size_t n, int nth)
{
    (void)first;
    (void)nth;
    if (text_begins(line, n, "* BYE", 5))
        return LINE_LAST;
    if (text_begins(line, n, good, strcspn(good, " ") + 1)) /* the tag */
        return LINE_LAST;
    return begins_any(line, n, "* |+") ? LINE_MORE : LINE_WRONG;
}

static enum line_is sieve_line(const char *good, const char *first, const char *line, size_t n, int nth)
{
    (void)good;
    (void)first;
    size_t word = 0;
    while (word < n && line[word] != ' ' && line[word] != '(')
        word++;
    bool end = (word == 2 && begins_any(line, n, "OK|NO")) || (word == 3 && text_begins(line, n, "BYE", 3));
    return end ? LINE_LAST : *line == '"' || nth ? LINE_MORE : LINE_WRONG;
}

typedef enum line_is line_look(const char *good, const char *first, const char *line, size_t n, int nth);

static long lines_end(line_look *look, const char *good, const char *p, size_t n)
{
    const char *line;
    size_t at = 0, len;
    for (int nth = 0; nth < TURN_LINES_MAX; nth++) {
        if (!turn_line(p, n, &at, &line, &len))
            return n - at > TURN_LINE_MAX ? -1 : 0;
        if (len > TURN_LINE_MAX)
            return -1;
        switch (look(good, p, line, len, nth)) {
        case LINE_WRONG: return -1;
        case LINE_LAST: return (long)at;
        case LINE_MORE: break;
        }
    }
    return -1;
}

/* The end of the element that is waited for, or of one that ends the stream. */
static long xmpp_end(const char *p, size_t n)
{
    static const char *const ends[] = { "</stream:features>", "<stream:features/>", "</stream:error>",
                                        "<stream:error/>", "</features>", "<features/>", "</failure>",
                                        "</stream:stream>" };
    static const char *const opens[] = { "<proceed", "<failure" };
    for (size_t i = 0; i < n; i++) {
        const char *next = memchr(p + i, '<', n - i);
        if (!next)
            return 0;
        i = (size_t)(next - p);
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
            if (text_begins(p + i, n - i, ends[k], strlen(ends[k])))
                return (long)(i + strlen(ends[k]));
        for (size_t k = 0; k < sizeof opens / sizeof *opens; k++) {
            bool begun = text_begins(p + i, n - i, opens[k], strlen(opens[k]));
            const char *close = begun ? memchr(p + i, '>', n - i) : NULL;
            if (close && (k == 0 || close[-1] == '/'))
                return close + 1 - p;
        }
    }
    return 0;
}

static long ldap_end(const uint8_t *p, size_t n)
{
    if (n < 2)
        return 0;
    size_t bytes = p[1] & 0x80 ? p[1] & 0x7fu : 0, length = bytes ? 0 : p[1];
    if (bytes > 4)
        return -1;
    if (n < 2 + bytes)
        return 0;
    for (size_t i = 0; i < bytes; i++)
        length = length << 8 | p[2 + i];
    if (length > TURN_MAX || length < 3)
        return -1;
    return n < 2 + bytes + length ? 0 : (long)(2 + bytes + length);
}

static long postgres_end(const uint8_t *p, size_t n)
{
    if (*p != 'E')
        return 1;
    if (n < 5)
        return 0;
    struct reader r = reader_of(p + 1, 4);
    uint32_t length = reader_u32(&r);
    if (length < 6 || length > TURN_MAX)
        return -1;
    return n < 1 + (size_t)length ? 0 : (long)(1 + length);
}

/* RFC 1006's TPKT and a TDS packet keep their length, which counts the header, in the same place. */
static long packet_end(const uint8_t *p, size_t n, size_t header)
{
    if (n < 4)
        return 0;
    size_t length = (size_t)p[2] << 8 | p[3];
    if (length < header)
        return -1;
    return n < length ? 0 : (long)length;
}

static long mysql_end(const uint8_t *p, size_t n)
{
    if (n < 5)
        return 0;
    size_t length = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
    if (length < 3 || length > TURN_MAX || p[3] > 1 || (p[4] != 10 && p[4] != 0xff))
        return -1;
    return n < 4 + length ? 0 : (long)(4 + length);
}

/* --- the forms ------------------------------------------------------------------------------------ */

struct form {
    const char *first;     /* what its first byte may be; NULL: anything */
    line_look *line;       /* of the textual ones */
};
static const struct form form_table[TURN_FORMS] = {
    [TURN_CODE] = { "12345", code_line }, [TURN_CODE_LIST] = { "12345", code_list_line },
    [TURN_POP] = { "+-", pop_line }, [TURN_POP_LIST] = { "+-", pop_list_line },
    [TURN_IMAP] = { "*+aA", imap_line }, [TURN_SIEVE] = { "\"OoNnBb", sieve_line },
    [TURN_XMPP] = { "< \r\n\t", NULL }, [TURN_LDAP] = { "0", NULL }, [TURN_POSTGRES] = { "SNE", NULL },
    [TURN_MYSQL] = { NULL, NULL }, [TURN_RDP] = { "\x03", NULL }, [TURN_TDS] = { "\x04", NULL },
};

long turn_end(enum turn_form f, const char *good, const void *p, size_t n)
{
    const struct form *form = &form_table[f];
    if (!n)
        return 0;
    if (form->first && (!*(const char *)p || !strchr(form->first, *(const char *)p)))
        return -1;
    long end = 0;
    switch (f) {
    case TURN_XMPP: end = xmpp_end(p, n); break;
    case TURN_LDAP: end = ldap_end(p, n); break;
    case TURN_POSTGRES: end = postgres_end(p, n); break;
    case TURN_MYSQL: end = mysql_end(p, n); break;
    case TURN_RDP: end = packet_end(p, n, 11); break; /* 4 of TPKT, 7 of X.224 */
    case TURN_TDS: end = packet_end(p, n, 8 + 1); break;
    default: end = lines_end(form->line, good, p, n); break;
    }
    return !end && n >= TURN_MAX ? -1 : end;
}

/* --- what it says --------------------------------------------------------------------------------- */

static const char busy_words[] = "too many|try again|trylater|in-use|maximum number|connection limit|overload|"
                                 "resource-constraint|too busy|server busy|connections exceeded|rate limit";
static const char lacks_words[] = "unknown|invalid command|unsupported|not supported|not implemented|unrecogni|"
                                  "disabled|not enabled|not available on this";

/* The last line is what a server means; of one that ends the connection the first is all there is. */
static char *last_line(const char *p, size_t n)
{
    const char *line, *last = p;
    size_t at = 0, len, last_len = 0;
    while (turn_line(p, n, &at, &line, &len))
        if (len && !(len == 1 && *line == '.')) {
            last = line;
            last_len = len;
        }
    return text_printable(last, last_len, SAID_MAX);
}

static struct turn lines_read(enum turn_form f, const char *good, const char *p, size_t n)
{
    struct turn t = { .kind = TURN_REFUSES, .code = -1 };
    const char *line = p, *one;
    size_t at = 0, len = 0, k;
    while (turn_line(p, n, &at, &one, &k)) { /* tags and words that end it stand in the last, all others in the first */
        line = one;
        len = k;
        if (f != TURN_IMAP && f != TURN_SIEVE)
            break;
    }
    if (f == TURN_CODE || f == TURN_CODE_LIST)
        t.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (begins_any(line, len, good))
        t.kind = TURN_GOOD;
    else if (t.code == 421 || (t.code == 400 && f == TURN_CODE_LIST) || holds_any(p, n, busy_words))
        t.kind = TURN_BUSY;
    else if ((t.code >= 500 && t.code <= 504) || begins_any(line, len, "a1 BAD|a2 BAD") ||
             (t.code < 0 && holds_any(p, n, lacks_words)))
        t.kind = TURN_LACKS;
    t.said = last_line(p, n);
    return t;
}

static struct turn xmpp_read(const char *good, const char *p, size_t n)
{
    static const char last[] = "<stream:error|<proceed|<failure|<stream:features";
    static const char prosody[] = "no stream features to offer|no stream features to proceed";
    struct turn t = { .code = -1, .kind = TURN_REFUSES };
    if (holds_any(p, n, "<stream:error|</stream:stream>"))
        t.kind = holds_any(p, n, busy_words)                   ? TURN_BUSY
                 : holds_any(p, n, "<host-unknown|<host-gone") ? TURN_STRANGER
                 : holds_any(p, n, prosody)                    ? TURN_LACKS
                                                               : TURN_REFUSES;
    else if (holds_any(p, n, good))
        t.kind = TURN_GOOD;
    size_t from = n; /* the last element, not the whole stream */
    while (from > 0 && n - from < SAID_MAX && !begins_any(p + from, n - from, last))
        from--;
    t.said = text_printable(p + from, n - from, SAID_MAX);
    return t;
}

/* LDAPMessage { messageID, extendedResp [APPLICATION 24] { resultCode, matchedDN, diagnosticMessage ... } }, RFC 4511
 * sections 4.1.1 and 4.12. */
static struct reader ber_take(struct reader *r, uint8_t *tag)
{
    *tag = reader_u8(r);
    size_t length = reader_u8(r), bytes = length & 0x80 ? length & 0x7f : 0;
    if (bytes)
        length = 0;
    for (size_t i = 0; i < bytes && i < 4; i++)
        length = length << 8 | reader_u8(r);
    const uint8_t *p = reader_take(r, length);
    struct reader in = reader_of(p, p ? length : 0);
    in.failed = r->failed;
    return in;
}

static struct turn ldap_read(const uint8_t *p, size_t n)
{
    struct turn t = { .kind = TURN_REFUSES, .code = -1 };
    uint8_t tag;
    struct reader all = reader_of(p, n), message = ber_take(&all, &tag);
    ber_take(&message, &tag);
    struct reader response = ber_take(&message, &tag);
    if (tag != 0x78)
        return t;
    struct reader code = ber_take(&response, &tag);
    if (tag != 0x0a || code.left != 1)
        return t;
    t.code = reader_u8(&code);
    t.kind = t.code == 0 ? TURN_GOOD : t.code == 51 ? TURN_BUSY : t.code == 2 ? TURN_LACKS : TURN_REFUSES;
    ber_take(&response, &tag);
    struct reader says = ber_take(&response, &tag);
    if (!says.failed && says.left)
        t.said = text_printable(says.p, says.left, SAID_MAX);
    return t;
}

/* ErrorResponse: fields of a letter and a text; C is the code, M the message. 53300: too_many_connections. */
static struct turn postgres_read(const uint8_t *p, size_t n)
{
    struct turn t = { .kind = *p == 'S' ? TURN_GOOD : *p == 'N' ? TURN_LACKS : TURN_REFUSES, .code = -1 };
    for (size_t at = 5; *p == 'E' && at + 1 < n && p[at];) {
        const char *field = (const char *)p + at + 1;
        size_t len = strnlen(field, n - at - 1);
        if (p[at] == 'C' && len == 5 && begins_any(field, len, "53300|57P03"))
            t.kind = TURN_BUSY;
        if (p[at] == 'M' && !t.said)
            t.said = text_printable(field, len, SAID_MAX);
        at += 2 + len;
    }
    return t;
}

/* Protocol::HandshakeV10, or an error instead of it. */
static struct turn mysql_read(const uint8_t *p, size_t n)
{
    enum { CLIENT_SSL = 0x0800 };
    struct turn t = { .kind = TURN_LACKS, .code = -1 };
    struct reader r = reader_of(p + 4, n - 4);
    if (reader_u8(&r) == 0xff) {
        t.code = reader_u8(&r);
        t.code |= reader_u8(&r) << 8;
        if (r.left > 6 && *r.p == '#')
            reader_take(&r, 6);
        t.kind = t.code == 1040 || t.code == 1203 || t.code == 1226 ? TURN_BUSY : TURN_REFUSES;
        t.said = text_printable(r.p, r.left, SAID_MAX);
        return t;
    }
    const uint8_t *version = r.p, *end = r.left ? memchr(r.p, 0, r.left) : NULL;
    t.said = text_printable(version, end ? (size_t)(end - version) : r.left, SAID_MAX);
    reader_take(&r, end ? (size_t)(end - version) + 1 : r.left);
    reader_take(&r, 4 + 8 + 1);
    unsigned can = reader_u8(&r);
    can |= (unsigned)reader_u8(&r) << 8;
    if (!r.failed && can & CLIENT_SSL)
        t.kind = TURN_GOOD;
    return t;
}

/* MS-RDPBCGR section 2.2.1.2: X.224 connection confirm, and perhaps RDP_NEG_RSP or RDP_NEG_FAILURE. */
static struct turn rdp_read(const uint8_t *p, size_t n)
{
    static const char *const failures[] = {
        NULL, "SSL_REQUIRED_BY_SERVER", "SSL_NOT_ALLOWED_BY_SERVER", "SSL_CERT_NOT_ON_SERVER", "INCONSISTENT_FLAGS",
        "HYBRID_REQUIRED_BY_SERVER", "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER"
    };
    struct turn t = { .kind = TURN_LACKS, .code = -1 };
    if ((p[5] & 0xf0) != 0xd0)
        t.kind = TURN_REFUSES;
    if (n < 19 || t.kind == TURN_REFUSES)
        return t;
    if (p[11] == 2) {
        t.kind = p[15] ? TURN_GOOD : TURN_LACKS; /* 0: the security of RDP itself */
    } else if (p[11] == 3) {
        t.code = p[15];
        t.kind = t.code == 2 ? TURN_LACKS : TURN_REFUSES;
        if (t.code > 0 && t.code < (int)(sizeof failures / sizeof *failures))
            t.said = mem_string(failures[t.code]);
    }
    return t;
}

/* MS-TDS section 2.2.6.5: PRELOGIN, a table of options; 1 is ENCRYPTION, of which 2 is NOT_SUP. */
static struct turn tds_read(const uint8_t *p, size_t n)
{
    struct turn t = { .kind = TURN_REFUSES, .code = -1 };
    struct reader table = reader_of(p + 8, n - 8);
    for (;;) {
        uint8_t option = reader_u8(&table);
        if (option == 0xff || table.failed)
            return t;
        uint16_t at = reader_u16(&table), length = reader_u16(&table);
        if (option != 1 || table.failed)
            continue;
        struct reader value = reader_of(p + 8, n - 8);
        reader_take(&value, at);
        uint8_t encryption = reader_u8(&value);
        if (!value.failed && length == 1)
            t.kind = encryption == 2 ? TURN_LACKS : TURN_GOOD;
        return t;
    }
}

struct turn turn_read(enum turn_form f, const char *good, const void *p, size_t n)
{
    switch (f) {
    case TURN_XMPP: return xmpp_read(good, p, n);
    case TURN_LDAP: return ldap_read(p, n);
    case TURN_POSTGRES: return postgres_read(p, n);
    case TURN_MYSQL: return mysql_read(p, n);
    case TURN_RDP: return rdp_read(p, n);
    case TURN_TDS: return tds_read(p, n);
    default: return lines_read(f, good, p, n);
    }
}
