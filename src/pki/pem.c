/* pem - see pem.h.
 *
 * A bundle of 140 CAs is read before every first handshake: this is one pass over the text.
 */
#include "src/pki/pem.h"

#include <string.h>

enum { B64_SKIP = 64, B64_STOP = 65 };

static void base64_table(uint8_t table[256])
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    memset(table, B64_STOP, 256);
    for (int i = 0; i < 64; i++)
        table[(uint8_t)digit[i]] = (uint8_t)i;
    for (const char *p = " \t\r\n\f\v"; *p; p++)
        table[(uint8_t)*p] = B64_SKIP;
}

/* As long as four digits stand together, which is nearly always. */
static const uint8_t *base64_quads(const uint8_t table[256], const uint8_t *p, const uint8_t *stop,
                                   uint8_t **out)
{
    uint8_t *o = *out;
    for (; stop - p >= 4; p += 4, o += 3) {
        uint32_t a = table[p[0]], b = table[p[1]], c = table[p[2]], d = table[p[3]];
        if ((a | b | c | d) >= 64)
            break;
        uint32_t v = a << 18 | b << 12 | c << 6 | d;
        o[0] = (uint8_t)(v >> 16);
        o[1] = (uint8_t)(v >> 8);
        o[2] = (uint8_t)v;
    }
    *out = o;
    return p;
}

size_t pem_decode(struct pem *m, uint8_t *out)
{
    const uint8_t *p = (const uint8_t *)m->p, *stop = (const uint8_t *)m->end;
    uint8_t *o = out;
    uint32_t v = 0;
    int have = 0;
    for (; p < stop; p++) {
        if (have == 0 && (p = base64_quads(m->table, p, stop, &o)) == stop)
            break;
        uint8_t one = m->table[*p];
        if (one == B64_STOP)
            break;
        if (one == B64_SKIP)
            continue;
        v = v << 6 | one;
        if (++have == 4) {
            *o++ = (uint8_t)(v >> 16);
            *o++ = (uint8_t)(v >> 8);
            *o++ = (uint8_t)v;
            have = 0;
        }
    }
    if (have >= 2)
        *o++ = (uint8_t)(have == 2 ? v >> 4 : v >> 10);
    if (have == 3)
        *o++ = (uint8_t)(v >> 2);
    m->p = (const char *)p;
    return (size_t)(o - out);
}

struct pem pem_of(const void *text, size_t n)
{
    struct pem m = { .p = text, .end = (const char *)text + n };
    base64_table(m.table);
    return m;
}

bool pem_next(struct pem *m)
{
    static const char begin[] = "-----BEGIN ";
    while (m->p < m->end) {
        const char *p = memmem(m->p, (size_t)(m->end - m->p), begin, sizeof begin - 1);
        if (!p)
            break;
        m->label = p + sizeof begin - 1;
        size_t left = (size_t)(m->end - m->label);
        const char *dashes = memmem(m->label, left < 64 ? left : 64, "-----", 5);
        m->p = dashes ? dashes + 5 : m->label;
        m->label_len = dashes ? (size_t)(dashes - m->label) : 0;
        if (dashes)
            return true;
    }
    m->p = m->end;
    return false;
}

bool pem_is(const struct pem *m, const char *label)
{
    return strlen(label) == m->label_len && memcmp(label, m->label, m->label_len) == 0;
}
