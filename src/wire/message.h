/* message - parts of handshake messages, read with the bounded reader.
 *
 * Owns: the bodies (after the 4-byte handshake header) of Certificate, CertificateRequest, and the
 * extensions we look into. RFC 5246 section 7.4, RFC 8446 section 4, RFC 6962 section 3.3.
 * Must not know: X.509, sockets. Pointers lent into the caller's bytes.
 */
#ifndef TLSWHY_WIRE_MESSAGE_H
#define TLSWHY_WIRE_MESSAGE_H

#include "src/base/bytes.h"

#define MESSAGE_CERTS_MAX 100 /* certificates looked at in one message; the rest is counted only */
#define MESSAGE_CAS_MAX 500

struct slice { const uint8_t *p; size_t n; }; /* n = 0: nothing */

struct certificate_message {
    struct slice cert[MESSAGE_CERTS_MAX]; /* as sent, leaf first, unparsed */
    size_t count;      /* entries in cert[] */
    size_t total;      /* certificates in the message, may exceed count */
    bool malformed;    /* lengths do not add up; cert[] holds what came before */
    struct slice staple; /* TLS 1.3: the leaf's status_request response (OCSPResponse DER), or n = 0 */
    struct slice scts;   /* TLS 1.3: the leaf's SignedCertificateTimestampList, or n = 0 */
};
void certificate_message_read(struct certificate_message *m, const void *body, size_t n, bool tls13);

struct certificate_request {
    struct slice ca[MESSAGE_CAS_MAX]; /* DER distinguished names the server accepts */
    size_t count, total;
    bool malformed;
};
void certificate_request_read(struct certificate_request *m, const void *body, size_t n, bool tls13);

/* Time stamps (unix milliseconds) of the SCTs in a SignedCertificateTimestampList; returns how many
 * were written, at most max. Malformed entries end the list. */
size_t sct_times(const void *list, size_t n, int64_t *out, size_t max);

#endif
