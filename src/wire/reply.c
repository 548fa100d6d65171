/* reply - see reply.h. */
#include "src/wire/reply.h"

#include <string.h>

#include "src/wire/names.h"

#define RECORD_MAX (16384 + 2048) /* RFC 5246 section 6.2.3, the longest of all versions */
#define IDLE_MAX 32               /* empty records, warnings and the like in a row */
#define MESSAGES_MAX 64           /* a server's flight has five or six */

enum { RECORD_CHANGE = 20, RECORD_ALERT, RECORD_HANDSHAKE, RECORD_DATA, RECORD_HEARTBEAT };
enum {
    HELLO_REQUEST = 0, SERVER_HELLO = 2, CERTIFICATE = 11, KEY_EXCHANGE = 12, CERTIFICATE_REQUEST = 13,
    HELLO_DONE = 14
};
enum { EXT_ALPN = 16, EXT_VERSIONS = 43, EXT_KEY_SHARE = 51, EXT_RENEGOTIATION = 65281 };
enum { SSL2_ERROR = 0, SSL2_SERVER_HELLO = 4 };

void reply_init(struct reply *r, bool keep_certificate)
{
    *r = (struct reply){ .warning = -1, .keep_certificate = keep_certificate };
    buf_init(&r->certificate, REPLY_MESSAGE_MAX);
    buf_init(&r->message, REPLY_MESSAGE_MAX);
}

void reply_free(struct reply *r)
{
    buf_free(&r->certificate);
    buf_free(&r->message);
}

static bool reply_broken(struct reply *r, const char *why)
{
    r->end = REPLY_BROKEN;
    r->why = why;
    return false;
}

/* A record or message that brings nothing: lawful, but not without end. */
static void reply_idle(struct reply *r)
{
    if (++r->idle > IDLE_MAX)
        reply_broken(r, "it sends records without content, one after the other");
}

/* --- ServerHello ---------------------------------------------------------------------------- */

/* RFC 8446 section 4.1.3: the random that makes a ServerHello a HelloRetryRequest. */
static const uint8_t retry_random[32] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static int downgrade_of(const uint8_t random[32])
{
    if (memcmp(random + 24, "DOWNGRD", 7) || random[31] > 1)
        return 0;
    return random[31] ? 0x0303 : 0x0302;
}

static bool alpn_read(struct reply *r, struct reader ext)
{
    struct reader list = reader_vector(&ext, 2), name = reader_vector(&list, 1);
    if (!name.left || !reader_done(&list) || !reader_done(&ext))
        return false;
    size_t n = name.left < sizeof r->alpn ? name.left : sizeof r->alpn - 1;
    for (size_t i = 0; i < n; i++)
        r->alpn[i] = name.p[i] > ' ' && name.p[i] < 0x7f ? (char)name.p[i] : '?';
    r->alpn[n] = '\0';
    return true;
}

static bool hello_extension_read(struct reply *r, uint16_t type, struct reader ext, bool retry)
{
    if (type < 64)
        r->extensions |= (uint64_t)1 << type;
    switch (type) {
    case EXT_ALPN:
        return alpn_read(r, ext);
    case EXT_VERSIONS:
        r->version = reader_u16(&ext);
        return reader_done(&ext);
    case EXT_KEY_SHARE:
        r->group = reader_u16(&ext);
        if (!retry)
            reader_vector(&ext, 2);
        return reader_done(&ext);
    case EXT_RENEGOTIATION:
        r->renegotiation = true;
        return true;
    default:
        return true;
    }
}

static bool hello_read(struct reply *r, struct reader m)
{
    r->version = reader_u16(&m);
    const uint8_t *random = reader_take(&m, 32);
    struct reader session = reader_vector(&m, 1);
    r->suite = reader_u16(&m);
    r->compression = reader_u8(&m);
    if (m.failed || session.left > 32)
        return false;
    bool retry = memcmp(random, retry_random, sizeof retry_random) == 0;
    struct reader exts = m.left ? reader_vector(&m, 2) : m;
    while (exts.left) {
        uint16_t type = reader_u16(&exts);
        struct reader ext = reader_vector(&exts, 2);
        if (exts.failed || !hello_extension_read(r, type, ext, retry))
            return false;
    }
    if (!reader_done(&exts) || !reader_done(&m))
        return false;
    r->downgrade = downgrade_of(random);
    r->got |= retry ? REPLY_RETRY : REPLY_HELLO;
    r->encrypted = !retry && r->version >= 0x0304;
    return true;
}

