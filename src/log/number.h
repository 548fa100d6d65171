/* number - error numbers of TLS stacks, decoded: many builds print no words beside them.
 *
 * Owns: how each stack packs an error into a number, and the words the stack would have printed.
 * Must not know: causes, shapes of lines.
 *
 * The forms: OpenSSL 1.x error:LLFFFRRR and 3.x error:0A000RRR (the low bits are the reason; from 1000 on a received
 * alert, number + 1000), BoringSSL's the same in decimal (0x10000000 and the reason), -0xNNNN of Mbed TLS, negative
 * numbers of wolfSSL, GnuTLS, NSS and Apple, 0x8009NNNN of Schannel, verify codes of OpenSSL, and alerts.
 */
#ifndef TLSWHY_LOG_NUMBER_H
#define TLSWHY_LOG_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*     id          word */
#define NUMBER_KINDS(X) \
    X(NONE,        "") \
    X(OPENSSL,     "openssl") \
    X(BORINGSSL,   "boringssl") \
    X(VERIFY,      "verify") \
    X(ALERT,       "alert") \
    X(GNUTLS,      "gnutls") \
    X(NSS,         "nss") \
    X(SCHANNEL,    "schannel") \
    X(APPLE,       "apple") \
    X(MBEDTLS,     "mbedtls") \
    X(WOLFSSL,     "wolfssl") \
    X(CURL,        "curl")

enum number_kind {
#define X(id, word) NUMBER_##id,
    NUMBER_KINDS(X)
#undef X
    NUMBER_KIND_COUNT
};
extern const char *const number_words[NUMBER_KIND_COUNT];

struct number {
    enum number_kind kind;
    int64_t value;     /* as printed: 0x0A000410 for error:0A000410, -9984 for -0x2700 */
    int reason;        /* the part that tells: 193 of 0x0A0000C1; the value itself elsewhere */
    int alert;         /* of a received alert, or -1 */
    const char *words; /* what the stack calls it, in lower case, constant; NULL: not in our tables */
};

/* The number of one kind, decoded: for OpenSSL the whole packed code, else the printed number. */
struct number number_decode(enum number_kind kind, int64_t value);

/* All numbers found in a text that was made plain (fold.h), most telling first, at most `max`; how many. */
size_t number_find(const char *plain, size_t n, struct number *found, size_t max);

#endif
