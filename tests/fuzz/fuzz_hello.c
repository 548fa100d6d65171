/* fuzz_hello - fuzz target of writing a ClientHello: whatever is to be offered, either nothing is written or
 * records that hold one message together, whose lengths agree down to each extension.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

enum { LISTS = 5, LIST_MAX = 300 };
struct input {
    uint16_t list[LISTS][LIST_MAX + 1];
    char sni[256], alpn[256];
    uint16_t order[LIST_MAX];
    uint32_t kinds[LIST_MAX];
    struct hello_extension extra[2];
    struct hello h;
};

/* A list of numbers, none of them 0; a first byte of 0 is no list. */
static const uint16_t *list_read(struct reader *r, uint16_t list[LIST_MAX + 1])
{
    size_t n = reader_u8(r);
    size_t repeat = n > 200 ? 6 : 1;
    size_t count = 0;
    for (size_t i = 1; i < n && !r->failed; i++)
        for (size_t k = 0, number = reader_u16(r); k < repeat && number && count < LIST_MAX; k++)
            list[count++] = (uint16_t)number;
    list[count] = 0;
    return n ? list : NULL;
}

static const char *text_read(struct reader *r, char text[256])
{
    struct reader v = reader_vector(r, 1);
    if (!v.left)
        return NULL;
    memcpy(text, v.p, v.left);
    text[v.left] = '\0';
    return text;
}

/* Flags say which of an order, cipher kinds, compression methods and a body that looks random there are. */
static void more_read(struct input *in, struct reader *r)
{
    uint8_t flags = reader_u8(r);
    in->h.session_id = reader_u8(r) & 31;
    in->h.challenge = flags & 8 ? 16 : 0;
    in->h.ssl2_form = flags & 1;
    if (flags & 2) {
        in->h.kinds = in->kinds;
        for (size_t n = reader_u8(r); in->h.kind_count < n; in->h.kind_count++)
            in->kinds[in->h.kind_count] = reader_u24(r);
    }
    if (flags & 4) {
        struct reader methods = reader_vector(r, 1);
        in->h.compressions = methods.p;
        in->h.compression_count = methods.left;
    }
    if (flags & 16 && in->h.extra_count)
        in->extra[in->h.extra_count++] = (struct hello_extension){ .type = reader_u16(r), .n = reader_u8(r) };
    if (flags & 32) {
        in->h.order = in->order;
        for (size_t n = reader_u8(r); in->h.order_count < n; in->h.order_count++)
            in->order[in->h.order_count] = reader_u16(r);
    }
}

static void input_read(struct input *in, struct reader *r)
{
    memset(in, 0, sizeof *in);
    in->h.version = reader_u16(r);
    in->h.with = reader_u16(r);
    in->h.record_size = reader_u16(r);
    in->h.size = reader_u24(r);
    in->h.seed = reader_u32(r);
    in->h.suites = list_read(r, in->list[0]);
    in->h.groups = list_read(r, in->list[1]);
    in->h.sigalgs = list_read(r, in->list[2]);
    in->h.versions = list_read(r, in->list[3]);
    in->h.shares = list_read(r, in->list[4]);
    in->h.sni = text_read(r, in->sni);
    in->h.alpn = text_read(r, in->alpn);
    struct reader body = reader_vector(r, 2);
    in->extra[0] = (struct hello_extension){ .type = reader_u16(r), .p = body.p, .n = body.left };
    in->h.extra = in->extra;
    in->h.extra_count = body.left ? 1 : 0;
    if (!in->h.suites)
        in->h.suites = in->list[0];
    if (r->left)
        more_read(in, r);
}

static size_t records_join(const struct buf *out, struct buf *message)
{
    struct reader r = reader_of(out->data, out->len);
    size_t records = 0;
    for (; r.left; records++) {
        must(reader_u8(&r) == 22 && reader_u16(&r) >> 8 == 3);
        struct reader body = reader_vector(&r, 2);
        must(!r.failed && body.left && body.left <= 16384 && buf_add(message, body.p, body.left));
    }
    return records;
}

static void message_check(const struct buf *message, const struct hello *h)
{
    struct reader r = reader_of(message->data, message->len);
    must(reader_u8(&r) == 1);
    struct reader m = reader_vector(&r, 3);
    must(reader_done(&r) && reader_u16(&m) == h->version);
    reader_take(&m, 32);
    struct reader session = reader_vector(&m, 1), suites = reader_vector(&m, 2), methods = reader_vector(&m, 1);
    must(!m.failed && session.left == h->session_id && suites.left % 2 == 0);
    must(methods.left == (h->compressions ? h->compression_count : 1));
    struct reader exts = m.left ? reader_vector(&m, 2) : m;
    must(reader_done(&m));
    size_t last = 1, count = 0;
    for (; exts.left; count++) {
        reader_u16(&exts);
        last = reader_vector(&exts, 2).left;
    }
    must(!exts.failed && (last > 0 || h->order));
    must(!h->order || count <= h->order_count + h->extra_count + 1);
    must((h->version <= 0x0300 && !h->order) || message->len >= h->size);
}

static void form_check(const struct buf *out)
{
    struct reader r = reader_of(out->data, out->len);
    uint16_t length = reader_u16(&r);
    must(length & 0x8000 && (length & 0x7fff) == r.left && reader_u8(&r) == 1);
    reader_u16(&r);
    uint16_t kinds = reader_u16(&r), session = reader_u16(&r), challenge = reader_u16(&r);
    must(kinds % 3 == 0 && reader_take(&r, (size_t)kinds + session + challenge) && reader_done(&r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in;
    struct reader r = reader_of(data, size);
    input_read(&in, &r);
    struct buf out, again, message;
    buf_init(&out, HELLO_BYTES_MAX);
    buf_init(&again, HELLO_BYTES_MAX);
    buf_init(&message, HELLO_BYTES_MAX);
    bool done = hello_write(&in.h, &out);
    must(done == hello_write(&in.h, &again) && out.len == again.len);
    must(!out.len || memcmp(out.data, again.data, out.len) == 0);
    must(done == (out.len > 0));
    if (done && (in.h.version == 0x0002 || in.h.ssl2_form)) {
        form_check(&out);
    } else if (done) {
        must(records_join(&out, &message) > 0);
        message_check(&message, &in.h);
    }
    buf_free(&out);
    buf_free(&again);
    buf_free(&message);
    return 0;
}