/* What a HelloRetryRequest said is forgotten when the ServerHello follows. */
static bool hello_take(struct reply *r, struct reader m)
{
    struct reply next = *r;
    next.extensions = 0;
    next.group = 0;
    if (!hello_read(&next, m))
        return reply_broken(r, "its ServerHello has lengths or values that do not fit");
    if (r->got & REPLY_RETRY && !(next.got & REPLY_HELLO))
        return reply_broken(r, "it sends a second HelloRetryRequest");
    *r = next;
    return true;
}

/* --- ServerKeyExchange ----------------------------------------------------------------------- */

static int bits_of(struct reader number)
{
    while (number.left && !*number.p)
        reader_u8(&number);
    if (!number.left)
        return 0;
    int bits = 8 * (int)(number.left - 1);
    for (uint8_t top = *number.p; top; top >>= 1)
        bits++;
    return bits;
}

/* RFC 7919 appendix A: p = 2^n - 2^(n-64) + (floor(2^(n-130) e) + x) * 2^64 - 1: 64 ones, then the leading
 * bits of e with x added to their end, less one that is borrowed for the 64 ones at the end of p. */
static const struct prime { uint16_t group, bits; uint32_t x; } prime_table[] = {
    { 0x0100, 2048, 560316 }, { 0x0101, 3072, 2625351 }, { 0x0102, 4096, 5736041 },
    { 0x0103, 6144, 15705020 }, { 0x0104, 8192, 10965728 },
};
static const uint64_t e_bits[(8192 - 128) / 64] = { /* floor(2^(8192-130) e) */
    0xadf85458a2bb4a9a, 0xafdc5620273d3cf1, 0xd8b9c583ce2d3695, 0xa9e13641146433fb, 0xcc939dce249b3ef9,
    0x7d2fe363630c75d8, 0xf681b202aec4617a, 0xd3df1ed5d5fd6561, 0x2433f51f5f066ed0, 0x856365553ded1af3,
    0xb557135e7f57c935, 0x984f0c70e0e68b77, 0xe2a689daf3efe872, 0x1df158a136ade735, 0x30acca4f483a797a,
    0xbc0ab182b324fb61, 0xd108a94bb2c8e3fb, 0xb96adab760d7f468, 0x1d4f42a3de394df4, 0xae56ede76372bb19,
    0x0b07a7c8ee0a6d70, 0x9e02fce1cdf7e2ec, 0xc03404cd28342f61, 0x9172fe9ce98583ff, 0x8e4f1232eef28183,
    0xc3fe3b1b4c6fad73, 0x3bb5fcbc2ec22005, 0xc58ef1837d1683b2, 0xc6f34a26c1b2effa, 0x886b4238611fcfdc,
    0xde355b3b6519035b, 0xbc34f4def99c0238, 0x61b46fc9d6e6c907, 0x7ad91d2691f7f7ee, 0x598cb0fac186d91c,
    0xaefe130985139270, 0xb4130c93bc437944, 0xf4fd4452e2d74dd3, 0x64f2e21e71f54bff, 0x5cae82ab9c9df69e,
    0xe86d2bc522363a0d, 0xabc521979b0deada, 0x1dbf9a42d5c4484e, 0x0abcd06bfa53ddef, 0x3c1b20ee3fd59d7c,
    0x25e41d2b669e1ef1, 0x6e6f52c3164df4fb, 0x7930e9e4e58857b6, 0xac7d5f42d69f6d18, 0x7763cf1d55034004,
    0x87f55ba57e31cc7a, 0x7135c886efb4318a, 0xed6a1e012d9e6832, 0xa907600a918130c4, 0x6dc778f971ad0038,
    0x092999a333cb8b7a, 0x1a1db93d7140003c, 0x2a4ecea9f98d0acc, 0x0a8291cdcec97dcf, 0x8ec9b55a7f88a46b,
    0x4db5a851f44182e1, 0xc68a007e5e0dd902, 0x0bfd64b645036c7a, 0x4e677d2c38532a3a, 0x23ba4442caf53ea6,
    0x3bb454329b7624c8, 0x917bdd64b1c0fd4c, 0xb38e8c334c701c3a, 0xcdad0657fccfec71, 0x9b1f5c3e4e46041f,
    0x388147fb4cfdb477, 0xa52471f7a9a96910, 0xb855322edb6340d8, 0xa00ef092350511e3, 0x0abec1fff9e3a26e,
    0x7fb29f8c183023c3, 0x587e38da0077d9b4, 0x763e4e4b94b2bbc1, 0x94c6651e77caf992, 0xeeaac0232a281bf6,
    0xb3a739c122611682, 0x0ae8db5847a67cbe, 0xf9c9091b462d538c, 0xd72b03746ae77f5e, 0x62292c311562a846,
    0x505dc82db854338a, 0xe49f5235c95b9117, 0x8ccf2dd5cacef403, 0xec9d1810c6272b04, 0x5b3b71f9dc6b80d6,
    0x3fdd4a8e9adb1e69, 0x62a69526d43161c1, 0xa41d570d7938dad4, 0xa40e329ccff46aaa, 0x36ad004cf600c838,
    0x1e425a31d951ae64, 0xfdb23fcec9509d43, 0x687feb69edd1cc5e, 0x0b8cc3bdf64b10ef, 0x86b63142a3ab8829,
    0x555b2f747c932665, 0xcb2c0f1cc01bd702, 0x29388839d2af05e4, 0x54504ac78b758282, 0x2846c0ba35c35f5c,
    0x59160cc046fd8251, 0x541fc68c9c86b022, 0xbb7099876a460e74, 0x51a8a93109703fee, 0x1c217e6c3826e52c,
    0x51aa691e0e423cfc, 0x99e9e31650c1217b, 0x624816cdad9a95f9, 0xd5b8019488d9c0a0, 0xa1fe3075a577e231,
    0x83f81d4a3f2fa457, 0x1efc8ce0ba8a4fe8, 0xb6855dfe72b0a66e, 0xded2fbabfbe58a30, 0xfafabe1c5d71a87e,
    0x2f741ef8c1fe86fe, 0xa6bbfde530677f0d, 0x97d11d49f7a8443d, 0x0822e506a9f4614e, 0x011e2a94838ff88c,
    0xd68c8bb7c51eef6d,
};

