/* reply - what a server answers to a ClientHello, read from bytes cut anywhere.
 *
 * Owns: the record layer and the messages of a server up to where encryption begins: ServerHello,
 * HelloRetryRequest, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone, alerts, and
 * SSL 2.0 SERVER-HELLO. RFC 5246 sections 6.2 and 7.4, RFC 8422 section 5.4, RFC 8446 sections 4 and 5.
 * Must not know: sockets, clocks, what was offered (whoever offered it compares), X.509.
 *
 * It only takes notes: a broken or foreign byte ends the reading (`end`), and what was understood
 * before stays. Memory is bounded: nothing is allocated before a message needs to be kept.
 */
#ifndef TLSWHY_WIRE_REPLY_H
#define TLSWHY_WIRE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

#define REPLY_MESSAGE_MAX (100u << 10) /* a longer handshake message ends the reading: REPLY_TOO_BIG */

enum reply_got {
    REPLY_HELLO = 1 << 0,        /* a ServerHello that is no HelloRetryRequest, or SSL 2.0's */
    REPLY_RETRY = 1 << 1,        /* a HelloRetryRequest */
    REPLY_CERTIFICATE = 1 << 2,  /* in clear: up to TLS 1.2, and SSL 2.0's */
    REPLY_KEY_EXCHANGE = 1 << 3, /* ServerKeyExchange */
    REPLY_REQUEST = 1 << 4,      /* CertificateRequest, in clear */
    REPLY_DONE = 1 << 5,         /* ServerHelloDone */
    REPLY_CIPHERTEXT = 1 << 6    /* encrypted records (TLS 1.3); `ciphertext` counts them */
};

enum reply_end {
    REPLY_GOING,     /* more may come */
    REPLY_ALERT,     /* a fatal alert, in clear */
    REPLY_BROKEN,    /* TLS, but against its rules; `why` says which */
    REPLY_TOO_BIG,   /* a message longer than REPLY_MESSAGE_MAX */
    REPLY_NOT_TLS    /* the first bytes are neither a TLS record nor an SSL 2.0 SERVER-HELLO or ERROR */
};

struct reply {             /* what a bit of `got` stands for is set only together with that bit */
    unsigned got;            /* enum reply_got, joined */
    enum reply_end end;
    const char *why;         /* lent, for REPLY_BROKEN and REPLY_TOO_BIG */
    uint16_t version;        /* chosen: supported_versions where it is there, else the field; 0x0002 */
    uint16_t suite;          /* chosen */
    uint8_t compression;     /* chosen, 0: none */
    uint16_t group;          /* of HelloRetryRequest, key_share or ServerKeyExchange (named curve); 0: none */
    uint16_t sigalg;         /* of ServerKeyExchange in TLS 1.2; 0: none */
    int dh_bits;             /* size of the DHE prime of ServerKeyExchange, 0: none */
    uint16_t dh_group;       /* RFC 7919 group with that prime, 0: another one */
    uint64_t extensions;     /* bit per type below 64 of those in ServerHello or HelloRetryRequest */
    bool renegotiation;      /* renegotiation_info (65281) among them */
    char alpn[64];           /* protocol it chose in clear, printable ASCII, "": none */
    int downgrade;           /* sentinel at the end of random (RFC 8446 section 4.1.3): 0 none, else the
                                highest version it speaks of having: 0x0303 "01" or 0x0302 "00" */
    uint8_t alert;           /* of REPLY_ALERT */
    int warning;             /* last warning alert passed over, -1: none */
    uint16_t record;         /* version of the first record */
    size_t ciphertext;       /* bytes of encrypted records, headers not counted */
    struct buf certificate;  /* body of Certificate, as TLS 1.2 has it; empty unless it was asked for */
    /* internal */
    struct buf message;      /* body of the message being collected */
    uint8_t header[5], header_len;             /* record header being collected */
    uint8_t message_header[4], message_header_len;
    uint8_t alert_part[2], alert_len;
    uint8_t idle, messages;  /* records in a row that bring nothing; handshake messages so far */
    uint32_t message_left;   /* bytes of the message still to come */
    size_t record_left;      /* bytes of the record still to come */
    bool keep_certificate, ssl2, encrypted;
};

void reply_init(struct reply *r, bool keep_certificate);
/* Takes the next bytes. False once `end` is set: no more need be fed. */
bool reply_feed(struct reply *r, const void *p, size_t n);
void reply_free(struct reply *r);

#endif
