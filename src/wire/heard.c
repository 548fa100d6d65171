/* heard - see heard.h. */
#include "src/wire/heard.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/names.h"
#include "src/wire/opening.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define RECORD_PLAIN_MAX 16384 /* RFC 8446 section 5.1 */
#define NAME_MAX_LEN 255       /* of a server_name that is taken for one; DNS allows 253 */

enum state { STATE_START, STATE_HEADER, STATE_BODY, STATE_SSL2 };
enum { RECORD_HEADER = 5, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, CLIENT_HELLO = 1, MESSAGE_HEADER = 4 };
enum { SSL2_HEADER = 2, SSL2_FIXED = 9, SSL2_MIN = 5 };
enum {
    EXT_SNI = 0, EXT_STATUS = 5, EXT_GROUPS = 10, EXT_POINTS = 11, EXT_SIGALGS = 13, EXT_ALPN = 16, EXT_PADDING = 21,
    EXT_TICKET = 35, EXT_PSK = 41, EXT_EARLY_DATA = 42, EXT_VERSIONS = 43, EXT_COOKIE = 44, EXT_PSK_MODES = 45,
    EXT_KEY_SHARE = 51, EXT_RENEGOTIATION = 65281
};

void heard_init(struct heard *h)
{
    *h = (struct heard){ .end = HEARD_GOING };
    buf_init(&h->raw, HEARD_BYTES_MAX);
    buf_init(&h->message, HEARD_MESSAGE_MAX);
}

void heard_free(struct heard *h)
{
    buf_free(&h->raw);
    buf_free(&h->message);
    free(h->lists);
    *h = (struct heard){ .end = HEARD_GOING };
}

static void end_broken(struct heard *h, const char *why)
{
    h->end = HEARD_BROKEN;
    h->why = why;
}

/* Against the rules, but still a hello: the first such thing counts. */
static void remark(struct heard *h, const char *why)
{
    if (!h->why)
        h->why = why;
}

/* --- the lists of a hello: one piece of memory, handed out from its beginning ------------------- */

struct arena { uint8_t *p; size_t left; };

static void *arena_take(struct arena *a, size_t n)
{
    n = (n + 7) & ~(size_t)7;
    if (n > a->left) /* arena_size counted wrong */
        abort();
    void *p = a->p;
    a->p += n;
    a->left -= n;
    return p;
}

/* Enough for a message of n bytes with so many extensions: a byte of it gets into one list only, which is at most
 * 4/3 times as long (cipher kinds; their suites take another 2/3), ends with 0 and is aligned. */
static size_t arena_size(size_t n, size_t extensions)
{
    return 2 * n + extensions * (sizeof(struct hello_extension) + sizeof(uint16_t) + 16) + 256;
}

struct parser {
    struct heard *h;
    struct arena arena;
    struct hello_extension *extra; /* room for all */
    uint16_t *order;
    bool raw;                      /* some type comes twice: then all bodies are kept as they are */
    size_t dropped;                /* bytes of the message that cannot be sent again */
};

/* --- bodies of extensions: true when hello.h writes the same from the field ----------------------- */

static bool list_read(struct parser *x, struct reader v, const uint16_t **out)
{
    if (v.failed || v.left % 2)
        return false;
    uint16_t *list = arena_take(&x->arena, v.left + 2), *end = list;
    bool whole = true;
    while (v.left) {
        uint16_t number = reader_u16(&v);
        x->h->grease |= number_is_grease(number);
        if (number)
            *end++ = number;
        else
            whole = false;
    }
    *end = 0;
    if (!*out)
        *out = list;
    return whole;
}

static bool body_list_read(struct parser *x, struct reader body, int prefix, const uint16_t **out)
{
    struct reader v = reader_vector(&body, prefix);
    return list_read(x, v, out) && reader_done(&body);
}

static bool groups_read(struct parser *x, struct reader body)
{
    return body_list_read(x, body, 2, &x->h->hello.groups);
}

