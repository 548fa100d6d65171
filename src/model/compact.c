/* compact - see compact.h. */
#include "src/model/compact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DUMP (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12))

#define EACH(byte) (0x0101010101010101u * (byte)) /* eight times this byte */

/* The high bit of each byte that is below n; of others, too, but only where some byte is. (Warren: Hacker's Delight,
 * section 6-1.) */
static uint64_t any_below(uint64_t eight, uint8_t n)
{
    return (eight - EACH(n)) & ~eight & EACH(0x80);
}

/* Bytes that stand for themselves in a JSON string. Those of UTF-8 do: jansson keeps no string that is none. */
static bool is_plain(const char *s, size_t n)
{
    uint64_t odd = 0, eight;
    for (; n >= sizeof eight; n -= sizeof eight, s += sizeof eight) {
        memcpy(&eight, s, sizeof eight);
        odd |= any_below(eight, 0x20) | any_below(eight ^ EACH('"'), 1) | any_below(eight ^ EACH('\\'), 1);
    }
    for (; n; n--, s++)
        odd |= (unsigned char)*s < 0x20 || *s == '"' || *s == '\\';
    return !odd;
}

static void add_slowly(struct text *t, const json_t *value)
{
    char *s = json_dumps(value, DUMP);
    text_add(t, s ? s : "null");
    free(s);
}

static void add_plain(struct text *t, const char *s, size_t n)
{
    text_add_n(t, "\"", 1);
    text_add_n(t, s, n);
    text_add_n(t, "\"", 1);
}

static void add_string(struct text *t, const json_t *value)
{
    const char *s = json_string_value(value);
    size_t n = json_string_length(value);
    if (is_plain(s, n))
        add_plain(t, s, n);
    else
        add_slowly(t, value);
}

static void add_key(struct text *t, const char *key)
{
    size_t n = strlen(key);
    json_t *odd = is_plain(key, n) ? NULL : json_string(key);
    if (odd)
        add_slowly(t, odd);
    else
        add_plain(t, key, n);
    json_decref(odd);
    text_add_n(t, ":", 1);
}

static void add_object(struct text *t, json_t *object)
{
    const char *before = "{";
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i), before = ",") {
        text_add_n(t, before, 1);
        add_key(t, json_object_iter_key(i));
        compact_add(t, json_object_iter_value(i));
    }
    text_add(t, *before == '{' ? "{}" : "}");
}

static void add_array(struct text *t, const json_t *array)
{
    text_add_n(t, "[", 1);
    for (size_t i = 0, n = json_array_size(array); i < n; i++) {
        if (i)
            text_add_n(t, ",", 1);
        compact_add(t, json_array_get(array, i));
    }
    text_add_n(t, "]", 1);
}

void compact_add(struct text *t, const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT: add_object(t, (json_t *)(uintptr_t)value); break;
    case JSON_ARRAY: add_array(t, value); break;
    case JSON_STRING: add_string(t, value); break;
    case JSON_INTEGER: text_addf(t, "%" JSON_INTEGER_FORMAT, json_integer_value(value)); break;
    case JSON_REAL: add_slowly(t, value); break;
    case JSON_TRUE: text_add(t, "true"); break;
    case JSON_FALSE: text_add(t, "false"); break;
    case JSON_NULL: text_add(t, "null"); break;
    }
}
