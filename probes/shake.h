/* shake - one complete GnuTLS handshake over the connection of a run, and what follows it.
 *
 * Owns: what is offered (an offer that GnuTLS can't make exactly is made in parts), the listening for a
 * refusal that comes only after TLS 1.3's Finished, the one HTTP exchange or turn of SMTP, and the sentence on a failure.
 * Must not know: facts, judging certificates, watchers. It never ends a handshake because of a certificate.
 *
 * shake_start, then shake_step until one of them says WANT_DONE: the handshake is over, tls.end says how.
 * Where it is TLS_OK, shake_listen and again shake_step until WANT_DONE hear what comes late. Then shake_end.
 */
#ifndef TLSWHY_PROBES_SHAKE_H
#define TLSWHY_PROBES_SHAKE_H

#include "probes/date.h"
#include "probes/mail.h"
#include "probes/offer.h"
#include "probes/probe.h"
#include "probes/tls.h"
#include "src/wire/message.h"

struct shake_ask {              /* what is offered beside versions, suites, groups and signature algorithms */
    const char *sni, *alpn;     /* lent until shake_end; NULL: none; alpn: names joined by "+" */
    bool no_status;             /* without status_request, which GnuTLS sends by itself */
    bool no_http;               /* no HTTP request follows, and no turn of SMTP, whatever the scheme */
    bool seek;                  /* a part of the offer that is no answer ends it: see shake.unsettled */
    int part;                   /* of the client's offer, from 1 on, see offer.h; 0: the whole */
};

struct shake {
    struct tls tls;
    struct shake_ask ask;
    const char *cant;           /* lent; why GnuTLS can't offer what was asked for, or NULL */
    char *missing;              /* owned; what of it GnuTLS can't offer, or NULL */
    struct offer part;          /* owned; what is offered, where it is a part only */
    gnutls_priority_t priority; /* owned; for that part */
    struct date *date;          /* owned; the HTTP exchange, NULL: none */
    struct mail *mail;          /* owned; the turn of SMTP, NULL: none */
    const uint8_t *out;         /* lent by date or mail: what is still to be sent */
    size_t out_len;
    double hello, finished;     /* engine time */
    double asked;               /* wall clock when the request went out */
    bool late;                  /* the handshake is over, what may follow is or was awaited */
    bool unsettled;             /* what was offered tells nothing; the next part is to be tried */
};

/* As the column's client would make it. */
struct shake_ask shake_ask_of(const struct run *r);
/* *s is zeroed. */
struct want shake_start(struct run *r, struct shake *s, const struct shake_ask *ask);
struct want shake_step(struct run *r, struct shake *s, enum step_why why);
struct want shake_listen(struct run *r, struct shake *s);
/* After shake_listen is through: the server refused late. Only hanging up is no refusal, unless it had asked
 * for our certificate. */
bool shake_refused_late(const struct shake *s);
/* What went wrong, in a sentence. `ms`: how long that took. Owned by the caller. */
char *shake_text(const struct run *r, const struct shake *s, double ms);
const char *shake_local_text(const struct shake *s); /* of TLS_LOCAL; lent */
/* The key exchange group, or "dh2048"; NULL: RSA key transport, or no handshake. Owned by the caller. */
char *shake_group(const struct shake *s);
/* The certificates that came, read and counted into *m; sent[] has room for MESSAGE_CERTS_MAX and is the
 * caller's to free, m->count of them. */
void shake_certificates(struct run *r, const struct shake *s, struct certificate_message *m, struct cert **sent);
void shake_end(struct shake *s); /* also of a zeroed one */

#endif