static bool prime_is(const struct prime *p, const uint8_t *bytes)
{
    size_t end = p->bits / 8u - 8; /* of what e says */
    for (size_t i = 0; i < 8; i++)
        if (bytes[i] != 0xff || bytes[end + i] != 0xff)
            return false;
    uint32_t carry = p->x - 1;
    for (size_t i = end; i-- > 8; carry >>= 8) {
        carry += (uint8_t)(e_bits[(i - 8) / 8] >> (56 - 8 * (i % 8)));
        if (bytes[i] != (uint8_t)carry)
            return false;
    }
    return true;
}

static uint16_t prime_find(struct reader p)
{
    while (p.left && !*p.p)
        reader_u8(&p);
    for (size_t i = 0; i < sizeof prime_table / sizeof *prime_table; i++)
        if (p.left * 8 == prime_table[i].bits && prime_is(&prime_table[i], p.p))
            return prime_table[i].group;
    return 0;
}

static bool dh_read(struct reply *r, struct reader *m)
{
    struct reader p = reader_vector(m, 2);
    reader_vector(m, 2);
    reader_vector(m, 2);
    if (m->failed)
        return false;
    r->dh_bits = bits_of(p);
    r->dh_group = prime_find(p);
    return r->dh_bits > 0;
}

/* RFC 4492 section 5.4: named curves only are read to their end; *more says that a signature follows. */
static bool ecdh_read(struct reply *r, struct reader *m, bool *more)
{
    enum { EXPLICIT_PRIME = 1, EXPLICIT_CHAR2 = 2, NAMED = 3 };
    uint8_t kind = reader_u8(m);
    if (kind == EXPLICIT_PRIME || kind == EXPLICIT_CHAR2) {
        r->group = (uint16_t)(0xff00 + kind);
        *more = false;
        return !m->failed;
    }
    r->group = reader_u16(m);
    struct reader point = reader_vector(m, 1);
    return kind == NAMED && !m->failed && point.left;
}