static bool sigalgs_read(struct parser *x, struct reader body)
{
    return body_list_read(x, body, 2, &x->h->hello.sigalgs);
}

static bool versions_read(struct parser *x, struct reader body)
{
    return body_list_read(x, body, 1, &x->h->hello.versions);
}

static bool shares_read(struct parser *x, struct reader body)
{
    struct reader list = reader_vector(&body, 2);
    if (list.failed)
        return false;
    uint16_t *shares = arena_take(&x->arena, list.left + 2), *end = shares;
    bool same = reader_done(&body);
    while (list.left) {
        uint16_t group = reader_u16(&list);
        struct reader key = reader_vector(&list, 2);
        if (list.failed)
            return false;
        bool grease = number_is_grease(group);
        x->h->grease |= grease;
        same &= key.left && key.left == hello_share_size(group) && (!grease || *key.p == 0);
        if (group)
            *end++ = group;
        else
            same = false;
    }
    *end = 0;
    if (!x->h->hello.shares)
        x->h->hello.shares = shares;
    return same;
}

static bool plain(const struct reader *name, char but)
{
    for (size_t i = 0; i < name->left; i++)
        if (name->p[i] <= ' ' || name->p[i] >= 0x7f || name->p[i] == but)
            return false;
    return name->left > 0;
}

static bool sni_read(struct parser *x, struct reader body)
{
    struct reader list = reader_vector(&body, 2);
    uint8_t type = reader_u8(&list);
    struct reader name = reader_vector(&list, 2);
    if (list.failed || type || !plain(&name, '\0') || name.left > NAME_MAX_LEN) {
        x->h->sni_odd = true;
        return false;
    }
    char *sni = arena_take(&x->arena, name.left + 1);
    memcpy(sni, name.p, name.left);
    sni[name.left] = '\0';
    if (!x->h->hello.sni)
        x->h->hello.sni = sni;
    return reader_done(&list) && reader_done(&body);
}

static bool alpn_read(struct parser *x, struct reader body)
{
    struct reader list = reader_vector(&body, 2);
    char *alpn = arena_take(&x->arena, list.left + 1), *end = alpn;
    bool same = reader_done(&body) && list.left;
    while (same && list.left) {
        struct reader name = reader_vector(&list, 1);
        same = !list.failed && plain(&name, '+');
        if (!same)
            break;
        memcpy(end, name.p, name.left);
        end += name.left;
        *end++ = '+';
    }
    if (!same)
        return false;
    end[-1] = '\0';
    if (text_is(alpn, "none")) /* which means none to all who are told what to offer */
        return false;
    if (!x->h->hello.alpn)
        x->h->hello.alpn = alpn;
    return true;
}

/* What an extension's body is: read into a field, or always the same where hello.h has a bit for it. */
struct row {
    uint16_t type;
    bool (*read)(struct parser *x, struct reader body);
    const char *body;
    size_t n;
};
#define FIELD(number, function) { .type = number, .read = function }
#define FIXED(number, bytes) { .type = number, .body = bytes, .n = sizeof bytes - 1 }
static const struct row row_table[] = {
    FIELD(EXT_SNI, sni_read), FIELD(EXT_GROUPS, groups_read), FIELD(EXT_SIGALGS, sigalgs_read),
    FIELD(EXT_ALPN, alpn_read), FIELD(EXT_VERSIONS, versions_read), FIELD(EXT_KEY_SHARE, shares_read),
    FIXED(EXT_STATUS, "\1\0\0\0\0"), FIXED(EXT_POINTS, "\1\0"), FIXED(EXT_PSK_MODES, "\1\1"),
    FIXED(EXT_RENEGOTIATION, "\0"),
};

static const struct { uint16_t type; unsigned once; } once_table[] = {
    { EXT_PSK, HEARD_PSK }, { EXT_COOKIE, HEARD_COOKIE }, { EXT_EARLY_DATA, HEARD_EARLY_DATA },
};

