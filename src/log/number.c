/* number - see number.h. */
#include "src/log/number.h"

#include <stdbool.h>
#include <string.h>

const char *const number_words[NUMBER_KIND_COUNT] = {
#define X(id, word) [NUMBER_##id] = word,
    NUMBER_KINDS(X)
#undef X
};

struct entry { int64_t number; const char *words; };
#include "src/log/numbers.inc"

#define TABLE(t) { t, sizeof t / sizeof *t }
static const struct { const struct entry *row; size_t count; } tables[NUMBER_KIND_COUNT] = {
    [NUMBER_OPENSSL] = TABLE(openssl_table), [NUMBER_BORINGSSL] = TABLE(boringssl_table),
    [NUMBER_VERIFY] = TABLE(verify_table), [NUMBER_GNUTLS] = TABLE(gnutls_table), [NUMBER_NSS] = TABLE(nss_table),
    [NUMBER_SCHANNEL] = TABLE(schannel_table), [NUMBER_APPLE] = TABLE(apple_table),
    [NUMBER_MBEDTLS] = TABLE(mbedtls_table), [NUMBER_WOLFSSL] = TABLE(wolfssl_table),
    [NUMBER_CURL] = TABLE(curl_table),
};

enum { ALERT_BASE = 1000, ALERT_MAX = 255 };
enum { LIB_PEM = 9, LIB_X509 = 11, LIB_SSL = 20, LIB_SSL_BORING = 16 };

/* --- decoding ----------------------------------------------------------------------------------- */

static const char *words_of(enum number_kind kind, int64_t number)
{
    for (size_t i = 0; i < tables[kind].count; i++)
        if (tables[kind].row[i].number == number)
            return tables[kind].row[i].words;
    return NULL;
}

/* The reasons of libraries beside libssl that say something about a handshake. */
static const char *other_library(int library, int reason)
{
    static const struct { int library, reason; const char *words; } rows[] = {
        { LIB_X509, 116, "key values mismatch" }, { LIB_X509, 115, "key type mismatch" },
        { LIB_PEM, 108, "pem routines no start line" }, { LIB_PEM, 104, "pem routines bad password read" },
        { LIB_PEM, 102, "pem routines bad end line" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].library == library && rows[i].reason == reason)
            return rows[i].words;
    return NULL;
}

static void alert_or_words(struct number *n)
{
    if (n->reason >= ALERT_BASE && n->reason <= ALERT_BASE + ALERT_MAX)
        n->alert = n->reason - ALERT_BASE;
    else
        n->words = words_of(n->kind, n->reason);
}

/* Up to 1.1 the library is the high byte, from 3.0 on the 8 bits above bit 23; SSL is 20 in both. */
static void decode_openssl(struct number *n)
{
    bool old = n->value >> 24 == LIB_SSL || n->value >> 24 == LIB_X509 || n->value >> 24 == LIB_PEM;
    int library = (int)(old ? n->value >> 24 : n->value >> 23 & 0xff);
    n->reason = (int)(n->value & (old ? 0xfff : 0x7fffff));
    if (library == LIB_SSL)
        alert_or_words(n);
    else
        n->words = other_library(library, n->reason);
}

static void decode_boringssl(struct number *n)
{
    n->reason = (int)(n->value & 0xfff);
    if (n->value >> 24 == LIB_SSL_BORING)
        alert_or_words(n);
}

struct number number_decode(enum number_kind kind, int64_t value)
{
    struct number n = { .kind = kind, .value = value, .reason = (int)value, .alert = -1 };
    if (kind == NUMBER_OPENSSL)
        decode_openssl(&n);
    else if (kind == NUMBER_BORINGSSL)
        decode_boringssl(&n);
    else if (kind == NUMBER_ALERT)
        n.alert = value >= 0 && value <= ALERT_MAX ? (int)value : -1;
    else if (kind > NUMBER_NONE && kind < NUMBER_KIND_COUNT)
        n.words = words_of(kind, value);
    return n;
}

/* --- finding ------------------------------------------------------------------------------------ */

/* Words somewhere in a text that tell whose its numbers are. */
#define WORDS(X) \
    X(MBED, "mbed") X(ESP, "esp ") X(START_CLIENT, "start ssl client") X(VERIFY_CERT, "x509 verify cert()") \
    X(WOLF, "wolf") X(GNUTLS, "gnutls") X(TLS_CONNECTION, "tls connection") X(PR, "pr ") X(_SSL, "_ssl: -") \
    X(SSL, " ssl: -") X(TLS_ALERT, "tls alert, ") X(OPENSSL_INTERNAL, "openssl internal")
