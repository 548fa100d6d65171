/* hello - any ClientHello, written byte by byte.
 *
 * Owns: the layout of SSL 2.0 CLIENT-HELLO (draft-hickman-netscape-ssl-00), and of ClientHello from
 * SSL 3.0 to TLS 1.3 (RFC 6101, RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2) with its extensions,
 * in one or several records.
 * Must not know: sockets, clocks, cryptography. Key shares are well-formed public values nobody knows
 * the private half of, so a handshake begun with them can be watched, not finished.
 *
 * Lists are lent, end with 0 and may be NULL where that is said. The same hello gives the same bytes:
 * all that looks random comes from `seed`.
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
    HELLO_SESSION_ID = 1 << 10,   /* 32 bytes of legacy_session_id (RFC 8446 appendix D.4) */
    HELLO_DEFLATE = 1 << 11,      /* compression method DEFLATE before null */
    HELLO_GREASE = 1 << 12        /* RFC 8701: one reserved value among suites, groups, versions,
                                     signature algorithms and extensions */
};

struct hello_extension { /* lent; any type, any body, written as it stands */
    uint16_t type;
    const void *p;
    size_t n;
};

struct hello {
    uint16_t version;          /* legacy_version, 0x0300...; 0x0002: an SSL 2.0 CLIENT-HELLO, for which
                                  only `seed` counts further: it offers every SSL 2.0 cipher kind */
    uint16_t record;           /* version of the record layer; 0: 0x0301, and 0x0300 for SSL 3.0 */
    const uint16_t *versions;  /* supported_versions; NULL: no such extension */
    const uint16_t *suites;    /* never NULL */
    const uint16_t *groups;    /* supported_groups; NULL: no such extension */
    const uint16_t *sigalgs;   /* signature_algorithms; NULL: no such extension */
    const uint16_t *shares;    /* key_share for these groups; NULL: no such extension; an empty list is
                                  an empty key_share, which asks for a HelloRetryRequest. Groups whose
                                  share nobody can make (hello_has_share) are left out */
    const char *sni;           /* NULL: none */
    const char *alpn;          /* names joined by "+"; NULL: none */
    unsigned with;             /* enum hello_with, joined */
    const struct hello_extension *extra; /* written after all others, before padding */
    size_t extra_count;
    size_t size;               /* padded (RFC 7685) so that the whole message with its 4 byte header has at
                                  least this many bytes; 0: no padding */
    size_t record_size;        /* at most so many bytes of it in one record; 0: as many as fit */
    uint64_t seed;
};

/* Adds the records to `out`. False (and nothing added) when a list or the whole is too long, or when
 * `out` is full. SSL 3.0 hellos get no extensions whatever the fields say. */
bool hello_write(const struct hello *h, struct buf *out);
/* A key share of this group can be written: all EC and ffdhe groups of TLS 1.3, X25519MLKEM768,
 * SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519Kyber768Draft00. */
bool hello_has_share(uint16_t group);

#endif
