/* bytes - bounded reading and bounded collecting of bytes from outside.
 *
 * Owns: the only two ways network bytes are handled: a reader that can't leave its window, and a
 * buffer that can't outgrow its cap.
 * Must not know: what the bytes mean.
 *
 * A reader that was asked for more than it has is `failed`, hands out zeroes and NULL from then on,
 * and stays failed; so a parser may read a whole structure and look at `failed` once.
 */
#ifndef TLSWHY_BASE_BYTES_H
#define TLSWHY_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *p; /* lent; the next unread byte */
    size_t left;
    bool failed;
};

struct reader reader_of(const void *p, size_t n);
uint8_t reader_u8(struct reader *r);   /* integers are big-endian, as on the wire */
uint16_t reader_u16(struct reader *r);
uint32_t reader_u24(struct reader *r);
uint32_t reader_u32(struct reader *r);
/* The next n bytes, or NULL (and failed) when there are fewer. */
const uint8_t *reader_take(struct reader *r, size_t n);
/* A vector with a length prefix of 1, 2 or 3 bytes (RFC 8446 section 3.4); empty and failed when cut. */
struct reader reader_vector(struct reader *r, int prefix_bytes);
/* Everything was read and nothing was missing. */
bool reader_done(const struct reader *r);

struct buf {
    uint8_t *data; /* owned; NULL while empty */
    size_t len;
    size_t room;   /* allocated */
    size_t cap;    /* never holds more than this */
};

void buf_init(struct buf *b, size_t cap);
/* False when the cap would be passed; what was there stays. */
bool buf_add(struct buf *b, const void *p, size_t n);
void buf_drop(struct buf *b, size_t n); /* forgets the first n bytes (at most len) */
void buf_free(struct buf *b);

/* Lower-case hex, owned by the caller; at most `max` bytes of p, then "..." . */
char *bytes_hex(const void *p, size_t n, size_t max);
/* The bytes of an even-length hex string, NULL when it is not one; *n is their number. */
uint8_t *bytes_unhex(const char *hex, size_t *n);

#endif
