/* opening - see opening.h.
 *
 * Of the rows that the bytes do not contradict, the first one counts: it fits, or it may still come to fit, and then
 * more bytes are waited for. So a stricter row stands before a shorter one.
 */
#include "src/wire/opening.h"

#include <stdbool.h>
#include <stdint.h>

#include "src/base/text.h"

/* What a byte of a row must be: '=' this byte, '.' any, 'd' a digit, 'h' a digit of hex, 'a' a tag of class
 * APPLICATION (0x60 to 0x7f), 'c' this letter in upper or lower case. The last one counts for all further bytes. */
struct row {
    const char *bytes;
    size_t n;
    const char *must;
    const char *protocol;
};
#define ROW(who, opening, how) { .bytes = opening, .n = sizeof opening - 1, .must = how, .protocol = who }
#define WORD(who, opening) ROW(who, opening, "=")
#define CALL(who, opening) ROW(who, opening, "c")

static const struct row row_table[] = {
    WORD("HTTP/2", "PRI * HTTP/2"), /* RFC 9113 section 3.4 */
    CALL("SIP", "OPTIONS sip"),
    WORD("RTSP", "OPTIONS rtsp"),
    WORD("RTSP", "DESCRIBE rtsp"),
    CALL("SIP", "REGISTER sip"),
    CALL("SIP", "INVITE sip"),
    WORD("NATS", "CONNECT {"),
    WORD("STOMP", "CONNECT\n"),
    WORD("STOMP", "CONNECT\r"),
    WORD("STOMP", "STOMP\n"),
    WORD("STOMP", "STOMP\r"),
    WORD("HTTP, as if to a proxy", "CONNECT "),
    WORD("HTTP, as if to a proxy", "GET http:"),
    WORD("HTTP", "GET "),
    WORD("HTTP", "HEAD "),
    WORD("HTTP", "POST "),
    WORD("HTTP", "PUT "),
    WORD("HTTP", "DELETE "),
    WORD("HTTP", "OPTIONS "),
    WORD("HTTP", "PATCH "),
    WORD("HTTP", "TRACE "),
    WORD("HTTP", "PROPFIND "),
    WORD("HTTP", "REPORT "),
    WORD("HTTP", "HTTP/"),
    WORD("a PROXY line", "PROXY "), /* haproxy.org, proxy-protocol.txt */
    WORD("a PROXY header (version 2)", "\r\n\r\n\0\r\nQUIT\n"),
    WORD("SSH", "SSH-"),
    CALL("SMTP", "EHLO"),
    CALL("SMTP", "HELO"),
    CALL("LMTP", "LHLO"),
    CALL("STARTTLS before TLS", "STARTTLS"),
    CALL("POP3", "STLS"),
    CALL("POP3", "CAPA"),
    CALL("FTP", "AUTH TLS"),
    CALL("FTP", "AUTH SSL"),
    CALL("FTP", "FEAT"),
    CALL("IRC", "CAP LS"),
    CALL("IRC", "NICK "),
    CALL("FTP, POP3 or IRC", "USER "),
    WORD("XMPP", "<?xml"),
    WORD("XMPP", "<stream"),
    ROW("syslog", "<1", "=d"), /* RFC 5424: <PRI> */
    WORD("JSON lines", "{\""),
    WORD("JSON lines", "[{"),
    WORD("RESP (Redis)", "PING\r\n"),
    WORD("RESP (Redis)", "AUTH "),
    ROW("RESP (Redis)", "*1", "=d"),
    WORD("memcached", "version\r\n"),
    WORD("memcached", "stats"),
    WORD("memcached", "get "),
    WORD("memcached", "gets "),
    WORD("memcached", "set "),
    WORD("AMQP", "AMQP"),
    WORD("VNC", "RFB "),
    WORD("rsync", "@RSYNCD:"),
    WORD("BitTorrent", "\x13" "BitTorrent"),
    ROW("Git", "0000git-", "hhhh="),
    ROW("RDP", "\x03\0\0\0\0\xe0", "==...="), /* RFC 2126: TPKT with a connection request */
    ROW("MQTT", "\x10\0\0\x04MQTT", "=.="),
    ROW("MQTT", "\x10\0\0\0\x04MQTT", "=..="),
    ROW("MQTT", "\x10\0\0\x06MQIsdp", "=.="),
    ROW("LDAP", "\x30\0\x02\x01\0\x60", "=.==.a"), /* RFC 4511: SEQUENCE { messageID, protocolOp } */
    ROW("LDAP", "\x30\x84\0\0\0\0\x02\x01\0\x60", "=====.==.a"),
    WORD("PostgreSQL", "\0\0\0\x08\x04\xd2\x16\x2f"), /* SSLRequest, */
    WORD("PostgreSQL", "\0\0\0\x08\x04\xd2\x16\x30"), /* GSSENCRequest, */
    WORD("PostgreSQL", "\0\0\0\x10\x04\xd2\x16\x2e"), /* CancelRequest, */
    ROW("PostgreSQL", "\0\0\0\0\0\3\0\0", "==..="),  /* StartupMessage 3.0 */
    WORD("MS-SQL", "\x12\x01"), /* TDS pre-login */
    ROW("SMB", "\0\0\0\0\xffSMB", "==..="),
    ROW("SMB", "\0\0\0\0\xfeSMB", "==..="),
    ROW("Kafka", "\0\0\0\0\0\x12\0", "==..="), /* ApiVersions */
    ROW("ZooKeeper", "\0\0\0\0\0\0\0\0", "===.="),
    ROW("STUN", "\0\x01\0\0\x21\x12\xa4\x42", "===.="), /* RFC 8489 */
    ROW("DNS", "\0\0\0\0\x01\0\0\x01\0\0\0\0", "=...="), /* RFC 1035 section 4.2.2: one question, as resolvers ask, */
    ROW("DNS", "\0\0\0\0\x01\x20\0\x01\0\0\0\0", "=...="), /* and with the bit AD, as dig does */
    ROW("DNS", "\0\0\0\0\0\0\0\x01\0\0\0\0", "=...="),
    ROW("OpenVPN", "\0\0\x38", "=.="), /* P_CONTROL_HARD_RESET_CLIENT_V2 */
    ROW("OpenVPN", "\0\0\x50", "=.="), /* and V3 */
    ROW("Oracle Net", "\0\0\0\0\x01\0", "=.="), /* a TNS packet that asks to connect */
    ROW("Oracle Net", "\x01\0\0\0\x01\0", "=.="),
    WORD("Cassandra", "\x04\0\0\0\x05"),
    WORD("Cassandra", "\x04\0\0\0\x01"),
    WORD("SOCKS 4", "\x04\x01"),
    WORD("SOCKS 5", "\x05\x01"),
    WORD("SOCKS 5", "\x05\x02"),
    WORD("SOCKS 5", "\x05\x03"),
    ROW("Telnet", "\xff\xfb", "=="), /* RFC 854: IAC WILL, */
    WORD("Telnet", "\xff\xfd"),      /* IAC DO */
    WORD("DTLS", "\x16\xfe"),
    ROW("MongoDB", "\0\0\0\0\0\0\0\0\0\0\0\0\xdd\x07\0\0", "..==....="), /* OP_MSG */
    ROW("MongoDB", "\0\0\0\0\0\0\0\0\0\0\0\0\xd4\x07\0\0", "..==....="), /* OP_QUERY */
};

