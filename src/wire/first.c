/* first - see first.h.
 *
 * A row is a protocol's opening bytes, compared without regard to ASCII case, and, where those are
 * not enough, a word that must follow in the greeting or a function that checks the structure. The
 * first row that fits wins, so of two rows with the same opening the stricter one stands first.
 */
#include "src/wire/first.h"

#include <string.h>

#include "src/base/bytes.h"
#include "src/base/text.h"

#define GREETING_MAX 512     /* how far a word is looked for */
#define RECORD_MAX (16384 + 2048) /* RFC 5246 section 6.2.3, the longest of all versions */
enum { RECORD_HEADER = 5, RECORD_ALERT = 21 };

struct pattern {
    const char *bytes;
    size_t n;
    const char *word;                            /* lower case; NULL: none needed */
    bool (*fits)(const uint8_t *p, size_t n);    /* NULL: no further check */
    const char *protocol, *hint;
};

/* --- structures beyond the opening; each is called with any n, and looks at no more ------ */

/* RFC 9113 section 4.1: SETTINGS (4) or GOAWAY (7) on stream 0 without flags come first. */
static bool http2_fits(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    uint32_t length = reader_u24(&r);
    uint8_t type = reader_u8(&r), flags = reader_u8(&r);
    uint32_t stream = reader_u32(&r);
    if (r.failed || flags || stream)
        return false;
    return (type == 4 && length % 6 == 0 && length <= 600) ||
           (type == 7 && length >= 8 && length <= 16384);
}

static bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The code of a reply is followed by a space, or by a dash when more lines come (RFC 5321, 959). */
static bool reply_fits(const uint8_t *p, size_t n)
{
    return n >= 4 && (p[3] == ' ' || p[3] == '-');
}

/* Packet number 0 with a protocol 10 greeting and its version as text, or with an error such as
 * "Host ... is blocked". */
static bool mysql_fits(const uint8_t *p, size_t n)
{
    if (n < 7 || p[2] != 0 || p[3] != 0 || p[0] + 256 * p[1] < 7)
        return false;
    if (p[4] == 0xff)
        return p[6] >= 3 && p[6] <= 8; /* error numbers start at 1000 */
    return p[4] == 10 && digit(p[5]) && (p[6] == '.' || digit(p[6]));
}

/* ErrorResponse: length, then the field 'S' with the severity. */
static bool postgres_fits(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    reader_u8(&r);
    uint32_t length = reader_u32(&r);
    uint8_t field = reader_u8(&r);
    return !r.failed && length >= 8 && length < 30000 && field == 'S';
}

/* RFC 4511 section 4.1.1: SEQUENCE { INTEGER messageID, protocolOp [APPLICATION 0..25] }. */
static bool ldap_fits(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    reader_u8(&r);
    uint8_t length = reader_u8(&r);
    if (length > 0x84)
        return false;
    if (length >= 0x80)
        reader_take(&r, length & 0x7f);
    if (reader_u8(&r) != 2)
        return false;
    uint8_t id = reader_u8(&r);
    if (id < 1 || id > 4)
        return false;
    reader_take(&r, id);
    uint8_t op = reader_u8(&r);
    return !r.failed && op >= 0x60 && op <= 0x79;
}

/* RFC 2126 section 4.3: TPKT, with an X.224 connection confirm, disconnect, data or error unit. */
static bool rdp_fits(const uint8_t *p, size_t n)
{
    if (n < 6 || p[2] * 256 + p[3] < 7)
        return false;
    uint8_t unit = p[5] & 0xf0;
    return unit == 0xd0 || unit == 0x80 || unit == 0xf0 || unit == 0x70;
}

/* A record whose message is a ClientHello (RFC 8446 section 4): no server sends one. */
static bool hello_fits(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    reader_u8(&r);
    uint16_t version = reader_u16(&r), length = reader_u16(&r);
    uint8_t type = reader_u8(&r);
    return !r.failed && version <= 0x0304 && length > 4 && length <= RECORD_MAX && type == 1;
}

static bool mqtt_fits(const uint8_t *p, size_t n)
{
    return n >= 4 && p[2] <= 1 && p[3] <= 5;
}

/* Negotiation of options: IAC, then WILL, WONT, DO or DONT (RFC 854). */
static bool telnet_fits(const uint8_t *p, size_t n)
{
    return n >= 3 && p[1] >= 0xfb && p[1] <= 0xfe;
}

/* A TDS packet: type 4 (response), last one, then length and packet number. */
static bool mssql_fits(const uint8_t *p, size_t n)
{
    return n >= 8 && p[2] * 256 + p[3] >= 8 && p[7] == 0;
}

