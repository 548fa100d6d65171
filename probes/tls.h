/* tls - one GnuTLS client session over a conn, with everything the server says kept.
 *
 * Owns: the session, the handshake hook that takes the Certificate message before GnuTLS may lose it,
 * the padding of the ClientHello, and the translation of GnuTLS's errors into outcomes.
 * Must not know: facts, the engine.
 */
#ifndef TLSWHY_PROBES_TLS_H
#define TLSWHY_PROBES_TLS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "probes/conn.h"
#include "src/base/bytes.h"

#define TLS_MESSAGE_MAX (100u << 10)   /* largest handshake message taken; OpenSSL's clients take no more */
#define SCTS_BYTES_MAX (16u << 10)     /* of the ServerHello's list of certificate timestamps */
#define TLS_HANDSHAKE_MAX (256u << 10) /* bytes of a whole handshake: GnuTLS looks at the size of a
                                          message only when it has all of it */

/* The last thing the server had said. Words in tls_stage_words. */
enum tls_stage { STAGE_NOTHING, STAGE_SERVER_HELLO, STAGE_CERTIFICATE, STAGE_REQUEST, STAGE_FINISHED };
extern const char *const tls_stage_words[];

enum tls_end {
    TLS_GOING, TLS_OK, TLS_ALERT, TLS_RESET, TLS_CLOSED, TLS_NOT_TLS, TLS_PROTOCOL, TLS_TOO_BIG,
    TLS_LOCAL, TLS_VERSION, TLS_SILENT, TLS_SLOW, TLS_SIGNATURE
};
extern const char *const tls_end_words[]; /* "ok" "alert" "reset" ... as in fact.h */

struct tls {
    gnutls_session_t session;
    struct conn *conn;          /* lent */
    enum tls_stage stage;
    bool asked_cert, ticket;    /* CertificateRequest, NewSessionTicket came */
    bool too_big;               /* TLS_HANDSHAKE_MAX was passed */
    bool slow_key;              /* of TLS_LOCAL: the key of its certificate is made to be slow, see path.h */
    bool no_status;             /* as in tls_offer */
    uint16_t server_version;    /* chosen in the ServerHello, 0: none came */
    uint16_t server_suite;      /* likewise; 0: none */
    char alpn[160];             /* the application protocol it chose, printable, "": none. GnuTLS passes over
                                   one that was not offered; other clients end the handshake */
    double hello_at;            /* CLOCK_MONOTONIC when it came, 0: it did not */
    struct buf certificate;     /* body of the Certificate message */
    struct buf request;         /* body of CertificateRequest */
    struct buf scts;            /* SignedCertificateTimestampList of its hello, up to TLS 1.2 (RFC 6962 section 3.3.1) */
    enum tls_end end;
    int alert_level, alert_number;  /* of the alert that ended it, level 0: none */
    int warning;                /* number of a warning alert that was passed over, -1: none */
    int error;                  /* GnuTLS error that ended it */
    size_t hello_size, padding; /* of our ClientHello with its header; of its padding's body */
};

struct tls_offer {
    gnutls_priority_t priority;                   /* lent */
    gnutls_certificate_credentials_t credentials; /* lent */
    const char *sni;            /* NULL: none is sent */
    const char *alpn;           /* names joined by "+", or NULL */
    size_t size;                /* the ClientHello is padded (RFC 7685) to at least so many bytes; 0: not at all */
    bool no_status;             /* without status_request, which GnuTLS sends unasked */
};

/* False when GnuTLS refuses what is offered; t->end is then TLS_LOCAL and t->error says why. */
bool tls_begin(struct tls *t, struct conn *c, const struct tls_offer *o);
/* Makes what progress it can. TLS_GOING: wait for t's direction (tls_wants_write). */
enum tls_end tls_handshake(struct tls *t);
bool tls_wants_write(const struct tls *t);
/* After the handshake: as recv(2) and send(2) with errno EAGAIN while waiting; an alert or the end
 * of the connection is in t->end, and -1 or 0 come back. */
ssize_t tls_recv(struct tls *t, void *p, size_t n);
ssize_t tls_send(struct tls *t, const void *p, size_t n);
void tls_finish(struct tls *t);  /* close_notify if all went well, then frees; also of a zeroed one */

#endif
