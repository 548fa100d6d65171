/* heard - a ClientHello, read from a client's bytes cut anywhere.
 *
 * Owns: the record layer and the ClientHello of a client (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2),
 * SSL 2.0's form of it (RFC 5246 appendix E.2), telling both from what is no TLS (opening.h names that), and the
 * two fingerprints of a hello. It is the other side of hello.h: what was read can be written again.
 * Must not know: sockets, clocks, digests' making (whoever has them hashes).
 *
 * Memory is bounded: nothing is kept beyond HEARD_BYTES_MAX, and a hello is taken apart only when it is whole.
 * What comes out does not depend on how the bytes were cut, but for `rest`.
 *
 * Our lists end with 0, so suites, groups, signature algorithms and versions 0x0000, which nobody may agree on, are
 * missing in them. An extension whose body is not what hello.h makes of the fields (two names, an ALPN protocol with
 * "+" or unprintable bytes, or only "none", lengths that lie, a key of another size, ...) stands in hello.extra as it
 * was; its field is filled as far as it can be read. What cannot be written again as it was: suites 0x0000, what stands
 * in `once`, and records of uneven size, which become as many of even size.
 */
#ifndef TLSWHY_WIRE_HEARD_H
#define TLSWHY_WIRE_HEARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"
#include "src/base/text.h"
#include "src/wire/client.h"
#include "src/wire/hello.h"

#define HEARD_MESSAGE_MAX (64u << 10) /* a longer ClientHello ends the reading: HEARD_TOO_BIG */
#define HEARD_BYTES_MAX (80u << 10)   /* likewise of all bytes up to its end */

enum heard_end {
    HEARD_GOING,     /* more must come */
    HEARD_HELLO,     /* a whole ClientHello */
    HEARD_NOT_TLS,   /* something else speaks: `protocol` */
    HEARD_ALERT,     /* an alert comes before any hello: `alert` */
    HEARD_BROKEN,    /* TLS, but against its rules; `why` says which */
    HEARD_TOO_BIG
};

/* Extensions that cannot be sent again as they were. */
enum heard_once { HEARD_PSK = 1 << 0, HEARD_COOKIE = 1 << 1, HEARD_EARLY_DATA = 1 << 2, HEARD_TICKET = 1 << 3 };

struct heard {
    enum heard_end end;
    const char *why;          /* lent, one clause; of BROKEN and TOO_BIG: what ended the reading; of HELLO: what is
                                 against the rules in it and may be refused for that, NULL: nothing */
    const char *protocol;     /* lent; of NOT_TLS: "HTTP", "SSH", "a PROXY line", ...; NULL: nobody knows */
    uint8_t alert;            /* of ALERT */
    struct buf raw;           /* all bytes up to the end of the hello, record headers included; else up to the byte
                                 that settled it */
    size_t rest;              /* bytes fed last that came after it */

    /* --- of HELLO. `hello` is ready for hello_write: lists are owned here, GREASE and signals in their places;
     * `seed` is 0, `order` is never NULL but in SSL 2.0's form, and no bit of `with` stands for an extension.
     * pre_shared_key, cookie and early_data are left out, a ticket is emptied: `once`. hello.size is set where it is
     * padded --- */
    struct hello hello;
    unsigned once;            /* enum heard_once, joined */
    size_t size;              /* of the message with its header of 4 bytes; SSL 2.0's form: of 2 bytes */
    int records;              /* those that bear a part of it */
    uint16_t min, max;        /* versions it can agree on: 0x0002 for SSL 2.0 in its own form. Without
                                 supported_versions a hello does not say its lowest version: `min` then is the lowest
                                 one its suites can be used in, from 0x0301, or from 0x0300 where its record layer or
                                 its form is as old as that */
    bool grease;
    bool sni_odd;             /* its server_name is none that can be read: kept in hello.extra as it was */
    uint8_t random[32];       /* of SSL 2.0's form: zeroes, then its challenge */

    /* internal */
    struct buf message;       /* the hello as joined from its records */
    void *lists;              /* owned; what `hello` points to, but for what it lends from `message` */
    uint8_t state;
    uint8_t header;           /* bytes of the current record's header */
    uint8_t content;          /* type of the record */
    size_t record_left;
    size_t record_first;      /* bytes of the first record */
    bool uneven;              /* a record before the last has another size */
};

void heard_init(struct heard *h);
/* Takes the next bytes. False once `end` is set: no more need be fed. */
bool heard_feed(struct heard *h, const void *p, size_t n);
void heard_free(struct heard *h);
/* Extensions of this type are to be written from their field, whatever was in them. Of HELLO. */
void heard_forget_body(struct heard *h, uint16_t type);

/* A client made from a hello, for endpoints that are to act as it: a row whose lists are lent by `h`, without any
 * rule of what it refuses. `name` and `title` are lent. */
struct client heard_client(const struct heard *h, const char *name, const char *title);

/* The text whose MD5 is the JA3 fingerprint: "771,4865-4866,0-23,29-23,0". GREASE is left out. Neither fingerprint is
 * defined for SSL 2.0's form: then nothing is added. */
void heard_ja3(const struct heard *h, struct text *out);
/* The three parts of JA4, the latter two before they are hashed (SHA-256, first 12 hex digits; an empty list is
 * 000000000000): "t13d1516h2", "002f,0035,...", "0005,000a,..._0403,0804,...". */
void heard_ja4(const struct heard *h, struct text *a, struct text *b, struct text *c);

#endif
