/* keys - see keys.h. */
#include "ui/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; int key; } names[] = {
    { "Enter", K_ENTER },   { "Esc", K_ESC },       { "Tab", K_TAB },
    { "S-Tab", K_BACKTAB }, { "Space", ' ' },       { "Backspace", K_BACKSPACE },
    { "Delete", K_DELETE }, { "Insert", K_INSERT }, { "Up", K_UP },
    { "Down", K_DOWN },     { "Left", K_LEFT },     { "Right", K_RIGHT },
    { "Home", K_HOME },     { "End", K_END },       { "PgUp", K_PGUP },
    { "PgDn", K_PGDN },
};

/* The final byte of CSI and SS3 sequences. */
static const struct { char final; int key; } finals[] = {
    { 'A', K_UP },   { 'B', K_DOWN }, { 'C', K_RIGHT },   { 'D', K_LEFT },
    { 'H', K_HOME }, { 'F', K_END },  { 'Z', K_BACKTAB }, { 'P', K_F1 },
    { 'Q', K_F2 },   { 'R', K_F3 },   { 'S', K_F4 },      { 'M', K_ENTER },
};

/* The number before ~ in CSI sequences. */
static const struct { int number; int key; } tildes[] = {
    { 1, K_HOME }, { 2, K_INSERT }, { 3, K_DELETE }, { 4, K_END },  { 5, K_PGUP },
    { 6, K_PGDN }, { 7, K_HOME },   { 8, K_END },    { 11, K_F1 },  { 12, K_F2 },
    { 13, K_F3 },  { 14, K_F4 },    { 15, K_F5 },    { 17, K_F6 },  { 18, K_F7 },
    { 19, K_F8 },  { 20, K_F9 },    { 21, K_F10 },   { 23, K_F11 }, { 24, K_F12 },
};

#define LENGTH(a) (sizeof(a) / sizeof *(a))

void keys_teach(struct keys *k, const char *seq, int key)
{
    size_t n = seq ? strlen(seq) : 0;
    if (n < 2 || n >= sizeof k->taught[0].seq || k->taught_count == KEYS_TAUGHT)
        return;
    memcpy(k->taught[k->taught_count].seq, seq, n + 1);
    k->taught[k->taught_count++].key = key;
}

size_t keys_feed(struct keys *k, const void *p, size_t n)
{
    size_t room = sizeof k->in - k->n;
    if (n > room)
        n = room;
    memcpy(k->in + k->n, p, n);
    k->n += n;
    return n;
}

bool keys_partial(const struct keys *k)
{
    return k->n > 0;
}

static void keys_drop(struct keys *k, size_t n)
{
    k->n -= n;
    memmove(k->in, k->in + n, k->n);
}

static bool take(struct keys *k, size_t n, int found, int *key)
{
    keys_drop(k, n);
    *key = found;
    return true;
}

static int final_key(uint8_t final)
{
    for (size_t i = 0; i < LENGTH(finals); i++)
        if (finals[i].final == final)
            return finals[i].key;
    return K_UNKNOWN;
}

static int tilde_key(int number)
{
    for (size_t i = 0; i < LENGTH(tildes); i++)
        if (tildes[i].number == number)
            return tildes[i].key;
    return K_UNKNOWN;
}

/* ESC [ ... : parameters and intermediates up to a final byte. -1: the rest has not come yet. */
static int csi_next(struct keys *k, int *key)
{
    size_t i = 2;
    int number = 0;
    bool first = true;
    for (; i < k->n; i++) {
        uint8_t c = k->in[i];
        if (c >= '0' && c <= '9') {
            if (first && number < 1000)
                number = 10 * number + (c - '0');
        } else if (c >= 0x20 && c < 0x40) {
            first = false;
        } else {
            break;
        }
        if (i == 32) /* no key is that long */
            return take(k, i + 1, K_UNKNOWN, key);
    }
    if (i == k->n)
        return -1;
    uint8_t c = k->in[i];
    if (c < 0x20 || c > 0x7e) /* broken off: what comes now stands for itself */
        return take(k, i, K_UNKNOWN, key);
    if (c == '[' && i == 2) { /* the Linux console's function keys: ESC [ [ A */
        if (k->n < 4)
            return -1;
        int f = k->in[3] - 'A';
        return take(k, 4, f >= 0 && f < 5 ? K_F1 + f : K_UNKNOWN, key);
    }
    return take(k, i + 1, c == '~' ? tilde_key(number) : c == 'M' ? K_UNKNOWN : final_key(c), key);
}