/* The bit of one that is left out; 0: it is not. */
static unsigned once_of(uint16_t type)
{
    for (size_t i = 0; i < COUNT(once_table); i++)
        if (once_table[i].type == type)
            return once_table[i].once;
    return 0;
}

static bool body_same(struct parser *x, uint16_t type, struct reader body)
{
    for (size_t i = 0; i < COUNT(row_table); i++) {
        const struct row *row = &row_table[i];
        if (row->type == type && row->read)
            return row->read(x, body);
        if (row->type == type)
            return body.left == row->n && memcmp(body.p, row->body, row->n) == 0;
    }
    return body.left == 0;
}

/* All zeroes, and a byte at least: hello.h never writes an empty one. */
static bool padding_same(const struct parser *x, struct reader body)
{
    size_t zeroes = 0;
    while (zeroes < body.left && body.p[zeroes] == 0)
        zeroes++;
    return body.left && zeroes == body.left && !x->raw;
}

static void extension_read(struct parser *x, uint16_t type, struct reader body)
{
    struct hello *hello = &x->h->hello;
    unsigned once = once_of(type);
    if (once) {
        x->h->once |= once;
        x->dropped += 4 + body.left;
        return;
    }
    x->h->grease |= number_is_grease(type);
    x->order[hello->order_count++] = type;
    if (type == EXT_TICKET && body.left) {
        x->h->once |= HEARD_TICKET;
        x->dropped += body.left;
        body.left = 0;
    }
    bool padding = type == EXT_PADDING;
    if (padding && padding_same(x, body))
        hello->size = x->h->size;
    else if (padding || !body_same(x, type, body) || x->raw)
        x->extra[hello->extra_count++] = (struct hello_extension){ .type = type, .p = body.p, .n = body.left };
}

/* Their number; `twice` where a type comes more than once, `raw` where such a one is kept. */
static size_t extensions_count(struct reader *block, bool *twice, bool *raw)
{
    uint8_t seen[65536 / 8] = { 0 };
    size_t n = 0;
    for (; block->left && !block->failed; n++) {
        uint16_t type = reader_u16(block);
        reader_vector(block, 2);
        bool again = seen[type / 8] >> type % 8 & 1;
        *twice |= again;
        *raw |= again && !once_of(type);
        seen[type / 8] |= (uint8_t)(1 << type % 8);
    }
    return n;
}

static bool extensions_read(struct parser *x, struct reader block)
{
    struct hello *hello = &x->h->hello;
    struct reader walk = block;
    bool twice = false;
    size_t n = extensions_count(&walk, &twice, &x->raw);
    if (walk.failed)
        return false;
    size_t room = arena_size(x->h->message.len, n);
    x->arena = (struct arena){ .p = mem_array(NULL, room, 1), .left = room };
    x->h->lists = x->arena.p;
    x->extra = arena_take(&x->arena, n * sizeof *x->extra);
    x->order = arena_take(&x->arena, n * sizeof *x->order);
    uint16_t type = 0;
    while (block.left) {
        if (type == EXT_PSK)
            remark(x->h, "pre_shared_key is not its last extension");
        type = reader_u16(&block);
        extension_read(x, type, reader_vector(&block, 2));
    }
    hello->order = x->order;
    hello->extra = hello->extra_count ? x->extra : NULL;
    if (hello->size)
        hello->size -= x->dropped;
    if (twice)
        remark(x->h, "an extension comes twice in it");
    return true;
}

/* --- what versions it can agree on ---------------------------------------------------------------- */

/* The lowest version that any of the suites may be used in. */
static uint16_t suites_since(const uint16_t *suites)
{
    uint16_t since = UINT16_MAX;
    for (; *suites; suites++) {
        const struct suite *s = suite_is_signal(*suites) ? NULL : suite_find(*suites);
        if (s && s->since < since)
            since = s->since;
    }
    return since == UINT16_MAX ? 0 : since;
}

