/* judge - building a chain from what was sent and what is trusted, and naming every fault of it.
 *
 * Owns: path building, per-link checks, and the list of reasons. Each reason names its certificate.
 * Must not know: sockets, sessions, the current time (it is passed in), what a reason leads to.
 */
#ifndef TLSWHY_PKI_JUDGE_H
#define TLSWHY_PKI_JUDGE_H

#include <jansson.h>

#include "src/model/cert.h"
#include "src/model/reason.h"
#include "src/pki/store.h"

struct fault {
    enum reason reason;
    int link;          /* index into built[], -1 when it is about no link of the built chain */
    int sent;          /* index into the certificates as sent, -1 when it was not sent */
    char *subject;     /* owned; whom it is about: the certificate's subject, "" when about none */
    char *text;        /* owned; printable, with names and dates, to be read after the certificate's
                        * name: "expired on 2026-01-02 (323 days ago)" */
    int64_t when;      /* the date it is about (notAfter, notBefore), else WHEN_UNKNOWN */
    int key_bits;      /* for weak-key, else 0 */
};

enum link_from { LINK_SENT, LINK_STORE, LINK_FETCHED, LINK_ELSEWHERE };
extern const char *const link_from_words[]; /* "sent" "store" "fetched" "elsewhere" */
struct link {
    struct cert *cert;     /* a reference */
    enum link_from from;
    int sent;              /* index as sent, or -1 */
};

#define CHAIN_MAX 16 /* links of a built chain */

struct chain {
    struct link built[CHAIN_MAX]; /* leaf first; ends at a trusted CA, or where the issuer is missing */
    size_t built_count;
    bool trusted;          /* ends at a CA of the store */
    bool complete;         /* ends at a self-signed certificate, trusted or not */
    json_t *kin;           /* of the issuer that is missing, as kin_json has it; NULL where none is */
    struct fault *fault; size_t fault_count; /* owned; every reason, leaf first */
};

/* Remembers decoded certificates and verified links between calls, so that the intermediate of a
 * thousand servers is verified once. Bounded. Create one per engine. */
struct judge_cache;
struct judge_cache *judge_cache_new(void);
void judge_cache_free(struct judge_cache *k);
/* cert_read through the cache. A new reference. */
struct cert *judge_cert(struct judge_cache *k, const void *der, size_t n);

/* A certificate that was not sent, but could have been. */
struct judge_extra {
    struct cert *cert;     /* lent */
    enum link_from from;   /* LINK_FETCHED: from an address in a certificate; LINK_ELSEWHERE: another server sent it */
};

struct judge_ask {
    struct cert *const *sent; size_t sent_count; /* as sent, leaf first */
    const struct judge_extra *extra; size_t extra_count; /* lent; tried where nothing that was sent fits */
    struct store *store;       /* must not be NULL; an empty system store gives REASON_NO_STORE */
    int64_t now;               /* judged at this time */
    const char *name;          /* DNS name, address or URI the leaf must fit */
    int rsa_bits_min, rsa_bits_max; /* 2048 and 0 for the profile default; 0: no limit. EC keys need 224 bits */
    int min_days;              /* REASON_EXPIRES_SOON when the leaf ends within so many days;
                                * < 0: a tenth of its life */
    bool old_digests;          /* this client takes SHA-1 and MD5 signatures */
    bool no_sha2;              /* it knows no others */
    bool takes_cn;             /* it takes a name that stands only in the CN */
};

/* Dates are judged of every link, of a root from the store, too (an expired one there is a fault some clients have);
 * the signature of the anchor itself is never judged for its digest. A self-signed leaf that is itself in the store is
 * fine. Free with chain_free. Never NULL. */
struct chain *chain_judge(struct judge_cache *k, const struct judge_ask *ask);
void chain_free(struct chain *c);

/* [{"reason":"expired","cert":0|null,"link":0|null,"subject":"...","text":"...","when":"..."|null,
 *   "bits":1024|null}, ...], a new reference. "cert" is the index as sent. */
json_t *chain_faults_json(const struct chain *c);
/* {"sent":[...],"built":[{...cert..., "from":"sent"|"store"|"fetched"|"elsewhere"}],"trusted":bool,"complete":bool,
 *   "kin":{...}|null} */
json_t *chain_json(const struct chain *c, struct cert *const *sent, size_t sent_count);

#endif