/* The taught sequence the input begins with; *more when the input is only the beginning of one. */
static bool taught_next(struct keys *k, int *key, bool *more)
{
    for (size_t i = 0; i < k->taught_count; i++) {
        size_t n = strlen(k->taught[i].seq);
        size_t have = k->n < n ? k->n : n;
        if (memcmp(k->in, k->taught[i].seq, have) != 0)
            continue;
        if (have == n)
            return take(k, n, k->taught[i].key, key);
        *more = true;
    }
    return false;
}

static bool escape_next(struct keys *k, bool waited, int *key)
{
    if (k->n == 1)
        return waited && take(k, 1, K_ESC, key);
    int got = 0;
    if (k->in[1] == '[') {
        got = csi_next(k, key);
    } else if (k->in[1] == 'O') {
        if (k->n == 2)
            got = -1;
        else
            got = take(k, 3, final_key(k->in[2]), key);
    }
    if (got == 1)
        return true;
    if (got == -1 && !waited)
        return false;
    return take(k, 1, K_ESC, key); /* Esc, and then whatever follows for itself */
}

static bool char_next(struct keys *k, bool waited, int *key)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t c = k->in[0];
    size_t n = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
    if (c >= 0x80 && (n == 1 || c >= 0xf5))
        return take(k, 1, K_UNKNOWN, key);
    if (n == 1)
        return take(k, 1, c == '\n' ? K_ENTER : c == 8 ? K_BACKSPACE : c == 0 ? K_UNKNOWN : c, key);
    uint32_t u = c & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (i == k->n)
            return waited && take(k, 1, K_UNKNOWN, key);
        if ((k->in[i] & 0xc0) != 0x80)
            return take(k, 1, K_UNKNOWN, key);
        u = u << 6 | (k->in[i] & 0x3fu);
    }
    bool good = u >= least[n] && u < 0x110000 && (u < 0xd800 || u > 0xdfff);
    return take(k, n, good ? (int)u : K_UNKNOWN, key);
}

bool keys_next(struct keys *k, bool waited, int *key)
{
    bool more = false;
    if (k->n == 0)
        return false;
    if (taught_next(k, key, &more))
        return true;
    if (more && !waited)
        return false;
    return k->in[0] == K_ESC ? escape_next(k, waited, key) : char_next(k, waited, key);
}

static void utf8_put(unsigned u, char out[KEY_NAME_LEN])
{
    if (u < 0x80)
        snprintf(out, KEY_NAME_LEN, "%c", (int)u);
    else if (u < 0x800)
        snprintf(out, KEY_NAME_LEN, "%c%c", (int)(0xc0 | u >> 6), (int)(0x80 | (u & 0x3f)));
    else if (u < 0x10000)
        snprintf(out, KEY_NAME_LEN, "%c%c%c", (int)(0xe0 | u >> 12), (int)(0x80 | (u >> 6 & 0x3f)),
                 (int)(0x80 | (u & 0x3f)));
    else
        snprintf(out, KEY_NAME_LEN, "%c%c%c%c", (int)(0xf0 | u >> 18),
                 (int)(0x80 | (u >> 12 & 0x3f)), (int)(0x80 | (u >> 6 & 0x3f)),
                 (int)(0x80 | (u & 0x3f)));
}

char *keys_name(int key, char out[KEY_NAME_LEN])
{
    out[0] = '\0';
    for (size_t i = 0; i < LENGTH(names); i++)
        if (names[i].key == key)
            return snprintf(out, KEY_NAME_LEN, "%s", names[i].name), out;
    if (key >= K_F1 && key <= K_F12)
        snprintf(out, KEY_NAME_LEN, "F%d", key - K_F1 + 1);
    else if (key > 0 && key < 27)
        snprintf(out, KEY_NAME_LEN, "C-%c", key + 'a' - 1);
    else if (key > 32 && key < K_UP)
        utf8_put((unsigned)key, out);
    else
        snprintf(out, KEY_NAME_LEN, "that key");
    return out;
}

int keys_find(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < LENGTH(names); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].key;
    if (n == 3 && strncmp(name, "C-", 2) == 0 && name[2] >= 'a' && name[2] <= 'z')
        return name[2] - 'a' + 1;
    if (n >= 2 && name[0] == 'F') {
        char *end;
        long f = strtol(name + 1, &end, 10);
        if (!*end && f >= 1 && f <= 12)
            return K_F1 + (int)f - 1;
    }
    struct keys k = { 0 };
    int key;
    if (n == 0 || n > 4 || (unsigned char)name[0] < 0x20)
        return K_NONE;
    keys_feed(&k, name, n);
    return keys_next(&k, true, &key) && k.n == 0 && key != K_UNKNOWN ? key : K_NONE;
}
