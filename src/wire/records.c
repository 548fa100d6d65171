/* records - see records.h. */
#include "src/wire/records.h"

#define SIZE_MAX_OF_RECORD (16384 + 2048) /* the most that any version allows, encrypted: RFC 5246 section 6.2.3 */

/* The header so far can be one. */
static bool header_fits(const uint8_t *h, size_t n)
{
    if (h[0] < RECORDS_CHANGE || h[0] > RECORDS_HEARTBEAT)
        return false;
    if ((n > 1 && h[1] != 3) || (n > 2 && h[2] > 4))
        return false;
    return n < 5 || ((size_t)h[3] << 8 | h[4]) <= SIZE_MAX_OF_RECORD;
}

static void header_take(struct records *r, uint8_t byte)
{
    r->header[r->header_len++] = byte;
    r->lost = !header_fits(r->header, r->header_len);
    if (r->header_len < sizeof r->header)
        return;
    r->left = (uint16_t)(r->header[3] << 8 | r->header[4]);
    r->now = (struct record){ .type = r->header[0], .size = r->left };
    r->first_len = 0;
}

static void body_take(struct records *r, const uint8_t **p, size_t *n)
{
    size_t some = *n < r->left ? *n : r->left;
    for (size_t i = 0; i < some && r->first_len < sizeof r->now.first; i++)
        r->now.first[r->first_len++] = (*p)[i];
    *p += some;
    *n -= some;
    r->left = (uint16_t)(r->left - some);
}

bool records_next(struct records *r, const uint8_t **p, size_t *n, struct record *out)
{
    while (!r->lost && (*n || (r->header_len == sizeof r->header && !r->left))) {
        if (r->header_len < sizeof r->header) {
            header_take(r, **p);
            ++*p;
            --*n;
            continue;
        }
        body_take(r, p, n);
        if (r->left)
            break;
        r->header_len = 0;
        r->count++;
        *out = r->now;
        return true;
    }
    if (r->lost)
        *n = 0;
    return false;
}

bool record_is_alert(const struct record *r)
{
    enum { WARNING = 1, FATAL = 2 };
    return r->type == RECORDS_ALERT && r->size == 2 && (r->first[0] == WARNING || r->first[0] == FATAL);
}