static bool byte_fits(char must, uint8_t want, uint8_t c)
{
    bool digit = c >= '0' && c <= '9';
    char small = text_lower((char)c);
    switch (must) {
    case '.':
        return true;
    case 'd':
        return digit;
    case 'h':
        return digit || (small >= 'a' && small <= 'f');
    case 'a':
        return c >= 0x60 && c <= 0x7f;
    case 'c':
        return small == text_lower((char)want);
    default:
        return c == want;
    }
}

/* None of the bytes there are says otherwise. */
static bool row_fits(const struct row *row, const uint8_t *p, size_t n)
{
    const char *must = row->must;
    for (size_t i = 0; i < row->n && i < n; i++) {
        if (!byte_fits(*must, (uint8_t)row->bytes[i], p[i]))
            return false;
        if (must[1])
            must++;
    }
    return true;
}

struct opening opening_look(const void *p, size_t n)
{
    for (size_t i = 0; i < sizeof row_table / sizeof *row_table; i++)
        if (row_fits(&row_table[i], p, n))
            return row_table[i].n <= n ? (struct opening){ OPENING_KNOWN, row_table[i].protocol }
                                       : (struct opening){ OPENING_SHORT, NULL };
    return (struct opening){ OPENING_UNKNOWN, NULL };
}
