/* between - how two hellos differ, and the hellos that lie between them.
 *
 * Owns: the differences between two hellos as single changes, what such a change is called, and the hello that some
 * of them make of the first.
 * Must not know: which of them decide anything (bisect.h), sockets.
 */
#ifndef TLSWHY_WIRE_BETWEEN_H
#define TLSWHY_WIRE_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/wire/hello.h"

/*    ID          word           what one such change is */
#define PARTS(X) \
    X(FORM,        "form",        "SSL 2.0's form of the hello") \
    X(LEGACY,      "legacy",      "the version field of the hello, or of its record") \
    X(VERSION,     "version",     "a protocol version") \
    X(SUITE,       "suite",       "a cipher suite, or a signal among them") \
    X(GROUP,       "group",       "a group") \
    X(SIGALG,      "sigalg",      "a signature algorithm") \
    X(SHARE,       "share",       "a key share") \
    X(SNI,         "sni",         "the server name, there or not") \
    X(ALPN,        "alpn",        "the application protocols, there or not") \
    X(EXTENSION,   "extension",   "another extension, there or not") \
    X(BODY,        "body",        "what an extension holds") \
    X(COMPRESSION, "compression", "the compression methods") \
    X(SESSION,     "session",     "the session id") \
    X(SUITE_ORDER, "suite-order", "the order of cipher suites") \
    X(LIST_ORDER,  "list-order",  "the order of another list: of groups, say") \
    X(ORDER,       "order",       "the order of extensions") \
    X(SIZE,        "size",        "the size of the hello") \
    X(RECORDS,     "records",     "how it is split into records")

enum part {
#define X(id, word, says) PART_##id,
    PARTS(X)
#undef X
    PART_COUNT
};
struct part_row { const char *word, *says; };
extern const struct part_row part_table[PART_COUNT];

struct hello_change { /* from one hello towards the other */
    enum part part;
    uint16_t number;  /* of the version, suite, group, algorithm, extension; of LIST_ORDER that of the list's extension;
                         of SIZE the bytes it is padded to, 0: not padded; 0 where there is none */
    bool adds;        /* the other has it, the first not; or is larger, or in more records. Else the other way, or it
                         is only different */
};
#define CHANGES_MAX 400

/* The changes that lead from `from` to `to`, at most CHANGES_MAX; their number. Names of servers, random bytes and
 * GREASE's numbers are no difference. Extensions both have in another order are one change, PART_ORDER. A list that
 * only one of them has is one change, its extension. */
size_t hello_changes(const struct hello *from, const struct hello *to, struct hello_change out[CHANGES_MAX]);
/* The number's name; "" where it has no number. Lent, or written to `hex`. */
const char *hello_change_name(const struct hello_change *c, char hex[16]);
/* For a person: "without the suite TLS_...", "with supported_versions". Owned by the caller. */
char *hello_change_says(const struct hello_change *c);
/* `from` with these changes. Owned by the caller, freed with hello_free; what it points to is its own. Where a change
 * makes no sense alone (a key share for a group that is not offered), what is needed comes along. */
struct hello *hello_between(const struct hello *from, const struct hello *to, const struct hello_change *c, size_t n);
struct hello *hello_copy(const struct hello *h); /* likewise owned */
void hello_free(struct hello *h);                /* only of these two; accepts NULL */
/* Bytes of the message with its header of 4; 0 when it can't be written. */
size_t hello_size(const struct hello *h);

#endif
