/* list - cipher suites, groups and signature algorithms in the lists people write.
 *
 * Owns: the grammar of such a list, names or numbers joined by "+", and the one sentence about a bad one.
 * Must not know: who offers the list, which version may use what.
 */
#ifndef TLSWHY_WIRE_LIST_H
#define TLSWHY_WIRE_LIST_H

#include <stdint.h>

#include "src/base/err.h"

enum list_kind { LIST_SUITES, LIST_GROUPS, LIST_SIGALGS };

/* IANA or OpenSSL names, case ignored, or numbers such as 0xc02f. The "+" inside an OpenSSL name such as
 * RSA+SHA256 is no joint. What is named twice counts once. In order, 0-terminated, owned by the caller;
 * NULL and a sentence that quotes the bad word. */
uint16_t *list_parse(enum list_kind kind, const char *text, struct err *e);
/* The one spelling: IANA names, a number in hex where there is none. Owned by the caller. */
char *list_format(enum list_kind kind, const uint16_t *list);

#endif