static bool signature_read(struct reply *r, struct reader *m)
{
    if (r->version >= 0x0303)
        r->sigalg = reader_u16(m);
    reader_vector(m, 2);
    return reader_done(m);
}

/* What a suite's key exchange says here depends on the suite; of one nobody knows, and of those without
 * a group (export RSA, SRP), nothing is read. */
static bool key_exchange_read(struct reply *r, struct reader m)
{
    const struct suite *s = suite_find(r->suite);
    if (!s || (s->kx != KX_DHE && s->kx != KX_ECDHE))
        return true;
    bool more = s->auth != AUTH_ANON && s->auth != AUTH_PSK;
    if (s->auth == AUTH_PSK)
        reader_vector(&m, 2); /* the identity hint, RFC 4279 section 3 */
    if (s->kx == KX_DHE ? !dh_read(r, &m) : !ecdh_read(r, &m, &more))
        return false;
    return !more || signature_read(r, &m);
}

static bool key_exchange_take(struct reply *r, struct reader m)
{
    struct reply next = *r;
    if (!key_exchange_read(&next, m))
        return reply_broken(r, "its ServerKeyExchange has lengths or values that do not fit");
    *r = next;
    return true;
}

/* --- messages -------------------------------------------------------------------------------- */

static const struct message { uint8_t type; unsigned got; bool kept; } message_table[] = {
    { SERVER_HELLO, 0, true },
    { CERTIFICATE, REPLY_CERTIFICATE, false },
    { KEY_EXCHANGE, REPLY_KEY_EXCHANGE, true },
    { CERTIFICATE_REQUEST, REPLY_REQUEST, false },
    { HELLO_DONE, REPLY_DONE, false },
};

static const struct message *message_find(uint8_t type)
{
    for (size_t i = 0; i < sizeof message_table / sizeof *message_table; i++)
        if (message_table[i].type == type)
            return &message_table[i];
    return NULL;
}

static bool message_kept(const struct reply *r)
{
    uint8_t type = r->message_header[0];
    const struct message *m = message_find(type);
    return m && (m->kept || (type == CERTIFICATE && r->keep_certificate));
}

/* A message's header is complete: may it come now, and is it not too long? */
static bool message_begin(struct reply *r)
{
    struct reader h = reader_of(r->message_header, sizeof r->message_header);
    uint8_t type = reader_u8(&h);
    r->message_left = reader_u24(&h);
    const struct message *m = message_find(type);
    if (r->message_left > REPLY_MESSAGE_MAX) {
        r->end = REPLY_TOO_BIG;
        r->why = "a handshake message is longer than any server needs";
        return false;
    }
    if (++r->messages > MESSAGES_MAX)
        return reply_broken(r, "it sends handshake messages without end");
    if (m && type == SERVER_HELLO && r->got & REPLY_HELLO)
        return reply_broken(r, "it sends a second ServerHello");
    if (m && type != SERVER_HELLO && !(r->got & REPLY_HELLO))
        return reply_broken(r, "another handshake message comes before ServerHello");
    if (m && m->got & r->got)
        return reply_broken(r, "it sends the same handshake message twice");
    return true;
}

static bool message_end(struct reply *r)
{
    const struct message *m = message_find(r->message_header[0]);
    struct reader body = reader_of(r->message.data, r->message.len);
    bool fine = true;
    if (m && m->type == SERVER_HELLO)
        fine = hello_take(r, body);
    else if (m && m->type == KEY_EXCHANGE)
        fine = key_exchange_take(r, body);
    else if (m && m->type == CERTIFICATE && r->keep_certificate)
        buf_add(&r->certificate, body.p, body.left); /* has the same cap */
    if (fine && m)
        r->got |= m->got;
    r->message_header_len = 0;
    buf_free(&r->message);
    return fine;
}

