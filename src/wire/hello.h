/* hello - any ClientHello, written byte by byte.
 *
 * Owns: the layout of SSL 2.0 CLIENT-HELLO (draft-hickman-netscape-ssl-00), and of ClientHello from
 * SSL 3.0 to TLS 1.3 (RFC 6101, RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2) with its extensions,
 * in one or several records.
 * Must not know: sockets, clocks, cryptography. Key shares are well-formed public values nobody knows
 * the private half of, so a handshake begun with them can be watched, not finished.
 *
 * Lists are lent, end with 0 and may be NULL where that is said. The same hello gives the same bytes:
 * all that looks random comes from `seed`. Numbers nobody knows, GREASE (RFC 8701) and signals among them,
 * are written as they stand. What heard.h has read is written back byte for byte, but for what is random.
 */
#ifndef TLSWHY_WIRE_HELLO_H
#define TLSWHY_WIRE_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

#define HELLO_SUITES_MAX 60      /* more than this make some servers fail: offer them in several hellos */
#define HELLO_BYTES_MAX (80u << 10) /* a written hello with its record headers never is larger */

enum hello_with {
    HELLO_EMS = 1 << 0,           /* extended_master_secret, RFC 7627 */
    HELLO_ETM = 1 << 1,           /* encrypt_then_mac, RFC 7366 */
    HELLO_RENEGOTIATION = 1 << 2, /* renegotiation_info, empty, RFC 5746 */
    HELLO_RENEGOTIATION_SCSV = 1 << 3, /* the same as a suite, 0x00ff: for SSL 3.0 */
    HELLO_FALLBACK_SCSV = 1 << 4, /* suite 0x5600, RFC 7507 */
    HELLO_TICKET = 1 << 5,        /* session_ticket, empty */
    HELLO_STATUS = 1 << 6,        /* status_request for OCSP */
    HELLO_SCT = 1 << 7,           /* signed_certificate_timestamp, empty */
    HELLO_POINTS = 1 << 8,        /* ec_point_formats: uncompressed */
    HELLO_PSK_MODES = 1 << 9,     /* psk_key_exchange_modes: psk_dhe_ke */
    HELLO_GREASE = 1 << 10,       /* RFC 8701: one reserved value among suites, groups, versions,
                                     signature algorithms and, without `order`, extensions */
    HELLO_BLOCK = 1 << 11         /* a block of extensions even if it is empty */
};

struct hello_extension { /* lent; any type, any body, written as it stands */
    uint16_t type;
    const void *p;          /* NULL: n bytes that look random */
    size_t n;
};

struct hello {
    uint16_t version;          /* legacy_version, 0x0300...; 0x0002: an SSL 2.0 CLIENT-HELLO, for which
                                  only `seed` counts further: it offers every SSL 2.0 cipher kind (with
                                  ssl2_form: `kinds`) */
    uint16_t record;           /* version of the record layer; 0: 0x0301, and 0x0300 for SSL 3.0 */
    const uint16_t *versions;  /* supported_versions; NULL: no such extension */
    const uint16_t *suites;    /* never NULL */
    const uint16_t *groups;    /* supported_groups; NULL: no such extension */
    const uint16_t *sigalgs;   /* signature_algorithms; NULL: no such extension */
    const uint16_t *shares;    /* key_share for these groups; NULL: no such extension; an empty list is
                                  an empty key_share, which asks for a HelloRetryRequest. A GREASE group gets
                                  one zero byte; groups whose share nobody can make (hello_has_share) are
                                  left out */
    const char *sni;           /* NULL: none */
    const char *alpn;          /* names joined by "+"; NULL: none */
    unsigned with;             /* enum hello_with, joined */
    const struct hello_extension *extra; /* written after all others, before padding */
    size_t extra_count;
    const uint16_t *order;     /* order_count types of extensions, exactly as they are to be written; NULL: the order
                                  of hello.c. A type's body is that of the first `extra` with this type which was not
                                  written yet, else what the field of this type says (0, 10, 13, 16, 43, 51: left out
                                  where the field is NULL; 21: padding up to `size`, left out where none is needed),
                                  else the body that the bit of `with` stands for, else empty. The bits for extensions
                                  are not looked at; an `extra` not named in it is written at the end, and so is
                                  padding where it names no 21. An order of none is no extensions, not NULL. Also for
                                  SSL 3.0, which gets none otherwise */
    size_t order_count;
    const uint8_t *compressions; /* compression_count methods; NULL: null alone */
    size_t compression_count;
    uint8_t session_id;        /* so many bytes, at most 32, of legacy_session_id; 32 is what RFC 8446 appendix D.4
                                  asks for */
    bool ssl2_form;            /* sent as an SSL 2.0 CLIENT-HELLO that asks for `version` (RFC 5246 appendix E.2): only
                                  `version`, `suites`, `kinds`, `session_id`, `challenge` and `seed` count */
    uint8_t challenge;         /* of ssl2_form: bytes of it, 16 to 32; 0: 32 */
    const uint32_t *kinds;     /* of ssl2_form: the cipher kinds of three bytes, in order, TLS suites among them;
                                  NULL: `suites` */
    size_t kind_count;
    size_t size;               /* padded (RFC 7685) so that the whole message with its 4 byte header has at
                                  least this many bytes; 0: no padding */
    size_t record_size;        /* at most so many bytes of it in one record; 0: as many as fit */
    uint64_t seed;
};

/* Adds the records to `out`. False (and nothing added) when a list or the whole is too long, or when
 * `out` is full. SSL 3.0 hellos get no extensions but those of `order`. */
bool hello_write(const struct hello *h, struct buf *out);
/* A key share of this group can be written: all EC and ffdhe groups of TLS 1.3, X25519MLKEM768,
 * SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519Kyber768Draft00. */
bool hello_has_share(uint16_t group);
size_t hello_share_size(uint16_t group); /* bytes of the key that is written for it; 1 for GREASE; 0: left out */

#endif