/* A TNS packet: length, no checksum, type refuse (4), redirect (5) or resend (11). */
static bool oracle_fits(const uint8_t *p, size_t n)
{
    if (n < 8 || p[0] * 256 + p[1] < 8 || p[2] || p[3] || p[5] || p[6] || p[7])
        return false;
    return p[4] == 4 || p[4] == 5 || p[4] == 11;
}

/* A pkt-line: four hex digits of length, then "ERR ". */
static bool git_fits(const uint8_t *p, size_t n)
{
    return n >= 8 && memcmp(p + 4, "ERR ", 4) == 0;
}

/* --- the table ------------------------------------------------------------------------------ */

#define HTTP_HINT \
    "the server speaks plain HTTP here: use the port for https (mostly 443), or switch TLS on " \
    "for this port in the server or the proxy before it"
#define SMTP_HINT \
    "the server speaks SMTP before TLS: use smtp:// or submission:// (STARTTLS), or the port for " \
    "TLS at once, 465"
#define LMTP_HINT "the server speaks LMTP before TLS: use lmtp:// (STARTTLS)"
#define FTP_HINT \
    "the server speaks FTP before TLS: use ftp:// (AUTH TLS), or the port for TLS at once, 990"
#define MAIL_OR_FTP_HINT \
    "the server greets like FTP or SMTP before TLS: use ftp:// or smtp:// (STARTTLS), or the " \
    "port for TLS at once (990 or 465)"
#define IMAP_HINT \
    "the server speaks IMAP before TLS: use imap:// (STARTTLS), or the port for TLS at once, 993"
#define POP3_HINT \
    "the server speaks POP3 before TLS: use pop3:// (STLS), or the port for TLS at once, 995"
#define NNTP_HINT \
    "the server speaks NNTP before TLS: use nntp:// (STARTTLS), or the port for TLS at once, 563"
#define SIEVE_HINT "the server speaks ManageSieve before TLS: use sieve:// (STARTTLS)"
#define XMPP_HINT \
    "the server speaks XMPP before TLS: use xmpp:// or xmpp-server:// (STARTTLS), or the port " \
    "for TLS at once, 5223"
#define LDAP_HINT \
    "the server speaks LDAP before TLS: use ldap:// (StartTLS), or the port for TLS at once, 636"
#define MYSQL_HINT \
    "the server speaks MySQL before TLS, which starts inside its own dialogue: use mysql://"
#define POSTGRES_HINT \
    "the server speaks PostgreSQL before TLS, which starts after a request of its own: use " \
    "postgres://"
#define MSSQL_HINT \
    "the server speaks MS-SQL (TDS) before TLS, which starts inside its own packets: use mssql://"
#define RDP_HINT \
    "the server speaks RDP before TLS, which starts after a request of its own: use rdp://"
#define SSH_HINT "the server is an SSH server, which never speaks TLS: check the port"
#define REDIS_HINT \
    "the server speaks Redis in plain text: use the port its option tls-port names, or " \
    "switch TLS on"
#define MQTT_HINT \
    "the server speaks MQTT in plain text: use the port for TLS, mostly 8883, or switch TLS on"
#define AMQP_HINT \
    "the server speaks AMQP in plain text: use the port for TLS, mostly 5671, or switch TLS on"
#define IRC_HINT "the server speaks IRC in plain text: use the port for TLS, mostly 6697"
#define VNC_HINT \
    "the server is a VNC server, which speaks TLS only after a dialogue of its own: check the port"
#define TELNET_HINT \
    "the server speaks Telnet in plain text: use the port for TLS, mostly 992, or check the port"
#define RSYNC_HINT \
    "the server is an rsync daemon, which speaks no TLS itself: check the port, or put a TLS " \
    "proxy before it"
#define GIT_HINT "the server is a Git daemon, which never speaks TLS: use https or ssh for Git"
#define MEMCACHED_HINT \
    "the server speaks memcached in plain text: start it with TLS switched on, or check the port"
#define NATS_HINT \
    "the server speaks NATS, which starts TLS only after its INFO line: check what the client " \
    "expects"
#define SIP_HINT "the server speaks SIP in plain text: use the port for TLS, mostly 5061"
#define RTSP_HINT "the server speaks RTSP in plain text: use the port for TLS, mostly 322"
#define ORACLE_HINT \
    "the server speaks Oracle Net in plain text: use the listener's TCPS port, mostly 2484"
#define ECHO_HINT \
    "the port answers a ClientHello with a ClientHello: what is sent there comes back (an echo service, a port " \
    "forwarding that leads to itself), or a client waits there, not a server: check address and port"
#define UNKNOWN_HINT \
    "what answers is neither TLS nor a protocol known here: check that address and port are the " \
    "right ones, and which service listens there"