/* Takes what belongs to one message at most; the number of bytes taken. */
static size_t message_feed(struct reply *r, const uint8_t *p, size_t n)
{
    size_t taken = 0;
    while (taken < n && r->message_header_len < sizeof r->message_header) {
        r->message_header[r->message_header_len++] = p[taken++];
        if (r->message_header_len == sizeof r->message_header && !message_begin(r))
            return taken;
    }
    if (r->message_header_len < sizeof r->message_header)
        return taken;
    size_t more = n - taken < r->message_left ? n - taken : r->message_left;
    if (message_kept(r))
        buf_add(&r->message, p + taken, more); /* message_begin looked at the cap */
    r->message_left -= (uint32_t)more;
    if (!r->message_left)
        message_end(r);
    return taken + more;
}

/* --- SSL 2.0 --------------------------------------------------------------------------------- */

/* draft-hickman-netscape-ssl-00 section 2.6. The certificate is kept as TLS sends it: in a list. */
static bool ssl2_read(struct reply *r, struct reader m)
{
    reader_take(&m, 2); /* type, session-id-hit */
    uint8_t kind = reader_u8(&m);
    uint16_t version = reader_u16(&m);
    uint16_t cert_len = reader_u16(&m), kinds_len = reader_u16(&m), id_len = reader_u16(&m);
    const uint8_t *cert = reader_take(&m, cert_len);
    reader_take(&m, kinds_len);
    reader_take(&m, id_len);
    if (!reader_done(&m) || version != 0x0002)
        return false;
    r->version = version;
    r->got |= REPLY_HELLO;
    if (!kind || !cert_len)
        return true;
    r->got |= REPLY_CERTIFICATE;
    uint32_t list = cert_len + 3u;
    uint8_t head[6] = { 0, (uint8_t)(list >> 8), (uint8_t)list, 0, (uint8_t)(cert_len >> 8), (uint8_t)cert_len };
    if (r->keep_certificate)
        return buf_add(&r->certificate, head, sizeof head) && buf_add(&r->certificate, cert, cert_len);
    return true;
}

static size_t ssl2_feed(struct reply *r, const uint8_t *p, size_t n)
{
    if (r->got & REPLY_HELLO)
        return n; /* what follows is encrypted */
    if (n > r->record_left)
        n = r->record_left;
    buf_add(&r->message, p, n); /* a record of SSL 2.0 is shorter than the cap */
    r->record_left -= n;
    if (!r->record_left) {
        if (!ssl2_read(r, reader_of(r->message.data, r->message.len)))
            reply_broken(r, "its SSL 2.0 SERVER-HELLO has lengths or values that do not fit");
        buf_free(&r->message);
    }
    return n;
}

static void ssl2_begin(struct reply *r)
{
    size_t length = (size_t)(r->header[0] & 0x7f) << 8 | r->header[1];
    if (r->header[2] == SSL2_ERROR) {
        reply_broken(r, "it answers with an error of SSL 2.0");
        return;
    }
    r->ssl2 = true;
    r->record_left = length - 3;
    buf_add(&r->message, r->header + 2, 3);
}

/* --- records --------------------------------------------------------------------------------- */

/* The header so far can be one of SSL 2.0: two bytes of length, then the message begins. */
static bool header_fits_ssl2(const uint8_t *h, size_t n)
{
    if (!(h[0] & 0x80))
        return false;
    size_t length = n > 1 ? (size_t)(h[0] & 0x7f) << 8 | h[1] : 0;
    if (n > 2 && h[2] == SSL2_ERROR)
        return length == 3;
    if (n > 2 && (h[2] != SSL2_SERVER_HELLO || length < 11))
        return false;
    return (n < 4 || h[3] <= 1) && (n < 5 || h[4] <= 1); /* session-id-hit, kind of certificate */
}