enum word {
#define X(id, word) WORD_##id,
    WORDS(X)
#undef X
};
static const char *const words[] = {
#define X(id, word) [WORD_##id] = word,
    WORDS(X)
#undef X
};

/* `looked`, `there`: by 1u << enum word. A text may have thousands of numbers: each word is looked for once. */
struct text { const char *p; size_t n; unsigned looked, there; };

static bool has(struct text *t, enum word w)
{
    if (!(t->looked >> w & 1)) {
        t->looked |= 1u << w;
        t->there |= memmem(t->p, t->n, words[w], strlen(words[w])) ? 1u << w : 0;
    }
    return t->there >> w & 1;
}

static bool stands_before(const struct text *t, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at >= n && memcmp(t->p + at - n, word, n) == 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_digit(char c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A printed number: its value, how many digits it has, and where the text goes on. */
struct printed { int64_t value; size_t digits, end; bool hex, negative; };

static struct printed printed_read(const struct text *t, size_t at, bool hex)
{
    struct printed r = { .hex = hex };
    if (t->p[at] == '-') {
        r.negative = true;
        at++;
    }
    if (t->n - at > 2 && t->p[at] == '0' && t->p[at + 1] == 'x') {
        r.hex = true;
        at += 2;
    }
    for (; at < t->n && r.digits < 12; at++, r.digits++) {
        int digit = r.hex ? hex_digit(t->p[at]) : is_digit(t->p[at]) ? t->p[at] - '0' : -1;
        if (digit < 0)
            break;
        r.value = r.value * (r.hex ? 16 : 10) + digit;
    }
    r.end = at;
    r.value = r.negative ? -r.value : r.value;
    return r;
}

/* What stands before a number says what it is: the form of OpenSSL's codes, of verify codes and of alerts. */
static const struct { const char *before; enum number_kind kind; bool hex; } led_by[] = {
    { " error:", NUMBER_OPENSSL, true }, { ":error:", NUMBER_OPENSSL, true }, { "(error:", NUMBER_OPENSSL, true },
    { "\"error:", NUMBER_OPENSSL, true }, { "'error:", NUMBER_OPENSSL, true },
    { "error:num=", NUMBER_VERIFY, false }, { "verify error: num=", NUMBER_VERIFY, false },
    { "error: num=", NUMBER_VERIFY, false }, { "verify return code: ", NUMBER_VERIFY, false },
    { "verification: error (", NUMBER_VERIFY, false }, { "certificate verify error: (", NUMBER_VERIFY, false },
    { "verify error: (", NUMBER_VERIFY, false }, { "verify result: ", NUMBER_VERIFY, false },
    { "verify result=", NUMBER_VERIFY, false },
    { "alert number ", NUMBER_ALERT, false }, { "alert [", NUMBER_ALERT, false },
    { "alert code is ", NUMBER_ALERT, false }, { "error code is ", NUMBER_ALERT, false },
    { "alert message (msg ", NUMBER_ALERT, false }, { "fatal error: ", NUMBER_ALERT, false },
    { "alert code: ", NUMBER_ALERT, false }, { "tls alert number ", NUMBER_ALERT, false },
    { "curl: (", NUMBER_CURL, false }, { "curl error ", NUMBER_CURL, false }, { "curl error: ", NUMBER_CURL, false },
    { "curl returned error: ", NUMBER_CURL, false }, { "curl exit code ", NUMBER_CURL, false },
    { "curl exit ", NUMBER_CURL, false }, { "rpc failed; curl ", NUMBER_CURL, false },
    { "errno: ", NUMBER_NONE, false }, { "[errno ", NUMBER_NONE, false },
};

static bool kind_led(const struct text *t, size_t at, enum number_kind *kind, bool *hex)
{
    for (size_t i = 0; i < sizeof led_by / sizeof *led_by; i++) {
        if (stands_before(t, at, led_by[i].before)) {
            *kind = led_by[i].kind;
            *hex = led_by[i].hex;
            return true;
        }
    }
    return false;
}

/* Numbers that nothing leads: their range says whose they are, and the stack's name somewhere in the text. */
static enum number_kind kind_ranged(struct text *t, const struct printed *r)
{
    int64_t v = r->value;
    if (v >> 12 == 0x10000 && !r->hex)
        return NUMBER_BORINGSSL;
    if ((v >> 24 == LIB_SSL || v >> 24 == 0x0a) && r->digits >= 8)
        return NUMBER_OPENSSL;
    if (r->hex && v >> 16 >= 0x8007 && v >> 16 <= 0x8013)
        return NUMBER_SCHANNEL;
    if (!r->hex && r->negative && (uint32_t)v >> 16 >= 0x8007 && (uint32_t)v >> 16 <= 0x8013 && v > -2147483647)
        return NUMBER_SCHANNEL;
    if (!r->negative)
        return NUMBER_NONE;
    bool mbed = v <= -0x1080 && (has(t, WORD_MBED) || has(t, WORD_ESP) || has(t, WORD_START_CLIENT) ||
                                 has(t, WORD_VERIFY_CERT));
    if ((r->hex && r->digits == 4) || mbed)
        return NUMBER_MBEDTLS;
    if (has(t, WORD_WOLF) && v <= -100 && v > -1000)
        return NUMBER_WOLFSSL;
    if ((has(t, WORD_GNUTLS) || has(t, WORD_TLS_CONNECTION)) && v > -1300)
        return NUMBER_GNUTLS;
    if (v <= -9800 && v >= -9899)
        return NUMBER_APPLE;
    bool nss = (v >= -12288 && v < -11900) || (v >= -8192 && v < -7900) || (v >= -16384 && v < -16300);
    if (nss || (v >= -6000 && v <= -5900 && has(t, WORD_PR)))
        return NUMBER_NSS;
    if (v <= -100 && v > -520 && (has(t, WORD__SSL) || has(t, WORD_SSL)))
        return NUMBER_WOLFSSL;
    return NUMBER_NONE;
}

/* curl -v prints level and description of an alert in one number: 512 + 48. */
static bool is_curl_alert(struct text *t, size_t at, const struct printed *r)
{
    return t->p[at - 1] == '(' && r->value > 256 && r->value < 768 && r->end < t->n && t->p[r->end] == ')' &&
           has(t, WORD_TLS_ALERT);
}

/* A number in front of the digit or sign at `at`; what it is, .kind NUMBER_NONE for any other. *end: where to go on. */
static struct number number_at(struct text *t, size_t at, size_t *end)
{
    enum number_kind kind = NUMBER_NONE;
    bool hex = false, led = kind_led(t, at, &kind, &hex);
    struct printed r = printed_read(t, at, hex);
    *end = r.end > at ? r.end : at + 1;
    struct number none = { .alert = -1 };
    if (!r.digits || r.digits > 10 || (led && kind == NUMBER_NONE))
        return none;
    if (led && kind == NUMBER_OPENSSL && (r.digits < 8 || has(t, WORD_OPENSSL_INTERNAL)))
        kind = r.digits < 8 ? NUMBER_NONE : NUMBER_BORINGSSL;
    if (!led && is_curl_alert(t, at, &r))
        return number_decode(NUMBER_ALERT, r.value & 0xff);
    if (!led)
        kind = kind_ranged(t, &r);
    if (kind == NUMBER_SCHANNEL)
        r.value &= 0xffffffff;
    if (kind == NUMBER_ALERT && r.value == 0)
        return none;
    return kind == NUMBER_NONE ? none : number_decode(kind, r.value);
}

/* Some codes are led by a letter: error:a000410. Their first digit may be a hex letter. */
static bool begins(const struct text *t, size_t at)
{
    char c = t->p[at], before = t->p[at - 1];
    if (c == '-')
        return at + 1 < t->n && is_digit(t->p[at + 1]);
    if (is_digit(c))
        return !is_digit(before) && hex_digit(before) < 0 && before != '.' && before != '-' && before != 'x';
    return hex_digit(c) >= 0 && before == ':' && stands_before(t, at, "error:");
}

/* Numbers that say why come before those that only say that. */
static int telling(const struct number *n)
{
    return n->kind == NUMBER_CURL ? 0 : n->words || n->alert >= 0 ? 2 : 1;
}

size_t number_find(const char *plain, size_t n, struct number *found, size_t max)
{
    struct text t = { .p = plain, .n = n };
    size_t count = 0;
    for (size_t at = 1; at < n && count < max;) {
        if (!begins(&t, at)) {
            at++;
            continue;
        }
        size_t end;
        struct number one = number_at(&t, at, &end);
        at = end;
        if (one.kind == NUMBER_NONE || (one.kind == NUMBER_VERIFY && one.value == 0))
            continue;
        size_t place = count++;
        for (; place > 0 && telling(&found[place - 1]) < telling(&one); place--)
            found[place] = found[place - 1];
        found[place] = one;
    }
    return count;
}