static void range_by_list(struct heard *h)
{
    for (const uint16_t *v = h->hello.versions; *v; v++) {
        if (!version_find(*v))
            continue;
        if (!h->min || *v < h->min)
            h->min = *v;
        if (*v > h->max)
            h->max = *v;
    }
}

static void range_set(struct heard *h)
{
    const struct hello *hello = &h->hello;
    if (hello->versions)
        range_by_list(h);
    if (h->max)
        return;
    uint16_t oldest = hello->ssl2_form || hello->record == 0x0300 ? 0x0300 : 0x0301;
    uint16_t since = suites_since(hello->suites);
    h->max = hello->version < 0x0303 ? hello->version : 0x0303; /* TLS 1.3 is agreed on by supported_versions alone */
    h->min = since > oldest ? since : oldest;
    if (h->min > h->max)
        h->min = h->max;
}

/* --- the message ---------------------------------------------------------------------------------- */

static void suites_read(struct parser *x, struct reader v)
{
    if (!v.left)
        remark(x->h, "it offers no cipher suite");
    if (!list_read(x, v, &x->h->hello.suites))
        remark(x->h, "it offers suite 0x0000, which stands for no protection and may not be agreed on");
}

static void methods_read(struct parser *x, struct reader v)
{
    bool null = v.left && memchr(v.p, 0, v.left);
    if (!null)
        remark(x->h, "it does not offer the null compression method");
    if (v.left == 1 && null)
        return;
    uint8_t *methods = arena_take(&x->arena, v.left);
    if (v.left)
        memcpy(methods, v.p, v.left);
    x->h->hello.compressions = methods;
    x->h->hello.compression_count = v.left;
}

/* What is wrong with it, or NULL. */
static const char *message_read(struct heard *h)
{
    struct parser x = { .h = h };
    struct reader r = reader_of(h->message.data + MESSAGE_HEADER, h->message.len - MESSAGE_HEADER);
    struct hello *hello = &h->hello;
    h->size = h->message.len;
    hello->version = reader_u16(&r);
    const uint8_t *random = reader_take(&r, sizeof h->random);
    struct reader session = reader_vector(&r, 1), suites = reader_vector(&r, 2), methods = reader_vector(&r, 1);
    bool block = r.left > 0;
    struct reader extensions = block ? reader_vector(&r, 2) : r;
    if (!random || suites.failed || methods.failed)
        return "its hello is shorter than the lengths in it say";
    if (hello->version < 0x0300)
        return "its hello asks for a version below SSL 3.0";
    if (session.left > 32)
        return "its session id has more than 32 bytes";
    if (suites.left % 2)
        return "its list of cipher suites ends in the middle of one";
    if (extensions.failed)
        return "its extensions are shorter than their length says";
    if (r.left)
        return "bytes follow its extensions";
    memcpy(h->random, random, sizeof h->random);
    hello->session_id = (uint8_t)session.left;
    if (!extensions_read(&x, extensions))
        return "an extension is longer than the room there is for it";
    if (block && !extensions.left)
        hello->with |= HELLO_BLOCK;
    suites_read(&x, suites);
    methods_read(&x, methods);
    range_set(h);
    return NULL;
}

static void message_end(struct heard *h)
{
    const char *why = message_read(h);
    if (why) {
        end_broken(h, why);
        return;
    }
    h->end = HEARD_HELLO;
    size_t records = (size_t)h->records;
    if (h->uneven || h->size > h->record_first * records)
        h->hello.record_size = (h->size + records - 1) / records;
    else if (records > 1 && h->record_first < RECORD_PLAIN_MAX)
        h->hello.record_size = h->record_first;
    if (h->record_left)
        remark(h, "its record goes on behind the hello");
}

/* --- SSL 2.0's form -------------------------------------------------------------------------------- */