#define PATTERN(opening, name, what, ...) \
    { .bytes = opening, .n = sizeof opening - 1, .protocol = name, .hint = what, __VA_ARGS__ }
static const struct pattern pattern_table[] = {
    PATTERN("HTTP/", "HTTP", HTTP_HINT),
    PATTERN("<html", "HTTP", HTTP_HINT),
    PATTERN("<!doctype", "HTTP", HTTP_HINT),
    PATTERN("PRI * HTTP/2", "HTTP/2", HTTP_HINT),
    PATTERN("\0", "HTTP/2", HTTP_HINT, .fits = http2_fits),
    PATTERN("SSH-", "SSH", SSH_HINT),
    PATTERN("Invalid SSH identification", "SSH", SSH_HINT),
    PATTERN("Protocol mismatch.", "SSH", SSH_HINT),
    PATTERN("220", "LMTP", LMTP_HINT, .word = "lmtp", .fits = reply_fits),
    PATTERN("220", "SMTP", SMTP_HINT, .word = "esmtp", .fits = reply_fits),
    PATTERN("220", "SMTP", SMTP_HINT, .word = " smtp", .fits = reply_fits),
    PATTERN("220", "FTP", FTP_HINT, .word = "ftp", .fits = reply_fits),
    PATTERN("220", "SMTP", SMTP_HINT, .word = "smtp", .fits = reply_fits),
    PATTERN("220", "SMTP", SMTP_HINT, .word = "mail", .fits = reply_fits),
    PATTERN("220", "SMTP", SMTP_HINT, .word = "postfix", .fits = reply_fits),
    PATTERN("220", "SMTP", SMTP_HINT, .word = "exim", .fits = reply_fits),
    PATTERN("220", "FTP or SMTP", MAIL_OR_FTP_HINT, .fits = reply_fits),
    PATTERN("554", "SMTP", SMTP_HINT, .fits = reply_fits),
    PATTERN("421", "FTP", FTP_HINT, .word = "ftp", .fits = reply_fits),
    PATTERN("421", "SMTP", SMTP_HINT, .word = "smtp", .fits = reply_fits),
    PATTERN("421", "SMTP", SMTP_HINT, .word = "mail", .fits = reply_fits),
    PATTERN("421", "FTP or SMTP", MAIL_OR_FTP_HINT, .fits = reply_fits),
    PATTERN("530", "SMTP", SMTP_HINT, .word = "starttls", .fits = reply_fits),
    PATTERN("530", "FTP", FTP_HINT, .fits = reply_fits),
    PATTERN("500 5.", "SMTP", SMTP_HINT),
    PATTERN("502 5.", "SMTP", SMTP_HINT),
    PATTERN("500 ", "FTP or SMTP", MAIL_OR_FTP_HINT),
    PATTERN("* OK", "IMAP", IMAP_HINT),
    PATTERN("* PREAUTH", "IMAP", IMAP_HINT),
    PATTERN("* BYE", "IMAP", IMAP_HINT),
    PATTERN("* BAD", "IMAP", IMAP_HINT),
    PATTERN("+OK", "POP3", POP3_HINT),
    PATTERN("-ERR", "POP3", POP3_HINT, .word = "pop"),
    PATTERN("+PONG", "Redis", REDIS_HINT),
    PATTERN("-ERR", "Redis", REDIS_HINT),
    PATTERN("-NOAUTH", "Redis", REDIS_HINT),
    PATTERN("-DENIED", "Redis", REDIS_HINT),
    PATTERN("-LOADING", "Redis", REDIS_HINT),
    PATTERN("200 ", "NNTP", NNTP_HINT),
    PATTERN("201 ", "NNTP", NNTP_HINT),
    PATTERN("400 ", "NNTP", NNTP_HINT),
    PATTERN("\"IMPLEMENTATION\"", "ManageSieve", SIEVE_HINT),
    PATTERN("<?xml", "HTTP", HTTP_HINT, .word = "<!doctype html"),
    PATTERN("<?xml", "XMPP", XMPP_HINT),
    PATTERN("<stream", "XMPP", XMPP_HINT),
    PATTERN("EFATAL", "PostgreSQL", POSTGRES_HINT),
    PATTERN("E", "PostgreSQL", POSTGRES_HINT, .fits = postgres_fits),
    PATTERN("", "MySQL", MYSQL_HINT, .fits = mysql_fits),
    PATTERN("\x30", "LDAP", LDAP_HINT, .fits = ldap_fits),
    PATTERN("\x16\x03", "echo", ECHO_HINT, .fits = hello_fits),
    PATTERN("\x03\x00", "RDP", RDP_HINT, .fits = rdp_fits),
    PATTERN("\x04\x01", "MS-SQL", MSSQL_HINT, .fits = mssql_fits),
    PATTERN("", "Oracle Net", ORACLE_HINT, .fits = oracle_fits),
    PATTERN("\x20\x02", "MQTT", MQTT_HINT, .fits = mqtt_fits),
    PATTERN("AMQP", "AMQP", AMQP_HINT),
    PATTERN("RFB ", "VNC", VNC_HINT),
    PATTERN("\xff", "Telnet", TELNET_HINT, .fits = telnet_fits),
    PATTERN("@RSYNCD", "rsync", RSYNC_HINT),
    PATTERN("00", "Git", GIT_HINT, .fits = git_fits),
    PATTERN("ERROR\r\n", "memcached", MEMCACHED_HINT),
    PATTERN("ERROR :", "IRC", IRC_HINT),
    PATTERN("NOTICE ", "IRC", IRC_HINT),
    PATTERN(":", "IRC", IRC_HINT, .word = " notice "),
    PATTERN("INFO {", "NATS", NATS_HINT),
    PATTERN("SIP/2.0", "SIP", SIP_HINT),
    PATTERN("RTSP/", "RTSP", RTSP_HINT),
};