static bool header_fits(const uint8_t *h, size_t n)
{
    if (h[0] < RECORD_CHANGE || h[0] > RECORD_HEARTBEAT)
        return false;
    if ((n > 1 && h[1] != 3) || (n > 2 && h[2] > 4))
        return false;
    return n < 5 || ((size_t)h[3] << 8 | h[4]) <= RECORD_MAX;
}

static void record_begin(struct reply *r)
{
    r->record_left = (size_t)r->header[3] << 8 | r->header[4];
    if (!r->record)
        r->record = (uint16_t)(r->header[1] << 8 | r->header[2]);
    if (r->header[0] == RECORD_CHANGE && r->record_left != 1) {
        reply_broken(r, "its ChangeCipherSpec is not one byte long");
    } else if (!r->record_left) {
        r->header_len = 0;
        reply_idle(r);
    }
}

/* `record` is known from the first header on. */
static void header_feed(struct reply *r, uint8_t byte)
{
    r->header[r->header_len++] = byte;
    bool ssl2 = !r->record && header_fits_ssl2(r->header, r->header_len);
    if (!ssl2 && !header_fits(r->header, r->header_len)) {
        if (r->record)
            reply_broken(r, "after TLS records come bytes that are none");
        else
            r->end = REPLY_NOT_TLS;
    } else if (r->header_len == sizeof r->header) {
        if (ssl2)
            ssl2_begin(r);
        else
            record_begin(r);
    }
}

static size_t alert_feed(struct reply *r, const uint8_t *p)
{
    enum { WARNING = 1, FATAL = 2 };
    r->alert_part[r->alert_len++] = *p;
    if (r->alert_len < sizeof r->alert_part)
        return 1;
    r->alert_len = 0;
    if (r->alert_part[0] == FATAL) {
        r->end = REPLY_ALERT;
        r->alert = r->alert_part[1];
    } else if (r->alert_part[0] == WARNING) {
        r->warning = r->alert_part[1];
        reply_idle(r);
    } else {
        reply_broken(r, "its alert is neither a warning nor fatal");
    }
    return 1;
}

static size_t handshake_feed(struct reply *r, const uint8_t *p, size_t n)
{
    r->idle = 0;
    if (!r->encrypted)
        return message_feed(r, p, n);
    reply_broken(r, "a handshake message comes in clear where it must be encrypted");
    return n;
}

static size_t data_feed(struct reply *r, size_t n)
{
    if (!r->encrypted) {
        reply_broken(r, "encrypted data comes before the handshake got so far");
        return n;
    }
    r->idle = 0;
    r->got |= REPLY_CIPHERTEXT;
    r->ciphertext += n;
    return n;
}

/* TLS 1.3 lets a ChangeCipherSpec pass anywhere (RFC 8446 section 5); before, there can't be one yet. */
static size_t change_feed(struct reply *r, size_t n)
{
    if (r->got & REPLY_HELLO && r->version < 0x0304)
        reply_broken(r, "it changes to encryption before keys were exchanged");
    else
        reply_idle(r);
    return n;
}

static size_t payload_feed(struct reply *r, const uint8_t *p, size_t n)
{
    switch (r->header[0]) {
    case RECORD_CHANGE:
        return change_feed(r, n);
    case RECORD_ALERT:
        return alert_feed(r, p);
    case RECORD_HANDSHAKE:
        return handshake_feed(r, p, n);
    case RECORD_DATA:
        return data_feed(r, n);
    default:
        reply_broken(r, "a heartbeat comes during the handshake");
        return n;
    }
}

static size_t record_feed(struct reply *r, const uint8_t *p, size_t n)
{
    size_t taken = payload_feed(r, p, n < r->record_left ? n : r->record_left);
    r->record_left -= taken;
    if (!r->record_left)
        r->header_len = 0;
    return taken;
}

bool reply_feed(struct reply *r, const void *p, size_t n)
{
    const uint8_t *at = p;
    while (n && r->end == REPLY_GOING) {
        size_t taken = 1;
        if (r->ssl2)
            taken = ssl2_feed(r, at, n);
        else if (r->header_len < sizeof r->header)
            header_feed(r, *at);
        else
            taken = record_feed(r, at, n);
        at += taken;
        n -= taken;
    }
    return r->end == REPLY_GOING;
}