static void kinds_read(struct heard *h, struct reader kinds)
{
    size_t n = kinds.left / 3, room = arena_size(h->message.len, 0);
    struct arena arena = { .p = mem_array(NULL, room, 1), .left = room };
    h->lists = arena.p;
    uint32_t *kind = arena_take(&arena, n * sizeof *kind);
    uint16_t *suite = arena_take(&arena, (n + 1) * sizeof *suite), *end = suite;
    for (size_t i = 0; i < n; i++) {
        kind[i] = reader_u24(&kinds);
        if (kind[i] && kind[i] <= UINT16_MAX)
            *end++ = (uint16_t)kind[i];
        if (kind[i] > UINT16_MAX)
            h->min = 0x0002;
    }
    *end = 0;
    h->hello.kinds = kind;
    h->hello.kind_count = n;
    h->hello.suites = suite;
}

static const char *ssl2_read(struct heard *h)
{
    struct reader r = reader_of(h->message.data, h->message.len);
    struct hello *hello = &h->hello;
    reader_u8(&r);
    hello->version = reader_u16(&r);
    uint16_t kinds_size = reader_u16(&r), session_size = reader_u16(&r), challenge_size = reader_u16(&r);
    struct reader kinds = reader_of(reader_take(&r, kinds_size), kinds_size);
    reader_take(&r, session_size);
    const uint8_t *challenge = reader_take(&r, challenge_size);
    if (!reader_done(&r))
        return "the lengths in its hello of SSL 2.0's form do not add up";
    if (kinds_size == 0 || kinds_size % 3)
        return "its cipher kinds are not of three bytes each";
    if (session_size > 32)
        return "its session id has more than 32 bytes";
    if (challenge_size < 16 || challenge_size > sizeof h->random)
        return "its challenge has not 16 to 32 bytes";
    memcpy(h->random + sizeof h->random - challenge_size, challenge, challenge_size);
    hello->ssl2_form = true;
    hello->session_id = (uint8_t)session_size;
    hello->challenge = challenge_size == sizeof h->random ? 0 : (uint8_t)challenge_size;
    kinds_read(h, kinds);
    uint16_t least = h->min;
    if (hello->version > 0x0002)
        range_set(h);
    else
        h->max = 0x0002;
    if (least || hello->version == 0x0002)
        h->min = 0x0002;
    return NULL;
}

static void ssl2_end(struct heard *h)
{
    h->records = 1;
    h->size = h->message.len + SSL2_HEADER;
    const char *why = ssl2_read(h);
    if (why)
        end_broken(h, why);
    else
        h->end = HEARD_HELLO;
}

/* --- records --------------------------------------------------------------------------------------- */

static void record_begin(struct heard *h)
{
    const uint8_t *p = h->raw.data + h->raw.len - RECORD_HEADER;
    h->content = p[0];
    h->header = 0;
    h->record_left = (size_t)p[3] << 8 | p[4];
    bool first = !h->message.len;
    if (p[1] != 3)
        end_broken(h, "what follows its first record is none");
    else if (h->content != RECORD_HANDSHAKE && !first)
        end_broken(h, "something else comes in the middle of its hello");
    else if (h->content != RECORD_HANDSHAKE && h->content != RECORD_ALERT)
        end_broken(h, "it begins in the middle of a connection, not with a hello");
    else if (h->content == RECORD_ALERT && h->record_left != 2)
        end_broken(h, "its alert has not two bytes");
    else if (h->record_left > RECORD_PLAIN_MAX)
        end_broken(h, "a record claims more than 16384 bytes");
    if (h->end != HEARD_GOING)
        return;
    if (first)
        h->hello.record = (uint16_t)(p[1] << 8 | p[2]);
    if (h->record_left == 0)
        remark(h, "it sends empty records");
    else if (h->content == RECORD_HANDSHAKE && h->records++ == 0)
        h->record_first = h->record_left;
    else if (h->content == RECORD_HANDSHAKE)
        h->uneven |= h->message.len != h->record_first * ((size_t)h->records - 1);
    h->state = h->record_left ? STATE_BODY : STATE_HEADER;
}