static bool holds(const uint8_t *p, size_t n, const char *word)
{
    size_t length = strlen(word);
    if (n > GREETING_MAX)
        n = GREETING_MAX;
    for (size_t i = 0; i + length <= n; i++)
        if (text_begins(p + i, n - i, word, length))
            return true;
    return false;
}

static const struct pattern *pattern_find(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < sizeof pattern_table / sizeof *pattern_table; i++) {
        const struct pattern *row = &pattern_table[i];
        if (text_begins(p, n, row->bytes, row->n) && (!row->word || holds(p, n, row->word)) &&
            (!row->fits || row->fits(p, n)))
            return row;
    }
    return NULL;
}

/* How the bytes compare with a record header: content type 20 (change cipher spec) to 24
 * (heartbeat), version 3.0 to 3.4, length. FIRST_UNKNOWN when they are none. */
static enum first_kind record_look(const uint8_t *p, size_t n)
{
    if (p[0] < 20 || p[0] > 24 || (n > 1 && p[1] != 3) || (n > 2 && p[2] > 4))
        return FIRST_UNKNOWN;
    if (n > 3 && p[3] > RECORD_MAX >> 8)
        return FIRST_UNKNOWN;
    if (n < RECORD_HEADER)
        return FIRST_SHORT;
    size_t length = (size_t)p[3] << 8 | p[4];
    return length > RECORD_MAX ? FIRST_UNKNOWN : FIRST_TLS; /* an empty record is broken TLS, but TLS */
}

/* A record of two bytes is an alert in clear; encrypted ones are longer. */
static void alert_look(struct first *f, const uint8_t *p, size_t n)
{
    if (n < RECORD_HEADER + 2 || p[0] != RECORD_ALERT || p[3] != 0 || p[4] != 2)
        return;
    if (p[5] == 1 || p[5] == 2) {
        f->alert_level = p[5];
        f->alert_number = p[6];
    }
}

/* A record with a two-byte header: SERVER-HELLO (4) with version 0.2, or ERROR (0) with a code. */
static bool ssl2_look(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    uint16_t length = reader_u16(&r);
    uint8_t type = reader_u8(&r);
    if (!(length & 0x8000))
        return false;
    length &= 0x7fff;
    if (type == 0) {
        uint16_t code = reader_u16(&r);
        return !r.failed && length == 3 && code >= 1 && code <= 6;
    }
    uint8_t hit = reader_u8(&r), kind = reader_u8(&r);
    uint16_t version = reader_u16(&r);
    return !r.failed && type == 4 && length >= 11 && hit <= 1 && kind <= 1 && version == 2;
}

struct first first_look(const void *p, size_t n)
{
    struct first f = { .kind = FIRST_NOTHING };
    if (!p || n == 0)
        return f;
    f.kind = record_look(p, n);
    if (f.kind == FIRST_TLS)
        alert_look(&f, p, n);
    if (f.kind != FIRST_UNKNOWN && !(f.kind == FIRST_TLS && hello_fits(p, n)))
        return f;
    if (ssl2_look(p, n)) {
        f.kind = FIRST_SSL2;
        f.hint = "the server answers with SSL 2.0, which nobody may use any more: switch it off "
                 "there and TLS 1.2 and 1.3 on";
        return f;
    }
    const struct pattern *row = pattern_find(p, n);
    f.kind = row ? FIRST_PLAIN : FIRST_UNKNOWN;
    f.protocol = row ? row->protocol : NULL;
    f.hint = row ? row->hint : UNKNOWN_HINT;
    return f;
}
