/* bytes - see bytes.h. */
#include "src/base/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

struct reader reader_of(const void *p, size_t n)
{
    return (struct reader){ .p = p, .left = p ? n : 0 };
}

const uint8_t *reader_take(struct reader *r, size_t n)
{
    if (r->failed || n > r->left) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *p = r->p;
    if (n) /* nothing may be added to NULL, not even nothing */
        r->p += n;
    r->left -= n;
    return p;
}

static uint32_t reader_integer(struct reader *r, int bytes)
{
    const uint8_t *p = reader_take(r, (size_t)bytes);
    uint32_t v = 0;
    for (int i = 0; p && i < bytes; i++)
        v = v << 8 | p[i];
    return v;
}

uint8_t reader_u8(struct reader *r) { return (uint8_t)reader_integer(r, 1); }
uint16_t reader_u16(struct reader *r) { return (uint16_t)reader_integer(r, 2); }
uint32_t reader_u24(struct reader *r) { return reader_integer(r, 3); }
uint32_t reader_u32(struct reader *r) { return reader_integer(r, 4); }

struct reader reader_vector(struct reader *r, int prefix_bytes)
{
    uint32_t n = reader_integer(r, prefix_bytes);
    const uint8_t *p = reader_take(r, n);
    struct reader sub = reader_of(p, n);
    sub.failed = r->failed;
    return sub;
}

bool reader_done(const struct reader *r)
{
    return !r->failed && r->left == 0;
}

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){ .cap = cap };
}

bool buf_add(struct buf *b, const void *p, size_t n)
{
    if (n > b->cap - b->len)
        return false;
    if (n > b->room - b->len) {
        size_t room = b->room ? b->room : 256;
        while (room < b->len + n)
            room *= 2;
        b->room = room < b->cap ? room : b->cap;
        b->data = mem_array(b->data, b->room, 1);
    }
    if (n)
        memcpy(b->data + b->len, p, n);
    b->len += n;
    return true;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n > b->len)
        n = b->len;
    b->len -= n;
    if (b->len)
        memmove(b->data, b->data + n, b->len);
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ .cap = b->cap };
}

char *bytes_hex(const void *p, size_t n, size_t max)
{
    static const char digit[] = "0123456789abcdef";
    const uint8_t *u = p;
    size_t shown = n < max ? n : max;
    char *s = mem_array(NULL, shown * 2 + 4, 1);
    for (size_t i = 0; i < shown; i++) {
        s[2 * i] = digit[u[i] >> 4];
        s[2 * i + 1] = digit[u[i] & 15];
    }
    strcpy(s + 2 * shown, shown < n ? "..." : "");
    return s;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

uint8_t *bytes_unhex(const char *hex, size_t *n)
{
    size_t len = strlen(hex);
    if (len % 2)
        return NULL;
    uint8_t *out = mem_array(NULL, len / 2, 1);
    for (size_t i = 0; i < len / 2; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            free(out);
            return NULL;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    *n = len / 2;
    return out;
}