/* The bytes of the message with its header, as far as that is known: its type is looked at first. */
static size_t message_size(const struct heard *h)
{
    const uint8_t *p = h->message.data;
    if (h->message.len == 0)
        return 1;
    if (h->message.len < MESSAGE_HEADER)
        return MESSAGE_HEADER;
    return MESSAGE_HEADER + ((size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
}

static void body_look(struct heard *h)
{
    if (h->content == RECORD_ALERT) {
        if (h->record_left)
            return;
        h->end = HEARD_ALERT;
        h->alert = h->message.data[1];
        return;
    }
    if (h->message.data[0] != CLIENT_HELLO)
        end_broken(h, "its first message is no ClientHello");
    else if (message_size(h) > HEARD_MESSAGE_MAX) {
        h->end = HEARD_TOO_BIG;
        h->why = "its hello claims more than 64 KB";
    } else if (h->message.len >= MESSAGE_HEADER && h->message.len == message_size(h))
        message_end(h);
    else if (!h->record_left)
        h->state = STATE_HEADER;
}

/* --- the beginning --------------------------------------------------------------------------------- */

static bool ssl2_version(uint8_t major, uint8_t minor)
{
    return major == 3 || (major == 0 && minor == 2);
}

static void ssl2_begin(struct heard *h)
{
    const uint8_t *p = h->raw.data;
    size_t size = (size_t)(p[0] & 0x7f) << 8 | p[1], have = SSL2_MIN - SSL2_HEADER;
    if (size < SSL2_FIXED) {
        end_broken(h, "its hello of SSL 2.0's form is too short to be one");
        return;
    }
    h->state = STATE_SSL2;
    h->record_left = size - have;
    buf_add(&h->message, p + SSL2_HEADER, have);
}

/* How the bytes so far look: a record, SSL 2.0's CLIENT-HELLO with a header of two bytes, something else, or too
 * few to tell (then `state` stays). */
static void start_look(struct heard *h)
{
    const uint8_t *p = h->raw.data;
    size_t n = h->raw.len;
    bool record = p[0] >= 20 && p[0] <= 24 && (n < 2 || p[1] == 3);
    bool ssl2 = p[0] & 0x80 && (n < 3 || p[2] == CLIENT_HELLO) && (n < 4 || p[3] == 3 || p[3] == 0) &&
                (n < SSL2_MIN || ssl2_version(p[3], p[4]));
    if (record && n == 2) {
        h->state = STATE_HEADER;
        h->header = 2;
    }
    if (ssl2 && n == SSL2_MIN)
        ssl2_begin(h);
    if (record || ssl2)
        return;
    struct opening o = opening_look(p, n);
    if (o.kind == OPENING_SHORT)
        return;
    h->end = HEARD_NOT_TLS;
    h->protocol = o.protocol;
}

/* How many bytes can be taken before something has to be looked at. */
static size_t piece_size(const struct heard *h)
{
    switch (h->state) {
    case STATE_HEADER:
        return RECORD_HEADER - h->header;
    case STATE_BODY:
        if (h->content == RECORD_HANDSHAKE && message_size(h) - h->message.len < h->record_left)
            return message_size(h) - h->message.len;
        return h->record_left;
    case STATE_SSL2:
        return h->record_left;
    default:
        return 1;
    }
}

static void piece_take(struct heard *h, const uint8_t *p, size_t n)
{
    buf_add(&h->raw, p, n);
    if (h->state == STATE_BODY || h->state == STATE_SSL2) {
        buf_add(&h->message, p, n);
        h->record_left -= n;
    }
    if (h->state == STATE_START)
        start_look(h);
    else if (h->state == STATE_BODY)
        body_look(h);
    else if (h->state == STATE_SSL2 && !h->record_left)
        ssl2_end(h);
    else if (h->state == STATE_HEADER && (h->header = (uint8_t)(h->header + n)) == RECORD_HEADER)
        record_begin(h);
}

bool heard_feed(struct heard *h, const void *p, size_t n)
{
    const uint8_t *from = p;
    while (n && h->end == HEARD_GOING) {
        size_t most = piece_size(h), room = HEARD_BYTES_MAX - h->raw.len, piece = most < n ? most : n;
        if (room == 0) {
            h->end = HEARD_TOO_BIG;
            h->why = "its hello is cut into so many records that it has more than 80 KB";
            break;
        }
        piece = piece < room ? piece : room;
        piece_take(h, from, piece);
        from += piece;
        n -= piece;
    }
    h->rest = n;
    return h->end == HEARD_GOING;
}

void heard_forget_body(struct heard *h, uint16_t type)
{
    struct hello_extension *extra = (struct hello_extension *)h->hello.extra; /* in h->lists */
    size_t n = 0;
    for (size_t i = 0; i < h->hello.extra_count; i++)
        if (extra[i].type != type)
            extra[n++] = extra[i];
    h->hello.extra_count = n;
}

/* --- as a client ------------------------------------------------------------------------------------ */

static bool order_has(const struct hello *hello, uint16_t type)
{
    for (size_t i = 0; i < hello->order_count; i++)
        if (hello->order[i] == type)
            return true;
    return false;
}

struct client heard_client(const struct heard *h, const char *name, const char *title)
{
    const struct hello *hello = &h->hello;
    return (struct client){
        .name = name, .title = title, .recorded = true, .source = "its ClientHello, as it was heard",
        .min = h->min < 0x0300 && h->max >= 0x0300 ? 0x0300 : h->min, .max = h->max,
        .suites = hello->suites, .groups = hello->groups, .sigalgs = hello->sigalgs,
        .versions = hello->versions, .shares = hello->shares, .alpn = hello->alpn,
        .order = hello->order, .order_count = hello->order_count,
        .body = hello->extra, .body_count = hello->extra_count,
        .compressions = hello->compressions, .compression_count = hello->compression_count,
        .record = hello->record, .session_id = hello->session_id, .size = hello->size,
        .record_size = hello->record_size, .ssl2_form = hello->ssl2_form, .challenge = hello->challenge,
        .kinds = hello->kinds, .kind_count = hello->kind_count,
        .traits = order_has(hello, EXT_SNI) ? 0 : CLIENT_NO_SNI,
    };
}

/* --- fingerprints ------------------------------------------------------------------------------------ */

/* A hello once more, as far as fingerprints look at it, from its own bytes: all extensions, none left out. */
struct print {
    uint16_t version;
    struct reader suites, block;
};

static struct print print_of(const struct heard *h)
{
    struct reader r = reader_of(h->message.data, h->message.len);
    struct print p = { 0 };
    if (h->end != HEARD_HELLO || h->hello.ssl2_form)
        return p;
    reader_take(&r, MESSAGE_HEADER);
    p.version = reader_u16(&r);
    reader_take(&r, sizeof h->random);
    reader_vector(&r, 1);
    p.suites = reader_vector(&r, 2);
    reader_vector(&r, 1);
    p.block = reader_vector(&r, 2);
    return p;
}

/* The body of the first extension of this type; empty and failed where there is none. */
static struct reader body_find(struct reader block, uint16_t type)
{
    while (block.left) {
        bool found = reader_u16(&block) == type;
        struct reader body = reader_vector(&block, 2);
        if (found)
            return body;
    }
    return (struct reader){ .failed = true };
}

static void ja3_add(struct text *out, bool *some, uint16_t number)
{
    if (!number_is_grease(number))
        text_addf(out, "%s%u", *some ? "-" : "", number);
    *some |= !number_is_grease(number);
}

static void ja3_list(struct text *out, struct reader v)
{
    bool some = false;
    while (v.left > 1)
        ja3_add(out, &some, reader_u16(&v));
    text_add(out, ",");
}

static void ja3_types(struct text *out, struct reader block)
{
    bool some = false;
    while (block.left) {
        ja3_add(out, &some, reader_u16(&block));
        reader_vector(&block, 2);
    }
    text_add(out, ",");
}

void heard_ja3(const struct heard *h, struct text *out)
{
    struct print p = print_of(h);
    if (!p.version)
        return;
    text_addf(out, "%u,", p.version);
    ja3_list(out, p.suites);
    ja3_types(out, p.block);
    struct reader groups = body_find(p.block, EXT_GROUPS), points = body_find(p.block, EXT_POINTS);
    ja3_list(out, reader_vector(&groups, 2));
    points = reader_vector(&points, 1);
    for (bool first = true; points.left; first = false)
        text_addf(out, "%s%u", first ? "" : "-", reader_u8(&points));
}

/* At most n numbers from a list of bytes, without GREASE. */
static size_t numbers_read(struct reader v, uint16_t *out)
{
    size_t n = 0;
    while (v.left > 1) {
        uint16_t number = reader_u16(&v);
        if (!number_is_grease(number))
            out[n++] = number;
    }
    return n;
}

static size_t types_read(struct reader block, uint16_t *out)
{
    size_t n = 0;
    while (block.left) {
        uint16_t type = reader_u16(&block);
        reader_vector(&block, 2);
        if (!number_is_grease(type))
            out[n++] = type;
    }
    return n;
}

static int number_compare(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void ja4_list(struct text *out, const uint16_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_addf(out, "%s%04x", i ? "," : "", list[i]);
}

static const char *ja4_version(struct print p)
{
    static const struct { uint16_t number; const char *word; } row[] = {
        { 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" }, { 0x0301, "10" }, { 0x0300, "s3" },
    };
    struct reader body = body_find(p.block, EXT_VERSIONS), list = reader_vector(&body, 1);
    uint16_t highest = 0;
    while (list.left > 1) {
        uint16_t version = reader_u16(&list);
        if (!number_is_grease(version) && version > highest)
            highest = version;
    }
    for (size_t i = 0; i < COUNT(row); i++)
        if (row[i].number == (highest ? highest : p.version))
            return row[i].word;
    return "00";
}

static bool alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last character of the first protocol, of its hex digits where one of the two is neither letter nor
 * digit. */
static void ja4_alpn(struct text *out, struct reader block)
{
    static const char digit[] = "0123456789abcdef";
    struct reader body = body_find(block, EXT_ALPN), list = reader_vector(&body, 2), name = reader_vector(&list, 1);
    char two[3] = "00";
    if (name.left) {
        uint8_t first = name.p[0], last = name.p[name.left - 1];
        bool text = alphanumeric(first) && alphanumeric(last);
        two[0] = text ? (char)first : digit[first >> 4];
        two[1] = text ? (char)last : digit[last & 15];
    }
    text_add(out, two);
}

void heard_ja4(const struct heard *h, struct text *a, struct text *b, struct text *c)
{
    struct print p = print_of(h);
    if (!p.version)
        return;
    uint16_t *numbers = mem_array(NULL, h->message.len / 2 + 1, sizeof *numbers);
    size_t suites = numbers_read(p.suites, numbers);
    qsort(numbers, suites, sizeof *numbers, number_compare);
    ja4_list(b, numbers, suites);
    size_t types = types_read(p.block, numbers), kept = 0;
    text_addf(a, "t%s%c%02zu%02zu", ja4_version(p), body_find(p.block, EXT_SNI).failed ? 'i' : 'd',
              suites < 99 ? suites : 99, types < 99 ? types : 99);
    ja4_alpn(a, p.block);
    for (size_t i = 0; i < types; i++)
        if (numbers[i] != EXT_SNI && numbers[i] != EXT_ALPN)
            numbers[kept++] = numbers[i];
    qsort(numbers, kept, sizeof *numbers, number_compare);
    ja4_list(c, numbers, kept);
    struct reader sigalgs = body_find(p.block, EXT_SIGALGS);
    size_t n = numbers_read(reader_vector(&sigalgs, 2), numbers);
    if (n)
        text_add(c, "_");
    ja4_list(c, numbers, n);
    free(numbers);
}
